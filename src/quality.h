/*-------------------------------------------------------------------------
 *
 * quality.h
 *	  Quality rules (rule.c), what they measure (measure.c, sketch.c), and the
 *	  runs that measure it (quality.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_QUALITY_H
#define GOVDATA_QUALITY_H

#include "access/htup.h"
#include "nodes/nodes.h"
#include "utils/rel.h"

#include "access.h"

/* how a kind of rule is measured */
typedef enum GdMeasuring
{
	GD_BY_ROW,					/* a condition on each row */
	GD_BY_CHECK,				/* a check character in each row */
	GD_BY_KEY,					/* how often values occur */
	GD_BY_REFERENCE,			/* values of another resource */
	GD_BY_COUNT,				/* how many rows there are */
	GD_BY_LATEST,				/* the greatest value */
	GD_BY_CATALOG				/* no row is read */
} GdMeasuring;

typedef struct GdQualityKind
{
	const char *name;
	GdMeasuring measuring;
	int			min_items;
	int			max_items;
	bool		asks;			/* contains a value of the definer's choice */
	const char *needs;			/* column that must be filled; NULL: none */
} GdQualityKind;

typedef struct GdRule
{
	int64		id;
	int64		resource;
	int64		provider;
	const GdQualityKind *kind;
	char	   *indicator;
	char	  **items;
	int			nitems;
	char	   *applies_to;
	char	   *expression;
	char	   *pattern;
	char	  **allowed;
	int			nallowed;
	char	   *low;
	char	   *high;
	int64		reference;
	char	  **reference_items;
	int			nreference;
	int64		expected;
	Datum		within;			/* interval; 0 for none */
} GdRule;

/* ---- rule.c ---- */

/* a rule as its row says, in the caller's memory */
extern GdRule *gd_rule_of(HeapTuple tup, TupleDesc desc);
/* the conditions on a row: which rows are measured, and which of these pass; NULL for all */
extern char *gd_rule_scope(const GdRule *rule);
extern char *gd_rule_test(const GdRule *rule);
/* may a department read all these items of a resource, every row, now? */
extern bool gd_reads_whole(int64 department, int64 resource, char **items, int nitems);
/* raises unless a rule about rows can be measured on this relation */
extern void gd_rule_fits(const GdRule *rule, Relation rel);

/* ---- sketch.c: how often values occur, in bounded memory ---- */

typedef struct GdSketchEntry
{
	uint64		hash;
	int64		n;				/* 0: free */
} GdSketchEntry;

/*
 * Occurrences of the keys whose hash falls into a slice of the hash space.
 * The slice is all of it until there are more keys than fit, and is halved
 * then: what remains is what would have been kept had it been so from the
 * start, so each key of the slice has all its occurrences counted.
 */
typedef struct GdSketch
{
	MemoryContext context;
	int			halvings;		/* the slice is 1 / 2^halvings */
	int			nkeys;
	GdSketchEntry *entries;		/* open addressing, twice as many as keys fit */
} GdSketch;

typedef struct GdSketchFigures
{
	int64		keys;
	int64		rows;			/* B */
	int64		single;			/* rows whose key occurs once: A of "unique" */
	int64		surplus;		/* rows beyond the first of their key: A of "duplicates" */
	double		error_single;	/* half of the 95 % interval of A / B; 0 when exact */
	double		error_surplus;
} GdSketchFigures;

extern GdSketch *gd_sketch_create(MemoryContext context);
extern void gd_sketch_add(GdSketch *sketch, uint64 hash);
extern GdSketchFigures gd_sketch_figures(const GdSketch *sketch);
extern void gd_sketch_write(StringInfo out, const GdSketch *sketch);
extern GdSketch *gd_sketch_read(StringInfo in);

/* ---- measure.c: what a run knows of its rules ---- */

typedef struct GdMeasure
{
	int64		rule;
	GdRule	   *definition;		/* NULL: not in force any longer */
	int64		seen;			/* rows in scope */
	int64		passed;
	TimestampTz latest;			/* DT_NOBEGIN: none */
	int			sqlerrcode;		/* why it cannot be measured, 0 */
	GdSketch   *sketch;
	struct GdProbe *probe;		/* how it is measured on the relation being read */
} GdMeasure;

typedef struct GdMeasures
{
	int			n;
	GdMeasure  *measures;
	MemoryContext context;
	GdMeasure  *current;		/* being prepared or evaluated: whose fault an error is */
	GdMeasure  *last;			/* evaluated last: whose fault it is that time is up */
} GdMeasures;

extern bytea *gd_measures_write(const GdMeasures *m);
extern GdMeasures *gd_measures_read(bytea *stored);
extern GdMeasures *gd_measures_new(const int64 *rules, int n);

/* where a chunk of a relation was read to */
typedef struct GdChunk
{
	BlockNumber next;			/* the first block that was not read */
	int64		rows;
} GdChunk;

/*
 * Measure the blocks from "from" on, no more than "blocks" and none that is
 * begun after "ms" milliseconds.  The relation, which is "root" or a partition
 * of it, and what rules refer to are locked by the caller.
 */
extern GdChunk gd_measure_blocks(GdMeasures *m, Oid root, Relation rel, BlockNumber from, BlockNumber end,
								 int blocks, int ms);

#endif							/* GOVDATA_QUALITY_H */
