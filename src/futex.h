/*-------------------------------------------------------------------------
 *
 * futex.h
 *	  Waiting of many processes for one word in shared memory.
 *
 * A condition variable wakes each waiter with a signal to his latch, which costs
 * more than all the rest of a recorded read.  Waiting for the word itself costs
 * one call of the kernel, and one call wakes everybody.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_FUTEX_H
#define GOVDATA_FUTEX_H

#include "port/atomics.h"

/*
 * Sleep while the word is "seen", until somebody wakes, a signal comes or the
 * microseconds are over.  Whoever waits looks again for what he waits for, and
 * for interrupts.
 */
extern void gd_futex_wait(pg_atomic_uint32 *word, uint32 seen, long microseconds, uint32 wait_event);

/* change the word, and wake all who sleep on it */
extern void gd_futex_wake_all(pg_atomic_uint32 *word);

#endif							/* GOVDATA_FUTEX_H */
