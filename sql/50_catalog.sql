-- Catalog and classification (Articles 2, 6, 10, 14, 16, 18, 23, 25).

-- Last serial issued in each class: the row lock makes serials gapless.
CREATE TABLE govdata.resource_serial (
    class text PRIMARY KEY,
    last  bigint NOT NULL CHECK (last > 0)
);
COMMENT ON TABLE govdata.resource_serial IS '各分类已发出的最后顺序号;随事务提交或回滚,故不跳号';
COMMENT ON COLUMN govdata.resource_serial.class IS '分类码';
COMMENT ON COLUMN govdata.resource_serial.last IS '最后顺序号';

CREATE SEQUENCE govdata.resource_id_seq;
CREATE TABLE govdata.resource (
    id                 bigint PRIMARY KEY,
    class              text NOT NULL CHECK (class <> ''),
    code               text NOT NULL UNIQUE CHECK (starts_with(code, class) AND code <> class),
    title              text NOT NULL CHECK (title <> ''),
    provider           bigint NOT NULL REFERENCES govdata.department,
    abstract           text,
    format_category    text,
    format_type        text,
    sharing            text NOT NULL DEFAULT 'unconditional'
                       CHECK (sharing IN ('unconditional', 'conditional', 'withheld')),
    sharing_conditions text CHECK (sharing_conditions <> ''),
    sharing_mode       text DEFAULT '共享平台',
    scope_departments  bigint[] CHECK (cardinality(scope_departments) > 0),
    scope_regions      text[] CHECK (cardinality(scope_regions) > 0),
    scope_systems      bigint[] CHECK (cardinality(scope_systems) > 0),
    uses               text[] CHECK (cardinality(uses) > 0),
    opening            text NOT NULL CHECK (opening IN ('unconditional', 'conditional', 'closed')),
    opening_conditions text CHECK (opening_conditions <> ''),
    opening_ground     text CHECK (opening_ground IN ('state_secret', 'trade_secret', 'privacy', 'law')),
    update_cycle       text,
    source             text NOT NULL DEFAULT 'made' CHECK (source IN ('made', 'collected', 'third_party', 'system')),
    safety_grade       text,
    access_log         text CHECK (access_log = 'sync'),
    related            text[],
    state_secret       boolean NOT NULL DEFAULT false CHECK (NOT state_secret),
    state              text NOT NULL DEFAULT 'draft'
                       CHECK (state IN ('draft', 'published', 'suspended', 'withdrawn')),
    state_reason       text,
    opening_state      text NOT NULL DEFAULT 'closed'
                       CHECK (opening_state IN ('closed', 'open', 'suspended', 'withdrawn')),
    published_at       timestamptz,
    updated_at         timestamptz NOT NULL,
    version            integer NOT NULL DEFAULT 1 CHECK (version > 0),
    library            bigint REFERENCES govdata.library,
    CONSTRAINT resource_conditional_has_conditions
        CHECK (sharing <> 'conditional' OR sharing_conditions IS NOT NULL),
    CONSTRAINT resource_unconditional_is_for_all
        CHECK (sharing <> 'unconditional' OR num_nonnulls(scope_departments, scope_regions, scope_systems) = 0),
    CONSTRAINT resource_withheld_is_not_open
        CHECK (sharing <> 'withheld' OR opening = 'closed'),
    CONSTRAINT resource_conditional_opening_has_conditions
        CHECK (opening <> 'conditional' OR opening_conditions IS NOT NULL),
    CONSTRAINT resource_closed_has_a_ground
        CHECK (opening <> 'closed' OR opening_ground IS NOT NULL),
    CONSTRAINT resource_closed_is_not_open
        CHECK (opening <> 'closed' OR opening_state IN ('closed', 'withdrawn')),
    CONSTRAINT resource_published_has_a_date
        CHECK (state = 'draft' OR published_at IS NOT NULL OR state = 'withdrawn')
);
ALTER SEQUENCE govdata.resource_id_seq OWNED BY govdata.resource.id;
-- in the order in which a department's catalog is turned over, page by page
CREATE INDEX resource_provider ON govdata.resource (provider, code);
CREATE INDEX resource_library ON govdata.resource (library) WHERE library IS NOT NULL;
COMMENT ON TABLE govdata.resource IS '政务数据资源目录条目(第十条、第十六条、第十八条、第二十五条)';
COMMENT ON COLUMN govdata.resource.id IS '编号';
COMMENT ON COLUMN govdata.resource.class IS '分类码,依 code_rule 构成';
COMMENT ON COLUMN govdata.resource.code IS '资源代码:分类码、分隔符与顺序号,由平台依 code_rule 连续发放';
COMMENT ON COLUMN govdata.resource.title IS '名称';
COMMENT ON COLUMN govdata.resource.provider IS '提供部门';
COMMENT ON COLUMN govdata.resource.abstract IS '摘要';
COMMENT ON COLUMN govdata.resource.format_category IS '格式分类';
COMMENT ON COLUMN govdata.resource.format_type IS '格式类型';
COMMENT ON COLUMN govdata.resource.sharing IS '共享类型:unconditional 无条件、conditional 有条件、withheld 不予共享';
COMMENT ON COLUMN govdata.resource.sharing_conditions IS '共享条件';
COMMENT ON COLUMN govdata.resource.sharing_mode IS '共享方式';
COMMENT ON COLUMN govdata.resource.scope_departments IS '声明的共享范围:部门编号;空表示不限';
COMMENT ON COLUMN govdata.resource.scope_regions IS '声明的共享范围:区划代码(含其下级);空表示不限';
COMMENT ON COLUMN govdata.resource.scope_systems IS '声明的共享范围:系统(条线)牵头部门编号,含其各级下属;空表示不限';
COMMENT ON COLUMN govdata.resource.uses IS '声明的用途;空表示不限';
COMMENT ON COLUMN govdata.resource.opening IS '开放属性:unconditional 无条件、conditional 有条件、closed 不予开放';
COMMENT ON COLUMN govdata.resource.opening_conditions IS '开放条件';
COMMENT ON COLUMN govdata.resource.opening_ground IS '不予开放的理由:国家秘密、商业秘密、个人隐私、法律法规';
COMMENT ON COLUMN govdata.resource.update_cycle IS '更新周期';
COMMENT ON COLUMN govdata.resource.source IS '来源:made 制作、collected 采集、third_party 通过第三方、system 信息系统形成';
COMMENT ON COLUMN govdata.resource.safety_grade IS '安全级别';
COMMENT ON COLUMN govdata.resource.access_log IS '访问留痕:sync 每次读取均须先落盘留痕再返回数据,不受 govdata.access_log 放宽;空表示依该设置(第三十二条)';
COMMENT ON COLUMN govdata.resource.related IS '关联资源代码';
COMMENT ON COLUMN govdata.resource.state_secret IS '涉及国家秘密者不得登记(第二条),恒为否';
COMMENT ON COLUMN govdata.resource.state IS '共享状态:draft 草稿、published 已发布、suspended 暂停、withdrawn 撤回';
COMMENT ON COLUMN govdata.resource.state_reason IS '暂停或撤回的理由';
COMMENT ON COLUMN govdata.resource.opening_state IS '开放状态:closed 未开放、open 开放、suspended 中止、withdrawn 撤回';
COMMENT ON COLUMN govdata.resource.published_at IS '发布时间';
COMMENT ON COLUMN govdata.resource.updated_at IS '目录最近更新时间';
COMMENT ON COLUMN govdata.resource.version IS '版本号';
COMMENT ON COLUMN govdata.resource.library IS '所属基础库或主题库(第十二条)';

CREATE TABLE govdata.resource_item (
    resource     bigint NOT NULL REFERENCES govdata.resource,
    name         text NOT NULL CHECK (name ~ '^[^[:space:]/,]+$'),
    title        text NOT NULL CHECK (title <> ''),
    data_type    text NOT NULL CHECK (data_type <> ''),
    length       integer CHECK (length > 0),
    sharing      text CHECK (sharing IN ('unconditional', 'conditional', 'withheld')),
    state_secret boolean NOT NULL DEFAULT false CHECK (NOT state_secret),
    source       bigint REFERENCES govdata.department,
    retired_at   timestamptz,
    element      text REFERENCES govdata.data_element,
    is_region    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (resource, name)
);
CREATE INDEX resource_item_element ON govdata.resource_item (element) WHERE element IS NOT NULL AND retired_at IS NULL;
CREATE UNIQUE INDEX resource_item_one_region ON govdata.resource_item (resource) WHERE is_region;
COMMENT ON TABLE govdata.resource_item IS '信息项;只可停用,不可删除';
COMMENT ON COLUMN govdata.resource_item.resource IS '资源编号';
COMMENT ON COLUMN govdata.resource_item.name IS '项名';
COMMENT ON COLUMN govdata.resource_item.title IS '信息项名称';
COMMENT ON COLUMN govdata.resource_item.data_type IS '数据类型';
COMMENT ON COLUMN govdata.resource_item.length IS '长度';
COMMENT ON COLUMN govdata.resource_item.sharing IS '共享类型,不得宽于资源;空表示同资源';
COMMENT ON COLUMN govdata.resource_item.state_secret IS '涉及国家秘密者不得登记(第二条),恒为否';
COMMENT ON COLUMN govdata.resource_item.source IS '来源部门';
COMMENT ON COLUMN govdata.resource_item.retired_at IS '停用时间';
COMMENT ON COLUMN govdata.resource_item.element IS '数据元:据以判断能否在平台取得同样的数据;空表示未对应';
COMMENT ON COLUMN govdata.resource_item.is_region IS '本项为行所属区划的代码:数据回传默认以此限定本市的行(第十八条)';

CREATE TABLE govdata.resource_version (
    resource    bigint NOT NULL REFERENCES govdata.resource,
    version     integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    department  bigint REFERENCES govdata.department,
    entry       jsonb NOT NULL,
    PRIMARY KEY (resource, version)
);
COMMENT ON TABLE govdata.resource_version IS '目录条目的历次版本,自发布起逐版留存(第十条、第十一条)';
COMMENT ON COLUMN govdata.resource_version.resource IS '资源编号';
COMMENT ON COLUMN govdata.resource_version.version IS '版本号';
COMMENT ON COLUMN govdata.resource_version.recorded_at IS '记录时间';
COMMENT ON COLUMN govdata.resource_version.department IS '行为部门';
COMMENT ON COLUMN govdata.resource_version.entry IS '条目全文(含信息项)';

CREATE SEQUENCE govdata.negative_entry_id_seq;
CREATE TABLE govdata.negative_entry (
    id            bigint PRIMARY KEY,
    resource      bigint NOT NULL REFERENCES govdata.resource,
    items         text[] CHECK (cardinality(items) > 0),
    provider      bigint NOT NULL REFERENCES govdata.department,
    basis_kind    text NOT NULL CHECK (basis_kind IN ('law', 'regulation', 'national_rule',
                                                      'administrative_regulation', 'state_council_decision')),
    legal_basis   text NOT NULL CHECK (legal_basis <> ''),
    basis_article text NOT NULL CHECK (basis_article <> ''),
    reason        text NOT NULL CHECK (reason <> ''),
    state         text NOT NULL
                  CHECK (state IN ('drafted', 'reviewed', 'approved', 'reported', 'rejected', 'lifted', 'lapsed')),
    drafted_at    timestamptz NOT NULL,
    data_authority bigint NOT NULL REFERENCES govdata.department,
    government    bigint NOT NULL REFERENCES govdata.department,
    reviewed_at   timestamptz,
    self_reviewed boolean NOT NULL,
    approved_at   timestamptz,
    self_approved boolean NOT NULL,
    reported_at   timestamptz,
    reported_to   bigint REFERENCES govdata.department,
    ended_at      timestamptz,
    note          text,
    remark             text CHECK (remark <> ''),
    remarked_at        timestamptz,
    remark_answer      text CHECK (remark_answer <> ''),
    remark_answered_at timestamptz,
    CONSTRAINT negative_entry_remark_follows_report
        CHECK (remarked_at IS NULL OR reported_at IS NOT NULL AND remark IS NOT NULL),
    CONSTRAINT negative_entry_answer_follows_remark
        CHECK (remark_answered_at IS NULL OR remarked_at IS NOT NULL AND remark_answer IS NOT NULL),
    CONSTRAINT negative_entry_approval_follows_review CHECK (approved_at IS NULL OR reviewed_at IS NOT NULL),
    CONSTRAINT negative_entry_report_follows_approval CHECK (reported_at IS NULL OR approved_at IS NOT NULL),
    CONSTRAINT negative_entry_in_effect_is_approved
        CHECK (state NOT IN ('approved', 'reported') OR approved_at IS NOT NULL),
    CONSTRAINT negative_entry_rejection_has_reason
        CHECK (state NOT IN ('rejected', 'lifted', 'lapsed') OR note <> '' AND ended_at IS NOT NULL)
);
ALTER SEQUENCE govdata.negative_entry_id_seq OWNED BY govdata.negative_entry.id;
CREATE INDEX negative_entry_resource ON govdata.negative_entry (resource);
COMMENT ON TABLE govdata.negative_entry IS '负面清单:主管部门审核、本级政府批准、报上一级主管部门;不予共享的唯一途径(第二十三条)';
COMMENT ON COLUMN govdata.negative_entry.id IS '编号';
COMMENT ON COLUMN govdata.negative_entry.resource IS '资源编号';
COMMENT ON COLUMN govdata.negative_entry.items IS '不予共享的信息项;空表示整个资源';
COMMENT ON COLUMN govdata.negative_entry.provider IS '提供部门';
COMMENT ON COLUMN govdata.negative_entry.basis_kind IS '依据种类:law 法律、regulation 法规、national_rule 国家有关规定、administrative_regulation 行政法规、state_council_decision 国务院决定;何者可用见 withholding_basis';
COMMENT ON COLUMN govdata.negative_entry.legal_basis IS '依据名称';
COMMENT ON COLUMN govdata.negative_entry.basis_article IS '依据条款';
COMMENT ON COLUMN govdata.negative_entry.reason IS '理由';
COMMENT ON COLUMN govdata.negative_entry.state IS '状态:drafted 拟列、reviewed 已审核、approved 已批准、reported 已报备、rejected 退回、lifted 解除、lapsed 失效';
COMMENT ON COLUMN govdata.negative_entry.drafted_at IS '拟列时间';
COMMENT ON COLUMN govdata.negative_entry.data_authority IS '审核的主管部门(资源所在平台一级)';
COMMENT ON COLUMN govdata.negative_entry.government IS '批准的人民政府(资源所在平台一级)';
COMMENT ON COLUMN govdata.negative_entry.reviewed_at IS '审核时间';
COMMENT ON COLUMN govdata.negative_entry.self_reviewed IS '主管部门审核自己的条目(标明)';
COMMENT ON COLUMN govdata.negative_entry.approved_at IS '批准时间,自此生效';
COMMENT ON COLUMN govdata.negative_entry.self_approved IS '政府批准自己的条目(标明)';
COMMENT ON COLUMN govdata.negative_entry.reported_at IS '报备时间';
COMMENT ON COLUMN govdata.negative_entry.reported_to IS '报备的上一级主管部门';
COMMENT ON COLUMN govdata.negative_entry.ended_at IS '退回、解除或失效时间';
COMMENT ON COLUMN govdata.negative_entry.note IS '审核意见或退回、解除、失效理由';
COMMENT ON COLUMN govdata.negative_entry.remark IS '上一级主管部门的意见;引起复核,不构成否决';
COMMENT ON COLUMN govdata.negative_entry.remarked_at IS '提出意见的时间';
COMMENT ON COLUMN govdata.negative_entry.remark_answer IS '复核结果';
COMMENT ON COLUMN govdata.negative_entry.remark_answered_at IS '复核答复时间';

CREATE SEQUENCE govdata.standing_consent_id_seq;
CREATE TABLE govdata.standing_consent (
    id          bigint PRIMARY KEY,
    resource    bigint NOT NULL REFERENCES govdata.resource,
    provider    bigint NOT NULL REFERENCES govdata.department,
    departments bigint[] CHECK (cardinality(departments) > 0),
    regions     text[] CHECK (cardinality(regions) > 0),
    items       text[] CHECK (cardinality(items) > 0),
    uses        text[] CHECK (cardinality(uses) > 0),
    valid       daterange NOT NULL DEFAULT '(,)' CHECK (NOT isempty(valid)),
    state       text NOT NULL CHECK (state IN ('active', 'ended')),
    declared_at timestamptz NOT NULL,
    ended_at    timestamptz,
    CONSTRAINT standing_consent_end_has_a_date CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
ALTER SEQUENCE govdata.standing_consent_id_seq OWNED BY govdata.standing_consent.id;
CREATE INDEX standing_consent_resource ON govdata.standing_consent (resource) WHERE state = 'active';
COMMENT ON TABLE govdata.standing_consent IS '事先同意:提供部门预先声明对谁、就哪些项与用途立即同意(第二十条"能够立即答复的")';
COMMENT ON COLUMN govdata.standing_consent.id IS '编号';
COMMENT ON COLUMN govdata.standing_consent.resource IS '资源编号';
COMMENT ON COLUMN govdata.standing_consent.provider IS '提供部门';
COMMENT ON COLUMN govdata.standing_consent.departments IS '对哪些部门;空表示不限';
COMMENT ON COLUMN govdata.standing_consent.regions IS '对哪些区划(含其下级)的部门;空表示不限';
COMMENT ON COLUMN govdata.standing_consent.items IS '哪些信息项;空表示全部';
COMMENT ON COLUMN govdata.standing_consent.uses IS '哪些用途;空表示不限';
COMMENT ON COLUMN govdata.standing_consent.valid IS '适用期间(申请收到之日)';
COMMENT ON COLUMN govdata.standing_consent.state IS '状态:active 有效、ended 已终止';
COMMENT ON COLUMN govdata.standing_consent.declared_at IS '声明时间';
COMMENT ON COLUMN govdata.standing_consent.ended_at IS '终止时间';

-- Guards: one C function a subject, judged by govdata.transition.
CREATE FUNCTION govdata._guard_resource() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_resource';
COMMENT ON FUNCTION govdata._guard_resource() IS '守卫:目录条目';
CREATE FUNCTION govdata._guard_item() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_item';
COMMENT ON FUNCTION govdata._guard_item() IS '守卫:信息项';
-- What follows from the rows of a statement, written by the law itself.
CREATE FUNCTION govdata._derive() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_derive';
COMMENT ON FUNCTION govdata._derive() IS '派生:由一条语句所改各行推出的行';

CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.resource
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_resource();
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.resource_item
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_item();
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.resource_version
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived();
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.resource_serial
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived();

CREATE TRIGGER bb_named AFTER INSERT ON govdata.data_officer
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('officer_named');
CREATE TRIGGER bb_registered AFTER INSERT ON govdata.department
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('department_kept');
CREATE TRIGGER bb_kept AFTER UPDATE ON govdata.department
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('department_kept');

CREATE TRIGGER bb_versions AFTER UPDATE ON govdata.resource
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('resource_version');
CREATE TRIGGER bb_item_added AFTER INSERT ON govdata.resource_item
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('item_version');
CREATE TRIGGER bb_item_changed AFTER UPDATE ON govdata.resource_item
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('item_version');
CREATE TRIGGER bc_item_withheld AFTER UPDATE ON govdata.resource_item
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('item_withheld');
CREATE TRIGGER bb_effect AFTER UPDATE ON govdata.negative_entry
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('negative_effect');

-- _resource_id(code, article) -> id of a visible resource, or the error for none.
CREATE FUNCTION govdata._resource_id(resource_code text, article smallint) RETURNS bigint
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT govdata._found('resource', resource_code, article, (SELECT r.id FROM govdata.resource r WHERE r.code = resource_code));
END;
COMMENT ON FUNCTION govdata._resource_id(text, smallint) IS '资源代码对应的编号';

-- _move_resource(code, state, reason, article): the verbs of entries in one place.
CREATE FUNCTION govdata._move_resource(resource_code text, to_state text, reason text, article smallint) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.resource r SET state = to_state, state_reason = reason WHERE r.code = resource_code RETURNING r.id)
    SELECT govdata._found('resource', resource_code, article, (SELECT m.id FROM moved m));
END;
COMMENT ON FUNCTION govdata._move_resource(text, text, text, smallint) IS '目录条目的状态变更(各动词共用)';

-- publish_resource(code) -> id of the resource. Publishes a draft or resumes a
-- suspended entry; the provider's act. Raises ZW010 where the specification is
-- not met, ZW014 without a data officer, ZW018 below a vertical system's head,
-- ZW023 where something is withheld without an approved negative entry.
CREATE FUNCTION govdata.publish_resource(code text) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_resource(code, 'published', NULL, 18::smallint); END;
COMMENT ON FUNCTION govdata.publish_resource(text) IS '发布或恢复目录条目(第十八条)';

-- suspend_resource(code, reason) -> id: sharing pauses; no clock stops
-- (Article 20). Raises ZW006 without a reason or for anyone but the provider.
CREATE FUNCTION govdata.suspend_resource(code text, reason text) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_resource(code, 'suspended', reason, 6::smallint); END;
COMMENT ON FUNCTION govdata.suspend_resource(text, text) IS '暂停目录条目的共享;不中止任何时限(第六条)';

-- withdraw_resource(code, reason) -> id: every pending request must be answered
-- before or in the same transaction (ZW020); authorizations are revoked.
CREATE FUNCTION govdata.withdraw_resource(code text, reason text) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_resource(code, 'withdrawn', reason, 6::smallint); END;
COMMENT ON FUNCTION govdata.withdraw_resource(text, text) IS '撤回目录条目(第六条)';

-- _move_negative_entry(id, state, note): the chain's verbs in one place.
CREATE FUNCTION govdata._move_negative_entry(entry bigint, to_state text, said text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.negative_entry n SET state = to_state, note = coalesce(said, n.note) WHERE n.id = entry RETURNING 1)
    SELECT govdata._moved('negative_entry', entry::text, 23::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata._move_negative_entry(bigint, text, text) IS '负面清单条目的状态变更(各动词共用)';

-- The chain of Article 23; each takes the entry's id and a note, and raises
-- ZW023 for a wrong state or actor.
CREATE FUNCTION govdata.review_negative_entry(entry bigint, note text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_negative_entry(entry, 'reviewed', note); END;
COMMENT ON FUNCTION govdata.review_negative_entry(bigint, text) IS '主管部门审核(第二十三条)';
CREATE FUNCTION govdata.approve_negative_entry(entry bigint, note text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_negative_entry(entry, 'approved', note); END;
COMMENT ON FUNCTION govdata.approve_negative_entry(bigint, text) IS '本级政府批准,自此生效(第二十三条)';
CREATE FUNCTION govdata.report_negative_entry(entry bigint, note text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_negative_entry(entry, 'reported', note); END;
COMMENT ON FUNCTION govdata.report_negative_entry(bigint, text) IS '报上一级主管部门(第二十三条)';
CREATE FUNCTION govdata.reject_negative_entry(entry bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_negative_entry(entry, 'rejected', reason); END;
COMMENT ON FUNCTION govdata.reject_negative_entry(bigint, text) IS '退回,须说明理由(第二十三条)';
CREATE FUNCTION govdata.lift_negative_entry(entry bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_negative_entry(entry, 'lifted', reason); END;
COMMENT ON FUNCTION govdata.lift_negative_entry(bigint, text) IS '解除;资源随即为有条件共享(第二十三条)';
CREATE FUNCTION govdata.lapse_negative_entry(entry bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC SELECT govdata._move_negative_entry(entry, 'lapsed', reason); END;
COMMENT ON FUNCTION govdata.lapse_negative_entry(bigint, text) IS '依据废止而失效;资源随即为有条件共享(第二十三条)';

-- remark_on_negative_entry(entry, remark): the authority to which it was reported
-- remarks; the reviewing authority owes a re-review, the entry stays in force.
-- answer_remark(entry, answer): the result of the re-review, unless
-- the entry is lifted. Raise ZW023 for anyone else and out of turn.
CREATE FUNCTION govdata.remark_on_negative_entry(entry bigint, remark text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.negative_entry n SET remark = remark_on_negative_entry.remark WHERE n.id = entry RETURNING 1)
    SELECT govdata._moved('negative_entry', entry::text, 23::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.remark_on_negative_entry(bigint, text) IS '上一级主管部门提出意见,引起复核(第二十三条)';
CREATE FUNCTION govdata.answer_remark(entry bigint, answer text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.negative_entry n SET remark_answer = answer WHERE n.id = entry RETURNING 1)
    SELECT govdata._moved('negative_entry', entry::text, 23::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.answer_remark(bigint, text) IS '答复上一级主管部门的意见(第二十三条)';

SELECT govdata._case_table('govdata.negative_entry', 'provider', '', 23::smallint,
    'state IN (''approved'', ''reported'', ''lifted'', ''lapsed'') OR govdata._sees(provider, NULL)');
SELECT govdata._case_table('govdata.standing_consent', 'provider', '', 20::smallint, 'true');
