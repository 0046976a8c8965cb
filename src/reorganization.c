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
 * Submissions wait for the act, and the act for submissions that have begun.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case.h"

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

/* ruling 17: none named, its government; a branch, its provincial head */
static int64
gd_default_heir(const GdDepartment *dept)
{
	int64		head;

	if (!gd_is_branch(dept))
		return gd_government_over(dept);
	head = gd_provincial_head(dept);
	return head != 0 ? head : gd_provincial_government(dept->id);
}

/* within the government's own region, or above the department itself */
static bool
gd_is_within_reach(const GdDepartment *successor, int64 department)
{
	GdDepartment dept;
	GdDepartment government;

	return gd_department(department, &dept) &&
		(gd_region_contains(successor->region, dept.region) ||
		 (gd_department(gd_government_over(&dept), &government) &&
		  gd_region_contains(government.region, successor->region)));
}

static void
gd_check_successor(int64 successor, int64 department)
{
	GdDepartment dept;

	if (successor != department && gd_department(successor, &dept) && dept.in_force &&
		gd_is_bound(&dept) && gd_is_within_reach(&dept, department))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(6)),
			 errmsg("department %lld cannot succeed", (long long) successor),
			 errdetail("A successor is another department that is in office, of the government's own region or above the department; operators and utilities hold no resources. Measures, Article 6."),
			 errhint("The administrator registers the successor in govdata.department first.")));
}

static void
gd_check_draft(GdCase *c)
{
	GdRow	   *row = c->row;
	GdDepartment dept;
	int64		id = gd_new_int64(row, ORG_DEPARTMENT);
	int64		successor = gd_new_int64(row, ORG_SUCCESSOR);
	bool		abolish = row->newnull[ORG_ABOLISH - 1] || DatumGetBool(row->new[ORG_ABOLISH - 1]);

	if (!gd_department(id, &dept))
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("there is no department %lld", (long long) id),
				 errdetail("Measures, Article 6."),
				 errhint("SELECT id, name FROM govdata.department.")));
	gd_set(row, ORG_ABOLISH, BoolGetDatum(abolish));
	if (gd_government_over(&dept) != 0)
		gd_set(row, ORG_GOVERNMENT, Int64GetDatum(gd_government_over(&dept)));
	if (successor != 0)
		gd_check_successor(successor, id);
	if (abolish)
	{
		int64		heir = successor != 0 ? successor : gd_default_heir(&dept);

		gd_check_successor(heir, id);
		gd_set(row, ORG_HEIR, Int64GetDatum(heir));
	}
}

/* ---- lines ---- */

/* The reorganization, held so that it is not executed meanwhile. */
static void
gd_check_line(GdCase *c)
{
	static const Oid types[] = {INT8OID, TEXTOID, INT8OID};
	static GdStatementText query = {
		"SELECT o.department, o.government, o.state, CASE $2"
		" WHEN 'resource' THEN EXISTS (SELECT FROM govdata.resource r WHERE r.id = $3 AND r.provider = o.department)"
		" WHEN 'share_request' THEN EXISTS (SELECT FROM govdata.share_request q WHERE q.id = $3 AND q.consumer = o.department)"
		" ELSE EXISTS (SELECT FROM govdata.share_authorization a WHERE a.id = $3 AND a.consumer = o.department) END"
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
				 errdetail("A line names a resource that it provides, or a request or authorization of which it is the consumer. Measures, Article 6."),
				 errhint("SELECT * FROM govdata.reorganization_plan WHERE reorganization = %lld.", (long long) id)));
	gd_check_successor(gd_new_int64(row, LIN_SUCCESSOR), DatumGetInt64(values[0]));
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

/* whoever merges with the other side needs no request and no authorization any more */
#define ONE_DEPARTMENT "'provider and consumer have become one department'"

#define LIVE "IN ('active', 'suspended')"
/* what is asked for and not over; a purpose of its own for each route */
#define OPEN "IN ('reported', 'returned', 'submitted', 'coordinating')"
#define MOOT \
	"UPDATE govdata.share_request q SET state = CASE q.state WHEN 'coordinating' THEN 'unsettled' ELSE 'withdrawn' END," \
	" coordination_outcome = CASE q.state WHEN 'coordinating' THEN " ONE_DEPARTMENT " ELSE q.coordination_outcome END," \
	" coordination_closed_at = CASE q.state WHEN 'coordinating' THEN govdata.clock() ELSE q.coordination_closed_at END"

static const char *const gd_acts[] = {
	/* the provider's side: ends where both become one, else goes with the resource */
	MOOT
	" FROM " GOING " g WHERE q.resource = g.id AND q.provider = $2 AND q.consumer = g.new"
	" AND q.state " OPEN,
	MOOT " WHERE q.resource IS NULL AND q.provider = $2 AND q.consumer = $3 AND q.state IN ('submitted', 'coordinating')"
	" AND q.route = 'uncatalogued'",
	"UPDATE govdata.share_authorization a SET state = 'expired', ground = 'unneeded', reason = " ONE_DEPARTMENT ","
	" version = a.version + 1 FROM " GOING " g WHERE a.resource = g.id AND a.provider = $2 AND a.consumer = g.new"
	" AND a.state " LIVE,
	"UPDATE govdata.share_authorization a SET provider = g.new, version = a.version + 1"
	" FROM " GOING " g WHERE a.resource = g.id AND a.provider = $2 AND g.new IS NOT NULL AND a.state " LIVE,
	"UPDATE govdata.share_request q SET provider = g.new FROM " GOING " g WHERE q.resource = g.id AND q.provider = $2"
	" AND g.new IS NOT NULL AND q.state " OPEN,
	/* what names no resource: not catalogued yet, or a ministry's */
	"UPDATE govdata.share_request q SET provider = $3 WHERE q.resource IS NULL AND q.provider = $2 AND $3 IS NOT NULL"
	" AND q.consumer <> $3 AND q.state IN ('submitted', 'coordinating', 'agreed', 'filed')",
	"UPDATE govdata.standing_consent s SET provider = g.new FROM " GOING " g WHERE s.resource = g.id"
	" AND g.new IS NOT NULL AND s.state = 'active'",
	"UPDATE govdata.negative_entry n SET provider = g.new FROM " GOING " g WHERE n.resource = g.id"
	" AND g.new IS NOT NULL AND n.state IN ('drafted', 'reviewed', 'approved', 'reported')",

	/* the consumer's side: authorizations to the successor of the same duty, else they end */
	"UPDATE govdata.share_authorization a SET state = 'expired', ground = CASE WHEN s.new IS NULL THEN 'duty_ended' ELSE 'unneeded' END,"
	" reason = CASE WHEN s.new IS NULL THEN 'the department was abolished and no successor of its duty is named'"
	"  ELSE " ONE_DEPARTMENT " END, version = a.version + 1"
	" FROM (SELECT b.id, coalesce(" LINE("share_authorization", "b.id") ", $4) AS new"
	"  FROM govdata.share_authorization b WHERE b.consumer = $2 AND b.state " LIVE ") s"
	" WHERE a.id = s.id AND (s.new IS NULL AND $3 IS NOT NULL OR s.new = a.provider)",
	"UPDATE govdata.share_authorization a SET consumer = s.new, version = a.version + 1"
	" FROM (SELECT b.id, coalesce(" LINE("share_authorization", "b.id") ", CASE WHEN $3 IS NOT NULL THEN $4 END) AS new"
	"  FROM govdata.share_authorization b WHERE b.consumer = $2 AND b.state " LIVE ") s"
	" WHERE a.id = s.id AND s.new IS NOT NULL",
	MOOT
	" WHERE q.consumer = $2 AND q.state " OPEN " AND q.route <> 'national'"
	" AND q.provider = coalesce(" LINE("share_request", "q.id") ", $3)",
	"UPDATE govdata.share_request q SET consumer = coalesce(" LINE("share_request", "q.id") ", $3)"
	" WHERE q.consumer = $2 AND (q.state " OPEN " OR q.state = 'filed' OR q.state = 'agreed' AND q.route = 'uncatalogued')"
	" AND q.provider <> coalesce(" LINE("share_request", "q.id") ", $3)",
	/* the request behind an authorization names the same two */
	"UPDATE govdata.share_request q SET provider = a.provider, consumer = a.consumer FROM govdata.share_authorization a"
	" WHERE a.request = q.id AND a.state " LIVE " AND $2 IN (q.provider, q.consumer)"
	" AND (q.provider, q.consumer) <> (a.provider, a.consumer)",
	NULL
};

/* what else an abolished department leaves */
static const char *const gd_acts_of_end[] = {
	"UPDATE govdata.share_request q SET coordinator = CASE q.coordinator WHEN $2 THEN $3 ELSE q.coordinator END,"
	" co_coordinator = CASE q.co_coordinator WHEN $2 THEN $3 ELSE q.co_coordinator END,"
	" holder = CASE q.holder WHEN $2 THEN $3 ELSE q.holder END,"
	" applicant = CASE q.applicant WHEN $2 THEN $3 ELSE q.applicant END"
	" WHERE $2 IN (q.coordinator, q.co_coordinator, q.holder, q.applicant)"
	" AND (q.state " OPEN " OR EXISTS (SELECT FROM govdata.share_authorization a WHERE a.request = q.id AND a.state " LIVE "))",
	"UPDATE govdata.share_authorization a SET applicant = $3, version = a.version + 1"
	" WHERE a.applicant = $2 AND a.state " LIVE,
	"UPDATE govdata.negative_entry n SET data_authority = CASE n.data_authority WHEN $2 THEN $3 ELSE n.data_authority END,"
	" government = CASE n.government WHEN $2 THEN $3 ELSE n.government END"
	" WHERE $2 IN (n.data_authority, n.government) AND n.state IN ('drafted', 'reviewed', 'approved', 'reported')",
	"UPDATE govdata.resource r SET scope_departments = array_replace(r.scope_departments, $2, $4),"
	" scope_systems = array_replace(r.scope_systems, $2, $4), version = r.version + 1"
	" WHERE $4 IS NOT NULL AND r.state <> 'withdrawn' AND ($2 = ANY (r.scope_departments) OR $2 = ANY (r.scope_systems))",
	"UPDATE govdata.standing_consent s SET departments = array_replace(s.departments, $2, $4)"
	" WHERE $4 IS NOT NULL AND s.state = 'active' AND $2 = ANY (s.departments)",
	"UPDATE govdata.resource_item i SET source = $3 WHERE i.source = $2 AND i.retired_at IS NULL",
	"UPDATE govdata.maintenance_round m SET state = 'ended' WHERE m.department = $2 AND m.state = 'open'",
	"UPDATE govdata.data_officer o SET state = 'ended' WHERE o.department = $2 AND o.state = 'current'",
	"UPDATE govdata.library_member m SET state = 'left' WHERE m.department = $2 AND m.state = 'joined'"
	" AND (EXISTS (SELECT FROM govdata.library l WHERE l.id = m.library AND l.lead = $3)"
	"  OR EXISTS (SELECT FROM govdata.library_member o WHERE o.library = m.library AND o.department = $3 AND o.state = 'joined'))",
	NULL
};

static const char *const gd_last_acts[] = {
	"UPDATE govdata.department d SET superior = CASE WHEN d.id = $3 THEN"
	" (SELECT o.superior FROM govdata.department o WHERE o.id = $2) ELSE $3 END WHERE d.superior = $2",
	"UPDATE govdata.department d SET valid = daterange(lower(d.valid), govdata.legal_date(govdata.clock()))"
	" WHERE d.id = $2 AND d.valid @> govdata.legal_date(govdata.clock())",
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

/* SQL array of the states from which a case still moves; NULL for none */
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
	return s.len ? s.data : NULL;
}

static bool
gd_has_column(const GdCaseKind *kind, const char *name)
{
	for (int i = 0; i < kind->shape.ncolumns; i++)
		if (strcmp(kind->shape.columns[i], name) == 0)
			return true;
	return false;
}

/*
 * Open cases of every other kind: who has a part in one by a column has it by
 * that column; the provider's goes with its resource.
 */
static void
gd_act_on_cases(Datum *args, const char *nulls)
{
	/* requests of every route have been dealt with; the other two are the act itself */
	static const char *const own[] = {
		"share_request", "uncatalogued_request", "national_request", "negative_entry", "standing_consent",
		"reorganization", "reorganization_line"
	};
	GdCaseKind *kind;

	for (int k = 0; (kind = gd_case_kinds(k)) != NULL; k++)
	{
		const char *subject = kind->shape.subject;
		const char *states = gd_open_states(subject);
		bool		skip = states == NULL || kind->actors == NULL;

		for (int i = 0; i < (int) lengthof(own); i++)
			skip = skip || strcmp(subject, own[i]) == 0;
		for (const GdActor *a = kind->actors; !skip && a->name; a++)
		{
			const char *column = a->column ? kind->shape.columns[a->column - 1] : NULL;

			if (column == NULL)
				continue;
			if (strcmp(column, "provider") == 0 && gd_has_column(kind, "resource"))
				gd_act_on(psprintf("UPDATE govdata.%s c SET provider = g.new FROM " GOING " g WHERE c.resource = g.id"
								   " AND c.provider = $2 AND g.new IS NOT NULL AND c.%s IN (%s)",
								   subject, kind->shape.columns[kind->state - 1], states), args, nulls);
			if (nulls[2] == ' ')
				gd_act_on(psprintf("UPDATE govdata.%s c SET %s = $3 WHERE c.%s = $2 AND c.%s IN (%s)",
								   subject, column, column, kind->shape.columns[kind->state - 1], states), args, nulls);
		}
	}
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
 * resource may hold it before it waits for requests.
 */
static void
gd_lock_for_act(void)
{
	GdTableLock locks[2] = {
		{gd_relid_required(GD_SHARE_REQUEST), ExclusiveLock},
		{gd_relid_required(GD_RESOURCE), ShareRowExclusiveLock}
	};

	gd_lock_together(locks, lengthof(locks));
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
	if (abolish)
		gd_check_successor(DatumGetInt64(args[2]), DatumGetInt64(args[1]));
	(void) gd_settle(GD_SETTLE_DEPARTMENT, args[1]);
	gd_act_all(gd_acts, args, nulls);
	if (abolish)
		gd_act_all(gd_acts_of_end, args, nulls);
	gd_act_on_cases(args, nulls);
	gd_act_on_tables(args, nulls);
	gd_act_on(resources, args, nulls);
	if (abolish)
		gd_act_all(gd_last_acts, args, nulls);
}

static void
gd_check_execution(GdCase *c)
{
	if (c->me == gd_new_int64(c->row, ORG_GOVERNMENT))
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
