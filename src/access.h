/*-------------------------------------------------------------------------
 *
 * access.h
 *	  Reading of attached tables: what attach.c, filter.c and access.c share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GOVDATA_ACCESS_H
#define GOVDATA_ACCESS_H

#include "nodes/bitmapset.h"
#include "nodes/parsenodes.h"
#include "utils/rel.h"

/* a column that an item of the catalog describes */
typedef struct GdColumn
{
	AttrNumber	attnum;
	char		item[NAMEDATALEN];
	char		class;			/* 'u', 'c' or 'w', stricter of item and resource */
	bool		retired;
} GdColumn;

/* what is known of a relation; also kept for those that are not attached */
typedef struct GdAttachment
{
	Oid			relid;			/* hash key */
	bool		attached;		/* itself, or as a partition of "root" */
	Oid			root;			/* the relation that is attached */
	Oid			owner;
	int64		resource;
	int64		provider;
	char		code[80];
	char		name[4 * NAMEDATALEN + 8];	/* of the root, qualified, for the record */
	bool		published;
	bool		open;			/* unconditionally, to the public */
	bool		sync_log;		/* records are durable first, whatever the server's setting */
	char		sharing;		/* 'u', 'c' or 'w' */
	char		broken[320];	/* why nothing may be read; "" when sound */
	int			ncolumns;
	GdColumn   *columns;
	int			nothers;
	NameData   *others;			/* columns that are no items and are what they were when it was attached */
} GdAttachment;

/* ---- attach.c ---- */

/*
 * What is known of a relation; NULL for one that is not attached.  Good until
 * the transaction ends, even when it goes stale meanwhile.
 */
extern const GdAttachment *gd_attachment(Oid relid);
/* a new context for what replaces the stale content of another */
extern MemoryContext gd_fresh_context(MemoryContext old, const char *name);
extern const GdColumn *gd_attached_column(const GdAttachment *att, AttrNumber attnum);
/* which resource a relation itself is attached to, as it is on record; 0 for none */
extern int64 gd_attached_resource(Oid relid);
/* all relations that are attached themselves, as they are on record */
extern List *gd_attached_relations(void);
/* the relation that a resource is attached to; InvalidOid for none */
extern Oid	gd_relation_of(int64 resource);
/* why a relation cannot be (part of) what is attached: what of its own would run there; NULL for nothing */
extern const char *gd_runs_its_own(Oid relid, int64 provider);
/* the same for an expression that is to be evaluated there */
extern const char *gd_expression_runs_its_own(Node *expression);
/* warn of authorizations whose row filter no longer fits the table */
extern void gd_warn_misfits(const GdAttachment *att);
/* a relation's name as SQL would write it, with its schema */
extern char *gd_qualified(Oid relid);
extern void gd_attach_init(void);

/* filter.c: the condition as an expression over varno 1; raises when it is not allowed */
extern Node *gd_row_filter(const char *text, Relation rel);
/* a column that it uses and that is not what it was when the table was attached; NULL for none */
extern char *gd_filter_misfit(const char *text, const GdAttachment *att);
/* the same for a quality rule, under its article; "canonical": its text as the server writes it, or NULL */
extern Node *gd_row_condition_text(const char *text, Relation rel, int article, char **canonical);
/* does the type come with the server, or consist of its values? */
extern bool gd_type_allowed(Oid type);

/* ---- access.c ---- */

typedef enum GdReader
{
	GD_READER_REFUSED,
	GD_READER_OWN,				/* provider's department, or the owner */
	GD_READER_ADMINISTRATOR,	/* superuser: allowed, and recorded as such */
	GD_READER_DEPARTMENT,
	GD_READER_PUBLIC			/* member of govdata_public */
} GdReader;

typedef struct GdSubject
{
	GdReader	reader;
	Oid			role;
	int64		department;
	const char *why;			/* of a refusal, and the next step */
	const char *hint;
} GdSubject;

typedef struct GdVerdict
{
	bool		allowed;
	char		basis;			/* GD_READ_BASIS_* */
	bool		copy;			/* rows may be persisted */
	bool		filtered;
	int64		department;
	int64		authorization;
	int32		version;
	int			article;		/* of a refusal */
	const char *why;
	const char *hint;			/* the next step, where it is no request */
	bool		continued;		/* on the terms of a former class */
	bool		opened;			/* as anybody may */
	TimestampTz continued_until;
	char	   *missing;		/* items to ask for: 'a', 'b' */
	bool		to_copy;		/* in mode copy */
	char	   *items;			/* names of what is read, or was to be */
	Bitmapset  *asked;			/* where there are no names yet: the columns, offset as in selectedCols */
} GdVerdict;

/*
 * Who reads now and what may be read, columns offset as in selectedCols.  Of
 * what is allowed the answer is kept for the next execution; its texts are good
 * until the fourth question from here.
 */
typedef struct GdJudgement
{
	GdSubject	subject;
	GdVerdict	verdict;
} GdJudgement;

extern GdJudgement gd_judge_read(const GdAttachment *att, Bitmapset *columns);
/* the public reads what is open, and this is not */
extern void gd_deny_closed(GdVerdict *v);

/* attach.c: does a value of the type hold, however wrapped, a row of that one? */
extern bool gd_type_holds_row(Oid type, Oid row);
/* doctor.c: is doctor() trying whether a read is refused?  That refusal is nobody's attempt. */
extern bool gd_is_canary(void);
/* enforce.c: is this function govdata._permitted()? */
extern bool gd_is_permitted_function(Oid function);

/* the article that keeps a department from what another shares unconditionally, and why; 0: none */
extern int	gd_class_bar(int64 consumer_id, int64 provider_id, char **why, char **hint);

/* GdHarmless: does a statement over this relation run nothing of its owner's?  After gd_subject(). */
extern bool gd_is_attached(Oid relid, bool written);
/* is what is being executed neither the outer user's nor the provider's? */
extern bool gd_is_strangers(const GdAttachment *att);
/* who reads now; "planning": the statement that is being planned */
extern GdSubject gd_subject(const GdAttachment *att, bool planning);
/* names of these columns (offset as in selectedCols): of items as in the catalog, else as in the table */
extern char *gd_column_names(const GdAttachment *att, Bitmapset *columns);
/* may it read these columns now? */
extern GdVerdict gd_verdict(const GdAttachment *att, const GdSubject *s, Bitmapset *columns);
/* the row filter that holds for it, and where from; false: no row at all */
extern bool gd_row_condition(const GdAttachment *att, const GdSubject *s, int64 *authorization,
							 int32 *version, Node **condition);
/* forget the grants of all departments */
extern void gd_access_forget(void);
extern const char *gd_stated_purpose(void);
extern void gd_access_init(void);

/* ---- enforce.c ---- */

extern void gd_check_row_security(Query *query);
extern void gd_enforce_init(void);

/* ---- watch.c ---- */

extern void gd_watch_init(void);

#endif							/* GOVDATA_ACCESS_H */
