\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- The moves of catalog, negative list, requests and authorizations, by everybody.

-- ---- the case: who is what in it ----
CREATE TABLE t.plays (who text, part text);
INSERT INTO t.plays VALUES
	('wh_police', 'provider'), ('ja_civil', 'consumer'),
	('wh_da', 'data_authority'), ('wh_gov', 'government'),
	('ja_da', 'coordinator'), ('wh_gov', 'government_above'), ('hb_gov', 'government_above');
-- and these play no part, but try
CREATE TABLE t.tries (n integer GENERATED ALWAYS AS IDENTITY, who text);
INSERT INTO t.tries (who) VALUES ('wh_police'), ('ja_civil'), ('wh_da'), ('wh_gov'), ('ja_da'), ('ja_gov'),
	('hb_da'), ('hb_gov'), ('wh_civil'), ('yc_civil'), ('wh_market'), ('operator'), ('utility'),
	('admin'), ('superuser'), ('stranger'), ('public'), ('nobody');

-- ---- a row in each state ----
CREATE TABLE t.row (subject text, state text, id bigint, PRIMARY KEY (subject, state));

CREATE FUNCTION t.act(who text, sql text, VARIADIC args text[]) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, format(sql, VARIADIC args)) $$;

DO $$
DECLARE
	r bigint;
	e bigint;
	q bigint;
	a text;
	s text;
BEGIN
	FOREACH s IN ARRAY ARRAY['draft', 'published', 'suspended', 'withdrawn'] LOOP
		r := t.resource('wh_police', '资源 ' || s, '{甲,乙}', publish => s <> 'draft');
		IF s = 'suspended' THEN
			PERFORM t.act('wh_police', 'UPDATE govdata.resource SET state = ''suspended'', state_reason = ''升级'' WHERE id = %s', r::text);
		ELSIF s = 'withdrawn' THEN
			PERFORM t.act('wh_police', 'UPDATE govdata.resource SET state = ''withdrawn'', state_reason = ''停产'' WHERE id = %s', r::text);
		END IF;
		INSERT INTO t.row VALUES ('resource', s, r);
	END LOOP;

	FOREACH s IN ARRAY ARRAY['closed', 'open', 'suspended', 'withdrawn'] LOOP
		r := t.resource('wh_police', '开放 ' || s, '{甲}', 'unconditional');
		PERFORM t.act('wh_police', 'UPDATE govdata.resource SET opening = ''unconditional'' WHERE id = %s', r::text);
		FOREACH a IN ARRAY CASE s WHEN 'closed' THEN '{}' WHEN 'open' THEN '{open}'
			WHEN 'suspended' THEN '{open,suspended}' ELSE '{withdrawn}' END::text[] LOOP
			PERFORM t.act('wh_police', 'UPDATE govdata.resource SET opening_state = %2$L WHERE id = %1$s', r::text, a);
		END LOOP;
		INSERT INTO t.row VALUES ('resource_opening', s, r);
	END LOOP;

	FOREACH s IN ARRAY ARRAY['drafted', 'reviewed', 'approved', 'reported', 'rejected', 'lifted', 'lapsed'] LOOP
		r := t.resource('wh_police', '清单 ' || s, '{甲}');
		e := t.entry('wh_police', r, NULL, CASE WHEN s IN ('rejected') THEN 'drafted' WHEN s IN ('lifted', 'lapsed') THEN 'approved' ELSE s END);
		IF s = 'rejected' THEN
			PERFORM t.act('wh_da', 'SELECT govdata.reject_negative_entry(%s, ''依据不足'')', e::text);
		ELSIF s = 'lifted' THEN
			PERFORM t.act('wh_police', 'SELECT govdata.lift_negative_entry(%s, ''可以共享'')', e::text);
		ELSIF s = 'lapsed' THEN
			PERFORM t.act('wh_police', 'SELECT govdata.lapse_negative_entry(%s, ''依据废止'')', e::text);
		END IF;
		INSERT INTO t.row VALUES ('negative_entry', s, e);
	END LOOP;

	r := t.resource('wh_police', '人口', '{甲,乙}');
	FOREACH s IN ARRAY ARRAY['active', 'ended'] LOOP
		INSERT INTO t.row VALUES ('standing_consent', s, t.act('wh_police', 'INSERT INTO govdata.standing_consent'
			' (resource, departments) VALUES (%s, ''{1}'') RETURNING id', r::text)::bigint);
	END LOOP;
	PERFORM t.act('wh_police', 'UPDATE govdata.standing_consent SET state = ''ended'' WHERE id = %s',
		(SELECT id::text FROM t.row WHERE subject = 'standing_consent' AND state = 'ended'));

	FOREACH s IN ARRAY ARRAY['submitted', 'approved', 'refused', 'withdrawn', 'coordinating', 'agreed', 'upheld', 'unsettled'] LOOP
		q := t.request('ja_civil', r, '{甲,乙}');
		INSERT INTO t.row VALUES ('share_request', s, q);
		IF s = 'submitted' THEN
			CONTINUE;
		ELSIF s = 'withdrawn' THEN
			PERFORM t.act('ja_civil', 'SELECT govdata.withdraw_request(%s)', q::text);
			CONTINUE;
		ELSIF s = 'approved' THEN
			PERFORM t.act('wh_police', 'SELECT govdata.approve_request(%s, ''{甲}'', ''乙无关'')', q::text);
			CONTINUE;
		END IF;
		PERFORM t.act('wh_police', 'SELECT govdata.refuse_request(%s, ''无关'')', q::text);
		CONTINUE WHEN s = 'refused';
		PERFORM t.act('ja_civil', 'SELECT govdata.request_coordination(%s, ''有关'')', q::text);
		PERFORM t.act('wh_police', 'SELECT govdata.consent_in_coordination(%s)', q::text);
		CONTINUE WHEN s = 'coordinating';
		PERFORM t.act('ja_da', 'SELECT govdata.settle_coordination(%s, %L, ''经协调'')', q::text, s);
		IF s = 'agreed' THEN	-- revoked again, so that there is something to coordinate
			PERFORM t.act('wh_police', 'SELECT govdata.revoke_authorization(authorization_id, ''violation'', ''违规'')'
				' FROM govdata.share_request WHERE id = %s', q::text);
		END IF;
	END LOOP;

	FOREACH s IN ARRAY ARRAY['active', 'suspended', 'revoked', 'expired'] LOOP
		q := t.request('ja_civil', r, '{甲}', CASE s WHEN 'expired' THEN '2026-03-03' ELSE '2026-12-31' END::date);
		PERFORM t.act('wh_police', 'SELECT govdata.approve_request(%s)', q::text);
		SELECT authorization_id INTO e FROM govdata.share_request WHERE id = q;
		IF s = 'suspended' THEN
			PERFORM t.act('wh_police', 'SELECT govdata.suspend_authorization(%s, ''incident'', ''泄露'')', e::text);
		ELSIF s = 'revoked' THEN
			PERFORM t.act('wh_police', 'SELECT govdata.revoke_authorization(%s, ''violation'', ''违规'')', e::text);
		END IF;
		INSERT INTO t.row VALUES ('share_authorization', s, e);
	END LOOP;
END
$$;
\set travel_to '2026-03-05 09:00+08'
\i :travel
CALL govdata.sweep();

-- ---- how a move is tried ----
-- each states all that the move needs, so that only the actor is left to judge
CREATE FUNCTION t.move(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT CASE subject
		WHEN 'resource' THEN format('UPDATE govdata.resource SET state = %L, state_reason = ''理由'' WHERE id = %s', to_state, id)
		WHEN 'resource_opening' THEN format('UPDATE govdata.resource SET opening_state = %L WHERE id = %s', to_state, id)
		WHEN 'negative_entry' THEN format('UPDATE govdata.negative_entry SET state = %L, note = ''理由'' WHERE id = %s', to_state, id)
		WHEN 'standing_consent' THEN format('UPDATE govdata.standing_consent SET state = %L WHERE id = %s', to_state, id)
		WHEN 'share_request' THEN format('UPDATE govdata.share_request SET state = %L%s WHERE id = %s', to_state,
			CASE WHEN to_state IN ('approved', 'refused') THEN ', answer_reason = ''理由'''
				WHEN to_state = 'coordinating' THEN ', coordination_reason = ''另有理由'''
				WHEN to_state IN ('agreed', 'upheld', 'unsettled') THEN ', coordination_outcome = ''结果''' ELSE '' END, id)
		WHEN 'share_authorization' THEN format('INSERT INTO govdata.authorization_act (share_authorization, act, ground, reason)'
			' VALUES (%s, %L, %L, ''理由'')', id,
			CASE to_state WHEN 'suspended' THEN 'suspend' WHEN 'active' THEN 'resume' WHEN 'revoked' THEN 'revoke' ELSE to_state END,
			CASE WHEN to_state = 'active' THEN 'cleared' WHEN who = 'ja_civil' THEN 'waiver' ELSE 'incident' END)
		END
$$;
-- the same as a verb, where there is one; NULL where not
CREATE FUNCTION t.verb(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT CASE subject
		WHEN 'resource' THEN format(CASE to_state WHEN 'published' THEN 'SELECT govdata.publish_resource(%L)'
				WHEN 'suspended' THEN 'SELECT govdata.suspend_resource(%L, ''理由'')'
				WHEN 'withdrawn' THEN 'SELECT govdata.withdraw_resource(%L, ''理由'')' END,
			(SELECT code FROM govdata.resource r WHERE r.id = verb.id))
		WHEN 'negative_entry' THEN format(CASE to_state WHEN 'reviewed' THEN 'SELECT govdata.review_negative_entry(%s)'
				WHEN 'approved' THEN 'SELECT govdata.approve_negative_entry(%s)'
				WHEN 'reported' THEN 'SELECT govdata.report_negative_entry(%s)'
				WHEN 'rejected' THEN 'SELECT govdata.reject_negative_entry(%s, ''理由'')'
				WHEN 'lifted' THEN 'SELECT govdata.lift_negative_entry(%s, ''理由'')'
				WHEN 'lapsed' THEN 'SELECT govdata.lapse_negative_entry(%s, ''理由'')' END, id)
		WHEN 'share_request' THEN format(CASE to_state WHEN 'approved' THEN 'SELECT govdata.approve_request(%s)'
				WHEN 'refused' THEN 'SELECT govdata.refuse_request(%s, ''理由'')'
				WHEN 'withdrawn' THEN 'SELECT govdata.withdraw_request(%s)'
				WHEN 'coordinating' THEN 'SELECT govdata.request_coordination(%s, ''另有理由'')'
				WHEN 'agreed' THEN 'SELECT govdata.settle_coordination(%s, ''agreed'', ''结果'')'
				WHEN 'upheld' THEN 'SELECT govdata.settle_coordination(%s, ''upheld'', ''结果'')'
				WHEN 'unsettled' THEN 'SELECT govdata.settle_coordination(%s, ''unsettled'', ''结果'')' END, id)
		WHEN 'share_authorization' THEN format(CASE to_state
				WHEN 'suspended' THEN 'SELECT govdata.suspend_authorization(%s, %L, ''理由'')'
				WHEN 'active' THEN 'SELECT govdata.resume_authorization(%s, ''理由'')'
				WHEN 'revoked' THEN 'SELECT govdata.revoke_authorization(%s, %L, ''理由'')' END, id,
			CASE WHEN who = 'ja_civil' THEN 'waiver' ELSE 'incident' END)
		END
$$;
-- ending the coordination of a revocation anew is no act on the authorization
CREATE TABLE t.not_tried (subject text, from_state text, to_state text, actor text);
INSERT INTO t.not_tried SELECT subject, from_state, to_state, actor FROM govdata.transition
	WHERE subject = 'share_authorization' AND actor = 'coordinator';

\set moves :include '/moves.psql'
\i :moves

-- an act that names the state it is in changes nothing
SELECT is_empty($$SELECT f.subject, f.state, w.who, o.told FROM t.row AS f, t.tries AS w,
	t.outcome(f.subject, f.id, w.who, t.move(f.subject, f.id, w.who, f.state)) AS o (told)
	WHERE o.told LIKE 'ok%' AND NOT (f.subject IN ('resource', 'resource_opening') AND w.who = 'wh_police')$$,
	'nobody moves a row to where it is');

-- ---- coming into being ----
SELECT is(t.told(who, 'INSERT INTO govdata.resource (class, title, provider, sharing, sharing_conditions, opening, opening_ground)'
		' VALUES (''307009'', ''新'', ' || t.department('wh_police') || ', ''conditional'', ''条件'', ''closed'', ''law'')') = 'ok',
	who = 'wh_police', format('resource: new, by %s', who)) FROM t.tries ORDER BY n;
SELECT is(t.told(who, format('INSERT INTO govdata.negative_entry (resource, basis_kind, legal_basis, basis_article, reason)'
		' VALUES (%s, ''law'', ''法'', ''第一条'', ''理由'')', (SELECT id FROM t.row WHERE subject = 'resource' AND state = 'published'))) = 'ok',
	who = 'wh_police', format('negative_entry: new, by %s', who)) FROM t.tries ORDER BY n;
SELECT is(t.told(who, format('INSERT INTO govdata.standing_consent (resource) VALUES (%s)',
		(SELECT id FROM t.row WHERE subject = 'resource' AND state = 'draft'))) = 'ok',
	who = 'wh_police', format('standing_consent: new, by %s', who)) FROM t.tries ORDER BY n;
SELECT is(t.told(who, format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until)'
		' VALUES (%s, ''{甲}'', ''目的'', ''2026-12-31'')', (SELECT id FROM t.row WHERE subject = 'resource' AND state = 'published'))) = 'ok',
	who NOT IN ('wh_police', 'operator', 'utility', 'admin', 'superuser', 'stranger', 'public', 'nobody'),
	format('share_request: new, by %s', who)) FROM t.tries ORDER BY n;
-- and in no other state than the first
SELECT is_empty(format($$SELECT w.who, s.state FROM t.tries AS w, t.row AS s WHERE s.subject = %L
	AND (s.subject, '', s.state) NOT IN (SELECT subject, from_state, to_state FROM govdata.transition WHERE actor <> 'standing_consent')
	AND t.told(w.who, format(%L, s.state)) = 'ok'$$, v.subject, v.sql), format('%s: new in another state', v.subject))
FROM (VALUES
	('resource', 'INSERT INTO govdata.resource (class, title, sharing, sharing_conditions, opening, opening_ground, state)'
		' VALUES (''307009'', ''新'', ''conditional'', ''条件'', ''closed'', ''law'', %L)'),
	('negative_entry', 'INSERT INTO govdata.negative_entry (resource, basis_kind, legal_basis, basis_article, reason, state)'
		' VALUES (2, ''law'', ''法'', ''第一条'', ''理由'', %L)'),
	('standing_consent', 'INSERT INTO govdata.standing_consent (resource, state) VALUES (2, %L)'),
	('share_request', 'INSERT INTO govdata.share_request (resource, items, purpose, valid_until, state)'
		' VALUES (2, ''{甲}'', ''目的'', ''2026-12-31'', %L)')) AS v (subject, sql) ORDER BY v.subject COLLATE "C";

-- ---- what only the law itself writes ----
SELECT is_empty(format($$SELECT who, told FROM t.tries, t.told(who, %L) AS told WHERE told !~ CASE
		WHEN who = 'superuser' THEN '^ZW017 .*[^]]$' ELSE '^42501 ' END$$, sql), format('nobody: %s', what))
FROM (VALUES
	('an authorization by hand', 'INSERT INTO govdata.share_authorization (id, resource, provider, consumer, items, purpose, basis,'
		' valid_from, valid_until, state) VALUES (999, 2, 7, 15, ''{甲}'', '''', ''reply'', now(), now(), ''active'')'),
	('an authorization changed', 'UPDATE govdata.share_authorization SET state = ''active'''),
	('an authorization extended', 'UPDATE govdata.share_authorization SET valid_until = valid_until + interval ''1 year''')) AS v (what, sql);
SELECT is_empty($$SELECT f.subject, f.state, w.who, told FROM t.row AS f, t.tries AS w,
	t.told(w.who, format('DELETE FROM govdata.%I', replace(f.subject, '_opening', ''))) AS told
	WHERE told !~ '^(ZW0.*[^]]$|42501 )'$$, 'nobody deletes');

-- the moves of time are nobody's, but follow when it has come
SELECT is(t.told('superuser', format('SELECT govdata._settle(ARRAY[%s])', id)) || t.state('share_request', id), 'oksubmitted',
	'nothing settles before its time') FROM t.row WHERE subject = 'share_request' AND state = 'submitted';
\set travel_to '2026-03-17 00:00+08'
\i :travel
SELECT is(t.val('superuser', format('SELECT govdata._settle(ARRAY[%s])', id)) || t.state('share_request', id), '1approved',
	'and then it does') FROM t.row WHERE subject = 'share_request' AND state = 'submitted';

\i :actors_end
