\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Ways around: through the end of a transaction, the planner's and the executor's
-- own evaluation, and locks that are asked for before the right to them.
SET client_min_messages = warning;
GRANT CREATE ON SCHEMA carol TO PUBLIC;
CREATE SEQUENCE carol.told MINVALUE 0 START 0;
GRANT ALL ON SEQUENCE carol.told TO PUBLIC;
CREATE FUNCTION carol.one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION carol.one() OWNER TO regress_gd_carol;
CREATE TABLE carol.loot (v text);
ALTER TABLE carol.loot OWNER TO regress_gd_carol;
GRANT INSERT, SELECT ON carol.loot TO PUBLIC;

-- ---- a procedure that ends the transaction is still carol's ----
CREATE PROCEDURE carol.take() LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
	ROLLBACK;
	FOR r IN SELECT id, name FROM pat.people LIMIT 3 LOOP
		INSERT INTO carol.loot VALUES (r.id || ' ' || r.name);
	END LOOP;
	COMMIT;
END $$;
ALTER PROCEDURE carol.take() OWNER TO regress_gd_carol;
SELECT t.val('carol', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{id,id_card}'', ''办理低保'', ''2026-12-31'') RETURNING id', :people)) AS asked \gset
CREATE PROCEDURE carol.consent() LANGUAGE plpgsql AS $$
BEGIN
	COMMIT;
	ROLLBACK;
	PERFORM govdata.approve_request((SELECT max(id) FROM govdata.share_request));
	COMMIT;
END $$;
ALTER PROCEDURE carol.consent() OWNER TO regress_gd_carol;
CREATE PROCEDURE carol.leave() LANGUAGE plpgsql AS $$ BEGIN ROLLBACK; CREATE TABLE carol.gift (v text); END $$;
ALTER PROCEDURE carol.leave() OWNER TO regress_gd_carol;
\set VERBOSITY terse
SET SESSION AUTHORIZATION regress_gd_alice;
CALL carol.take();
CALL carol.leave();
SET SESSION AUTHORIZATION regress_gd_pat;
CALL carol.consent();
RESET SESSION AUTHORIZATION;
\set VERBOSITY default
SELECT is_empty('SELECT v FROM carol.loot', 'what a procedure of another department reads after its ROLLBACK is refused');
SELECT is((SELECT state FROM govdata.share_request WHERE id = :asked), 'submitted', 'and so is what it decides');
-- one's own goes on reading, and the next statement of a session is nobody else's
CREATE PROCEDURE alice.count() LANGUAGE plpgsql AS $$ DECLARE n integer; BEGIN ROLLBACK; SELECT count(name) INTO n FROM pat.people; RAISE WARNING '%', n; COMMIT; END $$;
ALTER PROCEDURE alice.count() OWNER TO regress_gd_alice;
SET SESSION AUTHORIZATION regress_gd_alice;
CALL alice.count();
SELECT count(name) FROM pat.people;
RESET SESSION AUTHORIZATION;

-- ---- what is evaluated before the function is called ----
SELECT t.refused('carol', sql, 'ZW006 % must not call a function of somebody else that acts or runs statements', sql) FROM unnest(ARRAY[
	'CREATE FUNCTION carol.f(x xml DEFAULT query_to_xml(''select id, name from pat.people'', true, false, '''')) RETURNS integer LANGUAGE sql AS ''SELECT 1''',
	'CREATE FUNCTION carol.f(x xml DEFAULT table_to_xml(''pat.people'', true, false, '''')) RETURNS integer LANGUAGE sql AS ''SELECT 1''',
	'CREATE PROCEDURE carol.f(x xml DEFAULT query_to_xml(''select govdata.approve_request(1)'', true, false, '''')) LANGUAGE sql AS ''SELECT 1''',
	'CREATE FUNCTION carol.f(x text DEFAULT set_config(''role'', ''none'', false)) RETURNS integer LANGUAGE sql AS ''SELECT 1''',
	'CREATE DOMAIN carol.d AS text CHECK (table_to_xml(''pat.people'', true, false, '''')::text LIKE ''%10%'')']) AS sql;
SELECT t.allowed('carol', 'CREATE FUNCTION carol.f(a timestamptz DEFAULT now(), b uuid DEFAULT gen_random_uuid(), c date DEFAULT current_date, d bigint DEFAULT nextval(''carol.told''), e text DEFAULT to_char(clock_timestamp(), ''YYYY''), f integer DEFAULT carol.one()) RETURNS integer LANGUAGE sql AS ''SELECT 1''', 'usual defaults');
SELECT t.allowed('alice', 'SELECT carol.f()', 'are used');
SELECT setval('carol.told', 0) AS untold \gset

-- ---- a branch of UNION ALL ----
CREATE FUNCTION carol.spy(v integer) RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM setval('carol.told', v); RETURN v; END $$;
ALTER FUNCTION carol.spy(integer) OWNER TO regress_gd_carol;
CREATE DOMAIN carol.heard AS integer CHECK (carol.spy(VALUE) > 0);
ALTER DOMAIN carol.heard OWNER TO regress_gd_carol;
SELECT t.unread('alice', sql, 'ZW033 reading resource % is refused A function or domain of another department%', sql) FROM unnest(ARRAY[
	'SELECT 1 UNION ALL SELECT carol.spy(id) FROM pat.people',
	'SELECT 1 UNION ALL SELECT id::carol.heard FROM pat.people',
	'SELECT 1 UNION ALL (SELECT 2 UNION ALL SELECT carol.spy(id) FROM pat.people)',
	'SELECT (SELECT max(v) FROM (SELECT 1 AS v UNION ALL SELECT carol.spy(id) FROM pat.people) s)',
	'SELECT v FROM (SELECT 1 AS v UNION ALL SELECT carol.spy(id) FROM pat.people) s WHERE v > 0',
	'WITH w AS (SELECT 1 AS v UNION ALL SELECT carol.spy(id) FROM pat.people) SELECT * FROM w']) AS sql;
SELECT t.unread('pat', 'SELECT 1 UNION ALL SELECT carol.spy(id) FROM pat.people', 'ZW033 %', 'nor may the provider''s clerk tell her');
SELECT is((SELECT last_value FROM carol.told), 0::bigint, 'carol was told nothing');
SELECT t.reads('alice', 'SELECT count(*) FROM (SELECT 1 UNION ALL SELECT id FROM pat.people) s', '101', 'a branch that calls nobody else''s is read');

-- ---- what a statement evaluates while it starts ----
CREATE VIEW carol.other WITH (security_invoker) AS SELECT min(id) AS x FROM pat.people;
CREATE TABLE carol.keys (key integer) PARTITION BY LIST (key);
SELECT format('CREATE TABLE carol.k%s PARTITION OF carol.keys FOR VALUES IN (%s)', n, n) FROM generate_series(10, 12) n \gexec
INSERT INTO carol.keys VALUES (10), (11), (12);
CREATE VIEW carol.trap AS SELECT key FROM carol.keys WHERE setval('carol.told', key) > 0 AND
	key = ((xpath('//x/text()', table_to_xml((xmlserialize(content xmlparse(content 'carol.other') AS text))::regclass, true, false, '')))[1])::text::int;
SELECT format('ALTER TABLE carol.%I OWNER TO regress_gd_carol', name) FROM unnest('{keys,k10,k11,k12,other,trap}'::text[]) name \gexec
GRANT SELECT ON carol.other, carol.keys, carol.trap TO PUBLIC;
SELECT t.unread('alice', 'SELECT * FROM carol.trap', 'ZW020 %', 'the keys of partitions are part of the statement that looks for them');
SELECT is((SELECT last_value FROM carol.told), 0::bigint, 'and tell nobody');

-- ---- a plan that is printed after it was looked at ----
CREATE FUNCTION alice.on() RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM set_config('debug_print_plan', 'on', false); RETURN 0; END $$;
ALTER FUNCTION alice.on() OWNER TO regress_gd_alice;
SET SESSION AUTHORIZATION regress_gd_alice;
\set VERBOSITY terse
SET client_min_messages = log;
SELECT count(id) FROM pat.people WHERE id > alice.on();
SET debug_print_plan = off;
SET client_min_messages = warning;
SELECT count(id) FROM pat.people WHERE id > alice.on();
SET debug_print_plan = off;
\set VERBOSITY default
RESET SESSION AUTHORIZATION;

-- auto_explain prints as well, to the log, and to whoever listens: not of filtered rows
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_analyze = on;
SET ROLE regress_gd_alice;
\set VERBOSITY terse
SET client_min_messages = log;
SELECT count(id) FROM pat.people;
PREPARE kept AS SELECT count(id) FROM pat.people;
SET client_min_messages = warning;
EXECUTE kept;
SET client_min_messages = log;
EXECUTE kept;
SELECT count(id), length(max(set_config('client_min_messages', 'log', false))) FROM pat.people;
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM pat.people;
MOVE ALL IN c;
CLOSE c;
COMMIT;
SET client_min_messages = warning;
RESET ROLE;
SET auto_explain.log_level = notice;
SET ROLE regress_gd_alice;
SELECT count(id) FROM pat.people;
\set VERBOSITY default
RESET ROLE;
RESET auto_explain.log_level;
RESET auto_explain.log_min_duration;

-- ---- locks that hold up others ----
CREATE INDEX keys_key_idx ON carol.keys (key);
CREATE VIEW carol.v AS SELECT * FROM govdata.share_request;
CREATE VIEW carol.w AS SELECT 1 AS x WHERE EXISTS (SELECT FROM carol.v);
ALTER VIEW carol.v OWNER TO regress_gd_carol;
ALTER VIEW carol.w OWNER TO regress_gd_carol;
SELECT t.refused('carol', format('LOCK TABLE carol.%I IN ACCESS EXCLUSIVE MODE', v), 'ZW032 table "' || v || '" cannot be locked against others', 'LOCK TABLE reaches through views: ' || v) FROM unnest('{v,w}'::text[]) v;
SELECT t.allowed('carol', 'LOCK TABLE carol.v IN ROW SHARE MODE', 'weakly');
SELECT t.allowed('carol', 'CREATE TABLE carol.parted (LIKE govdata.access_record) PARTITION BY RANGE (at)', 'a table of her own');
SELECT t.allowed('carol', 'CREATE TABLE carol.child (LIKE pat.people)', 'and another');
SELECT t.allowed('carol', 'CREATE FUNCTION carol.t() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''', 'and a trigger');
-- asked for by name, so that nobody waits for the lock that the server would take first
SELECT t.refused('carol', sql, '42501 must be owner of table ' || name, sql)
FROM (VALUES
	('ALTER TABLE carol.parted ATTACH PARTITION govdata.share_request FOR VALUES FROM (''2030-01-01'') TO (''2030-02-01'')', 'share_request'),
	('ALTER TABLE carol.parted ATTACH PARTITION pat.people FOR VALUES FROM (''2030-01-01'') TO (''2030-02-01'')', 'people'),
	('ALTER TABLE carol.child INHERIT govdata.share_request', 'share_request'),
	('CREATE TABLE carol.heir () INHERITS (pat.people)', 'people'),
	('CREATE TABLE carol.part PARTITION OF govdata.access_record FOR VALUES FROM (''2030-01-01'') TO (''2030-02-01'')', 'access_record'),
	('CREATE TABLE carol.ref (r bigint REFERENCES govdata.share_request)', 'share_request'),
	('CREATE TABLE carol.ref (r bigint, FOREIGN KEY (r) REFERENCES govdata.share_request)', 'share_request'),
	('ALTER TABLE carol.child ADD FOREIGN KEY (id) REFERENCES pat.people', 'people'),
	('ALTER TABLE carol.child ADD COLUMN r bigint REFERENCES govdata.share_request', 'share_request'),
	('CREATE TRIGGER t AFTER INSERT ON govdata.share_request FOR EACH ROW EXECUTE FUNCTION carol.t()', 'share_request'),
	('CREATE TRIGGER t AFTER INSERT ON pat.people FOR EACH ROW EXECUTE FUNCTION carol.t()', 'people'),
	('CREATE CONSTRAINT TRIGGER t AFTER INSERT ON carol.child FROM pat.people FOR EACH ROW EXECUTE FUNCTION carol.t()', 'people'),
	('CREATE RULE r AS ON INSERT TO govdata.share_request DO ALSO NOTHING', 'share_request'),
	('CREATE RULE r AS ON INSERT TO pat.people DO ALSO NOTHING', 'people'),
	('ALTER INDEX pat.people_pkey DEPENDS ON EXTENSION plpgsql', 'people'),
	('ALTER INDEX govdata.share_request_pkey DEPENDS ON EXTENSION plpgsql', 'share_request'),
	('ALTER INDEX carol.keys_key_idx ATTACH PARTITION pat.people_pkey', 'people'),
	('CREATE STATISTICS carol.s ON id, name FROM pat.people', 'people')) AS v (sql, name);
CREATE TABLE carol.codes (code integer PRIMARY KEY);
CREATE TABLE pat.coded (id integer, code integer REFERENCES carol.codes);
CREATE TABLE pat.carols (id integer);
ALTER TABLE carol.codes OWNER TO regress_gd_carol;
ALTER TABLE pat.carols OWNER TO regress_gd_carol;
ALTER TABLE pat.coded OWNER TO regress_gd_wh_police;
SELECT t.resource('wh_police', '编码', '{id,code}') AS coded \gset
SELECT code AS coded_code FROM govdata.resource WHERE id = :coded \gset
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.coded'')', :'coded_code'), 'a table that refers to carol''s');
SELECT t.refused('carol', 'TRUNCATE carol.codes CASCADE', '42501 must be owner of table coded', 'TRUNCATE ... CASCADE');
SELECT t.refused('carol', 'ALTER TABLE pat.carols REPLICA IDENTITY USING INDEX people_pkey', '42501 must be owner of table people', 'REPLICA IDENTITY by another''s index');
-- what is one's own stays so
SELECT t.allowed('carol', sql, sql) FROM unnest(ARRAY[
	'SET LOCAL search_path = carol, pat; CREATE TABLE people (id integer PRIMARY KEY, boss integer REFERENCES people); DROP TABLE carol.people; RESET search_path',
	'SET LOCAL search_path = pat; CREATE TEMP TABLE people (id integer PRIMARY KEY, boss integer REFERENCES people); DROP TABLE people; RESET search_path',
	'CREATE TABLE carol.top (id integer PRIMARY KEY); CREATE TABLE carol.below (id integer REFERENCES carol.top); TRUNCATE carol.top CASCADE; DROP TABLE carol.top, carol.below',
	'CREATE VIEW carol.va AS SELECT 1 AS x; CREATE VIEW carol.vb AS SELECT x FROM carol.va; CREATE OR REPLACE VIEW carol.va AS SELECT x FROM carol.vb; LOCK TABLE carol.va IN SHARE MODE']) AS sql;

-- ---- the end of an attachment, by a clerk who does not own the table ----
CREATE TABLE public.kept (id integer, name text);
INSERT INTO public.kept VALUES (1, 'a');
SELECT t.resource('wh_police', '另一', '{id,name}', 'unconditional') AS kept \gset
SELECT code AS kept_code FROM govdata.resource WHERE id = :kept \gset
ALTER TABLE public.kept OWNER TO regress_gd_wh_police;
GRANT USAGE ON SCHEMA public TO govdata_department;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''public.kept'')', :'kept_code'), 'attached');
CREATE ROLE regress_gd_keeper;
ALTER TABLE public.kept OWNER TO regress_gd_keeper;
SELECT t.reads('carol', 'SELECT name FROM public.kept', 'a', 'read');
SELECT t.allowed('pat', format('SELECT govdata.detach_resource(%L)', :'kept_code'), 'detached');
SELECT is(has_table_privilege('regress_gd_carol', 'public.kept', 'SELECT'), false, 'what was granted to be judged is taken back, whoever owns the table');
-- what somebody grants by hand is found
GRANT SELECT ON public.kept TO govdata_department;
SELECT is((SELECT state || ': ' || (detail LIKE '%public.kept%' OR detail LIKE '%kept%') FROM govdata.doctor() WHERE item = 'unattached grants'), 'warning: true', 'doctor() names tables that are granted and not attached');
REVOKE SELECT ON public.kept FROM govdata_department;
SELECT is((SELECT state FROM govdata.doctor() WHERE item = 'unattached grants'), 'ok', 'or that there is none');

-- ---- how much was read before a cursor was given up ----
SET SESSION AUTHORIZATION regress_gd_alice;
SET govdata.purpose = '办理低保';
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM pat.people ORDER BY id;
FETCH 7 FROM c \g /dev/null
FETCH 5 FROM c \g /dev/null
ROLLBACK;
SELECT count(id) FROM pat.people;
RESET SESSION AUTHORIZATION;
SELECT is((SELECT array_agg(row_count || ' ' || completed ORDER BY boot DESC, seq DESC) FROM (SELECT * FROM govdata.access_log WHERE row_count > 1 AND purpose = '办理低保' ORDER BY boot DESC, seq DESC LIMIT 1) l),
	'{"12 false"}', 'the rows of the fetches are on record, and that there may have been more');

-- ---- what a refusal says to do ----
SELECT t.authorize('alice', :people, '{id}') AS second \gset
SET SESSION AUTHORIZATION regress_gd_alice;
SELECT id FROM pat.people;
RESET SESSION AUTHORIZATION;
SELECT t.allowed('pat', format('SELECT govdata.suspend_authorization(%s, ''incident'', ''reason'')', id), 'suspended') FROM unnest(ARRAY[:second, :alice_authorization]) AS id ORDER BY id;
SET SESSION AUTHORIZATION regress_gd_alice;
SELECT id FROM pat.people;
RESET SESSION AUTHORIZATION;
SELECT t.allowed('pat', format('SELECT govdata.revoke_authorization(%s, ''purpose_ended'', ''reason'')', id), 'revoked') FROM unnest(ARRAY[:second, :alice_authorization]) AS id ORDER BY id;
SET SESSION AUTHORIZATION regress_gd_alice;
SELECT id FROM pat.people;
SET SESSION AUTHORIZATION regress_gd_dave;
SELECT id FROM pat.people;
RESET SESSION AUTHORIZATION;
CREATE ROLE regress_gd_stray LOGIN;
GRANT USAGE ON SCHEMA pat TO regress_gd_stray;
GRANT SELECT ON pat.people TO regress_gd_stray;
SET SESSION AUTHORIZATION regress_gd_stray;
SELECT id FROM pat.people;
RESET SESSION AUTHORIZATION;

\i :actors_end
