\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- The moves of switches, absences, extensions, completions, deliveries, catalog
-- changes and ends of service, by everybody.

CREATE TABLE t.plays (who text, part text);
CREATE TABLE t.tries (n integer GENERATED ALWAYS AS IDENTITY, who text);
INSERT INTO t.tries (who) VALUES ('wh_police'), ('ja_civil'), ('wh_da'), ('wh_gov'), ('ja_da'), ('ja_gov'),
	('hb_da'), ('hb_gov'), ('wh_civil'), ('yc_civil'), ('wh_market'), ('operator'), ('utility'),
	('admin'), ('superuser'), ('stranger'), ('public'), ('nobody');
-- who is what: extensions, deliveries, changes and ends are wh_police's, and ja_civil waits for them
INSERT INTO t.plays VALUES ('hb_da', 'provincial_authority'), ('wh_police', 'department'), ('wh_police', 'asker'), ('wh_da', 'authority'),
	('wh_police', 'provider'), ('ja_civil', 'consumer'), ('wh_da', 'data_authority');

CREATE ROLE regress_gd_li LOGIN;
GRANT regress_gd_wh_police TO regress_gd_li;
CREATE TABLE t.row (subject text, state text, id bigint, PRIMARY KEY (subject, state));
CREATE FUNCTION t.act(who text, sql text, VARIADIC args text[]) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, format(sql, VARIADIC args)) $$;

INSERT INTO t.row SELECT 'regime_switch', 'ended', t.val('hb_da', 'SELECT govdata.adopt_regime(''decree809'', ''2026-03-03'', ''公告'')')::bigint;
SELECT t.val('hb_da', 'SELECT govdata.end_regime(''decree809'', ''2026-06-01'', ''停'')');
INSERT INTO t.row SELECT 'regime_switch', 'adopted', t.val('hb_da', 'SELECT govdata.adopt_regime(''decree809'', ''2026-07-01'', ''公告'')')::bigint;
\set travel_to '2026-03-05 09:00+08'
\i :travel
DO $$
DECLARE
	r bigint;
	q bigint;
	e bigint;
	s text;
BEGIN
	INSERT INTO t.row VALUES ('officer_absence', 'ended', t.val('wh_police', 'SELECT govdata.declare_absence(''2026-03-05'', ''2026-03-09'', ''regress_gd_li'', ''出差'')')::bigint);
	PERFORM t.act('wh_police', 'SELECT govdata.end_absence(%s)', (SELECT id::text FROM t.row WHERE subject = 'officer_absence'));
	INSERT INTO t.row VALUES ('officer_absence', 'declared', t.val('wh_police', 'SELECT govdata.declare_absence(''2026-03-05'', ''2026-03-09'', ''regress_gd_li'', ''出差'')')::bigint);

	r := t.resource('wh_police', '人口', '{甲,乙}');
	FOREACH s IN ARRAY ARRAY['asked', 'granted', 'declined', 'withdrawn'] LOOP
		q := t.request('ja_civil', r, '{甲}');
		e := t.act('wh_police', 'SELECT govdata.ask_extension(''share_request'', %s, 5, ''量大'')', q::text);
		IF s IN ('granted', 'declined') THEN
			PERFORM t.act('wh_da', 'SELECT govdata.decide_extension(%s, %s, ''理由'')', e::text, (s = 'granted')::text);
		ELSIF s = 'withdrawn' THEN
			PERFORM t.act('wh_police', 'SELECT govdata.withdraw_extension(%s)', e::text);
		END IF;
		INSERT INTO t.row VALUES ('limit_extension', s, e);
	END LOOP;
	FOREACH s IN ARRAY ARRAY['asked', 'completed'] LOOP
		q := t.request('ja_civil', r, '{甲}');
		INSERT INTO t.row VALUES ('request_completion', s, t.act('wh_police', 'SELECT govdata.ask_completion(%s, ''依据'')', q::text)::bigint);
		IF s = 'completed' THEN
			PERFORM t.act('ja_civil', 'SELECT govdata.complete_request(%s, ''依据'')', q::text);
		END IF;
	END LOOP;
	FOREACH s IN ARRAY ARRAY['owed', 'delivered'] LOOP
		q := t.request('ja_civil', r, '{甲}');
		PERFORM t.act('wh_police', 'SELECT govdata.approve_request(%s)', q::text);
		INSERT INTO t.row SELECT 'share_delivery', s, id FROM govdata.share_delivery WHERE request = q;
		IF s = 'delivered' THEN
			PERFORM t.act('wh_police', 'SELECT govdata.mark_delivered(%s, ''file'')', q::text);
		END IF;
	END LOOP;
	FOREACH s IN ARRAY ARRAY['noted', 'updated', 'returned', 'published'] LOOP
		e := t.val('wh_police', 'SELECT govdata.note_catalog_change(''2026-03-04'', ''修订'')');
		INSERT INTO t.row VALUES ('catalog_change', s, e);
		CONTINUE WHEN s = 'noted';
		PERFORM t.act('wh_police', 'SELECT govdata.submit_catalog_update(%s)', e::text);
		CONTINUE WHEN s = 'updated';
		PERFORM t.act('wh_da', 'SELECT govdata.review_catalog_update(%s, %s, ''理由'')', e::text, (s = 'published')::text);
	END LOOP;
	FOREACH s IN ARRAY ARRAY['proposed', 'filed', 'withdrawn'] LOOP
		r := t.resource('wh_police', '服务 ' || s, '{甲}');
		e := t.act('wh_police', 'SELECT govdata.propose_service_end(%L, ''停用'')', (SELECT code FROM govdata.resource WHERE id = r));
		IF s = 'filed' THEN
			PERFORM t.act('wh_police', 'SELECT govdata.file_service_end(%s, ''已协商'')', e::text);
		ELSIF s = 'withdrawn' THEN
			PERFORM t.act('wh_police', 'UPDATE govdata.service_end SET state = ''withdrawn'' WHERE id = %s', e::text);
		END IF;
		INSERT INTO t.row VALUES ('service_end', s, e);
	END LOOP;
END
$$;

CREATE FUNCTION t.move(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format('UPDATE govdata.%I SET state = %L%s WHERE id = %s', subject, to_state, CASE
		WHEN to_state = 'ended' AND subject = 'regime_switch' THEN ', ends_on = ''2026-08-01'', reason = ''理由'''
		WHEN to_state IN ('granted', 'declined') THEN ', decision_reason = ''理由'''
		WHEN to_state = 'completed' THEN ', supplement = ''依据'''
		WHEN to_state = 'delivered' THEN ', how = ''file'''
		WHEN to_state IN ('published', 'returned') THEN ', reason = ''意见'''
		WHEN to_state = 'filed' THEN ', outcome = ''已协商''' ELSE '' END, id)
$$;
CREATE FUNCTION t.verb(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT CASE subject
		WHEN 'officer_absence' THEN CASE to_state WHEN 'ended' THEN format('SELECT govdata.end_absence(%s)', id) END
		WHEN 'limit_extension' THEN format(CASE to_state WHEN 'granted' THEN 'SELECT govdata.decide_extension(%s, true)'
			WHEN 'declined' THEN 'SELECT govdata.decide_extension(%s, false, ''理由'')' WHEN 'withdrawn' THEN 'SELECT govdata.withdraw_extension(%s)' END, id)
		WHEN 'request_completion' THEN CASE to_state WHEN 'completed' THEN format('SELECT govdata.complete_request(%s, ''依据'')',
			(SELECT c.request FROM govdata.request_completion c WHERE c.id = verb.id)) END
		WHEN 'share_delivery' THEN CASE to_state WHEN 'delivered' THEN format('SELECT govdata.mark_delivered(%s, ''file'')',
			(SELECT d.request FROM govdata.share_delivery d WHERE d.id = verb.id)) END
		WHEN 'catalog_change' THEN format(CASE to_state WHEN 'updated' THEN 'SELECT govdata.submit_catalog_update(%s)'
			WHEN 'published' THEN 'SELECT govdata.review_catalog_update(%s, true)' WHEN 'returned' THEN 'SELECT govdata.review_catalog_update(%s, false, ''意见'')' END, id)
		WHEN 'service_end' THEN CASE to_state WHEN 'filed' THEN format('SELECT govdata.file_service_end(%s, ''已协商'')', id) END
		END
$$;
CREATE TABLE t.not_tried (subject text, from_state text, to_state text, actor text);

\set moves :include '/moves.psql'
\i :moves

-- ---- coming into being ----
SELECT t.resource('wh_police', '新', '{甲}') AS r \gset
SELECT t.request('ja_civil', :r, '{甲}') AS q \gset
SELECT t.request('ja_civil', :r, '{甲}') AS q2 \gset
SELECT is((SELECT coalesce(string_agg(w.who, ' ' ORDER BY w.n), '-') FROM t.tries AS w WHERE t.told(w.who, v.sql) = 'ok'), v.who, format('%s: new, by %s', v.subject, v.who))
FROM (VALUES
	('limit_extension', format('INSERT INTO govdata.limit_extension (subject, subject_key, days, reason) VALUES (''share_request'', %s, 5, ''量大'')', :q), 'wh_police'),
	('request_completion', format('INSERT INTO govdata.request_completion (request, missing) VALUES (%s, ''依据'')', :q2), 'wh_police'),
	('catalog_change', format('INSERT INTO govdata.catalog_change (department, happened_on, what) VALUES (%s, ''2026-03-04'', ''修订'')', t.department('wh_police')), 'wh_police wh_da'),
	('service_end', format('INSERT INTO govdata.service_end (resource, reason) VALUES (%s, ''停用'')', :r), 'wh_police'),
	('share_delivery', format('INSERT INTO govdata.share_delivery (id, request, resource, provider, consumer, regime, received_at, owed_since) VALUES (999, %s, %s, %s, %s, ''decree809'', now(), now())', :q, :r, t.department('wh_police'), t.department('ja_civil')), '-')) AS v (subject, sql, who);
SELECT is_empty(format($$SELECT w.who FROM t.tries AS w WHERE t.told(w.who, %L) = 'ok'$$, format('DELETE FROM govdata.%I', subject)), format('%s: nobody deletes', subject)) FROM (SELECT DISTINCT subject FROM t.row) AS s ORDER BY subject COLLATE "C";

\i :actors_end
