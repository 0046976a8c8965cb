-- Views for reading. Each is security_invoker, so that row security judges the
-- reader, and security_barrier, so that nothing the reader writes sees more.

CREATE VIEW govdata.catalog WITH (security_invoker, security_barrier) AS
SELECT r.code, r.title, r.abstract, p.name AS provider, g.name AS region, g.level,
       CASE WHEN r.class ~ k.base_pattern THEN 'base' WHEN r.class ~ k.theme_pattern THEN 'theme' ELSE 'department' END AS library,
       r.sharing, r.sharing_conditions, r.sharing_mode, r.opening, r.opening_conditions, r.opening_ground,
       r.update_cycle, r.format_category, r.format_type, r.state, r.opening_state, r.published_at,
       r.updated_at, r.version,
       ARRAY(SELECT i.name FROM govdata.resource_item i
              WHERE i.resource = r.id AND i.retired_at IS NULL ORDER BY i.name) AS items,
       r.id, r.provider AS provider_id, p.region AS region_code, s.name AS library_name
  FROM govdata.resource r
  JOIN govdata.department p ON p.id = r.provider
  JOIN govdata.region g ON g.code = p.region
  LEFT JOIN govdata.code_rule k ON k.effective @> govdata.legal_date(govdata.as_of())
  LEFT JOIN govdata.library l ON l.id = r.library
  LEFT JOIN govdata.library_subject s ON s.code = l.subject
 WHERE r.state <> 'draft';
COMMENT ON VIEW govdata.catalog IS '政务数据资源目录(第十条):全省各级,草稿除外';
COMMENT ON COLUMN govdata.catalog.library IS 'base 基础库、theme 主题库、department 部门库(第十二条)';
COMMENT ON COLUMN govdata.catalog.items IS '可用的信息项';
COMMENT ON COLUMN govdata.catalog.id IS '资源编号';
COMMENT ON COLUMN govdata.catalog.provider_id IS '提供部门编号';
COMMENT ON COLUMN govdata.catalog.region_code IS '提供部门所属区划代码';
COMMENT ON COLUMN govdata.catalog.library_name IS '所属基础库或主题库';

-- catalog_page(provider, after, page_size) -> the entries of a department in the
-- order of their codes, beginning after a code (the last one of the page before).
-- The page is taken from the index first: nothing orders a view behind its
-- barrier, and no join is pushed into it.
CREATE FUNCTION govdata.catalog_page(provider bigint, after text DEFAULT '', page_size integer DEFAULT 20) RETURNS SETOF govdata.catalog
LANGUAGE plpgsql STABLE ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    page bigint[];
BEGIN
    page := ARRAY(SELECT r.id FROM govdata.resource r
                   WHERE r.provider = catalog_page.provider AND r.code > catalog_page.after AND r.state <> 'draft'
                   ORDER BY r.code LIMIT catalog_page.page_size);
    RETURN QUERY SELECT c.* FROM govdata.catalog c WHERE c.id = ANY (page) ORDER BY c.code;
END
$$;
COMMENT ON FUNCTION govdata.catalog_page(bigint, text, integer) IS '某部门的目录,逐页,依资源代码(第十条)';

-- region_catalog(region) -> the catalog of a region: the entries of its
-- departments and of those of the regions below it. Of the province: all.
CREATE FUNCTION govdata.region_catalog(region text) RETURNS SETOF govdata.catalog
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT c.* FROM govdata.catalog c
     WHERE c.provider_id IN (SELECT d.id FROM govdata.department d WHERE govdata._region_contains(region_catalog.region, d.region));
END;
COMMENT ON FUNCTION govdata.region_catalog(text) IS '某区划(含其下级)的目录(第十条)';

-- catalog_as_of(at) -> the catalog as it stood at an instant: of each entry the
-- version then in force, as it was recorded; entries then withdrawn are left out.
CREATE FUNCTION govdata.catalog_as_of(at timestamptz, OUT id bigint, OUT code text, OUT version integer, OUT title text,
                                      OUT provider_id bigint, OUT provider text, OUT sharing text, OUT opening text, OUT state text,
                                      OUT recorded_at timestamptz, OUT entry jsonb) RETURNS SETOF record
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT v.resource, v.entry ->> 'code', v.version, v.entry ->> 'title', (v.entry ->> 'provider')::bigint,
           coalesce(govdata._department_name((v.entry ->> 'provider')::bigint, at), p.name),
           v.entry ->> 'sharing', v.entry ->> 'opening', v.entry ->> 'state', v.recorded_at, v.entry
      FROM govdata.resource r
     CROSS JOIN LATERAL (SELECT x.* FROM govdata.resource_version x
                          WHERE x.resource = r.id AND x.recorded_at <= at ORDER BY x.version DESC LIMIT 1) v
      LEFT JOIN govdata.department p ON p.id = (v.entry ->> 'provider')::bigint
     WHERE v.entry ->> 'state' <> 'withdrawn';
END;
COMMENT ON FUNCTION govdata.catalog_as_of(timestamptz) IS '某一时刻的目录(第十条)';

-- resource_difference(code, from_version, to_version) -> what changed between
-- two versions of an entry: one row a column, of the entry (item NULL) or of an
-- item; before or after is NULL where there was nothing.
CREATE FUNCTION govdata.resource_difference(code text, from_version integer, to_version integer,
                                            OUT item text, OUT column_name text, OUT before jsonb, OUT after jsonb) RETURNS SETOF record
LANGUAGE sql STABLE BEGIN ATOMIC
    WITH stated AS (
        SELECT v.version, NULL::text AS item, e.key, e.value
          FROM govdata.resource r JOIN govdata.resource_version v ON v.resource = r.id,
               jsonb_each(v.entry - ARRAY['items', 'version', 'updated_at']) e
         WHERE r.code = resource_difference.code AND v.version IN (from_version, to_version)
        UNION ALL
        SELECT v.version, i ->> 'name', e.key, e.value
          FROM govdata.resource r JOIN govdata.resource_version v ON v.resource = r.id,
               jsonb_array_elements(v.entry -> 'items') i, jsonb_each(i - ARRAY['resource', 'name']) e
         WHERE r.code = resource_difference.code AND v.version IN (from_version, to_version)
    )
    SELECT coalesce(a.item, b.item), coalesce(a.key, b.key), nullif(b.value, 'null'), nullif(a.value, 'null')
      FROM (SELECT * FROM stated s WHERE s.version = from_version) b
      FULL JOIN (SELECT * FROM stated s WHERE s.version = to_version) a
        ON a.item IS NOT DISTINCT FROM b.item AND a.key = b.key
     WHERE nullif(a.value, 'null') IS DISTINCT FROM nullif(b.value, 'null')
     ORDER BY 1 NULLS FIRST, 2;
END;
COMMENT ON FUNCTION govdata.resource_difference(text, integer, integer) IS '条目两个版本之间的差异(第十条、第十一条)';

CREATE VIEW govdata.catalog_history WITH (security_invoker, security_barrier) AS
SELECT r.code, v.resource, v.version, v.recorded_at, coalesce(govdata._department_name(v.department, v.recorded_at), d.name) AS department,
       v.entry ->> 'title' AS title, v.entry ->> 'state' AS state, v.entry ->> 'sharing' AS sharing, v.entry ->> 'opening' AS opening,
       (v.entry ->> 'provider')::bigint AS provider_id, v.entry
  FROM govdata.resource_version v
  JOIN govdata.resource r ON r.id = v.resource
  LEFT JOIN govdata.department d ON d.id = v.department;
COMMENT ON VIEW govdata.catalog_history IS '目录条目的历次版本(第十条)';
COMMENT ON COLUMN govdata.catalog_history.code IS '资源代码';
COMMENT ON COLUMN govdata.catalog_history.resource IS '资源编号';
COMMENT ON COLUMN govdata.catalog_history.version IS '版本号';
COMMENT ON COLUMN govdata.catalog_history.recorded_at IS '记录时间';
COMMENT ON COLUMN govdata.catalog_history.department IS '行为部门(当时名称)';
COMMENT ON COLUMN govdata.catalog_history.title IS '名称';
COMMENT ON COLUMN govdata.catalog_history.state IS '共享状态';
COMMENT ON COLUMN govdata.catalog_history.sharing IS '共享类型';
COMMENT ON COLUMN govdata.catalog_history.opening IS '开放属性';
COMMENT ON COLUMN govdata.catalog_history.provider_id IS '提供部门编号';
COMMENT ON COLUMN govdata.catalog_history.entry IS '条目全文(含信息项)';

CREATE VIEW govdata.library_list WITH (security_invoker, security_barrier) AS
SELECT l.id, s.code AS subject, s.kind, s.name, l.region, g.name AS region_name, l.lead, d.name AS lead_name, l.state, l.established_at,
       ARRAY(SELECT m.department FROM govdata.library_member m WHERE m.library = l.id AND m.state = 'joined' ORDER BY m.department) AS members,
       (SELECT count(*) FROM govdata.resource r WHERE r.library = l.id AND r.state IN ('published', 'suspended')) AS entries
  FROM govdata.library l
  JOIN govdata.library_subject s ON s.code = l.subject
  JOIN govdata.region g ON g.code = l.region
  JOIN govdata.department d ON d.id = l.lead;
COMMENT ON VIEW govdata.library_list IS '基础库与主题库:牵头部门、会同部门与条目数(第十二条)';
COMMENT ON COLUMN govdata.library_list.id IS '编号';
COMMENT ON COLUMN govdata.library_list.subject IS '种类';
COMMENT ON COLUMN govdata.library_list.kind IS 'base 基础、theme 主题';
COMMENT ON COLUMN govdata.library_list.name IS '名称';
COMMENT ON COLUMN govdata.library_list.region IS '平台所在区划';
COMMENT ON COLUMN govdata.library_list.region_name IS '区划名称';
COMMENT ON COLUMN govdata.library_list.lead IS '牵头部门编号';
COMMENT ON COLUMN govdata.library_list.lead_name IS '牵头部门';
COMMENT ON COLUMN govdata.library_list.state IS '状态';
COMMENT ON COLUMN govdata.library_list.established_at IS '设立时间';
COMMENT ON COLUMN govdata.library_list.members IS '会同部门编号';
COMMENT ON COLUMN govdata.library_list.entries IS '已发布的条目数';

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
       j.role, coalesce(govdata._department_name(j.department, j.at), d.name) AS department,
       coalesce(govdata._department_name(j.provider, j.at), p.name) AS provider,
       coalesce(govdata._department_name(j.consumer, j.at), c.name) AS consumer, j.before, j.after, j.deputy, j.on_behalf_of
  FROM govdata.journal_entry j
  LEFT JOIN govdata.department d ON d.id = j.department
  LEFT JOIN govdata.department p ON p.id = j.provider
  LEFT JOIN govdata.department c ON c.id = j.consumer;
COMMENT ON VIEW govdata.journal IS '留痕:每一行为何人、何时、依何条款、前后如何';
