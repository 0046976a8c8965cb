/*-------------------------------------------------------------------------
 *
 * dispatch.c
 *	  Dispatch orders and what is made of the data (Article 19).
 *
 * An order cannot be refused: the provider delivers, or cites the negative
 * entry that was approved.  What is delivered is the authority's for the stated
 * need, by an authorization like any other.  A resource made from others is as
 * strict as the strictest of them; what makes a source stricter makes what was
 * derived from it stricter too (derive.c).
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "case.h"

enum
{
	ORD_ID = 1, ORD_AUTHORITY, ORD_PROVIDER, ORD_WANTED, ORD_NEED, ORD_RESOURCE, ORD_ITEMS, ORD_MODE,
	ORD_DELIVER_BY, ORD_DUE_AT, ORD_NEEDED_UNTIL, ORD_STATE, ORD_ISSUED_AT, ORD_DELIVERED_AT,
	ORD_DELIVERED_RESOURCE, ORD_DELIVERED_ITEMS, ORD_NEGATIVE_ENTRY, ORD_REASON, ORD_CLOSED_AT,
	ORD_AUTHORIZATION_ID
};

static const char *const gd_order_columns[] = {
	"id", "authority", "provider", "wanted", "need", "resource", "items", "mode",
	"deliver_by", "due_at", "needed_until", "state", "issued_at", "delivered_at",
	"delivered_resource", "delivered_items", "negative_entry", "reason", "closed_at",
	"authorization_id"
};

enum
{
	SRC_ID = 1, SRC_RESOURCE, SRC_SOURCE, SRC_PROVIDER, SRC_ITEMS, SRC_NECESSITY, SRC_STATE,
	SRC_RECORDED_AT, SRC_REMOVED_AT, SRC_REASON
};

static const char *const gd_source_columns[] = {
	"id", "resource", "source", "provider", "items", "necessity", "state",
	"recorded_at", "removed_at", "reason"
};

/* ---- orders ---- */

/* Providers of the authority's own level only, and no branch. */
static void
gd_check_level_of_order(GdCase *c, const GdDepartment *authority)
{
	GdDepartment provider;
	GdRegion	region;

	if (!gd_department(gd_new_int64(c->row, ORD_PROVIDER), &provider) || !provider.in_force ||
		provider.id == authority->id || strcmp(provider.region, authority->region) != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("data are dispatched from providers of one's own level only"),
				 errdetail("You act for region %s. Measures, Article 19.", authority->region),
				 errhint("SELECT id, name FROM govdata.department WHERE region = '%s'.", authority->region)));
	if (strcmp(provider.kind, "platform_operator") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("a platform operator holds no data of its own"),
				 errdetail("\"%s\" runs the platform for others. Measures, Articles 13 and 19.", provider.name),
				 errhint("Order the data from the department that produces them.")));
	if (strcmp(provider.vertical, "none") != 0 && gd_region(provider.region, &region) && region.level != 3)
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("a branch of a vertically managed system does not answer"),
				 errdetail("The data of \"%s\" are shared by the system's provincial head. Measures, Article 18.",
						   provider.name),
				 errhint("Apply for the data's return to the provincial department.")));
}

static void
gd_check_days_of_order(GdCase *c)
{
	DateADT		today = gd_legal_date(gd_clock());
	DateADT		by = DatumGetDateADT(c->row->new[ORD_DELIVER_BY - 1]);
	DateADT		until = DatumGetDateADT(c->row->new[ORD_NEEDED_UNTIL - 1]);

	if (DATE_NOT_FINITE(by) || DATE_NOT_FINITE(until) || by < today || until < by ||
		until > date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("the day of delivery must be today or later, and the need must last until then"),
				 errdetail("Today is %s in legal time. Measures, Article 19.",
						   gd_day_text(today)),
				 errhint("State deliver_by, and needed_until not before it.")));
	gd_set(c->row, ORD_DUE_AT, TimestampTzGetDatum(gd_end_of_day(by)));
}

/* The resource is the provider's, is not gone, and has these items. */
static GdResource *
gd_resource_of_order(GdCase *c, int resource, int items)
{
	GdResource *r = gd_resource(gd_new_int64(c->row, resource));

	if (r == NULL || r->provider != gd_new_int64(c->row, ORD_PROVIDER) ||
		strcmp(r->state, "draft") == 0 || strcmp(r->state, "withdrawn") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("an order is about resources of its provider's catalog"),
				 errdetail("Resource %lld is none of them. Measures, Article 19.",
						   (long long) gd_new_int64(c->row, resource)),
				 errhint("Look it up: SELECT * FROM govdata.catalog.")));
	if (!c->row->newnull[items - 1])
		gd_check_items_exist(c->row->new[items - 1], r->id, 19);
	return r;
}

static void
gd_issue(GdCase *c)
{
	GdDepartment authority;

	/* whoever is no data authority plays no part, and is refused by the judge */
	if (!gd_department(c->me, &authority) || strcmp(authority.kind, "data_authority") != 0)
		return;
	gd_set(c->row, ORD_AUTHORITY, Int64GetDatum(c->me));
	gd_case_require(c, ORD_PROVIDER, _("the provider"), 19);
	gd_case_require(c, ORD_DELIVER_BY, _("the day of delivery"), 19);
	gd_case_require(c, ORD_NEEDED_UNTIL, _("the last day of need"), 19);
	gd_check_level_of_order(c, &authority);
	gd_check_days_of_order(c);
	if (!c->row->newnull[ORD_RESOURCE - 1])
		(void) gd_resource_of_order(c, ORD_RESOURCE, ORD_ITEMS);
	if (c->row->newnull[ORD_MODE - 1])
		gd_set_text(c->row, ORD_MODE, "read");
	gd_set(c->row, ORD_AUTHORIZATION_ID, Int64GetDatum(gd_draw("share_authorization_id_seq")));
	gd_limit_started(&c->kind->shape, gd_legal_date(gd_clock()));
}

/*
 * Does the entry that is cited withhold these items (NULL: all) of the
 * resource?  Only one in force counts.
 */
static void
gd_require_entry(GdCase *c, int64 resource, Datum items, bool all)
{
	static const Oid types[] = {INT8OID, INT8OID, INT8OID, TEXTARRAYOID};
	static GdStatementText query = {
		"SELECT 1 FROM govdata.negative_entry n WHERE n.id = $1 AND n.provider = $2"
		" AND n.resource = $3 AND n.state IN ('approved', 'reported')"
		" AND (n.items IS NULL OR n.items @> $4)", 4, types, NULL
	};
	Datum		args[4];

	args[0] = Int64GetDatum(gd_new_int64(c->row, ORD_NEGATIVE_ENTRY));
	args[1] = Int64GetDatum(gd_new_int64(c->row, ORD_PROVIDER));
	args[2] = Int64GetDatum(resource);
	args[3] = items;
	if (gd_own_run(&query, args, all ? "   n" : "    ", NULL, 0, NULL, NULL) > 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(19)),
			 errmsg("an order is not refused: what is not delivered must stand on the negative list"),
			 errdetail("No approved negative entry is cited that withholds it. Measures, Articles 19 and 23."),
			 errhint("Deliver it, or cite the entry: SELECT * FROM govdata.negative_list.")));
}

/* what is delivered or cited by the day must also be committed by it */
static void
gd_order_answered(GdCase *c)
{
	gd_within_limit(&c->kind->shape, c->id, DatumGetTimestampTz(c->row->new[ORD_DUE_AT - 1]));
}

static void
gd_deliver(GdCase *c)
{
	int64		ordered = gd_new_int64(c->row, ORD_RESOURCE);
	GdResource *r;
	ArrayType  *missing;

	if (c->me != gd_new_int64(c->row, ORD_PROVIDER))
		return;
	gd_case_require(c, ORD_DELIVERED_RESOURCE, _("the resource that is delivered"), 19);
	gd_case_require(c, ORD_DELIVERED_ITEMS, _("the items that are delivered"), 19);
	r = gd_resource_of_order(c, ORD_DELIVERED_RESOURCE, ORD_DELIVERED_ITEMS);
	if (strcmp(r->state, "published") != 0 || (ordered != 0 && ordered != r->id))
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("resource \"%s\" does not deliver this order", r->code),
				 errdetail("What is delivered is published, and is the resource that was ordered. Measures, Article 19."),
				 errhint("Publish the resource, or name the one that was ordered.")));
	if (gd_resource_strictest(r, c->row->new[ORD_DELIVERED_ITEMS - 1], false) == gd_class_rank("withheld"))
		ereport(ERROR,
				(errcode(GD_ERRCODE(23)),
				 errmsg("what is withheld of resource \"%s\" is not delivered", r->code),
				 errdetail("It is on the negative list. Measures, Article 23."),
				 errhint("Leave these items out and cite the entry.")));
	missing = gd_texts_select(c->row->new[ORD_ITEMS - 1], c->row->newnull[ORD_ITEMS - 1],
							  c->row->new[ORD_DELIVERED_ITEMS - 1], false, false);
	if (missing)
		gd_require_entry(c, r->id, PointerGetDatum(missing), false);
	gd_order_answered(c);
}

static void
gd_withhold(GdCase *c)
{
	int64		ordered = gd_new_int64(c->row, ORD_RESOURCE);
	bool		all = c->row->newnull[ORD_ITEMS - 1];

	if (c->me != gd_new_int64(c->row, ORD_PROVIDER))
		return;
	if (ordered == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("order %lld names no resource that a negative entry could withhold", (long long) c->id),
				 errdetail("An entry withholds a resource or items of it; whether that is what is wanted, the authority says. Measures, Articles 19 and 23."),
				 errhint("The authority names it: SELECT govdata.specify_dispatch(%lld, resource, items).", (long long) c->id)));
	gd_require_entry(c, ordered, all ? (Datum) 0 : c->row->new[ORD_ITEMS - 1], all);
	gd_order_answered(c);
}

/* What was ordered in words is found in the catalog: said once, by whoever ordered it. */
static void
gd_specify(GdCase *c)
{
	if (!c->row->oldnull[ORD_RESOURCE - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("order %lld names its resource already", (long long) c->id),
				 errdetail("What was ordered stays as it was. Measures, Article 19."),
				 errhint("Cancel the order and issue another.")));
	gd_case_require(c, ORD_RESOURCE, _("the resource that is wanted"), 19);
	(void) gd_resource_of_order(c, ORD_RESOURCE, ORD_ITEMS);
}

static const GdActor gd_order_actors[] = {
	{"data_authority", ORD_AUTHORITY, NULL, false},
	{"provider", ORD_PROVIDER, NULL, false},
	{"reorganization", 0, NULL, true},
	{0}
};

static const int gd_issue_columns[] = {
	ORD_PROVIDER, ORD_WANTED, ORD_NEED, ORD_RESOURCE, ORD_ITEMS, ORD_MODE, ORD_DELIVER_BY, ORD_NEEDED_UNTIL, 0
};
static const int gd_specify_columns[] = {ORD_RESOURCE, ORD_ITEMS, 0};
static const int gd_deliver_columns[] = {ORD_DELIVERED_RESOURCE, ORD_DELIVERED_ITEMS, ORD_NEGATIVE_ENTRY, 0};
static const int gd_withhold_columns[] = {ORD_NEGATIVE_ENTRY, 0};
static const int gd_reason_columns[] = {ORD_REASON, 0};

static const GdRequired gd_issue_required[] = {
	{ORD_WANTED, gettext_noop("a description of the data that are wanted")},
	{ORD_NEED, gettext_noop("the need that it serves")}, {0}
};
static const GdRequired gd_withhold_required[] = {
	{ORD_NEGATIVE_ENTRY, gettext_noop("the negative entry that is cited")}, {0}
};
static const GdRequired gd_reason_required[] = {
	{ORD_REASON, gettext_noop("a reason")}, {0}
};

static const GdMove gd_order_moves[] = {
	{.from = "", .to = "issued", .columns = gd_issue_columns, .required = gd_issue_required,
	.at = ORD_ISSUED_AT, .check = gd_issue},
	{.from = "issued", .amender = "data_authority", .columns = gd_specify_columns, .check = gd_specify},
	{.from = "returned", .amender = "data_authority", .columns = gd_specify_columns, .check = gd_specify},
	{.to = "delivered", .columns = gd_deliver_columns, .at = ORD_DELIVERED_AT, .check = gd_deliver},
	{.to = "withheld", .columns = gd_withhold_columns, .required = gd_withhold_required,
	.at = ORD_CLOSED_AT, .check = gd_withhold},
	{.to = "returned", .columns = gd_reason_columns, .required = gd_reason_required},
	{.to = "accepted", .at = ORD_CLOSED_AT},
	{.to = "cancelled", .columns = gd_reason_columns, .required = gd_reason_required, .at = ORD_CLOSED_AT},
	{0}
};

static GdCaseKind gd_order_kind = {
	.shape = {"dispatch_order", 19, gd_order_columns, lengthof(gd_order_columns), false},
	.id = ORD_ID, .sequence = "dispatch_order_id_seq", .state = ORD_STATE,
	.actors = gd_order_actors, .moves = gd_order_moves
};

/* ---- classes of what is derived ---- */

#define CLASS_RANK(class) \
	"CASE " class " WHEN 'withheld' THEN 3 WHEN 'conditional' THEN 2 WHEN 'unconditional' THEN 1 ELSE 0 END"

/* all that resource $1 is made from, near and far */
#define ITS_SOURCES \
	"WITH RECURSIVE line AS (SELECT s.source, s.items FROM govdata.resource_source s" \
	" WHERE s.resource = $1 AND s.state = 'recorded'" \
	" UNION SELECT s.source, s.items FROM line l JOIN govdata.resource_source s" \
	"  ON s.resource = l.source AND s.state = 'recorded')"

static void
gd_refuse_looser(const char *derived, const char *source)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(16)),
			 errmsg("resource \"%s\" cannot be classified more loosely than its source \"%s\"", derived, source),
			 errdetail("A derived resource has the strictest class of its sources and all their conditions. Measures, Article 16."),
			 errhint("Classify the derived resource as its strictest source, or leave out the stricter items.")));
}

static void
gd_refuse_more_open(const char *derived, const char *source)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(25)),
			 errmsg("resource \"%s\" cannot be opened more widely than its source \"%s\"", derived, source),
			 errdetail("Whether data are open to the public is for the provider of the source to say. Measures, Articles 16 and 25."),
			 errhint("Give the derived resource the opening class of its strictest source.")));
}

static void
gd_check_source_openings(GdResource *derived, GdResource *source)
{
	static const Oid types[] = {INT8OID, INT8OID};
	static GdStatementText query = {
		"SELECT 1 FROM govdata.resource d, govdata.resource o WHERE d.id = $1 AND o.id = $2"
		" AND " GD_OPENING_RANK("o.opening") " > " GD_OPENING_RANK("d.opening"), 2, types, NULL
	};
	Datum		args[2] = {Int64GetDatum(derived->id), Int64GetDatum(source->id)};

	if (gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL) > 0)
		gd_refuse_more_open(derived->code, source->code);
}

/*
 * The sources are held to the end: none becomes stricter while something is
 * made looser than it will be.
 */
void
gd_check_sources(int64 resource, const char *code, const char *sharing, const char *opening)
{
	static const Oid types[] = {INT8OID, INT4OID, TEXTOID};
	static GdStatementText hold = {
		ITS_SOURCES " SELECT 1 FROM govdata.resource o WHERE o.id IN (SELECT source FROM line) ORDER BY o.id FOR SHARE",
		1, types, NULL
	};
	static GdStatementText query = {
		ITS_SOURCES
		" SELECT o.code, greatest(" CLASS_RANK("o.sharing") ", " CLASS_RANK("i.sharing") ") > $2"
		" FROM line s JOIN govdata.resource o ON o.id = s.source"
		" LEFT JOIN govdata.resource_item i ON i.resource = o.id AND i.retired_at IS NULL"
		"  AND (s.items IS NULL OR i.name = ANY (s.items))"
		" WHERE greatest(" CLASS_RANK("o.sharing") ", " CLASS_RANK("i.sharing") ") > $2"
		" OR $3 IS NOT NULL AND " GD_OPENING_RANK("o.opening") " > " GD_OPENING_RANK("$3")
		" ORDER BY 2 DESC, 1 LIMIT 1", 3, types, NULL
	};
	Datum		args[3] = {Int64GetDatum(resource), Int32GetDatum(gd_class_rank(sharing)),
	opening ? CStringGetTextDatum(opening) : (Datum) 0};
	Datum		values[2];
	bool		isnull[2];

	if (gd_own_run(&hold, args, NULL, NULL, 0, NULL, NULL) == 0 ||
		gd_own_run(&query, args, opening ? "   " : "  n", NULL, 2, values, isnull) == 0)
		return;
	if (DatumGetBool(values[1]))
		gd_refuse_looser(code, TextDatumGetCString(values[0]));
	gd_refuse_more_open(code, TextDatumGetCString(values[0]));
}

/* ---- sources of derived resources ---- */

/* Article 33: whoever may only read a resource keeps nothing of it, so makes nothing of it. */
static void
gd_require_obtained(GdCase *c, GdResource *source)
{
	static const Oid types[] = {INT8OID, INT8OID, TEXTARRAYOID};
	static GdStatementText query = {
		"SELECT 1 FROM govdata.share_authorization a WHERE a.resource = $1 AND a.consumer = $2"
		" AND a.mode = 'copy' AND a.state = 'active'"
		" AND a.valid_from <= govdata.clock() AND a.valid_until > govdata.clock()"
		" AND a.items @> coalesce($3, (SELECT array_agg(i.name) FROM govdata.resource_item i"
		"  WHERE i.resource = $1 AND i.retired_at IS NULL)) LIMIT 1", 3, types, NULL
	};
	bool		all = c->row->newnull[SRC_ITEMS - 1];
	Datum		args[3] = {Int64GetDatum(source->id), Int64GetDatum(c->me), c->row->new[SRC_ITEMS - 1]};

	if (source->provider == c->me ||
		gd_resource_strictest(source, args[2], all) == gd_class_rank("unconditional"))
		return;
	(void) gd_settle(GD_SETTLE_RESOURCE, Int64GetDatum(source->id));
	if (gd_own_run(&query, args, all ? "  n" : "   ", NULL, 0, NULL, NULL) > 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(33)),
			 errmsg("nothing of resource \"%s\" may be kept for a resource of your own", source->code),
			 errdetail("You hold no authorization of mode copy for all of these items. Measures, Article 33."),
			 errhint("Ask for one of mode copy, or have the data dispatched in that mode.")));
}

/* No resource is made from itself, however far away. */
static void
gd_require_no_circle(int64 resource, GdResource *source)
{
	static const Oid types[] = {INT8OID, INT8OID};
	static GdStatementText query = {
		"WITH RECURSIVE above AS (SELECT $2 AS id UNION"
		" SELECT s.source FROM above a JOIN govdata.resource_source s ON s.resource = a.id AND s.state = 'recorded')"
		" SELECT 1 FROM above WHERE id = $1", 2, types, NULL
	};
	Datum		args[2] = {Int64GetDatum(resource), Int64GetDatum(source->id)};

	if (gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL) > 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("resource \"%s\" is itself made from this resource", source->code),
				 errdetail("A resource is no source of itself. Measures, Article 19."),
				 errhint("SELECT * FROM govdata.resource_lineage WHERE code = '%s'.", source->code)));
}

static void
gd_record_source(GdCase *c)
{
	int64		id = gd_new_int64(c->row, SRC_RESOURCE);
	GdResource *source;
	GdResource *derived;
	const char *unknown = NULL;
	bool		all = c->row->newnull[SRC_ITEMS - 1];

	(void) gd_hold_resource(id);
	derived = gd_resource(id);
	gd_set(c->row, SRC_PROVIDER, Int64GetDatum(derived->provider));
	if (derived->provider != c->me)
		return;					/* the judge says who may */
	source = gd_resource(gd_new_int64(c->row, SRC_SOURCE));
	/* another's draft is not there */
	if (source && strcmp(source->state, "draft") == 0 && source->provider != c->me)
		source = NULL;
	if (source && !all)
		unknown = gd_resource_unknown_item(source, c->row->new[SRC_ITEMS - 1]);
	if (source == NULL || unknown)
		ereport(ERROR,
				(errcode(GD_ERRCODE(19)),
				 errmsg("there is no such source: resource %lld%s%s",
						(long long) gd_new_int64(c->row, SRC_SOURCE), unknown ? ", " : "", unknown ? unknown : ""),
				 errdetail("A source and its items stand in the catalog. Measures, Article 19."),
				 errhint("Look it up: SELECT code, items FROM govdata.catalog.")));
	gd_require_no_circle(id, source);
	gd_require_obtained(c, source);
	if (gd_resource_strictest(source, c->row->new[SRC_ITEMS - 1], all) > gd_class_rank(derived->sharing))
		gd_refuse_looser(derived->code, source->code);
	gd_check_source_openings(derived, source);
	/* nor more loosely than what the source was made from itself */
	gd_check_sources(source->id, derived->code, derived->sharing, NULL);
}

static const GdActor gd_source_actors[] = {
	{"provider", SRC_PROVIDER, NULL, false},
	{0}
};

static const int gd_record_columns[] = {SRC_RESOURCE, SRC_SOURCE, SRC_ITEMS, SRC_NECESSITY, 0};
static const int gd_remove_columns[] = {SRC_REASON, 0};

static const GdRequired gd_record_required[] = {
	{SRC_SOURCE, gettext_noop("its source")},
	{SRC_NECESSITY, gettext_noop("the necessity of the integration")}, {0}
};
static const GdRequired gd_remove_required[] = {
	{SRC_REASON, gettext_noop("a reason")}, {0}
};

static const GdMove gd_source_moves[] = {
	{.from = "", .to = "recorded", .columns = gd_record_columns, .required = gd_record_required,
	.at = SRC_RECORDED_AT, .check = gd_record_source},
	{.to = "removed", .columns = gd_remove_columns, .required = gd_remove_required, .at = SRC_REMOVED_AT},
	{0}
};

static GdCaseKind gd_source_kind = {
	.shape = {"resource_source", 19, gd_source_columns, lengthof(gd_source_columns), false},
	.id = SRC_ID, .sequence = "resource_source_id_seq", .state = SRC_STATE,
	.actors = gd_source_actors, .moves = gd_source_moves
};

void
gd_dispatch_init(void)
{
	gd_case_register(&gd_order_kind);
	gd_case_register(&gd_source_kind);
}
