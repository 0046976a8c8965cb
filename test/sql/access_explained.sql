\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- check_access() says what the executor does: both are asked, for every reader,
-- every set of items and every situation, and must agree.
CREATE TABLE pat.register (id integer, name text, phone text, card text, gone text);
INSERT INTO pat.register VALUES (1, 'n', 'p', 'c', 'g');
ALTER TABLE pat.register OWNER TO regress_gd_wh_police;
SELECT t.resource('wh_police', '登记', '{id,name,phone,card,gone}', 'unconditional') AS register \gset
SELECT code AS register_code FROM govdata.resource WHERE id = :register \gset
SELECT t.val('pat', format('UPDATE govdata.resource_item SET sharing = ''conditional'' WHERE resource = %s AND name IN (''phone'', ''card'')', :register)) AS classed \gset
SELECT t.val('pat', format('SELECT govdata.attach_resource(%L, ''pat.register'')', :'register_code')) AS attached \gset
-- a resource of the province, unconditional too
CREATE TABLE pat.province (id integer, name text);
INSERT INTO pat.province VALUES (1, 'n');
ALTER TABLE pat.province OWNER TO regress_gd_hb_civil;
SELECT t.resource('hb_civil', '省级', '{id,name}', 'unconditional') AS province \gset
SELECT code AS province_code FROM govdata.resource WHERE id = :province \gset
SELECT t.val('hb_civil', format('SELECT govdata.attach_resource(%L, ''pat.province'')', :'province_code')) AS attached \gset

CREATE TABLE t.asked (relation text, code text, items text[]);
INSERT INTO t.asked SELECT r, c, i FROM (VALUES
	('pat.people', :'people_code', '{}'::text[]), ('pat.people', :'people_code', '{id}'), ('pat.people', :'people_code', '{id,name,region}'),
	('pat.people', :'people_code', '{id_card}'), ('pat.people', :'people_code', '{name,id_card}'),
	('pat.register', :'register_code', '{}'), ('pat.register', :'register_code', '{id}'), ('pat.register', :'register_code', '{id,name,gone}'),
	('pat.register', :'register_code', '{phone}'), ('pat.register', :'register_code', '{card}'), ('pat.register', :'register_code', '{id,phone}'), ('pat.register', :'register_code', '{gone}'),
	('pat.province', :'province_code', '{}'), ('pat.province', :'province_code', '{name}')) AS v (r, c, i);
-- everybody who is a department: provider, consumers, governments, authorities, operator, utility
CREATE VIEW t.reader AS SELECT who FROM t.actor UNION ALL SELECT unnest('{pat,alice,bob,carol}'::text[]);

-- where the two differ in a situation, and how many were compared
CREATE FUNCTION t.differences(OUT compared bigint, OUT allowed bigint, OUT differing text)
LANGUAGE plpgsql AS $$
DECLARE
	r record;
	read text;
	said record;
BEGIN
	compared := 0;
	allowed := 0;
	FOR r IN SELECT q.who, a.* FROM t.reader q, t.asked a ORDER BY 1, 2, 4 LOOP
		compared := compared + 1;
		read := t.reason(r.who, format('SELECT count(%s) FROM %s', CASE r.items WHEN '{}' THEN '*' ELSE
			'row(' || (SELECT string_agg(quote_ident(i), ',') FROM unnest(r.items) AS i) || ')' END, r.relation));
		PERFORM set_config('role', t.role(r.who), true);
		SELECT * INTO said FROM govdata.check_access(r.code, r.items);
		PERFORM set_config('role', 'none', true);
		allowed := allowed + said.allowed::integer;
		IF said.allowed <> (read = 'ok') OR NOT said.allowed AND
			(position(said.reason IN read) = 0 OR NOT starts_with(read, format('ZW0%s ', said.article))) THEN
			differing := concat_ws(E'\n', differing, format('%s %s %s: says %s, reads %s', r.who, r.relation, r.items, said, read));
		END IF;
	END LOOP;
END
$$;
CREATE FUNCTION t.agrees(situation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	d record;
BEGIN
	SELECT * INTO d FROM t.differences();
	RETURN is(d.differing, NULL, format('%s: %s of %s may', situation, d.allowed, d.compared));
END
$$;

SELECT t.agrees('as it stands');
-- supervising is not reading; class is for departments, on their platform
SELECT t.unread(who, 'SELECT id FROM pat.people', :'not_covered', 'supervising is not reading: ' || who) FROM unnest('{wh_gov,wh_da,hb_gov,hb_da}'::text[]) AS who;
SELECT t.reads(who, 'SELECT name FROM pat.register', 'n', 'unconditional: ' || who) FROM unnest('{wh_civil,ja_civil,wc_civil,yc_civil,hb_market,wh_gov,wh_da,wh_house}'::text[]) AS who;
SELECT t.unread('operator', 'SELECT name FROM pat.register', 'ZW020 % A platform operator %', 'the operator of the platform reads nothing that is shared on it');
SELECT t.unread('utility', 'SELECT name FROM pat.register', 'ZW041 % A public utility is no department%', 'a utility is no department');
SELECT t.unread('utility', 'SELECT count(*) FROM pat.register', 'ZW0%', 'and counts nothing');
-- what stands on an upper platform is asked for by one's authority
SELECT t.unread(who, 'SELECT name FROM pat.province', 'ZW021 % The platform of 湖北省 is above that of %', 'of an upper platform: ' || who) FROM unnest('{wh_civil,ja_civil,yc_civil}'::text[]) AS who;
SELECT t.reads(who, 'SELECT name FROM pat.province', 'n', 'of one''s own platform: ' || who) FROM unnest('{hb_market,hb_da}'::text[]) AS who;
SELECT is(t.hint('ja_civil', 'SELECT name FROM pat.province'), 'Report the need to your data authority, "江岸区数据局", which applies to the upper platform.', 'whom to ask');
SELECT is(t.hint('utility', 'SELECT id FROM pat.people'), 'Ask the department in charge.', 'nobody is sent to a request that would be refused');
-- Article 26: but what is open to the public is open to them
GRANT USAGE ON SCHEMA pat TO govdata_public;
SELECT t.val('hb_civil', format('UPDATE govdata.resource SET opening = ''unconditional'', opening_state = ''open'' WHERE id = %s', :province)) AS opened \gset
SELECT t.reads(who, 'SELECT name FROM pat.province', 'n', 'open to the public: ' || who) FROM unnest('{ja_civil,utility,operator}'::text[]) AS who;
SELECT t.reads('ja_civil', format('SELECT basis FROM govdata.check_access(%L, ''{name}'')', :'province_code'), 'open', 'on that ground');
SELECT t.agrees('open to the public');
SELECT t.val('hb_civil', format('UPDATE govdata.resource SET opening_state = ''suspended'', state_reason = ''核实'' WHERE id = %s', :province)) AS closed \gset
SELECT t.unread('ja_civil', 'SELECT name FROM pat.province', 'ZW021 %', 'not while that is suspended');
-- Article 16: unconditional means everybody
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET scope_regions = ''{420500}'' WHERE id = %s', :register),
	'ZW016 what is shared unconditionally is shared with all departments', 'no scope on what is unconditional');
SELECT t.allowed('wh_police', format('UPDATE govdata.resource SET scope_regions = ''{420500}'' WHERE id = %s', :people), 'what is conditional may have one');
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'what was authorized beyond it holds: the provider has answered');
SELECT t.agrees('a scope declared');

-- ---- situations ----
SELECT t.authorize('carol', :register, '{phone}') AS carols \gset
SELECT t.agrees('an authorization beside what is unconditional');
SELECT t.authorize('carol', :register, '{card}', 'id > 1') AS second \gset
SELECT t.agrees('two authorizations');
SET govdata."authorization" = :second;
SELECT t.agrees('one of them chosen');
RESET govdata."authorization";
SET govdata.purpose = '营销';
SELECT t.agrees('another purpose');
RESET govdata.purpose;
SELECT t.val('pat', format('SELECT govdata.suspend_authorization(%s, ''violation'', ''核查'')', :second)) AS done \gset
SELECT t.agrees('one suspended');
-- what is chosen and not in force is not silently another
\set stray 'ZW020 % Setting govdata."authorization" names % which is not in force; authorization % is.%'
SET govdata."authorization" = :second;
SELECT t.unread('carol', 'SELECT phone FROM pat.register', :'stray', 'one that is suspended is chosen');
SELECT t.agrees('one that is suspended is chosen');
SET govdata."authorization" = 999999;
SELECT t.unread('carol', 'SELECT phone FROM pat.register', :'stray', 'one that there is not');
SELECT t.agrees('one that there is not');
SET govdata."authorization" = :bob_authorization;
SELECT t.unread('carol', 'SELECT phone FROM pat.register', :'stray', 'another department''s, in force');
SELECT t.reads('bob', 'SELECT count(name) FROM pat.people', '1000', 'whose own it is, it serves');
SELECT t.authorize('carol', :people, '{name}') AS further \gset
SET govdata."authorization" = :further;
SELECT t.reads('carol', 'SELECT count(phone) FROM pat.register', '1', 'one''s own of another resource stands in nobody''s way');
SELECT t.reads('carol', 'SELECT count(name) FROM pat.people', '1000', 'where it serves');
SELECT t.agrees('one of another resource');
SELECT t.val('pat', format('SELECT govdata.suspend_authorization(%s, ''violation'', ''核查'')', :further)) AS done \gset
SELECT t.unread('carol', 'SELECT phone FROM pat.register', :'stray', 'until it is suspended');
RESET govdata."authorization";
SELECT t.reads('carol', 'SELECT count(phone) FROM pat.register', '1', 'without a choice the one that fits');
SELECT t.val('pat', format('SELECT govdata.revoke_authorization(%s, ''violation'', ''属实'')', :alice_authorization)) AS done \gset
SELECT t.agrees('one revoked');
SELECT t.val('pat', format('UPDATE govdata.resource_item SET retired_at = now() WHERE resource = %s AND name = ''gone''', :register)) AS done \gset
SELECT t.agrees('an item retired');
SELECT t.entry('pat', :register, '{card}') AS entry \gset
SELECT t.agrees('an item withheld');
SELECT t.val('pat', format('UPDATE govdata.resource SET sharing = ''conditional'', sharing_conditions = ''x'' WHERE id = %s', :register)) AS done \gset
SELECT t.agrees('on former terms');
SELECT t.val('pat', format('UPDATE govdata.resource SET state = ''suspended'', state_reason = ''x'' WHERE id = %s', :people)) AS done \gset
SELECT t.agrees('a resource suspended');
SELECT t.val('pat', format('UPDATE govdata.resource SET state = ''published'' WHERE id = %s', :people)) AS done \gset
SET client_min_messages = error;
ALTER TABLE pat.people ALTER COLUMN region TYPE bigint;
SELECT t.agrees('an attachment broken');
ALTER TABLE pat.people ALTER COLUMN region TYPE integer;
SET client_min_messages = warning;
SELECT t.request('yc_civil', :people, '{id,name}') AS silent \gset
\set travel_to '2026-04-20 09:00+08'
\i :travel
SELECT t.agrees('a consent by silence that nobody has written down');
SELECT t.reads('yc_civil', 'SELECT count(name) FROM pat.people', '1000', 'which reads');
\set travel_to '2027-01-01 00:01+08'
\i :travel
SELECT t.agrees('all expired');
-- a column that is no item: as the executor says it
SELECT is(t.val(who, format('SELECT allowed || '' '' || article || '' '' || reason FROM govdata.check_access(%L, ''{%s}'')', :'people_code', c)),
	CASE who WHEN 'pat' THEN 'true 20 may be read now' ELSE format('false 20 %s', regexp_replace(t.reason(who, format('SELECT %s FROM pat.people', c)), '^.* is refused | Measures, Article 20\.$', '', 'g')) END, format('%s asks for column %s', who, c))
FROM unnest('{bob,carol,pat}'::text[]) AS who, unnest('{salary,ctid}'::text[]) AS c;
SELECT t.refused('alice', format('SELECT * FROM govdata.check_access(%L, ''{nonsense}'')', :'people_code'), 'ZW020 no column of resource % stands for item "nonsense"', 'an item that is none');
SELECT t.refused('alice', format('SELECT * FROM govdata.check_access(%L, ''{id}'', %s)', :'people_code', t.department('wh_house')), 'ZW006 what department % may read is not yours to ask', 'nobody asks for others');
SELECT t.reads('pat', format('SELECT allowed FROM govdata.check_access(%L, ''{id}'', %s)', :'people_code', t.department('wh_house')), 'false', 'but the provider');

\set travel_offset 0
\i :travel
\i :actors_end
