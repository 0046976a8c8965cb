/*-------------------------------------------------------------------------
 *
 * calendar.c
 *	  Working days.
 *
 * Each backend keeps, for each calendar it uses, one table of days with the
 * number of working days before each of them, and the inverse: the n-th
 * working day.  With the two, every question is answered in a step or two,
 * however many days lie between.
 *
 * The table reaches beyond the years whose notices are loaded.  There it is
 * an estimate from weekends and the holidays that the law fixes to a date; a
 * third column, the number of unknown days before each day, tells in one step
 * whether a range holds any.  Functions that promise a fact raise an error
 * then, those for running cases mark the result as provisional.
 *
 * A day is known when the root calendar has a notice of its year, and for 29
 * to 31 December also one of the year after, which may reach back.  Of several
 * rows for a day the one whose notice was signed last wins; its kind
 * "ordinary" takes back what earlier notices of the same calendar said.  What
 * a regional calendar says goes before what its parent says.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/table.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/* columns, as sql/15_calendar.sql defines them */
#define Anum_calendar_name			1
#define Anum_calendar_parent		2
#define Anum_notice_calendar		1
#define Anum_notice_year			2
#define Anum_notice_notice			3
#define Anum_notice_signed_on		4
#define Anum_day_calendar			1
#define Anum_day_day				2
#define Anum_day_kind				3
#define Anum_day_name				4
#define Anum_day_name_en			5
#define Anum_day_notice				6
#define Anum_statutory_calendar		1
#define Anum_statutory_month		2
#define Anum_statutory_day			3
#define Anum_statutory_name			4
#define Anum_statutory_basis		5
#define Anum_statutory_effective	6

#define GD_MAX_DEPTH		8		/* regional calendars upon one another */
#define GD_MIN_YEAR			1900	/* nothing is estimated outside these */
#define GD_MAX_YEAR			2500
#define GD_ESTIMATE_YEARS	10		/* how far estimates reach */

/* ---- what a backend keeps ---- */

typedef struct GdCalendar
{
	struct GdCalendar *next;
	char		name[NAMEDATALEN];
	int			name_len;
	char		root[NAMEDATALEN];	/* whose notices decide what is known */
	uint64		generation;		/* of the rows this was built from */
	MemoryContext cxt;			/* holds the arrays */

	DateADT		first;			/* day of index 0 */
	int32		n_days;
	int32		n_working;
	int32	   *before;			/* [n_days + 1] working days before a day */
	int32	   *unknown;		/* [n_days + 1] unknown days before a day */
	int32	   *nth;			/* [n_working] index of the n-th working day */

	int32		known_lo;		/* longest run of known days, both included; */
	int32		known_hi;		/* known_hi < known_lo when there is none */
	int			want_lo;		/* years that estimates asked for, 0: none */
	int			want_hi;
} GdCalendar;

static GdCalendar *gd_calendars = NULL;
static GdCalendar *gd_last_calendar = NULL;
static uint64 gd_calendar_generation = 1;

/* ---- what is read from the tables to build it ---- */

typedef struct GdNotice
{
	int			depth;			/* 0: the calendar itself, 1: its parent, ... */
	int			year;
	char	   *notice;
	DateADT		signed_on;
} GdNotice;

typedef struct GdDay
{
	DateADT		day;
	int			depth;
	DateADT		signed_on;
	char		kind;			/* 'h'oliday, 'w'orkday, 'o'rdinary */
	char	   *name;
	char	   *name_en;
	char	   *notice;
} GdDay;

typedef struct GdStatutory
{
	int			month;
	int			mday;
	char	   *name;
	char	   *basis;
	DateADT		from;			/* first day, and first day no more */
	DateADT		until;
} GdStatutory;

typedef struct GdRows
{
	Snapshot	snapshot;		/* one for all tables: they refer to each other */
	int			depth;			/* length of the chain */
	char		chain[GD_MAX_DEPTH][NAMEDATALEN];
	GdNotice   *notices;
	int			n_notices;
	GdDay	   *days;			/* one a day, in order, once settled */
	int			n_days;
	GdStatutory *statutory;
	int			n_statutory;
} GdRows;

PG_FUNCTION_INFO_V1(gd_is_working_day);
PG_FUNCTION_INFO_V1(gd_add_working_days);
PG_FUNCTION_INFO_V1(gd_working_days_between);
PG_FUNCTION_INFO_V1(gd_sql_deadline);
PG_FUNCTION_INFO_V1(gd_case_deadline);
PG_FUNCTION_INFO_V1(gd_working_days_left);
PG_FUNCTION_INFO_V1(gd_explain_deadline);
PG_FUNCTION_INFO_V1(gd_guard_calendar);

/* ---- dates ---- */

static int
gd_year_of(DateADT day)
{
	int			year,
				month,
				mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return year;
}

static DateADT
gd_date(int year, int month, int mday)
{
	return date2j(year, month, mday) - POSTGRES_EPOCH_JDATE;
}

/* 0 is Sunday */
static int
gd_weekday(DateADT day)
{
	return j2day(day + POSTGRES_EPOCH_JDATE);
}

static bool
gd_is_weekend(DateADT day)
{
	int			weekday = gd_weekday(day);

	return weekday == 0 || weekday == 6;
}

/* ISO, whatever the session's DateStyle */
static char *
gd_date_text(DateADT day)
{
	struct pg_tm tm;
	char		buf[MAXDATELEN + 1];

	memset(&tm, 0, sizeof(tm));
	j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	EncodeDateOnly(&tm, USE_ISO_DATES, buf);
	return pstrdup(buf);
}

static void
gd_require_finite(DateADT day)
{
	if (unlikely(DATE_NOT_FINITE(day)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("an infinite date is not in any calendar"),
				 errhint("Give a date with year, month and day.")));
}

/* ---- reading the tables ---- */

static Datum
gd_column(HeapTuple tup, Relation rel, int attnum)
{
	bool		isnull;
	Datum		value = heap_getattr(tup, attnum, RelationGetDescr(rel), &isnull);

	if (isnull)
		elog(ERROR, "null in column %d of \"%s\"", attnum, RelationGetRelationName(rel));
	return value;
}

static char *
gd_text_column(HeapTuple tup, Relation rel, int attnum)
{
	return TextDatumGetCString(gd_column(tup, rel, attnum));
}

static char *
gd_text_or_null(HeapTuple tup, Relation rel, int attnum)
{
	if (heap_attisnull(tup, attnum, RelationGetDescr(rel)))
		return NULL;
	return gd_text_column(tup, rel, attnum);
}

/* place of a calendar in the chain, -1 when it is not part of it */
static int
gd_chain_depth(const GdRows *rows, HeapTuple tup, Relation rel, int attnum)
{
	text	   *name = DatumGetTextPP(gd_column(tup, rel, attnum));
	size_t		len = VARSIZE_ANY_EXHDR(name);

	for (int i = 0; i < rows->depth; i++)
		if (strlen(rows->chain[i]) == len &&
			memcmp(rows->chain[i], VARDATA_ANY(name), len) == 0)
			return i;
	return -1;
}

/*
 * Find a calendar's row.  Returns false when there is none; parent is empty
 * for a root.  These tables have a handful of rows: no index is needed, and
 * none can be missing or corrupt.
 */
static bool
gd_find_calendar(const char *name, Snapshot snapshot, char *parent)
{
	Relation	rel = table_open(gd_relid_required(GD_CALENDAR), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	HeapTuple	tup;
	bool		found = false;

	while (!found && HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		char	   *above;

		if (strcmp(gd_text_column(tup, rel, Anum_calendar_name), name) != 0)
			continue;
		found = true;
		above = gd_text_or_null(tup, rel, Anum_calendar_parent);
		strlcpy(parent, above == NULL ? "" : above, NAMEDATALEN);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

static void
gd_read_chain(const char *name, GdRows *rows)
{
	char		parent[NAMEDATALEN];

	if (!gd_find_calendar(name, rows->snapshot, parent))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("calendar \"%s\" does not exist", name),
				 errhint("The table govdata.calendar lists the calendars; a regional one is added there with its parent.")));
	rows->depth = 0;
	strlcpy(rows->chain[rows->depth++], name, NAMEDATALEN);
	while (parent[0] != '\0')
	{
		if (rows->depth >= GD_MAX_DEPTH)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("calendar \"%s\" has too many calendars above it", name),
					 errdetail("At most %d may lie upon one another, the last without a parent.", GD_MAX_DEPTH),
					 errhint("Look for a ring or a long chain in column parent of govdata.calendar.")));
		strlcpy(rows->chain[rows->depth++], parent, NAMEDATALEN);
		if (!gd_find_calendar(rows->chain[rows->depth - 1], rows->snapshot, parent))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("calendar \"%s\" does not exist", rows->chain[rows->depth - 1]),
					 errdetail("It is the parent of calendar \"%s\", as after a load that went half.", rows->chain[rows->depth - 2]),
					 errhint("Whoever runs the server loads it into govdata.calendar.")));
	}
}

static void
gd_read_notices(GdRows *rows)
{
	Relation	rel = table_open(gd_relid_required(GD_CALENDAR_NOTICE), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, rows->snapshot, 0, NULL);
	HeapTuple	tup;
	int			size = 64;

	rows->notices = palloc(size * sizeof(GdNotice));
	rows->n_notices = 0;
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		int			depth = gd_chain_depth(rows, tup, rel, Anum_notice_calendar);
		GdNotice   *notice;

		if (depth < 0)
			continue;
		if (rows->n_notices == size)
			rows->notices = repalloc(rows->notices, (size *= 2) * sizeof(GdNotice));
		notice = &rows->notices[rows->n_notices++];
		notice->depth = depth;
		notice->year = DatumGetInt32(gd_column(tup, rel, Anum_notice_year));
		notice->notice = gd_text_column(tup, rel, Anum_notice_notice);
		notice->signed_on = DatumGetDateADT(gd_column(tup, rel, Anum_notice_signed_on));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static GdNotice *
gd_notice(const GdRows *rows, int depth, const char *notice)
{
	for (int i = 0; i < rows->n_notices; i++)
		if (rows->notices[i].depth == depth &&
			strcmp(rows->notices[i].notice, notice) == 0)
			return &rows->notices[i];
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("notice \"%s\" of calendar \"%s\" does not exist", notice, rows->chain[depth]),
			 errdetail("Days of it are there, as after a load that went half."),
			 errhint("Whoever runs the server loads it into govdata.calendar_notice, or deletes its days from govdata.calendar_day.")));
	return NULL;				/* keep compiler quiet */
}

/* by day, then the calendar that goes first, then the notice signed last */
static int
gd_compare_days(const void *a, const void *b)
{
	const GdDay *x = a;
	const GdDay *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	if (x->signed_on != y->signed_on)
		return x->signed_on > y->signed_on ? -1 : 1;
	return strcmp(y->notice, x->notice);
}

/* Keep the one row a day that counts, and none where it is an ordinary day. */
static void
gd_settle_days(GdRows *rows)
{
	int			n = 0;

	qsort(rows->days, rows->n_days, sizeof(GdDay), gd_compare_days);
	for (int i = 0; i < rows->n_days; i++)
	{
		GdDay	   *day = &rows->days[i];

		/* overruled by a later notice of the same calendar */
		if (i > 0 && day[-1].day == day->day && day[-1].depth == day->depth)
			continue;
		/* overruled by a calendar that goes before */
		if (n > 0 && rows->days[n - 1].day == day->day)
			continue;
		if (day->kind == 'o')
			continue;
		rows->days[n++] = *day;
	}
	rows->n_days = n;
}

static void
gd_read_days(GdRows *rows)
{
	Relation	rel = table_open(gd_relid_required(GD_CALENDAR_DAY), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, rows->snapshot, 0, NULL);
	HeapTuple	tup;
	int			size = 1024;

	rows->days = palloc(size * sizeof(GdDay));
	rows->n_days = 0;
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		int			depth = gd_chain_depth(rows, tup, rel, Anum_day_calendar);
		GdDay	   *day;

		if (depth < 0)
			continue;
		if (rows->n_days == size)
			rows->days = repalloc(rows->days, (size *= 2) * sizeof(GdDay));
		day = &rows->days[rows->n_days++];
		day->depth = depth;
		day->day = DatumGetDateADT(gd_column(tup, rel, Anum_day_day));
		day->kind = gd_text_column(tup, rel, Anum_day_kind)[0];
		day->name = gd_text_column(tup, rel, Anum_day_name);
		day->name_en = gd_text_or_null(tup, rel, Anum_day_name_en);
		day->notice = gd_text_column(tup, rel, Anum_day_notice);
		day->signed_on = gd_notice(rows, depth, day->notice)->signed_on;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	gd_settle_days(rows);
}

/* a daterange is kept as [from, until) */
static void
gd_read_period(Datum value, GdStatutory *holiday)
{
	RangeType  *range = DatumGetRangeTypeP(value);
	TypeCacheEntry *typcache = lookup_type_cache(RangeTypeGetOid(range), TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(typcache, range, &lower, &upper, &empty);
	holiday->from = lower.infinite ? DATEVAL_NOBEGIN : DatumGetDateADT(lower.val);
	holiday->until = upper.infinite ? DATEVAL_NOEND : DatumGetDateADT(upper.val);
	if (empty)
		holiday->until = holiday->from;
}

static void
gd_read_statutory(GdRows *rows)
{
	Relation	rel = table_open(gd_relid_required(GD_STATUTORY_HOLIDAY), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, rows->snapshot, 0, NULL);
	HeapTuple	tup;
	int			size = 16;

	rows->statutory = palloc(size * sizeof(GdStatutory));
	rows->n_statutory = 0;
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		GdStatutory *holiday;

		if (gd_chain_depth(rows, tup, rel, Anum_statutory_calendar) < 0)
			continue;
		if (rows->n_statutory == size)
			rows->statutory = repalloc(rows->statutory, (size *= 2) * sizeof(GdStatutory));
		holiday = &rows->statutory[rows->n_statutory++];
		holiday->month = DatumGetInt32(gd_column(tup, rel, Anum_statutory_month));
		holiday->mday = DatumGetInt32(gd_column(tup, rel, Anum_statutory_day));
		holiday->name = gd_text_column(tup, rel, Anum_statutory_name);
		holiday->basis = gd_text_column(tup, rel, Anum_statutory_basis);
		gd_read_period(gd_column(tup, rel, Anum_statutory_effective), holiday);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static void
gd_read_rows(const char *name, GdRows *rows)
{
	rows->snapshot = RegisterSnapshot(GetCatalogSnapshot(gd_relid_required(GD_CALENDAR)));
	gd_read_chain(name, rows);
	gd_read_notices(rows);
	gd_read_days(rows);
	gd_read_statutory(rows);
	UnregisterSnapshot(rows->snapshot);
}

static bool
gd_has_notice(const GdRows *rows, int year)
{
	for (int i = 0; i < rows->n_notices; i++)
		if (rows->notices[i].depth == rows->depth - 1 &&
			rows->notices[i].year == year)
			return true;
	return false;
}

/* the holiday that the law fixes to this date, NULL when there is none */
static const GdStatutory *
gd_statutory(const GdRows *rows, DateADT day)
{
	int			year,
				month,
				mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	for (int i = 0; i < rows->n_statutory; i++)
	{
		const GdStatutory *holiday = &rows->statutory[i];

		if (holiday->month == month && holiday->mday == mday &&
			day >= holiday->from && day < holiday->until)
			return holiday;
	}
	return NULL;
}

/* ---- building the table of days ---- */

/* first day of the year that needs the notice of the year after, too */
static DateADT
gd_year_end(int year)
{
	return gd_date(year, 12, 29);
}

/*
 * The years a table covers: those with notices and what estimates asked for,
 * with a margin for what is reckoned from there.
 */
static void
gd_years_of(const GdCalendar *cal, const GdRows *rows, int *lo, int *hi)
{
	*lo = cal->want_lo;
	*hi = cal->want_hi;
	for (int i = 0; i < rows->n_notices; i++)
	{
		int			year = rows->notices[i].year;

		if (rows->notices[i].depth != rows->depth - 1)
			continue;
		*lo = (*lo == 0) ? year - 1 : Min(*lo, year - 1);
		*hi = Max(*hi, year + GD_ESTIMATE_YEARS);
	}
	if (*lo == 0)
	{
		*lo = gd_year_of(gd_legal_date(gd_as_of())) - 1;
		*hi = *lo + GD_ESTIMATE_YEARS;
	}
	*lo = Max(*lo, GD_MIN_YEAR);
	*hi = Min(*hi, GD_MAX_YEAR);
}

/*
 * The longest run of known days is where nearly every question falls; there
 * two comparisons spare the look at the third column.
 */
static void
gd_find_known_run(GdCalendar *cal)
{
	int32		start = 0;

	cal->known_lo = 0;
	cal->known_hi = -1;
	for (int32 i = 0; i < cal->n_days; i++)
	{
		if (cal->unknown[i + 1] != cal->unknown[i])
			start = i + 1;
		else if (i - start > cal->known_hi - cal->known_lo)
		{
			cal->known_lo = start;
			cal->known_hi = i;
		}
	}
}

static void
gd_fill_calendar(GdCalendar *cal, const GdRows *rows, int lo, int hi)
{
	int			row = 0;

	cal->n_working = 0;
	for (int year = lo; year <= hi; year++)
	{
		bool		known = gd_has_notice(rows, year);
		bool		end_known = known && gd_has_notice(rows, year + 1);
		DateADT		end = gd_year_end(year);
		DateADT		last = gd_date(year, 12, 31);

		for (DateADT day = gd_date(year, 1, 1); day <= last; day++)
		{
			int32		i = day - cal->first;
			bool		known_day = day < end ? known : end_known;
			bool		working = !gd_is_weekend(day);

			while (row < rows->n_days && rows->days[row].day < day)
				row++;
			if (row < rows->n_days && rows->days[row].day == day)
				working = (rows->days[row].kind == 'w');
			else if (!known_day && gd_statutory(rows, day) != NULL)
				working = false;

			cal->before[i] = cal->n_working;
			cal->unknown[i + 1] = cal->unknown[i] + (known_day ? 0 : 1);
			if (working)
				cal->nth[cal->n_working++] = i;
		}
	}
	cal->before[cal->n_days] = cal->n_working;
}

/*
 * Build what is kept of a calendar.  Nothing is touched before everything is
 * read, so that an error leaves the calendar as stale as it was.
 */
static void
gd_build_calendar(GdCalendar *cal)
{
	uint64		generation = gd_calendar_generation;
	MemoryContext scratch;
	MemoryContext cxt;
	MemoryContext old;
	GdRows		rows;
	int			lo;
	int			hi;

	scratch = AllocSetContextCreate(CurrentMemoryContext, "govdata calendar rows",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(scratch);
	gd_read_rows(cal->name, &rows);
	gd_years_of(cal, &rows, &lo, &hi);

	cxt = AllocSetContextCreate(scratch, "govdata calendar", ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(cxt);
	if (cal->cxt != NULL)
		MemoryContextDelete(cal->cxt);
	cal->cxt = NULL;
	cal->generation = 0;
	cal->first = gd_date(lo, 1, 1);
	cal->n_days = gd_date(hi, 12, 31) - cal->first + 1;
	cal->before = palloc((cal->n_days + 1) * sizeof(int32));
	cal->unknown = palloc0((cal->n_days + 1) * sizeof(int32));
	cal->nth = palloc(cal->n_days * sizeof(int32));
	gd_fill_calendar(cal, &rows, lo, hi);
	gd_find_known_run(cal);
	strlcpy(cal->root, rows.chain[rows.depth - 1], NAMEDATALEN);

	MemoryContextSwitchTo(old);
	MemoryContextSetParent(cxt, TopMemoryContext);
	MemoryContextDelete(scratch);
	cal->cxt = cxt;

	/* of the rows as they were when we began: later news makes us read again */
	cal->generation = generation;
}

static GdCalendar *
gd_find_or_build(const char *name, int len)
{
	GdCalendar *cal = gd_calendars;

	while (cal != NULL && !(cal->name_len == len && memcmp(cal->name, name, len) == 0))
		cal = cal->next;
	if (cal == NULL)
	{
		GdCalendar	fresh = {0};
		char	   *copy = pnstrdup(name, len);

		if (len >= NAMEDATALEN || strlen(copy) != (size_t) len)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("calendar \"%s\" does not exist", copy),
					 errdetail("The name of a calendar has at most %d bytes.", NAMEDATALEN - 1),
					 errhint("The table govdata.calendar lists the calendars; a regional one is added there with its parent.")));
		memcpy(fresh.name, copy, len + 1);
		fresh.name_len = len;
		pfree(copy);

		/* only a calendar that could be read is kept */
		gd_build_calendar(&fresh);
		cal = MemoryContextAlloc(TopMemoryContext, sizeof(GdCalendar));
		*cal = fresh;
		cal->next = gd_calendars;
		gd_calendars = cal;
	}
	else if (cal->generation != gd_calendar_generation)
		gd_build_calendar(cal);

	gd_last_calendar = cal;
	return cal;
}

static inline GdCalendar *
gd_calendar(const char *name, int len)
{
	GdCalendar *cal = gd_last_calendar;

	if (likely(cal != NULL && cal->generation == gd_calendar_generation &&
			   cal->name_len == len && memcmp(cal->name, name, len) == 0))
		return cal;
	return gd_find_or_build(name, len);
}

/*
 * The calendar that an SQL function is asked about.  A statement that touches
 * no table hears no news by itself: the first call in it asks for them, or a
 * long transaction would count by the calendar of its beginning.
 */
static inline GdCalendar *
gd_calendar_arg(FunctionCallInfo fcinfo, int n)
{
	static bool heard = true;
	text	   *name = PG_GETARG_TEXT_PP(n);

	if (unlikely(fcinfo->flinfo->fn_extra == NULL))
	{
		AcceptInvalidationMessages();
		fcinfo->flinfo->fn_extra = &heard;
	}
	return gd_calendar(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

/*
 * Make the table of an estimate reach far enough.  False when the day is
 * beyond what is estimated at all.
 */
static bool
gd_reach(GdCalendar *cal, DateADT day)
{
	int			year;

	if (DATE_NOT_FINITE(day))
		return false;
	year = gd_year_of(day);
	if (year < GD_MIN_YEAR || year > GD_MAX_YEAR)
		return false;
	if (day - GD_ESTIMATE_YEARS * 366 >= cal->first &&
		day + GD_ESTIMATE_YEARS * 366 < cal->first + cal->n_days)
		return true;

	/* twice the margin, so that a clock that moves on does not rebuild daily */
	if (cal->want_lo == 0 || year - 2 * GD_ESTIMATE_YEARS < cal->want_lo)
		cal->want_lo = Max(year - 2 * GD_ESTIMATE_YEARS, GD_MIN_YEAR);
	if (year + 2 * GD_ESTIMATE_YEARS > cal->want_hi)
		cal->want_hi = Min(year + 2 * GD_ESTIMATE_YEARS, GD_MAX_YEAR);
	if (cal->want_lo < gd_year_of(cal->first) ||
		cal->want_hi > gd_year_of(cal->first + cal->n_days - 1))
		gd_build_calendar(cal);
	return true;
}

/* ---- errors ---- */

/* the year whose notice is missing for a day that is not known */
static int
gd_missing_year(const GdCalendar *cal, DateADT day)
{
	int			year = gd_year_of(day);
	int32		january = gd_date(year, 1, 1) - cal->first;

	if (january >= 0 && january < cal->n_days &&
		cal->unknown[january + 1] == cal->unknown[january])
		return year + 1;		/* 29 to 31 December of a known year */
	return year;
}

static void
gd_raise_unknown(const GdCalendar *cal, DateADT day)
{
	int			year = gd_missing_year(cal, day);

	ereport(ERROR,
			(errcode(GD_ERRCODE(0)),
			 errmsg("calendar \"%s\" has no notice for the year %d", cal->root, year),
			 year != gd_year_of(day) ?
			 errdetail("Whether %s is a working day is not known: the notice of a year may reach back to 29 December of the year before.",
					   gd_date_text(day)) :
			 errdetail("Whether %s is a working day is not known.", gd_date_text(day)),
			 errhint("Enter the notice into govdata.calendar_notice (calendar, year, notice, signed_on) and the days it names into govdata.calendar_day.")));
}

static void
gd_raise_beyond(const GdCalendar *cal, DateADT day, int32 n)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("working day %d from %s lies beyond calendar \"%s\"",
					n, gd_date_text(day), cal->name),
			 cal->known_hi >= cal->known_lo ?
			 errdetail("The calendar knows the days from %s to %s.",
					   gd_date_text(cal->first + cal->known_lo),
					   gd_date_text(cal->first + cal->known_hi)) :
			 errdetail("No notice is loaded into the calendar."),
			 errhint("Ask for a smaller number of working days, or enter the notices of further years into govdata.calendar_notice.")));
}

/* the first unknown day of a range in the table, both ends included */
static DateADT
gd_first_unknown(const GdCalendar *cal, int32 from, int32 to)
{
	int32		step = from <= to ? 1 : -1;
	int32		i = from;

	while (i != to && cal->unknown[i + 1] == cal->unknown[i])
		i += step;
	return cal->first + i;
}

/* ---- reckoning ---- */

/*
 * Place of the n-th working day from day i, -1 when it is not in the table:
 * after it for positive n, before it for negative n; for 0 the day itself or
 * the next working day.
 */
static inline int32
gd_nth_from(const GdCalendar *cal, int32 i, int32 n)
{
	int			after = n > 0;
	int64		k = (int64) cal->before[i + after] + n - after;

	if (unlikely(k < 0 || k >= cal->n_working))
		return -1;
	return cal->nth[k];
}

/* how many of the days that were counted to get from i to r are not known */
static int32
gd_unknown_between(const GdCalendar *cal, int32 i, int32 r, int32 n)
{
	if (n > 0)
		return cal->unknown[r + 1] - cal->unknown[i + 1];
	if (n == 0)
		return cal->unknown[r + 1] - cal->unknown[i];
	return cal->unknown[i] - cal->unknown[r];
}

/* what does not lie in the long run of known days */
static pg_noinline DateADT
gd_add_elsewhere(const GdCalendar *cal, DateADT day, int32 n)
{
	int64		i = (int64) day - cal->first;
	int32		r;

	gd_require_finite(day);
	if (i < 0 || i >= cal->n_days)
		gd_raise_unknown(cal, day);
	r = gd_nth_from(cal, i, n);
	if (r < 0)
		gd_raise_beyond(cal, day, n);
	if (gd_unknown_between(cal, i, r, n) > 0)
		gd_raise_unknown(cal, gd_first_unknown(cal, n > 0 ? i + 1 : n < 0 ? i - 1 : i, r));
	return cal->first + r;
}

static inline DateADT
gd_add(const GdCalendar *cal, DateADT day, int32 n)
{
	int64		i = (int64) day - cal->first;

	if (likely(i >= cal->known_lo && i <= cal->known_hi))
	{
		int32		r = gd_nth_from(cal, i, n);

		if (likely(r >= cal->known_lo && r <= cal->known_hi))
			return cal->first + r;
	}
	return gd_add_elsewhere(cal, day, n);
}

/* the same for a case: never fails for want of a notice */
static DateADT
gd_estimate(GdCalendar *cal, DateADT day, int32 n, bool *provisional)
{
	int32		i;
	int32		r;

	gd_require_finite(day);
	if (!gd_reach(cal, day))
		gd_raise_beyond(cal, day, n);
	i = day - cal->first;
	r = gd_nth_from(cal, i, n);
	if (r < 0)
		gd_raise_beyond(cal, day, n);
	*provisional = gd_unknown_between(cal, i, r, n) > 0;
	return cal->first + r;
}

/*
 * The caller holds a lock that keeps loaders out (gd_calendar_before), which
 * also brought the news of the last change.
 */
GdDeadline
gd_deadline(const char *calendar, TimestampTz received, int32 n)
{
	GdDeadline	deadline;
	GdCalendar *cal = gd_calendar(calendar, strlen(calendar));

	deadline.due_on = gd_estimate(cal, gd_legal_date(received), n,
								  &deadline.provisional);
	deadline.due_at = gd_end_of_day(deadline.due_on);
	return deadline;
}

/* ---- SQL functions ---- */

/*
 * is_working_day(date, calendar text) returns boolean
 *		Is it a working day?  Raises ZW000 where the notice is not loaded.
 */
Datum
gd_is_working_day(PG_FUNCTION_ARGS)
{
	DateADT		day = PG_GETARG_DATEADT(0);
	GdCalendar *cal = gd_calendar_arg(fcinfo, 1);
	int64		i = (int64) day - cal->first;

	gd_require_finite(day);
	if (i < 0 || i >= cal->n_days || cal->unknown[i + 1] != cal->unknown[i])
		gd_raise_unknown(cal, day);
	PG_RETURN_BOOL(cal->before[i + 1] != cal->before[i]);
}

/*
 * add_working_days(date, n integer, calendar text) returns date
 *		The n-th working day after a day.  Raises ZW000 where a notice on the
 *		way is not loaded, 22003 where no calendar reaches.
 */
Datum
gd_add_working_days(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(gd_add(gd_calendar_arg(fcinfo, 2), PG_GETARG_DATEADT(0), PG_GETARG_INT32(1)));
}

/*
 * working_days_between(a date, b date, calendar text) returns integer
 *		Number of working days in (a, b]; negative when b < a.
 */
Datum
gd_working_days_between(PG_FUNCTION_ARGS)
{
	DateADT		a = PG_GETARG_DATEADT(0);
	DateADT		b = PG_GETARG_DATEADT(1);
	GdCalendar *cal = gd_calendar_arg(fcinfo, 2);
	DateADT		last = cal->first + cal->n_days - 1;
	DateADT		lo = Min(a, b);
	DateADT		hi = Max(a, b);
	int32		count;

	gd_require_finite(a);
	gd_require_finite(b);
	if (lo == hi)
		PG_RETURN_INT32(0);
	if (lo < cal->first - 1 || lo >= last)
		gd_raise_unknown(cal, lo + 1);
	lo -= cal->first;			/* may be -1: the day before the table */
	if (hi > last || cal->unknown[hi - cal->first + 1] != cal->unknown[lo + 1])
		gd_raise_unknown(cal, gd_first_unknown(cal, lo + 1, Min(hi, last) - cal->first));
	count = cal->before[hi - cal->first + 1] - cal->before[lo + 1];
	PG_RETURN_INT32(a < b ? count : -count);
}

/*
 * deadline(received timestamptz, n integer, calendar text) returns timestamptz
 *		24:00, legal time, of the n-th working day after the day of receipt.
 */
Datum
gd_sql_deadline(PG_FUNCTION_ARGS)
{
	DateADT		received = gd_legal_date(PG_GETARG_TIMESTAMPTZ(0));
	GdCalendar *cal = gd_calendar_arg(fcinfo, 2);

	PG_RETURN_TIMESTAMPTZ(gd_end_of_day(gd_add(cal, received, PG_GETARG_INT32(1))));
}

Datum
gd_deadline_row(FunctionCallInfo fcinfo, const GdDeadline *deadline)
{
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = DateADTGetDatum(deadline->due_on);
	values[1] = TimestampTzGetDatum(deadline->due_at);
	values[2] = BoolGetDatum(deadline->provisional);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * _deadline(received, n, calendar, OUT due_on, OUT due_at, OUT provisional)
 *		The same for a case: an estimate where a notice is missing.
 */
Datum
gd_case_deadline(PG_FUNCTION_ARGS)
{
	GdCalendar *cal = gd_calendar_arg(fcinfo, 2);
	GdDeadline	deadline = gd_deadline(cal->name, PG_GETARG_TIMESTAMPTZ(0), PG_GETARG_INT32(1));

	return gd_deadline_row(fcinfo, &deadline);
}

/*
 * _working_days_left(from_day date, to_day date, calendar text)
 *		As working_days_between, for views: estimates where a notice is
 *		missing, and answers NULL where nothing can be said.
 */
Datum
gd_working_days_left(PG_FUNCTION_ARGS)
{
	DateADT		a = PG_GETARG_DATEADT(0);
	DateADT		b = PG_GETARG_DATEADT(1);
	GdCalendar *cal = gd_calendar_arg(fcinfo, 2);

	/* the second may move the table of the first */
	if (!gd_reach(cal, a) || !gd_reach(cal, b))
		PG_RETURN_NULL();
	PG_RETURN_INT32(cal->before[b - cal->first + 1] - cal->before[a - cal->first + 1]);
}

/* ---- explain_deadline ---- */

static const GdDay *
gd_named_day(const GdRows *rows, DateADT day)
{
	for (int i = 0; i < rows->n_days; i++)
		if (rows->days[i].day == day)
			return &rows->days[i];
	return NULL;
}

/*
 * One row: day, weekday, kind, counts, count, name, name_en, notice,
 * provisional.
 */
static void
gd_explain_day(ReturnSetInfo *rsinfo, const GdCalendar *cal, const GdRows *rows,
			   DateADT day, bool counts, int32 count)
{
	int32		i = day - cal->first;
	bool		unknown = cal->unknown[i + 1] != cal->unknown[i];
	const GdDay *named = gd_named_day(rows, day);
	const GdStatutory *fixed = NULL;
	const char *kind;
	Datum		values[9];
	bool		nulls[9] = {0};

	if (named == NULL && unknown)
		fixed = gd_statutory(rows, day);
	if (named != NULL)
		kind = named->kind == 'w' ? "workday" : "holiday";
	else if (fixed != NULL)
		kind = "statutory";
	else
		kind = gd_is_weekend(day) ? "weekend" : "ordinary";

	values[0] = DateADTGetDatum(day);
	values[1] = CStringGetTextDatum(days[gd_weekday(day)]);
	values[2] = CStringGetTextDatum(kind);
	values[3] = BoolGetDatum(counts);
	values[4] = Int32GetDatum(count);
	nulls[4] = !counts;
	nulls[5] = nulls[6] = nulls[7] = true;
	if (named != NULL)
	{
		values[5] = CStringGetTextDatum(named->name);
		values[7] = CStringGetTextDatum(named->notice);
		nulls[5] = nulls[7] = false;
		if (named->name_en != NULL)
			values[6] = CStringGetTextDatum(named->name_en);
		nulls[6] = named->name_en == NULL;
	}
	else if (fixed != NULL)
	{
		values[5] = CStringGetTextDatum(fixed->name);
		values[7] = CStringGetTextDatum(fixed->basis);
		nulls[5] = nulls[7] = false;
	}
	values[8] = BoolGetDatum(unknown);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * explain_deadline(received timestamptz, n integer, calendar text)
 *		One row a day from the day of receipt to the last, with its count and
 *		the notice that names it; estimates are marked provisional.
 */
Datum
gd_explain_deadline(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	DateADT		received = gd_legal_date(PG_GETARG_TIMESTAMPTZ(0));
	int32		n = PG_GETARG_INT32(1);
	GdCalendar *cal = gd_calendar_arg(fcinfo, 2);
	int			step = n < 0 ? -1 : 1;
	int32		count = 0;
	bool		provisional;
	DateADT		due;
	GdRows		rows;

	InitMaterializedSRF(fcinfo, 0);
	due = gd_estimate(cal, received, n, &provisional);
	gd_read_rows(cal->name, &rows);

	for (DateADT day = received;; day += step)
	{
		int32		i = day - cal->first;
		bool		working = cal->before[i + 1] != cal->before[i];
		bool		counts = working && (n == 0 || day != received);

		CHECK_FOR_INTERRUPTS();
		if (counts && n != 0)
			count += step;
		gd_explain_day(rsinfo, cal, &rows, day, counts, count);
		if (day == due)
			break;
	}
	return (Datum) 0;
}

/* ---- who may change the calendar ---- */

static bool
gd_builtin_row(HeapTuple tup, Relation rel)
{
	bool		isnull;
	int			attnum = SPI_fnumber(RelationGetDescr(rel), "builtin");

	return DatumGetBool(SPI_getbinval(tup, RelationGetDescr(rel), attnum, &isnull)) && !isnull;
}

/* a column that must not be null is still null: its constraint will say so */
static bool
gd_lacks_column(HeapTuple tup, Relation rel, int from, int to)
{
	for (int attnum = from; attnum <= to; attnum++)
		if (heap_attisnull(tup, attnum, RelationGetDescr(rel)))
			return true;
	return false;
}

/* rows name their calendar, year and notice: that is what they are */
static void
gd_guard_notice_key(HeapTuple before, HeapTuple after, Relation rel)
{
	if (RelationGetRelid(rel) != gd_relid_required(GD_CALENDAR_NOTICE) ||
		gd_lacks_column(after, rel, Anum_notice_calendar, Anum_notice_signed_on))
		return;
	if (strcmp(gd_text_column(before, rel, Anum_notice_calendar),
			   gd_text_column(after, rel, Anum_notice_calendar)) != 0 ||
		strcmp(gd_text_column(before, rel, Anum_notice_notice),
			   gd_text_column(after, rel, Anum_notice_notice)) != 0 ||
		DatumGetInt32(gd_column(before, rel, Anum_notice_year)) !=
		DatumGetInt32(gd_column(after, rel, Anum_notice_year)))
		ereport(ERROR,
				(errcode(GD_ERRCODE(0)),
				 errmsg("a notice keeps its calendar, year and number"),
				 errdetail("Days and limits refer to it by these."),
				 errhint("Delete the notice with its days and enter it anew.")));
}

/* a notice names days of its own year and of the years beside it */
static void
gd_guard_day_year(HeapTuple tup, Relation rel)
{
	Relation	notices;
	SysScanDesc scan;
	HeapTuple	row;
	char	   *calendar;
	char	   *notice;
	DateADT		day;

	if (RelationGetRelid(rel) != gd_relid_required(GD_CALENDAR_DAY) ||
		gd_lacks_column(tup, rel, Anum_day_calendar, Anum_day_day) ||
		gd_lacks_column(tup, rel, Anum_day_notice, Anum_day_notice))
		return;
	calendar = gd_text_column(tup, rel, Anum_day_calendar);
	notice = gd_text_column(tup, rel, Anum_day_notice);
	day = DatumGetDateADT(gd_column(tup, rel, Anum_day_day));
	if (DATE_NOT_FINITE(day))
		return;					/* a constraint refuses it */

	notices = table_open(gd_relid_required(GD_CALENDAR_NOTICE), AccessShareLock);
	scan = systable_beginscan(notices, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(row = systable_getnext(scan)))
	{
		int			year = DatumGetInt32(gd_column(row, notices, Anum_notice_year));

		if (abs(gd_year_of(day) - year) > 1 &&
			strcmp(gd_text_column(row, notices, Anum_notice_notice), notice) == 0 &&
			strcmp(gd_text_column(row, notices, Anum_notice_calendar), calendar) == 0)
			ereport(ERROR,
					(errcode(GD_ERRCODE(0)),
					 errmsg("notice \"%s\" of the year %d cannot name %s",
							notice, year, gd_date_text(day)),
					 errdetail("A notice names days of its own year and of the years before and after."),
					 errhint("Correct the day, or the notice that it is entered under.")));
	}
	systable_endscan(scan);
	table_close(notices, AccessShareLock);
}

static void
gd_guard_calendar_row(TriggerData *trigdata)
{
	Relation	rel = trigdata->tg_relation;
	bool		inserting = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event);
	bool		updating = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	HeapTuple	after = updating ? trigdata->tg_newtuple : trigdata->tg_trigtuple;

	if (!inserting && gd_builtin_row(trigdata->tg_trigtuple, rel))
		ereport(ERROR,
				(errcode(GD_ERRCODE(0)),
				 errmsg("a row of \"%s\" that came with the extension cannot be changed",
						RelationGetRelationName(rel)),
				 errdetail("Shipped rows say what was published."),
				 errhint("Enter a later notice that names the day; the kind \"ordinary\" takes back what earlier ones said.")));
	if ((inserting || updating) && gd_builtin_row(after, rel))
		ereport(ERROR,
				(errcode(GD_ERRCODE(0)),
				 errmsg("only the extension itself brings builtin rows"),
				 errhint("Leave the column builtin out.")));
	if (updating)
		gd_guard_notice_key(trigdata->tg_trigtuple, after, rel);
	if (inserting || updating)
		gd_guard_day_year(after, rel);
}

/*
 * gd_guard_calendar
 *		BEFORE trigger, statement and row, of the four calendar tables.
 *		Raises ZW007 for anyone but the administrator, ZW000 for changes that
 *		would take back what the extension brought.
 */
Datum
gd_guard_calendar(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called as a trigger", "govdata._guard_calendar")));
	if (TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event))
	{
		if (gd_guarding())
			gd_require_administrator("calendar", 7);
		return PointerGetDatum(NULL);	/* the trigger protocol's null */
	}
	if (gd_guarding())
		gd_guard_calendar_row(trigdata);
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ?
						   trigdata->tg_newtuple : trigdata->tg_trigtuple);
}

/* ---- start ---- */

static void
gd_forget_calendars(void)
{
	gd_calendar_generation++;
}

void
gd_calendar_init(void)
{
	gd_on_change(GD_CALENDAR, gd_forget_calendars);
	gd_on_change(GD_CALENDAR_NOTICE, gd_forget_calendars);
	gd_on_change(GD_CALENDAR_DAY, gd_forget_calendars);
	gd_on_change(GD_STATUTORY_HOLIDAY, gd_forget_calendars);
}
