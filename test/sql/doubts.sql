\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Doubts about data (Article 13): who raises, pushes, answers, repairs and
-- closes; the three working days; who sees what was said.

SELECT t.resource('wh_police', '人口', '{姓名,地址}') AS r \gset
SELECT code AS r_code FROM govdata.resource WHERE id = :r \gset
SELECT t.resource('wh_police', '公告', '{标题}', 'unconditional') AS free \gset
SELECT t.resource('yc_civil', '宜昌', '{甲}') AS yc \gset
SELECT t.request('ja_civil', :r, '{姓名}') AS q \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q)) \g /dev/null
-- a doubt of somebody, brought as far as wanted
CREATE FUNCTION t.doubt(who text, resource bigint, until text DEFAULT 'raised', answer text DEFAULT 'confirmed', pusher text DEFAULT 'operator',
	provider text DEFAULT 'wh_police') RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	made bigint := t.val(who, format('INSERT INTO govdata.data_doubt (resource, items, claim, row_key, evidence) VALUES (%s, ''{姓名}'','
		' ''姓名与身份证不符'', ''420102199001011234'', ''户口簿'') RETURNING id', resource));
BEGIN
	IF until = 'withdrawn' THEN
		PERFORM t.val(who, format('SELECT govdata.withdraw_doubt(%s, ''误会'')', made));
	ELSIF until <> 'raised' THEN
		PERFORM t.val(pusher, format('SELECT govdata.notify_doubt(%s)', made));
	END IF;
	IF until IN ('answered', 'repaired', 'closed') THEN
		PERFORM t.val(provider, format('SELECT govdata.answer_doubt(%s, %L, ''核对户籍底册'')', made, answer));
	END IF;
	IF until = 'repaired' OR until = 'closed' AND answer = 'confirmed' THEN
		PERFORM t.val(provider, format('SELECT govdata.report_repair(%s, ''已更正'')', made));
	END IF;
	IF until = 'closed' THEN
		PERFORM t.val(who, format('SELECT govdata.close_doubt(%s)', made));
	END IF;
	RETURN made;
END
$$;

-- ---- being raised ----
SELECT is(t.told(who, format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''疑'')', :r)) = 'ok', who IN ('ja_civil', 'operator'),
	format('a doubt by %s', who)) FROM (SELECT who FROM t.actor UNION VALUES ('admin'), ('superuser'), ('stranger'), ('public'), ('nobody')) AS w ORDER BY who COLLATE "C";
SELECT t.refused('wh_police', format('SELECT govdata.raise_doubt(%L, NULL, ''疑'')', :'r_code'), 'ZW013 a provider raises no doubt about its own data', 'not by the provider');
SELECT t.refused('wh_civil', format('SELECT govdata.raise_doubt(%L, NULL, ''疑'')', :'r_code'), 'ZW013 a doubt is raised by a department that can read the resource, or %', 'not by who cannot read it');
SELECT t.refused('operator', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''疑'')', :yc), 'ZW013 a doubt is raised by %', 'an operator, of its own platform');
SELECT t.allowed('yc_da', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''疑'')', :yc), 'where none is registered, the data authority');
SELECT t.allowed('wh_civil', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''疑'')', :free), 'what is shared unconditionally, by whoever can read it');
SELECT t.allowed('ja_civil', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''疑'')', :free), 'of the platform''s counties too');
SELECT t.refused('ja_civil', sql, told, what) FROM (VALUES
	(format('SELECT govdata.raise_doubt(%L, NULL, '' '')', :'r_code'), 'ZW013 doubt needs what is doubted', 'without a claim'),
	(format('SELECT govdata.raise_doubt(%L, ''{年龄}'', ''疑'')', :'r_code'), 'ZW013 resource "%" has no item "年龄"', 'of an item that is not there'),
	('SELECT govdata.raise_doubt(''307009/999999'', NULL, ''疑'')', 'ZW013 there is no resource %', 'of a resource that is not there'),
	(format('INSERT INTO govdata.data_doubt (resource, claim, state) VALUES (%s, ''疑'', ''notified'')', :r), 'ZW013 %', 'pushed by oneself'),
	(format('INSERT INTO govdata.data_doubt (resource, claim, state) VALUES (%s, ''疑'', ''closed'')', :r), 'ZW013 %', 'closed at once'),
	(format('INSERT INTO govdata.data_doubt (resource, claim, raised_by) VALUES (%s, ''疑'', 1)', :r), 'ZW013 column "raised_by" of data_doubt is set by the platform', 'in another''s name'),
	(format('INSERT INTO govdata.data_doubt (resource, claim, due_on) VALUES (%s, ''疑'', ''2030-01-01'')', :r), 'ZW013 column "due_on" of data_doubt is set by the platform', 'with a limit of one''s own')) AS v (sql, told, what);
-- a draft, a suspended resource, one that is withdrawn
SELECT t.resource('wh_police', '草稿', '{甲}', publish => false) AS draft \gset
SELECT t.refused('operator', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''疑'')', :draft), 'ZW013 there is no published resource %', 'of a draft');
SELECT t.val('wh_police', format('SELECT govdata.suspend_resource(%L, ''检修'')', :'r_code')) \g /dev/null
SELECT t.refused('ja_civil', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''疑'')', :r), 'ZW013 a doubt is raised by %', 'a suspended resource is read by nobody');
SELECT t.allowed('operator', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''疑'')', :r), 'but its operator may doubt it');
SELECT t.val('wh_police', format('SELECT govdata.publish_resource(%L)', :'r_code')) \g /dev/null

-- ---- the clock: Monday 2026-03-02 ----
SELECT t.doubt('ja_civil', :r) AS d \gset
SELECT is(format('%s %s %s', state, notified_at, due_on), 'raised  ', 'nothing runs before the push') FROM govdata.data_doubt WHERE id = :d;
SELECT is(format('%s %s %s %s', department = t.department('operator'), duty, due_on, consequence), 't notify_doubt  none', 'which the operator owes') FROM govdata.obligation WHERE subject = 'data_doubt' AND subject_key = :'d';
\set travel_to '2026-03-03 16:00+08'
\i :travel
SELECT t.allowed('operator', format('SELECT govdata.notify_doubt(%s)', :d), 'the operator pushes it');
SELECT is(format('%s %s %s %s', due_on, due_at = '2026-03-07 00:00+08', due_provisional, limit_code), '2026-03-06 t f check_doubt', 'three working days from receipt') FROM govdata.data_doubt WHERE id = :d;
SELECT is(format('%s %s %s %s %s', department = t.department('wh_police'), duty, due_on, working_days_left, consequence), 't answer_doubt 2026-03-06 3 late', 'owed by the provider') FROM govdata.obligation WHERE subject = 'data_doubt' AND subject_key = :'d';
-- the calendar moves it
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test', '2026-03-03');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-03-05', 'holiday', '试', 'test');
SELECT is(due_on, '2026-03-09'::date, 'a notice that is loaded moves the limit') FROM govdata.data_doubt WHERE id = :d;
ROLLBACK;
-- late is owed and possible, and shown
\set travel_to '2026-03-07 00:00:01+08'
\i :travel
SELECT is(t.val(who, format('SELECT late FROM govdata.doubt_board WHERE id = %s', :d)), seen, format('late, as %s sees', who))
FROM (VALUES ('wh_police', 'true'), ('ja_civil', 'true'), ('operator', 'true'), ('wh_da', 'true'), ('wh_gov', 'true'), ('hb_da', 'true'), ('ja_da', 'true'), ('wh_civil', NULL), ('yc_da', NULL)) AS v (who, seen);
SELECT is(t.val('wh_da', 'SELECT late FROM govdata.obligation WHERE duty = ''answer_doubt'''), 'true', 'the data authority of its level sees the late duty');
SELECT t.allowed('wh_police', format('SELECT govdata.answer_doubt(%s, ''confirmed'', ''录入错误'')', :d), 'the answer is owed after the limit too');
SELECT is(format('%s %s', late, unrepaired), 't t', 'that it was late stays, that it is not repaired is shown') FROM govdata.doubt_board WHERE id = :d;
SELECT is(format('%s %s %s', duty, due_on, consequence), 'repair_data  none', 'the repair is owed without limit') FROM govdata.obligation WHERE subject = 'data_doubt' AND subject_key = :'d';
SELECT t.refused('ja_civil', format('SELECT govdata.close_doubt(%s)', :d), 'ZW013 doubt % is confirmed and not repaired', 'what is confirmed is not closed without repair');
SELECT t.allowed('wh_police', format('SELECT govdata.report_repair(%s, ''已更正'')', :d), 'it is repaired');
-- ---- taken up again: a new clock ----
\set travel_to '2026-03-09 10:00+08'
\i :travel
SELECT t.allowed('ja_civil', format('SELECT govdata.reopen_doubt(%s, ''仍不符'')', :d), 'the raiser takes it up again');
SELECT is(format('%s %s %s %s %s', state, round, due_on, answer, repaired_at), 'notified 2 2026-03-12  ', 'and a new clock runs') FROM govdata.data_doubt WHERE id = :d;
SELECT is(format('%s %s %s %s', round, due_on, answer, answer_reason), '1 2026-03-06 confirmed 录入错误', 'what was answered before is kept') FROM govdata.doubt_round WHERE doubt = :d;
SELECT t.allowed('wh_police', format('SELECT govdata.answer_doubt(%s, ''explained'', ''曾用名'')', :d), 'this time it is explained');
SELECT t.refused('wh_police', format('SELECT govdata.report_repair(%s, ''已更正'')', :d), 'ZW013 there is nothing to repair for doubt %', 'what is explained is not repaired');
SELECT t.allowed('operator', format('SELECT govdata.close_doubt(%s, ''属实'')', :d), 'the operator closes it');
SELECT is(format('%s %s %s %s %s', answered_in_time, answered_late, repaired, unrepaired, overdue), '1 1 1 0 0', 'counted by platform and provider') FROM govdata.doubt_summary WHERE provider = t.department('wh_police');
SELECT is(t.val('operator', 'SELECT platform FROM govdata.doubt_summary'), '420100', 'for the platform''s operator');
SELECT t.refused('wh_police', format('SELECT govdata.answer_doubt(%s, %s)', t.doubt('ja_civil', :r, 'notified'), args), told, what) FROM (VALUES
	('''perhaps'', ''理由''', '23514 %', 'an answer is one of two'), ('''explained'', '' ''', 'ZW013 doubt % needs an explanation to become "answered"', 'and says why'),
	('NULL, ''理由''', 'ZW013 doubt % needs an answer, "explained" or "confirmed" to become "answered"', 'no answer is none')) AS v (args, told, what);
SELECT is(count(*) > 3, true, 'any number is open at once') FROM govdata.doubt_board WHERE code = :'r_code' AND state <> 'closed';

-- ---- who sees what was said ----
SELECT is(t.val(who, format('SELECT claim || row_key FROM govdata.data_doubt WHERE id = %s', :d)) IS NOT NULL, who IN ('wh_police', 'ja_civil', 'operator', 'admin'),
	format('what was said, to %s', who)) FROM (SELECT who FROM t.actor UNION VALUES ('admin'), ('stranger')) AS w ORDER BY who COLLATE "C";
SELECT is(t.val(who, format('SELECT count(*) FROM govdata.doubt_round WHERE doubt = %s', :d)), CASE WHEN who IN ('wh_police', 'ja_civil', 'operator', 'admin') THEN '1' ELSE '0' END,
	format('the round before, to %s', who)) FROM (SELECT who FROM t.actor UNION VALUES ('admin'), ('stranger')) AS w ORDER BY who COLLATE "C";
-- the journal, which supervisors read, holds digests
SELECT is(t.val('hb_da', format('SELECT count(*) > 3 FROM govdata.journal_entry WHERE subject = ''data_doubt'' AND subject_key = ''%s''', :d)), 'true', 'supervisors read the journal of it');
SELECT is_empty($$SELECT id FROM govdata.journal_entry WHERE subject IN ('data_doubt', 'doubt_round') AND
	(concat(before, after) ~ '420102199001011234|姓名与|户口簿|底册|录入|更正|曾用名|仍不符|属实' OR before ? 'salt' OR after ? 'salt')$$, 'which says nothing of it');
SELECT is(count(*), 1::bigint, 'and proves it to whoever has it') FROM govdata.journal_entry j JOIN govdata.data_doubt d ON d.id::text = j.subject_key
	WHERE j.subject = 'data_doubt' AND j.event = 'insert' AND d.id = :d
	AND j.after ->> 'row_key' = encode(sha256(convert_to(d.salt || 'row_key' || d.row_key, 'UTF8')), 'hex');
SELECT is(t.val('hb_da', 'SELECT count(*) FROM govdata._doubt_clocks() c WHERE c::text ~ ''姓名与|户口簿'''), '0', 'nor do the clocks');
SELECT is(t.val('yc_civil', 'SELECT count(*) FROM govdata.doubt_board'), '1', 'one department sees its own');
SELECT is(t.val('stranger', 'SELECT count(*) FROM govdata.doubt_board'), '0', 'and a stranger nothing');

-- ---- every move, tried by everybody ----
CREATE TABLE t.row (subject text, state text, id bigint);
INSERT INTO t.row SELECT 'data_doubt', s, t.doubt('ja_civil', :r, s) FROM unnest(ARRAY['raised', 'notified', 'answered', 'repaired', 'closed', 'withdrawn']) AS s;
CREATE TABLE t.tries AS SELECT row_number() OVER ()::integer AS n, who FROM (SELECT who FROM t.actor UNION ALL VALUES ('admin'), ('superuser'), ('stranger'), ('public'), ('nobody')) AS w;
CREATE TABLE t.plays (who text, part text);
INSERT INTO t.plays VALUES ('wh_police', 'provider'), ('ja_civil', 'raiser'), ('operator', 'operator');
CREATE TABLE t.not_tried (subject text, from_state text, to_state text, actor text);
-- what is confirmed is closed by nobody before its repair
INSERT INTO t.not_tried SELECT 'data_doubt', 'answered', 'closed', unnest(ARRAY['raiser', 'operator']);
CREATE FUNCTION t.move(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format('UPDATE govdata.data_doubt SET state = %L%s WHERE id = %s', to_state, CASE to_state
		WHEN 'answered' THEN ', answer = ''confirmed'', answer_reason = ''理由''' WHEN 'repaired' THEN ', repair = ''已修''' WHEN 'closed' THEN ', note = ''了结'''
		WHEN 'withdrawn' THEN ', note = ''误会''' WHEN 'notified' THEN (SELECT CASE WHEN r.state <> 'raised' THEN ', note = ''再查''' END FROM t.row r WHERE r.id = move.id) ELSE '' END, id)
$$;
CREATE FUNCTION t.verb(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format(CASE to_state WHEN 'answered' THEN 'SELECT govdata.answer_doubt(%s, ''confirmed'', ''理由'')'
		WHEN 'repaired' THEN 'SELECT govdata.report_repair(%s, ''已修'')' WHEN 'closed' THEN 'SELECT govdata.close_doubt(%s)'
		WHEN 'withdrawn' THEN 'SELECT govdata.withdraw_doubt(%s, ''误会'')'
		WHEN 'notified' THEN (SELECT CASE r.state WHEN 'raised' THEN 'SELECT govdata.notify_doubt(%s)' ELSE 'SELECT govdata.reopen_doubt(%s, ''再查'')' END
			FROM t.row r WHERE r.id = verb.id) END, id)
$$;
\set moves :include '/moves.psql'
\i :moves
-- what was explained is closed without repair
SELECT is(t.told(who, format('SELECT govdata.close_doubt(%s)', t.doubt('ja_civil', :r, 'answered', 'explained'))) = 'ok', who IN ('ja_civil', 'operator'),
	format('what is explained, closed by %s', who)) FROM t.tries ORDER BY n;
-- what was said is not changed afterwards
SELECT t.refused(who, format('UPDATE govdata.data_doubt SET %s WHERE id = %s', what, :d), told, format('%s: %s', who, what)) FROM (VALUES
	('ja_civil', 'claim = ''别的''', 'ZW013 column "claim" of doubt % cannot be changed here'), ('wh_police', 'evidence = NULL', 'ZW013 column "evidence" %'),
	('wh_police', 'due_at = ''2030-01-01''', 'ZW013 column "due_at" %'), ('superuser', 'round = 9', 'ZW013 user % acts for no department'),
	('wh_police', 'answer = ''explained''', 'ZW013 %')) AS v (who, what, told);

\i :actors_end
