-- DDL that disarms a guard is refused, everything else is not.
\getenv srcdir PG_ABS_SRCDIR
\set begin :srcdir '/sql/include/calendar_begin.psql'
\i :begin

-- Dropping the extension is part of the test: it gets a database of its own.
-- Departments of the other database may be members of the group roles already.
SELECT current_database() AS home \gset
DROP DATABASE IF EXISTS govdata_protect;
CREATE DATABASE govdata_protect;
\c govdata_protect
SET client_min_messages = error;
SET govdata.restore = on;
\i :begin
RESET govdata.restore;

SELECT no_plan();

CREATE TABLE public.theirs (id bigint PRIMARY KEY, department bigint REFERENCES govdata.department);
CREATE FUNCTION public.theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';

SELECT is(pg_temp.complaint('ALTER TABLE govdata.journal_entry DISABLE TRIGGER _append_only'),
    'ZW032 | "journal_entry" belongs to extension "govdata" and cannot be changed'
    ' | The Measures hold in this database only while their guards are as they were installed. Measures, Article 32.'
    ' | A superuser can run SET govdata.maintenance = on first; the server log records it.', 'what a refusal says');

CREATE TABLE pg_temp.refused (n integer GENERATED ALWAYS AS IDENTITY, ddl text);
INSERT INTO pg_temp.refused (ddl) VALUES
    ('ALTER TABLE govdata.share_request DISABLE TRIGGER aa_guard'),
    ('ALTER TABLE govdata.share_request DISABLE TRIGGER ALL'),
    ('ALTER TABLE govdata.share_request DISABLE TRIGGER USER'),
    ('ALTER TABLE govdata.journal_entry ENABLE REPLICA TRIGGER _append_only'),
    ('ALTER TABLE govdata.journal_entry ENABLE TRIGGER _append_only'),
    ('DROP TRIGGER aa_guard ON govdata.share_request'),
    ('ALTER TRIGGER aa_guard ON govdata.share_request RENAME TO zz_guard'),
    ('CREATE TRIGGER mine BEFORE INSERT ON govdata.share_request FOR EACH ROW EXECUTE FUNCTION public.theirs()'),
    ('CREATE OR REPLACE TRIGGER aa_guard BEFORE INSERT ON govdata.share_request FOR EACH ROW EXECUTE FUNCTION public.theirs()'),
    ('CREATE RULE mine AS ON INSERT TO govdata.share_request DO INSTEAD NOTHING'),
    ('CREATE POLICY mine ON govdata.share_request USING (true)'),
    ('ALTER POLICY reading ON govdata.share_request USING (true)'),
    ('ALTER POLICY reading ON govdata.share_request RENAME TO mine'),
    ('DROP POLICY reading ON govdata.share_request'),
    ('ALTER TABLE govdata.share_request DISABLE ROW LEVEL SECURITY'),
    ('ALTER TABLE govdata.journal_entry FORCE ROW LEVEL SECURITY'),
    ('ALTER TABLE govdata.journal_entry NO FORCE ROW LEVEL SECURITY'),
    ('ALTER TABLE govdata.department ENABLE ROW LEVEL SECURITY'),
    ('ALTER TABLE govdata.share_request DROP CONSTRAINT share_request_not_of_itself'),
    ('ALTER TABLE govdata.share_request ADD CONSTRAINT mine CHECK (true)'),
    ('ALTER TABLE govdata.share_request RENAME CONSTRAINT share_request_not_of_itself TO mine'),
    ('ALTER TABLE govdata.share_authorization ALTER CONSTRAINT share_authorization_resource_fkey DEFERRABLE'),
    ('ALTER TABLE govdata.share_request ADD COLUMN mine integer'),
    ('ALTER TABLE govdata.sweep_failure DROP COLUMN message'),
    ('ALTER TABLE govdata.sweep_failure ALTER COLUMN message TYPE varchar'),
    ('ALTER TABLE govdata.share_request ALTER COLUMN purpose DROP NOT NULL'),
    ('ALTER TABLE govdata.sweep_failure ALTER COLUMN message SET DEFAULT ''mine'''),
    ('ALTER TABLE govdata.share_request ALTER COLUMN mode DROP DEFAULT'),
    ('ALTER TABLE govdata.share_request RENAME COLUMN purpose TO mine'),
    ('ALTER TABLE govdata.share_request RENAME TO mine'),
    ('ALTER TABLE govdata.share_request SET SCHEMA public'),
    ('ALTER TABLE govdata.share_request OWNER TO pg_database_owner'),
    ('ALTER TABLE govdata.sweep_failure SET UNLOGGED'),
    ('CREATE TABLE public.child () INHERITS (govdata.sweep_failure)'),
    ('CREATE TABLE public.child (LIKE govdata.sweep_failure); ALTER TABLE public.child INHERIT govdata.sweep_failure'),
    ('DROP INDEX govdata.department_one_government'),
    ('ALTER INDEX govdata.journal_entry_pkey RENAME TO mine'),
    ('ALTER SEQUENCE govdata.journal_entry_id_seq RESTART'),
    ('ALTER SEQUENCE govdata.journal_entry_id_seq CACHE 100'),
    ('CREATE OR REPLACE FUNCTION govdata._journal() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END'''),
    ('ALTER FUNCTION govdata.clock() STABLE'),
    ('ALTER FUNCTION govdata.clock() RENAME TO mine'),
    ('ALTER FUNCTION govdata.clock() OWNER TO pg_database_owner'),
    ('ALTER FUNCTION govdata.clock() SET search_path = public'),
    ('ALTER FUNCTION govdata.clock() SET SCHEMA public'),
    ('ALTER PROCEDURE govdata.sweep() SET search_path = public'),
    ('ALTER VIEW govdata.catalog SET (security_invoker = false)'),
    ('ALTER VIEW govdata.catalog RENAME TO mine'),
    ('ALTER VIEW govdata.catalog OWNER TO pg_database_owner'),
    ('ALTER SCHEMA govdata RENAME TO mine'),
    ('ALTER SCHEMA govdata OWNER TO pg_database_owner'),
    ('ALTER EXTENSION govdata DROP FUNCTION govdata.clock()'),
    ('ALTER EXTENSION govdata DROP TABLE govdata.journal_entry'),
    ('ALTER EXTENSION govdata ADD TABLE public.theirs'),
    ('TRUNCATE govdata.share_request CASCADE'),
    ('DO $do$ BEGIN EXECUTE ''ALTER TABLE govdata.journal_entry DISABLE TRIGGER ALL''; END $do$');
SELECT is(left(pg_temp.complaint(ddl), 5), 'ZW032', ddl) FROM pg_temp.refused ORDER BY n;
SELECT is(left(pg_temp.complaint(format('CREATE OR REPLACE VIEW govdata.catalog AS %s', pg_get_viewdef('govdata.catalog'::regclass))), 5),
    'ZW032', 'CREATE OR REPLACE VIEW govdata.catalog');
SET search_path = govdata, public;
SELECT is(left(pg_temp.complaint('ALTER TABLE journal_entry DISABLE ROW LEVEL SECURITY'), 5), 'ZW032',
    'whatever the search_path');
RESET search_path;
-- members are the server's to keep
SELECT is(left(pg_temp.complaint(ddl), 5), '2BP01', ddl) FROM unnest(ARRAY['DROP TABLE govdata.share_request CASCADE',
    'DROP FUNCTION govdata.clock() CASCADE', 'DROP VIEW govdata.catalog', 'DROP SEQUENCE govdata.journal_entry_id_seq CASCADE']) AS ddl;

-- what concerns speed and access is the DBA's
BEGIN;
SELECT is(pg_temp.complaint(ddl), 'no error', ddl) FROM unnest(ARRAY[
    'CREATE INDEX mine ON govdata.share_request (purpose)',
    'CREATE UNIQUE INDEX mine_too ON govdata.share_request (id, purpose)',
    'ALTER INDEX govdata.mine SET (fillfactor = 80)',
    'REINDEX TABLE govdata.share_request',
    'DROP INDEX govdata.mine',
    'CREATE STATISTICS govdata.mine ON state, resource FROM govdata.share_request',
    'DROP STATISTICS govdata.mine',
    'ALTER TABLE govdata.share_request ALTER COLUMN state SET STATISTICS 500',
    'ALTER TABLE govdata.share_request ALTER COLUMN state SET (n_distinct = 8)',
    'ALTER TABLE govdata.share_request ALTER COLUMN purpose SET STORAGE EXTERNAL',
    'ALTER TABLE govdata.share_request SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 90)',
    'ALTER TABLE govdata.share_request RESET (fillfactor)',
    'ALTER TABLE govdata.share_request CLUSTER ON share_request_pkey',
    'ALTER TABLE govdata.share_request SET TABLESPACE pg_default',
    'ANALYZE govdata.share_request',
    'CLUSTER govdata.share_request',
    'GRANT SELECT ON govdata.share_request TO pg_monitor',
    'REVOKE SELECT ON govdata.share_request FROM pg_monitor',
    'GRANT EXECUTE ON FUNCTION govdata.clock() TO pg_monitor',
    'GRANT USAGE ON SCHEMA govdata TO pg_monitor',
    'COMMENT ON TABLE govdata.share_request IS ''mine''',
    'COMMENT ON FUNCTION govdata.clock() IS ''mine''',
    'LOCK TABLE govdata.share_request IN SHARE MODE',
    'ALTER EXTENSION govdata UPDATE']) AS ddl;
ROLLBACK;
-- those that allow no transaction block
\set ECHO queries
REINDEX TABLE CONCURRENTLY govdata.department;
CREATE INDEX CONCURRENTLY mine ON govdata.share_request (purpose);
DROP INDEX CONCURRENTLY govdata.mine;
VACUUM FULL govdata.share_request;
VACUUM ANALYZE govdata.share_request;
\set ECHO none

-- what is not the extension's is not its business
BEGIN;
SELECT is(pg_temp.complaint(ddl), 'no error', ddl) FROM unnest(ARRAY[
    'CREATE TABLE public.more (department bigint REFERENCES govdata.department)',
    'ALTER TABLE public.more DISABLE TRIGGER ALL',
    'DROP TABLE public.more',
    'CREATE VIEW public.seen AS SELECT * FROM govdata.share_request',
    'CREATE OR REPLACE VIEW public.seen AS SELECT * FROM govdata.share_request WHERE false',
    'DROP VIEW public.seen',
    'CREATE TABLE govdata.mine (i integer)',
    'ALTER TABLE govdata.mine ADD COLUMN j integer',
    'CREATE TRIGGER mine BEFORE INSERT ON govdata.mine FOR EACH ROW EXECUTE FUNCTION public.theirs()',
    'DROP TRIGGER mine ON govdata.mine',
    'DROP TABLE govdata.mine',
    'CREATE FUNCTION govdata.mine() RETURNS integer LANGUAGE sql AS ''SELECT 1''',
    'CREATE OR REPLACE FUNCTION govdata.mine() RETURNS integer LANGUAGE sql AS ''SELECT 2''',
    'DROP FUNCTION govdata.mine()',
    'CREATE TEMP TABLE share_request (i integer)',
    'ALTER TABLE pg_temp.share_request ADD COLUMN j integer',
    'DROP TABLE pg_temp.share_request',
    'CREATE EXTENSION pg_trgm; DROP EXTENSION pg_trgm',
    'ALTER TABLE public.theirs DISABLE TRIGGER ALL',
    'DROP TABLE public.theirs']) AS ddl;
ROLLBACK;

-- a superuser may, and the setting ends with the session
SET govdata.maintenance = on;
BEGIN;
SELECT is(pg_temp.complaint(ddl), 'no error', 'in maintenance: ' || ddl) FROM unnest(ARRAY[
    'ALTER TABLE govdata.journal_entry DISABLE TRIGGER _append_only',
    'ALTER TABLE govdata.share_request DISABLE ROW LEVEL SECURITY',
    'DROP POLICY reading ON govdata.share_request',
    'ALTER TABLE govdata.share_request ADD COLUMN mine integer',
    'DROP INDEX govdata.department_one_government']) AS ddl;
ROLLBACK;
RESET govdata.maintenance;
BEGIN;
CREATE ROLE govdata_protect_clerk IN ROLE govdata_admin;
SET LOCAL ROLE govdata_protect_clerk;
SELECT is(left(pg_temp.complaint('SET govdata.maintenance = on'), 5), '42501', 'nobody else may');
ROLLBACK;

-- with data the extension stays
DROP TABLE public.theirs;
CREATE FUNCTION pg_temp.removals(state text, title text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT is(left(pg_temp.complaint(ddl), 5), state, title || ddl)
    FROM unnest(ARRAY['DROP EXTENSION govdata', 'DROP EXTENSION govdata CASCADE', 'DROP SCHEMA govdata CASCADE',
        'DROP EXTENSION btree_gist CASCADE', 'DROP SCHEMA govdata, public CASCADE']) AS ddl
$$;
BEGIN;
INSERT INTO govdata.region (code, name, level, parent) VALUES ('42PROTECT', 'protected', 'city', '420000');
SELECT * FROM pg_temp.removals('ZW032', 'with data: ');
SELECT is(pg_temp.complaint('DROP EXTENSION govdata'), 'ZW032 | extension "govdata" cannot be dropped while it holds data'
    ' | There are departments or journal entries; they would be lost. Measures, Article 32.'
    ' | Dump the database first. Then a superuser can run SET govdata.maintenance = on and drop it; the server log records it.',
    'what the refusal says');
SET LOCAL govdata.maintenance = on;
DROP EXTENSION govdata CASCADE;
SELECT hasnt_extension('govdata', 'in maintenance it goes all the same');
ROLLBACK;

-- without data it may go, by whatever way
BEGIN;
DROP SCHEMA govdata CASCADE;
SELECT hasnt_extension('govdata', 'without data: DROP SCHEMA');
ROLLBACK;
BEGIN;
DROP EXTENSION btree_gist CASCADE;
SELECT hasnt_extension('govdata', 'without data: DROP EXTENSION of one that it needs');
ROLLBACK;
DROP EXTENSION govdata;
SELECT hasnt_extension('govdata', 'without data: DROP EXTENSION');

-- DROP OWNED of an owner who is not the cluster's
CREATE ROLE govdata_protect_owner SUPERUSER;
SET SESSION AUTHORIZATION govdata_protect_owner;
SET govdata.restore = on;
CREATE EXTENSION govdata;
RESET govdata.restore;
RESET SESSION AUTHORIZATION;
BEGIN;
INSERT INTO govdata.region (code, name, level, parent) VALUES ('42PROTECT', 'protected', 'city', '420000');
SELECT is(left(pg_temp.complaint(ddl), 5), 'ZW032', ddl)
FROM unnest(ARRAY['DROP OWNED BY govdata_protect_owner CASCADE', 'REASSIGN OWNED BY govdata_protect_owner TO CURRENT_USER']) AS ddl;
ROLLBACK;
DROP OWNED BY govdata_protect_owner CASCADE;
SELECT hasnt_extension('govdata', 'without data: DROP OWNED');

SELECT * FROM finish();
\c :home
DROP DATABASE govdata_protect;
DROP ROLE govdata_protect_owner;
