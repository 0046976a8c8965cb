\getenv srcdir PG_ABS_SRCDIR
\set begin :srcdir '/sql/include/calendar_begin.psql'
\set vectors `cat "$PG_ABS_SRCDIR/../data/uscc_vectors.csv"`
\i :begin

SELECT no_plan();

CREATE TEMP TABLE vector AS
SELECT split_part(line, ',', 1) AS code, split_part(line, ',', 2) AS expect
FROM string_to_table(:'vectors', E'\n') WITH ORDINALITY AS l (line, n)
WHERE n > 1 AND line <> '';

SELECT is(count(*), 8::bigint, 'eight published vectors') FROM vector;
SELECT is(govdata.uscc_is_valid(code), expect = 'valid', format('%s: %s', code, expect)) FROM vector ORDER BY code;

-- a code whose sum is a multiple of 31 has the check character 0
INSERT INTO vector VALUES ('114200000000001230', 'valid');
SELECT ok(govdata.uscc_is_valid('114200000000001230'), 'check character 0');

-- form
SELECT ok(NOT govdata.uscc_is_valid(lower('91350100M000100Y43')), 'lower case');
SELECT ok(NOT govdata.uscc_is_valid(''), 'empty');
SELECT ok(NOT govdata.uscc_is_valid('91350100M000100Y4'), 'seventeen characters');
SELECT ok(NOT govdata.uscc_is_valid('91350100M000100Y43 '), 'nineteen characters');
SELECT ok(NOT govdata.uscc_is_valid('91350100M000100Y43' || E'\n'), 'a line end');
SELECT ok(NOT govdata.uscc_is_valid('统一社会信用'), 'six characters of three bytes');
SELECT ok(NOT govdata.uscc_is_valid('统一社会信用代码统一社会信用代码码码'), 'eighteen characters of three bytes');
SELECT ok(NOT govdata.uscc_is_valid('91350100M000100Y4３'), 'a full-width digit');
SELECT ok(NOT govdata.uscc_is_valid(repeat('0', 100000)), 'much too long');
SELECT is(govdata.uscc_is_valid(NULL), NULL, 'null');

CREATE TEMP TABLE letter AS
SELECT c FROM string_to_table('0123456789ABCDEFGHJKLMNPQRTUWXY', NULL) AS c;

SELECT is(count(*), 0::bigint, 'the letters I, O, S, V and Z are in no code')
FROM vector, string_to_table('IOSVZ', NULL) AS bad, generate_series(1, 18) AS i
WHERE govdata.uscc_is_valid(overlay(code PLACING bad FROM i FOR 1));
SELECT is(count(*), 0::bigint, 'a region has digits only')
FROM letter WHERE govdata.uscc_is_valid('9135A100M000100Y4' || c);

-- whoever registered it: also the letters that later amendments added
SELECT is(count(*), 1::bigint, format('one check character fits %s', prefix))
FROM unnest(ARRAY['11420000000000123', 'Y1420000000000123', 'N2420106MA4KXYZ12', 'A1420000000000999',
	'52420000500000000']) AS p (prefix), letter
WHERE govdata.uscc_is_valid(replace(prefix, 'Z', 'W') || c)
GROUP BY prefix ORDER BY prefix;

-- what the check character finds.  The weights 3^0 to 3^16 and 1 are prime to
-- 31, so every single wrong character is found; neighbors have different
-- weights, so every exchange of neighbors is.
SELECT is(count(*), 7 * 18 * 30::bigint, 'every wrong character is tried')
FROM vector, letter, generate_series(1, 18) AS i
WHERE expect = 'valid' AND substr(code, i, 1) <> c;
SELECT is(count(*), 0::bigint, 'and found')
FROM vector, letter, generate_series(1, 18) AS i
WHERE expect = 'valid' AND substr(code, i, 1) <> c
	AND govdata.uscc_is_valid(overlay(code PLACING c FROM i FOR 1));
SELECT cmp_ok(count(*), '>', 50::bigint, 'every exchange of neighbors is tried')
FROM vector, generate_series(1, 17) AS i
WHERE expect = 'valid' AND substr(code, i, 1) <> substr(code, i + 1, 1);
SELECT is(count(*), 0::bigint, 'and found')
FROM vector, generate_series(1, 17) AS i
WHERE expect = 'valid' AND substr(code, i, 1) <> substr(code, i + 1, 1)
	AND govdata.uscc_is_valid(overlay(code PLACING reverse(substr(code, i, 2)) FROM i FOR 2));
SELECT ok(govdata.uscc_is_valid('31350100M000100Y49'),
	'what the standard cannot find: first and last exchanged, their weights are the same');

SELECT * FROM finish();
