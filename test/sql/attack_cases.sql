\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Attacks on cases: what somebody tried who wanted more than the law gives.

SELECT t.resource('wh_police', '人口', '{姓名,住址}') AS r \gset
SELECT code AS rc FROM govdata.resource WHERE id = :r \gset

-- ---- a reason that nobody can read is none ----
CREATE TABLE t.blank (what text, said text);
GRANT SELECT ON t.blank TO PUBLIC;
INSERT INTO t.blank VALUES ('nothing', ''), ('blanks', E' \t\n\r\f\x0b'), ('wide blanks', U&'\3000\3000'), ('hard blanks', U&'\00A0\202F'),
	('no width', U&'\200B\FEFF\2060'), ('fillers', U&'\3164\115F\2800'), ('marks of direction', U&'\200E\202E');
SELECT t.request('wh_civil', :r, '{姓名}') AS q \gset
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, %L)', :q, said), 'ZW020 a refusal needs a reason', 'refused for ' || what) FROM t.blank;
SELECT t.refused('wh_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{姓名}'', %L, ''2026-12-31'')', :r, said),
	'ZW020 a request needs its purpose', 'asked for ' || what) FROM t.blank;
SELECT t.refused('wh_da', format('SELECT govdata.dispatch_data(%s, ''数据'', %L, ''2026-03-10'', ''2026-12-31'')', t.department('wh_police'), said),
	'ZW019 dispatch order needs the need that it serves', 'ordered for ' || what) FROM t.blank;
SELECT t.allowed('wh_police', format('SELECT govdata.refuse_request(%s, %L)', :q, U&'\3000\6CA1\6709'), 'blanks before a reason are no harm');

-- ---- an UPDATE that reads nothing tells nothing about rows of others ----
SELECT t.request('wh_civil', :r, '{住址}') AS q2 \gset
SELECT t.val('wh_da', format('SELECT govdata.dispatch_data(%s, ''数据'', ''需要'', ''2026-03-10'', ''2026-12-31'')', t.department('wh_police'))) AS o \gset
SELECT t.resource('wh_police', '秘', '{甲}', publish => false) AS draft \gset
SELECT t.refused('yc_civil', sql, told, sql)
FROM (VALUES ('UPDATE govdata.share_request SET state = ''withdrawn''', 'ZW020 the UPDATE would change rows of "share_request" that you cannot see'),
	('UPDATE govdata.share_request SET state = ''refused'', answer_reason = ''理由''', 'ZW020 the UPDATE would change rows of "share_request" that you cannot see'),
	('UPDATE govdata.share_request SET provider_consented_at = now()', 'ZW020 the UPDATE would change rows of "share_request" that you cannot see'),
	('UPDATE govdata.share_request SET purpose = ''好奇''', 'ZW020 the UPDATE would change rows of "share_request" that you cannot see'),
	('UPDATE govdata.dispatch_order SET state = ''accepted''', 'ZW019 the UPDATE would change rows of "dispatch_order" that you cannot see')) AS v (sql, told);
SELECT is(t.detail('yc_civil', 'UPDATE govdata.share_request SET state = ''withdrawn'''), 'You act as 宜昌市民政局. Measures, Article 20.', 'nor do the details');
SELECT t.refused('wh_civil', 'UPDATE govdata.dispatch_order SET state = ''cancelled'', reason = ''理由''', 'ZW019 the UPDATE would change rows of "dispatch_order" that you cannot see', 'a neighbour neither');
SELECT t.refused('wh_gov', 'UPDATE govdata.dispatch_order SET state = ''accepted''', 'ZW019 dispatch order % cannot move from "issued" to "accepted"', 'who can see it is told what is wrong');
SELECT t.refused('yc_civil', 'UPDATE govdata.resource SET title = ''x''', 'ZW006 %', 'resources');
SELECT t.refused('yc_civil', 'UPDATE govdata.resource_item SET title = ''x''', 'ZW006 %', 'items');
SELECT is(t.detail('yc_civil', 'UPDATE govdata.resource SET title = ''x'' '), 'You act as 宜昌市民政局; the provider is 武汉市公安局. Measures, Article 6.', 'of an entry that is published the provider is known');
SELECT is(t.detail('yc_civil', format('UPDATE govdata.resource_item SET title = ''x''')), 'You act as 宜昌市民政局; the provider is 武汉市公安局. Measures, Article 6.', 'of its items too');


-- ---- whom one may order data from ----
SELECT t.refused('wh_da', format('SELECT govdata.dispatch_data(%s, ''数据'', ''需要'', ''2026-03-10'', ''2026-12-31'')', t.department('operator')),
	'ZW019 a platform operator holds no data of its own', 'not from the operator');

-- ---- laundering: what is made from a source is as strict as it, however far ----
SELECT t.resource('wh_police', '源', '{甲,乙}', 'unconditional') AS a, t.resource('wh_civil', '一', '{子}', 'unconditional') AS b,
	t.resource('wh_house', '二', '{丑}', 'unconditional') AS c \gset
CREATE FUNCTION t.derive(who text, made bigint, source bigint, items text DEFAULT NULL) RETURNS text
LANGUAGE sql AS $$ SELECT format('SELECT govdata.record_source(%L, %L, ''需要'', %L)', t.code(made), t.code(source), items) $$;
CREATE FUNCTION t.classes(VARIADIC ids bigint[]) RETURNS text
LANGUAGE sql AS $$ SELECT string_agg(format('%s %s %s %s', title, sharing, opening, state), ', ' ORDER BY id) FROM govdata.resource WHERE id = ANY (ids) $$;
SELECT t.allowed('wh_civil', t.derive('wh_civil', :b, :a, '{甲}'), 'made from an item'), t.allowed('wh_house', t.derive('wh_house', :c, :b), 'and from what was made');
SELECT t.val('wh_police', format('UPDATE govdata.resource_item SET sharing = ''conditional'' WHERE resource = %s AND name = ''乙''', :a)) \g /dev/null
SELECT is(t.classes(:b, :c), '一 unconditional closed published, 二 unconditional closed published', 'an item that was not used');
SELECT t.val('wh_police', format('UPDATE govdata.resource_item SET sharing = ''conditional'' WHERE resource = %s AND name = ''甲''', :a)) \g /dev/null
SELECT is(t.classes(:b, :c), '一 conditional closed published, 二 conditional closed published', 'an item that was used becomes conditional, and all that was made from it');
SELECT t.refused('wh_house', format('UPDATE govdata.resource SET sharing = ''unconditional'' WHERE id = %s', :c), 'ZW016 resource "%" cannot be classified more loosely than its source "%"', 'and stays so');
SELECT t.entry('wh_police', :a, '{甲}') AS e \gset
SELECT is(t.classes(:b, :c), '一 conditional closed suspended, 二 conditional closed suspended', 'withheld, and all that was made from it is shared no longer');
SELECT t.refused('wh_house', format('SELECT govdata.publish_resource(%L)', t.code(:c)), 'ZW016 resource "%" cannot be classified more loosely than its source "%"', 'not by the one at the end of the line either');
SELECT t.resource('wh_house', '三', '{寅}') AS d \gset
SELECT t.refused('wh_house', t.derive('wh_house', :d, :c), 'ZW016 resource "%" cannot be classified more loosely than its source "%"', 'nor by one more step');
SELECT t.val('wh_civil', format('SELECT govdata.remove_source(s.id, ''已剔除'') FROM govdata.resource_source s WHERE s.resource = %s', :b)) \g /dev/null
SELECT t.allowed('wh_house', format('SELECT govdata.publish_resource(%L)', t.code(:c)), 'until the middle holds nothing of it');
-- by opening it to the public
SELECT t.resource('wh_police', '闭', '{甲}', 'unconditional') AS p, t.resource('wh_civil', '开', '{子}', 'unconditional') AS o \gset
SELECT t.allowed('wh_civil', t.derive('wh_civil', :o, :p), 'made from what is closed to the public');
SELECT t.refused('wh_civil', format('UPDATE govdata.resource SET opening = ''unconditional'', opening_state = ''open'' WHERE id = %s', :o),
	'ZW025 resource "%" cannot be opened more widely than its source "%"', 'and not opened');
SELECT t.refused('wh_civil', format('UPDATE govdata.resource SET opening = ''conditional'', opening_conditions = ''无'' WHERE id = %s', :o), 'ZW025 %', 'not even conditionally');
SELECT t.resource('wh_civil', '先开', '{子}', 'unconditional') AS o2 \gset
SELECT t.val('wh_civil', format('UPDATE govdata.resource SET opening = ''unconditional'', opening_state = ''open'' WHERE id = %s', :o2)) \g /dev/null
SELECT t.refused('wh_civil', t.derive('wh_civil', :o2, :p), 'ZW025 resource "%" cannot be opened more widely than its source "%"', 'nor made from it once it is open');
SELECT t.val('wh_police', format('UPDATE govdata.resource SET opening = ''unconditional'', opening_state = ''open'' WHERE id = %s', :p)) \g /dev/null
SELECT t.allowed('wh_civil', t.derive('wh_civil', :o2, :p), 'from a source that is open it is');
SELECT t.val('wh_police', format('UPDATE govdata.resource SET opening = ''closed'', opening_ground = ''privacy'', opening_state = ''withdrawn'' WHERE id = %s', :p)) \g /dev/null
SELECT is(t.classes(:o2) || ' ' || opening_state, '先开 unconditional closed published withdrawn', 'and is closed with it') FROM govdata.resource WHERE id = :o2;

-- ---- another's draft is not there, whatever is said about it ----
SELECT t.refused('wh_civil', format('INSERT INTO govdata.resource_source (resource, source, items, necessity) VALUES (%s, %s, %L, ''需要'')', :b, s, i),
	format('ZW019 there is no such source: resource %s', s), format('resource %s with items %s', CASE s WHEN 999 THEN 'nowhere' ELSE 'draft' END, i))
FROM unnest(ARRAY[:draft, 999]) AS s, unnest(ARRAY['{甲}', '{没有}']) AS i;
SELECT t.refused('wh_da', format('INSERT INTO govdata.catalog_change (department, resource, what, happened_on) VALUES (%s, %s, ''职责调整'', ''2026-03-01'')', t.department('wh_civil'), r),
	format('ZW011 there is no resource "%s" that you can see', r), 'a change of the catalog about ' || what)
FROM (VALUES (:draft, 'a draft'), (:p, 'another''s entry'), (999, 'nothing')) AS v (r, what);

-- ---- what is returned to a city is its own rows, by agreement too ----
SELECT t.resource('hb_market', '企业', '{名称}') AS ent \gset
SELECT t.val('wh_civil', format('INSERT INTO govdata.share_request (route, resource, items, purpose, valid_until) VALUES (''return'', %s, ''{名称}'', ''回流'', ''2026-12-31'') RETURNING id', :ent)) AS q3 \gset
SELECT t.val('hb_market', format('SELECT govdata.refuse_request(%s, ''无法分区'')', :q3)) \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.request_coordination(%s, ''应当回流'')', :q3)) \g /dev/null
SELECT t.val('hb_market', format('SELECT govdata.consent_in_coordination(%s)', :q3)) \g /dev/null
SELECT t.refused(who, format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :q3), 'ZW018 which rows are the city''s cannot be told', who || ' cannot agree to all rows') FROM unnest(ARRAY['wh_da', 'hb_gov']) AS who;
SELECT t.val('hb_market', format('UPDATE govdata.resource_item SET is_region = true WHERE resource = %s', :ent)) \g /dev/null
CREATE SCHEMA ent;
GRANT USAGE ON SCHEMA ent TO govdata_department;
CREATE TABLE ent.t (名称 text);
ALTER TABLE ent.t OWNER TO regress_gd_hb_market;
SELECT t.val('hb_market', format('SELECT govdata.attach_resource(%L, ''ent.t'')', t.code(:ent))) \g /dev/null
SELECT t.allowed('wh_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :q3), 'but to its own');
SELECT ok(row_filter LIKE '%420100%' AND row_filter NOT LIKE '%420500%', 'which is what it may read') FROM govdata.share_authorization WHERE request = :q3;

-- ---- an entry that has ended withholds nothing ----
SELECT t.val('wh_civil', format('INSERT INTO govdata.share_request (provider, wanted, purpose, valid_until) VALUES (%s, ''指纹'', ''办案'', ''2026-12-31'') RETURNING id', t.department('wh_police'))) AS q4 \gset
SELECT t.val('wh_police', format('UPDATE govdata.share_request SET state = ''refused'', answer_reason = ''不得共享'', refusal_ground = ''must_not_be_shared'' WHERE id = %s', :q4)) \g /dev/null
SELECT t.val('wh_police', format('UPDATE govdata.negative_entry SET state = ''lifted'', note = ''解除'' WHERE id = %s', :e)) \g /dev/null
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET negative_entry = %s WHERE id = %s', :e, :q4), 'ZW022 there is no negative entry % of yours that is in force or on its way', 'so it is not cited');
SELECT t.allowed('wh_police', format('UPDATE govdata.share_request SET negative_entry = %s WHERE id = %s', t.entry('wh_police', :r, NULL, 'drafted'), :q4), 'one on its way is');

-- ---- a government disposes of its own departments ----
SELECT t.refused('wh_gov', format('INSERT INTO govdata.reorganization (department, basis, successor) VALUES (%s, ''撤并'', %s)', t.department('wh_house'), t.department(heir)),
	'ZW006 department % cannot succeed', 'not in favor of ' || heir) FROM unnest(ARRAY['yc_civil', 'operator', 'utility']) AS heir;
SELECT t.allowed('wh_gov', format('INSERT INTO govdata.reorganization (department, basis, successor) VALUES (%s, ''撤并'', %s)', t.department(gone), t.department(heir)),
	'but of ' || heir) FROM (VALUES ('wh_house', 'wh_civil'), ('wh_police', 'ja_civil'), ('wh_civil', 'hb_civil')) AS v (gone, heir);

-- ---- who sees a row does not lock it against others ----
SELECT t.refused(who, format('SELECT 1 FROM govdata.%s FOR %s', tab, lock), format('ZW032 rows of table "%s" cannot be locked against others', tab), format('%s: %s for %s', who, tab, lock))
FROM unnest(ARRAY['stranger', 'yc_civil', 'wh_police']) AS who, unnest(ARRAY['resource', 'share_request', 'negative_entry']) AS tab, unnest(ARRAY['UPDATE', 'SHARE', 'KEY SHARE']) AS lock;
SELECT t.refused('yc_civil', 'WITH x AS (SELECT id FROM govdata.resource FOR NO KEY UPDATE) UPDATE govdata.resource r SET title = ''x'' FROM x WHERE r.id = x.id', 'ZW032 %', 'nor below a CTE');
SELECT t.allowed('wh_police', format('UPDATE govdata.resource r SET abstract = ''新'' FROM govdata.department d WHERE d.id = r.provider AND r.id = %s', :r), 'an UPDATE locks what it changes');

-- ---- nobody's rule keeps the checking of others waiting ----
CREATE SCHEMA data;
GRANT USAGE ON SCHEMA data TO govdata_department;
CREATE TABLE data.slow AS SELECT i AS n FROM generate_series(1, 100) AS i;
CREATE TABLE data.fast AS SELECT i AS n FROM generate_series(1, 100) AS i;
ALTER TABLE data.slow OWNER TO regress_gd_wh_police;
ALTER TABLE data.fast OWNER TO regress_gd_wh_civil;
SELECT t.resource('wh_police', '慢', '{n}') AS slow, t.resource('wh_civil', '快', '{n}') AS fast \gset
SELECT t.allowed('wh_police', format('SELECT govdata.attach_resource(%L, ''data.slow'')', t.code(:slow)), 'attached'),
	t.allowed('wh_civil', format('SELECT govdata.attach_resource(%L, ''data.fast'')', t.code(:fast)), 'attached');
CREATE FUNCTION t.rule(resource bigint, expression text) RETURNS text
LANGUAGE sql AS $$ SELECT format('INSERT INTO govdata.quality_rule (resource, indicator, kind, title, expression) VALUES (%s, ''0104'', ''expression'', ''规则'', %L)', resource, expression) $$;
SELECT t.allowed('wh_police', t.rule(:slow, 'factorial(20000 + n) > 0'), 'a rule that takes a minute a block'),
	t.allowed('wh_police', t.rule(:slow, 'n > 1'), 'another of the same table'), t.allowed('wh_civil', t.rule(:fast, 'n > 0'), 'one of somebody else');
SET govdata.quality_turn = 30;
CALL govdata.check_quality();
SELECT is(string_agg(format('%s %s', s.outcome, coalesce(s.note, s.a || '/' || s.b)), ', ' ORDER BY q.id),
	'failed 规则执行失败，SQLSTATE 为 57014, measured 99/100, measured 100/100', 'is not measured; the others are')
FROM govdata.quality_score s JOIN govdata.quality_rule q ON q.id = s.rule;

-- ---- a column that always has a value is set to none ----
CREATE FUNCTION t.emptied(who text, tab regclass, col name) RETURNS text
LANGUAGE sql AS $$ SELECT t.told(who, format('UPDATE %s SET %I = NULL', tab, col)) $$;
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET %I = NULL WHERE id = %s', col, :r),
	format('23502 null value in column "%s" of relation "resource" violates not-null constraint', col), col || ' is emptied')
FROM unnest('{state,sharing,opening_state,opening,title}'::text[]) AS col;
SELECT t.refused('wh_police', format('SELECT govdata._move_resource(%L, NULL, ''x'', 6::smallint)', :'rc'), '23502 %', 'by the verbs'' own function');
SELECT t.entry('wh_police', :r, '{住址}', 'draft') AS e \gset
SELECT t.refused('wh_police', format('SELECT govdata._move_negative_entry(%s, NULL, ''x'')', :e), '23502 %', 'of a negative entry');
SELECT t.refused('wh_police', format('SELECT govdata._move_resource(NULL, NULL, NULL, NULL)'), 'ZW000 %', 'of nothing');
SELECT t.refused('wh_police', format('SELECT govdata._move_negative_entry(NULL, NULL, NULL)'), 'ZW023 %', 'of no entry');
-- whatever else there is: none of it is accepted, and the server lives
CREATE TABLE t.emptied AS
SELECT a.attrelid::regclass AS tab, a.attname AS col, w.who, t.emptied(w.who, a.attrelid::regclass, a.attname) AS told
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition,
	unnest('{wh_police,wh_civil,wh_da,wh_gov,operator,admin,superuser}'::text[]) AS w (who)
WHERE c.relnamespace = 'govdata'::regnamespace AND a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped;
SELECT is_empty($$SELECT * FROM t.emptied WHERE told !~ '^(23502|42501|428C9|ZW|no rows)'$$, 'nobody empties what always has a value');
SELECT is_empty($$SELECT c.relname FROM pg_class c, unnest('{wh_police,wh_civil,wh_da,wh_gov,operator,admin,superuser}'::text[]) AS w (who)
	WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
	AND t.told(who, format('INSERT INTO %s DEFAULT VALUES', c.oid::regclass)) !~ '^(ok|23502|23505|23514|42501|ZW)'$$, 'and a row of nothing is judged like any other');

\i :actors_end
