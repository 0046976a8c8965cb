/*-------------------------------------------------------------------------
 *
 * national.c
 *	  Data of ministries and central bodies, through the provincial data
 *	  authority (Article 22 paragraph 2).
 *
 * Any department may ask.  No limit runs and silence says nothing: the
 * authority coordinates with bodies to whom the Measures do not apply.  What
 * is obtained is listed on the provincial platform.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "request.h"

static void
gd_national_receive(GdCase *c)
{
	GdRow	   *row = c->row;
	GdDepartment consumer;
	int64		authority;

	gd_check_purpose(row);
	gd_check_consumer(c, &consumer);
	if (!row->newnull[REQ_VALID_UNTIL - 1])
		gd_check_term(row, gd_legal_date(gd_clock()));
	gd_case_require(c, REQ_SOURCE_BODY, _("the ministry or central body"), 22);
	gd_case_require(c, REQ_WANTED, _("a description of the data"), 22);
	authority = gd_provincial_authority(c->me);
	if (authority == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("no provincial data authority is registered"),
				 errdetail("It coordinates with ministries and central bodies. Measures, Article 22."),
				 errhint("The administrator registers it in govdata.department.")));
	if (authority == c->me)
		ereport(ERROR,
				(errcode(GD_ERRCODE(22)),
				 errmsg("the provincial data authority asks itself for nothing"),
				 errdetail("It coordinates with ministries and central bodies for other departments. Measures, Article 22."),
				 errhint("Coordinate with the body directly, and list what is obtained.")));
	gd_set(row, REQ_PROVIDER, Int64GetDatum(authority));
	gd_set_text(row, REQ_ROUTE, "national");
	gd_set(row, REQ_OUTSIDE_SCOPE, BoolGetDatum(false));
}

static void
gd_national_answered(GdCase *c)
{
	gd_set_text(c->row, REQ_ANSWER_BASIS, "reply");
}

/* Obtained data stand on the provincial platform, where they are asked for like others. */
static void
gd_national_listed(GdCase *c)
{
	GdResource *r = gd_resource(gd_new_int64(c->row, REQ_RESOURCE));
	GdDepartment provider;
	GdRegion	region;

	gd_case_require(c, REQ_RESOURCE, _("the resource"), 22);
	if (r != NULL && strcmp(r->state, "published") == 0 && gd_department(r->provider, &provider) &&
		gd_region(provider.region, &region) && region.level == 3)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(22)),
			 errmsg("there is no such published resource on the provincial platform"),
			 errdetail("What was obtained is listed there. Measures, Article 22."),
			 errhint("Enter and publish it, then SELECT govdata.list_obtained(%lld, code).", (long long) c->id)));
}

static const GdActor gd_national_actors[] = {
	{"provincial_authority", REQ_PROVIDER, NULL, false},
	{"consumer", REQ_CONSUMER, NULL, false},
	{"reorganization", 0, NULL, true},
	{NULL, 0, NULL, false}
};

static const int gd_given[] = {
	REQ_ROUTE, REQ_CONSUMER, REQ_WANTED, REQ_SOURCE_BODY, REQ_PURPOSE, REQ_USAGE, REQ_VALID_UNTIL, REQ_MODE, 0
};
static const int gd_obtaining[] = {REQ_TERMS, 0};
static const int gd_failing[] = {REQ_ANSWER_REASON, 0};
static const int gd_listing[] = {REQ_RESOURCE, 0};
static const GdRequired gd_terms_obtained[] = {{REQ_TERMS, gettext_noop("the terms")}, {0, NULL}};
static const GdRequired gd_why_not[] = {{REQ_ANSWER_REASON, gettext_noop("the reason")}, {0, NULL}};

static const GdMove gd_national_moves[] = {
	{.from = "", .columns = gd_given, .check = gd_national_receive, .at = REQ_RECEIVED_AT},
	{.to = "obtained", .columns = gd_obtaining, .required = gd_terms_obtained, .at = REQ_ANSWERED_AT,
	.effect = gd_national_answered},
	{.to = "not_obtained", .columns = gd_failing, .required = gd_why_not, .at = REQ_ANSWERED_AT,
	.effect = gd_national_answered},
	{.from = "obtained", .amender = "provincial_authority", .columns = gd_listing, .check = gd_national_listed,
	.at = REQ_LISTED_AT},
	{0}
};

static GdCaseKind gd_national_kind = {
	.shape = {"national_request", 22, gd_request_columns, REQ_NCOLUMNS, false},
	.id = REQ_ID, .sequence = "share_request_id_seq", .state = REQ_STATE,
	.actors = gd_national_actors, .moves = gd_national_moves
};

void
gd_national_init(void)
{
	gd_case_register(&gd_national_kind);
}
