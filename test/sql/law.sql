\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- The law as data: articles, transitions, time limits.

-- ---- articles ----
SELECT is(array_agg(article::integer ORDER BY article), ARRAY(SELECT generate_series(1, 42)), 'forty-two articles') FROM govdata.article;
SELECT is_empty($$SELECT article FROM govdata.article WHERE kind NOT IN ('scope', 'rule', 'clock', 'process', 'record')$$, 'of five kinds');
SELECT is_empty($$SELECT article FROM govdata.article WHERE title !~ '[一-龥]' OR title_en !~ '^[A-Z]' OR enforced_by = ''$$, 'with titles and what carries them out');
SELECT is(array_agg(n ORDER BY chapter), '{8,7,9,5,5,6,2}'::bigint[], 'in seven chapters')
FROM (SELECT chapter, count(*) AS n FROM govdata.article GROUP BY chapter) AS c WHERE (SELECT bool_and(article > lag) FROM (SELECT article, lag(article, 1, 0::smallint) OVER (ORDER BY chapter, article) FROM govdata.article) AS o);
-- whatever an article names as its object is there
SELECT is_empty($$SELECT a.article, w.word FROM govdata.article AS a, regexp_matches(a.enforced_by, '\m[a-z]+(?:_[a-z]+)+\M', 'g') AS m, LATERAL (SELECT m[1]) AS w (word)
	WHERE to_regclass('govdata.' || w.word) IS NULL
	AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'govdata'::regnamespace AND proname = w.word)
	AND NOT EXISTS (SELECT FROM pg_attribute at JOIN pg_class c ON c.oid = at.attrelid WHERE c.relnamespace = 'govdata'::regnamespace AND attname = w.word)
	AND w.word NOT IN (SELECT code FROM govdata.time_limit)
	AND w.word NOT LIKE 'scope\_' AND w.word NOT IN ('data_authority', 'public_utility')$$, 'what an article names is there');
SELECT t.allowed(who, 'SELECT count(*) FROM govdata.article; SELECT count(*) FROM govdata.transition; SELECT count(*) FROM govdata.time_limit', format('the law is to be read by %s', who))
FROM unnest(ARRAY['wh_police', 'admin', 'public']) AS who;

-- ---- transitions ----
SELECT cmp_ok(count(*), '>', 50::bigint, 'transitions') FROM govdata.transition;
SELECT is(count(*), count(DISTINCT (subject, from_state, to_state, actor)), 'each once') FROM govdata.transition;
SELECT is_empty($$SELECT * FROM govdata.transition WHERE article NOT BETWEEN 1 AND 42 OR from_state = to_state$$, 'each with its article');
SELECT is(govdata._transition_article('share_request', 'submitted', 'approved'), 20::smallint, 'looked up');
SELECT is(govdata._transition_article('negative_entry', '', 'drafted'), 23::smallint, 'a beginning');
SELECT is(govdata._transition_article('negative_entry', NULL, 'drafted'), 23::smallint, 'whose state is not there yet');
SELECT is(govdata._transition_article('share_request', 'approved', 'refused'), NULL, 'what is no move has no article');
-- every state of the table is one that the column allows, and no other
SELECT is_empty($$WITH m AS (SELECT CASE WHEN subject IN ('national_request', 'uncatalogued_request') THEN 'share_request' ELSE replace(subject, '_opening', '') END AS relation,
		CASE subject WHEN 'resource_opening' THEN 'opening_state' ELSE 'state' END AS col, from_state, to_state FROM govdata.transition),
	w AS (SELECT v.relation, v.col,
		(SELECT array_agg(DISTINCT s COLLATE "C" ORDER BY s COLLATE "C") FROM m, unnest(ARRAY[from_state, to_state]) AS s WHERE (m.relation, m.col) = (v.relation, v.col) AND s <> '') AS moves,
		(SELECT array_agg(g[1] COLLATE "C" ORDER BY g[1] COLLATE "C") FROM pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') AS g
			WHERE c.conrelid = ('govdata.' || v.relation)::regclass AND c.conname = v.relation || '_' || v.col || '_check') AS states
		FROM (SELECT DISTINCT relation, col FROM m) AS v)
	SELECT * FROM w WHERE moves IS DISTINCT FROM states$$, 'the states of the table are those of the columns');
-- and every one can be reached
SELECT is_empty($$WITH RECURSIVE reached AS (SELECT subject, to_state FROM govdata.transition WHERE from_state = ''
	UNION SELECT t.subject, t.to_state FROM govdata.transition t JOIN reached r ON r.subject = t.subject AND r.to_state = t.from_state)
	SELECT subject, to_state FROM govdata.transition EXCEPT SELECT * FROM reached$$, 'every state can be reached');
SELECT is_empty(format($$SELECT who, told FROM unnest(ARRAY['superuser', 'admin', 'wh_police']) AS who, t.told(who, %L) AS told WHERE told !~ '^(55000|42501|0A000)'$$, sql), format('nobody writes them: %s', sql))
FROM unnest(ARRAY['UPDATE govdata.transition SET actor = ''consumer''', 'DELETE FROM govdata.article', 'INSERT INTO govdata.transition VALUES (''share_request'', ''refused'', ''approved'', ''consumer'', 20)']) AS sql;

-- ---- time limits ----
-- every number of the Measures that counts days stands here
SELECT set_eq($$SELECT format('%s %s %s %s %s', code, coalesce(article::text, '-'), amount, unit, consequence) FROM govdata.time_limit WHERE regime = 'measures'$$, ARRAY[
	'check_doubt 13 3 working_day late',
	'continued_reading 16 30 calendar_day takes_effect',
	'provisional_grace - 15 calendar_day takes_effect',
	'reply_conditional 20 10 working_day deemed_consent',
	'reply_uncatalogued 22 10 working_day late',
	'reply_upward 21 10 working_day deemed_consent',
	'unused_items - 180 calendar_day proposal'
	], 'the limits of the Measures');
SELECT is(array_agg(DISTINCT lower(effective)), ARRAY['2021-04-01'::date], 'since 1 April 2021 (Article 42)') FROM govdata.time_limit WHERE regime = 'measures';
-- and those of Decree 809, since 1 August 2025
SELECT set_eq($$SELECT format('%s %s %s %s %s %s', code, article, amount, unit, consequence, yields) FROM govdata.time_limit WHERE regime = 'decree809'$$, ARRAY[
	'catalog_review 10 2 working_day late f',
	'catalog_update 11 10 working_day late f',
	'catalog_update_extension 11 5 working_day late f',
	'check_doubt 13 10 working_day late t',
	'delivery 20 20 working_day late f',
	'reply_extension 20 10 working_day late f',
	'reply_unconditional 20 1 working_day late f'
	], 'those of Decree 809');
SELECT is(array_agg(DISTINCT lower(effective)), ARRAY['2025-08-01'::date], 'since 1 August 2025') FROM govdata.time_limit WHERE regime = 'decree809';
SELECT t.refused(who, sql, told, format('%s: %s', who, sql))
FROM (VALUES
	('wh_police', 'UPDATE govdata.time_limit SET amount = 100', '42501 %'),
	('hb_da', 'DELETE FROM govdata.time_limit', '42501 %'),
	('admin', 'DELETE FROM govdata.time_limit', 'ZW007 a shipped row of "time_limit" cannot be deleted'),
	('superuser', 'DELETE FROM govdata.time_limit WHERE code = ''check_doubt''', 'ZW007 a shipped row of "time_limit" cannot be deleted'),
	('admin', 'UPDATE govdata.time_limit SET amount = -1', '23514 %'),
	('admin', 'UPDATE govdata.time_limit SET unit = ''hour''', '23514 %'),
	('admin', 'UPDATE govdata.time_limit SET consequence = ''nothing''', '23514 %'),
	('admin', 'UPDATE govdata.time_limit SET effective = ''empty''', '23514 %'),
	('admin', 'INSERT INTO govdata.time_limit (code, amount, unit, consequence, effective, basis) VALUES (''reply_conditional'', 5, ''working_day'', ''deemed_consent'', ''[2026-06-01,)'', ''x'')', '23P01 %')) AS v (who, sql, told);

-- a new period counts by the day of receipt
SELECT t.resource('wh_police', '时限', '{甲}') AS r \gset
SELECT t.request('wh_civil', :r, '{甲}') AS before \gset
SELECT t.allowed('admin', 'UPDATE govdata.time_limit SET effective = daterange(lower(effective), ''2026-03-04'') WHERE code = ''reply_conditional''', 'the administrator ends a period');
SELECT t.allowed('admin', 'INSERT INTO govdata.time_limit (code, article, amount, unit, consequence, effective, basis) VALUES (''reply_conditional'', 20, 5, ''working_day'', ''deemed_consent'', ''[2026-03-04,2026-03-06)'', ''修订''), (''reply_conditional'', 20, 7, ''working_day'', ''late'', ''[2026-03-06,2026-03-09)'', ''再修订'')', 'and begins others');
SELECT is(builtin, false, 'which are the site''s own') FROM govdata.time_limit WHERE code = 'reply_conditional' AND amount = 5;
SELECT is(builtin, false, 'as is a shipped one that was changed') FROM govdata.time_limit WHERE code = 'reply_conditional' AND amount = 10;
SELECT is(due_on, '2026-03-16'::date, 'what was received before keeps its limit') FROM govdata.share_request WHERE id = :before;
\set travel_to '2026-03-03 23:59:30+08'
\i :travel
SELECT t.request('wh_civil', :r, '{甲}') AS made \gset
SELECT is(due_on, '2026-03-17'::date, 'on the last day of the old period: ten days') FROM govdata.share_request WHERE id = :made;
\set travel_to '2026-03-04 00:00:30+08'
\i :travel
SELECT t.request('wh_civil', :r, '{甲}') AS made \gset
SELECT is(due_on, '2026-03-11'::date, 'on the first of the new one: five') FROM govdata.share_request WHERE id = :made;
\set travel_to '2026-03-06 09:00+08'
\i :travel
SELECT t.request('wh_civil', :r, '{甲}') AS made \gset
SELECT is(format('%s %s', due_on, matures_at), '2026-03-17 ', 'a consequence that is no consent: owed, and nothing matures') FROM govdata.share_request WHERE id = :made;
\set travel_to '2026-03-09 09:00+08'
\i :travel
SELECT t.refused('wh_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{甲}'', ''用'', ''2026-12-31'')', :r), 'ZW042 no time limit "reply_conditional" is in force on %', 'without a limit in force nothing is judged');
-- also in this session, without an end of the transaction
BEGIN;
INSERT INTO govdata.time_limit (code, article, amount, unit, consequence, effective, basis) VALUES ('reply_conditional', 20, 1, 'working_day', 'deemed_consent', '[2026-03-09,)', '又');
SELECT t.request('wh_civil', :r, '{甲}') AS made \gset
SELECT is(due_on, '2026-03-10'::date, 'a limit counts from the statement that makes it') FROM govdata.share_request WHERE id = :made;
ROLLBACK;
SELECT t.refused('wh_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{甲}'', ''用'', ''2026-12-31'')', :r), 'ZW042 %', 'and goes with it');
-- an amended calendar computes open requests by the limit of their own day
\set travel_to '2026-03-05 09:00+08'
\i :travel
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test amendment', '2026-03-05');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-03-10', 'holiday', '试', 'test amendment');
SELECT is(string_agg(due_on::text, ' ' ORDER BY id), '2026-03-17 2026-03-18 2026-03-12', 'each by its own') FROM govdata.share_request WHERE received_at < '2026-03-05';
ROLLBACK;
-- before the Measures
\set travel_to '2021-03-31 23:00+08'
\i :travel
SELECT t.refused('wh_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{甲}'', ''用'', ''2026-12-31'')', :r), 'ZW042 no time limit "reply_conditional" is in force on 2021-03-31', 'nothing before 1 April 2021 is judged by the Measures');

-- ---- a dump's row takes the place of the shipped one ----
SET govdata.restore = on;
BEGIN;
INSERT INTO govdata.time_limit (code, article, amount, unit, consequence, effective, basis) VALUES ('check_doubt', 13, 4, 'working_day', 'late', '[2022-01-01,)', '转储');
SELECT is(string_agg(format('%s %s', amount, effective), ', '), '4 [2022-01-01,)', 'a time limit') FROM govdata.time_limit WHERE code = 'check_doubt' AND regime = 'measures';
INSERT INTO govdata.catalog_specification (element, column_name, required, basis) VALUES ('信息资源摘要', 'abstract', false, '转储');
SELECT is(string_agg(format('%s %s', required, builtin), ', '), 'f f', 'an element of the specification') FROM govdata.catalog_specification WHERE element = '信息资源摘要';
SELECT is(count(*), 18::bigint, 'and no other') FROM govdata.catalog_specification;
ROLLBACK;
RESET govdata.restore;
SELECT is(count(*), 1::bigint, 'outside a restore nothing yields') FROM govdata.time_limit WHERE code = 'check_doubt' AND regime = 'measures';
SELECT t.refused('admin', 'SET govdata.restore = on', '42501 %', 'and restoring is a superuser''s');
SELECT t.refused('wh_police', format('SET %s = on', v), '42501 %', v) FROM unnest(ARRAY['govdata.restore', 'govdata.maintenance']) AS v;

\i :actors_end
