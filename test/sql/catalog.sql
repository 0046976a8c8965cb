\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- The catalog and its classification: Articles 2, 6, 8, 10, 14, 16, 18, 23, 25, 26.

CREATE FUNCTION t.entry_of(resource bigint) RETURNS text
LANGUAGE sql AS $$ SELECT format('%s %s %s %s %s', sharing, opening, opening_state, state, version) FROM govdata.resource r WHERE r.id = entry_of.resource $$;
CREATE FUNCTION t.class_of(resource bigint, item text) RETURNS text
LANGUAGE sql AS $$ SELECT coalesce(sharing, 'as the resource') FROM govdata.resource_item i WHERE i.resource = class_of.resource AND name = item $$;
CREATE FUNCTION t.insert(VARIADIC more text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	-- whatever a sound entry needs, unless said otherwise
	given jsonb := jsonb_build_object('class', '''307009''', 'title', '''名''', 'abstract', '''摘要''',
		'format_category', '''数据库''', 'sharing', '''conditional''', 'sharing_conditions', '''条件''',
		'opening', '''closed''', 'opening_ground', '''law''', 'update_cycle', '''每日''');
BEGIN
	FOR i IN 1..coalesce(array_length(more, 1), 0) / 2 LOOP
		given := given || jsonb_build_object(more[2 * i - 1], more[2 * i]);
	END LOOP;
	RETURN (SELECT format('INSERT INTO govdata.resource (%s) VALUES (%s) RETURNING id',
		string_agg(key, ', ' ORDER BY key), string_agg(value, ', ' ORDER BY key)) FROM jsonb_each_text(given));
END
$$;

-- ---- registration (Articles 2, 6, 10, 14) ----
SELECT t.allowed('wh_police', t.insert(), 'a department enters a resource');
SELECT is(format('%s %s %s %s %s', r.code, r.state, r.opening_state, r.version, d.name), '307009/000001 draft closed 1 武汉市公安局',
	'the platform gives it code, states, version and provider')
FROM govdata.resource r JOIN govdata.department d ON d.id = r.provider WHERE r.id = 1;
SELECT t.refused('wh_police', t.insert('state_secret', 'true'), 'ZW002 a resource that is a state secret cannot be registered', 'no state secret');
SELECT t.refused('wh_police', t.insert('provider', t.department('wh_civil')::text), 'ZW006 only the provider may act on this resource', 'not for another department');
SELECT t.refused('superuser', t.insert(), 'ZW006 user "%" acts for no department', 'a superuser is no department');
SELECT t.refused('stranger', t.insert(), 'ZW006 user "%" acts for no department', 'nor is a stranger');
SELECT t.refused('operator', t.insert(), 'ZW006 a platform operator holds no resources', 'nor the operator a provider');
SELECT t.refused('wh_police', t.insert('class', 'NULL'), 'ZW010 a resource needs its classification code', 'no class');
SELECT t.refused('wh_police', t.insert('class', '''907009'''), 'ZW010 class "907009" does not follow the code rule', 'no such class');
SELECT t.refused('wh_police', t.insert('id', '5'), 'ZW010 column "id" of resource is set by the platform', 'the platform numbers');
SELECT t.refused('wh_police', t.insert('code', '''307009/777777'''), 'ZW010 column "code" of resource is set by the platform', 'and codes');
SELECT t.refused('wh_police', t.insert('published_at', 'now()'), 'ZW010 column "published_at" of resource is set by the platform', 'and dates');
SELECT t.refused('wh_police', t.insert('updated_at', 'now()'), 'ZW010 column "updated_at" of resource is set by the platform', 'each of them');
SELECT t.refused('wh_police', t.insert('state', '''published'''), 'ZW010 a new resource cannot be in state "published"', 'an entry begins as a draft');
UPDATE govdata.department SET data_officer = NULL WHERE role = 'regress_gd_wh_house'::regrole;
SELECT t.refused('wh_house', t.insert(), 'ZW014 department "%" has named no data officer', 'who named no data officer enters nothing');
UPDATE govdata.department SET data_officer = '信息科' WHERE role = 'regress_gd_wh_house'::regrole;
SELECT t.allowed('wh_house', t.insert(), 'and may afterwards');

-- serials: by class, without gaps, whatever was rolled back
SELECT t.resource('wh_police', '三', '{甲}') AS made \gset
SELECT is(code, '307009/000003', 'refused and rolled back entries leave no gap') FROM govdata.resource WHERE id = :made;
BEGIN;
SELECT t.resource('wh_police', '四', '{甲}') \g /dev/null
ROLLBACK;
SELECT t.resource('wh_police', '四', '{甲}') AS made \gset
SELECT is(code, '307009/000004', 'nor does a rolled back transaction') FROM govdata.resource WHERE id = :made;
SELECT t.resource('wh_police', '人口', '{甲}', class => '101001', publish => false) AS made \gset
SELECT is(code, '101001/000001', 'each class has its own') FROM govdata.resource WHERE id = :made;
SELECT t.resource('wh_police', '细目', '{甲}', class => '307009A') AS made \gset
SELECT is(code, '307009A/000001', 'a longer class too') FROM govdata.resource WHERE id = :made;
SELECT t.refused('wh_police', 'UPDATE govdata.resource SET class = ''101001'' WHERE id = 1', 'ZW010 column "class" of resource 1 cannot be changed here', 'class stays');
SELECT t.refused('wh_police', 'UPDATE govdata.resource SET provider = 8 WHERE id = 1', 'ZW010 column "provider" of resource 1 cannot be changed here', 'provider stays');
SELECT t.refused('wh_police', 'UPDATE govdata.resource SET version = 8 WHERE id = 1', 'ZW010 column "version" of resource 1 cannot be changed here', 'version is the platform''s');
SELECT t.refused('wh_police', 'DELETE FROM govdata.resource WHERE id = 1', 'ZW010 rows of "resource" are not deleted', 'no entry is deleted');

-- ---- classes are consistent (Articles 8, 16, 25) ----
SELECT t.refused('wh_police', t.insert('sharing_conditions', 'NULL'), 'ZW016 conditional sharing needs its conditions', 'conditional needs conditions');
SELECT t.refused('wh_police', t.insert('sharing_conditions', ''''''), '23514 %', 'which are not empty');
SELECT t.refused('wh_police', t.insert('sharing', '''withheld''', 'opening', '''unconditional'''), 'ZW008 data withheld from sharing cannot be open', 'withheld data are not open');
SELECT t.refused('wh_police', t.insert('sharing', '''withheld''', 'opening', '''conditional''', 'opening_conditions', '''条件'''), 'ZW008 data withheld from sharing cannot be open', 'not even on conditions');
SELECT t.refused('wh_police', t.insert('opening_ground', 'NULL'), 'ZW025 data closed to the public need a ground', 'closed needs a ground');
SELECT t.refused('wh_police', t.insert('opening_ground', '''embarrassment'''), '23514 %', 'one that the Measures know');
SELECT t.refused('wh_police', t.insert('opening', '''conditional'''), 'ZW025 conditional opening needs its conditions', 'conditional opening needs conditions');
SELECT t.refused('wh_police', t.insert('sharing', '''secret'''), '23514 %', 'there are three sharing classes');
SELECT t.refused('wh_police', t.insert('opening', '''maybe'''), '23514 %', 'and three of opening');
SELECT t.allowed('wh_police', t.insert('sharing', '''withheld'''), 'a draft may be meant to be withheld');
SELECT is(t.val('wh_police', 'INSERT INTO govdata.resource (class, title, opening, opening_ground) VALUES (''307009'', ''默认'', ''closed'', ''law'') RETURNING sharing'),
	'unconditional', 'sharing is the default (Article 4)');

-- items
SELECT t.resource('wh_police', '户籍', '{甲,乙,丙}', publish => false) AS draft \gset
SELECT t.allowed('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type, sharing) VALUES (%s, ''丁'', ''丁'', ''text'', ''conditional'')', :draft), 'an item of its resource''s class');
SELECT t.refused('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type, sharing) VALUES (%s, ''戊'', ''戊'', ''text'', ''unconditional'')', :draft), 'ZW016 item "戊" cannot be classified more loosely than its resource', 'never looser');
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET sharing = ''unconditional'' WHERE resource = %s', :draft), 'ZW016 item "%" cannot be classified more loosely than its resource', 'nor made so');
SELECT t.refused('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type, state_secret) VALUES (%s, ''戊'', ''戊'', ''text'', true)', :draft), 'ZW002 an item that is a state secret cannot be registered', 'no secret item');
SELECT t.refused('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type, retired_at) VALUES (%s, ''戊'', ''戊'', ''text'', now())', :draft), 'ZW010 column "retired_at" of resource_item is set by the platform', 'no item is born retired');
SELECT t.refused('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''甲'', ''甲'', ''text'')', :draft), '23505 %', 'an item stands once');
SELECT t.refused('wh_civil', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''戊'', ''戊'', ''text'')', :draft), 'ZW010 there is no resource % that you can see', 'items are the provider''s');
SELECT t.refused('wh_police', 'INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (999, ''戊'', ''戊'', ''text'')', 'ZW010 there is no resource 999 that you can see', 'of a resource that is there');
SELECT t.refused('wh_police', format('DELETE FROM govdata.resource_item WHERE resource = %s', :draft), 'ZW010 rows of "resource_item" are not deleted', 'items are retired, not deleted');
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET name = ''己'' WHERE resource = %s AND name = ''甲''', :draft), 'ZW010 column "name" of resource_item % cannot be changed here', 'nor renamed');

-- ---- publication (Articles 10, 14, 18, 23) ----
CREATE FUNCTION t.publish(who text, id bigint) RETURNS text
LANGUAGE sql AS $$ SELECT t.told(who, format('UPDATE govdata.resource SET state = ''published'' WHERE id = %s', id)) $$;
SELECT t.val('wh_police', t.insert('abstract', 'NULL', 'update_cycle', '''某日''')) AS bad \gset
SELECT t.val('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''甲'', ''甲'', ''text'')', :bad)) \g /dev/null
SELECT is(t.publish('wh_police', :bad), format('ZW010 resource "%s" does not meet the catalog specification', code), 'an entry must meet the specification')
FROM govdata.resource WHERE id = :bad;
SELECT is(t.detail('wh_police', format('UPDATE govdata.resource SET state = ''published'' WHERE id = %s', :bad)),
	'信息资源摘要 (abstract): required NULL; 更新周期 (update_cycle): reference update_cycle ''某日''. Measures, Article 10.', 'and is told what is missing');
SELECT t.val('wh_police', format('UPDATE govdata.resource SET abstract = ''摘要'', update_cycle = ''每日'' WHERE id = %s', :bad)) \g /dev/null
SELECT is(t.publish('wh_police', :bad), 'ok', 'and is published once it does');
SELECT t.val('wh_police', t.insert()) AS empty \gset
SELECT is(t.publish('wh_police', :empty), format('ZW010 resource "%s" has no items', code), 'an entry describes items') FROM govdata.resource WHERE id = :empty;
-- the province adds an element to its specification
INSERT INTO govdata.catalog_specification (element, column_name, required, basis) VALUES ('安全级别', 'safety_grade', true, '省规范');
SELECT is(t.publish('wh_police', :draft), format('ZW010 resource "%s" does not meet the catalog specification', code), 'a site''s own element counts') FROM govdata.resource WHERE id = :draft;
DELETE FROM govdata.catalog_specification WHERE NOT builtin;
SELECT t.refused('wh_police', 'UPDATE govdata.catalog_specification SET required = false', 'ZW010 "catalog_specification" is set by the provincial data authority', 'no department writes the specification');
SELECT t.refused('superuser', 'DELETE FROM govdata.catalog_specification WHERE element = ''信息资源摘要''', 'ZW010 a shipped row of "catalog_specification" cannot be deleted', 'and what is shipped stays');
UPDATE govdata.department SET data_officer = NULL WHERE role = 'regress_gd_wh_police'::regrole;
SELECT alike(t.publish('wh_police', :draft), 'ZW014 department "%" has named no data officer', 'no publication without a data officer');
UPDATE govdata.department SET data_officer = '信息科' WHERE role = 'regress_gd_wh_police'::regrole;
SELECT is(t.publish('wh_police', :draft), 'ok', 'with one there is');
SELECT is(published_at BETWEEN '2026-03-02 09:00+08' AND '2026-03-02 09:10+08', true, 'published now') FROM govdata.resource WHERE id = :draft;
SELECT t.resource('wh_market', '分支', '{甲}', publish => false) AS branch \gset
SELECT is(t.publish('wh_market', :branch), 'ZW018 a branch of a vertically managed system does not publish', 'a branch does not publish (Article 18)');
SELECT is(t.entry_of(t.resource('hb_market', '省局', '{甲}')), 'conditional closed closed published 1', 'its provincial head does');
SELECT t.refused('wh_civil', 'SELECT govdata.publish_resource(''307009/000001'')', 'ZW018 there is no resource "307009/000001" that you can see', 'another''s draft looks as if it were not there');
SELECT t.refused('wh_civil', 'SELECT govdata.publish_resource(''307009/999999'')', 'ZW018 there is no resource "307009/999999" that you can see', 'and one that is not there');
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET state = ''suspended'' WHERE id = %s', :draft), 'ZW006 suspending a resource needs a reason', 'suspending needs a reason');
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET state = ''withdrawn'', state_reason = '' '' WHERE id = %s', :draft), 'ZW006 withdrawing a resource needs a reason', 'a blank is none');

-- ---- versions (Article 10) ----
SELECT t.resource('wh_police', '版本', '{甲,乙}') AS r \gset
SELECT t.val('wh_police', format('UPDATE govdata.resource SET title = ''版本二'' WHERE id = %s', :r)) \g /dev/null
SELECT t.val('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''丙'', ''丙'', ''text'')', :r)) \g /dev/null
SELECT t.val('wh_police', format('UPDATE govdata.resource_item SET retired_at = now() WHERE resource = %s AND name = ''乙''', :r)) \g /dev/null
SELECT is(string_agg(format('%s %s %s', version, entry ->> 'title',
		(SELECT string_agg((i ->> 'name') || CASE WHEN i ->> 'retired_at' IS NULL THEN '' ELSE '†' END, '' ORDER BY i ->> 'name' COLLATE "C")
		FROM jsonb_array_elements(entry -> 'items') AS i)), ', ' ORDER BY version),
	'1 版本 乙甲, 2 版本二 乙甲, 3 版本二 丙乙甲, 4 版本二 丙乙†甲', 'every version is kept, items included')
FROM govdata.resource_version WHERE resource = :r;
SELECT is(department, t.department('wh_police'), 'with its author') FROM govdata.resource_version WHERE resource = :r AND version = 4;
SELECT is_empty(format('SELECT * FROM govdata.resource_version WHERE resource = %s', :branch), 'a draft has none');
SELECT is(items, '{丙,甲}', 'the catalog shows what can be had') FROM govdata.catalog c JOIN govdata.resource r USING (code) WHERE r.id = :r;

-- ---- reclassification ----
SELECT t.resource('wh_police', '分类', '{甲,乙}') AS r \gset
SELECT t.request('wh_civil', :r, '{甲}') AS q \gset
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET sharing = ''unconditional'' WHERE id = %s', :r), 'ZW020 reclassifying the resource must wait: 1 request is unanswered', 'not while a request is unanswered');
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET sharing = ''conditional'' WHERE resource = %s AND name = ''甲''', :r), 'ZW020 changing the item must wait: 1 request is unanswered', 'nor the item that is asked for');
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET retired_at = now() WHERE resource = %s AND name = ''甲''', :r), 'ZW020 changing the item must wait: 1 request is unanswered', 'nor is it retired');
SELECT t.allowed('wh_police', format('UPDATE govdata.resource_item SET retired_at = now() WHERE resource = %s AND name = ''乙''', :r), 'another item may be');
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET sharing = ''withheld'' WHERE id = %s', :r), 'ZW023 a resource that is published or on the negative list becomes withheld, or ceases to be, by its negative entry only', 'withheld by a negative entry only');
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET sharing = ''withheld'' WHERE resource = %s AND name = ''乙''', :r), 'ZW023 item "乙" becomes withheld by a negative entry only', 'an item too');
SELECT t.refused('wh_police', format('SELECT govdata.withdraw_resource(code, ''停产'') FROM govdata.resource WHERE id = %s', :r), 'ZW020 withdrawing the resource must wait: 1 request is unanswered', 'not withdrawn while a request is unanswered');
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''资源停产'')', :q)) \g /dev/null
SELECT t.allowed('wh_police', format('SELECT govdata.withdraw_resource(code, ''停产'') FROM govdata.resource WHERE id = %s', :r), 'answered in the same transaction, it can be withdrawn');
ROLLBACK;
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q)) \g /dev/null
SELECT t.val('wh_police', format('SELECT govdata.withdraw_resource(code, ''停产'') FROM govdata.resource WHERE id = %s', :r)) \g /dev/null
SELECT is(format('%s %s %s', state, ground, reason), 'revoked withdrawn 停产', 'and its authorizations end') FROM govdata.share_authorization WHERE request = :q;
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET title = ''新名'' WHERE id = %s', :r), 'ZW006 resource % cannot move from "withdrawn" to "withdrawn"', 'what is withdrawn stays as it was');
SELECT t.refused('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''辛'', ''辛'', ''text'')', :r), 'ZW010 resource "%" is withdrawn', 'its items too');
ROLLBACK;
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q)) \g /dev/null
SELECT t.val('wh_police', format('UPDATE govdata.resource SET sharing = ''unconditional'' WHERE id = %s', :r)) \g /dev/null
SELECT is(format('%s %s', state, ground), 'expired unneeded', 'a looser class makes authorizations unneeded') FROM govdata.share_authorization WHERE request = :q;
ROLLBACK;

-- no back door into "withheld": a withheld item retired as a draft and brought back when published
SELECT t.resource('wh_police', '后门', '{甲,乙}', publish => false) AS r \gset
SELECT t.val('wh_police', format('UPDATE govdata.resource_item SET sharing = ''withheld'', retired_at = now() WHERE resource = %s AND name = ''乙''', :r)) \g /dev/null
SELECT is(t.publish('wh_police', :r), 'ok', 'a retired item needs no negative entry');
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET retired_at = NULL WHERE resource = %s AND name = ''乙''', :r), 'ZW023 item "乙" becomes withheld by a negative entry only', 'but does not come back withheld');
SELECT t.allowed('wh_police', format('UPDATE govdata.resource_item SET retired_at = NULL, sharing = ''conditional'' WHERE resource = %s AND name = ''乙''', :r), 'it may come back conditional');

-- ---- the negative list (Article 23) ----
CREATE FUNCTION t.draft(who text, resource bigint, VARIADIC more text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	given jsonb := jsonb_build_object('resource', resource::text, 'basis_kind', '''law''', 'legal_basis', '''法''',
		'basis_article', '''第一条''', 'reason', '''理由''');
BEGIN
	FOR i IN 1..coalesce(array_length(more, 1), 0) / 2 LOOP
		given := given || jsonb_build_object(more[2 * i - 1], more[2 * i]);
	END LOOP;
	RETURN t.told(who, (SELECT format('INSERT INTO govdata.negative_entry (%s) VALUES (%s)',
		string_agg(key, ', ' ORDER BY key), string_agg(value, ', ' ORDER BY key)) FROM jsonb_each_text(given)));
END
$$;
SELECT t.resource('wh_police', '清单', '{甲,乙,丙}') AS r \gset
\set listed :r
SELECT is(t.draft('wh_police', :r, 'basis_kind', '''local_paper'''), 'ZW016 withholding must rest on a law, a regulation or a national rule', 'a local paper is no basis');
SELECT is(t.draft('wh_police', :r, 'basis_kind', 'NULL'), 'ZW016 withholding must rest on a law, a regulation or a national rule', 'nor is none');
SELECT is(t.draft('wh_police', :r, 'basis_kind', quote_literal(k)), 'ok', k) FROM unnest(ARRAY['law', 'regulation', 'national_rule']) AS k;
SELECT alike(t.draft('wh_police', :r, 'legal_basis', ''''''), '23514 %', 'the text is named');
SELECT alike(t.draft('wh_police', :r, 'basis_article', ''''''), '23514 %', 'and its article');
SELECT alike(t.draft('wh_police', :r, 'reason', 'NULL'), '23502 %', 'and the reason');
SELECT is(t.draft('wh_police', :r, 'items', '''{甲,寅}'''), format('ZW023 resource "%s" has no item "寅"', code), 'items are those of the resource') FROM govdata.resource WHERE id = :r;
SELECT alike(t.draft('wh_police', :r, 'items', '''{}'''), '23514 %', 'none is not all');
SELECT is(t.draft('wh_police', :r, 'state', '''approved'''), 'ZW023 a new negative entry cannot be in state "approved"', 'an entry begins as a draft');
SELECT is(t.draft('wh_police', :r, c, v), format('ZW023 column "%s" of negative_entry is set by the platform', c), c)
FROM (VALUES ('data_authority', '1'), ('government', '1'), ('approved_at', 'now()'), ('reviewed_at', 'now()'), ('reported_to', '1'), ('drafted_at', 'now()')) AS v (c, v);
SELECT is(t.draft('wh_da', :r), 'ZW023 a new negative entry in state "drafted" can be entered only by: provider', 'only the provider drafts');
SELECT alike(t.draft('wh_police', 9999), 'ZW010 there is no resource 9999 that you can see', 'for a resource that is there');

-- the chain
SELECT t.request('wh_civil', :r, '{甲,乙}') AS q1 \gset
SELECT t.request('wh_house', :r, '{甲}') AS q2 \gset
SELECT t.request('ja_civil', :r, '{甲,乙,丙}') AS q3 \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q3)) \g /dev/null
SELECT t.entry('wh_police', :r, '{甲}', 'drafted') AS e \gset
SELECT is(format('%s %s', a.name, g.name), '武汉市数据局 武汉市人民政府', 'own data authority and own government') FROM govdata.negative_entry e
	JOIN govdata.department a ON a.id = e.data_authority JOIN govdata.department g ON g.id = e.government WHERE e.id = :e;
SELECT is(t.class_of(:r, '甲'), 'as the resource', 'a draft has no effect');
SELECT t.refused('wh_gov', format('SELECT govdata.approve_negative_entry(%s)', :e), 'ZW023 negative entry % cannot move from "drafted" to "approved"', 'no approval without review');
SELECT t.refused('wh_police', format('SELECT govdata.review_negative_entry(%s)', :e), 'ZW023 negative entry % can be moved from "drafted" to "reviewed" only by: data_authority', 'the provider does not review');
SELECT t.refused('hb_da', format('SELECT govdata.review_negative_entry(%s)', :e), 'ZW023 negative entry % can be moved from "drafted" to "reviewed" only by: data_authority', 'nor the upper authority');
SELECT t.refused('wh_civil', format('SELECT govdata.review_negative_entry(%s)', :e), 'ZW023 there is no negative entry "%" that you can see', 'to others the draft is not there');
SELECT t.allowed('wh_da', format('SELECT govdata.review_negative_entry(%s)', :e), 'its authority reviews');
SELECT is(t.class_of(:r, '甲'), 'as the resource', 'a review has no effect');
SELECT t.refused('wh_da', format('SELECT govdata.approve_negative_entry(%s)', :e), 'ZW023 negative entry % can be moved from "reviewed" to "approved" only by: government', 'the authority does not approve');
SELECT t.refused('hb_gov', format('SELECT govdata.approve_negative_entry(%s)', :e), 'ZW023 negative entry % can be moved from "reviewed" to "approved" only by: government', 'nor the government above');
SELECT t.allowed('wh_gov', format('SELECT govdata.approve_negative_entry(%s)', :e), 'its government approves');
SELECT is(t.class_of(:r, '甲'), 'withheld', 'and that has effect');
SELECT is(t.class_of(:r, '乙'), 'as the resource', 'on the items that are named');
SELECT is(format('%s %s', state, refused_items), 'submitted {甲}', 'a pending request loses the item') FROM govdata.share_request WHERE id = :q1;
SELECT is(format('%s %s %s', state, answer_basis, answer_reason), format('refused negative_list 负面清单条目 %s：中华人民共和国居民身份证法，第十九条', :e), 'one that asked for nothing else is refused, with the entry named') FROM govdata.share_request WHERE id = :q2;
SELECT is(format('%s %s', state, items), 'active {乙,丙}', 'an authorization shrinks') FROM govdata.share_authorization WHERE request = :q3;
SELECT is(self_reviewed OR self_approved, false, 'nobody judged its own') FROM govdata.negative_entry WHERE id = :e;
SELECT t.refused('ja_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{甲}'', ''用'', ''2026-12-31'')', :r), 'ZW023 item "甲" of resource "%" is withheld', 'new requests are refused');
SELECT is(t.val('yc_civil', format('SELECT legal_basis || state FROM govdata.negative_list WHERE id = %s', :e)), '中华人民共和国居民身份证法approved', 'the list is visible to all departments');
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET sharing = NULL WHERE resource = %s AND name = ''甲''', :r), 'ZW02_ %', 'the provider cannot undo it');
SELECT is(string_agg(duty, ' '), 'report_negative_entry', 'filing upward is owed') FROM govdata.obligation WHERE article = 23 AND subject_key = :e::text;
SELECT t.allowed('wh_da', format('SELECT govdata.report_negative_entry(%s)', :e), 'and filed');
SELECT is(d.name, '湖北省数据局', 'with the upper authority') FROM govdata.negative_entry e JOIN govdata.department d ON d.id = e.reported_to WHERE e.id = :e;
-- what silence and consent still reach
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET state = ''approved'', granted_items = ''{甲,乙}'' WHERE id = %s', :q1), 'ZW020 consent must name items that the request asks for', 'the withheld item cannot be granted');
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET state = ''refused'' WHERE id = %s', :q1), 'ZW020 a refusal needs a reason', 'the entry is no reason for refusing the rest');
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q1)) \g /dev/null
SELECT is(format('%s %s', granted_items, refused_items), '{乙} {甲}', 'by default the rest is granted') FROM govdata.share_request WHERE id = :q1;
ROLLBACK;

-- several entries approved by one statement, for one resource
BEGIN;
SELECT t.resource('wh_police', '多项', '{甲,乙,丙}') AS r \gset
SELECT t.request('wh_civil', :r, '{甲,乙,丙}') AS q1 \gset
SELECT t.request('wh_house', :r, '{甲,乙}') AS q2 \gset
SELECT t.request('ja_civil', :r, '{甲,乙,丙}') AS q3 \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q3)) \g /dev/null
SELECT t.entry('wh_police', :r, '{甲}', 'reviewed') AS e1 \gset
SELECT t.entry('wh_police', :r, '{乙}', 'reviewed') AS e2 \gset
SELECT t.val('wh_gov', format('UPDATE govdata.negative_entry SET state = ''approved'' WHERE id IN (%s, %s)', :e1, :e2)) \g /dev/null
SELECT is(format('%s %s', state, ARRAY(SELECT unnest(refused_items) COLLATE "C" ORDER BY 1)), 'submitted {乙,甲}', 'both items are refused') FROM govdata.share_request WHERE id = :q1;
SELECT is(state, 'refused', 'and the request, where nothing is left') FROM govdata.share_request WHERE id = :q2;
SELECT is(format('%s %s', state, items), 'active {丙}', 'both leave the authorization') FROM govdata.share_authorization WHERE request = :q3;
SELECT is(t.class_of(:r, '甲') || t.class_of(:r, '乙'), 'withheldwithheld', 'both are withheld');
-- and ended one by one, with another entry over the same item
SELECT t.entry('wh_police', :r, '{甲,丙}') AS e3 \gset
SELECT t.val('wh_police', format('SELECT govdata.lift_negative_entry(%s, ''可以共享'')', :e1)) \g /dev/null
SELECT is(t.class_of(:r, '甲'), 'withheld', 'what another entry names stays withheld');
SELECT t.val('wh_police', format('UPDATE govdata.negative_entry SET state = ''lapsed'', note = ''废止'' WHERE id IN (%s, %s)', :e2, :e3)) \g /dev/null
SELECT is(t.class_of(:r, '甲') || t.class_of(:r, '乙') || t.class_of(:r, '丙'), 'conditionalconditionalconditional', 'until the last one ends');
ROLLBACK;

-- the whole resource
BEGIN;
SELECT t.resource('wh_police', '整体', '{甲,乙}', 'unconditional') AS r \gset
SELECT t.val('wh_police', format('UPDATE govdata.resource SET opening = ''unconditional'', opening_state = ''open'' WHERE id = %s', :r)) \g /dev/null
SELECT t.entry('wh_police', :r, '{甲}') AS part \gset
SELECT t.entry('wh_police', :r) AS whole \gset
SELECT is(t.entry_of(:r), 'withheld closed withdrawn published 4', 'withheld, and no longer open');
SELECT t.refused('wh_civil', format('SELECT govdata.submit_request(code, ''{乙}'', ''用'', ''2026-12-31'') FROM govdata.resource WHERE id = %s', :r), 'ZW023 item "乙" of resource "%" is withheld', 'all its items are');
SELECT t.val('wh_police', format('SELECT govdata.lift_negative_entry(%s, ''部分'')', :part)) \g /dev/null
SELECT t.val('wh_gov', format('SELECT govdata.lift_negative_entry(%s, ''全部'')', :whole)) \g /dev/null
SELECT is(t.entry_of(:r), 'conditional closed withdrawn published 6', 'lifted by the government, it is conditional until reclassified');
SELECT isnt(t.class_of(:r, '甲'), 'withheld', 'and no item is withheld without an entry');
SELECT t.refused('wh_police', format('SELECT govdata.lift_negative_entry(%s, ''再'')', :whole), 'ZW023 negative entry % cannot move from "lifted" to "lifted"', 'once');
SELECT t.refused('wh_da', format('UPDATE govdata.negative_entry SET legal_basis = ''别的法'' WHERE id = %s', :part), 'ZW023 column "legal_basis" of negative entry % cannot be changed here', 'an entry''s text stays');
ROLLBACK;

-- publication of what is meant to be withheld
BEGIN;
SELECT t.resource('wh_police', '拟不共享', '{甲,乙}', 'withheld', publish => false) AS r \gset
SELECT alike(t.publish('wh_police', :r), 'ZW023 resource "%" is withheld without an approved negative entry', 'not without an entry');
SELECT t.entry('wh_police', :r, '{甲}') AS e \gset
SELECT alike(t.publish('wh_police', :r), 'ZW023 resource "%" is withheld without an approved negative entry', 'one for an item is not one for the resource');
SELECT t.entry('wh_police', :r, NULL, 'reviewed') AS e \gset
SELECT alike(t.publish('wh_police', :r), 'ZW023 resource "%" is withheld without an approved negative entry', 'nor is a reviewed one');
SELECT t.val('wh_gov', format('SELECT govdata.approve_negative_entry(%s)', :e)) \g /dev/null
SELECT is(t.publish('wh_police', :r), 'ok', 'an approved one is');
ROLLBACK;
BEGIN;
SELECT t.resource('wh_police', '项不共享', '{甲,乙}', publish => false) AS r \gset
SELECT t.val('wh_police', format('UPDATE govdata.resource_item SET sharing = ''withheld'' WHERE resource = %s AND name = ''乙''', :r)) \g /dev/null
SELECT alike(t.publish('wh_police', :r), 'ZW023 resource "%" is withheld without an approved negative entry', 'a withheld item needs an entry');
SELECT t.entry('wh_police', :r, '{甲}') AS e \gset
SELECT alike(t.publish('wh_police', :r), 'ZW023 resource "%" is withheld without an approved negative entry', 'that names it');
SELECT t.entry('wh_police', :r, '{甲,乙}') AS e \gset
SELECT is(t.publish('wh_police', :r), 'ok', 'then it is published');
ROLLBACK;
-- what stands on the list cannot be shared by going back to the draft
BEGIN;
SELECT t.resource('wh_police', '草稿', '{甲,乙}', 'withheld', publish => false) AS r \gset
SELECT t.entry('wh_police', :r) AS e \gset
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET sharing = ''unconditional'' WHERE id = %s', :r), 'ZW023 %', 'a draft on the list stays withheld');
ROLLBACK;
BEGIN;
SELECT t.resource('wh_police', '草稿', '{甲,乙}', publish => false) AS r \gset
SELECT t.entry('wh_police', :r, '{甲}') AS e \gset
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET sharing = ''conditional'' WHERE resource = %s AND name = ''甲''', :r), 'ZW023 %', 'so does its item');
ROLLBACK;

-- rejected, and by whom
BEGIN;
SELECT t.entry('wh_police', :listed, '{丙}', 'drafted') AS e \gset
SELECT t.refused('wh_da', format('UPDATE govdata.negative_entry SET state = ''rejected'' WHERE id = %s', :e), 'ZW023 ending a negative entry needs a reason', 'sending back needs a reason');
SELECT t.refused('wh_da', format('SELECT govdata.reject_negative_entry(%s, ''  '')', :e), 'ZW023 ending a negative entry needs a reason', 'a blank is none');
SELECT t.refused('wh_gov', format('SELECT govdata.reject_negative_entry(%s, ''不'')', :e), 'ZW023 negative entry % can be moved from "drafted" to "rejected" only by: data_authority', 'the authority first');
SELECT t.allowed('wh_da', format('SELECT govdata.reject_negative_entry(%s, ''依据不足'')', :e), 'sent back');
SELECT t.refused('wh_da', format('SELECT govdata.review_negative_entry(%s)', :e), 'ZW023 negative entry % cannot move from "rejected" to "reviewed"', 'and done with');
ROLLBACK;

-- party and judge, level of the platform
BEGIN;
SELECT t.entry('wh_da', t.resource('wh_da', '主管', '{甲}')) AS e \gset
SELECT is(format('%s %s', self_reviewed, self_approved), 't f', 'self-review is allowed and marked') FROM govdata.negative_entry WHERE id = :e;
SELECT t.entry('wh_gov', t.resource('wh_gov', '政府', '{甲}')) AS e \gset
SELECT is(format('%s %s', self_reviewed, self_approved), 'f t', 'so is self-approval') FROM govdata.negative_entry WHERE id = :e;
SELECT t.entry('ja_civil', t.resource('ja_civil', '区', '{甲}')) AS e \gset
SELECT is(format('%s %s', a.name, g.name), '武汉市数据局 武汉市人民政府', 'a county''s platform is its city''s') FROM govdata.negative_entry e
	JOIN govdata.department a ON a.id = e.data_authority JOIN govdata.department g ON g.id = e.government WHERE e.id = :e;
SELECT t.entry('hb_civil', t.resource('hb_civil', '省', '{甲}'), NULL, 'approved', 'hb_da', 'hb_gov') AS e \gset
SELECT t.refused('hb_da', format('SELECT govdata.report_negative_entry(%s)', :e), 'ZW023 at province level approval is final', 'at province approval is final');
SELECT is_empty(format($$SELECT * FROM govdata.obligation WHERE article = 23 AND subject_key = '%s'$$, :e), 'nothing more is owed');
ROLLBACK;
SELECT t.refused('wh_police', 'DELETE FROM govdata.negative_entry WHERE id = 1', 'ZW023 rows of "negative_entry" are not deleted', 'no entry of the list is deleted');

-- ---- opening (Articles 25, 26) ----
BEGIN;
SELECT t.resource('wh_police', '开放', '{甲}', 'unconditional') AS r \gset
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET opening_state = ''open'' WHERE id = %s', :r), '23514 %resource_closed_is_not_open%', 'what is closed cannot be open');
SELECT t.val('wh_police', format('UPDATE govdata.resource SET opening = ''unconditional'', opening_state = ''open'' WHERE id = %s', :r)) \g /dev/null
SELECT is(t.val('public', 'SELECT string_agg(title, '','') FROM govdata.open_list'), '开放', 'the public reads the open list');
SELECT is(t.val('public', 'SELECT string_agg(title, '','') FROM govdata.resource'), '开放', 'and no other entry');
SELECT t.val('wh_police', format('UPDATE govdata.resource SET state = ''suspended'', state_reason = ''升级'' WHERE id = %s', :r)) \g /dev/null
SELECT is(t.val('public', 'SELECT string_agg(title, '','') FROM govdata.open_list'), NULL, 'not while it is suspended');
SELECT t.refused('wh_da', format('UPDATE govdata.resource SET opening_state = ''suspended'' WHERE id = %s', :r), 'ZW006 only the provider may act on this resource', 'opening is the provider''s');
ROLLBACK;
BEGIN;
SELECT t.resource('wh_police', '未发布', '{甲}', 'unconditional', publish => false) AS r \gset
SELECT t.val('wh_police', format('UPDATE govdata.resource SET opening = ''unconditional'', opening_state = ''open'' WHERE id = %s', :r)) \g /dev/null
SELECT is(t.val('public', 'SELECT count(*) FROM govdata.open_list'), '0', 'a draft is not open, whatever it says');
ROLLBACK;

-- ---- standing consents (Article 20) ----
SELECT t.resource('wh_police', '立即', '{甲,乙}') AS r \gset
SELECT t.refused('wh_civil', format('INSERT INTO govdata.standing_consent (resource) VALUES (%s)', :r), 'ZW020 a new standing consent in state "active" can be entered only by: provider', 'only the provider consents in advance');
SELECT t.refused('wh_police', format('INSERT INTO govdata.standing_consent (resource, items) VALUES (%s, ''{庚}'')', :r), 'ZW020 resource "%" has no item "庚"', 'for items that are there');
SELECT t.refused('wh_police', format('INSERT INTO govdata.standing_consent (resource, valid) VALUES (%s, ''empty'')', :r), '23514 %', 'for some time');
SELECT t.refused('wh_police', format('INSERT INTO govdata.standing_consent (resource, declared_at) VALUES (%s, now())', :r), 'ZW020 column "declared_at" of standing_consent is set by the platform', 'from now on');
SELECT t.allowed('wh_police', format('INSERT INTO govdata.standing_consent (resource, regions, items, uses) VALUES (%s, ''{420100}'', ''{甲}'', ''{低保}'')', :r), 'declared');
SELECT t.refused('wh_police', 'UPDATE govdata.standing_consent SET items = NULL', 'ZW020 column "items" of standing consent % cannot be changed here', 'what was declared is not changed');
SELECT t.refused('wh_police', 'DELETE FROM govdata.standing_consent', 'ZW020 rows of "standing_consent" are not deleted', 'nor deleted');

-- ---- ways around the row ----
SELECT t.refused('wh_civil', 'UPDATE govdata.resource SET state = ''withdrawn'', state_reason = ''x''', 'ZW006 only the provider may act on this resource', 'an UPDATE without WHERE meets the guard');
SELECT t.refused('wh_civil', format('MERGE INTO govdata.resource r USING (SELECT %s AS id) s ON r.id = s.id WHEN MATCHED THEN UPDATE SET title = ''别名''', :r), 'ZW006 only the provider may act on this resource', 'so does MERGE');
SELECT t.refused('wh_civil', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''甲'', ''x'', ''text'') ON CONFLICT (resource, name) DO UPDATE SET sharing = ''conditional''', :r), 'ZW006 only the provider may act on this resource', 'and ON CONFLICT DO UPDATE');
SELECT t.refused('wh_police', format('INSERT INTO govdata.resource_item (resource, name, title, data_type) VALUES (%s, ''甲'', ''x'', ''text'') ON CONFLICT (resource, name) DO UPDATE SET sharing = ''withheld''', :r), 'ZW023 item "甲" becomes withheld by a negative entry only', 'also the provider''s');
SELECT t.refused('wh_police', format('WITH x AS (UPDATE govdata.resource SET sharing = ''withheld'' WHERE id = %s RETURNING id) SELECT * FROM x', :r), 'ZW023 %', 'a CTE is no way around');
SELECT t.refused('wh_police', format('UPDATE govdata.resource SET title = ''x'' WHERE id IN (%s, (SELECT min(id) FROM govdata.resource WHERE provider = %s))', :r, t.department('hb_market')), 'ZW006 only the provider may act on this resource', 'one row of another refuses the statement');

\i :actors_end
