\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set obtain :include '/obtain.psql'
\i :obtain

-- The moves of business systems, purchases, the entries that they owe, forms and
-- their fields (Articles 15 and 24), by everybody.
CREATE TABLE t.plays (who text, part text);
INSERT INTO t.plays VALUES ('wh_civil', 'department'), ('wh_da', 'data_authority');
CREATE TABLE t.tries (n integer GENERATED ALWAYS AS IDENTITY, who text);
INSERT INTO t.tries (who) VALUES ('wh_civil'), ('wh_da'), ('wh_gov'), ('hb_da'), ('hb_gov'), ('hb_civil'), ('ja_da'), ('ja_civil'),
	('wh_police'), ('yc_da'), ('operator'), ('utility'), ('admin'), ('superuser'), ('stranger'), ('public'), ('nobody');
CREATE TABLE t.row (subject text, state text, id bigint, PRIMARY KEY (subject, state));

DO $$
DECLARE
	s text;
	made bigint;
	entry bigint;
	r bigint := t.carrying('wh_civil', '救助', '{currency}', 'unconditional');
	r_code text := (SELECT code FROM govdata.resource WHERE id = r);
BEGIN
	PERFORM t.attach('wh_civil', r);
	FOREACH s IN ARRAY ARRAY['planned', 'built', 'fulfilled', 'cancelled'] LOOP
		made := t.val('wh_civil', format('SELECT govdata.plan_system(%L, ''new'', %L)', s, CASE s WHEN 'fulfilled' THEN '{}' ELSE '{条目}' END));
		IF s = 'fulfilled' THEN
			PERFORM t.val('wh_civil', format('SELECT govdata.plan_entry(''条目'', resource => %L, business_system => %s)', r_code, made));
		END IF;
		IF s IN ('built', 'fulfilled') THEN
			PERFORM t.val('wh_civil', format('SELECT govdata.complete_system(%s)', made));
		ELSIF s = 'cancelled' THEN
			PERFORM t.val('wh_civil', format('SELECT govdata.cancel_system(%s, ''不建'')', made));
		END IF;
		INSERT INTO t.row VALUES ('business_system', s, made);
		IF s = 'planned' THEN
			FOREACH s IN ARRAY ARRAY['planned', 'dropped'] LOOP
				entry := t.val('wh_civil', format('SELECT govdata.plan_entry(%L, business_system => %s)', s, made));
				IF s = 'dropped' THEN
					PERFORM t.val('wh_civil', format('SELECT govdata.drop_entry(%s, ''不需'')', entry));
				END IF;
				INSERT INTO t.row VALUES ('planned_entry', s, entry);
			END LOOP;
		END IF;
	END LOOP;

	FOREACH s IN ARRAY ARRAY['notified', 'contracted', 'catalogued', 'cancelled'] LOOP
		made := t.val('wh_civil', format('SELECT govdata.notify_purchase(%L, ''{currency}'', ''某公司'', ''核对'', ''2026-03-02'', ''续期'')', s));
		IF s = 'cancelled' THEN
			PERFORM t.val('wh_civil', format('SELECT govdata.cancel_purchase(%s, ''不买'')', made));
		ELSIF s <> 'notified' THEN
			PERFORM t.val('wh_civil', format('SELECT govdata.contract_purchase(%s)', made));
		END IF;
		IF s = 'catalogued' THEN
			PERFORM t.val('wh_civil', format('SELECT govdata.name_entry(id, %L) FROM govdata.planned_entry WHERE data_purchase = %s', r_code, made));
		END IF;
		INSERT INTO t.row VALUES ('data_purchase', s, made);
	END LOOP;

	FOREACH s IN ARRAY ARRAY['registered', 'retired'] LOOP
		made := t.val('wh_civil', format('SELECT govdata.register_form(''事项'', %L)', s));
		IF s = 'retired' THEN
			PERFORM t.val('wh_civil', format('SELECT govdata.retire_form(%s)', made));
		END IF;
		INSERT INTO t.row VALUES ('service_form', s, made);
	END LOOP;
	SELECT id INTO made FROM t.row WHERE subject = 'service_form' AND state = 'registered';
	FOREACH s IN ARRAY ARRAY['asked', 'retired'] LOOP
		entry := t.val('wh_civil', format('SELECT govdata.register_field(%s, ''income'', %L)', made, s));
		IF s = 'retired' THEN
			PERFORM t.val('wh_civil', format('SELECT govdata.retire_field(%s)', entry));
		END IF;
		INSERT INTO t.row VALUES ('service_form_field', s, entry);
	END LOOP;
END
$$;

CREATE FUNCTION t.move(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format('UPDATE govdata.%I SET state = %L%s WHERE id = %s', subject, to_state,
		CASE WHEN to_state IN ('cancelled', 'dropped', 'retired') THEN ', end_reason = ''理由''' END, id)
$$;
CREATE FUNCTION t.verb(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format(CASE subject || ' ' || to_state
		WHEN 'business_system built' THEN 'SELECT govdata.complete_system(%s)'
		WHEN 'business_system cancelled' THEN 'SELECT govdata.cancel_system(%s, ''理由'')'
		WHEN 'data_purchase contracted' THEN 'SELECT govdata.contract_purchase(%s)'
		WHEN 'data_purchase cancelled' THEN 'SELECT govdata.cancel_purchase(%s, ''理由'')'
		WHEN 'planned_entry dropped' THEN 'SELECT govdata.drop_entry(%s, ''理由'')'
		WHEN 'service_form retired' THEN 'SELECT govdata.retire_form(%s)'
		WHEN 'service_form_field retired' THEN 'SELECT govdata.retire_field(%s)' END, id)
$$;
CREATE TABLE t.not_tried (subject text, from_state text, to_state text, actor text);
\set moves :include '/moves.psql'
\i :moves

-- an act that names the state it is in changes nothing; only a plan is amended
SELECT is_empty($$SELECT f.subject, f.state, w.who, o.told FROM t.row AS f, t.tries AS w,
	t.outcome(f.subject, f.id, w.who, t.move(f.subject, f.id, w.who, f.state)) AS o (told) WHERE o.told LIKE 'ok%'$$,
	'nobody moves a row to where it is');

-- ---- coming into being ----
SELECT is(t.told(who, 'INSERT INTO govdata.business_system (name, kind, department) VALUES (''新'', ''new'', ' || t.department('wh_civil') || ')') = 'ok',
	who = 'wh_civil', format('business_system: new, by %s', who)) FROM t.tries ORDER BY n;
SELECT is(t.told(who, 'INSERT INTO govdata.data_purchase (title, elements, seller, need, contract_on, department)'
		' VALUES (''新'', ''{vin}'', ''某公司'', ''核对'', ''2026-04-01'', ' || t.department('wh_civil') || ')') = 'ok',
	who = 'wh_civil', format('data_purchase: new, by %s', who)) FROM t.tries ORDER BY n;
SELECT is(t.told(who, format('INSERT INTO govdata.planned_entry (title, business_system) VALUES (''新'', %s)', id)) = 'ok',
	who = 'wh_civil', format('planned_entry: new, by %s', who)) FROM t.tries, t.row WHERE subject = 'business_system' AND state = 'planned' ORDER BY n;
SELECT is(t.told(who, 'INSERT INTO govdata.service_form (service, title, audience, department) VALUES (''事'', ''表'', ''{citizen}'', ' || t.department('wh_civil') || ')') = 'ok',
	who = 'wh_civil', format('service_form: new, by %s', who)) FROM t.tries ORDER BY n;
SELECT is(t.told(who, format('INSERT INTO govdata.service_form_field (form, element) VALUES (%s, ''vin'')', id)) = 'ok',
	who = 'wh_civil', format('service_form_field: new, by %s', who)) FROM t.tries, t.row WHERE subject = 'service_form' AND state = 'registered' ORDER BY n;
-- and in no other state than the first
SELECT is_empty(format($$SELECT w.who, s.state FROM t.tries AS w, t.row AS s WHERE s.subject = %L
	AND (s.subject, '', s.state) NOT IN (SELECT subject, from_state, to_state FROM govdata.transition)
	AND t.told(w.who, format(%L, s.state)) !~ '^(ZW0.*[^]]$|42501 )'$$, v.subject, v.sql), format('%s: new in another state', v.subject))
FROM (VALUES
	('business_system', 'INSERT INTO govdata.business_system (name, kind, state) VALUES (''新'', ''new'', %L)'),
	('data_purchase', 'INSERT INTO govdata.data_purchase (title, elements, seller, need, contract_on, state)'
		' VALUES (''新'', ''{vin}'', ''某公司'', ''核对'', ''2026-04-01'', %L)'),
	('planned_entry', 'INSERT INTO govdata.planned_entry (title, business_system, state) VALUES (''新'', 1, %L)'),
	('service_form', 'INSERT INTO govdata.service_form (service, title, audience, state) VALUES (''事'', ''表'', ''{citizen}'', %L)'),
	('service_form_field', 'INSERT INTO govdata.service_form_field (form, element, state) VALUES (1, ''currency'', %L)')) AS v (subject, sql);
-- what the guard sets is not for the actor to give
SELECT t.refused('wh_civil', format($$INSERT INTO govdata.%I (%s) VALUES (%s)$$, v.subject, v.columns, v.given), 'ZW0__ column % of % is set by the platform%',
	format('%s: %s is set by the platform', v.subject, v.columns))
FROM (VALUES
	('business_system', 'name, kind, built_on', '''新'', ''new'', ''2026-03-01'''),
	('business_system', 'name, kind, owed_since', '''新'', ''new'', now()'),
	('data_purchase', 'title, notified_at', '''新'', ''2020-01-01'''),
	('data_purchase', 'title, finding', '''新'', ''not_obtainable'''),
	('planned_entry', 'title, planned_at', '''新'', now()'),
	('service_form', 'title, registered_at', '''新'', now()'),
	('service_form_field', 'label, found', '''新'', ''无''')) AS v (subject, columns, given);
SELECT is_empty($$SELECT f.subject, w.who, told FROM t.row AS f, t.tries AS w, t.told(w.who, format('DELETE FROM govdata.%I', f.subject)) AS told
	WHERE told !~ '^(ZW0.*[^]]$|42501 )'$$, 'nobody deletes');
SELECT is_empty($$SELECT f.subject, w.who, told FROM t.row AS f, t.tries AS w, t.told(w.who, format('TRUNCATE govdata.%I CASCADE', f.subject)) AS told
	WHERE told !~ '^(ZW0.*[^]]$|42501 )'$$, 'nobody empties a table');

\i :actors_end
