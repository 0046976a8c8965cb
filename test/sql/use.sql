\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- No more than is needed (Article 20): what is used, what is proposed for
-- narrowing, and renewals.
CREATE FUNCTION t.usage(who text, authorization_id bigint) RETURNS text
LANGUAGE sql AS $$ SELECT t.val(who, format('SELECT format(''used %%s, proposed %%s'', used_items, proposed_for_narrowing) FROM govdata.authorization_usage WHERE id = %s', authorization_id)) $$;
-- reads are noted when they are sealed, and sealed when they are written
CREATE PROCEDURE t.note() LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..500 LOOP
		EXIT WHEN (SELECT s.queued FROM govdata.access_log_state() s) = 0;
		PERFORM pg_sleep(0.01);
	END LOOP;
END
$$;

SELECT is(t.usage('alice', :alice_authorization), 'used {}, proposed {}', 'nothing used, and nothing proposed yet');
SELECT t.val('alice', 'SELECT name FROM pat.people WHERE id = 10') \g /dev/null
SELECT t.val('alice', 'SELECT count(*) FROM pat.people') \g /dev/null
SELECT t.val('alice', 'EXPLAIN (COSTS OFF) SELECT 1') \g /dev/null
CALL t.note();
CALL govdata.sweep();
SELECT is(t.usage(who, :alice_authorization), seen, format('what was read, to %s', who))
FROM (VALUES ('alice', 'used {id,name}, proposed {}'), ('pat', 'used {id,name}, proposed {}'), ('ja_da', 'used {id,name}, proposed {}'),
	('carol', NULL), ('bob', NULL), ('yc_da', NULL)) AS v (who, seen);
SELECT is(string_agg(format('%s %s', item, reads), ', ' ORDER BY item), 'id 1, name 1', 'a count of rows uses no item') FROM govdata.authorization_use WHERE authorization_id = :alice_authorization;
SELECT t.refused('superuser', format('UPDATE govdata.authorization_use SET reads = 2 WHERE authorization_id = %s', :alice_authorization), 'ZW017 rows of "authorization_use" are written by the platform only', 'by nobody''s hand');

-- reads that are refused or only explained are no use
SELECT t.told('alice', 'SELECT id_card FROM pat.people') \g /dev/null
SELECT t.told('bob', 'EXPLAIN SELECT id_card FROM pat.people') \g /dev/null
CALL t.note();
CALL govdata.sweep();
SELECT is(t.usage('alice', :alice_authorization), 'used {id,name}, proposed {}', 'a refused read is no use');
SELECT is(t.usage('bob', :bob_authorization), 'used {}, proposed {}', 'nor a plan that was only explained');

-- ---- the term of the review ----
\set travel_to '2026-08-28 08:00+08'
\i :travel
SELECT is(t.usage('bob', :bob_authorization), 'used {}, proposed {}', 'on the 179th day nothing is proposed');
\set travel_to '2026-08-30 08:00+08'
\i :travel
SELECT is(t.usage('bob', :bob_authorization), 'used {}, proposed {id,id_card,name,region}', 'on the 181st what was never read');
SELECT t.val('alice', 'SELECT id FROM pat.people') \g /dev/null
CALL t.note();
CALL govdata.sweep();
SELECT is(t.usage('alice', :alice_authorization), 'used {id,name}, proposed {name,region}', 'what was read lately is not, what was read long ago is');
SELECT t.val('admin', 'UPDATE govdata.time_limit SET effective = daterange(lower(effective), ''2026-08-01'') WHERE code = ''unused_items''') \g /dev/null
SELECT t.val('admin', 'INSERT INTO govdata.time_limit (code, amount, unit, consequence, effective, basis) VALUES (''unused_items'', 365, ''calendar_day'', ''proposal'', ''[2026-08-01,)'', ''一年'')') \g /dev/null
SELECT is(t.usage('bob', :bob_authorization), 'used {}, proposed {}', 'the term is a row');

-- ---- narrowing ----
SELECT t.refused(who, format('SELECT govdata.narrow_authorization(%s, %L, %L)', :bob_authorization, items, reason), told, what)
FROM (VALUES
	('pat', '{region}', '不需要', 'ZW020 authorization % is narrowed by its consumer only, while it lasts', 'not by the provider, who would need a ground'),
	('alice', '{region}', '不需要', 'ZW033 there is no authorization % on which you may act', 'not by others'),
	('bob', '{id,id_card,name,region}', '不需要', 'ZW020 narrowing gives up some items of authorization %', 'not to nothing'),
	('bob', '{salary}', '不需要', 'ZW020 narrowing gives up some items of authorization %', 'not by what it does not have'),
	('bob', NULL, '不需要', 'ZW020 narrowing gives up some items of authorization %', 'not by nothing'),
	('bob', '{region}', ' ', 'ZW033 an act on an authorization needs a reason', 'not without a reason')) AS v (who, items, reason, told, what);
SELECT t.allowed('bob', format('SELECT govdata.narrow_authorization(%s, ''{id_card,region}'', ''不需要'')', :bob_authorization), 'by the consumer');
SELECT is(format('%s %s %s', items, state, version), '{id,name} active 2', 'what is left goes on') FROM govdata.share_authorization WHERE id = :bob_authorization;
SELECT t.reads('bob', 'SELECT name FROM pat.people WHERE id = 10', 'name 10', 'and is read');
SELECT t.unread('bob', 'SELECT id_card FROM pat.people', 'ZW020 %', 'what was given up is not');
SELECT t.val('bob', format('SELECT govdata.revoke_authorization(%s, ''waiver'', ''不再需要'')', :bob_authorization)) \g /dev/null
SELECT t.refused('bob', format('SELECT govdata.narrow_authorization(%s, ''{id}'', ''不需要'')', :bob_authorization), 'ZW020 authorization % is narrowed by its consumer only, while it lasts', 'what has ended is not narrowed');

-- ---- renewals ----
SELECT t.authorize('carol', :people, '{name}', NULL, 'copy') AS carol_authorization \gset
SELECT t.refused('carol', format('SELECT govdata.renew_authorization(%s, ''2027-12-31'')', :carol_authorization), 'ZW020 nothing of authorization % was read', 'nothing was used: there is nothing to start from');
SELECT t.val('alice', format('SELECT govdata.renew_authorization(%s, ''2027-12-31'')', :alice_authorization)) AS q \gset
SELECT is(format('%s %s %s %s', items, purpose, valid_until, state), '{id,name} 办理低保 2027-12-31 submitted', 'a renewal asks for what was used') FROM govdata.share_request WHERE id = :q;
SELECT t.val('carol', format('SELECT govdata.renew_authorization(%s, ''2027-12-31'', ''{name}'', ''救助'')', :carol_authorization)) AS q \gset
SELECT is(format('%s %s %s', items, purpose, mode), '{name} 救助 copy', 'or for what is named') FROM govdata.share_request WHERE id = :q;
SELECT t.refused(who, format('SELECT govdata.renew_authorization(%s, ''2027-12-31'', ''{name}'')', :alice_authorization), told, format('not by %s', who))
FROM (VALUES ('bob', 'ZW020 there is no authorization "%" that you can see'), ('pat', 'ZW020 there is no authorization "%" that you can see'),
	('stranger', 'ZW020 there is no authorization "%" that you can see'), ('nobody', '42501 %')) AS v (who, told);

\i :actors_end
