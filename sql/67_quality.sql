-- Quality (Article 13): what is measured, by which rules, what was found, and
-- what becomes of doubts about data.

-- _operates(platform region): whether the acting department operates the
-- platform of that region. Where no operator is registered, the data authority
-- of the platform does it.
CREATE FUNCTION govdata._operates(text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_operates_sql';
COMMENT ON FUNCTION govdata._operates(text) IS '当前部门是否为该平台的运行维护管理单位(未登记时为平台所在地主管部门)';

-- _platform_operator(platform region) -> who owes what its operator owes.
CREATE FUNCTION govdata._platform_operator(text) RETURNS bigint
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_platform_operator_sql';
COMMENT ON FUNCTION govdata._platform_operator(text) IS '平台的运行维护管理单位(未登记时为平台所在地主管部门)';

-- citizen_id_is_valid(code) -> whether it is an 18-digit citizen number whose
-- date exists and whose check character is right (GB 11643).
CREATE FUNCTION govdata.citizen_id_is_valid(code text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_citizen_id_is_valid';
COMMENT ON FUNCTION govdata.citizen_id_is_valid(text) IS '公民身份号码(GB 11643)的日期与校验码是否正确';

-- ---- what is measured: GB/T 36344-2018 ----

CREATE TABLE govdata.quality_indicator (
    code    text PRIMARY KEY CHECK (code ~ '^([0-9]{2})+$'),
    parent  text REFERENCES govdata.quality_indicator,
    title   text NOT NULL CHECK (title <> ''),
    builtin boolean NOT NULL DEFAULT false,
    amended boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    CONSTRAINT quality_indicator_below_its_parent
        CHECK (CASE WHEN parent IS NULL THEN length(code) = 2 ELSE length(code) = length(parent) + 2 AND starts_with(code, parent) END)
);
COMMENT ON TABLE govdata.quality_indicator IS '数据质量评价指标(GB/T 36344-2018):两位为维度,四位为指标;可增订';
COMMENT ON COLUMN govdata.quality_indicator.code IS '指标代码';
COMMENT ON COLUMN govdata.quality_indicator.parent IS '上级代码;空表示维度';
COMMENT ON COLUMN govdata.quality_indicator.title IS '名称';
COMMENT ON COLUMN govdata.quality_indicator.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.quality_indicator.amended IS '随扩展发布而经本地修改';

INSERT INTO govdata.quality_indicator (code, parent, title, builtin) VALUES
    ('01', NULL, '规范性', true), ('02', NULL, '完整性', true), ('03', NULL, '准确性', true),
    ('04', NULL, '一致性', true), ('05', NULL, '时效性', true), ('06', NULL, '可访问性', true),
    ('0101', '01', '数据标准', true), ('0102', '01', '数据模型', true), ('0103', '01', '元数据', true),
    ('0104', '01', '业务规则', true), ('0105', '01', '权威参考数据', true), ('0106', '01', '安全规范', true),
    ('0201', '02', '数据元素完整性', true), ('0202', '02', '数据记录完整性', true),
    ('0301', '03', '数据内容正确性', true), ('0302', '03', '数据格式合规性', true), ('0303', '03', '数据重复率', true),
    ('0304', '03', '数据唯一性', true), ('0305', '03', '脏数据出现率', true),
    ('0401', '04', '相同数据一致性', true), ('0402', '04', '关联数据一致性', true),
    ('0501', '05', '基于时间段的正确性', true), ('0502', '05', '基于时间点的及时性', true), ('0503', '05', '时序性', true),
    ('0601', '06', '可访问', true), ('0602', '06', '可用性', true);

CREATE TABLE govdata.quality_weight (
    code      text NOT NULL REFERENCES govdata.quality_indicator,
    weight    numeric NOT NULL CHECK (weight >= 0 AND weight < 'Infinity'),
    effective daterange NOT NULL DEFAULT '(,)' CHECK (NOT isempty(effective)),
    basis     text NOT NULL CHECK (basis <> ''),
    builtin   boolean NOT NULL DEFAULT false,
    amended   boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    effective_from date GENERATED ALWAYS AS (lower(effective)) STORED,
    CONSTRAINT quality_weight_one_at_a_time EXCLUDE USING gist (code WITH =, effective WITH &&)
);
COMMENT ON TABLE govdata.quality_weight IS '质量评分权重:维度在总分中、指标在维度中的权重;以检查完成之日有效者为准';
COMMENT ON COLUMN govdata.quality_weight.code IS '维度或指标代码';
COMMENT ON COLUMN govdata.quality_weight.weight IS '权重;零表示不计入';
COMMENT ON COLUMN govdata.quality_weight.effective IS '适用期间';
COMMENT ON COLUMN govdata.quality_weight.basis IS '依据';
COMMENT ON COLUMN govdata.quality_weight.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.quality_weight.amended IS '随扩展发布而经本地修改';
COMMENT ON COLUMN govdata.quality_weight.effective_from IS '适用期间的首日';
INSERT INTO govdata.quality_weight (code, weight, basis, builtin)
SELECT code, 1, '标准未定权重,暂取等权', true FROM govdata.quality_indicator;

SELECT govdata._registry_table('govdata.quality_indicator', 'code', 13::smallint);
SELECT govdata._registry_table('govdata.quality_weight', 'code,effective_from', 13::smallint);

-- ---- rules ----

-- A rule asks one question of every row of an attached table, or of the
-- catalogs. Kinds, and what A and B are in X = A / B:
--
--	expression	B rows of applies_to, A those for which the expression is not false
--	pattern, values, length, range	B rows where the item is not null, A those that conform
--	uscc, citizen_id	the same, by check character
--	not_null	B rows, A those where every item is filled
--	dirty	B rows, A those with control characters, blanks at an end or a stand-in for "nothing"; X = 1 - A/B
--	ordered	B rows where all items are given, A those where each is at most the next
--	unique	B rows whose items are given, A those whose values occur once
--	duplicates	B the same, A rows beyond the first of the same values; X = 1 - A/B
--	reference	B rows where the items are given, A those found in the reference items of another resource
--	same	B rows found there by all items but the last, A those with the same last item
--	records	B the expected number, A the rows; X = at most 1
--	timely	B 1, A 1 where the latest value of the item is no older than "within"
--	metadata	B columns, A those described by an item of the catalog
--	model	B items, A those whose column is of the declared family of types
--	secured	B safety grade, row security, no right of PUBLIC; A those that are there
--	accessible	B published, attached, row security, schema, table; A those that are in order
--	usable	B items, A those whose column is there as it was attached
CREATE SEQUENCE govdata.quality_rule_id_seq;
CREATE TABLE govdata.quality_rule (
    id              bigint PRIMARY KEY,
    resource        bigint NOT NULL REFERENCES govdata.resource,
    provider        bigint NOT NULL REFERENCES govdata.department,
    platform        text NOT NULL REFERENCES govdata.region,
    defined_by      bigint NOT NULL REFERENCES govdata.department,
    indicator       text NOT NULL REFERENCES govdata.quality_indicator CHECK (length(indicator) >= 4),
    kind            text NOT NULL CHECK (kind IN ('expression', 'pattern', 'values', 'length', 'range', 'uscc', 'citizen_id',
                    'not_null', 'dirty', 'ordered', 'unique', 'duplicates', 'reference', 'same', 'records', 'timely',
                    'metadata', 'model', 'secured', 'accessible', 'usable')),
    title           text NOT NULL CHECK (title <> ''),
    items           text[] CHECK (cardinality(items) > 0),
    applies_to      text,
    expression      text,
    pattern         text,
    allowed         text[] CHECK (cardinality(allowed) > 0),
    low             text,
    high            text,
    reference       bigint REFERENCES govdata.resource,
    reference_items text[] CHECK (cardinality(reference_items) > 0),
    expected        bigint CHECK (expected > 0),
    within          interval CHECK (within > interval '0'),
    threshold       numeric NOT NULL CHECK (threshold > 0 AND threshold <= 1),
    state           text NOT NULL CHECK (state IN ('active', 'proposed', 'refused', 'retired')),
    defined_at      timestamptz NOT NULL,
    decided_at      timestamptz,
    retired_at      timestamptz,
    reason          text,
    CONSTRAINT quality_rule_end_has_reason CHECK (state NOT IN ('refused', 'retired') OR reason <> '')
);
ALTER SEQUENCE govdata.quality_rule_id_seq OWNED BY govdata.quality_rule.id;
CREATE INDEX quality_rule_resource ON govdata.quality_rule (resource);
COMMENT ON TABLE govdata.quality_rule IS '质量规则:提供部门为其资源、平台运维单位或主管部门为平台上的资源设定(第十三条)';
COMMENT ON COLUMN govdata.quality_rule.id IS '编号';
COMMENT ON COLUMN govdata.quality_rule.resource IS '资源编号';
COMMENT ON COLUMN govdata.quality_rule.provider IS '提供部门';
COMMENT ON COLUMN govdata.quality_rule.platform IS '资源所在平台的区划';
COMMENT ON COLUMN govdata.quality_rule.defined_by IS '设定者';
COMMENT ON COLUMN govdata.quality_rule.indicator IS '所属指标';
COMMENT ON COLUMN govdata.quality_rule.kind IS '规则种类';
COMMENT ON COLUMN govdata.quality_rule.title IS '名称';
COMMENT ON COLUMN govdata.quality_rule.items IS '所检查的信息项';
COMMENT ON COLUMN govdata.quality_rule.applies_to IS '只检查符合此条件的行';
COMMENT ON COLUMN govdata.quality_rule.expression IS '应当成立的条件(规范化文本)';
COMMENT ON COLUMN govdata.quality_rule.pattern IS '应当符合的正则表达式';
COMMENT ON COLUMN govdata.quality_rule.allowed IS '允许的取值';
COMMENT ON COLUMN govdata.quality_rule.low IS '下限(长度或取值)';
COMMENT ON COLUMN govdata.quality_rule.high IS '上限(长度或取值)';
COMMENT ON COLUMN govdata.quality_rule.reference IS '参照的资源';
COMMENT ON COLUMN govdata.quality_rule.reference_items IS '参照的信息项,与 items 逐一对应';
COMMENT ON COLUMN govdata.quality_rule.expected IS '应有的记录数';
COMMENT ON COLUMN govdata.quality_rule.within IS '最新数据距今不应超过的时间';
COMMENT ON COLUMN govdata.quality_rule.threshold IS '得分低于此值即推送核查,不填为 1';
COMMENT ON COLUMN govdata.quality_rule.state IS '状态:active 执行中、proposed 待提供部门同意、refused 不同意、retired 停用';
COMMENT ON COLUMN govdata.quality_rule.defined_at IS '设定时间';
COMMENT ON COLUMN govdata.quality_rule.decided_at IS '提供部门同意或不同意的时间';
COMMENT ON COLUMN govdata.quality_rule.retired_at IS '停用时间';
COMMENT ON COLUMN govdata.quality_rule.reason IS '不同意或停用的理由';

-- ---- runs ----

CREATE SEQUENCE govdata.quality_run_id_seq;
CREATE TABLE govdata.quality_run (
    id          bigint PRIMARY KEY,
    resource    bigint NOT NULL REFERENCES govdata.resource,
    provider    bigint NOT NULL REFERENCES govdata.department,
    platform    text NOT NULL REFERENCES govdata.region,
    state       text NOT NULL CHECK (state IN ('running', 'finished', 'abandoned')),
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    rules       integer NOT NULL,
    turns       bigint,
    blocks_read bigint,
    rows_read   bigint,
    note        text
);
ALTER SEQUENCE govdata.quality_run_id_seq OWNED BY govdata.quality_run.id;
CREATE INDEX quality_run_resource ON govdata.quality_run (resource, id);
COMMENT ON TABLE govdata.quality_run IS '质量检查:对一个资源的数据表从头至尾检查一遍,可分多次进行';
COMMENT ON COLUMN govdata.quality_run.id IS '编号';
COMMENT ON COLUMN govdata.quality_run.resource IS '资源编号';
COMMENT ON COLUMN govdata.quality_run.provider IS '提供部门';
COMMENT ON COLUMN govdata.quality_run.platform IS '资源所在平台的区划';
COMMENT ON COLUMN govdata.quality_run.state IS '状态:running 进行中、finished 完成、abandoned 中止';
COMMENT ON COLUMN govdata.quality_run.started_at IS '开始时间';
COMMENT ON COLUMN govdata.quality_run.finished_at IS '结束时间';
COMMENT ON COLUMN govdata.quality_run.rules IS '规则数';
COMMENT ON COLUMN govdata.quality_run.turns IS '所用事务数';
COMMENT ON COLUMN govdata.quality_run.blocks_read IS '读过的数据块数';
COMMENT ON COLUMN govdata.quality_run.rows_read IS '读过的行数';
COMMENT ON COLUMN govdata.quality_run.note IS '中止的原因';

-- Where the checking of each resource stands. Counters and samples of keys are
-- nobody's to see but the checking's own.
CREATE TABLE govdata.quality_state (
    resource    bigint PRIMARY KEY REFERENCES govdata.resource,
    run         bigint REFERENCES govdata.quality_run,
    due_at      timestamptz,
    leaf        oid,
    leaf_file   oid,
    next_block  bigint,
    end_block   bigint,
    turns       bigint,
    blocks_read bigint,
    rows_read   bigint,
    restarts    integer,
    measures    bytea
) WITH (fillfactor = 50);
CREATE INDEX quality_state_due ON govdata.quality_state (due_at);
ALTER TABLE govdata.quality_state ALTER COLUMN measures SET STORAGE EXTERNAL;
COMMENT ON TABLE govdata.quality_state IS '质量检查的进度:每一资源一行,中断后由此继续;任何部门不可见';
COMMENT ON COLUMN govdata.quality_state.resource IS '资源编号';
COMMENT ON COLUMN govdata.quality_state.run IS '进行中的检查';
COMMENT ON COLUMN govdata.quality_state.due_at IS '下次检查时间,进行中为最近一次进行的时间;空表示没有规则';
COMMENT ON COLUMN govdata.quality_state.leaf IS '正在读的表或分区';
COMMENT ON COLUMN govdata.quality_state.leaf_file IS '该表的文件号;变化则从头检查';
COMMENT ON COLUMN govdata.quality_state.next_block IS '下一数据块';
COMMENT ON COLUMN govdata.quality_state.end_block IS '开始时的数据块数';
COMMENT ON COLUMN govdata.quality_state.turns IS '已用事务数';
COMMENT ON COLUMN govdata.quality_state.blocks_read IS '已读数据块数';
COMMENT ON COLUMN govdata.quality_state.rows_read IS '已读行数';
COMMENT ON COLUMN govdata.quality_state.restarts IS '因表被重写而从头开始的次数';
COMMENT ON COLUMN govdata.quality_state.measures IS '各规则的计数与键的抽样';

-- _quality_score(kind, a, b) -> X; NULL where there was nothing to measure.
CREATE FUNCTION govdata._quality_score(kind text, a bigint, b bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN b > 0 THEN
            CASE WHEN kind IN ('dirty', 'duplicates') THEN 1 - a::numeric / b
                 WHEN kind = 'records' THEN least(1, a::numeric / b) ELSE a::numeric / b END END;
COMMENT ON FUNCTION govdata._quality_score(text, bigint, bigint) IS '得分 X:通常为 A/B';

CREATE TABLE govdata.quality_score (
    run       bigint NOT NULL REFERENCES govdata.quality_run,
    rule      bigint NOT NULL REFERENCES govdata.quality_rule,
    resource  bigint NOT NULL REFERENCES govdata.resource,
    provider  bigint NOT NULL REFERENCES govdata.department,
    platform  text NOT NULL REFERENCES govdata.region,
    indicator text NOT NULL REFERENCES govdata.quality_indicator,
    kind      text NOT NULL,
    outcome   text NOT NULL CHECK (outcome IN ('measured', 'nothing', 'failed')),
    a         bigint,
    b         bigint,
    score     numeric,
    exact     boolean,
    sampled   numeric,
    error     numeric,
    note      text,
    PRIMARY KEY (run, rule),
    CONSTRAINT quality_score_follows_from_its_figures
        CHECK (score IS NOT DISTINCT FROM CASE WHEN outcome = 'measured' THEN govdata._quality_score(kind, a, b) END)
);
CREATE INDEX quality_score_rule ON govdata.quality_score (rule, run);
COMMENT ON TABLE govdata.quality_score IS '质量得分:每次检查、每条规则一行,附计算所依据的 A、B';
COMMENT ON COLUMN govdata.quality_score.run IS '检查编号';
COMMENT ON COLUMN govdata.quality_score.rule IS '规则编号';
COMMENT ON COLUMN govdata.quality_score.resource IS '资源编号';
COMMENT ON COLUMN govdata.quality_score.provider IS '提供部门';
COMMENT ON COLUMN govdata.quality_score.platform IS '资源所在平台的区划';
COMMENT ON COLUMN govdata.quality_score.indicator IS '指标';
COMMENT ON COLUMN govdata.quality_score.kind IS '规则种类';
COMMENT ON COLUMN govdata.quality_score.outcome IS 'measured 已测、nothing 无可测之数据、failed 未能测';
COMMENT ON COLUMN govdata.quality_score.a IS '分子 A';
COMMENT ON COLUMN govdata.quality_score.b IS '分母 B';
COMMENT ON COLUMN govdata.quality_score.score IS '得分 X';
COMMENT ON COLUMN govdata.quality_score.exact IS '是否全数统计;否则 A、B 为抽样中的数';
COMMENT ON COLUMN govdata.quality_score.sampled IS '抽样的键占全部键的比例';
COMMENT ON COLUMN govdata.quality_score.error IS '抽样时得分的误差(95%)';
COMMENT ON COLUMN govdata.quality_score.note IS '说明';

-- ---- doubts ----

CREATE SEQUENCE govdata.data_doubt_id_seq;
CREATE TABLE govdata.data_doubt (
    id            bigint PRIMARY KEY,
    resource      bigint NOT NULL REFERENCES govdata.resource,
    provider      bigint NOT NULL REFERENCES govdata.department,
    platform      text NOT NULL REFERENCES govdata.region,
    raised_by     bigint REFERENCES govdata.department,
    rule          bigint REFERENCES govdata.quality_rule,
    run           bigint REFERENCES govdata.quality_run,
    items         text[] CHECK (cardinality(items) > 0),
    claim         text NOT NULL,
    row_key       text,
    evidence      text,
    salt          text NOT NULL,
    state         text NOT NULL CHECK (state IN ('raised', 'notified', 'answered', 'repaired', 'closed', 'withdrawn')),
    round         integer NOT NULL,
    raised_at     timestamptz NOT NULL,
    notified_at   timestamptz,
    notified_by   bigint REFERENCES govdata.department,
    limit_code    text,
    due_on        date,
    due_at        timestamptz,
    due_provisional boolean,
    answered_at   timestamptz,
    answer        text CHECK (answer IN ('explained', 'confirmed')),
    answer_reason text,
    repaired_at   timestamptz,
    repair        text,
    closed_at     timestamptz,
    closed_by     bigint REFERENCES govdata.department,
    note          text,
    CONSTRAINT data_doubt_is_somebodys CHECK ((raised_by IS NULL) = (rule IS NOT NULL)),
    CONSTRAINT data_doubt_notified_has_a_limit CHECK (state IN ('raised', 'withdrawn') OR due_at IS NOT NULL AND notified_at IS NOT NULL),
    CONSTRAINT data_doubt_answered_has_an_answer CHECK (state NOT IN ('answered', 'repaired', 'closed') OR answer IS NOT NULL)
);
ALTER SEQUENCE govdata.data_doubt_id_seq OWNED BY govdata.data_doubt.id;
CREATE INDEX data_doubt_resource ON govdata.data_doubt (resource);
CREATE INDEX data_doubt_open ON govdata.data_doubt (provider, due_at) WHERE state IN ('raised', 'notified', 'answered', 'repaired');
-- a rule has at most one open doubt
CREATE UNIQUE INDEX data_doubt_one_a_rule ON govdata.data_doubt (rule) WHERE state IN ('notified', 'answered', 'repaired');
COMMENT ON TABLE govdata.data_doubt IS '疑义或错误数据的校核:提出、推送、反馈、修复、办结(第十三条);内容仅提供部门、提出者与平台运维单位可见';
COMMENT ON COLUMN govdata.data_doubt.id IS '编号';
COMMENT ON COLUMN govdata.data_doubt.resource IS '资源编号';
COMMENT ON COLUMN govdata.data_doubt.provider IS '提供部门';
COMMENT ON COLUMN govdata.data_doubt.platform IS '资源所在平台的区划';
COMMENT ON COLUMN govdata.data_doubt.raised_by IS '提出的部门;空表示由质量规则发现';
COMMENT ON COLUMN govdata.data_doubt.rule IS '发现问题的质量规则';
COMMENT ON COLUMN govdata.data_doubt.run IS '发现问题的检查';
COMMENT ON COLUMN govdata.data_doubt.items IS '所疑的信息项';
COMMENT ON COLUMN govdata.data_doubt.claim IS '疑义内容';
COMMENT ON COLUMN govdata.data_doubt.row_key IS '所疑的行(可能是个人信息)';
COMMENT ON COLUMN govdata.data_doubt.evidence IS '依据(可能是个人信息)';
COMMENT ON COLUMN govdata.data_doubt.salt IS '留痕中内容摘要所用的随机数';
COMMENT ON COLUMN govdata.data_doubt.state IS '状态:raised 已提出、notified 已推送、answered 已反馈、repaired 已修复、closed 已办结、withdrawn 已撤回';
COMMENT ON COLUMN govdata.data_doubt.round IS '第几轮;每次重提加一';
COMMENT ON COLUMN govdata.data_doubt.raised_at IS '提出时间';
COMMENT ON COLUMN govdata.data_doubt.notified_at IS '提供部门接到通知的时间,时限由此起算';
COMMENT ON COLUMN govdata.data_doubt.notified_by IS '推送者';
COMMENT ON COLUMN govdata.data_doubt.limit_code IS '时限代码';
COMMENT ON COLUMN govdata.data_doubt.due_on IS '反馈期限最后一日';
COMMENT ON COLUMN govdata.data_doubt.due_at IS '反馈期限届满时刻';
COMMENT ON COLUMN govdata.data_doubt.due_provisional IS '期限是否暂定';
COMMENT ON COLUMN govdata.data_doubt.answered_at IS '反馈时间';
COMMENT ON COLUMN govdata.data_doubt.answer IS '校核结果:explained 释明、confirmed 确认有误(应予修复)';
COMMENT ON COLUMN govdata.data_doubt.answer_reason IS '校核说明';
COMMENT ON COLUMN govdata.data_doubt.repaired_at IS '修复时间';
COMMENT ON COLUMN govdata.data_doubt.repair IS '修复情况';
COMMENT ON COLUMN govdata.data_doubt.closed_at IS '办结或撤回时间';
COMMENT ON COLUMN govdata.data_doubt.closed_by IS '办结或撤回者;空表示复查合格而自动办结';
COMMENT ON COLUMN govdata.data_doubt.note IS '办结、重提或撤回的说明';

-- What was answered before a doubt was taken up again.
CREATE TABLE govdata.doubt_round (
    doubt         bigint NOT NULL REFERENCES govdata.data_doubt,
    round         integer NOT NULL,
    provider      bigint NOT NULL REFERENCES govdata.department,
    raised_by     bigint REFERENCES govdata.department,
    salt          text NOT NULL,
    notified_at   timestamptz,
    due_on        date,
    due_at        timestamptz,
    due_provisional boolean,
    answered_at   timestamptz,
    answer        text,
    answer_reason text,
    repaired_at   timestamptz,
    repair        text,
    PRIMARY KEY (doubt, round)
);
COMMENT ON TABLE govdata.doubt_round IS '疑义数据校核的前几轮';
COMMENT ON COLUMN govdata.doubt_round.doubt IS '疑义编号';
COMMENT ON COLUMN govdata.doubt_round.round IS '第几轮';
COMMENT ON COLUMN govdata.doubt_round.provider IS '提供部门';
COMMENT ON COLUMN govdata.doubt_round.raised_by IS '提出的部门';
COMMENT ON COLUMN govdata.doubt_round.salt IS '留痕中内容摘要所用的随机数';
COMMENT ON COLUMN govdata.doubt_round.notified_at IS '接到通知的时间';
COMMENT ON COLUMN govdata.doubt_round.due_on IS '反馈期限最后一日';
COMMENT ON COLUMN govdata.doubt_round.due_at IS '反馈期限届满时刻';
COMMENT ON COLUMN govdata.doubt_round.due_provisional IS '期限是否暂定';
COMMENT ON COLUMN govdata.doubt_round.answered_at IS '反馈时间';
COMMENT ON COLUMN govdata.doubt_round.answer IS '校核结果';
COMMENT ON COLUMN govdata.doubt_round.answer_reason IS '校核说明';
COMMENT ON COLUMN govdata.doubt_round.repaired_at IS '修复时间';
COMMENT ON COLUMN govdata.doubt_round.repair IS '修复情况';

-- What is said in a doubt may be personal data: its two sides and the operator
-- see it. Supervisors see clocks and counts, by doubt_board and doubt_summary.
SELECT govdata._case_table('govdata.data_doubt', 'provider', 'raised_by', 13::smallint,
    'provider = govdata.current_department() OR raised_by = govdata.current_department() OR govdata._operates(platform)');
SELECT govdata._derived_table('govdata.doubt_round', 'doubt,round', 'provider', 'raised_by', 13::smallint,
    'EXISTS (SELECT FROM govdata.data_doubt d WHERE d.id = doubt)');
SELECT govdata._case_table('govdata.quality_rule', 'provider', 'defined_by', 13::smallint,
    'govdata._sees(provider, defined_by) OR govdata._operates(platform)');
SELECT govdata._derived_table('govdata.quality_run', 'id', 'provider', '', 13::smallint,
    'govdata._sees(provider, NULL) OR govdata._operates(platform)');
-- Scores and progress are many and follow from the run: they are guarded, and
-- not in the journal.
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.quality_score
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived();
SELECT govdata._secure('govdata.quality_score', 'govdata._sees(provider, NULL) OR govdata._operates(platform)');
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.quality_state
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived();
SELECT govdata._secure('govdata.quality_state', 'false');

CREATE TRIGGER bb_round AFTER UPDATE ON govdata.data_doubt
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('doubt_round');
CREATE TRIGGER bb_due_new AFTER INSERT ON govdata.quality_rule
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('quality_due_new');
CREATE TRIGGER bb_due AFTER UPDATE ON govdata.quality_rule
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('quality_due');

-- ---- verbs of doubts ----

-- raise_doubt(resource code, items, claim, row_key, evidence) -> number of the
-- doubt. By a department that can read the resource, or by the operator of its
-- platform; items NULL for the resource as a whole. Raises ZW013.
CREATE FUNCTION govdata.raise_doubt(resource text, items text[], claim text, row_key text DEFAULT NULL,
                                    evidence text DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.data_doubt (resource, items, claim, row_key, evidence)
    VALUES (govdata._resource_id(raise_doubt.resource, 13::smallint), raise_doubt.items, raise_doubt.claim,
            raise_doubt.row_key, raise_doubt.evidence) RETURNING id;
END;
COMMENT ON FUNCTION govdata.raise_doubt(text, text[], text, text, text) IS '提出疑义或错误数据(第十三条)';

-- The moves of a doubt, each by its number; they raise ZW013 for a wrong state
-- or actor. notify: the operator pushes it to the provider, whose three working
-- days begin. answer: 'explained' or 'confirmed', with reason. report_repair:
-- what was confirmed is repaired. close, reopen: the raiser or the operator;
-- reopening begins a new clock. withdraw: the raiser, before the answer.
CREATE FUNCTION govdata.notify_doubt(doubt bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_doubt SET state = 'notified' WHERE id = doubt RETURNING 1)
    SELECT govdata._moved('data_doubt', doubt::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.notify_doubt(bigint) IS '平台运维单位推送疑义数据,时限由此起算(第十三条)';
CREATE FUNCTION govdata.answer_doubt(doubt bigint, answer text, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_doubt d SET state = 'answered', answer = answer_doubt.answer,
        answer_reason = answer_doubt.reason WHERE id = doubt RETURNING 1)
    SELECT govdata._moved('data_doubt', doubt::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.answer_doubt(bigint, text, text) IS '提供部门反馈校核结果:explained 释明、confirmed 确认有误(第十三条)';
CREATE FUNCTION govdata.report_repair(doubt bigint, repair text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_doubt SET state = 'repaired', repair = report_repair.repair WHERE id = doubt RETURNING 1)
    SELECT govdata._moved('data_doubt', doubt::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.report_repair(bigint, text) IS '提供部门报告已修复(第十三条)';
CREATE FUNCTION govdata.close_doubt(doubt bigint, note text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_doubt SET state = 'closed', note = close_doubt.note WHERE id = doubt RETURNING 1)
    SELECT govdata._moved('data_doubt', doubt::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.close_doubt(bigint, text) IS '提出者或平台运维单位办结(第十三条)';
CREATE FUNCTION govdata.reopen_doubt(doubt bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_doubt SET state = 'notified', note = reopen_doubt.reason
        WHERE id = doubt AND state <> 'raised' RETURNING 1)
    SELECT govdata._moved('data_doubt', doubt::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.reopen_doubt(bigint, text) IS '提出者或平台运维单位重提,时限重新起算(第十三条)';
CREATE FUNCTION govdata.withdraw_doubt(doubt bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_doubt SET state = 'withdrawn', note = withdraw_doubt.reason WHERE id = doubt RETURNING 1)
    SELECT govdata._moved('data_doubt', doubt::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.withdraw_doubt(bigint, text) IS '提出者撤回(第十三条)';

-- ---- verbs of rules ----

-- define_rule(resource code, indicator, kind, title, ...) -> number of the rule.
-- The provider's rules are active at once. So are the operator's and the data
-- authority's that contain no value of the definer's choice; with one, every
-- count would answer a question about somebody, so those are proposed, and
-- active once the provider adopts them. Raises ZW013.
CREATE FUNCTION govdata.define_rule(resource text, indicator text, kind text, title text, items text[] DEFAULT NULL,
    applies_to text DEFAULT NULL, expression text DEFAULT NULL, pattern text DEFAULT NULL, allowed text[] DEFAULT NULL,
    low text DEFAULT NULL, high text DEFAULT NULL, reference text DEFAULT NULL, reference_items text[] DEFAULT NULL,
    expected bigint DEFAULT NULL, within interval DEFAULT NULL, threshold numeric DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.quality_rule (resource, indicator, kind, title, items, applies_to, expression, pattern, allowed,
        low, high, reference, reference_items, expected, within, threshold)
    VALUES (govdata._resource_id(define_rule.resource, 13::smallint), define_rule.indicator, define_rule.kind,
        define_rule.title, define_rule.items, define_rule.applies_to, define_rule.expression, define_rule.pattern,
        define_rule.allowed, define_rule.low, define_rule.high,
        CASE WHEN define_rule.reference IS NOT NULL THEN govdata._resource_id(define_rule.reference, 13::smallint) END,
        define_rule.reference_items, define_rule.expected, define_rule.within, define_rule.threshold) RETURNING id;
END;
COMMENT ON FUNCTION govdata.define_rule(text, text, text, text, text[], text, text, text, text[], text, text, text, text[], bigint, interval, numeric)
    IS '设定质量规则(第十三条)';
CREATE FUNCTION govdata.adopt_rule(rule bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.quality_rule SET state = 'active' WHERE id = rule RETURNING 1)
    SELECT govdata._moved('quality_rule', rule::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.adopt_rule(bigint) IS '提供部门同意运维单位或主管部门提出的质量规则(第十三条)';
CREATE FUNCTION govdata.refuse_rule(rule bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.quality_rule SET state = 'refused', reason = refuse_rule.reason WHERE id = rule RETURNING 1)
    SELECT govdata._moved('quality_rule', rule::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.refuse_rule(bigint, text) IS '提供部门不同意所提的质量规则,须说明理由(第十三条)';
CREATE FUNCTION govdata.retire_rule(rule bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.quality_rule SET state = 'retired', reason = retire_rule.reason WHERE id = rule RETURNING 1)
    SELECT govdata._moved('quality_rule', rule::text, 13::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.retire_rule(bigint, text) IS '设定者停用质量规则(第十三条)';

-- rule_query(rule) -> the statement with which the provider finds, by its own
-- reading, the rows of which a rule only tells the number; NULL where a rule is
-- not about rows. Raises ZW013 for a rule that the caller cannot see.
CREATE FUNCTION govdata.rule_query(rule bigint) RETURNS text
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_rule_query';
COMMENT ON FUNCTION govdata.rule_query(bigint) IS '查出不合规则之行的语句,由提供部门自行执行';

-- _quality_catalog(resource, kind) -> A and B of the kinds that are measured in
-- the catalogs.
CREATE FUNCTION govdata._quality_catalog(resource bigint, kind text, OUT a bigint, OUT b bigint)
LANGUAGE sql STABLE BEGIN ATOMIC
    WITH att AS (
        SELECT t.relation::oid AS relid, c.relrowsecurity, c.relnamespace, c.relacl, c.relowner
          FROM govdata.attachment t JOIN pg_catalog.pg_class c ON c.oid = t.relation::oid WHERE t.resource = $1),
    item AS (
        SELECT i.name, i.data_type, c.attnum, f.typcategory, f.found
          FROM govdata.resource_item i
          LEFT JOIN govdata.attachment_column c ON c.resource = i.resource AND c.item = i.name
          LEFT JOIN LATERAL (
                SELECT true AS found, y.typcategory FROM att JOIN pg_catalog.pg_attribute p ON p.attrelid = att.relid
                  JOIN pg_catalog.pg_type y ON y.oid = p.atttypid
                 WHERE p.attnum = c.attnum AND p.attname = c.column_name AND NOT p.attisdropped) f ON true
         WHERE i.resource = $1 AND i.retired_at IS NULL),
    declared AS (
        SELECT i.name, i.found, i.typcategory, coalesce(
               (SELECT min(y.typcategory::text) FROM pg_catalog.pg_type y
                 WHERE y.typnamespace = 'pg_catalog'::regnamespace AND y.typtype = 'b'
                   AND lower(pg_catalog.btrim(pg_catalog.regexp_replace(i.data_type, '[((].*$', '')))
                       IN (y.typname, pg_catalog.format_type(y.oid, NULL))),
               CASE WHEN i.data_type ~ '^(字符|文本|C)' THEN 'S' WHEN i.data_type ~ '^(数值|整数|整型|浮点|小数|货币|N)' THEN 'N'
                    WHEN i.data_type ~ '^(日期|时间|D|T)' THEN 'D' WHEN i.data_type ~ '^(布尔|逻辑|B)' THEN 'B' END) AS family
          FROM item i),
    figure (kind, a, b) AS (
        SELECT 'metadata', count(*) FILTER (WHERE EXISTS (SELECT FROM item WHERE item.attnum = p.attnum)), count(*)
          FROM att JOIN pg_catalog.pg_attribute p ON p.attrelid = att.relid WHERE p.attnum > 0 AND NOT p.attisdropped
        UNION ALL
        SELECT 'model', count(*) FILTER (WHERE d.found AND d.family = d.typcategory::text), count(*) FROM declared d
        UNION ALL
        SELECT 'usable', count(*) FILTER (WHERE item.found), count(*) FROM item
        UNION ALL
        SELECT 'secured', (r.safety_grade <> '' IS TRUE)::integer + (SELECT count(*) FROM att WHERE att.relrowsecurity)
               + (SELECT count(*) FROM att WHERE NOT EXISTS (
                    SELECT FROM pg_catalog.aclexplode(coalesce(att.relacl, pg_catalog.acldefault('r', att.relowner))) x WHERE x.grantee = 0)), 3
          FROM govdata.resource r WHERE r.id = $1
        UNION ALL
        SELECT 'accessible', (r.state = 'published')::integer + (SELECT count(*) FROM att)
               + (SELECT count(*) FROM att WHERE att.relrowsecurity)
               + (SELECT count(*) FROM att WHERE pg_catalog.has_schema_privilege('govdata_department', att.relnamespace, 'USAGE'))
               + (SELECT count(*) FROM att WHERE pg_catalog.has_table_privilege('govdata_department', att.relid, 'SELECT')), 5
          FROM govdata.resource r WHERE r.id = $1)
    SELECT f.a, f.b FROM figure f WHERE f.kind = $2;
END;
COMMENT ON FUNCTION govdata._quality_catalog(bigint, text) IS '由系统目录测得的 A、B';

-- check_quality(resource code): checks the attached tables whose turn it is, for
-- govdata.quality_turn seconds; with a code, that resource now and to the end.
-- Each transaction reads govdata.quality_blocks blocks, or what it comes to in a
-- second; where it stopped, the next one goes on, whoever calls it. Any number
-- may run at once. No SET clause, or it could not commit. Nothing on a standby.
CREATE PROCEDURE govdata.check_quality(resource text DEFAULT NULL)
    LANGUAGE C AS 'MODULE_PATHNAME', 'gd_check_quality';
GRANT EXECUTE ON PROCEDURE govdata.check_quality(text) TO govdata_admin;
COMMENT ON PROCEDURE govdata.check_quality(text) IS '依质量规则检查已挂接的数据表,推送所发现的问题,记录得分(第十三条)';

-- ---- for reading ----

-- _doubt_clocks() -> who, when and whether, one row a round, for everybody whom
-- a doubt concerns and their supervisors; never what was said.
CREATE FUNCTION govdata._doubt_clocks(OUT id bigint, OUT resource bigint, OUT provider bigint, OUT platform text,
    OUT raised_by bigint, OUT rule bigint, OUT items text[], OUT state text, OUT round integer, OUT is_last boolean,
    OUT raised_at timestamptz, OUT notified_at timestamptz, OUT due_on date, OUT due_at timestamptz,
    OUT due_provisional boolean, OUT answered_at timestamptz, OUT answer text, OUT repaired_at timestamptz,
    OUT closed_at timestamptz) RETURNS SETOF record
LANGUAGE c STABLE ROWS 1000 AS 'MODULE_PATHNAME', 'gd_doubt_clocks';
COMMENT ON FUNCTION govdata._doubt_clocks() IS '疑义校核的时间与状态,不含内容;供当事各方与监督部门';

CREATE VIEW govdata.doubt_board WITH (security_invoker, security_barrier) AS
SELECT c.id, r.code, r.title, p.name AS provider, u.name AS raised_by, c.rule, g.name AS platform, c.items, c.state, c.round,
       c.raised_at, c.notified_at, c.due_on, c.due_at, c.due_provisional,
       CASE WHEN c.state = 'notified' THEN govdata._working_days_left(govdata.legal_date(govdata.as_of()), c.due_on,
            govdata._region_calendar(p.region)) END AS working_days_left,
       coalesce(CASE WHEN c.answered_at IS NULL THEN c.state = 'notified' AND c.due_at <= govdata.as_of() AND NOT c.due_provisional
            ELSE c.answered_at >= c.due_at END, false) AS late,
       c.answered_at, c.answer, c.state = 'answered' AND c.answer = 'confirmed' AS unrepaired, c.repaired_at, c.closed_at
  FROM govdata._doubt_clocks() c
  JOIN govdata.resource r ON r.id = c.resource
  JOIN govdata.department p ON p.id = c.provider
  JOIN govdata.region g ON g.code = c.platform
  LEFT JOIN govdata.department u ON u.id = c.raised_by
 WHERE c.is_last;
COMMENT ON VIEW govdata.doubt_board IS '疑义数据校核一览:时限、逾期与未修复;监督部门亦可见,不含内容(第十三条)';
COMMENT ON COLUMN govdata.doubt_board.id IS '编号';
COMMENT ON COLUMN govdata.doubt_board.code IS '资源代码';
COMMENT ON COLUMN govdata.doubt_board.title IS '资源名称';
COMMENT ON COLUMN govdata.doubt_board.provider IS '提供部门';
COMMENT ON COLUMN govdata.doubt_board.raised_by IS '提出者;空表示由质量规则发现';
COMMENT ON COLUMN govdata.doubt_board.rule IS '质量规则';
COMMENT ON COLUMN govdata.doubt_board.platform IS '平台';
COMMENT ON COLUMN govdata.doubt_board.items IS '所疑的信息项';
COMMENT ON COLUMN govdata.doubt_board.state IS '状态';
COMMENT ON COLUMN govdata.doubt_board.round IS '第几轮';
COMMENT ON COLUMN govdata.doubt_board.raised_at IS '提出时间';
COMMENT ON COLUMN govdata.doubt_board.notified_at IS '提供部门接到通知的时间';
COMMENT ON COLUMN govdata.doubt_board.due_on IS '反馈期限最后一日';
COMMENT ON COLUMN govdata.doubt_board.due_at IS '反馈期限届满时刻';
COMMENT ON COLUMN govdata.doubt_board.due_provisional IS '期限是否暂定';
COMMENT ON COLUMN govdata.doubt_board.working_days_left IS '剩余工作日';
COMMENT ON COLUMN govdata.doubt_board.late IS '是否逾期(或逾期后才反馈)';
COMMENT ON COLUMN govdata.doubt_board.answered_at IS '反馈时间';
COMMENT ON COLUMN govdata.doubt_board.answer IS '校核结果';
COMMENT ON COLUMN govdata.doubt_board.unrepaired IS '确认有误而尚未修复';
COMMENT ON COLUMN govdata.doubt_board.repaired_at IS '修复时间';
COMMENT ON COLUMN govdata.doubt_board.closed_at IS '办结时间';

-- The quality management that Article 13 asks of a platform's operator.
CREATE VIEW govdata.doubt_summary WITH (security_invoker, security_barrier) AS
SELECT g.code AS platform, g.name AS platform_name, p.id AS provider, p.name AS provider_name,
       count(*) FILTER (WHERE c.is_last AND c.state IN ('raised', 'notified', 'answered', 'repaired')) AS open,
       count(*) FILTER (WHERE c.is_last AND c.state = 'raised') AS unnotified,
       count(*) FILTER (WHERE c.is_last AND c.state = 'notified') AS unanswered,
       count(*) FILTER (WHERE c.is_last AND c.state = 'notified' AND c.due_at <= govdata.as_of() AND NOT c.due_provisional) AS overdue,
       count(*) FILTER (WHERE c.answered_at < c.due_at) AS answered_in_time,
       count(*) FILTER (WHERE c.answered_at >= c.due_at) AS answered_late,
       count(*) FILTER (WHERE c.is_last AND c.state = 'answered' AND c.answer = 'confirmed') AS unrepaired,
       count(*) FILTER (WHERE c.repaired_at IS NOT NULL) AS repaired,
       round(extract(epoch FROM avg(c.answered_at - c.notified_at)) / 86400, 2) AS mean_days_to_answer,
       round(extract(epoch FROM avg(c.repaired_at - c.answered_at)) / 86400, 2) AS mean_days_to_repair,
       round(extract(epoch FROM max(govdata.as_of() - c.answered_at) FILTER (WHERE c.is_last AND c.state = 'answered'
             AND c.answer = 'confirmed')) / 86400, 2) AS longest_days_unrepaired
  FROM govdata._doubt_clocks() c
  JOIN govdata.department p ON p.id = c.provider
  JOIN govdata.region g ON g.code = c.platform
 GROUP BY g.code, g.name, p.id, p.name;
COMMENT ON VIEW govdata.doubt_summary IS '各平台、各提供部门的疑义校核情况:数量、逾期与修复用时(第十三条)';
COMMENT ON COLUMN govdata.doubt_summary.platform IS '平台区划代码';
COMMENT ON COLUMN govdata.doubt_summary.platform_name IS '平台区划';
COMMENT ON COLUMN govdata.doubt_summary.provider IS '提供部门编号';
COMMENT ON COLUMN govdata.doubt_summary.provider_name IS '提供部门';
COMMENT ON COLUMN govdata.doubt_summary.open IS '未办结数';
COMMENT ON COLUMN govdata.doubt_summary.unnotified IS '未推送数';
COMMENT ON COLUMN govdata.doubt_summary.unanswered IS '未反馈数';
COMMENT ON COLUMN govdata.doubt_summary.overdue IS '逾期未反馈数';
COMMENT ON COLUMN govdata.doubt_summary.answered_in_time IS '按期反馈的轮数';
COMMENT ON COLUMN govdata.doubt_summary.answered_late IS '逾期反馈的轮数';
COMMENT ON COLUMN govdata.doubt_summary.unrepaired IS '确认有误而未修复数';
COMMENT ON COLUMN govdata.doubt_summary.repaired IS '已修复的轮数';
COMMENT ON COLUMN govdata.doubt_summary.mean_days_to_answer IS '平均反馈用时(自然日)';
COMMENT ON COLUMN govdata.doubt_summary.mean_days_to_repair IS '平均修复用时(自然日)';
COMMENT ON COLUMN govdata.doubt_summary.longest_days_unrepaired IS '未修复者中最长时间(自然日)';

CREATE VIEW govdata.quality_board WITH (security_invoker, security_barrier) AS
SELECT r.code, r.title, p.name AS provider, n.finished_at, s.run, s.rule, q.title AS rule_title, s.indicator, i.title AS indicator_title,
       s.kind, q.items, s.outcome, s.a, s.b, s.score, s.exact, s.sampled, s.error, q.threshold, s.note
  FROM govdata.quality_score s
  JOIN govdata.quality_run n ON n.id = s.run
  JOIN govdata.quality_rule q ON q.id = s.rule
  JOIN govdata.quality_indicator i ON i.code = s.indicator
  JOIN govdata.resource r ON r.id = s.resource
  JOIN govdata.department p ON p.id = s.provider;
COMMENT ON VIEW govdata.quality_board IS '质量得分一览:历次检查中每条规则的 A、B 与 X(第十三条)';
COMMENT ON COLUMN govdata.quality_board.code IS '资源代码';
COMMENT ON COLUMN govdata.quality_board.title IS '资源名称';
COMMENT ON COLUMN govdata.quality_board.provider IS '提供部门';
COMMENT ON COLUMN govdata.quality_board.finished_at IS '检查完成时间';
COMMENT ON COLUMN govdata.quality_board.run IS '检查编号';
COMMENT ON COLUMN govdata.quality_board.rule IS '规则编号';
COMMENT ON COLUMN govdata.quality_board.rule_title IS '规则名称';
COMMENT ON COLUMN govdata.quality_board.indicator IS '指标代码';
COMMENT ON COLUMN govdata.quality_board.indicator_title IS '指标名称';
COMMENT ON COLUMN govdata.quality_board.kind IS '规则种类';
COMMENT ON COLUMN govdata.quality_board.items IS '所检查的信息项';
COMMENT ON COLUMN govdata.quality_board.outcome IS '结果';
COMMENT ON COLUMN govdata.quality_board.a IS '分子 A';
COMMENT ON COLUMN govdata.quality_board.b IS '分母 B';
COMMENT ON COLUMN govdata.quality_board.score IS '得分 X';
COMMENT ON COLUMN govdata.quality_board.exact IS '是否全数统计';
COMMENT ON COLUMN govdata.quality_board.sampled IS '抽样比例';
COMMENT ON COLUMN govdata.quality_board.error IS '误差(95%)';
COMMENT ON COLUMN govdata.quality_board.threshold IS '推送的界限';
COMMENT ON COLUMN govdata.quality_board.note IS '说明';

-- Scores of every run by dimension, and as a whole where dimension is NULL:
-- rules of an indicator count alike, indicators and dimensions by the weights
-- in force on the day on which the run was finished.
CREATE VIEW govdata.quality_report WITH (security_invoker, security_barrier) AS
WITH indicator AS (
    SELECT s.run, left(s.indicator, 2) AS dimension, s.indicator, avg(s.score) AS score, count(*) AS rules,
           jsonb_agg(jsonb_build_object('rule', s.rule, 'kind', s.kind, 'a', s.a, 'b', s.b, 'x', s.score, 'exact', s.exact)
                     ORDER BY s.rule) AS figures
      FROM govdata.quality_score s WHERE s.outcome = 'measured' GROUP BY s.run, s.indicator),
weighted AS (
    SELECT i.*, govdata.legal_date(n.finished_at) AS day,
           (SELECT w.weight FROM govdata.quality_weight w WHERE w.code = i.indicator
               AND w.effective @> govdata.legal_date(n.finished_at)) AS weight
      FROM indicator i JOIN govdata.quality_run n ON n.id = i.run),
dimension AS (
    SELECT d.run, d.dimension, sum(d.score * coalesce(d.weight, 0)) / nullif(sum(coalesce(d.weight, 0)), 0) AS score,
           sum(d.rules)::bigint AS rules,
           (SELECT w.weight FROM govdata.quality_weight w WHERE w.code = d.dimension AND w.effective @> d.day) AS weight,
           jsonb_object_agg(d.indicator, d.figures) AS figures
      FROM weighted d GROUP BY d.run, d.dimension, d.day)
SELECT n.resource, r.code, r.title, p.name AS provider, n.platform, n.id AS run, n.finished_at, v.dimension,
       i.title AS dimension_title, round(v.score, 6) AS score, v.weight, v.rules, v.figures
  FROM (SELECT d.run, d.dimension, d.score, d.weight, d.rules, d.figures FROM dimension d
        UNION ALL
        SELECT d.run, NULL, sum(d.score * coalesce(d.weight, 0)) / nullif(sum(coalesce(d.weight, 0)) FILTER (WHERE d.score IS NOT NULL), 0),
               NULL, sum(d.rules)::bigint, jsonb_object_agg(d.dimension, jsonb_build_object('x', d.score, 'weight', d.weight))
          FROM dimension d GROUP BY d.run) v
  JOIN govdata.quality_run n ON n.id = v.run
  JOIN govdata.resource r ON r.id = n.resource
  JOIN govdata.department p ON p.id = n.provider
  LEFT JOIN govdata.quality_indicator i ON i.code = v.dimension;
COMMENT ON VIEW govdata.quality_report IS '各资源历次检查的维度得分与总分(维度为空),附计算所依据的数字(第十三条)';
COMMENT ON COLUMN govdata.quality_report.resource IS '资源编号';
COMMENT ON COLUMN govdata.quality_report.code IS '资源代码';
COMMENT ON COLUMN govdata.quality_report.title IS '资源名称';
COMMENT ON COLUMN govdata.quality_report.provider IS '提供部门';
COMMENT ON COLUMN govdata.quality_report.platform IS '平台区划代码';
COMMENT ON COLUMN govdata.quality_report.run IS '检查编号';
COMMENT ON COLUMN govdata.quality_report.finished_at IS '检查完成时间';
COMMENT ON COLUMN govdata.quality_report.dimension IS '维度代码;空表示总分';
COMMENT ON COLUMN govdata.quality_report.dimension_title IS '维度名称';
COMMENT ON COLUMN govdata.quality_report.score IS '得分';
COMMENT ON COLUMN govdata.quality_report.weight IS '在总分中的权重';
COMMENT ON COLUMN govdata.quality_report.rules IS '规则数';
COMMENT ON COLUMN govdata.quality_report.figures IS '计算所依据的数字';

-- ---- duties ----

-- _doubts_owed(department) -> what it owes to doubts, as its provider or as the
-- operator of its platform; for whom _doubt_clocks() shows the doubt.
CREATE FUNCTION govdata._doubts_owed(department bigint)
RETURNS TABLE (id bigint, duty text, since timestamptz, due_on date, due_at timestamptz, due_provisional boolean, consequence text)
LANGUAGE c STABLE STRICT ROWS 10 AS 'MODULE_PATHNAME', 'gd_doubts_owed';
COMMENT ON FUNCTION govdata._doubts_owed(bigint) IS '某部门就疑义数据负有的义务,不含内容';

CREATE VIEW govdata._duty_data_doubt WITH (security_invoker, security_barrier) AS
SELECT d.id AS department, c.duty, 13::smallint AS article, 'data_doubt' AS subject, c.id::text AS subject_key,
       c.since, c.due_on, c.due_at, c.due_provisional, c.consequence
  FROM govdata.department d CROSS JOIN LATERAL govdata._doubts_owed(d.id) c;
COMMENT ON VIEW govdata._duty_data_doubt IS '待办义务:疑义数据的推送、反馈与修复';

CREATE VIEW govdata._duty_quality_rule WITH (security_invoker, security_barrier) AS
SELECT q.provider AS department, 'decide_rule' AS duty, 13::smallint AS article, 'quality_rule' AS subject, q.id::text AS subject_key,
       q.defined_at AS since, NULL::date AS due_on, NULL::timestamptz AS due_at, NULL::boolean AS due_provisional, 'none' AS consequence
  FROM govdata.quality_rule q WHERE q.state = 'proposed';
COMMENT ON VIEW govdata._duty_quality_rule IS '待办义务:就所提的质量规则作出决定';
