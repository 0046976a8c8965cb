-- Prints, for each kind of question to the catalog, the milliseconds of the
-- middle one of a number of runs, as a department that oversees nobody.
--
-- psql variable: runs.
\set ON_ERROR_STOP 1
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;

CREATE TEMP TABLE question (kind text, sql text);
INSERT INTO question VALUES
	('a department''s page', 'SELECT count(*) FROM (SELECT * FROM govdata.catalog_page(%1$s)) p'),
	('its next page', 'SELECT count(*) FROM (SELECT * FROM govdata.catalog_page(%1$s, %2$L)) p'),
	('a county''s newest entries', 'SELECT count(*) FROM govdata.search_catalog(region => ''420102'')'),
	('a word in half of all entries', 'SELECT count(*) FROM govdata.search_catalog(''信息'')'),
	('a word of two characters, in one of 60', 'SELECT count(*) FROM govdata.search_catalog(''人口'')'),
	('a word of four, in one of 60', 'SELECT count(*) FROM govdata.search_catalog(''疫苗接种'')'),
	('two words, in one of 480', 'SELECT count(*) FROM govdata.search_catalog(''婚姻登记 统计数据'')'),
	('a word in one of 60, in a city', 'SELECT count(*) FROM govdata.search_catalog(''人口'', region => ''420500'')'),
	('the name of a village', 'SELECT count(*) FROM govdata.search_catalog(''保成社区'')'),
	-- in the small catalog that one is in no entry, in the large one in more than a
	-- page: these have as many rows to show in both
	('the name of a village, one row', 'SELECT count(*) FROM govdata.search_catalog(%3$L, page_size => 1)'),
	('the title of an entry, one row', 'SELECT count(*) FROM govdata.search_catalog(%4$L)'),
	('a code, one row', 'SELECT count(*) FROM govdata.search_catalog(%5$L)'),
	('a word in no entry', 'SELECT count(*) FROM govdata.search_catalog(''没有这样'')');
CREATE TEMP TABLE whose AS
SELECT p.id, (SELECT max(code) FROM (SELECT code FROM govdata.resource r WHERE r.provider = p.id ORDER BY code LIMIT 5) f) AS code,
	v.name AS village, r.title, r.code AS entry
FROM bench.provider p, govdata.resource r
JOIN (SELECT name, row_number() OVER (ORDER BY code) - 1 AS k FROM bench.village) v ON v.k = (r.id * 104729) % (SELECT n FROM bench.place LIMIT 1)
WHERE p.k = 100 AND r.id = 4242;

CREATE FUNCTION pg_temp.ask(sql text, runs integer) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	took double precision[] := '{}';
	started timestamptz;
BEGIN
	FOR i IN 1..runs + 3 LOOP
		started := clock_timestamp();
		EXECUTE sql;
		took := took || extract(epoch FROM clock_timestamp() - started)::double precision * 1000;
	END LOOP;
	-- the first runs fill caches
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(took[4:]) t);
END
$$;
GRANT SELECT ON question, whose TO PUBLIC;
GRANT USAGE ON SCHEMA bench TO PUBLIC;
SET ROLE bench_office8;
SELECT q.kind || '|' || round(pg_temp.ask(format(q.sql, w.id, w.code, w.village, w.title, w.entry), :runs)::numeric, 3) FROM question q, whose w;
