\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Code of others beside a read: what it runs, as whom, and what it is given.
SET client_min_messages = warning;
GRANT USAGE, CREATE ON SCHEMA pat, carol TO PUBLIC;
CREATE SEQUENCE pat.ran MINVALUE 0 START 0;
GRANT ALL ON SEQUENCE pat.ran TO PUBLIC;
CREATE SEQUENCE carol.told MINVALUE 0 START 0;
GRANT ALL ON SEQUENCE carol.told TO PUBLIC;
-- sequences know no rollback

-- ---- a condition runs nothing while it is analyzed ----
SET ROLE regress_gd_wh_police;
CREATE FUNCTION pat.trap(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('pat.ran'); RETURN true; END $$;
CREATE DOMAIN pat.trapped AS integer CHECK (pat.trap(VALUE));
CREATE TYPE pat.mood AS ENUM ('[1,2]');
CREATE TYPE pat.span AS RANGE (subtype = pat.trapped, multirange_type_name = pat.spans);
CREATE TABLE pat.feelings (id integer, name text, mood pat.mood, span pat.span);
RESET ROLE;
SELECT t.resource('wh_police', '心情', '{id,name}') AS feelings \gset
SELECT code AS feelings_code FROM govdata.resource WHERE id = :feelings \gset
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.feelings'')', :'feelings_code'), 'attached');
SELECT t.val('carol', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{id}'', ''办理低保'', ''2026-12-31'') RETURNING id', :feelings)) AS asked \gset
SELECT t.refused('pat', format('SELECT govdata.approve_request(%s, row_filter => %L)', :asked, filter), 'ZW020 this row filter is not allowed', filter)
	FROM unnest(ARRAY['''[1,2]''::pat.span IS NOT NULL', 'span = ''[1,2]''', 'pat.span(1, 2) IS NOT NULL', '''1''::pat.trapped = 1', '1 OPERATOR(pat.=) 1', 'pg_catalog.int4(''1'') = 1 AND ''{[1,2]}''::pat.spans IS NOT NULL']) AS filter;
SELECT t.refused('pat', format('SELECT govdata.define_rule(%L, ''0301'', ''expression'', ''x'', items => ''{name}'', expression => %L)', :'feelings_code', '''[1,2]''::pat.span IS NOT NULL'), 'ZW013 %', 'nor in a rule of quality');
SELECT is((SELECT last_value FROM pat.ran), 0::bigint, 'nothing was run to find out');
SELECT t.refused('pat', format('SELECT govdata.approve_request(%s, row_filter => %L)', :asked, 'COALESCE(feelings, ''(1,a,x,"[5,6]")'') IS NOT NULL'), 'ZW020 this row filter is not allowed', 'nor for a whole row');
SELECT is((SELECT last_value FROM pat.ran), 0::bigint, 'which is looked at first as well');
-- an enum may stand there; what goes by its name later may not
SELECT t.allowed('pat', format('SELECT govdata.approve_request(%s, row_filter => %L)', :asked, 'mood = ''[1,2]''::pat.mood AND (id, name) IN ((1, ''a''), (2, ''b''))'), 'a label of an enum, and rows of columns');
SELECT t.allowed('pat', format('SELECT govdata.define_rule(%L, ''0301'', ''expression'', ''x'', items => ''{name}'', expression => %L)', :'feelings_code', 'mood = ''[1,2]''::pat.mood AND name <> '''''), 'in a rule too');
SELECT t.reads('carol', 'SELECT count(id) FROM pat.feelings', '0', 'read');
SET ROLE regress_gd_wh_police;
ALTER TYPE pat.mood RENAME TO moods;
ALTER TYPE pat.span RENAME TO mood;
RESET ROLE;
-- as in a new session
ALTER TABLE pat.feelings SET (fillfactor = 90);
SELECT t.unread('carol', 'SELECT id FROM pat.feelings', 'ZW0%', 'another type by that name: nothing is read');
CALL govdata.check_quality(:'feelings_code');
SELECT is((SELECT last_value FROM pat.ran), 0::bigint, 'and nothing was run, by no reader and no superuser');

-- ---- attack 10: an attached table's own expressions ----
SET ROLE regress_gd_wh_police;
CREATE FUNCTION pat.folded(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	BEGIN
		PERFORM set_config('role', 'none', false);
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
		PERFORM nextval('pat.ran');
	END IF;
	RETURN 1;
END $$;
RESET ROLE;
SELECT t.refused('pat', sql, 'ZW017 "people" is attached to resource %', 'attack 10: ' || sql) FROM unnest(ARRAY[
	'CREATE INDEX ON pat.people ((id + pat.folded(1)))', 'CREATE INDEX ON pat.people (id) WHERE pat.folded(1) = 1',
	'CREATE STATISTICS pat.st ON (id + pat.folded(1)), region FROM pat.people', 'ALTER TABLE pat.people ADD CHECK (id + pat.folded(1) > 0) NOT VALID']) AS sql;
SELECT t.allowed('pat', 'CREATE INDEX people_lower ON pat.people (lower(name))', 'the server''s functions will do');
-- one that is made CONCURRENTLY is not there for a moment either
SET SESSION AUTHORIZATION regress_gd_pat;
CREATE INDEX CONCURRENTLY trapped ON pat.people ((id + pat.folded(1)));
CREATE INDEX CONCURRENTLY trapped ON pat.people (id) WHERE pat.folded(1) = 1;
CREATE INDEX CONCURRENTLY people_upper ON pat.people (upper(name));
RESET SESSION AUTHORIZATION;
SELECT is(to_regclass('pat.trapped'), NULL, 'attack 10: nor one made CONCURRENTLY');
SELECT isnt(to_regclass('pat.people_upper'), NULL, 'with the server''s functions it is');
SET ROLE regress_gd_wh_police;
CREATE TABLE pat.keys (id integer);
CREATE INDEX ON pat.keys ((id + pat.folded(1)));
RESET ROLE;
SELECT t.resource('wh_police', '钥匙', '{id}') AS keys \gset
SELECT code AS keys_code FROM govdata.resource WHERE id = :keys \gset
SELECT t.refused('pat', format('SELECT govdata.attach_resource(%L, ''pat.keys'')', :'keys_code'), 'ZW018 "keys" cannot be attached', 'attack 10: nor is a table attached that has one');
-- the canary gives nobody the rights of whoever looks
SELECT setval('pat.ran', 0) AS set \gset
GRANT SELECT ON pat.keys TO govdata_department;
SELECT is(govdata._canary('pat.keys'), NULL, 'a table that anybody may read');
SET govdata.maintenance = on;
SET client_min_messages = error;
CREATE INDEX people_trap ON pat.people ((id + pat.folded(1)));
RESET govdata.maintenance;
SET client_min_messages = warning;
SELECT setval('pat.ran', 0) AS set \gset
SELECT is(govdata._canary('pat.people'), 'ZW020', 'the canary of one that would take the caller''s rights');
SELECT is((SELECT last_value FROM pat.ran), 0::bigint, 'does not get them');
SELECT is(current_user::text, session_user::text, 'nor leaves another role behind');
DROP INDEX pat.people_trap;
SELECT is(govdata._canary('pat.people'), 'ZW020', 'as it is: refused');
SELECT is(govdata._canary(4294900001::oid::regclass), '42P01', 'one that is gone meanwhile');
-- a partition of another owner
CREATE ROLE regress_gd_pat2 LOGIN IN ROLE regress_gd_wh_police;
CREATE TABLE pat.log (id integer, year integer) PARTITION BY LIST (year);
CREATE TABLE pat.log1 PARTITION OF pat.log FOR VALUES IN (1);
ALTER TABLE pat.log OWNER TO regress_gd_wh_police;
ALTER TABLE pat.log1 OWNER TO regress_gd_pat2;
SELECT t.resource('wh_police', '日志', '{id}') AS log \gset
SELECT code AS log_code FROM govdata.resource WHERE id = :log \gset
SELECT t.allowed('superuser', format('SELECT govdata.attach_resource(%L, ''pat.log'')', :'log_code'), 'attached');
SET SESSION AUTHORIZATION regress_gd_pat2;
CREATE INDEX CONCURRENTLY trapped ON pat.log1 ((id + pat.folded(1)));
RESET SESSION AUTHORIZATION;
SELECT is(to_regclass('pat.trapped'), NULL, 'attack 10: nor on a partition of another owner');
SELECT is(govdata._attachment_fault('pat.log'), NULL, 'the attachment is sound');
SET govdata.maintenance = on;
SET client_min_messages = error;
CREATE INDEX trapped ON pat.log1 ((id + pat.folded(1)));
RESET govdata.maintenance;
SET client_min_messages = warning;
SELECT alike(govdata._attachment_fault('pat.log'), 'pat.log1: An index, statistics, a check or a partition key calls a function %', 'what maintenance left behind doctor() finds');
DROP INDEX pat.trapped;
-- triggers over functions of nobody's
CREATE ROLE regress_gd_plain LOGIN;
CREATE FUNCTION pat.nobodys() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
ALTER FUNCTION pat.nobodys() OWNER TO regress_gd_plain;
SELECT t.refused('pat', 'CREATE TRIGGER x BEFORE INSERT ON pat.people FOR EACH ROW EXECUTE FUNCTION pat.nobodys()', 'ZW017 "people" is attached to resource %', 'attack 8: a trigger over a function of somebody without department');

-- ---- attack 1: another department's policy or view beside the read ----
SET ROLE regress_gd_wh_house;
CREATE TABLE carol.news (id integer, t text);
INSERT INTO carol.news SELECT i, 'news ' || i FROM generate_series(1, 20) i;
CREATE TABLE carol.plain (id integer, t text);
INSERT INTO carol.plain SELECT * FROM carol.news;
ALTER TABLE carol.news ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON carol.news USING ((SELECT count(setval('carol.told', p.id)) FROM pat.people p WHERE id <= 20) >= 0);
CREATE VIEW carol.invoker WITH (security_invoker) AS SELECT t, (SELECT count(setval('carol.told', p.id)) FROM pat.people p) FROM carol.plain;
CREATE VIEW carol.tags AS SELECT id, t FROM carol.plain WHERE setval('carol.told', id) > 0;
CREATE VIEW carol.harmless AS SELECT id, t FROM carol.plain WHERE id > 0;
CREATE TABLE carol.bits (id integer PRIMARY KEY, t text);
INSERT INTO carol.bits SELECT i, 'bit ' || i FROM generate_series(1, 40) i;
CREATE VIEW carol.locked WITH (security_invoker) AS SELECT id, t FROM carol.bits FOR UPDATE;
CREATE VIEW carol.told20 AS SELECT setval('carol.told', 20);
CREATE VIEW carol.mapped WITH (security_invoker) AS SELECT t, (SELECT count(table_to_xml(('carol.told' || p.id)::regclass, true, false, '')) FROM pat.people p WHERE id = 20) FROM carol.plain LIMIT 1;
GRANT SELECT, UPDATE ON carol.bits TO PUBLIC;
GRANT SELECT ON carol.locked, carol.told20, carol.mapped TO PUBLIC;
GRANT SELECT ON carol.news, carol.plain, carol.invoker, carol.tags, carol.harmless TO PUBLIC;
RESET ROLE;
\set carried 'ZW033 reading resource % is refused A view or policy of another department is part of the statement, which calls a volatile function, locks rows %'
SELECT t.unread(who, sql, :'carried', format('attack 1: %s: %s', who, sql)) FROM unnest('{alice,pat,superuser}'::text[]) AS who,
	unnest(ARRAY['SELECT * FROM carol.invoker', 'SELECT * FROM carol.mapped', 'SELECT (SELECT v.t FROM carol.locked v WHERE v.id = p.id) FROM pat.people p WHERE id <= 30', 'SELECT p.id FROM pat.people p JOIN carol.tags USING (id)',
		'SELECT id, (SELECT v.t FROM carol.tags v WHERE v.id = p.id) FROM pat.people p']) AS sql;
SELECT t.unread(who, 'SELECT * FROM carol.news', :'carried', 'attack 1: a policy, read by ' || who) FROM unnest('{alice,pat}'::text[]) AS who;
SELECT is((SELECT last_value FROM carol.told), 0::bigint, 'attack 1: carol was told nothing');
SELECT is((SELECT count(*) FROM carol.bits WHERE xmax::text <> '0'), 0::bigint, 'attack 1: nor by a lock');
-- what is written brings no code to what is read
CREATE TABLE bob.copies (n serial, u uuid DEFAULT gen_random_uuid(), id integer);
GRANT ALL ON bob.copies TO PUBLIC;
GRANT ALL ON SEQUENCE bob.copies_n_seq TO PUBLIC;
SELECT t.allowed(who, 'INSERT INTO bob.copies (id) SELECT id FROM pat.people', who || ' copies into a table that numbers its rows') FROM unnest('{bob,pat,superuser}'::text[]) AS who;
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people p JOIN carol.harmless USING (id)', '2', 'a view without one is joined');
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people WHERE id <= 20 AND random() >= 0', '2', 'one''s own volatile functions are one''s own');

-- ---- attack 5: functions that stand in no expression ----
SET ROLE regress_gd_wh_house;
CREATE FUNCTION carol.spy(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM setval('carol.told', $1); RETURN true; END $$;
CREATE DOMAIN carol.spied AS integer CHECK (carol.spy(VALUE));
CREATE TYPE carol.int4range AS RANGE (subtype = carol.spied, multirange_type_name = carol.int4multirange);
CREATE TYPE carol.pair AS (a carol.int4range);
CREATE TYPE carol.tag AS ENUM ('red');
CREATE FUNCTION carol.to_json(carol.tag) RETURNS json LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('carol.told'); RETURN '1'; END $$;
CREATE CAST (carol.tag AS json) WITH FUNCTION carol.to_json(carol.tag);
CREATE TABLE carol.tagged (id integer, tag carol.tag);
INSERT INTO carol.tagged SELECT i, 'red' FROM generate_series(1, 100) i;
GRANT SELECT ON carol.tagged TO PUBLIC;
RESET ROLE;
SELECT t.unread('alice', sql, 'ZW033 reading resource % is refused A function or domain of another department%', 'attack 5: ' || sql) FROM unnest(ARRAY[
	'SELECT (''['' || id || '','' || id || '']'')::carol.int4range FROM pat.people',
	'SELECT (''{['' || id || '','' || id || '']}'')::carol.int4multirange FROM pat.people',
	'SELECT (''("['' || id || '','' || id || '']")'')::carol.pair FROM pat.people',
	'SELECT to_json(t) FROM (SELECT p.id, l.tag FROM pat.people p JOIN carol.tagged l USING (id)) t',
	'SELECT json_agg(l.tag) FROM pat.people p JOIN carol.tagged l USING (id)',
	'SELECT count(to_json(l)) FROM pat.people p JOIN carol.tagged l USING (id)',
	'SELECT count(to_json(ARRAY[l.tag])) FROM pat.people p JOIN carol.tagged l USING (id)',
	'SELECT count(to_json((''re'' || substr(p.name, 1, 0) || ''d'')::carol.tag)) FROM pat.people p']) AS sql;
SELECT is((SELECT last_value FROM carol.told), 0::bigint, 'attack 5: carol was told nothing');

-- ---- attack 49: statistics, by whoever reads the catalogs themselves ----
CREATE ROLE regress_gd_auditor LOGIN IN ROLE regress_gd_wh_house, pg_read_all_data;
SELECT t.unread('auditor', sql, 'ZW020 reading resource % is refused Statistics hold values of its columns%', 'attack 49: ' || sql) FROM unnest(ARRAY[
	'SELECT stavalues1 FROM pg_statistic', 'SELECT histogram_bounds FROM pg_stats', 'SELECT stxdmcv FROM pg_statistic_ext_data']) AS sql;
CREATE VIEW carol.stats AS SELECT starelid, stavalues1::text AS v FROM pg_statistic;
ALTER VIEW carol.stats OWNER TO regress_gd_auditor;
GRANT SELECT ON carol.stats TO PUBLIC;
SELECT t.unread('alice', 'SELECT v FROM carol.stats', 'ZW020 reading resource % is refused Statistics hold values of its columns%', 'attack 49: through a view of such a role');
GRANT SELECT (starelid, stavalues1) ON pg_statistic TO regress_gd_carol;
SELECT t.unread('carol', 'SELECT stavalues1 FROM pg_statistic', 'ZW020 reading resource % is refused Statistics hold values of its columns%', 'attack 49: or by a grant of its columns');
REVOKE SELECT (starelid, stavalues1) ON pg_statistic FROM regress_gd_carol;
SELECT t.unread('alice', 'SELECT most_common_vals FROM pg_stats', 'ok', 'attack 49: the system''s view hides them from others');

\i :actors_end
