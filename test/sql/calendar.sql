\getenv srcdir PG_ABS_SRCDIR
\set begin :srcdir '/sql/include/calendar_begin.psql'
\i :begin

SELECT no_plan();

-- Beijing time, in the tests only
CREATE FUNCTION pg_temp.at(local timestamp) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT local AT TIME ZONE 'Asia/Shanghai' $$;

-- ---- what is shipped ----
SELECT is(count(*), 645::bigint, 'every day that a notice names') FROM govdata.calendar_day WHERE builtin;
SELECT is(count(*), 22::bigint, 'of 22 notices') FROM govdata.calendar_notice WHERE builtin;
SELECT is(string_agg(DISTINCT year::text, ' ' ORDER BY year::text),
	'2008 2009 2010 2011 2012 2013 2014 2015 2016 2017 2018 2019 2020 2021 2022 2023 2024 2025 2026',
	'for nineteen years') FROM govdata.calendar_notice WHERE builtin;
SELECT is_empty($$SELECT a.notice, b.notice FROM govdata.calendar_notice AS a JOIN govdata.calendar_notice AS b
	ON a.year < b.year AND a.signed_on >= b.signed_on$$, 'a later year was signed later');
SELECT is_empty($$SELECT d.day, d.notice FROM govdata.calendar_day AS d JOIN govdata.calendar_notice AS n USING (calendar, notice)
	WHERE n.signed_on >= d.day$$, 'no notice came after its days');
SELECT is(govdata.working_days_between(make_date(y - 1, 12, 31), make_date(y, 12, 31)), n, format('working days of %s', y))
FROM (VALUES (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248)) AS v (y, n);
SELECT is(govdata._working_days_left('2025-12-31', '2026-12-31', 'CN'), 248, 'working days of 2026, whose end is estimated');

-- ---- ten receipts worth knowing ----
CREATE TEMP TABLE edge (receipt date, third date, tenth date, provisional boolean);
INSERT INTO edge VALUES
	('2025-01-20', '2025-01-23', '2025-02-08', false),
	('2025-04-25', '2025-04-29', '2025-05-13', false),
	('2025-09-26', '2025-09-30', '2025-10-16', false),
	('2026-02-13', '2026-02-25', '2026-03-05', false),
	('2026-02-14', '2026-02-26', '2026-03-06', false),
	('2026-04-24', '2026-04-29', '2026-05-12', false),
	('2026-09-18', '2026-09-22', '2026-10-09', false),
	('2026-10-01', '2026-10-10', '2026-10-20', false),
	('2026-12-16', '2026-12-21', '2026-12-30', true),
	('2026-12-18', '2026-12-23', '2027-01-04', true);
SELECT is(govdata.add_working_days(receipt, 3), third, format('%s + 3', receipt)) FROM edge ORDER BY receipt;
SELECT is(govdata.add_working_days(receipt, 10), tenth, format('%s + 10', receipt)) FROM edge WHERE NOT provisional ORDER BY receipt;
SELECT throws_ok(format('SELECT govdata.add_working_days(%L, 10)', receipt), 'ZW000', NULL, format('%s + 10 is not known yet', receipt))
FROM edge WHERE provisional ORDER BY receipt;
SELECT is((due_on, d.provisional), (tenth, e.provisional), format('%s + 10 for a case', receipt))
FROM edge AS e, govdata._deadline(pg_temp.at(receipt + time '12:00'), 10, 'CN') AS d ORDER BY receipt;

-- ---- counting ----
SELECT is(govdata.add_working_days('2026-02-17', 0), '2026-02-24'::date, 'n = 0 on a holiday: the next working day');
SELECT is(govdata.add_working_days('2026-02-14', 0), '2026-02-14'::date, 'n = 0 on a make-up Saturday: that day');
SELECT is(govdata.add_working_days('2026-02-24', -1), '2026-02-14'::date, 'n = -1 over the Spring Festival');
SELECT is(govdata.add_working_days('2026-02-21', -1), '2026-02-14'::date, 'n = -1 from within it');
SELECT is(govdata.working_days_between('2026-02-14', '2026-02-24'), 1, 'the first day is not counted, the last is');
SELECT is(govdata.working_days_between('2026-02-24', '2026-02-14'), -1, 'backwards it is negative');
SELECT is(govdata.working_days_between('1800-01-01', '1800-01-01'), 0, 'between a day and itself there is none, wherever');
SELECT ok(govdata.is_working_day('2026-02-14'), 'a make-up Saturday works');
SELECT ok(NOT govdata.is_working_day('2026-02-16'), 'a Monday of the Spring Festival does not');
SELECT is(govdata.add_working_days('2007-12-31', 1), '2008-01-02'::date, 'the day that is counted from need not be known');

-- the extension of the Spring Festival of 2020 and the fourth day of May 2019 came later and won
SELECT is(array_agg(govdata.is_working_day(d::date)), ARRAY[false, false, false, true], '31 January to 3 February 2020')
FROM generate_series('2020-01-31'::timestamp, '2020-02-03', '1 day') AS d;
SELECT is(govdata.is_working_day('2019-05-05'), true, '5 May 2019');

-- ---- time of day and time zones ----
SET TimeZone = 'PST8PDT';
SELECT is(govdata.deadline('2026-02-13 00:00+08', 1), '2026-02-15 00:00+08'::timestamptz, 'received as the day begins');
SELECT is(govdata.deadline('2026-02-13 23:59:59.999999+08', 1), '2026-02-15 00:00+08'::timestamptz, 'received as it ends');
SELECT is(govdata.deadline('2026-02-14 00:00+08', 1), '2026-02-25 00:00+08'::timestamptz, 'a microsecond later');
SELECT is(govdata.deadline('2026-02-14 00:01+08', 0), '2026-02-15 00:00+08'::timestamptz, 'n = 0 ends the same day');
SELECT is((SELECT due_at FROM govdata._deadline('2026-02-13 23:59+08', 1, 'CN')), '2026-02-15 00:00+08'::timestamptz, 'also for a case');
RESET TimeZone;

-- ---- what cannot be answered ----
SELECT is(pg_temp.complaint($$SELECT govdata.add_working_days('2026-12-18', 10)$$),
	'ZW000 | calendar "CN" has no notice for the year 2027 | '
	'Whether 2026-12-29 is a working day is not known: the notice of a year may reach back to 29 December of the year before. | '
	'Enter the notice into govdata.calendar_notice (calendar, year, notice, signed_on) and the days it names into govdata.calendar_day.',
	'the end of the last year');
SELECT is(pg_temp.complaint($$SELECT govdata.is_working_day('2027-05-06')$$),
	'ZW000 | calendar "CN" has no notice for the year 2027 | Whether 2027-05-06 is a working day is not known. | '
	'Enter the notice into govdata.calendar_notice (calendar, year, notice, signed_on) and the days it names into govdata.calendar_day.',
	'the year after');
SELECT alike(pg_temp.complaint(sql), expected, sql) FROM (VALUES
	($$SELECT govdata.is_working_day('2007-12-31')$$, 'ZW000 | calendar "CN" has no notice for the year 2007 |%'),
	($$SELECT govdata.is_working_day('1999-01-04')$$, 'ZW000 | calendar "CN" has no notice for the year 1999 |%'),
	($$SELECT govdata.is_working_day('9999-01-04')$$, 'ZW000 | calendar "CN" has no notice for the year 9999 |%'),
	($$SELECT govdata.is_working_day('infinity')$$, '22008 | an infinite date is not in any calendar |%'),
	($$SELECT govdata.is_working_day('2026-01-05', 'XX')$$, '42704 | calendar "XX" does not exist |%'),
	($$SELECT govdata.is_working_day('2026-01-05', '')$$, '42704 | calendar "" does not exist |%'),
	($$SELECT govdata.is_working_day('2026-01-05', repeat('x', 5000))$$, '42704 | calendar "xxx%'),
	($$SELECT govdata.add_working_days('2026-12-28', 1)$$, 'ZW000 | calendar "CN" has no notice for the year 2027 |%'),
	($$SELECT govdata.add_working_days('2026-12-29', -1)$$, '%'),
	($$SELECT govdata.add_working_days('2026-12-29', 0)$$, 'ZW000 | calendar "CN" has no notice for the year 2027 |%'),
	($$SELECT govdata.add_working_days('2008-01-02', -1)$$, 'ZW000 | calendar "CN" has no notice for the year 2007 |%'),
	($$SELECT govdata.add_working_days('2026-01-05', 300)$$, 'ZW000 | calendar "CN" has no notice for the year 2027 |%'),
	($$SELECT govdata.add_working_days('2026-01-05', 100000)$$,
		'22003 | working day 100000 from 2026-01-05 lies beyond calendar "CN" | The calendar knows the days from 2008-01-01 to 2026-12-28. |%'),
	($$SELECT govdata.add_working_days('2026-01-05', 2147483647)$$, '22003 | working day 2147483647 from 2026-01-05 lies beyond %'),
	($$SELECT govdata.add_working_days('2026-01-05', -2147483648)$$, '22003 | working day -2147483648 from 2026-01-05 lies beyond %'),
	($$SELECT govdata.add_working_days('-infinity', 1)$$, '22008 |%'),
	($$SELECT govdata.add_working_days('5874897-12-31', 1)$$, 'ZW000 | calendar "CN" has no notice for the year 5874897 |%'),
	($$SELECT govdata.add_working_days('4713-01-01 BC', 1)$$, 'ZW000 |%'),
	($$SELECT govdata.working_days_between('2026-12-01', '2027-01-31')$$, 'ZW000 | calendar "CN" has no notice for the year 2027 |%'),
	($$SELECT govdata.working_days_between('2027-01-31', '2026-12-01')$$, 'ZW000 | calendar "CN" has no notice for the year 2027 |%'),
	($$SELECT govdata.working_days_between('2006-01-31', '2026-12-01')$$, 'ZW000 | calendar "CN" has no notice for the year 200%'),
	($$SELECT govdata.working_days_between('2026-01-31', '2926-12-01')$$, 'ZW000 | calendar "CN" has no notice for the year 2027 |%'),
	($$SELECT govdata.working_days_between('2026-01-31', 'infinity')$$, '22008 |%'),
	($$SELECT govdata.working_days_between('5874897-12-31', '2026-01-31')$$, 'ZW000 | calendar "CN" has no notice for the year 2027 |%'),
	($$SELECT govdata.deadline('infinity', 10)$$, '22008 |%'),
	($$SELECT govdata.deadline('294276-12-31 00:00+00', 10)$$, 'ZW000 |%'),
	($$SELECT * FROM govdata._deadline('2026-12-18', 100000, 'CN')$$, '22003 |%'),
	($$SELECT * FROM govdata._deadline('9999-12-18', 1, 'CN')$$, '22003 |%'),
	($$SELECT * FROM govdata._deadline('-infinity', 1, 'CN')$$, '22008 |%'),
	($$SELECT * FROM govdata._deadline('2026-12-18', 1, 'XX')$$, '42704 |%'),
	($$SELECT * FROM govdata.explain_deadline('infinity', 1)$$, '22008 |%')
) AS v (sql, expected);
SELECT is(govdata.add_working_days('2026-12-29', -1), '2026-12-28'::date, 'counting back from an unknown day');
SELECT is(govdata.add_working_days(NULL, 1), NULL, 'null in, null out');
SELECT is(govdata.add_working_days('2026-01-05', 1, NULL), NULL, 'also for the calendar');
SELECT is(govdata.deadline('2026-01-05', NULL), NULL, 'and the number');

-- ---- estimates ----
SELECT is((due_on, provisional), ('2027-01-05'::date, true), 'New Year is fixed by law')
FROM govdata._deadline(pg_temp.at('2026-12-31'), 2, 'CN');
SELECT is(due_on, '2027-05-04'::date, 'so is 1 May, and 2 May since 2025') FROM govdata._deadline(pg_temp.at('2027-04-30'), 2, 'CN');
SELECT is((due_on, provisional), ('2035-10-05'::date, true), 'ten years ahead: 1 to 3 October')
FROM govdata._deadline(pg_temp.at('2035-09-28'), 2, 'CN');
SELECT is((due_on, provisional), ('2026-12-28'::date, false), 'up to 28 December nothing is provisional')
FROM govdata._deadline(pg_temp.at('2026-12-18'), 6, 'CN');
SELECT is((due_on, provisional), ('1999-10-04'::date, true), 'the past before the first notice is an estimate, too')
FROM govdata._deadline(pg_temp.at('1999-10-01'), 1, 'CN');
SELECT is(due_on, '2100-01-04'::date, 'the next century') FROM govdata._deadline(pg_temp.at('2099-12-31'), 1, 'CN');
SELECT is(govdata._working_days_left('2026-12-20', '2027-01-04', 'CN'), 10, 'working days left, estimated');
SELECT is(govdata._working_days_left('2027-01-04', '2026-12-20', 'CN'), -10, 'working days overdue, estimated');
SELECT is(govdata._working_days_left('2026-12-20', 'infinity', 'CN'), NULL, 'nothing can be said of infinity');
SELECT is(govdata._working_days_left('2026-12-20', '9999-12-31', 'CN'), NULL, 'nor of the year 9999');
SELECT is(govdata.add_working_days('2026-02-13', 10), '2026-03-05'::date, 'estimates leave the facts alone');

-- ---- explanations ----
SELECT results_eq($$SELECT day, weekday, kind, counts, count, name, notice, provisional
		FROM govdata.explain_deadline('2026-02-13 17:00+08', 2)$$,
	$$VALUES
	('2026-02-13'::date, 'Friday', 'ordinary', false, NULL::int, NULL, NULL, false),
	('2026-02-14', 'Saturday', 'workday', true, 1, '春节调休上班', '国办发明电〔2025〕7号', false),
	('2026-02-15', 'Sunday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-16', 'Monday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-17', 'Tuesday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-18', 'Wednesday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-19', 'Thursday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-20', 'Friday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-21', 'Saturday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-22', 'Sunday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-23', 'Monday', 'holiday', false, NULL, '春节', '国办发明电〔2025〕7号', false),
	('2026-02-24', 'Tuesday', 'ordinary', true, 2, NULL, NULL, false)$$,
	'day by day over the Spring Festival');
SELECT results_eq($$SELECT day, kind, count, name, provisional
		FROM govdata.explain_deadline('2026-12-31 09:00+08', 1)$$,
	$$VALUES
	('2026-12-31'::date, 'ordinary', NULL::int, NULL, true),
	('2027-01-01', 'statutory', NULL, '元旦', true),
	('2027-01-02', 'weekend', NULL, NULL, true),
	('2027-01-03', 'weekend', NULL, NULL, true),
	('2027-01-04', 'ordinary', 1, NULL, true)$$,
	'an estimate says so');
SELECT results_eq($$SELECT day, counts, count FROM govdata.explain_deadline('2026-02-15 09:00+08', -1)$$,
	$$VALUES ('2026-02-15'::date, false, NULL::int), ('2026-02-14', true, -1)$$, 'counting back');
SELECT results_eq($$SELECT day, counts, count FROM govdata.explain_deadline('2026-02-14 09:00+08', 0)$$,
	$$VALUES ('2026-02-14'::date, true, 0)$$, 'n = 0');

-- ---- a notice is loaded ----
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2027, 'test 1', '2026-11-20');
SELECT is(govdata.add_working_days('2026-12-18', 10), '2027-01-01'::date,
	'a notice makes its year known: whatever the law fixes, the notice decides');
SELECT is((due_on, provisional), ('2027-01-01'::date, false), 'and what was provisional final')
FROM govdata._deadline(pg_temp.at('2026-12-18'), 10, 'CN');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES
	('CN', '2026-12-31', 'holiday', '元旦', 'test 1'), ('CN', '2027-01-01', 'holiday', '元旦', 'test 1'),
	('CN', '2027-01-03', 'workday', '元旦调休上班', 'test 1');
SELECT is(govdata.add_working_days('2026-12-18', 10), '2027-01-04'::date, 'with the days it names');
SELECT is(govdata.add_working_days('2026-12-18', 9), '2027-01-03'::date, 'a make-up Sunday may be the last');
SELECT is(provisional, true, 'the end of that year waits for the next notice')
FROM govdata._deadline(pg_temp.at('2027-12-28'), 1, 'CN');

-- signed last wins, whatever the order of entry
SAVEPOINT earlier;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2027, 'test 0', '2026-11-01');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2027-01-03', 'holiday', '元旦', 'test 0');
SELECT ok(govdata.is_working_day('2027-01-03'), 'a notice that was signed earlier changes nothing');
UPDATE govdata.calendar_notice SET signed_on = '2026-12-01' WHERE notice = 'test 0';
SELECT ok(NOT govdata.is_working_day('2027-01-03'), 'signed later it wins');
ROLLBACK TO earlier;
SELECT ok(govdata.is_working_day('2027-01-03'), 'rolled back it is forgotten');
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2027, 'test 2', '2026-12-01');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES
	('CN', '2027-01-03', 'ordinary', '撤销', 'test 2'), ('CN', '2026-12-31', 'ordinary', '撤销', 'test 2');
SELECT ok(NOT govdata.is_working_day('2027-01-03') AND govdata.is_working_day('2026-12-31'), 'ordinary takes back');
UPDATE govdata.calendar_day SET kind = 'holiday' WHERE notice = 'test 2' AND day = '2026-12-31';
SELECT ok(NOT govdata.is_working_day('2026-12-31'), 'a row may be corrected');
DELETE FROM govdata.calendar_day WHERE notice = 'test 2';
SELECT ok(govdata.is_working_day('2027-01-03'), 'or taken out again');

-- a later notice may change what was shipped
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test 3', '2026-08-01');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-09-21', 'holiday', '临时放假', 'test 3');
SELECT is(govdata.add_working_days('2026-09-18', 1), '2026-09-20'::date, 'a Sunday shift still works');
SELECT is(govdata.add_working_days('2026-09-18', 2), '2026-09-22'::date, 'the amended Monday does not');
ROLLBACK;
SELECT throws_ok($$SELECT govdata.add_working_days('2026-12-18', 10)$$, 'ZW000', NULL, 'all of it rolled back is forgotten');

-- a year is missing between two
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2028, 'test 4', '2027-11-20');
SELECT is(govdata.add_working_days('2028-03-01', 1), '2028-03-02'::date, 'the later year is known');
SELECT throws_ok($$SELECT govdata.working_days_between('2026-06-01', '2028-06-01')$$, 'ZW000',
	'calendar "CN" has no notice for the year 2027', 'what spans the gap is not');
SELECT throws_ok($$SELECT govdata.add_working_days('2028-01-03', -3)$$, 'ZW000',
	'calendar "CN" has no notice for the year 2027', 'nor backwards into it');
SELECT throws_ok($$SELECT govdata.is_working_day('2028-12-29')$$, 'ZW000',
	'calendar "CN" has no notice for the year 2029', 'its end waits for the next');
ROLLBACK;

-- ---- rows that are refused ----
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2027, 'test 5', '2026-11-20');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2027-01-02', 'workday', '上班', 'test 5');
SELECT alike(pg_temp.complaint(sql), expected, sql) FROM (VALUES
	($$INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2027-01-04', 'workday', '上班', 'test 5')$$,
		'23514 | %"calendar_day_workday_is_a_weekend"%'),
	($$INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2027-01-02', 'holiday', '元旦', 'test 5')$$,
		'23505 | %"calendar_day_one_kind_in_a_notice"%'),
	($$INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2027-01-05', 'half', '元旦', 'test 5')$$,
		'23514 | %"calendar_day_kind_is_known"%'),
	($$INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', 'infinity', 'holiday', '元旦', 'test 5')$$,
		'23514 | %"calendar_day_is_finite"%'),
	($$INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', NULL, 'holiday', '元旦', 'test 5')$$,
		'23502 | %"day"%'),
	($$INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2027-01-05', 'holiday', '元旦', NULL)$$,
		'23502 | %"notice"%'),
	($$INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2027-01-05', 'holiday', '元旦', 'none')$$,
		'23503 | %"calendar_day_notice_exists"%'),
	($$INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2029-01-05', 'holiday', '元旦', 'test 5')$$,
		'ZW000 | notice "test 5" of the year 2027 cannot name 2029-01-05 | A notice names days of its own year and of the years before and after. | Correct the day, or the notice that it is entered under.'),
	($$UPDATE govdata.calendar_day SET day = '2025-01-05' WHERE notice = 'test 5'$$, 'ZW000 | notice "test 5" of the year 2027 cannot name 2025-01-05 |%'),
	($$INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 27, 'test 6', '2026-11-20')$$,
		'23514 | %"calendar_notice_year_is_plausible"%'),
	($$INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2027, '', '2026-11-20')$$,
		'23514 | %"calendar_notice_is_named"%'),
	($$INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2027, 'test 6', 'infinity')$$,
		'23514 | %"calendar_notice_signed_on_is_finite"%'),
	($$INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('XX', 2027, 'test 6', '2026-11-20')$$,
		'23503 | %"calendar_notice_calendar_exists"%'),
	($$UPDATE govdata.calendar_notice SET year = 2028 WHERE notice = 'test 5'$$,
		'ZW000 | a notice keeps its calendar, year and number | Days and limits refer to it by these. | Delete the notice with its days and enter it anew.'),
	($$UPDATE govdata.calendar_notice SET notice = NULL WHERE notice = 'test 5'$$, '23502 | %"notice"%'),
	($$INSERT INTO govdata.calendar (name, parent, title) VALUES ('A', 'A', 'A')$$, '23514 | %"calendar_is_not_its_own_parent"%'),
	($$INSERT INTO govdata.calendar (name, parent, title) VALUES ('A', 'B', 'A')$$, '23503 | %"calendar_parent_exists"%'),
	($$INSERT INTO govdata.calendar (name, title) VALUES (repeat('长', 22), 'A')$$, '23514 | %"calendar_name_is_short"%'),
	($$INSERT INTO govdata.statutory_holiday (calendar, month, day, name, basis, effective) VALUES ('CN', 2, 30, 'x', 'x', '[2030-01-01,)')$$,
		'23514 | %"statutory_holiday_is_a_date"%'),
	($$INSERT INTO govdata.statutory_holiday (calendar, month, day, name, basis, effective) VALUES ('CN', 1, 1, 'x', 'x', '[2030-01-01,)')$$,
		'23P01 | %"statutory_holiday_once_at_a_time"%'),
	($$INSERT INTO govdata.statutory_holiday (calendar, month, day, name, basis, effective) VALUES ('CN', 1, 2, 'x', 'x', 'empty')$$,
		'23514 | %"statutory_holiday_effective_is_not_empty"%')
) AS v (sql, expected);
ROLLBACK;

-- what came with the extension stays
SELECT alike(pg_temp.complaint(sql), expected, sql) FROM (VALUES
	($$DELETE FROM govdata.calendar_day WHERE day = '2026-10-01'$$, 'ZW000 | a row of "calendar_day" that came with the extension cannot be changed |%'),
	($$UPDATE govdata.calendar_day SET kind = 'ordinary' WHERE day = '2026-10-01'$$, 'ZW000 | a row of "calendar_day" that came%'),
	($$UPDATE govdata.calendar_notice SET signed_on = '2030-01-01' WHERE year = 2026$$, 'ZW000 | a row of "calendar_notice" that came%'),
	($$DELETE FROM govdata.calendar$$, 'ZW000 | a row of "calendar" that came%'),
	($$DELETE FROM govdata.statutory_holiday$$, 'ZW000 | a row of "statutory_holiday" that came%'),
	($$INSERT INTO govdata.calendar (name, title, builtin) VALUES ('A', 'A', true)$$, 'ZW000 | only the extension itself brings builtin rows | Leave the column builtin out.'),
	($$TRUNCATE govdata.calendar_day$$, 'ZW032 | table "calendar_day" cannot be truncated |%'),
	($$TRUNCATE govdata.calendar CASCADE$$, 'ZW032 | table "calendar%" cannot be truncated |%'),
	($$SET session_replication_role = replica; DELETE FROM govdata.calendar_day WHERE day = '2026-10-01'$$, 'ZW000 | a row of "calendar_day"%')
) AS v (sql, expected);
RESET session_replication_role;

-- ---- a calendar of a region ----
BEGIN;
INSERT INTO govdata.calendar (name, parent, title) VALUES ('CN-422800', 'CN', '恩施土家族苗族自治州');
SELECT is(govdata.add_working_days('2026-02-13', 10, 'CN-422800'), '2026-03-05'::date, 'an empty one is its parent');
SELECT throws_ok($$SELECT govdata.is_working_day('2026-12-30', 'CN-422800')$$, 'ZW000',
	'calendar "CN" has no notice for the year 2027', 'the parent decides what is known');
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN-422800', 2026, '州 1', '2020-01-01');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES
	('CN-422800', '2026-08-19', 'holiday', '州庆', '州 1'), ('CN-422800', '2026-02-14', 'holiday', '州定', '州 1'),
	('CN-422800', '2026-08-22', 'workday', '州庆调休上班', '州 1');
SELECT ok(NOT govdata.is_working_day('2026-08-19', 'CN-422800'), 'a holiday of its own');
SELECT ok(govdata.is_working_day('2026-08-22', 'CN-422800'), 'and a working Saturday');
SELECT ok(govdata.is_working_day('2026-08-19') AND NOT govdata.is_working_day('2026-08-22'), 'the parent knows nothing of them');
SELECT ok(NOT govdata.is_working_day('2026-02-14', 'CN-422800'), 'it goes before the parent, whenever it was signed');
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN-422800', 2026, '州 2', '2020-01-02');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES
	('CN-422800', '2026-02-14', 'ordinary', '撤销', '州 2'), ('CN-422800', '2026-08-19', 'ordinary', '撤销', '州 2');
SELECT ok(govdata.is_working_day('2026-02-14', 'CN-422800'), 'taken back, the parent speaks again');
SELECT ok(govdata.is_working_day('2026-08-19', 'CN-422800'), 'or nobody');
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN-422800', 2027, '州 3', '2026-01-02');
SELECT throws_ok($$SELECT govdata.is_working_day('2027-03-01', 'CN-422800')$$, 'ZW000', NULL, 'its own notices make no year known');
INSERT INTO govdata.statutory_holiday (calendar, month, day, name, basis, effective)
VALUES ('CN-422800', 8, 19, '州庆', '自治条例', '[2020-01-01,)');
SELECT is(due_on, '2027-08-20'::date, 'a date that its law fixes counts in estimates')
FROM govdata._deadline(pg_temp.at('2027-08-18'), 1, 'CN-422800');
SELECT is(due_on, '2027-08-19'::date, 'and only there') FROM govdata._deadline(pg_temp.at('2027-08-18'), 1, 'CN');

-- a calendar that stands alone and has no notice at all
INSERT INTO govdata.calendar (name, title) VALUES ('ALONE', '空');
SELECT throws_ok($$SELECT govdata.is_working_day('2026-03-02', 'ALONE')$$, 'ZW000',
	'calendar "ALONE" has no notice for the year 2026', 'without a notice nothing is known');
SELECT is((due_on, provisional), ('2026-10-01'::date, true), 'and everything estimated')
FROM govdata._deadline(pg_temp.at('2026-09-30'), 1, 'ALONE');

-- parents in a ring, which no foreign key forbids
INSERT INTO govdata.calendar (name, parent, title) VALUES ('R1', 'R2', 'x'), ('R2', 'R1', 'x');
SELECT alike(pg_temp.complaint($$SELECT govdata.is_working_day('2026-03-02', 'R1')$$),
	'54000 | calendar "R1" has too many calendars above it |%', 'a ring of parents');
ROLLBACK;
SELECT throws_ok($$SELECT govdata.is_working_day('2026-08-19', 'CN-422800')$$, '42704', NULL, 'rolled back it does not exist');

-- ---- who may ----
CREATE ROLE gd_test_clerk;
GRANT USAGE ON SCHEMA govdata TO gd_test_clerk;
BEGIN;
GRANT INSERT, UPDATE, DELETE ON govdata.calendar_day, govdata.calendar_notice TO gd_test_clerk;
SET LOCAL ROLE gd_test_clerk;
SELECT is(pg_temp.complaint($$INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2027, 'x', '2026-11-20')$$),
	'ZW007 | "calendar" is kept by the administrator | You act as no department. Measures, Article 7. | '
	'Ask a member of role "govdata_admin".', 'nobody else changes the calendar, whatever was granted');
SELECT is(govdata.add_working_days('2026-02-13', 10), '2026-03-05'::date, 'everybody may count');
SELECT is(count(*), 645::bigint, 'and read the law') FROM govdata.calendar_day;
SELECT throws_ok($$SELECT govdata._deadline('2026-01-05', 1, 'CN')$$, '42501', NULL, '_deadline() is not for everybody');
SELECT throws_ok($$SELECT govdata._working_days_left('2026-01-05', '2026-01-06', 'CN')$$, '42501', NULL, '_working_days_left() neither');
ROLLBACK;
REVOKE USAGE ON SCHEMA govdata FROM gd_test_clerk;
DROP ROLE gd_test_clerk;

-- ---- parallel workers count alike ----
CREATE TABLE public.gd_test_days AS
SELECT '2009-01-01'::date + (i % 6000) AS day, i % 200 - 100 AS n FROM generate_series(1, 20000) AS i;
ANALYZE public.gd_test_days;
SET max_parallel_workers_per_gather = 0;
SELECT sum(govdata.add_working_days(day, n) - '2000-01-01') AS serial FROM public.gd_test_days \gset
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.plan_of(sql text) RETURNS SETOF text
LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || sql; END $$;
SELECT ok(string_agg(p, E'\n') LIKE '%Parallel Seq Scan%', 'the plan is parallel')
FROM pg_temp.plan_of($$SELECT sum(govdata.add_working_days(day, n) - '2000-01-01') FROM public.gd_test_days$$) AS p;
SELECT is(sum(govdata.add_working_days(day, n) - '2000-01-01'), :serial::bigint, 'the sum is the same') FROM public.gd_test_days;
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2010, 'test 7', '2010-01-01');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2010-03-01', 'holiday', 'x', 'test 7');
SELECT sum(govdata.add_working_days(day, n) - '2000-01-01') AS parallel FROM public.gd_test_days \gset
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT isnt(:parallel::bigint, :serial::bigint, 'workers see the leader''s own change');
SELECT is(sum(govdata.add_working_days(day, n) - '2000-01-01'), :parallel::bigint, 'and count as it does') FROM public.gd_test_days;
ROLLBACK;
DROP TABLE public.gd_test_days;

-- ---- a load that went half: constraints do not hold while a dump is taken as given ----
BEGIN;
SET LOCAL govdata.restore = on;
COPY govdata.calendar (name, parent, title) FROM STDIN;
half	whole	half
\.
COPY govdata.calendar_day (calendar, day, kind, name, notice) FROM STDIN;
CN	2026-03-03	holiday	x	no such notice
\.
SET LOCAL govdata.restore = off;
SELECT is(pg_temp.complaint($$SELECT govdata.deadline('2026-03-02', 3, 'half')$$),
	'42704 | calendar "whole" does not exist | It is the parent of calendar "half", as after a load that went half. | Whoever runs the server loads it into govdata.calendar.', 'a calendar without its parent');
SELECT is(pg_temp.complaint($$SELECT govdata.deadline('2026-03-02', 3)$$),
	'42704 | notice "no such notice" of calendar "CN" does not exist | Days of it are there, as after a load that went half. | Whoever runs the server loads it into govdata.calendar_notice, or deletes its days from govdata.calendar_day.', 'days without their notice');
ROLLBACK;

SELECT * FROM finish();
