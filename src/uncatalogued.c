/*-------------------------------------------------------------------------
 *
 * uncatalogued.c
 *	  Requests for data that are not in the catalog (Article 22 paragraph 1).
 *
 * The limit binds the reply, and silence is no consent.  Consent stops the
 * clock and owes an entry of the catalog; naming the published resource lists
 * the request and yields the authorization.  What turns out to be catalogued
 * already goes on as a direct request with the date of its receipt.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "request.h"

/* ---- receiving ---- */

static void
gd_uncatalogued_receive(GdCase *c)
{
	GdRow	   *row = c->row;
	GdDepartment consumer;
	GdDepartment provider;
	int64		asked = gd_new_int64(row, REQ_PROVIDER);
	int64		answering;

	gd_check_purpose(row);
	gd_check_consumer(c, &consumer);
	gd_check_term(row, gd_legal_date(gd_clock()));
	gd_case_require(c, REQ_WANTED, _("a description of the data"), 22);
	if (!gd_department(asked, &provider) || !provider.in_force)
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("there is no department %lld that could provide", (long long) asked),
				 errdetail("What is not in the catalog is asked of the department that has it. Measures, Article 22."),
				 errhint("SELECT id, name FROM govdata.department.")));
	if (strcmp(provider.kind, "platform_operator") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("a platform operator holds no data of its own"),
				 errdetail("\"%s\" runs the platform for others. Measures, Article 22.", provider.name),
				 errhint("Ask the department that produces the data.")));
	if (strcmp(provider.vertical, "central") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("data of \"%s\" are obtained through the provincial data authority", provider.name),
				 errdetail("It is a central body. Measures, Article 22."),
				 errhint("SELECT govdata.submit_national_request(body, wanted, purpose).")));
	answering = gd_answering(asked);
	if (answering == c->me || asked == c->me)
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("these data are your own"),
				 errdetail("A department needs no request for its own data. Measures, Article 22."),
				 errhint("Enter them in the catalog.")));
	gd_set(row, REQ_PROVIDER, Int64GetDatum(answering));
	if (answering != asked)
		gd_set(row, REQ_ADDRESSED_TO, Int64GetDatum(asked));
	gd_set_text(row, REQ_ROUTE, "uncatalogued");
	gd_set(row, REQ_OUTSIDE_SCOPE, BoolGetDatum(false));
}

static void
gd_uncatalogued_received(GdCase *c)
{
	gd_set(c->row, REQ_AUTHORIZATION_ID, Int64GetDatum(gd_draw("share_authorization_id_seq")));
	gd_received(gd_legal_date(DatumGetTimestampTz(c->row->new[REQ_RECEIVED_AT - 1])));
	gd_set_text(c->row, REQ_REGIME,
				gd_regime_on(gd_legal_date(DatumGetTimestampTz(c->row->new[REQ_RECEIVED_AT - 1]))).code);
}

/* ---- replying ---- */

static void
gd_replied(GdCase *c)
{
	gd_set_text(c->row, REQ_ANSWER_BASIS, "reply");
}

static void
gd_uncatalogued_refused(GdCase *c)
{
	gd_require_reason(gd_new_text(c->row, REQ_ANSWER_REASON), 22, _("a refusal"));
	gd_replied(c);
}

/* ---- listing ---- */

/* the provider's published resource with the items it names */
static GdResource *
gd_named_resource(GdCase *c, bool needed)
{
	GdRow	   *row = c->row;
	GdDepartment consumer;
	GdResource *r;

	gd_department_required(gd_new_int64(row, REQ_CONSUMER), &consumer);
	r = gd_request_resource(gd_new_int64(row, REQ_RESOURCE), &consumer);
	if (gd_answering(r->provider) != gd_new_int64(row, REQ_PROVIDER))
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("resource \"%s\" is not the provider's", r->code),
				 errdetail("The provider lists its own data. Measures, Article 22."),
				 errhint("Name a resource of the provider, or refuse with reason.")));
	gd_check_items(r, row->new[REQ_ITEMS - 1], needed);
	return r;
}

/* It stands in the catalog: the platform authorizes. */
static void
gd_listed(GdCase *c)
{
	(void) gd_named_resource(c, false);
	gd_set(c->row, REQ_GRANTED_ITEMS, c->row->new[REQ_ITEMS - 1]);
}

/* ---- what is in the catalog already ---- */

/*
 * It is a direct request, received when it was received.  As with a notice
 * that is loaded, no limit ends before 24:00 of today.
 */
static void
gd_reroute(GdCase *c)
{
	GdRow	   *row = c->row;
	const char *route = gd_new_text(row, REQ_ROUTE);
	DateADT		today = gd_legal_date(gd_clock());
	GdReceipt	f;

	memset(&f, 0, sizeof(f));
	gd_case_require(c, REQ_RESOURCE, _("the resource"), 22);
	gd_case_require(c, REQ_ITEMS, _("the items"), 22);
	if (route == NULL || strcmp(route, "direct") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("what is in the catalog goes on as a direct request"),
				 errdetail("Column route would be \"%s\". Measures, Article 22.", route ? route : ""),
				 errhint("SELECT govdata.reroute_request(%lld, resource, items).", (long long) c->id)));
	f.resource = gd_named_resource(c, true);
	gd_department_required(gd_new_int64(row, REQ_CONSUMER), &f.consumer);
	gd_department_required(gd_new_int64(row, REQ_PROVIDER), &f.provider);
	gd_choose_route(row, &f);
	gd_look_up(row, &f);
	gd_set_clock(row, "reply_conditional", DatumGetTimestampTz(row->new[REQ_RECEIVED_AT - 1]), f.provider.id, !f.outside);
	if (DatumGetDateADT(row->new[REQ_DUE_ON - 1]) < today)
	{
		gd_set(row, REQ_DUE_ON, DateADTGetDatum(today));
		gd_set(row, REQ_DUE_AT, TimestampTzGetDatum(gd_end_of_day(today)));
		if (!row->newnull[REQ_MATURES_AT - 1] &&
			DatumGetTimestampTz(row->new[REQ_MATURES_AT - 1]) < gd_end_of_day(today))
			gd_set(row, REQ_MATURES_AT, TimestampTzGetDatum(gd_end_of_day(today)));
	}
	if (!row->newnull[REQ_MATURES_AT - 1])
		gd_decided(c->id, DatumGetTimestampTz(row->new[REQ_MATURES_AT - 1]));
}

/* ---- "must not be shared" ---- */

/* Such a reason obliges to open a negative entry; this names the one that was opened. */
static void
gd_cite_entry(GdCase *c)
{
	static const Oid types[] = {INT8OID, INT8OID};
	static GdStatementText query = {
		"SELECT 1 FROM govdata.negative_entry WHERE id = $1 AND provider = $2"
		" AND state NOT IN ('rejected', 'lifted', 'lapsed')",
		2, types, NULL
	};
	Datum		args[2] = {c->row->new[REQ_NEGATIVE_ENTRY - 1], c->row->new[REQ_PROVIDER - 1]};

	gd_case_require(c, REQ_NEGATIVE_ENTRY, _("the negative entry"), 22);
	if (c->row->newnull[REQ_REFUSAL_GROUND - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("request %lld was not refused because the data must not be shared", (long long) c->id),
				 errdetail("No negative entry is owed. Measures, Article 22."),
				 errhint("Nothing is left to do.")));
	if (gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("there is no negative entry %lld of yours that is in force or on its way",
						(long long) gd_new_int64(c->row, REQ_NEGATIVE_ENTRY)),
				 errdetail("What must not be shared stands on the negative list. Measures, Articles 22 and 23."),
				 errhint("INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason).")));
}

static void
gd_uncatalogued_settle(GdCase *c)
{
	if (gd_is_changed(c->row, REQ_ITEMS))
		gd_moved_on_way = true;
	if (c->me != 0)
		gd_check_consent(c);
}

/* ---- the kind ---- */

static const GdActor gd_uncatalogued_actors[] = {
	{"provider", REQ_PROVIDER, NULL, false},
	{"consumer", REQ_CONSUMER, NULL, false},
	{"reorganization", 0, NULL, true},
	GD_COORDINATION_ACTORS,
	{NULL, 0, NULL, false}
};

static const int gd_given[] = {
	REQ_ROUTE, REQ_PROVIDER, REQ_CONSUMER, REQ_WANTED, REQ_PURPOSE, REQ_USAGE, REQ_VALID_UNTIL, REQ_MODE, 0
};
static const int gd_agreeing[] = {REQ_ANSWER_REASON, 0};
static const int gd_refusing[] = {REQ_ANSWER_REASON, REQ_REFUSAL_GROUND, 0};
static const int gd_listing[] = {REQ_RESOURCE, REQ_ITEMS, REQ_ROW_FILTER, 0};
static const int gd_rerouting[] = {REQ_ROUTE, REQ_RESOURCE, REQ_ITEMS, 0};
static const int gd_citing[] = {REQ_NEGATIVE_ENTRY, 0};
static const GdRequired gd_what_is_listed[] = {
	{REQ_RESOURCE, gettext_noop("the resource")}, {REQ_ITEMS, gettext_noop("the items")}, {0, NULL}
};

static const GdMove gd_uncatalogued_moves[] = {
	{.from = "", .columns = gd_given, .check = gd_uncatalogued_receive, .at = REQ_RECEIVED_AT,
	.limit = "reply_uncatalogued", .due = REQ_LIMIT_CODE, .owed_by = REQ_PROVIDER, .effect = gd_uncatalogued_received},
	{.from = "submitted", .to = "agreed", .columns = gd_agreeing, .at = REQ_ANSWERED_AT, .effect = gd_replied},
	{.from = "submitted", .to = "refused", .columns = gd_refusing, .at = REQ_ANSWERED_AT, .effect = gd_uncatalogued_refused},
	{.from = "agreed", .to = "listed", .columns = gd_listing, .required = gd_what_is_listed, .at = REQ_LISTED_AT,
	.effect = gd_listed},
	{.from = "submitted", .amender = "provider", .columns = gd_rerouting, .check = gd_reroute},
	{.from = "refused", .amender = "provider", .columns = gd_citing, .check = gd_cite_entry},
	{.from = "upheld", .amender = "provider", .columns = gd_citing, .check = gd_cite_entry},
	{.from = "coordinating", .to = "unsettled", .actor = "reorganization", .at = REQ_COORDINATION_CLOSED_AT},
	GD_COORDINATION_MOVES,
	{0}
};

static GdCaseKind gd_uncatalogued_kind = {
	.shape = {"uncatalogued_request", 22, gd_request_columns, REQ_NCOLUMNS, false},
	.id = REQ_ID, .sequence = "share_request_id_seq", .state = REQ_STATE,
	.actors = gd_uncatalogued_actors, .moves = gd_uncatalogued_moves, .settle = gd_uncatalogued_settle
};

void
gd_uncatalogued_init(void)
{
	gd_case_register(&gd_uncatalogued_kind);
}
