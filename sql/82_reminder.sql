-- Duties for those who owe them and for those who oversee them, and reminders of
-- limits that end soon (Article 7).

-- What is owed, by who owes it: the conditions are those of the views _duty_*, or
-- a department's page reads everybody's rows.
CREATE INDEX share_request_owed ON govdata.share_request (provider, due_on) WHERE state = 'submitted';
CREATE INDEX share_request_of_sources ON govdata.share_request USING gin (sources) WITH (fastupdate = off)
    WHERE state = 'submitted' AND sources IS NOT NULL;
CREATE INDEX share_request_coordinated ON govdata.share_request (coordinator) WHERE state = 'coordinating';
CREATE INDEX share_request_concurring ON govdata.share_request (co_coordinator) WHERE state = 'coordinating' AND co_coordinator IS NOT NULL;
CREATE INDEX share_request_held ON govdata.share_request (holder) WHERE state = 'reported';
CREATE INDEX share_request_in_hand ON govdata.share_request (provider)
    WHERE (state = 'filed' OR state = 'coordinating' AND route = 'national' OR state = 'agreed' AND resource IS NULL
           OR state = 'obtained' AND listed_at IS NULL OR state IN ('refused', 'upheld') AND refusal_ground IS NOT NULL);
CREATE INDEX request_completion_owed ON govdata.request_completion (consumer) WHERE state = 'asked';
CREATE INDEX negative_entry_authority ON govdata.negative_entry (data_authority, state) WHERE state IN ('drafted', 'approved', 'reported');
CREATE INDEX negative_entry_government ON govdata.negative_entry (government) WHERE state = 'reviewed';
CREATE INDEX data_doubt_raised ON govdata.data_doubt (platform) WHERE state = 'raised';
CREATE INDEX quality_rule_proposed ON govdata.quality_rule (provider) WHERE state = 'proposed';

CREATE VIEW govdata.my_obligation WITH (security_invoker, security_barrier) AS
SELECT o.department, o.name, o.duty, o.article, o.subject, o.subject_key, o.since, o.due_on, o.due_at, o.due_provisional,
       o.working_days_left, o.late, o.consequence
  FROM govdata.obligation o WHERE o.department = (SELECT govdata.current_department());
COMMENT ON VIEW govdata.my_obligation IS '本部门的待办义务';

-- For supervisors: one row a department and duty that they may see.
CREATE VIEW govdata.obligation_summary WITH (security_invoker, security_barrier) AS
SELECT d.id AS department, d.name, d.region, s.duty, s.article, s.running, s.late, s.today, s.soon, s.provisional,
       s.next_due_on, s.oldest
  FROM govdata.department d
 CROSS JOIN LATERAL (
       SELECT o.duty, o.article, count(*) AS running, count(*) FILTER (WHERE o.late) AS late,
              count(*) FILTER (WHERE NOT o.late AND o.working_days_left = 0) AS today,
              count(*) FILTER (WHERE NOT o.late AND o.working_days_left BETWEEN 1 AND 3) AS soon,
              count(*) FILTER (WHERE o.due_provisional) AS provisional,
              min(o.due_on) FILTER (WHERE NOT o.late) AS next_due_on, min(o.since) AS oldest
         FROM govdata.obligation o WHERE o.department = d.id
        GROUP BY o.duty, o.article) s
 WHERE govdata._sees(d.id, NULL);
COMMENT ON VIEW govdata.obligation_summary IS '待办义务汇总:每一部门、每一义务一行,供主管部门和上级监督';
COMMENT ON COLUMN govdata.obligation_summary.department IS '负有义务的部门';
COMMENT ON COLUMN govdata.obligation_summary.name IS '部门名称';
COMMENT ON COLUMN govdata.obligation_summary.region IS '所属区划';
COMMENT ON COLUMN govdata.obligation_summary.duty IS '义务';
COMMENT ON COLUMN govdata.obligation_summary.article IS '依据条款';
COMMENT ON COLUMN govdata.obligation_summary.running IS '件数';
COMMENT ON COLUMN govdata.obligation_summary.late IS '其中逾期件数';
COMMENT ON COLUMN govdata.obligation_summary.today IS '其中当日届满件数';
COMMENT ON COLUMN govdata.obligation_summary.soon IS '其中三个工作日内届满件数';
COMMENT ON COLUMN govdata.obligation_summary.provisional IS '其中期限暂定件数';
COMMENT ON COLUMN govdata.obligation_summary.next_due_on IS '最近一件未逾期者的届满日';
COMMENT ON COLUMN govdata.obligation_summary.oldest IS '最早的起算时间';

-- At how many working days before (or after, if negative) the end of a limit its
-- department is reminded; "*" stands for all duties without a row of their own.
CREATE TABLE govdata.reminder_rule (
    duty      text PRIMARY KEY CHECK (duty ~ '^([a-z_]+|[*])$'),
    distances integer[] NOT NULL CHECK (distances::text !~ 'NULL' AND coalesce(array_ndims(distances), 1) = 1
                                        AND 250 >= ALL (distances) AND -250 <= ALL (distances)),
    builtin   boolean NOT NULL DEFAULT false,
    amended   boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin))
);
COMMENT ON TABLE govdata.reminder_rule IS '到期提醒:届满前(负数为届满后)若干工作日提醒负有义务的部门';
COMMENT ON COLUMN govdata.reminder_rule.duty IS '义务;* 表示未另定者';
COMMENT ON COLUMN govdata.reminder_rule.distances IS '距届满的工作日数;空数组表示不提醒';
COMMENT ON COLUMN govdata.reminder_rule.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.reminder_rule.amended IS '随扩展发布而经本地修改';
INSERT INTO govdata.reminder_rule (duty, distances, builtin) VALUES ('*', '{5,3,1,0,-1}', true);
SELECT govdata._registry_table('govdata.reminder_rule', 'duty', 7::smallint);

-- How far each limit has been reminded of. One row a limit: a distance that it
-- has come to is told once, those skipped over with it; a clock that starts anew
-- ("since") is another limit. Written by the sweep, no act of anybody.
CREATE TABLE govdata.reminder (
    subject     text NOT NULL,
    subject_key text NOT NULL,
    duty        text NOT NULL,
    department  bigint NOT NULL REFERENCES govdata.department,
    since       timestamptz NOT NULL,
    reached     integer NOT NULL,
    due_on      date NOT NULL,
    reminded_at timestamptz NOT NULL,
    times       integer NOT NULL DEFAULT 1,
    PRIMARY KEY (subject, subject_key, duty, department, since)
);
COMMENT ON TABLE govdata.reminder IS '已发出的到期提醒:每一时限一行,每一距离只提醒一次';
COMMENT ON COLUMN govdata.reminder.subject IS '所涉事项';
COMMENT ON COLUMN govdata.reminder.subject_key IS '所涉行的编号';
COMMENT ON COLUMN govdata.reminder.duty IS '义务';
COMMENT ON COLUMN govdata.reminder.department IS '被提醒的部门';
COMMENT ON COLUMN govdata.reminder.since IS '时限起算时间';
COMMENT ON COLUMN govdata.reminder.reached IS '已提醒到的距离(工作日)';
COMMENT ON COLUMN govdata.reminder.due_on IS '提醒时的届满日';
COMMENT ON COLUMN govdata.reminder.reminded_at IS '最近一次提醒的时间';
COMMENT ON COLUMN govdata.reminder.times IS '提醒次数';
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.reminder
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived();
SELECT govdata._secure('govdata.reminder', 'govdata._sees(department, NULL)');

-- _remind(days) -> messages sent. Once a legal day, in the sweep: remembers how
-- far each limit has come, and tells each department the distances that are new,
-- {"department": id, "due": working days}, on channel govdata. Message and
-- memory commit together, so neither is without the other.
CREATE FUNCTION govdata._remind(days bigint[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    today date := '2000-01-01'::date + days[1]::integer;
    furthest integer := (SELECT max(x) FROM govdata.reminder_rule r, unnest(r.distances) x);
    told record;
    messages bigint := 0;
BEGIN
    FOR told IN
        WITH reached AS (
            SELECT o.subject, o.subject_key, o.duty, o.department, coalesce(o.since, '-infinity') AS since,
                   min(x.distance) AS reached, min(o.due_on) AS due_on
              FROM govdata.obligation o
              JOIN govdata.reminder_rule r ON r.duty = o.duty
                   OR r.duty = '*' AND NOT EXISTS (SELECT FROM govdata.reminder_rule n WHERE n.duty = o.duty)
             CROSS JOIN LATERAL (SELECT min(d) FROM unnest(r.distances) d
                                  WHERE d >= o.working_days_left AND NOT (d < 0 AND o.due_provisional)) AS x (distance)
                   -- no calendar has so many days off that this leaves one out
             WHERE o.due_on <= today + 14 + 2 * greatest(furthest, 0) AND x.distance IS NOT NULL
             GROUP BY 1, 2, 3, 4, 5),
        remembered AS (
            INSERT INTO govdata.reminder AS m (subject, subject_key, duty, department, since, reached, due_on, reminded_at)
            SELECT d.subject, d.subject_key, d.duty, d.department, d.since, d.reached, d.due_on, govdata.clock() FROM reached d
            ON CONFLICT (subject, subject_key, duty, department, since) DO UPDATE
               SET reached = excluded.reached, due_on = excluded.due_on, reminded_at = excluded.reminded_at, times = m.times + 1
             WHERE m.reached > excluded.reached
            RETURNING m.department, m.reached)
        SELECT DISTINCT e.department, e.reached FROM remembered e ORDER BY e.department, e.reached
    LOOP
        PERFORM pg_notify('govdata', format('{"department":%s,"due":%s}', told.department, told.reached));
        messages := messages + 1;
    END LOOP;
    UPDATE govdata.sweep_heartbeat SET reminded_on = today;
    RETURN messages;
END
$$;
COMMENT ON FUNCTION govdata._remind(bigint[]) IS '发出到期提醒';

-- a notice, a day or a distance that changes: look again today
CREATE TRIGGER zz_remind_again AFTER INSERT OR UPDATE OR DELETE ON govdata.calendar_notice
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('remind_again');
CREATE TRIGGER zz_remind_again AFTER INSERT OR UPDATE OR DELETE ON govdata.calendar_day
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('remind_again');
CREATE TRIGGER zz_remind_again AFTER INSERT OR UPDATE OR DELETE ON govdata.reminder_rule
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('remind_again');

DO $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT a.attname, col_description('govdata.obligation'::regclass, a.attnum) AS said
               FROM pg_attribute a WHERE a.attrelid = 'govdata.obligation'::regclass AND a.attnum > 0 LOOP
        EXECUTE format('COMMENT ON COLUMN govdata.my_obligation.%I IS %L', c.attname, c.said);
    END LOOP;
END
$$;
