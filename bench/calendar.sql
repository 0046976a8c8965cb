-- Adds working days to the prepared days and prints the seconds.
--
-- psql variable: contestant.  One process for all, so that the ratios do not
-- depend on how many cores happen to be free.
\set ON_ERROR_STOP 1
\pset tuples_only on
\pset format unaligned
SET max_parallel_workers_per_gather = 0;

SELECT :'contestant' = 'builtin' AS builtin, :'contestant' = 'govdata' AS govdata,
	:'contestant' = 'function' AS function \gset
SELECT count(*) FROM bench.day \g /dev/null
SELECT clock_timestamp() AS started \gset
\if :builtin
SELECT count(day + n) FROM bench.day \g /dev/null
\elif :govdata
SELECT count(govdata.add_working_days(day, n)) FROM bench.day \g /dev/null
\elif :function
SELECT count(peer.add_working_days(day, n)) FROM bench.day_sample \g /dev/null
\else
SELECT count(t.day) FROM bench.day d
JOIN peer.calendar_day f ON f.calendar = 'CN' AND f.day = d.day
JOIN peer.calendar_day t ON t.calendar = 'CN' AND t.ordinal = f.ordinal + d.n AND t.working \g /dev/null
\endif
SELECT extract(epoch FROM clock_timestamp() - :'started');
