/*-------------------------------------------------------------------------
 *
 * attach.c
 *	  Attaching of tables to resources, and what every backend knows of it.
 *
 * What is known of a relation is read anew whenever the relation, its
 * attachment or its resource changes, and is judged then: a column that no
 * longer is what was attached, or row security switched off, breaks the
 * attachment, and nothing may be read until it is attached anew.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rowsecurity.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "access.h"
#include "guard.h"

PG_FUNCTION_INFO_V1(gd_attach_resource);
PG_FUNCTION_INFO_V1(gd_detach_resource);
PG_FUNCTION_INFO_V1(gd_guard_attachment);
PG_FUNCTION_INFO_V1(gd_guard_filter);
PG_FUNCTION_INFO_V1(gd_opening_changed);
PG_FUNCTION_INFO_V1(gd_forget_access);

static HTAB *gd_attachments = NULL;
static MemoryContext gd_attachments_context = NULL;
static bool gd_attachments_stale = false;
static uint64 gd_attachments_generation = 0;
static bool gd_loading = false;

/*
 * What has gone stale may still be looked at further up the stack, so it is
 * freed only when the transaction ends.
 */
static MemoryContext gd_retired = NULL;

/* ---- what is known ---- */

static void
gd_attachments_forget(void)
{
	gd_attachments_stale = true;
	gd_attachments_generation++;
	gd_access_forget();
}

static void
gd_attachments_relation(Oid relid)
{
	if (gd_attachments == NULL || gd_attachments_stale)
		return;
	if (!OidIsValid(relid) || hash_search(gd_attachments, &relid, HASH_FIND, NULL) != NULL)
		gd_attachments_forget();
}

MemoryContext
gd_fresh_context(MemoryContext old, const char *name)
{
	if (gd_retired == NULL)
		gd_retired = AllocSetContextCreate(TopMemoryContext, "govdata retired", ALLOCSET_SMALL_SIZES);
	if (old)
		MemoryContextSetParent(old, gd_retired);
	return AllocSetContextCreateInternal(TopMemoryContext, name, ALLOCSET_DEFAULT_SIZES);
}

static void
gd_attach_xact(XactEvent event, void *arg)
{
	(void) arg;
	if (gd_retired && (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE))
		MemoryContextReset(gd_retired);
}

static void
gd_attachments_create(void)
{
	HASHCTL		ctl = {0};

	gd_attachments_context = gd_fresh_context(gd_attachments_context, "govdata attachments");
	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(GdAttachment);
	ctl.hcxt = gd_attachments_context;
	gd_attachments = hash_create("govdata attachments", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	gd_attachments_stale = false;
}

static Datum
gd_field(HeapTuple tup, Relation rel, const char *name, bool *isnull)
{
	TupleDesc	desc = RelationGetDescr(rel);

	return heap_getattr(tup, SPI_fnumber(desc, name), desc, isnull);
}

static char
gd_class_letter(HeapTuple tup, Relation rel, char otherwise)
{
	bool		isnull;
	Datum		d = gd_field(tup, rel, "sharing", &isnull);

	return isnull ? otherwise : TextDatumGetCString(d)[0];
}

/* rows of one of our tables by an index, one key column */
static SysScanDesc
gd_scan_by(Relation rel, const char *index, ScanKey key, RegProcedure equal, Datum value)
{
	ScanKeyInit(key, 1, BTEqualStrategyNumber, equal, value);
	return systable_beginscan(rel, gd_object_oid(index), true, NULL, 1, key);
}

static void
gd_load_resource(GdAttachment *att)
{
	Relation	rel = table_open(gd_relid_required(GD_RESOURCE), AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan = gd_scan_by(rel, "resource_pkey", &key, F_INT8EQ, Int64GetDatum(att->resource));
	HeapTuple	tup = systable_getnext(scan);
	bool		isnull;

	if (HeapTupleIsValid(tup))
	{
		char		opening = TextDatumGetCString(gd_field(tup, rel, "opening", &isnull))[0];

		att->provider = DatumGetInt64(gd_field(tup, rel, "provider", &isnull));
		strlcpy(att->code, TextDatumGetCString(gd_field(tup, rel, "code", &isnull)), sizeof(att->code));
		att->published = strcmp(TextDatumGetCString(gd_field(tup, rel, "state", &isnull)), "published") == 0;
		att->sharing = gd_class_letter(tup, rel, 'w');
		(void) gd_field(tup, rel, "access_log", &isnull);
		att->sync_log = !isnull;
		att->open = att->published && opening == 'u' &&
			strcmp(TextDatumGetCString(gd_field(tup, rel, "opening_state", &isnull)), "open") == 0;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/* the classes of the items that the columns stand for */
static void
gd_load_items(GdAttachment *att)
{
	Relation	rel = table_open(gd_relid_required(GD_RESOURCE_ITEM), AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan = gd_scan_by(rel, "resource_item_pkey", &key, F_INT8EQ, Int64GetDatum(att->resource));
	HeapTuple	tup;
	bool		isnull;

	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		char	   *name = TextDatumGetCString(gd_field(tup, rel, "name", &isnull));
		char		class = gd_class_letter(tup, rel, att->sharing);

		for (int i = 0; i < att->ncolumns; i++)
		{
			GdColumn   *c = &att->columns[i];

			if (strcmp(c->item, name) != 0)
				continue;
			/* 'u' < 'w' and 'c' lies between: compare by strictness */
			c->class = (class == 'w' || att->sharing == 'w') ? 'w' :
				(class == 'c' || att->sharing == 'c') ? 'c' : 'u';
			(void) gd_field(tup, rel, "retired_at", &isnull);
			c->retired = !isnull;
		}
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static void
gd_break(GdAttachment *att, const char *why, const char *what)
{
	if (att->broken[0] == '\0')
		snprintf(att->broken, sizeof(att->broken), "%s \"%s\"", why, what);
}

/* the type whose fields a value of this one has, however wrapped; InvalidOid for none */
static Oid
gd_row_type_of(Oid type)
{
	for (;;)
	{
		Oid			inner;

		type = getBaseType(type);
		inner = get_element_type(type);
		if (!OidIsValid(inner))
			inner = get_multirange_range(type);
		if (!OidIsValid(inner))
			inner = get_range_subtype(type);
		if (!OidIsValid(inner))
			break;
		type = inner;
	}
	return get_typtype(type) == TYPTYPE_COMPOSITE ? type : InvalidOid;
}

/*
 * The text of a type, with its fields, for another field would be read with the
 * item; each row type is spelled out once.  "out" may be NULL: then only "seen"
 * is added to.
 */
static void
gd_add_type_text(StringInfo out, Oid type, int32 typmod, List **seen)
{
	Oid			row = gd_row_type_of(type);
	TupleDesc	desc;
	const char *separator = "";

	check_stack_depth();
	if (out)
		appendStringInfoString(out, format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
	if (!OidIsValid(row) || list_member_oid(*seen, row))
		return;
	*seen = lappend_oid(*seen, row);
	desc = lookup_rowtype_tupdesc(row, -1);
	if (out)
		appendStringInfoString(out, " (");
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute a = TupleDescAttr(desc, i);

		if (a->attisdropped)
			continue;
		if (out)
			appendStringInfo(out, "%s%s ", separator, quote_identifier(NameStr(a->attname)));
		gd_add_type_text(out, a->atttypid, a->atttypmod, seen);
		separator = ", ";
	}
	if (out)
		appendStringInfoChar(out, ')');
	ReleaseTupleDesc(desc);
}

bool
gd_type_holds_row(Oid type, Oid row)
{
	List	   *seen = NIL;

	gd_add_type_text(NULL, type, -1, &seen);
	return list_member_oid(seen, row);
}

/* a type by its name, so that it means the same after a restore and in every session, and its fields */
static char *
gd_type_text(Form_pg_attribute a)
{
	bool		quoting = quote_all_identifiers;
	List	   *seen = NIL;
	StringInfoData out;

	initStringInfo(&out);
	quote_all_identifiers = false;
	PG_TRY();
	{
		gd_add_type_text(&out, a->atttypid, a->atttypmod, &seen);
	}
	PG_FINALLY();
	{
		quote_all_identifiers = quoting;
	}
	PG_END_TRY();
	return out.data;
}

static void
gd_add_column(GdAttachment *att, AttrNumber attnum, const char *item)
{
	GdColumn   *c = &att->columns[att->ncolumns++];

	c->attnum = attnum;
	strlcpy(c->item, item, NAMEDATALEN);
	c->class = 'w';
}

static void
gd_load_columns(GdAttachment *att, Relation attached)
{
	Relation	rel = table_open(gd_relid_required(GD_ATTACHMENT_COLUMN), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(attached);
	ScanKeyData key;
	SysScanDesc scan = gd_scan_by(rel, "attachment_column_pkey", &key, F_INT8EQ, Int64GetDatum(att->resource));
	HeapTuple	tup;
	bool		isnull;

	att->columns = palloc0(Max(desc->natts, 1) * sizeof(GdColumn));
	att->others = palloc0(Max(desc->natts, 1) * sizeof(NameData));
	while (HeapTupleIsValid(tup = systable_getnext(scan)) && att->ncolumns + att->nothers < desc->natts)
	{
		const char *name = NameStr(*DatumGetName(gd_field(tup, rel, "column_name", &isnull)));
		char	   *type = TextDatumGetCString(gd_field(tup, rel, "column_type", &isnull));
		AttrNumber	attnum = DatumGetInt16(gd_field(tup, rel, "attnum", &isnull));
		Datum		item = gd_field(tup, rel, "item", &isnull);
		Form_pg_attribute a = attnum <= desc->natts ? TupleDescAttr(desc, attnum - 1) : NULL;
		bool		there = a && !a->attisdropped && strcmp(NameStr(a->attname), name) == 0;
		bool		unchanged = there && strcmp(gd_type_text(a), type) == 0;

		if (isnull)
		{
			if (unchanged)
				namestrcpy(&att->others[att->nothers++], name);
			continue;
		}
		gd_add_column(att, attnum, TextDatumGetCString(item));
		if (!there)
			gd_break(att, _("the table no longer has the attached column"), name);
		else if (!unchanged)
			gd_break(att, psprintf(_("the attached column was retyped from %s to %s:"), type, gd_type_text(a)), name);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

int64
gd_attached_resource(Oid root)
{
	Relation	rel = table_open(gd_relid_required(GD_ATTACHMENT), AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tup;
	bool		isnull;
	int64		resource = 0;

	ScanKeyInit(&key, SPI_fnumber(RelationGetDescr(rel), "relation"), BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(root));
	scan = systable_beginscan(rel, gd_object_oid("attachment_relation_key"), true, NULL, 1, &key);
	tup = systable_getnext(scan);
	if (HeapTupleIsValid(tup))
		resource = DatumGetInt64(gd_field(tup, rel, "resource", &isnull));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return resource;
}

List *
gd_attached_relations(void)
{
	Relation	rel = table_open(gd_relid_required(GD_ATTACHMENT), AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tup;
	List	   *relations = NIL;
	bool		isnull;

	while (HeapTupleIsValid(tup = systable_getnext(scan)))
		relations = lappend_oid(relations, DatumGetObjectId(gd_field(tup, rel, "relation", &isnull)));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return relations;
}

Oid
gd_relation_of(int64 resource)
{
	static GdStatementText query = {
		"SELECT relation::oid FROM govdata.attachment WHERE resource = $1", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(resource);
	Datum		oid;
	bool		isnull;

	if (gd_own_run(&query, &arg, NULL, NULL, 1, &oid, &isnull) == 0 || get_rel_name(DatumGetObjectId(oid)) == NULL)
		return InvalidOid;
	return DatumGetObjectId(oid);
}

char *
gd_qualified(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
}

/* The attached relation that this one is or belongs to, and its resource. */
static int64
gd_find_root(Oid relid, Oid *root)
{
	int64		resource = gd_attached_resource(relid);

	*root = relid;
	if (resource == 0 && get_rel_relispartition(relid))
	{
		List	   *ancestors = get_partition_ancestors(relid);
		ListCell   *lc;

		foreach(lc, ancestors)
		{
			*root = lfirst_oid(lc);
			resource = gd_attached_resource(*root);
			if (resource != 0)
				break;
		}
	}
	return resource;
}

/* The owner is of the provider's department, or of none: a role that only keeps tables. */
static bool
gd_owner_fits(Oid owner, int64 provider)
{
	int64		department = gd_department_of(owner);

	return department == 0 || department == provider;
}

static bool
gd_has_policies(Relation rel)
{
	return rel->rd_rsdesc != NULL && rel->rd_rsdesc->policies != NIL;
}

static void
gd_load_row_security(GdAttachment *att, Relation rel)
{
	if (!rel->rd_rel->relrowsecurity)
		gd_break(att, _("row security is switched off on"), RelationGetRelationName(rel));
	if (gd_has_policies(rel))
		gd_break(att, _("it has row security policies of its own:"), RelationGetRelationName(rel));
}

static void
gd_load(GdAttachment *att)
{
	Relation	rel;

	att->resource = gd_find_root(att->relid, &att->root);
	if (att->resource == 0)
		return;
	att->attached = true;
	rel = table_open(att->root, AccessShareLock);
	att->owner = rel->rd_rel->relowner;
	strlcpy(att->name,
			quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
									   RelationGetRelationName(rel)),
			sizeof(att->name));
	if (rel->rd_rel->relkind != RELKIND_RELATION && rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		gd_break(att, _("it is no longer a table:"), RelationGetRelationName(rel));
	gd_load_row_security(att, rel);
	gd_load_columns(att, rel);
	table_close(rel, AccessShareLock);
	if (att->relid != att->root)
	{
		rel = table_open(att->relid, AccessShareLock);
		gd_load_row_security(att, rel);
		table_close(rel, AccessShareLock);
	}
	gd_load_resource(att);
	gd_load_items(att);
	if (!gd_owner_fits(att->owner, att->provider))
		gd_break(att, _("it belongs to another department's role:"), get_rel_name(att->root));
}

static GdAttachment *
gd_remember(const GdAttachment *loaded)
{
	GdAttachment *slot;
	bool		found;

	if (gd_attachments == NULL || gd_attachments_stale)
		gd_attachments_create();
	slot = hash_search(gd_attachments, &loaded->relid, HASH_ENTER, &found);
	*slot = *loaded;
	if (loaded->ncolumns > 0)
	{
		slot->columns = MemoryContextAlloc(gd_attachments_context, loaded->ncolumns * sizeof(GdColumn));
		memcpy(slot->columns, loaded->columns, loaded->ncolumns * sizeof(GdColumn));
	}
	if (loaded->nothers > 0)
	{
		slot->others = MemoryContextAlloc(gd_attachments_context, loaded->nothers * sizeof(NameData));
		memcpy(slot->others, loaded->others, loaded->nothers * sizeof(NameData));
	}
	return slot;
}

/* Read what there is to know of a relation. */
static GdAttachment *
gd_learn(Oid relid)
{
	GdAttachment loaded;
	uint64		generation;

	if (gd_loading)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the attachment of a table is being read while it is read"),
				 errdetail("Nothing is decided while a rule cannot be read."),
				 errhint("Try again.")));
	gd_loading = true;
	PG_TRY();
	{
		/* a change that arrives while we read makes what we read worthless */
		do
		{
			CHECK_FOR_INTERRUPTS();
			generation = gd_attachments_generation;
			memset(&loaded, 0, sizeof(loaded));
			loaded.relid = relid;
			gd_load(&loaded);
		} while (generation != gd_attachments_generation);
	}
	PG_FINALLY();
	{
		gd_loading = false;
	}
	PG_END_TRY();
	return gd_remember(&loaded);
}

const GdAttachment *
gd_attachment(Oid relid)
{
	GdAttachment *att = NULL;

	if (relid < FirstNormalObjectId || !OidIsValid(gd_relid(GD_ATTACHMENT)) ||
		(creating_extension && CurrentExtensionObject == get_extension_oid("govdata", true)))
		return NULL;
	if (gd_attachments != NULL && !gd_attachments_stale)
		att = hash_search(gd_attachments, &relid, HASH_FIND, NULL);
	if (att == NULL)
		att = gd_learn(relid);
	return att->attached ? att : NULL;
}

const GdColumn *
gd_attached_column(const GdAttachment *att, AttrNumber attnum)
{
	for (int i = 0; i < att->ncolumns; i++)
		if (att->columns[i].attnum == attnum)
			return &att->columns[i];
	return NULL;
}

/* ---- attaching ---- */

static void
gd_refuse_attach(const char *what, const char *why, const char *hint)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(18)),
			 errmsg("\"%s\" cannot be attached", what),
			 errdetail("%s Measures, Article 18.", why),
			 errhint("%s", hint)));
}

static void
gd_check_owner(Oid relid)
{
	HeapTuple	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool		mine;

	if (!HeapTupleIsValid(tup))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	mine = has_privs_of_role(GetUserId(), ((Form_pg_class) GETSTRUCT(tup))->relowner);
	ReleaseSysCache(tup);
	if (!mine)
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relid));
}

static void
gd_check_attachable(Relation rel, int64 provider)
{
	const char *name = RelationGetRelationName(rel);
	char		kind = rel->rd_rel->relkind;
	Oid			departments = get_role_oid("govdata_department", false);

	if (kind == RELKIND_VIEW || kind == RELKIND_MATVIEW || kind == RELKIND_FOREIGN_TABLE)
		gd_refuse_attach(name, _("Views, materialized views and foreign tables have no row security of their own."),
						 _("Attach the tables that hold the rows."));
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		gd_refuse_attach(name, _("It is no table."), _("Attach a table or a partitioned table."));
	if (rel->rd_rel->relispartition)
		gd_refuse_attach(name, _("It is a partition."), _("Attach the partitioned table it belongs to."));
	if (rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		gd_refuse_attach(name, _("It is temporary."), _("Attach a permanent table."));
	if (kind == RELKIND_RELATION && (has_subclass(RelationGetRelid(rel)) || has_superclass(RelationGetRelid(rel))))
		gd_refuse_attach(name, _("It takes part in inheritance."), _("Attach a plain or a partitioned table."));
	if (gd_schema_oid() == RelationGetNamespace(rel) || RelationGetRelid(rel) < FirstNormalObjectId)
		gd_refuse_attach(name, _("It belongs to the system."), _("Attach a table of the department's data."));
	if (!gd_owner_fits(rel->rd_rel->relowner, provider))
		gd_refuse_attach(name, _("Its owner belongs to another department than the resource."),
						 _("Let a role of the provider's department, or of none, own the table."));
	if (GD_NAMESPACE_USAGE(RelationGetNamespace(rel), departments) != ACLCHECK_OK)
		gd_refuse_attach(name, _("Departments may not use its schema."),
						 psprintf("GRANT USAGE ON SCHEMA %s TO govdata_department;",
								  quote_identifier(get_namespace_name(RelationGetNamespace(rel)))));
}

/* DDL that the caller could run himself, under his own rights */
static void
gd_run_as_caller(const char *sql)
{
	if (SPI_execute(sql, false, 0) < 0)
		elog(ERROR, "could not run \"%s\"", sql);
}

/* does it have a trigger over a function of another department? */
static bool
gd_has_foreign_trigger(Relation rel, int64 provider)
{
	TriggerDesc *triggers = rel->trigdesc;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		Oid			owner = gd_function_owner(triggers->triggers[i].tgfoid);

		if (!triggers->triggers[i].tgisinternal && !superuser_arg(owner) &&
			owner != rel->rd_rel->relowner && gd_department_of(owner) != provider)
			return true;
	}
	return false;
}

/* is it neither the server's nor a superuser's? */
static bool
gd_is_own_function(Oid function, void *context)
{
	(void) context;
	return function >= FirstNormalObjectId && !superuser_arg(gd_function_owner(function));
}

static bool
gd_own_function_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return check_functions_in_node(node, gd_is_own_function, context) ||
		expression_tree_walker(node, gd_own_function_walker, context);
}

/* does this column of a catalog's row hold such an expression?  It is not simplified, which would run it. */
static bool
gd_holds_own_function(int cache, HeapTuple tup, AttrNumber column)
{
	bool		isnull;
	Datum		tree = SysCacheGetAttr(cache, tup, column, &isnull);

	return !isnull && gd_own_function_walker(stringToNode(TextDatumGetCString(tree)), NULL);
}

/* The planner simplifies these expressions for whoever reads: it runs their functions. */
static bool
gd_plans_own_functions(Relation rel)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	List	   *indexes = RelationGetIndexList(rel);
	List	   *statistics = RelationGetStatExtList(rel);
	HeapTuple	tup;
	ListCell   *lc;
	bool		found = false;

	for (int i = 0; constr && i < constr->num_check; i++)
		found = found || gd_own_function_walker(stringToNode(constr->check[i].ccbin), NULL);
	foreach(lc, indexes)
	{
		tup = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(lc)));
		if (!HeapTupleIsValid(tup))
			continue;
		found = found || gd_holds_own_function(INDEXRELID, tup, Anum_pg_index_indexprs) ||
			gd_holds_own_function(INDEXRELID, tup, Anum_pg_index_indpred);
		ReleaseSysCache(tup);
	}
	foreach(lc, statistics)
	{
		tup = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(lfirst_oid(lc)));
		if (!HeapTupleIsValid(tup))
			continue;
		found = found || gd_holds_own_function(STATEXTOID, tup, Anum_pg_statistic_ext_stxexprs);
		ReleaseSysCache(tup);
	}
	tup = SearchSysCache1(PARTRELID, ObjectIdGetDatum(RelationGetRelid(rel)));
	if (HeapTupleIsValid(tup))
	{
		found = found || gd_holds_own_function(PARTRELID, tup, Anum_pg_partitioned_table_partexprs);
		ReleaseSysCache(tup);
	}
	return found;
}

static const char *
gd_why_own_functions(void)
{
	return _("An index, statistics, a check or a partition key calls a function that whoever reads would run; only the server's and superusers' will do.");
}

const char *
gd_expression_runs_its_own(Node *expression)
{
	return gd_own_function_walker(expression, NULL) ? gd_why_own_functions() : NULL;
}

const char *
gd_runs_its_own(Oid relid, int64 provider)
{
	Relation	rel = table_open(relid, AccessShareLock);
	const char *why = NULL;

	if (rel->rd_rel->relispartition && !gd_owner_fits(rel->rd_rel->relowner, provider))
		why = _("It belongs to a role of another department, whose rows would pass for the provider's.");
	else if (gd_has_policies(rel))
		why = _("It has row security policies of its own; authorizations decide which rows are read.");
	else if (gd_has_foreign_trigger(rel, provider))
		why = _("A trigger of another department would be handed every row that is written.");
	else if (gd_plans_own_functions(rel))
		why = gd_why_own_functions();
	table_close(rel, NoLock);
	return why;
}

static void
gd_secure_tree(Oid relid, int64 provider)
{
	List	   *members = find_all_inheritors(relid, AccessExclusiveLock, NULL);
	ListCell   *lc;

	SPI_connect();
	foreach(lc, members)
	{
		Oid			member = lfirst_oid(lc);
		char	   *name;
		const char *why;

		if (get_rel_relkind(member) == RELKIND_FOREIGN_TABLE)
			gd_refuse_attach(get_rel_name(member), _("A foreign table has no row security."),
							 _("Detach the partition first."));
		name = gd_qualified(member);
		gd_run_as_caller(psprintf("ALTER TABLE ONLY %s ENABLE ROW LEVEL SECURITY", name));
		/* policies are known where row security is on */
		why = gd_runs_its_own(member, provider);
		if (why)
			gd_refuse_attach(get_rel_name(member), why, _("Mend what the detail names, then attach the table."));
		if (member == relid)
			gd_run_as_caller(psprintf("GRANT SELECT ON %s TO govdata_department", name));
	}
	SPI_finish();
}

static void
gd_write_columns(int64 resource, Relation rel)
{
	static const Oid types[] = {INT8OID, TEXTOID, INT2OID, TEXTOID};
	static GdStatementText query = {
		"INSERT INTO govdata.attachment_column (resource, item, column_name, attnum, column_type)"
		" SELECT $1, (SELECT i.name FROM govdata.resource_item i WHERE i.resource = $1 AND i.name = $2), $2, $3, $4",
		4, types, NULL
	};
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute a = TupleDescAttr(desc, i);
		Datum		args[4];

		if (a->attisdropped)
			continue;
		args[0] = Int64GetDatum(resource);
		args[1] = CStringGetTextDatum(NameStr(a->attname));
		args[2] = Int16GetDatum(a->attnum);
		args[3] = CStringGetTextDatum(gd_type_text(a));
		(void) gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL);
	}
}

static void
gd_write_attachment(int64 resource, Relation rel)
{
	static const Oid types[] = {INT8OID, OIDOID, TEXTOID};
	static GdStatementText head = {
		"INSERT INTO govdata.attachment (resource, relation, attached_at, attached_by)"
		" VALUES ($1, $2::regclass, govdata.clock(), $3)", 3, types, NULL
	};
	static GdStatementText missing = {
		"SELECT string_agg(i.name, ', ' ORDER BY i.name) FROM govdata.resource_item i"
		" WHERE i.resource = $1 AND i.retired_at IS NULL AND NOT EXISTS"
		" (SELECT FROM govdata.attachment_column c WHERE c.resource = $1 AND c.item = i.name)",
		1, types, NULL
	};
	Datum		args[3];
	Datum		value;
	bool		isnull;

	args[0] = Int64GetDatum(resource);
	args[1] = ObjectIdGetDatum(RelationGetRelid(rel));
	args[2] = CStringGetTextDatum(GetUserNameFromId(GetOuterUserId(), false));
	(void) gd_own_run(&head, args, NULL, NULL, 0, NULL, NULL);
	gd_write_columns(resource, rel);
	(void) gd_own_run(&missing, args, NULL, NULL, 1, &value, &isnull);
	if (!isnull)
		gd_refuse_attach(RelationGetRelationName(rel),
						 psprintf(_("It has no column for these items of the catalog: %s."), TextDatumGetCString(value)),
						 _("Name the columns as the items are named, or retire the items."));
}

/* id of the acting department's own resource of this code; superusers: anyone's */
static int64
gd_own_resource(const char *code, int64 *provider)
{
	static GdStatementText query = {
		"SELECT id, provider FROM govdata.resource WHERE code = $1 FOR NO KEY UPDATE", 1, gd_arg_text, NULL
	};
	Datum		arg = CStringGetTextDatum(code);
	Datum		values[2];
	bool		nulls[2];
	int64		me;

	gd_require_own_hands(18);
	me = gd_current_department();
	if (gd_own_run(&query, &arg, NULL, NULL, 2, values, nulls) == 0 ||
		(me != DatumGetInt64(values[1]) && !superuser()))
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("there is no resource \"%s\" that you may attach", code),
				 errdetail("You act as %s; the provider attaches its own resources. Measures, Article 18.", gd_who_acts()),
				 errhint("Act as the provider, or let a superuser attach the table.")));
	*provider = DatumGetInt64(values[1]);
	return DatumGetInt64(values[0]);
}

/*
 * Attaching anew replaces what there was between the same two; what is
 * attached otherwise has to be detached by its name.
 */
static void
gd_make_room(int64 resource, Oid relid)
{
	static const Oid types[] = {INT8OID, OIDOID};
	static GdStatementText drop = {
		"DELETE FROM govdata.attachment WHERE resource = $1 AND relation = $2::regclass", 2, types, NULL
	};
	static GdStatementText other = {
		"SELECT r.code || ' (' || a.relation || ')' FROM govdata.attachment a"
		" JOIN govdata.resource r ON r.id = a.resource WHERE a.resource = $1 OR a.relation = $2::regclass",
		2, types, NULL
	};
	Datum		args[2];
	Datum		name;
	bool		isnull;

	args[0] = Int64GetDatum(resource);
	args[1] = ObjectIdGetDatum(relid);
	(void) gd_own_run(&drop, args, NULL, NULL, 0, NULL, NULL);
	if (gd_own_run(&other, args, NULL, NULL, 1, &name, &isnull) > 0)
		gd_refuse_attach(get_rel_name(relid),
						 psprintf(_("The table or the resource is attached already: %s."), TextDatumGetCString(name)),
						 _("End that with govdata.detach_resource(code) first."));
}

/* GRANT and REVOKE that follow from a decision, whoever may own the table */
static void
gd_run_as_law(const char *sql)
{
	GdOwn		own;

	gd_own_begin(&own);
	PG_TRY();
	{
		SPI_connect();
		gd_run_as_caller(sql);
		SPI_finish();
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
}

/*
 * Open data are anybody's to select; each read is judged all the same.  What
 * is not open any longer is taken back.
 */
static void
gd_apply_opening(int64 resource)
{
	static GdStatementText query = {
		"SELECT a.relation::oid, r.opening_state = 'open' FROM govdata.attachment a"
		" JOIN govdata.resource r ON r.id = a.resource WHERE a.resource = $1", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(resource);
	Datum		values[2];
	bool		nulls[2];
	Oid			relid;
	Oid			schema;
	char	   *name;

	if (gd_own_run(&query, &arg, NULL, NULL, 2, values, nulls) == 0)
		return;
	relid = DatumGetObjectId(values[0]);
	if (get_rel_name(relid) == NULL)
		return;
	schema = get_rel_namespace(relid);
	name = gd_qualified(relid);
	if (!DatumGetBool(values[1]))
	{
		gd_run_as_law(psprintf("REVOKE SELECT ON %s FROM govdata_public", name));
		return;
	}
	if (GD_NAMESPACE_USAGE(schema, get_role_oid("govdata_public", false)) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(GD_ERRCODE(26)),
				 errmsg("\"%s\" cannot be opened", get_rel_name(relid)),
				 errdetail("The public may not use its schema. Measures, Article 26."),
				 errhint("GRANT USAGE ON SCHEMA %s TO govdata_public;", quote_identifier(get_namespace_name(schema)))));
	gd_run_as_law(psprintf("GRANT SELECT ON %s TO govdata_public", name));
}

/* AFTER row trigger of resources, where the state of opening has changed */
Datum
gd_opening_changed(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	bool		isnull;

	gd_check_trigger(fcinfo);
	desc = RelationGetDescr(td->tg_relation);
	if (gd_guarding())
		gd_apply_opening(DatumGetInt64(heap_getattr(td->tg_newtuple, SPI_fnumber(desc, "id"), desc, &isnull)));
	return PointerGetDatum(NULL);
}

/* Logical replication knows neither authorizations nor the record of reads. */
static void
gd_tell_publications(Oid relid)
{
	static GdStatementText query = {
		"SELECT string_agg(DISTINCT p.pubname, ', ') FROM pg_catalog.pg_publication_tables p"
		" JOIN pg_catalog.pg_class c ON c.relname = p.tablename"
		" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = p.schemaname"
		" WHERE c.oid = $1 OR c.oid IN (SELECT m.relid FROM pg_catalog.pg_partition_tree($1::regclass) m)",
		1, gd_arg_oid, NULL
	};
	Datum		arg = ObjectIdGetDatum(relid);
	Datum		names;
	bool		isnull;

	(void) gd_own_run(&query, &arg, NULL, NULL, 1, &names, &isnull);
	if (!isnull)
		ereport(WARNING,
				(errcode(GD_ERRCODE(17)),
				 errmsg("\"%s\" is published: %s", get_rel_name(relid), TextDatumGetCString(names)),
				 errdetail("Subscribers receive every row and column, unauthorized and without a record. Measures, Article 17."),
				 errhint("Take the table out of the publication unless the subscriber is the provider's own.")));
}

Datum
gd_attach_resource(PG_FUNCTION_ARGS)
{
	const char *code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid			relid = PG_GETARG_OID(1);
	int64		provider;
	int64		resource = gd_own_resource(code, &provider);
	Relation	rel;

	/* privilege first, lock afterwards */
	gd_check_owner(relid);
	rel = relation_open(relid, AccessExclusiveLock);
	gd_check_attachable(rel, provider);
	relation_close(rel, NoLock);
	gd_make_room(resource, relid);
	gd_secure_tree(relid, provider);
	rel = relation_open(relid, NoLock);
	gd_write_attachment(resource, rel);
	relation_close(rel, NoLock);
	gd_apply_opening(resource);
	gd_tell_publications(relid);
	CacheInvalidateRelcacheByRelid(relid);
	gd_attachments_forget();
	gd_warn_misfits(gd_attachment(relid));
	PG_RETURN_VOID();
}

Datum
gd_detach_resource(PG_FUNCTION_ARGS)
{
	static GdStatementText drop = {
		"WITH columns AS (DELETE FROM govdata.attachment_column WHERE resource = $1)"
		" DELETE FROM govdata.attachment WHERE resource = $1 RETURNING relation::oid", 1, gd_arg_int8, NULL
	};
	const char *code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int64		provider;
	Datum		arg = Int64GetDatum(gd_own_resource(code, &provider));
	Datum		relation;
	bool		isnull;

	if (gd_own_run(&drop, &arg, NULL, NULL, 1, &relation, &isnull) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("resource \"%s\" is not attached", code),
				 errdetail("Measures, Article 18."),
				 errhint("SELECT * FROM govdata.attachment shows what is.")));
	/* whoever owns the table: what was granted to be judged must not be had unjudged */
	if (get_rel_name(DatumGetObjectId(relation)) != NULL)
		gd_run_as_law(psprintf("REVOKE SELECT ON %s FROM govdata_department, govdata_public",
							   gd_qualified(DatumGetObjectId(relation))));
	PG_RETURN_VOID();
}

/* ---- row filters that no longer fit ---- */

/*
 * The authorizations of an attached table whose row filter uses a column that is
 * not what it was: their numbers, and that column of each.
 */
static int
gd_misfits(const GdAttachment *att, char ***ids, char ***columns)
{
	static GdStatementText query = {
		"SELECT array_agg(a.id::text ORDER BY a.id), array_agg(a.row_filter ORDER BY a.id)"
		" FROM govdata.share_authorization a WHERE a.resource = $1 AND a.state = 'active'"
		" AND a.row_filter IS NOT NULL AND a.valid_until > govdata.clock()", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(att->resource);
	Datum		values[2];
	bool		nulls[2];
	int			found = 0;
	int			n;

	if (gd_own_run(&query, &arg, NULL, NULL, 2, values, nulls) == 0 || nulls[0])
		return 0;
	(void) gd_texts_of(values[0], ids);
	n = gd_texts_of(values[1], columns);
	for (int i = 0; i < n; i++)
	{
		char	   *column = gd_filter_misfit((*columns)[i], att);

		if (column == NULL)
			continue;
		(*ids)[found] = (*ids)[i];
		(*columns)[found++] = column;
	}
	return found;
}

void
gd_warn_misfits(const GdAttachment *att)
{
	char	  **ids;
	char	  **columns;
	int			n = att ? gd_misfits(att, &ids, &columns) : 0;

	for (int i = 0; i < n; i++)
		ereport(WARNING,
				(errcode(GD_ERRCODE(17)),
				 errmsg("resource \"%s\" can no longer be read by authorization %s", att->code, ids[i]),
				 errdetail("Its row filter uses column \"%s\", which is not what it was when the table was attached. Measures, Article 17.",
						   columns[i]),
				 errhint("Bring the column into its former shape; where another of the same name shall take its place, attach the table anew: SELECT govdata.attach_resource('%s', %s);",
						 att->code, quote_literal_cstr(gd_qualified(att->root)))));
}

PG_FUNCTION_INFO_V1(gd_attachment_fault);

/* why an attached table may not be read; NULL for one that is sound, or not attached */
Datum
gd_attachment_fault(PG_FUNCTION_ARGS)
{
	const GdAttachment *att = SearchSysCacheExists1(RELOID, PG_GETARG_DATUM(0)) ?
		gd_attachment(PG_GETARG_OID(0)) : NULL;

	char	  **ids;
	char	  **columns;
	List	   *members;
	ListCell   *lc;

	if (att && att->broken[0] != '\0')
		PG_RETURN_TEXT_P(cstring_to_text(att->broken));
	members = att ? find_all_inheritors(att->root, NoLock, NULL) : NIL;
	foreach(lc, members)
	{
		const char *why = gd_runs_its_own(lfirst_oid(lc), att->provider);

		if (why)
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s: %s", gd_qualified(lfirst_oid(lc)), why)));
	}
	if (att == NULL || gd_misfits(att, &ids, &columns) == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(psprintf(_("the row filter of authorization %s uses column \"%s\", which is not what it was"),
											  ids[0], columns[0])));
}

Datum
gd_guard_attachment(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;

	gd_check_trigger(fcinfo);
	if (gd_guarding() && !gd_own_writing())
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("rows of \"%s\" are written by attaching only", RelationGetRelationName(td->tg_relation)),
				 errdetail("Measures, Article 18."),
				 errhint("Use govdata.attach_resource(code, relation) and govdata.detach_resource(code).")));
	return gd_row_as_is(fcinfo);
}

/* ---- row filters ---- */

Datum
gd_guard_filter(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;
	HeapTuple	tup;
	TupleDesc	desc;
	Oid			relid;
	bool		isnull;
	Relation	rel;
	const GdAttachment *att;
	char	   *filter;
	char	   *column;

	gd_check_trigger(fcinfo);
	tup = TRIGGER_FIRED_BY_UPDATE(td->tg_event) ? td->tg_newtuple : td->tg_trigtuple;
	if (!gd_guarding())
		return PointerGetDatum(tup);
	desc = RelationGetDescr(td->tg_relation);
	relid = gd_relation_of(DatumGetInt64(heap_getattr(tup, SPI_fnumber(desc, "resource"), desc, &isnull)));
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a row filter needs an attached table"),
				 errdetail("There is no table whose rows it could limit. Measures, Article 20."),
				 errhint("Attach the table first: SELECT govdata.attach_resource(code, table).")));
	rel = table_open(relid, AccessShareLock);
	filter = TextDatumGetCString(heap_getattr(tup, SPI_fnumber(desc, "row_filter"), desc, &isnull));
	(void) gd_row_filter(filter, rel);
	table_close(rel, NoLock);
	att = gd_attachment(relid);
	column = att ? gd_filter_misfit(filter, att) : NULL;
	if (column)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("this row filter is not allowed"),
				 errdetail("Column \"%s\" has come or changed since the table was attached. Measures, Article 20.", column),
				 errhint("Attach the table anew first: SELECT govdata.attach_resource('%s', %s);", att->code, quote_literal_cstr(gd_qualified(relid)))));
	return PointerGetDatum(tup);
}

/* ---- news for every session ---- */

/*
 * AFTER statement trigger: verdicts and plans of the tables that are attached
 * to the resources of these rows are worthless.  The invalidation goes out
 * with the commit, and works for ourselves from the next command on.
 */
Datum
gd_forget_access(PG_FUNCTION_ARGS)
{
	/* a plan knows the rows of one table only, so there is one a table */
#define RELATIONS_OF(column) \
	"SELECT array_agg(DISTINCT a.relation::oid) FROM govdata.attachment a" \
	" JOIN new_rows n ON n." column " = a.resource"
	static GdStatementText of_authorization = {RELATIONS_OF("resource"), 0, NULL, NULL};
	static GdStatementText of_request = {RELATIONS_OF("resource"), 0, NULL, NULL};
	static GdStatementText of_item = {RELATIONS_OF("resource"), 0, NULL, NULL};
	static GdStatementText of_resource = {RELATIONS_OF("id"), 0, NULL, NULL};
	TriggerData *td = (TriggerData *) fcinfo->context;
	GdStatementText *query;
	Oid			relid;
	Datum		oids;
	bool		isnull;

	gd_check_trigger(fcinfo);
	if (!gd_guarding())
		return PointerGetDatum(NULL);
	relid = RelationGetRelid(td->tg_relation);
	query = relid == gd_relid(GD_SHARE_AUTHORIZATION) ? &of_authorization :
		relid == gd_relid(GD_SHARE_REQUEST) ? &of_request :
		relid == gd_relid(GD_RESOURCE_ITEM) ? &of_item : &of_resource;
	(void) gd_own_run(query, NULL, NULL, td, 1, &oids, &isnull);
	if (!isnull)
	{
		Datum	   *elems;
		int			n;

		deconstruct_array(DatumGetArrayTypeP(oids), OIDOID, sizeof(Oid), true, TYPALIGN_INT, &elems, NULL, &n);
		for (int i = 0; i < n; i++)
			if (SearchSysCacheExists1(RELOID, elems[i]))
				CacheInvalidateRelcacheByRelid(DatumGetObjectId(elems[i]));
		gd_attachments_forget();
	}
	return PointerGetDatum(NULL);
}

void
gd_attach_init(void)
{
	RegisterXactCallback(gd_attach_xact, NULL);
	gd_on_change(GD_ATTACHMENT, gd_attachments_forget);
	gd_on_change(GD_ATTACHMENT_COLUMN, gd_attachments_forget);
	gd_on_change(GD_DEPARTMENT, gd_attachments_forget);
	gd_on_role_change(gd_attachments_forget);
	gd_on_any_relation(gd_attachments_relation);
}
