-- Ways of a request other than the direct one: upward through one's own data
-- authority (Article 21), data outside the catalog and of ministries (Article
-- 22), several sources (Article 20), coordination across regions (Article 20).

CREATE TABLE govdata.request_hop (
    request     bigint NOT NULL REFERENCES govdata.share_request,
    hop         integer NOT NULL CHECK (hop > 0),
    authority   bigint NOT NULL REFERENCES govdata.department,
    received_at timestamptz NOT NULL,
    left_at     timestamptz,
    outcome     text CHECK (outcome IN ('forwarded', 'returned', 'withdrawn')),
    reason      text CHECK (reason <> ''),
    PRIMARY KEY (request, hop),
    CONSTRAINT request_hop_end_has_an_outcome CHECK ((left_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT request_hop_return_has_reason CHECK (outcome <> 'returned' OR reason IS NOT NULL)
);
COMMENT ON TABLE govdata.request_hop IS '逐级报送:需求经过的每一主管部门,收到与转出的时间(第二十一条)';
COMMENT ON COLUMN govdata.request_hop.request IS '申请编号';
COMMENT ON COLUMN govdata.request_hop.hop IS '第几级';
COMMENT ON COLUMN govdata.request_hop.authority IS '主管部门';
COMMENT ON COLUMN govdata.request_hop.received_at IS '收到时间';
COMMENT ON COLUMN govdata.request_hop.left_at IS '转出、退回或者撤回的时间;空表示仍在该部门';
COMMENT ON COLUMN govdata.request_hop.outcome IS '结果:forwarded 转报、returned 退回、withdrawn 撤回';
COMMENT ON COLUMN govdata.request_hop.reason IS '退回理由';

CREATE TRIGGER bc_hop_new AFTER INSERT ON govdata.share_request
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('hop_new');
CREATE TRIGGER bc_hop AFTER UPDATE ON govdata.share_request
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('hop');
SELECT govdata._derived_table('govdata.request_hop', 'request,hop', 'authority', '', 21::smallint,
    'EXISTS (SELECT FROM govdata.share_request q WHERE q.id = request)');

-- _next_holder(holder, provider) -> the data authority between the holder's
-- region and the provider's platform that gets the need next; NULL when that
-- platform is next.
CREATE FUNCTION govdata._next_holder(holder bigint, provider bigint) RETURNS bigint
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_next_holder_sql';
COMMENT ON FUNCTION govdata._next_holder(bigint, bigint) IS '逐级报送的下一主管部门';

-- forward_request(request): the authority that holds the need passes it on to
-- the next, or, the last of them, applies to the upper platform: then the clock
-- of the upper provider starts, or what is unconditional is granted. Raises
-- ZW021 for anyone else (Article 21).
CREATE FUNCTION govdata.forward_request(request bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r
        SET state = CASE WHEN r.state = 'reported' AND govdata._next_holder(r.holder, r.provider) IS NOT NULL THEN r.state
                         ELSE 'submitted' END,
            holder = CASE WHEN r.state = 'reported' THEN coalesce(govdata._next_holder(r.holder, r.provider), r.holder)
                          ELSE r.holder END
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 21::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.forward_request(bigint) IS '主管部门转报上一级,或者向上级平台提出申请(第二十一条)';

-- return_request(request, reason): the authority returns a need that is
-- incomplete or can be met locally; it can be reported again (Article 21).
CREATE FUNCTION govdata.return_request(request bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET state = 'returned', return_reason = reason
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 21::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.return_request(bigint, text) IS '主管部门退回,须说明理由(第二十一条)';

-- report_request(request, items, purpose, valid_until): the consumer reports a
-- returned need again, completed where something is given (Article 21).
CREATE FUNCTION govdata.report_request(request bigint, items text[] DEFAULT NULL, purpose text DEFAULT NULL,
                                       valid_until date DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET state = 'reported',
        items = coalesce(report_request.items, r.items), purpose = coalesce(report_request.purpose, r.purpose),
        valid_until = coalesce(report_request.valid_until, r.valid_until)
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 21::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.report_request(bigint, text[], text, date) IS '退回后补正并重新报送(第二十一条)';

-- refuse_items(request, items, reason): a source department refuses items of
-- which it is the source, while the request is unanswered; what it refuses is
-- not granted by anybody (Article 20).
CREATE FUNCTION govdata.refuse_items(request bigint, items text[], reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET
        state = CASE WHEN r.state = 'submitted' AND r.items <@ (r.refused_items || refuse_items.items) THEN 'refused' ELSE r.state END,
        refused_items = ARRAY(SELECT u FROM unnest(r.refused_items) u UNION SELECT u FROM unnest(refuse_items.items) u ORDER BY 1),
        answer_reason = reason
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 20::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.refuse_items(bigint, text[], text) IS '来源部门就本部门的信息项不同意,须说明理由(第二十条)';

-- submit_uncatalogued_request(provider, wanted, purpose, valid_until, usage, mode)
-- -> id. Asks a department for data that are not in the catalog; it replies
-- within the limit reply_uncatalogued, and silence is no consent. A branch of a
-- provincial system is answered for by its head. Raises ZW022 (Article 22).
CREATE FUNCTION govdata.submit_uncatalogued_request(provider bigint, wanted text, purpose text, valid_until date,
                                                    usage text DEFAULT NULL, mode text DEFAULT 'read') RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.share_request (route, provider, wanted, purpose, valid_until, usage, mode)
    VALUES ('uncatalogued', submit_uncatalogued_request.provider, submit_uncatalogued_request.wanted,
            submit_uncatalogued_request.purpose, submit_uncatalogued_request.valid_until,
            submit_uncatalogued_request.usage, submit_uncatalogued_request.mode)
    RETURNING id;
END;
COMMENT ON FUNCTION govdata.submit_uncatalogued_request(bigint, text, text, date, text, text) IS '申请目录外的数据(第二十二条)';

-- agree_request(request, reason): the provider consents to share what is not in
-- the catalog; it then owes the entry (Article 22).
CREATE FUNCTION govdata.agree_request(request bigint, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET state = 'agreed', answer_reason = coalesce(reason, r.answer_reason)
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.agree_request(bigint, text) IS '同意共享目录外的数据,应当列入目录(第二十二条)';

-- list_request(request, resource code, items, row_filter): the provider names the
-- published resource in which the agreed data stand now; the platform
-- authorizes (Article 22). Raises ZW023 for what is withheld.
CREATE FUNCTION govdata.list_request(request bigint, resource text, items text[], row_filter text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET state = 'listed',
        resource = govdata._resource_id(list_request.resource, 22::smallint), items = list_request.items,
        row_filter = coalesce(list_request.row_filter, r.row_filter)
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.list_request(bigint, text, text[], text) IS '列入目录予以共享(第二十二条)';

-- reroute_request(request, resource code, items): the provider says that the
-- data are catalogued already; the request goes on as a direct one with the
-- date of its receipt (Articles 20 and 22).
CREATE FUNCTION govdata.reroute_request(request bigint, resource text, items text[]) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET route = 'direct',
        resource = govdata._resource_id(reroute_request.resource, 22::smallint), items = reroute_request.items
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.reroute_request(bigint, text, text[]) IS '所需数据已在目录:转为直接申请,收到日期不变(第二十二条)';

-- refuse_as_not_shareable(request, reason): a refusal because the data must not
-- be shared, which obliges the provider to open a negative entry (Articles 22
-- and 23); cite_negative_entry(request, entry) names the one it has opened.
CREATE FUNCTION govdata.refuse_as_not_shareable(request bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET state = 'refused', answer_reason = reason,
        refusal_ground = 'must_not_be_shared' WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.refuse_as_not_shareable(bigint, text) IS '以不得共享为由不同意,应当提出负面清单条目(第二十二条、第二十三条)';
CREATE FUNCTION govdata.cite_negative_entry(request bigint, entry bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET negative_entry = entry WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.cite_negative_entry(bigint, bigint) IS '载明所提出的负面清单条目';

-- submit_national_request(body, wanted, purpose, valid_until) -> id. Asks the
-- provincial data authority to obtain data of a ministry or central body. No
-- limit runs (Article 22 paragraph 2).
CREATE FUNCTION govdata.submit_national_request(body text, wanted text, purpose text, valid_until date DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.share_request (route, source_body, wanted, purpose, valid_until)
    VALUES ('national', body, submit_national_request.wanted, submit_national_request.purpose,
            submit_national_request.valid_until)
    RETURNING id;
END;
COMMENT ON FUNCTION govdata.submit_national_request(text, text, text, date) IS '提请省级主管部门协调获取国家部委或者中央在鄂机构的数据(第二十二条)';

-- The provincial authority coordinates, obtains on terms, or does not, with
-- reason; what is obtained is listed on the provincial platform.
CREATE FUNCTION govdata.coordinate_national_request(request bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET state = 'coordinating' WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.coordinate_national_request(bigint) IS '省级主管部门开始与相关单位协调(第二十二条)';
CREATE FUNCTION govdata.record_obtained(request bigint, terms text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET state = 'obtained', terms = record_obtained.terms
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.record_obtained(bigint, text) IS '已获取,载明条件(第二十二条)';
CREATE FUNCTION govdata.record_not_obtained(request bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET state = 'not_obtained', answer_reason = reason
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.record_not_obtained(bigint, text) IS '未获取,须说明理由(第二十二条)';
CREATE FUNCTION govdata.list_obtained(request bigint, resource text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET resource = govdata._resource_id(list_obtained.resource, 22::smallint)
        WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 22::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.list_obtained(bigint, text) IS '获取的数据已列入省级目录(第二十二条)';

-- concur_in_coordination(request, view): across regions, what the data authority
-- of the provider's side says; without it the consumer's authority closes the
-- case as unsettled only (Article 20).
CREATE FUNCTION govdata.concur_in_coordination(request bigint, view text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.share_request r SET concurrence = view WHERE r.id = request RETURNING 1)
    SELECT govdata._moved('share_request', request::text, 20::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.concur_in_coordination(bigint, text) IS '跨区划协调中提供部门一方主管部门的意见(第二十条)';
