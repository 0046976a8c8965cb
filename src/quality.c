/*-------------------------------------------------------------------------
 *
 * quality.c
 *	  CALL govdata.check_quality(): runs quality rules on attached tables.
 *
 * A run reads a table once, in as many transactions as it takes.  Each locks
 * the row of govdata.quality_state that says where the run stands, reads a
 * range of blocks under a snapshot of its own, and writes down how far it
 * came; so a run that is killed goes on with the next call, and two calls at
 * once work on different resources.  The table is locked as by a SELECT, for
 * less than a second or so, and only if nobody waits to change it.
 *
 * A run of a large table is no snapshot of it: a row that moves while the run
 * is under way may be measured twice or not at all.
 *
 * Reading by the law is no department's reading.  It is recorded all the same,
 * as an administrator's, one record a resource and call.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/bufmgr.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/resowner.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "access_log.h"
#include "guard.h"
#include "quality.h"
#include "seal.h"

/* longest that one transaction goes on reading, milliseconds */
#define GD_CHUNK_MS			1000
/* a rule that is still at it after this long, within one block, is not measured */
#define GD_CHUNK_AT_MOST_MS	10000
/* how often a table may be rewritten under a run before it gives up */
#define GD_MAX_RESTARTS		3
/* the end block of a run that has read everything */
#define GD_AT_THE_END		(-1)

static int	gd_quality_blocks = 1024;
static int	gd_quality_turn_s = 30;
static int	gd_quality_interval = 1440;

/* where the checking of a resource stands: a row of govdata.quality_state */
typedef struct GdState
{
	int64		resource;
	int64		run;			/* 0: none is under way */
	Oid			leaf;			/* being read; 0: not begun */
	Oid			leaf_file;
	int64		next_block;
	int64		end_block;
	int64		turns;
	int64		blocks;
	int64		rows;
	int32		restarts;
	GdMeasures *measures;		/* NULL: none, or of another version */
} GdState;

/* reading of a resource by this call */
typedef struct GdReading
{
	int64		resource;		/* hash key */
	GdReadKey	key;
	int64		rows;
} GdReading;

typedef struct GdCall
{
	bool		atomic;
	int64		only;			/* resource; 0: whatever is due */
	bool		started;		/* the run of "only" */
	bool		finished;
	MemoryContext context;		/* lives as long as the call */
	HTAB	   *readings;
	Datum	   *passed_over;	/* resources that somebody else is at */
	int			n_passed_over;
} GdCall;

/* ---- the state ---- */

static Datum
gd_column(int n, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, n, isnull);
}

static int64
gd_column_int8(int n)
{
	bool		isnull;
	Datum		d = gd_column(n, &isnull);

	return isnull ? 0 : DatumGetInt64(d);
}

#define STATE_COLUMNS \
	"SELECT s.resource, s.run, s.leaf, s.leaf_file, s.next_block, s.end_block, s.turns, s.blocks_read," \
	" s.rows_read, s.restarts, s.measures FROM govdata.quality_state s"

/*
 * Take the next resource that has something to do, the one that waits longest
 * first; one whose run is under way waits since it was last at work.  False
 * when there is none.
 */
static bool
gd_take(GdCall *call, GdState *state)
{
	Oid			types[3] = {TIMESTAMPTZOID, INT8OID, INT8ARRAYOID};
	Datum		values[3];
	bool		isnull;
	Datum		measures;

	values[0] = TimestampTzGetDatum(gd_clock());
	values[1] = Int64GetDatum(call->only);
	values[2] = PointerGetDatum(construct_array(call->passed_over, call->n_passed_over, INT8OID, sizeof(int64),
												FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	if (gd_query(call->only ?
				 STATE_COLUMNS " WHERE s.resource = $2 AND s.resource <> ALL ($3) AND $1 IS NOT NULL"
				 " FOR NO KEY UPDATE SKIP LOCKED" :
				 STATE_COLUMNS " WHERE s.due_at <= $1 AND s.resource <> ALL ($3) AND $2 = 0"
				 " ORDER BY s.due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED", 3, types, values) == 0)
		return false;
	memset(state, 0, sizeof(GdState));
	state->resource = gd_column_int8(1);
	state->run = gd_column_int8(2);
	state->leaf = DatumGetObjectId(gd_column(3, &isnull));
	state->leaf = isnull ? InvalidOid : state->leaf;
	state->leaf_file = DatumGetObjectId(gd_column(4, &isnull));
	state->leaf_file = isnull ? InvalidOid : state->leaf_file;
	state->next_block = gd_column_int8(5);
	state->end_block = gd_column_int8(6);
	state->turns = gd_column_int8(7);
	state->blocks = gd_column_int8(8);
	state->rows = gd_column_int8(9);
	state->restarts = DatumGetInt32(gd_column(10, &isnull));
	state->restarts = isnull ? 0 : state->restarts;
	measures = gd_column(11, &isnull);
	if (!isnull)
		state->measures = gd_measures_read(DatumGetByteaPP(measures));
	SPI_freetuptable(SPI_tuptable);
	return true;
}

static void
gd_keep(const GdState *state)
{
	Oid			types[11] = {INT8OID, TIMESTAMPTZOID, OIDOID, OIDOID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT4OID, BYTEAOID};
	Datum		values[11];

	values[0] = Int64GetDatum(state->resource);
	values[1] = TimestampTzGetDatum(gd_clock());
	values[2] = ObjectIdGetDatum(state->leaf);
	values[3] = ObjectIdGetDatum(state->leaf_file);
	values[4] = Int64GetDatum(state->next_block);
	values[5] = Int64GetDatum(state->end_block);
	values[6] = Int64GetDatum(state->turns);
	values[7] = Int64GetDatum(state->blocks);
	values[8] = Int64GetDatum(state->rows);
	values[9] = Int32GetDatum(state->restarts);
	values[10] = PointerGetDatum(gd_measures_write(state->measures));
	gd_query("UPDATE govdata.quality_state SET due_at = $2, leaf = $3, leaf_file = $4, next_block = $5, end_block = $6,"
			 " turns = $7, blocks_read = $8, rows_read = $9, restarts = $10, measures = $11 WHERE resource = $1",
			 11, types, values);
}

/* ---- the beginning and the end of a run ---- */

/* Nothing is under way any longer; the next run is due in its time, or when there are rules again. */
static void
gd_rest(const GdState *state, bool has_rules)
{
	Oid			types[3] = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID};
	Datum		values[3];
	TimestampTz now = gd_clock();

	values[0] = Int64GetDatum(state->resource);
	values[1] = TimestampTzGetDatum(now);
	values[2] = TimestampTzGetDatum(now + gd_quality_interval * (int64) SECS_PER_MINUTE * USECS_PER_SEC);
	gd_query(has_rules ?
			 "UPDATE govdata.quality_state SET run = NULL, due_at = $3, leaf = NULL, leaf_file = NULL,"
			 " next_block = NULL, end_block = NULL, turns = NULL, blocks_read = NULL, rows_read = NULL, restarts = NULL,"
			 " measures = NULL WHERE resource = $1 AND $2 IS NOT NULL" :
			 "UPDATE govdata.quality_state SET due_at = NULL WHERE resource = $1 AND $2 <= $3",
			 3, types, values);
}

static void
gd_start_run(GdState *state)
{
	Oid			types[3] = {INT8OID, TIMESTAMPTZOID, INT8OID};
	Datum		values[3];
	bool		isnull;
	Datum	   *elems;
	int64	   *rules;
	int			n;

	values[0] = Int64GetDatum(state->resource);
	gd_query("SELECT coalesce(array_agg(q.id ORDER BY q.id), '{}') FROM govdata.quality_rule q"
			 " JOIN govdata.resource r ON r.id = q.resource AND r.state IN ('published', 'suspended')"
			 " WHERE q.resource = $1 AND q.state = 'active'", 1, types, values);
	deconstruct_array(DatumGetArrayTypeP(gd_column(1, &isnull)), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elems, NULL, &n);
	if (n == 0)
	{
		gd_rest(state, false);
		return;
	}
	rules = palloc(n * sizeof(int64));
	for (int i = 0; i < n; i++)
		rules[i] = DatumGetInt64(elems[i]);
	state->run = gd_draw("quality_run_id_seq");
	state->measures = gd_measures_new(rules, n);
	values[1] = TimestampTzGetDatum(gd_clock());
	values[2] = Int64GetDatum(state->run);
	gd_query("INSERT INTO govdata.quality_run (id, resource, provider, platform, state, started_at, rules)"
			 " SELECT $3, $1, q.provider, q.platform, 'running', $2, count(*) FROM govdata.quality_rule q"
			 " WHERE q.resource = $1 AND q.state = 'active' GROUP BY q.provider, q.platform", 3, types, values);
	gd_query("UPDATE govdata.quality_state SET run = $3 WHERE resource = $1 AND $2 IS NOT NULL", 3, types, values);
	gd_keep(state);
}

static void
gd_abandon_run(GdState *state, const char *why)
{
	Oid			types[6] = {INT8OID, TIMESTAMPTZOID, TEXTOID, INT8OID, INT8OID, INT8OID};
	Datum		values[6];

	values[0] = Int64GetDatum(state->run);
	values[1] = TimestampTzGetDatum(gd_clock());
	values[2] = CStringGetTextDatum(why);
	values[3] = Int64GetDatum(state->turns);
	values[4] = Int64GetDatum(state->blocks);
	values[5] = Int64GetDatum(state->rows);
	gd_query("UPDATE govdata.quality_run SET state = 'abandoned', finished_at = $2, note = govdata._on_record($3), turns = $4,"
			 " blocks_read = $5, rows_read = $6 WHERE id = $1", 6, types, values);
	gd_rest(state, true);
}

/* From the beginning, with the rules that the run began with. */
static void
gd_restart_run(GdState *state)
{
	int64	   *rules = palloc(Max(state->measures->n, 1) * sizeof(int64));

	if (++state->restarts > GD_MAX_RESTARTS)
	{
		gd_abandon_run(state, "rewritten");
		return;
	}
	for (int i = 0; i < state->measures->n; i++)
		rules[i] = state->measures->measures[i].rule;
	state->measures = gd_measures_new(rules, state->measures->n);
	state->leaf = state->leaf_file = InvalidOid;
	state->next_block = state->end_block = state->blocks = state->rows = 0;
	gd_keep(state);
}

/* ---- scores ---- */

typedef struct GdScore
{
	const char *outcome;
	int64		a;
	int64		b;
	bool		exact;
	double		sampled;
	double		error;
	const char *note;			/* as _on_record() knows it */
	const char *fact;
} GdScore;

/* never the message of an error: it may quote what a row holds */
static GdScore
gd_failure(int sqlerrcode)
{
	if (sqlerrcode == GD_ERRCODE(20))
		return (GdScore) {"failed", .note = "not_readable"};
	if (sqlerrcode == GD_ERRCODE(13))
		return (GdScore) {"failed", .note = "not_suited"};
	return (GdScore) {"failed", .note = "failed", .fact = pstrdup(unpack_sql_state(sqlerrcode))};
}

static void
gd_score_keys(const GdMeasure *me, GdScore *score)
{
	bool		unique = strcmp(me->definition->kind->name, "unique") == 0;
	GdSketchFigures f;

	if (me->sketch == NULL || me->passed > 0)
	{
		score->b = me->seen;
		score->a = unique ? me->seen : 0;
		score->note = "by_index";
		if (me->sketch != NULL)
			*score = (GdScore) {"failed", .note = "index_changed"};
		return;
	}
	f = gd_sketch_figures(me->sketch);
	score->a = unique ? f.single : f.surplus;
	score->b = f.rows;
	score->exact = me->sketch->halvings == 0;
	score->sampled = ldexp(1.0, -me->sketch->halvings);
	score->error = unique ? f.error_single : f.error_surplus;
	if (!score->exact)
	{
		score->note = "by_sample";
		score->fact = psprintf("%lld", (long long) f.keys);
	}
}

static void
gd_score_catalog(const GdMeasure *me, GdScore *score)
{
	Oid			types[2] = {INT8OID, TEXTOID};
	Datum		values[2];

	values[0] = Int64GetDatum(me->definition->resource);
	values[1] = CStringGetTextDatum(me->definition->kind->name);
	gd_query("SELECT c.a, c.b FROM govdata._quality_catalog($1, $2) c", 2, types, values);
	score->a = gd_column_int8(1);
	score->b = gd_column_int8(2);
}

static void
gd_score_latest(const GdMeasure *me, GdScore *score)
{
	TimestampTz limit;

	if (me->latest == DT_NOBEGIN)
		return;
	limit = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_mi_interval, TimestampTzGetDatum(gd_clock()),
													me->definition->within));
	score->a = me->latest >= limit ? 1 : 0;
	score->b = 1;
}

static GdScore
gd_score_of(const GdMeasure *me, bool attached)
{
	GdScore		score = {"measured", .exact = true, .sampled = 1.0};
	GdMeasuring measuring = me->definition->kind->measuring;

	if (me->sqlerrcode != 0)
		return gd_failure(me->sqlerrcode);
	if (measuring != GD_BY_CATALOG && !attached)
		return (GdScore) {"failed", .note = "not_attached"};
	score.a = me->passed;
	score.b = me->seen;
	if (measuring == GD_BY_KEY)
		gd_score_keys(me, &score);
	else if (measuring == GD_BY_CATALOG)
		gd_score_catalog(me, &score);
	else if (measuring == GD_BY_LATEST)
		gd_score_latest(me, &score);
	else if (measuring == GD_BY_COUNT)
	{
		score.a = me->seen;
		score.b = me->definition->expected;
	}
	else if (strcmp(me->definition->kind->name, "dirty") == 0)
		score.a = me->seen - me->passed;
	if (score.b == 0 && strcmp(score.outcome, "measured") == 0)
		return (GdScore) {"nothing", .note = "no_row"};
	return score;
}

static void
gd_write_score(const GdState *state, const GdMeasure *me, const GdScore *score)
{
	Oid			types[11] = {INT8OID, INT8OID, TEXTOID, INT8OID, INT8OID, BOOLOID, FLOAT8OID, FLOAT8OID, TEXTOID, BOOLOID, TEXTOID};
	Datum		values[11];

	values[0] = Int64GetDatum(state->run);
	values[1] = Int64GetDatum(me->rule);
	values[2] = CStringGetTextDatum(score->outcome);
	values[3] = Int64GetDatum(score->a);
	values[4] = Int64GetDatum(score->b);
	values[5] = BoolGetDatum(score->exact);
	values[6] = Float8GetDatum(score->sampled);
	values[7] = Float8GetDatum(score->error);
	values[8] = CStringGetTextDatum(score->note ? score->note : "");
	values[9] = BoolGetDatum(strcmp(score->outcome, "measured") == 0);
	values[10] = CStringGetTextDatum(score->fact ? score->fact : "");
	gd_query("INSERT INTO govdata.quality_score (run, rule, resource, provider, platform, indicator, kind, outcome, a, b,"
			 " score, exact, sampled, error, note)"
			 " SELECT $1, q.id, q.resource, q.provider, q.platform, q.indicator, q.kind, $3,"
			 " CASE WHEN $10 THEN $4 END, CASE WHEN $10 THEN $5 END,"
			 " CASE WHEN $10 THEN govdata._quality_score(q.kind, $4, $5) END, CASE WHEN $10 THEN $6 END,"
			 " CASE WHEN $10 THEN $7::numeric END, CASE WHEN $10 THEN round($8::numeric, 6) END, CASE WHEN $9 <> '' THEN govdata._on_record($9, $11) END"
			 " FROM govdata.quality_rule q WHERE q.id = $2", 11, types, values);
}

/* ---- what follows from the scores ---- */

/*
 * A fault is pushed to the provider once: while a doubt of the rule is open it
 * is not raised again, and what was explained and closed is raised again only
 * when it has become worse.  A run that was begun after a repair and finds the
 * fault again takes the doubt up again; one that finds none closes it.
 */
static void
gd_push_findings(const GdState *state)
{
#define FAULTY "s.run = $1 AND s.outcome = 'measured' AND s.score < q.threshold"
#define SOUND "s.run = $1 AND s.outcome = 'measured' AND s.score >= q.threshold"
#define SCORES "govdata.quality_score s JOIN govdata.quality_rule q ON q.id = s.rule JOIN govdata.quality_run n ON n.id = s.run"
#define FIGURES "govdata._on_record(CASE WHEN s.exact THEN 'figures' ELSE 'sampled_figures' END, q.indicator, q.title," \
	" round(s.score, 6)::text, s.a::text, s.b::text, q.threshold::text, s.error::text)"
/* what its provider or raiser is at just now is left to the next run */
#define UNLOCKED(condition) " AND d.id IN (SELECT x.id FROM govdata.data_doubt x WHERE x.rule = ANY (SELECT c.rule" \
	" FROM govdata.quality_score c WHERE c.run = $1) AND " condition " FOR NO KEY UPDATE SKIP LOCKED)"
	static const char *const statements[] = {
		"UPDATE govdata.data_doubt d SET state = 'notified', note = " FIGURES ", run = s.run FROM " SCORES
		" WHERE " FAULTY " AND d.rule = s.rule AND d.state = 'repaired' AND n.started_at > d.repaired_at"
		UNLOCKED("x.state = 'repaired'"),
		"INSERT INTO govdata.data_doubt (resource, rule, run, items, claim, state)"
		" SELECT s.resource, s.rule, s.run, q.items, " FIGURES ", 'notified' FROM " SCORES
		" WHERE " FAULTY " AND NOT EXISTS (SELECT FROM govdata.data_doubt d WHERE d.rule = s.rule"
		"  AND d.state IN ('notified', 'answered', 'repaired'))"
		" AND NOT EXISTS (SELECT FROM govdata.data_doubt d JOIN govdata.quality_score o ON o.rule = d.rule AND o.run = d.run"
		"  WHERE d.rule = s.rule AND d.state = 'closed' AND d.answer = 'explained' AND o.score <= s.score)"
		" ON CONFLICT (rule) WHERE state IN ('notified', 'answered', 'repaired') DO NOTHING",
		"UPDATE govdata.data_doubt d SET state = 'repaired', repair = " FIGURES " FROM " SCORES
		" WHERE " SOUND " AND d.rule = s.rule AND d.state = 'answered' AND d.answer = 'confirmed' AND n.started_at > d.answered_at"
		UNLOCKED("x.state = 'answered'"),
		"UPDATE govdata.data_doubt d SET state = 'closed', note = " FIGURES " FROM " SCORES
		" WHERE " SOUND " AND d.rule = s.rule AND d.state = 'repaired'"
		" AND (n.started_at > d.repaired_at OR n.started_at > d.answered_at AND d.repair = " FIGURES ")"
		UNLOCKED("x.state = 'repaired'")
	};
	Oid			types[1] = {INT8OID};
	Datum		run = Int64GetDatum(state->run);

	for (size_t i = 0; i < lengthof(statements); i++)
		gd_query(statements[i], 1, types, &run);
}

static void
gd_finish_run(GdState *state, bool attached)
{
	Oid			types[5] = {INT8OID, TIMESTAMPTZOID, INT8OID, INT8OID, INT8OID};
	Datum		values[5];

	for (int i = 0; i < state->measures->n; i++)
	{
		GdMeasure  *me = &state->measures->measures[i];
		GdScore		score;

		if (me->definition == NULL)
			continue;			/* retired meanwhile */
		score = gd_score_of(me, attached);
		gd_write_score(state, me, &score);
	}
	values[0] = Int64GetDatum(state->run);
	values[1] = TimestampTzGetDatum(gd_clock());
	values[2] = Int64GetDatum(state->turns);
	values[3] = Int64GetDatum(state->blocks);
	values[4] = Int64GetDatum(state->rows);
	gd_query("UPDATE govdata.quality_run SET state = 'finished', finished_at = $2, turns = $3, blocks_read = $4, rows_read = $5"
			 " WHERE id = $1", 5, types, values);
	gd_push_findings(state);
	gd_rest(state, true);
}

/* ---- a chunk ---- */

/* the definitions of the rules that the run began with and that are still in force */
static void
gd_load_definitions(GdMeasures *m)
{
	Oid			types[1] = {INT8OID};

	for (int i = 0; i < m->n; i++)
	{
		Datum		rule = Int64GetDatum(m->measures[i].rule);

		if (gd_query("SELECT * FROM govdata.quality_rule WHERE id = $1 AND state = 'active'", 1, types, &rule) > 0)
			m->measures[i].definition = gd_rule_of(SPI_tuptable->vals[0], SPI_tuptable->tupdesc);
		SPI_freetuptable(SPI_tuptable);
	}
}

/*
 * Lock as a SELECT does, but do not queue behind whoever changes the table:
 * then its turn comes with the next call.
 */
static bool
gd_lock_relation(Oid relid)
{
	return ConditionalLockRelationOid(relid, AccessShareLock) && get_rel_name(relid) != NULL;
}

static bool
gd_lock_references(const GdMeasures *m)
{
	for (int i = 0; i < m->n; i++)
	{
		const GdRule *rule = m->measures[i].definition;
		Oid			other = rule && rule->reference ? gd_relation_of(rule->reference) : InvalidOid;

		if (OidIsValid(other) && !gd_lock_relation(other))
			return false;
	}
	return true;
}

/* The first relation with rows after this one, in the order of OIDs; InvalidOid for none. */
static Oid
gd_next_leaf(Oid root, Oid after)
{
	List	   *members = find_all_inheritors(root, NoLock, NULL);
	ListCell   *lc;
	Oid			next = InvalidOid;

	foreach(lc, members)
	{
		Oid			relid = lfirst_oid(lc);

		if (relid > after && (!OidIsValid(next) || relid < next) && get_rel_relkind(relid) == RELKIND_RELATION)
			next = relid;
	}
	return next;
}

typedef enum GdProgress
{
	GD_READ_ON,					/* something was read */
	GD_ALL_READ,
	GD_REWRITTEN,				/* what was counted is of no worth */
	GD_LOCKED					/* somebody changes the table */
} GdProgress;

/* Read on in the current partition, or begin the next one. */
static GdProgress
gd_read_chunk(GdState *state, Oid root)
{
	GdChunk		chunk;
	Relation	rel;

	if (state->next_block >= state->end_block)
	{
		state->leaf = gd_next_leaf(root, state->leaf);
		if (!OidIsValid(state->leaf))
			return GD_ALL_READ;
		state->leaf_file = InvalidOid;
	}
	if (!gd_lock_relation(state->leaf))
		return get_rel_name(state->leaf) == NULL ? GD_REWRITTEN : GD_LOCKED;
	rel = table_open(state->leaf, NoLock);
	if (!OidIsValid(state->leaf_file))
	{
		state->leaf_file = rel->rd_rel->relfilenode;
		state->next_block = 0;
		state->end_block = RelationGetNumberOfBlocks(rel);
	}
	if (state->leaf_file != rel->rd_rel->relfilenode || rel->rd_tableam != GetHeapamTableAmRoutine())
	{
		table_close(rel, NoLock);
		return GD_REWRITTEN;
	}
	chunk = gd_measure_blocks(state->measures, root, rel, (BlockNumber) state->next_block, (BlockNumber) state->end_block,
							  gd_quality_blocks, GD_CHUNK_MS);
	state->blocks += chunk.next - state->next_block;
	state->next_block = chunk.next;
	state->rows += chunk.rows;
	state->turns++;
	table_close(rel, NoLock);
	return GD_READ_ON;
}

/*
 * Conditions are of the provider's choice, and some of the server's functions
 * and patterns take as long as one likes.  Nobody's rule keeps the others
 * waiting.
 */
static volatile sig_atomic_t gd_time_is_up = false;

static void
gd_call_time(void)
{
	gd_time_is_up = true;
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

static TimeoutId
gd_chunk_timeout(void)
{
	static bool registered = false;
	static TimeoutId id;

	if (!registered)
		id = RegisterTimeout(USER_TIMEOUT, gd_call_time);
	registered = true;
	return id;
}

/* a cancel that came too late to be noticed is nobody's */
static void
gd_end_timeout(void)
{
	disable_timeout(gd_chunk_timeout(), false);
	if (gd_time_is_up)
		QueryCancelPending = false;
}

/* whose fault it is; NULL: nobody's */
static GdMeasure *
gd_culprit(const GdMeasures *m, int sqlerrcode)
{
	int			category = ERRCODE_TO_CATEGORY(sqlerrcode);

	if (gd_time_is_up && sqlerrcode == ERRCODE_QUERY_CANCELED)
		return m->current ? m->current : m->last;
	if (category == ERRCODE_OPERATOR_INTERVENTION ||
		(category == ERRCODE_INSUFFICIENT_RESOURCES && sqlerrcode != ERRCODE_OUT_OF_MEMORY))
		return NULL;
	return m->current;
}

/*
 * A rule that cannot be evaluated is not measured in this run; the others are,
 * from before the range in which it failed.
 */
static GdProgress
gd_read_chunk_safely(GdState *state, Oid root)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	bytea	   *before = gd_measures_write(state->measures);
	GdState		saved = *state;
	volatile GdProgress progress = GD_READ_ON;
	volatile bool failed = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	gd_time_is_up = false;
	enable_timeout_after(gd_chunk_timeout(), GD_CHUNK_AT_MOST_MS);
	PG_TRY();
	{
		progress = gd_read_chunk(state, root);
		gd_end_timeout();
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		GdMeasure  *culprit;
		ErrorData  *error;

		gd_end_timeout();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		culprit = gd_culprit(state->measures, error->sqlerrcode);
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (culprit == NULL)
			ReThrowError(error);
		failed = true;
		*state = saved;
		state->measures = gd_measures_read(before);
		for (int i = 0; i < state->measures->n; i++)
			if (state->measures->measures[i].rule == culprit->rule)
				state->measures->measures[i].sqlerrcode = error->sqlerrcode;
		FreeErrorData(error);
		gd_load_definitions(state->measures);
	}
	PG_END_TRY();
	return failed ? gd_read_chunk_safely(state, root) : progress;
}

/* ---- the record of reading ---- */

static GdReading *
gd_reading(GdCall *call, const GdState *state, const GdAttachment *att)
{
	bool		found;
	GdReading  *reading = hash_search(call->readings, &state->resource, HASH_ENTER, &found);
	StringInfoData items;
	GdRead		read = {0};

	if (found)
		return reading;
	reading->rows = 0;
	reading->key = (GdReadKey) {0};
	initStringInfo(&items);
	for (int i = 0; i < state->measures->n; i++)
		for (int j = 0; state->measures->measures[i].definition && j < state->measures->measures[i].definition->nitems; j++)
		{
			const char *item = state->measures->measures[i].definition->items[j];

			if (strstr(psprintf(",%s,", items.data), psprintf(",%s,", item)) == NULL)
				appendStringInfo(&items, "%s%s", items.len ? "," : "", item);
		}
	read.kind = GD_READ_KIND_READ;
	read.basis = GD_READ_BASIS_ADMINISTRATOR;
	read.resource = state->resource;
	read.relation = att->name;
	read.items = items.data;
	read.purpose = psprintf("quality_run " INT64_FORMAT, state->run);
	reading->key = gd_log_start(&read);
	return reading;
}

static void
gd_end_readings(GdCall *call, bool completed)
{
	HASH_SEQ_STATUS seq;
	GdReading  *reading;

	hash_seq_init(&seq, call->readings);
	while ((reading = hash_seq_search(&seq)) != NULL)
		gd_log_end(reading->key, reading->rows, completed);
}

/* ---- a call ---- */

/* somebody else is at it; its turn comes with another call */
static void
gd_pass_over(GdCall *call, int64 resource)
{
	MemoryContext old = MemoryContextSwitchTo(call->context);

	call->passed_over = call->passed_over ?
		repalloc(call->passed_over, (call->n_passed_over + 1) * sizeof(Datum)) : palloc(sizeof(Datum));
	call->passed_over[call->n_passed_over++] = Int64GetDatum(resource);
	MemoryContextSwitchTo(old);
}

static void
gd_go_on(GdCall *call, GdState *state)
{
	Oid			root = gd_relation_of(state->resource);
	const GdAttachment *att;
	bool		attached;
	bool		by_rows = false;
	int64		rows = state->rows;
	GdProgress	progress;

	if (state->measures == NULL)
	{
		gd_abandon_run(state, "other_version");
		return;
	}
	gd_load_definitions(state->measures);
	if (state->end_block == GD_AT_THE_END)
	{
		gd_finish_run(state, true);
		return;
	}
	/* whoever changes the table holds a lock that would have us wait */
	if (OidIsValid(root) && !gd_lock_relation(root))
	{
		gd_pass_over(call, state->resource);
		return;
	}
	att = OidIsValid(root) ? gd_attachment(root) : NULL;
	attached = att != NULL && att->broken[0] == '\0';
	for (int i = 0; i < state->measures->n; i++)
		by_rows = by_rows || (state->measures->measures[i].definition &&
							  state->measures->measures[i].definition->kind->measuring != GD_BY_CATALOG);
	if (!by_rows || !attached)
	{
		if (OidIsValid(state->leaf) && !attached)
			gd_abandon_run(state, "table_changed");
		else
			gd_finish_run(state, attached);
		return;
	}
	if (!gd_lock_references(state->measures))
	{
		gd_pass_over(call, state->resource);
		return;
	}
	(void) gd_reading(call, state, att);
	progress = gd_read_chunk_safely(state, root);
	gd_reading(call, state, att)->rows += Max(state->rows - rows, 0);
	if (progress == GD_ALL_READ)
	{
		/* what follows is another transaction's, without a lock on the table */
		state->next_block = state->end_block = GD_AT_THE_END;
		gd_keep(state);
	}
	else if (progress == GD_REWRITTEN)
		gd_restart_run(state);
	else if (progress == GD_LOCKED)
		gd_pass_over(call, state->resource);
	else
		gd_keep(state);
}

/* One transaction's work; false when there is none. */
static bool
gd_step(GdCall *call)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(call->context, "govdata quality", ALLOCSET_DEFAULT_SIZES);
	GdState		state;
	GdOwn		own;
	volatile bool taken = false;

	gd_own_begin(&own);
	PG_TRY();
	{
		MemoryContextSwitchTo(context);
		taken = gd_take(call, &state);
		if (taken && state.run != 0)
		{
			gd_go_on(call, &state);
			call->started = true;
		}
		else if (taken && !(call->only && call->started))
		{
			gd_start_run(&state);
			call->started = true;
			call->finished = state.run == 0;
		}
		else if (taken)
			call->finished = true;
		MemoryContextSwitchTo(caller);
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	MemoryContextDelete(context);
	return taken && !(call->only && call->finished);
}

static int64
gd_named_resource(FunctionCallInfo fcinfo)
{
	static GdStatementText query = {"SELECT r.id FROM govdata.resource r WHERE r.code = $1", 1, gd_arg_text, NULL};
	Datum		code;
	Datum		id;
	bool		isnull;

	if (PG_ARGISNULL(0))
		return 0;
	code = PG_GETARG_DATUM(0);
	if (gd_own_run(&query, &code, NULL, NULL, 1, &id, &isnull) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("there is no resource \"%s\"", TextDatumGetCString(code)),
				 errdetail("Measures, Article 13."),
				 errhint("Look it up: SELECT code, title FROM govdata.catalog.")));
	return DatumGetInt64(id);
}

static void
gd_call(GdCall *call)
{
	TimestampTz until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), (int64) gd_quality_turn_s * 1000);

	while (gd_step(call))
	{
		if (!call->atomic)
			SPI_commit();
		CHECK_FOR_INTERRUPTS();
		if (call->only == 0 && GetCurrentTimestamp() >= until)
			break;
	}
	gd_end_readings(call, true);
}

PG_FUNCTION_INFO_V1(gd_check_quality);

Datum
gd_check_quality(PG_FUNCTION_ARGS)
{
	GdCall		call = {.atomic = true};
	HASHCTL		ctl = {.keysize = sizeof(int64), .entrysize = sizeof(GdReading)};

	if (RecoveryInProgress())
		PG_RETURN_VOID();
	if (fcinfo->context && IsA(fcinfo->context, CallContext))
		call.atomic = castNode(CallContext, fcinfo->context)->atomic;
	call.only = gd_named_resource(fcinfo);
	SPI_connect_ext(call.atomic ? 0 : SPI_OPT_NONATOMIC);
	call.context = CurrentMemoryContext;
	ctl.hcxt = call.context;
	call.readings = hash_create("govdata quality readings", 16, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	PG_TRY();
	{
		gd_call(&call);
	}
	PG_CATCH();
	{
		gd_end_readings(&call, false);
		PG_RE_THROW();
	}
	PG_END_TRY();
	SPI_finish();
	PG_RETURN_VOID();
}

void
gd_quality_init(void)
{
	DefineCustomIntVariable("govdata.quality_blocks",
							gettext_noop("Blocks of an attached table that a quality check reads in one transaction."),
							NULL,
							&gd_quality_blocks, 1024, 1, 1048576, PGC_SUSET, GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
	DefineCustomIntVariable("govdata.quality_interval",
							gettext_noop("Time from the end of a quality check of a resource to the next."),
							NULL,
							&gd_quality_interval, 1440, 1, 525600, PGC_SIGHUP, GUC_UNIT_MIN | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
	DefineCustomIntVariable("govdata.quality_turn",
							gettext_noop("Time after which a call of check_quality() ends."),
							NULL,
							&gd_quality_turn_s, 30, 1, 86400, PGC_SUSET, GUC_UNIT_S | GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
}
