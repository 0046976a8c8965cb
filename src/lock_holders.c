/*-------------------------------------------------------------------------
 *
 * lock_holders.c
 *	  Locks do not decide cases.
 *
 * An act locks the rows that it changes until its transaction ends.  Whoever
 * leaves a transaction open after a withdrawal keeps the provider's objection
 * waiting, and silence is consent.  Three things stand against that.
 *
 * The sweep ends sessions whose transaction keeps another's act waiting for
 * longer than govdata.max_lock_hold (sql/71_lock_holders.sql).  A transaction that has
 * no session any more, because it was prepared, could not be ended like that,
 * so none that holds such locks is prepared.  And an answer that was waiting
 * for a lock when the limit ended was given in time: how long it has waited is
 * not for its author to say, it is looked up from time to time in what the
 * lock manager says of this very process.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "utils/lsyscache.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "guard.h"

/* how often a statement that may have to wait is looked at, milliseconds */
#define GD_WAIT_SAMPLE	100
/* samples farther apart than this, microseconds, are not of one and the same wait */
#define GD_WAIT_GAP		(1000 * INT64CONST(1000))
/* a wait counts for so many times govdata.max_lock_hold after the limit's end */
#define GD_WAIT_COUNTS	10

static int	gd_max_lock_hold = 30000;

/* written by the signal handler: the last wait of this transaction that was seen */
static volatile TimestampTz gd_waited_from = 0;
static volatile TimestampTz gd_waited_until = 0;
static bool gd_timeout_registered = false;
static TimeoutId gd_wait_timeout;

/*
 * In a signal handler: reads what this process itself has written, and takes
 * no lock.  A row is waited for in two steps, first the place in the queue and
 * then the transaction; they are one wait.
 */
static void
gd_look_at_wait(void)
{
	TimestampTz from = MyProc ? (TimestampTz) pg_atomic_read_u64(&MyProc->waitStart) : 0;

	if (from == 0)
		return;
	if (gd_waited_from == 0 || from > gd_waited_until + GD_WAIT_GAP)
		gd_waited_from = from;
	gd_waited_until = GetCurrentTimestamp();
}

/* A statement answers for its own waiting: what another has waited for excuses nothing. */
void
gd_watch_wait(void)
{
	gd_waited_from = gd_waited_until = 0;
	if (!gd_timeout_registered)
		gd_wait_timeout = RegisterTimeout(USER_TIMEOUT, gd_look_at_wait);
	gd_timeout_registered = true;
	if (!get_timeout_active(gd_wait_timeout))
		enable_timeout_every(gd_wait_timeout,
							 TimestampTzPlusMilliseconds(GetCurrentTimestamp(), GD_WAIT_SAMPLE), GD_WAIT_SAMPLE);
}

/*
 * Has what is being done now waited for a lock since before the instant, and
 * got it only a moment ago?  Then when it began to wait, by the legal clock.
 */
bool
gd_waited_over(TimestampTz instant, TimestampTz *since)
{
	TimestampTz now = GetCurrentTimestamp();

	if (gd_max_lock_hold == 0 || gd_waited_from == 0 || now > gd_waited_until + GD_WAIT_GAP)
		return false;
	*since = gd_clock_at(gd_waited_from);
	return *since < instant &&
		gd_clock_at(now) < TimestampTzPlusMilliseconds(instant, GD_WAIT_COUNTS * (int64) gd_max_lock_hold);
}

TimestampTz
gd_hold_ends(void)
{
	return TimestampTzPlusMilliseconds(gd_clock(), gd_max_lock_hold);
}

/*
 * A table of ours that this transaction has locked against others, one that it
 * has written to if there is one; InvalidOid for none.  Reading locks nobody
 * out, and the journal is written whatever else is.
 */
Oid
gd_locked_table(void)
{
	LockData   *locks = GetLockStatusData();
	Oid			schema = gd_schema_oid();
	Oid			journal = gd_relid(GD_JOURNAL_ENTRY);
	Oid			found = InvalidOid;
	bool		found_written = false;

	for (int i = 0; i < locks->nelements; i++)
	{
		LockInstanceData *lock = &locks->locks[i];
		Oid			relid = lock->locktag.locktag_field2;
		LOCKMASK	held = lock->holdMask & ~LOCKBIT_ON(AccessShareLock);
		bool		written = (held & ~LOCKBIT_ON(RowShareLock)) != 0;

		if (lock->pid != MyProcPid || lock->locktag.locktag_type != LOCKTAG_RELATION ||
			lock->locktag.locktag_field1 != MyDatabaseId || held == 0 || relid == journal ||
			get_rel_namespace(relid) != schema || get_rel_relkind(relid) != RELKIND_RELATION)
			continue;
		if (!OidIsValid(found) || (written && !found_written) || (written == found_written && relid < found))
		{
			found = relid;
			found_written = written;
		}
	}
	return found;
}

static void
gd_hold_xact(XactEvent event, void *arg)
{
	(void) arg;
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	if (gd_timeout_registered && get_timeout_active(gd_wait_timeout))
		disable_timeout(gd_wait_timeout, false);
	gd_waited_from = gd_waited_until = 0;
}

void
gd_lock_holders_init(void)
{
	DefineCustomIntVariable("govdata.max_lock_hold",
							gettext_noop("Longest time for which a session may keep another's act waiting."),
							gettext_noop("The sweep ends sessions of departments that do so for longer. Zero: it ends none."),
							&gd_max_lock_hold, 30000, 0, INT_MAX / 20, PGC_SUSET, GUC_UNIT_MS | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
	RegisterXactCallback(gd_hold_xact, NULL);
}
