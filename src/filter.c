/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  The row filter of an authorization.
 *
 * A filter runs with the rights and the settings of whoever reads, so it may
 * use only what can neither run anybody's code nor be bent by a setting:
 * columns of the table, constants, and immutable operators and functions that
 * come with the server.  It is parsed under settings of our own: neither an
 * operator of a department's own nor its DateStyle changes what it says.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/transam.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_clause.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "access.h"

static void
gd_refuse_filter(const char *what)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("this row filter is not allowed"),
			 errdetail("It contains %s. Measures, Article 20.", what),
			 errhint("Compare columns of the table with constants, using the server's own operators.")));
}

/* expression nodes that run nothing of their own */
static bool
gd_is_plain_node(Node *node)
{
	switch (nodeTag(node))
	{
		case T_Var:
		case T_Const:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_ScalarArrayOpExpr:
		case T_OpExpr:
		case T_FuncExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_RelabelType:
		case T_ArrayExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
		case T_List:
			return true;
		default:
			return false;
	}
}

static bool
gd_function_not_allowed(Oid function, void *context)
{
	(void) context;
	return function >= FirstNormalObjectId || func_volatile(function) != PROVOLATILE_IMMUTABLE ||
		get_func_retset(function);
}

static bool
gd_filter_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (!gd_is_plain_node(node))
		gd_refuse_filter(_("a subquery, a parameter, a cast or another construct that could run code"));
	if (IsA(node, Var) && ((Var *) node)->varattno <= 0)
		gd_refuse_filter(_("a system column or a whole row"));
	if (check_functions_in_node(node, gd_function_not_allowed, context))
		gd_refuse_filter(_("a function that is not immutable, returns a set or does not come with the server"));
	return expression_tree_walker(node, gd_filter_walker, context);
}

static Node *
gd_parse_filter(const char *text, Relation rel)
{
	char	   *query = psprintf("SELECT (%s)", text);
	List	   *raw = raw_parser(query, RAW_PARSE_DEFAULT);
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *item;
	SelectStmt *select;
	Node	   *expr;

	if (list_length(raw) != 1 || !IsA(linitial_node(RawStmt, raw)->stmt, SelectStmt))
		gd_refuse_filter(_("more than one expression"));
	select = (SelectStmt *) linitial_node(RawStmt, raw)->stmt;
	if (list_length(select->targetList) != 1 || select->fromClause || select->whereClause ||
		select->groupClause || select->havingClause || select->windowClause ||
		select->valuesLists || select->sortClause || select->limitCount || select->limitOffset ||
		select->lockingClause || select->withClause || select->intoClause || select->op != SETOP_NONE)
		gd_refuse_filter(_("more than one expression"));

	pstate->p_sourcetext = query;
	item = addRangeTableEntryForRelation(pstate, rel, AccessShareLock, NULL, false, false);
	addNSItemToQuery(pstate, item, false, true, true);
	expr = transformExpr(pstate, linitial_node(ResTarget, select->targetList)->val, EXPR_KIND_POLICY);
	expr = coerce_to_boolean(pstate, expr, "ROW FILTER");
	assign_expr_collations(pstate, expr);
	(void) gd_filter_walker(expr, NULL);
	free_parsestate(pstate);
	return expr;
}

Node *
gd_row_filter(const char *text, Relation rel)
{
	/* what the text of a filter means must not depend on who reads */
	static const char *const settings[][2] = {
		{"search_path", "pg_catalog, pg_temp"},
		{"standard_conforming_strings", "on"},
		{"transform_null_equals", "off"},
		{"array_nulls", "on"},
		{"DateStyle", "ISO, YMD"},
		{"IntervalStyle", "postgres"},
	};
	int			level = NewGUCNestLevel();
	Node	   *expr;

	for (int i = 0; i < (int) lengthof(settings); i++)
		(void) set_config_option(settings[i][0], settings[i][1],
								 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("TimeZone", GetConfigOption("govdata.timezone", false, false),
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	expr = gd_parse_filter(text, rel);
	AtEOXact_GUC(true, level);
	return expr;
}
