\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- What becomes conditional while departments read it (Article 16): who
-- has read it lately goes on, on the former terms, until its request is answered.
CREATE TABLE pat.stations (id integer PRIMARY KEY, name text, phone text, note text);
INSERT INTO pat.stations SELECT i, 'station ' || i, '110-' || i, 'internal' FROM generate_series(1, 10) AS i;
ALTER TABLE pat.stations OWNER TO regress_gd_wh_police;
SELECT t.resource('wh_police', '派出所', '{id,name,phone}', 'unconditional') AS stations \gset
SELECT code AS stations_code FROM govdata.resource WHERE id = :stations \gset
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.stations'')', :'stations_code'), 'attached');
CREATE ROLE regress_gd_mia LOGIN IN ROLE regress_gd_wh_market;
CREATE ROLE regress_gd_wes LOGIN IN ROLE regress_gd_wc_civil;
CREATE FUNCTION t.kept() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s%s', a.who, k.item, CASE WHEN k.ended_at IS NULL THEN '' ELSE ' ended' END), ', '
		ORDER BY a.n, k.item COLLATE "C", k.since)
	FROM govdata.continued_reading k JOIN t.actor a ON t.department(a.who) = k.consumer
$$;

-- long before: wes reads everything, and never again
SELECT t.reads('wes', 'SELECT count(phone) FROM pat.stations', '10', 'wes reads, 31 days before');
\set travel_to '2026-04-02 09:00+08'
\i :travel
-- lately: alice and carol read names, bob names and phones; mia was refused a column and asked for a plan
SELECT t.reads('alice', 'SELECT count(name) FROM pat.stations', '10', 'alice reads names');
SELECT t.reads('carol', 'SELECT count(name) FROM pat.stations', '10', 'so does carol');
SELECT t.reads('bob', 'SELECT count(name || phone) FROM pat.stations', '10', 'bob phones too');
SELECT t.unread('mia', 'SELECT name, note FROM pat.stations', :'not_an_item', 'mia is refused a column');
SELECT t.val('mia', 'EXPLAIN SELECT name FROM pat.stations') IS NOT NULL AS planned \gset
SELECT t.reads('pat', 'SELECT count(name) FROM pat.stations', '10', 'the provider reads its own');
-- a prepared statement of the time before, and one in an open transaction
SET ROLE regress_gd_alice;
PREPARE names AS SELECT count(name) FROM pat.stations;
EXECUTE names; EXECUTE names; EXECUTE names; EXECUTE names; EXECUTE names; EXECUTE names;
RESET ROLE;

-- ---- the class changes ----
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT t.refused('pat', format('UPDATE govdata.resource SET sharing = ''conditional'', sharing_conditions = ''履行职责所需'' WHERE id = %s', :stations),
	'ZW016 sharing is made conditional in a transaction that sees what was read until now', 'not by a transaction that cannot see who reads');
ROLLBACK;
SELECT t.allowed('pat', format('UPDATE govdata.resource SET sharing = ''conditional'', sharing_conditions = ''履行职责所需'' WHERE id = %s', :stations), 'it becomes conditional');
SELECT is(t.kept(), 'wh_civil name, wh_civil phone, wh_house name, ja_civil name', 'who has read goes on, item by item; nobody by a refusal, a plan or a read of long ago');
SELECT is((SELECT DISTINCT until FROM govdata.continued_reading), '2026-05-03 00:00+08'::timestamptz, 'for 30 days, if nothing is asked for');
SET ROLE regress_gd_alice;
EXECUTE names;
RESET ROLE;
SELECT t.reads('alice', 'SELECT count(name) FROM pat.stations', '10', 'alice reads names on');
SELECT t.reads('alice', 'SELECT count(*) FROM pat.stations', '10', 'and counts');
SELECT t.unread('alice', 'SELECT phone FROM pat.stations', :'not_covered', 'but no column that she had not read');
SELECT t.unread('alice', 'SELECT id FROM pat.stations', :'not_covered', 'not even the key');
SELECT t.reads('bob', 'SELECT max(phone) FROM pat.stations', '110-9', 'bob reads phones on');
SELECT t.allowed('bob', 'CREATE TABLE bob.kept AS SELECT name FROM pat.stations', 'and keeps what he reads, as before');
SELECT t.unread(who, 'SELECT name FROM pat.stations', :'not_covered', 'no former terms for ' || who) FROM unnest('{mia,wes}'::text[]) AS who;
SELECT t.unread(who, 'SELECT count(*) FROM pat.stations', 'ZW020 % counting rows is reading too.%', 'nor counting for ' || who) FROM unnest('{mia,wes}'::text[]) AS who;
SELECT is(basis, 'continued', 'the record names the ground') FROM govdata.access_log WHERE kind = 'read' AND items = 'phone' ORDER BY boot DESC, seq DESC LIMIT 1;
SELECT t.reads('alice', format('SELECT concat_ws('' '', allowed, basis, reason) FROM govdata.check_access(%L, ''{name}'')', :'stations_code'),
	't continued may be read on the former terms until a request is answered; without one until 2026-05-03 00:00:00+08', 'check_access says for how long');
SELECT t.reads('alice', 'SELECT count(*) FROM govdata.continued_reading', '1', 'a department sees its own');
SELECT t.reads('pat', 'SELECT count(*) FROM govdata.continued_reading', '4', 'the provider those of its resources');
SELECT t.reads('mia', 'SELECT count(*) FROM govdata.continued_reading', '0', 'others none');
SELECT t.refused(who, sql, 'ZW017 rows of "continued_reading" are written by the platform only', format('%s writes none: %s', who, sql))
	FROM unnest('{superuser}'::text[]) AS who, unnest(ARRAY['UPDATE govdata.continued_reading SET until = ''infinity''', 'DELETE FROM govdata.continued_reading',
		format('INSERT INTO govdata.continued_reading SELECT %s, resource, ''phone'', provider, since, until FROM govdata.continued_reading LIMIT 1', t.department('wh_market'))]) AS sql;
SELECT t.refused('pat', 'UPDATE govdata.continued_reading SET until = ''infinity''', '42501 %', 'departments cannot');

-- ---- until the request is answered ----
SELECT t.request('alice', :stations, '{name,phone}') AS alices, t.request('bob', :stations, '{name}') AS bobs \gset
SELECT t.reads('alice', 'SELECT count(name) FROM pat.stations', '10', 'asking ends nothing');
SELECT t.unread('alice', 'SELECT phone FROM pat.stations', :'not_covered', 'and gains nothing');
SELECT t.allowed('pat', format('SELECT govdata.refuse_request(%s, ''不属于职责'')', :bobs), 'bob is refused names');
SELECT t.unread('bob', 'SELECT name FROM pat.stations', :'not_covered', 'the answer ends it');
SELECT t.reads('bob', 'SELECT count(phone) FROM pat.stations', '10', 'for what it is about: phones were not asked for');
SELECT t.allowed('bob', format('SELECT govdata.request_coordination(%s, ''确有必要'')', :bobs), 'coordination');
SELECT t.unread('bob', 'SELECT name FROM pat.stations', :'not_covered', 'revives nothing');
-- a request taken back is none
SELECT t.request('carol', :stations, '{name}') AS carols \gset
SELECT t.allowed('carol', format('SELECT govdata.withdraw_request(%s)', :carols), 'carol takes hers back');
SELECT t.reads('carol', 'SELECT count(name) FROM pat.stations', '10', 'and has the rest of the time');

-- ---- time: alice's request matures on 17 April, unswept ----
SELECT is((SELECT matures_at FROM govdata.share_request WHERE id = :alices), '2026-04-18 00:00+08'::timestamptz, 'silence is consent from then on');
\set travel_to '2026-04-18 00:01+08'
\i :travel
SELECT t.reads('alice', 'SELECT count(phone) FROM pat.stations', '10', 'consented to by silence: phones');
SELECT is((SELECT basis FROM govdata.access_log WHERE kind = 'read' ORDER BY boot DESC, seq DESC LIMIT 1), 'authorization', 'by the authorization');
SELECT is(t.kept(), 'wh_civil name ended, wh_civil phone, wh_house name, ja_civil name', 'which nobody has written down yet');
CALL govdata.sweep();
SELECT is(t.kept(), 'wh_civil name ended, wh_civil phone, wh_house name, ja_civil name ended', 'the sweep does');
SET ROLE regress_gd_alice;
EXECUTE names;
RESET ROLE;
SELECT a.id AS granted FROM govdata.share_authorization a WHERE a.request = :alices \gset
SELECT t.val('pat', format('SELECT govdata.revoke_authorization(%s, ''violation'', ''转给第三方'')', :granted)) AS revoked \gset
SELECT t.unread('alice', 'SELECT name FROM pat.stations', :'not_covered', 'nothing comes back when the authorization is revoked');
\set VERBOSITY sqlstate
SET ROLE regress_gd_alice; EXECUTE names; RESET ROLE;
\set VERBOSITY default

-- ---- the last day: carol asks, bob does not ----
\set travel_to '2026-05-02 23:00+08'
\i :travel
SELECT t.request('carol', :stations, '{name}') AS carols \gset
SELECT t.reads('bob', 'SELECT count(phone) FROM pat.stations', '10', 'the last hour');
SET ROLE regress_gd_bob;
PREPARE phones AS SELECT count(phone) FROM pat.stations;
EXECUTE phones;
RESET ROLE;
DEALLOCATE names;
SET ROLE regress_gd_carol;
PREPARE names AS SELECT count(name) FROM pat.stations;
RESET ROLE;
\set travel_to '2026-05-03 00:01+08'
\i :travel
\set VERBOSITY sqlstate
SET ROLE regress_gd_bob; EXECUTE phones; RESET ROLE;
\set VERBOSITY default
SELECT t.unread('bob', 'SELECT phone FROM pat.stations', :'not_covered', 'who has not asked reads no longer');
SELECT t.request('bob', :stations, '{phone}') AS bobs \gset
SELECT t.unread('bob', 'SELECT phone FROM pat.stations', :'not_covered', 'and asking too late brings nothing back');
SELECT t.reads('carol', 'SELECT count(name) FROM pat.stations', '10', 'who has asked in time reads until the answer');
SET ROLE regress_gd_carol; EXECUTE names; RESET ROLE;
SELECT t.allowed('pat', format('SELECT govdata.refuse_request(%s, ''不属于职责'')', :carols), 'the answer');
SELECT t.unread('carol', 'SELECT name FROM pat.stations', :'not_covered', 'ends it');
\set VERBOSITY sqlstate
SET ROLE regress_gd_carol; EXECUTE names; RESET ROLE;
\set VERBOSITY default

-- ---- an item alone, and changes of mind ----
SELECT t.allowed('pat', format('SELECT govdata.refuse_request(%s, ''不属于职责'')', :bobs), 'bob is refused');
SELECT t.allowed('pat', format('UPDATE govdata.resource SET sharing = ''unconditional'' WHERE id = %s', :stations), 'unconditional again');
SELECT t.reads('mia', 'SELECT count(name || phone) FROM pat.stations', '10', 'mia reads at last');
SELECT t.allowed('pat', format('UPDATE govdata.resource_item SET sharing = ''conditional'' WHERE resource = %s AND name = ''phone''', :stations), 'phones become conditional');
SELECT alike(t.kept(), '%wh_market phone, ja_civil name ended', 'mia keeps phones, and alice not what she read under an authorization only');
SELECT t.reads('mia', 'SELECT count(name || phone) FROM pat.stations', '10', 'and reads them beside what is unconditional');
SELECT t.unread('wes', 'SELECT phone FROM pat.stations', :'not_covered', 'wes does not');
SELECT t.reads('wes', 'SELECT count(name) FROM pat.stations', '10', 'but names');
SELECT t.allowed('pat', format('UPDATE govdata.resource_item SET sharing = NULL WHERE resource = %s AND name = ''phone''', :stations), 'unconditional again');
SELECT alike(t.kept(), '%wh_market phone ended, ja_civil name ended', 'former terms end with that');
SELECT t.entry('pat', :stations, '{phone}') AS entry \gset
SELECT t.unread('mia', 'SELECT phone FROM pat.stations', 'ZW023 %', 'withheld: nobody keeps anything');
SELECT t.val('pat', format('UPDATE govdata.negative_entry SET state = ''lifted'', note = ''依据变更'' WHERE id = %s', :entry)) AS lifted \gset
SELECT t.unread('mia', 'SELECT phone FROM pat.stations', :'not_covered', 'nor afterwards: it is conditional, and was withheld');

-- ---- the limit is a row ----
SELECT t.allowed('superuser', 'UPDATE govdata.time_limit SET effective = ''[2021-04-01,2026-05-03)'' WHERE code = ''continued_reading''', 'the administrator ends the limit');
SELECT t.allowed('superuser', $$INSERT INTO govdata.time_limit (code, article, amount, unit, consequence, effective, basis)
	VALUES ('continued_reading', 16, 5, 'calendar_day', 'takes_effect', '[2026-05-03,)', '本省规定')$$, 'and sets another');
SELECT t.allowed('pat', format('UPDATE govdata.resource SET sharing = ''conditional'' WHERE id = %s', :stations), 'conditional once more');
SELECT is((SELECT string_agg(item || ' ' || (until AT TIME ZONE 'Asia/Shanghai'), ', ' ORDER BY item) FROM govdata.continued_reading WHERE consumer = t.department('wh_market') AND ended_at IS NULL),
	'name 2026-05-09 00:00:00', 'five days, for the names');
SELECT is_empty('SELECT * FROM govdata.verify_journal() WHERE finding NOT IN (''ok'', ''unsealed'')', 'all of it is on record');
SELECT cmp_ok((SELECT count(*) FROM govdata.journal_entry WHERE subject = 'continued_reading'), '>=', 8::bigint, 'in the journal');

-- ---- what is read but not yet written down, in the async mode, counts ----
ALTER SYSTEM SET govdata.access_log = 'async';
SELECT pg_reload_conf() AS reloaded, pg_sleep(0.5) \gset
SELECT is(current_setting('govdata.access_log'), 'async', 'records are written a little later');
SELECT t.resource('wh_police', '派出所二', '{id,name}', 'unconditional') AS second \gset
SELECT code AS second_code FROM govdata.resource WHERE id = :second \gset
CREATE TABLE pat.second (id integer, name text);
ALTER TABLE pat.second OWNER TO regress_gd_wh_police;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.second'')', :'second_code'), 'attached');
SET ROLE regress_gd_carol;
SELECT count(name) FROM pat.second;
SET ROLE regress_gd_pat;
UPDATE govdata.resource SET sharing = 'conditional', sharing_conditions = '履行职责所需' WHERE id = :second;
RESET ROLE;
SELECT is((SELECT string_agg(item, ',') FROM govdata.continued_reading WHERE resource = :second AND consumer = t.department('wh_house')), 'name',
	'the change waits for the record');
ALTER SYSTEM RESET govdata.access_log;
SELECT pg_reload_conf() AS reloaded \gset

\set travel_offset 0
\i :travel
\i :actors_end
