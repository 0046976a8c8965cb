\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- doctor(): each check says "ok" where all is well, and something else, with
-- what to do, once it is not.

CREATE FUNCTION t.state(check_name text) RETURNS text
LANGUAGE sql AS $$ SELECT string_agg(state, ',') FROM govdata.doctor() WHERE item = check_name $$;
CREATE FUNCTION t.says(check_name text) RETURNS text
LANGUAGE sql AS $$ SELECT string_agg(detail, '; ') FROM govdata.doctor() WHERE item = check_name $$;
-- one test: the check has this state, and says this ("%" as in LIKE)
CREATE FUNCTION t.finds(check_name text, expected_state text, expected_detail text, description text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	found text := t.state(check_name);
	said text := t.says(check_name);
BEGIN
	RETURN ok(found = expected_state AND said LIKE expected_detail, description)
		|| CASE WHEN found = expected_state AND said LIKE expected_detail THEN '' ELSE E'\n' || diag(concat_ws(': ', found, said)) END;
END
$$;

SELECT is((SELECT count(*) - count(DISTINCT item) FROM govdata.doctor()), 0::bigint, 'one row a check');
SELECT is_empty('SELECT * FROM govdata.doctor() WHERE state NOT IN (''ok'', ''warning'', ''failure'') OR coalesce(detail, '''') = ''''', 'each with a state and a detail');
SELECT is_empty('SELECT item, detail FROM govdata.doctor() WHERE state = ''failure''', 'nothing has failed');
SELECT t.refused('alice', 'SELECT * FROM govdata.doctor()', '42501 %', 'departments do not ask');
SELECT t.refused('admin', 'SELECT * FROM govdata.doctor()', '42501 %', 'nor do administrators who are no superusers');

SELECT t.finds('library', 'ok', 'version 1.0, the extension''s is 1.0;%', 'the library is of the extension''s version');
SET govdata.maintenance = on;
UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'govdata';
SELECT t.finds('library', 'failure', 'version 1.0, the extension''s is 0.9;%ALTER EXTENSION govdata UPDATE%', 'or it is not');
UPDATE pg_extension SET extversion = '1.0' WHERE extname = 'govdata';
RESET govdata.maintenance;

-- ---- settings ----
SELECT t.finds('govdata.maintenance', 'warning', 'was used % times since the server started, last at % by "%" in database "regress_govdata"%', 'the use of govdata.maintenance is remembered');
SELECT t.finds('govdata.restore', 'warning', 'was used % times%', 'and that of govdata.restore');
ALTER DATABASE regress_govdata SET govdata.restore = on;
SELECT t.finds('govdata.restore', 'failure', 'is on by ALTER ROLE or ALTER DATABASE; take it back%', 'let alone that it stands');
ALTER DATABASE regress_govdata RESET govdata.restore;
SET log_min_messages = panic;
SELECT t.finds('server log', 'failure', 'log_min_messages hides%', 'a server log that keeps nothing');
RESET log_min_messages;
SET compute_query_id = off;
SELECT t.finds('query id', 'warning', 'compute_query_id is off%', 'records without query ids');
RESET compute_query_id;

-- ---- clock, calendar, limits ----
SELECT t.finds('clock', 'warning', '%for rehearsals only%', 'the clock is moved');
SELECT t.finds('moved clock', 'warning', '%newest acts in the journal were done under a moved clock, from %', 'and what was done meanwhile stays on record as such');
SELECT t.finds('time zone', 'ok', 'govdata.timezone is Asia/Shanghai, as for the 4 newest%', 'deadlines on record fit the time zone');
BEGIN;
SET LOCAL govdata.restore = on;
UPDATE govdata.share_request SET due_at = due_at + interval '1 hour', matures_at = matures_at + interval '1 hour'
	WHERE id = (SELECT max(id) FROM govdata.share_request);
SELECT t.finds('time zone', 'failure', '%1 of the 4 newest%do not end at midnight there%', 'or were computed in another one');
ROLLBACK;
SELECT t.finds('calendar CN', 'ok', 'notices of 2008 to 2026; covered to 2026-12-28%', 'in March the calendar reaches far enough');
SELECT t.finds('time limits', 'ok', '% limits are in force today', 'limits are in force');
BEGIN;
UPDATE govdata.time_limit SET effective = daterange(lower(effective), '2026-01-01') WHERE code = 'reply' OR code = (SELECT min(code) FROM govdata.time_limit);
SELECT t.finds('time limits', 'failure', 'no row of govdata.time_limit is in force today for %', 'or one is not');
ROLLBACK;
\set travel_to '2026-11-25 09:00+08'
\i :travel
SELECT t.finds('calendar CN', 'warning', '%limits that reach further are provisional%load the notice of 2027%', 'in November the next notice is missed');
\set travel_to '2026-12-29 09:00+08'
\i :travel
SELECT t.finds('calendar CN', 'failure', '%load the notice of 2027%', 'and on 29 December nothing can be counted');
\set travel_to '2026-03-02 09:00+08'
\i :travel

-- ---- sweep ----
SELECT t.finds('sweep', 'warning', 'no turn has finished yet;%SELECT govdata.schedule(), and see pg_cron', 'no sweep has run');
SELECT t.finds('access log unsealed', 'ok', '%', 'nothing waits long for a seal');
CALL govdata.sweep();
SELECT t.finds('sweep', 'ok', 'last turn finished %', 'a sweep has run');
SELECT t.finds('sweep failures', 'ok', 'none', 'without failures');
SELECT t.finds('pg_cron', 'ok', 'not in this database%', 'pg_cron is elsewhere, and somebody sweeps all the same');
BEGIN;
SET LOCAL govdata.maintenance = on;
UPDATE govdata.sweep_heartbeat SET finished_real_at = finished_real_at - interval '50 minutes';
SELECT t.finds('sweep', 'warning', 'last turn finished 00:50:% ago%nothing is sealed%', 'but not for 50 minutes');
UPDATE govdata.sweep_heartbeat SET finished_real_at = finished_real_at - interval '1 hour';
SELECT t.finds('sweep', 'failure', 'last turn finished 01:50:% ago%nothing is sealed%', 'nor for an hour more');
INSERT INTO govdata.sweep_failure VALUES ('share_request', '7', now(), now(), 1, 'ZW020', 'x');
SELECT t.finds('sweep failures', 'failure', '%share_request 7 (ZW020)', 'rows that fail');
ROLLBACK;

-- what pg_cron would say, were it here
BEGIN;
CREATE SCHEMA cron;
CREATE TABLE cron.job (jobid bigint, jobname text, schedule text, active boolean, database text, username text, command text);
CREATE TABLE cron.job_run_details (jobid bigint, runid bigint, status text, return_message text, end_time timestamptz);
INSERT INTO pg_extension SELECT 4294900000, 'pg_cron', extowner, extnamespace, false, '1.4-1', NULL, NULL FROM pg_extension WHERE extname = 'plpgsql';
SELECT t.finds('pg_cron', 'warning', 'version 1.4-1: schedules run in GMT; it works in database "postgres" now, and the jobs that stand here are not run: %; no job calls govdata.sweep()%', 'pg_cron 1.4 without a job');
INSERT INTO cron.job VALUES (1, 'j', '* * * * *', true, current_database(), 'somebody', 'CALL govdata.sweep()');
SELECT t.finds('pg_cron', 'warning', 'version 1.4-1: schedules run in GMT; it works in database "postgres" now%; job "j" runs at "* * * * *"', 'with one');
INSERT INTO cron.job_run_details VALUES (1, 1, 'succeeded', '', now()), (1, 2, 'failed', 'connection failed', now()), (1, 3, 'running', NULL, NULL);
SELECT t.finds('pg_cron', 'warning', '%job "j" of role "somebody" failed last: connection failed. %', 'whose last turn failed');
TRUNCATE cron.job_run_details;
-- a setting that 1.4 does not know takes any value; later ones need a restart
SELECT NOT EXISTS (SELECT FROM pg_settings WHERE name = 'cron.timezone') AS unknown_to_cron \gset
\if :unknown_to_cron
SET LOCAL cron.timezone = 'Asia/Shanghai';
SELECT t.finds('pg_cron', 'warning', '%cron.timezone "Asia/Shanghai" has no effect: unset it%', 'that believes in a time zone');
\else
SELECT t.finds('pg_cron', 'warning', 'version 1.4-1: schedules run in GMT;%runs at%', 'that believes in a time zone');
\endif
UPDATE pg_extension SET extversion = '1.6' WHERE extname = 'pg_cron';
SELECT t.finds('pg_cron', 'warning', format('version 1.6: schedules run in %s;%%runs at%%', current_setting('cron.timezone')), 'which 1.6 has');
UPDATE cron.job SET schedule = '0 1 * * *';
SELECT t.finds('pg_cron', 'warning', '%job "j" runs at "0 1 * * *", in pg_cron''s time zone, and is not made up for%', 'that runs once a night');
UPDATE cron.job SET active = false;
SELECT t.finds('pg_cron', 'warning', '%job "j" is not active%', 'that is switched off');
ROLLBACK;

-- ---- roles ----
SELECT t.finds('roles that bypass', 'ok', '%superusers read everything and are recorded: %', 'no role of a department bypasses');
CREATE ROLE regress_gd_team NOLOGIN IN ROLE regress_gd_ja_civil;
CREATE ROLE regress_gd_deep LOGIN BYPASSRLS IN ROLE regress_gd_team;
SELECT t.finds('roles that bypass', 'failure', '%: regress_gd_deep; ALTER ROLE them', 'a member of a member that does');
ALTER ROLE regress_gd_deep NOBYPASSRLS REPLICATION;
SELECT t.finds('roles that bypass', 'failure', '%: regress_gd_deep; ALTER ROLE them', 'one that replicates');
ALTER ROLE regress_gd_deep NOREPLICATION SUPERUSER;
SELECT t.finds('roles that bypass', 'failure', '%: regress_gd_deep; ALTER ROLE them', 'one that is a superuser');
ALTER ROLE regress_gd_deep NOSUPERUSER;
SELECT t.finds('roles that reach files', 'ok', '%', 'no role of a department reaches files');
GRANT pg_read_server_files TO regress_gd_team;
SELECT t.finds('roles that reach files', 'failure', '%regress_gd_deep%REVOKE that', 'until one does');
REVOKE pg_read_server_files FROM regress_gd_team;
CREATE ROLE regress_gd_keeper NOLOGIN;
GRANT USAGE ON SCHEMA pat TO regress_gd_keeper;
SELECT t.finds('roles that own', 'ok', '%', 'no department owns another one''s table');
GRANT regress_gd_wh_police TO regress_gd_deep;
SELECT t.finds('roles that own', 'failure', '%regress_gd_deep (pat.people)%', 'until a clerk of two does');
SELECT t.finds('roles of several departments', 'warning', '%regress_gd_deep, regress_gd_erin%', 'who has to SET ROLE');
DROP ROLE regress_gd_deep;

-- ---- guards ----
SELECT t.finds('guards', 'ok', '% triggers are on, for everyone', 'the guards are on');
SET govdata.maintenance = on;
ALTER TABLE govdata.share_request DISABLE TRIGGER aa_guard;
ALTER TABLE govdata.journal_entry DISABLE ROW LEVEL SECURITY;
RESET govdata.maintenance;
SELECT t.finds('guards', 'failure', '%: share_request.aa_guard; %', 'one was switched off');
SELECT t.finds('privacy', 'failure', '%journal_entry%', 'and row security of the platform''s own table');
SET govdata.maintenance = on;
ALTER TABLE govdata.share_request ENABLE ALWAYS TRIGGER aa_guard;
ALTER TABLE govdata.journal_entry ENABLE ROW LEVEL SECURITY;
RESET govdata.maintenance;
SELECT t.finds('privacy', 'ok', '%', 'all is on again');

-- ---- attached tables ----
SELECT t.finds('enforcement', 'ok', '1 attached tables were tried by nobody in particular, and each refused', 'a canary is refused');
BEGIN;
SET LOCAL govdata.maintenance = on;
SET LOCAL client_min_messages = error;
-- what doctor() says of a canary that reads
CREATE OR REPLACE FUNCTION govdata._canary(relation regclass) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
SELECT t.finds('enforcement', 'failure', '%pat.people%', 'one that reads is a failure');
ROLLBACK;
-- the canary sings where nothing is enforced: a table that is not attached
CREATE TABLE pat.free (id integer);
GRANT SELECT ON pat.free TO govdata_department;
SELECT is(govdata._canary('pat.free'), NULL, 'and would not be, were the table free');
REVOKE USAGE ON SCHEMA pat FROM PUBLIC, govdata_department;
SELECT t.finds('enforcement', 'warning', 'could not be tried on pat.people (42501)', 'where it cannot be tried, that is said');
GRANT USAGE ON SCHEMA pat TO PUBLIC;
SELECT t.finds('row security', 'ok', 'on for 1 attached tables%', 'row security is on');
SELECT t.finds('attachments', 'ok', '1 attachments are sound', 'the attachment is sound');
SET govdata.maintenance = on;
ALTER TABLE pat.people DISABLE ROW LEVEL SECURITY;
RESET govdata.maintenance;
SELECT t.finds('row security', 'failure', 'switched off on pat.people: %', 'until it is switched off');
SELECT t.finds('attachments', 'failure', '%row security is switched off on "people"%', 'which breaks the attachment');
SELECT t.finds('enforcement', 'ok', '%', 'and opens nothing');
ALTER TABLE pat.people ENABLE ROW LEVEL SECURITY;
SELECT t.finds('partitions', 'ok', '%', 'no foreign partitions');

CREATE TABLE pat.years (id integer, name text) PARTITION BY LIST (id);
CREATE TABLE pat.year_1 PARTITION OF pat.years FOR VALUES IN (1);
ALTER TABLE pat.years OWNER TO regress_gd_wh_police;
ALTER TABLE pat.year_1 OWNER TO regress_gd_wh_police;
SELECT t.resource('wh_police', '年份', '{id,name}') AS years \gset
SELECT t.val('pat', format('SELECT govdata.attach_resource(%L, ''pat.years'')', (SELECT code FROM govdata.resource WHERE id = :years))) AS attached \gset
SELECT t.finds('row security', 'ok', 'on for 3 attached tables and partitions', 'partitions count too');
SET govdata.maintenance = on;
ALTER TABLE pat.year_1 DISABLE ROW LEVEL SECURITY;
RESET govdata.maintenance;
SELECT t.finds('row security', 'failure', 'switched off on pat.year_1: %', 'one of them unprotected');
ALTER TABLE pat.year_1 ENABLE ROW LEVEL SECURITY;
SELECT t.finds('owner-right views', 'ok', '%', 'no view with its owner''s rights');
CREATE VIEW pat.shown AS SELECT name FROM pat.people;
SELECT t.finds('owner-right views', 'warning', '%pat.shown%', 'one');
ALTER VIEW pat.shown SET (security_invoker);
SELECT t.finds('owner-right views', 'ok', '%', 'with the reader''s');
CREATE MATERIALIZED VIEW pat.copy AS SELECT name FROM pat.year_1;
SELECT t.finds('materialized copies', 'warning', '%pat.copy%', 'a copy of a partition');
SET client_min_messages = error;
CREATE PUBLICATION leak FOR TABLE pat.year_1;
SET client_min_messages = warning;
SELECT t.finds('publications', 'warning', '%leak (pat.year_1)%', 'a partition that is published');
DROP PUBLICATION leak;
SELECT t.finds('publications', 'ok', '%', 'none');
SELECT t.finds('statistics functions', 'warning', '%REVOKE EXECUTE ON FUNCTION pg_stat_get_tuples_fetched(oid)%', 'counters that everyone may ask');
SELECT t.says('statistics functions') AS said \gset
SELECT substr(:'said', strpos(:'said', 'REVOKE')) \gexec
SELECT t.finds('statistics functions', 'ok', '%', 'the detail is the remedy');

-- ---- the log and the journal ----
SELECT t.reads('alice', 'SELECT name FROM pat.people WHERE id = 10', 'name 10', 'a read');
SELECT t.finds('access log', 'ok', 'mode sync%', 'records are durable');
SELECT t.finds('access log writer', 'ok', 'runs as process %', 'the writer is there');
SELECT t.finds('access log queue', 'ok', '% of 8192 kB filled,%', 'and keeps up');
SELECT t.finds('access log months', 'ok', '%kept for 36 months, 0 on hold', 'with a month ahead');
SELECT t.finds('access log seals', 'ok', 'the newest 10 hold%', 'its seals hold');
CALL govdata.sweep();
SELECT t.finds('access log unsealed', 'ok', '%', 'what is not sealed is young');
SELECT t.reads('alice', 'SELECT name FROM pat.people WHERE id = 10', 'name 10', 'another read');
CALL govdata.sweep();
SELECT count(*) AS refused FROM govdata.access_record WHERE kind = 'refused' \gset
SELECT ok(t.says('enforcement') LIKE '% attached tables were tried by nobody in particular, and each refused', 'attached tables are tried');
SELECT t.reads('alice', 'SELECT name FROM pat.people WHERE id = 10', 'name 10', 'a read after that');
SELECT is(count(*), :refused::bigint, 'which is nobody''s attempt, and not on record') FROM govdata.access_record WHERE kind = 'refused';
SELECT to_char(now() AT TIME ZONE 'UTC', '"access_record_"YYYY_MM') AS part \gset
BEGIN;
SET LOCAL govdata.maintenance = on;
ALTER TABLE govdata.:"part" DISABLE TRIGGER _append_only;
UPDATE govdata.:"part" SET purpose = 'lawful' WHERE seq = 1;
SELECT t.finds('access log seals', 'failure', 'broken: 1; %', 'a record that was altered');
ROLLBACK;
BEGIN;
SET LOCAL govdata.maintenance = on;
ALTER TABLE govdata.access_seal DISABLE TRIGGER _append_only;
DELETE FROM govdata.access_seal WHERE id = (SELECT max(id) - 1 FROM govdata.access_seal);
SELECT t.finds('access log seals', 'failure', 'broken: %', 'a seal that is missing');
ROLLBACK;
BEGIN;
SET LOCAL govdata.maintenance = on;
ALTER TABLE govdata.access_record DETACH PARTITION govdata.:"part";
SELECT t.finds('access log months', 'failure', :'part' || ' is no partition of the log%', 'a month that was detached');
ROLLBACK;
SELECT t.finds('journal seals', 'ok', 'the newest 10 hold%', 'the journal''s seals hold');
BEGIN;
SET LOCAL govdata.maintenance = on;
ALTER TABLE govdata.journal_entry DISABLE TRIGGER _append_only;
DELETE FROM govdata.journal_entry WHERE id = 3;
SELECT t.finds('journal seals', 'failure', 'entry 3 of seal 1 is gone;%', 'an entry that was removed');
ROLLBACK;

-- ---- who keeps others waiting ----
SELECT is(govdata._locked_by(), '', 'nobody holds a lock');
BEGIN;
LOCK TABLE pat.people IN ACCESS EXCLUSIVE MODE;
PREPARE TRANSACTION 'regress_held';
SELECT is(govdata._locked_by(), format('; locked by PREPARE TRANSACTION ''regress_held'' (%s, people)', session_user), 'a prepared transaction has no process');
ROLLBACK PREPARED 'regress_held';

-- ---- what nobody is told at the time ----
SELECT t.finds('several authorizations', 'ok', 'no department has two%', 'nobody has to choose');
SELECT t.authorize('alice', :people, '{id}') AS second \gset
SELECT t.finds('several authorizations', 'warning', '%: ' || :alice_authorization || ', ' || :second || ';%', 'a department that has two authorizations for a table');
SELECT t.finds('references', 'ok', '%', 'who is named is there');
BEGIN;
SET LOCAL govdata.restore = on;
SET LOCAL session_replication_role = replica;
DELETE FROM govdata.department WHERE id = t.department('wh_police');
SELECT t.finds('references', 'failure', '%resource.provider (1)%create the roles, then load what is missing%', 'a provider that a restore has not brought');
ROLLBACK;

\i :actors_end
