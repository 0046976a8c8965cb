/*-------------------------------------------------------------------------
 *
 * search.c
 *	  Full-text search of the catalog, page by page (Article 10).
 *
 * The keys of a text are its characters and its runs of two and of three, as
 * numbers: Chinese words are mostly of two characters, and are not set apart.
 * Runs of three are for longer words, names above all, and runs of six letters or
 * digits for codes: their pairs are everywhere, and to intersect long lists costs
 * more than to read short ones.  A word of the query must have its longest keys in
 * the text, and is then compared itself.
 *
 * Beside them, the keys of a row name the blocks of numbers in which its entry
 * lies: of 1024 numbers, of 4096, and so on.  GIN intersects lists of rows in
 * the order of the table, skipping what the rarest list lacks; with a block's
 * key among them a search costs what the block holds and no more.  So the search
 * begins in the newest block and takes larger ones as long as they hold few
 * matches, smaller ones where they hold more than a page: about as many rows are
 * read for a frequent word as for a rare one, whatever the size of the catalog.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "guard.h"

PG_FUNCTION_INFO_V1(gd_search_fold);
PG_FUNCTION_INFO_V1(gd_search_keys);
PG_FUNCTION_INFO_V1(gd_search);

#define GD_BLOCK_BITS	10		/* the smallest block: 1024 numbers */
#define GD_LEVEL_BITS	2		/* each level four times as large */
#define GD_LEVELS		12
#define GD_MAX_QUERY	200		/* characters */
#define GD_MAX_PAGE		1000

/* kinds of keys that are no text; those of the text are positive */
typedef enum GdKeyKind
{
	GD_KEY_BLOCK = 1,
	GD_KEY_PROVIDER = 1 + GD_LEVELS,
	GD_KEY_REGION,
	GD_KEY_SHARING
} GdKeyKind;

static int64
gd_key(int kind, int64 value)
{
	return -(((int64) kind << 56) | (value & INT64CONST(0x00FFFFFFFFFFFFFF)));
}

static int64
gd_block_key(int level, int64 id)
{
	return gd_key(GD_KEY_BLOCK + level, id >> (GD_BLOCK_BITS + GD_LEVEL_BITS * level));
}

static int64
gd_sharing_key(const char *sharing)
{
	return gd_key(GD_KEY_SHARING, sharing[0]);
}

/* codes of regions are texts of up to twelve characters: 56 bits of a hash */
static int64
gd_region_key(text *region)
{
	return gd_key(GD_KEY_REGION, (int64) DatumGetUInt64(hash_any_extended((unsigned char *) VARDATA_ANY(region),
																		  VARSIZE_ANY_EXHDR(region), 0)));
}

/* ---- texts ---- */

static bool
gd_is_blank_char(pg_wchar c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x00A0 || c == 0x3000 || c == 0xFEFF;
}

/* is the character part of words?  Marks and signs are not. */
static bool
gd_is_word_char(pg_wchar c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
	return c >= 0xAA && !(c >= 0x2000 && c <= 0x206F) && !(c >= 0x3000 && c <= 0x3004) &&
		!(c >= 0x3008 && c <= 0x3020) && !(c >= 0xFF00 && c <= 0xFF0F) && !(c >= 0xFF1A && c <= 0xFF20);
}

/*
 * A text as it is compared: wide forms of ASCII narrow, capitals small, runs of
 * blanks one blank.  Both the texts and the queries go through here.
 */
static int
gd_fold(const char *s, int len, pg_wchar *out)
{
	pg_wchar   *wide = palloc((len + 1) * sizeof(pg_wchar));
	int			n = pg_mb2wchar_with_len(s, wide, len);
	bool		unicode = GetDatabaseEncoding() == PG_UTF8;
	int			k = 0;

	for (int i = 0; i < n; i++)
	{
		pg_wchar	c = wide[i];

		if (unicode && c >= 0xFF01 && c <= 0xFF5E)
			c -= 0xFEE0;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (gd_is_blank_char(c))
		{
			if (k > 0 && out[k - 1] != ' ')
				out[k++] = ' ';
		}
		else
			out[k++] = c;
	}
	while (k > 0 && out[k - 1] == ' ')
		k--;
	pfree(wide);
	return k;
}

static text *
gd_wide_text(const pg_wchar *wide, int n)
{
	char	   *s = palloc(n * MAX_MULTIBYTE_CHAR_LEN + 1);
	int			len = pg_wchar2mb_with_len(wide, s, n);

	return cstring_to_text_with_len(s, len);
}

Datum
gd_search_fold(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);
	int			len = VARSIZE_ANY_EXHDR(t);
	pg_wchar   *wide = palloc((len + 1) * sizeof(pg_wchar));

	PG_RETURN_TEXT_P(gd_wide_text(wide, gd_fold(VARDATA_ANY(t), len, wide)));
}

/* bits of a character in a key: what is not Unicode may have more, of which the text itself is the test */
#define GD_CHAR_BITS	21
#define GD_RUN			3
#define GD_CODE_RUN		6		/* of letters and digits, of seven bits each */

static int64
gd_run_key(const pg_wchar *c, int n)
{
	int64		key = 0;

	for (int i = 0; i < GD_RUN; i++)
		key = (key << GD_CHAR_BITS) | (i < n ? c[i] & ((1 << GD_CHAR_BITS) - 1) : 0);
	return key;
}

/* the key of a run of letters and digits; 0 where none of its length begins */
static int64
gd_code_key(const pg_wchar *c, int n)
{
	int64		key = (1 << GD_CHAR_BITS) - 1;	/* no character of Unicode */

	if (n < GD_CODE_RUN)
		return 0;
	for (int i = 0; i < GD_CODE_RUN; i++)
	{
		if (c[i] >= 0x80 || !gd_is_word_char(c[i]))
			return 0;
		key = (key << 7) | c[i];
	}
	return key;
}

static int
gd_word_length(const pg_wchar *c, int n)
{
	int			len = 0;

	while (len < n && gd_is_word_char(c[len]))
		len++;
	return len;
}

/* All keys of some characters.  Returns how many. */
static int
gd_text_keys(const pg_wchar *c, int n, Datum *keys)
{
	int			k = 0;

	for (int i = 0; i < n; i++)
	{
		int			run = gd_word_length(c + i, Min(n - i, GD_RUN));
		int64		code = gd_code_key(c + i, n - i);

		for (int len = 1; len <= run; len++)
			keys[k++] = Int64GetDatum(gd_run_key(c + i, len));
		if (code != 0)
			keys[k++] = Int64GetDatum(code);
	}
	return k;
}

/*
 * The keys by which they are looked for: the longest, and of a long word every
 * third and the last, which leave nothing of it out.
 */
static int
gd_query_keys(const pg_wchar *c, int n, Datum *keys)
{
	int			k = 0;

	for (int i = 0, run; i < n; i += Max(run, 1))
	{
		int			covered = i;	/* by keys of codes */
		int			last;

		run = gd_word_length(c + i, n - i);
		last = i + Max(run - GD_RUN, 0);
		for (int at = i; run > 0; at = Min(at + (run >= 2 * GD_RUN ? GD_RUN : 1), last))
		{
			int64		code = gd_code_key(c + at, i + run - at);

			if (code != 0)
			{
				keys[k++] = Int64GetDatum(code);
				covered = at + GD_CODE_RUN;
			}
			else if (covered < Min(at + GD_RUN, i + run))
				keys[k++] = Int64GetDatum(gd_run_key(c + at, Min(GD_RUN, run)));
			if (at == last)
				break;
		}
	}
	return k;
}

static Datum
gd_int8_array(Datum *elems, int n)
{
	return PointerGetDatum(construct_array(elems, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
gd_search_keys(PG_FUNCTION_ARGS)
{
	text	   *document = PG_GETARG_TEXT_PP(0);
	int64		resource = PG_GETARG_INT64(1);
	char	   *sharing = text_to_cstring(PG_GETARG_TEXT_PP(4));
	int			len = VARSIZE_ANY_EXHDR(document);
	pg_wchar   *wide = palloc((len + 1) * sizeof(pg_wchar));
	Datum	   *keys = palloc(((GD_RUN + 1) * (Size) len + GD_LEVELS + 3) * sizeof(Datum));
	int			n = gd_text_keys(wide, gd_fold(VARDATA_ANY(document), len, wide), keys);

	for (int level = 0; level < GD_LEVELS; level++)
		keys[n++] = Int64GetDatum(gd_block_key(level, resource));
	keys[n++] = Int64GetDatum(gd_key(GD_KEY_PROVIDER, PG_GETARG_INT64(2)));
	keys[n++] = Int64GetDatum(gd_region_key(PG_GETARG_TEXT_PP(3)));
	keys[n++] = Int64GetDatum(gd_sharing_key(sharing));
	PG_RETURN_DATUM(gd_int8_array(keys, n));
}

/* ---- the search ---- */

typedef struct GdSearch
{
	Datum	   *keys;			/* that each row must have */
	int			nkeys;
	Datum		words;			/* text[] */
	Datum		regions;		/* int8[] of keys, one of which it must have; (Datum) 0: not limited */
	int64		end;			/* of all numbers */
	bool		is_first_page;	/* nothing newer is left out */
	int64		before;			/* of the block that is searched */
	int			limit;
	int64	   *ids;			/* found there */
	int			nids;
} GdSearch;

/* ---- what is known of the keys ---- */

/* a key of more rows than one in so many is common */
#define GD_COMMON		20

static int
gd_key_compare(const void *a, const void *b)
{
	int64		l = DatumGetInt64(*(const Datum *) a);
	int64		r = DatumGetInt64(*(const Datum *) b);

	return (l > r) - (l < r);
}

/*
 * Leaves out the common keys of a word that has others: what is in a long list
 * is looked for in it match by match, which costs more than to read the few
 * texts that have the other keys of the word and not this one.  By the statistics
 * of the index; without any, no key is common.
 */
static void
gd_drop_common(GdSearch *s, int first)
{
	HeapTuple	tup = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(gd_object_oid("resource_search_keys")),
									  Int16GetDatum(1), BoolGetDatum(false));
	AttStatsSlot slot;
	int			kept = first;

	if (!HeapTupleIsValid(tup))
		return;
	if (get_attstatsslot(&slot, tup, STATISTIC_KIND_MCELEM, InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		for (int i = first; i < s->nkeys; i++)
		{
			Datum	   *found = bsearch(&s->keys[i], slot.values, slot.nvalues, sizeof(Datum), gd_key_compare);

			if (found == NULL || slot.numbers[found - slot.values] * GD_COMMON < 1)
				s->keys[kept++] = s->keys[i];
		}
		if (kept > first)
			s->nkeys = kept;
		free_attstatsslot(&slot);
	}
	ReleaseSysCache(tup);
}

/* ---- the query ---- */

static void
gd_search_words(GdSearch *s, const char *query)
{
	int			len = strlen(query);
	pg_wchar   *wide = palloc((len + 1) * sizeof(pg_wchar));
	int			n = gd_fold(query, len, wide);
	Datum	   *words = palloc((n + 1) * sizeof(Datum));
	int			nwords = 0;

	if (n > GD_MAX_QUERY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the query is too long"),
				 errdetail("It has %d characters; %d are allowed.", n, GD_MAX_QUERY),
				 errhint("Ask for fewer words.")));
	s->keys = palloc((n + 4) * sizeof(Datum));
	for (int i = 0; i < n;)
	{
		int			end = i;
		int			first;

		while (end < n && wide[end] != ' ')
			end++;
		first = s->nkeys;
		s->nkeys += gd_query_keys(wide + i, end - i, s->keys + s->nkeys);
		gd_drop_common(s, first);
		words[nwords++] = PointerGetDatum(gd_wide_text(wide + i, end - i));
		i = end + 1;
	}
	s->words = PointerGetDatum(construct_array(words, nwords, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * The ids of a block, in no order; more than the limit are not looked for.  The
 * block is a condition of its own and the first: GIN skips to its rows before it
 * looks at the other keys, and has finished after the last of them.
 */
#define SEARCH_KEYS "govdata._search_keys(s.document, s.resource, s.provider, s.region, s.sharing)"
#define SEARCH_SQL(more) \
	"SELECT array_agg(f.resource) FROM (SELECT s.resource FROM govdata.resource_search s" \
	" WHERE " SEARCH_KEYS " @> $1 AND " SEARCH_KEYS " @> $2" more " AND s.resource + 0 < $3" \
	" AND NOT EXISTS (SELECT FROM unnest($4) AS w (word) WHERE strpos(s.document, w.word) = 0)" \
	" LIMIT $5) f"

static int64
gd_block_first(int level, int64 before)
{
	int			bits = GD_BLOCK_BITS + GD_LEVEL_BITS * level;

	return before > 0 ? ((before - 1) >> bits) << bits : 0;
}

static void
gd_search_block(GdSearch *s, int level)
{
	static const Oid types[] = {INT8ARRAYOID, INT8ARRAYOID, INT8OID, TEXTARRAYOID, INT8OID, INT8ARRAYOID};
	static GdStatementText all = {SEARCH_SQL(""), 5, types, NULL};
	static GdStatementText some = {SEARCH_SQL(" AND " SEARCH_KEYS " && $6"), 6, types, NULL};
	Datum		block = Int64GetDatum(gd_block_key(level, s->before - 1));
	Datum		args[6];
	Datum		found;
	bool		isnull;
	Datum	   *elems;

	args[0] = gd_int8_array(&block, 1);
	args[1] = s->nkeys > 0 ? gd_int8_array(s->keys, s->nkeys) : args[0];
	/* down to the first number the block is no condition, and its list a long one */
	if (s->is_first_page && gd_block_first(level, s->before) == 0)
		args[0] = args[1];
	args[2] = Int64GetDatum(s->before);
	args[3] = s->words;
	args[4] = Int64GetDatum(level == 0 ? (int64) 1 << GD_BLOCK_BITS : s->limit);
	args[5] = s->regions;
	(void) gd_own_run(s->regions ? &some : &all, args, NULL, NULL, 1, &found, &isnull);
	s->nids = 0;
	if (isnull)
		return;
	deconstruct_array(DatumGetArrayTypeP(found), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elems, NULL, &s->nids);
	s->ids = palloc(s->nids * sizeof(int64));
	for (int i = 0; i < s->nids; i++)
		s->ids[i] = DatumGetInt64(elems[i]);
}

static int
gd_newest_first(const void *a, const void *b)
{
	int64		l = *(const int64 *) a;
	int64		r = *(const int64 *) b;

	return (l < r) - (l > r);
}

/*
 * The largest block after this one that may be expected to be well within the
 * limit, by what was found between "first" and "before": of that block only a part
 * may have been left, and of the next one newer rows are met again.
 */
static int
gd_next_level(const GdSearch *s, int64 first)
{
	double		density = (s->nids + 1) / (double) (s->before - first);
	int			level = 0;

	while (level < GD_LEVELS - 1 && gd_block_first(level, first) > 0)
	{
		int64		start = gd_block_first(level + 1, first);
		int64		end = start + (INT64CONST(1) << (GD_BLOCK_BITS + GD_LEVEL_BITS * (level + 1)));

		if ((Min(end, s->end) - start) * density > s->limit / 2)
			break;
		level++;
	}
	return level;
}

/*
 * One block after the other, the newest first, until the page is full.  A block
 * with more matches than could be looked at is taken apart.
 */
static void
gd_search_page(GdSearch *s, int page, ReturnSetInfo *rsinfo)
{
	int			level = 0;

	while (s->before > 0 && page > 0)
	{
		int64		first = gd_block_first(level, s->before);

		CHECK_FOR_INTERRUPTS();
		gd_search_block(s, level);
		if (level > 0 && s->nids >= s->limit)
		{
			level--;
			continue;
		}
		qsort(s->ids, s->nids, sizeof(int64), gd_newest_first);
		for (int i = 0; i < s->nids && page > 0; i++, page--)
		{
			Datum		value = Int64GetDatum(s->ids[i]);
			bool		isnull = false;

			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &isnull);
		}
		level = gd_next_level(s, first);
		s->before = first;
	}
}

static int64
gd_search_end(void)
{
	static GdStatementText query = {"SELECT coalesce(max(resource), 0) + 1 FROM govdata.resource_search", 0, NULL, NULL};
	Datum		value;
	bool		isnull;

	(void) gd_own_run(&query, NULL, NULL, NULL, 1, &value, &isnull);
	return DatumGetInt64(value);
}

static Datum
gd_region_keys(Datum regions)
{
	Datum	   *elems;
	bool	   *nulls;
	int			n;
	int			k = 0;

	deconstruct_array(DatumGetArrayTypeP(regions), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			elems[k++] = Int64GetDatum(gd_region_key(DatumGetTextPP(elems[i])));
	return gd_int8_array(elems, k);
}

/*
 * Plans for the index alone, once a session: what it is for is known better
 * here than by estimate, and estimating costs more than searching.
 */
static void
gd_search_with_index(GdSearch *s, int page, ReturnSetInfo *rsinfo)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("plan_cache_mode", "force_generic_plan", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	gd_search_page(s, page, rsinfo);
	AtEOXact_GUC(true, level);
}

Datum
gd_search(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	GdSearch	s = {0};
	int			page = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (page < 1 || page > GD_MAX_PAGE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a page has from 1 to %d rows", GD_MAX_PAGE),
				 errdetail("%d were asked for.", page),
				 errhint("Go on with the next page: before => the last id of this one.")));
	gd_search_words(&s, PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (!PG_ARGISNULL(1))
		s.keys[s.nkeys++] = Int64GetDatum(gd_key(GD_KEY_PROVIDER, PG_GETARG_INT64(1)));
	if (!PG_ARGISNULL(2))
		s.regions = gd_region_keys(PG_GETARG_DATUM(2));
	if (!PG_ARGISNULL(3))
		s.keys[s.nkeys++] = Int64GetDatum(gd_sharing_key(text_to_cstring(PG_GETARG_TEXT_PP(3))));
	s.before = s.end = gd_search_end();
	s.is_first_page = PG_ARGISNULL(5);
	if (!PG_ARGISNULL(5))
		s.before = Min(s.before, PG_GETARG_INT64(5));
	s.limit = Max(4 * page, 256);
	gd_search_with_index(&s, page, rsinfo);
	return (Datum) 0;
}
