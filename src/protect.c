/*-------------------------------------------------------------------------
 *
 * protect.c
 *	  No DDL that disarms a guard.
 *
 * Triggers, policies, constraints and functions of the extension hold only as
 * long as nobody takes them away.  The object access hook hears of every
 * object that is created, altered or dropped, whatever the statement; what
 * touches ours is refused, superusers included, unless one of them has set
 * govdata.maintenance, which the server log records.
 *
 * What only concerns speed and access is allowed: indexes, statistics,
 * storage parameters, VACUUM, CLUSTER, GRANT and COMMENT.
 *
 * Nothing here helps against writing into the catalogs or the files, or
 * against a server started without this library: there the journal's seals
 * show what happened.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/heap.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/partition.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "access.h"
#include "guard.h"

/* a statement that may take the whole extension away */
typedef struct GdRemoval
{
	bool		checked;
	bool		empty;			/* no data: let it go */
} GdRemoval;

static GdRemoval *gd_removal = NULL;
static object_access_hook_type gd_prev_object_access = NULL;
static ProcessUtility_hook_type gd_prev_process_utility = NULL;
static ExecutorStart_hook_type gd_prev_executor_start = NULL;

/* ---- what is ours ---- */

/*
 * Is there anything to protect?  Not from the extension's own script and its
 * own writing, which makes and drops partitions.
 */
static bool
gd_protecting(void)
{
	if (gd_maintenance || IsBinaryUpgrade || !IsUnderPostmaster || gd_own_writing())
		return false;
	return !creating_extension ||
		CurrentExtensionObject != get_extension_oid("govdata", true);
}

static bool
gd_is_member(Oid classid, Oid objectid)
{
	Oid			extension = get_extension_oid("govdata", true);

	return OidIsValid(extension) &&
		getExtensionOfObject(classid, objectid) == extension;
}

static bool
gd_in_schema(Oid namespace)
{
	return OidIsValid(namespace) && namespace == get_namespace_oid(GD_SCHEMA, true);
}

/*
 * A relation of the extension, an index of one, or a partition: partitions
 * are made at run time and are no members.
 */
static bool
gd_is_our_relation(Oid relid)
{
	if (!OidIsValid(relid) || !gd_in_schema(get_rel_namespace(relid)))
		return false;
	if (get_rel_relkind(relid) == RELKIND_INDEX ||
		get_rel_relkind(relid) == RELKIND_PARTITIONED_INDEX)
		relid = IndexGetRelation(relid, true);
	while (OidIsValid(relid))
	{
		if (gd_is_member(RelationRelationId, relid))
			return true;
		/* a dump builds partitions up from their parts */
		if (!get_rel_relispartition(relid) || gd_restore)
			return false;
		relid = get_partition_parent(relid, true);
	}
	return false;
}

/*
 * A row of a catalog by its OID, as it is now: what the statement has just
 * written is visible to nothing but SnapshotSelf.
 */
static HeapTuple
gd_catalog_row(Oid catalog, Oid index, AttrNumber oid_column, Oid objectid)
{
	Relation	rel = table_open(catalog, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, oid_column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(objectid));
	scan = systable_beginscan(rel, index, true, SnapshotSelf, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		tuple = heap_copytuple(tuple);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return tuple;
}

/* ---- refusals ---- */

static void
gd_refuse(const char *name)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(32)),
			 errmsg("\"%s\" belongs to extension \"%s\" and cannot be changed", name, "govdata"),
			 errdetail("The Measures hold in this database only while their guards are as they were installed. Measures, Article 32."),
			 errhint("A superuser can run SET govdata.maintenance = on first; the server log records it.")));
}

static bool
gd_has_rows(GdRel which)
{
	Oid			relid = gd_relid(which);
	Snapshot	snapshot;
	Relation	rel;
	TableScanDesc scan;
	TupleTableSlot *slot;
	bool		found;

	if (!OidIsValid(relid))
		return false;
	rel = table_open(relid, AccessShareLock);
	slot = table_slot_create(rel, NULL);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = table_beginscan(rel, snapshot, 0, NULL);
	found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Something of ours is about to go.  When the statement removes the extension,
 * that is decided once, before the first object is gone.
 */
static void
gd_check_drop(const char *name)
{
	if (gd_removal == NULL)
	{
		gd_refuse(name);
		return;
	}
	if (!gd_removal->checked)
	{
		gd_removal->empty = !gd_has_rows(GD_DEPARTMENT) && !gd_has_rows(GD_JOURNAL_ENTRY);
		gd_removal->checked = true;
	}
	if (!gd_removal->empty)
		ereport(ERROR,
				(errcode(GD_ERRCODE(32)),
				 errmsg("extension \"%s\" cannot be dropped while it holds data", "govdata"),
				 errdetail("There are departments or journal entries; they would be lost. Measures, Article 32."),
				 errhint("Dump the database first. Then a superuser can run SET govdata.maintenance = on and drop it; the server log records it.")));
}

/* ---- one kind of object each ---- */

static bool
gd_class_row_differs(Form_pg_class a, Form_pg_class b)
{
	return strcmp(NameStr(a->relname), NameStr(b->relname)) != 0 ||
		a->relnamespace != b->relnamespace ||
		a->relowner != b->relowner ||
		a->relpersistence != b->relpersistence ||
		a->relrowsecurity != b->relrowsecurity ||
		a->relforcerowsecurity != b->relforcerowsecurity;
}

/*
 * Many statements change a row of pg_class.  The catalog cache still has it as
 * it was before, so the two can be compared.
 */
static void
gd_check_relation_altered(Oid relid)
{
	HeapTuple	old = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	HeapTuple	new = gd_catalog_row(RelationRelationId, ClassOidIndexId,
									 Anum_pg_class_oid, relid);
	Form_pg_class old_row;
	bool		refused;

	if (!HeapTupleIsValid(old) || !HeapTupleIsValid(new))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	old_row = (Form_pg_class) GETSTRUCT(old);

	/*
	 * A view's options decide whose rights it reads with; a sequence has no
	 * property that concerns only speed.
	 */
	refused = old_row->relkind == RELKIND_VIEW || old_row->relkind == RELKIND_SEQUENCE ||
		gd_class_row_differs(old_row, (Form_pg_class) GETSTRUCT(new));
	if (refused)
		gd_refuse(NameStr(old_row->relname));
	ReleaseSysCache(old);
	heap_freetuple(new);
}

static void
gd_check_column_altered(Oid relid, int attnum)
{
	Relation	rel = table_open(AttributeRelationId, AccessShareLock);
	HeapTuple	old = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	new;
	bool		refused = true;

	ScanKeyInit(&keys[0], Anum_pg_attribute_attrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_attribute_attnum, BTEqualStrategyNumber, F_INT2EQ,
				Int16GetDatum(attnum));
	scan = systable_beginscan(rel, AttributeRelidNumIndexId, true, SnapshotSelf, 2, keys);
	new = systable_getnext(scan);
	if (HeapTupleIsValid(old) && HeapTupleIsValid(new))
	{
		Form_pg_attribute a = (Form_pg_attribute) GETSTRUCT(old);
		Form_pg_attribute b = (Form_pg_attribute) GETSTRUCT(new);

		/* statistics, storage, compression and options are the DBA's */
		refused = strcmp(NameStr(a->attname), NameStr(b->attname)) != 0 ||
			a->atttypid != b->atttypid || a->atttypmod != b->atttypmod ||
			a->attnotnull != b->attnotnull || a->attisdropped != b->attisdropped ||
			a->attidentity != b->attidentity || a->attgenerated != b->attgenerated ||
			a->attcollation != b->attcollation || a->atthasdef != b->atthasdef;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	if (HeapTupleIsValid(old))
		ReleaseSysCache(old);
	if (refused)
		gd_refuse(get_rel_name(relid));
}

static bool
gd_is_unique_index(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(relid));
	bool		unique;

	if (!HeapTupleIsValid(tuple))
		return false;
	unique = ((Form_pg_index) GETSTRUCT(tuple))->indisunique;
	ReleaseSysCache(tuple);
	return unique;
}

static void
gd_check_relation(ObjectAccessType access, Oid relid, int subid, void *arg)
{
	if (!gd_is_our_relation(relid))
		return;
	switch (access)
	{
		case OAT_POST_CREATE:
			if (subid != 0)		/* ADD COLUMN */
				gd_refuse(get_rel_name(relid));
			break;
		case OAT_POST_ALTER:
			if (subid != 0)
				gd_check_column_altered(relid, subid);
			else
				gd_check_relation_altered(relid);
			break;
		default:

			/*
			 * Indexes serve speed and may go, unless they also make a rule
			 * hold; REINDEX CONCURRENTLY puts another in its place.
			 */
			if (get_rel_relkind(relid) == RELKIND_INDEX &&
				(!gd_is_unique_index(relid) ||
				 (((ObjectAccessDrop *) arg)->dropflags & PERFORM_DELETION_INTERNAL)))
				break;
			gd_check_drop(get_rel_name(relid));
	}
}

/*
 * The table that a trigger, rule, policy, constraint or default belongs to;
 * InvalidOid when it is none of our business.
 */
static Oid
gd_part_of(ObjectAccessType access, Oid classid, Oid objectid, int subid)
{
	HeapTuple	tuple;

	switch (classid)
	{
		case TriggerRelationId:
			tuple = gd_catalog_row(classid, TriggerOidIndexId, Anum_pg_trigger_oid, objectid);
			if (!HeapTupleIsValid(tuple))
				return InvalidOid;

			/*
			 * Internal triggers come and go with a foreign key, also with one
			 * that somebody's own table has on ours.
			 */
			if (((Form_pg_trigger) GETSTRUCT(tuple))->tgisinternal && access != OAT_POST_ALTER)
				return InvalidOid;
			return ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
		case RewriteRelationId:
			tuple = gd_catalog_row(classid, RewriteOidIndexId, Anum_pg_rewrite_oid, objectid);
			return HeapTupleIsValid(tuple) ? ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class : InvalidOid;
		case PolicyRelationId:
			tuple = gd_catalog_row(classid, PolicyOidIndexId, Anum_pg_policy_oid, objectid);
			return HeapTupleIsValid(tuple) ? ((Form_pg_policy) GETSTRUCT(tuple))->polrelid : InvalidOid;
		case ConstraintRelationId:
			tuple = gd_catalog_row(classid, ConstraintOidIndexId, Anum_pg_constraint_oid, objectid);
			return HeapTupleIsValid(tuple) ? ((Form_pg_constraint) GETSTRUCT(tuple))->conrelid : InvalidOid;
		case AttrDefaultRelationId:
			/* creation names the column, removal the default */
			if (access == OAT_POST_CREATE && subid != 0)
				return objectid;
			tuple = gd_catalog_row(classid, AttrDefaultOidIndexId, Anum_pg_attrdef_oid, objectid);
			return HeapTupleIsValid(tuple) ? ((Form_pg_attrdef) GETSTRUCT(tuple))->adrelid : InvalidOid;
		default:
			return InvalidOid;
	}
}

static void
gd_check_part(ObjectAccessType access, Oid classid, Oid objectid, int subid)
{
	Oid			relid = gd_part_of(access, classid, objectid, subid);

	if (!gd_is_our_relation(relid))
		return;
	if (access == OAT_DROP)
		gd_check_drop(get_rel_name(relid));
	else
		gd_refuse(get_rel_name(relid));
}

/* functions and types: ours are members, CREATE OR REPLACE included */
static void
gd_check_member(ObjectAccessType access, Oid classid, Oid objectid)
{
	Oid			namespace = InvalidOid;
	char	   *name = NULL;

	if (classid == ProcedureRelationId)
	{
		namespace = get_func_namespace(objectid);
		name = get_func_name(objectid);
	}
	else
	{
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(objectid));

		if (HeapTupleIsValid(tuple))
		{
			namespace = ((Form_pg_type) GETSTRUCT(tuple))->typnamespace;
			name = pstrdup(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
			ReleaseSysCache(tuple);
		}
	}
	if (!gd_in_schema(namespace) || !gd_is_member(classid, objectid))
		return;
	if (access == OAT_DROP)
		gd_check_drop(name);
	else
		gd_refuse(name);
}

/*
 * ALTER EXTENSION UPDATE brings another version and is what a DBA has to do;
 * ADD and DROP leave the row as it was and only make a member vanish.
 */
static void
gd_check_extension(ObjectAccessType access, Oid objectid)
{
	Relation	rel;
	HeapTuple	new;
	HeapTuple	old;
	ScanKeyData key;
	SysScanDesc scan;
	Datum		version[2];
	bool		isnull;

	if (objectid != get_extension_oid("govdata", true) || access == OAT_POST_CREATE)
		return;
	if (access == OAT_DROP)
	{
		gd_check_drop("govdata");
		return;
	}
	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(objectid));
	scan = systable_beginscan(rel, ExtensionOidIndexId, true, NULL, 1, &key);
	old = systable_getnext(scan);
	new = gd_catalog_row(ExtensionRelationId, ExtensionOidIndexId, Anum_pg_extension_oid, objectid);
	if (!HeapTupleIsValid(old) || !HeapTupleIsValid(new))
		elog(ERROR, "cache lookup failed for extension %u", objectid);
	version[0] = heap_getattr(old, Anum_pg_extension_extversion, RelationGetDescr(rel), &isnull);
	version[1] = heap_getattr(new, Anum_pg_extension_extversion, RelationGetDescr(rel), &isnull);
	if (strcmp(TextDatumGetCString(version[0]), TextDatumGetCString(version[1])) == 0)
		gd_refuse("govdata");
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static void
gd_check_schema(ObjectAccessType access, Oid objectid)
{
	if (!gd_in_schema(objectid) || !OidIsValid(get_extension_oid("govdata", true)))
		return;
	if (access == OAT_DROP)
		gd_check_drop(GD_SCHEMA);
	else if (access == OAT_POST_ALTER)
		gd_refuse(GD_SCHEMA);
}

/* ---- what acts in others' hands ---- */

/*
 * An operator, a domain and a default, of an argument or a domain, call functions
 * without being one, so what looks for own hands (identity.c) cannot see whose they are.
 * What they may call is either their maker's own, and is seen, or changes and
 * runs nothing.
 */
static void
gd_refuse_carrier(const char *what, const char *name)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(6)),
			 errmsg("%s \"%s\" must not call a function of somebody else that acts or runs statements", what, name),
			 errdetail("Whoever uses it would act by it unawares. Measures, Article 6."),
			 errhint("Write a function of your own around it.")));
}

/* volatile, and nobody's act */
static bool
gd_is_usual_default(Oid function)
{
	static const char *const names[] = {"clock_timestamp", "gen_random_uuid", "nextval", "random", "timeofday"};
	char	   *name = get_func_name(function);

	for (int i = 0; name && i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* "context": it stands in the default of an argument */
static bool
gd_is_anothers_act(Oid function, void *context)
{
	if (GD_OWNS_FUNCTION(function, GetUserId()))
		return false;
	/* of what an extension brings only the declaration is known: crosstab() is stable, and runs what it is given */
	if (function >= FirstNormalObjectId && superuser_arg(gd_function_owner(function)))
		return func_volatile(function) != PROVOLATILE_IMMUTABLE;
	if (context && function < FirstNormalObjectId && gd_is_usual_default(function))
		return false;
	return gd_function_has_effects(function, NULL);
}

static bool
gd_calls_anothers_act(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return check_functions_in_node(node, gd_is_anothers_act, context) ||
		expression_tree_walker(node, gd_calls_anothers_act, context);
}

static void
gd_check_operator(Oid objectid)
{
	HeapTuple	tuple = gd_catalog_row(OperatorRelationId, OperatorOidIndexId,
									   Anum_pg_operator_oid, objectid);
	Form_pg_operator row;

	if (!HeapTupleIsValid(tuple))
		return;
	row = (Form_pg_operator) GETSTRUCT(tuple);
	if (OidIsValid(row->oprcode) && gd_is_anothers_act(row->oprcode, NULL))
		gd_refuse_carrier(_("operator"), NameStr(row->oprname));
}

static void
gd_check_domain(Oid constraint)
{
	Relation	rel = table_open(ConstraintRelationId, AccessShareLock);
	HeapTuple	tuple = gd_catalog_row(ConstraintRelationId, ConstraintOidIndexId,
									   Anum_pg_constraint_oid, constraint);
	bool		isnull = true;
	Datum		check = (Datum) 0;

	if (HeapTupleIsValid(tuple) && OidIsValid(((Form_pg_constraint) GETSTRUCT(tuple))->contypid))
		check = heap_getattr(tuple, Anum_pg_constraint_conbin, RelationGetDescr(rel), &isnull);
	if (!isnull && gd_calls_anothers_act(stringToNode(TextDatumGetCString(check)), NULL))
		gd_refuse_carrier(_("domain constraint"), NameStr(((Form_pg_constraint) GETSTRUCT(tuple))->conname));
	table_close(rel, AccessShareLock);
}

/*
 * Whoever leaves an argument out evaluates its default, before the function is
 * called; so does whoever leaves out a column of a domain.
 */
static void
gd_check_default(Oid catalog, Oid index, AttrNumber key, Oid objectid, AttrNumber expression,
				 AttrNumber name, const char *what)
{
	Relation	rel = table_open(catalog, AccessShareLock);
	HeapTuple	tuple = gd_catalog_row(catalog, index, key, objectid);
	bool		isnull = true;
	bool		defaults = true;
	Datum		value = (Datum) 0;

	if (HeapTupleIsValid(tuple))
		value = heap_getattr(tuple, expression, RelationGetDescr(rel), &isnull);
	if (!isnull && gd_calls_anothers_act(stringToNode(TextDatumGetCString(value)), &defaults))
		gd_refuse_carrier(what, NameStr(*DatumGetName(heap_getattr(tuple, name, RelationGetDescr(rel), &isnull))));
	table_close(rel, AccessShareLock);
}

static void
gd_check_carrier(Oid classid, Oid objectid)
{
	if (superuser() || !OidIsValid(get_extension_oid("govdata", true)))
		return;
	if (classid == OperatorRelationId)
		gd_check_operator(objectid);
	else if (classid == ProcedureRelationId)
		gd_check_default(classid, ProcedureOidIndexId, Anum_pg_proc_oid, objectid, Anum_pg_proc_proargdefaults,
						 Anum_pg_proc_proname, _("a default of function"));
	else if (classid == TypeRelationId)
		gd_check_default(classid, TypeOidIndexId, Anum_pg_type_oid, objectid, Anum_pg_type_typdefaultbin,
						 Anum_pg_type_typname, _("a default of domain"));
	else
		gd_check_domain(objectid);
}

/*
 * A department's row outlives the department, and its role must be there as
 * long: a dump could only give the number of a role that has gone, which in
 * another cluster may be anybody's.  DROP OWNED would take the privilege whose
 * dependency keeps the role from being dropped out of other databases.
 */
static void
gd_check_role_kept(Oid role)
{
	GdDepartment dept;

	if (!OidIsValid(role) || !OidIsValid(gd_relid(GD_DEPARTMENT)) ||
		!gd_department_by_role(role, &dept))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(6)),
			 errmsg("role \"%s\" stands for department \"%s\" and cannot be dropped or stripped of what it owns",
					GetUserNameFromId(role, false), dept.name),
			 errdetail("What the department did stays its own. Measures, Article 6."),
			 errhint("End the department's validity and take the members out of its role.")));
}

static void
gd_check_drop_owned(Node *statement)
{
	ListCell   *lc;

	if (!IsA(statement, DropOwnedStmt) || !gd_protecting())
		return;
	foreach(lc, ((DropOwnedStmt *) statement)->roles)
		gd_check_role_kept(get_rolespec_oid(lfirst_node(RoleSpec, lc), true));
}

/* ---- the hooks ---- */

static void
gd_check_object(ObjectAccessType access, Oid classid, Oid objectid, int subid, void *arg)
{
	/* rewriting a table or swapping an index is no change of what it is */
	if (access == OAT_POST_ALTER && arg && ((ObjectAccessPostAlter *) arg)->is_internal)
		return;

	switch (classid)
	{
		case RelationRelationId:
			gd_check_relation(access, objectid, subid, arg);
			break;
		case OperatorRelationId:
			if (access == OAT_POST_CREATE)
				gd_check_carrier(classid, objectid);
			break;
		case ConstraintRelationId:
			if (access == OAT_POST_CREATE)
				gd_check_carrier(classid, objectid);
			/* FALLTHROUGH */
		case TriggerRelationId:
		case RewriteRelationId:
		case PolicyRelationId:
		case AttrDefaultRelationId:
			gd_check_part(access, classid, objectid, subid);
			break;
		case ProcedureRelationId:
			if (access == OAT_POST_CREATE)
				gd_check_carrier(classid, objectid);
			gd_check_member(access, classid, objectid);
			break;
		case TypeRelationId:
			/* a domain's default comes and goes, its constraints are objects of their own */
			if (access != OAT_DROP)
				gd_check_carrier(classid, objectid);
			gd_check_member(access, classid, objectid);
			break;
		case InheritsRelationId:
			/* a child's rows would appear in ours */
			if (access == OAT_POST_ALTER && arg && !gd_restore &&
				gd_is_our_relation(((ObjectAccessPostAlter *) arg)->auxiliary_id))
				gd_refuse(get_rel_name(((ObjectAccessPostAlter *) arg)->auxiliary_id));
			break;
		case NamespaceRelationId:
			gd_check_schema(access, objectid);
			break;
		case ExtensionRelationId:
			gd_check_extension(access, objectid);
			break;
		case AuthIdRelationId:
			if (access == OAT_DROP)
				gd_check_role_kept(objectid);
			break;
		default:
			break;
	}
}

static void
gd_object_access(ObjectAccessType access, Oid classId, Oid objectId, int subId, void *arg)
{
	if (gd_prev_object_access)
		gd_prev_object_access(access, classId, objectId, subId, arg);

	/* the other kinds come with every query */
	if ((access == OAT_POST_CREATE || access == OAT_DROP || access == OAT_POST_ALTER) &&
		gd_protecting())
		gd_check_object(access, classId, objectId, subId, arg);
}

/* Could this statement take the whole extension away? */
static bool
gd_may_remove_all(Node *statement)
{
	if (IsA(statement, DropOwnedStmt))
		return true;
	if (!IsA(statement, DropStmt))
		return false;
	return ((DropStmt *) statement)->removeType == OBJECT_EXTENSION ||
		((DropStmt *) statement)->removeType == OBJECT_SCHEMA;
}

/*
 * Two things no object access event tells, so the statement has to be read:
 * up to version 15 that row security is turned on or off, and that a table,
 * rewritten, no longer survives a crash.
 */
static void
gd_check_alter_table(Node *statement)
{
	AlterTableStmt *alter = (AlterTableStmt *) statement;
	Oid			relid;
	ListCell   *lc;

	if (!IsA(statement, AlterTableStmt) || !gd_protecting())
		return;
	foreach(lc, alter->cmds)
	{
		AlterTableType type = lfirst_node(AlterTableCmd, lc)->subtype;

		if (type != AT_EnableRowSecurity && type != AT_DisableRowSecurity &&
			type != AT_ForceRowSecurity && type != AT_NoForceRowSecurity &&
			type != AT_SetUnLogged)
			continue;
		relid = RangeVarGetRelid(alter->relation, NoLock, true);
		if (gd_is_our_relation(relid))
			gd_refuse(get_rel_name(relid));
	}
}

static bool gd_names_ours_walker(Node *node, void *context);

/* views that are being looked through, innermost first */
typedef struct GdThrough
{
	Oid			view;
	struct GdThrough *outer;
} GdThrough;

/* is it ours, or a view that a lock reaches ours through? */
static bool
gd_reaches_ours(Oid relid, GdThrough *outer)
{
	GdThrough	through = {relid, outer};
	Relation	rel;
	bool		found;

	if (gd_is_our_relation(relid))
		return true;
	if (!OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_VIEW)
		return false;
	/* a view's own query names the view itself, as OLD and NEW; views may go round */
	for (; outer; outer = outer->outer)
		if (outer->view == relid)
			return false;
	check_stack_depth();
	rel = table_open(relid, AccessShareLock);
	found = gd_names_ours_walker((Node *) get_view_query(rel), &through);
	table_close(rel, AccessShareLock);
	return found;
}

static bool
gd_names_ours_walker(Node *node, void *context)
{
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, gd_names_ours_walker, context);
	foreach(lc, ((Query *) node)->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_RELATION && gd_reaches_ours(rte->relid, context))
			return true;
	}
	return query_tree_walker((Query *) node, gd_names_ours_walker, context, 0);
}

/*
 * Rights to write cases would also allow to lock everybody out of them, and
 * clocks would run out while nobody can answer.
 */
static void
gd_check_lock_table(Node *statement)
{
	LockStmt   *lock = (LockStmt *) statement;
	ListCell   *lc;

	if (!IsA(statement, LockStmt) || lock->mode <= RowExclusiveLock || superuser())
		return;
	foreach(lc, lock->relations)
	{
		RangeVar   *relation = lfirst_node(RangeVar, lc);

		if (!gd_reaches_ours(RangeVarGetRelid(relation, NoLock, true), NULL))
			continue;
		ereport(ERROR,
				(errcode(GD_ERRCODE(32)),
				 errmsg("table \"%s\" cannot be locked against others", relation->relname),
				 errdetail("Limits keep running, and everybody must be able to answer. Measures, Article 32."),
				 errhint("Lock the table IN ROW EXCLUSIVE MODE at most.")));
	}
}

/* ---- statements that wait for a lock before they ask whether they may have it ---- */

/* Whoever waits for a strong lock has all others wait behind him. */
static void
gd_check_locked(Oid relid, AclMode privilege)
{
	if (!OidIsValid(relid) || has_privs_of_role(GetUserId(), gd_relation_owner(relid)) ||
		(privilege && (pg_class_aclcheck(relid, GetUserId(), privilege) == ACLCHECK_OK ||
					   pg_attribute_aclcheck_all(relid, GetUserId(), privilege, ACLMASK_ANY) == ACLCHECK_OK)) ||
		(!gd_is_our_relation(relid) && gd_attachment(relid) == NULL))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("must be owner of table %s", get_rel_name(relid)),
			 errdetail("The statement would have those who read or act wait for it. Measures, Article 32."),
			 errhint("Leave tables of the platform, and attached ones of others, out of definitions of your own.")));
}

static void
gd_check_named(RangeVar *named, AclMode privilege)
{
	Oid			relid = named ? RangeVarGetRelid(named, NoLock, true) : InvalidOid;

	if (OidIsValid(relid) && (get_rel_relkind(relid) == RELKIND_INDEX || get_rel_relkind(relid) == RELKIND_PARTITIONED_INDEX))
		relid = IndexGetRelation(relid, true);
	gd_check_locked(relid, privilege);
}

/*
 * The table that a foreign key refers to; one that is being made hides others of
 * its name, if it comes first where names are looked for.
 */
static void
gd_check_referenced(RangeVar *named, RangeVar *made)
{
	if (named && made && strcmp(named->relname, made->relname) == 0 && named->schemaname == NULL &&
		(made->schemaname == NULL || made->relpersistence == RELPERSISTENCE_TEMP))
		return;
	gd_check_named(named, ACL_REFERENCES);
}

static void
gd_check_constraints(List *constraints, RangeVar *made)
{
	ListCell   *lc;

	foreach(lc, constraints)
		if (IsA(lfirst(lc), Constraint))
			gd_check_referenced(lfirst_node(Constraint, lc)->pktable, made);
}

/* an element of a definition, of a table that is being made or NULL */
static void
gd_check_definition(Node *element, RangeVar *made)
{
	if (element == NULL)
		return;
	if (IsA(element, ColumnDef))
		gd_check_constraints(((ColumnDef *) element)->constraints, made);
	else if (IsA(element, Constraint))
		gd_check_referenced(((Constraint *) element)->pktable, made);
	else if (IsA(element, PartitionCmd))
		gd_check_named(((PartitionCmd *) element)->name, ACL_NO_RIGHTS);
	else if (IsA(element, RangeVar))
		gd_check_named((RangeVar *) element, ACL_NO_RIGHTS);
}

/* an index by its name, in the schema of the table */
static void
gd_check_identity(AlterTableStmt *statement, Node *element)
{
	Oid			relid;

	if (element == NULL || !IsA(element, ReplicaIdentityStmt) || ((ReplicaIdentityStmt *) element)->name == NULL)
		return;
	relid = RangeVarGetRelid(statement->relation, NoLock, true);
	if (OidIsValid(relid))
		gd_check_named(makeRangeVar(get_namespace_name(get_rel_namespace(relid)), ((ReplicaIdentityStmt *) element)->name, -1),
					   ACL_NO_RIGHTS);
}

/* TRUNCATE ... CASCADE locks what refers to the tables before it asks */
static void
gd_check_cascade(TruncateStmt *statement)
{
	List	   *reached = NIL;
	int			before;
	ListCell   *lc;

	if (statement->behavior != DROP_CASCADE)
		return;
	foreach(lc, statement->relations)
		reached = list_append_unique_oid(reached, RangeVarGetRelid(lfirst_node(RangeVar, lc), NoLock, true));
	reached = list_delete_oid(reached, InvalidOid);
	do
	{
		before = list_length(reached);
		reached = list_concat_unique_oid(reached, heap_truncate_find_FKs(reached));
	} while (reached != NIL && list_length(reached) > before);
	foreach(lc, reached)
		gd_check_locked(lfirst_oid(lc), ACL_TRUNCATE);
}

static void
gd_check_lock_queue(Node *statement)
{
	List	   *elements = NIL;
	RangeVar   *made = NULL;
	ListCell   *lc;

	if (superuser())
		return;
	switch (nodeTag(statement))
	{
		case T_AlterTableStmt:
			foreach(lc, ((AlterTableStmt *) statement)->cmds)
			{
				elements = lappend(elements, lfirst_node(AlterTableCmd, lc)->def);
				gd_check_identity((AlterTableStmt *) statement, lfirst_node(AlterTableCmd, lc)->def);
			}
			break;
		case T_AlterObjectDependsStmt:
			if (((AlterObjectDependsStmt *) statement)->relation)
				elements = list_make1(((AlterObjectDependsStmt *) statement)->relation);
			break;
		case T_TruncateStmt:
			gd_check_cascade((TruncateStmt *) statement);
			return;
		case T_CreateStmt:
			made = ((CreateStmt *) statement)->relation;
			elements = list_concat_copy(((CreateStmt *) statement)->inhRelations, ((CreateStmt *) statement)->tableElts);
			elements = list_concat(elements, ((CreateStmt *) statement)->constraints);
			break;
		case T_CreateForeignTableStmt:
			elements = list_copy(((CreateForeignTableStmt *) statement)->base.inhRelations);
			break;
		case T_CreateTrigStmt:
			gd_check_named(((CreateTrigStmt *) statement)->relation, ACL_TRIGGER);
			gd_check_named(((CreateTrigStmt *) statement)->constrrel, ACL_TRIGGER);
			break;
		case T_RuleStmt:
			elements = list_make1(((RuleStmt *) statement)->relation);
			break;
		case T_CreateStatsStmt:
			elements = list_copy(((CreateStatsStmt *) statement)->relations);
			break;
		default:
			return;
	}
	foreach(lc, elements)
		gd_check_definition(lfirst(lc), made);
}

/*
 * The same for rows: whoever sees an entry of the catalog could keep it from
 * requests, answers and the negative list for as long as a transaction is left
 * open.  An act locks what it needs, once it has been judged.
 */
static void
gd_check_row_locks(PlannedStmt *statement)
{
	ListCell   *lc;

	foreach(lc, statement->rowMarks)
	{
		PlanRowMark *mark = lfirst_node(PlanRowMark, lc);
		RangeTblEntry *rte = rt_fetch(mark->rti, statement->rtable);

		if (!RowMarkRequiresRowShareLock(mark->markType) || rte->rtekind != RTE_RELATION ||
			!gd_is_our_relation(rte->relid) || superuser() || gd_is_administrator() ||
			gd_relation_owner(rte->relid) == GetUserId())
			continue;
		ereport(ERROR,
				(errcode(GD_ERRCODE(32)),
				 errmsg("rows of table \"%s\" cannot be locked against others", get_rel_name(rte->relid)),
				 errdetail("Limits keep running, and everybody must be able to answer. Measures, Article 32."),
				 errhint("Leave FOR UPDATE or FOR SHARE out: an act locks the rows that it changes.")));
	}
}

/* an answer may have to wait until its limit is over */
static bool
gd_writes_requests(PlannedStmt *statement)
{
	Oid			requests = gd_relid(GD_SHARE_REQUEST);
	ListCell   *lc;

	foreach(lc, statement->resultRelations)
		if (rt_fetch(lfirst_int(lc), statement->rtable)->relid == requests)
			return OidIsValid(requests);
	return false;
}

static void
gd_protect_executor_start(QueryDesc *queryDesc, int eflags)
{
	if (queryDesc->plannedstmt->rowMarks != NIL && !gd_own_writing())
		gd_check_row_locks(queryDesc->plannedstmt);
	if (queryDesc->plannedstmt->resultRelations != NIL && !gd_own_writing() && gd_writes_requests(queryDesc->plannedstmt))
		gd_watch_wait();
	if (gd_prev_executor_start)
		gd_prev_executor_start(queryDesc, eflags);
	else
		standard_ExecutorStart(queryDesc, eflags);
}

/*
 * A parallel pg_restore loads our tables in any order: foreign keys of an
 * extension's tables are there before the data.  They held when the dump was
 * made, so while it is being loaded they are not asked again.
 */
static bool
gd_loads_a_dump(Node *statement)
{
	return gd_restore && IsA(statement, CopyStmt) &&
		((CopyStmt *) statement)->is_from && ((CopyStmt *) statement)->relation &&
		gd_is_our_relation(RangeVarGetRelid(((CopyStmt *) statement)->relation, NoLock, true));
}

static void
gd_next_utility(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
				ProcessUtilityContext context, ParamListInfo params,
				QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	if (gd_prev_process_utility)
		gd_prev_process_utility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
	else
		standard_ProcessUtility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
}

/*
 * Objects are dropped from the leaves: only the statement tells whether a
 * trigger goes alone or with everything else.
 */
static void
gd_process_utility(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
				   ProcessUtilityContext context, ParamListInfo params,
				   QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	bool		loads = gd_loads_a_dump(pstmt->utilityStmt);
	GdRemoval  *outer = gd_removal;
	GdRemoval	removal = {0};
	int			guc_level;

	gd_check_alter_table(pstmt->utilityStmt);
	gd_check_lock_table(pstmt->utilityStmt);
	gd_check_lock_queue(pstmt->utilityStmt);
	gd_check_drop_owned(pstmt->utilityStmt);
	if (!loads && !gd_may_remove_all(pstmt->utilityStmt))
	{
		gd_next_utility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		return;
	}

	/* an error ends the nest level with the transaction */
	guc_level = NewGUCNestLevel();
	if (loads)
		(void) set_config_option("session_replication_role", "replica", PGC_SUSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	else
		gd_removal = &removal;
	PG_TRY();
	{
		gd_next_utility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
	}
	PG_FINALLY();
	{
		gd_removal = outer;
	}
	PG_END_TRY();
	AtEOXact_GUC(true, guc_level);
}

void
gd_protect_init(void)
{
	gd_prev_object_access = object_access_hook;
	object_access_hook = gd_object_access;
	gd_prev_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = gd_process_utility;
	gd_prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = gd_protect_executor_start;
}

PG_FUNCTION_INFO_V1(gd_library_needed);

/* That it can be called is all that its event trigger needs. */
Datum
gd_library_needed(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_NULL();
}
