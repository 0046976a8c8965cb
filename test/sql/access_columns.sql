\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Which columns and rows come out: exactly those that were authorized.
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'the authorized rows');
SELECT t.reads('alice', 'SELECT string_agg(name, '','' ORDER BY id) FROM pat.people WHERE id <= 20', 'name 10,name 20', 'the authorized columns');
SELECT t.reads('bob', 'SELECT count(id_card) FROM pat.people', '1000', 'without a row filter: every row');
SELECT t.unread('carol', 'SELECT name FROM pat.people', :'not_covered', 'without an authorization: nothing');
SELECT t.refused('carol', 'SELECT name, id_card FROM pat.people', 'ZW020 reading resource % is refused',
	'a refusal says the article, the facts and the next step');
SELECT t.reads('pat', 'SELECT count(salary) FROM pat.people', '1000', 'the provider reads its own');
SELECT t.unread('bob', 'SELECT salary FROM pat.people', :'not_an_item', 'a column that is no item is nobody else''s');

-- what the hint says to submit is what is missing
SELECT is(t.hint('alice', 'SELECT name, id_card FROM pat.people'),
	format('SELECT govdata.submit_request(''%s'', ARRAY[''id_card''], ''purpose'', ''2026-04-01'');', :'people_code'),
	'the hint is the request for exactly the missing items');
-- run as it stands, it is the request
CREATE FUNCTION t.take(who text, sql text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	asked bigint := t.val(who, rtrim(t.hint(who, sql), ';'));
	made govdata.share_request;
BEGIN
	SELECT q.* INTO made FROM govdata.share_request q WHERE q.id = asked;
	PERFORM t.val(who, format('SELECT govdata.withdraw_request(%s)', asked));
	RETURN concat_ws(' ', made.items, made.purpose, made.valid_until, made.mode, made.consumer = t.department(who));
END
$$;
SELECT is(t.take('wh_house', 'SELECT name, id_card FROM pat.people'), '{name,id_card} purpose 2026-04-01 read t', 'the hint, run: nothing was authorized');
SELECT is(t.take('wh_house', 'SELECT id, id AS again FROM pat.people WHERE id < id + 1'), '{id} purpose 2026-04-01 read t', 'the hint, run: a column that stands several times');
SELECT is(t.take('wh_house', 'SELECT a.name, b.region FROM pat.people a, pat.people b WHERE a.id = b.id'), '{id,name,region} purpose 2026-04-01 read t', 'the hint, run: a table that stands several times');
SELECT is(t.take('wh_house', 'SELECT p.id FROM pat.people p WHERE EXISTS (SELECT FROM pat.people q WHERE q.id_card = p.id_card)'), '{id,id_card} purpose 2026-04-01 read t', 'the hint, run: a subquery');
SELECT is(t.take('ja_civil', 'SELECT name, id_card FROM pat.people'), '{id_card} purpose 2026-04-01 read t', 'the hint, run: the rest is authorized');
SET govdata.purpose = '办理"低保", it''s \ all';
SELECT is(t.take('wh_house', 'SELECT name FROM pat.people'), '{name} 办理"低保", it''s \ all 2026-04-01 read t', 'the hint, run: for the purpose of the session');
RESET govdata.purpose;
SELECT is(t.take('ja_civil', 'CREATE TABLE alice.copy AS SELECT id, name FROM pat.people'), '{id,name} purpose 2026-04-01 copy t', 'the hint, run: in mode copy, to keep what may be read');
SELECT is(t.hint('bob', 'SELECT p, id FROM pat.people p'), format('govdata.check_access(''%s'', items) explains what may be read.', :'people_code'),
	'what is no item cannot be asked for');
-- names of items and columns that need quoting
CREATE TABLE pat.odd (id integer, "it's" text);
ALTER TABLE pat.odd OWNER TO regress_gd_wh_police;
SELECT t.resource('wh_police', '怪名', '{id,it''s}') AS odd \gset
SELECT t.val('pat', format('SELECT govdata.attach_resource(%L, ''pat.odd'')', code)) AS attached FROM govdata.resource WHERE id = :odd \gset
SELECT is(t.take('wh_house', 'SELECT o FROM pat.odd o WHERE "it''s" <> ''x'''), '{id,it''s} purpose 2026-04-01 read t', 'the hint, run: the whole row, and a name with a quote');

-- ---- attack 5: every way to name a column ----
CREATE TABLE pg_temp.form (n integer GENERATED ALWAYS AS IDENTITY, sql text);
INSERT INTO pg_temp.form (sql) VALUES
	('SELECT p FROM pat.people p'),
	('SELECT row_to_json(p) FROM pat.people p'),
	('SELECT to_jsonb(p) FROM pat.people p'),
	('SELECT id_card(p) FROM pat.people p'),
	('SELECT (p).* FROM pat.people p'),
	('SELECT (p).id_card FROM pat.people p'),
	('SELECT p::text FROM pat.people p'),
	('SELECT * FROM pat.people'),
	('TABLE pat.people'),
	('SELECT j FROM (pat.people a JOIN pat.people b USING (id)) AS j'),
	('SELECT count(*) FROM pat.people a JOIN pat.people b USING (id_card)'),
	('SELECT count(*) FROM pat.people a NATURAL JOIN pat.people b'),
	('SELECT id FROM pat.people WHERE id_card = ''card 10'''),
	('SELECT id FROM pat.people ORDER BY id_card'),
	('SELECT count(*) FROM pat.people GROUP BY id_card'),
	('SELECT count(*) FROM pat.people HAVING max(id_card) > ''a'''),
	('SELECT DISTINCT ON (id_card) id FROM pat.people'),
	('SELECT row_number() OVER (ORDER BY id_card) FROM pat.people'),
	('SELECT count(*) FILTER (WHERE id_card > ''a'') FROM pat.people'),
	('SELECT l.id_card FROM pat.people p, LATERAL (SELECT p.id_card) AS l'),
	('SELECT 1 WHERE EXISTS (SELECT FROM pat.people WHERE id_card = ''card 10'')'),
	('SELECT (SELECT id_card FROM pat.people LIMIT 1)'),
	('WITH w AS (SELECT id_card FROM pat.people) SELECT count(*) FROM w'),
	('WITH w AS (SELECT * FROM pat.people) SELECT id FROM w'),
	('SELECT id FROM (SELECT * FROM pat.people) AS s'),
	('SELECT id FROM pat.people UNION ALL SELECT length(id_card) FROM pat.people'),
	('SELECT id FROM pat.people LIMIT (SELECT count(id_card) FROM pat.people)'),
	('VALUES ((SELECT max(id_card) FROM pat.people))'),
	('SELECT query_to_xml(''SELECT id_card FROM pat.people'', true, false, '''')'),
	('SELECT table_to_xml(''pat.people'', true, false, '''')'),
	('SELECT schema_to_xml(''pat'', true, false, '''')'),
	('SELECT * FROM ts_stat(''SELECT to_tsvector(id_card) FROM pat.people'')'),
	('SELECT * FROM xmltable(''/x'' PASSING (SELECT xmlelement(name x, id_card) FROM pat.people LIMIT 1) COLUMNS y text PATH ''.'')');
SELECT t.unread('alice', sql, 'ZW020 reading resource % is refused %', 'attack 5: ' || sql) FROM pg_temp.form ORDER BY n;
-- a whole row needs the columns that are no items too
SELECT t.unread('bob', 'SELECT p FROM pat.people p', :'not_an_item', 'attack 5: the whole row with every item authorized');

-- ---- attack 6: system columns ----
SELECT t.unread('alice', format('SELECT %s FROM pat.people', c), 'ZW020 % System columns other than tableoid%', 'attack 6: ' || c)
	FROM unnest('{ctid,xmin,xmax,cmin,cmax}'::text[]) AS c;
SELECT t.unread('alice', 'SELECT id FROM pat.people WHERE ctid = ''(0,1)''', 'ZW020 % System columns other than tableoid%', 'attack 6: WHERE ctid');
SELECT t.reads('alice', 'SELECT tableoid::regclass FROM pat.people LIMIT 1', 'pat.people', 'attack 6: tableoid says nothing new');

-- ---- attack 7: no column at all ----
SELECT t.reads('alice', 'SELECT count(*) FROM (SELECT FROM pat.people) AS s', '100', 'attack 7: SELECT without columns: the filter acts');
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people TABLESAMPLE system (100)', '100', 'attack 7: TABLESAMPLE: the filter acts');
SELECT t.reads('alice', 'SELECT count(*) FROM ONLY pat.people', '100', 'attack 7: ONLY: the filter acts');
SELECT t.unread('carol', 'SELECT count(*) FROM pat.people', 'ZW020 %', 'attack 7: counting needs an authorization in force');
SELECT t.unread('carol', 'SELECT FROM pat.people', 'ZW020 %', 'attack 7: reading no column needs one too');

-- ---- attack 8: anything but reading ----
INSERT INTO pg_temp.form (sql) VALUES ('-- attack 8'),
	('UPDATE pat.people SET name = name'),
	('DELETE FROM pat.people'),
	('INSERT INTO pat.people (id) VALUES (0)'),
	('INSERT INTO pat.people (id) VALUES (1) ON CONFLICT DO NOTHING'),
	('DELETE FROM pat.people RETURNING id_card'),
	('MERGE INTO pat.people p USING (SELECT 1 AS id) s ON p.id = s.id WHEN MATCHED THEN DELETE'),
	('SELECT id FROM pat.people FOR UPDATE'),
	('SELECT id FROM pat.people FOR SHARE'),
	('TRUNCATE pat.people'),
	('CREATE TRIGGER mine BEFORE INSERT ON pat.people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()'),
	('CREATE RULE mine AS ON UPDATE TO pat.people DO ALSO NOTHING'),
	('CREATE INDEX ON pat.people (id)'),
	('CREATE STATISTICS alice.mine ON id, name FROM pat.people'),
	('CREATE TABLE alice.child () INHERITS (pat.people)'),
	('CREATE TABLE alice.part (id integer REFERENCES pat.people)'),
	('ALTER TABLE pat.people DISABLE ROW LEVEL SECURITY'),
	('CREATE POLICY mine ON pat.people USING (true)');
SELECT t.unread('alice', sql, '42501 %', 'attack 8: ' || sql) FROM pg_temp.form
	WHERE n > (SELECT n FROM pg_temp.form WHERE sql = '-- attack 8') ORDER BY n;
-- even where the owner granted it
GRANT UPDATE, DELETE, INSERT ON pat.people TO regress_gd_bob;
SELECT t.unread('bob', 'SELECT id FROM pat.people WHERE id = 1 FOR UPDATE', 'ZW%', 'attack 8: FOR UPDATE with a stray grant');
SELECT t.unread('bob', 'UPDATE pat.people SET name = ''x'' WHERE id = 1', 'ZW%', 'attack 8: UPDATE with a stray grant');
SELECT t.unread('bob', 'DELETE FROM pat.people WHERE id = 1 RETURNING *', 'ZW%', 'attack 8: DELETE with a stray grant');
SELECT t.unread('bob', 'INSERT INTO pat.people (id) VALUES (0)', '42501 new row violates row-level security%', 'attack 8: INSERT with a stray grant');
SELECT t.unread('bob', 'INSERT INTO pat.people (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = ''x''', '%', 'attack 8: ON CONFLICT with a stray grant');
SELECT t.told('bob', 'UPDATE pat.people SET name = ''x''') AS told \gset
SELECT ok(:'told' <> 'ok', 'attack 8: a blind UPDATE with a stray grant changes nothing');
SELECT t.told('bob', 'DELETE FROM pat.people') AS told \gset
SELECT ok(:'told' <> 'ok', 'attack 8: a blind DELETE with a stray grant changes nothing');
SELECT is((SELECT count(*) FROM pat.people WHERE name <> 'x'), 1000::bigint, 'attack 8: no row was touched');
-- a trigger would be handed what others write
GRANT TRIGGER ON pat.people TO regress_gd_carol;
CREATE FUNCTION carol.loot() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
ALTER FUNCTION carol.loot() OWNER TO regress_gd_carol;
GRANT EXECUTE ON FUNCTION carol.loot() TO PUBLIC;
SELECT t.refused('carol', 'CREATE TRIGGER loot BEFORE UPDATE ON pat.people FOR EACH ROW EXECUTE FUNCTION carol.loot()', 'ZW017 "people" is attached to resource %', 'attack 8: CREATE TRIGGER with a stray grant');
SELECT t.refused('carol', 'CREATE TRIGGER loot BEFORE UPDATE ON pat.people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()', 'ZW017 "people" is attached to resource %', 'attack 8: nor with the server''s own function');
SELECT t.refused('pat', 'CREATE TRIGGER loot BEFORE UPDATE ON pat.people FOR EACH ROW EXECUTE FUNCTION carol.loot()', 'ZW017 "people" is attached to resource %', 'attack 8: nor may the owner hand rows to another department''s function');
SELECT t.allowed('pat', 'CREATE TRIGGER own BEFORE UPDATE ON pat.people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()', 'triggers of one''s own are one''s own');
DROP TRIGGER own ON pat.people;
REVOKE TRIGGER ON pat.people FROM regress_gd_carol;
REVOKE UPDATE, DELETE, INSERT ON pat.people FROM regress_gd_bob;

-- ---- attack 44: columns by number, not by name ----
-- a swap of names gives nobody the other column
BEGIN;
SET client_min_messages = error;
ALTER TABLE pat.people RENAME COLUMN name TO other;
ALTER TABLE pat.people RENAME COLUMN id_card TO name;
SELECT t.unread('alice', 'SELECT name FROM pat.people', 'ZW018 % The attachment is broken: %', 'attack 44: columns renamed into each other');
ROLLBACK;
BEGIN;
SET client_min_messages = error;
ALTER TABLE pat.people DROP COLUMN name;
ALTER TABLE pat.people ADD COLUMN name text DEFAULT 'secret';
SELECT t.unread('alice', 'SELECT name FROM pat.people', 'ZW018 % The attachment is broken: %', 'attack 44: a column dropped and added again');
ROLLBACK;

-- ---- attack 49: statistics and the like ----
SELECT t.reads('alice', 'SELECT count(*) FROM pg_stats WHERE tablename = ''people''', '0', 'attack 49: pg_stats hides tables with row security');
SELECT t.reads('alice', 'SELECT count(*) FROM pg_stats_ext WHERE tablename = ''people''', '0', 'attack 49: pg_stats_ext too');
SELECT t.unread('alice', 'SELECT * FROM pg_statistic', '42501 %', 'attack 49: pg_statistic is not readable');
SELECT t.unread('alice', format('SELECT * FROM pg_toast.%I', c2.relname), '42501 %', 'attack 49: nor is the toast table') FROM pg_class c JOIN pg_class c2 ON c2.oid = c.reltoastrelid
	WHERE c.oid = 'pat.people'::regclass;

-- ---- attack 50: a generated column over a secret is a column of its own ----
BEGIN;
SET client_min_messages = error;
ALTER TABLE pat.people ADD COLUMN shadow text GENERATED ALWAYS AS (id_card) STORED;
SELECT t.unread('alice', 'SELECT shadow FROM pat.people', :'not_an_item', 'attack 50: a generated column is not authorized by its source');
SELECT t.unread('bob', 'SELECT shadow FROM pat.people', :'not_an_item', 'attack 50: not even for who may read the source');
ROLLBACK;

-- nor one that is computed when it is read, from 18 on
BEGIN;
SET client_min_messages = error;
SELECT format('ALTER TABLE pat.people ADD COLUMN shade text GENERATED ALWAYS AS (id_card || name) %s', CASE WHEN current_setting('server_version_num')::integer >= 180000 THEN 'VIRTUAL' ELSE 'STORED' END) \gexec
SELECT t.unread(who, 'SELECT shade FROM pat.people', :'not_an_item', 'attack 50: of two columns: ' || who) FROM unnest('{alice,bob}'::text[]) AS who;
SELECT t.unread('alice', 'SELECT id FROM pat.people WHERE shade > ''a''', :'not_an_item', 'attack 50: nor in a condition');
ROLLBACK;

-- ---- attack 52: the helper answers for the caller only ----
SELECT t.reads('alice', format('SELECT govdata._permitted(%s, 1, ''pat.people''::regclass)', :alice_authorization), 'true', 'attack 52: one''s own authorization');
SELECT t.reads('alice', format('SELECT govdata._permitted(%s, 1, ''pat.people''::regclass)', :bob_authorization), 'false', 'attack 52: nobody else''s');
SELECT t.reads('carol', format('SELECT govdata._permitted(%s, 1, ''pat.people''::regclass)', :bob_authorization), 'false', 'attack 52: not by whoever has none');

-- ---- the fields of a row type are part of the item ----
SET ROLE regress_gd_wh_police;
CREATE TYPE pat.address AS (street text);
CREATE DOMAIN pat.home AS pat.address;
CREATE TABLE pat.homes (id integer, homes pat.home[]);
INSERT INTO pat.homes VALUES (1, ARRAY[ROW('a')::pat.address::pat.home]);
RESET ROLE;
SELECT t.resource('wh_police', '住址', '{id,homes}', 'unconditional') AS homes \gset
SELECT code AS homes_code FROM govdata.resource WHERE id = :homes \gset
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.homes'')', :'homes_code'), 'attached');
SELECT t.reads('carol', 'SELECT ((homes[1])::pat.address).street FROM pat.homes', 'a', 'a field is read');
SET ROLE regress_gd_wh_police;
ALTER TYPE pat.address ADD ATTRIBUTE secret text;
RESET ROLE;
SELECT t.unread('carol', 'SELECT homes FROM pat.homes', 'ZW018 % The attachment is broken: the attached column was retyped from pat.home[] (street pg_catalog.text)%', 'not with another field than was attached');
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.homes'')', :'homes_code'), 'attached anew');
SELECT t.reads('carol', 'SELECT ((homes[1])::pat.address).street FROM pat.homes', 'a', 'read again');

-- nested, as the bounds of ranges, as the rows of a table
SET ROLE regress_gd_wh_police;
CREATE TYPE pat.inner AS (a integer);
CREATE TYPE pat.outer AS (i pat.inner[], j pat.inner);
CREATE TYPE pat.spans AS RANGE (subtype = pat.inner, multirange_type_name = pat.many);
CREATE TABLE pat.tab (a integer, b text);
CREATE TABLE pat.nested (id integer, o pat.outer, r pat.many, t pat.tab);
RESET ROLE;
SELECT t.resource('wh_police', '嵌套', '{id,o,r,t}', 'unconditional') AS nested \gset
SELECT code AS nested_code FROM govdata.resource WHERE id = :nested \gset
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.nested'')', :'nested_code'), 'attached');
SELECT string_agg(column_name || ' ' || column_type, E'\n' ORDER BY attnum) FROM govdata.attachment_column WHERE resource = :nested;
SELECT t.reads('carol', 'SELECT count(o) + count(r) + count(t) FROM pat.nested', '0', 'read');
SET quote_all_identifiers = on;
ALTER TABLE pat.nested SET (fillfactor = 90);
SELECT t.reads('carol', 'SELECT count(o) FROM pat.nested', '0', 'whatever setting changes how names are written');
RESET quote_all_identifiers;
BEGIN;
ALTER TYPE pat.inner ADD ATTRIBUTE secret text;
SELECT t.unread('carol', 'SELECT o FROM pat.nested', 'ZW018 %', 'not with another field within');
ROLLBACK;
BEGIN;
ALTER TABLE pat.tab ADD COLUMN secret text;
SELECT t.unread('carol', 'SELECT id FROM pat.nested', 'ZW018 %', 'nor with another column of the table whose rows it holds');
ROLLBACK;
SELECT t.reads('carol', 'SELECT count(o) + count(r) + count(t) FROM pat.nested', '0', 'read again');

\i :actors_end
