-- pgTAP inside pg_regress: only what the tests say is output.
\set ECHO none
\set QUIET on
\set VERBOSITY default
\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- The moves of requests upward, outside the catalog and to ministries, by everybody.

-- ---- the cases: who is what in them ----
CREATE TABLE t.plays (who text, part text);
INSERT INTO t.plays VALUES
	('hb_civil', 'provider'), ('wh_civil', 'consumer'), ('wh_da', 'holder'), ('wh_da', 'coordinator'),
	('hb_market', 'source'), ('hb_gov', 'government_above'), ('hb_da', 'provincial_authority');
CREATE TABLE t.tries (n integer GENERATED ALWAYS AS IDENTITY, who text);
INSERT INTO t.tries (who) VALUES ('hb_civil'), ('wh_civil'), ('wh_da'), ('hb_market'), ('hb_da'), ('hb_gov'), ('wh_gov'), ('ja_da'),
	('yc_civil'), ('yc_da'), ('operator'), ('admin'), ('superuser'), ('stranger'), ('public'), ('nobody');

-- ---- a row in each state ----
CREATE TABLE t.row (subject text, state text, id bigint, PRIMARY KEY (subject, state));
CREATE FUNCTION t.act(who text, sql text, VARIADIC args text[]) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, format(sql, VARIADIC args)) $$;

SELECT t.resource('hb_civil', '低保', '{甲}') AS house, t.resource('hb_civil', '登记', '{甲}') AS listed \gset
SELECT t.val('hb_civil', format('UPDATE govdata.resource_item SET source = %s WHERE resource = %s', t.department('hb_market'), :house)) \g /dev/null
CREATE TABLE t.named AS SELECT :house::bigint AS house, :listed::bigint AS listed;

DO $$
DECLARE
	q bigint;
	s text;
BEGIN
	-- upward: a city's department, its authority, a province's department
	FOREACH s IN ARRAY ARRAY['reported', 'returned', 'submitted', 'approved', 'refused', 'withdrawn', 'coordinating', 'agreed', 'upheld', 'unsettled'] LOOP
		q := t.request('wh_civil', (SELECT house FROM t.named), '{甲}');
		INSERT INTO t.row VALUES ('share_request', s, q);
		CONTINUE WHEN s = 'reported';
		IF s = 'returned' THEN
			PERFORM t.act('wh_da', 'SELECT govdata.return_request(%s, ''不完整'')', q::text);
			CONTINUE;
		ELSIF s = 'withdrawn' THEN
			PERFORM t.act('wh_civil', 'SELECT govdata.withdraw_request(%s)', q::text);
			CONTINUE;
		END IF;
		PERFORM t.act('wh_da', 'SELECT govdata.forward_request(%s)', q::text);
		CONTINUE WHEN s = 'submitted';
		IF s = 'approved' THEN	-- and revoked, so that there is something to coordinate
			PERFORM t.act('hb_civil', 'SELECT govdata.approve_request(%s)', q::text);
			PERFORM t.act('wh_da', 'SELECT govdata.revoke_authorization(authorization_id, ''violation'', ''违规'') FROM govdata.share_request WHERE id = %s', q::text);
			CONTINUE;
		END IF;
		PERFORM t.act('hb_civil', 'SELECT govdata.refuse_request(%s, ''无关'')', q::text);
		CONTINUE WHEN s = 'refused';
		PERFORM t.act('wh_civil', 'SELECT govdata.request_coordination(%s, ''有关'')', q::text);
		PERFORM t.act('hb_civil', 'SELECT govdata.consent_in_coordination(%s)', q::text);
		PERFORM t.act('hb_market', 'SELECT govdata.consent_in_coordination(%s)', q::text);
		CONTINUE WHEN s = 'coordinating';
		PERFORM t.act('wh_da', 'SELECT govdata.settle_coordination(%s, %L, ''经协调'')', q::text, s);
		IF s = 'agreed' THEN
			PERFORM t.act('hb_civil', 'SELECT govdata.revoke_authorization(authorization_id, ''violation'', ''违规'') FROM govdata.share_request WHERE id = %s', q::text);
		END IF;
	END LOOP;

	-- outside the catalog
	FOREACH s IN ARRAY ARRAY['submitted', 'agreed', 'listed', 'refused', 'withdrawn', 'coordinating', 'upheld', 'unsettled'] LOOP
		q := t.act('wh_civil', 'SELECT govdata.submit_uncatalogued_request(%s, ''暂住登记'', ''核对'', ''2026-12-31'')', t.department('hb_civil')::text)::bigint;
		INSERT INTO t.row VALUES ('uncatalogued_request', s, q);
		CONTINUE WHEN s = 'submitted';
		IF s = 'withdrawn' THEN
			PERFORM t.act('wh_civil', 'SELECT govdata.withdraw_request(%s)', q::text);
			CONTINUE;
		ELSIF s IN ('agreed', 'listed') THEN
			PERFORM t.act('hb_civil', 'SELECT govdata.agree_request(%s)', q::text);
			CONTINUE WHEN s = 'agreed';
			PERFORM t.act('hb_civil', 'SELECT govdata.list_request(%s, %L, ''{甲}'')', q::text,
				(SELECT code FROM govdata.resource r JOIN t.named n ON n.listed = r.id));
			PERFORM t.act('hb_civil', 'SELECT govdata.revoke_authorization(authorization_id, ''violation'', ''违规'') FROM govdata.share_request WHERE id = %s', q::text);
			CONTINUE;
		END IF;
		PERFORM t.act('hb_civil', 'SELECT govdata.refuse_request(%s, ''无关'')', q::text);
		CONTINUE WHEN s = 'refused';
		PERFORM t.act('wh_civil', 'SELECT govdata.request_coordination(%s, ''有关'')', q::text);
		PERFORM t.act('hb_civil', 'SELECT govdata.consent_in_coordination(%s)', q::text);
		CONTINUE WHEN s = 'coordinating';
		PERFORM t.act('wh_da', 'SELECT govdata.settle_coordination(%s, %L, ''经协调'')', q::text, s);
	END LOOP;

	-- ministries
	FOREACH s IN ARRAY ARRAY['filed', 'coordinating', 'obtained', 'not_obtained', 'withdrawn'] LOOP
		q := t.val('wh_civil', 'SELECT govdata.submit_national_request(''民政部'', ''婚姻登记'', ''核对'')')::bigint;
		INSERT INTO t.row VALUES ('national_request', s, q);
		CONTINUE WHEN s = 'filed';
		IF s = 'withdrawn' THEN
			PERFORM t.act('wh_civil', 'SELECT govdata.withdraw_request(%s)', q::text);
			CONTINUE;
		END IF;
		PERFORM t.act('hb_da', 'SELECT govdata.coordinate_national_request(%s)', q::text);
		IF s = 'obtained' THEN
			PERFORM t.act('hb_da', 'SELECT govdata.record_obtained(%s, ''仅限核对'')', q::text);
		ELSIF s = 'not_obtained' THEN
			PERFORM t.act('hb_da', 'SELECT govdata.record_not_obtained(%s, ''未同意'')', q::text);
		END IF;
	END LOOP;
END
$$;
-- ---- how a move is tried ----
CREATE FUNCTION t.case_state(id bigint) RETURNS text
LANGUAGE sql AS $$ SELECT state FROM govdata.share_request q WHERE q.id = case_state.id $$;
CREATE FUNCTION t.move(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format('UPDATE govdata.share_request SET state = %L%s WHERE id = %s', to_state,
		CASE WHEN to_state = 'refused' AND who = 'hb_market' THEN ', refused_items = ''{甲}'', answer_reason = ''理由'''
			WHEN to_state IN ('approved', 'refused', 'not_obtained') THEN ', answer_reason = ''理由'''
			WHEN to_state = 'returned' THEN ', return_reason = ''理由'''
			WHEN to_state = 'coordinating' AND subject <> 'national_request' THEN ', coordination_reason = ''另有理由'''
			WHEN to_state IN ('agreed', 'upheld', 'unsettled') AND t.case_state(id) = 'coordinating' THEN ', coordination_outcome = ''结果'''
			WHEN to_state = 'listed' THEN format(', resource = %s, items = ''{甲}''', (SELECT listed FROM t.named))
			WHEN to_state = 'obtained' THEN ', terms = ''条件''' ELSE '' END, id)
$$;
CREATE FUNCTION t.verb(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format(CASE
			WHEN to_state = 'withdrawn' THEN 'SELECT govdata.withdraw_request(%1$s)'
			WHEN subject = 'national_request' THEN CASE to_state WHEN 'coordinating' THEN 'SELECT govdata.coordinate_national_request(%1$s)'
				WHEN 'obtained' THEN 'SELECT govdata.record_obtained(%1$s, ''条件'')'
				WHEN 'not_obtained' THEN 'SELECT govdata.record_not_obtained(%1$s, ''理由'')' END
			WHEN to_state = 'reported' THEN 'SELECT govdata.report_request(%1$s)'
			WHEN to_state = 'returned' THEN 'SELECT govdata.return_request(%1$s, ''理由'')'
			WHEN to_state = 'submitted' AND subject = 'share_request' THEN 'SELECT govdata.forward_request(%1$s)'
			WHEN to_state = 'approved' THEN 'SELECT govdata.approve_request(%1$s)'
			WHEN to_state = 'refused' AND who = 'hb_market' AND subject = 'share_request' THEN 'SELECT govdata.refuse_items(%1$s, ''{甲}'', ''理由'')'
			WHEN to_state = 'refused' THEN 'SELECT govdata.refuse_request(%1$s, ''理由'')'
			WHEN to_state = 'listed' THEN 'SELECT govdata.list_request(%1$s, %2$L, ''{甲}'')'
			WHEN to_state = 'agreed' AND subject = 'uncatalogued_request' AND t.case_state(id) <> 'coordinating' THEN 'SELECT govdata.agree_request(%1$s, ''理由'')'
			WHEN to_state = 'coordinating' THEN 'SELECT govdata.request_coordination(%1$s, ''另有理由'')'
			WHEN to_state IN ('agreed', 'upheld', 'unsettled') THEN 'SELECT govdata.settle_coordination(%1$s, %3$L, ''结果'')' END,
		id, (SELECT code FROM govdata.resource r WHERE r.id = (SELECT listed FROM t.named)), to_state)
$$;
-- what only time, the negative list or a standing consent does; and parts that nobody plays in a case
CREATE TABLE t.not_tried (subject text, from_state text, to_state text, actor text);
INSERT INTO t.not_tried SELECT subject, from_state, to_state, actor FROM govdata.transition
	WHERE actor = 'co_coordinator';

\set moves :include '/moves.psql'
\i :moves

SELECT is_empty($$SELECT f.subject, f.state, w.who, o.told FROM t.row AS f, t.tries AS w,
	t.outcome(f.subject, f.id, w.who, t.move(f.subject, f.id, w.who, f.state)) AS o (told)
	WHERE o.told LIKE 'ok%' AND NOT (w.who, f.subject, f.state) IN (('hb_market', 'share_request', 'refused'))$$,
	'nobody moves a row to where it is');

-- ---- coming into being, in no other state than the first ----
SELECT is_empty(format($$SELECT w.who, s.state FROM t.tries AS w, t.row AS s WHERE s.subject = %L
	AND (s.subject, '', s.state) NOT IN (SELECT subject, from_state, to_state FROM govdata.transition)
	AND t.told(w.who, format(%L, s.state)) = 'ok'$$, v.subject, v.sql), format('%s: new in another state', v.subject))
FROM (VALUES
	('uncatalogued_request', format('INSERT INTO govdata.share_request (route, provider, wanted, purpose, valid_until, state)'
		' VALUES (''uncatalogued'', %s, ''x'', ''y'', ''2026-12-31'', %%L)', t.department('hb_civil'))),
	('national_request', 'INSERT INTO govdata.share_request (route, source_body, wanted, purpose, state)'
		' VALUES (''national'', ''民政部'', ''x'', ''y'', %L)')) AS v (subject, sql) ORDER BY v.subject COLLATE "C";
-- what the way writes is the law's own
SELECT is_empty($$SELECT who, told FROM t.tries, t.told(who, 'UPDATE govdata.request_hop SET left_at = now()') AS told WHERE told !~ CASE who WHEN 'superuser' THEN '^ZW017 .*[^]]$' ELSE '^42501 ' END$$, 'nobody writes a hop');
SELECT is_empty($$SELECT who, told FROM t.tries, t.told(who, 'DELETE FROM govdata.request_hop') AS told WHERE told !~ CASE who WHEN 'superuser' THEN '^ZW017 .*[^]]$' ELSE '^42501 ' END$$, 'or deletes one');

\i :actors_end
