\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Search of the catalog: what is found, by whom, in pages (Article 10).

CREATE FUNCTION t.found(who text, args text) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, format('SELECT string_agg(title, '' '' ORDER BY id DESC) FROM govdata.search_catalog(%s)', args)) $$;

SELECT t.resource('wh_police', '户籍人口', '{姓名,身份证号}') AS people \gset
SELECT t.resource('wh_civil', '婚姻登记', '{男方,女方}') AS marriages \gset
SELECT t.resource('ja_civil', '低保人口', '{户主,Benefit_ID}', 'unconditional') AS relief \gset
SELECT t.resource('hb_civil', 'ＡＢＣ　殡葬', '{墓位}') AS graves \gset
SELECT t.resource('wh_house', '人口草稿', '{甲}', publish => false) AS draft \gset

-- what is found
SELECT is(t.found('wh_house', '''人口'''), '低保人口 户籍人口', 'a word of two characters, drafts left out');
SELECT is(t.found('yc_civil', '''人口'''), '低保人口 户籍人口', 'the same for every department of the province');
SELECT is(t.found('wh_house', '''口人'''), NULL, 'not in another order');
SELECT is(t.found('wh_house', '''户人'''), NULL, 'nor with something between');
SELECT is(t.found('wh_house', '''户'''), '低保人口 户籍人口', 'a single character');
SELECT is(t.found('wh_house', '''户籍人口'''), '户籍人口', 'a long word');
SELECT is(t.found('wh_house', '''身份证号'''), '户籍人口', 'in an item');
SELECT is(t.found('wh_house', '''人口 户主'''), '低保人口', 'several words, each of them');
SELECT is(t.found('wh_house', '''户主 女方'''), NULL, 'not words of different entries');
SELECT is(t.found('wh_house', '''benefit_id'''), '低保人口', 'whatever the case');
SELECT is(t.found('wh_house', '''abc 殡葬'''), 'ＡＢＣ　殡葬', 'wide forms are narrow ones');
SELECT is(t.found('wh_house', '''ａｂｃ'''), 'ＡＢＣ　殡葬', 'in the question too');
SELECT is(t.found('wh_house', '''307009/000001'''), '户籍人口', 'a code');
SELECT is(t.found('wh_house', '''%'''), NULL, 'no pattern is one');
SELECT is(t.found('wh_house', '''_id'''), '低保人口', 'nor is this');
SELECT is(t.found('wh_house', '''/'''), 'ＡＢＣ　殡葬 低保人口 婚姻登记 户籍人口', 'a sign alone is looked for as it is');
SELECT is(t.found('wh_house', ''' '''), 'ＡＢＣ　殡葬 低保人口 婚姻登记 户籍人口', 'nothing asked: everything');
SELECT is(t.found('wh_house', ''), 'ＡＢＣ　殡葬 低保人口 婚姻登记 户籍人口', 'the newest first');
-- by region, provider, class
SELECT is(t.found('wh_house', 'region => ''420100'''), '低保人口 婚姻登记 户籍人口', 'of a city with its counties');
SELECT is(t.found('wh_house', 'region => ''420102'''), '低保人口', 'of a county');
SELECT is(t.found('wh_house', 'region => ''420000'''), t.found('wh_house', ''), 'of the province');
SELECT is(t.found('wh_house', 'region => ''420500'''), NULL, 'of a city without any');
SELECT is(t.found('wh_house', 'region => ''999999'''), NULL, 'of no region');
SELECT is(t.found('wh_house', format('''人口'', provider => %s', t.department('ja_civil'))), '低保人口', 'of a department');
SELECT is(t.found('wh_house', format('''人口'', provider => %s, region => ''420500''', t.department('ja_civil'))), NULL, 'which is in the region');
SELECT is(t.found('wh_house', 'sharing => ''unconditional'''), '低保人口', 'of a class');
SELECT is(t.found('wh_house', 'sharing => ''withheld'''), NULL, 'of a class that none has');
-- it follows the catalog
SELECT t.val('wh_civil', format('UPDATE govdata.resource SET title = ''结婚登记'' WHERE id = %s', :marriages)) \g /dev/null
SELECT is(t.found('wh_house', '''结婚''') || coalesce(t.found('wh_house', '''婚姻'''), ''), '结婚登记', 'a new title');
SELECT t.val('wh_civil', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''新项'', ''证婚人'', ''text'')', :marriages)) \g /dev/null
SELECT is(t.found('wh_house', '''证婚人'''), '结婚登记', 'a new item');
SELECT t.val('wh_civil', format('UPDATE govdata.resource_item SET retired_at = now() WHERE resource = %s AND name = ''新项''', :marriages)) \g /dev/null
SELECT is(t.found('wh_house', '''证婚人'''), NULL, 'a retired one');
SELECT t.val('wh_civil', format('UPDATE govdata.resource SET state = ''suspended'', state_reason = ''升级'' WHERE id = %s', :marriages)) \g /dev/null
SELECT is(t.found('wh_house', '''结婚'''), '结婚登记', 'what is suspended is still there');
SELECT t.val('wh_civil', format('UPDATE govdata.resource SET state = ''withdrawn'', state_reason = ''停用'' WHERE id = %s', :marriages)) \g /dev/null
SELECT is(t.found('wh_house', '''结婚'''), NULL, 'what is withdrawn is not');
SELECT t.entry('wh_police', :people) \g /dev/null
SELECT is(t.found('wh_house', 'sharing => ''withheld'''), '户籍人口', 'a class that the negative list gives');
UPDATE govdata.department SET region = '420500' WHERE role = 'regress_gd_ja_civil'::regrole;
SELECT is(t.found('wh_house', 'region => ''420500''') || coalesce(t.found('wh_house', 'region => ''420102'''), ''), '低保人口', 'where its department is moved to');
UPDATE govdata.department SET region = '420102' WHERE role = 'regress_gd_ja_civil'::regrole;
BEGIN;
SELECT t.resource('wh_civil', '孤儿', '{甲}') \g /dev/null
SELECT is(t.found('wh_house', '''孤儿'''), '孤儿', 'what one has just published');
ROLLBACK;
SELECT is(t.found('wh_house', '''孤儿'''), NULL, 'and taken back');

-- pages, over gaps and clusters of numbers, must be the whole in order
SET govdata.restore = on;
INSERT INTO govdata.resource (id, class, code, title, provider, abstract, format_category, sharing, sharing_conditions, opening, opening_ground, update_cycle, state, published_at, updated_at)
SELECT i, '307009', '307009/9' || lpad(i::text, 8, '0'),
	CASE WHEN i BETWEEN 30000 AND 31500 THEN '密集词 ' WHEN i % 977 = 0 THEN '稀疏词 ' ELSE '' END || '条目' || i, t.department('wh_police'),
	'摘要', '数据库', 'conditional', '条件', 'closed', 'privacy', '每日', 'published', now(), now()
FROM (SELECT DISTINCT CASE WHEN n <= 4000 THEN 28000 + n ELSE 28000 + n * 53 END::bigint AS i FROM generate_series(1, 8000) n) s;
INSERT INTO govdata.resource_search SELECT id, provider, '420100', sharing, govdata._search_document(id, code, title, abstract) FROM govdata.resource WHERE id > 1000;
RESET govdata.restore;
CREATE FUNCTION t.pages(query text, page integer) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
	home text := current_setting('role');
	got bigint[] := '{}';
	part bigint[];
	last bigint;
BEGIN
	PERFORM set_config('role', 'regress_gd_wh_house', true);
	LOOP
		SELECT array_agg(id) INTO part FROM govdata.search_catalog(query, page_size => page, before => last);
		EXIT WHEN part IS NULL;
		got := got || part;
		last := part[cardinality(part)];
	END LOOP;
	PERFORM set_config('role', home, true);
	RETURN got;
END
$$;
SELECT is(t.pages(q, page), (SELECT array_agg(id ORDER BY id DESC) FROM govdata.resource WHERE state = 'published' AND strpos(title, q) > 0),
	format('all of "%s" by pages of %s, newest first', q, page))
FROM unnest('{密集词,稀疏词,条目3}'::text[]) AS q, unnest('{7,300}'::integer[]) AS page;
SELECT is(t.pages('没有这样的', 20), '{}', 'and nothing of nothing');
SELECT is(count(*), 1000::bigint, 'a page of a thousand') FROM govdata.search_catalog('条目', page_size => 1000);
SELECT t.refused('wh_house', format('SELECT * FROM govdata.search_catalog(''人口'', page_size => %s)', n), '22023 a page has from 1 to 1000 rows', 'a page of ' || n) FROM unnest('{0,1001,-1}'::integer[]) AS n;
SELECT t.refused('wh_house', 'SELECT * FROM govdata.search_catalog(repeat(''人'', 201))', '22023 the query is too long', 'a question has bounds');

-- who may
SELECT t.refused(who, 'SELECT * FROM govdata.search_catalog(''人口'')', '42501 %', 'not: ' || who) FROM unnest('{public,nobody}'::text[]) AS who;
SELECT t.refused('wh_police', 'UPDATE govdata.resource_search SET document = ''''', '42501 %', 'nobody writes what is found');
SELECT t.refused('superuser', 'DELETE FROM govdata.resource_search', 'ZW017 rows of "resource_search" are written by the platform only', 'not even a superuser');
-- the index serves, whoever asks
SELECT is((SELECT count(*) FROM unnest(govdata._search_keys('人口', 1, 1, '420100', 'conditional')) k WHERE k > 0), 3::bigint, 'keys: two characters and the pair');

\i :actors_end
