-- What every contestant works on: departments, resources and the rows to be
-- submitted.  Departments of the province ask departments of the cities.
--
-- psql variables: consumers, providers, resources.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;

SET govdata.restore = on;		-- another database of this cluster has departments too
CREATE EXTENSION govdata CASCADE;
RESET govdata.restore;

SELECT format('CREATE ROLE %I', name)
FROM (SELECT 'bench_consumer' || i FROM generate_series(1, :consumers) AS i
	UNION ALL SELECT 'bench_provider' || i FROM generate_series(1, :providers) AS i) AS r (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

INSERT INTO govdata.department (uscc, uscc_verified_by_hand, name, region, kind, role, data_officer)
SELECT format('11420000BENCHC%s', lpad(i::text, 4, '0')), true, 'Consumer ' || i, '420000', 'agency',
	('bench_consumer' || i)::regrole, 'officer'
FROM generate_series(1, :consumers) AS i;

INSERT INTO govdata.department (uscc, uscc_verified_by_hand, name, region, kind, role, data_officer)
SELECT format('11420000BENCHP%s', lpad(i::text, 4, '0')), true, 'Provider ' || i,
	c.codes[1 + i % cardinality(c.codes)], 'agency', ('bench_provider' || i)::regrole, 'officer'
FROM generate_series(1, :providers) AS i,
	(SELECT array_agg(code ORDER BY code) AS codes FROM govdata.region WHERE level = 'city') AS c;

-- A resource each has eight items, declared uses and a declared scope.
SELECT format('SET ROLE bench_provider%s', 1 + i % :providers),
	format($$INSERT INTO govdata.resource (class, title, abstract, format_category, sharing,
		sharing_conditions, opening, opening_ground, update_cycle, uses, scope_regions)
		VALUES ('307009', 'Resource %s', 'For measuring.', '数据库', 'conditional', 'On request.',
		'closed', 'privacy', '每日', ARRAY['approval', 'supervision', 'statistics'], ARRAY['420000'])$$, i),
	format($$INSERT INTO govdata.resource_item (resource, name, title, data_type)
		SELECT r.id, 'item' || n, 'Item ' || n, 'text' FROM govdata.resource r, generate_series(1, 8) n
		WHERE r.title = 'Resource %s'$$, i),
	format($$SELECT govdata.publish_resource(code) FROM govdata.resource WHERE title = 'Resource %s'$$, i),
	'RESET ROLE'
FROM generate_series(1, :resources) AS i
\gexec

CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO PUBLIC;

-- The rows to be submitted, in the order of their consumers.
CREATE TABLE bench.source (
	consumer integer NOT NULL,
	seq integer NOT NULL,
	department bigint NOT NULL,
	resource bigint NOT NULL,
	provider bigint NOT NULL,
	items text[] NOT NULL,
	purpose text NOT NULL,
	usage text NOT NULL,
	valid_until date NOT NULL
);
CREATE INDEX ON bench.source (consumer, seq);
GRANT SELECT ON bench.source TO PUBLIC;

CREATE FUNCTION bench.fill(n integer, consumers integer) RETURNS void LANGUAGE sql AS $$
	INSERT INTO bench.source
	SELECT c.i, s, d.id, r.id, r.provider,
		ARRAY['item' || 1 + s % 4, 'item' || 5 + s % 2, 'item' || 7 + s % 2],
		'Processing of case ' || s, (ARRAY['approval', 'supervision', 'statistics'])[1 + s % 3],
		govdata.legal_date(govdata.clock()) + 365
	FROM generate_series(1, consumers) AS c (i)
	JOIN govdata.department d ON d.name = 'Consumer ' || c.i
	CROSS JOIN generate_series(1, n / consumers) AS s
	JOIN (SELECT id, provider, row_number() OVER (ORDER BY id) - 1 AS k, count(*) OVER () AS n
		FROM govdata.resource) r ON r.k = (s * 7 + c.i) % r.n
	ORDER BY 1, 2;
$$;
