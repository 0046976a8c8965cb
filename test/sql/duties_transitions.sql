\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors

-- The moves of the catalog's duties, by everybody.

CREATE TABLE t.plays (who text, part text);
INSERT INTO t.plays VALUES
	('wh_police', 'provider'), ('wh_police', 'department'), ('wh_da', 'data_authority'),
	('wh_civil', 'lead'), ('wh_house', 'member'), ('wh_gov', 'government');
CREATE TABLE t.tries (n integer GENERATED ALWAYS AS IDENTITY, who text);
INSERT INTO t.tries (who) VALUES ('wh_police'), ('wh_civil'), ('wh_house'), ('wh_da'), ('wh_gov'), ('ja_civil'), ('ja_gov'),
	('hb_da'), ('hb_gov'), ('yc_civil'), ('wh_market'), ('operator'), ('utility'),
	('admin'), ('superuser'), ('stranger'), ('public'), ('nobody');
CREATE TABLE t.row (subject text, state text, id bigint, PRIMARY KEY (subject, state));

DO $$
DECLARE
	d bigint := t.department('wh_police');
	r bigint := t.resource('wh_police', '资源', '{甲}');
	l bigint;
	o bigint;
BEGIN
	INSERT INTO t.row VALUES
		('data_update', 'recorded', t.val('wh_police', format('INSERT INTO govdata.data_update (resource) VALUES (%s) RETURNING id', r))::bigint),
		('data_update', 'voided', t.val('wh_police', format('INSERT INTO govdata.data_update (resource) VALUES (%s) RETURNING id', r))::bigint);
	PERFORM t.val('wh_police', format('SELECT govdata.void_update(%s, ''误'')', (SELECT id FROM t.row WHERE state = 'voided')));
	PERFORM t.val('wh_police', 'SELECT govdata.name_data_officer(''新任'')');
	INSERT INTO t.row SELECT 'data_officer', state, id FROM govdata.data_officer WHERE department = d;

	l := t.val('wh_da', format('SELECT govdata.establish_library(''relief'', %s)', t.department('wh_civil')))::bigint;
	INSERT INTO t.row VALUES ('library', 'active', l),
		('library_member', 'left', t.val('wh_civil', format('SELECT govdata.join_library(%s, %s)', l, t.department('wh_house')))::bigint);
	PERFORM t.val('wh_house', format('SELECT govdata.leave_library(%s, %s)', l, t.department('wh_house')));
	INSERT INTO t.row VALUES
		('library_member', 'joined', t.val('wh_civil', format('SELECT govdata.join_library(%s, %s)', l, t.department('wh_house')))::bigint),
		('library', 'dissolved', t.val('wh_da', format('SELECT govdata.establish_library(''health'', %s)', t.department('wh_civil')))::bigint);
	PERFORM t.val('wh_da', format('SELECT govdata.dissolve_library(%s, ''并'')', (SELECT id FROM t.row WHERE state = 'dissolved')));

	INSERT INTO t.row VALUES ('maintenance_round', 'open', t.val('wh_police', 'SELECT govdata.open_maintenance_round()')::bigint);
	PERFORM t.resource('wh_civil', '他', '{甲}');
	FOREACH o IN ARRAY ARRAY[2024, 2025] LOOP
		SET govdata.restore = on;
		INSERT INTO govdata.maintenance_round (id, department, year, state, opened_at, closed_at, late)
		VALUES (o, d, o, CASE o WHEN 2024 THEN 'closed' ELSE 'ended' END, now(), now(), false);
		RESET govdata.restore;
		INSERT INTO t.row SELECT 'maintenance_round', state, id FROM govdata.maintenance_round WHERE id = o;
	END LOOP;
	INSERT INTO t.row VALUES ('maintenance_confirmation', 'confirmed', NULL);
	DELETE FROM t.row WHERE id IS NULL;

	INSERT INTO t.row VALUES
		('reorganization', 'executed', t.val('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''文'', abolish => false)', d))::bigint);
	INSERT INTO t.row VALUES
		('reorganization_line', 'dropped', t.val('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)',
			(SELECT id FROM t.row WHERE state = 'executed'), r, t.department('wh_civil')))::bigint);
	PERFORM t.val('wh_gov', format('SELECT govdata.drop_succession(%s)', (SELECT id FROM t.row WHERE state = 'dropped')));
	PERFORM t.val('wh_gov', format('SELECT govdata.execute_reorganization(%s)', (SELECT id FROM t.row WHERE state = 'executed')));
	INSERT INTO t.row VALUES
		('reorganization', 'cancelled', t.val('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''文'')', d))::bigint);
	PERFORM t.val('wh_gov', format('SELECT govdata.cancel_reorganization(%s, ''不改'')', (SELECT id FROM t.row WHERE state = 'cancelled')));
	INSERT INTO t.row VALUES
		('reorganization', 'drafted', t.val('wh_gov', format('SELECT govdata.draft_reorganization(%s, ''文'', abolish => false)', d))::bigint);
	INSERT INTO t.row VALUES
		('reorganization_line', 'planned', t.val('wh_gov', format('SELECT govdata.plan_succession(%s, ''resource'', %s, %s)',
			(SELECT id FROM t.row WHERE state = 'drafted'), r, t.department('wh_civil')))::bigint);
END
$$;
-- nothing of it is left that the round would wait for
SELECT is_empty('SELECT * FROM govdata.maintenance_outstanding WHERE department <> t.department(''wh_police'')', 'nothing outstanding elsewhere');
SELECT t.val('wh_police', 'UPDATE govdata.resource SET abstract = ''改'' WHERE provider = govdata.current_department()') \g /dev/null

CREATE TABLE t.not_tried AS
SELECT subject, from_state, to_state, actor FROM govdata.transition WHERE actor = 'platform';

CREATE FUNCTION t.move(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT format('UPDATE govdata.%I SET state = %L%s WHERE id = %s', subject, to_state,
		CASE WHEN (subject, to_state) IN (('data_update', 'voided'), ('library', 'dissolved'), ('reorganization', 'cancelled'))
			THEN ', reason = ''理由''' ELSE '' END, id)
$$;
CREATE FUNCTION t.verb(subject text, id bigint, who text, to_state text) RETURNS text
LANGUAGE sql AS $$
	SELECT CASE subject || ' ' || to_state
		WHEN 'data_update voided' THEN format('SELECT govdata.void_update(%s, ''理由'')', id)
		WHEN 'library dissolved' THEN format('SELECT govdata.dissolve_library(%s, ''理由'')', id)
		WHEN 'maintenance_round closed' THEN format('SELECT govdata.close_maintenance_round(%s)', id)
		WHEN 'reorganization executed' THEN format('SELECT govdata.execute_reorganization(%s)', id)
		WHEN 'reorganization cancelled' THEN format('SELECT govdata.cancel_reorganization(%s, ''理由'')', id)
		WHEN 'reorganization_line dropped' THEN format('SELECT govdata.drop_succession(%s)', id)
		END
$$;
\set moves :include '/moves.psql'
\i :moves

-- ---- coming into being ----
SELECT is_empty(format($$SELECT w.who, o.told FROM t.tries AS w, t.outcome('reorganization', 0, w.who, %L) AS o (told)
	WHERE (o.told LIKE 'ok%%') <> (w.who = ANY (%L))$$, sql, may), what)
FROM (VALUES
	('data_update: new', format('INSERT INTO govdata.data_update (resource) VALUES (%s)', (SELECT min(id) FROM govdata.resource)), '{wh_police}'::text[]),
	('library: new', 'INSERT INTO govdata.library (subject) VALUES (''credit'')', '{wh_da,hb_da}'),
	('library_member: new', format('INSERT INTO govdata.library_member (library, department) VALUES (%s, %s)',
		(SELECT id FROM t.row WHERE subject = 'library' AND state = 'active'), t.department('wh_police')), '{wh_civil}'),
	('reorganization: new', format('INSERT INTO govdata.reorganization (department, basis) VALUES (%s, ''文'')', t.department('wh_house')), '{wh_gov}'),
	('reorganization_line: new', format('INSERT INTO govdata.reorganization_line (reorganization, subject, key, successor) VALUES (%s, ''resource'', %s, %s)',
		(SELECT id FROM t.row WHERE subject = 'reorganization' AND state = 'drafted'), (SELECT min(id) FROM govdata.resource) + 99, t.department('wh_civil')), '{}'),
	('data_officer: new', 'INSERT INTO govdata.data_officer (officer) VALUES (''某'')',
		'{wh_police,wh_civil,wh_house,wh_da,wh_gov,ja_civil,ja_gov,hb_da,hb_gov,yc_civil,wh_market,utility}'),
	('maintenance_round: new', 'INSERT INTO govdata.maintenance_round (state) VALUES (''open'')',
		'{wh_civil,wh_house,wh_da,wh_gov,ja_civil,ja_gov,hb_da,hb_gov,yc_civil,wh_market,operator,utility}'),
	('maintenance_confirmation: new', format('INSERT INTO govdata.maintenance_confirmation (resource) VALUES (%s)', (SELECT min(id) FROM govdata.resource)), '{wh_police}')) AS v (what, sql, may);
-- and what the platform fills in is nobody's to give
SELECT is_empty(format($$SELECT w.who, told FROM t.tries AS w, t.told(w.who, %L) AS told WHERE told NOT LIKE 'ZW0%%' AND told NOT LIKE '42501%%'$$, sql), sql)
FROM unnest(ARRAY['INSERT INTO govdata.maintenance_round (year) VALUES (2020)', 'INSERT INTO govdata.maintenance_round (department) VALUES (1)',
	'INSERT INTO govdata.reorganization (department, basis, government) VALUES (8, ''文'', 5)', 'INSERT INTO govdata.library (subject, region) VALUES (''credit'', ''420000'')',
	'INSERT INTO govdata.department_name VALUES (1, now(), ''x'')', 'INSERT INTO govdata.data_update (resource, recorded_at) VALUES (1, now())',
	'UPDATE govdata.maintenance_round SET year = 2020', 'UPDATE govdata.data_officer SET officer = ''x''', 'UPDATE govdata.reorganization SET heir = 1',
	'DELETE FROM govdata.data_update', 'DELETE FROM govdata.library_member', 'DELETE FROM govdata.reorganization_line']) AS sql;

\i :actors_end
