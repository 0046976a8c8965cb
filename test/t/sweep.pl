# The sweep: killed, canceled, doubled, with a row that fails, on a standby.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes;

use GovdataTest;

my $count = 10_000;
my $node = govdata_node('sweep', fsync => 'on', allows_streaming => 1,
	max_prepared_transactions => 5);

# One authorization a consented request, from the deadline on; none for others.
my $wrong = q{
	SELECT count(*) FROM govdata.share_request r
	LEFT JOIN govdata.share_authorization a ON a.request = r.id
	WHERE (r.state = 'approved') <> (a.id IS NOT NULL)
	OR a.id <> r.authorization_id OR a.valid_from <> r.due_at OR a.basis <> 'deemed_consent'};

sub value
{
	return $node->safe_psql('postgres', $_[0]);
}

sub in_state
{
	my ($what, $state) = @_;
	return value("SELECT count(*) FROM govdata.share_$what WHERE state = '$state'");
}

# how many times, and of how many rows, the journal says that time did this
sub told
{
	my ($what, $state) = @_;
	return value("SELECT count(*), count(DISTINCT subject_key) FROM govdata.journal_entry"
		  . " WHERE subject = 'share_$what' AND to_state = '$state' AND actor = 'time'");
}

sub findings
{
	return value('SELECT finding FROM govdata.verify_journal()');
}

travel_to($node, '2026-03-02 10:00+08');
found_departments($node);
submit($node, $count);
value('CALL govdata.sweep()');
is(in_state('request', 'submitted'), $count, 'before its time nothing is settled');
is(findings(), 'ok', 'and all is sealed');

# ---- killed: the server first, so that it cannot clean up after its backend
travel_to($node, '2026-03-20 10:00+08');
my $sweep = in_background($node, 'SET govdata.sweep_batch = 20', 'CALL govdata.sweep()');
wait_until($node, q{SELECT count(*) > 200 FROM govdata.share_request WHERE state = 'approved'});
my $backend = value(q{SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL govdata.sweep%'});
my @others = split(/\n/, value('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()'));
$node->kill9;
kill 'KILL', $backend;
eval { $sweep->{run}->finish };
my $patience = 10 * $PostgreSQL::Test::Utils::timeout_default;
while (grep { kill 0, $_ } @others)
{
	die 'processes of the killed server go on' if $patience-- == 0;
	Time::HiRes::usleep(100_000);
}
$node->start;
my $settled = in_state('request', 'approved');
cmp_ok($settled, '>', 0, "killed after $settled requests had been settled");
cmp_ok($settled, '<', $count, 'and before all were');
is($settled % 20, 0, 'whole batches only');
is(value($wrong), 0, 'each of these has its authorization, no other has one');
is(value('SELECT started_at > finished_at FROM govdata.sweep_heartbeat'),
	't', 'the heartbeat shows a turn that did not finish');

value('CALL govdata.sweep()');
is(in_state('request', 'approved'), $count, 'the next turn settles the rest');
is(value($wrong), 0, 'each request has exactly one authorization');
is(told('request', 'approved'), "$count|$count", 'and one entry in the journal');
is(told('authorization', 'active'), "$count|$count", 'as has each authorization');
is(findings(), 'ok', 'the journal is whole and sealed');
is(value('SELECT finished_at >= started_at, settled FROM govdata.sweep_heartbeat'),
	't|' . ($count - $settled), 'the heartbeat shows what that turn did');

# ---- two at once, while a writer commits
travel_to($node, '2026-04-01 10:00+08');
submit($node, 2_000);
travel_to($node, '2026-05-06 10:00+08');
my @sweeps = map { in_background($node, 'SET govdata.sweep_batch = 50', 'CALL govdata.sweep()') } 1 .. 2;
submit($node, 30);
ok($_->{run}->finish, "one of two sweeps at once: '$_->{err}'") foreach @sweeps;
is(in_state('request', 'approved'), $count + 2_000, 'together they settle everything once');
is(value($wrong), 0, 'with one authorization each');
value('CALL govdata.sweep()');
is(findings(), 'ok', 'and one chain of seals');

# ---- a row that fails
my $victim = value(q{SELECT min(id) + 7 FROM govdata.share_request WHERE state = 'submitted'});
value(qq{
	CREATE FUNCTION public.poison() RETURNS trigger LANGUAGE plpgsql AS
		\$\$BEGIN RAISE EXCEPTION 'poisoned' USING ERRCODE = 'P0042'; END\$\$;
	SET govdata.maintenance = on;
	CREATE TRIGGER poison BEFORE UPDATE ON govdata.share_request FOR EACH ROW
		WHEN (OLD.id = $victim) EXECUTE FUNCTION public.poison();
});
travel_to($node, '2026-06-10 10:00+08');
my ($ret, $out, $err) = $node->psql('postgres', 'CALL govdata.sweep()');
is($ret, 0, 'a row that fails does not end the turn');
like($err, qr/WARNING:  the sweep passed over share_request $victim\n/, 'it is reported');
like($err, qr/^DETAIL:  It failed with: poisoned$/m, 'with its error');
is(in_state('request', 'submitted'), 1, 'all others are settled');
is(value('SELECT subject, subject_key, times, sqlstate, message FROM govdata.sweep_failure'),
	"share_request|$victim|1|P0042|poisoned", 'and written down');
is(value('SELECT settled, failed FROM govdata.sweep_heartbeat'), '29|1', 'and counted');
value('CALL govdata.sweep()');
is(value('SELECT times, last_at > first_at FROM govdata.sweep_failure'), '2|t', 'the next turn tries again');
value(q{SET govdata.maintenance = on; DROP TRIGGER poison ON govdata.share_request});
value('CALL govdata.sweep()');
is(in_state('request', 'submitted'), 0, 'and succeeds once the row is healed');
is(value('SELECT count(*) FROM govdata.sweep_failure'), 0, 'which is then forgotten');
is(value($wrong), 0, 'nothing was done twice');

# ---- canceled
travel_to($node, '2027-03-01 10:00+08');
($ret, $out, $err) = $node->psql('postgres',
	q{SET govdata.sweep_batch = 20; SET statement_timeout = '300ms'; CALL govdata.sweep()});
isnt($ret, 0, 'a sweep can be canceled');
like($err, qr/canceling statement due to statement timeout/, 'by the usual means');
my $expired = in_state('authorization', 'expired');
is($expired % 20, 0, "whole batches stay ($expired authorizations)");
is(told('authorization', 'expired'), "$expired|$expired", 'with their entries');
value('CALL govdata.sweep()');
is(in_state('authorization', 'expired'), $count + 2_030, 'the next turn expires the rest');
is(findings(), 'ok', 'and seals it');

# ---- a prepared transaction may commit after later ids were sealed
value(q{CREATE TABLE public.subject (id integer PRIMARY KEY);
	SELECT govdata._govern('public.subject', 'region', 'id', '', '', '', 5::smallint)});
value(q{BEGIN; INSERT INTO public.subject VALUES (1); PREPARE TRANSACTION 'late'});
value('INSERT INTO public.subject VALUES (2)');
value('CALL govdata.sweep()');
is(findings(), 'ok', 'the later entry is sealed');
$node->restart;
value(q{COMMIT PREPARED 'late'});
is(findings(), "ok\nunsealed", 'then the earlier one appears');
value('CALL govdata.sweep()');
is(findings(), 'ok', 'and is sealed too');

# ---- who listens is told which department, and up to which entry
travel_to($node, '2026-06-10 10:00+08');
submit($node, 1);
$out = value('LISTEN govdata; CALL govdata.sweep()');
my $last = value('SELECT max(id) FROM govdata.journal_entry');
is( join("\n", sort { $a cmp $b } $out =~ /with payload "(.*?)" received/g),
	qq({"department":1,"journal":$last}\n{"department":2,"journal":$last}),
	'one message a department');
unlike(value('LISTEN govdata; CALL govdata.sweep()'), qr/payload/, 'and none when nothing happened');
like(slurp_file($node->logfile), qr/LOG:  govdata journal seal \d+ over \d+ entries up to $last: [0-9a-f]{64}\n/,
	'the head of the seals is in the server log');

# ---- on a standby
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
($ret, $out, $err) = $standby->psql('postgres', 'SET client_min_messages = debug1; CALL govdata.sweep()');
is($ret, 0, 'a standby accepts the call');
like($err, qr/DEBUG:  govdata sweep: nothing to do on a standby/, 'and does nothing');
is($standby->safe_psql('postgres', 'SELECT finding FROM govdata.verify_journal()'), 'ok',
	'the journal can be verified there');

done_testing();
