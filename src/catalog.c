/*-------------------------------------------------------------------------
 *
 * catalog.c
 *	  Guards of the catalog: entries and items (Articles 2, 6, 10, 14, 16, 18,
 *	  20, 25).
 *
 * Whoever submits a request holds a share lock on the resource's row to the
 * end of its transaction, and whoever changes the resource, its items or its
 * standing consents holds the row exclusively: so no request is judged by a
 * class or an item that is being changed at that moment.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "catalog.h"

PG_FUNCTION_INFO_V1(gd_guard_resource);
PG_FUNCTION_INFO_V1(gd_guard_item);

enum
{
	RES_ID = 1, RES_CLASS, RES_CODE, RES_TITLE, RES_PROVIDER, RES_ABSTRACT, RES_FORMAT_CATEGORY,
	RES_FORMAT_TYPE, RES_SHARING, RES_SHARING_CONDITIONS, RES_SHARING_MODE, RES_SCOPE_DEPARTMENTS,
	RES_SCOPE_REGIONS, RES_SCOPE_SYSTEMS, RES_USES, RES_OPENING, RES_OPENING_CONDITIONS,
	RES_OPENING_GROUND, RES_UPDATE_CYCLE, RES_SOURCE, RES_SAFETY_GRADE, RES_ACCESS_LOG, RES_RELATED, RES_STATE_SECRET, RES_STATE,
	RES_STATE_REASON, RES_OPENING_STATE, RES_PUBLISHED_AT, RES_UPDATED_AT, RES_VERSION,
	RES_LIBRARY
};

static const char *const gd_resource_columns[] = {
	"id", "class", "code", "title", "provider", "abstract", "format_category",
	"format_type", "sharing", "sharing_conditions", "sharing_mode", "scope_departments",
	"scope_regions", "scope_systems", "uses", "opening", "opening_conditions", "opening_ground",
	"update_cycle", "source", "safety_grade", "access_log", "related", "state_secret", "state",
	"state_reason", "opening_state", "published_at", "updated_at", "version",
	"library"
};

static GdShape gd_resource_shape = {
	"resource", 10, gd_resource_columns, lengthof(gd_resource_columns), false
};

enum
{
	ITEM_RESOURCE = 1, ITEM_NAME, ITEM_TITLE, ITEM_DATA_TYPE, ITEM_LENGTH, ITEM_SHARING,
	ITEM_STATE_SECRET, ITEM_SOURCE, ITEM_RETIRED_AT, ITEM_ELEMENT, ITEM_IS_REGION
};

static const char *const gd_item_columns[] = {
	"resource", "name", "title", "data_type", "length", "sharing",
	"state_secret", "source", "retired_at", "element", "is_region"
};

static GdShape gd_item_shape = {
	"resource_item", 10, gd_item_columns, lengthof(gd_item_columns), false
};

static const Oid gd_arg_looker[] = {INT8OID, INT8OID, BOOLOID};
static const Oid gd_arg_int8_text[] = {INT8OID, TEXTOID};

/* ---- a resource as requests see it ---- */

static HTAB *gd_resources = NULL;	/* of this transaction */

typedef struct GdResourceSlot
{
	int64		id;				/* hash key */
	GdResource *resource;
} GdResourceSlot;

static MemoryContext gd_resources_context = NULL;

/*
 * What was read under a lock is good until the lock goes, with the end of the
 * transaction or the abort of a subtransaction, or until we change it ourselves.
 */
void
gd_resources_forget(void)
{
	gd_resources = NULL;
	if (gd_resources_context)
		MemoryContextReset(gd_resources_context);
}

static void
gd_catalog_xact(XactEvent event, void *arg)
{
	(void) event;
	(void) arg;
	if (gd_resources)
		gd_resources_forget();
}

static void
gd_catalog_subxact(SubXactEvent event, SubTransactionId mySubid, SubTransactionId parentSubid,
				   void *arg)
{
	(void) mySubid;
	(void) parentSubid;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB && gd_resources)
		gd_resources_forget();
}

static void
gd_resources_create(void)
{
	HASHCTL		ctl = {0};

	if (gd_resources_context == NULL)
		gd_resources_context = AllocSetContextCreate(TopMemoryContext, "govdata resources",
													 ALLOCSET_DEFAULT_SIZES);
	ctl.keysize = sizeof(int64);
	ctl.entrysize = sizeof(GdResourceSlot);
	ctl.hcxt = gd_resources_context;
	gd_resources = hash_create("govdata resources", 256, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static Datum
gd_array_copy(Datum d, bool isnull)
{
	return isnull ? (Datum) 0 : PointerGetDatum(DatumGetArrayTypePCopy(d));
}

/* rank of a sharing class, strictest highest */
int
gd_class_rank(const char *sharing)
{
	return strcmp(sharing, "withheld") == 0 ? 3 : strcmp(sharing, "conditional") == 0 ? 2 : 1;
}

static GdResource *
gd_resource_build(int64 id, Datum *v, bool *null)
{
	GdResource *r = palloc0(sizeof(GdResource));

	r->id = id;
	r->code = TextDatumGetCString(v[0]);
	r->provider = DatumGetInt64(v[1]);
	strlcpy(r->state, TextDatumGetCString(v[2]), sizeof(r->state));
	strlcpy(r->sharing, TextDatumGetCString(v[3]), sizeof(r->sharing));
	r->scope_departments = gd_array_copy(v[4], null[4]);
	r->scope_regions = gd_array_copy(v[5], null[5]);
	r->scope_systems = gd_array_copy(v[6], null[6]);
	r->uses = gd_array_copy(v[7], null[7]);
	r->has_standing_consent = DatumGetBool(v[8]);
	if (!null[9])
	{
		r->nitems = gd_texts_of(v[9], &r->items);
		(void) gd_texts_of(v[10], &r->classes);
		(void) gd_ids_of(v[11], &r->sources);
	}
	for (int i = 0; i < r->nitems; i++)
		if (gd_class_rank(r->classes[i]) < gd_class_rank(r->sharing))
			r->classes[i] = r->sharing;
	return r;
}

/*
 * A draft of another department must look like nothing at all, so it is not
 * even locked: whoever has to wait knows that there is something.  $2 is the
 * acting department, $3 whether the law itself looks.
 */
#define NOT_HIDDEN \
	" AND (r.state <> 'draft' OR $3 OR r.provider = $2 OR govdata._sees(r.provider, NULL)" \
	"  OR EXISTS (SELECT FROM govdata.library_member m WHERE m.library = r.library AND m.department = $2 AND m.state = 'joined'))"

static void
gd_looker(Datum *args)
{
	bool		law = gd_own_writing();

	args[1] = Int64GetDatum(law ? 0 : gd_current_department());
	args[2] = BoolGetDatum(law);
}

GdResource *
gd_resource(int64 id)
{
	/* two statements: the second sees what the lock has waited for */
	static GdStatementText lock = {
		"SELECT 1 FROM govdata.resource r WHERE r.id = $1" NOT_HIDDEN " FOR SHARE OF r", 3, gd_arg_looker, NULL
	};
	static GdStatementText read = {
		"SELECT r.code, r.provider, r.state, r.sharing, r.scope_departments, r.scope_regions, r.scope_systems, r.uses,"
		" EXISTS (SELECT FROM govdata.standing_consent c WHERE c.resource = r.id AND c.state = 'active'),"
		" i.names, i.classes, i.sources"
		" FROM govdata.resource r LEFT JOIN LATERAL"
		" (SELECT array_agg(i.name ORDER BY i.name COLLATE \"C\") AS names,"
		"         array_agg(coalesce(i.sharing, r.sharing) ORDER BY i.name COLLATE \"C\") AS classes,"
		"         array_agg(coalesce(i.source, 0) ORDER BY i.name COLLATE \"C\") AS sources"
		"    FROM govdata.resource_item i WHERE i.resource = r.id AND i.retired_at IS NULL) i ON true"
		" WHERE r.id = $1", 1, gd_arg_int8, NULL
	};
	GdResourceSlot *slot;
	Datum		args[3] = {Int64GetDatum(id)};
	Datum		values[12];
	bool		nulls[12];
	MemoryContext old;
	bool		found;

	if (gd_resources == NULL)
		gd_resources_create();
	slot = hash_search(gd_resources, &id, HASH_FIND, NULL);
	if (slot)
		return slot->resource;

	gd_looker(args);
	if (gd_own_run(&lock, args, NULL, NULL, 0, NULL, NULL) == 0 ||
		gd_own_run(&read, args, NULL, NULL, 12, values, nulls) == 0)
		return NULL;
	if (gd_resources == NULL)
		gd_resources_create();
	old = MemoryContextSwitchTo(gd_resources_context);
	slot = hash_search(gd_resources, &id, HASH_ENTER, &found);
	slot->resource = gd_resource_build(id, values, nulls);
	MemoryContextSwitchTo(old);
	return slot->resource;
}

static int
gd_name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static int
gd_resource_item(GdResource *r, const char *item)
{
	char	  **found = NULL;

	if (r->nitems > 0)
		found = bsearch(&item, r->items, r->nitems, sizeof(char *), gd_name_cmp);
	return found ? found - r->items : -1;
}

const char *
gd_resource_item_class(GdResource *r, const char *item)
{
	int			i = gd_resource_item(r, item);

	return i < 0 ? NULL : r->classes[i];
}

int64
gd_resource_item_source(GdResource *r, const char *item)
{
	int			i = gd_resource_item(r, item);

	return i < 0 ? 0 : r->sources[i];
}

const char *
gd_resource_unknown_item(GdResource *r, Datum items)
{
	char	  **names;
	int			n = gd_texts_of(items, &names);

	for (int i = 0; i < n; i++)
		if (gd_resource_item_class(r, names[i]) == NULL)
			return names[i];
	return NULL;
}

int
gd_resource_strictest(GdResource *r, Datum items, bool all)
{
	int			rank = gd_class_rank(r->sharing);

	for (int i = 0; i < r->nitems; i++)
		if (all || gd_texts_have(items, r->items[i]))
			rank = Max(rank, gd_class_rank(r->classes[i]));
	return rank;
}

/* ---- entries ---- */

typedef struct GdProviderContext
{
	int64		me;
	int64		provider;
	int64		authority;
	int64		government;
} GdProviderContext;

static bool
gd_is_provider_side(const char *actor, void *context)
{
	GdProviderContext *c = context;

	if (c->me == 0)
		return false;
	return (strcmp(actor, "provider") == 0 && c->me == c->provider) ||
		(strcmp(actor, "data_authority") == 0 && c->me == c->authority) ||
		(strcmp(actor, "government") == 0 && c->me == c->government);
}

/* Article 6: the provider alone acts on its resources. */
static void
gd_require_provider(int64 me, int64 provider)
{
	GdDepartment dept;

	if (me != 0 && me == provider)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(6)),
			 errmsg("only the provider may act on this resource"),
			 errdetail("You act as %s; the provider is %s. Measures, Article 6.",
					   gd_who_acts(), gd_department(provider, &dept) ? dept.name : _("unknown")),
			 errhint("Act as a member of the provider's role, or SET ROLE to it.")));
}

/* whose draft it is that an UPDATE without WHERE has met is not told */
static void
gd_check_hidden(GdRow *row, int64 me, int64 provider)
{
	if (me != provider && !gd_row_is_visible(row))
		gd_require_provider(me, 0);
}

/* Article 14, and who can be a provider at all. */
static void
gd_check_provider(int64 me)
{
	GdDepartment dept;

	if (me == 0 || !gd_department(me, &dept))
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("only a department may enter resources in the catalog"),
				 errdetail("You act as %s. Measures, Article 6.", gd_who_acts()),
				 errhint("Log in as a member of a department's role, or SET ROLE to it.")));
	if (strcmp(dept.kind, "platform_operator") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("a platform operator holds no resources"),
				 errdetail("\"%s\" runs the platform for others. Measures, Articles 6 and 13.", dept.name),
				 errhint("The department that produces the data enters them.")));
	if (!dept.has_data_officer)
		ereport(ERROR,
				(errcode(GD_ERRCODE(14)),
				 errmsg("department \"%s\" has named no data officer", dept.name),
				 errdetail("An institution or a person is responsible for catalog, publication and maintenance. Measures, Article 14."),
				 errhint("The department names it: SELECT govdata.name_data_officer('...').")));
}

static void
gd_check_classification(GdRow *row)
{
	const char *sharing = gd_new_text(row, RES_SHARING);
	const char *opening = gd_new_text(row, RES_OPENING);

	if (!row->newnull[RES_STATE_SECRET - 1] && DatumGetBool(row->new[RES_STATE_SECRET - 1]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(2)),
				 errmsg("a resource that is a state secret cannot be registered"),
				 errdetail("State secrets are governed by other law. Measures, Article 2."),
				 errhint("Keep it outside this platform.")));
	if (sharing && strcmp(sharing, "conditional") == 0 && row->newnull[RES_SHARING_CONDITIONS - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(16)),
				 errmsg("conditional sharing needs its conditions"),
				 errdetail("Column sharing_conditions is empty. Measures, Article 16."),
				 errhint("State for whom, or for which part, the resource can be shared.")));
	if (sharing && strcmp(sharing, "unconditional") == 0 &&
		!(row->newnull[RES_SCOPE_DEPARTMENTS - 1] && row->newnull[RES_SCOPE_REGIONS - 1] &&
		  row->newnull[RES_SCOPE_SYSTEMS - 1]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(16)),
				 errmsg("what is shared unconditionally is shared with all departments"),
				 errdetail("The entry declares a narrower scope. Measures, Article 16."),
				 errhint("Leave the scope empty, or classify the resource as conditional.")));
	if (sharing && opening && strcmp(sharing, "withheld") == 0 && strcmp(opening, "closed") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(8)),
				 errmsg("data withheld from sharing cannot be open"),
				 errdetail("Sharing class is withheld, opening class is %s. Measures, Article 8.", opening),
				 errhint("Set opening to closed, with its ground.")));
	if (opening && strcmp(opening, "closed") == 0 && row->newnull[RES_OPENING_GROUND - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(25)),
				 errmsg("data closed to the public need a ground"),
				 errdetail("Grounds: state_secret, trade_secret, privacy, law. Measures, Article 25."),
				 errhint("Set opening_ground, or open the data.")));
	if (opening && strcmp(opening, "conditional") == 0 && row->newnull[RES_OPENING_CONDITIONS - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(25)),
				 errmsg("conditional opening needs its conditions"),
				 errdetail("Column opening_conditions is empty. Measures, Article 25."),
				 errhint("State the conditions under which anyone may use the data.")));
}

static void
gd_resource_insert(GdRow *row, int64 me)
{
	static const int platform[] = {RES_ID, RES_CODE, RES_PUBLISHED_AT, RES_UPDATED_AT, 0};
	const char *class = gd_new_text(row, RES_CLASS);
	const char *state = gd_new_text(row, RES_STATE);
	GdProviderContext context = {me, 0, 0, 0};

	gd_not_given(row, &gd_resource_shape, platform);
	if (row->newnull[RES_PROVIDER - 1])
		gd_set(row, RES_PROVIDER, Int64GetDatum(me));
	context.provider = gd_new_int64(row, RES_PROVIDER);
	gd_check_provider(me);
	gd_require_provider(me, context.provider);
	(void) gd_judge("resource", 10, "", "", state ? state : "draft", gd_is_provider_side, &context);
	gd_set_text(row, RES_OPENING_STATE, "closed");
	if (class == NULL)
		ereport(ERROR,
				(errcode(GD_ERRCODE(10)),
				 errmsg("a resource needs its classification code"),
				 errdetail("The resource's code begins with it; the platform adds the serial number. Measures, Article 10."),
				 errhint("Set column class, for example '307009'; SELECT * FROM govdata.code_rule shows the rule in force.")));
	gd_set(row, RES_ID, Int64GetDatum(gd_draw("resource_id_seq")));
	gd_set_text(row, RES_CODE, gd_draw_code(class));
	gd_set(row, RES_UPDATED_AT, TimestampTzGetDatum(gd_clock()));
	gd_set(row, RES_VERSION, Int32GetDatum(1));
}

/* nobody escapes a running clock by changing what is asked for */
static void
gd_require_no_pending(int64 resource, const char *item, const char *act)
{
	static GdStatementText query = {
		"SELECT count(*), array_to_string((array_agg(id ORDER BY id))[1:10], ', ')"
		" FROM govdata.share_request WHERE resource = $1 AND state = 'submitted'"
		" AND ($2 IS NULL OR items @> ARRAY[$2])", 2, gd_arg_int8_text, NULL
	};
	Datum		args[2] = {Int64GetDatum(resource), item ? CStringGetTextDatum(item) : (Datum) 0};
	Datum		values[2];
	bool		nulls[2];

	(void) gd_own_run(&query, args, item ? "  " : " n", NULL, 2, values, nulls);
	if (DatumGetInt64(values[0]) == 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg_plural("%s must wait: %lld request is unanswered",
						   "%s must wait: %lld requests are unanswered",
						   DatumGetInt64(values[0]), act, (long long) DatumGetInt64(values[0])),
			 errdetail("Pending requests: %s. Their limits keep running. Measures, Article 20.",
					   TextDatumGetCString(values[1])),
			 errhint("Answer them first, in this transaction or before.")));
}

/* Article 23: what is withheld, as a whole or an item, stands on the negative list. */
static void
gd_check_withheld(int64 resource, const char *code)
{
	static GdStatementText query = {
		"SELECT string_agg(w.what, ', ' ORDER BY w.what) FROM ("
		" SELECT NULL::text AS item, r.code AS what FROM govdata.resource r"
		"  WHERE r.id = $1 AND r.sharing = 'withheld'"
		" UNION ALL SELECT i.name, i.name FROM govdata.resource_item i"
		"  WHERE i.resource = $1 AND i.sharing = 'withheld' AND i.retired_at IS NULL) AS w"
		" WHERE NOT EXISTS (SELECT FROM govdata.negative_entry n WHERE n.resource = $1"
		"  AND n.state IN ('approved', 'reported') AND (n.items IS NULL OR n.items @> ARRAY[w.item]))",
		1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(resource);
	Datum		value;
	bool		isnull;

	(void) gd_own_run(&query, &arg, NULL, NULL, 1, &value, &isnull);
	if (!isnull)
		ereport(ERROR,
				(errcode(GD_ERRCODE(23)),
				 errmsg("resource \"%s\" is withheld without an approved negative entry", code),
				 errdetail("Not on the negative list: %s. Measures, Article 23.", TextDatumGetCString(value)),
				 errhint("INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason); the data authority reviews it and the government approves it.")));
}

/* Is there an entry in force that names the item, or the whole resource for NULL? */
static bool
gd_on_negative_list(int64 resource, const char *item)
{
	static GdStatementText query = {
		"SELECT 1 FROM govdata.negative_entry WHERE resource = $1 AND state IN ('approved', 'reported')"
		" AND CASE WHEN $2 IS NULL THEN items IS NULL ELSE $2 = ANY (items) END LIMIT 1",
		2, gd_arg_int8_text, NULL
	};
	Datum		args[2] = {Int64GetDatum(resource), item ? CStringGetTextDatum(item) : (Datum) 0};

	return gd_own_run(&query, args, item ? "  " : " n", NULL, 0, NULL, NULL) > 0;
}

static void
gd_check_publication(GdRow *row, int64 me)
{
	static GdStatementText query = {
		"SELECT 1 FROM govdata.resource_item WHERE resource = $1 AND retired_at IS NULL LIMIT 1",
		1, gd_arg_int8, NULL
	};
	Datum		arg = row->new[RES_ID - 1];
	GdDepartment dept;
	GdRegion	region;

	gd_check_provider(me);
	if (gd_department(me, &dept) && strcmp(dept.vertical, "none") != 0 &&
		gd_region(dept.region, &region) && region.level != 3)
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("a branch of a vertically managed system does not publish"),
				 errdetail("Its data are shared through the provincial platform by the system's provincial head. Measures, Article 18."),
				 errhint("The provincial department enters and publishes the resource.")));
	gd_check_specification(row, gd_new_text(row, RES_CODE));
	gd_require_library(gd_new_int64(row, RES_LIBRARY), gd_new_text(row, RES_CLASS), gd_new_text(row, RES_CODE));
	if (gd_own_run(&query, &arg, NULL, NULL, 0, NULL, NULL) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(10)),
				 errmsg("resource \"%s\" has no items", gd_new_text(row, RES_CODE)),
				 errdetail("An entry describes its items. Measures, Article 10."),
				 errhint("INSERT INTO govdata.resource_item first.")));
	gd_check_withheld(DatumGetInt64(arg), gd_new_text(row, RES_CODE));
	gd_check_sources(DatumGetInt64(arg), gd_new_text(row, RES_CODE), gd_new_text(row, RES_SHARING), gd_new_text(row, RES_OPENING));
}

static void
gd_resource_state(GdRow *row, int64 me, const char *from, const char *to)
{
	int64		id = gd_new_int64(row, RES_ID);
	const char *code = gd_new_text(row, RES_CODE);
	GdProviderContext context = {me, gd_new_int64(row, RES_PROVIDER), 0, 0};

	(void) gd_judge("resource", 10, code, from, to, gd_is_provider_side, &context);
	if (strcmp(to, "published") == 0)
	{
		gd_check_publication(row, me);
		if (row->newnull[RES_PUBLISHED_AT - 1])
			gd_set(row, RES_PUBLISHED_AT, TimestampTzGetDatum(gd_clock()));
	}
	else if (strcmp(to, "suspended") == 0)
		gd_require_reason(gd_new_text(row, RES_STATE_REASON), 6, _("suspending a resource"));
	else if (strcmp(to, "withdrawn") == 0)
	{
		gd_require_reason(gd_new_text(row, RES_STATE_REASON), 6, _("withdrawing a resource"));
		gd_require_no_pending(id, NULL, _("withdrawing the resource"));
		gd_check_service_end(id, code);
	}
}

static void
gd_resource_reclassify(GdRow *row, const char *state)
{
	const char *from = gd_old_text(row, RES_SHARING);
	const char *to = gd_new_text(row, RES_SHARING);

	if (strcmp(state, "draft") == 0 &&
		!(strcmp(from, "withheld") == 0 && gd_on_negative_list(gd_new_int64(row, RES_ID), NULL)))
		return;
	if (strcmp(from, "withheld") == 0 || strcmp(to, "withheld") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(23)),
				 errmsg("a resource that is published or on the negative list becomes withheld, or ceases to be, by its negative entry only"),
				 errdetail("Sharing class would change from %s to %s. Measures, Article 23.", from, to),
				 errhint("Draft a negative entry and have it approved, or have the one in force lifted.")));
	gd_require_no_pending(gd_new_int64(row, RES_ID), NULL, _("reclassifying the resource"));
}

static void
gd_resource_update(GdRow *row, int64 me)
{
	static const int changeable[] = {
		RES_TITLE, RES_ABSTRACT, RES_FORMAT_CATEGORY, RES_FORMAT_TYPE, RES_SHARING,
		RES_SHARING_CONDITIONS, RES_SHARING_MODE, RES_SCOPE_DEPARTMENTS, RES_SCOPE_REGIONS,
		RES_SCOPE_SYSTEMS, RES_USES, RES_OPENING, RES_OPENING_CONDITIONS, RES_OPENING_GROUND, RES_UPDATE_CYCLE, RES_SOURCE,
		RES_SAFETY_GRADE, RES_ACCESS_LOG, RES_RELATED, RES_STATE_SECRET, RES_STATE, RES_STATE_REASON,
		RES_OPENING_STATE, RES_LIBRARY, 0
	};
	const char *from = gd_old_text(row, RES_STATE);
	const char *to = gd_new_text(row, RES_STATE);
	GdProviderContext context = {me, gd_new_int64(row, RES_PROVIDER), 0, 0};

	gd_require_provider(me, DatumGetInt64(row->old[RES_PROVIDER - 1]));
	gd_only_changes(row, &gd_resource_shape, gd_new_int64(row, RES_ID), changeable);
	if (strcmp(from, "withdrawn") == 0)
		gd_judge("resource", 6, gd_new_text(row, RES_CODE), from, to, gd_is_provider_side, &context);
	if (gd_is_changed(row, RES_STATE) || gd_is_changed(row, RES_SHARING))
		(void) gd_settle(GD_SETTLE_RESOURCE, row->new[RES_ID - 1]);
	if (gd_is_changed(row, RES_SHARING))
		gd_resource_reclassify(row, from);
	if (gd_is_changed(row, RES_SHARING) || gd_is_changed(row, RES_OPENING))
		gd_check_sources(gd_new_int64(row, RES_ID), gd_new_text(row, RES_CODE), gd_new_text(row, RES_SHARING),
						 gd_new_text(row, RES_OPENING));
	if (gd_is_changed(row, RES_STATE))
		gd_resource_state(row, me, from, to);
	if (gd_is_changed(row, RES_OPENING_STATE))
		(void) gd_judge("resource_opening", 26, gd_new_text(row, RES_CODE),
						gd_old_text(row, RES_OPENING_STATE), gd_new_text(row, RES_OPENING_STATE),
						gd_is_provider_side, &context);
	gd_set(row, RES_UPDATED_AT, TimestampTzGetDatum(gd_clock()));
	if (strcmp(from, "draft") != 0)
		gd_set(row, RES_VERSION, Int32GetDatum(DatumGetInt32(row->old[RES_VERSION - 1]) + 1));
}

/* Article 12: entries belong to a library of which the provider is part. */
static void
gd_resource_library(GdRow *row)
{
	int64		library = gd_new_int64(row, RES_LIBRARY);
	const char *class = gd_new_text(row, RES_CLASS);
	const char *state = gd_new_text(row, RES_STATE);

	if (library != 0)
		gd_check_library(library, gd_new_int64(row, RES_PROVIDER), class);
	if (state && strcmp(state, "draft") != 0)
		gd_require_library(library, class, gd_new_text(row, RES_CODE));
}

Datum
gd_guard_resource(PG_FUNCTION_ARGS)
{
	GdRow		row;
	int64		me;

	if (!gd_row_open(&row, fcinfo, &gd_resource_shape))
		return gd_row_as_is(fcinfo);
	gd_resources_forget();
	if (gd_own_writing())
		return gd_row_as_is(fcinfo);
	me = gd_acting(6);
	if (!row.is_insert)
		gd_check_hidden(&row, me, DatumGetInt64(row.old[RES_PROVIDER - 1]));
	if (row.is_insert)
		gd_resource_insert(&row, me);
	else
		gd_resource_update(&row, me);
	gd_check_classification(&row);
	if (gd_is_changed(&row, RES_LIBRARY))
		gd_resource_library(&row);
	gd_check_scope(&row, RES_SCOPE_DEPARTMENTS, RES_SCOPE_REGIONS, RES_SCOPE_SYSTEMS);
	return gd_row_done(&row);
}

/* ---- items ---- */

/*
 * Lock a resource as somebody who changes it, and read what its parts need.
 * Requests come first: whoever submits one holds that table before it waits
 * for the resource, and a loader of notices may be waiting in between.
 * Returns the library to which the resource belongs, 0 for none.
 */
static int64
gd_lock_resource(int64 id, int64 *provider, char **sharing, char **state, char **code)
{
	static GdStatementText query = {
		"SELECT r.provider, r.sharing, r.state, r.code, r.library FROM govdata.resource r WHERE r.id = $1"
		NOT_HIDDEN " FOR NO KEY UPDATE OF r", 3, gd_arg_looker, NULL
	};
	Datum		args[3] = {Int64GetDatum(id)};
	Datum		values[5];
	bool		nulls[5];

	gd_resources_forget();
	LockRelationOid(gd_relid_required(GD_SHARE_REQUEST), RowExclusiveLock);
	gd_looker(args);
	if (gd_own_run(&query, args, NULL, NULL, 5, values, nulls) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(10)),
				 errmsg("there is no resource %lld that you can see", (long long) id),
				 errdetail("You act as %s. Measures, Article 10.", gd_who_acts()),
				 errhint("Look it up: SELECT * FROM govdata.catalog.")));
	*provider = DatumGetInt64(values[0]);
	*sharing = TextDatumGetCString(values[1]);
	*state = TextDatumGetCString(values[2]);
	*code = TextDatumGetCString(values[3]);
	return nulls[4] ? 0 : DatumGetInt64(values[4]);
}

int64
gd_hold_resource(int64 id)
{
	int64		provider;
	char	   *ignore;

	(void) gd_lock_resource(id, &provider, &ignore, &ignore, &ignore);
	return provider;
}

static void
gd_item_classification(GdRow *row, const char *resource_sharing, const char *state)
{
	const char *sharing = gd_new_text(row, ITEM_SHARING);
	bool		withheld = sharing && strcmp(sharing, "withheld") == 0;

	if (!row->newnull[ITEM_STATE_SECRET - 1] && DatumGetBool(row->new[ITEM_STATE_SECRET - 1]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(2)),
				 errmsg("an item that is a state secret cannot be registered"),
				 errdetail("State secrets are governed by other law. Measures, Article 2."),
				 errhint("Keep it outside this platform.")));
	if (sharing && gd_class_rank(sharing) < gd_class_rank(resource_sharing))
		ereport(ERROR,
				(errcode(GD_ERRCODE(16)),
				 errmsg("item \"%s\" cannot be classified more loosely than its resource",
						gd_new_text(row, ITEM_NAME)),
				 errdetail("The item would be %s, the resource is %s. Measures, Article 16.",
						   sharing, resource_sharing),
				 errhint("Leave the item's class empty, or reclassify the resource.")));
	/* also one that was withheld and retired as a draft comes back through here */
	if (withheld && strcmp(state, "draft") != 0 &&
		(gd_is_changed(row, ITEM_SHARING) || gd_is_changed(row, ITEM_RETIRED_AT)) &&
		!gd_on_negative_list(gd_new_int64(row, ITEM_RESOURCE), gd_new_text(row, ITEM_NAME)))
		ereport(ERROR,
				(errcode(GD_ERRCODE(23)),
				 errmsg("item \"%s\" becomes withheld by a negative entry only", gd_new_text(row, ITEM_NAME)),
				 errdetail("The resource is published. Measures, Article 23."),
				 errhint("Draft a negative entry that names the item and have it approved.")));
	if (!row->is_insert && !withheld && !row->oldnull[ITEM_SHARING - 1] &&
		strcmp(gd_old_text(row, ITEM_SHARING), "withheld") == 0 &&
		gd_on_negative_list(gd_new_int64(row, ITEM_RESOURCE), gd_new_text(row, ITEM_NAME)))
		ereport(ERROR,
				(errcode(GD_ERRCODE(23)),
				 errmsg("item \"%s\" ceases to be withheld when its negative entry is lifted", gd_new_text(row, ITEM_NAME)),
				 errdetail("The entry is in force. Measures, Article 23."),
				 errhint("Have the negative entry lifted.")));
}

static void
gd_item_update(GdRow *row, int64 resource)
{
	static const int changeable[] = {
		ITEM_TITLE, ITEM_DATA_TYPE, ITEM_LENGTH, ITEM_SHARING, ITEM_STATE_SECRET, ITEM_SOURCE,
		ITEM_RETIRED_AT, ITEM_ELEMENT, ITEM_IS_REGION, 0
	};

	gd_only_changes(row, &gd_item_shape, resource, changeable);
	if (!gd_is_changed(row, ITEM_RETIRED_AT) && !gd_is_changed(row, ITEM_SHARING))
		return;
	(void) gd_settle(GD_SETTLE_RESOURCE, Int64GetDatum(resource));
	gd_require_no_pending(resource, gd_new_text(row, ITEM_NAME), _("changing the item"));
	if (gd_is_changed(row, ITEM_RETIRED_AT) && !row->newnull[ITEM_RETIRED_AT - 1])
		gd_set(row, ITEM_RETIRED_AT, TimestampTzGetDatum(gd_clock()));
}

/*
 * Article 12: in a library the lead maintains, and its co-departments
 * contribute: each may enter and keep the items whose source it is.  A source
 * is a department that belongs to the library.
 */
static void
gd_check_contributor(GdRow *row, int64 me, int64 provider, int64 library)
{
	int64		source = gd_new_int64(row, ITEM_SOURCE);
	int64		before = row->is_insert ? source :
		row->oldnull[ITEM_SOURCE - 1] ? 0 : DatumGetInt64(row->old[ITEM_SOURCE - 1]);

	if (library != 0 && source != 0 && gd_is_changed(row, ITEM_SOURCE) && source != provider &&
		!gd_in_library(library, source))
		ereport(ERROR,
				(errcode(GD_ERRCODE(12)),
				 errmsg("the source of item \"%s\" is no department of the library", gd_new_text(row, ITEM_NAME)),
				 errdetail("Items of a library come from its lead and its co-departments. Measures, Article 12."),
				 errhint("The library's lead brings the department in: govdata.join_library(%lld, %lld).",
						 (long long) library, (long long) source)));
	if (me != provider && library != 0 && source == me && before == me && gd_in_library(library, me))
		return;
	gd_require_provider(me, provider);
}

Datum
gd_guard_item(PG_FUNCTION_ARGS)
{
	GdRow		row;
	int64		resource;
	int64		provider;
	int64		library;
	char	   *sharing;
	char	   *state;
	char	   *code;

	if (!gd_row_open(&row, fcinfo, &gd_item_shape))
		return gd_row_as_is(fcinfo);
	gd_resources_forget();
	if (gd_own_writing())
		return gd_row_as_is(fcinfo);

	resource = gd_new_int64(&row, ITEM_RESOURCE);
	library = gd_lock_resource(resource, &provider, &sharing, &state, &code);
	if (!row.is_insert)
		gd_check_hidden(&row, gd_acting(6), provider);
	gd_check_contributor(&row, gd_acting(6), provider, library);
	if (strcmp(state, "withdrawn") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(10)),
				 errmsg("resource \"%s\" is withdrawn", code),
				 errdetail("Its entry stays as it was. Measures, Article 10."),
				 errhint("Enter a new resource.")));
	if (row.is_insert)
	{
		static const int platform[] = {ITEM_RETIRED_AT, 0};

		gd_not_given(&row, &gd_item_shape, platform);
	}
	else
		gd_item_update(&row, resource);
	gd_item_classification(&row, sharing, state);
	return gd_row_done(&row);
}

void
gd_check_items_exist(Datum items, int64 resource, int article)
{
	GdResource *r = gd_resource(resource);
	const char *unknown = r ? gd_resource_unknown_item(r, items) : NULL;

	if (unknown)
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("resource \"%s\" has no item \"%s\"", r->code, unknown),
				 errdetail("Items are named as in the catalog. Measures, Article %d.", article),
				 errhint("SELECT name, title FROM govdata.resource_item WHERE resource = %lld.",
						 (long long) resource)));
}

void
gd_catalog_init(void)
{
	RegisterXactCallback(gd_catalog_xact, NULL);
	RegisterSubXactCallback(gd_catalog_subxact, NULL);
}
