-- Closed requests: refused ones, and approved ones whose authorization has
-- expired.  psql variable: rows.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET govdata.restore = on;		-- rows as given, nothing derived
SET session_replication_role = replica;
SELECT count(*) AS sources FROM bench.source \gset

INSERT INTO govdata.share_request (id, route, resource, provider, consumer, items, purpose, usage, valid_until,
	state, received_at, limit_code, due_on, due_at, due_provisional, outside_scope, authorization_id,
	answered_at, answer_basis, granted_items, refused_items, answer_reason)
SELECT nextval('govdata.share_request_id_seq'), 'direct', s.resource, s.provider, s.department, s.items,
	s.purpose, s.usage, date '2023-12-31', CASE WHEN approved THEN 'approved' ELSE 'refused' END,
	timestamptz '2023-01-02 10:00+8', 'reply_conditional', date '2023-01-16', timestamptz '2023-01-17 00:00+8',
	false, false, nextval('govdata.share_authorization_id_seq'), timestamptz '2023-01-05 10:00+8', 'reply',
	CASE WHEN approved THEN s.items END, CASE WHEN NOT approved THEN s.items END,
	CASE WHEN NOT approved THEN 'Outside the purpose.' END
FROM generate_series(1, :rows) AS i
CROSS JOIN LATERAL (SELECT i % 2 = 0 AS approved) a
JOIN (SELECT *, row_number() OVER () - 1 AS k FROM bench.source) s ON s.k = i % :sources;

INSERT INTO govdata.share_authorization (id, request, resource, provider, consumer, items, purpose, usage, basis,
	valid_from, valid_until, state)
SELECT authorization_id, id, resource, provider, consumer, granted_items, purpose, usage, answer_basis, answered_at,
	timestamptz '2024-01-01 00:00+8', 'expired'
FROM govdata.share_request WHERE state = 'approved';
VACUUM (FREEZE, ANALYZE) govdata.share_request, govdata.share_authorization;
