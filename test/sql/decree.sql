\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- Decree 809, switched on for what is received from 4 March 2026 on: extension,
-- completion, delivery, the ladder of disputes, the upkeep of the catalog, the
-- end of a service; and that none of it is there for what was received before.

SELECT t.val('hb_da', 'SELECT govdata.adopt_regime(''decree809'', ''2026-03-04'', ''省数据局公告'')') AS switch \gset
SELECT t.resource('wh_police', '人口', '{甲,乙}') AS r \gset
SELECT t.resource('wh_police', '车辆', '{甲}', 'unconditional') AS free \gset
\set travel_to '2026-03-03 23:59:30+08'
\i :travel
SELECT t.request('wh_civil', :r, '{甲}') AS before \gset
\set travel_to '2026-03-04 00:00:30+08'
\i :travel
SELECT t.request('wh_civil', :r, '{甲}') AS after \gset
SELECT is(string_agg(format('%s %s %s %s', regime, limit_code, due_on, matures_at IS NOT NULL), ', ' ORDER BY id), 'measures reply_conditional 2026-03-17 t, decree809 reply_conditional 2026-03-18 t', 'each keeps the regime of its day; silence is consent under both') FROM govdata.share_request;
SELECT is(t.val('wh_civil', 'SELECT string_agg(regime, '' '' ORDER BY id) FROM govdata.request_board'), 'measures decree809', 'and shows it');

-- ---- extension ----
SELECT t.refused('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :before), 'ZW020 the limit of this case is not extended', 'under the Measures alone no limit is extended');
SELECT t.refused('wh_police', format('SELECT govdata.ask_extension(%s)', args), told, args)
FROM (VALUES
	(format('''share_request'', %s, 11, ''数据量大''', :after), 'ZW020 a limit is extended by 1 to 10 working days'),
	(format('''share_request'', %s, 0, ''数据量大''', :after), 'ZW020 a limit is extended by 1 to 10 working days'),
	(format('''share_request'', %s, NULL, ''数据量大''', :after), 'ZW020 extension of time needs the number of working days'),
	(format('''share_request'', %s, 5, ''  ''', :after), 'ZW020 extension of time needs the special reason'),
	(format('''resource'', %s, 5, ''数据量大''', :r), 'ZW020 limits of "resource" are not extended'),
	('''share_request'', 999, 5, ''数据量大''', 'ZW020 there is no request "999" that you can see')) AS v (args, told);
SELECT t.refused(who, format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :after), told, format('%s: %s', who, told))
FROM (VALUES ('wh_civil', 'ZW020 a new extension of time in state "asked" can be entered only by: asker'), ('wh_da', 'ZW020 a new extension of time in state "asked" can be entered only by: asker'),
	('hb_gov', 'ZW020 a new extension of time in state "asked" can be entered only by: asker'), ('wh_house', 'ZW020 there is no request "2" that you can see'), ('yc_da', 'ZW020 there is no request "2" that you can see'),
	('superuser', 'ZW020 user % acts for no department'), ('admin', '42501 %'), ('public', '42501 %')) AS v (who, told);
SELECT t.val('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :after)) AS e \gset
SELECT is(format('%s %s %s %s', state, authority = t.department('wh_da'), other = t.department('wh_civil'), limit_code), 'asked t t reply_extension', 'asked of the authority of its level') FROM govdata.limit_extension;
SELECT is(due_on, '2026-03-18'::date, 'asking extends nothing') FROM govdata.share_request WHERE id = :after;
SELECT t.refused('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''再'')', :after), '23505 %', 'once');
SELECT is(t.val('wh_da', 'SELECT string_agg(format(''%s %s'', duty, subject_key = ' || quote_literal(:e) || '), '' '') FROM govdata.my_obligation WHERE duty = ''decide_extension'''), 'decide_extension t', 'the authority owes the decision');
SELECT t.refused(who, format('SELECT govdata.decide_extension(%s, true)', :e), told, format('%s does not consent', who))
FROM (VALUES ('wh_police', 'ZW020 extension of time 1 can be moved from "asked" to "granted" only by: authority'), ('wh_civil', 'ZW020 extension of time %'), ('hb_da', 'ZW020 extension of time %'), ('wh_gov', 'ZW020 extension of time %'), ('wh_house', 'ZW020 there is no extension of time "1" that you can see')) AS v (who, told);
BEGIN;
SELECT t.refused('wh_da', format('SELECT govdata.decide_extension(%s, false)', :e), 'ZW020 extension of time 1 needs the reason%', 'declining needs a reason');
SELECT t.allowed('wh_da', format('SELECT govdata.decide_extension(%s, false, ''理由不足'')', :e), 'declined');
SELECT is(format('%s %s', due_on, coalesce(extended_by, 0)), '2026-03-18 0', 'extends nothing') FROM govdata.share_request WHERE id = :after;
SELECT t.allowed('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 3, ''另有原因'')', :after), 'but it can be asked again');
ROLLBACK;
SELECT t.allowed('wh_da', format('SELECT govdata.decide_extension(%s, true)', :e), 'the authority consents');
SELECT is(format('%s %s %s', extended_by, due_on, matures_at = '2026-03-26 00:00+08'), '5 2026-03-25 t', 'and the limit moves, with its consent by silence') FROM govdata.share_request WHERE id = :after;
SELECT is(format('%s %s', consumer = t.department('wh_civil'), to_state), 't granted', 'the requester is told') FROM govdata.journal_entry WHERE subject = 'limit_extension' AND event = 'update';
SELECT is(t.val('wh_civil', format('SELECT format(''%%s %%s'', extended_by, due_on) FROM govdata.request_board WHERE id = %s', :after)), '5 2026-03-25', 'and sees it');
SELECT t.refused('wh_police', format('UPDATE govdata.share_request SET extended_by = 10 WHERE id = %s', :after), 'ZW020 %', 'nobody extends by hand');
SELECT t.refused('wh_da', format('UPDATE govdata.limit_extension SET days = 10 WHERE id = %s', :e), 'ZW020 %', 'nor more than asked');
-- a notice moves the extended limit too
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test', '2026-03-04');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-03-24', 'holiday', '试', 'test');
SELECT is(string_agg(due_on::text, ' ' ORDER BY id), '2026-03-17 2026-03-26', 'a notice moves the extended limit') FROM govdata.share_request;
ROLLBACK;
-- what is received under the Decree keeps it when the Decree ends
BEGIN;
SELECT t.val('hb_da', 'SELECT govdata.end_regime(''decree809'', ''2026-03-05'', ''停'')');
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test', '2026-03-04');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-03-24', 'holiday', '试', 'test');
SELECT is(string_agg(due_on::text, ' ' ORDER BY id), '2026-03-17 2026-03-26', 'a notice moves it after the end of the Decree as well') FROM govdata.share_request;
ROLLBACK;
\set travel_to '2026-03-18 09:00+08'
\i :travel
SELECT is(string_agg(effective_state, ' ' ORDER BY id), 'approved submitted', 'one is consented to, the extended one is not') FROM govdata.request_board;
SELECT t.refused('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''再'')', :before), 'ZW020 no limit of request 1 is running', 'what is over is not extended');
\set travel_to '2026-03-26 00:00+08'
\i :travel
SELECT is(string_agg(effective_state || ' ' || basis, ' ' ORDER BY id), 'approved deemed_consent approved deemed_consent', 'silence after the extension is consent') FROM govdata.request_board;

-- granted too late
SELECT t.request('wh_civil', :r, '{甲}') AS late \gset
SELECT t.val('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :late)) AS e2 \gset
\set travel_to '2026-04-20 09:00+08'
\i :travel
SELECT t.refused('wh_da', format('SELECT govdata.decide_extension(%s, true)', :e2), 'ZW020 no limit of request % is running any more', 'a consent that comes too late');
SELECT t.allowed('wh_police', format('SELECT govdata.withdraw_extension(%s)', :e2), 'the asker can take it back');
-- an authority's own: the next one above
SELECT t.resource('wh_da', '平台', '{甲}', class => '307011') AS own \gset
SELECT t.request('wh_civil', :own, '{甲}') AS q \gset
SELECT t.val('wh_da', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :q)) AS e3 \gset
SELECT is(authority, t.department('hb_da'), 'an authority asks the one above') FROM govdata.limit_extension WHERE id = :e3;
-- what is not in the catalog is the Measures' own
SELECT t.val('wh_civil', format('INSERT INTO govdata.share_request (provider, wanted, items, purpose, valid_until) VALUES (%s, ''某数据'', NULL, ''用'', ''2026-12-31'') RETURNING id', t.department('wh_police'))) AS u \gset
SELECT is(format('%s %s', regime, limit_code), 'decree809 reply_uncatalogued', 'not in the catalog') FROM govdata.share_request WHERE id = :u;
SELECT t.refused('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''数据量大'')', :u), 'ZW020 the limit of this case is not extended', 'the Decree does not reach it');

-- ---- completion ----
SELECT t.request('wh_civil', :r, '{甲,乙}') AS c \gset
SELECT is(due_on, '2026-05-07'::date, 'due') FROM govdata.share_request WHERE id = :c;
SELECT t.refused(who, format('SELECT govdata.ask_completion(%s, ''使用依据'')', :c), told, format('%s: %s', who, told))
FROM (VALUES ('wh_civil', 'ZW020 a new request for papers in state "asked" can be entered only by: provider'), ('wh_da', 'ZW020 a new request for papers in state %'), ('wh_house', 'ZW020 there is no request %'), ('superuser', 'ZW020 user %'), ('admin', '42501 %')) AS v (who, told);
SELECT t.refused('wh_police', format('SELECT govdata.ask_completion(%s, '' '')', :c), 'ZW020 request for papers needs the papers that are missing', 'all that is missing is named');
SELECT t.refused('wh_police', format('SELECT govdata.ask_completion(%s, ''使用依据'')', :u), 'ZW020 asking for papers is no answer and stops no clock', 'not outside the catalog');
\set travel_to '2026-04-24 09:00+08'
\i :travel
SELECT t.allowed('wh_police', format('SELECT govdata.ask_completion(%s, ''使用依据、使用范围'')', :c), 'told once');
SELECT t.refused('wh_police', format('SELECT govdata.ask_completion(%s, ''还有'')', :c), 'ZW020 papers for request % have been asked for already', 'and all at once');
SELECT is(format('%s %s %s', paused_at IS NOT NULL, matures_at IS NULL, state), 't t submitted', 'the clock stands still') FROM govdata.share_request WHERE id = :c;
SELECT is(format('%s %s', working_days_left, late), ' f', 'nothing is counted') FROM govdata.request_board WHERE id = :c;
SELECT is(string_agg(duty || ' ' || (department = t.department('wh_civil')), ' '), 'complete_request true', 'the consumer''s turn') FROM govdata.obligation WHERE subject_key = :'c' AND subject = 'share_request' OR duty = 'complete_request';
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, ''材料不全'')', :c), 'ZW020 request % waits for papers that were asked for', 'incomplete papers are no reason to refuse');
SELECT t.refused('wh_police', format('SELECT govdata.approve_request(%s, ''{甲}'', ''材料不全'')', :c), 'ZW020 request % waits for papers%', 'not a part either');
SELECT t.refused('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 5, ''x'')', :c), 'ZW020 no limit of request % is running', 'nor is it extended meanwhile');
BEGIN;
SELECT t.allowed('wh_police', format('SELECT govdata.approve_request(%s)', :c), 'it can be approved as it is');
SELECT t.refused('wh_civil', format('SELECT govdata.complete_request(%s, ''依据'')', :c), 'ZW020 request % waits for nothing any more', 'and then waits for nothing');
ROLLBACK;
BEGIN;
SELECT t.allowed('wh_civil', format('SELECT govdata.withdraw_request(%s)', :c), 'or withdrawn');
ROLLBACK;
\set travel_to '2026-06-08 09:00+08'
\i :travel
CALL govdata.sweep();
SELECT is(t.val('wh_civil', format('SELECT format(''%%s %%s'', effective_state, late) FROM govdata.request_board WHERE id = %s', :c)), 'submitted f', 'weeks later nothing is consented to and nothing late');
SELECT t.refused(who, format('SELECT govdata.complete_request(%s, ''依据'')', :c), told, format('not completed by %s', who))
FROM (VALUES ('wh_police', 'ZW020 request for papers % can be moved from "asked" to "completed" only by: consumer'), ('wh_da', 'ZW020 request for papers %'), ('wh_house', 'ZW020 there is no request for papers % that you can see')) AS v (who, told);
SELECT t.refused('wh_civil', format('SELECT govdata.complete_request(%s, '' '')', :c), 'ZW020 request for papers % needs what completes the request%', 'with something');
SELECT t.allowed('wh_civil', format('SELECT govdata.complete_request(%s, ''依据与范围'')', :c), 'completed');
SELECT is(format('%s %s %s', due_on, matures_at = '2026-06-24 00:00+08', received_at < '2026-05-01'), '2026-06-23 t t', 'the clock of the completed request: ten days anew, from its completion') FROM govdata.share_request WHERE id = :c;
SELECT t.refused('wh_civil', format('SELECT govdata.complete_request(%s, ''再'')', :c), 'ZW020 request for papers % cannot move%', 'once');
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test', '2026-06-08');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-06-10', 'holiday', '试', 'test');
SELECT is(due_on, '2026-06-24'::date, 'which a notice moves') FROM govdata.share_request WHERE id = :c;
ROLLBACK;
SELECT t.val('wh_police', format('SELECT govdata.ask_extension(''share_request'', %s, 2, ''数据量大'')', :c)) AS e4 \gset
SELECT t.val('wh_da', format('SELECT govdata.decide_extension(%s, true)', :e4));
SELECT is(due_on, '2026-06-25'::date, 'and an extension extends') FROM govdata.share_request WHERE id = :c;
SELECT t.allowed('wh_police', format('SELECT govdata.refuse_request(%s, ''与职责无关'')', :c), 'then it can be refused');

-- ---- unconditional, but not on the platform: one working day ----
\set travel_to '2026-06-09 09:00+08'
\i :travel
SELECT t.request('wh_civil', :free, '{甲}') AS f \gset
SELECT is(format('%s %s %s %s', limit_code, due_on, matures_at, state), 'reply_unconditional 2026-06-10  submitted', 'one working day, and no consent by silence is needed') FROM govdata.share_request WHERE id = :f;
SELECT t.refused('wh_police', format('SELECT govdata.refuse_request(%s, ''不便'')', :f), 'ZW016 request % asks for data that are shared unconditionally', 'what is for all is refused to none');
SELECT t.allowed('wh_police', format('SELECT govdata.approve_request(%s)', :f), 'approved');

-- ---- delivery ----
SELECT is(string_agg(format('%s %s %s %s', regime, state, limit_code, due_on), ', '), 'decree809 owed delivery 2026-07-08', 'due twenty working days from the agreeing reply') FROM govdata.share_delivery WHERE request = :f;
SELECT is(count(*), 0::bigint, 'not for what was received under the Measures') FROM govdata.share_delivery WHERE request = :before;
SELECT is(due_on, '2026-04-24'::date, 'from the day on which the consent by silence begins') FROM govdata.share_delivery WHERE request = :after;
SELECT is(count(*), 2::bigint, 'the provider owes them') FROM govdata.obligation WHERE duty = 'deliver_data' AND department = t.department('wh_police') AND late AND consequence = 'late';
SELECT t.refused(who, format('SELECT govdata.mark_delivered(%s, ''interface'')', :after), told, format('not delivered by %s', who))
FROM (VALUES ('wh_civil', 'ZW020 delivery % can be moved from "owed" to "delivered" only by: provider, law'), ('wh_da', 'ZW020 delivery %'), ('wh_house', 'ZW020 there is no delivery % that you can see'), ('superuser', 'ZW020 user %')) AS v (who, told);
SELECT t.refused('wh_police', format('SELECT govdata.mark_delivered(%s, %s)', :after, how), told, format('delivered by %s', how))
FROM (VALUES ('NULL', 'ZW020 delivery % needs how the data were delivered%'), ('''attached''', 'ZW017 that data are attached is seen by the platform itself'), ('''carrier pigeon''', '23514 %')) AS v (how, told);
SELECT t.allowed('wh_police', format('SELECT govdata.mark_delivered(%s, ''interface'', ''接口已开通'')', :after), 'marked as delivered');
SELECT t.refused('wh_police', format('SELECT govdata.mark_delivered(%s, ''file'')', :after), 'ZW020 delivery % cannot move%', 'once');
SELECT t.refused('wh_police', format('INSERT INTO govdata.share_delivery (request, resource, provider, consumer, regime, received_at, owed_since) VALUES (%s, %s, %s, %s, ''decree809'', now(), now())', :f, :r, t.department('wh_police'), t.department('wh_civil')), 'ZW020 %', 'nobody opens one by hand');
-- a notice moves what is owed
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test', '2026-06-09');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-07-01', 'holiday', '试', 'test');
SELECT is(due_on, '2026-07-09'::date, 'a notice moves it') FROM govdata.share_delivery WHERE request = :f;
ROLLBACK;
-- attaching delivers
CREATE TABLE t.cars (甲 text);
ALTER TABLE t.cars OWNER TO regress_gd_wh_police;
GRANT USAGE ON SCHEMA t TO govdata_department;
SELECT t.allowed('wh_police', format('SELECT govdata.attach_resource(%L, ''t.cars'')', code), 'the table is attached') FROM govdata.resource WHERE id = :free;
SELECT is(format('%s %s', state, how), 'delivered attached', 'and the delivery is made') FROM govdata.share_delivery WHERE request = :f;
SELECT is(format('%s %s', actor, to_state), 'department delivered', 'on record as following from the provider''s act') FROM govdata.journal_entry WHERE subject = 'share_delivery' AND event = 'update' ORDER BY id DESC LIMIT 1;
SELECT t.refused('wh_civil', format('INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (%s, ''{甲}'', ''用'', ''2026-12-31'')', :free), 'ZW020 no request is needed for these items%', 'now it is on the platform, and needs no request');
SELECT is(string_agg(format('%s %s %s %s %s %s', regime, replied, by_silence, extended, completed, delivered_late), ', ' ORDER BY regime), 'decree809 2 2 2 1 2, measures 0 1 0 0 0', 'silence, extensions and late deliveries count') FROM govdata.reply_record WHERE department = t.department('wh_police');

-- ---- the ladder of disputes ----
SELECT t.request('wh_civil', :r, '{甲}') AS d \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :d));
SELECT t.allowed('wh_civil', format('SELECT govdata.request_coordination(%s, ''有关'')', :d), 'step one');
SELECT is(format('%s %s', coordination_step, coordinator = t.department('wh_civil')), '1 t', 'the parties negotiate') FROM govdata.share_request WHERE id = :d;
SELECT t.refused(who, format('SELECT govdata.settle_coordination(%s, ''agreed'', ''同意'')', :d), told, format('not settled by %s alone', who))
FROM (VALUES ('wh_civil', 'ZW020 the provider has not consented'), ('wh_police', 'ZW020 request % can be moved%'), ('wh_da', 'ZW020 request % can be moved%'), ('hb_da', 'ZW020 request % can be moved%')) AS v (who, told);
BEGIN;
SELECT t.val('wh_police', format('SELECT govdata.consent_in_coordination(%s)', :d));
SELECT t.allowed('wh_civil', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''协商一致'')', :d), 'they agree');
SELECT is(state, 'active', 'and the platform authorizes') FROM govdata.share_authorization WHERE request = :d;
ROLLBACK;
SELECT t.allowed('wh_civil', format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''协商不成'')', :d), 'they do not');
SELECT t.allowed('wh_civil', format('SELECT govdata.request_coordination(%s, ''协商不成'')', :d), 'step two');
SELECT is(format('%s %s', coordination_step, coordinator = t.department('wh_da')), '2 t', 'the authority of their level') FROM govdata.share_request WHERE id = :d;
SELECT t.refused('wh_da', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''应当共享'')', :d), 'ZW020 the provider has not consented', 'which coordinates and does not command');
SELECT t.refused('wh_civil', format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''x'')', :d), 'ZW020 request % can be moved%', 'and whose turn it is');
SELECT t.allowed('wh_da', format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''未达成一致'')', :d), 'unsettled');
SELECT t.allowed('wh_civil', format('SELECT govdata.request_coordination(%s, ''报政府决定'')', :d), 'step three');
SELECT is(format('%s %s', coordination_step, coordinator = t.department('wh_gov')), '3 t', 'the government decides') FROM govdata.share_request WHERE id = :d;
BEGIN;
SELECT t.allowed('wh_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''应当共享'')', :d), 'without the provider''s consent');
SELECT is(format('%s %s', a.state, a.basis), 'active coordination', 'and it is shared') FROM govdata.share_authorization a WHERE a.request = :d;
ROLLBACK;
SELECT t.allowed('wh_gov', format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''待定'')', :d), 'or does not');
SELECT t.refused('wh_civil', format('SELECT govdata.request_coordination(%s, ''再'')', :d), 'ZW020 there is no step after the last one', 'after which there is none');
-- across regions and levels: the common upper authority
SELECT t.request('yc_civil', :r, '{甲}') AS x \gset
SELECT t.request('ja_civil', :r, '{甲}') AS y \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', q)) FROM unnest(ARRAY[:x, :y]) AS q;
SELECT t.val(who, format('SELECT govdata.request_coordination(%s, ''有关'')', q)), t.val(who, format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''协商不成'')', q)), t.val(who, format('SELECT govdata.request_coordination(%s, ''有关'')', q))
FROM (VALUES ('yc_civil', :x), ('ja_civil', :y)) AS v (who, q);
SELECT is(string_agg(format('%s %s %s', coordination_step, c.name, co_coordinator IS NULL), ', ' ORDER BY q.id), '2 湖北省数据局 t, 2 武汉市数据局 t', 'of both, and nobody beside it') FROM govdata.share_request q JOIN govdata.department c ON c.id = q.coordinator WHERE q.id IN (:x, :y);
SELECT t.val(who, format('SELECT govdata.settle_coordination(%s, ''unsettled'', ''未达成一致'')', q)) FROM (VALUES ('hb_da', :x), ('wh_da', :y)) AS v (who, q);
SELECT t.val(who, format('SELECT govdata.request_coordination(%s, ''报政府'')', q)) FROM (VALUES ('yc_civil', :x), ('ja_civil', :y)) AS v (who, q);
SELECT is(string_agg(format('%s %s', coordination_step, c.name), ', ' ORDER BY q.id), '3 湖北省人民政府, 3 武汉市人民政府', 'and its government') FROM govdata.share_request q JOIN govdata.department c ON c.id = q.coordinator WHERE q.id IN (:x, :y);

-- ---- what was received under the Measures goes their way ----
SELECT t.val('hb_da', 'SELECT govdata.end_regime(''decree809'', ''2026-06-10'', ''停'')');
\set travel_to '2026-06-10 09:00+08'
\i :travel
SELECT t.request('wh_civil', :r, '{甲}') AS m \gset
SELECT is(regime, 'measures', 'the Decree has ended') FROM govdata.share_request WHERE id = :m;
SELECT t.refused('wh_police', format('SELECT govdata.ask_completion(%s, ''使用依据'')', :m), 'ZW020 asking for papers is no answer and stops no clock', 'asking for papers stops no clock');
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''无关'')', :m));
SELECT t.val('wh_civil', format('SELECT govdata.request_coordination(%s, ''有关'')', :m));
SELECT is(format('%s %s', coalesce(coordination_step, 0), coordinator = t.department('wh_da')), '0 t', 'coordination goes to the authority at once') FROM govdata.share_request WHERE id = :m;
SELECT t.val('ja_civil', format('SELECT regime FROM govdata.request_board WHERE id = %s', :y)) AS kept;
SELECT t.val('wh_gov', format('SELECT govdata.settle_coordination(%s, ''agreed'', ''应当共享'')', :y));
SELECT is(format('%s %s %s', regime, state, due_on), 'decree809 owed 2026-07-09', 'a dispute that began under the Decree ends under it: delivery is owed') FROM govdata.share_delivery WHERE request = :y;

-- ---- the end of a service ----
SELECT t.refused('wh_police', format('SELECT govdata.withdraw_resource(%L, ''停用'')', code), 'ZW020 the service of resource % is not ended without negotiation and filing', 'not without negotiation and filing') FROM govdata.resource WHERE id = :r;
SELECT code FROM govdata.resource WHERE id = :r \gset
SELECT t.refused(who, format('SELECT govdata.propose_service_end(%L, ''系统停用'')', :'code'), told, format('not proposed by %s', who))
FROM (VALUES ('wh_civil', 'ZW020 a new end of service in state "proposed" can be entered only by: provider'), ('wh_da', 'ZW020 a new end of service in state %'), ('superuser', 'ZW020 user %')) AS v (who, told);
SELECT t.val('wh_police', format('SELECT govdata.propose_service_end(%L, ''系统停用'')', :'code')) AS s \gset
SELECT is(t.val(who, 'SELECT count(*) FROM govdata.service_end'), expected, format('seen by %s: %s', who, expected)) FROM (VALUES ('wh_civil', '1'), ('ja_civil', '1'), ('wh_da', '1'), ('wh_house', '0')) AS v (who, expected);
SELECT t.refused('wh_police', format('SELECT govdata.file_service_end(%s, '' '')', :s), 'ZW020 end of service % needs the outcome of the negotiation%', 'filed with the outcome');
SELECT t.refused('wh_police', format('SELECT govdata.withdraw_resource(%L, ''停用'')', :'code'), 'ZW020 the service of resource %', 'proposing is not filing');
SELECT t.allowed('wh_police', format('SELECT govdata.file_service_end(%s, ''各需求部门同意改用新接口'')', :s), 'filed');
-- what is pending must be answered all the same
SELECT t.allowed('wh_police', format('SELECT govdata.withdraw_resource(%L, ''停用'')', :'code'), 'then it can be withdrawn');

-- ---- the upkeep of the catalog ----
SELECT t.resource('wh_police', '户籍', '{甲}') AS h \gset
SELECT code AS hcode FROM govdata.resource WHERE id = :h \gset
SELECT t.refused('wh_police', format('SELECT govdata.note_catalog_change(%s)', args), told, args)
FROM (VALUES
	('''2026-03-03'', ''职责划转''', 'ZW011 no limit for the update of a catalog was in force on the day of the change'),
	('''2026-06-10'', ''职责划转''', 'ZW011 no limit for the update of a catalog was in force on the day of the change'),
	('''2026-06-11'', ''职责划转''', 'ZW011 the day of a change (happened_on) cannot be after today'),
	('''2026-06-09'', '' ''', 'ZW011 catalog change needs what has changed'),
	('NULL, ''职责划转''', 'ZW011 catalog change needs the day of the change')) AS v (args, told);
SELECT t.val('wh_police', format('SELECT govdata.note_catalog_change(''2026-06-09'', ''职责划转'', %L)', :'hcode')) AS g \gset
SELECT is(format('%s %s %s %s', state, regime, due_on, authority = t.department('wh_da')), 'noted decree809 2026-06-24 t', 'ten working days from the change') FROM govdata.catalog_change WHERE id = :g;
SELECT t.allowed('wh_da', format('SELECT govdata.note_catalog_change(''2026-06-05'', ''条例修订'', NULL, %s)', t.department('wh_civil')), 'the authority may note it too');
SELECT t.refused(who, format('SELECT govdata.note_catalog_change(''2026-06-05'', ''条例修订'', NULL, %s)', t.department('wh_civil')), 'ZW011 a new catalog change in state "noted" can be entered only by: department, data_authority', format('but not %s', who)) FROM unnest(ARRAY['wh_police', 'yc_da', 'hb_gov']) AS who;
SELECT is(string_agg(format('%s %s %s', duty, due_on, consequence), ', '), 'update_catalog 2026-06-24 late', 'owed') FROM govdata.obligation WHERE subject = 'catalog_change' AND department = t.department('wh_police');
SELECT t.refused('wh_police', format('SELECT govdata.ask_extension(''catalog_change'', %s, 6, ''系统升级'')', :g), 'ZW020 a limit is extended by 1 to 5 working days', 'extended by five at most');
SELECT t.refused('wh_civil', format('SELECT govdata.ask_extension(''catalog_change'', %s, 5, ''系统升级'')', :g), 'ZW011 there is no catalog change % that you can see', 'not another''s');
SELECT t.val('wh_police', format('SELECT govdata.ask_extension(''catalog_change'', %s, 5, ''系统升级'')', :g)) AS e5 \gset
SELECT t.allowed('wh_da', format('SELECT govdata.decide_extension(%s, true)', :e5), 'with consent');
SELECT is(format('%s %s', extended_by, due_on), '5 2026-07-01', 'it moves') FROM govdata.catalog_change WHERE id = :g;
BEGIN;
INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'test', '2026-06-10');
INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-06-30', 'holiday', '试', 'test');
SELECT is(due_on, '2026-07-02'::date, 'and a notice moves it') FROM govdata.catalog_change WHERE id = :g;
ROLLBACK;
SELECT t.val('wh_police', format('SELECT govdata.note_catalog_change(''2026-06-09'', ''另一项'', %L)', :'code')) AS g2 \gset
SELECT t.allowed('wh_police', format('SELECT govdata.submit_catalog_update(%s)', :g), 'updated since: submitted');
\set travel_to '2026-06-12 09:00+08'
\i :travel
SELECT is(format('%s %s %s', review_due_on, duty, o.department = t.department('wh_da')), '2026-06-12 review_catalog t', 'two working days for the authority') FROM govdata.catalog_change g JOIN govdata.obligation o ON o.subject = 'catalog_change' AND o.subject_key = g.id::text WHERE g.id = :g;
SELECT t.refused(who, format('SELECT govdata.review_catalog_update(%s, true)', :g), told, format('not reviewed by %s', who)) FROM (VALUES ('wh_police', 'ZW010 catalog change % can be moved from "updated" to "published" only by: data_authority'), ('hb_da', 'ZW010 catalog change %'), ('wh_civil', 'ZW010 there is no catalog change %')) AS v (who, told);
SELECT t.refused('wh_da', format('SELECT govdata.review_catalog_update(%s, false)', :g), 'ZW010 catalog change % needs the reason%', 'returned with reason');
SELECT t.allowed('wh_da', format('SELECT govdata.review_catalog_update(%s, false, ''缺摘要'')', :g), 'returned');
SELECT is(format('%s %s', duty, due_on), 'update_catalog 2026-07-01', 'its own limit runs on') FROM govdata.obligation WHERE subject = 'catalog_change' AND subject_key = :'g';
SELECT t.allowed('wh_police', format('SELECT govdata.submit_catalog_update(%s)', :g), 'again');
SELECT t.allowed('wh_da', format('SELECT govdata.review_catalog_update(%s, true)', :g), 'published');
SELECT is(count(*), 0::bigint, 'nothing is owed') FROM govdata.obligation WHERE subject = 'catalog_change' AND subject_key = :'g';
-- an entry that nobody has touched
SELECT t.resource('wh_house', '房屋', '{甲}', class => '307012') AS o \gset
\set travel_to '2026-06-15 09:00+08'
\i :travel
SELECT t.allowed('hb_da', 'SELECT govdata.adopt_regime(''decree809'', ''2026-06-16'', ''恢复'')', 'the Decree again');
\set travel_to '2026-06-17 09:00+08'
\i :travel
SELECT t.val('wh_house', format('SELECT govdata.note_catalog_change(''2026-06-16'', ''修订'', %L)', (SELECT code FROM govdata.resource WHERE id = :o))) AS g3 \gset
SELECT t.refused('wh_house', format('SELECT govdata.submit_catalog_update(%s)', :g3), 'ZW011 the entry has not been updated since the change', 'what nobody touched is no update');
SELECT t.val('wh_house', format('UPDATE govdata.resource SET abstract = ''新摘要'' WHERE id = %s', :o));
SELECT t.allowed('wh_house', format('SELECT govdata.submit_catalog_update(%s)', :g3), 'now it is');

CALL govdata.sweep();
SELECT is(string_agg(finding, ' '), 'ok', 'the journal verifies') FROM govdata.verify_journal();

\i :actors_end
