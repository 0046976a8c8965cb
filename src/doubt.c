/*-------------------------------------------------------------------------
 *
 * doubt.c
 *	  Doubts about data (Article 13, paragraphs 2 and 3).
 *
 * A department that can read a resource, the operator of its platform or a
 * quality rule doubts what it says; the operator pushes the doubt to the
 * provider, who within three working days explains or confirms, and repairs
 * what it has confirmed.  What is said may be personal data: the journal holds
 * digests of it, and supervisors see clocks only.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case.h"

enum
{
	DD_ID = 1, DD_RESOURCE, DD_PROVIDER, DD_PLATFORM, DD_RAISED_BY, DD_RULE, DD_RUN, DD_ITEMS, DD_CLAIM,
	DD_ROW_KEY, DD_EVIDENCE, DD_SALT, DD_STATE, DD_ROUND, DD_RAISED_AT, DD_NOTIFIED_AT, DD_NOTIFIED_BY,
	DD_LIMIT_CODE, DD_DUE_ON, DD_DUE_AT, DD_DUE_PROVISIONAL, DD_ANSWERED_AT, DD_ANSWER, DD_ANSWER_REASON,
	DD_REPAIRED_AT, DD_REPAIR, DD_CLOSED_AT, DD_CLOSED_BY, DD_NOTE
};

static const char *const gd_doubt_columns[] = {
	"id", "resource", "provider", "platform", "raised_by", "rule", "run", "items", "claim", "row_key",
	"evidence", "salt", "state", "round", "raised_at", "notified_at", "notified_by", "limit_code", "due_on",
	"due_at", "due_provisional", "answered_at", "answer", "answer_reason", "repaired_at", "repair",
	"closed_at", "closed_by", "note"
};

static const char *const gd_doubt_concealed[] = {
	"claim", "row_key", "evidence", "answer_reason", "repair", "note", NULL
};
static const char *const gd_round_concealed[] = {"answer_reason", "repair", NULL};

PG_FUNCTION_INFO_V1(gd_doubt_clocks);
PG_FUNCTION_INFO_V1(gd_doubts_owed);

/* ---- who ---- */

static bool
gd_doubt_operated(GdCase *c)
{
	const char *platform = gd_new_text(c->row, DD_PLATFORM);

	return platform && gd_operates(platform);
}

/*
 * A department that can read the resource now: by an authorization, or by what
 * is shared unconditionally on a platform that is not above its own.
 */
static bool
gd_can_read(int64 department, int64 resource, const char *platform)
{
	static const Oid types[] = {INT8OID, INT8OID, BOOLOID};
	static GdStatementText query = {
		"SELECT FROM govdata.resource r WHERE r.id = $1 AND r.state = 'published' AND ("
		" $3 AND EXISTS (SELECT FROM govdata.resource_item i WHERE i.resource = r.id AND i.retired_at IS NULL"
		"  AND r.sharing <> 'withheld' AND coalesce(i.sharing, r.sharing) = 'unconditional')"
		" OR EXISTS (SELECT FROM govdata.share_authorization a WHERE a.resource = r.id AND a.consumer = $2"
		"  AND a.state = 'active' AND a.valid_from <= govdata.clock() AND a.valid_until > govdata.clock())"
		" OR EXISTS (SELECT FROM govdata.share_request q WHERE q.resource = r.id AND q.consumer = $2"
		"  AND q.state = 'submitted' AND q.matures_at <= govdata.clock()"
		"  AND q.valid_until >= govdata.legal_date(govdata.clock())))", 3, types, NULL
	};
	GdDepartment dept;
	GdRegion	mine;
	Datum		args[3];

	if (!gd_department(department, &dept) || !dept.in_force || !gd_is_bound(&dept))
		return false;
	args[0] = Int64GetDatum(resource);
	args[1] = Int64GetDatum(department);
	args[2] = BoolGetDatum(gd_platform_region(dept.region, &mine) &&
						   (strcmp(mine.code, platform) == 0 || !gd_region_contains(platform, mine.code)));
	return gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL) > 0;
}

static bool
gd_doubt_used(GdCase *c)
{
	return c->me != gd_new_int64(c->row, DD_PROVIDER) &&
		gd_can_read(c->me, gd_new_int64(c->row, DD_RESOURCE), gd_new_text(c->row, DD_PLATFORM));
}

static const GdActor gd_doubt_actors[] = {
	{"provider", DD_PROVIDER, NULL, false},
	{"raiser", DD_RAISED_BY, NULL, false},
	{"operator", 0, gd_doubt_operated, false},
	{"user", 0, gd_doubt_used, false},
	{"reorganization", 0, NULL, true},
	{0}
};

/* ---- being raised ---- */

static void
gd_check_doubted_items(GdRow *row, GdResource *r)
{
	Datum	   *elems;
	int			n;

	if (row->newnull[DD_ITEMS - 1])
		return;
	deconstruct_array(DatumGetArrayTypeP(row->new[DD_ITEMS - 1]), TEXTOID, -1, false, TYPALIGN_INT, &elems, NULL, &n);
	for (int i = 0; i < n; i++)
		if (gd_resource_item_class(r, TextDatumGetCString(elems[i])) == NULL)
			ereport(ERROR,
					(errcode(GD_ERRCODE(13)),
					 errmsg("resource \"%s\" has no item \"%s\"", r->code, TextDatumGetCString(elems[i])),
					 errdetail("A doubt names items of the catalog. Measures, Article 13."),
					 errhint("SELECT name FROM govdata.resource_item WHERE resource = %lld;", (long long) r->id)));
}

static void
gd_check_doubter(GdCase *c, GdResource *r)
{
	if (c->me == r->provider)
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("a provider raises no doubt about its own data"),
				 errdetail("Resource \"%s\" is yours; what is wrong in it, you repair. Measures, Article 13.", r->code),
				 errhint("Repair the data, or define a quality rule: govdata.define_rule(...).")));
	if (!gd_doubt_operated(c) && !gd_doubt_used(c))
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("a doubt is raised by a department that can read the resource, or by the operator of its platform"),
				 errdetail("You act as %s, which neither reads resource \"%s\" now nor operates its platform. Measures, Article 13.",
						   gd_who_acts(), r->code),
				 errhint("Tell the operator of the platform, or apply for the data: govdata.submit_request('%s', items, purpose, valid_until).",
						 r->code)));
}

static void
gd_doubt_new(GdCase *c)
{
	GdRow	   *row = c->row;
	GdResource *r = gd_resource(gd_new_int64(row, DD_RESOURCE));

	if (r == NULL || (strcmp(r->state, "published") != 0 && strcmp(r->state, "suspended") != 0))
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("there is no published resource %lld", (long long) gd_new_int64(row, DD_RESOURCE)),
				 errdetail("A doubt is about data that are shared. Measures, Article 13."),
				 errhint("Look it up: SELECT * FROM govdata.catalog.")));
	gd_set(row, DD_PROVIDER, Int64GetDatum(r->provider));
	gd_set_text(row, DD_PLATFORM, gd_platform_of(r->provider, r->code));
	gd_check_doubted_items(row, r);
	if (c->me != 0)
	{
		gd_check_doubter(c, r);
		gd_set(row, DD_RAISED_BY, Int64GetDatum(c->me));
	}
	gd_set(row, DD_ROUND, Int32GetDatum(1));
	gd_set(row, DD_RAISED_AT, TimestampTzGetDatum(gd_clock()));
	/* two random numbers of 122 bits each */
	gd_set_text(row, DD_SALT, psprintf("%s%s",
									   DatumGetCString(DirectFunctionCall1(uuid_out, DirectFunctionCall1(gen_random_uuid, (Datum) 0))),
									   DatumGetCString(DirectFunctionCall1(uuid_out, DirectFunctionCall1(gen_random_uuid, (Datum) 0)))));
}

/* ---- moves ---- */

static void
gd_check_confirmed(GdCase *c)
{
	if (strcmp(gd_new_text(c->row, DD_ANSWER), "confirmed") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("there is nothing to repair for doubt %lld", (long long) c->id),
				 errdetail("The data were explained, not confirmed to be wrong. Measures, Article 13."),
				 errhint("Whoever raised the doubt closes it, or takes it up again with govdata.reopen_doubt(%lld, reason).",
						 (long long) c->id)));
}

static void
gd_check_explained(GdCase *c)
{
	if (strcmp(gd_new_text(c->row, DD_ANSWER), "explained") != 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("doubt %lld is confirmed and not repaired", (long long) c->id),
				 errdetail("What is wrong is repaired before the case is closed. Measures, Article 13."),
				 errhint("The provider repairs the data and says so: govdata.report_repair(%lld, repair).", (long long) c->id)));
}

/* a rule that finds the same fault again raises a doubt of its own */
static void
gd_check_reopened(GdCase *c)
{
	static const Oid types[] = {INT8OID, INT8OID};
	static GdStatementText query = {
		"SELECT FROM govdata.data_doubt d WHERE d.rule = $1 AND d.id <> $2 AND d.state IN ('notified', 'answered', 'repaired')",
		2, types, NULL
	};
	Datum		args[2];

	if (c->row->newnull[DD_RULE - 1])
		return;
	args[0] = c->row->new[DD_RULE - 1];
	args[1] = Int64GetDatum(c->id);
	if (gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL) > 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(13)),
				 errmsg("rule %lld has an open doubt already", (long long) gd_new_int64(c->row, DD_RULE)),
				 errdetail("One is open at a time for a rule. Measures, Article 13."),
				 errhint("SELECT * FROM govdata.doubt_board WHERE rule = %lld;", (long long) gd_new_int64(c->row, DD_RULE))));
}

/* A new round: what was answered goes to govdata.doubt_round. */
static void
gd_doubt_again(GdCase *c)
{
	static const int cleared[] = {
		DD_ANSWERED_AT, DD_ANSWER, DD_ANSWER_REASON, DD_REPAIRED_AT, DD_REPAIR, DD_CLOSED_AT, DD_CLOSED_BY, 0
	};

	gd_check_reopened(c);
	gd_set(c->row, DD_ROUND, Int32GetDatum(DatumGetInt32(c->row->new[DD_ROUND - 1]) + 1));
	for (const int *column = cleared; *column; column++)
		gd_set_null(c->row, *column);
}

static const int gd_doubt_given[] = {DD_RESOURCE, DD_ITEMS, DD_CLAIM, DD_ROW_KEY, DD_EVIDENCE, 0};
static const int gd_doubt_answers[] = {DD_ANSWER, DD_ANSWER_REASON, 0};
static const int gd_doubt_repairs[] = {DD_REPAIR, 0};
static const int gd_doubt_notes[] = {DD_NOTE, 0};
static const GdRequired gd_doubt_needs_claim[] = {{DD_CLAIM, gettext_noop("what is doubted")}, {0, NULL}};
static const GdRequired gd_doubt_needs_answer[] = {
	{DD_ANSWER, gettext_noop("an answer, \"explained\" or \"confirmed\"")},
	{DD_ANSWER_REASON, gettext_noop("an explanation")},
	{0, NULL}
};
static const GdRequired gd_doubt_needs_repair[] = {{DD_REPAIR, gettext_noop("what was repaired")}, {0, NULL}};
static const GdRequired gd_doubt_needs_note[] = {{DD_NOTE, gettext_noop("a reason")}, {0, NULL}};

/* the law has given the resource another provider: its platform's operator goes on */
static void
gd_doubt_passes(GdCase *c)
{
	gd_pass_platform(c->row, DD_PLATFORM, DD_PROVIDER, DD_RESOURCE);
}

#define GD_DOUBT_CLOCK	.at = DD_NOTIFIED_AT, .by = DD_NOTIFIED_BY, .limit = "check_doubt", \
	.due = DD_LIMIT_CODE, .owed_by = DD_PROVIDER

static const GdMove gd_doubt_moves[] = {
	{.from = "", .to = "raised", .columns = gd_doubt_given, .required = gd_doubt_needs_claim, .check = gd_doubt_new},
	{.from = "", .to = "notified", .required = gd_doubt_needs_claim, .check = gd_doubt_new, GD_DOUBT_CLOCK},
	{.from = "raised", .to = "notified", GD_DOUBT_CLOCK},
	{.from = NULL, .to = "notified", .columns = gd_doubt_notes, .required = gd_doubt_needs_note,
	.effect = gd_doubt_again, GD_DOUBT_CLOCK},
	{.from = "notified", .to = "answered", .columns = gd_doubt_answers, .required = gd_doubt_needs_answer,
	.at = DD_ANSWERED_AT},
	{.from = NULL, .amender = "law", .effect = gd_doubt_passes},
	{.from = "answered", .to = "repaired", .columns = gd_doubt_repairs, .required = gd_doubt_needs_repair,
	.at = DD_REPAIRED_AT, .effect = gd_check_confirmed},
	{.from = "answered", .to = "closed", .columns = gd_doubt_notes, .at = DD_CLOSED_AT, .by = DD_CLOSED_BY,
	.effect = gd_check_explained},
	{.from = NULL, .to = "closed", .columns = gd_doubt_notes, .at = DD_CLOSED_AT, .by = DD_CLOSED_BY},
	{.from = NULL, .to = "withdrawn", .columns = gd_doubt_notes, .required = gd_doubt_needs_note,
	.at = DD_CLOSED_AT, .by = DD_CLOSED_BY},
	{.from = NULL}
};

static const GdRunning gd_doubt_running[] = {
	{DD_LIMIT_CODE, DD_NOTIFIED_AT, DD_PROVIDER, 0, "state = 'notified'"},
	{0, 0, 0, 0, NULL}
};

static GdCaseKind gd_doubt_kind = {
	.shape = {"data_doubt", 13, gd_doubt_columns, lengthof(gd_doubt_columns), false},
	.id = DD_ID,
	.sequence = "data_doubt_id_seq",
	.state = DD_STATE,
	.actors = gd_doubt_actors,
	.moves = gd_doubt_moves,
	.running = gd_doubt_running
};

/* ---- clocks, for those who may not see what was said ---- */

#define GD_CLOCK_COLUMNS	19

Datum
gd_doubt_clocks(PG_FUNCTION_ARGS)
{
	static const char *const query =
		"SELECT d.id, d.resource, d.provider, d.platform, d.raised_by, d.rule, d.items, d.state, r.round, r.is_last,"
		" d.raised_at, r.notified_at, r.due_on, r.due_at, r.due_provisional, r.answered_at, r.answer, r.repaired_at, d.closed_at"
		" FROM govdata.data_doubt d CROSS JOIN LATERAL ("
		"  SELECT d.round, true AS is_last, d.notified_at, d.due_on, d.due_at, d.due_provisional, d.answered_at, d.answer, d.repaired_at"
		"  UNION ALL"
		"  SELECT o.round, false, o.notified_at, o.due_on, o.due_at, o.due_provisional, o.answered_at, o.answer, o.repaired_at"
		"   FROM govdata.doubt_round o WHERE o.doubt = d.id AND d.round > 1) r"
		" WHERE govdata._sees(d.provider, d.raised_by) OR govdata._operates(d.platform)";
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	GdOwn		own;

	InitMaterializedSRF(fcinfo, 0);
	gd_own_begin(&own);
	PG_TRY();
	{
		SPI_connect();
		if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not read the clocks of doubts");
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			Datum		values[GD_CLOCK_COLUMNS];
			bool		nulls[GD_CLOCK_COLUMNS];

			heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
		SPI_finish();
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	return (Datum) 0;
}

Datum
gd_doubts_owed(PG_FUNCTION_ARGS)
{
	static GdStatementText query = {
		"SELECT d.id, v.duty, v.since, v.due_on, v.due_at, v.due_provisional, v.consequence"
		" FROM govdata.data_doubt d CROSS JOIN LATERAL (VALUES"
		"  ('notified', 'answer_doubt', d.notified_at, d.due_on, d.due_at, d.due_provisional, 'late'),"
		"  ('answered', 'repair_data', d.answered_at, NULL, NULL, NULL, 'none'))"
		"  AS v (state, duty, since, due_on, due_at, due_provisional, consequence)"
		" WHERE d.provider = $1 AND d.state = v.state AND d.state IN ('notified', 'answered')"
		"  AND (d.state = 'notified' OR d.answer = 'confirmed')"
		"  AND (govdata._sees(d.provider, d.raised_by) OR govdata._operates(d.platform))"
		" UNION ALL"
		" SELECT d.id, 'notify_doubt', d.raised_at, NULL, NULL, NULL, 'none'"
		" FROM govdata.region g JOIN govdata.data_doubt d ON d.platform = g.code"
		" WHERE govdata._platform_operator(g.code) = $1 AND d.state = 'raised'"
		"  AND (govdata._sees(d.provider, d.raised_by) OR govdata._operates(d.platform))", 1, gd_arg_int8, NULL
	};
	Datum		department = PG_GETARG_DATUM(0);

	gd_own_rows(&query, &department, fcinfo);
	return (Datum) 0;
}

void
gd_doubt_init(void)
{
	gd_case_register(&gd_doubt_kind);
	gd_journal_conceal("data_doubt", "salt", gd_doubt_concealed);
	gd_journal_conceal("doubt_round", "salt", gd_round_concealed);
}
