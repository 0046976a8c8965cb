/*-------------------------------------------------------------------------
 *
 * futex.c
 *	  Waiting of many processes for one word in shared memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/pmsignal.h"
#include "utils/wait_event.h"

#include "futex.h"

void
gd_futex_wait(pg_atomic_uint32 *word, uint32 seen, long microseconds, uint32 wait_event)
{
	struct timespec timeout = {microseconds / 1000000, (microseconds % 1000000) * 1000};

	pgstat_report_wait_start(wait_event);
	(void) syscall(SYS_futex, &word->value, FUTEX_WAIT, seen, &timeout, NULL, 0);
	pgstat_report_wait_end();
	CHECK_FOR_INTERRUPTS();
	/* nobody signals that the postmaster is gone */
	if (!PostmasterIsAlive())
		proc_exit(1);
}

void
gd_futex_wake_all(pg_atomic_uint32 *word)
{
	(void) pg_atomic_fetch_add_u32(word, 1);
	(void) syscall(SYS_futex, &word->value, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
