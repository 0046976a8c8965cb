/*-------------------------------------------------------------------------
 *
 * decree.c
 *	  What Decree 809 of the State Council adds to the Measures, for what is
 *	  received while it is in force: the extension of a limit with consent,
 *	  papers asked for once, delivery after a consent, the upkeep of the
 *	  catalog after a change of law or duties, and the end of a service.
 *
 * Nothing here asks which regime that is: limits, rules and steps are rows, and
 * a case is judged by those of the regime of its day of receipt.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "request.h"

static bool
gd_regime_demands(const char *regime, const char *rule)
{
	static const Oid types[] = {TEXTOID, TEXTOID};
	static GdStatementText query = {
		"SELECT 1 FROM govdata.regime_rule r WHERE r.regime = $1 AND r.rule = $2", 2, types, NULL
	};
	Datum		args[2];

	args[0] = CStringGetTextDatum(regime ? regime : "");
	args[1] = CStringGetTextDatum(rule);
	return gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL) > 0;
}

/* whose consent it takes is the authority that supervises the department */
static void
gd_require_office(int64 office)
{
	if (office == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(7)),
				 errmsg("no data authority is registered whose consent could be asked"),
				 errdetail("It is that of the department's own level, or the next one above. Measures, Article 7."),
				 errhint("The administrator registers it in govdata.department.")));
}

/* ---- the request behind an act ---- */

typedef struct GdRequest
{
	int64		provider;
	int64		consumer;
	char	   *state;
	char	   *regime;
	TimestampTz received;
	TimestampTz due_at;
	bool		paused;
	bool		catalogued;
} GdRequest;

/*
 * The request, locked, what time has decided written down first.  Who is no
 * party to it and oversees neither must not learn that it is there.
 */
static void
gd_find_request(int64 id, GdCase *c, GdRequest *q)
{
	static GdStatementText find = {
		"SELECT provider, consumer, state, regime, received_at, due_at, paused_at IS NOT NULL,"
		" resource IS NOT NULL AND route NOT IN ('uncatalogued', 'national')"
		" FROM govdata.share_request WHERE id = $1 FOR NO KEY UPDATE", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(id);
	Datum		values[8];
	bool		nulls[8];

	(void) gd_settle(GD_SETTLE_REQUEST, arg);
	if (gd_own_run(&find, &arg, NULL, NULL, 8, values, nulls) == 0)
		gd_no_such("share_request", psprintf(INT64_FORMAT, id), 20);
	q->provider = DatumGetInt64(values[0]);
	q->consumer = DatumGetInt64(values[1]);
	if (c->me != q->provider && c->me != q->consumer && !gd_oversees(q->provider) && !gd_oversees(q->consumer))
		gd_no_such("share_request", psprintf(INT64_FORMAT, id), 20);
	q->state = TextDatumGetCString(values[2]);
	q->regime = nulls[3] ? NULL : TextDatumGetCString(values[3]);
	q->received = nulls[4] ? 0 : DatumGetTimestampTz(values[4]);
	q->due_at = nulls[5] ? 0 : DatumGetTimestampTz(values[5]);
	q->paused = DatumGetBool(values[6]);
	q->catalogued = DatumGetBool(values[7]);
}

/* what changes a clock can only do so while it runs */
static void
gd_require_running(int64 id, const GdRequest *q)
{
	if (strcmp(q->state, "submitted") == 0 && !q->paused && gd_clock() < q->due_at)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("no limit of request %lld is running", (long long) id),
			 errdetail("The request is %s%s. Measures, Article 20.", q->state,
					   strcmp(q->state, "submitted") != 0 ? "" : q->paused ? _(", and waits for papers") :
					   _(", and its limit is over")),
			 errhint("SELECT * FROM govdata.request_board WHERE id = %lld.", (long long) id)));
}

bool
gd_asks_for_delivery(GdResource *r)
{
	static GdStatementText query = {
		"SELECT 1 FROM govdata.attachment WHERE resource = $1", 1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(r->id);
	GdLimit		limit;

	return gd_limit_known(NULL, "reply_unconditional", gd_legal_date(gd_clock()), &limit) &&
		gd_own_run(&query, &arg, NULL, NULL, 0, NULL, NULL) == 0;
}

void
gd_check_refusable(GdRow *row)
{
	const char *code = gd_new_text(row, REQ_LIMIT_CODE);
	int64		id = gd_new_int64(row, REQ_ID);

	if (!row->newnull[REQ_PAUSED_AT - 1])
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("request %lld waits for papers that were asked for", (long long) id),
				 errdetail("Incomplete papers are no reason to refuse. Measures, Article 20."),
				 errhint("The consumer completes or withdraws it; it can be approved as it is.")));
	if (code && strcmp(code, "reply_unconditional") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(16)),
				 errmsg("request %lld asks for data that are shared unconditionally", (long long) id),
				 errdetail("What is for all departments is refused to none. Measures, Article 16."),
				 errhint("Approve it, and deliver the data.")));
}

bool
gd_next_step(GdCase *c, int *step, const char **office)
{
	static const Oid types[] = {TEXTOID, INT4OID};
	static GdStatementText query = {
		"SELECT (SELECT s.office FROM govdata.dispute_step s WHERE s.regime = $1 AND s.step = $2)"
		" WHERE EXISTS (SELECT FROM govdata.dispute_step s WHERE s.regime = $1)", 2, types, NULL
	};
	const char *regime = gd_old_text(c->row, REQ_REGIME);
	Datum		args[2];
	Datum		value;
	bool		isnull;

	*step = strcmp(c->from, "unsettled") == 0 && !c->row->oldnull[REQ_COORDINATION_STEP - 1] ?
		DatumGetInt32(c->row->old[REQ_COORDINATION_STEP - 1]) + 1 : 1;
	args[0] = CStringGetTextDatum(regime ? regime : "");
	args[1] = Int32GetDatum(*step);
	if (gd_own_run(&query, args, NULL, NULL, 1, &value, &isnull) == 0)
		return false;
	if (isnull)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("there is no step after the last one"),
				 errdetail("Request %lld has been through all steps of a dispute. Measures, Article 20.", (long long) c->id),
				 errhint("SELECT * FROM govdata.dispute_step WHERE regime = '%s'.", regime)));
	*office = TextDatumGetCString(value);
	return true;
}

/* ---- extension of a limit, with the consent of the own-level authority ---- */

enum
{
	EXT_ID = 1, EXT_CASE, EXT_KEY, EXT_STATE, EXT_DEPARTMENT, EXT_OTHER, EXT_AUTHORITY, EXT_DAYS,
	EXT_REASON, EXT_LIMIT_CODE, EXT_ASKED_AT, EXT_DECIDED_AT, EXT_DECISION
};

static const char *const gd_extension_columns[] = {
	"id", "subject", "subject_key", "state", "department", "other", "authority", "days",
	"reason", "limit_code", "asked_at", "decided_at", "decision_reason"
};

/* what the limit belongs to */
typedef struct GdExtended
{
	const char *limit;			/* of the extension */
	char	   *regime;
	TimestampTz received;
} GdExtended;

static GdExtended *
gd_extends_request(GdCase *c)
{
	GdExtended *f = palloc0(sizeof(GdExtended));
	GdRequest	q;

	gd_find_request(gd_new_int64(c->row, EXT_KEY), c, &q);
	gd_set(c->row, EXT_DEPARTMENT, Int64GetDatum(q.provider));
	gd_set(c->row, EXT_OTHER, Int64GetDatum(q.consumer));
	if (c->me == q.provider)
		gd_require_running(gd_new_int64(c->row, EXT_KEY), &q);
	f->limit = "reply_extension";
	f->regime = q.catalogued && q.regime ? q.regime : "";
	f->received = q.received;
	return f;
}

static GdExtended *
gd_extends_catalog_change(GdCase *c)
{
	static GdStatementText find = {
		"SELECT department, regime, counted_from, due_at > govdata.clock() AND state IN ('noted', 'returned'), authority"
		" FROM govdata.catalog_change WHERE id = $1 FOR NO KEY UPDATE", 1, gd_arg_int8, NULL
	};
	GdExtended *f = palloc0(sizeof(GdExtended));
	int64		id = gd_new_int64(c->row, EXT_KEY);
	Datum		arg = Int64GetDatum(id);
	Datum		values[5];
	bool		nulls[5];

	if (gd_own_run(&find, &arg, NULL, NULL, 5, values, nulls) == 0 ||
		(c->me != DatumGetInt64(values[0]) && c->me != DatumGetInt64(values[4]) && !gd_oversees(DatumGetInt64(values[0]))))
		gd_no_such("catalog_change", psprintf(INT64_FORMAT, id), 11);
	gd_set(c->row, EXT_DEPARTMENT, values[0]);
	if (c->me == DatumGetInt64(values[0]) && !DatumGetBool(values[3]))
		ereport(ERROR,
				(errcode(GD_ERRCODE(11)),
				 errmsg("no limit of catalog change %lld is running", (long long) id),
				 errdetail("It is over, or the update was submitted. Measures, Article 11."),
				 errhint("SELECT * FROM govdata.catalog_change WHERE id = %lld.", (long long) id)));
	f->limit = "catalog_update_extension";
	f->regime = TextDatumGetCString(values[1]);
	f->received = DatumGetTimestampTz(values[2]);
	return f;
}

static void
gd_extension_subject(GdCase *c)
{
	const char *subject = gd_new_text(c->row, EXT_CASE);

	gd_case_require(c, EXT_CASE, _("what kind of case it extends"), 20);
	gd_case_require(c, EXT_KEY, _("the number of the case"), 20);
	if (strcmp(subject, "share_request") == 0)
		c->facts = gd_extends_request(c);
	else if (strcmp(subject, "catalog_change") == 0)
		c->facts = gd_extends_catalog_change(c);
	else
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("limits of \"%s\" are not extended", subject),
				 errdetail("Only the reply to a request and the update of a catalog can be. Measures, Article 20."),
				 errhint("Name share_request or catalog_change.")));
	gd_set(c->row, EXT_AUTHORITY, Int64GetDatum(gd_supervising_authority(gd_new_int64(c->row, EXT_DEPARTMENT))));
}

static void
gd_extension_asked(GdCase *c)
{
	GdExtended *f = c->facts;
	int32		days = DatumGetInt32(c->row->new[EXT_DAYS - 1]);
	GdLimit		limit;

	gd_require_office(gd_new_int64(c->row, EXT_AUTHORITY));
	if (f->regime[0] == '\0' || !gd_limit_known(f->regime, f->limit, gd_legal_date(f->received), &limit))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("the limit of this case is not extended"),
				 errdetail("The law in force on the day of its receipt knows no extension. Measures, Article 20."),
				 errhint("Answer within the limit.")));
	if (days < 1 || days > limit.amount)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("a limit is extended by 1 to %d working days", limit.amount),
				 errdetail("Asked for: %d. Measures, Article 20.", days),
				 limit.amount < 1 ? errhint("Answer within the limit.") :
				 errhint("Ask for up to %d working days.", limit.amount)));
	gd_set_text(c->row, EXT_LIMIT_CODE, f->limit);
}

/* The consent moves the limit; it must come, and commit, before that is over. */
static void
gd_extension_granted(GdCase *c)
{
	static const Oid types[] = {INT8OID, INT4OID};
	static GdStatementText request = {
		"UPDATE govdata.share_request SET extended_by = $2 WHERE id = $1 AND state = 'submitted'"
		" AND paused_at IS NULL AND due_at > govdata.clock()", 2, types, NULL
	};
	static GdStatementText change = {
		"UPDATE govdata.catalog_change x SET extended_by = $2, due_on = e.due_on, due_at = e.due_at,"
		" due_provisional = e.provisional FROM govdata.catalog_change y JOIN govdata.department d ON d.id = y.department,"
		" LATERAL govdata._limit_end(y.limit_code, y.counted_from, govdata._region_calendar(d.region), y.regime,"
		"  y.counted_from, $2) e"
		" WHERE y.id = $1 AND x.id = y.id AND x.state IN ('noted', 'returned') AND x.due_at > govdata.clock()", 2, types, NULL
	};
	bool		is_request = strcmp(gd_new_text(c->row, EXT_CASE), "share_request") == 0;
	GdRequest	q;
	Datum		args[2];

	args[0] = c->row->new[EXT_KEY - 1];
	args[1] = c->row->new[EXT_DAYS - 1];
	/* writes down first what time has decided */
	if (is_request)
		gd_find_request(DatumGetInt64(args[0]), c, &q);
	if (gd_own_run(is_request ? &request : &change, args, NULL, NULL, 0, NULL, NULL) > 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("no limit of %s %lld is running any more", gd_subject_name(gd_new_text(c->row, EXT_CASE)),
					(long long) DatumGetInt64(args[0])),
			 errdetail("What is over, answered or waiting cannot be extended. Measures, Article 20."),
			 errhint("Decline, with this reason.")));
}

static void
gd_extension_passes(GdCase *c)
{
	gd_pass_office(c->row, EXT_AUTHORITY, EXT_DEPARTMENT);
}

static const GdActor gd_extension_actors[] = {
	{"asker", EXT_DEPARTMENT, NULL, false},
	{"authority", EXT_AUTHORITY, NULL, false},
	{"reorganization", 0, NULL, true},
	{NULL, 0, NULL, false}
};
static const int gd_extension_given[] = {EXT_CASE, EXT_KEY, EXT_DAYS, EXT_REASON, 0};
static const int gd_extension_decided[] = {EXT_DECISION, 0};
static const GdRequired gd_extension_needs[] = {
	{EXT_DAYS, gettext_noop("the number of working days")}, {EXT_REASON, gettext_noop("the special reason")}, {0, NULL}
};
static const GdRequired gd_extension_refusal_needs[] = {{EXT_DECISION, gettext_noop("the reason")}, {0, NULL}};
static const GdMove gd_extension_moves[] = {
	{.from = "", .columns = gd_extension_given, .required = gd_extension_needs, .at = EXT_ASKED_AT,
	.check = gd_extension_subject, .effect = gd_extension_asked},
	{.from = "asked", .to = "granted", .columns = gd_extension_decided, .at = EXT_DECIDED_AT,
	.effect = gd_extension_granted},
	{.from = "asked", .to = "declined", .columns = gd_extension_decided, .required = gd_extension_refusal_needs,
	.at = EXT_DECIDED_AT},
	{.from = "asked", .to = "withdrawn", .at = EXT_DECIDED_AT},
	{.from = "asked", .amender = "law", .effect = gd_extension_passes},
	{0}
};
static GdCaseKind gd_extension_kind = {
	.shape = {"limit_extension", 20, gd_extension_columns, lengthof(gd_extension_columns), false},
	.id = EXT_ID, .sequence = "limit_extension_id_seq", .state = EXT_STATE,
	.actors = gd_extension_actors, .moves = gd_extension_moves
};

/* ---- papers are asked for once ---- */

enum
{
	CPL_ID = 1, CPL_REQUEST, CPL_STATE, CPL_PROVIDER, CPL_CONSUMER, CPL_MISSING, CPL_ASKED_AT,
	CPL_SUPPLEMENT, CPL_COMPLETED_AT
};

static const char *const gd_completion_columns[] = {
	"id", "request", "state", "provider", "consumer", "missing", "asked_at", "supplement", "completed_at"
};

static void
gd_completion_request(GdCase *c)
{
	GdRequest  *q = palloc0(sizeof(GdRequest));

	gd_case_require(c, CPL_REQUEST, _("the request"), 20);
	gd_find_request(gd_new_int64(c->row, CPL_REQUEST), c, q);
	gd_set(c->row, CPL_PROVIDER, Int64GetDatum(q->provider));
	gd_set(c->row, CPL_CONSUMER, Int64GetDatum(q->consumer));
	c->facts = q;
}

static void
gd_completion_asked(GdCase *c)
{
	static GdStatementText once = {
		"SELECT 1 FROM govdata.request_completion WHERE request = $1", 1, gd_arg_int8, NULL
	};
	static GdStatementText stop = {
		"UPDATE govdata.share_request SET paused_at = govdata.clock() WHERE id = $1", 1, gd_arg_int8, NULL
	};
	GdRequest  *q = c->facts;
	Datum		request = c->row->new[CPL_REQUEST - 1];
	int64		id = DatumGetInt64(request);

	if (!q->catalogued || !gd_regime_demands(q->regime, "completion"))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("asking for papers is no answer and stops no clock"),
				 errdetail("The law in force when request %lld was received knows no completion. Measures, Article 20.",
						   (long long) id),
				 errhint("Answer within the limit: approve, in part if need be, or refuse with reason.")));
	if (gd_own_run(&once, &request, NULL, NULL, 0, NULL, NULL) > 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("papers for request %lld have been asked for already", (long long) id),
				 errdetail("All that is missing is told at once, and once. Measures, Article 20."),
				 errhint("Answer the request as it is.")));
	gd_require_running(id, q);
	(void) gd_own_run(&stop, &request, NULL, NULL, 0, NULL, NULL);
}

/* the clock of the completed request: it starts anew */
static void
gd_completion_completed(GdCase *c)
{
	static GdStatementText start = {
		"UPDATE govdata.share_request SET restarted_at = govdata.clock(), paused_at = NULL"
		" WHERE id = $1 AND state = 'submitted' AND paused_at IS NOT NULL", 1, gd_arg_int8, NULL
	};
	Datum		request = c->row->new[CPL_REQUEST - 1];

	if (gd_own_run(&start, &request, NULL, NULL, 0, NULL, NULL) > 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("request %lld waits for nothing any more", (long long) DatumGetInt64(request)),
			 errdetail("It was answered or withdrawn meanwhile. Measures, Article 20."),
			 errhint("SELECT * FROM govdata.request_board WHERE id = %lld.", (long long) DatumGetInt64(request))));
}

static const GdActor gd_completion_actors[] = {
	{"provider", CPL_PROVIDER, NULL, false},
	{"consumer", CPL_CONSUMER, NULL, false},
	{NULL, 0, NULL, false}
};
static const int gd_completion_given[] = {CPL_REQUEST, CPL_MISSING, 0};
static const int gd_completion_supplied[] = {CPL_SUPPLEMENT, 0};
static const GdRequired gd_completion_needs[] = {{CPL_MISSING, gettext_noop("the papers that are missing")}, {0, NULL}};
static const GdRequired gd_completion_supply_needs[] = {{CPL_SUPPLEMENT, gettext_noop("what completes the request")}, {0, NULL}};
static const GdMove gd_completion_moves[] = {
	{.from = "", .columns = gd_completion_given, .required = gd_completion_needs, .at = CPL_ASKED_AT,
	.check = gd_completion_request, .effect = gd_completion_asked},
	{.from = "asked", .to = "completed", .columns = gd_completion_supplied, .required = gd_completion_supply_needs,
	.at = CPL_COMPLETED_AT, .effect = gd_completion_completed},
	{0}
};
static GdCaseKind gd_completion_kind = {
	.shape = {"request_completion", 20, gd_completion_columns, lengthof(gd_completion_columns), false},
	.id = CPL_ID, .sequence = "request_completion_id_seq", .state = CPL_STATE,
	.actors = gd_completion_actors, .moves = gd_completion_moves
};

/* ---- delivery after a consent ---- */

enum
{
	DEL_ID = 1, DEL_REQUEST, DEL_RESOURCE, DEL_PROVIDER, DEL_CONSUMER, DEL_REGIME, DEL_STATE,
	DEL_RECEIVED_AT, DEL_OWED_SINCE, DEL_LIMIT_CODE, DEL_DUE_ON, DEL_DUE_AT, DEL_DUE_PROVISIONAL,
	DEL_HOW, DEL_NOTE, DEL_DELIVERED_AT
};

static const char *const gd_delivery_columns[] = {
	"id", "request", "resource", "provider", "consumer", "regime", "state",
	"received_at", "owed_since", "limit_code", "due_on", "due_at", "due_provisional",
	"how", "note", "delivered_at"
};

static void
gd_delivery_owed(GdCase *c)
{
	GdClock		clock = {gd_new_text(c->row, DEL_REGIME), DatumGetTimestampTz(c->row->new[DEL_OWED_SINCE - 1]),
		DatumGetTimestampTz(c->row->new[DEL_RECEIVED_AT - 1]), 0};

	(void) gd_limit_start_under(c->row, DEL_LIMIT_CODE, "delivery", &clock, gd_new_int64(c->row, DEL_PROVIDER));
}

static void
gd_delivered(GdCase *c)
{
	if (c->me != 0 && strcmp(gd_new_text(c->row, DEL_HOW), "attached") == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(17)),
				 errmsg("that data are attached is seen by the platform itself"),
				 errdetail("No table is attached to the resource. Measures, Article 17."),
				 errhint("Attach it, or say how the data were delivered: interface, exchange or file.")));
}

static const GdActor gd_delivery_actors[] = {
	{"provider", DEL_PROVIDER, NULL, false},
	{NULL, 0, NULL, false}
};
static const int gd_delivery_marked[] = {DEL_HOW, DEL_NOTE, 0};
static const GdRequired gd_delivery_needs[] = {{DEL_HOW, gettext_noop("how the data were delivered")}, {0, NULL}};
static const GdMove gd_delivery_moves[] = {
	{.from = "", .effect = gd_delivery_owed},
	{.from = "owed", .to = "delivered", .columns = gd_delivery_marked, .required = gd_delivery_needs,
	.at = DEL_DELIVERED_AT, .effect = gd_delivered},
	{0}
};
static const GdRunning gd_delivery_running[] = {
	{DEL_LIMIT_CODE, DEL_OWED_SINCE, DEL_PROVIDER, 0, "state = 'owed'"}, {0}
};
static const GdKept gd_delivery_kept[] = {{DEL_REGIME, DEL_RECEIVED_AT, 0, 0}};
static GdCaseKind gd_delivery_kind = {
	.shape = {"share_delivery", 20, gd_delivery_columns, lengthof(gd_delivery_columns), false},
	.id = DEL_ID, .sequence = "share_authorization_id_seq", .state = DEL_STATE,
	.actors = gd_delivery_actors, .moves = gd_delivery_moves, .running = gd_delivery_running,
	.kept = gd_delivery_kept
};

/* ---- upkeep of the catalog after a change of law or duties ---- */

enum
{
	CHG_ID = 1, CHG_DEPARTMENT, CHG_RESOURCE, CHG_STATE, CHG_WHAT, CHG_HAPPENED_ON, CHG_AUTHORITY,
	CHG_REGIME, CHG_COUNTED_FROM, CHG_NOTED_AT, CHG_NOTED_BY, CHG_LIMIT_CODE, CHG_DUE_ON, CHG_DUE_AT,
	CHG_DUE_PROVISIONAL, CHG_EXTENDED_BY, CHG_UPDATED_AT, CHG_REVIEW_LIMIT_CODE, CHG_REVIEW_DUE_ON,
	CHG_REVIEW_DUE_AT, CHG_REVIEW_DUE_PROVISIONAL, CHG_DECIDED_AT, CHG_REASON
};

static const char *const gd_change_columns[] = {
	"id", "department", "resource", "state", "what", "happened_on", "authority",
	"regime", "counted_from", "noted_at", "noted_by", "limit_code", "due_on", "due_at",
	"due_provisional", "extended_by", "updated_at", "review_limit_code", "review_due_on",
	"review_due_at", "review_due_provisional", "decided_at", "reason"
};

static void
gd_change_of(GdCase *c)
{
	if (c->row->newnull[CHG_DEPARTMENT - 1])
		gd_set(c->row, CHG_DEPARTMENT, Int64GetDatum(c->me));
	gd_set(c->row, CHG_AUTHORITY, Int64GetDatum(gd_supervising_authority(gd_new_int64(c->row, CHG_DEPARTMENT))));
	if (!c->row->newnull[CHG_RESOURCE - 1])
	{
		GdResource *r = gd_resource(gd_new_int64(c->row, CHG_RESOURCE));

		if (r == NULL || r->provider != gd_new_int64(c->row, CHG_DEPARTMENT) ||
			(strcmp(r->state, "draft") == 0 && r->provider != c->me))
			gd_no_such("resource", psprintf(INT64_FORMAT, gd_new_int64(c->row, CHG_RESOURCE)), 11);
	}
}

/* The limit runs from the day of the change, whenever somebody notes it. */
static void
gd_change_noted(GdCase *c)
{
	DateADT		today = gd_legal_date(gd_clock());
	DateADT		day = DatumGetDateADT(c->row->new[CHG_HAPPENED_ON - 1]);
	GdRegime	regime;
	GdLimit		limit;
	GdClock		clock;

	gd_require_office(gd_new_int64(c->row, CHG_AUTHORITY));
	if (DATE_NOT_FINITE(day) || day > today)
		ereport(ERROR,
				(errcode(GD_ERRCODE(11)),
				 errmsg("the day of a change (happened_on) cannot be after today"),
				 errdetail("The catalog is updated after the law or the duties have changed. Measures, Article 11."),
				 errhint("Note it when it has happened.")));
	regime = gd_regime_on(day);
	if (!gd_limit_known(regime.code, "catalog_update", day, &limit))
		ereport(ERROR,
				(errcode(GD_ERRCODE(11)),
				 errmsg("no limit for the update of a catalog was in force on the day of the change"),
				 errdetail("The catalog is updated promptly. Measures, Article 11."),
				 errhint("Change the entries of the catalog.")));
	clock.regime = regime.code;
	clock.since = clock.received = gd_end_of_day(day - 1);
	clock.extended = 0;
	gd_set_text(c->row, CHG_REGIME, regime.code);
	gd_set(c->row, CHG_COUNTED_FROM, TimestampTzGetDatum(clock.since));
	(void) gd_limit_start_under(c->row, CHG_LIMIT_CODE, "catalog_update", &clock, gd_new_int64(c->row, CHG_DEPARTMENT));
}

/* "Updated" of an entry that nobody has touched since is no update. */
static void
gd_change_updated(GdCase *c)
{
	static const Oid types[] = {INT8OID, TIMESTAMPTZOID};
	static GdStatementText touched = {
		"SELECT 1 FROM govdata.resource WHERE id = $1 AND updated_at >= $2", 2, types, NULL
	};
	Datum		args[2] = {c->row->new[CHG_RESOURCE - 1], c->row->new[CHG_COUNTED_FROM - 1]};
	TimestampTz now = DatumGetTimestampTz(c->row->new[CHG_UPDATED_AT - 1]);
	GdClock		clock = {gd_new_text(c->row, CHG_REGIME), now, DatumGetTimestampTz(args[1]), 0};

	if (!c->row->newnull[CHG_RESOURCE - 1] && gd_own_run(&touched, args, NULL, NULL, 0, NULL, NULL) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(11)),
				 errmsg("the entry has not been updated since the change"),
				 errdetail("The catalog follows law and duties. Measures, Article 11."),
				 errhint("Update the entry first: UPDATE govdata.resource.")));
	(void) gd_limit_start_under(c->row, CHG_REVIEW_LIMIT_CODE, "catalog_review", &clock, gd_new_int64(c->row, CHG_AUTHORITY));
}

static void
gd_change_passes(GdCase *c)
{
	gd_pass_office(c->row, CHG_AUTHORITY, CHG_DEPARTMENT);
}

static const GdActor gd_change_actors[] = {
	{"department", CHG_DEPARTMENT, NULL, false},
	{"data_authority", CHG_AUTHORITY, NULL, false},
	{NULL, 0, NULL, false}
};
static const int gd_change_given[] = {CHG_DEPARTMENT, CHG_RESOURCE, CHG_WHAT, CHG_HAPPENED_ON, 0};
static const int gd_change_reason[] = {CHG_REASON, 0};
static const GdRequired gd_change_needs[] = {
	{CHG_WHAT, gettext_noop("what has changed")}, {CHG_HAPPENED_ON, gettext_noop("the day of the change")}, {0, NULL}
};
static const GdRequired gd_change_return_needs[] = {{CHG_REASON, gettext_noop("the reason")}, {0, NULL}};
static const GdMove gd_change_moves[] = {
	{.from = "", .columns = gd_change_given, .required = gd_change_needs, .at = CHG_NOTED_AT, .by = CHG_NOTED_BY,
	.check = gd_change_of, .effect = gd_change_noted},
	{.to = "updated", .at = CHG_UPDATED_AT, .effect = gd_change_updated},
	{.from = "updated", .to = "published", .columns = gd_change_reason, .at = CHG_DECIDED_AT},
	{.from = "updated", .to = "returned", .columns = gd_change_reason, .required = gd_change_return_needs,
	.at = CHG_DECIDED_AT},
	{.from = NULL, .amender = "law", .effect = gd_change_passes},
	{0}
};
static const GdRunning gd_change_running[] = {
	{CHG_LIMIT_CODE, CHG_COUNTED_FROM, CHG_DEPARTMENT, 0, "state IN ('noted', 'returned')"},
	{CHG_REVIEW_LIMIT_CODE, CHG_UPDATED_AT, CHG_AUTHORITY, 0, "state = 'updated'"},
	{0}
};
static const GdKept gd_change_kept[] = {
	{CHG_REGIME, CHG_COUNTED_FROM, CHG_EXTENDED_BY, 0}, {CHG_REGIME, CHG_COUNTED_FROM, 0, 0}
};
static GdCaseKind gd_change_kind = {
	.shape = {"catalog_change", 11, gd_change_columns, lengthof(gd_change_columns), false},
	.id = CHG_ID, .sequence = "catalog_change_id_seq", .state = CHG_STATE,
	.actors = gd_change_actors, .moves = gd_change_moves, .running = gd_change_running, .kept = gd_change_kept
};

/* ---- the end of a service ---- */

enum
{
	END_ID = 1, END_RESOURCE, END_STATE, END_PROVIDER, END_AUTHORITY, END_REASON, END_OUTCOME,
	END_PROPOSED_AT, END_FILED_AT, END_WITHDRAWN_AT
};

static const char *const gd_end_columns[] = {
	"id", "resource", "state", "provider", "authority", "reason", "outcome",
	"proposed_at", "filed_at", "withdrawn_at"
};

static void
gd_end_of(GdCase *c)
{
	GdResource *r;

	gd_case_require(c, END_RESOURCE, _("the resource"), 20);
	r = gd_resource(gd_new_int64(c->row, END_RESOURCE));
	if (r == NULL || (strcmp(r->state, "draft") == 0 && r->provider != c->me))
		gd_no_such("resource", psprintf(INT64_FORMAT, gd_new_int64(c->row, END_RESOURCE)), 20);
	gd_set(c->row, END_PROVIDER, Int64GetDatum(r->provider));
	gd_set(c->row, END_AUTHORITY, Int64GetDatum(gd_supervising_authority(r->provider)));
}

void
gd_check_service_end(int64 resource, const char *code)
{
	static GdStatementText query = {
		"SELECT count(DISTINCT a.consumer) FROM govdata.share_authorization a"
		" JOIN govdata.share_request q ON q.id = a.request"
		" JOIN govdata.regime_rule r ON r.regime = q.regime AND r.rule = 'service_end'"
		" WHERE a.resource = $1 AND a.state IN ('active', 'suspended') AND a.valid_until > govdata.clock()"
		" AND NOT EXISTS (SELECT FROM govdata.service_end s WHERE s.resource = $1 AND s.state = 'filed')",
		1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(resource);
	Datum		value;
	bool		isnull;

	if (gd_own_run(&query, &arg, NULL, NULL, 1, &value, &isnull) == 0 || DatumGetInt64(value) == 0)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("the service of resource \"%s\" is not ended without negotiation and filing", code),
			 errdetail_plural("%lld department uses it under a regime that demands both. Measures, Article 20.",
							  "%lld departments use it under a regime that demands both. Measures, Article 20.",
							  DatumGetInt64(value), (long long) DatumGetInt64(value)),
			 errhint("SELECT govdata.propose_service_end('%s', reason), negotiate, then govdata.file_service_end().", code)));
}

static void
gd_end_passes(GdCase *c)
{
	gd_pass_office(c->row, END_AUTHORITY, END_PROVIDER);
}

static const GdActor gd_end_actors[] = {
	{"provider", END_PROVIDER, NULL, false},
	{NULL, 0, NULL, false}
};
static const int gd_end_given[] = {END_RESOURCE, END_REASON, 0};
static const int gd_end_filed[] = {END_OUTCOME, 0};
static const GdRequired gd_end_needs[] = {{END_REASON, gettext_noop("the reason")}, {0, NULL}};
static const GdRequired gd_end_file_needs[] = {{END_OUTCOME, gettext_noop("the outcome of the negotiation")}, {0, NULL}};
static const GdMove gd_end_moves[] = {
	{.from = "", .columns = gd_end_given, .required = gd_end_needs, .at = END_PROPOSED_AT, .check = gd_end_of},
	{.from = "proposed", .to = "filed", .columns = gd_end_filed, .required = gd_end_file_needs, .at = END_FILED_AT},
	{.to = "withdrawn", .at = END_WITHDRAWN_AT},
	{.from = NULL, .amender = "law", .effect = gd_end_passes},
	{0}
};
static GdCaseKind gd_end_kind = {
	.shape = {"service_end", 20, gd_end_columns, lengthof(gd_end_columns), false},
	.id = END_ID, .sequence = "service_end_id_seq", .state = END_STATE,
	.actors = gd_end_actors, .moves = gd_end_moves
};

void
gd_decree_init(void)
{
	gd_case_register(&gd_extension_kind);
	gd_case_register(&gd_completion_kind);
	gd_case_register(&gd_delivery_kind);
	gd_case_register(&gd_change_kind);
	gd_case_register(&gd_end_kind);
}
