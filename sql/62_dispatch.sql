-- Dispatch and integration (Article 19).

-- A data authority orders data from a provider of its own level, for a stated
-- need and day; the provider delivers, or cites the approved negative entry.
CREATE SEQUENCE govdata.dispatch_order_id_seq;
CREATE TABLE govdata.dispatch_order (
    id                 bigint PRIMARY KEY,
    authority          bigint NOT NULL REFERENCES govdata.department,
    provider           bigint NOT NULL REFERENCES govdata.department,
    wanted             text NOT NULL CHECK (wanted <> ''),
    need               text NOT NULL CHECK (need <> ''),
    resource           bigint REFERENCES govdata.resource,
    items              text[] CHECK (cardinality(items) > 0),
    mode               text NOT NULL CHECK (mode IN ('read', 'copy')),
    deliver_by         date NOT NULL CHECK (isfinite(deliver_by)),
    due_at             timestamptz NOT NULL,
    needed_until       date NOT NULL CHECK (isfinite(needed_until)),
    state              text NOT NULL
                       CHECK (state IN ('issued', 'delivered', 'returned', 'accepted', 'withheld', 'cancelled')),
    issued_at          timestamptz NOT NULL,
    delivered_at       timestamptz,
    delivered_resource bigint REFERENCES govdata.resource,
    delivered_items    text[] CHECK (cardinality(delivered_items) > 0),
    negative_entry     bigint REFERENCES govdata.negative_entry,
    reason             text CHECK (reason <> ''),
    closed_at          timestamptz,
    authorization_id   bigint NOT NULL UNIQUE,
    CONSTRAINT dispatch_order_not_of_itself CHECK (authority <> provider),
    CONSTRAINT dispatch_order_items_are_of_a_resource CHECK (items IS NULL OR resource IS NOT NULL),
    CONSTRAINT dispatch_order_need_outlives_delivery CHECK (needed_until >= deliver_by),
    CONSTRAINT dispatch_order_delivery_names_items
        CHECK (state NOT IN ('delivered', 'accepted')
               OR num_nonnulls(delivered_at, delivered_resource, delivered_items) = 3),
    CONSTRAINT dispatch_order_withholding_cites_entry CHECK (state <> 'withheld' OR negative_entry IS NOT NULL),
    CONSTRAINT dispatch_order_return_has_reason CHECK (state NOT IN ('returned', 'cancelled') OR reason IS NOT NULL),
    CONSTRAINT dispatch_order_end_has_a_date
        CHECK ((state IN ('accepted', 'withheld', 'cancelled')) = (closed_at IS NOT NULL))
);
ALTER SEQUENCE govdata.dispatch_order_id_seq OWNED BY govdata.dispatch_order.id;
CREATE INDEX dispatch_order_provider ON govdata.dispatch_order (provider, id);
CREATE INDEX dispatch_order_authority ON govdata.dispatch_order (authority, id);
CREATE INDEX dispatch_order_open ON govdata.dispatch_order (due_at) WHERE state IN ('issued', 'delivered', 'returned');
COMMENT ON TABLE govdata.dispatch_order IS '数据调度通知:主管部门向本级提供部门调度数据(第十九条)';
COMMENT ON COLUMN govdata.dispatch_order.id IS '编号';
COMMENT ON COLUMN govdata.dispatch_order.authority IS '发出通知的政务数据主管部门';
COMMENT ON COLUMN govdata.dispatch_order.provider IS '提供部门(同级)';
COMMENT ON COLUMN govdata.dispatch_order.wanted IS '所需数据及要求';
COMMENT ON COLUMN govdata.dispatch_order.need IS '数字政府建设的需要';
COMMENT ON COLUMN govdata.dispatch_order.resource IS '所调度的资源;空表示仅以文字说明,由主管部门另行指明,或由提供部门在提供时写明';
COMMENT ON COLUMN govdata.dispatch_order.items IS '所调度的信息项;空表示未指明';
COMMENT ON COLUMN govdata.dispatch_order.mode IS '方式:read 读取、copy 可另行保存(用于整合)';
COMMENT ON COLUMN govdata.dispatch_order.deliver_by IS '提供期限最后一日';
COMMENT ON COLUMN govdata.dispatch_order.due_at IS '提供期限届满时刻(最后一日24时)';
COMMENT ON COLUMN govdata.dispatch_order.needed_until IS '使用期限(含当日)';
COMMENT ON COLUMN govdata.dispatch_order.state IS '状态:issued 已发出、delivered 已提供、returned 退回重新提供、accepted 已接收、withheld 援引负面清单、cancelled 取消';
COMMENT ON COLUMN govdata.dispatch_order.issued_at IS '发出时间';
COMMENT ON COLUMN govdata.dispatch_order.delivered_at IS '提供时间';
COMMENT ON COLUMN govdata.dispatch_order.delivered_resource IS '所提供的资源';
COMMENT ON COLUMN govdata.dispatch_order.delivered_items IS '所提供的信息项';
COMMENT ON COLUMN govdata.dispatch_order.negative_entry IS '所援引的负面清单条目(就未提供的部分)';
COMMENT ON COLUMN govdata.dispatch_order.reason IS '退回或取消的理由';
COMMENT ON COLUMN govdata.dispatch_order.closed_at IS '办结时间';
COMMENT ON COLUMN govdata.dispatch_order.authorization_id IS '授权编号,发出时即确定';

CREATE TRIGGER cc_authorize AFTER UPDATE ON govdata.dispatch_order
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('dispatch');
SELECT govdata._case_table('govdata.dispatch_order', 'provider', 'authority', 19::smallint, 'govdata._sees(provider, authority)');

-- Lineage: what a resource was made from, each with the necessity (Articles 19
-- and 32). A derived resource is as strict as the strictest of its sources.
CREATE SEQUENCE govdata.resource_source_id_seq;
CREATE TABLE govdata.resource_source (
    id          bigint PRIMARY KEY,
    resource    bigint NOT NULL REFERENCES govdata.resource,
    source      bigint NOT NULL REFERENCES govdata.resource,
    provider    bigint NOT NULL REFERENCES govdata.department,
    items       text[] CHECK (cardinality(items) > 0),
    necessity   text NOT NULL CHECK (necessity <> ''),
    state       text NOT NULL CHECK (state IN ('recorded', 'removed')),
    recorded_at timestamptz NOT NULL,
    removed_at  timestamptz,
    reason      text CHECK (reason <> ''),
    CONSTRAINT resource_source_not_of_itself CHECK (resource <> source),
    CONSTRAINT resource_source_removal_has_reason
        CHECK ((state = 'removed') = (removed_at IS NOT NULL) AND (state = 'recorded' OR reason IS NOT NULL))
);
ALTER SEQUENCE govdata.resource_source_id_seq OWNED BY govdata.resource_source.id;
CREATE UNIQUE INDEX resource_source_once ON govdata.resource_source (resource, source) WHERE state = 'recorded';
CREATE INDEX resource_source_source ON govdata.resource_source (source) WHERE state = 'recorded';
COMMENT ON TABLE govdata.resource_source IS '来源:整合形成的资源及其来源资源(第十九条第二款、第三十二条)';
COMMENT ON COLUMN govdata.resource_source.id IS '编号';
COMMENT ON COLUMN govdata.resource_source.resource IS '整合形成的资源';
COMMENT ON COLUMN govdata.resource_source.source IS '来源资源';
COMMENT ON COLUMN govdata.resource_source.provider IS '整合形成的资源的提供部门';
COMMENT ON COLUMN govdata.resource_source.items IS '所用的来源信息项;空表示全部';
COMMENT ON COLUMN govdata.resource_source.necessity IS '整合的必要性';
COMMENT ON COLUMN govdata.resource_source.state IS '状态:recorded 已记录、removed 已移除';
COMMENT ON COLUMN govdata.resource_source.recorded_at IS '记录时间';
COMMENT ON COLUMN govdata.resource_source.removed_at IS '移除时间';
COMMENT ON COLUMN govdata.resource_source.reason IS '移除的理由';
SELECT govdata._case_table('govdata.resource_source', 'provider', '', 19::smallint,
    'EXISTS (SELECT FROM govdata.resource r WHERE r.id = resource)');

-- dispatch_data(provider, wanted, need, deliver_by, needed_until, resource code,
-- items, mode) -> id of the order. The acting data authority orders data from a
-- provider of its own level until the end of a day (legal time). Raises ZW019
-- for another level, a day past, items that do not exist; ZW018 for a branch of
-- a vertically managed system (Article 19).
CREATE FUNCTION govdata.dispatch_data(provider bigint, wanted text, need text, deliver_by date, needed_until date,
                                      resource text DEFAULT NULL, items text[] DEFAULT NULL, mode text DEFAULT 'read') RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.dispatch_order (provider, wanted, need, deliver_by, needed_until, resource, items, mode)
    VALUES (dispatch_data.provider, dispatch_data.wanted, dispatch_data.need, dispatch_data.deliver_by, dispatch_data.needed_until,
            CASE WHEN dispatch_data.resource IS NOT NULL THEN govdata._resource_id(dispatch_data.resource, 19::smallint) END,
            dispatch_data.items, dispatch_data.mode)
    RETURNING id;
END;
COMMENT ON FUNCTION govdata.dispatch_data(bigint, text, text, date, date, text, text[], text) IS '发出数据调度通知(第十九条)';

-- specify_dispatch(order, resource code, items): the authority names, once, the
-- resource of the provider's that it has ordered in words only, and items of it;
-- without that no negative entry can be cited. Raises ZW019 (Article 19).
CREATE FUNCTION govdata.specify_dispatch(dispatch bigint, resource text, items text[] DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.dispatch_order o SET resource = govdata._resource_id(specify_dispatch.resource, 19::smallint),
                          items = specify_dispatch.items
                    WHERE o.id = dispatch RETURNING 1)
    SELECT govdata._moved('dispatch_order', dispatch::text, 19::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.specify_dispatch(bigint, text, text[]) IS '指明所调度的资源及信息项,限一次(第十九条)';

-- deliver_dispatch(order, resource code, items, negative entry): the provider
-- delivers items of a published resource of its own; what was ordered and is not
-- delivered must stand on the negative list, by the entry cited. The authority is
-- authorized at once, until the last day of its need. Raises ZW019, ZW023.
CREATE FUNCTION govdata.deliver_dispatch(dispatch bigint, resource text, items text[], negative_entry bigint DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.dispatch_order o SET state = 'delivered',
                          delivered_resource = govdata._resource_id(deliver_dispatch.resource, 19::smallint),
                          delivered_items = deliver_dispatch.items, negative_entry = deliver_dispatch.negative_entry
                    WHERE o.id = dispatch RETURNING 1)
    SELECT govdata._moved('dispatch_order', dispatch::text, 19::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.deliver_dispatch(bigint, text, text[], bigint) IS '提供所调度的数据(第十九条)';

-- withhold_dispatch(order, negative entry): the provider cites the approved entry
-- that withholds all that was ordered (Article 23); there is no other refusal. An
-- order in words only is not withheld until the authority has named the resource.
CREATE FUNCTION govdata.withhold_dispatch(dispatch bigint, negative_entry bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.dispatch_order o SET state = 'withheld', negative_entry = withhold_dispatch.negative_entry
                    WHERE o.id = dispatch RETURNING 1)
    SELECT govdata._moved('dispatch_order', dispatch::text, 19::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.withhold_dispatch(bigint, bigint) IS '援引负面清单条目不予提供(第十九条、第二十三条)';

-- accept_dispatch(order), return_dispatch(order, reason), cancel_dispatch(order,
-- reason): the authority takes what was delivered, asks for what meets the
-- requirements (the day stays), or no longer needs it.
CREATE FUNCTION govdata.accept_dispatch(dispatch bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.dispatch_order o SET state = 'accepted' WHERE o.id = dispatch RETURNING 1)
    SELECT govdata._moved('dispatch_order', dispatch::text, 19::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.accept_dispatch(bigint) IS '接收所提供的数据(第十九条)';
CREATE FUNCTION govdata.return_dispatch(dispatch bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.dispatch_order o SET state = 'returned', reason = return_dispatch.reason
                    WHERE o.id = dispatch RETURNING 1)
    SELECT govdata._moved('dispatch_order', dispatch::text, 19::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.return_dispatch(bigint, text) IS '退回不符合要求的数据,须说明理由(第十九条)';
CREATE FUNCTION govdata.cancel_dispatch(dispatch bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.dispatch_order o SET state = 'cancelled', reason = cancel_dispatch.reason
                    WHERE o.id = dispatch RETURNING 1)
    SELECT govdata._moved('dispatch_order', dispatch::text, 19::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.cancel_dispatch(bigint, text) IS '取消数据调度通知,须说明理由(第十九条)';

-- record_source(resource code, source code, necessity, items) -> id: the provider
-- of a derived resource records one of its sources. Raises ZW033 when the source
-- was not obtained to be kept, ZW016 when the derived resource is classified more
-- loosely than the source (Article 19 paragraph 2).
CREATE FUNCTION govdata.record_source(resource text, source text, necessity text, items text[] DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.resource_source (resource, source, necessity, items)
    VALUES (govdata._resource_id(record_source.resource, 19::smallint), govdata._resource_id(record_source.source, 19::smallint),
            record_source.necessity, record_source.items)
    RETURNING id;
END;
COMMENT ON FUNCTION govdata.record_source(text, text, text, text[]) IS '记录整合资源的来源(第十九条第二款)';

-- remove_source(id, reason): the derived resource holds nothing of it any more.
CREATE FUNCTION govdata.remove_source(resource_source bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.resource_source s SET state = 'removed', reason = remove_source.reason
                    WHERE s.id = remove_source.resource_source RETURNING 1)
    SELECT govdata._moved('resource_source', remove_source.resource_source::text, 19::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.remove_source(bigint, text) IS '移除来源,须说明理由(第十九条第二款)';

-- Orders with names and days, late where they are.
CREATE VIEW govdata.dispatch_board WITH (security_invoker, security_barrier) AS
SELECT o.id, a.name AS authority, p.name AS provider, o.wanted, o.need, r.code, o.items, o.mode, o.deliver_by, o.needed_until,
       o.state, o.issued_at, o.delivered_at, d.code AS delivered_code, o.delivered_items, o.negative_entry, o.reason,
       CASE WHEN o.state IN ('issued', 'returned')
            THEN govdata._working_days_left(govdata.legal_date(govdata.as_of()), o.deliver_by, govdata._region_calendar(p.region))
            END AS working_days_left,
       CASE WHEN o.state IN ('issued', 'returned') THEN o.due_at <= govdata.as_of()
            ELSE coalesce(o.delivered_at >= o.due_at, false) END AS late,
       o.authorization_id
  FROM govdata.dispatch_order o
  JOIN govdata.department a ON a.id = o.authority
  JOIN govdata.department p ON p.id = o.provider
  LEFT JOIN govdata.resource r ON r.id = o.resource
  LEFT JOIN govdata.resource d ON d.id = o.delivered_resource;
COMMENT ON VIEW govdata.dispatch_board IS '数据调度一览(第十九条)';
COMMENT ON COLUMN govdata.dispatch_board.id IS '编号';
COMMENT ON COLUMN govdata.dispatch_board.authority IS '发出通知的主管部门名称';
COMMENT ON COLUMN govdata.dispatch_board.provider IS '提供部门名称';
COMMENT ON COLUMN govdata.dispatch_board.wanted IS '所需数据及要求';
COMMENT ON COLUMN govdata.dispatch_board.need IS '数字政府建设的需要';
COMMENT ON COLUMN govdata.dispatch_board.code IS '所调度的资源代码';
COMMENT ON COLUMN govdata.dispatch_board.items IS '所调度的信息项';
COMMENT ON COLUMN govdata.dispatch_board.mode IS '方式';
COMMENT ON COLUMN govdata.dispatch_board.deliver_by IS '提供期限最后一日';
COMMENT ON COLUMN govdata.dispatch_board.needed_until IS '使用期限(含当日)';
COMMENT ON COLUMN govdata.dispatch_board.state IS '状态';
COMMENT ON COLUMN govdata.dispatch_board.issued_at IS '发出时间';
COMMENT ON COLUMN govdata.dispatch_board.delivered_at IS '提供时间';
COMMENT ON COLUMN govdata.dispatch_board.delivered_code IS '所提供的资源代码';
COMMENT ON COLUMN govdata.dispatch_board.delivered_items IS '所提供的信息项';
COMMENT ON COLUMN govdata.dispatch_board.negative_entry IS '所援引的负面清单条目';
COMMENT ON COLUMN govdata.dispatch_board.reason IS '退回或取消的理由';
COMMENT ON COLUMN govdata.dispatch_board.working_days_left IS '剩余工作日';
COMMENT ON COLUMN govdata.dispatch_board.late IS '是否逾期(提供后为是否逾期提供)';
COMMENT ON COLUMN govdata.dispatch_board.authorization_id IS '授权编号';

CREATE VIEW govdata._duty_dispatch_order WITH (security_invoker, security_barrier) AS
SELECT o.provider AS department, 'deliver_dispatch' AS duty, 19::smallint AS article, 'dispatch_order' AS subject,
       o.id::text AS subject_key, o.issued_at AS since, o.deliver_by AS due_on, o.due_at, false AS due_provisional,
       'late' AS consequence
  FROM govdata.dispatch_order o WHERE o.state IN ('issued', 'returned')
UNION ALL
SELECT o.authority, 'accept_dispatch', 19::smallint, 'dispatch_order', o.id::text, o.delivered_at, NULL, NULL, NULL, 'none'
  FROM govdata.dispatch_order o WHERE o.state = 'delivered';
COMMENT ON VIEW govdata._duty_dispatch_order IS '待办义务:数据调度';

-- All that a resource was made from, near and far, with the conditions that come
-- with each: they hold for the derived resource too.
CREATE VIEW govdata.resource_lineage WITH (security_invoker, security_barrier) AS
WITH RECURSIVE line AS (
    SELECT s.resource, s.source, 1 AS distance, ARRAY[s.resource, s.source] AS path, s.items, s.necessity
      FROM govdata.resource_source s WHERE s.state = 'recorded'
    UNION ALL
    SELECT l.resource, s.source, l.distance + 1, l.path || s.source, s.items, s.necessity
      FROM line l JOIN govdata.resource_source s ON s.resource = l.source AND s.state = 'recorded'
     WHERE s.source <> ALL (l.path))
SELECT r.code, r.title, o.code AS source_code, o.title AS source_title, p.name AS source_provider, l.distance, l.items,
       l.necessity, o.sharing AS source_sharing, o.sharing_conditions AS source_conditions, o.state AS source_state
  FROM line l
  JOIN govdata.resource r ON r.id = l.resource
  JOIN govdata.resource o ON o.id = l.source
  JOIN govdata.department p ON p.id = o.provider;
COMMENT ON VIEW govdata.resource_lineage IS '资源的来源(含间接来源)及随之适用的共享条件(第十九条、第三十二条)';
COMMENT ON COLUMN govdata.resource_lineage.code IS '资源代码';
COMMENT ON COLUMN govdata.resource_lineage.title IS '资源名称';
COMMENT ON COLUMN govdata.resource_lineage.source_code IS '来源资源代码';
COMMENT ON COLUMN govdata.resource_lineage.source_title IS '来源资源名称';
COMMENT ON COLUMN govdata.resource_lineage.source_provider IS '来源资源的提供部门名称';
COMMENT ON COLUMN govdata.resource_lineage.distance IS '层次:1 为直接来源';
COMMENT ON COLUMN govdata.resource_lineage.items IS '所用的来源信息项;空表示全部';
COMMENT ON COLUMN govdata.resource_lineage.necessity IS '整合的必要性';
COMMENT ON COLUMN govdata.resource_lineage.source_sharing IS '来源的共享类型';
COMMENT ON COLUMN govdata.resource_lineage.source_conditions IS '来源的共享条件,同样适用于整合形成的资源';
COMMENT ON COLUMN govdata.resource_lineage.source_state IS '来源的共享状态';
