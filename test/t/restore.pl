# A dump of governed data, loaded into a new database in every way: equal row
# for row, and the journal still whole.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use GovdataTest;

my $node = govdata_node('restore');

travel_to($node, '2026-03-02 10:00+08');
found_departments($node);
submit($node, 500);
travel_to($node, '2026-03-20 10:00+08');
$node->safe_psql('postgres', 'CALL govdata.sweep()');
submit($node, 100);
$node->safe_psql('postgres', q{
	INSERT INTO govdata.calendar_notice (calendar, year, notice, signed_on) VALUES ('CN', 2026, 'amended', '2026-03-19');
	INSERT INTO govdata.calendar_day (calendar, day, kind, name, notice) VALUES ('CN', '2026-03-25', 'holiday', 'extra', 'amended')});

# Every table and every sequence of the extension, row for row; what the
# heartbeat tells is of the database it beats in.
sub contents
{
	my ($database) = @_;
	my @queries = split(/\n/, $node->safe_psql($database, q{
		SELECT format('SELECT %L, md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '''')), count(*) FROM %s t',
			c.oid::regclass,
			CASE relkind WHEN 'r' THEN c.oid::regclass::text
				-- a sequence's log_cnt tells of the log, not of the sequence
				ELSE format('(SELECT last_value, is_called FROM %s)', c.oid::regclass) END)
		FROM pg_class c WHERE relnamespace = 'govdata'::regnamespace AND relkind IN ('r', 'S')
		AND relname <> 'sweep_heartbeat' ORDER BY c.oid::regclass::text COLLATE "C"}));
	return join("\n", map { $node->safe_psql($database, $_) } @queries);
}

my $before = contents('postgres');
my $head = $node->safe_psql('postgres', 'SELECT seal, hash FROM govdata.seal_head()');
like($before, qr/share_request\|[0-9a-f]{32}\|600$/m, 'there is something to dump');

my $dir = $node->basedir;
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/custom", '-d', $node->connstr('postgres') ], 'dump, custom');
$node->command_ok([ 'pg_dump', '-Fp', '-f', "$dir/plain", '-d', $node->connstr('postgres') ], 'dump, plain');

my %load = (
	serial => sub { [ 'pg_restore', '--exit-on-error', '-d', $_[0], "$dir/custom" ] },
	parallel => sub { [ 'pg_restore', '--exit-on-error', '-j', 4, '-d', $_[0], "$dir/custom" ] },
	plain => sub { [ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $_[0], '-f', "$dir/plain" ] });
foreach my $way (sort keys %load)
{
	$node->safe_psql('postgres', "CREATE DATABASE $way");
	{
		local $ENV{PGOPTIONS} = '-c govdata.restore=on';
		$node->command_ok($load{$way}->($node->connstr($way)), "restore, $way");
	}
	is(contents($way), $before, "$way: every table and sequence is equal");
	is($node->safe_psql($way, "SELECT * FROM govdata.verify_journal(" . join(', ', map { "'$_'" } split(/\|/, $head)) . ")"),
		$node->safe_psql('postgres', 'SELECT * FROM govdata.verify_journal()'), "$way: the journal verifies, the head included");
	$node->safe_psql($way, 'CALL govdata.sweep()');
	is($node->safe_psql($way, 'SELECT finding FROM govdata.verify_journal()'), 'ok', "$way: and goes on");
	$node->safe_psql($way, q{SET ROLE consumer_clerk; INSERT INTO govdata.share_request (resource, items, purpose, valid_until)
		VALUES (1, ARRAY['name'], 'after the restore', '2026-12-31')});
	is($node->safe_psql($way, 'SELECT max(id), count(*) FROM govdata.share_request'), '601|601', "$way: life goes on");
	is($node->safe_psql($way, 'SHOW session_replication_role'), 'origin', "$way: nothing was switched off");
}

# Without the setting the guards take the dump for what it would be: acts.
$node->safe_psql('postgres', 'CREATE DATABASE unset');
$node->safe_psql('unset', 'SET govdata.restore = on; CREATE EXTENSION govdata CASCADE');
$node->command_fails_like([ 'pg_restore', '--exit-on-error', '--data-only', '-d', $node->connstr('unset'), "$dir/custom" ],
	qr/ERROR:/, 'without govdata.restore the dump is refused');

done_testing();
