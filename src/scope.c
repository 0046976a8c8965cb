/*-------------------------------------------------------------------------
 *
 * scope.c
 *	  For whom and for what a provider shares (Article 18).
 *
 * A provider declares departments, regions with all below them, and systems: a
 * head with all who have it as superior, at any distance.  Whoever is in one of
 * these is inside.  Nothing declared means everybody.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "guard.h"

/* no chain of superiors is as long; one that is goes in circles */
#define GD_MAX_SUPERIORS	32

static int
gd_int8s(Datum array, Datum **elems)
{
	int			n;

	deconstruct_array(DatumGetArrayTypeP(array), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, elems, NULL, &n);
	return n;
}

static int
gd_texts(Datum array, Datum **elems)
{
	int			n;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, elems, NULL, &n);
	return n;
}

bool
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
	Datum	   *elems;
	int			n;

	if (r->scope_departments == (Datum) 0 && r->scope_regions == (Datum) 0 && r->scope_systems == (Datum) 0)
		return true;
	n = r->scope_departments ? gd_int8s(r->scope_departments, &elems) : 0;
	for (int i = 0; i < n; i++)
		if (DatumGetInt64(elems[i]) == who->id)
			return true;
	n = r->scope_systems ? gd_int8s(r->scope_systems, &elems) : 0;
	for (int i = 0; i < n; i++)
		if (gd_in_system(DatumGetInt64(elems[i]), who->id))
			return true;
	n = r->scope_regions ? gd_texts(r->scope_regions, &elems) : 0;
	for (int i = 0; i < n; i++)
		if (gd_region_contains(TextDatumGetCString(elems[i]), who->region))
			return true;
	return false;
}

bool
gd_outside_scope(const GdResource *r, const GdDepartment *who, const char *usage)
{
	Datum	   *elems;
	int			n;

	if (!gd_scope_covers(r, who))
		return true;
	if (r->uses == (Datum) 0)
		return false;
	n = gd_texts(r->uses, &elems);
	for (int i = 0; i < n && usage; i++)
		if (strcmp(TextDatumGetCString(elems[i]), usage) == 0)
			return false;
	return true;
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
	Datum	   *elems;
	GdDepartment dept;
	int			n = row->newnull[attno - 1] ? 0 : gd_int8s(row->new[attno - 1], &elems);

	for (int i = 0; i < n; i++)
		if (!gd_department(DatumGetInt64(elems[i]), &dept))
			gd_refuse_scope(what, psprintf(INT64_FORMAT, DatumGetInt64(elems[i])));
}

void
gd_check_scope(GdRow *row, int departments, int regions, int systems)
{
	Datum	   *elems;
	GdRegion	region;
	int			n = row->newnull[regions - 1] ? 0 : gd_texts(row->new[regions - 1], &elems);

	gd_check_departments(row, departments, _("department"));
	gd_check_departments(row, systems, _("department"));
	for (int i = 0; i < n; i++)
		if (!gd_region(TextDatumGetCString(elems[i]), &region))
			gd_refuse_scope(_("region"), TextDatumGetCString(elems[i]));
}
