/*-------------------------------------------------------------------------
 *
 * request.c
 *	  The life of a request (Article 20): received, clock set, decided or
 *	  decided by time, authorized; and acts on authorizations.
 *
 * Nothing here asks whether a sweep has run: a request whose limit has passed
 * is consented to, and every guard first writes that down where it matters.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "case.h"

PG_FUNCTION_INFO_V1(gd_guard_request);
PG_FUNCTION_INFO_V1(gd_guard_authorization);
PG_FUNCTION_INFO_V1(gd_guard_act);
PG_FUNCTION_INFO_V1(gd_settle_sql);
PG_FUNCTION_INFO_V1(gd_expire_sql);

enum
{
	REQ_ID = 1, REQ_ROUTE, REQ_RESOURCE, REQ_PROVIDER, REQ_CONSUMER, REQ_ITEMS, REQ_PURPOSE,
	REQ_USAGE, REQ_VALID_UNTIL, REQ_STATE, REQ_RECEIVED_AT, REQ_LIMIT_CODE, REQ_DUE_ON, REQ_DUE_AT,
	REQ_DUE_PROVISIONAL, REQ_OUTSIDE_SCOPE, REQ_MATURES_AT, REQ_AUTHORIZATION_ID, REQ_ANSWERED_AT,
	REQ_ANSWER_BASIS, REQ_GRANTED_ITEMS, REQ_REFUSED_ITEMS, REQ_ANSWER_REASON, REQ_COORDINATOR,
	REQ_COORDINATION_REASON, REQ_COORDINATION_OPENED_AT, REQ_PROVIDER_CONSENTED_AT,
	REQ_COORDINATION_OUTCOME, REQ_COORDINATION_CLOSED_AT, REQ_MODE, REQ_ROW_FILTER
};

static const char *const gd_request_columns[] = {
	"id", "route", "resource", "provider", "consumer", "items", "purpose",
	"usage", "valid_until", "state", "received_at", "limit_code", "due_on", "due_at",
	"due_provisional", "outside_scope", "matures_at", "authorization_id", "answered_at",
	"answer_basis", "granted_items", "refused_items", "answer_reason", "coordinator",
	"coordination_reason", "coordination_opened_at", "provider_consented_at",
	"coordination_outcome", "coordination_closed_at", "mode", "row_filter"
};

static const GdRunning gd_request_running[] = {
	{REQ_LIMIT_CODE, REQ_RECEIVED_AT, REQ_PROVIDER, REQ_MATURES_AT, "state = 'submitted'"},
	{0}
};

static GdCaseKind gd_request_kind = {
	.shape = {"share_request", 20, gd_request_columns, lengthof(gd_request_columns), false},
	.id = REQ_ID, .sequence = "share_request_id_seq", .state = REQ_STATE,
	.running = gd_request_running
};

enum
{
	AUT_ID = 1, AUT_REQUEST, AUT_RESOURCE, AUT_PROVIDER, AUT_CONSUMER, AUT_ITEMS, AUT_PURPOSE,
	AUT_USAGE, AUT_BASIS, AUT_VALID_FROM, AUT_VALID_UNTIL, AUT_STATE, AUT_GROUND, AUT_REASON,
	AUT_VERSION, AUT_MODE, AUT_ROW_FILTER
};

static const char *const gd_authorization_columns[] = {
	"id", "request", "resource", "provider", "consumer", "items", "purpose",
	"usage", "basis", "valid_from", "valid_until", "state", "ground", "reason",
	"version", "mode", "row_filter"
};

static GdShape gd_authorization_shape = {
	"share_authorization", 20, gd_authorization_columns, lengthof(gd_authorization_columns), false
};

enum
{
	ACT_ID = 1, ACT_AUTHORIZATION, ACT_ACT, ACT_GROUND, ACT_REASON, ACT_DEPARTMENT, ACT_ACTED_AT
};

static const char *const gd_act_columns[] = {
	"id", "share_authorization", "act", "ground", "reason", "department", "acted_at"
};

static GdShape gd_act_shape = {
	"authorization_act", 33, gd_act_columns, lengthof(gd_act_columns), false
};

static const Oid gd_arg_int8[] = {INT8OID};
static const Oid gd_arg_ids[] = {INT8ARRAYOID};

/* ---- what time has decided ---- */

uint64
gd_settle_resource(int64 resource)
{
	static GdStatementText query = {
		"UPDATE govdata.share_request SET state = 'approved'"
		" WHERE resource = $1 AND state = 'submitted' AND matures_at <= govdata.clock()",
		1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(resource);

	return gd_run_as_time(&query, &arg);
}

Datum
gd_settle_sql(PG_FUNCTION_ARGS)
{
	static GdStatementText query = {
		"UPDATE govdata.share_request SET state = 'approved'"
		" WHERE id = ANY ($1) AND state = 'submitted' AND matures_at <= govdata.clock()",
		1, gd_arg_ids, NULL
	};
	Datum		arg = PG_GETARG_DATUM(0);

	PG_RETURN_INT64(gd_run_as_time(&query, &arg));
}

Datum
gd_expire_sql(PG_FUNCTION_ARGS)
{
	static GdStatementText query = {
		"UPDATE govdata.share_authorization SET state = 'expired'"
		" WHERE id = ANY ($1) AND state IN ('active', 'suspended') AND valid_until <= govdata.clock()",
		1, gd_arg_ids, NULL
	};
	Datum		arg = PG_GETARG_DATUM(0);

	PG_RETURN_INT64(gd_run_as_time(&query, &arg));
}

/* ---- receiving ---- */

static void
gd_check_consumer(int64 me, GdDepartment *consumer)
{
	if (me == 0 || !gd_department(me, consumer))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("only a department may request shared data"),
				 errdetail("You act as %s. Measures, Article 20.", gd_who_acts()),
				 errhint("Log in as a member of a department's role, or SET ROLE to it.")));
	if (strcmp(consumer->kind, "platform_operator") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a platform operator does not request data"),
				 errdetail("\"%s\" runs the platform for others. Measures, Article 20.", consumer->name),
				 errhint("The department that needs the data requests it.")));
	if (strcmp(consumer->kind, "public_utility") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(41)),
				 errmsg("a public utility does not request data under Article 20"),
				 errdetail("The Measures apply to \"%s\" by analogy, for its own public data. Measures, Article 41.",
						   consumer->name),
				 errhint("Ask the department in charge.")));
}

static GdResource *
gd_request_resource(int64 id, GdDepartment *consumer)
{
	GdResource *r = gd_resource(id);

	/* a draft is nobody's business but its provider's */
	if (r == NULL || (strcmp(r->state, "draft") == 0 && r->provider != consumer->id))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("there is no resource %lld that you can see", (long long) id),
				 errdetail("You act as %s. Measures, Article 20.", consumer->name),
				 errhint("Look it up: SELECT * FROM govdata.catalog.")));
	if (r->provider == consumer->id)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("resource \"%s\" is your own", r->code),
				 errdetail("A department needs no request for its own data. Measures, Article 20."),
				 errhint("Use the data directly.")));
	if (strcmp(r->state, "published") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("resource \"%s\" is not shared at present", r->code),
				 errdetail("Its state is %s. Measures, Article 20.", r->state),
				 errhint("Ask when it is published again.")));
	return r;
}

/* Article 21: what stands on a platform above one's own is asked for by one's authority. */
static void
gd_check_level(GdResource *r, GdDepartment *consumer, GdDepartment *provider)
{
	GdRegion	own;
	GdRegion	theirs;
	GdRegion	home;
	GdDepartment authority;
	bool		known;

	if (!gd_platform_region(consumer->region, &own) ||
		!gd_platform_region(provider->region, &theirs) ||
		strcmp(own.code, theirs.code) == 0 ||
		!gd_region_contains(theirs.code, own.code))
		return;
	known = gd_region(consumer->region, &home) && home.authority != 0 &&
		gd_department(home.authority, &authority);
	ereport(ERROR,
			(errcode(GD_ERRCODE(21)),
			 errmsg("resource \"%s\" is on a platform above your own", r->code),
			 errdetail("The platform of %s is above that of %s. Measures, Article 21.",
					   theirs.name, own.name),
			 known ?
			 errhint("Report the need to your data authority, \"%s\", which applies to the upper platform.",
					 authority.name) :
			 errhint("Report the need to your data authority, which applies to the upper platform.")));
}

/* Every item exists, stands once, and may be shared; at least one needs a request. */
static void
gd_check_items(GdResource *r, Datum items)
{
	Datum	   *elems;
	bool	   *nulls;
	int			n;
	bool		needed = false;

	deconstruct_array(DatumGetArrayTypeP(items), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		const char *name = nulls[i] ? "" : TextDatumGetCString(elems[i]);
		const char *class = gd_resource_item_class(r, name);

		if (class == NULL)
			ereport(ERROR,
					(errcode(GD_ERRCODE(20)),
					 errmsg("resource \"%s\" has no item \"%s\"", r->code, name),
					 errdetail("Only items of the catalog can be requested. Measures, Article 20."),
					 errhint("SELECT name, title FROM govdata.resource_item WHERE resource = %lld.", (long long) r->id)));
		if (strcmp(class, "withheld") == 0)
			ereport(ERROR,
					(errcode(GD_ERRCODE(23)),
					 errmsg("item \"%s\" of resource \"%s\" is withheld", name, r->code),
					 errdetail("It is on the negative list. Measures, Article 23."),
					 errhint("SELECT * FROM govdata.negative_list WHERE code = '%s' names the basis.", r->code)));
		for (int j = 0; j < i; j++)
			if (strcmp(name, TextDatumGetCString(elems[j])) == 0)
				ereport(ERROR,
						(errcode(GD_ERRCODE(20)),
						 errmsg("item \"%s\" is named twice", name),
						 errdetail("Measures, Article 20."),
						 errhint("Name each item once.")));
		if (strcmp(class, "conditional") == 0)
			needed = true;
	}
	if (!needed)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("no request is needed for these items of resource \"%s\"", r->code),
				 errdetail("%s Measures, Article 20.",
						   n == 0 ? _("No item is named.") : _("They are shared unconditionally.")),
				 errhint("Use the data directly, or name the items that are shared conditionally.")));
}

static bool
gd_array_has_text(Datum array, const char *value)
{
	Datum	   *elems;
	bool	   *nulls;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i] && strcmp(TextDatumGetCString(elems[i]), value) == 0)
			return true;
	return false;
}

static void
gd_check_term(GdRow *row, DateADT today)
{
	DateADT		until;

	if (row->newnull[REQ_VALID_UNTIL - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a request needs the term of use"),
				 errdetail("Data are shared for one purpose and a stated time. Measures, Article 20."),
				 errhint("State valid_until, the last day of use.")));
	until = DatumGetDateADT(row->new[REQ_VALID_UNTIL - 1]);
	/* a date whose end is no timestamp would make the row unreadable for all */
	if (!DATE_IS_NOBEGIN(until) && !DATE_IS_NOEND(until) && until >= today &&
		until <= date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("valid_until must be a day from today on, until the year 9999"),
			 errdetail("It is %s; today is %s in legal time. Measures, Article 20.",
					   DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(until))),
					   DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(today)))),
			 errhint("State the last day on which the data will be used.")));
}

/*
 * The clock of Article 20: due at 24:00 of the last working day.  Silence is
 * consent only inside the declared scope, and on a provisional limit only
 * after the grace period, so that a notice nobody loads cannot void a right.
 */
static void
gd_set_clock(GdRow *row, TimestampTz now, GdDepartment *provider, bool outside)
{
	static const char *const code = "reply_conditional";
	DateADT		today = gd_legal_date(now);
	GdDeadline	due = gd_limit_start(row, REQ_LIMIT_CODE, code, now, provider->id);

	gd_set(row, REQ_RECEIVED_AT, TimestampTzGetDatum(now));
	gd_set(row, REQ_OUTSIDE_SCOPE, BoolGetDatum(outside));
	gd_set_null(row, REQ_MATURES_AT);
	if (gd_limit(code, today).deemed_consent && !outside)
	{
		TimestampTz matures = due.due_at;

		if (due.provisional)
			matures = gd_end_of_day(due.due_on + gd_limit("provisional_grace", today).amount);
		gd_set(row, REQ_MATURES_AT, TimestampTzGetDatum(matures));
	}
}

/* "able to answer at once": the provider has said so in advance */
static bool
gd_standing_consent_covers(GdRow *row, GdDepartment *consumer, DateADT today)
{
	static const Oid types[] = {INT8OID, DATEOID, INT8OID, TEXTOID, TEXTARRAYOID, TEXTOID};
	static GdStatementText query = {
		"SELECT 1 FROM govdata.standing_consent c WHERE c.resource = $1 AND c.state = 'active'"
		" AND c.valid @> $2"
		" AND (c.departments IS NULL AND c.regions IS NULL OR $3 = ANY (c.departments)"
		"  OR EXISTS (SELECT FROM unnest(c.regions) AS g (code) WHERE govdata._region_contains(g.code, $4)))"
		" AND (c.items IS NULL OR c.items @> $5) AND (c.uses IS NULL OR $6 = ANY (c.uses)) LIMIT 1",
		6, types, NULL
	};
	Datum		args[6];
	char		nulls[7] = "      ";

	args[0] = row->new[REQ_RESOURCE - 1];
	args[1] = DateADTGetDatum(today);
	args[2] = Int64GetDatum(consumer->id);
	args[3] = CStringGetTextDatum(consumer->region);
	args[4] = row->new[REQ_ITEMS - 1];
	args[5] = row->new[REQ_USAGE - 1];
	if (row->newnull[REQ_USAGE - 1])
		nulls[5] = 'n';
	return gd_own_run(&query, args, nulls, NULL, 0, NULL, NULL) > 0;
}

static bool
gd_is_submitter(const char *actor, void *context)
{
	return strcmp(actor, *(bool *) context ? "standing_consent" : "consumer") == 0;
}

static void
gd_request_check_given(GdRow *row)
{
	static const int platform[] = {
		REQ_ID, REQ_PROVIDER, REQ_RECEIVED_AT, REQ_LIMIT_CODE, REQ_DUE_ON, REQ_DUE_AT,
		REQ_DUE_PROVISIONAL, REQ_OUTSIDE_SCOPE, REQ_MATURES_AT, REQ_AUTHORIZATION_ID,
		REQ_ANSWERED_AT, REQ_ANSWER_BASIS, REQ_GRANTED_ITEMS, REQ_REFUSED_ITEMS, REQ_ANSWER_REASON,
		REQ_COORDINATOR, REQ_COORDINATION_REASON, REQ_COORDINATION_OPENED_AT,
		REQ_PROVIDER_CONSENTED_AT, REQ_COORDINATION_OUTCOME, REQ_COORDINATION_CLOSED_AT,
		REQ_ROW_FILTER, 0
	};
	const char *purpose = gd_new_text(row, REQ_PURPOSE);

	gd_not_given(row, &gd_request_kind.shape, platform);
	if (purpose == NULL || purpose[strspn(purpose, " \t\n")] == '\0')
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a request needs its purpose"),
				 errdetail("Data are shared for one purpose. Measures, Article 20."),
				 errhint("State what the data are needed for.")));
	if (row->newnull[REQ_ITEMS - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a request must name the items it asks for"),
				 errdetail("No more than is needed is shared. Measures, Article 20."),
				 errhint("Name the items of the resource.")));
}

static void
gd_request_receive(GdRow *row, int64 me)
{
	GdDepartment consumer;
	GdDepartment provider;
	GdResource *r;
	TimestampTz now = gd_clock();
	bool		standing;
	bool		outside;
	const char *state = gd_new_text(row, REQ_STATE);

	gd_request_check_given(row);
	gd_check_consumer(me, &consumer);
	if (!row->newnull[REQ_CONSUMER - 1] && gd_new_int64(row, REQ_CONSUMER) != me)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a request is made in one's own name"),
				 errdetail("You act as %s. Measures, Article 20.", consumer.name),
				 errhint("Leave column consumer out of the INSERT.")));
	gd_check_term(row, gd_legal_date(now));
	r = gd_request_resource(gd_new_int64(row, REQ_RESOURCE), &consumer);
	if (!gd_department(r->provider, &provider))
		elog(ERROR, "provider %lld is not registered", (long long) r->provider);
	gd_check_level(r, &consumer, &provider);
	gd_check_items(r, row->new[REQ_ITEMS - 1]);

	outside = gd_outside_scope(r, &consumer, gd_new_text(row, REQ_USAGE));
	standing = r->has_standing_consent &&
		gd_standing_consent_covers(row, &consumer, gd_legal_date(now));
	(void) gd_judge("share_request", 20, "(new)", "",
					standing ? "approved" : state ? state : "submitted", gd_is_submitter, &standing);

	gd_set(row, REQ_ID, Int64GetDatum(gd_draw("share_request_id_seq")));
	gd_set(row, REQ_AUTHORIZATION_ID, Int64GetDatum(gd_draw("share_authorization_id_seq")));
	gd_set(row, REQ_CONSUMER, Int64GetDatum(me));
	gd_set(row, REQ_PROVIDER, Int64GetDatum(r->provider));
	gd_set_text(row, REQ_STATE, standing ? "approved" : "submitted");
	gd_set_clock(row, now, &provider, outside);
	gd_received(gd_legal_date(now));
	if (standing)
	{
		gd_set(row, REQ_ANSWERED_AT, TimestampTzGetDatum(now));
		gd_set_text(row, REQ_ANSWER_BASIS, "standing_consent");
		gd_set(row, REQ_GRANTED_ITEMS, row->new[REQ_ITEMS - 1]);
	}
}

/* ---- answering ---- */

static bool
gd_is_government_above(GdRow *row, int64 me)
{
	GdDepartment mine;
	GdDepartment provider;
	GdDepartment consumer;

	/* ruling 6: nobody is party and judge */
	if (me == gd_new_int64(row, REQ_PROVIDER) || me == gd_new_int64(row, REQ_CONSUMER))
		return false;
	return gd_department(me, &mine) && strcmp(mine.kind, "government") == 0 &&
		gd_department(gd_new_int64(row, REQ_PROVIDER), &provider) &&
		gd_department(gd_new_int64(row, REQ_CONSUMER), &consumer) &&
		gd_region_contains(mine.region, provider.region) &&
		gd_region_contains(mine.region, consumer.region);
}

static bool
gd_is_case_actor(const char *actor, void *context)
{
	GdCase	   *c = context;

	if (strcmp(actor, "time") == 0)
		return gd_own_writing() && gd_is_acting_as_time();
	if (strcmp(actor, "negative_list") == 0 || strcmp(actor, "reorganization") == 0)
		return gd_own_writing() && !gd_is_acting_as_time();
	if (c->me == 0 || gd_own_writing())
		return false;
	if (strcmp(actor, "provider") == 0)
		return c->me == gd_new_int64(c->row, REQ_PROVIDER);
	if (strcmp(actor, "consumer") == 0)
		return c->me == gd_new_int64(c->row, REQ_CONSUMER);
	if (strcmp(actor, "coordinator") == 0)
		return c->me == gd_new_int64(c->row, REQ_COORDINATOR);
	if (strcmp(actor, "government_above") == 0)
		return gd_is_government_above(c->row, c->me);
	return false;
}

/* elements of one text[] that are (or are not) in another; NULL array: empty */
static ArrayType *
gd_array_select(Datum from, bool fromnull, Datum in, bool innull, bool wanted)
{
	Datum	   *elems;
	bool	   *nulls;
	Datum	   *kept;
	int			n = 0;
	int			k = 0;

	if (!fromnull)
		deconstruct_array(DatumGetArrayTypeP(from), TEXTOID, -1, false, TYPALIGN_INT,
						  &elems, &nulls, &n);
	kept = palloc(Max(n, 1) * sizeof(Datum));
	for (int i = 0; i < n; i++)
		if (!nulls[i] &&
			(!innull && gd_array_has_text(in, TextDatumGetCString(elems[i]))) == wanted)
			kept[k++] = elems[i];
	return k == 0 ? NULL : construct_array(kept, k, TEXTOID, -1, false, TYPALIGN_INT);
}

static void
gd_set_array(GdRow *row, int attno, ArrayType *array)
{
	if (array)
		gd_set(row, attno, PointerGetDatum(array));
	else
		gd_set_null(row, attno);
}

static void
gd_require_case_reason(GdRow *row, int attno, const char *act)
{
	const char *reason = gd_new_text(row, attno);

	if (reason == NULL || reason[strspn(reason, " \t\n")] == '\0')
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("%s needs a reason", act),
				 errdetail("Who does not consent states why. Measures, Article 20."),
				 errhint("State the reason in the same statement.")));
}

/*
 * What the provider does not grant it refuses with a reason of its own: that a
 * negative entry has taken an item away is the reason for that item only, and
 * stays beside it.
 */
static void
gd_require_answer_reason(GdRow *row, const char *act)
{
	if (!row->oldnull[REQ_ANSWER_REASON - 1] && !gd_is_changed(row, REQ_ANSWER_REASON))
		gd_set_null(row, REQ_ANSWER_REASON);
	gd_require_case_reason(row, REQ_ANSWER_REASON, act);
	if (!row->oldnull[REQ_ANSWER_REASON - 1])
		gd_set_text(row, REQ_ANSWER_REASON,
					psprintf("%s; %s", gd_old_text(row, REQ_ANSWER_REASON),
							 gd_new_text(row, REQ_ANSWER_REASON)));
}

/* What silence grants: all that was asked for and is not on the negative list. */
static void
gd_consent_by_time(GdRow *row)
{
	TimestampTz matures;

	if (row->newnull[REQ_MATURES_AT - 1])
		elog(ERROR, "request %lld does not mature", (long long) gd_new_int64(row, REQ_ID));
	matures = DatumGetTimestampTz(row->new[REQ_MATURES_AT - 1]);
	if (gd_clock() < matures)
		elog(ERROR, "request %lld has not matured", (long long) gd_new_int64(row, REQ_ID));
	gd_set(row, REQ_ANSWERED_AT, TimestampTzGetDatum(matures));
	gd_set_text(row, REQ_ANSWER_BASIS, "deemed_consent");
	gd_set_array(row, REQ_GRANTED_ITEMS,
				 gd_array_select(row->new[REQ_ITEMS - 1], false, row->new[REQ_REFUSED_ITEMS - 1],
								 row->newnull[REQ_REFUSED_ITEMS - 1], false));
}

static void
gd_consent_by_reply(GdRow *row)
{
	int			items = REQ_ITEMS - 1;
	int			granted = REQ_GRANTED_ITEMS - 1;
	int			refused = REQ_REFUSED_ITEMS - 1;
	ArrayType  *withheld_or_unknown;

	/* by default all that can still be granted */
	if (row->newnull[granted])
		gd_set_array(row, REQ_GRANTED_ITEMS,
					 gd_array_select(row->new[items], false, row->new[refused],
									 row->newnull[refused], false));
	withheld_or_unknown = gd_array_select(row->new[granted], row->newnull[granted],
										  row->new[items], false, false);
	if (withheld_or_unknown == NULL)
		withheld_or_unknown = gd_array_select(row->new[granted], row->newnull[granted],
											  row->new[refused], row->newnull[refused], true);
	if (withheld_or_unknown != NULL || row->newnull[granted] ||
		ARR_NDIM(DatumGetArrayTypeP(row->new[granted])) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("consent must name items that the request asks for"),
				 errdetail("The request asks for other items, or they are withheld. Measures, Article 20."),
				 errhint("Name some of the requested items, or none to grant all; to grant nothing, refuse with reason.")));
	gd_set_array(row, REQ_REFUSED_ITEMS,
				 gd_array_select(row->new[items], false, row->new[granted], false, false));
	if (!row->newnull[refused] &&
		gd_array_select(row->new[refused], false, row->old[refused], row->oldnull[refused], false))
		gd_require_answer_reason(row, _("refusing some of the items"));
	gd_set(row, REQ_ANSWERED_AT, TimestampTzGetDatum(gd_clock()));
	gd_set_text(row, REQ_ANSWER_BASIS, "reply");
}

static void
gd_refuse(GdRow *row)
{
	gd_require_answer_reason(row, _("a refusal"));
	gd_set(row, REQ_REFUSED_ITEMS, row->new[REQ_ITEMS - 1]);
	gd_set_null(row, REQ_GRANTED_ITEMS);
	gd_set(row, REQ_ANSWERED_AT, TimestampTzGetDatum(gd_clock()));
	gd_set_text(row, REQ_ANSWER_BASIS, "reply");
}

/* ---- coordination ---- */

/*
 * Who coordinates: the consumer's own-level authority; where it is itself
 * provider or consumer, or has already tried, the next one up; at the top the
 * provincial government (rulings 5 and 6).
 */
static int64
gd_find_coordinator(GdRow *row, const GdDepartment *consumer, int64 tried)
{
	GdRegion	region;
	char		code[sizeof(region.code)];
	bool		passed = (tried == 0);

	strlcpy(code, consumer->region, sizeof(code));
	while (gd_region(code, &region))
	{
		int64		office = region.authority;

		if (office != 0 && office == tried)
			passed = true;
		else if (passed && office != 0 && office != consumer->id &&
				 office != gd_new_int64(row, REQ_PROVIDER))
			return office;
		if (region.parent[0] == '\0')
			return (region.government != tried && region.government != consumer->id &&
					region.government != gd_new_int64(row, REQ_PROVIDER)) ? region.government : 0;
		strlcpy(code, region.parent, sizeof(code));
	}
	return 0;
}

static bool
gd_is_revoked(int64 authorization)
{
	static GdStatementText query = {
		"SELECT 1 FROM govdata.share_authorization WHERE id = $1 AND state = 'revoked'",
		1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(authorization);

	return gd_own_run(&query, &arg, NULL, NULL, 0, NULL, NULL) > 0;
}

static void
gd_open_coordination(GdRow *row, const char *from)
{
	GdDepartment consumer;
	int64		tried = strcmp(from, "unsettled") == 0 ? gd_new_int64(row, REQ_COORDINATOR) : 0;
	int64		coordinator = 0;

	gd_require_case_reason(row, REQ_COORDINATION_REASON, _("coordination"));
	if ((strcmp(from, "approved") == 0 || strcmp(from, "agreed") == 0) && row->newnull[REQ_REFUSED_ITEMS - 1] &&
		!gd_is_revoked(gd_new_int64(row, REQ_AUTHORIZATION_ID)))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("there is nothing to coordinate: all items were granted"),
				 errdetail("Coordination follows a refusal, of all or some items, or a revocation. Measures, Article 20."),
				 errhint("Use the authorization.")));
	if (gd_department(gd_new_int64(row, REQ_CONSUMER), &consumer))
		coordinator = gd_find_coordinator(row, &consumer, tried);
	if (coordinator == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("no data authority is left that could coordinate"),
				 errdetail("None is registered on the way up from region %s. Measures, Article 20.", consumer.region),
				 errhint("The administrator registers the data authority in govdata.department.")));
	gd_set(row, REQ_COORDINATOR, Int64GetDatum(coordinator));
	gd_set(row, REQ_COORDINATION_OPENED_AT, TimestampTzGetDatum(gd_clock()));
	gd_set_null(row, REQ_PROVIDER_CONSENTED_AT);
	gd_set_null(row, REQ_COORDINATION_OUTCOME);
	gd_set_null(row, REQ_COORDINATION_CLOSED_AT);
}

/* An agreement grants what can still be shared; the negative list stands above it. */
static void
gd_grant_agreed(GdRow *row)
{
	GdResource *r = gd_resource(gd_new_int64(row, REQ_RESOURCE));
	Datum		items = row->new[REQ_ITEMS - 1];
	Datum	   *elems;
	Datum	   *kept;
	int			n;
	int			k = 0;

	if (r == NULL || strcmp(r->state, "withdrawn") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("the resource of request %lld is withdrawn", (long long) gd_new_int64(row, REQ_ID)),
				 errdetail("Nothing is left that could be shared. Measures, Article 20."),
				 errhint("Close as upheld or unsettled.")));
	deconstruct_array(DatumGetArrayTypeP(items), TEXTOID, -1, false, TYPALIGN_INT, &elems, NULL, &n);
	kept = palloc(n * sizeof(Datum));
	for (int i = 0; i < n; i++)
	{
		const char *class = gd_resource_item_class(r, TextDatumGetCString(elems[i]));

		if (class != NULL && strcmp(class, "withheld") != 0)
			kept[k++] = elems[i];
	}
	if (k == 0)
		gd_check_items(r, items);	/* says what stands against it */
	gd_set(row, REQ_GRANTED_ITEMS,
		   PointerGetDatum(construct_array(kept, k, TEXTOID, -1, false, TYPALIGN_INT)));
	gd_set_array(row, REQ_REFUSED_ITEMS,
				 gd_array_select(items, false, row->new[REQ_GRANTED_ITEMS - 1], false, false));
	if (!row->newnull[REQ_REFUSED_ITEMS - 1] && row->newnull[REQ_ANSWER_REASON - 1])
		gd_set(row, REQ_ANSWER_REASON, row->new[REQ_COORDINATION_OUTCOME - 1]);
}

static void
gd_close_coordination(GdRow *row, const char *to, int64 me)
{
	TimestampTz now = gd_clock();

	gd_require_case_reason(row, REQ_COORDINATION_OUTCOME, _("the outcome of a coordination"));
	gd_set(row, REQ_COORDINATION_CLOSED_AT, TimestampTzGetDatum(now));
	if (strcmp(to, "agreed") != 0)
		return;
	if (row->newnull[REQ_PROVIDER_CONSENTED_AT - 1] && !gd_is_government_above(row, me))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("the provider has not consented"),
				 errdetail("Coordination is not command: it ends agreed with the provider's recorded consent, or by decision of the government above both. Measures, Article 20."),
				 errhint("The provider calls govdata.consent_in_coordination(%lld), or close as upheld or unsettled.",
						 (long long) gd_new_int64(row, REQ_ID))));
	gd_grant_agreed(row);
	gd_set(row, REQ_ANSWERED_AT, TimestampTzGetDatum(now));
	gd_set_text(row, REQ_ANSWER_BASIS, "coordination");
}

/* ---- the guard of requests ---- */

/* columns that belong to each move, besides the state */
static const int *
gd_columns_of_move(const char *to)
{
	static const int approve[] = {REQ_STATE, REQ_GRANTED_ITEMS, REQ_ANSWER_REASON, REQ_ROW_FILTER, 0};
	static const int refuse[] = {REQ_STATE, REQ_ANSWER_REASON, 0};
	static const int withdraw[] = {REQ_STATE, 0};
	static const int open[] = {REQ_STATE, REQ_COORDINATION_REASON, 0};
	static const int close[] = {REQ_STATE, REQ_COORDINATION_OUTCOME, 0};

	if (strcmp(to, "approved") == 0)
		return approve;
	if (strcmp(to, "refused") == 0)
		return refuse;
	if (strcmp(to, "withdrawn") == 0)
		return withdraw;
	return strcmp(to, "coordinating") == 0 ? open : close;
}

/* Time has consented: a late answer is an error, whether or not a sweep ran. */
static void
gd_check_not_matured(GdRow *row)
{
	int64		id = gd_new_int64(row, REQ_ID);
	TimestampTz matures;

	if (row->oldnull[REQ_MATURES_AT - 1])
		return;
	matures = DatumGetTimestampTz(row->old[REQ_MATURES_AT - 1]);
	if (gd_clock() < matures)
	{
		gd_decided(id, matures);
		return;
	}
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("request %lld is deemed consented since its limit ended", (long long) id),
			 errdetail("No answer came by %s; authorization %lld is in force since then. Measures, Article 20.",
					   gd_legal_text(matures),
					   (long long) DatumGetInt64(row->old[REQ_AUTHORIZATION_ID - 1])),
			 errhint("An authorization can be revoked on a ground: govdata.revoke_authorization(%lld, ground, reason).",
					 (long long) DatumGetInt64(row->old[REQ_AUTHORIZATION_ID - 1]))));
}

/* An answer hears the same whether a sweep has written the consent down or not. */
static bool
gd_answers_after_time(GdRow *row, const char *from, const char *to)
{
	const char *basis = gd_old_text(row, REQ_ANSWER_BASIS);

	return strcmp(from, "approved") == 0 && strcmp(to, "coordinating") != 0 &&
		basis && strcmp(basis, "deemed_consent") == 0;
}

/* an update that moves no state: only the provider's consent in a coordination */
static void
gd_request_touch(GdRow *row, GdCase *c, const char *state)
{
	static const int consent[] = {REQ_PROVIDER_CONSENTED_AT, 0};
	int64		id = gd_new_int64(row, REQ_ID);

	gd_only_changes(row, &gd_request_kind.shape, id, consent);
	/* an UPDATE of nothing is a move to where the request is, which nobody makes */
	if (!gd_is_changed(row, REQ_PROVIDER_CONSENTED_AT))
		(void) gd_judge("share_request", 20, psprintf(INT64_FORMAT, id), state, state, gd_is_case_actor, c);
	if (strcmp(state, "coordinating") != 0 || !gd_is_case_actor("provider", c) ||
		row->newnull[REQ_PROVIDER_CONSENTED_AT - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("only the provider may consent, while request %lld is being coordinated", (long long) id),
				 errdetail("You act as %s; the request is %s. Measures, Article 20.", gd_who_acts(), state),
				 errhint("The provider calls govdata.consent_in_coordination(%lld).", (long long) id)));
	gd_set(row, REQ_PROVIDER_CONSENTED_AT, TimestampTzGetDatum(gd_clock()));
}

/*
 * The law itself refuses items or moves a limit: it too must commit before the
 * consent that stood until now would have matured, and before the new limit
 * is over, which nobody could have seen until then.
 */
static void
gd_moves_consent(GdRow *row)
{
	int64		id = gd_new_int64(row, REQ_ID);

	if (!row->oldnull[REQ_MATURES_AT - 1])
		gd_decided(id, DatumGetTimestampTz(row->old[REQ_MATURES_AT - 1]));
	if (!row->newnull[REQ_MATURES_AT - 1])
		gd_decided(id, DatumGetTimestampTz(row->new[REQ_MATURES_AT - 1]));
}

static void
gd_request_move(GdRow *row, GdCase *c, const char *from, const char *to)
{
	int64		id = gd_new_int64(row, REQ_ID);
	const GdTransition *t;

	if (!gd_own_writing() &&
		(strcmp(from, "submitted") == 0 || gd_answers_after_time(row, from, to)))
		gd_check_not_matured(row);
	t = gd_judge("share_request", 20, psprintf(INT64_FORMAT, id), from, to, gd_is_case_actor, c);
	if (strcmp(t->actor, "negative_list") == 0 || strcmp(t->actor, "reorganization") == 0)
	{
		gd_moves_consent(row);
		return;
	}
	if (strcmp(t->actor, "time") == 0)
	{
		gd_consent_by_time(row);
		return;
	}
	gd_only_changes(row, &gd_request_kind.shape, id, gd_columns_of_move(to));
	if (strcmp(to, "approved") == 0)
		gd_consent_by_reply(row);
	else if (strcmp(to, "refused") == 0)
		gd_refuse(row);
	else if (strcmp(to, "coordinating") == 0)
		gd_open_coordination(row, from);
	else if (strcmp(to, "withdrawn") != 0)
		gd_close_coordination(row, to, c->me);
}

Datum
gd_guard_request(PG_FUNCTION_ARGS)
{
	GdRow		row;
	GdCase		c = {0};
	const char *from;
	const char *to;

	if (!gd_row_open(&row, fcinfo, &gd_request_kind.shape))
		return gd_row_as_is(fcinfo);
	c.row = &row;
	c.me = gd_own_writing() ? 0 : gd_acting(20);
	if (row.is_insert)
	{
		gd_request_receive(&row, c.me);
		return gd_row_done(&row);
	}

	from = gd_old_text(&row, REQ_STATE);
	to = gd_new_text(&row, REQ_STATE);
	if (to == NULL)
		to = "";
	if (strcmp(from, to) != 0)
		gd_request_move(&row, &c, from, to);
	else if (!gd_own_writing())
		gd_request_touch(&row, &c, to);
	else if (strcmp(to, "submitted") == 0)
		gd_moves_consent(&row);
	return gd_row_done(&row);
}

/* ---- authorizations, and acts on them ---- */

static bool
gd_is_law_itself(const char *actor, void *context)
{
	(void) context;
	return strcmp(actor, "time") != 0 || gd_is_acting_as_time();
}

/*
 * Authorizations are written by the law itself only, and even so only as the
 * transition table says: an error here is a fault of ours, caught in time.
 */
Datum
gd_guard_authorization(PG_FUNCTION_ARGS)
{
	GdRow		row;
	const char *from;
	const char *to;

	if (!gd_row_open(&row, fcinfo, &gd_authorization_shape))
		return gd_row_as_is(fcinfo);
	if (!gd_own_writing())
		ereport(ERROR,
				(errcode(GD_ERRCODE(17)),
				 errmsg("authorizations are written by the platform only"),
				 errdetail("They follow from requests and acts. Measures, Article 17."),
				 errhint("Answer the request, or use govdata.suspend_authorization, resume_authorization or revoke_authorization.")));
	from = row.is_insert ? "" : gd_old_text(&row, AUT_STATE);
	to = gd_new_text(&row, AUT_STATE);
	if (strcmp(from, to) != 0)
		(void) gd_judge("share_authorization", 20, psprintf(INT64_FORMAT, gd_new_int64(&row, AUT_ID)),
						from, to, gd_is_law_itself, NULL);
	return gd_row_as_is(fcinfo);
}

typedef struct GdActCase
{
	int64		me;
	int64		provider;
	int64		consumer;
} GdActCase;

static bool
gd_is_act_actor(const char *actor, void *context)
{
	GdActCase  *c = context;

	return c->me != 0 &&
		((strcmp(actor, "provider") == 0 && c->me == c->provider) ||
		 (strcmp(actor, "consumer") == 0 && c->me == c->consumer));
}

/* ruling 2: "should have refused" is no ground, or deemed consent would be empty */
static void
gd_check_ground(const char *act, const char *ground, const char *actor)
{
	static const char *const provider[] = {"violation", "incident", "purpose_ended"};
	bool		ok = false;

	if (strcmp(act, "resume") == 0)
		ok = ground && strcmp(ground, "cleared") == 0;
	else if (strcmp(actor, "consumer") == 0)
		ok = ground && strcmp(ground, "waiver") == 0;
	else
		for (int i = 0; ground && i < (int) lengthof(provider); i++)
			ok = ok || strcmp(ground, provider[i]) == 0;
	if (ok)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(33)),
			 errmsg("\"%s\" is no ground on which you may %s an authorization", ground ? ground : "", act),
			 errdetail("Grounds: violation, incident, purpose_ended for the provider; waiver for the consumer; cleared to resume. Measures, Article 33."),
			 errhint("That a request should have been refused is no ground: its limit has passed.")));
}

/* the authorization under the act, written down first if time alone granted it */
static void
gd_find_authorization(int64 id, GdActCase *c, char **state)
{
	static GdStatementText settle = {
		"UPDATE govdata.share_request SET state = 'approved' WHERE authorization_id = $1"
		" AND state = 'submitted' AND matures_at <= govdata.clock()", 1, gd_arg_int8, NULL
	};
	static GdStatementText find = {
		"SELECT provider, consumer, CASE WHEN valid_until <= govdata.clock() THEN 'expired' ELSE state END"
		" FROM govdata.share_authorization WHERE id = $1 FOR NO KEY UPDATE",
		1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(id);
	Datum		values[3];
	bool		nulls[3];

	(void) gd_run_as_time(&settle, &arg);
	if (gd_own_run(&find, &arg, NULL, NULL, 3, values, nulls) > 0)
	{
		c->provider = DatumGetInt64(values[0]);
		c->consumer = DatumGetInt64(values[1]);
		*state = TextDatumGetCString(values[2]);
		if (c->me == c->provider || c->me == c->consumer)
			return;
	}
	ereport(ERROR,
			(errcode(GD_ERRCODE(33)),
			 errmsg("there is no authorization %lld on which you may act", (long long) id),
			 errdetail("You act as %s; only its provider and its consumer may. Measures, Article 33.", gd_who_acts()),
			 errhint("Look it up: SELECT * FROM govdata.effective_authorization.")));
}

/*
 * The authorization moves with the act and not after the statement, so that
 * the next act of the same statement is judged by what this one has left.
 */
static void
gd_carry_out(GdRow *row, const char *to)
{
	static const Oid types[] = {INT8OID, TEXTOID, TEXTOID, TEXTOID};
	static GdStatementText query = {
		"UPDATE govdata.share_authorization SET state = $2,"
		" ground = CASE WHEN $2 <> 'active' THEN $3 END,"
		" reason = CASE WHEN $2 <> 'active' THEN $4 END, version = version + 1 WHERE id = $1",
		4, types, NULL
	};
	Datum		args[4];

	args[0] = row->new[ACT_AUTHORIZATION - 1];
	args[1] = CStringGetTextDatum(to);
	args[2] = row->new[ACT_GROUND - 1];
	args[3] = row->new[ACT_REASON - 1];
	(void) gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL);
}

Datum
gd_guard_act(PG_FUNCTION_ARGS)
{
	static const int platform[] = {ACT_ID, ACT_DEPARTMENT, ACT_ACTED_AT, 0};
	GdRow		row;
	GdActCase	c = {0, 0, 0};
	const GdTransition *t;
	const char *act;
	const char *reason;
	char	   *state;
	int64		id;

	if (!gd_row_open(&row, fcinfo, &gd_act_shape))
		return gd_row_as_is(fcinfo);
	if (!row.is_insert)
		ereport(ERROR,
				(errcode(GD_ERRCODE(33)),
				 errmsg("an act on an authorization is not changed"),
				 errdetail("What happened stays on record. Measures, Article 33."),
				 errhint("Act again: resume what was suspended.")));
	c.me = gd_acting(33);
	gd_not_given(&row, &gd_act_shape, platform);
	id = gd_new_int64(&row, ACT_AUTHORIZATION);
	act = gd_new_text(&row, ACT_ACT) ? gd_new_text(&row, ACT_ACT) : "";
	gd_find_authorization(id, &c, &state);
	t = gd_judge("share_authorization", 33, psprintf(INT64_FORMAT, id), state,
				 strcmp(act, "suspend") == 0 ? "suspended" : strcmp(act, "resume") == 0 ? "active" :
				 strcmp(act, "revoke") == 0 ? "revoked" : act,
				 gd_is_act_actor, &c);
	gd_check_ground(act, gd_new_text(&row, ACT_GROUND), t->actor);
	reason = gd_new_text(&row, ACT_REASON);
	if (reason == NULL || reason[strspn(reason, " \t\n")] == '\0')
		ereport(ERROR,
				(errcode(GD_ERRCODE(33)),
				 errmsg("an act on an authorization needs a reason"),
				 errdetail("Measures, Article 33."),
				 errhint("State the reason in the same statement.")));
	gd_set(&row, ACT_ID, Int64GetDatum(gd_draw("authorization_act_id_seq")));
	gd_set(&row, ACT_DEPARTMENT, Int64GetDatum(c.me));
	gd_set(&row, ACT_ACTED_AT, TimestampTzGetDatum(gd_clock()));
	gd_carry_out(&row, t->to);
	return gd_row_done(&row);
}

void
gd_request_init(void)
{
	gd_case_register(&gd_request_kind);
}
