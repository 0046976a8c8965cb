/*-------------------------------------------------------------------------
 *
 * identity.c
 *	  Who acts: departments, regions, and whose hands are on the statement.
 *
 * The acting department is that of the outer user (session user or SET
 * ROLE), never of the owner of a SECURITY DEFINER function.  An act also
 * needs "own hands": no function, view or table of another department may be
 * part of what is being executed, or a consumer's trigger that a provider's
 * clerk touches could approve the consumer's request.  So the functions on
 * the stack (fmgr_hook) and the running statements (executor hooks) are
 * remembered, and looked at only when a guard asks.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/parallel.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/planner.h"
#include "parser/parse_relation.h"
#include "tcop/pquery.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/rangetypes.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "access.h"

/* ---- registry: departments and regions, a copy in every backend ---- */

static MemoryContext gd_registry_context = NULL;
static GdDepartment *gd_departments = NULL;	/* ordered by id */
static int	gd_n_departments = 0;
static GdRegion *gd_regions = NULL; /* ordered by code */
static int	gd_n_regions = 0;
static bool gd_registry_fresh = false;
static DateADT gd_registry_day = 0; /* validity was judged for this day */
static TimestampTz gd_registry_from = 0;	/* which begins and ends here */
static TimestampTz gd_registry_until = 0;

/* the last answers of gd_department_of(): readers alternate with owners */
typedef struct GdKnownRole
{
	Oid			role;
	int64		department;
} GdKnownRole;

static GdKnownRole gd_known_roles[8];
static int	gd_next_known_role = 0;

#define GD_AMBIGUOUS (-1)

static void
gd_identity_forget(void)
{
	gd_registry_fresh = false;
	for (int i = 0; i < (int) lengthof(gd_known_roles); i++)
		gd_known_roles[i].role = InvalidOid;
}

static void
gd_copy_text(char *to, size_t size, HeapTuple tup, int attno, TupleDesc desc)
{
	bool		isnull;
	Datum		d = heap_getattr(tup, attno, desc, &isnull);
	char	   *s;

	to[0] = '\0';
	if (isnull)
		return;
	s = TextDatumGetCString(d);
	memcpy(to, s, pg_mbcliplen(s, strlen(s), size - 1));
	to[pg_mbcliplen(s, strlen(s), size - 1)] = '\0';
	pfree(s);
}

static bool
gd_range_has_day(Datum range, DateADT day)
{
	TypeCacheEntry *type = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO);

	return range_contains_elem_internal(type, DatumGetRangeTypeP(range), DateADTGetDatum(day));
}

static int
gd_region_cmp(const void *a, const void *b)
{
	return strcmp(((const GdRegion *) a)->code, ((const GdRegion *) b)->code);
}

static int
gd_department_cmp(const void *a, const void *b)
{
	int64		l = ((const GdDepartment *) a)->id;
	int64		r = ((const GdDepartment *) b)->id;

	return (l > r) - (l < r);
}

static GdRegion *
gd_find_region(const char *code)
{
	GdRegion	key;

	if (gd_n_regions == 0)
		return NULL;
	strlcpy(key.code, code, sizeof(key.code));
	return bsearch(&key, gd_regions, gd_n_regions, sizeof(GdRegion), gd_region_cmp);
}

static GdDepartment *
gd_find_department(int64 id)
{
	GdDepartment key;

	if (gd_n_departments == 0)
		return NULL;
	key.id = id;
	return bsearch(&key, gd_departments, gd_n_departments, sizeof(GdDepartment),
				   gd_department_cmp);
}

static void
gd_read_region(HeapTuple tup, TupleDesc desc, void *to)
{
	GdRegion   *r = to;
	char		level[16];

	gd_copy_text(r->code, sizeof(r->code), tup, 1, desc);
	gd_copy_text(r->name, sizeof(r->name), tup, 2, desc);
	gd_copy_text(level, sizeof(level), tup, 3, desc);
	gd_copy_text(r->parent, sizeof(r->parent), tup, 4, desc);
	gd_copy_text(r->calendar, sizeof(r->calendar), tup, 5, desc);
	r->level = strcmp(level, "province") == 0 ? 3 : strcmp(level, "city") == 0 ? 2 : 1;
}

static void
gd_read_department(HeapTuple tup, TupleDesc desc, void *to)
{
	GdDepartment *d = to;
	bool		isnull;
	Datum		v;

	d->id = DatumGetInt64(heap_getattr(tup, 1, desc, &isnull));
	gd_copy_text(d->name, sizeof(d->name), tup, 4, desc);
	gd_copy_text(d->region, sizeof(d->region), tup, 5, desc);
	gd_copy_text(d->kind, sizeof(d->kind), tup, 6, desc);
	v = heap_getattr(tup, 7, desc, &isnull);
	d->superior = isnull ? 0 : DatumGetInt64(v);
	gd_copy_text(d->vertical, sizeof(d->vertical), tup, 8, desc);
	d->role = DatumGetObjectId(heap_getattr(tup, 9, desc, &isnull));
	(void) heap_getattr(tup, 10, desc, &isnull);
	d->has_data_officer = !isnull;
	d->in_force = gd_range_has_day(heap_getattr(tup, 11, desc, &isnull), gd_registry_day);
}

/* All rows of a small table as an array of structs in the registry context. */
static void *
gd_read_table(GdRel which, size_t width, void (*read) (HeapTuple, TupleDesc, void *), int *count)
{
	Relation	rel = table_open(gd_relid_required(which), AccessShareLock);
	int			size = 128;
	int			n = 0;
	char	   *rows = palloc0(size * width);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tup;

	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		if (n == size)
		{
			rows = repalloc(rows, 2 * size * width);
			memset(rows + size * width, 0, size * width);
			size *= 2;
		}
		read(tup, RelationGetDescr(rel), rows + n * width);
		n++;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	*count = n;
	return rows;
}

/* What follows from other rows: inherited calendars, the offices of a region. */
static void
gd_complete_regions(void)
{
	for (int i = 0; i < gd_n_regions; i++)
	{
		GdRegion   *r = &gd_regions[i];
		GdRegion   *up = r;

		for (int hops = 0; up && up->calendar[0] == '\0' && hops < GD_MAX_REGIONS_UP; hops++)
			up = gd_find_region(up->parent);
		strlcpy(r->calendar, up && up->calendar[0] ? up->calendar : "CN", sizeof(r->calendar));
	}
	for (int i = 0; i < gd_n_departments; i++)
	{
		GdDepartment *d = &gd_departments[i];
		GdRegion   *r = gd_find_region(d->region);

		if (r == NULL || !d->in_force)
			continue;
		if (strcmp(d->kind, "data_authority") == 0)
			r->authority = d->id;
		else if (strcmp(d->kind, "government") == 0)
			r->government = d->id;
		else if (strcmp(d->kind, "platform_operator") == 0 && r->operator == 0)
			r->operator = d->id;
	}
}

static void
gd_registry_load(void)
{
	TimestampTz now = gd_clock();
	MemoryContext fresh;
	MemoryContext old;

	if (gd_registry_fresh && now >= gd_registry_from && now < gd_registry_until)
		return;

	fresh = AllocSetContextCreate(CurrentMemoryContext, "govdata registry",
								  ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(fresh);
	gd_identity_forget();
	gd_registry_day = gd_legal_date(now);
	gd_registry_from = gd_end_of_day(gd_registry_day - 1);
	gd_registry_until = gd_end_of_day(gd_registry_day);
	gd_registry_fresh = true;	/* a change that arrives meanwhile resets it */
	gd_n_regions = gd_n_departments = 0;
	PG_TRY();
	{
		int			n;

		gd_regions = gd_read_table(GD_REGION, sizeof(GdRegion), gd_read_region, &n);
		qsort(gd_regions, n, sizeof(GdRegion), gd_region_cmp);
		gd_n_regions = n;
		gd_departments = gd_read_table(GD_DEPARTMENT, sizeof(GdDepartment),
									   gd_read_department, &n);
		qsort(gd_departments, n, sizeof(GdDepartment), gd_department_cmp);
		gd_n_departments = n;
		gd_complete_regions();
	}
	PG_CATCH();
	{
		gd_n_regions = gd_n_departments = 0;
		gd_registry_fresh = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);

	MemoryContextSetParent(fresh, TopMemoryContext);
	if (gd_registry_context)
		MemoryContextDelete(gd_registry_context);
	gd_registry_context = fresh;
}

bool
gd_is_bound(const GdDepartment *dept)
{
	return strcmp(dept->kind, "platform_operator") != 0 && strcmp(dept->kind, "public_utility") != 0;
}

bool
gd_department(int64 id, GdDepartment *dept)
{
	GdDepartment *found;

	gd_registry_load();
	found = gd_find_department(id);
	if (found)
		*dept = *found;
	return found != NULL;
}

void
gd_department_required(int64 id, GdDepartment *dept)
{
	/* only a load that left it out makes others name one that is not there */
	if (!gd_department(id, dept))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("department %lld is not registered", (long long) id),
				 errdetail("Rows name it, as after a restore without its role."),
				 errhint("Whoever runs the server creates the role and loads table govdata.department of the dump; govdata.doctor() says what is missing.")));
}

bool
gd_department_by_role(Oid role, GdDepartment *dept)
{
	gd_registry_load();
	for (int i = 0; i < gd_n_departments; i++)
		if (gd_departments[i].role == role)
		{
			*dept = gd_departments[i];
			return true;
		}
	return false;
}

bool
gd_region(const char *code, GdRegion *region)
{
	GdRegion   *found;

	gd_registry_load();
	found = gd_find_region(code);
	if (found)
		*region = *found;
	return found != NULL;
}

bool
gd_region_up(GdRegion *region)
{
	return gd_region(region->parent, region);
}

bool
gd_platform_region(const char *code, GdRegion *region)
{
	bool		found = gd_region(code, region);

	/* Article 7: platforms stand at city level and above */
	for (int hops = 0; found && region->level < 2 && hops < GD_MAX_REGIONS_UP; hops++)
		found = gd_region_up(region);
	return found && region->level >= 2;
}

bool
gd_region_contains(const char *above, const char *code)
{
	GdRegion   *r;

	gd_registry_load();
	r = gd_find_region(code);
	for (int hops = 0; r && hops < GD_MAX_REGIONS_UP; hops++)
	{
		if (strcmp(r->code, above) == 0)
			return true;
		r = gd_find_region(r->parent);
	}
	return false;
}

bool
gd_platform_is_above(const GdDepartment *provider, const GdDepartment *consumer,
					 GdRegion *theirs, GdRegion *own)
{
	return gd_platform_region(consumer->region, own) &&
		gd_platform_region(provider->region, theirs) &&
		strcmp(own->code, theirs->code) != 0 &&
		gd_region_contains(theirs->code, own->code);
}

/* ---- the acting department ---- */

static const GdDepartment *
gd_in_office(Oid role)
{
	for (int i = 0; i < gd_n_departments; i++)
		if (gd_departments[i].in_force && gd_departments[i].role == role)
			return &gd_departments[i];
	return NULL;
}

/* what the role is a member of, and has the rights of without SET ROLE, besides what is there */
static List *
gd_add_groups(List *roles, Oid role)
{
	CatCList   *groups = SearchSysCacheList1(AUTHMEMMEMROLE, ObjectIdGetDatum(role));

	for (int i = 0; i < groups->n_members; i++)
	{
		Oid			group = ((Form_pg_auth_members) GETSTRUCT(&groups->members[i]->tuple))->roleid;

		if (has_privs_of_role(role, group))
			roles = list_append_unique_oid(roles, group);
	}
	ReleaseSysCacheList(groups);
	return roles;
}

/*
 * A department's role is that department, whatever it is made a member of: whoever
 * may grant another department's role could otherwise make it, and all its clerks, act
 * for two.  So nobody belongs to a department through the role of another one.
 */
static int64
gd_find_department_of(Oid role)
{
	List	   *roles = list_make1_oid(role);
	int64		found = 0;
	ListCell   *lc;

	/* it grows on the way */
	foreach(lc, roles)
	{
		const GdDepartment *d = gd_in_office(lfirst_oid(lc));

		if (d == NULL)
			roles = gd_add_groups(roles, lfirst_oid(lc));
		else if (found != 0)
			return GD_AMBIGUOUS;
		else
			found = d->id;
	}
	list_free(roles);
	return found;
}

/* department of a role: 0 for none, GD_AMBIGUOUS for several */
int64
gd_department_of(Oid role)
{
	int64		found;

	gd_registry_load();
	for (int i = 0; OidIsValid(role) && i < (int) lengthof(gd_known_roles); i++)
		if (gd_known_roles[i].role == role)
			return gd_known_roles[i].department;

	found = gd_find_department_of(role);

	/* membership tests may have run our own invalidation callback */
	if (gd_registry_fresh)
	{
		GdKnownRole *known = &gd_known_roles[gd_next_known_role++ % lengthof(gd_known_roles)];

		known->role = role;
		known->department = found;
	}
	return found;
}

/* When, at the latest, gd_department_of() may answer otherwise by itself. */
TimestampTz
gd_registry_good_until(void)
{
	return gd_registry_until;
}

int64
gd_current_department(void)
{
	int64		found = gd_department_of(GetOuterUserId());

	if (found == GD_AMBIGUOUS)
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("user \"%s\" is a member of more than one department",
						GetUserNameFromId(GetOuterUserId(), false)),
				 errdetail("An act must be one department's own. Measures, Article 6."),
				 errhint("Say for which department you act: SET ROLE to its role.")));
	return found;
}

bool
gd_is_administrator(void)
{
	Oid			outer = GetOuterUserId();
	Oid			admin;

	if (superuser_arg(outer))
		return true;
	admin = get_role_oid("govdata_admin", true);
	return OidIsValid(admin) && is_member_of_role_nosuper(outer, admin) &&
		has_privs_of_role(outer, admin);
}

bool
gd_oversees(int64 department)
{
	int64		me = gd_current_department();
	GdDepartment mine;
	GdDepartment other;

	if (me == 0 || !gd_department(me, &mine) || !gd_department(department, &other))
		return false;

	/* Article 7: the data authority and the government of the region or above */
	if ((strcmp(mine.kind, "data_authority") == 0 || strcmp(mine.kind, "government") == 0) &&
		gd_region_contains(mine.region, other.region))
		return true;

	/* Article 5: the superior department of a system */
	for (int hops = 0; other.superior != 0 && hops < 8; hops++)
	{
		if (other.superior == me)
			return true;
		if (!gd_department(other.superior, &other))
			break;
	}
	return false;
}

bool
gd_operates(const char *platform)
{
	int64		me = gd_current_department();
	GdDepartment mine;
	GdRegion	region;

	if (me == 0 || !gd_department(me, &mine) || !gd_region(platform, &region))
		return false;
	if (region.operator == 0)
		return me == region.authority;
	/* a platform may have several operators */
	return mine.in_force && strcmp(mine.kind, "platform_operator") == 0 && strcmp(mine.region, platform) == 0;
}

PG_FUNCTION_INFO_V1(gd_current_department_sql);
PG_FUNCTION_INFO_V1(gd_sees_sql);
PG_FUNCTION_INFO_V1(gd_role_department_sql);
PG_FUNCTION_INFO_V1(gd_oversees_sql);
PG_FUNCTION_INFO_V1(gd_region_calendar_sql);
PG_FUNCTION_INFO_V1(gd_region_contains_sql);
PG_FUNCTION_INFO_V1(gd_operates_sql);
PG_FUNCTION_INFO_V1(gd_platform_operator_sql);

Datum
gd_current_department_sql(PG_FUNCTION_ARGS)
{
	int64		id = gd_current_department();

	(void) fcinfo;
	if (id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(id);
}

/* the department that a role stands for or is a member of, in office or not */
Datum
gd_role_department_sql(PG_FUNCTION_ARGS)
{
	Oid			role = PG_GETARG_OID(0);
	GdDepartment dept;
	int64		found;

	if (gd_department_by_role(role, &dept))
		PG_RETURN_INT64(dept.id);
	found = gd_department_of(role);
	if (found <= 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(found);
}

Datum
gd_oversees_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(gd_oversees(PG_GETARG_INT64(0)));
}

static bool
gd_is_mine(int64 me, int64 department)
{
	return me != 0 && (department == me || gd_oversees(department));
}

bool
gd_sees(int64 department)
{
	int64		me = gd_current_department();

	return gd_is_administrator() || gd_is_mine(me, department);
}

Datum
gd_sees_sql(PG_FUNCTION_ARGS)
{
	int64		me = gd_current_department();

	if (gd_is_administrator())
		PG_RETURN_BOOL(true);
	for (int i = 0; i < 2; i++)
		if (!PG_ARGISNULL(i) && gd_is_mine(me, PG_GETARG_INT64(i)))
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

Datum
gd_region_calendar_sql(PG_FUNCTION_ARGS)
{
	GdRegion	region;

	if (!gd_region(text_to_cstring(PG_GETARG_TEXT_PP(0)), &region))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(region.calendar));
}

Datum
gd_region_contains_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(gd_region_contains(text_to_cstring(PG_GETARG_TEXT_PP(0)),
									  text_to_cstring(PG_GETARG_TEXT_PP(1))));
}

Datum
gd_operates_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(gd_operates(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

Datum
gd_platform_operator_sql(PG_FUNCTION_ARGS)
{
	GdRegion	region;

	if (!gd_region(text_to_cstring(PG_GETARG_TEXT_PP(0)), &region) ||
		(region.operator == 0 && region.authority == 0))
		PG_RETURN_NULL();
	PG_RETURN_INT64(region.operator ? region.operator : region.authority);
}

/* ---- writing as the law itself ---- */

static int	gd_own_depth = 0;

void
gd_own_begin(GdOwn *own)
{
	GetUserIdAndSecContext(&own->userid, &own->sec_context);
	own->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	SetUserIdAndSecContext(gd_owner(), own->sec_context | SECURITY_LOCAL_USERID_CHANGE);
	gd_own_depth++;
}

void
gd_own_end(GdOwn *own)
{
	gd_own_depth--;
	SetUserIdAndSecContext(own->userid, own->sec_context);
	AtEOXact_GUC(true, own->guc_level);
}

bool
gd_own_writing(void)
{
	return gd_own_depth > 0;
}

/* ---- own hands ---- */

/*
 * What is being executed, innermost first: a statement, a table filled by
 * COPY, or a function.  Frames live on the C stack of the hooks, except those
 * of functions, which the manager's START and END or ABORT events bracket.  The
 * end of a transaction takes no frame away: a procedure goes on after it.
 */
typedef struct GdStatement
{
	PlannedStmt *plan;			/* NULL: a COPY into relid, or planning */
	Oid			relid;
	struct GdStatement *outer;
	List	   *carriers;		/* see GdCarried */
	Query	   *query;			/* being planned: that evaluates functions too */
	bool		starting;		/* its permissions have not been checked yet */
	const char *cursor;			/* it is a cursor's, and who opened that is not known */
} GdStatement;

static GdStatement *gd_statements = NULL;

static Oid *gd_functions = NULL;	/* functions on the stack that are not a
									 * superuser's */
static int	gd_n_functions = 0;
static int	gd_max_functions = 0;

static needs_fmgr_hook_type gd_prev_needs_fmgr = NULL;
static fmgr_hook_type gd_prev_fmgr = NULL;
static ExecutorStart_hook_type gd_prev_executor_start = NULL;
static planner_hook_type gd_prev_planner = NULL;
static ExecutorRun_hook_type gd_prev_executor_run = NULL;
static ExecutorFinish_hook_type gd_prev_executor_finish = NULL;
static ProcessUtility_hook_type gd_prev_utility = NULL;
static object_access_hook_type gd_prev_object_access = NULL;

Oid
gd_function_owner(Oid function)
{
	HeapTuple	tup = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tup))
	{
		owner = ((Form_pg_proc) GETSTRUCT(tup))->proowner;
		ReleaseSysCache(tup);
	}
	return owner;
}

Oid
gd_relation_owner(Oid relid)
{
	HeapTuple	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner = InvalidOid;

	if (HeapTupleIsValid(tup))
	{
		owner = ((Form_pg_class) GETSTRUCT(tup))->relowner;
		ReleaseSysCache(tup);
	}
	return owner;
}

static bool
gd_needs_fmgr(Oid function)
{
	if (gd_prev_needs_fmgr && gd_prev_needs_fmgr(function))
		return true;
	if (function < FirstNormalObjectId || !IsTransactionState() ||
		!OidIsValid(gd_relid(GD_DEPARTMENT)))
		return false;
	return !superuser_arg(gd_function_owner(function));
}

static void
gd_fmgr(FmgrHookEventType event, FmgrInfo *flinfo, Datum *private)
{
	bool		ours = flinfo->fn_oid >= FirstNormalObjectId;

	if (gd_prev_fmgr)
		gd_prev_fmgr(event, flinfo, private);
	if (!ours)
		return;

	if (event == FHET_START)
	{
		if (gd_n_functions == gd_max_functions)
		{
			int			size = Max(16, 2 * gd_max_functions);

			gd_functions = gd_functions ?
				repalloc(gd_functions, size * sizeof(Oid)) :
				MemoryContextAlloc(TopMemoryContext, size * sizeof(Oid));
			gd_max_functions = size;
		}
		gd_functions[gd_n_functions++] = flinfo->fn_oid;
	}
	else if (gd_n_functions > 0)
		gd_n_functions--;
}

/*
 * Functions that are part of a statement without being called while it runs:
 * an aggregate calls its support functions in its place, and a cursor may have
 * been opened by a function that has returned.  Both are known when the
 * statement starts; what they are is kept until it ends.
 */
typedef struct GdCarried
{
	QueryDesc  *queryDesc;
	List	   *functions;
	const char *cursor;			/* see GdStatement */
	struct GdCarried *next;
} GdCarried;

static GdCarried *gd_carried = NULL;
static GdCarried *gd_starting = NULL;

static void
gd_carried_forget(void *arg)
{
	for (GdCarried **p = &gd_carried; *p; p = &(*p)->next)
		if (*p == arg)
		{
			*p = (*p)->next;
			return;
		}
}

static GdStatement
gd_frame_of(QueryDesc *queryDesc)
{
	GdStatement frame = {.plan = queryDesc->plannedstmt, .outer = gd_statements};

	for (GdCarried *c = gd_carried; c; c = c->next)
		if (c->queryDesc == queryDesc)
		{
			frame.carriers = c->functions;
			frame.cursor = c->cursor;
			break;
		}
	return frame;
}

/* the statement's own memory takes the entry with it when it ends */
static void
gd_carry(GdCarried *started)
{
	MemoryContext old = MemoryContextSwitchTo(started->queryDesc->estate->es_query_cxt);
	GdCarried  *c = palloc(sizeof(GdCarried));
	MemoryContextCallback *callback = palloc(sizeof(MemoryContextCallback));

	c->queryDesc = started->queryDesc;
	c->functions = list_copy(started->functions);
	c->cursor = started->cursor ? pstrdup(started->cursor) : NULL;
	c->next = gd_carried;
	gd_carried = c;
	callback->func = gd_carried_forget;
	callback->arg = c;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	MemoryContextSwitchTo(old);
}

/* depth of utility statements under way, and of FETCH among them */
static int	gd_utilities = 0;
static int	gd_fetching = 0;

/*
 * Statements that change something, or EXPLAIN, start when a cursor over them is
 * first fetched from, not when it is opened: by then the function that opened it
 * may have returned, and nothing tells whose it was.  A loop's own cursor is
 * pinned, and its function is still there; EXECUTE runs one that nobody sees, and
 * the client its own, with nothing under way.  The name of such a cursor, or NULL.
 */
static const char *
gd_late_cursor(const PlannedStmt *statement)
{
	Portal		p = ActivePortal;

	if (p == NULL || p->name[0] == '\0' || !p->visible ||
		(p->portalPinned && (gd_n_functions > 0 || gd_fetching == 0)) ||
		(gd_utilities == 0 && gd_n_functions == 0 && gd_statements == NULL) ||
		(p->strategy != PORTAL_ONE_RETURNING && p->strategy != PORTAL_ONE_MOD_WITH && p->strategy != PORTAL_UTIL_SELECT))
		return NULL;
	return list_member_ptr(p->stmts, statement) ? p->name : NULL;
}

static void
gd_executor_start(QueryDesc *queryDesc, int eflags)
{
	GdCarried	started = {.queryDesc = queryDesc, .cursor = gd_late_cursor(queryDesc->plannedstmt)};
	GdCarried  *outer = gd_starting;
	GdStatement frame = {.plan = queryDesc->plannedstmt, .outer = gd_statements, .starting = true, .cursor = started.cursor};

	for (int i = 0; i < gd_n_functions; i++)
		started.functions = lappend_oid(started.functions, gd_functions[i]);
	gd_starting = &started;
	gd_statements = &frame;
	PG_TRY();
	{
		if (gd_prev_executor_start)
			gd_prev_executor_start(queryDesc, eflags);
		else
			standard_ExecutorStart(queryDesc, eflags);
	}
	PG_FINALLY();
	{
		gd_starting = outer;
		gd_statements = frame.outer;
	}
	PG_END_TRY();
	if ((started.functions != NIL || started.cursor) && queryDesc->estate)
		gd_carry(&started);
}

/*
 * Whether a statement may read is judged as if it were not there yet; what it
 * then evaluates while it starts, such as the keys of partitions, is its own.
 */
void
gd_permissions_checked(void)
{
	if (gd_statements)
		gd_statements->starting = false;
}

static GdStatement *
gd_innermost(void)
{
	return gd_statements && gd_statements->starting ? gd_statements->outer : gd_statements;
}

/* the executor announces aggregates and window functions while it starts */
static void
gd_object_access(ObjectAccessType access, Oid classId, Oid objectId, int subId, void *arg)
{
	if (gd_prev_object_access)
		gd_prev_object_access(access, classId, objectId, subId, arg);
	if (access == OAT_FUNCTION_EXECUTE && gd_starting && objectId >= FirstNormalObjectId &&
		get_func_prokind(objectId) != PROKIND_FUNCTION)
	{
		MemoryContext old = MemoryContextSwitchTo(CurTransactionContext);

		gd_starting->functions = lappend_oid(gd_starting->functions, objectId);
		MemoryContextSwitchTo(old);
	}
}

static void
gd_executor_run(GD_EXECUTOR_RUN_PARAMS)
{
	GdStatement frame = gd_frame_of(queryDesc);

	gd_statements = &frame;
	PG_TRY();
	{
		if (gd_prev_executor_run)
			gd_prev_executor_run(GD_EXECUTOR_RUN_ARGS);
		else
			standard_ExecutorRun(GD_EXECUTOR_RUN_ARGS);
	}
	PG_FINALLY();
	{
		gd_statements = frame.outer;
	}
	PG_END_TRY();
}

/* the planner evaluates functions to estimate by them */
static PlannedStmt *
gd_planner(Query *parse, const char *query_string, int cursorOptions, ParamListInfo boundParams)
{
	GdStatement frame = {.outer = gd_statements, .query = parse};
	PlannedStmt *plan = NULL;

	gd_statements = &frame;
	PG_TRY();
	{
		plan = gd_prev_planner ? gd_prev_planner(parse, query_string, cursorOptions, boundParams) :
			standard_planner(parse, query_string, cursorOptions, boundParams);
	}
	PG_FINALLY();
	{
		gd_statements = frame.outer;
	}
	PG_END_TRY();
	return plan;
}

/* AFTER triggers of a statement fire here */
static void
gd_executor_finish(QueryDesc *queryDesc)
{
	GdStatement frame = gd_frame_of(queryDesc);

	gd_statements = &frame;
	PG_TRY();
	{
		if (gd_prev_executor_finish)
			gd_prev_executor_finish(queryDesc);
		else
			standard_ExecutorFinish(queryDesc);
	}
	PG_FINALLY();
	{
		gd_statements = frame.outer;
	}
	PG_END_TRY();
}

static void gd_check_function(Oid function, int article);

/*
 * What another department's function prepares or creates would belong to the
 * clerk who called it, and act later with nobody else's hand to be seen.
 */
static void
gd_check_laundering(Node *statement)
{
	if (gd_n_functions == 0 || !IsTransactionState() ||
		(!IsA(statement, PrepareStmt) && GetCommandLogLevel(statement) != LOGSTMT_DDL))
		return;
	if (OidIsValid(gd_relid(GD_DEPARTMENT)) && gd_department_of(GetOuterUserId()) != 0)
		for (int i = 0; i < gd_n_functions; i++)
			gd_check_function(gd_functions[i], 6);
}

/*
 * COPY FROM evaluates defaults and fires triggers of its table without an
 * executor run of its own.
 */
static void
gd_utility(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
		   ProcessUtilityContext context, ParamListInfo params,
		   QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	GdStatement frame = {.outer = gd_statements, .cursor = gd_late_cursor(pstmt)};
	int			utilities = gd_utilities;
	int			fetching = gd_fetching;

	gd_check_laundering(pstmt->utilityStmt);
	if (IsA(pstmt->utilityStmt, CopyStmt))
	{
		CopyStmt   *copy = (CopyStmt *) pstmt->utilityStmt;

		if (copy->is_from && copy->relation && IsTransactionState())
			frame.relid = RangeVarGetRelid(copy->relation, NoLock, true);
	}
	if (OidIsValid(frame.relid) || frame.cursor)
		gd_statements = &frame;
	gd_utilities++;
	if (IsA(pstmt->utilityStmt, FetchStmt))
		gd_fetching++;
	PG_TRY();
	{
		if (gd_prev_utility)
			gd_prev_utility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		else
			standard_ProcessUtility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
	}
	PG_FINALLY();
	{
		gd_statements = frame.outer;
		gd_utilities = utilities;
		gd_fetching = fetching;
	}
	PG_END_TRY();
}

/* a department whose objects are at home where they are met; 0: none */
static int64 gd_host = 0;

/* does an object of this owner bring somebody else's will into what a role does? */
static bool
gd_is_foreign_to(Oid owner, Oid role)
{
	int64		theirs;

	if (!OidIsValid(owner) || owner == role || superuser_arg(owner))
		return false;
	theirs = gd_department_of(owner);
	if (theirs > 0 && theirs == gd_host)
		return false;
	/* so are those who load it, with what belongs to a role of theirs */
	if (gd_host != 0 && theirs == 0 && gd_department_of(role) == 0 && is_member_of_role_nosuper(role, owner))
		return false;
	return theirs == 0 || theirs == GD_AMBIGUOUS || theirs != gd_department_of(role);
}

static bool
gd_is_foreign(Oid owner)
{
	return gd_is_foreign_to(owner, GetOuterUserId());
}

/* whoever drops a function that runs, or has opened a cursor, hides whose it was */
static bool
gd_is_foreign_function(Oid function)
{
	Oid			owner = gd_function_owner(function);

	return !OidIsValid(owner) || gd_is_foreign(owner);
}

static void
gd_refuse_foreign(int article, const char *what, Oid owner)
{
	const char *who = GetUserNameFromId(owner, true);

	ereport(ERROR,
			(errcode(GD_ERRCODE(article)),
			 errmsg("an act must not come through another department's object"),
			 errdetail("\"%s\", owned by \"%s\", is part of what is being executed. Measures, Article %d.",
					   what ? what : "?", who ? who : "?", article),
			 errhint("Carry the act out by itself, in a statement that uses only your own department's objects.")));
}

static void
gd_check_function(Oid function, int article)
{
	if (gd_is_foreign_function(function))
		gd_refuse_foreign(article, get_func_name(function), gd_function_owner(function));
}

static void
gd_check_statement(GdStatement *s, int article)
{
	ListCell   *lc;

	foreach(lc, s->carriers)
		gd_check_function(lfirst_oid(lc), article);
	if (s->cursor)
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("an act must not come through a cursor that began before it"),
				 errdetail("It is part of cursor \"%s\", and who opened that is not known any more. Measures, Article %d.",
						   s->cursor, article),
				 errhint("Carry the act out by itself, in a statement that uses only your own department's objects.")));
	if (s->query)
		return;
	if (s->plan == NULL)
	{
		Oid			owner = gd_relation_owner(s->relid);

		if (gd_is_foreign(owner))
			gd_refuse_foreign(article, get_rel_name(s->relid), owner);
		return;
	}
	/* a view's own entry stays in the flattened range table */
	foreach(lc, s->plan->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		Oid			owner;

		if (!OidIsValid(rte->relid))
			continue;
		owner = gd_relation_owner(rte->relid);
		if (gd_is_foreign(owner))
			gd_refuse_foreign(article, get_rel_name(rte->relid), owner);
	}
}

/*
 * Does a statement over this relation run what its owner wrote, even if only
 * with functions of the server?  query_to_xml() in a default, a rule, a policy
 * or a view reads with the rights of whoever runs the statement.
 */
static bool
gd_runs_owners_code(Oid relid, bool written, Oid reader, GdHarmless harmless)
{
	HeapTuple	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class rel;
	bool		runs;

	if (!HeapTupleIsValid(tup))
		return false;
	rel = (Form_pg_class) GETSTRUCT(tup);
	runs = (written || rel->relkind == RELKIND_VIEW || rel->relrowsecurity) && gd_is_foreign_to(rel->relowner, reader);
	ReleaseSysCache(tup);
	return runs && !harmless(relid, written);
}

/*
 * Was writing to it asked for, and does a rule say what is done instead or
 * besides?  Then its entry is still there, with the permissions, and is no target.
 */
static bool
gd_is_replaced(Oid relid, const GdPerms *perms)
{
	HeapTuple	tup;
	bool		ruled;

	if (perms == NULL || !(perms->requiredPerms & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)))
		return false;
	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	ruled = HeapTupleIsValid(tup) && ((Form_pg_class) GETSTRUCT(tup))->relhasrules;
	if (HeapTupleIsValid(tup))
		ReleaseSysCache(tup);
	return ruled;
}

/* what is looked for in a query: code that is not the reader's */
typedef struct GdForeignCode
{
	Oid			reader;
	bool		writing;		/* what a table runs when it is written counts, too */
	GdHarmless	harmless;
} GdForeignCode;

static bool
gd_query_walker(Node *node, void *context)
{
	Query	   *query = (Query *) node;
	GdForeignCode *code = context;
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, gd_query_walker, context);
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		bool		target = foreach_current_index(lc) + 1 == query->resultRelation;

		if (OidIsValid(rte->relid) &&
			gd_runs_owners_code(rte->relid, target ? code->writing : gd_is_replaced(rte->relid, GD_RTE_PERMS(query, rte)),
								code->reader, code->harmless))
			return true;
	}
	return query_tree_walker(query, gd_query_walker, context, 0);
}

static bool
gd_is_foreign_statement(GdStatement *s, GdHarmless harmless)
{
	GdForeignCode code = {GetOuterUserId(), true, harmless};
	ListCell   *lc;

	if (s->cursor)
		return true;
	foreach(lc, s->carriers)
		if (gd_is_foreign_function(lfirst_oid(lc)))
			return true;
	if (s->query)
		return gd_query_walker((Node *) s->query, &code);
	if (s->plan == NULL)
		return gd_runs_owners_code(s->relid, true, code.reader, harmless);
	foreach(lc, s->plan->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		bool		target = list_member_int(s->plan->resultRelations, foreach_current_index(lc) + 1);

		if (OidIsValid(rte->relid) &&
			gd_runs_owners_code(rte->relid, target || gd_is_replaced(rte->relid, GD_PLAN_PERMS(s->plan, rte)),
								code.reader, harmless))
			return true;
	}
	return false;
}

static bool
gd_function_is_foreign(Oid function, void *context)
{
	return function >= FirstNormalObjectId && gd_is_foreign_to(gd_function_owner(function), *(Oid *) context);
}

static Oid
gd_type_owner(Oid type)
{
	HeapTuple	tup = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Oid			owner = HeapTupleIsValid(tup) ? ((Form_pg_type) GETSTRUCT(tup))->typowner : InvalidOid;

	if (HeapTupleIsValid(tup))
		ReleaseSysCache(tup);
	return owner;
}

/* is that so of the type of any field of a row? */
static bool
gd_any_field(Oid type, Oid role, bool (*is_so) (Oid type, Oid role))
{
	TupleDesc	desc = lookup_rowtype_tupdesc_noerror(type, -1, true);
	bool		found = false;

	if (desc == NULL)
		return false;
	for (int i = 0; i < desc->natts && !found; i++)
		if (!TupleDescAttr(desc, i)->attisdropped)
			found = is_so(TupleDescAttr(desc, i)->atttypid, role);
	ReleaseTupleDesc(desc);
	return found;
}

/* does making a value of this type run a CHECK of somebody else's? */
static bool
gd_type_is_foreign(Oid type, Oid role)
{
	Oid			element;

	check_stack_depth();
	if (type < FirstNormalObjectId)
		return false;
	element = get_element_type(type);
	if (OidIsValid(element))
		return gd_type_is_foreign(element, role);
	if (get_typtype(type) == TYPTYPE_COMPOSITE)
		return gd_any_field(type, role, gd_type_is_foreign);
	if (get_typtype(type) == TYPTYPE_MULTIRANGE)
		return gd_type_is_foreign(get_multirange_range(type), role);
	if (get_typtype(type) == TYPTYPE_RANGE)
		return gd_type_is_foreign(get_range_subtype(type), role);
	return get_typtype(type) == TYPTYPE_DOMAIN &&
		(gd_is_foreign_to(gd_type_owner(type), role) || gd_type_is_foreign(getBaseType(type), role));
}

/* JSON is made of a value by a cast that stands in no expression */
static bool
gd_becomes_json_by_foreign(Oid type, Oid role)
{
	HeapTuple	tup;
	Oid			function = InvalidOid;

	check_stack_depth();
	if (type < FirstNormalObjectId)
		return false;
	if (OidIsValid(get_element_type(type)))
		return gd_becomes_json_by_foreign(get_element_type(type), role);
	if (get_typtype(type) == TYPTYPE_COMPOSITE && gd_any_field(type, role, gd_becomes_json_by_foreign))
		return true;
	if (get_typtype(type) == TYPTYPE_DOMAIN && gd_becomes_json_by_foreign(getBaseType(type), role))
		return true;
	tup = SearchSysCache2(CASTSOURCETARGET, ObjectIdGetDatum(type), ObjectIdGetDatum(JSONOID));
	if (HeapTupleIsValid(tup))
	{
		function = ((Form_pg_cast) GETSTRUCT(tup))->castfunc;
		ReleaseSysCache(tup);
	}
	return function >= FirstNormalObjectId && gd_is_foreign_to(gd_function_owner(function), role);
}

/* expressions whose values may go into JSON */
static bool
gd_has_type(Node *node)
{
	switch (nodeTag(node))
	{
		case T_Var:
		case T_Const:
		case T_Param:
		case T_Aggref:
		case T_WindowFunc:
		case T_FuncExpr:
		case T_OpExpr:
		case T_NullIfExpr:
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ConvertRowtypeExpr:
		case T_RelabelType:
		case T_CoerceToDomain:
		case T_CaseExpr:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_ArrayExpr:
		case T_RowExpr:
		case T_FieldSelect:
		case T_SubscriptingRef:
			return true;
		default:
			return false;
	}
}

/*
 * Input functions called by name are told the type as they are called: domain_in()
 * runs the CHECK of whatever domain it is given.
 */
static bool
gd_reads_type(FuncExpr *f, Oid role)
{
	Const	   *type = list_length(f->args) > 1 ? lsecond(f->args) : NULL;

	switch (f->funcid)
	{
		case F_DOMAIN_IN:
		case F_ARRAY_IN:
		case F_RECORD_IN:
		case F_RANGE_IN:
		case F_MULTIRANGE_IN:
		case F_ENUM_IN:
			break;
#ifdef F_PG_INPUT_IS_VALID
		case F_PG_INPUT_IS_VALID:
		case F_PG_INPUT_ERROR_INFO:
			return true;
#endif
		default:
			return false;
	}
	return type == NULL || !IsA(type, Const) || type->constisnull ||
		gd_type_is_foreign(DatumGetObjectId(type->constvalue), role) ||
		gd_becomes_json_by_foreign(DatumGetObjectId(type->constvalue), role);
}

/* types of which this node makes values, out of text or JSON maybe */
static bool
gd_makes_foreign(Node *node, Oid role)
{
	List	   *types = NIL;
	ListCell   *lc;

	if (gd_has_type(node) && gd_becomes_json_by_foreign(exprType(node), role))
		return true;
	if (IsA(node, FuncExpr) && gd_reads_type((FuncExpr *) node, role))
		return true;
	if (IsA(node, CoerceToDomain) || IsA(node, CoerceViaIO) || IsA(node, FuncExpr) || GD_IS_JSON_EXPR(node))
		return gd_type_is_foreign(exprType(node), role);
	if (IsA(node, RangeTblFunction))
		types = ((RangeTblFunction *) node)->funccoltypes;
	else if (IsA(node, TableFunc))
		types = ((TableFunc *) node)->coltypes;
	foreach(lc, types)
		if (gd_type_is_foreign(lfirst_oid(lc), role))
			return true;
	return false;
}

static bool
gd_foreign_call_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, gd_foreign_call_walker, context, 0);
	if (check_functions_in_node(node, gd_function_is_foreign, context) || gd_makes_foreign(node, *(Oid *) context))
		return true;
	return expression_tree_walker(node, gd_foreign_call_walker, context);
}

bool
gd_calls_foreign(Node *node, Oid role)
{
	return gd_foreign_call_walker(node, &role);
}

/* what is written does not come to see what is read */
bool
gd_uses_foreign_code(Node *node, Oid reader, GdHarmless harmless)
{
	GdForeignCode code = {reader, false, harmless};

	return gd_query_walker(node, &code);
}

bool
gd_function_has_effects(Oid function, void *context)
{
	(void) context;
	switch (function)
	{
			/* stable, and running what a view says */
		case F_TABLE_TO_XML:
		case F_TABLE_TO_XMLSCHEMA:
		case F_TABLE_TO_XML_AND_XMLSCHEMA:
		case F_SCHEMA_TO_XML:
		case F_SCHEMA_TO_XMLSCHEMA:
		case F_SCHEMA_TO_XML_AND_XMLSCHEMA:
		case F_DATABASE_TO_XML:
		case F_DATABASE_TO_XMLSCHEMA:
		case F_DATABASE_TO_XML_AND_XMLSCHEMA:
			return true;
		default:
			break;
	}
	if (function < FirstNormalObjectId || get_func_namespace(function) == gd_schema_oid())
		return func_volatile(function) == PROVOLATILE_VOLATILE && !gd_is_permitted_function(function);
	/* what an extension calls stable may run a statement that it is given */
	return func_volatile(function) != PROVOLATILE_IMMUTABLE;
}

static bool
gd_effects_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	/* who may see a row may see that it is locked */
	if (IsA(node, Query))
		return ((Query *) node)->rowMarks != NIL || query_tree_walker((Query *) node, gd_effects_walker, context, 0);
	return check_functions_in_node(node, gd_function_has_effects, context) ||
		expression_tree_walker(node, gd_effects_walker, context);
}

bool
gd_has_effects(Node *node)
{
	return gd_effects_walker(node, NULL);
}

bool
gd_in_statement(void)
{
	return gd_innermost() != NULL;
}

/*
 * Who acts follows from the outer user alone: no function, statement or
 * operation of anybody's surrounds what is being started.
 */
bool
gd_acts_alone(void)
{
	Oid			user;
	int			context;

	GetUserIdAndSecContext(&user, &context);
	return gd_innermost() == NULL && gd_n_functions == 0 && context == 0 &&
		user == GetOuterUserId();
}

bool
gd_in_foreign_hands(bool planning, GdHarmless harmless)
{
	GdStatement *s = gd_innermost();

	for (int i = 0; i < gd_n_functions; i++)
		if (gd_is_foreign_function(gd_functions[i]))
			return true;
	if (planning && s && s->query)
		s = s->outer;
	for (; s; s = s->outer)
		if (gd_is_foreign_statement(s, harmless))
			return true;
	return false;
}

bool
gd_in_strange_hands(int64 host, GdHarmless harmless)
{
	bool		strange = false;

	gd_host = host;
	PG_TRY();
	{
		/* the cursor whose statement is starting surrounds it already */
		strange = (gd_statements && gd_statements->starting && gd_statements->cursor) ||
			gd_in_foreign_hands(false, harmless);
	}
	PG_FINALLY();
	{
		gd_host = 0;
	}
	PG_END_TRY();
	return strange;
}

void
gd_require_own_hands(int article)
{
	Oid			user = GetUserId();
	Oid			outer = GetOuterUserId();

	if (gd_own_writing())
		return;

	if (user != outer)
	{
		int64		theirs = gd_department_of(user);

		if (theirs <= 0 || theirs != gd_department_of(outer))
			gd_refuse_foreign(article, "SECURITY DEFINER", user);
	}
	for (int i = 0; i < gd_n_functions; i++)
		gd_check_function(gd_functions[i], article);
	for (GdStatement *s = gd_innermost(); s; s = s->outer)
		gd_check_statement(s, article);
}

const char *
gd_who_acts(void)
{
	int64		me = gd_current_department();
	GdDepartment dept;

	if (me != 0 && gd_department(me, &dept))
		return pstrdup(dept.name);
	return gd_is_administrator() ? _("an administrator, who decides no case") : _("no department");
}

void
gd_require_administrator(const char *registry, int article)
{
	gd_require_own_hands(article);
	if (!gd_is_administrator())
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("\"%s\" is kept by the administrator", registry),
				 errdetail("You act as %s. Measures, Article %d.", gd_who_acts(), article),
				 errhint("Ask a member of role \"govdata_admin\".")));
}

void
gd_identity_init(void)
{
	gd_on_change(GD_REGION, gd_identity_forget);
	gd_on_change(GD_DEPARTMENT, gd_identity_forget);
	gd_on_role_change(gd_identity_forget);

	gd_prev_needs_fmgr = needs_fmgr_hook;
	needs_fmgr_hook = gd_needs_fmgr;
	gd_prev_fmgr = fmgr_hook;
	fmgr_hook = gd_fmgr;
	gd_prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = gd_executor_start;
	gd_prev_planner = planner_hook;
	planner_hook = gd_planner;
	gd_prev_executor_run = ExecutorRun_hook;
	ExecutorRun_hook = gd_executor_run;
	gd_prev_executor_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = gd_executor_finish;
	gd_prev_utility = ProcessUtility_hook;
	ProcessUtility_hook = gd_utility;
	gd_prev_object_access = object_access_hook;
	object_access_hook = gd_object_access;
}
