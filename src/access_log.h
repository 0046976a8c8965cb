/*-------------------------------------------------------------------------
 *
 * access_log.h
 *	  The record of reads, as the access check sees it (Article 32).
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_ACCESS_LOG_H
#define GOVDATA_ACCESS_LOG_H

#include "datatype/timestamp.h"
#include "nodes/bitmapset.h"

/* what a record is about */
#define GD_READ_KIND_READ		'r'
#define GD_READ_KIND_COPY		'c' /* rows are persisted elsewhere */
#define GD_READ_KIND_EXPLAIN	'e' /* planned, no row returned */
#define GD_READ_KIND_REFUSED	'x'

/* longest list of items that a record holds, bytes; the rest is cut off */
#define GD_MAX_ITEMS	30000

/* on what ground the rows flow */
#define GD_READ_BASIS_OWN			'o' /* owner or provider */
#define GD_READ_BASIS_ADMINISTRATOR 'a' /* superuser */
#define GD_READ_BASIS_BYPASS		'b' /* owner or provider, with BYPASSRLS */
#define GD_READ_BASIS_CLASS			'u' /* shared unconditionally */
#define GD_READ_BASIS_CONTINUED		'k' /* was shared unconditionally until lately */
#define GD_READ_BASIS_AUTHORIZATION 'g'
#define GD_READ_BASIS_OPEN			'p' /* open to the public */
#define GD_READ_BASIS_NONE			'-' /* refused */

/* one statement's use of one attached relation */
typedef struct GdRead
{
	char		kind;
	char		basis;
	bool		sync;			/* durable first, also in async mode */
	int64		resource;
	const char *relation;		/* its qualified name */
	int64		department;		/* 0: none */
	int64		authorization;	/* 0: none */
	int32		version;		/* of the authorization */
	const char *items;			/* comma-separated names of what was read */
	const char *purpose;		/* govdata.purpose, NULL for none */
	const char *reason;			/* of a refusal: SQLSTATE and message */
	uint64		query_id;		/* of the statement itself; 0: take the client's */
} GdRead;

/*
 * Identifies a record: boot number and sequence in this database's queue.  Its
 * end is shown to the same departments, so it says whose read it was.
 */
typedef struct GdReadKey
{
	int64		boot;			/* 0: in the server log of a standby */
	int64		seq;			/* 0: there is no record */
	int64		department;
	int64		resource;
} GdReadKey;

typedef struct GdLogEntry GdLogEntry;

/* the start record of a read that begins now, in the current memory context; not on a standby */
extern GdLogEntry *gd_log_prepare(const GdRead *read);
/*
 * Put it into this database's queue; a refusal never raises.  In sync mode, and
 * for a resource that asks for it, gd_log_settle() must be called before anybody
 * learns anything from the read.  On a standby: as govdata.standby_log says.
 */
extern GdReadKey gd_log_put(GdLogEntry *entry);
/* the same for a read that has come to its end already: one record for both */
extern void gd_log_put_ended(GdLogEntry *entry, int64 rows, bool completed);
/* the same after an error: never raises, never waits */
extern void gd_log_put_failed(GdLogEntry *entry);
/* wait until what this session has put is durable where it must be, else raise ZW032 */
extern void gd_log_settle(void);
/* prepare, put and settle */
extern GdReadKey gd_log_start(const GdRead *read);
/* put an end record into the queue; never raises, never waits for disk */
extern void gd_log_end(GdReadKey key, int64 rows, bool completed);
/* wait until whatever was put into the queue before now is durable; raises ZW032 */
extern void gd_log_await(void);
/* settings, shared memory, hooks */
extern void gd_log_init(void);

/* ---- access_seal.c ---- */

/* seal up to max_rows records; how many.  SPI must be connected. */
extern int64 gd_seal_access_log(int64 max_rows);
/* destroy the months whose term has ended; how many.  SPI must be connected. */
extern int32 gd_retire_access_log(void);
/* give a month that is over its indexes; how many.  SPI must be connected. */
extern int32 gd_index_access_log(void);
extern void gd_access_seal_init(void);

#endif							/* GOVDATA_ACCESS_LOG_H */
