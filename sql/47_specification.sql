-- The catalog specification as data (Article 10): what an entry must state, how
-- it is coded, how often its data are updated, and the days of the year by which
-- yearly duties are due. The provincial data authority makes the specification
-- ("省级政务数据主管部门应当制定政务数据资源目录编制规范"); so it writes these rows by
-- its own act, and the administrator may, who keeps every registry.

CREATE TABLE govdata.catalog_specification (
    element     text NOT NULL CHECK (element <> ''),
    part        text NOT NULL DEFAULT 'resource' CHECK (part IN ('resource', 'item')),
    column_name name NOT NULL,
    required    boolean NOT NULL,
    pattern     text,
    allowed     text[],
    reference   text CHECK (reference IN ('resource_code', 'update_cycle')),
    when_column name,
    when_values text[],
    basis       text NOT NULL,
    effective   daterange NOT NULL DEFAULT '(,)' CHECK (NOT isempty(effective)),
    builtin     boolean NOT NULL DEFAULT false,
    amended     boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    effective_from date GENERATED ALWAYS AS (lower(effective)) STORED,
    CONSTRAINT catalog_specification_condition_is_whole
        CHECK ((when_column IS NULL) = (when_values IS NULL)),
    CONSTRAINT catalog_specification_one_at_a_time
        EXCLUDE USING gist (element WITH =, effective WITH &&)
);
COMMENT ON TABLE govdata.catalog_specification IS '政务数据资源目录编制规范:元数据要素、是否必备、取值规则(第十条);由省级主管部门制定';
COMMENT ON COLUMN govdata.catalog_specification.element IS '要素名称';
COMMENT ON COLUMN govdata.catalog_specification.part IS '要素所属:resource 目录条目、item 信息项';
COMMENT ON COLUMN govdata.catalog_specification.column_name IS '对应 resource 或 resource_item 表的列';
COMMENT ON COLUMN govdata.catalog_specification.required IS '发布时是否必备';
COMMENT ON COLUMN govdata.catalog_specification.pattern IS '取值须符合的正则表达式';
COMMENT ON COLUMN govdata.catalog_specification.allowed IS '允许的取值';
COMMENT ON COLUMN govdata.catalog_specification.reference IS '取值须已登记:resource_code 为目录中的资源代码、update_cycle 为更新周期';
COMMENT ON COLUMN govdata.catalog_specification.when_column IS '仅当该列取下列值时适用;空表示一律适用';
COMMENT ON COLUMN govdata.catalog_specification.when_values IS '适用时该列的取值';
COMMENT ON COLUMN govdata.catalog_specification.basis IS '依据';
COMMENT ON COLUMN govdata.catalog_specification.effective IS '适用期间';
COMMENT ON COLUMN govdata.catalog_specification.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.catalog_specification.amended IS '随扩展发布而经本地修改';
COMMENT ON COLUMN govdata.catalog_specification.effective_from IS '适用期间的首日:一条要求的起始不变,终止可以改';

-- Class codes are judged by govdata.code_rule when an entry is made, so they
-- need no pattern here.
INSERT INTO govdata.catalog_specification (element, part, column_name, required, allowed, reference, when_column, when_values,
                                           basis, builtin)
SELECT v.element, v.part, v.column_name, v.required, v.allowed, v.reference, v.when_column, v.when_values,
       '政务信息资源目录编制指南(试行) 发改高技术〔2017〕1272号', true
  FROM (VALUES
    ('信息资源分类',     'resource', 'class',              true,  NULL::text[], NULL, NULL, NULL::text[]),
    ('信息资源代码',     'resource', 'code',               true,  NULL, NULL, NULL, NULL),
    ('信息资源名称',     'resource', 'title',              true,  NULL, NULL, NULL, NULL),
    ('信息资源提供方',   'resource', 'provider',           true,  NULL, NULL, NULL, NULL),
    ('信息资源摘要',     'resource', 'abstract',           true,  NULL, NULL, NULL, NULL),
    ('信息资源格式分类', 'resource', 'format_category',    true,  ARRAY['电子文件', '电子表格', '数据库', '图形图像', '流媒体', '自描述格式'], NULL, NULL, NULL),
    ('信息资源格式类型', 'resource', 'format_type',        false, NULL, NULL, NULL, NULL),
    ('共享类型',         'resource', 'sharing',            true,  NULL, NULL, NULL, NULL),
    ('共享条件',         'resource', 'sharing_conditions', true,  NULL, NULL, 'sharing', ARRAY['conditional']),
    ('共享方式',         'resource', 'sharing_mode',       true,  ARRAY['共享平台', '邮件', '介质'], NULL, NULL, NULL),
    ('开放属性',         'resource', 'opening',            true,  NULL, NULL, NULL, NULL),
    ('开放条件',         'resource', 'opening_conditions', true,  NULL, NULL, 'opening', ARRAY['conditional']),
    ('更新周期',         'resource', 'update_cycle',       true,  NULL, 'update_cycle', NULL, NULL),
    ('数据来源',         'resource', 'source',             true,  NULL, NULL, NULL, NULL),
    ('关联资源代码',     'resource', 'related',            false, NULL, 'resource_code', NULL, NULL),
    ('信息项名称',       'item',     'title',              true,  NULL, NULL, NULL, NULL),
    ('数据类型',         'item',     'data_type',          true,  NULL, NULL, NULL, NULL),
    ('数据长度',         'item',     'length',             true,  NULL, NULL, 'data_type', ARRAY['字符型'])
  ) AS v (element, part, column_name, required, allowed, reference, when_column, when_values);

-- How entries are coded: provinces differ, so it is a row.
CREATE TABLE govdata.code_rule (
    class_pattern text NOT NULL,
    base_pattern  text NOT NULL,
    theme_pattern text NOT NULL,
    separator     text NOT NULL CHECK (separator <> ''),
    serial_digits smallint NOT NULL CHECK (serial_digits BETWEEN 1 AND 18),
    basis         text NOT NULL,
    effective     daterange NOT NULL CHECK (NOT isempty(effective)),
    builtin       boolean NOT NULL DEFAULT false,
    amended       boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    effective_from date GENERATED ALWAYS AS (lower(effective)) STORED,
    CONSTRAINT code_rule_one_at_a_time EXCLUDE USING gist (effective WITH &&)
);
COMMENT ON TABLE govdata.code_rule IS '资源代码规则:分类码的构成、分隔符与顺序号(第十条);各省不同,故为数据';
COMMENT ON COLUMN govdata.code_rule.class_pattern IS '分类码须符合的正则表达式';
COMMENT ON COLUMN govdata.code_rule.base_pattern IS '属于基础库的分类码';
COMMENT ON COLUMN govdata.code_rule.theme_pattern IS '属于主题库的分类码';
COMMENT ON COLUMN govdata.code_rule.separator IS '分类码与顺序号之间的分隔符';
COMMENT ON COLUMN govdata.code_rule.serial_digits IS '顺序号的最少位数';
COMMENT ON COLUMN govdata.code_rule.basis IS '依据';
COMMENT ON COLUMN govdata.code_rule.effective IS '适用期间(登记之日)';
COMMENT ON COLUMN govdata.code_rule.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.code_rule.amended IS '随扩展发布而经本地修改';
COMMENT ON COLUMN govdata.code_rule.effective_from IS '适用期间的首日';
INSERT INTO govdata.code_rule (class_pattern, base_pattern, theme_pattern, separator, serial_digits, basis, effective, builtin)
VALUES ('^[1-3][0-9]{5}[0-9A-Z]*$', '^1', '^2', '/', 6, '政务信息资源目录编制指南(试行) 发改高技术〔2017〕1272号', '[1900-01-01,)', true);

-- _class_kind(class) -> base, theme or department, by the rule in force today.
CREATE FUNCTION govdata._class_kind(class text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
    SELECT coalesce((SELECT CASE WHEN _class_kind.class ~ k.base_pattern THEN 'base'
                                 WHEN _class_kind.class ~ k.theme_pattern THEN 'theme' END
                       FROM govdata.code_rule k WHERE k.effective @> govdata.legal_date(govdata.as_of())), 'department');
END;
COMMENT ON FUNCTION govdata._class_kind(text) IS '分类码所属:base 基础、theme 主题、department 部门';

-- How often data are to be updated (Article 9). A period says by when the next
-- update is due after the time of the data last delivered; none: no date follows.
CREATE TABLE govdata.update_cycle (
    name    text PRIMARY KEY CHECK (name <> ''),
    period  interval CHECK (period > interval '0'),
    basis   text NOT NULL,
    builtin boolean NOT NULL DEFAULT false,
    amended boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin))
);
COMMENT ON TABLE govdata.update_cycle IS '更新周期:名称与间隔(第九条);可增订';
COMMENT ON COLUMN govdata.update_cycle.name IS '名称';
COMMENT ON COLUMN govdata.update_cycle.period IS '间隔:所提供数据的时点之后,至迟于此期间届满之日24时再次更新;空表示无固定期限';
COMMENT ON COLUMN govdata.update_cycle.basis IS '依据';
COMMENT ON COLUMN govdata.update_cycle.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.update_cycle.amended IS '随扩展发布而经本地修改';
INSERT INTO govdata.update_cycle (name, period, basis, builtin)
SELECT v.name, v.period::interval, '政务信息资源目录编制指南(试行) 发改高技术〔2017〕1272号', true
  FROM (VALUES ('实时', '1 day'), ('每日', '1 day'), ('每周', '7 days'), ('每月', '1 mon'), ('每季度', '3 mons'),
               ('每半年', '6 mons'), ('每年', '1 year'), ('不定时', NULL), ('其他', NULL)) AS v (name, period);

-- Duties that are due by a day of the year: calendar dates, which no holiday
-- shifts.
CREATE TABLE govdata.yearly_limit (
    code      text NOT NULL CHECK (code ~ '^[a-z_]+$'),
    article   smallint CHECK (article BETWEEN 1 AND 42),
    month     smallint NOT NULL,
    day       smallint NOT NULL,
    basis     text NOT NULL,
    effective daterange NOT NULL CHECK (NOT isempty(effective)),
    builtin   boolean NOT NULL DEFAULT false,
    amended   boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    effective_from date GENERATED ALWAYS AS (lower(effective)) STORED,
    CONSTRAINT yearly_limit_is_a_day CHECK (month BETWEEN 1 AND 12
        AND day BETWEEN 1 AND CASE WHEN month = 2 THEN 28 WHEN month IN (4, 6, 9, 11) THEN 30 ELSE 31 END),
    CONSTRAINT yearly_limit_one_at_a_time EXCLUDE USING gist (code WITH =, effective WITH &&)
);
COMMENT ON TABLE govdata.yearly_limit IS '每年到期的义务:月、日与适用期间;按日历日,不因节假日顺延';
COMMENT ON COLUMN govdata.yearly_limit.code IS '代码';
COMMENT ON COLUMN govdata.yearly_limit.article IS '依据条款';
COMMENT ON COLUMN govdata.yearly_limit.month IS '月';
COMMENT ON COLUMN govdata.yearly_limit.day IS '日';
COMMENT ON COLUMN govdata.yearly_limit.basis IS '依据原文';
COMMENT ON COLUMN govdata.yearly_limit.effective IS '适用期间(到期之日)';
COMMENT ON COLUMN govdata.yearly_limit.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.yearly_limit.amended IS '随扩展发布而经本地修改';
COMMENT ON COLUMN govdata.yearly_limit.effective_from IS '适用期间的首日';
INSERT INTO govdata.yearly_limit (code, article, month, day, basis, effective, builtin) VALUES
    ('maintenance_round', 11, 12, 31, '每年进行不少于一次的全面维护', '[2021-04-01,)', true);

-- _yearly_due(code, year) -> last day of the duty in that year, NULL where no
-- row is in force on it.
CREATE FUNCTION govdata._yearly_due(code text, year integer) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
    SELECT make_date(_yearly_due.year, l.month, l.day) FROM govdata.yearly_limit l
     WHERE l.code = _yearly_due.code AND l.effective @> make_date(_yearly_due.year, l.month, l.day);
END;
COMMENT ON FUNCTION govdata._yearly_due(text, integer) IS '某年到期之日';

SELECT govdata._registry_table('govdata.catalog_specification', 'element,effective_from', 10::smallint);
SELECT govdata._registry_table('govdata.code_rule', 'effective_from', 10::smallint);
SELECT govdata._registry_table('govdata.update_cycle', 'name', 9::smallint);
SELECT govdata._registry_table('govdata.yearly_limit', 'code,effective_from', 7::smallint);
