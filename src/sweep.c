/*-------------------------------------------------------------------------
 *
 * sweep.c
 *	  CALL govdata.sweep(): writes down what time has decided.
 *
 * Nobody's rights wait for it: whether a consent is deemed given or an
 * authorization has expired follows from facts, calendar and clock whenever
 * someone asks.  A turn ends sessions that keep others waiting, settles
 * matured requests, then expires authorizations, then seals the journal, then
 * tells the departments concerned, then reminds those whose limits end soon,
 * then seals the access log and destroys what has outlived its term.
 *
 * Each batch is a transaction of its own, so a turn that is canceled or killed
 * leaves whole batches behind and the next one goes on from there.  A batch
 * runs in a subtransaction; where it fails it is halved until the row that
 * fails stands alone, is written down and passed over.
 *
 * Inside a transaction block the procedure cannot commit and does all of this
 * in that one transaction.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"
#include "access_log.h"
#include "seal.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

static int	gd_sweep_batch = 10000;

/* a kind of thing that time decides */
typedef struct GdTask
{
	const char *subject;
	/* ids and instants due at $1, after ($2, $3), at most $4 */
	const char *due;
	/* writes down what time has decided for the ids $1 */
	const char *act;
	/* forgets the failures of rows that are no longer due at $1 */
	const char *forget;
} GdTask;

/*
 * An answer that has waited for the row since before its limit ended counts: it
 * must not find that the consent was written down the moment before it got the
 * row.  Whoever waits for a row holds a lock on its place.
 */
static const GdTask gd_settling = {
	"share_request",
	"SELECT r.id, r.matures_at FROM govdata.share_request r"
	" WHERE r.state = 'submitted' AND r.matures_at <= $1 AND (r.matures_at, r.id) > ($2, $3)"
	" AND r.ctid <> ALL (ARRAY(SELECT format('(%s,%s)', l.page, l.tuple)::tid FROM pg_catalog.pg_locks l"
	"  WHERE l.locktype = 'tuple' AND l.relation = 'govdata.share_request'::regclass))"
	" ORDER BY r.matures_at, r.id LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED",
	"SELECT govdata._settle($1)",
	"DELETE FROM govdata.sweep_failure f WHERE f.subject = 'share_request'"
	" AND NOT EXISTS (SELECT FROM govdata.share_request r WHERE r.id = f.subject_key::bigint"
	"  AND r.state = 'submitted' AND r.matures_at <= $1)"
};

static const GdTask gd_expiring = {
	"share_authorization",
	"SELECT a.id, a.valid_until FROM govdata.share_authorization a"
	" WHERE a.state IN ('active', 'suspended') AND a.valid_until <= $1"
	" AND (a.valid_until, a.id) > ($2, $3)"
	" ORDER BY a.valid_until, a.id LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED",
	"SELECT govdata._expire($1)",
	"DELETE FROM govdata.sweep_failure f WHERE f.subject = 'share_authorization'"
	" AND NOT EXISTS (SELECT FROM govdata.share_authorization a WHERE a.id = f.subject_key::bigint"
	"  AND a.state IN ('active', 'suspended') AND a.valid_until <= $1)"
};

/*
 * Once a day, and again after a notice or a distance has changed: who has a
 * limit that ends soon.  The day stands for the row; its lock keeps two sweeps
 * from doing the same, and what is remembered of each case from telling twice.
 */
static const GdTask gd_reminding = {
	"reminder",
	"SELECT (govdata.legal_date($1) - '2000-01-01'::date)::bigint, $1 FROM govdata.sweep_heartbeat h"
	" WHERE h.reminded_on IS DISTINCT FROM govdata.legal_date($1)"
	" AND ($1, (govdata.legal_date($1) - '2000-01-01'::date)::bigint) > ($2, $3)"
	" LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED",
	"SELECT govdata._remind($1)",
	"DELETE FROM govdata.sweep_failure f WHERE f.subject = 'reminder'"
	" AND EXISTS (SELECT FROM govdata.sweep_heartbeat h WHERE h.reminded_on = govdata.legal_date($1))"
};

/* one turn */
typedef struct GdTurn
{
	bool		atomic;			/* inside a transaction block: no commits */
	MemoryContext context;		/* lives as long as the turn */
	TimestampTz as_of;
	bool		has_failures;	/* of earlier turns */
	int64		settled;
	int64		expired;
	int64		sealed;
	int64		failed;
	int64		notified;
	HTAB	   *concerned;
} GdTurn;

/* the rows of a batch, in the order of their instants */
typedef struct GdBatch
{
	Datum	   *ids;
	int			n;
	TimestampTz last_at;
	int64		last_id;
} GdBatch;

static void
gd_turn_commit(GdTurn *turn)
{
	if (!turn->atomic)
		SPI_commit();
	CHECK_FOR_INTERRUPTS();
}

/* ---- failures ---- */

/*
 * Is it the row that is at fault?  A cancel, a shutdown or a full disk is not:
 * the turn ends, and what was committed stays.
 */
static bool
gd_is_rows_fault(int sqlerrcode)
{
	switch (ERRCODE_TO_CATEGORY(sqlerrcode))
	{
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_SYSTEM_ERROR:
			return false;
		default:
			return true;
	}
}

static void
gd_record_failure(const GdTask *task, Datum id, const ErrorData *error)
{
	Oid			types[5] = {TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID};
	char	   *key = psprintf(INT64_FORMAT, DatumGetInt64(id));
	Datum		values[5];

	values[0] = CStringGetTextDatum(task->subject);
	values[1] = CStringGetTextDatum(key);
	values[2] = TimestampTzGetDatum(gd_clock());
	values[3] = CStringGetTextDatum(unpack_sql_state(error->sqlerrcode));
	values[4] = CStringGetTextDatum(error->message ? error->message : "");
	gd_query(
		"INSERT INTO govdata.sweep_failure AS f"
		" (subject, subject_key, first_at, last_at, times, sqlstate, message)"
		" VALUES ($1, $2, $3, $3, 1, $4, $5)"
		" ON CONFLICT (subject, subject_key) DO UPDATE SET last_at = excluded.last_at,"
		" times = f.times + 1, sqlstate = excluded.sqlstate, message = excluded.message",
		5, types, values);
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("the sweep passed over %s %s", task->subject, key),
			 errdetail("It failed with: %s", error->message ? error->message : ""),
			 errhint("Rights are not affected. The next turn tries again; see govdata.sweep_failure.")));
}

/* Rows that succeeded, or for which nothing is due any more. */
static void
gd_forget_failures(GdTurn *turn, const GdTask *task)
{
	Oid			types[1] = {TIMESTAMPTZOID};
	Datum		values[1] = {TimestampTzGetDatum(turn->as_of)};

	if (!turn->has_failures)
		return;
	gd_query(task->forget, 1, types, values);
}

/* ---- a batch ---- */

static int64
gd_act(const GdTask *task, Datum *ids, int n)
{
	ArrayType  *array = construct_array(ids, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	Oid			types[1] = {INT8ARRAYOID};
	Datum		values[1] = {PointerGetDatum(array)};
	bool		isnull;
	int64		done;

	gd_query(task->act, 1, types, values);
	done = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return done;
}

/*
 * Act on some rows in a subtransaction.  Returns how many were acted on, or -1
 * with the error when the rows are at fault.
 */
static int64
gd_try(const GdTask *task, Datum *ids, int n, ErrorData **error)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile int64 done = -1;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		done = gd_act(task, ids, n);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		*error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (!gd_is_rows_fault((*error)->sqlerrcode))
			ReThrowError(*error);
		done = -1;
	}
	PG_END_TRY();
	return done;
}

/* Act on rows; where they fail, on their halves. */
static int64
gd_act_bisecting(GdTurn *turn, const GdTask *task, Datum *ids, int n)
{
	ErrorData  *error = NULL;
	int64		done;

	CHECK_FOR_INTERRUPTS();
	done = gd_try(task, ids, n, &error);
	if (done >= 0)
		return done;
	if (n == 1)
	{
		turn->failed++;
		gd_record_failure(task, ids[0], error);
		FreeErrorData(error);
		return 0;
	}
	FreeErrorData(error);
	done = gd_act_bisecting(turn, task, ids, n / 2);
	return done + gd_act_bisecting(turn, task, ids + n / 2, n - n / 2);
}

/*
 * Lock the next rows that are due.  The place in the order of instants is kept
 * from batch to batch: index entries of rows settled a moment ago are still
 * there, and starting over would read them again and again.
 */
static void
gd_next_batch(GdTurn *turn, const GdTask *task, GdBatch *batch)
{
	Oid			types[4] = {TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT8OID};
	Datum		values[4];
	bool		isnull;

	values[0] = TimestampTzGetDatum(turn->as_of);
	values[1] = TimestampTzGetDatum(batch->last_at);
	values[2] = Int64GetDatum(batch->last_id);
	values[3] = Int64GetDatum(gd_sweep_batch);
	gd_query(task->due, 4, types, values);

	batch->n = (int) SPI_processed;
	batch->ids = palloc(batch->n * sizeof(Datum));
	for (int i = 0; i < batch->n; i++)
		batch->ids[i] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);
	if (batch->n > 0)
	{
		HeapTuple	last = SPI_tuptable->vals[batch->n - 1];

		batch->last_id = DatumGetInt64(batch->ids[batch->n - 1]);
		batch->last_at = DatumGetTimestampTz(SPI_getbinval(last, SPI_tuptable->tupdesc, 2, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* One batch, written down as the extension's owner. */
static int64
gd_do_batch(GdTurn *turn, const GdTask *task, GdBatch *batch)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(turn->context, "govdata sweep batch",
												  ALLOCSET_DEFAULT_SIZES);
	volatile int64 done = 0;
	GdOwn		own;

	gd_own_begin(&own);
	PG_TRY();
	{
		MemoryContextSwitchTo(context);
		gd_next_batch(turn, task, batch);
		if (batch->n > 0)
			done = gd_act_bisecting(turn, task, batch->ids, batch->n);
		if (batch->n < gd_sweep_batch)
			gd_forget_failures(turn, task);
		MemoryContextSwitchTo(caller);
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	MemoryContextDelete(context);
	return done;
}

/* Whoever has kept others waiting for too long: see lock_holders.c. */
static void
gd_end_lock_holders(GdTurn *turn)
{
	GdOwn		own;

	gd_own_begin(&own);
	PG_TRY();
	{
		gd_query("SELECT govdata._end_lock_holders()", 0, NULL, NULL);
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	gd_turn_commit(turn);
}

static int64
gd_do_task(GdTurn *turn, const GdTask *task)
{
	GdBatch		batch = {.last_at = DT_NOBEGIN};
	int64		done = 0;

	do
	{
		done += gd_do_batch(turn, task, &batch);
		gd_turn_commit(turn);
	} while (batch.n >= gd_sweep_batch);
	return done;
}

/* ---- sealing and telling ---- */

static int64
gd_seal_as_owner(GdTurn *turn)
{
	volatile int64 sealed = 0;
	GdOwn		own;

	gd_own_begin(&own);
	PG_TRY();
	{
		sealed = gd_seal_batch(gd_sweep_batch, turn->concerned);
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	return sealed;
}

static void
gd_seal(GdTurn *turn)
{
	HASHCTL		ctl = {.keysize = sizeof(int64), .entrysize = sizeof(GdConcerned), .hcxt = turn->context};
	int64		sealed;

	turn->concerned = hash_create("govdata departments concerned", 64, &ctl,
								  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	do
	{
		sealed = gd_seal_as_owner(turn);
		turn->sealed += sealed;
		gd_turn_commit(turn);
	} while (sealed >= gd_sweep_batch);
}

/*
 * The access log has a chain of seals of its own, and a term; a month that is
 * over gets its indexes.  A seal may be
 * short because a month or a boot ends there; but where others read without a
 * pause, there is always something more to seal, and the turn must end.
 */
static void
gd_seal_access(GdTurn *turn)
{
	int64		sealed;
	int			short_ones = 0;

	do
	{
		sealed = gd_seal_access_log(gd_sweep_batch);
		if (sealed < gd_sweep_batch)
			short_ones++;
		gd_turn_commit(turn);
	} while (sealed > 0 && short_ones < 8);
	if (gd_retire_access_log() > 0)
		gd_turn_commit(turn);
	if (gd_index_access_log() > 0)
		gd_turn_commit(turn);
}

/*
 * One message a department, after the seals are committed.  Whoever listens
 * learns that there is something to read and nothing else: LISTEN has no
 * privileges.
 */
static void
gd_notify(GdTurn *turn)
{
	HASH_SEQ_STATUS seq;
	GdConcerned *concerned;

	hash_seq_init(&seq, turn->concerned);
	while ((concerned = hash_seq_search(&seq)) != NULL)
	{
		char		payload[96];

		snprintf(payload, sizeof(payload),
				 "{\"department\":" INT64_FORMAT ",\"journal\":" INT64_FORMAT "}",
				 concerned->department, concerned->last_entry);
		Async_Notify("govdata", payload);
		turn->notified++;
	}
	if (turn->notified > 0)
		gd_turn_commit(turn);
}

/* ---- the heartbeat ---- */

/*
 * Two sweeps must not wait for one another, so the one that finds the row
 * locked leaves it to the other.
 */
static void
gd_heartbeat(GdTurn *turn, bool finished)
{
	static const char *const started =
		"UPDATE govdata.sweep_heartbeat SET started_at = $1, started_real_at = $2"
		" WHERE only_row = (SELECT h.only_row FROM govdata.sweep_heartbeat h FOR NO KEY UPDATE SKIP LOCKED)";
	static const char *const done =
		"UPDATE govdata.sweep_heartbeat SET finished_at = $1, finished_real_at = $2,"
		" settled = $3, expired = $4, sealed = $5, failed = $6, notified = $7"
		" WHERE only_row = (SELECT h.only_row FROM govdata.sweep_heartbeat h FOR NO KEY UPDATE SKIP LOCKED)";
	Oid			types[7] = {TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID};
	Datum		values[7];
	GdOwn		own;

	values[0] = TimestampTzGetDatum(gd_clock());
	values[1] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[2] = Int64GetDatum(turn->settled);
	values[3] = Int64GetDatum(turn->expired);
	values[4] = Int64GetDatum(turn->sealed);
	values[5] = Int64GetDatum(turn->failed);
	values[6] = Int64GetDatum(turn->notified);
	gd_own_begin(&own);
	PG_TRY();
	{
		gd_query(finished ? done : started, finished ? 7 : 2, types, values);
		if (!finished)
			turn->has_failures = gd_query("SELECT FROM govdata.sweep_failure LIMIT 1", 0, NULL, NULL) > 0;
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	gd_turn_commit(turn);
}

PG_FUNCTION_INFO_V1(gd_sweep);

/*
 * gd_sweep
 *		One turn of the sweep.
 */
Datum
gd_sweep(PG_FUNCTION_ARGS)
{
	GdTurn		turn = {.atomic = true};

	if (RecoveryInProgress())
	{
		ereport(DEBUG1,
				(errmsg_internal("govdata sweep: nothing to do on a standby")));
		PG_RETURN_VOID();
	}
	if (fcinfo->context && IsA(fcinfo->context, CallContext))
		turn.atomic = castNode(CallContext, fcinfo->context)->atomic;

	SPI_connect_ext(turn.atomic ? 0 : SPI_OPT_NONATOMIC);
	turn.context = CurrentMemoryContext;
	gd_heartbeat(&turn, false);
	gd_end_lock_holders(&turn);
	turn.as_of = gd_clock();
	turn.settled = gd_do_task(&turn, &gd_settling);
	turn.expired = gd_do_task(&turn, &gd_expiring);
	gd_seal(&turn);
	gd_notify(&turn);
	turn.notified += gd_do_task(&turn, &gd_reminding);
	gd_seal_access(&turn);
	gd_heartbeat(&turn, true);
	SPI_finish();
	PG_RETURN_VOID();
}

void
gd_sweep_init(void)
{
	DefineCustomIntVariable("govdata.sweep_batch",
							gettext_noop("Rows that the sweep settles, expires or seals in one transaction."),
							NULL,
							&gd_sweep_batch, 10000, 1, 1000000, PGC_SUSET, GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
}
