-- Data elements: what an item of the catalog, a question of a form or bought
-- data are about. Articles 15 and 24 compare by element, never by wording.

CREATE TABLE govdata.data_element (
    code       text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    name       text NOT NULL UNIQUE CHECK (name <> ''),
    synonyms   text[] NOT NULL DEFAULT '{}' CHECK (array_position(synonyms, NULL) IS NULL),
    definition text NOT NULL CHECK (definition <> ''),
    standard   text NOT NULL CHECK (standard <> ''),
    identifier boolean NOT NULL DEFAULT false,
    builtin    boolean NOT NULL DEFAULT false,
    amended    boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin))
);
COMMENT ON TABLE govdata.data_element IS '数据元:信息项、表单事项与采购数据据以比对的统一含义(第十条、第十五条、第二十四条)';
COMMENT ON COLUMN govdata.data_element.code IS '代码';
COMMENT ON COLUMN govdata.data_element.name IS '名称';
COMMENT ON COLUMN govdata.data_element.synonyms IS '同义名称';
COMMENT ON COLUMN govdata.data_element.definition IS '定义';
COMMENT ON COLUMN govdata.data_element.standard IS '依据的标准';
COMMENT ON COLUMN govdata.data_element.identifier IS '可用于辨识何人、何单位、何物:凭它才能查得其他数据';
COMMENT ON COLUMN govdata.data_element.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.data_element.amended IS '随扩展发布而经本地修改';

INSERT INTO govdata.data_element (code, name, synonyms, definition, standard, identifier, builtin)
SELECT v.code, v.name, v.synonyms, v.definition, v.standard, v.identifier, true
  FROM (VALUES
    -- persons
    ('citizen_id', '公民身份号码', ARRAY['身份证号', '身份证号码', '居民身份证号', '居民身份证号码', '身份证件号码'],
     '公民唯一的、终身不变的法定标识号码', 'GB 11643-1999 公民身份号码', true),
    ('person_name', '姓名', ARRAY['公民姓名', '人员姓名'],
     '在户籍登记或者身份证件上记载的姓氏名称', 'GB/T 19488.2-2008 电子政务数据元 第2部分:公共数据元目录', true),
    ('sex', '性别', ARRAY['性别代码'],
     '人的性别', 'GB/T 2261.1-2003 个人基本信息分类与代码 第1部分:人的性别代码', false),
    ('ethnic_group', '民族', ARRAY['民族代码'],
     '公民所属民族', 'GB/T 3304-1991 中国各民族名称的罗马字母拼写法和代码', false),
    ('birth_date', '出生日期', ARRAY['出生年月日', '生日'],
     '出生的公历年月日', 'GB/T 7408-2005 数据元和交换格式 信息交换 日期和时间表示法', false),
    ('nationality', '国籍', ARRAY['国籍代码', '国家或者地区'],
     '人员所属国家或者地区', 'GB/T 2659-2000 世界各国和地区名称代码', false),
    ('marital_status', '婚姻状况', ARRAY['婚姻状况代码', '婚姻状态'],
     '公民的婚姻状况', 'GB/T 2261.2-2003 个人基本信息分类与代码 第2部分:婚姻状况代码', false),
    ('health_status', '健康状况', ARRAY['健康状况代码'],
     '公民的健康状况', 'GB/T 2261.3-2003 个人基本信息分类与代码 第3部分:健康状况代码', false),
    ('employment_status', '从业状况', ARRAY['从业状况代码', '个人身份'],
     '公民的从业状况', 'GB/T 2261.4-2003 个人基本信息分类与代码 第4部分:从业状况(个人身份)代码', false),
    ('family_relation', '家庭关系', ARRAY['与户主关系', '家庭关系代码'],
     '与户主或者本人的家庭关系', 'GB/T 4761-2008 家庭关系代码', false),
    ('education_level', '学历', ARRAY['学历代码', '文化程度'],
     '受教育的最高程度', 'GB/T 4658-2006 学历代码', false),
    ('academic_degree', '学位', ARRAY['学位代码'],
     '所获学位', 'GB/T 6864-2003 中华人民共和国学位代码', false),
    ('political_status', '政治面貌', ARRAY['政治面貌代码'],
     '公民的政治面貌', 'GB/T 4762-1984 政治面貌代码', false),
    ('occupation', '职业', ARRAY['职业代码', '职业类别'],
     '公民所从事的职业', 'GB/T 6565-2015 职业分类与代码', false),
    -- legal persons and other organizations
    ('uscc', '统一社会信用代码', ARRAY['社会信用代码', '信用代码'],
     '法人和其他组织唯一的、终身不变的法定身份识别码', 'GB 32100-2015 法人和其他组织统一社会信用代码编码规则', true),
    ('organization_name', '机构名称', ARRAY['单位名称', '组织名称', '企业名称', '法人名称'],
     '法人和其他组织登记的名称', 'GB/T 19488.2-2008 电子政务数据元 第2部分:公共数据元目录', true),
    ('organization_code', '组织机构代码', ARRAY[]::text[],
     '统一社会信用代码实施前的组织机构标识', 'GB 11714-1997 全国组织机构代码编制规则', true),
    ('industry', '国民经济行业', ARRAY['行业代码', '行业类别', '所属行业'],
     '单位主要活动所属行业', 'GB/T 4754-2017 国民经济行业分类', false),
    ('economic_type', '经济类型', ARRAY['经济类型代码', '企业类型'],
     '单位的经济类型', 'GB/T 12402-2000 经济类型分类与代码', false),
    ('affiliation', '单位隶属关系', ARRAY['隶属关系', '隶属关系代码'],
     '单位的隶属关系', 'GB/T 12404-1997 单位隶属关系代码', false),
    -- places and property
    ('region_code', '行政区划代码', ARRAY['行政区划', '区划代码'],
     '县级以上行政区划', 'GB/T 2260-2007 中华人民共和国行政区划代码', false),
    ('subcounty_code', '县级以下行政区划代码', ARRAY['乡镇代码', '街道代码'],
     '乡镇、街道等县级以下行政区划', 'GB/T 10114-2003 县级以下行政区划代码编制规则', false),
    ('real_estate_unit', '不动产单元号', ARRAY['不动产单元代码', '不动产单元编号'],
     '不动产单元的唯一代码', 'GB/T 37346-2019 不动产单元设定与代码编制规则', true),
    ('land_use', '土地利用类型', ARRAY['地类', '土地用途', '地类代码'],
     '土地利用现状的分类', 'GB/T 21010-2017 土地利用现状分类', false),
    ('vin', '车辆识别代号', ARRAY['车架号', 'VIN'],
     '道路车辆的唯一识别代号', 'GB 16735-2019 道路车辆 车辆识别代号(VIN)', true),
    -- certificates, money, time
    ('certificate_id', '电子证照标识', ARRAY['证照标识'],
     '电子证照的唯一标识', 'GB/T 36904-2018 电子证照 标识规范', true),
    ('currency', '币种', ARRAY['货币代码', '币种代码'],
     '金额所用货币', 'GB/T 12406-2008 表示货币和资金的代码', false)
  ) AS v (code, name, synonyms, definition, standard, identifier);

SELECT govdata._registry_table('govdata.data_element', 'code', 10::smallint);

-- What purchases and planned entries name in arrays is held as a foreign key would.
CREATE FUNCTION govdata._guard_element() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_element';
COMMENT ON FUNCTION govdata._guard_element() IS '守卫:在用的数据元不得删除或者更换代码';
CREATE TRIGGER ab_use BEFORE UPDATE OF code OR DELETE ON govdata.data_element
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_element();
