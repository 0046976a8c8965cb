-- Privileges, row security, journal and dump fate of every object above.

CREATE FUNCTION govdata._library_needed() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'gd_library_needed';
COMMENT ON FUNCTION govdata._library_needed() IS '未加载程序库时，删除、修改对象的语句不能执行';

-- Who may call what: PUBLIC nothing; departments and administrators what does
-- not begin with "_", and the helpers that views, policies and verbs call in
-- their name.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA govdata FROM PUBLIC;
REVOKE ALL ON ALL PROCEDURES IN SCHEMA govdata FROM PUBLIC;
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p
              WHERE p.pronamespace = 'govdata'::regnamespace AND p.prokind = 'f'
                AND p.prorettype <> 'trigger'::regtype
                AND (p.proname !~ '^_' OR p.proname = ANY (ARRAY[
                     '_absent',
                     '_articles',
                     '_class_kind',
                     '_deadline',
                     '_department_name',
                     '_departments_seen',
                     '_doubt_clocks',
                     '_doubts_owed',
                     '_found',
                     '_has_limit',
                     '_limit_amount',
                     '_limit_end',
                     '_move_negative_entry',
                     '_move_resource',
                     '_moved',
                     '_next_holder',
                     '_nothing_used',
                     '_operates',
                     '_oversees',
                     '_permitted',
                     '_platform_operator',
                     '_redundant',
                     '_refers',
                     '_region_calendar',
                     '_region_contains',
                     '_requests_of_source',
                     '_resource_id',
                     '_search',
                     '_sees',
                     '_specification_findings',
                     '_successions',
                     '_text',
                     '_transition_article',
                     '_transitions',
                     '_update_due',
                     '_working_days_left',
                     '_yearly_due']))
                AND p.proname <> ALL (ARRAY['schedule', 'unschedule', 'doctor', 'verify_journal', 'access_log_state',
                                            'retire_access_log', 'verify_access_log']) LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO govdata_department, govdata_admin', f);
    END LOOP;
END
$$;
-- The law and its clock are anybody's to read, where the schema is.
GRANT EXECUTE ON FUNCTION govdata.clock(), govdata.as_of(), govdata.legal_date(timestamptz),
    govdata.is_working_day(date, text), govdata.add_working_days(date, integer, text),
    govdata.working_days_between(date, date, text), govdata.deadline(timestamptz, integer, text),
    govdata.explain_deadline(timestamptz, integer, text), govdata.uscc_is_valid(text),
    govdata._articles(), govdata._transitions(), govdata._permitted(bigint, integer, oid) TO PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA govdata TO govdata_department, govdata_admin;
GRANT INSERT, UPDATE, DELETE ON govdata.resource, govdata.resource_item, govdata.authorization_act TO govdata_department;
GRANT INSERT, UPDATE, DELETE ON govdata.region, govdata.department, govdata.calendar, govdata.calendar_notice,
    govdata.calendar_day, govdata.statutory_holiday, govdata.time_limit TO govdata_admin;
-- what the provincial data authority sets; the guard says who that is
GRANT INSERT, UPDATE, DELETE ON govdata.catalog_specification, govdata.code_rule, govdata.library_subject,
    govdata.update_cycle TO govdata_department;
-- whose records are kept back, and why, is not for those whose records they are
GRANT INSERT, DELETE ON govdata.access_hold TO govdata_admin;
REVOKE ALL ON govdata.access_hold FROM govdata_department;
REVOKE ALL ON govdata.sweep_hold FROM govdata_department;
GRANT SELECT ON govdata.article, govdata.transition, govdata.time_limit, govdata.open_list, govdata.region TO govdata_public;
GRANT SELECT (id, name, region, kind) ON govdata.department TO govdata_public;
GRANT SELECT ON govdata.resource TO govdata_public;

SELECT govdata._secure(('govdata.' || v.relation)::regclass, v.visible) FROM (VALUES
        ('resource', 'state <> ''draft'' OR govdata._sees(provider, NULL)'),
        ('resource_item', 'EXISTS (SELECT FROM govdata.resource r WHERE r.id = resource)'),
        ('resource_version', 'EXISTS (SELECT FROM govdata.resource r WHERE r.id = resource)'),
        ('share_request_item', 'EXISTS (SELECT FROM govdata.share_request q WHERE q.id = request)'),
        ('share_authorization', 'govdata._sees(provider, consumer) OR applicant = govdata.current_department()'),
        ('continued_reading', 'govdata._sees(provider, consumer)'),
        ('authorization_act', 'EXISTS (SELECT FROM govdata.share_authorization a WHERE a.id = share_authorization)'),
        ('journal_entry', 'govdata._sees(provider, consumer) OR govdata._sees(department, NULL)')
        ) AS v (relation, visible);
CREATE POLICY reading_open ON govdata.resource FOR SELECT TO govdata_public
    USING (state = 'published' AND opening_state = 'open');

-- The journal takes down every change of every governed table.
SELECT govdata._govern('govdata.calendar', 'calendar', 'name', '', '', '', 7::smallint);
SELECT govdata._govern('govdata.calendar_notice', 'calendar_notice', 'calendar,notice', '', '', '', 7::smallint);
SELECT govdata._govern('govdata.calendar_day', 'calendar_day', 'calendar,day,notice', '', '', '', 7::smallint);
SELECT govdata._govern('govdata.statutory_holiday', 'statutory_holiday', 'calendar,month,day,effective_from', '', '', '', 7::smallint);
SELECT govdata._govern('govdata.time_limit', 'time_limit', 'code,effective_from,regime', '', '', '', 7::smallint);
SELECT govdata._govern('govdata.region', 'region', 'code', '', '', '', 5::smallint);
SELECT govdata._govern('govdata.department', 'department', 'id', '', 'id', '', 6::smallint);
SELECT govdata._govern('govdata.resource', 'resource', 'id', 'state', 'provider', '', 10::smallint);
SELECT govdata._govern('govdata.resource_item', 'resource_item', 'resource,name', '', '', '', 10::smallint);
SELECT govdata._govern('govdata.share_authorization', 'share_authorization', 'id', 'state', 'provider', 'consumer', 20::smallint);
SELECT govdata._govern('govdata.attachment', 'attachment', 'resource', '', '', '', 18::smallint);
SELECT govdata._govern('govdata.attachment_column', 'attachment_column', 'resource,attnum', '', '', '', 18::smallint);
SELECT govdata._govern('govdata.continued_reading', 'continued_reading', 'consumer,resource,item,since', '', 'provider', 'consumer', 16::smallint);
SELECT govdata._govern('govdata.access_hold', 'access_hold', 'month', '', '', '', 32::smallint);
SELECT govdata._govern('govdata.authorization_act', 'authorization_act', 'id', '', 'department', '', 33::smallint);

-- TRUNCATE goes around row triggers: no table of the law is emptied by it.
DO $$
DECLARE
    rel regclass;
BEGIN
    FOR rel IN SELECT c.oid FROM pg_class c
                WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind = 'r'
                  AND NOT starts_with(c.relname, 'sweep_')
                  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgtype & 32 = 32) LOOP
        EXECUTE format('CREATE TRIGGER _no_truncate BEFORE TRUNCATE ON %s'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION govdata._no_truncate()', rel);
    END LOOP;
END
$$;

-- session_replication_role must switch nothing off.
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT g.tgrelid::regclass AS relation, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
              WHERE c.relnamespace = 'govdata'::regnamespace AND NOT g.tgisinternal LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.relation, t.tgname);
    END LOOP;
END
$$;

-- Shipped rows come with the extension and are not dumped; everything else is,
-- but for the heartbeat of this server's own sweep and the sessions it has met.
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT c.oid, c.relkind,
                    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'builtin') AS ships
               FROM pg_class c WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind IN ('r', 'S')
                AND c.relname NOT IN ('sweep_heartbeat', 'sweep_hold') LOOP
        PERFORM pg_extension_config_dump(t.oid, CASE WHEN t.ships THEN 'WHERE NOT builtin' ELSE '' END);
    END LOOP;
END
$$;

-- While the library is not loaded, no hook keeps anything; what would take our
-- objects away fails then, for this function cannot be called.
CREATE EVENT TRIGGER govdata_library_needed ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE', 'DROP EXTENSION', 'DROP OWNED', 'DROP SCHEMA', 'DROP TABLE')
    EXECUTE FUNCTION govdata._library_needed();
ALTER EVENT TRIGGER govdata_library_needed ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER govdata_library_needed IS '程序库未加载时保全平台对象';
