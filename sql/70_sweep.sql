-- The sweep: materializes what time has decided (Article 20 paragraph 3, and
-- the end of an authorization's term), seals the journal, tells the departments.

CREATE TABLE govdata.sweep_heartbeat (
    only_row boolean NOT NULL DEFAULT true,
    started_at timestamptz,
    started_real_at timestamptz,
    finished_at timestamptz,
    finished_real_at timestamptz,
    settled bigint NOT NULL DEFAULT 0,
    expired bigint NOT NULL DEFAULT 0,
    sealed bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    notified bigint NOT NULL DEFAULT 0,
    reminded_on date,
    CONSTRAINT sweep_heartbeat_pkey PRIMARY KEY (only_row),
    CONSTRAINT sweep_heartbeat_only_row_check CHECK (only_row)
);
INSERT INTO govdata.sweep_heartbeat DEFAULT VALUES;

COMMENT ON TABLE govdata.sweep_heartbeat IS '清扫心跳：最近一轮清扫的起止时间与数量（仅一行）';
COMMENT ON COLUMN govdata.sweep_heartbeat.only_row IS '恒为真，保证仅有一行';
COMMENT ON COLUMN govdata.sweep_heartbeat.started_at IS '最近一轮开始时间（法定时钟）；晚于完成时间则该轮未完成';
COMMENT ON COLUMN govdata.sweep_heartbeat.started_real_at IS '最近一轮开始的服务器实际时间';
COMMENT ON COLUMN govdata.sweep_heartbeat.finished_at IS '最近完成时间（法定时钟）';
COMMENT ON COLUMN govdata.sweep_heartbeat.finished_real_at IS '最近完成的服务器实际时间';
COMMENT ON COLUMN govdata.sweep_heartbeat.settled IS '最近完成的一轮中，视为同意的申请数';
COMMENT ON COLUMN govdata.sweep_heartbeat.expired IS '最近完成的一轮中，到期的授权数';
COMMENT ON COLUMN govdata.sweep_heartbeat.sealed IS '最近完成的一轮中，封存的日志条数';
COMMENT ON COLUMN govdata.sweep_heartbeat.failed IS '最近完成的一轮中，未能处理的行数';
COMMENT ON COLUMN govdata.sweep_heartbeat.notified IS '最近完成的一轮中，发出的通知数';
COMMENT ON COLUMN govdata.sweep_heartbeat.reminded_on IS '已就此日（法定时间）发出到期提醒；空表示须重新核对';

CREATE TABLE govdata.sweep_failure (
    subject text NOT NULL,
    subject_key text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    times bigint NOT NULL,
    sqlstate text NOT NULL,
    message text NOT NULL,
    CONSTRAINT sweep_failure_pkey PRIMARY KEY (subject, subject_key)
);

COMMENT ON TABLE govdata.sweep_failure IS '清扫未能处理的行；不影响任何部门的权利，下一轮重试，成功后删除';
COMMENT ON COLUMN govdata.sweep_failure.subject IS '事项种类';
COMMENT ON COLUMN govdata.sweep_failure.subject_key IS '事项主键';
COMMENT ON COLUMN govdata.sweep_failure.first_at IS '首次失败时间（法定时钟）';
COMMENT ON COLUMN govdata.sweep_failure.last_at IS '最近失败时间（法定时钟）';
COMMENT ON COLUMN govdata.sweep_failure.times IS '失败次数';
COMMENT ON COLUMN govdata.sweep_failure.sqlstate IS '错误代码';
COMMENT ON COLUMN govdata.sweep_failure.message IS '错误信息';

-- sweep(): one turn.  No SET clause, or it could not commit between batches of
-- govdata.sweep_batch rows.  Any number may run at once.  Does nothing on a
-- standby.  In a transaction block it does everything in that transaction.
CREATE PROCEDURE govdata.sweep()
    LANGUAGE C AS 'MODULE_PATHNAME', 'gd_sweep';
GRANT EXECUTE ON PROCEDURE govdata.sweep() TO govdata_admin;
COMMENT ON PROCEDURE govdata.sweep() IS '清扫一轮：落实期限届满的后果（视为同意、授权到期），封存日志，通知有关部门';

-- schedule(cron): makes the pg_cron jobs 'govdata-sweep <database>' that calls
-- sweep() and 'govdata-quality <database>' that calls check_quality(), or
-- changes their times; returns the first one's number.  The times are
-- pg_cron's (1.4: in GMT), which decide nothing: dueness is the clock's.
-- Raises 55000 when pg_cron is not there, 42501 when it lives in another
-- database and the caller is no superuser; the hint is the call to run there.
CREATE FUNCTION govdata.schedule(cron text DEFAULT '* * * * *') RETURNS bigint
    LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'gd_schedule';
GRANT EXECUTE ON FUNCTION govdata.schedule(text) TO govdata_admin;
COMMENT ON FUNCTION govdata.schedule(text) IS '建立 pg_cron 定时任务，默认每分钟清扫一轮、检查质量一轮；返回清扫的任务号';

-- unschedule(): removes those jobs; false when there was none.
CREATE FUNCTION govdata.unschedule() RETURNS boolean
    LANGUAGE C AS 'MODULE_PATHNAME', 'gd_unschedule';
GRANT EXECUTE ON FUNCTION govdata.unschedule() TO govdata_admin;
COMMENT ON FUNCTION govdata.unschedule() IS '取消 pg_cron 定时任务';
