\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Rows that are read but not authorized to be kept stay out of every table, file
-- and cursor that outlives the transaction.
SET ROLE regress_gd_alice;
CREATE TABLE alice.kept (id integer, name text);
CREATE TABLE alice.one (n bigint);
INSERT INTO alice.one VALUES (0);
PREPARE people AS SELECT id, name FROM pat.people;
RESET ROLE;
SET ROLE regress_gd_bob;
CREATE TABLE bob.kept (id integer, name text);
RESET ROLE;

-- ---- attack 33: the plain forms of copying, in mode read ----
CREATE TABLE pg_temp.form (n integer GENERATED ALWAYS AS IDENTITY, sql text);
INSERT INTO pg_temp.form (sql) VALUES
	('CREATE TABLE %1$s.copy AS SELECT id, name FROM pat.people'),
	('CREATE TEMP TABLE copy AS SELECT id, name FROM pat.people'),
	('CREATE TABLE %1$s.copy AS SELECT count(*) FROM pat.people'),
	('CREATE TABLE %1$s.copy AS WITH w AS (SELECT id FROM pat.people) SELECT * FROM w'),
	('CREATE MATERIALIZED VIEW %1$s.mv AS SELECT id, name FROM pat.people'),
	('INSERT INTO %1$s.kept SELECT id, name FROM pat.people'),
	('INSERT INTO %1$s.kept VALUES (1, (SELECT name FROM pat.people LIMIT 1))'),
	('INSERT INTO %1$s.kept (id) SELECT 1 WHERE EXISTS (SELECT FROM pat.people)'),
	('WITH w AS (INSERT INTO %1$s.kept SELECT id, name FROM pat.people RETURNING id) SELECT count(*) FROM w'),
	('WITH w AS (SELECT id, name FROM pat.people) INSERT INTO %1$s.kept SELECT * FROM w'),
	('UPDATE %1$s.kept SET name = (SELECT name FROM pat.people LIMIT 1)'),
	('UPDATE %1$s.kept k SET name = p.name FROM pat.people p WHERE p.id = k.id'),
	('DELETE FROM %1$s.kept k USING pat.people p WHERE p.id = k.id'),
	('MERGE INTO %1$s.kept k USING (SELECT id, name FROM pat.people) p ON k.id = p.id WHEN NOT MATCHED THEN INSERT VALUES (p.id, p.name)'),
	('EXPLAIN (ANALYZE) CREATE TABLE %1$s.copy AS SELECT id FROM pat.people');
SELECT t.unread('alice', format(sql, 'alice'), CASE WHEN sql ~ 'EXPLAIN' THEN :'explain_hides' ELSE :'needs_copy' END,
	'attack 33: ' || format(sql, 'alice')) FROM pg_temp.form ORDER BY n;
SELECT is((SELECT count(*) FROM alice.kept), 0::bigint, 'attack 33: nothing was kept');
SELECT t.allowed('bob', format(sql, 'bob') || CASE WHEN sql ~ '^CREATE TABLE' THEN '; DROP TABLE bob.copy' WHEN sql ~ 'TEMP' THEN '; DROP TABLE copy' ELSE '' END,
	'mode copy: ' || format(sql, 'bob')) FROM pg_temp.form WHERE sql !~ 'EXPLAIN|^(UPDATE|DELETE)|VALUES \(1|MERGE' ORDER BY n;

-- those that are no part of a function: a session of each one's own
\set VERBOSITY terse
SET SESSION AUTHORIZATION regress_gd_alice;
CREATE TABLE alice.copy AS EXECUTE people;
SELECT id, name INTO alice.copy FROM pat.people;
COPY (SELECT id, name FROM pat.people) TO STDOUT;
COPY pat.people (id, name) TO STDOUT;
COPY pat.people TO STDOUT;
\copy (SELECT id FROM pat.people WHERE id <= 20) TO STDOUT
\echo attack 39: a cursor that outlives its transaction is a copy
DECLARE held CURSOR WITH HOLD FOR SELECT id FROM pat.people;
FETCH 1 FROM held;
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT id FROM pat.people;
FETCH 1 FROM held;
COMMIT;
-- one that does not is reading
BEGIN;
DECLARE passing CURSOR FOR SELECT id FROM pat.people ORDER BY id;
FETCH 1 FROM passing;
COMMIT;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_gd_bob;
COPY (SELECT id, name FROM pat.people WHERE id <= 2 ORDER BY id) TO STDOUT;
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT id FROM pat.people ORDER BY id;
COMMIT;
FETCH 1 FROM held;
CLOSE held;
RESET SESSION AUTHORIZATION;
\set VERBOSITY default
SELECT is(to_regclass('alice.copy'), NULL::regclass, 'attack 33: no table came of it');

-- ---- attack 34 (residual): what a program may read it may write down ----
SELECT t.allowed('alice', $do$DO $$
DECLARE r record;
BEGIN
	FOR r IN SELECT id, name FROM pat.people LOOP
		INSERT INTO alice.kept VALUES (r.id, r.name);
	END LOOP;
END $$$do$, 'attack 34: a loop that writes what it read is a client like any other');
SELECT is((SELECT count(*) FROM alice.kept), 100::bigint, 'attack 34: the mode marks intent, it is no guarantee');

-- ---- attack 39: a loop that commits keeps the rest of its rows ----
CREATE PROCEDURE alice.loop() LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
	FOR r IN SELECT id FROM pat.people ORDER BY id LOOP
		COMMIT;
		RAISE NOTICE 'read %', r.id;
	END LOOP;
END $$;
ALTER PROCEDURE alice.loop() OWNER TO regress_gd_alice;
SET SESSION AUTHORIZATION regress_gd_alice;
\set VERBOSITY terse
\echo attack 39: a loop that commits is a copy
CALL alice.loop();
\set VERBOSITY default
RESET SESSION AUTHORIZATION;

-- what was refused is no copy: neither on record nor in the counts
SELECT t.reads('alice', 'SELECT count(id) FROM pat.people', '100', 'a read, whose record is durable');
SELECT is_empty(format('SELECT seq, items FROM govdata.access_log WHERE kind = ''copy'' AND department_id = %s', t.department('ja_civil')), 'no copy is on record for whoever may only read');
SELECT is((SELECT sum(copies) FROM govdata.access_statistics() WHERE department_id = t.department('ja_civil')), 0::numeric, 'nor counted');
SELECT ok((SELECT sum(refused) FROM govdata.access_statistics() WHERE department_id = t.department('ja_civil')) > 10, 'but the refusals are');
SELECT ok((SELECT sum(copies) FROM govdata.access_statistics() WHERE department_id = t.department('wh_civil')) > 5, 'and the copies of whoever may');

-- ---- attack 66: whoever only asks is neither refused nor recorded ----
SELECT t.reads('carol', 'SELECT has_table_privilege(''pat.people'', ''SELECT'')', 'true', 'attack 66: asking for privileges reads nothing');

\i :actors_end
