/*-------------------------------------------------------------------------
 *
 * schedule.c
 *	  govdata.schedule(), unschedule(): the pg_cron jobs of the sweep and of quality checks.
 *
 * pg_cron keeps its jobs in one database of the cluster.  Where that is not
 * this one, a background worker goes there once and makes or removes the job;
 * only a superuser may send it, since it acts with that role in a database
 * where nobody has authenticated.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/postmaster.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* what is called in turns; the first one's number is the answer */
static const struct
{
	const char *name;
	const char *command;
}			gd_jobs[] = {
	{"govdata-sweep", "CALL govdata.sweep()"},
	{"govdata-quality", "CALL govdata.check_quality()"}
};
#define GD_N_JOBS	((int) lengthof(gd_jobs))

/* what the worker is told, and what it answers */
typedef struct GdErrand
{
	Oid			database;		/* where pg_cron lives */
	Oid			role;
	bool		remove;
	char		target[NAMEDATALEN];	/* database to be swept */
	char		jobs[GD_N_JOBS][2 * NAMEDATALEN];	/* cut to a name's length, as pg_cron does */
	char		cron[128];
	/* the answer */
	bool		done;
	bool		failed;
	int64		result;
	int			sqlerrcode;
	char		message[1024];
	char		hint[512];
} GdErrand;

extern PGDLLEXPORT void gd_schedule_main(Datum arg);

/* ---- in the database of pg_cron ---- */

static int64
gd_call_cron(const char *query, int n, char *const *texts)
{
	Oid			types[4] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		values[4];
	bool		isnull;
	Datum		result;

	for (int i = 0; i < n; i++)
		values[i] = CStringGetTextDatum(texts[i]);
	SPI_execute_with_args(query, n, types, values, NULL, false, 0);
	if (SPI_processed == 0 || SPI_tuptable == NULL)
		return 0;
	result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? 0 : DatumGetInt64(result);
}

/* A job of another role, host or port, as after a restore, would stay beside ours and fail. */
static void
gd_remove_strays(const char *job)
{
	const char *host = GetConfigOption("cron.host", true, false);
	char	   *texts[3] = {(char *) job, (char *) (host ? host : ""), psprintf("%d", PostPortNumber)};

	(void) gd_call_cron("SELECT pg_catalog.count(*) FROM"
						" (SELECT j.jobid FROM cron.job j"
						"  WHERE j.jobname::pg_catalog.text OPERATOR(pg_catalog.=) $1"
						"  AND (j.username::pg_catalog.text OPERATOR(pg_catalog.<>) current_user::pg_catalog.text"
						"   OR j.nodename::pg_catalog.text OPERATOR(pg_catalog.<>) $2"
						"   OR j.nodeport::pg_catalog.text OPERATOR(pg_catalog.<>) $3) OFFSET 0) j"
						" WHERE cron.unschedule(j.jobid)", 3, texts);
}

/*
 * Make or remove the job; we are in the database of pg_cron, SPI is connected.
 * Returns the job's number, 0 when there was none to remove.
 */
static int64
gd_do_errand(const GdErrand *errand, bool here)
{
	int64		result = 0;

	if (!OidIsValid(get_extension_oid("pg_cron", true)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"pg_cron\" is not installed in database \"%s\"",
						get_database_name(MyDatabaseId)),
				 errhint("Run there: CREATE EXTENSION pg_cron.")));
	for (int i = 0; i < GD_N_JOBS; i++)
	{
		char	   *texts[4] = {(char *) errand->jobs[i], (char *) errand->cron, (char *) gd_jobs[i].command,
		(char *) errand->target};
		int64		done;

		if (!errand->remove)
			gd_remove_strays(errand->jobs[i]);
		if (errand->remove)
			done = gd_call_cron("SELECT pg_catalog.count(*) FROM"
								" (SELECT j.jobid FROM cron.job j"
								"  WHERE j.jobname::pg_catalog.text OPERATOR(pg_catalog.=) $1 OFFSET 0) j"
								" WHERE cron.unschedule(j.jobid)",
								1, texts);
		else
			done = gd_call_cron(here ? "SELECT cron.schedule($1, $2, $3)" :
								"SELECT cron.schedule_in_database($1, $2, $3, $4)", here ? 3 : 4, texts);
		result = errand->remove ? result + done : i == 0 ? done : result;
	}
	return result;
}

/* the worker's part, in a transaction of its own */
static void
gd_worker_errand(GdErrand *errand)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	pgstat_report_activity(STATE_RUNNING, "govdata.schedule()");
	errand->result = gd_do_errand(errand, false);
	SPI_finish();
	PopActiveSnapshot();
	CommitTransactionCommand();
	pgstat_report_activity(STATE_IDLE, NULL);
}

/*
 * gd_schedule_main
 *		Entry of the background worker; arg is a dsm handle.
 *
 * Exit code 0 in any case: what went wrong is told to whoever waits, and a
 * worker that failed once has no reason to come back.
 */
void
gd_schedule_main(Datum arg)
{
	MemoryContext context = CurrentMemoryContext;
	dsm_segment *segment;
	GdErrand   *errand;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();

	segment = dsm_attach(DatumGetUInt32(arg));
	if (segment == NULL)
		proc_exit(0);			/* nobody waits any more */
	dsm_pin_mapping(segment);
	errand = dsm_segment_address(segment);
	BackgroundWorkerInitializeConnectionByOid(errand->database, errand->role, 0);
	gd_speak();

	PG_TRY();
	{
		gd_worker_errand(errand);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		AbortOutOfAnyTransaction();
		errand->failed = true;
		errand->sqlerrcode = error->sqlerrcode;
		strlcpy(errand->message, error->message ? error->message : "", sizeof(errand->message));
		strlcpy(errand->hint, error->hint ? error->hint : "", sizeof(errand->hint));
	}
	PG_END_TRY();
	errand->done = true;
	dsm_detach(segment);
	proc_exit(0);
}

/* ---- in the database to be swept ---- */

/* every field set, none left to chance */
static void
gd_fill_worker(BackgroundWorker *worker, dsm_segment *segment)
{
	memset(worker, 0, sizeof(BackgroundWorker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker->bgw_restart_time = BGW_NEVER_RESTART;
	strlcpy(worker->bgw_library_name, "govdata", sizeof(worker->bgw_library_name));
	strlcpy(worker->bgw_function_name, "gd_schedule_main", sizeof(worker->bgw_function_name));
	strlcpy(worker->bgw_name, "govdata schedule", BGW_MAXLEN);
	strlcpy(worker->bgw_type, "govdata schedule", BGW_MAXLEN);
	worker->bgw_main_arg = UInt32GetDatum(dsm_segment_handle(segment));
	worker->bgw_notify_pid = MyProcPid;
}

static int64
gd_send_worker(const GdErrand *errand)
{
	dsm_segment *segment = dsm_create(sizeof(GdErrand), 0);
	volatile GdErrand *shared = dsm_segment_address(segment);
	BackgroundWorker worker;
	BackgroundWorkerHandle *handle;
	GdErrand	answer;

	memcpy((void *) shared, errand, sizeof(GdErrand));
	gd_fill_worker(&worker, segment);
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("no background worker is free"),
				 errdetail("The job has to be made in the database of pg_cron, by a worker that goes there."),
				 errhint("Increase max_worker_processes, or try again later.")));
	if (WaitForBackgroundWorkerShutdown(handle) == BGWH_POSTMASTER_DIED)
		ereport(FATAL,
				(errcode(ERRCODE_ADMIN_SHUTDOWN),
				 errmsg("the postmaster is gone")));
	memcpy(&answer, (void *) shared, sizeof(GdErrand));
	dsm_detach(segment);

	if (!answer.done)
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE),
				 errmsg("the worker could not connect to the database of pg_cron"),
				 errhint("The server log says why.")));
	if (answer.failed)
		ereport(ERROR,
				(errcode(answer.sqlerrcode),
				 errmsg("the job could not be changed in database \"%s\": %s",
						get_database_name(errand->database), answer.message),
				 answer.hint[0] ? errhint("%s", answer.hint) : 0));
	return answer.result;
}

/* what has to be run by hand where we may not send a worker */
static char *
gd_errand_sql(const GdErrand *errand)
{
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < GD_N_JOBS; i++)
		if (errand->remove)
			appendStringInfo(&sql, "%scron.unschedule(%s)", i ? ", " : "SELECT ", quote_literal_cstr(errand->jobs[i]));
		else
			appendStringInfo(&sql, "%scron.schedule_in_database(%s, %s, %s, %s)", i ? ", " : "SELECT ",
							 quote_literal_cstr(errand->jobs[i]), quote_literal_cstr(errand->cron),
							 quote_literal_cstr(gd_jobs[i].command), quote_literal_cstr(errand->target));
	return sql.data;
}

static int64
gd_errand(GdErrand *errand)
{
	const char *cron_database = GetConfigOption("cron.database_name", true, false);
	int64		result;

	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("this is a standby: jobs are made on the primary"),
				 errhint("Run it there; after a promotion, here.")));
	if (cron_database == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("pg_cron is not loaded"),
				 errdetail("The sweep can also be called by any other scheduler: %s", gd_jobs[0].command),
				 errhint("Add pg_cron to shared_preload_libraries, set cron.database_name to \"%s\", restart the server, and run CREATE EXTENSION pg_cron there.",
						 get_database_name(MyDatabaseId))));

	strlcpy(errand->target, get_database_name(MyDatabaseId), sizeof(errand->target));
	for (int i = 0; i < GD_N_JOBS; i++)
	{
		snprintf(errand->jobs[i], sizeof(errand->jobs[i]), "%s %s", gd_jobs[i].name, errand->target);
		truncate_identifier(errand->jobs[i], strlen(errand->jobs[i]), false);
	}
	errand->role = GetUserId();
	if (strcmp(cron_database, errand->target) == 0)
	{
		SPI_connect();
		result = gd_do_errand(errand, true);
		SPI_finish();
		return result;
	}
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the jobs of pg_cron live in database \"%s\"", cron_database),
				 errdetail("Only a superuser may reach into another database."),
				 errhint("Run there: %s", gd_errand_sql(errand))));
	errand->database = get_database_oid(cron_database, false);
	return gd_send_worker(errand);
}

PG_FUNCTION_INFO_V1(gd_schedule);

/*
 * gd_schedule
 *		schedule(cron text) bigint: number of the pg_cron job
 */
Datum
gd_schedule(PG_FUNCTION_ARGS)
{
	GdErrand	errand = {0};
	char	   *cron = text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (strlen(cron) >= sizeof(errand.cron))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("schedule is too long"),
				 errdetail("It may have up to %d bytes.", (int) sizeof(errand.cron) - 1),
				 errhint("Write it as cron does, such as '* * * * *'.")));
	strlcpy(errand.cron, cron, sizeof(errand.cron));
	PG_RETURN_INT64(gd_errand(&errand));
}

PG_FUNCTION_INFO_V1(gd_unschedule);

/*
 * gd_unschedule
 *		unschedule() boolean: false when there was no job
 */
Datum
gd_unschedule(PG_FUNCTION_ARGS)
{
	GdErrand	errand = {.remove = true};

	(void) fcinfo;
	PG_RETURN_BOOL(gd_errand(&errand) > 0);
}
