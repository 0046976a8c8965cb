\echo Use "CREATE EXTENSION govdata CASCADE" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;

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
            RAISE EXCEPTION 'role "%" exists and can log in or has administrative attributes', wanted
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      DETAIL = 'govdata grants its departments'' rights to this group role.',
                      HINT = format('Rename the role, or run ALTER ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOREPLICATION NOCREATEROLE NOCREATEDB.', wanted);
        ELSIF present.members > 0 AND NOT current_setting('govdata.restore', true)::boolean THEN
            RAISE EXCEPTION 'role "%" exists and has % members already', wanted, present.members
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      DETAIL = 'Its members would receive rights that nobody granted them in this database.',
                      HINT = 'When this is a restore, or another database of this cluster uses govdata, run SET govdata.restore = on first; else revoke the memberships.';
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA govdata FROM PUBLIC;
GRANT USAGE ON SCHEMA govdata TO govdata_department, govdata_public, govdata_admin;
COMMENT ON SCHEMA govdata IS '湖北省政务数据资源应用与管理办法:目录、共享、开放、安全与监督';
