/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  Differences between the supported server versions (15 to 18).
 *
 * This is the only file that tests PG_VERSION_NUM.  Each shim has the
 * signature of the newest version and names the release that changed it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_COMPAT_H
#define GOVDATA_COMPAT_H

#include "executor/executor.h"

/* 18: ExecutorRun loses execute_once */
#if PG_VERSION_NUM >= 180000
#define GD_EXECUTOR_RUN_PARAMS	QueryDesc *queryDesc, ScanDirection direction, uint64 count
#define GD_EXECUTOR_RUN_ARGS	queryDesc, direction, count
#else
#define GD_EXECUTOR_RUN_PARAMS	QueryDesc *queryDesc, ScanDirection direction, uint64 count, bool execute_once
#define GD_EXECUTOR_RUN_ARGS	queryDesc, direction, count, execute_once
#endif

/* 16: variable-length headers are no longer part of postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16: the header of query ids has moved */
#if PG_VERSION_NUM >= 160000
#include "nodes/queryjumble.h"
#else
#include "utils/queryjumble.h"
#endif

/* 16: what a check hook hands to its assign hook is no longer malloc'ed */
#if PG_VERSION_NUM < 160000
#define guc_malloc(elevel, size)	malloc(size)
#endif

/* 16: one function for the ownership of all kinds of objects */
#if PG_VERSION_NUM >= 160000
#define GD_OWNS_FUNCTION(function, role)	object_ownercheck(ProcedureRelationId, function, role)
#else
#define GD_OWNS_FUNCTION(function, role)	pg_proc_ownercheck(function, role)
#endif

/* 16: ExecInsertIndexTuples gains onlySummarizing; we only ever insert */
#if PG_VERSION_NUM >= 160000
#define GD_EXEC_INSERT_INDEX_TUPLES(result, slot, estate) \
	ExecInsertIndexTuples(result, slot, estate, false, false, NULL, NIL, false)
#else
#define GD_EXEC_INSERT_INDEX_TUPLES(result, slot, estate) \
	ExecInsertIndexTuples(result, slot, estate, false, false, NULL, NIL)
#endif

/* 16: pg_namespace_aclcheck becomes object_aclcheck */
#if PG_VERSION_NUM >= 160000
#define GD_NAMESPACE_USAGE(namespace, role) \
	object_aclcheck(NamespaceRelationId, namespace, role, ACL_USAGE)
#else
#define GD_NAMESPACE_USAGE(namespace, role) \
	pg_namespace_aclcheck(namespace, role, ACL_USAGE)
#endif

/* 16: permissions move from the range table into a list of their own */
#if PG_VERSION_NUM >= 160000
typedef RTEPermissionInfo GdPerms;
#define GD_CHECK_PERMS_PARAMS	List *rangeTable, List *rteperminfos, bool ereport_on_violation
#define GD_CHECK_PERMS_ARGS		rangeTable, rteperminfos, ereport_on_violation
#define GD_CHECK_PERMS_LIST		rteperminfos
#define GD_HAS_PERMS(rte)		((rte)->perminfoindex != 0)
#define GD_RTE_PERMS(parse, rte) \
	((rte)->perminfoindex != 0 ? getRTEPermissionInfo((parse)->rteperminfos, rte) : NULL)
#define GD_PLAN_PERMS(plan, rte) \
	((rte)->perminfoindex != 0 ? getRTEPermissionInfo((plan)->permInfos, rte) : NULL)
#else
typedef RangeTblEntry GdPerms;
#define GD_CHECK_PERMS_PARAMS	List *rangeTable, bool ereport_on_violation
#define GD_CHECK_PERMS_ARGS		rangeTable, ereport_on_violation
#define GD_CHECK_PERMS_LIST		rangeTable
#define GD_HAS_PERMS(rte)		((rte)->requiredPerms != 0)
#define GD_RTE_PERMS(parse, rte)	((rte)->requiredPerms != 0 ? (rte) : NULL)
#define GD_PLAN_PERMS(plan, rte)	((rte)->requiredPerms != 0 ? (rte) : NULL)
#endif

/* 17: JSON_VALUE() and its like make values of the type that they name */
#if PG_VERSION_NUM >= 170000
#define GD_IS_JSON_EXPR(node)	IsA(node, JsonExpr)
#else
#define GD_IS_JSON_EXPR(node)	false
#endif

/* 17: wait events of extensions have names */
#if PG_VERSION_NUM >= 170000
#define GD_WAIT_EVENT(name)		WaitEventExtensionNew(name)
#else
#define GD_WAIT_EVENT(name)		PG_WAIT_EXTENSION
#endif

/* 17: LockHeldByMe gains orstronger */
#if PG_VERSION_NUM >= 170000
#define GD_LOCK_HELD_BY_ME(tag, mode)	LockHeldByMe(tag, mode, false)
#else
#define GD_LOCK_HELD_BY_ME(tag, mode)	LockHeldByMe(tag, mode)
#endif

/* 18: index_beginscan gains instrument */
#if PG_VERSION_NUM >= 180000
#define GD_INDEX_BEGINSCAN(heap, index, snapshot, nkeys, norderbys) \
	index_beginscan(heap, index, snapshot, NULL, nkeys, norderbys)
#else
#define GD_INDEX_BEGINSCAN(heap, index, snapshot, nkeys, norderbys) \
	index_beginscan(heap, index, snapshot, nkeys, norderbys)
#endif

#endif							/* GOVDATA_COMPAT_H */
