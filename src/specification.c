/*-------------------------------------------------------------------------
 *
 * specification.c
 *	  The catalog specification (Article 10): who makes it, how it is applied.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "utils/builtins.h"

#include "catalog.h"

/* ---- codes ---- */

const char *
gd_draw_code(const char *class)
{
	static GdStatementText rule = {
		"SELECT $1 ~ r.class_pattern, r.class_pattern, r.separator, r.serial_digits::integer, r.basis"
		" FROM govdata.code_rule r WHERE r.effective @> govdata.legal_date(govdata.clock())",
		1, gd_arg_text, NULL
	};
	static GdStatementText draw = {
		"INSERT INTO govdata.resource_serial AS s (class, last) VALUES ($1, 1)"
		" ON CONFLICT (class) DO UPDATE SET last = s.last + 1 RETURNING last",
		1, gd_arg_text, NULL
	};
	Datum		arg = CStringGetTextDatum(class);
	Datum		values[5];
	bool		nulls[5];
	Datum		serial;
	bool		isnull;

	if (gd_own_run(&rule, &arg, NULL, NULL, 5, values, nulls) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(10)),
				 errmsg("no code rule is in force today"),
				 errdetail("Resources are coded by the rule of the province. Measures, Article 10."),
				 errhint("SELECT * FROM govdata.code_rule shows the periods.")));
	if (!DatumGetBool(values[0]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(10)),
				 errmsg("class \"%s\" does not follow the code rule", class),
				 errdetail("A class must match %s (%s). Measures, Article 10.",
						   TextDatumGetCString(values[1]), TextDatumGetCString(values[4])),
				 errhint("SELECT * FROM govdata.code_rule shows the rule in force.")));
	(void) gd_own_run(&draw, &arg, NULL, NULL, 1, &serial, &isnull);
	return psprintf("%s%s%0*lld", class, TextDatumGetCString(values[2]), DatumGetInt32(values[3]),
					(long long) DatumGetInt64(serial));
}

/* ---- entries ---- */

void
gd_check_specification(GdRow *row, const char *code)
{
	/* the row type is an argument, so the plan is made for each call */
	Oid			rowtype = row->trigdata->tg_relation->rd_rel->reltype;
	GdStatementText query = {
		"SELECT string_agg(format('%s (%s): %s', f.element, concat_ws('.', f.item, f.column_name),"
		" concat_ws(' ', f.rule, f.requirement, quote_nullable(f.value))), '; ')"
		" FROM govdata._specification_findings(to_jsonb($1)) f", 1, &rowtype, NULL
	};
	Datum		arg = heap_copy_tuple_as_datum(heap_form_tuple(row->desc, row->new, row->newnull), row->desc);
	Datum		value;
	bool		isnull;

	(void) gd_own_run(&query, &arg, NULL, NULL, 1, &value, &isnull);
	SPI_freeplan(query.plan);
	if (isnull)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(10)),
			 errmsg("resource \"%s\" does not meet the catalog specification", code),
			 errdetail("%s. Measures, Article 10.", TextDatumGetCString(value)),
			 errhint("SELECT * FROM govdata.validate_resource('%s') lists everything that stands against publishing it.", code)));
}

/* ---- who makes it ---- */

void
gd_require_specifier(const char *registry, int article)
{
	int64		me;
	GdDepartment dept;
	GdRegion	region;

	gd_require_own_hands(article);
	if (gd_is_administrator())
		return;
	me = gd_current_department();
	if (me != 0 && gd_department(me, &dept) && strcmp(dept.kind, "data_authority") == 0 &&
		gd_region(dept.region, &region) && region.parent[0] == '\0')
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(article)),
			 errmsg("\"%s\" is set by the provincial data authority", registry),
			 errdetail("You act as %s. Measures, Article %d.", gd_who_acts(), article),
			 errhint("Ask the provincial data authority, or a member of role \"govdata_admin\".")));
}

/* A rule by which nothing can be judged would keep everybody from publishing. */
void
gd_check_specification_rule(Datum row, Oid rowtype)
{
	GdStatementText query = {
		"SELECT c.name FROM (VALUES ($1.column_name), ($1.when_column)) AS c (name)"
		" WHERE c.name IS NOT NULL AND NOT EXISTS (SELECT FROM pg_attribute a"
		"  WHERE a.attrelid = CASE $1.part WHEN 'item' THEN 'govdata.resource_item'::regclass"
		"   ELSE 'govdata.resource'::regclass END AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped) LIMIT 1", 1, &rowtype, NULL
	};
	GdStatementText pattern = {"SELECT '' ~ $1.pattern", 1, &rowtype, NULL};
	Datum		value;
	bool		isnull;
	uint64		unknown = gd_own_run(&query, &row, NULL, NULL, 1, &value, &isnull);

	SPI_freeplan(query.plan);
	if (unknown > 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(10)),
				 errmsg("the catalog has no column \"%s\" for this element", NameStr(*DatumGetName(value))),
				 errdetail("An element that no entry can state would keep everybody from publishing. Measures, Article 10."),
				 errhint("Name a column of govdata.resource, or of govdata.resource_item with part \"item\".")));
	/* raises what the pattern itself is not */
	(void) gd_own_run(&pattern, &row, NULL, NULL, 1, &value, &isnull);
	SPI_freeplan(pattern.plan);
}
