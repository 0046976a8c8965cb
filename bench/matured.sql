-- Requests whose limit ended yesterday, in the tables of one contestant.
--
-- psql variables: contestant, rows.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT count(*) AS sources FROM bench.source \gset
\set requests :contestant .share_request_id_seq
\set authorizations :contestant .share_authorization_id_seq
SET govdata.restore = on;		-- rows as given, nothing derived
SET session_replication_role = replica;

INSERT INTO :contestant.share_request (id, route, resource, provider, consumer, items, purpose, usage, valid_until,
	state, received_at, limit_code, due_on, due_at, due_provisional, outside_scope, matures_at, authorization_id)
SELECT nextval(:'requests'), 'direct', s.resource, s.provider, s.department, s.items,
	s.purpose, s.usage, s.valid_until, 'submitted', d.due_at - interval '14 days', 'reply_conditional', d.due_on, d.due_at,
	false, false, d.due_at, nextval(:'authorizations')
FROM generate_series(1, :rows) AS i
CROSS JOIN LATERAL (SELECT current_date - 1 - i % 5 AS due_on,
	(current_date - i % 5)::timestamp AT TIME ZONE 'Asia/Shanghai' AS due_at) d
JOIN (SELECT *, row_number() OVER () - 1 AS k FROM bench.source) s ON s.k = i % :sources;
VACUUM (FREEZE, ANALYZE) :contestant.share_request;
