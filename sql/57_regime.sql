-- Regimes: the act that switches one on, and what each allows (Measures,
-- Article 7; State Council Decree 809, Articles 14 and 15).

CREATE SEQUENCE govdata.regime_switch_id_seq;
CREATE TABLE govdata.regime_switch (
    id           bigint PRIMARY KEY,
    regime       text NOT NULL REFERENCES govdata.regime,
    state        text NOT NULL CHECK (state IN ('adopted', 'ended')),
    effective_on date NOT NULL CHECK (isfinite(effective_on)),
    basis        text NOT NULL CHECK (basis <> ''),
    adopted_at   timestamptz NOT NULL,
    adopted_by   bigint NOT NULL REFERENCES govdata.department,
    ends_on      date CHECK (isfinite(ends_on)),
    reason       text CHECK (reason <> ''),
    ended_at     timestamptz,
    ended_by     bigint REFERENCES govdata.department,
    CONSTRAINT regime_switch_ends_after_it_begins CHECK (ends_on >= effective_on),
    CONSTRAINT regime_switch_end_has_a_day CHECK ((state = 'ended') = (ends_on IS NOT NULL)),
    CONSTRAINT regime_switch_end_has_a_reason CHECK (state <> 'ended' OR reason IS NOT NULL AND ended_at IS NOT NULL),
    CONSTRAINT regime_switch_one_at_a_time EXCLUDE USING gist (regime WITH =, daterange(effective_on, ends_on) WITH &&)
);
ALTER SEQUENCE govdata.regime_switch_id_seq OWNED BY govdata.regime_switch.id;
COMMENT ON TABLE govdata.regime_switch IS '规则体系的启用:由省级政务数据主管部门决定,自将来之日起适用,可自将来之日起终止;默认不启用';
COMMENT ON COLUMN govdata.regime_switch.id IS '编号';
COMMENT ON COLUMN govdata.regime_switch.regime IS '规则体系';
COMMENT ON COLUMN govdata.regime_switch.state IS '状态:adopted 已决定启用、ended 已决定终止';
COMMENT ON COLUMN govdata.regime_switch.effective_on IS '自此日起收到的事项适用(须为将来之日)';
COMMENT ON COLUMN govdata.regime_switch.basis IS '所依据的决定';
COMMENT ON COLUMN govdata.regime_switch.adopted_at IS '决定启用的时间';
COMMENT ON COLUMN govdata.regime_switch.adopted_by IS '决定启用的部门';
COMMENT ON COLUMN govdata.regime_switch.ends_on IS '自此日起收到的事项不再适用;空表示未终止';
COMMENT ON COLUMN govdata.regime_switch.reason IS '终止的理由';
COMMENT ON COLUMN govdata.regime_switch.ended_at IS '决定终止的时间';
COMMENT ON COLUMN govdata.regime_switch.ended_by IS '决定终止的部门';

CREATE FUNCTION govdata._regime_before() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_regime_before';
COMMENT ON FUNCTION govdata._regime_before() IS '触发器:规则体系的启用与收到申请互斥';
CREATE TRIGGER aa_lock BEFORE INSERT OR UPDATE ON govdata.regime_switch
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._regime_before();
CREATE TRIGGER zz_touch AFTER INSERT OR UPDATE OR DELETE ON govdata.regime_switch
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();
SELECT govdata._case_table('govdata.regime_switch', '', '', 7::smallint, 'true');
SELECT govdata._govern('govdata.regime', 'regime', 'code', '', '', '', 7::smallint);
GRANT INSERT, UPDATE, DELETE ON govdata.regime TO govdata_admin;

-- On what kinds of basis data may be withheld, a row a regime and kind.
CREATE TABLE govdata.withholding_basis (
    regime     text NOT NULL REFERENCES govdata.regime,
    basis_kind text NOT NULL CHECK (basis_kind IN ('law', 'regulation', 'national_rule',
                                                   'administrative_regulation', 'state_council_decision')),
    basis      text NOT NULL,
    builtin    boolean NOT NULL DEFAULT false,
    amended    boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    PRIMARY KEY (regime, basis_kind)
);
COMMENT ON TABLE govdata.withholding_basis IS '不予共享的依据种类:各规则体系所许可者';
COMMENT ON COLUMN govdata.withholding_basis.regime IS '规则体系';
COMMENT ON COLUMN govdata.withholding_basis.basis_kind IS '依据种类:law 法律、regulation 法规、national_rule 国家有关规定、administrative_regulation 行政法规、state_council_decision 国务院决定';
COMMENT ON COLUMN govdata.withholding_basis.basis IS '依据原文';
COMMENT ON COLUMN govdata.withholding_basis.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.withholding_basis.amended IS '随扩展发布而经本地修改';
INSERT INTO govdata.withholding_basis (regime, basis_kind, basis, builtin)
SELECT 'measures', k, '第十六条:根据相关法律、法规或国家有关规定,不宜提供给其他政务部门使用', true
  FROM unnest(ARRAY['law', 'regulation', 'national_rule', 'administrative_regulation', 'state_council_decision']) AS k
UNION ALL
SELECT 'decree809', k, '第十四条:法律、行政法规以及国务院决定明确规定不能提供给其他政府部门共享使用', true
  FROM unnest(ARRAY['law', 'administrative_regulation', 'state_council_decision']) AS k;
SELECT govdata._registry_table('govdata.withholding_basis', 'regime,basis_kind', 23::smallint);

-- What a regime demands beside its limits, a row a rule.
CREATE TABLE govdata.regime_rule (
    regime  text NOT NULL REFERENCES govdata.regime,
    rule    text NOT NULL CHECK (rule IN ('completion', 'service_end')),
    basis   text NOT NULL,
    builtin boolean NOT NULL DEFAULT false,
    amended boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    PRIMARY KEY (regime, rule)
);
COMMENT ON TABLE govdata.regime_rule IS '规则体系在时限之外的要求';
COMMENT ON COLUMN govdata.regime_rule.regime IS '规则体系';
COMMENT ON COLUMN govdata.regime_rule.rule IS '要求:completion 一次性告知补正、不得直接拒绝;service_end 终止共享服务须协商并备案';
COMMENT ON COLUMN govdata.regime_rule.basis IS '依据原文';
COMMENT ON COLUMN govdata.regime_rule.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.regime_rule.amended IS '随扩展发布而经本地修改';
INSERT INTO govdata.regime_rule (regime, rule, basis, builtin) VALUES
    ('decree809', 'completion', '第二十一条:申请材料不全的,应当一次性告知其需要补充的材料,不得直接予以拒绝', true),
    ('decree809', 'service_end', '第二十七条:无正当理由,不得终止或者变更已提供的政务数据共享服务;确需终止或者变更的,应当与需求部门协商,并报同级主管部门备案', true);
SELECT govdata._registry_table('govdata.regime_rule', 'regime,rule', 7::smallint);

-- The ladder of disputes, a row a step. A regime without steps leaves them to
-- the coordination of Article 20.
CREATE TABLE govdata.dispute_step (
    regime  text NOT NULL REFERENCES govdata.regime,
    step    integer NOT NULL CHECK (step > 0),
    office  text NOT NULL CHECK (office IN ('parties', 'authority', 'government')),
    basis   text NOT NULL,
    builtin boolean NOT NULL DEFAULT false,
    amended boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    PRIMARY KEY (regime, step)
);
COMMENT ON TABLE govdata.dispute_step IS '共享争议的处理步骤';
COMMENT ON COLUMN govdata.dispute_step.regime IS '规则体系';
COMMENT ON COLUMN govdata.dispute_step.step IS '步骤,自 1 起';
COMMENT ON COLUMN govdata.dispute_step.office IS '由谁处理:parties 双方协商、authority 同级或者共同的上级主管部门协调、government 主管部门的本级人民政府决定';
COMMENT ON COLUMN govdata.dispute_step.basis IS '依据原文';
COMMENT ON COLUMN govdata.dispute_step.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.dispute_step.amended IS '随扩展发布而经本地修改';
INSERT INTO govdata.dispute_step (regime, step, office, basis, builtin) VALUES
    ('decree809', 1, 'parties', '第二十八条:应当协商解决', true),
    ('decree809', 2, 'authority', '第二十八条:协商不成的,向同级主管部门申请协调处理;跨层级、跨地域的,由共同的上级主管部门协调处理', true),
    ('decree809', 3, 'government', '第二十八条:经协调处理仍未达成一致意见的,报主管部门的本级人民政府决定', true);
SELECT govdata._registry_table('govdata.dispute_step', 'regime,step', 20::smallint);

-- regime_on(day) -> code of the regime in force on a day, today (legal time) by
-- default; what it leaves open is answered by those of a lower rank. NULL before
-- any was in force.
CREATE FUNCTION govdata.regime_on(day date DEFAULT govdata.legal_date()) RETURNS text
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_regime_on_sql';
COMMENT ON FUNCTION govdata.regime_on(date) IS '某日适用的规则体系';

-- _has_limit(regime, code, day): does that regime, or one below it, know the limit?
CREATE FUNCTION govdata._has_limit(regime text, code text, day date) RETURNS boolean
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_has_limit_sql';
COMMENT ON FUNCTION govdata._has_limit(text, text, date) IS '某规则体系是否定有该时限';

-- adopt_regime(regime, effective_on, basis) -> id of the switch: from that day
-- (legal time, later than today) on, what is received is judged by the regime.
-- The provincial data authority's act; raises ZW007 for anyone else, for a day
-- that has begun and for a regime that is unknown or needs no switch.
CREATE FUNCTION govdata.adopt_regime(regime text, effective_on date, basis text) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.regime_switch (regime, effective_on, basis)
    VALUES (adopt_regime.regime, adopt_regime.effective_on, adopt_regime.basis) RETURNING id;
END;
COMMENT ON FUNCTION govdata.adopt_regime(text, date, text) IS '启用规则体系(省级政务数据主管部门)';

-- end_regime(regime, ends_on, reason): from that day (later than today) on it no
-- longer holds for what is received; what was received before keeps it.
CREATE FUNCTION govdata.end_regime(regime text, ends_on date, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.regime_switch s SET state = 'ended', ends_on = end_regime.ends_on, reason = end_regime.reason
                    WHERE s.regime = end_regime.regime AND s.state = 'adopted' RETURNING 1)
    SELECT govdata._moved('regime_switch', end_regime.regime, 7::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.end_regime(text, date, text) IS '终止规则体系的适用(省级政务数据主管部门)';

-- Entries in force on a basis that the regime in force no longer allows: not
-- void, but due for review by the authority that reviewed them. Done when the
-- entry ends, or another on a sufficient basis covers the same.
CREATE VIEW govdata._duty_withholding WITH (security_invoker, security_barrier) AS
SELECT e.data_authority AS department, 'review_withholding' AS duty, 23::smallint AS article, 'negative_entry' AS subject,
       e.id::text AS subject_key, greatest(e.approved_at, s.effective_on::timestamp AT TIME ZONE current_setting('govdata.timezone')) AS since,
       NULL::date AS due_on, NULL::timestamptz AS due_at, NULL::boolean AS due_provisional, 'none' AS consequence
  FROM govdata.regime_switch s
  JOIN govdata.negative_entry e ON e.state IN ('approved', 'reported')
 WHERE s.regime = govdata.regime_on(govdata.legal_date(govdata.as_of()))
   AND s.effective_on <= govdata.legal_date(govdata.as_of()) AND (s.ends_on IS NULL OR s.ends_on > govdata.legal_date(govdata.as_of()))
   AND NOT EXISTS (SELECT FROM govdata.withholding_basis b WHERE b.regime = s.regime AND b.basis_kind = e.basis_kind)
   AND NOT EXISTS (SELECT FROM govdata.negative_entry n
                     JOIN govdata.withholding_basis b ON b.regime = s.regime AND b.basis_kind = n.basis_kind
                    WHERE n.resource = e.resource AND n.state IN ('approved', 'reported')
                      AND (n.items IS NULL OR n.items @> e.items));
COMMENT ON VIEW govdata._duty_withholding IS '待办义务:依据不足的负面清单条目须复审(仍有效)';
