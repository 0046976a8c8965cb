\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- What others leave behind or put into a statement: cursors, rules, input functions,
-- stable functions of extensions, writes, and plans made for two authorizations.
SET client_min_messages = warning;
GRANT CREATE ON SCHEMA carol, alice TO PUBLIC;
CREATE SEQUENCE carol.told MINVALUE 0 START 0;
GRANT ALL ON SEQUENCE carol.told TO PUBLIC;
CREATE TABLE carol.loot (v text);
CREATE TABLE carol.inbox (v text);
ALTER TABLE carol.loot OWNER TO regress_gd_carol;
ALTER TABLE carol.inbox OWNER TO regress_gd_carol;
GRANT INSERT, SELECT ON carol.loot, carol.inbox TO PUBLIC;

-- ---- cursors that another's function has opened ----
SET SESSION AUTHORIZATION regress_gd_carol;
CREATE FUNCTION carol.cursor_over(sql text) RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'c';
BEGIN
	OPEN c FOR EXECUTE sql;
	RETURN c;
END $$;
CREATE FUNCTION carol.holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE $c$DECLARE held CURSOR WITH HOLD FOR SELECT setval('carol.told', length(query_to_xml('SELECT id, name FROM pat.people', true, false, '')::text))$c$;
	RETURN NEW;
END $$;
CREATE TRIGGER holds AFTER INSERT ON carol.inbox FOR EACH ROW EXECUTE FUNCTION carol.holds();
SET SESSION AUTHORIZATION regress_gd_alice;
BEGIN;
SELECT carol.cursor_over($$SELECT setval('carol.told', length(query_to_xml('SELECT id, name FROM pat.people', true, false, '')::text))$$);
FETCH ALL FROM c;
ROLLBACK;
-- over a statement that changes something
CREATE TABLE alice.own (v text);
INSERT INTO alice.own VALUES ('x');
GRANT SELECT, UPDATE ON alice.own TO PUBLIC;
BEGIN;
SELECT carol.cursor_over($$WITH x AS (UPDATE alice.own SET v = v RETURNING 1) SELECT setval('carol.told', length(query_to_xml('SELECT id, name FROM pat.people', true, false, '')::text)) FROM x$$);
FETCH ALL FROM c;
ROLLBACK;
BEGIN;
SELECT carol.cursor_over($$UPDATE alice.own SET v = v RETURNING setval('carol.told', length(query_to_xml('SELECT id, name FROM pat.people', true, false, '')::text))$$);
FETCH ALL FROM c;
ROLLBACK;
-- fetched from in a block, by a function of the server, by a superuser's
RESET SESSION AUTHORIZATION;
CREATE FUNCTION public.fetch_one(c refcursor) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FETCH c INTO r; RETURN r::text; END $$;
SET SESSION AUTHORIZATION regress_gd_alice;
SELECT $$UPDATE alice.own SET v = v RETURNING setval('carol.told', length(query_to_xml('SELECT id, name FROM pat.people', true, false, '')::text))$$ AS late \gset
SELECT set_config('test.late', :'late', false) \g /dev/null
DO $$ DECLARE c refcursor := carol.cursor_over(current_setting('test.late')); r record; BEGIN FETCH c INTO r; END $$;
SELECT cursor_to_xml(carol.cursor_over(:'late'), 10, true, false, '');
SELECT public.fetch_one(carol.cursor_over(:'late'));
-- one's own EXECUTE in one's own function is no such cursor, nor is a loop in a block
PREPARE mine AS UPDATE alice.own SET v = v RETURNING length(query_to_xml('SELECT id, name FROM pat.people', true, false, '')::text) > 0;
CREATE FUNCTION alice.executes() RETURNS boolean LANGUAGE plpgsql AS $$ DECLARE b boolean; BEGIN EXECUTE 'EXECUTE mine' INTO b; RETURN b; END $$;
SELECT alice.executes();
DO $$ DECLARE r record; BEGIN FOR r IN UPDATE alice.own SET v = v RETURNING (SELECT count(id) FROM pat.people) AS n LOOP RAISE NOTICE '% rows', r.n; END LOOP; END $$;
-- over EXPLAIN
SET SESSION AUTHORIZATION regress_gd_bob;
BEGIN;
SELECT carol.cursor_over($$EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT setval('carol.told', max(id)) FROM pat.people$$);
FETCH ALL FROM c;
ROLLBACK;
-- one that runs at the commit
INSERT INTO carol.inbox VALUES ('x');
-- loops and cursors of one's own go on working
CREATE FUNCTION bob.loops() RETURNS text LANGUAGE plpgsql AS $$
DECLARE r record; n integer := 0; c CURSOR FOR SELECT id FROM pat.people WHERE id < 4;
BEGIN
	FOR r IN UPDATE bob.own SET v = v RETURNING v, (SELECT count(id) FROM pat.people) AS n LOOP n := n + r.n; END LOOP;
	OPEN c;
	FETCH c INTO r;
	RETURN n || ' ' || r.id;
END $$;
CREATE TABLE bob.own (v text);
INSERT INTO bob.own VALUES ('x');
SELECT bob.loops();
-- nor does an act come through them
SET SESSION AUTHORIZATION regress_gd_pat;
BEGIN;
SELECT carol.cursor_over('EXPLAIN (ANALYZE) SELECT govdata.approve_request(1)');
FETCH ALL FROM c;
ROLLBACK;
BEGIN;
SELECT carol.cursor_over('DELETE FROM pat.people RETURNING 1');
FETCH 1 FROM c;
ROLLBACK;
SET SESSION AUTHORIZATION regress_gd_carol;
DROP TRIGGER holds ON carol.inbox;

-- ---- rules that say what is done instead ----
CREATE TABLE carol.ruled (id integer);
CREATE RULE r AS ON INSERT TO carol.ruled DO INSTEAD
	SELECT setval('carol.told', length(query_to_xml('SELECT id, name FROM pat.people', true, false, '')::text));
CREATE TABLE carol.besides (id integer);
CREATE RULE r AS ON INSERT TO carol.besides DO ALSO
	SELECT setval('carol.told', length(query_to_xml('SELECT id, name FROM pat.people', true, false, '')::text));
CREATE TABLE carol.taken (id integer);
CREATE RULE r AS ON INSERT TO carol.taken DO INSTEAD SELECT setval('carol.told', NEW.id);
GRANT INSERT, SELECT ON carol.ruled, carol.besides, carol.taken TO PUBLIC;
SET SESSION AUTHORIZATION regress_gd_alice;
INSERT INTO carol.ruled VALUES (1);
INSERT INTO carol.besides VALUES (1);
INSERT INTO carol.taken SELECT max(id) FROM pat.people;
-- without a read they do as they say, and reading beside such a table is no harm
INSERT INTO carol.taken VALUES (0);
SELECT count(p.id) FROM pat.people p LEFT JOIN carol.taken t ON t.id = p.id;

-- ---- input functions that are told the type ----
SET SESSION AUTHORIZATION regress_gd_carol;
CREATE FUNCTION carol.looks(v text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO carol.loot VALUES (v); RETURN true; END $$;
CREATE DOMAIN carol.watched AS text CHECK (carol.looks(VALUE));
CREATE TYPE carol.pair AS (w carol.watched, n integer);
SET SESSION AUTHORIZATION regress_gd_alice;
SELECT count(*) FROM pat.people WHERE domain_in(textout(name), 'carol.watched'::regtype, -1) IS NOT NULL;
SELECT count(*) FROM pat.people WHERE array_in(textout('{' || name || '}'), 'carol.watched'::regtype, -1) IS NOT NULL;
SELECT count(*) FROM pat.people WHERE record_in(textout('(' || name || ',1)'), 'carol.pair'::regtype, -1) IS NOT NULL;
SELECT count(*) FROM pat.people, (VALUES ('carol.watched'::regtype)) AS t (t) WHERE domain_in(textout(name), t, -1) IS NOT NULL;
SELECT count(*) FROM pat.people WHERE array_in(textout('{' || id || '}'), 'integer'::regtype, -1) IS NOT NULL;

-- ---- stable functions of an extension run what they are given ----
RESET SESSION AUTHORIZATION;
CREATE EXTENSION tablefunc SCHEMA public;
SET SESSION AUTHORIZATION regress_gd_carol;
CREATE VIEW carol.crosses WITH (security_invoker) AS SELECT count(*) AS n FROM pat.people p,
	LATERAL public.crosstab(format('SELECT ''1''::text, ''1''::text, setval(''carol.told'', %s)::text', p.id)) AS c (a text, b text);
GRANT SELECT ON carol.crosses TO PUBLIC;
SET SESSION AUTHORIZATION regress_gd_alice;
SELECT n FROM carol.crosses;

-- ---- writes by the hand of whoever may ----
SET SESSION AUTHORIZATION regress_gd_carol;
CREATE FUNCTION carol.pries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said text;
BEGIN
	BEGIN
		EXECUTE NEW.v;
		INSERT INTO carol.loot VALUES ('done');
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL;
		INSERT INTO carol.loot VALUES (SQLSTATE || ' ' || said);
	END;
	RETURN NEW;
END $$;
CREATE TRIGGER pries BEFORE INSERT ON carol.inbox FOR EACH ROW EXECUTE FUNCTION carol.pries();
SET SESSION AUTHORIZATION regress_gd_pat;
CREATE TABLE pat.codes (region integer PRIMARY KEY);
INSERT INTO pat.codes VALUES (420100), (420200);
ALTER TABLE pat.people ADD FOREIGN KEY (region) REFERENCES pat.codes;
INSERT INTO carol.inbox VALUES ('TRUNCATE pat.codes CASCADE'), ('UPDATE pat.people SET id = NULL'), ('DELETE FROM pat.people'),
	('INSERT INTO pat.people (id) VALUES (1)'), ('INSERT INTO pat.people (id) VALUES (1) ON CONFLICT DO NOTHING'), ('TRUNCATE pat.people');
SELECT v FROM carol.loot;
-- the provider's own triggers work for whoever writes, of a department or of none
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_gd_loader LOGIN BYPASSRLS;
CREATE TABLE pat.staging (id integer, name text);
ALTER TABLE pat.staging OWNER TO regress_gd_wh_police;
CREATE FUNCTION pat.passes_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO pat.people (id, name) VALUES (NEW.id, NEW.name); RETURN NEW; END $$;
ALTER FUNCTION pat.passes_on() OWNER TO regress_gd_pat;
CREATE TRIGGER passes_on AFTER INSERT ON pat.staging FOR EACH ROW EXECUTE FUNCTION pat.passes_on();
GRANT USAGE ON SCHEMA pat TO regress_gd_loader;
GRANT INSERT ON pat.staging, pat.people TO regress_gd_loader;
SET SESSION AUTHORIZATION regress_gd_pat;
INSERT INTO pat.staging VALUES (2001, 'new');
SET SESSION AUTHORIZATION regress_gd_loader;
INSERT INTO pat.staging VALUES (2002, 'new');
RESET SESSION AUTHORIZATION;
SELECT is(count(*), 2::bigint, 'the provider''s trigger works for its clerk and its loader') FROM pat.people WHERE id > 2000;

-- ---- plans printed before the columns are judged ----
SELECT t.authorize('carol', :people, '{id}') AS carol_authorization \gset
SET SESSION AUTHORIZATION regress_gd_carol;
SET debug_print_plan = on;
SELECT id FROM pat.people WHERE region = 420200;
SELECT count(id) FROM pat.people;
SET debug_print_plan = off;
SELECT count(id) FROM pat.people;

-- ---- a plan is made for one authorization ----
RESET SESSION AUTHORIZATION;
SELECT t.authorize('alice', :people, '{id}') AS second \gset
CREATE FUNCTION public.inlined() RETURNS SETOF integer LANGUAGE sql STABLE AS 'SELECT id FROM pat.people';
SET SESSION AUTHORIZATION regress_gd_alice;
CREATE FUNCTION alice.switch(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM set_config('govdata.authorization', n::text, false); RETURN 1; END $$;
SET govdata."authorization" = :second;
SELECT format('SELECT count(DISTINCT p.name) FROM pat.people p, alice.switch(%s) s, public.inlined() i', :alice_authorization) AS mixed \gset
:mixed;
RESET SESSION AUTHORIZATION;

-- nobody was told anything, but the zero that was handed over by itself
SELECT is(last_value, 0::bigint, 'carol was told nothing') FROM carol.told;
SELECT is((SELECT count(*) FROM carol.loot WHERE v NOT LIKE 'ZW006 It is written by %'), 0::bigint, 'nor found anything');
SELECT is((SELECT count(*) FROM pat.people), 1002::bigint, 'and changed nothing');
\i :actors_end
