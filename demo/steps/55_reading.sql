--: title 17, 18 | A real table, attached | 挂接真实的数据表
--: en The provincial civil affairs department keeps the list of all villages and
--: en neighbourhoods of Hubei, 26,983 real rows, in a table of its own.
--: zh 省民政厅的一张表里有全省所有的村和社区：26983 行真实数据。
--: as postgres
CREATE SCHEMA civil AUTHORIZATION hubei_civil_clerk;

--: as hubei_civil_clerk
--: shows 26983
CREATE TABLE civil.village (code text PRIMARY KEY, name text, street_code text, street text, region text);
\copy civil.village FROM 'data/hubei_villages.csv' CSV HEADER
ANALYZE civil.village;
SELECT count(*), min(name), max(name) FROM civil.village;

--: en Whoever owns a table attaches it to the entry of the catalog. What is missing for
--: en it, the error says.
--: zh 表的所有者把它挂接到目录条目上。还缺什么，报错里写明。
--: fails ZW018
--: shows GRANT USAGE ON SCHEMA civil TO govdata_department;
SELECT govdata.attach_resource('202003/000001', 'civil.village');

GRANT USAGE ON SCHEMA civil TO govdata_department;
SELECT govdata.attach_resource('202003/000001', 'civil.village');

--: en It is shared, conditionally. Nobody reads it without an authorization, nor counts
--: en its rows. The hint is the request for exactly what is missing, ready to be run.
--: zh 它属于有条件共享。没有授权，谁也不能读，连行数也不能数。
--: zh 提示就是一条现成的申请语句，所申请的恰好是所缺的信息项。
--: as hubei_ecology_clerk
--: fails ZW020
SELECT count(*) FROM civil.village;

--: fails ZW020
--: shows SELECT govdata.submit_request('202003/000001', ARRAY['code', 'name', 'region'],
SELECT code, name FROM civil.village WHERE region = '420106';

--: title 20, 32, 33 | Read by authorization, and nothing besides | 凭授权读取，不多一分
--: en The ecology department asks. The provider grants it the villages of Wuhan.
--: zh 省生态环境厅提出申请，省民政厅同意，限于武汉市的村和社区。
--: shows 7
SELECT govdata.submit_request('202003/000001', ARRAY['code', 'name', 'region'],
       '编制农村生活污水治理台账', '2027-09-30', '基层治理') AS request;

--: as hubei_civil_clerk
SELECT govdata.approve_request(7, row_filter => $$region LIKE '4201%'$$);

--: en Plain SQL from any client: the authorized columns come out, and the authorized rows.
--: zh 任何客户端、普通 SQL：出来的只有授权的列和授权的行。
--: as hubei_ecology_clerk
--: shows 3495
--: shows 420117
SELECT count(*), min(region), max(region) FROM civil.village;

--: shows 420106
SELECT code, name, region FROM civil.village WHERE region = '420106' ORDER BY code LIMIT 3;

--: en A column that was not asked for is refused, by whatever name it goes.
--: zh 没有申请的列不能读，换什么写法都一样。
--: fails ZW020
--: shows ARRAY['street']
SELECT name, street FROM civil.village LIMIT 3;

--: fails ZW020
--: shows ARRAY['street_code', 'street']
SELECT to_jsonb(v) FROM civil.village v LIMIT 1;

--: en To read is not to keep, and not to pass on: no copy, and a view that shares the
--: en villages with everybody shares nothing.
--: zh 读取不等于留存，更不等于转手：不得另存；用视图转给他人，他人也读不到。
--: fails ZW033
CREATE TEMP TABLE copied AS SELECT code, name FROM civil.village;

--: as postgres
CREATE SCHEMA ecology AUTHORIZATION hubei_ecology_clerk;
GRANT USAGE ON SCHEMA ecology TO PUBLIC;

--: as hubei_ecology_clerk
CREATE VIEW ecology.village AS SELECT code, name FROM civil.village;
GRANT SELECT ON ecology.village TO PUBLIC;

--: as hubei_water_clerk
--: fails ZW033
SELECT count(*) FROM ecology.village;

--: en Why, and what would be allowed, can be asked before.
--: zh 能不能读、为什么，可以事先询问。
--: shows name
SELECT allowed, basis, article, reason FROM govdata.check_access('202003/000001', '{name}');

--: title 32 | Every read has left its record | 每一次读取都有记录
--: en The provider sees who read its table: when, by which authorization, which columns,
--: en how many rows; and who tried in vain.
--: zh 提供部门看得到谁读过它的表：何时、凭哪一项授权、读了哪些列、得到多少行；也看得到谁尝试未果。
--: as hubei_civil_clerk
--: shows 湖北省生态环境厅
--: shows code,name,region
--: shows refused
SELECT to_char(at, 'MM-DD HH24:MI:SS') AS at, department, kind, authorization_id AS auth, request, items, row_count AS rows
  FROM govdata.access_log WHERE code = '202003/000001' ORDER BY boot, seq;

--: en A read that is rolled back is on record all the same.
--: zh 回滚的事务，读取照样留痕。
--: as hubei_ecology_clerk
BEGIN;
SELECT count(name) FROM civil.village;
ROLLBACK;

--: wait 20
SELECT kind, authorization_id, items, row_count, completed FROM govdata.access_log
 WHERE items = 'name' AND kind = 'read' AND completed;

--: en The records are sealed as the journal is, and verified by a query.
--: zh 记录与日志一样封存，用一条查询即可核验。
--: as postgres
CALL govdata.sweep();

--: shows ok
--: hides altered
--: hides removed
SELECT finding, seal, entries, detail FROM govdata.verify_access_log();
