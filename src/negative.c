/*-------------------------------------------------------------------------
 *
 * negative.c
 *	  The negative list: the chain of approval that alone lets data be
 *	  withheld (Articles 16 and 23).
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "utils/timestamp.h"

#include "case.h"

enum
{
	NEG_ID = 1, NEG_RESOURCE, NEG_ITEMS, NEG_PROVIDER, NEG_BASIS_KIND, NEG_LEGAL_BASIS,
	NEG_BASIS_ARTICLE, NEG_REASON, NEG_STATE, NEG_DRAFTED_AT, NEG_AUTHORITY, NEG_GOVERNMENT,
	NEG_REVIEWED_AT, NEG_SELF_REVIEWED, NEG_APPROVED_AT, NEG_SELF_APPROVED, NEG_REPORTED_AT,
	NEG_REPORTED_TO, NEG_ENDED_AT, NEG_NOTE, NEG_REMARK, NEG_REMARKED_AT, NEG_REMARK_ANSWER,
	NEG_REMARK_ANSWERED_AT
};

static const char *const gd_negative_columns[] = {
	"id", "resource", "items", "provider", "basis_kind", "legal_basis",
	"basis_article", "reason", "state", "drafted_at", "data_authority", "government",
	"reviewed_at", "self_reviewed", "approved_at", "self_approved", "reported_at",
	"reported_to", "ended_at", "note", "remark", "remarked_at", "remark_answer",
	"remark_answered_at"
};

/* who drafts, reviews and approves follows from the resource */
static void
gd_negative_draft(GdCase *c)
{
	int64		provider = gd_hold_resource(gd_new_int64(c->row, NEG_RESOURCE));
	GdDepartment dept;
	GdRegion	platform;

	gd_set(c->row, NEG_PROVIDER, Int64GetDatum(provider));
	if (!gd_department(provider, &dept) || !gd_platform_region(dept.region, &platform))
		return;
	gd_set(c->row, NEG_AUTHORITY, Int64GetDatum(platform.authority));
	gd_set(c->row, NEG_GOVERNMENT, Int64GetDatum(platform.government));
}

static void
gd_negative_drafted(GdCase *c)
{
	GdRow	   *row = c->row;

	gd_check_withholding_basis(gd_new_text(row, NEG_BASIS_KIND), gd_legal_date(gd_clock()));
	if (!row->newnull[NEG_ITEMS - 1])
		gd_check_items_exist(row->new[NEG_ITEMS - 1], gd_new_int64(row, NEG_RESOURCE), 23);
	if (gd_new_int64(row, NEG_AUTHORITY) == 0 || gd_new_int64(row, NEG_GOVERNMENT) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(23)),
				 errmsg("nobody is registered to review and approve this entry"),
				 errdetail("The platform's region needs a data authority and a government. Measures, Article 23."),
				 errhint("The administrator registers both in govdata.department.")));
	gd_set(row, NEG_SELF_REVIEWED, BoolGetDatum(false));
	gd_set(row, NEG_SELF_APPROVED, BoolGetDatum(false));
}

/* Article 23: filing goes to the authority above; at province approval is final. */
static int64
gd_upper_authority(int64 authority)
{
	GdDepartment dept;
	GdRegion	region;
	GdRegion	above;

	if (!gd_department(authority, &dept) || !gd_region(dept.region, &region))
		return 0;
	if (region.parent[0] == '\0')
		ereport(ERROR,
				(errcode(GD_ERRCODE(23)),
				 errmsg("at province level approval is final"),
				 errdetail("There is no upper data authority to report to. Measures, Article 23."),
				 errhint("Nothing is left to do: the entry is in force.")));
	if (!gd_region(region.parent, &above) || above.authority == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(23)),
				 errmsg("no upper data authority is registered"),
				 errdetail("Region %s has none. Measures, Article 23.", region.parent),
				 errhint("The administrator registers it in govdata.department.")));
	return above.authority;
}

/*
 * Held until the end, so that no submission is judged by a class that is being
 * changed, and an entry that ends sees the one that takes its place.
 */
static void
gd_lock_withheld(GdCase *c)
{
	(void) gd_hold_resource(gd_new_int64(c->row, NEG_RESOURCE));
}

static void
gd_negative_reviewed(GdCase *c)
{
	gd_set(c->row, NEG_SELF_REVIEWED, BoolGetDatum(gd_new_int64(c->row, NEG_PROVIDER) == c->me));
}

static void
gd_negative_approved(GdCase *c)
{
	/* it takes effect today, whatever held when it was drafted */
	gd_check_withholding_basis(gd_new_text(c->row, NEG_BASIS_KIND), gd_legal_date(gd_clock()));
	gd_lock_withheld(c);
	(void) gd_settle(GD_SETTLE_RESOURCE, c->row->new[NEG_RESOURCE - 1]);
	gd_set(c->row, NEG_SELF_APPROVED, BoolGetDatum(gd_new_int64(c->row, NEG_PROVIDER) == c->me));
}

static void
gd_negative_reported(GdCase *c)
{
	gd_set(c->row, NEG_REPORTED_TO,
		   Int64GetDatum(gd_upper_authority(gd_new_int64(c->row, NEG_AUTHORITY))));
}

static void
gd_negative_ended(GdCase *c)
{
	gd_require_reason(gd_new_text(c->row, NEG_NOTE), 23, _("ending a negative entry"));
	if (strcmp(c->to, "rejected") != 0)
		gd_lock_withheld(c);
}

/* A remark opens a re-review, a later one anew; it vetoes nothing. */
static void
gd_negative_remarked(GdCase *c)
{
	gd_set_null(c->row, NEG_REMARK_ANSWER);
	gd_set_null(c->row, NEG_REMARK_ANSWERED_AT);
}

static void
gd_negative_answers_remark(GdCase *c)
{
	if (!c->row->newnull[NEG_REMARKED_AT - 1] && c->row->newnull[NEG_REMARK_ANSWERED_AT - 1])
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(23)),
			 errmsg("no remark on negative entry %lld waits for an answer", (long long) c->id),
			 errdetail("The upper data authority may remark on what is reported to it. Measures, Article 23."),
			 errhint("SELECT * FROM govdata.negative_entry WHERE id = %lld.", (long long) c->id)));
}

static const GdActor gd_negative_actors[] = {
	{"provider", NEG_PROVIDER, NULL, false},
	{"upper_authority", NEG_REPORTED_TO, NULL, false},
	{"data_authority", NEG_AUTHORITY, NULL, false},
	{"government", NEG_GOVERNMENT, NULL, false},
	{NULL, 0, NULL, false}
};

static const int gd_negative_draft_columns[] = {
	NEG_RESOURCE, NEG_ITEMS, NEG_PROVIDER, NEG_BASIS_KIND, NEG_LEGAL_BASIS, NEG_BASIS_ARTICLE, NEG_REASON, 0
};
static const int gd_negative_note[] = {NEG_NOTE, 0};
static const int gd_negative_remark[] = {NEG_REMARK, 0};
static const int gd_negative_answer[] = {NEG_REMARK_ANSWER, 0};

static const GdRequired gd_negative_needs_remark[] = {{NEG_REMARK, gettext_noop("the remark")}, {0}};
static const GdRequired gd_negative_needs_answer[] = {
	{NEG_REMARK_ANSWER, gettext_noop("the result of the re-review")}, {0}
};

static const GdMove gd_negative_moves[] = {
	{.from = "", .columns = gd_negative_draft_columns, .at = NEG_DRAFTED_AT,
	.check = gd_negative_draft, .effect = gd_negative_drafted},
	{.to = "reviewed", .columns = gd_negative_note, .at = NEG_REVIEWED_AT, .effect = gd_negative_reviewed},
	{.to = "approved", .columns = gd_negative_note, .at = NEG_APPROVED_AT, .effect = gd_negative_approved},
	{.to = "reported", .columns = gd_negative_note, .at = NEG_REPORTED_AT, .effect = gd_negative_reported},
	{.from = "reported", .to = "reported", .amender = "upper_authority", .columns = gd_negative_remark,
	.required = gd_negative_needs_remark, .at = NEG_REMARKED_AT, .effect = gd_negative_remarked},
	{.from = "reported", .to = "reported", .amender = "data_authority", .columns = gd_negative_answer,
	.required = gd_negative_needs_answer, .at = NEG_REMARK_ANSWERED_AT, .check = gd_negative_answers_remark},
	{.to = "rejected", .columns = gd_negative_note, .at = NEG_ENDED_AT, .effect = gd_negative_ended},
	{.to = "lifted", .columns = gd_negative_note, .at = NEG_ENDED_AT, .effect = gd_negative_ended},
	{.to = "lapsed", .columns = gd_negative_note, .at = NEG_ENDED_AT, .effect = gd_negative_ended},
	{0}
};

static GdCaseKind gd_negative_kind = {
	.shape = {"negative_entry", 23, gd_negative_columns, lengthof(gd_negative_columns), false},
	.id = NEG_ID, .sequence = "negative_entry_id_seq", .state = NEG_STATE,
	.actors = gd_negative_actors, .moves = gd_negative_moves
};

void
gd_negative_init(void)
{
	gd_case_register(&gd_negative_kind);
}
