/*-------------------------------------------------------------------------
 *
 * held_rows.c
 *	  Rows held back until the record of their read is durable.
 *
 * A record must be durable before anybody learns anything from the read.  Where
 * the only ways to learn are the rows that the client is sent, their number and
 * an error, the statement may look for its rows while the writer of the access
 * log works, and waits before the first one goes out.
 *
 * That is so when the statement calls nothing but the server's own functions,
 * and of these none that acts: what belongs to somebody could tell him in ways
 * of its own what it is given.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "executor/tuptable.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "access.h"
#include "access_log.h"
#include "held_rows.h"

static bool
gd_function_may_tell(Oid function, void *context)
{
	(void) context;
	return (function >= FirstUnpinnedObjectId && !gd_is_permitted_function(function)) ||
		func_volatile(function) == PROVOLATILE_VOLATILE;
}

static bool
gd_may_tell(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		Query	   *query = (Query *) node;
		ListCell   *lc;

		if (query->commandType != CMD_SELECT || query->rowMarks != NIL)
			return true;
		/* another server may be asked by the values that are read here */
		foreach(lc, query->rtable)
			if (lfirst_node(RangeTblEntry, lc)->relkind == RELKIND_FOREIGN_TABLE)
				return true;
		return query_tree_walker(query, gd_may_tell, context, 0);
	}
	/* a domain's conditions, a sampling method */
	if (IsA(node, CoerceToDomain) || IsA(node, TableSampleClause))
		return true;
	return check_functions_in_node(node, gd_function_may_tell, context) ||
		expression_tree_walker(node, gd_may_tell, context);
}

bool
gd_only_returns(Query *query)
{
	return !gd_may_tell((Node *) query, NULL);
}

bool
gd_can_hold(const QueryDesc *queryDesc)
{
	CommandDest dest = queryDesc->dest ? queryDesc->dest->mydest : DestNone;

	return (dest == DestRemote || dest == DestRemoteExecute) && queryDesc->instrument_options == 0;
}

static void
gd_held_startup(DestReceiver *self, int operation, TupleDesc type)
{
	GdHeld	   *held = (GdHeld *) self;

	held->receiver->rStartup(held->receiver, operation, type);
}

/* The record is put and durable, then what was held goes out. */
static void
gd_open_held(GdHeld *held, bool over)
{
	TupleTableSlot *slot;

	held->waiting = true;
	if (held->permit)
		held->permit(held->arg, over);
	gd_log_settle();
	held->waiting = false;
	held->open = true;
	if (held->n == 0)
		return;
	slot = MakeSingleTupleTableSlot(held->type, &TTSOpsMinimalTuple);
	for (int i = 0; i < held->n; i++)
	{
		ExecStoreMinimalTuple(held->rows[i], slot, true);
		held->receiver->receiveSlot(slot, held->receiver);
	}
	ExecDropSingleTupleTableSlot(slot);
}

static bool
gd_held_receive(TupleTableSlot *slot, DestReceiver *self)
{
	GdHeld	   *held = (GdHeld *) self;

	if (!held->open && held->permit && held->n < GD_HELD_ROWS && held->bytes < GD_HELD_BYTES)
	{
		held->type = slot->tts_tupleDescriptor;
		held->rows[held->n] = ExecCopySlotMinimalTuple(slot);
		held->bytes += held->rows[held->n++]->t_len;
		return true;
	}
	if (!held->open)
		gd_open_held(held, false);
	return held->receiver->receiveSlot(slot, held->receiver);
}

static void
gd_held_shutdown(DestReceiver *self)
{
	GdHeld	   *held = (GdHeld *) self;

	if (!held->open)
		gd_open_held(held, true);
	held->receiver->rShutdown(held->receiver);
}

static void
gd_held_destroy(DestReceiver *self)
{
	GdHeld	   *held = (GdHeld *) self;

	held->receiver->rDestroy(held->receiver);
}

void
gd_hold(GdHeld *held, QueryDesc *queryDesc, void (*permit) (void *arg, bool over), void *arg)
{
	held->pub.receiveSlot = gd_held_receive;
	held->pub.rStartup = gd_held_startup;
	held->pub.rShutdown = gd_held_shutdown;
	held->pub.rDestroy = gd_held_destroy;
	held->pub.mydest = queryDesc->dest->mydest;
	held->receiver = queryDesc->dest;
	held->permit = permit;
	held->arg = arg;
	held->open = held->waiting = false;
	held->n = 0;
	held->bytes = 0;
	queryDesc->dest = &held->pub;
}

void
gd_let_go(GdHeld *held, QueryDesc *queryDesc)
{
	queryDesc->dest = held->receiver;
	/* nothing is left to wait for, or it was the very wait that failed */
	if (held->open || held->waiting)
		return;
	held->n = 0;				/* the statement failed: its rows stay here */
	gd_open_held(held, false);
}
