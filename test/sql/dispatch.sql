\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Dispatch orders, and what is made of the data (Article 19).

SELECT t.resource('wh_police', '人口', '{姓名,住址,身份证号}') AS r \gset
SELECT code AS rc FROM govdata.resource WHERE id = :r \gset
CREATE FUNCTION t.order_by(who text, provider text DEFAULT 'wh_police', resource bigint DEFAULT NULL, items text[] DEFAULT NULL,
	deliver_by date DEFAULT '2026-03-10', mode text DEFAULT 'copy') RETURNS text
LANGUAGE sql AS $$ SELECT format('INSERT INTO govdata.dispatch_order (provider, wanted, need, resource, items, deliver_by, needed_until, mode)'
	' VALUES (%s, ''常住人口'', ''一网统管'', %s, %L, %L, ''2026-12-31'', %L)', t.department(provider), coalesce(resource::text, 'NULL'), items, deliver_by, mode) $$;
CREATE FUNCTION t.order(who text, resource bigint DEFAULT NULL, items text[] DEFAULT NULL, deliver_by date DEFAULT '2026-03-31') RETURNS bigint
LANGUAGE sql AS $$ SELECT t.val(who, t.order_by(who, 'wh_police', resource, items, deliver_by) || ' RETURNING id')::bigint $$;
CREATE FUNCTION t.order_is(o bigint) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws(' ', b.state, CASE WHEN b.late THEN 'late' END, b.delivered_items::text,
	(SELECT concat_ws(' ', a.state, a.basis, a.mode, a.items::text, 'v' || a.version) FROM govdata.share_authorization a WHERE a.id = b.authorization_id))
	FROM govdata.dispatch_board b WHERE b.id = o $$;

-- ---- who orders what from whom ----
SELECT t.refused(who, t.order_by(who, provider), told, format('%s orders from %s', who, provider))
FROM (VALUES
	('wh_police', 'wh_civil', 'ZW019 a new dispatch order in state "issued" can be entered only by: data_authority'),
	('wh_gov', 'wh_police', 'ZW019 a new dispatch order in state "issued" can be entered only by: data_authority'),
	('hb_da', 'wh_police', 'ZW019 data are dispatched from providers of one''s own level only'),
	('wh_da', 'hb_civil', 'ZW019 data are dispatched from providers of one''s own level only'),
	('wh_da', 'ja_civil', 'ZW019 data are dispatched from providers of one''s own level only'),
	('wh_da', 'yc_civil', 'ZW019 data are dispatched from providers of one''s own level only'),
	('wh_da', 'wh_da', 'ZW019 data are dispatched from providers of one''s own level only'),
	('wh_da', 'wh_market', 'ZW018 a branch of a vertically managed system does not answer'),
	('operator', 'wh_police', 'ZW019 a new dispatch order in state "issued" can be entered only by: data_authority'),
	('admin', 'wh_police', '42501 %'), ('public', 'wh_police', '42501 %'),
	('superuser', 'wh_police', 'ZW019 user "%" acts for no department')) AS v (who, provider, told);
SELECT t.refused('wh_da', sql, told, what)
FROM (VALUES
	(t.order_by('wh_da', deliver_by => '2026-03-01'), 'ZW019 the day of delivery must be today or later%', 'for a day that is past'),
	(t.order_by('wh_da', deliver_by => '2027-01-01'), 'ZW019 the day of delivery must be today or later, and the need must last until then', 'for a need that is over by then'),
	(t.order_by('wh_da', deliver_by => 'infinity'), 'ZW019 %', 'for no day'),
	(replace(t.order_by('wh_da'), '一网统管', ' '), 'ZW019 dispatch order needs the need that it serves', 'without a need'),
	(replace(t.order_by('wh_da'), '常住人口', ''), 'ZW019 dispatch order needs a description of the data that are wanted', 'without saying what'),
	(t.order_by('wh_da', 'wh_police', :r, '{姓名,指纹}'), 'ZW019 resource "%" has no item "指纹"', 'of an item that does not exist'),
	(t.order_by('wh_da', 'wh_civil', :r), 'ZW019 an order is about resources of its provider''s catalog', 'of another''s resource'),
	(t.order_by('wh_da', mode => 'steal'), '23514 %', 'in a mode that does not exist'),
	(replace(replace(t.order_by('wh_da'), 'mode)', 'mode, authorization_id)'), '''copy'')', '''copy'', 1)'), 'ZW019 column "authorization_id" of dispatch_order is set by the platform', 'with a number of its own')) AS v (sql, told, what);
SELECT t.allowed('hb_da', t.order_by('hb_da', 'hb_civil'), 'the province orders from the province');
SELECT t.allowed('ja_da', t.order_by('ja_da', 'ja_civil'), 'a county from the county');

-- ---- delivery ----
SELECT t.order('wh_da', :r, '{姓名,住址}', '2026-03-10') AS o \gset
SELECT t.resource('wh_police', '别的', '{姓名,住址}') AS other \gset
SELECT code AS oc FROM govdata.resource WHERE id = :other \gset
SELECT is(t.order_is(:o), 'issued', 'ordered');
SELECT is((SELECT format('%s %s %s %s', duty, due_on, working_days_left, consequence) FROM govdata.obligation WHERE subject = 'dispatch_order' AND subject_key = :'o'),
	'deliver_dispatch 2026-03-10 6 late', 'the provider owes it by that day');
SELECT is(t.val(who, format('SELECT count(*) FROM govdata.obligation WHERE subject = ''dispatch_order'' AND subject_key = %L', :'o')), seen, format('seen by %s', who))
FROM (VALUES ('wh_police', '1'), ('wh_da', '1'), ('wh_gov', '1'), ('hb_da', '1'), ('wh_civil', '0'), ('yc_da', '0')) AS v (who, seen);
SELECT t.refused('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名}'')', :o, :'rc'), 'ZW019 an order is not refused: what is not delivered must stand on the negative list', 'a part is not enough');
SELECT t.refused('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名,住址,指纹}'')', :o, :'rc'), 'ZW019 resource "%" has no item "指纹"', 'nor what does not exist');
SELECT t.refused('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, NULL)', :o, :'rc'), 'ZW019 dispatch order % needs the items that are delivered to become "delivered"', 'nor nothing');
SELECT t.refused('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名,住址}'')', :o, :'oc'),
	'ZW019 resource "%" does not deliver this order', 'nor another resource');
SELECT t.allowed('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名,住址}'')', :o, :'rc'), 'delivered');
SELECT is(t.order_is(:o), 'delivered {姓名,住址} active dispatch copy {姓名,住址} v1', 'the authority is authorized at once');
SELECT is((SELECT format('%s %s %s', consumer = t.department('wh_da'), purpose, valid_until AT TIME ZONE 'Asia/Shanghai') FROM govdata.effective_authorization WHERE basis = 'dispatch'),
	't 一网统管 2027-01-01 00:00:00', 'for the stated need and time');
SELECT t.refused('wh_da', format('SELECT govdata.return_dispatch(%s, '' '')', :o), 'ZW019 dispatch order % needs a reason to become "returned"', 'a return needs a reason');
SELECT t.allowed('wh_da', format('SELECT govdata.return_dispatch(%s, ''缺少汉阳区'')', :o), 'what does not meet the requirements goes back');
\set travel_to '2026-03-11 00:00+08'
\i :travel
SELECT is((SELECT late FROM govdata.dispatch_board WHERE id = :o), true, 'and is late now');
SELECT t.allowed('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名,住址}'')', :o, :'rc'), 'delivered late, but delivered');
SELECT is(t.order_is(:o), 'delivered late {姓名,住址} active dispatch copy {姓名,住址} v2', 'the same authorization');
SELECT t.allowed('wh_da', format('SELECT govdata.accept_dispatch(%s)', :o), 'accepted');
SELECT t.refused(who, format('UPDATE govdata.dispatch_order SET wanted = ''更多'' WHERE id = %s', :o), told, format('%s rewrites the order', who))
FROM (VALUES ('wh_da', 'ZW019 column "wanted" of dispatch order % cannot be changed here'), ('wh_police', 'ZW019 column "wanted" of dispatch order % cannot be changed here')) AS v (who, told);
SELECT is((SELECT string_agg(format('%s>%s %s', from_state, to_state, d.role::text), ', ' ORDER BY j.id) FROM govdata.journal_entry j JOIN govdata.department d ON d.id = j.department
	WHERE subject = 'dispatch_order' AND subject_key = :'o'),
	'>issued regress_gd_wh_da, issued>delivered regress_gd_wh_police, delivered>returned regress_gd_wh_da, returned>delivered regress_gd_wh_police, delivered>accepted regress_gd_wh_da', 'all on record');
-- an order ends, the authorization with it
SELECT t.order('wh_da', :r) AS o2 \gset
SELECT t.allowed('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名}'')', :o2, :'rc'), 'an order that names no items is delivered as the provider has them');
SELECT t.val('wh_da', format('SELECT govdata.return_dispatch(%s, ''不符'')', :o2)) \g /dev/null
SELECT t.val('wh_da', format('SELECT govdata.cancel_dispatch(%s, ''不再需要'')', :o2)) \g /dev/null
SELECT is(t.order_is(:o2), 'cancelled {姓名} expired dispatch copy {姓名} v2', 'what is no longer needed is no longer authorized');

-- ---- the negative list ----
SELECT t.entry('wh_police', :r, '{身份证号}') AS e \gset
SELECT t.order('wh_da', :r, '{姓名,身份证号}') AS o3 \gset
SELECT t.refused('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名,身份证号}'')', :o3, :'rc'), 'ZW023 what is withheld of resource "%" is not delivered', 'what is withheld is not delivered');
SELECT t.refused('wh_police', format('SELECT govdata.withhold_dispatch(%s, %s)', :o3, :e), 'ZW019 an order is not refused%', 'the entry does not withhold the rest');
SELECT t.allowed('wh_police', format('SELECT govdata.deliver_dispatch(%s, %L, ''{姓名}'', %s)', :o3, :'rc', :e), 'the rest is delivered, the entry cited');
SELECT t.order('wh_da', :r, '{身份证号}') AS o4 \gset
SELECT t.refused('wh_police', format('SELECT govdata.withhold_dispatch(%s, %s)', :o4, t.entry('wh_police', :r, '{身份证号}', 'reviewed')), 'ZW019 an order is not refused%', 'an entry that is not approved is none');
SELECT t.allowed('wh_police', format('SELECT govdata.withhold_dispatch(%s, %s)', :o4, :e), 'all of it is withheld');
SELECT is(t.order_is(:o4), 'withheld', 'and nothing authorized');
-- an order in words is not escaped by whatever entry there happens to be
SELECT t.order('wh_da') AS o5 \gset
SELECT t.entry('wh_police', t.resource('wh_police', '无关', '{甲}')) AS whole \gset
SELECT t.refused('wh_police', format('SELECT govdata.withhold_dispatch(%s, %s)', :o5, e), 'ZW019 order % names no resource that a negative entry could withhold', 'any entry will not do') FROM unnest(ARRAY[:whole, :e]) AS e;
SELECT t.refused(who, format('SELECT govdata.specify_dispatch(%s, %L)', :o5, :'rc'), told, who || ' does not say what was ordered')
FROM (VALUES ('wh_police', 'ZW019 dispatch_order %, which is "issued", can be changed like this only by: data_authority'), ('yc_da', 'ZW019 there is no dispatch_order % that you can see')) AS v (who, told);
SELECT t.refused('wh_da', format('SELECT govdata.specify_dispatch(%s, code)', :o5), 'ZW019 an order is about resources of its provider''s catalog', 'nothing of another provider') FROM govdata.resource WHERE id = t.resource('wh_civil', '他部门', '{甲}');
SELECT t.refused('wh_da', format('SELECT govdata.specify_dispatch(%s, %L, ''{没有}'')', :o5, :'rc'), 'ZW019 resource "%" has no item "没有"', 'nor items that there are not');
SELECT t.refused('wh_da', format('UPDATE govdata.dispatch_order SET resource = NULL WHERE id = %s', :o5), 'ZW019 %', 'nor nothing');
SELECT t.allowed('wh_da', format('SELECT govdata.specify_dispatch(%s, %L, ''{身份证号}'')', :o5, :'rc'), 'the authority says what it meant');
SELECT t.refused('wh_da', format('SELECT govdata.specify_dispatch(%s, %L)', :o5, :'rc'), 'ZW019 order % names its resource already', 'once');
SELECT t.refused('wh_police', format('SELECT govdata.withhold_dispatch(%s, %s)', :o5, :whole), 'ZW019 an order is not refused%', 'an entry of something else does not withhold it');
SELECT t.allowed('wh_police', format('SELECT govdata.withhold_dispatch(%s, %s)', :o5, :e), 'the one that names it does');

-- ---- every move by everybody ----
CREATE TABLE t.plays (who text, part text);
INSERT INTO t.plays VALUES ('wh_da', 'data_authority'), ('wh_police', 'provider');
CREATE TABLE t.tries (n integer GENERATED ALWAYS AS IDENTITY, who text);
INSERT INTO t.tries (who) VALUES ('wh_police'), ('wh_da'), ('wh_gov'), ('wh_civil'), ('hb_da'), ('hb_gov'), ('ja_da'), ('yc_da'),
	('operator'), ('utility'), ('admin'), ('superuser'), ('stranger'), ('public'), ('nobody');
CREATE TABLE t.not_tried (subject text, from_state text, to_state text, actor text);
CREATE TABLE t.row (subject text, state text, id bigint, PRIMARY KEY (subject, state));
SELECT t.resource('wh_police', '户籍', '{姓名}') AS r5 \gset
SELECT t.resource('wh_police', '证件', '{号码}') AS r6 \gset
SELECT t.entry('wh_police', :r6) AS e6 \gset
-- part of it is delivered, the rest withheld: either answers an order
SELECT t.resource('wh_police', '人员', '{姓名,号码}') AS r8 \gset
SELECT t.entry('wh_police', :r8, '{号码}') AS e8 \gset
SELECT t.resource('wh_police', '派生', '{姓名}') AS r7 \gset
INSERT INTO t.row SELECT 'dispatch_order', s, t.order('wh_da', :r8, '{号码}') FROM unnest(ARRAY['issued', 'delivered', 'returned', 'accepted', 'withheld', 'cancelled']) AS s;
CREATE FUNCTION t.cited() RETURNS bigint LANGUAGE sql AS $$ SELECT max(n.id) FROM govdata.negative_entry n WHERE n.items = '{号码}' $$;
CREATE FUNCTION t.move(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT CASE subject WHEN 'dispatch_order' THEN format('UPDATE govdata.dispatch_order SET state = %L%s WHERE id = %s', to_state,
			CASE to_state WHEN 'delivered' THEN ', delivered_resource = ' || (SELECT max(r.id) FROM govdata.resource r WHERE title = '人员') || ', delivered_items = ''{姓名}'', negative_entry = ' || t.cited()
				WHEN 'withheld' THEN ', negative_entry = ' || t.cited()
				WHEN 'returned' THEN ', reason = ''理由''' WHEN 'cancelled' THEN ', reason = ''理由''' ELSE '' END, id)
		ELSE format('UPDATE govdata.resource_source SET state = %L%s WHERE id = %s', to_state, CASE to_state WHEN 'removed' THEN ', reason = ''理由''' ELSE '' END, id) END
$$;
CREATE FUNCTION t.verb(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format(CASE subject || ' ' || to_state
		WHEN 'dispatch_order delivered' THEN 'SELECT govdata.deliver_dispatch(%s, ' || quote_literal((SELECT r.code FROM govdata.resource r WHERE title = '人员')) || ', ''{姓名}'', ' || t.cited() || ')'
		WHEN 'dispatch_order withheld' THEN 'SELECT govdata.withhold_dispatch(%s, ' || t.cited() || ')'
		WHEN 'dispatch_order returned' THEN 'SELECT govdata.return_dispatch(%s, ''理由'')'
		WHEN 'dispatch_order accepted' THEN 'SELECT govdata.accept_dispatch(%s)'
		WHEN 'dispatch_order cancelled' THEN 'SELECT govdata.cancel_dispatch(%s, ''理由'')'
		WHEN 'resource_source removed' THEN 'SELECT govdata.remove_source(%s, ''理由'')' END, id)
$$;
SELECT t.val('wh_police', t.move('dispatch_order', id, '', 'delivered')) FROM t.row WHERE state IN ('delivered', 'returned', 'accepted') \g /dev/null
SELECT t.val('wh_da', t.move('dispatch_order', id, '', state)) FROM t.row WHERE state IN ('returned', 'accepted', 'cancelled') \g /dev/null
SELECT t.val('wh_police', t.move('dispatch_order', id, '', state)) FROM t.row WHERE state = 'withheld' \g /dev/null
INSERT INTO t.row SELECT 'resource_source', s, t.val('wh_police', format('INSERT INTO govdata.resource_source (resource, source, necessity) VALUES (%s, %s, ''整合'') RETURNING id',
	CASE s WHEN 'recorded' THEN :r7 ELSE :r5 END, CASE s WHEN 'recorded' THEN :r5 ELSE :r7 END))::bigint FROM unnest(ARRAY['recorded']) AS s;
INSERT INTO t.row SELECT 'resource_source', 'removed', t.val('wh_police', format('INSERT INTO govdata.resource_source (resource, source, necessity) VALUES (%s, %s, ''整合'') RETURNING id', :r7, :other))::bigint;
SELECT t.val('wh_police', t.move('resource_source', id, '', 'removed')) FROM t.row WHERE subject = 'resource_source' AND state = 'removed' \g /dev/null
\set moves :include '/moves.psql'
\i :moves
SELECT is_empty($$SELECT who, told FROM t.tries, t.told(who, 'DELETE FROM govdata.dispatch_order') AS told WHERE told !~ '^(ZW019 .*[^]]$|42501 )'$$, 'nobody deletes an order');

-- ---- what is made of it ----
\set travel_to '2026-03-12 09:00+08'
\i :travel
SELECT t.resource('wh_da', '人口综合库', '{姓名,住址}', 'unconditional', '303001', false) AS d \gset
SELECT code AS dc FROM govdata.resource WHERE id = :d \gset
SELECT t.resource('wh_house', '房屋', '{坐落,权利人}') AS h \gset
SELECT code AS hc FROM govdata.resource WHERE id = :h \gset
SELECT t.resource('wh_civil', '地名', '{名称}', 'unconditional') AS n \gset
SELECT code AS nc FROM govdata.resource WHERE id = :n \gset
SELECT t.refused('wh_da', format('SELECT govdata.record_source(%L, %L, ''人口库建设'')', :'dc', :'rc'), 'ZW033 nothing of resource "%" may be kept%', 'of items it was not given');
SELECT t.refused('wh_da', format('SELECT govdata.record_source(%L, %L, ''人口库建设'', ''{姓名,住址}'')', :'dc', :'rc'), 'ZW016 resource "%" cannot be classified more loosely than its source "%"', 'more loosely than its source');
SELECT t.allowed('wh_da', format('UPDATE govdata.resource SET sharing = ''conditional'' WHERE id = %s', :d), 'so it is classified as its source is');
SELECT t.refused('wh_da', format('SELECT govdata.record_source(%L, %L, '' '', ''{姓名,住址}'')', :'dc', :'rc'), 'ZW019 source needs the necessity of the integration', 'without a necessity');
SELECT t.refused('wh_da', format('SELECT govdata.record_source(%L, %L, ''整合'', ''{指纹}'')', :'dc', :'rc'), 'ZW019 there is no such source: resource %, 指纹', 'of an item that does not exist');
SELECT t.allowed('wh_da', format('SELECT govdata.record_source(%L, %L, ''人口库建设'', ''{姓名,住址}'')', :'dc', :'rc'), 'what was dispatched to be kept is integrated');
SELECT t.refused('wh_da', format('SELECT govdata.record_source(%L, %L, ''人口库建设'', ''{姓名,住址}'')', :'dc', :'rc'), '23505 %', 'once');
SELECT t.refused('wh_da', format('SELECT govdata.record_source(%L, %L, ''人口库建设'')', :'dc', :'hc'), 'ZW033 nothing of resource "%" may be kept%', 'what was not obtained is not');
SELECT t.allowed('wh_da', format('SELECT govdata.record_source(%L, %L, ''地址标准化'')', :'dc', :'nc'), 'what is shared unconditionally is');
SELECT t.refused('wh_police', format('INSERT INTO govdata.resource_source (resource, source, necessity) VALUES (%s, %s, ''整合'')', :d, :n), 'ZW010 there is no resource % that you can see', 'only the provider says what its resource was made from');
SELECT t.refused('wh_da', format('UPDATE govdata.resource SET sharing = ''unconditional'' WHERE id = %s', :d), 'ZW016 resource "%" cannot be classified more loosely than its source "%"', 'nor is it loosened later');
SELECT t.allowed('wh_da', format('SELECT govdata.publish_resource(%L)', :'dc'), 'published');
-- made from what was made
SELECT t.resource('wh_da', '人口统计', '{区,人数}') AS d2 \gset
SELECT code AS d2c FROM govdata.resource WHERE id = :d2 \gset
SELECT t.allowed('wh_da', format('SELECT govdata.record_source(%L, %L, ''统计'')', :'d2c', :'dc'), 'a resource made from one''s own');
SELECT t.refused('wh_da', format('SELECT govdata.record_source(%L, %L, ''循环'')', :'dc', :'d2c'), 'ZW019 resource "%" is itself made from this resource', 'but in no circle');
SELECT is(string_agg(format('%s %s %s', source_title, distance, source_conditions), ', ' ORDER BY distance, source_title COLLATE "C"), '人口综合库 1 履行职责所需, 人口 2 履行职责所需, 地名 2 履行职责所需', 'the sources near and far, and their conditions')
FROM govdata.resource_lineage WHERE code = :'d2c';
SELECT is(t.val('yc_civil', format('SELECT count(*) FROM govdata.resource_lineage WHERE code = %L', :'d2c')), '3', 'to every department');
-- a source becomes stricter
SELECT t.resource('wh_civil', '地名二', '{名称}', 'unconditional') AS n2 \gset
SELECT t.resource('wh_civil', '地名三', '{名称}', 'unconditional') AS n3 \gset
SELECT t.val('wh_civil', format('SELECT govdata.record_source((SELECT code FROM govdata.resource WHERE id = %s), (SELECT code FROM govdata.resource WHERE id = %s), ''合并'')', :n3, :n2)) \g /dev/null
SELECT t.allowed('wh_civil', format('UPDATE govdata.resource SET sharing = ''conditional'', sharing_conditions = ''仅限地名管理'' WHERE id = %s', :n2), 'a source becomes conditional');
SELECT is(format('%s: %s', sharing, sharing_conditions), 'conditional: 履行职责所需', 'so does what was made from it') FROM govdata.resource WHERE id = :n3;
SELECT is(state, 'published', 'before') FROM govdata.resource WHERE id = :d;
SELECT t.entry('wh_police', :r, '{住址}') AS e2 \gset
SELECT is(string_agg(format('%s %s', title, state), ', ' ORDER BY id), '人口综合库 suspended, 人口统计 suspended', 'an item of a source is withheld: what was made from it is not shared') FROM govdata.resource WHERE id IN (:d, :d2);
SELECT t.refused('wh_da', format('SELECT govdata.publish_resource(%L)', :'dc'), 'ZW016 resource "%" cannot be classified more loosely than its source "%"', 'until it holds nothing of it');
SELECT t.allowed('wh_da', format('SELECT govdata.remove_source(id, ''已剔除人口来源数据'') FROM govdata.resource_source WHERE resource = %s AND source = %s', :d, :r), 'removed');
SELECT t.allowed('wh_da', format('SELECT govdata.publish_resource(%L)', :'dc'), 'and shared again');
SELECT t.entry('wh_civil', :n) AS e3 \gset
SELECT is(state || ': ' || state_reason, 'suspended: 其来源资源 ' || :'nc' || ' 已列为不予共享', 'likewise where all of a source is withheld') FROM govdata.resource WHERE id = :d;

SELECT t.refused('wh_da', replace(t.order_by('wh_da'), what, 'NULL'), told, 'an order says ' || told)
FROM (VALUES
	('''2026-03-10''', 'ZW019 dispatch order needs the day of delivery'),
	('''2026-12-31''', 'ZW019 dispatch order needs the last day of need')) AS v (what, told);

\i :actors_end
