-- doctor(): what an operator must know at night, one row a check.

-- _library() -> version of the loaded library, and of the server it was built
-- for. Raises 55000 when the library is not preloaded.
CREATE FUNCTION govdata._library(OUT version text, OUT built_for text)
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'gd_library';
COMMENT ON FUNCTION govdata._library() IS '已加载的程序库的版本';

-- _exemptions() -> for each setting that exempts a session from the guards, how
-- often it was used since the server started, and last by whom and where.
CREATE FUNCTION govdata._exemptions(OUT setting text, OUT times bigint, OUT last_at timestamptz, OUT last_role text,
    OUT last_database text) RETURNS SETOF record
    LANGUAGE c AS 'MODULE_PATHNAME', 'gd_exemptions';
COMMENT ON FUNCTION govdata._exemptions() IS '服务器启动以来豁免守卫的设置的使用情况';

-- _attachment_fault(relation) -> why an attached table may not be read; NULL for
-- a sound one.
CREATE FUNCTION govdata._attachment_fault(relation regclass) RETURNS text
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_attachment_fault';
COMMENT ON FUNCTION govdata._attachment_fault(regclass) IS '挂接失效的原因;完好则为空';

-- _canary(relation): tries to read one row as the group role, which is no
-- department and must be refused. The SQLSTATE it met: of class ZW when it was
-- refused, NULL when it was not. Nothing that the table may run takes the
-- caller's rights back.
CREATE FUNCTION govdata._canary(relation regclass) RETURNS text
    LANGUAGE c STRICT SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS 'MODULE_PATHNAME', 'gd_canary';
COMMENT ON FUNCTION govdata._canary(regclass) IS '试读:以非部门角色读取一行,应被拒绝';

-- Each _doctor_...() below looks at one subject and always says something about
-- each of its checks: item, state (ok, warning, failure), and a detail that says
-- what is and, unless all is well, what to do.

CREATE FUNCTION govdata._doctor_settings(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    -- decision of whoever configured the server, for all sessions or for some
    WITH standing AS (
        SELECT s.name AS setting, govdata._text('in the configuration') AS place FROM pg_settings s
         WHERE s.name IN ('govdata.maintenance', 'govdata.restore') AND s.reset_val = 'on'
        UNION ALL
        SELECT split_part(c, '=', 1), govdata._text('by ALTER ROLE or ALTER DATABASE') FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
         WHERE c ~* '^govdata\.(maintenance|restore)=(on|true|yes|1|t|y)$'
    )
    SELECT x.setting,
           CASE WHEN EXISTS (SELECT FROM standing s WHERE s.setting = x.setting) THEN 'failure'
                WHEN x.times > 0 THEN 'warning' ELSE 'ok' END,
           CASE WHEN EXISTS (SELECT FROM standing s WHERE s.setting = x.setting)
                THEN format(govdata._text('is on %s; take it back: it exempts from the guards and belongs into single sessions'),
                            (SELECT string_agg(DISTINCT s.place, govdata._text(' and ')) FROM standing s WHERE s.setting = x.setting))
                WHEN x.times > 0
                THEN format(govdata._text('was used %s times since the server started, last at %s by "%s" in database "%s"; compare with what was agreed, the server log has each use'),
                            x.times, x.last_at, x.last_role, x.last_database)
                ELSE format(govdata._text('not used since the server started at %s'), pg_postmaster_start_time()) END
      FROM govdata._exemptions() x
    UNION ALL
    SELECT 'durability', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           coalesce(string_agg(s.name || govdata._text(' is off'), ', ') || govdata._text(': what is on record may be lost in a crash of the machine; set to on'),
                    govdata._text('fsync and full_page_writes are on'))
      FROM pg_settings s WHERE s.name IN ('fsync', 'full_page_writes') AND s.setting = 'off'
    UNION ALL
    SELECT 'server log', CASE WHEN current_setting('log_min_messages') IN ('fatal', 'panic') THEN 'failure' ELSE 'ok' END,
           CASE WHEN current_setting('log_min_messages') IN ('fatal', 'panic')
                THEN govdata._text('log_min_messages hides records that have no other place, seals and exemptions; set it to error or lower')
                ELSE format(govdata._text('log_min_messages is %s'), current_setting('log_min_messages')) END
    UNION ALL
    SELECT 'query id', CASE WHEN current_setting('compute_query_id') = 'off' THEN 'warning' ELSE 'ok' END,
           CASE WHEN current_setting('compute_query_id') = 'off'
                THEN govdata._text('compute_query_id is off: records of reads name no query; set it to auto or on')
                ELSE format(govdata._text('compute_query_id is %s'), current_setting('compute_query_id')) END
$$;
COMMENT ON FUNCTION govdata._doctor_settings() IS '体检:豁免守卫的设置、持久性、服务器日志';

-- Clock, calendar, limits and regimes.
CREATE FUNCTION govdata._doctor_law(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'clock', CASE WHEN current_setting('govdata.clock_offset') IN ('', '0') THEN 'ok' ELSE 'warning' END,
           format(govdata._text('governed time is %s%s'), govdata.clock(),
                  CASE WHEN current_setting('govdata.clock_offset') NOT IN ('', '0')
                       THEN format(govdata._text('; govdata.clock_offset is "%s": for rehearsals only, reset it'), current_setting('govdata.clock_offset')) END)
    UNION ALL
    -- a rehearsal on a real database leaves deadlines and consents of other days
    SELECT 'moved clock', CASE WHEN count(*) FILTER (WHERE j.moved) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) FILTER (WHERE j.moved) = 0
                THEN format(govdata._text('the %s newest acts in the journal bear the time at which they were done'), count(*))
                ELSE format(govdata._text('%s of the %s newest acts in the journal were done under a moved clock, from %s to %s: what they decided, and every deadline counted from them, is for the data authority to confirm or undo; see govdata.journal_entry, "at" and "real_at"'),
                            count(*) FILTER (WHERE j.moved), count(*), min(j.real_at) FILTER (WHERE j.moved), max(j.real_at) FILTER (WHERE j.moved)) END
      FROM (SELECT e.real_at, abs(extract(epoch FROM e.at - e.real_at)) > 60 AS moved
              FROM govdata.journal_entry e ORDER BY e.id DESC LIMIT 10000) j
    UNION ALL
    -- what was computed under another zone than the present one ends at another hour
    SELECT 'time zone', CASE WHEN count(*) FILTER (WHERE NOT x.fits) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) FILTER (WHERE NOT x.fits) = 0
                THEN format(govdata._text('govdata.timezone is %s, as for the %s newest deadlines and terms on record'), current_setting('govdata.timezone'), count(*))
                ELSE format(govdata._text('govdata.timezone is %s, but %s of the %s newest deadlines and terms on record do not end at midnight there: they were computed in another zone; set the old one again and restart the server'),
                            current_setting('govdata.timezone'), count(*) FILTER (WHERE NOT x.fits), count(*)) END
      FROM (SELECT (q.due_on + 1)::timestamp AT TIME ZONE current_setting('govdata.timezone') = q.due_at AS fits
              FROM (SELECT * FROM govdata.share_request r ORDER BY r.id DESC LIMIT 100) q
            UNION ALL
            SELECT (a.valid_until AT TIME ZONE current_setting('govdata.timezone'))::time = '00:00'
              FROM (SELECT * FROM govdata.share_authorization b ORDER BY b.id DESC LIMIT 100) a
             WHERE isfinite(a.valid_until)) x
    UNION ALL
    -- notices reach back into the December before, so its last days are covered
    -- by the next year's only
    SELECT 'calendar ' || c.calendar,
           CASE WHEN y.missing IS NOT NULL OR c.covered IS NULL OR govdata.legal_date() > c.covered THEN 'failure'
                WHEN govdata.legal_date() + 60 > c.covered THEN 'warning' ELSE 'ok' END,
           format(govdata._text('notices of %s to %s; covered to %s, since those of 29 to 31 December come with the next notice%s%s'),
                  c.first, c.last, c.covered,
                  CASE WHEN y.missing IS NOT NULL THEN format(govdata._text('; none of %s: load it'), y.missing) END,
                  CASE WHEN c.covered IS NULL OR govdata.legal_date() + 60 > c.covered
                       THEN format(govdata._text('; limits that reach further are provisional (%s are now): load the notice of %s as soon as it is signed'),
                                   (SELECT count(*) FROM govdata.share_request q WHERE q.state = 'submitted' AND q.due_provisional), c.last + 1) END)
      FROM (SELECT k.name AS calendar, min(n.year) AS first, max(n.year) AS last, make_date(max(n.year), 12, 28) AS covered
              FROM govdata.calendar k LEFT JOIN govdata.calendar_notice n ON n.calendar = k.name
             WHERE k.parent IS NULL GROUP BY k.name) c
     CROSS JOIN LATERAL (SELECT string_agg(g::text, ', ') AS missing FROM generate_series(c.first, c.last) g
                          WHERE NOT EXISTS (SELECT FROM govdata.calendar_notice n WHERE n.calendar = c.calendar AND n.year = g)) y
    UNION ALL
    SELECT 'regime', CASE WHEN s.regime IS NULL THEN 'warning' ELSE 'ok' END,
           CASE WHEN s.regime IS NULL THEN format(govdata._text('%s (%s) is in force since %s and not switched on here: SELECT govdata.adopt_regime(%s, day, basis) is the provincial data authority''s act'), r.title_en, r.title, r.effective_from, quote_literal(r.code))
                ELSE format(govdata._text('%s (%s) is switched on from %s on'), r.title_en, r.title, s.effective_on) END
      FROM govdata.regime r LEFT JOIN govdata.regime_switch s ON s.regime = r.code AND (s.ends_on IS NULL OR s.ends_on > govdata.legal_date())
     WHERE NOT r.standing AND r.effective_from <= govdata.legal_date()
    UNION ALL
    SELECT 'time limits', CASE WHEN count(*) FILTER (WHERE NOT x.today) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) FILTER (WHERE NOT x.today) = 0 THEN format(govdata._text('%s limits are in force today'), count(*))
                ELSE format(govdata._text('no row of govdata.time_limit is in force today for %s; what needs it is refused: insert one'),
                            string_agg(x.code, ', ') FILTER (WHERE NOT x.today)) END
      FROM (SELECT l.code, bool_or(l.effective @> govdata.legal_date()) AS today FROM govdata.time_limit l GROUP BY l.code) x
$$;
COMMENT ON FUNCTION govdata._doctor_law() IS '体检:时钟、时区、工作日历、时限';

-- The job of pg_cron lives in a schema that need not exist, so it is looked up
-- by EXECUTE.
CREATE FUNCTION govdata._doctor_sweep(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET IntervalStyle = 'postgres' AS $$
DECLARE
    h govdata.sweep_heartbeat;
    age interval;
    version text;
    early boolean;
    zone text := current_setting('cron.timezone', true);
    job record;
BEGIN
    SELECT * INTO h FROM govdata.sweep_heartbeat;
    age := date_trunc('second', clock_timestamp() - h.finished_real_at);
    item := 'sweep';
    state := CASE WHEN age < '5 minutes' THEN 'ok' WHEN age > '1 hour' AND NOT pg_is_in_recovery() THEN 'failure' ELSE 'warning' END;
    detail := CASE WHEN age IS NULL THEN govdata._text('no turn has finished yet')
                   ELSE format(govdata._text('last turn finished %s ago: %s settled, %s expired, %s sealed, %s failed'), age, h.settled, h.expired, h.sealed, h.failed) END
        || CASE WHEN state = 'ok' THEN '' WHEN pg_is_in_recovery() THEN govdata._text('; this is a standby: look at the primary')
                ELSE govdata._text('; nobody''s rights depend on it, but nothing is sealed: SELECT govdata.schedule(), and see pg_cron') END;
    RETURN NEXT;

    item := 'sweep failures';
    SELECT CASE WHEN count(*) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) = 0 THEN govdata._text('none')
                ELSE format(govdata._text('%s rows could not be settled or expired; see govdata.sweep_failure: %s'), count(*),
                            string_agg(f.subject || ' ' || f.subject_key || ' (' || f.sqlstate || ')', ', ')) END
      INTO state, detail FROM govdata.sweep_failure f;
    RETURN NEXT;

    item := 'pg_cron';
    SELECT x.extversion INTO version FROM pg_extension x WHERE x.extname = 'pg_cron';
    IF version IS NULL THEN
        state := CASE WHEN age < '5 minutes' THEN 'ok' ELSE 'warning' END;
        detail := format(govdata._text('not in this database (its own is "%s"); schedule() reaches it there, or call govdata.sweep() by any other scheduler'),
                         coalesce(current_setting('cron.database_name', true), govdata._text('none')));
        RETURN NEXT;
        RETURN;
    END IF;
    early := (regexp_match(version, '^(\d+)\.(\d+)'))::integer[] < ARRAY[1, 5];
    state := CASE WHEN early AND zone IS NOT NULL AND zone NOT IN ('GMT', 'UTC') THEN 'warning' ELSE 'ok' END;
    detail := format(govdata._text('version %s%s'), version, CASE WHEN early
        THEN govdata._text(': schedules run in GMT') || CASE WHEN state = 'warning' THEN format(govdata._text(', and cron.timezone "%s" has no effect: unset it'), zone) ELSE '' END
        ELSE format(govdata._text(': schedules run in %s'), coalesce(zone, 'GMT')) END);
    EXECUTE 'SELECT j.jobname, j.schedule, j.active, j.username, d.status, d.return_message FROM cron.job j'
        ' LEFT JOIN LATERAL (SELECT r.status, r.return_message FROM cron.job_run_details r WHERE r.jobid = j.jobid'
        ' AND r.end_time IS NOT NULL ORDER BY r.runid DESC LIMIT 1) d ON true'
        ' WHERE j.database = current_database() AND j.command ~* ''govdata\.sweep'' ORDER BY j.active DESC LIMIT 1' INTO job;
    IF current_setting('cron.database_name', true) <> current_database() THEN
        state := 'warning';
        detail := detail || format(govdata._text('; it works in database "%s" now, and the jobs that stand here are not run: SELECT govdata.schedule()'), current_setting('cron.database_name', true));
    END IF;
    IF NOT pg_is_in_recovery() AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.backend_type = 'pg_cron launcher') THEN
        state := 'failure';
        detail := detail || govdata._text('; its launcher does not run: restart the server');
    ELSIF job.jobname IS NULL THEN
        state := 'warning';
        detail := detail || govdata._text('; no job calls govdata.sweep(): SELECT govdata.schedule()');
    ELSIF NOT job.active THEN
        state := 'warning';
        detail := detail || format(govdata._text('; job "%s" is not active: SELECT govdata.schedule()'), job.jobname);
    ELSIF job.status = 'failed' THEN
        state := 'warning';
        detail := detail || format(govdata._text('; job "%s" of role "%s" failed last: %s. SELECT govdata.schedule() makes it anew'), job.jobname, job.username, job.return_message);
    ELSIF job.schedule !~ '^(\*|\*/\d+|\d+ seconds?)( |$)' THEN
        state := 'warning';
        detail := detail || format(govdata._text('; job "%s" runs at "%s", in pg_cron''s time zone, and is not made up for when the server was down: SELECT govdata.schedule() has it run each minute'),
                                   job.jobname, job.schedule);
    ELSE
        detail := detail || format(govdata._text('; job "%s" runs at "%s"'), job.jobname, job.schedule);
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION govdata._doctor_sweep() IS '体检:清扫与 pg_cron(含时区)';

CREATE FUNCTION govdata._doctor_roles(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE belongs AS (
        SELECT d.role::oid AS member, d.id AS department FROM govdata.department d
        UNION
        SELECT m.member, b.department FROM pg_auth_members m JOIN belongs b ON b.member = m.roleid
         -- a department's role is that department, whatever it is made a member of
         WHERE NOT EXISTS (SELECT FROM govdata.department d WHERE d.role = m.member)
    ),
    clerk AS (
        SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls, r.rolreplication, r.rolcanlogin, count(*) AS departments
          FROM belongs b JOIN pg_roles r ON r.oid = b.member GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT 'roles that bypass', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) = 0 THEN format(govdata._text('no role of a department is superuser, BYPASSRLS or REPLICATION; superusers read everything and are recorded: %s'),
                                              (SELECT string_agg(s.rolname, ', ' ORDER BY s.rolname) FROM pg_roles s WHERE s.rolsuper))
                ELSE format(govdata._text('roles of departments with SUPERUSER, BYPASSRLS or REPLICATION: %s; ALTER ROLE them'),
                            string_agg(c.rolname, ', ' ORDER BY c.rolname)) END
      FROM clerk c WHERE c.rolsuper OR c.rolbypassrls OR c.rolreplication
    UNION ALL
    SELECT 'roles that reach files', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) = 0 THEN govdata._text('no role of a department reads or writes files of the server')
                ELSE format(govdata._text('roles of departments that reach the server''s files or programs, and so the tables below row security: %s; REVOKE that'),
                            string_agg(c.rolname, ', ' ORDER BY c.rolname)) END
      FROM clerk c
     WHERE NOT c.rolsuper AND (pg_has_role(c.oid, 'pg_read_server_files', 'MEMBER') OR pg_has_role(c.oid, 'pg_write_server_files', 'MEMBER')
           OR pg_has_role(c.oid, 'pg_execute_server_program', 'MEMBER'))
    UNION ALL
    SELECT 'roles that own', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) = 0 THEN govdata._text('no department belongs to the owner of another one''s attached table')
                ELSE format(govdata._text('roles of departments that are members of the owner of another department''s attached table: %s; REVOKE that'),
                            string_agg(DISTINCT r.rolname || ' (' || o.relation::text || ')', ', ')) END
      FROM (SELECT a.relation, c.relowner, s.provider FROM govdata.attachment a JOIN pg_class c ON c.oid = a.relation
              JOIN govdata.resource s ON s.id = a.resource) o
      JOIN belongs b ON b.department <> o.provider
      JOIN pg_roles r ON r.oid = b.member AND NOT r.rolsuper AND pg_has_role(r.oid, o.relowner, 'MEMBER')
    UNION ALL
    SELECT 'roles of several departments', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) = 0 THEN govdata._text('none')
                ELSE format(govdata._text('login roles that belong to several departments and must SET ROLE: %s'), string_agg(c.rolname, ', ' ORDER BY c.rolname)) END
      FROM clerk c WHERE c.rolcanlogin AND NOT c.rolsuper AND c.departments > 1
$$;
COMMENT ON FUNCTION govdata._doctor_roles() IS '体检:可绕过限制的角色';

-- What a session without the library, or one with govdata.maintenance, may have
-- switched off and forgotten.
CREATE FUNCTION govdata._doctor_guards(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'guards', CASE WHEN count(*) FILTER (WHERE g.tgenabled <> 'A') = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) FILTER (WHERE g.tgenabled <> 'A') = 0 THEN format(govdata._text('%s triggers are on, for everyone'), count(*))
                ELSE format(govdata._text('triggers that are off, or off for some: %s; ALTER TABLE ... ENABLE ALWAYS TRIGGER them, with govdata.maintenance'),
                            string_agg(c.relname || '.' || g.tgname, ', ' ORDER BY c.relname, g.tgname) FILTER (WHERE g.tgenabled <> 'A')) END
      FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
     WHERE c.relnamespace = 'govdata'::regnamespace AND NOT g.tgisinternal
    UNION ALL
    SELECT 'privacy', CASE WHEN count(*) FILTER (WHERE NOT c.relrowsecurity) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) FILTER (WHERE NOT c.relrowsecurity) = 0 THEN format(govdata._text('row security is on for %s tables of the platform'), count(*))
                ELSE format(govdata._text('row security is off for %s; ALTER TABLE ... ENABLE ROW LEVEL SECURITY, with govdata.maintenance'),
                            string_agg(c.relname, ', ' ORDER BY c.relname) FILTER (WHERE NOT c.relrowsecurity)) END
      FROM pg_class c
     WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind IN ('r', 'p')
       AND (EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) OR c.relispartition)
$$;
COMMENT ON FUNCTION govdata._doctor_guards() IS '体检:守卫触发器与平台表的行级安全';

-- Whoever restores with govdata.restore where a role is missing loads the others'
-- rows and not those of the department: no constraint tells.
CREATE FUNCTION govdata._doctor_references(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    k record;
    missing bigint;
    found text[] := '{}';
BEGIN
    FOR k IN
        SELECT c.conrelid::regclass AS relation, x.attname AS of, c.confrelid::regclass AS target, y.attname AS key
          FROM pg_constraint c
          JOIN pg_attribute x ON x.attrelid = c.conrelid AND x.attnum = c.conkey[1]
          JOIN pg_attribute y ON y.attrelid = c.confrelid AND y.attnum = c.confkey[1]
         WHERE c.contype = 'f' AND cardinality(c.conkey) = 1 AND c.conparentid = 0
           AND c.confrelid IN ('govdata.department'::regclass, 'govdata.region'::regclass)
         ORDER BY 1, 2
    LOOP
        EXECUTE format('SELECT count(*) FROM (SELECT DISTINCT %2$I AS v FROM %1$s WHERE %2$I IS NOT NULL) x'
                       ' WHERE NOT EXISTS (SELECT FROM %3$s t WHERE t.%4$I = x.v)', k.relation, k.of, k.target, k.key) INTO missing;
        IF missing > 0 THEN
            found := found || format('%s.%s (%s)', k.relation, k.of, missing);
        END IF;
    END LOOP;
    item := 'references';
    state := CASE WHEN found = '{}' THEN 'ok' ELSE 'failure' END;
    detail := CASE WHEN found = '{}' THEN govdata._text('every department and region that is named is there')
                   ELSE format(govdata._text('departments or regions are named that are not there, as after a restore without their roles: %s; create the roles, then load what is missing: pg_restore --data-only --table=department, with govdata.restore'),
                               array_to_string(found, ', ')) END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION govdata._doctor_references() IS '体检:所引用的部门与地区是否存在';

-- Attached tables (Articles 8, 18, 32, 33).
CREATE FUNCTION govdata._doctor_reading(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH attached AS (
        SELECT a.resource, a.relation, r.code, c.relname IS NOT NULL AS there
          FROM govdata.attachment a JOIN govdata.resource r ON r.id = a.resource LEFT JOIN pg_class c ON c.oid = a.relation
    ),
    canary AS MATERIALIZED (
        SELECT a.relation, govdata._canary(a.relation) AS met FROM attached a WHERE a.there
    ),
    fault AS MATERIALIZED (
        SELECT a.code, CASE WHEN a.there THEN govdata._attachment_fault(a.relation) ELSE govdata._text('the table is gone') END AS why FROM attached a
    ),
    member AS MATERIALIZED (
        SELECT a.relation, c.oid, c.relkind, c.relrowsecurity, c.relnamespace, c.relname
          FROM attached a
         CROSS JOIN LATERAL (SELECT a.relation::oid AS oid UNION SELECT t.relid::oid FROM pg_partition_tree(a.relation) t) m
          JOIN pg_class c ON c.oid = m.oid
         WHERE a.there
    ),
    dependent AS (
        SELECT DISTINCT v.oid, v.relkind, coalesce(v.reloptions && ARRAY['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false) AS invoker
          FROM member m JOIN pg_depend d ON d.refobjid = m.oid AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_rewrite'::regclass
          JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class
    )
    SELECT 'enforcement', CASE WHEN count(*) > count(c.met) THEN 'failure' WHEN bool_or(c.met !~ '^ZW') THEN 'warning' ELSE 'ok' END,
           CASE WHEN count(*) > count(c.met)
                THEN format(govdata._text('whoever belongs to no department reads %s: detach them, and find out what took the enforcement away'),
                            string_agg(c.relation::text, ', ') FILTER (WHERE c.met IS NULL))
                WHEN bool_or(c.met !~ '^ZW')
                THEN format(govdata._text('could not be tried on %s'), string_agg(c.relation::text || ' (' || c.met || ')', ', ') FILTER (WHERE c.met !~ '^ZW'))
                ELSE format(govdata._text('%s attached tables were tried by nobody in particular, and each refused'), count(*)) END
      FROM canary c
    UNION ALL
    SELECT 'attachments', CASE WHEN count(f.why) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(f.why) = 0 THEN format(govdata._text('%s attachments are sound'), count(*))
                ELSE format(govdata._text('nobody but the provider reads these until it attaches them anew: %s'), string_agg(f.code || ': ' || f.why, '; ') FILTER (WHERE f.why IS NOT NULL)) END
      FROM fault f
    UNION ALL
    SELECT 'row security', CASE WHEN count(*) FILTER (WHERE NOT m.relrowsecurity) = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) FILTER (WHERE NOT m.relrowsecurity) = 0 THEN format(govdata._text('on for %s attached tables and partitions'), count(*))
                ELSE format(govdata._text('switched off on %s: ALTER TABLE ... ENABLE ROW LEVEL SECURITY'),
                            string_agg(m.oid::regclass::text, ', ') FILTER (WHERE NOT m.relrowsecurity)) END
      FROM member m WHERE m.relkind IN ('r', 'p')
    UNION ALL
    SELECT 'partitions', CASE WHEN count(*) FILTER (WHERE m.relkind = 'f') = 0 THEN 'ok' ELSE 'failure' END,
           CASE WHEN count(*) FILTER (WHERE m.relkind = 'f') = 0 THEN govdata._text('all are tables of this database')
                ELSE format(govdata._text('foreign tables have no row security of their own: DETACH PARTITION %s'),
                            string_agg(m.oid::regclass::text, ', ') FILTER (WHERE m.relkind = 'f')) END
      FROM member m
    UNION ALL
    SELECT 'owner-right views', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) = 0 THEN govdata._text('none over attached tables')
                ELSE format(govdata._text('without the library loaded, these would read attached tables with their owners'' rights: %s; ALTER VIEW ... SET (security_invoker)'),
                            string_agg(d.oid::regclass::text, ', ')) END
      FROM dependent d WHERE d.relkind = 'v' AND NOT d.invoker
    UNION ALL
    SELECT 'materialized copies', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) = 0 THEN govdata._text('none of attached tables')
                ELSE format(govdata._text('readable by whoever was granted them, unrecorded: %s; each needs an authorization of mode copy, and no grants'),
                            string_agg(d.oid::regclass::text, ', ')) END
      FROM dependent d WHERE d.relkind = 'm'
    UNION ALL
    -- what was granted so that each read be judged must not be had where none is
    SELECT 'unattached grants', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) = 0 THEN govdata._text('departments and the public may select from attached tables only')
                ELSE format(govdata._text('departments or the public select from these without authorization and without a record: %s; REVOKE SELECT ON ... FROM govdata_department, govdata_public'),
                            string_agg(DISTINCT c.oid::regclass::text, ', ')) END
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g
     WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND c.relnamespace <> 'govdata'::regnamespace AND g.privilege_type = 'SELECT'
       AND g.grantee IN ('govdata_department'::regrole, 'govdata_public'::regrole)
       AND c.oid NOT IN (SELECT m.oid FROM member m)
    UNION ALL
    SELECT 'several authorizations', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) = 0 THEN govdata._text('no department has two in force for one resource')
                ELSE format(govdata._text('sessions that have not chosen by govdata."authorization" are refused: %s; the consumer gives up what a newer one replaces'), string_agg(s.said, '; ')) END
      FROM (SELECT format('%s %s: %s', d.name, r.code, string_agg(a.id::text, ', ' ORDER BY a.id)) AS said
              FROM govdata.share_authorization a JOIN govdata.department d ON d.id = a.consumer JOIN govdata.resource r ON r.id = a.resource
             WHERE a.state = 'active' AND a.valid_from <= govdata.clock() AND a.valid_until > govdata.clock()
               AND EXISTS (SELECT FROM attached t WHERE t.resource = a.resource)
             GROUP BY d.id, d.name, r.id, r.code HAVING count(*) > 1) s
    UNION ALL
    SELECT 'publications', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) = 0 THEN govdata._text('none has an attached table')
                ELSE format(govdata._text('attached tables leave by replication, unrecorded: %s; take them out unless that is a backup'),
                            string_agg(DISTINCT p.pubname || ' (' || m.oid::regclass::text || ')', ', ')) END
      FROM member m JOIN pg_namespace n ON n.oid = m.relnamespace
      JOIN pg_publication_tables p ON p.schemaname = n.nspname AND p.tablename = m.relname
    UNION ALL
    SELECT 'logical slots', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) = 0 THEN govdata._text('none in this database')
                ELSE format(govdata._text('whoever reads these sees every row of attached tables, unrecorded: %s'), string_agg(s.slot_name, ', ')) END
      FROM pg_replication_slots s WHERE s.database = current_database()
    UNION ALL
    SELECT 'statistics functions', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'warning' END,
           CASE WHEN count(*) = 0 THEN govdata._text('counters of rows are not for departments')
                ELSE format(govdata._text('counters tell departments whether a hidden row exists: REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC'),
                            string_agg(f.oid::regprocedure::text, ', ' ORDER BY f.proname)) END
      FROM pg_proc f
     WHERE f.pronamespace = 'pg_catalog'::regnamespace AND EXISTS (SELECT FROM attached)
       AND f.proname IN ('pg_stat_get_tuples_returned', 'pg_stat_get_tuples_fetched', 'pg_stat_get_xact_tuples_returned',
                         'pg_stat_get_xact_tuples_fetched')
       AND has_function_privilege('govdata_department', f.oid, 'EXECUTE')
$$;
COMMENT ON FUNCTION govdata._doctor_reading() IS '体检:挂接的数据表及其可能的旁路';

-- _locked_by(): who holds a lock on a table of ours that others wait behind, as
-- the end of a sentence; empty when nobody does.
CREATE FUNCTION govdata._locked_by() RETURNS text
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(govdata._text('; locked by ') || string_agg(DISTINCT CASE WHEN l.pid IS NULL THEN format('PREPARE TRANSACTION %L (%s, %s)', p.gid, p.owner, c.relname)
                                                                              ELSE format('%s (%s, %s)', l.pid, coalesce(a.usename, '?'), c.relname) END, ', '), '')
      FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
      LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      -- a prepared transaction has no process, but a lock on its number
      LEFT JOIN pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid' AND x.virtualtransaction = l.virtualtransaction
      LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
     WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock')
       AND (c.relnamespace = 'govdata'::regnamespace OR c.oid IN (SELECT t.relation FROM govdata.attachment t))
$$;
COMMENT ON FUNCTION govdata._locked_by() IS '占有平台数据表锁的会话';

-- The record of reads (Article 32): first what can be told without touching it,
-- for a lock on it may be the very fault.
CREATE FUNCTION govdata._doctor_writer(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET IntervalStyle = 'postgres' AS $$
DECLARE
    s record;
    alive boolean;
    lag interval;
    patience interval := current_setting('govdata.log_timeout')::interval;
BEGIN
    -- activity as of now: our own canary reads may have started the writer
    PERFORM pg_stat_clear_snapshot();
    SELECT * INTO s FROM govdata.access_log_state();
    alive := EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = s.worker AND a.backend_type = 'govdata access log writer');
    lag := clock_timestamp() - s.oldest_at;

    item := 'access log';
    state := CASE WHEN pg_is_in_recovery() OR s.mode = 'sync' THEN 'ok' ELSE 'warning' END;
    detail := CASE WHEN pg_is_in_recovery() AND current_setting('govdata.standby_log') = 'refuse'
                   THEN govdata._text('this is a standby: reading is refused here, see govdata.standby_log')
                   WHEN pg_is_in_recovery()
                   THEN govdata._text('this is a standby: reads are recorded in its server log only, which has to be kept')
                   WHEN s.mode = 'sync' THEN govdata._text('mode sync: records are durable before the first row leaves')
                   ELSE govdata._text('mode async: a crash may lose the records of a tenth of a second, except of resources whose column access_log is sync; set govdata.access_log to sync') END;
    RETURN NEXT;

    item := 'access log writer';
    -- our own canary reads may have asked for it a moment ago
    state := CASE WHEN alive OR s.worker IS NULL AND (lag IS NULL OR lag < interval '1 second') THEN 'ok'
                  WHEN lag < patience OR lag IS NULL THEN 'warning' ELSE 'failure' END;
    detail := CASE WHEN alive THEN format(govdata._text('runs as process %s'), s.worker)
                   WHEN s.capacity IS NULL THEN govdata._text('not needed: nobody has read since the server started')
                   WHEN state = 'ok' AND lag IS NULL THEN govdata._text('at rest: the next read starts it')
                   WHEN state = 'ok' THEN govdata._text('is being started')
                   ELSE govdata._text('does not run, and records wait; readers are refused meanwhile. Look into the server log; max_worker_processes must leave room for one a database') END;
    IF s.trouble_at > clock_timestamp() - interval '10 minutes' THEN
        state := CASE state WHEN 'ok' THEN 'warning' ELSE state END;
        detail := detail || format(govdata._text('; at %s it met: %s'), s.trouble_at, s.trouble);
    END IF;
    RETURN NEXT;

    item := 'access log queue';
    state := CASE WHEN lag > patience THEN 'failure' WHEN 2 * s.queued > s.capacity THEN 'warning' ELSE 'ok' END;
    detail := CASE WHEN s.capacity IS NULL THEN govdata._text('there is none yet')
                   ELSE format(govdata._text('%s of %s kB filled, %s'), s.queued / 1024, s.capacity / 1024,
                               CASE WHEN lag IS NULL THEN govdata._text('nothing waits') ELSE format(govdata._text('the oldest record waits for %s'), lag) END)
                        || CASE state WHEN 'failure' THEN govdata._text('; something keeps the writer: a lock on govdata.access_record, a full disk, a damaged index, a synchronous standby that is away. The server log says what') || govdata._locked_by()
                                           || coalesce((SELECT format(govdata._text('; the writer waits for %s'), a.wait_event) /* not its own pause */ FROM pg_stat_activity a WHERE a.pid = s.worker AND a.wait_event_type <> 'Extension'), '')
                                      WHEN 'warning' THEN govdata._text('; raise govdata.log_queue if that is usual') ELSE '' END END;
    RETURN NEXT;

    item := 'access log in the server log';
    state := CASE WHEN s.to_server_log > 0 THEN 'warning' ELSE 'ok' END;
    detail := CASE WHEN s.to_server_log > 0
                   THEN format(govdata._text('%s records could not be stored and are in the server log: keep it; lines "govdata access record"'), s.to_server_log)
                   ELSE govdata._text('every record of this server''s run is in its table') END;
    RETURN NEXT;

END
$$;
COMMENT ON FUNCTION govdata._doctor_writer() IS '体检:访问日志的写入进程与队列';

CREATE FUNCTION govdata._doctor_access_log(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    months date[] := ARRAY(SELECT m FROM govdata._access_months() m ORDER BY m);
    kept interval := make_interval(months => current_setting('govdata.log_retention')::integer + 1);
    writing boolean := (SELECT s.worker IS NOT NULL FROM govdata.access_log_state() s);
    found text;
    at timestamptz;
BEGIN
    item := 'access log months';
    SELECT string_agg(c.relname, ', ') INTO found FROM pg_class c
     WHERE c.relnamespace = 'govdata'::regnamespace AND c.relname ~ '^access_record_\d{4}_\d\d$' AND c.relkind = 'r'
       AND govdata._is_access_partition(c.oid) IS NOT TRUE;
    state := CASE WHEN found IS NOT NULL THEN 'failure'
                  WHEN writing AND NOT months @> ARRAY[(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month')::date] THEN 'warning'
                  WHEN EXISTS (SELECT FROM unnest(months) m WHERE (m + kept) AT TIME ZONE 'UTC' < now() - interval '1 day'
                                  AND NOT EXISTS (SELECT FROM govdata.access_hold h WHERE h.month = m)) THEN 'warning'
                  ELSE 'ok' END;
    detail := CASE WHEN found IS NOT NULL THEN format(govdata._text('%s is no partition of the log for its month, whatever it was: the writer''s error says how to attach it'), found)
                   WHEN months = '{}' THEN govdata._text('no records yet')
                   ELSE format(govdata._text('%s to %s, kept for %s months, %s on hold'), to_char(months[1], 'YYYY-MM'), to_char(months[cardinality(months)], 'YYYY-MM'),
                               current_setting('govdata.log_retention'), (SELECT count(*) FROM govdata.access_hold h)) END
        || CASE WHEN state = 'warning' THEN govdata._text('; the writer has not made the next month, or a sweep not destroyed one that is due: look for locks on govdata.access_record, or end the writer, for the next one makes it') || govdata._locked_by() ELSE '' END;
    SELECT string_agg(to_char(m, 'YYYY-MM'), ', ' ORDER BY m) INTO found FROM unnest(months) m
     WHERE (SELECT count(*) FROM pg_index x WHERE x.indrelid = to_regclass('govdata.access_record_' || to_char(m, 'YYYY_MM')) AND x.indisvalid AND x.indisready) < 3;
    IF found IS NOT NULL AND state <> 'failure' THEN
        state := 'warning';
        detail := detail || format(govdata._text('; an index is missing or invalid: %s. REINDEX, or make it as other months have it'), found);
    END IF;
    RETURN NEXT;

    item := 'access log seals';
    SELECT string_agg(b::text, ', ') INTO found FROM govdata._newest_access_seals(10) b;
    state := CASE WHEN found IS NULL THEN 'ok' ELSE 'failure' END;
    detail := CASE WHEN found IS NULL THEN govdata._text('the newest 10 hold; SELECT * FROM govdata.verify_access_log() looks at all')
                   ELSE format(govdata._text('broken: %s; SELECT * FROM govdata.verify_access_log() says what was done'), found) END;
    RETURN NEXT;

    item := 'access log unsealed';
    SELECT min(e.real_at) INTO at
      FROM unnest(months) m CROSS JOIN LATERAL govdata._unsealed_access(m) u
     CROSS JOIN LATERAL (SELECT r.real_at FROM govdata.access_record r
                          WHERE r.boot = u.boot AND r.seq > u.sealed AND r.real_at >= m::timestamp AT TIME ZONE 'UTC'
                            AND r.real_at < (m + interval '1 month') AT TIME ZONE 'UTC' ORDER BY r.seq LIMIT 1) e;
    state := CASE WHEN at < clock_timestamp() - interval '1 hour' THEN 'warning' ELSE 'ok' END;
    detail := CASE WHEN at IS NULL THEN govdata._text('every record is sealed')
                   ELSE format(govdata._text('the oldest unsealed record is of %s; nothing is promised for what is not sealed%s'), at,
                               CASE state WHEN 'warning' THEN govdata._text(': let the sweep run') ELSE '' END) END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION govdata._doctor_access_log() IS '体检:访问日志的分区与封存';

CREATE FUNCTION govdata._doctor_journal(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'journal seals', CASE WHEN bool_and(v.finding IN ('ok', 'unsealed')) THEN 'ok' ELSE 'failure' END,
           CASE WHEN bool_and(v.finding IN ('ok', 'unsealed'))
                THEN govdata._text('the newest 10 hold; SELECT * FROM govdata.verify_journal() looks at all') || coalesce('; ' || string_agg(v.detail, '; ') FILTER (WHERE v.finding = 'unsealed'), '')
                ELSE format(govdata._text('%s; SELECT * FROM govdata.verify_journal() says all'), string_agg(v.detail, '; ') FILTER (WHERE v.finding NOT IN ('ok', 'unsealed'))) END
      FROM govdata.verify_journal(newest => 10) v
$$;
COMMENT ON FUNCTION govdata._doctor_journal() IS '体检:日志的封存';

-- _doctor_quality() -> whether quality checks come round, and whether every rule
-- can be measured (Article 13). Nothing where there are no rules.
CREATE FUNCTION govdata._doctor_quality(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH checked AS (
        SELECT q.resource, min(q.defined_at) AS since,
               (SELECT max(n.finished_at) FROM govdata.quality_run n WHERE n.resource = q.resource AND n.state = 'finished') AS last_at
          FROM govdata.quality_rule q WHERE q.state = 'active' GROUP BY q.resource),
    late AS (
        SELECT c.resource FROM checked c
         WHERE coalesce(c.last_at, c.since) < govdata.as_of() - current_setting('govdata.quality_interval')::interval - interval '1 day'),
    failed AS (
        SELECT s.rule FROM govdata.quality_score s JOIN govdata.quality_rule q ON q.id = s.rule AND q.state = 'active'
         WHERE s.outcome = 'failed' AND s.run = (SELECT max(n.id) FROM govdata.quality_run n WHERE n.resource = s.resource AND n.state = 'finished'))
    SELECT 'quality checks', CASE WHEN EXISTS (SELECT FROM late) OR EXISTS (SELECT FROM failed) THEN 'warning' ELSE 'ok' END,
           format(govdata._text('%s resources have quality rules'), (SELECT count(*) FROM checked))
           || coalesce(govdata._text('; not checked in time: ') || (SELECT string_agg(l.resource::text, ', ' ORDER BY l.resource) FROM late l)
                       || govdata._text('; SELECT govdata.schedule() calls check_quality() in turns'), '')
           || coalesce(govdata._text('; rules that cannot be measured: ') || (SELECT string_agg(f.rule::text, ', ' ORDER BY f.rule) FROM failed f)
                       || govdata._text('; govdata.quality_board says why'), '')
      WHERE EXISTS (SELECT FROM checked)
$$;
COMMENT ON FUNCTION govdata._doctor_quality() IS '体检:质量检查是否按期进行、规则是否都能执行(第十三条)';

-- doctor() -> one row a check: item, state (ok, warning, failure) and a detail
-- that says what to do. Superusers only, because it reads as another role to
-- prove that it cannot. Of journal and log it reads a bounded part, and it waits
-- for no lock longer than two seconds: what cannot be looked at is a failure.
-- Where the library is not loaded it says so, and nothing else.
CREATE FUNCTION govdata.doctor(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET jit = off AS $$
DECLARE
    installed text := (SELECT x.extversion FROM pg_extension x WHERE x.extname = 'govdata');
    library record;
    subject text;
BEGIN
    item := 'library';
    BEGIN
        SELECT * INTO library FROM govdata._library();
    EXCEPTION WHEN OTHERS THEN
        -- no library, no translation
        state := 'failure';
        detail := format('%s: until it is loaded no guard holds, nobody but owners reads attached tables, and owner-right views over them show all; add govdata to shared_preload_libraries and restart the server', SQLERRM);
        RETURN NEXT;
        RETURN;
    END;
    state := CASE WHEN library.version <> installed THEN 'failure'
                  WHEN split_part(library.built_for, '.', 1) <> split_part(split_part(current_setting('server_version'), ' ', 1), '.', 1) THEN 'failure'
                  ELSE 'ok' END;
    detail := format(govdata._text('version %s, the extension''s is %s; built for PostgreSQL %s, the server is %s%s'), library.version, installed, library.built_for,
                     current_setting('server_version'),
                     CASE WHEN library.version <> installed THEN govdata._text('; ALTER EXTENSION govdata UPDATE, or restart the server where an old library is still loaded') END);
    RETURN NEXT;
    FOREACH subject IN ARRAY ARRAY['settings', 'law', 'sweep', 'holds', 'roles', 'guards', 'references', 'quality', 'reading', 'writer', 'access_log', 'journal'] LOOP
        BEGIN
            RETURN QUERY EXECUTE format('SELECT t.item, t.state, t.detail FROM govdata.%I() t', '_doctor_' || subject);
        EXCEPTION WHEN OTHERS THEN
            item := subject;
            state := 'failure';
            detail := format(govdata._text('could not be looked at: %s (%s)'), SQLERRM, SQLSTATE)
                || CASE SQLSTATE WHEN '55P03' THEN govdata._locked_by() ELSE '' END;
            RETURN NEXT;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION govdata.doctor() IS '体检:每项检查一行,state 为 ok、warning 或 failure,detail 说明情况与应对';
