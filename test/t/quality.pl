# Quality checks: killed, canceled, beside changes of the table, on a large one.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes;

use GovdataTest;

my $rows = $ENV{GOVDATA_QUALITY_ROWS} || 400_000;
my $node = govdata_node('quality', fsync => 'on', autovacuum => 'off', allows_streaming => 1,
	max_wal_size => "'4GB'");

sub value
{
	return $node->safe_psql('postgres', $_[0]);
}

sub as_provider
{
	return $node->safe_psql('postgres', join(";\n", 'SET ROLE provider_clerk', @_));
}

# The state of the run that is under way, and what came of the last one.
sub under_way
{
	return value('SELECT coalesce(sum(rows_read), -1) FROM govdata.quality_state WHERE run IS NOT NULL');
}

sub scores
{
	return value(q{SELECT string_agg(q.kind || ' ' || coalesce(s.a || '/' || s.b, s.outcome), ', ' ORDER BY q.id)
		FROM govdata.quality_score s JOIN govdata.quality_rule q ON q.id = s.rule
		WHERE s.run = (SELECT max(id) FROM govdata.quality_run) AND q.kind <> 'unique'});
}

# Ends every backend of a killed server before the next start.
sub crash
{
	my ($session, $pattern) = @_;
	my $backend = value("SELECT pid FROM pg_stat_activity WHERE query LIKE '$pattern' AND pid <> pg_backend_pid()");
	my @others = split(/\n/, value('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()'));
	my $patience = 10 * $PostgreSQL::Test::Utils::timeout_default;

	die 'the run had ended before it could be killed' if $backend !~ /^\d+$/;
	$node->kill9;
	kill 'KILL', $backend;
	eval { $session->{run}->finish };
	while (grep { kill 0, $_ } @others)
	{
		die 'processes of the killed server go on' if $patience-- == 0;
		Time::HiRes::usleep(100_000);
	}
	$node->start;
	return;
}

travel_to($node, '2026-03-02 10:00+08');
found_departments($node);
$node->safe_psql('postgres', qq{
	CREATE SCHEMA data;
	GRANT USAGE ON SCHEMA data TO PUBLIC;
	CREATE TABLE data.people (name text, address text);
	INSERT INTO data.people SELECT 'name ' || g, CASE WHEN g % 1000 = 0 THEN NULL ELSE 'street ' || g % 977 END
	FROM generate_series(1, $rows) g;
	ALTER TABLE data.people OWNER TO provider;
	VACUUM ANALYZE data.people});
as_provider(q{SELECT govdata.attach_resource('307009/000001', 'data.people')},
	q{SELECT govdata.define_rule('307009/000001', '0201', 'not_null', 'address', '{address}')},
	q{SELECT govdata.define_rule('307009/000001', '0302', 'pattern', 'name', '{name}', pattern => '^name [0-9]+$')},
	q{SELECT govdata.define_rule('307009/000001', '0304', 'unique', 'name', '{name}')});
my $expected = sprintf('not_null %d/%d, pattern %d/%d', $rows - int($rows / 1000), $rows, $rows, $rows);
my $before = value(q{SELECT n_dead_tup, n_tup_upd, n_tup_del, pg_relation_size('data.people') FROM pg_stat_user_tables WHERE relname = 'people'});

# ---- killed in the middle of a run: the next call goes on
# One block a transaction, so that a run lasts well beyond the look at it.
my $check = in_background($node, 'SET govdata.quality_blocks = 1', 'CALL govdata.check_quality()');
wait_until($node, qq{SELECT rows_read > $rows / 8 FROM govdata.quality_state WHERE run IS NOT NULL});
crash($check, 'CALL govdata.check_quality%');
my $reached = under_way();
cmp_ok($reached, '>', 0, "killed after $reached rows");
cmp_ok($reached, '<', $rows, 'and before all');
my $run = value('SELECT max(id) FROM govdata.quality_run');
value('CALL govdata.check_quality()');
is(scores(), $expected, 'the next call goes on to the right figures');
is(value('SELECT id, state, rows_read FROM govdata.quality_run'), "$run|finished|$rows", 'in the same run, each row once');
is(value(q{SELECT count(*) FROM govdata.data_doubt}), 1, 'one finding, pushed once');
my ($x, $error) = split(/\|/, value(q{SELECT round(score, 6), error FROM govdata.quality_score WHERE kind = 'unique'}));
is($x, '1.000000', "no name twice in the sample, error $error");
is(value('SELECT finding FROM govdata.verify_journal()') =~ /removed|altered|planted/ ? 'broken' : 'sound', 'sound', 'the journal is sound');
is(value('SELECT count(*) FROM govdata.access_log WHERE purpose LIKE \'quality_run%\'') >= 2, 1, 'each call left its record');

# ---- nothing is written to the table, no transaction is long, nothing waits
my $longest = 0;
my $oldest = 0;
my $started = Time::HiRes::time();
$check = in_background($node, "CALL govdata.check_quality('307009/000001')");
while ($check->{run}->pump_nb, $check->{run}->pumpable)
{
	my ($age, $xmin) = split(/\|/, value(q{SELECT coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0), coalesce(age(backend_xmin), 0)
		FROM pg_stat_activity WHERE query LIKE 'CALL govdata.check_quality%' AND pid <> pg_backend_pid()}) || '0|0');
	$longest = $age if $age > $longest;
	$oldest = $xmin if $xmin > $oldest;
	last if value('SELECT count(*) FROM govdata.quality_run WHERE state = \'finished\'') >= 2;
	Time::HiRes::usleep(20_000);
}
$check->{run}->finish;
my $seconds = Time::HiRes::time() - $started;
is(scores(), $expected, sprintf('%d rows in %.1f s, %.0f a second; longest transaction %.2f s', $rows, $seconds, $rows / $seconds, $longest));
cmp_ok($longest, '<', 3, 'no transaction is longer than a range of blocks takes');
value('SELECT pg_stat_force_next_flush()');
is(value(q{SELECT n_dead_tup, n_tup_upd, n_tup_del, pg_relation_size('data.people') FROM pg_stat_user_tables WHERE relname = 'people'}), $before,
	'the table is as it was: no dead row, no update');
diag(sprintf('%d rows: %.1f s, longest transaction %.3f s, oldest snapshot %d transactions, %s bytes of progress', $rows, $seconds, $longest, $oldest,
	value(q{SELECT pg_total_relation_size('govdata.quality_state')})));

# ---- canceled: what was read stays read
$check = in_background($node, 'SET govdata.quality_blocks = 1', "CALL govdata.check_quality('307009/000001')");
wait_until($node, qq{SELECT rows_read > $rows / 8 FROM govdata.quality_state WHERE run IS NOT NULL});
value(q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL govdata.check_quality%' AND pid <> pg_backend_pid()});
eval { $check->{run}->finish };
$reached = under_way();
cmp_ok($reached, '>', 0, "canceled after $reached rows");

# ---- rewritten in the middle: from the beginning, and the figures are right
value('VACUUM FULL data.people');
value('CALL govdata.check_quality()');
is(scores(), $expected, 'a table that was rewritten is read anew');
is(value('SELECT max(rows_read) FROM govdata.quality_run'), $rows, 'each row once');

# ---- shortened, detached and dropped in the middle
sub partly
{
	my $session = in_background($node, 'SET govdata.quality_blocks = 1', "CALL govdata.check_quality('307009/000001')");

	wait_until($node, qq{SELECT rows_read > $rows / 8 FROM govdata.quality_state WHERE run IS NOT NULL});
	value(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL govdata.check_quality%' AND pid <> pg_backend_pid()});
	eval { $session->{run}->finish };
	return under_way();
}
$reached = partly();
value("DELETE FROM data.people WHERE ctid >= '(50,1)'");
value('VACUUM data.people');
value('CALL govdata.check_quality()');
is(value('SELECT state, rows_read FROM govdata.quality_run ORDER BY id DESC LIMIT 1'), "finished|$reached", 'a table that became shorter ends earlier');

value("INSERT INTO data.people SELECT 'name ' || g, 'street' FROM generate_series(1, $rows) g");
partly();
as_provider(q{SELECT govdata.detach_resource('307009/000001')});
value('CALL govdata.check_quality()');
is(value('SELECT state, note FROM govdata.quality_run ORDER BY id DESC LIMIT 1'), 'abandoned|读取期间数据表被解除挂接或者变更', 'detached in the middle: given up');
as_provider(q{SELECT govdata.attach_resource('307009/000001', 'data.people')});
partly();
as_provider(q{SELECT govdata.detach_resource('307009/000001')}, 'RESET ROLE', 'DROP TABLE data.people');
value('CALL govdata.check_quality()');
is(value('SELECT state FROM govdata.quality_run ORDER BY id DESC LIMIT 1'), 'abandoned', 'dropped in the middle: given up');
is(under_way(), -1, 'and nothing is left under way');

# ---- a standby checks nothing
$node->backup('quality');
my $standby = PostgreSQL::Test::Cluster->new('quality_standby');
$standby->init_from_backup($node, 'quality', has_streaming => 1);
$standby->start;
my ($ret, $out, $err) = $standby->psql('postgres', 'CALL govdata.check_quality()');
is($err, '', 'on a standby it does nothing');

done_testing();
