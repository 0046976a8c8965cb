/*
 * The clock and the legal time zone (src/clock.c).
 */

/*
 * The clock of every rule: the actual time (not the transaction's start) plus
 * govdata.clock_offset.  For guards and verbs.
 */
CREATE FUNCTION govdata.clock() RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'gd_sql_clock' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION govdata.clock() IS
    '本系统唯一的时钟：实际时间加 govdata.clock_offset；一切期限以此为准';

/*
 * The start of the statement plus the offset.  For views and scans: being
 * STABLE it lets "due_at <= govdata.as_of()" use an index.
 */
CREATE FUNCTION govdata.as_of() RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'gd_sql_as_of' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION govdata.as_of() IS
    '语句开始时的系统时钟；用于视图和查询，同一语句内不变';

/*
 * The date of an instant in the legal time zone (govdata.timezone), whatever
 * the session's TimeZone.  Raises 22008 for infinity.
 */
CREATE FUNCTION govdata.legal_date(at timestamptz DEFAULT govdata.as_of()) RETURNS date
    AS 'MODULE_PATHNAME', 'gd_sql_legal_date' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION govdata.legal_date(timestamptz) IS
    '某一时刻在法定时区（govdata.timezone）中的日期，与会话时区无关';
