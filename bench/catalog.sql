-- A province-wide catalog: departments of every region of Hubei, resources with
-- twenty items each, with words of real catalogs and names of real villages.
-- Loaded as a dump is: rows as given, the index of the search at the end.
--
-- psql variable: resources.  Runs in the tree's bench/.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
-- the group roles have the members of the other catalog already
SET govdata.restore = on;
CREATE EXTENSION govdata CASCADE;
RESET govdata.restore;
CREATE SCHEMA bench;

CREATE TABLE bench.bureau (n integer GENERATED ALWAYS AS IDENTITY, name text, kind text);
INSERT INTO bench.bureau (name, kind) VALUES ('人民政府', 'government'), ('数据局', 'data_authority'),
	('公安局', 'agency'), ('民政局', 'agency'), ('市场监督管理局', 'agency'), ('生态环境局', 'agency'), ('卫生健康局', 'agency');
CREATE TABLE bench.office AS
SELECT row_number() OVER (ORDER BY g.code, b.n)::integer AS n, g.code AS region, g.name || b.name AS name, b.kind
FROM govdata.region g CROSS JOIN bench.bureau b;
SELECT format('CREATE ROLE bench_office%s', n) FROM bench.office
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bench_office' || n) \gexec
INSERT INTO govdata.department (uscc, uscc_verified_by_hand, name, region, kind, role, data_officer)
SELECT '11420000BENCHO' || lpad(n::text, 4, '0'), true, name, region, kind, ('bench_office' || n)::regrole, '数据科'
FROM bench.office ORDER BY n;
CREATE TABLE bench.provider AS
SELECT row_number() OVER (ORDER BY d.id) - 1 AS k, d.id, d.name, count(*) OVER () AS n
FROM govdata.department d WHERE d.kind IN ('agency', 'data_authority');
CREATE INDEX ON bench.provider (k);

CREATE TABLE bench.village (code text, name text, street_code text, street text, region text);
\copy bench.village FROM '../data/hubei_villages.csv' CSV HEADER
CREATE TABLE bench.place AS SELECT row_number() OVER (ORDER BY code) - 1 AS k, street || name AS name, count(*) OVER () AS n FROM bench.village;
CREATE INDEX ON bench.place (k);

CREATE TABLE bench.word AS SELECT
	ARRAY['人口', '户籍', '婚姻登记', '企业登记', '不动产登记', '社会保险', '低保对象', '学籍', '医师执业', '食品经营许可', '道路运输',
		'环境监测', '水文监测', '气象观测', '林权', '养老机构', '医疗救助', '殡葬服务', '房屋租赁', '住房公积金', '纳税信用', '行政处罚',
		'建设工程', '安全生产', '危险化学品', '特种设备', '药品经营', '疫苗接种', '残疾人', '退役军人', '就业失业', '法律援助', '公证',
		'司法鉴定', '非物质文化遗产', '旅游景区', '图书馆藏', '体育场馆', '农药经营', '种子生产', '兽医', '水利工程', '取水许可', '排污许可',
		'固体废物', '土壤污染', '矿产资源', '测绘成果', '地名', '城乡规划', '公共交通', '停车场', '电子证照', '信用评价', '知识产权',
		'计量检定', '认证认可', '消费投诉', '价格监测', '粮食储备'] AS subjects,
	ARRAY['基本信息', '登记信息', '变更记录', '统计数据', '名录', '许可信息', '监测数据', '年度汇总'] AS kinds,
	ARRAY['姓名', '公民身份号码', '性别', '出生日期', '民族', '住址', '联系电话', '单位名称', '统一社会信用代码', '法定代表人', '注册资本',
		'成立日期', '经营范围', '登记机关', '许可证编号', '有效期起', '有效期止', '发证机关', '状态', '备注', '监测点名称', '经度', '纬度',
		'监测时间', '监测值', '计量单位', '是否达标', '行政区划代码', '街道名称', '社区名称', '建筑面积', '用途', '权利人', '权证号',
		'金额', '发放日期', '开户银行', '等级', '处罚决定书文号', '处罚依据'] AS items;

-- rows as given, nothing derived, no foreign key looked at: as in a restore
SET govdata.restore = on;
SET session_replication_role = replica;
SET govdata.maintenance = on;
SELECT pg_get_indexdef('govdata.resource_search_keys'::regclass) AS search_index \gset
DROP INDEX govdata.resource_search_keys;
-- "first" to "last": a statement keeps what it inserts until its end
CREATE FUNCTION bench.load(first bigint, last bigint) RETURNS void LANGUAGE sql AS $$
	INSERT INTO govdata.resource (id, class, code, title, provider, abstract, format_category, sharing, sharing_conditions,
		opening, opening_ground, update_cycle, state, published_at, updated_at)
	SELECT i, '307009', '307009/' || lpad(i::text, 7, '0'),
		p.name || ' ' || v.name || w.subjects[1 + i % 60] || w.kinds[1 + (i / 60) % 8], p.id,
		v.name || w.subjects[1 + i % 60] || '的' || w.kinds[1 + (i / 60) % 8] || ',由' || p.name || '按' ||
			(ARRAY['日', '月', '年'])[1 + i % 3] || '更新,用于业务办理与监督管理',
		'数据库', CASE i % 4 WHEN 0 THEN 'unconditional' ELSE 'conditional' END, '履行职责所需',
		'closed', 'privacy', (ARRAY['每日', '每月', '每年'])[1 + i % 3], 'published', t.at, t.at
	FROM (SELECT govdata.clock() AS at) t, bench.word w, generate_series(first, last) i
	JOIN bench.provider p ON p.k = (i * 7919) % (SELECT n FROM bench.provider LIMIT 1)
	JOIN bench.place v ON v.k = (i * 104729) % (SELECT n FROM bench.place LIMIT 1);
	INSERT INTO govdata.resource_item (resource, name, title, data_type, length)
	SELECT i, 'item' || lpad(n::text, 2, '0'), w.items[1 + (i + n) % 40], '字符型', 100
	FROM bench.word w, generate_series(first, last) i, generate_series(1, 20) n;
	INSERT INTO govdata.resource_search (resource, provider, region, sharing, document)
	SELECT r.id, r.provider, d.region, r.sharing, govdata._search_document(r.id, r.code, r.title, r.abstract)
	FROM govdata.resource r JOIN govdata.department d ON d.id = r.provider WHERE r.id BETWEEN first AND last;
$$;
SELECT format('SELECT bench.load(%s, %s)', i, least(i + 24999, :resources)) FROM generate_series(1, :resources, 25000) i \gexec
SET maintenance_work_mem = '1GB';
:search_index;
SELECT setval('govdata.resource_id_seq', :resources) \g /dev/null
RESET govdata.maintenance;
VACUUM (FREEZE, ANALYZE) govdata.resource, govdata.resource_item, govdata.resource_search;
