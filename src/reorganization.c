/*-------------------------------------------------------------------------
 *
 * reorganization.c
 *	  What becomes of a department's resources, cases and duties.
 *
 * The government that stands over the department decides, and its decision is
 * carried out in one act: resources with their attached tables, what is asked
 * for and authorized on both sides, the negative list, standing consents,
 * coordination, libraries, and every open case of every kind.  Limits are not
 * touched: clocks run on.  What is over stays with whom it happened to.
 *
 * Every column that names a department has a row in gd_seats, which says what
 * becomes of it; a test compares them with the foreign keys there are.
 *
 * Submissions wait for the act, and the act for submissions that have begun.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "case.h"

PG_FUNCTION_INFO_V1(gd_successions);

enum
{
	ORG_ID = 1, ORG_DEPARTMENT, ORG_GOVERNMENT, ORG_ABOLISH, ORG_SUCCESSOR, ORG_HEIR, ORG_BASIS, ORG_STATE,
	ORG_DRAFTED_AT, ORG_DECIDED_AT, ORG_REASON
};

static const char *const gd_reorganization_columns[] = {
	"id", "department", "government", "abolish", "successor", "heir", "basis", "state",
	"drafted_at", "decided_at", "reason"
};

enum
{
	LIN_ID = 1, LIN_REORGANIZATION, LIN_SUBJECT, LIN_KEY, LIN_SUCCESSOR, LIN_GOVERNMENT, LIN_STATE, LIN_PLANNED_AT,
	LIN_DROPPED_AT
};

static const char *const gd_line_columns[] = {
	"id", "reorganization", "subject", "key", "successor", "government", "state", "planned_at",
	"dropped_at"
};

/* ---- who decides, who succeeds ---- */

static bool
gd_is_branch(const GdDepartment *dept)
{
	GdRegion	region;

	return strcmp(dept->vertical, "none") != 0 && gd_region(dept->region, &region) && region.level < 3;
}

/* the government of the region, or of the nearest one above that is another */
static int64
gd_government_over(const GdDepartment *dept)
{
	if (gd_is_branch(dept))
		return gd_provincial_government(dept->id);
	return gd_next_government(dept->region, dept->id, 0);
}

/* none named, its government; a branch, its provincial head */
static int64
gd_default_heir(const GdDepartment *dept)
{
	int64		head;

	if (!gd_is_branch(dept))
		return gd_government_over(dept);
	head = gd_provincial_head(dept);
	return head != 0 ? head : gd_provincial_government(dept->id);
}

/*
 * Supervising is not reading: whoever decides takes over what nobody is named
 * for, and gains nothing else by its decision that it would have to ask for.
 */
static void
gd_refuse_oneself(int64 government)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("government %lld cannot name itself as a successor", (long long) government),
			 errdetail("Supervising is not reading. It takes over the resources and cases of an abolished department for which nobody is named; authorizations then end. Measures, Articles 6 and 20."),
			 errhint("Name the department that takes the duty over. What the government needs itself it asks for: govdata.submit_request().")));
}

/* within the deciding government's own region, or above the department itself */
static bool
gd_is_within_reach(const GdDepartment *successor, int64 department, int64 government)
{
	GdDepartment dept;
	GdDepartment decider;

	return (gd_department(department, &dept) && gd_region_contains(successor->region, dept.region)) ||
		(gd_department(government, &decider) && gd_region_contains(decider.region, successor->region));
}

/* "named": not only by default */
static void
gd_check_successor(int64 successor, int64 department, int64 government, bool named)
{
	GdDepartment dept;

	if (named && successor != 0 && successor == government)
		gd_refuse_oneself(government);
	if (successor != department && gd_department(successor, &dept) && dept.in_force &&
		gd_is_bound(&dept) && gd_is_within_reach(&dept, department, government))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(6)),
			 errmsg("department %lld cannot succeed", (long long) successor),
			 errdetail("A successor is another department that is in office, of the government's own region or above the department; operators and utilities hold no resources. Measures, Article 6."),
			 errhint("The administrator registers the successor in govdata.department first.")));
}

/* a branch neither publishes nor answers */
static void
gd_check_provides(int64 successor)
{
	GdDepartment dept;

	if (!gd_department(successor, &dept) || !gd_is_branch(&dept))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(18)),
			 errmsg("department %lld cannot take over resources", (long long) successor),
			 errdetail("\"%s\" is a branch of a vertically managed system, which publishes at province level only. Measures, Article 18.",
					   dept.name),
			 errhint("Name its provincial head for the resources: govdata.plan_succession(reorganization, 'resource', key, successor).")));
}

static void
gd_check_draft(GdCase *c)
{
	GdRow	   *row = c->row;
	GdDepartment dept;
	int64		id = gd_new_int64(row, ORG_DEPARTMENT);
	int64		successor = gd_new_int64(row, ORG_SUCCESSOR);
	bool		abolish = row->newnull[ORG_ABOLISH - 1] || DatumGetBool(row->new[ORG_ABOLISH - 1]);
	int64		government;
	int64		heir;

	if (!gd_department(id, &dept))
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("there is no department %lld", (long long) id),
				 errdetail("Measures, Article 6."),
				 errhint("SELECT id, name FROM govdata.department.")));
	gd_set(row, ORG_ABOLISH, BoolGetDatum(abolish));
	government = gd_government_over(&dept);
	if (government == 0)
		return;					/* nobody decides: the judge says so */
	gd_set(row, ORG_GOVERNMENT, Int64GetDatum(government));
	if (successor != 0)
		gd_check_successor(successor, id, government, true);
	if (!abolish)
		return;
	heir = successor != 0 ? successor : gd_default_heir(&dept);
	gd_check_successor(heir, id, government, false);
	gd_set(row, ORG_HEIR, Int64GetDatum(heir));
}

/* ---- lines ---- */

#define LIVE "IN ('active', 'suspended')"
/* what is asked for and not over; a purpose of its own for each route */
#define OPEN "IN ('reported', 'returned', 'submitted', 'coordinating')"
#define IS_ASKED(q) \
	"(" q ".state " OPEN " OR " q ".state IN ('filed', 'unsettled') OR " q ".state = 'agreed' AND " q ".route = 'uncatalogued')"

/* The reorganization, held so that it is not executed meanwhile. */
static void
gd_check_line(GdCase *c)
{
	static const Oid types[] = {INT8OID, TEXTOID, INT8OID};
	static GdStatementText query = {
		"SELECT o.department, o.government, o.state, CASE $2"
		" WHEN 'resource' THEN EXISTS (SELECT FROM govdata.resource r WHERE r.id = $3 AND r.provider = o.department"
		"  AND r.state <> 'withdrawn')"
		" WHEN 'share_request' THEN EXISTS (SELECT FROM govdata.share_request q WHERE q.id = $3 AND q.consumer = o.department"
		"  AND " IS_ASKED("q") ")"
		" ELSE EXISTS (SELECT FROM govdata.share_authorization a WHERE a.id = $3 AND a.consumer = o.department"
		"  AND a.state " LIVE ") END"
		" FROM govdata.reorganization o WHERE o.id = $1 FOR SHARE", 3, types, NULL
	};
	GdRow	   *row = c->row;
	int64		id = gd_new_int64(row, LIN_REORGANIZATION);
	Datum		args[3] = {Int64GetDatum(id), row->new[LIN_SUBJECT - 1], row->new[LIN_KEY - 1]};
	char		nulls[4] = "   ";
	Datum		values[4];
	bool		isnull[4];

	for (int i = 0; i < 2; i++)
		if (row->newnull[LIN_SUBJECT - 1 + i])
			nulls[1 + i] = 'n';
	if (gd_own_run(&query, args, nulls, NULL, 4, values, isnull) == 0 || DatumGetInt64(values[1]) != c->me)
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("there is no reorganization %lld on which you decide", (long long) id),
				 errdetail("You act as %s. Measures, Article 6.", gd_who_acts()),
				 errhint("The government that stands over the department drafts it: govdata.draft_reorganization().")));
	gd_set(row, LIN_GOVERNMENT, values[1]);
	if (strcmp(TextDatumGetCString(values[2]), "drafted") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("reorganization %lld is decided", (long long) id),
				 errdetail("Its lines stay as they were carried out. Measures, Article 6."),
				 errhint("Draft another one for what is to be moved now.")));
	if (c->from[0] != '\0')
		return;
	if (!DatumGetBool(values[3]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("the department has no %s %lld that could be passed on", gd_new_text(row, LIN_SUBJECT),
						(long long) gd_new_int64(row, LIN_KEY)),
				 errdetail("A line names a resource that it provides, or an open request or an authorization in force of which it is the consumer. Measures, Article 6."),
				 errhint("SELECT * FROM govdata.reorganization_plan WHERE reorganization = %lld.", (long long) id)));
	gd_check_successor(gd_new_int64(row, LIN_SUCCESSOR), DatumGetInt64(values[0]), c->me, true);
	if (strcmp(gd_new_text(row, LIN_SUBJECT), "resource") == 0)
		gd_check_provides(gd_new_int64(row, LIN_SUCCESSOR));
}

/* ---- carrying it out ---- */

/*
 * Every statement takes: $1 the reorganization, $2 the department, $3 its heir
 * (NULL: it stays), $4 the successor that was named (NULL: none).
 */
static const Oid gd_act_types[] = {INT8OID, INT8OID, INT8OID, INT8OID};

#define LINE(subject, key) \
	"(SELECT l.successor FROM govdata.reorganization_line l WHERE l.reorganization = $1" \
	" AND l.subject = '" subject "' AND l.key = " key " AND l.state = 'planned')"

/* resources that go, and where to */
#define GOING \
	"(SELECT r.id, r.state, coalesce(" LINE("resource", "r.id") ", $3) AS new" \
	" FROM govdata.resource r WHERE r.provider = $2)"
/* whose a resource becomes, NULL where it stays */
#define OF_RESOURCE(id) "(SELECT g.new FROM " GOING " g WHERE g.id = " id ")"

#define ONE_DEPARTMENT "govdata._on_record('one_department')"

/* who the two sides of a request will be */
#define BECOMING \
	"(SELECT q.id, CASE WHEN q.provider <> $2 THEN q.provider WHEN q.resource IS NULL THEN coalesce($3, $2)" \
	"  ELSE coalesce(" OF_RESOURCE("q.resource") ", $2) END AS provider," \
	" CASE WHEN q.consumer <> $2 OR q.state IN ('refused', 'upheld') THEN q.consumer ELSE coalesce(" LINE("share_request", "q.id") ", $3, $2) END AS consumer" \
	" FROM govdata.share_request q WHERE $2 IN (q.provider, q.consumer)" \
	" AND (" IS_ASKED("q") " OR q.state = 'obtained' AND q.listed_at IS NULL" \
	"  OR q.state IN ('refused', 'upheld') AND q.refusal_ground IS NOT NULL))"

/* the same for authorizations; no consumer: nobody has its duty */
#define AUTHORIZED \
	"(SELECT a.id, CASE WHEN a.provider <> $2 THEN a.provider ELSE coalesce(" OF_RESOURCE("a.resource") ", $2) END AS provider," \
	" CASE WHEN a.consumer <> $2 THEN a.consumer" \
	"  ELSE coalesce(" LINE("share_authorization", "a.id") ", CASE WHEN $3 IS NULL THEN $2 ELSE $4 END) END AS consumer" \
	" FROM govdata.share_authorization a WHERE $2 IN (a.provider, a.consumer) AND a.state " LIVE ")"

/* between two departments that become one there is nothing to ask for, order or doubt */
#define ENDS_WITH_DISPATCH \
	"(coalesce(o.delivered_resource, o.resource) IS NOT NULL AND o.provider = $2" \
	"  AND o.authority = " OF_RESOURCE("coalesce(o.delivered_resource, o.resource)") \
	" OR o.provider = $2 AND o.authority = $3 OR o.authority = $2 AND o.provider = $3)"
#define ENDS_WITH_DOUBT \
	"(d.provider = $2 AND d.raised_by = " OF_RESOURCE("d.resource") " OR d.raised_by = $2 AND d.provider = $3)"

static const char *const gd_acts[] = {
	"UPDATE govdata.share_request q SET"
	" state = CASE WHEN q.state = 'coordinating' AND q.route <> 'national' THEN 'unsettled' ELSE 'withdrawn' END,"
	" answered_at = CASE q.state WHEN 'coordinating' THEN q.answered_at END,"
	" answer_basis = CASE q.state WHEN 'coordinating' THEN q.answer_basis END,"
	" answer_reason = CASE WHEN q.state = 'coordinating' AND q.route <> 'national' THEN q.answer_reason ELSE " ONE_DEPARTMENT " END,"
	" coordination_outcome = CASE WHEN q.state = 'coordinating' AND q.route <> 'national' THEN " ONE_DEPARTMENT
	"  ELSE q.coordination_outcome END"
	" FROM " BECOMING " b WHERE b.id = q.id AND b.provider = b.consumer AND q.state NOT IN ('unsettled', 'obtained', 'refused', 'upheld')",
	"UPDATE govdata.share_authorization a SET state = 'expired',"
	" ground = CASE WHEN b.consumer IS NULL THEN 'duty_ended' ELSE 'unneeded' END,"
	" reason = CASE WHEN b.consumer IS NULL THEN govdata._on_record('no_successor') ELSE " ONE_DEPARTMENT " END, version = a.version + 1"
	" FROM " AUTHORIZED " b WHERE b.id = a.id AND (b.consumer IS NULL OR b.provider = b.consumer)",
	"UPDATE govdata.limit_extension e SET state = 'withdrawn' FROM govdata.share_request q"
	" WHERE e.subject = 'share_request' AND e.state = 'asked' AND q.id = e.subject_key AND q.state = 'withdrawn'"
	" AND $2 IN (q.provider, q.consumer)",
	"UPDATE govdata.dispatch_order o SET state = 'cancelled', reason = " ONE_DEPARTMENT
	" WHERE o.state IN ('issued', 'delivered', 'returned') AND " ENDS_WITH_DISPATCH,
	/* what is confirmed stays until it is repaired */
	"UPDATE govdata.data_doubt d SET state = CASE WHEN d.state IN ('raised', 'notified') THEN 'withdrawn' ELSE 'closed' END,"
	" note = " ONE_DEPARTMENT
	" WHERE (d.state IN ('raised', 'notified', 'repaired') OR d.state = 'answered' AND d.answer = 'explained') AND " ENDS_WITH_DOUBT,
	"UPDATE govdata.continued_reading k SET ended_at = govdata.clock() WHERE k.ended_at IS NULL AND k.provider = $2"
	" AND k.consumer = " OF_RESOURCE("k.resource"),
	/* what goes on */
	"UPDATE govdata.share_authorization a SET provider = b.provider, consumer = b.consumer, version = a.version + 1"
	" FROM " AUTHORIZED " b WHERE b.id = a.id AND (a.provider, a.consumer) <> (b.provider, b.consumer)",
	"UPDATE govdata.share_request q SET provider = b.provider, consumer = b.consumer"
	" FROM " BECOMING " b WHERE b.id = q.id AND b.provider <> b.consumer AND (q.provider, q.consumer) <> (b.provider, b.consumer)",
	/* the request behind an authorization names the same two */
	"UPDATE govdata.share_request q SET provider = a.provider, consumer = a.consumer FROM govdata.share_authorization a"
	" WHERE a.request = q.id AND a.state " LIVE " AND $2 IN (q.provider, q.consumer)"
	" AND (q.provider, q.consumer) <> (a.provider, a.consumer)",
	NULL
};

/* what an abolished department leaves to nobody */
static const char *const gd_acts_of_end[] = {
	"UPDATE govdata.maintenance_round m SET state = 'ended' WHERE m.department = $2 AND m.state = 'open'",
	"UPDATE govdata.data_officer o SET state = 'ended' WHERE o.department = $2 AND o.state = 'current'",
	"UPDATE govdata.officer_absence a SET state = 'ended' WHERE a.department = $2 AND a.state = 'declared'",
	"UPDATE govdata.library_member m SET state = 'left' WHERE m.department = $2 AND m.state = 'joined'"
	" AND EXISTS (SELECT FROM govdata.library_member o WHERE o.library = m.library AND o.department = $3 AND o.state = 'joined')",
	/* former terms of reading are those of who has the duty */
	"INSERT INTO govdata.continued_reading (consumer, resource, item, provider, since, until)"
	" SELECT $4, k.resource, k.item, k.provider, k.since, k.until FROM govdata.continued_reading k"
	" WHERE k.consumer = $2 AND k.ended_at IS NULL AND k.provider <> $4 ON CONFLICT DO NOTHING",
	"UPDATE govdata.continued_reading k SET ended_at = govdata.clock() WHERE k.consumer = $2 AND k.ended_at IS NULL",
	NULL
};

/* ---- every column that names a department ---- */

typedef enum GdPassing
{
	GD_PASSES,					/* to whom "via" says, of an abolished department else to its heir */
	GD_ACTED_ON,				/* the same, by a statement of its own above or below */
	GD_IN_LIST,					/* an array: the named successor stands for it */
	GD_ENDS,					/* the row ends with the department */
	GD_STAYS					/* who it was then */
} GdPassing;

typedef struct GdSeat
{
	const char *relation;
	const char *column;
	GdPassing	passing;
	const char *via;			/* SQL of the new department, NULL where nothing says; of row c */
	const char *open;			/* SQL of rows that are not over; NULL: by their state, see
								 * gd_open_rows(), and not counted where acted on */
} GdSeat;

#define OF_REQUEST(side, id) "(SELECT q." side " FROM govdata.share_request q WHERE q.id = " id ")"
#define REQUEST_GOES_ON \
	"(c.state " OPEN " OR EXISTS (SELECT FROM govdata.share_authorization a WHERE a.request = c.id AND a.state " LIVE "))"
#define REQUEST_IS_OPEN "(" IS_ASKED("c") " OR c.state = 'obtained' AND c.listed_at IS NULL)"
#define ENTRY_IS_OPEN "c.state IN ('drafted', 'reviewed', 'approved', 'reported')"

/* in the order in which they are dealt with; within one relation too */
static const GdSeat gd_seats[] = {
	{"share_request", "provider", GD_ACTED_ON, NULL, REQUEST_IS_OPEN},
	{"share_request", "consumer", GD_ACTED_ON, NULL, REQUEST_IS_OPEN},
	{"share_request", "coordinator", GD_PASSES, NULL, "c.state = 'coordinating'"},
	{"share_request", "co_coordinator", GD_PASSES, NULL, "c.state = 'coordinating'"},
	{"share_request", "holder", GD_PASSES, NULL, "c.state IN ('reported', 'returned')"},
	{"share_request", "applicant", GD_PASSES, NULL, REQUEST_GOES_ON},
	{"share_request", "sources", GD_ACTED_ON, NULL, NULL},
	{"share_request", "consenting_sources", GD_IN_LIST, NULL, "c.state = 'coordinating'"},
	{"share_request", "addressed_to", GD_STAYS, NULL, NULL},
	{"request_hop", "authority", GD_STAYS, NULL, NULL},
	{"share_authorization", "provider", GD_ACTED_ON, NULL, "c.state " LIVE},
	{"share_authorization", "consumer", GD_ACTED_ON, NULL, "c.state " LIVE},
	{"share_authorization", "applicant", GD_PASSES, NULL, "c.state " LIVE},
	{"authorization_act", "department", GD_STAYS, NULL, NULL},
	{"share_delivery", "provider", GD_PASSES, OF_REQUEST("provider", "c.request"), NULL},
	{"share_delivery", "consumer", GD_PASSES, OF_REQUEST("consumer", "c.request"), NULL},
	{"request_completion", "provider", GD_PASSES, OF_REQUEST("provider", "c.request"), NULL},
	{"request_completion", "consumer", GD_PASSES, OF_REQUEST("consumer", "c.request"), NULL},
	{"continued_reading", "provider", GD_PASSES, OF_RESOURCE("c.resource"), "c.ended_at IS NULL"},
	{"continued_reading", "consumer", GD_ACTED_ON, NULL, "c.ended_at IS NULL"},
	{"standing_consent", "provider", GD_PASSES, OF_RESOURCE("c.resource"), NULL},
	{"standing_consent", "departments", GD_IN_LIST, NULL, NULL},
	{"negative_entry", "provider", GD_PASSES, OF_RESOURCE("c.resource"), ENTRY_IS_OPEN},
	{"negative_entry", "data_authority", GD_PASSES, NULL, ENTRY_IS_OPEN},
	{"negative_entry", "government", GD_PASSES, NULL, ENTRY_IS_OPEN},
	{"negative_entry", "reported_to", GD_PASSES, NULL, ENTRY_IS_OPEN},
	{"dispatch_order", "provider", GD_PASSES, OF_RESOURCE("coalesce(c.delivered_resource, c.resource)"), NULL},
	{"dispatch_order", "authority", GD_PASSES, NULL, NULL},
	{"resource_source", "provider", GD_PASSES, OF_RESOURCE("c.resource"), NULL},
	{"data_doubt", "provider", GD_PASSES, OF_RESOURCE("c.resource"), NULL},
	{"data_doubt", "raised_by", GD_PASSES, NULL, NULL},
	{"data_doubt", "notified_by", GD_STAYS, NULL, NULL},
	{"data_doubt", "closed_by", GD_STAYS, NULL, NULL},
	{"doubt_round", "provider", GD_STAYS, NULL, NULL},
	{"doubt_round", "raised_by", GD_STAYS, NULL, NULL},
	/* a provider's own rules go with the resource */
	{"quality_rule", "provider", GD_PASSES, OF_RESOURCE("c.resource"), NULL},
	{"quality_rule", "defined_by", GD_PASSES, OF_RESOURCE("c.resource"), NULL},
	{"quality_run", "provider", GD_PASSES, OF_RESOURCE("c.resource"), "c.state = 'running'"},
	{"quality_score", "provider", GD_STAYS, NULL, NULL},
	{"service_end", "provider", GD_PASSES, OF_RESOURCE("c.resource"), NULL},
	{"service_end", "authority", GD_PASSES, NULL, NULL},
	{"catalog_change", "department", GD_PASSES, OF_RESOURCE("c.resource"), NULL},
	{"catalog_change", "authority", GD_PASSES, NULL, NULL},
	{"catalog_change", "noted_by", GD_STAYS, NULL, NULL},
	{"limit_extension", "department", GD_PASSES, "CASE c.subject WHEN 'share_request' THEN " OF_REQUEST("provider", "c.subject_key")
		" ELSE (SELECT g.department FROM govdata.catalog_change g WHERE g.id = c.subject_key) END", NULL},
	{"limit_extension", "other", GD_PASSES, "CASE c.subject WHEN 'share_request' THEN " OF_REQUEST("consumer", "c.subject_key") " END",
		NULL},
	{"limit_extension", "authority", GD_PASSES, NULL, NULL},
	{"resource", "provider", GD_ACTED_ON, NULL, "c.state <> 'withdrawn'"},
	{"resource", "scope_departments", GD_IN_LIST, NULL, "c.state <> 'withdrawn'"},
	{"resource", "scope_systems", GD_IN_LIST, NULL, "c.state <> 'withdrawn'"},
	{"resource_item", "source", GD_PASSES, NULL, "c.retired_at IS NULL"},
	{"resource_version", "department", GD_STAYS, NULL, NULL},
	/* found with its resource */
	{"resource_search", "provider", GD_STAYS, NULL, NULL},
	/* whoever provides the resource voids what was recorded wrongly */
	{"data_update", "provider", GD_STAYS, NULL, NULL},
	{"maintenance_confirmation", "department", GD_STAYS, NULL, NULL},
	{"maintenance_round", "department", GD_ENDS, NULL, NULL},
	{"data_officer", "department", GD_ENDS, NULL, NULL},
	{"officer_absence", "department", GD_ENDS, NULL, NULL},
	{"library", "lead", GD_PASSES, NULL, NULL},
	{"library", "authority", GD_PASSES, NULL, NULL},
	{"library_member", "department", GD_PASSES, NULL, NULL},
	{"business_system", "department", GD_PASSES, NULL, NULL},
	{"data_purchase", "department", GD_PASSES, NULL, NULL},
	{"data_purchase", "data_authority", GD_PASSES, NULL, NULL},
	{"planned_entry", "department", GD_PASSES, NULL, NULL},
	{"service_form", "department", GD_PASSES, NULL, NULL},
	{"service_form_field", "department", GD_PASSES, NULL, NULL},
	{"regime_switch", "adopted_by", GD_STAYS, NULL, NULL},
	{"regime_switch", "ended_by", GD_STAYS, NULL, NULL},
	{"reminder", "department", GD_STAYS, NULL, NULL},
	{"journal_entry", "department", GD_STAYS, NULL, NULL},
	{"journal_entry", "provider", GD_STAYS, NULL, NULL},
	{"journal_entry", "consumer", GD_STAYS, NULL, NULL},
	{"access_record", "department", GD_STAYS, NULL, NULL},
	{"department", "superior", GD_ACTED_ON, NULL, NULL},
	{"department_name", "department", GD_STAYS, NULL, NULL},
	/* a decision names whom it names; what cannot be carried out so is drafted anew */
	{"reorganization", "government", GD_PASSES, NULL, "c.state = 'drafted'"},
	{"reorganization", "department", GD_STAYS, NULL, NULL},
	{"reorganization", "successor", GD_STAYS, NULL, NULL},
	{"reorganization", "heir", GD_STAYS, NULL, NULL},
	{"reorganization_line", "government", GD_PASSES, NULL, "c.state = 'planned' AND EXISTS (SELECT FROM govdata.reorganization o"
	" WHERE o.id = c.reorganization AND o.state = 'drafted')"},
	{"reorganization_line", "successor", GD_STAYS, NULL, NULL},
};

static const char *const gd_passings[] = {"passes", "passes", "list", "ends", "history"};

/* what follows once every seat and every resource is with whom it has become */
static const char *const gd_last_acts[] = {
	/* what a coordination may restore */
	"UPDATE govdata.share_authorization a SET provider = q.provider, consumer = q.consumer, applicant = q.applicant,"
	" version = a.version + 1 FROM govdata.share_request q WHERE q.authorization_id = a.id AND a.state = 'revoked'"
	" AND q.state IN ('coordinating', 'unsettled') AND $2 IN (a.provider, a.consumer, a.applicant)"
	" AND (a.provider, a.consumer, a.applicant) IS DISTINCT FROM (q.provider, q.consumer, q.applicant)",
	/* no office is left that is not a party */
	"UPDATE govdata.share_request q SET state = 'unsettled', coordination_outcome = govdata._on_record('no_office')"
	" WHERE q.state = 'coordinating' AND q.route <> 'national' AND q.coordinator IN (q.provider, q.consumer)"
	" AND NOT EXISTS (SELECT FROM govdata.dispute_step s WHERE s.regime = q.regime AND s.step = q.coordination_step"
	"  AND s.office = 'parties')",
	/* a source that has become the provider answers as that */
	"UPDATE govdata.share_request q SET sources = (SELECT array_agg(u.source ORDER BY u.n) FROM"
	"  (SELECT v.source, min(v.n) AS n FROM unnest(array_replace(q.sources, $2, coalesce($3, $2))) WITH ORDINALITY AS v (source, n)"
	"   WHERE v.source <> q.provider GROUP BY v.source) u)"
	" WHERE q.state = 'submitted' AND ($2 = ANY (q.sources) AND $3 IS NOT NULL OR q.provider = ANY (q.sources))",
	"UPDATE govdata.resource_item i SET source = NULL FROM govdata.resource r"
	" WHERE r.id = i.resource AND i.source = r.provider AND i.retired_at IS NULL"
	" AND r.provider IN (SELECT $3 UNION ALL SELECT l.successor FROM govdata.reorganization_line l"
	"  WHERE l.reorganization = $1 AND l.state = 'planned')",
	/* whoever has an entry of a library belongs to it, once */
	"UPDATE govdata.library_member m SET state = 'left' FROM govdata.library l"
	" WHERE l.id = m.library AND l.lead = m.department AND m.state = 'joined'",
	"INSERT INTO govdata.library_member (library, department, state)"
	" SELECT DISTINCT r.library, r.provider, 'joined' FROM govdata.resource r JOIN govdata.library l ON l.id = r.library"
	" WHERE l.state = 'active' AND r.state <> 'withdrawn' AND r.provider <> l.lead"
	" AND r.provider IN (SELECT $3 UNION ALL SELECT s.successor FROM govdata.reorganization_line s"
	"  WHERE s.reorganization = $1 AND s.state = 'planned')"
	" AND NOT EXISTS (SELECT FROM govdata.library_member m WHERE m.library = l.id AND m.department = r.provider"
	"  AND m.state = 'joined')",
	"UPDATE govdata.department d SET superior = CASE WHEN d.id = $3 THEN"
	" (SELECT o.superior FROM govdata.department o WHERE o.id = $2) ELSE $3 END WHERE d.superior = $2 AND $3 IS NOT NULL",
	"UPDATE govdata.department d SET valid = daterange(lower(d.valid), govdata.legal_date(govdata.clock()))"
	" WHERE d.id = $2 AND $3 IS NOT NULL AND d.valid @> govdata.legal_date(govdata.clock())",
	NULL
};

static void
gd_act_on(const char *sql, Datum *args, const char *nulls)
{
	GdStatementText text = {sql, 4, gd_act_types, NULL};

	(void) gd_own_run(&text, args, nulls, NULL, 0, NULL, NULL);
	SPI_freeplan(text.plan);
}

static void
gd_act_all(const char *const *acts, Datum *args, const char *nulls)
{
	for (int i = 0; acts[i]; i++)
		gd_act_on(acts[i], args, nulls);
}

/* SQL list of the states from which a case still moves; empty for none */
static const char *
gd_open_states(const char *subject)
{
	StringInfoData s;

	initStringInfo(&s);
	for (int i = 0; i < gd_n_transitions; i++)
	{
		const GdTransition *t = &gd_transitions[i];

		if (t->from[0] != '\0' && strcmp(t->subject, subject) == 0)
			appendStringInfo(&s, "%s'%s'", s.len ? ", " : "", t->from);
	}
	return s.data;
}

/* SQL of the rows that are not over */
static const char *
gd_open_rows(const GdSeat *seat)
{
	return seat->open ? seat->open : psprintf("c.state IN (%s)", gd_open_states(seat->relation));
}

static void
gd_act_on_seat(const GdSeat *seat, Datum *args, const char *nulls)
{
	bool		abolish = nulls[2] == ' ';

	if (seat->passing == GD_PASSES && seat->via)
		gd_act_on(psprintf("UPDATE govdata.%s c SET %s = (%s) WHERE c.%s = $2 AND (%s) AND coalesce((%s), $2) <> $2",
						   seat->relation, seat->column, seat->via, seat->column, gd_open_rows(seat), seat->via), args, nulls);
	if (seat->passing == GD_PASSES && abolish)
		gd_act_on(psprintf("UPDATE govdata.%s c SET %s = $3 WHERE c.%s = $2 AND (%s)",
						   seat->relation, seat->column, seat->column, gd_open_rows(seat)), args, nulls);
	if (seat->passing == GD_IN_LIST && nulls[3] == ' ')
		gd_act_on(psprintf("UPDATE govdata.%s c SET %s = ARRAY(SELECT DISTINCT u FROM unnest(array_replace(c.%s, $2, $4)) AS u ORDER BY u)%s"
						   " WHERE $2 = ANY (c.%s) AND (%s)", seat->relation, seat->column, seat->column,
						   strcmp(seat->relation, "resource") == 0 ? ", version = c.version + (c.state <> 'draft')::integer" : "",
						   seat->column, gd_open_rows(seat)), args, nulls);
}

Datum
gd_successions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (int) lengthof(gd_seats); i++)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		values[0] = CStringGetTextDatum(gd_seats[i].relation);
		values[1] = CStringGetTextDatum(gd_seats[i].column);
		values[2] = CStringGetTextDatum(gd_passings[gd_seats[i].passing]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* how many open rows name the department where somebody must succeed it */
int64
gd_open_seats(int64 department)
{
	static GdStatementText query = {NULL, 1, gd_arg_int8, NULL};
	Datum		arg = Int64GetDatum(department);
	Datum		n;
	bool		isnull;

	if (query.sql == NULL)
	{
		StringInfoData s;

		initStringInfo(&s);
		for (int i = 0; i < (int) lengthof(gd_seats); i++)
		{
			const GdSeat *seat = &gd_seats[i];

			if (seat->passing == GD_PASSES || (seat->passing == GD_ACTED_ON && seat->open))
				appendStringInfo(&s, "%s(SELECT count(*) FROM govdata.%s c WHERE c.%s = $1 AND (%s))", s.len ? " + " : "SELECT ",
								 seat->relation, seat->column, gd_open_rows(seat));
		}
		query.sql = MemoryContextStrdup(TopMemoryContext, s.data);
	}
	(void) gd_own_run(&query, &arg, NULL, NULL, 1, &n, &isnull);
	return DatumGetInt64(n);
}

/*
 * Tables go with the resources they are attached to: one that belongs to a role
 * of another department could not be read.
 */
static void
gd_act_on_tables(Datum *args, const char *nulls)
{
	static GdStatementText query = {
		"SELECT string_agg(format('ALTER TABLE %s OWNER TO %I', t.relid::regclass, d.role::regrole::name), '; ' ORDER BY t.level)"
		" FROM " GOING " g JOIN govdata.attachment a ON a.resource = g.id JOIN govdata.department d ON d.id = g.new"
		" CROSS JOIN LATERAL (SELECT a.relation::oid AS relid, 0 AS level"
		"  UNION SELECT p.relid::oid, p.level FROM pg_partition_tree(a.relation) p) t"
		" JOIN pg_class c ON c.oid = t.relid"
		" WHERE govdata._role_department(c.relowner) = $2", 4, gd_act_types, NULL
	};
	Datum		sql;
	bool		isnull;
	GdStatementText alter = {NULL, 0, NULL, NULL};

	(void) gd_own_run(&query, args, nulls, NULL, 1, &sql, &isnull);
	if (isnull)
		return;
	alter.sql = TextDatumGetCString(sql);
	(void) gd_own_run(&alter, NULL, NULL, NULL, 0, NULL, NULL);
	SPI_freeplan(alter.plan);
}

/*
 * Submitters hold requests before they wait for a resource; who changes a
 * resource may hold it before it waits for requests.  Requests are kept even
 * from those who only lock their rows.
 */
static void
gd_lock_for_act(void)
{
	GdTableLock locks[lengthof(gd_seats)];
	int			n = 0;

	for (int i = 0; i < (int) lengthof(gd_seats); i++)
	{
		const char *name = gd_seats[i].relation;
		Oid			relid = gd_object_oid(name);

		/* drafts and the registry are held row by row */
		if (gd_seats[i].passing == GD_STAYS || (n > 0 && locks[n - 1].relid == relid) ||
			strncmp(name, "reorganization", 14) == 0 || strcmp(name, "department") == 0)
			continue;
		locks[n++] = (GdTableLock) {relid, relid == gd_relid_required(GD_SHARE_REQUEST) ? ExclusiveLock : ShareRowExclusiveLock};
	}
	gd_lock_together(locks, n);
}

/* the successors of the lines, or those who get resources: all of them can still be that */
static void
gd_check_each(GdStatementText *query, Datum *args, const char *nulls, int64 government)
{
	Datum		list;
	bool		isnull;
	int64	   *ids;

	(void) gd_own_run(query, args, nulls, NULL, 1, &list, &isnull);
	if (isnull)
		return;
	for (int i = gd_ids_of(list, &ids) - 1; i >= 0; i--)
		if (government != 0)
			gd_check_successor(ids[i], DatumGetInt64(args[1]), government, true);
		else
			gd_check_provides(ids[i]);
}

static void
gd_check_successors(GdRow *row, Datum *args, const char *nulls)
{
	static GdStatementText lines = {
		"SELECT array_agg(DISTINCT l.successor) FROM govdata.reorganization_line l"
		" WHERE l.reorganization = $1 AND l.state = 'planned'", 4, gd_act_types, NULL
	};
	static GdStatementText resources = {
		"SELECT array_agg(DISTINCT g.new) FROM " GOING " g WHERE g.new IS NOT NULL AND g.state <> 'withdrawn'",
		4, gd_act_types, NULL
	};

	if (nulls[2] == ' ')
		gd_check_successor(DatumGetInt64(args[2]), DatumGetInt64(args[1]), gd_new_int64(row, ORG_GOVERNMENT), nulls[3] == ' ');
	gd_check_each(&lines, args, nulls, gd_new_int64(row, ORG_GOVERNMENT));
	gd_check_each(&resources, args, nulls, 0);
}

static void
gd_execute(GdCase *c)
{
	static const char *const resources =
		"UPDATE govdata.resource r SET provider = g.new, version = r.version + (r.state <> 'draft')::integer"
		" FROM " GOING " g WHERE r.id = g.id AND g.new IS NOT NULL AND g.state <> 'withdrawn'";
	GdRow	   *row = c->row;
	bool		abolish = DatumGetBool(row->new[ORG_ABOLISH - 1]);
	Datum		args[4];
	char		nulls[5] = "    ";

	args[0] = row->new[ORG_ID - 1];
	args[1] = row->new[ORG_DEPARTMENT - 1];
	args[2] = row->new[ORG_HEIR - 1];
	args[3] = row->new[ORG_SUCCESSOR - 1];
	if (!abolish)
		nulls[2] = nulls[3] = 'n';
	else if (row->newnull[ORG_SUCCESSOR - 1])
		nulls[3] = 'n';
	gd_check_successors(row, args, nulls);
	(void) gd_settle(GD_SETTLE_DEPARTMENT, args[1]);
	gd_act_all(gd_acts, args, nulls);
	if (abolish)
		gd_act_all(gd_acts_of_end, args, nulls);
	for (int i = 0; i < (int) lengthof(gd_seats); i++)
		gd_act_on_seat(&gd_seats[i], args, nulls);
	gd_act_on_tables(args, nulls);
	gd_act_on(resources, args, nulls);
	gd_act_all(gd_last_acts, args, nulls);
}

/* What others have begun must be seen, or it would be left behind. */
static void
gd_check_execution(GdCase *c)
{
	if (c->me != gd_new_int64(c->row, ORG_GOVERNMENT))
		return;
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("a reorganization is executed in a transaction that sees what others have done until now"),
				 errdetail("This one sees everything as it was when it began; what was submitted since would be left without an owner. Measures, Article 6."),
				 errhint("Use isolation level READ COMMITTED.")));
	gd_lock_for_act();
}

/* ---- the kinds ---- */

static const GdActor gd_reorganization_actors[] = {
	{"government", ORG_GOVERNMENT, NULL, false},
	{NULL, 0, NULL, false}
};

static const int gd_reorganization_given[] = {ORG_DEPARTMENT, ORG_ABOLISH, ORG_SUCCESSOR, ORG_BASIS, 0};
static const GdRequired gd_reorganization_basis[] = {{ORG_BASIS, gettext_noop("its basis")}, {0, NULL}};
static const int gd_reorganization_reason[] = {ORG_REASON, 0};
static const GdRequired gd_reorganization_why[] = {{ORG_REASON, gettext_noop("the reason")}, {0, NULL}};

static const GdMove gd_reorganization_moves[] = {
	{.from = "", .to = "drafted", .columns = gd_reorganization_given, .required = gd_reorganization_basis,
	.at = ORG_DRAFTED_AT, .check = gd_check_draft},
	{.from = "drafted", .to = "executed", .at = ORG_DECIDED_AT, .check = gd_check_execution, .effect = gd_execute},
	{.from = "drafted", .to = "cancelled", .columns = gd_reorganization_reason, .required = gd_reorganization_why,
	.at = ORG_DECIDED_AT},
	{0}
};

static GdCaseKind gd_reorganization_kind = {
	.shape = {"reorganization", 6, gd_reorganization_columns, lengthof(gd_reorganization_columns), false},
	.id = ORG_ID, .sequence = "reorganization_id_seq", .state = ORG_STATE,
	.actors = gd_reorganization_actors, .moves = gd_reorganization_moves
};

static const GdActor gd_line_actors[] = {
	{"government", LIN_GOVERNMENT, NULL, false},
	{NULL, 0, NULL, false}
};

static const int gd_line_given[] = {LIN_REORGANIZATION, LIN_SUBJECT, LIN_KEY, LIN_SUCCESSOR, 0};

static const GdMove gd_line_moves[] = {
	{.from = "", .to = "planned", .columns = gd_line_given, .at = LIN_PLANNED_AT, .check = gd_check_line},
	{.from = "planned", .to = "dropped", .at = LIN_DROPPED_AT, .check = gd_check_line},
	{0}
};

static GdCaseKind gd_line_kind = {
	.shape = {"reorganization_line", 6, gd_line_columns, lengthof(gd_line_columns), false},
	.id = LIN_ID, .sequence = "reorganization_line_id_seq", .state = LIN_STATE,
	.actors = gd_line_actors, .moves = gd_line_moves
};

void
gd_reorganization_init(void)
{
	gd_case_register(&gd_reorganization_kind);
	gd_case_register(&gd_line_kind);
}
