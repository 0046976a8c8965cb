-- Who a department was and who answers for its data: names and data officers
-- with their history (Articles 6 and 14).

-- Names as of the time: a rename does not change what the journal says.
CREATE TABLE govdata.department_name (
    department bigint NOT NULL REFERENCES govdata.department,
    since      timestamptz NOT NULL,
    name       text NOT NULL,
    PRIMARY KEY (department, since)
);
COMMENT ON TABLE govdata.department_name IS '部门名称的沿革;更名不改变留痕所载的名称';
COMMENT ON COLUMN govdata.department_name.department IS '部门编号';
COMMENT ON COLUMN govdata.department_name.since IS '自何时起';
COMMENT ON COLUMN govdata.department_name.name IS '名称';
SELECT govdata._derived_table('govdata.department_name', 'department,since', 'department', '', 6::smallint, 'true');

-- _department_name(department, at) -> its name at that time, NULL when no name
-- is on record.
CREATE FUNCTION govdata._department_name(department bigint, at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
    SELECT n.name FROM govdata.department_name n
     WHERE n.department = _department_name.department AND n.since <= _department_name.at ORDER BY n.since DESC LIMIT 1;
END;
COMMENT ON FUNCTION govdata._department_name(bigint, timestamptz) IS '部门在某时的名称';

CREATE SEQUENCE govdata.data_officer_id_seq;
CREATE TABLE govdata.data_officer (
    id         bigint PRIMARY KEY,
    department bigint NOT NULL REFERENCES govdata.department,
    officer    text NOT NULL CHECK (officer <> ''),
    contact    text,
    state      text NOT NULL CHECK (state IN ('current', 'ended')),
    named_at   timestamptz NOT NULL,
    ended_at   timestamptz,
    CONSTRAINT data_officer_end_has_a_date CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
ALTER SEQUENCE govdata.data_officer_id_seq OWNED BY govdata.data_officer.id;
CREATE UNIQUE INDEX data_officer_current ON govdata.data_officer (department) WHERE state = 'current';
COMMENT ON TABLE govdata.data_officer IS '数据管理机构或者专人:由各部门指定,历任留存(第十四条)';
COMMENT ON COLUMN govdata.data_officer.id IS '编号';
COMMENT ON COLUMN govdata.data_officer.department IS '部门';
COMMENT ON COLUMN govdata.data_officer.officer IS '机构或者人员';
COMMENT ON COLUMN govdata.data_officer.contact IS '联系方式';
COMMENT ON COLUMN govdata.data_officer.state IS '状态:current 在任、ended 已更换';
COMMENT ON COLUMN govdata.data_officer.named_at IS '指定时间';
COMMENT ON COLUMN govdata.data_officer.ended_at IS '更换时间';
SELECT govdata._case_table('govdata.data_officer', 'department', '', 14::smallint, 'true');

-- name_data_officer(officer, contact) -> id: the acting department names the
-- institution or person in charge of its data; the one before ends. Raises
-- ZW014. The administrator, who keeps the registry of departments, may set
-- department.data_officer instead: both are the same row and the same history.
CREATE FUNCTION govdata.name_data_officer(officer text, contact text DEFAULT NULL) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.data_officer (officer, contact) VALUES (name_data_officer.officer, name_data_officer.contact) RETURNING id;
END;
COMMENT ON FUNCTION govdata.name_data_officer(text, text) IS '指定数据管理机构或者专人(第十四条)';
