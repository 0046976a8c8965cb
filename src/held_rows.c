/*-------------------------------------------------------------------------
 *
 * held_rows.c
 *	  Rows held back until the record of their read is durable.
 *
 * A record must be durable before anybody learns anything from the read.  Where
 * the only ways to learn are the rows that the client is sent and their number,
 * the statement may look for its rows while the writer of the access log works,
 * and waits before the first one goes out.
 *
 * That is so when all functions that it calls are leakproof: by the server's
 * definition they have no effects and say nothing about what they are given, not
 * even in an error.  What is not known to be harmless is not held.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_class.h"
#include "executor/tuptable.h"
#include "nodes/nodeFuncs.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "access.h"
#include "access_log.h"
#include "held_rows.h"

static bool gd_may_tell(Node *node, void *context);

static bool
gd_function_may_tell(Oid function, void *context)
{
	(void) context;
	return !get_func_leakproof(function) && !gd_is_permitted_function(function);
}

static bool
gd_is_computed(Node *limit)
{
	return limit != NULL && !IsA(limit, Const) && !IsA(limit, Param);
}

static bool
gd_query_may_tell(Query *query, void *context)
{
	ListCell   *lc;

	if (query->commandType != CMD_SELECT || query->rowMarks != NIL)
		return true;
	/* a limit that is negative is an error */
	if (gd_is_computed(query->limitCount) || gd_is_computed(query->limitOffset))
		return true;
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind != RTE_RELATION && rte->rtekind != RTE_SUBQUERY && rte->rtekind != RTE_JOIN &&
			rte->rtekind != RTE_VALUES && rte->rtekind != RTE_CTE)
			return true;
	}
	return query_tree_walker(query, gd_may_tell, context, 0);
}

static bool
gd_may_tell(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Query:
			return gd_query_may_tell((Query *) node, context);
		case T_List:
		case T_TargetEntry:
		case T_FromExpr:
		case T_JoinExpr:
		case T_RangeTblRef:
		case T_SortGroupClause:
		case T_CommonTableExpr:
		case T_Var:
		case T_Const:
		case T_Param:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
			break;
		case T_SubLink:
			/* that there is more than one row is an error */
			if (((SubLink *) node)->subLinkType == EXPR_SUBLINK || ((SubLink *) node)->subLinkType == ROWCOMPARE_SUBLINK)
				return true;
			break;
		default:
			return true;
	}
	return check_functions_in_node(node, gd_function_may_tell, context) ||
		expression_tree_walker(node, gd_may_tell, context);
}

bool
gd_only_returns(Query *query)
{
	return !gd_may_tell((Node *) query, NULL);
}

/* Another server may be asked by the values that are read here; a partition may lie there. */
bool
gd_asks_others(const PlannedStmt *plan)
{
	ListCell   *lc;

	foreach(lc, plan->rtable)
		if (lfirst_node(RangeTblEntry, lc)->relkind == RELKIND_FOREIGN_TABLE)
			return true;
	return false;
}

bool
gd_can_hold(const QueryDesc *queryDesc)
{
	CommandDest dest = queryDesc->dest ? queryDesc->dest->mydest : DestNone;

	/* the server's own messages of lower levels tell sizes and times */
	return (dest == DestRemote || dest == DestRemoteExecute) && queryDesc->instrument_options == 0 &&
		client_min_messages >= NOTICE;
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

	if (held->permit)
		held->permit(held->arg, over);
	gd_log_settle();
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
	held->open = false;
	held->n = 0;
	held->bytes = 0;
	queryDesc->dest = &held->pub;
}

void
gd_let_go(GdHeld *held)
{
	if (!held->open)
		gd_open_held(held, false);
}
