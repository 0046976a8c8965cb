-- Reading, enforced in the executor (Articles 8, 17, 20, 26, 33).

CREATE TABLE govdata.attachment (
    resource    bigint PRIMARY KEY REFERENCES govdata.resource,
    relation    regclass NOT NULL,
    attached_at timestamptz NOT NULL,
    attached_by text NOT NULL,
    CONSTRAINT attachment_relation_key UNIQUE (relation)
);
COMMENT ON TABLE govdata.attachment IS '挂接:目录条目与其数据表(第十七条、第十八条)';
COMMENT ON COLUMN govdata.attachment.resource IS '资源编号';
COMMENT ON COLUMN govdata.attachment.relation IS '数据表(普通表或分区表的根)';
COMMENT ON COLUMN govdata.attachment.attached_at IS '挂接时间';
COMMENT ON COLUMN govdata.attachment.attached_by IS '挂接人(数据库角色)';

-- Columns are known by name, number and type: after a change of the table, or a
-- restore that numbers columns anew, a mismatch is noticed and refused.  Those
-- that are no items are known too, for row filters use them.
CREATE TABLE govdata.attachment_column (
    resource    bigint NOT NULL REFERENCES govdata.attachment ON DELETE CASCADE,
    item        text,
    column_name name NOT NULL,
    attnum      smallint NOT NULL CHECK (attnum > 0),
    column_type text NOT NULL,
    CONSTRAINT attachment_column_pkey PRIMARY KEY (resource, attnum),
    CONSTRAINT attachment_column_item_key UNIQUE (resource, item),
    FOREIGN KEY (resource, item) REFERENCES govdata.resource_item
);
COMMENT ON TABLE govdata.attachment_column IS '挂接时数据表的各列及其对应的信息项;未对应的列仅所有者可读,行条件可用';
COMMENT ON COLUMN govdata.attachment_column.resource IS '资源编号';
COMMENT ON COLUMN govdata.attachment_column.item IS '信息项;空表示该列不是信息项';
COMMENT ON COLUMN govdata.attachment_column.column_name IS '列名';
COMMENT ON COLUMN govdata.attachment_column.attnum IS '列号';
COMMENT ON COLUMN govdata.attachment_column.column_type IS '列类型';

-- Attachments are made by attach_resource() and ended by detach_resource() only.
CREATE FUNCTION govdata._guard_attachment() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_attachment';
COMMENT ON FUNCTION govdata._guard_attachment() IS '守卫:挂接只由 attach_resource、detach_resource 写入';
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.attachment
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_attachment();
CREATE TRIGGER zz_touch AFTER INSERT OR UPDATE OR DELETE ON govdata.attachment
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.attachment_column
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_attachment();
CREATE TRIGGER zz_touch AFTER INSERT OR UPDATE OR DELETE ON govdata.attachment_column
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._touch();

-- A row filter is checked when it is granted, against the table it will guard.
CREATE FUNCTION govdata._guard_filter() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_filter';
COMMENT ON FUNCTION govdata._guard_filter() IS '守卫:行条件须能安全执行';
CREATE TRIGGER ab_filter BEFORE INSERT ON govdata.share_request
    FOR EACH ROW WHEN (NEW.row_filter IS NOT NULL) EXECUTE FUNCTION govdata._guard_filter();
-- one that stands keeps nobody from answering, nor time, when the table is gone
CREATE TRIGGER ab_filter_changed BEFORE UPDATE ON govdata.share_request
    FOR EACH ROW WHEN (NEW.row_filter IS DISTINCT FROM OLD.row_filter AND NEW.row_filter IS NOT NULL)
    EXECUTE FUNCTION govdata._guard_filter();

-- What decides about reading changes: every session forgets the verdicts and
-- plans of the tables concerned, from the next statement on.
CREATE FUNCTION govdata._forget_access() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_forget_access';
COMMENT ON FUNCTION govdata._forget_access() IS '授权、类别或状态变更后,令各会话忘记所涉数据表的判断与计划';
CREATE TRIGGER yy_forget_insert AFTER INSERT ON govdata.share_authorization
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION govdata._forget_access();
CREATE TRIGGER yy_forget_update AFTER UPDATE ON govdata.share_authorization
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION govdata._forget_access();
CREATE TRIGGER yy_forget_insert AFTER INSERT ON govdata.share_request
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION govdata._forget_access();
CREATE TRIGGER yy_forget_update AFTER UPDATE ON govdata.share_request
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION govdata._forget_access();
CREATE TRIGGER yy_forget AFTER UPDATE ON govdata.resource
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION govdata._forget_access();
CREATE TRIGGER yy_forget_insert AFTER INSERT ON govdata.resource_item
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION govdata._forget_access();
CREATE TRIGGER yy_forget_update AFTER UPDATE ON govdata.resource_item
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION govdata._forget_access();

-- What became conditional while departments were reading it (Article 16): they
-- go on reading what they have read, on the former terms, until their request is
-- answered, or until "until" when they make none before. Written from the access
-- log when the class changes; whether a row still holds follows from facts and clock.
CREATE TABLE govdata.continued_reading (
    consumer bigint NOT NULL REFERENCES govdata.department,
    resource bigint NOT NULL,
    item     text NOT NULL,
    provider bigint NOT NULL REFERENCES govdata.department,
    since    timestamptz NOT NULL,
    until    timestamptz NOT NULL,
    ended_at timestamptz,
    request  bigint REFERENCES govdata.share_request,
    CONSTRAINT continued_reading_pkey PRIMARY KEY (consumer, resource, item, since),
    FOREIGN KEY (resource, item) REFERENCES govdata.resource_item
);
CREATE INDEX continued_reading_resource ON govdata.continued_reading (resource) WHERE ended_at IS NULL;
COMMENT ON TABLE govdata.continued_reading IS '无条件共享改为有条件共享后,此前读取过的部门对已读信息项沿用原条件(第十六条);派生自访问日志';
COMMENT ON COLUMN govdata.continued_reading.consumer IS '使用部门';
COMMENT ON COLUMN govdata.continued_reading.resource IS '资源编号';
COMMENT ON COLUMN govdata.continued_reading.item IS '信息项:仅限改类前期限内确有读取记录者';
COMMENT ON COLUMN govdata.continued_reading.provider IS '提供部门';
COMMENT ON COLUMN govdata.continued_reading.since IS '改类时间';
COMMENT ON COLUMN govdata.continued_reading.until IS '未提出申请的,沿用至此;此前提出申请的,沿用至答复';
COMMENT ON COLUMN govdata.continued_reading.ended_at IS '终止时间:申请得到答复,或资源再次改类、撤回';
COMMENT ON COLUMN govdata.continued_reading.request IS '得到答复的申请';
CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON govdata.continued_reading
    FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived();

CREATE FUNCTION govdata._continue_reading() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_continue_reading';
COMMENT ON FUNCTION govdata._continue_reading() IS '派生:改类时依访问日志记下沿用原条件者,答复时终止';
CREATE TRIGGER cd_continue AFTER UPDATE ON govdata.resource
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._continue_reading('resource');
CREATE TRIGGER cd_continue AFTER UPDATE ON govdata.resource_item
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._continue_reading('item');
CREATE TRIGGER cd_continue_insert AFTER INSERT ON govdata.share_request
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._continue_reading('request');
CREATE TRIGGER cd_continue_update AFTER UPDATE ON govdata.share_request
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION govdata._continue_reading('answer');

-- What is opened unconditionally may be selected by the public, and no longer
-- when that ends.
CREATE FUNCTION govdata._open_access() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_opening_changed';
COMMENT ON FUNCTION govdata._open_access() IS '开放状态变更后,授予或收回公众的读取权(第二十六条)';
CREATE TRIGGER yz_opening AFTER UPDATE ON govdata.resource
    FOR EACH ROW WHEN (OLD.opening_state IS DISTINCT FROM NEW.opening_state)
    EXECUTE FUNCTION govdata._open_access();

-- attach_resource(code, relation): binds the items of the acting department's
-- resource to the columns of the same name of a table or partitioned table that
-- the caller owns (or is a superuser), enables row security on the whole
-- partition tree and grants SELECT to the departments. Raises ZW018 and 42501.
CREATE FUNCTION govdata.attach_resource(code text, relation regclass) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'gd_attach_resource';
COMMENT ON FUNCTION govdata.attach_resource(text, regclass) IS '挂接数据表(第十五条、第十七条、第十八条)';

-- detach_resource(code): ends the binding and takes SELECT back; row security
-- stays enabled, so that nothing becomes readable by it.
CREATE FUNCTION govdata.detach_resource(code text) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'gd_detach_resource';
COMMENT ON FUNCTION govdata.detach_resource(text) IS '解除挂接';

-- _permitted(authorization, version, relation): whether this is what the caller
-- may read by now. Stands in the row filter behind the check of the plan.
CREATE FUNCTION govdata._permitted(bigint, integer, oid) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gd_permitted';
COMMENT ON FUNCTION govdata._permitted(bigint, integer, oid) IS '行过滤中的复核:调用者此刻是否仍有该授权';

-- _continues(consumer, resource, item) -> whether it reads an item on former terms
-- now: for whoever judges what can be had beside access itself, by the same rule.
CREATE FUNCTION govdata._continues(consumer bigint, resource bigint, item text) RETURNS boolean
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_continues';
COMMENT ON FUNCTION govdata._continues(bigint, bigint, text) IS '某部门此刻是否沿用原条件读取某信息项';

-- check_access(resource code, items, department) -> whether the department may
-- read the items now, on what basis and article, and why (not). A department
-- asks for itself; its overseers and the provider for it.
CREATE FUNCTION govdata.check_access(resource text, items text[], department bigint DEFAULT govdata.current_department(),
                                     OUT allowed boolean, OUT basis text, OUT article smallint, OUT reason text)
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'gd_check_access';
COMMENT ON FUNCTION govdata.check_access(text, text[], bigint) IS '说明某部门此刻能否读取所列信息项及其依据';
