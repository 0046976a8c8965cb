/*-------------------------------------------------------------------------
 *
 * clock.c
 *	  The one clock and the one legal time zone of every rule.
 *
 * The clock is the actual time, not the transaction's start: nobody may
 * back-date an act by keeping a transaction open.  govdata.clock_offset moves
 * it for rehearsals and tests.  Sessions reload settings only between
 * commands, so the offset that counts lies in shared memory, where the
 * postmaster puts it: all processes see the same time at once.
 *
 * Days begin and end in the legal time zone; a session's TimeZone changes no
 * deadline.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "common/int.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* a rehearsal of more than a century is a slip of the pen */
#define GD_MAX_OFFSET	(INT64CONST(36525) * USECS_PER_DAY)

typedef struct GdClockShared
{
	pg_atomic_uint64 offset;	/* microseconds, an int64 in disguise */
} GdClockShared;

static GdClockShared *gd_clock_shared = NULL;
static shmem_request_hook_type gd_prev_shmem_request_hook = NULL;
static shmem_startup_hook_type gd_prev_shmem_startup_hook = NULL;

/* settings */
static char *gd_clock_offset_string = NULL;
static char *gd_timezone_string = NULL;

/* what they mean */
static int64 gd_configured_offset = 0;
static pg_tz *gd_legal_zone = NULL;

PG_FUNCTION_INFO_V1(gd_sql_clock);
PG_FUNCTION_INFO_V1(gd_sql_as_of);
PG_FUNCTION_INFO_V1(gd_sql_legal_date);

/* ---- the clock ---- */

static int64
gd_offset(void)
{
	if (gd_clock_shared == NULL)
		return gd_configured_offset;
	return (int64) pg_atomic_read_u64(&gd_clock_shared->offset);
}

TimestampTz
gd_clock(void)
{
	return GetCurrentTimestamp() + gd_offset();
}

/* what the clock says at an actual time that was just taken */
TimestampTz
gd_clock_at(TimestampTz real)
{
	return real + gd_offset();
}

/*
 * A STABLE function has to give one answer within a statement, so the offset
 * found by its first call is kept until the next statement starts.
 */
TimestampTz
gd_as_of(void)
{
	static TimestampTz statement = DT_NOBEGIN;
	static int64 offset = 0;
	TimestampTz now = GetCurrentStatementStartTimestamp();

	if (now != statement)
	{
		offset = gd_offset();
		statement = now;
	}
	return now + offset;
}

/* ---- the legal time zone ---- */

DateADT
gd_legal_date(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("an infinite time has no date"),
				 errhint("Give a time with year, month and day.")));
	if (timestamp2tm(at, &tz, &tm, &fsec, NULL, gd_legal_zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}

TimestampTz
gd_end_of_day(DateADT day)
{
	struct pg_tm tm;
	int			tz;
	TimestampTz result;

	if (DATE_NOT_FINITE(day))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("an infinite date has no end"),
				 errhint("Give a date with year, month and day.")));

	memset(&tm, 0, sizeof(tm));
	j2date(day + 1 + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	tz = DetermineTimeZoneOffset(&tm, gd_legal_zone);
	if (!IS_VALID_DATE(day + 1) || tm2timestamp(&tm, 0, &tz, &result) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date out of range")));
	return result;
}

const char *
gd_legal_text(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;
	const char *tzn;
	char		text[MAXDATELEN + 1];

	if (TIMESTAMP_NOT_FINITE(at) || timestamp2tm(at, &tz, &tm, &fsec, &tzn, gd_legal_zone) != 0)
		return timestamptz_to_str(at);
	EncodeDateTime(&tm, fsec, true, tz, tzn, USE_ISO_DATES, text);
	return pstrdup(text);
}

const char *
gd_day_text(DateADT day)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(day)));
}

/* ---- SQL ---- */

Datum
gd_sql_clock(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TIMESTAMPTZ(gd_clock());
}

Datum
gd_sql_as_of(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TIMESTAMPTZ(gd_as_of());
}

Datum
gd_sql_legal_date(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(gd_legal_date(PG_GETARG_TIMESTAMPTZ(0)));
}

/* ---- settings ---- */

/*
 * Read an interval without the executor: the postmaster runs this as well.
 * IntervalStyle would change the meaning of signs; the offset has one meaning.
 */
static bool
gd_read_interval(const char *str, struct pg_itm_in *itm)
{
	int			dtype = DTK_DELTA;
	int			nf;
	int			dterr;
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	char		workbuf[256];
	int			style = IntervalStyle;

	memset(itm, 0, sizeof(*itm));
	IntervalStyle = INTSTYLE_POSTGRES;
	dterr = ParseDateTime(str, workbuf, sizeof(workbuf), field, ftype,
						  MAXDATEFIELDS, &nf);
	if (dterr == 0)
		dterr = DecodeInterval(field, ftype, nf, INTERVAL_FULL_RANGE, &dtype, itm);
	IntervalStyle = style;
	return dterr == 0 && dtype == DTK_DELTA;
}

static bool
gd_check_clock_offset(char **newval, void **extra, GucSource source)
{
	struct pg_itm_in itm;
	int64		offset;
	int64	   *result;

	(void) source;
	if (!gd_read_interval(*newval, &itm))
	{
		GUC_check_errdetail("The clock offset is an interval.");
		GUC_check_errhint("Write it like \"10 days\" or \"-36 hours\".");
		return false;
	}
	if (itm.tm_year != 0 || itm.tm_mon != 0)
	{
		GUC_check_errdetail("Years and months have no fixed length.");
		GUC_check_errhint("Write the offset in days, hours, minutes and seconds.");
		return false;
	}
	if (pg_mul_s64_overflow((int64) itm.tm_mday, USECS_PER_DAY, &offset) ||
		pg_add_s64_overflow(offset, itm.tm_usec, &offset) ||
		offset > GD_MAX_OFFSET || offset < -GD_MAX_OFFSET)
	{
		GUC_check_errdetail("The clock offset may be up to 36525 days in either direction.");
		return false;
	}

	result = guc_malloc(LOG, sizeof(int64));
	if (result == NULL)
		return false;
	*result = offset;
	*extra = result;
	return true;
}

/*
 * Only the postmaster's value counts.  It leaves a line in the server log,
 * because a clock that was moved explains what would look like a forgery.
 */
static void
gd_assign_clock_offset(const char *newval, void *extra)
{
	int64		offset = *(int64 *) extra;

	if (IsUnderPostmaster)
		return;
	if (gd_clock_shared != NULL && offset != gd_configured_offset)
	{
		pg_atomic_write_u64(&gd_clock_shared->offset, (uint64) offset);
		if (offset != 0)
			ereport(LOG,
					(errmsg("govdata.clock_offset is \"%s\": the clock of every rule is moved",
							newval)));
		else
			ereport(LOG,
					(errmsg("govdata.clock_offset is zero: rules go by the actual time again")));
	}
	gd_configured_offset = offset;
}

static bool
gd_check_timezone(char **newval, void **extra, GucSource source)
{
	pg_tz	   *zone = pg_tzset(*newval);
	pg_tz	  **result;

	(void) source;
	if (zone == NULL)
	{
		GUC_check_errdetail("Time zone \"%s\" is not known.", *newval);
		return false;
	}
	if (!pg_tz_acceptable(zone))
	{
		GUC_check_errdetail("Time zone \"%s\" counts leap seconds, which the server does not.", *newval);
		return false;
	}
	result = guc_malloc(LOG, sizeof(pg_tz *));
	if (result == NULL)
		return false;
	*result = zone;
	*extra = result;
	return true;
}

static void
gd_assign_timezone(const char *newval, void *extra)
{
	(void) newval;
	gd_legal_zone = *(pg_tz **) extra;
}

/* ---- shared memory ---- */

static void
gd_clock_shmem_request(void)
{
	if (gd_prev_shmem_request_hook)
		gd_prev_shmem_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(GdClockShared)));
}

static void
gd_clock_shmem_startup(void)
{
	bool		found;

	if (gd_prev_shmem_startup_hook)
		gd_prev_shmem_startup_hook();

	gd_clock_shared = ShmemInitStruct("govdata clock", sizeof(GdClockShared), &found);
	if (found)
		return;
	pg_atomic_init_u64(&gd_clock_shared->offset, (uint64) gd_configured_offset);
	if (gd_configured_offset != 0)
		ereport(LOG,
				(errmsg("govdata.clock_offset is \"%s\": the clock of every rule is moved",
						gd_clock_offset_string)));
}

void
gd_clock_init(void)
{
	const char *asked = GetConfigOption("govdata.timezone", true, false);
	char	   *wanted = asked != NULL ? pstrdup(asked) : NULL;

	DefineCustomStringVariable("govdata.clock_offset",
							   gettext_noop("Moves the clock of every rule, for rehearsals and tests."),
							   gettext_noop("An interval in days, hours, minutes and seconds that is added to the actual time."),
							   &gd_clock_offset_string, "0", PGC_SIGHUP, GUC_NOT_IN_SAMPLE,
							   gd_check_clock_offset, gd_assign_clock_offset, NULL);
	DefineCustomStringVariable("govdata.timezone",
							   gettext_noop("Legal time zone: where days begin and end."),
							   NULL,
							   &gd_timezone_string, "Asia/Shanghai", PGC_POSTMASTER, GUC_NOT_IN_SAMPLE,
							   gd_check_timezone, gd_assign_timezone, NULL);

	/*
	 * The server falls back to the default when a value in its configuration
	 * is refused.  A wrong legal time zone would move every deadline: rather
	 * do not start.
	 */
	if (wanted != NULL && strcmp(wanted, gd_timezone_string) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": \"%s\"",
						"govdata.timezone", wanted),
				 errhint("Name a time zone that the view pg_timezone_names lists, such as Asia/Shanghai.")));

	gd_prev_shmem_request_hook = shmem_request_hook;
	shmem_request_hook = gd_clock_shmem_request;
	gd_prev_shmem_startup_hook = shmem_startup_hook;
	shmem_startup_hook = gd_clock_shmem_startup;
}
