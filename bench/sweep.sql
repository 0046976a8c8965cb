-- Sweeps what has matured and prints the seconds.  psql variable: contestant.
\set ON_ERROR_STOP 1
\pset tuples_only on
\pset format unaligned
SET client_min_messages = warning;

SELECT :'contestant' = 'bare' AS bare \gset
SELECT clock_timestamp() AS started \gset
\if :bare
WITH request AS (
	UPDATE bare.share_request
	SET state = 'approved', answered_at = matures_at, answer_basis = 'deemed_consent', granted_items = items
	WHERE state = 'submitted' AND matures_at <= now() RETURNING *
), authorized AS (
	INSERT INTO bare.share_authorization (id, request, resource, provider, consumer, items, purpose, usage, basis,
		valid_from, valid_until, state)
	SELECT authorization_id, id, resource, provider, consumer, granted_items, purpose, usage, answer_basis,
		answered_at, (valid_until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', 'active'
	FROM request RETURNING *
)
INSERT INTO bare.journal_entry (at, real_at, subject, subject_key, event, from_state, to_state, article, actor, role,
	provider, consumer, before, after)
SELECT now(), now(), 'share_request', id::text, 'update', 'submitted', state, 20, 'time', current_user, provider,
	consumer, '{"state": "submitted", "answered_at": null, "answer_basis": null, "granted_items": null}'::jsonb,
	jsonb_build_object('state', state, 'answered_at', answered_at, 'answer_basis', answer_basis,
		'granted_items', granted_items)
FROM request
UNION ALL
SELECT now(), now(), 'share_authorization', id::text, 'insert', NULL, state, 20, 'time', current_user, provider,
	consumer, NULL, to_jsonb(a)
FROM authorized a;
\else
CALL :contestant.sweep();
\endif
SELECT extract(epoch FROM clock_timestamp() - :'started');
SELECT 1 / (count(*) = 0)::integer FROM :contestant.share_request WHERE state = 'submitted' \g /dev/null
