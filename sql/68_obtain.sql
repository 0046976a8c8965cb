-- What can be obtained is neither bought nor asked for, and what is built or
-- bought is owed to the catalog (Articles 15 and 24).

-- Systems that are built or rebuilt, with the entries they will owe.
CREATE SEQUENCE govdata.business_system_id_seq;
CREATE TABLE govdata.business_system (
    id            bigint PRIMARY KEY,
    department    bigint NOT NULL REFERENCES govdata.department,
    name          text NOT NULL CHECK (name <> ''),
    kind          text NOT NULL CHECK (kind IN ('new', 'rebuilt')),
    description   text CHECK (description <> ''),
    state         text NOT NULL CHECK (state IN ('planned', 'built', 'fulfilled', 'cancelled')),
    registered_at timestamptz NOT NULL,
    built_on      date,
    built_at      timestamptz,
    owed_since    timestamptz,
    ended_at      timestamptz,
    end_reason    text CHECK (end_reason <> ''),
    CONSTRAINT business_system_built_has_a_day
        CHECK (state NOT IN ('built', 'fulfilled') OR built_on IS NOT NULL AND built_at IS NOT NULL AND owed_since IS NOT NULL),
    CONSTRAINT business_system_end_has_reason CHECK (state <> 'cancelled' OR ended_at IS NOT NULL AND end_reason IS NOT NULL)
);
ALTER SEQUENCE govdata.business_system_id_seq OWNED BY govdata.business_system.id;
CREATE INDEX business_system_department ON govdata.business_system (department, id);
COMMENT ON TABLE govdata.business_system IS '业务系统:新建或者改扩建时同步规划目录,建成后对应数据须编目共享(第十五条第一款)';
COMMENT ON COLUMN govdata.business_system.id IS '编号';
COMMENT ON COLUMN govdata.business_system.department IS '建设部门';
COMMENT ON COLUMN govdata.business_system.name IS '系统名称';
COMMENT ON COLUMN govdata.business_system.kind IS '建设类别:new 新建、rebuilt 改扩建';
COMMENT ON COLUMN govdata.business_system.description IS '说明';
COMMENT ON COLUMN govdata.business_system.state IS '状态:planned 规划、built 已建成(尚欠目录)、fulfilled 目录已齐、cancelled 终止;已齐与否由平台依事实写下';
COMMENT ON COLUMN govdata.business_system.registered_at IS '登记时间';
COMMENT ON COLUMN govdata.business_system.built_on IS '建成日期';
COMMENT ON COLUMN govdata.business_system.built_at IS '登记建成的时间';
COMMENT ON COLUMN govdata.business_system.owed_since IS '目录义务的起算时间;条目撤回后重新起算';
COMMENT ON COLUMN govdata.business_system.ended_at IS '终止时间';
COMMENT ON COLUMN govdata.business_system.end_reason IS '终止理由';

-- Data that are bought, notified before the contract.
CREATE SEQUENCE govdata.data_purchase_id_seq;
CREATE TABLE govdata.data_purchase (
    id             bigint PRIMARY KEY,
    department     bigint NOT NULL REFERENCES govdata.department,
    data_authority bigint NOT NULL REFERENCES govdata.department,
    title          text NOT NULL CHECK (title <> ''),
    elements       text[] NOT NULL CHECK (cardinality(elements) > 0 AND array_position(elements, NULL) IS NULL),
    seller         text NOT NULL CHECK (seller <> ''),
    need           text NOT NULL CHECK (need <> ''),
    contract_on    date NOT NULL CHECK (isfinite(contract_on)),
    reason         text CHECK (reason ~ '\S'),
    state          text NOT NULL CHECK (state IN ('notified', 'contracted', 'catalogued', 'cancelled')),
    notified_at    timestamptz NOT NULL,
    finding        text NOT NULL CHECK (finding IN ('not_obtainable', 'own', 'not_attached', 'pending', 'refused', 'withheld')),
    found          text,
    contracted_at  timestamptz,
    before_notice  boolean NOT NULL,
    owed_since     timestamptz,
    ended_at       timestamptz,
    end_reason     text CHECK (end_reason <> ''),
    CONSTRAINT data_purchase_found_has_reason CHECK (finding = 'not_obtainable' OR found IS NOT NULL AND reason IS NOT NULL),
    CONSTRAINT data_purchase_contract_has_a_time
        CHECK (state NOT IN ('contracted', 'catalogued') OR contracted_at IS NOT NULL AND owed_since IS NOT NULL),
    CONSTRAINT data_purchase_end_has_reason CHECK (state <> 'cancelled' OR ended_at IS NOT NULL AND end_reason IS NOT NULL)
);
ALTER SEQUENCE govdata.data_purchase_id_seq OWNED BY govdata.data_purchase.id;
CREATE INDEX data_purchase_department ON govdata.data_purchase (department, id);
CREATE INDEX data_purchase_authority ON govdata.data_purchase (data_authority, id);
COMMENT ON TABLE govdata.data_purchase IS '数据采购:签约前告知主管部门,可在平台取得者不得购买,购后须编目共享(第十五条第二款)';
COMMENT ON COLUMN govdata.data_purchase.id IS '编号';
COMMENT ON COLUMN govdata.data_purchase.department IS '采购部门';
COMMENT ON COLUMN govdata.data_purchase.data_authority IS '所告知的政务数据主管部门';
COMMENT ON COLUMN govdata.data_purchase.title IS '采购内容';
COMMENT ON COLUMN govdata.data_purchase.elements IS '所购数据的数据元;仅用于比对的标识不必列入';
COMMENT ON COLUMN govdata.data_purchase.seller IS '供应方';
COMMENT ON COLUMN govdata.data_purchase.need IS '采购需求';
COMMENT ON COLUMN govdata.data_purchase.contract_on IS '签约日期;告知时为预计日期';
COMMENT ON COLUMN govdata.data_purchase.reason IS '目录中有同样的数据元而仍须购买的理由';
COMMENT ON COLUMN govdata.data_purchase.state IS '状态:notified 已告知、contracted 已签约(尚欠目录)、catalogued 目录已齐、cancelled 终止;已齐与否由平台依事实写下';
COMMENT ON COLUMN govdata.data_purchase.notified_at IS '告知时间';
COMMENT ON COLUMN govdata.data_purchase.finding IS '平台认定:not_obtainable 目录中没有、own 本部门已有、not_attached 尚未挂接、pending 已申请未答复、refused 未获同意、withheld 不予共享';
COMMENT ON COLUMN govdata.data_purchase.found IS '认定所依的资源与信息项';
COMMENT ON COLUMN govdata.data_purchase.contracted_at IS '登记签约的时间';
COMMENT ON COLUMN govdata.data_purchase.before_notice IS '签约早于告知(未提前告知)';
COMMENT ON COLUMN govdata.data_purchase.owed_since IS '目录义务的起算时间;条目撤回后重新起算';
COMMENT ON COLUMN govdata.data_purchase.ended_at IS '终止时间';
COMMENT ON COLUMN govdata.data_purchase.end_reason IS '终止理由';

-- The entries of the catalog that a system or a purchase owes.
CREATE SEQUENCE govdata.planned_entry_id_seq;
CREATE TABLE govdata.planned_entry (
    id              bigint PRIMARY KEY,
    business_system bigint REFERENCES govdata.business_system,
    data_purchase   bigint REFERENCES govdata.data_purchase,
    department      bigint NOT NULL REFERENCES govdata.department,
    title           text NOT NULL CHECK (title <> ''),
    elements        text[] CHECK (cardinality(elements) > 0 AND array_position(elements, NULL) IS NULL),
    resource        bigint REFERENCES govdata.resource,
    state           text NOT NULL CHECK (state IN ('planned', 'dropped')),
    planned_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    end_reason      text CHECK (end_reason <> ''),
    CONSTRAINT planned_entry_of_one CHECK (num_nonnulls(business_system, data_purchase) = 1),
    CONSTRAINT planned_entry_end_has_reason CHECK (state <> 'dropped' OR ended_at IS NOT NULL AND end_reason IS NOT NULL)
);
ALTER SEQUENCE govdata.planned_entry_id_seq OWNED BY govdata.planned_entry.id;
CREATE INDEX planned_entry_business_system ON govdata.planned_entry (business_system) WHERE business_system IS NOT NULL;
CREATE INDEX planned_entry_data_purchase ON govdata.planned_entry (data_purchase) WHERE data_purchase IS NOT NULL;
CREATE INDEX planned_entry_resource ON govdata.planned_entry (resource) WHERE resource IS NOT NULL;
CREATE INDEX planned_entry_department ON govdata.planned_entry (department, id);
COMMENT ON TABLE govdata.planned_entry IS '应编目录条目:业务系统或者数据采购所欠的目录条目(第十五条)';
COMMENT ON COLUMN govdata.planned_entry.id IS '编号';
COMMENT ON COLUMN govdata.planned_entry.business_system IS '所属业务系统';
COMMENT ON COLUMN govdata.planned_entry.data_purchase IS '所属数据采购';
COMMENT ON COLUMN govdata.planned_entry.department IS '编目部门';
COMMENT ON COLUMN govdata.planned_entry.title IS '条目名称';
COMMENT ON COLUMN govdata.planned_entry.elements IS '条目须包含的数据元';
COMMENT ON COLUMN govdata.planned_entry.resource IS '对应的目录条目(可先为草稿)';
COMMENT ON COLUMN govdata.planned_entry.state IS '状态:planned 应编、dropped 取消(仅建成、签约之前)';
COMMENT ON COLUMN govdata.planned_entry.planned_at IS '规划时间';
COMMENT ON COLUMN govdata.planned_entry.ended_at IS '取消时间';
COMMENT ON COLUMN govdata.planned_entry.end_reason IS '取消理由';

-- Forms and what they ask for.
CREATE SEQUENCE govdata.service_form_id_seq;
CREATE TABLE govdata.service_form (
    id            bigint PRIMARY KEY,
    department    bigint NOT NULL REFERENCES govdata.department,
    service       text NOT NULL CHECK (service <> ''),
    title         text NOT NULL CHECK (title <> ''),
    audience      text[] NOT NULL CHECK (cardinality(audience) > 0
                  AND audience <@ ARRAY['citizen', 'legal_person', 'other_organization']),
    state         text NOT NULL CHECK (state IN ('registered', 'retired')),
    registered_at timestamptz NOT NULL,
    ended_at      timestamptz,
    end_reason    text CHECK (end_reason <> ''),
    CONSTRAINT service_form_end_has_a_time CHECK ((state = 'retired') = (ended_at IS NOT NULL))
);
ALTER SEQUENCE govdata.service_form_id_seq OWNED BY govdata.service_form.id;
CREATE INDEX service_form_department ON govdata.service_form (department, id);
COMMENT ON TABLE govdata.service_form IS '表单:政务服务事项要求公民、法人和其他组织填报的表单(第二十四条)';
COMMENT ON COLUMN govdata.service_form.id IS '编号';
COMMENT ON COLUMN govdata.service_form.department IS '部门';
COMMENT ON COLUMN govdata.service_form.service IS '政务服务事项';
COMMENT ON COLUMN govdata.service_form.title IS '表单名称';
COMMENT ON COLUMN govdata.service_form.audience IS '填报人:citizen 公民、legal_person 法人、other_organization 其他组织';
COMMENT ON COLUMN govdata.service_form.state IS '状态:registered 在用、retired 停用';
COMMENT ON COLUMN govdata.service_form.registered_at IS '登记时间';
COMMENT ON COLUMN govdata.service_form.ended_at IS '停用时间';
COMMENT ON COLUMN govdata.service_form.end_reason IS '停用理由';

CREATE SEQUENCE govdata.service_form_field_id_seq;
CREATE TABLE govdata.service_form_field (
    id         bigint PRIMARY KEY,
    form       bigint NOT NULL REFERENCES govdata.service_form,
    department bigint NOT NULL REFERENCES govdata.department,
    element    text NOT NULL REFERENCES govdata.data_element,
    label      text NOT NULL CHECK (label <> ''),
    identifies boolean NOT NULL,
    reason     text CHECK (reason ~ '\S'),
    state      text NOT NULL CHECK (state IN ('asked', 'retired')),
    asked_at   timestamptz NOT NULL,
    finding    text NOT NULL CHECK (finding IN ('not_obtainable', 'identifies', 'own', 'not_attached', 'pending', 'refused', 'withheld')),
    found      text,
    ended_at   timestamptz,
    end_reason text CHECK (end_reason <> ''),
    CONSTRAINT service_form_field_found_has_reason
        CHECK (finding IN ('not_obtainable', 'identifies') OR found IS NOT NULL AND reason IS NOT NULL),
    CONSTRAINT service_form_field_identifies CHECK (identifies = (finding = 'identifies')),
    CONSTRAINT service_form_field_end_has_a_time CHECK ((state = 'retired') = (ended_at IS NOT NULL))
);
ALTER SEQUENCE govdata.service_form_field_id_seq OWNED BY govdata.service_form_field.id;
CREATE UNIQUE INDEX service_form_field_asked ON govdata.service_form_field (form, element, label) WHERE state = 'asked';
CREATE INDEX service_form_field_department ON govdata.service_form_field (department, element) WHERE state = 'asked';
CREATE INDEX service_form_field_element ON govdata.service_form_field (element);
COMMENT ON TABLE govdata.service_form_field IS '表单事项:表单要求填报的数据,以数据元表示(第二十四条)';
COMMENT ON COLUMN govdata.service_form_field.id IS '编号';
COMMENT ON COLUMN govdata.service_form_field.form IS '表单编号';
COMMENT ON COLUMN govdata.service_form_field.department IS '部门';
COMMENT ON COLUMN govdata.service_form_field.element IS '数据元';
COMMENT ON COLUMN govdata.service_form_field.label IS '表单上的名称';
COMMENT ON COLUMN govdata.service_form_field.identifies IS '仅用于辨识填报人或者所涉事物,据以查得其他数据';
COMMENT ON COLUMN govdata.service_form_field.reason IS '目录中有同样的数据元而仍须填报的理由';
COMMENT ON COLUMN govdata.service_form_field.state IS '状态:asked 要求填报、retired 不再要求';
COMMENT ON COLUMN govdata.service_form_field.asked_at IS '登记时间';
COMMENT ON COLUMN govdata.service_form_field.finding IS '平台认定:not_obtainable 目录中没有、identifies 辨识所需、own 本部门数据、not_attached 尚未挂接、pending 已申请未答复、refused 未获同意、withheld 不予共享';
COMMENT ON COLUMN govdata.service_form_field.found IS '认定所依的资源与信息项';
COMMENT ON COLUMN govdata.service_form_field.ended_at IS '停用时间';
COMMENT ON COLUMN govdata.service_form_field.end_reason IS '停用理由';

-- ---- what a department can obtain ----

-- _obtainable(elements, department): every item of the catalog that carries one
-- of the elements, and how the department stands to it now. For the law's own
-- use: others ask obtainable(). "how", in the order of "rank":
--   own            the department is its provider
--   unconditional  shared with whoever needs it on its platform, or open to all
--   authorized     an authorization is in force, consents that time has given
--                  included, or former terms hold
--   pending        asked for and not answered, or being coordinated
--   apply_first    conditional, or on a platform above, and not asked for, or no
--                  longer authorized
--   refused        the last request was refused, or its authorization was
--                  suspended, or revoked for a violation or an incident
--   withheld       on the negative list
-- "since" is when that began, "until" when it ends by itself, "hint" the next step.
CREATE FUNCTION govdata._obtainable(elements text[], department bigint)
RETURNS TABLE (element text, resource bigint, code text, item text, how text, rank integer, attached boolean,
               since timestamptz, until timestamptz, request bigint, hint text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT i.element, r.id, r.code, i.name, h.how, h.rank, t.relation IS NOT NULL,
       CASE h.how WHEN 'authorized' THEN coalesce(e.valid_from, k.since) WHEN 'pending' THEN q.received_at
            WHEN 'refused' THEN q.answered_at WHEN 'withheld' THEN n.approved_at ELSE r.published_at END,
       CASE h.how WHEN 'authorized' THEN coalesce(e.valid_until, k.until) WHEN 'pending' THEN q.due_at END,
       CASE h.how WHEN 'authorized' THEN e.request WHEN 'pending' THEN q.id WHEN 'refused' THEN q.id END,
       CASE WHEN h.how = 'apply_first'
            THEN format('SELECT govdata.submit_request(%L, ARRAY[%L], %L, %L);', r.code, i.name, govdata._text('purpose'), govdata._text('last day of use'))
            WHEN h.how = 'pending' THEN format('SELECT * FROM govdata.request_board WHERE id = %s;', q.id)
            WHEN h.how = 'refused' THEN format('SELECT govdata.request_coordination(%s, %L);', q.id, govdata._text('reason'))
            WHEN h.how = 'withheld' THEN format('SELECT * FROM govdata.negative_list WHERE code = %L;', r.code)
            WHEN t.relation IS NOT NULL AND c.column_name IS NOT NULL
            THEN format('SELECT %I FROM %s;', c.column_name, t.relation)
            WHEN h.how = 'own' THEN format('SELECT govdata.attach_resource(%L, %L);', r.code, govdata._text('table'))
            ELSE format('SELECT * FROM govdata.catalog WHERE code = %L;', r.code) END
  FROM govdata.resource_item i
  JOIN govdata.resource r ON r.id = i.resource
  LEFT JOIN govdata.attachment t ON t.resource = r.id
  LEFT JOIN govdata.attachment_column c ON c.resource = r.id AND c.item = i.name
  CROSS JOIN LATERAL (SELECT govdata._class_bar(r.provider, _obtainable.department) OFFSET 0) AS b (article)
  CROSS JOIN LATERAL (SELECT CASE WHEN 'withheld' IN (r.sharing, i.sharing) THEN 'withheld'
                                  WHEN r.opening = 'unconditional' AND r.opening_state = 'open' THEN 'unconditional'
                                  WHEN b.article IN (20, 41) THEN NULL
                                  WHEN 'conditional' IN (r.sharing, i.sharing) OR b.article IS NOT NULL THEN 'conditional'
                                  ELSE 'unconditional' END AS sharing) s
  LEFT JOIN (SELECT DISTINCT ON (a.resource, x.item) a.resource, x.item, a.request, a.valid_from, a.valid_until
               FROM govdata.effective_authorization a CROSS JOIN LATERAL unnest(a.items) AS x (item)
              WHERE a.consumer = _obtainable.department
              ORDER BY a.resource, x.item, a.valid_until DESC) e ON e.resource = i.resource AND e.item = i.name
  LEFT JOIN (SELECT DISTINCT ON (o.resource, x.item) o.resource, x.item, o.id, o.received_at, o.due_at, o.answered_at,
                    CASE WHEN o.state IN ('approved', 'agreed', 'listed', 'obtained') AND x.item = ANY (o.granted_items) THEN
                         CASE WHEN a.state = 'suspended' OR a.state = 'revoked' AND a.ground IN ('violation', 'incident')
                              THEN 'refused' END
                         WHEN o.state IN ('approved', 'agreed', 'listed', 'obtained', 'refused', 'upheld', 'unsettled', 'not_obtained')
                              OR o.state = 'submitted' AND x.item = ANY (o.refused_items) THEN 'refused'
                         WHEN o.state <> 'submitted' OR coalesce(o.matures_at > govdata.as_of(), true) THEN 'pending'
                    END AS stands
               FROM govdata.share_request o LEFT JOIN govdata.share_authorization a ON a.request = o.id
              CROSS JOIN LATERAL unnest(o.items) AS x (item)
              WHERE o.consumer = _obtainable.department AND o.state NOT IN ('withdrawn', 'returned')
              ORDER BY o.resource, x.item, o.id DESC) q ON q.resource = i.resource AND q.item = i.name
  LEFT JOIN (SELECT o.resource, o.item, max(o.since) AS since, max(o.until) AS until FROM govdata.continued_reading o
              WHERE o.consumer = _obtainable.department AND o.ended_at IS NULL
                AND govdata._continues(o.consumer, o.resource, o.item)
              GROUP BY o.resource, o.item) k ON k.resource = i.resource AND k.item = i.name
  LEFT JOIN LATERAL (SELECT x.approved_at FROM govdata.negative_entry x
                      WHERE s.sharing = 'withheld' AND x.resource = r.id AND x.state IN ('approved', 'reported')
                        AND (x.items IS NULL OR i.name = ANY (x.items))
                      ORDER BY x.approved_at LIMIT 1) n ON true
  CROSS JOIN LATERAL (SELECT CASE WHEN r.provider = _obtainable.department THEN 'own'
                                  WHEN s.sharing <> 'conditional' OR s.sharing IS NULL THEN s.sharing
                                  WHEN e.valid_until IS NOT NULL OR k.until IS NOT NULL THEN 'authorized'
                                  ELSE coalesce(q.stands, 'apply_first') END) u (how)
  JOIN (VALUES ('own', 1), ('unconditional', 2), ('authorized', 3), ('pending', 4), ('apply_first', 5), ('refused', 6),
               ('withheld', 7)) AS h (how, rank) ON h.how = u.how
 WHERE i.element = ANY (_obtainable.elements) AND i.retired_at IS NULL
   AND (r.state = 'published' OR r.state = 'suspended' AND r.provider = _obtainable.department);
END;
COMMENT ON FUNCTION govdata._obtainable(text[], bigint) IS '目录中含所列数据元的信息项,及某部门此刻能否取得';

-- obtainable(elements, department) -> for every item of the catalog that carries
-- one of the elements: how the department stands to it now (see _obtainable
-- above), whether a table is attached, since when, until when (NULL: open), and
-- the call that is the next step. A department asks for itself, its overseers
-- for it: ZW006 otherwise (Articles 15 and 24).
CREATE FUNCTION govdata.obtainable(elements text[], department bigint DEFAULT govdata.current_department())
RETURNS TABLE (element text, resource text, item text, how text, attached boolean, since timestamptz, until timestamptz, hint text)
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'gd_obtainable';
COMMENT ON FUNCTION govdata.obtainable(text[], bigint) IS '某部门能否在平台取得含所列数据元的数据,以及下一步(第十五条、第二十四条)';

-- _obtaining(elements, department, known_on): the same with what follows for
-- each element: 'obtainable' where the department can have it, that is where it
-- can be read or, nothing having been asked for, should be; else 'excused'.
-- "counts" marks the items on which that rests. "known_on": only what was so at
-- the end of that day, legal time. Data that are shared but not attached cannot
-- be read, and data of one's own may come from that very form or contract: both
-- excuse.
CREATE FUNCTION govdata._obtaining(elements text[], department bigint, known_on date)
RETURNS TABLE (element text, resource bigint, code text, item text, how text, rank integer, since timestamptz,
               hint text, verdict text, counts boolean, excuse text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT v.element, v.resource, v.code, v.item, v.how, v.rank, v.since, v.hint,
       CASE WHEN v.ready OR v.apply AND NOT v.pending THEN 'obtainable' ELSE 'excused' END,
       CASE WHEN v.ready THEN v.is_ready ELSE v.how = 'apply_first' AND NOT v.pending END,
       CASE WHEN v.how IN ('unconditional', 'authorized') THEN 'not_attached' ELSE v.how END
  FROM (SELECT o.element, o.resource, o.code, o.item, o.how, o.rank, o.since, o.hint, y.is_ready,
               bool_or(y.is_ready) OVER w AS ready, bool_or(o.how = 'pending') OVER w AS pending,
               bool_or(o.how = 'apply_first') OVER w AS apply
          FROM govdata._obtainable(_obtaining.elements, _obtaining.department) o
         CROSS JOIN LATERAL (SELECT o.attached AND o.how IN ('unconditional', 'authorized')) AS y (is_ready)
         WHERE _obtaining.known_on IS NULL OR o.since IS NULL OR govdata.legal_date(o.since) <= _obtaining.known_on
        WINDOW w AS (PARTITION BY o.element)) v;
END;
COMMENT ON FUNCTION govdata._obtaining(text[], bigint, date) IS '同上,并逐数据元判断:能取得者不得购买、不得要求填报';

-- suggest_elements(resource code) -> for the items of a visible entry that name
-- no element: the elements whose name or synonym the item's name or title is
-- ('same') or contains ('part'), the longest first. It only suggests: the
-- provider decides what an item is, and nothing is matched by wording.
CREATE FUNCTION govdata.suggest_elements(resource text)
RETURNS TABLE (item text, title text, element text, name text, standard text, likeness text)
LANGUAGE sql STABLE BEGIN ATOMIC
SELECT i.name, i.title, s.code, s.name, s.standard, CASE WHEN s.same THEN 'same' ELSE 'part' END
  FROM govdata.resource_item i
 CROSS JOIN LATERAL
       (SELECT e.code, e.name, e.standard, bool_or(w.word = x.said) AS same, max(length(w.word)) AS weight
          FROM govdata.data_element e
         CROSS JOIN LATERAL (SELECT lower(regexp_replace(u.v, '[[:space:]_-]', '', 'g'))
                               FROM unnest(e.synonyms || e.name || e.code) AS u (v)) AS w (word)
         CROSS JOIN LATERAL (SELECT lower(regexp_replace(u.v, '[[:space:]_-]', '', 'g'))
                               FROM unnest(ARRAY[i.name, i.title]) AS u (v)) AS x (said)
         WHERE w.word <> '' AND strpos(x.said, w.word) > 0
         GROUP BY e.code, e.name, e.standard
         ORDER BY 4 DESC, 5 DESC, e.code LIMIT 3) s
 WHERE i.resource = govdata._resource_id(suggest_elements.resource, 10::smallint)
   AND i.element IS NULL AND i.retired_at IS NULL
 ORDER BY i.name, s.same DESC, s.weight DESC, s.code;
END;
COMMENT ON FUNCTION govdata.suggest_elements(text) IS '为尚未对应数据元的信息项提示可能的数据元;由提供部门确定';

-- ---- what is owed ----

-- Every planned entry with what is missing: NULL once the entry is published,
-- attached and carries the elements, or stands on the negative list as a whole.
CREATE VIEW govdata.planned_entry_board WITH (security_invoker, security_barrier) AS
SELECT e.id, e.business_system, e.data_purchase, e.department, d.name, e.title, e.elements, r.code, r.state AS entry_state,
       CASE WHEN EXISTS (SELECT FROM govdata.negative_entry n WHERE n.resource = e.resource
                          AND n.state IN ('approved', 'reported') AND n.items IS NULL) THEN NULL
            WHEN r.id IS NULL THEN 'no_entry'
            WHEN r.state <> 'published' THEN 'not_published'
            WHEN NOT EXISTS (SELECT FROM govdata.attachment a WHERE a.resource = e.resource) THEN 'not_attached'
            WHEN NOT coalesce(e.elements <@ ARRAY(SELECT i.element FROM govdata.resource_item i WHERE i.resource = e.resource
                                                   AND i.retired_at IS NULL AND i.element IS NOT NULL), true) THEN 'elements'
       END AS missing
  FROM govdata.planned_entry e
  JOIN govdata.department d ON d.id = e.department
  LEFT JOIN govdata.resource r ON r.id = e.resource
 WHERE e.state = 'planned';
COMMENT ON VIEW govdata.planned_entry_board IS '应编目录条目一览:尚缺什么由事实推出(第十五条)';
COMMENT ON COLUMN govdata.planned_entry_board.name IS '部门名称';
COMMENT ON COLUMN govdata.planned_entry_board.code IS '资源代码';
COMMENT ON COLUMN govdata.planned_entry_board.entry_state IS '目录条目的共享状态';
COMMENT ON COLUMN govdata.planned_entry_board.missing IS '尚缺:no_entry 无条目、not_published 未发布、not_attached 未挂接、elements 数据元不全;空表示已齐';

-- The effective state follows from the entries at once.
CREATE VIEW govdata.system_board WITH (security_invoker, security_barrier) AS
SELECT s.id, d.name AS department, s.name, s.kind, s.state,
       CASE WHEN s.state IN ('built', 'fulfilled') THEN CASE WHEN b.missing > 0 THEN 'built' ELSE 'fulfilled' END
            ELSE s.state END AS effective_state,
       s.registered_at, s.built_on, s.owed_since, b.entries, b.missing AS entries_missing, s.end_reason
  FROM govdata.business_system s
  JOIN govdata.department d ON d.id = s.department
 CROSS JOIN LATERAL (SELECT count(*) AS entries, count(*) FILTER (WHERE p.missing IS NOT NULL) AS missing
                       FROM govdata.planned_entry_board p WHERE p.business_system = s.id) b;
COMMENT ON VIEW govdata.system_board IS '业务系统一览:有效状态由事实推出(第十五条第一款)';
COMMENT ON COLUMN govdata.system_board.effective_state IS '此刻的有效状态';
COMMENT ON COLUMN govdata.system_board.entries IS '应编条目数';
COMMENT ON COLUMN govdata.system_board.entries_missing IS '尚缺条目数';

CREATE VIEW govdata.purchase_board WITH (security_invoker, security_barrier) AS
SELECT p.id, d.name AS department, a.name AS data_authority, p.title, p.elements, p.seller, p.need, p.contract_on, p.state,
       CASE WHEN p.state IN ('contracted', 'catalogued') THEN CASE WHEN b.missing > 0 THEN 'contracted' ELSE 'catalogued' END
            ELSE p.state END AS effective_state,
       p.notified_at, p.before_notice, p.finding, p.found, p.reason, p.owed_since, b.entries, b.missing AS entries_missing,
       p.end_reason
  FROM govdata.data_purchase p
  JOIN govdata.department d ON d.id = p.department
  JOIN govdata.department a ON a.id = p.data_authority
 CROSS JOIN LATERAL (SELECT count(*) AS entries, count(*) FILTER (WHERE e.missing IS NOT NULL) AS missing
                       FROM govdata.planned_entry_board e WHERE e.data_purchase = p.id) b;
COMMENT ON VIEW govdata.purchase_board IS '数据采购一览:有效状态由事实推出(第十五条第二款)';
COMMENT ON COLUMN govdata.purchase_board.effective_state IS '此刻的有效状态';
COMMENT ON COLUMN govdata.purchase_board.entries IS '应编条目数';
COMMENT ON COLUMN govdata.purchase_board.entries_missing IS '尚缺条目数';

-- _redundant(elements, department) -> the elements that the department can obtain
-- by now: the entry that serves first, how many do, since when any does. Raises
-- ZW006 as obtainable().
CREATE FUNCTION govdata._redundant(elements text[], department bigint)
RETURNS TABLE (element text, code text, item text, how text, sources bigint, since timestamptz, hint text)
LANGUAGE c STABLE STRICT ROWS 10 AS 'MODULE_PATHNAME', 'gd_redundant';
COMMENT ON FUNCTION govdata._redundant(text[], bigint) IS '所列数据元中某部门现已能在平台取得者';

-- Every field that asks for what its department can obtain by now, and where
-- from. Derived when it is read, so nothing has to run for it; asked once for
-- all fields of a department.
CREATE VIEW govdata.redundant_question WITH (security_invoker, security_barrier) AS
SELECT f.id AS field, f.form, s.service, s.title AS form_title, f.department, d.name, f.label, f.element, o.code, o.item,
       o.how, o.sources, f.asked_at, greatest(f.asked_at, o.since) AS since, o.hint
  FROM (SELECT g.department, array_agg(DISTINCT g.element) AS elements FROM govdata.service_form_field g
         WHERE g.state = 'asked' AND NOT g.identifies GROUP BY g.department) a
 CROSS JOIN LATERAL govdata._redundant(a.elements, a.department) o
  JOIN govdata.service_form_field f ON f.department = a.department AND f.element = o.element
   AND f.state = 'asked' AND NOT f.identifies
  JOIN govdata.service_form s ON s.id = f.form
  JOIN govdata.department d ON d.id = f.department;
COMMENT ON VIEW govdata.redundant_question IS '重复填报:仍要求填报而现已能在平台取得的表单事项(第二十四条);查询时得出';
COMMENT ON COLUMN govdata.redundant_question.field IS '表单事项编号';
COMMENT ON COLUMN govdata.redundant_question.form_title IS '表单名称';
COMMENT ON COLUMN govdata.redundant_question.name IS '部门名称';
COMMENT ON COLUMN govdata.redundant_question.code IS '可用的资源代码(有多个时,首选者)';
COMMENT ON COLUMN govdata.redundant_question.sources IS '可用的信息项数';
COMMENT ON COLUMN govdata.redundant_question.item IS '信息项';
COMMENT ON COLUMN govdata.redundant_question.how IS '取得方式:unconditional 无条件共享、authorized 已获授权、apply_first 应先申请';
COMMENT ON COLUMN govdata.redundant_question.since IS '自何时起';
COMMENT ON COLUMN govdata.redundant_question.hint IS '下一步';

COMMENT ON COLUMN govdata.redundant_question.service IS '政务服务事项';

-- What is shown as it stands in the table means what it means there.
DO $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT v.board, a.attname, col_description(('govdata.' || v.base)::regclass, b.attnum) AS said
               FROM (VALUES ('planned_entry_board', 'planned_entry'), ('system_board', 'business_system'),
                            ('purchase_board', 'data_purchase'), ('redundant_question', 'service_form_field')) AS v (board, base)
               JOIN pg_attribute a ON a.attrelid = ('govdata.' || v.board)::regclass AND a.attnum > 0
               JOIN pg_attribute b ON b.attrelid = ('govdata.' || v.base)::regclass AND b.attname = a.attname
              WHERE col_description(a.attrelid, a.attnum) IS NULL LOOP
        EXECUTE format('COMMENT ON COLUMN govdata.%I.%I IS %L', c.board, c.attname, c.said);
    END LOOP;
END
$$;

-- Duties; columns as in sql/80_views.sql.
CREATE VIEW govdata._duty_planned_entry WITH (security_invoker, security_barrier) AS
SELECT s.department, 'plan_entries' AS duty, 15::smallint AS article, 'business_system' AS subject, s.id::text AS subject_key,
       s.registered_at AS since, NULL::date AS due_on, NULL::timestamptz AS due_at, NULL::boolean AS due_provisional,
       'none' AS consequence
  FROM govdata.business_system s
 WHERE s.state = 'planned'
   AND NOT EXISTS (SELECT FROM govdata.planned_entry e WHERE e.business_system = s.id AND e.state = 'planned')
UNION ALL
SELECT b.department, 'catalog_system_data', 15::smallint, 'planned_entry', b.id::text, s.owed_since, NULL, NULL, NULL, 'none'
  FROM govdata.planned_entry_board b JOIN govdata.business_system s ON s.id = b.business_system
 WHERE b.missing IS NOT NULL AND s.state IN ('built', 'fulfilled')
UNION ALL
SELECT b.department, 'catalog_purchased_data', 15::smallint, 'planned_entry', b.id::text, p.owed_since, NULL, NULL, NULL, 'none'
  FROM govdata.planned_entry_board b JOIN govdata.data_purchase p ON p.id = b.data_purchase
 WHERE b.missing IS NOT NULL AND p.state IN ('contracted', 'catalogued');
COMMENT ON VIEW govdata._duty_planned_entry IS '待办义务:业务系统与数据采购所欠目录条目';

CREATE VIEW govdata._duty_service_form_field WITH (security_invoker, security_barrier) AS
SELECT q.department, 'retire_field' AS duty, 24::smallint AS article, 'service_form_field' AS subject, q.field::text AS subject_key,
       q.since, NULL::date AS due_on, NULL::timestamptz AS due_at, NULL::boolean AS due_provisional, 'none' AS consequence
  FROM govdata.redundant_question q;
COMMENT ON VIEW govdata._duty_service_form_field IS '待办义务:停止要求填报已能在平台取得的数据';

-- ---- guards and what follows ----

SELECT govdata._case_table('govdata.business_system', 'department', '', 15::smallint, 'govdata._sees(department, NULL)');
SELECT govdata._case_table('govdata.data_purchase', 'department', 'data_authority', 15::smallint,
                           'govdata._sees(department, NULL) OR data_authority = govdata.current_department()');
SELECT govdata._case_table('govdata.planned_entry', 'department', '', 15::smallint,
                           'govdata._sees(department, NULL) OR EXISTS (SELECT FROM govdata.data_purchase p WHERE p.id = data_purchase)');
SELECT govdata._case_table('govdata.service_form', 'department', '', 24::smallint, 'govdata._sees(department, NULL)');
SELECT govdata._case_table('govdata.service_form_field', 'department', '', 24::smallint, 'govdata._sees(department, NULL)');

CREATE TRIGGER dd_debt AFTER UPDATE ON govdata.resource
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('debt_entry');
CREATE TRIGGER dd_debt_attached AFTER INSERT ON govdata.attachment
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('debt_attached');
CREATE TRIGGER dd_debt_detached AFTER DELETE ON govdata.attachment
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('debt_detached');
CREATE TRIGGER dd_debt AFTER UPDATE ON govdata.negative_entry
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('debt_listed');
CREATE TRIGGER dd_debt_planned AFTER INSERT ON govdata.planned_entry
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('debt_planned');
CREATE TRIGGER dd_debt_changed AFTER UPDATE ON govdata.planned_entry
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('debt_planned');
CREATE TRIGGER dd_debt AFTER UPDATE ON govdata.business_system
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('debt_built');
CREATE TRIGGER dd_debt AFTER UPDATE ON govdata.data_purchase
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('debt_contracted');
CREATE TRIGGER bb_retired AFTER UPDATE ON govdata.service_form
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._derive('form_retired');

-- ---- verbs ----

-- plan_system(name, kind, titles, description) -> id. Registers a system that is
-- to be built: kind 'new' or 'rebuilt', with the titles of its planned entries;
-- more of an entry is said by plan_entry(). Raises ZW015.
CREATE FUNCTION govdata.plan_system(name text, kind text, entries text[] DEFAULT '{}', description text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO govdata.business_system (name, kind, description)
    VALUES (plan_system.name, plan_system.kind, plan_system.description) RETURNING id INTO made;
    INSERT INTO govdata.planned_entry (business_system, title) SELECT made, t FROM unnest(plan_system.entries) AS t;
    RETURN made;
END
$$;
COMMENT ON FUNCTION govdata.plan_system(text, text, text[], text) IS '登记拟新建或者改扩建的业务系统及其规划的目录条目(第十五条)';

-- plan_entry(title, elements, resource code, business_system, data_purchase) -> id.
-- An entry that a system or a purchase of the acting department will owe: the
-- elements it must carry, and the (draft) entry where there is one. Raises ZW015.
CREATE FUNCTION govdata.plan_entry(title text, elements text[] DEFAULT NULL, resource text DEFAULT NULL,
                                   business_system bigint DEFAULT NULL, data_purchase bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO govdata.planned_entry (title, elements, resource, business_system, data_purchase)
    VALUES (plan_entry.title, plan_entry.elements,
            CASE WHEN plan_entry.resource IS NOT NULL THEN govdata._resource_id(plan_entry.resource, 15::smallint) END,
            plan_entry.business_system, plan_entry.data_purchase)
    RETURNING id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION govdata.plan_entry(text, text[], text, bigint, bigint) IS '规划一项目录条目(第十五条)';

-- name_entry(entry, resource code): which entry of the catalog the planned one is.
CREATE FUNCTION govdata.name_entry(entry bigint, resource text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.planned_entry e SET resource = govdata._resource_id(name_entry.resource, 15::smallint)
                    WHERE e.id = entry RETURNING 1)
    SELECT govdata._moved('planned_entry', entry::text, 15::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.name_entry(bigint, text) IS '指明规划条目对应的目录条目';

-- drop_entry(entry, reason): only before the system is built or the contract signed.
CREATE FUNCTION govdata.drop_entry(entry bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.planned_entry e SET state = 'dropped', end_reason = drop_entry.reason WHERE e.id = entry RETURNING 1)
    SELECT govdata._moved('planned_entry', entry::text, 15::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.drop_entry(bigint, text) IS '取消规划条目,须在建成或者签约之前并说明理由';

-- complete_system(system, built_on): built on that day (legal time, default
-- today). From then on its entries are owed. Raises ZW015 without a planned entry.
CREATE FUNCTION govdata.complete_system(business_system bigint, built_on date DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.business_system s SET state = 'built', built_on = complete_system.built_on
                    WHERE s.id = complete_system.business_system RETURNING 1)
    SELECT govdata._moved('business_system', business_system::text, 15::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.complete_system(bigint, date) IS '登记业务系统建成;此后须编目共享(第十五条)';

-- cancel_system(system, reason): by the department while planned, by the
-- authority that supervises it once built.
CREATE FUNCTION govdata.cancel_system(business_system bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.business_system s SET state = 'cancelled', end_reason = cancel_system.reason
                    WHERE s.id = cancel_system.business_system RETURNING 1)
    SELECT govdata._moved('business_system', business_system::text, 15::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.cancel_system(bigint, text) IS '终止业务系统:建成前由建设部门,建成后由主管部门,须说明理由';

-- notify_purchase(title, elements, seller, need, contract_on, reason) -> id.
-- Notifies the authority before the contract. Raises ZW015 where the department
-- can obtain one of the elements, naming the entries and what to do instead;
-- "reason" is needed where the catalog has them and they cannot be had.
CREATE FUNCTION govdata.notify_purchase(title text, elements text[], seller text, need text, contract_on date,
                                        reason text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO govdata.data_purchase (title, elements, seller, need, contract_on, reason)
    VALUES (notify_purchase.title, notify_purchase.elements, notify_purchase.seller, notify_purchase.need,
            notify_purchase.contract_on, notify_purchase.reason) RETURNING id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION govdata.notify_purchase(text, text[], text, text, date, text) IS '采购数据前告知主管部门(第十五条第二款)';

-- contract_purchase(purchase, contract_on, reason): the contract is signed, on
-- that day (legal time, default today). Checked again: what has become
-- obtainable by then is refused (ZW015).
CREATE FUNCTION govdata.contract_purchase(data_purchase bigint, contract_on date DEFAULT NULL, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_purchase p SET state = 'contracted', contract_on = contract_purchase.contract_on,
                          reason = coalesce(contract_purchase.reason, p.reason)
                    WHERE p.id = contract_purchase.data_purchase RETURNING 1)
    SELECT govdata._moved('data_purchase', data_purchase::text, 15::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.contract_purchase(bigint, date, text) IS '登记签约;此后须编目共享(第十五条第二款)';

-- cancel_purchase(purchase, reason): by the department before the contract, by
-- the authority after it.
CREATE FUNCTION govdata.cancel_purchase(data_purchase bigint, reason text) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.data_purchase p SET state = 'cancelled', end_reason = cancel_purchase.reason
                    WHERE p.id = cancel_purchase.data_purchase RETURNING 1)
    SELECT govdata._moved('data_purchase', data_purchase::text, 15::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.cancel_purchase(bigint, text) IS '终止采购:签约前由采购部门,签约后由主管部门,须说明理由';

-- register_form(service, title, audience) -> id: a form of a service; audience
-- of 'citizen', 'legal_person', 'other_organization'.
CREATE FUNCTION govdata.register_form(service text, title text, audience text[] DEFAULT '{citizen}') RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO govdata.service_form (service, title, audience)
    VALUES (register_form.service, register_form.title, register_form.audience) RETURNING id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION govdata.register_form(text, text, text[]) IS '登记表单(第二十四条)';

-- register_field(form, element, label, reason, identifies) -> id: the form asks
-- for a data element. Raises ZW024 where the department can obtain it, naming the entries
-- and what to do instead; "reason" is needed where the catalog has it and it
-- cannot be had. "identifies" for elements that only say who is concerned.
CREATE FUNCTION govdata.register_field(form bigint, element text, label text DEFAULT NULL, reason text DEFAULT NULL,
                                       identifies boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO govdata.service_form_field (form, element, label, reason, identifies)
    VALUES (register_field.form, register_field.element, register_field.label, register_field.reason,
            register_field.identifies) RETURNING id INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION govdata.register_field(bigint, text, text, text, boolean) IS '登记表单要求填报的数据元;能在平台取得的不予登记(第二十四条)';

-- retire_field(field, reason), retire_form(form, reason): no longer asked; a form
-- takes its fields along. Raise ZW024 for anyone but the department.
CREATE FUNCTION govdata.retire_field(field bigint, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.service_form_field f SET state = 'retired', end_reason = retire_field.reason WHERE f.id = field RETURNING 1)
    SELECT govdata._moved('service_form_field', field::text, 24::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.retire_field(bigint, text) IS '不再要求填报';

CREATE FUNCTION govdata.retire_form(form bigint, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql BEGIN ATOMIC
    WITH moved AS (UPDATE govdata.service_form s SET state = 'retired', end_reason = retire_form.reason WHERE s.id = form RETURNING 1)
    SELECT govdata._moved('service_form', form::text, 24::smallint, EXISTS (SELECT FROM moved));
END;
COMMENT ON FUNCTION govdata.retire_form(bigint, text) IS '停用表单及其全部事项';
