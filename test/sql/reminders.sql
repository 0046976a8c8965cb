\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Duties for those who owe and those who oversee, and reminders of limits that
-- end soon: each distance once a limit, told by the sweep.

SELECT t.resource('wh_police', '人口', '{甲}') AS r \gset
SELECT t.resource('wh_house', '房屋', '{甲}', class => '307010') AS r2 \gset
SELECT t.request('wh_civil', :r, '{甲}') AS q1 \gset
-- ten working days: due on 16 March
SELECT is(string_agg(format('%s %s %s %s %s %s', duty, article, subject, due_on, working_days_left, consequence), '; '),
	'answer_request 20 share_request 2026-03-16 10 deemed_consent', 'what is owed') FROM govdata.obligation WHERE department = t.department('wh_police');

-- ---- whose business a duty is ----
SELECT is(t.val(who, 'SELECT count(*) FROM govdata.obligation WHERE duty = ''answer_request'''), expected, format('the duty is seen by %s: %s', who, expected))
FROM (VALUES ('wh_police', '1'), ('wh_da', '1'), ('wh_gov', '1'), ('hb_da', '1'), ('hb_gov', '1'), ('admin', '1'),
	('wh_civil', '0'), ('wh_house', '0'), ('ja_da', '0'), ('yc_da', '0'), ('hb_market', '0'), ('operator', '0')) AS v (who, expected);
SELECT is(t.val('wh_civil', 'SELECT count(*) FROM govdata.request_board'), '1', 'though who asks sees the case');
SELECT is(t.val(who, 'SELECT count(*) FROM govdata.my_obligation WHERE duty = ''answer_request'''), expected, format('the own duties of %s: %s', who, expected))
FROM (VALUES ('wh_police', '1'), ('wh_da', '0'), ('admin', '0')) AS v (who, expected);
SELECT is(t.val(who, 'SELECT string_agg(format(''%s %s %s %s %s %s %s'', name, duty, running, late, today, soon, next_due_on), ''; '') FROM govdata.obligation_summary WHERE duty = ''answer_request'''), expected, format('counted for %s', who))
FROM (VALUES ('wh_da', '武汉市公安局 answer_request 1 0 0 0 2026-03-16'), ('hb_gov', '武汉市公安局 answer_request 1 0 0 0 2026-03-16'), ('wh_police', '武汉市公安局 answer_request 1 0 0 0 2026-03-16'), ('wh_civil', NULL), ('yc_da', NULL)) AS v (who, expected);

-- ---- distances ----
CREATE FUNCTION t.reminded() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(format('%s at %s x%s', subject_key, reached, times), ', ' ORDER BY subject_key::bigint), '-') FROM govdata.reminder WHERE subject = 'share_request' $$;
CREATE FUNCTION t.sweep_told() RETURNS bigint LANGUAGE sql AS $$ SELECT notified FROM govdata.sweep_heartbeat $$;
CALL govdata.sweep();
SELECT is(t.reminded(), '-', 'ten days before: nobody');
SELECT is(reminded_on, '2026-03-02'::date, 'looked at today') FROM govdata.sweep_heartbeat;
\set travel_to '2026-03-06 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(t.reminded(), '-', 'six before: nobody');
\set travel_to '2026-03-09 00:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(t.reminded(), format('%s at 5 x1', :q1), 'five before');
SELECT is(format('%s %s %s %s', department = t.department('wh_police'), duty, due_on, reminded_at >= '2026-03-09 00:00+08'), 't answer_request 2026-03-16 t', 'the one who owes') FROM govdata.reminder;
SELECT is(t.sweep_told(), 1::bigint, 'one message') ;
CALL govdata.sweep();
SELECT is(format('%s %s', t.reminded(), t.sweep_told()), format('%s at 5 x1 0', :q1), 'once');
-- one that comes while the day has been looked at already: tomorrow
SELECT t.request('yc_civil', :r2, '{甲}') AS q2 \gset
\set travel_to '2026-03-10 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(t.reminded(), format('%s at 5 x1', :q1), 'four before: not again');
\set travel_to '2026-03-11 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(t.reminded(), format('%s at 3 x2', :q1), 'three before');

-- ---- a notice skips distances ----
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'less', '2026-03-11');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-03-14', 'workday', '补班', 'less'), ('CN', '2026-03-15', 'workday', '补班', 'less');
SELECT is(due_on, '2026-03-14'::date, 'due earlier') FROM govdata.share_request WHERE id = :q1;
SELECT is(reminded_on, NULL, 'to be looked at again') FROM govdata.sweep_heartbeat;
CALL govdata.sweep();
SELECT is(t.reminded(), format('%s at 3 x2', :q1), 'still three');
ROLLBACK;
\set travel_to '2026-03-12 09:00+08'
\i :travel
CALL govdata.sweep();
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'more', '2026-03-12');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-03-13', 'holiday', '放假', 'more');
SELECT is(due_on, '2026-03-17'::date, 'due later') FROM govdata.share_request WHERE id = :q1;
CALL govdata.sweep();
SELECT is(t.reminded(), format('%s at 3 x2', :q1), 'what was told is not told again');
\set travel_to '2026-03-16 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(t.reminded(), format('%s at 1 x3', :q1), 'one before');
-- the other request, due on 24 March, loses two days that have passed and comes to two at once
SELECT t.request('wh_civil', :r, '{甲}') AS q3 \gset
SELECT t.request('wh_house', :r, '{甲}', usage => '外') AS q4 \gset
\set travel_to '2026-03-17 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(t.reminded(), format('%s at 0 x4, %s at 5 x1', :q1, :q2), 'on the last day');
\set travel_to '2026-03-18 09:00+08'
\i :travel
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'skip', '2026-03-18');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-03-14', 'workday', '补班', 'skip'), ('CN', '2026-03-15', 'workday', '补班', 'skip');
SELECT is(format('%s %s', due_on, working_days_left), '2026-03-20 2', 'two days nearer') FROM govdata.obligation WHERE subject_key = :'q2' AND duty = 'answer_request';
CALL govdata.sweep();
SELECT is(format('%s %s', reached, times), '3 2', 'the three that it skipped is told now') FROM govdata.reminder WHERE subject_key = :'q2';
ROLLBACK;
\set travel_to '2026-03-24 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(format('%s %s', reached, times), '0 2', 'a sweep that slept through three and one tells the nearest, once') FROM govdata.reminder WHERE subject_key = :'q2';

-- ---- silence that is no consent is late ----
SELECT t.val('wh_police', format('UPDATE govdata.resource SET uses = ''{内}'' WHERE id = %s', :r));
SELECT t.request('wh_house', :r, '{甲}', usage => '外') AS q5 \gset
\set travel_to '2026-04-09 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(format('%s %s', late, working_days_left < 0), 't t', 'late') FROM govdata.obligation WHERE subject_key = :'q5' AND duty = 'answer_request';
SELECT is(reached, -1, 'and reminded of that') FROM govdata.reminder WHERE subject_key = :'q5';
\set travel_to '2026-04-20 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(format('%s %s', reached, times), '-1 1', 'once') FROM govdata.reminder WHERE subject_key = :'q5';

-- ---- settable ----
SELECT t.refused(who, sql, told, format('%s: %s', who, sql))
FROM (VALUES
	('wh_police', 'UPDATE govdata.reminder_rule SET distances = ''{}''', '42501 %'),
	('hb_da', 'INSERT INTO govdata.reminder_rule (duty, distances) VALUES (''answer_request'', ''{9}'')', '42501 %'),
	('admin', 'DELETE FROM govdata.reminder_rule', 'ZW007 a shipped row of "reminder_rule" cannot be deleted'),
	('admin', 'INSERT INTO govdata.reminder_rule (duty, distances) VALUES (''answer_request'', ''{NULL}'')', '23514 %'),
	('admin', 'INSERT INTO govdata.reminder_rule (duty, distances) VALUES (''answer_request'', ''{{1},{2}}'')', '23514 %'),
	('admin', 'INSERT INTO govdata.reminder_rule (duty, distances) VALUES (''answer_request'', ''{1000}'')', '23514 %')) AS v (who, sql, told);
SELECT t.request('wh_civil', :r, '{甲}', usage => '内') AS q6 \gset
SELECT t.allowed('admin', 'INSERT INTO govdata.reminder_rule (duty, distances) VALUES (''answer_request'', ''{10,8}'')', 'other distances for a duty');
CALL govdata.sweep();
SELECT is(reached, 10, 'hold at once') FROM govdata.reminder WHERE subject_key = :'q6';
SELECT t.allowed('admin', 'UPDATE govdata.reminder_rule SET distances = ''{}'' WHERE duty = ''answer_request''', 'none at all');
\set travel_to '2026-05-06 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(reached, 10, 'reminds of nothing') FROM govdata.reminder WHERE subject_key = :'q6';

-- ---- an absent officer stops no clock and no reminder ----
CREATE ROLE regress_gd_li LOGIN;
GRANT regress_gd_wh_police TO regress_gd_li;
SELECT t.allowed('admin', 'DELETE FROM govdata.reminder_rule WHERE duty = ''answer_request''', 'back to the usual ones');
SELECT t.allowed('wh_police', 'SELECT govdata.declare_absence(''2026-05-06'', ''2026-06-30'', ''regress_gd_li'', ''病假'')', 'the officer is away');
SELECT t.request('wh_civil', :r, '{甲}', usage => '内') AS q7 \gset
\set travel_to '2026-05-12 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(format('%s %s', m.reached, q.due_on), '5 2026-05-19', 'reminded all the same') FROM govdata.reminder m JOIN govdata.share_request q ON q.id::text = m.subject_key WHERE m.subject_key = :'q7';

-- ---- nobody writes what is remembered; who sees it ----
SELECT t.refused(who, sql, CASE who WHEN 'superuser' THEN 'ZW017 %' ELSE '42501 %' END, format('%s: %s', who, sql))
FROM unnest(ARRAY['wh_police', 'hb_da', 'admin', 'superuser']) AS who, unnest(ARRAY['DELETE FROM govdata.reminder', 'UPDATE govdata.reminder SET reached = 9']) AS sql;
SELECT is(t.val(who, 'SELECT count(*) > 0 FROM govdata.reminder WHERE department = ' || t.department('wh_police')), expected, format('seen by %s: %s', who, expected))
FROM (VALUES ('wh_police', 'true'), ('wh_da', 'true'), ('hb_gov', 'true'), ('wh_civil', 'false'), ('yc_da', 'false')) AS v (who, expected);

\i :actors_end
