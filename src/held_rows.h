/*-------------------------------------------------------------------------
 *
 * held_rows.h
 *	  Rows held back until the record of their read is durable.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_HELD_ROWS_H
#define GOVDATA_HELD_ROWS_H

#include "executor/execdesc.h"
#include "nodes/parsenodes.h"
#include "tcop/dest.h"

/* rows, and bytes of them, that are held at most */
#define GD_HELD_ROWS	8
#define GD_HELD_BYTES	8192

/* stands before the receiver of a statement's rows while it runs */
typedef struct GdHeld
{
	DestReceiver pub;
	DestReceiver *receiver;
	/* puts the record, of a statement that is over or not; NULL: it is put */
	void		(*permit) (void *arg, bool over);
	void	   *arg;
	bool		open;			/* rows pass */
	bool		waiting;		/* for the record */
	int			n;
	Size		bytes;
	TupleDesc	type;
	MinimalTuple rows[GD_HELD_ROWS];
} GdHeld;

/*
 * Can what this statement reads get out only as its rows, or in an error?  Not
 * when it hands values to what is not the server's own, or to what acts.
 */
extern bool gd_only_returns(Query *query);
/* may the statement begin to read before its record is durable? */
extern bool gd_can_hold(const QueryDesc *queryDesc);
/*
 * Rows wait from here on: the first one for the record to be durable; and, if
 * "permit" is there to put that record, the first few for the statement's end.
 */
extern void gd_hold(GdHeld *held, QueryDesc *queryDesc, void (*permit) (void *arg, bool over), void *arg);
/* the statement is over, or has failed: whatever there is to learn waits here */
extern void gd_let_go(GdHeld *held, QueryDesc *queryDesc);

#endif							/* GOVDATA_HELD_ROWS_H */
