/*-------------------------------------------------------------------------
 *
 * watch.c
 *	  DDL that touches attached tables.
 *
 * Whatever is done to a table is noticed by the next read, which is refused
 * where the attachment no longer holds (attach.c).  Here whoever does it is
 * told at once.  What would take row security off, or let rows be read through
 * another table, is refused; a new partition is secured; a dropped table takes
 * its attachment along; what breaks an attachment is done with a warning, for
 * a table is its owner's to change.
 *
 * The object access hook hears what is touched, the utility hook judges when
 * the statement has done its work: so it does not matter by which statement,
 * or how deep in a CASCADE, it was touched.  A superuser who has set
 * govdata.maintenance is warned and not refused.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parse_utilcmd.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "access.h"
#include "guard.h"

/* what the statement that is being executed has touched: OIDs of relations */
typedef struct GdWatch
{
	MemoryContext context;
	List	   *altered;
	List	   *joined;			/* have become children of something */
	List	   *widened;		/* have got another column */
	List	   *lost;			/* have been dropped */
	struct GdWatch *outer;
} GdWatch;

static GdWatch *gd_watch = NULL;
static object_access_hook_type gd_prev_watch_access = NULL;
static ProcessUtility_hook_type gd_prev_watch_utility = NULL;

/* ---- hearing ---- */

static void
gd_note(List **list, Oid relid)
{
	MemoryContext old = MemoryContextSwitchTo(gd_watch->context);

	*list = list_append_unique_oid(*list, relid);
	MemoryContextSwitchTo(old);
}

static void
gd_note_relation(ObjectAccessType access, Oid relid, int column)
{
	char		kind;

	if (access == OAT_POST_CREATE && column == 0)
		return;					/* nothing that is new is attached */
	if (access == OAT_POST_CREATE)
		gd_note(&gd_watch->widened, relid);
	if (access != OAT_DROP || column != 0)
	{
		gd_note(&gd_watch->altered, relid);
		return;
	}
	kind = get_rel_relkind(relid);
	if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_VIEW)
		gd_note(&gd_watch->lost, relid);
}

static void
gd_watch_access(ObjectAccessType access, Oid classId, Oid objectId, int subId, void *arg)
{
	ObjectAccessPostAlter *alter = (ObjectAccessPostAlter *) arg;

	if (gd_prev_watch_access)
		gd_prev_watch_access(access, classId, objectId, subId, arg);

	if (gd_watch == NULL || objectId < FirstNormalObjectId ||
		(access != OAT_POST_CREATE && access != OAT_DROP && access != OAT_POST_ALTER))
		return;
	/* rewriting a table is no change of what it is */
	if (access == OAT_POST_ALTER && alter && alter->is_internal && classId == RelationRelationId)
		return;
	if (classId == RelationRelationId)
		gd_note_relation(access, objectId, subId);
	else if (classId == InheritsRelationId && access == OAT_POST_ALTER && alter)
	{
		gd_note(&gd_watch->joined, objectId);
		gd_note(&gd_watch->altered, alter->auxiliary_id);
	}
}

/*
 * What no object access event tells: up to version 15 that row security is
 * turned off, and the table of a policy, a trigger, an index or statistics.
 */
static void
gd_note_named(RangeVar *table)
{
	Oid			relid = RangeVarGetRelid(table, NoLock, true);

	if (OidIsValid(relid))
		gd_note(&gd_watch->altered, relid);
}

static void
gd_note_statement(Node *statement)
{
	RangeVar   *table = NULL;
	ListCell   *lc;

	if (IsA(statement, CreateStatsStmt))
		foreach(lc, ((CreateStatsStmt *) statement)->relations)
			if (IsA(lfirst(lc), RangeVar))
				gd_note_named(lfirst_node(RangeVar, lc));
	if (IsA(statement, AlterTableStmt))
		table = ((AlterTableStmt *) statement)->relation;
	else if (IsA(statement, CreatePolicyStmt))
		table = ((CreatePolicyStmt *) statement)->table;
	else if (IsA(statement, AlterPolicyStmt))
		table = ((AlterPolicyStmt *) statement)->table;
	else if (IsA(statement, CreateTrigStmt))
		table = ((CreateTrigStmt *) statement)->relation;
	else if (IsA(statement, IndexStmt))
		table = ((IndexStmt *) statement)->relation;
	if (table)
		gd_note_named(table);
}

/* ---- judging ---- */

/* an error, or a warning for a superuser who maintains */
static void
gd_forbid(const GdAttachment *att, const char *why)
{
	ereport(gd_maintenance ? WARNING : ERROR,
			(errcode(GD_ERRCODE(17)),
			 errmsg("\"%s\" is attached to resource \"%s\"", get_rel_name(att->relid), att->code),
			 errdetail("%s Measures, Article 17.", why),
			 errhint("SELECT govdata.detach_resource('%s') ends the attachment first.", att->code)));
}

static bool
gd_has_row_security(Oid relid)
{
	HeapTuple	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool		has = HeapTupleIsValid(tup) && ((Form_pg_class) GETSTRUCT(tup))->relrowsecurity;

	if (HeapTupleIsValid(tup))
		ReleaseSysCache(tup);
	return has;
}

static void
gd_forbid_its_own(const GdAttachment *att, Oid relid)
{
	const char *why = gd_runs_its_own(relid, att->provider);

	if (why)
		gd_forbid(att, why);
}

/* A new partition, and what hangs below it, gets what the root's tree has. */
static void
gd_secure_partition(const GdAttachment *att)
{
	List	   *members = find_all_inheritors(att->relid, AccessExclusiveLock, NULL);
	ListCell   *lc;

	foreach(lc, members)
	{
		AlterTableCmd *cmd = makeNode(AlterTableCmd);

		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			gd_forbid(att, _("A foreign table has no row security, so it cannot be a partition of it."));
		else if (!gd_has_row_security(lfirst_oid(lc)))
		{
			cmd->subtype = AT_EnableRowSecurity;
			AlterTableInternal(lfirst_oid(lc), list_make1(cmd), false);
		}
	}
	CommandCounterIncrement();
	foreach(lc, members)
		gd_forbid_its_own(att, lfirst_oid(lc));
}

static void
gd_warn_broken(const GdAttachment *att)
{
	ereport(WARNING,
			(errcode(GD_ERRCODE(17)),
			 errmsg("departments can no longer read resource \"%s\"", att->code),
			 errdetail("The attachment is broken: %s. Measures, Article 17.", att->broken),
			 errhint("Bring the table into its former shape, or attach it anew: SELECT govdata.attach_resource('%s', %s);",
					 att->code, quote_literal_cstr(gd_qualified(att->root)))));
}

static void
gd_tell_widened(const GdAttachment *att)
{
	Relation	rel = table_open(att->root, AccessShareLock);
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < RelationGetDescr(rel)->natts; i++)
	{
		Form_pg_attribute a = TupleDescAttr(RelationGetDescr(rel), i);

		if (!a->attisdropped && gd_attached_column(att, a->attnum) == NULL)
			appendStringInfo(&names, "%s%s", names.len ? ", " : "", quote_identifier(NameStr(a->attname)));
	}
	table_close(rel, NoLock);
	ereport(NOTICE,
			(errmsg("columns of \"%s\" that only its provider reads: %s", get_rel_name(att->root), names.data),
			 errdetail("They are no items of resource \"%s\". Measures, Article 17.", att->code),
			 errhint("Publish an item of the same name and attach the table anew to share one.")));
}

/* One relation that the statement has touched. */
static void
gd_judge_touched(Oid relid)
{
	const GdAttachment *att = gd_attachment(relid);
	bool		joined = list_member_oid(gd_watch->joined, relid);

	if (att == NULL)
		return;
	if (relid != att->root && joined)
		gd_secure_partition(att);
	else if (relid == att->root && (joined || (get_rel_relkind(relid) == RELKIND_RELATION && has_subclass(relid))))
		gd_forbid(att, _("Through inheritance its rows would be read, or others' rows appear in it."));
	if (!gd_has_row_security(relid))
		gd_forbid(att, _("Without row security everybody who may select from it would read every row."));
	gd_forbid_its_own(att, relid);
	att = gd_attachment(relid);
	if (att == NULL)
		return;
	if (att->broken[0] != '\0')
	{
		gd_warn_broken(att);
		return;
	}
	if (relid == att->root)
		gd_warn_misfits(att);
	if (relid == att->root && list_member_oid(gd_watch->widened, relid))
		gd_tell_widened(att);
}

/* A table is gone: so is its attachment. */
static void
gd_end_attachment(Oid relid)
{
	static GdStatementText query = {
		"WITH gone AS (DELETE FROM govdata.attachment WHERE relation = $1::regclass RETURNING resource)"
		" SELECT r.code FROM govdata.resource r JOIN gone ON gone.resource = r.id", 1, gd_arg_oid, NULL
	};
	Datum		arg = ObjectIdGetDatum(relid);
	Datum		code;
	bool		isnull;

	if (gd_own_run(&query, &arg, NULL, NULL, 1, &code, &isnull) > 0)
		ereport(WARNING,
				(errcode(GD_ERRCODE(17)),
				 errmsg("resource \"%s\" is no longer attached to a table", TextDatumGetCString(code)),
				 errdetail("Its table was dropped. Measures, Article 17."),
				 errhint("Attach another table, or withdraw the resource.")));
}

/* Logical replication knows neither authorizations nor the record of reads. */
static void
gd_judge_publication(const char *publication)
{
	static GdStatementText query = {
		"SELECT string_agg(DISTINCT c.oid::regclass::text, ', ') FROM pg_catalog.pg_publication_tables p"
		" JOIN pg_catalog.pg_class c ON c.relname = p.tablename"
		" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = p.schemaname"
		" WHERE p.pubname = $1 AND EXISTS (SELECT FROM govdata.attachment a"
		" WHERE c.oid IN (SELECT m.relid FROM pg_catalog.pg_partition_tree(a.relation) m) OR c.oid = a.relation)",
		1, gd_arg_text, NULL
	};
	Datum		arg = CStringGetTextDatum(publication);
	Datum		names;
	bool		isnull;

	(void) gd_own_run(&query, &arg, NULL, NULL, 1, &names, &isnull);
	if (!isnull)
		ereport(WARNING,
				(errcode(GD_ERRCODE(17)),
				 errmsg("publication \"%s\" contains attached tables: %s", publication, TextDatumGetCString(names)),
				 errdetail("Subscribers receive every row and column, unauthorized and without a record. Measures, Article 17."),
				 errhint("Take the tables out of it unless the subscriber is the provider's own.")));
}

/*
 * What a REVOKE, or another schema, takes from all departments no authorization
 * gives back; the owner may do it, and is told.
 */
static void
gd_judge_access(void)
{
	Oid			departments = get_role_oid("govdata_department", true);
	ListCell   *lc;

	if (!OidIsValid(departments))
		return;
	CommandCounterIncrement();
	foreach(lc, gd_attached_relations())
	{
		const GdAttachment *att = gd_attachment(lfirst_oid(lc));
		Oid			schema = get_rel_namespace(lfirst_oid(lc));
		bool		usable;

		if (att == NULL || !has_privs_of_role(GetUserId(), att->owner))
			continue;
		usable = GD_NAMESPACE_USAGE(schema, departments) == ACLCHECK_OK;
		if (usable && pg_class_aclcheck(att->root, departments, ACL_SELECT) == ACLCHECK_OK)
			continue;
		ereport(WARNING,
				(errcode(GD_ERRCODE(17)),
				 errmsg("departments can no longer read resource \"%s\"", att->code),
				 errdetail("Role govdata_department has no %s. Measures, Article 17.",
						   usable ? psprintf("SELECT ON %s", get_rel_name(att->root)) :
						   psprintf("USAGE ON SCHEMA %s", get_namespace_name(schema))),
				 errhint("GRANT %s TO govdata_department;",
						 usable ? psprintf("SELECT ON %s", gd_qualified(att->root)) :
						 psprintf("USAGE ON SCHEMA %s", quote_identifier(get_namespace_name(schema))))));
	}
}

/* A trigger is handed all that is written, authorized or not. */
static void
gd_judge_trigger(CreateTrigStmt *statement)
{
	const GdAttachment *att = gd_attachment(RangeVarGetRelid(statement->relation, NoLock, true));

	if (att && !has_privs_of_role(GetUserId(), att->owner))
		gd_forbid(att, _("A trigger is handed every row that is written; only the owner of the table makes one."));
}

/*
 * What is made CONCURRENTLY is there before we could judge it, so its expressions
 * are judged beforehand.
 */
static void
gd_judge_concurrent_index(IndexStmt *statement, const char *source)
{
	Oid			relid = RangeVarGetRelid(statement->relation, NoLock, true);
	const GdAttachment *att = OidIsValid(relid) && statement->concurrent ? gd_attachment(relid) : NULL;
	IndexStmt  *analyzed;
	const char *why;
	ListCell   *lc;

	/* of a partition, which may have another owner; whoever is none is stopped by the server */
	if (att == NULL || !has_privs_of_role(GetUserId(), gd_relation_owner(relid)))
		return;
	LockRelationOid(relid, ShareUpdateExclusiveLock);
	analyzed = transformIndexStmt(relid, copyObject(statement), source);
	why = gd_expression_runs_its_own(analyzed->whereClause);
	foreach(lc, analyzed->indexParams)
		why = why ? why : gd_expression_runs_its_own(lfirst_node(IndexElem, lc)->expr);
	if (why)
		gd_forbid(att, why);
}

/* does it have a column whose value holds a row of this type?  Without a lock, for it is anybody's table. */
static bool
gd_holds_row_type(Oid relid, Oid type)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int			natts = HeapTupleIsValid(tuple) ? ((Form_pg_class) GETSTRUCT(tuple))->relnatts : 0;
	bool		holds = false;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	for (int n = 1; n <= natts && !holds; n++)
	{
		HeapTuple	tup = SearchSysCacheAttNum(relid, n);

		if (!HeapTupleIsValid(tup))
			continue;			/* dropped */
		holds = gd_type_holds_row(((Form_pg_attribute) GETSTRUCT(tup))->atttypid, type);
		ReleaseSysCache(tup);
	}
	return holds;
}

/* The fields of a type are part of the items whose columns are of it; a table's row is a type, too. */
static void
gd_judge_row_type(Oid relid)
{
	Oid			type = get_rel_type_id(relid);
	ListCell   *lc;

	if (!OidIsValid(type) || !OidIsValid(gd_relid(GD_ATTACHMENT)))
		return;
	foreach(lc, gd_attached_relations())
	{
		const GdAttachment *att;

		if (!gd_holds_row_type(lfirst_oid(lc), type))
			continue;
		/* every session has to look again */
		CacheInvalidateRelcacheByRelid(lfirst_oid(lc));
		CommandCounterIncrement();
		att = gd_attachment(lfirst_oid(lc));
		if (att && att->broken[0] != '\0')
			gd_warn_broken(att);
	}
}

static void
gd_judge_statement(Node *statement)
{
	ListCell   *lc;

	if (gd_watch->altered || gd_watch->joined || gd_watch->lost)
		CommandCounterIncrement();
	/* our own tables may have been among them */
	foreach(lc, gd_watch->lost)
		if (OidIsValid(gd_relid(GD_ATTACHMENT)) && gd_attached_resource(lfirst_oid(lc)) != 0)
			gd_end_attachment(lfirst_oid(lc));
	foreach(lc, gd_watch->altered)
	{
		if (get_rel_relkind(lfirst_oid(lc)) != RELKIND_COMPOSITE_TYPE)
			gd_judge_touched(lfirst_oid(lc));
		gd_judge_row_type(lfirst_oid(lc));
	}
	foreach(lc, gd_watch->joined)
		if (!list_member_oid(gd_watch->altered, lfirst_oid(lc)))
			gd_judge_touched(lfirst_oid(lc));
	if (IsA(statement, CreateTrigStmt))
		gd_judge_trigger((CreateTrigStmt *) statement);
	if (((IsA(statement, GrantStmt) && !((GrantStmt *) statement)->is_grant) || IsA(statement, AlterObjectSchemaStmt)) &&
		OidIsValid(gd_relid(GD_ATTACHMENT)))
		gd_judge_access();
	if (IsA(statement, CreatePublicationStmt) && OidIsValid(gd_relid(GD_ATTACHMENT)))
		gd_judge_publication(((CreatePublicationStmt *) statement)->pubname);
	if (IsA(statement, AlterPublicationStmt) && OidIsValid(gd_relid(GD_ATTACHMENT)))
		gd_judge_publication(((AlterPublicationStmt *) statement)->pubname);
}

static void
gd_watch_utility(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
				 ProcessUtilityContext context, ParamListInfo params,
				 QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	GdWatch		watch = {CurrentMemoryContext, NIL, NIL, NIL, NIL, gd_watch};
	bool		watching = gd_guarding() && !gd_own_writing() && !IsA(pstmt->utilityStmt, TransactionStmt);

	if (watching)
		gd_watch = &watch;
	PG_TRY();
	{
		if (watching)
			gd_note_statement(pstmt->utilityStmt);
		if (watching && IsA(pstmt->utilityStmt, IndexStmt))
			gd_judge_concurrent_index((IndexStmt *) pstmt->utilityStmt, queryString);
		if (gd_prev_watch_utility)
			gd_prev_watch_utility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		else
			standard_ProcessUtility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		if (watching)
			gd_judge_statement(pstmt->utilityStmt);
	}
	PG_FINALLY();
	{
		gd_watch = watch.outer;
	}
	PG_END_TRY();
}

void
gd_watch_init(void)
{
	gd_prev_watch_access = object_access_hook;
	object_access_hook = gd_watch_access;
	gd_prev_watch_utility = ProcessUtility_hook;
	ProcessUtility_hook = gd_watch_utility;
}
