\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- For whom and for what a provider shares (Article 18).

-- who of all is outside what is declared now, asking for the use
CREATE FUNCTION t.outside(usage text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	a record;
	result text := '';
BEGIN
	FOR a IN SELECT who FROM t.actor WHERE who IN ('wh_market', 'wh_police', 'yc_civil', 'hb_civil') ORDER BY n LOOP
		BEGIN
			result := concat_ws(' ', nullif(result, ''), CASE t.val(a.who, format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until, usage)'
				' VALUES (%s, ''{甲}'', ''执法'', ''2026-12-31'', %L) RETURNING outside_scope', (SELECT id FROM t.asked), usage))
				WHEN 'true' THEN a.who WHEN 't' THEN a.who END);
		EXCEPTION WHEN OTHERS THEN
			result := concat_ws(' ', result, a.who || ': ' || SQLERRM);
		END;
	END LOOP;
	RETURN coalesce(nullif(result, ''), 'nobody');
END
$$;

-- the resource of a city department, so that all four ask directly
UPDATE govdata.department SET superior = t.department('hb_civil') WHERE id IN (t.department('wh_civil'), t.department('yc_civil'));
UPDATE govdata.department SET superior = t.department('wh_civil') WHERE id = t.department('ja_civil');
SELECT t.resource('wh_house', '房屋', '{甲,乙}') AS r \gset
CREATE TABLE t.asked AS SELECT :r::bigint AS id;
GRANT SELECT ON t.asked TO PUBLIC;

SELECT is(t.outside(), 'nobody', 'nothing declared: everybody is inside');
SELECT t.allowed('wh_house', format('UPDATE govdata.resource SET scope_systems = ''{%s}'' WHERE id = %s', t.department('hb_civil'), :r), 'a system is declared by its head');
SELECT is(t.outside(), 'wh_police wh_market', 'inside are the head and who has it as superior');
BEGIN;
SELECT is(outside_scope, false, 'at any distance') FROM govdata.share_request WHERE id = t.request('ja_civil', :r, '{甲}');
ROLLBACK;
SELECT t.allowed('wh_house', format('UPDATE govdata.resource SET scope_regions = ''{420100}'' WHERE id = %s', :r), 'and a region beside it');
SELECT is(t.outside(), 'nobody', 'whoever is in one of them is inside');
SELECT t.allowed('wh_house', format('UPDATE govdata.resource SET scope_systems = NULL, scope_regions = NULL, scope_departments = ''{%s}'' WHERE id = %s', t.department('hb_civil'), :r), 'or departments one by one');
SELECT is(t.outside(), 'wh_police wh_market yc_civil', 'of which a superior is no member');
SELECT t.allowed('wh_house', format('UPDATE govdata.resource SET scope_departments = NULL, uses = ''{低保,执法}'' WHERE id = %s', :r), 'uses');
SELECT is(t.outside('执法'), 'nobody', 'the declared use');
SELECT is(t.outside('统计'), 'hb_civil wh_police wh_market yc_civil', 'another use');
SELECT is(t.outside(), 'hb_civil wh_police wh_market yc_civil', 'no use stated');

-- what is declared must exist, and must not be empty
SELECT t.refused('wh_house', format('UPDATE govdata.resource SET %s WHERE id = %s', what, :r), told, what)
FROM (VALUES
	('scope_departments = ''{999}''', 'ZW018 the declared scope names a department that is not registered: "999"'),
	('scope_systems = ''{999}''', 'ZW018 the declared scope names a department that is not registered: "999"'),
	('scope_regions = ''{420100,999999}''', 'ZW018 the declared scope names a region that is not registered: "999999"'),
	('scope_regions = ''{}''', '23514 %'), ('scope_systems = ''{}''', '23514 %'), ('scope_departments = ''{}''', '23514 %'), ('uses = ''{}''', '23514 %')) AS v (what, told);
SELECT t.refused('wh_house', format('UPDATE govdata.resource SET scope_regions = ''{420100}'' WHERE id = %s', t.resource('wh_house', '公示', '{甲}', 'unconditional')),
	'ZW016 what is shared unconditionally is shared with all departments', 'an unconditional resource has no narrower scope');
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET scope_regions = ''{420100}'' WHERE id = %s', :r), 'ZW006 only the provider may act on this resource', 'the provider alone declares it');

\i :actors_end
