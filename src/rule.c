/*-------------------------------------------------------------------------
 *
 * rule.c
 *	  Quality rules: who defines them, and what they mean (Article 13,
 *	  paragraph 2; GB/T 36344).
 *
 * A rule about rows comes down to two conditions on a row, which rows are
 * measured and which of these pass, written and checked like a row filter: no
 * code of anybody's can be part of them.
 *
 * A count is an answer.  Whoever may choose a value in a rule could ask the
 * data about a person, so such a rule of anybody else than the provider runs
 * only once the provider has adopted it; and values are compared with those of
 * another resource only where the provider may read these anyway.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "case.h"
#include "quality.h"

enum
{
	QR_ID = 1, QR_RESOURCE, QR_PROVIDER, QR_PLATFORM, QR_DEFINED_BY, QR_INDICATOR, QR_KIND, QR_TITLE, QR_ITEMS,
	QR_APPLIES_TO, QR_EXPRESSION, QR_PATTERN, QR_ALLOWED, QR_LOW, QR_HIGH, QR_REFERENCE, QR_REFERENCE_ITEMS,
	QR_EXPECTED, QR_WITHIN, QR_THRESHOLD, QR_STATE, QR_DEFINED_AT, QR_DECIDED_AT, QR_RETIRED_AT, QR_REASON
};

static const char *const gd_rule_columns[] = {
	"id", "resource", "provider", "platform", "defined_by", "indicator", "kind", "title", "items",
	"applies_to", "expression", "pattern", "allowed", "low", "high", "reference", "reference_items",
	"expected", "within", "threshold", "state", "defined_at", "decided_at", "retired_at", "reason"
};

#define GD_MANY_ITEMS	32

static const GdQualityKind gd_quality_kinds[] = {
	{"expression", GD_BY_ROW, 0, GD_MANY_ITEMS, true, "expression"},
	{"pattern", GD_BY_ROW, 1, 1, true, "pattern"},
	{"values", GD_BY_ROW, 1, 1, true, "allowed"},
	{"length", GD_BY_ROW, 1, 1, true, "high"},
	{"range", GD_BY_ROW, 1, 1, true, NULL},
	{"not_null", GD_BY_ROW, 1, GD_MANY_ITEMS, false, NULL},
	{"dirty", GD_BY_ROW, 1, GD_MANY_ITEMS, false, NULL},
	{"ordered", GD_BY_ROW, 2, GD_MANY_ITEMS, false, NULL},
	{"uscc", GD_BY_CHECK, 1, 1, false, NULL},
	{"citizen_id", GD_BY_CHECK, 1, 1, false, NULL},
	{"unique", GD_BY_KEY, 1, 8, false, NULL},
	{"duplicates", GD_BY_KEY, 1, 8, false, NULL},
	{"reference", GD_BY_REFERENCE, 1, 8, true, "reference"},
	{"same", GD_BY_REFERENCE, 2, 8, true, "reference"},
	{"records", GD_BY_COUNT, 0, 0, false, "expected"},
	{"timely", GD_BY_LATEST, 1, 1, false, "within"},
	{"metadata", GD_BY_CATALOG, 0, 0, false, NULL},
	{"model", GD_BY_CATALOG, 0, 0, false, NULL},
	{"secured", GD_BY_CATALOG, 0, 0, false, NULL},
	{"accessible", GD_BY_CATALOG, 0, 0, false, NULL},
	{"usable", GD_BY_CATALOG, 0, 0, false, NULL},
};

static void
gd_refuse_rule(const char *why, const char *hint)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(13)),
			 errmsg("this quality rule cannot be measured"),
			 errdetail("%s Measures, Article 13.", why),
			 errhint("%s", hint)));
}

/* ---- a rule as its row says ---- */

static const char *
gd_all_kinds(void)
{
	StringInfoData kinds;

	initStringInfo(&kinds);
	for (size_t i = 0; i < lengthof(gd_quality_kinds); i++)
		appendStringInfo(&kinds, "%s%s", i ? ", " : "", gd_quality_kinds[i].name);
	return kinds.data;
}

static const GdQualityKind *
gd_quality_kind(const char *name)
{
	for (size_t i = 0; i < lengthof(gd_quality_kinds); i++)
		if (strcmp(gd_quality_kinds[i].name, name) == 0)
			return &gd_quality_kinds[i];
	ereport(ERROR,
			(errcode(GD_ERRCODE(13)),
			 errmsg("there is no kind of quality rule \"%s\"", name),
			 errdetail("There are: %s. Measures, Article 13.", gd_all_kinds()),
			 errhint("Name one of these in \"kind\".")));
}

static char *
gd_text_of(HeapTuple tup, TupleDesc desc, int attno)
{
	bool		isnull;
	Datum		d = heap_getattr(tup, attno, desc, &isnull);

	return isnull ? NULL : TextDatumGetCString(d);
}

static int64
gd_int8_of(HeapTuple tup, TupleDesc desc, int attno)
{
	bool		isnull;
	Datum		d = heap_getattr(tup, attno, desc, &isnull);

	return isnull ? 0 : DatumGetInt64(d);
}

static char **
gd_list_of(HeapTuple tup, TupleDesc desc, int attno, int *n)
{
	bool		isnull;
	Datum		d = heap_getattr(tup, attno, desc, &isnull);
	char	  **result = NULL;

	*n = 0;
	if (isnull)
		return NULL;
	if (array_contains_nulls(DatumGetArrayTypeP(d)))
		gd_refuse_rule(_("An element of a list is NULL."), _("Leave it out."));
	*n = gd_texts_of(d, &result);
	return result;
}

GdRule *
gd_rule_of(HeapTuple tup, TupleDesc desc)
{
	GdRule	   *rule = palloc0(sizeof(GdRule));
	char	   *kind = gd_text_of(tup, desc, QR_KIND);
	bool		isnull;

	rule->kind = gd_quality_kind(kind ? kind : "");
	rule->id = gd_int8_of(tup, desc, QR_ID);
	rule->resource = gd_int8_of(tup, desc, QR_RESOURCE);
	rule->provider = gd_int8_of(tup, desc, QR_PROVIDER);
	rule->indicator = gd_text_of(tup, desc, QR_INDICATOR);
	rule->items = gd_list_of(tup, desc, QR_ITEMS, &rule->nitems);
	rule->applies_to = gd_text_of(tup, desc, QR_APPLIES_TO);
	rule->expression = gd_text_of(tup, desc, QR_EXPRESSION);
	rule->pattern = gd_text_of(tup, desc, QR_PATTERN);
	rule->allowed = gd_list_of(tup, desc, QR_ALLOWED, &rule->nallowed);
	rule->low = gd_text_of(tup, desc, QR_LOW);
	rule->high = gd_text_of(tup, desc, QR_HIGH);
	rule->reference = gd_int8_of(tup, desc, QR_REFERENCE);
	rule->reference_items = gd_list_of(tup, desc, QR_REFERENCE_ITEMS, &rule->nreference);
	rule->expected = gd_int8_of(tup, desc, QR_EXPECTED);
	rule->within = heap_getattr(tup, QR_WITHIN, desc, &isnull);
	if (isnull)
		rule->within = (Datum) 0;
	else
		rule->within = datumCopy(rule->within, false, sizeof(Interval));
	return rule;
}

/* ---- what it means ---- */

static bool
gd_is_kind(const GdRule *rule, const char *name)
{
	return strcmp(rule->kind->name, name) == 0;
}

/* rows of which an item is not given are a question of completeness */
static bool
gd_rule_wants_values(const GdRule *rule)
{
	return rule->kind->measuring == GD_BY_CHECK || rule->kind->measuring == GD_BY_KEY ||
		rule->kind->measuring == GD_BY_REFERENCE || rule->kind->measuring == GD_BY_LATEST ||
		gd_is_kind(rule, "pattern") || gd_is_kind(rule, "values") || gd_is_kind(rule, "length") ||
		gd_is_kind(rule, "range") || gd_is_kind(rule, "ordered");
}

char *
gd_rule_scope(const GdRule *rule)
{
	StringInfoData s;

	initStringInfo(&s);
	if (rule->applies_to)
		appendStringInfo(&s, "(%s)", rule->applies_to);
	for (int i = 0; i < rule->nitems && gd_rule_wants_values(rule); i++)
		appendStringInfo(&s, "%s%s IS NOT NULL", s.len ? " AND " : "", quote_identifier(rule->items[i]));
	return s.len ? s.data : NULL;
}

static void
gd_append_dirty(StringInfo s, const char *item)
{
	const char *name = quote_identifier(item);

	/* control characters, the replacement character, blanks at an end, stand-ins for nothing */
	appendStringInfo(s, "(%s IS NULL OR (%s !~ '[[:cntrl:]]' AND position(U&'\\FFFD' in %s) = 0"
					 " AND %s !~ '^[[:space:]]|[[:space:]]$'"
					 " AND lower(%s) NOT IN ('null', 'none', 'nan', 'n/a', 'na', 'undefined', 'test', '-', '--', '/', '?'"
					 ", U&'\\65E0', U&'\\672A\\77E5', U&'\\4E0D\\8BE6', U&'\\6D4B\\8BD5')))",
					 name, name, name, name, name);
}

char *
gd_rule_test(const GdRule *rule)
{
	StringInfoData s;
	const char *item = rule->nitems > 0 ? quote_identifier(rule->items[0]) : NULL;

	initStringInfo(&s);
	if (gd_is_kind(rule, "expression"))
		appendStringInfo(&s, "(%s) IS NOT FALSE", rule->expression);
	else if (gd_is_kind(rule, "pattern"))
		appendStringInfo(&s, "%s ~ %s", item, quote_literal_cstr(rule->pattern));
	else if (gd_is_kind(rule, "values"))
		for (int i = 0; i < rule->nallowed; i++)
			appendStringInfo(&s, "%s%s = %s", i ? " OR " : "", item, quote_literal_cstr(rule->allowed[i]));
	else if (gd_is_kind(rule, "length"))
		appendStringInfo(&s, "char_length(%s) >= %s AND char_length(%s) <= %s", item,
						 rule->low ? quote_literal_cstr(rule->low) : "0", item, quote_literal_cstr(rule->high));
	else if (gd_is_kind(rule, "range"))
		appendStringInfo(&s, "%s%s%s%s%s%s%s",
						 rule->low ? item : "", rule->low ? " >= " : "", rule->low ? quote_literal_cstr(rule->low) : "",
						 rule->low && rule->high ? " AND " : "",
						 rule->high ? item : "", rule->high ? " <= " : "", rule->high ? quote_literal_cstr(rule->high) : "");
	else
		for (int i = 0; i < rule->nitems && rule->kind->measuring == GD_BY_ROW; i++)
		{
			if (gd_is_kind(rule, "ordered"))
			{
				if (i > 0)
					appendStringInfo(&s, "%s%s <= %s", i > 1 ? " AND " : "", quote_identifier(rule->items[i - 1]),
									 quote_identifier(rule->items[i]));
				continue;
			}
			appendStringInfoString(&s, i ? " AND " : "");
			if (gd_is_kind(rule, "dirty"))
				gd_append_dirty(&s, rule->items[i]);
			else
				appendStringInfo(&s, "%s IS NOT NULL", quote_identifier(rule->items[i]));
		}
	return s.len ? s.data : NULL;
}

/* ---- can it be measured? ---- */

/* the column that an item of the catalog is attached to */
static const GdColumn *
gd_item_column(const GdAttachment *att, const char *item)
{
	for (int i = 0; att && i < att->ncolumns; i++)
		if (strcmp(att->columns[i].item, item) == 0 && !att->columns[i].retired)
			return &att->columns[i];
	return NULL;
}

bool
gd_reads_whole(int64 department, int64 resource, char **items, int nitems)
{
	const GdAttachment *att = gd_attachment(gd_relation_of(resource));
	GdSubject	s = {.reader = GD_READER_DEPARTMENT, .department = department};
	Bitmapset  *columns = NULL;
	GdVerdict	v;

	if (att == NULL || att->broken[0] != '\0')
		return false;
	for (int i = 0; i < nitems; i++)
	{
		const GdColumn *c = gd_item_column(att, items[i]);

		if (c == NULL)
			return false;
		columns = bms_add_member(columns, c->attnum - FirstLowInvalidHeapAttributeNumber);
	}
	if (att->provider == department)
		return true;
	v = gd_verdict(att, &s, columns);
	return v.allowed && !v.filtered;
}

/* may values of this type be hashed and compared without running anybody's code? */
static bool
gd_is_comparable(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(getBaseType(type), TYPECACHE_HASH_EXTENDED_PROC | TYPECACHE_EQ_OPR);

	return gd_type_allowed(type) && OidIsValid(entry->hash_extended_proc) &&
		entry->hash_extended_proc < FirstNormalObjectId && OidIsValid(entry->eq_opr) &&
		entry->eq_opr < FirstNormalObjectId;
}

static bool
gd_is_text(Oid type)
{
	type = getBaseType(type);
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

static bool
gd_is_day(Oid type)
{
	type = getBaseType(type);
	return type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID;
}

static void
gd_rule_item_fits(const GdRule *rule, const char *item, Oid type)
{
	bool		fits;

	if (gd_is_kind(rule, "pattern") || gd_is_kind(rule, "length") || gd_is_kind(rule, "dirty") ||
		rule->kind->measuring == GD_BY_CHECK)
		fits = gd_is_text(type);
	else if (rule->kind->measuring == GD_BY_LATEST)
		fits = gd_is_day(type);
	else if (rule->kind->measuring == GD_BY_KEY || rule->kind->measuring == GD_BY_REFERENCE)
		fits = gd_is_comparable(type);
	else
		fits = gd_type_allowed(type);
	if (!fits)
		gd_refuse_rule(psprintf(_("Item \"%s\" is of type %s."), item, format_type_be(type)),
					   _("Choose a kind of rule that suits the type, or write an expression."));
}

void
gd_rule_fits(const GdRule *rule, Relation rel)
{
	char	   *scope = gd_rule_scope(rule);
	char	   *test = gd_rule_test(rule);

	for (int i = 0; i < rule->nitems; i++)
	{
		AttrNumber	attnum = get_attnum(RelationGetRelid(rel), rule->items[i]);

		if (attnum <= 0)
			gd_refuse_rule(psprintf(_("The table has no column \"%s\"."), rule->items[i]), _("Attach the table anew."));
		gd_rule_item_fits(rule, rule->items[i], TupleDescAttr(RelationGetDescr(rel), attnum - 1)->atttypid);
	}
	if (scope)
		(void) gd_row_condition_text(scope, rel, 13, NULL);
	if (test)
		(void) gd_row_condition_text(test, rel, 13, NULL);
}

/* ---- the guard ---- */

static bool
gd_rule_operated(GdCase *c)
{
	const char *platform = gd_new_text(c->row, QR_PLATFORM);

	return platform && gd_operates(platform);
}

static bool
gd_rule_supervised(GdCase *c)
{
	const char *platform = gd_new_text(c->row, QR_PLATFORM);
	GdRegion	region;

	return platform && gd_region(platform, &region) && region.authority == c->me;
}

static const GdActor gd_rule_actors[] = {
	{"provider", QR_PROVIDER, NULL, false},
	{"definer", QR_DEFINED_BY, NULL, false},
	{"operator", 0, gd_rule_operated, false},
	{"data_authority", 0, gd_rule_supervised, false},
	{0}
};

static void
gd_check_parameters(const GdRule *rule)
{
	const GdQualityKind *kind = rule->kind;
	const struct
	{
		const char *name;
		bool		given;
	}			parameters[] = {
		{"expression", rule->expression != NULL}, {"pattern", rule->pattern != NULL}, {"allowed", rule->nallowed > 0},
		{"high", rule->high != NULL}, {"reference", rule->reference != 0}, {"expected", rule->expected != 0},
		{"within", rule->within != (Datum) 0}
	};

	for (size_t i = 0; i < lengthof(parameters); i++)
	{
		bool		wanted = kind->needs && strcmp(kind->needs, parameters[i].name) == 0;

		if (wanted != parameters[i].given && !(gd_is_kind(rule, "range") && strcmp(parameters[i].name, "high") == 0))
			gd_refuse_rule(psprintf(wanted ? _("Rules of kind \"%s\" need \"%s\".") : _("Rules of kind \"%s\" have no \"%s\"."),
									kind->name, parameters[i].name),
						   _("Give the parameters of the kind, and no others."));
	}
	if (rule->nitems < kind->min_items || rule->nitems > kind->max_items)
		gd_refuse_rule(kind->min_items == kind->max_items ?
					   psprintf(_("Number of items that a rule of kind \"%s\" takes: %d."), kind->name, kind->min_items) :
					   psprintf(_("Number of items that a rule of kind \"%s\" takes: %d to %d."), kind->name,
								kind->min_items, kind->max_items),
					   _("Name them in \"items\"."));
	/* raises for what is no regular expression */
	if (rule->pattern)
		(void) DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID, CStringGetTextDatum(""),
									   CStringGetTextDatum(rule->pattern));
	if (gd_is_kind(rule, "range") && !rule->low && !rule->high)
		gd_refuse_rule(_("A range has a lower or an upper end."), _("Give \"low\", \"high\" or both."));
	if (rule->low && !gd_is_kind(rule, "range") && !gd_is_kind(rule, "length"))
		gd_refuse_rule(psprintf(_("Rules of kind \"%s\" have no \"%s\"."), kind->name, "low"),
					   _("Give the parameters of the kind, and no others."));
	if (rule->applies_to && kind->measuring == GD_BY_CATALOG)
		gd_refuse_rule(psprintf(_("Rules of kind \"%s\" have no \"%s\"."), kind->name, "applies_to"),
					   _("Give the parameters of the kind, and no others."));
	if (rule->nreference != (rule->reference ? rule->nitems : 0))
		gd_refuse_rule(_("Each item is compared with one item of the other resource."),
					   _("Give as many \"reference_items\" as \"items\"."));
}

static void
gd_check_reference(const GdRule *rule)
{
	Oid			relid;

	if (rule->reference == 0)
		return;
	relid = gd_relation_of(rule->reference);
	if (!OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_RELATION)
		gd_refuse_rule(_("The other resource is not attached to a plain table."), _("Compare with a resource that is."));
	if (!gd_reads_whole(rule->provider, rule->reference, rule->reference_items, rule->nreference))
		gd_refuse_rule(_("The provider may not read all rows of these items of the other resource; a count would tell it what they hold."),
					   _("Let the provider apply for them first: govdata.submit_request(...)."));
}

/* Conditions are stored as the server writes them, and are read again only so. */
static void
gd_canonize(GdCase *c, int column, Relation rel)
{
	const char *text = gd_new_text(c->row, column);
	char	   *canonical;

	if (text == NULL)
		return;
	(void) gd_row_condition_text(text, rel, 13, &canonical);
	gd_set_text(c->row, column, canonical);
}

static void
gd_check_on_table(GdCase *c, const GdRule *rule)
{
	Oid			relid = gd_relation_of(rule->resource);
	const GdAttachment *att = OidIsValid(relid) ? gd_attachment(relid) : NULL;
	Relation	rel;

	if (att == NULL || att->broken[0] != '\0')
		gd_refuse_rule(_("The resource is not attached to a table."),
					   _("The provider attaches it: SELECT govdata.attach_resource(code, table)."));
	for (int i = 0; i < rule->nitems; i++)
		if (gd_item_column(att, rule->items[i]) == NULL)
			gd_refuse_rule(psprintf(_("\"%s\" is no item of the catalog that a column stands for."), rule->items[i]),
						   _("SELECT item FROM govdata.attachment_column shows what is attached."));
	rel = table_open(relid, AccessShareLock);
	gd_canonize(c, QR_APPLIES_TO, rel);
	gd_canonize(c, QR_EXPRESSION, rel);
	gd_rule_fits(gd_rule_of(heap_form_tuple(c->row->desc, c->row->new, c->row->newnull), c->row->desc), rel);
	table_close(rel, NoLock);
}

static void
gd_rule_new(GdCase *c)
{
	GdRow	   *row = c->row;
	GdResource *r = gd_resource(gd_new_int64(row, QR_RESOURCE));

	if (r == NULL)
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("there is no resource %lld", (long long) gd_new_int64(row, QR_RESOURCE)),
				 errdetail("A quality rule is about a resource of the catalog. Measures, Article 13."),
				 errhint("Look it up: SELECT * FROM govdata.catalog.")));
	gd_set(row, QR_PROVIDER, Int64GetDatum(r->provider));
	gd_set_text(row, QR_PLATFORM, gd_platform_of(r->provider, r->code));
	gd_set(row, QR_DEFINED_BY, Int64GetDatum(c->me));
	if (row->newnull[QR_THRESHOLD - 1])
		gd_set(row, QR_THRESHOLD, DirectFunctionCall1(int8_numeric, Int64GetDatum(1)));
	/* without a state it comes into being in the one that its definer may give it */
	if (gd_new_text(row, QR_STATE) == NULL && c->me != r->provider && !row->newnull[QR_KIND - 1] &&
		(gd_quality_kind(gd_new_text(row, QR_KIND))->asks || !row->newnull[QR_APPLIES_TO - 1]))
		c->to = "proposed";
}

/* after it is judged who defines it, what is defined */
static void
gd_rule_defined(GdCase *c)
{
	GdRow	   *row = c->row;
	GdRule	   *rule = gd_rule_of(heap_form_tuple(row->desc, row->new, row->newnull), row->desc);

	if (strcmp(c->to, "active") == 0 && c->me != rule->provider && (rule->kind->asks || rule->applies_to))
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("a rule of kind \"%s\" needs the provider's consent", rule->kind->name),
				 errdetail("It contains a value of your choice, so that its count would answer a question about the data. Measures, Article 13."),
				 errhint("Propose it: leave the state out, or give 'proposed'. The provider adopts it with govdata.adopt_rule(id).")));
	gd_check_parameters(rule);
	gd_check_reference(rule);
	if (rule->kind->measuring != GD_BY_CATALOG)
		gd_check_on_table(c, rule);
}

/* the law has given the resource another provider: who may look at the rule follows */
static void
gd_rule_passes(GdCase *c)
{
	gd_pass_platform(c->row, QR_PLATFORM, QR_PROVIDER, QR_RESOURCE);
}

static const int gd_rule_given[] = {
	QR_RESOURCE, QR_INDICATOR, QR_KIND, QR_TITLE, QR_ITEMS, QR_APPLIES_TO, QR_EXPRESSION, QR_PATTERN, QR_ALLOWED,
	QR_LOW, QR_HIGH, QR_REFERENCE, QR_REFERENCE_ITEMS, QR_EXPECTED, QR_WITHIN, QR_THRESHOLD, 0
};
static const int gd_rule_reasons[] = {QR_REASON, 0};
static const GdRequired gd_rule_needs_kind[] = {
	{QR_INDICATOR, gettext_noop("an indicator")},
	{QR_KIND, gettext_noop("a kind")},
	{QR_TITLE, gettext_noop("a title")},
	{0, NULL}
};
static const GdRequired gd_rule_needs_reason[] = {{QR_REASON, gettext_noop("a reason")}, {0, NULL}};

static const GdMove gd_rule_moves[] = {
	{.from = "", .columns = gd_rule_given, .required = gd_rule_needs_kind, .at = QR_DEFINED_AT,
	.check = gd_rule_new, .effect = gd_rule_defined},
	{.from = NULL, .amender = "law", .effect = gd_rule_passes},
	{.from = "proposed", .to = "active", .at = QR_DECIDED_AT},
	{.from = "proposed", .to = "refused", .columns = gd_rule_reasons, .required = gd_rule_needs_reason, .at = QR_DECIDED_AT},
	{.from = NULL, .to = "retired", .columns = gd_rule_reasons, .required = gd_rule_needs_reason, .at = QR_RETIRED_AT},
	{.from = NULL}
};

static GdCaseKind gd_rule_kind = {
	.shape = {"quality_rule", 13, gd_rule_columns, lengthof(gd_rule_columns), false},
	.id = QR_ID,
	.sequence = "quality_rule_id_seq",
	.state = QR_STATE,
	.actors = gd_rule_actors,
	.moves = gd_rule_moves
};

/* ---- the rows of which a rule tells only the number ---- */

PG_FUNCTION_INFO_V1(gd_rule_query);

static char *
gd_query_of(const GdRule *rule, Oid relid)
{
	StringInfoData s;
	StringInfoData list;
	char	   *scope = gd_rule_scope(rule);
	char	   *test = gd_rule_test(rule);

	initStringInfo(&list);
	for (int i = 0; i < rule->nitems; i++)
		appendStringInfo(&list, "%s%s", i ? ", " : "", quote_identifier(rule->items[i]));
	initStringInfo(&s);
	if (rule->kind->measuring == GD_BY_KEY)
		appendStringInfo(&s, "SELECT %s, count(*) FROM %s WHERE %s GROUP BY %s HAVING count(*) > 1",
						 list.data, gd_qualified(relid), scope, list.data);
	else if (rule->kind->measuring == GD_BY_CHECK)
		appendStringInfo(&s, "SELECT * FROM %s WHERE %s AND NOT govdata.%s_is_valid(%s)",
						 gd_qualified(relid), scope, rule->kind->name, list.data);
	else if (rule->kind->measuring == GD_BY_ROW)
		appendStringInfo(&s, "SELECT * FROM %s WHERE %s%sNOT (%s)", gd_qualified(relid), scope ? scope : "",
						 scope ? " AND " : "", test);
	else if (rule->kind->measuring == GD_BY_REFERENCE && OidIsValid(gd_relation_of(rule->reference)))
	{
		int			keys = gd_is_kind(rule, "same") ? rule->nitems - 1 : rule->nitems;

		appendStringInfo(&s, "SELECT t.* FROM %s t WHERE %sEXISTS (SELECT FROM %s r WHERE ", gd_qualified(relid),
						 gd_is_kind(rule, "same") ? "" : "NOT ", gd_qualified(gd_relation_of(rule->reference)));
		for (int i = 0; i < rule->nitems; i++)
			appendStringInfo(&s, "%sr.%s %s t.%s", i ? " AND " : "", quote_identifier(rule->reference_items[i]),
							 i < keys ? "=" : "IS DISTINCT FROM", quote_identifier(rule->items[i]));
		appendStringInfoChar(&s, ')');
	}
	return s.len ? s.data : NULL;
}

/* Read through row security: a rule that is not visible is not there. */
Datum
gd_rule_query(PG_FUNCTION_ARGS)
{
	Oid			types[1] = {INT8OID};
	Datum		arg = PG_GETARG_DATUM(0);
	MemoryContext caller = CurrentMemoryContext;
	GdRule	   *rule = NULL;
	Oid			relid;
	char	   *query;

	SPI_connect();
	if (SPI_execute_with_args("SELECT * FROM govdata.quality_rule WHERE id OPERATOR(pg_catalog.=) $1", 1, types, &arg,
							  NULL, true, 1) == SPI_OK_SELECT && SPI_processed == 1)
	{
		MemoryContext old = MemoryContextSwitchTo(caller);

		rule = gd_rule_of(SPI_tuptable->vals[0], SPI_tuptable->tupdesc);
		MemoryContextSwitchTo(old);
	}
	SPI_finish();
	if (rule == NULL)
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("there is no quality rule \"%lld\" that you can see", (long long) PG_GETARG_INT64(0)),
				 errdetail("You act as %s. Measures, Article 13.", gd_who_acts()),
				 errhint("Look it up: SELECT * FROM govdata.quality_rule.")));
	relid = gd_relation_of(rule->resource);
	query = OidIsValid(relid) ? gd_query_of(rule, relid) : NULL;
	if (query == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(query));
}

void
gd_rule_init(void)
{
	gd_case_register(&gd_rule_kind);
}
