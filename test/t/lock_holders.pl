# Locks do not decide cases: whoever keeps another's act waiting is ended by the
# sweep, and an answer that was waiting when the limit ended was given in time.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes;

use GovdataTest;

my $node = govdata_node('lock_holders', max_prepared_transactions => 5, 'govdata.max_lock_hold' => "'1s'");

sub value
{
	return $node->safe_psql('postgres', $_[0]);
}

# A session of somebody, which has done this and has its transaction open.
sub holds
{
	my ($user, @statements) = @_;
	my %session = (in => '', out => '', err => '', timer => IPC::Run::timeout(180));

	$session{run} = IPC::Run::start(
		[ $node->installed_command('psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', '-', '-d', $node->connstr('postgres') . " user=$user" ],
		'<', \$session{in}, '>', \$session{out}, '2>', \$session{err}, $session{timer});
	$session{in} .= join('', map { "$_;\n" } 'SELECT pg_backend_pid()', @statements, "\\echo done\n");
	IPC::Run::pump($session{run}) while $session{out} !~ /done/ && $session{err} eq '';
	($session{pid}) = $session{out} =~ /^(\d+)/;
	return \%session;
}

# One that is still at it.
sub tries
{
	my ($user, @statements) = @_;
	my %session = (out => '', err => '');

	$session{run} = IPC::Run::start(
		[
			$node->installed_command('psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1',
			'-d', $node->connstr('postgres') . " user=$user", map { ('-c', $_) } @statements
		],
		'<', \undef, '>', \$session{out}, '2>', \$session{err});
	return \%session;
}

sub waits
{
	my ($user, $count) = @_;
	wait_until($node, "SELECT count(*) = $count FROM pg_stat_activity WHERE usename = '$user' AND wait_event_type = 'Lock'");
}

sub ends
{
	my ($session) = @_;
	eval { $session->{run}->finish };
	return $session->{err};
}

sub doctor
{
	return value("SELECT state || ': ' || detail FROM govdata.doctor() WHERE item = 'lock holders'");
}

sub state_of
{
	return value("SELECT state FROM govdata.share_request WHERE id = $_[0]");
}

sub alive
{
	return value("SELECT count(*) FROM pg_stat_activity WHERE pid = $_[0]{pid}");
}

# long enough for the setting
sub let_pass
{
	Time::HiRes::usleep(1_300_000);
	return;
}

my $superuser = value('SELECT current_user');

travel_to($node, '2026-03-02 10:00+08');
found_departments($node);
value(q{CREATE ROLE authority NOLOGIN;
	CREATE ROLE government NOLOGIN;
	INSERT INTO govdata.department (uscc, uscc_verified_by_hand, name, region, kind, role) VALUES
		('000000000000000001', true, 'Authority', '420100', 'data_authority', 'authority'),
		('000000000000000002', true, 'Government', '420100', 'government', 'government')});
submit($node, 12);
value('CALL govdata.sweep()');
like(doctor(), qr/^ok: nobody/, 'nobody keeps anything waiting');

# ---- a withdrawal that is left open, and the objection to the request
my $consumer = holds('consumer_clerk', 'BEGIN', 'SELECT govdata.withdraw_request(1)');
my $provider = tries('provider_clerk', "SELECT govdata.refuse_request(1, 'no')");
my $colleague = tries('provider_clerk', "SELECT govdata.approve_request(1)");
waits('provider_clerk', 2);
value('CALL govdata.sweep()');
is(alive($consumer), 1, 'not at once');
let_pass();
like(doctor(), qr/^warning: sessions that keep others' acts waiting: \d+ of consumer_clerk/, 'the doctor names who it is');
value('CALL govdata.sweep()');
ends($provider);
ends($colleague);
unlike($provider->{err} . $colleague->{err}, qr/terminating/, 'those who only wait are left alone');
is(alive($consumer), 0, 'its session is ended');
like(state_of(1), qr/^(refused|approved)$/, 'and what was waiting has counted');
like(ends($consumer), qr/^$|server closed|terminating/, 'as its client learns');
is(value('SELECT role FROM govdata.sweep_hold WHERE ended_at IS NOT NULL'), 'consumer_clerk', 'that is on record');
like(doctor(), qr/^warning: nobody keeps an act waiting for long; ended in the last day: 1, of consumer_clerk/, 'for the doctor too');
ok($node->log_contains(qr/govdata ended session \d+ of "consumer_clerk", which kept session \d+ waiting/), 'and for the server log');

# ---- one that never rests
$consumer = tries('consumer_clerk', 'BEGIN', 'SELECT govdata.withdraw_request(2)', 'SELECT pg_sleep(600)');
wait_until($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'consumer_clerk' AND query LIKE '%pg_sleep%'");
$provider = tries('provider_clerk', "SELECT govdata.refuse_request(2, 'no')");
waits('provider_clerk', 1);
value('CALL govdata.sweep()');
let_pass();
is(state_of(2), 'submitted', 'at first it is only noted');
value('CALL govdata.sweep()');
is(ends($provider), '', 'then it is ended: the objection goes through');
is(state_of(2), 'refused', 'and counts');
like(ends($consumer), qr/terminating connection/, 'the one who did something all the time is told');

# ---- one that waits itself, for an accomplice
my $accomplice = holds('consumer_clerk', 'BEGIN', 'SELECT pg_advisory_xact_lock(1)');
$consumer = tries('consumer_clerk', 'BEGIN', 'SELECT govdata.withdraw_request(3)', 'SELECT pg_advisory_xact_lock(1)');
waits('consumer_clerk', 1);
$provider = tries('provider_clerk', "SELECT govdata.refuse_request(3, 'no')");
waits('provider_clerk', 1);
foreach (1 .. 4)
{
	let_pass();
	value('CALL govdata.sweep()');
}
is(ends($provider), '', 'who is hidden behind an accomplice is found');
is(state_of(3), 'refused', 'and keeps nobody waiting');
ends($_) foreach $consumer, $accomplice;

# ---- a long transaction that is in nobody's way, and reads in its way
$consumer = holds('consumer_clerk', 'BEGIN', 'SELECT govdata.withdraw_request(4)');
is($node->safe_psql('postgres', 'SET ROLE provider_clerk; SELECT count(*) FROM govdata.share_request WHERE id = 4'), '1', 'reading waits for nobody');
foreach (1 .. 3)
{
	let_pass();
	value('CALL govdata.sweep()');
}
is(alive($consumer), 1, 'whoever keeps nobody waiting is left alone');
$consumer->{in} .= "COMMIT;\n\\q\n";
is(ends($consumer), '', 'and commits');
is(state_of(4), 'withdrawn', 'what it has done');

# ---- a request that is left open, and the negative list
$consumer = holds('consumer_clerk', 'BEGIN', "INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (1, '{name}', 'x', '2026-12-31')");
$provider = tries('provider_clerk', "INSERT INTO govdata.negative_entry (resource, items, basis_kind, legal_basis, basis_article, reason)"
	  . " VALUES (1, '{address}', 'law', 'law', '1', 'personal data')");
waits('provider_clerk', 1);
let_pass();
value('CALL govdata.sweep()');
is(ends($provider), '', 'nor does it keep an entry from the negative list');
is(value('SELECT state FROM govdata.negative_entry'), 'drafted', 'which is drafted');
ends($consumer);

# ---- a superuser answers for himself; switched off, the doctor says so
my $dba = holds($superuser, 'BEGIN', 'SELECT 1 FROM govdata.share_request WHERE id = 5 FOR UPDATE');
$provider = tries('provider_clerk', "SELECT govdata.refuse_request(5, 'no')");
waits('provider_clerk', 1);
foreach (1 .. 2)
{
	let_pass();
	value('CALL govdata.sweep()');
}
is(alive($dba), 1, 'superusers are not ended');
like(doctor(), qr/not ended by the sweep/, 'but named');
$dba->{in} .= "ROLLBACK;\n\\q\n";
ends($dba);
is(ends($provider), '', 'and end by themselves');
like(value("SET govdata.max_lock_hold = 0; SELECT state || ': ' || detail FROM govdata.doctor() WHERE item = 'lock holders'"), qr/^warning: .*govdata.max_lock_hold is 0/, 'off is a warning');
$node->psql('postgres', 'SET ROLE provider_clerk; SET govdata.max_lock_hold = 0', stderr => \my $denied);
like($denied, qr/permission denied to set parameter/, 'departments do not switch it off');

# ---- no transaction that locks others out is prepared: it could not be ended
sub prepares
{
	my ($user, $sql) = @_;
	my ($out, $err);
	$node->psql('postgres', "BEGIN; SET LOCAL ROLE $user; $sql; PREPARE TRANSACTION 'held'; ROLLBACK PREPARED 'held'", stderr => \$err);
	return $err;
}
like(prepares('consumer_clerk', 'SELECT govdata.withdraw_request(6)'), qr/cannot PREPARE a transaction that opened or decided a case of "share_request"/, 'a withdrawal');
like(prepares('provider_clerk', "UPDATE govdata.resource SET abstract = 'new' WHERE id = 1"), qr/cannot PREPARE a transaction that has written to "resource" or locked rows of it/, 'a change of the catalog');
like(prepares($superuser, 'SELECT 1 FROM govdata.share_request FOR UPDATE'), qr/cannot PREPARE a transaction that has written to "share_request" or locked/, 'locks alone');
is(prepares('consumer_clerk', 'SELECT count(*) FROM govdata.catalog'), '', 'reading is prepared as ever');

# ---- over the instant at which silence becomes consent: 24:00 of 2026-03-16
travel_to($node, '2026-03-16 23:59:48+08');
$consumer = holds('consumer_clerk', 'BEGIN', 'SELECT govdata.withdraw_request(7)');
$provider = tries('provider_clerk', q{DO $$
BEGIN
	PERFORM govdata.refuse_request(7, 'no');
	BEGIN
		PERFORM govdata.refuse_request(10, 'no');
	EXCEPTION WHEN SQLSTATE 'ZW020' THEN
		RAISE NOTICE 'late';
	END;
END $$});
my $sleeper = tries('provider_clerk', "SELECT govdata.refuse_request(8, 'no') FROM pg_sleep(14)");
my $other = tries('consumer_clerk', "SELECT govdata.withdraw_request(7)");
waits('provider_clerk', 1);
wait_until($node, "SELECT govdata.clock() > '2026-03-17 00:00:01+08'");
is(value('SELECT count(*) FROM govdata.effective_authorization WHERE request IN (7, 8)'), '2', 'time has consented');
value('CALL govdata.sweep()');
is(alive($consumer), 0, 'who held the request is ended');
unlike(ends($provider), qr/ERROR/, 'the objection that was waiting');
like($provider->{err}, qr/NOTICE:  late/, 'which excuses no other');
is(value(q{SELECT state, answered_at < due_at, answered_at > '2026-03-16 23:59:48+08' FROM govdata.share_request WHERE id = 7}), 'refused|t|t', 'was made in time');
is(value('SELECT count(*) FROM govdata.effective_authorization WHERE request = 7'), '0', 'silence was none');
like(ends($sleeper), qr/request 8 is deemed consented since its limit ended/, 'a statement that only began before is late');
like(ends($other), qr/ERROR/, 'nor is a withdrawal made earlier than it was');
$node->psql('postgres', "SET ROLE provider_clerk; SELECT govdata.refuse_request(9, 'no')", stderr => \my $late);
like($late, qr/request 9 is deemed consented/, 'so is one that comes now');
ends($consumer);
value('CALL govdata.sweep()');
is(state_of(9) . state_of(10), 'approvedapproved', 'and time has decided the others');
is(value('SELECT finding FROM govdata.verify_journal()'), 'ok', 'the journal holds');

done_testing();
