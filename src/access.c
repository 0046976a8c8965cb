/*-------------------------------------------------------------------------
 *
 * access.c
 *	  What may be read: the subject, its grant, the verdict.
 *
 * Where it is enforced stands in enforce.c.  A verdict follows from facts and
 * clock: class and state of the resource, the authorizations of the reader's
 * department, consents that time has given whether or not a sweep ran.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/genam.h"
#include "access/parallel.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/timestamp.h"

#include "access.h"
#include "access_log.h"
#include "guard.h"

/* ---- who reads ---- */

static GdSubject
gd_refused(Oid role, const char *why, const char *hint)
{
	GdSubject	s = {.reader = GD_READER_REFUSED, .role = role, .why = why, .hint = hint};

	return s;
}

/* The reader as a role alone, whatever is on the stack. */
static GdSubject
gd_subject_of_role(Oid role, const GdAttachment *att)
{
	GdSubject	s = {.reader = GD_READER_REFUSED, .role = role};

	if (superuser_arg(role))
	{
		s.reader = GD_READER_ADMINISTRATOR;
		return s;
	}
	s.department = gd_department_of(role);
	if (s.department < 0)
		return gd_refused(role, _("The user is a member of several departments; SET ROLE says which one reads."),
						  _("SET ROLE to the role of the department that reads."));
	if (s.department == 0 && has_privs_of_role(role, att->owner))
		s.reader = GD_READER_OWN;
	else if (s.department == 0)
	{
		Oid			everybody = get_role_oid("govdata_public", true);

		if (OidIsValid(everybody) && is_member_of_role_nosuper(role, everybody))
			s.reader = GD_READER_PUBLIC;
		else
			return gd_refused(role, _("The user belongs to no department."),
							  _("Read as a role of the department that needs the data."));
	}
	else
		s.reader = s.department == att->provider ? GD_READER_OWN : GD_READER_DEPARTMENT;
	return s;
}

/* whose data gd_subject() is being asked about */
static int64 gd_provider_read = 0;

/*
 * Attached tables that are read run no code of their owner's: they have no
 * policies.  Those that are written do, defaults and rules; it could carry
 * away others' data, and what is its provider's own it need not.
 */
bool
gd_is_attached(Oid relid, bool written)
{
	const GdAttachment *att = gd_attachment(relid);

	return att != NULL && (!written || att->provider == gd_provider_read);
}

/* the query of a foreign key is the server's own, whatever table it serves */
static bool
gd_is_any(Oid relid, bool written)
{
	(void) relid;
	(void) written;
	return true;
}

/* Whoever writes need belong to no department; what makes him write is his own or the provider's. */
bool
gd_is_strangers(const GdAttachment *att)
{
	gd_provider_read = att->provider;
	return gd_in_strange_hands(att->provider, InNoForceRLSOperation() ? gd_is_any : gd_is_attached);
}

/*
 * Who reads: the outer user, unless what runs is another's.  In a
 * security-restricted operation (REFRESH, an index's function) it is whoever
 * owns the operation.
 */
GdSubject
gd_subject(const GdAttachment *att, bool planning)
{
	Oid			current = GetUserId();
	Oid			outer = GetOuterUserId();

	gd_provider_read = att->provider;
	if (gd_in_foreign_hands(planning, InNoForceRLSOperation() ? gd_is_any : gd_is_attached))
		return gd_refused(outer, _("A function, view or table of another department is part of what is being executed."),
						  _("Read the table by itself, in a statement that uses only your own department's objects."));
	if (InSecurityRestrictedOperation())
		return gd_subject_of_role(current, att);
	if (current != outer && !gd_own_writing())
	{
		int64		theirs = gd_department_of(outer);

		/* a foreign key's own query runs as the table's owner */
		if (InNoForceRLSOperation() && (theirs == 0 || theirs == att->provider))
			return gd_subject_of_role(current, att);
		if (!superuser_arg(outer) && (theirs <= 0 || theirs != gd_department_of(current)))
			return gd_refused(outer, _("The read comes through a function with the rights of another department."),
							  _("Read the table by itself, with your own department's rights."));
	}
	return gd_subject_of_role(outer, att);
}

/* ---- what a department may read ---- */

typedef struct GdGrantKey
{
	int64		department;
	int64		chosen;			/* govdata.authorization */
	Oid			root;
} GdGrantKey;

typedef struct GdGrant
{
	GdGrantKey	key;			/* hash key */
	int64		authorization;	/* 0: by class alone */
	int32		version;
	int			in_force;		/* authorizations in force */
	bool		chosen;			/* one of them is govdata.authorization */
	bool		strayed;		/* govdata.authorization names none that is in force, here or elsewhere */
	bool		copy;
	TimestampTz until;			/* the verdict may change by itself then */
	char	   *items;			/* names, comma-separated on both ends */
	char	   *purpose;
	char	   *usage;
	char	   *continued;		/* items read on former terms, as "items" */
	TimestampTz continued_until;	/* in the absence of a request */
	int			barred;			/* article that keeps it from what is unconditional, or 0 */
	char	   *barred_why;
	char	   *barred_hint;
	char	   *filter;			/* row filter as text, NULL for none */
	char	   *misfit;			/* column of the filter that is not what it was, NULL for none */
	Node	   *condition;		/* the same, parsed; NULL until needed */
	char		listed[120];	/* ids, for the message that asks to choose */
	int64		halted;			/* newest authorization that is suspended or revoked, or 0 */
	bool		suspended;		/* it is suspended */
	int64		newest;			/* authorization in force */
} GdGrant;

static HTAB *gd_grants = NULL;
static MemoryContext gd_grants_context = NULL;
static bool gd_grants_stale = false;
static uint64 gd_grants_generation = 0;

static int	gd_chosen = 0;		/* govdata.authorization */
static char *gd_purpose = NULL; /* govdata.purpose */

void
gd_access_forget(void)
{
	gd_grants_stale = true;
	gd_grants_generation++;
}

const char *
gd_stated_purpose(void)
{
	return gd_purpose && gd_purpose[0] ? gd_purpose : NULL;
}

static void
gd_assign_chosen(int newval, void *extra)
{
	(void) extra;
	/* cached plans carry the filter of another authorization */
	if (newval != gd_chosen && IsUnderPostmaster && !InitializingParallelWorker)
		ResetPlanCache();
}

static void
gd_grants_create(void)
{
	HASHCTL		ctl = {0};

	gd_grants_context = gd_fresh_context(gd_grants_context, "govdata grants");
	ctl.keysize = sizeof(GdGrantKey);
	ctl.entrysize = sizeof(GdGrant);
	ctl.hcxt = gd_grants_context;
	gd_grants = hash_create("govdata grants", 32, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	gd_grants_stale = false;
}

static Datum
gd_get(HeapTuple tup, Relation rel, const char *name, bool *isnull)
{
	return heap_getattr(tup, SPI_fnumber(RelationGetDescr(rel), name), RelationGetDescr(rel), isnull);
}

static char *
gd_joined(Datum array, Datum without, bool nothing_without)
{
	Datum	   *elems;
	int			n;
	StringInfoData s;

	initStringInfo(&s);
	appendStringInfoChar(&s, ',');
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elems, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		bool		refused = false;

		if (!nothing_without)
		{
			Datum	   *others;
			int			m;

			deconstruct_array(DatumGetArrayTypeP(without), TEXTOID, -1, false, TYPALIGN_INT, &others, NULL, &m);
			for (int j = 0; j < m; j++)
				refused = refused || strcmp(TextDatumGetCString(elems[i]), TextDatumGetCString(others[j])) == 0;
		}
		if (!refused)
			appendStringInfo(&s, "%s,", TextDatumGetCString(elems[i]));
	}
	return s.data;
}

static char *
gd_text_field(HeapTuple tup, Relation rel, const char *name)
{
	bool		isnull;
	Datum		d = gd_get(tup, rel, name, &isnull);

	return isnull ? NULL : TextDatumGetCString(d);
}

/* an authorization in force: the grant becomes the only one, or the chosen one */
static void
gd_add_authorization(GdGrant *g, HeapTuple tup, Relation rel, int64 id, int32 version, char *items)
{
	size_t		used = strlen(g->listed);

	snprintf(g->listed + used, sizeof(g->listed) - used, "%s%lld", used ? ", " : "", (long long) id);
	g->newest = Max(g->newest, id);
	if (g->in_force++ > 0 && id != g->key.chosen)
		return;
	g->chosen = (id == g->key.chosen);
	g->authorization = id;
	g->version = version;
	g->copy = strcmp(gd_text_field(tup, rel, "mode"), "copy") == 0;
	g->items = items;
	g->purpose = gd_text_field(tup, rel, "purpose");
	g->usage = gd_text_field(tup, rel, "usage");
	g->filter = gd_text_field(tup, rel, "row_filter");
}

static void
gd_until(GdGrant *g, TimestampTz at, TimestampTz now)
{
	if (at > now && at < g->until)
		g->until = at;
}

/* what was taken back explains why nothing is in force */
static void
gd_note_halted(GdGrant *g, int64 id, const char *state)
{
	if (id < g->halted || strcmp(state, "expired") == 0)
		return;
	g->halted = id;
	g->suspended = strcmp(state, "suspended") == 0;
}

static void
gd_load_authorizations(GdGrant *g, int64 resource, TimestampTz now)
{
	Relation	rel = table_open(gd_relid_required(GD_SHARE_AUTHORIZATION), AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tup;
	bool		isnull;

	ScanKeyInit(&keys[0], SPI_fnumber(RelationGetDescr(rel), "consumer"), BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(g->key.department));
	ScanKeyInit(&keys[1], SPI_fnumber(RelationGetDescr(rel), "resource"), BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(resource));
	scan = systable_beginscan(rel, gd_object_oid("share_authorization_consumer"), true, NULL, 2, keys);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		TimestampTz from = DatumGetTimestampTz(gd_get(tup, rel, "valid_from", &isnull));
		TimestampTz until = DatumGetTimestampTz(gd_get(tup, rel, "valid_until", &isnull));

		if (strcmp(gd_text_field(tup, rel, "state"), "active") != 0)
		{
			gd_note_halted(g, DatumGetInt64(gd_get(tup, rel, "id", &isnull)), gd_text_field(tup, rel, "state"));
			continue;
		}
		gd_until(g, from, now);
		gd_until(g, until, now);
		if (now < from || now >= until)
			continue;
		gd_add_authorization(g, tup, rel, DatumGetInt64(gd_get(tup, rel, "id", &isnull)),
							 DatumGetInt32(gd_get(tup, rel, "version", &isnull)),
							 gd_joined(gd_get(tup, rel, "items", &isnull), (Datum) 0, true));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/* a request that is not answered, as far as reading depends on it */
typedef struct GdPending
{
	TimestampTz received;
	bool		matured;		/* answered, by time */
	char	   *items;
} GdPending;

/*
 * What is asked for and not answered in writing; consents among it that time
 * has given and no sweep has written down yet count as authorizations.
 */
static List *
gd_load_pending(GdGrant *g, int64 resource, TimestampTz now)
{
	Relation	rel = table_open(gd_relid_required(GD_SHARE_REQUEST), AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tup;
	bool		isnull;
	List	   *pending = NIL;

	ScanKeyInit(&keys[0], SPI_fnumber(RelationGetDescr(rel), "resource"), BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(resource));
	ScanKeyInit(&keys[1], SPI_fnumber(RelationGetDescr(rel), "consumer"), BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(g->key.department));
	scan = systable_beginscan(rel, gd_object_oid("share_request_pending"), true, NULL, 2, keys);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		TimestampTz matures = DatumGetTimestampTz(gd_get(tup, rel, "matures_at", &isnull));
		TimestampTz until;
		Datum		refused;
		bool		nothing_refused;
		bool		silent = isnull;
		GdPending  *p;

		if (strcmp(gd_text_field(tup, rel, "state"), "submitted") != 0)
			continue;
		p = palloc(sizeof(GdPending));
		p->received = DatumGetTimestampTz(gd_get(tup, rel, "received_at", &isnull));
		p->matured = !silent && now >= matures;
		p->items = gd_joined(gd_get(tup, rel, "items", &isnull), (Datum) 0, true);
		pending = lappend(pending, p);
		if (silent)
			continue;
		until = gd_end_of_day(DatumGetDateADT(gd_get(tup, rel, "valid_until", &isnull)));
		gd_until(g, matures, now);
		gd_until(g, until, now);
		if (now < matures || now >= until)
			continue;
		refused = gd_get(tup, rel, "refused_items", &nothing_refused);
		gd_add_authorization(g, tup, rel, DatumGetInt64(gd_get(tup, rel, "authorization_id", &isnull)), 1,
							 gd_joined(gd_get(tup, rel, "items", &isnull), refused, nothing_refused));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return pending;
}

/* in force for another resource of the department's? */
static bool
gd_is_elsewhere(GdGrant *g, HeapTuple tup, Relation rel, int64 resource, TimestampTz from, TimestampTz until, TimestampTz now)
{
	bool		isnull;

	if (DatumGetInt64(gd_get(tup, rel, "consumer", &isnull)) != g->key.department ||
		DatumGetInt64(gd_get(tup, rel, "resource", &isnull)) == resource || isnull)
		return false;
	gd_until(g, from, now);
	gd_until(g, until, now);
	return from <= now && now < until;
}

/*
 * A session that has chosen an authorization may read other resources too; but
 * one that has chosen what is not in force means something else than what it
 * would get here.
 */
static bool
gd_has_chosen_elsewhere(GdGrant *g, int64 resource, TimestampTz now)
{
	Relation	rel = table_open(gd_relid_required(GD_SHARE_AUTHORIZATION), AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tup;
	bool		isnull;
	bool		found = false;

	ScanKeyInit(&key, SPI_fnumber(RelationGetDescr(rel), "id"), BTEqualStrategyNumber, F_INT8EQ,
				Int64GetDatum(g->key.chosen));
	scan = systable_beginscan(rel, gd_object_oid("share_authorization_pkey"), true, NULL, 1, &key);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
		found = found || (strcmp(gd_text_field(tup, rel, "state"), "active") == 0 &&
						  gd_is_elsewhere(g, tup, rel, resource, DatumGetTimestampTz(gd_get(tup, rel, "valid_from", &isnull)),
										  DatumGetTimestampTz(gd_get(tup, rel, "valid_until", &isnull)), now));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	rel = table_open(gd_relid_required(GD_SHARE_REQUEST), AccessShareLock);
	ScanKeyInit(&key, SPI_fnumber(RelationGetDescr(rel), "authorization_id"), BTEqualStrategyNumber, F_INT8EQ,
				Int64GetDatum(g->key.chosen));
	scan = systable_beginscan(rel, gd_object_oid("share_request_pending_authorization"), true, NULL, 1, &key);
	while (!found && HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		TimestampTz matures = DatumGetTimestampTz(gd_get(tup, rel, "matures_at", &isnull));

		found = !isnull && strcmp(gd_text_field(tup, rel, "state"), "submitted") == 0 &&
			gd_is_elsewhere(g, tup, rel, resource, matures,
							gd_end_of_day(DatumGetDateADT(gd_get(tup, rel, "valid_until", &isnull))), now);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/* is it open by which authorization the department reads? */
static bool
gd_is_undecided(const GdGrant *g)
{
	return g->strayed || (g->in_force > 1 && !g->chosen);
}

static bool
gd_list_has(const char *items, const char *item)
{
	return items && strstr(items, psprintf(",%s,", item)) != NULL;
}

/*
 * Article 16: former terms hold until "until" at least, beyond it while a
 * request made before is unanswered, and no longer than until it is answered.
 */
static bool
gd_is_continued(const char *item, TimestampTz since, TimestampTz until, List *pending, TimestampTz now)
{
	bool		holds = now < until;
	ListCell   *lc;

	foreach(lc, pending)
	{
		GdPending  *p = (GdPending *) lfirst(lc);

		if (p->received < since || !gd_list_has(p->items, item))
			continue;
		if (p->matured)
			return false;
		holds = holds || p->received < until;
	}
	return holds;
}

static void
gd_load_continued(GdGrant *g, int64 resource, List *pending, TimestampTz now)
{
	Relation	rel = table_open(gd_relid_required(GD_CONTINUED_READING), AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tup;
	bool		isnull;
	StringInfoData items;

	initStringInfo(&items);
	ScanKeyInit(&keys[0], SPI_fnumber(RelationGetDescr(rel), "consumer"), BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(g->key.department));
	ScanKeyInit(&keys[1], SPI_fnumber(RelationGetDescr(rel), "resource"), BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(resource));
	scan = systable_beginscan(rel, gd_object_oid("continued_reading_pkey"), true, NULL, 2, keys);
	while (HeapTupleIsValid(tup = systable_getnext(scan)))
	{
		TimestampTz since = DatumGetTimestampTz(gd_get(tup, rel, "since", &isnull));
		TimestampTz until = DatumGetTimestampTz(gd_get(tup, rel, "until", &isnull));
		char	   *item = gd_text_field(tup, rel, "item");

		(void) gd_get(tup, rel, "ended_at", &isnull);
		if (!isnull)
			continue;
		gd_until(g, until, now);
		if (!gd_is_continued(item, since, until, pending, now))
			continue;
		appendStringInfo(&items, "%s%s,", items.len ? "" : ",", item);
		g->continued_until = until;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	g->continued = items.len ? items.data : NULL;
}

/*
 * What is shared unconditionally is shared with departments, on their own
 * platform; beyond that it takes an authorization (Articles 20, 21 and 41).
 * Returns the article that keeps a department from it, or 0.
 */
int
gd_class_bar(int64 consumer_id, int64 provider_id, char **why, char **hint)
{
	GdDepartment consumer;
	GdDepartment provider;
	GdDepartment authority;
	GdRegion	own;
	GdRegion	theirs;
	GdRegion	home;

	if (!gd_department(consumer_id, &consumer) || !gd_department(provider_id, &provider))
		return 0;
	if (strcmp(consumer.kind, "platform_operator") == 0)
	{
		*why = _("A platform operator runs the platform for others and reads nothing that is shared on it.");
		*hint = _("The department that needs the data reads it.");
		return 20;
	}
	if (strcmp(consumer.kind, "public_utility") == 0)
	{
		*why = _("A public utility is no department: what is shared among departments is not shared with it.");
		*hint = _("Ask the department in charge.");
		return 41;
	}
	if (!gd_platform_is_above(&provider, &consumer, &theirs, &own))
		return 0;
	*why = psprintf(_("The platform of %s is above that of %s."), theirs.name, own.name);
	*hint = _("Report the need to your data authority, which applies to the upper platform.");
	if (gd_region(consumer.region, &home) && home.authority != 0 && gd_department(home.authority, &authority))
		*hint = psprintf(_("Report the need to your data authority, \"%s\", which applies to the upper platform."),
						 authority.name);
	return 21;
}

static char *
gd_keep(const char *s)
{
	return s ? MemoryContextStrdup(gd_grants_context, s) : NULL;
}

static char *
gd_grant_misfit(const GdGrant *g, Oid relid)
{
	const GdAttachment *att = g->filter ? gd_attachment(relid) : NULL;

	return att ? gd_filter_misfit(g->filter, att) : NULL;
}

/*
 * What a department may read of a relation, kept until something changes.
 * The result is good until the transaction ends.
 */
static GdGrant *
gd_grant(int64 department, const GdAttachment *att)
{
	TimestampTz now = gd_clock();
	GdGrantKey	key;
	GdGrant    *g = NULL;
	GdGrant		loaded;
	uint64		generation;
	bool		found;

	memset(&key, 0, sizeof(key));
	key.department = department;
	key.chosen = gd_chosen;
	key.root = att->root;
	if (gd_grants != NULL && !gd_grants_stale)
		g = hash_search(gd_grants, &key, HASH_FIND, NULL);
	if (g != NULL && now < g->until)
		return g;

	/* what changes while we read, we read again */
	do
	{
		CHECK_FOR_INTERRUPTS();
		generation = gd_grants_generation;
		memset(&loaded, 0, sizeof(loaded));
		loaded.key = key;
		loaded.until = DT_NOEND;
		gd_load_authorizations(&loaded, att->resource, now);
		gd_load_continued(&loaded, att->resource, gd_load_pending(&loaded, att->resource, now), now);
		loaded.strayed = key.chosen != 0 && loaded.in_force > 0 && !loaded.chosen &&
			!gd_has_chosen_elsewhere(&loaded, att->resource, now);
		loaded.barred = gd_class_bar(department, att->provider, &loaded.barred_why, &loaded.barred_hint);
		loaded.misfit = gd_grant_misfit(&loaded, att->relid);
	} while (generation != gd_grants_generation);

	if (gd_grants == NULL || gd_grants_stale)
		gd_grants_create();
	g = hash_search(gd_grants, &key, HASH_ENTER, &found);
	*g = loaded;
	g->items = gd_keep(loaded.items);
	g->purpose = gd_keep(loaded.purpose);
	g->usage = gd_keep(loaded.usage);
	g->filter = gd_keep(loaded.filter);
	g->misfit = gd_keep(loaded.misfit);
	g->continued = gd_keep(loaded.continued);
	g->barred_why = gd_keep(loaded.barred_why);
	g->barred_hint = gd_keep(loaded.barred_hint);
	return g;
}

static Node *
gd_grant_condition(GdGrant *g)
{
	if (g->filter && g->condition == NULL)
	{
		Relation	rel = table_open(g->key.root, AccessShareLock);
		Node	   *condition = gd_row_filter(g->filter, rel);
		MemoryContext old;

		table_close(rel, NoLock);
		old = MemoryContextSwitchTo(gd_grants_context);
		g->condition = copyObject(condition);
		MemoryContextSwitchTo(old);
	}
	return copyObject(g->condition);
}

/* ---- the verdict ---- */

static void
gd_deny(GdVerdict *v, int article, const char *why)
{
	v->allowed = false;
	v->article = article;
	v->why = why;
}

void
gd_deny_closed(GdVerdict *v)
{
	gd_deny(v, 26, _("The resource is not open to the public."));
	v->hint = _("govdata.open_list says what is.");
}

/* column of the attached relation that a column of one of its partitions is */
static AttrNumber
gd_root_attnum(const GdAttachment *att, AttrNumber attnum)
{
	char	   *name;

	if (att->relid == att->root || attnum <= 0)
		return attnum;
	name = get_attname(att->relid, attnum, true);
	return name ? get_attnum(att->root, name) : InvalidAttrNumber;
}

static bool
gd_may_read_column(const GdAttachment *att, const GdColumn *c, GdReader reader, const GdGrant *g)
{
	if (c == NULL || c->retired || c->class == 'w')
		return false;
	/* what is open to the public is open to departments too */
	if (reader == GD_READER_PUBLIC || att->open)
		return att->open;
	return (c->class == 'u' && !g->barred) || gd_list_has(g->items, c->item) || gd_list_has(g->continued, c->item);
}

/* one column of those that the statement reads */
static void
gd_judge_column(GdVerdict *v, const GdAttachment *att, AttrNumber attnum, GdReader reader,
				const GdGrant *g, StringInfo missing)
{
	const GdColumn *c;
	char	   *name;

	if (attnum < 0)
	{
		if (attnum != TableOidAttributeNumber)
			gd_deny(v, 20, _("System columns other than tableoid say more about other rows than was authorized."));
		return;
	}
	attnum = gd_root_attnum(att, attnum);
	c = gd_attached_column(att, attnum);
	if (gd_may_read_column(att, c, reader, g))
	{
		if (reader == GD_READER_DEPARTMENT && (c->class != 'u' || g->barred) && !gd_list_has(g->items, c->item))
		{
			v->opened = v->opened || att->open;
			v->continued = v->continued || !att->open;
		}
		return;
	}
	name = get_attname(att->root, attnum, true);
	if (c == NULL)
		gd_deny(v, 20, psprintf(_("Column \"%s\" is no item of the catalog."), name ? name : "?"));
	else if (c->class == 'w')
		gd_deny(v, 23, psprintf(_("Item \"%s\" is withheld."), c->item));
	else if (c->retired)
		gd_deny(v, 20, psprintf(_("Item \"%s\" is retired."), c->item));
	else if (c->class == 'u' && reader == GD_READER_DEPARTMENT)
		gd_deny(v, g->barred, g->barred_why);
	else
	{
		appendStringInfo(missing, "%s%s", missing->len ? ", " : "", quote_literal_cstr(c->item));
		gd_deny(v, 20, psprintf(_("No authorization covers item \"%s\" now."), c->item));
	}
}

static Bitmapset *
gd_whole_row(const GdAttachment *att, Bitmapset *columns)
{
	Relation	rel = table_open(att->relid, AccessShareLock);

	columns = bms_copy(columns);
	for (int i = 0; i < RelationGetDescr(rel)->natts; i++)
		if (!TupleDescAttr(RelationGetDescr(rel), i)->attisdropped)
			columns = bms_add_member(columns, i + 1 - FirstLowInvalidHeapAttributeNumber);
	table_close(rel, AccessShareLock);
	return bms_del_member(columns, InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber);
}

/* the whole row is every column there is, each once */
static Bitmapset *
gd_single_columns(const GdAttachment *att, Bitmapset *columns)
{
	return bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, columns) ?
		gd_whole_row(att, columns) : columns;
}

static void
gd_judge_columns(GdVerdict *v, const GdAttachment *att, Bitmapset *columns, GdReader reader, const GdGrant *g)
{
	StringInfoData missing;
	int			bit = -1;

	initStringInfo(&missing);
	columns = gd_single_columns(att, columns);
	while ((bit = bms_next_member(columns, bit)) >= 0)
		gd_judge_column(v, att, bit + FirstLowInvalidHeapAttributeNumber, reader, g, &missing);
	v->missing = missing.len ? missing.data : NULL;
}

char *
gd_column_names(const GdAttachment *att, Bitmapset *columns)
{
	StringInfoData names;
	int			bit = -1;

	initStringInfo(&names);
	columns = gd_single_columns(att, columns);
	while ((bit = bms_next_member(columns, bit)) >= 0)
	{
		AttrNumber	attnum = bit + FirstLowInvalidHeapAttributeNumber;
		const GdColumn *c = gd_attached_column(att, gd_root_attnum(att, attnum));
		const char *name = c ? c->item : get_attname(att->relid, attnum, true);

		/* which partition a row is in says nothing of it */
		if (name && attnum != TableOidAttributeNumber)
			appendStringInfo(&names, "%s%s", names.len ? "," : "", name);
	}
	return names.data;
}

/* is there anything that the department may read? */
static bool
gd_may_read_some(const GdAttachment *att, const GdGrant *g)
{
	for (int i = 0; i < att->ncolumns; i++)
		if (gd_may_read_column(att, &att->columns[i], GD_READER_DEPARTMENT, g))
			return true;
	return false;
}

/* Article 33: data are used for the purpose for which they were authorized. */
static bool
gd_purpose_fits(const GdGrant *g)
{
	if (gd_purpose == NULL || gd_purpose[0] == '\0' || g->authorization == 0)
		return true;
	return (g->purpose && strcmp(gd_purpose, g->purpose) == 0) ||
		(g->usage && strcmp(gd_purpose, g->usage) == 0);
}

/* A new request is no way back to what was suspended: it would start anew, on other terms. */
static void
gd_say_halted(GdVerdict *v, const GdGrant *g)
{
	if (!g->suspended)
	{
		v->why = psprintf(_("%s Authorization %lld was revoked."), v->why, (long long) g->halted);
		return;
	}
	v->why = psprintf(_("%s Authorization %lld is suspended."), v->why, (long long) g->halted);
	v->hint = psprintf(_("Its provider gives it back: SELECT govdata.resume_authorization(%lld, reason);"), (long long) g->halted);
}

static void
gd_judge_department(GdVerdict *v, const GdAttachment *att, Bitmapset *columns, int64 department)
{
	GdGrant    *g = gd_grant(department, att);

	v->department = department;
	v->authorization = g->authorization;
	v->version = g->version;
	v->copy = g->authorization == 0 || g->copy;
	v->filtered = g->filter != NULL;
	v->hint = g->barred_hint;
	if (g->in_force > 1 && !g->chosen)
	{
		gd_deny(v, 20, psprintf(_("Several authorizations are in force: %s. They are never combined; SET govdata.\"authorization\" = one of these numbers chooses."),
								g->listed));
		v->hint = psprintf("SET govdata.\"authorization\" = %lld;", (long long) g->newest);
	}
	else if (g->strayed)
	{
		gd_deny(v, 20, psprintf(_("Setting govdata.\"authorization\" names %lld, which is not in force; authorization %s is."),
								(long long) g->key.chosen, g->listed));
		v->hint = _("SET govdata.\"authorization\" to that number, or RESET it.");
	}
	else if (g->misfit)
		gd_deny(v, 18, psprintf(_("The row filter of authorization %lld uses column \"%s\", which is not what it was when the table was attached. The provider attaches the table anew."),
								(long long) g->authorization, g->misfit));
	else if (!gd_purpose_fits(g))
		gd_deny(v, 33, psprintf(_("Setting govdata.purpose is \"%s\", the authorization is for \"%s\"."),
								gd_purpose, g->purpose));
	else if (g->in_force == 0 && bms_is_empty(columns) && !gd_may_read_some(att, g))
		gd_deny(v, 20, _("No authorization is in force, and counting rows is reading too."));
	else
		gd_judge_columns(v, att, columns, GD_READER_DEPARTMENT, g);
	if (!v->allowed && g->in_force == 0 && g->halted != 0 && v->article == 20)
		gd_say_halted(v, g);
	v->basis = g->authorization ? GD_READ_BASIS_AUTHORIZATION :
		v->continued ? GD_READ_BASIS_CONTINUED : v->opened ? GD_READ_BASIS_OPEN : GD_READ_BASIS_CLASS;
	v->continued_until = g->continued_until;
}

GdVerdict
gd_verdict(const GdAttachment *att, const GdSubject *s, Bitmapset *columns)
{
	GdVerdict	v = {.allowed = true, .department = s->department, .basis = GD_READ_BASIS_NONE, .article = 20};

	v.items = gd_column_names(att, columns);
	switch (s->reader)
	{
		case GD_READER_ADMINISTRATOR:
			v.basis = GD_READ_BASIS_ADMINISTRATOR;
			v.copy = true;
			return v;
		case GD_READER_OWN:
			v.basis = OidIsValid(s->role) && has_bypassrls_privilege(s->role) ? GD_READ_BASIS_BYPASS : GD_READ_BASIS_OWN;
			v.copy = true;
			return v;
		case GD_READER_REFUSED:
			gd_deny(&v, 20, s->why);
			v.hint = s->hint;
			return v;
		default:
			break;
	}
	if (att->broken[0] != '\0')
		gd_deny(&v, 18, psprintf(_("The attachment is broken: %s. The provider attaches the table anew."), att->broken));
	else if (!att->published)
		gd_deny(&v, 18, _("The resource is not published at present."));
	else if (s->reader == GD_READER_DEPARTMENT)
		gd_judge_department(&v, att, columns, s->department);
	else if (!att->open)
		gd_deny_closed(&v);
	else
	{
		v.basis = GD_READ_BASIS_OPEN;
		v.copy = true;
		gd_judge_columns(&v, att, columns, GD_READER_PUBLIC, NULL);
	}
	return v;
}

/* ---- what was judged before ---- */

/*
 * A prepared statement asks the same again and again.  An answer is kept where
 * it follows from nothing but the outer user, the columns, the settings and what
 * the registries say: not while functions or other statements are on the stack.
 * Any news of the registries, of roles or of the relation makes all of them
 * worthless, and so does the time at which the answer might change by itself.
 */
typedef struct GdJudged
{
	bool		valid;
	uint64		generation;
	Oid			relid;
	Oid			role;
	int			chosen;
	TimestampTz from;
	TimestampTz until;
	Bitmapset  *columns;
	char	   *purpose;
	GdJudgement answer;
	MemoryContext context;
} GdJudged;

static GdJudged gd_judged[4];
static int	gd_next_judged = 0;

static const GdJudged *
gd_judged_before(const GdAttachment *att, Bitmapset *columns)
{
	const char *purpose = gd_purpose ? gd_purpose : "";
	TimestampTz now = gd_clock();
	Oid			role = GetOuterUserId();

	for (int i = 0; i < (int) lengthof(gd_judged); i++)
	{
		const GdJudged *j = &gd_judged[i];

		if (j->valid && j->relid == att->relid && j->role == role &&
			j->generation == gd_grants_generation && j->chosen == gd_chosen &&
			now >= j->from && now < j->until &&
			bms_equal(j->columns, columns) && strcmp(j->purpose, purpose) == 0)
			return j;
	}
	return NULL;
}

/* when a verdict may change by itself */
static TimestampTz
gd_verdict_until(const GdAttachment *att, const GdSubject *s)
{
	TimestampTz until = s->reader == GD_READER_ADMINISTRATOR ? DT_NOEND : gd_registry_good_until();

	if (s->reader == GD_READER_DEPARTMENT)
		until = Min(until, gd_grant(s->department, att)->until);
	return until;
}

static void
gd_remember_judged(const GdAttachment *att, Bitmapset *columns, const GdJudgement *answer,
				   TimestampTz from, uint64 generation)
{
	GdJudged   *j = &gd_judged[gd_next_judged++ % lengthof(gd_judged)];
	TimestampTz until = gd_verdict_until(att, &answer->subject);
	MemoryContext old;

	j->valid = false;
	if (j->context == NULL)
		j->context = AllocSetContextCreate(TopMemoryContext, "govdata verdict", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(j->context);
	old = MemoryContextSwitchTo(j->context);
	j->relid = att->relid;
	j->role = answer->subject.role;
	j->chosen = gd_chosen;
	j->from = from;
	j->until = until;
	j->columns = bms_copy(columns);
	j->purpose = pstrdup(gd_purpose ? gd_purpose : "");
	j->answer = *answer;
	j->answer.verdict.items = answer->verdict.items ? pstrdup(answer->verdict.items) : NULL;
	j->generation = generation;
	MemoryContextSwitchTo(old);
	j->valid = true;
}

GdJudgement
gd_judge_read(const GdAttachment *att, Bitmapset *columns)
{
	bool		alone = gd_acts_alone();
	const GdJudged *before = alone ? gd_judged_before(att, columns) : NULL;
	uint64		generation = gd_grants_generation;
	TimestampTz now;
	GdJudgement answer;

	if (before)
		return before->answer;
	now = gd_clock();
	answer.subject = gd_subject(att, false);
	answer.verdict = gd_verdict(att, &answer.subject, columns);
	if (alone && answer.verdict.allowed)
		gd_remember_judged(att, columns, &answer, now, generation);
	return answer;
}

/* ---- for the row security hooks ---- */

/* a partition may number its columns otherwise than the relation that the filter was made for */
static bool
gd_filter_of_partition(Node *node, void *context)
{
	const GdAttachment *att = context;
	Var		   *var = (Var *) node;
	char	   *name;

	if (node == NULL)
		return false;
	if (!IsA(node, Var))
		return expression_tree_walker(node, gd_filter_of_partition, context);
	name = get_attname(att->root, var->varattno, false);
	var->varattno = get_attnum(att->relid, name);
	if (var->varattno == InvalidAttrNumber || get_atttype(att->relid, var->varattno) != var->vartype)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("the row filter does not fit partition \"%s\"", get_rel_name(att->relid)),
				 errdetail("Its column \"%s\" is missing or of another type. Measures, Article 20.", name),
				 errhint("Read the partitioned table instead.")));
	var->varattnosyn = var->varattno;
	return false;
}

bool
gd_row_condition(const GdAttachment *att, const GdSubject *s, int64 *authorization, int32 *version,
				 Node **condition)
{
	GdGrant    *g;

	*authorization = 0;
	*version = 0;
	*condition = NULL;
	if (att->broken[0] != '\0' || !att->published)
		return false;
	if (s->reader == GD_READER_PUBLIC)
		return att->open;
	if (s->reader != GD_READER_DEPARTMENT)
		return false;
	g = gd_grant(s->department, att);
	if (gd_is_undecided(g) || g->misfit || (g->in_force == 0 && !gd_may_read_some(att, g)))
		return false;
	*authorization = g->authorization;
	*version = g->version;
	*condition = gd_grant_condition(g);
	if (att->relid != att->root)
		(void) gd_filter_of_partition(*condition, (void *) att);
	return true;
}

/* ---- SQL ---- */

PG_FUNCTION_INFO_V1(gd_permitted);
PG_FUNCTION_INFO_V1(gd_check_access);

/* Answers for the caller alone: whether others hold an authorization is not to be asked here. */
Datum
gd_permitted(PG_FUNCTION_ARGS)
{
	const GdAttachment *att = gd_attachment(PG_GETARG_OID(2));
	GdSubject	s;
	GdGrant    *g;

	if (att == NULL || att->broken[0] != '\0' || !att->published)
		PG_RETURN_BOOL(false);
	s = gd_subject(att, false);
	if (s.reader == GD_READER_PUBLIC)
		PG_RETURN_BOOL(att->open);
	if (s.reader != GD_READER_DEPARTMENT)
		PG_RETURN_BOOL(s.reader != GD_READER_REFUSED);
	g = gd_grant(s.department, att);
	PG_RETURN_BOOL(g->authorization == PG_GETARG_INT64(0) && g->version == PG_GETARG_INT32(1) &&
				   !gd_is_undecided(g));
}

PG_FUNCTION_INFO_V1(gd_continues);

/* does a department read an item of a resource on former terms now? */
Datum
gd_continues(PG_FUNCTION_ARGS)
{
	GdGrant		g = {.key.department = PG_GETARG_INT64(0), .until = DT_NOEND};
	int64		resource = PG_GETARG_INT64(1);
	TimestampTz now = gd_clock();

	gd_load_continued(&g, resource, gd_load_pending(&g, resource, now), now);
	PG_RETURN_BOOL(gd_list_has(g.continued, text_to_cstring(PG_GETARG_TEXT_PP(2))));
}

/* columns of the attached relation that stand for these items, as a set */
static Bitmapset *
gd_columns_of(const GdAttachment *att, Datum items)
{
	Bitmapset  *columns = NULL;
	char	  **names;
	int			n = gd_texts_of(items, &names);

	for (int i = 0; i < n; i++)
	{
		const char *name = names[i];
		AttrNumber	attnum = InvalidAttrNumber;

		for (int c = 0; c < att->ncolumns; c++)
			if (strcmp(att->columns[c].item, name) == 0)
				attnum = att->columns[c].attnum;
		/* a column that is no item is judged as the executor would */
		if (attnum == InvalidAttrNumber)
			attnum = get_attnum(att->root, name);
		if (attnum == InvalidAttrNumber)
			ereport(ERROR,
					(errcode(GD_ERRCODE(20)),
					 errmsg("no column of resource \"%s\" stands for item \"%s\"", att->code, name),
					 errdetail("Items are named as in the catalog. Measures, Article 20."),
					 errhint("SELECT item FROM govdata.attachment_column shows what is attached.")));
		columns = bms_add_member(columns, attnum - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}

/* what the resource of this code is attached to; it may be detached meanwhile */
static const GdAttachment *
gd_attachment_of(const char *code)
{
	static GdStatementText query = {
		"SELECT a.relation::oid FROM govdata.attachment a JOIN govdata.resource r ON r.id = a.resource"
		" WHERE r.code = $1", 1, gd_arg_text, NULL
	};
	Datum		arg = CStringGetTextDatum(code);
	Datum		oid;
	bool		isnull;
	const GdAttachment *att = NULL;

	if (gd_own_run(&query, &arg, NULL, NULL, 1, &oid, &isnull) > 0)
		att = gd_attachment(DatumGetObjectId(oid));
	if (att == NULL)
		ereport(ERROR,
				(errcode(GD_ERRCODE(18)),
				 errmsg("resource \"%s\" is not attached to a table", code),
				 errdetail("There is nothing to read on this platform. Measures, Article 18."),
				 errhint("Its provider attaches it: SELECT govdata.attach_resource(code, table).")));
	return att;
}

/* Authorized or not, the table is out of reach for a role that may not touch it. */
static void
gd_judge_privileges(GdVerdict *v, const GdAttachment *att, int64 department)
{
	GdDepartment dept;
	Oid			schema = get_rel_namespace(att->root);

	if (!v->allowed || !gd_department(department, &dept) || !OidIsValid(dept.role))
		return;
	if (!dept.in_force)
		gd_deny(v, 6, _("The department does not exist today: it is not registered, or its validity has ended."));
	else if (GD_NAMESPACE_USAGE(schema, dept.role) != ACLCHECK_OK)
		gd_deny(v, 18, psprintf(_("The department's role may not use schema \"%s\"; its owner grants USAGE."), get_namespace_name(schema)));
	else if (pg_class_aclcheck(att->root, dept.role, ACL_SELECT) != ACLCHECK_OK)
		gd_deny(v, 18, psprintf(_("The department's role may not select from \"%s\"; its owner grants SELECT."), get_rel_name(att->root)));
}

Datum
gd_check_access(PG_FUNCTION_ARGS)
{
	static const char *const basis_names[] = {"obukagp-", "own", "bypass", "class", "continued", "administrator", "authorization", "open", "none"};
	TupleDesc	desc;
	const GdAttachment *att;
	GdSubject	s = {.reader = GD_READER_DEPARTMENT};
	GdVerdict	v;
	Datum		values[4];
	bool		nulls[4] = {false};
	int64		department = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || department == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("resource, items and department must be given"),
				 errhint("Act as a department, or name one.")));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	att = gd_attachment_of(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (department != gd_current_department() && gd_current_department() != att->provider &&
		!gd_oversees(department) && !gd_is_administrator())
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("what department %lld may read is not yours to ask", (long long) department),
				 errdetail("You act as %s. Measures, Article 6.", gd_who_acts()),
				 errhint("A department asks for itself; its overseers and the provider for it.")));
	s.department = department;
	if (department == att->provider)
		s.reader = GD_READER_OWN;
	v = gd_verdict(att, &s, gd_columns_of(att, PG_GETARG_DATUM(1)));
	gd_judge_privileges(&v, att, department);
	values[0] = BoolGetDatum(v.allowed);
	values[1] = CStringGetTextDatum(basis_names[1 + (strchr(basis_names[0], v.allowed ? v.basis : '-') - basis_names[0])]);
	values[2] = Int16GetDatum(v.allowed ? 20 : v.article);
	values[3] = CStringGetTextDatum(!v.allowed ? v.why : !v.continued ? _("may be read now") :
									psprintf(_("may be read on the former terms until a request is answered; without one until %s"),
											 gd_legal_text(v.continued_until)));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

void
gd_access_init(void)
{
	DefineCustomIntVariable("govdata.authorization",
							gettext_noop("Which of the department's authorizations this session uses, where several fit."),
							NULL, &gd_chosen, 0, 0, INT_MAX, PGC_USERSET, 0, NULL, gd_assign_chosen, NULL);
	DefineCustomStringVariable("govdata.purpose",
							   gettext_noop("Purpose for which this session reads; recorded, and compared with the authorization."),
							   NULL, &gd_purpose, "", PGC_USERSET, 0, NULL, NULL, NULL);
	gd_on_change(GD_SHARE_AUTHORIZATION, gd_access_forget);
	gd_on_change(GD_SHARE_REQUEST, gd_access_forget);
	gd_on_change(GD_CONTINUED_READING, gd_access_forget);
	gd_on_change(GD_DEPARTMENT, gd_access_forget);
	gd_on_change(GD_REGION, gd_access_forget);
	gd_on_role_change(gd_access_forget);
	gd_attach_init();
	gd_enforce_init();
	gd_watch_init();
}
