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
	int			n;
	Size		bytes;
	TupleDesc	type;
	MinimalTuple rows[GD_HELD_ROWS];
} GdHeld;

/*
 * Can what this statement reads get out only as its rows and their number?  Asked
 * before planning, which changes the query, and of the plan.
 */
extern bool gd_only_returns(Query *query);
extern bool gd_asks_others(const PlannedStmt *plan);
/* do the rows of this run go to the client, and nothing else does? */
extern bool gd_can_hold(const QueryDesc *queryDesc);
/*
 * Rows wait from here on: the first one for the record to be durable; and, if
 * "permit" is there to put that record, the first few for the statement's end.
 */
extern void gd_hold(GdHeld *held, QueryDesc *queryDesc, void (*permit) (void *arg, bool over), void *arg);
/* the run is over without an error: whatever there is to learn waits here */
extern void gd_let_go(GdHeld *held);

#endif							/* GOVDATA_HELD_ROWS_H */
