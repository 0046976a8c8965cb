-- Reorganization of departments (Articles 3 and 6): no resource, case or duty is
-- left without an owner. The government that stands over a department decides:
-- it drafts the reorganization with its lines and executes it, all in one act.
-- The administrator registers the successor, and decides nothing.

CREATE SEQUENCE govdata.reorganization_id_seq;
CREATE TABLE govdata.reorganization (
    id          bigint PRIMARY KEY,
    department  bigint NOT NULL REFERENCES govdata.department,
    government  bigint NOT NULL REFERENCES govdata.department,
    abolish     boolean NOT NULL,
    successor   bigint REFERENCES govdata.department,
    heir        bigint REFERENCES govdata.department,
    basis       text NOT NULL CHECK (basis <> ''),
    state       text NOT NULL CHECK (state IN ('drafted', 'executed', 'cancelled')),
    drafted_at  timestamptz NOT NULL,
    decided_at  timestamptz,
    reason      text,
    CONSTRAINT reorganization_heir_of_the_abolished CHECK (abolish = (heir IS NOT NULL)),
    CONSTRAINT reorganization_heir_is_another CHECK (heir <> department),
    CONSTRAINT reorganization_decision_has_a_date CHECK ((state = 'drafted') = (decided_at IS NULL))
);
ALTER SEQUENCE govdata.reorganization_id_seq OWNED BY govdata.reorganization.id;
CREATE UNIQUE INDEX reorganization_one_draft ON govdata.reorganization (department) WHERE state = 'drafted';
COMMENT ON TABLE govdata.reorganization IS '机构改革:资源、未结事项与义务随承接部门转移,由其上的人民政府决定,一次执行';
COMMENT ON COLUMN govdata.reorganization.id IS '编号';
COMMENT ON COLUMN govdata.reorganization.department IS '被改革的部门';
COMMENT ON COLUMN govdata.reorganization.government IS '作出决定的人民政府';
COMMENT ON COLUMN govdata.reorganization.abolish IS '是否撤销该部门;否则仅转移所列各行';
COMMENT ON COLUMN govdata.reorganization.successor IS '承接其职责的部门;空表示未指明';
COMMENT ON COLUMN govdata.reorganization.heir IS '未逐项列明者的承接部门:指明者,否则为本级政府,垂直系统的下级单位为省级主管部门';
COMMENT ON COLUMN govdata.reorganization.basis IS '改革依据(文件)';
COMMENT ON COLUMN govdata.reorganization.state IS '状态:drafted 拟定、executed 已执行、cancelled 取消';
COMMENT ON COLUMN govdata.reorganization.drafted_at IS '拟定时间';
COMMENT ON COLUMN govdata.reorganization.decided_at IS '执行或取消时间';
COMMENT ON COLUMN govdata.reorganization.reason IS '取消理由';
SELECT govdata._case_table('govdata.reorganization', 'department', 'government', 6::smallint,
    'govdata._sees(department, government) OR govdata._sees(successor, heir)');

-- What goes elsewhere than to the heir; of a department that stays, all that goes.
CREATE SEQUENCE govdata.reorganization_line_id_seq;
CREATE TABLE govdata.reorganization_line (
    id             bigint PRIMARY KEY,
    reorganization bigint NOT NULL REFERENCES govdata.reorganization,
    subject        text NOT NULL CHECK (subject IN ('resource', 'share_authorization', 'share_request')),
    key            bigint NOT NULL,
    successor      bigint NOT NULL REFERENCES govdata.department,
    government     bigint NOT NULL REFERENCES govdata.department,
    state          text NOT NULL CHECK (state IN ('planned', 'dropped')),
    planned_at     timestamptz NOT NULL,
    dropped_at     timestamptz,
    CONSTRAINT reorganization_line_end_has_a_date CHECK ((state = 'dropped') = (dropped_at IS NOT NULL))
);
ALTER SEQUENCE govdata.reorganization_line_id_seq OWNED BY govdata.reorganization_line.id;
CREATE UNIQUE INDEX reorganization_line_once ON govdata.reorganization_line (reorganization, subject, key) WHERE state = 'planned';
COMMENT ON TABLE govdata.reorganization_line IS '机构改革的各行:哪一资源,或作为使用部门的哪一授权、申请,由哪一部门承接';
COMMENT ON COLUMN govdata.reorganization_line.id IS '编号';
COMMENT ON COLUMN govdata.reorganization_line.reorganization IS '所属改革';
COMMENT ON COLUMN govdata.reorganization_line.subject IS '事项:resource 资源、share_authorization 授权、share_request 申请';
COMMENT ON COLUMN govdata.reorganization_line.key IS '事项编号';
COMMENT ON COLUMN govdata.reorganization_line.successor IS '承接部门';
COMMENT ON COLUMN govdata.reorganization_line.government IS '作出决定的人民政府';
COMMENT ON COLUMN govdata.reorganization_line.state IS '状态:planned 列入、dropped 删去';
COMMENT ON COLUMN govdata.reorganization_line.planned_at IS '列入时间';
COMMENT ON COLUMN govdata.reorganization_line.dropped_at IS '删去时间';
SELECT govdata._case_table('govdata.reorganization_line', 'government', 'successor', 6::smallint,
    'EXISTS (SELECT FROM govdata.reorganization o WHERE o.id = reorganization)');

-- draft_reorganization(department, basis, successor, abolish) -> id. The
-- government of the department's region (of a branch of a vertical system, the
-- provincial one; of a government, the one above) drafts what becomes of it. An
-- abolished department's resources, open cases and duties go to the successor;
-- none named: to its government, a branch's to its provincial head. Its
-- authorizations go to a named successor, who has the same duty, and else end. The
-- government itself is none to be named: supervising is not reading. Raises
-- ZW006, ZW020 for the government itself.
CREATE FUNCTION govdata.draft_reorganization(department bigint, basis text, successor bigint DEFAULT NULL,
                                             abolish boolean DEFAULT true) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.reorganization (department, basis, successor, abolish)
    VALUES (draft_reorganization.department, draft_reorganization.basis, draft_reorganization.successor, draft_reorganization.abolish)
    RETURNING id;
END;
COMMENT ON FUNCTION govdata.draft_reorganization(bigint, text, bigint, boolean) IS '拟定机构改革';

-- plan_succession(reorganization, subject, key, successor) -> id of the line:
-- a resource that the department provides, or an authorization or pending
-- request of which it is the consumer, goes to this successor. Raises ZW006, ZW018
-- for a resource to a branch of a vertical system, ZW020 for the government itself.
CREATE FUNCTION govdata.plan_succession(reorganization bigint, subject text, key bigint, successor bigint) RETURNS bigint
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO govdata.reorganization_line (reorganization, subject, key, successor)
    VALUES (plan_succession.reorganization, plan_succession.subject, plan_succession.key, plan_succession.successor) RETURNING id;
END;
COMMENT ON FUNCTION govdata.plan_succession(bigint, text, bigint, bigint) IS '列明某一事项的承接部门';

-- drop_succession(line): takes a line back before the execution.
CREATE FUNCTION govdata.drop_succession(line bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.reorganization_line l SET state = 'dropped' WHERE l.id = line RETURNING 1)
    SELECT govdata._moved('reorganization_line', line::text, 6::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.drop_succession(bigint) IS '删去一行';

-- execute_reorganization(reorganization): all of it at once. Clocks run on; what
-- became of each thing stands in the journal. Raises ZW006, also in a transaction
-- that does not see what others have committed meanwhile.
CREATE FUNCTION govdata.execute_reorganization(reorganization bigint) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.reorganization o SET state = 'executed' WHERE o.id = reorganization RETURNING 1)
    SELECT govdata._moved('reorganization', reorganization::text, 6::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.execute_reorganization(bigint) IS '执行机构改革';

-- cancel_reorganization(reorganization, reason): gives a draft up.
CREATE FUNCTION govdata.cancel_reorganization(reorganization bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.reorganization o SET state = 'cancelled', reason = cancel_reorganization.reason
                    WHERE o.id = reorganization RETURNING 1)
    SELECT govdata._moved('reorganization', reorganization::text, 6::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.cancel_reorganization(bigint, text) IS '取消机构改革';

-- What a draft will do with each resource, open request and live authorization.
CREATE VIEW govdata.reorganization_plan WITH (security_invoker, security_barrier) AS
SELECT o.id AS reorganization, v.subject, v.key, v.role,
       CASE WHEN v.subject = 'share_authorization' AND v.role = 'consumer' THEN coalesce(l.successor, o.successor)
            WHEN v.role = 'consumer' THEN coalesce(l.successor, o.heir)
            ELSE coalesce(l.successor, o.heir) END AS successor
  FROM govdata.reorganization o
 CROSS JOIN LATERAL (
       SELECT 'resource' AS subject, r.id AS key, 'provider' AS role, r.id AS resource FROM govdata.resource r
        WHERE r.provider = o.department AND r.state <> 'withdrawn'
       UNION ALL
       SELECT 'share_request', q.id, CASE q.consumer WHEN o.department THEN 'consumer' ELSE 'provider' END, q.resource
         FROM govdata.share_request q WHERE o.department IN (q.provider, q.consumer) AND (q.state IN ('reported', 'returned', 'submitted', 'coordinating', 'filed', 'unsettled')
                OR q.state = 'agreed' AND q.route = 'uncatalogued')
       UNION ALL
       SELECT 'share_authorization', a.id, CASE a.consumer WHEN o.department THEN 'consumer' ELSE 'provider' END, a.resource
         FROM govdata.share_authorization a WHERE o.department IN (a.provider, a.consumer) AND a.state IN ('active', 'suspended')) v
  LEFT JOIN govdata.reorganization_line l ON l.reorganization = o.id AND l.state = 'planned'
   AND (l.subject = v.subject AND l.key = v.key AND (v.role = 'consumer' OR v.subject = 'resource')
        OR v.role = 'provider' AND v.subject <> 'resource' AND l.subject = 'resource' AND l.key = v.resource)
 WHERE o.state = 'drafted' AND (o.abolish OR l.id IS NOT NULL);
COMMENT ON VIEW govdata.reorganization_plan IS '拟定中的机构改革将如何处置各资源、未结申请与有效授权';
COMMENT ON COLUMN govdata.reorganization_plan.reorganization IS '改革编号';
COMMENT ON COLUMN govdata.reorganization_plan.subject IS '事项';
COMMENT ON COLUMN govdata.reorganization_plan.key IS '事项编号';
COMMENT ON COLUMN govdata.reorganization_plan.role IS '该部门在其中的地位:provider 提供部门、consumer 使用部门';
COMMENT ON COLUMN govdata.reorganization_plan.successor IS '承接部门;空表示该授权终止';

-- What becomes of a column that names a department: 'passes' (of what is not over,
-- to whoever takes over resource or case), 'list' (the named successor stands for
-- it), 'ends' (with the department), 'history' (who it was then).
CREATE FUNCTION govdata._successions(OUT relation text, OUT column_name text, OUT rule text) RETURNS SETOF record
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'gd_successions';
COMMENT ON FUNCTION govdata._successions() IS '机构改革时各列如何处置';
CREATE VIEW govdata.succession_rule WITH (security_invoker, security_barrier) AS
SELECT s.relation, s.column_name, s.rule FROM govdata._successions() s;
COMMENT ON VIEW govdata.succession_rule IS '机构改革时,各表中指明部门的各列如何处置';
COMMENT ON COLUMN govdata.succession_rule.relation IS '表';
COMMENT ON COLUMN govdata.succession_rule.column_name IS '列';
COMMENT ON COLUMN govdata.succession_rule.rule IS '处置:passes 未结者随承接部门、list 由指明的承接部门代替、ends 随部门终止、history 当时的部门,不变';

CREATE VIEW govdata._duty_reorganization WITH (security_invoker, security_barrier) AS
SELECT o.government AS department, 'execute_reorganization' AS duty, 6::smallint AS article, 'reorganization' AS subject,
       o.id::text AS subject_key, o.drafted_at AS since, NULL::date AS due_on, NULL::timestamptz AS due_at,
       NULL::boolean AS due_provisional, 'none' AS consequence
  FROM govdata.reorganization o WHERE o.state = 'drafted';
COMMENT ON VIEW govdata._duty_reorganization IS '待办义务:机构改革';
