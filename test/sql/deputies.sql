\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- An absent data officer's deputy (Article 14): named with dates by the
-- department itself, and in the journal beside the officer.

CREATE ROLE regress_gd_zhang LOGIN;
GRANT regress_gd_wh_police TO regress_gd_zhang;
CREATE ROLE regress_gd_li LOGIN;
GRANT regress_gd_wh_police TO regress_gd_li;
CREATE ROLE regress_gd_wang LOGIN;
GRANT regress_gd_wh_civil TO regress_gd_wang;
CREATE ROLE regress_gd_group NOLOGIN;
GRANT regress_gd_wh_police TO regress_gd_group;
GRANT USAGE ON SCHEMA t TO regress_gd_zhang;

-- ---- the officer as a person ----
SELECT t.refused(who, 'UPDATE govdata.department SET data_officer_role = ''regress_gd_zhang'' WHERE id = ' || t.department('wh_police'), '%', format('no act of %s', who)) FROM unnest(ARRAY['hb_da', 'wh_civil', 'public', 'nobody']) AS who;
SELECT t.refused('admin', format('UPDATE govdata.department SET data_officer_role = %L WHERE id = %s', person, t.department('wh_police')), 'ZW014 role "%" is no person of the department', format('%s cannot be the officer', person))
FROM unnest(ARRAY['regress_gd_wang', 'regress_gd_group', 'regress_gd_wh_police', 'regress_gd_nobody']) AS person;
SELECT t.allowed('admin', 'UPDATE govdata.department SET data_officer = ''张三'', data_officer_role = ''regress_gd_zhang'' WHERE id = ' || t.department('wh_police'), 'a member who logs in can');

-- ---- who declares what ----
SELECT t.refused('wh_police', format('SELECT govdata.declare_absence(%s)', args), told, args)
FROM (VALUES
	('''2026-03-01'', ''2026-03-05'', ''regress_gd_li'', ''出差''', 'ZW014 an absence needs a first day, not before today, and a last one'),
	('''2026-03-03'', NULL, ''regress_gd_li'', ''出差''', 'ZW014 an absence needs a first day, not before today, and a last one'),
	('''2026-03-03'', ''infinity'', ''regress_gd_li'', ''出差''', 'ZW014 an absence needs a first day, not before today, and a last one'),
	('''2026-03-03'', ''2026-03-05'', ''regress_gd_li'', '' ''', 'ZW014 absence needs the reason'),
	('''2026-03-03'', ''2026-03-05'', NULL, ''出差''', 'ZW014 absence needs the deputy'),
	('''2026-03-03'', ''2026-03-05'', ''regress_gd_wang'', ''出差''', 'ZW014 role "regress_gd_wang" is no person of the department'),
	('''2026-03-03'', ''2026-03-05'', ''regress_gd_group'', ''出差''', 'ZW014 role "regress_gd_group" is no person of the department'),
	('''2026-03-03'', ''2026-03-05'', ''regress_gd_zhang'', ''出差''', '23514 %')) AS v (args, told);
SELECT t.refused(who, format('INSERT INTO govdata.officer_absence (department, valid, deputy_role, reason) VALUES (%s, ''[2026-03-03,2026-03-05]'', ''regress_gd_li'', ''出差'')', t.department('wh_police')),
	CASE WHEN who IN ('admin', 'public', 'nobody') THEN '42501 %' WHEN who IN ('superuser', 'stranger') THEN 'ZW014 user % acts for no department'
	ELSE 'ZW014 a new absence in state "declared" can be entered only by: department' END, format('no act of %s', who))
FROM unnest(ARRAY['hb_gov', 'wh_da', 'wh_civil', 'operator', 'superuser', 'admin', 'stranger', 'public', 'nobody']) AS who;
SELECT t.refused('wh_police', format('INSERT INTO govdata.officer_absence (valid, deputy_role, reason, %s) VALUES (''[2026-03-03,2026-03-05]'', ''regress_gd_li'', ''出差'', %s)', col, val), 'ZW014 column "' || col || '" of officer_absence is set by the platform', col || ' is not given')
FROM (VALUES ('officer', '''李四'''), ('officer_role', '''regress_gd_zhang'''), ('declared_at', 'now()'), ('id', '1')) AS v (col, val);
SELECT t.val('wh_police', 'SELECT govdata.declare_absence(''2026-03-03'', ''2026-03-05'', ''regress_gd_li'', ''出差'')') AS a \gset
SELECT is(format('%s %s %s %s %s', state, officer, officer_role, deputy_role, valid), 'declared 张三 regress_gd_zhang regress_gd_li [2026-03-03,2026-03-06)', 'declared by the department itself') FROM govdata.officer_absence;
SELECT t.refused('wh_police', 'SELECT govdata.declare_absence(''2026-03-05'', ''2026-03-09'', ''regress_gd_li'', ''又'')', '23P01 %', 'one deputy at a time');
SELECT t.allowed('wh_police', 'SELECT govdata.declare_absence(''2026-03-06'', ''2026-03-09'', ''regress_gd_li'', ''又'')', 'and another after it');
SELECT t.allowed('wh_civil', 'SELECT govdata.declare_absence(''2026-03-03'', ''2026-03-05'', ''regress_gd_wang'', ''休假'')', 'or another department''s at the same time');
SELECT is(t.val(who, 'SELECT count(*) FROM govdata.officer_absence'), expected, format('seen by %s: %s', who, expected))
FROM (VALUES ('wh_police', '2'), ('wh_civil', '1'), ('wh_da', '3'), ('wh_house', '0'), ('hb_gov', '3'), ('yc_da', '0')) AS v (who, expected);
BEGIN;
UPDATE govdata.department SET data_officer = NULL, data_officer_role = NULL WHERE id = t.department('wh_police');
SELECT t.refused('wh_police', 'SELECT govdata.declare_absence(''2026-04-03'', ''2026-04-09'', ''regress_gd_li'', ''又'')', 'ZW014 the department has named no data officer', 'who has named no officer has nobody to stand in for');
ROLLBACK;

-- ---- the journal names both ----
SELECT t.resource('wh_police', '人口', '{甲}') AS r \gset
SELECT t.request('wh_civil', :r, '{甲}') AS q1 \gset
SELECT t.request('wh_civil', :r, '{甲}') AS q2 \gset
SELECT t.request('wh_civil', :r, '{甲}') AS q3 \gset
SELECT t.request('wh_civil', :r, '{甲}') AS q4 \gset
CREATE FUNCTION t.signed(q bigint) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s %s %s %s', actor, role, coalesce(deputy, '-'), coalesce(on_behalf_of, '-')) FROM govdata.journal_entry
	WHERE subject = 'share_request' AND subject_key = q::text AND event = 'update' ORDER BY id DESC LIMIT 1 $$;
SELECT t.val('li', format('SELECT govdata.approve_request(%s)', :q1));
SELECT is(t.signed(:q1), 'department regress_gd_li - -', 'the day before, nobody stands in');
\set travel_to '2026-03-03 00:00+08'
\i :travel
SELECT t.val('li', format('SELECT govdata.approve_request(%s)', :q2));
SELECT is(t.signed(:q2), 'department regress_gd_li regress_gd_li 张三', 'on the day, both are named');
SELECT is(format('%s %s', deputy, on_behalf_of), 'regress_gd_li 张三', 'on what follows as well') FROM govdata.journal_entry WHERE subject = 'share_authorization' ORDER BY id DESC LIMIT 1;
SELECT t.val('zhang', format('SELECT govdata.approve_request(%s)', :q3));
SELECT is(t.signed(:q3), 'department regress_gd_zhang - -', 'others act as before, the officer too');
-- who acts under the department's role is known by the login
SET SESSION AUTHORIZATION regress_gd_li;
SET ROLE regress_gd_wh_police;
SELECT govdata.approve_request(:q4) \gset
RESET SESSION AUTHORIZATION;
SELECT is(t.signed(:q4), 'department regress_gd_wh_police regress_gd_li 张三', 'under SET ROLE as well');
-- a deputy of one department is none of another
SELECT is(format('%s %s', deputy, on_behalf_of), 'regress_gd_li 张三', 'shown in the view') FROM govdata.journal WHERE subject = 'share_request' AND deputy IS NOT NULL LIMIT 1;
GRANT regress_gd_wh_house TO regress_gd_wang;
SET SESSION AUTHORIZATION regress_gd_wang;
SET ROLE regress_gd_wh_house;
INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (:r, '{甲}', '用', '2026-12-31');
RESET SESSION AUTHORIZATION;
SELECT is(format('%s %s', coalesce(deputy, '-'), coalesce(on_behalf_of, '-')), '- -', 'who stands in for one department does not for another') FROM govdata.journal_entry WHERE subject = 'share_request' AND event = 'insert' ORDER BY id DESC LIMIT 1;

-- ---- back early ----
SELECT t.refused(who, format('UPDATE govdata.officer_absence SET state = ''ended'' WHERE id = %s', :a), told, format('not ended by %s', who))
FROM (VALUES ('wh_da', 'ZW014 absence % can be moved from "declared" to "ended" only by: department, platform'), ('hb_gov', 'ZW014 absence %'), ('superuser', 'ZW014 user % acts for no department')) AS v (who, told);
SELECT t.refused('wh_police', format('UPDATE govdata.officer_absence SET %s WHERE id = %s', change, :a), 'ZW014 %', change)
FROM unnest(ARRAY['deputy_role = ''regress_gd_zhang''', 'valid = ''[2026-03-03,2027-01-01)''', 'officer = ''李四''', 'reason = ''另''']) AS change;
SELECT t.allowed('wh_police', format('SELECT govdata.end_absence(%s)', :a), 'the department ends it');
SELECT t.refused('wh_police', format('SELECT govdata.end_absence(%s)', :a), 'ZW014 absence % cannot move%', 'once');
SELECT t.refused('wh_police', format('UPDATE govdata.officer_absence SET state = ''declared'' WHERE id = %s', :a), 'ZW014 absence % cannot move%', 'and it does not come back');
SELECT t.request('wh_civil', :r, '{甲}') AS q5 \gset
SELECT t.val('li', format('SELECT govdata.approve_request(%s)', :q5));
SELECT is(t.signed(:q5), 'department regress_gd_li - -', 'from then on nobody stands in');
SELECT t.allowed('wh_police', 'SELECT govdata.declare_absence(''2026-03-03'', ''2026-03-05'', ''regress_gd_li'', ''再次出差'')', 'the same days can have another');

-- ---- sealed and verified ----
CALL govdata.sweep();
SELECT is(string_agg(finding, ' '), 'ok', 'the journal verifies') FROM govdata.verify_journal();
SET govdata.maintenance = on;
ALTER TABLE govdata.journal_entry DISABLE TRIGGER _append_only;
SELECT min(id) AS victim FROM govdata.journal_entry WHERE deputy IS NOT NULL \gset
BEGIN;
UPDATE govdata.journal_entry SET deputy = 'regress_gd_zhang' WHERE id = :victim;
SELECT is(string_agg(format('%s %s', finding, entry = :victim), ', '), 'altered t', 'another deputy is found') FROM govdata.verify_journal();
ROLLBACK;
BEGIN;
UPDATE govdata.journal_entry SET deputy = NULL, on_behalf_of = NULL WHERE id = :victim;
SELECT is(string_agg(format('%s %s', finding, entry = :victim), ', '), 'altered t', 'a deputy taken out as well') FROM govdata.verify_journal();
ROLLBACK;
ALTER TABLE govdata.journal_entry ENABLE ALWAYS TRIGGER _append_only;
RESET govdata.maintenance;

\i :actors_end
