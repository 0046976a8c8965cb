\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set obtain :include '/obtain.psql'
\i :obtain

-- Article 24: what a department can obtain on the platform its forms do not ask
-- for; by data element, and by that department's own rights.

-- ---- data elements ----
SELECT is_empty($$SELECT code FROM govdata.data_element WHERE builtin AND standard !~ '^GB(/T)? [0-9]+(\.[0-9]+)?-[0-9]{4} [一-龥]'$$,
	'every shipped element names its national standard');
SELECT is_empty($$SELECT code, name FROM (VALUES ('citizen_id', '公民身份号码'), ('person_name', '姓名'), ('uscc', '统一社会信用代码'),
	('region_code', '行政区划代码'), ('real_estate_unit', '不动产单元号')) AS v (code, name)
	EXCEPT SELECT code, name FROM govdata.data_element WHERE builtin$$, 'the common ones are there');
SELECT is_empty($$SELECT w FROM govdata.data_element, unnest(synonyms || name) AS w GROUP BY w HAVING count(*) > 1$$,
	'no word means two of them');
SELECT t.refused('wh_police', $$INSERT INTO govdata.data_element (code, name, definition, standard) VALUES ('x', '某', '某', '本省')$$,
	'42501%', 'departments do not define elements');
SELECT t.allowed('admin', $$INSERT INTO govdata.data_element (code, name, definition, standard) VALUES ('spare', '备用', '备用', '本省规范')$$,
	'the administrator does');
SELECT t.allowed('admin', $$UPDATE govdata.data_element SET synonyms = synonyms || '{二代证号}' WHERE code = 'citizen_id'$$, 'and adds a synonym');
SELECT is(builtin || ' ' || amended, 'false true', 'which makes the element the site''s own') FROM govdata.data_element WHERE code = 'citizen_id';
SELECT t.refused('admin', $$DELETE FROM govdata.data_element WHERE code = 'sex'$$, 'ZW010 a shipped row%', 'what is shipped stays');
SELECT t.refused('admin', $$UPDATE govdata.data_element SET code = 'reserve' WHERE code = 'spare'$$,
	'ZW010 the code of data element "spare" cannot be changed%', 'a code stays what it is');
SELECT t.allowed('admin', $$DELETE FROM govdata.data_element WHERE code = 'spare'$$, 'what nobody uses goes');
SELECT is(count(*), 1::bigint, 'and the journal knows') FROM govdata.journal_entry WHERE subject = 'data_element' AND subject_key = 'spare' AND event = 'delete';

-- ---- items name them ----
SELECT t.resource('wh_police', '人口', '{身份证号,姓名,户籍地址}') AS people \gset
SELECT code AS people_code FROM govdata.resource WHERE id = :people \gset
SELECT t.refused('wh_civil', format('UPDATE govdata.resource_item SET element = ''citizen_id'' WHERE resource = %s', :people),
	'ZW006%', 'what an item is, its provider says');
SELECT t.refused('wh_police', format('UPDATE govdata.resource_item SET element = ''nothing'' WHERE resource = %s', :people),
	'23503%', 'by an element that there is');
SELECT results_eq(format($$SELECT item, element, likeness FROM govdata.suggest_elements(%L) ORDER BY element$$, :'people_code'),
	$$VALUES ('身份证号'::text, 'citizen_id'::text, 'same'::text), ('姓名', 'person_name', 'same')$$, 'elements are suggested by name and synonym');
SELECT t.resource('wh_house', '不动产', '{房屋不动产单元号,备注}', publish => false) AS wording \gset
SELECT results_eq(format($$SELECT item, element, likeness FROM govdata.suggest_elements((SELECT code FROM govdata.resource WHERE id = %s))$$, :wording),
	$$VALUES ('房屋不动产单元号'::text, 'real_estate_unit'::text, 'part'::text)$$, 'also where the wording only contains one');
SELECT t.means('wh_police', :people, '身份证号', 'citizen_id'), t.means('wh_police', :people, '姓名', 'person_name'),
	t.means('wh_police', :people, '户籍地址', 'address') \g /dev/null
SELECT is_empty(format($$SELECT item FROM govdata.suggest_elements(%L)$$, :'people_code'), 'and no more once they are named');
SELECT t.refused('wh_civil', $$SELECT * FROM govdata.suggest_elements('307009/999999')$$, 'ZW010 there is no resource%', 'an entry that is not there');
SELECT is((SELECT string_agg(i ->> 'element', ' ' ORDER BY i ->> 'element') FROM govdata.resource_version v, jsonb_array_elements(v.entry -> 'items') AS i
	WHERE v.resource = :people AND v.version = (SELECT version FROM govdata.resource WHERE id = :people)),
	'address citizen_id person_name', 'versions of the entry keep them');
SELECT t.refused('admin', $$DELETE FROM govdata.data_element WHERE code = 'address'$$, 'ZW010 data element "address" is in use%', 'what is used stays');

-- ---- how a department stands to an element ----
-- that of these tests is the civil affairs bureau of the city; one entry each
SELECT is(t.how('wh_civil', 'address'), 'apply_first', 'conditional and not asked for');
SELECT t.attach('wh_police', :people) \g /dev/null
SELECT t.request('wh_civil', :people, '{户籍地址}') AS asked \gset
SELECT is(t.how('wh_civil', 'address'), 'pending (attached)', 'asked for');
SELECT is(t.how('wh_civil', 'person_name'), 'apply_first (attached)', 'an item that was not asked for');
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s)', :asked)) \g /dev/null
SELECT is(t.how('wh_civil', 'address'), 'authorized (attached)', 'authorized');
SELECT is(t.val('wh_civil', 'SELECT until AT TIME ZONE ''UTC'' FROM govdata.obtainable(''{address}'')'), '2026-12-31 16:00:00', 'until the end of its term') ;
SELECT is(t.val('wh_civil', 'SELECT hint FROM govdata.obtainable(''{address}'')'), format('SELECT "户籍地址" FROM data.r%s;', :people), 'with the way to read it');
SELECT is(t.how('ja_civil', 'address'), 'apply_first (attached)', 'which says nothing of another department');
SELECT t.val('wh_police', format('SELECT govdata.suspend_authorization(authorization_id, ''incident'', ''泄露'') FROM govdata.share_request WHERE id = %s', :asked)) \g /dev/null
SELECT is(t.how('wh_civil', 'address'), 'refused (attached)', 'suspended for an incident');
SELECT t.val('wh_police', format('SELECT govdata.resume_authorization(authorization_id, ''排除'') FROM govdata.share_request WHERE id = %s', :asked)) \g /dev/null
SELECT is(t.how('wh_civil', 'address'), 'authorized (attached)', 'resumed');
SELECT t.val('wh_civil', format('SELECT govdata.revoke_authorization(authorization_id, ''waiver'', ''不再需要'') FROM govdata.share_request WHERE id = %s', :asked)) \g /dev/null
SELECT is(t.how('wh_civil', 'address'), 'apply_first (attached)', 'waived: it can be had for the asking');
SELECT t.request('wh_civil', :people, '{户籍地址,姓名}') AS asked \gset
SELECT t.val('wh_police', format('SELECT govdata.approve_request(%s, ''{姓名}'', ''住址无关'')', :asked)) \g /dev/null
SELECT is(t.how('wh_civil', 'address'), 'refused (attached)', 'left out of a consent');
SELECT is(t.how('wh_civil', 'person_name'), 'authorized (attached)', 'the rest of it is not');
SELECT t.val('wh_civil', format('SELECT govdata.request_coordination(%s, ''有关'')', :asked)) \g /dev/null
SELECT is(t.how('wh_civil', 'address'), 'pending (attached)', 'being coordinated');
SELECT t.val('wh_da', format('SELECT govdata.settle_coordination(%s, ''upheld'', ''维持'')', :asked)) \g /dev/null
SELECT is(t.how('wh_civil', 'address'), 'refused (attached)', 'upheld');
SELECT t.request('wh_civil', :people, '{户籍地址}') AS asked \gset
SELECT is(t.how('wh_civil', 'address'), 'pending (attached)', 'the last request counts');
SELECT t.val('wh_civil', format('SELECT govdata.withdraw_request(%s)', :asked)) \g /dev/null
SELECT is(t.how('wh_civil', 'address'), 'refused (attached)', 'and not one that was taken back');

SELECT t.carrying('wh_house', '房屋', '{real_estate_unit,land_use}', 'unconditional') AS houses \gset
SELECT is(t.how('wh_civil', 'real_estate_unit'), 'unconditional', 'shared unconditionally');
SELECT is(t.how('wh_house', 'real_estate_unit'), 'own', 'one''s own');
SELECT t.attach('wh_house', :houses) \g /dev/null
SELECT is(t.how('wh_civil', 'real_estate_unit'), 'unconditional (attached)', 'and to be read');
SELECT t.val('wh_house', format('UPDATE govdata.resource_item SET sharing = ''conditional'' WHERE resource = %s AND name = ''land_use''', :houses)) \g /dev/null
SELECT is(t.how('wh_civil', 'land_use'), 'apply_first (attached)', 'an item of a stricter class than its entry');
SELECT t.entry('wh_house', :houses, '{land_use}') \g /dev/null
SELECT is(t.how('wh_civil', 'land_use'), 'withheld (attached)', 'withheld');
SELECT is(t.val('wh_civil', 'SELECT since IS NOT NULL AND hint LIKE ''SELECT * FROM govdata.negative_list%'' FROM govdata.obtainable(''{land_use}'')'), 'true', 'since the approval, with the list');
SELECT t.val('wh_house', format('UPDATE govdata.resource_item SET retired_at = now() WHERE resource = %s AND name = ''real_estate_unit''', :houses)) \g /dev/null
SELECT is(t.how('wh_civil', 'real_estate_unit'), NULL, 'a retired item is none');
SELECT t.val('wh_house', format('UPDATE govdata.resource_item SET retired_at = NULL WHERE resource = %s AND name = ''real_estate_unit''', :houses)) \g /dev/null
SELECT t.val('wh_house', format('UPDATE govdata.resource SET state = ''suspended'', state_reason = ''升级'' WHERE id = %s', :houses)) \g /dev/null
SELECT is(t.how('wh_civil', 'real_estate_unit'), NULL, 'nor is one of a suspended entry');
SELECT is(t.how('wh_house', 'real_estate_unit'), 'own (attached)', 'but for its provider');
SELECT t.val('wh_house', format('UPDATE govdata.resource SET state = ''published'' WHERE id = %s', :houses)) \g /dev/null
SELECT t.carrying('hb_civil', '草稿', '{vin}', 'unconditional', false) AS draft \gset
SELECT is(t.how('wh_civil', 'vin'), NULL, 'a draft is nobody''s business');
SELECT is(t.how('wh_civil', 'nothing'), NULL, 'an element that there is not');

-- who may ask
SELECT is(t.how('wh_da', 'person_name', 'wh_civil'), 'authorized (attached)', 'the authority asks for its departments');
SELECT is(t.how('hb_gov', 'person_name', 'wh_civil'), 'authorized (attached)', 'and whoever is above');
SELECT is(t.how('admin', 'person_name', 'wh_civil'), 'authorized (attached)', 'and the administrator');
SELECT t.refused('wh_police', format('SELECT * FROM govdata.obtainable(''{person_name}'', %s)', t.department('wh_civil')),
	'ZW006 what department % can obtain is not yours to ask%', 'others do not');
SELECT t.refused('ja_da', format('SELECT * FROM govdata.obtainable(''{person_name}'', %s)', t.department('wh_civil')),
	'ZW006%', 'nor an authority below');
SELECT t.refused('stranger', 'SELECT * FROM govdata.obtainable(''{person_name}'')', '22004%', 'nobody can obtain anything');

-- what stands on a platform above is applied for, whatever its class; what is open to all is everybody's
SELECT t.carrying('hb_civil', '婚姻', '{marital_status}', 'unconditional') AS marriages \gset
SELECT t.attach('hb_civil', :marriages) \g /dev/null
SELECT is(string_agg(t.how(who, 'marital_status'), ', ' ORDER BY who), 'unconditional (attached), apply_first (attached), apply_first (attached)',
	'beside, below and below') FROM unnest('{ja_civil,hb_market,wh_civil}'::text[]) AS who;
SELECT t.allowed('wh_civil', format($$SELECT govdata.submit_request(%L, ARRAY['marital_status'], '低保审批', '2026-12-31')$$, code), 'the ready-made call reports the need upward')
	FROM govdata.resource WHERE id = :marriages;
SELECT is(t.how('wh_civil', 'marital_status'), 'pending (attached)', 'which is under way then');
SELECT t.carrying('wh_house', '楼盘', '{birth_date}') AS estates \gset
SELECT t.attach('wh_house', :estates) \g /dev/null
SELECT t.val('wh_house', format('UPDATE govdata.resource SET opening = ''unconditional'', opening_ground = NULL WHERE id = %s', :estates)) \g /dev/null
SELECT is(t.how('wh_civil', 'birth_date'), 'apply_first (attached)', 'shared on conditions and not open');
SELECT t.val('wh_house', format('UPDATE govdata.resource SET opening_state = ''open'' WHERE id = %s', :estates)) \g /dev/null
SELECT is(string_agg(DISTINCT t.how(who, 'birth_date'), ', '), 'unconditional (attached)', 'open to the public, to departments too') FROM unnest('{wh_civil,ja_civil,operator}'::text[]) AS who;
-- former terms, as when a class became stricter
SET govdata.restore = on;
INSERT INTO govdata.continued_reading (consumer, resource, item, provider, since, until)
	SELECT t.department('ja_civil'), :people, '户籍地址', t.department('wh_police'), now, now + interval '10 days' FROM govdata.clock() AS now;
RESET govdata.restore;
SELECT is(t.how('ja_civil', 'address'), 'authorized (attached)', 'former terms hold on');

-- the same truth as check_access(), item by item, for everybody
SELECT is_empty($$SELECT d.who, o.resource, o.item, o.how, c.allowed FROM t.actor AS d
	CROSS JOIN LATERAL govdata.obtainable('{address,person_name,citizen_id,real_estate_unit,land_use,marital_status,birth_date}', t.department(d.who)) AS o
	CROSS JOIN LATERAL govdata.check_access(o.resource, ARRAY[o.item], t.department(d.who)) AS c
	WHERE o.attached AND c.allowed <> (o.how IN ('own', 'unconditional', 'authorized'))$$, 'what can be read is what can be obtained');
SELECT is(count(DISTINCT o.how), 7::bigint, 'in all its kinds') FROM t.actor AS d
	CROSS JOIN LATERAL govdata.obtainable('{address,person_name,citizen_id,real_estate_unit,land_use,marital_status,birth_date}', t.department(d.who)) AS o WHERE o.attached;

-- ---- forms ----
SELECT t.val('wh_civil', $$SELECT govdata.register_form('最低生活保障审批', '低保申请表', '{citizen}')$$) AS form \gset
SELECT t.refused('wh_civil', $$SELECT govdata.register_form('', '表')$$, 'ZW024 form needs the service it is for%', 'a form is of a service');
SELECT t.refused('wh_civil', $$SELECT govdata.register_form('事项', '表', '{martian}')$$, '23514%', 'and asks citizens, legal persons or others');
SELECT t.refused('operator', $$SELECT govdata.register_form('事项', '表')$$, 'ZW024 only departments%', 'the operator asks nobody');
SELECT t.refused('utility', $$SELECT govdata.register_form('事项', '表')$$, 'ZW024 only departments%', 'nor is a utility bound');
SELECT t.refused('wh_civil', format($$INSERT INTO govdata.service_form (service, title, audience, department) VALUES ('事项', '表', '{citizen}', %s)$$,
	t.department('wh_police')), 'ZW024 a new form in state %', 'nobody registers a form of another');

SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'real_estate_unit')$$, :form),
	'ZW024 what can be obtained on the platform is not asked for again', 'what is shared unconditionally is not asked for');
SELECT is(t.detail('wh_civil', format($$SELECT govdata.register_field(%s, 'real_estate_unit')$$, :form)),
	format('The department can obtain it from 1 item of the catalog: 不动产单元号 = %s.real_estate_unit (unconditional). Measures, Article 24.', code), 'the error names the entry')
	FROM govdata.resource WHERE id = :houses;
SELECT is(t.hint('wh_civil', format($$SELECT govdata.register_field(%s, 'real_estate_unit')$$, :form)),
	format('Instead: SELECT real_estate_unit FROM data.r%s;', :houses), 'and how to use it instead');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'real_estate_unit', NULL, '方便')$$, :form), 'ZW024 what can be%', 'a reason does not help');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'person_name')$$, :form), 'ZW024 what can be%', 'nor is what it is authorized to');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'citizen_id')$$, :form), 'ZW024 what can be%', 'what it could ask the provider for is applied for first');
SELECT is(t.hint('wh_civil', format($$SELECT govdata.register_field(%s, 'citizen_id')$$, :form)),
	format($$Instead: SELECT govdata.submit_request('%s', ARRAY['身份证号'], 'purpose', 'last day of use');$$, :'people_code'), 'with the ready-made call');
SELECT t.allowed('wh_civil', format($$SELECT govdata.submit_request(%L, ARRAY['身份证号'], '低保审批', '2026-12-31')$$, :'people_code'), 'which works');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'citizen_id')$$, :form),
	'ZW024 form field needs a reason, since the catalog has such data', 'asked for and unanswered: with a reason');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'citizen_id', NULL, '  ')$$, :form), '23514%', 'that is one');
SELECT t.val('wh_civil', format($$SELECT govdata.register_field(%s, 'citizen_id', '申请人身份证号', '答复前仍须核验')$$, :form)) AS waiting \gset
SELECT is(finding || ': ' || found, 'pending: 公民身份号码 = ' || :'people_code' || '.身份证号 (pending)', 'what was found is recorded')
	FROM govdata.service_form_field WHERE id = :waiting;
SELECT t.val('wh_civil', format($$SELECT govdata.register_field(%s, 'address', '现住址', '未获同意')$$, :form)) AS refused \gset
SELECT t.val('wh_civil', format($$SELECT govdata.register_field(%s, 'land_use', '宅基地', '不予共享')$$, :form)) AS withheld \gset
SELECT t.val('wh_civil', format($$SELECT govdata.register_field(%s, 'income')$$, :form)) AS free \gset
SELECT is(string_agg(finding || ' ' || label, ', ' ORDER BY id), 'refused 现住址, withheld 宅基地, not_obtainable 收入', 'refused and withheld: with a reason; what nobody has: freely')
	FROM govdata.service_form_field WHERE id IN (:refused, :withheld, :free);
-- who is concerned must be said
SELECT t.val('wh_civil', format($$SELECT govdata.register_field(%s, 'person_name', '申请人姓名', identifies => true)$$, :form)) AS known_by \gset
SELECT is(finding, 'identifies', 'what says who asks is asked') FROM govdata.service_form_field WHERE id = :known_by;
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'address', '籍贯', identifies => true)$$, :form), 'ZW024 data element % identifies nobody%', 'but only that');
-- where the data come from
SELECT t.val('wh_house', $$SELECT govdata.register_form('房屋登记', '房屋登记表', '{citizen,legal_person}')$$) AS source_form \gset
SELECT t.refused('wh_house', format($$SELECT govdata.register_field(%s, 'real_estate_unit')$$, :source_form), 'ZW024 form field needs a reason%', 'data of one''s own: say why');
SELECT t.allowed('wh_house', format($$SELECT govdata.register_field(%s, 'real_estate_unit', NULL, '首次登记,数据由此产生')$$, :source_form), 'the form may be their source');
-- nonsense
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'nothing')$$, :form), 'ZW024 there is no data element "nothing"%', 'an unknown element');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, NULL)$$, :form), 'ZW024 there is no data element ""%', 'none');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'income')$$, :form), 'ZW024 the form asks "收入" already%', 'the same twice');
SELECT t.refused('wh_police', format($$SELECT govdata.register_field(%s, 'income')$$, :form), 'ZW024 there is no form % of your own%', 'another''s form');
SELECT t.refused('wh_da', format($$SELECT govdata.register_field(%s, 'income')$$, :form), 'ZW024 there is no form % of your own%', 'that of a department below either');
SELECT t.refused('wh_civil', $$SELECT govdata.register_field(999, 'income')$$, 'ZW024 there is no form 999 of your own%', 'no form');
SELECT t.refused('superuser', format($$SELECT govdata.register_field(%s, 'income')$$, :form), 'ZW024 user % acts for no department%', 'a superuser is no department');
SELECT t.refused('wh_civil', format($$INSERT INTO govdata.service_form_field (form, element, finding) VALUES (%s, 'vin', 'not_obtainable')$$, :form),
	'ZW024 column "finding" of service_form_field is set by the platform%', 'what is found is not for the actor to say');
SELECT t.refused('wh_civil', format($$UPDATE govdata.service_form_field SET element = 'citizen_id' WHERE id = %s$$, :free),
	'ZW024 %', 'a field does not change under the hand');
SELECT t.refused('wh_civil', format($$DELETE FROM govdata.service_form_field WHERE id = %s$$, :free), 'ZW024 rows of%', 'nor is it deleted');
SELECT is(t.told('wh_police', format('SELECT govdata.retire_field(%s)', :free)), 'ZW024 there is no form field "' || :free || '" that you can see', 'and nobody else sees it');
SELECT t.allowed('wh_civil', format('SELECT govdata.retire_field(%s, ''可以共享'')', :free), 'it is retired');
SELECT t.val('wh_civil', format($$SELECT govdata.register_field(%s, 'income')$$, :form)) AS free \gset

-- ---- what has become obtainable since ----
SELECT is(t.val('wh_civil', 'SELECT count(*) FROM govdata.redundant_question'), '0', 'no form asks for what can be had');
SELECT t.val('wh_police', format('SELECT govdata.approve_request(id) FROM govdata.share_request WHERE state = ''submitted'' AND consumer = %s', t.department('wh_civil'))) \g /dev/null
SELECT is(t.val('wh_civil', 'SELECT string_agg(label || '' '' || how || '' '' || hint, '','') FROM govdata.redundant_question'),
	format('申请人身份证号 authorized SELECT "身份证号" FROM data.r%s;', :people), 'an authorization makes a question redundant at once');
SELECT t.carrying('wh_house', '收入', '{income}') AS incomes \gset
SELECT is(t.val('wh_civil', 'SELECT string_agg(label || '' '' || how, '', '' ORDER BY field) FROM govdata.redundant_question'),
	'申请人身份证号 authorized, 收入 apply_first', 'and so does a publication');
SELECT is(t.val(who, 'SELECT count(*) FROM govdata.redundant_question'), n, format('seen by %s: %s', who, n))
	FROM (VALUES ('wh_da', '2'), ('wh_gov', '2'), ('hb_da', '2'), ('admin', '2'), ('wh_police', '0'), ('ja_da', '0'), ('yc_da', '0')) AS v (who, n);
SELECT is(t.val('wh_civil', $$SELECT string_agg(duty || ' ' || subject || ' ' || subject_key || ' ' || article, ', ' ORDER BY subject_key::int) FROM govdata.obligation WHERE article = 24$$),
	format('retire_field service_form_field %s 24, retire_field service_form_field %s 24', :waiting, :free), 'and an obligation');
SELECT is(t.val('wh_da', $$SELECT count(*) FROM govdata.obligation WHERE article = 24 AND name = '武汉市民政局'$$), '2', 'its authority sees that too');
-- an application makes the question one that waits for an answer
SELECT t.request('wh_civil', :incomes, '{income}') AS asked \gset
SELECT is(t.val('wh_civil', 'SELECT string_agg(label, '', '') FROM govdata.redundant_question'), '申请人身份证号', 'what was applied for may be asked until the answer');
-- silence: consent by time, not written down by anyone
\set travel_to '2026-03-17 09:00+08'
\i :travel
SELECT is(state, 'submitted', 'nobody has swept') FROM govdata.share_request WHERE id = :asked;
SELECT is(t.how('wh_civil', 'income'), 'authorized', 'time has consented');
SELECT is(t.val('wh_civil', 'SELECT string_agg(label, '', '') FROM govdata.redundant_question'), '申请人身份证号', 'but nothing can be read yet, so the form asks on');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'income', '全家收入')$$, :form), 'ZW024 form field needs a reason%', 'with a reason');
SELECT t.attach('wh_house', :incomes) \g /dev/null
SELECT is(t.val('wh_civil', 'SELECT string_agg(label || '' '' || how, '', '' ORDER BY field) FROM govdata.redundant_question'),
	'申请人身份证号 authorized, 收入 authorized', 'once a table is attached it does not');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'income', '全家收入', '方便')$$, :form), 'ZW024 what can be%', 'nor is it asked anew');
SELECT is(state, 'submitted', 'still nobody has swept') FROM govdata.share_request WHERE id = :asked;
-- the end of the term: to be applied for again
\set travel_to '2027-01-01 09:00+08'
\i :travel
SELECT is(t.how('wh_civil', 'income'), 'apply_first (attached)', 'what has ended is applied for again');

-- a form that goes takes its questions along
SELECT t.allowed('wh_civil', format('SELECT govdata.retire_form(%s, ''合并办理'')', :form), 'a form is retired');
SELECT is(string_agg(DISTINCT state || ' ' || end_reason, ', ' ORDER BY state || ' ' || end_reason), 'retired 可以共享, retired 合并办理', 'with its fields') FROM govdata.service_form_field WHERE form = :form;
SELECT is(t.val('wh_civil', 'SELECT count(*) FROM govdata.redundant_question'), '0', 'and asks nobody any more');
SELECT t.refused('wh_civil', format($$SELECT govdata.register_field(%s, 'currency')$$, :form), 'ZW024 form % is retired%', 'for good');
SELECT is_empty($$SELECT finding FROM govdata.verify_journal() WHERE finding NOT IN ('ok', 'unsealed')$$, 'the journal holds');

-- ---- a catalog of many items: an index finds those that carry an element ----
SET govdata.restore = on;
INSERT INTO govdata.resource (id, class, code, title, provider, abstract, format_category, sharing, sharing_conditions, opening, opening_ground,
	update_cycle, state, published_at, updated_at)
	SELECT 1000 + i, '307009', '307009/' || 900000 + i, '资源', t.department('wh_police'), '摘要', '数据库', 'conditional', '条件', 'closed', 'privacy',
	'每日', 'published', now, now FROM generate_series(1, 8000) AS i, govdata.clock() AS now;
INSERT INTO govdata.resource_item (resource, name, title, data_type, element)
	SELECT 1000 + i, 'i' || k, 'i', 'text', CASE k WHEN 1 THEN CASE WHEN i % 100 = 0 AND i <= 2000 THEN 'nationality' ELSE 'occupation' END END
	FROM generate_series(1, 8000) AS i, generate_series(1, 3) AS k;
RESET govdata.restore;
ANALYZE govdata.resource_item, govdata.resource;
CREATE FUNCTION t.plan(sql text) RETURNS SETOF text
LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || sql; END $$;
CREATE TABLE t.nodes AS SELECT n FROM t.plan('SELECT * FROM govdata._offers(''{nationality}'')') AS n
	UNION ALL SELECT n FROM t.plan(format('SELECT * FROM govdata._standings(%s)', t.department('wh_civil'))) AS n;
SELECT is(count(*) FILTER (WHERE n LIKE '%Scan on resource_item_element%' OR n LIKE '%using resource_item_element%'), 1::bigint, 'by the index on the element')
	FROM t.nodes;
SELECT is_empty('SELECT n FROM t.nodes WHERE n ~ ''Seq Scan on (resource|resource_item|share_request|share_authorization)\M''', 'and nothing is read through');
SELECT is(t.val('wh_civil', 'SELECT count(*) FROM govdata.obtainable(''{nationality}'')'), '20', 'all of them');
SELECT is(t.detail('wh_civil', $$SELECT govdata.notify_purchase('国籍', '{nationality}', '某公司', '核对', '2027-02-01')$$) LIKE
	'The department can obtain it from 20 items of the catalog: 国籍 = 307009/900100.i1 (apply_first); %307009/900500.i1 (apply_first). Measures, Article 15.', true,
	'of which an error names the first five');

\i :actors_end
