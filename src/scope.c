/*-------------------------------------------------------------------------
 *
 * scope.c
 *	  For whom and for what a provider shares (Article 18), and no more of it
 *	  than is used (Article 20).
 *
 * A provider declares departments, regions with all below them, and systems: a
 * head with all who have it as superior, at any distance.  Whoever is in one of
 * these is inside.  Nothing declared means everybody.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "guard.h"

PG_FUNCTION_INFO_V1(gd_nothing_used);

/* is the department the head of the system or somewhere below it? */
static bool
gd_in_system(int64 head, int64 department)
{
	GdDepartment dept;

	for (int i = 0; i < GD_MAX_SUPERIORS && department != 0; i++)
	{
		if (department == head)
			return true;
		if (!gd_department(department, &dept))
			return false;
		department = dept.superior;
	}
	return false;
}

static bool
gd_scope_covers(const GdResource *r, const GdDepartment *who)
{
	int64	   *ids;
	char	  **codes;
	int			n;

	if (r->scope_departments == (Datum) 0 && r->scope_regions == (Datum) 0 && r->scope_systems == (Datum) 0)
		return true;
	if (r->scope_departments && gd_ids_have(r->scope_departments, who->id))
		return true;
	n = r->scope_systems ? gd_ids_of(r->scope_systems, &ids) : 0;
	for (int i = 0; i < n; i++)
		if (gd_in_system(ids[i], who->id))
			return true;
	n = r->scope_regions ? gd_texts_of(r->scope_regions, &codes) : 0;
	for (int i = 0; i < n; i++)
		if (gd_region_contains(codes[i], who->region))
			return true;
	return false;
}

bool
gd_outside_scope(const GdResource *r, const GdDepartment *who, const char *usage)
{
	if (!gd_scope_covers(r, who))
		return true;
	return r->uses != (Datum) 0 && (usage == NULL || !gd_texts_have(r->uses, usage));
}

/* ---- what a provider declares ---- */

static void
gd_refuse_scope(const char *what, const char *value)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(18)),
			 errmsg("the declared scope names a %s that is not registered: \"%s\"", what, value),
			 errdetail("Scope and use are checked by rule, so they must name what exists. Measures, Article 18."),
			 errhint("Look it up: SELECT id, name FROM govdata.department, SELECT code, name FROM govdata.region.")));
}

static void
gd_check_departments(GdRow *row, int attno, const char *what)
{
	int64	   *ids;
	GdDepartment dept;
	int			n = row->newnull[attno - 1] ? 0 : gd_ids_of(row->new[attno - 1], &ids);

	for (int i = 0; i < n; i++)
		if (!gd_department(ids[i], &dept))
			gd_refuse_scope(what, psprintf(INT64_FORMAT, ids[i]));
}

void
gd_check_scope(GdRow *row, int departments, int regions, int systems)
{
	char	  **codes;
	GdRegion	region;
	int			n = row->newnull[regions - 1] ? 0 : gd_texts_of(row->new[regions - 1], &codes);

	gd_check_departments(row, departments, _("department"));
	gd_check_departments(row, systems, _("department"));
	for (int i = 0; i < n; i++)
		if (!gd_region(codes[i], &region))
			gd_refuse_scope(_("region"), codes[i]);
}

/* ---- what is used ---- */

Datum
gd_nothing_used(PG_FUNCTION_ARGS)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("nothing of authorization %lld was read", (long long) PG_GETARG_INT64(0)),
			 errdetail("A renewal starts from what was used. Measures, Article 20."),
			 errhint("Name the items that will be needed: govdata.renew_authorization(%lld, valid_until, items).",
					 (long long) PG_GETARG_INT64(0))));
}
