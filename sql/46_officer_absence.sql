-- Who stands in for an absent data officer (Article 14). Its absence stops no
-- clock, and whoever is a member of the department's role may act as before;
-- what the deputy does while it stands in is recorded with both names.

CREATE SEQUENCE govdata.officer_absence_id_seq;
CREATE TABLE govdata.officer_absence (
    id           bigint PRIMARY KEY,
    department   bigint NOT NULL REFERENCES govdata.department,
    state        text NOT NULL CHECK (state IN ('declared', 'ended')),
    officer      text NOT NULL CHECK (officer <> ''),
    officer_role regrole,
    deputy_role  regrole NOT NULL,
    valid        daterange NOT NULL,
    reason       text NOT NULL CHECK (reason <> ''),
    declared_at  timestamptz NOT NULL,
    ended_at     timestamptz,
    CONSTRAINT officer_absence_has_dates CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND NOT upper_inf(valid)),
    CONSTRAINT officer_absence_deputy_is_another CHECK (deputy_role <> officer_role),
    CONSTRAINT officer_absence_end_has_a_date CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CONSTRAINT officer_absence_one_deputy EXCLUDE USING gist (department WITH =, valid WITH &&) WHERE (state = 'declared')
);
ALTER SEQUENCE govdata.officer_absence_id_seq OWNED BY govdata.officer_absence.id;
COMMENT ON TABLE govdata.officer_absence IS '数据管理专人不在岗及其代行职责者(第十四条);不中止任何时限';
COMMENT ON COLUMN govdata.officer_absence.id IS '编号';
COMMENT ON COLUMN govdata.officer_absence.department IS '部门';
COMMENT ON COLUMN govdata.officer_absence.state IS '状态:declared 已登记、ended 提前结束';
COMMENT ON COLUMN govdata.officer_absence.officer IS '不在岗的数据管理专人(登记时的名称)';
COMMENT ON COLUMN govdata.officer_absence.officer_role IS '其登录角色;空表示未登记';
COMMENT ON COLUMN govdata.officer_absence.deputy_role IS '代行职责者的登录角色(部门角色的成员)';
COMMENT ON COLUMN govdata.officer_absence.valid IS '代行职责的起止日(法定时间)';
COMMENT ON COLUMN govdata.officer_absence.reason IS '事由';
COMMENT ON COLUMN govdata.officer_absence.declared_at IS '登记时间';
COMMENT ON COLUMN govdata.officer_absence.ended_at IS '提前结束的时间';
CREATE TRIGGER zz_touch AFTER INSERT OR UPDATE OR DELETE ON govdata.officer_absence
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();
SELECT govdata._case_table('govdata.officer_absence', 'department', '', 14::smallint, 'govdata._sees(department, NULL)');

-- declare_absence(first, last, deputy, reason) -> id: from the first to the last
-- day (legal time, not before today) the login role "deputy", a member of the
-- acting department's role, stands in for the data officer. Raises ZW014 for
-- days that have passed, a role that is no person of the department, or a
-- department that has named no officer; 23P01 where there is a deputy already.
CREATE FUNCTION govdata.declare_absence(first date, last date, deputy regrole, reason text) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.officer_absence (valid, deputy_role, reason)
    VALUES (daterange(declare_absence.first, declare_absence.last, '[]'), declare_absence.deputy, declare_absence.reason)
    RETURNING id;
END;
COMMENT ON FUNCTION govdata.declare_absence(date, date, regrole, text) IS '登记数据管理专人不在岗及代行职责者(第十四条)';

-- end_absence(id): the officer is back; from now on nobody stands in.
CREATE FUNCTION govdata.end_absence(absence bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.officer_absence a SET state = 'ended' WHERE a.id = end_absence.absence RETURNING 1)
    SELECT govdata._moved('officer_absence', end_absence.absence::text, 14::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.end_absence(bigint) IS '提前结束代行职责(第十四条)';
