-- The table that every contestant reads, and its reader.  Run in each
-- contestant's database.  psql variables: rows, departments.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'bench_consumer' || i FROM generate_series(1, :departments) AS i
	UNION ALL SELECT 'bench_provider1') AS r (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
SELECT 'CREATE ROLE bench_reader LOGIN IN ROLE bench_consumer1'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bench_reader')
\gexec

CREATE SCHEMA :schema;
GRANT USAGE ON SCHEMA :schema TO PUBLIC;
CREATE TABLE :schema.person (
	id bigint PRIMARY KEY,
	name text NOT NULL,
	id_card text NOT NULL,
	amount numeric NOT NULL,
	region text NOT NULL
);
INSERT INTO :schema.person
SELECT i, 'name ' || i, lpad(i::text, 18, '4'), i % 100000, (420100 + i % 17 * 100)::text
FROM generate_series(1, :rows) AS i;
CREATE INDEX person_name ON :schema.person (name text_pattern_ops);
CREATE INDEX person_amount ON :schema.person (amount);
ALTER TABLE :schema.person OWNER TO bench_provider1;
VACUUM (FREEZE, ANALYZE) :schema.person;
