# Everybody at once: departments that ask, answer, withdraw and reclassify, a
# government that approves entries, loaders of notices, several sweeps, and a
# clock that runs through half a year in seconds.  Afterwards every row must
# say what its journal says, and nothing may hold that the Measures exclude.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use GovdataTest;

my $seconds = 12;
my $node = govdata_node('attack', max_connections => 60, log_min_messages => 'fatal',
	log_statement => 'none', deadlock_timeout => '200ms');

travel_to($node, '2026-01-05 09:00+08');
$node->safe_psql('postgres', q{
	CREATE ROLE gov; CREATE ROLE auth; CREATE ROLE prov1; CREATE ROLE prov2; CREATE ROLE prov3;
	CREATE ROLE cons1; CREATE ROLE cons2; CREATE ROLE cons3;
	INSERT INTO govdata.department (uscc, uscc_verified_by_hand, name, region, kind, role, data_officer)
	SELECT lpad(n::text, 18, '0'), true, who, region, kind, who::regrole, 'officer'
	FROM (VALUES (1, 'gov', 'government', '420100'), (2, 'auth', 'data_authority', '420100'), (3, 'prov1', 'agency', '420100'),
		(4, 'prov2', 'agency', '420100'), (5, 'cons1', 'agency', '420100'), (6, 'cons2', 'agency', '420100'),
		(7, 'cons3', 'agency', '420100'), (8, 'prov3', 'agency', '420000')) AS v (n, who, kind, region)});

sub resources
{
	my ($role, $count) = @_;
	return qq{SET ROLE $role;
		WITH r AS (INSERT INTO govdata.resource (class, title, abstract, format_category, sharing, sharing_conditions,
				opening, opening_ground, update_cycle)
			SELECT '307009', 'r', 'a', U&'\\6570\\636E\\5E93', 'conditional', 'c', 'closed', 'privacy', U&'\\6BCF\\65E5'
			FROM generate_series(1, $count) RETURNING id)
		INSERT INTO govdata.resource_item (resource, name, title, data_type)
		SELECT id, i, i, 'text' FROM r, unnest('{a,b,c}'::text[]) i;
		UPDATE govdata.resource SET state = 'published' WHERE state = 'draft' AND provider = govdata.current_department();
		RESET ROLE;};
}
$node->safe_psql('postgres', resources($_, 12)) foreach qw(prov1 prov2 prov3);

# ---- what each of them does, over and over ----

sub pick { return $_[ int(rand(@_)) ]; }
# a row of those that one sees
sub some
{
	my ($table, $where) = @_;
	return "id = (SELECT x.id FROM govdata.$table x WHERE $where ORDER BY random() LIMIT 1)";
}
sub ask
{
	my $items = pick('a', 'a,b', 'a,b,c', 'c');
	return "INSERT INTO govdata.share_request (resource, items, purpose, valid_until) SELECT id, '{$items}', 'p',"
	  . " govdata.legal_date() + " . pick(5, 20, 200)
	  . " FROM govdata.resource WHERE state = 'published' ORDER BY random() LIMIT " . pick(1, 1, 3);
}
sub answer
{
	my $pending = "state = 'submitted' AND provider = govdata.current_department()";
	return 'UPDATE govdata.share_request SET '
	  . pick("state = 'approved'", "state = 'approved', granted_items = items[1:1], answer_reason = 'enough'",
		"state = 'refused', answer_reason = 'no'")
	  . ' WHERE ' . some('share_request', $pending);
}
sub act
{
	my ($state, $act) = @{ pick([ active => 'suspend' ], [ active => 'revoke' ], [ suspended => 'resume' ], [ suspended => 'revoke' ]) };
	my $ground = $act eq 'resume' ? 'cleared' : 'incident';
	# also of requests that time has granted and nobody has written down
	return "INSERT INTO govdata.authorization_act (share_authorization, act, ground, reason)"
	  . " SELECT id, '$act', '$ground', 'r' FROM govdata.effective_authorization WHERE provider = govdata.current_department()"
	  . " ORDER BY random() LIMIT 1";
}
# what is not in the catalog: asked for, and replied to
sub want
{
	return "INSERT INTO govdata.share_request (provider, wanted, purpose, valid_until)"
	  . " VALUES (" . pick(3, 4, 8) . ", 'w', 'p', govdata.legal_date() + " . pick(5, 20, 200) . ")";
}
sub reply
{
	my $mine = 'provider = govdata.current_department()';
	my $named = "resource = (SELECT r.id FROM govdata.resource r WHERE r.$mine AND r.state = 'published' ORDER BY random() LIMIT 1), items = '{a}'";
	return "UPDATE govdata.share_request SET "
	  . pick("state = 'agreed' WHERE " . some('share_request', "state = 'submitted' AND route = 'uncatalogued' AND $mine"),
		"state = 'listed', $named WHERE " . some('share_request', "state = 'agreed' AND route = 'uncatalogued' AND $mine"),
		"route = 'direct', $named WHERE " . some('share_request', "state = 'submitted' AND route = 'uncatalogued' AND $mine"));
}
my %deeds = (
	consumer => [
		\&ask, \&ask, \&ask, \&want,
		sub { "UPDATE govdata.share_request SET state = 'withdrawn' WHERE " . some('share_request', "state IN ('submitted', 'reported', 'returned')") },
		sub { "UPDATE govdata.share_request SET state = 'reported'" . pick('', ", items = '{b}'", ", items = '{a,b,c}'") . " WHERE "
			  . some('share_request', "state = 'returned'") },
		sub { "UPDATE govdata.share_request SET state = 'coordinating', coordination_reason = 'r' WHERE "
			  . some('share_request', "state IN ('refused', 'unsettled', 'approved')") },
	],
	provider => [
		\&answer, \&answer, \&answer, \&answer, \&act, \&reply, \&reply,
		sub { "UPDATE govdata.resource SET state = '" . (rand() < 0.1 ? 'withdrawn' : pick('suspended', 'published', 'published'))
			  . "', state_reason = 'r' WHERE " . some('resource', "provider = govdata.current_department() AND random() < 0.5") },
		sub { "UPDATE govdata.resource SET sharing = '" . pick('unconditional', 'conditional') . "' WHERE "
			  . some('resource', "provider = govdata.current_department()") },
		sub { "UPDATE govdata.resource_item SET retired_at = CASE WHEN retired_at IS NULL THEN now() END WHERE name = 'c' AND resource = "
			  . '(SELECT id FROM govdata.resource WHERE provider = govdata.current_department() ORDER BY random() LIMIT 1)' },
		sub { "UPDATE govdata.resource_item SET sharing = 'conditional' WHERE name = 'b' AND resource = "
			  . '(SELECT id FROM govdata.resource WHERE provider = govdata.current_department() ORDER BY random() LIMIT 1)' },
		(sub { 'INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason)'
			  . " SELECT id, " . pick('NULL', "'{a}'", "'{b,c}'") . "::text[], 'law', 'l', '1', 'r' FROM govdata.resource"
			  . ' WHERE provider = govdata.current_department() ORDER BY random() LIMIT 1' }) x 3,
		sub { "UPDATE govdata.negative_entry SET state = 'lapsed', note = 'n' WHERE "
			  . some('negative_entry', "state IN ('approved', 'reported') AND provider = govdata.current_department()") },
		(sub { 'INSERT INTO govdata.standing_consent (resource, items) SELECT id, ' . pick('NULL', "'{a}'") . '::text[] FROM govdata.resource'
			  . ' WHERE provider = govdata.current_department() ORDER BY random() LIMIT 1' }) x 2,
		sub { "UPDATE govdata.standing_consent SET state = 'ended' WHERE state = 'active' AND provider = govdata.current_department()" },
		sub { "UPDATE govdata.share_request SET provider_consented_at = now() WHERE " . some('share_request', "state = 'coordinating'") },
		sub { "INSERT INTO govdata.resource (class, title, opening, opening_ground) VALUES ('" . pick('307009', '101001')
			  . "', 'r', 'closed', 'law')" },
	],
	authority => [
		(sub { "UPDATE govdata.share_request SET state = 'submitted' WHERE " . some('share_request', "state = 'reported'") }) x 4,
		sub { "UPDATE govdata.share_request SET state = 'returned', return_reason = 'r' WHERE " . some('share_request', "state = 'reported'") },
		(sub { "UPDATE govdata.negative_entry SET state = '" . pick('reviewed', 'reviewed', 'reported') . "' WHERE "
			  . some('negative_entry', "state IN ('drafted', 'approved')") }) x 4,
		sub { "UPDATE govdata.share_request SET state = '" . pick('agreed', 'upheld', 'unsettled') . "', coordination_outcome = 'o' WHERE "
			  . some('share_request', "state = 'coordinating'") },
	],
	government => [
		(sub { "UPDATE govdata.negative_entry SET state = 'approved' WHERE " . some('negative_entry', "state = 'reviewed'") }) x 6,
		sub { "UPDATE govdata.negative_entry SET state = 'lifted', note = 'n' WHERE " . some('negative_entry', "state IN ('approved', 'reported')") },
	],
	loader => [
		sub { my $n = int(rand(1_000_000));
			return "BEGIN; INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'n$n', '2026-01-01');"
			  . " INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) SELECT 'CN', d, 'holiday', 'x', 'n$n'"
			  . " FROM (SELECT govdata.legal_date() + 1 + (random() * 20)::integer AS d) x; COMMIT" },
		sub { "BEGIN; DELETE FROM govdata.calendar_day WHERE NOT builtin AND day < govdata.legal_date() + 10; COMMIT" },
	],
	sweeper => [ sub { 'SET govdata.sweep_batch = ' . pick(1, 7, 10000) . '; CALL govdata.sweep()' } ]);

my @players = (
	([ consumer => 'cons1' ]) x 2, [ consumer => 'cons2' ], [ consumer => 'cons3' ],
	([ provider => 'prov1' ]) x 3, ([ provider => 'prov2' ]) x 2, [ provider => 'prov3' ], [ authority => 'auth' ],
	[ authority => 'auth' ], [ government => 'gov' ], [ loader => 'none' ], [ loader => 'none' ],
	([ sweeper => 'none' ]) x 2);
my $pause = 'SELECT pg_sleep(random() * 0.02) \g /dev/null';

sub script
{
	my ($part, $role) = @_;
	my @lines = ("\\set VERBOSITY sqlstate", "SET ROLE $role");

	foreach (1 .. 40 * $seconds)
	{
		my @deeds = map { pick(@{ $deeds{$part} })->() } 1 .. pick(1, 1, 1, 2);
		@deeds = (pick('BEGIN', 'BEGIN', 'BEGIN ISOLATION LEVEL REPEATABLE READ'), shift @deeds, 'SAVEPOINT a', (map { ($_, $pause) } @deeds), pick('ROLLBACK TO a', 'RELEASE a'), pick('COMMIT', 'COMMIT', 'ROLLBACK'))
		  if @deeds > 1 && $part ne 'loader' && $part ne 'sweeper';
		push @lines, @deeds, $pause;
	}
	return join("\n", map { /^\\|\\g/ ? $_ : "$_;" } @lines) . "\n";
}

srand(20260105);
my @running;
my $end = time() + $seconds;
foreach my $player (@players)
{
	my $file = $node->basedir . '/' . scalar(@running);

	append_to_file($file, script(@$player));
	push @running, { log => "$file.log", run => IPC::Run::start(
		[ 'timeout', $seconds, 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', $file ],
		'<', \undef, '>', '/dev/null', '2>', "$file.log") };
}
for (my $day = 0; time() < $end; $day += 3)
{
	my $offset = $node->safe_psql('postgres', "SELECT timestamptz '2026-01-05 09:00+08' + interval '$day days 7 hours' - clock_timestamp()");
	$node->safe_psql('postgres', "ALTER SYSTEM SET govdata.clock_offset = '$offset'");
	$node->reload;
	Time::HiRes::usleep(100_000);
}
my %met;
foreach my $handle (@running)
{
	$handle->{run}->finish;
	my $log = slurp_file($handle->{log});
	$met{$1}++ while $log =~ /ERROR: +(\w{5})/g;
}
$node->poll_query_until('postgres',
	q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()});
note(join(', ', map { "$_: $met{$_}" } sort keys %met));
note($node->safe_psql('postgres', "SELECT subject, to_state, count(*) FROM govdata.journal_entry WHERE to_state <> '' GROUP BY 1, 2 ORDER BY 1, 2"));
# refusals of the Measures, the rest of a failed transaction, deadlocks of who answers several, serialization, constraints of the calendar
my @odd = grep { !/^(ZW\d\d\d|25P02|3B001|40P01|40001|23505|23503)$/ } sort keys %met;
is("@odd", '', 'nobody met an error that is none of the Measures');

$node->safe_psql('postgres', 'CALL govdata.sweep()');

# ---- what must hold of every row ----

my %never = (
	'a request with two authorizations' => q{
		SELECT request FROM govdata.share_authorization GROUP BY request HAVING count(*) > 1},
	'consent without an authorization' => q{
		SELECT r.id FROM govdata.share_request r LEFT JOIN govdata.share_authorization a ON a.request = r.id
		WHERE (r.state IN ('approved', 'listed') OR r.state = 'agreed' AND r.route <> 'uncatalogued') AND (a.id IS NULL OR a.id <> r.authorization_id)},
	'an authorization without consent' => q{
		SELECT r.id FROM govdata.share_request r JOIN govdata.share_authorization a ON a.request = r.id
		WHERE r.state IN ('reported', 'returned', 'submitted', 'refused', 'withdrawn')},
	'a matured request after a sweep' => q{
		SELECT id FROM govdata.share_request WHERE state = 'submitted' AND matures_at <= govdata.clock() - interval '1 second'},
	'a deemed consent from another instant than the deadline' => q{
		SELECT r.id FROM govdata.share_request r JOIN govdata.share_authorization a ON a.request = r.id
		WHERE a.basis = 'deemed_consent' AND (a.valid_from, r.due_at) IS DISTINCT FROM (r.matures_at, r.matures_at)},
	'an answer later than its limit' => q{
		SELECT id FROM govdata.share_request WHERE answer_basis = 'reply' AND answered_at >= matures_at},
	'an open limit that the calendar does not give' => q{
		SELECT r.id FROM govdata.share_request r, govdata._deadline(r.received_at, 10, 'CN') d
		WHERE r.state = 'submitted' AND r.due_at > govdata.clock() AND r.due_on < d.due_on},
	'a withheld item that is asked for or granted' => q{
		SELECT r.id FROM govdata.share_request r JOIN govdata.resource_item i ON i.resource = r.resource AND i.name = ANY (r.items)
		JOIN govdata.resource o ON o.id = r.resource
		WHERE 'withheld' IN (i.sharing, o.sharing) AND r.state = 'submitted' AND i.name <> ALL (coalesce(r.refused_items, '{}'))
		UNION ALL
		SELECT a.id FROM govdata.share_authorization a JOIN govdata.resource_item i ON i.resource = a.resource AND i.name = ANY (a.items)
		JOIN govdata.resource o ON o.id = a.resource
		WHERE 'withheld' IN (i.sharing, o.sharing) AND a.state IN ('active', 'suspended')},
	'a class that the negative list does not bear' => q{
		SELECT r.id FROM govdata.resource r WHERE (r.sharing = 'withheld') <> EXISTS (SELECT FROM govdata.negative_entry n
			WHERE n.resource = r.id AND n.items IS NULL AND n.state IN ('approved', 'reported'))
		UNION ALL
		SELECT r.id FROM govdata.resource r JOIN govdata.resource_item i ON i.resource = r.id
		WHERE r.sharing <> 'withheld' AND coalesce(i.sharing = 'withheld', false) <> EXISTS (SELECT FROM govdata.negative_entry n
			WHERE n.resource = r.id AND i.name = ANY (n.items) AND n.state IN ('approved', 'reported'))},
	'a withdrawn resource that somebody waits for or uses' => q{
		SELECT r.id FROM govdata.resource r WHERE r.state = 'withdrawn' AND (
			EXISTS (SELECT FROM govdata.share_request q WHERE q.resource = r.id AND q.state = 'submitted') OR
			EXISTS (SELECT FROM govdata.share_authorization a WHERE a.resource = r.id AND a.state IN ('active', 'suspended')))},
	'a retired item that is asked for' => q{
		SELECT q.id FROM govdata.share_request q JOIN govdata.resource_item i ON i.resource = q.resource AND i.name = ANY (q.items)
		WHERE q.state = 'submitted' AND i.retired_at IS NOT NULL AND i.name <> ALL (coalesce(q.refused_items, '{}'))},
	'a request that nobody needs' => q{
		SELECT q.id FROM govdata.share_request q JOIN govdata.resource r ON r.id = q.resource
		WHERE q.state = 'submitted' AND r.sharing = 'unconditional' AND NOT EXISTS (SELECT FROM govdata.resource_item i
			WHERE i.resource = r.id AND i.name = ANY (q.items) AND i.sharing <> 'unconditional')},
	'a need that lies nowhere, or in two places' => q{
		SELECT r.id FROM govdata.share_request r WHERE (r.state = 'reported')::integer
			<> (SELECT count(*) FROM govdata.request_hop h WHERE h.request = r.id AND h.left_at IS NULL AND h.authority = r.holder)
			OR r.state <> 'reported' AND EXISTS (SELECT FROM govdata.request_hop h WHERE h.request = r.id AND h.left_at IS NULL)},
	'a request outside the catalog that silence granted' => q{
		SELECT id FROM govdata.share_request WHERE route = 'uncatalogued' AND (matures_at IS NOT NULL OR answer_basis = 'deemed_consent')},
	'items of a request that stand nowhere' => q{
		SELECT r.id FROM govdata.share_request r WHERE ARRAY(SELECT i.item FROM govdata.share_request_item i WHERE i.request = r.id ORDER BY 1)
			<> ARRAY(SELECT unnest(r.items) ORDER BY 1)},
	'a serial left out or issued twice' => q{
		SELECT s.class FROM govdata.resource_serial s WHERE s.last <> (SELECT count(*) FROM govdata.resource r WHERE r.class = s.class)},
	'a version that is not kept' => q{
		SELECT r.id FROM govdata.resource r WHERE r.state <> 'draft' AND r.published_at IS NOT NULL
		AND r.version <> (SELECT max(v.version) FROM govdata.resource_version v WHERE v.resource = r.id)},
	'a state that the journal does not lead to' => q{
		SELECT subject, subject_key, id FROM (SELECT subject, subject_key, id, from_state,
			lag(to_state) OVER (PARTITION BY subject, subject_key ORDER BY id) AS before
			FROM govdata.journal_entry WHERE subject IN ('share_request', 'share_authorization', 'resource', 'negative_entry', 'standing_consent')) j
		WHERE from_state IS DISTINCT FROM before},
	'a move that the Measures do not know' => q{
		SELECT id FROM govdata.journal_entry j WHERE subject IN ('share_request', 'share_authorization', 'resource', 'negative_entry', 'standing_consent')
		AND from_state IS DISTINCT FROM to_state AND NOT EXISTS (SELECT FROM govdata.transition t
			WHERE (t.subject = j.subject OR j.subject = 'share_request' AND t.subject = 'uncatalogued_request')
			AND t.from_state = coalesce(j.from_state, '') AND t.to_state = j.to_state)});
is($node->safe_psql('postgres', "SELECT string_agg(x::text, ' ') FROM (SELECT x FROM ($never{$_}) x LIMIT 10) x"), '', "there is not: $_")
  foreach sort keys %never;

# The journal alone gives every row, column by column.
foreach my $table (qw(share_request share_authorization resource negative_entry standing_consent))
{
	is( $node->safe_psql('postgres', qq{
			WITH told AS (
				SELECT subject_key, jsonb_strip_nulls(jsonb_object_agg(key, value)) AS content FROM (
					SELECT DISTINCT ON (j.subject_key, a.key) j.subject_key, a.key, a.value
					FROM govdata.journal_entry j, jsonb_each(j.after) a WHERE j.subject = '$table'
					ORDER BY j.subject_key, a.key, j.id DESC) x
				GROUP BY subject_key)
			SELECT string_agg(coalesce(t.subject_key, r.id::text), ' ') FROM told t
			FULL JOIN govdata.$table r ON r.id::text = t.subject_key
			WHERE t.content IS DISTINCT FROM jsonb_strip_nulls(to_jsonb(r))}),
		'', "the journal tells every row of $table");
}
is($node->safe_psql('postgres', 'SELECT finding FROM govdata.verify_journal()'), 'ok', 'and is sealed');
# the answer may have become another one since
ok($node->safe_psql('postgres', "SELECT count(*) FROM govdata.journal_entry WHERE subject = 'share_request' AND after ->> 'answer_basis' = '$_'") > 0, "something came of it: $_")
  foreach qw(reply deemed_consent standing_consent negative_list);
ok($node->safe_psql('postgres', "SELECT count(*) FROM govdata.share_request WHERE $_") > 0, "and of: $_")
  foreach "route = 'upward' AND state = 'approved'", "route = 'uncatalogued' AND state = 'listed'";
# what was returned may have been reported again since
ok($node->safe_psql('postgres', "SELECT count(*) FROM govdata.journal_entry WHERE subject = 'share_request' AND to_state = 'returned'") > 0,
	'and requests were returned');
ok($node->safe_psql('postgres', "SELECT count(DISTINCT subject_key) FROM govdata.journal_entry WHERE subject = 'calendar_notice'") > 10,
	'notices were loaded meanwhile');

done_testing();
