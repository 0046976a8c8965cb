-- Law as data. Articles and transitions are fixed by the text and by the code
-- that carries them out, so they stand in the library and are shown as views;
-- time limits differ by period and place, so they are rows.

-- The 42 articles: what carries each out, and how its text is read.
CREATE FUNCTION govdata._articles(OUT article smallint, OUT chapter smallint, OUT kind text,
                                  OUT title text, OUT title_en text, OUT enforced_by text,
                                  OUT interpretation text)
RETURNS SETOF record LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_articles';
COMMENT ON FUNCTION govdata._articles() IS '办法各条目(源于程序库)';

CREATE VIEW govdata.article WITH (security_invoker, security_barrier) AS
SELECT article, chapter, kind, title, title_en, enforced_by, interpretation FROM govdata._articles();
COMMENT ON VIEW govdata.article IS '办法四十二条:每条由何对象执行,条文如何理解';
COMMENT ON COLUMN govdata.article.article IS '条号';
COMMENT ON COLUMN govdata.article.chapter IS '章号';
COMMENT ON COLUMN govdata.article.kind IS '类别:scope 适用范围、rule 规则、clock 时限、process 流程、record 留痕';
COMMENT ON COLUMN govdata.article.title IS '条旨';
COMMENT ON COLUMN govdata.article.title_en IS '条旨(英文)';
COMMENT ON COLUMN govdata.article.enforced_by IS '执行本条的对象;数据库不能执行者注明所留证据';
COMMENT ON COLUMN govdata.article.interpretation IS '条文未明之处的理解;空表示依文义';

-- Every allowed change of state, who may make it, and the article behind it.
CREATE FUNCTION govdata._transitions(OUT subject text, OUT from_state text, OUT to_state text,
                                     OUT actor text, OUT article smallint)
RETURNS SETOF record LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_transition_rows';
COMMENT ON FUNCTION govdata._transitions() IS '状态转换表(源于程序库)';

CREATE VIEW govdata.transition WITH (security_invoker, security_barrier) AS
SELECT subject, from_state, to_state, actor, article FROM govdata._transitions();
COMMENT ON VIEW govdata.transition IS '状态转换:对象、原状态、新状态、行为人、依据条款;守卫即依此表判断';
COMMENT ON COLUMN govdata.transition.subject IS '对象';
COMMENT ON COLUMN govdata.transition.from_state IS '原状态;空表示新建';
COMMENT ON COLUMN govdata.transition.to_state IS '新状态';
COMMENT ON COLUMN govdata.transition.actor IS '行为人;time 表示期限届满';
COMMENT ON COLUMN govdata.transition.article IS '依据条款';

-- Article of one change of state; NULL when the table knows no such change.
CREATE FUNCTION govdata._transition_article(subject text, from_state text, to_state text) RETURNS smallint
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_transition_article_sql';
COMMENT ON FUNCTION govdata._transition_article(text, text, text) IS '某一状态转换所依据的条款';

-- Bodies of law that can stand one above the other: the one of the smallest rank
-- decides, what it leaves open the next. One that does not stand by itself is in
-- force where the province has switched it on: see regime_switch.
CREATE TABLE govdata.regime (
    code           text PRIMARY KEY CHECK (code ~ '^[a-z0-9_]{1,31}$'),
    rank           integer NOT NULL UNIQUE CHECK (rank > 0),
    title          text NOT NULL CHECK (title <> ''),
    title_en       text NOT NULL CHECK (title_en <> ''),
    standing       boolean NOT NULL,
    effective_from date NOT NULL CHECK (isfinite(effective_from)),
    basis          text NOT NULL,
    builtin        boolean NOT NULL DEFAULT false,
    amended        boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin))
);
COMMENT ON TABLE govdata.regime IS '规则体系:可以并存的法律规范,位阶在先者优先;未规定的依其后者';
COMMENT ON COLUMN govdata.regime.code IS '代码';
COMMENT ON COLUMN govdata.regime.rank IS '位阶,1 为最高';
COMMENT ON COLUMN govdata.regime.title IS '名称';
COMMENT ON COLUMN govdata.regime.title_en IS '名称(英文)';
COMMENT ON COLUMN govdata.regime.standing IS '无须启用即适用';
COMMENT ON COLUMN govdata.regime.effective_from IS '施行日期;不得早于此日启用';
COMMENT ON COLUMN govdata.regime.basis IS '依据';
COMMENT ON COLUMN govdata.regime.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.regime.amended IS '随扩展发布而经本地修改';

INSERT INTO govdata.regime (code, rank, title, title_en, standing, effective_from, basis, builtin) VALUES
    ('measures', 2, '湖北省政务数据资源应用与管理办法', 'The Measures', true, '2021-04-01', '湖北省人民政府令,2021年1月25日公布', true),
    ('decree809', 1, '政务数据共享条例', 'Decree 809 of the State Council', false, '2025-08-01', '国务院令第809号,2025年5月28日公布', true);

CREATE TABLE govdata.time_limit (
    code        text NOT NULL CHECK (code ~ '^[a-z_]+$'),
    article     smallint CHECK (article BETWEEN 1 AND 42),
    amount      integer NOT NULL CHECK (amount >= 0),
    unit        text NOT NULL CHECK (unit IN ('working_day', 'calendar_day')),
    consequence text NOT NULL CHECK (consequence IN ('deemed_consent', 'late', 'takes_effect', 'proposal')),
    effective   daterange NOT NULL CHECK (NOT isempty(effective)),
    basis       text NOT NULL,
    builtin     boolean NOT NULL DEFAULT false,
    amended     boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    effective_from date GENERATED ALWAYS AS (lower(effective)) STORED,
    regime      text NOT NULL DEFAULT 'measures' REFERENCES govdata.regime,
    yields      boolean NOT NULL DEFAULT false,
    CONSTRAINT time_limit_one_at_a_time EXCLUDE USING gist (regime WITH =, code WITH =, effective WITH &&)
);
COMMENT ON TABLE govdata.time_limit IS '时限:数量、单位、后果与适用期间;申请依收到之日有效的时限判断';
COMMENT ON COLUMN govdata.time_limit.code IS '时限代码';
COMMENT ON COLUMN govdata.time_limit.article IS '依据条款;空表示非出自办法';
COMMENT ON COLUMN govdata.time_limit.amount IS '数量';
COMMENT ON COLUMN govdata.time_limit.unit IS '单位:working_day 工作日、calendar_day 自然日';
COMMENT ON COLUMN govdata.time_limit.consequence IS '届满后果:deemed_consent 视为同意、late 逾期仍须办理、takes_effect 生效、proposal 提出建议';
COMMENT ON COLUMN govdata.time_limit.effective IS '适用期间(收到之日)';
COMMENT ON COLUMN govdata.time_limit.basis IS '依据原文';
COMMENT ON COLUMN govdata.time_limit.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.time_limit.amended IS '随扩展发布而经本地修改';
COMMENT ON COLUMN govdata.time_limit.effective_from IS '适用期间的首日:一条时限的起始不变,终止可以改';
COMMENT ON COLUMN govdata.time_limit.regime IS '所属规则体系;收到之日该体系有效者适用,无此时限的依位阶在后者';
COMMENT ON COLUMN govdata.time_limit.yields IS '位阶在后的体系规定更短时,从其更短者';

INSERT INTO govdata.time_limit (code, article, amount, unit, consequence, effective, basis, builtin) VALUES
    ('reply_conditional', 20, 10, 'working_day', 'deemed_consent', '[2021-04-01,)',
     '不能立即答复的,应当在10个工作日内予以答复;逾期不处理的,视为同意', true),
    ('reply_uncatalogued', 22, 10, 'working_day', 'late', '[2021-04-01,)',
     '应当自收到申请之日起10个工作日内答复', true),
    ('reply_upward', 21, 10, 'working_day', 'deemed_consent', '[2021-04-01,)',
     '由其向上级共享平台提出申请,获得授权后通过本级平台提供共享;上级提供部门收到后,依第二十条的期限和后果答复', true),
    ('check_doubt', 13, 3, 'working_day', 'late', '[2021-04-01,)',
     '应当在3个工作日内反馈校核结果', true),
    ('unused_items', NULL, 180, 'calendar_day', 'proposal', '[2021-04-01,)',
     '最小够用:授权的信息项在此期间未读取的,建议收窄', true),
    ('continued_reading', 16, 30, 'calendar_day', 'takes_effect', '[2021-04-01,)',
     '无条件共享改为有条件共享时,此前该期间内读取过的部门沿用原条件,至其申请得到答复;改类后该期间内未申请的,期满为止', true),
    ('provisional_grace', NULL, 15, 'calendar_day', 'takes_effect', '[2021-04-01,)',
     '暂定期限在节假日通知公布后生效;无人加载通知时,于暂定之日起15日后生效', true);

-- The limits of Decree 809. Where it has none, as for the reply to a request for
-- conditional data and for silence, those of the Measures go on to hold.
INSERT INTO govdata.time_limit (regime, code, article, amount, unit, consequence, effective, yields, basis, builtin) VALUES
    ('decree809', 'reply_unconditional', 20, 1, 'working_day', 'late', '[2025-08-01,)', false,
     '第二十一条:属于无条件共享类的,应当自收到政务数据共享申请之日起1个工作日内作出答复', true),
    ('decree809', 'reply_extension', 20, 10, 'working_day', 'late', '[2025-08-01,)', false,
     '第二十一条:报经同级政务数据共享主管部门同意,并告知政务数据需求部门,延长的期限最长不得超过10个工作日', true),
    ('decree809', 'delivery', 20, 20, 'working_day', 'late', '[2025-08-01,)', false,
     '第二十二条:应当自作出同意共享的答复之日起20个工作日内共享政务数据', true),
    ('decree809', 'catalog_update', 11, 10, 'working_day', 'late', '[2025-08-01,)', false,
     '第十七条:自调整、变化发生之日起10个工作日内对政务数据目录完成更新,并报送同级政务数据共享主管部门审核', true),
    ('decree809', 'catalog_update_extension', 11, 5, 'working_day', 'late', '[2025-08-01,)', false,
     '第十七条:经同级政务数据共享主管部门同意,可以延长5个工作日', true),
    ('decree809', 'catalog_review', 10, 2, 'working_day', 'late', '[2025-08-01,)', false,
     '第十七条:自收到更新后的政务数据目录之日起2个工作日内完成审核并发布', true),
    ('decree809', 'check_doubt', 13, 10, 'working_day', 'late', '[2025-08-01,)', true,
     '第二十六条:自收到政务数据校核申请之日起10个工作日内予以核实、更正并反馈;办法所定3个工作日更短,从其更短者', true);

CREATE FUNCTION govdata._guard_registry() RETURNS trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'gd_guard_registry';
COMMENT ON FUNCTION govdata._guard_registry() IS '守卫:登记表只由管理员维护';
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.time_limit
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_registry('time_limit', '7');
CREATE TRIGGER zz_touch AFTER INSERT OR UPDATE OR DELETE ON govdata.time_limit
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.regime
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_registry('regime', '7');
CREATE TRIGGER zz_touch AFTER INSERT OR UPDATE OR DELETE ON govdata.regime
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();
