# Messages reach whoever reads Chinese in Chinese, in a database of any locale.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use GovdataTest;

# a locale of our own, unless whoever runs this has brought one
if (!-d(($ENV{LOCPATH} // '') . '/zh_CN.utf8'))
{
	$ENV{LOCPATH} = PostgreSQL::Test::Utils::tempdir;
	PostgreSQL::Test::Utils::system_or_bail('localedef', '-c', '-i', 'zh_CN', '-f', 'UTF-8', "$ENV{LOCPATH}/zh_CN.utf8");
}
$ENV{PGCLIENTENCODING} = 'UTF8';

my $node = PostgreSQL::Test::Cluster->new('messages');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'govdata'
timezone = 'UTC'
lc_messages = 'zh_CN.UTF-8'
CONF
$node->start;
$node->safe_psql('postgres', q{CREATE DATABASE chinese TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'zh_CN.UTF-8'});

# what there is without a Chinese character in it
sub english { "SELECT said FROM $_[0] WHERE octet_length(said) = length(said)" }

# the setting has another name from 16 on
my $parallel = $node->safe_psql('postgres', q{SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')});

for my $database (qw(postgres chinese))
{
	my $err;

	$node->safe_psql($database, 'CREATE EXTENSION govdata CASCADE');
	$node->psql($database, q{SELECT govdata.deadline('infinity', 3)}, stderr => \$err);
	like($err, qr/无穷时间没有日期/, "an error in $database");
	$node->psql($database, qq{SET $parallel = on; SELECT govdata.deadline(t, 3) FROM (VALUES ('infinity'::timestamptz), ('-infinity')) v (t)}, stderr => \$err);
	like($err, qr/无穷时间没有日期/, "likewise in a parallel worker");
	$node->psql($database, q{DELETE FROM govdata.journal_entry; TRUNCATE govdata.journal_entry}, stderr => \$err);
	like($err, qr/对任何人都只增不改.*《办法》第32条/s, "a detail, with its article");
	$node->psql($database, q{ALTER TABLE govdata.journal_entry DISABLE TRIGGER ALL}, stderr => \$err);
	like($err, qr/超级用户可先执行 SET govdata.maintenance = on/, "the hint of a utility statement");
	# texts that are made in SQL
	is($node->safe_psql($database, english('govdata.doctor() AS t (item, state, said)')), '', "every check of doctor()");
	is($node->safe_psql($database, english('(SELECT detail FROM govdata.verify_journal()) AS t (said)')), '', "findings in the journal");
	is($node->safe_psql($database, english('(SELECT detail FROM govdata.verify_access_log()) AS t (said)')), '', "findings in the access log");
	is($node->safe_psql($database, english('(SELECT interpretation FROM govdata.article) AS t (said)')), '', "how articles are read");
}

# another session's language is its own
my $err;
$node->psql('postgres', q{SET lc_messages = 'C'; SELECT govdata.deadline('infinity', 3)}, stderr => \$err);
like($err, qr/an infinite time has no date/, 'English for whoever sets it');
unlike($node->safe_psql('postgres', q{SET lc_messages = 'C'; SELECT t.detail FROM govdata.doctor() t WHERE t.item <> 'regime'}), qr/[^\x00-\x7f]/, 'and what doctor() says');
is($node->safe_psql('postgres', q{SELECT govdata._text('')}), '', 'nothing is said of nothing');

$node->stop;
done_testing();
