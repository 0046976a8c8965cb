/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  The row filter of an authorization.
 *
 * A filter runs with the rights of whoever reads, so it may use only what
 * cannot run anybody's code: columns of the table, constants, and operators
 * and functions that come with the server and depend on nothing but their
 * arguments, and now(), which is the time of the statement.  Other stable
 * functions depend on settings of the reader's, such as its time zone, or can
 * be pointed at code: table_to_xml() at a view, jsonb_populate_record() at a
 * domain's CHECK, to_json() at a cast.  For the same reason no type may be
 * anybody's own, except domains and enums, whose values are the server's.
 *
 * The reader's session parses it, so every setting that changes what a text
 * means is fixed meanwhile: an operator of a department's own is not found,
 * and '01/02/2026' is the same day for everybody.  What would be another one in
 * each session all the same is refused: 'now', and what is read at run time.
 *
 * Analysis itself runs code: a literal becomes a value by the input function of
 * whatever type its context asks for, down to the CHECK of a domain.  So the text
 * is looked through before, each time, for the name of a type may stand for
 * another one by now; and it is analyzed with the rights of the table's owner.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/transam.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_clause.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

#include "access.h"

/* the article under which the text is judged: 20 for a row filter, 13 for a rule */
static int	gd_filter_article = 20;

static void
gd_refuse_filter_instead(const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(gd_filter_article)),
			 gd_filter_article == 20 ? errmsg("this row filter is not allowed") : errmsg("this condition is not allowed"),
			 errdetail("It contains %s. Measures, Article %d.", what, gd_filter_article),
			 errhint("%s", hint)));
}

static void
gd_refuse_filter(const char *what)
{
	gd_refuse_filter_instead(what, _("Compare columns of the table with constants, using the server's own operators."));
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
	Oid		   *args;
	int			nargs;

	(void) context;
	if (function >= FirstNormalObjectId || get_func_retset(function))
		return true;
	if (func_volatile(function) == PROVOLATILE_IMMUTABLE)
		return false;
	/* what the time is; not what a time is in the session's zone */
	return func_volatile(function) == PROVOLATILE_VOLATILE ||
		get_func_signature(function, &args, &nargs) != TIMESTAMPTZOID || nargs > 0;
}

/* a type of the server, or one whose values are */
bool
gd_type_allowed(Oid type)
{
	type = getBaseType(type);
	return type < FirstNormalObjectId || type_is_enum(type);
}

/* an operator of the server, not only one over a function of the server */
static bool
gd_operator_allowed(Node *node)
{
	Oid			operator = InvalidOid;

	if (IsA(node, OpExpr) || IsA(node, DistinctExpr) || IsA(node, NullIfExpr))
		operator = ((OpExpr *) node)->opno;
	else if (IsA(node, ScalarArrayOpExpr))
		operator = ((ScalarArrayOpExpr *) node)->opno;
	return operator < FirstNormalObjectId;
}

/*
 * What an abbreviation stands for, the reader's setting timezone_abbreviations
 * says, at run time: only the names of the zones themselves are the same for all.
 */
static void
gd_check_zone(FuncExpr *f)
{
	Const	   *zone = f->args ? linitial(f->args) : NULL;
	char	   *name;

	if (f->funcid != F_TIMEZONE_TEXT_TIMESTAMPTZ && f->funcid != F_TIMEZONE_TEXT_TIMESTAMP &&
		f->funcid != F_TIMEZONE_TEXT_TIMETZ)
		return;
	name = IsA(zone, Const) && !zone->constisnull ? TextDatumGetCString(zone->constvalue) : "";
	if (strchr(name, '/') == NULL && strcmp(name, "UTC") != 0)
		gd_refuse_filter_instead(_("a time zone that is not named in full"),
								 _("Name the zone in full, for example 'Asia/Shanghai', or 'UTC'."));
}

/* a date or a time, or something made of them */
static bool
gd_is_made_of_times(Oid type)
{
	Oid			part;
	char		category;
	bool		preferred;

	type = getBaseType(type);
	if (type_is_multirange(type))
		type = get_multirange_range(type);
	part = type_is_range(type) ? get_range_subtype(type) : get_element_type(type);
	if (OidIsValid(part))
		return gd_is_made_of_times(part);
	get_type_category_preferred(type, &category, &preferred);
	return category == TYPCATEGORY_DATETIME || category == TYPCATEGORY_COMPOSITE;
}

/* Does it say when it is read?  In ranges and arrays parts of a word may be quoted. */
static bool
gd_names_the_present(const char *literal)
{
	static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};
	char	   *bare = palloc(strlen(literal) + 1);
	char	   *to = bare;

	for (; *literal; literal++)
		if (*literal != '"' && *literal != '\\')
			*to++ = pg_ascii_tolower((unsigned char) *literal);
	*to = '\0';
	for (int i = 0; i < (int) lengthof(words); i++)
		if (strstr(bare, words[i]))
			return true;
	return false;
}

/*
 * 'now' becomes the time of parsing, which is another one in each session.
 * Only the text has the word; "context" is the constant that is made of it.
 */
static bool
gd_present_walker(Node *node, void *context)
{
	A_Const    *literal = (A_Const *) node;

	if (node == NULL)
		return false;
	if (IsA(node, A_Const) && literal->location == ((Const *) context)->location &&
		IsA(&literal->val, String) && gd_names_the_present(strVal(&literal->val)))
		gd_refuse_filter_instead(_("a date or time that depends on when it is read, such as 'now' or 'today'"),
								 _("Use now(), which is the time of the statement, or name the day."));
	return raw_expression_tree_walker(node, gd_present_walker, context);
}

/* "context" is what the expression was made of */
static bool
gd_filter_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (!gd_is_plain_node(node))
		gd_refuse_filter(_("a subquery, a parameter, a cast or another construct that could run code"));
	if (IsA(node, Var) && ((Var *) node)->varattno <= 0)
		gd_refuse_filter(_("a system column or a whole row"));
	if (!IsA(node, List) && !gd_type_allowed(exprType(node)))
		gd_refuse_filter(_("a type that does not come with the server"));
	if (!gd_operator_allowed(node))
		gd_refuse_filter(_("an operator that does not come with the server"));
	if (check_functions_in_node(node, gd_function_not_allowed, context))
		gd_refuse_filter(_("a function that is not immutable, returns a set or does not come with the server"));
	if (IsA(node, FuncExpr))
		gd_check_zone((FuncExpr *) node);
	if (IsA(node, Const) && gd_is_made_of_times(((Const *) node)->consttype))
		(void) gd_present_walker(context, node);
	return expression_tree_walker(node, gd_filter_walker, context);
}

/* a name of the server's own: without a schema, as the path is fixed, or in pg_catalog */
static bool
gd_is_servers_name(List *name)
{
	return list_length(name) == 1 ||
		(list_length(name) == 2 && strcmp(strVal(linitial(name)), "pg_catalog") == 0);
}

/* Is this column's type one into which literals may be turned? */
static void
gd_check_raw_column(ColumnRef *ref, Relation rel)
{
	Node	   *name = llast(ref->fields);
	AttrNumber	attnum = IsA(name, String) ? get_attnum(RelationGetRelid(rel), strVal(name)) : InvalidAttrNumber;

	if (attnum == InvalidAttrNumber && IsA(name, String) && strcmp(strVal(name), RelationGetRelationName(rel)) == 0)
		gd_refuse_filter(_("a system column or a whole row"));
	if (attnum > 0 && !gd_type_allowed(get_atttype(RelationGetRelid(rel), attnum)))
		gd_refuse_filter(_("a type that does not come with the server"));
}

/* What analysis would evaluate; "context" is the relation. */
static bool
gd_raw_walker(Node *node, void *context)
{
	Oid			type;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_List:
		case T_A_Const:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CoalesceExpr:
		case T_A_ArrayExpr:
		case T_RowExpr:
			break;
		case T_ColumnRef:
			gd_check_raw_column((ColumnRef *) node, (Relation) context);
			return false;
		case T_A_Expr:
			if (!gd_is_servers_name(((A_Expr *) node)->name))
				gd_refuse_filter(_("an operator that does not come with the server"));
			break;
		case T_FuncCall:
			if (!gd_is_servers_name(((FuncCall *) node)->funcname))
				gd_refuse_filter(_("a function that is not immutable, returns a set or does not come with the server"));
			break;
		case T_TypeCast:
			type = typenameTypeId(NULL, ((TypeCast *) node)->typeName);
			if (type >= FirstNormalObjectId && !type_is_enum(type))
				gd_refuse_filter(_("a type that does not come with the server"));
			return gd_raw_walker(((TypeCast *) node)->arg, context);
		default:
			gd_refuse_filter(_("a subquery, a parameter, a cast or another construct that could run code"));
	}
	return raw_expression_tree_walker(node, gd_raw_walker, context);
}

static Node *
gd_parse_filter(const char *text, Relation rel)
{
	char	   *query = psprintf("SELECT (%s)", text);
	List	   *raw = raw_parser(query, RAW_PARSE_DEFAULT);
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *item;
	SelectStmt *select;
	Node	   *written;
	Node	   *expr;

	if (list_length(raw) != 1 || !IsA(linitial_node(RawStmt, raw)->stmt, SelectStmt))
		gd_refuse_filter(_("more than one expression"));
	select = (SelectStmt *) linitial_node(RawStmt, raw)->stmt;
	if (list_length(select->targetList) != 1 || select->fromClause || select->whereClause ||
		select->groupClause || select->havingClause || select->windowClause ||
		select->valuesLists || select->sortClause || select->limitCount || select->limitOffset ||
		select->lockingClause || select->withClause || select->intoClause || select->op != SETOP_NONE)
		gd_refuse_filter(_("more than one expression"));

	written = linitial_node(ResTarget, select->targetList)->val;
	(void) gd_raw_walker(written, rel);

	pstate->p_sourcetext = query;
	item = addRangeTableEntryForRelation(pstate, rel, AccessShareLock, NULL, false, false);
	addNSItemToQuery(pstate, item, false, true, true);
	expr = transformExpr(pstate, copyObject(written), EXPR_KIND_POLICY);
	expr = coerce_to_boolean(pstate, expr, "ROW FILTER");
	assign_expr_collations(pstate, expr);
	(void) gd_filter_walker(expr, written);
	free_parsestate(pstate);
	return expr;
}

/* Fix the settings that change what a text means; the level to undo it. */
static int
gd_fix_settings(void)
{
	static const char *const settings[][2] = {
		{"search_path", "pg_catalog, pg_temp"},
		{"standard_conforming_strings", "on"},
		{"backslash_quote", "safe_encoding"},
		{"transform_null_equals", "off"},
		{"array_nulls", "on"},
		{"DateStyle", "ISO, YMD"},
		{"IntervalStyle", "postgres"},
		{"lc_monetary", "C"},
		{"TimeZone", NULL},
		{"timezone_abbreviations", "Default"}
	};
	int			level = NewGUCNestLevel();

	for (size_t i = 0; i < lengthof(settings); i++)
	{
		const char *value = settings[i][1] ? settings[i][1] : GetConfigOption("govdata.timezone", false, false);

		/* a set of abbreviations is a file to read */
		if (strcmp(GetConfigOption(settings[i][0], false, false), value) != 0)
			(void) set_config_option(settings[i][0], value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	}
	return level;
}

/*
 * The condition as an expression over varno 1, parsed under fixed settings;
 * "canonical", where asked for, is its text as the server writes it.
 */
Node *
gd_row_condition_text(const char *text, Relation rel, int article, char **canonical)
{
	int			level = gd_fix_settings();
	Oid			user;
	int			context;
	Node	   *expr;

	/* an error that leaves through here is undone with its (sub)transaction */
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(rel->rd_rel->relowner, context | SECURITY_RESTRICTED_OPERATION);
	gd_filter_article = article;
	expr = gd_parse_filter(text, rel);
	if (canonical)
		*canonical = deparse_expression(expr, deparse_context_for(RelationGetRelationName(rel), RelationGetRelid(rel)),
										false, false);
	SetUserIdAndSecContext(user, context);
	AtEOXact_GUC(true, level);
	return expr;
}

/*
 * A transaction is the reader's to leave open: its time must not keep rows in
 * that have expired.  A procedure's statements after COMMIT have a newer one than
 * the client's statement.
 */
static Node *
gd_at_statement_mutator(Node *node, void *context)
{
	FuncExpr   *f = (FuncExpr *) node;
	FuncExpr   *statement;
	MinMaxExpr *later;

	if (node == NULL)
		return NULL;
	if (!IsA(node, FuncExpr) || (f->funcid != F_NOW && f->funcid != F_TRANSACTION_TIMESTAMP))
		return expression_tree_mutator(node, gd_at_statement_mutator, context);
	statement = copyObject(f);
	statement->funcid = F_STATEMENT_TIMESTAMP;
	later = makeNode(MinMaxExpr);
	later->op = IS_GREATEST;
	later->minmaxtype = TIMESTAMPTZOID;
	later->args = list_make2(copyObject(f), statement);
	later->location = -1;
	return (Node *) later;
}

Node *
gd_row_filter(const char *text, Relation rel)
{
	return gd_at_statement_mutator(gd_row_condition_text(text, rel, 20, NULL), NULL);
}

/* is this column of the table what it was when that was attached? */
static bool
gd_is_unchanged(const GdAttachment *att, const char *column)
{
	/* a changed item breaks the attachment as a whole */
	for (int i = 0; i < att->ncolumns; i++)
		if (strcmp(att->columns[i].item, column) == 0)
			return true;
	for (int i = 0; i < att->nothers; i++)
		if (strcmp(NameStr(att->others[i]), column) == 0)
			return true;
	return false;
}

typedef struct GdMisfit
{
	const GdAttachment *att;
	char	   *column;
} GdMisfit;

static bool
gd_misfit_walker(Node *node, void *context)
{
	GdMisfit   *misfit = context;
	Node	   *name;

	if (node == NULL)
		return false;
	if (!IsA(node, ColumnRef))
		return raw_expression_tree_walker(node, gd_misfit_walker, context);
	name = llast(((ColumnRef *) node)->fields);
	if (IsA(name, String) && gd_is_unchanged(misfit->att, strVal(name)))
		return false;
	misfit->column = IsA(name, String) ? strVal(name) : "*";
	return true;
}

/*
 * Columns are looked for by their names as written, for a text that no longer
 * fits its table could not be analyzed.
 */
char *
gd_filter_misfit(const char *text, const GdAttachment *att)
{
	GdMisfit	misfit = {att, NULL};
	int			level = gd_fix_settings();
	List	   *raw = raw_parser(psprintf("SELECT (%s)", text), RAW_PARSE_DEFAULT);

	AtEOXact_GUC(true, level);
	(void) gd_misfit_walker(linitial_node(RawStmt, raw)->stmt, &misfit);
	return misfit.column;
}
