/*-------------------------------------------------------------------------
 *
 * case.c
 *	  The one guard of all kinds of cases: see case.h.
 *
 *-------------------------------------------------------------------------
 */
#include "govdata.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "case.h"

PG_FUNCTION_INFO_V1(gd_guard_case);
PG_FUNCTION_INFO_V1(gd_limit_end_sql);
PG_FUNCTION_INFO_V1(gd_limit_amount_sql);

#define GD_MAX_KINDS	64

static GdCaseKind *gd_kinds[GD_MAX_KINDS];
static int	gd_n_kinds = 0;

void
gd_case_register(GdCaseKind *kind)
{
	if (gd_n_kinds == GD_MAX_KINDS)
		elog(FATAL, "too many kinds of cases");
	gd_kinds[gd_n_kinds++] = kind;
}

GdCaseKind *
gd_case_kinds(int i)
{
	return i < gd_n_kinds ? gd_kinds[i] : NULL;
}

static GdCaseKind *
gd_case_kind(const char *subject)
{
	for (int i = 0; i < gd_n_kinds; i++)
		if (strcmp(gd_kinds[i]->shape.subject, subject) == 0)
			return gd_kinds[i];
	elog(ERROR, "no kind of case is called \"%s\"", subject);
}

/* ---- limits ---- */

/* The end of the limit that is in force on the day of receipt. */
static GdDeadline
gd_limit_end(const char *code, const GdClock *clock, const char *calendar)
{
	GdLimit		limit = gd_limit_under(clock->regime, code, gd_legal_date(clock->received));
	int32		amount = limit.amount + clock->extended;
	GdDeadline	result;

	if (limit.unit == 'w')
		return gd_deadline(calendar, clock->since, amount);
	result.due_on = gd_legal_date(clock->since) + amount;
	result.due_at = gd_end_of_day(result.due_on);
	result.provisional = false;
	return result;
}

Datum
gd_limit_end_sql(PG_FUNCTION_ARGS)
{
	GdClock		clock;
	GdDeadline	end;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	clock.since = PG_GETARG_TIMESTAMPTZ(1);
	clock.regime = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	clock.received = PG_ARGISNULL(4) ? clock.since : PG_GETARG_TIMESTAMPTZ(4);
	clock.extended = PG_ARGISNULL(5) ? 0 : PG_GETARG_INT32(5);
	end = gd_limit_end(text_to_cstring(PG_GETARG_TEXT_PP(0)), &clock, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	return gd_deadline_row(fcinfo, &end);
}

Datum
gd_limit_amount_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(gd_limit(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_DATEADT(1)).amount);
}

GdDeadline
gd_limit_start(GdRow *row, int due, const char *code, TimestampTz since, int64 owed_by)
{
	GdClock		clock = {NULL, since, since, 0};

	return gd_limit_start_under(row, due, code, &clock, owed_by);
}

GdDeadline
gd_limit_start_under(GdRow *row, int due, const char *code, const GdClock *clock, int64 owed_by)
{
	GdDepartment dept;
	GdRegion	region;
	GdDeadline	result;

	if (!gd_department(owed_by, &dept) || !gd_region(dept.region, &region))
		strlcpy(region.calendar, "CN", sizeof(region.calendar));
	result = gd_limit_end(code, clock, region.calendar);
	gd_set_text(row, due, code);
	gd_set(row, due + 1, DateADTGetDatum(result.due_on));
	gd_set(row, due + 2, TimestampTzGetDatum(result.due_at));
	gd_set(row, due + 3, BoolGetDatum(result.provisional));
	return result;
}

/* ---- actors ---- */

/*
 * Is the acting department this actor of the case?  "time" and "platform" are
 * the law itself, "law" is either of the two.
 */
static bool
gd_case_actor(const char *actor, void *gdcase)
{
	GdCase	   *c = gdcase;

	if (strcmp(actor, "time") == 0)
		return gd_own_writing() && gd_is_acting_as_time();
	if (strcmp(actor, "platform") == 0)
		return gd_own_writing() && !gd_is_acting_as_time();
	if (strcmp(actor, "law") == 0)
		return gd_own_writing();
	for (const GdActor *a = c->kind->actors; a->name; a++)
	{
		if (strcmp(a->name, actor) != 0)
			continue;
		if (a->law ? gd_own_writing() && !gd_is_acting_as_time() :
			c->me != 0 && (a->column ? c->me == gd_new_int64(c->row, a->column) : a->is(c)))
			return true;
	}
	return false;
}

int64
gd_authority_of(int64 department)
{
	GdDepartment dept;
	GdRegion	region;

	return gd_department(department, &dept) && gd_region(dept.region, &region) ? region.authority : 0;
}

int64
gd_platform_authority_of(int64 department)
{
	GdDepartment dept;
	GdRegion	region;

	return gd_department(department, &dept) && gd_platform_region(dept.region, &region) ? region.authority : 0;
}

void
gd_pass_office(GdRow *row, int office, int department)
{
	int64		above;

	if (gd_new_int64(row, office) != gd_new_int64(row, department))
		return;
	above = gd_supervising_authority(gd_new_int64(row, department));
	if (above != 0)
		gd_set(row, office, Int64GetDatum(above));
}

const char *
gd_platform_of(int64 provider, const char *resource)
{
	GdDepartment dept;
	GdRegion	region;

	if (!gd_department(provider, &dept) || !gd_platform_region(dept.region, &region))
		ereport(ERROR,
				(errcode(GD_ERRCODE(7)),
				 errmsg("resource \"%s\" is on no platform", resource),
				 errdetail("Platforms are at city level and above; its provider's region is below none. Measures, Article 7."),
				 errhint("The administrator sets the region's parent: UPDATE govdata.region SET parent = ....")));
	return pstrdup(region.code);
}

void
gd_pass_platform(GdRow *row, int platform, int provider, int resource)
{
	if (gd_is_changed(row, provider))
		gd_set_text(row, platform, gd_platform_of(gd_new_int64(row, provider),
												  gd_resource(gd_new_int64(row, resource))->code));
}

static bool
gd_province_of(int64 department, GdRegion *region)
{
	GdDepartment dept;

	if (!gd_department(department, &dept) || !gd_region(dept.region, region))
		return false;
	while (region->parent[0] != '\0')
		if (!gd_region_up(region))
			return false;
	return true;
}

int64
gd_provincial_authority(int64 department)
{
	GdRegion	region;

	return gd_province_of(department, &region) ? region.authority : 0;
}

int64
gd_provincial_government(int64 department)
{
	GdRegion	region;

	return gd_province_of(department, &region) ? region.government : 0;
}

int64
gd_provincial_head(const GdDepartment *branch)
{
	GdDepartment head = *branch;
	GdRegion	region;

	for (int i = 0; i < GD_MAX_SUPERIORS && head.superior != 0 && gd_department(head.superior, &head); i++)
		if (gd_region(head.region, &region) && region.level == 3)
			return head.id;
	return 0;
}

int64
gd_next_office(const char *from, int64 party, int64 other, int64 tried)
{
	GdRegion	region;
	bool		passed = (tried == 0);

	for (bool found = gd_region(from, &region); found; found = gd_region_up(&region))
	{
		int64		office = region.authority;

		if (office != 0 && office == tried)
			passed = true;
		else if (passed && office != 0 && office != party && office != other)
			return office;
		office = region.government;
		if (region.parent[0] == '\0')
			return office != tried && office != party && office != other ? office : 0;
	}
	return 0;
}

int64
gd_next_government(const char *from, int64 party, int64 other)
{
	GdRegion	region;

	for (bool found = gd_region(from, &region); found; found = gd_region_up(&region))
		if (region.government != 0 && region.government != party && region.government != other)
			return region.government;
	return 0;
}

int64
gd_supervising_authority(int64 department)
{
	GdDepartment dept;

	return gd_department(department, &dept) ? gd_next_office(dept.region, department, 0, 0) : 0;
}

/* ---- moves ---- */

static bool
gd_is_blank(GdRow *row, int column)
{
	Oid			type = TupleDescAttr(row->desc, column - 1)->atttypid;

	if (row->newnull[column - 1])
		return true;
	if (type == TEXTOID)
		return gd_is_blank_text(gd_new_text(row, column));
	return type == TEXTARRAYOID && ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(row->new[column - 1])),
												  ARR_DIMS(DatumGetArrayTypeP(row->new[column - 1]))) == 0;
}

void
gd_case_require(GdCase *c, int column, const char *what, int article)
{
	const char *subject = gd_subject_name(c->kind->shape.subject);

	if (!gd_is_blank(c->row, column))
		return;
	ereport(ERROR,
			(errcode(GD_ERRCODE(article)),
			 c->from[0] == '\0' ?
			 errmsg("%s needs %s", subject, what) :
			 errmsg("%s %lld needs %s to become \"%s\"", subject, (long long) c->id, what, c->to),
			 errdetail("Column \"%s\" is empty. Measures, Article %d.", c->kind->shape.columns[column - 1], article),
			 errhint("State it in the same statement.")));
}

static bool
gd_move_fits(const GdMove *m, GdCase *c)
{
	bool		amends = strcmp(c->from, c->to) == 0;

	if ((m->amender != NULL) != amends)
		return false;
	if (m->from ? strcmp(m->from, c->from) != 0 : c->from[0] == '\0')
		return false;
	return amends || m->to == NULL || strcmp(m->to, c->to) == 0;
}

static const GdMove *
gd_find_move(GdCase *c)
{
	static const GdMove bare = {.from = NULL};

	for (const GdMove *m = c->kind->moves; m->from || m->to || m->columns || m->amender; m++)
		if (gd_move_fits(m, c) && (m->amender == NULL || gd_case_actor(m->amender, c)) &&
			(m->actor == NULL || gd_case_actor(m->actor, c)))
			return m;
	return &bare;
}

static void
gd_check_columns(GdCase *c, const GdMove *m)
{
	int			allowed[64];
	int			n = 0;

	if (c->from[0] != '\0')
		allowed[n++] = c->kind->state;
	for (const int *column = m->columns; column && *column && n < (int) lengthof(allowed) - 1; column++)
		allowed[n++] = *column;
	allowed[n] = 0;
	if (c->from[0] != '\0')
		gd_only_changes(c->row, &c->kind->shape, c->id, allowed);
	else
		gd_only_given(c->row, &c->kind->shape, c->kind->state, allowed);
}

/* What no act at all changes is said first. */
static void
gd_check_any_columns(GdCase *c)
{
	int			allowed[64];
	int			n = 0;

	allowed[n++] = c->kind->state;
	for (const GdMove *m = c->kind->moves; m->from || m->to || m->columns || m->amender; m++)
	{
		if (m->from && m->from[0] == '\0')
			continue;
		for (const int *column = m->columns; column && *column && n < (int) lengthof(allowed) - 1; column++)
			allowed[n++] = *column;
	}
	allowed[n] = 0;
	gd_only_changes(c->row, &c->kind->shape, c->id, allowed);
}

/* Where others may amend what was changed, says who. */
static void
gd_refuse_amender(GdCase *c)
{
	StringInfoData amenders;

	initStringInfo(&amenders);
	for (const GdMove *m = c->kind->moves; m->from || m->to || m->columns || m->amender; m++)
	{
		bool		meant = m->amender && strcmp(m->amender, "law") != 0 && gd_move_fits(m, c);

		for (int attno = 1; meant && attno <= c->row->desc->natts; attno++)
			meant = !gd_is_changed(c->row, attno) || gd_column_in(m->columns, attno);
		if (meant)
			appendStringInfo(&amenders, "%s%s", amenders.len ? ", " : "", m->amender);
	}
	if (amenders.len > 0 && gd_row_is_changed(c->row))
		ereport(ERROR,
				(errcode(GD_ERRCODE(c->kind->shape.article)),
				 errmsg("%s %lld, which is \"%s\", can be changed like this only by: %s",
						gd_subject_name(c->kind->shape.subject), (long long) c->id, c->from, amenders.data),
				 errdetail("You act as %s. Measures, Article %d.", gd_who_acts(), c->kind->shape.article),
				 errhint("Act as a member of that department, or SET ROLE to its role.")));
}

static void
gd_carry_move(GdCase *c, const GdMove *m, int article)
{
	Datum		now = TimestampTzGetDatum(gd_clock());

	for (const GdRequired *r = m->required; r && r->column; r++)
		gd_case_require(c, r->column, _(r->what), article);
	if (m->at)
		gd_set(c->row, m->at, now);
	if (m->by && c->me != 0)
		gd_set(c->row, m->by, Int64GetDatum(c->me));
	/* nobody could see a limit that ran in an open transaction */
	if (m->limit && c->me != 0)
		gd_limit_started(&c->kind->shape, gd_legal_date(DatumGetTimestampTz(now)));
	if (m->limit)
		(void) gd_limit_start(c->row, m->due, m->limit, DatumGetTimestampTz(now),
							  gd_new_int64(c->row, m->owed_by));
	if (m->effect)
		m->effect(c);
}

static void
gd_case_move(GdCase *c)
{
	const GdMove *m = gd_find_move(c);
	const char *key = psprintf(INT64_FORMAT, c->id);

	/* the law itself writes what it means to write */
	if (c->me != 0 && c->from[0] == '\0')
		gd_check_columns(c, m);
	if (m->check)
		m->check(c);
	c->transition = gd_judge(c->kind->shape.subject, c->kind->shape.article, key,
							 c->from, c->to, gd_case_actor, c);
	/* that somebody may not make the move at all is said first */
	if (c->me != 0 && c->from[0] != '\0')
		gd_check_columns(c, m);
	gd_set_text(c->row, c->kind->state, c->to);
	gd_carry_move(c, m, c->transition->article);
}

/*
 * A change of other columns than the state: only what an amendment states.
 * The law itself changes what it means to change.
 */
static void
gd_case_amend(GdCase *c)
{
	const GdMove *m = gd_find_move(c);

	if (c->me == 0 && m->amender == NULL)
		return;
	if (c->me != 0 && (m->amender == NULL || !gd_row_is_changed(c->row)))
	{
		/* nobody amends anything here, or it is no change: says which moves there are */
		gd_check_any_columns(c);
		gd_refuse_amender(c);
		(void) gd_judge(c->kind->shape.subject, c->kind->shape.article,
						psprintf(INT64_FORMAT, c->id), c->from, c->to, gd_case_actor, c);
	}
	if (c->me != 0)
		gd_check_columns(c, m);
	if (m->check)
		m->check(c);
	gd_carry_move(c, m, c->kind->shape.article);
}

static void
gd_case_open(GdCase *c)
{
	gd_case_move(c);
	if (c->row->newnull[c->kind->id - 1])
		gd_set(c->row, c->kind->id, Int64GetDatum(gd_draw(c->kind->sequence)));
}

/* the state in which a kind's cases begin, as the table of transitions says */
static const char *
gd_first_state(const char *subject)
{
	for (int i = 0; i < gd_n_transitions; i++)
		if (gd_transitions[i].from[0] == '\0' && strcmp(gd_transitions[i].subject, subject) == 0)
			return gd_transitions[i].to;
	elog(ERROR, "nothing begins with \"%s\"", subject);
}

/* A side that is named in the row sees it; for others the policies say. */
static void
gd_case_visible(GdCase *c)
{
	for (const GdActor *a = c->kind->actors; a->name; a++)
		if (a->column && !c->row->oldnull[a->column - 1] &&
			DatumGetInt64(c->row->old[a->column - 1]) == c->me)
			return;
	gd_require_visible(c->row, &c->kind->shape);
}

/*
 * What is done within a limit must also be committed within it: an answer kept
 * in an open transaction would look as if it had come in time.  Time itself
 * writes what facts and clock have fixed.
 */
static void
gd_hold_to_limits(GdCase *c)
{
	GdCaseKind *kind = gd_case_kind(RelationGetRelationName(c->row->trigdata->tg_relation));
	const char *from = quote_literal_cstr(c->from);

	for (const GdRunning *run = kind->running; run && run->due && !gd_is_acting_as_time(); run++)
		if (!c->row->oldnull[run->due + 1] && strstr(run->open, from))
			gd_within_limit(&c->kind->shape, c->id, DatumGetTimestampTz(c->row->old[run->due + 1]));
}

Datum
gd_guard_case(PG_FUNCTION_ARGS)
{
	const char *table;
	GdCaseKind *kind;
	GdRow		row;
	GdCase		c = {0};

	gd_check_trigger(fcinfo);
	table = RelationGetRelationName(((TriggerData *) fcinfo->context)->tg_relation);
	kind = gd_case_kind(table);
	if (!gd_row_open(&row, fcinfo, &kind->shape))
		return gd_row_as_is(fcinfo);
	if (kind->route)
		kind = gd_case_kind(gd_machine(table, kind->route(&row)));
	c.row = &row;
	c.kind = kind;
	c.me = gd_own_writing() ? 0 : gd_acting(kind->shape.article);
	c.to = gd_new_text(&row, kind->state);
	if (row.is_insert)
	{
		c.from = "";
		if (c.to == NULL)
			c.to = gd_first_state(kind->shape.subject);
		gd_case_open(&c);
		return gd_row_done(&row);
	}
	c.id = gd_new_int64(&row, kind->id);
	c.from = gd_old_text(&row, kind->state);
	if (c.to == NULL)
		c.to = "";
	if (c.me != 0)
		gd_case_visible(&c);
	if (kind->settle)
		kind->settle(&c);
	gd_hold_to_limits(&c);
	if (strcmp(c.from, c.to) != 0)
		gd_case_move(&c);
	else
		gd_case_amend(&c);
	return gd_row_done(&row);
}

/* ---- limits follow the calendar ---- */

#define GD_MAX_RUNNING	4

/* a column of the row that bears on its clock, where the kind has one */
static const char *
gd_clock_column(const GdCaseKind *kind, int column)
{
	return column ? psprintf("r.%s", kind->shape.columns[column - 1]) : "NULL";
}

/*
 * Open means not yet due, or due only provisionally.  No recomputed limit
 * ends before 24:00 of today; one that turns out to be past gets until 24:00
 * of the next working day.
 */
static const char *
gd_recompute_sql(const GdCaseKind *kind, int i)
{
	static const GdKept none = {0, 0, 0, 0};
	const GdRunning *run = &kind->running[i];
	const GdKept *kept = kind->kept ? &kind->kept[i] : &none;
	const char *const *column = kind->shape.columns;
	const char *table = kind->shape.subject;
	const char *code = column[run->due - 1];
	const char *due_on = column[run->due];
	const char *due_at = column[run->due + 1];
	const char *provisional = column[run->due + 2];
	const char *since = gd_clock_column(kind, run->since);
	StringInfoData s;

	if (kept->restarted)
		since = psprintf("coalesce(%s, %s)", gd_clock_column(kind, kept->restarted), since);
	initStringInfo(&s);
	appendStringInfo(&s,
					 "WITH zone AS (SELECT govdata.clock() AS now, current_setting('govdata.timezone') AS tz),"
					 " computed AS (SELECT r.id, r.%s AS was_provisional, r.%s AS was_due_at, z.now, z.tz, d.due_on,"
					 "  d.due_at, d.provisional, govdata._region_calendar(p.region) AS calendar"
					 "  FROM zone z, (SELECT * FROM govdata.%s WHERE %s) r"
					 "  JOIN govdata.department p ON p.id = r.%s,"
					 "  LATERAL govdata._limit_end(r.%s, %s, govdata._region_calendar(p.region), %s, %s, %s) d"
					 "  WHERE (r.%s > z.now OR r.%s)"
					 "  AND (r.%s, r.%s) IS DISTINCT FROM (d.due_on, d.provisional)),",
					 provisional, due_at, table, run->open, column[run->owed_by - 1],
					 code, since, gd_clock_column(kind, kept->regime),
					 gd_clock_column(kind, kept->received), gd_clock_column(kind, kept->extended),
					 due_at, provisional, due_on, provisional);
	appendStringInfoString(&s,
						   " floored AS (SELECT c.*, CASE WHEN c.provisional OR c.due_at > c.now"
						   "   THEN greatest(c.due_on, govdata.legal_date(c.now))"
						   /* a notice comes as several statements: the days must not take back what the first gave */
						   "   ELSE least((govdata._deadline(c.now, 1, c.calendar)).due_on, CASE WHEN NOT c.was_provisional"
						   "    THEN (govdata._deadline(c.was_due_at - interval '1 microsecond', 0, c.calendar)).due_on END)"
						   "   END AS day FROM computed c)");
	appendStringInfo(&s,
					 " UPDATE govdata.%s r SET %s = f.day, %s = (f.day + 1)::timestamp AT TIME ZONE f.tz, %s = f.provisional",
					 table, due_on, due_at, provisional);
	if (run->matures)
		appendStringInfo(&s,
						 ", %s = CASE WHEN r.%s IS NULL THEN NULL WHEN f.provisional"
						 " THEN (f.day + 1 + govdata._limit_amount('provisional_grace', govdata.legal_date(f.now)))::timestamp"
						 "  AT TIME ZONE f.tz ELSE (f.day + 1)::timestamp AT TIME ZONE f.tz END",
						 column[run->matures - 1], column[run->matures - 1]);
	/* an answer that was committed while we waited for it stands */
	appendStringInfo(&s, " FROM floored f WHERE r.id = f.id AND (%s)", run->open);
	return s.data;
}

void
gd_lock_together(const GdTableLock *locks, int n)
{
	int			first = 0;
	int			i;

	for (;;)
	{
		LockRelationOid(locks[first].relid, locks[first].mode);
		for (i = 0; i < n; i++)
			if (i != first && !ConditionalLockRelationOid(locks[i].relid, locks[i].mode))
				break;
		if (i == n)
			return;
		for (int j = 0; j < i; j++)
			if (j != first)
				UnlockRelationOid(locks[j].relid, locks[j].mode);
		UnlockRelationOid(locks[first].relid, locks[first].mode);
		first = i;
		CHECK_FOR_INTERRUPTS();
	}
}

void
gd_case_lock_running(void)
{
	GdTableLock locks[GD_MAX_KINDS];
	int			n = 0;

	for (int k = 0; k < gd_n_kinds; k++)
		if (gd_kinds[k]->running)
			locks[n++] = (GdTableLock) {gd_object_oid(gd_kinds[k]->shape.subject), ExclusiveLock};
	gd_lock_together(locks, n);
}

void
gd_case_recompute(void)
{
	static GdStatementText statements[GD_MAX_KINDS][GD_MAX_RUNNING];

	for (int k = 0; k < gd_n_kinds; k++)
	{
		const GdRunning *run = gd_kinds[k]->running;

		for (int i = 0; run && run[i].due; i++)
		{
			GdStatementText *text = &statements[k][i];

			Assert(i < GD_MAX_RUNNING);
			if (text->sql == NULL)
				text->sql = MemoryContextStrdup(TopMemoryContext, gd_recompute_sql(gd_kinds[k], i));
			(void) gd_run_as_time(text, NULL);
		}
	}
}
