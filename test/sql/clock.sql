\getenv srcdir PG_ABS_SRCDIR
\set begin :srcdir '/sql/include/calendar_begin.psql'
\set travel :srcdir '/sql/include/travel.psql'
\i :begin

SELECT no_plan();

-- how far the clock is from the actual time, in whole seconds
CREATE FUNCTION pg_temp.ahead() RETURNS numeric
LANGUAGE sql AS $$
	SELECT round(extract(epoch FROM govdata.clock() - clock_timestamp()))
$$;

-- at home
SELECT is(pg_temp.ahead(), 0::numeric, 'without an offset the clock is the actual time');
SELECT ok(govdata.as_of() BETWEEN statement_timestamp() - interval '1 ms' AND statement_timestamp() + interval '1 ms',
	'as_of() is the start of the statement');
SELECT isnt(statement_timestamp(), govdata.clock(), 'clock() is not');
BEGIN;
SELECT pg_sleep(0.05) \g /dev/null
SELECT cmp_ok(govdata.clock(), '>=', now() + interval '50 ms', 'clock() goes on within a transaction');
SELECT cmp_ok(govdata.as_of(), '>=', now() + interval '50 ms', 'so does as_of(), from statement to statement');
COMMIT;
SELECT is(count(DISTINCT at), 1::bigint, 'as_of() stands still within a statement')
FROM (SELECT govdata.as_of() AS at, pg_sleep(0.002) FROM generate_series(1, 5)) AS s;

-- travelling
\set travel_offset '10 days 12:30:00'
\i :travel
SELECT is(pg_temp.ahead(), 10 * 86400 + 12.5 * 3600, 'the offset moves clock()');
SELECT is(round(extract(epoch FROM govdata.as_of() - statement_timestamp())), 10 * 86400 + 12.5 * 3600,
	'and as_of()');
\set travel_offset '-36 hours'
\i :travel
SELECT is(pg_temp.ahead(), -36 * 3600::numeric, 'also into the past');
SET IntervalStyle = sql_standard;
\set travel_offset '-1 day +02:00'
\i :travel
SELECT is(pg_temp.ahead(), -22 * 3600::numeric, 'signs mean the same whatever the IntervalStyle');
RESET IntervalStyle;
\set travel_to '2026-02-14 23:59:30+08'
\i :travel
SELECT ok(govdata.clock() BETWEEN '2026-02-14 23:59:30+08' AND '2026-02-14 23:59:40+08', 'to an instant');
SELECT is(govdata.legal_date(), '2026-02-14'::date, 'legal_date() is the date there');

-- what is no offset is refused and changes nothing
\set ECHO queries
ALTER SYSTEM SET govdata.clock_offset = '1 month';
ALTER SYSTEM SET govdata.clock_offset = '1 year 2 days';
ALTER SYSTEM SET govdata.clock_offset = 'tomorrow';
ALTER SYSTEM SET govdata.clock_offset = '';
ALTER SYSTEM SET govdata.clock_offset = 'infinity';
ALTER SYSTEM SET govdata.clock_offset = '40000 days';
ALTER SYSTEM SET govdata.clock_offset = '99999999999999 hours';
\set ECHO none
SELECT is(pg_temp.complaint($$SET govdata.clock_offset = '1 day'$$),
	'55P02 | parameter "govdata.clock_offset" cannot be changed now', 'no session moves the clock');
SELECT is(pg_temp.complaint($$SET govdata.timezone = 'UTC'$$),
	'55P02 | parameter "govdata.timezone" cannot be changed without restarting the server',
	'nor the legal time zone');
\set travel_offset 0
\i :travel
SELECT is(pg_temp.ahead(), 0::numeric, 'home again');
ALTER SYSTEM RESET govdata.clock_offset;

-- the legal time zone, not the session's
SELECT is(current_setting('govdata.timezone'), 'Asia/Shanghai', 'the legal time zone is that of Beijing');
SET TimeZone = 'PST8PDT';
SELECT is(govdata.legal_date('2025-12-31 15:59:59.999999Z'), '2025-12-31'::date, 'before midnight, seen from California');
SELECT is(govdata.legal_date('2025-12-31 16:00Z'), '2026-01-01'::date, 'at midnight, seen from California');
SET TimeZone = 'Pacific/Kiritimati';
SELECT is(govdata.legal_date('2025-12-31 15:59:59.999999Z'), '2025-12-31'::date, 'before midnight, seen from Kiritimati');
SELECT is(govdata.legal_date('2025-12-31 16:00Z'), '2026-01-01'::date, 'at midnight, seen from Kiritimati');
SELECT is(govdata.legal_date('1988-07-01 15:30Z'), '1988-07-02'::date, 'summer time of 1988 is known');
RESET TimeZone;
SELECT is(pg_temp.complaint($$SELECT govdata.legal_date('infinity')$$), '22008 | an infinite time has no date | Give a time with year, month and day.', 'infinity');
SELECT is(govdata.legal_date(NULL), NULL, 'null');

-- as_of() is worth an index, clock() could not be
CREATE TEMP TABLE due AS SELECT now() + i * interval '1 hour' AS due_at FROM generate_series(1, 5000) AS i;
CREATE INDEX ON due (due_at);
ANALYZE due;
CREATE FUNCTION pg_temp.plan_of(sql text) RETURNS SETOF text
LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || sql; END $$;
SELECT ok(string_agg(p, E'\n') LIKE '%Index Cond%', 'a scan for what is due uses the index')
FROM pg_temp.plan_of('SELECT * FROM due WHERE due_at <= govdata.as_of()') AS p;

SELECT * FROM finish();
