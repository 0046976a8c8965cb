\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set load :include '/load.psql'
\i :load

-- What a department can obtain, item by item, against a statement of the same in
-- plain SQL: in a catalog of all kinds of entries, for every department, in every
-- state of requests and authorizations (Articles 15 and 24).

-- ---- the rule, said another way ----
CREATE FUNCTION t.platform(region text) RETURNS text
LANGUAGE sql AS $$ SELECT CASE level WHEN 'county' THEN parent ELSE code END FROM govdata.region WHERE code = platform.region $$;
-- what keeps a department from what another shares unconditionally
CREATE FUNCTION t.bar(provider bigint, consumer bigint) RETURNS integer
LANGUAGE sql AS $$
	SELECT CASE WHEN c.kind = 'platform_operator' THEN 20 WHEN c.kind = 'public_utility' THEN 41
		WHEN t.platform(p.region) <> t.platform(c.region) AND govdata._region_contains(t.platform(p.region), t.platform(c.region)) THEN 21 END
	FROM govdata.department p, govdata.department c WHERE p.id = bar.provider AND c.id = bar.consumer
$$;
CREATE TABLE t.bars AS SELECT p.id AS provider, c.id AS consumer, t.bar(p.id, c.id) AS article FROM govdata.department p, govdata.department c;

CREATE FUNCTION t.obtainable(elements text[], department bigint)
RETURNS TABLE (element text, code text, item text, how text, rank integer, attached boolean, since timestamptz, until timestamptz, hint text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp BEGIN ATOMIC
SELECT i.element, r.code, i.name, h.how, h.rank, t.relation IS NOT NULL,
       CASE h.how WHEN 'authorized' THEN coalesce(e.valid_from, k.since) WHEN 'pending' THEN q.received_at
            WHEN 'refused' THEN q.answered_at WHEN 'withheld' THEN n.approved_at ELSE r.published_at END,
       CASE h.how WHEN 'authorized' THEN coalesce(e.valid_until, k.until) WHEN 'pending' THEN q.due_at END,
       CASE WHEN h.how = 'apply_first'
            THEN format('SELECT govdata.submit_request(%L, ARRAY[%L], ''purpose'', ''last day of use'');', r.code, i.name)
            WHEN h.how = 'pending' THEN format('SELECT * FROM govdata.request_board WHERE id = %s;', q.id)
            WHEN h.how = 'refused' THEN format('SELECT govdata.request_coordination(%s, ''reason'');', q.id)
            WHEN h.how = 'withheld' THEN format('SELECT * FROM govdata.negative_list WHERE code = %L;', r.code)
            WHEN t.relation IS NOT NULL AND c.column_name IS NOT NULL
            THEN format('SELECT %I FROM %s;', c.column_name, t.relation)
            WHEN h.how = 'own' THEN format('SELECT govdata.attach_resource(%L, ''table'');', r.code)
            ELSE format('SELECT * FROM govdata.catalog WHERE code = %L;', r.code) END
  FROM govdata.resource_item i
  JOIN govdata.resource r ON r.id = i.resource
  LEFT JOIN govdata.attachment t ON t.resource = r.id
  LEFT JOIN govdata.attachment_column c ON c.resource = r.id AND c.item = i.name
  JOIN t.bars b ON b.provider = r.provider AND b.consumer = obtainable.department
  CROSS JOIN LATERAL (SELECT CASE WHEN 'withheld' IN (r.sharing, i.sharing) THEN 'withheld'
                                  WHEN r.opening = 'unconditional' AND r.opening_state = 'open' THEN 'unconditional'
                                  WHEN b.article IN (20, 41) THEN NULL
                                  WHEN 'conditional' IN (r.sharing, i.sharing) OR b.article IS NOT NULL THEN 'conditional'
                                  ELSE 'unconditional' END AS sharing) s
  LEFT JOIN (SELECT DISTINCT ON (a.resource, x.item) a.resource, x.item, a.request, a.valid_from, a.valid_until
               FROM govdata.effective_authorization a CROSS JOIN LATERAL unnest(a.items) AS x (item)
              WHERE a.consumer = obtainable.department
              ORDER BY a.resource, x.item, a.valid_until DESC) e ON e.resource = i.resource AND e.item = i.name
  LEFT JOIN (SELECT DISTINCT ON (o.resource, x.item) o.resource, x.item, o.id, o.received_at, o.due_at, o.answered_at,
                    CASE WHEN o.state IN ('approved', 'agreed', 'listed', 'obtained') AND x.item = ANY (o.granted_items) THEN
                         CASE WHEN a.state = 'suspended' OR a.state = 'revoked' AND a.ground IN ('violation', 'incident')
                              THEN 'refused' END
                         WHEN o.state IN ('approved', 'agreed', 'listed', 'obtained', 'refused', 'upheld', 'unsettled', 'not_obtained')
                              OR o.state = 'submitted' AND x.item = ANY (o.refused_items) THEN 'refused'
                         WHEN o.state <> 'submitted' OR coalesce(o.matures_at > govdata.as_of(), true) THEN 'pending'
                    END AS stands
               FROM govdata.share_request o LEFT JOIN govdata.share_authorization a ON a.request = o.id
              CROSS JOIN LATERAL unnest(o.items) AS x (item)
              WHERE o.consumer = obtainable.department AND o.state NOT IN ('withdrawn', 'returned')
              ORDER BY o.resource, x.item, o.id DESC) q ON q.resource = i.resource AND q.item = i.name
  LEFT JOIN (SELECT o.resource, o.item, max(o.since) AS since, max(o.until) AS until FROM govdata.continued_reading o
              WHERE o.consumer = obtainable.department AND o.ended_at IS NULL
                AND govdata._continues(o.consumer, o.resource, o.item)
              GROUP BY o.resource, o.item) k ON k.resource = i.resource AND k.item = i.name
  LEFT JOIN LATERAL (SELECT x.approved_at FROM govdata.negative_entry x
                      WHERE s.sharing = 'withheld' AND x.resource = r.id AND x.state IN ('approved', 'reported')
                        AND (x.items IS NULL OR i.name = ANY (x.items))
                      ORDER BY x.approved_at LIMIT 1) n ON true
  CROSS JOIN LATERAL (SELECT CASE WHEN r.provider = obtainable.department THEN 'own'
                                  WHEN s.sharing <> 'conditional' OR s.sharing IS NULL THEN s.sharing
                                  WHEN e.valid_until IS NOT NULL OR k.until IS NOT NULL THEN 'authorized'
                                  ELSE coalesce(q.stands, 'apply_first') END) u (how)
  JOIN (VALUES ('own', 1), ('unconditional', 2), ('authorized', 3), ('pending', 4), ('apply_first', 5), ('refused', 6),
               ('withheld', 7)) AS h (how, rank) ON h.how = u.how
 WHERE i.element = ANY (obtainable.elements) AND i.retired_at IS NULL
   AND (r.state = 'published' OR r.state = 'suspended' AND r.provider = obtainable.department);
END;
CREATE FUNCTION t.obtaining(elements text[], department bigint, known_on date)
RETURNS TABLE (element text, code text, item text, how text, rank integer, attached boolean, since timestamptz, until timestamptz,
               hint text, verdict text, counts boolean, excuse text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT v.element, v.code, v.item, v.how, v.rank, v.attached, v.since, v.until, v.hint,
       CASE WHEN v.ready OR v.apply AND NOT v.pending THEN 'obtainable' ELSE 'excused' END,
       CASE WHEN v.ready THEN v.is_ready ELSE v.how = 'apply_first' AND NOT v.pending END,
       CASE WHEN v.how IN ('unconditional', 'authorized') THEN 'not_attached' ELSE v.how END
  FROM (SELECT o.*, y.is_ready, bool_or(y.is_ready) OVER w AS ready, bool_or(o.how = 'pending') OVER w AS pending,
               bool_or(o.how = 'apply_first') OVER w AS apply
          FROM t.obtainable(obtaining.elements, obtaining.department) o
         CROSS JOIN LATERAL (SELECT o.attached AND o.how IN ('unconditional', 'authorized')) AS y (is_ready)
         WHERE obtaining.known_on IS NULL OR o.since IS NULL OR govdata.legal_date(o.since) <= obtaining.known_on
        WINDOW w AS (PARTITION BY o.element)) v;
END;
CREATE FUNCTION t.redundant(elements text[], department bigint)
RETURNS TABLE (element text, code text, item text, how text, sources bigint, since timestamptz, hint text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT DISTINCT ON (o.element) o.element, o.code, o.item, o.how, count(*) OVER w, min(o.since) OVER w, o.hint
  FROM t.obtaining(redundant.elements, redundant.department, NULL) o WHERE o.verdict = 'obtainable' AND o.counts
WINDOW w AS (PARTITION BY o.element) ORDER BY o.element, o.rank, o.code, o.item;
END;

-- ---- a catalog, and what has been asked of it ----
CREATE SCHEMA data;
CREATE TABLE t.element AS SELECT 'x' || n AS code, n FROM generate_series(0, 119) AS n;
CREATE TABLE t.party AS SELECT row_number() OVER (ORDER BY id) - 1 AS k, id, count(*) OVER () AS n FROM govdata.department;
SET govdata.restore = on;
INSERT INTO govdata.data_element (code, name, definition, standard) SELECT code, '数据元' || n, '某数据', '本省规范' FROM t.element;
CREATE TABLE t.made AS
SELECT 1000 + i AS id, (SELECT id FROM t.party WHERE k = t.pick(i, 1, n)) AS provider,
	CASE WHEN t.pick(i, 2, 8) < 3 THEN 'unconditional' WHEN t.pick(i, 2, 8) < 7 THEN 'conditional' ELSE 'withheld' END AS sharing,
	t.pick(i, 3, 5) = 0 AS open,
	(ARRAY['published', 'published', 'published', 'published', 'published', 'suspended', 'draft', 'withdrawn'])[1 + t.pick(i, 4, 8)] AS state,
	t.pick(i, 5, 3) = 0 AS attached, now - interval '1 hour' * t.pick(i, 6, 900) AS published_at
	FROM generate_series(1, 400) AS i, govdata.clock() AS now;
INSERT INTO govdata.resource (id, class, code, title, provider, abstract, format_category, sharing, sharing_conditions, opening, opening_ground,
	opening_state, update_cycle, state, published_at, updated_at)
	SELECT id, '307009', '307009/' || 900000 + t.pick(id, 7, 1000) * 1000 + id % 1000, '资源', provider, '摘要', '数据库', sharing, '条件',
	CASE WHEN open AND sharing <> 'withheld' THEN 'unconditional' ELSE 'closed' END, CASE WHEN open AND sharing <> 'withheld' THEN NULL ELSE 'privacy' END,
	CASE WHEN open AND sharing <> 'withheld' THEN 'open' ELSE 'closed' END, '每日', state, published_at, published_at FROM t.made;
INSERT INTO govdata.resource_item (resource, name, title, data_type, element, sharing, retired_at)
	SELECT id, (ARRAY['甲', 'b''c', 'C', 'd'])[k], 'i', 'text', CASE WHEN t.pick(id, k, 7) > 0 THEN 'x' || t.pick(id, 10 + k, 118) END,
	CASE WHEN t.pick(id, 20 + k, 6) = 0 THEN CASE sharing WHEN 'unconditional' THEN 'conditional' ELSE 'withheld' END END,
	CASE WHEN t.pick(id, 30 + k, 12) = 0 THEN published_at END
	FROM t.made, generate_series(1, 4) AS k;
-- x118: withheld by all; x119: nobody has it
UPDATE govdata.resource_item SET element = 'x118' WHERE sharing = 'withheld' AND t.pick(resource, 9, 3) = 0;
INSERT INTO govdata.negative_entry (id, resource, items, provider, basis_kind, legal_basis, basis_article, reason, state, data_authority, government, drafted_at,
	reviewed_at, self_reviewed, approved_at, self_approved, ended_at, note)
	SELECT row_number() OVER (), id, CASE t.pick(id, n, 3) WHEN 0 THEN NULL ELSE ARRAY[(ARRAY['甲', 'b''c', 'C', 'd'])[1 + t.pick(id, 40 + n, 4)]] END, provider,
	'law', '某法', '第一条', '理由', (ARRAY['approved', 'approved', 'reported', 'lifted'])[1 + t.pick(id, 50 + n, 4)], t.department('wh_da'), t.department('wh_gov'),
	published_at, published_at, false, published_at + interval '1 hour' * n, false, published_at, '注'
	FROM t.made, generate_series(1, 3) AS n WHERE EXISTS (SELECT FROM govdata.resource_item i WHERE i.resource = id AND 'withheld' IN (t.made.sharing, i.sharing));
SELECT format('CREATE TABLE data."R%s" (甲 text, "B" text, c text)', id) FROM t.made WHERE attached ORDER BY id \gexec
INSERT INTO govdata.attachment (resource, relation, attached_at, attached_by) SELECT id, format('data."R%s"', id)::regclass, published_at, 'somebody' FROM t.made WHERE attached;
INSERT INTO govdata.attachment_column (resource, item, column_name, attnum, column_type)
	SELECT id, v.item, v.col, v.n, 'text' FROM t.made, (VALUES ('甲', '甲', 1), ('b''c', 'B', 2), ('C', 'c', 3)) AS v (item, col, n) WHERE attached;
-- each department has asked for items of many entries, of some of them twice
CREATE TABLE t.asked AS
SELECT 1000 + row_number() OVER (ORDER BY m.id, p.k, s.n) AS id, m.id AS resource, m.provider, p.id AS consumer, m.published_at, s.n,
	(ARRAY['reported', 'returned', 'submitted', 'submitted', 'submitted', 'approved', 'approved', 'approved', 'approved', 'refused', 'withdrawn', 'coordinating',
		'agreed', 'upheld', 'unsettled', 'listed'])[1 + t.pick(m.id * 100 + p.k, s.n, 16)] AS state,
	(ARRAY['{甲}', '{甲,b''c}', '{b''c,C,d}', '{甲,b''c,C,d}']::text[])[1 + t.pick(m.id * 100 + p.k, 60 + s.n, 4)]::text[] AS items
	FROM t.made m, t.party p, generate_series(1, 2) AS s (n)
	WHERE p.id <> m.provider AND t.pick(m.id * 100 + p.k, 70 + s.n, 5) = 0;
INSERT INTO govdata.share_request (id, route, resource, provider, consumer, items, purpose, valid_until, state, received_at, limit_code, due_on, due_at,
	due_provisional, outside_scope, matures_at, authorization_id, answered_at, answer_basis, granted_items, refused_items, answer_reason, coordinator,
	coordination_reason, coordination_opened_at, coordination_outcome, coordination_closed_at, applicant, holder, reported_at, return_reason, listed_at)
	SELECT a.id, CASE WHEN state IN ('reported', 'returned') THEN 'upward' ELSE 'direct' END, resource, provider, consumer, items, '用途',
	'2027-12-31'::date - (a.id % 500)::integer, state, s.received, CASE WHEN s.received IS NOT NULL THEN 'reply_conditional' END,
	govdata.legal_date(s.due), s.due, CASE WHEN s.due IS NOT NULL THEN false END, false,
	CASE WHEN state = 'submitted' AND t.pick(a.id, 80, 3) > 0 THEN s.due END, 100000 + a.id,
	CASE WHEN state NOT IN ('reported', 'returned', 'submitted', 'withdrawn') THEN s.due END,
	CASE WHEN state NOT IN ('reported', 'returned', 'submitted', 'withdrawn') THEN 'reply' END,
	CASE WHEN state IN ('approved', 'agreed', 'listed') THEN CASE WHEN t.pick(a.id, 81, 3) = 0 THEN items[:1] ELSE items END END,
	CASE WHEN state = 'submitted' AND t.pick(a.id, 82, 4) = 0 THEN items[:1] END, '理由',
	CASE WHEN state = 'coordinating' THEN t.department('wh_da') END, CASE WHEN state = 'coordinating' THEN '理由' END,
	CASE WHEN state = 'coordinating' THEN s.due END, NULL, NULL,
	CASE WHEN state IN ('reported', 'returned') THEN t.department('wh_da') END, CASE WHEN state IN ('reported', 'returned') THEN t.department('wh_da') END,
	CASE WHEN state IN ('reported', 'returned') THEN published_at END, CASE state WHEN 'returned' THEN '理由' END, CASE state WHEN 'listed' THEN s.due END
	FROM t.asked a, govdata.clock() AS now,
	LATERAL (SELECT CASE WHEN state NOT IN ('reported', 'returned') THEN published_at END AS received,
		CASE WHEN state NOT IN ('reported', 'returned') THEN now + interval '1 hour' * (t.pick(a.id, 83, 200) - 150) END AS due) s;
INSERT INTO govdata.share_authorization (id, request, resource, provider, consumer, items, purpose, basis, valid_from, valid_until, state, ground, reason)
	SELECT 100000 + q.id, CASE WHEN t.pick(q.id, 92, 15) > 0 THEN q.id END, q.resource, q.provider, q.consumer, q.granted_items, '用途', 'reply', q.answered_at,
	now + interval '1 minute' * (t.pick(q.id, 84, 40000) - 8000) + interval '1 microsecond' * (q.id % 100000), a.state,
	CASE WHEN a.state IN ('suspended', 'revoked') THEN (ARRAY['violation', 'incident', 'purpose_ended', 'waiver'])[1 + t.pick(q.id, 85, 4)] END, '理由'
	FROM govdata.share_request q, govdata.clock() AS now,
	LATERAL (SELECT (ARRAY['active', 'active', 'active', 'suspended', 'revoked', 'expired'])[1 + t.pick(q.id, 86, 6)] AS state) a
	WHERE q.state IN ('approved', 'agreed', 'listed');
INSERT INTO govdata.continued_reading (consumer, resource, item, provider, since, until, ended_at)
	SELECT p.id, m.id, i.name, m.provider, now - interval '2 days', now + interval '1 day' * (t.pick(m.id * 100 + p.k, 90, 10) - 4),
	CASE WHEN t.pick(m.id * 100 + p.k, 91, 4) = 0 THEN now END
	FROM t.made m JOIN t.party p ON t.pick(m.id * 100 + p.k, 89, 9) = 0 JOIN govdata.resource_item i ON i.resource = m.id AND i.name IN ('甲', 'd'), govdata.clock() AS now;
-- every department asks for everything
INSERT INTO govdata.service_form (id, department, service, title, audience, state, registered_at)
	SELECT p.id, p.id, '事项', '表', '{citizen}', 'registered', now FROM t.party p, govdata.clock() AS now;
INSERT INTO govdata.service_form_field (id, form, department, element, label, identifies, state, asked_at, finding)
	SELECT row_number() OVER (), p.id, p.id, e.code, v.label, false, 'asked', now - interval '1 hour' * t.pick(p.id, e.n, 900), 'not_obtainable'
	FROM t.party p, t.element e, (VALUES ('甲'), ('乙')) AS v (label), govdata.clock() AS now;
RESET govdata.restore;
ANALYZE;

-- ---- the same, for every department ----
SELECT set_config('t.elements', array_agg(code)::text, false) FROM t.element \g /dev/null
CREATE TABLE t.said AS SELECT p.id AS department, o.* FROM t.party p CROSS JOIN LATERAL t.obtaining(current_setting('t.elements')::text[], p.id, NULL) o;
CREATE TABLE t.found AS SELECT p.id AS department, o.* FROM t.party p CROSS JOIN LATERAL govdata._obtaining(current_setting('t.elements')::text[], p.id, NULL) o;
SELECT is_empty('TABLE t.said EXCEPT ALL TABLE t.found', 'every item to which a department stands is found, and how');
SELECT is_empty('TABLE t.found EXCEPT ALL TABLE t.said', 'and no other');
SELECT cmp_ok(count(*), '>', 10000::bigint, 'which are many') FROM t.said;
SELECT is(count(DISTINCT how), 7::bigint, 'of all kinds') FROM t.said;
SELECT cmp_ok(min(n), '>', 30::bigint, 'each of them often') FROM (SELECT count(*) AS n FROM t.said GROUP BY how, attached) s;
SELECT cmp_ok(min(n), '>', 20::bigint, 'with either verdict') FROM (SELECT count(DISTINCT (department, element)) AS n FROM t.said GROUP BY verdict) s;
SELECT is_empty($$SELECT p.id, o.* FROM t.party p, (VALUES ('2026-02-01'::date), ('2026-02-15'), ('2026-02-25')) AS d (day)
	CROSS JOIN LATERAL t.obtaining(current_setting('t.elements')::text[], p.id, d.day) o
	EXCEPT ALL SELECT p.id, o.* FROM t.party p, (VALUES ('2026-02-01'::date), ('2026-02-15'), ('2026-02-25')) AS d (day)
	CROSS JOIN LATERAL govdata._obtaining(current_setting('t.elements')::text[], p.id, d.day) o$$, 'as of a day, too');
SELECT cmp_ok(count(DISTINCT n), '>', 2::bigint, 'of which no two are alike') FROM (SELECT count(*) AS n
	FROM (VALUES (NULL::date), ('2026-02-01'), ('2026-02-15'), ('2026-02-25')) AS d (day)
	CROSS JOIN LATERAL govdata._obtaining(current_setting('t.elements')::text[], t.department('wh_civil'), d.day) o GROUP BY d.day) s;
SELECT is_empty($$SELECT p.id, o.* FROM t.party p CROSS JOIN LATERAL t.redundant(current_setting('t.elements')::text[], p.id) o
	EXCEPT ALL SELECT p.id, o.* FROM t.party p CROSS JOIN LATERAL govdata._redundant(current_setting('t.elements')::text[], p.id) o$$, 'so is what is asked in vain');
SELECT is_empty($$SELECT p.id, o.* FROM t.party p CROSS JOIN LATERAL govdata._redundant(current_setting('t.elements')::text[], p.id) o
	EXCEPT ALL SELECT p.id, o.* FROM t.party p CROSS JOIN LATERAL t.redundant(current_setting('t.elements')::text[], p.id) o$$, 'and nothing else');
SELECT cmp_ok(count(DISTINCT o.how), '=', 3::bigint, 'by what can be read and what is applied for') FROM t.party p CROSS JOIN LATERAL t.redundant(current_setting('t.elements')::text[], p.id) o;
SELECT is(count(*), 0::bigint, 'an element that is named twice or not at all is one or none') FROM (
	SELECT * FROM govdata._obtaining('{x1,NULL,x1,nothing}', t.department('wh_civil'), NULL) EXCEPT ALL SELECT * FROM t.obtaining('{x1}', t.department('wh_civil'), NULL)) s;
SELECT is((SELECT count(*) FROM govdata._obtaining('{}', t.department('wh_civil'), NULL)), 0::bigint, 'no elements, no items');
-- the view, as those see it who oversee many: the offers are read once, the standings are each one's own
CREATE FUNCTION t.seen(who text) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, 'SELECT md5(string_agg(q::text, ''|'' ORDER BY q.field)) FROM govdata.redundant_question q') $$;
CREATE FUNCTION t.expected(who text) RETURNS text
LANGUAGE sql AS $$
	SELECT md5(string_agg(q::text, '|' ORDER BY q.field)) FROM (
		SELECT f.id AS field, f.form, s.service, s.title AS form_title, f.department, d.name, f.label, f.element, o.code, o.item,
		       o.how, o.sources, f.asked_at, greatest(f.asked_at, o.since) AS since, o.hint
		  FROM t.party p CROSS JOIN LATERAL t.redundant(current_setting('t.elements')::text[], p.id) o
		  JOIN govdata.service_form_field f ON f.department = p.id AND f.element = o.element
		  JOIN govdata.service_form s ON s.id = f.form JOIN govdata.department d ON d.id = p.id
		 WHERE t.val(who, format('SELECT govdata._sees(%s, NULL)', p.id))::boolean) q
$$;
SELECT is(t.seen(who), t.expected(who), 'every question that is asked in vain, for ' || who) FROM unnest('{wh_civil,wh_da,hb_gov,ja_da,operator}'::text[]) AS who;
SELECT is(t.val('hb_gov', $$SELECT count(DISTINCT department) FROM govdata.redundant_question$$), (SELECT count(*) FROM t.party)::text, 'that is all of them for the province');
SELECT is(t.val('hb_gov', 'SELECT count(*) FROM govdata.obligation WHERE duty = ''retire_field'''), t.val('hb_gov', 'SELECT count(*) FROM govdata.redundant_question'),
	'each of them a duty');

-- ---- what it costs ----
SELECT t.blocks('hb_gov', format('SELECT count(*) FROM govdata.redundant_question WHERE department = %s', max(id))) AS one,
	t.blocks('hb_gov', 'SELECT count(*) FROM govdata.redundant_question') AS every FROM t.party \gset
SELECT cmp_ok(:every, '<', 10 * :one, 'for nineteen departments not ten times what it costs for one');
SELECT cmp_ok(:one, '<', :every, 'and for one its own questions alone are looked at');

\i :actors_end
