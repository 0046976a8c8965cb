-- What a database administrator would put together without govdata: a policy
-- for each department, columns granted one by one, and pgaudit recording the
-- reads of this table by whomever (its object audit, the leanest of its modes)
-- in the server's log.  After person.sql.  psql variable: departments.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS pgaudit;
SELECT 'CREATE ROLE bench_auditor' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bench_auditor')
\gexec
ALTER SYSTEM SET pgaudit.role = 'bench_auditor';
SELECT pg_reload_conf() \g /dev/null
GRANT SELECT ON reading.person TO bench_auditor;
ALTER TABLE reading.person ENABLE ROW LEVEL SECURITY;
SELECT format('GRANT SELECT (id, name, amount, region) ON reading.person TO bench_consumer%s', i),
	format('CREATE POLICY consumer%s ON reading.person FOR SELECT TO bench_consumer%1$s USING (true)', i)
FROM generate_series(1, :departments) AS i
\gexec
