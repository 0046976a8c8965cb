/*-------------------------------------------------------------------------
 *
 * enforce.c
 *	  Where reading is enforced.
 *
 * The way of a read:
 *
 *	rewrite		row security hooks add the reader's row filter, and a clause
 *				that names the authorization it was taken from
 *	plan		get_relation_info_hook refuses before statistics are used,
 *				takes the clause out and leaves a mark in the plan instead,
 *				so that no index is lost to it
 *	execute		ExecutorCheckPerms_hook judges anew, and the mark must be that
 *				of the verdict: filter and check are made at different times,
 *				and the mark ties them together
 *	run			each fetch judges again; persisting rows needs mode copy
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext_data.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "parser/parse_func.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "rewrite/rowsecurity.h"
#include "tcop/pquery.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/datetime.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/portal.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "access.h"
#include "access_log.h"
#include "held_rows.h"

/* cache id of our marks in PlannedStmt.invalItems: none of the server's */
#define GD_MARK (-7788)
/* the same of the relation that the next mark is of */
#define GD_MARK_ROOT (-7790)
/* the same for what gd_only_returns() said when the plan was made */
#define GD_MARK_ONLY_RETURNS (-7789)

/* in the planner's units: some milliseconds */
#define GD_QUICK_COST 1000

static row_security_policy_hook_type gd_prev_permissive = NULL;
static row_security_policy_hook_type gd_prev_restrictive = NULL;
static get_relation_info_hook_type gd_prev_relation_info = NULL;
static planner_hook_type gd_prev_planner = NULL;
static ExecutorStart_hook_type gd_prev_executor_start = NULL;
static ExecutorRun_hook_type gd_prev_enforce_run = NULL;
static ExecutorEnd_hook_type gd_prev_executor_end = NULL;
static ExecutorCheckPerms_hook_type gd_prev_check_perms = NULL;
static ProcessUtility_hook_type gd_prev_enforce_utility = NULL;
static object_access_hook_type gd_prev_truncate = NULL;

static int	gd_explaining = 0;	/* depth of EXPLAIN */
static int	gd_defining = 0;	/* depth of statements that analyze a query and do not run it */
static List *gd_marks = NIL;	/* of the statement being planned */
static Oid	gd_filtered = InvalidOid;	/* a relation in it whose rows are filtered */
static bool gd_ever_filtered = false;	/* there was one in this session */
static emit_log_hook_type gd_prev_emit_log = NULL;
static QueryDesc *gd_starting = NULL;	/* the statement in ExecutorStart */
static QueryDesc *gd_checking = NULL;	/* the same, while its permissions are checked */
static int	gd_starting_flags = 0;

/* ---- refusals ---- */

/* days of use that a ready-made request asks for: whoever submits it says better */
#define GD_HINT_DAYS 30

/*
 * The request for exactly what is missing, ready to be run.  What has been
 * stated as the purpose of the session is that of the request.
 */
static char *
gd_request_for(const GdAttachment *att, const GdVerdict *v)
{
	const char *purpose = gd_stated_purpose();
	DateADT		until = gd_legal_date(gd_clock()) + GD_HINT_DAYS;
	int			year;
	int			month;
	int			day;

	j2date(until + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("SELECT govdata.submit_request(%s, ARRAY[%s], %s, '%04d-%02d-%02d'%s);",
					quote_literal_cstr(att->code), v->missing, quote_literal_cstr(purpose ? purpose : _("purpose")),
					year, month, day, v->to_copy ? ", mode => 'copy'" : "");
}

static void
gd_raise(const GdAttachment *att, const GdVerdict *v)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(v->article)),
			 errmsg("reading resource \"%s\" is refused", att->code),
			 errdetail("%s Measures, Article %d.", v->why, v->article),
			 v->hint ? errhint("%s", v->hint) :
			 v->missing ? errhint("%s", gd_request_for(att, v)) :
			 errhint("govdata.check_access('%s', items) explains what may be read.", att->code)));
}

static GdRead
gd_read_of(const GdAttachment *att, const GdVerdict *v, char kind)
{
	GdRead		read = {0};

	read.kind = kind;
	read.sync = att->sync_log;
	read.basis = v->allowed ? v->basis : GD_READ_BASIS_NONE;
	read.resource = att->resource;
	read.relation = att->name;
	read.department = v->department > 0 ? v->department : 0;
	read.authorization = v->authorization;
	read.version = v->version;
	read.items = v->items;
	read.purpose = gd_stated_purpose();
	read.reason = v->allowed ? NULL : v->why;
	read.query_id = gd_starting ? gd_starting->plannedstmt->queryId : 0;
	return read;
}

static void gd_drop_uses(void);

/*
 * A refused attempt is on record too.  What was cached for the statement was
 * made for whoever read, and for what held, at the time of its analysis; the
 * next attempt must not meet it again.
 */
static void
gd_refuse_read(const GdAttachment *att, GdVerdict *v)
{
	GdRead		read;

	ResetPlanCache();
	gd_drop_uses();
	v->allowed = false;
	if (v->items == NULL)
		v->items = gd_column_names(att, v->asked);
	read = gd_read_of(att, v, GD_READ_KIND_REFUSED);
	if (!gd_is_canary())
		(void) gd_log_start(&read);
	gd_raise(att, v);
}

static void
gd_refuse_with(const GdAttachment *att, GdVerdict *v, int article, const char *why, const char *hint)
{
	v->article = article;
	v->why = why;
	v->hint = hint;
	v->missing = NULL;
	gd_refuse_read(att, v);
}

/* it is the way of reading that is refused */
static void
gd_refuse_because(const GdAttachment *att, GdVerdict *v, int article, const char *why)
{
	gd_refuse_with(att, v, article, why,
				   article == 33 ? _("Read the table by itself, in a statement that uses only your own department's objects.") :
				   _("Read the table by itself, in a plain SELECT."));
}

static void
gd_refuse_unfiltered(const GdAttachment *att, GdVerdict *v)
{
	gd_refuse_with(att, v, 20, _("Row security does not act on this read: the role bypasses it, owns the table, or it is switched off."),
				   _("ALTER ROLE ... NOBYPASSRLS, or take the role out of the table's owner; govdata.doctor() names such roles."));
}

/* ---- rewrite: the row filter ---- */

static RowSecurityPolicy *
gd_policy(const char *name, bool permissive, Expr *qual)
{
	RowSecurityPolicy *policy = palloc0(sizeof(RowSecurityPolicy));
	Datum		everybody = ObjectIdGetDatum(ACL_ID_PUBLIC);

	policy->policy_name = pstrdup(name);
	policy->polcmd = '*';
	policy->roles = construct_array(&everybody, 1, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
	policy->permissive = permissive;
	policy->qual = qual;
	policy->with_check_qual = copyObject(qual);
	policy->hassublinks = false;
	return policy;
}

static List *
gd_permissive(CmdType cmdtype, Relation relation)
{
	List	   *others = gd_prev_permissive ? gd_prev_permissive(cmdtype, relation) : NIL;
	const GdAttachment *att = gd_attachment(RelationGetRelid(relation));
	GdSubject	s;
	int64		authorization;
	int32		version;
	Node	   *condition;

	if (att == NULL)
		return others;
	s = gd_subject(att, false);
	if (s.reader == GD_READER_OWN ||
		(cmdtype == CMD_SELECT && gd_row_condition(att, &s, &authorization, &version, &condition)))
		others = lappend(others, gd_policy("govdata", true, (Expr *) makeBoolConst(true, false)));
	return others;
}

/* is this function govdata._permitted()? */
bool
gd_is_permitted_function(Oid function)
{
	char	   *name;

	if (function < FirstNormalObjectId || get_func_namespace(function) != gd_schema_oid())
		return false;
	name = get_func_name(function);
	return name != NULL && strcmp(name, "_permitted") == 0;
}

/* the clause that backs the mark up, and that gd_relation_info() looks for */
static Expr *
gd_permitted_clause(int64 authorization, int32 version, Oid relid)
{
	static const Oid types[] = {INT8OID, INT4OID, OIDOID};
	static Oid	function = InvalidOid;

	if (!OidIsValid(function) || !gd_is_permitted_function(function))
		function = LookupFuncName(list_make2(makeString(GD_SCHEMA), makeString("_permitted")),
								  3, types, false);
	return (Expr *) makeFuncExpr(function, BOOLOID,
								 list_make3(makeConst(INT8OID, -1, InvalidOid, sizeof(int64), Int64GetDatum(authorization), false, FLOAT8PASSBYVAL),
											makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(version), false, true),
											makeConst(OIDOID, -1, InvalidOid, sizeof(Oid), ObjectIdGetDatum(relid), false, true)),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/* debug_print_* are anybody's to set, and print to the client as EXPLAIN does */
static void
gd_refuse_printing(Oid relid)
{
	const GdAttachment *att = gd_attachment(relid);
	GdVerdict	v = {0};

	if (att == NULL)
		return;
	v.department = gd_subject(att, false).department;
	gd_refuse_because(att, &v, 20, _("A printed plan would say how many rows the filter hides; switch debug_print_rewritten and debug_print_plan off, and let auto_explain.log_level be log."));
}

/*
 * Will the client see the plan?  What auto_explain logs is kept from it below; at
 * a level other than "log" it need not come by there.
 */
static bool
gd_plan_is_printed(void)
{
	const char *logged = GetConfigOption("auto_explain.log_min_duration", true, false);
	const char *level = GetConfigOption("auto_explain.log_level", true, false);

	return Debug_print_plan || (logged && strcmp(logged, "-1") != 0 && level && strcmp(level, "log") != 0);
}

/* emit_log_hook: a session that reads filtered rows gets no plan that auto_explain logs */
static void
gd_keep_plan(ErrorData *edata)
{
	if (gd_ever_filtered && edata->elevel == LOG && edata->output_to_client && edata->hide_stmt &&
		edata->message && strncmp(edata->message, "duration: ", 10) == 0 && strstr(edata->message, "plan:"))
		edata->output_to_client = false;
	if (gd_prev_emit_log)
		gd_prev_emit_log(edata);
}

static List *
gd_restrictive(CmdType cmdtype, Relation relation)
{
	List	   *others = gd_prev_restrictive ? gd_prev_restrictive(cmdtype, relation) : NIL;
	const GdAttachment *att = cmdtype == CMD_SELECT ? gd_attachment(RelationGetRelid(relation)) : NULL;
	GdSubject	s;
	int64		authorization;
	int32		version;
	Node	   *condition;

	if (att == NULL)
		return others;
	s = gd_subject(att, false);
	if (!gd_row_condition(att, &s, &authorization, &version, &condition))
		return others;
	if (condition != NULL && Debug_print_rewritten)
		gd_refuse_printing(att->relid);
	others = lappend(others, gd_policy("govdata authorization", false,
									   gd_permitted_clause(authorization, version, RelationGetRelid(relation))));
	if (condition != NULL)
		others = lappend(others, gd_policy("govdata rows", false, (Expr *) condition));
	return others;
}

/* ---- plan: refuse before statistics are used, and mark the plan ---- */

static uint32
gd_mark(Oid root, int64 authorization, int32 version)
{
	uint32		hash = murmurhash32(root);

	hash = hash_combine(hash, murmurhash32((uint32) authorization));
	hash = hash_combine(hash, murmurhash32((uint32) (authorization >> 32)));
	return hash_combine(hash, murmurhash32((uint32) version));
}

static bool
gd_is_permitted_clause(Node *node)
{
	FuncExpr   *f = (FuncExpr *) node;

	return node != NULL && IsA(node, FuncExpr) && list_length(f->args) == 3 &&
		gd_is_permitted_function(f->funcid);
}

static int64
gd_const_of(FuncExpr *f, int n)
{
	Const	   *c = list_nth_node(Const, f->args, n);

	return n == 0 ? DatumGetInt64(c->constvalue) : DatumGetInt32(c->constvalue);
}

static void
gd_add_mark(int kind, uint32 mark)
{
	PlanInvalItem *item = makeNode(PlanInvalItem);

	item->cacheId = kind;
	item->hashValue = mark;
	gd_marks = lappend(gd_marks, item);
}

/*
 * Take the clause out of the security quals: at level 0 it would bar operators
 * that are not leakproof from the index.  The list of levels stays, so that
 * statistics remain protected.
 */
static void
gd_take_clauses(RangeTblEntry *rte, Oid root)
{
	ListCell   *level;

	foreach(level, rte->securityQuals)
	{
		List	   *quals = (List *) lfirst(level);
		List	   *kept = NIL;
		ListCell   *lc;

		if (quals == NIL || !IsA(quals, List))
			continue;
		foreach(lc, quals)
		{
			Node	   *qual = lfirst(lc);

			if (gd_is_permitted_clause(qual))
			{
				gd_add_mark(GD_MARK_ROOT, root);
				gd_add_mark(GD_MARK, gd_mark(root, gd_const_of((FuncExpr *) qual, 0),
											 (int32) gd_const_of((FuncExpr *) qual, 1)));
			}
			else
				kept = lappend(kept, qual);
		}
		lfirst(level) = kept;
	}
}

/* is there any condition beside the permission to read at all? */
static bool
gd_has_row_filter(RangeTblEntry *rte)
{
	ListCell   *level;
	ListCell   *lc;

	foreach(level, rte->securityQuals)
	{
		if (lfirst(level) != NULL && !IsA(lfirst(level), List))
			return true;
		foreach(lc, (List *) lfirst(level))
			if (!IsA(lfirst(lc), Const))
				return true;
	}
	return false;
}

/* the relation that the query names, where this one is only its child */
static Oid
gd_named_relation(PlannerInfo *root, RelOptInfo *rel)
{
	Index		relid = rel->relid;

	while (root->append_rel_array && root->append_rel_array[relid])
	{
		AppendRelInfo *child = root->append_rel_array[relid];

		if (planner_rt_fetch(child->parent_relid, root)->rtekind != RTE_RELATION)
			break;
		relid = child->parent_relid;
	}
	return planner_rt_fetch(relid, root)->relid;
}

static bool
gd_same_department(Oid role, const GdSubject *s, const GdAttachment *att)
{
	if (!OidIsValid(role) || role == s->role)
		return true;
	if (s->reader == GD_READER_OWN && s->department == 0)
		return has_privs_of_role(role, att->owner);
	return s->department > 0 && gd_department_of(role) == s->department;
}

/*
 * The query as the planner has it by now.  What has become a subplan is no longer
 * part of the query above it, and a branch of UNION ALL is left only as what its
 * columns are translated to.
 */
static List *
gd_parts_of(List *parts, PlannerInfo *root)
{
	parts = lappend(parts, root->parse);
	parts = lappend(parts, root->append_rel_list);
	return lappend(parts, root->placeholder_list);
}

/*
 * Whatever a function is given it may keep.  The one meant may be shadowed by
 * another department's, so a statement that reads calls nobody else's.  Another
 * department's view or policy may call the server's own to the same end, such as
 * pg_notify() and setval(): it brings no volatile one along.
 */
static void
gd_check_calls(PlannerInfo *root, const GdAttachment *att, GdVerdict *v)
{
	Oid			reader = InSecurityRestrictedOperation() ? GetUserId() : GetOuterUserId();
	List	   *parts;
	bool		handed = false;
	bool		foreign = false;
	bool		effects = false;
	ListCell   *lc;

	if (gd_own_writing() || InNoForceRLSOperation())
		return;
	while (root->parent_root)
		root = root->parent_root;
	parts = gd_parts_of(NIL, root);
	foreach(lc, root->glob->subroots)
		parts = gd_parts_of(parts, (PlannerInfo *) lfirst(lc));
	foreach(lc, parts)
	{
		handed = handed || gd_calls_foreign(lfirst(lc), reader);
		foreign = foreign || gd_uses_foreign_code(lfirst(lc), reader, gd_is_attached);
	}
	if (handed)
		gd_refuse_because(att, v, 33, _("A function or domain of another department would be handed what is read."));
	foreach(lc, parts)
		effects = effects || (foreign && gd_has_effects(lfirst(lc)));
	if (effects)
		gd_refuse_because(att, v, 33, _("A view or policy of another department is part of the statement, which calls a volatile function, locks rows or maps tables to XML: what is read could be carried away."));
}

static void
gd_relation_info(PlannerInfo *root, Oid relationObjectId, bool inhparent, RelOptInfo *rel)
{
	RangeTblEntry *rte;
	GdPerms    *perms;
	const GdAttachment *att;
	GdSubject	s;
	GdVerdict	v = {0};

	if (gd_prev_relation_info)
		gd_prev_relation_info(root, relationObjectId, inhparent, rel);
	att = gd_attachment(relationObjectId);
	if (att == NULL)
		return;

	rte = planner_rt_fetch(rel->relid, root);
	perms = GD_RTE_PERMS(root->parse, rte);
	s = gd_subject(att, true);
	v.department = s.department;
	if (perms == NULL || !(perms->requiredPerms & ACL_SELECT))
	{
		const GdAttachment *named = gd_attachment(gd_named_relation(root, rel));

		if (perms == NULL && s.reader != GD_READER_OWN && s.reader != GD_READER_ADMINISTRATOR &&
			(named == NULL || named->root != att->root))
			gd_refuse_because(att, &v, 20, _("The table is read through a parent that is not attached."));
		return;
	}
	v.asked = perms->selectedCols;
	if (s.reader == GD_READER_REFUSED)
		gd_refuse_with(att, &v, 20, s.why, s.hint);
	/* before the server says so without giving the reason, for nobody may select from what is not open */
	if (s.reader == GD_READER_PUBLIC && !att->open)
	{
		gd_deny_closed(&v);
		gd_refuse_read(att, &v);
	}
	if (s.reader != GD_READER_PUBLIC)
		gd_check_calls(root, att, &v);
	if (s.reader == GD_READER_ADMINISTRATOR)
		return;
	if (!gd_same_department(perms->checkAsUser, &s, att) || !gd_same_department(GetUserId(), &s, att))
		gd_refuse_because(att, &v, 33, _("The read comes through a view or rule of another department: what was authorized cannot be passed on."));
	if (s.reader == GD_READER_OWN)
		return;
	if (rte->securityQuals == NIL)
		gd_refuse_unfiltered(att, &v);
	gd_take_clauses(rte, att->root);
	if (gd_has_row_filter(rte))
	{
		gd_filtered = att->relid;
		gd_ever_filtered = true;
	}
}

/* does it read an attached table, itself or through a view? */
static bool
gd_names_attached(Query *query)
{
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_RELATION ? gd_attachment(rte->relid) != NULL :
			rte->rtekind == RTE_SUBQUERY && gd_names_attached(rte->subquery))
			return true;
	}
	return false;
}

/*
 * While row_security is off the server refuses what is filtered; here that gets
 * its reason and its record.
 */
static void
gd_refuse_without_row_security(const GdAttachment *att, const GdPerms *perms)
{
	GdSubject	s = gd_subject(att, false);
	GdVerdict	v = {0};

	if (s.reader != GD_READER_DEPARTMENT && s.reader != GD_READER_PUBLIC)
		return;
	v.department = s.department;
	v.asked = perms->selectedCols;
	gd_refuse_with(att, &v, 20, _("Setting row_security is off, and departments read the rows that row security lets through."),
				   "SET row_security = on;");
}

static bool
gd_row_security_walker(Node *node, void *context)
{
	Query	   *query = (Query *) node;
	ListCell   *lc;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, gd_row_security_walker, context);
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		const GdAttachment *att = rte->rtekind == RTE_RELATION ? gd_attachment(rte->relid) : NULL;
		GdPerms    *perms = att ? GD_RTE_PERMS(query, rte) : NULL;

		if (perms && (perms->requiredPerms & ACL_SELECT))
			gd_refuse_without_row_security(att, perms);
	}
	return query_tree_walker(query, gd_row_security_walker, context, 0);
}

void
gd_check_row_security(Query *query)
{
	if (!row_security && gd_defining == 0)
		(void) gd_row_security_walker((Node *) query, NULL);
}

/* A plan is printed before the columns are judged, and its estimates come from their values. */
static void
gd_check_printed(PlannedStmt *plan)
{
	ListCell   *lc;

	foreach(lc, plan->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		const GdAttachment *att = rte->rtekind == RTE_RELATION ? gd_attachment(rte->relid) : NULL;
		GdPerms    *perms = att ? GD_PLAN_PERMS(plan, rte) : NULL;
		GdVerdict	v;

		if (perms == NULL || !(perms->requiredPerms & ACL_SELECT) || gd_own_writing())
			continue;
		v = gd_judge_read(att, perms->selectedCols).verdict;
		if (!v.allowed)
			gd_refuse_read(att, &v);
	}
}

static PlannedStmt *
gd_planner(Query *parse, const char *query_string, int cursorOptions, ParamListInfo boundParams)
{
	List	   *outer = gd_marks;
	Oid			outer_filtered = gd_filtered;
	PlannedStmt *result = NULL;
	/* looked at now, for planning changes it */
	bool		only_returns = gd_names_attached(parse) && gd_only_returns(parse);

	gd_marks = NIL;
	gd_filtered = InvalidOid;
	PG_TRY();
	{
		if (gd_prev_planner)
			result = gd_prev_planner(parse, query_string, cursorOptions, boundParams);
		else
			result = standard_planner(parse, query_string, cursorOptions, boundParams);
		/* asked now, for functions that were called to estimate may have switched it on */
		if (OidIsValid(gd_filtered) && gd_plan_is_printed())
			gd_refuse_printing(gd_filtered);
		if (Debug_print_plan)
			gd_check_printed(result);
		if (gd_marks != NIL && only_returns && !gd_asks_others(result))
			gd_add_mark(GD_MARK_ONLY_RETURNS, 0);
		result->invalItems = list_concat(result->invalItems, gd_marks);
	}
	PG_FINALLY();
	{
		gd_marks = outer;
		gd_filtered = outer_filtered;
	}
	PG_END_TRY();
	return result;
}

/* was all that the plan reads of the relation planned for this? */
static bool
gd_plan_has_mark(PlannedStmt *plan, Oid root, uint32 mark)
{
	ListCell   *lc;
	bool		of_root = false;
	bool		found = false;

	foreach(lc, plan->invalItems)
	{
		PlanInvalItem *item = lfirst_node(PlanInvalItem, lc);

		if (item->cacheId == GD_MARK_ROOT)
			of_root = item->hashValue == root;
		else if (item->cacheId == GD_MARK && of_root)
		{
			if (item->hashValue != mark)
				return false;
			found = true;
		}
	}
	return found;
}

static bool
gd_plan_has_kind(PlannedStmt *plan, int kind)
{
	ListCell   *lc;

	foreach(lc, plan->invalItems)
		if (lfirst_node(PlanInvalItem, lc)->cacheId == kind)
			return true;
	return false;
}

/* ---- execute ---- */

/* what was planned or begun as the reading of an attached table goes no further */
static void
gd_refuse_detached(void)
{
	ResetPlanCache();
	ereport(ERROR,
			(errcode(GD_ERRCODE(18)),
			 errmsg("the table is no longer attached"),
			 errdetail("Its resource was detached while it was being read. Measures, Article 18."),
			 errhint("Run the statement again.")));
}

/* one relation that a running statement reads */
typedef struct GdUse
{
	Oid			relid;
	Bitmapset  *columns;		/* the plan's */
	char		basis;
	bool		copy;
	int64		department;
	int64		authorization;
	int32		version;
	GdLogEntry *entry;			/* its record, until it is put */
	GdReadKey	key;			/* of the record then */
	bool		ended;			/* on record, too */
	struct GdUse *next;
} GdUse;

/* a statement that reads attached relations, from its start to its end */
typedef struct GdExecution
{
	QueryDesc  *queryDesc;
	GdUse	   *uses;
	GdUse	   *last;
	GdUse		first;			/* of the uses; most have no other */
	uint64		rows;			/* of the runs that are over: a cursor has one for each fetch */
	MemoryContextCallback callback;
	struct GdExecution *next;
} GdExecution;

static GdExecution *gd_executions = NULL;

/*
 * A statement whose permissions are found missing reads nothing.  One that is
 * refused further up the stack is another one.
 */
static void
gd_drop_uses(void)
{
	for (GdExecution *e = gd_checking ? gd_executions : NULL; e; e = e->next)
		for (GdUse *u = e->queryDesc == gd_checking ? e->uses : NULL; u; u = u->next)
			if (u->entry != NULL)
			{
				u->entry = NULL;
				u->ended = true;
			}
}

/* the records of what it reads, before it does */
static void
gd_put_uses(GdExecution *e)
{
	for (GdUse *u = e->uses; u; u = u->next)
	{
		if (u->entry == NULL)
			continue;
		u->key = gd_log_put(u->entry);
		u->entry = NULL;
	}
}

/*
 * How it ended, whether it had begun or not.  Where the record of a completed
 * read cannot be put, that is an error, and what is left is put as failed.
 */
static void
gd_log_uses(GdExecution *e, int64 rows, bool completed)
{
	for (GdUse *u = e->uses; u; u = u->next)
	{
		if (u->ended)
			continue;
		if (u->entry == NULL)
			gd_log_end(u->key, rows, completed);
		else if (completed)
			gd_log_put_ended(u->entry, rows, completed);
		else
			gd_log_put_failed(u->entry);
		u->entry = NULL;
		u->ended = true;
	}
}

/* the statement's memory goes: by its end, or by an error */
static void
gd_execution_gone(void *arg)
{
	GdExecution *gone = arg;

	for (GdExecution **e = &gd_executions; *e; e = &(*e)->next)
	{
		if (*e != gone)
			continue;
		*e = gone->next;
		break;
	}
	/* the rows of a run that failed are not known, those of the fetches before it are */
	gd_log_uses(gone, gone->rows > 0 ? (int64) gone->rows : -1, false);
}

static GdExecution *
gd_execution_of(QueryDesc *queryDesc, bool create)
{
	GdExecution *e;

	for (e = gd_executions; e; e = e->next)
		if (e->queryDesc == queryDesc)
			return e;
	if (!create)
		return NULL;
	e = MemoryContextAllocZero(queryDesc->estate->es_query_cxt, sizeof(GdExecution));
	e->queryDesc = queryDesc;
	e->callback.func = gd_execution_gone;
	e->callback.arg = e;
	MemoryContextRegisterResetCallback(queryDesc->estate->es_query_cxt, &e->callback);
	e->next = gd_executions;
	gd_executions = e;
	return e;
}

/*
 * Are rows being persisted rather than returned?  So are those of a cursor that
 * outlives its transaction: declared so, or a loop's that commits.
 */
static bool
gd_is_copying(QueryDesc *queryDesc)
{
	CommandDest dest = queryDesc->dest ? queryDesc->dest->mydest : DestNone;

	return queryDesc->operation != CMD_SELECT || queryDesc->plannedstmt->hasModifyingCTE ||
		dest == DestIntoRel || dest == DestTransientRel || dest == DestCopyOut ||
		(ActivePortal && ((ActivePortal->cursorOptions & CURSOR_OPT_HOLD) ||
						  (ActivePortal->holdStore && ActivePortal->strategy == PORTAL_ONE_SELECT)));
}

/* what is read may not be kept: the request for as much in mode copy */
static void
gd_refuse_copying(const GdAttachment *att, GdVerdict *v)
{
	StringInfoData items;
	char	   *rest = pstrdup(v->items);
	char	   *item;

	initStringInfo(&items);
	while ((item = strsep(&rest, ",")) != NULL)
		if (item[0] != '\0')
			appendStringInfo(&items, "%s%s", items.len ? ", " : "", quote_literal_cstr(item));
	v->article = 33;
	v->why = _("Persisting rows needs an authorization of mode copy.");
	v->hint = NULL;
	v->missing = items.len ? items.data : NULL;
	v->to_copy = true;
	gd_refuse_read(att, v);
}

/* what else the statement reads of the same relation, as long as its record is not put */
static GdUse *
gd_use_of(GdExecution *e, Oid relid)
{
	for (GdUse *u = e->uses; u; u = u->next)
		if (u->relid == relid && u->entry != NULL)
			return u;
	return NULL;
}

static GdUse *
gd_add_use(GdExecution *e, Oid relid)
{
	GdUse	   *u = e->uses == NULL ? &e->first :
		MemoryContextAllocZero(e->queryDesc->estate->es_query_cxt, sizeof(GdUse));

	u->relid = relid;
	u->next = NULL;
	*(e->last ? &e->last->next : &e->uses) = u;
	e->last = u;
	return u;
}

/*
 * A statement may name a relation several times; it has one record of it, with
 * all columns.
 */
static void
gd_record_use(const GdAttachment *att, GdVerdict *v, Bitmapset *columns)
{
	char		kind = GD_READ_KIND_READ;
	GdRead		read;
	GdExecution *e = gd_execution_of(gd_starting, true);
	GdUse	   *u = gd_use_of(e, att->relid);
	MemoryContext old = MemoryContextSwitchTo(gd_starting->estate->es_query_cxt);

	if (u != NULL)
	{
		columns = bms_union(u->columns, columns);
		*v = gd_judge_read(att, columns).verdict;
		if (!v->allowed)
			gd_refuse_read(att, v);
	}
	if (gd_starting_flags & EXEC_FLAG_EXPLAIN_ONLY)
		kind = GD_READ_KIND_EXPLAIN;
	else if (gd_is_copying(gd_starting))
		kind = GD_READ_KIND_COPY;
	/* what is not begun is no copy on record */
	if (kind == GD_READ_KIND_COPY && !v->copy)
		gd_refuse_copying(att, v);
	read = gd_read_of(att, v, kind);
	if (u == NULL)
		u = gd_add_use(e, att->relid);
	u->columns = columns;
	u->basis = v->basis;
	u->copy = v->copy;
	u->department = v->department;
	u->authorization = v->authorization;
	u->version = v->version;
	u->entry = gd_log_prepare(&read);
	MemoryContextSwitchTo(old);
}

/* What is not run is on record now, and so is all on a standby, where nothing waits. */
static void
gd_put_at_once(void)
{
	GdExecution *e = gd_executions && gd_starting ? gd_execution_of(gd_starting, false) : NULL;

	if (e == NULL || !((gd_starting_flags & EXEC_FLAG_EXPLAIN_ONLY) || RecoveryInProgress()))
		return;
	gd_put_uses(e);
	gd_log_settle();
}

/* where the COPY TO that is being executed keeps the record of its table; NULL in any other statement */
static GdReadKey *gd_table_copy = NULL;

/*
 * A statement that has no plan of ours: COPY TO scans the table itself unless
 * row security makes it a query, and then the query is judged.
 */
static void
gd_check_planless(const GdAttachment *att, GdVerdict *v, const GdSubject *s, GdPerms *perms)
{
	GdRead		read;

	if (check_enable_rls(perms->relid, perms->checkAsUser, true) == RLS_ENABLED)
		return;
	if (s->reader != GD_READER_OWN && s->reader != GD_READER_ADMINISTRATOR)
		gd_refuse_unfiltered(att, v);
	read = gd_read_of(att, v, GD_READ_KIND_COPY);
	if (gd_table_copy)
		*gd_table_copy = gd_log_start(&read);
	else
		gd_log_end(gd_log_start(&read), -1, true);
}

/*
 * A statement may name the relation several times: what is missing is missing
 * for all of it, and one request asks for it.
 */
static void
gd_refuse_columns(const GdAttachment *att, const GdSubject *s, GdVerdict *v, List *all)
{
	Bitmapset  *columns = NULL;
	GdVerdict	all_of_it;
	ListCell   *lc;

	if (v->missing)
	{
		foreach(lc, all)
		{
			GdPerms    *perms = (GdPerms *) lfirst(lc);

			if (perms->relid == att->relid && (perms->requiredPerms & ACL_SELECT))
				columns = bms_add_members(columns, perms->selectedCols);
		}
		all_of_it = gd_verdict(att, s, columns);
		v->missing = all_of_it.missing;
		v->items = all_of_it.items;
	}
	gd_refuse_read(att, v);
}

static void
gd_check_one(GdPerms *perms, const GdAttachment *att, List *rangeTable, List *all)
{
	GdJudgement judged = gd_judge_read(att, perms->selectedCols);
	GdSubject	s = judged.subject;
	GdVerdict	v = judged.verdict;
	bool		planned = gd_starting && gd_starting->plannedstmt->rtable == rangeTable;

	if (!v.allowed)
		gd_refuse_columns(att, &s, &v, all);
	if (IsParallelWorker() && s.reader != GD_READER_ADMINISTRATOR)
		gd_refuse_because(att, &v, 20, _("A function reads it in a parallel worker, where it is not known on whose behalf; declare the function PARALLEL RESTRICTED."));
	if (s.reader != GD_READER_ADMINISTRATOR && !gd_same_department(perms->checkAsUser, &s, att))
		gd_refuse_because(att, &v, 33, _("The read comes through a view or rule of another department: what was authorized cannot be passed on."));
	if (!planned)
	{
		gd_check_planless(att, &v, &s, perms);
		return;
	}
	if (s.reader != GD_READER_OWN && s.reader != GD_READER_ADMINISTRATOR)
	{
		if (perms->requiredPerms & ~ACL_SELECT)
			gd_refuse_because(att, &v, 6, _("Only the provider changes or locks its rows."));
		if (gd_explaining > 0 && v.filtered)
			gd_refuse_because(att, &v, 20, _("EXPLAIN would say how many rows the filter hides."));
		if (!gd_plan_has_mark(gd_starting->plannedstmt, att->root, gd_mark(att->root, v.authorization, v.version)))
			gd_refuse_because(att, &v, 20, _("The plan was made for another authorization or without the row filter; run the statement again."));
	}
	gd_record_use(att, &v, perms->selectedCols);
}

/* what goes round the columns and rows of an authorization is for the provider itself */
static void
gd_keep_to_provider(const GdAttachment *att, const char *why)
{
	GdSubject	s = gd_subject(att, false);
	GdVerdict	v = {0};

	v.department = s.department;
	if (s.reader != GD_READER_OWN && s.reader != GD_READER_ADMINISTRATOR)
		gd_refuse_because(att, &v, 20, why);
}

/* an attached child without permissions of its own needs its named ancestor checked */
static void
gd_check_children(List *rangeTable, List *roots)
{
	ListCell   *lc;

	foreach(lc, rangeTable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		const GdAttachment *att;

		if (rte->rtekind != RTE_RELATION || GD_HAS_PERMS(rte))
			continue;
		att = gd_attachment(rte->relid);
		if (att == NULL || list_member_oid(roots, att->root))
			continue;
		gd_keep_to_provider(att, _("The table is read through a parent that is not attached."));
	}
}

/*
 * Statistics hold values.  pg_stats and its like keep back those of tables with
 * row security, but not from a role that row security does not hold.
 */
static void
gd_check_statistics(const GdPerms *perms)
{
	List	   *roots;
	Oid			role = OidIsValid(perms->checkAsUser) ? perms->checkAsUser : GetUserId();
	/* the system's views keep back what row security hides, but not the values of an index */
	bool		unhidden = !superuser_arg(role) || has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_DATA);
	ListCell   *lc;

	if (superuser() || !OidIsValid(gd_relid(GD_ATTACHMENT)))
		return;
	roots = gd_attached_relations();
	foreach(lc, roots)
	{
		const GdAttachment *att;

		if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(lc))) ||
			(!unhidden && check_enable_rls(lfirst_oid(lc), InvalidOid, true) == RLS_ENABLED))
			continue;
		att = gd_attachment(lfirst_oid(lc));
		if (att == NULL)
			continue;
		gd_keep_to_provider(att, _("Statistics hold values of its columns, and row security does not act on this role."));
	}
}

/*
 * A write tells: how many rows there are, whether a key is taken, and in an error
 * a whole row.
 */
static void
gd_check_writer(const GdAttachment *att)
{
	GdVerdict	v = {0};

	if (!gd_is_strangers(att))
		return;
	v.department = gd_subject(att, false).department;
	gd_refuse_with(att, &v, 6, _("It is written by a function, view or table of another department."),
				   _("Write to the table by itself, in a statement that uses only your own department's objects."));
}

static void
gd_check_reads(GD_CHECK_PERMS_PARAMS)
{
	List	   *roots = NIL;
	ListCell   *lc;
	bool		heard = false;

	(void) ereport_on_violation;
	foreach(lc, GD_CHECK_PERMS_LIST)
	{
		GdPerms    *perms = (GdPerms *) lfirst(lc);
		const GdAttachment *att = perms->requiredPerms ? gd_attachment(perms->relid) : NULL;

		if (perms->relid == StatisticRelationId || perms->relid == StatisticExtDataRelationId)
			gd_check_statistics(perms);
		if (att == NULL)
			continue;
		/* news of a suspension reaches a transaction that is open already */
		if (!heard)
		{
			AcceptInvalidationMessages();
			heard = true;
			att = gd_attachment(perms->relid);
			if (att == NULL)
				continue;
		}
		roots = lappend_oid(roots, att->root);
		if (perms->requiredPerms & ACL_SELECT)
			gd_check_one(perms, att, rangeTable, GD_CHECK_PERMS_LIST);
		else
			gd_check_writer(att);
	}
	if (roots == NIL && gd_starting && gd_starting->plannedstmt->rtable == rangeTable &&
		gd_plan_has_kind(gd_starting->plannedstmt, GD_MARK))
		gd_refuse_detached();
	gd_check_children(rangeTable, roots);
	gd_put_at_once();
}

static bool
gd_check_perms(GD_CHECK_PERMS_PARAMS)
{
	if (gd_prev_check_perms && !gd_prev_check_perms(GD_CHECK_PERMS_ARGS))
		return false;
	/*
	 * A caller that only asks is neither refused nor recorded.  A parallel
	 * worker's own plan was checked in the leader; what functions run in the
	 * worker was not.
	 */
	if (ereport_on_violation && !gd_own_writing() && (!IsParallelWorker() || gd_in_statement()))
	{
		QueryDesc  *outer = gd_checking;

		gd_checking = gd_starting;
		PG_TRY();
		{
			gd_check_reads(GD_CHECK_PERMS_ARGS);
		}
		PG_FINALLY();
		{
			gd_checking = outer;
		}
		PG_END_TRY();
	}
	gd_permissions_checked();
	return true;
}

static void
gd_executor_start(QueryDesc *queryDesc, int eflags)
{
	QueryDesc  *outer = gd_starting;
	int			outer_flags = gd_starting_flags;

	gd_speak();					/* a parallel worker has analyzed nothing */
	gd_starting = queryDesc;
	gd_starting_flags = eflags;
	PG_TRY();
	{
		if (gd_prev_executor_start)
			gd_prev_executor_start(queryDesc, eflags);
		else
			standard_ExecutorStart(queryDesc, eflags);
	}
	PG_FINALLY();
	{
		gd_starting = outer;
		gd_starting_flags = outer_flags;
	}
	PG_END_TRY();
}

/* ---- run ---- */

/* former terms are the terms they were */
static char
gd_terms(char basis)
{
	return basis == GD_READ_BASIS_CONTINUED ? GD_READ_BASIS_CLASS : basis;
}

/* Each fetch of a cursor is judged again: it may have been open for days. */
static void
gd_check_again(GdUse *u, bool copying)
{
	const GdAttachment *att = gd_attachment(u->relid);
	GdVerdict	v;

	if (att == NULL)
		gd_refuse_detached();
	v = gd_judge_read(att, u->columns).verdict;
	if (!v.allowed)
		gd_refuse_read(att, &v);
	if (gd_terms(v.basis) != gd_terms(u->basis) || v.department != u->department ||
		v.authorization != u->authorization || v.version != u->version)
		gd_refuse_because(att, &v, 20, _("The statement was begun under another authorization; run it again."));
	if (copying && !v.copy)
		gd_refuse_copying(att, &v);
}

static void
gd_run(GD_EXECUTOR_RUN_PARAMS)
{
	if (gd_prev_enforce_run)
		gd_prev_enforce_run(GD_EXECUTOR_RUN_ARGS);
	else
		standard_ExecutorRun(GD_EXECUTOR_RUN_ARGS);
}

/*
 * Is it likely to be over soon, and run in one go?  Then one record says that it
 * began and how it ended.  Of others the beginning is on record first.
 */
static bool
gd_is_quick(const QueryDesc *queryDesc, uint64 count)
{
	return count == 0 && queryDesc->plannedstmt->planTree->total_cost < GD_QUICK_COST &&
		ActivePortal && ActivePortal->name[0] == '\0';
}

/* GdHeld.permit */
static void
gd_permit(void *arg, bool over)
{
	GdExecution *e = arg;

	if (over)
		gd_log_uses(e, (int64) (e->rows + e->queryDesc->estate->es_processed), true);
	else
		gd_put_uses(e);
}

/*
 * Does an error say something of what was read?  Not one that came from outside,
 * says that there is no record, or is the server's own trouble: locks of its may be held.
 */
static bool
gd_error_tells(int code)
{
	return code != ERRCODE_QUERY_CANCELED && code != ERRCODE_ADMIN_SHUTDOWN && code != GD_ERRCODE(32) &&
		ERRCODE_TO_CATEGORY(code) != ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR);
}

/* Run while the record is being written. */
static void
gd_run_held(GdExecution *e, GD_EXECUTOR_RUN_PARAMS)
{
	GdHeld		held;
	bool		quick = gd_is_quick(queryDesc, count);

	if (!quick)
		gd_put_uses(e);
	gd_hold(&held, queryDesc, quick ? gd_permit : NULL, e);
	PG_TRY();
	{
		gd_run(GD_EXECUTOR_RUN_ARGS);
	}
	PG_CATCH();
	{
		queryDesc->dest = held.receiver;
		if (!held.open && gd_error_tells(geterrcode()))
		{
			gd_put_uses(e);
			gd_log_settle();
		}
		PG_RE_THROW();
	}
	PG_END_TRY();
	queryDesc->dest = held.receiver;
	gd_let_go(&held);
}

static void
gd_enforce_run(GD_EXECUTOR_RUN_PARAMS)
{
	GdExecution *e = gd_executions ? gd_execution_of(queryDesc, false) : NULL;
	bool		copying;

	if (e == NULL)
	{
		gd_run(GD_EXECUTOR_RUN_ARGS);
		return;
	}
	copying = gd_is_copying(queryDesc);
	AcceptInvalidationMessages();
	for (GdUse *u = e->uses; u; u = u->next)
		gd_check_again(u, copying);
	if (!copying && gd_can_hold(queryDesc) &&
		gd_plan_has_kind(queryDesc->plannedstmt, GD_MARK_ONLY_RETURNS))
		gd_run_held(e, GD_EXECUTOR_RUN_ARGS);
	else
	{
		gd_put_uses(e);
		gd_log_settle();
		gd_run(GD_EXECUTOR_RUN_ARGS);
	}
	e->rows += queryDesc->estate->es_processed;
}

static void
gd_executor_end(QueryDesc *queryDesc)
{
	GdExecution *e = gd_executions ? gd_execution_of(queryDesc, false) : NULL;

	if (e != NULL)
		gd_log_uses(e, (int64) e->rows, true);
	if (gd_prev_executor_end)
		gd_prev_executor_end(queryDesc);
	else
		standard_ExecutorEnd(queryDesc);
}

/* the server tells of each table: children, and what CASCADE takes along */
static void
gd_check_truncate(ObjectAccessType access, Oid classId, Oid objectId, int subId, void *arg)
{
	const GdAttachment *att;

	if (gd_prev_truncate)
		gd_prev_truncate(access, classId, objectId, subId, arg);
	if (access != OAT_TRUNCATE || gd_own_writing())
		return;
	att = gd_attachment(objectId);
	if (att != NULL)
		gd_check_writer(att);
}

static void
gd_run_utility(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
			   ProcessUtilityContext context, ParamListInfo params,
			   QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	int			before = gd_explaining;
	int			defining = gd_defining;
	GdReadKey  *outer = gd_table_copy;
	GdReadKey	copied = {0};

	if (IsA(pstmt->utilityStmt, ExplainStmt))
		gd_explaining++;
	if (IsA(pstmt->utilityStmt, ViewStmt) || IsA(pstmt->utilityStmt, RuleStmt))
		gd_defining++;
	gd_table_copy = IsA(pstmt->utilityStmt, CopyStmt) ? &copied : NULL;
	PG_TRY();
	{
		if (gd_prev_enforce_utility)
			gd_prev_enforce_utility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		else
			standard_ProcessUtility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
	}
	PG_CATCH();
	{
		gd_explaining = before;
		gd_defining = defining;
		gd_table_copy = outer;
		gd_log_end(copied, -1, false);
		PG_RE_THROW();
	}
	PG_END_TRY();
	gd_explaining = before;
	gd_defining = defining;
	gd_table_copy = outer;
	gd_log_end(copied, (int64) qc->nprocessed, true);
}

/* what COPY TO has copied is on record, whether or not the caller wants to know */
static void
gd_enforce_utility(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
				   ProcessUtilityContext context, ParamListInfo params,
				   QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	QueryCompletion own;

	InitializeQueryCompletion(&own);
	gd_run_utility(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc ? qc : &own);
}

void
gd_enforce_init(void)
{
	gd_prev_emit_log = emit_log_hook;
	emit_log_hook = gd_keep_plan;
	gd_prev_permissive = row_security_policy_hook_permissive;
	row_security_policy_hook_permissive = gd_permissive;
	gd_prev_restrictive = row_security_policy_hook_restrictive;
	row_security_policy_hook_restrictive = gd_restrictive;
	gd_prev_relation_info = get_relation_info_hook;
	get_relation_info_hook = gd_relation_info;
	gd_prev_planner = planner_hook;
	planner_hook = gd_planner;
	gd_prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = gd_executor_start;
	gd_prev_enforce_run = ExecutorRun_hook;
	ExecutorRun_hook = gd_enforce_run;
	gd_prev_executor_end = ExecutorEnd_hook;
	ExecutorEnd_hook = gd_executor_end;
	gd_prev_check_perms = ExecutorCheckPerms_hook;
	ExecutorCheckPerms_hook = gd_check_perms;
	gd_prev_truncate = object_access_hook;
	object_access_hook = gd_check_truncate;
	gd_prev_enforce_utility = ProcessUtility_hook;
	ProcessUtility_hook = gd_enforce_utility;
}
