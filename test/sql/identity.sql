\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Who acts, by whose hands, and who sees what: Articles 3, 5, 6, 7, 17, 32.

SELECT t.resource('wh_police', '户籍', '{甲,乙}') AS r \gset
SELECT t.request('ja_civil', :r, '{甲,乙}') AS q \gset
SELECT t.request('ja_civil', :r, '{甲}') AS coordinated \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :coordinated)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :coordinated)) \g /dev/null
SELECT t.request('ja_civil', :r, '{甲}') AS granted \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :granted)) \g /dev/null
SELECT format('govdata.approve_request(%s)', :q) AS act \gset
SELECT format('UPDATE govdata.share_request SET state = ''approved'' WHERE id = %s', :q) AS dml \gset

-- ---- who one is ----
CREATE ROLE regress_gd_clerk LOGIN;
GRANT regress_gd_wh_police TO regress_gd_clerk;
CREATE ROLE regress_gd_two LOGIN;
GRANT regress_gd_wh_police, regress_gd_wh_civil TO regress_gd_two;
CREATE ROLE regress_gd_noinherit LOGIN NOINHERIT;
GRANT regress_gd_wh_police TO regress_gd_noinherit;
CREATE ROLE regress_gd_section NOLOGIN;
GRANT regress_gd_wh_police TO regress_gd_section;
CREATE ROLE regress_gd_clerk2 LOGIN;
GRANT regress_gd_section TO regress_gd_clerk2;
CREATE ROLE regress_gd_super SUPERUSER NOLOGIN;
GRANT regress_gd_wh_police TO regress_gd_super;

SELECT is(t.val(who, 'SELECT govdata.current_department()')::bigint, t.department(who), format('%s is itself', who)) FROM t.actor ORDER BY n;
SELECT is(t.val('clerk', 'SELECT govdata.current_department()')::bigint, t.department('wh_police'), 'a clerk is its department');
SELECT is(t.val('clerk2', 'SELECT govdata.current_department()')::bigint, t.department('wh_police'), 'through a section too');
SELECT is(t.val('admin', 'SELECT govdata.current_department()'), NULL, 'an administrator is none');
SELECT is(t.val('stranger', 'SELECT govdata.current_department()'), NULL, 'a stranger is none');
SELECT is(t.val('superuser', 'SELECT govdata.current_department()'), NULL, 'a superuser is none');
SELECT is(t.val('super', 'SELECT govdata.current_department()')::bigint, t.department('wh_police'), 'unless a department made it its member');
SELECT t.refused('two', 'SELECT govdata.current_department()', 'ZW006 user "regress_gd_two" is a member of more than one department', 'two departments are none');
SELECT t.refused('two', :'dml', 'ZW006 user "regress_gd_two" is a member of more than one department', 'who is two does not act');
SET SESSION AUTHORIZATION regress_gd_two;
SET ROLE regress_gd_wh_police;
SELECT ok(govdata.current_department() IS NOT NULL, 'SET ROLE says which');
RESET SESSION AUTHORIZATION;
SELECT is(t.val('noinherit', 'SELECT 1 WHERE has_schema_privilege(''govdata'', ''usage'')'), NULL, 'NOINHERIT: no rights without SET ROLE');
SET SESSION AUTHORIZATION regress_gd_noinherit;
SET ROLE regress_gd_wh_police;
SELECT ok(govdata.current_department() IS NOT NULL, 'with it there are');
RESET SESSION AUTHORIZATION;
SELECT is(t.val('clerk', 'SELECT govdata.current_department()')::bigint, t.department('wh_police'), 'members act');
REVOKE regress_gd_wh_police FROM regress_gd_clerk;
SELECT t.refused('clerk', 'SELECT govdata.current_department()', '42501 %', 'until they are members no more');
GRANT regress_gd_wh_police TO regress_gd_clerk;
-- as if it had been registered so: with what it has, nobody could end it
SET govdata.restore = on;
UPDATE govdata.department SET valid = '[2021-01-01,2026-03-01)' WHERE role = 'regress_gd_wh_police'::regrole;
SELECT is(t.val('clerk', 'SELECT govdata.current_department()'), NULL, 'an abolished department does not act');
UPDATE govdata.department SET valid = '(,)' WHERE role = 'regress_gd_wh_police'::regrole;
RESET govdata.restore;
BEGIN;
SELECT t.allowed('clerk', :'dml', 'a clerk decides');
SELECT is(format('%s %s', role, department), format('regress_gd_clerk %s', t.department('wh_police')), 'and the journal has both')
FROM govdata.journal_entry WHERE subject = 'share_request' AND subject_key = :'q' ORDER BY id DESC LIMIT 1;
ROLLBACK;

-- ---- the administrator keeps registries and decides no case ----
SELECT t.refused('admin', :'dml', '42501 %', 'an administrator has no right to cases');
GRANT govdata_department TO regress_gd_admin;
SELECT t.refused('admin', :'dml', 'ZW020 user "regress_gd_admin" acts for no department', 'and with the right no say');
SELECT t.refused('admin', 'UPDATE govdata.resource SET title = ''x''', 'ZW006 user "regress_gd_admin" acts for no department', 'in no case');
REVOKE govdata_department FROM regress_gd_admin;
SELECT t.refused('superuser', :'dml', 'ZW020 user "%" acts for no department', 'nor has a superuser');
BEGIN;
SELECT t.allowed('admin', 'INSERT INTO govdata.region (code, name, level, parent) VALUES (''420199X'', ''功能区'', ''county'', ''420100'')', 'it registers regions');
SELECT t.allowed('admin', 'UPDATE govdata.department SET data_officer = ''新'' WHERE kind = ''agency''', 'and changes departments');
SELECT t.allowed('admin', 'INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES (''CN'', 2027, ''x'', ''2026-11-01'')', 'and loads notices');
ROLLBACK;
SELECT t.refused(who, sql, '42501 %', format('%s: not the registries', who))
FROM unnest(ARRAY['wh_police', 'wh_da', 'hb_da', 'public']) AS who, unnest(ARRAY['UPDATE govdata.department SET data_officer = ''x''']) AS sql;
-- what a department is
SELECT t.refused('admin', format('INSERT INTO govdata.department (uscc, name, region, kind, role) VALUES (%L, ''新'', ''420100'', ''agency'', %L)', uscc, role), told, what)
FROM (VALUES
	('11420000MB0000001X', 'regress_gd_nobody', 'ZW003 unified social credit code "%" fails its check', 'a code with a wrong check character'),
	(t.uscc(1), 'regress_gd_nobody', '23505 %', 'a code that is taken'),
	(t.uscc(900), 'regress_gd_clerk', 'ZW006 role "regress_gd_clerk" cannot stand for a department', 'a role that logs in'),
	(t.uscc(900), 'regress_gd_super', 'ZW006 role "regress_gd_super" cannot stand for a department', 'a superuser'),
	(t.uscc(900), 'govdata_department', 'ZW006 role "govdata_department" cannot stand for a department', 'the group role'),
	(t.uscc(900), 'govdata_admin', 'ZW006 role "govdata_admin" cannot stand for a department', 'the administrators'),
	(t.uscc(900), 'pg_monitor', 'ZW006 role "pg_monitor" cannot stand for a department', 'a role of the server'),
	(t.uscc(900), 'regress_gd_wh_da', '23505 %', 'a role that stands for another')) AS v (uscc, role, told, what);
SELECT t.refused('admin', format('INSERT INTO govdata.department (uscc, name, region, kind, role) VALUES (%L, ''新'', ''420100'', %L, ''regress_gd_nobody'')', t.uscc(900), kind), '23505 %', format('one %s a region', kind))
FROM unnest(ARRAY['government', 'data_authority']) AS kind;
SELECT t.refused('admin', 'UPDATE govdata.department SET role = ''regress_gd_nobody'' WHERE role = ''regress_gd_wh_police''::regrole', 'ZW006 id and role of a department cannot be changed', 'a department keeps its role');
SELECT t.refused('admin', 'DELETE FROM govdata.department', 'ZW006 rows of "department" are not deleted', 'and its row');
SELECT t.refused('superuser', 'DROP ROLE regress_gd_wh_police', 'ZW006 role "regress_gd_wh_police" stands for department %', 'and its role is not dropped');
SELECT t.refused('superuser', 'DROP OWNED BY regress_gd_wh_police', 'ZW006 role "regress_gd_wh_police" stands for department %', 'nor stripped of its privileges');

-- ---- own hands: nobody else's will is part of an act ----
-- "wh_civil" lays traps, a clerk of the provider walks into them
CREATE SCHEMA trap AUTHORIZATION regress_gd_wh_civil;
GRANT USAGE ON SCHEMA trap TO PUBLIC;
CREATE SCHEMA own AUTHORIZATION regress_gd_wh_police;
SELECT set_config('trap.act', :'act', false), set_config('trap.dml', :'dml', false) \g /dev/null
GRANT ALL ON SCHEMA t TO regress_gd_wh_civil, regress_gd_wh_police;
SET SESSION AUTHORIZATION regress_gd_wh_civil;
CREATE FUNCTION trap.verb() RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT ' || current_setting('trap.act'); RETURN '统计'; END $$;
CREATE FUNCTION trap.raw() RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.dml'); RETURN '统计'; END $$;
CREATE FUNCTION trap.inlined(q bigint) RETURNS void LANGUAGE sql AS $$ SELECT govdata.approve_request(q) $$;
CREATE FUNCTION trap.inlined_rows(q bigint) RETURNS SETOF text LANGUAGE sql STABLE AS $$ SELECT x FROM (SELECT 'x'::text, govdata.approve_request(q)) AS y (x, z) $$;
CREATE FUNCTION trap.pure(q bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM govdata.approve_request(q); RETURN true; END $$;
CREATE FUNCTION trap.definer() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE current_setting('trap.dml'); END $$;
CREATE PROCEDURE trap.procedure() LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.dml'); END $$;
CREATE FUNCTION trap.on_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.dml'); RETURN NEW; END $$;
CREATE TABLE trap.before (a integer);
CREATE TRIGGER b BEFORE INSERT ON trap.before FOR EACH ROW EXECUTE FUNCTION trap.on_row();
CREATE TABLE trap.after (a integer);
CREATE TRIGGER b AFTER INSERT ON trap.after FOR EACH STATEMENT EXECUTE FUNCTION trap.on_row();
CREATE TABLE trap.deferred (a integer);
CREATE CONSTRAINT TRIGGER b AFTER INSERT ON trap.deferred DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trap.on_row();
SELECT format('CREATE VIEW trap.bare AS SELECT %s::text AS answer', :'act') \gexec
SELECT format('CREATE VIEW trap.joined AS SELECT c.code FROM govdata.catalog c WHERE %s IS NOT NULL', :'act') \gexec
SELECT format('CREATE TABLE trap.defaults (a integer, b text DEFAULT %s)', 'query_to_xml(''SELECT ' || :'act' || ''', true, true, '''')::text') \gexec
CREATE TABLE trap.ruled (a integer);
SELECT format('CREATE RULE r AS ON INSERT TO trap.ruled DO ALSO %s', :'dml') \gexec
CREATE TABLE trap.ruled2 (a integer);
SELECT format('CREATE RULE r AS ON INSERT TO trap.ruled2 DO ALSO SELECT %s', :'act') \gexec
CREATE TABLE trap.policed (a integer);
ALTER TABLE trap.policed ENABLE ROW LEVEL SECURITY;
SELECT format('CREATE POLICY p ON trap.policed USING (%s IS NULL) WITH CHECK (%1$s IS NOT NULL)', :'act') \gexec
INSERT INTO trap.policed VALUES (1);
CREATE TABLE trap.checked (a integer, CHECK (trap.pure(a)));
CREATE TABLE trap.indexed (a integer);
CREATE TABLE trap.plain (a integer);
CREATE MATERIALIZED VIEW trap.materialized AS SELECT 1 AS a;
-- of the platform's own functions, without one of one's own
CREATE AGGREGATE trap.total(bigint) (SFUNC = int8larger, STYPE = bigint, FINALFUNC = govdata.consent_in_coordination);
CREATE FUNCTION trap.cursor() RETURNS refcursor LANGUAGE plpgsql AS $$ DECLARE c refcursor := 'c'; BEGIN OPEN c FOR EXECUTE 'SELECT ' || current_setting('trap.act'); RETURN c; END $$;
CREATE FUNCTION trap.prepare() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'PREPARE p AS SELECT ' || current_setting('trap.act'); END $$;
CREATE FUNCTION trap.plant() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE VIEW own.planted AS SELECT 1 AS a'; END $$;
-- names like those of the server
CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.dml'); RETURN pg_catalog.now(); END $$;
CREATE FUNCTION trap.texteq(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.dml'); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, PROCEDURE = trap.texteq);
CREATE FUNCTION trap.int8eq(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN true; END $$;
CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = bigint, PROCEDURE = trap.int8eq);
GRANT ALL ON ALL TABLES IN SCHEMA trap TO PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA trap TO PUBLIC;
RESET SESSION AUTHORIZATION;

SELECT t.refused('clerk', sql, 'ZW020 an act must not come through another department''s object', what)
FROM (VALUES
	('SELECT trap.verb()', 'a function that calls a verb'),
	('SELECT trap.raw()', 'a function that writes itself'),
	(format('SELECT trap.inlined(%s)', :'q'), 'a function that could be inlined'),
	(format('SELECT * FROM trap.inlined_rows(%s)', :'q'), 'one that returns rows'),
	(format('SELECT 1 WHERE trap.pure(%s)', :'q'), 'one that is evaluated while planning'),
	('CALL trap.procedure()', 'a procedure'),
	('DO ''BEGIN PERFORM trap.verb(); END''', 'a function in a block of one''s own'),
	('SELECT trap.now()', 'one that is called like the server''s'),
	('INSERT INTO trap.before VALUES (1)', 'a BEFORE trigger'),
	('INSERT INTO trap.after VALUES (1)', 'an AFTER trigger'),
	('INSERT INTO trap.deferred VALUES (1); SET CONSTRAINTS ALL IMMEDIATE', 'a deferred trigger'),
	('MERGE INTO trap.after USING (VALUES (1)) AS v (a) ON false WHEN NOT MATCHED THEN INSERT VALUES (1)', 'MERGE into a table with a trigger'),
	('SELECT * FROM trap.bare', 'a view that calls a verb, without a function of its own'),
	('SELECT count(*) FROM trap.joined', 'a view over the catalog'),
	('CREATE TABLE own.copy AS SELECT * FROM trap.bare', 'the view in CREATE TABLE AS'),
	('EXPLAIN ANALYZE SELECT * FROM trap.bare', 'the view in EXPLAIN ANALYZE'),
	('SELECT (SELECT answer::text FROM trap.bare)', 'the view in a subquery'),
	('WITH v AS MATERIALIZED (SELECT * FROM trap.bare) SELECT * FROM v', 'the view in a CTE'),
	('INSERT INTO trap.defaults (a) VALUES (1)', 'a default'),
	('INSERT INTO trap.ruled VALUES (1)', 'a rule that writes'),
	('INSERT INTO trap.ruled2 VALUES (1)', 'a rule that reads'),
	('SELECT * FROM trap.policed', 'a policy'),
	('INSERT INTO trap.policed VALUES (1)', 'a policy''s check'),
	(format('INSERT INTO trap.checked VALUES (%s)', :'q'), 'a check of the table'),
	(format('SELECT %s FROM trap.plain RIGHT JOIN (VALUES (1)) AS v ON true', :'act'), 'even a plain table of another beside the act'),
	(format('SELECT trap.total(%s::bigint)', :'coordinated'), 'an aggregate made of a verb'),
	(format('SELECT trap.total(%s::bigint) OVER ()', :'coordinated'), 'the same over a window'),
	(format('SELECT x FROM (VALUES (%s::bigint)) AS v (x) GROUP BY x HAVING trap.total(x) IS NULL', :'coordinated'), 'or in HAVING')) AS v (sql, what);
SELECT t.refused('wh_civil', sql, told, what)
FROM (VALUES
	('CREATE OPERATOR trap.<-> (LEFTARG = bigint, RIGHTARG = text, PROCEDURE = govdata.refuse_request)', 'ZW006 operator "<->" must not call a function of somebody else that acts or runs statements', 'no operator is made of a verb'),
	('CREATE OPERATOR trap.!! (RIGHTARG = bigint, PROCEDURE = govdata.consent_in_coordination)', 'ZW006 operator "!!" must not call a function of somebody else that acts or runs statements', 'nor a prefix one'),
	('CREATE OPERATOR trap.?? (LEFTARG = tsquery, RIGHTARG = text, PROCEDURE = ts_rewrite)', 'ZW006 operator "??" must not call a function of somebody else that acts or runs statements', 'nor of what runs any query'),
	('CREATE DOMAIN trap.d AS bigint CHECK (govdata.consent_in_coordination(VALUE) IS NULL)', 'ZW006 domain constraint "d_check" must not call a function of somebody else that acts or runs statements', 'nor a domain'),
	('CREATE DOMAIN trap.d AS bigint; ALTER DOMAIN trap.d ADD CONSTRAINT c CHECK (VALUE > 0 AND length(query_to_xml(''SELECT 1'', true, true, '''')::text) > 0)', 'ZW006 domain constraint "c" must not call a function of somebody else that acts or runs statements', 'nor afterwards')) AS v (sql, told, what);
SELECT t.allowed('wh_civil', 'CREATE DOMAIN trap.d AS bigint CHECK (trap.pure(VALUE) AND VALUE > 0 AND length(VALUE::text) < 9)', 'functions of one''s own and what changes nothing are fine: they are seen');
SELECT t.refused('clerk', format('SELECT %s::trap.d', :'q'), 'ZW020 an act must not come through another department''s object', 'in a domain too');
SELECT t.refused('clerk', 'SELECT trap.definer()', 'ZW020 an act must not come through another department''s object', 'a SECURITY DEFINER function of another');
-- through the names of the server, in a clerk's search_path
\set VERBOSITY terse
SET SESSION AUTHORIZATION regress_gd_clerk;
SET search_path = trap, pg_catalog;
\echo # an operator that shadows one of the server:
SELECT count(*) FROM govdata.resource WHERE code = '307009/000001';
RESET search_path;
RESET SESSION AUTHORIZATION;
\set VERBOSITY default
BEGIN;
SET LOCAL ROLE regress_gd_clerk;
SET LOCAL search_path = trap, pg_catalog, public;
SELECT govdata.refuse_request(:q, '无关') \g /dev/null
RESET search_path;
RESET ROLE;
SELECT is(state, 'refused', 'verbs do not look there: the one request that was meant') FROM govdata.share_request WHERE id = :q;
SELECT is(count(*), 1::bigint, 'and no other') FROM govdata.share_request WHERE state = 'refused';
ROLLBACK;
-- what another's function prepares or creates would act later, as one's own
SELECT t.refused('clerk', 'SELECT trap.prepare()', 'ZW006 an act must not come through another department''s object', 'a statement that another prepares');
SELECT t.refused('clerk', 'SELECT trap.plant()', 'ZW006 an act must not come through another department''s object', 'an object that another plants');
-- nobody locks the others out while their clocks run
SELECT t.refused('clerk', 'LOCK TABLE govdata.share_request IN ACCESS EXCLUSIVE MODE', 'ZW032 table "share_request" cannot be locked against others', 'a lock on all cases');
SELECT t.refused('clerk', 'LOCK TABLE govdata.resource IN SHARE MODE', 'ZW032 table "resource" cannot be locked against others', 'or on the catalog');
SELECT t.allowed('clerk', 'LOCK TABLE govdata.share_request IN ROW EXCLUSIVE MODE', 'as an UPDATE takes it');
-- COPY FROM into a table of another
SET SESSION AUTHORIZATION regress_gd_clerk;
\set VERBOSITY terse
\echo # COPY into a table with a BEFORE trigger, an AFTER trigger, a default:
COPY trap.before FROM stdin;
1
\.
COPY trap.after FROM stdin;
1
\.
COPY trap.defaults (a) FROM stdin;
1
\.
\echo # COPY into a table of cases, by a clerk and by a superuser of the same department:
COPY govdata.share_request (resource, items, purpose, valid_until) FROM stdin;
1	{甲}	x	2026-12-31
\.
RESET SESSION AUTHORIZATION;
SET ROLE regress_gd_super;
COPY govdata.share_request (resource, items, purpose, valid_until) FROM stdin;
1	{甲}	x	2026-12-31
\.
RESET ROLE;
SET SESSION AUTHORIZATION regress_gd_clerk;
\echo # a cursor that a function of another opened:
BEGIN;
SELECT trap.cursor() \g /dev/null
FETCH ALL FROM c;
ROLLBACK;
\echo # a deferred trigger, at the commit:
BEGIN;
INSERT INTO trap.deferred VALUES (1);
COMMIT;
\set VERBOSITY default
RESET SESSION AUTHORIZATION;
SELECT t.refused('superuser', 'SET ROLE regress_gd_clerk; INSERT INTO trap.before VALUES (1)', 'ZW020 an act must not come through another department''s object', 'a superuser who plays the clerk');
RESET ROLE;
SELECT is(state, 'submitted', 'after all of which the request is as it was') FROM govdata.share_request WHERE id = :q;
SELECT is(provider_consented_at, NULL, 'and so is the other') FROM govdata.share_request WHERE id = :coordinated;

-- one's own objects, and the server's, are one's own hands
SET SESSION AUTHORIZATION regress_gd_wh_police;
CREATE FUNCTION own.verb() RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT ' || current_setting('trap.act'); RETURN 'x'; END $$;
CREATE FUNCTION own.definer() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE 'SELECT ' || current_setting('trap.act'); RETURN 'x'; END $$;
CREATE FUNCTION own.on_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE current_setting('trap.dml'); RETURN NEW; END $$;
CREATE TABLE own.queue (a integer);
CREATE TRIGGER b AFTER INSERT ON own.queue FOR EACH STATEMENT EXECUTE FUNCTION own.on_row();
SELECT format('CREATE VIEW own.bare AS SELECT %s::text AS answer', :'act') \gexec
GRANT USAGE ON SCHEMA own TO PUBLIC;
GRANT ALL ON own.queue, own.bare TO PUBLIC;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION t.server_definer() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN EXECUTE current_setting('trap.dml'); END $$;
BEGIN;
SAVEPOINT s;
SELECT t.allowed('clerk', 'SELECT own.verb()', 'a function of one''s own department');
ROLLBACK TO s;
SELECT t.allowed('clerk', 'SELECT own.definer()', 'a SECURITY DEFINER function of one''s own department');
ROLLBACK TO s;
SELECT t.allowed('clerk', 'INSERT INTO own.queue VALUES (1)', 'a trigger of one''s own department');
ROLLBACK TO s;
SELECT t.allowed('clerk', 'SELECT * FROM own.bare', 'a view of one''s own department');
ROLLBACK TO s;
SELECT t.allowed('clerk', 'DO ''BEGIN EXECUTE current_setting(''''trap.dml''''); END''', 'a block');
ROLLBACK TO s;
SELECT t.allowed('clerk', format('SELECT query_to_xml(%L, true, true, '''')', 'SELECT ' || :'act'), 'a function of the server');
ROLLBACK;
SELECT t.refused('clerk', 'SELECT t.server_definer()', 'ZW020 an act must not come through another department''s object', 'a superuser''s SECURITY DEFINER function acts for nobody');
SELECT t.refused('wh_civil', 'SELECT own.definer()', 'ZW020 %', 'nor does a department''s for another');

-- a department's system acts through temporary objects of its own
BEGIN;
SET LOCAL ROLE regress_gd_clerk;
CREATE TEMP TABLE batch (request bigint);
INSERT INTO batch VALUES (:q);
SELECT count(govdata.approve_request(request)) FROM batch \g /dev/null
RESET ROLE;
SELECT is(state, 'approved', 'a batch of one''s own') FROM govdata.share_request WHERE id = :q;
ROLLBACK;
-- nothing in pg_temp stands in for what the verbs mean
BEGIN;
SET LOCAL ROLE regress_gd_wh_civil;
CREATE TEMP TABLE share_request (id bigint, state text);
CREATE TEMP TABLE department (id bigint, role regrole);
CREATE FUNCTION pg_temp.clock() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '2030-01-01'::timestamptz $$;
SET LOCAL search_path = pg_temp, pg_catalog, public;
RESET ROLE;
SELECT t.refused('wh_civil', format('SELECT govdata.approve_request(%s)', :q), 'ZW020 there is no request "%" that you can see', 'temporary objects stand in for nothing');
ROLLBACK;

-- ---- who sees what ----
SELECT t.entry('wh_police', t.resource('wh_police', '拟列', '{甲}'), NULL, 'drafted') AS drafted \gset
SELECT t.resource('wh_police', '草稿', '{甲}', publish => false) AS draft \gset
CREATE FUNCTION t.sees(who text) RETURNS text
LANGUAGE sql AS $$
	SELECT concat_ws(' ', t.val(who, 'SELECT string_agg(id::text, '','' ORDER BY id) FROM govdata.share_request'), '|',
		t.val(who, 'SELECT count(*) FROM govdata.share_request_item'), '|',
		t.val(who, 'SELECT count(*) FROM govdata.share_authorization'), '|',
		t.val(who, 'SELECT count(*) FROM govdata.resource WHERE state = ''draft'''), '|',
		t.val(who, 'SELECT count(*) FROM govdata.negative_entry WHERE state = ''drafted'''), '|',
		t.val(who, 'SELECT count(*) > 0 FROM govdata.journal_entry WHERE subject = ''share_request'''))
$$;
SELECT t.request('wc_civil', t.resource('ja_civil', '区', '{甲}'), '{甲}') AS county \gset
\echo # requests | items | authorizations | drafts | draft entries | journal of requests
SELECT format('%s: %s', who, t.sees(who)) FROM t.actor ORDER BY n;
SELECT format('admin: %s', t.sees('admin'));
SELECT format('stranger: %s', t.sees('stranger'));
SELECT is_empty($$SELECT relname, told FROM pg_class, t.told('public', format('SELECT count(*) FROM govdata.%I', relname)) AS told
	WHERE relnamespace = 'govdata'::regnamespace AND relkind IN ('r', 'v', 'p') AND relname NOT IN
	('article', 'transition', 'time_limit', 'open_list', 'region', 'department', 'resource', 'calendar', 'calendar_notice', 'calendar_day', 'statutory_holiday')
	AND told NOT LIKE '42501 %'$$, 'the public reads nothing else');
SELECT t.refused('nobody', format('SELECT count(*) FROM govdata.%I', 'article'), '42501 %', 'and who is nobody reads nothing');
SELECT t.refused('public', 'SELECT role FROM govdata.department', '42501 %', 'nor whose role is whose');
-- views and boards show no more than the tables
SELECT is(t.val(who, 'SELECT string_agg(id::text, '','' ORDER BY id) FROM govdata.request_board'), t.val(who, 'SELECT string_agg(id::text, '','' ORDER BY id) FROM govdata.share_request'), format('%s: the board', who)) FROM t.actor ORDER BY n;
-- nor does a function that leaks
SELECT is(t.val('wh_civil', 'SELECT count(*) FROM govdata.request_board WHERE t.told(''superuser'', format(''SELECT %L'', purpose)) = ''ok'''), '0', 'a leaky function sees nothing');
-- ---- what only the platform writes ----
CREATE TABLE t.derived (relname text, columns text);
INSERT INTO t.derived VALUES ('share_authorization', 'version = version'), ('share_request_item', 'item = item'), ('resource_version', 'entry = entry'),
	('resource_serial', 'last = last + 1'), ('journal_entry', 'at = at'), ('journal_seal', 'hash = hash');
SELECT t.val('superuser', 'CALL govdata.sweep()') \g /dev/null
SELECT t.refused('superuser', format(sql, relname, columns), 'ZW0%', format(sql, relname, columns))
FROM t.derived, unnest(ARRAY['UPDATE govdata.%I SET %s', 'DELETE FROM govdata.%1$I', 'INSERT INTO govdata.%1$I SELECT * FROM govdata.%1$I']) WITH ORDINALITY AS v (sql, n)
ORDER BY relname, n;
SELECT is_empty($$SELECT w.who, relname, p FROM t.derived, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p,
	unnest(ARRAY['regress_gd_wh_police', 'regress_gd_admin', 'regress_gd_public', 'regress_gd_nobody']) AS w (who)
	WHERE has_table_privilege(w.who, format('govdata.%I', relname), p)$$, 'no role has a right to write them');
SELECT is_empty($$SELECT relname, p FROM pg_class, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p, unnest(ARRAY['govdata_department', 'govdata_admin', 'govdata_public']) AS w (who)
	WHERE relnamespace = 'govdata'::regnamespace AND relkind IN ('r', 'p', 'v') AND has_table_privilege(w.who, pg_class.oid, p)$$, 'nor to hang something on any table');
SELECT is_empty($$SELECT relname, w.who FROM pg_class, unnest(ARRAY['govdata_department', 'govdata_admin', 'govdata_public']) AS w (who)
	WHERE relnamespace = 'govdata'::regnamespace AND relkind = 'S' AND has_sequence_privilege(w.who, pg_class.oid, 'USAGE, UPDATE')$$, 'nor to draw a number');
-- nobody empties a table that says who did what
SELECT is_empty($$SELECT relname, told FROM pg_class, t.told('superuser', format('TRUNCATE govdata.%I CASCADE', relname)) AS told
	WHERE relnamespace = 'govdata'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'sweep_%'
	AND (told NOT LIKE 'ZW0%' OR told LIKE '%[%]')$$, 'nobody empties a table by TRUNCATE');

-- ---- inventory ----
SELECT bag_eq($$SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'govdata'::regnamespace
	AND has_function_privilege('public', p.oid, 'EXECUTE')$$,
	$$VALUES ('govdata.clock()'), ('govdata.as_of()'), ('govdata.legal_date(timestamp with time zone)'), ('govdata.is_working_day(date,text)'),
	('govdata.add_working_days(date,integer,text)'), ('govdata.working_days_between(date,date,text)'),
	('govdata.deadline(timestamp with time zone,integer,text)'), ('govdata.explain_deadline(timestamp with time zone,integer,text)'),
	('govdata.uscc_is_valid(text)'), ('govdata._articles()'), ('govdata._transitions()'), ('govdata._permitted(bigint,integer,oid)')$$,
	'anybody may call these functions and no other');
SELECT bag_eq($$SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'govdata'::regnamespace AND p.proname ~ '^_' AND p.prorettype <> 'trigger'::regtype
	AND has_function_privilege('govdata_department', p.oid, 'EXECUTE')$$,
	$$VALUES ('govdata._absent(text,text,smallint)'),
	('govdata._articles()'),
	('govdata._class_kind(text)'),
	('govdata._department_name(bigint,timestamp with time zone)'),
	('govdata._deadline(timestamp with time zone,integer,text)'),
	('govdata._departments_seen()'),
	('govdata._doubt_clocks()'),
	('govdata._doubts_owed(bigint)'),
	('govdata._found(text,text,smallint,bigint)'),
	('govdata._has_limit(text,text,date)'),
	('govdata._limit_amount(text,date)'),
	('govdata._limit_end(text,timestamp with time zone,text,text,timestamp with time zone,integer)'),
	('govdata._move_negative_entry(bigint,text,text)'),
	('govdata._move_resource(text,text,text,smallint)'),
	('govdata._moved(text,text,smallint,boolean)'),
	('govdata._next_holder(bigint,bigint)'),
	('govdata._nothing_used(bigint)'),
	('govdata._operates(text)'),
	('govdata._oversees(bigint)'),
	('govdata._permitted(bigint,integer,oid)'),
	('govdata._platform_operator(text)'),
	('govdata._redundant(text[],bigint)'),
	('govdata._refers(text,text,bigint)'),
	('govdata._region_calendar(text)'),
	('govdata._region_contains(text,text)'),
	('govdata._requests_of_source(bigint)'),
	('govdata._resource_id(text,smallint)'),
	('govdata._search(text,bigint,text[],text,integer,bigint)'),
	('govdata._sees(bigint,bigint)'),
	('govdata._specification_findings(jsonb)'),
	('govdata._successions()'),
	('govdata._text(text)'),
	('govdata._transition_article(text,text,text)'),
	('govdata._transitions()'),
	('govdata._update_due(text,timestamp with time zone)'),
	('govdata._working_days_left(date,date,text)'),
	('govdata._yearly_due(text,integer)')$$, 'departments call these helpers and no other');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'govdata'::regnamespace AND p.prorettype = 'trigger'::regtype
	AND (has_function_privilege('govdata_department', p.oid, 'EXECUTE') OR has_function_privilege('govdata_admin', p.oid, 'EXECUTE'))$$, 'nobody hangs a guard elsewhere');
SELECT t.refused('wh_police', format('SELECT govdata.%s(''{1}'')', f), '42501 %', f) FROM unnest(ARRAY['_settle', '_expire']) AS f;
SELECT t.refused('wh_police', 'CALL govdata.sweep()', '42501 %', 'the sweep is the administrator''s');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'govdata'::regnamespace AND p.prosecdef$$, 'no function is SECURITY DEFINER');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'govdata'::regnamespace
	AND l.lanname = 'plpgsql' AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false) AND p.proname <> '_govern'$$, 'every PL/pgSQL function has its search_path');
SELECT is_empty($$SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'govdata'::regnamespace AND relkind = 'v'
	AND NOT coalesce(reloptions @> '{security_invoker=true,security_barrier=true}', false)$$, 'every view is security_invoker and security_barrier');
SELECT is_empty($$SELECT tgrelid::regclass, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'govdata'::regnamespace
	AND NOT tgisinternal AND tgenabled <> 'A'$$, 'every trigger fires always');
SELECT is_empty($$SELECT relname FROM pg_class c WHERE relnamespace = 'govdata'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'sweep_%' AND relname <> 'access_seal'
	AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 2 = 2 AND t.tgtype & 28 = 28)$$, 'every table has a guard before INSERT, UPDATE and DELETE');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind IN ('r', 'v')
	AND coalesce(obj_description(c.oid, 'pg_class'), '') !~ '[一-龥]'$$, 'every table and view has a comment in Chinese');
SELECT is_empty($$SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind IN ('r', 'v') AND coalesce(col_description(c.oid, a.attnum), '') !~ '[一-龥]'$$, 'every column has one');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'govdata'::regnamespace AND coalesce(obj_description(p.oid, 'pg_proc'), '') !~ '[一-龥]'$$, 'every function has one');
SELECT is_empty($$SELECT relname FROM pg_class c WHERE relnamespace = 'govdata'::regnamespace AND relkind = 'r' AND NOT relrowsecurity
	AND relname NOT IN (
		'access_hold',
		'access_seal',
		'article',
		'attachment',
		'attachment_column',
		'calendar',
		'calendar_day',
		'calendar_notice',
		'catalog_specification',
		'code_rule',
		'data_element',
		'department',
		'dispute_step',
		'journal_seal',
		'library_subject',
		'quality_indicator',
		'quality_weight',
		'regime',
		'regime_rule',
		'region',
		'reminder_rule',
		'resource_serial',
		'statutory_holiday',
		'sweep_failure',
		'sweep_heartbeat',
		'sweep_hold',
		'time_limit',
		'update_cycle',
		'withholding_basis',
		'yearly_limit')$$, 'every table of cases has row security');

SELECT t.refused('admin', 'UPDATE govdata.region SET level = ''county'', parent = ''420106'' WHERE code = ''420100''', 'ZW005 region "420100" cannot be below "420106"', 'but none below itself');

-- ---- the default of a domain, which whoever leaves a column out evaluates ----
CREATE SEQUENCE trap.s;
ALTER SEQUENCE trap.s OWNER TO regress_gd_wh_civil;
SELECT t.refused('wh_civil', sql, 'ZW006 a default of domain "told" must not call a function of somebody else that acts or runs statements', what)
FROM (VALUES
	('CREATE DOMAIN trap.told AS text DEFAULT query_to_xml(''SELECT 1'', true, false, '''')::text', 'a domain''s default runs no statement'),
	('CREATE DOMAIN trap.told AS bigint DEFAULT setval(''trap.s'', 1)', 'nor writes down what is told'),
	('CREATE DOMAIN trap.told AS text DEFAULT govdata.approve_request(3)::text', 'nor acts'),
	('CREATE DOMAIN trap.told AS text; ALTER DOMAIN trap.told SET DEFAULT length(table_to_xml(''t.actor'', true, false, '''')::text)::text', 'nor afterwards'),
	('CREATE DOMAIN trap.told AS text DEFAULT ''x''; ALTER DOMAIN trap.told SET DEFAULT query_to_xml(''SELECT 1'', true, false, '''')::text', 'nor instead of another')) AS v (sql, what);
SELECT t.allowed('wh_civil', 'CREATE DOMAIN trap.numbered AS bigint DEFAULT nextval(''trap.s''); ALTER DOMAIN trap.numbered SET DEFAULT abs(-1); ALTER DOMAIN trap.numbered DROP DEFAULT', 'a usual default is fine');
SELECT t.allowed('wh_civil', 'CREATE DOMAIN trap.own AS text DEFAULT trap.definer()::text', 'and one''s own function, which is seen');
CREATE TABLE trap.with_own (id integer, x trap.own);
GRANT INSERT ON trap.with_own TO regress_gd_clerk;
SELECT t.refused('clerk', 'INSERT INTO trap.with_own (id) VALUES (1)', 'ZW020 an act must not come through another department''s object', 'by whoever leaves the column out');

-- ---- the role of a department among another's members ----
CREATE ROLE regress_gd_dina LOGIN IN ROLE regress_gd_wh_police;
BEGIN;
GRANT regress_gd_wh_house TO regress_gd_wh_police;
SELECT is(t.val('wh_police', 'SELECT govdata.current_department()'), t.department('wh_police')::text, 'a department''s role is that department, whatever it is made a member of');
SELECT is(t.val('dina', 'SELECT govdata.current_department()'), t.department('wh_police')::text, 'and so are its clerks');
SELECT is(t.val('wh_house', 'SELECT govdata.current_department()'), t.department('wh_house')::text, 'the other is still itself');
SELECT unalike((SELECT detail FROM govdata.doctor() WHERE item = 'roles of several departments'), '%regress_gd_dina%', 'doctor() tells nobody to SET ROLE for it');
GRANT regress_gd_wh_house TO regress_gd_dina;
SELECT alike((SELECT detail FROM govdata.doctor() WHERE item = 'roles of several departments'), '%regress_gd_dina%', 'but tells whoever must');
SELECT t.refused('dina', 'SELECT govdata.current_department()', 'ZW006 user "regress_gd_dina" is a member of more than one department', 'whoever belongs to both by himself says for which he acts');
ROLLBACK;
BEGIN;
CREATE ROLE regress_gd_desk NOLOGIN IN ROLE regress_gd_wh_police;
CREATE ROLE regress_gd_dora LOGIN IN ROLE regress_gd_desk;
SELECT is(t.val('dora', 'SELECT govdata.current_department()'), t.department('wh_police')::text, 'a group within a department belongs to it');
GRANT regress_gd_wh_house TO regress_gd_desk;
SELECT t.refused('dora', 'SELECT govdata.current_department()', 'ZW006 user "regress_gd_dora" is a member of more than one department', 'one in two departments belongs to both');
ROLLBACK;

\i :actors_end
