\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- What is on record of the reads above all: those that tried not to be.

-- reads since the last look, by whoever reads now
CREATE TABLE t.looked (boot bigint, seq bigint);
INSERT INTO t.looked VALUES (0, 0);
CREATE FUNCTION t.recorded() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
	patience integer := 500;
BEGIN
	-- refusals and ends do not wait until they are written
	WHILE (SELECT s.queued FROM govdata.access_log_state() s) > 0 AND patience > 0 LOOP
		PERFORM pg_sleep(0.01);
		patience := patience - 1;
	END LOOP;
	SELECT string_agg(format('%s %s%s', l.kind, coalesce(nullif(l.basis, 'none'), '-'), coalesce(' ' || l.items, '')), ', ' ORDER BY l.boot, l.seq)
		INTO found FROM govdata.access_log l, t.looked k WHERE (l.boot, l.seq) > (k.boot, k.seq);
	UPDATE t.looked SET boot = m.boot, seq = m.seq
		FROM (SELECT e.boot, e.seq FROM govdata.access_record e ORDER BY e.boot DESC, e.seq DESC LIMIT 1) AS m;
	RETURN found;
END
$$;
SELECT t.recorded() AS before \gset

SELECT t.reads('alice', 'SELECT name FROM pat.people WHERE id = 10', 'name 10', 'a read');
SELECT is(t.recorded(), 'read authorization id,name, read authorization id,name', 'is on record, each time, with its columns and its ground');
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'not_covered', 'a refusal');
SELECT is(t.recorded(), 'refused - name', 'is on record too');
SELECT t.unread('alice', 'SELECT name, salary, id_card FROM pat.people', 'ZW020 %', 'one of what may be read and what may not');
SELECT is(t.recorded(), 'refused - name,id_card,salary', 'is on record with all that was asked for');

-- ---- attack 63: reads that leave no trace of their own ----
BEGIN;
SET LOCAL ROLE regress_gd_alice;
SELECT count(name) FROM pat.people;
ROLLBACK;
SELECT is(t.recorded(), 'read authorization name', 'attack 63: in a transaction that rolled back');
BEGIN;
SAVEPOINT s;
SET LOCAL ROLE regress_gd_alice;
SELECT count(name) FROM pat.people;
ROLLBACK TO s;
COMMIT;
SELECT is(t.recorded(), 'read authorization name', 'attack 63: in a subtransaction that rolled back');
SELECT t.val('alice', $$DO $do$ BEGIN PERFORM count(name) FROM pat.people; RAISE 'x'; EXCEPTION WHEN OTHERS THEN NULL; END $do$ $$) AS done \gset
SELECT is(t.recorded(), 'read authorization name', 'attack 63: under an exception that was swallowed');
SELECT t.val('alice', 'SELECT name FROM pat.people WHERE false') AS none \gset
SELECT is(t.recorded(), 'read authorization name', 'attack 63: of no row');
SELECT t.val('bob', 'EXPLAIN SELECT name FROM pat.people') AS plan \gset
SELECT is(t.recorded(), 'explain authorization name', 'attack 63: only explained');
BEGIN;
SET LOCAL ROLE regress_gd_alice;
DECLARE c CURSOR FOR SELECT name FROM pat.people;
COMMIT;
SELECT is(t.recorded(), 'read authorization name', 'attack 63: a cursor that was never fetched from');
SELECT t.val('alice', 'SELECT max(1 / (id - 10)) FROM pat.people') AS error \gset
SELECT is(t.recorded(), 'read authorization id', 'attack 63: a statement that failed half way');
SELECT t.val('alice', 'SELECT count(*) FROM pat.people a, pat.people b WHERE a.id = b.id AND b.name = ''name 10''') AS joined \gset
SELECT is(t.recorded(), 'read authorization id,name', 'a table that stands twice in a statement has one record, of all columns');
SELECT t.val('alice', 'SELECT count(*) FROM (SELECT id FROM pat.people UNION ALL SELECT region FROM pat.people UNION ALL SELECT id FROM pat.people) AS s') AS united \gset
SELECT is(t.recorded(), 'read authorization id,region', 'or three times');
SELECT is((SELECT row_count FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1), 1::bigint, 'with the rows of the statement');
SELECT t.unread('alice', 'SELECT a.name FROM pat.people a JOIN pat.people b ON a.id = b.id WHERE b.id_card <> ''''', :'not_covered', 'each of its columns is judged');
SELECT is(t.recorded(), 'refused - id,name,id_card', 'and refused in one record');
SELECT t.val('pat', 'SELECT count(salary) FROM pat.people') AS own \gset
SELECT is(t.recorded(), 'read own salary', 'the provider''s own reading, with columns that are no items');
CREATE ROLE regress_gd_above LOGIN BYPASSRLS IN ROLE regress_gd_wh_police;
SELECT t.val('above', 'SELECT count(salary) FROM pat.people') AS own \gset
SELECT is(t.recorded(), 'read bypass salary', 'attack 13: of a role with BYPASSRLS, which is said');
SELECT count(salary) FROM pat.people;
SELECT is(t.recorded(), 'read administrator salary', 'a superuser''s');

-- a read that is refused further up the stack, and caught, is another one
CREATE TABLE alice.parted (k integer) PARTITION BY LIST (k);
CREATE TABLE alice.parted_1 PARTITION OF alice.parted FOR VALUES IN (1);
CREATE TABLE alice.parted_2 PARTITION OF alice.parted FOR VALUES IN (2);
INSERT INTO alice.parted VALUES (1), (2);
CREATE FUNCTION alice.swallow() RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
	BEGIN
		PERFORM set_config('row_security', 'off', true);
		EXECUTE 'SELECT id FROM pat.people';
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	RETURN 1;
END $$;
ALTER FUNCTION alice.swallow() OWNER TO regress_gd_alice;
GRANT SELECT ON alice.parted TO regress_gd_alice;
SELECT t.recorded() AS before \gset
SELECT t.val('alice', 'SELECT max(p.name) FROM pat.people p, alice.parted q WHERE q.k = alice.swallow()') AS nested \gset
SELECT alike(t.recorded(), '%read authorization name%', 'a read goes on record where another is refused while it starts');

-- ---- attack 64: parallel workers are no readers of their own ----
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT t.val('bob', 'SELECT count(name) FROM pat.people') AS counted \gset
SELECT is(t.recorded(), 'read authorization name', 'attack 64: one record of a parallel read');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;

-- ---- attack 65: COPY ----
\o /dev/null
SET SESSION AUTHORIZATION regress_gd_bob;
COPY (SELECT name FROM pat.people) TO STDOUT;
COPY pat.people (name) TO STDOUT;
RESET SESSION AUTHORIZATION;
\o
SELECT is(t.recorded(), 'copy authorization name, copy authorization name', 'attack 65: COPY, of a query and of the table: one record each');
\o /dev/null
COPY pat.people (name) TO STDOUT;
\o
SELECT is(t.recorded(), 'copy administrator name', 'attack 65: by a superuser too');
SELECT results_eq('SELECT row_count, completed FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1', 'VALUES (1000::bigint, true)', 'attack 65: with its rows');
DO $$
BEGIN
	COPY pat.people TO PROGRAM 'false';
EXCEPTION WHEN OTHERS THEN NULL;
END $$;
SELECT is(t.recorded(), 'copy administrator id,name,id_card,salary,region', 'attack 65: one that failed is on record');
SELECT results_eq('SELECT row_count, completed FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1', 'VALUES (NULL::bigint, false)', 'attack 65: as such');

-- ---- attack 66: a foreign key's first check ----
SET ROLE regress_gd_wh_police;
CREATE TABLE pat.visit (person integer);
INSERT INTO pat.visit VALUES (1);
ALTER TABLE pat.visit ADD FOREIGN KEY (person) REFERENCES pat.people;
RESET ROLE;
SELECT t.recorded() AS first_check \gset
SELECT ok(:'first_check' !~ 'refused', 'attack 66: the first check of a foreign key is no refusal');

-- ---- attack 78: a long purpose of several bytes a character ----
SET govdata.purpose = '办理低保';
SELECT t.val('alice', 'SELECT count(*) FROM pat.people') AS counted \gset
SELECT is((SELECT purpose FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1), '办理低保', 'the purpose is on record');
SELECT set_config('govdata.purpose', repeat('办', 5000), false) IS NULL AS set \gset
SELECT t.unread('alice', 'SELECT count(*) FROM pat.people', 'ZW033 %', 'attack 78: a long purpose is another purpose');
SELECT t.recorded() AS waited \gset
SELECT ok((SELECT purpose LIKE '办办%' AND repeat('办', 5000) LIKE purpose || '%' FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1), 'attack 78: cut at a character');
RESET govdata.purpose;

-- from a record to the request, and nobody else's records
SELECT is((SELECT count(*) FROM govdata.access_log l JOIN govdata.share_request q ON q.id = l.request WHERE l.authorization_id = :alice_authorization
	AND q.consumer <> t.department('ja_civil')), 0::bigint, 'a record leads to its request');
SELECT t.reads('alice', format('SELECT count(*) FROM govdata.access_log WHERE department_id <> %s', t.department('ja_civil')), '0', 'a department sees its own reads');
SELECT t.reads('carol', 'SELECT count(*) > 0 AND count(*) FILTER (WHERE kind <> ''refused'') = 0 FROM govdata.access_log', 'true', 'even if they were refused only');
SELECT t.reads('pat', 'SELECT count(DISTINCT department_id) FROM govdata.access_log', '4', 'the provider sees who read its tables');
-- attack 28: an owner that belongs to no department
CREATE ROLE regress_gd_keeper NOLOGIN;
ALTER TABLE pat.people OWNER TO regress_gd_keeper;
GRANT USAGE ON SCHEMA pat TO regress_gd_keeper;
SELECT t.recorded() AS before \gset
SELECT t.val('keeper', 'SELECT count(salary) FROM pat.people') AS own \gset
SELECT is(t.recorded(), 'read own salary', 'attack 28: the owner''s reading is on record');
SELECT is_empty('SELECT * FROM govdata.verify_access_log() WHERE finding NOT IN (''ok'', ''unsealed'')', 'and the log holds');

\i :actors_end
