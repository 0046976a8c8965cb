\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- From a record of a read to why it was allowed, and from a department to all
-- that it read; and who may see which of it.

CREATE FUNCTION t.written() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	patience integer := 500;
BEGIN
	WHILE (SELECT s.queued FROM govdata.access_log_state() s) > 0 AND patience > 0 LOOP
		PERFORM pg_sleep(0.01);
		patience := patience - 1;
	END LOOP;
END
$$;
-- a column of the newest record
CREATE FUNCTION t.last(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	PERFORM t.written();
	EXECUTE format('SELECT (%s)::text FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1', what) INTO found;
	RETURN found;
END
$$;

-- ---- what a record says ----
SET compute_query_id = on;
SET application_name = 'desk';
SELECT t.reads('alice', 'SELECT name FROM pat.people WHERE id = 10', 'name 10', 'a read');
SELECT is(t.last('concat_ws('' '', kind, basis, outer_role, role, application, relation, items, authorization_id, version, completed)'),
	format('read authorization regress_gd_alice regress_gd_alice desk pat.people id,name %s 1 t', :alice_authorization),
	'says how, on what ground, in which role, with what program, which columns, by which authorization');
SELECT is(t.last('session_role'), session_user::text, 'who had logged in');
SELECT is(t.last('department'), '江岸区民政局', 'for which department');
SELECT is(t.last('at - (now() + (at - real_at)) BETWEEN interval ''-1 minute'' AND interval ''1 minute'' AND at < ''2026-03-03'' AND real_at > now() - interval ''1 hour'''), 'true', 'when, by both clocks');
SELECT is(t.last('row_count'), '1', 'how many rows came out');
SELECT isnt(t.last('query_id'), NULL, 'and which query it was');
SELECT t.last('query_id') AS first_query \gset
SELECT t.val('alice', 'SELECT name FROM pat.people WHERE id = 20') AS twenty \gset
SELECT is(t.last('query_id'), :'first_query', 'the same query has the same number');
SELECT t.val('alice', 'SELECT id FROM pat.people WHERE id = 20') AS twenty \gset
SELECT isnt(t.last('query_id'), :'first_query', 'another one has another');
SELECT t.val('alice', 'SELECT count(*) FROM (SELECT id FROM pat.people WHERE id <= 50) AS x') AS five \gset
SELECT is(t.last('row_count'), '1', 'rows are those that were returned, not those that were looked at');
SELECT t.val('alice', 'SELECT id FROM pat.people WHERE id = 11') AS hidden \gset
SELECT is(t.last('row_count'), '0', 'rows that the filter hides are none');
SELECT t.unread('alice', 'SELECT id_card FROM pat.people', :'not_covered', 'a refusal');
SELECT is(t.last('concat_ws('' '', kind, basis, reason)'), 'refused none No authorization covers item "id_card" now.', 'has its reason on record');
SELECT is(t.last('query_id IS NOT NULL AND ended_at IS NULL AND row_count IS NULL'), 'true', 'its query, and no end');
SELECT t.unread('nobody', 'SELECT name FROM pat.people', 'ZW020 %', 'who may not select at all is refused before the server says so');
SELECT is(t.last('concat_ws('' '', kind, outer_role)'), 'refused regress_gd_nobody', 'and on record');
SELECT t.unread('stranger', 'SELECT name FROM pat.people', 'ZW020 %', 'who is no department is refused');
SELECT is(t.last('concat_ws('' '', kind, outer_role, department_id)'), 'refused regress_gd_stranger', 'and on record without one');

-- statements inside functions
CREATE FUNCTION alice.look(i integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT name FROM pat.people WHERE id = i); END $$;
ALTER FUNCTION alice.look(integer) OWNER TO regress_gd_alice;
CREATE FUNCTION alice.look_sql(i integer) RETURNS text LANGUAGE sql AS $$ SELECT name FROM pat.people WHERE id = i $$;
ALTER FUNCTION alice.look_sql(integer) OWNER TO regress_gd_alice;
SELECT max(seq) AS mark FROM govdata.access_log \gset
SELECT t.reads('alice', 'SELECT string_agg(alice.look(i), '','') FROM generate_series(10, 30, 10) i', 'name 10,name 20,name 30', 'a function that reads three times');
SELECT t.written() AS done \gset
SELECT is((SELECT string_agg(kind || ' ' || items || ' ' || row_count, ', ' ORDER BY seq) FROM govdata.access_log WHERE seq > :mark),
	'read id,name 1, read id,name 1, read id,name 1, read id,name 1, read id,name 1, read id,name 1', 'is on record each time');
SELECT max(seq) AS mark FROM govdata.access_log \gset
SELECT t.reads('alice', 'SELECT alice.look_sql(10)', 'name 10', 'a function in SQL');
SELECT t.written() AS done \gset
SELECT is((SELECT count(*) FROM govdata.access_log WHERE seq > :mark AND kind = 'read' AND items = 'id,name'), 2::bigint, 'too, each of two times');

-- SET ROLE and SECURITY DEFINER: three roles
CREATE FUNCTION alice.own() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM pat.people $$;
ALTER FUNCTION alice.own() OWNER TO regress_gd_ja_civil;
SELECT t.reads('alice', 'SELECT alice.own()', '100', 'a function with the rights of the own department');
SELECT is(t.last('concat_ws('' '', session_role = session_user, outer_role, role)'), 't regress_gd_alice regress_gd_ja_civil', 'three roles are on record');

-- copies and explanations
SELECT max(seq) AS mark FROM govdata.access_log \gset
SELECT t.val('bob', 'CREATE TABLE bob.copy AS SELECT id, name FROM pat.people') AS copied \gset
SELECT is(t.last('kind || '' '' || row_count'), 'copy 1000', 'a copy is on record as one, with its rows');
SELECT t.val('bob', 'EXPLAIN SELECT id FROM pat.people') AS plan \gset
SELECT is(t.last('kind || '' '' || coalesce(row_count, 0)'), 'explain 0', 'an explanation as one');

-- ---- from a record to its reasons ----
SELECT boot, seq FROM govdata.access_log WHERE kind = 'read' AND department = '江岸区民政局' ORDER BY boot, seq LIMIT 1 \gset
SELECT results_eq(format('SELECT subject, event, from_state, to_state, actor, department FROM govdata.trace_access(%s, %s)', :boot, :seq),
	$$VALUES ('resource', 'insert', NULL, 'draft', 'department', '武汉市公安局'),
		('resource', 'update', 'draft', 'published', 'department', '武汉市公安局'),
		('attachment', 'insert', NULL, NULL, 'department', '武汉市公安局'),
		('share_request', 'insert', NULL, 'submitted', 'department', '江岸区民政局'),
		('share_request', 'update', 'submitted', 'approved', 'department', '武汉市公安局'),
		('share_authorization', 'insert', NULL, 'active', 'department', '武汉市公安局'),
		('access_record', 'read', NULL, NULL, 'department', '江岸区民政局')$$,
	'a read is traced to the resource, the request, its answer, the authorization, and who did each');
SELECT is((SELECT string_agg(article::text, ',') FROM govdata.trace_access(:boot, :seq) WHERE subject LIKE 'share_%' OR subject = 'access_record'),
	'20,20,20,32', 'with the articles');
SELECT is((SELECT content ->> 'items' || ' ' || (content ->> 'row_count') FROM govdata.trace_access(:boot, :seq) WHERE subject = 'access_record'),
	'id,name 1', 'and what was read');
SELECT t.val('pat', format('SELECT govdata.suspend_authorization(%s, ''incident'', ''leak'')', :alice_authorization)) AS suspended \gset
SELECT is((SELECT string_agg(subject || ' ' || coalesce(to_state, content ->> 'act'), ', ') FROM govdata.trace_access(:boot, :seq) WHERE subject IN ('share_authorization', 'authorization_act')),
	'share_authorization active, share_authorization suspended, authorization_act suspend', 'what was done to the authorization afterwards is told too');
SELECT is((SELECT subject FROM govdata.trace_access(:boot, :seq) OFFSET 6 LIMIT 1), 'access_record', 'after the read');

-- consent by silence that no sweep has written down
SELECT t.request('carol', :people, '{name}') AS silent \gset
\set travel_to '2026-03-20 09:00+08'
\i :travel
SELECT t.reads('carol', 'SELECT name FROM pat.people WHERE name = ''name 1''', 'name 1', 'consent by silence');
SELECT t.written() AS done \gset
SELECT boot AS cboot, seq AS cseq FROM govdata.access_log WHERE kind = 'read' AND department = '武汉市住房保障和房屋管理局' ORDER BY boot, seq LIMIT 1 \gset
SELECT results_eq(format('SELECT subject, event, to_state, article, actor FROM govdata.trace_access(%s, %s) WHERE subject LIKE ''share_%%'' OR subject = ''access_record''', :cboot, :cseq),
	$$VALUES ('share_request', 'insert', 'submitted', 20::smallint, 'department'), ('share_request', 'deemed_consent', 'approved', 20::smallint, 'time'),
		('access_record', 'read', NULL, 32::smallint, 'department')$$, 'is traced to time');
CALL govdata.sweep();
SELECT is((SELECT string_agg(subject || ' ' || to_state || ' ' || actor, ', ') FROM govdata.trace_access(:cboot, :cseq) WHERE subject LIKE 'share_%'),
	'share_request submitted department, share_request approved time, share_request approved time, share_authorization active time', 'and no less once a sweep has written it down');

-- ---- from a department, a credit code, a person to what was read ----
SELECT is((SELECT count(*) FROM govdata.access_of(t.department('wh_house'))), 2::bigint, 'all that a department read');
SELECT is((SELECT count(*) FROM govdata.access_of((SELECT uscc FROM govdata.department WHERE id = t.department('wh_house')))), 2::bigint, 'the same by its credit code');
SELECT is((SELECT count(*) FROM govdata.access_of(t.department('wh_house'), until => now() - interval '1 day')), 0::bigint, 'in another period nothing');
SELECT is((SELECT count(*) FROM govdata.access_of(t.department('wh_house'), since => now() - interval '1 day')), 2::bigint, 'in this one all');
SELECT is((SELECT count(*) FROM govdata.access_of_role(session_user)) > 20, true, 'by the role that had logged in');
SELECT is((SELECT count(*) FROM govdata.access_of_role('regress_gd_dave')), 0::bigint, 'not by another');
SELECT uscc AS old_code FROM govdata.department WHERE id = t.department('wh_house') \gset
UPDATE govdata.department SET uscc = t.uscc(900) WHERE id = t.department('wh_house');
SELECT is((SELECT count(*) FROM govdata.access_of(:'old_code')), 2::bigint, 'a code that the department had before leads to it');
SELECT is((SELECT count(*) FROM govdata.access_of(t.uscc(900))), 2::bigint, 'as does the present one');
SELECT t.refused('superuser', $$SELECT * FROM govdata.access_of('nonsense')$$, 'ZW032 there is no department "nonsense" %', 'an unknown code is an error');

-- ---- who may see what ----
SELECT t.reads('carol', format('SELECT count(*) FROM govdata.access_of(%s)', t.department('wh_house')), '2', 'a department sees what it read');
SELECT t.reads('carol', format('SELECT count(*) FROM govdata.access_of(%s)', t.department('ja_civil')), '0', 'and not what others did');
SELECT t.refused('carol', format('SELECT * FROM govdata.trace_access(%s, %s)', :boot, :seq), 'ZW032 there is no access_log % that you can see', 'nor can it trace their reads');
SELECT t.refused('carol', format('SELECT * FROM govdata.trace_access(%s, 0)', :boot), 'ZW032 there is no access_log % that you can see', 'as little as those that never were');
SELECT t.reads('carol', format('SELECT string_agg(subject, '','') FROM govdata.trace_access(%s, %s)', :cboot, :cseq),
	'share_request,share_request,access_record,share_request,share_authorization', 'its own it can: its request and the answer, not the provider''s doings');
SELECT t.reads('pat', format('SELECT count(*) > 5 FROM govdata.access_of(%s)', t.department('ja_civil')), 'true', 'the provider sees what others read of its resources');
SELECT t.reads('pat', format('SELECT count(*) FROM govdata.trace_access(%s, %s)', :boot, :seq), '9', 'and traces it');
SELECT t.reads('wh_da', 'SELECT count(*) FROM govdata.access_log', '0', 'who supervises does not see the records');
SELECT t.reads('hb_gov', 'SELECT count(*) FROM govdata.access_log', '0', 'however high');
SELECT t.reads('wh_da', 'SELECT count(*) > 0 AND bool_and(reads + refused >= copies) FROM govdata.access_statistics()', 'true', 'but counts');
SELECT t.reads('wh_da', format('SELECT reads || '' '' || rows_returned || '' '' || refused FROM govdata.access_statistics() WHERE department_id = %s AND resource = %s', t.department('wh_house'), :people),
	'2 2 0', 'of a department that it oversees');
SELECT t.reads('ja_da', 'SELECT count(*) FROM govdata.access_statistics()', '1', 'a district''s authority those of the district');
SELECT t.reads('yc_da', 'SELECT count(*) FROM govdata.access_statistics()', '0', 'another city''s none');
SELECT t.reads('carol', format('SELECT count(*) FROM govdata.access_statistics() WHERE department_id <> %s', t.department('wh_house')), '0', 'a department its own');
SELECT t.reads('admin', 'SELECT count(*) = (SELECT count(*) FROM govdata.access_record WHERE kind <> ''end'') FROM govdata.access_log', 'true', 'administrators see all records');
SELECT t.refused('nobody', 'SELECT * FROM govdata.access_log', '42501 %', 'nobody sees nothing');
SELECT t.refused('nobody', 'SELECT * FROM govdata.access_statistics()', '42501 %', 'nor counts');
SELECT t.refused('carol', 'SELECT * FROM govdata._access_statistics(now(), now())', '42501 %', 'what counts for others is not for departments to call');
SELECT is((SELECT sum(reads + refused) FROM govdata.access_statistics()), (SELECT count(*) FROM govdata.access_log WHERE kind <> 'explain')::numeric, 'the counts are those of the records');

-- ---- a resource that insists on durable records ----
SELECT t.allowed('pat', format('UPDATE govdata.resource SET access_log = ''sync'' WHERE id = %s', :people), 'the provider asks for durable records');
SELECT is((SELECT after ->> 'access_log' FROM govdata.journal_entry WHERE subject = 'resource' ORDER BY id DESC LIMIT 1), 'sync', 'which is in the journal');
SELECT t.refused('carol', format('UPDATE govdata.resource SET access_log = NULL WHERE id = %s', :people), 'ZW006 %', 'nobody else decides that');
SELECT t.refused('pat', format('UPDATE govdata.resource SET access_log = ''async'' WHERE id = %s', :people), '23514 %', 'it only makes the log stricter');

SELECT is_empty('SELECT * FROM govdata.verify_access_log() WHERE finding NOT IN (''ok'', ''unsealed'')', 'and the log holds');
\i :actors_end
