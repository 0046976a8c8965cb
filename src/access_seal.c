/*-------------------------------------------------------------------------
 *
 * access_seal.c
 *	  Seals over the access log, and the end of its term (Article 32).
 *
 * The work is done by SQL in sql/66_access_log.sql, where the hash of a record
 * is also what verify_access_log() computes.  Here it is given the extension's
 * rights, which alone may write seals, drop partitions, and count records that
 * the caller does not see.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"

#include "access_log.h"
#include "seal.h"

static int	gd_log_retention = 36;

/* Call a function of at most one argument as the extension's owner. */
static Datum
gd_call_as_owner(const char *sql, Oid type, Datum argument)
{
	volatile Datum result = (Datum) 0;
	GdOwn		own;

	gd_own_begin(&own);
	PG_TRY();
	{
		bool		isnull;

		gd_query(sql, OidIsValid(type) ? 1 : 0, &type, &argument);
		result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
		SPI_freetuptable(SPI_tuptable);
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	return result;
}

int64
gd_seal_access_log(int64 max_rows)
{
	return DatumGetInt64(gd_call_as_owner("SELECT govdata._seal_access_log($1)",
										  INT8OID, Int64GetDatum(max_rows)));
}

int32
gd_retire_access_log(void)
{
	return DatumGetInt32(gd_call_as_owner("SELECT govdata._retire_access_log($1)",
										  INT4OID, Int32GetDatum(gd_log_retention)));
}

int32
gd_index_access_log(void)
{
	return DatumGetInt32(gd_call_as_owner("SELECT govdata._index_access_log()", InvalidOid, (Datum) 0));
}

PG_FUNCTION_INFO_V1(gd_retire_access_log_sql);

/*
 * gd_retire_access_log_sql
 *		Destroys the months whose term has ended; administrators only.
 */
Datum
gd_retire_access_log_sql(PG_FUNCTION_ARGS)
{
	int32		retired;

	(void) fcinfo;
	gd_require_administrator("access_record", 32);
	SPI_connect();
	retired = gd_retire_access_log();
	SPI_finish();
	PG_RETURN_INT32(retired);
}

PG_FUNCTION_INFO_V1(gd_access_statistics);

/*
 * gd_access_statistics
 *		Counts of reads, for those who supervise and may not see the records.
 */
Datum
gd_access_statistics(PG_FUNCTION_ARGS)
{
	static Oid	types[] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		args[2];
	GdOwn		own;

	args[0] = PG_GETARG_DATUM(0);
	args[1] = PG_GETARG_DATUM(1);
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	gd_own_begin(&own);
	PG_TRY();
	{
		gd_query("SELECT * FROM govdata._access_statistics($1, $2)", 2, types, args);
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
	SPI_finish();
	PG_RETURN_NULL();
}

void
gd_access_seal_init(void)
{
	DefineCustomIntVariable("govdata.log_retention",
							gettext_noop("Months for which the access log is kept, at least three years."),
							gettext_noop("A month is destroyed as a whole, once it is sealed and nobody holds it."),
							&gd_log_retention, 36, 36, 1200, PGC_SIGHUP, GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
}
