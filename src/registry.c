/*-------------------------------------------------------------------------
 *
 * registry.c
 *	  Guards of what the administrator keeps: regions, departments, limits,
 *	  the catalog specification.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rangetypes.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "catalog.h"

PG_FUNCTION_INFO_V1(gd_guard_registry);
PG_FUNCTION_INFO_V1(gd_guard_department);
PG_FUNCTION_INFO_V1(gd_guard_kept);

/* SQL that lets a row of a dump replace the shipped row of the same key */
static const char *
gd_yield_sql(const char *registry)
{
	if (strcmp(registry, "region") == 0)
		return "DELETE FROM govdata.region r WHERE r.builtin AND r.code = $1.code";
	if (strcmp(registry, "regime") == 0)
		return "DELETE FROM govdata.regime r WHERE r.builtin AND r.code = $1.code";
	if (strcmp(registry, "regime_rule") == 0)
		return "DELETE FROM govdata.regime_rule r WHERE r.builtin AND r.regime = $1.regime AND r.rule = $1.rule";
	if (strcmp(registry, "dispute_step") == 0)
		return "DELETE FROM govdata.dispute_step d WHERE d.builtin AND d.regime = $1.regime AND d.step = $1.step";
	if (strcmp(registry, "reminder_rule") == 0)
		return "DELETE FROM govdata.reminder_rule r WHERE r.builtin AND r.duty = $1.duty";
	if (strcmp(registry, "withholding_basis") == 0)
		return "DELETE FROM govdata.withholding_basis b WHERE b.builtin AND b.regime = $1.regime "
			"AND b.basis_kind = $1.basis_kind";
	if (strcmp(registry, "time_limit") == 0)
		return "DELETE FROM govdata.time_limit l WHERE l.builtin AND l.code = $1.code AND l.regime = $1.regime "
			"AND l.effective OPERATOR(pg_catalog.&&) $1.effective";
	if (strcmp(registry, "code_rule") == 0)
		return "DELETE FROM govdata.code_rule r WHERE r.builtin "
			"AND r.effective OPERATOR(pg_catalog.&&) $1.effective";
	if (strcmp(registry, "library_subject") == 0)
		return "DELETE FROM govdata.library_subject s WHERE s.builtin AND s.code = $1.code";
	if (strcmp(registry, "update_cycle") == 0)
		return "DELETE FROM govdata.update_cycle c WHERE c.builtin AND c.name = $1.name";
	if (strcmp(registry, "yearly_limit") == 0)
		return "DELETE FROM govdata.yearly_limit l WHERE l.builtin AND l.code = $1.code "
			"AND l.effective OPERATOR(pg_catalog.&&) $1.effective";
	if (strcmp(registry, "data_element") == 0)
		return "DELETE FROM govdata.data_element e WHERE e.builtin AND e.code = $1.code";
	if (strcmp(registry, "quality_indicator") == 0)
		return "DELETE FROM govdata.quality_indicator i WHERE i.builtin AND i.code = $1.code";
	if (strcmp(registry, "quality_weight") == 0)
		return "DELETE FROM govdata.quality_weight w WHERE w.builtin AND w.code = $1.code "
			"AND w.effective OPERATOR(pg_catalog.&&) $1.effective";
	return "DELETE FROM govdata.catalog_specification s WHERE s.builtin AND s.element = $1.element "
		"AND s.effective OPERATOR(pg_catalog.&&) $1.effective";
}

/*
 * Foreign keys on the shipped row are looked at when the whole load is done,
 * as those of every other row: by then its successor is there.
 */
static void
gd_yield_builtin(TriggerData *td, const char *registry)
{
	Oid			type = td->tg_relation->rd_rel->reltype;
	Datum		row = heap_copy_tuple_as_datum(td->tg_trigtuple, RelationGetDescr(td->tg_relation));
	GdOwn		own;

	gd_own_begin(&own);
	PG_TRY();
	{
		SPIPlanPtr	plan;

		SPI_connect();
		plan = SPI_prepare(gd_yield_sql(registry), 1, &type);
		if (plan == NULL ||
			SPI_execute_snapshot(plan, &row, NULL, InvalidSnapshot, InvalidSnapshot,
								 false, false, 0) < 0)
			elog(ERROR, "could not make room in \"%s\": %s", registry,
				 SPI_result_code_string(SPI_result));
		SPI_finish();
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
}

static bool
gd_registry_flag(TriggerData *td, HeapTuple tup, const char *column)
{
	TupleDesc	desc = RelationGetDescr(td->tg_relation);
	bool		isnull;
	Datum		value = heap_getattr(tup, SPI_fnumber(desc, column), desc, &isnull);

	return !isnull && DatumGetBool(value);
}

/*
 * What a site changes is the site's own, and goes into its dumps.  That it was
 * shipped once stays known: a restore puts the row in the shipped one's place.
 */
static Datum
gd_registry_row(TriggerData *td, HeapTuple tup)
{
	TupleDesc	desc = RelationGetDescr(td->tg_relation);
	int			columns[2] = {SPI_fnumber(desc, "builtin"), SPI_fnumber(desc, "amended")};
	Datum		values[2];
	bool		nulls[2] = {false, false};

	values[0] = BoolGetDatum(false);
	values[1] = BoolGetDatum(TRIGGER_FIRED_BY_UPDATE(td->tg_event) &&
							 (gd_registry_flag(td, td->tg_trigtuple, "builtin") ||
							  gd_registry_flag(td, td->tg_trigtuple, "amended")));
	return PointerGetDatum(heap_modify_tuple_by_cols(tup, desc, 2, columns, values, nulls));
}

/* Article 10: what the provincial data authority makes for the whole province */
static bool
gd_is_specification(const char *registry)
{
	static const char *const specification[] = {
		"catalog_specification", "code_rule", "library_subject", "update_cycle"
	};

	for (int i = 0; i < (int) lengthof(specification); i++)
		if (strcmp(registry, specification[i]) == 0)
			return true;
	return false;
}

/* Whoever walks up from a region must arrive at the province. */
static void
gd_check_region(TriggerData *td, HeapTuple tup)
{
	TupleDesc	desc = RelationGetDescr(td->tg_relation);
	char	   *code = SPI_getvalue(tup, desc, SPI_fnumber(desc, "code"));
	char	   *parent = SPI_getvalue(tup, desc, SPI_fnumber(desc, "parent"));
	char	   *above = parent;
	GdRegion	up;

	for (int hops = 0; code && above && hops < GD_MAX_REGIONS_UP && gd_region(above, &up); hops++)
	{
		if (strcmp(up.parent, code) == 0)
			ereport(ERROR,
					(errcode(GD_ERRCODE(5)),
					 errmsg("region \"%s\" cannot be below \"%s\"", code, parent),
					 errdetail("That one is below it. Measures, Article 5."),
					 errhint("Name the region above it, up to the province, in column parent.")));
		above = pstrdup(up.parent);
	}
}

Datum
gd_guard_registry(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;
	const char *registry;
	int			article;
	HeapTuple	tup;

	gd_check_trigger(fcinfo);
	registry = td->tg_trigger->tgargs[0];
	article = atoi(td->tg_trigger->tgargs[1]);
	tup = TRIGGER_FIRED_BY_UPDATE(td->tg_event) ? td->tg_newtuple : td->tg_trigtuple;
	if (gd_restore && TRIGGER_FIRED_BY_INSERT(td->tg_event) && !gd_registry_flag(td, tup, "builtin"))
		gd_yield_builtin(td, registry);
	if (!gd_guarding())
		return PointerGetDatum(tup);

	if (gd_is_specification(registry))
		gd_require_specifier(registry, article);
	else
		gd_require_administrator(registry, article);
	gd_check_emptied(td);
	if (TRIGGER_FIRED_BY_DELETE(td->tg_event))
	{
		if (gd_registry_flag(td, tup, "builtin") || gd_registry_flag(td, tup, "amended"))
			ereport(ERROR,
					(errcode(GD_ERRCODE(article)),
					 errmsg("a shipped row of \"%s\" cannot be deleted", registry),
					 errdetail("It comes with the extension. Measures, Article %d.", article),
					 errhint("Update the row, for example end its period of validity.")));
		return PointerGetDatum(tup);
	}
	if (strcmp(registry, "catalog_specification") == 0)
		gd_check_specification_rule(heap_copy_tuple_as_datum(tup, RelationGetDescr(td->tg_relation)),
									td->tg_relation->rd_rel->reltype);
	if (strcmp(registry, "region") == 0)
		gd_check_region(td, tup);
	return gd_registry_row(td, tup);
}

/* A table that only the administrator writes, and of which nothing is shipped. */
Datum
gd_guard_kept(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;

	gd_check_trigger(fcinfo);
	if (gd_guarding())
		gd_require_administrator(RelationGetRelationName(td->tg_relation), atoi(td->tg_trigger->tgargs[0]));
	return gd_row_as_is(fcinfo);
}

/* ---- departments ---- */

enum
{
	DEP_ID = 1, DEP_USCC, DEP_BY_HAND, DEP_NAME, DEP_REGION, DEP_KIND, DEP_SUPERIOR,
	DEP_VERTICAL, DEP_ROLE, DEP_OFFICER, DEP_VALID, DEP_OFFICER_ROLE
};

static const char *const gd_department_columns[] = {
	"id", "uscc", "uscc_verified_by_hand", "name", "region", "kind", "superior",
	"vertical", "role", "data_officer", "valid", "data_officer_role"
};

static GdShape gd_department_shape = {
	"department", 6, gd_department_columns, lengthof(gd_department_columns), false
};

static void
gd_check_uscc(GdRow *row)
{
	const char *uscc = gd_new_text(row, DEP_USCC);

	if (uscc == NULL || (!row->newnull[DEP_BY_HAND - 1] && DatumGetBool(row->new[DEP_BY_HAND - 1])))
		return;
	if (DatumGetBool(DirectFunctionCall1(gd_uscc_is_valid, row->new[DEP_USCC - 1])))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(3)),
			 errmsg("unified social credit code \"%s\" fails its check", uscc),
			 errdetail("GB 32100-2015: 18 characters, the last one computed from the others. Measures, Article 3."),
			 errhint("Correct the code; for a really issued one that fails, set uscc_verified_by_hand.")));
}

/* A department's role stands for an office: nobody logs in as it. */
static void
gd_check_department_role(Oid role)
{
	HeapTuple	tup = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	Form_pg_authid auth;
	bool		powers;

	if (!HeapTupleIsValid(tup))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role with OID %u does not exist", role),
				 errhint("CREATE ROLE the department's role first, NOLOGIN.")));
	auth = (Form_pg_authid) GETSTRUCT(tup);
	powers = auth->rolcanlogin || auth->rolsuper || auth->rolbypassrls || auth->rolreplication ||
		auth->rolcreaterole;
	ReleaseSysCache(tup);
	if (powers || role < FirstNormalObjectId ||
		role == get_role_oid("govdata_department", true) ||
		role == get_role_oid("govdata_public", true) ||
		role == get_role_oid("govdata_admin", true))
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("role \"%s\" cannot stand for a department", GetUserNameFromId(role, false)),
				 errdetail("It must be an ordinary role of its own: NOLOGIN, without SUPERUSER, BYPASSRLS, REPLICATION or CREATEROLE. Measures, Article 6."),
				 errhint("CREATE ROLE a NOLOGIN role for the department and make its clerks members of it.")));
}

/* The dependency of the schema grant keeps the role from being dropped. */
static void
gd_grant_department_role(Oid role)
{
	char	   *name = pstrdup(quote_identifier(GetUserNameFromId(role, false)));
	GdStatementText grant_group = {psprintf("GRANT govdata_department TO %s", name), 0, NULL, NULL};
	GdStatementText grant_schema = {psprintf("GRANT USAGE ON SCHEMA govdata TO %s", name), 0, NULL, NULL};

	(void) gd_own_run(&grant_group, NULL, NULL, NULL, 0, NULL, NULL);
	(void) gd_own_run(&grant_schema, NULL, NULL, NULL, 0, NULL, NULL);
	SPI_freeplan(grant_group.plan);
	SPI_freeplan(grant_schema.plan);
}

static bool
gd_is_endless(Datum range)
{
	TypeCacheEntry *type = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(type, DatumGetRangeTypeP(range), &lower, &upper, &empty);
	return !empty && upper.infinite;
}

/* Nobody ends whose resources and cases would then be nobody's. */
static void
gd_require_nothing_left(int64 department)
{
	static GdStatementText query = {
		"SELECT (SELECT count(*) FROM govdata.resource WHERE provider = $1 AND state <> 'withdrawn'),"
		" (SELECT count(*) FROM govdata.share_request WHERE $1 IN (provider, consumer, coordinator)"
		"  AND state IN ('submitted', 'coordinating')),"
		" (SELECT count(*) FROM govdata.share_authorization WHERE $1 IN (provider, consumer)"
		"  AND state IN ('active', 'suspended') AND valid_until > govdata.clock())", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(department);
	Datum		values[3];
	bool		nulls[3];
	int64		seats = gd_open_seats(department);

	if (seats == 0)
		return;
	(void) gd_own_run(&query, &arg, NULL, NULL, 3, values, nulls);
	ereport(ERROR,
			(errcode(GD_ERRCODE(6)),
			 errmsg("department %lld still has duties", (long long) department),
			 errdetail("Resources: %lld; open requests: %lld; authorizations: %lld; open cases in all: %lld. Each needs a successor. Measures, Article 6.",
					   (long long) DatumGetInt64(values[0]), (long long) DatumGetInt64(values[1]),
					   (long long) DatumGetInt64(values[2]), (long long) seats),
			 errhint("Its government reorganizes it: SELECT govdata.draft_reorganization(%lld, 'basis').", (long long) department)));
}

/* Article 14: a person who acts for the department is one who logs in as a member of its role. */
void
gd_check_person(Oid person, Oid department_role)
{
	HeapTuple	tup = SearchSysCache1(AUTHOID, ObjectIdGetDatum(person));
	const char *name = GetUserNameFromId(person, true);
	bool		logs_in = false;

	if (HeapTupleIsValid(tup))
	{
		logs_in = ((Form_pg_authid) GETSTRUCT(tup))->rolcanlogin;
		ReleaseSysCache(tup);
	}
	if (logs_in && is_member_of_role_nosuper(person, department_role))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(14)),
			 errmsg("role \"%s\" is no person of the department", name ? name : psprintf("%u", person)),
			 errdetail("A data officer, or a deputy, logs in and is a member of role \"%s\". Measures, Article 14.",
					   GetUserNameFromId(department_role, false)),
			 errhint("The database's administrator makes the person's login role a member of the department's role.")));
}

Datum
gd_guard_department(PG_FUNCTION_ARGS)
{
	GdRow		row;
	Oid			role;

	if (!gd_row_open(&row, fcinfo, &gd_department_shape))
	{
		/* roles live outside the dump: a restored row needs its grants again */
		if (gd_restore && TRIGGER_FIRED_BY_INSERT(((TriggerData *) fcinfo->context)->tg_event))
		{
			bool		isnull;
			TriggerData *td = (TriggerData *) fcinfo->context;

			role = DatumGetObjectId(heap_getattr(td->tg_trigtuple, DEP_ROLE,
												 RelationGetDescr(td->tg_relation), &isnull));
			if (!isnull)
				gd_grant_department_role(role);
		}
		return gd_row_as_is(fcinfo);
	}

	if (gd_own_writing())
		return gd_row_as_is(fcinfo);	/* what follows from an act: the officer, the end */
	gd_require_administrator("department", 6);
	if (row.is_insert)
	{
		static const int given[] = {DEP_ID, 0};

		gd_not_given(&row, &gd_department_shape, given);
		gd_set(&row, DEP_ID, Int64GetDatum(gd_draw("department_id_seq")));
	}
	else if (gd_is_changed(&row, DEP_ID) || gd_is_changed(&row, DEP_ROLE))
		ereport(ERROR,
				(errcode(GD_ERRCODE(6)),
				 errmsg("id and role of a department cannot be changed"),
				 errdetail("What the department did stays its own. Measures, Article 6."),
				 errhint("End the department's validity and register its successor.")));
	if (!row.is_insert && gd_is_changed(&row, DEP_VALID) && !gd_is_endless(row.new[DEP_VALID - 1]))
		gd_require_nothing_left(gd_new_int64(&row, DEP_ID));
	gd_check_uscc(&row);
	if (!row.newnull[DEP_ROLE - 1] && (row.is_insert || gd_is_changed(&row, DEP_ROLE)))
	{
		role = DatumGetObjectId(row.new[DEP_ROLE - 1]);
		gd_check_department_role(role);
		gd_grant_department_role(role);
	}
	if (!row.newnull[DEP_OFFICER_ROLE - 1] && (row.is_insert || gd_is_changed(&row, DEP_OFFICER_ROLE)))
		gd_check_person(DatumGetObjectId(row.new[DEP_OFFICER_ROLE - 1]),
						DatumGetObjectId(row.new[DEP_ROLE - 1]));
	return gd_row_done(&row);
}
