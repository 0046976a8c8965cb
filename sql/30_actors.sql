-- Actors: regions, departments, and who is acting (Articles 3, 5, 6, 7, 14).

CREATE TABLE govdata.region (
    code     text PRIMARY KEY CHECK (code ~ '^[0-9A-Z]{6,12}$'),
    name     text NOT NULL CHECK (name <> ''),
    level    text NOT NULL CHECK (level IN ('province', 'city', 'county')),
    parent   text REFERENCES govdata.region,
    calendar text REFERENCES govdata.calendar,
    valid    daterange NOT NULL DEFAULT '(,)',
    builtin  boolean NOT NULL DEFAULT false,
    amended  boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin)),
    CONSTRAINT region_only_province_is_top CHECK ((level = 'province') = (parent IS NULL)),
    CONSTRAINT region_not_its_own_parent CHECK (parent <> code)
);
CREATE INDEX region_parent ON govdata.region (parent);
COMMENT ON TABLE govdata.region IS '行政区划:GB/T 2260 代码,省、市(州)、县三级;功能区可用自定代码';
COMMENT ON COLUMN govdata.region.code IS '区划代码';
COMMENT ON COLUMN govdata.region.name IS '名称';
COMMENT ON COLUMN govdata.region.level IS '级别:province 省、city 市(州)、county 县;不由代码推断';
COMMENT ON COLUMN govdata.region.parent IS '上一级区划';
COMMENT ON COLUMN govdata.region.calendar IS '工作日历;空表示沿用上级';
COMMENT ON COLUMN govdata.region.valid IS '有效期间';
COMMENT ON COLUMN govdata.region.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.region.amended IS '随扩展发布而经本地修改';

CREATE SEQUENCE govdata.department_id_seq;
CREATE TABLE govdata.department (
    id                    bigint PRIMARY KEY,
    uscc                  text NOT NULL UNIQUE CHECK (length(uscc) = 18),
    uscc_verified_by_hand boolean NOT NULL DEFAULT false,
    name                  text NOT NULL CHECK (name <> ''),
    region                text NOT NULL REFERENCES govdata.region,
    kind                  text NOT NULL CHECK (kind IN ('government', 'data_authority', 'platform_operator',
                                                        'agency', 'authorized_organization', 'public_utility')),
    superior              bigint REFERENCES govdata.department,
    vertical              text NOT NULL DEFAULT 'none' CHECK (vertical IN ('none', 'provincial', 'central')),
    role                  regrole NOT NULL UNIQUE,
    data_officer          text CHECK (data_officer <> ''),
    valid                 daterange NOT NULL DEFAULT '(,)',
    data_officer_role     regrole UNIQUE,
    CONSTRAINT department_uscc_checks CHECK (uscc_verified_by_hand OR govdata.uscc_is_valid(uscc)),
    CONSTRAINT department_not_its_own_superior CHECK (superior <> id)
);
CREATE UNIQUE INDEX department_one_government ON govdata.department (region)
    WHERE kind = 'government' AND upper_inf(valid);
CREATE UNIQUE INDEX department_one_data_authority ON govdata.department (region)
    WHERE kind = 'data_authority' AND upper_inf(valid);
CREATE INDEX department_superior ON govdata.department (superior);
ALTER SEQUENCE govdata.department_id_seq OWNED BY govdata.department.id;
COMMENT ON TABLE govdata.department IS '政务部门:每一部门对应一个不可登录的数据库角色,其成员即代表该部门行事';
COMMENT ON COLUMN govdata.department.id IS '部门编号';
COMMENT ON COLUMN govdata.department.uscc IS '统一社会信用代码(GB 32100)';
COMMENT ON COLUMN govdata.department.uscc_verified_by_hand IS '校验码不符但经人工核实为真实代码';
COMMENT ON COLUMN govdata.department.name IS '名称';
COMMENT ON COLUMN govdata.department.region IS '所属区划';
COMMENT ON COLUMN govdata.department.kind IS '类型:government 人民政府、data_authority 政务数据主管部门、platform_operator 平台运维单位、agency 行政机关、authorized_organization 授权组织、public_utility 公用事业单位';
COMMENT ON COLUMN govdata.department.superior IS '上级主管部门';
COMMENT ON COLUMN govdata.department.vertical IS '垂直管理:none 否、provincial 省级垂直、central 中央垂直';
COMMENT ON COLUMN govdata.department.role IS '数据库角色(NOLOGIN)';
COMMENT ON COLUMN govdata.department.data_officer IS '数据管理机构或者专人(第十四条)';
COMMENT ON COLUMN govdata.department.valid IS '存续期间';
COMMENT ON COLUMN govdata.department.data_officer_role IS '数据管理专人的登录角色(部门角色的成员);空表示为机构或者未登记';

CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.region
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_registry('region', '5');
CREATE TRIGGER zz_touch AFTER INSERT OR UPDATE OR DELETE ON govdata.region
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();

CREATE FUNCTION govdata._guard_department() RETURNS trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'gd_guard_department';
COMMENT ON FUNCTION govdata._guard_department() IS '守卫:部门登记(角色属性、代码、上级)';
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.department
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_department();
CREATE TRIGGER zz_touch AFTER INSERT OR UPDATE OR DELETE ON govdata.department
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();

-- current_department() -> id of the department that acts, NULL for nobody.
-- The department is that of the outer user (session user or SET ROLE).
-- Raises ZW006 when that user is a member of several departments.
CREATE FUNCTION govdata.current_department() RETURNS bigint
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_current_department_sql';
COMMENT ON FUNCTION govdata.current_department() IS '当前行事的部门编号;无则为空(第六条)';

-- Whether the acting department is one of the two, or oversees one of them as
-- government, data authority or superior (Articles 5 and 7); administrators see all.
CREATE FUNCTION govdata._sees(bigint, bigint) RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_sees_sql';
COMMENT ON FUNCTION govdata._sees(bigint, bigint) IS '当前部门是否为所列部门之一,或对其负有指导监督之责(第五条、第七条)';

-- Department that a role stands for, or is a member of.
CREATE FUNCTION govdata._role_department(oid) RETURNS bigint
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_role_department_sql';
COMMENT ON FUNCTION govdata._role_department(oid) IS '角色所代表或所属的部门';

CREATE FUNCTION govdata._oversees(bigint) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_oversees_sql';
COMMENT ON FUNCTION govdata._oversees(bigint) IS '当前部门对该部门是否负有指导监督之责(第五条、第七条)';

-- Name of the calendar that holds in a region, its own or an ancestor's.
CREATE FUNCTION govdata._region_calendar(text) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_region_calendar_sql';
COMMENT ON FUNCTION govdata._region_calendar(text) IS '区划所适用的工作日历';

-- Whether the first region is the second or above it.
CREATE FUNCTION govdata._region_contains(above text, code text) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_region_contains_sql';
COMMENT ON FUNCTION govdata._region_contains(text, text) IS '前一区划是否即后一区划或其上级';
