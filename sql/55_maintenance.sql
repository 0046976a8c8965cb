-- Data kept up to date (Article 9) and the yearly maintenance of the catalog
-- (Article 11).

-- ---- updates ----

-- That data were updated is recorded by their provider, who knows the time they
-- are of; usually in the transaction that loads them. It is not guessed from the
-- server's statistics: those count what was rolled back, are lost in a crash,
-- and say when a table was written, not of what time its rows are.
CREATE SEQUENCE govdata.data_update_id_seq;
CREATE TABLE govdata.data_update (
    id          bigint PRIMARY KEY,
    resource    bigint NOT NULL REFERENCES govdata.resource,
    provider    bigint NOT NULL REFERENCES govdata.department,
    as_of       timestamptz NOT NULL CHECK (isfinite(as_of)),
    row_count   bigint CHECK (row_count >= 0),
    note        text,
    state       text NOT NULL CHECK (state IN ('recorded', 'voided')),
    recorded_at timestamptz NOT NULL,
    due_at      timestamptz,
    late        boolean NOT NULL,
    voided_at   timestamptz,
    reason      text,
    CONSTRAINT data_update_of_the_past CHECK (as_of <= recorded_at),
    CONSTRAINT data_update_end_has_a_reason CHECK ((state = 'voided') = (voided_at IS NOT NULL AND reason IS NOT NULL))
);
ALTER SEQUENCE govdata.data_update_id_seq OWNED BY govdata.data_update.id;
CREATE INDEX data_update_last ON govdata.data_update (resource, as_of) WHERE state = 'recorded';
COMMENT ON TABLE govdata.data_update IS '数据更新:由提供部门登记,逐次留存,逾期者标明(第九条)';
COMMENT ON COLUMN govdata.data_update.id IS '编号';
COMMENT ON COLUMN govdata.data_update.resource IS '资源编号';
COMMENT ON COLUMN govdata.data_update.provider IS '提供部门';
COMMENT ON COLUMN govdata.data_update.as_of IS '所提供数据的时点';
COMMENT ON COLUMN govdata.data_update.row_count IS '更新的行数';
COMMENT ON COLUMN govdata.data_update.note IS '说明';
COMMENT ON COLUMN govdata.data_update.state IS '状态:recorded 已登记、voided 作废';
COMMENT ON COLUMN govdata.data_update.recorded_at IS '登记时间';
COMMENT ON COLUMN govdata.data_update.due_at IS '登记时依更新周期应更新的期限;空表示无固定期限';
COMMENT ON COLUMN govdata.data_update.late IS '是否逾期更新';
COMMENT ON COLUMN govdata.data_update.voided_at IS '作废时间';
COMMENT ON COLUMN govdata.data_update.reason IS '作废理由';
SELECT govdata._case_table('govdata.data_update', 'provider', '', 9::smallint,
    'EXISTS (SELECT FROM govdata.resource r WHERE r.id = resource)');

-- _update_due(cycle, since) -> 24:00 (legal time) of the day by which the next
-- update is due for data of that time; NULL where the cycle sets no date.
CREATE FUNCTION govdata._update_due(cycle text, since timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
    SELECT (((since AT TIME ZONE current_setting('govdata.timezone')) + c.period)::date + 1)::timestamp
           AT TIME ZONE current_setting('govdata.timezone')
      FROM govdata.update_cycle c WHERE c.name = cycle;
END;
COMMENT ON FUNCTION govdata._update_due(text, timestamptz) IS '依更新周期,下次更新的期限';

-- record_update(code, as_of, row_count, note) -> id: the provider records that
-- the data of a published resource are now of the time as_of, now by default.
-- Raises ZW009 for a time to come, ZW006 for anyone but the provider.
CREATE FUNCTION govdata.record_update(code text, as_of timestamptz DEFAULT NULL, row_count bigint DEFAULT NULL,
                                      note text DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.data_update (resource, as_of, row_count, note)
    VALUES (govdata._resource_id(code, 9::smallint), record_update.as_of, record_update.row_count, record_update.note)
    RETURNING id;
END;
COMMENT ON FUNCTION govdata.record_update(text, timestamptz, bigint, text) IS '登记一次数据更新(第九条)';

-- void_update(id, reason): takes back what was recorded wrongly; the row stays.
CREATE FUNCTION govdata.void_update(data_update bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_update u SET state = 'voided', reason = void_update.reason WHERE u.id = data_update RETURNING 1)
    SELECT govdata._moved('data_update', data_update::text, 9::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.void_update(bigint, text) IS '作废误登的更新(第九条)';

CREATE VIEW govdata.update_status WITH (security_invoker, security_barrier) AS
SELECT r.id, r.code, r.title, r.provider AS provider_id, p.name AS provider, p.region, r.update_cycle, u.as_of AS last_as_of,
       u.recorded_at AS last_recorded_at, govdata.legal_date(d.due_at - interval '1 microsecond') AS due_on, d.due_at,
       coalesce(d.due_at <= govdata.as_of(), false) AS late,
       CASE WHEN d.due_at <= govdata.as_of() THEN govdata.legal_date(govdata.as_of()) - govdata.legal_date(d.due_at - interval '1 microsecond')
            ELSE 0 END AS days_late
  FROM govdata.resource r
  JOIN govdata.department p ON p.id = r.provider
  LEFT JOIN LATERAL (SELECT x.as_of, x.recorded_at FROM govdata.data_update x
                      WHERE x.resource = r.id AND x.state = 'recorded' ORDER BY x.as_of DESC LIMIT 1) u ON true,
  LATERAL (SELECT govdata._update_due(r.update_cycle, greatest(u.as_of, r.published_at)) AS due_at) d
 WHERE r.state = 'published';
COMMENT ON VIEW govdata.update_status IS '数据更新情况:最近更新与下次期限,逾期可见(第九条)';
COMMENT ON COLUMN govdata.update_status.id IS '资源编号';
COMMENT ON COLUMN govdata.update_status.code IS '资源代码';
COMMENT ON COLUMN govdata.update_status.title IS '名称';
COMMENT ON COLUMN govdata.update_status.provider_id IS '提供部门编号';
COMMENT ON COLUMN govdata.update_status.provider IS '提供部门';
COMMENT ON COLUMN govdata.update_status.region IS '提供部门所属区划';
COMMENT ON COLUMN govdata.update_status.update_cycle IS '更新周期';
COMMENT ON COLUMN govdata.update_status.last_as_of IS '最近数据的时点;空表示发布后尚未更新';
COMMENT ON COLUMN govdata.update_status.last_recorded_at IS '最近登记时间';
COMMENT ON COLUMN govdata.update_status.due_on IS '下次更新期限最后一日';
COMMENT ON COLUMN govdata.update_status.due_at IS '下次更新期限届满时刻;空表示无固定期限';
COMMENT ON COLUMN govdata.update_status.late IS '是否逾期未更新';
COMMENT ON COLUMN govdata.update_status.days_late IS '逾期日数(自然日)';

-- ---- the yearly round ----

CREATE SEQUENCE govdata.maintenance_round_id_seq;
CREATE TABLE govdata.maintenance_round (
    id         bigint PRIMARY KEY,
    department bigint NOT NULL REFERENCES govdata.department,
    year       integer NOT NULL CHECK (year > 2000),
    state      text NOT NULL CHECK (state IN ('open', 'closed', 'ended')),
    opened_at  timestamptz NOT NULL,
    due_on     date,
    due_at     timestamptz,
    closed_at  timestamptz,
    late       boolean,
    CONSTRAINT maintenance_round_once_a_year UNIQUE (department, year),
    CONSTRAINT maintenance_round_end_has_a_date CHECK ((state = 'open') = (closed_at IS NULL) AND (closed_at IS NULL) = (late IS NULL))
);
ALTER SEQUENCE govdata.maintenance_round_id_seq OWNED BY govdata.maintenance_round.id;
CREATE INDEX maintenance_round_department ON govdata.maintenance_round (department);
COMMENT ON TABLE govdata.maintenance_round IS '年度全面维护:每部门每年一次,逐条确认(第十一条)';
COMMENT ON COLUMN govdata.maintenance_round.id IS '编号';
COMMENT ON COLUMN govdata.maintenance_round.department IS '部门';
COMMENT ON COLUMN govdata.maintenance_round.year IS '年度';
COMMENT ON COLUMN govdata.maintenance_round.state IS '状态:open 进行中、closed 完成、ended 因机构改革终止';
COMMENT ON COLUMN govdata.maintenance_round.opened_at IS '开始时间';
COMMENT ON COLUMN govdata.maintenance_round.due_on IS '期限最后一日';
COMMENT ON COLUMN govdata.maintenance_round.due_at IS '期限届满时刻';
COMMENT ON COLUMN govdata.maintenance_round.closed_at IS '完成或终止时间';
COMMENT ON COLUMN govdata.maintenance_round.late IS '是否逾期完成';
SELECT govdata._case_table('govdata.maintenance_round', 'department', '', 11::smallint,
    'govdata._sees(department, NULL)');

CREATE SEQUENCE govdata.maintenance_confirmation_id_seq;
CREATE TABLE govdata.maintenance_confirmation (
    id           bigint PRIMARY KEY,
    round        bigint NOT NULL REFERENCES govdata.maintenance_round,
    resource     bigint NOT NULL REFERENCES govdata.resource,
    department   bigint NOT NULL REFERENCES govdata.department,
    year         integer NOT NULL,
    version      integer NOT NULL,
    outcome      text NOT NULL CHECK (outcome IN ('unchanged', 'changed')),
    note         text,
    state        text NOT NULL CHECK (state = 'confirmed'),
    confirmed_at timestamptz NOT NULL,
    CONSTRAINT maintenance_confirmation_once UNIQUE (resource, year)
);
ALTER SEQUENCE govdata.maintenance_confirmation_id_seq OWNED BY govdata.maintenance_confirmation.id;
CREATE INDEX maintenance_confirmation_round ON govdata.maintenance_confirmation (round);
COMMENT ON TABLE govdata.maintenance_confirmation IS '年度全面维护中对单条目录的确认(第十一条)';
COMMENT ON COLUMN govdata.maintenance_confirmation.id IS '编号';
COMMENT ON COLUMN govdata.maintenance_confirmation.round IS '所属年度维护';
COMMENT ON COLUMN govdata.maintenance_confirmation.resource IS '资源编号';
COMMENT ON COLUMN govdata.maintenance_confirmation.department IS '确认部门';
COMMENT ON COLUMN govdata.maintenance_confirmation.year IS '年度';
COMMENT ON COLUMN govdata.maintenance_confirmation.version IS '所确认的版本';
COMMENT ON COLUMN govdata.maintenance_confirmation.outcome IS '结果:unchanged 无变化、changed 本次已更新';
COMMENT ON COLUMN govdata.maintenance_confirmation.note IS '说明';
COMMENT ON COLUMN govdata.maintenance_confirmation.state IS '状态:confirmed 已确认';
COMMENT ON COLUMN govdata.maintenance_confirmation.confirmed_at IS '确认时间';
SELECT govdata._case_table('govdata.maintenance_confirmation', 'department', '', 11::smallint,
    'govdata._sees(department, NULL)');
-- The last confirmation closes the round.
CREATE TRIGGER bb_closes AFTER INSERT ON govdata.maintenance_confirmation
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('maintenance_confirmed');

-- Entries that an open round still waits for: in the catalog when it was opened,
-- neither confirmed this year (by whichever department had them) nor changed since.
CREATE VIEW govdata.maintenance_outstanding WITH (security_invoker, security_barrier) AS
SELECT m.id AS round, m.department, m.year, r.id AS resource, r.code, r.title
  FROM govdata.maintenance_round m
  JOIN govdata.resource r ON r.provider = m.department AND r.state IN ('published', 'suspended')
   AND r.published_at < m.opened_at AND r.updated_at < m.opened_at
 WHERE m.state = 'open'
   AND NOT EXISTS (SELECT FROM govdata.maintenance_confirmation c WHERE c.resource = r.id AND c.year = m.year);
COMMENT ON VIEW govdata.maintenance_outstanding IS '年度维护中尚待确认的条目:开始时已在目录、本年未确认且此后未更新';
COMMENT ON COLUMN govdata.maintenance_outstanding.round IS '年度维护编号';
COMMENT ON COLUMN govdata.maintenance_outstanding.department IS '部门';
COMMENT ON COLUMN govdata.maintenance_outstanding.year IS '年度';
COMMENT ON COLUMN govdata.maintenance_outstanding.resource IS '资源编号';
COMMENT ON COLUMN govdata.maintenance_outstanding.code IS '资源代码';
COMMENT ON COLUMN govdata.maintenance_outstanding.title IS '名称';

-- open_maintenance_round() -> id of the acting department's round of this year
-- (legal time). Raises ZW011 when there is one already.
CREATE FUNCTION govdata.open_maintenance_round() RETURNS bigint
LANGUAGE sql BEGIN ATOMIC INSERT INTO govdata.maintenance_round (state) VALUES ('open') RETURNING id; END;
COMMENT ON FUNCTION govdata.open_maintenance_round() IS '开始本年度全面维护(第十一条)';

-- confirm_entry(code, note) -> id: the acting department confirms one of its
-- entries in its open round: unchanged, or changed where it has a new version
-- since. Entry by entry: whoever confirms, names the entry. Raises ZW011.
CREATE FUNCTION govdata.confirm_entry(code text, note text DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.maintenance_confirmation (resource, note)
    VALUES (govdata._resource_id(code, 11::smallint), confirm_entry.note) RETURNING id;
END;
COMMENT ON FUNCTION govdata.confirm_entry(text, text) IS '年度维护:逐条确认(第十一条)';

-- close_maintenance_round(round): when nothing is left because entries were
-- changed or withdrawn; the last confirmation closes it by itself.
CREATE FUNCTION govdata.close_maintenance_round(round bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.maintenance_round m SET state = 'closed' WHERE m.id = round RETURNING 1)
    SELECT govdata._moved('maintenance_round', round::text, 11::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.close_maintenance_round(bigint) IS '完成年度全面维护(第十一条)';

-- Each department that had entries in the catalog when a year began owes a round
-- in it; a department whose first entry came later owes none yet, since all of
-- its catalog was made that year. A year missed stays visible; it ceases to be
-- owed with the next round that is closed.
CREATE VIEW govdata.maintenance_status WITH (security_invoker, security_barrier) AS
SELECT y.department, d.name, y.year, max(y.entries) AS entries,
       coalesce(max(m.outstanding), max(y.entries)) AS outstanding, max(m.id) AS round,
       CASE WHEN max(m.id) IS NOT NULL THEN max(m.state)
            WHEN max(l.due_at) <= govdata.as_of() THEN 'missed' ELSE 'not_opened' END AS state,
       max(m.opened_at) AS opened_at, max(m.closed_at) AS closed_at, max(l.due_on) AS due_on, max(l.due_at) AS due_at,
       coalesce(bool_or(m.late), max(l.due_at) <= govdata.as_of()) AS late
  FROM (SELECT r.provider AS department, g.year, count(*) AS entries
          FROM govdata.resource r
         CROSS JOIN (SELECT n AS year, n::text || '-01-01' AS first_day
                       FROM generate_series((SELECT extract(year FROM min(x.effective_from))::integer FROM govdata.yearly_limit x
                                              WHERE x.code = 'maintenance_round'),
                                            extract(year FROM govdata.legal_date(govdata.as_of()))::integer) n) g
         WHERE r.state IN ('published', 'suspended')
           AND r.published_at < g.first_day::timestamp AT TIME ZONE current_setting('govdata.timezone')
         GROUP BY r.provider, g.year
        UNION ALL
        SELECT m.department, m.year, 0 FROM govdata.maintenance_round m) y
  JOIN govdata.department d ON d.id = y.department
  LEFT JOIN LATERAL (SELECT x.id, x.state, x.opened_at, x.closed_at, x.late,
                            CASE WHEN x.state = 'open' THEN (SELECT count(*) FROM govdata.maintenance_outstanding o WHERE o.round = x.id) ELSE 0 END AS outstanding
                       FROM govdata.maintenance_round x WHERE x.department = y.department AND x.year = y.year) m ON true
 CROSS JOIN LATERAL (SELECT govdata._yearly_due('maintenance_round', y.year) AS due_on,
                            (govdata._yearly_due('maintenance_round', y.year) + 1)::timestamp AT TIME ZONE current_setting('govdata.timezone') AS due_at) l
 WHERE govdata._sees(y.department, NULL)
 GROUP BY y.department, d.name, y.year;
COMMENT ON VIEW govdata.maintenance_status IS '各部门历年全面维护的情况:未开始、进行中、完成、逾期(第十一条)';
COMMENT ON COLUMN govdata.maintenance_status.department IS '部门编号';
COMMENT ON COLUMN govdata.maintenance_status.name IS '部门名称';
COMMENT ON COLUMN govdata.maintenance_status.year IS '年度';
COMMENT ON COLUMN govdata.maintenance_status.entries IS '年初已在目录的条目数';
COMMENT ON COLUMN govdata.maintenance_status.outstanding IS '尚待确认的条目数';
COMMENT ON COLUMN govdata.maintenance_status.round IS '年度维护编号;空表示未开始';
COMMENT ON COLUMN govdata.maintenance_status.state IS 'not_opened 未开始、open 进行中、closed 完成、ended 终止、missed 逾期未开始';
COMMENT ON COLUMN govdata.maintenance_status.opened_at IS '开始时间';
COMMENT ON COLUMN govdata.maintenance_status.closed_at IS '完成时间';
COMMENT ON COLUMN govdata.maintenance_status.due_on IS '期限最后一日';
COMMENT ON COLUMN govdata.maintenance_status.due_at IS '期限届满时刻';
COMMENT ON COLUMN govdata.maintenance_status.late IS '是否逾期';

-- ---- duties ----

CREATE VIEW govdata._duty_resource_update WITH (security_invoker, security_barrier) AS
SELECT u.provider_id AS department, 'update_data' AS duty, 9::smallint AS article, 'resource' AS subject, u.id::text AS subject_key,
       coalesce(u.last_as_of, r.published_at) AS since, u.due_on, u.due_at, false AS due_provisional, 'late' AS consequence
  FROM govdata.update_status u JOIN govdata.resource r ON r.id = u.id
 WHERE u.due_at IS NOT NULL AND govdata._sees(u.provider_id, NULL);
COMMENT ON VIEW govdata._duty_resource_update IS '待办义务:数据更新';

CREATE VIEW govdata._duty_maintenance_round WITH (security_invoker, security_barrier) AS
SELECT s.department, CASE WHEN s.round IS NULL THEN 'open_maintenance_round' ELSE 'confirm_entries' END AS duty, 11::smallint AS article,
       'maintenance_round' AS subject, coalesce(s.round, s.year)::text AS subject_key,
       coalesce(s.opened_at, (s.year::text || '-01-01')::timestamp AT TIME ZONE current_setting('govdata.timezone')) AS since,
       s.due_on, s.due_at, false AS due_provisional, 'late' AS consequence
  FROM govdata.maintenance_status s
 WHERE s.state IN ('open', 'not_opened')
    OR s.state = 'missed' AND NOT EXISTS (SELECT FROM govdata.maintenance_round m
                                           WHERE m.department = s.department AND m.state = 'closed' AND m.year > s.year);
COMMENT ON VIEW govdata._duty_maintenance_round IS '待办义务:年度全面维护';

-- Every department names its officer; operators and utilities are none.
CREATE VIEW govdata._duty_data_officer WITH (security_invoker, security_barrier) AS
SELECT d.id AS department, 'name_data_officer' AS duty, 14::smallint AS article, 'department' AS subject, d.id::text AS subject_key,
       coalesce((SELECT max(o.ended_at) FROM govdata.data_officer o WHERE o.department = d.id),
                lower(d.valid)::timestamp AT TIME ZONE current_setting('govdata.timezone')) AS since,
       NULL::date AS due_on, NULL::timestamptz AS due_at, NULL::boolean AS due_provisional, 'none' AS consequence
  FROM govdata.department d
 WHERE d.data_officer IS NULL AND d.kind NOT IN ('platform_operator', 'public_utility')
   AND d.valid @> govdata.legal_date(govdata.as_of()) AND govdata._sees(d.id, NULL);
COMMENT ON VIEW govdata._duty_data_officer IS '待办义务:指定数据管理机构或者专人';
