/*-------------------------------------------------------------------------
 *
 * doctor.c
 *	  What govdata.doctor() cannot learn from SQL: the library's version, who
 *	  has exempted himself from the guards since the server started, and whether
 *	  a read that must be refused is.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "access.h"

/* the last use of a setting, and how many there were */
typedef struct GdUsed
{
	int64		times;
	TimestampTz at;
	Oid			role;			/* who had logged in */
	Oid			database;
} GdUsed;

typedef struct GdDoctorShared
{
	slock_t		mutex;
	GdUsed		used[GD_N_EXEMPTIONS];
} GdDoctorShared;

static GdDoctorShared *gd_doctor_shared = NULL;
static shmem_request_hook_type gd_prev_doctor_shmem_request = NULL;
static shmem_startup_hook_type gd_prev_doctor_shmem_startup = NULL;

PG_FUNCTION_INFO_V1(gd_library);
PG_FUNCTION_INFO_V1(gd_exemptions);
PG_FUNCTION_INFO_V1(gd_canary);

/*
 * Called from assign hooks: no catalogs, no errors.  The server's helpers take
 * new settings over as well, but act for nobody.
 */
void
gd_exemption_used(GdExemption which)
{
	GdUsed	   *used;

	if (gd_doctor_shared == NULL || !OidIsValid(MyDatabaseId))
		return;
	used = &gd_doctor_shared->used[which];
	SpinLockAcquire(&gd_doctor_shared->mutex);
	used->times++;
	used->at = GetCurrentTimestamp();
	used->role = GetAuthenticatedUserId();
	used->database = MyDatabaseId;
	SpinLockRelease(&gd_doctor_shared->mutex);
}

/*
 * gd_library
 *		Version of the loaded library, and of the server it was built for.
 */
Datum
gd_library(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = CStringGetTextDatum(GD_VERSION);
	values[1] = CStringGetTextDatum(PG_VERSION);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

static Datum
gd_name_or_number(char *name, Oid oid)
{
	return CStringGetTextDatum(name ? name : psprintf("%u", oid));
}

/*
 * gd_exemptions
 *		One row a setting that exempts from the guards: uses since the server
 *		started, and the last of them.
 */
Datum
gd_exemptions(PG_FUNCTION_ARGS)
{
	static const char *const names[GD_N_EXEMPTIONS] = {"govdata.maintenance", "govdata.restore"};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	GdUsed		used[GD_N_EXEMPTIONS];

	InitMaterializedSRF(fcinfo, 0);
	SpinLockAcquire(&gd_doctor_shared->mutex);
	memcpy(used, gd_doctor_shared->used, sizeof(used));
	SpinLockRelease(&gd_doctor_shared->mutex);
	for (int i = 0; i < GD_N_EXEMPTIONS; i++)
	{
		Datum		values[5] = {0};
		bool		nulls[5] = {false, false, true, true, true};

		values[0] = CStringGetTextDatum(names[i]);
		values[1] = Int64GetDatum(used[i].times);
		if (used[i].times > 0)
		{
			memset(nulls, false, sizeof(nulls));
			values[2] = TimestampTzGetDatum(used[i].at);
			values[3] = gd_name_or_number(GetUserNameFromId(used[i].role, true), used[i].role);
			values[4] = gd_name_or_number(get_database_name(used[i].database), used[i].database);
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	PG_RETURN_NULL();
}

/* ---- shared memory ---- */

static void
gd_doctor_shmem_request(void)
{
	if (gd_prev_doctor_shmem_request)
		gd_prev_doctor_shmem_request();
	RequestAddinShmemSpace(MAXALIGN(sizeof(GdDoctorShared)));
}

static void
gd_doctor_shmem_startup(void)
{
	bool		found;

	if (gd_prev_doctor_shmem_startup)
		gd_prev_doctor_shmem_startup();
	gd_doctor_shared = ShmemInitStruct("govdata doctor", sizeof(GdDoctorShared), &found);
	if (!found)
	{
		memset(gd_doctor_shared, 0, sizeof(GdDoctorShared));
		SpinLockInit(&gd_doctor_shared->mutex);
	}
}

void
gd_doctor_init(void)
{
	gd_prev_doctor_shmem_request = shmem_request_hook;
	shmem_request_hook = gd_doctor_shmem_request;
	gd_prev_doctor_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = gd_doctor_shmem_startup;
}

static bool gd_trying = false;

bool
gd_is_canary(void)
{
	return gd_trying;
}

/* Read as the group of all departments, in an operation that cannot take other rights. */
static void
gd_read_as_group(Oid relid)
{
	Oid			user;
	int			context;

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(get_role_oid("govdata_department", false),
						   context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	SPI_connect();
	SPI_execute(psprintf("SELECT 1 FROM %s LIMIT 1", gd_qualified(relid)), true, 1);
	SPI_finish();
	SetUserIdAndSecContext(user, context);
}

Datum
gd_canary(PG_FUNCTION_ARGS)
{
	MemoryContext memory = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile int met = 0;

	/* it may have been dropped meanwhile */
	if (get_rel_name(PG_GETARG_OID(0)) == NULL)
		PG_RETURN_TEXT_P(cstring_to_text(unpack_sql_state(ERRCODE_UNDEFINED_TABLE)));
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(memory);
	PG_TRY();
	{
		gd_trying = true;
		gd_read_as_group(PG_GETARG_OID(0));
		gd_trying = false;
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		gd_trying = false;
		met = geterrcode();
		if (met == ERRCODE_QUERY_CANCELED)
			PG_RE_THROW();
		MemoryContextSwitchTo(memory);
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(memory);
	CurrentResourceOwner = owner;
	if (met == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(unpack_sql_state(met)));
}
