-- A province to be overseen: departments with 20 resources of 20 items each, of
-- which a third is attached; forms that ask for 20 of 200 data elements each,
-- four a department; requests without an answer, 200 a department, among three
-- times as many that are answered; authorizations, doubts and entries of the
-- negative list.  Rows as given, nothing derived, as in a restore.
--
-- psql variable: departments.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET govdata.restore = on;
CREATE EXTENSION govdata CASCADE;
SET session_replication_role = replica;
SET govdata.maintenance = on;
CREATE SCHEMA bench;

CREATE TABLE bench.office AS
SELECT row_number() OVER (ORDER BY g.code, b.rank)::integer AS n, g.code AS region, g.name || b.name AS name, b.kind
FROM govdata.region g CROSS JOIN (VALUES (1, '数据局', 'data_authority'), (2, '人民政府', 'government'), (3, '公安局', 'agency'), (4, '民政局', 'agency'),
	(5, '市场监督管理局', 'agency'), (6, '生态环境局', 'agency'), (7, '卫生健康局', 'agency')) AS b (rank, name, kind)
ORDER BY 1 LIMIT :departments;
SELECT format('CREATE ROLE bench_office%s', n) FROM bench.office
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bench_office' || n) \gexec
INSERT INTO govdata.department (id, uscc, uscc_verified_by_hand, name, region, kind, role, data_officer)
SELECT n, '11420000BENCHO' || lpad(n::text, 4, '0'), true, name, region, kind, ('bench_office' || n)::regrole, '数据科'
FROM bench.office;
INSERT INTO govdata.data_element (code, name, definition, standard)
SELECT 'bench_' || n, '数据元' || n, '某数据', '本省规范' FROM generate_series(0, 199) n;

-- resource 20 d + i of department d
INSERT INTO govdata.resource (id, class, code, title, provider, abstract, format_category, sharing, sharing_conditions,
	opening, opening_ground, update_cycle, state, published_at, updated_at)
SELECT 20 * d + i, '307009', '307009/' || lpad((20 * d + i)::text, 7, '0'), '资源' || 20 * d + i, d, '摘要', '数据库',
	(ARRAY['conditional', 'conditional', 'conditional', 'unconditional', 'withheld'])[1 + i % 5], '履行职责所需', 'closed', 'privacy',
	'每年', 'published', now, now
FROM (SELECT govdata.clock() - interval '30 days' AS now) t, generate_series(1, :departments) d, generate_series(0, 19) i;
INSERT INTO govdata.resource_item (resource, name, title, data_type, length, element)
SELECT r.id, 'item' || lpad(n::text, 2, '0'), '信息项' || n, '字符型', 100, 'bench_' || (r.id * 37 + n * 11) % 200
FROM govdata.resource r, generate_series(1, 20) n;
INSERT INTO govdata.attachment (resource, relation, attached_at, attached_by)
SELECT id, (1000000000 + id)::oid::regclass, published_at, 'bench' FROM govdata.resource WHERE id % 3 = 0;
INSERT INTO govdata.negative_entry (id, resource, provider, basis_kind, legal_basis, basis_article, reason, state, data_authority, government,
	drafted_at, reviewed_at, self_reviewed, approved_at, self_approved)
SELECT id, id, provider, 'law', '某法', '第一条', '理由', 'approved', 1 + id % least(100, :departments), 1 + id % least(100, :departments), published_at, published_at, false, published_at, false
FROM govdata.resource WHERE sharing = 'withheld';

-- request n of each department as provider: 200 of them open
CREATE TABLE bench.request AS
SELECT (d * 800 + n)::bigint AS id, d AS provider, 1 + (d + 1 + n * 7) % :departments AS consumer, 20 * d + n % 20 AS resource,
	CASE WHEN n >= 200 THEN 'approved' WHEN n % 20 = 0 THEN 'coordinating' WHEN n % 20 = 1 THEN 'reported' ELSE 'submitted' END AS state,
	n % 20 = 2 AS sourced
FROM generate_series(1, :departments) d, generate_series(0, 799) n;
UPDATE bench.request SET consumer = 1 + consumer % :departments WHERE consumer = provider;
INSERT INTO govdata.share_request (id, route, resource, provider, consumer, items, purpose, valid_until, state, received_at, limit_code,
	due_on, due_at, due_provisional, outside_scope, authorization_id, answered_at, answer_basis, granted_items, coordinator, coordination_reason,
	coordination_opened_at, applicant, holder, reported_at, sources)
SELECT id, CASE state WHEN 'reported' THEN 'upward' ELSE 'direct' END, resource, provider, consumer, ARRAY['item01', 'item02'], '业务办理', '2030-12-31', state,
	CASE WHEN state <> 'reported' THEN t.now END, CASE WHEN state <> 'reported' THEN 'reply_conditional' END,
	CASE WHEN state <> 'reported' THEN govdata.legal_date(t.now) + 15 END,
	CASE WHEN state <> 'reported' THEN (govdata.legal_date(t.now) + 16)::timestamp AT TIME ZONE 'Asia/Shanghai' END,
	CASE WHEN state <> 'reported' THEN false END, false, id,
	CASE WHEN state IN ('approved', 'coordinating') THEN t.now END, CASE WHEN state IN ('approved', 'coordinating') THEN 'reply' END,
	CASE state WHEN 'approved' THEN ARRAY['item01', 'item02'] END,
	CASE state WHEN 'coordinating' THEN 1 + id % least(100, :departments) END, CASE state WHEN 'coordinating' THEN '理由' END, CASE state WHEN 'coordinating' THEN t.now END,
	CASE state WHEN 'reported' THEN 1 + id % least(100, :departments) END, CASE state WHEN 'reported' THEN 1 + id % least(100, :departments) END, CASE state WHEN 'reported' THEN t.now END,
	CASE WHEN sourced THEN ARRAY[1 + id % :departments] END
FROM bench.request, (SELECT govdata.clock() AS now) t;
INSERT INTO govdata.share_authorization (id, request, resource, provider, consumer, items, purpose, basis, valid_from, valid_until, state)
SELECT id, id, resource, provider, consumer, granted_items, purpose, 'reply', answered_at, '2031-01-01', 'active'
FROM govdata.share_request WHERE state = 'approved';
INSERT INTO govdata.data_doubt (id, resource, provider, platform, raised_by, claim, salt, state, round, raised_at, notified_at, due_on, due_at, due_provisional)
SELECT id, resource, provider, '420000', consumer, '有误', '盐', 'notified', 1, received_at, received_at, due_on, due_at, false
FROM govdata.share_request WHERE id % 20 = 3;

INSERT INTO govdata.service_form (id, department, service, title, audience, state, registered_at)
SELECT 4 * d + f, d, '事项' || f, '表' || f, '{citizen}', 'registered', govdata.clock() FROM generate_series(1, :departments) d, generate_series(0, 3) f;
INSERT INTO govdata.service_form_field (id, form, department, element, label, identifies, state, asked_at, finding)
SELECT 20 * s.id + n, s.id, s.department, 'bench_' || (s.id * 13 + n * 10) % 200, '事项' || n, false, 'asked', govdata.clock(), 'not_obtainable'
FROM govdata.service_form s, generate_series(0, 19) n;
VACUUM (FREEZE, ANALYZE);
