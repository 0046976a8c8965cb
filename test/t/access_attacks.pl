# Attacks on reading that need a server of their own: the library not loaded, a
# dump that numbers columns anew, pg_dump, connections from within.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use GovdataTest;

my $node = govdata_node('access_attacks', allows_streaming => 'logical');

# the owner's people; consumer reads name where id <= 5; nobody else anything
found_departments($node);
$node->safe_psql('postgres', q{
	CREATE ROLE other NOLOGIN;
	CREATE ROLE other_clerk LOGIN IN ROLE other;
	INSERT INTO govdata.department (uscc, uscc_verified_by_hand, name, region, kind, role)
	VALUES ('000000000000000001', true, 'Other', '420100', 'agency', 'other');
	CREATE SCHEMA data AUTHORIZATION provider;
	GRANT USAGE ON SCHEMA data TO PUBLIC;
	SET ROLE provider;
	CREATE TABLE data.people (former text, id integer, name text, address text, secret text);
	INSERT INTO data.people SELECT 'x', i, 'name ' || i, 'address ' || i, 'secret ' || i FROM generate_series(1, 1000) i;
	SELECT govdata.attach_resource(code, 'data.people') FROM govdata.resource WHERE id = 1;
	SET ROLE consumer_clerk;
	INSERT INTO govdata.share_request (resource, items, purpose, valid_until) VALUES (1, ARRAY['name'], 'purpose', '2999-12-31');
	SET ROLE provider_clerk;
	SELECT govdata.approve_request(1, row_filter => 'id <= 5');
	CREATE VIEW data.shown AS SELECT id, name, secret FROM data.people;
	GRANT SELECT ON data.shown TO PUBLIC;
	ANALYZE data.people;
});

# what somebody is told who logs in
sub told
{
	my ($role, $sql, $database) = @_;
	my ($code, $out, $err) = $node->psql($database // 'postgres', "\\set VERBOSITY verbose\n$sql",
		extra_params => [ '-U', $role ], on_error_stop => 1);

	return $code == 0 ? $out : $err;
}

my $refused = qr/ERROR:  ZW020: reading resource/;
is(told('consumer_clerk', 'SELECT count(name) FROM data.people'), 5, 'the authorized rows');
like(told('other_clerk', 'SELECT name FROM data.people'), $refused, 'and nothing for another');
like(told('other_clerk', 'SELECT name FROM data.shown'), qr/ERROR:  ZW/, 'nor through a view of the provider');

# ---- attack 29: pg_dump
my $dump = $node->backup_dir;
mkdir $dump;
command_fails_like([ 'pg_dump', '-d', $node->connstr('postgres'), '-U', 'consumer_clerk', '-t', 'data.people' ],
	qr/reading resource .* is refused/, 'attack 29: pg_dump by a department is refused');
command_fails_like([ 'pg_dump', '-d', $node->connstr('postgres'), '-U', 'consumer_clerk', '-t', 'data.people', '--enable-row-security' ],
	qr/reading resource .* is refused/, 'attack 29: with row security too, for it wants every column');
command_like([ 'pg_dump', '-d', $node->connstr('postgres'), '-U', 'provider_clerk', '--role', 'provider', '-t', 'data.people' ],
	qr/secret 1000/, 'attack 29: the owner dumps its table');
command_like([ 'pg_dump', '-d', $node->connstr('postgres'), '-t', 'data.people' ],
	qr/secret 1000/, 'attack 29: and a superuser');

# ---- attack 43: nothing of it is for a session to switch off
foreach my $setting ('restore', 'maintenance')
{
	like(told('consumer_clerk', "SET govdata.$setting = on"), qr/ERROR:  42501/, "attack 43: govdata.$setting is not a department's");
}
like(told('consumer_clerk', 'SET session_replication_role = replica'), qr/ERROR:  42501/, 'attack 43: session_replication_role');
like(told('consumer_clerk', 'SET govdata.no_such = 1'), qr/ERROR:  42602/, 'attack 43: the prefix is reserved');
like(told('consumer_clerk', "LOAD 'govdata'"), qr/ERROR:  42501/, 'attack 43: LOAD');
{
	local $ENV{PGOPTIONS} = '-c local_preload_libraries= -c row_security=off';
	like(told('consumer_clerk', 'SELECT count(name) FROM data.people'), qr/ERROR/, 'attack 43: nor for the options of a connection');
}

# all there is, but for two settings that only choose among one's own
is($node->safe_psql('postgres', q{SELECT string_agg(name, ' ' ORDER BY name) FROM pg_settings WHERE name LIKE 'govdata.%' AND context IN ('user', 'backend')}),
	'govdata.authorization govdata.purpose', 'attack 43: what a session may set');
foreach my $setting (split /\n/, $node->safe_psql('postgres', q{SELECT name FROM pg_settings WHERE name LIKE 'govdata.%' AND context <> 'user'}))
{
	like(told('consumer_clerk', "SET $setting = DEFAULT"), qr/ERROR:  (42501|55P02)/, "attack 43: $setting is beyond a department's reach");
	my ($code, $out, $err) = $node->psql('postgres', "ALTER ROLE consumer_clerk SET $setting = DEFAULT; SELECT 1", extra_params => [ '-U', 'consumer_clerk' ]);
	unlike($out, qr/^1/, "attack 43: nor for its next sessions: $setting") if $err =~ /ERROR/ or $code;
}
like(told('consumer_clerk', q{SELECT set_config('govdata.maintenance', 'on', false)}), qr/ERROR:  42501/, 'attack 43: nor by a function');

# ---- attack 31: a connection from within
like(told('consumer_clerk', 'CREATE EXTENSION dblink'), qr/ERROR:  42501/, 'attack 31: a department makes no dblink');
SKIP:
{
	skip 'dblink is not installed', 2
	  unless $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'dblink'});
	$node->safe_psql('postgres', 'CREATE EXTENSION dblink');
	like(told('other_clerk', sprintf(q{SELECT * FROM dblink('%s', 'SELECT name FROM data.people') AS t (name text)}, $node->connstr('postgres') =~ s/'/''/gr)),
		qr/password or GSSAPI delegated credentials required|password is required/, 'attack 31: a loop without a password is refused');
	like(told('other_clerk', q{SELECT * FROM dblink('user=provider_clerk', 'SELECT name FROM data.people') AS t (name text)}),
		qr/ERROR/, 'attack 31: as somebody else too');
}

# ---- attack 32: replication knows no authorization; whoever publishes is told
sub warned
{
	my ($sql) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $sql);

	return $err;
}

my $published = qr/WARNING:  publication "p\d" contains attached tables: data\.people/;
like(warned('CREATE PUBLICATION p1 FOR TABLE data.people'), $published, 'attack 32: a publication of the table');
like(warned('CREATE PUBLICATION p2 FOR ALL TABLES'), $published, 'attack 32: of all tables');
unlike(warned('CREATE PUBLICATION p3'), $published, 'attack 32: of none');
like(warned('ALTER PUBLICATION p3 ADD TABLE data.people'), $published, 'attack 32: added to one');
$node->safe_psql('postgres', 'DROP PUBLICATION p1, p2, p3');
SKIP:
{
	skip 'test_decoding is not installed', 1
	  unless eval { $node->safe_psql('postgres', q{SELECT pg_create_logical_replication_slot('spy', 'test_decoding')}); 1 };
	$node->safe_psql('postgres', q{CREATE ROLE spy LOGIN REPLICATION; INSERT INTO data.people VALUES ('x', 2000, 'n', 'a', 'decoded')});
	like(told('spy', q{SELECT data FROM pg_logical_slot_get_changes('spy', NULL, NULL)}), qr/decoded/,
		'attack 32 (residual): REPLICATION reads every change, so no department has it');
	$node->safe_psql('postgres', q{SELECT pg_drop_replication_slot('spy'); DROP ROLE spy; DELETE FROM data.people WHERE id = 2000});
}

# a copy of the whole cluster
command_fails_like([ 'pg_basebackup', '-D', "$dump/base", '-d', $node->connstr('postgres'), '-U', 'consumer_clerk', '-c', 'fast' ],
	qr/permission denied|must be superuser or replication role|no pg_hba.conf entry/, 'attack 32: a base backup by a department');
like(told('consumer_clerk', q{SELECT pg_create_physical_replication_slot('mine')}), qr/ERROR:  42501/, 'attack 32: nor a slot');

# ---- attack 22 (residual): a pooler that logs in as a superuser
is($node->safe_psql('postgres', q{SET ROLE consumer_clerk; SELECT count(name) FROM data.people}), 5, 'attack 22: a pool of a superuser reads as the role it has set');
is($node->safe_psql('postgres', q{SET ROLE consumer_clerk; SELECT set_config('role', 'none', false); SELECT count(name) FROM data.people}), "none\n1000",
	'attack 22 (residual): and takes it off: log in as the department');
is(told('consumer_clerk', q{SELECT set_config('role', 'none', false); SELECT count(name) FROM data.people}), "none\n5", 'attack 22: whoever logs in as a department stays one');

# ---- attack 70: a batch that was committed and is written once more
is( $node->safe_psql('postgres', q{
		SET govdata.maintenance = on;
		SELECT tableoid::regclass AS part FROM govdata.access_record LIMIT 1 \\gset
		ALTER TABLE :part DISABLE TRIGGER _append_only;
		INSERT INTO :part (boot, seq, at, real_at, kind, process_id, purpose)
			SELECT boot, greatest(seq, end_seq) + 1, at, real_at, kind, process_id, 'written before' FROM :part ORDER BY boot DESC, greatest(seq, end_seq) DESC LIMIT 1;
		ALTER TABLE :part ENABLE ALWAYS TRIGGER _append_only}), '', 'attack 70: the next record is there already');
is(told('consumer_clerk', 'SELECT count(name) FROM data.people'), 5, 'attack 70: nobody waits for it');
is($node->safe_psql('postgres', q{SELECT count(*) FROM govdata.access_record WHERE purpose = 'written before'}), 1, 'attack 70: it is there once');
is(told('consumer_clerk', q{SET govdata.purpose = 'purpose'; SELECT count(name) FROM data.people}), 5, 'attack 70: reading goes on');
is($node->safe_psql('postgres', q{SELECT count(*) FROM govdata.access_record WHERE purpose = 'purpose' AND kind = 'read'}), 1, 'attack 70: and is recorded');
is($node->safe_psql('postgres', q{SELECT count(*) - count(DISTINCT (boot, seq)) FROM govdata.access_record}), 0, 'attack 70: no number stands twice');

# ---- attack 45: a restore numbers the columns anew
$node->safe_psql('postgres', 'ALTER TABLE data.people DROP COLUMN former');
is(told('consumer_clerk', 'SELECT count(name) FROM data.people'), 5, 'attack 45: a dropped column that was no item breaks nothing');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
command_ok([ 'pg_dump', '-Fc', '-f', "$dump/renumbered", $node->connstr('postgres') ], 'attack 45: dumped');
{
	local $ENV{PGOPTIONS} = '-c govdata.restore=on';
	command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), "$dump/renumbered" ], 'attack 45: restored');
}
is($node->safe_psql('restored', q{SELECT relation, (SELECT relrowsecurity FROM pg_class WHERE oid = relation) FROM govdata.attachment}),
	'data.people|t', 'attack 45: attached as before');
isnt($node->safe_psql('restored', q{SELECT attnum FROM pg_attribute WHERE attrelid = 'data.people'::regclass AND attname = 'name'}),
	$node->safe_psql('postgres', q{SELECT attnum FROM pg_attribute WHERE attrelid = 'data.people'::regclass AND attname = 'name'}),
	'attack 45: the column has another number');
like(told('consumer_clerk', 'SELECT name FROM data.people', 'restored'), qr/ZW018: .*\n.*attached column "(name|address)"/,
	'attack 45: nothing is read before it is attached anew');
like(told('consumer_clerk', 'SELECT address FROM data.people', 'restored'), qr/ZW018/, 'attack 45: least of all another column');
is($node->safe_psql('restored', q{SET ROLE provider; SELECT govdata.attach_resource(code, 'data.people') FROM govdata.resource WHERE id = 1}), '', 'attack 45: attached anew');
is(told('consumer_clerk', 'SELECT count(name) FROM data.people', 'restored'), 5, 'attack 45: and read as before');
like(told('consumer_clerk', 'SELECT secret FROM data.people', 'restored'), $refused, 'attack 45: the secret is one still');

# ---- attack 41: a server without the library
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->restart;
is(told($_, 'SELECT count(name) FROM data.people'), 0, "attack 41: without the library $_ reads no row") foreach 'consumer_clerk', 'other_clerk';
is(told('consumer_clerk', 'COPY (SELECT name FROM data.people) TO STDOUT'), '', 'attack 41: nor copies one');
like(told('consumer_clerk', 'SELECT govdata.current_department()'), qr/govdata must be loaded when the server starts/, 'attack 41: and the functions say why');
is(told('other_clerk', 'SELECT count(*) FROM data.shown'), 1000, 'attack 41: but a view with its owner\'s rights shows all (residual: doctor() lists them)');
is(told('provider_clerk', 'SET ROLE provider; SELECT count(*) FROM data.people'), 1000, 'attack 41: the owner has its table');

$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'govdata'");
$node->restart;
is(told('consumer_clerk', 'SELECT count(name) FROM data.people'), 5, 'attack 41: loaded again, all is as before');

# ---- and the others: each of the 78 has a test of its name, which no comment can stand for
my %named;
foreach my $line (map { split /\n/, slurp_file($_) } glob('test/sql/*.sql test/specs/*.spec test/t/*.pl'))
{
	next if $line =~ /^\s*(#|--)/;
	$named{$1}++ while $line =~ /attack (\d+)\b/g;
	$named{$1}++ if $line =~ /^permutation attack_(\d+) /;
}
is(join(' ', grep { !$named{$_} } 1 .. 78), '', 'attacks 1 to 78 have tests');

$node->stop;
done_testing();
