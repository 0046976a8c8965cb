-- What makes a table one of the law's: cases that departments move, and rows
-- that follow from them. One way for all, see src/case.h.

-- _limit_end(code, since, calendar, regime, received, extended) -> end of the
-- limit of that code, counted from "since": last day, its 24:00 (legal time), and
-- whether that is provisional. The limit is the one in force on the day of
-- "received", by default that of "since", under the regime, by default the one in
-- force on that day; "extended" days come on top.
CREATE FUNCTION govdata._limit_end(code text, since timestamptz, calendar text, regime text DEFAULT NULL,
                                   received timestamptz DEFAULT NULL, extended integer DEFAULT NULL,
                                   OUT due_on date, OUT due_at timestamptz, OUT provisional boolean)
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'gd_limit_end_sql';
COMMENT ON FUNCTION govdata._limit_end(text, timestamptz, text, text, timestamptz, integer) IS '某一时限的届满日、届满时刻及是否暂定';

-- _limit_amount(code, day) -> amount of the limit in force on a day.
CREATE FUNCTION govdata._limit_amount(code text, day date) RETURNS integer
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'gd_limit_amount_sql';
COMMENT ON FUNCTION govdata._limit_amount(text, date) IS '某日有效的时限数量';

CREATE FUNCTION govdata._guard_case() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_case';
COMMENT ON FUNCTION govdata._guard_case() IS '守卫:各类办理事项,依 transition 判断';
-- Rows that only the law itself writes.
CREATE FUNCTION govdata._guard_derived() RETURNS trigger LANGUAGE c AS 'MODULE_PATHNAME', 'gd_guard_derived';
COMMENT ON FUNCTION govdata._guard_derived() IS '守卫:派生的行只由平台自身写入';

-- _secure(relation, visible): row security that restricts SELECT only. An
-- UPDATE that a policy filtered would change no row and say nothing, so writes
-- are judged by the guards instead.
CREATE FUNCTION govdata._secure(relation regclass, visible text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('CREATE POLICY reading ON %s FOR SELECT TO govdata_department, govdata_admin USING (%s)', relation, visible);
    EXECUTE format('CREATE POLICY inserting ON %s FOR INSERT WITH CHECK (true)', relation);
    EXECUTE format('CREATE POLICY updating ON %s FOR UPDATE USING (true) WITH CHECK (true)', relation);
    EXECUTE format('CREATE POLICY deleting ON %s FOR DELETE USING (true)', relation);
END
$$;
COMMENT ON FUNCTION govdata._secure(regclass, text) IS '行级安全:只限制读取,写入由守卫判断';

-- _case_table(relation, provider, consumer, article, visible): a table of cases
-- with columns id and state. Its name is the subject of govdata.transition and
-- of the GdCaseKind that judges it. "provider" and "consumer" are the columns of
-- the two sides whom the journal names, or ''; "visible" is who sees a row.
-- Case tables have no column defaults: what the actor may not give, the guard sets.
CREATE FUNCTION govdata._case_table(relation regclass, provider text, consumer text, article smallint, visible text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    subject text := (SELECT c.relname FROM pg_class c WHERE c.oid = relation);
BEGIN
    EXECUTE format('CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON %s'
                   ' FOR EACH ROW EXECUTE FUNCTION govdata._guard_case()', relation);
    PERFORM govdata._secure(relation, visible);
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %s TO govdata_department', relation);
    PERFORM govdata._govern(relation, subject, 'id', 'state', provider, consumer, article);
END
$$;
COMMENT ON FUNCTION govdata._case_table(regclass, text, text, smallint, text) IS '将一张表定为办理事项表';

-- _registry_table(relation, key, article): rows that the administrator maintains,
-- and whoever else its own guard allows; "key" as for _govern().
CREATE FUNCTION govdata._registry_table(relation regclass, key text, article smallint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    subject text := (SELECT c.relname FROM pg_class c WHERE c.oid = relation);
BEGIN
    EXECUTE format('CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON %s'
                   ' FOR EACH ROW EXECUTE FUNCTION govdata._guard_registry(%L, %L)', relation, subject, article);
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %s TO govdata_admin', relation);
    PERFORM govdata._govern(relation, subject, key, '', '', '', article);
END
$$;
COMMENT ON FUNCTION govdata._registry_table(regclass, text, smallint) IS '将一张表定为登记表';

-- _derived_table(relation, key, provider, consumer, article, visible): rows that
-- follow from acts on other tables; "key" as for _govern().
CREATE FUNCTION govdata._derived_table(relation regclass, key text, provider text, consumer text, article smallint, visible text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    subject text := (SELECT c.relname FROM pg_class c WHERE c.oid = relation);
BEGIN
    EXECUTE format('CREATE TRIGGER aa_guard BEFORE INSERT OR UPDATE OR DELETE ON %s'
                   ' FOR EACH ROW EXECUTE FUNCTION govdata._guard_derived()', relation);
    PERFORM govdata._secure(relation, visible);
    PERFORM govdata._govern(relation, subject, key, '', provider, consumer, article);
END
$$;
COMMENT ON FUNCTION govdata._derived_table(regclass, text, text, text, smallint, text) IS '将一张表定为派生表';

-- _absent(subject, key, article): raises the error for a row that is not there
-- or not visible, which must look the same.
CREATE FUNCTION govdata._absent(subject text, key text, article smallint) RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'gd_absent';
COMMENT ON FUNCTION govdata._absent(text, text, smallint) IS '报错:行不存在或不可见(二者不加区分)';

-- _moved(subject, key, article, met): raises the same unless the UPDATE of a
-- verb met its row. A verb is one statement:
--     WITH moved AS (UPDATE ... RETURNING 1)
--     SELECT govdata._moved('subject', key, article, EXISTS (SELECT FROM moved));
CREATE FUNCTION govdata._moved(subject text, key text, article smallint, met boolean) RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'gd_moved';
COMMENT ON FUNCTION govdata._moved(text, text, smallint, boolean) IS '更新未命中时报错';

-- _found(subject, key, article, id) -> the id; raises the same where it is NULL.
CREATE FUNCTION govdata._found(subject text, key text, article smallint, id bigint) RETURNS bigint
LANGUAGE c AS 'MODULE_PATHNAME', 'gd_found';
COMMENT ON FUNCTION govdata._found(text, text, smallint, bigint) IS '返回编号;为空时报错';
