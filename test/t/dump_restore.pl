# A database full of every kind of row goes through pg_dump and comes back as
# it was: plain, custom and parallel, into the same cluster and into another.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use GovdataTest;

my $node = govdata_node('dump_restore');
my $dump = $node->backup_dir;
mkdir $dump;

# What happens is written as psql would run it: roles are set, not logged into.
sub run_as
{
	my ($role, @statements) = @_;
	return $node->safe_psql('postgres', join(";\n", "SET ROLE $role", @statements));
}

sub resource
{
	my ($role, $title, %column) = @_;
	my %value = (class => "'307009'", title => "'$title'", abstract => "'what it says'",
		format_category => 'U&\'\6570\636E\5E93\'', update_cycle => 'U&\'\6BCF\65E5\'',
		sharing => "'conditional'", sharing_conditions => "'for public services'",
		opening => "'closed'", opening_ground => "'privacy'", %column);
	my @columns = sort keys %value;

	my $id = run_as($role, sprintf('INSERT INTO govdata.resource (%s) VALUES (%s) RETURNING id',
		join(', ', @columns), join(', ', map { $value{$_} } @columns)));
	run_as($role, "INSERT INTO govdata.resource_item (resource, name, title, data_type, sharing) VALUES"
		  . " ($id, 'name', 'name', 'text', NULL), ($id, 'address', 'address', 'text', NULL),"
		  . " ($id, 'phone', 'phone', 'text', 'conditional')");
	return $id;
}

sub published
{
	my ($role, @rest) = @_;
	my $id = resource($role, @rest);

	run_as($role, "UPDATE govdata.resource SET state = 'published' WHERE id = $id");
	return $id;
}

sub request
{
	my ($role, $resource, $items, %column) = @_;
	my %value = (usage => 'NULL', valid_until => "'2026-12-31'", %column);

	return run_as($role, "INSERT INTO govdata.share_request (resource, items, purpose, usage, valid_until)"
		  . " VALUES ($resource, '{$items}', E'low\\tincome\\\\', $value{usage}, $value{valid_until}) RETURNING id");
}

sub entry
{
	my ($role, $resource, $items, @chain) = @_;
	my %office = (reviewed => 'wh_da', rejected => 'wh_gov', approved => 'wh_gov', reported => 'wh_da',
		lifted => $role, lapsed => $role);

	my $id = run_as($role, "INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason)"
		  . " VALUES ($resource, " . ($items ? "'{$items}'" : 'NULL') . ", 'law', 'a law', '19', 'privacy') RETURNING id");
	run_as($office{$_}, "UPDATE govdata.negative_entry SET state = '$_', note = 'noted' WHERE id = $id")
	  foreach @chain;
	return $id;
}

# ---- who there is ----

travel_to($node, '2026-03-02 09:00+08');
my @actors = (
	[ 'hb_gov', '420000', 'government' ], [ 'hb_da', '420000', 'data_authority' ],
	[ 'wh_gov', '420100', 'government' ], [ 'wh_da', '420100', 'data_authority' ],
	[ 'wh_police', '420100', 'agency' ], [ 'wh_civil', '420100', 'agency' ],
	[ 'wh_house', '420100', 'authorized_organization' ], [ 'es_civil', '422800', 'agency' ]);

# A synthetic credit code with the right check character.
sub uscc
{
	my $code = sprintf('11420000MB%07d', shift);
	my $alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
	my ($weight, $total) = (1, 0);

	foreach my $character (split //, $code)
	{
		$total += index($alphabet, $character) * $weight;
		$weight = $weight * 3 % 31;
	}
	return $code . substr($alphabet, (31 - $total % 31) % 31, 1);
}

my $number = 0;
foreach my $actor (@actors)
{
	my ($who, $region, $kind) = @$actor;
	my $uscc = uscc(++$number);

	$node->safe_psql('postgres', "CREATE ROLE $who NOLOGIN; CREATE ROLE ${who}_clerk LOGIN IN ROLE $who;"
		  . "INSERT INTO govdata.department (uscc, name, region, kind, role, data_officer)"
		  . " VALUES ('$uscc', '$who', '$region', '$kind', '$who', 'officer')");
}
$node->safe_psql('postgres', q{
	CREATE ROLE "Old 'Office"; CREATE ROLE director LOGIN IN ROLE govdata_admin;
	INSERT INTO govdata.department (uscc, uscc_verified_by_hand, name, region, kind, role, superior, valid)
	VALUES ('114200000000000001', true, 'abolished', '420100', 'agency', '"Old ''Office"', 6, '[2010-01-01,2025-01-01)');
	UPDATE govdata.department SET superior = 9 WHERE name = 'wh_house';
	CREATE ROLE hb_civil NOLOGIN; CREATE ROLE hb_civil_clerk LOGIN IN ROLE hb_civil;
});
$node->safe_psql('postgres', "INSERT INTO govdata.department (uscc, name, region, kind, role, data_officer)"
	  . " VALUES ('" . uscc(++$number) . "', 'hb_civil', '420000', 'agency', 'hb_civil', 'officer')");

# ---- rules of the site's own, and shipped ones that it changed ----

$node->safe_psql('postgres', q{
	SET ROLE director;
	INSERT INTO govdata.access_hold VALUES ('2026-01-01', 'audit');
	INSERT INTO govdata.calendar (name, parent, title) VALUES ('ES', 'CN', 'Enshi');
	INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES
		('ES', 2026, 'Enshi 2026', '2025-12-01'), ('CN', 2026, 'amendment', '2026-02-01'), ('CN', 2027, 'next', '2026-02-02');
	INSERT INTO govdata.calendar_day (calendar, day, kind, name, name_en, notice) VALUES
		('ES', '2026-03-12', 'holiday', 'founding', NULL, 'Enshi 2026'),
		('CN', '2026-05-09', 'ordinary', 'no make-up', 'none', 'amendment'),
		('CN', '2027-01-01', 'holiday', 'new year', NULL, 'next'), ('CN', '2027-01-02', 'workday', 'make-up', NULL, 'next');
	INSERT INTO govdata.statutory_holiday (calendar, month, day, name, basis, effective)
	VALUES ('ES', 8, 19, 'founding', 'a regulation', '[1984-01-01,)');
	-- a shipped region above and below others, one of the site's own above a shipped one
	UPDATE govdata.region SET name = 'Enshi', calendar = 'ES' WHERE code = '422800';
	UPDATE govdata.region SET valid = '[2000-01-01,)' WHERE code = '420000';
	INSERT INTO govdata.region (code, name, level, parent) VALUES ('42010X', 'zone', 'city', '420000');
	UPDATE govdata.region SET parent = '42010X' WHERE code = '420102';
	-- a shipped limit that ends and one that is changed where it stands
	UPDATE govdata.time_limit SET effective = '[2021-04-01,2026-06-01)' WHERE code = 'reply_conditional';
	INSERT INTO govdata.time_limit (code, article, amount, unit, consequence, effective, basis)
	VALUES ('reply_conditional', 20, 7, 'working_day', 'deemed_consent', '[2026-06-01,)', 'of the province');
	UPDATE govdata.time_limit SET amount = 20 WHERE code = 'provisional_grace';
	-- of both regimes
	UPDATE govdata.time_limit SET amount = 15 WHERE regime = 'decree809' AND code = 'delivery';
	UPDATE govdata.time_limit SET yields = false WHERE regime = 'decree809' AND code = 'check_doubt';
	UPDATE govdata.regime SET basis = basis || ', as amended' WHERE code = 'decree809';
	INSERT INTO govdata.regime (code, rank, title, title_en, standing, effective_from, basis)
	VALUES ('province', 3, '省内规定', 'Rules of the province', true, '2026-01-01', 'of the province');
	INSERT INTO govdata.time_limit (regime, code, article, amount, unit, consequence, effective, basis)
	VALUES ('province', 'reply_conditional', 20, 8, 'working_day', 'late', '[2026-01-01,)', 'of the province');
	UPDATE govdata.withholding_basis SET basis = basis || '.' WHERE regime = 'decree809' AND basis_kind = 'law';
	UPDATE govdata.regime_rule SET basis = basis || '.' WHERE rule = 'completion';
	UPDATE govdata.dispute_step SET basis = basis || '.' WHERE step = 1;
	INSERT INTO govdata.reminder_rule (duty, distances) VALUES ('deliver_data', '{10,0}');
	UPDATE govdata.reminder_rule SET distances = '{7,1,0,-1}' WHERE duty = '*';
	UPDATE govdata.catalog_specification SET required = false WHERE column_name = 'related';
	UPDATE govdata.catalog_specification SET effective = '(,2030-01-01)' WHERE column_name = 'format_type';
	INSERT INTO govdata.catalog_specification (element, column_name, required, basis, effective)
	VALUES ('safety', 'safety_grade', false, 'of the province', '[2026-01-01,)');
	UPDATE govdata.data_element SET synonyms = synonyms || '{ID}' WHERE code = 'citizen_id';
	INSERT INTO govdata.data_element (code, name, definition, standard) VALUES ('phone', 'phone', 'a number', 'of the province');
});

# ---- the catalog ----

my $population = published('wh_police', 'population');
my $addresses = published('wh_police', 'addresses', scope_departments => "'{6}'", scope_regions => "'{420100}'", uses => "'{relief}'");
my $housing = published('es_civil', 'housing', class => "'308001'");
my $files = published('wh_police', 'files');
my $withdrawn = published('wh_police', 'withdrawn');
my $list = published('wh_police', 'list', sharing => "'unconditional'", opening => "'unconditional'", opening_ground => 'NULL');
my $opened = published('wh_police', 'opened', sharing => "'unconditional'", opening => "'unconditional'", opening_ground => 'NULL');
my $closed = published('wh_police', 'closed again', sharing => "'unconditional'", opening => "'unconditional'", opening_ground => 'NULL');
resource('wh_police', 'draft');
run_as('wh_police',
	"UPDATE govdata.resource_item SET retired_at = now() WHERE resource = $list AND name = 'phone'",
	"UPDATE govdata.resource SET opening_state = 'open' WHERE id IN ($list, $opened, $closed)",
	"UPDATE govdata.resource SET opening_state = 'suspended' WHERE id = $opened",
	"UPDATE govdata.resource SET opening_state = 'withdrawn' WHERE id = $closed",
	"UPDATE govdata.resource SET title = 'list, second edition' WHERE id = $list",
	"UPDATE govdata.resource SET state = 'suspended', state_reason = 'repair' WHERE id = $opened",
	"INSERT INTO govdata.standing_consent (resource, items, regions, uses, valid) VALUES ($files, '{name}', '{420100}', '{relief}', '[2026-01-01,)')",
	"INSERT INTO govdata.standing_consent (resource, departments) VALUES ($population, '{7}')",
	"UPDATE govdata.standing_consent SET state = 'ended' WHERE resource = $population");

# ---- libraries, updates, rounds, officers, reorganizations ----

my ($police, $civil, $house, $abolished) = map { $node->safe_psql('postgres', "SELECT id FROM govdata.department WHERE name = '$_'") }
	qw(wh_police wh_civil wh_house abolished);
my $theme = run_as('wh_da', "SELECT govdata.establish_library('relief', $civil)");
run_as('wh_da', q{SELECT govdata.dissolve_library(govdata.establish_library('credit'), 'kept by the province')});
run_as('wh_civil', "SELECT govdata.join_library($theme, $house)", "SELECT govdata.leave_library($theme, $house)",
	"SELECT govdata.join_library($theme, $police)");
run_as('wh_police', map { "SELECT govdata.record_update(code, NULL, 3) FROM govdata.resource WHERE id = $population" } 1 .. 2);
run_as('wh_police', q{SELECT govdata.void_update(min(id), 'twice') FROM govdata.data_update});
run_as('wh_police', q{SELECT govdata.name_data_officer('bureau of data', '027-1')});
run_as('wh_police', 'SELECT govdata.open_maintenance_round()',
	"SELECT govdata.confirm_entry(code, 'as it was') FROM govdata.resource WHERE id = $population");
run_as('wh_house', 'SELECT govdata.close_maintenance_round(govdata.open_maintenance_round())');
$node->safe_psql('postgres', qq{SET govdata.restore = on;
	INSERT INTO govdata.maintenance_round (id, department, year, state, opened_at, closed_at, late)
	VALUES (nextval('govdata.maintenance_round_id_seq'), $abolished, 2024, 'ended', '2024-12-01', '2024-12-31', false)});
run_as('wh_gov', "SELECT govdata.cancel_reorganization(govdata.draft_reorganization($house, 'a plan'), 'not now')",
	"SELECT govdata.execute_reorganization(govdata.draft_reorganization($house, 'a plan', abolish => false))",
	"SELECT govdata.draft_reorganization($police, 'a plan', abolish => false)",
	(map { "SELECT govdata.plan_succession(max(id), 'resource', $_, $civil) FROM govdata.reorganization" } $files, $population),
	q{SELECT govdata.drop_succession(max(id)) FROM govdata.reorganization_line});

# ---- the negative list ----

entry('wh_police', $files, 'phone', 'reviewed', 'approved', 'reported');
entry('wh_police', published('wh_police', 'withheld'), undef, 'reviewed', 'approved');
entry('wh_police', $addresses, 'phone', 'reviewed', 'approved', 'lifted');
entry('wh_police', published('wh_police', 'lapsed'), undef, 'reviewed', 'approved', 'reported', 'lapsed');
entry('wh_police', $population, 'phone', 'reviewed', 'rejected');
entry('wh_police', $population, 'phone', 'reviewed');
entry('wh_police', $population, 'phone');

# ---- requests ----

my %request;
$request{$_} = request('wh_civil', $population, 'name,address')
  foreach qw(approved partly revoked suspended resumed refused withdrawn coordinating agreed upheld unsettled swept);
$request{$_} = request('wh_civil', $withdrawn, 'name') foreach qw(with_resource);
$request{standing} = request('wh_civil', $files, 'name', usage => "'relief'");
$request{expired} = request('wh_civil', $population, 'name', valid_until => "'2026-03-10'");
my $struck = published('wh_police', 'struck');
$request{struck} = request('wh_civil', $struck, 'name');
entry('wh_police', $struck, undef, 'reviewed', 'approved');

run_as('wh_police',
	(map { "SELECT govdata.approve_request($request{$_})" } qw(approved revoked suspended resumed expired with_resource)),
	"SELECT govdata.approve_request($request{partly}, '{name}', 'the address is not needed')",
	(map { "SELECT govdata.refuse_request($request{$_}, 'no duty')" } qw(refused coordinating agreed upheld unsettled)),
	"SELECT govdata.withdraw_resource(code, 'replaced') FROM govdata.resource WHERE id = $withdrawn");
run_as('wh_civil', "SELECT govdata.withdraw_request($request{withdrawn})",
	map { "SELECT govdata.request_coordination($request{$_}, 'it is our duty')" } qw(coordinating agreed upheld unsettled));
run_as('wh_police', "SELECT govdata.consent_in_coordination($request{agreed})");
run_as('wh_da', map { "SELECT govdata.settle_coordination($request{$_}, '$_', 'as talked over')" } qw(agreed upheld unsettled));
run_as('wh_police',
	(map { "SELECT govdata.suspend_authorization($_, 'incident', 'a leak')" }
		map { authorization($_) } qw(suspended resumed)),
	"SELECT govdata.resume_authorization(" . authorization('resumed') . ", 'repaired')",
	"SELECT govdata.revoke_authorization(" . authorization('revoked') . ", 'violation', 'sold on')");

# on the other routes, in every state
my $province = published('hb_civil', 'province');
$request{$_} = request('wh_civil', $province, 'name') foreach qw(reported returned forwarded taken_back);
run_as('wh_da', "SELECT govdata.forward_request($request{forwarded})",
	"SELECT govdata.return_request($request{returned}, 'not complete')");
run_as('wh_civil', "SELECT govdata.withdraw_request($request{taken_back})");
foreach my $state (qw(new agreed listed refused withdrawn coordinating upheld unsettled))
{
	$request{"outside $state"} = run_as('wh_civil',
		"SELECT govdata.submit_uncatalogued_request(5, 'what is not there', 'a duty', '2026-12-31')");
}
run_as('wh_police', (map { "SELECT govdata.agree_request($request{qq(outside $_)})" } qw(agreed listed)),
	qq{SELECT govdata.list_request($request{'outside listed'}, code, '{name}') FROM govdata.resource WHERE id = $population},
	(map { "SELECT govdata.refuse_as_not_shareable($request{qq(outside $_)}, 'privacy')" } qw(refused coordinating upheld unsettled)),
	qq{SELECT govdata.cite_negative_entry($request{'outside refused'}, max(id)) FROM govdata.negative_entry WHERE provider = 5 AND state <> 'rejected'});
run_as('wh_civil', qq{SELECT govdata.withdraw_request($request{'outside withdrawn'})},
	map { "SELECT govdata.request_coordination($request{qq(outside $_)}, 'it is our duty')" } qw(coordinating upheld unsettled));
run_as('wh_da', map { "SELECT govdata.settle_coordination($request{qq(outside $_)}, '$_', 'as talked over')" } qw(upheld unsettled));
foreach my $state (qw(filed coordinating obtained not_obtained withdrawn))
{
	$request{"nation $state"} = run_as('wh_civil', "SELECT govdata.submit_national_request('a ministry', 'its data', 'a duty')");
}
run_as('hb_da', (map { "SELECT govdata.coordinate_national_request($request{qq(nation $_)})" } qw(coordinating obtained not_obtained)),
	qq{SELECT govdata.record_obtained($request{'nation obtained'}, 'not to be kept')},
	qq{SELECT govdata.list_obtained($request{'nation obtained'}, code) FROM govdata.resource WHERE id = $province},
	qq{SELECT govdata.record_not_obtained($request{'nation not_obtained'}, 'they declined')});
run_as('wh_civil', qq{SELECT govdata.withdraw_request($request{'nation withdrawn'})});

sub authorization
{
	return $node->safe_psql('postgres', "SELECT authorization_id FROM govdata.share_request WHERE id = $request{$_[0]}");
}

# ---- what is built, bought and asked for ----

run_as('wh_police',
	"UPDATE govdata.resource_item SET element = CASE name WHEN 'name' THEN 'citizen_id' ELSE 'phone' END WHERE resource = $addresses AND name <> 'address'",
	"SELECT govdata.plan_system('planned', 'new', '{entry,dropped}')",
	"SELECT govdata.drop_entry(id, 'not needed') FROM govdata.planned_entry WHERE title = 'dropped'",
	"SELECT govdata.complete_system(govdata.plan_system('built', 'new', '{entry}'))",
	"SELECT govdata.plan_system('fulfilled', 'rebuilt')",
	"SELECT govdata.plan_entry('entry', resource => r.code, business_system => s.id) FROM govdata.business_system s, govdata.resource r"
	  . " WHERE s.name = 'fulfilled' AND r.title = 'withheld'",
	"SELECT govdata.complete_system(id) FROM govdata.business_system WHERE name = 'fulfilled'",
	"SELECT govdata.cancel_system(govdata.plan_system('cancelled', 'new'), 'no money')",
	(map { "SELECT govdata.notify_purchase('$_', '{vin}', 'seller', 'need', '2026-12-31')" } qw(notified contracted catalogued cancelled)),
	"SELECT govdata.contract_purchase(id) FROM govdata.data_purchase WHERE title IN ('contracted', 'catalogued')",
	"SELECT govdata.name_entry(e.id, r.code) FROM govdata.planned_entry e, govdata.resource r WHERE e.title = 'catalogued' AND r.title = 'withheld'",
	"SELECT govdata.cancel_purchase(id, 'no need') FROM govdata.data_purchase WHERE title = 'cancelled'",
	(map { "SELECT govdata.register_form('service', '$_')" } qw(registered retired)),
	"SELECT govdata.retire_field(govdata.register_field(id, 'vin')) FROM govdata.service_form WHERE title = 'registered'",
	"SELECT govdata.register_field(id, 'vin') FROM govdata.service_form WHERE title = 'registered'",
	"SELECT govdata.retire_form(id) FROM govdata.service_form WHERE title = 'retired'");

# ---- what is dispatched, and made from other resources ----

my $order = q{INSERT INTO govdata.dispatch_order (provider, wanted, need, deliver_by, needed_until)
	SELECT id, '%s', 'need', '2026-12-01', '2026-12-31' FROM govdata.department WHERE name = 'wh_police'};
run_as('wh_da', map { sprintf $order, $_ } qw(issued delivered returned accepted withheld cancelled));
run_as('wh_police',
	"SELECT govdata.deliver_dispatch(o.id, r.code, '{name}') FROM govdata.dispatch_order o, govdata.resource r"
	  . " WHERE o.wanted IN ('delivered', 'returned', 'accepted') AND r.id = $addresses",
	"SELECT govdata.withhold_dispatch(o.id, n.id) FROM govdata.dispatch_order o, govdata.negative_list n"
	  . " WHERE o.wanted = 'withheld' AND n.title = 'withheld'",
	"SELECT govdata.record_source(r.code, s.code, 'necessity') FROM govdata.resource r, govdata.resource s"
	  . " WHERE r.id = $addresses AND s.id = $population",
	"SELECT govdata.remove_source(id, 'taken out') FROM govdata.resource_source",
	"SELECT govdata.record_source(r.code, s.code, 'necessity') FROM govdata.resource r, govdata.resource s"
	  . " WHERE r.id = $addresses AND s.id = $population");
run_as('wh_da',
	"SELECT govdata.return_dispatch(id, 'not complete') FROM govdata.dispatch_order WHERE wanted = 'returned'",
	"SELECT govdata.accept_dispatch(id) FROM govdata.dispatch_order WHERE wanted = 'accepted'",
	"SELECT govdata.cancel_dispatch(id, 'not needed') FROM govdata.dispatch_order WHERE wanted = 'cancelled'");

# numbers that nobody got, then a sweep, a seal, and more that has no seal yet
$node->safe_psql('postgres', q{BEGIN; SET LOCAL ROLE wh_civil;
	SELECT govdata.submit_request('307009/000001', '{name}', 'rolled back', '2026-12-31'); ROLLBACK});
travel_to($node, '2026-03-18 09:00+08');
$node->safe_psql('postgres', 'CALL govdata.sweep()');
$node->safe_psql('postgres', q{SET govdata.restore = on;
	INSERT INTO govdata.sweep_failure VALUES ('share_request', '999', now(), now(), 3, 'ZW020', 'an error');
	INSERT INTO govdata.authorization_use SELECT min(id), 'name', now(), now(), 3 FROM govdata.share_authorization});
run_as('hb_da', "SELECT govdata.adopt_regime('decree809', '2026-03-19', 'a decision')");
$request{matured} = request('wh_civil', $population, 'name');
$request{late_matured} = request('es_civil', $population, 'name,phone');
$request{outside} = request('wh_house', $addresses, 'name', usage => "'curiosity'");
travel_to($node, '2026-04-20 09:00+08');

# ---- under Decree 809, in every state ----

run_as('hb_da', "SELECT govdata.end_regime('decree809', '2026-08-01', 'a trial')",
	"SELECT govdata.adopt_regime('decree809', '2026-09-01', 'for good')");
my $deputy = "SELECT govdata.declare_absence('2026-04-20', '2026-12-31', 'wh_police_clerk', 'ill')";
run_as('wh_police', 'SELECT govdata.end_absence(' . run_as('wh_police', $deputy) . ')', $deputy);
foreach my $state (qw(asked granted declined withdrawn))
{
	my $asked = run_as('wh_police', "SELECT govdata.ask_extension('share_request', "
		  . request('wh_civil', $population, 'name') . ", 5, 'much data')");

	run_as('wh_da', "SELECT govdata.decide_extension($asked, " . ($state eq 'granted' ? 'true' : 'false') . ", 'a reason')")
	  if $state eq 'granted' || $state eq 'declined';
	run_as('wh_police', "SELECT govdata.withdraw_extension($asked)") if $state eq 'withdrawn';
}
foreach my $state (qw(asked completed))
{
	my $asking = request('wh_civil', $population, 'name');

	run_as('wh_police', "SELECT govdata.ask_completion($asking, 'papers')");
	run_as('wh_civil', "SELECT govdata.complete_request($asking, 'papers')") if $state eq 'completed';
}
foreach my $state (qw(owed delivered))
{
	my $agreed = request('wh_civil', $population, 'name');

	run_as('wh_police', "SELECT govdata.approve_request($agreed)");
	run_as('wh_police', "SELECT govdata.mark_delivered($agreed, 'file', 'sent')") if $state eq 'delivered';
}
foreach my $state (qw(noted updated returned published))
{
	my $change = run_as('wh_police', "SELECT govdata.note_catalog_change('2026-04-10', 'a law was amended')");

	run_as('wh_police', "SELECT govdata.submit_catalog_update($change)") if $state ne 'noted';
	run_as('wh_da', "SELECT govdata.review_catalog_update($change, " . ($state eq 'published' ? 'true' : 'false') . ", 'a reason')")
	  if $state eq 'returned' || $state eq 'published';
}
foreach my $state (qw(proposed filed withdrawn))
{
	my $resource = published('wh_police', "service $state");
	my $end = run_as('wh_police', "SELECT govdata.propose_service_end(code, 'replaced') FROM govdata.resource WHERE id = $resource");

	run_as('wh_police', "UPDATE govdata.service_end SET state = '$state', outcome = 'agreed' WHERE id = $end") if $state eq 'filed';
	run_as('wh_police', "UPDATE govdata.service_end SET state = '$state' WHERE id = $end") if $state eq 'withdrawn';
}
$request{running} = request('wh_civil', $housing, 'name');
$request{outlasting} = request('wh_civil', $addresses, 'address', usage => "'relief'");
$node->safe_psql('postgres', q{SET ROLE director; DELETE FROM govdata.calendar_day WHERE notice = 'next';
	DELETE FROM govdata.calendar_notice WHERE notice = 'next'});
travel_to($node, '2026-12-18 09:00+08');
$request{provisional} = request('wh_civil', $addresses, 'name', usage => "'relief'", valid_until => "'2027-06-30'");

# quality: a rule and a doubt in every state, a finding, scores, a second round
my $checked = published('wh_police', 'checked', sharing => "'unconditional'");
my $code = $node->safe_psql('postgres', qq{
	CREATE TABLE checked (name text, address text, phone text);
	INSERT INTO checked VALUES ('a', 'b', 'c'), ('a', NULL, 'c');
	SELECT govdata.attach_resource(code, 'checked') FROM govdata.resource WHERE id = $checked;
	SELECT code FROM govdata.resource WHERE id = $checked});
$code =~ s/^\s+//;
run_as('wh_police', "SELECT govdata.define_rule('$code', '0201', 'not_null', 'filled', '{address}')",
	"SELECT govdata.retire_rule(govdata.define_rule('$code', '0304', 'unique', 'once', '{name}'), 'not needed')");
run_as('wh_da', map { "SELECT govdata.define_rule('$code', '0104', 'expression', '$_', expression => 'name <> ''$_''')" } qw(proposed refused));
run_as('wh_police', q{SELECT govdata.refuse_rule(id, 'no') FROM govdata.quality_rule WHERE title = 'refused'});
$node->safe_psql('postgres', 'CALL govdata.check_quality()');
foreach my $state (qw(raised withdrawn notified answered repaired closed again))
{
	my $doubt = run_as('wh_civil', "SELECT govdata.raise_doubt('$code', '{name}', 'said', 'key', 'evidence')");

	run_as('wh_civil', "SELECT govdata.withdraw_doubt($doubt, 'no')") if $state eq 'withdrawn';
	next if $state eq 'raised' || $state eq 'withdrawn';
	run_as('wh_da', "SELECT govdata.notify_doubt($doubt)");
	next if $state eq 'notified';
	run_as('wh_police', "SELECT govdata.answer_doubt($doubt, 'confirmed', 'so it is')");
	next if $state eq 'answered';
	run_as('wh_police', "SELECT govdata.report_repair($doubt, 'mended')");
	run_as('wh_civil', "SELECT govdata.reopen_doubt($doubt, 'not at all')") if $state eq 'again';
	run_as('wh_civil', "SELECT govdata.close_doubt($doubt)") if $state eq 'closed';
}

is( $node->safe_psql('postgres', q{
		SELECT string_agg(format('%s %s', subject, to_state), ', ') FROM (
			SELECT DISTINCT subject, to_state FROM govdata.transition
			EXCEPT SELECT 'resource', state FROM govdata.resource
			EXCEPT SELECT 'resource_opening', opening_state FROM govdata.resource
			EXCEPT SELECT 'data_officer', state FROM govdata.data_officer
			EXCEPT SELECT 'data_update', state FROM govdata.data_update
			EXCEPT SELECT 'library', state FROM govdata.library
			EXCEPT SELECT 'library_member', state FROM govdata.library_member
			EXCEPT SELECT 'maintenance_confirmation', state FROM govdata.maintenance_confirmation
			EXCEPT SELECT 'maintenance_round', state FROM govdata.maintenance_round
			EXCEPT SELECT 'negative_entry', state FROM govdata.negative_entry
			EXCEPT SELECT 'reorganization', state FROM govdata.reorganization
			EXCEPT SELECT 'reorganization_line', state FROM govdata.reorganization_line
			EXCEPT SELECT 'standing_consent', state FROM govdata.standing_consent
			EXCEPT SELECT CASE WHEN route IN ('national', 'uncatalogued') THEN route || '_request' ELSE 'share_request' END, state
				FROM govdata.share_request
			EXCEPT SELECT 'data_doubt', state FROM govdata.data_doubt
			EXCEPT SELECT 'quality_rule', state FROM govdata.quality_rule
			EXCEPT SELECT 'dispatch_order', state FROM govdata.dispatch_order
			EXCEPT SELECT 'resource_source', state FROM govdata.resource_source
			EXCEPT SELECT 'regime_switch', state FROM govdata.regime_switch
			EXCEPT SELECT 'officer_absence', state FROM govdata.officer_absence
			EXCEPT SELECT 'limit_extension', state FROM govdata.limit_extension
			EXCEPT SELECT 'request_completion', state FROM govdata.request_completion
			EXCEPT SELECT 'share_delivery', state FROM govdata.share_delivery
			EXCEPT SELECT 'catalog_change', state FROM govdata.catalog_change
			EXCEPT SELECT 'service_end', state FROM govdata.service_end
			EXCEPT SELECT 'share_authorization', state FROM govdata.share_authorization
			EXCEPT SELECT 'business_system', state FROM govdata.business_system
			EXCEPT SELECT 'data_purchase', state FROM govdata.data_purchase
			EXCEPT SELECT 'planned_entry', state FROM govdata.planned_entry
			EXCEPT SELECT 'service_form', state FROM govdata.service_form
			EXCEPT SELECT 'service_form_field', state FROM govdata.service_form_field) x}),
	'', 'there is a row in every state of every machine');
is( $node->safe_psql('postgres', q{
		SELECT count(*) > 0, bool_or(due_provisional), bool_or(outside_scope),
			bool_or(matures_at <= govdata.clock()) FROM govdata.share_request WHERE state = 'submitted'}),
	't|t|t|t', 'among them requests that have matured and were not swept');

# ---- the comparison ----

# Every table of the schema: rows and a hash of all of them; every sequence.
my $tables = q{SELECT oid::regclass FROM pg_class WHERE relnamespace = 'govdata'::regnamespace
	AND relkind = 'r' AND relname <> 'sweep_heartbeat' ORDER BY relname};
my $sequences = q{SELECT oid::regclass FROM pg_class WHERE relnamespace = 'govdata'::regnamespace
	AND relkind = 'S' ORDER BY relname};

sub content
{
	my ($server, $database) = @_;
	my @queries = (
		(map { "SELECT '$_', count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")) FROM ONLY $_ t" }
			split /\n/, $server->safe_psql($database, $tables)),
		(map { "SELECT '$_', last_value, is_called FROM $_" }
			split /\n/, $server->safe_psql($database, $sequences)));

	# pg_dump's own reads of attached tables are on record too, and come after
	return join("\n", grep { !/^govdata\.access_record/ }
		split /\n/, $server->safe_psql($database, join(";\n", 'SET TimeZone = UTC', @queries)));
}

# a table that departments read
my $attached = $node->safe_psql('postgres', q{
	SELECT min(r.id) FROM govdata.resource r JOIN govdata.resource_item i ON i.resource = r.id WHERE r.state = 'published'});
$node->safe_psql('postgres', $_) for split /\n/, $node->safe_psql('postgres', qq{
	SELECT format('CREATE TABLE attached (%s)', string_agg(format('%I text', i.name), ', '))
	  FROM govdata.resource_item i WHERE i.resource = $attached;
	SELECT format('SELECT govdata.attach_resource(%L, %L)', r.code, 'attached')
	  FROM govdata.resource r WHERE r.id = $attached});

# one that departments read before it became conditional
my $formerly = published('wh_police', 'formerly unconditional', sharing => "'unconditional'");
$node->safe_psql('postgres', qq{
	CREATE TABLE formerly (name text, address text, phone text);
	SELECT govdata.attach_resource(code, 'formerly') FROM govdata.resource WHERE id = $formerly});
run_as('wh_civil', 'SELECT name, address FROM formerly');
run_as('wh_house', 'SELECT address FROM formerly');
run_as('wh_police', "UPDATE govdata.resource SET sharing = 'conditional', sharing_conditions = 'need' WHERE id = $formerly");
my $asked = request('wh_civil', $formerly, 'name', valid_until => "'2027-06-30'");
run_as('wh_police', "SELECT govdata.refuse_request($asked, 'no duty')");
is( $node->safe_psql('postgres', q{SELECT count(*), count(ended_at), count(request) FROM govdata.continued_reading}),
	'3|1|1', 'former terms, some of them ended');

my $content = content($node, 'postgres');
my $head = $node->safe_psql('postgres', q{SELECT format('%L, %L', seal, hash) FROM govdata.seal_head()});
# reads are on record, sealed, dumped and restored in access_log.pl
my @empty = grep { /\|0\|/ && !/access_seal/ } split /\n/, $content;
is(join("\n", @empty), '', 'no table is empty');

# ---- there and back ----

sub restored
{
	my ($server, $how, $database, @command) = @_;
	my $clean;

	$server->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0") unless $database eq 'postgres';
	{
		local $ENV{PGOPTIONS} = '-c govdata.restore=on';
		local $ENV{PGHOST} = $server->host;
		local $ENV{PGPORT} = $server->port;
		$clean = run_log([ @command, '--dbname', $database ]);
	}
	ok($clean, "$how: the load says no error");
	is(content($server, $database), $content, "$how: equal row for row");
	is( $server->safe_psql($database, "SELECT finding FROM govdata.verify_journal($head) ORDER BY 1"),
		"ok\nunsealed", "$how: the journal verifies, by the head that was kept");
	return;
}

# Life goes on where it stopped.
sub goes_on
{
	my ($server, $how, $database) = @_;
	my $next = $node->safe_psql('postgres', 'SELECT last_value + 1 FROM govdata.share_request_id_seq');
	my $left = q{SELECT count(*) FROM govdata.share_request WHERE state = 'submitted' AND matures_at <= govdata.clock()};
	my $matured = $server->safe_psql($database, $left);
	my $written = q{SELECT count(*) FROM govdata.journal_entry WHERE subject = 'share_authorization' AND event = 'insert'};
	my $authorizations = $server->safe_psql($database, $written);

	$server->safe_psql($database, 'CALL govdata.sweep()');
	is($server->safe_psql($database, $left), 0, "$how: the sweep settles what had matured");
	is($server->safe_psql($database, $written), $authorizations + $matured, "$how: and authorizes it");
	is( $server->safe_psql($database, q{SET ROLE wh_civil;
			SELECT govdata.submit_request('307009/000001', '{name}', 'after the load', '2027-12-31')}),
		$next, "$how: numbers go on");
	$server->safe_psql($database, "SET ROLE wh_police; SELECT govdata.refuse_request($next, 'no')");
	is( $server->safe_psql($database, q{SET ROLE wh_police;
			INSERT INTO govdata.resource (class, title, opening, opening_ground) VALUES ('308001', 'next', 'closed', 'law') RETURNING code}),
		'308001/000002', "$how: serials go on");
	$server->safe_psql($database, 'CALL govdata.sweep()');
	is( $server->safe_psql($database, q{SELECT finding FROM govdata.verify_journal()}),
		'ok', "$how: new seals follow the old ones");
	return;
}

my %dump = (plain => [ '--format=plain' ], custom => [ '--format=custom' ], directory => [ '--format=directory', '--jobs=2' ]);
$node->command_ok([ 'pg_dump', @{ $dump{$_} }, '--file', "$dump/$_", $node->connstr('postgres') ], "dump: $_")
  foreach sort keys %dump;
my %load = (
	plain => [ 'psql', '--no-psqlrc', '--quiet', '--output', '/dev/null', '--set', 'ON_ERROR_STOP=1', '--file', "$dump/plain" ],
	custom => [ 'pg_restore', '--exit-on-error', "$dump/custom" ],
	directory => [ 'pg_restore', '--exit-on-error', '--jobs=2', "$dump/directory" ]);

restored($node, "$_, same cluster", "from_$_", @{ $load{$_} }) foreach sort keys %load;
goes_on($node, 'same cluster', 'from_custom');

# ---- without the setting ----

$node->safe_psql('postgres', "CREATE DATABASE bare$_ TEMPLATE template0") foreach 1 .. 2;
$node->command_fails_like([ @{ $load{custom} }, '--dbname', $node->connstr('bare1') ],
	qr/role "govdata_department" exists and has members already: 10/,
	'without the setting a load stops at the group roles');
$node->safe_psql('bare2', 'SET govdata.restore = on; CREATE EXTENSION govdata CASCADE');
$node->command_fails_like([ 'pg_restore', '--dbname', $node->connstr('bare2'), "$dump/custom" ],
	qr/rows of "journal_entry" are written by the extension only/, 'and without it no journal is taken in');
is( $node->safe_psql('bare2', q{SELECT (SELECT count(*) FROM govdata.department), (SELECT count(*) FROM govdata.resource),
		(SELECT count(*) FROM govdata.share_request), (SELECT count(*) FROM govdata.share_authorization)}),
	'0|0|0|0', 'nor a case');

# ---- another cluster ----

my $other = PostgreSQL::Test::Cluster->new('other');
$other->init;
$other->append_conf('postgresql.conf', "shared_preload_libraries = 'govdata'\ntimezone = 'Europe/Paris'");
$other->start;
travel_to_now($other);
$node->command_ok([ 'pg_dumpall', '--globals-only', '--no-role-passwords', '--file', "$dump/globals", '--dbname', $node->connstr('postgres') ],
	'dump: globals');
# the superuser who runs this is there already
$other->psql('postgres', slurp_file("$dump/globals"), on_error_stop => 0);
restored($other, "$_, other cluster", "from_$_", @{ $load{$_} }) foreach sort keys %load;
goes_on($other, "$_, other cluster", "from_$_") foreach sort keys %load;

# the same clock as the first one
sub travel_to_now
{
	my ($server) = @_;
	my $offset = $node->safe_psql('postgres', 'SHOW govdata.clock_offset');

	$server->safe_psql('postgres', "ALTER SYSTEM SET govdata.clock_offset = '$offset'");
	$server->reload;
	return;
}

done_testing();
