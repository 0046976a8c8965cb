-- The journal, its seals, and what verification finds.
\getenv srcdir PG_ABS_SRCDIR
\set begin :srcdir '/sql/include/calendar_begin.psql'
\i :begin

SELECT no_plan();

-- Something sealed before, with a hole: an id drawn by a transaction that was
-- rolled back.  Others' transactions would keep the seal from closing over it.
CREATE FUNCTION pg_temp.quiet() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()) LOOP
        PERFORM pg_sleep(0.01);
        PERFORM pg_stat_clear_snapshot();
    END LOOP;
END
$$;
BEGIN;
INSERT INTO govdata.region (code, name, level, parent) VALUES ('42JOURNAL', 'hole', 'city', '420000');
SELECT max(id) AS hole FROM govdata.journal_entry \gset
ROLLBACK;
INSERT INTO govdata.region (code, name, level, parent) VALUES ('42JOURNAL', 'sealed', 'city', '420000');
DELETE FROM govdata.region WHERE code = '42JOURNAL';
SELECT pg_temp.quiet() \g /dev/null
CALL govdata.sweep();
SELECT results_eq('SELECT finding FROM govdata.verify_journal()', ARRAY['ok'], 'all that was there is sealed');
SELECT cmp_ok((SELECT complete_through FROM govdata.journal_seal ORDER BY id DESC LIMIT 1), '>', :hole::bigint,
    'and nothing else can appear up to there');

-- All the rest leaves nothing behind.
BEGIN;
SELECT max(id) AS before FROM govdata.journal_entry \gset
CREATE TABLE public.governed (
    id bigint, k text, st text, prov bigint, cons bigint,
    b boolean, i2 smallint, i4 integer, n numeric, d date, ts timestamp, tz timestamptz,
    j jsonb, a text[], r daterange, f float8, iv interval, by bytea, ro regrole,
    gone integer, big text,
    PRIMARY KEY (id, k)
);
ALTER TABLE public.governed DROP COLUMN gone;
SELECT govdata._govern('public.governed', 'share_request', 'id,k', 'st', 'prov', 'cons', 33::smallint) \g /dev/null
CREATE TABLE pg_temp.mark (b bigint);
INSERT INTO pg_temp.mark VALUES (:before);
CREATE FUNCTION pg_temp.told(OUT subject_key text, OUT event text, OUT from_state text, OUT to_state text,
    OUT article smallint, OUT provider bigint, OUT consumer bigint, OUT before jsonb, OUT after jsonb)
    RETURNS SETOF record LANGUAGE sql AS $$
    SELECT subject_key, event, from_state, to_state, article, provider, consumer, before, after
    FROM govdata.journal_entry WHERE id > (SELECT b FROM pg_temp.mark) ORDER BY id
$$;

-- what an entry says does not depend on the session's settings
SET LOCAL TimeZone = 'America/New_York';
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL IntervalStyle = postgres_verbose;
SET LOCAL bytea_output = escape;
SET LOCAL extra_float_digits = -10;
INSERT INTO public.governed (id, k, st, prov, cons, b, i2, i4, n, d, ts, tz, j, a, r, f, iv, by, ro)
VALUES (1, 'a', 'submitted', 5, 6, true, 1, 2, 1.50, DATE '2026-01-02', TIMESTAMP '2026-01-02 03:04:05.6',
        TIMESTAMPTZ '2026-01-02 03:04:05+08', '{"x": [1, {"y": null}]}', ARRAY['a', NULL, 'q"\'],
        '[2026-01-01,2026-02-01)', 0.1, '1 day 2 hours', '\x00ff', 'govdata_department');
SELECT results_eq('SELECT * FROM pg_temp.told()', $$VALUES ('1/a', 'insert', NULL::text, 'submitted',
    govdata._transition_article('share_request', '', 'submitted'), 5::bigint, 6::bigint, NULL::jsonb,
    '{"a": ["a", null, "q\"\\"], "b": true, "d": "2026-01-02", "f": "0.1", "j": {"x": [1, {"y": null}]},
      "k": "a", "n": 1.50, "r": "[2026-01-01,2026-02-01)", "by": "\\x00ff", "i2": 1, "i4": 2, "id": 1,
      "iv": "P1DT2H", "ro": "govdata_department", "st": "submitted", "ts": "2026-01-02T03:04:05.6",
      "tz": "2026-01-01T19:04:05+00:00", "cons": 6, "prov": 5}'::jsonb)$$, 'an insert tells the row without nulls');
SELECT is(current_setting('DateStyle'), 'SQL, DMY', 'the session keeps its settings');
RESET TimeZone; RESET DateStyle; RESET IntervalStyle; RESET bytea_output; RESET extra_float_digits;
SELECT results_eq(format('SELECT actor, role = session_user, department, at BETWEEN now() - interval ''1 min'' AND govdata.clock(),
    real_at <= clock_timestamp() FROM govdata.journal_entry WHERE id > %s', :before),
    $$VALUES ('administrator', true, NULL::bigint, true, true)$$, 'and who wrote it, and when');

UPDATE pg_temp.mark SET b = (SELECT max(id) FROM govdata.journal_entry);
INSERT INTO public.governed (id, k, n, tz, j, big) VALUES (2, 'b', 'NaN', 'infinity', '"scalar"', repeat('long ', 5000));
UPDATE public.governed SET st = 'approved', a = a || 'z'::text, b = NULL WHERE id = 1;
UPDATE public.governed SET st = st, n = n, big = big;
UPDATE public.governed SET i4 = 3 WHERE id = 2;
UPDATE public.governed SET i4 = 4 WHERE false;
DELETE FROM public.governed WHERE id = 2;
SELECT results_eq('SELECT subject_key, event, from_state, to_state, article, before - ''big'', after - ''big'' FROM pg_temp.told()',
    $$VALUES ('2/b', 'insert', NULL::text, NULL::text, 33::smallint, NULL::jsonb,
              '{"id": 2, "k": "b", "n": "NaN", "tz": "infinity", "j": "scalar"}'::jsonb),
             ('1/a', 'update', 'submitted', 'approved', govdata._transition_article('share_request', 'submitted', 'approved'),
              '{"st": "submitted", "a": ["a", null, "q\"\\"], "b": true}',
              '{"st": "approved", "a": ["a", null, "q\"\\", "z"], "b": null}'),
             ('2/b', 'update', NULL, NULL, 33::smallint, '{"i4": null}', '{"i4": 3}'),
             ('2/b', 'delete', NULL, NULL, 33::smallint,
              '{"id": 2, "k": "b", "n": "NaN", "tz": "infinity", "j": "scalar", "i4": 3}', NULL)$$,
    'an update tells what changed, old and new; nothing where nothing changed; a delete tells the row');
SELECT is((SELECT length(after ->> 'big') FROM pg_temp.told() WHERE event = 'insert'), 25000, 'long values are told whole');

-- statements of more than a batch, pairs kept apart by key
UPDATE pg_temp.mark SET b = (SELECT max(id) FROM govdata.journal_entry);
INSERT INTO public.governed (id, k, i4) SELECT g, 'many', g FROM generate_series(1, 3500) AS g;
UPDATE public.governed SET i4 = -i4 WHERE k = 'many' AND id % 2 = 0;
INSERT INTO public.governed (id, k, i4) SELECT g, 'many', 7 FROM generate_series(3500, 3502) AS g
    ON CONFLICT (id, k) DO UPDATE SET i4 = excluded.i4;
DELETE FROM public.governed WHERE k = 'many';
SELECT results_eq($$SELECT event, count(*), count(DISTINCT subject_key), bool_and(
        CASE event WHEN 'insert' THEN after ->> 'id' || '/many' = subject_key
             WHEN 'delete' THEN before ->> 'id' || '/many' = subject_key
             ELSE subject_key = '3500/many' OR (before ->> 'i4' || '/many' = subject_key
                  AND (before ->> 'i4')::integer = -(after ->> 'i4')::integer) END)
    FROM pg_temp.told() GROUP BY event ORDER BY event$$,
    $$VALUES ('delete', 3502::bigint, 3502::bigint, true), ('insert', 3502, 3502, true), ('update', 1751, 1750, true)$$,
    'each row of a large statement has its own entry');

-- the actor is time where the law says so, and only within its section
SELECT is((SELECT count(*) FROM govdata.journal_entry WHERE id > :before AND actor <> 'administrator'), 0::bigint,
    'nothing of this was time''s doing');

-- what is refused
SELECT is(pg_temp.complaint('UPDATE public.governed SET id = 9'), 'ZW032 | the key of a row of "governed" cannot be changed'
    ' | The journal tells a row''s story by its key. Measures, Article 32. | Insert a new row instead.', 'keys do not change');
SELECT is(pg_temp.complaint('TRUNCATE public.governed'), 'ZW032 | table "governed" cannot be truncated'
    ' | TRUNCATE removes rows without a record of any of them. Measures, Article 32.'
    ' | End rows through their states; where a row may be deleted, DELETE records it.', 'TRUNCATE leaves no record');
SELECT is(pg_temp.complaint('INSERT INTO govdata.journal_entry SELECT * FROM govdata.journal_entry'),
    'ZW032 | rows of "journal_entry" are written by the extension only'
    ' | Evidence written by hand would be none. Measures, Article 32.'
    ' | Change the governed row: its entry is written in the same transaction. To load a dump, set govdata.restore.',
    'nobody writes entries by hand');
CREATE FUNCTION pg_temp.refusals(role text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT is(left(pg_temp.complaint(format(verb, relation)), 5), 'ZW032', format(verb, relation) || role)
    FROM unnest(ARRAY['journal_entry', 'journal_seal']) AS relation,
        unnest(ARRAY['INSERT INTO govdata.%1$s SELECT * FROM govdata.%1$s', 'UPDATE govdata.%s SET id = id',
            'DELETE FROM govdata.%s', 'DELETE FROM govdata.%s WHERE false', 'TRUNCATE govdata.%s',
            'WITH x AS (DELETE FROM govdata.%s RETURNING 1) SELECT count(*) FROM x']) AS verb
$$;
SELECT * FROM pg_temp.refusals('');
SET LOCAL session_replication_role = replica;
SELECT * FROM pg_temp.refusals(' as a replica');
UPDATE pg_temp.mark SET b = (SELECT max(id) FROM govdata.journal_entry);
UPDATE public.governed SET i4 = 77;
SELECT is((SELECT count(*) FROM pg_temp.told()), 1::bigint, 'the journal is also written for a replica');
SET LOCAL session_replication_role = origin;
SET LOCAL govdata.restore = on;
UPDATE public.governed SET i4 = 78;
SELECT is((SELECT count(*) FROM pg_temp.told()), 1::bigint, 'a restore writes no entries of its own');
SELECT is(pg_temp.complaint('INSERT INTO govdata.journal_entry SELECT * FROM govdata.journal_entry WHERE false'),
    'no error', 'and may bring those of the dump');
SET LOCAL govdata.restore = off;

-- seals
SELECT is((SELECT detail FROM govdata.verify_journal() WHERE finding = 'unsealed'),
    (SELECT format('%s entries from %s to %s are not sealed yet', count(*), min(id), max(id))
     FROM govdata.journal_entry WHERE id > :before), 'the tail is reported as not sealed');
SET LOCAL govdata.sweep_batch = 1000;
CALL govdata.sweep();
SELECT results_eq('SELECT finding, entries FROM govdata.verify_journal()',
    'SELECT ''ok'', count(*) FROM govdata.journal_entry', 'sealed: all is well');
SELECT results_eq('SELECT sealed_through, hash FROM govdata.seal_head()',
    'SELECT max(id), (SELECT encode(hash, ''hex'') FROM govdata.journal_seal ORDER BY id DESC LIMIT 1) FROM govdata.journal_entry',
    'the head is the newest seal');
SELECT ok(count(*) >= 8 AND max(entry_count) = 1000, 'a seal covers a batch') FROM govdata.journal_seal WHERE lower(entries) > :before;
SELECT count(*) AS seals FROM govdata.journal_seal \gset
CALL govdata.sweep();
SELECT is(count(*), :seals::bigint, 'an empty turn makes no seal') FROM govdata.journal_seal;
SELECT seal AS head, hash FROM govdata.seal_head() \gset
SELECT results_eq(format('SELECT finding FROM govdata.verify_journal(%s, %L)', :head, :'hash'), ARRAY['ok'], 'with the head kept outside');
SELECT results_eq(format('SELECT finding FROM govdata.verify_journal(%s, %L)', :head + 1, :'hash'), ARRAY['head'], 'with one that is not there');
SELECT min(id) + 5 AS victim, min(id) + 6 AS neighbor FROM govdata.journal_entry WHERE id > :before \gset
SELECT id AS victims_seal FROM govdata.journal_seal WHERE entries @> :victim::bigint \gset

-- tampering, by a superuser who has taken the guards off
SET LOCAL govdata.maintenance = on;
ALTER TABLE govdata.journal_entry DISABLE TRIGGER _append_only;
ALTER TABLE govdata.journal_seal DISABLE TRIGGER _append_only;
SET LOCAL govdata.maintenance = off;
CREATE FUNCTION pg_temp.tamper(tampering text, OUT finding text, OUT seal bigint, OUT entry bigint)
    RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        EXECUTE tampering;
        CREATE TABLE pg_temp.found AS SELECT * FROM govdata.verify_journal();
        RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = (SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY f.seal, f.entry), '[]') FROM pg_temp.found AS f);
    EXCEPTION WHEN SQLSTATE 'P0099' THEN
        RETURN QUERY SELECT f.finding, f.seal, f.entry FROM jsonb_to_recordset(SQLERRM::jsonb) AS f (finding text, seal bigint, entry bigint);
    END;
END
$$;
CREATE FUNCTION pg_temp.finds(tampering text, expected text, title text) RETURNS text LANGUAGE sql AS $$
    SELECT results_eq(format('SELECT * FROM pg_temp.tamper(%L)', tampering), expected, title)
$$;
SELECT pg_temp.finds(format('DELETE FROM govdata.journal_entry WHERE id = %s', :victim),
    format('VALUES (''removed'', %s::bigint, %s::bigint)', :victims_seal, :victim), 'a removed entry is found');
SELECT pg_temp.finds(format('UPDATE govdata.journal_entry SET %s WHERE id = %s', change, :victim),
    format('VALUES (''altered'', %s::bigint, %s::bigint)', :victims_seal, :victim), 'an altered entry is found: ' || change)
FROM unnest(ARRAY['at = at + interval ''1 microsecond''', 'real_at = real_at - interval ''1 microsecond''', 'subject = ''resource''',
    'subject_key = subject_key || ''0''', 'event = ''delete''', 'from_state = ''''', 'to_state = ''x''', 'article = 20',
    'actor = ''time''', 'role = ''somebody''', 'department = 1', 'provider = 1', 'consumer = 1', 'before = ''{}''',
    'after = after || ''{"i4": 9}''', 'after = NULL']) AS change;
SELECT pg_temp.finds(format('UPDATE govdata.journal_entry SET id = CASE id WHEN %1$s THEN -%2$s ELSE -%1$s END WHERE id IN (%1$s, %2$s);'
    'UPDATE govdata.journal_entry SET id = -id WHERE id < 0', :victim, :neighbor),
    format('VALUES (''reordered'', %1$s::bigint, %2$s::bigint), (''reordered'', %1$s, %3$s)', :victims_seal, :victim, :neighbor),
    'entries that changed places are found');
SELECT pg_temp.finds(format('INSERT INTO govdata.journal_entry SELECT %s, at, real_at, subject, subject_key, event, from_state,'
    ' to_state, article, actor, role, department, provider, consumer, before, after FROM govdata.journal_entry WHERE id = %s', :hole, :victim),
    format('VALUES (''planted'', NULL::bigint, %s::bigint)', :hole), 'an entry planted into a hole is found');
SELECT pg_temp.finds(format('DELETE FROM govdata.journal_seal WHERE id = %s', :victims_seal),
    format('SELECT ''chain'', %s::bigint + 1, NULL::bigint UNION ALL SELECT CASE WHEN id <= (SELECT max(complete_through)'
    ' FROM govdata.journal_seal) THEN ''planted'' END, NULL, id FROM govdata.journal_entry, (SELECT entries FROM govdata.journal_seal'
    ' WHERE id = %s) AS s WHERE entries @> id AND id <= (SELECT max(complete_through) FROM govdata.journal_seal)'
    ' UNION ALL SELECT ''unsealed'', NULL, min(id) FROM govdata.journal_entry, (SELECT entries FROM govdata.journal_seal'
    ' WHERE id = %s) AS s WHERE entries @> id AND id > (SELECT max(complete_through) FROM govdata.journal_seal) HAVING count(*) > 0',
    :victims_seal, :victims_seal, :victims_seal), 'a removed seal is found');
SELECT pg_temp.finds(format('UPDATE govdata.journal_seal SET %s WHERE id = %s', change, :head),
    format('VALUES (''seal'', %s::bigint, NULL::bigint)', :head), 'an altered seal is found: ' || change)
FROM unnest(ARRAY['sealed_at = sealed_at - interval ''1 day''', 'complete_through = complete_through - 1', 'drawn = drawn + 1',
    'hash = sha256(''x'')']) AS change;
SELECT results_eq(format('SELECT finding FROM pg_temp.tamper(%L) ORDER BY 1',
    format('UPDATE govdata.journal_seal SET previous_hash = sha256(''x'') WHERE id = %s', :head)),
    ARRAY['chain', 'seal'], 'a seal that follows another chain is found');

-- a chain rewritten as a whole looks well, except to who kept a head; the
-- hashes are computed here in plain SQL, from what is documented about them
UPDATE govdata.journal_entry SET after = '{}' WHERE id = :victim;
DO $$
DECLARE
    s govdata.journal_seal;
    previous bytea := decode(repeat('00', 32), 'hex');
    digests bytea;
    prints bytea;
    next bytea;
BEGIN
    FOR s IN SELECT * FROM govdata.journal_seal ORDER BY id LOOP
        SELECT string_agg(d.digest, '' ORDER BY d.id), string_agg(substr(d.digest, 1, 8), '' ORDER BY d.id)
        INTO digests, prints
        FROM (SELECT id, sha256(convert_to(jsonb_build_array((extract(epoch FROM at) * 1000000)::bigint,
                  (extract(epoch FROM real_at) * 1000000)::bigint, subject, subject_key, event, from_state, to_state,
                  article, actor, role, department, provider, consumer, before, after, deputy, on_behalf_of)::text, 'UTF8')) AS digest
              FROM govdata.journal_entry WHERE s.entries @> id) AS d;
        next := sha256(previous || convert_to(jsonb_build_array(s.id, (extract(epoch FROM s.sealed_at) * 1000000)::bigint,
            s.entries::text, s.entry_count, s.complete_through, s.drawn)::text, 'UTF8') || digests);
        UPDATE govdata.journal_seal SET previous_hash = previous, hash = next, fingerprints = prints WHERE id = s.id;
        previous := next;
    END LOOP;
END
$$;
SELECT results_eq('SELECT finding FROM govdata.verify_journal()', ARRAY['ok'], 'a chain rewritten as a whole looks well');
SELECT results_eq(format('SELECT finding FROM govdata.verify_journal(%s, %L)', :head, :'hash'), ARRAY['head'],
    'but not to who kept a head outside');
ROLLBACK;

-- what maintenance has bent so that nothing can be recorded, nobody changes
CREATE FUNCTION pg_temp.bent(bend text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    SET LOCAL govdata.maintenance = on;
    EXECUTE bend;
    RESET govdata.maintenance;
    UPDATE govdata.region SET name = name WHERE level = 'province';
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' | ', SQLSTATE, SQLERRM, detail);
END
$$;
SELECT is(pg_temp.bent(bend), told || ' | No act is accepted that cannot be recorded.', bend) FROM (VALUES
    ('ALTER TABLE govdata.region RENAME code TO region_code', '42703 | table "region" has lost column "code", by which its acts are recorded'),
    ('ALTER SEQUENCE govdata.journal_entry_id_seq RENAME TO entry_id_seq', '55000 | the journal does not have the shape this library writes'),
    ('ALTER TABLE govdata.journal_entry ADD note text', '55000 | the journal does not have the shape this library writes')) AS v (bend, told);

-- departments may read their part and write none of it
SELECT is(has_table_privilege('govdata_department', 'govdata.journal_entry', 'SELECT'), true, 'departments read the journal');
SELECT is_empty($$SELECT role, relation, privilege
    FROM unnest(ARRAY['govdata_department', 'govdata_admin', 'govdata_public']) AS role,
        unnest(ARRAY['govdata.journal_entry', 'govdata.journal_seal', 'govdata.sweep_heartbeat', 'govdata.sweep_failure', 'govdata.sweep_hold']) AS relation,
        unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS privilege
    WHERE has_table_privilege(role, relation, privilege)$$, 'nobody has any right to write here');
SELECT is(has_table_privilege('govdata_department', 'govdata.sweep_hold', 'SELECT'), false, 'nor is it for departments who was ended');
SELECT is(has_function_privilege('govdata_department', 'govdata.sweep()', 'EXECUTE'), false, 'departments do not sweep');
SELECT is(has_function_privilege('govdata_admin', 'govdata.sweep()', 'EXECUTE'), true, 'administrators do');

SELECT * FROM finish();
