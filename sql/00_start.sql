\echo Use "CREATE EXTENSION govdata CASCADE" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;

-- _text(message) -> the message in the session's language (lc_messages), from the
-- library's catalog of messages; as it is where that does not know it.
CREATE FUNCTION govdata._text(message text) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_text';
COMMENT ON FUNCTION govdata._text(text) IS '以会话语言显示的文字';

-- Group roles belong to the cluster, not to the database: they are made when
-- missing, and an existing one that could let somebody in is refused.
DO $$
DECLARE
    wanted text;
    present record;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['govdata_department', 'govdata_public', 'govdata_admin'] LOOP
        SELECT r.oid, r.rolcanlogin OR r.rolsuper OR r.rolbypassrls OR r.rolreplication
                      OR r.rolcreaterole OR r.rolcreatedb AS powers,
               (SELECT count(*) FROM pg_auth_members m WHERE m.roleid = r.oid) AS members
          INTO present FROM pg_roles r WHERE r.rolname = wanted;
        IF NOT FOUND THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOREPLICATION', wanted);
        ELSIF present.powers THEN
            RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
                MESSAGE = format(govdata._text('role "%s" exists and can log in or has administrative attributes'), wanted),
                DETAIL = govdata._text('govdata grants its departments'' rights to this group role.'),
                HINT = format(govdata._text('Rename the role, or run ALTER ROLE %s NOLOGIN NOSUPERUSER NOBYPASSRLS NOREPLICATION NOCREATEROLE NOCREATEDB.'),
                              quote_ident(wanted));
        ELSIF present.members > 0 AND NOT current_setting('govdata.restore', true)::boolean THEN
            RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
                MESSAGE = format(govdata._text('role "%s" exists and has members already: %s'), wanted, present.members),
                DETAIL = govdata._text('They would receive rights that nobody granted them in this database.'),
                HINT = govdata._text('When this is a restore, or another database of this cluster uses govdata, run SET govdata.restore = on first; else revoke the memberships.');
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA govdata FROM PUBLIC;
GRANT USAGE ON SCHEMA govdata TO govdata_department, govdata_public, govdata_admin;
COMMENT ON SCHEMA govdata IS '湖北省政务数据资源应用与管理办法:目录、共享、开放、安全与监督';
