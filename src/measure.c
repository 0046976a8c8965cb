/*-------------------------------------------------------------------------
 *
 * measure.c
 *	  Measuring rules on the rows of a relation, a range of blocks at a time.
 *
 * The rows are read by the table's access method and the conditions evaluated
 * here: there is no query and no plan, so nothing that the table's owner made
 * (functions in indexes, rules, operators) is looked at, let alone run.  One
 * pass serves all rules.  Nothing is written and nothing is kept but counts,
 * the latest instant and a sample of hashes.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "quality.h"

#define GD_MEASURES_VERSION	1
#define GD_MAX_KEYS			8

/* a look-up in another resource's table, by an index of it */
typedef struct GdLookup
{
	Relation	rel;
	Relation	index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	int			nkeys;
	ScanKeyData keys[GD_MAX_KEYS];
	int			item[GD_MAX_KEYS];	/* which item a key is taken from */
	AttrNumber	last;			/* column that must be the same; 0: none */
	TypeCacheEntry *last_type;
} GdLookup;

typedef struct GdProbe
{
	ExprState  *scope;
	ExprState  *test;
	int			n;
	AttrNumber	attnums[GD_MAX_KEYS];
	TypeCacheEntry *types[GD_MAX_KEYS];
	Oid			collations[GD_MAX_KEYS];
	bool		indexed;		/* a unique index says that values occur once */
	PGFunction	check;
	GdLookup   *lookup;
} GdProbe;

/* ---- keeping ---- */

bytea *
gd_measures_write(const GdMeasures *m)
{
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint32(&out, GD_MEASURES_VERSION);
	pq_sendint32(&out, m->n);
	for (int i = 0; i < m->n; i++)
	{
		GdMeasure  *me = &m->measures[i];

		pq_sendint64(&out, me->rule);
		pq_sendint64(&out, me->seen);
		pq_sendint64(&out, me->passed);
		pq_sendint64(&out, me->latest);
		pq_sendint32(&out, me->sqlerrcode);
		pq_sendint8(&out, me->sketch ? 1 : 0);
		if (me->sketch)
			gd_sketch_write(&out, me->sketch);
	}
	return pq_endtypsend(&out);
}

/* NULL for what another version of the library has written */
GdMeasures *
gd_measures_read(bytea *stored)
{
	GdMeasures *m = palloc0(sizeof(GdMeasures));
	StringInfoData in;

	initStringInfo(&in);
	appendBinaryStringInfo(&in, VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
	if (in.len < 8 || pq_getmsgint(&in, 4) != GD_MEASURES_VERSION)
		return NULL;
	m->context = CurrentMemoryContext;
	m->n = pq_getmsgint(&in, 4);
	m->measures = palloc0(Max(m->n, 1) * sizeof(GdMeasure));
	for (int i = 0; i < m->n; i++)
	{
		GdMeasure  *me = &m->measures[i];

		me->rule = pq_getmsgint64(&in);
		me->seen = pq_getmsgint64(&in);
		me->passed = pq_getmsgint64(&in);
		me->latest = pq_getmsgint64(&in);
		me->sqlerrcode = pq_getmsgint(&in, 4);
		if (pq_getmsgint(&in, 1))
			me->sketch = gd_sketch_read(&in);
	}
	pfree(in.data);
	return m;
}

GdMeasures *
gd_measures_new(const int64 *rules, int n)
{
	GdMeasures *m = palloc0(sizeof(GdMeasures));

	m->context = CurrentMemoryContext;
	m->n = n;
	m->measures = palloc0(Max(n, 1) * sizeof(GdMeasure));
	for (int i = 0; i < n; i++)
	{
		m->measures[i].rule = rules[i];
		m->measures[i].latest = DT_NOBEGIN;
	}
	return m;
}

/* ---- preparing ---- */

static void
gd_cannot(int article, const char *why)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(article)),
			 errmsg("a quality rule cannot be measured"),
			 errdetail("%s Measures, Article %d.", why, article),
			 errhint("Define it anew: govdata.define_rule(...).")));
}

static ExprState *
gd_prepare_condition(const char *text, Relation rel, EState *estate)
{
	return text ? ExecPrepareExpr((Expr *) gd_row_condition_text(text, rel, 13, NULL), estate) : NULL;
}

/* columns of an index as they are, without looking at its expressions */
static bool
gd_is_plain_index(Relation index)
{
	return index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid && index->rd_index->indislive &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL) &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL);
}

static int
gd_position(AttrNumber attnum, const AttrNumber *attnums, int n)
{
	for (int i = 0; i < n; i++)
		if (attnums[i] == attnum)
			return i;
	return -1;
}

/* do all key columns of a unique index lie among these? */
static bool
gd_is_unique_by(Relation index, const AttrNumber *attnums, int n)
{
	if (!gd_is_plain_index(index) || !index->rd_index->indisunique || !index->rd_index->indimmediate)
		return false;
	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
		if (gd_position(index->rd_index->indkey.values[i], attnums, n) < 0)
			return false;
	return true;
}

/* does the whole relation, not only a partition of it, have such an index? */
static bool
gd_has_unique_index(Oid root, const GdRule *rule)
{
	Relation	rel = table_open(root, NoLock);
	AttrNumber	attnums[GD_MAX_KEYS];
	List	   *indexes = RelationGetIndexList(rel);
	ListCell   *lc;
	bool		found = false;

	for (int i = 0; i < rule->nitems; i++)
		attnums[i] = get_attnum(root, rule->items[i]);
	foreach(lc, indexes)
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		found = found || gd_is_unique_by(index, attnums, rule->nitems);
		index_close(index, NoLock);
	}
	table_close(rel, NoLock);
	return found;
}

/* Equality of a column of the index with values of a type; false: there is none of the server's. */
static bool
gd_lookup_key(ScanKey key, Relation index, int i, Oid type)
{
	Oid			family = index->rd_opfamily[i];
	Oid			left = index->rd_opcintype[i];
	Oid			right = getBaseType(type);
	Oid			operator;

	if (family >= FirstNormalObjectId)
		return false;
	operator = get_opfamily_member(family, left, right, BTEqualStrategyNumber);
	if (!OidIsValid(operator) && IsBinaryCoercible(right, left))
	{
		right = left;
		operator = get_opfamily_member(family, left, right, BTEqualStrategyNumber);
	}
	if (!OidIsValid(operator) || operator >= FirstNormalObjectId)
		return false;
	ScanKeyEntryInitialize(key, 0, i + 1, BTEqualStrategyNumber, right, index->rd_indcollation[i],
						   get_opcode(operator), (Datum) 0);
	return true;
}

/* Can the keys be looked up by this index, whose first columns they are in some order? */
static bool
gd_lookup_by(GdLookup *look, Relation index, const AttrNumber *attnums, const GdProbe *probe)
{
	if (!gd_is_plain_index(index) || index->rd_index->indnkeyatts < look->nkeys)
		return false;
	for (int i = 0; i < look->nkeys; i++)
	{
		look->item[i] = gd_position(index->rd_index->indkey.values[i], attnums, look->nkeys);
		if (look->item[i] < 0 ||
			!gd_lookup_key(&look->keys[i], index, i, probe->types[look->item[i]]->type_id))
			return false;
	}
	return true;
}

static GdLookup *
gd_prepare_lookup(const GdRule *rule, const GdProbe *probe, Snapshot snapshot)
{
	GdLookup   *look = palloc0(sizeof(GdLookup));
	AttrNumber	attnums[GD_MAX_KEYS];
	bool		same = strcmp(rule->kind->name, "same") == 0;
	ListCell   *lc;

	if (!gd_reads_whole(rule->provider, rule->reference, rule->reference_items, rule->nreference))
		gd_cannot(20, _("The provider may not read the other resource any longer."));
	look->rel = table_open(gd_relation_of(rule->reference), NoLock);
	look->nkeys = same ? rule->nitems - 1 : rule->nitems;
	for (int i = 0; i < rule->nitems; i++)
		attnums[i] = get_attnum(RelationGetRelid(look->rel), rule->reference_items[i]);
	foreach(lc, RelationGetIndexList(look->rel))
	{
		look->index = index_open(lfirst_oid(lc), AccessShareLock);
		if (gd_lookup_by(look, look->index, attnums, probe))
			break;
		index_close(look->index, NoLock);
		look->index = NULL;
	}
	if (look->index == NULL)
		gd_cannot(13, _("The items of the other resource have no index to look them up by."));
	if (same)
	{
		look->last = attnums[rule->nitems - 1];
		look->last_type = probe->types[rule->nitems - 1];
		if (getBaseType(get_atttype(RelationGetRelid(look->rel), look->last)) != look->last_type->type_id)
			gd_cannot(13, _("The items to be compared are of different types."));
	}
	look->slot = table_slot_create(look->rel, NULL);
	look->scan = GD_INDEX_BEGINSCAN(look->rel, look->index, snapshot, look->nkeys, 0);
	return look;
}

static void
gd_prepare_columns(GdProbe *probe, const GdRule *rule, Relation rel)
{
	probe->n = rule->nitems;
	for (int i = 0; i < rule->nitems; i++)
	{
		Form_pg_attribute a;

		probe->attnums[i] = get_attnum(RelationGetRelid(rel), rule->items[i]);
		a = TupleDescAttr(RelationGetDescr(rel), probe->attnums[i] - 1);
		probe->types[i] = lookup_type_cache(getBaseType(a->atttypid), TYPECACHE_HASH_EXTENDED_PROC_FINFO | TYPECACHE_EQ_OPR_FINFO);
		probe->collations[i] = a->attcollation;
	}
}

static GdProbe *
gd_prepare(GdMeasures *m, GdMeasure *me, Oid root, Relation rel, EState *estate, Snapshot snapshot)
{
	const GdRule *rule = me->definition;
	GdMeasuring measuring = rule->kind->measuring;
	GdProbe    *probe;

	if (measuring == GD_BY_CATALOG)
		return NULL;
	probe = palloc0(sizeof(GdProbe));
	gd_rule_fits(rule, rel);
	probe->scope = gd_prepare_condition(gd_rule_scope(rule), rel, estate);
	probe->test = gd_prepare_condition(gd_rule_test(rule), rel, estate);
	if (measuring == GD_BY_ROW || measuring == GD_BY_COUNT)
		return probe;
	gd_prepare_columns(probe, rule, rel);
	if (measuring == GD_BY_CHECK)
		probe->check = strcmp(rule->kind->name, "uscc") == 0 ? gd_uscc_is_valid : gd_citizen_id_is_valid;
	else if (measuring == GD_BY_KEY)
	{
		probe->indexed = gd_has_unique_index(root, rule);
		if (!probe->indexed && me->sketch == NULL)
			me->sketch = gd_sketch_create(m->context);
	}
	else if (measuring == GD_BY_REFERENCE)
		probe->lookup = gd_prepare_lookup(rule, probe, snapshot);
	return probe;
}

static void
gd_prepare_all(GdMeasures *m, Oid root, Relation rel, EState *estate, Snapshot snapshot)
{
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);

	for (int i = 0; i < m->n; i++)
	{
		GdMeasure  *me = &m->measures[i];

		m->current = m->last = me;
		me->probe = me->definition && me->sqlerrcode == 0 ? gd_prepare(m, me, root, rel, estate, snapshot) : NULL;
	}
	m->current = NULL;
	MemoryContextSwitchTo(old);
}

static void
gd_close_all(GdMeasures *m)
{
	for (int i = 0; i < m->n; i++)
	{
		GdLookup   *look = m->measures[i].probe ? m->measures[i].probe->lookup : NULL;

		m->measures[i].probe = NULL;
		if (look == NULL)
			continue;
		index_endscan(look->scan);
		ExecDropSingleTupleTableSlot(look->slot);
		index_close(look->index, NoLock);
		table_close(look->rel, NoLock);
	}
}

/* ---- a row ---- */

static bool
gd_holds(ExprState *condition, ExprContext *econtext)
{
	bool		isnull;
	Datum		d = ExecEvalExprSwitchContext(condition, econtext, &isnull);

	return !isnull && DatumGetBool(d);
}

/* the scope has seen to it that items are not null */
static uint64
gd_hash_items(const GdProbe *probe, TupleTableSlot *slot)
{
	uint64		h = 0;
	bool		isnull;

	for (int i = 0; i < probe->n; i++)
	{
		Datum		value = slot_getattr(slot, probe->attnums[i], &isnull);

		h = hash_combine64(h, DatumGetUInt64(FunctionCall2Coll(&probe->types[i]->hash_extended_proc_finfo, probe->collations[i],
															   value, UInt64GetDatum(0))));
	}
	/* spread what a hash of small numbers leaves alike */
	h ^= h >> 33;
	h *= UINT64CONST(0xff51afd7ed558ccd);
	return h ^ (h >> 33);
}

static void
gd_measure_reference(GdMeasure *me, GdLookup *look, TupleTableSlot *slot)
{
	GdProbe    *probe = me->probe;
	bool		found = false;
	bool		equal = false;
	bool		isnull;
	bool		other_null;

	for (int i = 0; i < look->nkeys; i++)
		look->keys[i].sk_argument = slot_getattr(slot, probe->attnums[look->item[i]], &isnull);
	index_rescan(look->scan, look->keys, look->nkeys, NULL, 0);
	while (!equal && index_getnext_slot(look->scan, ForwardScanDirection, look->slot))
	{
		Datum		value;
		Datum		other;

		found = true;
		if (look->last == 0)
			break;
		value = slot_getattr(slot, probe->attnums[probe->n - 1], &isnull);
		other = slot_getattr(look->slot, look->last, &other_null);
		equal = !other_null && DatumGetBool(FunctionCall2Coll(&look->last_type->eq_opr_finfo,
															  probe->collations[probe->n - 1], value, other));
	}
	ExecClearTuple(look->slot);
	if (look->last == 0 || found)
		me->seen++;
	if (look->last == 0 ? found : equal)
		me->passed++;
}

/* an instant of a column; what lies ahead says nothing about how late the data are */
static void
gd_measure_latest(GdMeasure *me, TupleTableSlot *slot, TimestampTz now)
{
	GdProbe    *probe = me->probe;
	bool		isnull;
	Datum		value = slot_getattr(slot, probe->attnums[0], &isnull);
	TimestampTz at;

	if (probe->types[0]->type_id == DATEOID)
	{
		if (DATE_NOT_FINITE(DatumGetDateADT(value)) || DatumGetDateADT(value) > gd_legal_date(now))
			return;
		at = Min(now, gd_end_of_day(DatumGetDateADT(value)));
	}
	else
	{
		if (TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)))
			return;
		at = probe->types[0]->type_id == TIMESTAMPTZOID ? DatumGetTimestampTz(value) :
			DatumGetTimestampTz(DirectFunctionCall2(timestamp_zone,
													CStringGetTextDatum(GetConfigOption("govdata.timezone", false, false)),
													value));
	}
	if (at <= now)
		me->latest = Max(me->latest, at);
}

static void
gd_measure_row(GdMeasure *me, TupleTableSlot *slot, ExprContext *econtext, TimestampTz now)
{
	GdProbe    *probe = me->probe;
	bool		isnull;

	if (probe->scope && !gd_holds(probe->scope, econtext))
		return;
	if (probe->lookup)
	{
		gd_measure_reference(me, probe->lookup, slot);
		return;
	}
	me->seen++;
	switch (me->definition->kind->measuring)
	{
		case GD_BY_ROW:
			me->passed += gd_holds(probe->test, econtext) ? 1 : 0;
			break;
		case GD_BY_CHECK:
			me->passed += DatumGetBool(DirectFunctionCall1(probe->check, slot_getattr(slot, probe->attnums[0], &isnull))) ? 1 : 0;
			break;
		case GD_BY_KEY:
			if (probe->indexed)
				me->passed++;
			else
				gd_sketch_add(me->sketch, gd_hash_items(probe, slot));
			break;
		case GD_BY_LATEST:
			gd_measure_latest(me, slot, now);
			break;
		default:
			break;
	}
}

/* ---- a range of blocks ---- */

static bool
gd_is_over(TimestampTz until)
{
	return GetCurrentTimestamp() >= until;
}

/* Rows from here on; stops before a block that is begun too late. */
static void
gd_measure_scan(GdMeasures *m, TableScanDesc scan, TupleTableSlot *slot, EState *estate, BlockNumber from,
				TimestampTz until, GdChunk *chunk)
{
	ExprContext *econtext = GetPerTupleExprContext(estate);
	MemoryContext old = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate));
	TimestampTz now = gd_clock();
	BlockNumber at = from;

	econtext->ecxt_scantuple = slot;
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		BlockNumber block = ItemPointerGetBlockNumber(&slot->tts_tid);

		if (block != at)
		{
			CHECK_FOR_INTERRUPTS();
			if (gd_is_over(until))
			{
				chunk->next = block;
				break;
			}
			at = block;
		}
		chunk->rows++;
		for (int i = 0; i < m->n; i++)
		{
			if (m->measures[i].probe == NULL)
				continue;
			m->current = m->last = &m->measures[i];
			gd_measure_row(m->current, slot, econtext, now);
		}
		m->current = NULL;
		ResetExprContext(econtext);
	}
	MemoryContextSwitchTo(old);
}

GdChunk
gd_measure_blocks(GdMeasures *m, Oid root, Relation rel, BlockNumber from, BlockNumber end, int blocks, int ms)
{
	GdChunk		chunk = {end, 0};
	BlockNumber there = RelationGetNumberOfBlocks(rel);
	BlockNumber last = Min(Min(end, there), from + blocks);
	EState	   *estate;
	Snapshot	snapshot;
	TupleTableSlot *slot;
	TableScanDesc scan;

	/* the table may have become shorter since the run began */
	if (from >= last)
		return chunk;
	chunk.next = last == there ? end : last;
	estate = CreateExecutorState();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	gd_prepare_all(m, root, rel, estate, snapshot);
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan_strat(rel, snapshot, 0, NULL, true, false);
	heap_setscanlimits(scan, from, last - from);
	gd_measure_scan(m, scan, slot, estate, from, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ms), &chunk);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	gd_close_all(m);
	UnregisterSnapshot(snapshot);
	FreeExecutorState(estate);
	return chunk;
}
