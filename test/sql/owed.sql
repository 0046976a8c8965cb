\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set load :include '/load.psql'
\i :load

-- Duties are looked up for each department: the same as all of them looked
-- through at once, and a department's own page reads nobody else's rows.

-- ---- the duties of requests, entries and doubts, said another way ----
CREATE VIEW t.duty WITH (security_invoker) AS
SELECT v.department, v.duty, 'share_request' AS subject, q.id, v.since, v.due_on
  FROM govdata.share_request q
  CROSS JOIN LATERAL (VALUES
       (q.state = 'submitted' AND q.route <> 'uncatalogued' AND q.paused_at IS NULL AND coalesce(q.matures_at > govdata.as_of(), true), 'answer_request', q.provider,
        coalesce(q.restarted_at, q.received_at), q.due_on),
       (q.state = 'submitted' AND q.route = 'uncatalogued' AND q.paused_at IS NULL, 'reply_uncatalogued', q.provider, coalesce(q.restarted_at, q.received_at), q.due_on),
       (q.state = 'coordinating' AND q.route <> 'national', 'settle_coordination', q.coordinator, q.coordination_opened_at, NULL),
       (q.state = 'coordinating' AND q.co_coordinator IS NOT NULL AND q.concurred_at IS NULL, 'concur_in_coordination', q.co_coordinator, q.coordination_opened_at, NULL),
       (q.state = 'reported', 'forward_request', q.holder, (SELECT max(h.received_at) FROM govdata.request_hop h WHERE h.request = q.id), NULL),
       (q.state = 'agreed' AND q.route = 'uncatalogued' AND q.resource IS NULL, 'list_request', q.provider, q.answered_at, NULL),
       (q.state IN ('filed', 'coordinating') AND q.route = 'national', 'obtain_data', q.provider, q.received_at, NULL),
       (q.state = 'obtained' AND q.listed_at IS NULL, 'list_obtained', q.provider, q.answered_at, NULL),
       (q.state IN ('refused', 'upheld') AND q.refusal_ground = 'must_not_be_shared' AND NOT EXISTS
         (SELECT FROM govdata.negative_entry e WHERE e.id = q.negative_entry AND e.state <> 'rejected'), 'open_negative_entry', q.provider, q.answered_at, NULL))
       AS v (owed, duty, department, since, due_on)
 WHERE v.owed
UNION ALL
SELECT s.source, 'review_own_items', 'share_request', q.id, q.received_at, q.due_on
  FROM govdata.share_request q CROSS JOIN LATERAL unnest(q.sources) AS s (source)
 WHERE q.state = 'submitted' AND q.paused_at IS NULL AND coalesce(q.matures_at > govdata.as_of(), true)
UNION ALL
SELECT v.department, v.duty, 'negative_entry', e.id, v.since, NULL
  FROM govdata.negative_entry e
  CROSS JOIN LATERAL (VALUES
       (e.state = 'drafted', 'review_negative_entry', e.data_authority, e.drafted_at),
       (e.state = 'reviewed', 'approve_negative_entry', e.government, e.reviewed_at),
       (e.state = 'approved' AND NOT EXISTS (SELECT FROM govdata.department d JOIN govdata.region g ON g.code = d.region
         WHERE d.id = e.data_authority AND g.level = 'province'), 'report_negative_entry', e.data_authority, e.approved_at),
       (e.state = 'reported' AND e.remarked_at IS NOT NULL AND e.remark_answered_at IS NULL, 'answer_remark', e.data_authority, e.remarked_at))
       AS v (owed, duty, department, since)
 WHERE v.owed
UNION ALL
SELECT CASE c.state WHEN 'raised' THEN govdata._platform_operator(c.platform) ELSE c.provider END,
       CASE c.state WHEN 'raised' THEN 'notify_doubt' WHEN 'notified' THEN 'answer_doubt' ELSE 'repair_data' END, 'data_doubt', c.id,
       CASE c.state WHEN 'raised' THEN c.raised_at WHEN 'notified' THEN c.notified_at ELSE c.answered_at END, CASE WHEN c.state = 'notified' THEN c.due_on END
  FROM govdata._doubt_clocks() c WHERE c.is_last AND (c.state IN ('raised', 'notified') OR c.state = 'answered' AND c.answer = 'confirmed');
GRANT SELECT ON t.duty TO PUBLIC;

-- ---- cases of all departments in all states ----
CREATE TABLE t.party AS SELECT row_number() OVER (ORDER BY id) - 1 AS k, id, region, count(*) OVER () AS n FROM govdata.department;
CREATE FUNCTION t.somebody(seed bigint, salt integer) RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT id FROM t.party WHERE k = t.pick(seed, salt, n) $$;
-- so many cases from that number on, of these departments as providers
CREATE FUNCTION t.fill(first bigint, cases bigint, providers bigint[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO govdata.resource (id, class, code, title, provider, abstract, format_category, sharing, sharing_conditions, opening, opening_ground,
		update_cycle, state, published_at, updated_at)
		SELECT i, '307009', '307009/' || 900000 + i, '资源', providers[1 + i % cardinality(providers)], '摘要', '数据库', 'conditional', '条件', 'closed', 'privacy',
		'每日', 'published', now, now FROM generate_series(first, first + cases - 1) AS i, govdata.clock() AS now;
	INSERT INTO govdata.negative_entry (id, resource, provider, basis_kind, legal_basis, basis_article, reason, state, data_authority, government, drafted_at,
		reviewed_at, self_reviewed, approved_at, self_approved, ended_at, note, reported_at, remark, remarked_at, remark_answer, remark_answered_at)
		SELECT i, i, r.provider, 'law', '某法', '第一条', '理由', (ARRAY['drafted', 'reviewed', 'approved', 'reported', 'rejected', 'lifted'])[1 + t.pick(i, 1, 6)],
		t.somebody(i, 2), t.somebody(i, 3), now, now, false, now, false, now, '注', now, '意见', CASE WHEN t.pick(i, 4, 2) = 0 THEN now END, '答复',
		CASE WHEN t.pick(i, 4, 4) = 0 THEN now END
		FROM generate_series(first, first + cases - 1) AS i JOIN govdata.resource r ON r.id = i, govdata.clock() AS now;
	INSERT INTO govdata.share_request (id, route, resource, provider, consumer, items, purpose, valid_until, state, received_at, limit_code, due_on, due_at,
		due_provisional, outside_scope, matures_at, authorization_id, answered_at, answer_basis, granted_items, answer_reason, coordinator,
		coordination_reason, coordination_opened_at, applicant, holder, reported_at, sources, wanted, terms, refusal_ground, negative_entry,
		co_coordinator, concurred_at, paused_at, restarted_at, listed_at)
		SELECT i, s.route, CASE WHEN s.route NOT IN ('national', 'uncatalogued') OR t.pick(i, 10, 3) = 0 THEN i END, r.provider, c.consumer, '{甲}', '用途', '2027-12-31', s.state,
		CASE WHEN s.state <> 'reported' THEN now END, CASE WHEN l.limited THEN 'reply_conditional' END, CASE WHEN l.limited THEN govdata.legal_date(l.due) END,
		CASE WHEN l.limited THEN l.due END, CASE WHEN l.limited THEN false END, false,
		CASE WHEN l.limited AND s.route = 'direct' AND s.state = 'submitted' AND t.pick(i, 11, 3) > 0 THEN l.due END, i,
		CASE WHEN l.answered THEN now END, CASE WHEN l.answered THEN 'reply' END, CASE WHEN s.state IN ('approved', 'agreed') THEN '{甲}'::text[] END, '理由',
		CASE WHEN s.state = 'coordinating' THEN t.somebody(i, 12) END, CASE WHEN s.state = 'coordinating' THEN '理由' END, CASE WHEN s.state = 'coordinating' THEN now END,
		CASE WHEN s.route = 'upward' THEN t.somebody(i, 13) END, CASE WHEN s.route = 'upward' THEN t.somebody(i, 14) END, CASE WHEN s.route = 'upward' THEN now END,
		CASE WHEN t.pick(i, 15, 3) = 0 THEN ARRAY(SELECT DISTINCT t.somebody(i, 16 + n) FROM generate_series(0, t.pick(i, 18, 2)::integer) AS n) END, '所需', '条件',
		CASE WHEN s.state IN ('refused', 'upheld') AND t.pick(i, 19, 2) = 0 THEN 'must_not_be_shared' END, CASE WHEN t.pick(i, 20, 2) = 0 THEN i END,
		CASE WHEN t.pick(i, 21, 2) = 0 THEN t.somebody(i, 22) END, CASE WHEN t.pick(i, 23, 2) = 0 THEN now END,
		CASE WHEN s.state = 'submitted' AND s.route <> 'direct' AND t.pick(i, 24, 4) = 0 THEN now END, CASE WHEN t.pick(i, 25, 4) = 0 THEN now - interval '1 hour' END,
		CASE WHEN s.state = 'obtained' AND t.pick(i, 26, 2) = 0 THEN now END
		FROM generate_series(first, first + cases - 1) AS i JOIN govdata.resource r ON r.id = i, govdata.clock() AS now,
		LATERAL (SELECT v.route, v.state FROM (VALUES (0, 'direct', 'submitted'), (1, 'direct', 'submitted'), (2, 'upward', 'submitted'), (3, 'upward', 'reported'),
			(4, 'direct', 'coordinating'), (5, 'uncatalogued', 'submitted'), (6, 'uncatalogued', 'agreed'), (7, 'national', 'filed'), (8, 'national', 'coordinating'),
			(9, 'national', 'obtained'), (10, 'direct', 'refused'), (11, 'direct', 'upheld'), (12, 'direct', 'approved'), (13, 'return', 'submitted')) AS v (n, route, state)
			WHERE v.n = t.pick(i, 27, 14)) s,
		LATERAL (SELECT t.pick(i, 28, 19) AS k) x,
		LATERAL (SELECT CASE WHEN p.id = r.provider THEN q.id ELSE p.id END AS consumer FROM t.party p JOIN t.party q ON q.k = (p.k + 1) % p.n WHERE p.k = x.k) c,
		LATERAL (SELECT s.state <> 'reported' AND s.route <> 'national' AS limited, now + interval '1 hour' * (t.pick(i, 29, 100) - 30) AS due,
			s.state NOT IN ('reported', 'submitted', 'filed') AND NOT (s.route = 'national' AND s.state = 'coordinating') AS answered) l;
	INSERT INTO govdata.request_hop (request, hop, authority, received_at)
		SELECT q.id, n, t.somebody(q.id, 30 + n), q.reported_at + interval '1 minute' * n FROM govdata.share_request q, generate_series(1, 2) AS n
		WHERE q.state = 'reported' AND q.id BETWEEN first AND first + cases - 1;
	INSERT INTO govdata.data_doubt (id, resource, provider, platform, raised_by, claim, salt, state, round, raised_at, notified_at, due_on, due_at, due_provisional,
		answered_at, answer, closed_at)
		SELECT i, i, r.provider, (ARRAY['420000', '420100', '420500'])[1 + t.pick(i, 40, 3)], t.somebody(i, 41), '有误', '盐', s.state, 1, now,
		CASE WHEN s.state <> 'raised' THEN now END, CASE WHEN s.state <> 'raised' THEN '2026-03-20'::date END, CASE WHEN s.state <> 'raised' THEN now END,
		CASE WHEN s.state <> 'raised' THEN false END, CASE WHEN s.state IN ('answered', 'repaired', 'closed') THEN now END,
		CASE WHEN s.state IN ('answered', 'repaired', 'closed') THEN (ARRAY['explained', 'confirmed'])[1 + t.pick(i, 42, 2)] END, NULL
		FROM generate_series(first, first + cases - 1) AS i JOIN govdata.resource r ON r.id = i, govdata.clock() AS now,
		LATERAL (SELECT (ARRAY['raised', 'notified', 'answered', 'repaired', 'closed'])[1 + t.pick(i, 43, 5)] AS state) s;
$$;
SET govdata.restore = on;
SELECT t.fill(10000, 1500, array_agg(id ORDER BY id)) FROM govdata.department \g /dev/null
RESET govdata.restore;
ANALYZE;

CREATE FUNCTION t.owed(who text) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, $q$SELECT count(*) || ' ' || md5(string_agg(o::text, '|' ORDER BY o::text COLLATE "C")) FROM (
	SELECT department, duty, subject, subject_key::bigint AS id, since, due_on FROM govdata.obligation WHERE subject IN ('share_request', 'negative_entry', 'data_doubt')) o$q$) $$;
CREATE FUNCTION t.expected(who text) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, $q$SELECT count(*) || ' ' || md5(string_agg(o::text, '|' ORDER BY o::text COLLATE "C")) FROM (
	SELECT department, duty, subject, id, since, due_on FROM t.duty WHERE govdata._sees(department, NULL)) o$q$) $$;
SELECT is(t.owed(who), t.expected(who), 'what ' || who || ' sees of what is owed') FROM (SELECT who FROM t.actor UNION ALL VALUES ('superuser'), ('admin')) a ORDER BY who;
SELECT cmp_ok(count(*), '>=', 5::bigint, 'of all duties of requests, entries and doubts: ' || duty) FROM t.duty GROUP BY duty ORDER BY duty;
SELECT is(t.val('wh_police', 'SELECT count(*) FROM govdata.my_obligation'), t.val('wh_police', 'SELECT count(*) FROM govdata.obligation'), 'who oversees nobody sees its own');
SELECT is(t.val('hb_gov', 'SELECT sum(running) FROM govdata.obligation_summary'), t.val('hb_gov', 'SELECT count(*) FROM govdata.obligation'), 'the sum is that of all');
SELECT is(t.val('wh_civil', format('SELECT count(*) FROM govdata._requests_of_source(%s)', t.department('wh_police'))), '0', 'of what a source has before it others are told nothing');
SELECT isnt(t.val('wh_police', format('SELECT count(*) FROM govdata._requests_of_source(%s)', t.department('wh_police'))), '0', 'but itself');
SELECT isnt(t.val('wh_da', format('SELECT count(*) FROM govdata._requests_of_source(%s)', t.department('wh_police'))), '0', 'and those who oversee it');

-- ---- what it costs ----
CREATE TABLE t.page AS SELECT * FROM (VALUES
	('wh_house', 'SELECT count(*) FROM govdata.my_obligation'),
	('wh_house', 'SELECT count(*) FROM govdata.obligation'),
	('hb_gov', format('SELECT count(*) FROM govdata.obligation WHERE department = %s', t.department('wh_house')))) AS v (who, sql);
CREATE TABLE t.few AS SELECT who, sql, t.blocks(who, sql) FROM t.page;
-- ten times as much, of all others
SET govdata.restore = on;
UPDATE t.party SET k = -k - 1 WHERE id = t.department('wh_house');
UPDATE t.party p SET n = 18, k = s.k FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM t.party WHERE k >= 0) s WHERE s.id = p.id;
SELECT t.fill(20000, 15000, array_agg(id ORDER BY id)) FROM govdata.department WHERE id <> t.department('wh_house') \g /dev/null
RESET govdata.restore;
VACUUM ANALYZE govdata.share_request, govdata.negative_entry, govdata.data_doubt, govdata.resource;
SELECT cmp_ok(t.blocks(who, sql), '<', 2 * blocks, 'with ten times as many cases of others, for ' || who || ': ' || regexp_replace(sql, '\d+', 'N')) FROM t.few;

\i :actors_end
