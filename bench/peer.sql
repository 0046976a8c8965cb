-- The conventional peer, written as a careful DBA would write it, and the bare
-- tables that both are compared with.
--
-- Peer: registries as tables with the derived facts stored beside them
-- (platform and calendar of a department, a closure of the regions, a calendar
-- table with cumulative counts), row guards and statement triggers in
-- PL/pgSQL, a transition table, the journal from transition tables, a sweep of
-- UPDATE and INSERT.  It follows the same rules as govdata on the way of a
-- request.  It does without: protection against foreign code on the stack,
-- invalidation, sealing, batches, poisoned rows.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;

CREATE SCHEMA peer;
GRANT USAGE ON SCHEMA peer TO PUBLIC;

-- ---- calendar ----

-- "ordinal": working days up to and including the day
CREATE TABLE peer.calendar_day AS
SELECT 'CN'::text AS calendar, d::date AS day, govdata.is_working_day(d::date) AS working,
	count(*) FILTER (WHERE govdata.is_working_day(d::date)) OVER (ORDER BY d)::integer AS ordinal
FROM generate_series(timestamp '2010-01-01', timestamp '2026-12-28', interval '1 day') AS d;
ALTER TABLE peer.calendar_day ADD PRIMARY KEY (calendar, day);
CREATE UNIQUE INDEX ON peer.calendar_day (calendar, ordinal) INCLUDE (day) WHERE working;

CREATE FUNCTION peer.add_working_days(day date, n integer, calendar text DEFAULT 'CN') RETURNS date
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
	SELECT t.day FROM peer.calendar_day f
	JOIN peer.calendar_day t ON t.calendar = f.calendar AND t.ordinal = f.ordinal + add_working_days.n AND t.working
	WHERE f.calendar = add_working_days.calendar AND f.day = add_working_days.day
$$;

-- ---- registries ----

CREATE TABLE peer.region (LIKE govdata.region INCLUDING ALL EXCLUDING GENERATED);
CREATE TABLE peer.department (LIKE govdata.department INCLUDING ALL EXCLUDING GENERATED,
	platform text NOT NULL, calendar text NOT NULL);
CREATE TABLE peer.resource (LIKE govdata.resource INCLUDING ALL EXCLUDING GENERATED);
CREATE TABLE peer.resource_item (LIKE govdata.resource_item INCLUDING ALL EXCLUDING GENERATED);
CREATE TABLE peer.standing_consent (LIKE govdata.standing_consent INCLUDING ALL EXCLUDING GENERATED);
CREATE TABLE peer.time_limit (LIKE govdata.time_limit INCLUDING ALL EXCLUDING GENERATED);
CREATE TABLE peer.transition AS SELECT * FROM govdata.transition;
ALTER TABLE peer.transition ADD PRIMARY KEY (subject, from_state, to_state, actor);

INSERT INTO peer.region SELECT * FROM govdata.region;
CREATE TABLE peer.region_above AS
WITH RECURSIVE up AS (
	SELECT code AS above, code FROM peer.region
	UNION ALL
	SELECT r.parent, up.code FROM up JOIN peer.region r ON r.code = up.above WHERE r.parent IS NOT NULL
)
SELECT * FROM up;
ALTER TABLE peer.region_above ADD PRIMARY KEY (above, code);

INSERT INTO peer.department
SELECT d.*, CASE r.level WHEN 'county' THEN r.parent ELSE r.code END, 'CN'
FROM govdata.department d JOIN peer.region r ON r.code = d.region;
INSERT INTO peer.resource SELECT * FROM govdata.resource;
INSERT INTO peer.resource_item SELECT * FROM govdata.resource_item;
INSERT INTO peer.time_limit SELECT * FROM govdata.time_limit;

-- ---- cases ----

CREATE SEQUENCE peer.share_request_id_seq;
CREATE SEQUENCE peer.share_authorization_id_seq;
CREATE SEQUENCE peer.journal_entry_id_seq;
CREATE TABLE peer.share_request (LIKE govdata.share_request INCLUDING ALL,
	FOREIGN KEY (resource) REFERENCES peer.resource,
	FOREIGN KEY (provider) REFERENCES peer.department,
	FOREIGN KEY (consumer) REFERENCES peer.department,
	FOREIGN KEY (coordinator) REFERENCES peer.department);
CREATE TABLE peer.share_request_item (LIKE govdata.share_request_item INCLUDING ALL,
	FOREIGN KEY (request) REFERENCES peer.share_request,
	FOREIGN KEY (resource, item) REFERENCES peer.resource_item);
CREATE TABLE peer.share_authorization (LIKE govdata.share_authorization INCLUDING ALL,
	FOREIGN KEY (request) REFERENCES peer.share_request,
	FOREIGN KEY (resource) REFERENCES peer.resource,
	FOREIGN KEY (provider) REFERENCES peer.department,
	FOREIGN KEY (consumer) REFERENCES peer.department);
CREATE TABLE peer.journal_entry (LIKE govdata.journal_entry INCLUDING ALL);
ALTER TABLE peer.journal_entry ALTER COLUMN id SET DEFAULT nextval('peer.journal_entry_id_seq');
GRANT SELECT ON ALL TABLES IN SCHEMA peer TO PUBLIC;
GRANT INSERT, UPDATE ON peer.share_request TO PUBLIC;

-- SECURITY DEFINER: locking the resource and drawing ids are not the
-- departments' rights.  Who acts is therefore taken from the setting "role".
CREATE FUNCTION peer.acting_role() RETURNS regrole LANGUAGE sql STABLE AS $$
	SELECT (CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END)::regrole
$$;

CREATE FUNCTION peer.receive() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	now CONSTANT timestamptz := clock_timestamp();
	today CONSTANT date := (now AT TIME ZONE 'Asia/Shanghai')::date;
	consumer record;
	resource record;
	provider record;
	asked record;
	term record;
	grace integer;
	standing boolean;
BEGIN
	IF NEW.id IS NOT NULL OR NEW.provider IS NOT NULL OR NEW.received_at IS NOT NULL OR NEW.limit_code IS NOT NULL
		OR NEW.due_on IS NOT NULL OR NEW.due_at IS NOT NULL OR NEW.due_provisional IS NOT NULL
		OR NEW.outside_scope IS NOT NULL OR NEW.matures_at IS NOT NULL OR NEW.authorization_id IS NOT NULL
		OR NEW.answered_at IS NOT NULL OR NEW.answer_basis IS NOT NULL OR NEW.granted_items IS NOT NULL
		OR NEW.refused_items IS NOT NULL OR NEW.answer_reason IS NOT NULL OR NEW.coordinator IS NOT NULL
		OR NEW.coordination_reason IS NOT NULL OR NEW.coordination_opened_at IS NOT NULL
		OR NEW.provider_consented_at IS NOT NULL OR NEW.coordination_outcome IS NOT NULL
		OR NEW.coordination_closed_at IS NOT NULL THEN
		RAISE 'a column is set by the platform' USING ERRCODE = 'ZW020';
	END IF;
	IF btrim(coalesce(NEW.purpose, ''), E' \t\n') = '' THEN
		RAISE 'a request needs its purpose' USING ERRCODE = 'ZW020';
	END IF;
	IF NEW.items IS NULL THEN
		RAISE 'a request must name the items it asks for' USING ERRCODE = 'ZW020';
	END IF;

	SELECT d.id, d.kind, d.platform, d.region INTO consumer FROM peer.department d
	WHERE d.role = peer.acting_role() AND d.valid @> today;
	IF NOT FOUND OR consumer.kind IN ('platform_operator', 'public_utility') THEN
		RAISE 'only a department may request shared data' USING ERRCODE = 'ZW020';
	END IF;
	IF NEW.consumer <> consumer.id THEN
		RAISE 'a request is made in one''s own name' USING ERRCODE = 'ZW020';
	END IF;
	IF NEW.valid_until IS NULL OR NOT isfinite(NEW.valid_until) OR NEW.valid_until < today THEN
		RAISE 'valid_until must be a day from today on' USING ERRCODE = 'ZW020';
	END IF;

	SELECT r.id, r.code, r.provider, r.state, r.sharing, r.scope_departments, r.scope_regions, r.uses INTO resource
	FROM peer.resource r WHERE r.id = NEW.resource FOR SHARE;
	IF NOT FOUND OR resource.state <> 'published' OR resource.provider = consumer.id THEN
		RAISE 'resource % is not shared at present, or your own', NEW.resource USING ERRCODE = 'ZW020';
	END IF;
	SELECT d.platform, d.calendar INTO provider FROM peer.department d WHERE d.id = resource.provider;
	IF provider.platform <> consumer.platform AND EXISTS (SELECT FROM peer.region_above a
		WHERE a.above = provider.platform AND a.code = consumer.platform) THEN
		RAISE 'resource "%" is on a platform above your own', resource.code USING ERRCODE = 'ZW021';
	END IF;

	SELECT count(*) AS n, count(DISTINCT u.name) AS different, count(i.name) AS known,
		bool_or(i.sharing = 'withheld' OR resource.sharing = 'withheld') AS withheld,
		bool_or(i.sharing = 'conditional' OR resource.sharing = 'conditional') AS needed INTO asked
	FROM unnest(NEW.items) AS u (name)
	LEFT JOIN peer.resource_item i ON i.resource = NEW.resource AND i.name = u.name AND i.retired_at IS NULL;
	IF asked.known < asked.n OR asked.different < asked.n OR asked.needed IS NOT TRUE THEN
		RAISE 'items of resource "%" are unknown, named twice or need no request', resource.code USING ERRCODE = 'ZW020';
	ELSIF asked.withheld THEN
		RAISE 'items of resource "%" are withheld', resource.code USING ERRCODE = 'ZW023';
	END IF;

	NEW.outside_scope := (resource.scope_departments IS NOT NULL OR resource.scope_regions IS NOT NULL)
			AND coalesce(consumer.id <> ALL (resource.scope_departments), true)
			AND NOT EXISTS (SELECT FROM peer.region_above a
				WHERE a.above = ANY (resource.scope_regions) AND a.code = consumer.region)
		OR resource.uses IS NOT NULL AND coalesce(NEW.usage <> ALL (resource.uses), true);
	standing := EXISTS (SELECT FROM peer.standing_consent c WHERE c.resource = NEW.resource AND c.state = 'active'
		AND c.valid @> today
		AND (c.departments IS NULL AND c.regions IS NULL OR consumer.id = ANY (c.departments)
			OR EXISTS (SELECT FROM peer.region_above a WHERE a.above = ANY (c.regions) AND a.code = consumer.region))
		AND (c.items IS NULL OR c.items @> NEW.items) AND (c.uses IS NULL OR NEW.usage = ANY (c.uses)));
	PERFORM FROM peer.transition t WHERE t.subject = 'share_request' AND t.from_state = ''
		AND t.to_state = CASE WHEN standing THEN 'approved' ELSE coalesce(NEW.state, 'submitted') END
		AND t.actor = CASE WHEN standing THEN 'standing_consent' ELSE 'consumer' END;
	IF NOT FOUND THEN
		RAISE 'a request cannot begin as "%"', NEW.state USING ERRCODE = 'ZW020';
	END IF;

	SELECT l.amount, l.consequence INTO term FROM peer.time_limit l
	WHERE l.code = 'reply_conditional' AND l.effective @> today;
	NEW.id := nextval('peer.share_request_id_seq');
	NEW.authorization_id := nextval('peer.share_authorization_id_seq');
	NEW.consumer := consumer.id;
	NEW.provider := resource.provider;
	NEW.state := CASE WHEN standing THEN 'approved' ELSE 'submitted' END;
	NEW.received_at := now;
	NEW.limit_code := 'reply_conditional';
	NEW.due_on := peer.add_working_days(today, term.amount, provider.calendar);
	NEW.due_provisional := NEW.due_on IS NULL;
	IF NEW.due_provisional THEN
		NEW.due_on := today + term.amount + 2 * (term.amount / 5 + 1);
	END IF;
	NEW.due_at := (NEW.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai';
	IF term.consequence = 'deemed_consent' AND NOT NEW.outside_scope THEN
		NEW.matures_at := NEW.due_at;
		IF NEW.due_provisional THEN
			SELECT l.amount INTO grace FROM peer.time_limit l
			WHERE l.code = 'provisional_grace' AND l.effective @> today;
			NEW.matures_at := (NEW.due_on + grace + 1)::timestamp AT TIME ZONE 'Asia/Shanghai';
		END IF;
	END IF;
	IF standing THEN
		NEW.answered_at := now;
		NEW.answer_basis := 'standing_consent';
		NEW.granted_items := NEW.items;
	END IF;
	RETURN NEW;
END
$$;

-- Who may move a request, and what belongs to each move.  Time is the actor of
-- whoever may write authorizations: the owner, in the sweep.
CREATE FUNCTION peer.decide() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	now CONSTANT timestamptz := clock_timestamp();
	me bigint;
	mover text;
BEGIN
	IF (NEW.id, NEW.route, NEW.resource, NEW.provider, NEW.consumer, NEW.items, NEW.purpose, NEW.usage, NEW.valid_until,
			NEW.received_at, NEW.limit_code, NEW.due_on, NEW.due_at, NEW.due_provisional, NEW.outside_scope,
			NEW.matures_at, NEW.authorization_id, NEW.answered_at, NEW.answer_basis, NEW.refused_items)
		IS DISTINCT FROM
		(OLD.id, OLD.route, OLD.resource, OLD.provider, OLD.consumer, OLD.items, OLD.purpose, OLD.usage, OLD.valid_until,
			OLD.received_at, OLD.limit_code, OLD.due_on, OLD.due_at, OLD.due_provisional, OLD.outside_scope,
			OLD.matures_at, OLD.authorization_id, OLD.answered_at, OLD.answer_basis, OLD.refused_items) THEN
		RAISE 'a column of request % cannot be changed', OLD.id USING ERRCODE = 'ZW020';
	END IF;
	IF peer.acting_role() = 'postgres'::regrole THEN
		mover := 'time';
	ELSE
		SELECT d.id INTO me FROM peer.department d WHERE d.role = peer.acting_role();
		mover := CASE me WHEN OLD.provider THEN 'provider' WHEN OLD.consumer THEN 'consumer'
			WHEN OLD.coordinator THEN 'coordinator' END;
	END IF;
	PERFORM FROM peer.transition t WHERE t.subject = 'share_request' AND t.from_state = OLD.state
		AND t.to_state = NEW.state AND t.actor = mover;
	IF NOT FOUND THEN
		RAISE 'request % cannot be moved from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'ZW020';
	END IF;
	IF OLD.state = 'submitted' AND mover <> 'time' AND now >= OLD.matures_at THEN
		RAISE 'request % is deemed consented', OLD.id USING ERRCODE = 'ZW020';
	END IF;
	IF mover = 'time' THEN
		IF now < OLD.matures_at THEN
			RAISE 'request % is not due', OLD.id USING ERRCODE = 'ZW020';
		END IF;
		NEW.answered_at := OLD.matures_at;
		NEW.answer_basis := 'deemed_consent';
		NEW.granted_items := OLD.items;
	ELSIF NEW.state = 'approved' THEN
		NEW.answered_at := now;
		NEW.answer_basis := 'reply';
		NEW.granted_items := coalesce(NEW.granted_items, NEW.items);
	ELSIF NEW.state = 'refused' THEN
		IF btrim(coalesce(NEW.answer_reason, ''), E' \t\n') = '' THEN
			RAISE 'a refusal needs a reason' USING ERRCODE = 'ZW020';
		END IF;
		NEW.answered_at := now;
		NEW.answer_basis := 'reply';
		NEW.refused_items := NEW.items;
	END IF;
	RETURN NEW;
END
$$;

CREATE FUNCTION peer.after_insert() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	acting regrole := peer.acting_role();
BEGIN
	INSERT INTO peer.journal_entry (at, real_at, subject, subject_key, event, to_state, article, actor, role, department,
		provider, consumer, after)
	SELECT n.received_at, clock_timestamp(), 'share_request', n.id::text, 'insert', n.state, 20, 'department',
		acting::text, n.consumer, n.provider, n.consumer, jsonb_strip_nulls(to_jsonb(n)) FROM new_rows n;
	INSERT INTO peer.share_request_item (request, resource, item)
	SELECT n.id, n.resource, unnest(n.items) FROM new_rows n;
	INSERT INTO peer.share_authorization (id, request, resource, provider, consumer, items, purpose, usage, basis,
		valid_from, valid_until, state)
	SELECT n.authorization_id, n.id, n.resource, n.provider, n.consumer, n.granted_items, n.purpose, n.usage,
		n.answer_basis, n.answered_at, (n.valid_until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', 'active'
	FROM new_rows n WHERE n.state = 'approved';
	RETURN NULL;
END
$$;

CREATE FUNCTION peer.after_update() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	acting regrole := peer.acting_role();
BEGIN
	INSERT INTO peer.journal_entry (at, real_at, subject, subject_key, event, from_state, to_state, article, actor, role,
		provider, consumer, before, after)
	SELECT clock_timestamp(), clock_timestamp(), 'share_request', n.id::text, 'update', o.state, n.state, 20,
		CASE acting WHEN 'postgres'::regrole THEN 'time' ELSE 'department' END, acting::text, n.provider, n.consumer,
		jsonb_build_object('state', o.state, 'answered_at', o.answered_at, 'answer_basis', o.answer_basis,
			'granted_items', o.granted_items),
		jsonb_build_object('state', n.state, 'answered_at', n.answered_at, 'answer_basis', n.answer_basis,
			'granted_items', n.granted_items)
	FROM new_rows n JOIN old_rows o ON o.id = n.id;
	INSERT INTO peer.share_authorization (id, request, resource, provider, consumer, items, purpose, usage, basis,
		valid_from, valid_until, state)
	SELECT n.authorization_id, n.id, n.resource, n.provider, n.consumer, n.granted_items, n.purpose, n.usage,
		n.answer_basis, n.answered_at, (n.valid_until + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', 'active'
	FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.state = 'approved' AND o.state <> 'approved';
	RETURN NULL;
END
$$;

CREATE FUNCTION peer.after_authorization() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	acting regrole := peer.acting_role();
BEGIN
	INSERT INTO peer.journal_entry (at, real_at, subject, subject_key, event, to_state, article, actor, role,
		provider, consumer, after)
	SELECT clock_timestamp(), clock_timestamp(), 'share_authorization', n.id::text, 'insert', n.state, 20,
		CASE acting WHEN 'postgres'::regrole THEN 'time' ELSE 'department' END, acting::text, n.provider, n.consumer,
		jsonb_strip_nulls(to_jsonb(n)) FROM new_rows n;
	RETURN NULL;
END
$$;

CREATE TRIGGER receive BEFORE INSERT ON peer.share_request FOR EACH ROW EXECUTE FUNCTION peer.receive();
CREATE TRIGGER decide BEFORE UPDATE ON peer.share_request FOR EACH ROW EXECUTE FUNCTION peer.decide();
CREATE TRIGGER after_insert AFTER INSERT ON peer.share_request REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION peer.after_insert();
CREATE TRIGGER after_update AFTER UPDATE ON peer.share_request
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION peer.after_update();
CREATE TRIGGER after_insert AFTER INSERT ON peer.share_authorization REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION peer.after_authorization();

CREATE PROCEDURE peer.sweep() LANGUAGE sql AS $$
	UPDATE peer.share_request SET state = 'approved' WHERE state = 'submitted' AND matures_at <= clock_timestamp();
	UPDATE peer.share_authorization SET state = 'expired'
	WHERE state IN ('active', 'suspended') AND valid_until <= clock_timestamp();
$$;

-- ---- bare: the same columns, indexes, keys and checks, and nothing else ----

CREATE SCHEMA bare;
GRANT USAGE ON SCHEMA bare TO PUBLIC;
CREATE SEQUENCE bare.share_request_id_seq;
CREATE SEQUENCE bare.share_authorization_id_seq;
CREATE SEQUENCE bare.journal_entry_id_seq;
CREATE TABLE bare.share_request (LIKE govdata.share_request INCLUDING ALL,
	FOREIGN KEY (resource) REFERENCES peer.resource,
	FOREIGN KEY (provider) REFERENCES peer.department,
	FOREIGN KEY (consumer) REFERENCES peer.department,
	FOREIGN KEY (coordinator) REFERENCES peer.department);
ALTER TABLE bare.share_request ALTER COLUMN id SET DEFAULT nextval('bare.share_request_id_seq'),
	ALTER COLUMN authorization_id SET DEFAULT nextval('bare.share_authorization_id_seq');
CREATE TABLE bare.share_request_item (LIKE govdata.share_request_item INCLUDING ALL,
	FOREIGN KEY (request) REFERENCES bare.share_request,
	FOREIGN KEY (resource, item) REFERENCES peer.resource_item);
CREATE TABLE bare.share_authorization (LIKE govdata.share_authorization INCLUDING ALL,
	FOREIGN KEY (request) REFERENCES bare.share_request,
	FOREIGN KEY (resource) REFERENCES peer.resource,
	FOREIGN KEY (provider) REFERENCES peer.department,
	FOREIGN KEY (consumer) REFERENCES peer.department);
CREATE TABLE bare.journal_entry (LIKE govdata.journal_entry INCLUDING ALL);
ALTER TABLE bare.journal_entry ALTER COLUMN id SET DEFAULT nextval('bare.journal_entry_id_seq');
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA bare TO PUBLIC;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA bare TO PUBLIC;
