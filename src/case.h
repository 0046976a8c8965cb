/*-------------------------------------------------------------------------
 *
 * case.h
 *	  Kinds of cases, stated instead of programmed.
 *
 * A case is a row that somebody opens and others move from state to state:
 * an order, a doubt, a purchase.  Who may move it where stands in
 * govdata.transition; what belongs to a move stands here, one GdMove each; and
 * one guard, gd_guard_case, judges them all.  A kind adds code only for what
 * no other kind has.
 *
 * To make a new kind: a table of its own (sql/, made a case table by
 * govdata._case_table), rows in gd_transitions, a GdCaseKind in the file of
 * its concern, and gd_case_register() in that file's init function.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_CASE_H
#define GOVDATA_CASE_H

#include "guard.h"

typedef struct GdCase
{
	GdRow	   *row;
	const struct GdCaseKind *kind;
	int64		me;				/* the acting department; 0 for the law itself */
	int64		id;				/* 0 until it is drawn */
	const char *from;			/* "" for a case that is being opened */
	const char *to;				/* equal to "from" for an amendment; a check may change it */
	const GdTransition *transition; /* that allows the move, once it is judged */
	void	   *facts;			/* what a check found out, for actors and effect */
} GdCase;

typedef struct GdActor
{
	const char *name;			/* as in govdata.transition */
	int			column;			/* the department named there is that actor ... */
	bool		(*is) (GdCase *c);	/* ... or this says so of c->me */
	bool		law;			/* ... or it is the law itself, for a reason of this name */
} GdActor;

/* a column that a move must fill, and what to call it in the error */
typedef struct GdRequired
{
	int			column;
	const char *what;			/* gettext_noop("the reason"); a noun */
} GdRequired;

typedef struct GdMove
{
	const char *from;			/* "": the case is opened; NULL: from any state */
	const char *to;				/* NULL: to any state; "from" itself: an amendment */
	const char *amender;		/* of an amendment, the actor; moves have theirs in the table */
	const char *actor;			/* of a move, where what belongs to it depends on the actor */
	const int  *columns;		/* beside the state; ends with 0; NULL: none */
	const GdRequired *required; /* ends with column 0; NULL: none */
	int			at;				/* column that takes the clock; 0: none */
	int			by;				/* column that takes the acting department; 0: none */
	const char *limit;			/* code of the limit that starts; NULL: none */
	int			due;			/* first of its four columns, see gd_limit_start */
	int			owed_by;		/* column of the department whose calendar counts */
	void		(*check) (GdCase *c);	/* before judgment: fills what actors depend on */
	void		(*effect) (GdCase *c);	/* after judgment and stamps */
} GdMove;

/*
 * A limit that runs: four adjacent columns limit_code, due_on, due_at,
 * due_provisional (with any prefix) of a case table.  While "open" holds, a
 * notice that is loaded moves it.
 */
typedef struct GdRunning
{
	int			due;			/* the first of the four columns */
	int			since;			/* timestamptz: receipt */
	int			owed_by;		/* department: whose region's calendar counts */
	int			matures;		/* timestamptz of the consequence; 0: none */
	const char *open;			/* SQL condition on the row, columns unqualified */
} GdRunning;

/*
 * Of a case that keeps the law of its receipt: columns that bear on a limit,
 * beside those of its GdRunning; 0 for none.
 */
typedef struct GdKept
{
	int			regime;			/* text: the regime */
	int			received;		/* timestamptz: the day by which limits are judged */
	int			extended;		/* integer: days granted on top */
	int			restarted;		/* timestamptz: where it is set, counted from then */
} GdKept;

typedef struct GdCaseKind
{
	GdShape		shape;			/* subject, table and column names */
	int			id;				/* column of the number */
	const char *sequence;		/* it is drawn from */
	int			state;			/* column of the state */
	const char *(*route) (GdRow *row);	/* which of the table's kinds a row is; NULL: it has one */
	const GdActor *actors;		/* ends with name NULL */
	const GdMove *moves;		/* ends with columns, from and to all NULL */
	const GdRunning *running;	/* ends with due 0; NULL: none */
	const GdKept *kept;			/* one for each of them; NULL: judged by "since" alone */
	void		(*settle) (GdCase *c);	/* before anything is judged; may be NULL */
} GdCaseKind;

/*
 * Kinds are told once, when the library is loaded.  They are found by their
 * subject.  That is the name of the table, unless the table has several state
 * machines and a column that chooses one: see gd_machine().
 */
extern void gd_case_register(GdCaseKind *kind);
extern GdCaseKind *gd_case_kinds(int i);	/* the i-th; NULL after the last */

/* raises unless the column holds something, a text more than blanks */
extern void gd_case_require(GdCase *c, int column, const char *what, int article);

/*
 * Start a limit: fills the four columns from "due" on with code, last day,
 * instant and whether it is provisional.  Counted from "since" in the calendar
 * of the department's region.  The result says the same.
 */
extern GdDeadline gd_limit_start(GdRow *row, int due, const char *code, TimestampTz since,
								 int64 owed_by);

/*
 * The same for a case that keeps the regime and the limits of the day on which
 * it was received, whatever starts its clock, and whose limit may be extended.
 */
typedef struct GdClock
{
	const char *regime;			/* NULL: the one in force on the day of receipt */
	TimestampTz since;			/* counted from here */
	TimestampTz received;		/* judged by the limits of this day */
	int32		extended;		/* days on top */
} GdClock;

extern GdDeadline gd_limit_start_under(GdRow *row, int due, const char *code, const GdClock *clock,
									   int64 owed_by);

/*
 * Lock several tables, all or none: nobody has begun with one of them and waits
 * for another that we hold already.  While one is waited for, none is held.
 */
typedef struct GdTableLock
{
	Oid			relid;
	LOCKMODE	mode;
} GdTableLock;

extern void gd_lock_together(const GdTableLock *locks, int n);

/* keep everybody from starting a limit, to the end of the transaction */
extern void gd_case_lock_running(void);
/* recompute what runs, after the calendar changed: see derive.c */
extern void gd_case_recompute(void);

/* the data authority of a department's own region, 0 for none; of its platform */
extern int64 gd_authority_of(int64 department);
extern int64 gd_platform_authority_of(int64 department);
/* effect of what the law amends: whoever has become the department itself leaves the office to the one above */
extern void gd_pass_office(GdRow *row, int office, int department);
/* code of the region on whose platform a provider's resource is; raises where there is none */
extern const char *gd_platform_of(int64 provider, const char *resource);
/* effect of what the law amends: the platform follows when the law has given the resource another provider */
extern void gd_pass_platform(GdRow *row, int platform, int provider, int resource);
/* data authority and government of the province above a department's region */
extern int64 gd_provincial_authority(int64 department);
extern int64 gd_provincial_government(int64 department);
/* the provincial head of a branch of a vertically managed system, 0 where none is registered */
extern int64 gd_provincial_head(const GdDepartment *branch);
/*
 * The next office on the way up from a region: its data authority, or the one
 * above, unless it is itself a party or has already tried; at the top the
 * provincial government.  0 when nobody is left.
 */
extern int64 gd_next_office(const char *from, int64 party, int64 other, int64 tried);
/* the government of a region, or of the nearest one above, that is no party; 0 for none */
extern int64 gd_next_government(const char *from, int64 party, int64 other);
/*
 * The authority that supervises a department: of its own region, of the one
 * above where the department is that authority itself, at the top the
 * government.  0 where none is registered.
 */
extern int64 gd_supervising_authority(int64 department);

#endif							/* GOVDATA_CASE_H */
