\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set obtain :include '/obtain.psql'
\i :obtain

-- Article 15: the entries of a new or rebuilt system are planned with it and owed
-- once it is built; a purchase is notified before its contract, refused where the
-- department can obtain the data, and owes its entries too.
-- The clock stands at 2026-03-02.

CREATE FUNCTION t.owed(who text) RETURNS text
LANGUAGE sql AS $$
	SELECT coalesce(t.val(who, format('SELECT string_agg(duty || '' '' || subject || '' '' || subject_key, '', '' ORDER BY duty, subject_key::int)'
		' FROM govdata.obligation WHERE article = 15 AND department = %s', t.department(who))), '-')
$$;

-- ---- paragraph 1: systems ----
SELECT t.val('wh_civil', $$SELECT govdata.plan_system('社会救助系统', 'new')$$) AS bare \gset
SELECT is(t.owed('wh_civil'), format('plan_entries business_system %s', :bare), 'a system that is planned owes its plan');
SELECT t.refused('wh_civil', format('SELECT govdata.complete_system(%s)', :bare), 'ZW015 business system % has no planned catalog entry%', 'and is not complete without');
SELECT t.allowed('wh_civil', format('SELECT govdata.cancel_system(%s, ''不建了'')', :bare), 'it can be given up');
SELECT is(t.owed('wh_civil'), '-', 'and owes nothing then');

SELECT t.val('wh_civil', $$SELECT govdata.plan_system('社会救助系统', 'rebuilt', ARRAY['低保对象', '临时救助'], '二期')$$) AS system \gset
SELECT id AS entry_1 FROM govdata.planned_entry WHERE business_system = :system AND title = '低保对象' \gset
SELECT id AS entry_2 FROM govdata.planned_entry WHERE business_system = :system AND title = '临时救助' \gset
SELECT t.val('wh_civil', format($$SELECT govdata.plan_entry('家庭收入', '{citizen_id,income}', business_system => %s)$$, :system)) AS entry_3 \gset
SELECT is(t.owed('wh_civil'), '-', 'a plan is not yet a debt');
SELECT t.refused('wh_civil', format($$SELECT govdata.plan_entry('某', '{nothing}', business_system => %s)$$, :system), 'ZW015 there is no data element "nothing"%', 'elements are registered ones');
SELECT t.refused('wh_civil', format($$SELECT govdata.plan_entry('', business_system => %s)$$, :system), 'ZW015 planned entry needs a title%', 'entries have titles');
SELECT t.refused('wh_civil', $$SELECT govdata.plan_entry('某')$$, 'ZW015 a planned entry belongs to one%', 'and belong to something');
SELECT t.refused('wh_civil', format($$SELECT govdata.plan_entry('某', business_system => %s, data_purchase => 1)$$, :system), 'ZW015 a planned entry belongs to one%', 'one thing');
SELECT t.refused('wh_police', format($$SELECT govdata.plan_entry('某', business_system => %s)$$, :system), 'ZW015 there is no business system % of your own%', 'of one''s own');
SELECT t.allowed('wh_civil', format('SELECT govdata.drop_entry(%s, ''并入低保对象'')', :entry_2), 'a plan may shrink');
SELECT t.refused('wh_civil', format('SELECT govdata.complete_system(%s, ''2026-03-03'')', :system), 'ZW015 the day of completion cannot be after today%', 'nothing is built tomorrow');
SELECT t.allowed('wh_civil', format('SELECT govdata.complete_system(%s, ''2026-02-20'')', :system), 'it is built');
SELECT is(state || ' ' || built_on, 'built 2026-02-20', 'on its day') FROM govdata.business_system WHERE id = :system;
SELECT is(t.owed('wh_civil'), format('catalog_system_data planned_entry %s, catalog_system_data planned_entry %s', :entry_1, :entry_3), 'the entries are owed');
SELECT is(t.val('wh_da', format('SELECT count(*) FROM govdata.obligation WHERE article = 15 AND department = %s', t.department('wh_civil'))), '2', 'as its authority sees');
SELECT is(t.val('yc_da', 'SELECT count(*) FROM govdata.system_board'), '0', 'and another does not');
SELECT t.refused('wh_civil', format('SELECT govdata.drop_entry(%s, ''不想'')', :entry_1), 'ZW015 planned entry % can no longer be dropped: it is owed%', 'what is owed is not dropped');
SELECT t.refused('wh_civil', format('SELECT govdata.cancel_system(%s, ''不想'')', :system), 'ZW015 business system % can be moved from "built" to "cancelled" only by: data_authority%', 'nor is the system, by its department');
SELECT t.refused('wh_civil', format('UPDATE govdata.business_system SET state = ''fulfilled'' WHERE id = %s', :system), 'ZW015 % only by: platform%', 'nobody declares it fulfilled');

-- closed by what happens to the entries, whoever's act it is
SELECT t.carrying('wh_civil', '低保对象', '{person_name}', publish => false) AS first \gset
SELECT t.carrying('wh_civil', '家庭收入', '{citizen_id}', publish => false) AS third \gset
SELECT code AS first_code FROM govdata.resource WHERE id = :first \gset
SELECT code AS third_code FROM govdata.resource WHERE id = :third \gset
SELECT t.resource('wh_police', '户籍', '{甲}') AS foreign_entry \gset
CREATE FUNCTION t.missing(system bigint) RETURNS text
LANGUAGE sql AS $$
	SELECT (SELECT state FROM govdata.business_system WHERE id = system) || '/' || (SELECT effective_state FROM govdata.system_board WHERE id = system)
		|| ': ' || string_agg(coalesce(missing, '-'), ' ' ORDER BY id) FROM govdata.planned_entry_board WHERE business_system = system
$$;
SELECT is(t.missing(:system), 'built/built: no_entry no_entry', 'no entry is there');
SELECT t.refused('wh_police', format('SELECT govdata.name_entry(%s, %L)', :entry_1, (SELECT code FROM govdata.resource WHERE id = :foreign_entry)),
	'ZW015 there is no planned entry %', 'nobody else names it');
SELECT t.refused('wh_da', format('SELECT govdata.name_entry(%s, %L)', :entry_1, (SELECT code FROM govdata.resource WHERE id = :foreign_entry)),
	'ZW015 planned entry %only by: department%', 'not even who sees it');
SELECT t.refused('wh_civil', format('SELECT govdata.name_entry(%s, %L)', :entry_1, (SELECT code FROM govdata.resource WHERE id = :foreign_entry)),
	'ZW015 there is no entry % of the department''s own in the catalog%', 'another''s entry does not pay');
SELECT t.val('wh_civil', format('SELECT govdata.name_entry(%s, %L), govdata.name_entry(%s, %L)', :entry_1, :'first_code', :entry_3, :'third_code')) \g /dev/null
SELECT is(t.missing(:system), 'built/built: not_published not_published', 'drafts are named');
SELECT t.val('wh_civil', format('SELECT govdata.publish_resource(%L)', :'first_code')) \g /dev/null
SELECT is(t.missing(:system), 'built/built: not_attached not_published', 'published is not attached');
SELECT t.attach('wh_civil', :first) \g /dev/null
SELECT is(t.missing(:system), 'built/built: - not_published', 'one is paid');
SELECT is(t.owed('wh_civil'), format('catalog_system_data planned_entry %s', :entry_3), 'the other is owed');
SELECT t.val('wh_civil', format('SELECT govdata.publish_resource(%L)', :'third_code')) \g /dev/null
SELECT t.attach('wh_civil', :third) \g /dev/null
SELECT is(t.missing(:system), 'built/built: - elements', 'an entry without the planned elements does not pay');
SELECT t.val('wh_civil', format('INSERT INTO govdata.resource_item (resource, name, title, data_type, element) VALUES (%s, ''income'', ''收入'', ''numeric'', ''income'')', :third)) \g /dev/null
SELECT is(t.missing(:system), 'fulfilled/fulfilled: - -', 'with them it does, and the platform writes it down');
SELECT is(t.owed('wh_civil'), '-', 'nothing is owed');
SELECT is(actor || ' ' || from_state || '->' || to_state || ' ' || article, 'department built->fulfilled 15', 'following the act of the department')
	FROM govdata.journal_entry WHERE subject = 'business_system' AND subject_key = :'system' ORDER BY id DESC LIMIT 1;
-- the duty comes back with what ended it
\set travel_to '2026-03-20 09:00+08'
\i :travel
SELECT t.val('wh_civil', format('SELECT govdata.detach_resource(%L)', :'third_code')) \g /dev/null
SELECT is(t.missing(:system), 'built/built: - not_attached', 'detached: owed again');
SELECT is(t.val('wh_civil', 'SELECT govdata.legal_date(since) FROM govdata.obligation WHERE article = 15'), '2026-03-20', 'since then');
SELECT t.val('wh_civil', format('ALTER TABLE data.r%s ADD income numeric', :third)) \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.attach_resource(%L, ''data.r%s'')', :'third_code', :third)) \g /dev/null
SELECT is(t.missing(:system), 'fulfilled/fulfilled: - -', 'attached again: paid again');
SELECT t.val('wh_civil', format('SELECT govdata.suspend_resource(%L, ''升级'')', :'first_code')) \g /dev/null
SELECT is(t.missing(:system), 'built/built: not_published -', 'suspended: owed');
SELECT t.val('wh_civil', format('SELECT govdata.publish_resource(%L)', :'first_code')) \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.withdraw_resource(%L, ''停产'')', :'first_code')) \g /dev/null
SELECT is(t.missing(:system), 'built/built: not_published -', 'withdrawn: owed');
-- or the negative list
SELECT t.carrying('wh_civil', '低保对象二', '{person_name}', publish => false) AS listed \gset
SELECT code AS listed_code FROM govdata.resource WHERE id = :listed \gset
SELECT t.refused('wh_civil', format('SELECT govdata.name_entry(%s, %L)', :entry_3, :'first_code'), 'ZW015 there is no entry%', 'a withdrawn entry is none');
SELECT t.val('wh_civil', format('SELECT govdata.name_entry(%s, %L)', :entry_1, :'listed_code')) \g /dev/null
SELECT t.entry('wh_civil', :listed, until => 'reviewed') AS negative \gset
SELECT is(t.missing(:system), 'built/built: not_published -', 'a negative entry under way does not pay');
SELECT t.val('wh_gov', format('SELECT govdata.approve_negative_entry(%s)', :negative)) \g /dev/null
SELECT is(t.missing(:system), 'fulfilled/fulfilled: - -', 'an approved one does');
SELECT t.val('wh_civil', format('SELECT govdata.lift_negative_entry(%s, ''可以共享'')', :negative)) \g /dev/null
SELECT is(t.missing(:system), 'built/built: not_published -', 'lifted: owed');
SELECT t.entry('wh_civil', :listed, '{person_name}') \g /dev/null
SELECT is(t.missing(:system), 'built/built: not_published -', 'an entry on one item does not pay for the whole');
-- more to plan later
SELECT t.val('wh_civil', format($$SELECT govdata.plan_entry('新增', business_system => %s)$$, :system)) AS entry_4 \gset
SELECT is(t.missing(:system), 'built/built: not_published - no_entry', 'what turns up later is owed too');
SELECT t.allowed('wh_da', format('SELECT govdata.cancel_system(%s, ''系统停用'')', :system), 'the authority may end it');
SELECT is(t.owed('wh_civil'), '-', 'and with it what was owed');
SELECT t.refused('wh_civil', format($$SELECT govdata.plan_entry('某', business_system => %s)$$, :system), 'ZW015 nothing is planned for what is cancelled%', 'for good');
-- two systems of one entry
SELECT t.val('wh_civil', $$SELECT govdata.plan_system('一号', 'new')$$) AS one \gset
SELECT t.val('wh_civil', $$SELECT govdata.plan_system('二号', 'new')$$) AS two \gset
SELECT t.val('wh_civil', format($$SELECT govdata.plan_entry('共用', resource => %L, business_system => %s)$$, :'third_code', s)) FROM unnest(ARRAY[:one, :two]) AS s \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.complete_system(%s)', s)) FROM unnest(ARRAY[:one, :two]) AS s \g /dev/null
SELECT is(t.missing(s), 'fulfilled/fulfilled: -', 'an entry that is there pays at once') FROM unnest(ARRAY[:one, :two]) AS s;
SELECT t.val('wh_civil', format('SELECT govdata.detach_resource(%L)', :'third_code')) \g /dev/null
SELECT is(t.missing(s), 'built/built: not_attached', 'and is owed to both') FROM unnest(ARRAY[:one, :two]) AS s;
-- who is bound
SELECT t.refused('operator', $$SELECT govdata.plan_system('平台', 'new')$$, 'ZW015 only departments%', 'the operator runs the platform for others');
SELECT t.refused('utility', $$SELECT govdata.plan_system('水务', 'new')$$, 'ZW015 only departments%', 'a utility is none');
SELECT t.refused('wh_civil', $$SELECT govdata.plan_system('某', 'old')$$, '23514%', 'new or rebuilt');
SELECT t.refused('wh_civil', $$SELECT govdata.plan_system('某', NULL)$$, 'ZW015 business system needs its kind%', 'one of them');
-- the authority's own system is ended by the one above
SELECT t.val('wh_da', $$SELECT govdata.plan_system('共享平台', 'new', '{运行日志}')$$) AS own \gset
SELECT t.val('wh_da', format('SELECT govdata.complete_system(%s)', :own)) \g /dev/null
SELECT t.refused('wh_da', format('SELECT govdata.cancel_system(%s, ''停用'')', :own), 'ZW015 % only by: data_authority%', 'nobody supervises himself');
SELECT t.allowed('hb_da', format('SELECT govdata.cancel_system(%s, ''停用'')', :own), 'the authority above does');

-- ---- paragraph 2: purchases ----
SELECT t.carrying('wh_house', '房屋', '{real_estate_unit}', 'unconditional') AS houses \gset
SELECT t.attach('wh_house', :houses) \g /dev/null
SELECT t.carrying('wh_market', '股权', '{uscc}', publish => false) AS unpublished \gset
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('房屋数据', '{real_estate_unit,currency}', '某公司', '核对', '2026-04-01', '方便')$$,
	'ZW015 what can be obtained on the platform is not bought', 'what is shared is not bought');
SELECT is(t.detail('wh_civil', $$SELECT govdata.notify_purchase('房屋数据', '{real_estate_unit,currency}', '某公司', '核对', '2026-04-01')$$),
	format('The department can obtain it from 1 item of the catalog: 不动产单元号 = %s.real_estate_unit (unconditional). Measures, Article 15.', code), 'the error names the entry')
	FROM govdata.resource WHERE id = :houses;
SELECT is(t.hint('wh_civil', $$SELECT govdata.notify_purchase('房屋数据', '{real_estate_unit}', '某公司', '核对', '2026-04-01')$$),
	format('Instead: SELECT real_estate_unit FROM data.r%s;', :houses), 'and its use');
SELECT t.refused('wh_house', $$SELECT govdata.notify_purchase('房屋数据', '{real_estate_unit}', '某公司', '核对', '2026-04-01')$$,
	'ZW015 data purchase needs a reason%', 'what one has oneself is bought again');
SELECT t.allowed('wh_house', $$SELECT govdata.notify_purchase('房屋数据', '{real_estate_unit}', '某公司', '核对', '2026-04-01', '续期')$$,
	'what one has oneself may be renewed, with a reason');
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('某', '{currency}', '某公司', '核对', '2026-03-19')$$,
	'ZW015 a purchase is notified before its contract%', 'a contract of yesterday is not announced');
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('某', '{}', '某公司', '核对', '2026-04-01')$$, 'ZW015 data purchase needs the data elements%', 'what is bought is named');
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('某', '{nothing,NULL}', '某公司', '核对', '2026-04-01')$$, 'ZW015 there is no data element "nothing, NULL"%', 'by elements');
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('某', '{currency}', NULL, '核对', '2026-04-01')$$, 'ZW015 data purchase needs the seller%', 'with the seller');
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('某', '{currency}', '某公司', ' ', '2026-04-01')$$, 'ZW015 data purchase needs the need%', 'and the need');
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('某', '{currency}', '某公司', '核对', NULL)$$, 'ZW015 data purchase needs the day of the contract%', 'and the day');
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('某', '{currency}', '某公司', '核对', 'infinity')$$, 'ZW015 a purchase is notified%', 'that is one');
SELECT t.refused('operator', $$SELECT govdata.notify_purchase('某', '{currency}', '某公司', '核对', '2026-04-01')$$, 'ZW015 only departments%', 'the operator buys nothing');

SELECT t.val('wh_civil', $$SELECT govdata.notify_purchase('汇率', '{currency,uscc}', '某公司', '核对', '2026-04-01')$$) AS purchase \gset
SELECT is(state || ' ' || finding || ' ' || before_notice, 'notified not_obtainable false', 'a purchase is notified') FROM govdata.data_purchase WHERE id = :purchase;
SELECT is(data_authority, '武汉市数据局', 'to the authority of the own level') FROM govdata.purchase_board WHERE id = :purchase;
SELECT is(t.val('wh_da', 'SELECT count(*) FROM govdata.purchase_board WHERE title = ''汇率'''), '1', 'which sees it');
SELECT is(t.val('wh_police', 'SELECT count(*) FROM govdata.purchase_board'), '0', 'and no other department');
SELECT is(t.owed('wh_civil'), format('catalog_system_data planned_entry %s, catalog_system_data planned_entry %s',
	(SELECT id FROM govdata.planned_entry WHERE business_system = :one), (SELECT id FROM govdata.planned_entry WHERE business_system = :two)), 'a notice owes nothing');
SELECT t.refused('wh_civil', format('SELECT govdata.contract_purchase(%s, ''2026-03-21'')', :purchase), 'ZW015 the day of the contract cannot be after today%', 'nothing is signed tomorrow');
-- published meanwhile: looked at again with the contract
\set travel_to '2026-03-25 09:00+08'
\i :travel
SELECT t.carrying('wh_police', '主体', '{uscc}', 'unconditional') AS subjects \gset
SELECT t.attach('wh_police', :subjects) \g /dev/null
SELECT t.refused('wh_civil', format('SELECT govdata.contract_purchase(%s, ''2026-03-25'')', :purchase), 'ZW015 what can be obtained%', 'what has become obtainable since is not bought either');
SELECT is(state, 'notified', 'and stays notified') FROM govdata.data_purchase WHERE id = :purchase;
SELECT t.allowed('wh_civil', format('SELECT govdata.contract_purchase(%s, ''2026-03-24'')', :purchase), 'a contract that was signed before that stands');
SELECT is(state || ' ' || contract_on || ' ' || before_notice, 'contracted 2026-03-24 false', 'with its day') FROM govdata.data_purchase WHERE id = :purchase;
SELECT is(elements::text || ' ' || title, '{currency,uscc} 汇率', 'the platform plans the entry that is owed') FROM govdata.planned_entry WHERE data_purchase = :purchase;
SELECT id AS bought FROM govdata.planned_entry WHERE data_purchase = :purchase \gset
SELECT ok(t.owed('wh_civil') LIKE format('catalog_purchased_data planned_entry %s,%%', :bought), 'it is owed');
SELECT is(t.val('wh_da', format('SELECT count(*) FROM govdata.planned_entry WHERE id = %s', :bought)), '1', 'which the authority sees');
SELECT t.refused('wh_civil', format('SELECT govdata.cancel_purchase(%s, ''不想'')', :purchase), 'ZW015 % only by: data_authority%', 'and not given up');
SELECT t.refused('wh_civil', format('SELECT govdata.drop_entry(%s, ''不想'')', :bought), 'ZW015 planned entry % can no longer be dropped: it is owed%', 'nor dropped');
SELECT t.carrying('wh_civil', '汇率与主体', '{currency,uscc}') AS made \gset
SELECT t.val('wh_civil', format('SELECT govdata.name_entry(%s, code) FROM govdata.resource WHERE id = %s', :bought, :made)) \g /dev/null
SELECT is(state, 'contracted', 'published is not enough') FROM govdata.data_purchase WHERE id = :purchase;
SELECT t.attach('wh_civil', :made) \g /dev/null
SELECT is(state, 'catalogued', 'attached, it is catalogued') FROM govdata.data_purchase WHERE id = :purchase;
SELECT t.val('wh_civil', format('UPDATE govdata.resource_item SET retired_at = now() WHERE resource = %s AND name = ''uscc''', :made)) \g /dev/null
SELECT is(state || '/' || effective_state || ' ' || entries_missing, 'contracted/contracted 1', 'an element that is retired is owed again') FROM govdata.purchase_board WHERE id = :purchase;
SELECT t.allowed('wh_da', format('SELECT govdata.cancel_purchase(%s, ''合同解除'')', :purchase), 'the authority may end it');

-- entries planned by the department itself cover what they name
SELECT t.val('wh_civil', $$SELECT govdata.notify_purchase('三样', '{currency,vin,income}', '某公司', '核对', '2026-04-01', '续期')$$) AS purchase \gset
SELECT t.val('wh_civil', format($$SELECT govdata.plan_entry('车辆', '{vin}', data_purchase => %s)$$, :purchase)) \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.contract_purchase(%s)', :purchase)) \g /dev/null
SELECT is(string_agg(title || ' ' || elements::text, ', ' ORDER BY id), '车辆 {vin}, 三样 {currency,income}', 'the platform plans the rest')
	FROM govdata.planned_entry WHERE data_purchase = :purchase;

-- asked for, refused, withheld: bought with a reason
SELECT t.carrying('wh_police', '车辆', '{vin,health_status,occupation}') AS cars \gset
SELECT t.attach('wh_police', :cars) \g /dev/null
SELECT code AS cars_code FROM govdata.resource WHERE id = :cars \gset
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('车', '{vin}', '某公司', '核对', '2026-04-01', '急用')$$, 'ZW015 what can be obtained%', 'what could be applied for is applied for first');
SELECT is(t.hint('wh_civil', $$SELECT govdata.notify_purchase('车', '{vin}', '某公司', '核对', '2026-04-01', '急用')$$),
	format($$Instead: SELECT govdata.submit_request('%s', ARRAY['vin'], 'purpose', 'last day of use');$$, :'cars_code'), 'with the ready-made call');
SELECT t.request('wh_civil', :cars, '{vin}') AS asked \gset
SELECT t.refused('wh_civil', $$SELECT govdata.notify_purchase('车', '{vin}', '某公司', '核对', '2026-04-01')$$, 'ZW015 data purchase needs a reason%', 'while it is unanswered: with a reason');
SELECT t.val('wh_civil', $$SELECT govdata.notify_purchase('车', '{vin}', '某公司', '核对', '2026-04-01', '急用')$$) AS purchase \gset
SELECT is(finding || ': ' || found || ': ' || reason, 'pending: 车辆识别代号 = ' || :'cars_code' || '.vin (pending): 急用', 'which is recorded') FROM govdata.data_purchase WHERE id = :purchase;
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :asked)) \g /dev/null
SELECT t.allowed('wh_civil', format('SELECT govdata.contract_purchase(%s)', :purchase), 'refused meanwhile: bought');
SELECT is(finding, 'refused', 'as found on the day of the contract') FROM govdata.data_purchase WHERE id = :purchase;
SELECT t.entry('wh_police', :cars, '{health_status}') \g /dev/null
SELECT t.allowed('wh_civil', $$SELECT govdata.notify_purchase('健康', '{health_status}', '某公司', '核对', '2026-04-01', '不予共享')$$, 'withheld: bought with a reason');
SELECT is(finding, 'withheld', 'recorded as such') FROM govdata.data_purchase WHERE title = '健康';
-- consented to by silence between notice and contract
SELECT t.request('wh_civil', :cars, '{occupation}') AS asked \gset
SELECT t.val('wh_civil', $$SELECT govdata.notify_purchase('职业', '{occupation}', '某公司', '核对', '2026-05-01', '急用')$$) AS purchase \gset
\set travel_to '2026-04-20 09:00+08'
\i :travel
SELECT is(state, 'submitted', 'nobody has swept') FROM govdata.share_request WHERE id = :asked;
SELECT t.refused('wh_civil', format('SELECT govdata.contract_purchase(%s)', :purchase), 'ZW015 what can be obtained%', 'what silence has consented to is not bought');

-- signed before it was notified: recorded with its true day, and marked
SELECT t.val('wh_civil', $$SELECT govdata.notify_purchase('补报', '{education_level}', '某公司', '核对', '2026-04-20')$$) AS purchase \gset
SELECT t.val('wh_civil', format('SELECT govdata.contract_purchase(%s, ''2026-03-01'')', :purchase)) \g /dev/null
SELECT is(t.val('wh_da', format('SELECT before_notice FROM govdata.purchase_board WHERE id = %s', :purchase)), 'true', 'a contract older than its notice is marked for the authority');
-- the authority's own purchase is notified to the one above, the province's to its government
SELECT t.val('wh_da', $$SELECT govdata.notify_purchase('某', '{education_level}', '某公司', '核对', '2026-05-01')$$) \g /dev/null
SELECT t.val('hb_da', $$SELECT govdata.notify_purchase('某', '{education_level}', '某公司', '核对', '2026-05-01')$$) \g /dev/null
SELECT is(string_agg(data_authority, ' ' ORDER BY id), '湖北省数据局 湖北省人民政府', 'nobody is told by himself') FROM govdata.purchase_board WHERE title = '某';
SELECT is_empty($$SELECT finding FROM govdata.verify_journal() WHERE finding NOT IN ('ok', 'unsealed')$$, 'the journal holds');

\i :actors_end
