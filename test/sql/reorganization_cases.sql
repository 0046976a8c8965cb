\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set obtain :include '/obtain.psql'
\i :obtain

-- Nothing is left without an owner: every column that names a department, and an
-- open case of every kind that goes on (Article 6).

-- ---- every column is named ----
SELECT is_empty($$
	SELECT c.relname, a.attname
	FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'govdata'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
	AND (EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'f'
			AND k.confrelid = 'govdata.department'::regclass AND a.attnum = ANY (k.conkey))
		OR a.atttypid = 'bigint[]'::regtype
		OR a.atttypid IN ('bigint'::regtype, 'integer'::regtype)
			AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey))
			AND a.attname IN (SELECT x.attname FROM pg_constraint AS k JOIN pg_attribute AS x ON x.attrelid = k.conrelid AND x.attnum = ANY (k.conkey)
				WHERE k.contype = 'f' AND k.confrelid = 'govdata.department'::regclass))
	EXCEPT SELECT relation, column_name FROM govdata.succession_rule$$,
	'every column that names a department is passed on, ends with it, or is history');
SELECT is_empty($$
	SELECT relation, column_name FROM govdata.succession_rule AS s WHERE NOT EXISTS (SELECT FROM pg_attribute
		WHERE attrelid = to_regclass('govdata.' || relation) AND attname = column_name)$$, 'and there is no other');
SELECT is(count(*), count(DISTINCT (relation, column_name)), 'each once') FROM govdata.succession_rule;

-- ---- an open case of every kind ----
CREATE FUNCTION t.asked(id bigint) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws(' ', state, t.who(provider), t.who(consumer)) FROM govdata.share_request q WHERE q.id = asked.id $$;
CREATE FUNCTION t.authorized(id bigint) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws(' ', state, reason, t.who(provider), t.who(consumer)) FROM govdata.share_authorization a WHERE a.request = authorized.id $$;
CREATE FUNCTION t.approved(who text, provider text, resource bigint, items text[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	made bigint := t.request(who, resource, items);
BEGIN
	PERFORM t.val(provider, format('SELECT govdata.approve_request(%s)', made));
	RETURN made;
END
$$;
CREATE FUNCTION t.seat(relation text, id bigint, VARIADIC columns text[]) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	found text;
	column_name text;
	result text;
BEGIN
	FOREACH column_name IN ARRAY columns LOOP
		EXECUTE format('SELECT %s FROM govdata.%I WHERE id = $1',
			CASE WHEN column_name IN ('state', 'note', 'reason', 'platform') THEN format('%I::text', column_name) ELSE format('t.who(%I)', column_name) END,
			relation) INTO found USING id;
		result := concat_ws(' ', result, coalesce(found, '-'));
	END LOOP;
	RETURN result;
END
$$;
-- columns of rows that still move and name somebody
CREATE FUNCTION t.named(who text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	s record;
	n bigint;
BEGIN
	FOR s IN SELECT v.relation, v.column_name, a.atttypid = 'bigint[]'::regtype AS many,
			EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = a.attrelid AND x.attname = 'state') AS moves
		FROM govdata.succession_rule v JOIN pg_attribute a ON a.attrelid = to_regclass('govdata.' || v.relation) AND a.attname = v.column_name
		WHERE v.rule <> 'history' AND v.relation <> 'department' LOOP
		EXECUTE format('SELECT count(*) FROM govdata.%I c WHERE $1 = %s AND (%s)', s.relation,
			CASE WHEN s.many THEN format('ANY (c.%I)', s.column_name) ELSE format('c.%I', s.column_name) END,
			CASE WHEN s.relation = 'resource' THEN 'c.state <> ''withdrawn'''
				WHEN s.relation = 'share_authorization' THEN 'c.state IN (''active'', ''suspended'')'
				WHEN s.relation = 'share_request' THEN 'c.state IN (''reported'', ''returned'', ''submitted'', ''coordinating'', ''filed'', ''unsettled'') OR c.state = ''agreed'' AND c.route = ''uncatalogued'''
				WHEN s.relation = 'quality_run' THEN 'c.state = ''running'''
				WHEN s.moves THEN format('c.state IN (SELECT from_state FROM govdata.transition WHERE subject = %L)', s.relation)
				WHEN s.relation = 'continued_reading' THEN 'c.ended_at IS NULL'
				WHEN s.relation = 'resource_item' THEN 'c.retired_at IS NULL' END) INTO n USING t.department(who);
		IF n > 0 THEN
			RETURN NEXT format('%s.%s %s', s.relation, s.column_name, n);
		END IF;
	END LOOP;
END
$$;

SELECT t.val('hb_da', 'SELECT govdata.adopt_regime(''decree809'', ''2026-03-04'', ''省数据局公告'')') \g /dev/null
\set travel_to '2026-03-04 09:00+08'
\i :travel
-- libraries: of two both departments are co-departments, of each one leads one
SELECT t.val('wh_da', format('SELECT govdata.establish_library(''relief'', %s)', t.department('wh_civil'))) AS relief \gset
SELECT t.val('wh_civil', format('SELECT govdata.join_library(%s, %s)', :relief, t.department('wh_police'))) AS relief_member \gset
SELECT t.val('wh_da', 'SELECT govdata.establish_library(''population'')') AS population \gset
SELECT t.val('wh_da', format('SELECT govdata.join_library(%s, %s)', :population, t.department(who))) FROM unnest('{wh_police,wh_civil}'::text[]) AS who \g /dev/null
SELECT t.val('wh_da', 'SELECT govdata.establish_library(''credit'')') AS credit \gset
SELECT t.val('wh_da', format('SELECT govdata.join_library(%s, %s)', :credit, t.department('wh_police'))) AS credit_member \gset
SELECT t.val('wh_da', format('SELECT govdata.establish_library(''emergency'', %s)', t.department('wh_police'))) AS emergency \gset
SELECT t.val('wh_police', format('SELECT govdata.join_library(%s, %s)', :emergency, t.department('wh_civil'))) AS emergency_member \gset
-- what it provides: births will go to the heir, cars to wh_house
SELECT t.resource('wh_police', '出生', '{甲,乙,丙}') AS births \gset
SELECT t.resource('wh_police', '车辆', '{甲,乙}', class => '202001', publish => false) AS cars \gset
SELECT t.val('wh_police', format('UPDATE govdata.resource SET library = %s, state = ''published'' WHERE id = %s', :emergency, :cars)) \g /dev/null
SELECT t.attach('wh_police', :births) \g /dev/null
SELECT t.resource('wh_civil', '婚姻', '{甲,乙}') AS marriages \gset
SELECT t.attach('wh_civil', :marriages) \g /dev/null
SELECT t.val('wh_civil', format('UPDATE govdata.resource_item SET source = %s WHERE resource = %s AND name = ''乙''', t.department('wh_police'), :marriages)) \g /dev/null
SELECT t.resource('wh_house', '住房', '{甲,乙}') AS homes \gset
SELECT t.val('wh_house', format('UPDATE govdata.resource_item SET source = %s WHERE resource = %s AND name = ''乙''', t.department('wh_police'), :homes)) \g /dev/null
SELECT t.attach('wh_house', :homes) \g /dev/null
SELECT t.val('wh_house', format('UPDATE govdata.resource SET scope_departments = ARRAY[%s, %s, %s] WHERE id = %s', t.department('wh_police'), t.department('wh_civil'), t.department('ja_civil'), :homes)) \g /dev/null
-- requests to it, and by it
SELECT t.request('ja_civil', :births, '{甲}') AS asked \gset
SELECT t.request('ja_civil', :cars, '{甲}') AS asked_cars \gset
SELECT t.request('wh_house', :cars, '{乙}') AS own_cars \gset
SELECT t.request('wh_civil', :births, '{甲}') AS own_births \gset
SELECT t.approved('wh_house', 'wh_police', :births, '{乙}') AS given \gset
SELECT t.approved('wh_police', 'wh_house', :homes, '{甲}') AS taken \gset
SELECT t.approved('wh_police', 'wh_civil', :marriages, '{甲}') AS taken_of_heir \gset
SELECT t.request('ja_civil', :homes, '{乙}') AS of_source \gset
SELECT t.request('ja_civil', :marriages, '{乙}') AS of_own_source \gset
SELECT t.val('ja_civil', format('SELECT govdata.submit_uncatalogued_request(%s, ''指纹'', ''办案'', ''2026-12-31'')', t.department('wh_police'))) AS unlisted \gset
SELECT t.val('wh_police', format('SELECT govdata.agree_request(%s)', :unlisted)) \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.submit_uncatalogued_request(%s, ''指纹'', ''办案'', ''2026-12-31'')', t.department('wh_police'))) AS unlisted_own \gset
SELECT t.val('wh_police', format('SELECT govdata.agree_request(%s)', :unlisted_own)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.submit_uncatalogued_request(%s, ''虹膜'', ''办案'', ''2026-12-31'')', t.department('wh_police'))) AS unshareable \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_as_not_shareable(%s, ''不得共享'')', :unshareable)) \g /dev/null
SELECT t.val('wh_police', 'SELECT govdata.submit_national_request(''公安部'', ''全国人口'', ''核对'')') AS national \gset
SELECT t.resource('hb_civil', '殡葬', '{甲}') AS funerals \gset
SELECT t.request('wh_police', :funerals, '{甲}') AS upward \gset
-- the Decree: papers, extension, delivery, change of the catalog, end of a service
SELECT t.request('yc_civil', :births, '{丙}') AS incomplete \gset
SELECT t.val('wh_police', format('SELECT govdata.ask_completion(%s, ''依据'')', :incomplete)) AS completion \gset
SELECT t.val('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :asked)) AS extension \gset
SELECT t.val('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :asked_cars)) AS extension_cars \gset
SELECT t.val('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :own_births)) AS extension_own \gset
SELECT t.approved('ja_civil', 'wh_police', :cars, '{乙}') AS to_deliver \gset
SELECT id AS delivery FROM govdata.share_delivery WHERE request = :to_deliver \gset
SELECT t.val('wh_police', format('SELECT govdata.note_catalog_change(''2026-03-04'', ''职责调整'', %L)', t.code(:cars))) AS change \gset
SELECT t.val('wh_police', 'SELECT govdata.note_catalog_change(''2026-03-04'', ''职责调整'')') AS change_whole \gset
SELECT t.val('wh_police', format('SELECT govdata.ask_extension(''catalog_change'', %s, 3, ''条目多'')', :change)) AS extension_change \gset
SELECT t.val('wh_police', format('SELECT govdata.propose_service_end(%L, ''停办'')', t.code(:births))) AS service_end \gset
-- negative list, standing consent, orders, sources
SELECT t.entry('wh_police', t.resource('wh_police', '身份', '{甲}'), NULL, 'reviewed') AS entry \gset
SELECT t.val('wh_police', format('INSERT INTO govdata.standing_consent (resource, items, departments) VALUES (%s, ''{乙}'', ARRAY[%s]::bigint[]) RETURNING id', :births, t.department('wc_civil'))) AS consent \gset
SELECT t.val('wh_house', format('INSERT INTO govdata.standing_consent (resource, items, departments) VALUES (%s, ''{甲}'', ARRAY[%s, %s]::bigint[]) RETURNING id', :homes, t.department('wh_police'), t.department('wh_civil'))) AS consent_to \gset
SELECT t.val('wh_da', format('SELECT govdata.dispatch_data(%s, ''车辆'', ''整合'', ''2026-03-20'', ''2026-12-31'', %L)', t.department('wh_police'), t.code(:cars))) AS order_cars \gset
SELECT t.val('wh_da', format('SELECT govdata.dispatch_data(%s, ''其他'', ''整合'', ''2026-03-20'', ''2026-12-31'')', t.department('wh_police'))) AS order_other \gset
SELECT t.resource('wh_police', '整合', '{甲}') AS derived \gset
SELECT t.val('wh_police', format('INSERT INTO govdata.resource_source (resource, source, necessity) VALUES (%s, %s, ''整合'') RETURNING id', :derived, :births)) AS source \gset
-- quality: doubts of three, a rule of its own
SELECT t.val('ja_civil', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''不符'') RETURNING id', :cars)) AS doubt_cars \gset
SELECT t.val('operator', format('SELECT govdata.notify_doubt(%s)', :doubt_cars)) \g /dev/null
SELECT t.val('wh_house', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''不符'') RETURNING id', :births)) AS doubt_births \gset
SELECT t.val('wh_police', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''不符'') RETURNING id', :marriages)) AS doubt_of_heir \gset
SELECT t.val('operator', format('SELECT govdata.notify_doubt(%s)', :doubt_of_heir)) \g /dev/null
SELECT t.val('wh_police', format('INSERT INTO govdata.data_doubt (resource, claim) VALUES (%s, ''不符'') RETURNING id', :marriages)) AS doubt_confirmed \gset
SELECT t.val('operator', format('SELECT govdata.notify_doubt(%s)', :doubt_confirmed)) \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.answer_doubt(%s, ''confirmed'', ''确有错误'')', :doubt_confirmed)) \g /dev/null
SELECT t.val('wh_police', format('SELECT govdata.define_rule(%L, ''0201'', ''not_null'', ''甲须填'', items => ''{甲}'')', t.code(:births))) AS rule \gset
-- what it builds, buys and asks
SELECT t.val('wh_police', 'SELECT govdata.plan_system(''户政'', ''new'', ''{户籍}'')') AS system \gset
SELECT t.val('wh_police', 'SELECT govdata.notify_purchase(''地址库'', ''{address}'', ''某公司'', ''需要'', ''2026-04-01'')') AS purchase \gset
SELECT t.val('wh_police', 'SELECT govdata.register_form(''落户'', ''申请表'')') AS form \gset
SELECT t.val('wh_police', format('SELECT govdata.register_field(%s, ''income'')', :form)) AS field \gset
-- and its own affairs
SELECT t.val('wh_police', 'SELECT govdata.open_maintenance_round()') AS round \gset
SELECT t.val('wh_police', format('SELECT govdata.record_update(%L, ''2026-03-03 12:00+08'')', t.code(:cars))) AS update \gset
CREATE ROLE regress_gd_officer LOGIN IN ROLE regress_gd_wh_police;
CREATE ROLE regress_gd_deputy LOGIN IN ROLE regress_gd_wh_police;
CREATE ROLE regress_gd_other LOGIN IN ROLE regress_gd_wh_civil;
UPDATE govdata.department SET data_officer_role = 'regress_gd_officer'::regrole WHERE role = 'regress_gd_wh_police'::regrole;
SELECT t.val('wh_police', 'SELECT govdata.declare_absence(''2026-03-05'', ''2026-03-25'', ''regress_gd_deputy'', ''出差'')') AS absence \gset
SELECT t.val('wh_civil', 'SELECT govdata.declare_absence(''2026-03-05'', ''2026-03-25'', ''regress_gd_other'', ''出差'')') AS other_absence \gset
-- coordination between others and the heir of it
SELECT t.request('ja_civil', :births, '{乙}') AS refused \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''不必要'')', :refused)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''需要'')', :refused)) \g /dev/null
-- over what was revoked
SELECT t.approved('wh_house', 'wh_police', :births, '{丙}') AS revoked \gset
SELECT t.val('wh_police', format('SELECT govdata.revoke_authorization(%s, ''incident'', ''泄露'')', (SELECT authorization_id FROM govdata.share_request WHERE id = :revoked))) \g /dev/null
SELECT t.val('wh_house', format('SELECT govdata.request_coordination(%s, ''需要'')', :revoked)) \g /dev/null
-- former terms of reading, a check that runs
SET govdata.restore = on;
INSERT INTO govdata.continued_reading (consumer, resource, item, provider, since, until)
SELECT t.department(v.consumer), v.resource, v.item, t.department(v.provider), govdata.clock() - interval '1 day', govdata.clock() + interval '20 days'
FROM (VALUES ('wh_police', :homes, '乙', 'wh_house'), ('wh_police', :marriages, '乙', 'wh_civil'), ('ja_civil', :births, '丙', 'wh_police'), ('wh_house', :cars, '甲', 'wh_police'))
	AS v (consumer, resource, item, provider);
INSERT INTO govdata.quality_run (id, resource, provider, platform, state, started_at, rules) VALUES (1000, :cars, t.department('wh_police'), '420100', 'running', govdata.clock(), 1);
RESET govdata.restore;
-- who reads
CREATE FUNCTION t.reading(who text, resource bigint, item text) RETURNS text
LANGUAGE sql AS $$ SELECT left(t.told(who, format('SELECT %I FROM data.r%s', item, resource)), 5) $$;
SELECT is(format('%s %s %s', t.reading('wh_police', :homes, '甲'), t.reading('wh_civil', :homes, '甲'), t.reading('wh_house', :births, '乙')), 'ok ZW020 ok', 'who is authorized reads');

CREATE TABLE t.limits AS SELECT 'share_request' AS subject, id, due_on, due_at, matures_at FROM govdata.share_request
	UNION ALL SELECT 'data_doubt', id, due_on, due_at, NULL FROM govdata.data_doubt UNION ALL SELECT 'share_delivery', id, due_on, due_at, NULL FROM govdata.share_delivery
	UNION ALL SELECT 'catalog_change', id, due_on, due_at, NULL FROM govdata.catalog_change UNION ALL SELECT 'dispatch_order', id, deliver_by, due_at, NULL FROM govdata.dispatch_order;
SELECT string_agg(n, ', ' ORDER BY n COLLATE "C") FROM t.named('wh_police') AS n;

-- ---- it is split: cars to wh_house, the rest to wh_civil ----
\set travel_to '2026-03-05 09:00+08'
\i :travel
SELECT t.val('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''机构改革方案'', %s)', t.department('wh_police'), t.department('wh_civil'))) AS whole \gset
SELECT t.val('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :whole, :cars, t.department('wh_house'))) \g /dev/null
SELECT t.allowed('wh_gov', format('SELECT govdata.execute_reorganization(%s)', :whole), 'it is abolished');
SELECT is_empty($$SELECT t.named('wh_police')$$, 'nothing that moves names it any more');
SELECT is_empty($$SELECT duty, subject FROM govdata.obligation WHERE department = t.department('wh_police')$$, 'it owes nothing');
SELECT is_empty($$SELECT l.* FROM t.limits AS l JOIN (
	SELECT 'share_request' AS subject, id, due_on, due_at, matures_at FROM govdata.share_request
	UNION ALL SELECT 'data_doubt', id, due_on, due_at, NULL FROM govdata.data_doubt UNION ALL SELECT 'share_delivery', id, due_on, due_at, NULL FROM govdata.share_delivery
	UNION ALL SELECT 'catalog_change', id, due_on, due_at, NULL FROM govdata.catalog_change UNION ALL SELECT 'dispatch_order', id, deliver_by, due_at, NULL FROM govdata.dispatch_order) AS n
	USING (subject, id) WHERE (l.due_on, l.due_at, l.matures_at) IS DISTINCT FROM (n.due_on, n.due_at, n.matures_at)$$, 'clocks run on');
SELECT is(got, want, what) FROM (VALUES
	(t.asked(:asked), 'submitted wh_civil ja_civil', 'a request goes with the resource'),
	(t.asked(:asked_cars), 'submitted wh_house ja_civil', 'to whoever the line says'),
	(t.asked(:own_cars), 'withdrawn wh_police wh_house', 'what the new provider asked for is its own'),
	(t.asked(:own_births), 'withdrawn wh_police wh_civil', 'as of the heir'),
	(t.authorized(:given), 'active wh_civil wh_house', 'an authorization goes on'),
	(t.authorized(:taken), 'active wh_house wh_civil', 'on the other side too'),
	(t.authorized(:taken_of_heir), 'expired 双方已并为同一部门 wh_civil wh_police', 'one between the two ends'),
	(t.authorized(:revoked), 'revoked 泄露 wh_civil wh_house', 'what is to be restored, to whom it may concern'),
	(t.asked(:unlisted), 'agreed wh_civil ja_civil', 'what is not listed is still owed'),
	(t.asked(:unlisted_own), 'withdrawn wh_police wh_civil', 'but not to oneself'),
	(t.asked(:unshareable), 'refused wh_civil ja_civil', 'the entry that is owed, is owed by the heir'),
	(t.asked(:national), 'filed hb_da wh_civil', 'what was asked of a ministry'),
	(t.asked(:upward), 'reported hb_civil wh_civil', 'what is on its way up'),
	(t.asked(:refused), 'coordinating wh_civil ja_civil', 'what is coordinated'),
	(t.seat('request_completion', :completion, 'state', 'provider', 'consumer'), 'asked wh_civil yc_civil', 'papers'),
	(t.seat('limit_extension', :extension, 'state', 'department', 'other', 'authority'), 'asked wh_civil ja_civil wh_da', 'an extension follows its request'),
	(t.seat('limit_extension', :extension_cars, 'state', 'department', 'other', 'authority'), 'asked wh_house ja_civil wh_da', 'each its own'),
	(t.seat('limit_extension', :extension_own, 'state'), 'withdrawn', 'of one that has ended, ends'),
	(t.seat('limit_extension', :extension_change, 'state', 'department'), 'asked wh_house', 'or the change of its catalog'),
	(t.seat('share_delivery', :delivery, 'state', 'provider', 'consumer'), 'owed wh_house ja_civil', 'a delivery'),
	(t.seat('catalog_change', :change, 'state', 'department', 'authority', 'noted_by'), 'noted wh_house wh_da wh_police', 'a change of an entry'),
	(t.seat('catalog_change', :change_whole, 'department'), 'wh_civil', 'and of the whole'),
	(t.seat('service_end', :service_end, 'state', 'provider'), 'proposed wh_civil', 'the end of a service'),
	(t.seat('negative_entry', :entry, 'state', 'provider', 'data_authority'), 'reviewed wh_civil wh_da', 'a negative entry'),
	(t.seat('standing_consent', :consent, 'state', 'provider'), 'active wh_civil', 'a standing consent'),
	(t.seat('dispatch_order', :order_cars, 'state', 'provider', 'authority'), 'issued wh_house wh_da', 'an order goes with what was ordered'),
	(t.seat('dispatch_order', :order_other, 'state', 'provider', 'authority'), 'issued wh_civil wh_da', 'else to the heir'),
	(t.seat('resource_source', :source, 'state', 'provider'), 'recorded wh_civil', 'lineage'),
	(t.seat('data_doubt', :doubt_cars, 'state', 'provider', 'raised_by', 'platform'), 'notified wh_house ja_civil 420100', 'a doubt'),
	(t.seat('data_doubt', :doubt_births, 'state', 'provider', 'raised_by'), 'raised wh_civil wh_house', 'of others'),
	(t.seat('data_doubt', :doubt_of_heir, 'state', 'note'), 'withdrawn 双方已并为同一部门', 'nobody doubts its own'),
	(t.seat('data_doubt', :doubt_confirmed, 'state', 'provider', 'raised_by'), 'answered wh_civil wh_civil', 'but what is confirmed is still to be repaired'),
	(t.seat('quality_rule', :rule, 'state', 'provider', 'defined_by'), 'active wh_civil wh_civil', 'a rule'),
	(t.seat('business_system', :system, 'state', 'department'), 'planned wh_civil', 'a system'),
	(t.seat('data_purchase', :purchase, 'state', 'department', 'data_authority'), 'notified wh_civil wh_da', 'a purchase'),
	(t.seat('service_form', :form, 'state', 'department'), 'registered wh_civil', 'a form'),
	(t.seat('service_form_field', :field, 'state', 'department'), 'asked wh_civil', 'what it asks'),
	(t.seat('maintenance_round', :round, 'state', 'department'), 'ended wh_police', 'a round ends'),
	(t.seat('officer_absence', :absence, 'state', 'department'), 'ended wh_police', 'who stood in for its officer does not'),
	(t.seat('officer_absence', :other_absence, 'state', 'department'), 'declared wh_civil', 'whoever does elsewhere, does'),
	(t.seat('data_update', :update, 'state', 'provider'), 'recorded wh_police', 'who recorded an update, did'),
	(t.seat('library', :emergency, 'state', 'lead', 'authority'), 'active wh_civil wh_da', 'the heir leads the library'),
	(t.seat('library_member', :emergency_member, 'state', 'department'), 'left wh_civil', 'in which it took part'),
	(t.seat('library_member', :relief_member, 'state', 'department'), 'left wh_civil', 'and takes no part in its own'),
	(t.seat('library_member', :credit_member, 'state', 'department'), 'joined wh_civil', 'it takes over a part')) AS v (got, want, what);
SELECT is(string_agg(t.who(department), ' '), 'wh_civil', 'and has it once') FROM govdata.library_member WHERE library = :population AND state = 'joined';
SELECT is(string_agg(t.who(department), ' '), 'wh_house', 'whoever takes over an entry belongs to its library') FROM govdata.library_member WHERE library = :emergency AND state = 'joined';
SELECT is(string_agg(coalesce(t.who(source), '-'), ' ' ORDER BY resource = :homes, name), '- - wh_civil -', 'a source that is now the provider is none') FROM govdata.resource_item WHERE resource IN (:marriages, :homes);
SELECT is(format('%s|%s', (SELECT string_agg(t.who(u), ' ') FROM unnest((SELECT sources FROM govdata.share_request WHERE id = :of_source)) AS u),
	(SELECT sources FROM govdata.share_request WHERE id = :of_own_source)), 'wh_civil|', 'nor of a request');
SELECT is(string_agg(t.who(u), ' ' ORDER BY t.who(u)), 'ja_civil wh_civil', 'a scope names the successor, once') FROM govdata.resource AS r, unnest(r.scope_departments) AS u WHERE r.id = :homes;
SELECT is(string_agg(t.who(u), ' '), 'wh_civil', 'a consent too') FROM govdata.standing_consent AS r, unnest(r.departments) AS u WHERE r.id = :consent_to;
SELECT is(t.val('wh_civil', format('SELECT coalesce(answer_reason, ''-'') FROM govdata.request_board WHERE id = %s', :own_births)), '双方已并为同一部门', 'the board says why');
SELECT is(format('%s %s %s %s', t.reading('wh_police', :homes, '甲'), t.reading('wh_civil', :homes, '甲'), t.reading('wh_house', :births, '乙'), t.reading('wh_civil', :births, '甲')),
	'ZW020 ok ok ok', 'who has succeeded reads on');
SELECT is(string_agg(format('%s %s %s', t.who(consumer), t.who(provider), CASE WHEN ended_at IS NULL THEN 'on' ELSE 'ended' END), ', ' ORDER BY t.who(consumer), t.who(provider)),
	'ja_civil wh_civil on, wh_civil wh_house on, wh_house wh_police ended, wh_police wh_civil ended, wh_police wh_house ended', 'former terms too, where they are not one''s own') FROM govdata.continued_reading;
SELECT is(t.seat('quality_run', 1000, 'state', 'provider'), 'running wh_house', 'a check that runs');
SELECT is(pg_get_userbyid(relowner)::text, 'regress_gd_wh_civil', 'the table is the heir''s') FROM pg_class WHERE oid = (SELECT relation FROM govdata.attachment WHERE resource = :births);

-- who acts now, and who does not
CREATE TABLE t.goes_on (n integer GENERATED ALWAYS AS IDENTITY, who text, sql text, what text);
INSERT INTO t.goes_on (who, sql, what) VALUES
	('wh_civil', format('SELECT govdata.approve_request(%s)', :asked), 'answers'),
	('wh_house', format('SELECT govdata.refuse_request(%s, ''不必要'')', :asked_cars), 'refuses'),
	('wh_civil', format('SELECT govdata.refuse_items(%s, ''{乙}'', ''不必要'')', :of_source), 'refuses items of which it is the source'),
	('wh_civil', format('SELECT govdata.suspend_authorization(%s, ''incident'', ''泄露'')', (SELECT authorization_id FROM govdata.share_request WHERE id = :given)), 'suspends'),
	('wh_civil', format('SELECT govdata.revoke_authorization(%s, ''waiver'', ''不再需要'')', (SELECT authorization_id FROM govdata.share_request WHERE id = :taken)), 'waives'),
	('wh_civil', format('SELECT govdata.list_request(%s, %L, ''{丙}'')', :unlisted, t.code(:births)), 'lists'),
	('wh_civil', format('SELECT govdata.withdraw_request(%s)', :national), 'withdraws'),
	('wh_civil', format('SELECT govdata.withdraw_request(%s)', :upward), 'takes back what is on its way up'),
	('wh_civil', format('SELECT govdata.consent_in_coordination(%s)', :refused), 'consents in coordination'),
	('wh_civil', format('SELECT govdata.withdraw_extension(%s)', :extension), 'takes back an extension'),
	('wh_house', format('SELECT govdata.withdraw_extension(%s)', :extension_cars), 'each its own'),
	('wh_house', format('SELECT govdata.mark_delivered(%s, ''file'')', :to_deliver), 'delivers'),
	('wh_civil', format('SELECT govdata.submit_catalog_update(%s)', :change_whole), 'updates the catalog'),
	('wh_civil', format('SELECT govdata.file_service_end(%s, ''已协商'')', :service_end), 'ends a service'),
	('wh_civil', format('UPDATE govdata.standing_consent SET state = ''ended'' WHERE id = %s', :consent), 'ends a standing consent'),
	('wh_house', format('SELECT govdata.deliver_dispatch(%s, %L, ''{甲}'')', :order_cars, t.code(:cars)), 'carries out an order'),
	('wh_civil', format('UPDATE govdata.resource_source SET state = ''removed'', reason = ''不再需要'' WHERE id = %s', :source), 'takes a source out'),
	('wh_house', format('SELECT govdata.answer_doubt(%s, ''explained'', ''无误'')', :doubt_cars), 'answers a doubt'),
	('wh_civil', format('SELECT govdata.report_repair(%s, ''已更正'')', :doubt_confirmed), 'repairs'),
	('wh_civil', format('SELECT govdata.retire_rule(%s, ''不再需要'')', :rule), 'retires a rule'),
	('wh_civil', format('SELECT govdata.cancel_system(%s, ''不建'')', :system), 'gives a system up'),
	('wh_civil', format('SELECT govdata.cancel_purchase(%s, ''不买'')', :purchase), 'gives a purchase up'),
	('wh_civil', format('SELECT govdata.retire_form(%s)', :form), 'retires a form'),
	('wh_house', format('SELECT govdata.void_update(%s, ''误记'')', :update), 'voids an update that was recorded wrongly');
SELECT t.refused('wh_police', sql, 'ZW0%', 'the old one no longer: ' || what) FROM t.goes_on ORDER BY n;
SELECT t.allowed(who, sql, 'the heir ' || what) FROM t.goes_on ORDER BY n;
SELECT t.allowed('wh_civil', format('SELECT govdata.consent_in_coordination(%s)', :revoked), 'the heir consents');
SELECT t.allowed('wh_house', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''恢复'')', :revoked), 'the parties agree');
SELECT is(t.authorized(:revoked), 'active wh_civil wh_house', 'it is in force again, between these two');
SELECT t.allowed('yc_civil', format('SELECT govdata.complete_request(%s, ''三定方案'')', :incomplete), 'papers are supplied to the heir');
SELECT t.allowed('wh_gov', format('SELECT govdata.approve_negative_entry(%s)', :entry), 'the entry is approved');
SELECT is(count(DISTINCT subject), 4::bigint, 'the journal says who decided, of each') FROM govdata.journal
	WHERE event = 'update' AND department = '武汉市人民政府' AND (subject, subject_key) IN (('share_request', :'national'), ('dispatch_order', :'order_other'), ('data_doubt', :'doubt_births'), ('business_system', :'system'));

-- ---- a party is no judge: the next office above takes over ----
SELECT t.resource('wh_house', '公租房', '{甲,乙}') AS flats \gset
SELECT t.request('yc_civil', :flats, '{甲}') AS across \gset
SELECT t.request('ja_civil', :flats, '{甲}') AS below \gset
SELECT t.val('wh_house', format('SELECT govdata.refuse_request(%s, ''不必要'')', id)) FROM unnest(ARRAY[:across, :below]) AS id \g /dev/null
SELECT t.val('yc_civil', format('SELECT govdata.request_coordination(%s, ''需要'')', :across)) \g /dev/null
SELECT t.val('ja_civil', format('SELECT govdata.request_coordination(%s, ''需要'')', :below)) \g /dev/null
SELECT format('%s, %s', t.seat('share_request', :across, 'state', 'coordinator', 'co_coordinator'), t.seat('share_request', :below, 'state', 'coordinator', 'co_coordinator'));
-- under the Decree the parties negotiate first: whoever asked goes to the next step
SELECT t.val(who, format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''未达成一致'')', id)) FROM (VALUES ('yc_civil', :across), ('ja_civil', :below)) AS v (who, id) \g /dev/null
SELECT t.val(who, format('SELECT govdata.request_coordination(%s, ''需要'')', id)) FROM (VALUES ('yc_civil', :across), ('ja_civil', :below)) AS v (who, id) \g /dev/null
SELECT is(t.seat('share_request', :below, 'state', 'provider', 'coordinator'), 'coordinating wh_house wh_da', 'wh_da coordinates');
SELECT is(t.seat('share_request', :across, 'state', 'provider', 'coordinator'), 'coordinating wh_house hb_da', 'across regions the common one');
SELECT t.request('wh_da', :flats, '{乙}') AS of_authority \gset
SELECT t.val('wh_house', format('SELECT govdata.ask_extension(''share_request'', %s, 2, ''数据量大'')', t.request('yc_civil', :flats, '{乙}'))) AS extension_up \gset
SELECT t.val('wh_house', 'SELECT govdata.note_catalog_change(''2026-03-05'', ''职责调整'')') AS change_up \gset
SELECT t.val('wh_house', 'SELECT govdata.notify_purchase(''地址库'', ''{address}'', ''某公司'', ''需要'', ''2026-04-01'')') AS purchase_up \gset
SELECT t.val('wh_da', format('SELECT govdata.dispatch_data(%s, ''房屋'', ''整合'', ''2026-03-20'', ''2026-12-31'', %L)', t.department('wh_house'), t.code(:flats))) AS order_own \gset
SELECT t.val('wh_da', format('SELECT govdata.dispatch_data(%s, ''房屋'', ''整合'', ''2026-03-20'', ''2026-12-31'', %L)', t.department('wh_house'), t.code(:flats))) AS order_delivered \gset
SELECT t.val('wh_house', format('SELECT govdata.deliver_dispatch(%s, %L, ''{甲}'')', :order_delivered, t.code(:flats))) \g /dev/null
SELECT t.val('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''并入数据局'', %s)', t.department('wh_house'), t.department('wh_da'))) AS merged \gset
SELECT t.allowed('wh_gov', format('SELECT govdata.execute_reorganization(%s)', :merged), 'it is merged into the data authority');
SELECT is_empty($$SELECT t.named('wh_house')$$, 'nothing that moves names it any more');
SELECT is(got, want, what) FROM (VALUES
	(t.seat('share_request', :below, 'state', 'provider', 'coordinator'), 'coordinating wh_da hb_da', 'the authority is a party now: the one above coordinates'),
	(t.seat('share_request', :across, 'state', 'provider', 'coordinator'), 'coordinating wh_da hb_da', 'who is none goes on'),
	(t.asked(:of_authority), 'withdrawn wh_house wh_da', 'it asks itself for nothing'),
	(t.seat('limit_extension', :extension_up, 'state', 'department', 'authority'), 'asked wh_da hb_da', 'nor for an extension'),
	(t.seat('catalog_change', :change_up, 'state', 'department', 'authority'), 'noted wh_da hb_da', 'nor reviews its own catalog'),
	(t.seat('data_purchase', :purchase_up, 'state', 'department', 'data_authority'), 'notified wh_da hb_da', 'nor notifies itself'),
	(t.seat('dispatch_order', :order_own, 'state', 'reason'), 'cancelled 双方已并为同一部门', 'nor orders of itself'),
	(t.seat('dispatch_order', :order_delivered, 'state', 'reason'), 'cancelled 双方已并为同一部门', 'what was delivered is its own')) AS v (got, want, what);
SELECT is(string_agg(DISTINCT state, ' '), 'expired', 'and needs no authorization') FROM govdata.share_authorization WHERE id IN (SELECT authorization_id FROM govdata.dispatch_order WHERE id = :order_delivered);
SELECT is(t.val('wh_da', format('SELECT reason FROM govdata.dispatch_board WHERE id = %s', :order_own)), '双方已并为同一部门', 'with reason');
SELECT t.refused('wh_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''维持'')', :below), 'ZW020 % can be moved from "coordinating" to "upheld" only by: coordinator', 'nobody is party and judge');
SELECT t.allowed('hb_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''维持'')', :below), 'the one above closes it');
-- an authority is abolished: its government holds what was on its way up
SELECT t.request('ja_civil', :funerals, '{甲}') AS held \gset
SELECT is(t.seat('share_request', :held, 'state', 'holder', 'applicant'), 'reported ja_da ja_da', 'held by the county');
SELECT t.val('ja_gov', format('SELECT govdata.draft_reorganization(%s, ''撤销'')', t.department('ja_da'))) AS authority \gset
SELECT t.allowed('ja_gov', format('SELECT govdata.execute_reorganization(%s)', :authority), 'its authority is abolished');
SELECT is(t.seat('share_request', :held, 'state', 'holder', 'applicant'), 'reported ja_gov ja_gov', 'its government holds it');
SELECT is(string_agg(format('%s %s', t.who(authority), coalesce(outcome, '-')), ', ' ORDER BY hop), 'ja_da forwarded, ja_gov -', 'a hop of its own') FROM govdata.request_hop WHERE request = :held;
SELECT t.allowed('ja_gov', format('SELECT govdata.return_request(%s, ''材料不全'')', :held), 'and deals with it');

SELECT is_empty($$SELECT * FROM govdata.verify_journal() WHERE finding NOT IN ('ok', 'unsealed')$$, 'and verifies');

\i :actors_end
