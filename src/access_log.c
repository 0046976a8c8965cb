/*-------------------------------------------------------------------------
 *
 * access_log.c
 *	  The record of reads, the readers' side (Article 32).
 *
 * A reader puts its record into the queue of its database and, in sync mode,
 * waits until the writer (access_worker.c) says that it is durable; only then
 * do rows flow.  Readers that wait together share one commit.  A rollback,
 * an error or a cancel takes nothing back out of the queue: too much may be
 * on record, never too little.
 *
 * Everything fails closed: where no record can be kept, nobody reads.  Memory
 * is bounded by govdata.log_queue for each database that is read.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/parallel.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/shmem.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "access_queue.h"
#include "futex.h"

/* a text may not crowd the others out of the queue */
#define GD_MAX_PURPOSE	1000

/* between two attempts to get a writer */
#define GD_RETRY_MS		1000

enum GdLogMode
{
	GD_LOG_SYNC,
	GD_LOG_ASYNC
};

static const struct config_enum_entry gd_log_modes[] = {
	{"sync", GD_LOG_SYNC, false},
	{"async", GD_LOG_ASYNC, false},
	{NULL, 0, false}
};

enum GdStandbyLog
{
	GD_STANDBY_REFUSE,
	GD_STANDBY_SERVER_LOG
};

static const struct config_enum_entry gd_standby_modes[] = {
	{"refuse", GD_STANDBY_REFUSE, false},
	{"server_log", GD_STANDBY_SERVER_LOG, false},
	{NULL, 0, false}
};

static int	gd_log_mode = GD_LOG_SYNC;
static int	gd_standby_log = GD_STANDBY_REFUSE;
static int	gd_log_timeout = 5000;
static int	gd_log_size = 8192;
int			gd_log_idle = 86400;

GdLogShared *gd_log_shared = NULL;
static LWLockPadded *gd_log_locks = NULL;
static shmem_request_hook_type gd_prev_log_shmem_request = NULL;
static shmem_startup_hook_type gd_prev_log_shmem_startup = NULL;
static ProcessUtility_hook_type gd_prev_log_utility = NULL;

/* this backend's */
static GdLogQueue *gd_queue = NULL;
static char *gd_ring = NULL;
static int64 gd_standby_seq = 0;

/* names of roles that recur from record to record */
typedef struct GdRoleName
{
	Oid			role;
	char		name[NAMEDATALEN];
} GdRoleName;

static GdRoleName gd_role_names[4];
static int	gd_next_role_name = 0;

/* an entry made before, and the texts it was made from, one after the other */
typedef struct GdForm
{
	bool		complete;
	StringInfoData given;
	StringInfoData entry;
} GdForm;

/* ---- shared memory ---- */

LWLock *
gd_log_registry_lock(void)
{
	return &gd_log_locks[0].lock;
}

LWLock *
gd_log_queue_lock(const GdLogQueue *queue)
{
	return &gd_log_locks[1 + (queue - gd_log_shared->queues)].lock;
}

uint32
gd_log_wait_event(void)
{
	static uint32 event = 0;

	if (event == 0)
		event = GD_WAIT_EVENT("GovdataAccessLog");
	return event;
}

static void
gd_log_shmem_request(void)
{
	if (gd_prev_log_shmem_request)
		gd_prev_log_shmem_request();
	RequestAddinShmemSpace(MAXALIGN(sizeof(GdLogShared)));
	RequestNamedLWLockTranche("govdata access log", 1 + GD_LOG_DATABASES);
}

static void
gd_log_shmem_startup(void)
{
	bool		found;

	if (gd_prev_log_shmem_startup)
		gd_prev_log_shmem_startup();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	gd_log_shared = ShmemInitStruct("govdata access log", sizeof(GdLogShared), &found);
	gd_log_locks = GetNamedLWLockTranche("govdata access log");
	if (!found)
	{
		memset(gd_log_shared, 0, sizeof(GdLogShared));
		for (int i = 0; i < GD_LOG_DATABASES; i++)
		{
			pg_atomic_init_u64(&gd_log_shared->queues[i].flushed, 0);
			ConditionVariableInit(&gd_log_shared->queues[i].changed);
			pg_atomic_init_u32(&gd_log_shared->queues[i].durable[0], 0);
			pg_atomic_init_u32(&gd_log_shared->queues[i].durable[1], 0);
		}
	}
	LWLockRelease(AddinShmemInitLock);
}

/* the queue of a database, NULL when nobody has read there; under the registry's lock */
static GdLogQueue *
gd_find_queue(Oid database)
{
	for (int i = 0; i < GD_LOG_DATABASES; i++)
		if (gd_log_shared->queues[i].database == database)
			return &gd_log_shared->queues[i];
	return NULL;
}

/*
 * Boot numbers name a queue's life.  They come from the time, so that none
 * recurs after a restart.
 */
static void
gd_make_queue(GdLogQueue *queue)
{
	dsm_segment *segment = dsm_create((Size) gd_log_size * 1024, 0);

	dsm_pin_segment(segment);
	dsm_pin_mapping(segment);
	gd_ring = dsm_segment_address(segment);

	gd_log_shared->last_boot = Max(gd_log_shared->last_boot + 1, GetCurrentTimestamp());
	queue->boot = gd_log_shared->last_boot;
	queue->ring = dsm_segment_handle(segment);
	queue->size = (uint64) gd_log_size * 1024;
	queue->last_seq = 0;
	queue->written = queue->wanted = 0;
	queue->skipped = queue->skipped_until = 0;
	pg_atomic_write_u64(&queue->flushed, 0);
	queue->waiting = 0;
	queue->batch = 0;
	queue->worker = 0;
	queue->latch = NULL;
	queue->sleeping = queue->idle = queue->stop = false;
	queue->asked = queue->trouble_at = 0;
	queue->partition = InvalidOid;
	queue->records = queue->batches = queue->to_server_log = 0;
	queue->trouble[0] = '\0';
	queue->database = MyDatabaseId;
}

static void
gd_join_queue(void)
{
	GdLogQueue *queue;

	LWLockAcquire(gd_log_registry_lock(), LW_EXCLUSIVE);
	queue = gd_find_queue(MyDatabaseId);
	if (queue == NULL)
	{
		queue = gd_find_queue(InvalidOid);
		if (queue == NULL)
			ereport(ERROR,
					(errcode(GD_ERRCODE(32)),
					 errmsg("reading is refused because it cannot be recorded"),
					 errdetail("Attached tables are read in %d databases of this server already; there is no queue for another one. Measures, Article 32.",
							   GD_LOG_DATABASES),
					 errhint("Restart the server, which forgets databases that are read no longer, or divide the databases among several servers.")));
		gd_make_queue(queue);
	}
	else
	{
		dsm_segment *segment = dsm_attach(queue->ring);

		if (segment == NULL)
			ereport(ERROR,
					(errcode(GD_ERRCODE(32)),
					 errmsg("reading is refused because it cannot be recorded"),
					 errdetail("The queue of the access log has gone. Measures, Article 32."),
					 errhint("Reconnect; if it happens again, restart the server.")));
		dsm_pin_mapping(segment);
		gd_ring = dsm_segment_address(segment);
	}
	LWLockRelease(gd_log_registry_lock());
	gd_queue = queue;
}

/* ---- a record ---- */

static void
gd_forget_role_names(void)
{
	for (int i = 0; i < (int) lengthof(gd_role_names); i++)
		gd_role_names[i].role = InvalidOid;
}

static const char *
gd_role_name(Oid role)
{
	GdRoleName *known;
	char	   *name;

	for (int i = 0; i < (int) lengthof(gd_role_names); i++)
		if (gd_role_names[i].role == role)
			return gd_role_names[i].name;
	name = GetUserNameFromId(role, true);
	known = &gd_role_names[gd_next_role_name++ % lengthof(gd_role_names)];
	if (name)
		strlcpy(known->name, name, NAMEDATALEN);
	else
		snprintf(known->name, NAMEDATALEN, "%u", role);
	known->role = role;
	return known->name;
}

/* Address of the client, "" for a local socket; looked up once. */
static const char *
gd_client_address(void)
{
	static char address[64];
	static bool known = false;

	if (!known)
	{
		LOCAL_FCINFO(fcinfo, 0);
		Datum		found;

		InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
		found = inet_client_addr(fcinfo);
		if (!fcinfo->isnull)
			strlcpy(address, DatumGetCString(DirectFunctionCall1(inet_out, found)), sizeof(address));
		known = true;
	}
	return address;
}

/*
 * Append a text that no one can choke on: cut at a character, and what is not
 * valid in the database's encoding becomes question marks.  Settings that come
 * with the connection and names of other databases are not checked by the
 * server.
 */
static void
gd_add_text(StringInfo out, const char *text, int limit)
{
	int			length = text ? (int) strlen(text) : 0;
	int			start = out->len;

	if (length > limit)
		length = pg_mbcliplen(text, length, limit);
	if (length > 0)
		appendBinaryStringInfo(out, text, length);
	appendStringInfoChar(out, '\0');
	if (length == 0 || pg_verify_mbstr(GetDatabaseEncoding(), out->data + start, length, true))
		return;
	for (int i = start; i < start + length; i++)
		if (IS_HIGHBIT_SET(out->data[i]))
			out->data[i] = '?';
}

static void
gd_finish_entry(StringInfo out)
{
	while (out->len % 8 != 0)
		appendStringInfoChar(out, '\0');
	((GdLogEntry *) out->data)->size = out->len;
}

static const int gd_text_limits[GD_N_TEXTS] = {
	[GD_TEXT_SESSION_ROLE] = NAMEDATALEN,
	[GD_TEXT_OUTER_ROLE] = NAMEDATALEN,
	[GD_TEXT_ROLE] = NAMEDATALEN,
	[GD_TEXT_APPLICATION] = NAMEDATALEN,
	[GD_TEXT_CLIENT] = 63,
	[GD_TEXT_RELATION] = 4 * NAMEDATALEN + 8,
	[GD_TEXT_ITEMS] = GD_MAX_ITEMS,
	[GD_TEXT_PURPOSE] = GD_MAX_PURPOSE,
	[GD_TEXT_REASON] = GD_MAX_PURPOSE,
};

static bool
gd_same_texts(const GdForm *form, const char *const *texts)
{
	const char *given = form->given.data;

	if (!form->complete)
		return false;
	for (int i = 0; i < GD_N_TEXTS; i++)
	{
		size_t		length = strlen(given);

		if (strcmp(given, texts[i] ? texts[i] : "") != 0)
			return false;
		given += length + 1;
	}
	return true;
}

static void
gd_fill_form(GdForm *form, const char *const *texts)
{
	GdLogEntry	entry = {0};

	if (form->given.data == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		initStringInfo(&form->given);
		initStringInfo(&form->entry);
		MemoryContextSwitchTo(old);
	}
	form->complete = false;
	resetStringInfo(&form->entry);
	appendBinaryStringInfo(&form->entry, (char *) &entry, sizeof(entry));
	for (int i = 0; i < GD_N_TEXTS; i++)
		gd_add_text(&form->entry, texts[i], gd_text_limits[i]);
	gd_finish_entry(&form->entry);
	resetStringInfo(&form->given);
	for (int i = 0; i < GD_N_TEXTS; i++)
		appendBinaryStringInfo(&form->given, texts[i] ? texts[i] : "", texts[i] ? strlen(texts[i]) + 1 : 1);
	form->complete = true;
}

/*
 * The entry with these texts.  What a session reads differs little from one
 * statement to the next, so the last few are kept.
 */
static GdLogEntry *
gd_form(const char *const *texts)
{
	static GdForm forms[4];
	static int	next = 0;
	GdForm	   *form;

	for (int i = 0; i < (int) lengthof(forms); i++)
		if (gd_same_texts(&forms[i], texts))
			return (GdLogEntry *) forms[i].entry.data;
	form = &forms[next++ % lengthof(forms)];
	gd_fill_form(form, texts);
	return (GdLogEntry *) form->entry.data;
}

static GdLogEntry *
gd_build_start(const GdRead *read)
{
	const char *texts[GD_N_TEXTS];
	char		roles[3][NAMEDATALEN];
	Oid			login = GetAuthenticatedUserId();
	GdLogEntry *entry;

	/* who logged in, whatever a superuser has made of the session; a server process has not */
	if (!OidIsValid(login))
		login = GetSessionUserId();
	/* copied, for a name that is looked up may take another's place */
	texts[GD_TEXT_SESSION_ROLE] = strcpy(roles[0], gd_role_name(login));
	texts[GD_TEXT_OUTER_ROLE] = strcpy(roles[1], gd_role_name(GetOuterUserId()));
	texts[GD_TEXT_ROLE] = strcpy(roles[2], gd_role_name(GetUserId()));
	texts[GD_TEXT_APPLICATION] = application_name;
	texts[GD_TEXT_CLIENT] = gd_client_address();
	texts[GD_TEXT_RELATION] = read->relation;
	texts[GD_TEXT_ITEMS] = read->items;
	texts[GD_TEXT_PURPOSE] = read->purpose;
	texts[GD_TEXT_REASON] = read->reason;
	entry = gd_form(texts);

	entry->type = GD_ENTRY_START;
	entry->seq = 0;				/* until it is put */
	entry->real_at = GetCurrentTimestamp();
	entry->at = gd_clock_at(entry->real_at);
	entry->department = read->department;
	entry->resource = read->resource;
	entry->authorization = read->authorization;
	entry->version = read->version;
	entry->query_id = read->query_id ? (int64) read->query_id : (int64) pgstat_get_my_query_id();
	entry->ended_at = 0;
	entry->rows = -1;
	entry->completed = false;
	entry->sync = gd_log_mode == GD_LOG_SYNC || read->sync;
	entry->pid = MyProcPid;
	entry->kind = read->kind;
	entry->basis = read->basis;
	return entry;
}

static void
gd_build_end(GdLogEntry *entry, GdReadKey key, int64 rows, bool completed)
{
	memset(entry, 0, sizeof(*entry));
	entry->size = MAXALIGN(sizeof(*entry));
	entry->type = GD_ENTRY_END;
	entry->start_seq = key.seq;
	entry->real_at = GetCurrentTimestamp();
	entry->at = gd_clock_at(entry->real_at);
	entry->department = key.department;
	entry->resource = key.resource;
	entry->rows = rows;
	entry->pid = MyProcPid;
	entry->completed = completed;
}

/* ---- what goes to the server log ---- */

char *
gd_log_entry_text(const GdLogEntry *entry, int64 boot)
{
	static const char *const names[GD_N_TEXTS] = {
		"session_role", "outer_role", "role", "application", "client_address",
		"relation", "items", "purpose", "reason"
	};
	const char *text = (const char *) (entry + 1);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "{\"boot\": " INT64_FORMAT ", \"seq\": " INT64_FORMAT, boot, entry->seq);
	appendStringInfo(&out, ", \"at\": \"%s\"", gd_legal_text(entry->at));
	appendStringInfo(&out, ", \"real_at\": \"%s\", \"pid\": %d", timestamptz_to_str(entry->real_at), entry->pid);
	appendStringInfo(&out, ", \"department\": " INT64_FORMAT ", \"resource\": " INT64_FORMAT,
					 entry->department, entry->resource);
	if (entry->type == GD_ENTRY_END)
	{
		appendStringInfo(&out, ", \"kind\": \"end\", \"start_seq\": " INT64_FORMAT ", \"rows\": " INT64_FORMAT
						 ", \"completed\": %s}", entry->start_seq, entry->rows,
						 entry->completed ? "true" : "false");
		return out.data;
	}
	appendStringInfo(&out, ", \"kind\": \"%c\", \"basis\": \"%c\", \"authorization\": " INT64_FORMAT
					 ", \"version\": %d, \"query_id\": " INT64_FORMAT, entry->kind, entry->basis,
					 entry->authorization, entry->version, entry->query_id);
	if (entry->ended_at != 0)
		appendStringInfo(&out, ", \"rows\": " INT64_FORMAT ", \"completed\": %s", entry->rows,
						 entry->completed ? "true" : "false");
	for (int i = 0; i < GD_N_TEXTS; i++)
	{
		if (text[0] != '\0')
		{
			appendStringInfo(&out, ", \"%s\": ", names[i]);
			escape_json(&out, text);
		}
		text += strlen(text) + 1;
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}

bool
gd_server_log_open(void)
{
	return log_min_messages <= ERROR || log_min_messages == LOG;
}

void
gd_log_to_server(const GdLogEntry *entry, int64 boot)
{
	char	   *text = gd_log_entry_text(entry, boot);

	ereport(LOG,
			(errmsg("govdata access record: %s", text),
			 errhidestmt(true), errhidecontext(true)));
	pfree(text);
}

/* ---- putting and waiting ---- */

/* where an entry went */
typedef struct GdPlace
{
	uint64		position;		/* what "flushed" must reach for it to be durable */
	uint64		batch;			/* with which it will be written, unless that is full */
} GdPlace;

/*
 * How much to leave unused before the next entry: it must not be cut by the
 * ring's end.  A queue that is nearly empty begins anew at a quarter of the
 * ring: a reader who touches all of it only because it goes round pays for each
 * page that it has not touched before, and for memory that no cache holds.
 */
static uint64
gd_skip(const GdLogQueue *q, uint64 flushed, uint32 entry)
{
	uint64		rest = q->size - q->written % q->size;
	uint64		queued = q->written - flushed;

	if (entry > rest)
		return rest;
	if (rest <= q->size - q->size / 4 && rest < q->size && queued <= q->size / 16 &&
		queued + rest + entry <= q->size)
		return rest;
	return 0;
}

/* Put an entry into the queue.  False when there is no room. */
static bool
gd_put(GdLogEntry *entry, bool wanted, GdPlace *place)
{
	GdLogQueue *q = gd_queue;
	Latch	   *wake = NULL;
	uint64		flushed;
	uint64		offset;
	uint64		pad;

	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	flushed = pg_atomic_read_u64(&q->flushed);
	offset = q->written % q->size;
	pad = gd_skip(q, flushed, entry->size);
	if (q->written + pad + entry->size - flushed > q->size)
	{
		LWLockRelease(gd_log_queue_lock(q));
		return false;
	}

	/* a writer that naps is woken by who waits for it, and at a quarter full */
	if (q->sleeping && q->latch &&
		(wanted || q->idle || q->written + pad - flushed > q->size / 4))
	{
		wake = q->latch;
		q->sleeping = q->idle = false;
	}
	if (pad > 0)
	{
		uint32		header[2] = {(uint32) pad, GD_ENTRY_PAD};

		memcpy(gd_ring + offset, header, sizeof(header));
		q->written += pad;
		q->skipped = pad;
		q->skipped_until = q->written;
		offset = 0;
	}
	entry->seq = ++q->last_seq;
	memcpy(gd_ring + offset, entry, entry->size);
	q->written += entry->size;
	if (wanted)
	{
		q->wanted = q->written;
		q->waiting++;
	}
	place->position = q->written;
	place->batch = q->batch;
	LWLockRelease(gd_log_queue_lock(q));
	if (wake)
		SetLatch(wake);
	return true;
}

/*
 * Is there a writer, or was one asked for a moment ago?  If not, ask for one;
 * false when the server has no slot.
 */
static bool
gd_have_worker(GdLogQueue *q)
{
	TimestampTz now;
	bool		ask = false;

	if (q->worker != 0)
		return true;
	now = GetCurrentTimestamp();
	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	if (q->worker == 0 && TimestampDifferenceExceeds(q->asked, now, GD_RETRY_MS))
	{
		q->asked = now;
		ask = true;
	}
	LWLockRelease(gd_log_queue_lock(q));
	if (!ask || gd_log_register_worker(q))
		return true;

	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	if (q->worker == 0)
		q->asked = 0;
	LWLockRelease(gd_log_queue_lock(q));
	return false;
}

static void
gd_no_worker(void)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(32)),
			 errmsg("reading is refused because it cannot be recorded"),
			 errdetail("The access log has no writer: all %d background workers of the server are taken. Measures, Article 32.",
					   max_worker_processes),
			 errhint("Raise max_worker_processes, by one for each database that is read, and restart the server.")));
}

/* whoever reads can only try again; what keeps the writer is for those who run the server */
static int
gd_hint_at_writer(void)
{
	return errhint("Try again in a moment. If it stays so, tell those who run the server: its log says what keeps the writer from writing, govdata.access_log_state() tells administrators what it met last.");
}

static void
gd_no_room(void)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(32)),
			 errmsg("reading is refused because it cannot be recorded"),
			 errdetail("The queue of the access log stayed full for %d ms. Measures, Article 32.", gd_log_timeout),
			 gd_hint_at_writer()));
}

static void
gd_not_durable(void)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(32)),
			 errmsg("reading is refused because it cannot be recorded"),
			 errdetail("The record of this read was not durable within %d ms. Measures, Article 32.", gd_log_timeout),
			 gd_hint_at_writer()));
}

/*
 * The writer would wait for us and we for it, and neither lock manager nor
 * deadlock detector could know.
 */
static void
gd_check_own_locks(const GdLogQueue *q)
{
	static const LOCKMODE modes[] = {
		ShareLock, ShareRowExclusiveLock, ExclusiveLock, AccessExclusiveLock
	};
	Oid			relations[2] = {gd_relid(GD_ACCESS_RECORD), q->partition};

	for (int r = 0; r < 2; r++)
	{
		LOCKTAG		tag;

		if (!OidIsValid(relations[r]))
			continue;
		SET_LOCKTAG_RELATION(tag, MyDatabaseId, relations[r]);
		for (int m = 0; m < (int) lengthof(modes); m++)
			if (GD_LOCK_HELD_BY_ME(&tag, modes[m]))
				ereport(ERROR,
						(errcode(GD_ERRCODE(32)),
						 errmsg("reading is refused because this transaction locks the access log"),
						 errdetail("The record of this read could not be written while the lock on \"%s\" is held. Measures, Article 32.",
								   get_rel_name(relations[r])),
						 errhint("End the transaction that locks the access log first.")));
	}
}

/*
 * Wait a little for "flushed" to move.  Whoever errors out of here, by a cancel
 * or a time limit, is taken off the condition variable when the
 * (sub)transaction is aborted.
 */
static bool
gd_wait(ConditionVariable *changed, TimestampTz until)
{
	long		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

	if (left <= 0)
		return false;
	(void) ConditionVariableTimedSleep(changed, Min(left, 200), gd_log_wait_event());
	return true;
}

/*
 * The same for who waits for a batch.  He has read the word before "flushed",
 * by pg_atomic_fetch_add_u32(), which is a full barrier: a plain read is none.
 */
static bool
gd_wait_durable(pg_atomic_uint32 *durable, uint32 seen, TimestampTz until)
{
	long		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

	if (left <= 0)
		return false;
	gd_futex_wait(durable, seen, Min(left, 200) * 1000, gd_log_wait_event());
	return true;
}

/* Wait until there is room for an entry, and put it there. */
static void
gd_wait_for_room(GdLogEntry *entry, bool sync, TimestampTz until, GdPlace *place)
{
	GdLogQueue *q = gd_queue;
	bool		put = false;

	ConditionVariablePrepareToSleep(&q->changed);
	while (!put)
	{
		bool		worker = gd_have_worker(q);

		put = gd_put(entry, sync, place);
		if (!put && !gd_wait(&q->changed, until))
			worker ? gd_no_room() : gd_no_worker();
	}
	ConditionVariableCancelSleep();
}

/*
 * Wait until an entry is durable.  Who waits for one batch is not woken by the
 * end of the one before.
 */
static void
gd_wait_for_writer(bool sync, TimestampTz until, const GdPlace *place)
{
	GdLogQueue *q = gd_queue;
	pg_atomic_uint32 *durable = &q->durable[place->batch % 2];
	bool		waited = false;

	for (;;)
	{
		uint32		seen = pg_atomic_fetch_add_u32(durable, 0);
		bool		worker = gd_have_worker(q);

		if (sync ? pg_atomic_read_u64(&q->flushed) >= place->position : worker)
			break;
		if (waited && sync)
			gd_check_own_locks(q);
		if (!gd_wait_durable(durable, seen, until))
			worker ? gd_not_durable() : gd_no_worker();
		waited = true;
	}
}

/*
 * The place of this session's last record for which it has not waited yet; those
 * before it are durable when it is.
 */
static GdPlace gd_owed = {0, 0};

/* Put an entry, wait for room; in sync mode it is owed to wait for it, too. */
static void
gd_put_waiting(GdLogEntry *entry, bool sync)
{
	TimestampTz until;
	GdPlace		place;
	bool		put = gd_put(entry, sync, &place);

	if (put && sync)
		gd_owed = place;
	if (put && gd_have_worker(gd_queue))
		return;
	until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), gd_log_timeout);
	if (!put)
	{
		gd_wait_for_room(entry, sync, until, &place);
		if (sync)
			gd_owed = place;
	}
	gd_wait_for_writer(false, until, &place);
}

void
gd_log_settle(void)
{
	GdPlace		owed = gd_owed;

	if (owed.position == 0)
		return;
	if (pg_atomic_read_u64(&gd_queue->flushed) < owed.position)
		gd_wait_for_writer(true, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), gd_log_timeout), &owed);
	gd_owed.position = 0;
}

/* Have the writer write at once what is queued; the place to wait for. */
static GdPlace
gd_want_all(GdLogQueue *q)
{
	Latch	   *wake = NULL;
	GdPlace		place;

	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	place.position = q->written;
	place.batch = q->batch;
	if (pg_atomic_read_u64(&q->flushed) < q->written)
	{
		q->wanted = q->written;
		q->waiting++;
		if (q->sleeping && q->latch)
		{
			wake = q->latch;
			q->sleeping = q->idle = false;
		}
	}
	LWLockRelease(gd_log_queue_lock(q));
	if (wake)
		SetLatch(wake);
	return place;
}

/* ---- the interface ---- */

void
gd_log_await(void)
{
	TimestampTz until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), gd_log_timeout);
	GdLogQueue *q;
	pg_atomic_uint32 *durable;
	GdPlace		place;

	LWLockAcquire(gd_log_registry_lock(), LW_SHARED);
	q = gd_find_queue(MyDatabaseId);
	LWLockRelease(gd_log_registry_lock());
	if (q == NULL)
		return;					/* nobody has read since the server started */
	gd_check_own_locks(q);
	place = gd_want_all(q);
	durable = &q->durable[place.batch % 2];
	for (;;)
	{
		uint32		seen = pg_atomic_fetch_add_u32(durable, 0);

		if (pg_atomic_read_u64(&q->flushed) >= place.position)
			break;
		(void) gd_have_worker(q);
		if (!gd_wait_durable(durable, seen, until))
			ereport(ERROR,
					(errcode(GD_ERRCODE(32)),
					 errmsg("the reads of the last moments are not on record yet"),
					 errdetail("The access log was not durable within %d ms. Measures, Article 32.", gd_log_timeout),
					 gd_hint_at_writer()));
	}
}

/*
 * On a standby nothing can be written.  Either nobody reads there, or the
 * server log holds the record, which is written before rows flow.
 */
static GdReadKey
gd_log_on_standby(GdLogEntry *entry, GdReadKey key)
{
	if (gd_standby_log == GD_STANDBY_REFUSE && entry->kind != GD_READ_KIND_REFUSED)
		ereport(ERROR,
				(errcode(GD_ERRCODE(32)),
				 errmsg("reading is refused on a standby because it cannot be recorded"),
				 errdetail("The access log is written on the primary only. Measures, Article 32."),
				 errhint("Read on the primary, or set govdata.standby_log to server_log and keep the standby's server log as evidence.")));
	if (!gd_server_log_open() && entry->kind != GD_READ_KIND_REFUSED)
		ereport(ERROR,
				(errcode(GD_ERRCODE(32)),
				 errmsg("reading is refused on a standby because it cannot be recorded"),
				 errdetail("log_min_messages keeps the records out of the server log. Measures, Article 32."),
				 errhint("Set log_min_messages to error or lower.")));
	entry->seq = key.seq = ++gd_standby_seq;
	gd_log_to_server(entry, key.boot);
	return key;
}

GdLogEntry *
gd_log_prepare(const GdRead *read)
{
	GdLogEntry *entry = gd_build_start(read);

	if (gd_queue == NULL && !RecoveryInProgress())
		gd_join_queue();
	return memcpy(palloc(entry->size), entry, entry->size);
}

/* without waiting; what finds no room goes to the server log */
static void
gd_put_or_tell(GdLogEntry *entry)
{
	GdPlace		place;

	if (gd_put(entry, false, &place))
		(void) gd_have_worker(gd_queue);
	else
		gd_log_to_server(entry, gd_queue->boot);
}

GdReadKey
gd_log_put(GdLogEntry *entry)
{
	GdReadKey	key = {0, 0, entry->department, entry->resource};

	if (RecoveryInProgress())
		return gd_log_on_standby(entry, key);
	if (gd_queue == NULL)
		gd_join_queue();
	if (entry->kind == GD_READ_KIND_REFUSED)
		gd_put_or_tell(entry);
	else if (entry->seq == 0)	/* else only the wait for a writer has failed before */
		gd_put_waiting(entry, entry->sync);
	key.boot = gd_queue->boot;
	key.seq = entry->seq;
	return key;
}

static void
gd_add_end(GdLogEntry *entry, int64 rows, bool completed)
{
	entry->ended_at = gd_clock_at(GetCurrentTimestamp());
	entry->rows = rows;
	entry->completed = completed;
}

void
gd_log_put_ended(GdLogEntry *entry, int64 rows, bool completed)
{
	gd_add_end(entry, rows, completed);
	(void) gd_log_put(entry);
}

void
gd_log_put_failed(GdLogEntry *entry)
{
	if (entry->seq == 0 && RecoveryInProgress())
		return;					/* what could not be put was refused before it read */
	if (entry->seq == 0)
	{
		gd_add_end(entry, -1, false);
		gd_put_or_tell(entry);
	}
	else if (entry->ended_at == 0)
		gd_log_end((GdReadKey) {gd_queue->boot, entry->seq, entry->department, entry->resource}, -1, false);
}

GdReadKey
gd_log_start(const GdRead *read)
{
	GdReadKey	key = gd_log_put(gd_build_start(read));

	/* a refusal waits for no record, nor for that of a read before it */
	if (read->kind != GD_READ_KIND_REFUSED)
		gd_log_settle();
	return key;
}

void
gd_log_end(GdReadKey key, int64 rows, bool completed)
{
	GdLogEntry	entry;
	GdPlace		place;

	if (key.seq == 0)
		return;
	gd_build_end(&entry, key, rows, completed);
	if (key.boot != 0 && gd_queue != NULL && gd_put(&entry, false, &place))
		return;
	gd_log_to_server(&entry, key.boot);
}

/* bytes that wait to be written */
static uint64
gd_queued(GdLogQueue *q)
{
	uint64		flushed = pg_atomic_read_u64(&q->flushed);
	uint64		queued = q->written - flushed;

	return flushed < q->skipped_until ? queued - Min(queued, q->skipped) : queued;
}

/* When the oldest entry that is not durable was put; under the queue's lock. */
static TimestampTz
gd_oldest_queued(const GdLogQueue *q)
{
	uint64		position = pg_atomic_read_u64(&gd_queue->flushed);

	while (position < q->written)
	{
		const GdLogEntry *entry = (const GdLogEntry *) (gd_ring + position % q->size);

		if (entry->type != GD_ENTRY_PAD)
			return entry->real_at;
		position += entry->size;
	}
	return 0;
}

PG_FUNCTION_INFO_V1(gd_access_log_state);

/*
 * gd_access_log_state
 *		What an operator wants to know of this database's queue and writer.
 */
Datum
gd_access_log_state(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[11] = {0};
	bool		nulls[11];
	GdLogQueue	q;
	GdLogQueue *shared;
	TimestampTz oldest = 0;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	memset(nulls, true, sizeof(nulls));
	values[0] = CStringGetTextDatum(gd_log_mode == GD_LOG_SYNC ? "sync" : "async");
	nulls[0] = false;

	LWLockAcquire(gd_log_registry_lock(), LW_SHARED);
	shared = gd_find_queue(MyDatabaseId);
	LWLockRelease(gd_log_registry_lock());
	if (shared != NULL)
	{
		if (gd_queue == NULL)
			gd_join_queue();
		LWLockAcquire(gd_log_queue_lock(shared), LW_SHARED);
		q = *shared;
		oldest = gd_oldest_queued(&q);
		LWLockRelease(gd_log_queue_lock(shared));
	}
	if (shared != NULL)
	{
		memset(nulls, false, sizeof(nulls));
		nulls[1] = q.worker == 0;
		values[1] = Int32GetDatum(q.worker);
		values[2] = Int64GetDatum((int64) gd_queued(&q));
		values[3] = Int64GetDatum((int64) q.size);
		values[4] = Int64GetDatum(q.last_seq);
		values[5] = Int64GetDatum(q.records);
		values[6] = Int64GetDatum(q.batches);
		values[7] = Int64GetDatum(q.to_server_log);
		nulls[8] = nulls[9] = q.trouble_at == 0;
		if (q.trouble_at != 0)
			values[8] = CStringGetTextDatum(q.trouble);
		values[9] = TimestampTzGetDatum(q.trouble_at);
		nulls[10] = oldest == 0;
		values[10] = TimestampTzGetDatum(oldest);
	}
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/* ---- statements that need a database to themselves ---- */

/* Have the writer of a database empty its queue and leave. */
static void
gd_stop_worker(Oid database)
{
	TimestampTz until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), gd_log_timeout);
	GdLogQueue *q;
	bool		gone = false;

	LWLockAcquire(gd_log_registry_lock(), LW_SHARED);
	q = OidIsValid(database) ? gd_find_queue(database) : NULL;
	LWLockRelease(gd_log_registry_lock());
	if (q == NULL)
		return;

	ConditionVariablePrepareToSleep(&q->changed);
	do
	{
		LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
		q->stop = true;
		gone = q->worker == 0 && q->written == pg_atomic_read_u64(&q->flushed);
		if (q->latch)
			SetLatch(q->latch);
		LWLockRelease(gd_log_queue_lock(q));
		if (!gone)
			(void) gd_have_worker(q);
	} while (!gone && gd_wait(&q->changed, until));
	ConditionVariableCancelSleep();

	LWLockAcquire(gd_log_queue_lock(q), LW_EXCLUSIVE);
	q->stop = false;
	LWLockRelease(gd_log_queue_lock(q));
}

/* A database is gone: so is its queue. */
static void
gd_drop_queue(Oid database)
{
	GdLogQueue *q;

	LWLockAcquire(gd_log_registry_lock(), LW_EXCLUSIVE);
	q = gd_find_queue(database);
	if (q != NULL)
	{
		dsm_unpin_segment(q->ring);
		q->database = InvalidOid;
	}
	LWLockRelease(gd_log_registry_lock());
}

/* only who may do what the statement says gets a writer stopped for it */
static Oid
gd_own_database(const char *name, bool to_copy)
{
	Oid			database = get_database_oid(name, true);
	HeapTuple	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(database));
	Form_pg_database row;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	row = (Form_pg_database) GETSTRUCT(tuple);
	if (!has_privs_of_role(GetUserId(), row->datdba) && !(to_copy && row->datistemplate))
		database = InvalidOid;
	ReleaseSysCache(tuple);
	return database;
}

/* The database that must be empty of sessions for this statement. */
static Oid
gd_database_to_clear(Node *statement)
{
	ListCell   *lc;

	switch (nodeTag(statement))
	{
		case T_DropdbStmt:
			return gd_own_database(((DropdbStmt *) statement)->dbname, false);
		case T_RenameStmt:
			if (((RenameStmt *) statement)->renameType != OBJECT_DATABASE)
				return InvalidOid;
			return gd_own_database(((RenameStmt *) statement)->subname, false);
		case T_CreatedbStmt:
			foreach(lc, ((CreatedbStmt *) statement)->options)
			{
				DefElem    *option = lfirst_node(DefElem, lc);

				if (strcmp(option->defname, "template") == 0 && option->arg)
					return gd_own_database(defGetString(option), true);
			}
			return gd_own_database("template1", true);
		case T_AlterDatabaseStmt:
			foreach(lc, ((AlterDatabaseStmt *) statement)->options)
				if (strcmp(lfirst_node(DefElem, lc)->defname, "tablespace") == 0)
					return gd_own_database(((AlterDatabaseStmt *) statement)->dbname, false);
			return InvalidOid;
		case T_DropStmt:
			if (((DropStmt *) statement)->removeType == OBJECT_EXTENSION && superuser())
				foreach(lc, ((DropStmt *) statement)->objects)
					if (strcmp(strVal(lfirst(lc)), "govdata") == 0)
						return MyDatabaseId;
			return InvalidOid;
		default:
			return InvalidOid;
	}
}

static void
gd_log_utility(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
			   ProcessUtilityContext context, ParamListInfo params,
			   QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	bool		dropping = IsA(pstmt->utilityStmt, DropdbStmt);
	Oid			database = gd_database_to_clear(pstmt->utilityStmt);

	if (OidIsValid(database))
		gd_stop_worker(database);
	if (gd_prev_log_utility)
		gd_prev_log_utility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
	else
		standard_ProcessUtility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
	if (dropping && OidIsValid(database))
		gd_drop_queue(database);
}

/* ---- loading ---- */

void
gd_log_init(void)
{
	DefineCustomEnumVariable("govdata.access_log",
							 gettext_noop("Whether a read waits until its record is durable."),
							 gettext_noop("\"sync\": before the first row. \"async\": within a tenth of a second; a crash may lose what is queued."),
							 &gd_log_mode, GD_LOG_SYNC, gd_log_modes, PGC_SIGHUP, GUC_NOT_IN_SAMPLE,
							 NULL, NULL, NULL);
	DefineCustomEnumVariable("govdata.standby_log",
							 gettext_noop("Reading on a standby: refused, or recorded in the standby's server log."),
							 NULL,
							 &gd_standby_log, GD_STANDBY_REFUSE, gd_standby_modes, PGC_SIGHUP, GUC_NOT_IN_SAMPLE,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("govdata.log_timeout",
							gettext_noop("Longest time that a read waits for its record; then it is refused."),
							NULL,
							&gd_log_timeout, 5000, 100, 600000, PGC_SIGHUP, GUC_UNIT_MS | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
	DefineCustomIntVariable("govdata.log_queue",
							gettext_noop("Memory of the access log's queue, for each database in which attached tables are read."),
							gettext_noop("A record takes about 300 bytes. What has not been written yet stays in the queue."),
							&gd_log_size, 8192, 256, 1048576, PGC_POSTMASTER, GUC_UNIT_KB | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
	DefineCustomIntVariable("govdata.log_idle",
							gettext_noop("After this time without reads the access log's writer leaves; the next read starts it again."),
							NULL,
							&gd_log_idle, 86400, 1, 86400, PGC_SIGHUP, GUC_UNIT_S | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);

	/* records name the query: unless compute_query_id is off, let it be computed */
	EnableQueryId();

	gd_on_role_change(gd_forget_role_names);
	gd_prev_log_shmem_request = shmem_request_hook;
	shmem_request_hook = gd_log_shmem_request;
	gd_prev_log_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = gd_log_shmem_startup;
	gd_prev_log_utility = ProcessUtility_hook;
	ProcessUtility_hook = gd_log_utility;
}
