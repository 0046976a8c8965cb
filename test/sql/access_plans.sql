\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Plans are kept, roles and times change: what was decided once is decided anew.

-- ---- attack 17: a generic plan, and the role changes ----
SET plan_cache_mode = force_generic_plan;
PREPARE counting AS SELECT count(*) FROM pat.people;
EXECUTE counting;
SET ROLE regress_gd_alice; EXECUTE counting; EXECUTE counting;
SET ROLE regress_gd_bob; EXECUTE counting;
SET ROLE regress_gd_pat; EXECUTE counting;
SET ROLE regress_gd_alice; EXECUTE counting;
\set VERBOSITY sqlstate
SET ROLE regress_gd_carol; EXECUTE counting;
\set VERBOSITY default
SET ROLE regress_gd_alice; EXECUTE counting;
RESET ROLE;
SELECT pass('attack 17: a prepared statement and SET ROLE: everybody''s own rows above');
CREATE FUNCTION t.count() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM pat.people); END';
CREATE FUNCTION t.count_sql() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM pat.people';
SELECT t.reads(who, f, n, format('attack 17: %s: %s', who, f)) FROM (VALUES (1, 'superuser', '1000'), (2, 'alice', '100'), (3, 'bob', '1000'), (4, 'alice', '100'), (5, 'pat', '1000'), (6, 'alice', '100')) AS v (o, who, n),
	unnest('{SELECT t.count(),SELECT t.count_sql()}'::text[]) AS f ORDER BY f, o;

-- ---- attack 18: the role moves to another department under a cached plan ----
CREATE ROLE regress_gd_mover LOGIN IN ROLE regress_gd_wh_civil;
PREPARE moving AS SELECT count(*) FROM pat.people;
BEGIN;
SET ROLE regress_gd_mover;
EXECUTE moving;
RESET ROLE;
REVOKE regress_gd_wh_civil FROM regress_gd_mover;
GRANT regress_gd_ja_civil TO regress_gd_mover;
SET ROLE regress_gd_mover;
EXECUTE moving;
RESET ROLE;
COMMIT;
SELECT t.reads('mover', 'SELECT t.count()', '100', 'attack 18: with the new department''s rows');

-- ---- attack 19: another version under a prepared plan ----
SET ROLE regress_gd_alice;
PREPARE reading AS SELECT count(*) FROM pat.people;
EXECUTE reading;
RESET ROLE;
SELECT t.val('pat', format('SELECT govdata.revoke_authorization(%s, ''purpose_ended'', ''改条件'')', :alice_authorization)) AS revoked \gset
SELECT t.authorize('alice', :people, '{id,name}', 'id <= 7') AS alice_authorization \gset
SET ROLE regress_gd_alice;
EXECUTE reading;
RESET ROLE;
SELECT t.val('pat', format('SELECT govdata.suspend_authorization(%s, ''violation'', ''核查'')', :alice_authorization)) AS suspended \gset
\set VERBOSITY sqlstate
SET ROLE regress_gd_alice; EXECUTE reading; RESET ROLE;
\set VERBOSITY default
SELECT t.val('pat', format('SELECT govdata.resume_authorization(%s, ''已核查'')', :alice_authorization)) AS resumed \gset
SET ROLE regress_gd_alice; EXECUTE reading; RESET ROLE;
SELECT pass('attack 19: another filter, suspended, resumed: 7 rows, an error, 7 rows above');
-- two at once: the setting chooses, under a plan that is kept
SELECT t.authorize('alice', :people, '{id}', 'id <= 3') AS second \gset
SET ROLE regress_gd_alice;
SELECT set_config('govdata.authorization', :'second', false) AS chosen \gset
EXECUTE reading;
SELECT set_config('govdata.authorization', :'alice_authorization', false) AS chosen \gset
EXECUTE reading;
RESET govdata."authorization";
RESET ROLE;
SELECT pass('attack 20: chosen under a prepared statement: 3 rows, 7 rows above');
SELECT t.val('pat', format('SELECT govdata.revoke_authorization(%s, ''purpose_ended'', ''试毕'')', :second)) AS revoked \gset

-- ---- attack 37: expiry in an open transaction ----
SELECT t.authorize('carol', :people, '{id}', NULL, 'read', '2026-03-03') AS carols \gset
SET ROLE regress_gd_carol;
PREPARE expiring AS SELECT count(*) FROM pat.people;
BEGIN;
EXECUTE expiring;
\set travel_to '2026-03-04 00:00:01+08'
RESET ROLE;
COMMIT;
\i :travel
\set VERBOSITY sqlstate
SET ROLE regress_gd_carol;
EXECUTE expiring;
\set VERBOSITY default
RESET ROLE;
SELECT t.unread('carol', 'SELECT id FROM pat.people', :'not_covered', 'attack 37: the authorization ended with its last day, before any sweep');

-- ---- a consent that time gives is good the moment it matures ----
SELECT t.request('carol', :people, '{id,name}') AS silent \gset
SELECT matures_at AS travel_to FROM govdata.share_request WHERE id = :silent \gset
SET ROLE regress_gd_carol;
PREPARE maturing AS SELECT count(name) FROM pat.people;
\set VERBOSITY sqlstate
EXECUTE maturing;
\set VERBOSITY default
RESET ROLE;
\i :travel
SELECT is((SELECT state FROM govdata.share_request WHERE id = :silent), 'submitted', 'no sweep ran');
SET ROLE regress_gd_carol;
EXECUTE maturing;
RESET ROLE;
SELECT t.reads('carol', 'SELECT count(name) FROM pat.people', '1000', 'silence is consent at once');
CALL govdata.sweep();
SET ROLE regress_gd_carol;
EXECUTE maturing;
RESET ROLE;
SELECT t.reads('carol', 'SELECT count(name) FROM pat.people', '1000', 'and after the sweep');
RESET plan_cache_mode;

-- ---- attack 14: COPY by a role that row security does not hold ----
CREATE ROLE regress_gd_bypass LOGIN BYPASSRLS IN ROLE regress_gd_wh_civil;
\set VERBOSITY terse
\echo attack 14: COPY of the table, of a column, of a query, none of which may give a row
SET SESSION AUTHORIZATION regress_gd_bypass;
COPY pat.people TO STDOUT;
COPY pat.people (id) TO STDOUT;
COPY (SELECT id FROM pat.people) TO STDOUT;
RESET SESSION AUTHORIZATION;

-- ---- attack 64: parallel workers ----
SET ROLE regress_gd_alice;
CREATE TABLE alice.big AS SELECT i AS n FROM generate_series(1, 1000) AS i;
CREATE FUNCTION alice.secret() RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN (SELECT max(id_card) FROM pat.people); END';
CREATE FUNCTION alice.names() RETURNS bigint LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN (SELECT count(name) FROM pat.people); END';
RESET ROLE;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SELECT alike(t.val('bob', 'EXPLAIN (COSTS off) SELECT count(*) FROM pat.people'), 'Finalize Aggregate', 'attack 64: in parallel');
SELECT t.reads('bob', 'SELECT count(id_card) FROM pat.people', '1000', 'attack 64: workers read what the leader may');
SELECT t.reads('alice', 'SELECT count(name) FROM pat.people', '7', 'attack 64: and the rows it may');
SELECT t.unread('alice', 'SELECT count(id_card) FROM pat.people', :'not_covered', 'attack 64: no column more');
SELECT t.unread('alice', 'SELECT max(alice.secret()) FROM alice.big', 'ZW020 %', 'attack 64: nor in a function that a worker runs');
SELECT t.unread('alice', 'SELECT max(alice.names()) FROM alice.big', 'ZW020 % in a parallel worker%', 'attack 64: where nothing is read, for its stack is not the leader''s');
SET max_parallel_workers_per_gather = 0;
SELECT t.reads('alice', 'SELECT max(alice.names()) FROM alice.big', '7', 'attack 64: without workers it is read');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
RESET parallel_leader_participation;

-- ---- a purpose stated after the statement was judged ----
SET SESSION AUTHORIZATION regress_gd_alice;
PREPARE counted AS SELECT count(*) FROM pat.people;
EXECUTE counted;
EXECUTE counted;
SET govdata.purpose = '别的用途';
EXECUTE counted;
SET govdata.purpose = '办理低保';
EXECUTE counted;
RESET govdata.purpose;
EXECUTE counted;
DEALLOCATE counted;
RESET SESSION AUTHORIZATION;

-- ---- attack 29: row_security = off, as pg_dump sets it ----
SET row_security = off;
SET SESSION AUTHORIZATION regress_gd_alice;
SELECT count(*) FROM pat.people;
COPY pat.people (id) TO STDOUT;
WITH x AS (SELECT id FROM pat.people) SELECT count(*) FROM x;
SELECT 1 WHERE EXISTS (SELECT FROM pat.people);
-- defining reads nothing: so a restore does
CREATE VIEW alice.restored AS SELECT id FROM pat.people;
DROP VIEW alice.restored;
RESET SESSION AUTHORIZATION;
SET ROLE regress_gd_pat;
SELECT count(*) FROM pat.people;
RESET ROLE;
-- the owner and a superuser dump as ever
SET ROLE regress_gd_wh_police;
SELECT count(*) FROM pat.people;
COPY (SELECT * FROM pat.people WHERE id = 1) TO STDOUT;
RESET ROLE;
RESET row_security;
\set VERBOSITY default

-- ---- attack 22 (residual): a superuser's login that takes a department's role ----
SET ROLE regress_gd_alice;
CREATE FUNCTION alice.climb() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN PERFORM set_config('role', 'none', false); RETURN (SELECT count(*) FROM pat.people); END$$;
SELECT t.unread('alice', 'SELECT alice.climb()', :'foreign_function', 'attack 22: a function that takes the superuser''s role back is foreign then');
SET ROLE regress_gd_alice;
SELECT set_config('role', 'none', false) AS climbed \gset
SELECT is((SELECT count(*) FROM pat.people), 1000::bigint, 'attack 22: a superuser''s session is a superuser''s again: departments log in as themselves');

\i :actors_end
