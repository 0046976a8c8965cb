/*-------------------------------------------------------------------------
 *
 * access_queue.h
 *	  The queue between readers and the writer of the access log.
 *
 * One queue a database: a ring of bytes in dynamic shared memory, made by the
 * first reader.  Positions count bytes ever put in; "flushed" is the position
 * up to which all entries are durable, and what lies before it is free.
 * Entries between "flushed" and "written" are read without a lock, because
 * nobody changes them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_ACCESS_QUEUE_H
#define GOVDATA_ACCESS_QUEUE_H

#include "access_log.h"
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/dsm.h"
#include "storage/latch.h"
#include "storage/lwlock.h"

/* databases of the cluster in which attached tables are read */
#define GD_LOG_DATABASES	64

/* longest that an entry of the async mode waits for company, milliseconds */
#define GD_LOG_DELAY		100

/* texts of an entry, in this order; an empty one stands for NULL */
typedef enum GdLogText
{
	GD_TEXT_SESSION_ROLE,
	GD_TEXT_OUTER_ROLE,
	GD_TEXT_ROLE,
	GD_TEXT_APPLICATION,
	GD_TEXT_CLIENT,
	GD_TEXT_RELATION,
	GD_TEXT_ITEMS,
	GD_TEXT_PURPOSE,
	GD_TEXT_REASON,
	GD_N_TEXTS
} GdLogText;

#define GD_ENTRY_PAD	0		/* unused rest before the ring's end */
#define GD_ENTRY_START	1
#define GD_ENTRY_END	2

/* followed by the texts of a start, each with its terminating zero */
struct GdLogEntry
{
	uint32		size;			/* of all, a multiple of 8 */
	uint32		type;
	int64		seq;
	int64		start_seq;		/* of an end: what has ended */
	TimestampTz at;
	TimestampTz real_at;
	int64		department;
	int64		resource;
	int64		authorization;
	TimestampTz ended_at;		/* of a start that holds its own end, else 0 */
	int64		rows;			/* of an end; -1: not known */
	int64		query_id;
	int32		version;
	int32		pid;
	char		kind;
	char		basis;
	bool		completed;
	bool		sync;			/* of a start: rows wait until it is durable */
};

typedef struct GdLogQueue
{
	Oid			database;		/* InvalidOid: free */
	int64		boot;
	dsm_handle	ring;
	uint64		size;			/* of the ring */
	pg_atomic_uint64 flushed;
	ConditionVariable changed;	/* "flushed" moved, or the writer left */
	pg_atomic_uint32 durable[2];	/* the same, for readers who wait for this batch or the next */

	/* under the queue's lock */
	int64		last_seq;
	uint64		written;
	uint64		skipped;		/* bytes left out before ... */
	uint64		skipped_until;	/* ... this position, see gd_skip() */
	uint64		wanted;			/* up to here readers wait */
	int			waiting;		/* readers who wait for the next batch */
	int			worker;			/* process id of the writer, 0: none */
	Latch	   *latch;			/* of the writer */
	uint64		batch;			/* number of the batch that is being filled */
	bool		sleeping;		/* the writer wants to be woken, as soon as somebody waits */
	bool		idle;			/* by whatever comes */
	bool		stop;			/* the writer shall empty the queue and leave */
	TimestampTz asked;			/* when a writer was last asked for, or failed */
	Oid			partition;		/* the writer writes there */
	int64		records;
	int64		batches;
	int64		to_server_log;
	TimestampTz trouble_at;
	char		trouble[256];
} GdLogQueue;

typedef struct GdLogShared
{
	int64		last_boot;
	GdLogQueue	queues[GD_LOG_DATABASES];
} GdLogShared;

/* ---- access_log.c ---- */

extern GdLogShared *gd_log_shared;
extern int	gd_log_idle;		/* seconds until the writer leaves */

extern LWLock *gd_log_registry_lock(void);
extern LWLock *gd_log_queue_lock(const GdLogQueue *queue);
extern uint32 gd_log_wait_event(void);
/* does the server log take what it is given, or does log_min_messages hide it? */
extern bool gd_server_log_open(void);
/* an entry as one line of JSON, for the server log */
extern char *gd_log_entry_text(const GdLogEntry *entry, int64 boot);
/* to the server log, for whatever reason it is not in the table */
extern void gd_log_to_server(const GdLogEntry *entry, int64 boot);

/* ---- access_worker.c ---- */

/* ask the postmaster for a writer; false when there is no slot */
extern bool gd_log_register_worker(const GdLogQueue *queue);
extern PGDLLEXPORT void gd_log_worker_main(Datum arg);

#endif							/* GOVDATA_ACCESS_QUEUE_H */
