/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  What the guards have in common.
 *
 * A guard is a BEFORE ROW trigger that judges a change by the rows of
 * govdata.transition.  There is no privileged path: verbs, raw DML and ORMs
 * come through here, superusers included.  What follows from an act (items,
 * authorizations, versions) is written by AFTER STATEMENT triggers as the
 * extension's owner, set-based.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "guard.h"

/* ---- rows ---- */

void
gd_check_trigger(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("a guard of govdata was not called as a trigger")));
}

/* Library and SQL objects must be of one version, or numbers would lie. */
static void
gd_check_shape(Relation rel, GdShape *shape)
{
	TupleDesc	desc = RelationGetDescr(rel);
	bool		same = desc->natts == shape->ncolumns;

	for (int i = 0; same && i < shape->ncolumns; i++)
		same = strcmp(NameStr(TupleDescAttr(desc, i)->attname), shape->columns[i]) == 0;
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" is not of the version of the loaded library",
						RelationGetRelationName(rel)),
				 errdetail("Nothing is written while guards and tables differ."),
				 errhint("Run ALTER EXTENSION govdata UPDATE, and restart the server after an upgrade of the library.")));
	shape->checked = true;
}

Datum
gd_row_as_is(FunctionCallInfo fcinfo)
{
	TriggerData *td = (TriggerData *) fcinfo->context;

	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(td->tg_event) ?
						   td->tg_newtuple : td->tg_trigtuple);
}

/* Lists name things; what an element that is NULL stands for nobody could say. */
static void
gd_check_lists(GdRow *row, const GdShape *shape)
{
	for (int i = 0; i < row->desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(row->desc, i);

		if (att->attndims == 0 || row->newnull[i] || !gd_is_changed(row, i + 1) ||
			!array_contains_nulls(DatumGetArrayTypeP(row->new[i])))
			continue;
		ereport(ERROR,
				(errcode(GD_ERRCODE(shape->article)),
				 errmsg("column \"%s\" of %s must not contain an empty element", NameStr(att->attname), shape->subject),
				 errdetail("One of its elements is NULL. Measures, Article %d.", shape->article),
				 errhint("Name each element, or leave it out.")));
	}
}

/*
 * The server asks for NOT NULL after the triggers, which read the columns before.
 * What an INSERT leaves out a guard may still fill in, and the day of an act.
 */
void
gd_check_emptied(TriggerData *td)
{
	TupleDesc	desc = RelationGetDescr(td->tg_relation);

	if (!TRIGGER_FIRED_BY_UPDATE(td->tg_event))
		return;
	for (int attno = 1; attno <= desc->natts; attno++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, attno - 1);

		if (!att->attnotnull || att->atttypid == DATEOID || !heap_attisnull(td->tg_newtuple, attno, desc))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("null value in column \"%s\" of relation \"%s\" violates not-null constraint",
						NameStr(att->attname), RelationGetRelationName(td->tg_relation)),
				 errdetail("The column always has a value."),
				 errhint("Give it a value, or leave it out of the UPDATE."),
				 errtablecol(td->tg_relation, attno)));
	}
}

bool
gd_row_open(GdRow *row, FunctionCallInfo fcinfo, GdShape *shape)
{
	TriggerData *td;
	HeapTuple	new;

	gd_check_trigger(fcinfo);
	td = (TriggerData *) fcinfo->context;
	if (!gd_guarding())
		return false;
	if (TRIGGER_FIRED_BY_DELETE(td->tg_event))
		ereport(ERROR,
				(errcode(GD_ERRCODE(shape->article)),
				 errmsg("rows of \"%s\" are not deleted", shape->subject),
				 errdetail("What happened stays on record. Measures, Article %d.", shape->article),
				 errhint("Change the row's state instead: SELECT * FROM govdata.transition WHERE subject = '%s'.",
						 shape->subject)));
	if (!shape->checked)
		gd_check_shape(td->tg_relation, shape);

	row->trigdata = td;
	row->desc = RelationGetDescr(td->tg_relation);
	row->is_insert = TRIGGER_FIRED_BY_INSERT(td->tg_event);
	new = row->is_insert ? td->tg_trigtuple : td->tg_newtuple;
	row->new = palloc(row->desc->natts * sizeof(Datum));
	row->newnull = palloc(row->desc->natts * sizeof(bool));
	heap_deform_tuple(new, row->desc, row->new, row->newnull);
	if (!row->is_insert)
	{
		row->old = palloc(row->desc->natts * sizeof(Datum));
		row->oldnull = palloc(row->desc->natts * sizeof(bool));
		heap_deform_tuple(td->tg_trigtuple, row->desc, row->old, row->oldnull);
	}
	gd_check_emptied(td);
	gd_check_lists(row, shape);
	return true;
}

Datum
gd_row_done(GdRow *row)
{
	return PointerGetDatum(heap_form_tuple(row->desc, row->new, row->newnull));
}

const char *
gd_new_text(GdRow *row, int attno)
{
	return row->newnull[attno - 1] ? NULL : TextDatumGetCString(row->new[attno - 1]);
}

const char *
gd_old_text(GdRow *row, int attno)
{
	return row->oldnull[attno - 1] ? NULL : TextDatumGetCString(row->old[attno - 1]);
}

int64
gd_new_int64(GdRow *row, int attno)
{
	return row->newnull[attno - 1] ? 0 : DatumGetInt64(row->new[attno - 1]);
}

void
gd_set(GdRow *row, int attno, Datum value)
{
	row->new[attno - 1] = value;
	row->newnull[attno - 1] = false;
}

void
gd_set_text(GdRow *row, int attno, const char *value)
{
	gd_set(row, attno, CStringGetTextDatum(value));
}

void
gd_set_null(GdRow *row, int attno)
{
	row->newnull[attno - 1] = true;
}

bool
gd_is_changed(GdRow *row, int attno)
{
	Form_pg_attribute att = TupleDescAttr(row->desc, attno - 1);
	int			i = attno - 1;

	if (row->is_insert)
		return !row->newnull[i];
	if (row->oldnull[i] || row->newnull[i])
		return row->oldnull[i] != row->newnull[i];
	return !datum_image_eq(row->old[i], row->new[i], att->attbyval, att->attlen);
}

bool
gd_column_in(const int *columns, int attno)
{
	while (columns && *columns != 0 && *columns != attno)
		columns++;
	return columns && *columns != 0;
}

void
gd_only_changes(GdRow *row, const GdShape *shape, int64 key, const int *allowed)
{
	for (int attno = 1; attno <= row->desc->natts; attno++)
	{
		if (gd_is_changed(row, attno) && !gd_column_in(allowed, attno))
			ereport(ERROR,
					(errcode(GD_ERRCODE(shape->article)),
					 errmsg("column \"%s\" of %s %lld cannot be changed here",
							shape->columns[attno - 1], gd_subject_name(shape->subject), (long long) key),
					 errdetail("It is fixed, set by the platform, or belongs to another act. Measures, Article %d.",
							   shape->article),
					 errhint("Leave the column out of the UPDATE.")));
	}
}

bool
gd_row_is_changed(GdRow *row)
{
	for (int attno = 1; attno <= row->desc->natts; attno++)
		if (gd_is_changed(row, attno))
			return true;
	return false;
}

/* Asks the policies, by the row's place, which needs no key and no index. */
bool
gd_row_is_visible(GdRow *row)
{
	static struct
	{
		NameData	table;
		SPIPlanPtr	plan;
	}			known[64];
	const char *table = RelationGetRelationName(row->trigdata->tg_relation);
	Oid			type = TIDOID;
	Datum		arg = PointerGetDatum(&row->trigdata->tg_trigtuple->t_self);
	int			i = 0;
	bool		visible;

	while (i < (int) lengthof(known) - 1 && known[i].plan && strcmp(NameStr(known[i].table), table) != 0)
		i++;
	SPI_connect();
	if (known[i].plan == NULL || strcmp(NameStr(known[i].table), table) != 0)
	{
		SPIPlanPtr	plan = SPI_prepare(psprintf("SELECT 1 FROM govdata.%s WHERE ctid OPERATOR(pg_catalog.=) $1",
												quote_identifier(table)), 1, &type);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare a statement of govdata: %s", SPI_result_code_string(SPI_result));
		if (known[i].plan)
			SPI_freeplan(known[i].plan);
		known[i].plan = plan;
		namestrcpy(&known[i].table, table);
	}
	if (SPI_execute_plan(known[i].plan, &arg, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look at a row of \"%s\"", table);
	visible = SPI_processed > 0;
	SPI_finish();
	return visible;
}

/*
 * An UPDATE that reads no column meets rows that its author cannot see, and an
 * error about one of them would tell which it is and what state it is in.
 */
void
gd_require_visible(GdRow *row, const GdShape *shape)
{
	if (!gd_row_is_visible(row))
		ereport(ERROR,
				(errcode(GD_ERRCODE(shape->article)),
				 errmsg("the UPDATE would change rows of \"%s\" that you cannot see",
						RelationGetRelationName(row->trigdata->tg_relation)),
				 errdetail("You act as %s. Measures, Article %d.", gd_who_acts(), shape->article),
				 errhint("Say which rows you mean: UPDATE ... WHERE.")));
}

static void
gd_set_by_platform(const GdShape *shape, int attno)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(shape->article)),
			 errmsg("column \"%s\" of %s is set by the platform",
					shape->columns[attno - 1], shape->subject),
			 errdetail("Measures, Article %d.", shape->article),
			 errhint("Leave the column out of the INSERT.")));
}

void
gd_only_given(GdRow *row, const GdShape *shape, int state, const int *allowed)
{
	for (int attno = 1; attno <= row->desc->natts; attno++)
		if (!row->newnull[attno - 1] && attno != state && !gd_column_in(allowed, attno))
			gd_set_by_platform(shape, attno);
}

void
gd_not_given(GdRow *row, const GdShape *shape, const int *columns)
{
	for (const int *c = columns; *c != 0; c++)
		if (!row->newnull[*c - 1])
			gd_set_by_platform(shape, *c);
}

/* ---- the judge ---- */

static const char *
gd_states_from(const char *subject, const char *from)
{
	StringInfoData s;

	initStringInfo(&s);
	for (int i = 0; i < gd_n_transitions; i++)
	{
		const GdTransition *t = &gd_transitions[i];
		bool		named = strcmp(t->subject, subject) != 0 || strcmp(t->from, from) != 0;

		/* several actors may make the same move */
		for (int j = 0; j < i && !named; j++)
			named = strcmp(gd_transitions[j].subject, subject) == 0 &&
				strcmp(gd_transitions[j].from, from) == 0 && strcmp(gd_transitions[j].to, t->to) == 0;
		if (!named)
			appendStringInfo(&s, "%s%s", s.len ? ", " : "", t->to);
	}
	return s.len ? s.data : _("none");
}

const GdTransition *
gd_judge(const char *subject, int article, const char *key, const char *from, const char *to,
		 GdActorTest is, void *context)
{
	StringInfoData actors;
	int			known = 0;

	/* no state is none that anything moves to */
	if (to == NULL)
		to = "";
	initStringInfo(&actors);
	for (int i = 0; i < gd_n_transitions; i++)
	{
		const GdTransition *t = &gd_transitions[i];

		if (strcmp(t->to, to) != 0 || strcmp(t->from, from) != 0 ||
			strcmp(t->subject, subject) != 0)
			continue;
		if (is(t->actor, context))
			return t;
		appendStringInfo(&actors, "%s%s", known ? ", " : "", t->actor);
		known = t->article;
	}

	if (known == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 from[0] == '\0' ?
				 errmsg("a new %s cannot be in state \"%s\"", gd_subject_name(subject), to) :
				 errmsg("%s %s cannot move from \"%s\" to \"%s\"", gd_subject_name(subject), key, from, to),
				 from[0] == '\0' ?
				 errdetail("States it can begin in: %s. Measures, Article %d.",
						   gd_states_from(subject, from), article) :
				 errdetail("States it can move to: %s. Measures, Article %d.",
						   gd_states_from(subject, from), article),
				 errhint("SELECT * FROM govdata.transition WHERE subject = '%s' shows every move and who may make it.",
						 subject)));
	ereport(ERROR,
			(errcode(GD_ERRCODE(known)),
			 from[0] == '\0' ?
			 errmsg("a new %s in state \"%s\" can be entered only by: %s",
					gd_subject_name(subject), to, actors.data) :
			 errmsg("%s %s can be moved from \"%s\" to \"%s\" only by: %s",
					gd_subject_name(subject), key, from, to, actors.data),
			 errdetail("You act as %s. Measures, Article %d.", gd_who_acts(), known),
			 errhint("Act as a member of that department, or SET ROLE to its role.")));
}

int64
gd_acting(int article)
{
	int64		me;

	gd_require_own_hands(article);
	me = gd_current_department();

	if (me == 0)
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("user \"%s\" acts for no department",
						GetUserNameFromId(GetOuterUserId(), false)),
				 errdetail("Only departments provide, use and decide; being a superuser makes nobody one. Measures, Article %d.",
						   article),
				 errhint("Log in as a member of a department's role, or SET ROLE to it.")));
	return me;
}

void
gd_require_reason(const char *reason, int article, const char *act)
{
	if (gd_is_blank_text(reason))
		ereport(ERROR,
				(errcode(GD_ERRCODE(article)),
				 errmsg("%s needs a reason", act),
				 errdetail("It stays on record, and those concerned read it. Measures, Article %d.", article),
				 errhint("State the reason in the same statement.")));
}

/* ---- writing as the law itself ---- */

int64
gd_draw(const char *sequence)
{
	return nextval_internal(gd_object_oid(sequence), false);
}

const Oid	gd_arg_int8[1] = {INT8OID};
const Oid	gd_arg_ids[1] = {INT8ARRAYOID};
const Oid	gd_arg_text[1] = {TEXTOID};
const Oid	gd_arg_texts[1] = {TEXTARRAYOID};
const Oid	gd_arg_oid[1] = {OIDOID};

static SPIPlanPtr
gd_own_plan(GdStatementText *text)
{
	if (text->plan == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare(text->sql, text->nargs, (Oid *) text->argtypes);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare a statement of govdata: %s",
				 SPI_result_code_string(SPI_result));
		text->plan = plan;
	}
	return text->plan;
}

/*
 * The law judges by what is committed, not by what a caller's REPEATABLE READ
 * snapshot remembers: a request that came in meanwhile must not be overlooked.
 */
static Snapshot
gd_law_snapshot(void)
{
	return IsolationUsesXactSnapshot() ? GetLatestSnapshot() : InvalidSnapshot;
}

static uint64
gd_own_execute(GdStatementText *text, Datum *args, const char *nulls, TriggerData *trigdata,
			   GdRowsTaker take, void *context)
{
	GdOwn		own;
	volatile uint64 processed = 0;

	gd_own_begin(&own);
	PG_TRY();
	{
		int			rc;

		SPI_connect();
		if (trigdata)
			SPI_register_trigger_data(trigdata);
		rc = SPI_execute_snapshot(gd_own_plan(text), args, nulls, gd_law_snapshot(),
								  InvalidSnapshot, false, true, 0);
		if (rc < 0)
			elog(ERROR, "could not run a statement of govdata: %s", SPI_result_code_string(rc));
		processed = SPI_processed;
		if (take && processed > 0)
			take(context);
		SPI_finish();
	}
	PG_FINALLY();
	{
		gd_own_end(&own);
	}
	PG_END_TRY();
	return processed;
}

typedef struct GdFirstRow
{
	int			ncolumns;
	Datum	   *values;
	bool	   *isnull;
} GdFirstRow;

/* Copy the first row's columns out before SPI's memory goes. */
static void
gd_take_first(void *context)
{
	GdFirstRow *first = context;
	HeapTuple	tup = SPI_tuptable->vals[0];
	TupleDesc	desc = SPI_tuptable->tupdesc;

	for (int i = 0; i < first->ncolumns; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Datum		d = heap_getattr(tup, i + 1, desc, &first->isnull[i]);

		first->values[i] = first->isnull[i] ? (Datum) 0 : SPI_datumTransfer(d, att->attbyval, att->attlen);
	}
}

uint64
gd_own_run(GdStatementText *text, Datum *args, const char *nulls, TriggerData *trigdata,
		   int ncolumns, Datum *values, bool *isnull)
{
	GdFirstRow	first = {ncolumns, values, isnull};

	return gd_own_execute(text, args, nulls, trigdata, ncolumns > 0 ? gd_take_first : NULL, &first);
}

uint64
gd_own_each(GdStatementText *text, Datum *args, GdRowsTaker take, void *context)
{
	return gd_own_execute(text, args, NULL, NULL, take, context);
}

static void
gd_take_all(void *context)
{
	ReturnSetInfo *rsinfo = context;

	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(rsinfo->setResult, SPI_tuptable->vals[i]);
}

void
gd_own_rows(GdStatementText *text, Datum *args, FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	(void) gd_own_execute(text, args, NULL, NULL, gd_take_all, fcinfo->resultinfo);
}

uint64
gd_run_as_time(GdStatementText *text, Datum *args)
{
	bool		before = gd_is_acting_as_time();
	volatile uint64 n = 0;

	gd_acting_as_time(true);
	PG_TRY();
	{
		n = gd_own_run(text, args, NULL, NULL, 0, NULL, NULL);
	}
	PG_FINALLY();
	{
		gd_acting_as_time(before);
	}
	PG_END_TRY();
	return n;
}

/* ---- decisions must also commit in time ---- */

/*
 * A refusal made at 23:59 and committed a week later would undo a consent.
 * So the earliest limit that a decision of this transaction beat is kept, a
 * level for each subtransaction, and looked at again just before the commit.
 */
typedef struct GdPending
{
	SubTransactionId level;
	TimestampTz matures_at;
	int64		id;
	const GdShape *shape;		/* NULL: a request that time consents to */
} GdPending;

static GdPending gd_pending[64];
static int	gd_n_pending = 0;

/* the earliest of both counts */
static void
gd_pending_join(GdPending *top, const GdPending *other)
{
	SubTransactionId level = top->level;

	/* of two that end together, the one that gives a right is told */
	if (other->matures_at < top->matures_at ||
		(other->matures_at == top->matures_at && top->shape != NULL && other->shape == NULL))
		*top = *other;
	top->level = level;
}

static void
gd_pending_add(const GdPending *new)
{
	GdPending  *top = gd_n_pending > 0 ? &gd_pending[gd_n_pending - 1] : NULL;

	/* beyond this nesting the outer level's mark serves: it can only be stricter */
	if (top && (top->level == new->level || gd_n_pending == lengthof(gd_pending)))
		gd_pending_join(top, new);
	else
		gd_pending[gd_n_pending++] = *new;
}

void
gd_decided(int64 request, TimestampTz matures_at)
{
	GdPending	new = {GetCurrentSubTransactionId(), matures_at, request, NULL};

	gd_pending_add(&new);
}

void
gd_within_limit(const GdShape *shape, int64 id, TimestampTz due_at)
{
	GdPending	new = {GetCurrentSubTransactionId(), due_at, id, shape};

	/* what is late already is late whenever it commits */
	if (gd_clock() < due_at)
		gd_pending_add(&new);
}

/*
 * The limit runs from the day on which the platform has the request, and it
 * has what is committed: a request kept in an open transaction until its limit
 * is over would be consented to before anybody could have seen it.  What was
 * rolled back to a savepoint still counts, which costs a repetition at most.
 */
static DateADT gd_received_on = 0;
static bool gd_has_received = false;
static bool gd_has_dated = false;
static const GdShape *gd_started = NULL;

void
gd_received(DateADT day)
{
	if (gd_has_received && gd_received_on <= day)
		return;
	gd_received_on = day;
	gd_has_received = true;
}

/*
 * An act that names a later day from which it holds must be known before that
 * day begins, or it would hold for what was done in ignorance of it.
 */
void
gd_dated(DateADT day)
{
	gd_received(day);
	gd_has_dated = true;
}

void
gd_limit_started(const GdShape *shape, DateADT day)
{
	gd_received(day);
	gd_started = shape;
}

static void
gd_check_received(void)
{
	if (!gd_has_received || gd_legal_date(gd_clock()) == gd_received_on)
		return;
	if (gd_started)
		ereport(ERROR,
				(errcode(GD_ERRCODE(gd_started->article)),
				 errmsg("what starts a limit of \"%s\" must be committed on the day on which it is done",
						gd_subject_name(gd_started->subject)),
				 errdetail("It was done on %s in legal time; nobody could see it until now. Measures, Article %d.",
						   gd_day_text(gd_received_on), gd_started->article),
				 errhint("Do it again.")));
	if (gd_has_dated)
		ereport(ERROR,
				(errcode(GD_ERRCODE(7)),
				 errmsg("an act that holds from a later day on must be committed on the day on which it is made"),
				 errdetail("It was made on %s in legal time; nobody could see it until now. Measures, Article 7.",
						   gd_day_text(gd_received_on)),
				 errhint("Make it again, with a day that is still to come.")));
	ereport(ERROR,
			(errcode(GD_ERRCODE(20)),
			 errmsg("a request must be committed on the day on which it is made"),
			 errdetail("It was made on %s in legal time; its limit would run from a day on which nobody could see it. Measures, Article 20.",
					   gd_day_text(gd_received_on)),
			 errhint("Submit it again.")));
}

static void
gd_check_pending(void)
{
	for (int i = 0; i < gd_n_pending; i++)
	{
		GdPending  *p = &gd_pending[i];

		if (gd_clock() < p->matures_at)
			continue;
		if (p->shape)
			ereport(ERROR,
					(errcode(GD_ERRCODE(p->shape->article)),
					 errmsg("the limit of %s %lld ended before what was done within it was committed",
							gd_subject_name(p->shape->subject), (long long) p->id),
					 errdetail("The limit ended at %s. Measures, Article %d.",
							   gd_legal_text(p->matures_at), p->shape->article),
					 errhint("Do it again: it is recorded as late.")));
		ereport(ERROR,
				(errcode(GD_ERRCODE(20)),
				 errmsg("request %lld became deemed consented before the decision was committed",
						(long long) p->id),
				 errdetail("The limit ended at %s. Measures, Article 20.",
						   gd_legal_text(p->matures_at)),
				 errhint("Decide and commit before the limit ends. The authorization stands; it can be revoked on a ground.")));
	}
}

/*
 * Nobody could say when a prepared transaction commits, nor end the session
 * that keeps others waiting: there is none.
 */
static void
gd_check_prepare(void)
{
	const GdShape *shape = gd_n_pending > 0 ? gd_pending[gd_n_pending - 1].shape : gd_started;
	int			article = shape ? shape->article : gd_n_pending == 0 && gd_has_dated ? 7 : 20;
	Oid			locked;

	if (gd_n_pending > 0 || gd_has_received)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 article == 7 ? errmsg("cannot PREPARE a transaction with an act that holds from a later day on") :
				 errmsg("cannot PREPARE a transaction that opened or decided a case of \"%s\"",
						shape ? shape->subject : "share_request"),
				 errdetail("Nobody could say when it commits. Measures, Article %d.", article),
				 errhint("Use a transaction of its own and COMMIT.")));
	locked = gd_guarding() ? gd_locked_table() : InvalidOid;
	if (OidIsValid(locked))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot PREPARE a transaction that has written to \"%s\" or locked rows of it", get_rel_name(locked)),
				 errdetail("Others would wait for it without limit, while theirs run. Measures, Article 32."),
				 errhint("Use a transaction of its own and COMMIT.")));
}

static void
gd_guard_xact(XactEvent event, void *arg)
{
	(void) arg;
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			gd_check_pending();
			gd_check_received();
			break;
		case XACT_EVENT_PRE_PREPARE:
			gd_check_prepare();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			gd_moved_on_way = false;
			gd_n_pending = 0;
			gd_has_received = gd_has_dated = false;
			gd_started = NULL;
			break;
		default:
			break;
	}
}

static void
gd_guard_subxact(SubXactEvent event, SubTransactionId mySubid, SubTransactionId parentSubid, void *arg)
{
	(void) arg;
	if (gd_n_pending == 0 || gd_pending[gd_n_pending - 1].level != mySubid)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		gd_n_pending--;
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		GdPending	top = gd_pending[--gd_n_pending];

		/* what is decided inside is the parent's decision now */
		top.level = parentSubid;
		gd_pending_add(&top);
	}
}

/* ---- derived rows, absent rows ---- */

PG_FUNCTION_INFO_V1(gd_guard_derived);
PG_FUNCTION_INFO_V1(gd_absent);
PG_FUNCTION_INFO_V1(gd_moved);
PG_FUNCTION_INFO_V1(gd_found);

Datum
gd_guard_derived(PG_FUNCTION_ARGS)
{
	TriggerData *td = (TriggerData *) fcinfo->context;

	gd_check_trigger(fcinfo);
	/* what only repeats other rows may be written anew */
	if (gd_guarding() && (!gd_own_writing() ||
						  (TRIGGER_FIRED_BY_DELETE(td->tg_event) && td->tg_trigger->tgnargs == 0)))
		ereport(ERROR,
				(errcode(GD_ERRCODE(17)),
				 errmsg("rows of \"%s\" are written by the platform only",
						RelationGetRelationName(td->tg_relation)),
				 errdetail("They follow from acts on other tables. Measures, Article 17."),
				 errhint("Act on the catalog, the request or the authorization itself.")));
	return gd_row_as_is(fcinfo);
}

Datum
gd_absent(PG_FUNCTION_ARGS)
{
	gd_no_such(PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0)),
			   PG_ARGISNULL(1) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(1)),
			   PG_ARGISNULL(2) ? 0 : PG_GETARG_INT16(2));
	PG_RETURN_VOID();
}

/* A row that is absent and one that is not visible must look the same. */
void
gd_no_such(const char *subject, const char *key, int article)
{
	ereport(ERROR,
			(errcode(GD_ERRCODE(article)),
			 errmsg("there is no %s \"%s\" that you can see", gd_subject_name(subject), key),
			 errdetail("You act as %s. Measures, Article %d.", gd_who_acts(), article),
			 errhint("Look it up: SELECT * FROM govdata.%s.",
					 strcmp(subject, "resource") == 0 ? "catalog" :
					 strcmp(subject, "share_request") == 0 ? "request_board" : subject)));
}

/* The end of a verb: its UPDATE has met a row, or there is none that may be seen. */
Datum
gd_moved(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(3) || !PG_GETARG_BOOL(3))
		return gd_absent(fcinfo);
	PG_RETURN_VOID();
}

/* The id that was found, or the error for none. */
Datum
gd_found(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(3))
		return gd_absent(fcinfo);
	return PG_GETARG_DATUM(3);
}

void
gd_guard_init(void)
{
	RegisterXactCallback(gd_guard_xact, NULL);
	RegisterSubXactCallback(gd_guard_subxact, NULL);
	gd_catalog_init();
}
