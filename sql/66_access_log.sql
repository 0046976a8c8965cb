-- The access log (Measures, Article 32): each read of an attached table, by
-- whom, on what ground and for what purpose. Written by src/access_worker.c,
-- sealed like the journal.

-- The parent carries neither key nor index: partitions are made at run time,
-- one a calendar month (UTC) of the server's actual time, are no members of the
-- extension, and are dumped and restored as tables with indexes of their own.
-- The key follows the actual time, not the governed one: a clock moved for a
-- rehearsal must not decide which records come of age.
CREATE TABLE govdata.access_record (
    boot bigint NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    real_at timestamptz NOT NULL,
    kind text NOT NULL,
    start_seq bigint,
    session_role text,
    outer_role text,
    role text,
    department bigint,
    application text,
    client_address text,
    process_id bigint NOT NULL,
    query_id bigint,
    resource bigint,
    relation text,
    authorization_id bigint,
    version bigint,
    items text,
    purpose text,
    basis text,
    reason text,
    end_seq bigint,
    ended_at timestamptz,
    row_count bigint,
    completed boolean
) PARTITION BY RANGE (real_at);

COMMENT ON TABLE govdata.access_record IS '访问记录：每条语句对每一挂接数据表的读取（第三十二条），按月分区，只增不改';
COMMENT ON COLUMN govdata.access_record.boot IS '队列启用编号（微秒时间戳），服务器每次启动后不同';
COMMENT ON COLUMN govdata.access_record.seq IS '队列内序号，自 1 起连续';
COMMENT ON COLUMN govdata.access_record.at IS '时间（法定时钟）';
COMMENT ON COLUMN govdata.access_record.real_at IS '时间（服务器实际时间）；分区与保存期限以此为准';
COMMENT ON COLUMN govdata.access_record.kind IS '种类：read 读取，copy 另行保存，explain 仅解释，refused 被拒绝，end 读取结束';
COMMENT ON COLUMN govdata.access_record.start_seq IS 'kind 为 end 时，所结束的读取的序号';
COMMENT ON COLUMN govdata.access_record.session_role IS '登录角色';
COMMENT ON COLUMN govdata.access_record.outer_role IS '外层角色（SET ROLE 之后）';
COMMENT ON COLUMN govdata.access_record.role IS '执行时的当前角色';
COMMENT ON COLUMN govdata.access_record.department IS '读取部门';
COMMENT ON COLUMN govdata.access_record.application IS '应用名称';
COMMENT ON COLUMN govdata.access_record.client_address IS '客户端地址；空表示本机套接字';
COMMENT ON COLUMN govdata.access_record.process_id IS '服务进程号';
COMMENT ON COLUMN govdata.access_record.query_id IS '语句标识（compute_query_id）';
COMMENT ON COLUMN govdata.access_record.resource IS '资源编号';
COMMENT ON COLUMN govdata.access_record.relation IS '数据表名称';
COMMENT ON COLUMN govdata.access_record.authorization_id IS '所依据的授权';
COMMENT ON COLUMN govdata.access_record.version IS '授权版本';
COMMENT ON COLUMN govdata.access_record.items IS '所读信息项';
COMMENT ON COLUMN govdata.access_record.purpose IS '读取时声明的用途';
COMMENT ON COLUMN govdata.access_record.basis IS '依据：own 自有，bypass 自有而角色不受行级安全约束（BYPASSRLS），administrator 管理员，class 无条件共享，continued 沿用原共享条件，authorization 授权，open 开放，none 无';
COMMENT ON COLUMN govdata.access_record.reason IS '拒绝理由';
COMMENT ON COLUMN govdata.access_record.end_seq IS '读取与结束一并写入时，结束的序号';
COMMENT ON COLUMN govdata.access_record.ended_at IS '结束时间（法定时钟）';
COMMENT ON COLUMN govdata.access_record.row_count IS '返回行数；未正常结束时为已知的行数；空表示不详';
COMMENT ON COLUMN govdata.access_record.completed IS '是否正常结束';

CREATE TABLE govdata.access_seal (
    id bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    kind text NOT NULL,
    month date NOT NULL,
    boot bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    entry_count bigint NOT NULL,
    fingerprints bytea NOT NULL,
    content_hash bytea NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT access_seal_pkey PRIMARY KEY (id),
    CONSTRAINT access_seal_id_check CHECK (id > 0),
    CONSTRAINT access_seal_kind_check CHECK (kind IN ('records', 'retired')),
    CONSTRAINT access_seal_fingerprints_check
        CHECK (octet_length(fingerprints) = CASE kind WHEN 'records' THEN 8 * entry_count ELSE 0 END),
    CONSTRAINT access_seal_hash_check CHECK (octet_length(hash) = 32 AND octet_length(previous_hash) = 32
        AND octet_length(content_hash) = 32)
);
ALTER TABLE govdata.access_seal ALTER COLUMN fingerprints SET STORAGE EXTERNAL;
CREATE INDEX access_seal_range_idx ON govdata.access_seal (month, boot, last_seq);

COMMENT ON TABLE govdata.access_seal IS '访问记录封存：以 SHA-256 散列链封存，一个封存不跨月份与启用编号；期满销毁亦留一条';
COMMENT ON COLUMN govdata.access_seal.id IS '封存序号，自 1 起连续';
COMMENT ON COLUMN govdata.access_seal.sealed_at IS '封存时间（法定时钟）';
COMMENT ON COLUMN govdata.access_seal.kind IS '种类：records 封存记录，retired 该月记录保存期满已销毁';
COMMENT ON COLUMN govdata.access_seal.month IS '所属月份（UTC）的首日';
COMMENT ON COLUMN govdata.access_seal.boot IS '队列启用编号；kind 为 retired 时为 0';
COMMENT ON COLUMN govdata.access_seal.first_seq IS '所封存序号的起点（含）';
COMMENT ON COLUMN govdata.access_seal.last_seq IS '所封存序号的终点（含）';
COMMENT ON COLUMN govdata.access_seal.entry_count IS '所封存（所销毁）的记录条数';
COMMENT ON COLUMN govdata.access_seal.fingerprints IS '各条记录散列的前 8 字节，按序号排列';
COMMENT ON COLUMN govdata.access_seal.content_hash IS '各条记录散列依次相连后的散列';
COMMENT ON COLUMN govdata.access_seal.previous_hash IS '上一封存的散列；首个封存为 32 个零字节';
COMMENT ON COLUMN govdata.access_seal.hash IS '本封存的散列';

-- What is under investigation outlives its term.
CREATE TABLE govdata.access_hold (
    month date NOT NULL,
    reason text NOT NULL,
    CONSTRAINT access_hold_pkey PRIMARY KEY (month),
    CONSTRAINT access_hold_month_check CHECK (month = date_trunc('month', month::timestamp)::date),
    CONSTRAINT access_hold_reason_check CHECK (btrim(reason) <> '')
);
COMMENT ON TABLE govdata.access_hold IS '暂缓销毁：列入的月份，其访问记录期满亦不销毁';
COMMENT ON COLUMN govdata.access_hold.month IS '月份（UTC）的首日';
COMMENT ON COLUMN govdata.access_hold.reason IS '理由';

CREATE FUNCTION govdata._guard_kept() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_kept';
COMMENT ON FUNCTION govdata._guard_kept() IS '守卫:只由管理员维护的表';
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.access_hold
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_kept('32');

CREATE TRIGGER _append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON govdata.access_record FOR EACH STATEMENT EXECUTE FUNCTION govdata._append_only();
ALTER TABLE govdata.access_record ENABLE ALWAYS TRIGGER _append_only;
CREATE TRIGGER _append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON govdata.access_seal FOR EACH STATEMENT EXECUTE FUNCTION govdata._append_only();
ALTER TABLE govdata.access_seal ENABLE ALWAYS TRIGGER _append_only;

-- A department sees its own reads and those of the resources it provides. Who
-- supervises sees counts, access_statistics(), and not what was read for what;
-- _sees() of nobody is true for administrators alone.
ALTER TABLE govdata.access_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON govdata.access_record FOR SELECT TO govdata_department, govdata_admin
    USING (department = govdata.current_department()
        OR resource IN (SELECT r.id FROM govdata.resource r WHERE r.provider = govdata.current_department())
        OR govdata._sees(NULL, NULL));

-- One row a read. Without ended_at the read was cut off by a crash, is still
-- under way, or its end waits in the queue.
CREATE VIEW govdata.access_log WITH (security_invoker, security_barrier) AS
SELECT s.boot, s.seq, s.at, s.real_at, s.kind, s.basis, s.session_role, s.outer_role, s.role,
       s.department AS department_id, d.name AS department, s.application, s.client_address, s.process_id,
       s.query_id, s.resource, r.code, r.title, s.relation, s.items, s.authorization_id, s.version,
       q.id AS request, s.purpose, s.reason, coalesce(s.ended_at, e.ended_at) AS ended_at,
       coalesce(s.row_count, e.row_count) AS row_count, coalesce(s.completed, e.completed) AS completed
  FROM govdata.access_record s
  LEFT JOIN govdata.access_record e ON e.boot = s.boot AND e.start_seq = s.seq
       AND e.real_at >= s.real_at - interval '1 hour'
  LEFT JOIN govdata.department d ON d.id = s.department
  LEFT JOIN govdata.resource r ON r.id = s.resource
  LEFT JOIN govdata.share_request q ON q.authorization_id = s.authorization_id AND q.resource = s.resource
 WHERE s.kind <> 'end';
COMMENT ON VIEW govdata.access_log IS '访问日志：各部门可见本部门的读取和他人对本部门资源的读取，管理员可见全部';
COMMENT ON COLUMN govdata.access_log.boot IS '写入服务器的启动号';
COMMENT ON COLUMN govdata.access_log.seq IS '序号(每次启动内连续)';
COMMENT ON COLUMN govdata.access_log.at IS '开始时间(法定时钟)';
COMMENT ON COLUMN govdata.access_log.real_at IS '开始时间(实际)';
COMMENT ON COLUMN govdata.access_log.kind IS '类别:read 读取、copy 另存、explain 仅解释、refused 被拒';
COMMENT ON COLUMN govdata.access_log.basis IS '依据:own 本部门、bypass 本部门而角色不受行级安全约束(BYPASSRLS)、administrator 管理员、class 无条件共享、continued 沿用原共享条件、authorization 授权、open 开放、none 无';
COMMENT ON COLUMN govdata.access_log.session_role IS '登录角色';
COMMENT ON COLUMN govdata.access_log.outer_role IS 'SET ROLE 后的角色';
COMMENT ON COLUMN govdata.access_log.role IS '执行时的角色';
COMMENT ON COLUMN govdata.access_log.department_id IS '部门编号';
COMMENT ON COLUMN govdata.access_log.department IS '部门';
COMMENT ON COLUMN govdata.access_log.application IS '应用名称';
COMMENT ON COLUMN govdata.access_log.client_address IS '客户端地址';
COMMENT ON COLUMN govdata.access_log.process_id IS '进程号';
COMMENT ON COLUMN govdata.access_log.query_id IS '查询标识';
COMMENT ON COLUMN govdata.access_log.resource IS '资源编号';
COMMENT ON COLUMN govdata.access_log.code IS '资源代码';
COMMENT ON COLUMN govdata.access_log.title IS '资源名称';
COMMENT ON COLUMN govdata.access_log.relation IS '数据表';
COMMENT ON COLUMN govdata.access_log.items IS '读取的信息项';
COMMENT ON COLUMN govdata.access_log.authorization_id IS '授权编号';
COMMENT ON COLUMN govdata.access_log.version IS '授权版本';
COMMENT ON COLUMN govdata.access_log.purpose IS '声明的用途';
COMMENT ON COLUMN govdata.access_log.reason IS '被拒的理由';
COMMENT ON COLUMN govdata.access_log.completed IS '是否正常结束';
COMMENT ON COLUMN govdata.access_log.request IS '授权所由的申请';
COMMENT ON COLUMN govdata.access_log.ended_at IS '结束时间；空表示中断、尚在进行或尚未写入';
COMMENT ON COLUMN govdata.access_log.row_count IS '返回行数；未正常结束时为已知的行数；空表示不详';

-- access_of(department, since, until) -> what a department read, as rows of
-- access_log in the order of time: reads from "since" on and before "until",
-- both the server's actual time. Whoever may not see the department's reads
-- gets those it may see: of its own resources. Article 32.
CREATE FUNCTION govdata.access_of(department bigint, since timestamptz DEFAULT '-infinity',
    until timestamptz DEFAULT 'infinity') RETURNS SETOF govdata.access_log
    LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT l.* FROM govdata.access_log l
     WHERE l.department_id = access_of.department AND l.real_at >= since AND l.real_at < until
     ORDER BY l.real_at, l.boot, l.seq;
END;
COMMENT ON FUNCTION govdata.access_of(bigint, timestamptz, timestamptz) IS '某部门在一段时间内的全部读取(第三十二条)';

-- access_of(uscc, since, until): the same by unified social credit code, the
-- present one or one that the department had before. Raises ZW032 for a code
-- that no department has or had.
CREATE FUNCTION govdata.access_of(uscc text, since timestamptz DEFAULT '-infinity',
    until timestamptz DEFAULT 'infinity') RETURNS SETOF govdata.access_log
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    unit bigint;
BEGIN
    SELECT d.id INTO unit FROM govdata.department d WHERE d.uscc = access_of.uscc;
    IF unit IS NULL THEN
        SELECT j.subject_key::bigint INTO unit FROM govdata.journal_entry j
         WHERE j.subject = 'department' AND j.before ->> 'uscc' = access_of.uscc ORDER BY j.id DESC LIMIT 1;
    END IF;
    IF unit IS NULL THEN
        PERFORM govdata._absent('department', uscc, 32::smallint);
    END IF;
    RETURN QUERY SELECT * FROM govdata.access_of(unit, since, until);
END
$function$;
COMMENT ON FUNCTION govdata.access_of(text, timestamptz, timestamptz) IS '某统一社会信用代码(含曾用代码)的部门在一段时间内的全部读取(第三十二条)';

-- access_of_role(role, since, until): the same for a person, by the role that
-- he logged in as, whatever department he acted for.
CREATE FUNCTION govdata.access_of_role(role name, since timestamptz DEFAULT '-infinity',
    until timestamptz DEFAULT 'infinity') RETURNS SETOF govdata.access_log
    LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT l.* FROM govdata.access_log l
     WHERE l.session_role = access_of_role.role::text AND l.real_at >= since AND l.real_at < until
     ORDER BY l.real_at, l.boot, l.seq;
END;
COMMENT ON FUNCTION govdata.access_of_role(name, timestamptz, timestamptz) IS '某登录角色(个人)在一段时间内的全部读取(第三十二条)';

-- trace_access(boot, seq) -> how a read came to be allowed, one row an event in
-- the order of time: what happened to the resource and its attachment, the
-- request and its answer, the authorization and what was done to it, each with
-- its article and actor, and the read itself. "at" is the governed time;
-- "content" what the event wrote. Consent by silence stands where it was given,
-- as event "deemed_consent", whenever a sweep wrote it down. Raises ZW032 for a record that is not
-- there or not the caller's to see; of the journal it shows what the caller may
-- see.
CREATE FUNCTION govdata.trace_access(boot bigint, seq bigint, OUT at timestamptz, OUT subject text,
    OUT subject_key text, OUT event text, OUT from_state text, OUT to_state text, OUT article smallint,
    OUT actor text, OUT role text, OUT department text, OUT content jsonb) RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    l govdata.access_log;
BEGIN
    SELECT * INTO l FROM govdata.access_log a WHERE a.boot = trace_access.boot AND a.seq = trace_access.seq;
    IF NOT FOUND THEN
        PERFORM govdata._absent('access_log', concat_ws('/', boot, seq), 32::smallint);
    END IF;
    RETURN QUERY
    WITH act AS (
        SELECT a.id FROM govdata.authorization_act a WHERE a.share_authorization = l.authorization_id
    ),
    event AS (
        SELECT j.at, 1 AS rank, j.id, j.subject, j.subject_key, j.event, j.from_state, j.to_state, j.article, j.actor,
               j.role, d.name AS department, j.after AS content
          FROM govdata.journal_entry j LEFT JOIN govdata.department d ON d.id = j.department
         WHERE (j.subject, j.subject_key) IN (
               SELECT 'resource', l.resource::text
               UNION ALL SELECT 'attachment', l.resource::text
               UNION ALL SELECT 'share_request', l.request::text
               UNION ALL SELECT 'share_authorization', l.authorization_id::text
               UNION ALL SELECT 'authorization_act', act.id::text FROM act)
           AND (j.subject <> 'resource' OR j.event = 'insert' OR j.from_state IS DISTINCT FROM j.to_state
                OR j.before ?| ARRAY['sharing', 'opening', 'opening_state'])
        UNION ALL
        SELECT q.matures_at, 2, q.id, 'share_request', q.id::text, 'deemed_consent', 'submitted', 'approved',
               t.article, 'time', NULL, NULL, NULL
          FROM govdata.share_request q JOIN govdata.time_limit t ON t.code = q.limit_code
           AND t.effective @> govdata.legal_date(q.received_at)
         WHERE q.id = l.request
           AND (q.answer_basis = 'deemed_consent' OR q.state = 'submitted' AND q.matures_at <= govdata.as_of())
        UNION ALL
        SELECT l.at, 3, l.seq, 'access_record', concat_ws('/', l.boot, l.seq), l.kind, NULL, NULL, 32::smallint,
               CASE l.basis WHEN 'administrator' THEN 'administrator' ELSE 'department' END, l.outer_role, l.department,
               jsonb_strip_nulls(to_jsonb(l) - '{boot,seq,at,kind,outer_role,department}'::text[])
    )
    SELECT e.at, e.subject, e.subject_key, e.event, e.from_state, e.to_state, e.article, e.actor, e.role, e.department,
           e.content
      FROM event e ORDER BY e.at, e.rank, e.id;
END
$function$;
COMMENT ON FUNCTION govdata.trace_access(bigint, bigint) IS '由一条访问记录追溯其资源、申请、答复、授权及各行为人(第三十二条)';

-- access_statistics(since, until) -> how much each department read of each
-- resource on each day of the legal time zone; "since" and "until" as in
-- access_of(). For the department, the provider, and whoever supervises one of
-- them (Articles 5 and 7), who sees counts and nothing else.
CREATE FUNCTION govdata.access_statistics(since timestamptz DEFAULT '-infinity', until timestamptz DEFAULT 'infinity',
    OUT day date, OUT department_id bigint, OUT department text, OUT resource bigint, OUT code text, OUT title text,
    OUT reads bigint, OUT copies bigint, OUT refused bigint, OUT rows_returned bigint) RETURNS SETOF record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_access_statistics';
COMMENT ON FUNCTION govdata.access_statistics(timestamptz, timestamptz) IS '每日各部门对各资源的读取次数与行数,供部门、提供部门及对其负有指导监督之责者查看(第五条、第七条、第三十二条)';

-- _access_statistics(since, until): what access_statistics() returns, counted with
-- the owner's rights, because the records are not the supervisor's to see.
CREATE FUNCTION govdata._access_statistics(since timestamptz, until timestamptz,
    OUT day date, OUT department_id bigint, OUT department text, OUT resource bigint, OUT code text, OUT title text,
    OUT reads bigint, OUT copies bigint, OUT refused bigint, OUT rows_returned bigint) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $function$
SELECT s.day, s.department, d.name, s.resource, r.code, r.title, s.reads, s.copies, s.refused, s.rows_returned
  FROM (SELECT govdata.legal_date(e.at) AS day, e.department, e.resource,
               count(*) FILTER (WHERE e.kind IN ('read', 'copy')) AS reads, count(*) FILTER (WHERE e.kind = 'copy') AS copies,
               count(*) FILTER (WHERE e.kind = 'refused') AS refused, coalesce(sum(e.row_count), 0)::bigint AS rows_returned
          FROM govdata.access_record e
         WHERE e.real_at >= since AND e.real_at < until
         GROUP BY 1, 2, 3) s
  LEFT JOIN govdata.department d ON d.id = s.department
  LEFT JOIN govdata.resource r ON r.id = s.resource
 WHERE govdata._sees(s.department, r.provider)
 ORDER BY 1, 2, 4
$function$;
COMMENT ON FUNCTION govdata._access_statistics(timestamptz, timestamptz) IS '读取统计;由 access_statistics 调用';

-- _make_access_partition(month) -> the partition of a month, made when missing.
-- "month" is its first day, in UTC. Attached, not created in place: ATTACH lets
-- those who read the log go on.
--
-- While a month is written it has what writing needs, and a summary for whoever
-- looks for a time, a department or a resource: keys for those would cost the
-- writer as much as the rest of its work. _index_access_log() adds them.
-- _is_access_partition(relation) -> whether it is the log's partition for the month
-- that it is named after; NULL when it is no partition of the log at all.
CREATE FUNCTION govdata._is_access_partition(relation oid) RETURNS boolean
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_is_access_partition';
COMMENT ON FUNCTION govdata._is_access_partition(oid) IS '是否为访问日志中名称所指月份的分区';

CREATE FUNCTION govdata._make_access_partition(month date) RETURNS regclass
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' AS $function$
DECLARE
    made text := 'access_record_' || to_char(month, 'YYYY_MM');
    present regclass := to_regclass('govdata.' || quote_ident(made));
BEGIN
    IF present IS NOT NULL THEN
        RETURN present;
    END IF;
    EXECUTE format('CREATE TABLE govdata.%I (LIKE govdata.access_record INCLUDING STORAGE INCLUDING COMMENTS)', made);
    EXECUTE format('REVOKE ALL ON govdata.%I FROM PUBLIC, govdata_department, govdata_public, govdata_admin', made);
    EXECUTE format('ALTER TABLE govdata.%I ENABLE ROW LEVEL SECURITY', made);
    EXECUTE format('CREATE UNIQUE INDEX %I ON govdata.%I (boot, seq)', made || '_key', made);
    EXECUTE format('CREATE INDEX %I ON govdata.%I (boot, start_seq) WHERE start_seq IS NOT NULL', made || '_end_idx', made);
    EXECUTE format('CREATE INDEX %I ON govdata.%I USING brin (real_at, resource pg_catalog.int8_bloom_ops'
        ' (n_distinct_per_range = 200), department pg_catalog.int8_bloom_ops (n_distinct_per_range = 200))'
        ' WITH (pages_per_range = 32)', made || '_summary_idx', made);
    EXECUTE format('CREATE TRIGGER _append_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON govdata.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION govdata._append_only()', made);
    EXECUTE format('ALTER TABLE govdata.%I ENABLE ALWAYS TRIGGER _append_only', made);
    EXECUTE format('COMMENT ON TABLE govdata.%I IS %L', made, '访问记录：' || to_char(month, 'YYYY"年"MM"月"') || '（UTC）');
    EXECUTE format('ALTER TABLE govdata.access_record ATTACH PARTITION govdata.%I FOR VALUES FROM (%L) TO (%L)',
        made, month::timestamptz, (month + interval '1 month')::timestamptz);
    RETURN to_regclass('govdata.' || quote_ident(made));
END
$function$;
COMMENT ON FUNCTION govdata._make_access_partition(date) IS '建立某月的访问记录分区；须由扩展自身调用';

-- _index_access_log() -> 1 when it has given a month, the oldest without, its
-- indexes by resource and department; 0 when there is none. Only months that have
-- been over for a day, to which nobody writes any more. The sweep calls it.
CREATE FUNCTION govdata._index_access_log() RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    part text;
BEGIN
    SELECT 'access_record_' || to_char(m, 'YYYY_MM') INTO part FROM govdata._access_months() m
     WHERE (m + interval '1 month 1 day') AT TIME ZONE 'UTC' <= clock_timestamp()
       AND to_regclass(format('govdata.%I', 'access_record_' || to_char(m, 'YYYY_MM') || '_department_idx')) IS NULL
     ORDER BY m LIMIT 1;
    IF part IS NULL THEN
        RETURN 0;
    END IF;
    -- nobody waits for this
    BEGIN
        EXECUTE format('LOCK TABLE govdata.%I IN SHARE MODE NOWAIT', part);
    EXCEPTION WHEN lock_not_available THEN
        RETURN 0;
    END;
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON govdata.%I (resource, real_at) WHERE start_seq IS NULL',
        part || '_resource_idx', part);
    EXECUTE format('CREATE INDEX %I ON govdata.%I (department, real_at) WHERE start_seq IS NULL',
        part || '_department_idx', part);
    RETURN 1;
END
$function$;
COMMENT ON FUNCTION govdata._index_access_log() IS '为已结束月份的访问记录补建资源、部门索引；由清扫调用';

-- _access_months() -> the months whose records are there.
CREATE FUNCTION govdata._access_months() RETURNS SETOF date
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $function$
SELECT to_date(right(c.relname, 7), 'YYYY_MM')
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'govdata.access_record'::regclass
$function$;
COMMENT ON FUNCTION govdata._access_months() IS '现有访问记录分区的月份';

-- _access_digest(record) -> SHA-256 of what a record says. Fixed order, UTC, no
-- OIDs, so that any session can compute it.
CREATE FUNCTION govdata._access_digest(e govdata.access_record) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE AS $function$
SELECT pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(e.seq,
    (extract(epoch FROM e.at) OPERATOR(pg_catalog.*) 1000000)::bigint,
    (extract(epoch FROM e.real_at) OPERATOR(pg_catalog.*) 1000000)::bigint,
    e.kind, e.start_seq, e.session_role, e.outer_role, e.role, e.department, e.application, e.client_address,
    e.process_id, e.query_id, e.resource, e.relation, e.authorization_id, e.version, e.items, e.purpose,
    e.basis, e.reason, e.end_seq, (extract(epoch FROM e.ended_at) OPERATOR(pg_catalog.*) 1000000)::bigint,
    e.row_count, e.completed)::text, 'UTF8'))
$function$;
GRANT EXECUTE ON FUNCTION govdata._access_digest(govdata.access_record) TO govdata_admin;
COMMENT ON FUNCTION govdata._access_digest(govdata.access_record) IS '一条访问记录的散列';

-- _write_access_seal(...): appends a seal to the chain.
CREATE FUNCTION govdata._write_access_seal(kind text, month date, boot bigint, first_seq bigint, last_seq bigint,
    entry_count bigint, fingerprints bytea, content_hash bytea) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    made govdata.access_seal;
BEGIN
    SELECT s.id + 1, s.hash INTO made.id, made.previous_hash FROM govdata.access_seal s ORDER BY s.id DESC LIMIT 1;
    made.id := coalesce(made.id, 1);
    made.previous_hash := coalesce(made.previous_hash, decode(repeat('00', 32), 'hex'));
    made.sealed_at := govdata.clock();
    made.hash := sha256(made.previous_hash
        || convert_to(jsonb_build_array(made.id, (extract(epoch FROM made.sealed_at) * 1000000)::bigint, kind,
            month::timestamp, boot, first_seq, last_seq, entry_count)::text, 'UTF8')
        || content_hash);
    INSERT INTO govdata.access_seal VALUES (made.id, made.sealed_at, kind, month, boot, first_seq, last_seq,
        entry_count, fingerprints, content_hash, made.previous_hash, made.hash);
    RAISE LOG 'govdata access log seal % (%) over % records of month % up to %: %', made.id, kind, entry_count, month,
        last_seq, encode(made.hash, 'hex');
END
$function$;
COMMENT ON FUNCTION govdata._write_access_seal(text, date, bigint, bigint, bigint, bigint, bytea, bytea) IS '续写封存链';

-- _unsealed_access(month) -> per boot the last number sealed and the last there
-- is, where records wait for a seal. The boots are found by steps over the key.
CREATE FUNCTION govdata._unsealed_access(month date, OUT boot bigint, OUT sealed bigint, OUT last bigint)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    part text := format('govdata.%I', 'access_record_' || to_char(month, 'YYYY_MM'));
BEGIN
    boot := -1;
    LOOP
        EXECUTE format('SELECT e.boot FROM %s e WHERE e.boot > $1 ORDER BY e.boot LIMIT 1', part) INTO boot USING boot;
        EXIT WHEN boot IS NULL;
        EXECUTE format('SELECT e.seq FROM %s e WHERE e.boot = $1 ORDER BY e.seq DESC LIMIT 1', part) INTO last USING boot;
        SELECT s.last_seq INTO sealed FROM govdata.access_seal s
         WHERE s.month = _unsealed_access.month AND s.boot = _unsealed_access.boot ORDER BY s.last_seq DESC LIMIT 1;
        sealed := coalesce(sealed, 0);
        IF last > sealed THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END
$function$;
COMMENT ON FUNCTION govdata._unsealed_access(date) IS '某月尚未封存的访问记录';

-- _seal_access_log(max_rows) -> how many records the next seal covers; 0 when
-- there is nothing to seal or another session seals.
--
-- A queue has one writer, who writes in order of numbers: what a snapshot shows
-- of a boot is all there will ever be up to the greatest number it shows. So a
-- seal is a range and needs no list.
CREATE FUNCTION govdata._seal_access_log(max_rows bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    candidate date;
    oldest date;
    u record;
    s record;
BEGIN
    BEGIN
        LOCK TABLE govdata.access_seal IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN 0;
    END;
    -- sealed from the oldest on: behind a closed month without work there is none
    FOR candidate IN SELECT m FROM govdata._access_months() m ORDER BY m DESC LOOP
        IF EXISTS (SELECT FROM govdata._unsealed_access(candidate)) THEN
            oldest := candidate;
        ELSIF candidate < date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') - interval '1 month' THEN
            EXIT;
        END IF;
    END LOOP;
    IF oldest IS NULL THEN
        RETURN 0;
    END IF;
    SELECT * INTO STRICT u FROM govdata._unsealed_access(oldest) ORDER BY 1 LIMIT 1;
    SELECT max(d.seq) AS last_seq, count(*) AS n, string_agg(substr(d.digest, 1, 8), ''::bytea ORDER BY d.seq) AS fingerprints,
           sha256(string_agg(d.digest, ''::bytea ORDER BY d.seq)) AS content_hash
      INTO s
      FROM (SELECT e.seq, govdata._access_digest(e) AS digest FROM govdata.access_record e
             WHERE e.real_at >= oldest::timestamp AT TIME ZONE 'UTC'
               AND e.real_at < (oldest + interval '1 month') AT TIME ZONE 'UTC'
               AND e.boot = u.boot AND e.seq > u.sealed AND e.seq <= u.last
             ORDER BY e.seq LIMIT max_rows) d;
    PERFORM govdata._write_access_seal('records', oldest, u.boot, u.sealed + 1, s.last_seq, s.n, s.fingerprints, s.content_hash);
    PERFORM govdata._note_use(oldest, u.boot, u.sealed + 1, s.last_seq);
    RETURN s.n;
END
$function$;
COMMENT ON FUNCTION govdata._seal_access_log(bigint) IS '封存下一批访问记录；由清扫调用';

-- _retire_access_log(months) -> how many months were destroyed: those that ended
-- more than so many months ago, are sealed throughout and not held. Their seals
-- stay, and one more says that they are gone by right.
CREATE FUNCTION govdata._retire_access_log(months integer) RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    due date;
    retired integer := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM govdata._access_months() m
                    WHERE (m + make_interval(months => months + 1)) AT TIME ZONE 'UTC' <= clock_timestamp()) THEN
        RETURN 0;
    END IF;
    -- nobody who reads the log waits for this, nor the writer behind it
    BEGIN
        LOCK TABLE govdata.access_seal IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        LOCK TABLE govdata.access_record IN ACCESS EXCLUSIVE MODE NOWAIT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN 0;
    END;
    FOR due IN SELECT m FROM govdata._access_months() m
                WHERE (m + make_interval(months => months + 1)) AT TIME ZONE 'UTC' <= clock_timestamp()
                  AND NOT EXISTS (SELECT FROM govdata.access_hold h WHERE h.month = m)
                  AND NOT EXISTS (SELECT FROM govdata._unsealed_access(m))
                ORDER BY m LOOP
        PERFORM govdata._write_access_seal('retired', due, 0, 0, 0,
            (SELECT coalesce(sum(s.entry_count), 0)::bigint FROM govdata.access_seal s WHERE s.month = due AND s.kind = 'records'),
            ''::bytea, sha256(''::bytea));
        EXECUTE format('DROP TABLE govdata.%I', 'access_record_' || to_char(due, 'YYYY_MM'));
        retired := retired + 1;
    END LOOP;
    RETURN retired;
END
$function$;
COMMENT ON FUNCTION govdata._retire_access_log(integer) IS '销毁保存期满的访问记录；由 retire_access_log 调用';

-- retire_access_log() -> integer, the number of months destroyed. Those that
-- ended longer ago than govdata.log_retention, are sealed and not in
-- access_hold. The sweep calls it; administrators may. Article 32.
CREATE FUNCTION govdata.retire_access_log() RETURNS integer
    LANGUAGE C AS 'MODULE_PATHNAME', 'gd_retire_access_log_sql';
GRANT EXECUTE ON FUNCTION govdata.retire_access_log() TO govdata_admin;
COMMENT ON FUNCTION govdata.retire_access_log() IS '销毁保存期满的访问记录（整月、已封存、未暂缓），返回月数';

-- access_seal_head() -> the newest seal of the access log, to be kept outside
-- the database; no row before the first. "hash" in hexadecimal.
CREATE FUNCTION govdata.access_seal_head(OUT seal bigint, OUT hash text, OUT sealed_at timestamptz) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE AS $function$
SELECT s.id, pg_catalog.encode(s.hash, 'hex'), s.sealed_at
FROM govdata.access_seal s ORDER BY s.id DESC LIMIT 1
$function$;
COMMENT ON FUNCTION govdata.access_seal_head() IS '访问记录的最新封存及其散列；请在库外留存，以备核验';

-- access_log_state(): the queue and the writer of this database, for operators.
-- "queued" and "capacity" in bytes; "records" written since the server started,
-- "to_server_log" of them could only be written to the server log; "trouble":
-- the last error the writer met, and when; "oldest_at": when the oldest record
-- was put that is not written yet.
CREATE FUNCTION govdata.access_log_state(OUT mode text, OUT worker integer, OUT queued bigint, OUT capacity bigint,
    OUT drawn bigint, OUT records bigint, OUT batches bigint, OUT to_server_log bigint, OUT trouble text,
    OUT trouble_at timestamptz, OUT oldest_at timestamptz)
    LANGUAGE C AS 'MODULE_PATHNAME', 'gd_access_log_state';
GRANT EXECUTE ON FUNCTION govdata.access_log_state() TO govdata_admin;
COMMENT ON FUNCTION govdata.access_log_state() IS '访问日志的队列与写入进程的状态';

-- _newest_access_seals(newest) -> of so many newest seals, which are not as they
-- were: the seal, its records or its place in the chain. For doctor(), which
-- must not read the whole log.
CREATE FUNCTION govdata._newest_access_seals(newest integer) RETURNS SETOF bigint
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $function$
SELECT s.id
FROM (SELECT n.*, lag(n.hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS last_hash, lag(n.id, 1, 0::bigint) OVER w AS last_id,
             row_number() OVER w AS place, count(*) OVER () AS seals
      FROM (SELECT * FROM govdata.access_seal x ORDER BY x.id DESC LIMIT newest + 1) n
      WINDOW w AS (ORDER BY n.id)) s
CROSS JOIN LATERAL (
    SELECT string_agg(govdata._access_digest(e), ''::bytea ORDER BY e.seq) AS digests
    FROM govdata.access_record e
    WHERE e.real_at >= s.month::timestamp AT TIME ZONE 'UTC' AND e.real_at < (s.month + interval '1 month') AT TIME ZONE 'UTC'
        AND e.boot = s.boot AND e.seq >= s.first_seq AND e.seq <= s.last_seq
) d
WHERE s.hash <> sha256(s.previous_hash
        || convert_to(jsonb_build_array(s.id, (extract(epoch FROM s.sealed_at) * 1000000)::bigint, s.kind,
            s.month::timestamp, s.boot, s.first_seq, s.last_seq, s.entry_count)::text, 'UTF8')
        || s.content_hash)
    -- the first that was fetched has its predecessor only when there is none
    OR ((s.place > 1 OR s.seals <= newest) AND (s.previous_hash <> s.last_hash OR s.id <> s.last_id + 1))
    OR (s.kind = 'records' AND s.content_hash <> sha256(coalesce(d.digests, ''))
        AND NOT EXISTS (SELECT FROM govdata.access_seal r WHERE r.kind = 'retired' AND r.month = s.month))
$function$;
COMMENT ON FUNCTION govdata._newest_access_seals(integer) IS '最近若干个访问记录封存中不符者；供体检使用';

-- verify_access_log(known_seal, known_hash): recomputes every seal from the
-- records that are there. One row a finding:
--
--     ok          all sealed records are as they were; "entries" counts them
--     removed     sealed records are gone
--     altered     a record does not have the content that was sealed
--     planted     a record where everything had been sealed, or in a retired month
--     gap         numbers that were drawn and are not there: the writer could
--                 not store them and put them into the server log
--     seal        a seal itself was altered
--     chain       a seal is missing, or does not follow the one before
--     head        the known seal is missing or has another hash
--     retired     months destroyed at the end of their term; "entries" records
--     early       months destroyed before three years had passed since their end
--     unsealed    records that no seal covers yet: nothing is promised for these
--
-- Needs to see the whole log: administrators and superusers. One plain
-- statement: with _access_digest it runs on a copy of the two tables.
CREATE FUNCTION govdata.verify_access_log(known_seal bigint DEFAULT NULL, known_hash text DEFAULT NULL,
    OUT finding text, OUT seal bigint, OUT boot bigint, OUT seq bigint, OUT entries bigint, OUT detail text)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off AS $function$
WITH
link AS (
    SELECT s.*, s.month::timestamp AT TIME ZONE 'UTC' AS since,
        (s.month + interval '1 month') AT TIME ZONE 'UTC' AS until,
        lag(s.id, 1, 0::bigint) OVER w AS last_id,
        lag(s.hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS last_hash
    FROM ONLY govdata.access_seal s
    WINDOW w AS (ORDER BY s.id)
),
retired AS (
    SELECT s.month, s.id, s.entry_count, s.sealed_at < s.until + interval '36 months' AS early
    FROM link s WHERE s.kind = 'retired'
),
checked AS (
    SELECT s.id, s.kind, s.month, s.boot, s.first_seq, s.last_seq, s.entry_count, s.fingerprints, s.since, s.until,
        s.last_id, s.previous_hash = s.last_hash AS linked,
        s.hash = sha256(s.previous_hash
            || convert_to(jsonb_build_array(s.id, (extract(epoch FROM s.sealed_at) * 1000000)::bigint, s.kind,
                s.month::timestamp, s.boot, s.first_seq, s.last_seq, s.entry_count)::text, 'UTF8')
            || s.content_hash) AS intact,
        d.found,
        s.kind = 'retired' OR EXISTS (SELECT FROM retired r WHERE r.month = s.month)
            OR s.content_hash = sha256(coalesce(d.digests, '')) AS same
    FROM link s
    LEFT JOIN LATERAL (
        SELECT count(*) AS found, string_agg(govdata._access_digest(e), ''::bytea ORDER BY e.seq) AS digests
        FROM govdata.access_record e
        WHERE e.real_at >= s.since AND e.real_at < s.until AND e.boot = s.boot
            AND e.seq >= s.first_seq AND e.seq <= s.last_seq
    ) d ON s.kind = 'records' AND NOT EXISTS (SELECT FROM retired r WHERE r.month = s.month)
),
expected AS (
    SELECT c.id, substr(c.fingerprints, (8 * i - 7)::integer, 8) AS fingerprint
    FROM checked c CROSS JOIN LATERAL generate_series(1, octet_length(c.fingerprints) / 8) i
    WHERE NOT c.same AND c.found > 0
),
present AS (
    SELECT c.id, e.boot, e.seq, substr(govdata._access_digest(e), 1, 8) AS fingerprint
    FROM checked c JOIN govdata.access_record e ON e.real_at >= c.since AND e.real_at < c.until AND e.boot = c.boot
        AND e.seq >= c.first_seq AND e.seq <= c.last_seq
    WHERE NOT c.same AND c.found > 0
),
missing AS (
    SELECT x.id, count(*) AS n FROM expected x
    WHERE NOT EXISTS (SELECT FROM present p WHERE p.id = x.id AND p.fingerprint = x.fingerprint)
    GROUP BY x.id
),
strange AS (
    SELECT p.id, p.boot, p.seq, row_number() OVER (PARTITION BY p.id ORDER BY p.seq) AS n FROM present p
    WHERE NOT EXISTS (SELECT FROM expected x WHERE x.id = p.id AND x.fingerprint = p.fingerprint)
),
beyond AS (
    SELECT s.month, s.boot, max(s.last_seq) AS last_seq FROM link s WHERE s.kind = 'records' GROUP BY s.month, s.boot
),
open_records AS (
    SELECT e.boot, e.seq, e.seq < 1 OR EXISTS (SELECT FROM retired r WHERE r.month = m.month) AS planted
    FROM govdata.access_record e
    CROSS JOIN LATERAL (SELECT date_trunc('month', e.real_at AT TIME ZONE 'UTC')::date AS month) m
    LEFT JOIN beyond b ON b.month = m.month AND b.boot = e.boot
    WHERE e.seq < 1 OR e.seq > coalesce(b.last_seq, 0) OR EXISTS (SELECT FROM retired r WHERE r.month = m.month)
),
boots AS (
    SELECT e.boot, min(least(e.seq, e.end_seq)) AS low, max(greatest(e.seq, e.end_seq)) AS high,
        count(*) + count(e.end_seq) AS n,
        EXISTS (SELECT FROM link s JOIN retired r USING (month) WHERE s.boot = e.boot) AS cut
    FROM govdata.access_record e GROUP BY e.boot
),
gaps AS (
    SELECT g.boot, g.number + 1 AS low, g.next - 1 AS high
    FROM (
        SELECT n.boot, n.number, lead(n.number) OVER (PARTITION BY n.boot ORDER BY n.number) AS next
        FROM (
            SELECT b.boot, 0::bigint AS number FROM boots b WHERE NOT b.cut
            UNION ALL
            SELECT e.boot, v.number FROM govdata.access_record e CROSS JOIN LATERAL (VALUES (e.seq), (e.end_seq)) v (number)
            WHERE v.number IS NOT NULL
        ) n
        WHERE n.boot IN (SELECT b.boot FROM boots b WHERE b.n < b.high - CASE WHEN b.cut THEN b.low - 1 ELSE 0 END)
    ) g
    WHERE g.next > g.number + 1
),
finding AS (
    SELECT 'removed' AS finding, c.id AS seal, c.boot, c.first_seq AS seq, c.entry_count AS entries,
        format(govdata._text('all %s records of seal %s are gone'), c.entry_count, c.id) AS detail
    FROM checked c WHERE NOT c.same AND c.found = 0
    UNION ALL
    SELECT 'removed', c.id, c.boot, NULL, m.n - coalesce(s.n, 0),
        format(govdata._text('%s records of seal %s are gone'), m.n - coalesce(s.n, 0), c.id)
    FROM missing m JOIN checked c ON c.id = m.id
    LEFT JOIN (SELECT t.id, count(*) AS n FROM strange t GROUP BY t.id) s ON s.id = m.id
    WHERE m.n > coalesce(s.n, 0)
    UNION ALL
    SELECT CASE WHEN s.n <= coalesce(m.n, 0) THEN 'altered' ELSE 'planted' END, s.id, s.boot, s.seq, 1,
        CASE WHEN s.n <= coalesce(m.n, 0) THEN format(govdata._text('record %s does not have the content that seal %s covers'), s.seq, s.id)
            ELSE format(govdata._text('record %s appeared after its neighbors had been sealed'), s.seq) END
    FROM strange s LEFT JOIN missing m ON m.id = s.id
    UNION ALL
    SELECT 'planted', NULL, o.boot, o.seq, 1, format(govdata._text('record %s stands where none can be'), o.seq)
    FROM open_records o WHERE o.planted
    UNION ALL
    SELECT 'gap', NULL, g.boot, g.low, g.high - g.low + 1,
        format(govdata._text('numbers %s to %s are not there: look for them in the server log, unless a month was dropped'), g.low, g.high)
    FROM gaps g
    UNION ALL
    SELECT 'seal', c.id, NULL, NULL, c.entry_count, format(govdata._text('seal %s was altered'), c.id)
    FROM checked c
    WHERE NOT c.intact OR (NOT c.same AND c.found > 0 AND NOT EXISTS (SELECT FROM strange s WHERE s.id = c.id)
        AND NOT EXISTS (SELECT FROM missing m WHERE m.id = c.id))
    UNION ALL
    SELECT 'chain', c.id, NULL, NULL, NULL,
        CASE WHEN c.id <> c.last_id + 1 THEN format(govdata._text('seals %s to %s are missing'), c.last_id + 1, c.id - 1)
            ELSE format(govdata._text('seal %s does not continue the hash of seal %s'), c.id, c.last_id) END
    FROM checked c
    WHERE c.id <> c.last_id + 1 OR NOT c.linked
    UNION ALL
    SELECT 'early', r.id, NULL, NULL, r.entry_count, format(govdata._text('the %s records of %s were destroyed before three years had passed'),
        r.entry_count, to_char(r.month, 'YYYY-MM'))
    FROM retired r WHERE r.early
    UNION ALL
    SELECT 'head', known_seal, NULL, NULL, NULL,
        format(govdata._text('seal %s is missing or does not have the hash that was kept'), known_seal)
    WHERE known_seal IS NOT NULL AND NOT EXISTS (SELECT FROM ONLY govdata.access_seal s
        WHERE s.id = known_seal AND encode(s.hash, 'hex') = lower(known_hash))
)
SELECT f.finding, f.seal, f.boot, f.seq, f.entries, f.detail FROM finding f
UNION ALL
SELECT 'ok', max(c.id), NULL, NULL, coalesce(sum(c.found), 0)::bigint,
    format(govdata._text('%s records under %s seals are as they were sealed'), coalesce(sum(c.found), 0), count(c.id))
FROM checked c
HAVING NOT EXISTS (SELECT FROM finding)
UNION ALL
SELECT 'retired', r.id, NULL, NULL, r.entry_count, format(govdata._text('the %s records of %s were destroyed at the end of their term'),
    r.entry_count, to_char(r.month, 'YYYY-MM'))
FROM retired r WHERE NOT r.early
UNION ALL
SELECT 'unsealed', NULL, NULL, NULL, count(*), format(govdata._text('%s records are not sealed yet'), count(*))
FROM open_records o
WHERE NOT o.planted
HAVING count(*) > 0
ORDER BY 2 NULLS LAST, 3, 4, 1
$function$;
GRANT EXECUTE ON FUNCTION govdata.verify_access_log(bigint, text) TO govdata_admin;
COMMENT ON FUNCTION govdata.verify_access_log(bigint, text) IS '核验访问日志：指明被删除、改动、补写、缺失的记录和断裂的封存链';
