\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Whoever changes an attached table is told at once what that does to reading.
SELECT attnum AS name_attnum FROM pg_attribute WHERE attrelid = 'pat.people'::regclass AND attname = 'name' \gset

-- ---- refused: what would let rows out ----
SELECT t.refused(who, sql, 'ZW017 "people" is attached to resource %', format('%s: %s', who, sql)) FROM unnest('{pat,superuser}'::text[]) AS who,
	unnest(ARRAY['ALTER TABLE pat.people DISABLE ROW LEVEL SECURITY',
		'ALTER TABLE pat.people ADD COLUMN more text, DISABLE ROW LEVEL SECURITY',
		'CREATE POLICY mine ON pat.people USING (true)',
		'CREATE POLICY mine ON pat.people FOR SELECT TO PUBLIC USING (id = 1)',
		'CREATE TABLE pat.child () INHERITS (pat.people)',
		'CREATE TABLE pat.allp (LIKE pat.people); ALTER TABLE pat.people INHERIT pat.allp',
		'CREATE TABLE pat.child (LIKE pat.people); ALTER TABLE pat.child INHERIT pat.people',
		'CREATE TABLE pat.parts (LIKE pat.people) PARTITION BY RANGE (id); ALTER TABLE pat.parts ATTACH PARTITION pat.people DEFAULT']) AS sql;
-- row security forced upon the owner takes nothing from anybody
SELECT t.allowed('pat', 'ALTER TABLE pat.people FORCE ROW LEVEL SECURITY', 'row security may be forced upon the owner');
SELECT t.reads('pat', 'SELECT count(salary) FROM pat.people', '1000', 'who reads as before');
SELECT t.reads('wh_police', 'SELECT count(salary) FROM pat.people', '1000', 'as the owner itself too');
SELECT t.allowed('wh_police', 'UPDATE pat.people SET salary = salary', 'and writes');
SELECT t.allowed('pat', 'ALTER TABLE pat.people NO FORCE ROW LEVEL SECURITY', 'or not');

-- ---- told, as a warning: what breaks the attachment ----
\set VERBOSITY default
SET ROLE regress_gd_pat;
SET client_min_messages = notice;
BEGIN;
ALTER TABLE pat.people RENAME COLUMN name TO full_name;
SELECT t.unread('alice', 'SELECT id FROM pat.people', 'ZW018 % The attachment is broken: %', 'a column renamed: nothing is read');
SELECT t.reads('pat', 'SELECT count(*) FROM pat.people', '1000', 'but by the provider');
ROLLBACK;
BEGIN;
ALTER TABLE pat.people DROP COLUMN id_card;
SELECT t.unread('alice', 'SELECT id FROM pat.people', 'ZW018 % The attachment is broken: %', 'a column dropped: nothing is read');
ROLLBACK;
BEGIN;
-- attack 46: a secret moved into an authorized column
ALTER TABLE pat.people ALTER COLUMN name TYPE varchar USING id_card;
SELECT t.unread('alice', 'SELECT id FROM pat.people', 'ZW018 % The attachment is broken: %', 'attack 46: a column retyped: nothing is read');
ROLLBACK;
-- of the same type it is the owner's act (residual)
BEGIN;
ALTER TABLE pat.people ALTER COLUMN name TYPE text USING id_card;
SELECT t.reads('alice', 'SELECT name FROM pat.people WHERE id = 10', 'card 10', 'attack 46: a secret moved into a column of the same type is the owner''s act');
ROLLBACK;
-- through a type or a schema that goes
BEGIN;
RESET ROLE;
CREATE DOMAIN pat.sort AS integer;
ALTER DOMAIN pat.sort OWNER TO regress_gd_pat;
SET ROLE regress_gd_pat;
ALTER TABLE pat.people ADD COLUMN sort pat.sort;
DROP DOMAIN pat.sort CASCADE;
ROLLBACK;
-- the owner: of another department
RESET ROLE;
BEGIN;
ALTER TABLE pat.people OWNER TO regress_gd_wh_civil;
SELECT t.unread('bob', 'SELECT id FROM pat.people', 'ZW0%', 'another department''s owner: nothing is read');
SELECT t.unread('alice', 'SELECT id FROM pat.people', 'ZW018 % The attachment is broken: %', 'by nobody');
ROLLBACK;
-- names are harmless
BEGIN;
ALTER TABLE pat.people RENAME TO inhabitants;
SELECT t.reads('alice', 'SELECT count(*) FROM pat.inhabitants', '100', 'a table renamed is read under its new name');
ALTER TABLE pat.inhabitants SET SCHEMA public;
SELECT t.reads('alice', 'SELECT count(*) FROM public.inhabitants', '100', 'or in another schema');
ROLLBACK;
-- indexes, statistics, comments, storage: nothing to tell
SET ROLE regress_gd_pat;
CREATE INDEX people_salary ON pat.people (salary);
DROP INDEX pat.people_salary;
CREATE STATISTICS pat.people_stat ON id, region FROM pat.people;
COMMENT ON TABLE pat.people IS '人口';
ALTER TABLE pat.people SET (fillfactor = 90);
ALTER TABLE pat.people ALTER COLUMN salary SET STATISTICS 10;
GRANT SELECT ON pat.people TO regress_gd_carol;
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'not_covered', 'a grant alone authorizes nobody');

-- ---- a new column belongs to the provider until an item of it is published ----
ALTER TABLE pat.people ADD COLUMN phone text DEFAULT '110', ADD COLUMN "E-Mail" text;
RESET ROLE;
SELECT t.unread('bob', 'SELECT phone FROM pat.people', :'not_an_item', 'a new column is not readable');
SELECT t.reads('bob', 'SELECT count(name) FROM pat.people', '1000', 'the others are as before');
SELECT t.allowed('pat', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''phone'', ''电话'', ''text'')', :people), 'an item of its name is published');
SELECT t.unread('bob', 'SELECT phone FROM pat.people', :'not_an_item', 'the table has to be attached anew');
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.people'')', :'people_code'), 'attached anew');
SELECT t.unread('bob', 'SELECT phone FROM pat.people', :'not_covered', 'then it can be asked for');
SELECT t.reads('bob', 'SELECT count(name) FROM pat.people', '1000', 'what was authorized is as before');
SELECT t.authorize('carol', :people, '{phone}') AS carols \gset
SELECT t.reads('carol', 'SELECT max(phone) FROM pat.people', '110', 'and is read when it is authorized');

-- ---- a column that only a row filter uses ----
SELECT t.authorize('carol', :people, '{name}', 'salary < 100', valid_until => '2026-11-30') AS poor \gset
SELECT t.val('pat', format('SELECT govdata.revoke_authorization(%s, ''purpose_ended'', ''另立'')', :carols)) AS revoked \gset
SELECT t.reads('carol', 'SELECT count(name) FROM pat.people', '9', 'a filter may use a column that is no item');
\set misfit 'ZW018 reading resource % is refused The row filter of authorization % uses column "salary", which is not what it was when the table was attached.%'
SET ROLE regress_gd_pat;
BEGIN;
ALTER TABLE pat.people RENAME COLUMN salary TO pay;
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'misfit', 'renamed: nothing is read');
ALTER TABLE pat.people ADD COLUMN salary numeric DEFAULT 0;
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'misfit', 'nor when another column takes its name');
SELECT t.reads('carol', format('SELECT concat_ws('' '', allowed, article, reason) FROM govdata.check_access(%L, ''{name}'')', :'people_code'),
	format('f 18 The row filter of authorization %s uses column "salary", which is not what it was when the table was attached. The provider attaches the table anew.', :'poor'), 'as check_access says');
RESET ROLE;
SELECT is(govdata._attachment_fault('pat.people'), format('the row filter of authorization %s uses column "salary", which is not what it was', :'poor'), 'and doctor()');
SET ROLE regress_gd_pat;
-- whoever attaches anew says that it shall take its place
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.people'')', :'people_code'), 'attached anew');
SELECT t.reads('carol', 'SELECT count(name) FROM pat.people', '1000', 'the new one filters');
ROLLBACK;
BEGIN;
ALTER TABLE pat.people ALTER COLUMN salary TYPE text;
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'misfit', 'retyped: nothing is read');
ALTER TABLE pat.people ALTER COLUMN salary TYPE integer USING 0;
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'misfit', 'nor where the filter fits again');
ROLLBACK;
BEGIN;
ALTER TABLE pat.people DROP COLUMN salary;
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'misfit', 'dropped: nothing is read');
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.people'')', :'people_code'), 'attached anew, with a warning');
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'misfit', 'nor then');
ROLLBACK;
SELECT t.reads('carol', 'SELECT count(name) FROM pat.people', '9', 'as it was: read as before');
ALTER TABLE pat.people ADD COLUMN rank integer DEFAULT 1;
RESET ROLE;
SELECT t.val('carol', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%L, ''{name}'', ''办理低保'', ''2026-11-30'') RETURNING id', :people)) AS asked \gset
SELECT t.refused('pat', format('SELECT govdata.approve_request(%s, row_filter => ''rank = 1'')', :asked), 'ZW020 this row filter is not allowed', 'a column that has come since cannot filter');
SELECT alike(t.detail('pat', format('SELECT govdata.approve_request(%s, row_filter => ''rank = 1'')', :asked)), 'Column "rank" has come or changed since the table was attached.%', 'which is said');

-- ---- attack 51: attaching ----
CREATE TABLE bob.mine (id integer);
ALTER TABLE bob.mine OWNER TO regress_gd_wh_civil;
SELECT t.resource('wh_police', '试', '{id}') AS trial \gset
SELECT code AS trial_code FROM govdata.resource WHERE id = :trial \gset
SELECT t.refused('pat', format('SELECT govdata.attach_resource(%L, ''bob.mine'')', :'trial_code'), '42501 must be owner of table mine', 'attack 51: a table of another owner');
SELECT t.refused('superuser', format('SELECT govdata.attach_resource(%L, ''bob.mine'')', :'trial_code'), 'ZW018 "mine" cannot be attached', 'attack 51: nor by a superuser, where it is another department''s');
SELECT t.refused('bob', format('SELECT govdata.attach_resource(%L, ''bob.mine'')', :'trial_code'), 'ZW018 there is no resource % that you may attach', 'attack 51: another''s resource');
SELECT t.refused('pat', format('SELECT govdata.attach_resource(%L, ''pat.people'')', :'trial_code'), 'ZW018 "people" cannot be attached', 'attack 51: a table that is attached already');
CREATE VIEW pat.view AS SELECT 1 AS id;
CREATE MATERIALIZED VIEW pat.matview AS SELECT 1 AS id;
CREATE SEQUENCE pat.sequence;
CREATE TABLE pat.parent (id integer);
CREATE TABLE pat.heir () INHERITS (pat.parent);
CREATE TABLE pat.ruled (id integer);
ALTER TABLE pat.ruled ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON pat.ruled USING (true);
CREATE TABLE pat.short (other integer);
CREATE SCHEMA pats;
CREATE TABLE pats.hidden (id integer);
CREATE TEMP TABLE passing (id integer);
SELECT t.refused('superuser', format('SELECT govdata.attach_resource(%L, %L)', :'trial_code', r), 'ZW018 "%" cannot be attached', 'attack 51: ' || r)
	FROM unnest('{pat.view,pat.matview,pat.sequence,pat.parent,pat.heir,pat.ruled,pat.short,pats.hidden,passing,govdata.resource,pg_class,people_name}'::text[]) AS r
	WHERE to_regclass(r) IS NOT NULL;

-- the hint of a schema that nobody may use is the GRANT
SELECT t.resource('wh_police', '隐', '{id}') AS hidden \gset
SELECT code AS hidden_code FROM govdata.resource WHERE id = :hidden \gset
SELECT is(t.hint('superuser', format('SELECT govdata.attach_resource(%L, ''pats.hidden'')', :'hidden_code')), 'GRANT USAGE ON SCHEMA pats TO govdata_department;', 'attaching: a schema that departments may not use');
SELECT t.hint('superuser', format('SELECT govdata.attach_resource(%L, ''pats.hidden'')', :'hidden_code')) \gexec
SELECT t.allowed('superuser', format('SELECT govdata.attach_resource(%L, ''pats.hidden'')', :'hidden_code'), 'attaching: the hint, run, is enough');
-- what is taken back is told, with the way back
SELECT t.authorize('carol', :hidden, '{id}') AS trials \gset
SELECT t.reads('carol', 'SELECT count(id) FROM pats.hidden', '0', 'read');
REVOKE USAGE ON SCHEMA pats FROM govdata_department;
SELECT t.unread('carol', 'SELECT id FROM pats.hidden', '42501 permission denied for schema pats', 'without the schema nothing is read');
SELECT t.reads('carol', format('SELECT concat_ws('' '', allowed, article, reason) FROM govdata.check_access(%L, ''{id}'')', :'hidden_code'),
	'f 18 The department''s role may not use schema "pats"; its owner grants USAGE.', 'and check_access says so');
GRANT USAGE ON SCHEMA pats TO govdata_department;
REVOKE SELECT ON pats.hidden FROM govdata_department;
SELECT t.unread('carol', 'SELECT id FROM pats.hidden', '42501 permission denied for table hidden', 'without SELECT neither');
SELECT t.reads('carol', format('SELECT concat_ws('' '', allowed, article, reason) FROM govdata.check_access(%L, ''{id}'')', :'hidden_code'),
	'f 18 The department''s role may not select from "hidden"; its owner grants SELECT.', 'and check_access says so');
GRANT SELECT ON pats.hidden TO govdata_department;
SELECT t.reads('carol', 'SELECT count(id) FROM pats.hidden', '0', 'granted again, read again');
REVOKE INSERT ON pats.hidden FROM PUBLIC;
SELECT t.allowed('superuser', format('SELECT govdata.detach_resource(%L)', :'hidden_code'), 'detached');
-- a foreign table, and a table with a foreign partition
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE pat.far (id integer) SERVER nowhere;
CREATE TABLE pat.half (id integer) PARTITION BY LIST (id);
CREATE FOREIGN TABLE pat.half_far PARTITION OF pat.half FOR VALUES IN (1) SERVER nowhere;
CREATE TABLE pat.half_near PARTITION OF pat.half FOR VALUES IN (2);
SELECT t.refused('superuser', format('SELECT govdata.attach_resource(%L, %L)', :'trial_code', r), 'ZW018 "%" cannot be attached', 'attack 51: ' || r) FROM unnest('{pat.far,pat.half,pat.half_near}'::text[]) AS r;
SELECT alike(t.detail('superuser', format('SELECT govdata.attach_resource(%L, %L)', :'trial_code', r)), why, 'attaching: the reason why not: ' || r) FROM (VALUES
	('pat.view', 'Views, materialized views and foreign tables have no row security of their own.%'), ('pat.matview', 'Views, %'), ('pat.far', 'Views, %'),
	('pat.half', 'A foreign table has no row security.%'), ('pat.half_near', 'It is a partition.%'), ('pat.heir', 'It takes part in inheritance.%'),
	('pat.ruled', 'It has row security policies of its own; %'), ('passing', 'It is temporary.%'), ('pat.short', 'It has no column for these items of the catalog: id.%')) AS v (r, why);
-- the way that is as strict: the table that holds the rows, and a view with the reader's rights over it
CREATE VIEW pat.friendly WITH (security_invoker) AS SELECT id, name FROM pat.people;
ALTER VIEW pat.friendly OWNER TO regress_gd_wh_police;
GRANT SELECT ON pat.friendly TO govdata_department;
SELECT t.reads('alice', 'SELECT count(name) FROM pat.friendly', '100', 'a view with the reader''s rights shows the reader''s rows');
DROP VIEW pat.friendly;
DROP TABLE pat.half;
DROP FOREIGN TABLE pat.far;
-- a department is refused attaching by another's objects
SELECT t.refused('carol', format('SELECT govdata.attach_resource(%L, ''pat.people'')', :'people_code'), 'ZW018 there is no resource % that you may attach', 'attack 51: a consumer attaches nothing');
SELECT t.refused('nobody', format('SELECT govdata.attach_resource(%L, ''pat.people'')', :'people_code'), '42501 %', 'attack 51: nor does nobody');

-- a table that follows its type, one that is published, one that moves: all is told
CREATE TYPE pat.shape AS (id integer, name text);
CREATE TABLE pat.shaped OF pat.shape;
ALTER TYPE pat.shape OWNER TO regress_gd_wh_police;
ALTER TABLE pat.shaped OWNER TO regress_gd_wh_police;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.shaped'')', :'hidden_code'), 'a typed table attached');
ALTER TYPE pat.shape ADD ATTRIBUTE more text CASCADE;
SELECT t.reads('carol', 'SELECT count(id) FROM pat.shaped', '0', 'an attribute more: read as before');
ALTER TYPE pat.shape RENAME ATTRIBUTE id TO number CASCADE;
SELECT t.unread('carol', 'SELECT number FROM pat.shaped', 'ZW018 % The attachment is broken: %', 'an attribute renamed: nothing is read');
ALTER TYPE pat.shape RENAME ATTRIBUTE number TO id CASCADE;
SELECT t.reads('carol', 'SELECT count(id) FROM pat.shaped', '0', 'and back');
SELECT t.unread('carol', 'SELECT more FROM pat.shaped', :'not_an_item', 'the new column is its provider''s');
CREATE SCHEMA aside;
ALTER TABLE pat.shaped SET SCHEMA aside;
SELECT t.unread('carol', 'SELECT id FROM aside.shaped', '42501 %', 'moved aside: nothing is read');
ALTER TABLE aside.shaped SET SCHEMA pat;
SELECT t.val('pat', format('SELECT govdata.detach_resource(%L)', :'hidden_code')) AS detached \gset
SET client_min_messages = error;
CREATE PUBLICATION shapes FOR TABLE pat.shaped;
SET client_min_messages = notice;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.shaped'')', :'hidden_code'), 'attack 32: what is published already is told when it is attached');
DROP PUBLICATION shapes;
SELECT t.val('pat', format('SELECT govdata.detach_resource(%L)', :'hidden_code')) AS detached \gset
DROP TABLE pat.shaped;
DROP TYPE pat.shape;
-- a partition that leaves in two transactions
CREATE TABLE pat.parts (id integer) PARTITION BY LIST (id);
CREATE TABLE pat.part_1 PARTITION OF pat.parts FOR VALUES IN (1);
CREATE TABLE pat.part_2 PARTITION OF pat.parts FOR VALUES IN (2);
INSERT INTO pat.parts VALUES (1), (2);
SELECT format('ALTER TABLE %s OWNER TO regress_gd_wh_police', relid) FROM pg_partition_tree('pat.parts') \gexec
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.parts'')', :'hidden_code'), 'partitions attached');
ALTER TABLE pat.parts DETACH PARTITION pat.part_2 CONCURRENTLY;
GRANT SELECT ON pat.part_2 TO PUBLIC;
SELECT t.reads('carol', 'SELECT string_agg(id::text, '','') FROM pat.parts', '1', 'detached concurrently: gone from the whole');
SELECT t.reads('carol', 'SELECT count(*) FROM pat.part_2', '0', 'and its owner''s alone');
SELECT t.val('pat', format('SELECT govdata.detach_resource(%L)', :'hidden_code')) AS detached \gset
DROP TABLE pat.parts, pat.part_2;
REVOKE USAGE ON SCHEMA pats FROM govdata_department;

-- ---- attack 23: what a partition would run ----
CREATE TABLE pat.years (id integer, year integer) PARTITION BY LIST (year);
CREATE TABLE pat.y1 PARTITION OF pat.years FOR VALUES IN (1);
CREATE TABLE pat.y2 (id integer, year integer) PARTITION BY LIST (year);
CREATE TABLE pat.y2_leaf PARTITION OF pat.y2 FOR VALUES IN (2);
CREATE POLICY told ON pat.y1 AS RESTRICTIVE USING (id > 0);
CREATE POLICY told ON pat.y2_leaf AS RESTRICTIVE USING (id > 0);
SELECT format('ALTER TABLE %s OWNER TO regress_gd_wh_police', r) FROM unnest('{pat.years,pat.y1,pat.y2,pat.y2_leaf}'::text[]) AS r \gexec
SELECT t.refused('pat', format('SELECT govdata.attach_resource(%L, ''pat.years'')', :'hidden_code'), 'ZW018 "y1" cannot be attached', 'attack 23: a partition with a policy, though row security is off');
DROP POLICY told ON pat.y1;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.years'')', :'hidden_code'), 'attached without it');
SELECT t.refused('pat', 'ALTER TABLE pat.years ATTACH PARTITION pat.y2 FOR VALUES IN (2)', 'ZW017 "y2" is attached to resource %', 'attack 23: a subtree with a policy cannot join');
SET govdata.maintenance = on;
SET client_min_messages = error;
ALTER TABLE pat.years ATTACH PARTITION pat.y2 FOR VALUES IN (2);
SET client_min_messages = notice;
RESET govdata.maintenance;
GRANT SELECT ON pat.y2_leaf TO regress_gd_wh_house;
SELECT t.unread('carol', 'SELECT id FROM pat.y2_leaf', 'ZW018 % The attachment is broken: it has row security policies of its own: "y2_leaf".%', 'attack 23: nor is it read where a superuser maintained');
SELECT t.refused('pat', 'ALTER POLICY told ON pat.y2_leaf USING (id > 1)', 'ZW017 "y2_leaf" is attached to resource %', 'attack 23: nor the policy changed');
SET client_min_messages = error;
DROP TABLE pat.years;
SET client_min_messages = notice;

-- ---- attack 48: a table that turns into a view ----
SELECT CASE WHEN current_setting('server_version_num')::integer < 160000 THEN
	'CREATE RULE "_RETURN" AS ON SELECT TO pat.empty DO INSTEAD SELECT 1 AS id' ELSE 'SELECT' END AS turn \gset
CREATE TABLE pat.empty (id integer);
ALTER TABLE pat.empty OWNER TO regress_gd_wh_police;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.empty'')', :'trial_code'), 'an empty table attached');
SET client_min_messages = error;
SELECT t.told('wh_police', :'turn') AS told \gset
SET client_min_messages = notice;
SELECT ok(relkind = 'r' OR t.reason('alice', 'SELECT id FROM pat.empty') LIKE 'ZW%', 'attack 48: an attached table does not turn into a readable view') FROM pg_class WHERE oid = 'pat.empty'::regclass;

-- ---- attack 47: dropped, and made again under the same name ----
SET client_min_messages = error;
SELECT t.val('superuser', 'DROP ' || CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END || ' pat.empty') AS dropped FROM pg_class WHERE oid = 'pat.empty'::regclass \gset
SET client_min_messages = notice;
CREATE TABLE pat.empty (id integer);
ALTER TABLE pat.empty OWNER TO regress_gd_wh_police;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.empty'')', :'trial_code'), 'attached again after it was dropped');
SET ROLE regress_gd_wh_police;
DROP TABLE pat.empty;
RESET ROLE;
SELECT is((SELECT count(*) FROM govdata.attachment WHERE resource = :trial), 0::bigint, 'attack 47: a dropped table leaves no attachment');
SELECT is((SELECT count(*) FROM govdata.attachment_column WHERE resource = :trial), 0::bigint, 'attack 47: nor its columns');
SELECT is((SELECT count(*) FROM govdata.journal_entry WHERE subject = 'attachment' AND subject_key = :'trial' AND event = 'delete'), 2::bigint, 'attack 47: which is on record');
CREATE TABLE pat.empty (id integer);
SELECT t.unread('alice', 'SELECT id FROM pat.empty', '42501 %', 'attack 47: the next table of that name is nobody''s');
ALTER TABLE pat.empty OWNER TO regress_gd_wh_police;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.empty'')', :'trial_code'), 'attached once more');
DROP SCHEMA pat CASCADE;
SELECT is((SELECT count(*) FROM govdata.attachment), 0::bigint, 'attack 47: a dropped schema leaves none either');
SELECT is_empty('SELECT * FROM govdata.verify_journal() WHERE finding NOT IN (''ok'', ''unsealed'')', 'and the journal holds');

\i :actors_end
