-- More authorizations in force on the attached table, of all the departments
-- but the reader's.  psql variable: rows.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET govdata.restore = on;		-- rows as given, nothing derived
SET session_replication_role = replica;

INSERT INTO govdata.share_request (id, route, resource, provider, consumer, items, purpose, usage, valid_until,
	state, received_at, limit_code, due_on, due_at, due_provisional, outside_scope, authorization_id,
	answered_at, answer_basis, granted_items)
SELECT nextval('govdata.share_request_id_seq'), q.route, q.resource, q.provider, d.ids[1 + i % cardinality(d.ids)],
	q.items, q.purpose, q.usage, q.valid_until, q.state, q.received_at, q.limit_code, q.due_on, q.due_at,
	q.due_provisional, q.outside_scope, nextval('govdata.share_authorization_id_seq'), q.answered_at,
	q.answer_basis, q.granted_items
FROM generate_series(1, :rows) AS i
CROSS JOIN (SELECT q.* FROM govdata.share_request q JOIN govdata.attachment a USING (resource)) q
CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM govdata.department
	WHERE role <> 'bench_consumer1'::regrole AND role <> 'bench_provider1'::regrole) d;

INSERT INTO govdata.share_authorization (id, request, resource, provider, consumer, items, purpose, usage, basis,
	valid_from, valid_until, state)
SELECT q.authorization_id, q.id, q.resource, q.provider, q.consumer, q.granted_items, q.purpose, q.usage,
	q.answer_basis, a.valid_from, a.valid_until, a.state
FROM govdata.share_request q
CROSS JOIN (SELECT a.* FROM govdata.share_authorization a JOIN govdata.attachment t USING (resource)
	ORDER BY a.id LIMIT 1) a
WHERE NOT EXISTS (SELECT FROM govdata.share_authorization o WHERE o.id = q.authorization_id);
VACUUM (FREEZE, ANALYZE) govdata.share_request, govdata.share_authorization;
