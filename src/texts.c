/*-------------------------------------------------------------------------
 *
 * texts.c
 *	  Lists of names: the text[] and bigint[] columns of cases.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* ids of a bigint[] without nulls */
int
gd_ids_of(Datum array, int64 **ids)
{
	Datum	   *elems;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(array), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elems, NULL, &n);
	*ids = palloc(Max(n, 1) * sizeof(int64));
	for (int i = 0; i < n; i++)
		(*ids)[i] = DatumGetInt64(elems[i]);
	return n;
}

/* elements of a text[] without nulls */
int
gd_texts_of(Datum array, char ***texts)
{
	Datum	   *elems;
	int			n;

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
