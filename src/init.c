/*-------------------------------------------------------------------------
 *
 * init.c
 *	  Loading of the library: settings, hooks, shared memory.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/parallel.h"
#include "commands/extension.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "parser/analyze.h"

#include "access_log.h"

#include "access.h"

PG_MODULE_MAGIC;

bool		gd_restore = false;
bool		gd_maintenance = false;

static post_parse_analyze_hook_type gd_prev_post_parse_analyze = NULL;

extern PGDLLEXPORT void _PG_init(void);

/*
 * A superuser who takes the protection off leaves a line in the server log,
 * which the database cannot take back, whatever the session lets the log show.
 */
static void
gd_log_exemption(const char *line, GdExemption exemption)
{
	int			before = log_min_messages;

	log_min_messages = LOG;
	ereport(LOG, (errmsg_internal("%s", line)));
	log_min_messages = before;
	gd_exemption_used(exemption);
}

static void
gd_assign_maintenance(bool newval, void *extra)
{
	(void) extra;
	if (newval && !gd_maintenance && IsUnderPostmaster && !InitializingParallelWorker)
		gd_log_exemption(_("govdata.maintenance is on: the protection of govdata's objects is off in this session"),
						 GD_EXEMPT_MAINTENANCE);
}

static void
gd_assign_restore(bool newval, void *extra)
{
	(void) extra;
	if (newval && !gd_restore && IsUnderPostmaster && !InitializingParallelWorker)
		gd_log_exemption(_("govdata.restore is on: rows are taken as given in this session"), GD_EXEMPT_RESTORE);
}

/*
 * Messages come in the encoding of the database, which is not known yet when
 * the library is loaded: without this, one whose locale is C shows question
 * marks for whatever is not ASCII.
 */
void
gd_speak(void)
{
	static bool speaking = false;

	if (speaking)
		return;
	pg_bindtextdomain(TEXTDOMAIN);
	speaking = true;
}

/* Nothing is raised for a client before a statement of its own is analyzed. */
static void
gd_post_parse_analyze(ParseState *pstate, Query *query, JumbleState *jstate)
{
	gd_speak();
	gd_check_row_security(query);
	if (gd_prev_post_parse_analyze)
		gd_prev_post_parse_analyze(pstate, query, jstate);
}

bool
gd_guarding(void)
{
	return !gd_restore && !creating_extension && !IsBinaryUpgrade;
}

void
_PG_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("govdata must be loaded when the server starts"),
				 errdetail("Guards, clock and identity work only where no session can do without them."),
				 errhint("Add govdata to shared_preload_libraries and restart the server.")));

	pg_bindtextdomain(TEXTDOMAIN);

	DefineCustomBoolVariable("govdata.restore",
							 gettext_noop("Takes rows as given while a dump is being loaded."),
							 gettext_noop("Guards keep the values of the dump and write nothing derived. "
										  "Set it for pg_restore only: PGOPTIONS='-c govdata.restore=on'."),
							 &gd_restore, false, PGC_SUSET, GUC_NOT_IN_SAMPLE,
							 NULL, gd_assign_restore, NULL);
	DefineCustomBoolVariable("govdata.maintenance",
							 gettext_noop("Allows DDL that disarms guards, and DROP EXTENSION with data present."),
							 gettext_noop("Its use is written to the server log."),
							 &gd_maintenance, false, PGC_SUSET, GUC_NOT_IN_SAMPLE,
							 NULL, gd_assign_maintenance, NULL);

	gd_clock_init();
	gd_calendar_init();
	gd_law_init();
	gd_regime_init();
	gd_identity_init();
	gd_absence_init();
	gd_guard_init();
	gd_lock_holders_init();
	gd_negative_init();
	gd_consent_init();
	gd_library_init();
	gd_maintenance_init();
	gd_reorganization_init();
	gd_request_init();
	gd_decree_init();
	gd_dispatch_init();
	gd_obtain_init();
	gd_doubt_init();
	gd_rule_init();
	gd_quality_init();
	gd_protect_init();
	gd_sweep_init();
	gd_log_init();
	gd_access_seal_init();
	gd_access_init();
	gd_doctor_init();
	gd_prev_post_parse_analyze = post_parse_analyze_hook;
	post_parse_analyze_hook = gd_post_parse_analyze;

	MarkGUCPrefixReserved("govdata");
}
