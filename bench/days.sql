-- Days, and numbers of working days to add.  psql variables: rows, sample.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;

CREATE TABLE bench.day AS
SELECT date '2010-01-01' + (i * 7919 % 6000)::integer AS day, (1 + i % 20)::integer AS n
FROM generate_series(1, :rows::bigint) AS i;
CREATE TABLE bench.day_sample AS SELECT * FROM bench.day LIMIT :sample;
VACUUM (FREEZE, ANALYZE) bench.day, bench.day_sample;

-- all three must agree before anybody's speed matters
SELECT 1 / (count(*) = 0)::integer FROM bench.day_sample
WHERE govdata.add_working_days(day, n) IS DISTINCT FROM peer.add_working_days(day, n) \g /dev/null
SELECT 1 / (count(*) = :sample)::integer FROM bench.day_sample d
JOIN peer.calendar_day f ON f.calendar = 'CN' AND f.day = d.day
JOIN peer.calendar_day t ON t.calendar = 'CN' AND t.ordinal = f.ordinal + d.n AND t.working
	AND t.day = govdata.add_working_days(d.day, d.n) \g /dev/null
