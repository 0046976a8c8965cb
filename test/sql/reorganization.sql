\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Reorganization: nothing is left without an owner, clocks run on, what is said
-- of the past stays (Articles 3 and 6).

CREATE FUNCTION t.asked(id bigint) RETURNS text
LANGUAGE sql AS $$ SELECT format('%s %s %s', state, t.who(provider), t.who(consumer)) FROM govdata.share_request q WHERE q.id = asked.id $$;
CREATE FUNCTION t.authorized(id bigint) RETURNS text
LANGUAGE sql AS $$ SELECT concat_ws(' ', state, ground, t.who(provider), t.who(consumer)) FROM govdata.share_authorization a WHERE a.request = authorized.id $$;

-- ---- what wh_police has ----
SELECT t.resource('wh_police', '出生', '{甲,乙}') AS births \gset
SELECT t.resource('wh_police', '草稿', '{甲}', publish => false) AS draft \gset
SELECT t.resource('wh_police', '停用', '{甲}') AS gone \gset
SELECT t.val('wh_police', format('SELECT govdata.withdraw_resource(%L, ''停用'')', t.code(:gone))) \g /dev/null
SELECT t.request('wh_civil', :births, '{甲}') AS pending \gset
SELECT t.request('wh_house', :births, '{甲,乙}') AS matured \gset
SELECT t.request('wh_civil', :births, '{乙}') AS coordinating \gset
SELECT t.val('wh_police', format('SELECT govdata.refuse_request(%s, ''不必要'')', :coordinating)) \g /dev/null
SELECT t.val('wh_civil', format('SELECT govdata.request_coordination(%s, ''需要'')', :coordinating)) \g /dev/null
SELECT t.val('wh_police', format('INSERT INTO govdata.standing_consent (resource, items) VALUES (%s, ''{乙}'') RETURNING id', :births)) AS consent \gset
SELECT t.entry('wh_police', t.resource('wh_police', '身份', '{甲}'), NULL, 'reviewed') AS entry \gset
-- and asks for of others
SELECT t.resource('wh_civil', '婚姻', '{甲,乙}') AS marriages \gset
SELECT t.resource('wh_house', '住房', '{甲}') AS homes \gset
SELECT t.request('wh_police', :marriages, '{甲}') AS used \gset
SELECT t.val('wh_civil', format('SELECT govdata.approve_request(%s)', :used)) \g /dev/null
SELECT t.request('wh_police', :homes, '{甲}') AS kept \gset
SELECT t.val('wh_house', format('SELECT govdata.approve_request(%s)', :kept)) \g /dev/null
SELECT t.request('wh_police', :marriages, '{乙}') AS asked \gset
UPDATE govdata.department SET superior = t.department('wh_police') WHERE role = 'regress_gd_wc_civil'::regrole;
SELECT t.val('wh_police', 'SELECT govdata.open_maintenance_round()') AS round \gset

-- ---- who may end a department ----
SELECT t.refused('admin', 'UPDATE govdata.department SET valid = ''[2020-01-01,2026-03-02)'' WHERE role = ''regress_gd_wh_police''::regrole', 'ZW006 department % still has duties', 'the administrator ends none that has duties');
SELECT t.allowed('admin', 'UPDATE govdata.department SET valid = ''[2020-01-01,)'' WHERE role = ''regress_gd_wh_police''::regrole', 'a beginning may be set right');
SELECT t.allowed('admin', 'UPDATE govdata.department SET valid = ''(,2026-03-02)'' WHERE role = ''regress_gd_utility''::regrole', 'one without duties ends');
SELECT t.val('wc_civil', 'SELECT govdata.plan_system(''低保系统'', ''new'', ''{低保}'')') AS system \gset
SELECT t.refused('admin', 'UPDATE govdata.department SET valid = ''[2020-01-01,2026-03-02)'' WHERE role = ''regress_gd_wc_civil''::regrole', 'ZW006 department % still has duties', 'none that has an open case of any kind');
SELECT t.refused(who, format('SELECT govdata.draft_reorganization(%s, ''三定方案'')', t.department('wh_police')),
	CASE who WHEN 'admin' THEN 'ZW006 user "%" acts for no department' WHEN 'superuser' THEN 'ZW006 user "%" acts for no department'
	ELSE 'ZW006 a new reorganization in state "drafted" can be entered only by: government' END, 'not: ' || who)
FROM unnest('{wh_police,wh_da,hb_gov,ja_gov,yc_gov,superuser}'::text[]) AS who;
SELECT t.refused('wh_gov', format('SELECT govdata.draft_reorganization(%s, '' '')', t.department('wh_police')), 'ZW006 reorganization needs its basis', 'a decision has a basis');
SELECT t.refused('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''文'', %s)', t.department('wh_police'), t.department(who)), 'ZW006 department % cannot succeed', 'no successor: ' || who) FROM unnest('{wh_police,operator,utility}'::text[]) AS who;
SELECT t.refused('wh_gov', 'SELECT govdata.draft_reorganization(999, ''文'')', 'ZW006 there is no department 999', 'an unknown one');
-- defaults: its government; a branch, its provincial head; a government, the one above
SELECT is(t.val('wh_gov', format('INSERT INTO govdata.reorganization (department, basis) VALUES (%s, ''文'') RETURNING t.who(heir)', t.department('wh_house'))), 'wh_gov', 'none named: its government');
SELECT is(t.val('hb_gov', format('INSERT INTO govdata.reorganization (department, basis) VALUES (%s, ''文'') RETURNING t.who(heir)', t.department('wh_market'))), 'hb_market', 'a branch: its provincial head');
SELECT is(t.val('hb_gov', format('INSERT INTO govdata.reorganization (department, basis) VALUES (%s, ''文'') RETURNING t.who(heir)', t.department('yc_gov'))), 'hb_gov', 'a government: the one above');
SELECT is(t.val('wh_gov', 'SELECT count(*) FROM govdata.obligation WHERE duty = ''execute_reorganization'' AND department = govdata.current_department()'), '1', 'a draft is owed a decision');
SELECT t.refused('wh_gov', format('SELECT govdata.cancel_reorganization(id, '''') FROM govdata.reorganization WHERE department = %s', t.department('wh_house')), 'ZW006 reorganization % needs the reason to become "cancelled"', 'given up with a reason');
SELECT t.allowed('wh_gov', format('SELECT govdata.cancel_reorganization(id, ''不改'') FROM govdata.reorganization WHERE department = %s', t.department('wh_house')), 'it is given up');
SELECT t.refused('wh_gov', format('SELECT govdata.execute_reorganization(id) FROM govdata.reorganization WHERE department = %s', t.department('wh_house')), 'ZW006 reorganization % cannot move from "cancelled" to "executed"', 'for good');

-- ---- part of it: two things move, the department stays ----
SELECT t.val('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''职责调整'', abolish => false)', t.department('wh_police'))) AS part \gset
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :part, :homes, t.department('wh_civil')), 'ZW006 the department has no resource % that could be passed on', 'only what it has');
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''share_authorization'', 999, %s)', :part, t.department('wh_civil')), 'ZW006 the department has no share_authorization 999 that could be passed on', 'only what there is');
SELECT t.refused('wh_da', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :part, :people, t.department('wh_civil')), 'ZW006 there is no reorganization % on which you decide', 'by who decides');
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :part, :people, t.department('operator')), 'ZW006 department % cannot succeed', 'to who can have it');
SELECT t.allowed('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :part, :people, t.department('wh_house')), 'a resource with its table');
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :part, :people, t.department('wh_civil')), '23505 %', 'once');
SELECT t.val('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :part, :births, t.department('wh_house'))) AS wrong \gset
SELECT t.allowed('wh_gov', format('SELECT govdata.drop_succession(%s)', :wrong), 'a line is dropped');
SELECT is(t.val('wh_gov', format('SELECT string_agg(concat_ws('' '', subject, role, t.who(successor)), '', '' ORDER BY subject, key) FROM govdata.reorganization_plan WHERE reorganization = %s', :part)),
	'resource provider wh_house, share_authorization provider wh_house, share_authorization provider wh_house', 'the plan says what will become of what');
-- a reader with a prepared statement
SET SESSION AUTHORIZATION regress_gd_carol;
PREPARE mine AS SELECT count(*) FROM pat.people;
\set VERBOSITY terse
EXECUTE mine;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_gd_pat;
PREPARE own AS SELECT count(*) FROM pat.people;
EXECUTE own;
RESET SESSION AUTHORIZATION;
SELECT t.allowed('wh_gov', format('SELECT govdata.execute_reorganization(%s)', :part), 'it is carried out');
SELECT is(t.who(provider), 'wh_house', 'the resource has moved') FROM govdata.resource WHERE id = :people;
SELECT is(t.who(provider), 'wh_police', 'what has no line has not') FROM govdata.resource WHERE id = :births;
SELECT is(version, 2, 'as a new version') FROM govdata.resource WHERE id = :people;
SELECT is(pg_get_userbyid(relowner)::text, 'regress_gd_wh_house', 'the table with it') FROM pg_class WHERE oid = 'pat.people'::regclass;
SELECT is(string_agg(t.who(provider) || ' ' || state, ', ' ORDER BY id), 'wh_house active, wh_house active', 'authorizations name the new provider') FROM govdata.share_authorization WHERE resource = :people;
SET SESSION AUTHORIZATION regress_gd_carol;
EXECUTE mine;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_gd_pat;
EXECUTE own;
RESET SESSION AUTHORIZATION;
\set VERBOSITY default
SELECT t.reads('alice', 'SELECT count(*) FROM (SELECT id, name FROM pat.people) p', '100', 'who was authorized reads on');
SELECT is(t.val('wh_police', 'SELECT govdata.current_department()')::bigint, t.department('wh_police'), 'the department stays');

-- ---- all of it ----
SELECT due_at AS due, matures_at AS matures FROM govdata.share_request WHERE id = :pending \gset
SELECT t.val('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''机构改革方案'', %s)', t.department('wh_police'), t.department('wh_civil'))) AS whole \gset
SELECT t.val('wh_gov', format('SELECT govdata.plan_succession(%s, ''share_authorization'', (SELECT id FROM govdata.share_authorization WHERE request = %s), %s)', :whole, :kept, t.department('ja_civil'))) \g /dev/null
SELECT t.refused('wh_police', format('SELECT govdata.execute_reorganization(%s)', :whole), 'ZW006 reorganization % can be moved from "drafted" to "executed" only by: government', 'the department does not carry it out');
SELECT t.refused('wh_civil', format('SELECT govdata.execute_reorganization(%s)', :whole), 'ZW006 %', 'nor does the successor');
\set travel_to '2026-03-10 09:00+08'
\i :travel
UPDATE govdata.department SET name = '武汉市公安局(原)' WHERE role = 'regress_gd_wh_police'::regrole;
SELECT t.allowed('wh_gov', format('SELECT govdata.execute_reorganization(%s)', :whole), 'a department is merged into another');
SELECT is(string_agg(t.who(provider), ' '), 'wh_civil wh_civil wh_civil wh_police', 'its resources have gone, drafts too; what was withdrawn has not')
FROM (SELECT provider FROM govdata.resource WHERE id IN (:births, :draft, :gone) OR id = (SELECT resource FROM govdata.negative_entry WHERE id = :entry) ORDER BY state = 'withdrawn', id) r;
SELECT is(t.asked(:pending), 'withdrawn wh_police wh_civil', 'who asked its own successor for them needs no request');
SELECT is(t.asked(:coordinating), 'unsettled wh_police wh_civil', 'and no coordination');
SELECT is(t.asked(:matured), 'submitted wh_civil wh_house', 'who else asked asks the successor');
SELECT is(format('%s %s', due_at = :'due', matures_at = :'matures'), 't t', 'by the same day') FROM govdata.share_request WHERE id = :matured;
SELECT is(t.who(provider), 'wh_civil', 'standing consents go on') FROM govdata.standing_consent WHERE id = :consent;
SELECT is(t.who(provider) || ' ' || state, 'wh_civil reviewed', 'the negative entry too') FROM govdata.negative_entry WHERE id = :entry;
SELECT is(t.authorized(:used), 'expired unneeded wh_civil wh_police', 'an authorization for what is now one''s own ends');
SELECT is(t.authorized(:kept), 'active wh_house ja_civil', 'one with a line goes where the line says');
SELECT is(t.asked(:kept), 'approved wh_house ja_civil', 'the request behind it says the same');
SELECT is(t.asked(:asked), 'withdrawn wh_civil wh_police', 'a request to the successor is moot');
SELECT is(t.who(superior), 'wh_civil', 'whoever was below is below the successor') FROM govdata.department WHERE role = 'regress_gd_wc_civil'::regrole;
SELECT is(state, 'ended', 'its round of the year ends') FROM govdata.maintenance_round WHERE id = :round;
SELECT is(string_agg(state, ' '), 'ended', 'and its officer''s time') FROM govdata.data_officer WHERE department = t.department('wh_police');
SELECT is(t.val('wh_police', 'SELECT govdata.current_department()'), NULL, 'the department acts no more');
SELECT is(t.val('wh_police', 'SELECT count(*) FROM govdata.obligation'), '0', 'and owes nothing');
SELECT is(t.val('wh_civil', format('SELECT count(*) FROM govdata.obligation WHERE duty = ''answer_request'' AND subject_key = %L', :'matured')), '1', 'its successor does');
SELECT t.allowed('wh_civil', format('SELECT govdata.publish_resource(%L)', t.code(:draft)), 'the successor publishes what was a draft');
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :whole, :births, t.department('wh_house')), 'ZW006 reorganization % is decided', 'what is decided is decided');
\set travel_to '2026-03-17 00:00:10+08'
\i :travel
SELECT is(t.val('wh_house', format('SELECT effective_state FROM govdata.request_board WHERE id = %s', :matured)), 'approved', 'silence consents, in the successor''s name');
CALL govdata.sweep();
SELECT is(t.authorized(:matured), 'active wh_civil wh_house', 'as the sweep writes down');
-- names of the time
SELECT is(string_agg(DISTINCT provider, ' ' ORDER BY provider), '武汉市公安局 武汉市民政局', 'the journal says who it was then')
FROM govdata.journal WHERE subject = 'resource' AND subject_key = :'births' AND event IN ('insert', 'update');
SELECT is(actor || ' ' || department, 'department 武汉市人民政府', 'and who decided') FROM govdata.journal WHERE subject = 'resource' AND subject_key = :'births' AND event = 'update' ORDER BY id DESC LIMIT 1;
SELECT is_empty($$SELECT * FROM govdata.verify_journal() WHERE finding NOT IN ('ok', 'unsealed')$$, 'the journal verifies');
SELECT t.allowed('admin', 'UPDATE govdata.department SET name = ''武汉市民政和公安局'' WHERE role = ''regress_gd_wh_civil''::regrole', 'a rename');
SELECT is(string_agg(DISTINCT provider, ' ' ORDER BY provider), '武汉市公安局 武汉市民政局', 'changes nothing of what is past')
FROM govdata.journal WHERE subject = 'resource' AND subject_key = :'births';

-- ---- supervising is not reading: who decides gains nothing by it ----
SELECT t.resource('wh_civil', '低保', '{甲}') AS relief \gset
SELECT t.request('wh_civil', :homes, '{甲}') AS read \gset
SELECT t.val('wh_house', format('SELECT govdata.approve_request(%s)', :read)) \g /dev/null
SELECT t.request('wh_civil', t.resource('wh_house', '公租房', '{甲}'), '{甲}') AS wanted \gset
SELECT t.refused('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''文'', %s)', t.department('wh_civil'), t.department('wh_gov')), 'ZW020 government % cannot name itself as a successor', 'not as the successor');
SELECT t.val('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''职责调整'', abolish => false)', t.department('wh_civil'))) AS taking \gset
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, %L, %s, %s)', :taking, subject, key, t.department('wh_gov')), 'ZW020 government % cannot name itself as a successor', 'takes no ' || subject)
FROM (SELECT 'resource' AS subject, :relief AS key UNION ALL SELECT 'share_authorization', authorization_id FROM govdata.share_request WHERE id = :read UNION ALL SELECT 'share_request', :wanted) AS v;
SELECT is(t.told('wh_gov', format('UPDATE govdata.reorganization_line SET successor = %s', t.department('wh_gov'))) LIKE 'ZW006 %', true, 'nor by changing a line');
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :taking, :relief, t.department('yc_civil')), 'ZW006 department % cannot succeed', 'gives nothing away beyond its region');
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :taking, :relief, t.department('wh_market')), 'ZW018 department % cannot take over resources', 'nor to a branch, which publishes nothing');
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :taking, :gone, t.department('wh_house')), 'ZW006 the department has no resource %', 'nothing that is not its own');
SELECT t.refused('wh_gov', format('SELECT govdata.plan_succession(%s, ''share_request'', %s, %s)', :taking, :read, t.department('wh_house')), 'ZW006 the department has no %', 'no request that is over');
SELECT t.refused(who, format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :taking, :relief, t.department('wh_house')), 'ZW006 there is no reorganization % on which you decide', who || ' moves nothing') FROM unnest('{hb_gov,wh_da,wh_civil,wh_house,ja_gov}'::text[]) AS who;
-- a branch gets no resource by being the heir
SELECT t.val('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)', :taking, :relief, t.department('ja_civil'))) AS line \gset
UPDATE govdata.department SET vertical = 'provincial', superior = t.department('hb_civil') WHERE role = 'regress_gd_ja_civil'::regrole;
SELECT t.refused('wh_gov', format('SELECT govdata.execute_reorganization(%s)', :taking), 'ZW018 department % cannot take over resources', 'nor has become one meanwhile');
UPDATE govdata.department SET vertical = 'none', superior = NULL WHERE role = 'regress_gd_ja_civil'::regrole;
-- what others have committed must be seen
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT t.refused('wh_gov', format('SELECT govdata.execute_reorganization(%s)', :taking), 'ZW006 a reorganization is executed in a transaction that sees what others have done until now', 'not by an old snapshot');
ROLLBACK;
SELECT t.allowed('wh_gov', format('SELECT govdata.cancel_reorganization(%s, ''不改'')', :taking), 'it is given up');

-- ---- without a named successor: authorizations end ----
SELECT t.request('ja_civil', :homes, '{甲}') AS lost \gset
SELECT t.val('wh_house', format('SELECT govdata.approve_request(%s)', :lost)) \g /dev/null
SELECT t.request('ja_civil', :births, '{甲}') AS open \gset
SELECT t.val('ja_gov', format('SELECT govdata.draft_reorganization(%s, ''撤销'')', t.department('ja_civil'))) AS none \gset
SELECT t.allowed('ja_gov', format('SELECT govdata.execute_reorganization(%s)', :none), 'abolished, nobody named');
SELECT is(t.authorized(:lost), 'expired duty_ended wh_house ja_civil', 'nobody has its duty: the authorization ends');
SELECT is(t.asked(:open), 'submitted wh_civil ja_gov', 'an open case is its government''s');

\i :actors_end
