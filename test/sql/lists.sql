\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- A list names things: an element that is NULL is refused by the rule it breaks,
-- wherever somebody can put one.
SELECT t.resource('wh_police', '人口', '{姓名,住址}') AS r \gset
SELECT code AS rc FROM govdata.resource WHERE id = :r \gset
CREATE SCHEMA data;
GRANT USAGE ON SCHEMA data TO govdata_department;
CREATE TABLE data.people (姓名 text, 住址 text);
ALTER TABLE data.people OWNER TO regress_gd_wh_police;
SELECT t.val('wh_police', format('SELECT govdata.attach_resource(%L, ''data.people'')', :'rc')) \g /dev/null
SELECT t.request('wh_civil', :r, '{姓名,住址}') AS q \gset
SELECT t.val('wh_da', format('SELECT govdata.dispatch_data(%s, ''数据'', ''需要'', ''2026-03-10'', ''2026-12-31'', %L, ''{姓名}'')', t.department('wh_police'), :'rc')) AS o \gset
SELECT t.request('ja_civil', :r, '{姓名,住址}') AS q2 \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q2)) \g /dev/null
SELECT authorization_id AS a FROM govdata.share_request WHERE id = :q2 \gset

CREATE TABLE t.list (who text, sql text);
INSERT INTO t.list VALUES
	('wh_civil', format('SELECT govdata.submit_request(%L, ''{姓名,NULL}'', ''用'', ''2026-12-31'')', :'rc')),
	('wh_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{NULL}'', ''用'', ''2026-12-31'')', :r)),
	('wh_police', format('SELECT govdata.approve_request(%s, ''{姓名,NULL}'', ''部分'')', :q)),
	('wh_police', format('UPDATE govdata.share_request SET state = ''approved'', granted_items = ''{NULL}'', answer_reason = ''部分'' WHERE id = %s', :q)),
	('wh_police', format('SELECT govdata.refuse_items(%s, ''{NULL}'', ''不'')', :q)),
	('ja_civil', format('SELECT govdata.narrow_authorization(%s, ''{姓名,NULL}'', ''不需要'')', :a)),
	('wh_da', format('SELECT govdata.dispatch_data(%s, ''数据'', ''需要'', ''2026-03-10'', ''2026-12-31'', %L, ''{NULL}'')', t.department('wh_police'), :'rc')),
	('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名,NULL}'')', :o, :'rc')),
	('wh_police', format('SELECT govdata.record_source(%L, %L, ''需要'', ''{NULL}'')', :'rc', :'rc')),
	('wh_police', format('INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason) VALUES (%s, ''{姓名,NULL}'', ''law'', ''法'', ''一'', ''理由'')', :r)),
	('wh_police', format('INSERT INTO govdata.standing_consent (resource, items) VALUES (%s, ''{NULL}'')', :r)),
	('wh_police', format('INSERT INTO govdata.standing_consent (resource, departments) VALUES (%s, ''{NULL}'')', :r)),
	('wh_police', format('INSERT INTO govdata.standing_consent (resource, regions) VALUES (%s, ''{420100,NULL}'')', :r)),
	('wh_police', format('INSERT INTO govdata.standing_consent (resource, uses) VALUES (%s, ''{NULL}'')', :r)),
	('wh_police', format('UPDATE govdata.resource SET scope_departments = ''{NULL}'' WHERE id = %s', :r)),
	('wh_police', format('UPDATE govdata.resource SET scope_regions = ''{NULL}'' WHERE id = %s', :r)),
	('wh_police', format('UPDATE govdata.resource SET scope_systems = ''{NULL}'' WHERE id = %s', :r)),
	('wh_police', format('UPDATE govdata.resource SET uses = ''{NULL,办案}'' WHERE id = %s', :r)),
	('wh_police', format('UPDATE govdata.resource SET related = ''{NULL}'' WHERE id = %s', :r)),
	('ja_civil', format('SELECT govdata.raise_doubt(%L, ''{姓名,NULL}'', ''有误'')', :'rc')),
	('wh_police', format('SELECT govdata.define_rule(%L, ''0201'', ''not_null'', ''规则'', ''{姓名,NULL}'')', :'rc')),
	('wh_civil', format('SELECT * FROM govdata.check_access(%L, ''{姓名,NULL}'')', :'rc')),
	('wh_civil', format('SELECT * FROM govdata.check_access(%L, ''{NULL}'')', :'rc'));
SELECT t.refused(who, sql, 'ZW0%', sql) FROM t.list;
-- none comes from PostgreSQL, nor from a check of the table
SELECT is_empty($$SELECT told, sql FROM t.list, t.told(who, sql) AS told WHERE told !~ 'empty element'$$, 'each says what is wrong');
-- the guards know a list by its dimensions: none is declared without, and nothing else with
SELECT is_empty($$SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	JOIN pg_type y ON y.oid = a.atttypid WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind = 'r' AND (a.attndims > 0) <> (y.typcategory = 'A')$$, 'lists are arrays');
SELECT is(state, 'submitted', 'and nothing has changed') FROM govdata.share_request WHERE id = :q;
-- what has no list, or a whole one, is as before
SELECT t.allowed('wh_civil', format('SELECT govdata.submit_request(%L, ''{姓名}'', ''用'', ''2026-12-31'')', :'rc'), 'a list of names');
SELECT t.allowed('wh_civil', format('SELECT * FROM govdata.obtainable(''{01001,NULL}'')'), 'an element that is asked for in vain is no error');

\i :actors_end
