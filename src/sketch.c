/*-------------------------------------------------------------------------
 *
 * sketch.c
 *	  How often values occur, in bounded memory.
 *
 * Counting the occurrences of ten million keys would take as much memory as
 * the keys; sampling rows would miss that two of them have the same key.  So
 * keys are sampled, by their hash: a key is in the sample with all its rows or
 * with none.  As long as all keys fit, the figures are exact.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"

#include "quality.h"

#define GD_SKETCH_KEYS	4096
#define GD_SKETCH_SIZE	(2 * GD_SKETCH_KEYS)

/* the quantile of the normal distribution for 95 % */
#define GD_QUANTILE		1.959964

GdSketch *
gd_sketch_create(MemoryContext context)
{
	GdSketch   *sketch = MemoryContextAllocZero(context, sizeof(GdSketch));

	sketch->context = context;
	sketch->entries = MemoryContextAllocZero(context, GD_SKETCH_SIZE * sizeof(GdSketchEntry));
	return sketch;
}

static bool
gd_in_slice(const GdSketch *sketch, uint64 hash)
{
	return sketch->halvings == 0 || (hash >> (64 - sketch->halvings)) == 0;
}

/* the low bits say where to look, the high ones what is sampled */
static void
gd_sketch_put(GdSketch *sketch, uint64 hash, int64 n)
{
	uint32		i = (uint32) hash % GD_SKETCH_SIZE;

	while (sketch->entries[i].n != 0 && sketch->entries[i].hash != hash)
		i = (i + 1) % GD_SKETCH_SIZE;
	if (sketch->entries[i].n == 0)
	{
		sketch->entries[i].hash = hash;
		sketch->nkeys++;
	}
	sketch->entries[i].n += n;
}

static void
gd_sketch_halve(GdSketch *sketch)
{
	GdSketchEntry *old = sketch->entries;

	sketch->entries = MemoryContextAllocZero(sketch->context, GD_SKETCH_SIZE * sizeof(GdSketchEntry));
	sketch->nkeys = 0;
	sketch->halvings++;
	for (int i = 0; i < GD_SKETCH_SIZE; i++)
		if (old[i].n != 0 && gd_in_slice(sketch, old[i].hash))
			gd_sketch_put(sketch, old[i].hash, old[i].n);
	pfree(old);
}

void
gd_sketch_add(GdSketch *sketch, uint64 hash)
{
	if (!gd_in_slice(sketch, hash))
		return;
	gd_sketch_put(sketch, hash, 1);
	while (sketch->nkeys > GD_SKETCH_KEYS)
		gd_sketch_halve(sketch);
}

/*
 * Half of the 95 % interval of a ratio of sums over sampled keys: the ratio
 * estimator's, and where the sample shows no variance, the rule of three.
 */
static double
gd_ratio_error(double squares, double rows, int64 keys, int halvings)
{
	double		fraction = ldexp(1.0, -halvings);
	double		n = (double) keys;

	if (halvings == 0 || keys < 2 || rows <= 0)
		return halvings == 0 ? 0.0 : 1.0;
	return fmin(1.0, fmax(GD_QUANTILE * sqrt((1.0 - fraction) * n / (n - 1.0) * squares) / rows, 3.0 / n));
}

GdSketchFigures
gd_sketch_figures(const GdSketch *sketch)
{
	GdSketchFigures f = {0};
	double		single = 0.0;
	double		surplus = 0.0;

	for (int i = 0; i < GD_SKETCH_SIZE; i++)
	{
		int64		n = sketch->entries[i].n;

		if (n == 0)
			continue;
		f.keys++;
		f.rows += n;
		f.single += n == 1 ? 1 : 0;
		f.surplus += n - 1;
	}
	for (int i = 0; i < GD_SKETCH_SIZE && f.rows > 0; i++)
	{
		double		n = (double) sketch->entries[i].n;
		double		x;

		if (sketch->entries[i].n == 0)
			continue;
		x = (n == 1.0 ? 1.0 : 0.0) - n * f.single / f.rows;
		single += x * x;
		x = (n - 1.0) - n * f.surplus / f.rows;
		surplus += x * x;
	}
	f.error_single = gd_ratio_error(single, f.rows, f.keys, sketch->halvings);
	f.error_surplus = gd_ratio_error(surplus, f.rows, f.keys, sketch->halvings);
	return f;
}

void
gd_sketch_write(StringInfo out, const GdSketch *sketch)
{
	pq_sendint32(out, sketch->halvings);
	pq_sendint32(out, sketch->nkeys);
	for (int i = 0; i < GD_SKETCH_SIZE; i++)
		if (sketch->entries[i].n != 0)
		{
			pq_sendint64(out, sketch->entries[i].hash);
			pq_sendint64(out, sketch->entries[i].n);
		}
}

GdSketch *
gd_sketch_read(StringInfo in)
{
	GdSketch   *sketch = gd_sketch_create(CurrentMemoryContext);
	int			nkeys;

	sketch->halvings = pq_getmsgint(in, 4);
	nkeys = pq_getmsgint(in, 4);
	if (sketch->halvings > 63 || nkeys < 0 || nkeys > GD_SKETCH_KEYS)
		elog(ERROR, "the sample of keys is damaged");
	for (int i = 0; i < nkeys; i++)
	{
		uint64		hash = pq_getmsgint64(in);

		gd_sketch_put(sketch, hash, pq_getmsgint64(in));
	}
	return sketch;
}
