/*-------------------------------------------------------------------------
 *
 * regime.c
 *	  Which body of law holds: regimes, and the act that switches one on.
 *
 * A regime that does not stand by itself is in force from the day that a
 * switch names until the day on which it ends.  Both days lie in the future
 * when they are named, and loaders and submitters exclude each other, so that
 * what is received on a day is judged by one regime whoever asks, and when.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/datetime.h"

#include "case.h"

PG_FUNCTION_INFO_V1(gd_regime_before);
PG_FUNCTION_INFO_V1(gd_regime_on_sql);
PG_FUNCTION_INFO_V1(gd_has_limit_sql);

/* ---- what every backend remembers ---- */

#define GD_MAX_REGIMES	8

typedef struct GdRegimeRow
{
	GdRegime	regime;
	bool		standing;
	DateADT		from;
} GdRegimeRow;

typedef struct GdSwitchRow
{
	char		regime[GD_REGIME_SIZE];
	DateADT		from;			/* inclusive */
	DateADT		until;			/* exclusive */
} GdSwitchRow;

static GdRegimeRow gd_regimes[GD_MAX_REGIMES];
static int	gd_n_regimes = 0;
static GdSwitchRow *gd_switches = NULL;
static int	gd_n_switches = 0;
static bool gd_regimes_fresh = false;

enum
{
	SWI_ID = 1, SWI_REGIME, SWI_STATE, SWI_EFFECTIVE_ON, SWI_BASIS, SWI_ADOPTED_AT, SWI_ADOPTED_BY,
	SWI_ENDS_ON, SWI_REASON, SWI_ENDED_AT, SWI_ENDED_BY
};

static void
gd_regimes_forget(void)
{
	gd_regimes_fresh = false;
}

static void
gd_read_regimes(void)
{
	Relation	rel = table_open(gd_relid_required(GD_REGIME), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tup;
	bool		isnull;

	gd_n_regimes = 0;
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(rel);
		GdRegimeRow *row = &gd_regimes[gd_n_regimes];

		if (gd_n_regimes == GD_MAX_REGIMES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("more than %d regimes cannot stand beside each other", GD_MAX_REGIMES),
					 errhint("Remove rows of govdata.regime that no case and no limit refers to.")));
		strlcpy(row->regime.code, TextDatumGetCString(heap_getattr(tup, 1, desc, &isnull)), GD_REGIME_SIZE);
		row->regime.rank = DatumGetInt32(heap_getattr(tup, 2, desc, &isnull));
		row->standing = DatumGetBool(heap_getattr(tup, 5, desc, &isnull));
		row->from = DatumGetDateADT(heap_getattr(tup, 6, desc, &isnull));
		gd_n_regimes++;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static void
gd_read_switches(void)
{
	Relation	rel = table_open(gd_relid_required(GD_REGIME_SWITCH), AccessShareLock);
	GdSwitchRow *rows;
	int			n = 0;
	int			size = 8;
	SysScanDesc scan;
	HeapTuple	tup;
	bool		isnull;

	rows = MemoryContextAlloc(TopMemoryContext, size * sizeof(GdSwitchRow));
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(rel);
		Datum		until;

		if (n == size)
			rows = repalloc(rows, (size *= 2) * sizeof(GdSwitchRow));
		strlcpy(rows[n].regime, TextDatumGetCString(heap_getattr(tup, SWI_REGIME, desc, &isnull)), GD_REGIME_SIZE);
		rows[n].from = DatumGetDateADT(heap_getattr(tup, SWI_EFFECTIVE_ON, desc, &isnull));
		until = heap_getattr(tup, SWI_ENDS_ON, desc, &isnull);
		rows[n].until = isnull ? DATEVAL_NOEND : DatumGetDateADT(until);
		n++;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	if (gd_switches)
		pfree(gd_switches);
	gd_switches = rows;
	gd_n_switches = n;
}

static void
gd_regimes_load(void)
{
	if (gd_regimes_fresh)
		return;
	gd_regimes_fresh = true;	/* a change that arrives meanwhile resets it */
	PG_TRY();
	{
		gd_read_regimes();
		gd_read_switches();
	}
	PG_CATCH();
	{
		gd_regimes_fresh = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
}

static const GdRegimeRow *
gd_find_regime(const char *code)
{
	gd_regimes_load();
	for (int i = 0; i < gd_n_regimes; i++)
		if (strcmp(gd_regimes[i].regime.code, code) == 0)
			return &gd_regimes[i];
	return NULL;
}

static bool
gd_is_in_force(const GdRegimeRow *row, DateADT day)
{
	if (day < row->from)
		return false;
	for (int i = 0; i < gd_n_switches && !row->standing; i++)
		if (strcmp(gd_switches[i].regime, row->regime.code) == 0 &&
			day >= gd_switches[i].from && day < gd_switches[i].until)
			return true;
	return row->standing;
}

GdRegime
gd_regime_on(DateADT day)
{
	GdRegime	best = {"", PG_INT32_MAX};

	gd_regimes_load();
	for (int i = 0; i < gd_n_regimes; i++)
		if (gd_regimes[i].regime.rank < best.rank && gd_is_in_force(&gd_regimes[i], day))
			best = gd_regimes[i].regime;
	return best;
}

/* where none is in force, no limit is either */
int
gd_regime_rank(const char *code)
{
	const GdRegimeRow *row;

	if (code[0] == '\0')
		return PG_INT32_MAX;
	row = gd_find_regime(code);
	if (row == NULL)
		ereport(ERROR,
				(errcode(GD_ERRCODE(7)),
				 errmsg("there is no regime \"%s\"", code),
				 errdetail("Limits are those of a body of law that is registered. Measures, Article 7."),
				 errhint("SELECT code, title FROM govdata.regime shows them.")));
	return row->regime.rank;
}

Datum
gd_regime_on_sql(PG_FUNCTION_ARGS)
{
	GdRegime	regime = gd_regime_on(PG_GETARG_DATEADT(0));

	if (regime.code[0] == '\0')
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(regime.code));
}

Datum
gd_has_limit_sql(PG_FUNCTION_ARGS)
{
	GdLimit		limit;

	PG_RETURN_BOOL(gd_limit_known(text_to_cstring(PG_GETARG_TEXT_PP(0)),
								  text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_DATEADT(2), &limit));
}

/* ---- grounds for withholding ---- */

void
gd_check_withholding_basis(const char *kind, DateADT day)
{
	static const Oid types[] = {TEXTOID, TEXTOID};
	static GdStatementText query = {
		"SELECT (SELECT string_agg(b.basis_kind, ', ' ORDER BY b.basis_kind) FROM govdata.withholding_basis b"
		"  WHERE b.regime = $1), (SELECT r.title_en FROM govdata.regime r WHERE r.code = $1 AND NOT r.standing)"
		" WHERE NOT EXISTS (SELECT FROM govdata.withholding_basis b WHERE b.regime = $1 AND b.basis_kind = $2)",
		2, types, NULL
	};
	GdRegime	regime = gd_regime_on(day);
	Datum		args[2];
	Datum		values[2];
	bool		nulls[2];

	args[0] = CStringGetTextDatum(regime.code);
	args[1] = CStringGetTextDatum(kind ? kind : "");
	if (gd_own_run(&query, args, NULL, NULL, 2, values, nulls) == 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(16)),
			 nulls[1] ? errmsg("withholding must rest on a law, a regulation or a national rule") :
			 errmsg("under %s, withholding must rest on a law, an administrative regulation or a decision of the State Council that expressly forbids sharing",
					TextDatumGetCString(values[1])),
			 errdetail("A local or departmental paper is no basis. Measures, Article 16."),
			 errhint("Set basis_kind to one of %s, and name the text and its article.",
					 nulls[0] ? "" : TextDatumGetCString(values[0]))));
}

/* ---- the switch ---- */

static const char *const gd_switch_columns[] = {
	"id", "regime", "state", "effective_on", "basis", "adopted_at", "adopted_by",
	"ends_on", "reason", "ended_at", "ended_by"
};

static bool
gd_is_provincial_authority(GdCase *c)
{
	GdDepartment me;

	return gd_department(c->me, &me) && strcmp(me.kind, "data_authority") == 0 &&
		gd_provincial_authority(c->me) == c->me;
}

static void
gd_check_later_day(GdCase *c, int column, DateADT earliest)
{
	DateADT		today = gd_legal_date(gd_clock());
	DateADT		day = DatumGetDateADT(c->row->new[column - 1]);

	earliest = Max(earliest, today + 1);
	if (!DATE_NOT_FINITE(day) && day >= earliest)
	{
		gd_dated(today);
		return;
	}
	ereport(ERROR,
			(errcode(GD_ERRCODE(7)),
			 errmsg("%s must be a day from %s on", c->kind->shape.columns[column - 1],
					gd_day_text(earliest)),
			 errdetail("What is received on a day is judged by one regime, and today has begun. Measures, Article 7."),
			 errhint("Name a later day.")));
}

static void
gd_switch_on(GdCase *c)
{
	const char *code = gd_new_text(c->row, SWI_REGIME);
	const GdRegimeRow *regime = gd_find_regime(code);

	if (regime == NULL || regime->standing)
		ereport(ERROR,
				(errcode(GD_ERRCODE(7)),
				 regime == NULL ? errmsg("there is no regime \"%s\"", code) :
				 errmsg("regime \"%s\" needs no switch", code),
				 regime == NULL ?
				 errdetail("What is switched on is a body of law that is registered. Measures, Article 7.") :
				 errdetail("It stands by itself: it is in force without being switched on. Measures, Article 7."),
				 errhint("SELECT code, title FROM govdata.regime WHERE NOT standing shows what can be switched on.")));
	gd_check_later_day(c, SWI_EFFECTIVE_ON, regime->from);
}

static void
gd_switch_off(GdCase *c)
{
	gd_check_later_day(c, SWI_ENDS_ON, DatumGetDateADT(c->row->new[SWI_EFFECTIVE_ON - 1]));
}

static const GdActor gd_switch_actors[] = {
	{"provincial_authority", 0, gd_is_provincial_authority, false},
	{0}
};

static const int gd_on_columns[] = {SWI_REGIME, SWI_EFFECTIVE_ON, SWI_BASIS, 0};
static const int gd_off_columns[] = {SWI_ENDS_ON, SWI_REASON, 0};
static const GdRequired gd_on_required[] = {
	{SWI_REGIME, gettext_noop("the regime")},
	{SWI_EFFECTIVE_ON, gettext_noop("the day from which it holds")},
	{SWI_BASIS, gettext_noop("the decision it rests on")},
	{0}
};
static const GdRequired gd_off_required[] = {
	{SWI_ENDS_ON, gettext_noop("the day from which it no longer holds")},
	{SWI_REASON, gettext_noop("the reason")},
	{0}
};

static const GdMove gd_switch_moves[] = {
	{.from = "", .to = "adopted", .columns = gd_on_columns, .required = gd_on_required,
		.at = SWI_ADOPTED_AT, .by = SWI_ADOPTED_BY, .effect = gd_switch_on},
	{.from = "adopted", .to = "ended", .columns = gd_off_columns, .required = gd_off_required,
		.at = SWI_ENDED_AT, .by = SWI_ENDED_BY, .effect = gd_switch_off},
	{0}
};

static GdCaseKind gd_switch_kind = {
	.shape = {"regime_switch", 7, gd_switch_columns, lengthof(gd_switch_columns), false},
	.id = SWI_ID, .sequence = "regime_switch_id_seq", .state = SWI_STATE,
	.actors = gd_switch_actors, .moves = gd_switch_moves
};

/*
 * A submission holds a lock on requests before it asks which regime holds, and
 * keeps it until it is committed.  So a switch waits for those under way, and
 * those that come meanwhile wait for the switch and then know it.
 */
Datum
gd_regime_before(PG_FUNCTION_ARGS)
{
	GdCase		c = {0};

	gd_check_trigger(fcinfo);
	if (!gd_guarding())
		return PointerGetDatum(NULL);
	c.me = gd_current_department();
	if (c.me != 0 && gd_is_provincial_authority(&c))	/* others are refused by the guard */
		LockRelationOid(gd_relid_required(GD_SHARE_REQUEST), ExclusiveLock);
	return PointerGetDatum(NULL);
}

void
gd_regime_init(void)
{
	gd_on_change(GD_REGIME, gd_regimes_forget);
	gd_on_change(GD_REGIME_SWITCH, gd_regimes_forget);
	gd_case_register(&gd_switch_kind);
}
