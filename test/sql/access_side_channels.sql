\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- What the rows that are hidden might show by the side, and what indexes cost.

-- ---- attack 53: EXPLAIN counts the rows that the filter removes ----
CREATE TABLE pg_temp.form (n integer GENERATED ALWAYS AS IDENTITY, sql text);
INSERT INTO pg_temp.form (sql) VALUES
	('EXPLAIN SELECT id FROM pat.people WHERE id = 1'),
	('EXPLAIN (ANALYZE) SELECT id FROM pat.people WHERE id = 1'),
	('EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT count(*) FROM pat.people'),
	('EXPLAIN (ANALYZE) SELECT * FROM alice.v WHERE id = 1'),
	('EXPLAIN (ANALYZE) SELECT alice.count()'),
	('PREPARE p AS SELECT id FROM pat.people; EXPLAIN (ANALYZE) EXECUTE p'),
	('EXPLAIN DECLARE c CURSOR FOR SELECT id FROM pat.people'),
	('EXPLAIN (ANALYZE) CREATE TABLE alice.t AS SELECT id FROM pat.people'),
	('DO $do$ BEGIN EXECUTE ''EXPLAIN SELECT id FROM pat.people''; END $do$'),
	('EXPLAIN SELECT 1 WHERE EXISTS (SELECT FROM pat.people WHERE id = 1)');
SET ROLE regress_gd_alice;
CREATE VIEW alice.v AS SELECT id, name FROM pat.people;
CREATE FUNCTION alice.count() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM pat.people); END';
RESET ROLE;
SELECT t.unread('alice', sql, :'explain_hides', 'attack 53: ' || sql) FROM pg_temp.form ORDER BY n;
SELECT t.unread('alice', 'EXPLAIN SELECT alice.count()', 'ok', 'attack 53: without reading there is nothing to hide');

-- ---- attack 54: the estimate for a value that only hidden rows have ----
SELECT t.unread('alice', 'EXPLAIN SELECT id FROM pat.people WHERE region = 420200', :'explain_hides', 'attack 54: an estimate');
SELECT t.unread('bob', 'EXPLAIN SELECT id FROM pat.people WHERE region = 420200', 'ok', 'attack 54: where no row is hidden, EXPLAIN is free');
SELECT t.unread('bob', 'EXPLAIN SELECT id FROM pat.people WHERE salary > 0', :'not_an_item', 'attack 54: but not over a column that is not authorized');

-- settings that print what EXPLAIN does are anybody's
\set printed 'ZW020 reading resource % is refused A printed plan would say how many rows the filter hides%'
SET debug_print_plan = on;
SET client_min_messages = error;
SELECT t.unread('alice', 'SELECT id FROM pat.people WHERE name = ''x''', :'printed', 'attack 54: debug_print_plan prints an estimate');
SELECT t.unread('alice', 'SELECT alice.count()', :'printed', 'attack 54: in a function');
SELECT t.unread('bob', 'SELECT id FROM pat.people WHERE region = 420200', 'ok', 'attack 54: where no row is hidden, plans may be printed');
RESET debug_print_plan;
SET debug_print_rewritten = on;
SELECT t.unread('alice', 'SELECT id AS again FROM pat.people', :'printed', 'attack 61: debug_print_rewritten prints the filter');
RESET debug_print_rewritten;
SET client_min_messages = warning;
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'attack 54: switched off, one reads');

-- ---- attack 55 (residual): statistics of the session count what was fetched ----
SELECT t.reads('alice', 'SELECT pg_stat_get_xact_tuples_fetched(''pat.people''::regclass) >= 0', 'true', 'attack 55: pg_stat functions are PUBLIC''s unless the administrator revokes them');
BEGIN;
REVOKE EXECUTE ON FUNCTION pg_stat_get_xact_tuples_fetched(oid) FROM PUBLIC;
SELECT t.unread('alice', 'SELECT idx_tup_fetch FROM pg_stat_xact_all_tables WHERE relid = ''pat.people''::regclass', '42501 %', 'attack 55: revoked, they say nothing');
ROLLBACK;

-- ---- attack 56 (residual): time tells a hidden row from none, but each probe is on record ----
SELECT count(*) AS before FROM govdata.access_record WHERE start_seq IS NULL \gset
SELECT t.val('alice', 'DO $do$ BEGIN FOR i IN 1..200 LOOP PERFORM FROM pat.people WHERE id = i; END LOOP; END $do$') AS probed \gset
SELECT is((SELECT count(*) FROM govdata.access_record WHERE start_seq IS NULL) - :before, 200::bigint, 'attack 56: 200 probes are 200 records');

-- ---- attack 57 (residual): sizes are everybody's to see ----
SELECT t.reads('carol', 'SELECT reltuples > 0 AND pg_relation_size(oid) > 0 FROM pg_class WHERE oid = ''pat.people''::regclass', 'true', 'attack 57: number of rows and size in the catalog');

-- locks are too: a transaction that is serializable leaves one on each row it has looked at
BEGIN ISOLATION LEVEL SERIALIZABLE;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL ROLE regress_gd_alice;
SELECT count(*) FROM pat.people WHERE id = 5;
SELECT is((SELECT count(*) FROM pg_locks WHERE mode = 'SIReadLock' AND locktype = 'tuple' AND pid = pg_backend_pid()), 1::bigint, 'attack 57: pg_locks shows that there is a hidden row');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION pg_lock_status() FROM PUBLIC;
SELECT t.unread('alice', 'SELECT * FROM pg_locks', '42501 %', 'attack 57: revoked, it says nothing');
ROLLBACK;

-- ---- attack 58: functions of the reader's see visible rows only ----
SET ROLE regress_gd_alice;
CREATE SEQUENCE alice.seen;
CREATE FUNCTION alice.look(integer) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN PERFORM nextval(''alice.seen''); RETURN true; END';
RESET ROLE;
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people WHERE alice.look(id)', '100', 'attack 58: a cheap function in WHERE');
SELECT is((SELECT last_value FROM alice.seen), 200::bigint, 'attack 58: saw the authorized rows only, in two runs');
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people WHERE 1 / (id - 5) IS NOT NULL', '100', 'attack 58: a division that a hidden row would let fail');
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people WHERE name::text <> ''x'' AND substr(name, 6)::integer > 0', '100', 'attack 58: a cast');
SELECT t.unread('alice', 'CREATE FUNCTION alice.leak(integer) RETURNS boolean LANGUAGE sql LEAKPROOF AS ''SELECT true''', '42501 %', 'attack 58: nobody but a superuser calls a function leakproof');

-- ---- attack 59 (residual): currtid2 needs only SELECT ----
SELECT t.reads('alice', 'SELECT currtid2(''pat.people'', ''(0,1)'') IS NOT NULL', 'true', 'attack 59: currtid2 says whether a row number exists');

-- ---- attack 61: the caller's own filter is shown to nobody, nor to itself ----
SELECT t.unread('alice', 'EXPLAIN (VERBOSE) SELECT id FROM pat.people', :'explain_hides', 'attack 61: the constants of a filter');

-- ---- attack 62: a lock is no reading ----
SELECT t.allowed('alice', 'LOCK TABLE pat.people IN ACCESS SHARE MODE', 'attack 62: the weakest lock');
SELECT t.unread('alice', 'LOCK TABLE pat.people IN SHARE MODE', '42501 %', 'attack 62: no other');

-- ---- indexes: without a row filter an authorized department loses none ----
CREATE FUNCTION t.plan(who text, sql text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	line text;
	whole text := '';
BEGIN
	PERFORM set_config('role', t.role(who), true);
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || sql LOOP
		whole := whole || line || E'\n';
	END LOOP;
	PERFORM set_config('role', 'none', true);
	RETURN whole;
END
$$;
INSERT INTO pat.people SELECT i, 'name ' || i, 'card ' || i, i, 420200 FROM generate_series(1001, 20000) AS i;
ALTER TABLE pat.people ADD COLUMN amount numeric;
UPDATE pat.people SET amount = id;
CREATE INDEX people_amount ON pat.people (amount);
SELECT t.allowed('pat', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''amount'', ''金额'', ''numeric'')', :people), 'a numeric item');
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.people'')', :'people_code'), 'attached anew');
SELECT t.authorize('carol', :people, '{id,name,amount,region}') AS carols \gset
VACUUM ANALYZE pat.people;
SELECT alike(t.plan('carol', 'SELECT name FROM pat.people WHERE name LIKE ''name 199%'''), '%people_name%', 'LIKE with a prefix goes by the index');
SELECT alike(t.plan('carol', 'SELECT id FROM pat.people WHERE amount = 4242'), '%people_amount%', 'a numeric key goes by the index');
SELECT alike(t.plan('carol', 'SELECT name FROM pat.people WHERE id = 4242'), '%people_pkey%', 'an integer key goes by the index');
SELECT alike(t.plan('carol', 'SELECT count(*) FROM pat.people WHERE amount BETWEEN 1 AND 10'), '%people_amount%', 'a range goes by the index');
SELECT is(t.plan('carol', 'SELECT name FROM pat.people WHERE name LIKE ''name 199%'''), t.plan('superuser', 'SELECT name FROM pat.people WHERE name LIKE ''name 199%'''), 'by the very plan of a table that is not attached');
SELECT is(t.plan('carol', 'SELECT sum(amount) FROM pat.people'), t.plan('superuser', 'SELECT sum(amount) FROM pat.people'), 'and so is the whole table');

-- ---- the cost of a verdict does not depend on how many authorizations there are ----
CREATE FUNCTION t.visited() RETURNS bigint LANGUAGE sql AS $$
	SELECT pg_stat_get_xact_tuples_fetched(rel) + pg_stat_get_xact_tuples_returned(rel)
		+ (SELECT sum(pg_stat_get_xact_tuples_returned(i.indexrelid)) FROM pg_index i WHERE i.indrelid = rel)::bigint
	FROM (SELECT 'govdata.share_authorization'::regclass::oid) AS v (rel)
$$;
CREATE FUNCTION t.cost() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint;
BEGIN
	PERFORM t.val('carol', 'SELECT id FROM pat.people WHERE id = 7');
	-- a change of roles makes every session decide anew
	ALTER ROLE regress_gd_nobody CONNECTION LIMIT 5;
	before := t.visited();
	PERFORM t.val('carol', 'SELECT id FROM pat.people WHERE id = 7');
	RETURN t.visited() - before;
END
$$;
SELECT t.cost() AS few \gset
SET govdata.restore = on;
SET session_replication_role = replica;
INSERT INTO govdata.share_authorization (id, resource, provider, consumer, items, purpose, basis, valid_from, valid_until, state)
	SELECT a.id + i, a.resource, a.provider, 1000000 + i, a.items, a.purpose, a.basis, a.valid_from, a.valid_until, a.state
	FROM govdata.share_authorization a, generate_series(1, 10000) AS i WHERE a.id = :carols;
RESET session_replication_role;
RESET govdata.restore;
ANALYZE govdata.share_authorization;
SELECT cmp_ok(:few, '>', 0, 'a verdict that is made anew looks for its authorization');
SELECT is((SELECT count(*) > 10000 FROM govdata.share_authorization WHERE resource = :people), true, '10,000 authorizations on one table');
SELECT is(t.cost(), :few::bigint, 'a verdict looks at no more rows than before');
SELECT t.reads('carol', 'SELECT count(*) FROM pat.people', '20000', 'and is the same');

\i :actors_end
