-- Requests and authorizations (Articles 17, 18, 20 to 22). Verbs of the routes
-- other than the direct one stand in the next part.

CREATE SEQUENCE govdata.share_request_id_seq;
CREATE SEQUENCE govdata.share_authorization_id_seq;
CREATE TABLE govdata.share_request (
    id               bigint PRIMARY KEY,
    route            text NOT NULL CHECK (route IN ('direct', 'upward', 'uncatalogued', 'national', 'return')),
    resource         bigint REFERENCES govdata.resource,
    provider         bigint NOT NULL REFERENCES govdata.department,
    consumer         bigint NOT NULL REFERENCES govdata.department,
    items            text[] CHECK (cardinality(items) > 0),
    purpose          text NOT NULL CHECK (purpose <> ''),
    usage            text CHECK (usage <> ''),
    valid_until      date CHECK (isfinite(valid_until)),
    state            text NOT NULL CHECK (state IN ('reported', 'returned', 'submitted', 'approved', 'refused', 'withdrawn',
                                                    'coordinating', 'agreed', 'upheld', 'unsettled', 'listed',
                                                    'filed', 'obtained', 'not_obtained')),
    received_at      timestamptz,
    limit_code       text,
    due_on           date,
    due_at           timestamptz,
    due_provisional  boolean,
    outside_scope    boolean NOT NULL,
    matures_at       timestamptz,
    authorization_id bigint,
    answered_at      timestamptz,
    answer_basis     text CHECK (answer_basis IN ('reply', 'deemed_consent', 'standing_consent', 'unconditional',
                                                  'negative_list', 'coordination')),
    granted_items    text[] CHECK (cardinality(granted_items) > 0),
    refused_items    text[] CHECK (cardinality(refused_items) > 0),
    answer_reason    text CHECK (answer_reason <> ''),
    coordinator            bigint REFERENCES govdata.department,
    coordination_reason    text CHECK (coordination_reason <> ''),
    coordination_opened_at timestamptz,
    provider_consented_at  timestamptz,
    coordination_outcome   text CHECK (coordination_outcome <> ''),
    coordination_closed_at timestamptz,
    mode             text NOT NULL DEFAULT 'read' CHECK (mode IN ('read', 'copy')),
    row_filter       text CHECK (row_filter <> ''),
    applicant        bigint REFERENCES govdata.department,
    holder           bigint REFERENCES govdata.department,
    reported_at      timestamptz,
    return_reason    text CHECK (return_reason <> ''),
    sources          bigint[],
    wanted           text CHECK (wanted <> ''),
    addressed_to     bigint REFERENCES govdata.department,
    source_body      text CHECK (source_body <> ''),
    terms            text CHECK (terms <> ''),
    listed_at        timestamptz,
    refusal_ground   text CHECK (refusal_ground IN ('must_not_be_shared')),
    negative_entry   bigint REFERENCES govdata.negative_entry,
    co_coordinator   bigint REFERENCES govdata.department,
    concurrence      text CHECK (concurrence <> ''),
    concurred_at     timestamptz,
    regime           text REFERENCES govdata.regime,
    restarted_at     timestamptz,
    extended_by      integer CHECK (extended_by > 0),
    paused_at        timestamptz,
    coordination_step integer CHECK (coordination_step > 0),
    consenting_sources bigint[],
    CONSTRAINT share_request_not_of_itself CHECK (provider <> consumer),
    CONSTRAINT share_request_names_what_it_asks_for CHECK (CASE WHEN route IN ('uncatalogued', 'national')
        THEN wanted IS NOT NULL ELSE resource IS NOT NULL AND items IS NOT NULL END),
    CONSTRAINT share_request_has_a_term CHECK (valid_until IS NOT NULL OR route = 'national'),
    CONSTRAINT share_request_can_be_authorized CHECK (authorization_id IS NOT NULL OR route = 'national'),
    CONSTRAINT share_request_upward_has_an_applicant CHECK ((route = 'upward') = (applicant IS NOT NULL AND reported_at IS NOT NULL)),
    CONSTRAINT share_request_reported_is_held CHECK (state NOT IN ('reported', 'returned') OR holder IS NOT NULL),
    CONSTRAINT share_request_returned_has_reason CHECK (state <> 'returned' OR return_reason IS NOT NULL),
    CONSTRAINT share_request_received_has_a_date
        CHECK (received_at IS NOT NULL OR state IN ('reported', 'returned') OR route = 'upward' AND state = 'withdrawn'),
    CONSTRAINT share_request_limit_is_whole
        CHECK (num_nulls(limit_code, due_on, due_at, due_provisional) = CASE WHEN received_at IS NULL OR route = 'national' THEN 4 ELSE 0 END),
    CONSTRAINT share_request_waiting_is_no_silence CHECK (paused_at IS NULL OR matures_at IS NULL),
    CONSTRAINT share_request_matures_when_due CHECK (matures_at >= due_at),
    CONSTRAINT share_request_silence_needs_scope CHECK (matures_at IS NULL OR NOT outside_scope),
    CONSTRAINT share_request_silence_needs_the_catalog CHECK (matures_at IS NULL OR route NOT IN ('uncatalogued', 'national')),
    CONSTRAINT share_request_answer_has_a_date
        CHECK ((state IN ('reported', 'returned', 'submitted', 'withdrawn', 'filed') OR route = 'national' AND state = 'coordinating')
               = (answered_at IS NULL)),
    CONSTRAINT share_request_answer_has_a_basis CHECK ((answered_at IS NULL) = (answer_basis IS NULL)),
    CONSTRAINT share_request_consent_grants
        CHECK (state NOT IN ('approved', 'agreed', 'listed') OR route = 'uncatalogued' AND state = 'agreed'
               OR granted_items IS NOT NULL AND granted_items <@ items),
    CONSTRAINT share_request_refusal_has_reason
        CHECK ((state <> 'refused' AND refused_items IS NULL) OR answer_reason IS NOT NULL),
    CONSTRAINT share_request_listed_names_the_resource
        CHECK (state <> 'listed' OR resource IS NOT NULL AND items IS NOT NULL AND listed_at IS NOT NULL),
    CONSTRAINT share_request_obtained_has_terms CHECK (state <> 'obtained' OR terms IS NOT NULL),
    CONSTRAINT share_request_coordination_has_reason
        CHECK (coordination_opened_at IS NULL OR coordinator IS NOT NULL AND coordination_reason IS NOT NULL),
    CONSTRAINT share_request_outcome_has_reason
        CHECK (coordination_closed_at IS NULL OR coordination_outcome IS NOT NULL)
);
ALTER SEQUENCE govdata.share_request_id_seq OWNED BY govdata.share_request.id;
CREATE INDEX share_request_matures ON govdata.share_request (matures_at, id)
    WHERE state = 'submitted' AND matures_at IS NOT NULL;
CREATE INDEX share_request_pending ON govdata.share_request (resource, consumer) WHERE state = 'submitted';
CREATE UNIQUE INDEX share_request_pending_authorization ON govdata.share_request (authorization_id)
    WHERE state = 'submitted';
CREATE INDEX share_request_consumer ON govdata.share_request (consumer, id);
CREATE INDEX share_request_provider ON govdata.share_request (provider, id);
COMMENT ON TABLE govdata.share_request IS '共享申请(第二十条);状态可直接更新,由守卫依 transition 判断';
COMMENT ON COLUMN govdata.share_request.id IS '编号';
COMMENT ON COLUMN govdata.share_request.route IS '途径:direct 直接申请、upward 经本级主管部门向上级平台、uncatalogued 目录外、national 国家部委及中央在鄂机构、return 数据回传';
COMMENT ON COLUMN govdata.share_request.resource IS '资源编号;空表示目录外,所需数据见 wanted';
COMMENT ON COLUMN govdata.share_request.provider IS '提供部门';
COMMENT ON COLUMN govdata.share_request.consumer IS '使用部门';
COMMENT ON COLUMN govdata.share_request.items IS '申请的信息项';
COMMENT ON COLUMN govdata.share_request.purpose IS '用途说明(专事专用)';
COMMENT ON COLUMN govdata.share_request.usage IS '用途类别,与资源声明的用途比对';
COMMENT ON COLUMN govdata.share_request.valid_until IS '使用期限(含当日)';
COMMENT ON COLUMN govdata.share_request.state IS '状态:reported 已报主管部门、returned 退回、submitted 待答复、approved 同意、refused 不同意、withdrawn 撤回、coordinating 协调中、agreed 协调同意(目录外:同意,待列入目录)、upheld 维持不同意、unsettled 未达成一致、listed 已列入目录、filed 已提请、obtained 已获取、not_obtained 未获取';
COMMENT ON COLUMN govdata.share_request.received_at IS '收到时间(平台记录)';
COMMENT ON COLUMN govdata.share_request.limit_code IS '适用的时限';
COMMENT ON COLUMN govdata.share_request.due_on IS '答复期限最后一日';
COMMENT ON COLUMN govdata.share_request.due_at IS '答复期限届满时刻(最后一日24时)';
COMMENT ON COLUMN govdata.share_request.due_provisional IS '期限是否暂定(所涉年份节假日通知尚未公布)';
COMMENT ON COLUMN govdata.share_request.outside_scope IS '超出声明的范围或用途:须答复,沉默不视为同意';
COMMENT ON COLUMN govdata.share_request.matures_at IS '视为同意的时刻;空表示沉默不视为同意';
COMMENT ON COLUMN govdata.share_request.authorization_id IS '授权编号,申请时即确定';
COMMENT ON COLUMN govdata.share_request.answered_at IS '答复时间;视为同意时为届满时刻';
COMMENT ON COLUMN govdata.share_request.answer_basis IS '答复依据:reply 答复、deemed_consent 视为同意、standing_consent 事先同意、unconditional 无条件共享、negative_list 负面清单、coordination 协调';
COMMENT ON COLUMN govdata.share_request.granted_items IS '同意的信息项';
COMMENT ON COLUMN govdata.share_request.refused_items IS '不同意的信息项';
COMMENT ON COLUMN govdata.share_request.answer_reason IS '答复理由';
COMMENT ON COLUMN govdata.share_request.coordinator IS '协调的主管部门';
COMMENT ON COLUMN govdata.share_request.coordination_reason IS '提请协调的理由';
COMMENT ON COLUMN govdata.share_request.coordination_opened_at IS '提请协调时间';
COMMENT ON COLUMN govdata.share_request.provider_consented_at IS '协调中提供部门表示同意的时间';
COMMENT ON COLUMN govdata.share_request.coordination_outcome IS '协调结果及理由';
COMMENT ON COLUMN govdata.share_request.coordination_closed_at IS '协调结束时间';
COMMENT ON COLUMN govdata.share_request.mode IS '方式:read 读取、copy 可另行保存';
COMMENT ON COLUMN govdata.share_request.row_filter IS '同意时限定的行条件;数据回传默认为本市的行';
COMMENT ON COLUMN govdata.share_request.applicant IS '向上级平台申请的主管部门(申请人);使用部门为最终用户';
COMMENT ON COLUMN govdata.share_request.holder IS '需求现在何主管部门';
COMMENT ON COLUMN govdata.share_request.reported_at IS '报送时间';
COMMENT ON COLUMN govdata.share_request.return_reason IS '退回理由';
COMMENT ON COLUMN govdata.share_request.sources IS '所申请信息项的其他来源部门,可就本部门的项不同意';
COMMENT ON COLUMN govdata.share_request.wanted IS '所需数据的说明(目录外)';
COMMENT ON COLUMN govdata.share_request.addressed_to IS '原向何部门提出;垂直管理系统的下级由省级部门答复';
COMMENT ON COLUMN govdata.share_request.source_body IS '国家部委或者中央在鄂管理机构';
COMMENT ON COLUMN govdata.share_request.terms IS '获取的条件';
COMMENT ON COLUMN govdata.share_request.listed_at IS '列入目录的时间';
COMMENT ON COLUMN govdata.share_request.refusal_ground IS '不同意的事由:must_not_be_shared 不得共享,应当提出负面清单条目';
COMMENT ON COLUMN govdata.share_request.negative_entry IS '因此提出的负面清单条目';
COMMENT ON COLUMN govdata.share_request.co_coordinator IS '跨区划协调中提供部门一方的主管部门';
COMMENT ON COLUMN govdata.share_request.concurrence IS '提供部门一方主管部门的意见';
COMMENT ON COLUMN govdata.share_request.concurred_at IS '其表示意见的时间';
COMMENT ON COLUMN govdata.share_request.regime IS '收到之日适用的规则体系;其后的延期、补正、提供、争议均依此';
COMMENT ON COLUMN govdata.share_request.restarted_at IS '补正后重新起算的时间;空表示自收到时起算';
COMMENT ON COLUMN govdata.share_request.extended_by IS '经同意延长的工作日数';
COMMENT ON COLUMN govdata.share_request.paused_at IS '一次性告知补正的时间;等待补正期间不计时限';
COMMENT ON COLUMN govdata.share_request.coordination_step IS '争议处理的步骤(适用的规则体系定有步骤者)';
COMMENT ON COLUMN govdata.share_request.consenting_sources IS '协调中表示同意共享本部门信息项的来源部门';

CREATE TABLE govdata.share_request_item (
    request  bigint NOT NULL REFERENCES govdata.share_request,
    resource bigint NOT NULL,
    item     text NOT NULL,
    PRIMARY KEY (request, item),
    FOREIGN KEY (resource, item) REFERENCES govdata.resource_item
);
COMMENT ON TABLE govdata.share_request_item IS '申请的信息项(派生自 share_request.items,保证各项存在)';
COMMENT ON COLUMN govdata.share_request_item.request IS '申请编号';
COMMENT ON COLUMN govdata.share_request_item.resource IS '资源编号';
COMMENT ON COLUMN govdata.share_request_item.item IS '信息项';

CREATE TABLE govdata.share_authorization (
    id             bigint PRIMARY KEY,
    request        bigint UNIQUE REFERENCES govdata.share_request,
    resource       bigint NOT NULL REFERENCES govdata.resource,
    provider       bigint NOT NULL REFERENCES govdata.department,
    consumer       bigint NOT NULL REFERENCES govdata.department,
    items          text[] NOT NULL CHECK (cardinality(items) > 0),
    purpose        text NOT NULL,
    usage          text,
    basis          text NOT NULL CHECK (basis IN ('reply', 'deemed_consent', 'coordination', 'standing_consent', 'unconditional', 'dispatch')),
    valid_from     timestamptz NOT NULL,
    valid_until    timestamptz NOT NULL,
    state          text NOT NULL CHECK (state IN ('active', 'suspended', 'revoked', 'expired')),
    ground         text,
    reason         text,
    version        integer NOT NULL DEFAULT 1 CHECK (version > 0),
    mode           text NOT NULL DEFAULT 'read' CHECK (mode IN ('read', 'copy')),
    row_filter     text CHECK (row_filter <> ''),
    applicant      bigint REFERENCES govdata.department,
    CONSTRAINT share_authorization_end_has_a_ground
        CHECK (state NOT IN ('suspended', 'revoked') OR ground IS NOT NULL AND reason IS NOT NULL)
);
ALTER SEQUENCE govdata.share_authorization_id_seq OWNED BY govdata.share_authorization.id;
CREATE INDEX share_authorization_ends ON govdata.share_authorization (valid_until, id)
    WHERE state IN ('active', 'suspended');
CREATE INDEX share_authorization_consumer ON govdata.share_authorization (consumer, resource);
CREATE INDEX share_authorization_resource ON govdata.share_authorization (resource)
    WHERE state IN ('active', 'suspended');
COMMENT ON TABLE govdata.share_authorization IS '授权:由平台自动写入,任何角色不得直接写(第十七条、第二十条)';
COMMENT ON COLUMN govdata.share_authorization.id IS '编号,同申请的 authorization_id';
COMMENT ON COLUMN govdata.share_authorization.request IS '所依申请;一申请至多一授权';
COMMENT ON COLUMN govdata.share_authorization.resource IS '资源编号';
COMMENT ON COLUMN govdata.share_authorization.provider IS '提供部门';
COMMENT ON COLUMN govdata.share_authorization.consumer IS '使用部门';
COMMENT ON COLUMN govdata.share_authorization.items IS '授权的信息项';
COMMENT ON COLUMN govdata.share_authorization.purpose IS '用途说明';
COMMENT ON COLUMN govdata.share_authorization.usage IS '用途类别';
COMMENT ON COLUMN govdata.share_authorization.basis IS '依据:reply 答复、deemed_consent 视为同意、coordination 协调、standing_consent 事先同意、unconditional 无条件共享、dispatch 调度';
COMMENT ON COLUMN govdata.share_authorization.valid_from IS '生效时刻';
COMMENT ON COLUMN govdata.share_authorization.valid_until IS '失效时刻(期限最后一日24时)';
COMMENT ON COLUMN govdata.share_authorization.state IS '状态:active 有效、suspended 中止、revoked 撤销、expired 期满';
COMMENT ON COLUMN govdata.share_authorization.ground IS '中止或撤销的事由';
COMMENT ON COLUMN govdata.share_authorization.reason IS '理由';
COMMENT ON COLUMN govdata.share_authorization.version IS '版本号';
COMMENT ON COLUMN govdata.share_authorization.mode IS '方式:read 读取、copy 可另行保存';
COMMENT ON COLUMN govdata.share_authorization.row_filter IS '行条件';
COMMENT ON COLUMN govdata.share_authorization.applicant IS '向上级平台申请的主管部门:授权给它,供使用部门使用;撤销即一并终止(第二十一条)';

CREATE SEQUENCE govdata.authorization_act_id_seq;
CREATE TABLE govdata.authorization_act (
    id              bigint PRIMARY KEY,
    share_authorization bigint NOT NULL REFERENCES govdata.share_authorization,
    act             text NOT NULL CHECK (act IN ('suspend', 'resume', 'revoke', 'narrow')),
    ground          text NOT NULL CHECK (ground IN ('violation', 'incident', 'purpose_ended', 'waiver', 'cleared')),
    reason          text NOT NULL CHECK (reason <> ''),
    department      bigint NOT NULL REFERENCES govdata.department,
    acted_at        timestamptz NOT NULL,
    items           text[] CHECK (cardinality(items) > 0),
    CONSTRAINT authorization_act_ground_fits
        CHECK ((act = 'resume') = (ground = 'cleared') AND (act <> 'narrow' OR ground = 'waiver')),
    CONSTRAINT authorization_act_narrows_by_items CHECK ((act = 'narrow') = (items IS NOT NULL))
);
ALTER SEQUENCE govdata.authorization_act_id_seq OWNED BY govdata.authorization_act.id;
CREATE INDEX authorization_act_authorization ON govdata.authorization_act (share_authorization, id);
COMMENT ON TABLE govdata.authorization_act IS '对授权的行为:中止、恢复、撤销、收窄,须有事由与理由;只增不改';
COMMENT ON COLUMN govdata.authorization_act.id IS '编号';
COMMENT ON COLUMN govdata.authorization_act.share_authorization IS '授权编号';
COMMENT ON COLUMN govdata.authorization_act.act IS '行为:suspend 中止、resume 恢复、revoke 撤销、narrow 收窄';
COMMENT ON COLUMN govdata.authorization_act.ground IS '事由:violation 违规使用、incident 安全事件、purpose_ended 用途终止、waiver 使用部门放弃、cleared 情形消除';
COMMENT ON COLUMN govdata.authorization_act.reason IS '理由';
COMMENT ON COLUMN govdata.authorization_act.department IS '行为部门';
COMMENT ON COLUMN govdata.authorization_act.acted_at IS '时间';
COMMENT ON COLUMN govdata.authorization_act.items IS '收窄时放弃的信息项';

CREATE FUNCTION govdata._guard_act() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_act';
COMMENT ON FUNCTION govdata._guard_act() IS '守卫:对授权的行为';
CREATE FUNCTION govdata._guard_authorization() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_authorization';
COMMENT ON FUNCTION govdata._guard_authorization() IS '守卫:授权(派生,状态依 transition)';

CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.share_request_item
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived('repeats share_request.items');
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.share_authorization
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_authorization();
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.authorization_act
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_act();

CREATE TRIGGER bb_items AFTER INSERT ON govdata.share_request
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('request_item');
CREATE TRIGGER bb_items_named AFTER UPDATE ON govdata.share_request
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('request_named');
CREATE TRIGGER cc_authorize_new AFTER INSERT ON govdata.share_request
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('authorize_new');
CREATE TRIGGER cc_authorize AFTER UPDATE ON govdata.share_request
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('authorize');

-- A calendar that changes moves open limits, in the same transaction: first
-- what has matured is settled, afterwards the rest is computed anew.
CREATE FUNCTION govdata._calendar_before() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_calendar_before';
COMMENT ON FUNCTION govdata._calendar_before() IS '日历变更前:先了结已届满的申请';
CREATE FUNCTION govdata._calendar_after() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_calendar_after';
COMMENT ON FUNCTION govdata._calendar_after() IS '日历变更后:重算未届满的期限';
DO $$
DECLARE
    rel text;
BEGIN
    FOREACH rel IN ARRAY ARRAY['calendar', 'calendar_notice', 'calendar_day', 'statutory_holiday', 'region'] LOOP
        EXECUTE format('CREATE TRIGGER bb_settle BEFORE INSERT OR UPDATE OR DELETE ON govdata.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION govdata._calendar_before()', rel);
        EXECUTE format('CREATE TRIGGER zzz_recompute AFTER INSERT OR UPDATE OR DELETE ON govdata.%I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION govdata._calendar_after()', rel);
    END LOOP;
END
$$;

-- _settle(ids) -> number of requests settled. Writes down deemed consents that
-- time has decided; anyone's call would write the same (Article 20).
CREATE FUNCTION govdata._settle(ids bigint[]) RETURNS bigint
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'gd_settle_sql';
COMMENT ON FUNCTION govdata._settle(bigint[]) IS '将期限届满的申请记为视为同意(第二十条)';

-- _expire(ids) -> number of authorizations written down as expired.
CREATE FUNCTION govdata._expire(ids bigint[]) RETURNS bigint
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'gd_expire_sql';
COMMENT ON FUNCTION govdata._expire(bigint[]) IS '将期满的授权记为期满';

-- submit_request(resource code, items, purpose, valid_until, usage, mode, route)
-- -> id of the request. The acting department asks for items of a published,
-- shareable resource until the end of a day (legal time). What is on a platform
-- above one's own is reported to one's data authority (route upward); route
-- 'return' asks a vertical system for one's city's rows. Raises ZW020 for unknown
-- items or where no request is needed, ZW021 where the route insisted on is not
-- open, ZW023 for withheld items (Articles 18, 20, 21).
CREATE FUNCTION govdata.submit_request(resource text, items text[], purpose text, valid_until date,
                                       usage text DEFAULT NULL, mode text DEFAULT 'read', route text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_id bigint;
BEGIN
    INSERT INTO govdata.share_request (resource, items, purpose, valid_until, usage, mode, route)
    VALUES (govdata._resource_id(submit_request.resource, 20::smallint), submit_request.items,
            submit_request.purpose, submit_request.valid_until, submit_request.usage, submit_request.mode, submit_request.route)
    RETURNING id INTO found_id;
    RETURN found_id;
END
$$;
COMMENT ON FUNCTION govdata.submit_request(text, text[], text, date, text, text, text) IS '提出共享申请(第二十条);上级平台的资源报送本级主管部门(第二十一条)';

-- approve_request(request, items, reason): the provider's consent, to all items
-- or to some; what is left out is refused and needs the reason. Raises ZW020
-- once the limit has passed, or for anyone but the provider (Article 20).
CREATE FUNCTION govdata.approve_request(request bigint, items text[] DEFAULT NULL, reason text DEFAULT NULL,
                                        row_filter text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE govdata.share_request r SET state = 'approved', granted_items = approve_request.items,
           row_filter = coalesce(approve_request.row_filter, r.row_filter),
           answer_reason = coalesce(approve_request.reason, r.answer_reason) WHERE r.id = request;
    PERFORM govdata._moved('share_request', request::text, 20::smallint, FOUND);
END
$$;
COMMENT ON FUNCTION govdata.approve_request(bigint, text[], text, text) IS '同意共享,可部分同意(第二十条)';

-- refuse_request(request, reason): the provider's refusal, with reason (Article 20).
CREATE FUNCTION govdata.refuse_request(request bigint, reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE govdata.share_request r SET state = 'refused', answer_reason = refuse_request.reason WHERE r.id = request;
    PERFORM govdata._moved('share_request', request::text, 20::smallint, FOUND);
END
$$;
COMMENT ON FUNCTION govdata.refuse_request(bigint, text) IS '不同意共享,应当说明理由(第二十条)';

-- withdraw_request(request): the consumer takes its pending request back.
CREATE FUNCTION govdata.withdraw_request(request bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE govdata.share_request r SET state = 'withdrawn' WHERE r.id = request;
    PERFORM govdata._moved('share_request', request::text, 20::smallint, FOUND);
END
$$;
COMMENT ON FUNCTION govdata.withdraw_request(bigint) IS '撤回申请';

-- request_coordination(request, reason): the consumer takes a refusal (whole or
-- of some items), a revocation or an unsettled outcome to its data authority.
CREATE FUNCTION govdata.request_coordination(request bigint, reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE govdata.share_request r SET state = 'coordinating', coordination_reason = request_coordination.reason
     WHERE r.id = request;
    PERFORM govdata._moved('share_request', request::text, 20::smallint, FOUND);
END
$$;
COMMENT ON FUNCTION govdata.request_coordination(bigint, text) IS '提请本级政务数据主管部门协调(第二十条)';

-- consent_in_coordination(request): the recorded consent of the provider, without
-- which the coordinator cannot close as agreed, or of a source department, without
-- which its items are not among what is agreed. Raises ZW020 for anybody else.
CREATE FUNCTION govdata.consent_in_coordination(request bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE govdata.share_request r
       SET provider_consented_at = CASE WHEN s.is_source THEN r.provider_consented_at ELSE govdata.clock() END,
           consenting_sources = CASE WHEN s.is_source THEN r.consenting_sources || s.me ELSE r.consenting_sources END
      FROM (SELECT q.id, d.me, q.provider <> d.me AND d.me = ANY (q.sources) IS TRUE AS is_source
              FROM govdata.share_request q, (SELECT govdata.current_department() AS me) d) s
     WHERE r.id = request AND s.id = request;
    PERFORM govdata._moved('share_request', request::text, 20::smallint, FOUND);
END
$$;
COMMENT ON FUNCTION govdata.consent_in_coordination(bigint) IS '协调中提供部门或来源部门表示同意';

-- settle_coordination(request, outcome, reason): outcome agreed, upheld or
-- unsettled, by the coordinating authority or, for agreed, by the government
-- above both sides.
CREATE FUNCTION govdata.settle_coordination(request bigint, outcome text, reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE govdata.share_request r SET state = outcome, coordination_outcome = settle_coordination.reason
     WHERE r.id = request;
    PERFORM govdata._moved('share_request', request::text, 20::smallint, FOUND);
END
$$;
COMMENT ON FUNCTION govdata.settle_coordination(bigint, text, text) IS '协调结果:agreed 同意、upheld 维持、unsettled 未达成一致';

-- An act on an authorization: ground violation, incident, purpose_ended
-- (provider) or waiver (consumer); raises ZW033 for another.
CREATE FUNCTION govdata.suspend_authorization(share_authorization bigint, ground text, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.authorization_act (share_authorization, act, ground, reason)
    VALUES (suspend_authorization.share_authorization, 'suspend', suspend_authorization.ground, suspend_authorization.reason);
END;
COMMENT ON FUNCTION govdata.suspend_authorization(bigint, text, text) IS '中止授权(第三十三条、第三十四条)';
CREATE FUNCTION govdata.resume_authorization(share_authorization bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.authorization_act (share_authorization, act, ground, reason)
    VALUES (resume_authorization.share_authorization, 'resume', 'cleared', resume_authorization.reason);
END;
COMMENT ON FUNCTION govdata.resume_authorization(bigint, text) IS '恢复授权';
CREATE FUNCTION govdata.revoke_authorization(share_authorization bigint, ground text, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.authorization_act (share_authorization, act, ground, reason)
    VALUES (revoke_authorization.share_authorization, 'revoke', revoke_authorization.ground, revoke_authorization.reason);
END;
COMMENT ON FUNCTION govdata.revoke_authorization(bigint, text, text) IS '撤销授权(第三十三条)';

-- narrow_authorization(authorization, items, reason): the consumer gives up items
-- that it does not need; the rest goes on. Raises ZW020 for anyone else, or when
-- nothing or all would be given up (Article 20).
CREATE FUNCTION govdata.narrow_authorization(share_authorization bigint, items text[], reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.authorization_act (share_authorization, act, ground, reason, items)
    VALUES (narrow_authorization.share_authorization, 'narrow', 'waiver', narrow_authorization.reason, narrow_authorization.items);
END;
COMMENT ON FUNCTION govdata.narrow_authorization(bigint, text[], text) IS '使用部门放弃不需要的信息项(第二十条最小够用)';

SELECT govdata._case_table('govdata.share_request', 'provider', 'consumer', 20::smallint,
    'govdata._sees(provider, consumer) OR govdata.current_department() IN (coordinator, co_coordinator, applicant, holder)'
    ' OR govdata.current_department() = ANY (sources)');

-- What is authorized now, whether or not a sweep has written it down. Other parts
-- judge by it, so it stands here.
CREATE VIEW govdata.effective_authorization WITH (security_invoker, security_barrier) AS
SELECT a.id, a.request, a.resource, r.code, a.provider, a.consumer, a.items, a.purpose, a.usage, a.basis,
       a.valid_from, a.valid_until, a.version
  FROM govdata.share_authorization a JOIN govdata.resource r ON r.id = a.resource
 WHERE a.state = 'active' AND a.valid_from <= govdata.as_of() AND a.valid_until > govdata.as_of()
   AND r.state = 'published'
UNION ALL
SELECT q.authorization_id, q.id, q.resource, r.code, q.provider, q.consumer,
       ARRAY(SELECT i FROM unnest(q.items) AS i WHERE q.refused_items IS NULL OR i <> ALL (q.refused_items)),
       q.purpose, q.usage, 'deemed_consent', q.matures_at,
       (q.valid_until + 1)::timestamp AT TIME ZONE current_setting('govdata.timezone'), 1
  FROM govdata.share_request q JOIN govdata.resource r ON r.id = q.resource
 WHERE q.state = 'submitted' AND q.matures_at <= govdata.as_of() AND r.state = 'published'
   AND (q.valid_until + 1)::timestamp AT TIME ZONE current_setting('govdata.timezone') > govdata.as_of();
COMMENT ON VIEW govdata.effective_authorization IS '此刻有效的授权,含期限届满而尚未写下者;资源暂停或撤回期间无效';
