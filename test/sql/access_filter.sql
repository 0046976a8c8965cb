\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\set peeking :include '/peeking.psql'
\i :reading

-- Row filters: what may stand in one, and that nothing takes it away.

-- a request of carol's, which pat would grant under this filter
CREATE FUNCTION t.filter(row_filter text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	resource bigint := (SELECT r.id FROM govdata.resource r WHERE r.title = '人口');
	asked bigint := t.request('carol', resource, '{id,name,region}');
	answer text := t.reason('pat', format('SELECT govdata.approve_request(%s, row_filter => %L)', asked, row_filter));
BEGIN
	IF answer <> 'ok' THEN
		PERFORM t.val('carol', format('SELECT govdata.withdraw_request(%s)', asked));
		RETURN answer;
	END IF;
	answer := t.val('carol', 'SELECT count(*) FROM pat.people');
	PERFORM t.val('pat', format('SELECT govdata.revoke_authorization(%s, ''purpose_ended'', ''试毕'')',
		(SELECT a.id FROM govdata.share_authorization a WHERE a.request = asked)));
	RETURN answer;
END
$$;

-- ---- what a filter may say ----
CREATE TABLE pg_temp.filter (n integer GENERATED ALWAYS AS IDENTITY, filter text, rows text);
INSERT INTO pg_temp.filter (filter, rows) VALUES
	('region = 420100', '100'),
	('region IN (420100, 420300)', '100'),
	('region = ANY (ARRAY[420100]) AND id <= 500', '50'),
	('NOT region = 420100 OR id = 10', '901'),
	('name LIKE ''name 1%''', '112'),
	('id BETWEEN 1 AND 7', '7'),
	('salary < 100', '9'),
	('name IS NOT NULL AND (region = 420100) IS TRUE', '100'),
	('CASE WHEN id < 5 THEN true ELSE coalesce(region = 420100, false) END', '104'),
	('upper(name) = ''NAME 7''', '1'),
	('now() > ''2020-01-01''', '1000'),
	('id = 1 OR true', '1000'),
	('now() AT TIME ZONE ''Asia/Shanghai'' > ''2020-01-01'' AND id = 7', '1'),
	('false', '0');
SELECT is(t.filter(filter), rows, 'a filter: ' || filter) FROM pg_temp.filter ORDER BY n;

-- ---- attack 10: a filter runs with the reader's rights ----
CREATE TABLE alice.private (secret text);
SET ROLE regress_gd_wh_police;
CREATE FUNCTION pat.evil() RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN true; END';
CREATE FUNCTION pat.evil(anyelement) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END';
CREATE OPERATOR pat.~~~ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
CREATE VIEW pat.evil_view AS SELECT pat.evil();
CREATE DOMAIN pat.evil_domain AS integer CHECK (pat.evil(VALUE));
CREATE TYPE pat.evil_row AS (d pat.evil_domain);
CREATE TYPE pat.mood AS ENUM ('good', 'bad');
CREATE FUNCTION pat.evil_cast(pat.mood) RETURNS json LANGUAGE sql AS $$ SELECT '1'::json $$;
CREATE CAST (pat.mood AS json) WITH FUNCTION pat.evil_cast(pat.mood);
RESET ROLE;
TRUNCATE pg_temp.filter RESTART IDENTITY;
-- rows: another SQLSTATE than ZW020
INSERT INTO pg_temp.filter (filter, rows) VALUES
	('pat.evil()', NULL), ('pat.evil(id)', NULL), ('id OPERATOR(pat.~~~) 1', NULL), ('pat.evil(p)', NULL),
	('EXISTS (SELECT FROM alice.private)', NULL), ('id IN (SELECT 1)', NULL), ('(SELECT true)', NULL),
	('random() < 0.5', NULL), ('nextval(''pat.s'') > 0', '42P01'), ('set_config(''role'', ''none'', false) = ''x''', NULL),
	('pg_read_file(''/etc/passwd'') <> ''''', NULL), ('clock_timestamp() > now()', NULL), ('id = $1', NULL),
	('generate_series(1, id) > 0', '0A000'), ('count(*) > 0', '42803'), ('max(id) > 0', '42803'), ('row_number() OVER () = 1', NULL),
	('people IS NOT NULL', NULL), ('row_to_json(people) IS NOT NULL', NULL), ('ctid = ''(0,1)''', NULL), ('xmin = ''5''', NULL),
	('tableoid > 0', NULL),
	-- functions of the server that run whatever they are pointed at
	('table_to_xml(''pat.evil_view'', true, false, '''') IS NOT NULL', NULL),
	('query_to_xml(''SELECT pat.evil()'', true, false, '''') IS NOT NULL', NULL),
	('database_to_xml(true, false, '''') IS NOT NULL', NULL),
	('jsonb_populate_record(NULL::pat.evil_row, ''{"d": 1}'') IS NOT NULL', NULL),
	('to_json(''good''::pat.mood) IS NOT NULL', NULL), ('id::pat.evil_domain > 0', NULL), ('(1::pat.evil_domain) > 0', NULL),
	('now()::date > ''2020-01-01''', NULL), ('to_char(now(), ''YYYY'') = ''2026''', NULL),
	('current_setting(''govdata.purpose'') <> ''''', NULL), ('has_table_privilege(''pat.people'', ''select'')', NULL),
	-- more than one expression
	('true), (true', NULL), ('true) FROM alice.private WHERE (true', NULL), ('true); DROP TABLE alice.private; SELECT (true', NULL),
	('true) UNION SELECT (true', NULL), ('true) FOR UPDATE --', NULL), ('true) INTO alice.mine --', NULL),
	('no_such_column = 1', '42703'), ('name', '42804'), ('region', '42804'), ('1', '42804');
SELECT alike(t.filter(filter), 'ZW020 this row filter is not allowed %', 'attack 10: ' || filter) FROM pg_temp.filter WHERE rows IS NULL ORDER BY n;
SELECT matches(t.filter(filter), '^' || rows || ' ', 'attack 10: ' || filter) FROM pg_temp.filter WHERE rows IS NOT NULL ORDER BY n;
SELECT t.refused('pat', format('SELECT govdata.approve_request(%s, row_filter => %L)', t.request('carol', :people, '{id}'), 'pat.evil()'),
	'ZW020 this row filter is not allowed', 'attack 10: a refusal names the article and says what to do');

-- ---- attack 9: search_path with an operator of the department's own ----
SET ROLE regress_gd_alice;
CREATE FUNCTION alice.always(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR alice.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = alice.always);
RESET ROLE;
SET search_path = alice, pg_catalog, public;
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'attack 9: search_path with an operator of the department''s own');
RESET search_path;
-- and nobody's at the time of granting
SET search_path = alice, pg_catalog, public;
SELECT public.is(t.filter('region = 420100'), '100', 'attack 9: nor when the filter is granted');
RESET search_path;

-- nor may another setting of the reader's change what a filter means
CREATE TABLE pat.visits (id integer, day date, at timestamptz, fee money, note text);
INSERT INTO pat.visits VALUES (1, '2026-02-01', '2026-01-31 17:00+00', 100000, NULL), (2, '2026-01-02', '2026-01-31 15:00+00', 1000, 'x');
ALTER TABLE pat.visits OWNER TO regress_gd_wh_police;
SELECT t.resource('wh_police', '来访', '{id,day,at,fee,note}') AS visits \gset
SELECT t.val('pat', format('SELECT govdata.attach_resource(%L, ''pat.visits'')', (SELECT code FROM govdata.resource WHERE id = :visits))) AS attached \gset
CREATE FUNCTION t.visits(row_filter text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	made bigint := t.authorize('carol', (SELECT r.id FROM govdata.resource r WHERE r.title = '来访'), '{id}', row_filter);
	answer text;
BEGIN
	SET LOCAL DateStyle = 'SQL, DMY'; SET LOCAL TimeZone = 'UTC'; SET LOCAL transform_null_equals = on;
	SET LOCAL standard_conforming_strings = off; SET LOCAL array_nulls = off; SET LOCAL IntervalStyle = 'iso_8601';
	answer := t.val('carol', 'SELECT string_agg(id::text, '','' ORDER BY id) FROM pat.visits');
	PERFORM t.val('pat', format('SELECT govdata.revoke_authorization(%s, ''purpose_ended'', ''x'')', made));
	RETURN answer;
END
$$;
SELECT is(t.visits('day = ''26-02-01'''), '1', 'attack 9: DateStyle of the reader''s');
SELECT is(t.visits('at >= ''2026-02-01'''), '1', 'attack 9: TimeZone of the reader''s');
SELECT is(t.visits('note = NULL'), NULL, 'attack 9: transform_null_equals of the reader''s');
SELECT is(t.visits('note = ''\x'' OR id = 2'), '2', 'attack 9: standard_conforming_strings of the reader''s');

-- ---- attack 11: a native policy cannot add rows ----
BEGIN;
SET LOCAL govdata.maintenance = on;
CREATE POLICY everything ON pat.people USING (true);
SELECT t.unread('alice', 'SELECT id FROM pat.people', 'ZW018 % The attachment is broken: it has row security policies of its own: "people".%', 'attack 11: a policy of the owner''s own, past the DDL guard: nothing is read');
SELECT t.unread('carol', 'SELECT id FROM pat.people WHERE id = 1', 'ZW018 %', 'attack 11: it adds no reader');
ROLLBACK;

-- ---- attack 12: row security switched off ----
BEGIN;
SET LOCAL govdata.maintenance = on;
SET client_min_messages = error;
ALTER TABLE pat.people DISABLE ROW LEVEL SECURITY;
SELECT t.unread(who, 'SELECT id FROM pat.people', 'ZW0%', format('attack 12: row security switched off: %s is refused', who)) FROM unnest('{alice,bob,carol}'::text[]) AS who;
SELECT t.reads('pat', 'SELECT count(*) FROM pat.people', '1000', 'attack 12: the provider goes on');
-- nor does the planner show values to an operator of the reader's (attack 2)
\i :peeking
SELECT t.unread('carol', sql, 'ZW0%', 'attack 12: ' || sql) FROM unnest(ARRAY['SELECT id FROM pat.people WHERE salary OPERATOR(carol.<<<) 5000',
	'EXPLAIN SELECT id FROM pat.people WHERE salary OPERATOR(carol.<<<) 5000']) AS sql;
SELECT is((SELECT is_called FROM carol.leaked), false, 'attack 12: no operator saw a value');
ROLLBACK;
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'attack 12: switched on again');

-- ---- attack 13: roles that row security does not hold ----
CREATE ROLE regress_gd_bypass LOGIN BYPASSRLS IN ROLE regress_gd_ja_civil;
CREATE ROLE regress_gd_insider LOGIN IN ROLE regress_gd_ja_civil;
CREATE ROLE regress_gd_keeper NOLOGIN;
SELECT t.unread('bypass', 'SELECT id FROM pat.people', :'no_row_security', 'attack 13: a department''s role with BYPASSRLS');
SELECT t.unread('bypass', 'SELECT count(*) FROM pat.people', :'no_row_security', 'attack 13: counting with BYPASSRLS');
BEGIN;
SET client_min_messages = error;
ALTER TABLE pat.people OWNER TO regress_gd_keeper;
GRANT regress_gd_keeper TO regress_gd_insider;
SELECT t.unread('insider', 'SELECT id FROM pat.people', :'no_row_security', 'attack 13: a department''s role that is a member of the table''s owner');
ROLLBACK;
-- pg_stats and its like would show them values
CREATE STATISTICS pat.people_stat (mcv) ON name, region FROM pat.people;
ANALYZE pat.people;
\set statistics_hold 'ZW020 reading resource % is refused Statistics hold values of its columns%'
SELECT t.unread('bypass', sql, :'statistics_hold', 'attack 13: ' || sql) FROM unnest(ARRAY[
	'SELECT most_common_vals FROM pg_stats WHERE tablename = ''people''', 'SELECT * FROM pg_stats_ext', 'TABLE pg_stats']) AS sql;
BEGIN;
SET client_min_messages = error;
ALTER TABLE pat.people OWNER TO regress_gd_keeper;
GRANT regress_gd_keeper TO regress_gd_insider;
SELECT t.unread('insider', 'SELECT most_common_vals FROM pg_stats WHERE tablename = ''people''', :'statistics_hold', 'attack 13: statistics, for a member of the table''s owner');
SELECT t.reads('keeper', 'SELECT count(*) > 0 FROM pg_stats WHERE tablename = ''people''', 'true', 'attack 13: the owner has them');
ROLLBACK;
SELECT t.unread('alice', 'SELECT most_common_vals FROM pg_stats WHERE tablename = ''people''', 'ok', 'attack 13: others are shown none, and told nothing');
SELECT t.reads('wh_police', 'SELECT count(*) > 0 FROM pg_stats WHERE tablename = ''people''', 'true', 'attack 13: the provider has them');
CREATE ROLE regress_gd_mighty NOLOGIN BYPASSRLS;
SELECT t.refused('superuser', $$INSERT INTO govdata.department (uscc, name, region, kind, role, data_officer)
	VALUES (t.uscc(900), '旁路局', '420100', 'agency', 'regress_gd_mighty', 'x')$$, 'ZW006 %', 'attack 13: no department with BYPASSRLS');

-- ---- attack 20: several authorizations are never combined ----
SELECT t.authorize('alice', :people, '{id,id_card}', 'id > 500') AS second \gset
SELECT t.unread('alice', 'SELECT id FROM pat.people', 'ZW020 % Several authorizations are in force%SET govdata."authorization" = one of these numbers chooses.%', 'attack 20: two authorizations in force');
SELECT set_config('govdata.authorization', :'alice_authorization', false) AS chosen \gset
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'attack 20: the rows of the one that was chosen');
SELECT t.unread('alice', 'SELECT id_card FROM pat.people', :'not_covered', 'attack 20: not the columns of the other');
SELECT set_config('govdata.authorization', :'second', false) AS chosen \gset
SELECT t.reads('alice', 'SELECT count(id_card) FROM pat.people', '500', 'attack 20: the other''s, chosen');
SELECT t.unread('alice', 'SELECT name FROM pat.people', :'not_covered', 'attack 20: without the columns of the first');
SELECT set_config('govdata.authorization', :'bob_authorization', false) AS chosen \gset
SELECT t.unread('alice', 'SELECT id FROM pat.people', 'ZW020 % Several authorizations are in force%', 'attack 20: another department''s cannot be chosen');
RESET govdata."authorization";
SELECT t.val('pat', format('SELECT govdata.revoke_authorization(%s, ''purpose_ended'', ''试毕'')', :second)) AS revoked \gset
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'attack 20: one alone again');

-- ---- attack 21: membership in two departments ----
SELECT t.unread('erin', 'SELECT id FROM pat.people', 'ZW020 % The user is a member of several departments%', 'attack 21: erin reads for nobody');
SELECT t.unread('dave', 'SELECT id FROM pat.people', 'ZW020 % The user belongs to no department.%', 'attack 21: dave belongs to none before he says for which');
SELECT t.reads('ja_civil', 'SELECT count(*) FROM pat.people', '100', 'attack 21: SET ROLE to one of them says it');

-- ---- attack 30: privileges that are none here ----
GRANT pg_read_all_data TO regress_gd_nobody;
GRANT SELECT ON pat.people TO regress_gd_stranger;
SELECT t.unread('nobody', 'SELECT id FROM pat.people', 'ZW020 % The user belongs to no department.%', 'attack 30: pg_read_all_data');
SELECT t.unread('stranger', 'SELECT id FROM pat.people', 'ZW020 % The user belongs to no department.%', 'attack 30: a direct grant to somebody without department');

-- ---- purpose: data are used for what they were authorized for ----
SET govdata.purpose = '营销';
SELECT t.unread('alice', 'SELECT id FROM pat.people', 'ZW033 %', 'another purpose than the authorized one');
SET govdata.purpose = '办理低保';
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'the authorized one');
RESET govdata.purpose;

-- ---- time goes on while a transaction is open ----
CREATE TABLE pat.terms (id integer, until timestamptz);
INSERT INTO pat.terms VALUES (1, now() + interval '1 second');
ALTER TABLE pat.terms OWNER TO regress_gd_wh_police;
SELECT t.resource('wh_police', '期限', '{id}') AS terms \gset
SELECT code AS terms_code FROM govdata.resource WHERE id = :terms \gset
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.terms'')', :'terms_code'), 'attached');
SELECT t.authorize('carol', :terms, '{id}', 'until > now() AND until > transaction_timestamp()') AS term \gset
UPDATE pat.terms SET until = clock_timestamp() + interval '1 second';
SET SESSION AUTHORIZATION regress_gd_carol;
PREPARE terms AS SELECT count(id) FROM pat.terms;
BEGIN;
EXECUTE terms;
SELECT pg_sleep(1.1) \g /dev/null
EXECUTE terms;
COMMIT;
RESET SESSION AUTHORIZATION;

-- ---- attack 72: what a time means, the reader does not say, nor when it is read ----
CREATE FUNCTION t.abbreviated(row_filter text, abbreviations text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('timezone_abbreviations', abbreviations, true);
	RETURN t.visits(row_filter);
END
$$;
SELECT is(t.abbreviated(filter, abbreviations), '1', 'attack 72: ' || filter || ' in ' || abbreviations)
FROM unnest('{at > ''2026-01-31 11:00 EST'',at > ''2026-02-01 00:00 Asia/Shanghai'',day::timestamp AT TIME ZONE ''Asia/Shanghai'' > ''2026-01-15'',at AT TIME ZONE ''UTC'' > ''2026-01-31 16:00''}'::text[]) AS filter,
	unnest('{Default,Australia}'::text[]) AS abbreviations;
CREATE TABLE t.present (n integer GENERATED ALWAYS AS IDENTITY, filter text, what text);
INSERT INTO t.present (filter, what) VALUES
	('at AT TIME ZONE ''EST'' > ''2026-01-02''', 'zone'), ('timezone(''CST'', at) > ''2026-01-02''', 'zone'),
	('day::timestamp AT TIME ZONE ''IST'' > ''2026-01-02''', 'zone'), ('at AT TIME ZONE note > ''2026-01-02''', 'zone'),
	('at AT TIME ZONE NULL::text > ''2026-01-02''', 'zone'),
	('at < ''now''', 'present'), ('day <= ''today''', 'present'), ('day < date ''Tomorrow''', 'present'), ('at > ''yesterday 12:00''', 'present'),
	('at > ''now''::timestamptz(0)', 'present'), ('day IN (''2026-01-01'', ''today'')', 'present'), ('day = ANY (''{to\day}'')', 'present'),
	('day = ANY (ARRAY[''today''::date])', 'present'), ('''[y"ester"day,)''::daterange @> day', 'present'),
	('''{[yesterday,)}''::datemultirange @> day', 'present'), ('day < U&''\0074oday''', 'present'), ('CASE WHEN id = 1 THEN at < ''now'' END', 'present');
SELECT alike(t.reason('pat', format('SELECT govdata.approve_request(%s, row_filter => %L)', t.request('carol', :visits, '{id}'), filter)),
	'ZW020 this row filter is not allowed It contains a ' || CASE what WHEN 'zone' THEN 'time zone that is not named in full.%' ELSE 'date or time that depends on when it is read%' END,
	'attack 72: ' || filter)
FROM t.present ORDER BY n;
SELECT t.refused('pat', format('SELECT govdata.approve_request(%s, row_filter => %L)', t.request('carol', :visits, '{id}'), filter), 'ZW020 this row filter is not allowed', 'attack 72: with the next step: ' || what)
FROM t.present WHERE n IN (1, 6);
SELECT is(t.visits('note = ''x'' AND note <> ''today'''), '2', 'attack 72: a word is a word');

-- ---- attack 79: a department is locked out by making its role a member of another's ----
GRANT regress_gd_wh_house TO regress_gd_wh_police;
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'attack 79: its tables stay attached');
SELECT is(t.val('pat', 'SELECT govdata.current_department()'), t.department('wh_police')::text, 'attack 79: its clerk acts for it');
SELECT t.allowed('pat', format('SELECT govdata.suspend_resource(%L, ''试停'')', :'people_code'), 'attack 79: as before');
SELECT t.allowed('pat', format('SELECT govdata.publish_resource(%L)', :'people_code'), 'attack 79: and again');
REVOKE regress_gd_wh_house FROM regress_gd_wh_police;

\i :actors_end
