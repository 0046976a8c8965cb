-- Base and theme libraries (Article 12): base data are collected, managed and
-- maintained by the data authority together with the departments concerned,
-- theme data by the department mainly responsible together with others.

CREATE TABLE govdata.library_subject (
    code    text PRIMARY KEY CHECK (code ~ '^[a-z_]+$'),
    kind    text NOT NULL CHECK (kind IN ('base', 'theme')),
    name    text NOT NULL UNIQUE CHECK (name <> ''),
    basis   text NOT NULL,
    builtin boolean NOT NULL DEFAULT false,
    amended boolean NOT NULL DEFAULT false CHECK (NOT (amended AND builtin))
);
COMMENT ON TABLE govdata.library_subject IS '基础库与主题库的种类(第十二条);主题可增订';
COMMENT ON COLUMN govdata.library_subject.code IS '代码';
COMMENT ON COLUMN govdata.library_subject.kind IS 'base 基础、theme 主题';
COMMENT ON COLUMN govdata.library_subject.name IS '名称';
COMMENT ON COLUMN govdata.library_subject.basis IS '依据';
COMMENT ON COLUMN govdata.library_subject.builtin IS '是否随扩展发布';
COMMENT ON COLUMN govdata.library_subject.amended IS '随扩展发布而经本地修改';
INSERT INTO govdata.library_subject (code, kind, name, basis, builtin)
SELECT v.code, v.kind, v.name, '办法第十二条', true
  FROM (VALUES
    ('population',     'base',  '人口'),
    ('legal_person',   'base',  '法人'),
    ('geography',      'base',  '自然资源和空间地理'),
    ('credit',         'base',  '社会信用'),
    ('certificate',    'base',  '电子证照'),
    ('health',         'theme', '卫生健康'),
    ('relief',         'theme', '社会救助'),
    ('ecology',        'theme', '生态环保'),
    ('weather',        'theme', '气象水文'),
    ('food_safety',    'theme', '食品安全'),
    ('emergency',      'theme', '应急管理'),
    ('construction',   'theme', '城乡建设')) AS v (code, kind, name);
SELECT govdata._registry_table('govdata.library_subject', 'code', 12::smallint);

CREATE SEQUENCE govdata.library_id_seq;
CREATE TABLE govdata.library (
    id             bigint PRIMARY KEY,
    subject        text NOT NULL REFERENCES govdata.library_subject,
    region         text NOT NULL REFERENCES govdata.region,
    authority      bigint NOT NULL REFERENCES govdata.department,
    lead           bigint NOT NULL REFERENCES govdata.department,
    state          text NOT NULL CHECK (state IN ('active', 'dissolved')),
    established_at timestamptz NOT NULL,
    dissolved_at   timestamptz,
    reason         text,
    CONSTRAINT library_end_has_a_reason CHECK ((state = 'dissolved') = (dissolved_at IS NOT NULL AND reason IS NOT NULL))
);
ALTER SEQUENCE govdata.library_id_seq OWNED BY govdata.library.id;
CREATE UNIQUE INDEX library_one_of_a_kind ON govdata.library (subject, region) WHERE state = 'active';
CREATE INDEX library_lead ON govdata.library (lead) WHERE state = 'active';
COMMENT ON TABLE govdata.library IS '基础库与主题库:由平台所在一级的主管部门设立;基础库由主管部门牵头,主题库由主要负责的部门牵头(第十二条)';
COMMENT ON COLUMN govdata.library.id IS '编号';
COMMENT ON COLUMN govdata.library.subject IS '种类';
COMMENT ON COLUMN govdata.library.region IS '平台所在区划(省、市州)';
COMMENT ON COLUMN govdata.library.authority IS '设立的主管部门';
COMMENT ON COLUMN govdata.library.lead IS '牵头部门';
COMMENT ON COLUMN govdata.library.state IS '状态:active 运行、dissolved 撤销';
COMMENT ON COLUMN govdata.library.established_at IS '设立时间';
COMMENT ON COLUMN govdata.library.dissolved_at IS '撤销时间';
COMMENT ON COLUMN govdata.library.reason IS '撤销理由';
SELECT govdata._case_table('govdata.library', 'lead', 'authority', 12::smallint, 'true');

CREATE SEQUENCE govdata.library_member_id_seq;
CREATE TABLE govdata.library_member (
    id         bigint PRIMARY KEY,
    library    bigint NOT NULL REFERENCES govdata.library,
    department bigint NOT NULL REFERENCES govdata.department,
    state      text NOT NULL CHECK (state IN ('joined', 'left')),
    joined_at  timestamptz NOT NULL,
    left_at    timestamptz,
    CONSTRAINT library_member_end_has_a_date CHECK ((state = 'left') = (left_at IS NOT NULL))
);
ALTER SEQUENCE govdata.library_member_id_seq OWNED BY govdata.library_member.id;
CREATE UNIQUE INDEX library_member_once ON govdata.library_member (library, department) WHERE state = 'joined';
COMMENT ON TABLE govdata.library_member IS '会同部门:可将其资源归入该库,并以来源部门身份补充信息项(第十二条)';
COMMENT ON COLUMN govdata.library_member.id IS '编号';
COMMENT ON COLUMN govdata.library_member.library IS '库';
COMMENT ON COLUMN govdata.library_member.department IS '会同部门';
COMMENT ON COLUMN govdata.library_member.state IS '状态:joined 参加、left 退出';
COMMENT ON COLUMN govdata.library_member.joined_at IS '参加时间';
COMMENT ON COLUMN govdata.library_member.left_at IS '退出时间';
SELECT govdata._case_table('govdata.library_member', 'department', '', 12::smallint, 'true');

-- establish_library(subject, lead) -> id. The data authority of a platform's
-- region sets up a library there; it leads a base library itself and names the
-- department mainly responsible for a theme. Raises ZW012.
CREATE FUNCTION govdata.establish_library(subject text, lead bigint DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.library (subject, lead) VALUES (establish_library.subject, establish_library.lead) RETURNING id;
END;
COMMENT ON FUNCTION govdata.establish_library(text, bigint) IS '设立基础库或主题库(第十二条)';

-- hand_over_library(library, lead): the authority names another lead of a theme.
CREATE FUNCTION govdata.hand_over_library(library bigint, lead bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.library l SET lead = hand_over_library.lead WHERE l.id = library RETURNING 1)
    SELECT govdata._moved('library', library::text, 12::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.hand_over_library(bigint, bigint) IS '更换主题库的牵头部门(第十二条)';

-- dissolve_library(library, reason): once no entry belongs to it any more.
CREATE FUNCTION govdata.dissolve_library(library bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.library l SET state = 'dissolved', reason = dissolve_library.reason WHERE l.id = library RETURNING 1)
    SELECT govdata._moved('library', library::text, 12::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.dissolve_library(bigint, text) IS '撤销库(第十二条)';

-- join_library(library, department) -> id: the lead brings in a co-department.
CREATE FUNCTION govdata.join_library(library bigint, department bigint) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.library_member (library, department) VALUES (join_library.library, join_library.department) RETURNING id;
END;
COMMENT ON FUNCTION govdata.join_library(bigint, bigint) IS '会同部门参加库(第十二条)';

-- leave_library(library, department): by the lead, or by the co-department itself.
CREATE FUNCTION govdata.leave_library(library bigint, department bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.library_member m SET state = 'left'
                    WHERE m.library = leave_library.library AND m.department = leave_library.department AND m.state = 'joined'
                RETURNING 1)
    SELECT govdata._moved('library_member', library || '/' || department, 12::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.leave_library(bigint, bigint) IS '会同部门退出库(第十二条)';
