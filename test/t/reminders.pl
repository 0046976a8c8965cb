# Reminders: one message a department and distance, once, whatever happens to
# the sweep that sends it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes;

use GovdataTest;

my $count = 20_000;
my $node = govdata_node('reminders', fsync => 'on');

sub value
{
	return $node->safe_psql('postgres', $_[0]);
}

# the reminders among the messages of a sweep
sub told
{
	return join(' ', value('LISTEN govdata; CALL govdata.sweep()') =~ /payload "(\{"department":\d+,"due":-?\d+\})"/g);
}

travel_to($node, '2026-03-02 10:00+08');
found_departments($node);
submit($node, $count);
value('CALL govdata.sweep()');
is(value('SELECT count(*) FROM govdata.reminder'), 0, 'ten days before nobody is reminded');
my $provider = value('SELECT DISTINCT provider FROM govdata.share_request');

# ---- one message for all of them
travel_to($node, '2026-03-09 10:00+08');
my $started = Time::HiRes::time();
is(told(), qq({"department":$provider,"due":5}), 'five days before: one message, of the department and the distance');
note(sprintf('%d reminders in %.1f s', $count, Time::HiRes::time() - $started));
is(value('SELECT count(*), min(times), max(times), min(reached) FROM govdata.reminder'), "$count|1|1|5", 'every limit is remembered');
is(told(), '', 'the same day no other');

# ---- two at once
travel_to($node, '2026-03-11 10:00+08');
my @sweeps = map { in_background($node, 'LISTEN govdata', 'CALL govdata.sweep()', 'SELECT pg_sleep(3)', 'SELECT 1') } 1 .. 2;
ok($_->{run}->finish, "one of two sweeps at once: '$_->{err}'") foreach @sweeps;
is(scalar(() = $_->{out} =~ /"due":3\}/g), 1, 'one message, whoever sent it') foreach @sweeps;
is(value('SELECT count(*), min(times), max(times), min(reached) FROM govdata.reminder'), "$count|2|2|3", 'three days before: remembered once more');

# ---- killed when all is written and nothing committed: told by the next
travel_to($node, '2026-03-13 10:00+08');
value(q{SET govdata.maintenance = on;
	CREATE FUNCTION public.nap() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(600); RETURN NULL; END$$;
	CREATE TRIGGER nap AFTER UPDATE ON govdata.reminder FOR EACH STATEMENT EXECUTE FUNCTION public.nap()});
my $sweep = in_background($node, 'CALL govdata.sweep()');
wait_until($node, q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'CALL govdata.sweep%' AND wait_event = 'PgSleep'});
my @processes = split(/\n/, value('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()'));
my $backend = value(q{SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL govdata.sweep%'});
$node->kill9;
kill 'KILL', $backend;
eval { $sweep->{run}->finish };
my $patience = 10 * $PostgreSQL::Test::Utils::timeout_default;
while (grep { kill 0, $_ } @processes)
{
	die 'processes of the killed server go on' if $patience-- == 0;
	Time::HiRes::usleep(100_000);
}
$node->start;
is(value('SELECT count(*), max(times), min(reached) FROM govdata.reminder'), "$count|2|3", 'nothing is remembered of what was not told');
value(q{SET govdata.maintenance = on; DROP TRIGGER nap ON govdata.reminder});
is(told(), qq({"department":$provider,"due":1}), 'the next turn tells');
is(told(), '', 'once');
is(value('SELECT count(*), max(times), max(reached) FROM govdata.reminder'), "$count|3|1", 'one day before');

# ---- a duty that cannot be read keeps nobody's sweep from the rest
travel_to($node, '2026-03-16 10:00+08');
value(q{SET govdata.maintenance = on;
	CREATE FUNCTION public.poison() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'poisoned'; END$$;
	CREATE TRIGGER poison BEFORE UPDATE ON govdata.reminder FOR EACH ROW EXECUTE FUNCTION public.poison()});
my ($ret, $out, $err) = $node->psql('postgres', 'LISTEN govdata; CALL govdata.sweep()');
is($ret, 0, 'a reminder that fails does not end the turn');
like($err, qr/the sweep passed over reminder/, 'it is reported');
unlike($out, qr/"due"/, 'nobody is told');
is(value(q{SELECT subject, times FROM govdata.sweep_failure}), 'reminder|1', 'and written down');
value(q{SET govdata.maintenance = on; DROP TRIGGER poison ON govdata.reminder});
is(told(), qq({"department":$provider,"due":0}), 'the next turn tells');
is(value('SELECT count(*) FROM govdata.sweep_failure'), 0, 'and forgets the failure');

# ---- who listens learns nothing else
travel_to($node, '2026-03-20 10:00+08');
unlike(value('LISTEN govdata; CALL govdata.sweep()'), qr/payload "(?!\{"department":\d+,"(due|journal)":-?\d+\}")/, 'messages hold numbers of departments, distances and entries');

$node->stop;
done_testing();
