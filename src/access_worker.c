/*-------------------------------------------------------------------------
 *
 * access_worker.c
 *	  The writer of the access log: one background worker a database.
 *
 * The first reader has it started; it empties the queue in batches, one
 * transaction each, and leaves when nobody has read for a while.  A batch is
 * written as COPY writes, without triggers and without anybody's functions.
 *
 * When a batch fails, what matters is whose fault it was.  A record at fault
 * (the data do not fit) goes to the server log, the others are written one by
 * one.  Anything else (locks, disk, a missing table) leaves the queue as it
 * is: the writer tries again, less and less often, and readers are refused
 * meanwhile.
 *
 * Records are written in the order of their numbers and by nobody else, on
 * which the seals rely.  A writer that died after its commit and before it
 * could say so leaves records behind that the next one finds written already;
 * the key (boot, seq) tells.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "libpq/pqsignal.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "access_queue.h"
#include "futex.h"

#define GD_WRITER_NAME	"govdata access log writer"

/* entries of one transaction; rows handed to the table at once */
#define GD_BATCH		8192
#define GD_CHUNK		128

/*
 * After its last work the writer looks for more by itself for so long, in
 * milliseconds: those who do not wait for it need not wake it then.
 */
#define GD_LOG_RESTLESS	1000

/* pauses after errors */
#define GD_BACKOFF_MIN	100
#define GD_BACKOFF_MAX	5000

/* columns of govdata.access_record */
enum
{
	COL_BOOT,
	COL_SEQ,
	COL_AT,
	COL_REAL_AT,
	COL_KIND,
	COL_START_SEQ,
	COL_SESSION_ROLE,
	COL_OUTER_ROLE,
	COL_ROLE,
	COL_DEPARTMENT,
	COL_APPLICATION,
	COL_CLIENT,
	COL_PID,
	COL_QUERY_ID,
	COL_RESOURCE,
	COL_RELATION,
	COL_AUTHORIZATION,
	COL_VERSION,
	COL_ITEMS,
	COL_PURPOSE,
	COL_BASIS,
	COL_REASON,
	COL_END_SEQ,
	COL_ENDED_AT,
	COL_ROWS,
	COL_COMPLETED,
	COL_COUNT
};

static GdLogQueue *gd_my_queue = NULL;
static char *gd_my_ring = NULL;
static volatile sig_atomic_t gd_writing = false;

/* what one transaction writes */
typedef struct GdLogBatch
{
	const GdLogEntry **entries;
	const GdLogEntry **ends;	/* of an entry: its end, when in the batch too */
	bool	   *merged;			/* an end that its start takes along */
	int			n;
	uint64		until;			/* position after the last one */
	uint64		number;
	int			waiting;		/* readers who wait for it */
	bool		truncated;		/* there was more than a batch holds */
} GdLogBatch;

static const GdLogEntry *gd_entries[GD_BATCH];
static const GdLogEntry *gd_ends[GD_BATCH];
static bool gd_merged[GD_BATCH];

/*
 * Somebody may wait for a batch that was closed without what he waits for: by a
 * writer before this one, or because it failed or was full.
 */
static bool gd_overdue = true;

/* ---- starting and leaving ---- */

bool
gd_log_register_worker(const GdLogQueue *queue)
{
	BackgroundWorker worker;
	int			slot = queue - gd_log_shared->queues;

	memset(&worker, 0, sizeof(worker));
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = 1;	/* unless it leaves on its own account */
	strlcpy(worker.bgw_library_name, "govdata", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "gd_log_worker_main", sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_name, GD_WRITER_NAME, sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, GD_WRITER_NAME, sizeof(worker.bgw_type));
	worker.bgw_main_arg = Int32GetDatum(slot);
	memcpy(worker.bgw_extra, &queue->boot, sizeof(queue->boot));
	return RegisterDynamicBackgroundWorker(&worker, NULL);
}

/*
 * A shutdown must not lose what is queued, so the writer empties the queue
 * first.  In the middle of a commit it may be waiting for a synchronous standby
 * that will not come: only "die" ends that, and the main loop takes it back.
 */
static void
gd_writer_term(SIGNAL_ARGS)
{
	int			save_errno = errno;

	ShutdownRequestPending = true;
	if (gd_writing)
		die(postgres_signal_arg);
	SetLatch(MyLatch);
	errno = save_errno;
}

static void
gd_wake_all(GdLogQueue *q)
{
	ConditionVariableBroadcast(&q->changed);
	gd_futex_wake_all(&q->durable[0]);
	gd_futex_wake_all(&q->durable[1]);
}

static void
gd_writer_gone(int code, Datum arg)
{
	GdLogQueue *q = gd_my_queue;

	(void) arg;
	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	if (q->worker == MyProcPid)
	{
		q->worker = 0;
		q->latch = NULL;
		q->sleeping = false;
		/* after a failure the postmaster starts another one in a second */
		q->asked = code == 0 ? 0 : GetCurrentTimestamp();
	}
	LWLockRelease(gd_log_queue_lock(q));
	gd_wake_all(q);
}

/* Become the writer of the queue; false when there is one, or nothing to do. */
static bool
gd_claim_queue(int slot)
{
	GdLogQueue *q = &gd_log_shared->queues[slot];
	int64		boot;
	bool		mine;

	memcpy(&boot, MyBgworkerEntry->bgw_extra, sizeof(boot));
	LWLockAcquire(gd_log_registry_lock(), LW_SHARED);
	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	mine = OidIsValid(q->database) && q->boot == boot && q->worker == 0;
	if (mine)
	{
		gd_my_queue = q;
		q->worker = MyProcPid;
		q->latch = &MyProc->procLatch;
		q->sleeping = false;
	}
	LWLockRelease(gd_log_queue_lock(q));
	LWLockRelease(gd_log_registry_lock());
	return mine;
}

/* What the database's or the server's configuration says is for others. */
static void
gd_settle_settings(void)
{
	static const char *const settings[][2] = {
		{"search_path", "pg_catalog, pg_temp"},
		{"synchronous_commit", "on"},
		{"lock_timeout", "1s"},
		{"statement_timeout", "0"},
		{"transaction_timeout", "0"},
		{"idle_in_transaction_session_timeout", "0"},
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"},
		{"default_transaction_deferrable", "off"},
		{"session_replication_role", "origin"},
		{"event_triggers", "off"},
		{"default_tablespace", ""},
		{"default_table_access_method", "heap"},
		{"DateStyle", "ISO"},
		{"TimeZone", "UTC"},
	};

	for (int i = 0; i < (int) lengthof(settings); i++)
		if (GetConfigOption(settings[i][0], true, false) != NULL)
			SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
}

/* ---- partitions ---- */

/* number of a month, in UTC; the day asked for last is mostly that of the next */
static int
gd_month_of(TimestampTz at)
{
	static int64 known_day = PG_INT64_MIN;
	static int	known_month = 0;
	int64		day = at / USECS_PER_DAY;
	int			year;
	int			month;
	int			mday;

	if (at % USECS_PER_DAY < 0)
		day--;
	if (day != known_day)
	{
		j2date((int) day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
		known_day = day;
		known_month = year * 12 + month - 1;
	}
	return known_month;
}

/* the partition that was found last, until there is news of it */
static int	gd_known_month = -1;
static Oid	gd_known_partition = InvalidOid;

static void
gd_partition_changed(Datum arg, Oid relid)
{
	(void) arg;
	if (!OidIsValid(relid) || relid == gd_known_partition)
		gd_known_partition = InvalidOid;
}

/* number of the month at which a bound stands; -1 where it stands in the midst of one */
static int
gd_month_at(List *bound)
{
	PartitionRangeDatum *datum = linitial_node(PartitionRangeDatum, bound);
	TimestampTz at;
	int			month;

	if (datum->kind != PARTITION_RANGE_DATUM_VALUE)
		return -1;
	at = DatumGetTimestampTz(castNode(Const, datum->value)->constvalue);
	month = gd_month_of(at);
	return gd_month_of(at - 1) == month ? -1 : month;
}

/* Does the partition hold just what its name says?  Else reads of a time would pass over it. */
static bool
gd_has_month(Oid relid, int month)
{
	HeapTuple	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool		isnull = true;
	Datum		bound = (Datum) 0;
	PartitionBoundSpec *spec = NULL;

	if (HeapTupleIsValid(tup))
	{
		bound = SysCacheGetAttr(RELOID, tup, Anum_pg_class_relpartbound, &isnull);
		if (!isnull)
			spec = stringToNode(TextDatumGetCString(bound));
		ReleaseSysCache(tup);
	}
	if (spec == NULL || spec->is_default || spec->strategy != PARTITION_STRATEGY_RANGE)
		return false;
	return gd_month_at(spec->lowerdatums) == month && gd_month_at(spec->upperdatums) == month + 1;
}

PG_FUNCTION_INFO_V1(gd_is_access_partition);

Datum
gd_is_access_partition(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	char	   *name = get_rel_name(relid);
	int			year;
	int			month;

	if (name == NULL || sscanf(name, "access_record_%4d_%2d", &year, &month) != 2 || !get_rel_relispartition(relid) ||
		get_partition_parent(relid, false) != gd_relid(GD_ACCESS_RECORD))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(gd_has_month(relid, year * 12 + month - 1));
}

/* The partition of a month; InvalidOid when it is not there. */
static Oid
gd_partition(int month)
{
	char		name[NAMEDATALEN];
	Oid			parent = gd_relid(GD_ACCESS_RECORD);
	Oid			relid;

	if (month == gd_known_month && OidIsValid(gd_known_partition))
		return gd_known_partition;
	snprintf(name, sizeof(name), "access_record_%04d_%02d", month / 12, month % 12 + 1);
	relid = get_relname_relid(name, get_rel_namespace(parent));
	if (!OidIsValid(relid))
		return InvalidOid;
	if (!get_rel_relispartition(relid) || get_partition_parent(relid, false) != parent || !gd_has_month(relid, month))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" is not the partition of the access log for its month", name),
				 errdetail("Records of reads are kept by months in UTC."),
				 errhint("As a superuser: SET govdata.maintenance = on; DETACH the partition if it is one, and ALTER TABLE govdata.access_record ATTACH PARTITION govdata.%s FOR VALUES FROM ('%04d-%02d-01 00:00+00') TO ('%04d-%02d-01 00:00+00');",
						 name, month / 12, month % 12 + 1, (month + 1) / 12, (month + 1) % 12 + 1)));
	gd_known_month = month;
	gd_known_partition = relid;
	return relid;
}

static void
gd_make_partition(int month)
{
	Oid			type = DATEOID;
	Datum		first = DateADTGetDatum(date2j(month / 12, month % 12 + 1, 1) - POSTGRES_EPOCH_JDATE);
	int			result;

	SPI_connect();
	result = SPI_execute_with_args("SELECT govdata._make_access_partition($1)", 1,
								   &type, &first, NULL, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(result));
	SPI_finish();
}

/*
 * The next month's partition is made ahead of time.  If that fails, because
 * somebody holds a lock, there is time to try again.
 */
static void
gd_prepare_months(int this_month)
{
	for (int month = this_month; month <= this_month + 1; month++)
		if (!OidIsValid(gd_partition(month)))
			gd_make_partition(month);
}

/* ---- writing ---- */

static Datum
gd_text_or_null(const char *text, bool *isnull)
{
	*isnull = text[0] == '\0';
	return *isnull ? (Datum) 0 : CStringGetTextDatum(text);
}

static Datum
gd_id_or_null(int64 id, bool *isnull)
{
	*isnull = id == 0;
	return Int64GetDatum(id);
}

static const char *
gd_kind_name(char kind)
{
	switch (kind)
	{
		case GD_READ_KIND_READ:
			return "read";
		case GD_READ_KIND_COPY:
			return "copy";
		case GD_READ_KIND_EXPLAIN:
			return "explain";
		default:
			return "refused";
	}
}

static const char *
gd_basis_name(char basis)
{
	switch (basis)
	{
		case GD_READ_BASIS_OWN:
			return "own";
		case GD_READ_BASIS_BYPASS:
			return "bypass";
		case GD_READ_BASIS_ADMINISTRATOR:
			return "administrator";
		case GD_READ_BASIS_CLASS:
			return "class";
		case GD_READ_BASIS_CONTINUED:
			return "continued";
		case GD_READ_BASIS_AUTHORIZATION:
			return "authorization";
		case GD_READ_BASIS_OPEN:
			return "open";
		default:
			return "none";
	}
}

static void
gd_fill_end(const GdLogEntry *end, TimestampTz at, Datum *values, bool *nulls)
{
	values[COL_ENDED_AT] = TimestampTzGetDatum(at);
	values[COL_ROWS] = Int64GetDatum(end->rows);
	values[COL_COMPLETED] = BoolGetDatum(end->completed);
	nulls[COL_ENDED_AT] = nulls[COL_COMPLETED] = false;
	nulls[COL_ROWS] = end->rows < 0;
}

/* texts of the last entries that differed, made for the chunk being written */
typedef struct GdTexts
{
	const char *made_from;		/* in the ring */
	uint32		size;
	Datum		values[GD_N_TEXTS];
	bool		nulls[GD_N_TEXTS];
} GdTexts;

static GdTexts gd_texts[4];
static int	gd_n_texts = 0;

static const GdTexts *
gd_entry_texts(const GdLogEntry *entry)
{
	const char *text = (const char *) (entry + 1);
	uint32		size = entry->size - sizeof(GdLogEntry);
	GdTexts    *made;

	for (int i = 0; i < Min(gd_n_texts, (int) lengthof(gd_texts)); i++)
		if (gd_texts[i].size == size && memcmp(gd_texts[i].made_from, text, size) == 0)
			return &gd_texts[i];
	made = &gd_texts[gd_n_texts++ % lengthof(gd_texts)];
	made->made_from = text;
	made->size = size;
	for (int i = 0; i < GD_N_TEXTS; i++)
	{
		made->values[i] = gd_text_or_null(text, &made->nulls[i]);
		text += strlen(text) + 1;
	}
	return made;
}

static void
gd_fill_start(const GdLogEntry *entry, Datum *values, bool *nulls)
{
	static const int columns[GD_N_TEXTS] = {
		COL_SESSION_ROLE, COL_OUTER_ROLE, COL_ROLE, COL_APPLICATION, COL_CLIENT,
		COL_RELATION, COL_ITEMS, COL_PURPOSE, COL_REASON
	};
	const GdTexts *texts = gd_entry_texts(entry);

	for (int i = 0; i < GD_N_TEXTS; i++)
	{
		values[columns[i]] = texts->values[i];
		nulls[columns[i]] = texts->nulls[i];
	}
	values[COL_KIND] = CStringGetTextDatum(gd_kind_name(entry->kind));
	values[COL_BASIS] = CStringGetTextDatum(gd_basis_name(entry->basis));
	nulls[COL_BASIS] = false;
	values[COL_QUERY_ID] = gd_id_or_null(entry->query_id, &nulls[COL_QUERY_ID]);
	values[COL_AUTHORIZATION] = gd_id_or_null(entry->authorization, &nulls[COL_AUTHORIZATION]);
	values[COL_VERSION] = Int64GetDatum(entry->version);
	nulls[COL_VERSION] = entry->authorization == 0;
}

static void
gd_fill_row(const GdLogEntry *entry, const GdLogEntry *end, Datum *values, bool *nulls)
{
	memset(nulls, true, COL_COUNT * sizeof(bool));
	values[COL_BOOT] = Int64GetDatum(gd_my_queue->boot);
	values[COL_SEQ] = Int64GetDatum(entry->seq);
	values[COL_AT] = TimestampTzGetDatum(entry->at);
	values[COL_REAL_AT] = TimestampTzGetDatum(entry->real_at);
	values[COL_PID] = Int64GetDatum(entry->pid);
	nulls[COL_BOOT] = nulls[COL_SEQ] = nulls[COL_AT] = nulls[COL_REAL_AT] = false;
	nulls[COL_PID] = nulls[COL_KIND] = false;
	values[COL_DEPARTMENT] = gd_id_or_null(entry->department, &nulls[COL_DEPARTMENT]);
	values[COL_RESOURCE] = gd_id_or_null(entry->resource, &nulls[COL_RESOURCE]);
	if (entry->type == GD_ENTRY_END)
	{
		values[COL_KIND] = CStringGetTextDatum("end");
		values[COL_START_SEQ] = Int64GetDatum(entry->start_seq);
		nulls[COL_START_SEQ] = false;
		gd_fill_end(entry, entry->at, values, nulls);
		return;
	}
	gd_fill_start(entry, values, nulls);
	if (end != NULL)
	{
		values[COL_END_SEQ] = Int64GetDatum(end->seq);
		nulls[COL_END_SEQ] = false;
		gd_fill_end(end, end->at, values, nulls);
	}
	else if (entry->ended_at != 0)
		gd_fill_end(entry, entry->ended_at, values, nulls);
}

/* Rows of one month, handed to its partition in chunks. */
static void
gd_write_month(const GdLogBatch *batch, int month, Relation rel)
{
	ResultRelInfo *result = makeNode(ResultRelInfo);
	EState	   *estate = CreateExecutorState();
	BulkInsertState bulk = GetBulkInsertState();
	TupleTableSlot **slots = palloc0(GD_CHUNK * sizeof(TupleTableSlot *));
	MemoryContext row_context = GetPerTupleMemoryContext(estate);
	int			n = 0;

	gd_n_texts = 0;
	InitResultRelInfo(result, rel, 0, NULL, 0);
	ExecOpenIndices(result, false);
	for (int i = 0; i <= batch->n; i++)
	{
		if (n == GD_CHUNK || (i == batch->n && n > 0))
		{
			MemoryContext old = MemoryContextSwitchTo(row_context);

			table_multi_insert(rel, slots, n, GetCurrentCommandId(true), 0, bulk);
			MemoryContextSwitchTo(old);
			for (int s = 0; s < n; s++)
			{
				if (result->ri_NumIndices > 0)
					(void) GD_EXEC_INSERT_INDEX_TUPLES(result, slots[s], estate);
				ExecClearTuple(slots[s]);
			}
			ResetPerTupleExprContext(estate);
			gd_n_texts = 0;
			CHECK_FOR_INTERRUPTS();
			n = 0;
		}
		if (i < batch->n && !batch->merged[i] && gd_month_of(batch->entries[i]->real_at) == month)
		{
			MemoryContext old;

			if (slots[n] == NULL)
				slots[n] = table_slot_create(rel, NULL);
			old = MemoryContextSwitchTo(row_context);
			ExecClearTuple(slots[n]);
			gd_fill_row(batch->entries[i], batch->ends[i], slots[n]->tts_values, slots[n]->tts_isnull);
			ExecStoreVirtualTuple(slots[n]);
			MemoryContextSwitchTo(old);
			n++;
		}
	}
	ExecCloseIndices(result);
	FreeBulkInsertState(bulk);
	for (int s = 0; s < GD_CHUNK && slots[s] != NULL; s++)
		ExecDropSingleTupleTableSlot(slots[s]);
	FreeExecutorState(estate);
}

/* Open the partition of a month for writing; what the lock waited for may have changed it. */
static Relation
gd_open_partition(int month)
{
	for (;;)
	{
		Oid			relid = gd_partition(month);
		Relation	rel;

		if (!OidIsValid(relid))
		{
			gd_make_partition(month);
			CommandCounterIncrement();
			continue;
		}
		rel = table_open(relid, RowExclusiveLock);
		if (gd_partition(month) == relid)
			return rel;
		table_close(rel, RowExclusiveLock);
	}
}

static void
gd_write_rows(const GdLogBatch *batch)
{
	int			done = -1;

	/* a batch seldom has more than one month; the clock may also step back */
	for (int i = 0; i < batch->n; i++)
	{
		int			month = gd_month_of(batch->entries[i]->real_at);
		Relation	rel;
		bool		before = false;

		if (batch->merged[i] || month == done)
			continue;
		for (int j = 0; j < i && !before; j++)
			before = !batch->merged[j] && gd_month_of(batch->entries[j]->real_at) == month;
		if (before)
			continue;
		rel = gd_open_partition(month);
		LWLockAcquire(gd_log_queue_lock(gd_my_queue), LW_EXCLUSIVE);
		gd_my_queue->partition = RelationGetRelid(rel);
		LWLockRelease(gd_log_queue_lock(gd_my_queue));
		gd_write_month(batch, month, rel);
		table_close(rel, NoLock);
		done = month;
	}
}

static void
gd_work_as_owner(const GdLogBatch *batch)
{
	GdOwn		own;

	gd_own_begin(&own);
	PG_TRY();
	{
		if (batch != NULL)
			gd_write_rows(batch);
		else
			gd_prepare_months(gd_month_of(GetCurrentTimestamp()));
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
}

/*
 * One transaction as the extension's owner.  With a batch it writes that, else
 * it prepares the partitions.  False when the extension is not there.
 */
static bool
gd_transaction(const GdLogBatch *batch)
{
	bool		present;

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	present = OidIsValid(gd_relid(GD_ACCESS_RECORD));
	if (present)
		gd_work_as_owner(batch);
	PopActiveSnapshot();
	gd_writing = true;
	CommitTransactionCommand();
	gd_writing = false;
	return present;
}

/* ---- batches ---- */

/*
 * What is in the queue, up to a limit.  Numbers are consecutive, so the start
 * that an end belongs to is found by counting.
 */
static void
gd_collect(GdLogBatch *batch)
{
	GdLogQueue *q = gd_my_queue;
	uint64		position = pg_atomic_read_u64(&q->flushed);
	uint64		written;

	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	written = q->written;
	batch->waiting = q->waiting;
	q->waiting = 0;
	batch->number = q->batch++;
	LWLockRelease(gd_log_queue_lock(q));

	batch->entries = gd_entries;
	batch->ends = gd_ends;
	batch->merged = gd_merged;
	batch->n = 0;
	while (position < written && batch->n < GD_BATCH)
	{
		const GdLogEntry *entry = (const GdLogEntry *) (gd_my_ring + position % q->size);

		position += entry->size;
		if (entry->type == GD_ENTRY_PAD)
			continue;
		batch->entries[batch->n] = entry;
		batch->ends[batch->n] = NULL;
		batch->merged[batch->n] = false;
		if (entry->type == GD_ENTRY_END && entry->start_seq >= batch->entries[0]->seq)
		{
			batch->ends[entry->start_seq - batch->entries[0]->seq] = entry;
			batch->merged[batch->n] = true;
		}
		batch->n++;
	}
	batch->until = position;
	batch->truncated = position < written;
}

static void
gd_advance(const GdLogBatch *batch, int to_server_log)
{
	GdLogQueue *q = gd_my_queue;

	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	pg_atomic_write_u64(&q->flushed, batch->until);
	q->records += batch->n;
	q->batches++;
	q->to_server_log += to_server_log;
	LWLockRelease(gd_log_queue_lock(q));

	/* what a batch does not hold comes with a later one than its reader thinks */
	if (batch->truncated || gd_overdue)
		gd_wake_all(q);
	else
	{
		if (batch->waiting > 0)
			gd_futex_wake_all(&q->durable[batch->number % 2]);
		ConditionVariableBroadcast(&q->changed);
	}
	gd_overdue = batch->truncated;
}

/* Remember what went wrong, report it, and leave the transaction. */
static int
gd_recover(MemoryContext context, bool report)
{
	ErrorData  *error;
	int			code;

	gd_writing = false;
	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	code = error->sqlerrcode;
	LWLockReleaseAll();
	LWLockAcquire(gd_log_queue_lock(gd_my_queue), LW_EXCLUSIVE);
	if (report)
	{
		strlcpy(gd_my_queue->trouble, error->message ? error->message : "",
				sizeof(gd_my_queue->trouble));
		gd_my_queue->trouble_at = GetCurrentTimestamp();
	}
	LWLockRelease(gd_log_queue_lock(gd_my_queue));
	HOLD_INTERRUPTS();
	if (report)
		EmitErrorReport();
	AbortOutOfAnyTransaction();
	FlushErrorState();
	RESUME_INTERRUPTS();
	MemoryContextSwitchTo(context);
	FreeErrorData(error);
	return code;
}

/*
 * Is it the record that does not fit, rather than the server that cannot?
 * Where the server log would not take it either, it has to stay in the queue.
 */
static bool
gd_is_records_fault(int code)
{
	int			category = ERRCODE_TO_CATEGORY(code);

	if (!gd_server_log_open())
		return false;
	return category == ERRCODE_DATA_EXCEPTION ||
		category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		category == ERRCODE_PROGRAM_LIMIT_EXCEEDED;
}

/* Run a transaction; 0, or the SQLSTATE with which it failed. */
static int
gd_attempt(const GdLogBatch *batch, bool *present, bool report)
{
	MemoryContext context = CurrentMemoryContext;
	volatile int code = 0;

	PG_TRY();
	{
		*present = gd_transaction(batch);
		MemoryContextSwitchTo(context);
	}
	PG_CATCH();
	{
		code = gd_recover(context, report);
	}
	PG_END_TRY();
	return code;
}

/*
 * Write the entries of a failed batch one by one.  Returns the SQLSTATE of an
 * error that is not a record's fault; those written are found by their key
 * when the batch is tried again.
 */
static int
gd_write_singly(const GdLogBatch *batch, int *to_server_log)
{
	for (int i = 0; i < batch->n; i++)
	{
		const GdLogEntry *entry = batch->entries[i];
		const GdLogEntry *end = batch->ends[i];
		bool		merged = batch->merged[i];
		bool		present;
		GdLogBatch	one = {&entry, &end, &merged, 1, 0, 0, 0, false};
		int			code;

		if (merged)
			continue;
		code = gd_attempt(&one, &present, false);
		if (code == 0 || code == ERRCODE_UNIQUE_VIOLATION)
			continue;
		if (!gd_is_records_fault(code))
			return code;
		gd_log_to_server(entry, gd_my_queue->boot);
		(*to_server_log)++;
		if (end != NULL)
			gd_log_to_server(end, gd_my_queue->boot);
	}
	return 0;
}

/* The extension is gone, and with it the place where records are kept. */
static void
gd_leave_to_server_log(const GdLogBatch *batch)
{
	for (int i = 0; i < batch->n; i++)
		gd_log_to_server(batch->entries[i], gd_my_queue->boot);
}

/*
 * Write what is queued, one batch.  Returns for how many milliseconds to
 * pause: more and more while it does not succeed.
 */
static int
gd_drain(int pause)
{
	GdLogBatch	batch;
	bool		present = true;
	int			to_server_log = 0;
	int			code;

	gd_collect(&batch);
	code = gd_attempt(&batch, &present, true);
	if (gd_is_records_fault(code))
		code = gd_write_singly(&batch, &to_server_log);
	if (code != 0)
	{
		gd_overdue = true;
		return Min(Max(2 * pause, GD_BACKOFF_MIN), GD_BACKOFF_MAX);
	}
	if (!present)
	{
		gd_leave_to_server_log(&batch);
		to_server_log = batch.n;
	}
	gd_advance(&batch, to_server_log);
	return 0;
}

/* ---- the loop ---- */

typedef struct GdWriter
{
	TimestampTz busy_at;		/* when it last had something to do */
	TimestampTz waiting_since;	/* entries wait for company since, or 0 */
	int			pause;			/* after an error */
	int			month;			/* for which partitions are prepared */
	TimestampTz prepare_at;		/* not before */
	MemoryContext context;		/* of a turn */
} GdWriter;

static void
gd_prepare(GdWriter *w)
{
	int			month = gd_month_of(GetCurrentTimestamp());
	bool		present;

	if (month == w->month || GetCurrentTimestamp() < w->prepare_at)
		return;
	if (gd_attempt(NULL, &present, true) == 0 && present)
		w->month = month;
	else
		w->prepare_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), 60000);
}

/*
 * What is to be done now?  True for writing; else "wait" says for how long, -1
 * for leaving.
 */
static bool
gd_next(GdWriter *w, long *wait)
{
	GdLogQueue *q = gd_my_queue;
	TimestampTz now = GetCurrentTimestamp();
	bool		leaving;
	bool		urgent;
	bool		idle = false;
	uint64		flushed;
	uint64		queued;
	long		waited = 0;

	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	flushed = pg_atomic_read_u64(&q->flushed);
	queued = q->written - flushed;
	leaving = q->stop || ShutdownRequestPending;
	urgent = leaving || q->wanted > flushed || queued > q->size / 4;
	*wait = 0;
	if (queued > 0)
	{
		if (w->waiting_since == 0)
			w->waiting_since = now;
		waited = (long) ((now - w->waiting_since) / 1000);
		w->busy_at = now;
		if (!urgent && waited < GD_LOG_DELAY / 2)
			*wait = GD_LOG_DELAY / 2 - waited;
	}
	else if (leaving || now - w->busy_at >= gd_log_idle * USECS_PER_SEC)
	{
		*wait = -1;
		q->worker = 0;
		q->latch = NULL;
		q->asked = 0;
	}
	else if (now - w->busy_at < GD_LOG_RESTLESS * INT64CONST(1000))
		*wait = GD_LOG_DELAY / 2;
	else
	{
		*wait = Max(1, (long) (gd_log_idle * 1000 - (now - w->busy_at) / 1000));
		idle = true;
	}
	q->sleeping = *wait > 0;
	q->idle = idle;
	LWLockRelease(gd_log_queue_lock(q));
	return *wait == 0;
}

static void
gd_nap(long milliseconds)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 milliseconds, gd_log_wait_event());
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
}

/* After an error: news in the queue do not cut the pause short, a stop does. */
static void
gd_pause(int milliseconds)
{
	TimestampTz until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), milliseconds);

	for (;;)
	{
		long		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

		if (left <= 0 || ShutdownRequestPending)
			break;
		gd_nap(left);
	}
}

static void
gd_writer_turn(GdWriter *w)
{
	MemoryContext old = MemoryContextSwitchTo(w->context);

	pgstat_report_activity(STATE_RUNNING, "writing records of reads");
	gd_prepare(w);
	w->pause = gd_drain(w->pause);
	w->waiting_since = 0;
	MemoryContextSwitchTo(old);
	MemoryContextReset(w->context);
	pgstat_report_activity(STATE_IDLE, NULL);
	pgstat_report_stat(false);
}

static void
gd_writer_loop(void)
{
	GdWriter	w = {.busy_at = GetCurrentTimestamp()};
	long		wait;
	int			failures = 0;

	w.context = AllocSetContextCreate(TopMemoryContext, "govdata access log batch",
									  ALLOCSET_DEFAULT_SIZES);
	for (;;)
	{
		/* a shutdown that came while committing: first empty the queue */
		if (ShutdownRequestPending)
		{
			ProcDiePending = false;
			SetConfigOption("synchronous_commit", "local", PGC_SUSET, PGC_S_OVERRIDE);
		}
		CHECK_FOR_INTERRUPTS();
		if (gd_next(&w, &wait))
		{
			gd_writer_turn(&w);
			failures = w.pause > 0 ? failures + 1 : 0;
			if (w.pause > 0)
				gd_pause(w.pause);
			/* what cannot be written must not keep the server from stopping */
			if (ShutdownRequestPending && failures > 3)
				break;
		}
		else if (wait < 0)
			break;
		else
			gd_nap(wait);
	}
}

/*
 * gd_log_worker_main
 *		Entry point of the writer; "arg" is the number of its queue.
 */
void
gd_log_worker_main(Datum arg)
{
	dsm_segment *ring;

	pqsignal(SIGTERM, gd_writer_term);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();

	if (!gd_claim_queue(DatumGetInt32(arg)))
		proc_exit(0);
	before_shmem_exit(gd_writer_gone, (Datum) 0);

	BackgroundWorkerInitializeConnectionByOid(gd_my_queue->database, InvalidOid,
											  BGWORKER_BYPASS_ALLOWCONN);
	gd_speak();
	CacheRegisterRelcacheCallback(gd_partition_changed, (Datum) 0);
	gd_settle_settings();
	pgstat_report_appname(GD_WRITER_NAME);

	ring = dsm_attach(gd_my_queue->ring);
	if (ring == NULL)
		ereport(FATAL,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the queue of the access log has gone")));
	dsm_pin_mapping(ring);
	gd_my_ring = dsm_segment_address(ring);

	gd_writer_loop();
	proc_exit(0);
}
