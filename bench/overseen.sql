-- Prints, for each question about what is owed and asked in vain, the
-- milliseconds of the middle one of three runs.
\set ON_ERROR_STOP 1
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;

CREATE TEMP TABLE question (role text, kind text, sql text);
INSERT INTO question VALUES
	('bench_office48', 'a department''s duties', 'SELECT count(*) FROM govdata.my_obligation'),
	('bench_office48', 'a department''s duties, whoever it may see', 'SELECT count(*) FROM govdata.obligation'),
	('bench_office1', 'a department''s duties, for the authority', 'SELECT count(*) FROM govdata.obligation WHERE department = 48'),
	('bench_office1', 'everybody''s duties', 'SELECT count(*) FROM govdata.obligation'),
	('bench_office1', 'everybody''s duties in sum', 'SELECT count(*) FROM govdata.obligation_summary'),
	('bench_office48', 'what a department can obtain', 'SELECT count(*) FROM govdata.obtainable(ARRAY(SELECT ''bench_'' || n FROM generate_series(0, 19) n))'),
	('bench_office48', 'a department''s redundant questions', 'SELECT count(*) FROM govdata.redundant_question'),
	('bench_office1', 'everybody''s redundant questions', 'SELECT count(*) FROM govdata.redundant_question');
CREATE FUNCTION pg_temp.ask(role text, sql text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	took double precision[] := '{}';
	started timestamptz;
BEGIN
	PERFORM set_config('role', role, true);
	FOR i IN 1..4 LOOP
		started := clock_timestamp();
		EXECUTE sql;
		took := took || extract(epoch FROM clock_timestamp() - started)::double precision * 1000;
	END LOOP;
	-- the first fills caches
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(took[2:]) t);
END
$$;
SELECT q.kind || '|' || round(pg_temp.ask(q.role, q.sql)::numeric, 3) FROM question q;
