/*-------------------------------------------------------------------------
 *
 * obtainable.c
 *	  What a department can obtain on the platform (Articles 15 and 24).
 *
 * What the catalog offers of a data element is the same for everybody; how a
 * department stands to it follows from who it is and from the few items that it
 * was granted, has asked for or reads on former terms.  So the offers of an
 * element are read once a statement, however many departments are asked about in
 * it, and of each department its standings, once.  The facts are those of
 * govdata._offers() and _standings(), read with the rights of the law, so that no
 * row security hides from a department what it could have; what follows from
 * them is said here and nowhere else.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "access.h"
#include "guard.h"

PG_FUNCTION_INFO_V1(gd_obtainable);
PG_FUNCTION_INFO_V1(gd_obtaining);
PG_FUNCTION_INFO_V1(gd_redundant);

#define GD_NO_TIME	DT_NOBEGIN

/* how a department stands to an item, the best first */
typedef enum GdHow
{
	GD_HOW_NONE,
	GD_HOW_OWN,
	GD_HOW_UNCONDITIONAL,
	GD_HOW_AUTHORIZED,
	GD_HOW_PENDING,
	GD_HOW_APPLY_FIRST,
	GD_HOW_REFUSED,
	GD_HOW_WITHHELD
} GdHow;

static const char *const gd_how_names[] = {
	"none", "own", "unconditional", "authorized", "pending", "apply_first", "refused", "withheld"
};

/* as govdata._offers() says it: to whom the item is shared, whoever asks */
typedef enum GdSharing
{
	GD_SHARED_WITHHELD = 'w',
	GD_SHARED_OPEN = 'o',
	GD_SHARED_CONDITIONAL = 'c',
	GD_SHARED_UNCONDITIONAL = 'u'
} GdSharing;

typedef struct GdSupplier
{
	int64		id;
	int64		judged_for;		/* department whose bar this is; 0: none yet */
	int			bar;			/* article that keeps it from what is unconditional */
} GdSupplier;

typedef struct GdStanding
{
	GdHow		how;
	TimestampTz since;
	TimestampTz until;
	int64		request;
} GdStanding;

typedef struct GdOffer GdOffer;

/* a resource, as far as it offers what was asked for */
typedef struct GdOffering
{
	int64		id;
	GdSupplier *provider;
	char	   *code;
	Oid			relation;		/* attached; InvalidOid: none */
	bool		suspended;		/* and so for its provider alone */
	TimestampTz published_at;
	GdOffer    *offers;
} GdOffering;

/* an item of it */
struct GdOffer
{
	GdOffering *resource;
	const char *item;
	const char *column;			/* of the attached table; NULL: none */
	TimestampTz withheld_at;
	GdOffer    *next;			/* of the resource */
	GdStanding *standing;		/* of the department in hand; NULL: none */
	char		sharing;
};

/* the offers of a data element, by code and item */
typedef struct GdElement
{
	const char *code;
	bool		loaded;
	int64		asked;			/* number of the call that has asked for it last */
	int			noffers;
	GdOffer    *offers;
} GdElement;

/* what was read so far in a statement */
typedef struct GdShelf
{
	MemoryContext context;
	HTAB	   *elements;
	HTAB	   *items;			/* names of items and columns: few, and often the same */
	HTAB	   *resources;
	HTAB	   *providers;
	int64		calls;
} GdShelf;

/* a department and what is asked about it */
typedef struct GdAsking
{
	GdShelf    *shelf;
	int64		department;
	DateADT		known_on;		/* DATEVAL_NOEND: now */
	int			nelements;
	GdElement **elements;
	int			nmarked;
	GdOffer   **marked;			/* offers with a standing */
} GdAsking;

/* ---- what the catalog offers ---- */

static uint32
gd_name_hash(const void *key, Size size)
{
	const char *name = *(const char *const *) key;

	(void) size;
	return DatumGetUInt32(hash_any((const unsigned char *) name, strlen(name)));
}

static int
gd_name_compare(const void *a, const void *b, Size size)
{
	(void) size;
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* a table of entries that begin with their name, or with their number */
static HTAB *
gd_shelf_table(GdShelf *shelf, const char *what, bool named, Size size)
{
	HASHCTL		ctl = {0};
	int			flags = HASH_ELEM | HASH_CONTEXT;

	ctl.keysize = named ? sizeof(char *) : sizeof(int64);
	ctl.entrysize = size;
	ctl.hcxt = shelf->context;
	ctl.hash = gd_name_hash;
	ctl.match = gd_name_compare;
	return hash_create(what, 256, &ctl, flags | (named ? HASH_FUNCTION | HASH_COMPARE : HASH_BLOBS));
}

/* The shelf of the statement: it goes with the function's place in it. */
static GdShelf *
gd_shelf(FunctionCallInfo fcinfo)
{
	GdShelf    *shelf = fcinfo->flinfo->fn_extra;

	if (shelf == NULL)
	{
		shelf = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(GdShelf));
		shelf->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "govdata offers", ALLOCSET_DEFAULT_SIZES);
		shelf->elements = gd_shelf_table(shelf, "govdata elements", true, sizeof(GdElement));
		shelf->items = gd_shelf_table(shelf, "govdata items", true, sizeof(char *));
		shelf->resources = gd_shelf_table(shelf, "govdata offerings", false, sizeof(GdOffering));
		shelf->providers = gd_shelf_table(shelf, "govdata suppliers", false, sizeof(GdSupplier));
		fcinfo->flinfo->fn_extra = shelf;
	}
	return shelf;
}

/* the entry of a name; a new one is empty but for a copy of it */
static void *
gd_named(GdShelf *shelf, HTAB *table, Size size, const char *name)
{
	bool		found;
	const char **entry = hash_search(table, &name, HASH_ENTER, &found);

	if (!found)
	{
		memset(entry, 0, size);
		*entry = MemoryContextStrdup(shelf->context, name);
	}
	return entry;
}

/* the one copy of the name of an item or a column */
static const char *
gd_item_name(GdShelf *shelf, const char *name)
{
	return *(const char **) gd_named(shelf, shelf->items, sizeof(char *), name);
}

typedef enum GdOfferColumn
{
	OFR_RESOURCE, OFR_CODE, OFR_PROVIDER, OFR_ITEM, OFR_SHARING, OFR_SUSPENDED, OFR_PUBLISHED_AT,
	OFR_WITHHELD_AT, OFR_RELATION, OFR_COLUMN, OFR_ELEMENT, OFR_COUNT, OFR_NCOLUMNS
} GdOfferColumn;

static TimestampTz
gd_time_or_none(Datum value, bool isnull)
{
	return isnull ? GD_NO_TIME : DatumGetTimestampTz(value);
}

static GdOffering *
gd_offering(GdShelf *shelf, Datum *values, bool *nulls)
{
	int64		id = DatumGetInt64(values[OFR_RESOURCE]);
	int64		provider = DatumGetInt64(values[OFR_PROVIDER]);
	bool		found;
	GdOffering *r = hash_search(shelf->resources, &id, HASH_ENTER, &found);

	if (found)
		return r;
	r->provider = hash_search(shelf->providers, &provider, HASH_ENTER, &found);
	if (!found)
		r->provider->judged_for = 0;
	r->code = TextDatumGetCString(values[OFR_CODE]);
	r->relation = nulls[OFR_RELATION] ? InvalidOid : DatumGetObjectId(values[OFR_RELATION]);
	r->suspended = DatumGetBool(values[OFR_SUSPENDED]);
	r->published_at = gd_time_or_none(values[OFR_PUBLISHED_AT], nulls[OFR_PUBLISHED_AT]);
	r->offers = NULL;
	return r;
}

static void
gd_take_offer(GdShelf *shelf, GdOffer *o, Datum *values, bool *nulls)
{
	char	   *item = TextDatumGetCString(values[OFR_ITEM]);

	o->resource = gd_offering(shelf, values, nulls);
	o->item = gd_item_name(shelf, item);
	pfree(item);
	if (!nulls[OFR_COLUMN])
		o->column = gd_item_name(shelf, NameStr(*DatumGetName(values[OFR_COLUMN])));
	o->withheld_at = gd_time_or_none(values[OFR_WITHHELD_AT], nulls[OFR_WITHHELD_AT]);
	o->sharing = DatumGetChar(values[OFR_SHARING]);
	o->next = o->resource->offers;
	o->resource->offers = o;
}

/* The rows come by element, each with the number of its rows. */
static void
gd_take_offers(void *context)
{
	GdShelf    *shelf = context;
	MemoryContext before = MemoryContextSwitchTo(shelf->context);
	GdElement  *e = NULL;
	int64		left = 0;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum		values[OFR_NCOLUMNS];
		bool		nulls[OFR_NCOLUMNS];

		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
		if (left == 0)
		{
			char	   *code = TextDatumGetCString(values[OFR_ELEMENT]);

			left = DatumGetInt64(values[OFR_COUNT]);
			e = gd_named(shelf, shelf->elements, sizeof(GdElement), code);
			pfree(code);
			e->offers = palloc_extended(left * sizeof(GdOffer), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		}
		gd_take_offer(shelf, &e->offers[e->noffers++], values, nulls);
		left--;
	}
	MemoryContextSwitchTo(before);
}

/* a few elements at a time, so that not all rows are held twice at once */
#define GD_LOADED_AT_ONCE	16

static void
gd_load_offers(GdShelf *shelf, GdElement **elements, int n)
{
	static GdStatementText query = {
		"SELECT o.resource, o.code, o.provider, o.item, o.sharing, o.suspended, o.published_at, o.withheld_at,"
		" o.relation, o.column_name, o.element, count(*) OVER (PARTITION BY o.element)"
		" FROM govdata._offers($1) o ORDER BY o.element, o.code, o.item", 1, gd_arg_texts, NULL
	};

	for (int first = 0; first < n; first += GD_LOADED_AT_ONCE)
	{
		Datum		codes[GD_LOADED_AT_ONCE];
		Datum		array;
		int			some = Min(n - first, GD_LOADED_AT_ONCE);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < some; i++)
			codes[i] = CStringGetTextDatum(elements[first + i]->code);
		array = PointerGetDatum(construct_array(codes, some, TEXTOID, -1, false, TYPALIGN_INT));
		(void) gd_own_each(&query, &array, gd_take_offers, shelf);
		for (int i = 0; i < some; i++)
			elements[first + i]->loaded = true;
	}
}

/* ---- how a department stands to it ---- */

static void
gd_mark(GdAsking *a, int64 resource, const char *item, const GdStanding *standing)
{
	GdOffering *r = hash_search(a->shelf->resources, &resource, HASH_FIND, NULL);

	for (GdOffer *o = r ? r->offers : NULL; o != NULL; o = o->next)
	{
		if (strcmp(o->item, item) != 0)
			continue;
		o->standing = palloc(sizeof(GdStanding));
		*o->standing = *standing;
		a->marked[a->nmarked++] = o;
		return;
	}
}

static GdHow
gd_how_of(const char *name)
{
	for (int how = GD_HOW_OWN; how <= GD_HOW_WITHHELD; how++)
		if (strcmp(gd_how_names[how], name) == 0)
			return how;
	elog(ERROR, "no standing is called \"%s\"", name);
}

typedef struct GdStandings
{
	GdAsking   *asking;
	MemoryContext context;		/* of the call */
} GdStandings;

static void
gd_take_standings(void *context)
{
	GdStandings *s = context;
	MemoryContext before = MemoryContextSwitchTo(s->context);

	s->asking->marked = palloc_extended(SPI_processed * sizeof(GdOffer *), MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		GdStanding	standing;
		Datum		values[6];
		bool		nulls[6];

		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
		standing.how = gd_how_of(TextDatumGetCString(values[2]));
		standing.since = gd_time_or_none(values[3], nulls[3]);
		standing.until = gd_time_or_none(values[4], nulls[4]);
		standing.request = nulls[5] ? 0 : DatumGetInt64(values[5]);
		gd_mark(s->asking, DatumGetInt64(values[0]), TextDatumGetCString(values[1]), &standing);
	}
	MemoryContextSwitchTo(before);
}

static void
gd_load_standings(GdAsking *a)
{
	static GdStatementText query = {
		"SELECT s.resource, s.item, s.how, s.since, s.until, s.request FROM govdata._standings($1) s", 1, gd_arg_int8, NULL
	};
	GdStandings standings = {a, CurrentMemoryContext};
	Datum		department = Int64GetDatum(a->department);

	(void) gd_own_each(&query, &department, gd_take_standings, &standings);
}

/* The elements that are asked for, each once, with their offers and how the department stands to them. */
static void
gd_ask(GdAsking *a, FunctionCallInfo fcinfo, Datum elements, int64 department)
{
	GdShelf    *shelf = gd_shelf(fcinfo);
	Datum	   *elems;
	bool	   *nulls;
	GdElement **missing;
	int			nmissing = 0;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(elements), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &n);
	a->shelf = shelf;
	a->department = department;
	a->known_on = DATEVAL_NOEND;
	a->elements = palloc(Max(n, 1) * sizeof(GdElement *));
	missing = palloc(Max(n, 1) * sizeof(GdElement *));
	shelf->calls++;
	/* the next steps name what is to be filled in */
	gd_speak();
	for (int i = 0; i < n; i++)
	{
		GdElement  *e = nulls[i] ? NULL : gd_named(shelf, shelf->elements, sizeof(GdElement), TextDatumGetCString(elems[i]));

		if (e == NULL || e->asked == shelf->calls)
			continue;
		e->asked = shelf->calls;
		if (!e->loaded)
			missing[nmissing++] = e;
		a->elements[a->nelements++] = e;
	}
	gd_load_offers(shelf, missing, nmissing);
	gd_load_standings(a);
}

static void
gd_ask_no_more(GdAsking *a)
{
	for (int i = 0; i < a->nmarked; i++)
		a->marked[i]->standing = NULL;
}

/*
 * What is conditional, or stands on a platform above, takes an authorization;
 * operators and utilities have nothing but what is open to all.
 */
static GdHow
gd_stand(const GdOffer *o, int64 department)
{
	GdSupplier *provider = o->resource->provider;

	if (provider->id == department)
		return GD_HOW_OWN;
	if (o->resource->suspended)
		return GD_HOW_NONE;
	if (o->sharing == GD_SHARED_WITHHELD)
		return GD_HOW_WITHHELD;
	if (o->sharing == GD_SHARED_OPEN)
		return GD_HOW_UNCONDITIONAL;
	if (provider->judged_for != department)
	{
		char	   *why;
		char	   *hint;

		provider->bar = gd_class_bar(department, provider->id, &why, &hint);
		provider->judged_for = department;
	}
	if (provider->bar == 20 || provider->bar == 41)
		return GD_HOW_NONE;
	if (o->sharing == GD_SHARED_UNCONDITIONAL && provider->bar == 0)
		return GD_HOW_UNCONDITIONAL;
	return o->standing ? o->standing->how : GD_HOW_APPLY_FIRST;
}

static TimestampTz
gd_stands_since(const GdOffer *o, GdHow how)
{
	switch (how)
	{
		case GD_HOW_AUTHORIZED:
		case GD_HOW_PENDING:
		case GD_HOW_REFUSED:
			return o->standing->since;
		case GD_HOW_WITHHELD:
			return o->withheld_at;
		default:
			return o->resource->published_at;
	}
}

static char *
gd_relation_text(Oid relation)
{
	return get_rel_name(relation) == NULL ? psprintf("%u", relation) : gd_qualified(relation);
}

/* the call that is the next step */
static char *
gd_next_step(const GdOffer *o, GdHow how)
{
	char	   *code = quote_literal_cstr(o->resource->code);

	switch (how)
	{
		case GD_HOW_APPLY_FIRST:
			return psprintf("SELECT govdata.submit_request(%s, ARRAY[%s], %s, %s);", code, quote_literal_cstr(o->item),
							quote_literal_cstr(_("purpose")), quote_literal_cstr(_("last day of use")));
		case GD_HOW_PENDING:
			return psprintf("SELECT * FROM govdata.request_board WHERE id = " INT64_FORMAT ";", o->standing->request);
		case GD_HOW_REFUSED:
			return psprintf("SELECT govdata.request_coordination(" INT64_FORMAT ", %s);", o->standing->request,
							quote_literal_cstr(_("reason")));
		case GD_HOW_WITHHELD:
			return psprintf("SELECT * FROM govdata.negative_list WHERE code = %s;", code);
		default:
			if (o->column != NULL)
				return psprintf("SELECT %s FROM %s;", quote_identifier(o->column), gd_relation_text(o->resource->relation));
			if (how == GD_HOW_OWN)
				return psprintf("SELECT govdata.attach_resource(%s, %s);", code, quote_literal_cstr(_("table")));
			return psprintf("SELECT * FROM govdata.catalog WHERE code = %s;", code);
	}
}

/* ---- what follows ---- */

/* items of one kind, and the one to be named first */
typedef struct GdItems
{
	int64		n;
	const GdOffer *first;
	GdHow		how;			/* of the first */
	TimestampTz since;			/* earliest */
} GdItems;

/* how a department stands to an element */
typedef struct GdAvailability
{
	GdItems		ready;			/* can be read */
	GdItems		apply;			/* to be applied for first */
	bool		pending;
	bool		obtainable;
} GdAvailability;

/* it can be read: data that are shared but not attached cannot */
static bool
gd_is_ready(const GdOffer *o, GdHow how)
{
	return OidIsValid(o->resource->relation) && (how == GD_HOW_UNCONDITIONAL || how == GD_HOW_AUTHORIZED);
}

/* how it stood at the end of the day that is asked about; what began later was not */
static GdHow
gd_stand_then(const GdAsking *a, const GdOffer *o)
{
	GdHow		how = gd_stand(o, a->department);
	TimestampTz since;

	if (how == GD_HOW_NONE || DATE_IS_NOEND(a->known_on))
		return how;
	since = gd_stands_since(o, how);
	return since == GD_NO_TIME || gd_legal_date(since) <= a->known_on ? how : GD_HOW_NONE;
}

static void
gd_count(GdItems *items, const GdOffer *o, GdHow how)
{
	TimestampTz since = gd_stands_since(o, how);

	/* offers come by code and item */
	if (items->n == 0 || how < items->how)
	{
		items->first = o;
		items->how = how;
	}
	if (since != GD_NO_TIME && (items->since == GD_NO_TIME || since < items->since))
		items->since = since;
	items->n++;
}

/*
 * An element can be obtained where it can be read or, nothing having been asked
 * for, should be.  Data of one's own may come from that very form or contract.
 */
static void
gd_judge_element(const GdAsking *a, const GdElement *e, GdAvailability *v)
{
	memset(v, 0, sizeof(*v));
	v->ready.since = v->apply.since = GD_NO_TIME;
	for (int i = 0; i < e->noffers; i++)
	{
		const GdOffer *o = &e->offers[i];
		GdHow		how = gd_stand_then(a, o);

		if (gd_is_ready(o, how))
			gd_count(&v->ready, o, how);
		else if (how == GD_HOW_APPLY_FIRST)
			gd_count(&v->apply, o, how);
		else if (how == GD_HOW_PENDING)
			v->pending = true;
	}
	v->obtainable = v->ready.n > 0 || (v->apply.n > 0 && !v->pending);
}

/* does the verdict rest on the item? */
static bool
gd_counts(const GdAvailability *v, const GdOffer *o, GdHow how)
{
	return v->ready.n > 0 ? gd_is_ready(o, how) : how == GD_HOW_APPLY_FIRST && !v->pending;
}

/* ---- for SQL ---- */

static void
gd_require_asking(int64 department)
{
	if (gd_sees(department))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(6)),
			 errmsg("what department %lld can obtain is not yours to ask", (long long) department),
			 errdetail("You act as %s. Measures, Article 6.", gd_who_acts()),
			 errhint("A department asks for itself, its overseers for it.")));
}

Datum
gd_obtainable(PG_FUNCTION_ARGS)
{
	static const Oid types[] = {TEXTARRAYOID, INT8OID};
	static GdStatementText query = {
		"SELECT o.element, o.code, o.item, o.how, o.attached, o.since, o.until, o.hint"
		" FROM govdata._obtaining($1, $2, NULL) o ORDER BY o.element, o.rank, o.code, o.item", 2, types, NULL
	};
	Datum		args[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("elements and department must be given"),
				 errhint("Act as a department, or name one.")));
	gd_require_asking(PG_GETARG_INT64(1));
	gd_own_rows(&query, args, fcinfo);
	return (Datum) 0;
}

static void
gd_put_time(TimestampTz at, Datum *value, bool *isnull)
{
	*isnull = at == GD_NO_TIME;
	*value = TimestampTzGetDatum(at);
}

static void
gd_put_obtaining(ReturnSetInfo *rsinfo, const GdElement *e, const GdAvailability *v, const GdOffer *o, GdHow how)
{
	Datum		values[12];
	bool		nulls[12] = {0};
	const char *name = gd_how_names[how];

	values[0] = CStringGetTextDatum(e->code);
	values[1] = CStringGetTextDatum(o->resource->code);
	values[2] = CStringGetTextDatum(o->item);
	values[3] = CStringGetTextDatum(name);
	values[4] = Int32GetDatum(how);
	values[5] = BoolGetDatum(OidIsValid(o->resource->relation));
	gd_put_time(gd_stands_since(o, how), &values[6], &nulls[6]);
	gd_put_time(how == GD_HOW_AUTHORIZED || how == GD_HOW_PENDING ? o->standing->until : GD_NO_TIME, &values[7], &nulls[7]);
	values[8] = CStringGetTextDatum(gd_next_step(o, how));
	values[9] = CStringGetTextDatum(v->obtainable ? "obtainable" : "excused");
	values[10] = BoolGetDatum(gd_counts(v, o, how));
	values[11] = CStringGetTextDatum(how == GD_HOW_UNCONDITIONAL || how == GD_HOW_AUTHORIZED ? "not_attached" : name);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

Datum
gd_obtaining(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	GdAsking	a = {0};

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	gd_ask(&a, fcinfo, PG_GETARG_DATUM(0), PG_GETARG_INT64(1));
	if (!PG_ARGISNULL(2))
		a.known_on = PG_GETARG_DATEADT(2);
	for (int k = 0; k < a.nelements; k++)
	{
		const GdElement *e = a.elements[k];
		GdAvailability	v;

		CHECK_FOR_INTERRUPTS();
		gd_judge_element(&a, e, &v);
		for (int i = 0; i < e->noffers; i++)
		{
			GdHow		how = gd_stand_then(&a, &e->offers[i]);

			if (how != GD_HOW_NONE)
				gd_put_obtaining(rsinfo, e, &v, &e->offers[i], how);
		}
	}
	gd_ask_no_more(&a);
	return (Datum) 0;
}

/* Of each element that can be obtained the item that serves first, and how many do since when. */
Datum
gd_redundant(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	GdAsking	a = {0};

	gd_require_asking(PG_GETARG_INT64(1));
	InitMaterializedSRF(fcinfo, 0);
	gd_ask(&a, fcinfo, PG_GETARG_DATUM(0), PG_GETARG_INT64(1));
	for (int k = 0; k < a.nelements; k++)
	{
		GdAvailability	v;
		GdItems    *items;
		Datum		values[7];
		bool		nulls[7] = {0};

		CHECK_FOR_INTERRUPTS();
		gd_judge_element(&a, a.elements[k], &v);
		if (!v.obtainable)
			continue;
		items = v.ready.n > 0 ? &v.ready : &v.apply;
		values[0] = CStringGetTextDatum(a.elements[k]->code);
		values[1] = CStringGetTextDatum(items->first->resource->code);
		values[2] = CStringGetTextDatum(items->first->item);
		values[3] = CStringGetTextDatum(gd_how_names[items->how]);
		values[4] = Int64GetDatum(items->n);
		gd_put_time(items->since, &values[5], &nulls[5]);
		values[6] = CStringGetTextDatum(gd_next_step(items->first, items->how));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	gd_ask_no_more(&a);
	return (Datum) 0;
}
