/*-------------------------------------------------------------------------
 *
 * upward.c
 *	  Which way a request takes: to a platform above one's own through one's
 *	  data authority (Article 21), back to a city from a vertically managed
 *	  system (Article 18 paragraph 2), or directly (Article 20).
 *
 * The way upward has a hop for each authority between the consumer's region
 * and the platform asked: each holds the need, and passes it on, forwards it
 * or returns it.  It is computed anew at each hop from the tree of regions.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "request.h"

PG_FUNCTION_INFO_V1(gd_next_holder_sql);

/* ---- who answers ---- */

/* a branch of a provincially managed system does not answer */
int64
gd_answering(int64 provider)
{
	GdDepartment dept;
	GdRegion	region;
	int64		head;

	if (!gd_department(provider, &dept) || strcmp(dept.vertical, "provincial") != 0 ||
		!gd_region(dept.region, &region) || region.level == 3)
		return provider;
	head = gd_provincial_head(&dept);
	if (head != 0)
		return head;
	ereport(ERROR,
			(errcode(GD_ERRCODE(18)),
			 errmsg("department \"%s\" is a branch whose provincial head is not registered", dept.name),
			 errdetail("Requests to a vertically managed system go to its provincial head. Measures, Article 18."),
			 errhint("The administrator sets govdata.department.superior.")));
}

/* ---- return of data to a city ---- */

char *
gd_return_filter(int64 resource, const char *region)
{
	static const Oid types[] = {INT8OID, TEXTOID};
	static GdStatementText query = {
		"SELECT format('%I IN (%s)', c.column_name, (SELECT string_agg(quote_literal(g.code), ', ' ORDER BY g.code)"
		" FROM govdata.region g WHERE govdata._region_contains($2, g.code)))"
		" FROM govdata.resource_item i JOIN govdata.attachment_column c ON c.resource = i.resource AND c.item = i.name"
		" WHERE i.resource = $1 AND i.is_region AND i.retired_at IS NULL", 2, types, NULL
	};
	Datum		args[2] = {Int64GetDatum(resource), CStringGetTextDatum(region)};
	Datum		filter;
	bool		isnull;

	if (gd_own_run(&query, args, NULL, NULL, 1, &filter, &isnull) == 0 || isnull)
		return NULL;
	return TextDatumGetCString(filter);
}

/* Article 18: the city applies to the system's provincial head, for its own rows. */
static void
gd_check_return(GdRow *row, GdReceipt *f)
{
	GdRegion	region;
	char	   *filter;

	if (strcmp(f->provider.vertical, "provincial") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("data are returned by vertically managed systems only"),
				 errdetail("\"%s\" is none. Measures, Article 18.", f->provider.name),
				 errhint("Leave column route empty: the platform chooses the way.")));
	if (!gd_region(f->consumer.region, &region) || region.level != 2)
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("a city applies for the return of its data"),
				 errdetail("\"%s\" is not of city level. Measures, Article 18.", f->consumer.name),
				 errhint("Leave column route empty: the platform chooses the way.")));
	filter = gd_return_filter(f->resource->id, f->consumer.region);
	if (filter)
		gd_set_text(row, REQ_ROW_FILTER, filter);
}

/* ---- the way ---- */

void
gd_choose_route(GdRow *row, GdReceipt *f)
{
	const char *route = gd_new_text(row, REQ_ROUTE);
	GdRegion	own;
	GdRegion	theirs;
	GdDepartment authority;
	int64		home = gd_authority_of(f->consumer.id);

	if (route && strcmp(route, "return") == 0)
	{
		gd_check_return(row, f);
		return;
	}
	f->upward = gd_platform_is_above(&f->provider, &f->consumer, &theirs, &own);
	if (route == NULL)
		gd_set_text(row, REQ_ROUTE, f->upward ? "upward" : "direct");
	else if (strcmp(route, "upward") == 0 && !f->upward)
		ereport(ERROR,
				(errcode(GD_ERRCODE(21)),
				 errmsg("resource \"%s\" is not on a platform above your own", f->resource->code),
				 errdetail("What is asked for upward is on an upper platform. Measures, Article 21."),
				 errhint("Leave column route empty: the platform chooses the way.")));
	else if (strcmp(route, "direct") == 0 && f->upward)
		ereport(ERROR,
				(errcode(GD_ERRCODE(21)),
				 errmsg("resource \"%s\" is on a platform above your own", f->resource->code),
				 errdetail("The platform of %s is above that of %s. Measures, Article 21.",
						   theirs.name, own.name),
				 home != 0 && gd_department(home, &authority) ?
				 errhint("Report the need to your data authority, \"%s\", which applies to the upper platform: leave column route empty.",
						 authority.name) :
				 errhint("Report the need to your data authority, which applies to the upper platform: leave column route empty.")));
}

/*
 * The authority that holds the need next, from a region on, below the platform
 * asked; 0 when that platform is next.
 */
static int64
gd_next_authority(const char *from, const char *provider_region)
{
	GdRegion	region;
	GdRegion	target;

	if (!gd_platform_region(provider_region, &target))
		return 0;
	for (bool found = gd_region(from, &region); found && strcmp(region.code, target.code) != 0;
		 found = gd_region_up(&region))
		if (region.authority != 0)
			return region.authority;
	return 0;
}

static int64
gd_next_holder(int64 holder, int64 provider)
{
	GdDepartment dept;
	GdDepartment theirs;
	GdRegion	region;

	if (!gd_department(holder, &dept) || !gd_department(provider, &theirs) || !gd_region(dept.region, &region))
		return 0;
	return gd_next_authority(region.parent, theirs.region);
}

Datum
gd_next_holder_sql(PG_FUNCTION_ARGS)
{
	int64		next = gd_next_holder(PG_GETARG_INT64(0), PG_GETARG_INT64(1));

	if (next == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(next);
}

/* who has the need on the desk, whatever the statement would make of it */
bool
gd_is_holder(GdCase *c)
{
	return !c->row->is_insert && !c->row->oldnull[REQ_HOLDER - 1] &&
		DatumGetInt64(c->row->old[REQ_HOLDER - 1]) == c->me;
}

/* ---- reporting ---- */

void
gd_report(GdRow *row, GdReceipt *f, TimestampTz now)
{
	int64		first = gd_next_authority(f->consumer.region, f->provider.region);

	if (first == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(21)),
				 errmsg("no data authority is registered to which the need could be reported"),
				 errdetail("What is on an upper platform is applied for by one's own authority. Measures, Article 21."),
				 errhint("The administrator registers the data authority in govdata.department.")));
	gd_moved_on_way = true;
	gd_set(row, REQ_APPLICANT, Int64GetDatum(first));
	gd_set(row, REQ_HOLDER, Int64GetDatum(first));
	gd_set(row, REQ_REPORTED_AT, TimestampTzGetDatum(now));
	gd_set_null(row, REQ_RETURN_REASON);
}

/* What has been reported is looked at anew: catalog and scope may have changed. */
static GdReceipt *
gd_upward_receipt(GdCase *c)
{
	GdRow	   *row = c->row;
	GdReceipt  *f = palloc0(sizeof(GdReceipt));

	gd_department_required(gd_new_int64(row, REQ_CONSUMER), &f->consumer);
	gd_department_required(gd_new_int64(row, REQ_PROVIDER), &f->provider);
	f->upward = true;
	gd_check_term(row, gd_legal_date(gd_clock()));
	f->resource = gd_request_resource(gd_new_int64(row, REQ_RESOURCE), &f->consumer);
	gd_check_items(f->resource, row->new[REQ_ITEMS - 1], false);
	gd_look_up(row, f);
	c->facts = f;
	return f;
}

/* what was returned, completed */
void
gd_report_again(GdCase *c)
{
	gd_check_purpose(c->row);
	(void) gd_upward_receipt(c);
}

void
gd_reported_again(GdCase *c)
{
	gd_report(c->row, c->facts, gd_clock());
}

/* ---- forwarding ---- */

/* The last authority on the way applies to the upper platform. */
void
gd_forward(GdCase *c)
{
	int64		holder = c->row->oldnull[REQ_HOLDER - 1] ? 0 : DatumGetInt64(c->row->old[REQ_HOLDER - 1]);
	int64		next = gd_next_holder(holder, gd_new_int64(c->row, REQ_PROVIDER));
	GdDepartment dept;
	GdReceipt  *f;

	/* whoever is not the holder is told that first, by the judge */
	if (holder != c->me)
		return;
	if (next != 0 && gd_department(next, &dept))
		ereport(ERROR,
				(errcode(GD_ERRCODE(21)),
				 errmsg("request %lld goes to \"%s\" first", (long long) c->id, dept.name),
				 errdetail("Each level applies to the one above it. Measures, Article 21."),
				 errhint("SELECT govdata.forward_request(%lld) passes it on.", (long long) c->id)));
	f = gd_upward_receipt(c);
	/* what is unconditional is granted on forwarding */
	if (f->free || f->standing)
		c->to = "approved";
}

/* The clock starts when the upper provider receives it. */
void
gd_forwarded(GdCase *c)
{
	GdReceipt  *f = c->facts;
	TimestampTz now = gd_clock();

	gd_set_null(c->row, REQ_HOLDER);
	gd_set_clock(c->row, "reply_upward", now, f->provider.id, !f->outside);
	gd_received(gd_legal_date(now));
	if (f->free || f->standing)
		gd_grant_at_once(c->row, f->free ? "unconditional" : "standing_consent", now);
}

/* An authority below the last passes the need on to the next. */
void
gd_pass_on(GdCase *c)
{
	int64		next = gd_next_holder(c->me, gd_new_int64(c->row, REQ_PROVIDER));
	GdDepartment dept;

	if (next != 0 && gd_new_int64(c->row, REQ_HOLDER) == next)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(21)),
			 next != 0 && gd_department(next, &dept) ?
			 errmsg("request %lld goes to \"%s\" next", (long long) c->id, dept.name) :
			 errmsg("request %lld goes to the upper platform next", (long long) c->id),
			 errdetail("Each level applies to the one above it. Measures, Article 21."),
			 errhint("SELECT govdata.forward_request(%lld).", (long long) c->id)));
}
