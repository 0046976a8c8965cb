/*-------------------------------------------------------------------------
 *
 * maintenance.c
 *	  Data officers, data updates, and the yearly maintenance of the catalog
 *	  (Articles 9, 11, 14).
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "case.h"

/* ---- data officers ---- */

enum
{
	OFF_ID = 1, OFF_DEPARTMENT, OFF_OFFICER, OFF_CONTACT, OFF_STATE, OFF_NAMED_AT, OFF_ENDED_AT
};

static const char *const gd_officer_columns[] = {
	"id", "department", "officer", "contact", "state", "named_at", "ended_at"
};

/* The department itself, where it acts; the registry's, where the law follows it. */
static void
gd_officer_of(GdCase *c)
{
	GdDepartment dept;

	if (c->me == 0)
		return;
	gd_set(c->row, OFF_DEPARTMENT, Int64GetDatum(c->me));
	if (gd_department(c->me, &dept) && strcmp(dept.kind, "platform_operator") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(14)),
				 errmsg("a platform operator names no data officer"),
				 errdetail("\"%s\" runs the platform for others. Measures, Article 14.", dept.name),
				 errhint("The departments whose data they are name theirs.")));
}

/* the one before ends when the next is named */
static void
gd_officer_succeeds(GdCase *c)
{
	static GdStatementText query = {
		"UPDATE govdata.data_officer SET state = 'ended' WHERE department = $1 AND state = 'current'",
		1, gd_arg_int8, NULL
	};

	(void) gd_own_run(&query, &c->row->new[OFF_DEPARTMENT - 1], NULL, NULL, 0, NULL, NULL);
}

static const GdActor gd_officer_actors[] = {
	{"department", OFF_DEPARTMENT, NULL, false},
	{NULL, 0, NULL, false}
};

static const int gd_officer_given[] = {OFF_OFFICER, OFF_CONTACT, 0};
static const GdRequired gd_officer_required[] = {
	{OFF_OFFICER, gettext_noop("the institution or person")}, {0, NULL}
};

static const GdMove gd_officer_moves[] = {
	{.from = "", .to = "current", .columns = gd_officer_given, .required = gd_officer_required,
	.at = OFF_NAMED_AT, .check = gd_officer_of, .effect = gd_officer_succeeds},
	{.from = "current", .to = "ended", .at = OFF_ENDED_AT},
	{0}
};

static GdCaseKind gd_officer_kind = {
	.shape = {"data_officer", 14, gd_officer_columns, lengthof(gd_officer_columns), false},
	.id = OFF_ID, .sequence = "data_officer_id_seq", .state = OFF_STATE,
	.actors = gd_officer_actors, .moves = gd_officer_moves
};

/* ---- updates ---- */

enum
{
	UPD_ID = 1, UPD_RESOURCE, UPD_PROVIDER, UPD_AS_OF, UPD_ROW_COUNT, UPD_NOTE, UPD_STATE, UPD_RECORDED_AT,
	UPD_DUE_AT, UPD_LATE, UPD_VOIDED_AT, UPD_REASON
};

static const char *const gd_update_columns[] = {
	"id", "resource", "provider", "as_of", "row_count", "note", "state", "recorded_at",
	"due_at", "late", "voided_at", "reason"
};

/* a resource whose data its provider may act on now: there, and shared */
static GdResource *
gd_own_entry(GdCase *c, int64 id, int article)
{
	GdResource *r = gd_resource(id);

	if (r == NULL || (r->provider != c->me && strcmp(r->state, "draft") == 0))
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("there is no resource %lld that you can see", (long long) id),
				 errdetail("You act as %s. Measures, Article %d.", gd_who_acts(), article),
				 errhint("Look it up: SELECT * FROM govdata.catalog.")));
	if (r->provider == c->me && strcmp(r->state, "published") != 0 && strcmp(r->state, "suspended") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("resource \"%s\" is not in the catalog", r->code),
				 errdetail("Its state is %s. Measures, Article %d.", r->state, article),
				 errhint("Only what is published, or suspended for a time, is kept up to date.")));
	return r;
}

/* when the update that is being recorded had been due */
static void
gd_update_due(GdRow *row, TimestampTz now)
{
	static GdStatementText query = {
		"SELECT govdata._update_due(r.update_cycle, greatest(r.published_at, (SELECT max(u.as_of)"
		" FROM govdata.data_update u WHERE u.resource = r.id AND u.state = 'recorded')))"
		" FROM govdata.resource r WHERE r.id = $1", 1, gd_arg_int8, NULL
	};
	Datum		due;
	bool		isnull;

	(void) gd_own_run(&query, &row->new[UPD_RESOURCE - 1], NULL, NULL, 1, &due, &isnull);
	if (!isnull)
		gd_set(row, UPD_DUE_AT, due);
	gd_set(row, UPD_LATE, BoolGetDatum(!isnull && DatumGetTimestampTz(due) <= now));
}

static void
gd_update_check(GdCase *c)
{
	GdRow	   *row = c->row;
	TimestampTz now = gd_clock();
	GdResource *r = gd_own_entry(c, gd_new_int64(row, UPD_RESOURCE), 9);

	gd_set(row, UPD_PROVIDER, Int64GetDatum(r->provider));
	if (row->newnull[UPD_AS_OF - 1])
		gd_set(row, UPD_AS_OF, TimestampTzGetDatum(now));
	if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(row->new[UPD_AS_OF - 1])) ||
		DatumGetTimestampTz(row->new[UPD_AS_OF - 1]) > now)
		ereport(ERROR,
				(errcode(GD_ERRCODE(9)),
				 errmsg("the time that the data are of (as_of) cannot be in the future"),
				 errdetail("It is %s now. Measures, Article 9.", gd_legal_text(now)),
				 errhint("Record the update when the data are there.")));
	gd_update_due(row, now);
}

/* whoever provides the resource now, be it the one who recorded the update or its successor */
static bool
gd_provides_updated(GdCase *c)
{
	GdResource *r = gd_resource(gd_new_int64(c->row, UPD_RESOURCE));

	return r != NULL && r->provider == c->me;
}

static const GdActor gd_update_actors[] = {
	{"provider", 0, gd_provides_updated, false},
	{NULL, 0, NULL, false}
};

static const int gd_update_given[] = {UPD_RESOURCE, UPD_AS_OF, UPD_ROW_COUNT, UPD_NOTE, 0};
static const int gd_update_void[] = {UPD_REASON, 0};
static const GdRequired gd_update_why[] = {{UPD_REASON, gettext_noop("the reason")}, {0, NULL}};

static const GdMove gd_update_moves[] = {
	{.from = "", .to = "recorded", .columns = gd_update_given, .at = UPD_RECORDED_AT, .check = gd_update_check},
	{.from = "recorded", .to = "voided", .columns = gd_update_void, .required = gd_update_why, .at = UPD_VOIDED_AT},
	{0}
};

static GdCaseKind gd_update_kind = {
	.shape = {"data_update", 9, gd_update_columns, lengthof(gd_update_columns), false},
	.id = UPD_ID, .sequence = "data_update_id_seq", .state = UPD_STATE,
	.actors = gd_update_actors, .moves = gd_update_moves
};

/* ---- the yearly round ---- */

enum
{
	RND_ID = 1, RND_DEPARTMENT, RND_YEAR, RND_STATE, RND_OPENED_AT, RND_DUE_ON, RND_DUE_AT, RND_CLOSED_AT, RND_LATE
};

static const char *const gd_round_columns[] = {
	"id", "department", "year", "state", "opened_at", "due_on", "due_at", "closed_at", "late"
};

static int
gd_legal_year(TimestampTz at)
{
	int			year;
	int			month;
	int			day;

	j2date(gd_legal_date(at) + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return year;
}

static void
gd_round_open(GdCase *c)
{
	static const Oid types[] = {INT4OID, INT8OID};
	static GdStatementText query = {
		"SELECT govdata._yearly_due('maintenance_round', $1),"
		" EXISTS (SELECT FROM govdata.maintenance_round WHERE department = $2 AND year = $1)", 2, types, NULL
	};
	int			year = gd_legal_year(gd_clock());
	Datum		args[2] = {Int32GetDatum(year), Int64GetDatum(c->me)};
	Datum		values[2];
	bool		nulls[2];

	gd_set(c->row, RND_DEPARTMENT, Int64GetDatum(c->me));
	gd_set(c->row, RND_YEAR, Int32GetDatum(year));
	(void) gd_own_run(&query, args, NULL, NULL, 2, values, nulls);
	if (DatumGetBool(values[1]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(11)),
				 errmsg("the maintenance round of %d is there already", year),
				 errdetail("A department makes one full round a year. Measures, Article 11."),
				 errhint("SELECT * FROM govdata.maintenance_status shows it.")));
	if (nulls[0])
		return;
	gd_set(c->row, RND_DUE_ON, values[0]);
	gd_set(c->row, RND_DUE_AT, TimestampTzGetDatum(gd_end_of_day(DatumGetDateADT(values[0]))));
}

/* What is not confirmed keeps the round open. */
static void
gd_round_complete(GdCase *c)
{
	static GdStatementText query = {
		"SELECT count(*), array_to_string((array_agg(code ORDER BY code COLLATE \"C\"))[1:10], ', ')"
		" FROM govdata.maintenance_outstanding WHERE round = $1", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(c->id);
	Datum		values[2];
	bool		nulls[2];

	(void) gd_own_run(&query, &arg, NULL, NULL, 2, values, nulls);
	if (DatumGetInt64(values[0]) == 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(11)),
			 errmsg_plural("round %lld still waits for %lld entry", "round %lld still waits for %lld entries",
						   DatumGetInt64(values[0]), (long long) c->id, (long long) DatumGetInt64(values[0])),
			 errdetail("Not confirmed: %s. Measures, Article 11.", TextDatumGetCString(values[1])),
			 errhint("SELECT govdata.confirm_entry(code) for each; SELECT * FROM govdata.maintenance_outstanding lists them.")));
}

static void
gd_round_end(GdCase *c)
{
	GdRow	   *row = c->row;

	gd_set(row, RND_LATE, BoolGetDatum(!row->newnull[RND_DUE_AT - 1] &&
									   DatumGetTimestampTz(row->new[RND_DUE_AT - 1]) <= gd_clock()));
}

static const GdActor gd_round_actors[] = {
	{"department", RND_DEPARTMENT, NULL, false},
	{NULL, 0, NULL, false}
};

static const GdMove gd_round_moves[] = {
	{.from = "", .to = "open", .at = RND_OPENED_AT, .check = gd_round_open},
	{.from = "open", .to = "closed", .at = RND_CLOSED_AT, .check = gd_round_complete, .effect = gd_round_end},
	{.from = "open", .to = "ended", .at = RND_CLOSED_AT, .effect = gd_round_end},
	{0}
};

static GdCaseKind gd_round_kind = {
	.shape = {"maintenance_round", 11, gd_round_columns, lengthof(gd_round_columns), false},
	.id = RND_ID, .sequence = "maintenance_round_id_seq", .state = RND_STATE,
	.actors = gd_round_actors, .moves = gd_round_moves
};

/* ---- confirmations ---- */

enum
{
	CON_ID = 1, CON_ROUND, CON_RESOURCE, CON_DEPARTMENT, CON_YEAR, CON_VERSION, CON_OUTCOME, CON_NOTE, CON_STATE,
	CON_CONFIRMED_AT
};

static const char *const gd_confirmation_columns[] = {
	"id", "round", "resource", "department", "year", "version", "outcome", "note", "state",
	"confirmed_at"
};

/*
 * The round first, so that two confirmations of one department come one after
 * the other and the last one closes it; then the entry, so that none is
 * confirmed that is being withdrawn.
 */
static void
gd_confirmation_check(GdCase *c)
{
	static GdStatementText round = {
		"SELECT id, year FROM govdata.maintenance_round WHERE department = $1 AND state = 'open'"
		" ORDER BY year LIMIT 1 FOR NO KEY UPDATE", 1, gd_arg_int8, NULL
	};
	static const Oid types[] = {INT8OID, INT8OID, INT4OID};
	static GdStatementText entry = {
		"SELECT r.version, r.updated_at >= m.opened_at,"
		" EXISTS (SELECT FROM govdata.maintenance_confirmation x WHERE x.resource = r.id AND x.year = $3)"
		" FROM govdata.resource r, govdata.maintenance_round m WHERE r.id = $1 AND m.id = $2", 3, types, NULL
	};
	GdRow	   *row = c->row;
	Datum		me = Int64GetDatum(c->me);
	Datum		values[3];
	bool		nulls[3];
	Datum		args[3];
	GdResource *r;

	gd_set(row, CON_DEPARTMENT, me);
	if (gd_own_run(&round, &me, NULL, NULL, 2, values, nulls) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(11)),
				 errmsg("no maintenance round of yours is open"),
				 errdetail("Entries are confirmed in the round of the year. Measures, Article 11."),
				 errhint("SELECT govdata.open_maintenance_round().")));
	gd_set(row, CON_ROUND, values[0]);
	gd_set(row, CON_YEAR, values[1]);
	r = gd_own_entry(c, gd_new_int64(row, CON_RESOURCE), 11);
	if (r->provider != c->me)
		ereport(ERROR,
				(errcode(GD_ERRCODE(11)),
				 errmsg("resource \"%s\" is another department's", r->code),
				 errdetail("Each department maintains its own catalog. Measures, Article 11."),
				 errhint("SELECT * FROM govdata.maintenance_outstanding lists yours.")));
	args[0] = row->new[CON_RESOURCE - 1];
	args[1] = row->new[CON_ROUND - 1];
	args[2] = row->new[CON_YEAR - 1];
	(void) gd_own_run(&entry, args, NULL, NULL, 3, values, nulls);
	if (DatumGetBool(values[2]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(11)),
				 errmsg("resource \"%s\" is confirmed for %d already", r->code, DatumGetInt32(args[2])),
				 errdetail("An entry is confirmed once a year. Measures, Article 11."),
				 errhint("Change the entry if it is no longer true: each change is a new version.")));
	gd_set(row, CON_VERSION, values[0]);
	gd_set_text(row, CON_OUTCOME, DatumGetBool(values[1]) ? "changed" : "unchanged");
}

static const GdActor gd_confirmation_actors[] = {
	{"department", CON_DEPARTMENT, NULL, false},
	{NULL, 0, NULL, false}
};

static const int gd_confirmation_given[] = {CON_RESOURCE, CON_NOTE, 0};

static const GdMove gd_confirmation_moves[] = {
	{.from = "", .to = "confirmed", .columns = gd_confirmation_given, .at = CON_CONFIRMED_AT,
	.check = gd_confirmation_check},
	{0}
};

static GdCaseKind gd_confirmation_kind = {
	.shape = {"maintenance_confirmation", 11, gd_confirmation_columns, lengthof(gd_confirmation_columns), false},
	.id = CON_ID, .sequence = "maintenance_confirmation_id_seq", .state = CON_STATE,
	.actors = gd_confirmation_actors, .moves = gd_confirmation_moves
};

void
gd_maintenance_init(void)
{
	gd_case_register(&gd_officer_kind);
	gd_case_register(&gd_update_kind);
	gd_case_register(&gd_round_kind);
	gd_case_register(&gd_confirmation_kind);
}
