# GovdataTest: what the TAP scripts share: a server that preloads the library,
# moving its clock, and two departments with a resource between them.
package GovdataTest;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes;

our @EXPORT = qw(govdata_node travel_to set_setting found_departments submit
  in_background wait_until);

# A running server with the extension in database postgres.
sub govdata_node
{
	my ($name, %settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(allows_streaming => delete $settings{allows_streaming} // 0);
	$settings{shared_preload_libraries} //= "'govdata'";
	$settings{timezone} //= "'UTC'";
	$node->append_conf('postgresql.conf', "$_ = $settings{$_}")
	  foreach sort keys %settings;
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION govdata CASCADE');
	return $node;
}

# From now on the clock shows this instant and goes on from there.
sub travel_to
{
	my ($node, $instant) = @_;
	my $offset = $node->safe_psql('postgres',
		"SELECT timestamptz '$instant' - clock_timestamp()");

	$node->safe_psql('postgres', "ALTER SYSTEM SET govdata.clock_offset = '$offset'");
	$node->reload;
	$node->poll_query_until('postgres',
		"SELECT govdata.clock() BETWEEN '$instant' AND timestamptz '$instant' + interval '1 minute'"
	) or die "the clock did not move to $instant";
	return;
}

# From now on the server has this setting.
sub set_setting
{
	my ($node, $name, $value) = @_;

	$node->safe_psql('postgres', "ALTER SYSTEM SET $name = '$value'");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT setting FROM pg_settings WHERE name = '$name'", $value)
	  or die "setting $name does not arrive";
	return;
}

# A provider with one conditional resource (id 1) and a consumer, both of
# Wuhan, with one clerk each: provider_clerk, consumer_clerk.
sub found_departments
{
	my ($node) = @_;

	$node->safe_psql('postgres', q{
		CREATE ROLE provider NOLOGIN;
		CREATE ROLE consumer NOLOGIN;
		CREATE ROLE provider_clerk LOGIN IN ROLE provider;
		CREATE ROLE consumer_clerk LOGIN IN ROLE consumer;
		INSERT INTO govdata.department (uscc, name, region, kind, role, data_officer) VALUES
			('91350100M000100Y43', 'Provider', '420100', 'agency', 'provider', 'Wang'),
			('91110000600037341L', 'Consumer', '420100', 'agency', 'consumer', 'Li');
		SET ROLE provider_clerk;
		INSERT INTO govdata.resource (class, title, abstract, format_category, sharing,
			sharing_conditions, opening, opening_ground, update_cycle)
		VALUES ('307009', 'population', 'who lives where', U&'\6570\636E\5E93', 'conditional',
			'for public services', 'closed', 'privacy', U&'\4E0D\5B9A\65F6');
		INSERT INTO govdata.resource_item (resource, name, title, data_type)
		VALUES (1, 'name', 'name', 'text'), (1, 'address', 'address', 'text');
		SELECT govdata.publish_resource(code) FROM govdata.resource WHERE id = 1;
	});
	return;
}

# So many requests of the consumer, received now.
sub submit
{
	my ($node, $count) = @_;

	$node->safe_psql('postgres', qq{
		SET ROLE consumer_clerk;
		INSERT INTO govdata.share_request (resource, items, purpose, valid_until)
		SELECT 1, ARRAY['name'], 'purpose ' || g, '2026-12-31' FROM generate_series(1, $count) g;
	});
	return;
}

# Statements run in a session of their own, while the script goes on.
sub in_background
{
	my ($node, @statements) = @_;
	my %session = (out => '', err => '');

	$session{run} = IPC::Run::start(
		[
			$node->installed_command('psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1',
			'-d', $node->connstr('postgres'), map { ('-c', $_) } @statements
		],
		'<', \undef, '>', \$session{out}, '2>', \$session{err});
	return \%session;
}

# Waits until a query says t, looking more often than poll_query_until.
sub wait_until
{
	my ($node, $query) = @_;

	foreach (1 .. 100 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if $node->safe_psql('postgres', $query) eq 't';
		Time::HiRes::usleep(10_000);
	}
	die "waited in vain for: $query";
}

1;
