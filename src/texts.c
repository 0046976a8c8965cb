/*-------------------------------------------------------------------------
 *
 * texts.c
 *	  Lists of names: the text[] and bigint[] columns of cases.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(gd_text);

/* characters that show nothing: spaces of all widths, marks without a width, fillers */
static bool
gd_shows_nothing(pg_wchar c)
{
	static const pg_wchar ranges[][2] = {
		{0x01, 0x20}, {0x7f, 0xa0}, {0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160},
		{0x1680, 0x1680}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2000, 0x200f}, {0x2028, 0x202f},
		{0x205f, 0x206f}, {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xfe00, 0xfe0f},
		{0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}
	};

	for (size_t i = 0; i < lengthof(ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* nothing, or nothing that anybody could read: a reason of that kind is none */
bool
gd_is_blank_text(const char *text)
{
	const unsigned char *s;

	if (text == NULL)
		return true;
	s = (const unsigned char *) pg_server_to_any(text, strlen(text), PG_UTF8);
	while (*s != '\0' && gd_shows_nothing(utf8_to_unicode(s)))
		s += pg_utf_mblen(s);
	return *s == '\0';
}

/*
 * A list names what it is about, each element something.  Columns are looked at
 * when their rows are (gd_row_open); what is left are arguments of functions.
 */
static void
gd_check_named(Datum array)
{
	if (!array_contains_nulls(DatumGetArrayTypeP(array)))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(10)),
			 errmsg("a list must not contain an empty element"),
			 errdetail("One of its elements is NULL; it names things of the catalog. Measures, Article 10."),
			 errhint("Name each element, or leave it out.")));
}

/* ids of a bigint[] */
int
gd_ids_of(Datum array, int64 **ids)
{
	Datum	   *elems;
	int			n;

	gd_check_named(array);
	deconstruct_array(DatumGetArrayTypeP(array), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elems, NULL, &n);
	*ids = palloc(Max(n, 1) * sizeof(int64));
	for (int i = 0; i < n; i++)
		(*ids)[i] = DatumGetInt64(elems[i]);
	return n;
}

bool
gd_ids_have(Datum array, int64 value)
{
	int64	   *ids;
	int			n = gd_ids_of(array, &ids);

	for (int i = 0; i < n; i++)
		if (ids[i] == value)
			return true;
	return false;
}

/* elements of a text[] */
int
gd_texts_of(Datum array, char ***texts)
{
	Datum	   *elems;
	int			n;

	gd_check_named(array);
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elems, NULL, &n);
	*texts = palloc(Max(n, 1) * sizeof(char *));
	for (int i = 0; i < n; i++)
		(*texts)[i] = TextDatumGetCString(elems[i]);
	return n;
}

bool
gd_texts_have(Datum array, const char *value)
{
	Datum	   *elems;
	bool	   *nulls;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i] && strcmp(TextDatumGetCString(elems[i]), value) == 0)
			return true;
	return false;
}

ArrayType *
gd_texts_select(Datum from, bool fromnull, Datum in, bool innull, bool wanted)
{
	Datum	   *elems;
	bool	   *nulls;
	Datum	   *kept;
	int			n = 0;
	int			k = 0;

	if (!fromnull)
		deconstruct_array(DatumGetArrayTypeP(from), TEXTOID, -1, false, TYPALIGN_INT,
						  &elems, &nulls, &n);
	kept = palloc(Max(n, 1) * sizeof(Datum));
	for (int i = 0; i < n; i++)
		if (!nulls[i] &&
			(!innull && gd_texts_have(in, TextDatumGetCString(elems[i]))) == wanted)
			kept[k++] = elems[i];
	return k == 0 ? NULL : construct_array(kept, k, TEXTOID, -1, false, TYPALIGN_INT);
}

/*
 * gd_text
 *		A message that is made in SQL, in the session's language.  What is no
 *		message of the catalog comes back as it is; the empty one would be the
 *		catalog's header.
 */
Datum
gd_text(PG_FUNCTION_ARGS)
{
	char	   *message = text_to_cstring(PG_GETARG_TEXT_PP(0));

	gd_speak();
	PG_RETURN_TEXT_P(cstring_to_text(message[0] ? _(message) : message));
}
