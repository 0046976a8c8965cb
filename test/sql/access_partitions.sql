\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\set peeking :include '/peeking.psql'
\i :reading

-- Partitions, inheritance, foreign keys and the provider's own ways to its tables.

CREATE TABLE pat.city (id integer, name text, secret text, region integer) PARTITION BY LIST (region);
CREATE TABLE pat.city_100 PARTITION OF pat.city FOR VALUES IN (420100);
CREATE TABLE pat.city_200 PARTITION OF pat.city FOR VALUES IN (420200) PARTITION BY RANGE (id);
CREATE TABLE pat.city_200_a PARTITION OF pat.city_200 FOR VALUES FROM (0) TO (1000);
INSERT INTO pat.city SELECT i, 'name ' || i, 'secret ' || i, CASE WHEN i % 2 = 0 THEN 420100 ELSE 420200 END FROM generate_series(1, 100) AS i;
ALTER TABLE pat.city OWNER TO regress_gd_wh_police;
SELECT format('ALTER TABLE %s OWNER TO regress_gd_wh_police', relid) FROM pg_partition_tree('pat.city') \gexec
SELECT t.resource('wh_police', '市域', '{id,name,region}') AS city \gset
SELECT t.val('pat', format('SELECT govdata.attach_resource(%L, ''pat.city'')', (SELECT code FROM govdata.resource WHERE id = :city))) AS attached \gset
SELECT t.authorize('alice', :city, '{id,name,region}', 'region = 420100') AS a \gset
SELECT t.authorize('bob', :city, '{id,name,region}') AS b \gset

SELECT t.reads('alice', 'SELECT count(*) FROM pat.city', '50', 'through the root: the authorized rows');
SELECT t.reads('bob', 'SELECT count(*) FROM pat.city', '100', 'all of them');
SELECT t.unread('bob', 'SELECT secret FROM pat.city', :'not_an_item', 'and columns');
SELECT t.unread('carol', 'SELECT name FROM pat.city', :'not_covered', 'and readers');
SELECT is(t.val('bob', 'EXPLAIN (COSTS off) SELECT name FROM pat.city WHERE region = 420100'), 'Seq Scan on city_100 city', 'partitions are pruned');

-- ---- attack 15: a partition read directly ----
SELECT t.unread('bob', format('SELECT count(*) FROM %s', p), '42501 %', 'attack 15: no privilege on ' || p) FROM unnest('{pat.city_100,pat.city_200,pat.city_200_a}'::text[]) AS p;
SELECT format('GRANT SELECT ON %s TO govdata_department', relid) FROM pg_partition_tree('pat.city') \gexec
SELECT t.reads('alice', 'SELECT count(*) FROM ' || p, n, 'attack 15: granted by the provider: the filter acts on ' || p) FROM (VALUES ('pat.city_100', '50'), ('pat.city_200', '0'), ('pat.city_200_a', '0')) AS v (p, n);
SELECT t.unread('alice', 'SELECT secret FROM pat.city_100', :'not_an_item', 'attack 15: the columns too');
SELECT t.unread('carol', 'SELECT id FROM ' || p, :'not_covered', 'attack 15: and carol has nothing in ' || p) FROM unnest('{pat.city_100,pat.city_200,pat.city_200_a}'::text[]) AS p;

-- partitions that come later are secured at once
SET ROLE regress_gd_wh_police;
CREATE TABLE pat.city_300 PARTITION OF pat.city FOR VALUES IN (420300);
CREATE TABLE pat.city_400 (LIKE pat.city) PARTITION BY RANGE (id);
CREATE TABLE pat.city_400_a PARTITION OF pat.city_400 FOR VALUES FROM (0) TO (1000);
INSERT INTO pat.city_400 VALUES (401, 'name 401', 'secret 401', 420400);
ALTER TABLE pat.city ATTACH PARTITION pat.city_400 FOR VALUES IN (420400);
CREATE TABLE pat.city_400_b PARTITION OF pat.city_400 FOR VALUES FROM (1000) TO (2000);
GRANT SELECT ON pat.city_300, pat.city_400, pat.city_400_a, pat.city_400_b TO govdata_department;
RESET ROLE;
SELECT is((SELECT count(*) FROM pg_partition_tree('pat.city') JOIN pg_class c ON c.oid = relid WHERE NOT relrowsecurity), 0::bigint, 'attack 15: new partitions get row security at once');
SELECT t.unread('carol', 'SELECT id FROM ' || p, :'not_covered', 'attack 15: nothing to read for carol in the new ' || p) FROM unnest('{pat.city_300,pat.city_400,pat.city_400_a,pat.city_400_b}'::text[]) AS p;
SELECT t.reads('bob', 'SELECT count(*) FROM pat.city', '101', 'attack 15: who may read the whole reads the new partition');
SELECT t.refused('pat', 'ALTER TABLE pat.city_100 DISABLE ROW LEVEL SECURITY', 'ZW017 "city_100" is attached to resource %', 'attack 15: and keep it');
SELECT t.refused('superuser', 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE pat.far PARTITION OF pat.city FOR VALUES IN (420900) SERVER s',
	'ZW017 "far" is attached to resource %', 'a foreign table cannot be a partition');
-- one whose columns stand in another order, and have other numbers
SET ROLE regress_gd_wh_police;
CREATE TABLE pat.city_500 (gone integer, region integer, other integer, secret text, name text, id integer);
ALTER TABLE pat.city_500 DROP COLUMN gone;
ALTER TABLE pat.city_500 DROP COLUMN other;
INSERT INTO pat.city_500 SELECT 420500, 'secret ' || i, 'name ' || i, i FROM generate_series(420090, 420110) AS i;
ALTER TABLE pat.city ATTACH PARTITION pat.city_500 FOR VALUES IN (420500);
GRANT SELECT ON pat.city_500 TO govdata_department;
RESET ROLE;
SELECT t.reads('alice', 'SELECT count(*) FROM pat.city_500', '0', 'attack 15: the filter looks at its own column there');
SELECT t.reads('alice', 'SELECT count(*) FROM pat.city', '50', 'attack 15: as it does through the root');
SELECT t.reads('bob', 'SELECT max(name) FROM pat.city_500', 'name 420110', 'attack 15: who has no filter reads it');
SELECT t.unread('bob', 'SELECT secret FROM pat.city_500', :'not_an_item', 'attack 15: but not its secret, whatever its number');
SELECT t.unread('bob', 'SELECT c FROM pat.city_500 c', :'not_an_item', 'attack 15: nor its whole row');
SELECT t.allowed('pat', 'ALTER TABLE pat.city DETACH PARTITION pat.city_500', 'it leaves');
DROP TABLE pat.city_500;
-- one that leaves keeps row security: nobody's but the owner's
SELECT t.allowed('pat', 'ALTER TABLE pat.city DETACH PARTITION pat.city_400', 'a partition may leave');
SELECT t.reads('bob', 'SELECT count(*) FROM pat.city_400', '0', 'and is then the owner''s alone');
SELECT t.reads('pat', 'SELECT count(*) FROM pat.city', '100', 'the rest is there');

-- ---- attack 16: an unattached parent above an attached child ----
BEGIN;
SET LOCAL govdata.maintenance = on;
SET LOCAL client_min_messages = error;
CREATE TABLE pat.allp (id integer, name text, id_card text, salary numeric, region integer);
ALTER TABLE pat.allp OWNER TO regress_gd_wh_police;
ALTER TABLE pat.people INHERIT pat.allp;
GRANT SELECT ON pat.allp TO PUBLIC;
RESET client_min_messages;
SELECT t.unread(who, 'SELECT ' || c || ' FROM pat.allp', 'ZW020 % The table is read through a parent that is not attached.%', format('attack 16: %s reads %s through the parent', who, c))
	FROM unnest('{alice,bob,carol,nobody}'::text[]) AS who, unnest('{name,id_card,count(*)}'::text[]) AS c;
SELECT t.unread('bob', 'SELECT a.name FROM pat.allp a JOIN pat.people p ON a.id = p.id', 'ZW020 % The table is read through a parent that is not attached.%', 'attack 16: beside the table itself');
SELECT t.unread('bob', 'SELECT name FROM pat.people UNION ALL SELECT name FROM pat.allp', 'ZW020 % The table is read through a parent that is not attached.%', 'attack 16: in a union with the table itself');
SELECT t.reads('pat', 'SELECT count(*) FROM pat.allp', '1000', 'attack 16: the provider may');
-- nor does the planner show values to an operator of the reader's (attack 2)
ANALYZE pat.allp;
\i :peeking
SELECT t.unread('carol', sql, 'ZW020 %', 'attack 16: ' || sql) FROM unnest(ARRAY['SELECT id FROM pat.allp WHERE salary OPERATOR(carol.<<<) 5000',
	'EXPLAIN SELECT id FROM pat.allp WHERE salary OPERATOR(carol.<<<) 5000']) AS sql;
SELECT is((SELECT is_called FROM carol.leaked), false, 'attack 16: no operator saw a value');
ROLLBACK;

-- ---- attack 26: a foreign key asks whether somebody exists ----
GRANT REFERENCES (id) ON pat.people TO regress_gd_carol, regress_gd_bob;
SELECT t.allowed(who, format('CREATE TABLE %1$s.probe (id integer REFERENCES pat.people)', who), 'attack 26: a foreign key of ' || who || '''s') FROM unnest('{carol,bob}'::text[]) AS who;
SELECT t.unread(who, format('INSERT INTO %s.probe VALUES (%s)', who, id), 'ZW020 % The read comes through a function with the rights of another department.%', format('attack 26: %s asks for %s', who, id))
	FROM unnest('{carol,bob}'::text[]) AS who, unnest('{1,5000}'::integer[]) AS id;

CREATE TABLE carol.filled AS SELECT 1 AS id;
ALTER TABLE carol.filled OWNER TO regress_gd_carol;
SELECT t.unread('carol', 'ALTER TABLE carol.filled ADD FOREIGN KEY (id) REFERENCES pat.people', 'ZW020 % The read comes through a function with the rights of another department.%', 'attack 26: a key over rows that are there');
SELECT t.unread('carol', 'ALTER TABLE carol.filled ADD CONSTRAINT later FOREIGN KEY (id) REFERENCES pat.people NOT VALID', 'ok', 'attack 26: one that checks nothing');
SELECT t.unread('carol', sql, 'ZW020 % The read comes through a function with the rights of another department.%', 'attack 26: ' || sql)
	FROM unnest('{ALTER TABLE carol.filled VALIDATE CONSTRAINT later,UPDATE carol.filled SET id = 3}'::text[]) AS sql;
DROP TABLE carol.filled;

-- ---- attack 27: the provider's own tables refer to its people ----
CREATE ROLE regress_gd_etl LOGIN;
SET ROLE regress_gd_wh_police;
CREATE TABLE pat.visit (person integer REFERENCES pat.people ON DELETE CASCADE, day date);
GRANT INSERT, SELECT ON pat.visit TO regress_gd_etl, regress_gd_bob;
RESET ROLE;
GRANT USAGE ON SCHEMA pat TO regress_gd_etl;
SELECT t.allowed('pat', 'INSERT INTO pat.visit VALUES (1, ''2026-03-01'')', 'attack 27: by the provider''s clerk');
SELECT t.allowed('etl', 'INSERT INTO pat.visit VALUES (2, ''2026-03-01'')', 'attack 27: by a loading role without department');
SELECT t.refused('etl', 'INSERT INTO pat.visit VALUES (5000, ''2026-03-01'')', '23503 %', 'attack 27: the key is checked');
SELECT t.unread('bob', 'INSERT INTO pat.visit VALUES (3, ''2026-03-01'')', 'ZW020 %', 'attack 27: another department''s insert would ask who exists');
SELECT t.unread('etl', 'SELECT id FROM pat.people', 'ZW020 % The user belongs to no department.%', 'attack 27: and it reads nothing itself');
SELECT t.allowed('wh_police', 'ALTER TABLE pat.visit DROP CONSTRAINT visit_person_fkey', 'attack 27: the key dropped');
SELECT t.allowed('wh_police', 'ALTER TABLE pat.visit ADD CONSTRAINT visit_person_fkey FOREIGN KEY (person) REFERENCES pat.people ON DELETE CASCADE', 'attack 66: the key added, its first check made by the owner');
SELECT t.allowed('wh_police', 'DELETE FROM pat.people WHERE id = 1', 'attack 27: a cascade');
SELECT is((SELECT count(*) FROM pat.visit), 1::bigint, 'attack 27: which reached the visits');

-- ---- attack 28: an owner without department ----
CREATE ROLE regress_gd_keeper NOLOGIN;
ALTER TABLE pat.people OWNER TO regress_gd_keeper;
CREATE ROLE regress_gd_dba LOGIN IN ROLE regress_gd_keeper;
GRANT USAGE ON SCHEMA pat TO regress_gd_keeper;
SELECT t.reads(who, 'SELECT count(salary) FROM pat.people', '999', 'attack 28: the owner without department reads its own table: ' || who) FROM unnest('{keeper,dba}'::text[]) AS who;
SELECT t.allowed('dba', 'UPDATE pat.people SET salary = 0 WHERE id = 2', 'attack 28: and writes');
GRANT CREATE ON SCHEMA pat TO regress_gd_keeper;
SELECT t.allowed('keeper', 'CREATE MATERIALIZED VIEW pat.summary AS SELECT region, count(*) FROM pat.people GROUP BY region', 'attack 28: its summary');
SELECT t.allowed('dba', 'REFRESH MATERIALIZED VIEW pat.summary', 'attack 28: refreshed');
SELECT t.allowed('superuser', 'REFRESH MATERIALIZED VIEW pat.summary', 'attack 28: refreshed by a superuser');
SELECT t.reads('alice', 'SELECT count(*) FROM pat.people', '100', 'attack 28: departments read as before');
SELECT t.reads('pat', 'SELECT count(salary) FROM pat.people', '999', 'attack 28: and the provider''s clerk all of it');

-- ---- attack 32: replication knows no authorization (see also t/access_attacks.pl) ----
SELECT t.refused('superuser', $$INSERT INTO govdata.department (uscc, name, region, kind, role, data_officer)
	VALUES (t.uscc(901), '复制局', '420100', 'agency', 'regress_gd_replica', 'x')$$, '42704 %', 'no such role yet');
CREATE ROLE regress_gd_replica NOLOGIN REPLICATION;
SELECT t.refused('superuser', $$INSERT INTO govdata.department (uscc, name, region, kind, role, data_officer)
	VALUES (t.uscc(901), '复制局', '420100', 'agency', 'regress_gd_replica', 'x')$$, 'ZW006 %', 'attack 32: no department with REPLICATION');

-- ---- the owner of a partition ----
SET ROLE regress_gd_wh_police;
CREATE TABLE pat.parts (id integer) PARTITION BY LIST (id);
CREATE TABLE pat.part_1 PARTITION OF pat.parts FOR VALUES IN (1);
CREATE TABLE pat.part_2 (id integer);
RESET ROLE;
ALTER TABLE pat.part_1 OWNER TO regress_gd_wh_house;
SELECT t.resource('wh_police', '分区', '{id}', 'unconditional') AS parts \gset
SELECT code AS parts_code FROM govdata.resource WHERE id = :parts \gset
SELECT t.refused('superuser', format('SELECT govdata.attach_resource(%L, ''pat.parts'')', :'parts_code'), 'ZW018 %', 'a partition of another department''s');
ALTER TABLE pat.part_1 OWNER TO regress_gd_wh_police;
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''pat.parts'')', :'parts_code'), 'attached');
SELECT t.refused('superuser', 'ALTER TABLE pat.part_1 OWNER TO regress_gd_wh_house', 'ZW017 %', 'nor given away later');
ALTER TABLE pat.part_2 OWNER TO regress_gd_wh_house;
SELECT t.refused('superuser', 'ALTER TABLE pat.parts ATTACH PARTITION pat.part_2 FOR VALUES IN (2)', 'ZW017 %', 'nor brought along');

\i :actors_end
