/*-------------------------------------------------------------------------
 *
 * seal.h
 *	  What the sealer tells the sweep.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_SEAL_H
#define GOVDATA_SEAL_H

#include "utils/hsearch.h"

/* a department that newly sealed entries concern, and the last of them */
typedef struct GdConcerned
{
	int64		department;		/* hash key */
	int64		last_entry;
} GdConcerned;

extern uint64 gd_query(const char *sql, int nargs, Oid *types, Datum *values);
extern int64 gd_seal_batch(int64 max_rows, HTAB *concerned);

#endif							/* GOVDATA_SEAL_H */
