# schedule() and unschedule(): the job in pg_cron's database, wherever that is.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use GovdataTest;

my $node = govdata_node('schedule');
my ($ret, $out, $err);

($ret, $out, $err) = $node->psql('postgres', 'SELECT govdata.schedule()');
like($err, qr/ERROR:  pg_cron is not loaded\n/, 'without pg_cron: an error');
like($err, qr/HINT:  Add pg_cron to shared_preload_libraries, set cron\.database_name to "postgres"/, 'that says what to set');

my ($libdir) = run_command([ 'pg_config', '--pkglibdir' ]);
unless (-e "$libdir/pg_cron.so")
{
	note('pg_cron is not installed: the rest cannot be tested');
	done_testing();
	exit;
}

# ---- pg_cron in another database; the names need quoting
my $cron = q(cron's "home");
my $swept = q(swept's "db");
$node->append_conf('postgresql.conf', q(
	shared_preload_libraries = 'pg_cron,govdata'
	cron.database_name = 'cron''s "home"'
	cron.use_background_workers = on
	max_worker_processes = 12));
$node->restart;
$node->safe_psql('postgres', q(CREATE ROLE clerk LOGIN IN ROLE govdata_admin;
	CREATE ROLE boss LOGIN SUPERUSER));
$node->safe_psql('postgres', q(CREATE DATABASE "swept's ""db"""));
$node->safe_psql($swept, 'SET govdata.restore = on; CREATE EXTENSION govdata CASCADE');

my $schedule = sub {
	my ($statement, $role) = @_;
	my $sql = ($role ? "SET SESSION AUTHORIZATION $role; " : '') . "SELECT govdata.$statement";
	($ret, $out, $err) = $node->psql($swept, $sql);
	return $out;
};
my $jobs = sub {
	return $node->safe_psql($cron,
		'SELECT jobname, schedule, command, database, username, active FROM cron.job ORDER BY jobid');
};

$schedule->('schedule()');
like($err, qr/ERROR:  database "cron's "home"" does not exist/, 'the database of pg_cron has to exist');
$node->safe_psql('postgres', q(CREATE DATABASE "cron's ""home"""));
$schedule->('schedule()');
like($err, qr/could not be changed in database "cron's "home"": extension "pg_cron" is not installed/, 'and pg_cron in it');
like($err, qr/HINT:  Run there: CREATE EXTENSION pg_cron\./, 'with a hint');
$node->safe_psql($cron, 'CREATE EXTENSION pg_cron');

like($schedule->('schedule()', 'boss'), qr/^\d+$/, 'a superuser reaches into another database');
is($jobs->(), qq(govdata-sweep $swept|* * * * *|CALL govdata.sweep()|$swept|boss|t\n) .
	qq(govdata-quality $swept|* * * * *|CALL govdata.check_quality()|$swept|boss|t), 'the jobs are there');
my $first = $out;
is($schedule->(q(schedule('*/5 * * * *')), 'boss'), $first, 'scheduling again changes it');
is($jobs->(), qq(govdata-sweep $swept|*/5 * * * *|CALL govdata.sweep()|$swept|boss|t\n) .
	qq(govdata-quality $swept|*/5 * * * *|CALL govdata.check_quality()|$swept|boss|t), 'and makes no others');
# as a restore brings them along: for a server that is elsewhere, in another name
$node->safe_psql($cron, "UPDATE cron.job SET nodename = '/nowhere', nodeport = 1 WHERE jobname ~ 'sweep'; UPDATE cron.job SET username = 'clerk' WHERE jobname ~ 'quality'");
$schedule->(q(schedule('*/5 * * * *')), 'boss');
is($node->safe_psql($cron, "SELECT count(*), bool_and(nodename <> '/nowhere' AND username = 'boss') FROM cron.job"), '2|t', 'what came with a restore is made anew');
$schedule->(q(schedule('often')), 'boss');
like($err, qr/ERROR:  the job could not be changed in database "cron's "home"": invalid schedule: often/,
	'the error of pg_cron comes back');
like($jobs->(), qr(\*/5 \* \* \* \*), 'and nothing is changed');
$schedule->(q(schedule(repeat('*', 200))), 'boss');
like($err, qr/ERROR:  schedule is too long/, 'nonsense goes no further');

$schedule->('schedule()', 'clerk');
like($err, qr/ERROR:  the jobs of pg_cron live in database "cron's "home""\n/, 'an administrator does not');
like($err, qr/HINT:  Run there: (.*)/, 'but is told what to run');
my ($statement) = $err =~ /HINT:  Run there: (.*)/;
like($node->safe_psql($cron, $statement), qr/^\d+\|\d+$/, 'which works');
is($schedule->('unschedule()', 'boss'), 't', 'unschedule() removes');
is($jobs->(), '', 'every job of this database');
is($schedule->('unschedule()', 'boss'), 'f', 'and says when there is none');

# ---- in its own database
$node->append_conf('postgresql.conf', q(cron.database_name = 'postgres'));
$node->restart;
($ret, $out, $err) = $node->psql('postgres', 'SELECT govdata.schedule()');
like($err, qr/extension "pg_cron" is not installed in database "postgres"/, 'here too pg_cron has to be installed');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO clerk');
like($node->safe_psql('postgres', 'SET SESSION AUTHORIZATION clerk; SELECT govdata.schedule()'),
	qr/^\d+$/, 'an administrator who may use pg_cron schedules');
ok($node->poll_query_until('postgres', 'SELECT finished_at IS NOT NULL FROM govdata.sweep_heartbeat'),
	'pg_cron sweeps in that name');
is($node->safe_psql('postgres', 'SET SESSION AUTHORIZATION clerk; SELECT govdata.unschedule()'), 't', 'and stops');

done_testing();
