-- Whoever keeps another's act waiting (Article 20 paragraph 3: meanwhile silence
-- becomes consent). A row for every session that a sweep has met doing so, by
-- the server's actual time, which is what locks go by.
CREATE TABLE govdata.sweep_hold (
    pid           integer NOT NULL,
    backend_start timestamptz NOT NULL,
    xact_start    timestamptz NOT NULL,
    since         timestamptz NOT NULL,
    role          text,
    application   text,
    waiter        integer NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT sweep_hold_pkey PRIMARY KEY (pid, backend_start, xact_start)
);
COMMENT ON TABLE govdata.sweep_hold IS '占锁:使他人的办理等待的会话,由清扫记下;超过 govdata.max_lock_hold 的被终止';
COMMENT ON COLUMN govdata.sweep_hold.pid IS '会话进程号';
COMMENT ON COLUMN govdata.sweep_hold.backend_start IS '会话开始的服务器实际时间';
COMMENT ON COLUMN govdata.sweep_hold.xact_start IS '事务开始的服务器实际时间';
COMMENT ON COLUMN govdata.sweep_hold.since IS '自何时起使他人等待(服务器实际时间)';
COMMENT ON COLUMN govdata.sweep_hold.role IS '登录角色';
COMMENT ON COLUMN govdata.sweep_hold.application IS '应用名称';
COMMENT ON COLUMN govdata.sweep_hold.waiter IS '等待者的进程号';
COMMENT ON COLUMN govdata.sweep_hold.ended_at IS '被清扫终止的服务器实际时间;空表示未终止';

-- _lock_holders() -> every session that keeps an act on a table of this extension
-- waiting now: the one that waits longest for it and since when, whether it waits
-- for a lock itself, and whether it may be ended: superusers and administrators
-- answer for what they do. Who waits to alter a table makes no act. By the
-- server's actual time. For the extension's owner.
CREATE FUNCTION govdata._lock_holders(OUT pid integer, OUT backend_start timestamptz, OUT xact_start timestamptz, OUT role text,
    OUT application text, OUT idle_since timestamptz, OUT waiter integer, OUT waiting_since timestamptz, OUT waits boolean,
    OUT ordinary boolean) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH locks AS MATERIALIZED (
        SELECT l.pid, l.granted, l.waitstart, l.mode, l.relation, l.database FROM pg_locks l
    ),
    waiter AS MATERIALIZED (
        SELECT w.pid, w.waitstart FROM locks w
         WHERE NOT w.granted AND w.waitstart IS NOT NULL AND w.mode <> 'AccessExclusiveLock'
           AND EXISTS (SELECT FROM locks m JOIN pg_class c ON c.oid = m.relation
                        WHERE m.pid = w.pid AND m.mode <> 'AccessShareLock' AND c.relkind = 'r'
                          AND c.relnamespace = 'govdata'::regnamespace
                          AND m.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
    )
    SELECT DISTINCT ON (b.pid) b.pid, a.backend_start, a.xact_start, a.usename::text, a.application_name,
           CASE WHEN a.state IN ('idle in transaction', 'idle in transaction (aborted)') THEN a.state_change END,
           w.pid, w.waitstart, EXISTS (SELECT FROM locks x WHERE x.pid = b.pid AND NOT x.granted),
           a.backend_type = 'client backend' AND NOT pg_has_role(a.usesysid, 'govdata_admin', 'MEMBER')
      FROM waiter w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS b (pid)
      JOIN pg_stat_activity a ON a.pid = b.pid
     WHERE a.xact_start IS NOT NULL AND a.usesysid IS NOT NULL
     ORDER BY b.pid, w.waitstart, w.pid
$$;
COMMENT ON FUNCTION govdata._lock_holders() IS '现在使他人的办理等待的会话';

-- _end_lock_holders() -> number of sessions ended. One step of the sweep: notes
-- who keeps others waiting, and ends those of departments that have done so for
-- govdata.max_lock_hold. That of a session that has been idle since before the
-- other began to wait counts from then, else from the first sweep that met it.
-- Whoever only waits in the same queue is left alone; whoever held others up
-- before it began to wait is not, after twice the time.
CREATE FUNCTION govdata._end_lock_holders() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    patience interval := current_setting('govdata.max_lock_hold')::interval;
    moment timestamptz := clock_timestamp();
    ended bigint := 0;
    h record;
BEGIN
    IF patience = '0' THEN
        RETURN 0;
    END IF;
    FOR h IN SELECT l.*, n.pid IS NULL AS met_first,
                    coalesce(n.since, CASE WHEN l.idle_since IS NULL THEN moment ELSE greatest(l.idle_since, l.waiting_since) END) AS since
               FROM govdata._lock_holders() l
               LEFT JOIN govdata.sweep_hold n ON n.pid = l.pid AND n.backend_start = l.backend_start AND n.xact_start = l.xact_start
              WHERE n.pid IS NOT NULL OR NOT l.waits LOOP
        IF h.met_first THEN
            INSERT INTO govdata.sweep_hold (pid, backend_start, xact_start, since, role, application, waiter)
            VALUES (h.pid, h.backend_start, h.xact_start, h.since, h.role, h.application, h.waiter) ON CONFLICT DO NOTHING;
        END IF;
        CONTINUE WHEN NOT h.ordinary OR h.waiting_since > moment - patience
            OR h.since > moment - CASE WHEN h.waits THEN 2 * patience ELSE patience END;
        IF pg_terminate_backend(h.pid) THEN
            UPDATE govdata.sweep_hold n SET ended_at = moment
             WHERE n.pid = h.pid AND n.backend_start = h.backend_start AND n.xact_start = h.xact_start;
            ended := ended + 1;
            RAISE LOG 'govdata ended session % of "%", which kept session % waiting for % seconds', h.pid, h.role, h.waiter,
                round(extract(epoch FROM moment - h.since)::numeric, 1)
                USING DETAIL = format('Limits keep running, and everybody must be able to answer. Measures, Article 20. Application: %s.', h.application);
        END IF;
    END LOOP;
    -- whose transaction is over, and what was ended long ago
    DELETE FROM govdata.sweep_hold n
     WHERE CASE WHEN n.ended_at IS NULL
                THEN NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = n.pid AND a.backend_start = n.backend_start AND a.xact_start = n.xact_start)
                ELSE n.ended_at < moment - interval '7 days' END;
    RETURN ended;
END
$$;
COMMENT ON FUNCTION govdata._end_lock_holders() IS '终止使他人的办理长久等待的部门会话(第二十条第三款)';

-- What doctor() says of it.
CREATE FUNCTION govdata._doctor_holds(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp SET IntervalStyle = 'postgres' AS $$
    WITH holder AS MATERIALIZED (
        SELECT h.*, clock_timestamp() - h.waiting_since AS waiting FROM govdata._lock_holders() h WHERE NOT h.waits
    ),
    long AS (
        SELECT string_agg(format(govdata._text('%s of %s (keeps %s waiting for %s%s)'), h.pid, h.role, h.waiter, date_trunc('second', h.waiting),
                                 CASE WHEN NOT h.ordinary THEN govdata._text('; not ended by the sweep') END), ', ' ORDER BY h.pid) AS names
          FROM holder h WHERE h.waiting >= greatest(current_setting('govdata.max_lock_hold')::interval, interval '1 second')
    ),
    ended AS (
        SELECT count(*) AS n, string_agg(DISTINCT n.role, ', ') AS roles FROM govdata.sweep_hold n
         WHERE n.ended_at > clock_timestamp() - interval '1 day'
    )
    SELECT 'lock holders', CASE WHEN long.names IS NOT NULL OR ended.n > 0 OR current_setting('govdata.max_lock_hold')::interval = '0' THEN 'warning' ELSE 'ok' END,
           concat(CASE WHEN long.names IS NOT NULL
                       THEN format(govdata._text('sessions that keep others'' acts waiting: %s; SELECT pg_terminate_backend(pid) ends one'), long.names)
                       ELSE govdata._text('nobody keeps an act waiting for long') END,
                  CASE WHEN ended.n > 0
                       THEN format(govdata._text('; ended in the last day: %s, of %s; see govdata.sweep_hold and the server log'), ended.n, ended.roles) END,
                  CASE WHEN current_setting('govdata.max_lock_hold')::interval = '0'
                       THEN govdata._text('; govdata.max_lock_hold is 0: whoever leaves a transaction open keeps answers waiting until silence is consent') END)
      FROM long, ended
$$;
COMMENT ON FUNCTION govdata._doctor_holds() IS '体检:使他人的办理等待的会话';
