\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Every way of making another act, tried with acts of every kind: orders, doubts,
-- rules, coordination, systems, purchases, forms, libraries, reorganization.
SELECT t.resource('wh_police', '人口', '{姓名,住址,证号}') AS r, t.resource('wh_police', '户籍', '{姓名}') AS r2, t.resource('wh_da', '汇总', '{姓名}') AS made \gset
SELECT code AS rc FROM govdata.resource WHERE id = :r \gset
CREATE SCHEMA data;
GRANT USAGE ON SCHEMA data TO govdata_department;
CREATE TABLE data.people (姓名 text, 住址 text, 证号 text);
ALTER TABLE data.people OWNER TO regress_gd_wh_police;
SELECT t.val('wh_police', format('SELECT govdata.attach_resource(%L, ''data.people'')', :'rc')) \g /dev/null
SELECT t.val('wh_police', format('UPDATE govdata.resource_item SET source = %s WHERE resource = %s AND name = ''住址''', t.department('wh_house'), :r)) \g /dev/null
SELECT t.entry('wh_police', :r, '{证号}') AS e \gset
SELECT t.request('ja_civil', :r, '{姓名,住址}') AS granted, t.request('wh_civil', :r, '{姓名}') AS pending, t.request('wh_civil', :r, '{住址}') AS refused \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :granted)) \g /dev/null
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :refused)) \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :refused)) \g /dev/null
SELECT t.val('wh_da', format('INSERT INTO govdata.dispatch_order (provider, wanted, need, resource, items, deliver_by, needed_until)'
	' VALUES (%s, ''数据'', ''需要'', %s, ''{姓名}'', ''2026-03-31'', ''2026-12-31'') RETURNING id', t.department('wh_police'), :r)) AS o \gset
SELECT t.val('wh_da', format('INSERT INTO govdata.dispatch_order (provider, wanted, need, resource, items, deliver_by, needed_until)'
	' VALUES (%s, ''数据'', ''需要'', %s, ''{证号}'', ''2026-03-31'', ''2026-12-31'') RETURNING id', t.department('wh_police'), :r)) AS o2 \gset
SELECT t.val('wh_da', format('SELECT govdata.dispatch_data(%s, ''数据'', ''需要'', ''2026-03-31'', ''2026-12-31'')', t.department('wh_police'))) AS o3 \gset
SELECT t.val('ja_civil', format('SELECT govdata.raise_doubt(%L, ''{姓名}'', ''有误'')', :'rc')) AS d, t.val('ja_civil', format('SELECT govdata.raise_doubt(%L, ''{姓名}'', ''也有误'')', :'rc')) AS d2 \gset
SELECT t.val('operator', format('SELECT govdata.notify_doubt(%s)', :d)) \g /dev/null

SELECT authorization_id AS a FROM govdata.share_request WHERE id = :granted \gset

CREATE TABLE t.act (n integer GENERATED ALWAYS AS IDENTITY, who text, sql text);
INSERT INTO t.act (who, sql) VALUES
	('wh_police', format('SELECT govdata.refuse_request(%s, ''x'')', :pending)),
	('wh_police', format('UPDATE govdata.share_request SET state = ''approved'' WHERE id = %s', :pending)),
	('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :refused)),
	('wh_house', format('SELECT govdata.consent_in_coordination(%s)', :refused)),
	('wh_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''维持'')', :refused)),
	('wh_police', format('SELECT govdata.revoke_authorization(%s, ''violation'', ''x'')', :a)),
	('ja_civil', format('SELECT govdata.narrow_authorization(%s, ''{姓名}'', ''x'')', :a)),
	('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名}'')', :o, :'rc')),
	('wh_police', format('SELECT govdata.withhold_dispatch(%s, %s)', :o2, :e)),
	('wh_da', format('SELECT govdata.specify_dispatch(%s, %L, ''{姓名}'')', :o3, :'rc')),
	('wh_da', format('SELECT govdata.cancel_dispatch(%s, ''x'')', :o)),
	('wh_police', format('SELECT govdata.answer_doubt(%s, ''confirmed'', ''x'')', :d)),
	('operator', format('SELECT govdata.notify_doubt(%s)', :d2)),
	('ja_civil', format('SELECT govdata.withdraw_doubt(%s, ''x'')', :d2)),
	('wh_police', format('SELECT govdata.define_rule(%L, ''0201'', ''not_null'', ''规则'', ''{姓名}'')', :'rc')),
	('wh_police', format('SELECT govdata.lift_negative_entry(%s, ''x'')', :e)),
	('wh_police', format('SELECT govdata.suspend_resource(%L, ''x'')', :'rc')),
	('wh_police', format('INSERT INTO govdata.standing_consent (resource, valid) VALUES (%s, ''[2026-03-01,2027-01-01)'')', :r)),
	('wh_police', format('INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason) VALUES (%s, ''{姓名}'', ''law'', ''法'', ''一'', ''x'')', :r)),
	('wh_police', 'SELECT govdata.plan_system(''系统'', ''new'')'),
	('wh_police', 'SELECT govdata.register_form(''服务'', ''表'')'),
	('wh_police', format('SELECT govdata.record_update(%L)', :'rc')),
	('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''撤并'', %s)', t.department('wh_house'), t.department('wh_civil')));

-- each is an act that its author may do: alone, and as often as tried here
BEGIN;
CREATE FUNCTION t.once(who text, sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
	answer := t.told(who, sql);
	IF answer = 'ok' THEN RAISE EXCEPTION 'undo' USING ERRCODE = 'ZX001'; END IF;
	RETURN answer;
EXCEPTION WHEN SQLSTATE 'ZX001' THEN RETURN 'ok';
END
$$;
COMMIT;
SELECT is(t.once(who, sql), 'ok', format('%s: %s', who, regexp_replace(sql, '\(.*', '...'))) FROM t.act ORDER BY n;

-- ---- traps that another department has laid ----
CREATE SCHEMA trap AUTHORIZATION regress_gd_yc_civil;
GRANT USAGE ON SCHEMA trap TO PUBLIC;
GRANT CREATE ON SCHEMA t TO regress_gd_yc_civil;
SET SESSION AUTHORIZATION regress_gd_yc_civil;
CREATE FUNCTION trap.run() RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.act'); RETURN 'x'; END $$;
CREATE FUNCTION trap.definer() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE current_setting('trap.act'); RETURN 'x'; END $$;
CREATE FUNCTION trap.hidden() RETURNS text LANGUAGE plpgsql AS $$ BEGIN BEGIN EXECUTE current_setting('trap.act'); EXCEPTION WHEN division_by_zero THEN NULL; END; RETURN 'x'; END $$;
CREATE FUNCTION trap.on_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.act'); RETURN NEW; END $$;
CREATE FUNCTION trap.less(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.act'); RETURN true; END $$;
CREATE OPERATOR trap.<< (LEFTARG = integer, RIGHTARG = integer, PROCEDURE = trap.less);
CREATE FUNCTION trap.cast_it(integer) RETURNS point LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.act'); RETURN NULL; END $$;
CREATE FUNCTION trap.step(text, integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.act'); RETURN 'x'; END $$;
CREATE AGGREGATE trap.count_up(integer) (SFUNC = trap.step, STYPE = text);
CREATE TABLE trap.list (a integer PRIMARY KEY);
INSERT INTO trap.list VALUES (1);
CREATE TRIGGER b BEFORE INSERT OR UPDATE OR DELETE ON trap.list FOR EACH ROW EXECUTE FUNCTION trap.on_row();
CREATE TABLE trap.ruled (a integer);
CREATE RULE r AS ON INSERT TO trap.ruled DO ALSO SELECT trap.run();
CREATE VIEW trap.bait AS SELECT a FROM (SELECT 1 AS a) v WHERE trap.run() = 'x';
GRANT ALL ON ALL TABLES IN SCHEMA trap TO PUBLIC;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION t.superuser_wrapper() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE current_setting('trap.act'); RETURN 'x'; END $$;

CREATE TABLE t.bait (n integer GENERATED ALWAYS AS IDENTITY, sql text, what text);
INSERT INTO t.bait (sql, what) VALUES
	('SELECT trap.run()', 'a function'),
	('SELECT trap.definer()', 'a SECURITY DEFINER function of another'),
	('SELECT t.superuser_wrapper()', 'a SECURITY DEFINER function of a superuser'),
	('SELECT trap.hidden()', 'a function that catches errors'),
	('SELECT 1 OPERATOR(trap.<<) 2', 'an operator'),
	('SET LOCAL search_path = trap, pg_catalog; SELECT 1 << 2', 'an operator that stands before the server''s'),
	('SELECT trap.cast_it(1)', 'a cast''s function'),
	('SELECT trap.count_up(x) FROM generate_series(1, 3) AS x', 'an aggregate'),
	('INSERT INTO trap.list VALUES (2)', 'a trigger'),
	('INSERT INTO trap.list VALUES (1) ON CONFLICT (a) DO NOTHING', 'a trigger below ON CONFLICT DO NOTHING'),
	('INSERT INTO trap.list VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 3', 'a trigger below ON CONFLICT DO UPDATE'),
	('MERGE INTO trap.list l USING (VALUES (1)) AS v (a) ON l.a = v.a WHEN MATCHED THEN DELETE', 'a trigger below MERGE'),
	('WITH gone AS (DELETE FROM trap.list RETURNING a) SELECT count(*) FROM gone', 'a trigger below a CTE'),
	('INSERT INTO trap.ruled VALUES (1)', 'a rule'),
	('SELECT count(*) FROM trap.bait', 'a view'),
	('CREATE TEMP TABLE copied AS SELECT * FROM trap.bait', 'a view that is copied'),
	('DO $do$ DECLARE r record; BEGIN FOR r IN SELECT * FROM trap.bait LOOP NULL; END LOOP; END $do$', 'a loop over a view'),
	('DO $do$ DECLARE c CURSOR FOR SELECT a FROM trap.list FOR UPDATE; x integer; BEGIN OPEN c; FETCH c INTO x; UPDATE trap.list SET a = 9 WHERE CURRENT OF c; END $do$', 'a cursor''s row, WHERE CURRENT OF'),
	('SELECT query_to_xml(''SELECT trap.run()'', true, true, '''')', 'a function of the server that runs a query');
SELECT is_empty(format($$SELECT a.n, b.what, told FROM t.act a, LATERAL set_config('trap.act', a.sql, false) AS s, LATERAL t.once(a.who, %L) AS told, t.bait b
	WHERE b.n = %s AND told NOT LIKE 'ZW0__ an act must not come through another department''s object%%'$$, sql, n), what || ': no act of any kind') FROM t.bait ORDER BY n;
SELECT is((SELECT count(*) FROM t.act), 23::bigint, 'of so many');

-- ---- one's own hands, in every form of transaction and statement ----
CREATE FUNCTION t.twice(who text, sql text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('role', t.role(who), true);
	BEGIN
		EXECUTE sql;
		RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN NULL;
	END;
	EXECUTE sql;
	RAISE EXCEPTION 'undo' USING ERRCODE = 'ZX001';
EXCEPTION
	WHEN SQLSTATE 'ZX001' THEN RETURN 'ok';
	WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT is_empty($$SELECT n, sql, told FROM t.act, t.twice(who, sql) AS told WHERE told <> 'ok'$$, 'what was undone in a subtransaction leaves nothing that stands in the way');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT is_empty($$SELECT n, sql, told FROM t.act, t.once(who, sql) AS told WHERE told <> 'ok'$$, 'under REPEATABLE READ');
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT is_empty($$SELECT n, sql, told FROM t.act, t.once(who, sql) AS told WHERE told <> 'ok'$$, 'under SERIALIZABLE');
COMMIT;
BEGIN READ ONLY;
SELECT is_empty($$SELECT n, sql, told FROM t.act, t.once(who, sql) AS told WHERE told NOT LIKE '25006%'$$, 'a transaction that reads writes nothing');
COMMIT;
-- nobody else may do any of them, however it is written
SELECT is_empty($$SELECT w.who, n, sql, told FROM t.act a, unnest('{yc_civil,stranger,utility,nobody,public}'::text[]) AS w (who), t.once(w.who, a.sql) AS told
	WHERE a.sql !~ 'plan_system|register_form' AND (told !~ '^(ZW0|42501|no rows)' OR told ~ '\[names|\[without')$$, 'nobody else does any of them');

-- MERGE, ON CONFLICT and cursors over the tables of cases are judged like any DML
SELECT t.refused('yc_civil', format('MERGE INTO govdata.dispatch_order o USING (VALUES (%s)) AS v (id) ON o.id = v.id WHEN MATCHED THEN UPDATE SET state = ''accepted'' WHEN NOT MATCHED THEN INSERT (provider, wanted, need, deliver_by, needed_until) VALUES (%s, ''x'', ''x'', ''2026-03-31'', ''2026-12-31'')', :o, t.department('wh_police')), 'ZW019 %', 'MERGE of another: the row is not there, and no order is issued instead');
SELECT t.refused('wh_police', format('MERGE INTO govdata.data_doubt d USING (VALUES (%s)) AS v (id) ON d.id = v.id WHEN MATCHED THEN DELETE', :d), 'ZW013 rows of "data_doubt" are not deleted', 'MERGE that deletes');
SELECT t.refused('wh_police', format('INSERT INTO govdata.data_doubt (id, resource, claim) VALUES (%s, %s, ''x'') ON CONFLICT (id) DO UPDATE SET claim = ''forged''', :d, :r), 'ZW0%', 'ON CONFLICT with a number of one''s own');
SELECT t.refused('ja_civil', format('INSERT INTO govdata.data_doubt (id, resource, claim) VALUES (%s, %s, ''x'') ON CONFLICT (id) DO NOTHING', :d, :r), 'ZW0%', 'nor to see whether there is one');
SELECT t.refused('yc_civil', $sql$DO $do$ DECLARE c CURSOR FOR SELECT id FROM govdata.share_request FOR UPDATE; x bigint; BEGIN OPEN c; FETCH c INTO x; END $do$$sql$, 'ZW032 rows of table "share_request" cannot be locked against others', 'a cursor that locks');
SELECT t.refused('wh_civil', format($sql$DO $do$ DECLARE c CURSOR FOR SELECT id FROM govdata.share_request WHERE id = %s; x bigint; BEGIN OPEN c; FETCH c INTO x; UPDATE govdata.share_request SET state = 'approved' WHERE CURRENT OF c; END $do$$sql$, :pending), 'ZW020 %', 'WHERE CURRENT OF is judged');
SELECT t.refused('wh_civil', format('WITH x AS (UPDATE govdata.share_request SET state = ''withdrawn'' WHERE id = %s RETURNING id) UPDATE govdata.dispatch_order SET state = ''accepted''', :pending), 'ZW019 the UPDATE would change rows of "dispatch_order" that you cannot see', 'of two acts in one statement each is judged');
SELECT is(state, 'submitted', 'and one falls with the other') FROM govdata.share_request WHERE id = :pending;

-- COPY FROM
\set VERBOSITY terse
SET SESSION AUTHORIZATION regress_gd_wh_police;
\echo # COPY into orders, doubts, rules:
COPY govdata.dispatch_order (provider, wanted, need, deliver_by, needed_until) FROM stdin;
1	x	x	2026-03-31	2026-12-31
\.
COPY govdata.data_doubt (resource, claim) FROM stdin;
1	x
\.
COPY govdata.quality_rule (resource, indicator, kind, title) FROM stdin;
1	0201	not_null	x
\.
RESET SESSION AUTHORIZATION;
\set VERBOSITY default

-- ---- ten thousand at once, one of them wrong ----
CREATE TABLE t.many AS SELECT i AS n FROM generate_series(1, 10000) AS i;
GRANT SELECT ON t.many TO PUBLIC;
SELECT t.allowed('ja_civil', format('INSERT INTO govdata.data_doubt (resource, claim) SELECT %s, ''疑义 '' || n FROM t.many', :r), 'ten thousand doubts');
SELECT t.refused('ja_civil', format('INSERT INTO govdata.data_doubt (resource, claim) SELECT CASE n WHEN 9999 THEN %s ELSE %s END, ''疑义 '' || n FROM t.many', :made, :r), 'ZW013 a doubt is raised by a department that can read the resource%', 'one of them about something else');
SELECT t.refused('wh_police', 'UPDATE govdata.data_doubt SET state = ''answered'', answer = ''explained'', answer_reason = ''x''', 'ZW013 doubt % cannot move from "raised" to "answered"%', 'all are answered, before anybody has pushed them');
SELECT t.allowed('operator', 'UPDATE govdata.data_doubt SET state = ''notified'' WHERE state = ''raised''', 'ten thousand pushed');
SELECT t.refused('yc_civil', 'UPDATE govdata.data_doubt SET state = ''answered'', answer = ''explained'', answer_reason = ''x''', 'ZW013 %', 'answered by somebody else');
SELECT t.allowed('wh_police', 'UPDATE govdata.data_doubt SET state = ''answered'', answer = ''explained'', answer_reason = ''x'' WHERE state = ''notified''', 'answered by the provider');
SELECT t.allowed('wh_da', format('INSERT INTO govdata.dispatch_order (provider, wanted, need, deliver_by, needed_until) SELECT %s, ''数据 '' || n, ''需要'', ''2026-03-31'', ''2026-12-31'' FROM t.many', t.department('wh_police')), 'ten thousand orders');
SELECT t.refused('wh_police', format('UPDATE govdata.dispatch_order SET state = ''withheld'', negative_entry = %s WHERE state = ''issued'' AND resource IS NULL', :e), 'ZW019 order % names no resource%', 'none is shaken off by whatever entry there is');
SELECT is((SELECT count(*) FROM govdata.dispatch_order WHERE state = 'withheld'), 0::bigint, 'not one');
SELECT is_empty('SELECT finding FROM govdata.verify_journal() WHERE finding NOT IN (''ok'', ''unsealed'')', 'and the journal holds');

\i :actors_end
