-- Every day of 2010 to 2026, and every n from -15 to 15 (and every 13th from
-- -260 to 260) from each of them, as an independent implementation has it:
-- test/calendar/golden.js.
\getenv srcdir PG_ABS_SRCDIR
\set begin :srcdir '/sql/include/calendar_begin.psql'
\set golden `cat "$PG_ABS_SRCDIR/calendar/golden.csv"`
\i :begin

SELECT plan(11);

CREATE TEMP TABLE golden AS
SELECT make_date(split_part(line, ',', 1)::int, 1, 1) + (i - 1)::int AS day, works = '1' AS works
FROM string_to_table(:'golden', E'\n') WITH ORDINALITY AS l (line, n),
	string_to_table(split_part(line, ',', 2), NULL) WITH ORDINALITY AS d (works, i)
WHERE n > 1 AND line <> '';
-- how many working days come before each day, and which is the k-th
ALTER TABLE golden ADD before int;
UPDATE golden SET before = b FROM (
	SELECT day AS d, count(*) FILTER (WHERE works) OVER (ORDER BY day) - works::int AS b FROM golden) AS s
WHERE day = d;
CREATE TEMP TABLE nth AS SELECT before AS k, day FROM golden WHERE works;
ALTER TABLE golden ADD PRIMARY KEY (day);
ALTER TABLE nth ADD PRIMARY KEY (k);
ANALYZE golden, nth;

SELECT results_eq($$SELECT count(*), min(day), max(day) FROM golden$$,
	$$VALUES (6209::bigint, '2010-01-01'::date, '2026-12-31'::date)$$, 'seventeen years');
SELECT is_empty($$SELECT day FROM golden WHERE day <= '2026-12-28' AND govdata.is_working_day(day) <> works$$,
	'is_working_day() of every day');
SELECT is_empty($$SELECT day FROM golden WHERE (govdata._working_days_left(day - 1, day, 'CN') = 1) <> works$$,
	'and what is estimated of the last three');

-- all that add_working_days() has to answer
CREATE TEMP TABLE answer AS
SELECT g.day, n, r.day AS result
FROM golden AS g, generate_series(-260, 260) AS n, nth AS r
WHERE (n BETWEEN -15 AND 15 OR n % 13 = 0)
	AND r.k = g.before + n - CASE WHEN n > 0 AND NOT g.works THEN 1 ELSE 0 END
	AND g.day <= '2026-12-28' AND r.day <= '2026-12-28';
SELECT cmp_ok(count(*), '>', 410000::bigint, 'more than 410,000 answers') FROM answer;
SELECT is_empty($$SELECT day, n, result, govdata.add_working_days(day, n) FROM answer
	WHERE govdata.add_working_days(day, n) <> result$$, 'add_working_days() of every day and n');
SELECT is_empty($$SELECT day, n FROM answer
	WHERE govdata.deadline((day + time '09:30') AT TIME ZONE 'Asia/Shanghai', n) <>
		(result + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'$$, 'deadline() ends that day');
SELECT is_empty($$SELECT day, n FROM answer,
		govdata._deadline((day + time '23:59') AT TIME ZONE 'Asia/Shanghai', n, 'CN') AS d
	WHERE d.due_on <> result OR d.provisional$$, 'for a case it is the same, and not provisional');
SELECT is_empty($$SELECT a.day, b.day FROM golden AS a, golden AS b
	WHERE a.day <= '2026-12-28' AND b.day <= '2026-12-28' AND (b.day - a.day) % 97 = 0
		AND govdata.working_days_between(a.day, b.day) <>
			b.before + b.works::int - a.before - a.works::int$$, 'working_days_between() of 400,000 pairs');

-- counting there and back
SELECT is_empty($$SELECT day, n FROM answer
	WHERE n > 0 AND govdata.working_days_between(day, govdata.add_working_days(day, n)) <> n$$,
	'between() is the inverse of add() forwards, from any day');
SELECT is_empty($$SELECT day, n FROM answer JOIN golden USING (day)
	WHERE n <= 0 AND works AND govdata.working_days_between(day, govdata.add_working_days(day, n)) <> n$$,
	'and backwards from a working day');
SELECT is_empty($$SELECT day, n FROM answer JOIN golden USING (day)
	WHERE works AND govdata.add_working_days(govdata.add_working_days(day, n), -n) <> day$$,
	'add() is its own inverse from a working day');

SELECT * FROM finish();
