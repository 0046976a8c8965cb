/*-------------------------------------------------------------------------
 *
 * seal.c
 *	  Seals over the journal: a chain of SHA-256 hashes.
 *
 * A seal names its entries one by one (a multirange of ids), because ids are
 * drawn in one order and committed in another: what commits late goes into a
 * later seal, and no writer ever waits for the sealer.
 *
 * Which entries have no seal yet must be found without reading those that
 * have one.  Each seal notes "complete_through": all entries up to there that
 * will ever be visible are sealed.  That may be said of an id that was drawn
 * by a transaction known to be over.  An entry is written by an AFTER trigger
 * of a row its transaction has written, so the transaction had its xid before
 * it drew the id.  Hence, in this order:
 *		1. read "drawn", the last id drawn so far;
 *		2. read the next xid, "fence": every drawer of an id <= drawn has a
 *		   smaller one;
 *		3. take a snapshot: when its xmin has reached the fence, all these
 *		   transactions are over, and the snapshot sees what they left.
 * When the fence is not reached, that of an older seal often is; its "drawn"
 * then serves.  The sequence must not cache ids for this, and does not.
 *
 * The digest of an entry is sha256 over the text of a jsonb array of its
 * columns in UTF-8, so that any SQL session can compute it without this
 * library: see govdata.verify_journal().  It leaves out the id, which the seal
 * binds by naming its entries and hashing their digests in that order; so two
 * rows that changed places can be told from two rows that were altered.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"
#include "seal.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

/* columns of govdata.journal_entry that the sealer needs by name */
#define ENTRY_ID			0
#define ENTRY_DEPARTMENT	11
#define ENTRY_CONSUMER		13
#define ENTRY_NATTS			18

#define DIGEST_LENGTH		PG_SHA256_DIGEST_LENGTH
#define FINGERPRINT_LENGTH	8

/* microseconds between the epochs of Unix and PostgreSQL */
#define EPOCH_USECS \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* a seal in the making */
typedef struct GdSeal
{
	int64		id;
	bytea	   *previous_hash;
	TimestampTz sealed_at;
	int64		drawn;
	FullTransactionId fence;
	int64		floor;			/* complete_through of the seal before */
	int64		decided;		/* no id up to here can still appear */
	int64		complete_through;
	int64		max_rows;
	int64		n_rows;
	int64		first;			/* run of consecutive ids at the end */
	int64		last;
	StringInfoData entries;		/* multirange text, without that run */
	StringInfoData digests;
	bytea	   *fingerprints;
	bytea	   *hash;
	pg_cryptohash_ctx *sha;
	HTAB	   *concerned;
} GdSeal;

/*
 * gd_query
 *		SPI_execute_with_args for all rows, in the caller's memory context:
 *		SPI leaves its own behind.
 */
uint64
gd_query(const char *sql, int nargs, Oid *types, Datum *values)
{
	MemoryContext caller = CurrentMemoryContext;
	int			result = SPI_execute_with_args(sql, nargs, types, values, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(result));
	MemoryContextSwitchTo(caller);
	return SPI_processed;
}

/* ---- hashing ---- */

static void
gd_sha(pg_cryptohash_ctx *sha, const char *data, Size len)
{
	if (pg_cryptohash_update(sha, (const uint8 *) data, len) < 0)
		elog(ERROR, "could not update a SHA-256 hash: %s", pg_cryptohash_error(sha));
}

static void
gd_sha_begin(pg_cryptohash_ctx *sha)
{
	if (pg_cryptohash_init(sha) < 0)
		elog(ERROR, "could not begin a SHA-256 hash: %s", pg_cryptohash_error(sha));
}

static void
gd_sha_end(pg_cryptohash_ctx *sha, uint8 *digest)
{
	if (pg_cryptohash_final(sha, digest, DIGEST_LENGTH) < 0)
		elog(ERROR, "could not finish a SHA-256 hash: %s", pg_cryptohash_error(sha));
}

/* freed by gd_seal_batch, after an error by the resource owner */
static pg_cryptohash_ctx *
gd_sha_create(void)
{
	pg_cryptohash_ctx *sha = pg_cryptohash_create(PG_SHA256);

	if (sha == NULL)
		elog(ERROR, "could not create a SHA-256 hash");
	return sha;
}

/* a column as jsonb_build_array()::text would show it */
static void
gd_canonical_value(StringInfo out, Form_pg_attribute att, Datum value, bool isnull)
{
	if (isnull)
	{
		appendStringInfoString(out, "null");
		return;
	}
	switch (att->atttypid)
	{
		case INT2OID:
			appendStringInfo(out, "%d", DatumGetInt16(value));
			break;
		case INT8OID:
			appendStringInfo(out, INT64_FORMAT, DatumGetInt64(value));
			break;
		case TIMESTAMPTZOID:
			appendStringInfo(out, INT64_FORMAT, DatumGetTimestampTz(value) + EPOCH_USECS);
			break;
		case TEXTOID:
			escape_json(out, TextDatumGetCString(value));
			break;
		case JSONBOID:
			{
				Jsonb	   *jsonb = DatumGetJsonbP(value);

				(void) JsonbToCString(out, &jsonb->root, VARSIZE(jsonb));
				break;
			}
		default:
			elog(ERROR, "unexpected type %u in the journal", att->atttypid);
	}
}

static void
gd_entry_digest(pg_cryptohash_ctx *sha, StringInfo text, TupleDesc desc,
				const Datum *values, const bool *nulls, uint8 *digest)
{
	char	   *utf8;

	resetStringInfo(text);
	appendStringInfoChar(text, '[');
	for (int i = ENTRY_ID + 1; i < ENTRY_NATTS; i++)
	{
		if (i > ENTRY_ID + 1)
			appendStringInfoString(text, ", ");
		gd_canonical_value(text, TupleDescAttr(desc, i), values[i], nulls[i]);
	}
	appendStringInfoChar(text, ']');
	utf8 = pg_server_to_any(text->data, text->len, PG_UTF8);

	gd_sha_begin(sha);
	gd_sha(sha, utf8, utf8 == text->data ? (Size) text->len : strlen(utf8));
	gd_sha_end(sha, digest);
}

/* ---- what a seal covers ---- */

/* whom the sweep has to tell, and up to which entry */
static void
gd_note_concerned(HTAB *concerned, const Datum *values, const bool *nulls)
{
	for (int i = ENTRY_DEPARTMENT; i <= ENTRY_CONSUMER; i++)
	{
		GdConcerned *entry;
		int64		department;
		bool		found;

		if (nulls[i])
			continue;
		department = DatumGetInt64(values[i]);
		entry = hash_search(concerned, &department, HASH_ENTER, &found);
		if (!found || entry->last_entry < DatumGetInt64(values[ENTRY_ID]))
			entry->last_entry = DatumGetInt64(values[ENTRY_ID]);
	}
}

static void
gd_close_run(GdSeal *seal)
{
	if (seal->last == 0)
		return;
	appendStringInfo(&seal->entries, "%s[" INT64_FORMAT "," INT64_FORMAT ")",
					 seal->entries.len > 1 ? "," : "", seal->first, seal->last + 1);
}

static void
gd_cover(GdSeal *seal, int64 id, const uint8 *digest)
{
	if (seal->last == 0 || id != seal->last + 1)
	{
		gd_close_run(seal);
		seal->first = id;
	}
	seal->last = id;
	appendBinaryStringInfo(&seal->digests, (const char *) digest, DIGEST_LENGTH);
	seal->n_rows++;
}

/*
 * Cover the visible entries from..to (both included), until the seal is full.
 */
static void
gd_cover_range(GdSeal *seal, Relation rel, Relation index, Snapshot snapshot,
			   int64 from, int64 to)
{
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "govdata seal row",
											  ALLOCSET_DEFAULT_SIZES);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], 1, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	ScanKeyInit(&keys[1], 1, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(to));
	scan = systable_beginscan_ordered(rel, index, snapshot, 2, keys);
	while (seal->n_rows < seal->max_rows &&
		   (tuple = systable_getnext_ordered(scan, ForwardScanDirection)) != NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(row);
		StringInfoData text;
		Datum		values[ENTRY_NATTS];
		bool		nulls[ENTRY_NATTS];
		uint8		digest[DIGEST_LENGTH];

		CHECK_FOR_INTERRUPTS();
		initStringInfo(&text);
		heap_deform_tuple(tuple, RelationGetDescr(rel), values, nulls);
		gd_entry_digest(seal->sha, &text, RelationGetDescr(rel), values, nulls, digest);
		MemoryContextSwitchTo(caller);
		gd_cover(seal, DatumGetInt64(values[ENTRY_ID]), digest);
		gd_note_concerned(seal->concerned, values, nulls);
		MemoryContextReset(row);
	}
	systable_endscan_ordered(scan);
	MemoryContextDelete(row);
}

/* the visible entries up to "drawn" that no seal covers, in order of ids */
static void
gd_cover_unsealed(GdSeal *seal)
{
	Relation	rel = table_open(gd_relid_required(GD_JOURNAL_ENTRY), AccessShareLock);
	Relation	index;
	Snapshot	snapshot;
	SPITupleTable *gaps;
	uint64		n_gaps;
	Oid			types[2] = {INT8OID, INT8OID};
	Datum		values[2];

	/* a seal's entries are all <= its "drawn", and "drawn" grows with the id */
	values[0] = Int64GetDatum(seal->floor);
	values[1] = Int64GetDatum(seal->drawn);
	gd_query(
		"SELECT lower(g), upper(g) - 1 FROM unnest("
		" int8multirange(int8range($1 + 1, $2 + 1)) - coalesce((SELECT range_agg(s.entries)"
		"  FROM govdata.journal_seal s WHERE s.id > coalesce((SELECT o.id"
		"   FROM govdata.journal_seal o WHERE o.drawn <= $1 ORDER BY o.id DESC LIMIT 1), 0)),"
		"  '{}')) g ORDER BY 1",
		2, types, values);
	gaps = SPI_tuptable;
	n_gaps = SPI_processed;

	index = index_open(get_relname_relid("journal_entry_pkey", RelationGetNamespace(rel)),
					   AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (uint64 i = 0; i < n_gaps && seal->n_rows < seal->max_rows; i++)
	{
		bool		isnull;
		Datum		from = SPI_getbinval(gaps->vals[i], gaps->tupdesc, 1, &isnull);
		Datum		to = SPI_getbinval(gaps->vals[i], gaps->tupdesc, 2, &isnull);

		gd_cover_range(seal, rel, index, snapshot, DatumGetInt64(from), DatumGetInt64(to));
	}
	UnregisterSnapshot(snapshot);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	SPI_freetuptable(gaps);
	gd_close_run(seal);
	appendStringInfoChar(&seal->entries, '}');
}

/* ---- the chain ---- */

static int64
gd_last_drawn(void)
{
	bool		isnull;
	Datum		drawn;

	/* a sequence nobody has drawn from shows 1 all the same */
	gd_query("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM govdata.journal_entry_id_seq",
			 0, NULL, NULL);
	drawn = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return DatumGetInt64(drawn);
}

/* the newest seal, which ours will follow */
static void
gd_read_head(GdSeal *seal)
{
	bool		isnull;
	HeapTuple	tuple;
	TupleDesc	desc;

	if (gd_query("SELECT id, hash, complete_through FROM govdata.journal_seal ORDER BY id DESC LIMIT 1",
				 0, NULL, NULL) == 0)
	{
		/* the first seal follows a hash of zeros */
		seal->id = 1;
		seal->previous_hash = palloc0(VARHDRSZ + DIGEST_LENGTH);
		SET_VARSIZE(seal->previous_hash, VARHDRSZ + DIGEST_LENGTH);
		return;
	}
	tuple = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	seal->id = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull)) + 1;
	seal->previous_hash = DatumGetByteaPCopy(SPI_getbinval(tuple, desc, 2, &isnull));
	seal->floor = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
}

/*
 * Up to which id is it decided whether an entry will ever appear?  See the
 * head of this file.
 */
static void
gd_read_decided(GdSeal *seal)
{
	Snapshot	snapshot;
	TransactionId xmin;
	FullTransactionId reached;
	Oid			types[1] = {XID8OID};
	Datum		values[1];

	seal->fence = ReadNextFullTransactionId();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	xmin = snapshot->xmin;
	UnregisterSnapshot(snapshot);

	if (TransactionIdFollowsOrEquals(xmin, XidFromFullTransactionId(seal->fence)))
	{
		seal->decided = seal->drawn;
		return;
	}
	reached = FullTransactionIdFromU64(U64FromFullTransactionId(seal->fence) -
									   (uint32) (XidFromFullTransactionId(seal->fence) - xmin));
	values[0] = FullTransactionIdGetDatum(reached);
	gd_query("SELECT drawn FROM govdata.journal_seal WHERE fence <= $1 ORDER BY id DESC LIMIT 1",
						  1, types, values);
	if (SPI_processed > 0)
	{
		bool		isnull;

		seal->decided = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
													SPI_tuptable->tupdesc, 1, &isnull));
	}
}

/* previous hash, header, digests */
static void
gd_hash_seal(GdSeal *seal)
{
	StringInfoData header;
	uint8		digest[DIGEST_LENGTH];
	Size		size = VARHDRSZ + seal->n_rows * FINGERPRINT_LENGTH;

	initStringInfo(&header);
	appendStringInfo(&header,
					 "[" INT64_FORMAT ", " INT64_FORMAT ", \"%s\", " INT64_FORMAT ", "
					 INT64_FORMAT ", " INT64_FORMAT "]",
					 seal->id, seal->sealed_at + EPOCH_USECS, seal->entries.data,
					 seal->n_rows, seal->complete_through, seal->drawn);
	gd_sha_begin(seal->sha);
	gd_sha(seal->sha, VARDATA_ANY(seal->previous_hash), VARSIZE_ANY_EXHDR(seal->previous_hash));
	gd_sha(seal->sha, header.data, header.len);
	gd_sha(seal->sha, seal->digests.data, seal->digests.len);
	gd_sha_end(seal->sha, digest);
	seal->hash = palloc(VARHDRSZ + DIGEST_LENGTH);
	SET_VARSIZE(seal->hash, VARHDRSZ + DIGEST_LENGTH);
	memcpy(VARDATA(seal->hash), digest, DIGEST_LENGTH);

	seal->fingerprints = palloc(size);
	SET_VARSIZE(seal->fingerprints, size);
	for (int64 i = 0; i < seal->n_rows; i++)
		memcpy(VARDATA(seal->fingerprints) + i * FINGERPRINT_LENGTH,
			   seal->digests.data + i * DIGEST_LENGTH, FINGERPRINT_LENGTH);
}

static void
gd_write_seal(GdSeal *seal)
{
	Oid			types[10] = {INT8OID, TIMESTAMPTZOID, TEXTOID, INT8OID, INT8OID, INT8OID,
	XID8OID, BYTEAOID, BYTEAOID, BYTEAOID};
	Datum		values[10];

	values[0] = Int64GetDatum(seal->id);
	values[1] = TimestampTzGetDatum(seal->sealed_at);
	values[2] = CStringGetTextDatum(seal->entries.data);
	values[3] = Int64GetDatum(seal->n_rows);
	values[4] = Int64GetDatum(seal->complete_through);
	values[5] = Int64GetDatum(seal->drawn);
	values[6] = FullTransactionIdGetDatum(seal->fence);
	values[7] = PointerGetDatum(seal->fingerprints);
	values[8] = PointerGetDatum(seal->previous_hash);
	values[9] = PointerGetDatum(seal->hash);
	gd_query("INSERT INTO govdata.journal_seal (id, sealed_at, entries, entry_count,"
						  " complete_through, drawn, fence, fingerprints, previous_hash, hash)"
						  " VALUES ($1, $2, $3::int8multirange, $4, $5, $6, $7, $8, $9, $10)",
						  10, types, values);
	ereport(LOG,
			(errmsg("govdata journal seal %lld over %lld entries up to %lld: %s",
					(long long) seal->id, (long long) seal->n_rows, (long long) seal->last,
					TextDatumGetCString(DirectFunctionCall2(binary_encode,
															PointerGetDatum(seal->hash),
															CStringGetTextDatum("hex")))),
			 errhidestmt(true), errhidecontext(true)));
}

/*
 * gd_seal_batch
 *		Seal up to max_rows entries; returns how many.
 *
 * Runs inside gd_own_begin() with SPI connected.  Departments that the sealed
 * entries concern are added to "concerned".  Zero when there is nothing to
 * seal, or when another session seals: the lock is one that writers never
 * need and that only those may take who may also change the table, so that no
 * ordinary role can hold the sealer up.
 */
int64
gd_seal_batch(int64 max_rows, HTAB *concerned)
{
	MemoryContext context;
	MemoryContext caller;
	GdSeal		seal = {0};

	if (!ConditionalLockRelationOid(gd_relid_required(GD_JOURNAL_SEAL), ShareUpdateExclusiveLock))
		return 0;
	/* under the lock, so that it never falls from one seal to the next */
	seal.drawn = gd_last_drawn();

	context = AllocSetContextCreate(CurrentMemoryContext, "govdata seal", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	gd_read_head(&seal);
	if (seal.drawn > seal.floor)
	{
		seal.sealed_at = gd_clock();
		seal.max_rows = max_rows;
		seal.sha = gd_sha_create();
		seal.concerned = concerned;
		initStringInfo(&seal.entries);
		appendStringInfoChar(&seal.entries, '{');
		initStringInfo(&seal.digests);

		gd_read_decided(&seal);
		gd_cover_unsealed(&seal);
		if (seal.n_rows > 0)
		{
			seal.complete_through = seal.decided;
			if (seal.n_rows == max_rows)
				seal.complete_through = Min(seal.decided, seal.last);
			seal.complete_through = Max(seal.complete_through, seal.floor);
			gd_hash_seal(&seal);
			gd_write_seal(&seal);
		}
		pg_cryptohash_free(seal.sha);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return seal.n_rows;
}
