-- doctor(): what an operator must know at night, one row a check.

-- _canary(relation): tries to read one row as the group role, which is no
-- department and must be refused. True when it was refused with a ZW code.
CREATE FUNCTION govdata._canary(relation regclass) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SET LOCAL ROLE govdata_department;
    EXECUTE format('SELECT 1 FROM %s LIMIT 1', relation);
    RESET ROLE;
    RETURN false;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE ~ '^ZW';
END
$$;
REVOKE ALL ON FUNCTION govdata._canary(regclass) FROM PUBLIC;
COMMENT ON FUNCTION govdata._canary(regclass) IS '试读:以非部门角色读取一行,应被拒绝';

-- _doctor_reading() -> findings about attached tables (Articles 8, 32, 33).
CREATE FUNCTION govdata._doctor_reading(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'enforcement', CASE WHEN bool_and(govdata._canary(a.relation)) THEN 'ok' ELSE 'failure' END,
           format('%s of %s attached tables refuse a reader without a department%s',
                  count(*) FILTER (WHERE govdata._canary(a.relation)), count(*),
                  '; not: ' || string_agg(a.relation::text, ', ') FILTER (WHERE NOT govdata._canary(a.relation)))
      FROM govdata.attachment a
    HAVING count(*) > 0
    UNION ALL
    SELECT 'row security', 'failure', format('row security is switched off on %s', string_agg(c.oid::regclass::text, ', '))
      FROM govdata.attachment a CROSS JOIN LATERAL pg_partition_tree(a.relation) t JOIN pg_class c ON c.oid = t.relid
     WHERE NOT c.relrowsecurity
    HAVING count(*) > 0
    UNION ALL
    SELECT 'row security', 'failure', format('row security is switched off on %s', string_agg(c.oid::regclass::text, ', '))
      FROM govdata.attachment a JOIN pg_class c ON c.oid = a.relation WHERE c.relkind = 'r' AND NOT c.relrowsecurity
    HAVING count(*) > 0
    UNION ALL
    SELECT 'tables', 'failure', format('attached tables are gone: resources %s', string_agg(a.resource::text, ', '))
      FROM govdata.attachment a WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = a.relation)
    HAVING count(*) > 0
    UNION ALL
    SELECT 'owner-right views', 'warning',
           format('without the library loaded, these views would read attached tables with their owners'' rights: %s',
                  string_agg(DISTINCT v.oid::regclass::text, ', '))
      FROM govdata.attachment a
      JOIN pg_depend d ON d.refobjid = a.relation AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class
     WHERE v.relkind = 'v' AND NOT coalesce(v.reloptions @> ARRAY['security_invoker=true'], false)
    HAVING count(*) > 0
    UNION ALL
    SELECT 'materialized copies', 'warning',
           format('materialized views over attached tables, readable by their grantees: %s', string_agg(DISTINCT v.oid::regclass::text, ', '))
      FROM govdata.attachment a
      JOIN pg_depend d ON d.refobjid = a.relation AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class
     WHERE v.relkind = 'm'
    HAVING count(*) > 0
    UNION ALL
    SELECT 'publications', 'warning', format('attached tables are published for replication: %s', string_agg(DISTINCT p.schemaname || '.' || p.tablename, ', '))
      FROM govdata.attachment a JOIN pg_class c ON c.oid = a.relation
      JOIN pg_publication_tables p ON p.schemaname = c.relnamespace::regnamespace::text AND p.tablename = c.relname
    HAVING count(*) > 0
$$;
REVOKE ALL ON FUNCTION govdata._doctor_reading() FROM PUBLIC;
COMMENT ON FUNCTION govdata._doctor_reading() IS '体检:挂接的数据表';

-- _doctor_roles() -> findings about roles that bypass what is enforced.
CREATE FUNCTION govdata._doctor_roles(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'roles', 'failure',
           format('members of departments with SUPERUSER, BYPASSRLS or REPLICATION: %s', string_agg(DISTINCT r.rolname, ', '))
      FROM pg_roles r
     WHERE (r.rolbypassrls OR r.rolreplication OR r.rolsuper)
       AND EXISTS (SELECT FROM pg_auth_members m JOIN govdata.department d ON d.role = m.roleid WHERE m.member = r.oid)
    HAVING count(*) > 0
    UNION ALL
    SELECT 'roles', 'warning', format('login roles that belong to several departments and must SET ROLE: %s', string_agg(x.rolname, ', '))
      FROM (SELECT r.rolname FROM pg_roles r JOIN pg_auth_members m ON m.member = r.oid
              JOIN govdata.department d ON d.role = m.roleid
             WHERE r.rolcanlogin GROUP BY r.rolname HAVING count(*) > 1) x
    HAVING count(*) > 0
$$;
REVOKE ALL ON FUNCTION govdata._doctor_roles() FROM PUBLIC;
COMMENT ON FUNCTION govdata._doctor_roles() IS '体检:可绕过限制的角色';

-- _doctor_time() -> findings about clock, calendar, sweep and pg_cron.
CREATE FUNCTION govdata._doctor_time(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'clock', CASE WHEN current_setting('govdata.clock_offset') IN ('', '0') THEN 'ok' ELSE 'warning' END,
           format('governed time is %s; offset "%s", legal time zone %s', govdata.clock(),
                  current_setting('govdata.clock_offset'), current_setting('govdata.timezone'))
    UNION ALL
    SELECT 'calendar', CASE WHEN max(n.year) > extract(year FROM govdata.legal_date()) THEN 'ok'
                            WHEN govdata.legal_date() < make_date(extract(year FROM govdata.legal_date())::integer, 12, 1) THEN 'ok'
                            ELSE 'warning' END,
           format('notices of the national calendar reach to %s; %s open limits are provisional', max(n.year),
                  (SELECT count(*) FROM govdata.share_request q WHERE q.state = 'submitted' AND q.due_provisional))
      FROM govdata.calendar_notice n WHERE n.calendar = 'CN'
    UNION ALL
    SELECT 'sweep', CASE WHEN h.finished_real_at IS NULL THEN 'warning'
                         WHEN h.finished_real_at < clock_timestamp() - interval '5 minutes' THEN 'warning' ELSE 'ok' END,
           CASE WHEN h.finished_real_at IS NULL THEN 'no turn has finished yet; SELECT govdata.schedule() starts them. Nobody''s rights depend on it.'
                ELSE format('last turn finished at %s: %s settled, %s expired, %s sealed, %s failed',
                            h.finished_real_at, h.settled, h.expired, h.sealed, h.failed) END
      FROM govdata.sweep_heartbeat h
    UNION ALL
    SELECT 'sweep failures', CASE WHEN count(*) = 0 THEN 'ok' ELSE 'failure' END,
           format('%s rows could not be settled or expired%s', count(*),
                  ': ' || string_agg(f.subject || ' ' || f.subject_key || ' (' || f.sqlstate || ')', ', '))
      FROM govdata.sweep_failure f
    UNION ALL
    SELECT 'regime', CASE WHEN s.regime IS NULL THEN 'warning' ELSE 'ok' END,
           CASE WHEN s.regime IS NULL THEN format('%s (%s) is in force since %s and not switched on here: SELECT govdata.adopt_regime(%L, day, basis) is the provincial data authority''s act', r.title_en, r.title, r.effective_from, r.code)
                ELSE format('%s is switched on from %s on', r.title_en, s.effective_on) END
      FROM govdata.regime r LEFT JOIN govdata.regime_switch s ON s.regime = r.code AND (s.ends_on IS NULL OR s.ends_on > govdata.legal_date())
     WHERE NOT r.standing AND r.effective_from <= govdata.legal_date()
    UNION ALL
    SELECT 'pg_cron', CASE WHEN x.extversion IS NULL THEN 'warning' ELSE 'ok' END,
           CASE WHEN x.extversion IS NULL THEN format('pg_cron is not in this database (its database is "%s")', coalesce(current_setting('cron.database_name', true), 'none'))
                WHEN string_to_array(x.extversion, '.')::integer[] < ARRAY[1, 5] THEN format('version %s: schedules run in GMT and cron.timezone has no effect; the sweep does not depend on either', x.extversion)
                ELSE format('version %s', x.extversion) END
      FROM (SELECT 1) one LEFT JOIN pg_extension x ON x.extname = 'pg_cron'
$$;
REVOKE ALL ON FUNCTION govdata._doctor_time() FROM PUBLIC;
COMMENT ON FUNCTION govdata._doctor_time() IS '体检:时钟、日历、清扫与 pg_cron';

-- doctor() -> one row a check: item, state (ok, warning, failure) and detail.
-- Superusers only, because it reads as another role to prove that it cannot.
CREATE FUNCTION govdata.doctor(OUT item text, OUT state text, OUT detail text) RETURNS SETOF record
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    item := 'library';
    state := 'ok';
    detail := format('loaded; server %s', current_setting('server_version'));
    RETURN NEXT;
    RETURN QUERY SELECT t.item, t.state, t.detail FROM govdata._doctor_time() t;
    RETURN QUERY SELECT t.item, t.state, t.detail FROM govdata._doctor_roles() t;
    RETURN QUERY SELECT t.item, t.state, t.detail FROM govdata._doctor_reading() t;
    item := 'journal';
    SELECT CASE WHEN bool_and(v.finding IN ('ok', 'unsealed')) THEN 'ok' ELSE 'failure' END,
           string_agg(v.finding || coalesce(': ' || v.detail, ''), '; ')
      INTO state, detail FROM govdata.verify_journal() v;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION govdata.doctor() IS '体检:每项检查一行,state 为 ok、warning 或 failure';
