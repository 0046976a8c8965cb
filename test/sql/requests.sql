\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- The life of a request: Articles 17, 20 to 23, 33, 41.

CREATE FUNCTION t.case_of(q bigint) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws(' ', state, answer_basis, granted_items::text, 'not ' || refused_items::text) FROM govdata.share_request WHERE id = q $$;
CREATE FUNCTION t.right_of(q bigint) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws(' ', state, basis, items::text, ground, 'v' || version) FROM govdata.share_authorization WHERE request = q $$;
CREATE FUNCTION t.at(v timestamptz) RETURNS text
LANGUAGE sql AS $$ SELECT to_char(v AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') $$;
-- what everybody is told to be in force, and what of the request
CREATE VIEW t.effective AS SELECT request, id, resource, provider, consumer, items, purpose, usage, basis, valid_from, valid_until, version FROM govdata.effective_authorization;
CREATE VIEW t.board AS SELECT id, effective_state, basis, answered_at, granted_items, refused_items, late FROM govdata.request_board;

SELECT t.resource('wh_police', '户籍', '{甲,乙,丙}') AS r \gset
SELECT code AS c FROM govdata.resource WHERE id = :r \gset

-- ---- submission ----
CREATE FUNCTION t.submit(who text, VARIADIC more text[] DEFAULT '{}') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	given jsonb := jsonb_build_object('resource', '1', 'items', '''{甲}''', 'purpose', '''办理低保''', 'valid_until', '''2026-12-31''');
BEGIN
	FOR i IN 1..coalesce(array_length(more, 1), 0) / 2 LOOP
		given := given || jsonb_build_object(more[2 * i - 1], more[2 * i]);
	END LOOP;
	RETURN t.told(who, (SELECT format('INSERT INTO govdata.share_request (%s) VALUES (%s)',
		string_agg(key, ', ' ORDER BY key), string_agg(value, ', ' ORDER BY key)) FROM jsonb_each_text(given)));
END
$$;
BEGIN;
SELECT is(t.submit('wh_civil'), 'ok', 'a department asks');
SELECT is(format('%s %s %s %s %s %s %s', state, route, limit_code, due_on, t.at(due_at), due_provisional, matures_at = due_at),
	'submitted direct reply_conditional 2026-03-16 2026-03-17 00:00:00 f t', 'ten working days, until 24:00') FROM govdata.share_request;
SELECT ok(received_at BETWEEN govdata.clock() - interval '1 minute' AND govdata.clock(), 'received by the clock') FROM govdata.share_request;
SELECT is(string_agg(item, ''), '甲', 'its items are rows') FROM govdata.share_request_item;
SELECT is(t.submit('wh_civil', 'items', '''{甲,寅}'''), 'ZW020 resource "307009/000001" has no item "寅"', 'an unknown item');
SELECT is(t.submit('wh_civil', 'items', '''{甲,NULL}'''), 'ZW020 column "items" of share_request must not contain an empty element', 'an item without name');
SELECT is(t.submit('wh_civil', 'items', '''{甲,乙,甲}'''), 'ZW020 item "甲" is named twice', 'one twice');
SELECT is(t.submit('wh_civil', 'items', '''{}'''), 'ZW020 no request is needed for these items of resource "307009/000001"', 'none');
SELECT is(t.submit('wh_civil', 'items', 'NULL'), 'ZW020 a request must name the items it asks for', 'not even a list');
SELECT is(t.submit('wh_civil', 'purpose', v), 'ZW020 a request needs its purpose', format('purpose %s', v)) FROM unnest(ARRAY['''''', ''' ''', 'E''\t\n''', 'NULL']) AS v;
SELECT is(t.submit('wh_civil', 'valid_until', v), 'ZW020 valid_until must be a day from today on, until the year 9999', format('term %s', v)) FROM unnest(ARRAY['''2026-03-01''', '''infinity''', '''-infinity''', '''10000-01-01''', '''294277-01-01''', '''5874897-12-31''']) AS v;
SELECT is(t.submit('wh_civil', 'valid_until', '''9999-12-31'''), 'ok', 'the last of all terms');
SELECT is(t.submit('wh_civil', 'valid_until', 'NULL'), 'ZW020 a request needs the term of use', 'no term');
SELECT is(t.submit('wh_civil', 'valid_until', '''2026-03-02'''), 'ok', 'today is a term');
SELECT is(t.submit('wh_police'), 'ZW020 resource "307009/000001" is your own', 'one''s own resource');
SELECT is(t.submit('operator'), 'ZW020 a platform operator does not request data', 'the operator');
SELECT is(t.submit('utility'), 'ZW041 a public utility does not request data under Article 20', 'a utility');
SELECT alike(t.submit(who), 'ZW020 user "%" acts for no department', who) FROM unnest(ARRAY['superuser', 'stranger']) AS who;
SELECT alike(t.submit(who), '42501 %', who) FROM unnest(ARRAY['admin', 'public', 'nobody']) AS who;
SELECT is(t.submit('wh_civil', 'consumer', t.department('wh_house')::text), 'ZW020 a request is made in one''s own name', 'in another''s name');
SELECT is(t.submit('wh_civil', 'consumer', t.department('wh_civil')::text), 'ok', 'in one''s own');
SELECT is(t.submit('wh_civil', 'resource', v), format('ZW020 there is no resource %s that you can see', coalesce(nullif(v, 'NULL'), '0')), format('resource %s', v)) FROM unnest(ARRAY['999', 'NULL', '-1']) AS v;
SELECT is(t.submit('wh_civil', 'route', '''upward'''), 'ZW021 resource "307009/000001" is not on a platform above your own', 'another route');
SELECT is(t.submit('wh_civil', 'route', '''sideways'''), '23514 new row for relation "share_request" violates check constraint "share_request_route_check"', 'one that there is not');
SELECT is(t.submit('wh_civil', 'state', v), format('ZW020 a new request cannot be in state %s', replace(v, '''', '"')), v)
FROM unnest(ARRAY['''refused''', '''agreed''', '''withdrawn''', '''coordinating''']) AS v;
SELECT is(t.submit('wh_civil', 'state', '''approved'''), 'ZW020 a new request in state "approved" can be entered only by: standing_consent', 'nobody approves by asking');
-- what the platform sets
SELECT is(t.submit('wh_civil', column_name, CASE WHEN column_name IN ('sources', 'consenting_sources') THEN '''{1}''' ELSE CASE data_type WHEN 'bigint' THEN '1' WHEN 'integer' THEN '1' WHEN 'boolean' THEN 'false' WHEN 'ARRAY' THEN '''{甲}'''
	WHEN 'text' THEN '''x''' ELSE '''2026-03-02''' END END), format('ZW020 column "%s" of share_request is set by the platform', column_name), column_name)
FROM information_schema.columns WHERE table_schema = 'govdata' AND table_name = 'share_request'
AND column_name NOT IN ('route', 'resource', 'consumer', 'items', 'purpose', 'usage', 'valid_until', 'state', 'mode') ORDER BY ordinal_position;
-- the verb is the same
SELECT t.refused('wh_civil', 'SELECT govdata.submit_request(''307009/000001'', ''{寅}'', ''用'', ''2026-12-31'')', 'ZW020 resource "307009/000001" has no item "寅"', 'the verb meets the same guard');
SELECT t.refused('wh_civil', 'SELECT govdata.submit_request(''307009/999999'', ''{甲}'', ''用'', ''2026-12-31'')', 'ZW020 there is no resource "307009/999999" that you can see', 'an unknown code');
SELECT t.allowed('wh_civil', 'SELECT govdata.submit_request(''307009/000001'', ''{甲}'', ''用'', ''2026-12-31'', ''低保'')', 'and lets the same through');
ROLLBACK;

-- what can be asked for, and by whom
BEGIN;
SELECT t.resource('wh_police', '草稿', '{甲}', publish => false) AS draft, t.resource('wh_police', '无条件', '{甲}', 'unconditional') AS free \gset
SELECT is(t.submit('wh_civil', 'resource', :'draft'), format('ZW020 there is no resource %s that you can see', :draft), 'a draft is not there');
SELECT is(t.submit('wh_civil', 'resource', :'free'), format('ZW020 no request is needed for these items of resource "%s"', code), 'what is unconditional needs no request') FROM govdata.resource WHERE id = :free;
ROLLBACK;
BEGIN;
SELECT t.val('wh_police', 'UPDATE govdata.resource SET state = ''suspended'', state_reason = ''升级'' WHERE id = 1') \g /dev/null
SELECT is(t.submit('wh_civil'), 'ZW020 resource "307009/000001" is not shared at present', 'what is suspended is not to be had');
SELECT t.val('wh_police', 'UPDATE govdata.resource SET state = ''withdrawn'', state_reason = ''停产'' WHERE id = 1') \g /dev/null
SELECT is(t.submit('wh_civil'), 'ZW020 resource "307009/000001" is not shared at present', 'nor what is withdrawn');
ROLLBACK;
BEGIN;
SELECT t.val('wh_police', 'UPDATE govdata.resource_item SET retired_at = now() WHERE resource = 1 AND name = ''甲''') \g /dev/null
SELECT is(t.submit('wh_civil'), 'ZW020 resource "307009/000001" has no item "甲"', 'a retired item is not there');
ROLLBACK;
-- levels (Articles 18, 21)
BEGIN;
SELECT t.resource('hb_civil', '省级', '{甲}') AS rp \gset
SELECT t.resource('ja_civil', '区级', '{甲}') AS rc \gset
SELECT t.resource('yc_civil', '宜昌', '{甲}') AS ry \gset
SELECT is(t.submit('wh_civil', 'resource', :'rp', 'route', '''direct'''), format('ZW021 resource "%s" is on a platform above your own', code), 'city to province: through one''s authority') FROM govdata.resource WHERE id = :rp;
SELECT is(t.submit('ja_civil', 'resource', :'rp', 'route', '''direct'''), format('ZW021 resource "%s" is on a platform above your own', code), 'county to province too') FROM govdata.resource WHERE id = :rp;
SELECT is(t.submit('ja_civil'), 'ok', 'county to its city: the city''s platform is its own');
SELECT is(t.submit('wc_civil', 'resource', :'rc'), 'ok', 'county to county of one city: direct');
SELECT is(t.submit('yc_civil'), 'ok', 'city to city: direct');
SELECT is(t.submit('hb_civil', 'resource', :'ry'), 'ok', 'province to city: direct');
SELECT is(t.submit('hb_market', 'resource', :'rp'), 'ok', 'province to province: direct');
SELECT is(t.submit('ja_gov'), 'ok', 'a government asks like anybody');
ROLLBACK;
SELECT alike(t.detail('ja_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until, route) VALUES (%s, ''{甲}'', ''用'', ''2026-12-31'', ''direct'')', t.resource('hb_civil', '省级二', '{甲}'))),
	'The platform of 湖北省 is above that of 武汉市. Measures, Article 21.', 'and says which platforms');

-- declared scope and use (Article 18)
BEGIN;
SELECT t.val('wh_police', format('UPDATE govdata.resource SET scope_departments = ''{%s}'', scope_regions = ''{420500}'', uses = ''{低保,救助}'' WHERE id = 1', t.department('wh_civil'))) \g /dev/null
SELECT is(t.submit('wh_civil', 'usage', '''低保'''), 'ok', 'within the declared scope and use');
SELECT is(t.submit('yc_civil', 'usage', '''救助'''), 'ok', 'by region too');
SELECT is(t.submit('wh_civil', 'usage', '''统计'''), 'ok', 'another use is not refused at the door');
SELECT is(t.submit('wh_civil'), 'ok', 'nor is none');
SELECT is(t.submit('wh_house', 'usage', '''低保'''), 'ok', 'nor another department');
SELECT is(string_agg(format('%s%s', outside_scope, matures_at IS NOT NULL), ' ' ORDER BY id), 'ft ft tf tf tf', 'but silence is no consent to it') FROM govdata.share_request;
SELECT is(string_agg(consequence, ' ' ORDER BY subject_key), 'deemed_consent deemed_consent late late late', 'as the provider can see') FROM govdata.obligation WHERE duty = 'answer_request';
ROLLBACK;

-- ---- answers ----
BEGIN;
SELECT t.request('wh_civil', :r, '{甲,乙,丙}') AS q \gset
SAVEPOINT s;
SELECT t.refused(who, format('SELECT govdata.approve_request(%s)', :q), 'ZW020 request % can be moved from "submitted" to "approved" only by: provider, time', format('%s does not answer', who))
FROM unnest(ARRAY['wh_civil', 'wh_da', 'wh_gov', 'hb_da']) AS who;
SELECT t.refused('wh_house', format('SELECT govdata.approve_request(%s)', :q), 'ZW020 there is no request "%" that you can see', 'to others it is not there');
SELECT t.allowed('wh_police', format('SELECT govdata.approve_request(%s)', :q), 'the provider consents');
SELECT is(t.case_of(:q), 'approved reply {甲,乙,丙}', 'to all');
SELECT is(t.right_of(:q), 'active reply {甲,乙,丙} v1', 'and the platform authorizes');
SELECT is(a.id, q.authorization_id, 'under the number that was drawn when it was asked for') FROM govdata.share_authorization a JOIN govdata.share_request q ON q.id = a.request WHERE q.id = :q;
SELECT is(format('%s %s', valid_from = answered_at, t.at(a.valid_until)), 't 2027-01-01 00:00:00', 'from the answer to 24:00 of the last day') FROM govdata.share_authorization a JOIN govdata.share_request q ON q.id = a.request WHERE q.id = :q;
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, ''反悔'')', :q), 'ZW020 request % cannot move from "approved" to "refused"', 'an answer stands');
SELECT t.refused('wh_civil', format('SELECT govdata.withdraw_request(%s)', :q), 'ZW020 request % cannot move from "approved" to "withdrawn"', 'for both');
SELECT t.refused('wh_civil', format('SELECT govdata.request_coordination(%s, ''不服'')', :q), 'ZW020 there is nothing to coordinate: all items were granted', 'and there is nothing to coordinate');
ROLLBACK TO s;
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s, ''{甲}'')', :q), 'ZW020 refusing some of the items needs a reason', 'partial consent refuses the rest, with reason');
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s, ''{甲}'', ''  '')', :q), 'ZW020 refusing some of the items needs a reason', 'a blank is none');
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s, ''{甲,寅}'', ''理由'')', :q), 'ZW020 consent must name items that the request asks for', 'not more than was asked for');
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s, ''{}'', ''理由'')', :q), 'ZW020 consent must name items that the request asks for', 'not nothing');
SELECT t.allowed('wh_police', format('SELECT govdata.approve_request(%s, ''{甲,丙}'', ''乙无关'')', :q), 'partial consent');
SELECT is(t.case_of(:q), 'approved reply {甲,丙} not {乙}', 'is recorded as that');
SELECT is(t.right_of(:q), 'active reply {甲,丙} v1', 'and authorized as that');
ROLLBACK TO s;
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET state = ''refused'' WHERE id = %s', :q), 'ZW020 a refusal needs a reason', 'a refusal needs a reason');
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, '' '')', :q), 'ZW020 a refusal needs a reason', 'a blank is none');
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, NULL)', :q), 'ZW020 a refusal needs a reason', 'nor is NULL');
SELECT t.allowed('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :q), 'with a reason it stands');
SELECT is(t.case_of(:q), 'refused reply not {甲,乙,丙}', 'as a refusal of all');
SELECT is(t.right_of(:q), NULL, 'without authorization');
ROLLBACK TO s;
SELECT t.refused('wh_police', format('SELECT govdata.withdraw_request(%s)', :q), 'ZW020 request % can be moved from "submitted" to "withdrawn" only by: consumer, reorganization', 'the provider does not withdraw');
SELECT t.allowed('wh_civil', format('SELECT govdata.withdraw_request(%s)', :q), 'the consumer does');
SELECT is(t.case_of(:q), 'withdrawn', 'and it is gone');
ROLLBACK TO s;
-- columns that do not belong to the act
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET state = ''approved'', %I = %s WHERE id = %s', column_name,
	CASE WHEN column_name = 'items' THEN '''{甲}''' WHEN column_name IN ('sources', 'consenting_sources') THEN '''{1}''' WHEN data_type IN ('bigint', 'integer') THEN '999' WHEN data_type = 'boolean' THEN 'NOT ' || column_name WHEN data_type = 'ARRAY' THEN '''{甲}'''
	WHEN data_type = 'text' THEN '''x''' WHEN data_type = 'date' THEN '''2026-06-01''' ELSE '''2026-06-01''' END, :q),
	-- whoever names another provider is not the provider
	CASE column_name WHEN 'provider' THEN 'ZW020 request % can be moved from "submitted" to "approved" only by: provider, time'
	ELSE 'ZW020 column "' || column_name || '" of request % cannot be changed here' END, format('an answer does not change %s', column_name))
FROM information_schema.columns WHERE table_schema = 'govdata' AND table_name = 'share_request' AND column_name NOT IN ('state', 'granted_items', 'answer_reason', 'row_filter') ORDER BY ordinal_position;
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET due_at = due_at + interval ''1 day'' WHERE id = %s', :q), 'ZW020 column "due_at" of request % cannot be changed here', 'nobody moves a limit');
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET matures_at = NULL WHERE id = %s', :q), 'ZW020 column "matures_at" of request % cannot be changed here', 'nor takes it away');
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET provider_consented_at = now() WHERE id = %s', :q), 'ZW020 only the provider may consent, while request % is being coordinated', 'no consent without a coordination');
SELECT t.refused('wh_police', format('DELETE FROM govdata.share_request WHERE id = %s', :q), 'ZW020 rows of "share_request" are not deleted', 'no request is deleted');
-- statements over several rows
SELECT t.request('wh_house', :r, '{甲}') AS q2 \gset
SELECT t.allowed('wh_police', 'UPDATE govdata.share_request SET state = ''approved''', 'one statement answers all');
SELECT is(count(*), 2::bigint, 'each has its authorization') FROM govdata.share_authorization;
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET state = CASE id WHEN %s THEN ''approved'' ELSE ''refused'' END, answer_reason = ''x''', :q), 'ZW020 %', 'one bad row refuses the statement');
ROLLBACK;

-- standing consents answer at once
BEGIN;
SELECT t.val('wh_police', 'INSERT INTO govdata.standing_consent (resource, regions, items, uses, valid) VALUES (1, ''{420102}'', ''{甲,乙}'', ''{低保}'', ''[2026-03-01,2026-03-10)'')') \g /dev/null
SELECT t.request('ja_civil', :r, '{甲}', usage => '低保') AS q \gset
SELECT is(t.case_of(:q), 'approved standing_consent {甲}', 'covered: answered at once');
SELECT is(t.right_of(:q), 'active standing_consent {甲} v1', 'and authorized');
SELECT is(t.case_of(t.request('ja_civil', :r, '{甲,丙}', usage => '低保')), 'submitted', 'another item: as usual');
SELECT is(t.case_of(t.request('ja_civil', :r, '{甲}', usage => '统计')), 'submitted', 'another use');
SELECT is(t.case_of(t.request('ja_civil', :r, '{甲}')), 'submitted', 'no stated use');
SELECT is(t.case_of(t.request('wc_civil', :r, '{甲}', usage => '低保')), 'submitted', 'another region');
SELECT t.val('wh_police', 'UPDATE govdata.standing_consent SET state = ''ended''') \g /dev/null
SELECT is(t.case_of(t.request('ja_civil', :r, '{甲}', usage => '低保')), 'submitted', 'ended');
SELECT is(t.right_of(:q), 'active standing_consent {甲} v1', 'which ends no authorization');
SELECT t.val('wh_police', 'INSERT INTO govdata.standing_consent (resource, valid) VALUES (1, ''[2026-04-01,)'')') \g /dev/null
SELECT is(t.case_of(t.request('ja_civil', :r, '{甲}', usage => '低保')), 'submitted', 'not yet in force');
ROLLBACK;

-- ---- coordination ----
BEGIN;
SELECT t.request('ja_civil', :r, '{甲,乙}') AS q \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
SELECT t.refused('ja_civil', format('SELECT govdata.request_coordination(%s, '''')', :q), 'ZW020 coordination needs a reason', 'coordination needs a reason');
SELECT t.refused('wh_police', format('SELECT govdata.request_coordination(%s, ''不服'')', :q), 'ZW020 request % can be moved from "refused" to "coordinating" only by: consumer', 'the consumer asks for it');
SELECT t.allowed('ja_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q), 'and it is opened');
SELECT is(d.name, '江岸区数据局', 'with the consumer''s own authority') FROM govdata.share_request q JOIN govdata.department d ON d.id = q.coordinator WHERE q.id = :q;
SELECT t.refused('wh_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''维持'')', :q), 'ZW020 request % can be moved from "coordinating" to "upheld" only by: coordinator', 'not the provider''s');
SELECT t.refused('ja_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :q), 'ZW020 the provider has not consented', 'no agreement without the provider');
SELECT t.refused('ja_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', '' '')', :q), 'ZW020 the outcome of a coordination needs a reason', 'an outcome needs a reason');
SELECT t.refused('ja_da', format('SELECT govdata.consent_in_coordination(%s)', :q), 'ZW020 only the provider may consent, while request % is being coordinated', 'nobody consents for the provider');
SELECT t.refused('ja_civil', format('UPDATE govdata.share_request SET provider_consented_at = now() WHERE id = %s', :q), 'ZW020 only the provider may consent, while request % is being coordinated', 'least of all the consumer');
SAVEPOINT s;
SELECT t.allowed('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :q), 'the provider consents');
SELECT is(t.right_of(:q), NULL, 'which is not yet the outcome');
SELECT t.allowed('ja_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''双方同意'')', :q), 'the coordinator closes');
SELECT is(t.case_of(:q), 'agreed coordination {甲,乙}', 'agreed');
SELECT is(t.right_of(:q), 'active coordination {甲,乙} v1', 'and authorized');
-- a revocation can be coordinated, and be undone by agreement
SELECT t.val('wh_police', format('SELECT govdata.revoke_authorization(authorization_id, ''violation'', ''违规'') FROM govdata.share_request WHERE id = %s', :q)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''已整改'')', :q)) \g /dev/null
SELECT is(provider_consented_at, NULL, 'an earlier consent does not count') FROM govdata.share_request WHERE id = :q;
SELECT t.val('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :q)) \g /dev/null
SELECT t.val('ja_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''已整改'')', :q)) \g /dev/null
SELECT is(t.right_of(:q), 'active coordination {甲,乙} v3', 'the authorization is in force again');
ROLLBACK TO s;
SELECT t.refused('ja_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''决定'')', :q), 'ZW020 request % can be moved from "coordinating" to "agreed" only by: coordinator, government_above', 'the consumer''s government is not above both');
SELECT t.refused('wh_gov', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''决定'')', :q), 'ZW020 request % can be moved from "coordinating" to "upheld" only by: coordinator', 'the government above decides for agreement only');
SELECT t.allowed('wh_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''市政府决定'')', :q), 'which it can without the provider');
SELECT is(t.right_of(:q), 'active coordination {甲,乙} v1', 'authorized');
ROLLBACK TO s;
SELECT t.allowed('ja_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''确属无关'')', :q), 'upheld');
SELECT t.refused('ja_civil', format('SELECT govdata.request_coordination(%s, ''再次'')', :q), 'ZW020 request % cannot move from "upheld" to "coordinating"', 'is the end');
ROLLBACK TO s;
-- unsettled goes up, office by office, and ends at the top
CREATE TABLE t.way (n serial, name text);
DO $$
DECLARE
	offices text[] := ARRAY['ja_da', 'wh_da', 'hb_da', 'hb_gov'];
	q bigint := (SELECT max(id) FROM govdata.share_request);
BEGIN
	FOR i IN 1..4 LOOP
		INSERT INTO t.way (name) SELECT d.name FROM govdata.share_request r JOIN govdata.department d ON d.id = r.coordinator WHERE r.id = q;
		PERFORM t.val(offices[i], format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''未达成一致'')', q));
		EXIT WHEN i = 4;
		PERFORM t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''提请上级'')', q));
	END LOOP;
END
$$;
SELECT is(string_agg(name, ' ' ORDER BY n), '江岸区数据局 武汉市数据局 湖北省数据局 湖北省人民政府', 'unsettled goes up') FROM t.way;
SELECT t.refused('ja_civil', format('SELECT govdata.request_coordination(%s, ''再上'')', :q), 'ZW020 no data authority is left that could coordinate', 'until there is nobody left');
ROLLBACK;
-- party and judge
CREATE FUNCTION t.coordinator(consumer text, provider text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	q bigint := t.request(consumer, t.resource(provider, '协调', '{甲}'), '{甲}');
BEGIN
	PERFORM t.val(provider, format('SELECT govdata.refuse_request(%s, ''无关'')', q));
	PERFORM t.val(consumer, format('SELECT govdata.request_coordination(%s, ''必需'')', q));
	RETURN (SELECT d.name FROM govdata.share_request r JOIN govdata.department d ON d.id = r.coordinator WHERE r.id = q);
END
$$;
BEGIN;
SELECT is(t.coordinator('wh_civil', 'wh_police'), '武汉市数据局', 'both in one city: its authority');
SELECT is(t.coordinator('wh_civil', 'wh_da'), '湖北省数据局', 'the authority is provider: the upper one');
SELECT is(t.coordinator('wh_da', 'wh_police'), '湖北省数据局', 'the authority is consumer: the upper one');
SELECT is(t.coordinator('hb_da', 'hb_civil'), '湖北省人民政府', 'at province: the government');
SELECT is(t.coordinator('hb_civil', 'hb_da'), '湖北省人民政府', 'either way');
SELECT is(t.coordinator('yc_civil', 'wh_police'), '宜昌市数据局', 'across cities: the consumer''s');
SELECT is(t.coordinator('wc_civil', 'ja_civil'), '武汉市数据局', 'a county without an authority: its city''s');
SELECT is(t.coordinator('wh_gov', 'wh_police'), '武汉市数据局', 'a government asks its authority');
-- a government that is party does not decide, though it stands above the other
SELECT t.refused('wh_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''我要'')', max(id)), 'ZW020 request % can be moved from "coordinating" to "agreed" only by: coordinator, government_above', 'nobody is party and judge') FROM govdata.share_request;
SELECT t.allowed('hb_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''省政府决定'')', max(id)), 'the one above is not') FROM govdata.share_request;
ROLLBACK;
-- coordination of what the negative list has left
BEGIN;
SELECT t.request('ja_civil', :r, '{甲,乙}') AS q \gset
SELECT t.entry('wh_police', :r, '{甲}') AS e \gset
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET state = ''refused'' WHERE id = %s', :q), 'ZW020 a refusal needs a reason', 'the entry is no reason for the rest');
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
SELECT is(answer_reason, format('负面清单条目 %s：中华人民共和国居民身份证法，第十九条; 无关', :e), 'both reasons stand') FROM govdata.share_request WHERE id = :q;
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q)) \g /dev/null
SELECT t.val('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :q)) \g /dev/null
SELECT t.allowed('ja_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意其余'')', :q), 'the rest can be agreed on');
SELECT is(t.case_of(:q), 'agreed coordination {乙} not {甲}', 'and only the rest');
SELECT is(t.right_of(:q), 'active coordination {乙} v1', 'is authorized');
ROLLBACK;
BEGIN;
SELECT t.request('ja_civil', :r, '{甲}') AS q \gset
SELECT t.entry('wh_police', :r, '{甲}') AS e \gset
SELECT is(t.case_of(:q), 'refused negative_list not {甲}', 'refused by the list');
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q)) \g /dev/null
SELECT t.refused('wh_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''决定'')', :q), 'ZW023 item "甲" of resource "%" is withheld', 'no agreement gives what is withheld');
ROLLBACK;
BEGIN;
SELECT t.request('ja_civil', :r, '{甲}') AS q \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q)) \g /dev/null
SELECT t.val('wh_police', format('SELECT govdata.withdraw_resource(%L, ''停产'')', :'c')) \g /dev/null
SELECT t.refused('wh_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''决定'')', :q), 'ZW020 the resource of request % is withdrawn', 'nor what is withdrawn');
ROLLBACK;

-- ---- acts on authorizations (Articles 33, 34) ----
BEGIN;
SELECT t.request('ja_civil', :r, '{甲}') AS q \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q)) \g /dev/null
SELECT authorization_id AS a FROM govdata.share_request WHERE id = :q \gset
SAVEPOINT s;
SELECT t.refused(who, format('SELECT govdata.revoke_authorization(%s, %L, ''理由'')', :a, ground), format('ZW033 "%s" is no ground on which you may revoke an authorization', ground), format('%s: %s', who, ground))
FROM (VALUES ('wh_police', 'should have refused'), ('wh_police', 'waiver'), ('wh_police', 'cleared'), ('wh_police', 'negative_list'), ('wh_police', 'withdrawn'),
	('wh_police', ''), ('ja_civil', 'violation'), ('ja_civil', 'purpose_ended')) AS v (who, ground);
SELECT t.refused('wh_police', format('INSERT INTO govdata.authorization_act (share_authorization, act, ground) VALUES (%s, ''revoke'', ''violation'')', :a), 'ZW033 an act on an authorization needs a reason', 'a reason too');
SELECT t.refused('wh_police', format('SELECT govdata.revoke_authorization(%s, ''violation'', '' '')', :a), 'ZW033 an act on an authorization needs a reason', 'no blank');
SELECT t.refused(who, format('SELECT govdata.revoke_authorization(%s, ''violation'', ''理由'')', :a), 'ZW033 there is no authorization % on which you may act', format('%s does not revoke', who)) FROM unnest(ARRAY['wh_da', 'wh_gov', 'hb_da', 'wh_house']) AS who;
SELECT t.refused('wh_police', 'SELECT govdata.revoke_authorization(999, ''violation'', ''理由'')', 'ZW033 there is no authorization 999 on which you may act', 'one that is not there');
SELECT t.refused('wh_police', format('INSERT INTO govdata.authorization_act (share_authorization, act, ground, reason, department) VALUES (%s, ''revoke'', ''violation'', ''x'', 1)', :a), 'ZW033 column "department" of authorization_act is set by the platform', 'nor in another''s name');
SELECT t.refused('ja_civil', format('SELECT govdata.suspend_authorization(%s, ''waiver'', ''x'')', :a), 'ZW033 authorization % can be moved from "active" to "suspended" only by: provider', 'the consumer does not suspend');
SELECT t.allowed('wh_police', format('SELECT govdata.suspend_authorization(%s, ''incident'', ''泄露'')', :a), 'suspended on a ground');
SELECT is(t.right_of(:q), 'suspended reply {甲} incident v2', 'and the ground stands');
SELECT is_empty('SELECT * FROM t.effective', 'suspended is not in force');
SELECT t.refused('ja_civil', format('SELECT govdata.resume_authorization(%s, ''已整改'')', :a), 'ZW0% authorization % can be moved from "suspended" to "active" only by: provider%', 'the consumer does not resume');
SELECT t.allowed('wh_police', format('SELECT govdata.resume_authorization(%s, ''已整改'')', :a), 'the provider does');
SELECT is(t.right_of(:q), 'active reply {甲} v3', 'and the ground is gone');
SELECT t.refused('wh_police', format('SELECT govdata.resume_authorization(%s, ''再'')', :a), 'ZW033 authorization % cannot move from "active" to "active"', 'once');
SELECT t.refused('wh_police', 'UPDATE govdata.authorization_act SET reason = ''x''', 'ZW033 an act on an authorization is not changed', 'an act stays on record');
SELECT t.refused('wh_police', 'DELETE FROM govdata.authorization_act', 'ZW033 rows of "authorization_act" are not deleted', 'also from being deleted');
SELECT t.allowed('ja_civil', format('SELECT govdata.revoke_authorization(%s, ''waiver'', ''不再需要'')', :a), 'the consumer waives');
SELECT is(t.right_of(:q), 'revoked reply {甲} waiver v4', 'that is a revocation');
SELECT t.refused('wh_police', format('SELECT govdata.resume_authorization(%s, ''再'')', :a), 'ZW0% authorization % can be moved from "revoked" to "active" only by: coordinator%', 'and final for the two');
ROLLBACK TO s;
SELECT t.allowed('wh_police', format('SELECT govdata.revoke_authorization(%s, %L, ''理由'')', :a, 'violation'), 'revoked on a ground');
SELECT t.allowed('ja_civil', format('SELECT govdata.request_coordination(%s, ''不服'')', :q), 'a revocation can be coordinated');
ROLLBACK TO s;
-- a suspension is not cleared by an agreement about other items
SELECT t.request('ja_civil', :r, '{甲,乙}') AS q2 \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s, ''{甲}'', ''乙无关'')', :q2)) \g /dev/null
SELECT t.val('wh_police', format('SELECT govdata.suspend_authorization(authorization_id, ''incident'', ''泄露'') FROM govdata.share_request WHERE id = %s', :q2)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''乙必需'')', :q2)) \g /dev/null
SELECT t.val('wh_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''决定'')', :q2)) \g /dev/null
SELECT is(t.right_of(:q2), 'suspended coordination {甲,乙} incident v3', 'an agreement widens, but clears no suspension');
ROLLBACK;

-- ---- time decides ----
SELECT t.request('wh_civil', :r, '{甲,乙}') AS q \gset
SELECT t.request('wh_house', :r, '{甲}', '2026-03-03') AS short \gset
SELECT t.resource('wh_police', '限用', '{甲}') AS limited \gset
SELECT t.val('wh_police', format('UPDATE govdata.resource SET uses = ''{低保}'' WHERE id = %s', :limited)) \g /dev/null
SELECT t.request('wh_civil', :limited, '{甲}', usage => '统计') AS outside \gset
SELECT t.request('ja_civil', :r, '{丙}') AS late \gset
SELECT t.request('yc_civil', :r, '{甲}') AS act \gset
-- suspending stops no clock
SELECT t.resource('wh_police', '暂停', '{甲}') AS paused \gset
SELECT t.request('wh_civil', :paused, '{甲}') AS q_paused \gset
SELECT t.val('wh_police', format('UPDATE govdata.resource SET state = ''suspended'', state_reason = ''升级'' WHERE id = %s', :paused)) \g /dev/null
-- escapes that are tried after the limit has passed, before any sweep
SELECT t.resource('wh_police', '逃' || i, '{甲,乙}') AS escape FROM generate_series(1, 4) AS i \g /dev/null
CREATE TABLE t.escape AS SELECT r.id AS resource, t.request('wh_civil', r.id, '{甲}') AS request, row_number() OVER (ORDER BY r.id) AS n FROM govdata.resource r WHERE title LIKE '逃%';

\set travel_to '2026-03-16 23:59:59.7+08'
\i :travel
-- until 24:00 and not a microsecond longer: attempts with the clock read before and after
CREATE TABLE t.attempt (before timestamptz, after timestamptz, told text);
DO $$
DECLARE
	a timestamptz;
	b timestamptz;
	told text;
	q bigint := (SELECT min(id) FROM govdata.share_request);
	due timestamptz := (SELECT min(due_at) FROM govdata.share_request);
BEGIN
	LOOP
		BEGIN
			a := govdata.clock();
			told := t.told('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', q));
			b := govdata.clock();
			RAISE EXCEPTION 'undo' USING ERRCODE = 'TT000';
		EXCEPTION WHEN SQLSTATE 'TT000' THEN
			INSERT INTO t.attempt VALUES (a, b, told);
		END;
		EXIT WHEN a > due + interval '20 ms';
	END LOOP;
END
$$;
SELECT ok(count(*) > 10, 'answers were tried before the end of the limit') FROM t.attempt WHERE after < '2026-03-17 00:00+08';
SELECT is_empty($$SELECT * FROM t.attempt WHERE after < '2026-03-17 00:00+08' AND told <> 'ok'$$, 'each of them in time');
SELECT is_empty($$SELECT * FROM t.attempt WHERE before >= '2026-03-17 00:00+08' AND told !~ '^ZW020 request \d+ is deemed consented since its limit ended$'$$, 'none from the limit on');
SELECT ok(max(after) FILTER (WHERE told = 'ok') < min(after) FILTER (WHERE told <> 'ok'), 'and no second change of mind') FROM t.attempt;

-- nothing has been swept, and everybody knows
SELECT is(t.case_of(:q), 'submitted', 'nothing is written down yet');
CREATE TABLE t.before_sweep AS SELECT * FROM t.effective;
CREATE TABLE t.board_before AS SELECT * FROM t.board;
SELECT is(format('%s %s %s %s', basis, items, t.at(valid_from), t.at(valid_until)), 'deemed_consent {甲,乙} 2026-03-17 00:00:00 2027-01-01 00:00:00', 'the authorization is in force') FROM t.before_sweep WHERE request = :q;
SELECT is(format('%s %s %s', effective_state, basis, granted_items), 'approved deemed_consent {甲,乙}', 'the board says so') FROM t.board WHERE id = :q;
SELECT is_empty(format('SELECT * FROM t.effective WHERE request = %s', :short), 'a term that is over grants nothing');
SELECT is(format('%s %s', effective_state, late), 'submitted t', 'silence is no consent outside the declared use: owed and late') FROM t.board WHERE id = :outside;
SELECT is_empty(format('SELECT * FROM t.effective WHERE request = %s', :outside), 'and nothing is authorized');
SELECT is(effective_state, 'approved', 'suspending the resource stopped no clock') FROM t.board WHERE id = :q_paused;
SELECT is_empty(format('SELECT * FROM t.effective WHERE request = %s', :q_paused), 'while it is suspended nothing is in force');
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s)', :late), 'ZW020 request % is deemed consented since its limit ended', 'too late to consent');
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s, ''{丙}'', ''x'')', :late), 'ZW020 request % is deemed consented since its limit ended', 'or to consent in part');
SELECT t.refused('ja_civil', format('SELECT govdata.withdraw_request(%s)', :late), 'ZW020 request % is deemed consented since its limit ended', 'or to withdraw: an authorization is waived');
SELECT t.allowed('wh_police', format('SELECT govdata.refuse_request(%s, ''超出用途'')', :outside), 'what silence does not grant is still answered');
-- the authorization can be acted upon before the sweep
SELECT authorization_id AS a FROM govdata.share_request WHERE id = :act \gset
SELECT is(id, :a::bigint, 'its number is known') FROM t.effective WHERE request = :act;
SELECT t.allowed('wh_police', format('SELECT govdata.suspend_authorization(%s, ''incident'', ''泄露'')', :a), 'it can be suspended');
SELECT is(t.case_of(:act) || ' / ' || t.right_of(:act), 'approved deemed_consent {甲} / suspended deemed_consent {甲} incident v2', 'which writes down the consent first');
-- no way out of a limit that has passed
SELECT t.allowed('wh_police', format('SELECT govdata.withdraw_resource(code, ''停产'') FROM govdata.resource WHERE id = %s', resource), 'escape: withdrawing') FROM t.escape WHERE n = 1;
SELECT t.allowed('wh_police', format('UPDATE govdata.resource SET sharing = ''unconditional'' WHERE id = %s', resource), 'escape: reclassifying') FROM t.escape WHERE n = 2;
SELECT t.allowed('wh_police', format('UPDATE govdata.resource_item SET retired_at = now() WHERE resource = %s AND name = ''甲''', resource), 'escape: retiring the item') FROM t.escape WHERE n = 3;
SELECT t.entry('wh_police', resource) AS e FROM t.escape WHERE n = 4 \g /dev/null
SELECT is(t.case_of(request) || ' / ' || t.right_of(request), 'approved deemed_consent {甲} / ' || v, format('%s: the consent of before stands', n))
FROM t.escape JOIN (VALUES (1, 'revoked deemed_consent {甲} withdrawn v2'), (2, 'expired deemed_consent {甲} unneeded v2'), (3, 'active deemed_consent {甲} v1'), (4, 'revoked deemed_consent {甲} negative_list v2')) AS v (n, v) USING (n) ORDER BY n;

CALL govdata.sweep();
SELECT is(t.case_of(:q), 'approved deemed_consent {甲,乙}', 'the sweep writes it down');
SELECT is(t.right_of(:q), 'active deemed_consent {甲,乙} v1', 'with its authorization');
SELECT is(t.at(answered_at), '2026-03-17 00:00:00', 'answered when the limit ended, not when the sweep ran') FROM govdata.share_request WHERE id = :q;
SELECT is_empty($$SELECT e.request FROM t.effective e LEFT JOIN t.before_sweep b ON b = e WHERE b IS NULL AND e.request NOT IN (SELECT request FROM t.escape)$$, 'in force is what was in force');
SELECT is_empty(format('SELECT b.request FROM t.before_sweep b LEFT JOIN t.effective e ON b = e WHERE e IS NULL AND b.request <> %s AND b.request NOT IN (SELECT request FROM t.escape)', :act), 'and all of it');
SELECT is_empty(format('SELECT b.id FROM t.board_before b LEFT JOIN t.board e ON b = e WHERE e IS NULL AND b.id <> %s', :outside), 'the board reads the same');
SELECT is(t.right_of(:short), 'expired deemed_consent {甲} v1', 'a term that is over is written down as that');
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, ''晚了'')', :late), 'ZW020 request % is deemed consented since its limit ended', 'a late answer is refused after the sweep too');
SELECT is(format('%s %s %s %s', actor, article, from_state, to_state), 'time 20 submitted approved', 'the journal names time') FROM govdata.journal_entry WHERE subject = 'share_request' AND subject_key = :'q' AND event = 'update';
SELECT t.val('wh_police', format('SELECT govdata.publish_resource(code) FROM govdata.resource WHERE id = %s', :paused)) \g /dev/null
SELECT isnt_empty(format('SELECT * FROM t.effective WHERE request = %s', :q_paused), 'resumed, it is in force');

-- an authorization ends with its last day
\set travel_to '2026-12-31 23:59:00+08'
\i :travel
SELECT isnt_empty(format('SELECT * FROM t.effective WHERE request = %s', :q), 'on its last day it is in force');
\set travel_to '2027-01-01 00:00:00+08'
\i :travel
SELECT is_empty(format('SELECT * FROM t.effective WHERE request = %s', :q), 'afterwards not, before any sweep');
SELECT authorization_id AS a FROM govdata.share_request WHERE id = :q \gset
SELECT t.refused('wh_police', format('SELECT govdata.revoke_authorization(%s, ''violation'', ''x'')', :a), 'ZW033 authorization % cannot move from "expired" to "revoked"', 'nor can it be revoked');
CALL govdata.sweep();
SELECT is(t.right_of(:q), 'expired deemed_consent {甲,乙} v1', 'and the sweep writes it down');

-- ---- decisions and requests commit in time ----
\set travel_to '2026-03-02 09:00+08'
\i :travel
SELECT t.request('wh_civil', :r, '{丙}') AS q \gset
SELECT t.request('wh_civil', :r, '{甲}') AS q2 \gset
\set VERBOSITY terse
\set travel_to '2026-03-16 23:59:58.5+08'
\i :travel
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
SELECT pg_sleep(2) \g /dev/null
\echo # committed after the limit:
COMMIT;
SELECT is(t.case_of(:q), 'submitted', 'a refusal that commits too late is none');
SELECT is(effective_state, 'approved', 'the consent stands') FROM t.board WHERE id = :q;
-- the same for a negative entry, and for a savepoint
\set travel_to '2026-03-16 23:59:58.5+08'
\i :travel
BEGIN;
SELECT t.entry('wh_police', :r, '{丙}') AS e \gset
SELECT is(t.case_of(:q), 'refused negative_list not {丙}', 'in time the entry refuses');
SELECT pg_sleep(2) \g /dev/null
COMMIT;
SELECT is(t.case_of(:q), 'submitted', 'but not when it commits too late');
\set travel_to '2026-03-16 23:59:58.5+08'
\i :travel
BEGIN;
SAVEPOINT s;
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
ROLLBACK TO s;
SELECT pg_sleep(2) \g /dev/null
COMMIT;
SELECT is(t.case_of(:q), 'submitted', 'what was rolled back is no decision');
-- a request nobody could see until its limit was over
\set travel_to '2026-03-04 23:59:58.5+08'
\i :travel
BEGIN;
SELECT t.request('wh_house', :r, '{乙}') AS hidden \gset
SELECT pg_sleep(2) \g /dev/null
\echo # committed on another day:
COMMIT;
SELECT is(t.case_of(:hidden), NULL, 'a request is committed on the day on which it is made');
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :q2)) \g /dev/null
PREPARE TRANSACTION 'regress_gd';
BEGIN;
SELECT t.request('wh_house', :r, '{乙}') AS hidden \gset
PREPARE TRANSACTION 'regress_gd';
SELECT is_empty('SELECT * FROM pg_prepared_xacts WHERE gid = ''regress_gd''', 'and none is prepared');
\set VERBOSITY default

-- REPEATABLE READ: the law sees what is committed (the specs play two sessions)
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT t.allowed('wh_police', format('SELECT govdata.approve_request(%s)', :q2), 'an answer under REPEATABLE READ');
SELECT is(t.right_of(:q2), 'active reply {甲} v1', 'authorizes');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT t.allowed('wh_police', format('SELECT govdata.refuse_request(%s, ''x'')', :q2), 'and under SERIALIZABLE');
ROLLBACK;

-- ---- limits whose year has no notice yet ----
\set travel_to '2026-12-18 10:00+08'
\i :travel
SELECT t.request('wh_civil', :r, '{甲}', '2027-12-31') AS prov \gset
SELECT t.request('wh_house', :r, '{乙}', '2027-12-31') AS prov2 \gset
SELECT is(format('%s %s %s', due_on, due_provisional, t.at(matures_at)), '2027-01-04 t 2027-01-20 00:00:00', 'an estimate, with fifteen days of grace') FROM govdata.share_request WHERE id = :prov;
SELECT is(due_provisional, true, 'shown as such') FROM govdata.obligation WHERE subject_key = :'prov';
\set travel_to '2027-01-10 10:00+08'
\i :travel
SELECT is(format('%s %s', effective_state, late), 'submitted f', 'past the estimate nothing is consented, and nobody is late') FROM t.board WHERE id = :prov;
BEGIN;
SELECT t.allowed('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :prov), 'and an answer is in time');
ROLLBACK;
-- nobody loads a notice: the grace ends, the right does not
\set travel_to '2027-01-20 00:00+08'
\i :travel
SELECT is(format('%s %s', effective_state, basis), 'approved deemed_consent', 'a notice that nobody loads voids no right') FROM t.board WHERE id = :prov;
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :prov), 'ZW020 request % is deemed consented since its limit ended', 'then it is too late');
-- loaded in time
CREATE FUNCTION t.load_2027() RETURNS void
LANGUAGE sql AS $$
	INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2027, 'test 2027', '2026-12-20');
	INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice)
	SELECT 'CN', day, 'holiday', '元旦', 'test 2027' FROM unnest('{2027-01-01,2027-01-02,2027-01-03,2027-01-04}'::date[]) AS day;
$$;
\set travel_to '2026-12-21 10:00+08'
\i :travel
BEGIN;
SELECT t.load_2027() \g /dev/null
SELECT is(format('%s %s %s', due_on, due_provisional, t.at(matures_at)), '2027-01-05 f 2027-01-06 00:00:00', 'a notice confirms and moves the limit') FROM govdata.share_request WHERE id = :prov;
SELECT is(string_agg(concat_ws(' ', before ->> 'due_on', before ->> 'due_provisional', '->', after ->> 'due_on', after ->> 'due_provisional'), ', ' ORDER BY id),
	'2027-01-04 true -> 2027-01-01 false, 2027-01-01 -> 2027-01-05', 'the journal has the old ones, statement by statement')
FROM govdata.journal_entry WHERE subject = 'share_request' AND subject_key = :'prov' AND event = 'update';
ROLLBACK;
-- loaded when the estimate has passed: the next working day's 24:00, not yesterday
\set travel_to '2027-01-09 10:00+08'
\i :travel
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :prov2)) \g /dev/null
SELECT t.load_2027() \g /dev/null
SELECT is(format('%s %s %s', due_on, due_provisional, t.at(matures_at)), '2027-01-11 f 2027-01-12 00:00:00', 'a limit found past ends on the next working day') FROM govdata.share_request WHERE id = :prov;
SELECT is(format('%s %s', state, due_on), 'refused 2027-01-04', 'answers already given stand') FROM govdata.share_request WHERE id = :prov2;
ROLLBACK;
-- what the grace has already decided stays decided
\set travel_to '2027-01-20 09:00+08'
\i :travel
BEGIN;
SELECT t.load_2027() \g /dev/null
SELECT is(t.case_of(:prov), 'approved deemed_consent {甲}', 'settled first, then computed anew');
ROLLBACK;

-- ---- a notice amended in mid-year moves open limits both ways ----
\set travel_to '2026-09-18 10:00+08'
\i :travel
SELECT t.request('wh_civil', :r, '{甲}', '2027-12-31') AS q \gset
SELECT is(format('%s %s', due_on, due_provisional), '2026-10-09 f', 'over the holiday of October') FROM govdata.share_request WHERE id = :q;
\set travel_to '2026-09-22 10:00+08'
\i :travel
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test amendment', '2026-09-22');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-10-08', 'holiday', '国庆', 'test amendment');
SELECT is(format('%s %s', due_on, t.at(matures_at)), '2026-10-10 2026-10-11 00:00:00', 'a day off more: later') FROM govdata.share_request WHERE id = :q;
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-09-26', 'workday', '调休', 'test amendment'), ('CN', '2026-10-04', 'workday', '调休', 'test amendment');
SELECT cmp_ok(due_on, '<', '2026-10-10'::date, 'working days more: earlier') FROM govdata.share_request WHERE id = :q;
SELECT cmp_ok(count(*), '>=', 2::bigint, 'with the old limits in the journal') FROM govdata.journal_entry WHERE subject = 'share_request' AND subject_key = :'q' AND event = 'update' AND before ? 'due_on';
ROLLBACK;
-- never into the past: on the last day, an amendment that makes it over already ends today
\set travel_to '2026-10-09 10:00+08'
\i :travel
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test amendment', '2026-09-22');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-09-26', 'workday', '调休', 'test amendment');
SELECT is(due_on, '2026-10-09'::date, 'no limit ends before 24:00 of the day on which the notice is loaded') FROM govdata.share_request WHERE id = :q;
ROLLBACK;
-- a region with a calendar of its own
\set travel_to '2026-09-22 10:00+08'
\i :travel
BEGIN;
INSERT INTO govdata.calendar (name, parent, title) VALUES ('WH', 'CN', '武汉');
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('WH', 2026, 'test local', '2026-09-01');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('WH', '2026-09-23', 'holiday', '地方节日', 'test local');
UPDATE govdata.region SET calendar = 'WH' WHERE code = '420100';
SELECT is(due_on, '2026-10-10'::date, 'the provider''s region has its own days') FROM govdata.share_request WHERE id = :q;
ROLLBACK;

-- ---- a restore that has not brought a department ----
BEGIN;
SET LOCAL govdata.restore = on;
SET LOCAL session_replication_role = replica;
DELETE FROM govdata.department WHERE id = t.department('wh_police');
SET LOCAL session_replication_role = origin;
SET LOCAL govdata.restore = off;
SELECT is(t.told('wh_civil', format('SELECT govdata.submit_request(%L, ''{甲}'', ''办理低保'', ''2026-12-31'')', :'c')),
	format('42704 department %s is not registered', (SELECT provider FROM govdata.resource WHERE id = :r)), 'nobody is asked who is not there');
ROLLBACK;

\i :actors_end
