/*-------------------------------------------------------------------------
 *
 * authorization.c
 *	  What a consent yields, and acts on it: suspending, resuming, revoking
 *	  (Articles 17, 20, 21, 33, 34).
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case.h"

PG_FUNCTION_INFO_V1(gd_guard_authorization);
PG_FUNCTION_INFO_V1(gd_guard_act);

enum
{
	AUT_ID = 1, AUT_REQUEST, AUT_RESOURCE, AUT_PROVIDER, AUT_CONSUMER, AUT_ITEMS, AUT_PURPOSE,
	AUT_USAGE, AUT_BASIS, AUT_VALID_FROM, AUT_VALID_UNTIL, AUT_STATE, AUT_GROUND, AUT_REASON,
	AUT_VERSION, AUT_MODE, AUT_ROW_FILTER, AUT_APPLICANT
};

static const char *const gd_authorization_columns[] = {
	"id", "request", "resource", "provider", "consumer", "items", "purpose",
	"usage", "basis", "valid_from", "valid_until", "state", "ground", "reason",
	"version", "mode", "row_filter", "applicant"
};

static GdShape gd_authorization_shape = {
	"share_authorization", 20, gd_authorization_columns, lengthof(gd_authorization_columns), false
};

enum
{
	ACT_ID = 1, ACT_AUTHORIZATION, ACT_ACT, ACT_GROUND, ACT_REASON, ACT_DEPARTMENT, ACT_ACTED_AT,
	ACT_ITEMS
};

static const char *const gd_act_columns[] = {
	"id", "share_authorization", "act", "ground", "reason", "department", "acted_at", "items"
};

static GdShape gd_act_shape = {
	"authorization_act", 33, gd_act_columns, lengthof(gd_act_columns), false
};

static bool
gd_is_law_itself(const char *actor, void *context)
{
	(void) context;
	return strcmp(actor, "time") != 0 || gd_is_acting_as_time();
}

/*
 * Authorizations are written by the law itself only, and even so only as the
 * transition table says: an error here is a fault of ours, caught in time.
 */
Datum
gd_guard_authorization(PG_FUNCTION_ARGS)
{
	GdRow		row;
	const char *from;
	const char *to;

	if (!gd_row_open(&row, fcinfo, &gd_authorization_shape))
		return gd_row_as_is(fcinfo);
	if (!gd_own_writing())
		ereport(ERROR,
				(errcode(GD_ERRCODE(17)),
				 errmsg("authorizations are written by the platform only"),
				 errdetail("They follow from requests and acts. Measures, Article 17."),
				 errhint("Answer the request, or use govdata.suspend_authorization, resume_authorization or revoke_authorization.")));
	from = row.is_insert ? "" : gd_old_text(&row, AUT_STATE);
	to = gd_new_text(&row, AUT_STATE);
	if (strcmp(from, to) != 0)
		(void) gd_judge("share_authorization", 20, psprintf(INT64_FORMAT, gd_new_int64(&row, AUT_ID)),
						from, to, gd_is_law_itself, NULL);
	return gd_row_as_is(fcinfo);
}

typedef struct GdActCase
{
	int64		me;
	int64		provider;
	int64		consumer;
	int64		applicant;		/* that applied upward for the consumer; 0: none */
} GdActCase;

static bool
gd_is_act_actor(const char *actor, void *context)
{
	GdActCase  *c = context;

	return c->me != 0 &&
		((strcmp(actor, "provider") == 0 && c->me == c->provider) ||
		 (strcmp(actor, "consumer") == 0 && c->me == c->consumer) ||
		 (strcmp(actor, "applicant") == 0 && c->me == c->applicant));
}

/* "should have refused" is no ground, or deemed consent would be empty */
static void
gd_check_ground(const char *act, const char *ground, const char *actor)
{
	static const char *const provider[] = {"violation", "incident", "purpose_ended"};
	bool		ok = false;

	/* it gives up what it applied for, or ends what its end user abuses */
	if (strcmp(actor, "applicant") == 0)
		ok = ground && (strcmp(ground, "waiver") == 0 || strcmp(ground, "violation") == 0);
	else if (strcmp(act, "resume") == 0)
		ok = ground && strcmp(ground, "cleared") == 0;
	else if (strcmp(actor, "consumer") == 0)
		ok = ground && strcmp(ground, "waiver") == 0;
	else
		for (int i = 0; ground && i < (int) lengthof(provider); i++)
			ok = ok || strcmp(ground, provider[i]) == 0;
	if (ok)
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(33)),
			 errmsg("\"%s\" is no ground on which you may %s an authorization", ground ? ground : "", act),
			 errdetail("Grounds: violation, incident, purpose_ended for the provider; waiver for the consumer; waiver or violation for the authority that applied; cleared to resume. Measures, Article 33."),
			 errhint("That a request should have been refused is no ground: its limit has passed.")));
}

/* the authorization under the act, written down first if time alone granted it */
static void
gd_find_authorization(int64 id, GdActCase *c, char **state)
{
	static GdStatementText find = {
		"SELECT provider, consumer, coalesce(applicant, 0), CASE WHEN valid_until <= govdata.clock() THEN 'expired' ELSE state END"
		" FROM govdata.share_authorization WHERE id = $1 FOR NO KEY UPDATE",
		1, gd_arg_int8, NULL
	};
	Datum		arg = Int64GetDatum(id);
	Datum		values[4];
	bool		nulls[4];

	(void) gd_settle(GD_SETTLE_AUTHORIZATION, arg);
	if (gd_own_run(&find, &arg, NULL, NULL, 4, values, nulls) > 0)
	{
		c->provider = DatumGetInt64(values[0]);
		c->consumer = DatumGetInt64(values[1]);
		c->applicant = DatumGetInt64(values[2]);
		*state = TextDatumGetCString(values[3]);
		if (c->me == c->provider || c->me == c->consumer || c->me == c->applicant)
			return;
	}
	ereport(ERROR,
			(errcode(GD_ERRCODE(33)),
			 errmsg("there is no authorization %lld on which you may act", (long long) id),
			 errdetail("You act as %s; only its provider, its consumer and the authority that applied for it may. Measures, Article 33.", gd_who_acts()),
			 errhint("Look it up: SELECT * FROM govdata.effective_authorization.")));
}

/*
 * The authorization moves with the act and not after the statement, so that
 * the next act of the same statement is judged by what this one has left.
 */
static void
gd_carry_out(GdRow *row, const char *to)
{
	static const Oid types[] = {INT8OID, TEXTOID, TEXTOID, TEXTOID};
	static GdStatementText query = {
		"UPDATE govdata.share_authorization SET state = $2,"
		" ground = CASE WHEN $2 <> 'active' THEN $3 END,"
		" reason = CASE WHEN $2 <> 'active' THEN $4 END, version = version + 1 WHERE id = $1",
		4, types, NULL
	};
	Datum		args[4];

	args[0] = row->new[ACT_AUTHORIZATION - 1];
	args[1] = CStringGetTextDatum(to);
	args[2] = row->new[ACT_GROUND - 1];
	args[3] = row->new[ACT_REASON - 1];
	(void) gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL);
}

/*
 * Article 20, no more than is needed: the consumer gives items up that it does
 * not use.  The state stays, so there is no move to judge.
 */
static void
gd_narrow(GdRow *row, const GdActCase *c, int64 id, const char *state)
{
	static const Oid types[] = {INT8OID, TEXTARRAYOID};
	static GdStatementText query = {
		"UPDATE govdata.share_authorization SET version = version + 1,"
		" items = ARRAY(SELECT i FROM unnest(items) AS i WHERE i <> ALL ($2))"
		" WHERE id = $1 AND items @> $2 AND NOT items <@ $2", 2, types, NULL
	};
	Datum		args[2] = {Int64GetDatum(id), row->new[ACT_ITEMS - 1]};

	if (c->me != c->consumer || (strcmp(state, "active") != 0 && strcmp(state, "suspended") != 0))
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("authorization %lld is narrowed by its consumer only, while it lasts", (long long) id),
				 errdetail("You act as %s; it is %s. Measures, Article 20.", gd_who_acts(), state),
				 errhint("The provider may suspend or revoke it on a ground.")));
	if (row->newnull[ACT_ITEMS - 1] ||
		gd_own_run(&query, args, NULL, NULL, 0, NULL, NULL) == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("narrowing gives up some items of authorization %lld", (long long) id),
				 errdetail("Items that it does not have were named, or all or none of them. Measures, Article 20."),
				 errhint("Name some of its items; to give up all, govdata.revoke_authorization(%lld, 'waiver', reason).",
						 (long long) id)));
}

Datum
gd_guard_act(PG_FUNCTION_ARGS)
{
	static const int platform[] = {ACT_ID, ACT_DEPARTMENT, ACT_ACTED_AT, 0};
	GdRow		row;
	GdActCase	c = {0};
	const GdTransition *t = NULL;
	const char *act;
	char	   *state;
	int64		id;

	if (!gd_row_open(&row, fcinfo, &gd_act_shape))
		return gd_row_as_is(fcinfo);
	if (!row.is_insert)
		ereport(ERROR,
				(errcode(GD_ERRCODE(33)),
				 errmsg("an act on an authorization is not changed"),
				 errdetail("What happened stays on record. Measures, Article 33."),
				 errhint("Act again: resume what was suspended.")));
	c.me = gd_acting(33);
	gd_not_given(&row, &gd_act_shape, platform);
	id = gd_new_int64(&row, ACT_AUTHORIZATION);
	act = gd_new_text(&row, ACT_ACT) ? gd_new_text(&row, ACT_ACT) : "";
	gd_find_authorization(id, &c, &state);
	if (strcmp(act, "narrow") != 0)
	{
		t = gd_judge("share_authorization", 33, psprintf(INT64_FORMAT, id), state,
					 strcmp(act, "suspend") == 0 ? "suspended" : strcmp(act, "resume") == 0 ? "active" :
					 strcmp(act, "revoke") == 0 ? "revoked" : act,
					 gd_is_act_actor, &c);
		gd_check_ground(act, gd_new_text(&row, ACT_GROUND), t->actor);
	}
	gd_require_reason(gd_new_text(&row, ACT_REASON), 33, _("an act on an authorization"));
	gd_set(&row, ACT_ID, Int64GetDatum(gd_draw("authorization_act_id_seq")));
	gd_set(&row, ACT_DEPARTMENT, Int64GetDatum(c.me));
	gd_set(&row, ACT_ACTED_AT, TimestampTzGetDatum(gd_clock()));
	if (t)
		gd_carry_out(&row, t->to);
	else
		gd_narrow(&row, &c, id, state);
	return gd_row_done(&row);
}

