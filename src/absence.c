/*-------------------------------------------------------------------------
 *
 * absence.c
 *	  Who stands in for an absent data officer (Article 14).
 *
 * Every member of a department's role may act for it, whoever is absent.  An
 * entry about the officer's absence names the person who stands in; what that
 * person does meanwhile is recorded with both names, so that it can be told
 * afterwards who answered for what.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "case.h"

enum
{
	ABS_ID = 1, ABS_DEPARTMENT, ABS_STATE, ABS_OFFICER, ABS_OFFICER_ROLE, ABS_DEPUTY_ROLE, ABS_VALID,
	ABS_REASON, ABS_DECLARED_AT, ABS_ENDED_AT
};

static const char *const gd_absence_columns[] = {
	"id", "department", "state", "officer", "officer_role", "deputy_role", "valid",
	"reason", "declared_at", "ended_at"
};

/* ---- what every backend remembers ---- */

typedef struct GdAbsence
{
	int64		department;
	Oid			deputy;
	DateADT		from;			/* inclusive */
	DateADT		until;			/* exclusive */
	const char *officer;
} GdAbsence;

static MemoryContext gd_absence_context = NULL;
static GdAbsence *gd_absences = NULL;
static int	gd_n_absences = 0;
static bool gd_absences_fresh = false;

static void
gd_absences_forget(void)
{
	gd_absences_fresh = false;
}

/* the days of an absence; both ends are finite */
static void
gd_absence_days(Datum valid, DateADT *from, DateADT *until)
{
	TypeCacheEntry *type = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(type, DatumGetRangeTypeP(valid), &lower, &upper, &empty);
	*from = empty || lower.infinite ? DATEVAL_NOBEGIN : DatumGetDateADT(lower.val);
	*until = empty ? DATEVAL_NOBEGIN : upper.infinite ? DATEVAL_NOEND : DatumGetDateADT(upper.val);
}

/* those that are over need not be remembered */
static void
gd_absences_load(void)
{
	DateADT		today = gd_legal_date(gd_clock());
	Relation	rel = table_open(gd_relid_required(GD_OFFICER_ABSENCE), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	int			size = 16;
	int			n = 0;
	MemoryContext fresh = AllocSetContextCreate(CurrentMemoryContext, "govdata absences",
												ALLOCSET_SMALL_SIZES);
	GdAbsence  *rows = MemoryContextAlloc(fresh, size * sizeof(GdAbsence));
	HeapTuple	tup;

	gd_absences_fresh = true;	/* a change that arrives meanwhile resets it */
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(rel);
		bool		isnull;
		GdAbsence  *a;

		if (n == size)
			rows = repalloc(rows, (size *= 2) * sizeof(GdAbsence));
		a = &rows[n];
		gd_absence_days(heap_getattr(tup, ABS_VALID, desc, &isnull), &a->from, &a->until);
		if (a->until <= today ||
			strcmp(TextDatumGetCString(heap_getattr(tup, ABS_STATE, desc, &isnull)), "declared") != 0)
			continue;
		a->department = DatumGetInt64(heap_getattr(tup, ABS_DEPARTMENT, desc, &isnull));
		a->deputy = DatumGetObjectId(heap_getattr(tup, ABS_DEPUTY_ROLE, desc, &isnull));
		a->officer = MemoryContextStrdup(fresh, TextDatumGetCString(heap_getattr(tup, ABS_OFFICER, desc, &isnull)));
		n++;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	MemoryContextSetParent(fresh, TopMemoryContext);
	if (gd_absence_context)
		MemoryContextDelete(gd_absence_context);
	gd_absence_context = fresh;
	gd_absences = rows;
	gd_n_absences = n;
}

/*
 * The person is who logged in, or who is acting after a SET ROLE: clerks may
 * act under their own names or under the department's role.
 */
bool
gd_deputizes(int64 department, const char **deputy, const char **officer)
{
	DateADT		today;

	if (!gd_absences_fresh)
		gd_absences_load();
	if (gd_n_absences == 0)
		return false;
	today = gd_legal_date(gd_clock());
	for (int i = 0; i < gd_n_absences; i++)
	{
		GdAbsence  *a = &gd_absences[i];

		if (a->department != department || today < a->from || today >= a->until ||
			(a->deputy != GetSessionUserId() && a->deputy != GetOuterUserId()))
			continue;
		*deputy = GetUserNameFromId(a->deputy, false);
		*officer = a->officer;
		return true;
	}
	return false;
}

/* ---- the case ---- */

static void
gd_absence_department(GdCase *c)
{
	if (c->row->newnull[ABS_DEPARTMENT - 1] && c->me != 0)
		gd_set(c->row, ABS_DEPARTMENT, Int64GetDatum(c->me));
}

/* the officer as the register names it today */
static void
gd_absence_officer(GdCase *c)
{
	static GdStatementText query = {
		"SELECT coalesce(d.data_officer, d.data_officer_role::text), d.data_officer_role"
		" FROM govdata.department d WHERE d.id = $1"
		" AND (d.data_officer IS NOT NULL OR d.data_officer_role IS NOT NULL)",
		1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(c->me);
	Datum		values[2];
	bool		nulls[2];

	if (gd_own_run(&query, &arg, NULL, NULL, 2, values, nulls) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(14)),
				 errmsg("the department has named no data officer"),
				 errdetail("Nobody can stand in for an officer who is not there. Measures, Article 14."),
				 errhint("Have the department's data officer registered first.")));
	gd_set(c->row, ABS_OFFICER, values[0]);
	if (!nulls[1])
		gd_set(c->row, ABS_OFFICER_ROLE, values[1]);
}

static void
gd_declare_absence(GdCase *c)
{
	GdDepartment me;
	DateADT		today = gd_legal_date(gd_clock());
	DateADT		from;
	DateADT		until;

	gd_absence_days(c->row->new[ABS_VALID - 1], &from, &until);
	if (DATE_NOT_FINITE(from) || DATE_NOT_FINITE(until) || from < today)
		ereport(ERROR,
				(errcode(GD_ERRCODE(14)),
				 errmsg("an absence needs a first day, not before today, and a last one"),
				 errdetail("Today is %s in legal time; what is on record already is not changed. Measures, Article 14.",
						   gd_day_text(today)),
				 errhint("State both days.")));
	gd_absence_officer(c);
	if (gd_department(c->me, &me))
		gd_check_person(DatumGetObjectId(c->row->new[ABS_DEPUTY_ROLE - 1]), me.role);
	gd_dated(today);
}

static const GdActor gd_absence_actors[] = {
	{"department", ABS_DEPARTMENT, NULL, false},
	{0}
};
static const int gd_declare_columns[] = {ABS_DEPARTMENT, ABS_DEPUTY_ROLE, ABS_VALID, ABS_REASON, 0};
static const GdRequired gd_declare_required[] = {
	{ABS_DEPUTY_ROLE, gettext_noop("the deputy")},
	{ABS_VALID, gettext_noop("the days of absence")},
	{ABS_REASON, gettext_noop("the reason")},
	{0}
};
static const GdMove gd_absence_moves[] = {
	{.from = "", .to = "declared", .columns = gd_declare_columns, .required = gd_declare_required,
		.at = ABS_DECLARED_AT, .check = gd_absence_department, .effect = gd_declare_absence},
	{.from = "declared", .to = "ended", .at = ABS_ENDED_AT},
	{0}
};

static GdCaseKind gd_absence_kind = {
	.shape = {"officer_absence", 14, gd_absence_columns, lengthof(gd_absence_columns), false},
	.id = ABS_ID, .sequence = "officer_absence_id_seq", .state = ABS_STATE,
	.actors = gd_absence_actors, .moves = gd_absence_moves
};

void
gd_absence_init(void)
{
	gd_on_change(GD_OFFICER_ABSENCE, gd_absences_forget);
	gd_case_register(&gd_absence_kind);
}
