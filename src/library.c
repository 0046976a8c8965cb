/*-------------------------------------------------------------------------
 *
 * library.c
 *	  Base and theme libraries and their departments (Article 12).
 *
 * The data authority of a platform's region (province or city) sets libraries
 * up: it leads the base libraries itself, with the departments concerned, and
 * names the department mainly responsible for a theme.  The lead brings
 * co-departments in; these assign entries of their own to the library, and
 * contribute items of which they are the source to the lead's.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case.h"
#include "catalog.h"

enum
{
	LIB_ID = 1, LIB_SUBJECT, LIB_REGION, LIB_AUTHORITY, LIB_LEAD, LIB_STATE, LIB_ESTABLISHED_AT,
	LIB_DISSOLVED_AT, LIB_REASON
};

static const char *const gd_library_columns[] = {
	"id", "subject", "region", "authority", "lead", "state", "established_at",
	"dissolved_at", "reason"
};

enum
{
	MEM_ID = 1, MEM_LIBRARY, MEM_DEPARTMENT, MEM_STATE, MEM_JOINED_AT, MEM_LEFT_AT
};

static const char *const gd_member_columns[] = {
	"id", "library", "department", "state", "joined_at", "left_at"
};

static const Oid gd_arg_int8_int8[] = {INT8OID, INT8OID};

/* what is known of a library, held until the end of the transaction */
typedef struct GdLibrary
{
	int64		lead;
	char		region[16];
	char		kind[8];
	char	   *name;
} GdLibrary;

static bool
gd_library(int64 id, GdLibrary *library)
{
	static GdStatementText query = {
		"SELECT l.lead, l.region, s.kind, s.name FROM govdata.library l"
		" JOIN govdata.library_subject s ON s.code = l.subject"
		" WHERE l.id = $1 AND l.state = 'active' FOR SHARE OF l", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(id);
	Datum		values[4];
	bool		nulls[4];

	if (gd_own_run(&query, &arg, NULL, NULL, 4, values, nulls) == 0)
		return false;
	library->lead = DatumGetInt64(values[0]);
	strlcpy(library->region, TextDatumGetCString(values[1]), sizeof(library->region));
	strlcpy(library->kind, TextDatumGetCString(values[2]), sizeof(library->kind));
	library->name = TextDatumGetCString(values[3]);
	return true;
}

static bool
gd_is_member(int64 library, int64 department)
{
	static GdStatementText query = {
		"SELECT 1 FROM govdata.library_member WHERE library = $1 AND department = $2 AND state = 'joined'",
		2, gd_arg_int8_int8, NULL
	};
	Datum		args[2] = {Int64GetDatum(library), Int64GetDatum(department)};

	return gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL) > 0;
}

bool
gd_in_library(int64 id, int64 department)
{
	GdLibrary	library;

	return gd_library(id, &library) && (library.lead == department || gd_is_member(id, department));
}

/* base, theme or department: what the code rule says of a class */
static const char *
gd_class_kind(const char *class)
{
	static GdStatementText query = {"SELECT govdata._class_kind($1)", 1, gd_arg_text, NULL};
	Datum		arg = CStringGetTextDatum(class);
	Datum		value;
	bool		isnull;

	(void) gd_own_run(&query, &arg, NULL, NULL, 1, &value, &isnull);
	return TextDatumGetCString(value);
}

void
gd_check_library(int64 id, int64 provider, const char *class)
{
	GdLibrary	library;

	if (!gd_library(id, &library))
		ereport(ERROR,
				(errcode(GD_ERRCODE(12)),
				 errmsg("there is no library %lld", (long long) id),
				 errdetail("Entries are assigned to libraries that are there. Measures, Article 12."),
				 errhint("Look it up: SELECT * FROM govdata.library_list.")));
	if (strcmp(gd_class_kind(class), library.kind) != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(12)),
				 errmsg("class \"%s\" does not belong to a %s library", class, library.kind),
				 errdetail("Library \"%s\" is a %s library; the class is one of kind %s. Measures, Article 12.",
						   library.name, library.kind, gd_class_kind(class)),
				 errhint("SELECT * FROM govdata.code_rule shows which classes belong to which.")));
	if (library.lead != provider && !gd_is_member(id, provider))
		ereport(ERROR,
				(errcode(GD_ERRCODE(12)),
				 errmsg("the provider is no department of library \"%s\"", library.name),
				 errdetail("The lead and its co-departments collect, manage and maintain it. Measures, Article 12."),
				 errhint("Ask its lead: SELECT * FROM govdata.library_list WHERE id = %lld.", (long long) id)));
}

void
gd_require_library(int64 id, const char *class, const char *code)
{
	const char *kind = gd_class_kind(class);
	GdLibrary	library;

	if (strcmp(kind, "department") == 0)
		return;
	if (id != 0 && gd_library(id, &library) && strcmp(library.kind, kind) == 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(12)),
			 errmsg("resource \"%s\" names no %s library", code, kind),
			 errdetail("Its class says that it belongs to one. Measures, Article 12."),
			 errhint("UPDATE govdata.resource SET library = ...; SELECT * FROM govdata.library_list shows which there are.")));
}

/* ---- libraries ---- */

static bool
gd_is_platform_authority(GdCase *c)
{
	GdDepartment dept;
	GdRegion	region;

	if (c->from[0] != '\0')
		return c->me == gd_new_int64(c->row, LIB_AUTHORITY);
	return gd_department(c->me, &dept) && strcmp(dept.kind, "data_authority") == 0 &&
		gd_region(dept.region, &region) && region.level >= 2;
}

static const char *
gd_subject_kind(const char *subject)
{
	static GdStatementText query = {
		"SELECT kind FROM govdata.library_subject WHERE code = $1", 1, gd_arg_text, NULL
	};
	Datum		arg = CStringGetTextDatum(subject ? subject : "");
	Datum		value;
	bool		isnull;

	if (gd_own_run(&query, &arg, NULL, NULL, 1, &value, &isnull) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(12)),
				 errmsg("there is no kind of library called \"%s\"", subject ? subject : ""),
				 errdetail("Measures, Article 12."),
				 errhint("SELECT * FROM govdata.library_subject shows the kinds.")));
	return TextDatumGetCString(value);
}

/* A base library is the authority's own to lead; a theme has one of its region. */
static void
gd_check_lead(GdCase *c)
{
	GdRow	   *row = c->row;
	GdDepartment authority;
	GdDepartment lead;
	int64		id = gd_new_int64(row, LIB_LEAD);

	if (!gd_department(c->me, &authority))
		return;					/* the judge says why */
	if (c->from[0] == '\0')
		gd_set_text(row, LIB_REGION, authority.region);
	if (strcmp(gd_subject_kind(gd_new_text(row, LIB_SUBJECT)), "base") == 0)
	{
		if (id == 0)
			gd_set(row, LIB_LEAD, Int64GetDatum(c->me));
		else if (id != c->me)
			ereport(ERROR,
					(errcode(GD_ERRCODE(12)),
					 errmsg("a base library is led by the data authority"),
					 errdetail("It collects, manages and maintains base data together with the departments concerned. Measures, Article 12."),
					 errhint("Leave column lead out; bring the departments in with govdata.join_library().")));
		return;
	}
	if (id != 0 && gd_department(id, &lead) && lead.in_force && strcmp(lead.region, authority.region) == 0 &&
		gd_is_bound(&lead))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(12)),
			 errmsg("a theme library needs the department mainly responsible as its lead"),
			 errdetail("The lead is a department of the platform's own region. Measures, Article 12."),
			 errhint("Name it in column lead.")));
}

/* nothing may be left that belongs to it */
static void
gd_check_empty(GdCase *c)
{
	static GdStatementText query = {
		"SELECT count(*) FROM govdata.resource WHERE library = $1 AND state <> 'withdrawn'", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(c->id);
	Datum		n;
	bool		isnull;

	(void) gd_own_run(&query, &arg, NULL, NULL, 1, &n, &isnull);
	if (DatumGetInt64(n) > 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(12)),
				 errmsg_plural("library %lld still has %lld entry", "library %lld still has %lld entries",
							   DatumGetInt64(n), (long long) c->id, (long long) DatumGetInt64(n)),
				 errdetail("An entry of its class belongs to a library. Measures, Article 12."),
				 errhint("Their providers withdraw them or assign them to another library first.")));
}

static const GdActor gd_library_actors[] = {
	{"data_authority", 0, gd_is_platform_authority, false},
	{"lead", LIB_LEAD, NULL, false},
	{NULL, 0, NULL, false}
};

static const int gd_library_given[] = {LIB_SUBJECT, LIB_LEAD, 0};
static const int gd_library_lead[] = {LIB_LEAD, 0};
static const int gd_library_reason[] = {LIB_REASON, 0};
static const GdRequired gd_library_why[] = {{LIB_REASON, gettext_noop("the reason")}, {0, NULL}};

static const GdMove gd_library_moves[] = {
	{.from = "", .to = "active", .columns = gd_library_given, .at = LIB_ESTABLISHED_AT, .by = LIB_AUTHORITY,
	.check = gd_check_lead},
	{.from = "active", .to = "active", .amender = "data_authority", .columns = gd_library_lead, .check = gd_check_lead},
	{.from = "active", .to = "dissolved", .columns = gd_library_reason, .required = gd_library_why,
	.at = LIB_DISSOLVED_AT, .check = gd_check_empty},
	{0}
};

static GdCaseKind gd_library_kind = {
	.shape = {"library", 12, gd_library_columns, lengthof(gd_library_columns), false},
	.id = LIB_ID, .sequence = "library_id_seq", .state = LIB_STATE,
	.actors = gd_library_actors, .moves = gd_library_moves
};

/* ---- co-departments ---- */

static bool
gd_is_lead(GdCase *c)
{
	GdLibrary	library;

	return gd_library(gd_new_int64(c->row, MEM_LIBRARY), &library) && library.lead == c->me;
}

static void
gd_check_member(GdCase *c)
{
	int64		id = gd_new_int64(c->row, MEM_DEPARTMENT);
	GdDepartment dept;

	if (gd_department(id, &dept) && dept.in_force && gd_is_bound(&dept) &&
		!gd_in_library(gd_new_int64(c->row, MEM_LIBRARY), id))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(12)),
			 errmsg("department %lld cannot become a co-department of library %lld", (long long) id,
					(long long) gd_new_int64(c->row, MEM_LIBRARY)),
			 errdetail("A co-department is a department in office that does not belong to the library yet. Measures, Article 12."),
			 errhint("SELECT * FROM govdata.library_list shows who belongs to it.")));
}

static const GdActor gd_member_actors[] = {
	{"lead", 0, gd_is_lead, false},
	{"member", MEM_DEPARTMENT, NULL, false},
	{NULL, 0, NULL, false}
};

static const int gd_member_given[] = {MEM_LIBRARY, MEM_DEPARTMENT, 0};

static const GdMove gd_member_moves[] = {
	{.from = "", .to = "joined", .columns = gd_member_given, .at = MEM_JOINED_AT, .check = gd_check_member},
	{.from = "joined", .to = "left", .at = MEM_LEFT_AT},
	{0}
};

static GdCaseKind gd_member_kind = {
	.shape = {"library_member", 12, gd_member_columns, lengthof(gd_member_columns), false},
	.id = MEM_ID, .sequence = "library_member_id_seq", .state = MEM_STATE,
	.actors = gd_member_actors, .moves = gd_member_moves
};

void
gd_library_init(void)
{
	gd_case_register(&gd_library_kind);
	gd_case_register(&gd_member_kind);
}
