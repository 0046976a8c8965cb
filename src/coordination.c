/*-------------------------------------------------------------------------
 *
 * coordination.c
 *	  What follows a refusal (Article 20 paragraph 4): the consumer's own
 *	  data authority opens and closes it, and unsettled cases go up.
 *
 * Coordination is not command: it ends agreed with the provider's recorded
 * consent, or by decision of the government above both.  Across regions the
 * authorities of both sides take part, then the common upper one;
 * nobody is party and judge.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "request.h"

const int	gd_coordination_reason[] = {REQ_COORDINATION_REASON, 0};
const int	gd_coordination_outcome[] = {REQ_COORDINATION_OUTCOME, 0};
const int	gd_coordination_consent[] = {REQ_PROVIDER_CONSENTED_AT, 0};
const int	gd_coordination_source_consent[] = {REQ_CONSENTING_SOURCES, 0};
const int	gd_coordination_concurrence[] = {REQ_CONCURRENCE, 0};
const GdRequired gd_coordination_concurs[] = {
	{REQ_CONCURRENCE, gettext_noop("the view of the provider's authority")}, {0, NULL}
};

bool
gd_is_government_above(GdCase *c)
{
	GdDepartment mine;
	GdDepartment provider;
	GdDepartment consumer;

	/* nobody is party and judge */
	if (c->me == gd_new_int64(c->row, REQ_PROVIDER) || c->me == gd_new_int64(c->row, REQ_CONSUMER))
		return false;
	return gd_department(c->me, &mine) && strcmp(mine.kind, "government") == 0 &&
		gd_department(gd_new_int64(c->row, REQ_PROVIDER), &provider) &&
		gd_department(gd_new_int64(c->row, REQ_CONSUMER), &consumer) &&
		gd_region_contains(mine.region, provider.region) &&
		gd_region_contains(mine.region, consumer.region);
}

/* ---- who consents ---- */

static bool
gd_is_party(GdRow *row, int64 department)
{
	return department == gd_new_int64(row, REQ_PROVIDER) || department == gd_new_int64(row, REQ_CONSUMER);
}

/* A source says for itself, once, that its items may be shared after all. */
void
gd_source_consents(GdCase *c)
{
	GdRow	   *row = c->row;
	int			consenting = REQ_CONSENTING_SOURCES - 1;
	int64	   *before = NULL;
	int64	   *after = NULL;
	int			n = row->oldnull[consenting] ? 0 : gd_ids_of(row->old[consenting], &before);
	bool		once = !row->newnull[consenting] && gd_ids_of(row->new[consenting], &after) == n + 1 && after[n] == c->me;

	for (int i = 0; i < n && once; i++)
		once = before[i] == after[i] && before[i] != c->me;
	if (!once)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a source consents for itself, once"),
				 errdetail("You act as %s. Measures, Article 20.", gd_who_acts()),
				 errhint("SELECT govdata.consent_in_coordination(%lld).", (long long) c->id)));
}

/*
 * Has everybody agreed whose item it is?  What a source department has refused,
 * or what was refused for it, takes its consent too, or the decision of a
 * government above it.
 */
static bool
gd_source_agrees(GdCase *c, GdResource *r, const char *item)
{
	GdRow	   *row = c->row;
	int64		source = gd_resource_item_source(r, item);
	int			consenting = REQ_CONSENTING_SOURCES - 1;
	GdDepartment dept;
	GdDepartment mine;

	if (source == 0 || gd_is_party(row, source) ||
		row->oldnull[REQ_REFUSED_ITEMS - 1] || !gd_texts_have(row->old[REQ_REFUSED_ITEMS - 1], item))
		return true;
	if (!row->newnull[consenting] && gd_ids_have(row->new[consenting], source))
		return true;
	return gd_is_government_above(c) && gd_department(c->me, &mine) && gd_department(source, &dept) &&
		gd_region_contains(mine.region, dept.region);
}

/* ---- who coordinates ---- */

static int64
gd_next_coordinator(GdRow *row, const char *from, int64 tried)
{
	return gd_next_office(from, gd_new_int64(row, REQ_PROVIDER), gd_new_int64(row, REQ_CONSUMER), tried);
}

/* the lowest region above both, "" for none */
static void
gd_common_region(const char *a, const char *b, char *common, size_t size)
{
	GdRegion	region;

	strlcpy(common, a, size);
	while (!gd_region_contains(common, b))
	{
		if (!gd_region(common, &region))
			region.parent[0] = '\0';
		strlcpy(common, region.parent, size);
		if (common[0] == '\0')
			return;
	}
}

/* is the authority's region that one, or above it? */
static bool
gd_stands_above(int64 authority, const char *region)
{
	GdDepartment dept;

	return authority != 0 && gd_department(authority, &dept) && gd_region_contains(dept.region, region);
}

/*
 * Across regions the authority of each side takes part; where one of them is
 * missing or a party, or they have not settled it, the common upper one does.
 */
static int64
gd_coordinate_across(GdRow *row, const GdDepartment *consumer, const GdDepartment *provider,
					 int64 tried, int64 *partner)
{
	char		common[sizeof(consumer->region)];
	int64		own = gd_authority_of(consumer->id);
	int64		theirs = gd_authority_of(provider->id);

	gd_common_region(consumer->region, provider->region, common, sizeof(common));
	/* a county without an authority of its own has its city's */
	if (own == 0)
		own = gd_platform_authority_of(consumer->id);
	if (theirs == 0)
		theirs = gd_platform_authority_of(provider->id);
	if (tried == 0 && own != 0 && theirs != 0 && !gd_is_party(row, own) && !gd_is_party(row, theirs))
	{
		/* where the authority of one side stands above the other, it is the upper one */
		if (!gd_stands_above(own, provider->region) && !gd_stands_above(theirs, consumer->region))
			*partner = theirs;
		return own;
	}
	/* whoever tried below the common region leaves it to the one above both */
	return gd_next_coordinator(row, common, tried == own ? 0 : tried);
}

static int64
gd_find_coordinator(GdRow *row, int64 tried, int64 *partner)
{
	GdDepartment consumer;
	GdDepartment provider;

	*partner = 0;
	if (!gd_department(gd_new_int64(row, REQ_CONSUMER), &consumer) ||
		!gd_department(gd_new_int64(row, REQ_PROVIDER), &provider))
		return 0;
	if (!gd_region_contains(provider.region, consumer.region) &&
		!gd_region_contains(consumer.region, provider.region))
		return gd_coordinate_across(row, &consumer, &provider, tried, partner);
	return gd_next_coordinator(row, consumer.region, tried);
}

/*
 * Under a regime that has steps (Decree 809, Article 28): the parties negotiate,
 * and whoever asked says how that ended; then the authority of their level, or
 * the common one above both; then the government of that authority decides.
 */
static int64
gd_step_office(GdRow *row, const char *office)
{
	GdDepartment consumer;
	GdDepartment provider;
	char		common[sizeof(consumer.region)];

	if (strcmp(office, "parties") == 0)
		return gd_new_int64(row, REQ_CONSUMER);
	if (!gd_department(gd_new_int64(row, REQ_CONSUMER), &consumer) ||
		!gd_department(gd_new_int64(row, REQ_PROVIDER), &provider))
		return 0;
	gd_common_region(consumer.region, provider.region, common, sizeof(common));
	if (strcmp(office, "authority") == 0)
		return gd_next_coordinator(row, common, 0);
	/* the government of the authority that tried, or the next one above it */
	if (gd_department(gd_new_int64(row, REQ_COORDINATOR), &consumer))
		strlcpy(common, consumer.region, sizeof(common));
	return gd_next_government(common, gd_new_int64(row, REQ_PROVIDER), gd_new_int64(row, REQ_CONSUMER));
}

/* ---- passing on ---- */

/* the office of the step that a dispute is at; NULL under a regime without steps */
static const char *
gd_office_of_step(GdRow *row)
{
	static const Oid types[] = {TEXTOID, INT4OID};
	static GdStatementText query = {
		"SELECT office FROM govdata.dispute_step WHERE regime = $1 AND step = $2", 2, types, NULL
	};
	Datum		args[2] = {row->new[REQ_REGIME - 1], row->new[REQ_COORDINATION_STEP - 1]};
	Datum		office;
	bool		isnull;

	if (row->newnull[REQ_REGIME - 1] || row->newnull[REQ_COORDINATION_STEP - 1] ||
		gd_own_run(&query, args, NULL, NULL, 1, &office, &isnull) == 0)
		return NULL;
	return TextDatumGetCString(office);
}

/*
 * A reorganization has changed the parties or the offices: an office that is a
 * party now leaves the case to the next one above.  Where none is left the
 * reorganization ends it.
 */
void
gd_coordination_passes(GdCase *c)
{
	GdRow	   *row = c->row;
	const char *office = gd_office_of_step(row);
	int64		coordinator = gd_new_int64(row, REQ_COORDINATOR);
	int64		partner = gd_new_int64(row, REQ_CO_COORDINATOR);
	int64		next;

	if (office && strcmp(office, "parties") == 0)
	{
		gd_set(row, REQ_COORDINATOR, row->new[REQ_CONSUMER - 1]);
		return;
	}
	if (partner == coordinator)
		gd_set_null(row, REQ_CO_COORDINATOR);
	if (!gd_is_party(row, coordinator) && !(partner != 0 && gd_is_party(row, partner)))
		return;
	partner = 0;
	next = office ? gd_step_office(row, office) :
		gd_find_coordinator(row, DatumGetInt64(row->old[REQ_COORDINATOR - 1]), &partner);
	if (next == 0 || gd_is_party(row, next))
		return;
	gd_set(row, REQ_COORDINATOR, Int64GetDatum(next));
	gd_set_null(row, REQ_CO_COORDINATOR);
	gd_set_null(row, REQ_CONCURRENCE);
	gd_set_null(row, REQ_CONCURRED_AT);
}

/* ---- opening ---- */

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

/* something was refused, or an authorization was taken away */
static void
gd_check_something_refused(GdCase *c)
{
	static const char *const granted[] = {"approved", "agreed", "listed"};
	bool		all = false;

	for (int i = 0; i < (int) lengthof(granted); i++)
		all = all || strcmp(c->from, granted[i]) == 0;
	if (!all || !c->row->newnull[REQ_REFUSED_ITEMS - 1] ||
		gd_is_revoked(gd_new_int64(c->row, REQ_AUTHORIZATION_ID)))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("there is nothing to coordinate: all items were granted"),
			 errdetail("Coordination follows a refusal, of all or some items, or a revocation. Measures, Article 20."),
			 errhint("Use the authorization.")));
}

void
gd_open_coordination(GdCase *c)
{
	GdRow	   *row = c->row;
	GdDepartment consumer;
	int64		tried = strcmp(c->from, "unsettled") == 0 ? gd_new_int64(row, REQ_COORDINATOR) : 0;
	int64		partner = 0;
	int64		coordinator;
	int			step;
	const char *office;

	gd_require_reason(gd_new_text(row, REQ_COORDINATION_REASON), 20, _("coordination"));
	gd_check_something_refused(c);
	gd_set_null(row, REQ_COORDINATION_STEP);
	if (gd_next_step(c, &step, &office))
	{
		coordinator = gd_step_office(row, office);
		gd_set(row, REQ_COORDINATION_STEP, Int32GetDatum(step));
	}
	else
		coordinator = gd_find_coordinator(row, tried, &partner);
	if (coordinator == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("no data authority is left that could coordinate"),
				 errdetail("None is registered on the way up from region %s. Measures, Article 20.",
						   gd_department(gd_new_int64(row, REQ_CONSUMER), &consumer) ? consumer.region : "?"),
				 errhint("The administrator registers the data authority in govdata.department.")));
	gd_set(row, REQ_COORDINATOR, Int64GetDatum(coordinator));
	gd_set_null(row, REQ_CO_COORDINATOR);
	if (partner != 0)
		gd_set(row, REQ_CO_COORDINATOR, Int64GetDatum(partner));
	gd_set_null(row, REQ_CONCURRENCE);
	gd_set_null(row, REQ_CONCURRED_AT);
	gd_set_null(row, REQ_PROVIDER_CONSENTED_AT);
	gd_set_null(row, REQ_CONSENTING_SOURCES);
	gd_set_null(row, REQ_COORDINATION_OUTCOME);
	gd_set_null(row, REQ_COORDINATION_CLOSED_AT);
}

/* ---- closing ---- */

/* only the provider says that the provider consents */
void
gd_check_consent(GdCase *c)
{
	int64		id = gd_new_int64(c->row, REQ_ID);

	if (strcmp(c->from, c->to) != 0 || !gd_is_changed(c->row, REQ_PROVIDER_CONSENTED_AT))
		return;
	if (strcmp(c->from, "coordinating") == 0 && c->me == gd_new_int64(c->row, REQ_PROVIDER) &&
		!c->row->newnull[REQ_PROVIDER_CONSENTED_AT - 1])
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("only the provider may consent, while request %lld is being coordinated", (long long) id),
			 errdetail("You act as %s; the request is %s. Measures, Article 20.", gd_who_acts(), c->from),
			 errhint("The provider calls govdata.consent_in_coordination(%lld).", (long long) id)));
}

/* An agreement grants what all have agreed to and can still be shared; the negative list stands above it. */
static void
gd_grant_agreed(GdCase *c)
{
	GdRow	   *row = c->row;
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
		const char *item = TextDatumGetCString(elems[i]);
		const char *class = gd_resource_item_class(r, item);

		if (class != NULL && strcmp(class, "withheld") != 0 && gd_source_agrees(c, r, item))
			kept[k++] = elems[i];
	}
	if (k == 0)
	{
		gd_check_items(r, items, false);	/* says what stands against it */
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("no source of the items of request %lld has consented", (long long) c->id),
				 errdetail("What a source department does not share, the provider does not grant for it. Measures, Article 20."),
				 errhint("Each source calls govdata.consent_in_coordination(%lld), or close as upheld or unsettled.",
						 (long long) c->id)));
	}
	gd_set(row, REQ_GRANTED_ITEMS,
		   PointerGetDatum(construct_array(kept, k, TEXTOID, -1, false, TYPALIGN_INT)));
	gd_set_array(row, REQ_REFUSED_ITEMS,
				 gd_texts_select(items, false, row->new[REQ_GRANTED_ITEMS - 1], false, false));
	if (!row->newnull[REQ_REFUSED_ITEMS - 1] && row->newnull[REQ_ANSWER_REASON - 1])
		gd_set(row, REQ_ANSWER_REASON, row->new[REQ_COORDINATION_OUTCOME - 1]);
}

/* Across regions neither authority closes the case over the other's head. */
static void
gd_check_concurrence(GdCase *c)
{
	if (c->row->newnull[REQ_CO_COORDINATOR - 1] || !c->row->newnull[REQ_CONCURRED_AT - 1] ||
		strcmp(c->to, "unsettled") == 0 || strcmp(c->transition->actor, "government_above") == 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("the provider's data authority has not concurred"),
			 errdetail("Provider and consumer are of different regions: both authorities coordinate. Measures, Article 20."),
			 errhint("It calls govdata.concur_in_coordination(%lld, view), or close as unsettled: the common upper authority follows.",
					 (long long) c->id)));
}

void
gd_close_coordination(GdCase *c)
{
	GdRow	   *row = c->row;

	gd_require_reason(gd_new_text(row, REQ_COORDINATION_OUTCOME), 20, _("the outcome of a coordination"));
	gd_check_concurrence(c);
	if (strcmp(c->to, "agreed") != 0)
		return;
	if (row->newnull[REQ_PROVIDER_CONSENTED_AT - 1] && !gd_is_government_above(c))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("the provider has not consented"),
				 errdetail("Coordination is not command: it ends agreed with the provider's recorded consent, or by decision of the government above both. Measures, Article 20."),
				 errhint("The provider calls govdata.consent_in_coordination(%lld), or close as upheld or unsettled.",
						 (long long) c->id)));
	/* what is not in the catalog yet is owed, and granted when it is listed */
	if (!row->newnull[REQ_RESOURCE - 1])
	{
		gd_grant_agreed(c);
		gd_limit_rows(c);
	}
	gd_set(row, REQ_ANSWERED_AT, row->new[REQ_COORDINATION_CLOSED_AT - 1]);
	gd_set_text(row, REQ_ANSWER_BASIS, "coordination");
}
