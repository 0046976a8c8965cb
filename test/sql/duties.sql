\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Catalog duties: the specification (Article 10), libraries (12), updates (9),
-- the yearly round (11), the data officer (14).

CREATE FUNCTION t.act(who text, sql text, VARIADIC args text[] DEFAULT '{}') RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, CASE cardinality(args) WHEN 0 THEN sql ELSE format(sql, VARIADIC args) END) $$;
CREATE FUNCTION t.findings(who text, id bigint) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, format('SELECT string_agg(concat_ws('' '', part, item, element, rule, requirement, value), E''\n'')'
	' FROM govdata.validate_resource(%L)', t.code(id))) $$;

-- ---- the specification ----
SELECT t.resource('wh_police', '户籍', '{甲,乙}', publish => false) AS draft \gset
SELECT is(t.findings('wh_police', :draft), NULL, 'nothing stands against a sound draft');
SELECT t.act('wh_police', 'UPDATE govdata.resource SET abstract = NULL, format_category = ''纸质'', related = ''{307009/000001,000000/1}'', update_cycle = ''某日'' WHERE id = %s', :'draft') \g /dev/null
SELECT t.act('wh_police', 'INSERT INTO govdata.resource_item (resource, name, title, data_type, sharing) VALUES (%s, ''丙'', ''丙'', ''字符型'', ''withheld'')', :'draft') \g /dev/null
SELECT is(t.findings('wh_police', :draft),
	'resource 信息资源摘要 required' || E'\n' ||
	'resource 信息资源格式分类 allowed 电子文件, 电子表格, 数据库, 图形图像, 流媒体, 自描述格式 纸质' || E'\n' ||
	'resource 关联资源代码 reference resource_code 000000/1' || E'\n' ||
	'resource 更新周期 reference update_cycle 某日' || E'\n' ||
	'item 丙 数据长度 required' || E'\n' ||
	'item 丙 negative_entry an approved entry of the negative list',
	'validate_resource() lists everything at once, items included');
SELECT t.refused('wh_police', format('SELECT govdata.publish_resource(%L)', t.code(:draft)), 'ZW010 resource "%" does not meet the catalog specification', 'and so it is not published');
SELECT is(t.detail('wh_police', format('SELECT govdata.publish_resource(%L)', t.code(:draft))),
	'信息资源摘要 (abstract): required NULL; 信息资源格式分类 (format_category): allowed 电子文件, 电子表格, 数据库, 图形图像, 流媒体, 自描述格式 ''纸质''; '
	'关联资源代码 (related): reference resource_code ''000000/1''; 更新周期 (update_cycle): reference update_cycle ''某日''; 数据长度 (丙.length): required NULL. Measures, Article 10.',
	'the refusal names each element and rule');
SELECT t.refused('wh_civil', format('SELECT * FROM govdata.validate_resource(%L)', t.code(:draft)), 'ZW010 there is no resource "%" that you can see', 'another''s draft is nobody''s business');
SELECT t.act('wh_police', 'UPDATE govdata.resource_item SET length = 10, sharing = NULL WHERE resource = %s AND name = ''丙''', :'draft') \g /dev/null
SELECT t.act('wh_police', 'UPDATE govdata.resource SET abstract = ''摘要'', format_category = ''数据库'', related = NULL, update_cycle = ''每月'' WHERE id = %s', :'draft') \g /dev/null
SELECT t.allowed('wh_police', format('SELECT govdata.publish_resource(%L)', t.code(:draft)), 'mended, it is published');
-- a draft of one's own may be referred to, another's not
SELECT t.resource('wh_civil', '草稿', '{甲}', publish => false) AS theirs \gset
SELECT t.act('wh_police', 'UPDATE govdata.resource SET related = ARRAY[%L] WHERE id = %s', t.code(:theirs), :'draft') \g /dev/null
SELECT is(t.findings('wh_police', :draft), 'resource 关联资源代码 reference resource_code ' || t.code(:theirs), 'a draft of others is as if it were not there');
SELECT t.act('wh_police', 'UPDATE govdata.resource SET related = NULL WHERE id = %s', :'draft') \g /dev/null
-- the provincial authority makes it
SELECT t.allowed('hb_da', 'INSERT INTO govdata.catalog_specification (element, column_name, required, allowed, basis, effective) VALUES (''安全级别'', ''safety_grade'', true, ''{一般,重要}'', ''省规范'', ''[2026-03-10,2026-04-01)'')', 'the provincial data authority adds an element, from a day on');
SELECT t.allowed('admin', 'UPDATE govdata.catalog_specification SET basis = ''省规范第一版'' WHERE element = ''安全级别''', 'the administrator may enter it too');
SELECT is(actor || ' ' || department, 'department ' || t.department('hb_da'), 'whose act it is stands in the journal') FROM govdata.journal_entry WHERE subject = 'catalog_specification' AND event = 'insert';
SELECT t.refused(who, 'INSERT INTO govdata.catalog_specification (element, column_name, required, basis) VALUES (''x'', ''title'', true, ''x'')',
	CASE who WHEN 'public' THEN '42501 %' WHEN 'nobody' THEN '42501 %' ELSE 'ZW010 "catalog_specification" is set by the provincial data authority' END, 'not: ' || who)
FROM unnest('{wh_da,hb_gov,hb_civil,wh_police,stranger,public,nobody}'::text[]) AS who;
SELECT t.refused('hb_da', 'INSERT INTO govdata.catalog_specification (element, column_name, required, basis) VALUES (''x'', ''nowhere'', true, ''x'')', 'ZW010 the catalog has no column "nowhere" for this element', 'an element that nobody can state');
SELECT t.refused('hb_da', 'INSERT INTO govdata.catalog_specification (element, part, column_name, required, basis) VALUES (''x'', ''item'', ''abstract'', true, ''x'')', 'ZW010 the catalog has no column "abstract" for this element', 'nor of items, what entries have');
SELECT t.refused('hb_da', 'INSERT INTO govdata.catalog_specification (element, column_name, required, pattern, basis) VALUES (''x'', ''title'', true, ''('', ''x'')', '2201B %', 'nor a pattern that is none');
SELECT is(t.findings('wh_police', :draft), NULL, 'before its day it does not count');
\set travel_to '2026-03-10 09:00+08'
\i :travel
SELECT is(t.findings('wh_police', :draft), 'resource 安全级别 required', 'from then on it does');
\set travel_to '2026-04-01 09:00+08'
\i :travel
SELECT is(t.findings('wh_police', :draft), NULL, 'and no longer when its period is over');
-- the code rule is a row
SELECT t.allowed('hb_da', 'UPDATE govdata.code_rule SET effective = ''[1900-01-01,2026-04-02)''', 'the rule ends');
SELECT t.allowed('hb_da', 'INSERT INTO govdata.code_rule (class_pattern, base_pattern, theme_pattern, separator, serial_digits, basis, effective) VALUES (''^HB-[A-C][0-9]{3}$'', ''^HB-A'', ''^HB-B'', ''-'', 4, ''省标准'', ''[2026-04-02,)'')', 'and another begins');
SELECT t.refused('hb_da', 'INSERT INTO govdata.code_rule (class_pattern, base_pattern, theme_pattern, separator, serial_digits, basis, effective) VALUES (''x'', ''x'', ''x'', ''-'', 4, ''x'', ''[2026-05-01,)'')', '23P01 %', 'one at a time');
\set travel_to '2026-04-02 09:00+08'
\i :travel
SELECT is(t.code(t.resource('wh_police', '新码', '{甲}', class => 'HB-C001')), 'HB-C001-0001', 'codes follow the rule of the day');
SELECT is(library, 'department', 'and what they mean too') FROM govdata.catalog WHERE code = 'HB-C001-0001';
SELECT t.refused('wh_police', 'INSERT INTO govdata.resource (class, title, opening, opening_ground) VALUES (''307009'', ''旧码'', ''closed'', ''law'')', 'ZW010 class "307009" does not follow the code rule', 'the old classes are over');
SELECT is(t.code(:draft), '307009/000001', 'what had its code keeps it');
SELECT t.act('admin', 'UPDATE govdata.code_rule SET effective = ''[2026-04-02,2026-04-03)'' WHERE separator = ''-''') \g /dev/null
SELECT t.act('admin', 'INSERT INTO govdata.code_rule (class_pattern, base_pattern, theme_pattern, separator, serial_digits, basis, effective) VALUES (''^[1-3][0-9]{5}$'', ''^1'', ''^2'', ''/'', 6, ''国家指南'', ''[2026-04-03,)'')') \g /dev/null
\set travel_to '2026-04-03 09:00+08'
\i :travel

-- ---- versions: history, difference, as of a day ----
SELECT t.resource('wh_civil', '低保', '{甲,乙}') AS r \gset
\set travel_to '2026-04-07 09:00+08'
\i :travel
SELECT t.act('wh_civil', 'UPDATE govdata.resource SET title = ''最低生活保障'' WHERE id = %s', :'r') \g /dev/null
SELECT t.act('wh_civil', 'UPDATE govdata.resource_item SET title = ''户主'' WHERE resource = %s AND name = ''甲''', :'r') \g /dev/null
SELECT t.act('wh_civil', 'INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''丙'', ''丙'', ''text'')', :'r') \g /dev/null
SELECT is(t.val('wh_house', format('SELECT string_agg(version || '' '' || title, '', '' ORDER BY version) FROM govdata.catalog_history WHERE resource = %s', :r)),
	'1 低保, 2 最低生活保障, 3 最低生活保障, 4 最低生活保障', 'every version stands there, for every department');
SELECT is(t.val('wh_house', format('SELECT string_agg(concat_ws('' '', item, column_name, before, after), ''; '') FROM govdata.resource_difference(%L, 1, 3)', t.code(:r))),
	'title "低保" "最低生活保障"; 甲 title "甲" "户主"', 'what changed between two of them');
SELECT is(t.val('wh_house', format('SELECT string_agg(DISTINCT item, '','') FROM govdata.resource_difference(%L, 3, 4)', t.code(:r))), '丙', 'an item that came');
SELECT is(t.val('wh_house', format('SELECT title || version FROM govdata.catalog_as_of(''2026-04-05'') WHERE id = %s', :r)), '低保1', 'the catalog as of a day');
SELECT is(t.val('wh_house', format('SELECT title || version FROM govdata.catalog_as_of(''2026-04-08'') WHERE id = %s', :r)), '最低生活保障4', 'and of another');
SELECT is(t.val('wh_house', format('SELECT count(*) FROM govdata.catalog_as_of(''2026-04-02'') WHERE id = %s', :r)), '0', 'and before it was there');
SELECT t.resource('ja_civil', '江岸', '{甲}') AS ja \gset
SELECT is(t.val('wh_house', 'SELECT count(*) FROM govdata.region_catalog(''420102'')'), '1', 'the catalog of a county');
SELECT is(t.val('wh_house', 'SELECT string_agg(DISTINCT region, '' '' ORDER BY region) FROM govdata.region_catalog(''420100'')'), '武汉市 江岸区', 'of a city, with its counties');
SELECT is(t.val('wh_house', 'SELECT count(*) FROM govdata.region_catalog(''420000'')'), t.val('wh_house', 'SELECT count(*) FROM govdata.catalog'), 'of the province: all levels');
SELECT is(t.val('wh_house', format('SELECT string_agg(code, '' '') FROM govdata.catalog_page(%s, page_size => 1)', t.department('wh_police'))), '307009/000001', 'a department''s catalog by pages');
SELECT is(t.val('wh_house', format('SELECT string_agg(code, '' '') FROM govdata.catalog_page(%s, ''307009/000001'')', t.department('wh_police'))), 'HB-C001-0001', 'the next page');

-- ---- libraries ----
SELECT t.refused(who, 'SELECT govdata.establish_library(''population'')', 'ZW012 a new library in state "active" can be entered only by: data_authority', 'no library: ' || who) FROM unnest('{wh_gov,wh_police,ja_da}'::text[]) AS who;
SELECT t.act('wh_da', 'SELECT govdata.establish_library(''population'')') AS base \gset
SELECT is(format('%s %s', lead_name, region), '武汉市数据局 420100', 'base data are led by the authority') FROM govdata.library_list WHERE id = :base;
SELECT t.refused('wh_da', format('SELECT govdata.establish_library(''credit'', %s)', t.department('wh_police')), 'ZW012 a base library is led by the data authority', 'by nobody else');
SELECT t.refused('wh_da', 'SELECT govdata.establish_library(''population'')', '23505 %', 'one of a kind');
SELECT t.refused('wh_da', 'SELECT govdata.establish_library(''unknown'')', 'ZW012 there is no kind of library called "unknown"', 'of a known kind');
SELECT t.refused('wh_da', 'SELECT govdata.establish_library(''relief'')', 'ZW012 a theme library needs the department mainly responsible as its lead', 'a theme needs its lead');
SELECT t.refused('wh_da', format('SELECT govdata.establish_library(''relief'', %s)', t.department(who)), 'ZW012 a theme library needs the department mainly responsible as its lead', 'which is not ' || who) FROM unnest('{hb_civil,ja_civil,operator,utility}'::text[]) AS who;
SELECT t.act('wh_da', format('SELECT govdata.establish_library(''relief'', %s)', t.department('wh_civil'))) AS theme \gset
SELECT t.refused('wh_police', format('SELECT govdata.join_library(%s, %s)', :theme, t.department('wh_police')), 'ZW012 a new library member in state "joined" can be entered only by: lead, platform', 'nobody brings itself in');
SELECT t.allowed('wh_civil', format('SELECT govdata.join_library(%s, %s)', :theme, t.department('wh_house')), 'the lead brings co-departments in');
SELECT t.refused('wh_civil', format('SELECT govdata.join_library(%s, %s)', :theme, t.department('wh_house')), 'ZW012 department % cannot become a co-department of library %', 'once');
SELECT t.refused('wh_civil', format('SELECT govdata.join_library(%s, %s)', :theme, t.department('wh_civil')), 'ZW012 department % cannot become a co-department of library %', 'not itself');
SELECT t.refused('wh_civil', format('SELECT govdata.join_library(%s, %s)', :theme, t.department('operator')), 'ZW012 department % cannot become a co-department of library %', 'no operator');

SELECT t.resource('wh_civil', '救助对象', '{甲}', class => '202001', publish => false) AS entry \gset
SELECT is(t.findings('wh_civil', :entry), 'resource library theme', 'an entry of a theme owes its library');
SELECT t.refused('wh_civil', format('SELECT govdata.publish_resource(%L)', t.code(:entry)), 'ZW012 resource "202001/000001" names no theme library', 'before it is published');
SELECT t.refused('wh_civil', format('UPDATE govdata.resource SET library = %s WHERE id = %s', :base, :entry), 'ZW012 class "202001" does not belong to a base library', 'a library of its kind');
SELECT t.refused('wh_civil', format('UPDATE govdata.resource SET library = 999 WHERE id = %s', :entry), 'ZW012 there is no library 999', 'that is there');
SELECT t.allowed('wh_civil', format('UPDATE govdata.resource SET library = %s WHERE id = %s', :theme, :entry), 'the lead assigns its entry');
SELECT t.allowed('wh_civil', format('SELECT govdata.publish_resource(%L)', t.code(:entry)), 'and publishes it');
SELECT is(library_name, '社会救助', 'as the catalog says') FROM govdata.catalog WHERE id = :entry;
SELECT t.refused('wh_civil', format('UPDATE govdata.resource SET library = NULL WHERE id = %s', :entry), 'ZW012 resource "202001/000001" names no theme library', 'it stays in one');
SELECT t.resource('wh_house', '住房救助', '{甲}', class => '202001', publish => false) AS co \gset
SELECT t.allowed('wh_house', format('UPDATE govdata.resource SET library = %s, state = ''published'' WHERE id = %s', :theme, :co), 'a co-department assigns its own');
SELECT t.resource('wh_police', '户籍救助', '{甲}', class => '202001', publish => false) AS stranger \gset
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET library = %s WHERE id = %s', :theme, :stranger), 'ZW012 the provider is no department of library "社会救助"', 'others do not');
-- items by source
SELECT t.allowed('wh_house', format('INSERT INTO govdata.resource_item (resource, name, title, data_type, source) VALUES (%s, ''住房'', ''住房'', ''text'', %s)', :entry, t.department('wh_house')), 'a co-department contributes an item of which it is the source');
SELECT t.allowed('wh_house', format('UPDATE govdata.resource_item SET title = ''住房情况'' WHERE resource = %s AND name = ''住房''', :entry), 'and keeps it');
SELECT t.refused('wh_house', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''他'', ''他'', ''text'')', :entry), 'ZW006 only the provider may act on this resource', 'not one without source');
SELECT t.refused('wh_house', format('UPDATE govdata.resource_item SET title = ''改'' WHERE resource = %s AND name = ''甲''', :entry), 'ZW006 only the provider may act on this resource', 'nor the lead''s');
SELECT t.refused('wh_house', format('UPDATE govdata.resource_item SET source = %s WHERE resource = %s AND name = ''甲''', t.department('wh_house'), :entry), 'ZW006 only the provider may act on this resource', 'nor makes it its own');
SELECT t.refused('wh_civil', format('INSERT INTO govdata.resource_item (resource, name, title, data_type, source) VALUES (%s, ''户'', ''户'', ''text'', %s)', :entry, t.department('wh_police')), 'ZW012 the source of item "户" is no department of the library', 'sources belong to the library');
SELECT is(version, 3, 'each contribution is a version of the entry') FROM govdata.resource WHERE id = :entry;
SELECT t.refused('wh_police', format('SELECT govdata.leave_library(%s, %s)', :theme, t.department('wh_house')), 'ZW012 library member % can be moved from "joined" to "left" only by: %', 'a stranger ends no membership');
SELECT t.allowed('wh_house', format('SELECT govdata.leave_library(%s, %s)', :theme, t.department('wh_house')), 'a co-department leaves');
SELECT t.refused('wh_house', format('UPDATE govdata.resource_item SET title = ''又'' WHERE resource = %s AND name = ''住房''', :entry), 'ZW006 only the provider may act on this resource', 'and contributes no more');
SELECT t.refused('wh_civil', format('SELECT govdata.hand_over_library(%s, %s)', :theme, t.department('wh_house')), 'ZW012 %', 'the lead does not hand itself over');
SELECT t.allowed('wh_da', format('SELECT govdata.hand_over_library(%s, %s)', :theme, t.department('wh_house')), 'the authority names another lead');
SELECT t.refused('wh_da', format('SELECT govdata.dissolve_library(%s, ''合并'')', :theme), 'ZW012 library % still has 2 entries', 'a library with entries stays');
SELECT t.refused('wh_da', format('SELECT govdata.dissolve_library(%s, '''')', :base), 'ZW012 library % needs the reason to become "dissolved"', 'its end needs a reason');
SELECT t.allowed('wh_da', format('SELECT govdata.dissolve_library(%s, ''并入省库'')', :base), 'an empty one is dissolved');
SELECT t.allowed('hb_da', 'INSERT INTO govdata.library_subject (code, kind, name, basis) VALUES (''transport'', ''theme'', ''交通运输'', ''省规范'')', 'the provincial authority adds a theme');

-- ---- updates ----
SELECT t.resource('wh_police', '每日', '{甲}', publish => false) AS daily \gset
SELECT t.act('wh_police', 'UPDATE govdata.resource SET update_cycle = ''每日'', state = ''published'' WHERE id = %s', :'daily') \g /dev/null
SELECT t.act('wh_police', 'UPDATE govdata.resource SET update_cycle = ''每月'' WHERE id = %s', :'draft') \g /dev/null
SELECT is(format('%s %s %s', due_on, late, last_as_of), '2026-04-08 f ', 'the first update is due a cycle after publication') FROM govdata.update_status WHERE id = :daily;
SELECT t.refused('wh_civil', format('SELECT govdata.record_update(%L)', t.code(:daily)), 'ZW009 a new data update in state "recorded" can be entered only by: provider', 'only the provider records');
SELECT t.refused('wh_police', format('SELECT govdata.record_update(%L, ''2026-04-08'')', t.code(:daily)), 'ZW009 the time that the data are of (as_of) cannot be in the future', 'not of tomorrow');
SELECT t.refused('wh_police', format('SELECT govdata.record_update(%L, ''infinity'')', t.code(:daily)), 'ZW009 the time that the data are of (as_of) cannot be in the future', 'nor of eternity');
SELECT t.refused('wh_police', format('SELECT govdata.record_update(%L)', t.code(:stranger)), 'ZW009 resource "%" is not in the catalog', 'not of a draft');
SELECT t.refused('wh_police', format('SELECT govdata.record_update(%L)', t.code(:theirs)), 'ZW009 there is no resource "%" that you can see', 'not of what one cannot see');
SELECT t.refused('wh_police', format('INSERT INTO govdata.data_update (resource, late) VALUES (%s, false)', :daily), 'ZW009 column "late" of data_update is set by the platform', 'lateness is the platform''s to tell');
SELECT t.act('wh_police', 'SELECT govdata.record_update(%L, ''2026-04-07 08:00+08'', 120)', t.code(:daily)) AS first \gset
SELECT is(format('%s %s', late, due_at AT TIME ZONE 'Asia/Shanghai'), 'f 2026-04-09 00:00:00', 'recorded in time') FROM govdata.data_update WHERE id = :first;
\set travel_to '2026-04-10 09:00+08'
\i :travel
SELECT is(format('%s %s %s', due_on, late, days_late), '2026-04-08 t 2', 'two days late, visible') FROM govdata.update_status WHERE id = :daily;
SELECT is(t.val('wh_police', format('SELECT format(''%%s %%s %%s'', article, due_on, late) FROM govdata.obligation WHERE duty = ''update_data'' AND subject_key = %L', :'daily')), '9 2026-04-08 t', 'and owed');
SELECT is(t.val('wh_da', format('SELECT count(*) FROM govdata.obligation WHERE duty = ''update_data'' AND subject_key = %L', :'daily')), '1', 'shown to the authority');
SELECT t.act('wh_police', 'SELECT govdata.record_update(%L)', t.code(:daily)) AS second \gset
SELECT is(late, true, 'a late update stays a late one') FROM govdata.data_update WHERE id = :second;
SELECT is(format('%s %s', due_on, late), '2026-04-11 f', 'and the next is due') FROM govdata.update_status WHERE id = :daily;
SELECT t.refused('wh_police', format('SELECT govdata.void_update(%s, '''')', :second), 'ZW009 data update % needs the reason to become "voided"', 'taking it back needs a reason');
SELECT t.refused('wh_civil', format('SELECT govdata.void_update(%s, ''错'')', :second), 'ZW009 %', 'and the provider');
SELECT t.allowed('wh_police', format('SELECT govdata.void_update(%s, ''误登'')', :second), 'a wrong record is voided');
SELECT is(due_on, '2026-04-08'::date, 'and does not count') FROM govdata.update_status WHERE id = :daily;
SELECT t.refused('wh_police', format('UPDATE govdata.data_update SET state = ''recorded'' WHERE id = %s', :second), 'ZW009 data update % cannot move from "voided" to "recorded"', 'for good');
SELECT is(govdata._update_due('每月', '2026-01-31 10:00+08') AT TIME ZONE 'Asia/Shanghai', '2026-03-01 00:00', 'a month after 31 January ends with February');
SELECT is(govdata._update_due('不定时', now()), NULL, 'no date follows from an irregular cycle');
SELECT t.allowed('hb_da', 'INSERT INTO govdata.update_cycle (name, period, basis) VALUES (''每旬'', ''10 days'', ''省规范'')', 'cycles are rows');
SELECT t.allowed('wh_police', format('UPDATE govdata.resource SET update_cycle = ''每旬'' WHERE id = %s', :daily), 'and used');
SELECT is(due_on, '2026-04-17'::date, 'at once') FROM govdata.update_status WHERE id = :daily;

-- ---- the data officer ----
UPDATE govdata.department SET data_officer = NULL WHERE role = 'regress_gd_yc_civil'::regrole;
SELECT is(t.val('yc_civil', 'SELECT string_agg(duty, '' '') FROM govdata.obligation WHERE article = 14'), 'name_data_officer', 'who has no officer owes one');
SELECT t.refused('yc_civil', 'SELECT govdata.name_data_officer('' '')', 'ZW014 data officer needs the institution or person', 'a blank is none');
SELECT t.refused('operator', 'SELECT govdata.name_data_officer(''我'')', 'ZW014 a platform operator names no data officer', 'an operator has none');
SELECT t.refused('yc_civil', format('INSERT INTO govdata.data_officer (department, officer) VALUES (%s, ''x'')', t.department('wh_civil')), 'ZW014 column "department" of data_officer is set by the platform', 'nobody names another''s');
SELECT t.refused('superuser', 'SELECT govdata.name_data_officer(''我'')', 'ZW014 user "%" acts for no department', 'a superuser is no department');
SELECT t.allowed('yc_civil', 'SELECT govdata.name_data_officer(''信息中心'', ''0717-1'')', 'a department names its own');
SELECT is(data_officer, '信息中心', 'and the registry knows') FROM govdata.department WHERE role = 'regress_gd_yc_civil'::regrole;
SELECT is(t.val('yc_civil', 'SELECT count(*) FROM govdata.obligation WHERE article = 14'), '0', 'the duty is done');
SELECT t.allowed('yc_civil', 'SELECT govdata.name_data_officer(''王芳'')', 'and changes it');
UPDATE govdata.department SET data_officer = '李强' WHERE role = 'regress_gd_yc_civil'::regrole;
SELECT is(string_agg(format('%s %s', officer, state), ', ' ORDER BY id), '宜昌市民政局数据科 ended, 信息中心 ended, 王芳 ended, 李强 current',
	'all of them stand there, the administrator''s too') FROM govdata.data_officer WHERE department = t.department('yc_civil');
SELECT t.refused('yc_civil', 'UPDATE govdata.data_officer SET state = ''ended'' WHERE officer = ''李强''', 'ZW014 data officer % can be moved from "current" to "ended" only by: platform', 'none is ended without another');
SELECT is(count(*), 1::bigint, 'the change of officer is in the journal') FROM govdata.journal_entry WHERE subject = 'data_officer' AND event = 'insert' AND after ->> 'officer' = '王芳';

-- ---- the yearly round ----
SELECT is_empty($$SELECT * FROM govdata.maintenance_status WHERE entries > 0$$, 'in its first year a catalog owes no round');
\set travel_to '2027-01-04 09:00+08'
\i :travel
SELECT is(t.val('wh_police', 'SELECT format(''%s %s %s %s'', year, state, entries, due_on) FROM govdata.maintenance_status WHERE department = govdata.current_department()'),
	'2027 not_opened 3 2027-12-31', 'in the second it does');
SELECT is(t.val('wh_police', 'SELECT format(''%s %s %s'', duty, due_on, late) FROM govdata.obligation WHERE article = 11'), 'open_maintenance_round 2027-12-31 f', 'and is told so');
SELECT t.refused('wh_police', format('SELECT govdata.confirm_entry(%L)', t.code(:daily)), 'ZW011 no maintenance round of yours is open', 'nothing is confirmed outside');
SELECT t.act('wh_police', 'SELECT govdata.open_maintenance_round()') AS round \gset
SELECT t.refused('wh_police', 'SELECT govdata.open_maintenance_round()', 'ZW011 the maintenance round of 2027 is there already', 'one a year');
SELECT t.refused('wh_police', format('SELECT govdata.close_maintenance_round(%s)', :round), 'ZW011 round % still waits for 3 entries', 'it waits for every entry');
SELECT t.refused('wh_civil', format('SELECT govdata.close_maintenance_round(%s)', :round), 'ZW011 there is no maintenance round % that you can see', 'and is its department''s');
SELECT t.refused('wh_police', format('SELECT govdata.confirm_entry(%L)', t.code(:entry)), 'ZW011 resource "%" is another department''s', 'as are the entries');
SELECT t.refused('wh_police', format('SELECT govdata.confirm_entry(%L)', t.code(:stranger)), 'ZW011 resource "%" is not in the catalog', 'a draft is none');
SELECT t.allowed('wh_police', format('SELECT govdata.confirm_entry(%L)', t.code(:draft)), 'entry by entry');
SELECT t.refused('wh_police', format('SELECT govdata.confirm_entry(%L)', t.code(:draft)), 'ZW011 resource "%" is confirmed for 2027 already', 'once each');
SELECT is(t.val('wh_police', 'SELECT format(''%s %s %s'', state, entries, outstanding) FROM govdata.maintenance_status WHERE department = govdata.current_department()'), 'open 3 2', 'the rest is counted');
SELECT is(t.val('wh_police', 'SELECT duty FROM govdata.obligation WHERE article = 11'), 'confirm_entries', 'and owed');
SELECT is(t.val('wh_da', 'SELECT outstanding FROM govdata.maintenance_status WHERE name = ''武汉市公安局'''), '2', 'the authority sees it');
-- a new version counts, what came meanwhile is not asked for, what went neither
SELECT t.act('wh_police', 'UPDATE govdata.resource SET abstract = ''新摘要'' WHERE id = %s', :'daily') \g /dev/null
SELECT t.resource('wh_police', '其间', '{甲}') \g /dev/null
SELECT is(t.val('wh_police', 'SELECT string_agg(code, '' '') FROM govdata.maintenance_outstanding'), 'HB-C001-0001', 'one is left');
SELECT t.allowed('wh_police', format('SELECT govdata.confirm_entry(%L)', t.code(:daily)), 'a changed one may be confirmed too');
SELECT is(string_agg(outcome, ' ' ORDER BY id), 'unchanged changed', 'as what it is') FROM govdata.maintenance_confirmation;
SELECT is(state, 'open', 'still open') FROM govdata.maintenance_round WHERE id = :round;
\set travel_to '2028-01-05 09:00+08'
\i :travel
SELECT is(t.val('wh_police', 'SELECT string_agg(format(''%s %s %s'', subject_key, due_on, late), '', '' ORDER BY due_on) FROM govdata.obligation WHERE article = 11'),
	format('%s 2027-12-31 t, 2028 2028-12-31 f', :round), 'late, and the next one is owed beside it');
SELECT t.allowed('wh_police', 'SELECT govdata.confirm_entry(''HB-C001-0001'')', 'the last confirmation');
SELECT is(format('%s %s', state, late), 'closed t', 'closes the round, late') FROM govdata.maintenance_round WHERE id = :round;
-- a year missed is visible, and made good by the next round
SELECT is(t.val('wh_civil', 'SELECT string_agg(format(''%s %s %s'', year, state, late), '', '' ORDER BY year) FROM govdata.maintenance_status WHERE department = govdata.current_department()'),
	'2027 missed t, 2028 not_opened f', 'a year without a round is missed');
SELECT is(t.val('wh_civil', 'SELECT count(*) FROM govdata.obligation WHERE article = 11'), '2', 'both are owed');
SELECT t.act('wh_civil', 'SELECT govdata.open_maintenance_round()') AS round \gset
SELECT t.act('wh_civil', format('SELECT govdata.withdraw_resource(%L, ''停用'')', t.code(:entry))) \g /dev/null
SELECT t.act('wh_civil', 'UPDATE govdata.resource SET abstract = ''修订'' WHERE id = %s', :'r') \g /dev/null
SELECT t.allowed('wh_civil', format('SELECT govdata.close_maintenance_round(%s)', :round), 'changed and withdrawn entries need no confirmation');
SELECT is(t.val('wh_civil', 'SELECT count(*) FROM govdata.obligation WHERE article = 11'), '0', 'and nothing is owed any more');
SELECT is(t.val('wh_civil', 'SELECT state FROM govdata.maintenance_status WHERE department = govdata.current_department() AND year = 2027'), 'missed', 'that the year was missed stays');
-- the day is a row
SELECT t.refused('hb_da', 'UPDATE govdata.yearly_limit SET month = 6, day = 30', '42501 %', 'days of the year are the administrator''s');
SELECT t.refused('admin', 'UPDATE govdata.yearly_limit SET month = 6, day = 31', '23514 %', 'and days');

\i :actors_end
