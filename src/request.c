/*-------------------------------------------------------------------------
 *
 * request.c
 *	  The life of a request (Article 20): received, clock set, decided or
 *	  decided by time.  Ways that lead here stand in upward.c, what follows a
 *	  refusal in coordination.c, what is not in the catalog in uncatalogued.c.
 *
 * Nothing here asks whether a sweep has run: a request whose limit has passed
 * is consented to, and every guard first writes that down where it matters.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "request.h"

PG_FUNCTION_INFO_V1(gd_settle_sql);
PG_FUNCTION_INFO_V1(gd_expire_sql);
PG_FUNCTION_INFO_V1(gd_requests_of_source);

const char *const gd_request_columns[REQ_NCOLUMNS] = {
	"id", "route", "resource", "provider", "consumer", "items", "purpose",
	"usage", "valid_until", "state", "received_at", "limit_code", "due_on", "due_at",
	"due_provisional", "outside_scope", "matures_at", "authorization_id", "answered_at",
	"answer_basis", "granted_items", "refused_items", "answer_reason", "coordinator",
	"coordination_reason", "coordination_opened_at", "provider_consented_at",
	"coordination_outcome", "coordination_closed_at", "mode", "row_filter",
	"applicant", "holder", "reported_at", "return_reason", "sources", "wanted",
	"addressed_to", "source_body", "terms", "listed_at", "refusal_ground",
	"negative_entry", "co_coordinator", "concurrence", "concurred_at",
	"regime", "restarted_at", "extended_by", "paused_at", "coordination_step",
	"consenting_sources"
};

/* ---- what the sources of items have before them ---- */

Datum
gd_requests_of_source(PG_FUNCTION_ARGS)
{
	static GdStatementText query = {
		"SELECT id FROM govdata.share_request WHERE sources @> ARRAY[$1] AND sources IS NOT NULL AND state = 'submitted'",
		1, gd_arg_int8, NULL
	};
	Datum		department = PG_GETARG_DATUM(0);

	if (gd_sees(PG_GETARG_INT64(0)))
		gd_own_rows(&query, &department, fcinfo);
	else
		InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	return (Datum) 0;
}

/* ---- what time has decided ---- */

#define SETTLE(which) \
	"UPDATE govdata.share_request SET state = 'approved'" \
	" WHERE state = 'submitted' AND matures_at <= govdata.clock()" which

uint64
gd_settle(GdSettled which, Datum of)
{
	static GdStatementText queries[GD_N_SETTLED] = {
		[GD_SETTLE_ALL] = {SETTLE(""), 0, NULL, NULL},
		[GD_SETTLE_REQUEST] = {SETTLE(" AND id = $1"), 1, gd_arg_int8, NULL},
		[GD_SETTLE_REQUESTS] = {SETTLE(" AND id = ANY ($1)"), 1, gd_arg_ids, NULL},
		[GD_SETTLE_RESOURCE] = {SETTLE(" AND resource = $1"), 1, gd_arg_int8, NULL},
		[GD_SETTLE_AUTHORIZATION] = {SETTLE(" AND authorization_id = $1"), 1, gd_arg_int8, NULL},
		[GD_SETTLE_DEPARTMENT] = {SETTLE(" AND $1 IN (provider, consumer)"), 1, gd_arg_int8, NULL}
	};

	return gd_run_as_time(&queries[which], &of);
}

Datum
gd_settle_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(gd_settle(GD_SETTLE_REQUESTS, PG_GETARG_DATUM(0)));
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

void
gd_check_consumer(GdCase *c, GdDepartment *consumer)
{
	if (c->me == 0 || !gd_department(c->me, consumer))
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
	if (!c->row->newnull[REQ_CONSUMER - 1] && gd_new_int64(c->row, REQ_CONSUMER) != c->me)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a request is made in one's own name"),
				 errdetail("You act as %s. Measures, Article 20.", consumer->name),
				 errhint("Leave column consumer out of the INSERT.")));
	gd_set(c->row, REQ_CONSUMER, Int64GetDatum(c->me));
}

void
gd_check_purpose(GdRow *row)
{
	if (gd_is_blank_text(gd_new_text(row, REQ_PURPOSE)))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a request needs its purpose"),
				 errdetail("Data are shared for one purpose. Measures, Article 20."),
				 errhint("State what the data are needed for.")));
}

GdResource *
gd_request_resource(int64 id, const GdDepartment *consumer)
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

/* Every item exists, stands once, and may be shared; one that needs a request is found. */
void
gd_check_items(GdResource *r, Datum items, bool needed)
{
	Datum	   *elems;
	bool	   *nulls;
	int			n;

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
			needed = false;
	}
	if (needed)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("no request is needed for these items of resource \"%s\"", r->code),
				 errdetail("%s Measures, Article 20.",
						   n == 0 ? _("No item is named.") : _("They are shared unconditionally.")),
				 errhint("Use the data directly, or name the items that are shared conditionally.")));
}

static bool
gd_all_unconditional(GdResource *r, Datum items)
{
	char	  **names;
	int			n = gd_texts_of(items, &names);

	for (int i = 0; i < n; i++)
	{
		const char *class = gd_resource_item_class(r, names[i]);

		if (class == NULL || strcmp(class, "unconditional") != 0)
			return false;
	}
	return n > 0;
}

void
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
					   gd_day_text(until),
					   gd_day_text(today)),
			 errhint("State the last day on which the data will be used.")));
}

/*
 * The clock of Article 20: due at 24:00 of the last working day.  Silence is
 * consent only inside the declared scope, and on a provisional limit only
 * after the grace period, so that a notice nobody loads cannot void a right.
 */
static void
gd_run_clock(GdRow *row, const char *code, int64 provider, bool silent)
{
	const char *regime = gd_new_text(row, REQ_REGIME);
	GdClock		clock;
	GdDeadline	due;
	DateADT		day;

	clock.regime = regime;
	clock.received = DatumGetTimestampTz(row->new[REQ_RECEIVED_AT - 1]);
	clock.since = row->newnull[REQ_RESTARTED_AT - 1] ? clock.received :
		DatumGetTimestampTz(row->new[REQ_RESTARTED_AT - 1]);
	clock.extended = row->newnull[REQ_EXTENDED_BY - 1] ? 0 : DatumGetInt32(row->new[REQ_EXTENDED_BY - 1]);
	due = gd_limit_start_under(row, REQ_LIMIT_CODE, code, &clock, provider);
	day = gd_legal_date(clock.received);
	gd_set_null(row, REQ_MATURES_AT);
	if (gd_limit_under(regime, code, day).deemed_consent && silent)
	{
		TimestampTz matures = due.due_at;

		if (due.provisional)
			matures = gd_end_of_day(due.due_on + gd_limit_under(regime, "provisional_grace", day).amount);
		gd_set(row, REQ_MATURES_AT, TimestampTzGetDatum(matures));
	}
}

void
gd_set_clock(GdRow *row, const char *code, TimestampTz since, int64 provider, bool silent)
{
	gd_set(row, REQ_RECEIVED_AT, TimestampTzGetDatum(since));
	gd_set_text(row, REQ_REGIME, gd_regime_on(gd_legal_date(since)).code);
	gd_run_clock(row, code, provider, silent);
}

/* silence returns no more than the city's own rows, and grants nothing outside the scope */
static bool
gd_may_be_silent(GdRow *row)
{
	return !DatumGetBool(row->new[REQ_OUTSIDE_SCOPE - 1]) &&
		!(strcmp(gd_new_text(row, REQ_ROUTE), "return") == 0 && row->newnull[REQ_ROW_FILTER - 1]);
}

void
gd_grant_at_once(GdRow *row, const char *basis, TimestampTz now)
{
	gd_set(row, REQ_ANSWERED_AT, TimestampTzGetDatum(now));
	gd_set_text(row, REQ_ANSWER_BASIS, basis);
	gd_set(row, REQ_GRANTED_ITEMS, row->new[REQ_ITEMS - 1]);
}

/* Departments other than the provider of which items are: each may refuse its own. */
static void
gd_find_sources(GdRow *row, GdReceipt *f)
{
	char	  **names;
	Datum	   *sources;
	int			n = gd_texts_of(row->new[REQ_ITEMS - 1], &names);
	int			k = 0;

	gd_set_null(row, REQ_SOURCES);
	sources = palloc(Max(n, 1) * sizeof(Datum));
	for (int i = 0; i < n; i++)
	{
		int64		source = gd_resource_item_source(f->resource, names[i]);
		bool		known = source == 0 || source == f->provider.id || source == f->consumer.id;

		for (int j = 0; j < k && !known; j++)
			known = DatumGetInt64(sources[j]) == source;
		if (!known)
			sources[k++] = Int64GetDatum(source);
	}
	if (k > 0)
		gd_set(row, REQ_SOURCES,
			   PointerGetDatum(construct_array(sources, k, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
}

void
gd_look_up(GdRow *row, GdReceipt *f)
{
	const char *usage = gd_new_text(row, REQ_USAGE);
	Datum		items = row->new[REQ_ITEMS - 1];

	f->outside = gd_outside_scope(f->resource, &f->consumer, usage);
	f->free = gd_all_unconditional(f->resource, items);
	f->standing = f->resource->has_standing_consent &&
		gd_standing_consent_covers(f->resource->id, gd_legal_date(gd_clock()), &f->consumer, items, usage);
	gd_set(row, REQ_OUTSIDE_SCOPE, BoolGetDatum(f->outside));
	gd_find_sources(row, f);
}

static void
gd_request_receive(GdCase *c)
{
	GdRow	   *row = c->row;
	GdReceipt  *f = palloc0(sizeof(GdReceipt));
	const char *state = gd_new_text(row, REQ_STATE);
	GdRegion	theirs;
	GdRegion	own;

	gd_check_purpose(row);
	if (row->newnull[REQ_ITEMS - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a request must name the items it asks for"),
				 errdetail("No more than is needed is shared. Measures, Article 20."),
				 errhint("Name the items of the resource.")));
	gd_check_consumer(c, &f->consumer);
	gd_check_term(row, gd_legal_date(gd_clock()));
	f->resource = gd_request_resource(gd_new_int64(row, REQ_RESOURCE), &f->consumer);
	gd_department_required(gd_answering(f->resource->provider), &f->provider);
	gd_set(row, REQ_PROVIDER, Int64GetDatum(f->provider.id));
	if (f->provider.id != f->resource->provider)
		gd_set(row, REQ_ADDRESSED_TO, Int64GetDatum(f->resource->provider));
	gd_choose_route(row, f);
	gd_check_items(f->resource, row->new[REQ_ITEMS - 1],
				   !gd_platform_is_above(&f->provider, &f->consumer, &theirs, &own) && !gd_asks_for_delivery(f->resource));
	gd_look_up(row, f);
	c->facts = f;
	if (f->upward)
		c->to = state && strcmp(state, "submitted") != 0 ? state : "reported";
	else if (f->standing)
		c->to = "approved";
	else if (state && strcmp(state, "reported") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(21)),
				 errmsg("resource \"%s\" is not on a platform above your own", f->resource->code),
				 errdetail("What is asked for upward is on an upper platform. Measures, Article 21."),
				 errhint("Leave column state out of the INSERT.")));
}

static void
gd_request_received(GdCase *c)
{
	GdRow	   *row = c->row;
	GdReceipt  *f = c->facts;
	TimestampTz now = gd_clock();

	gd_set(row, REQ_ID, Int64GetDatum(gd_draw("share_request_id_seq")));
	gd_set(row, REQ_AUTHORIZATION_ID, Int64GetDatum(gd_draw("share_authorization_id_seq")));
	gd_received(gd_legal_date(now));
	if (f->upward)
	{
		gd_report(row, f, now);
		return;
	}
	gd_set_clock(row, f->free && gd_asks_for_delivery(f->resource) ? "reply_unconditional" : "reply_conditional",
				 now, f->provider.id, gd_may_be_silent(row));
	if (f->standing)
		gd_grant_at_once(row, "standing_consent", now);
}

/* ---- actors ---- */

/* by which way a request is granted without anybody's answer: whoever submits or forwards it */
static bool
gd_is_standing(GdCase *c)
{
	GdReceipt  *f = c->facts;

	return f && f->standing && (c->row->is_insert || gd_is_holder(c));
}

static bool
gd_is_unconditional(GdCase *c)
{
	GdReceipt  *f = c->facts;

	return f && f->upward && f->free && gd_is_holder(c);
}

static bool
gd_is_source(GdCase *c)
{
	return !c->row->is_insert && !c->row->oldnull[REQ_SOURCES - 1] &&
		gd_ids_have(c->row->old[REQ_SOURCES - 1], c->me);
}

/* ---- answering ---- */

/* the answer that is being given has waited for a lock since then; 0: it has not */
static TimestampTz gd_answer_waited = 0;

/* When the answer was given: it may have had to wait. */
static void
gd_date_answer(GdCase *c)
{
	if (gd_answer_waited != 0)
		gd_set(c->row, REQ_ANSWERED_AT, TimestampTzGetDatum(gd_answer_waited));
}

void
gd_set_array(GdRow *row, int attno, ArrayType *array)
{
	if (array)
		gd_set(row, attno, PointerGetDatum(array));
	else
		gd_set_null(row, attno);
}

/*
 * What somebody does not grant is refused with a reason of its own: that a
 * negative entry or another has taken an item away is the reason for that item
 * only, and stays beside it.
 */
static void
gd_require_answer_reason(GdRow *row, const char *act)
{
	if (!row->oldnull[REQ_ANSWER_REASON - 1] && !gd_is_changed(row, REQ_ANSWER_REASON))
		gd_set_null(row, REQ_ANSWER_REASON);
	gd_require_reason(gd_new_text(row, REQ_ANSWER_REASON), 20, act);
	if (!row->oldnull[REQ_ANSWER_REASON - 1])
		gd_set_text(row, REQ_ANSWER_REASON,
					psprintf("%s; %s", gd_old_text(row, REQ_ANSWER_REASON),
							 gd_new_text(row, REQ_ANSWER_REASON)));
}

/* What silence grants: all that was asked for and is not on the negative list. */
static void
gd_consent_by_time(GdCase *c)
{
	GdRow	   *row = c->row;
	TimestampTz matures;

	if (row->newnull[REQ_MATURES_AT - 1])
		elog(ERROR, "request %lld does not mature", (long long) gd_new_int64(row, REQ_ID));
	matures = DatumGetTimestampTz(row->new[REQ_MATURES_AT - 1]);
	if (gd_clock() < matures)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("request %lld is not deemed consented yet", (long long) gd_new_int64(row, REQ_ID)),
				 errdetail("Its limit ends at %s; the clock was set back while the consent was being written down. Measures, Article 20.",
						   gd_legal_text(matures)),
				 errhint("Try again.")));
	gd_set(row, REQ_ANSWERED_AT, TimestampTzGetDatum(matures));
	gd_set_text(row, REQ_ANSWER_BASIS, "deemed_consent");
	gd_set_array(row, REQ_GRANTED_ITEMS,
				 gd_texts_select(row->new[REQ_ITEMS - 1], false, row->new[REQ_REFUSED_ITEMS - 1],
								 row->newnull[REQ_REFUSED_ITEMS - 1], false));
}

static void
gd_consent_by_reply(GdCase *c)
{
	GdRow	   *row = c->row;
	int			items = REQ_ITEMS - 1;
	int			granted = REQ_GRANTED_ITEMS - 1;
	int			refused = REQ_REFUSED_ITEMS - 1;
	ArrayType  *withheld_or_unknown;

	/* by default all that can still be granted */
	if (row->newnull[granted])
		gd_set_array(row, REQ_GRANTED_ITEMS,
					 gd_texts_select(row->new[items], false, row->new[refused],
									 row->newnull[refused], false));
	withheld_or_unknown = gd_texts_select(row->new[granted], row->newnull[granted],
										  row->new[items], false, false);
	if (withheld_or_unknown == NULL)
		withheld_or_unknown = gd_texts_select(row->new[granted], row->newnull[granted],
											  row->new[refused], row->newnull[refused], true);
	if (withheld_or_unknown != NULL || row->newnull[granted] ||
		ARR_NDIM(DatumGetArrayTypeP(row->new[granted])) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("consent must name items that the request asks for"),
				 errdetail("The request asks for other items, or they are withheld. Measures, Article 20."),
				 errhint("Name some of the requested items, or none to grant all; to grant nothing, refuse with reason.")));
	gd_set_array(row, REQ_REFUSED_ITEMS,
				 gd_texts_select(row->new[items], false, row->new[granted], false, false));
	if (!row->newnull[refused] &&
		gd_texts_select(row->new[refused], false, row->old[refused], row->oldnull[refused], false))
	{
		gd_check_refusable(row);
		gd_require_answer_reason(row, _("refusing some of the items"));
	}
	gd_set_text(row, REQ_ANSWER_BASIS, "reply");
}

static void
gd_refuse(GdCase *c)
{
	GdRow	   *row = c->row;

	gd_check_refusable(row);
	gd_require_answer_reason(row, _("a refusal"));
	gd_set(row, REQ_REFUSED_ITEMS, row->new[REQ_ITEMS - 1]);
	gd_set_null(row, REQ_GRANTED_ITEMS);
	gd_set_text(row, REQ_ANSWER_BASIS, "reply");
	gd_date_answer(c);
}

/* a city gets its own rows, unless the provider states others */
void
gd_limit_rows(GdCase *c)
{
	GdDepartment consumer;
	char	   *filter;

	if (strcmp(gd_new_text(c->row, REQ_ROUTE), "return") != 0 || !c->row->newnull[REQ_ROW_FILTER - 1])
		return;
	filter = gd_department(gd_new_int64(c->row, REQ_CONSUMER), &consumer) ?
		gd_return_filter(gd_new_int64(c->row, REQ_RESOURCE), consumer.region) : NULL;
	if (filter == NULL)
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("which rows are the city's cannot be told"),
				 errdetail("No item of the attached table is marked as the region's code. Measures, Article 18."),
				 errhint("Attach the table and set is_region of the item, or state row_filter with the answer.")));
	gd_set_text(c->row, REQ_ROW_FILTER, filter);
}

static void
gd_approve(GdCase *c)
{
	gd_consent_by_reply(c);
	gd_limit_rows(c);
	gd_date_answer(c);
}

/*
 * A source refuses items of its own, with reason, within the limit.
 * What it has refused nobody grants in its stead.
 */
static void
gd_check_refused_by_source(GdCase *c)
{
	GdRow	   *row = c->row;
	GdResource *r = gd_resource(gd_new_int64(row, REQ_RESOURCE));
	int			refused = REQ_REFUSED_ITEMS - 1;
	ArrayType  *more = gd_texts_select(row->new[refused], row->newnull[refused],
									   row->old[refused], row->oldnull[refused], false);
	char	  **names;
	int			n = more ? gd_texts_of(PointerGetDatum(more), &names) : 0;

	for (int i = 0; i < n; i++)
	{
		const char *item = names[i];

		if (r == NULL || gd_resource_item_source(r, item) != c->me || !gd_texts_have(row->new[REQ_ITEMS - 1], item))
			ereport(ERROR,
					(errcode(GD_ERRCODE(20)),
					 errmsg("item \"%s\" is not yours to refuse in request %lld", item, (long long) c->id),
					 errdetail("A source refuses the requested items of which it is the source. Measures, Article 20."),
					 errhint("SELECT name, source FROM govdata.resource_item WHERE resource = %lld.",
							 (long long) gd_new_int64(row, REQ_RESOURCE))));
	}
	if (n == 0 || gd_texts_select(row->old[refused], row->oldnull[refused], row->new[refused], row->newnull[refused], false))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a refusal of items must name items, and takes none back"),
				 errdetail("What was refused stays refused. Measures, Article 20."),
				 errhint("SELECT govdata.refuse_items(%lld, items, reason).", (long long) c->id)));
	gd_require_answer_reason(row, _("refusing some of the items"));
}

static bool
gd_is_emptied(GdRow *row)
{
	return gd_texts_select(row->new[REQ_ITEMS - 1], false, row->new[REQ_REFUSED_ITEMS - 1],
						   row->newnull[REQ_REFUSED_ITEMS - 1], false) == NULL;
}

static void
gd_refused_by_source(GdCase *c)
{
	bool		whole = strcmp(c->to, "refused") == 0;

	gd_check_refusable(c->row);
	gd_check_refused_by_source(c);
	if (gd_is_emptied(c->row) != whole)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 whole ? errmsg("other items of request %lld are still to be answered", (long long) c->id) :
				 errmsg("nothing is left of request %lld: it is refused", (long long) c->id),
				 errdetail("Each source refuses its own items; the provider answers for the rest. Measures, Article 20."),
				 errhint("SELECT govdata.refuse_items(%lld, items, reason).", (long long) c->id)));
	if (whole)
	{
		gd_set_null(c->row, REQ_GRANTED_ITEMS);
		gd_set(c->row, REQ_ANSWERED_AT, TimestampTzGetDatum(gd_clock()));
		gd_set_text(c->row, REQ_ANSWER_BASIS, "reply");
		gd_date_answer(c);
	}
}

/* ---- the clock stands above the answer ---- */

/*
 * An answer that was waiting when the limit ended was given in time; what has
 * waited must be committed soon, too.  Only whoever answers has such a right.
 */
static bool
gd_was_kept_waiting(GdCase *c, TimestampTz matures)
{
	TimestampTz since;

	if ((c->me != gd_new_int64(c->row, REQ_PROVIDER) && !gd_is_source(c)) || !gd_waited_over(matures, &since))
		return false;
	gd_answer_waited = since;
	gd_decided(c->id, gd_hold_ends());
	return true;
}

/* Time has consented: a late answer is an error, whether or not a sweep ran. */
static void
gd_check_not_matured(GdCase *c)
{
	GdRow	   *row = c->row;
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
	if (strcmp(c->from, "submitted") == 0 && gd_was_kept_waiting(c, matures))
		return;
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
gd_answers_after_time(GdCase *c)
{
	const char *basis = gd_old_text(c->row, REQ_ANSWER_BASIS);

	return strcmp(c->from, "approved") == 0 && strcmp(c->to, "coordinating") != 0 &&
		strcmp(c->to, c->from) != 0 && basis && strcmp(basis, "deemed_consent") == 0;
}

static void
gd_request_settle(GdCase *c)
{
	if (strcmp(c->from, "reported") == 0 || strcmp(c->to, "reported") == 0)
		gd_moved_on_way = true;
	gd_answer_waited = 0;
	if (c->me == 0)
		return;
	if ((strcmp(c->from, "submitted") == 0 && gd_row_is_changed(c->row)) || gd_answers_after_time(c))
		gd_check_not_matured(c);
	gd_check_consent(c);
}

/*
 * The law itself refuses items or moves a limit: it too must commit before the
 * consent that stood until now would have matured, and before the new limit
 * is over, which nobody could have seen until then.
 */
static void
gd_moves_consent(GdCase *c)
{
	GdRow	   *row = c->row;

	if (!row->oldnull[REQ_MATURES_AT - 1])
		gd_decided(c->id, DatumGetTimestampTz(row->old[REQ_MATURES_AT - 1]));
	if (!row->newnull[REQ_MATURES_AT - 1])
		gd_decided(c->id, DatumGetTimestampTz(row->new[REQ_MATURES_AT - 1]));
}

/* The law extends the limit, or stops it until papers have come: the clock follows. */
static void
gd_law_amends(GdCase *c)
{
	GdRow	   *row = c->row;

	if (gd_is_changed(row, REQ_PAUSED_AT) || gd_is_changed(row, REQ_EXTENDED_BY))
	{
		gd_run_clock(row, gd_new_text(row, REQ_LIMIT_CODE), gd_new_int64(row, REQ_PROVIDER),
					 gd_may_be_silent(row) && row->newnull[REQ_PAUSED_AT - 1]);
		if (!row->newnull[REQ_RESTARTED_AT - 1] && gd_is_changed(row, REQ_RESTARTED_AT))
			gd_received(gd_legal_date(DatumGetTimestampTz(row->new[REQ_RESTARTED_AT - 1])));
	}
	gd_moves_consent(c);
}

/* ---- the kind ---- */

/* what names no resource asks for something that is not in the catalog */
static const char *
gd_request_route(GdRow *row)
{
	if (!row->is_insert)
		return gd_old_text(row, REQ_ROUTE);
	if (row->newnull[REQ_ROUTE - 1] && row->newnull[REQ_RESOURCE - 1] && !row->newnull[REQ_WANTED - 1])
		return "uncatalogued";
	return gd_new_text(row, REQ_ROUTE);
}

static const GdActor gd_request_actors[] = {
	{"provider", REQ_PROVIDER, NULL, false},
	{"consumer", REQ_CONSUMER, NULL, false},
	{"holder", 0, gd_is_holder, false},
	{"source", 0, gd_is_source, false},
	{"standing_consent", 0, gd_is_standing, false},
	{"unconditional", 0, gd_is_unconditional, false},
	{"negative_list", 0, NULL, true},
	{"reorganization", 0, NULL, true},
	GD_COORDINATION_ACTORS,
	{NULL, 0, NULL, false}
};

static const int gd_given[] = {
	REQ_ROUTE, REQ_RESOURCE, REQ_CONSUMER, REQ_ITEMS, REQ_PURPOSE, REQ_USAGE, REQ_VALID_UNTIL, REQ_MODE, 0
};
static const int gd_given_again[] = {REQ_ITEMS, REQ_PURPOSE, REQ_USAGE, REQ_VALID_UNTIL, REQ_MODE, 0};
static const int gd_granting[] = {REQ_GRANTED_ITEMS, REQ_ANSWER_REASON, REQ_ROW_FILTER, 0};
static const int gd_refusing[] = {REQ_ANSWER_REASON, 0};
static const int gd_refusing_items[] = {REQ_REFUSED_ITEMS, REQ_ANSWER_REASON, 0};
static const int gd_returning[] = {REQ_RETURN_REASON, 0};
static const int gd_passing[] = {REQ_HOLDER, 0};
static const GdRequired gd_why_returned[] = {{REQ_RETURN_REASON, gettext_noop("the reason")}, {0, NULL}};

static const GdMove gd_request_moves[] = {
	{.from = "", .columns = gd_given, .check = gd_request_receive, .effect = gd_request_received},
	{.from = "reported", .to = "submitted", .check = gd_forward, .effect = gd_forwarded},
	{.from = "reported", .to = "returned", .columns = gd_returning, .required = gd_why_returned},
	{.from = "reported", .amender = "holder", .columns = gd_passing, .check = gd_pass_on},
	{.from = "returned", .to = "reported", .columns = gd_given_again, .check = gd_report_again,
	.effect = gd_reported_again},
	{.from = "submitted", .to = "approved", .actor = "time", .effect = gd_consent_by_time},
	{.from = "submitted", .to = "approved", .columns = gd_granting, .at = REQ_ANSWERED_AT, .effect = gd_approve},
	{.from = "submitted", .to = "refused", .actor = "negative_list", .effect = gd_moves_consent},
	{.from = "submitted", .to = "withdrawn", .actor = "reorganization", .effect = gd_moves_consent},
	{.from = "coordinating", .to = "unsettled", .actor = "reorganization", .at = REQ_COORDINATION_CLOSED_AT},
	{.from = "submitted", .to = "refused", .actor = "source", .columns = gd_refusing_items, .effect = gd_refused_by_source},
	{.from = "submitted", .to = "refused", .columns = gd_refusing, .at = REQ_ANSWERED_AT, .effect = gd_refuse},
	{.from = "submitted", .amender = "law", .effect = gd_law_amends},
	{.from = "submitted", .amender = "source", .columns = gd_refusing_items, .effect = gd_refused_by_source},
	GD_COORDINATION_MOVES,
	{.from = "coordinating", .amender = "source", .columns = gd_coordination_source_consent, .check = gd_source_consents},
	{0}
};

static const GdRunning gd_request_running[] = {
	{REQ_LIMIT_CODE, REQ_RECEIVED_AT, REQ_PROVIDER, REQ_MATURES_AT, "state = 'submitted' AND paused_at IS NULL"},
	{0}
};

static const GdKept gd_request_kept[] = {
	{REQ_REGIME, REQ_RECEIVED_AT, REQ_EXTENDED_BY, REQ_RESTARTED_AT}
};

static GdCaseKind gd_request_kind = {
	.shape = {"share_request", 20, gd_request_columns, REQ_NCOLUMNS, false},
	.id = REQ_ID, .sequence = "share_request_id_seq", .state = REQ_STATE, .route = gd_request_route,
	.actors = gd_request_actors, .moves = gd_request_moves, .running = gd_request_running,
	.kept = gd_request_kept, .settle = gd_request_settle
};

void
gd_request_init(void)
{
	gd_case_register(&gd_request_kind);
	gd_uncatalogued_init();
	gd_national_init();
}
