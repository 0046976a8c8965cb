\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Quality rules (Article 13, GB/T 36344): who defines them, every kind measured
-- on a table whose faults are known, what follows from a finding, the scores.

CREATE SCHEMA data;
GRANT USAGE ON SCHEMA data TO govdata_department;
CREATE TYPE data.sex AS ENUM ('男', '女');
CREATE TABLE data.people (id integer, name text, id_card varchar(30), uscc text, born date, registered date, updated timestamptz,
	region text, sex data.sex, salary numeric, secret text);
-- 100 rows: what is wrong is wrong in rows whose number says so
INSERT INTO data.people SELECT i,
	CASE WHEN i % 50 = 0 THEN NULL WHEN i % 25 = 0 THEN '无' WHEN i % 20 = 0 THEN ' 名' || i ELSE '名' || i END,
	CASE WHEN i % 10 = 0 THEN '11010519491231002Y' ELSE '11010519491231002X' END,
	CASE WHEN i % 4 = 0 THEN '91350100M000100Y44' ELSE '91350100M000100Y43' END,
	'1980-01-01'::date + i, CASE WHEN i % 5 = 0 THEN '1970-01-01' ELSE '2000-01-01' END::date, '2026-02-20 09:00+08'::timestamptz + i * interval '1 minute',
	CASE WHEN i % 3 = 0 THEN '999999' ELSE '420100' END, CASE WHEN i % 2 = 0 THEN '男' ELSE '女' END::data.sex, i * 100, 'secret ' || i
FROM generate_series(1, 100) AS i;
UPDATE data.people SET id = 7 WHERE id IN (8, 9);
INSERT INTO data.people (id, region) VALUES (NULL, '420100');
ALTER TABLE data.people OWNER TO regress_gd_wh_police;
SELECT t.resource('wh_police', '人口', '{id,name,id_card,uscc,born,registered,updated,region,sex,salary}') AS r \gset
SELECT code AS r_code FROM govdata.resource WHERE id = :r \gset

-- ---- what is measured ----
SELECT is(string_agg(code, ' ' ORDER BY code), '01 0101 0102 0103 0104 0105 0106 02 0201 0202 03 0301 0302 0303 0304 0305 04 0401 0402 05 0501 0502 0503 06 0601 0602', 'GB/T 36344 as rows') FROM govdata.quality_indicator;
SELECT is(count(*), 26::bigint, 'each with a weight') FROM govdata.quality_weight;
SELECT t.refused('wh_police', sql, '42501 %', sql) FROM unnest(ARRAY['UPDATE govdata.quality_weight SET weight = 9', 'DELETE FROM govdata.quality_indicator']) AS sql;
SELECT t.refused('admin', 'DELETE FROM govdata.quality_weight WHERE code = ''01''', 'ZW013 a shipped row of "quality_weight" cannot be deleted', 'what is shipped stays');
SELECT t.allowed('admin', 'INSERT INTO govdata.quality_indicator (code, parent, title) VALUES (''0306'', ''03'', ''数据标准参照准确性'')', 'a province adds an indicator');
SELECT t.refused('admin', 'INSERT INTO govdata.quality_indicator (code, parent, title) VALUES (''0406'', ''03'', ''x'')', '23514 %', 'below its own dimension');
SELECT is(govdata.citizen_id_is_valid(code), valid, format('citizen number %s', code)) FROM (VALUES
	('11010519491231002X', true), ('11010519491231002Y', false), ('11010519491231002x', false), ('110105194912310021', false), ('1101051949123100X', false),
	('11010519490229002X', false), ('11010519491331002X', false), ('440524188001010014', true), ('', false), ('身份证号码身份', false)) AS v (code, valid);

-- ---- who defines what ----
CREATE FUNCTION t.rule(who text, resource bigint, indicator text, kind text, parameters text DEFAULT '') RETURNS text
LANGUAGE sql AS $$ SELECT format('INSERT INTO govdata.quality_rule (resource, indicator, kind, title%s) VALUES (%s, %L, %L, %L%s) RETURNING id',
	coalesce((SELECT string_agg(', ' || (regexp_match(p, '^(\w+) = '))[1], '') FROM regexp_split_to_table(parameters, E'\n') AS p WHERE p <> ''), ''),
	resource, indicator, kind, kind || ' rule',
	coalesce((SELECT string_agg(', ' || regexp_replace(p, '^\w+ = ', ''), '') FROM regexp_split_to_table(parameters, E'\n') AS p WHERE p <> ''), '')) $$;
SELECT t.refused('wh_police', t.rule('wh_police', :r, '0201', 'not_null', 'items = ''{name}'''), 'ZW013 this quality rule cannot be measured', 'a rule about rows needs an attached table');
SELECT t.allowed('wh_police', format('SELECT govdata.attach_resource(%L, ''data.people'')', :'r_code'), 'it is attached');
-- values of the definer's choice need the provider's consent; others not
SELECT is((SELECT coalesce(t.val(w.who, t.rule(w.who, :r, '0201', 'not_null', 'items = ''{name}''') ), '') <> '' WHERE t.told(w.who, t.rule(w.who, :r, '0201', 'not_null', 'items = ''{name}''')) = 'ok') IS TRUE,
	w.who IN ('wh_police', 'operator', 'wh_da'), format('a rule by %s', w.who)) FROM (SELECT who FROM t.actor UNION VALUES ('admin'), ('superuser'), ('stranger'), ('public'), ('nobody')) AS w ORDER BY who COLLATE "C";
CREATE TABLE t.defined AS SELECT v.*, t.val(v.who, t.rule(v.who, :r, v.indicator, v.kind, v.parameters))::bigint AS id FROM (VALUES
	('wh_police', '0104', 'expression', 'expression = ''salary > 0''', 'active'),
	('operator', '0104', 'expression', 'expression = ''salary > 0''', 'proposed'),
	('wh_da', '0302', 'pattern', E'items = ''{region}''\npattern = ''^42''', 'proposed'),
	('operator', '0301', 'range', E'items = ''{salary}''\nlow = ''0''', 'proposed'),
	('operator', '0101', 'values', E'items = ''{region}''\nallowed = ''{420100}''', 'proposed'),
	('operator', '0201', 'not_null', E'items = ''{name}''\napplies_to = ''salary = 100''', 'proposed'),
	('operator', '0304', 'unique', 'items = ''{id}''', 'active')) AS v (who, indicator, kind, parameters, becomes);
SELECT is(q.state, d.becomes, format('%s by %s is %s', d.kind, d.who, d.becomes)) FROM t.defined AS d JOIN govdata.quality_rule AS q USING (id) ORDER BY id;
SELECT t.refused('operator', t.rule('operator', :r, '0104', 'expression', E'expression = ''salary > 0''\nstate = ''active'''), 'ZW013 a rule of kind "expression" needs the provider''s consent', 'and is not active without');
SELECT t.refused('operator', t.rule('operator', :r, '0201', 'not_null', E'items = ''{name}''\napplies_to = ''salary = 100''\nstate = ''active'''), 'ZW013 a rule of kind "not_null" needs the provider''s consent', 'nor by a condition');
SELECT is(t.val('wh_da', 'SELECT string_agg(DISTINCT duty, '' '') FROM govdata.obligation WHERE subject = ''quality_rule'''), 'decide_rule', 'what is proposed is to be decided, as the data authority sees');
-- what cannot be measured, or could run somebody's code
CREATE FUNCTION data.leak(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;
CREATE OPERATOR data.=== (LEFTARG = text, RIGHTARG = text, PROCEDURE = texteq);
SELECT t.refused('wh_police', t.rule('wh_police', :r, indicator, kind, parameters), told, format('%s %s', kind, replace(parameters, E'\n', ', '))) FROM (VALUES
	('0104', 'expression', 'expression = ''data.leak(name)''', 'ZW013 this condition is not allowed'),
	('0104', 'expression', 'expression = ''name OPERATOR(data.===) name''', 'ZW013 this condition is not allowed'),
	('0104', 'expression', 'expression = ''salary > (SELECT max(salary) FROM data.people)''', 'ZW013 this condition is not allowed'),
	('0104', 'expression', 'expression = ''random() > 0.5''', 'ZW013 this condition is not allowed'),
	('0104', 'expression', 'expression = ''people IS NULL''', 'ZW013 this condition is not allowed'),
	('0104', 'expression', 'expression = ''true; DROP TABLE data.people''', '42601 %'),
	('0104', 'expression', 'expression = ''salary''', '42804 %'),
	('0104', 'expression', 'expression = ''nothing > 0''', '42703 %'),
	('0104', 'expression', '', 'ZW013 this quality rule cannot be measured'),
	('0302', 'pattern', E'items = ''{salary}''\npattern = ''^1''', 'ZW013 this quality rule cannot be measured'),
	('0302', 'pattern', E'items = ''{name}''\npattern = ''(''', '2201B %'),
	('0302', 'pattern', E'items = ''{name,region}''\npattern = ''x''', 'ZW013 this quality rule cannot be measured'),
	('0101', 'values', E'items = ''{salary}''\nallowed = ''{viel}''', '22P02 %'),
	('0101', 'values', E'items = ''{name}''\nallowed = ''{NULL}''', 'ZW013 column "allowed" of quality_rule must not contain an empty element'),
	('0201', 'not_null', 'items = ''{secret}''', 'ZW013 this quality rule cannot be measured'),
	('0201', 'not_null', 'items = ''{age}''', 'ZW013 this quality rule cannot be measured'),
	('0201', 'not_null', E'items = ''{name}''\npattern = ''x''', 'ZW013 this quality rule cannot be measured'),
	('0301', 'range', 'items = ''{salary}''', 'ZW013 this quality rule cannot be measured'),
	('0301', 'citizen_id', 'items = ''{salary}''', 'ZW013 this quality rule cannot be measured'),
	('0502', 'timely', E'items = ''{name}''\nwithin = ''1 day''', 'ZW013 this quality rule cannot be measured'),
	('0103', 'metadata', 'applies_to = ''true''', 'ZW013 this quality rule cannot be measured'),
	('01', 'metadata', '', '23514 %'), ('0799', 'metadata', '', '23503 %'), ('0103', 'perfect', '', 'ZW013 there is no kind of quality rule "perfect"'),
	('0103', 'metadata', 'threshold = 2', '23514 %'), ('0103', 'metadata', 'provider = 1', 'ZW013 column "provider" of quality_rule is set by the platform')) AS v (indicator, kind, parameters, told);
SELECT t.refused('wh_police', t.rule('wh_police', t.resource('wh_civil', '别人', '{甲}'), '0103', 'metadata'), 'ZW013 a new quality rule in state "active" can be entered only by: %', 'nobody else''s resource');
-- a text is stored as the server writes it, and read again only so
CREATE TABLE t.kept AS SELECT v.*, t.val('wh_police', t.rule('', :r, '0104', 'expression', format('expression = %L', text)))::bigint AS id FROM (VALUES
	('salary>0 and   born<''1999-1-2''', '((salary > (0)::numeric) AND (born < ''1999-01-02''::date))'),
	('false) IS NOT NULL OR (true', '((false IS NOT NULL) OR true)'),
	('name LIKE ''it''''s%''', '(name ~~ ''it''''s%''::text)')) AS v (text, kept);
SELECT is(q.expression, k.kept, format('conditions are kept in one form: %s', k.text)) FROM t.kept AS k JOIN govdata.quality_rule AS q USING (id) ORDER BY id;

-- ---- every move, tried by everybody ----
CREATE TABLE t.row (subject text, state text, id bigint);
INSERT INTO t.row SELECT 'quality_rule', s, t.val(CASE s WHEN 'active' THEN 'wh_police' ELSE 'operator' END, t.rule('', :r, '0104', 'expression', 'expression = ''salary > 1'''))::bigint
	FROM unnest(ARRAY['active', 'proposed', 'refused', 'retired']) AS s;
SELECT t.val('wh_police', format('SELECT govdata.refuse_rule(%s, ''无此必要'')', id)) FROM t.row WHERE state = 'refused' \g /dev/null
SELECT t.val('operator', format('SELECT govdata.retire_rule(%s, ''作罢'')', id)) FROM t.row WHERE state = 'retired' \g /dev/null
CREATE TABLE t.tries AS SELECT row_number() OVER ()::integer AS n, who FROM (SELECT who FROM t.actor UNION ALL VALUES ('admin'), ('superuser'), ('stranger'), ('public'), ('nobody')) AS w;
CREATE TABLE t.plays (who text, part text);
INSERT INTO t.plays VALUES ('wh_police', 'provider'), ('wh_police', 'definer'), ('operator', 'operator'), ('operator', 'definer'), ('wh_da', 'data_authority');
CREATE TABLE t.not_tried (subject text, from_state text, to_state text, actor text);
CREATE FUNCTION t.move(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$ SELECT format('UPDATE govdata.quality_rule SET state = %L%s WHERE id = %s', to_state, CASE WHEN to_state IN ('refused', 'retired') THEN ', reason = ''理由''' ELSE '' END, id) $$;
CREATE FUNCTION t.verb(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$ SELECT format(CASE to_state WHEN 'active' THEN 'SELECT govdata.adopt_rule(%s)' WHEN 'refused' THEN 'SELECT govdata.refuse_rule(%s, ''理由'')'
	WHEN 'retired' THEN 'SELECT govdata.retire_rule(%s, ''理由'')' END, id) $$;
-- the definer of the active row is the provider, that of the proposed one the operator
UPDATE t.plays SET part = part || CASE WHEN part = 'definer' THEN '_' || who ELSE '' END;
CREATE TABLE t.definer (from_state text, who text);
INSERT INTO t.definer VALUES ('active', 'wh_police'), ('proposed', 'operator');
\set moves :include '/moves.psql'
DELETE FROM t.plays WHERE part LIKE 'definer%';
INSERT INTO t.not_tried SELECT subject, from_state, to_state, actor FROM govdata.transition WHERE subject = 'quality_rule' AND to_state = 'retired';
-- retiring is tried below, one definer at a time
DELETE FROM t.row WHERE state = 'retired';
\i :moves
SELECT is(t.told(w.who, format('SELECT govdata.retire_rule(%s, ''作罢'')', t.val(d.who, t.rule('', :r, '0104', 'expression', 'expression = ''salary > 2''')))) = 'ok', w.who = d.who,
	format('a rule of %s, retired by %s', d.who, w.who)) FROM t.definer AS d, t.tries AS w ORDER BY d.who COLLATE "C", w.who COLLATE "C";
SELECT t.val('wh_police', format('SELECT govdata.retire_rule(%s, ''试毕'')', id)) FROM govdata.quality_rule WHERE state = 'active' AND defined_by = t.department('wh_police') \g /dev/null
SELECT t.val('operator', format('SELECT govdata.retire_rule(%s, ''试毕'')', id)) FROM govdata.quality_rule WHERE state IN ('active', 'proposed') AND defined_by = t.department('operator') \g /dev/null
SELECT t.val('wh_da', format('SELECT govdata.retire_rule(%s, ''试毕'')', id)) FROM govdata.quality_rule WHERE state IN ('active', 'proposed') AND defined_by = t.department('wh_da') \g /dev/null

-- ---- every kind, measured ----
-- another department's register, which the provider may read
CREATE TABLE data.regions (code text PRIMARY KEY, name text, capital text);
INSERT INTO data.regions VALUES ('420100', '武汉', 'a'), ('420500', '宜昌', 'b');
ALTER TABLE data.regions OWNER TO regress_gd_wh_civil;
SELECT t.resource('wh_civil', '区划', '{code,name}', 'unconditional') AS regions \gset
SELECT code AS regions_code FROM govdata.resource WHERE id = :regions \gset
SELECT t.val('wh_civil', format('SELECT govdata.attach_resource(%L, ''data.regions'')', :'regions_code')) \g /dev/null
CREATE TABLE data.hidden (code text PRIMARY KEY);
ALTER TABLE data.hidden OWNER TO regress_gd_wh_civil;
SELECT t.resource('wh_civil', '内部', '{code}') AS hidden \gset
SELECT t.val('wh_civil', format('SELECT govdata.attach_resource(%L, ''data.hidden'')', code)) FROM govdata.resource WHERE id = :hidden \g /dev/null
SELECT t.refused('wh_police', t.rule('', :r, '0105', 'reference', format(E'items = ''{region}''\nreference = %s\nreference_items = ''{code}''', :hidden)), 'ZW013 this quality rule cannot be measured', 'no comparing with what the provider may not read');
SELECT t.refused('operator', t.rule('', :r, '0105', 'reference', format(E'items = ''{region}''\nreference = %s\nreference_items = ''{code}''', :hidden)), 'ZW013 this quality rule cannot be measured', 'nor by the operator''s rule');

CREATE TABLE t.case (n integer GENERATED ALWAYS AS IDENTITY, indicator text, kind text, parameters text, a bigint, b bigint, x numeric, id bigint);
INSERT INTO t.case (indicator, kind, parameters, a, b, x) VALUES
	('0104', 'expression', 'expression = ''registered >= born''', 81, 101, NULL),
	('0402', 'expression', E'expression = ''sex = ''''男'''' OR salary % 200 = 100''\napplies_to = ''salary > 5000''', 50, 50, 1),
	('0302', 'pattern', E'items = ''{region}''\npattern = ''^42''', 68, 101, NULL),
	('0101', 'values', E'items = ''{region}''\nallowed = ''{420100,420500}''', 68, 101, NULL),
	('0101', 'values', E'items = ''{sex}''\nallowed = ''{女}''', 50, 100, 0.5),
	('0102', 'length', E'items = ''{id_card}''\nlow = ''18''\nhigh = ''18''', 100, 100, 1),
	('0501', 'range', E'items = ''{registered}''\nlow = ''1999-01-01''\nhigh = ''2026-12-31''', 80, 100, 0.8),
	('0301', 'uscc', 'items = ''{uscc}''', 75, 100, 0.75),
	('0301', 'citizen_id', 'items = ''{id_card}''', 90, 100, 0.9),
	('0201', 'not_null', 'items = ''{name}''', 98, 101, NULL),
	('0201', 'not_null', 'items = ''{id,name,region}''', 98, 101, NULL),
	('0305', 'dirty', 'items = ''{name}''', 6, 101, NULL),
	('0503', 'ordered', 'items = ''{born,registered}''', 80, 100, 0.8),
	('0304', 'unique', 'items = ''{id}''', 97, 100, 0.97),
	('0303', 'duplicates', 'items = ''{id}''', 2, 100, 0.98),
	('0304', 'unique', 'items = ''{id,born}''', 100, 100, 1),
	('0105', 'reference', format(E'items = ''{region}''\nreference = %s\nreference_items = ''{code}''', :regions), 68, 101, NULL),
	('0202', 'records', 'expected = 202', 101, 202, 0.5),
	('0202', 'records', 'expected = 50', 101, 50, 1),
	('0502', 'timely', E'items = ''{updated}''\nwithin = ''30 days''', 1, 1, 1),
	('0502', 'timely', E'items = ''{updated}''\nwithin = ''7 days''', 0, 1, 0),
	('0502', 'timely', E'items = ''{registered}''\nwithin = ''1 day''', 0, 1, 0),
	('0103', 'metadata', '', 10, 11, NULL),
	('0102', 'model', '', 4, 10, 0.4),
	('0106', 'secured', '', 2, 3, NULL),
	('0601', 'accessible', '', 5, 5, 1),
	('0602', 'usable', '', 10, 10, 1);
UPDATE t.case SET id = t.val('wh_police', t.rule('', :r, indicator, kind, parameters))::bigint, x = coalesce(x, CASE WHEN kind IN ('dirty', 'duplicates') THEN 1 - a::numeric / b ELSE a::numeric / b END);
SELECT t.refused(who, 'CALL govdata.check_quality()', '42501 %', format('not called by %s', who)) FROM unnest(ARRAY['wh_police', 'operator', 'hb_da', 'public']) AS who;
SET ROLE regress_gd_admin;
CALL govdata.check_quality();
RESET ROLE;
SELECT is(format('%s %s %s %s', s.outcome, s.a, s.b, round(s.score, 9)), format('measured %s %s %s', c.a, c.b, round(c.x, 9)), format('%s %s %s', c.indicator, c.kind, replace(c.parameters, E'\n', ', ')))
FROM t.case AS c LEFT JOIN govdata.quality_score AS s ON s.rule = c.id ORDER BY c.n;
SELECT is(count(*), count(*) FILTER (WHERE exact AND sampled = 1 AND error = 0), 'all exact') FROM govdata.quality_score;
SELECT is(format('%s %s %s %s', state, rules, rows_read, turns > 0), 'finished 27 101 t', 'one row a run') FROM govdata.quality_run;
SELECT is(string_agg(format('%s %s %s', event, after ->> 'state', provider = t.department('wh_police')), ', ' ORDER BY id), 'insert running t, update finished t', 'and two entries of the journal') FROM govdata.journal_entry WHERE subject = 'quality_run';
-- reproducible: the same figures by the provider's own hand
SELECT is(t.val('wh_police', format('SELECT count(*) FROM (%s) AS q', t.val('wh_police', format('SELECT govdata.rule_query(%s)', c.id))))::bigint,
	CASE WHEN c.kind = 'dirty' THEN c.a WHEN c.kind IN ('unique', 'duplicates') THEN CASE WHEN c.x = 1 THEN 0 ELSE 1 END ELSE c.b - c.a END, format('the rows of %s %s', c.n, c.kind))
FROM t.case AS c WHERE t.val('wh_police', format('SELECT govdata.rule_query(%s)', c.id)) IS NOT NULL ORDER BY c.n;
SELECT t.refused('wh_house', format('SELECT govdata.rule_query(%s)', max(id)), 'ZW013 there is no quality rule %', 'who does not see a rule gets no statement') FROM t.case;
-- the reading is on record
CALL govdata.sweep();
SELECT is(format('%s %s %s', basis, department, items ~ 'id_card' AND purpose ~ '^quality_run '), 'administrator  t', 'the reading is recorded as the administrator''s')
FROM govdata.access_log WHERE resource = :r AND purpose LIKE 'quality%';
-- nothing of what the rows hold is anywhere
SELECT is_empty($$SELECT * FROM govdata.quality_score s WHERE s::text ~ '名1|11010519|secret'$$, 'scores hold no content');
SELECT is_empty($$SELECT id FROM govdata.data_doubt d WHERE rule IS NOT NULL AND d::text ~ '名1|11010519|secret'$$, 'nor do findings');
SELECT is(t.val(who, 'SELECT count(*) FROM govdata.quality_state'), '0', format('progress is not seen by %s', who)) FROM unnest(ARRAY['wh_police', 'operator', 'hb_gov']) AS who;
SELECT is(t.val(who, 'SELECT count(*) FROM govdata.quality_score'), seen::text, format('scores, as %s sees', who)) FROM (VALUES
	('wh_police', 27), ('operator', 27), ('wh_da', 27), ('hb_gov', 27), ('wh_civil', 0), ('yc_da', 0), ('stranger', 0)) AS v (who, seen);

-- ---- the report: weights are rows ----
CREATE VIEW t.dimension AS SELECT left(indicator, 2) AS dimension, avg(x) AS x FROM (SELECT indicator, avg(x) AS x FROM t.case GROUP BY 1) AS i GROUP BY 1;
SELECT is(r.score, round(d.x, 6), format('dimension %s', r.dimension)) FROM govdata.quality_report AS r JOIN t.dimension AS d USING (dimension) ORDER BY dimension;
SELECT is(score, (SELECT round(avg(x), 6) FROM t.dimension), 'as a whole') FROM govdata.quality_report WHERE dimension IS NULL;
BEGIN;
UPDATE govdata.quality_weight SET weight = CASE code WHEN '06' THEN 1 ELSE 0 END WHERE length(code) = 2;
SELECT is(score, 1.000000, 'by other weights') FROM govdata.quality_report WHERE dimension IS NULL;
UPDATE govdata.quality_weight SET weight = 0;
SELECT is(score, NULL, 'without any there is no score') FROM govdata.quality_report WHERE dimension IS NULL;
ROLLBACK;
SELECT is(figures -> '0304', jsonb_agg(jsonb_build_object('rule', id, 'kind', kind, 'a', a, 'b', b, 'x', x, 'exact', true) ORDER BY id), 'with the figures behind each') FROM govdata.quality_report, t.case WHERE dimension = '03' AND indicator = '0304' GROUP BY figures;

-- ---- findings ----
SELECT bag_eq('SELECT rule FROM govdata.data_doubt WHERE rule IS NOT NULL', 'SELECT id FROM t.case WHERE x < 1', 'each fault is pushed to the provider');
SELECT is(count(*), count(*) FILTER (WHERE state = 'notified' AND due_on = '2026-03-05' AND provider = t.department('wh_police') AND raised_by IS NULL), 'as notified, with the limit running') FROM govdata.data_doubt;
SELECT is(claim, '0301 citizen_id rule：X = 0.900000，A = 90，B = 100，界限 1', 'and says the figures') FROM govdata.data_doubt WHERE rule = (SELECT id FROM t.case WHERE kind = 'citizen_id');
CREATE VIEW t.found AS SELECT c.kind, d.id, d.state, d.round, d.answer, d.due_on, d.note FROM govdata.data_doubt d JOIN t.case c ON c.id = d.rule WHERE c.kind IN ('citizen_id', 'uscc');
SELECT id AS d FROM t.found WHERE kind = 'citizen_id' \gset
SELECT id AS e FROM t.found WHERE kind = 'uscc' \gset
-- again: nothing new while it is open
SELECT format('CALL govdata.check_quality(%L)', :'r_code') AS check_again \gset
:check_again;
SELECT is(count(*), (SELECT count(*) FROM t.case WHERE x < 1), 'an open doubt is not raised again') FROM govdata.data_doubt;
SELECT is(count(*), 2::bigint, 'scores over time') FROM govdata.quality_report WHERE dimension IS NULL;
-- repaired in words only: taken up again; explained: not raised again unless worse
SELECT t.allowed('wh_police', format('SELECT govdata.answer_doubt(%s, ''confirmed'', ''录入错误''); SELECT govdata.report_repair(%s, ''已更正'')', :d, :d), 'the provider says it is repaired');
SELECT t.allowed('wh_police', format('SELECT govdata.answer_doubt(%s, ''explained'', ''旧码'')', :e), 'and explains the other');
SELECT t.allowed('operator', format('SELECT govdata.close_doubt(%s)', :e), 'which is closed');
\set travel_to '2026-03-04 09:00+08'
\i :travel
:check_again;
SELECT is(format('%s %s %s', state, round, due_on), 'notified 2 2026-03-09', 'what is said to be repaired and is not, is taken up again') FROM t.found WHERE id = :d;
SELECT is(count(*), 1::bigint, 'what was explained is not raised again') FROM t.found WHERE kind = 'uscc';
UPDATE data.people SET uscc = '91350100M000100Y44' WHERE id = 1;
:check_again;
SELECT is(string_agg(state, ' ' ORDER BY id), 'closed notified', 'unless it has become worse') FROM t.found WHERE kind = 'uscc';
SELECT t.refused('operator', format('SELECT govdata.reopen_doubt(%s, ''再查'')', :e), 'ZW013 rule % has an open doubt already', 'one doubt is open at a time for a rule');
-- repaired in fact
SELECT t.allowed('wh_police', format('SELECT govdata.answer_doubt(%s, ''confirmed'', ''确实有误'')', :d), 'it is confirmed');
UPDATE data.people SET id_card = '11010519491231002X' WHERE id_card LIKE '%Y';
\set travel_to '2026-03-04 10:00+08'
\i :travel
:check_again;
SELECT is(format('%s %s', state, note), 'closed 0301 citizen_id rule：X = 1.000000，A = 100，B = 100，界限 1', 'a run that finds it sound closes it') FROM t.found WHERE id = :d;
SELECT is(string_agg(round(score, 2)::text, ' ' ORDER BY run), '0.90 0.90 0.90 0.90 1.00', 'scores before and after') FROM govdata.quality_score WHERE rule = (SELECT id FROM t.case WHERE kind = 'citizen_id');
SELECT is(t.val('wh_da', 'SELECT unanswered > 0 AND overdue = 0 AND platform = ''420100'' FROM govdata.doubt_summary'), 'true', 'the supervisor sees the count');
\set travel_to '2026-03-10 10:00+08'
\i :travel
SELECT is(t.val('wh_da', 'SELECT overdue = unanswered AND overdue > 0 FROM govdata.doubt_summary'), 'true', 'and that it is late');

-- ---- what goes wrong is said, without content ----
CREATE FUNCTION t.measured(rule bigint) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', outcome, a, b, round(score, 4), CASE WHEN NOT exact THEN 'sampled' END, note) FROM govdata.quality_score s WHERE s.rule = measured.rule ORDER BY run DESC LIMIT 1 $$;
SELECT t.val('wh_police', t.rule('', :r, '0104', 'expression', 'expression = ''100 / (salary - 300) < 1000''')) AS broken \gset
SELECT t.val('wh_police', t.rule('', :r, '0104', 'expression', E'expression = ''salary > 0''\napplies_to = ''salary < 0''')) AS nothing \gset
SELECT t.val('wh_police', format('SELECT govdata.define_rule(%L, ''0105'', ''reference'', ''name'', items => ''{name}'', reference => %L, reference_items => ''{name}'')', :'r_code', :'regions_code')) AS unindexed \gset
SELECT t.val('wh_police', format('SELECT govdata.define_rule(%L, ''0401'', ''same'', ''name'', items => ''{region,name}'', reference => %L, reference_items => ''{code,name}'')', :'r_code', :'regions_code')) AS same \gset
:check_again;
SELECT is(t.measured(rule), told, what) FROM (VALUES (:broken, 'failed 规则执行失败，SQLSTATE 为 22012', 'a rule that raises, by its SQLSTATE'),
	(:nothing, 'nothing 没有可检查的行', 'nothing to measure'), (:unindexed, 'failed 数据表已不适合该规则，或者缺少查找所参照数据的索引', 'no index to look up by'),
	(:same, 'measured 0 65 0.0000', 'equality with another resource, of rows that are found there')) AS v (rule, told, what);
SELECT is(count(*), 27::bigint, 'and the other rules are measured') FROM govdata.quality_score WHERE run = (SELECT max(id) FROM govdata.quality_run) AND outcome = 'measured' AND rule NOT IN (:same);
SELECT is(count(*), 0::bigint, 'what was not measured raises no doubt') FROM govdata.data_doubt WHERE rule IN (:broken, :nothing, :unindexed);
UPDATE data.people SET name = '武汉' WHERE id = 1;
-- the provider may no longer read what it compares with
SELECT t.val('wh_civil', format('SELECT govdata.suspend_resource(%L, ''检修'')', :'regions_code')) \g /dev/null
:check_again;
SELECT is(t.measured(:same), 'failed 提供部门无权读取规则所参照的资源', 'no comparing with what may no longer be read');
SELECT t.val('wh_civil', format('SELECT govdata.publish_resource(%L)', :'regions_code')) \g /dev/null
:check_again;
SELECT is(t.measured(:same), 'measured 1 65 0.0154', 'until it may');
-- a column that a rule needs is gone: the attachment is broken, the run says so
BEGIN;
ALTER TABLE data.people RENAME COLUMN region TO area;
:check_again;
SELECT is(string_agg(DISTINCT format('%s %s', outcome, note), ', '), 'failed 资源未挂接数据表', 'a table that was changed is not measured') FROM govdata.quality_score s JOIN govdata.quality_rule q ON q.id = s.rule WHERE run = (SELECT max(id) FROM govdata.quality_run) AND q.kind NOT IN ('metadata', 'model', 'secured', 'accessible', 'usable');
ROLLBACK;

SELECT ok(detail ~ format('rules that cannot be measured: %s, %s; govdata.quality_board says why', :broken, :unindexed), 'doctor() says which') FROM govdata.doctor() WHERE item = 'quality checks' AND state = 'warning';

-- ---- functions of the table's owner are never run ----
CREATE FUNCTION data.trap(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF current_user <> 'regress_gd_wh_police' THEN RAISE EXCEPTION 'run as %', current_user; END IF; RETURN $1; END $$;
ALTER FUNCTION data.trap(text) OWNER TO regress_gd_wh_police;
GRANT ALL ON SCHEMA data TO regress_gd_wh_police;
SET govdata.maintenance = on;
SET client_min_messages = error;
SET ROLE regress_gd_wh_police;
CREATE INDEX ON data.people (data.trap(name)) WHERE data.trap('x') = 'x';
CREATE STATISTICS data.trapped ON data.trap(name), region FROM data.people;
RESET ROLE;
RESET client_min_messages;
RESET govdata.maintenance;
:check_again;
SELECT is(string_agg(DISTINCT outcome, ' '), 'failed measured nothing', 'measured all the same') FROM govdata.quality_score WHERE run = (SELECT max(id) FROM govdata.quality_run);

-- ---- partitions; keys by a unique index and by a sample ----
CREATE TABLE data.parts (id integer NOT NULL, grp integer, day date) PARTITION BY RANGE (id);
CREATE TABLE data.parts1 PARTITION OF data.parts FOR VALUES FROM (0) TO (10000);
CREATE TABLE data.parts2 (day date, grp integer, id integer NOT NULL);
ALTER TABLE data.parts ATTACH PARTITION data.parts2 FOR VALUES FROM (10000) TO (20000);
CREATE TABLE data.parts3 PARTITION OF data.parts FOR VALUES FROM (20000) TO (40000) PARTITION BY HASH (id);
CREATE TABLE data.parts3a PARTITION OF data.parts3 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE data.parts3b PARTITION OF data.parts3 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
-- every tenth number of a group stands twice
INSERT INTO data.parts SELECT i, CASE WHEN i % 10 = 1 THEN i - 1 ELSE i END, '2026-01-01' FROM generate_series(1, 39999) AS i;
ALTER TABLE data.parts ADD PRIMARY KEY (id);
SELECT format('ALTER TABLE data.%I OWNER TO regress_gd_wh_police', relname) FROM pg_class WHERE relname LIKE 'parts%' AND relkind IN ('r', 'p') ORDER BY relname \gexec
SELECT t.resource('wh_police', '分区', '{id,grp,day}') AS p \gset
SELECT code AS p_code FROM govdata.resource WHERE id = :p \gset
SELECT t.val('wh_police', format('SELECT govdata.attach_resource(%L, ''data.parts'')', :'p_code')) \g /dev/null
SELECT t.val('wh_police', t.rule('', :p, '0304', 'unique', 'items = ''{id}''')) AS by_index \gset
SELECT t.val('wh_police', t.rule('', :p, '0304', 'unique', 'items = ''{grp}''')) AS by_sample \gset
SELECT t.val('wh_police', t.rule('', :p, '0303', 'duplicates', 'items = ''{grp,day}''')) AS twice \gset
SELECT t.val('wh_police', t.rule('', :p, '0202', 'records', 'expected = 39999')) AS records \gset
SET govdata.quality_blocks = 7;
CALL govdata.check_quality();
SELECT is(t.measured(:by_index), 'measured 39999 39999 1.0000 依唯一索引', 'by an index of the whole');
SELECT is(t.measured(:records), 'measured 39999 39999 1.0000', 'all partitions, in all levels');
SELECT ok(NOT exact AND abs(score - (1 - 7999.0 / 39999)) <= error AND error < 0.03 AND sampled BETWEEN 0.05 AND 0.13 AND note ~ '^依 \d+ 个键', 'by a sample, as right as it says: unique') FROM govdata.quality_score WHERE rule = :by_sample;
SELECT ok(NOT exact AND abs(score - (1 - 3999.0 / 39999)) <= error AND error < 0.02, 'by a sample, as right as it says: duplicates') FROM govdata.quality_score WHERE rule = :twice;
SELECT is(format('%s %s', rows_read, turns > 20), '39999 t', 'in many transactions') FROM govdata.quality_run WHERE resource = :p;
-- in its time, and not before
CALL govdata.check_quality();
SELECT is(count(*), 1::bigint, 'not before its time') FROM govdata.quality_run WHERE resource = :p;
\set travel_to '2026-03-11 10:01+08'
\i :travel
CALL govdata.check_quality();
SELECT is(count(*), 2::bigint, 'but in its time') FROM govdata.quality_run WHERE resource = :p;
RESET govdata.quality_blocks;
SELECT ok(detail !~ 'not checked in time', 'doctor() finds the checks in time') FROM govdata.doctor() WHERE item = 'quality checks';
\set travel_to '2026-03-13 10:02+08'
\i :travel
SELECT ok(detail ~ format('not checked in time: .*%s', :p), 'and not, when nobody calls them') FROM govdata.doctor() WHERE item = 'quality checks';
-- ---- a table that is detached, rewritten or dropped while a run is under way ----
CREATE FUNCTION t.under_way(blocks bigint DEFAULT 3) RETURNS void LANGUAGE sql SET govdata.restore = on AS $$
	UPDATE govdata.quality_state s SET run = n.id, leaf = 'data.people'::regclass, leaf_file = pg_relation_filenode('data.people'), next_block = 0, end_block = blocks,
		turns = 1, blocks_read = 0, rows_read = 0, restarts = 0, measures = '\x0000000100000000'::bytea
	FROM (SELECT id, resource FROM govdata.quality_run WHERE resource = (SELECT id FROM govdata.resource WHERE title = '人口') ORDER BY id DESC LIMIT 1) AS n WHERE n.resource = s.resource;
	UPDATE govdata.quality_run SET state = 'running', finished_at = NULL WHERE id = (SELECT run FROM govdata.quality_state s WHERE s.run IS NOT NULL);
$$;
SELECT t.refused('superuser', sql, 'ZW017 %', sql) FROM unnest(ARRAY['UPDATE govdata.quality_state SET run = NULL', 'DELETE FROM govdata.quality_score', 'UPDATE govdata.quality_run SET note = ''x''', 'DELETE FROM govdata.doubt_round']) AS sql;
-- what is not a table of this library's version is begun anew
SELECT t.under_way();
:check_again;
SELECT is(count(*), 0::bigint, 'a run without rules ends') FROM govdata.quality_state WHERE run IS NOT NULL;
SELECT t.val('wh_police', format('SELECT govdata.detach_resource(%L)', :'p_code')) \g /dev/null
DROP TABLE data.parts;
\set travel_to '2026-03-13 11:01+08'
\i :travel
CALL govdata.check_quality();
SELECT is(string_agg(DISTINCT s.note, ', '), '资源未挂接数据表', 'a table that is gone is not measured') FROM govdata.quality_score s WHERE s.resource = :p AND run = (SELECT max(id) FROM govdata.quality_run WHERE resource = :p);
-- without rules a resource rests
SELECT t.val('wh_police', format('SELECT govdata.retire_rule(%s, ''表已删除'')', id)) FROM govdata.quality_rule WHERE resource = :p \g /dev/null
\set travel_to '2026-03-16 10:01+08'
\i :travel
CALL govdata.check_quality();
SELECT is(due_at, NULL, 'and comes back with the next rule') FROM govdata.quality_state WHERE resource = :p;
SELECT t.refused('superuser', 'CALL govdata.check_quality(''307009/999999'')', 'ZW013 there is no resource "307009/999999"', 'an unknown resource');

\i :actors_end
