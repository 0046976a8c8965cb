-- pgTAP inside pg_regress: only what the tests say is output.
\set ECHO none
\set QUIET on
\set VERBOSITY default
\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- A case through each route, across county, city and province: Articles 18, 20
-- to 22.

CREATE FUNCTION t.case_of(q bigint) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws(' ', route, state, answer_basis, granted_items::text, 'not ' || refused_items::text) FROM govdata.share_request WHERE id = q $$;
CREATE FUNCTION t.right_of(q bigint) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws(' ', state, basis, items::text, ground) FROM govdata.share_authorization WHERE request = q $$;
CREATE FUNCTION t.at(v timestamptz) RETURNS text
LANGUAGE sql AS $$ SELECT to_char(v AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') $$;
CREATE FUNCTION t.hops(q bigint) RETURNS text
LANGUAGE sql AS $$ SELECT string_agg(format('%s %s %s', t.who(authority), t.at(received_at), coalesce(outcome, '-')), ', ' ORDER BY hop) FROM govdata.request_hop WHERE request = q $$;
-- what a department still owes about a case
CREATE FUNCTION t.owed(q bigint) RETURNS text
LANGUAGE sql AS $$ SELECT string_agg(format('%s %s %s%s', t.who(department), duty, consequence, CASE WHEN late THEN ' late' END), ', ' ORDER BY duty, department)
	FROM govdata.obligation WHERE subject = 'share_request' AND subject_key = q::text $$;

-- tables of the province's: households by region, and the register of a vertical system
CREATE SCHEMA p;
GRANT USAGE ON SCHEMA p TO PUBLIC;
CREATE TABLE p.household (name text, income integer, region text);
INSERT INTO p.household VALUES ('甲户', 1, '420102'), ('乙户', 2, '420500');
ALTER TABLE p.household OWNER TO regress_gd_hb_civil;
CREATE TABLE p.notice AS SELECT 'a'::text AS title;
ALTER TABLE p.notice OWNER TO regress_gd_hb_civil;
CREATE TABLE p.company (name text, capital integer, place integer);
INSERT INTO p.company VALUES ('江岸企业', 1, 420102), ('武汉企业', 2, 420100), ('宜昌企业', 3, 420500);
ALTER TABLE p.company OWNER TO regress_gd_hb_market;

SELECT t.resource('hb_civil', '低保家庭', '{name,income,region}') AS house, t.resource('hb_civil', '公告', '{title}', 'unconditional') AS note,
	t.resource('hb_market', '企业', '{name,capital,place}', class => '302001') AS firm, t.resource('wh_police', '户籍', '{甲,乙,丙}') AS people \gset
SELECT code AS house_code FROM govdata.resource WHERE id = :house \gset
SELECT code AS note_code FROM govdata.resource WHERE id = :note \gset
SELECT code AS firm_code FROM govdata.resource WHERE id = :firm \gset
SELECT t.val('hb_civil', format('SELECT govdata.attach_resource(%L, ''p.household'')', :'house_code')) AS a,
	t.val('hb_civil', format('SELECT govdata.attach_resource(%L, ''p.notice'')', :'note_code')) AS b,
	t.val('hb_market', format('SELECT govdata.attach_resource(%L, ''p.company'')', :'firm_code')) AS c \gset

CREATE FUNCTION t.asks(who text, code text, items text, more text DEFAULT '') RETURNS text
LANGUAGE sql AS $$ SELECT format('SELECT govdata.submit_request(%L, %L, ''核对家庭经济状况'', ''2026-12-31''%s)', code, items, more) $$;

-- ---- upward: county, city, province (Article 21) ----
SELECT t.refused('ja_civil', t.asks('ja_civil', :'house_code', '{name}', ', route => ''direct'''),
	'ZW021 resource % is on a platform above your own', 'nobody insists on a direct request upward');
SELECT t.refused('ja_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until, state) VALUES (%s, ''{name}'', ''用'', ''2026-12-31'', ''approved'')', :house),
	'ZW020 a new request in state "approved" can be entered only by: standing_consent', 'nor approves by asking');
BEGIN;
SELECT t.val('ja_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until, state) VALUES (%s, ''{name}'', ''用'', ''2026-12-31'', ''submitted'') RETURNING id', :house)) AS q \gset
SELECT is(t.case_of(:q), 'upward reported', 'nor skips the way by naming its end');
ROLLBACK;
SELECT t.refused('ja_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until, state) VALUES (%s, ''{甲}'', ''用'', ''2026-12-31'', ''reported'')', :people),
	'ZW021 resource % is not on a platform above your own', 'and what is on one''s own platform is not reported');
SELECT t.val('ja_civil', t.asks('ja_civil', :'house_code', '{name,income}')) AS q \gset
SELECT is(t.case_of(:q), 'upward reported', 'the need is reported');
SELECT is(format('%s %s %s %s', t.who(applicant), t.who(holder), t.who(consumer), t.who(provider)), 'ja_da ja_da ja_civil hb_civil', 'applicant and end user are on record') FROM govdata.share_request WHERE id = :q;
SELECT is(format('%s|%s|%s', received_at, due_at, matures_at), '||', 'no clock runs yet') FROM govdata.share_request WHERE id = :q;
SELECT is(t.owed(:q), 'ja_da forward_request none', 'it lies with the county''s authority');
SELECT is(t.val('wh_police', format('SELECT count(*) FROM govdata.share_request WHERE id = %s', :q)), '0', 'others do not see it');
SELECT is(t.val('wh_da', format('SELECT count(*) FROM govdata.share_request WHERE id = %s', :q)), '1', 'the authorities above do');
SELECT t.refused(who, format('SELECT govdata.forward_request(%s)', :q), 'ZW02% request %, which is "reported", can be changed like this only by: holder', format('%s does not forward', who))
FROM unnest('{ja_civil,wh_da,hb_civil,hb_da,ja_gov}'::text[]) AS who;
SELECT t.refused(who, format('UPDATE govdata.share_request SET state = ''submitted'' WHERE id = %s', :q), 'ZW021 request % can be moved from "reported" to "submitted" only by: holder', format('%s does not skip the way', who))
FROM unnest('{ja_civil,wh_da,hb_civil,hb_da}'::text[]) AS who;
SELECT t.refused('ja_da', format('UPDATE govdata.share_request SET state = ''submitted'' WHERE id = %s', :q), 'ZW021 request % goes to "武汉市数据局" first', 'the county''s authority applies to no province');
SELECT t.refused('ja_da', format('UPDATE govdata.share_request SET holder = %s WHERE id = %s', t.department('hb_da'), :q), 'ZW021 request % goes to "武汉市数据局" next', 'nor passes it on to another');
SELECT t.refused('ja_da', format('UPDATE govdata.share_request SET state = ''approved'' WHERE id = %s', :q), 'ZW02_ request % can be moved from "reported" to "approved" only by: %', 'nor grants it');
SELECT t.refused('ja_da', format('SELECT govdata.return_request(%s, '' '')', :q), 'ZW021 request % needs the reason to become "returned"', 'what is returned is returned with reason');
-- returned, completed, reported again
\set travel_to '2026-03-03 09:00+08'
\i :travel
SELECT t.allowed('ja_da', format('SELECT govdata.return_request(%s, ''请补充地区信息'')', :q), 'returned as incomplete');
SELECT is(t.case_of(:q) || ' / ' || t.owed(:q), NULL, 'nobody owes anything now');
SELECT is(t.case_of(:q), 'upward returned', 'the case is with the consumer');
SELECT t.refused('ja_da', format('SELECT govdata.forward_request(%s)', :q), 'ZW020 request % cannot move from "returned" to "submitted"', 'what was returned is not forwarded');
SELECT t.refused('wh_da', format('SELECT govdata.report_request(%s)', :q), 'ZW021 request % can be moved from "returned" to "reported" only by: consumer', 'only the consumer reports it again');
SELECT t.refused('ja_civil', format('SELECT govdata.report_request(%s, ''{name,age}'')', :q), 'ZW020 resource % has no item "age"', 'the catalog holds as before');
\set travel_to '2026-03-04 09:00+08'
\i :travel
BEGIN;
SELECT t.allowed('ja_civil', format('SELECT govdata.report_request(%s, ''{region}'')', :q), 'it may ask for other items');
SELECT is(string_agg(item, ','), 'region', 'and its items are rows again') FROM govdata.share_request_item WHERE request = :q;
SELECT t.refused('superuser', 'DELETE FROM govdata.share_request_item', 'ZW017 rows of "share_request_item" are written by the platform only', 'which nobody else takes away');
ROLLBACK;
SELECT t.allowed('ja_civil', format('SELECT govdata.report_request(%s, ''{name,income,region}'')', :q), 'completed and reported again');
SELECT t.allowed('ja_da', format('SELECT govdata.forward_request(%s)', :q), 'the county passes it on');
SELECT is(t.case_of(:q), 'upward reported', 'it is on its way');
SELECT t.refused('ja_da', format('SELECT govdata.forward_request(%s)', :q), 'ZW021 request % can be moved from "reported" to "submitted" only by: holder', 'and the county has done its part');
SELECT is(t.owed(:q), 'wh_da forward_request none', 'it lies with the city''s authority');
\set travel_to '2026-03-06 15:00+08'
\i :travel
SELECT t.allowed('wh_da', format('SELECT govdata.forward_request(%s)', :q), 'the city applies to the province');
SELECT is(t.hops(:q), 'ja_da 2026-03-02 09:00 returned, ja_da 2026-03-04 09:00 forwarded, wh_da 2026-03-04 09:00 forwarded', 'a row a hop, each dated');
SELECT is(format('%s %s %s %s %s', state, t.at(received_at), limit_code, due_on, matures_at = due_at), 'submitted 2026-03-06 15:00 reply_upward 2026-03-20 t', 'the clock starts when the province has it') FROM govdata.share_request WHERE id = :q;
SELECT is(t.who(applicant), 'ja_da', 'the applicant stays the own-level authority') FROM govdata.share_request WHERE id = :q;
SELECT is(t.owed(:q), 'hb_civil answer_request deemed_consent', 'the provider owes an answer');
SELECT is(format('%s %s %s', route, with_whom, hops), 'upward 湖北省民政厅 {"江岸区数据局 returned","江岸区数据局 forwarded","武汉市数据局 forwarded"}', 'the board shows the way') FROM govdata.request_board WHERE id = :q;
SELECT is(string_agg(format('%s %s %s', to_state, article, t.who(department)), ', ' ORDER BY id), 'reported 21 ja_civil, returned 21 ja_da, reported 21 ja_civil, submitted 21 wh_da',
	'the journal names each article and actor') FROM govdata.journal_entry WHERE subject = 'share_request' AND subject_key = :'q' AND from_state IS DISTINCT FROM to_state;
-- as direct from here on: the answer
BEGIN;
SELECT t.refused('wh_da', format('SELECT govdata.approve_request(%s)', :q), 'ZW020 request % only by: provider, time', 'the authority on the way does not answer');
SELECT t.allowed('hb_civil', format('SELECT govdata.approve_request(%s, ''{name,region}'', ''收入不提供'')', :q), 'the provider consents in part');
SELECT is(t.case_of(:q), 'upward approved reply {name,region} not {income}', 'which is recorded');
SELECT is(t.who(applicant) || ' ' || t.right_of(:q), 'ja_da active reply {name,region}', 'authorized for the applicant, and in its name for the end user') FROM govdata.share_authorization WHERE request = :q;
SELECT is(t.val('ja_civil', format('SELECT allowed || basis FROM govdata.check_access(%L, ''{name}'')', :'house_code')), 'trueauthorization', 'the end user reads');
SELECT is(t.val('ja_da', format('SELECT allowed FROM govdata.check_access(%L, ''{name}'')', :'house_code')), 'false', 'the applicant does not: supervising is not reading');
SELECT authorization_id AS a FROM govdata.share_request WHERE id = :q \gset
SELECT t.refused('ja_da', format('SELECT govdata.revoke_authorization(%s, ''purpose_ended'', ''x'')', :a), 'ZW033 "purpose_ended" is no ground on which you may revoke an authorization', 'the applicant has its own grounds');
SELECT t.refused('wh_da', format('SELECT govdata.revoke_authorization(%s, ''violation'', ''x'')', :a), 'ZW033 there is no authorization % on which you may act', 'those it passed on the way have none');
SAVEPOINT s;
SELECT t.allowed('ja_da', format('SELECT govdata.revoke_authorization(%s, ''violation'', ''最终用户违规'')', :a), 'revoking the applicant''s');
SELECT is(t.val('ja_civil', format('SELECT allowed FROM govdata.check_access(%L, ''{name}'')', :'house_code')), 'false', 'ends the end user''s');
ROLLBACK TO s;
SELECT t.allowed('hb_civil', format('SELECT govdata.revoke_authorization(%s, ''violation'', ''申请人违规'')', :a), 'so does the provider');
SELECT is(t.val('ja_civil', format('SELECT allowed FROM govdata.check_access(%L, ''{name}'')', :'house_code')), 'false', 'for both');
ROLLBACK;
-- silence is consent here too, whether or not a sweep ran
\set travel_to '2026-03-21 00:00+08'
\i :travel
SELECT is(t.case_of(:q), 'upward submitted', 'nothing is written down');
SELECT is(format('%s %s', effective_state, basis), 'approved deemed_consent', 'the board knows') FROM govdata.request_board WHERE id = :q;
SELECT is(basis, 'deemed_consent', 'it is in force') FROM govdata.effective_authorization WHERE request = :q;
SELECT is(t.val('ja_civil', format('SELECT allowed || basis FROM govdata.check_access(%L, ''{name,income}'')', :'house_code')), 'trueauthorization', 'the end user may read');
SELECT t.val('ja_civil', 'SELECT string_agg(name, '','' ORDER BY name) FROM p.household') AS seen \gset
SELECT is(:'seen'::text, '乙户,甲户', 'and reads');
SELECT t.refused('hb_civil', format('SELECT govdata.refuse_request(%s, ''晚了'')', :q), 'ZW020 request % is deemed consented since its limit ended', 'a late answer is none');
CALL govdata.sweep();
SELECT is(t.case_of(:q) || ' / ' || t.right_of(:q), 'upward approved deemed_consent {name,income,region} / active deemed_consent {name,income,region}', 'the sweep writes it down');
-- whether silence is consent on this route is a row
BEGIN;
UPDATE govdata.time_limit SET consequence = 'late' WHERE code = 'reply_upward';
SELECT t.val('wh_civil', t.asks('wh_civil', :'house_code', '{name}')) AS q \gset
SELECT is(t.who(applicant), 'wh_da', 'a city''s department has the city''s authority') FROM govdata.share_request WHERE id = :q;
SELECT t.allowed('wh_da', format('SELECT govdata.forward_request(%s)', :q), 'one hop');
SELECT is(format('%s %s', state, matures_at), 'submitted ', 'where the row says so, silence is no consent') FROM govdata.share_request WHERE id = :q;
ROLLBACK;
-- forwarding one's own; a county without an authority of its own
BEGIN;
SELECT t.val('wh_da', t.asks('wh_da', :'house_code', '{name}')) AS q \gset
SELECT t.allowed('wh_da', format('SELECT govdata.forward_request(%s)', :q), 'an authority forwards its own request');
SELECT is(t.hops(:q), 'wh_da 2026-03-21 00:00 forwarded', 'which is a hop');
SELECT t.val('wc_civil', t.asks('wc_civil', :'house_code', '{name}')) AS q \gset
SELECT is(t.who(applicant), 'wh_da', 'a county without an authority: its city''s applies') FROM govdata.share_request WHERE id = :q;
SELECT t.val('ja_da', t.asks('ja_da', :'house_code', '{name}')) AS q \gset
SELECT t.val('ja_da', format('SELECT govdata.forward_request(%s)', :q)) \g /dev/null
SELECT is(t.owed(:q), 'wh_da forward_request none', 'a county''s authority asks like its departments');
SELECT t.allowed('ja_da', format('SELECT govdata.withdraw_request(%s)', :q), 'and may withdraw on the way');
SELECT is(t.hops(:q), 'ja_da 2026-03-21 00:00 forwarded, wh_da 2026-03-21 00:00 withdrawn', 'which ends the hop');
ROLLBACK;
-- an unconditional resource of an upper platform: reported too, and granted on forwarding
SELECT is(t.val('wh_civil', format('SELECT allowed || '' '' || article FROM govdata.check_access(%L, ''{title}'')', :'note_code')), 'false 21', 'an upper platform is not one''s own, whatever the class');
SELECT is(t.val('hb_market', format('SELECT allowed || '' '' || basis FROM govdata.check_access(%L, ''{title}'')', :'note_code')), 'true class', 'on one''s own platform no request is needed');
SELECT t.val('wh_civil', t.asks('wh_civil', :'note_code', '{title}')) AS n \gset
SELECT is(t.case_of(:n), 'upward reported', 'reported');
BEGIN;
SELECT t.refused('wh_civil', format('UPDATE govdata.share_request SET state = ''submitted'' WHERE id = %s', :n), 'ZW021 request % only by: holder', 'the consumer does not forward it');
SELECT t.refused('wh_civil', format('UPDATE govdata.share_request SET state = ''approved'' WHERE id = %s', :n), 'ZW02_ request % only by: %', 'nor grants it itself');
ROLLBACK;
SELECT t.allowed('wh_da', format('SELECT govdata.forward_request(%s)', :n), 'forwarded');
SELECT is(t.case_of(:n) || ' / ' || t.right_of(:n), 'upward approved unconditional {title} / active unconditional {title}', 'and granted');
SELECT is(t.val('wh_civil', 'SELECT title FROM p.notice'), 'a', 'read through one''s own platform');
-- a standing consent answers when the request is received
BEGIN;
SELECT t.val('hb_civil', format('INSERT INTO govdata.standing_consent (resource, regions) VALUES (%s, ''{420100}'')', :house)) \g /dev/null
SELECT t.val('ja_civil', t.asks('ja_civil', :'house_code', '{name}')) AS q \gset
SELECT is(t.case_of(:q), 'upward reported', 'a standing consent does not spare the way');
SELECT t.refused('ja_civil', format('UPDATE govdata.share_request SET state = ''approved'' WHERE id = %s', :q), 'ZW02_ request % only by: %', 'nobody on the way uses it');
SELECT t.val('ja_da', format('SELECT govdata.forward_request(%s)', :q)) \g /dev/null
SELECT t.allowed('wh_da', format('SELECT govdata.forward_request(%s)', :q), 'at its end');
SELECT is(t.case_of(:q), 'upward approved standing_consent {name}', 'it answers at once');
ROLLBACK;
-- what is withheld meanwhile is not applied for
BEGIN;
SELECT t.val('wh_civil', t.asks('wh_civil', :'house_code', '{name}')) AS q \gset
SELECT t.entry('hb_civil', :house, '{name}', authority => 'hb_da', government => 'hb_gov') \g /dev/null
SELECT t.refused('wh_da', format('SELECT govdata.forward_request(%s)', :q), 'ZW023 item "name" of resource % is withheld', 'withheld meanwhile: to be returned');
SELECT t.allowed('wh_da', format('SELECT govdata.return_request(%s, ''已列入负面清单'')', :q), 'with reason');
ROLLBACK;

-- ---- outside the catalog (Article 22) ----
\set travel_to '2026-03-02 09:00+08'
\i :travel
CREATE FUNCTION t.wants(who text, provider text, more text DEFAULT '') RETURNS text
LANGUAGE sql AS $$ SELECT format('SELECT govdata.submit_uncatalogued_request(%s, ''近三年暂住登记'', ''核对居住情况'', ''2026-12-31''%s)', t.department(provider), more) $$;
SELECT t.refused('wh_civil', 'SELECT govdata.submit_uncatalogued_request(999, ''x'', ''y'', ''2026-12-31'')', 'ZW022 there is no department 999 that could provide', 'somebody must be asked');
SELECT t.refused('wh_civil', format('SELECT govdata.submit_uncatalogued_request(%s, '' '', ''y'', ''2026-12-31'')', t.department('wh_police')), 'ZW022 uncatalogued request needs a description of the data', 'for something');
SELECT t.refused('wh_police', t.wants('wh_police', 'wh_police'), 'ZW022 these data are your own', 'not oneself');
SELECT t.refused('wh_civil', t.wants('wh_civil', 'operator'), 'ZW022 a platform operator holds no data of its own', 'nor the operator');
SELECT t.refused('operator', t.wants('operator', 'wh_police'), 'ZW020 a platform operator does not request data', 'the operator asks for nothing here either');
SELECT t.refused('wh_civil', format('INSERT INTO govdata.share_request (route, provider, wanted, purpose, valid_until, resource) VALUES (''uncatalogued'', %s, ''x'', ''y'', ''2026-12-31'', %s)', t.department('wh_police'), :people),
	'ZW022 column "resource" of uncatalogued_request is set by the platform', 'what names a resource is in the catalog');
SELECT t.val('ja_civil', t.wants('ja_civil', 'wh_police')) AS u \gset
SELECT is(t.case_of(:u), 'uncatalogued submitted', 'asked');
SELECT is(format('%s %s %s', limit_code, due_on, matures_at), 'reply_uncatalogued 2026-03-16 ', 'ten working days bind the reply, and silence is nothing') FROM govdata.share_request WHERE id = :u;
SELECT is(t.owed(:u), 'wh_police reply_uncatalogued late', 'the reply is owed');
SELECT t.val('wh_civil', format('INSERT INTO govdata.share_request (provider, wanted, purpose, valid_until) VALUES (%s, ''x'', ''y'', ''2026-12-31'') RETURNING route', t.department('wh_police'))) AS route \gset
SELECT is(:'route'::text, 'uncatalogued', 'a request that names no resource is one for what is not in the catalog');
-- late: shown, still owed, never consent
\set travel_to '2026-03-17 00:00+08'
\i :travel
SELECT is(format('%s %s', effective_state, late), 'submitted t', 'late is shown') FROM govdata.request_board WHERE id = :u;
SELECT is(t.owed(:u), 'wh_police reply_uncatalogued late late', 'and owed');
SELECT is(t.val('wh_da', format('SELECT count(*) FROM govdata.obligation WHERE late AND subject_key = %L', (:u)::text)), '1', 'the provider''s own authority sees it');
CALL govdata.sweep();
SELECT is(t.case_of(:u) || coalesce(t.right_of(:u), ''), 'uncatalogued submitted', 'no sweep makes it consent');
SELECT t.refused(who, format('SELECT govdata.agree_request(%s)', :u), 'ZW022 uncatalogued request % can be moved from "submitted" to "agreed" only by: provider', format('%s does not agree', who)) FROM unnest('{ja_civil,wh_da,wh_gov}'::text[]) AS who;
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, '' '')', :u), 'ZW022 a refusal needs a reason', 'a refusal needs a reason');
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s)', :u), 'ZW022 uncatalogued request % cannot move from "submitted" to "approved"', 'what is not catalogued is not approved');
SELECT t.allowed('wh_police', format('SELECT govdata.agree_request(%s, ''同意,编目后共享'')', :u), 'agreed, if late');
SELECT is(t.case_of(:u) || coalesce(t.right_of(:u), ''), 'uncatalogued agreed reply', 'which grants nothing yet');
SELECT is(t.owed(:u), 'wh_police list_request none', 'but owes the entry, without limit');
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, ''反悔'')', :u), 'ZW022 uncatalogued request % cannot move from "agreed" to "refused"', 'consent stands');
-- listed: a published resource of the provider's, nothing withheld
SELECT t.resource('wh_police', '暂住登记', '{姓名,住址}', publish => false) AS stay, t.resource('wh_civil', '他人', '{姓名}') AS other \gset
SELECT code AS stay_code FROM govdata.resource WHERE id = :stay \gset
SELECT code AS other_code FROM govdata.resource WHERE id = :other \gset
SELECT t.refused('wh_police', format('SELECT govdata.list_request(%s, %L, ''{姓名}'')', :u, :'stay_code'), 'ZW020 there is no resource % that you can see', 'a draft is not listed');
SELECT t.refused('wh_police', format('SELECT govdata.list_request(%s, %L, ''{姓名}'')', :u, :'other_code'), 'ZW022 resource % is not the provider''s', 'nor another''s resource');
SELECT t.val('wh_police', format('SELECT govdata.publish_resource(%L)', :'stay_code')) \g /dev/null
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET state = ''listed'' WHERE id = %s', :u), 'ZW022 uncatalogued request % needs the resource to become "listed"', 'the resource is named');
BEGIN;
SELECT t.entry('wh_police', :stay, '{住址}') \g /dev/null
SELECT t.refused('wh_police', format('SELECT govdata.list_request(%s, %L, ''{姓名,住址}'')', :u, :'stay_code'), 'ZW023 item "住址" of resource % is withheld', 'nothing withheld is listed');
ROLLBACK;
SELECT t.refused('ja_civil', format('SELECT govdata.list_request(%s, %L, ''{姓名}'')', :u, :'stay_code'), 'ZW022 uncatalogued request % can be moved from "agreed" to "listed" only by: provider', 'nobody lists for the provider');
SELECT t.allowed('wh_police', format('SELECT govdata.list_request(%s, %L, ''{姓名,住址}'')', :u, :'stay_code'), 'listed');
SELECT is(t.case_of(:u) || ' / ' || t.right_of(:u), 'uncatalogued listed reply {姓名,住址} / active reply {姓名,住址}', 'and authorized');
SELECT is(t.owed(:u), NULL, 'nothing is owed any more');
SELECT is(string_agg(item, ',' ORDER BY item COLLATE "C"), '住址,姓名', 'its items are rows') FROM govdata.share_request_item WHERE request = :u;
SELECT is(string_agg(format('%s %s', to_state, article), ', ' ORDER BY id), 'submitted 22, agreed 22, listed 22', 'all of it Article 22') FROM govdata.journal_entry WHERE subject = 'share_request' AND subject_key = :'u' AND from_state IS DISTINCT FROM to_state;
-- "must not be shared" obliges to open a negative entry
\set travel_to '2026-03-02 09:00+08'
\i :travel
SELECT t.val('ja_civil', t.wants('ja_civil', 'wh_police')) AS u \gset
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''没有该数据'')', :u)) \g /dev/null
SELECT is(t.owed(:u), NULL, 'another reason obliges to nothing');
SELECT t.refused('wh_police', format('SELECT govdata.cite_negative_entry(%s, 1)', :u), 'ZW022 request % was not refused because the data must not be shared', 'and there is nothing to cite');
ROLLBACK;
SELECT t.allowed('wh_police', format('SELECT govdata.refuse_as_not_shareable(%s, ''涉及公民个人信息'')', :u), 'refused because it must not be shared');
SELECT is(t.owed(:u), 'wh_police open_negative_entry none', 'an entry is owed');
SELECT t.refused('wh_police', format('SELECT govdata.cite_negative_entry(%s, 999)', :u), 'ZW022 there is no negative entry 999 of yours%', 'one that is there');
SELECT t.resource('wh_police', '不共享', '{甲}', publish => false) AS secret \gset
SELECT t.entry('wh_police', :secret, NULL, 'drafted') AS e \gset
SELECT t.refused('ja_civil', format('SELECT govdata.cite_negative_entry(%s, %s)', :u, :e), 'ZW022 uncatalogued request %, which is "refused", can be changed like this only by: provider', 'by the provider');
SELECT t.allowed('wh_police', format('SELECT govdata.cite_negative_entry(%s, %s)', :u, :e), 'opened and named');
SELECT is(t.owed(:u), NULL, 'done');
SELECT t.val('wh_da', format('SELECT govdata.reject_negative_entry(%s, ''依据不足'')', :e)) \g /dev/null
SELECT is(t.owed(:u), 'wh_police open_negative_entry none', 'an entry that is rejected leaves the duty');
-- a refusal goes to coordination like any other; agreed is owed again
SELECT t.allowed('ja_civil', format('SELECT govdata.request_coordination(%s, ''履职必需'')', :u), 'the refusal is coordinated');
SELECT t.val('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :u)) \g /dev/null
SELECT t.allowed('ja_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''脱敏后提供'')', :u), 'and agreed');
SELECT is(t.case_of(:u) || ' / ' || t.owed(:u), 'uncatalogued agreed coordination / wh_police list_request none', 'the entry is owed');
SELECT t.allowed('wh_police', format('SELECT govdata.list_request(%s, %L, ''{姓名}'')', :u, :'stay_code'), 'listed');
SELECT is(t.right_of(:u), 'active coordination {姓名}', 'authorized');
-- already catalogued: a direct request with the date of its receipt
SELECT t.val('yc_civil', t.wants('yc_civil', 'wh_police')) AS u, t.val('wh_civil', t.wants('wh_civil', 'wh_police')) AS v, t.val('ja_civil', t.wants('ja_civil', 'hb_civil')) AS up \gset
\set travel_to '2026-03-05 09:00+08'
\i :travel
SELECT t.refused('yc_civil', format('SELECT govdata.reroute_request(%s, ''307009/000003'', ''{甲}'')', :u), 'ZW022 uncatalogued request %, which is "submitted", can be changed like this only by: provider', 'the provider says that it is catalogued');
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET route = ''return'', resource = %s, items = ''{甲}'' WHERE id = %s', :people, :u), 'ZW022 what is in the catalog goes on as a direct request', 'and sends it no other way');
SELECT t.refused('hb_civil', format('SELECT govdata.reroute_request(%s, %L, ''{name}'')', :up, :'house_code'), 'ZW021 resource % is on a platform above your own', 'what must be applied for upward is not turned into a direct request');
SELECT t.allowed('wh_police', format('SELECT govdata.reroute_request(%s, code, ''{甲}'') FROM govdata.resource WHERE id = %s', :u, :people), 're-routed');
SELECT is(format('%s %s %s %s', t.case_of(:u), t.at(received_at), limit_code, due_on), 'direct submitted 2026-03-02 09:00 reply_conditional 2026-03-16', 'with its date of receipt') FROM govdata.share_request WHERE id = :u;
SELECT t.allowed('wh_police', format('SELECT govdata.approve_request(%s)', :u), 'and answered as that');
SELECT is(t.right_of(:u), 'active reply {甲}', 'authorized');
\set travel_to '2026-03-30 09:00+08'
\i :travel
SELECT t.allowed('wh_police', format('SELECT govdata.reroute_request(%s, code, ''{甲}'') FROM govdata.resource WHERE id = %s', :v, :people), 're-routed when its limit was over');
SELECT is(format('%s %s', due_on, t.at(matures_at)), '2026-03-30 2026-03-31 00:00', 'nothing is consented into the past') FROM govdata.share_request WHERE id = :v;

-- ---- ministries (Article 22 paragraph 2) ----
\set travel_to '2026-03-02 09:00+08'
\i :travel
SELECT t.refused('ja_civil', 'SELECT govdata.submit_national_request('' '', ''婚姻登记'', ''核对'')', 'ZW022 national request needs the ministry or central body', 'a body is named');
SELECT t.refused('hb_da', 'SELECT govdata.submit_national_request(''民政部'', ''婚姻登记'', ''核对'')', 'ZW022 the provincial data authority asks itself for nothing', 'the authority asks others');
SELECT t.val('ja_civil', 'SELECT govdata.submit_national_request(''民政部'', ''全国婚姻登记信息'', ''核对婚姻状况'')') AS n \gset
SELECT is(format('%s %s %s|%s', t.case_of(:n), t.who(provider), due_on, authorization_id), 'national filed hb_da |', 'filed with the provincial authority, no clock') FROM govdata.share_request WHERE id = :n;
SELECT is(t.owed(:n), 'hb_da obtain_data none', 'who is to coordinate');
SELECT t.refused(who, format('SELECT govdata.coordinate_national_request(%s)', :n), 'ZW022 national request % can be moved from "filed" to "coordinating" only by: provincial_authority', format('%s does not', who)) FROM unnest('{ja_civil,ja_da,wh_da,hb_gov}'::text[]) AS who;
SELECT t.refused('hb_da', format('SELECT govdata.record_obtained(%s, ''x'')', :n), 'ZW022 national request % cannot move from "filed" to "obtained"', 'nothing is obtained uncoordinated');
SELECT t.allowed('hb_da', format('SELECT govdata.coordinate_national_request(%s)', :n), 'coordinating');
\set travel_to '2026-10-09 09:00+08'
\i :travel
SELECT is(format('%s %s', effective_state, late), 'coordinating f', 'silence says nothing, however long') FROM govdata.request_board WHERE id = :n;
BEGIN;
SELECT t.refused('hb_da', format('SELECT govdata.record_not_obtained(%s, '' '')', :n), 'ZW022 national request % needs the reason to become "not_obtained"', 'a failure has a reason');
SELECT t.allowed('hb_da', format('SELECT govdata.record_not_obtained(%s, ''部委未同意'')', :n), 'which is recorded');
ROLLBACK;
BEGIN;
SELECT t.allowed('ja_civil', format('SELECT govdata.withdraw_request(%s)', :n), 'the consumer may withdraw meanwhile');
ROLLBACK;
SELECT t.refused('hb_da', format('SELECT govdata.record_obtained(%s, NULL)', :n), 'ZW022 national request % needs the terms to become "obtained"', 'on terms');
SELECT t.allowed('hb_da', format('SELECT govdata.record_obtained(%s, ''仅限核对,不得留存'')', :n), 'obtained');
SELECT is(t.owed(:n), 'hb_da list_obtained none', 'what is obtained is listed');
SELECT t.resource('hb_da', '婚姻登记(部)', '{结果}') AS wed, t.resource('wh_civil', '市级', '{甲}') AS city \gset
SELECT t.refused('hb_da', format('SELECT govdata.list_obtained(%s, code) FROM govdata.resource WHERE id = %s', :n, :city), 'ZW022 there is no such published resource on the provincial platform', 'on the provincial platform');
SELECT t.allowed('hb_da', format('SELECT govdata.list_obtained(%s, code) FROM govdata.resource WHERE id = %s', :n, :wed), 'listed');
SELECT is(t.owed(:n), NULL, 'nothing is owed any more');
SELECT is(format('%s %s %s', state, terms, title), 'obtained 仅限核对,不得留存 婚姻登记(部)', 'and the board links it') FROM govdata.request_board WHERE id = :n;
SELECT is(t.right_of(:n), NULL, 'it is asked for like what else is listed there');

-- ---- vertical systems and return (Article 18) ----
\set travel_to '2026-03-02 09:00+08'
\i :travel
SELECT t.val('wh_civil', t.wants('wh_civil', 'wh_market')) AS u \gset
SELECT is(format('%s %s', t.who(provider), t.who(addressed_to)), 'hb_market wh_market', 'a branch does not answer: its provincial head does') FROM govdata.share_request WHERE id = :u;
SELECT t.refused('wh_market', format('SELECT govdata.agree_request(%s)', :u), 'ZW022 %', 'the branch does not');
SELECT t.allowed('hb_market', format('SELECT govdata.agree_request(%s)', :u), 'the head does');
BEGIN;
UPDATE govdata.department SET superior = NULL WHERE name = '武汉市市场监督管理局';
SELECT t.refused('wh_civil', t.wants('wh_civil', 'wh_market'), 'ZW018 department % is a branch whose provincial head is not registered', 'a branch without a head');
ROLLBACK;
BEGIN;
UPDATE govdata.department SET vertical = 'central' WHERE name = '武汉市水务集团' RETURNING 1 \g /dev/null
SELECT t.refused('wh_civil', t.wants('wh_civil', 'utility'), 'ZW022 data of % are obtained through the provincial data authority', 'a central body is asked through the province');
ROLLBACK;
CREATE FUNCTION t.returns(who text, code text, more text DEFAULT '') RETURNS text
LANGUAGE sql AS $$ SELECT t.asks(who, code, '{name,capital}', ', route => ''return''' || more) $$;
SELECT t.refused('ja_civil', t.returns('ja_civil', :'firm_code'), 'ZW018 a city applies for the return of its data', 'a county does not');
SELECT t.refused('hb_civil', t.returns('hb_civil', :'firm_code'), 'ZW018 a city applies for the return of its data', 'nor the province');
SELECT t.refused('wh_civil', t.asks('wh_civil', :'house_code', '{name}', ', route => ''return'''), 'ZW018 data are returned by vertically managed systems only', 'and others return nothing');
-- which rows are the city's is not known yet: silence returns nothing
SELECT t.val('wh_civil', t.returns('wh_civil', :'firm_code')) AS q \gset
SELECT is(format('%s %s|%s', t.case_of(:q), row_filter, matures_at), 'return submitted |', 'silence returns no more than the city''s own rows') FROM govdata.share_request WHERE id = :q;
SELECT t.refused('hb_market', format('SELECT govdata.approve_request(%s)', :q), 'ZW018 which rows are the city''s cannot be told', 'nor does a consent that does not say which');
SELECT t.val('hb_market', format('UPDATE govdata.resource_item SET is_region = true WHERE resource = %s AND name = ''place''', :firm)) \g /dev/null
SELECT t.allowed('hb_market', format('SELECT govdata.approve_request(%s)', :q), 'the item with the region''s code says which');
SELECT is(t.val('wh_civil', 'SELECT string_agg(name, '','' ORDER BY capital) FROM p.company'), '江岸企业,武汉企业', 'the city reads its region''s rows, its counties'' included');
-- from now on by default, also by silence; as direct otherwise
SELECT t.val('yc_civil', t.returns('yc_civil', :'firm_code')) AS q, t.val('yc_da', t.returns('yc_da', :'firm_code')) AS all_rows \gset
SELECT matches(row_filter, '^place IN \(''420500'', ''4205', 'the city''s rows are the default') FROM govdata.share_request WHERE id = :q;
SELECT t.allowed('hb_market', format('SELECT govdata.approve_request(%s, row_filter => ''true'')', :all_rows), 'the provider may return more');
SELECT is(t.val('yc_da', 'SELECT count(name) FROM p.company'), '3', 'where it says so');
\set travel_to '2026-03-17 00:00+08'
\i :travel
SELECT is(t.val('yc_civil', 'SELECT string_agg(name, '','') FROM p.company'), '宜昌企业', 'silence returns the city''s rows, unswept');
CALL govdata.sweep();
SELECT is(t.val('yc_civil', 'SELECT string_agg(name, '','') FROM p.company'), '宜昌企业', 'and swept');
-- what is unconditional stands on the province's platform too: returned as it is asked for
BEGIN;
SELECT t.resource('hb_market', '名录', '{name}', 'unconditional') AS free \gset
SELECT t.val('wh_civil', t.asks('wh_civil', code, '{name}', ', route => ''return''')) AS q FROM govdata.resource WHERE id = :free \gset
SELECT is(format('%s %s', t.case_of(:q), limit_code), 'return submitted reply_conditional', 'an unconditional resource is returned on request') FROM govdata.share_request WHERE id = :q;
ROLLBACK;
-- a table that is detached meanwhile keeps time from nothing
BEGIN;
SELECT t.val('wh_gov', t.returns('wh_gov', :'firm_code')) AS q \gset
SELECT t.val('hb_market', format('SELECT govdata.detach_resource(%L)', :'firm_code')) \g /dev/null
SELECT t.allowed('hb_market', format('SELECT govdata.refuse_request(%s, ''暂不提供'')', :q), 'nor the provider from answering');
ROLLBACK;
SELECT t.val('wh_gov', t.returns('wh_gov', :'firm_code')) AS gone \gset
SELECT t.val('hb_market', format('SELECT govdata.detach_resource(%L)', :'firm_code')) \g /dev/null
\set travel_to '2026-04-03 00:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(t.case_of(:gone), 'return approved deemed_consent {name,capital}', 'the consent is written down');
-- what becomes a branch is answered for by its head
BEGIN;
SELECT t.resource('wh_house', '房屋', '{甲}') AS home \gset
UPDATE govdata.department SET vertical = 'provincial', superior = t.department('hb_market') WHERE id = t.department('wh_house');
SELECT t.request('wh_civil', :home, '{甲}') AS q \gset
SELECT is(format('%s %s %s', t.case_of(:q), t.who(provider), t.who(addressed_to)), 'upward reported hb_market wh_house', 'and so is what it had published') FROM govdata.share_request WHERE id = :q;
ROLLBACK;
-- what a city needs of it that are not its own rows goes upward
SELECT t.val('wh_da', t.asks('wh_da', :'firm_code', '{name}')) AS q \gset
SELECT is(t.case_of(:q), 'upward reported', 'without the route named it goes upward');

-- ---- several sources (Article 20) ----
\set travel_to '2026-03-02 09:00+08'
\i :travel
SELECT t.val('wh_police', format('UPDATE govdata.resource_item SET source = %s WHERE resource = %s AND name = ''乙''', t.department('wh_house'), :people)) \g /dev/null
SELECT t.val('wh_police', format('UPDATE govdata.resource_item SET source = %s WHERE resource = %s AND name = ''丙''', t.department('wh_civil'), :people)) \g /dev/null
SELECT t.request('ja_civil', :people, '{甲,乙,丙}') AS q \gset
SELECT is((SELECT string_agg(t.who(s), ',' ORDER BY s) FROM unnest(sources) AS s), 'wh_civil,wh_house', 'the sources of what is asked for') FROM govdata.share_request WHERE id = :q;
SELECT is(t.owed(:q), 'wh_police answer_request deemed_consent, wh_civil review_own_items deemed_consent, wh_house review_own_items deemed_consent', 'the lead answers, each source sees the same limit');
SELECT is(t.val('wh_house', format('SELECT count(*) FROM govdata.request_board WHERE id = %s', :q)), '1', 'a source sees the request');
SELECT t.refused('wh_house', format('SELECT govdata.refuse_items(%s, ''{丙}'', ''不提供'')', :q), 'ZW020 item "丙" is not yours to refuse in request %', 'only its own items');
SELECT t.refused('wh_house', format('SELECT govdata.refuse_items(%s, ''{甲}'', ''不提供'')', :q), 'ZW020 item "甲" is not yours to refuse in request %', 'nor the lead''s');
SELECT t.refused('wh_house', format('SELECT govdata.refuse_items(%s, ''{乙}'', '' '')', :q), 'ZW020 refusing some of the items needs a reason', 'with reason');
SELECT t.refused('wh_house', format('SELECT govdata.approve_request(%s)', :q), 'ZW020 request % only by: provider, time', 'the lead answers');
SELECT t.refused('wh_house', format('SELECT govdata.refuse_request(%s, ''x'')', :q), 'ZW020 %', 'a source refuses no more than its own');
SELECT t.refused('wh_da', format('SELECT govdata.refuse_items(%s, ''{乙}'', ''x'')', :q), 'ZW020 request %, which is "submitted", can be changed like this only by: source', 'and nobody in its stead');
SELECT t.allowed('wh_house', format('SELECT govdata.refuse_items(%s, ''{乙}'', ''房屋信息另行申请'')', :q), 'a source refuses its own');
SELECT is(t.case_of(:q) || ' ' || answer_reason, 'direct submitted not {乙} 房屋信息另行申请', 'the rest is still to be answered') FROM govdata.share_request WHERE id = :q;
SELECT t.refused('wh_house', format('UPDATE govdata.share_request SET refused_items = NULL, answer_reason = ''x'' WHERE id = %s', :q), 'ZW020 a refusal of items must name items, and takes none back', 'which it cannot take back');
BEGIN;
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s, ''{甲,乙}'', ''x'')', :q), 'ZW020 consent must name items that the request asks for', 'the lead does not grant what a source refused');
SELECT t.allowed('wh_police', format('SELECT govdata.approve_request(%s)', :q), 'it grants the rest');
SELECT is(t.case_of(:q), 'direct approved reply {甲,丙} not {乙}', 'both are recorded');
ROLLBACK;
-- unanswered by both is consented
\set travel_to '2026-03-17 00:00+08'
\i :travel
SELECT t.refused('wh_civil', format('SELECT govdata.refuse_items(%s, ''{丙}'', ''晚了'')', :q), 'ZW020 request % is deemed consented since its limit ended', 'within the same limit');
SELECT is(granted_items::text, '{甲,丙}', 'what nobody refused is consented') FROM govdata.request_board WHERE id = :q;
-- all of it refused by its sources
\set travel_to '2026-03-02 09:00+08'
\i :travel
BEGIN;
SELECT t.request('ja_civil', :people, '{乙,丙}') AS q \gset
SELECT t.allowed('wh_house', format('SELECT govdata.refuse_items(%s, ''{乙}'', ''不提供'')', :q), 'one source');
SELECT t.allowed('wh_civil', format('SELECT govdata.refuse_items(%s, ''{丙}'', ''也不提供'')', :q), 'and the other');
SELECT is(t.case_of(:q) || ' ' || answer_reason, 'direct refused reply not {丙,乙} 不提供; 也不提供', 'nothing is left: refused, with both reasons') FROM govdata.share_request WHERE id = :q;
SELECT t.allowed('ja_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q), 'which can be coordinated');
-- agreed is what every party has agreed to
SELECT t.allowed('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :q), 'the provider consents');
SELECT t.refused('ja_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :q), 'ZW020 no source of the items of request % has consented', 'but not for the sources that have refused');
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET consenting_sources = ARRAY[%s] WHERE id = %s', t.department('wh_house'), :q), 'ZW020 column "consenting_sources" of request % cannot be changed here', 'not even in writing');
SELECT t.refused('wh_house', format('UPDATE govdata.share_request SET consenting_sources = ARRAY[%s]::bigint[] WHERE id = %s', c, :q), 'ZW020 %', 'a source does not consent as: ' || what)
FROM (VALUES (t.department('wh_civil')::text, 'another'), ('NULL', 'nobody'), (format('%s, %s', t.department('wh_civil'), t.department('wh_house')), 'both')) AS v (c, what);
SELECT t.allowed('wh_house', format('SELECT govdata.consent_in_coordination(%s)', :q), 'it consents for itself');
SELECT t.refused('wh_house', format('SELECT govdata.consent_in_coordination(%s)', :q), 'ZW020 a source consents for itself, once', 'once');
SELECT t.refused('wh_house', format('UPDATE govdata.share_request SET consenting_sources = NULL WHERE id = %s', :q), 'ZW020 a source consents for itself, once', 'and does not take it back');
SELECT is(consenting_sources::text, '{武汉市住房保障和房屋管理局}', 'the board names who has consented') FROM govdata.request_board WHERE id = :q;
SAVEPOINT s;
SELECT t.allowed('ja_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :q), 'agreed');
SELECT is(t.case_of(:q), 'direct agreed coordination {乙} not {丙}', 'what the other source refused stays refused');
SELECT is(t.right_of(:q), 'active coordination {乙}', 'and is not authorized');
ROLLBACK TO s;
SELECT t.allowed('wh_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''市政府决定'')', :q), 'the government above all of them');
SELECT is(t.case_of(:q), 'direct agreed coordination {乙,丙}', 'decides for all');
ROLLBACK TO s;
SELECT t.val('ja_da', format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''意见不一'')', :q)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''提请上级'')', :q)) \g /dev/null
SELECT is(consenting_sources, NULL, 'an earlier consent does not count') FROM govdata.share_request WHERE id = :q;
ROLLBACK;
-- refused by the provider alone: the items of a source still take the source's consent
BEGIN;
SELECT t.request('ja_civil', :people, '{甲,乙}') AS q \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q)) \g /dev/null
SELECT t.val('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :q)) \g /dev/null
SELECT t.allowed('ja_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :q), 'agreed without the source');
SELECT is(t.case_of(:q), 'direct agreed coordination {甲} not {乙}', 'grants the provider''s items');
ROLLBACK;

-- ---- coordination across regions ----
BEGIN;
SELECT t.request('yc_civil', :people, '{甲}') AS q \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
SELECT t.val('yc_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q)) \g /dev/null
SELECT is(format('%s %s', t.who(coordinator), t.who(co_coordinator)), 'yc_da wh_da', 'both authorities') FROM govdata.share_request WHERE id = :q;
SELECT is(t.owed(:q), 'wh_da concur_in_coordination none, yc_da settle_coordination none', 'each has its part');
SELECT t.refused('yc_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''维持'')', :q), 'ZW020 the provider''s data authority has not concurred', 'neither closes it over the other''s head');
SELECT t.refused('wh_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''维持'')', :q), 'ZW020 request % can be moved from "coordinating" to "upheld" only by: coordinator', 'the consumer''s closes it');
SELECT t.refused('yc_da', format('SELECT govdata.concur_in_coordination(%s, ''同意'')', :q), 'ZW020 request %, which is "coordinating", can be changed like this only by: %', 'nobody concurs for the other');
SAVEPOINT s;
SELECT t.allowed('wh_da', format('SELECT govdata.concur_in_coordination(%s, ''支持共享'')', :q), 'the provider''s authority concurs');
SELECT t.refused('yc_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :q), 'ZW020 the provider has not consented', 'which is not the provider''s consent');
SELECT t.allowed('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :q), 'the provider consents');
SELECT t.allowed('yc_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :q), 'agreed');
SELECT is(t.right_of(:q), 'active coordination {甲}', 'and authorized');
ROLLBACK TO s;
SELECT t.allowed('wh_da', format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''意见不一'')', :q), 'either can say that it is not settled');
SELECT t.val('yc_civil', format('SELECT govdata.request_coordination(%s, ''提请上级'')', :q)) \g /dev/null
SELECT is(format('%s %s', t.who(coordinator), t.who(co_coordinator)), 'hb_da ', 'then the common upper one') FROM govdata.share_request WHERE id = :q;
SELECT t.allowed('hb_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''省政府决定'')', :q), 'the government above both needs neither');
SELECT is(t.right_of(:q), 'active coordination {甲}', 'authorized');
ROLLBACK;
BEGIN;
-- counties of two cities: the own-level authorities, then the province
SELECT t.request('ja_civil', t.resource('yc_civil', '宜昌', '{甲}'), '{甲}') AS q \gset
SELECT t.val('yc_civil', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q)) \g /dev/null
SELECT is(format('%s %s', t.who(coordinator), t.who(co_coordinator)), 'ja_da yc_da', 'of each side its own-level one') FROM govdata.share_request WHERE id = :q;
SELECT t.val('ja_da', format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''意见不一'')', :q)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''提请上级'')', :q)) \g /dev/null
SELECT is(t.who(coordinator), 'hb_da', 'the city is above one of them only') FROM govdata.share_request WHERE id = :q;
-- where one of them is a party, the common upper one from the start
SELECT t.request('yc_civil', t.resource('wh_da', '市数据局', '{甲}'), '{甲}') AS q \gset
SELECT t.val('wh_da', format('SELECT govdata.refuse_request(%s, ''无关'')', :q)) \g /dev/null
SELECT t.val('yc_civil', format('SELECT govdata.request_coordination(%s, ''必需'')', :q)) \g /dev/null
SELECT is(format('%s %s', t.who(coordinator), t.who(co_coordinator)), 'hb_da ', 'nobody is party and judge') FROM govdata.share_request WHERE id = :q;
ROLLBACK;

\i :actors_end
