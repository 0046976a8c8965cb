# A quality rule that takes more memory than there is: it is not measured, the
# others are, and whoever checks goes on.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use GovdataTest;

plan skip_all => 'needs prlimit, of util-linux' if system('prlimit --version >/dev/null 2>&1') != 0 || !-d '/proc/self';

my $node = govdata_node('memory', jit => 'off');

sub value
{
	return $node->safe_psql('postgres', $_[0]);
}

sub scores
{
	return value(q{SELECT string_agg(q.title || ' ' || coalesce(s.a || '/' || s.b, s.outcome || ': ' || s.note), ', ' ORDER BY q.id)
		FROM govdata.quality_score s JOIN govdata.quality_rule q ON q.id = s.rule
		WHERE s.run = (SELECT max(id) FROM govdata.quality_run)});
}

travel_to($node, '2026-03-02 10:00+08');
found_departments($node);
value(q{CREATE SCHEMA data;
	GRANT USAGE ON SCHEMA data TO PUBLIC;
	CREATE TABLE data.people (name text, address text);
	INSERT INTO data.people SELECT 'name ' || g, 'street' FROM generate_series(1, 2) g;
	ALTER TABLE data.people OWNER TO provider;
	SET ROLE provider_clerk;
	SELECT govdata.attach_resource('307009/000001', 'data.people');
	INSERT INTO govdata.quality_rule (resource, indicator, kind, title, items, expression) VALUES
		(1, '0201', 'not_null', 'before', '{name}', NULL),
		(1, '0104', 'expression', 'greedy', NULL, 'length(repeat(name, 100000000)) > 0'),
		(1, '0201', 'not_null', 'after', '{address}', NULL)});

# What every process of the server may take from now on: a little more than it has.
my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
my ($size) = slurp_file("/proc/$postmaster/status") =~ /^VmSize:\s+(\d+) kB/m;
system_or_bail('prlimit', '--pid', $postmaster, sprintf('--as=%d:unlimited', 1024 * ($size + 300_000)));

my ($ret, $out, $err) = $node->psql('postgres', q{SELECT length(repeat('x', 800000000))});
like($err, qr/out of memory/, 'there is no more memory than that');
($ret, $out, $err) = $node->psql('postgres', 'CALL govdata.check_quality()');
is("$ret $err", '0 ', 'the check goes on');
like(scores(), qr/^before 2\/2, greedy failed: .*SQLSTATE .*53200, after 2\/2$/, 'without the rule that took it all');
is(value(q{SELECT state, rows_read FROM govdata.quality_run ORDER BY id DESC LIMIT 1}), 'finished|2', 'and ends');
is(value(q{SELECT count(*) FROM govdata.data_doubt}), '0', 'nobody is blamed for it');
like(value(q{SELECT state || ': ' || detail FROM govdata.doctor() WHERE item = 'quality checks'}), qr/^warning: .*rules that cannot be measured: \d/, 'the doctor names the rule');
# with memory again the next run measures it
system_or_bail('prlimit', '--pid', $postmaster, '--as=unlimited:unlimited');
value(q{CALL govdata.check_quality('307009/000001')});
is(scores(), 'before 2/2, greedy 2/2, after 2/2', 'with memory again it is measured');
is(value('SELECT finding FROM govdata.verify_journal() WHERE finding NOT IN (\'ok\', \'unsealed\')'), '', 'the journal holds');

done_testing();
