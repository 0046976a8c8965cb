\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Nothing that was authorized can be passed on: views, functions, rules, triggers,
-- materialized views.  And nothing leaks while a refused statement is planned.

-- objects of bob, of the provider and of a superuser over the same table
SET ROLE regress_gd_bob;
CREATE VIEW bob.v AS SELECT id, name, region FROM pat.people;
CREATE VIEW bob.barrier WITH (security_barrier) AS SELECT id, name, region FROM pat.people;
CREATE VIEW bob.invoker WITH (security_invoker) AS SELECT id, name, region FROM pat.people;
CREATE VIEW bob.everything WITH (security_invoker) AS SELECT id, name, id_card, region FROM pat.people;
CREATE VIEW bob.over_v AS SELECT id FROM bob.v;
CREATE FUNCTION bob.inlined() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT name FROM bob.v';
CREATE FUNCTION bob.invoker() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT name FROM pat.people';
CREATE FUNCTION bob.definer_sql() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT name FROM pat.people';
CREATE FUNCTION bob.definer_plpgsql() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS
	'BEGIN RETURN (SELECT count(*) FROM pat.people); END';
CREATE FUNCTION bob.definer_dynamic() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS
	'DECLARE n bigint; BEGIN EXECUTE ''SELECT count(*) FROM pat.people'' INTO n; RETURN n; END';
CREATE FUNCTION bob.cursor() RETURNS refcursor LANGUAGE plpgsql SECURITY DEFINER AS
	'DECLARE c refcursor := ''bobs''; BEGIN OPEN c FOR SELECT name FROM pat.people; RETURN c; END';
CREATE FUNCTION bob.plpgsql() RETURNS bigint LANGUAGE plpgsql AS
	'BEGIN RETURN (SELECT count(*) FROM pat.people); END';
CREATE FUNCTION bob.atomic() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM pat.people; END;
CREATE TABLE bob.trap (n integer);
CREATE TABLE bob.loot (name text);
GRANT INSERT ON bob.loot TO PUBLIC;
CREATE RULE steal AS ON INSERT TO bob.trap DO ALSO INSERT INTO bob.loot SELECT name FROM pat.people;
CREATE MATERIALIZED VIEW bob.copied AS SELECT id, name FROM pat.people;
GRANT SELECT ON ALL TABLES IN SCHEMA bob TO PUBLIC;
GRANT INSERT ON bob.trap TO PUBLIC;
RESET ROLE;
SET ROLE regress_gd_wh_police;
CREATE VIEW pat.v AS SELECT id, name, salary FROM pat.people;
CREATE FUNCTION pat.definer() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS
	'BEGIN RETURN (SELECT count(salary) FROM pat.people); END';
GRANT SELECT ON pat.v TO PUBLIC;
RESET ROLE;
CREATE SCHEMA super;
GRANT USAGE ON SCHEMA super TO PUBLIC;
CREATE VIEW super.v AS SELECT id, name, salary FROM pat.people;
CREATE FUNCTION super.definer() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS
	'BEGIN RETURN (SELECT count(salary) FROM pat.people); END';
GRANT SELECT ON super.v TO PUBLIC;
CREATE FUNCTION super.inlined() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT name FROM pat.people';
CREATE FUNCTION super.inlined_view() RETURNS SETOF pat.v LANGUAGE sql STABLE AS 'SELECT * FROM pat.v';

-- ---- attack 1: a view with its owner's rights ----
SELECT t.reads('bob', 'SELECT count(*) FROM bob.v', '1000', 'one''s own view is as good as the table');
SELECT t.unread(who, 'SELECT count(*) FROM ' || v, :'passed_on', format('attack 1: %s reads %s', who, v))
	FROM unnest('{alice,pat}'::text[]) AS who, unnest('{bob.v,bob.barrier,bob.over_v,pat.v,super.v}'::text[]) AS v
	WHERE who <> 'pat' OR v <> 'pat.v';
SELECT t.unread('carol', 'SELECT count(*) FROM ' || v, 'ZW0%', format('attack 1: carol reads %s', v))
	FROM unnest('{bob.v,bob.barrier,bob.over_v,pat.v,super.v}'::text[]) AS v;
SELECT t.unread('public', 'SELECT count(*) FROM ' || v, 'ZW0%', format('attack 1: an anonymous reader reads %s', v))
	FROM unnest('{bob.v,pat.v,super.v}'::text[]) AS v;
SELECT t.unread('nobody', 'SELECT count(*) FROM ' || v, 'ZW0%', format('attack 1: a role without department reads %s', v))
	FROM unnest('{bob.v,pat.v,super.v}'::text[]) AS v;
SELECT t.reads('pat', 'SELECT count(*) FROM pat.v', '1000', 'attack 1: a colleague''s view is read by the department');

-- ---- attack 2: the planner hands column values to an operator of the reader ----
SET ROLE regress_gd_carol;
CREATE SEQUENCE carol.leaked;
CREATE FUNCTION carol.peek(numeric, numeric) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS
	'BEGIN PERFORM nextval(''carol.leaked''); RETURN $1 < $2; END';
CREATE OPERATOR carol.<<< (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = carol.peek, RESTRICT = scalarltsel);
GRANT ALL ON SEQUENCE carol.leaked TO PUBLIC;
CREATE FUNCTION carol.inlined() RETURNS SETOF pat.v LANGUAGE sql STABLE AS 'SELECT * FROM pat.v WHERE salary OPERATOR(carol.<<<) 5000';
RESET ROLE;
SELECT nextval('carol.leaked') AS before \gset
SELECT t.unread(who, sql, 'ZW0%', format('attack 2: %s: %s', who, sql))
	FROM unnest('{alice,bob,carol,nobody}'::text[]) AS who, unnest(ARRAY[
		'SELECT * FROM pat.v WHERE salary OPERATOR(carol.<<<) 5000',
		'SELECT * FROM super.v WHERE salary OPERATOR(carol.<<<) 5000',
		'EXPLAIN SELECT * FROM pat.v WHERE salary OPERATOR(carol.<<<) 5000',
		'SELECT id FROM pat.people WHERE salary OPERATOR(carol.<<<) 5000',
		'EXPLAIN SELECT id FROM pat.people WHERE salary OPERATOR(carol.<<<) 5000',
		'SELECT id FROM pat.people WHERE id::numeric OPERATOR(carol.<<<) 5 AND salary OPERATOR(carol.<<<) 5',
		'SELECT * FROM carol.inlined()',
		'SELECT * FROM super.inlined_view() WHERE salary OPERATOR(carol.<<<) 5000']) AS sql;
SELECT is(nextval('carol.leaked'), :before + 1::bigint, 'attack 2: no operator saw a value');
SET ROLE regress_gd_wh_police;
CREATE FUNCTION pat.peek(numeric, numeric) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 0.0001 AS
	'BEGIN PERFORM nextval(''carol.leaked''); RETURN $1 < $2; END';
CREATE OPERATOR pat.<<< (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = pat.peek, RESTRICT = scalarltsel);
RESET ROLE;
SELECT t.val('pat', 'EXPLAIN SELECT * FROM pat.v WHERE salary OPERATOR(pat.<<<) 5000') AS plan \gset
SELECT cmp_ok(nextval('carol.leaked'), '>', :before + 2::bigint, 'attack 2: the provider''s own planner shows them to one of its own, so the attack is real');

-- ---- attack 3: with the caller's rights ----
SELECT t.reads('alice', 'SELECT count(*) FROM bob.invoker', '100', 'attack 3: a security_invoker view: the caller''s rows');
SELECT t.unread('alice', 'SELECT id FROM bob.everything', :'not_covered', 'attack 3: and the caller''s columns, of all that its definition uses');
SELECT t.unread('carol', 'SELECT id FROM bob.invoker', :'not_covered', 'attack 3: and nothing for whoever has nothing');
-- another department's functions are not inlined, so that they can be told
SELECT t.unread('alice', 'SELECT count(*) FROM bob.invoker()', :'foreign_function', 'attack 3: another department''s set-returning function');
SELECT t.unread('alice', 'SELECT count(*) FROM bob.inlined()', :'foreign_function', 'attack 3: another department''s function over its view');
SELECT t.reads('alice', 'SELECT count(*) FROM super.inlined()', '100', 'attack 3: a superuser''s, which is inlined: the caller''s rows');
SELECT t.unread('alice', 'SELECT count(*) FROM super.inlined_view()', :'passed_on', 'attack 3: inlined, over the provider''s view: refused');
SELECT t.unread('alice', 'SELECT bob.plpgsql()', :'foreign_function', 'attack 3: another department''s plpgsql function');
SELECT t.unread('alice', 'SELECT bob.atomic()', :'foreign_function', 'attack 3: another department''s SQL function');
SET ROLE regress_gd_alice;
CREATE FUNCTION alice.plpgsql() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM pat.people); END';
CREATE FUNCTION alice.atomic() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM pat.people; END;
CREATE FUNCTION alice.definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM pat.people';
RESET ROLE;
SELECT t.reads('alice', 'SELECT alice.plpgsql()', '100', 'attack 3: one''s own plpgsql function');
SELECT t.reads('alice', 'SELECT alice.atomic()', '100', 'attack 3: one''s own SQL function');
SELECT t.reads('alice', 'SELECT alice.definer()', '100', 'attack 3: one''s own SECURITY DEFINER function');

-- ---- attack 4: SECURITY DEFINER ----
SELECT t.unread('alice', sql, 'ZW020 %', 'attack 4: ' || sql) FROM unnest(ARRAY[
	'SELECT count(*) FROM bob.definer_sql()', 'SELECT bob.definer_plpgsql()', 'SELECT bob.definer_dynamic()',
	'SELECT bob.cursor()', 'SELECT pat.definer()', 'SELECT super.definer()']) AS sql;
SELECT t.unread('carol', sql, 'ZW020 %', 'attack 4: carol: ' || sql) FROM unnest(ARRAY[
	'SELECT bob.definer_plpgsql()', 'SELECT pat.definer()', 'SELECT super.definer()']) AS sql;
SELECT t.reads('bob', 'SELECT bob.definer_plpgsql()', '1000', 'attack 4: of one''s own department it works');
SELECT t.unread('alice', 'SELECT alice.definer()', 'ok', 'attack 4: of one''s own department it works');

-- ---- attack 23: a trojan: bob's code runs as alice and keeps what she may read ----
SET ROLE regress_gd_bob;
CREATE FUNCTION bob.trojan() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN INSERT INTO bob.loot SELECT name FROM pat.people; RETURN NEW; END';
CREATE TABLE bob.tempting (n integer);
CREATE TRIGGER trojan AFTER INSERT ON bob.tempting FOR EACH ROW EXECUTE FUNCTION bob.trojan();
CREATE FUNCTION bob.looping() RETURNS bigint LANGUAGE plpgsql AS
	'DECLARE r record; n bigint := 0; BEGIN FOR r IN SELECT name FROM pat.people LOOP n := n + 1; INSERT INTO bob.loot VALUES (r.name); END LOOP; RETURN n; END';
CREATE FUNCTION bob.swallowing() RETURNS bigint LANGUAGE plpgsql AS
	'BEGIN PERFORM 1 / 0; RETURN 0; EXCEPTION WHEN OTHERS THEN RETURN (SELECT count(*) FROM pat.people); END';
CREATE DOMAIN bob.checked AS integer CHECK (bob.plpgsql() >= 0);
CREATE VIEW bob.bait AS SELECT bob.plpgsql() AS n;
GRANT INSERT, SELECT ON bob.tempting, bob.bait TO PUBLIC;
RESET ROLE;
SELECT t.unread(who, sql, 'ZW0%', format('attack 23: %s: %s', who, sql)) FROM unnest('{alice,pat,superuser}'::text[]) AS who,
	unnest(ARRAY['INSERT INTO bob.tempting VALUES (1)', 'SELECT bob.looping()', 'SELECT bob.swallowing()',
		'SELECT 1::bob.checked', 'SELECT n FROM bob.bait']) AS sql;
SELECT t.unread('alice', 'INSERT INTO bob.trap VALUES (1)', :'passed_on', 'attack 23: a rule');
SELECT t.unread('alice', 'DO $do$ BEGIN PERFORM bob.plpgsql(); EXCEPTION WHEN OTHERS THEN PERFORM count(*) FROM pat.people; END $do$',
	'ok', 'attack 23: after the trojan is refused, one reads as before');
SELECT t.unread('alice', 'SELECT name FROM pat.people WHERE bob.plpgsql() > 0', 'ZW033 %', 'attack 23: as part of one''s own statement');
SELECT is((SELECT count(*) FROM bob.loot), 0::bigint, 'attack 23: nothing was stolen');

-- also with nothing but functions of the server
SET ROLE regress_gd_bob;
CREATE TABLE bob.defaulting (n integer, x xml DEFAULT query_to_xml('SELECT name FROM pat.people', true, false, ''));
CREATE TABLE bob.checking (n integer CHECK (pg_notify('bob', query_to_xml('SELECT name FROM pat.people', true, false, '')::text)::text IS NOT NULL));
CREATE TABLE bob.policed (n integer);
INSERT INTO bob.policed VALUES (1);
ALTER TABLE bob.policed ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON bob.policed USING (pg_notify('bob', query_to_xml('SELECT name FROM pat.people', true, false, '')::text)::text IS NOT NULL);
CREATE VIEW bob.telling AS SELECT pg_notify('bob', query_to_xml('SELECT name FROM pat.people', true, false, '')::text)::text;
CREATE VIEW bob.telling_invoker WITH (security_invoker) AS SELECT pg_notify('bob', query_to_xml('SELECT name FROM pat.people', true, false, '')::text)::text;
CREATE VIEW bob.estimating AS SELECT 1 FROM pg_class WHERE relname = table_to_xml('pat.people', true, false, '')::text;
CREATE TABLE bob.ruling (n integer);
CREATE RULE r AS ON INSERT TO bob.ruling DO ALSO INSERT INTO bob.loot SELECT query_to_xml('SELECT name FROM pat.people', true, false, '')::text;
CREATE TABLE bob.plain (n integer);
INSERT INTO bob.plain VALUES (1);
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA bob TO PUBLIC;
RESET ROLE;
SELECT t.unread('alice', sql, :'foreign_function', 'attack 23: ' || sql) FROM unnest(ARRAY[
	'INSERT INTO bob.defaulting (n) VALUES (1)', 'INSERT INTO bob.checking VALUES (1)', 'SELECT * FROM bob.policed',
	'SELECT * FROM bob.telling', 'SELECT * FROM bob.telling_invoker', 'SELECT * FROM bob.estimating', 'EXPLAIN SELECT * FROM bob.estimating',
	'INSERT INTO bob.ruling VALUES (1)']) AS sql;
SELECT t.reads('alice', 'SELECT alice.plpgsql() FROM bob.plain', '100', 'attack 23: a plain table of another''s runs nothing of its owner''s');
SELECT t.reads('alice', 'SELECT max(alice.plpgsql()) FROM pat.people', '100', 'attack 23: nor does an attached one');
SELECT t.reads('alice', 'SELECT length(query_to_xml(''SELECT name FROM pat.people'', true, false, '''')::text) > 1000', 'true', 'attack 23: one''s own query_to_xml reads what one may');
SELECT is((SELECT count(*) FROM bob.loot), 0::bigint, 'attack 23: nothing was stolen by that either');

-- nor a default of an attached table that somebody was let write to
CREATE TABLE bob.aid (id integer);
INSERT INTO bob.aid VALUES (1);
ALTER TABLE bob.aid OWNER TO regress_gd_wh_civil;
SELECT t.resource('wh_civil', '救助', '{id}') AS aid \gset
SELECT t.val('bob', format('SELECT govdata.attach_resource(%L, ''bob.aid'')', code)) AS attached FROM govdata.resource WHERE id = :aid \gset
SET ROLE regress_gd_wh_police;
CREATE SEQUENCE pat.told;
GRANT USAGE, UPDATE ON SEQUENCE pat.told TO PUBLIC;
ALTER TABLE pat.people ALTER salary SET DEFAULT setval('pat.told', length(query_to_xml('SELECT id FROM bob.aid', true, false, '')::text));
GRANT INSERT ON pat.people TO regress_gd_bob;
RESET ROLE;
SELECT t.unread(who, 'INSERT INTO pat.people (id) VALUES (-1)', :'foreign_function', 'attack 23: a default of an attached table: ' || who) FROM unnest('{bob,superuser}'::text[]) AS who;
SELECT is((SELECT last_value FROM pat.told), 1::bigint, 'attack 23: which was told nothing');
SELECT t.allowed('superuser', 'UPDATE pat.people SET salary = salary WHERE id IN (SELECT id FROM pat.people WHERE id < 3)', 'attack 23: what a table''s own provider owns is no prey of it');
ALTER TABLE pat.people ALTER salary DROP DEFAULT;
REVOKE INSERT ON pat.people FROM regress_gd_bob;
-- nor somebody who belongs to no department
CREATE ROLE regress_gd_mallory LOGIN;
CREATE SCHEMA mallory AUTHORIZATION regress_gd_mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;
SET ROLE regress_gd_mallory;
CREATE FUNCTION mallory.f() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM pat.people); END';
CREATE VIEW mallory.v AS SELECT query_to_xml('SELECT name FROM pat.people', true, false, '')::text;
GRANT SELECT ON mallory.v TO PUBLIC;
RESET ROLE;
SELECT t.unread('alice', sql, :'foreign_function', 'attack 23: of somebody without department: ' || sql) FROM unnest('{SELECT mallory.f(),SELECT * FROM mallory.v}'::text[]) AS sql;
-- nor a domain, whose check runs wherever a value is made
SELECT t.refused('bob', 'CREATE DOMAIN bob.notifying AS text CHECK (pg_notify(''bob'', query_to_xml(''SELECT name FROM pat.people'', true, false, '''')::text)::text IS NOT NULL)',
	'ZW006 domain constraint "notifying_check" must not call a function of somebody else that acts or runs statements', 'attack 23: a domain is not even made');

-- nor is anything handed to a function, operator, aggregate or domain of another's, meant or not
SET ROLE regress_gd_bob;
CREATE FUNCTION bob.keep(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN INSERT INTO bob.loot VALUES ($1); RETURN $1; END';
CREATE FUNCTION bob.looks(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS 'BEGIN INSERT INTO bob.loot VALUES ($1); RETURN true; END';
CREATE FUNCTION bob.lower(text) RETURNS text LANGUAGE sql AS 'SELECT bob.keep($1)';
CREATE FUNCTION bob.rows(text) RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN RETURN NEXT bob.keep($1); END';
CREATE FUNCTION bob.step(text, text) RETURNS text LANGUAGE sql AS 'SELECT bob.keep($2)';
CREATE AGGREGATE bob.gather(text) (sfunc = bob.step, stype = text);
CREATE OPERATOR bob.!! (RIGHTARG = text, FUNCTION = bob.keep);
CREATE DOMAIN bob.watched AS text CHECK (bob.looks(VALUE));
CREATE TYPE bob.pair AS (n text);
CREATE TYPE bob.watching AS (n bob.watched);
CREATE FUNCTION bob.keep(bob.pair) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN bob.keep(($1).n); END';
CREATE CAST (bob.pair AS text) WITH FUNCTION bob.keep(bob.pair);
RESET ROLE;
\set handed 'ZW033 reading resource % is refused A function or domain of another department would be handed what is read.%'
CREATE TABLE pg_temp.handing (n integer GENERATED ALWAYS AS IDENTITY, sql text);
INSERT INTO pg_temp.handing (sql) VALUES
	('SELECT bob.keep(name) FROM pat.people'), ('SELECT id FROM pat.people WHERE bob.looks(name)'), ('SELECT bob.lower(name) FROM pat.people'),
	('SELECT r FROM pat.people, bob.rows(name) AS r'), ('SELECT bob.gather(name) FROM pat.people'), ('SELECT OPERATOR(bob.!!) name FROM pat.people'),
	('SELECT name::bob.watched FROM pat.people'), ('SELECT ARRAY[name]::bob.watched[] FROM pat.people'), ($$SELECT ('{"' || name || '"}')::bob.watched[] FROM pat.people$$), ($$SELECT ('("' || name || '")')::bob.watching FROM pat.people$$),
	('SELECT row(name)::bob.pair::text FROM pat.people'),
	('SELECT bob.keep((SELECT max(name) FROM pat.people))'), ('SELECT (SELECT bob.keep(p.name)) FROM pat.people p'),
	('SELECT b FROM (SELECT name FROM pat.people OFFSET 0) a, LATERAL (SELECT bob.keep(a.name) AS b OFFSET 0) b'),
	('WITH a AS MATERIALIZED (SELECT name FROM pat.people) SELECT bob.keep(name) FROM a'),
	('SELECT id FROM pat.people ORDER BY bob.keep(name)'), ('SELECT count(*) FROM pat.people GROUP BY bob.keep(name)'),
	('SELECT max(bob.keep(name)) OVER () FROM pat.people'), ('SELECT 1 WHERE EXISTS (SELECT FROM pat.people WHERE bob.looks(name))'),
	('SELECT id FROM pat.people UNION ALL SELECT length(bob.keep(name)) FROM pat.people'),
	('SELECT a.id FROM pat.people a JOIN pat.people b ON bob.keep(a.name) = b.name'), ('SELECT bob.keep(name) FROM bob.invoker'),
	('SELECT (SELECT bob.keep(x.n)) FROM (SELECT name AS n FROM pat.people OFFSET 0) x'), ('SELECT ARRAY(SELECT bob.keep(p.name)) FROM pat.people p'),
	('SELECT (SELECT (SELECT bob.keep(p.name || q.n::text)) FROM bob.plain q) FROM pat.people p'), ('SELECT id FROM pat.people p WHERE id IN (SELECT n FROM bob.plain WHERE bob.looks(p.name))'),
	('WITH RECURSIVE w AS (SELECT name FROM pat.people UNION ALL SELECT bob.keep(name) FROM w WHERE false) SELECT count(*) FROM w'),
	('SELECT row(name)::bob.watching FROM pat.people'), ('SELECT jsonb_populate_record(NULL::bob.watching, jsonb_build_object(''n'', name)) FROM pat.people'),
	('SELECT x.n FROM pat.people, jsonb_populate_record(NULL::bob.watching, jsonb_build_object(''n'', name)) AS x'),
	('SELECT x.d FROM pat.people, json_to_record(json_build_object(''d'', name)) AS x(d bob.watched)'),
	('SELECT x.d FROM pat.people, xmltable(''/x'' PASSING xmlelement(name x, name) COLUMNS d bob.watched PATH ''.'') AS x'),
	('SELECT id FROM pat.people LIMIT (SELECT length(bob.keep(max(name))) FROM pat.people)'), ('EXPLAIN SELECT bob.keep(name) FROM pat.people');
SELECT t.unread(who, sql, 'ZW033 reading resource % is refused A function or domain of another department would be handed what is read.%', format('attack 23: %s: %s', who, sql))
	FROM unnest('{alice,pat,superuser}'::text[]) AS who, pg_temp.handing ORDER BY who, n;
SET search_path = bob, pg_catalog, public;
SELECT t.unread('alice', 'SELECT lower(name) FROM pat.people', 'ZW033 %', 'attack 23: a function that stands before the server''s');
RESET search_path;
SELECT is((SELECT count(*) FROM bob.loot), 0::bigint, 'attack 23: nobody was handed anything');
SELECT t.reads('bob', 'SELECT count(bob.keep(name)) FROM pat.people WHERE id = 1', '1', 'attack 23: one''s own functions are');
TRUNCATE bob.loot;
SELECT t.reads('alice', 'SELECT bob.keep(''x'') FROM bob.plain', 'x', 'attack 23: nor does it matter where no attached table is read');

-- ---- attack 24 (residual): what mode copy has copied is the copier's to give ----
SELECT t.reads('carol', 'SELECT count(*) FROM bob.copied', '1000', 'attack 24: a copy made under mode copy is beyond enforcement');

-- ---- attack 25: REFRESH by a superuser is the owner's reading ----
REFRESH MATERIALIZED VIEW bob.copied;
SELECT is((SELECT count(*) FROM bob.copied), 1000::bigint, 'attack 25: refreshed by a superuser with the rows of its owner');
SELECT t.unread('bob', 'REFRESH MATERIALIZED VIEW bob.copied', 'ok', 'attack 25: refreshed by its owner');
SELECT t.val('pat', format('SELECT govdata.suspend_authorization(%s, ''violation'', ''用途不符'')', :bob_authorization)) AS suspended \gset
SELECT t.unread('superuser', 'REFRESH MATERIALIZED VIEW bob.copied', :'not_covered', 'attack 25: without an authorization it is refused, not emptied');
SELECT t.unread('bob', 'REFRESH MATERIALIZED VIEW bob.copied', :'not_covered', 'attack 25: for its owner too');
SELECT is((SELECT count(*) FROM bob.copied), 1000::bigint, 'attack 25: and what it held is still there');

-- from 17 on a refresh may be granted to others: it is its owner's reading all the same
SELECT t.val('pat', format('SELECT govdata.resume_authorization(%s, ''已核查'')', :bob_authorization)) AS resumed \gset
SELECT CASE WHEN current_setting('server_version_num')::integer >= 170000 THEN 'GRANT MAINTAIN ON bob.copied TO regress_gd_carol' ELSE 'SELECT' END AS maintain \gset
:maintain;
SELECT t.reason('carol', 'REFRESH MATERIALIZED VIEW bob.copied') AS refreshed \gset
SELECT ok(:'refreshed' ~ '^(ok|ZW0|42501)', 'attack 25: a refresh by whom the owner lets');
SELECT is((SELECT count(*) FROM bob.copied), 1000::bigint, 'attack 25: shows what its owner may read, or what it held, and never nothing');

-- ---- attack 60: what others do is not shown ----
SELECT t.reads('alice', 'SELECT count(*) FROM pg_stat_activity WHERE usename <> current_user AND query NOT LIKE ''<insuff%'' AND query <> ''''', '0', 'attack 60: pg_stat_activity');

\i :actors_end
