/*
 * Working days (src/calendar.c): calendars, the notices that make them, and
 * the functions that count.
 *
 * src/calendar.c reads these tables by column number: columns are only ever
 * added at the end.
 */

CREATE TABLE govdata.calendar (
    name    text PRIMARY KEY
            CONSTRAINT calendar_name_is_short CHECK (octet_length(name) BETWEEN 1 AND 63),
    parent  text CONSTRAINT calendar_parent_exists REFERENCES govdata.calendar,
    title   text NOT NULL,
    builtin boolean NOT NULL DEFAULT false,
    CONSTRAINT calendar_is_not_its_own_parent CHECK (parent <> name)
);
COMMENT ON TABLE govdata.calendar IS '工作日历；地方日历叠加在上级日历之上';
COMMENT ON COLUMN govdata.calendar.name IS '日历名称，全国日历为 CN';
COMMENT ON COLUMN govdata.calendar.parent IS '上级日历；为空者自成一体，其通知决定哪些年份已知';
COMMENT ON COLUMN govdata.calendar.title IS '说明';
COMMENT ON COLUMN govdata.calendar.builtin IS '随扩展提供，不可更改';

CREATE TABLE govdata.calendar_notice (
    calendar  text NOT NULL CONSTRAINT calendar_notice_calendar_exists REFERENCES govdata.calendar,
    year      integer NOT NULL
              CONSTRAINT calendar_notice_year_is_plausible CHECK (year BETWEEN 1950 AND 2400),
    notice    text NOT NULL CONSTRAINT calendar_notice_is_named CHECK (notice <> ''),
    signed_on date NOT NULL CONSTRAINT calendar_notice_signed_on_is_finite CHECK (isfinite(signed_on)),
    builtin   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (calendar, notice)
);
COMMENT ON TABLE govdata.calendar_notice IS '节假日安排通知；同一日有多份通知时以签发在后者为准';
COMMENT ON COLUMN govdata.calendar_notice.calendar IS '所属日历';
COMMENT ON COLUMN govdata.calendar_notice.year IS '通知所安排的年份';
COMMENT ON COLUMN govdata.calendar_notice.notice IS '发文字号';
COMMENT ON COLUMN govdata.calendar_notice.signed_on IS '签发日期（成文日期）';
COMMENT ON COLUMN govdata.calendar_notice.builtin IS '随扩展提供，不可更改';

CREATE TABLE govdata.calendar_day (
    calendar text NOT NULL,
    day      date NOT NULL CONSTRAINT calendar_day_is_finite CHECK (isfinite(day)),
    kind     text NOT NULL
             CONSTRAINT calendar_day_kind_is_known CHECK (kind IN ('holiday', 'workday', 'ordinary')),
    name     text NOT NULL,
    name_en  text,
    notice   text NOT NULL,
    builtin  boolean NOT NULL DEFAULT false,
    CONSTRAINT calendar_day_one_kind_in_a_notice PRIMARY KEY (calendar, day, notice),
    CONSTRAINT calendar_day_notice_exists FOREIGN KEY (calendar, notice) REFERENCES govdata.calendar_notice,
    CONSTRAINT calendar_day_workday_is_a_weekend
        CHECK (kind <> 'workday' OR NOT isfinite(day) OR extract(isodow FROM day) IN (6, 7))
);
COMMENT ON TABLE govdata.calendar_day IS '通知所列的日子：放假、调休上班，或撤销先前的安排';
COMMENT ON COLUMN govdata.calendar_day.calendar IS '所属日历';
COMMENT ON COLUMN govdata.calendar_day.day IS '日期';
COMMENT ON COLUMN govdata.calendar_day.kind IS 'holiday 放假；workday 周末调休上班；ordinary 撤销同一日历先前通知对该日的安排';
COMMENT ON COLUMN govdata.calendar_day.name IS '名称';
COMMENT ON COLUMN govdata.calendar_day.name_en IS '英文名称';
COMMENT ON COLUMN govdata.calendar_day.notice IS '依据的通知';
COMMENT ON COLUMN govdata.calendar_day.builtin IS '随扩展提供，不可更改';

CREATE TABLE govdata.statutory_holiday (
    calendar  text NOT NULL CONSTRAINT statutory_holiday_calendar_exists REFERENCES govdata.calendar,
    month     integer NOT NULL,
    day       integer NOT NULL,
    name      text NOT NULL,
    basis     text NOT NULL,
    effective daterange NOT NULL CONSTRAINT statutory_holiday_effective_is_not_empty CHECK (NOT isempty(effective)),
    builtin   boolean NOT NULL DEFAULT false,
    effective_from date GENERATED ALWAYS AS (lower(effective)) STORED,
    CONSTRAINT statutory_holiday_is_a_date
        CHECK (month BETWEEN 1 AND 12 AND day BETWEEN 1 AND
               CASE WHEN month = 2 THEN 29 WHEN month IN (4, 6, 9, 11) THEN 30 ELSE 31 END),
    CONSTRAINT statutory_holiday_once_at_a_time
        EXCLUDE USING gist (calendar WITH =, month WITH =, day WITH =, effective WITH &&)
);
COMMENT ON TABLE govdata.statutory_holiday IS '日期固定的法定节假日；仅用于在通知发布之前估算期限';
COMMENT ON COLUMN govdata.statutory_holiday.calendar IS '所属日历';
COMMENT ON COLUMN govdata.statutory_holiday.month IS '月';
COMMENT ON COLUMN govdata.statutory_holiday.day IS '日';
COMMENT ON COLUMN govdata.statutory_holiday.name IS '名称';
COMMENT ON COLUMN govdata.statutory_holiday.basis IS '依据';
COMMENT ON COLUMN govdata.statutory_holiday.effective IS '适用期间';
COMMENT ON COLUMN govdata.statutory_holiday.builtin IS '随扩展提供，不可更改';
COMMENT ON COLUMN govdata.statutory_holiday.effective_from IS '适用期间的首日：起始不变，终止可以改';

/* law is public; who may change it is for the guard to say */
GRANT SELECT ON govdata.calendar, govdata.calendar_notice,
                govdata.calendar_day, govdata.statutory_holiday TO PUBLIC;

/* ---- guards ---- */

/*
 * BEFORE trigger: only the administrator changes the calendar (Article 7);
 * what came with the extension stays.  Raises ZW007, ZW000.
 */
CREATE FUNCTION govdata._guard_calendar() RETURNS trigger
    AS 'MODULE_PATHNAME', 'gd_guard_calendar' LANGUAGE C;
COMMENT ON FUNCTION govdata._guard_calendar() IS '触发器:日历只由管理员维护,随扩展提供者不可更改';

/* AFTER trigger: every session forgets what it knows of the table */
CREATE FUNCTION govdata._touch() RETURNS trigger
    AS 'MODULE_PATHNAME', 'gd_touch' LANGUAGE C;
COMMENT ON FUNCTION govdata._touch() IS '触发器:告知各会话重读该表';

/*
 * Triggers fire in the order of their names: these come first, so that
 * whatever follows reckons with the new calendar.
 */
CREATE TRIGGER a_guard_statement BEFORE INSERT OR UPDATE OR DELETE ON govdata.calendar
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._guard_calendar();
CREATE TRIGGER a_guard_row BEFORE INSERT OR UPDATE OR DELETE ON govdata.calendar
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_calendar();
CREATE TRIGGER a_forget AFTER INSERT OR UPDATE OR DELETE ON govdata.calendar
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();

CREATE TRIGGER a_guard_statement BEFORE INSERT OR UPDATE OR DELETE ON govdata.calendar_notice
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._guard_calendar();
CREATE TRIGGER a_guard_row BEFORE INSERT OR UPDATE OR DELETE ON govdata.calendar_notice
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_calendar();
CREATE TRIGGER a_forget AFTER INSERT OR UPDATE OR DELETE ON govdata.calendar_notice
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();

CREATE TRIGGER a_guard_statement BEFORE INSERT OR UPDATE OR DELETE ON govdata.calendar_day
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._guard_calendar();
CREATE TRIGGER a_guard_row BEFORE INSERT OR UPDATE OR DELETE ON govdata.calendar_day
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_calendar();
CREATE TRIGGER a_forget AFTER INSERT OR UPDATE OR DELETE ON govdata.calendar_day
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();

CREATE TRIGGER a_guard_statement BEFORE INSERT OR UPDATE OR DELETE ON govdata.statutory_holiday
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._guard_calendar();
CREATE TRIGGER a_guard_row BEFORE INSERT OR UPDATE OR DELETE ON govdata.statutory_holiday
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_calendar();
CREATE TRIGGER a_forget AFTER INSERT OR UPDATE OR DELETE ON govdata.statutory_holiday
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();

ALTER TABLE govdata.calendar ENABLE ALWAYS TRIGGER a_guard_statement;
ALTER TABLE govdata.calendar ENABLE ALWAYS TRIGGER a_guard_row;
ALTER TABLE govdata.calendar ENABLE ALWAYS TRIGGER a_forget;
ALTER TABLE govdata.calendar_notice ENABLE ALWAYS TRIGGER a_guard_statement;
ALTER TABLE govdata.calendar_notice ENABLE ALWAYS TRIGGER a_guard_row;
ALTER TABLE govdata.calendar_notice ENABLE ALWAYS TRIGGER a_forget;
ALTER TABLE govdata.calendar_day ENABLE ALWAYS TRIGGER a_guard_statement;
ALTER TABLE govdata.calendar_day ENABLE ALWAYS TRIGGER a_guard_row;
ALTER TABLE govdata.calendar_day ENABLE ALWAYS TRIGGER a_forget;
ALTER TABLE govdata.statutory_holiday ENABLE ALWAYS TRIGGER a_guard_statement;
ALTER TABLE govdata.statutory_holiday ENABLE ALWAYS TRIGGER a_guard_row;
ALTER TABLE govdata.statutory_holiday ENABLE ALWAYS TRIGGER a_forget;

/* ---- functions ---- */

/*
 * In all of them: an unknown calendar raises 42704, an infinite date 22008, a
 * day whose notice is not loaded ZW000 with the missing year, a number of
 * working days beyond what any calendar reaches 22003.  29 to 31 December are
 * known only once the notice of the next year is loaded.
 */

/* Is the day a working day? */
CREATE FUNCTION govdata.is_working_day(day date, calendar text DEFAULT 'CN') RETURNS boolean
    AS 'MODULE_PATHNAME', 'gd_is_working_day' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION govdata.is_working_day(date, text) IS '某日是否工作日（含周末调休上班日）';

/*
 * The n-th working day after a day; n = 0: the day itself or the next working
 * day; negative n counts back.
 */
CREATE FUNCTION govdata.add_working_days(day date, n integer, calendar text DEFAULT 'CN') RETURNS date
    AS 'MODULE_PATHNAME', 'gd_add_working_days' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION govdata.add_working_days(date, integer, text) IS
    '某日之后第 n 个工作日；n 为 0 时是当日或其后首个工作日；n 为负时向前数';

/* The number of working days in (a, b]; negative when b < a. */
CREATE FUNCTION govdata.working_days_between(a date, b date, calendar text DEFAULT 'CN') RETURNS integer
    AS 'MODULE_PATHNAME', 'gd_working_days_between' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION govdata.working_days_between(date, date, text) IS
    'a 之后至 b（含）之间的工作日数；b 早于 a 时为负';

/*
 * The end of a limit of n working days (Articles 20 to 22 and others): 24:00,
 * in the legal time zone, of the n-th working day after the day of receipt.
 */
CREATE FUNCTION govdata.deadline(received timestamptz, n integer, calendar text DEFAULT 'CN') RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'gd_sql_deadline' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION govdata.deadline(timestamptz, integer, text) IS
    '期限届满的时刻：收到之日后第 n 个工作日的 24 时（法定时区）';

/*
 * How a deadline comes about: one row a day from the day of receipt, with the
 * name and the notice where one names the day.  kind is holiday, workday (a
 * make-up day), weekend, ordinary, or statutory (a holiday that the law fixes
 * to the date).  Where the notice is not loaded yet days are estimated and
 * marked provisional.
 */
CREATE FUNCTION govdata.explain_deadline(received timestamptz, n integer, calendar text DEFAULT 'CN',
                                         OUT day date, OUT weekday text, OUT kind text, OUT counts boolean,
                                         OUT count integer, OUT name text, OUT name_en text,
                                         OUT notice text, OUT provisional boolean) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'gd_explain_deadline' LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION govdata.explain_deadline(timestamptz, integer, text) IS
    '逐日说明期限如何计算：是否计入、第几个工作日、节假日名称与通知；通知未发布者为暂定';

/*
 * The deadline of a case: as deadline(), but where a notice is missing an
 * estimate, marked provisional.
 */
CREATE FUNCTION govdata._deadline(received timestamptz, n integer, calendar text,
                                  OUT due_on date, OUT due_at timestamptz, OUT provisional boolean)
    AS 'MODULE_PATHNAME', 'gd_case_deadline' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION govdata._deadline(timestamptz, integer, text) IS '案件的期限:同 deadline(),通知未发布者为暂定';

/*
 * As working_days_between, for views: an estimate where a notice is missing,
 * NULL where nothing can be said (infinity, a year out of reach).
 */
CREATE FUNCTION govdata._working_days_left(from_day date, to_day date, calendar text) RETURNS integer
    AS 'MODULE_PATHNAME', 'gd_working_days_left' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION govdata._working_days_left(date, date, text) IS '同 working_days_between(),通知未发布者为估算;用于视图';
