-- What Decree 809 of the State Council adds to the Measures: extensions, papers
-- asked for once, delivery, the upkeep of the catalog, the end of a service. Each
-- is open only for what was received under a regime that knows it.

-- ---- extension of a limit ----
CREATE SEQUENCE govdata.limit_extension_id_seq;
CREATE TABLE govdata.limit_extension (
    id              bigint PRIMARY KEY,
    subject         text NOT NULL CHECK (subject IN ('share_request', 'catalog_change')),
    subject_key     bigint NOT NULL,
    state           text NOT NULL CHECK (state IN ('asked', 'granted', 'declined', 'withdrawn')),
    department      bigint NOT NULL REFERENCES govdata.department,
    other           bigint REFERENCES govdata.department,
    authority       bigint NOT NULL REFERENCES govdata.department,
    days            integer NOT NULL CHECK (days > 0),
    reason          text NOT NULL CHECK (reason <> ''),
    limit_code      text NOT NULL,
    asked_at        timestamptz NOT NULL,
    decided_at      timestamptz,
    decision_reason text CHECK (decision_reason <> ''),
    CONSTRAINT limit_extension_decision_has_a_date CHECK ((state = 'asked') = (decided_at IS NULL)),
    CONSTRAINT limit_extension_refusal_has_a_reason CHECK (state <> 'declined' OR decision_reason IS NOT NULL)
);
ALTER SEQUENCE govdata.limit_extension_id_seq OWNED BY govdata.limit_extension.id;
CREATE UNIQUE INDEX limit_extension_once ON govdata.limit_extension (subject, subject_key) WHERE state IN ('asked', 'granted');
CREATE INDEX limit_extension_open ON govdata.limit_extension (authority) WHERE state = 'asked';
COMMENT ON TABLE govdata.limit_extension IS '延长期限:经同级主管部门同意并告知对方,至多一次(条例第十七条、第二十一条)';
COMMENT ON COLUMN govdata.limit_extension.id IS '编号';
COMMENT ON COLUMN govdata.limit_extension.subject IS '所延长的事项:share_request 答复申请、catalog_change 更新目录';
COMMENT ON COLUMN govdata.limit_extension.subject_key IS '事项编号';
COMMENT ON COLUMN govdata.limit_extension.state IS '状态:asked 报请、granted 同意、declined 不同意、withdrawn 撤回';
COMMENT ON COLUMN govdata.limit_extension.department IS '报请的部门';
COMMENT ON COLUMN govdata.limit_extension.other IS '须告知的需求部门';
COMMENT ON COLUMN govdata.limit_extension.authority IS '同级主管部门(主管部门自身报请的,为上一级)';
COMMENT ON COLUMN govdata.limit_extension.days IS '延长的工作日数';
COMMENT ON COLUMN govdata.limit_extension.reason IS '特殊原因';
COMMENT ON COLUMN govdata.limit_extension.limit_code IS '限定延长日数的时限';
COMMENT ON COLUMN govdata.limit_extension.asked_at IS '报请时间';
COMMENT ON COLUMN govdata.limit_extension.decided_at IS '决定或者撤回的时间';
COMMENT ON COLUMN govdata.limit_extension.decision_reason IS '决定的理由';
SELECT govdata._case_table('govdata.limit_extension', 'department', 'other', 20::smallint,
    'govdata._sees(department, other) OR authority = govdata.current_department()');

-- ask_extension(subject, key, days, reason) -> id: the department that owes the
-- reply (share_request) or the update (catalog_change) asks its own-level
-- authority for that many working days. Raises ZW020 where the law of the day of
-- receipt knows no extension, for too many days, or when no limit is running.
CREATE FUNCTION govdata.ask_extension(subject text, key bigint, days integer, reason text) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.limit_extension (subject, subject_key, days, reason)
    VALUES (ask_extension.subject, ask_extension.key, ask_extension.days, ask_extension.reason) RETURNING id;
END;
COMMENT ON FUNCTION govdata.ask_extension(text, bigint, integer, text) IS '报请延长期限';

-- decide_extension(id, granted, reason): the authority's consent, which moves the
-- limit and is told to whoever waits for it; declining needs a reason (Article 20).
CREATE FUNCTION govdata.decide_extension(extension bigint, granted boolean, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.limit_extension e SET state = CASE WHEN granted THEN 'granted' ELSE 'declined' END,
                          decision_reason = decide_extension.reason WHERE e.id = decide_extension.extension RETURNING 1)
    SELECT govdata._moved('limit_extension', decide_extension.extension::text, 20::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.decide_extension(bigint, boolean, text) IS '同意或者不同意延长期限';

-- withdraw_extension(id): the department takes back what it has asked for.
CREATE FUNCTION govdata.withdraw_extension(extension bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.limit_extension e SET state = 'withdrawn' WHERE e.id = withdraw_extension.extension RETURNING 1)
    SELECT govdata._moved('limit_extension', withdraw_extension.extension::text, 20::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.withdraw_extension(bigint) IS '撤回延长期限的报请';

-- ---- papers asked for once ----
CREATE SEQUENCE govdata.request_completion_id_seq;
CREATE TABLE govdata.request_completion (
    id           bigint PRIMARY KEY,
    request      bigint NOT NULL UNIQUE REFERENCES govdata.share_request,
    state        text NOT NULL CHECK (state IN ('asked', 'completed')),
    provider     bigint NOT NULL REFERENCES govdata.department,
    consumer     bigint NOT NULL REFERENCES govdata.department,
    missing      text NOT NULL CHECK (missing <> ''),
    asked_at     timestamptz NOT NULL,
    supplement   text CHECK (supplement <> ''),
    completed_at timestamptz,
    CONSTRAINT request_completion_is_supplied CHECK ((state = 'completed') = (supplement IS NOT NULL AND completed_at IS NOT NULL))
);
ALTER SEQUENCE govdata.request_completion_id_seq OWNED BY govdata.request_completion.id;
COMMENT ON TABLE govdata.request_completion IS '补正:申请材料不全的,一次性告知;等待补正期间不计时限,补正后重新起算(条例第二十一条)';
COMMENT ON COLUMN govdata.request_completion.id IS '编号';
COMMENT ON COLUMN govdata.request_completion.request IS '申请编号;一申请至多一次';
COMMENT ON COLUMN govdata.request_completion.state IS '状态:asked 已告知、completed 已补正';
COMMENT ON COLUMN govdata.request_completion.provider IS '提供部门';
COMMENT ON COLUMN govdata.request_completion.consumer IS '需求部门';
COMMENT ON COLUMN govdata.request_completion.missing IS '需要补充的全部材料';
COMMENT ON COLUMN govdata.request_completion.asked_at IS '告知时间';
COMMENT ON COLUMN govdata.request_completion.supplement IS '补充的材料';
COMMENT ON COLUMN govdata.request_completion.completed_at IS '补正时间,自此重新起算';
SELECT govdata._case_table('govdata.request_completion', 'provider', 'consumer', 20::smallint, 'govdata._sees(provider, consumer)');

-- ask_completion(request, missing) -> id: the provider names all that is missing,
-- once; the clock stops. Raises ZW020 under the Measures alone, where asking for
-- papers is no answer, a second time, or when no limit is running.
CREATE FUNCTION govdata.ask_completion(request bigint, missing text) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.request_completion (request, missing)
    VALUES (ask_completion.request, ask_completion.missing) RETURNING id;
END;
COMMENT ON FUNCTION govdata.ask_completion(bigint, text) IS '一次性告知需要补充的材料';

-- complete_request(request, supplement): the consumer supplies it; the limit
-- starts anew, with what has been granted on top.
CREATE FUNCTION govdata.complete_request(request bigint, supplement text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.request_completion p SET state = 'completed', supplement = complete_request.supplement
                    WHERE p.request = complete_request.request RETURNING 1)
    SELECT govdata._moved('request_completion', complete_request.request::text, 20::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.complete_request(bigint, text) IS '补正申请材料';

-- ---- delivery ----
CREATE TABLE govdata.share_delivery (
    id              bigint PRIMARY KEY,
    request         bigint NOT NULL UNIQUE REFERENCES govdata.share_request,
    resource        bigint NOT NULL REFERENCES govdata.resource,
    provider        bigint NOT NULL REFERENCES govdata.department,
    consumer        bigint NOT NULL REFERENCES govdata.department,
    regime          text NOT NULL REFERENCES govdata.regime,
    state           text NOT NULL CHECK (state IN ('owed', 'delivered')),
    received_at     timestamptz NOT NULL,
    owed_since      timestamptz NOT NULL,
    limit_code      text NOT NULL,
    due_on          date NOT NULL,
    due_at          timestamptz NOT NULL,
    due_provisional boolean NOT NULL,
    how             text CHECK (how IN ('attached', 'interface', 'exchange', 'file')),
    note            text CHECK (note <> ''),
    delivered_at    timestamptz,
    CONSTRAINT share_delivery_is_told CHECK ((state = 'delivered') = (how IS NOT NULL AND delivered_at IS NOT NULL))
);
CREATE INDEX share_delivery_owed ON govdata.share_delivery (provider, due_on) WHERE state = 'owed';
CREATE INDEX share_delivery_resource ON govdata.share_delivery (resource) WHERE state = 'owed';
COMMENT ON TABLE govdata.share_delivery IS '同意共享后实际提供数据的时限(条例第二十二条);挂接数据表或者由提供部门登记即为已提供';
COMMENT ON COLUMN govdata.share_delivery.id IS '编号,同授权编号';
COMMENT ON COLUMN govdata.share_delivery.request IS '申请编号';
COMMENT ON COLUMN govdata.share_delivery.resource IS '资源编号';
COMMENT ON COLUMN govdata.share_delivery.provider IS '提供部门';
COMMENT ON COLUMN govdata.share_delivery.consumer IS '需求部门';
COMMENT ON COLUMN govdata.share_delivery.regime IS '规则体系(申请收到之日)';
COMMENT ON COLUMN govdata.share_delivery.state IS '状态:owed 待提供、delivered 已提供';
COMMENT ON COLUMN govdata.share_delivery.received_at IS '申请收到时间';
COMMENT ON COLUMN govdata.share_delivery.owed_since IS '作出同意答复的时间';
COMMENT ON COLUMN govdata.share_delivery.limit_code IS '适用的时限';
COMMENT ON COLUMN govdata.share_delivery.due_on IS '期限最后一日';
COMMENT ON COLUMN govdata.share_delivery.due_at IS '期限届满时刻(最后一日24时)';
COMMENT ON COLUMN govdata.share_delivery.due_provisional IS '期限是否暂定';
COMMENT ON COLUMN govdata.share_delivery.how IS '提供方式:attached 挂接、interface 服务接口、exchange 批量交换、file 文件下载';
COMMENT ON COLUMN govdata.share_delivery.note IS '说明';
COMMENT ON COLUMN govdata.share_delivery.delivered_at IS '提供时间';
SELECT govdata._case_table('govdata.share_delivery', 'provider', 'consumer', 20::smallint, 'govdata._sees(provider, consumer)');
CREATE TRIGGER cc_delivery_new AFTER INSERT ON govdata.share_request
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('delivery');
CREATE TRIGGER cc_delivery AFTER UPDATE ON govdata.share_request
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('delivery');
CREATE TRIGGER cc_delivery AFTER INSERT ON govdata.attachment
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('delivery_attached');

-- mark_delivered(request, how, note): the provider says by what other way than an
-- attached table the data were shared: interface, exchange or file.
CREATE FUNCTION govdata.mark_delivered(request bigint, how text, note text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_delivery d SET state = 'delivered', how = mark_delivered.how, note = mark_delivered.note
                    WHERE d.request = mark_delivered.request RETURNING 1)
    SELECT govdata._moved('share_delivery', mark_delivered.request::text, 20::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.mark_delivered(bigint, text, text) IS '登记已提供数据';

-- ---- upkeep of the catalog ----
CREATE SEQUENCE govdata.catalog_change_id_seq;
CREATE TABLE govdata.catalog_change (
    id              bigint PRIMARY KEY,
    department      bigint NOT NULL REFERENCES govdata.department,
    resource        bigint REFERENCES govdata.resource,
    state           text NOT NULL CHECK (state IN ('noted', 'updated', 'returned', 'published')),
    what            text NOT NULL CHECK (what <> ''),
    happened_on     date NOT NULL CHECK (isfinite(happened_on)),
    authority       bigint NOT NULL REFERENCES govdata.department,
    regime          text NOT NULL REFERENCES govdata.regime,
    counted_from    timestamptz NOT NULL,
    noted_at        timestamptz NOT NULL,
    noted_by        bigint NOT NULL REFERENCES govdata.department,
    limit_code      text NOT NULL,
    due_on          date NOT NULL,
    due_at          timestamptz NOT NULL,
    due_provisional boolean NOT NULL,
    extended_by     integer CHECK (extended_by > 0),
    updated_at      timestamptz,
    review_limit_code      text,
    review_due_on          date,
    review_due_at          timestamptz,
    review_due_provisional boolean,
    decided_at      timestamptz,
    reason          text CHECK (reason <> ''),
    CONSTRAINT catalog_change_update_has_a_date CHECK (state = 'noted' OR updated_at IS NOT NULL AND review_due_at IS NOT NULL),
    CONSTRAINT catalog_change_decision_has_a_date CHECK (state NOT IN ('returned', 'published') OR decided_at IS NOT NULL),
    CONSTRAINT catalog_change_return_has_a_reason CHECK (state <> 'returned' OR reason IS NOT NULL)
);
ALTER SEQUENCE govdata.catalog_change_id_seq OWNED BY govdata.catalog_change.id;
CREATE INDEX catalog_change_owed ON govdata.catalog_change (department, due_on) WHERE state IN ('noted', 'returned');
CREATE INDEX catalog_change_review ON govdata.catalog_change (authority, review_due_on) WHERE state = 'updated';
COMMENT ON TABLE govdata.catalog_change IS '因法律、行政法规、国务院决定调整或者部门职责变化的目录更新,及主管部门的审核发布(条例第十七条)';
COMMENT ON COLUMN govdata.catalog_change.id IS '编号';
COMMENT ON COLUMN govdata.catalog_change.department IS '须更新目录的部门';
COMMENT ON COLUMN govdata.catalog_change.resource IS '所涉目录条目;空表示不限于一条';
COMMENT ON COLUMN govdata.catalog_change.state IS '状态:noted 已登记、updated 已更新报审、returned 退回、published 已审核发布';
COMMENT ON COLUMN govdata.catalog_change.what IS '调整或者变化的内容';
COMMENT ON COLUMN govdata.catalog_change.happened_on IS '调整、变化发生之日';
COMMENT ON COLUMN govdata.catalog_change.authority IS '审核的主管部门';
COMMENT ON COLUMN govdata.catalog_change.regime IS '规则体系(发生之日)';
COMMENT ON COLUMN govdata.catalog_change.counted_from IS '起算时间';
COMMENT ON COLUMN govdata.catalog_change.noted_at IS '登记时间';
COMMENT ON COLUMN govdata.catalog_change.noted_by IS '登记的部门';
COMMENT ON COLUMN govdata.catalog_change.limit_code IS '更新的时限';
COMMENT ON COLUMN govdata.catalog_change.due_on IS '更新期限最后一日';
COMMENT ON COLUMN govdata.catalog_change.due_at IS '更新期限届满时刻(最后一日24时)';
COMMENT ON COLUMN govdata.catalog_change.due_provisional IS '更新期限是否暂定';
COMMENT ON COLUMN govdata.catalog_change.extended_by IS '经同意延长的工作日数';
COMMENT ON COLUMN govdata.catalog_change.updated_at IS '更新并报审的时间';
COMMENT ON COLUMN govdata.catalog_change.review_limit_code IS '审核发布的时限';
COMMENT ON COLUMN govdata.catalog_change.review_due_on IS '审核期限最后一日';
COMMENT ON COLUMN govdata.catalog_change.review_due_at IS '审核期限届满时刻(最后一日24时)';
COMMENT ON COLUMN govdata.catalog_change.review_due_provisional IS '审核期限是否暂定';
COMMENT ON COLUMN govdata.catalog_change.decided_at IS '审核时间';
COMMENT ON COLUMN govdata.catalog_change.reason IS '审核意见或者退回理由';
SELECT govdata._case_table('govdata.catalog_change', 'department', '', 11::smallint,
    'govdata._sees(department, NULL) OR authority = govdata.current_department()');

-- note_catalog_change(happened_on, what, resource code, department) -> id: the
-- department itself, or the authority that reviews its catalog, notes that law or
-- duties have changed; the limit runs from that day (legal time). Raises ZW011
-- where no limit was in force on it, or for a day to come.
CREATE FUNCTION govdata.note_catalog_change(happened_on date, what text, resource text DEFAULT NULL, department bigint DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.catalog_change (happened_on, what, resource, department)
    VALUES (note_catalog_change.happened_on, note_catalog_change.what,
            CASE WHEN note_catalog_change.resource IS NOT NULL THEN govdata._resource_id(note_catalog_change.resource, 11::smallint) END,
            note_catalog_change.department) RETURNING id;
END;
COMMENT ON FUNCTION govdata.note_catalog_change(date, text, text, bigint) IS '登记须更新目录的调整或者变化';

-- submit_catalog_update(id): the department has updated its catalog, and the
-- authority's limit starts; review_catalog_update(id, published, reason): which
-- reviews and publishes it, or returns it with reason.
CREATE FUNCTION govdata.submit_catalog_update(change bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.catalog_change g SET state = 'updated' WHERE g.id = submit_catalog_update.change RETURNING 1)
    SELECT govdata._moved('catalog_change', submit_catalog_update.change::text, 11::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.submit_catalog_update(bigint) IS '目录已更新,报送审核';
CREATE FUNCTION govdata.review_catalog_update(change bigint, published boolean, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.catalog_change g SET state = CASE WHEN published THEN 'published' ELSE 'returned' END,
                          reason = review_catalog_update.reason WHERE g.id = review_catalog_update.change RETURNING 1)
    SELECT govdata._moved('catalog_change', review_catalog_update.change::text, 10::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.review_catalog_update(bigint, boolean, text) IS '审核发布或者退回目录更新';

-- ---- the end of a service ----
CREATE SEQUENCE govdata.service_end_id_seq;
CREATE TABLE govdata.service_end (
    id           bigint PRIMARY KEY,
    resource     bigint NOT NULL REFERENCES govdata.resource,
    state        text NOT NULL CHECK (state IN ('proposed', 'filed', 'withdrawn')),
    provider     bigint NOT NULL REFERENCES govdata.department,
    authority    bigint NOT NULL REFERENCES govdata.department,
    reason       text NOT NULL CHECK (reason <> ''),
    outcome      text CHECK (outcome <> ''),
    proposed_at  timestamptz NOT NULL,
    filed_at     timestamptz,
    withdrawn_at timestamptz,
    CONSTRAINT service_end_filing_has_an_outcome CHECK (state <> 'filed' OR outcome IS NOT NULL AND filed_at IS NOT NULL)
);
ALTER SEQUENCE govdata.service_end_id_seq OWNED BY govdata.service_end.id;
CREATE UNIQUE INDEX service_end_once ON govdata.service_end (resource) WHERE state <> 'withdrawn';
COMMENT ON TABLE govdata.service_end IS '终止共享服务:须有正当理由、与需求部门协商并报同级主管部门备案(条例第二十七条)';
COMMENT ON COLUMN govdata.service_end.id IS '编号';
COMMENT ON COLUMN govdata.service_end.resource IS '资源编号';
COMMENT ON COLUMN govdata.service_end.state IS '状态:proposed 已提出、filed 已备案、withdrawn 撤回';
COMMENT ON COLUMN govdata.service_end.provider IS '提供部门';
COMMENT ON COLUMN govdata.service_end.authority IS '备案的同级主管部门';
COMMENT ON COLUMN govdata.service_end.reason IS '理由';
COMMENT ON COLUMN govdata.service_end.outcome IS '与需求部门协商的结果';
COMMENT ON COLUMN govdata.service_end.proposed_at IS '提出时间';
COMMENT ON COLUMN govdata.service_end.filed_at IS '备案时间';
COMMENT ON COLUMN govdata.service_end.withdrawn_at IS '撤回时间';
SELECT govdata._case_table('govdata.service_end', 'provider', '', 20::smallint,
    'govdata._sees(provider, NULL) OR authority = govdata.current_department()'
    ' OR EXISTS (SELECT FROM govdata.share_authorization a WHERE a.resource = service_end.resource AND a.consumer = govdata.current_department())');

-- propose_service_end(resource code, reason) -> id; file_service_end(id, outcome):
-- after the negotiation, filed with the own-level authority; only then may the
-- resource be withdrawn from those who use it under a regime that demands it.
CREATE FUNCTION govdata.propose_service_end(resource text, reason text) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.service_end (resource, reason)
    VALUES (govdata._resource_id(propose_service_end.resource, 20::smallint), propose_service_end.reason) RETURNING id;
END;
COMMENT ON FUNCTION govdata.propose_service_end(text, text) IS '提出终止共享服务';
CREATE FUNCTION govdata.file_service_end(service_end bigint, outcome text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.service_end s SET state = 'filed', outcome = file_service_end.outcome
                    WHERE s.id = file_service_end.service_end RETURNING 1)
    SELECT govdata._moved('service_end', file_service_end.service_end::text, 20::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.file_service_end(bigint, text) IS '终止共享服务报备案';

-- ---- duties ----
CREATE VIEW govdata._duty_decree WITH (security_invoker, security_barrier) AS
SELECT d.provider AS department, 'deliver_data' AS duty, 20::smallint AS article, 'share_delivery' AS subject,
       d.id::text AS subject_key, d.owed_since AS since, d.due_on, d.due_at, d.due_provisional, 'late' AS consequence
  FROM govdata.share_delivery d
 WHERE d.state = 'owed' AND EXISTS (SELECT FROM govdata.share_authorization a WHERE a.id = d.id AND a.state = 'active'
                                       AND a.valid_until > govdata.as_of())
UNION ALL
-- what time alone has consented to is owed as well, whether or not a sweep ran
SELECT q.provider, 'deliver_data', 20::smallint, 'share_delivery', q.authorization_id::text, q.matures_at, e.due_on, e.due_at,
       e.provisional, 'late'
  FROM govdata.share_request q JOIN govdata.department p ON p.id = q.provider,
       LATERAL govdata._limit_end('delivery', q.matures_at, govdata._region_calendar(p.region), q.regime, q.received_at) e
 WHERE q.state = 'submitted' AND q.matures_at <= govdata.as_of() AND govdata._has_limit(q.regime, 'delivery', govdata.legal_date(q.received_at))
   AND NOT EXISTS (SELECT FROM govdata.attachment a WHERE a.resource = q.resource)
UNION ALL
SELECT e.authority, 'decide_extension', 7::smallint, 'limit_extension', e.id::text, e.asked_at, NULL, NULL, NULL, 'none'
  FROM govdata.limit_extension e WHERE e.state = 'asked'
UNION ALL
SELECT p.consumer, 'complete_request', 20::smallint, 'request_completion', p.id::text, p.asked_at, NULL, NULL, NULL, 'none'
  FROM govdata.request_completion p JOIN govdata.share_request q ON q.id = p.request
 WHERE p.state = 'asked' AND q.state = 'submitted'
UNION ALL
SELECT g.department, 'update_catalog', 11::smallint, 'catalog_change', g.id::text, g.counted_from, g.due_on, g.due_at, g.due_provisional, 'late'
  FROM govdata.catalog_change g WHERE g.state IN ('noted', 'returned')
UNION ALL
SELECT g.authority, 'review_catalog', 10::smallint, 'catalog_change', g.id::text, g.updated_at, g.review_due_on, g.review_due_at,
       g.review_due_provisional, 'late'
  FROM govdata.catalog_change g WHERE g.state = 'updated';
COMMENT ON VIEW govdata._duty_decree IS '待办义务:延期、补正、提供数据、更新与审核目录';

-- How each provider answers: what counts for it and against it (Articles 20 and 37).
CREATE VIEW govdata.reply_record WITH (security_invoker, security_barrier) AS
SELECT q.provider AS department, p.name, q.regime, count(*) AS received,
       count(*) FILTER (WHERE q.answer_basis = 'reply') AS replied,
       count(*) FILTER (WHERE q.answer_basis = 'reply' AND q.answered_at > q.due_at) AS replied_late,
       count(*) FILTER (WHERE q.answer_basis = 'deemed_consent' OR q.state = 'submitted' AND q.matures_at <= govdata.as_of()) AS by_silence,
       count(*) FILTER (WHERE q.state = 'submitted' AND q.paused_at IS NULL AND q.matures_at IS NULL AND q.due_at <= govdata.as_of()
                          AND NOT q.due_provisional) AS overdue,
       count(*) FILTER (WHERE q.extended_by IS NOT NULL) AS extended,
       count(*) FILTER (WHERE q.paused_at IS NOT NULL OR q.restarted_at IS NOT NULL) AS completed,
       count(*) FILTER (WHERE d.delivered_at > d.due_at OR d.state = 'owed' AND d.due_at <= govdata.as_of() AND NOT d.due_provisional) AS delivered_late
  FROM govdata.share_request q
  JOIN govdata.department p ON p.id = q.provider
  LEFT JOIN govdata.share_delivery d ON d.request = q.id
 WHERE q.received_at IS NOT NULL AND govdata._sees(q.provider, NULL)
 GROUP BY q.provider, p.name, q.regime;
COMMENT ON VIEW govdata.reply_record IS '各提供部门的答复情况:及时、逾期、沉默视为同意、延期、补正、提供';
COMMENT ON COLUMN govdata.reply_record.department IS '提供部门';
COMMENT ON COLUMN govdata.reply_record.name IS '名称';
COMMENT ON COLUMN govdata.reply_record.regime IS '规则体系';
COMMENT ON COLUMN govdata.reply_record.received IS '收到的申请数';
COMMENT ON COLUMN govdata.reply_record.replied IS '已答复数';
COMMENT ON COLUMN govdata.reply_record.replied_late IS '逾期答复数';
COMMENT ON COLUMN govdata.reply_record.by_silence IS '逾期不处理而视为同意数(计为未按时答复)';
COMMENT ON COLUMN govdata.reply_record.overdue IS '逾期未答复数';
COMMENT ON COLUMN govdata.reply_record.extended IS '经同意延期数';
COMMENT ON COLUMN govdata.reply_record.completed IS '告知补正数';
COMMENT ON COLUMN govdata.reply_record.delivered_late IS '逾期提供数';
