\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Regimes: Decree 809 beside the Measures, off by default, switched on by the
-- provincial data authority for what is received from a later day on.

-- ---- off by default ----
SELECT is(array_agg(format('%s %s %s %s', code, rank, standing, effective_from) ORDER BY rank), ARRAY['decree809 1 f 2025-08-01', 'measures 2 t 2021-04-01'], 'two regimes') FROM govdata.regime;
SELECT is(govdata.regime_on(day), expected, format('in force on %s: %s', day, expected))
FROM (VALUES ('2021-03-31'::date, NULL), ('2021-04-01', 'measures'), ('2025-08-01', 'measures'), ('2026-03-02', 'measures'), ('2030-01-01', 'measures')) AS v (day, expected);
SELECT is(govdata.regime_on(), 'measures', 'today as well');
SELECT is(state, 'warning', 'doctor() says that the Decree is off') FROM govdata.doctor() WHERE item = 'regime';
SELECT matches(detail, 'not switched on', 'and what to do') FROM govdata.doctor() WHERE item = 'regime';

-- ---- whose act it is ----
CREATE TABLE t.row (subject text, state text, id bigint, PRIMARY KEY (subject, state));
SELECT t.refused(who, 'INSERT INTO govdata.regime_switch (regime, effective_on, basis) VALUES (''decree809'', ''2026-04-01'', ''省数据局公告'')',
	CASE WHEN who IN ('admin', 'public', 'nobody') THEN '42501 %' WHEN who IN ('superuser', 'stranger') THEN 'ZW007 user % acts for no department'
	ELSE 'ZW007 a new regime switch in state "adopted" can be entered only by: provincial_authority' END, format('no act of %s', who))
FROM unnest(ARRAY['hb_gov', 'hb_market', 'wh_da', 'wh_gov', 'wh_police', 'ja_da', 'operator', 'utility', 'superuser', 'admin', 'stranger', 'public', 'nobody']) AS who;
SELECT t.refused('hb_da', format('INSERT INTO govdata.regime_switch (%s) VALUES (%s)', cols, vals), told, format('%s: %s', cols, vals))
FROM (VALUES
	('regime, effective_on, basis', '''decree809'', ''2026-03-02'', ''公告''', 'ZW007 effective_on must be a day from 2026-03-03 on'),
	('regime, effective_on, basis', '''decree809'', ''2025-08-01'', ''公告''', 'ZW007 effective_on must be a day from 2026-03-03 on'),
	('regime, effective_on, basis', '''decree809'', ''infinity'', ''公告''', 'ZW007 effective_on must be a day from 2026-03-03 on'),
	('regime, effective_on', '''decree809'', ''2026-04-01''', 'ZW007 regime switch needs the decision it rests on'),
	('regime, effective_on, basis', '''decree809'', ''2026-04-01'', ''  ''', 'ZW007 regime switch needs the decision it rests on'),
	('regime, basis', '''decree809'', ''公告''', 'ZW007 regime switch needs the day from which it holds'),
	('effective_on, basis', '''2026-04-01'', ''公告''', 'ZW007 regime switch needs the regime'),
	('regime, effective_on, basis', '''measures'', ''2026-04-01'', ''公告''', 'ZW007 regime "measures" needs no switch'),
	('regime, effective_on, basis', '''gdpr'', ''2026-04-01'', ''公告''', 'ZW007 there is no regime "gdpr"'),
	('regime, effective_on, basis, ends_on', '''decree809'', ''2026-04-01'', ''公告'', ''2026-05-01''', 'ZW007 column "ends_on" of regime_switch is set by the platform'),
	('regime, effective_on, basis, adopted_by', '''decree809'', ''2026-04-01'', ''公告'', 1', 'ZW007 column "adopted_by" of regime_switch is set by the platform'),
	('regime, effective_on, basis, state', '''decree809'', ''2026-04-01'', ''公告'', ''ended''', 'ZW007 %')) AS v (cols, vals, told);
SELECT is(count(*), 0::bigint, 'nothing came of it') FROM govdata.regime_switch;
SELECT t.val('hb_da', 'SELECT govdata.adopt_regime(''decree809'', ''2026-03-04'', ''省数据局公告2026年第1号'')') AS switch \gset
SELECT is(format('%s %s %s %s', regime, state, effective_on, adopted_by = t.department('hb_da')), 'decree809 adopted 2026-03-04 t', 'the provincial data authority switches it on') FROM govdata.regime_switch;
SELECT is(format('%s %s %s %s', event, to_state, article, department = t.department('hb_da')), 'insert adopted 7 t', 'which is in the journal')
FROM govdata.journal_entry WHERE subject = 'regime_switch' AND subject_key = :'switch';
SELECT is(state, 'ok', 'doctor() is content') FROM govdata.doctor() WHERE item = 'regime';
SELECT t.refused('hb_da', 'SELECT govdata.adopt_regime(''decree809'', ''2026-05-01'', ''又'')', '23P01 %', 'once is enough');
SELECT is(string_agg(govdata.regime_on(day), ' ' ORDER BY day), 'measures measures decree809 decree809', 'from its day on') FROM unnest(ARRAY['2026-03-02', '2026-03-03', '2026-03-04', '2030-01-01']::date[]) AS day;
SELECT t.refused(who, format('UPDATE govdata.regime_switch SET %s WHERE id = %s', change, :switch), told, format('%s: %s', who, change))
FROM (VALUES
	('hb_da', 'effective_on = ''2026-04-01''', 'ZW007 %'), ('hb_da', 'basis = ''另''', 'ZW007 %'),
	('hb_da', 'state = ''ended'', reason = ''停''', 'ZW007 regime switch % needs the day from which it no longer holds%'),
	('hb_da', 'state = ''ended'', ends_on = ''2026-06-01''', 'ZW007 regime switch % needs the reason%'),
	('hb_da', 'state = ''ended'', ends_on = ''2026-03-02'', reason = ''停''', 'ZW007 ends_on must be a day from 2026-03-04 on'),
	('wh_da', 'state = ''ended'', ends_on = ''2026-06-01'', reason = ''停''', 'ZW007 regime switch % can be moved from "adopted" to "ended" only by: provincial_authority'),
	('hb_gov', 'state = ''ended'', ends_on = ''2026-06-01'', reason = ''停''', 'ZW007 regime switch % can be moved from "adopted" to "ended" only by: provincial_authority'),
	('superuser', 'state = ''ended'', ends_on = ''2026-06-01'', reason = ''停''', 'ZW007 user % acts for no department')) AS v (who, change, told);
SELECT t.refused('hb_da', format('DELETE FROM govdata.regime_switch WHERE id = %s', :switch), 'ZW007 rows of "regime_switch" are not deleted', 'nor is it deleted');
-- registers are the administrator's
SELECT t.refused(who, sql, told, format('%s: %s', who, sql))
FROM (VALUES
	('hb_da', 'UPDATE govdata.regime SET standing = true', '42501 %'),
	('hb_da', 'UPDATE govdata.withholding_basis SET basis = ''x''', '42501 %'),
	('admin', 'DELETE FROM govdata.regime', 'ZW007 a shipped row of "regime" cannot be deleted'),
	('admin', 'DELETE FROM govdata.withholding_basis', 'ZW023 a shipped row of "withholding_basis" cannot be deleted'),
	('admin', 'INSERT INTO govdata.regime (code, rank, title, title_en, standing, effective_from, basis) VALUES (''city'', 1, ''市'', ''City'', true, ''2026-01-01'', ''x'')', '23505 %')) AS v (who, sql, told);

-- ---- limits: the regime's, else those below it ----
SELECT is(govdata._limit_amount(code, day), expected, format('%s on %s: %s', code, day, expected))
FROM (VALUES ('reply_conditional', '2026-03-03'::date, 10), ('reply_conditional', '2026-03-04', 10), ('reply_uncatalogued', '2026-03-04', 10),
	('delivery', '2026-03-04', 20), ('catalog_update', '2026-03-04', 10), ('reply_unconditional', '2026-03-04', 1),
	('check_doubt', '2026-03-03', 3), ('check_doubt', '2026-03-04', 3)) AS v (code, day, expected);
SELECT throws_ok('SELECT govdata._limit_amount(''delivery'', ''2026-03-03'')', 'ZW042', NULL, 'the Measures know no limit of delivery');
BEGIN;
UPDATE govdata.time_limit SET yields = false WHERE code = 'check_doubt' AND regime = 'decree809';
SELECT is(govdata._limit_amount('check_doubt', '2026-03-04'), 10, 'a longer term that does not yield');
UPDATE govdata.time_limit SET yields = true, amount = 2 WHERE code = 'check_doubt' AND regime = 'decree809';
SELECT is(govdata._limit_amount('check_doubt', '2026-03-04'), 2, 'and a shorter one');
-- a third regime, a city's stricter rule for all: it stands above and by itself
INSERT INTO govdata.regime (code, rank, title, title_en, standing, effective_from, basis) VALUES ('stricter', 3, '更严', 'Stricter', true, '2026-01-01', 'x');
INSERT INTO govdata.time_limit (regime, code, article, amount, unit, consequence, effective, basis) VALUES ('stricter', 'reply_conditional', 20, 5, 'working_day', 'late', '[2026-01-01,)', 'x');
SELECT is(govdata._limit_amount('reply_conditional', '2026-03-04'), 10, 'a lower regime does not reach what a higher one says');
UPDATE govdata.time_limit SET yields = true WHERE code = 'reply_conditional' AND regime = 'measures';
SELECT is(govdata._limit_amount('reply_conditional', '2026-03-04'), 5, 'unless that yields');
ROLLBACK;

-- ---- ended ----
BEGIN;
SELECT t.allowed('hb_da', 'SELECT govdata.end_regime(''decree809'', ''2026-06-01'', ''国务院另有规定'')', 'it ends with a day');
SELECT is(string_agg(coalesce(govdata.regime_on(day), '-'), ' ' ORDER BY day), 'measures decree809 decree809 measures', 'and holds until then') FROM unnest(ARRAY['2026-03-03', '2026-03-04', '2026-05-31', '2026-06-01']::date[]) AS day;
SELECT t.refused('hb_da', 'SELECT govdata.end_regime(''decree809'', ''2026-07-01'', ''再'')', 'ZW007 there is no regime switch "decree809" that you can see', 'once');
SELECT t.refused('hb_da', format('UPDATE govdata.regime_switch SET state = ''adopted'', ends_on = NULL WHERE id = %s', :switch), 'ZW007 %', 'what has ended does not come back');
SELECT t.allowed('hb_da', 'SELECT govdata.adopt_regime(''decree809'', ''2026-07-01'', ''恢复适用'')', 'but can be adopted anew');
SELECT is(string_agg(coalesce(govdata.regime_on(day), '-'), ' ' ORDER BY day), 'decree809 measures decree809', 'for a later time') FROM unnest(ARRAY['2026-05-31', '2026-06-01', '2026-07-01']::date[]) AS day;
ROLLBACK;
BEGIN;
SELECT t.allowed('hb_da', 'SELECT govdata.end_regime(''decree809'', ''2026-03-04'', ''撤销'')', 'one that has not begun can end on the day on which it would');
SELECT is(govdata.regime_on('2026-03-04'), 'measures', 'and never was');
ROLLBACK;

-- ---- withholding: narrower grounds ----
SELECT t.resource('wh_police', '人口', '{甲,乙}') AS r \gset
SELECT t.resource('wh_police', '车辆', '{甲,乙}') AS r2 \gset
SELECT t.allowed('wh_police', format('INSERT INTO govdata.negative_entry (resource, basis_kind, legal_basis, basis_article, reason) VALUES (%s, ''national_rule'', ''某规定'', ''第三条'', ''理由'')', :r), 'under the Measures a national rule is a basis');
SELECT max(id) AS old FROM govdata.negative_entry \gset
SELECT t.val('wh_da', format('SELECT govdata.review_negative_entry(%s)', :old));
SELECT t.val('wh_gov', format('SELECT govdata.approve_negative_entry(%s)', :old));
SELECT t.val('wh_police', format('INSERT INTO govdata.negative_entry (resource, basis_kind, legal_basis, basis_article, reason) VALUES (%s, ''regulation'', ''某省条例'', ''第三条'', ''理由'') RETURNING id', :r2)) AS drafted \gset
SELECT t.val('wh_da', format('SELECT govdata.review_negative_entry(%s)', :drafted));
SELECT is(count(*), 0::bigint, 'none is due for review yet') FROM govdata.obligation WHERE duty = 'review_withholding';
\set travel_to '2026-03-04 09:00+08'
\i :travel
SELECT t.refused('wh_police', format('INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason) VALUES (%s, ''{乙}'', %L, ''某文'', ''第三条'', ''理由'')', :r2, kind), told, format('under the Decree: %s', kind))
FROM (VALUES ('regulation', 'ZW016 under Decree 809 of the State Council, withholding must rest on a law%'), ('national_rule', 'ZW016 under Decree 809%'), ('paper', 'ZW016 under Decree 809%')) AS v (kind, told);
SELECT t.allowed('wh_police', format('INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason) VALUES (%s, ''{乙}'', %L, ''某文'', ''第三条'', ''理由'')', :r2, kind), format('under the Decree: %s', kind))
FROM unnest(ARRAY['law', 'administrative_regulation', 'state_council_decision']) AS kind;
SELECT t.refused('wh_police', format('INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason) VALUES (%s, ''{乙}'', ''law'', ''某法'', NULL, ''理由'')', :r2), '23502 %', 'the article is cited');
SELECT t.refused('wh_gov', format('SELECT govdata.approve_negative_entry(%s)', :drafted), 'ZW016 under Decree 809%', 'what was drafted before takes effect now, and needs a basis of now');
-- old entries stay in force and are due for review
SELECT is(sharing, 'withheld', 'an old entry is not void') FROM govdata.resource WHERE id = :r;
SELECT is(string_agg(format('%s %s %s %s %s', department = t.department('wh_da'), article, subject, subject_key = :'old', due_on IS NULL), '; '), 't 23 negative_entry t t', 'it is due for review by its data authority') FROM govdata.obligation WHERE duty = 'review_withholding';
SELECT t.val('wh_police', format('INSERT INTO govdata.negative_entry (resource, basis_kind, legal_basis, basis_article, reason) VALUES (%s, ''law'', ''某法'', ''第三条'', ''理由'') RETURNING id', :r)) AS anew \gset
SELECT t.val('wh_da', format('SELECT govdata.review_negative_entry(%s)', :anew));
SELECT is(count(*), 1::bigint, 'still due') FROM govdata.obligation WHERE duty = 'review_withholding';
SELECT t.val('wh_gov', format('SELECT govdata.approve_negative_entry(%s)', :anew));
SELECT is(count(*), 0::bigint, 'done when an entry on a sufficient basis covers the same') FROM govdata.obligation WHERE duty = 'review_withholding';
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.lift_negative_entry(%s, ''已有新条目'')', :anew));
SELECT is(count(*), 1::bigint, 'due again when that ends') FROM govdata.obligation WHERE duty = 'review_withholding';
SELECT t.val('wh_police', format('SELECT govdata.lift_negative_entry(%s, ''依据不足'')', :old));
SELECT is(count(*), 0::bigint, 'and done when the old one ends') FROM govdata.obligation WHERE duty = 'review_withholding';
ROLLBACK;

\i :actors_end
