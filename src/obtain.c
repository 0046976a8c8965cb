/*-------------------------------------------------------------------------
 *
 * obtain.c
 *	  What a department can obtain on the platform it neither buys nor asks
 *	  others for; what it builds or buys it owes to the catalog (Articles 15
 *	  and 24).
 *
 * What can be obtained is stated once, in obtainable.c: here it is only asked.
 * Both articles compare by data element.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case.h"

PG_FUNCTION_INFO_V1(gd_guard_element);

/* ---- data elements ---- */

/*
 * Arrays of elements have no foreign keys: whoever names an element holds its
 * row, and whoever deletes one looks for its name after having the row.
 */
Datum
gd_guard_element(PG_FUNCTION_ARGS)
{
	static GdStatementText lock = {
		"SELECT 1 FROM govdata.data_element WHERE code = $1 FOR UPDATE", 1, gd_arg_text, NULL
	};
	static GdStatementText used = {
		"SELECT 1 WHERE EXISTS (SELECT FROM govdata.resource_item WHERE element = $1)"
		" OR EXISTS (SELECT FROM govdata.service_form_field WHERE element = $1)"
		" OR EXISTS (SELECT FROM govdata.planned_entry WHERE $1 = ANY (elements))"
		" OR EXISTS (SELECT FROM govdata.data_purchase WHERE $1 = ANY (elements))", 1, gd_arg_text, NULL
	};
	TriggerData *td = (TriggerData *) fcinfo->context;
	bool		renamed;
	bool		isnull;
	Datum		code;

	gd_check_trigger(fcinfo);
	renamed = TRIGGER_FIRED_BY_UPDATE(td->tg_event);
	if (!gd_guarding())
		return gd_row_as_is(fcinfo);
	gd_check_emptied(td);
	code = heap_getattr(td->tg_trigtuple, 1, RelationGetDescr(td->tg_relation), &isnull);
	if (renamed && strcmp(TextDatumGetCString(code),
						  TextDatumGetCString(heap_getattr(td->tg_newtuple, 1, RelationGetDescr(td->tg_relation), &isnull))) == 0)
		return gd_row_as_is(fcinfo);
	(void) gd_own_run(&lock, &code, NULL, NULL, 0, NULL, NULL);
	if (renamed || gd_own_run(&used, &code, NULL, NULL, 0, NULL, NULL) > 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(10)),
				 renamed ?
				 errmsg("the code of data element \"%s\" cannot be changed", TextDatumGetCString(code)) :
				 errmsg("data element \"%s\" is in use", TextDatumGetCString(code)),
				 errdetail("Items, forms, purchases and planned entries are compared by it. Measures, Article 10."),
				 errhint("Register a new element and let those who use this one change over.")));
	return gd_row_as_is(fcinfo);
}

/* the elements of a case, each of them known; held to the end of the transaction */
static void
gd_check_elements(GdCase *c, int column)
{
	static GdStatementText query = {
		"WITH held AS (SELECT e.code FROM govdata.data_element e WHERE e.code = ANY ($1) FOR KEY SHARE)"
		" SELECT string_agg(coalesce(n.code, 'NULL'), ', ') FROM unnest($1) AS n (code)"
		" WHERE NOT EXISTS (SELECT FROM held h WHERE h.code = n.code)", 1, gd_arg_texts, NULL
	};
	Datum		unknown;
	bool		isnull;
	int			article = c->kind->shape.article;

	if (c->row->newnull[column - 1])
		return;
	(void) gd_own_run(&query, &c->row->new[column - 1], NULL, NULL, 1, &unknown, &isnull);
	if (!isnull)
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("there is no data element \"%s\"", TextDatumGetCString(unknown)),
				 errdetail("Data are named by registered elements. Measures, Article %d.", article),
				 errhint("SELECT code, name, synonyms FROM govdata.data_element shows them; the administrator adds what is missing.")));
}

/* ---- what can be obtained ---- */

/*
 * Refuse what the department can have of these elements, and record what it
 * cannot and why.  "known_on": only what could be obtained by the
 * end of that day; "now" otherwise.
 */
static void
gd_refuse_obtainable(GdCase *c, Datum elements, int64 department, bool now, DateADT known_on,
					 int finding, int found, int reason)
{
	static const Oid types[] = {TEXTARRAYOID, INT8OID, DATEOID};
	static GdStatementText query = {
		"WITH o AS (SELECT o.*, format('%s = %s.%s (%s)', e.name, o.code, o.item, o.how) AS said,"
		"  row_number() OVER (PARTITION BY o.verdict, o.counts ORDER BY o.element, o.rank, o.code, o.item) AS n"
		"  FROM govdata._obtaining($1, $2, $3) o JOIN govdata.data_element e ON e.code = o.element)"
		" SELECT string_agg(o.said, '; ' ORDER BY o.n) FILTER (WHERE o.verdict = 'obtainable' AND o.counts AND o.n <= 5),"
		"  count(*) FILTER (WHERE o.verdict = 'obtainable' AND o.counts),"
		"  string_agg(o.hint, ' ' ORDER BY o.n) FILTER (WHERE o.verdict = 'obtainable' AND o.counts AND o.n = 1),"
		"  string_agg(o.said, '; ' ORDER BY o.n) FILTER (WHERE o.verdict = 'excused' AND o.n <= 20),"
		"  (array_agg(o.excuse ORDER BY o.rank) FILTER (WHERE o.verdict = 'excused'))[1] FROM o",
		3, types, NULL
	};
	Datum		args[3] = {elements, Int64GetDatum(department), DateADTGetDatum(known_on)};
	Datum		values[5];
	bool		nulls[5];
	int			article = c->kind->shape.article;

	(void) gd_own_run(&query, args, now ? "  n" : "   ", NULL, 5, values, nulls);
	if (!nulls[0])
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 article == 24 ?
				 errmsg("what can be obtained on the platform is not asked for again") :
				 errmsg("what can be obtained on the platform is not bought"),
				 errdetail_plural("The department can obtain it from %lld item of the catalog: %s. Measures, Article %d.",
								  "The department can obtain it from %lld items of the catalog: %s. Measures, Article %d.",
								  DatumGetInt64(values[1]), (long long) DatumGetInt64(values[1]),
								  TextDatumGetCString(values[0]), article),
				 errhint("Instead: %s", TextDatumGetCString(values[2]))));
	if (nulls[3])
	{
		gd_set_text(c->row, finding, "not_obtainable");
		gd_set_null(c->row, found);
		return;
	}
	if (c->row->newnull[reason - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("%s needs a reason, since the catalog has such data", gd_subject_name(c->kind->shape.subject)),
				 errdetail("In the catalog, and how the department stands to it: %s. Measures, Article %d.", TextDatumGetCString(values[3]), article),
				 errhint("State in column \"reason\" why this does not serve.")));
	gd_set(c->row, found, values[3]);
	gd_set(c->row, finding, values[4]);
}

/* ---- who builds, buys and asks ---- */

/* Departments do; who runs the platform or a utility is none (Article 3). */
static void
gd_open_own(GdCase *c, int column)
{
	GdDepartment dept;
	int			article = c->kind->shape.article;

	if (c->me == 0)
		return;
	if (c->row->newnull[column - 1])
		gd_set(c->row, column, Int64GetDatum(c->me));
	if (gd_department(c->me, &dept) && gd_is_bound(&dept))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(article)),
			 errmsg("only departments are bound by this article"),
			 errdetail("You act as %s, which is none. Measures, Articles 3 and %d.", gd_who_acts(), article),
			 errhint("The department in charge registers it.")));
}

static DateADT
gd_today(void)
{
	return gd_legal_date(gd_clock());
}

/* a day on which something was done: today unless stated, never a day to come */
static DateADT
gd_done_on(GdCase *c, int column, const char *what)
{
	DateADT		today = gd_today();
	DateADT		day;

	if (c->row->newnull[column - 1])
		gd_set(c->row, column, DateADTGetDatum(today));
	day = DatumGetDateADT(c->row->new[column - 1]);
	if (day <= today && !DATE_NOT_FINITE(day))
		return day;
	ereport(ERROR,
			(errcode(GD_ERRCODE(c->kind->shape.article)),
			 errmsg("%s cannot be after today", what),
			 errdetail("It is %s; today is %s in legal time. Measures, Article %d.",
					   gd_day_text(day), gd_day_text(today), c->kind->shape.article),
			 errhint("State it when it has happened.")));
}

/* ---- business systems ---- */

enum
{
	SYS_ID = 1, SYS_DEPARTMENT, SYS_NAME, SYS_KIND, SYS_DESCRIPTION, SYS_STATE, SYS_REGISTERED_AT,
	SYS_BUILT_ON, SYS_BUILT_AT, SYS_OWED_SINCE, SYS_ENDED_AT, SYS_END_REASON
};

static const char *const gd_system_columns[] = {
	"id", "department", "name", "kind", "description", "state", "registered_at",
	"built_on", "built_at", "owed_since", "ended_at", "end_reason"
};

static bool
gd_supervises_system(GdCase *c)
{
	return c->me == gd_supervising_authority(gd_new_int64(c->row, SYS_DEPARTMENT));
}

static void
gd_system_open(GdCase *c)
{
	gd_open_own(c, SYS_DEPARTMENT);
}

/* Article 15: the entries are planned with the system, not after it */
static void
gd_system_built(GdCase *c)
{
	static GdStatementText query = {
		"SELECT 1 FROM govdata.planned_entry WHERE business_system = $1 AND state = 'planned' LIMIT 1",
		1, gd_arg_int8, NULL
	};
	Datum		id = Int64GetDatum(c->id);

	(void) gd_done_on(c, SYS_BUILT_ON, _("the day of completion"));
	if (gd_own_run(&query, &id, NULL, NULL, 0, NULL, NULL) > 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(15)),
			 errmsg("business system %lld has no planned catalog entry", (long long) c->id),
			 errdetail("The catalog is planned together with the system. Measures, Article 15."),
			 errhint("SELECT govdata.plan_entry(business_system => %lld, title => 'title of the entry');", (long long) c->id)));
}

static void
gd_system_owes(GdCase *c)
{
	gd_set(c->row, SYS_OWED_SINCE, TimestampTzGetDatum(gd_clock()));
}

static const GdRequired gd_need_name_kind[] = {
	{SYS_NAME, gettext_noop("its name")}, {SYS_KIND, gettext_noop("its kind: new or rebuilt")}, {0}
};
static const GdRequired gd_need_system_end[] = {{SYS_END_REASON, gettext_noop("the reason")}, {0}};
static const int gd_system_given[] = {SYS_DEPARTMENT, SYS_NAME, SYS_KIND, SYS_DESCRIPTION, 0};
static const int gd_system_built_columns[] = {SYS_BUILT_ON, 0};
static const int gd_system_end_columns[] = {SYS_END_REASON, 0};

static const GdActor gd_system_actors[] = {
	{"department", SYS_DEPARTMENT, NULL, false}, {"data_authority", 0, gd_supervises_system, false}, {0}
};

static const GdMove gd_system_moves[] = {
	{.from = "", .to = "planned", .columns = gd_system_given, .required = gd_need_name_kind,
	.at = SYS_REGISTERED_AT, .check = gd_system_open},
	{.from = "planned", .to = "built", .columns = gd_system_built_columns, .at = SYS_BUILT_AT,
	.check = gd_system_built, .effect = gd_system_owes},
	{.from = "fulfilled", .to = "built", .at = SYS_OWED_SINCE},
	{.from = NULL, .to = "cancelled", .columns = gd_system_end_columns, .required = gd_need_system_end,
	.at = SYS_ENDED_AT},
	{0}
};

static GdCaseKind gd_system_kind = {
	.shape = {"business_system", 15, gd_system_columns, lengthof(gd_system_columns), false},
	.id = SYS_ID, .sequence = "business_system_id_seq", .state = SYS_STATE,
	.actors = gd_system_actors, .moves = gd_system_moves
};

/* ---- purchases ---- */

enum
{
	BUY_ID = 1, BUY_DEPARTMENT, BUY_AUTHORITY, BUY_TITLE, BUY_ELEMENTS, BUY_SELLER, BUY_NEED,
	BUY_CONTRACT_ON, BUY_REASON, BUY_STATE, BUY_NOTIFIED_AT, BUY_FINDING, BUY_FOUND,
	BUY_CONTRACTED_AT, BUY_BEFORE_NOTICE, BUY_OWED_SINCE, BUY_ENDED_AT, BUY_END_REASON
};

static const char *const gd_purchase_columns[] = {
	"id", "department", "data_authority", "title", "elements", "seller", "need",
	"contract_on", "reason", "state", "notified_at", "finding", "found",
	"contracted_at", "before_notice", "owed_since", "ended_at", "end_reason"
};

static void
gd_purchase_open(GdCase *c)
{
	int64		authority;

	gd_open_own(c, BUY_DEPARTMENT);
	authority = gd_supervising_authority(gd_new_int64(c->row, BUY_DEPARTMENT));
	if (authority == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(15)),
				 errmsg("nobody is registered to be notified of the purchase"),
				 errdetail("The region needs a data authority. Measures, Article 15."),
				 errhint("The administrator registers it in govdata.department.")));
	gd_set(c->row, BUY_AUTHORITY, Int64GetDatum(authority));
	gd_check_elements(c, BUY_ELEMENTS);
}

/* Notified beforehand: a contract of the past cannot be announced. */
static void
gd_purchase_notified(GdCase *c)
{
	DateADT		contract = DatumGetDateADT(c->row->new[BUY_CONTRACT_ON - 1]);
	DateADT		today = gd_today();

	if (contract < today || DATE_NOT_FINITE(contract))
		ereport(ERROR,
				(errcode(GD_ERRCODE(15)),
				 errmsg("a purchase is notified before its contract"),
				 errdetail("The contract is of %s; today is %s in legal time. Measures, Article 15.",
						   gd_day_text(contract), gd_day_text(today)),
				 errhint("Notify it with the day on which the contract is to be signed; one that was signed before is recorded by contract_purchase() with its true day, and marked.")));
	gd_set(c->row, BUY_BEFORE_NOTICE, BoolGetDatum(false));
	gd_refuse_obtainable(c, c->row->new[BUY_ELEMENTS - 1], gd_new_int64(c->row, BUY_DEPARTMENT), true, 0,
						 BUY_FINDING, BUY_FOUND, BUY_REASON);
}

/*
 * What has become obtainable since the notice is not bought either.  A
 * contract older than its notice is recorded and marked, so that it is seen.
 */
static void
gd_purchase_contracted(GdCase *c)
{
	DateADT		contract = gd_done_on(c, BUY_CONTRACT_ON, _("the day of the contract"));
	DateADT		notified = gd_legal_date(DatumGetTimestampTz(c->row->new[BUY_NOTIFIED_AT - 1]));

	gd_set(c->row, BUY_BEFORE_NOTICE, BoolGetDatum(contract < notified));
	gd_refuse_obtainable(c, c->row->new[BUY_ELEMENTS - 1], gd_new_int64(c->row, BUY_DEPARTMENT), false, contract,
						 BUY_FINDING, BUY_FOUND, BUY_REASON);
	gd_set(c->row, BUY_OWED_SINCE, TimestampTzGetDatum(gd_clock()));
}

static void
gd_purchase_passes(GdCase *c)
{
	gd_pass_office(c->row, BUY_AUTHORITY, BUY_DEPARTMENT);
}

static const GdRequired gd_need_purchase[] = {
	{BUY_TITLE, gettext_noop("a title")}, {BUY_ELEMENTS, gettext_noop("the data elements that are bought")},
	{BUY_SELLER, gettext_noop("the seller")}, {BUY_NEED, gettext_noop("the need")},
	{BUY_CONTRACT_ON, gettext_noop("the day of the contract")}, {0}
};
static const GdRequired gd_need_purchase_end[] = {{BUY_END_REASON, gettext_noop("the reason")}, {0}};
static const int gd_purchase_given[] = {
	BUY_DEPARTMENT, BUY_TITLE, BUY_ELEMENTS, BUY_SELLER, BUY_NEED, BUY_CONTRACT_ON, BUY_REASON, 0
};
static const int gd_purchase_contract_columns[] = {BUY_CONTRACT_ON, BUY_REASON, 0};
static const int gd_purchase_end_columns[] = {BUY_END_REASON, 0};

static const GdActor gd_purchase_actors[] = {
	{"department", BUY_DEPARTMENT, NULL, false}, {"data_authority", BUY_AUTHORITY, NULL, false}, {0}
};

static const GdMove gd_purchase_moves[] = {
	{.from = "", .to = "notified", .columns = gd_purchase_given, .required = gd_need_purchase,
	.at = BUY_NOTIFIED_AT, .check = gd_purchase_open, .effect = gd_purchase_notified},
	{.from = "notified", .to = "contracted", .columns = gd_purchase_contract_columns,
	.at = BUY_CONTRACTED_AT, .effect = gd_purchase_contracted},
	{.from = "catalogued", .to = "contracted", .at = BUY_OWED_SINCE},
	{.from = NULL, .amender = "law", .effect = gd_purchase_passes},
	{.from = NULL, .to = "cancelled", .columns = gd_purchase_end_columns, .required = gd_need_purchase_end,
	.at = BUY_ENDED_AT},
	{0}
};

static GdCaseKind gd_purchase_kind = {
	.shape = {"data_purchase", 15, gd_purchase_columns, lengthof(gd_purchase_columns), false},
	.id = BUY_ID, .sequence = "data_purchase_id_seq", .state = BUY_STATE,
	.actors = gd_purchase_actors, .moves = gd_purchase_moves
};

/* ---- the entries that a system or a purchase owes ---- */

enum
{
	OWE_ID = 1, OWE_SYSTEM, OWE_PURCHASE, OWE_DEPARTMENT, OWE_TITLE, OWE_ELEMENTS, OWE_RESOURCE,
	OWE_STATE, OWE_PLANNED_AT, OWE_ENDED_AT, OWE_END_REASON
};

static const char *const gd_entry_columns[] = {
	"id", "business_system", "data_purchase", "department", "title", "elements", "resource",
	"state", "planned_at", "ended_at", "end_reason"
};

/*
 * The system or the purchase, held to the end of the transaction so that it is
 * not completed while its entries change.  Raises unless the actor's.
 */
static char *
gd_lock_debtor(GdCase *c, int64 *department)
{
	static GdStatementText lock_system = {
		"SELECT department, state FROM govdata.business_system WHERE id = $1 FOR UPDATE", 1, gd_arg_int8, NULL
	};
	static GdStatementText lock_purchase = {
		"SELECT department, state FROM govdata.data_purchase WHERE id = $1 FOR UPDATE", 1, gd_arg_int8, NULL
	};
	bool		by_system = !c->row->newnull[OWE_SYSTEM - 1];
	int64		id = gd_new_int64(c->row, by_system ? OWE_SYSTEM : OWE_PURCHASE);
	Datum		arg = Int64GetDatum(id);
	Datum		values[2];
	bool		nulls[2];

	if (by_system == !c->row->newnull[OWE_PURCHASE - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(15)),
				 errmsg("a planned entry belongs to one business system or one purchase"),
				 errdetail("Measures, Article 15."),
				 errhint("Give business_system or data_purchase, not both.")));
	if (gd_own_run(by_system ? &lock_system : &lock_purchase, &arg, NULL, NULL, 2, values, nulls) == 0 ||
		(c->me != 0 && c->me != DatumGetInt64(values[0])))
		ereport(ERROR,
				(errcode(GD_ERRCODE(15)),
				 errmsg("there is no %s %lld of your own",
						gd_subject_name(by_system ? "business_system" : "data_purchase"), (long long) id),
				 errdetail("You act as %s. Measures, Article 15.", gd_who_acts()),
				 errhint("Who builds or buys plans the entries.")));
	*department = DatumGetInt64(values[0]);
	return TextDatumGetCString(values[1]);
}

/* an entry is of the department's own, and held while it is pointed at */
static void
gd_check_entry_resource(GdCase *c)
{
	GdResource *r;

	if (c->row->newnull[OWE_RESOURCE - 1] || !gd_is_changed(c->row, OWE_RESOURCE))
		return;
	r = gd_resource(gd_new_int64(c->row, OWE_RESOURCE));
	if (r != NULL && r->provider == gd_new_int64(c->row, OWE_DEPARTMENT) && strcmp(r->state, "withdrawn") != 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(15)),
			 errmsg("there is no entry %lld of the department's own in the catalog",
					(long long) gd_new_int64(c->row, OWE_RESOURCE)),
			 errdetail("What is built or bought is catalogued by its department. Measures, Article 15."),
			 errhint("Enter the resource first; a draft will do.")));
}

static void
gd_entry_open(GdCase *c)
{
	int64		department;
	const char *state = gd_lock_debtor(c, &department);

	if (c->row->newnull[OWE_DEPARTMENT - 1])
		gd_set(c->row, OWE_DEPARTMENT, Int64GetDatum(department));
	else if (gd_new_int64(c->row, OWE_DEPARTMENT) != department)
		ereport(ERROR,
				(errcode(GD_ERRCODE(15)),
				 errmsg("a planned entry is of the department that builds or buys"),
				 errdetail("That is department %lld. Measures, Article 15.", (long long) department),
				 errhint("Leave column department out.")));
	if (strcmp(state, "cancelled") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(15)),
				 errmsg("nothing is planned for what is cancelled"),
				 errdetail("Measures, Article 15."),
				 errhint("Register the system or the purchase anew.")));
	gd_check_elements(c, OWE_ELEMENTS);
	gd_check_entry_resource(c);
}

static void
gd_entry_amend(GdCase *c)
{
	int64		ignore;

	(void) gd_lock_debtor(c, &ignore);
	gd_check_entry_resource(c);
}

/* What is built or bought is owed: a plan shrinks only before. */
static void
gd_entry_drop(GdCase *c)
{
	int64		ignore;
	const char *state = gd_lock_debtor(c, &ignore);

	if (strcmp(state, "planned") == 0 || strcmp(state, "notified") == 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(15)),
			 errmsg("planned entry %lld can no longer be dropped: it is owed", (long long) c->id),
			 errdetail("The system or purchase that it was planned for is in state \"%s\". Measures, Article 15.", state),
			 errhint("Publish and attach the entry, or have a negative entry approved.")));
}

static const GdRequired gd_need_entry[] = {{OWE_TITLE, gettext_noop("a title")}, {0}};
static const GdRequired gd_need_entry_end[] = {{OWE_END_REASON, gettext_noop("the reason")}, {0}};
static const int gd_entry_given[] = {
	OWE_SYSTEM, OWE_PURCHASE, OWE_DEPARTMENT, OWE_TITLE, OWE_ELEMENTS, OWE_RESOURCE, 0
};
static const int gd_entry_amended[] = {OWE_TITLE, OWE_RESOURCE, 0};
static const int gd_entry_end_columns[] = {OWE_END_REASON, 0};

static const GdActor gd_entry_actors[] = {{"department", OWE_DEPARTMENT, NULL, false}, {0}};

static const GdMove gd_entry_moves[] = {
	{.from = "", .to = "planned", .columns = gd_entry_given, .required = gd_need_entry,
	.at = OWE_PLANNED_AT, .check = gd_entry_open},
	{.from = "planned", .to = "planned", .amender = "department", .columns = gd_entry_amended,
	.required = gd_need_entry, .check = gd_entry_amend},
	{.from = "planned", .to = "dropped", .columns = gd_entry_end_columns, .required = gd_need_entry_end,
	.at = OWE_ENDED_AT, .effect = gd_entry_drop},
	{0}
};

static GdCaseKind gd_entry_kind = {
	.shape = {"planned_entry", 15, gd_entry_columns, lengthof(gd_entry_columns), false},
	.id = OWE_ID, .sequence = "planned_entry_id_seq", .state = OWE_STATE,
	.actors = gd_entry_actors, .moves = gd_entry_moves
};

/* ---- forms ---- */

enum
{
	FRM_ID = 1, FRM_DEPARTMENT, FRM_SERVICE, FRM_TITLE, FRM_AUDIENCE, FRM_STATE, FRM_REGISTERED_AT,
	FRM_ENDED_AT, FRM_END_REASON
};

static const char *const gd_form_columns[] = {
	"id", "department", "service", "title", "audience", "state", "registered_at",
	"ended_at", "end_reason"
};

static void
gd_form_open(GdCase *c)
{
	gd_open_own(c, FRM_DEPARTMENT);
}

static const GdRequired gd_need_form[] = {
	{FRM_SERVICE, gettext_noop("the service it is for")}, {FRM_TITLE, gettext_noop("a title")},
	{FRM_AUDIENCE, gettext_noop("whom it asks: citizen, legal_person, other_organization")}, {0}
};
static const int gd_form_given[] = {FRM_DEPARTMENT, FRM_SERVICE, FRM_TITLE, FRM_AUDIENCE, 0};
static const int gd_form_end_columns[] = {FRM_END_REASON, 0};

static const GdActor gd_form_actors[] = {{"department", FRM_DEPARTMENT, NULL, false}, {0}};

static const GdMove gd_form_moves[] = {
	{.from = "", .to = "registered", .columns = gd_form_given, .required = gd_need_form,
	.at = FRM_REGISTERED_AT, .check = gd_form_open},
	{.from = "registered", .to = "retired", .columns = gd_form_end_columns, .at = FRM_ENDED_AT},
	{0}
};

static GdCaseKind gd_form_kind = {
	.shape = {"service_form", 24, gd_form_columns, lengthof(gd_form_columns), false},
	.id = FRM_ID, .sequence = "service_form_id_seq", .state = FRM_STATE,
	.actors = gd_form_actors, .moves = gd_form_moves
};

enum
{
	FLD_ID = 1, FLD_FORM, FLD_DEPARTMENT, FLD_ELEMENT, FLD_LABEL, FLD_IDENTIFIES, FLD_REASON,
	FLD_STATE, FLD_ASKED_AT, FLD_FINDING, FLD_FOUND, FLD_ENDED_AT, FLD_END_REASON
};

static const char *const gd_field_columns[] = {
	"id", "form", "department", "element", "label", "identifies", "reason",
	"state", "asked_at", "finding", "found", "ended_at", "end_reason"
};

/* The form is held, so that it is not retired meanwhile and asks nothing twice. */
static void
gd_lock_form(GdCase *c)
{
	static GdStatementText query = {
		"SELECT department, state FROM govdata.service_form WHERE id = $1 FOR UPDATE", 1, gd_arg_int8, NULL
	};
	Datum		id = c->row->new[FLD_FORM - 1];
	Datum		values[2];
	bool		nulls[2];

	if (c->row->newnull[FLD_FORM - 1] ||
		gd_own_run(&query, &id, NULL, NULL, 2, values, nulls) == 0 || c->me != DatumGetInt64(values[0]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(24)),
				 errmsg("there is no form %lld of your own", (long long) gd_new_int64(c->row, FLD_FORM)),
				 errdetail("You act as %s. Measures, Article 24.", gd_who_acts()),
				 errhint("Register the form first: SELECT govdata.register_form(service, title, audience);")));
	gd_set(c->row, FLD_DEPARTMENT, values[0]);
	if (strcmp(TextDatumGetCString(values[1]), "registered") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(24)),
				 errmsg("form %lld is retired", (long long) gd_new_int64(c->row, FLD_FORM)),
				 errdetail("It asks nobody anything. Measures, Article 24."),
				 errhint("Register a new form.")));
}

static void
gd_check_not_asked_twice(GdCase *c)
{
	static const Oid types[] = {INT8OID, TEXTOID, TEXTOID};
	static GdStatementText query = {
		"SELECT id FROM govdata.service_form_field WHERE form = $1 AND element = $2 AND label = $3"
		" AND state = 'asked'", 3, types, NULL
	};
	Datum		args[3] = {c->row->new[FLD_FORM - 1], c->row->new[FLD_ELEMENT - 1], c->row->new[FLD_LABEL - 1]};
	Datum		id;
	bool		isnull;

	if (gd_own_run(&query, args, NULL, NULL, 1, &id, &isnull) == 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(24)),
			 errmsg("the form asks \"%s\" already", gd_new_text(c->row, FLD_LABEL)),
			 errdetail("Field %lld asks for the same data element. Measures, Article 24.", (long long) DatumGetInt64(id)),
			 errhint("Retire that field first, or say in the label whose data are meant.")));
}

/* the data element of a field; is it one by which somebody or something is known? */
static bool
gd_field_element(GdCase *c, char **name)
{
	static GdStatementText query = {
		"SELECT identifier, name FROM govdata.data_element WHERE code = $1 FOR KEY SHARE", 1, gd_arg_text, NULL
	};
	Datum		values[2];
	bool		nulls[2];

	if (c->row->newnull[FLD_ELEMENT - 1] ||
		gd_own_run(&query, &c->row->new[FLD_ELEMENT - 1], NULL, NULL, 2, values, nulls) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(24)),
				 errmsg("there is no data element \"%s\"",
						c->row->newnull[FLD_ELEMENT - 1] ? "" : gd_new_text(c->row, FLD_ELEMENT)),
				 errdetail("What a form asks for is named by a registered element. Measures, Article 24."),
				 errhint("SELECT code, name, synonyms FROM govdata.data_element shows them; the administrator adds what is missing.")));
	*name = TextDatumGetCString(values[1]);
	return DatumGetBool(values[0]);
}

static void
gd_field_open(GdCase *c)
{
	char	   *name;
	bool		identifier;

	gd_lock_form(c);
	identifier = gd_field_element(c, &name);
	if (c->row->newnull[FLD_IDENTIFIES - 1])
		gd_set(c->row, FLD_IDENTIFIES, BoolGetDatum(false));
	if (c->row->newnull[FLD_LABEL - 1])
		gd_set_text(c->row, FLD_LABEL, name);
	if (DatumGetBool(c->row->new[FLD_IDENTIFIES - 1]) && !identifier)
		ereport(ERROR,
				(errcode(GD_ERRCODE(24)),
				 errmsg("data element \"%s\" identifies nobody", name),
				 errdetail("Only what says who or what is concerned may be asked to look the rest up. Measures, Article 24."),
				 errhint("Leave out \"identifies\"; elements with identifier true are meant for it.")));
	gd_check_not_asked_twice(c);
}

/*
 * Who asks must be known before anything can be looked up: such a field is
 * asked whatever can be obtained, and recorded as what it is.
 */
static void
gd_field_asked(GdCase *c)
{
	ArrayType  *elements;

	if (DatumGetBool(c->row->new[FLD_IDENTIFIES - 1]))
	{
		gd_set_text(c->row, FLD_FINDING, "identifies");
		return;
	}
	elements = construct_array(&c->row->new[FLD_ELEMENT - 1], 1, TEXTOID, -1, false, TYPALIGN_INT);
	gd_refuse_obtainable(c, PointerGetDatum(elements), gd_new_int64(c->row, FLD_DEPARTMENT), true, 0,
						 FLD_FINDING, FLD_FOUND, FLD_REASON);
}

static const int gd_field_given[] = {FLD_FORM, FLD_DEPARTMENT, FLD_ELEMENT, FLD_LABEL, FLD_IDENTIFIES, FLD_REASON, 0};
static const int gd_field_end_columns[] = {FLD_END_REASON, 0};

static const GdActor gd_field_actors[] = {{"department", FLD_DEPARTMENT, NULL, false}, {0}};

static const GdMove gd_field_moves[] = {
	{.from = "", .to = "asked", .columns = gd_field_given, .at = FLD_ASKED_AT,
	.check = gd_field_open, .effect = gd_field_asked},
	{.from = "asked", .to = "retired", .columns = gd_field_end_columns, .at = FLD_ENDED_AT},
	{0}
};

static GdCaseKind gd_field_kind = {
	.shape = {"service_form_field", 24, gd_field_columns, lengthof(gd_field_columns), false},
	.id = FLD_ID, .sequence = "service_form_field_id_seq", .state = FLD_STATE,
	.actors = gd_field_actors, .moves = gd_field_moves
};

void
gd_obtain_init(void)
{
	gd_case_register(&gd_system_kind);
	gd_case_register(&gd_purchase_kind);
	gd_case_register(&gd_entry_kind);
	gd_case_register(&gd_form_kind);
	gd_case_register(&gd_field_kind);
}
