/*-------------------------------------------------------------------------
 *
 * uscc.c
 *	  Unified social credit codes (GB 32100-2015).
 *
 * Eighteen characters: registering authority, category, six digits of the
 * region, nine of the subject's identifier, one check character.  The
 * alphabet leaves out I, O, S, V and Z.
 *
 * The identifier's own check character (GB 11714) is not tested: the outer
 * one finds every single wrong character and every exchange of neighbors
 * already, and a code that was really issued must not be refused without
 * need.  Neither are the first two characters compared with a list, which
 * the registries have extended several times.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "utils/builtins.h"
#include "utils/datetime.h"

#define GD_USCC_LEN		18
#define GD_USCC_MODULUS	31

static const char gd_uscc_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

PG_FUNCTION_INFO_V1(gd_uscc_is_valid);

/* place of a character in the alphabet, -1 for one that is not there */
static int
gd_uscc_value(char c)
{
	const char *found;

	if (c == '\0')
		return -1;
	found = strchr(gd_uscc_alphabet, c);
	return found == NULL ? -1 : (int) (found - gd_uscc_alphabet);
}

Datum
gd_uscc_is_valid(PG_FUNCTION_ARGS)
{
	text	   *code = PG_GETARG_TEXT_PP(0);
	const char *s = VARDATA_ANY(code);
	int			weight = 1;
	int			sum = 0;

	if (VARSIZE_ANY_EXHDR(code) != GD_USCC_LEN)
		PG_RETURN_BOOL(false);

	/*
	 * Weights are the powers of 3.  With the check character, whose weight is
	 * 1, the sum of a right code is a multiple of 31.
	 */
	for (int i = 0; i < GD_USCC_LEN; i++)
	{
		int			value = gd_uscc_value(s[i]);

		if (value < 0)
			PG_RETURN_BOOL(false);
		if (i >= 2 && i < 8 && value > 9)
			PG_RETURN_BOOL(false);
		sum += value * (i == GD_USCC_LEN - 1 ? 1 : weight);
		weight = weight * 3 % GD_USCC_MODULUS;
	}
	PG_RETURN_BOOL(sum % GD_USCC_MODULUS == 0);
}

PG_FUNCTION_INFO_V1(gd_citizen_id_is_valid);

/* the n digits at s as a number, -1 where one is no digit */
static int
gd_digits(const char *s, int n)
{
	int			value = 0;

	for (int i = 0; i < n; i++)
	{
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value = value * 10 + (s[i] - '0');
	}
	return value;
}

/*
 * GB 11643: six digits of a region, a date of birth, a serial of three and a
 * check character.  Region codes come and go, so only their form is looked at.
 */
Datum
gd_citizen_id_is_valid(PG_FUNCTION_ARGS)
{
	static const char check[] = "10X98765432";
	text	   *code = PG_GETARG_TEXT_PP(0);
	const char *s = VARDATA_ANY(code);
	int			weight = 1;
	int			sum = 0;
	int			year;
	int			month;
	int			day;

	if (VARSIZE_ANY_EXHDR(code) != 18 || gd_digits(s, 6) < 110000 || gd_digits(s + 14, 3) < 0)
		PG_RETURN_BOOL(false);
	year = gd_digits(s + 6, 4);
	month = gd_digits(s + 10, 2);
	day = gd_digits(s + 12, 2);
	if (year < 1800 || month < 1 || month > 12 || day < 1 || day > day_tab[isleap(year)][month - 1])
		PG_RETURN_BOOL(false);
	/* weights are the powers of 2 modulo 11, from the right */
	for (int i = 16; i >= 0; i--)
	{
		weight = weight * 2 % 11;
		sum += (s[i] - '0') * weight;
	}
	PG_RETURN_BOOL(s[17] == check[sum % 11]);
}
