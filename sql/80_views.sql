-- Views for reading. Each is security_invoker, so that row security judges the
-- reader, and security_barrier, so that nothing the reader writes sees more.

CREATE VIEW govdata.catalog WITH (security_invoker, security_barrier) AS
SELECT r.code, r.title, r.abstract, p.name AS provider, g.name AS region, g.level,
       CASE left(r.class, 1) WHEN '1' THEN 'base' WHEN '2' THEN 'theme' ELSE 'department' END AS library,
       r.sharing, r.sharing_conditions, r.sharing_mode, r.opening, r.opening_conditions, r.opening_ground,
       r.update_cycle, r.format_category, r.format_type, r.state, r.opening_state, r.published_at,
       r.updated_at, r.version,
       ARRAY(SELECT i.name FROM govdata.resource_item i
              WHERE i.resource = r.id AND i.retired_at IS NULL ORDER BY i.name) AS items
  FROM govdata.resource r
  JOIN govdata.department p ON p.id = r.provider
  JOIN govdata.region g ON g.code = p.region
 WHERE r.state <> 'draft';
COMMENT ON VIEW govdata.catalog IS '政务数据资源目录(第十条):全省各级,草稿除外';
COMMENT ON COLUMN govdata.catalog.library IS 'base 基础库、theme 主题库、department 部门库(第十二条)';
COMMENT ON COLUMN govdata.catalog.items IS '可用的信息项';

CREATE VIEW govdata.open_list WITH (security_invoker, security_barrier) AS
SELECT r.code, r.title, r.abstract, p.name AS provider, r.opening, r.opening_conditions, r.update_cycle,
       r.format_category, r.format_type, r.updated_at
  FROM govdata.resource r JOIN govdata.department p ON p.id = r.provider
 WHERE r.state = 'published' AND r.opening_state = 'open';
COMMENT ON VIEW govdata.open_list IS '开放清单(第二十六条)';

CREATE VIEW govdata.negative_list WITH (security_invoker, security_barrier) AS
SELECT e.id, r.code, r.title, p.name AS provider, e.items, e.basis_kind, e.legal_basis, e.basis_article,
       e.reason, e.state, a.name AS reviewed_by, e.reviewed_at, e.self_reviewed, g.name AS approved_by,
       e.approved_at, e.self_approved, u.name AS reported_to, e.reported_at, e.remark, e.remarked_at, e.remark_answer, e.remark_answered_at
  FROM govdata.negative_entry e
  JOIN govdata.resource r ON r.id = e.resource
  JOIN govdata.department p ON p.id = e.provider
  JOIN govdata.department a ON a.id = e.data_authority
  JOIN govdata.department g ON g.id = e.government
  LEFT JOIN govdata.department u ON u.id = e.reported_to
 WHERE e.state IN ('approved', 'reported');
COMMENT ON VIEW govdata.negative_list IS '负面清单(第二十三条):生效中的条目,各部门可见';

-- Effective state: what follows from facts, calendar and clock now, whether or
-- not a sweep has written it down.
CREATE VIEW govdata.request_board WITH (security_invoker, security_barrier) AS
SELECT q.id, q.route, r.code, r.title, c.name AS consumer, p.name AS provider, q.items, q.purpose, q.usage,
       q.valid_until, q.state,
       CASE WHEN m.matured THEN 'approved' ELSE q.state END AS effective_state,
       CASE WHEN m.matured THEN 'deemed_consent' ELSE q.answer_basis END AS basis,
       q.received_at, q.due_on, q.due_at, q.due_provisional, q.outside_scope, q.matures_at,
       CASE WHEN q.state = 'submitted' AND NOT m.matured AND q.paused_at IS NULL
            THEN govdata._working_days_left(govdata.legal_date(govdata.as_of()), q.due_on,
                                            govdata._region_calendar(p.region)) END AS working_days_left,
       q.state = 'submitted' AND NOT m.matured AND q.paused_at IS NULL AND q.due_at <= govdata.as_of() AND NOT q.due_provisional AS late,
       CASE WHEN m.matured THEN q.matures_at ELSE q.answered_at END AS answered_at,
       CASE WHEN m.matured THEN ARRAY(SELECT i FROM unnest(q.items) AS i
                                       WHERE q.refused_items IS NULL OR i <> ALL (q.refused_items))
            ELSE q.granted_items END AS granted_items,
       q.refused_items, q.answer_reason, q.authorization_id, o.name AS coordinator, q.coordination_reason,
       q.coordination_outcome,
       -- who has it on the desk now, and the way it came
       CASE WHEN q.state = 'reported' THEN h.name
            WHEN q.state = 'returned' THEN c.name
            WHEN q.route <> 'national' AND q.state = 'coordinating' THEN o.name
            WHEN q.state IN ('submitted', 'filed') AND NOT m.matured OR q.route = 'national' AND q.state = 'coordinating'
              OR q.route = 'uncatalogued' AND q.state = 'agreed' THEN p.name END AS with_whom,
       t.name AS applicant, q.reported_at,
       (SELECT array_agg(format('%s %s', d.name, coalesce(w.outcome, 'held')) ORDER BY w.hop)
          FROM govdata.request_hop w JOIN govdata.department d ON d.id = w.authority WHERE w.request = q.id) AS hops,
       q.return_reason, q.wanted, q.source_body, q.terms, q.listed_at, q.refusal_ground, b.name AS addressed_to,
       x.name AS co_coordinator, q.concurrence,
       ARRAY(SELECT d.name FROM govdata.department d WHERE d.id = ANY (q.sources) ORDER BY d.id) AS sources,
       q.regime, q.extended_by, q.paused_at, q.restarted_at, q.coordination_step
  FROM govdata.share_request q
  LEFT JOIN govdata.resource r ON r.id = q.resource
  JOIN govdata.department c ON c.id = q.consumer
  JOIN govdata.department p ON p.id = q.provider
  LEFT JOIN govdata.department o ON o.id = q.coordinator
  LEFT JOIN govdata.department h ON h.id = q.holder
  LEFT JOIN govdata.department t ON t.id = q.applicant
  LEFT JOIN govdata.department b ON b.id = q.addressed_to
  LEFT JOIN govdata.department x ON x.id = q.co_coordinator,
  LATERAL (SELECT q.state = 'submitted' AND coalesce(q.matures_at <= govdata.as_of(), false)) AS m (matured);
COMMENT ON VIEW govdata.request_board IS '申请一览:有效状态由事实、日历与时钟得出,与清扫是否运行无关';
COMMENT ON COLUMN govdata.request_board.state IS '已写下的状态';
COMMENT ON COLUMN govdata.request_board.effective_state IS '此刻的有效状态';
COMMENT ON COLUMN govdata.request_board.working_days_left IS '剩余工作日';
COMMENT ON COLUMN govdata.request_board.late IS '已逾期仍须答复';
COMMENT ON COLUMN govdata.request_board.with_whom IS '现由何部门办理';
COMMENT ON COLUMN govdata.request_board.hops IS '逐级报送经过的主管部门及结果';

-- Duties of requests and of the negative list. Each room states the duties of
-- its tables in a view _duty_SUBJECT of these columns, one row a duty that runs:
-- who owes it, since when, by when (NULL: no limit), and what follows at the end
-- of the limit: 'deemed_consent', 'late' or 'none'.
CREATE VIEW govdata._duty_share_request WITH (security_invoker, security_barrier) AS
SELECT q.provider AS department,
       CASE q.route WHEN 'uncatalogued' THEN 'reply_uncatalogued' ELSE 'answer_request' END AS duty,
       CASE q.route WHEN 'uncatalogued' THEN 22 WHEN 'return' THEN 18 WHEN 'upward' THEN 21 ELSE 20 END::smallint AS article,
       'share_request' AS subject,
       q.id::text AS subject_key, coalesce(q.restarted_at, q.received_at) AS since, q.due_on, q.due_at, q.due_provisional,
       CASE WHEN q.matures_at IS NULL THEN 'late' ELSE 'deemed_consent' END AS consequence
  FROM govdata.share_request q
 WHERE q.state = 'submitted' AND q.paused_at IS NULL AND (q.matures_at IS NULL OR q.matures_at > govdata.as_of())
UNION ALL
-- each source sees by when it may still refuse its own items
SELECT u.source, 'review_own_items', 20::smallint, 'share_request', q.id::text, q.received_at, q.due_on, q.due_at,
       q.due_provisional, CASE WHEN q.matures_at IS NULL THEN 'none' ELSE 'deemed_consent' END
  FROM govdata.share_request q, LATERAL unnest(q.sources) AS u (source)
 WHERE q.state = 'submitted' AND q.sources IS NOT NULL AND q.paused_at IS NULL AND (q.matures_at IS NULL OR q.matures_at > govdata.as_of())
UNION ALL
SELECT v.department, v.duty, v.article, 'share_request', q.id::text, v.since, NULL, NULL, NULL, 'none'
  FROM govdata.share_request q
  CROSS JOIN LATERAL (VALUES
       (q.state = 'coordinating' AND q.route <> 'national', 'settle_coordination', 20::smallint, q.coordinator, q.coordination_opened_at),
       (q.state = 'coordinating' AND q.co_coordinator IS NOT NULL AND q.concurred_at IS NULL, 'concur_in_coordination', 20::smallint,
        q.co_coordinator, q.coordination_opened_at),
       (q.state = 'reported', 'forward_request', 21::smallint, q.holder,
        (SELECT max(h.received_at) FROM govdata.request_hop h WHERE h.request = q.id)),
       (q.state = 'agreed' AND q.route = 'uncatalogued' AND q.resource IS NULL, 'list_request', 22::smallint, q.provider, q.answered_at),
       (q.state IN ('filed', 'coordinating') AND q.route = 'national', 'obtain_data', 22::smallint, q.provider, q.received_at),
       (q.state = 'obtained' AND q.listed_at IS NULL, 'list_obtained', 22::smallint, q.provider, q.answered_at),
       (q.state IN ('refused', 'upheld') AND q.refusal_ground = 'must_not_be_shared' AND NOT EXISTS
         (SELECT FROM govdata.negative_entry e WHERE e.id = q.negative_entry AND e.state <> 'rejected'),
        'open_negative_entry', 23::smallint, q.provider, q.answered_at))
       AS v (owed, duty, article, department, since)
 WHERE (q.state IN ('reported', 'coordinating', 'filed') OR q.state = 'agreed' AND q.resource IS NULL
        OR q.state = 'obtained' AND q.listed_at IS NULL OR q.state IN ('refused', 'upheld') AND q.refusal_ground IS NOT NULL)
   AND v.owed;
COMMENT ON VIEW govdata._duty_share_request IS '待办义务:共享申请';

CREATE VIEW govdata._duty_negative_entry WITH (security_invoker, security_barrier) AS
SELECT v.department, v.duty, 23::smallint AS article, 'negative_entry' AS subject, e.id::text AS subject_key, v.since,
       NULL::date AS due_on, NULL::timestamptz AS due_at, NULL::boolean AS due_provisional, 'none' AS consequence
  FROM govdata.negative_entry e
  CROSS JOIN LATERAL (VALUES
       ('drafted', 'review_negative_entry', e.data_authority, e.drafted_at),
       ('reviewed', 'approve_negative_entry', e.government, e.reviewed_at),
       ('approved', 'report_negative_entry', e.data_authority, e.approved_at)) AS v (state, duty, department, since)
  JOIN govdata.department d ON d.id = v.department
  JOIN govdata.region g ON g.code = d.region
 WHERE e.state = v.state AND (v.duty <> 'report_negative_entry' OR g.level <> 'province')
UNION ALL
SELECT e.data_authority, 'answer_remark', 23::smallint, 'negative_entry', e.id::text, e.remarked_at, NULL, NULL, NULL, 'none'
  FROM govdata.negative_entry e
 WHERE e.state = 'reported' AND e.remarked_at IS NOT NULL AND e.remark_answered_at IS NULL;
COMMENT ON VIEW govdata._duty_negative_entry IS '待办义务:负面清单';

-- Every running duty of every department, derived, not stored: all views of the
-- rooms as one. A department's duties are its own business and that of those who
-- oversee it (Article 7), whoever else sees the case.
DO $$
BEGIN
    EXECUTE 'CREATE VIEW govdata.obligation WITH (security_invoker, security_barrier) AS '
        'SELECT u.department, d.name, u.duty, u.article, u.subject, u.subject_key, u.since, u.due_on, u.due_at, u.due_provisional, '
        'CASE WHEN u.due_on IS NOT NULL THEN govdata._working_days_left(govdata.legal_date(govdata.as_of()), u.due_on, '
        '     govdata._region_calendar(d.region)) END AS working_days_left, '
        'coalesce(u.due_at <= govdata.as_of() AND NOT u.due_provisional, false) AS late, u.consequence FROM ('
        || (SELECT string_agg(format('SELECT * FROM govdata.%I', c.relname), ' UNION ALL ' ORDER BY c.relname)
              FROM pg_class c WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind = 'v' AND starts_with(c.relname, '_duty_'))
        || ') u JOIN govdata.department d ON d.id = u.department WHERE govdata._sees(d.id, NULL)';
END
$$;
COMMENT ON VIEW govdata.obligation IS '待办义务:每一部门正在计算的时限与待办事项,由事实推出,不另存储';
COMMENT ON COLUMN govdata.obligation.department IS '负有义务的部门';
COMMENT ON COLUMN govdata.obligation.name IS '部门名称';
COMMENT ON COLUMN govdata.obligation.duty IS '义务';
COMMENT ON COLUMN govdata.obligation.article IS '依据条款';
COMMENT ON COLUMN govdata.obligation.subject IS '所涉事项';
COMMENT ON COLUMN govdata.obligation.subject_key IS '所涉行的编号';
COMMENT ON COLUMN govdata.obligation.due_on IS '期限最后一日';
COMMENT ON COLUMN govdata.obligation.due_at IS '期限届满时刻(最后一日24时)';
COMMENT ON COLUMN govdata.obligation.due_provisional IS '期限是否暂定(所涉年份节假日通知尚未公布)';
COMMENT ON COLUMN govdata.obligation.since IS '起算时间';
COMMENT ON COLUMN govdata.obligation.working_days_left IS '剩余工作日;空表示无时限';
COMMENT ON COLUMN govdata.obligation.late IS '是否逾期';
COMMENT ON COLUMN govdata.obligation.consequence IS '届满后果';

-- The views of the rooms have the same columns.
DO $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT v.oid::regclass AS view, a.attname, col_description('govdata.obligation'::regclass, o.attnum) AS said
               FROM pg_class v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
               JOIN pg_attribute o ON o.attrelid = 'govdata.obligation'::regclass AND o.attname = a.attname
              WHERE v.relnamespace = 'govdata'::regnamespace AND v.relkind = 'v' AND starts_with(v.relname, '_duty_') LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', c.view, c.attname, c.said);
    END LOOP;
END
$$;

CREATE VIEW govdata.journal WITH (security_invoker, security_barrier) AS
SELECT j.id, j.at, j.real_at, j.subject, j.subject_key, j.event, j.from_state, j.to_state, j.article, j.actor,
       j.role, d.name AS department, p.name AS provider, c.name AS consumer, j.before, j.after, j.deputy, j.on_behalf_of
  FROM govdata.journal_entry j
  LEFT JOIN govdata.department d ON d.id = j.department
  LEFT JOIN govdata.department p ON p.id = j.provider
  LEFT JOIN govdata.department c ON c.id = j.consumer;
COMMENT ON VIEW govdata.journal IS '留痕:每一行为何人、何时、依何条款、前后如何';
