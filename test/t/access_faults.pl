# The access log where things fail around it (Article 32): readers wait, then
# are refused with a reason, and no record is lost without a trace; and what
# doctor() says meanwhile.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use GovdataTest;

# segments of one megabyte, so that a limit on the size of files leaves the
# write-ahead log alone
my $node = PostgreSQL::Test::Cluster->new('faults');
$node->init(allows_streaming => 1, extra => ['--wal-segsize=1']);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'govdata'
timezone = 'UTC'
lc_messages = 'C'
max_worker_processes = 12
restart_after_crash = on
listen_addresses = '127.0.0.1'
govdata.log_timeout = 1500ms
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION govdata CASCADE');
found_departments($node);
$node->safe_psql('postgres', q{
	CREATE SCHEMA data AUTHORIZATION provider;
	GRANT USAGE ON SCHEMA data TO PUBLIC;
	SET ROLE provider;
	CREATE TABLE data.people (name text, address text);
	INSERT INTO data.people SELECT 'name ' || i, 'address ' || i FROM generate_series(1, 10) i;
	SELECT govdata.attach_resource(code, 'data.people') FROM govdata.resource WHERE id = 1;
	SET ROLE consumer_clerk;
	INSERT INTO govdata.share_request (resource, items, purpose, usage, valid_until) VALUES (1, ARRAY['name'], 'purpose', 'mark', '2999-12-31');
	SET ROLE provider_clerk;
	SELECT govdata.approve_request(1);
});

my $read = q{SELECT name FROM data.people WHERE name = 'name 7'};

# output and errors of what the consumer's clerk runs
sub read_it
{
	my ($sql, $server) = @_;
	my ($out, $err);

	($server // $node)->psql('postgres', $sql // $read, stdout => \$out, stderr => \$err,
		extra_params => [ '-U', 'consumer_clerk', '-v', 'VERBOSITY=verbose' ]);
	return ($out, $err);
}

sub value
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

sub doctor
{
	my ($item) = @_;
	return value("SELECT state || ': ' || detail FROM govdata.doctor() WHERE item = '$item'");
}

# the writer's process, which a read has started: never 0, which to kill()
# would mean ourselves
sub worker
{
	$node->poll_query_until('postgres', 'SELECT worker IS NOT NULL FROM govdata.access_log_state()')
	  or die 'there is no writer';
	return value('SELECT worker FROM govdata.access_log_state()') || die 'the writer left';
}

sub drained
{
	$node->poll_query_until('postgres', 'SELECT queued = 0 FROM govdata.access_log_state()') or die 'the queue stays full';
	return;
}

my $part = 'govdata.access_record_' . value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')");
my ($out, $err);

# ---- where a read came from ----
command_like([ 'psql', '-XAtq', '-h', '127.0.0.1', '-p', $node->port, '-U', 'consumer_clerk', '-d', 'postgres',
		'-c', "SET application_name = 'desk 4'", '-c', $read ],
	qr/^name 7$/, 'a read over the network');
is(value(q{SELECT client_address || ' ' || application || ' ' || session_role FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1}),
	'127.0.0.1 desk 4 consumer_clerk', 'its address, program and login are on record');
read_it();
is(value('SELECT client_address IS NULL FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1'), 't', 'a local socket has no address');
isnt(value('SELECT query_id FROM govdata.access_log ORDER BY boot DESC, seq DESC LIMIT 1'), '', 'queries have numbers without any setting');

is(value(q{SELECT count(*) FROM govdata._access_months() m WHERE m IN (date_trunc('month', now() AT TIME ZONE 'UTC'), date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month')}),
	2, 'the next month is made ahead');

# ---- the writer is told to stop, again and again, while others read ----
my @readers = map {
	in_background($node, 'SET SESSION AUTHORIZATION consumer_clerk',
		"DO \$\$ BEGIN FOR i IN 1..400 LOOP PERFORM name FROM data.people LIMIT 1; END LOOP; END \$\$")
} 1 .. 3;
for (1 .. 5)
{
	value('SELECT pg_terminate_backend(worker) FROM govdata.access_log_state() WHERE worker IS NOT NULL');
	select undef, undef, undef, 0.2;
}
$_->{run}->finish foreach @readers;
is(join('', map { $_->{err} } @readers), '', 'a writer that is stopped again and again: no reader fails');
drained();
is(value(q{SELECT count(*) >= 1200 FROM govdata.access_log WHERE outer_role = 'consumer_clerk' AND kind = 'read' AND completed}), 't', 'and each read is on record');

# ---- the writer is killed: the whole server restarts ----
read_it();
drained();
my $before = value('SELECT count(*) FROM govdata.access_log');
my $pid = worker();
kill 'KILL', $pid;
$node->poll_query_until('postgres', 'SELECT true');
($out) = read_it();
is($out, 'name 7', 'a writer killed with -9: after the restart reading goes on');
isnt(worker(), $pid, 'with another writer');
is(value('SELECT count(*) FROM govdata.access_log'), $before + 1, 'nothing that was on record is lost');
is(value("SELECT count(*) FROM govdata.verify_access_log() WHERE finding NOT IN ('ok', 'unsealed')"), 0, 'and the log holds');

# ---- a resource that insists on durable records ----
set_setting($node, 'govdata.access_log', 'async');
like(doctor('access log'), qr/^warning: mode async/, 'doctor(): async is said');
like(doctor('moved clock'), qr/^ok: the \d+ newest acts/, 'doctor(): and that the clock has not been moved');
$pid = worker();
kill 'STOP', $pid;
($out) = read_it();
is($out, 'name 7', 'async: nobody waits for the writer');
$node->safe_psql('postgres', "SET ROLE provider_clerk; UPDATE govdata.resource SET access_log = 'sync' WHERE id = 1");
($out, $err) = read_it();
like($err, qr/ZW032.*not durable within/s, 'async, but the resource insists: whoever reads it waits, and is refused');
is($out, '', 'and gets no row');
kill 'CONT', $pid;
drained();
($out) = read_it();
is($out, 'name 7', 'with a writer at work it is read');
set_setting($node, 'govdata.access_log', 'sync');

# ---- the disk is full ----
# a file-size limit for the writer, below the size that the month has reached
drained();
read_it('DO $$ BEGIN FOR i IN 1..6000 LOOP PERFORM name FROM data.people LIMIT 1; END LOOP; END $$');
drained();
my $size = value("SELECT pg_relation_size('$part')");
cmp_ok($size, '>', 1_100_000, 'the month is larger than a segment of the write-ahead log');
$pid = worker();
SKIP:
{
	skip 'prlimit is not here', 8 if system('prlimit --version >/dev/null 2>&1') != 0;
	my $recorded = value(q{SELECT count(*) FROM govdata.access_log WHERE kind = 'read'});
	system_or_bail('prlimit', '--pid', $pid, '--fsize=1100000:');
	my $refused = 0;
	my $given = 0;
	# the last page may have room for some
	for (1 .. 60)
	{
		($out, $err) = read_it();
		$given++ if $out eq 'name 7';
		next unless $err;
		$refused = 1;
		last;
	}
	like($err, qr/ZW032: *reading is refused because it cannot be recorded.*not durable within/s, 'no disk: whoever reads waits, and is refused');
	is($out, '', 'and gets no row');
	like(value('SELECT trouble FROM govdata.access_log_state()'), qr/could not (extend|write)/, 'the state says what the writer met');
	like(doctor('access log queue'), qr/^failure: .*the oldest record waits/, 'doctor(): records wait');
	like(doctor('access log writer'), qr/^warning: .*could not/, 'doctor(): what the writer met');
	is(worker(), $pid, 'the writer stays, and tries again');
	system_or_bail('prlimit', '--pid', $pid, '--fsize=unlimited:');
	drained();
	is(value(q{SELECT count(*) FROM govdata.access_log WHERE kind = 'read'}), $recorded + $given + $refused,
		'with room again every read is on record, the refused one too');
	($out) = read_it();
	is($out, 'name 7', 'and reading goes on');
}

# ---- a synchronous standby that does not answer ----
set_setting($node, 'synchronous_standby_names', 'nobody');
($out, $err) = read_it();
like($err, qr/ZW032.*not durable within/s, 'no synchronous standby: what is not replicated is not durable');
is($out, '', 'so nothing is read');
like(doctor('access log queue'), qr/^failure: .*the oldest record waits/, 'doctor(): records wait');
set_setting($node, 'synchronous_standby_names', '');
drained();
($out) = read_it();
is($out, 'name 7', 'without it reading goes on');

# ---- a month that is no month of the log any more ----
$node->safe_psql('postgres', "SET govdata.maintenance = on; ALTER TABLE govdata.access_record DETACH PARTITION $part");
($out, $err) = read_it();
like($err, qr/ZW032.*not durable within/s, 'the month was detached: whoever reads is refused');
like(doctor('access log months'), qr/^failure: access_record_\d+_\d+ is no partition of the log for its month/, 'doctor() says why');
like(doctor('access log writer'), qr/is not the partition of the access log for its month/, 'as does the writer');
my ($from, $to) = split /\|/, value(q{SELECT date_trunc('month', now() AT TIME ZONE 'UTC') || '+00', date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month' || '+00'});
# with the midnight of another time zone: reports by time would pass over some of it
$node->safe_psql('postgres', "SET govdata.maintenance = on; ALTER TABLE govdata.access_record ATTACH PARTITION $part FOR VALUES FROM ('$from'::timestamptz - interval '8 hours') TO ('$to')");
($out, $err) = read_it();
like($err, qr/ZW032.*not durable within/s, 'attached for another time: whoever reads is refused');
like(doctor('access log months'), qr/^failure: access_record_\d+_\d+ is no partition of the log for its month/, 'doctor() says so');
$node->safe_psql('postgres', "SET govdata.maintenance = on; ALTER TABLE govdata.access_record DETACH PARTITION $part");
my ($remedy) = slurp_file($node->logfile) =~ /.*HINT:  As a superuser: SET govdata\.maintenance = on; .* and (ALTER TABLE \S+ ATTACH .*?;)\n/s;
$node->safe_psql('postgres', "SET govdata.maintenance = on; $remedy");
drained();
($out) = read_it();
is($out, 'name 7', 'attached again: reading goes on');
is(value("SELECT count(*) FROM govdata.verify_access_log() WHERE finding NOT IN ('ok', 'unsealed')"), 0, 'and nothing is missing');

value('CALL govdata.sweep()');
$node->safe_psql('postgres', "SET govdata.maintenance = on; DROP TABLE $part");
($out) = read_it();
is($out, 'name 7', 'the month was dropped: the writer makes it anew');
is(value("SELECT count(*) FROM govdata.access_log WHERE kind = 'read'"), 1, 'with what is read from now on');
like(value("SELECT string_agg(DISTINCT finding, ',' ORDER BY finding) FROM govdata.verify_access_log() WHERE finding NOT IN ('ok', 'unsealed')"),
	qr/removed/, 'and verification says what is missing');
like(doctor('access log seals'), qr/^failure: broken: /, 'as does doctor()');

# ---- a database that goes while its writer is connected ----
$node->safe_psql('postgres', 'CREATE DATABASE gone TEMPLATE postgres');
$node->psql('gone', $read, stdout => \$out, extra_params => [ '-U', 'consumer_clerk' ]);
is($out, 'name 7', 'a copy of the database is read');
is($node->safe_psql('gone', 'SELECT worker IS NOT NULL FROM govdata.access_log_state()'), 't', 'with a writer of its own');
$node->safe_psql('postgres', 'DROP DATABASE gone WITH (FORCE)');
is(value("SELECT count(*) FROM pg_database WHERE datname = 'gone'"), 0, 'and is dropped by force');
$node->safe_psql('postgres', 'CREATE DATABASE gone TEMPLATE postgres');
$node->psql('gone', $read, stdout => \$out, extra_params => [ '-U', 'consumer_clerk' ]);
is($out, 'name 7', 'another one of its name is read');
is($node->safe_psql('gone', q{SELECT count(*) FROM govdata.access_log WHERE boot = (SELECT max(boot) FROM govdata.access_record)}), 1,
	'into a queue of its own');
$node->safe_psql('gone', 'SET govdata.maintenance = on; DROP SCHEMA govdata CASCADE');
is($node->safe_psql('gone', "SELECT count(*) FROM pg_extension WHERE extname = 'govdata'"), 0, 'DROP SCHEMA with the writer connected');
$node->safe_psql('gone', 'SET govdata.restore = on; CREATE EXTENSION govdata CASCADE');
is($node->safe_psql('gone', "SELECT count(*) FROM govdata.access_record"), 0, 'the extension can be created again');
$node->safe_psql('postgres', 'DROP DATABASE gone');

# ---- a standby ----
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('faults_standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->append_conf('postgresql.conf', "govdata.standby_log = server_log");
$standby->start;
$node->wait_for_catchup($standby);
my $position = -s $standby->logfile;
($out) = read_it("SET govdata.purpose = 'mark'; $read", $standby);
is($out, 'name 7', 'a standby that records in its server log');
ok($standby->log_contains(qr/govdata access record: \{"boot".*"purpose": "mark"/, $position), 'has the record there');
ok($standby->log_contains(qr/govdata access record: .*"kind": "end".*"rows": 1, "completed": true/, $position), 'and its end');
$position = -s $standby->logfile;
($out, $err) = read_it('SELECT address FROM data.people', $standby);
like($err, qr/ZW020/, 'a standby refuses what the primary refuses');
ok($standby->log_contains(qr/govdata access record: .*"kind": "x"/, $position), 'on record');
like($standby->safe_psql('postgres', "SELECT state || detail FROM govdata.doctor() WHERE item = 'access log'"),
	qr/^ok.*this is a standby: reads are recorded in its server log only/, 'doctor() works there');
(undef, undef, $err) = $standby->psql('postgres', 'SELECT govdata.schedule()');
like($err, qr/ERROR:  this is a standby: jobs are made on the primary/, 'schedule() does not wait for a worker that cannot come');
# it starts anew when another process crashes
my $startup = "SELECT backend_start FROM pg_stat_activity WHERE backend_type = 'startup'";
my $started = $standby->safe_psql('postgres', $startup);
$standby->append_conf('postgresql.conf', 'log_min_messages = fatal');
$standby->reload;
$standby->poll_query_until('postgres', "SELECT setting = 'fatal' FROM pg_settings WHERE name = 'log_min_messages'");
($out, $err) = read_it($read, $standby);
like($err, qr/ZW032.*log_min_messages keeps the records out/s, 'a server log that keeps nothing is no place for records');
is($out, '', 'so nothing is read');
is($standby->safe_psql('postgres', $startup), $started, 'and no process has fallen over it');
$standby->stop;

# ---- the library is not loaded ----
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
like(value("SELECT string_agg(item || ' ' || state || ': ' || detail, ';') FROM govdata.doctor()"),
	qr/^library failure: govdata must be loaded when the server starts: .*restart the server$/, 'doctor() says that the library is not loaded, and nothing else');

done_testing();
