# What the server itself has to do with the law: a library that is not loaded,
# settings, a crash, a standby and its promotion, and the lines of the log.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use GovdataTest;

# Dropping takes a lock on every object of the extension; this server's ten
# connections have less room for them than the default hundred.
my $node = govdata_node('server', allows_streaming => 1, restart_after_crash => 'on', max_locks_per_transaction => 256);

# what a statement is answered: output, or the first line of the error and its hint
sub told
{
	my ($where, $sql) = @_;
	my ($ret, $out, $err) = $where->psql('postgres', $sql);
	return $ret == 0 ? $out : join("\n", $err =~ /((?:ERROR|HINT):  .*)/g);
}

# a line that the server wrote since the last look
my $seen = 0;
sub logged
{
	my ($line, $description) = @_;
	ok($node->poll_query_until('postgres', "SELECT pg_read_file('" . $node->logfile . "', $seen, 10000000) ~ '$line'"), $description);
	return;
}
sub look_away { $seen = -s $node->logfile; return; }

found_departments($node);
travel_to($node, '2026-03-02 10:00+08');
submit($node, 3);
$node->safe_psql('postgres', 'CALL govdata.sweep()');
my $effective = q{SELECT string_agg(concat_ws(' ', id, request, basis, valid_from AT TIME ZONE 'Asia/Shanghai'), ', ' ORDER BY id)
	FROM govdata.effective_authorization};
my $due = '2026-03-17 00:00:00';
my $consented = join(', ', map { "$_ $_ deemed_consent $due" } 1 .. 3);

# ---- the clock
look_away();
travel_to($node, '2026-03-10 10:00+08');
logged('LOG:  govdata.clock_offset is "[^"]+": the clock of every rule is moved', 'a clock that is moved leaves a line');
is(told($node, $effective), '', 'before the limit nothing is in force');
$node->stop('immediate');
look_away();
$node->start;
logged('LOG:  govdata.clock_offset is "[^"]+": the clock of every rule is moved', 'and again when the server starts');
is($node->safe_psql('postgres', "SELECT govdata.legal_date()"), '2026-03-10', 'it is where it was after a crash of the server');

# one that the server survives
my $offset = $node->safe_psql('postgres', 'SHOW govdata.clock_offset');
my $session = in_background($node, 'SELECT pg_sleep(60)');
my $sleeping = q{FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'};
wait_until($node, "SELECT count(*) = 1 $sleeping");
my $victim = $node->safe_psql('postgres', "SELECT pid $sleeping");
kill 'KILL', $victim;
$session->{run}->finish;
# psql that is not let in reads no standard input, which may break the pipe
foreach (1 .. 600)
{
	last if eval { $node->psql('postgres', 'SELECT 1') == 0 };
	usleep(100_000);
}
is($node->safe_psql('postgres', "SELECT govdata.legal_date() = '2026-03-10'"), 't', 'and after one of a session, which clears shared memory');
is($node->safe_psql('postgres', 'SHOW govdata.clock_offset'), $offset, 'as the setting says');

look_away();
is(told($node, q{ALTER SYSTEM SET govdata.clock_offset = 'a month'}),
	qq(ERROR:  invalid value for parameter "govdata.clock_offset": "a month"\nHINT:  Write it like "10 days" or "-36 hours".),
	'nonsense is refused');
is(told($node, q{SET govdata.clock_offset = '10 days'}),
	'ERROR:  parameter "govdata.clock_offset" cannot be changed now', 'and a session moves no clock');

# ---- a standby reads what time has decided, and writes nothing
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('server_standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
# the clocks of two servers are set one by one
$standby->safe_psql('postgres', 'SELECT 1');
$standby->append_conf('postgresql.auto.conf', "govdata.clock_offset = '"
	  . $standby->safe_psql('postgres', q{SELECT timestamptz '2026-03-20 10:00+08' - clock_timestamp()}) . "'");
$standby->reload;
$standby->poll_query_until('postgres', "SELECT govdata.legal_date() = '2026-03-20'");
is(told($standby, 'CALL govdata.sweep(); SELECT count(*) FROM govdata.share_authorization'), '0', 'on a standby the sweep does nothing');
is(told($standby, $effective), $consented, 'yet what time has decided is in force');
is(told($standby, q{SELECT string_agg(DISTINCT concat_ws(' ', state, effective_state, basis), ', ') FROM govdata.request_board}),
	'submitted approved deemed_consent', 'and on the board');
is(told($standby, 'SET ROLE consumer_clerk; SELECT count(*) FROM govdata.effective_authorization'), '3', 'for the consumer too');
like(told($standby, q{SET ROLE provider_clerk; SELECT govdata.refuse_request(1, 'too late')}),
	qr/cannot execute \w+ in a read-only transaction/, 'nothing can be decided there');
is(told($standby, 'SELECT finding FROM govdata.verify_journal()'), 'ok', 'the journal can be verified');
$standby->promote;
$standby->safe_psql('postgres', 'CALL govdata.sweep()');
is(told($standby, q{SELECT string_agg(DISTINCT concat_ws(' ', r.state, a.basis, a.state), ', ') FROM govdata.share_request r
	JOIN govdata.share_authorization a ON a.request = r.id}), 'approved deemed_consent active', 'promoted, it writes it down');
is(told($standby, $effective), $consented, 'and nobody has other rights than before');
is(told($standby, 'SELECT finding FROM govdata.verify_journal()'), 'ok', 'the chain of seals goes on');
$standby->stop('immediate');

# ---- what a superuser may do leaves a line
look_away();
foreach my $setting ('restore', 'maintenance')
{
	is(told($node, "SET SESSION AUTHORIZATION provider_clerk; SET govdata.$setting = on"),
		qq(ERROR:  permission denied to set parameter "govdata.$setting"), "a clerk cannot set govdata.$setting");
	is(told($node, "SET govdata.$setting = on"), '', "a superuser sets govdata.$setting");
}
logged('LOG:  govdata.restore is on: rows are taken as given in this session', 'which the log says');
logged('LOG:  govdata.maintenance is on: the protection of govdata', 'of both');
look_away();
$node->safe_psql('postgres', 'SET log_min_messages = panic; SET govdata.maintenance = on');
logged('LOG:  govdata.maintenance is on: the protection of govdata', 'also where the session would hide it');

my $refused = q(ERROR:  extension "govdata" cannot be dropped while it holds data) . "\n"
  . q(HINT:  Dump the database first. Then a superuser can run SET govdata.maintenance = on and drop it; the server log records it.);
is(told($node, "DROP $_"), $refused, "DROP $_ with data is refused") foreach 'EXTENSION govdata', 'SCHEMA govdata CASCADE';

# an owner that can be stripped, unlike the first superuser
$node->safe_psql('postgres', q{CREATE ROLE dba SUPERUSER; CREATE DATABASE another});
$node->safe_psql('another', q{SET ROLE dba; SET govdata.restore = on; CREATE EXTENSION govdata CASCADE; RESET govdata.restore;
	INSERT INTO govdata.region (code, name, level, parent) VALUES ('42010X', 'zone', 'city', '420000')});
foreach my $statement ('DROP OWNED BY dba', 'DROP OWNED BY dba CASCADE')
{
	my ($ret, $out, $err) = $node->psql('another', $statement);
	like($err, qr/extension "govdata" cannot be dropped while it holds data/, "$statement with data is refused");
}
$node->safe_psql('another', 'SET govdata.maintenance = on; DROP OWNED BY dba CASCADE');
is($node->safe_psql('another', q{SELECT count(*) FROM pg_extension WHERE extname = 'govdata'}), '0', 'and not in maintenance');

# the role of a department stays as long as its row
foreach my $statement ('DROP OWNED BY provider', 'DROP ROLE provider')
{
	like(told($node, $statement), qr/role "provider" stands for department "Provider" and cannot be dropped/, "$statement is refused");
}
like(($node->psql('template1', 'DROP ROLE provider'))[2], qr/role "provider" cannot be dropped because some objects depend on it/,
	'also out of another database');

# ---- without the library
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
my $unloaded = "ERROR:  govdata must be loaded when the server starts\n"
  . 'HINT:  Add govdata to shared_preload_libraries and restart the server.';
is(told($node, $_), $unloaded, "not loaded: $_") foreach (
	'SELECT govdata.clock()',
	q{SELECT govdata.add_working_days('2026-03-02', 1)},
	q{SET ROLE provider_clerk; SELECT govdata.refuse_request(1, 'no')},
	q{UPDATE govdata.share_request SET state = 'approved'},
	q{DELETE FROM govdata.share_request},
	q{INSERT INTO govdata.share_authorization SELECT * FROM govdata.share_authorization},
	q{DELETE FROM govdata.journal_entry},
	q{TRUNCATE govdata.journal_entry},
	q{SET session_replication_role = replica; DELETE FROM govdata.journal_entry},
	q{SET ROLE consumer_clerk; SELECT count(*) FROM govdata.share_request},
	q{SELECT * FROM govdata.request_board},
	q{LOAD 'govdata'},
	'DROP EXTENSION govdata', 'DROP SCHEMA govdata CASCADE', 'DROP TABLE govdata.journal_entry CASCADE',
	'ALTER TABLE govdata.share_request DISABLE TRIGGER ALL',
	'SET session_replication_role = replica; DROP EXTENSION govdata',
	'CALL govdata.sweep()');

# ---- a legal time zone that is none
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'govdata'\ngovdata.timezone = 'Asia/Wuhan'");
look_away();
$node->stop;
ok(!$node->start(fail_ok => 1), 'with an unknown legal time zone the server does not start');
like(substr(slurp_file($node->logfile), $seen), qr/FATAL:  invalid value for parameter "govdata.timezone": "Asia\/Wuhan"/, 'and says why');
$node->append_conf('postgresql.conf', "govdata.timezone = 'Asia/Shanghai'");
$node->start;
is($node->safe_psql('postgres', "SELECT count(*), min(govdata.legal_date()) FROM govdata.share_request WHERE state = 'submitted'"),
	'3|2026-03-10', 'with a right one all is as it was');

# ---- asked twice, the extension goes
look_away();
is(told($node, 'SET govdata.maintenance = on; SET client_min_messages = error; DROP EXTENSION govdata CASCADE'), '', 'in maintenance the extension can be dropped');
logged('LOG:  govdata.maintenance is on', 'which the log says');

done_testing();
