/*-------------------------------------------------------------------------
 *
 * guard.h
 *	  What the guards of catalog and requests have in common: rows under
 *	  judgment, the judge, and writing as the law itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_GUARD_H
#define GOVDATA_GUARD_H

#include "commands/trigger.h"
#include "executor/spi.h"

/* a row as a BEFORE trigger sees it, columns by attribute number */
typedef struct GdRow
{
	TriggerData *trigdata;
	TupleDesc	desc;
	bool		is_insert;
	Datum	   *old;			/* NULL on INSERT */
	bool	   *oldnull;
	Datum	   *new;
	bool	   *newnull;
} GdRow;

/* a governed table: its columns in order, so that attribute numbers are fixed */
typedef struct GdShape
{
	const char *subject;		/* as in govdata.transition */
	int			article;		/* broken where no transition says otherwise */
	const char *const *columns;
	int			ncolumns;
	bool		checked;
} GdShape;

/*
 * Open the row under judgment.  Returns false when there is nothing to judge
 * (restore, script); raises for DELETE: what is on record stays on record.
 */
extern bool gd_row_open(GdRow *row, FunctionCallInfo fcinfo, GdShape *shape);
extern Datum gd_row_done(GdRow *row);
/* the tuple as it came */
extern Datum gd_row_as_is(FunctionCallInfo fcinfo);

extern const char *gd_new_text(GdRow *row, int attno);	/* NULL for null */
extern const char *gd_old_text(GdRow *row, int attno);
extern int64 gd_new_int64(GdRow *row, int attno);	/* 0 for null */
extern void gd_set(GdRow *row, int attno, Datum value);
extern void gd_set_text(GdRow *row, int attno, const char *value);
extern void gd_set_null(GdRow *row, int attno);
extern bool gd_is_changed(GdRow *row, int attno);
/* can who acts see the row that an UPDATE has met? */
extern bool gd_row_is_visible(GdRow *row);
/* raises unless who acts can see the row that an UPDATE has met */
extern void gd_require_visible(GdRow *row, const GdShape *shape);
extern bool gd_row_is_changed(GdRow *row);
/* is the column one of these (0 ends the list, NULL is empty)? */
extern bool gd_column_in(const int *columns, int attno);
/* raises when any other column than these (0 ends the list) was changed */
extern void gd_only_changes(GdRow *row, const GdShape *shape, int64 key, const int *allowed);
/* raises when any other column than these and the state was given a value on INSERT */
extern void gd_only_given(GdRow *row, const GdShape *shape, int state, const int *allowed);
/* raises when one of the columns was given a value on INSERT */
extern void gd_not_given(GdRow *row, const GdShape *shape, const int *columns);

/* does the actor of a transition row stand for who acts now? */
typedef bool (*GdActorTest) (const char *actor, void *context);
/* the row of govdata.transition that allows the move; raises for none */
extern const GdTransition *gd_judge(const char *subject, int article, const char *key,
									const char *from, const char *to,
									GdActorTest is, void *context);

/* raises for a row that is not there, or not to be seen: nobody can tell which */
extern void gd_no_such(const char *subject, const char *key, int article);

/* the acting department, by its own hands; nobody is refused */
extern int64 gd_acting(int article);
extern void gd_check_trigger(FunctionCallInfo fcinfo);
extern void gd_check_emptied(TriggerData *td);
/* raises unless a reason of more than blanks is given for the act */
extern void gd_require_reason(const char *reason, int article, const char *act);

/* next value of one of our sequences, whatever the caller's rights */
extern int64 gd_draw(const char *sequence);

/*
 * A statement run as the extension's owner.  The plan is kept; the first
 * row's columns are copied into the caller's memory.
 */
typedef struct GdStatementText
{
	const char *sql;
	int			nargs;
	const Oid  *argtypes;
	SPIPlanPtr	plan;
} GdStatementText;

/* argument types of the statements that have one */
extern const Oid gd_arg_int8[1];
extern const Oid gd_arg_ids[1];
extern const Oid gd_arg_text[1];
extern const Oid gd_arg_texts[1];
extern const Oid gd_arg_oid[1];

extern uint64 gd_own_run(GdStatementText *text, Datum *args, const char *nulls,
						 TriggerData *trigdata, int ncolumns, Datum *values, bool *isnull);

/* its rows, if there are any, as SPI has them: to be taken where they are wanted, within SPI's memory */
typedef void (*GdRowsTaker) (void *context);
extern uint64 gd_own_each(GdStatementText *text, Datum *args, GdRowsTaker take, void *context);

/* all its rows, as the result of a set-returning function */
extern void gd_own_rows(GdStatementText *text, Datum *args, FunctionCallInfo fcinfo);

/* the same with time as the actor, for what facts and clock have decided */
extern uint64 gd_run_as_time(GdStatementText *text, Datum *args);

/* derive.c: a request of this transaction moved on its way, or named its items anew */
extern bool gd_moved_on_way;

/* a request that holds only if it also commits on this day */
extern void gd_received(DateADT day);
/* the same for what fixes from which day on something else holds */
extern void gd_dated(DateADT day);
/* the same for what starts a limit */
extern void gd_limit_started(const GdShape *shape, DateADT day);
/* a decision that holds only if it also commits before this instant */
extern void gd_decided(int64 request, TimestampTz matures_at);
/* lock_holders.c: the statement may have to wait for a row: from now on it is seen how long */
extern void gd_watch_wait(void);
/* was what is done now waiting for a lock at this instant?  Then since when */
extern bool gd_waited_over(TimestampTz instant, TimestampTz *since);
/* until when what has waited must be committed */
extern TimestampTz gd_hold_ends(void);
/* a table of ours that this transaction has locked against others */
extern Oid	gd_locked_table(void);
/* an act that counts as in time only if it also commits before the end of the limit */
extern void gd_within_limit(const GdShape *shape, int64 id, TimestampTz due_at);

/* ---- catalog.c: the resource as requests see it ---- */

typedef struct GdResource
{
	int64		id;
	char	   *code;
	int64		provider;
	char		state[16];
	char		sharing[16];
	Datum		scope_departments;	/* (Datum) 0: not limited */
	Datum		scope_regions;
	Datum		scope_systems;
	Datum		uses;
	bool		has_standing_consent;
	int			nitems;
	char	  **items;			/* not retired, in order */
	char	  **classes;		/* of the items, stricter of both */
	int64	   *sources;		/* departments of which they are; 0: the provider's own */
} GdResource;

/*
 * The resource, locked against changes until the transaction ends.  NULL when
 * there is none.  The result lives until the end of the (sub)transaction.
 */
extern GdResource *gd_resource(int64 id);
extern const char *gd_resource_item_class(GdResource *r, const char *item); /* NULL: no such item */
extern int64 gd_resource_item_source(GdResource *r, const char *item);	/* 0: the provider's own */
/* the first of the items that the resource does not have; NULL: it has all */
extern const char *gd_resource_unknown_item(GdResource *r, Datum items);
/* raises for such an item */
extern void gd_check_items_exist(Datum items, int64 resource, int article);
/* rank of a sharing class, strictest highest; and of these items, or all of them */
extern int	gd_class_rank(const char *sharing);
extern int	gd_resource_strictest(GdResource *r, Datum items, bool all);
/* lock the resource as somebody who changes it or its parts, to the end: its provider; raises when there is none */
extern int64 gd_hold_resource(int64 id);
/* what gd_resource() has read may have changed */
extern void gd_resources_forget(void);
extern void gd_catalog_init(void);

/* ---- decree.c ---- */

/* raises where a service may not be ended without negotiation and filing */
extern void gd_check_service_end(int64 resource, const char *code);

/* ---- request.c ---- */

/*
 * Write down which consents time has given, as time itself, to requests that are
 * told by "of": without, all of them.  Returns how many.
 */
typedef enum GdSettled
{
	GD_SETTLE_ALL,
	GD_SETTLE_REQUEST,
	GD_SETTLE_REQUESTS,			/* bigint[] */
	GD_SETTLE_RESOURCE,
	GD_SETTLE_AUTHORIZATION,	/* the one that the request becomes */
	GD_SETTLE_DEPARTMENT,		/* provider or consumer */
	GD_N_SETTLED
} GdSettled;

extern uint64 gd_settle(GdSettled which, Datum of);

/* ---- dispatch.c ---- */

/* in SQL, how closed an opening class is: what is derived from a source is no less so */
#define GD_OPENING_RANK(class) \
	"CASE " class " WHEN 'closed' THEN 3 WHEN 'conditional' THEN 2 ELSE 1 END"

/* raises when a class is looser than that of a source the resource is made from; NULL: no opening to look at */
extern void gd_check_sources(int64 resource, const char *code, const char *sharing, const char *opening);

/* ---- consent.c ---- */

/* has the provider consented to this in advance? */
extern bool gd_standing_consent_covers(int64 resource, DateADT day, const GdDepartment *consumer,
									   Datum items, const char *usage);

/* ---- scope.c ---- */

/* is use by this department outside what the provider has declared? */
extern bool gd_outside_scope(const GdResource *r, const GdDepartment *who, const char *usage);
/* raises when the columns name a department or region that does not exist */
extern void gd_check_scope(GdRow *row, int departments, int regions, int systems);

#endif							/* GOVDATA_GUARD_H */
