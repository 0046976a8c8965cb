\getenv srcdir PG_ABS_SRCDIR
\set include :srcdir '/sql/include'
\set actors :include '/actors.psql'
\i :actors
\set reading :include '/reading.psql'
\i :reading

-- Opening to the public (Article 26): SELECT comes and goes with the state of opening.
CREATE ROLE regress_gd_citizen LOGIN IN ROLE regress_gd_public;
CREATE SCHEMA shown AUTHORIZATION regress_gd_wh_police;
CREATE TABLE shown.stations (id integer PRIMARY KEY, name text, note text);
INSERT INTO shown.stations SELECT i, 'station ' || i, 'internal' FROM generate_series(1, 10) AS i;
ALTER TABLE shown.stations OWNER TO regress_gd_wh_police;
GRANT USAGE ON SCHEMA shown TO govdata_department;
SELECT t.resource('wh_police', '派出所', '{id,name}', 'unconditional') AS stations \gset
SELECT code AS stations_code FROM govdata.resource WHERE id = :stations \gset
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''shown.stations'')', :'stations_code'), 'attached');

-- class unconditional: every department, no request
SELECT t.reads('carol', 'SELECT count(name) FROM shown.stations', '10', 'what is shared unconditionally every department reads');
SELECT t.unread('carol', 'SELECT note FROM shown.stations', :'not_an_item', 'its items only');
SELECT t.reads('carol', 'SELECT count(*) FROM shown.stations', '10', 'counting too');
SELECT t.unread('citizen', 'SELECT name FROM shown.stations', '42501 %', 'not the public');
SELECT t.unread('nobody', 'SELECT name FROM shown.stations', '42501 %', 'nor anybody else');

SELECT t.allowed('pat', format('UPDATE govdata.resource SET opening = ''unconditional'' WHERE id = %s', :stations), 'to be opened unconditionally');
SELECT t.refused('pat', format('UPDATE govdata.resource SET opening_state = ''open'' WHERE id = %s', :stations), 'ZW026 "stations" cannot be opened', 'the public must be able to use the schema');
GRANT USAGE ON SCHEMA shown TO govdata_public;
SELECT t.allowed('pat', format('UPDATE govdata.resource SET opening_state = ''open'' WHERE id = %s', :stations), 'opened');
SELECT t.reads('citizen', 'SELECT count(name) FROM shown.stations', '10', 'the public reads what is open');
SELECT t.unread('citizen', 'SELECT note FROM shown.stations', :'not_an_item', 'its items only');
SELECT t.unread('citizen', 'SELECT s FROM shown.stations s', :'not_an_item', 'not the whole row');
\set not_open 'ZW026 reading resource % is refused The resource is not open to the public.%'
SELECT t.unread('citizen', 'SELECT name FROM pat.people', :'not_open', 'and nothing else');
SELECT t.unread('citizen', 'UPDATE shown.stations SET name = ''x''', '42501 %', 'and changes nothing');
-- as a login of its own
SET SESSION AUTHORIZATION regress_gd_citizen;
SELECT count(*), min(name) FROM shown.stations;
SELECT title FROM govdata.open_list;
RESET SESSION AUTHORIZATION;
-- what is open cannot be passed on either: it need not be
CREATE VIEW super_view AS SELECT name FROM shown.stations;
GRANT SELECT ON super_view TO PUBLIC;
SELECT t.unread('citizen', 'SELECT name FROM super_view', :'passed_on', 'a view with another''s rights is refused to the public too');

SELECT t.allowed('pat', format('UPDATE govdata.resource SET opening_state = ''suspended'', state_reason = ''核实'' WHERE id = %s', :stations), 'opening suspended');
SELECT t.unread('citizen', 'SELECT name FROM shown.stations', :'not_open', 'the public no longer reads');
SELECT is(has_table_privilege('regress_gd_citizen', 'shown.stations', 'SELECT'), false, 'and has lost SELECT');
SELECT t.reads('carol', 'SELECT count(name) FROM shown.stations', '10', 'departments do');
SELECT t.allowed('pat', format('UPDATE govdata.resource SET opening_state = ''open'' WHERE id = %s', :stations), 'open again');
SELECT t.reads('citizen', 'SELECT count(name) FROM shown.stations', '10', 'and read');
-- opened before it was attached
SELECT t.allowed('pat', format('SELECT govdata.detach_resource(%L)', :'stations_code'), 'detached');
SELECT is(has_table_privilege('regress_gd_citizen', 'shown.stations', 'SELECT') OR has_table_privilege('regress_gd_carol', 'shown.stations', 'SELECT'), false, 'detached, nobody may select');
SELECT t.reads('wh_police', 'SELECT count(*) FROM shown.stations', '10', 'but the owner');
SELECT t.allowed('pat', format('SELECT govdata.attach_resource(%L, ''shown.stations'')', :'stations_code'), 'attached again');
SELECT t.reads('citizen', 'SELECT count(name) FROM shown.stations', '10', 'an open resource is readable when it is attached');
-- a resource that is suspended as a whole is not open
SELECT t.allowed('pat', format('UPDATE govdata.resource SET state = ''suspended'', state_reason = ''升级'' WHERE id = %s', :stations), 'the resource suspended');
SELECT t.unread(who, 'SELECT name FROM shown.stations', 'ZW0%', 'nobody reads: ' || who) FROM unnest('{citizen,carol}'::text[]) AS who;
SELECT t.reads('pat', 'SELECT count(*) FROM shown.stations', '10', 'but the provider');

\i :actors_end
