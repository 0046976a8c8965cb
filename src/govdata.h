/*-------------------------------------------------------------------------
 *
 * govdata.h
 *	  Declarations shared by the rooms of govdata.
 *
 * The floors, lowest first: clock, law; cache, calendar, identity, uscc;
 * catalog, journal; guard, request; sweep; init.  Nothing calls upwards.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_H
#define GOVDATA_H

#include "postgres.h"

#include "access/htup.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "datatype/timestamp.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/rel.h"

#include "compat.h"

/* Messages are looked up in our own catalog, not the server's. */
#undef TEXTDOMAIN
#define TEXTDOMAIN PG_TEXTDOMAIN("govdata")
#undef _
#define _(x) dgettext(TEXTDOMAIN, x)

#define GD_SCHEMA	"govdata"

/*
 * SQLSTATE of a broken article: class ZW and the article's three digits;
 * ZW000 where no single article applies.
 */
#define GD_ERRCODE(article) \
	MAKE_SQLSTATE('Z', 'W', '0' + (article) / 100, \
				  '0' + (article) / 10 % 10, '0' + (article) % 10)

/* ---- init.c ---- */

/* govdata.restore: a dump is being loaded, values are taken as given */
extern bool gd_restore;
/* govdata.maintenance: a superuser has taken the guards' protection off */
extern bool gd_maintenance;

/*
 * False while the guards have nothing to judge by: during the extension's own
 * script, pg_upgrade, and a restore.
 */
extern bool gd_guarding(void);

/* Messages from now on come in the encoding of the database. */
extern void gd_speak(void);

/* ---- cache.c: OIDs of our own relations, and when to forget ---- */

typedef enum GdRel
{
	GD_CALENDAR,
	GD_CALENDAR_NOTICE,
	GD_CALENDAR_DAY,
	GD_STATUTORY_HOLIDAY,
	GD_TIME_LIMIT,
	GD_REGIME,
	GD_REGIME_SWITCH,
	GD_REGION,
	GD_DEPARTMENT,
	GD_OFFICER_ABSENCE,
	GD_RESOURCE,
	GD_RESOURCE_ITEM,
	GD_NEGATIVE_ENTRY,
	GD_STANDING_CONSENT,
	GD_SHARE_REQUEST,
	GD_SHARE_AUTHORIZATION,
	GD_JOURNAL_ENTRY,
	GD_JOURNAL_SEAL,
	GD_ACCESS_RECORD,
	GD_SPECIFICATION,
	GD_ATTACHMENT,
	GD_ATTACHMENT_COLUMN,
	GD_CONTINUED_READING,
	GD_NRELS
} GdRel;

/* OID of one of our relations; InvalidOid when the extension is not there */
extern Oid	gd_relid(GdRel rel);
/* the same for a caller that cannot go on without it: raises */
extern Oid	gd_relid_required(GdRel rel);
/* OID of the schema, InvalidOid when the extension is not installed */
extern Oid	gd_schema_oid(void);
/* role that owns the extension */
extern Oid	gd_owner(void);

/*
 * Ask to be told when rel may have changed, in this or another session.  The
 * callback may run at any time: it must only mark what it knows as stale.
 */
typedef void (*GdForget) (void);
extern void gd_on_change(GdRel rel, GdForget forget);
/* the same for changes of roles and memberships */
extern void gd_on_role_change(GdForget forget);
/* DML sends no relcache invalidation by itself; triggers call this instead */
extern void gd_changed(Oid relid);
/* be told of every relcache invalidation, InvalidOid for all */
extern void gd_on_any_relation(void (*forget) (Oid relid));
/* OID of an index or sequence of ours; raises when it is missing */
extern Oid	gd_object_oid(const char *name);

/* ---- clock.c ---- */

/* the actual time plus govdata.clock_offset: the clock of every rule */
extern TimestampTz gd_clock(void);
extern TimestampTz gd_clock_at(TimestampTz real);
/* the statement's start plus the offset: for scans, so that indexes serve */
extern TimestampTz gd_as_of(void);
/* date of an instant in the legal time zone */
extern DateADT gd_legal_date(TimestampTz at);
/* an instant for people, in the legal time zone */
extern const char *gd_legal_text(TimestampTz at);
/* a day as the session writes dates */
extern const char *gd_day_text(DateADT day);
/* the instant at which a day ends, 24:00 legal time */
extern TimestampTz gd_end_of_day(DateADT day);
extern void gd_clock_init(void);	/* settings and shared memory */

/* ---- calendar.c ---- */

typedef struct GdDeadline
{
	DateADT		due_on;			/* the n-th working day */
	TimestampTz due_at;			/* its 24:00, legal time */
	bool		provisional;	/* a year on the way has no notice yet */
} GdDeadline;

/*
 * The end of a limit of n working days for something received at an instant.
 * Where the notice of a year is missing the result is an estimate and marked
 * provisional.  Raises for an unknown calendar.
 */
extern GdDeadline gd_deadline(const char *calendar, TimestampTz received, int32 n);
/* the same as the result of a function that returns such a row */
extern Datum gd_deadline_row(FunctionCallInfo fcinfo, const GdDeadline *deadline);
extern void gd_calendar_init(void);

/* ---- law.c ---- */

typedef struct GdTransition
{
	const char *subject;
	const char *from;			/* "" where the row comes into being */
	const char *to;
	const char *actor;
	int			article;
} GdTransition;

extern const GdTransition gd_transitions[];
extern const int gd_n_transitions;

typedef struct GdLimit
{
	char		unit;			/* 'w' working days, 'c' calendar days */
	int32		amount;
	bool		deemed_consent;
} GdLimit;

/*
 * The limit for what is received on a day: that of the regime in force then,
 * else of the next one below.  Raises ZW042 when there is none.
 */
extern GdLimit gd_limit(const char *code, DateADT day);
/*
 * A table whose cases take one of several routes has a state machine for each:
 * the column that says the route, "" for a table that has one machine, and the
 * machine's name, which is the subject of its transitions.
 */
extern const char *gd_machine_column(const char *table);
extern const char *gd_machine(const char *table, const char *route);
/* the same for a case that keeps its regime; NULL: the one in force on the day */
extern GdLimit gd_limit_under(const char *regime, const char *code, DateADT day);
/* the same, false when there is none: not every regime knows every limit */
extern bool gd_limit_known(const char *regime, const char *code, DateADT day, GdLimit *limit);
/* a subject of transitions in the words of readers, in their language */
extern const char *gd_subject_name(const char *subject);
extern int	gd_transition_article(const char *subject, const char *from, const char *to);
extern void gd_law_init(void);

/* ---- regime.c: which body of law holds ---- */

#define GD_REGIME_SIZE	32

typedef struct GdRegime
{
	char		code[GD_REGIME_SIZE];
	int			rank;			/* 1 stands above all */
} GdRegime;

/* the highest regime that is in force on a day; none of any rank: "" */
extern GdRegime gd_regime_on(DateADT day);
/* raises for an unknown one */
extern int	gd_regime_rank(const char *code);
/* may something be withheld on this kind of basis on that day? raises if not */
extern void gd_check_withholding_basis(const char *kind, DateADT day);
extern void gd_regime_init(void);

/* ---- identity.c ---- */

/*
 * Derived rows are written as the extension's owner under a locked
 * search_path.  Use as
 *		gd_own_begin(&own); PG_TRY(); {...} PG_FINALLY(); gd_own_end(&own); PG_END_TRY();
 */
typedef struct GdOwn
{
	Oid			userid;
	int			sec_context;
	int			guc_level;
} GdOwn;

extern void gd_own_begin(GdOwn *own);
extern void gd_own_end(GdOwn *own);
/* are we inside such a section?  Then a row is the law's own writing. */
extern bool gd_own_writing(void);

/*
 * The department that acts: that of the outer user.  0 for nobody; raises
 * when the user belongs to several.
 */
extern int64 gd_current_department(void);
/* may the caller act at all?  raises when foreign code is on the stack */
extern void gd_require_own_hands(int article);
/*
 * Is what is being executed part of another department's function, or of a
 * statement in which such code runs?  Tables for which "harmless" says so do
 * not count; "planning": neither does the statement that is being planned.
 */
typedef bool (*GdHarmless) (Oid relid, bool written);
/* does a query hand values to functions or domains that are not of the role's department? */
extern bool gd_calls_foreign(Node *node, Oid role);
/* is there a view, or a table with policies, of somebody else's in it? */
extern bool gd_uses_foreign_code(Node *node, Oid reader, GdHarmless harmless);
/* does it lock rows, or call a function that is volatile or runs a query? */
extern bool gd_has_effects(Node *node);
extern bool gd_function_has_effects(Oid function, void *context);
extern bool gd_in_statement(void);	/* is another statement running or planned? */
extern bool gd_in_foreign_hands(bool planning, GdHarmless harmless);
/* the same, where the objects of department "host" are at home too */
extern bool gd_in_strange_hands(int64 host, GdHarmless harmless);
/* the permissions of the statement that is being started have been judged */
extern void gd_permissions_checked(void);
extern bool gd_acts_alone(void);	/* nothing but the client's own statement is on the stack */
/* department of a role: 0 for none, -1 for several */
extern int64 gd_department_of(Oid role);
/* InvalidOid where there is no such function */
extern Oid	gd_function_owner(Oid function);
extern Oid	gd_relation_owner(Oid relid);
extern TimestampTz gd_registry_good_until(void);
/* role govdata_admin or superuser */
extern bool gd_is_administrator(void);
/* raises ZW007 or the like for anyone else */
extern void gd_require_administrator(const char *registry, int article);
/* for messages: the name of who acts */
extern const char *gd_who_acts(void);
extern void gd_identity_init(void);

/* no chain of superiors, or of regions, is as long; one that is goes in circles */
#define GD_MAX_SUPERIORS	32
#define GD_MAX_REGIONS_UP	8

/* what the guards need to know of a department */
typedef struct GdDepartment
{
	int64		id;
	Oid			role;
	int64		superior;		/* 0: none */
	bool		in_force;		/* exists today */
	bool		has_data_officer;
	char		kind[32];
	char		vertical[16];
	char		region[16];
	char		name[128];
} GdDepartment;

/* is it bound as a department, or does it run the platform or a utility (Article 3)? */
extern bool gd_is_bound(const GdDepartment *dept);
/* a copy of what is known of a department; false when there is none */
extern bool gd_department(int64 id, GdDepartment *dept);
/* the same, of one that a row names; an error when there is none */
extern void gd_department_required(int64 id, GdDepartment *dept);
/* the one that a role stands for, also when it exists no longer */
extern bool gd_department_by_role(Oid role, GdDepartment *dept);

typedef struct GdRegion
{
	char		code[16];
	char		name[128];
	char		parent[16];		/* "" at the top */
	char		calendar[NAMEDATALEN];	/* that holds here, inherited if need be */
	int			level;			/* 1 county, 2 city, 3 province */
	int64		authority;		/* data authority, 0: none registered */
	int64		government;
	int64		operator;		/* of the platform, 0: none registered */
} GdRegion;

/* a copy of what is known of a region; false for an unknown one */
extern bool gd_region(const char *code, GdRegion *region);
/* the region above this one, in its place; false at the top */
extern bool gd_region_up(GdRegion *region);
/* the region whose platform serves this one: from city level up its own */
extern bool gd_platform_region(const char *code, GdRegion *region);
/* is the first region the second or above it? */
extern bool gd_region_contains(const char *above, const char *code);
/* does a provider publish on a platform above that of a consumer?  Then which */
extern bool gd_platform_is_above(const GdDepartment *provider, const GdDepartment *consumer,
								 GdRegion *theirs, GdRegion *own);
/* has the acting department a duty of supervision over this one? */
extern bool gd_oversees(int64 department);
/* is it the acting department itself or one that it oversees?  Administrators see all. */
extern bool gd_sees(int64 department);
/*
 * Does the acting department operate the platform of this region?  Where no
 * operator is registered, its data authority does.
 */
extern bool gd_operates(const char *platform);

/* ---- uscc.c ---- */

extern Datum gd_uscc_is_valid(PG_FUNCTION_ARGS);
extern Datum gd_citizen_id_is_valid(PG_FUNCTION_ARGS);

/* ---- texts.c ---- */

extern int	gd_ids_of(Datum array, int64 **ids);
extern bool gd_ids_have(Datum array, int64 value);
extern int	gd_texts_of(Datum array, char ***texts);
extern bool gd_texts_have(Datum array, const char *value);
/* nothing, or nothing but what shows nothing */
extern bool gd_is_blank_text(const char *text);
/* elements of one text[] that are (or are not) in another; none: NULL */
extern ArrayType *gd_texts_select(Datum from, bool fromnull, Datum in, bool innull, bool wanted);
/* ---- absence.c ---- */

/*
 * Does the person at work stand in for the department's absent data officer
 * today?  Then by which login role, and for whom.
 */
extern bool gd_deputizes(int64 department, const char **deputy, const char **officer);
extern void gd_absence_init(void);

/* ---- journal.c ---- */

/*
 * Columns of a governed table (NULL ends the list) whose content is not for
 * everybody who may read the journal: an entry holds a digest instead, of a
 * text in column "salt", the column's name and the content.
 */
extern void gd_journal_conceal(const char *subject, const char *salt, const char *const *columns);
/* whom the journal names for what is being written now: see journal.c */
extern void gd_acting_as_time(bool on);
extern bool gd_is_acting_as_time(void);

/* ---- registry.c ---- */

/* raises unless the role logs in and is a member of the department's */
extern void gd_check_person(Oid person, Oid department_role);

/* ---- guard.c ---- */

extern void gd_guard_init(void);

/* ---- lock_holders.c ---- */

extern void gd_lock_holders_init(void);

/* ---- library.c, maintenance.c, reorganization.c ---- */

extern void gd_library_init(void);
extern void gd_maintenance_init(void);
extern void gd_reorganization_init(void);
/* open rows that name the department where somebody must succeed it */
extern int64 gd_open_seats(int64 department);

/* ---- negative.c, consent.c ---- */

extern void gd_negative_init(void);
extern void gd_consent_init(void);

/* ---- request.c ---- */

extern void gd_request_init(void);

/* ---- dispatch.c ---- */

extern void gd_dispatch_init(void);
/* ---- obtain.c ---- */

extern void gd_obtain_init(void);

/* ---- doubt.c, rule.c, quality.c ---- */

extern void gd_doubt_init(void);
extern void gd_rule_init(void);
extern void gd_quality_init(void);
/* ---- decree.c ---- */

extern void gd_decree_init(void);

/* ---- sweep.c ---- */

extern void gd_sweep_init(void);

/* ---- doctor.c ---- */

/* settings that exempt a session from the guards, and whose use is remembered */
typedef enum GdExemption
{
	GD_EXEMPT_MAINTENANCE,
	GD_EXEMPT_RESTORE,
	GD_N_EXEMPTIONS
} GdExemption;

extern void gd_exemption_used(GdExemption which);
extern void gd_doctor_init(void);

/* ---- protect.c ---- */

extern void gd_protect_init(void);

#endif							/* GOVDATA_H */
