-- The journal (Measures, Articles 32 and 33): every change of a governed row,
-- written in the same transaction, sealed by a chain of hashes.

-- Ids must be drawn one by one: the sealer relies on it (src/seal.c).
CREATE SEQUENCE govdata.journal_entry_id_seq CACHE 1 NO CYCLE;

CREATE TABLE govdata.journal_entry (
    id bigint NOT NULL DEFAULT nextval('govdata.journal_entry_id_seq'),
    at timestamptz NOT NULL,
    real_at timestamptz NOT NULL,
    subject text NOT NULL,
    subject_key text NOT NULL,
    event text NOT NULL,
    from_state text,
    to_state text,
    article smallint,
    actor text NOT NULL,
    role text NOT NULL,
    department bigint,
    provider bigint,
    consumer bigint,
    before jsonb,
    after jsonb,
    deputy text,
    on_behalf_of text,
    CONSTRAINT journal_entry_pkey PRIMARY KEY (id),
    CONSTRAINT journal_entry_event_check CHECK (event IN ('insert', 'update', 'delete')),
    CONSTRAINT journal_entry_deputy_check CHECK ((deputy IS NULL) = (on_behalf_of IS NULL)),
    CONSTRAINT journal_entry_actor_check CHECK (actor IN ('department', 'time', 'administrator'))
);
ALTER SEQUENCE govdata.journal_entry_id_seq OWNED BY govdata.journal_entry.id;
CREATE INDEX journal_entry_subject_idx ON govdata.journal_entry (subject, subject_key, id);

COMMENT ON TABLE govdata.journal_entry IS '日志：每一受管行的每次变更，与变更同一事务写入，只增不改';
COMMENT ON COLUMN govdata.journal_entry.id IS '序号；按领取先后，不一定按提交先后';
COMMENT ON COLUMN govdata.journal_entry.at IS '发生时间（法定时钟）';
COMMENT ON COLUMN govdata.journal_entry.real_at IS '发生时间（服务器实际时间）';
COMMENT ON COLUMN govdata.journal_entry.subject IS '事项种类，如 share_request';
COMMENT ON COLUMN govdata.journal_entry.subject_key IS '事项主键，多列以“/”连接';
COMMENT ON COLUMN govdata.journal_entry.event IS '事件：insert 新增，update 变更，delete 删除';
COMMENT ON COLUMN govdata.journal_entry.from_state IS '变更前状态';
COMMENT ON COLUMN govdata.journal_entry.to_state IS '变更后状态';
COMMENT ON COLUMN govdata.journal_entry.article IS '所依据的《办法》条款';
COMMENT ON COLUMN govdata.journal_entry.actor IS '行为主体：department 部门，time 期限届满，administrator 管理员';
COMMENT ON COLUMN govdata.journal_entry.role IS '数据库角色（外层用户）';
COMMENT ON COLUMN govdata.journal_entry.department IS '行为部门';
COMMENT ON COLUMN govdata.journal_entry.provider IS '数据提供部门';
COMMENT ON COLUMN govdata.journal_entry.consumer IS '数据使用部门';
COMMENT ON COLUMN govdata.journal_entry.before IS '变更前内容；变更时仅含有变化的列';
COMMENT ON COLUMN govdata.journal_entry.after IS '变更后内容；变更时仅含有变化的列，新增时不含空值';
COMMENT ON COLUMN govdata.journal_entry.deputy IS '代行职责者的登录角色（数据管理专人不在岗期间）';
COMMENT ON COLUMN govdata.journal_entry.on_behalf_of IS '被代行职责的数据管理专人';

CREATE TABLE govdata.journal_seal (
    id bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    entries int8multirange NOT NULL,
    entry_count bigint NOT NULL,
    complete_through bigint NOT NULL,
    drawn bigint NOT NULL,
    fence xid8 NOT NULL,
    fingerprints bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT journal_seal_pkey PRIMARY KEY (id),
    CONSTRAINT journal_seal_id_check CHECK (id > 0),
    CONSTRAINT journal_seal_entry_count_check CHECK (entry_count > 0),
    CONSTRAINT journal_seal_fingerprints_check CHECK (octet_length(fingerprints) = 8 * entry_count),
    CONSTRAINT journal_seal_hash_check CHECK (octet_length(hash) = 32 AND octet_length(previous_hash) = 32)
);
-- hashes do not compress, and single fingerprints are fetched out of many
ALTER TABLE govdata.journal_seal ALTER COLUMN fingerprints SET STORAGE EXTERNAL;

COMMENT ON TABLE govdata.journal_seal IS '日志封存：以 SHA-256 散列链封存一批日志，只增不改';
COMMENT ON COLUMN govdata.journal_seal.id IS '封存序号，自 1 起连续';
COMMENT ON COLUMN govdata.journal_seal.sealed_at IS '封存时间（法定时钟）';
COMMENT ON COLUMN govdata.journal_seal.entries IS '所封存的日志序号';
COMMENT ON COLUMN govdata.journal_seal.entry_count IS '所封存的日志条数';
COMMENT ON COLUMN govdata.journal_seal.complete_through IS '至此序号的日志均已封存，此后不会再出现';
COMMENT ON COLUMN govdata.journal_seal.drawn IS '封存时已领取的最大序号';
COMMENT ON COLUMN govdata.journal_seal.fence IS '封存时的下一事务号；仅供封存程序查找，不参与散列';
COMMENT ON COLUMN govdata.journal_seal.fingerprints IS '各条日志散列的前 8 字节，按序号排列，用于指明被改动的条目';
COMMENT ON COLUMN govdata.journal_seal.previous_hash IS '上一封存的散列；首个封存为 32 个零字节';
COMMENT ON COLUMN govdata.journal_seal.hash IS '本封存的散列';

-- _journal(): AFTER statement trigger, writes the entries of a statement.
-- Arguments: subject, key columns separated by commas, state column, provider
-- column, consumer column, default article ('' where there is none).
CREATE FUNCTION govdata._journal() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'gd_journal';
COMMENT ON FUNCTION govdata._journal() IS '触发器：写入日志';

-- _append_only(): BEFORE statement trigger; raises ZW032 (Article 32).
CREATE FUNCTION govdata._append_only() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'gd_append_only';
COMMENT ON FUNCTION govdata._append_only() IS '触发器：日志与封存只增不改';

-- _no_truncate(): BEFORE TRUNCATE trigger; raises ZW032 (Article 32).
CREATE FUNCTION govdata._no_truncate() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'gd_no_truncate';
COMMENT ON FUNCTION govdata._no_truncate() IS '触发器：受管表不得 TRUNCATE';

CREATE TRIGGER _append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON govdata.journal_entry FOR EACH STATEMENT EXECUTE FUNCTION govdata._append_only();
ALTER TABLE govdata.journal_entry ENABLE ALWAYS TRIGGER _append_only;
CREATE TRIGGER _append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON govdata.journal_seal FOR EACH STATEMENT EXECUTE FUNCTION govdata._append_only();
ALTER TABLE govdata.journal_seal ENABLE ALWAYS TRIGGER _append_only;

-- _govern(relation, subject, key, state, provider, consumer, article): puts a
-- table under the journal.  "key": its key columns separated by commas, which
-- never change; "state", "provider", "consumer": columns or ''; "article": what
-- an entry names where no transition says better, 0 for none.
--
-- The triggers fire always, also for replication roles, and before other
-- statement triggers of the table, since names decide the order.
CREATE FUNCTION govdata._govern(relation regclass, subject text, key text, state text,
    provider text, consumer text, article smallint) RETURNS void
    LANGUAGE plpgsql AS $function$
DECLARE
    arguments text := pg_catalog.format('%L, %L, %L, %L, %L, %L', subject, key, state,
        provider, consumer, coalesce(nullif(article, 0)::text, ''));
    event text;
    rows text;
BEGIN
    FOR event, rows IN VALUES
        ('insert', 'NEW TABLE AS new_rows'),
        ('update', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'),
        ('delete', 'OLD TABLE AS old_rows')
    LOOP
        EXECUTE pg_catalog.format('CREATE TRIGGER _journal_%s AFTER %s ON %s REFERENCING %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION govdata._journal(%s)',
            event, event, relation, rows, arguments);
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER _journal_%s', relation, event);
    END LOOP;
    EXECUTE pg_catalog.format('CREATE TRIGGER _no_truncate BEFORE TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION govdata._no_truncate()', relation);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER _no_truncate', relation);
END
$function$;
COMMENT ON FUNCTION govdata._govern(regclass, text, text, text, text, text, smallint)
    IS '将一张表纳入日志';

-- seal_head(): the newest seal; no row before the first.  "hash" in hexadecimal,
-- "sealed_through" the greatest id it covers.  To be kept outside the database:
-- with it verify_journal() finds a chain that was rewritten as a whole.
CREATE FUNCTION govdata.seal_head(OUT seal bigint, OUT hash text, OUT sealed_through bigint,
    OUT sealed_at timestamptz) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE AS $function$
SELECT s.id, pg_catalog.encode(s.hash, 'hex'),
    pg_catalog.upper(s.entries) OPERATOR(pg_catalog.-) 1, s.sealed_at
FROM govdata.journal_seal s ORDER BY s.id DESC LIMIT 1
$function$;
COMMENT ON FUNCTION govdata.seal_head() IS '最新封存及其散列；请在库外留存，以备核验';

-- verify_journal(known_seal, known_hash, newest): recomputes every seal, or so
-- many newest ones, from the rows that are there.  One row a finding:
--
--     ok          all sealed entries are as they were; "entries" counts them
--     removed     a sealed entry is gone
--     altered     a sealed entry has another content
--     reordered   a sealed entry holds the content of another of the same seal
--     planted     an entry without a seal where all were sealed long ago
--     seal        a seal itself was altered
--     chain       a seal is missing, or does not follow the one before
--     head        the known seal is missing or has another hash
--     unsealed    entries that no seal covers yet: nothing is promised for these
--
-- known_seal and known_hash come from seal_head() or the server log and were
-- kept outside: without them a chain rewritten as a whole cannot be told.
--
-- Needs to see the whole journal: administrators and superusers.  One plain
-- statement without this library: its text (\sf govdata.verify_journal), with
-- NULL for the parameters, runs in any session on a copy of the two tables.
CREATE FUNCTION govdata.verify_journal(known_seal bigint DEFAULT NULL, known_hash text DEFAULT NULL,
    newest integer DEFAULT NULL,
    OUT finding text, OUT seal bigint, OUT entry bigint, OUT entries bigint, OUT detail text)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off AS $function$
WITH
link AS (
    SELECT s.*,
        lag(s.id, 1, 0::bigint) OVER w AS last_id,
        lag(s.hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS last_hash
    FROM ONLY govdata.journal_seal s
    -- one more, to which the first of them must be linked
    WHERE newest IS NULL OR s.id >= (SELECT max(h.id) FROM ONLY govdata.journal_seal h) - newest
    WINDOW w AS (ORDER BY s.id)
),
checked AS (
    SELECT s.id, s.entries, s.entry_count, s.fingerprints, s.last_id,
        s.previous_hash = s.last_hash AS linked,
        s.hash = sha256(s.previous_hash
            || convert_to(jsonb_build_array(s.id, (extract(epoch FROM s.sealed_at) * 1000000)::bigint,
                s.entries::text, s.entry_count, s.complete_through, s.drawn)::text, 'UTF8')
            || coalesce(d.digests, '')) AS intact
    FROM link s
    CROSS JOIN LATERAL (
        SELECT string_agg(sha256(convert_to(jsonb_build_array(
                (extract(epoch FROM e.at) * 1000000)::bigint,
                (extract(epoch FROM e.real_at) * 1000000)::bigint,
                e.subject, e.subject_key, e.event, e.from_state, e.to_state, e.article, e.actor,
                e.role, e.department, e.provider, e.consumer, e.before, e.after,
                e.deputy, e.on_behalf_of)::text, 'UTF8')),
            ''::bytea ORDER BY e.id) AS digests
        FROM unnest(s.entries) r
        JOIN ONLY govdata.journal_entry e ON e.id >= lower(r) AND e.id < upper(r)
    ) d
    WHERE newest IS NULL OR s.id > (SELECT max(h.id) FROM ONLY govdata.journal_seal h) - newest
),
expected AS (
    SELECT c.id AS seal, c.fingerprints, i.id,
        substr(c.fingerprints, (8 * row_number() OVER (PARTITION BY c.id ORDER BY i.id) - 7)::integer, 8) AS fingerprint
    FROM checked c
    CROSS JOIN LATERAL (SELECT g AS id FROM unnest(c.entries) r, generate_series(lower(r), upper(r) - 1) g) i
    WHERE NOT c.intact
),
compared AS (
    SELECT x.seal, x.id, x.fingerprint, e.id IS NULL AS missing,
        substr(sha256(convert_to(jsonb_build_array(
            (extract(epoch FROM e.at) * 1000000)::bigint,
            (extract(epoch FROM e.real_at) * 1000000)::bigint,
            e.subject, e.subject_key, e.event, e.from_state, e.to_state, e.article, e.actor,
            e.role, e.department, e.provider, e.consumer, e.before, e.after,
                e.deputy, e.on_behalf_of)::text, 'UTF8')), 1, 8) AS found
    FROM expected x
    LEFT JOIN ONLY govdata.journal_entry e ON e.id = x.id
),
differing AS (
    SELECT d.seal, d.id, d.missing, o.id AS moved_from
    FROM compared d
    LEFT JOIN LATERAL (SELECT o.id FROM compared o
        WHERE o.seal = d.seal AND o.fingerprint = d.found AND NOT d.missing
        ORDER BY o.id LIMIT 1) o ON true
    WHERE d.missing OR d.found <> d.fingerprint
),
open_entries AS (
    SELECT e.id, e.id <= h.complete_through AS planted
    FROM (SELECT coalesce(range_agg(s.entries), '{}') AS entries,
            coalesce(max(s.complete_through), 0) AS complete_through
        FROM ONLY govdata.journal_seal s) h
    CROSS JOIN LATERAL unnest(int8multirange(int8range(NULL, NULL)) - h.entries) g
    JOIN ONLY govdata.journal_entry e
        ON e.id >= coalesce(lower(g), -9223372036854775808)
        AND e.id <= coalesce(upper(g) - 1, 9223372036854775807)
),
finding AS (
    SELECT CASE WHEN missing THEN 'removed' WHEN moved_from IS NULL THEN 'altered' ELSE 'reordered' END AS finding,
        seal, id AS entry, 1::bigint AS entries,
        CASE WHEN missing THEN format(govdata._text('entry %s of seal %s is gone'), id, seal)
            WHEN moved_from IS NULL THEN format(govdata._text('entry %s does not have the content that seal %s covers'), id, seal)
            ELSE format(govdata._text('entry %s holds the content of entry %s'), id, moved_from) END AS detail
    FROM differing
    UNION ALL
    SELECT 'seal', c.id, NULL, c.entry_count,
        format(govdata._text('seal %s was altered: its entries are as they were, its hash is not'), c.id)
    FROM checked c
    WHERE NOT c.intact AND NOT EXISTS (SELECT FROM differing d WHERE d.seal = c.id)
    UNION ALL
    SELECT 'chain', c.id, NULL, NULL,
        CASE WHEN c.id <> c.last_id + 1 THEN format(govdata._text('seals %s to %s are missing'), c.last_id + 1, c.id - 1)
            ELSE format(govdata._text('seal %s does not continue the hash of seal %s'), c.id, c.last_id) END
    FROM checked c
    WHERE c.id <> c.last_id + 1 OR NOT c.linked
    UNION ALL
    SELECT 'head', known_seal, NULL, NULL,
        format(govdata._text('seal %s is missing or does not have the hash that was kept'), known_seal)
    WHERE known_seal IS NOT NULL AND NOT EXISTS (SELECT FROM ONLY govdata.journal_seal s
        WHERE s.id = known_seal AND encode(s.hash, 'hex') = lower(known_hash))
    UNION ALL
    SELECT 'planted', NULL, o.id, 1, format(govdata._text('entry %s appeared after its neighbors had been sealed'), o.id)
    FROM open_entries o
    WHERE o.planted
)
SELECT f.finding, f.seal, f.entry, f.entries, f.detail FROM finding f
UNION ALL
SELECT 'ok', max(c.id), NULL, coalesce(sum(c.entry_count), 0)::bigint,
    format(govdata._text('%s entries under %s seals are as they were sealed'), coalesce(sum(c.entry_count), 0), count(c.id))
FROM checked c
HAVING NOT EXISTS (SELECT FROM finding)
UNION ALL
SELECT 'unsealed', NULL, min(o.id), count(*),
    format(govdata._text('%s entries from %s to %s are not sealed yet'), count(*), min(o.id), max(o.id))
FROM open_entries o
WHERE NOT o.planted
HAVING count(*) > 0
ORDER BY 2 NULLS LAST, 3, 1
$function$;
GRANT EXECUTE ON FUNCTION govdata.verify_journal(bigint, text, integer) TO govdata_admin;
COMMENT ON FUNCTION govdata.verify_journal(bigint, text, integer) IS '核验日志：指明被删除、改动、调换、补写的条目和断裂的封存链';
