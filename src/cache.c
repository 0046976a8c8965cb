/*-------------------------------------------------------------------------
 *
 * cache.c
 *	  OIDs of our own relations, and the news that one of them changed.
 *
 * A backend may register only a handful of relcache callbacks, so the
 * modules that keep something per backend register here instead, and one
 * callback tells them.  What is not found is never remembered: another
 * session's CREATE EXTENSION would not make us forget it.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#define GD_MAX_LISTENERS 32

typedef struct GdListener
{
	GdRel		rel;
	GdForget	forget;
} GdListener;

static const char *const gd_rel_names[GD_NRELS] = {
	[GD_CALENDAR] = "calendar",
	[GD_CALENDAR_NOTICE] = "calendar_notice",
	[GD_CALENDAR_DAY] = "calendar_day",
	[GD_STATUTORY_HOLIDAY] = "statutory_holiday",
	[GD_TIME_LIMIT] = "time_limit",
	[GD_REGIME] = "regime",
	[GD_REGIME_SWITCH] = "regime_switch",
	[GD_REGION] = "region",
	[GD_DEPARTMENT] = "department",
	[GD_OFFICER_ABSENCE] = "officer_absence",
	[GD_RESOURCE] = "resource",
	[GD_RESOURCE_ITEM] = "resource_item",
	[GD_NEGATIVE_ENTRY] = "negative_entry",
	[GD_STANDING_CONSENT] = "standing_consent",
	[GD_SHARE_REQUEST] = "share_request",
	[GD_SHARE_AUTHORIZATION] = "share_authorization",
	[GD_JOURNAL_ENTRY] = "journal_entry",
	[GD_JOURNAL_SEAL] = "journal_seal",
	[GD_ACCESS_RECORD] = "access_record",
	[GD_SPECIFICATION] = "catalog_specification",
	[GD_ATTACHMENT] = "attachment",
	[GD_ATTACHMENT_COLUMN] = "attachment_column",
	[GD_CONTINUED_READING] = "continued_reading",
};

static Oid	gd_rel_oids[GD_NRELS];
static GdListener gd_listeners[GD_MAX_LISTENERS];
static int	gd_n_listeners = 0;
static GdForget gd_role_listeners[6];
static int	gd_n_role_listeners = 0;
static void (*gd_any_listener) (Oid relid) = NULL;
static bool gd_callbacks_registered = false;

static void
gd_tell(GdRel rel)
{
	for (int i = 0; i < gd_n_listeners; i++)
		if (gd_listeners[i].rel == rel)
			gd_listeners[i].forget();
}

static void
gd_relcache_callback(Datum arg, Oid relid)
{
	(void) arg;
	if (gd_any_listener)
		gd_any_listener(relid);
	for (int i = 0; i < GD_NRELS; i++)
	{
		if (!OidIsValid(gd_rel_oids[i]))
			continue;
		if (relid == InvalidOid || relid == gd_rel_oids[i])
		{
			gd_rel_oids[i] = InvalidOid;
			gd_tell((GdRel) i);
		}
	}
}

static void
gd_syscache_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	(void) arg;
	(void) cacheid;
	(void) hashvalue;
	for (int i = 0; i < gd_n_role_listeners; i++)
		gd_role_listeners[i] ();
}

/* the names of relations that are kept have changed, or may have */
static void
gd_namespace_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	(void) arg;
	(void) cacheid;
	(void) hashvalue;
	if (gd_any_listener)
		gd_any_listener(InvalidOid);
}

/*
 * Callbacks are registered by the first lookup, in every kind of process: the
 * postmaster has no caches to hear from.
 */
static void
gd_register_callbacks(void)
{
	if (gd_callbacks_registered)
		return;
	CacheRegisterRelcacheCallback(gd_relcache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, gd_syscache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, gd_syscache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, gd_namespace_callback, (Datum) 0);
	gd_callbacks_registered = true;
}

Oid
gd_relid(GdRel rel)
{
	Oid			schema;
	Oid			relid;

	if (OidIsValid(gd_rel_oids[rel]))
		return gd_rel_oids[rel];

	gd_register_callbacks();
	schema = get_namespace_oid(GD_SCHEMA, true);
	if (!OidIsValid(schema))
		return InvalidOid;
	relid = get_relname_relid(gd_rel_names[rel], schema);
	if (!OidIsValid(relid))
		return InvalidOid;

	/* a namesake that is not the extension's must not be believed */
	if (!creating_extension &&
		getExtensionOfObject(RelationRelationId, relid) !=
		get_extension_oid("govdata", true))
		return InvalidOid;

	gd_rel_oids[rel] = relid;
	return relid;
}

Oid
gd_relid_required(GdRel rel)
{
	Oid			relid = gd_relid(rel);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("relation \"%s.%s\" of the extension is missing",
						GD_SCHEMA, gd_rel_names[rel]),
				 errdetail("Nothing is decided while a rule cannot be read."),
				 errhint("Create the extension in this database: CREATE EXTENSION govdata CASCADE.")));
	return relid;
}

Oid
gd_schema_oid(void)
{
	Oid			relid = gd_relid(GD_DEPARTMENT);

	return OidIsValid(relid) ? get_rel_namespace(relid) : InvalidOid;
}

Oid
gd_owner(void)
{
	HeapTuple	tup;
	Oid			owner;

	tup = SearchSysCache1(RELOID, ObjectIdGetDatum(gd_relid_required(GD_DEPARTMENT)));
	if (!HeapTupleIsValid(tup))
		elog(ERROR, "cache lookup failed for the department table");
	owner = ((Form_pg_class) GETSTRUCT(tup))->relowner;
	ReleaseSysCache(tup);
	return owner;
}

void
gd_on_change(GdRel rel, GdForget forget)
{
	Assert(gd_n_listeners < GD_MAX_LISTENERS);
	gd_listeners[gd_n_listeners].rel = rel;
	gd_listeners[gd_n_listeners].forget = forget;
	gd_n_listeners++;
}

void
gd_on_any_relation(void (*forget) (Oid relid))
{
	gd_any_listener = forget;
}

Oid
gd_object_oid(const char *name)
{
	Oid			oid = get_relname_relid(name, gd_schema_oid());

	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("\"%s.%s\" of the extension is missing", GD_SCHEMA, name),
				 errhint("Run ALTER EXTENSION govdata UPDATE.")));
	return oid;
}

void
gd_on_role_change(GdForget forget)
{
	Assert(gd_n_role_listeners < (int) lengthof(gd_role_listeners));
	gd_role_listeners[gd_n_role_listeners++] = forget;
}

void
gd_changed(Oid relid)
{
	CacheInvalidateRelcacheByRelid(relid);

	/* the message reaches this backend only with the next command */
	for (int i = 0; i < GD_NRELS; i++)
		if (gd_rel_oids[i] == relid)
			gd_tell((GdRel) i);
}

PG_FUNCTION_INFO_V1(gd_touch);

/*
 * gd_touch
 *		AFTER statement trigger of the registries that backends cache.
 */
Datum
gd_touch(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called as a trigger", "govdata._touch")));
	gd_changed(RelationGetRelid(trigdata->tg_relation));
	return PointerGetDatum(NULL);	/* the trigger protocol's null */
}
