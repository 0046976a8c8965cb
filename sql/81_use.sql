-- No more than is needed (Article 20): what of an authorization is used, what is
-- proposed for narrowing, and renewals that start from what was used.

-- Last read of each item under each authorization, noted as the access log is
-- sealed, so that nobody needs to go through three years of it.
CREATE TABLE govdata.authorization_use (
    authorization_id bigint NOT NULL,
    item             text NOT NULL,
    first_read_at    timestamptz NOT NULL,
    last_read_at     timestamptz NOT NULL CHECK (last_read_at >= first_read_at),
    reads            bigint NOT NULL CHECK (reads > 0),
    PRIMARY KEY (authorization_id, item)
);
COMMENT ON TABLE govdata.authorization_use IS '授权的使用:每一信息项首次、末次读取及次数,随访问记录的封存写下(第二十条最小够用)';
COMMENT ON COLUMN govdata.authorization_use.authorization_id IS '授权编号';
COMMENT ON COLUMN govdata.authorization_use.item IS '信息项';
COMMENT ON COLUMN govdata.authorization_use.first_read_at IS '首次读取时间';
COMMENT ON COLUMN govdata.authorization_use.last_read_at IS '末次读取时间';
COMMENT ON COLUMN govdata.authorization_use.reads IS '读取次数';
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.authorization_use
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived();
SELECT govdata._secure('govdata.authorization_use',
    'EXISTS (SELECT FROM govdata.share_authorization a WHERE a.id = authorization_id)');

-- _note_use(month, boot, first, last): takes the reads of these records into
-- authorization_use; called with each seal, in its transaction, so each record
-- counts once.
CREATE FUNCTION govdata._note_use(month date, of_boot bigint, first_seq bigint, last_seq bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO govdata.authorization_use AS u (authorization_id, item, first_read_at, last_read_at, reads)
    SELECT r.authorization_id, i.item, min(r.at), max(r.at), count(*)
      FROM govdata.access_record r CROSS JOIN LATERAL unnest(string_to_array(r.items, ',')) AS i (item)
     WHERE r.real_at >= month::timestamp AT TIME ZONE 'UTC' AND r.real_at < (month + interval '1 month') AT TIME ZONE 'UTC'
       AND r.boot = of_boot AND r.seq BETWEEN first_seq AND last_seq
       AND r.kind IN ('read', 'copy') AND r.authorization_id > 0 AND i.item <> ''
     GROUP BY r.authorization_id, i.item
     -- two sessions that note the same authorization lock its items in one order
     ORDER BY r.authorization_id, i.item
    ON CONFLICT (authorization_id, item) DO UPDATE
       SET first_read_at = least(u.first_read_at, excluded.first_read_at),
           last_read_at = greatest(u.last_read_at, excluded.last_read_at), reads = u.reads + excluded.reads
$$;
COMMENT ON FUNCTION govdata._note_use(date, bigint, bigint, bigint) IS '将一批访问记录计入授权的使用';

-- One row an authorization in force: which of its items were read, which were
-- not for as long as time_limit unused_items says. A proposal takes nothing away:
-- the consumer narrows by narrow_authorization() or at the renewal.
CREATE VIEW govdata.authorization_usage WITH (security_invoker, security_barrier) AS
SELECT a.id, a.code, c.name AS consumer, p.name AS provider, a.items, a.valid_from, a.valid_until, u.used_items, u.last_read_at,
       CASE WHEN a.valid_from <= w.since THEN ARRAY(
            SELECT i FROM unnest(a.items) AS i
             WHERE NOT EXISTS (SELECT FROM govdata.authorization_use x
                                WHERE x.authorization_id = a.id AND x.item = i AND x.last_read_at >= w.since)
             ORDER BY i) ELSE '{}' END AS proposed_for_narrowing
  FROM govdata.effective_authorization a
  JOIN govdata.department c ON c.id = a.consumer
  JOIN govdata.department p ON p.id = a.provider
  -- as long ago as the term says: nothing read since then
  CROSS JOIN LATERAL (SELECT govdata.as_of()
                             - make_interval(days => govdata._limit_amount('unused_items', govdata.legal_date(govdata.as_of()))) AS since) w
  CROSS JOIN LATERAL (SELECT coalesce(array_agg(x.item ORDER BY x.item), '{}') AS used_items, max(x.last_read_at) AS last_read_at
                        FROM govdata.authorization_use x WHERE x.authorization_id = a.id AND x.item = ANY (a.items)) u;
COMMENT ON VIEW govdata.authorization_usage IS '授权的使用情况与建议收窄的信息项(第二十条最小够用)';
COMMENT ON COLUMN govdata.authorization_usage.id IS '授权编号';
COMMENT ON COLUMN govdata.authorization_usage.code IS '资源代码';
COMMENT ON COLUMN govdata.authorization_usage.consumer IS '使用部门名称';
COMMENT ON COLUMN govdata.authorization_usage.provider IS '提供部门名称';
COMMENT ON COLUMN govdata.authorization_usage.items IS '授权的信息项';
COMMENT ON COLUMN govdata.authorization_usage.valid_from IS '生效时刻';
COMMENT ON COLUMN govdata.authorization_usage.valid_until IS '失效时刻';
COMMENT ON COLUMN govdata.authorization_usage.used_items IS '读取过的信息项';
COMMENT ON COLUMN govdata.authorization_usage.last_read_at IS '末次读取时间';
COMMENT ON COLUMN govdata.authorization_usage.proposed_for_narrowing IS '长期未读取、建议收窄的信息项';

-- renew_authorization(authorization, valid_until, items, purpose) -> id of a new
-- request of the consumer, for the same resource, use and mode until the end of a
-- day (legal time). It asks for the items that were used, unless others are named,
-- and for the purpose of the authorization, unless another is. Raises ZW020 when
-- there is none of the acting department's, or nothing of it was used.
CREATE FUNCTION govdata.renew_authorization(share_authorization bigint, valid_until date, items text[] DEFAULT NULL,
                                            purpose text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old record;
    wanted text[] := items;
    made bigint;
BEGIN
    SELECT a.resource, a.purpose, a.usage, a.mode, a.items INTO old FROM govdata.share_authorization a
     WHERE a.id = renew_authorization.share_authorization AND a.consumer = govdata.current_department() AND a.request IS NOT NULL;
    IF NOT FOUND THEN
        PERFORM govdata._absent('share_authorization', share_authorization::text, 20::smallint);
    END IF;
    IF wanted IS NULL THEN
        SELECT array_agg(u.item ORDER BY u.item) INTO wanted FROM govdata.authorization_use u
         WHERE u.authorization_id = renew_authorization.share_authorization AND u.item = ANY (old.items);
    END IF;
    IF wanted IS NULL THEN
        PERFORM govdata._nothing_used(share_authorization);
    END IF;
    INSERT INTO govdata.share_request (resource, items, purpose, usage, valid_until, mode)
    VALUES (old.resource, wanted, coalesce(renew_authorization.purpose, old.purpose), old.usage,
            renew_authorization.valid_until, old.mode)
    RETURNING id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION govdata.renew_authorization(bigint, date, text[], text) IS '续期申请:自实际使用的信息项起(第二十条最小够用)';

-- _nothing_used(authorization): the error of a renewal of what was never read.
CREATE FUNCTION govdata._nothing_used(share_authorization bigint) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'gd_nothing_used';
COMMENT ON FUNCTION govdata._nothing_used(bigint) IS '报错:授权从未使用';
