-- Inserts the prepared requests, as their consumers, and prints the seconds.
--
-- psql variables: contestant (bare, govdata or peer), consumers, rows (of each
-- consumer), batch (rows a statement).
\set ON_ERROR_STOP 1
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;

CREATE TEMP TABLE statement (contestant text, insert text);
-- Bare: what the others work out is given, the rest is the same rows.
INSERT INTO statement VALUES
('bare', $$WITH request AS (
	INSERT INTO bare.share_request (resource, provider, consumer, items, purpose, usage, valid_until, state,
		received_at, limit_code, due_on, due_at, due_provisional, outside_scope, matures_at)
	SELECT resource, provider, department, items, purpose, usage, valid_until, 'submitted',
		now(), 'reply_conditional', current_date + 14, current_date + 15, false, false, current_date + 15
	FROM bench.source WHERE consumer = %s AND seq BETWEEN %s AND %s RETURNING *
), item AS (
	INSERT INTO bare.share_request_item SELECT id, resource, unnest(items) FROM request
)
INSERT INTO bare.journal_entry (at, real_at, subject, subject_key, event, to_state, article, actor, role, department,
	provider, consumer, after)
SELECT received_at, received_at, 'share_request', id::text, 'insert', state, 20, 'department', current_user,
	consumer, provider, consumer, to_jsonb(r) FROM request r$$),
('govdata', $$INSERT INTO govdata.share_request (resource, items, purpose, usage, valid_until)
	SELECT resource, items, purpose, usage, valid_until
	FROM bench.source WHERE consumer = %s AND seq BETWEEN %s AND %s$$),
('peer', $$INSERT INTO peer.share_request (resource, items, purpose, usage, valid_until)
	SELECT resource, items, purpose, usage, valid_until
	FROM bench.source WHERE consumer = %s AND seq BETWEEN %s AND %s$$);

SELECT clock_timestamp() AS started \gset
SELECT format('SET ROLE bench_consumer%s', i), format(s.insert, i, b, least(b + :batch - 1, :rows)), 'RESET ROLE'
FROM statement s, generate_series(1, :consumers) AS i, generate_series(1, :rows, :batch) AS b
WHERE s.contestant = :'contestant'
ORDER BY i, b
\gexec
SELECT extract(epoch FROM clock_timestamp() - :'started');
