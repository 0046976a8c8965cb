/*-------------------------------------------------------------------------
 *
 * consent.c
 *	  Standing consents: "able to answer at once", said in advance (Article 20
 *	  paragraph 3).
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case.h"

enum
{
	SC_ID = 1, SC_RESOURCE, SC_PROVIDER, SC_DEPARTMENTS, SC_REGIONS, SC_ITEMS, SC_USES, SC_VALID,
	SC_STATE, SC_DECLARED_AT, SC_ENDED_AT
};

static const char *const gd_consent_columns[] = {
	"id", "resource", "provider", "departments", "regions", "items", "uses", "valid",
	"state", "declared_at", "ended_at"
};

static void
gd_consent_provider(GdCase *c)
{
	gd_set(c->row, SC_PROVIDER, Int64GetDatum(gd_hold_resource(gd_new_int64(c->row, SC_RESOURCE))));
}

static void
gd_consent_declared(GdCase *c)
{
	if (!c->row->newnull[SC_ITEMS - 1])
		gd_check_items_exist(c->row->new[SC_ITEMS - 1], gd_new_int64(c->row, SC_RESOURCE), 20);
	gd_resources_forget();
}

static void
gd_consent_ended(GdCase *c)
{
	(void) gd_hold_resource(gd_new_int64(c->row, SC_RESOURCE));
}

bool
gd_standing_consent_covers(int64 resource, DateADT day, const GdDepartment *consumer, Datum items,
						   const char *usage)
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

	args[0] = Int64GetDatum(resource);
	args[1] = DateADTGetDatum(day);
	args[2] = Int64GetDatum(consumer->id);
	args[3] = CStringGetTextDatum(consumer->region);
	args[4] = items;
	args[5] = usage ? CStringGetTextDatum(usage) : (Datum) 0;
	return gd_own_run(&query, args, usage ? "      " : "     n", NULL, 0, NULL, NULL) > 0;
}

static const GdActor gd_consent_actors[] = {
	{"provider", SC_PROVIDER, NULL, false},
	{NULL, 0, NULL, false}
};

static const int gd_consent_columns_given[] = {
	SC_RESOURCE, SC_PROVIDER, SC_DEPARTMENTS, SC_REGIONS, SC_ITEMS, SC_USES, SC_VALID, 0
};

static const GdMove gd_consent_moves[] = {
	{.from = "", .columns = gd_consent_columns_given, .at = SC_DECLARED_AT,
	.check = gd_consent_provider, .effect = gd_consent_declared},
	{.to = "ended", .at = SC_ENDED_AT, .effect = gd_consent_ended},
	{0}
};

static GdCaseKind gd_consent_kind = {
	.shape = {"standing_consent", 20, gd_consent_columns, lengthof(gd_consent_columns), false},
	.id = SC_ID, .sequence = "standing_consent_id_seq", .state = SC_STATE,
	.actors = gd_consent_actors, .moves = gd_consent_moves
};

void
gd_consent_init(void)
{
	gd_case_register(&gd_consent_kind);
}
