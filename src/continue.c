/*-------------------------------------------------------------------------
 *
 * continue.c
 *	  Who goes on reading what is no longer shared unconditionally.
 *
 * A department that has lately read an item which becomes conditional keeps
 * the former terms until its request is answered (Article 16).  Whether it has
 * is a matter of record: rows are derived from the access log when the class
 * changes, one a department and item, and nothing that was never read is in
 * them.  Whether a row still holds is for facts and clock to say (access.c).
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "access_log.h"
#include "guard.h"

PG_FUNCTION_INFO_V1(gd_continue_reading);

/* items that became conditional with this statement; an item has its own class or its resource's */
#define FROM_RESOURCES \
	"(SELECT n.id AS resource, n.provider, i.name AS item FROM new_rows n JOIN old_rows o ON o.id = n.id" \
	" JOIN govdata.resource_item i ON i.resource = n.id" \
	" WHERE o.sharing = 'unconditional' AND n.sharing = 'conditional' AND n.state IN ('published', 'suspended')" \
	" AND i.retired_at IS NULL AND coalesce(i.sharing, 'unconditional') = 'unconditional')"
#define FROM_ITEMS \
	"(SELECT n.resource, r.provider, n.name AS item FROM new_rows n" \
	" JOIN old_rows o ON o.resource = n.resource AND o.name = n.name" \
	" JOIN govdata.resource r ON r.id = n.resource" \
	" WHERE coalesce(o.sharing, 'unconditional') = 'unconditional' AND n.sharing = 'conditional'" \
	" AND r.sharing = 'unconditional' AND r.state IN ('published', 'suspended') AND n.retired_at IS NULL)"

#define BECAME_CONDITIONAL(changed) "SELECT 1 FROM " changed " c LIMIT 1"

/*
 * Only what was read by its class counts, not what was read under an
 * authorization for that very item, whose terms were others.  The last
 * name of a list that fills its record may have been cut off.
 */
#define WHOLE_ITEMS \
	"CASE WHEN octet_length(a.items) < " CppAsString2(GD_MAX_ITEMS) " - 4 THEN string_to_array(a.items, ',')" \
	" ELSE trim_array(string_to_array(a.items, ','), 1) END"

#define CONTINUE(changed) \
	"WITH t AS MATERIALIZED (SELECT govdata.clock() AS now, make_interval(days => l.amount) AS term," \
	"  (govdata.legal_date(govdata.clock()) + l.amount + 1)::timestamp" \
	"   AT TIME ZONE current_setting('govdata.timezone') AS until" \
	"  FROM govdata.time_limit l WHERE l.code = 'continued_reading'" \
	"  AND l.effective @> govdata.legal_date(govdata.clock()))" \
	" INSERT INTO govdata.continued_reading (consumer, resource, item, provider, since, until)" \
	" SELECT DISTINCT a.department, c.resource, c.item, c.provider, t.now, t.until" \
	" FROM t, " changed " c JOIN govdata.access_record a ON a.resource = c.resource AND a.start_seq IS NULL" \
	" WHERE a.kind IN ('read', 'copy') AND (a.basis = 'class' OR a.basis = 'authorization' AND NOT EXISTS" \
	"  (SELECT FROM govdata.share_request q WHERE q.authorization_id = a.authorization_id AND c.item = ANY (q.items)))" \
	" AND a.department <> c.provider AND a.at >= t.now - t.term" \
	" AND a.real_at >= clock_timestamp() - t.term AND c.item = ANY (" WHOLE_ITEMS ")"

/* what is shared unconditionally again, withheld or withdrawn needs no former terms */
#define END_OF(resources) \
	"UPDATE govdata.continued_reading k SET ended_at = govdata.clock()" \
	" FROM govdata.resource r JOIN govdata.resource_item i ON i.resource = r.id" \
	" WHERE k.ended_at IS NULL AND r.id IN (" resources ") AND k.resource = r.id AND i.name = k.item" \
	" AND (r.state = 'withdrawn' OR 'withheld' IN (r.sharing, i.sharing)" \
	"  OR 'conditional' NOT IN (r.sharing, coalesce(i.sharing, r.sharing)))"

/* an answer to a request made since then ends them: what it says holds */
#define ANSWERED(from) \
	"UPDATE govdata.continued_reading k SET ended_at = n.answered_at, request = n.id FROM " from \
	" k.ended_at IS NULL AND k.consumer = n.consumer AND k.resource = n.resource AND k.item = ANY (n.items)" \
	" AND n.received_at >= k.since AND n.answered_at IS NOT NULL"

/* a plan knows the rows of one table only, so there is one a trigger */
typedef struct GdContinuation
{
	const char *name;			/* the trigger's argument */
	GdStatementText end;
	GdStatementText changed;	/* no text: ends only */
	GdStatementText begin;
} GdContinuation;

static GdContinuation gd_continuations[] = {
	{"resource", {END_OF("SELECT n.id FROM new_rows n"), 0, NULL, NULL},
	{BECAME_CONDITIONAL(FROM_RESOURCES), 0, NULL, NULL}, {CONTINUE(FROM_RESOURCES), 0, NULL, NULL}},
	{"item", {END_OF("SELECT n.resource FROM new_rows n"), 0, NULL, NULL},
	{BECAME_CONDITIONAL(FROM_ITEMS), 0, NULL, NULL}, {CONTINUE(FROM_ITEMS), 0, NULL, NULL}},
	{"request", {ANSWERED("new_rows n WHERE"), 0, NULL, NULL}, {NULL, 0, NULL, NULL}, {NULL, 0, NULL, NULL}},
	{"answer", {ANSWERED("new_rows n JOIN old_rows o ON o.id = n.id WHERE o.answered_at IS NULL AND"), 0, NULL, NULL},
	{NULL, 0, NULL, NULL}, {NULL, 0, NULL, NULL}},
};

/*
 * The record must be complete, what is queued included, and our snapshot must
 * show it.
 */
static void
gd_see_the_record(void)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(GD_ERRCODE(16)),
				 errmsg("sharing is made conditional in a transaction that sees what was read until now"),
				 errdetail("This one sees the access log as it was when it began; departments that have read since would be left out. Measures, Article 16."),
				 errhint("Use isolation level READ COMMITTED.")));
	gd_log_await();
}

/* AFTER STATEMENT trigger of resources, items and requests */
Datum
gd_continue_reading(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;

	gd_check_trigger(fcinfo);
	if (!gd_guarding() || tuplestore_tuple_count(td->tg_newtable) == 0)
		return PointerGetDatum(NULL);
	for (int i = 0; i < (int) lengthof(gd_continuations); i++)
	{
		GdContinuation *c = &gd_continuations[i];

		if (strcmp(c->name, td->tg_trigger->tgargs[0]) != 0)
			continue;
		(void) gd_own_run(&c->end, NULL, NULL, td, 0, NULL, NULL);
		if (c->changed.sql && gd_own_run(&c->changed, NULL, NULL, td, 0, NULL, NULL) > 0)
		{
			gd_see_the_record();
			(void) gd_own_run(&c->begin, NULL, NULL, td, 0, NULL, NULL);
		}
		return PointerGetDatum(NULL);
	}
	elog(ERROR, "nothing is continued for \"%s\"", td->tg_trigger->tgargs[0]);
}
