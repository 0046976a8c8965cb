# The access log (Article 32): what a client receives is on record, whatever
# happens to the writer, the server, the database or the extension.  Numbers in
# names are those of the trials of the design.

use strict;
use warnings;
use GovdataTest qw(set_setting);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

$ENV{LC_ALL} = 'C.UTF-8';
$ENV{PGCLIENTENCODING} = 'UTF8';

my $fixture = <<'SQL';
SET client_min_messages = warning;
SET govdata.restore = on;
CREATE EXTENSION govdata CASCADE;
RESET govdata.restore;
INSERT INTO govdata.department (uscc, name, region, kind, role, data_officer)
SELECT (SELECT c FROM (SELECT '11420000MB' || lpad(n::text, 7, '0') || x AS c
                         FROM unnest(regexp_split_to_array('0123456789ABCDEFGHJKLMNPQRTUWXY', '')) x) s
         WHERE govdata.uscc_is_valid(c)),
       role, '420000', 'agency', role::regrole, 'office'
  FROM (VALUES (1, 'dept_p'), (2, 'dept_a'), (3, 'dept_b')) v (n, role);
CREATE SCHEMA p AUTHORIZATION dept_p;
GRANT USAGE ON SCHEMA p TO PUBLIC;
CREATE TABLE p.people (id integer PRIMARY KEY, name text, salary numeric);
INSERT INTO p.people SELECT i, 'name ' || i, i FROM generate_series(1, 1000) i;
ALTER TABLE p.people OWNER TO dept_p;
SET ROLE dept_p;
INSERT INTO govdata.resource (class, title, abstract, format_category, sharing, opening, opening_ground, update_cycle)
VALUES ('307009', 'people', 'people', '数据库', 'unconditional', 'closed', 'privacy', '每日');
INSERT INTO govdata.resource_item (resource, name, title, data_type)
SELECT r.id, i, i, 'text' FROM govdata.resource r, unnest('{id,name}'::text[]) i;
UPDATE govdata.resource SET state = 'published';
SELECT govdata.attach_resource(code, 'p.people') FROM govdata.resource;
SQL

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'govdata'
max_worker_processes = 12
lc_messages = 'C'
govdata.log_queue = 256kB
govdata.log_timeout = 1500ms
restart_after_crash = on
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE dept_p;
CREATE ROLE dept_a;
CREATE ROLE dept_b;
CREATE ROLE pat LOGIN IN ROLE dept_p;
CREATE ROLE alice LOGIN IN ROLE dept_a;
CREATE ROLE carol LOGIN IN ROLE dept_b;
CREATE DATABASE one;
CREATE DATABASE two;
SQL
$node->safe_psql($_, $fixture) for qw(one two);

# output and errors of a statement of somebody
sub run_as {
	my ($user, $db, $sql, %more) = @_;
	my ($out, $err);
	$node->psql($db, $sql, stdout => \$out, stderr => \$err,
		extra_params => [ '-U', $user, '-v', 'VERBOSITY=verbose' ], %more);
	return ($out, $err);
}

sub value {
	my ($sql, $db) = @_;
	return $node->safe_psql($db // 'one', $sql);
}

sub worker {
	my ($db) = @_;
	return value("SELECT coalesce(worker, 0) FROM govdata.access_log_state()", $db // 'one');
}

# a session that stays: what it is told to do, and when it has done it
sub session {
	my ($user, $db) = @_;
	my %s = (in => '', out => '', n => 0);
	$s{h} = IPC::Run::start([ 'psql', '-XAtq', '-U', $user, '-d', $node->connstr($db) ],
		'<', \$s{in}, '>', \$s{out}, '2>', \$s{out}, IPC::Run::timeout(120));
	return \%s;
}

sub ask {
	my ($s, $sql) = @_;
	my $mark = 'done' . ++$s->{n};
	$s->{out} = '';
	$s->{in} .= "$sql;\n\\echo $mark\n";
	$s->{h}->pump until $s->{out} =~ /$mark/;
	return $s->{out};
}

sub leave {
	my ($s) = @_;
	$s->{in} .= "\\q\n";
	$s->{h}->finish;
	return;
}

my $read = 'SELECT name FROM p.people WHERE id = 7';
my ($out, $err);

# ---- a record and what it says ----

($out) = run_as('alice', 'one', "SET govdata.purpose = '办理低保'; SET application_name = 'app'; $read");
is($out, 'name 7', 'a department reads');
is( value("SELECT kind, basis, session_role, outer_role, role, department, application, relation, items, purpose,"
		. " resource = (SELECT id FROM govdata.resource) FROM govdata.access_log"),
	'read|class|alice|alice|alice|dept_a|app|p.people|id,name|办理低保|t',
	'who, in which role, on what ground, what and for what purpose is on record');
$node->poll_query_until('one', 'SELECT row_count = 1 AND completed FROM govdata.access_log')
  or fail('the end never came');
pass('how many rows came out is on record once the read has ended');
for my $sql (
	'BEGIN; DECLARE c CURSOR FOR SELECT name FROM p.people; FETCH 5 FROM c; FETCH 3 FROM c; COMMIT',
	'DO $$ DECLARE n text; BEGIN FOR n IN SELECT name FROM p.people LIMIT 8 LOOP END LOOP; END $$')
{
	run_as('alice', 'one', "SET govdata.purpose = 'in pieces'; $sql");
	$node->poll_query_until('one', 'SELECT queued = 0 FROM govdata.access_log_state()') or fail('the queue stays full');
	is(value("SELECT row_count FROM govdata.access_log WHERE purpose = 'in pieces' ORDER BY boot DESC, seq DESC LIMIT 1"),
		8, "those of all fetches: $sql");
}
isnt(value("SELECT backend_type FROM pg_stat_activity WHERE backend_type = 'govdata access log writer'"),
	'', 'the writer has a name in pg_stat_activity');

run_as('alice', 'one', 'SELECT salary FROM p.people');
$node->poll_query_until('one', "SELECT count(*) = 1 FROM govdata.access_log WHERE kind = 'refused' AND reason ~ 'salary'")
  or fail('no record of the refusal');
pass('a refused attempt is on record with its reason');

my $before = value('SELECT count(*) FROM govdata.access_record WHERE start_seq IS NULL');
run_as('alice', 'one', <<'SQL');
BEGIN; SELECT id FROM p.people; ROLLBACK;
BEGIN; SAVEPOINT s; SELECT id FROM p.people; ROLLBACK TO s; COMMIT;
SELECT id FROM p.people WHERE false;
BEGIN; DECLARE c CURSOR FOR SELECT id FROM p.people; COMMIT;
EXPLAIN SELECT id FROM p.people;
SQL
is(value('SELECT count(*) FROM govdata.access_record WHERE start_seq IS NULL') - $before, 5,
	'attack 63: rollback, subtransaction, WHERE false, an unfetched cursor and EXPLAIN are on record');

my $long = '救' x 2000;
run_as('alice', 'one', "SET govdata.purpose = '$long'; $read");
is(value('SELECT max(length(purpose)) FROM govdata.access_record'), 333, 'attack 78: a long purpose is cut at a character');
{
	local $ENV{PGOPTIONS} = "-c govdata.purpose=bad\xff\xfe";
	($out) = run_as('alice', 'one', $read);
}
is($out, 'name 7', 'attack 69: bytes that are no text do not keep anybody from reading');
is(value("SELECT count(*) FROM govdata.access_record WHERE purpose = 'bad??'"), 1, 'attack 69: they are on record as question marks');

is(value('SELECT count(*) > 0 FROM govdata.access_log'), 't', 'an administrator sees the log');
($out) = run_as('carol', 'one', 'SELECT count(*) FROM govdata.access_log');
is($out, 0, 'another department sees none of it');
($out) = run_as('pat', 'one', 'SELECT count(*) > 0 FROM govdata.access_log');
is($out, 't', 'the provider sees the reads of its resource');
($out, $err) = run_as('alice', 'one', "SELECT * FROM govdata.access_record_" . value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')"));
like($err, qr/permission denied/, 'partitions cannot be read directly');

# ---- a read that takes its time ----

my $slow = session('alice', 'one');
my ($backend) = ask($slow, 'SELECT pg_backend_pid()') =~ /(\d+)/;
$slow->{in} .= "SELECT count(a.name) FROM p.people a, generate_series(1, 1000000000);\n";
$slow->{h}->pump_nb;
$node->poll_query_until('one', "SELECT count(*) = 1 FROM govdata.access_log WHERE process_id = $backend AND ended_at IS NULL")
  or fail('nobody sees it');
value("SELECT pg_cancel_backend($backend)");
like(ask($slow, ''), qr/canceling statement/, 'a read that takes its time is on record while it does');
leave($slow);
$node->poll_query_until('one', "SELECT NOT completed FROM govdata.access_log WHERE process_id = $backend")
  or fail('its end is not on record');

# ---- whoever holds the log up ----

my $s = session('postgres', 'one');
ask($s, 'BEGIN; LOCK TABLE govdata.access_record IN SHARE MODE');
like(ask($s, $read), qr/locks the access log/, 'attack 68: who locks the log and reads is refused at once');
ask($s, 'ROLLBACK');
like(ask($s, $read), qr/name 7/, 'attack 68: and reads when the lock is gone');

ask($s, 'BEGIN; LOCK TABLE govdata.access_record IN ACCESS EXCLUSIVE MODE');
ask($s, 'LOCK TABLE govdata.access_record_' . value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')") . ' IN ACCESS EXCLUSIVE MODE');
($out, $err) = run_as('alice', 'one', "SET govdata.purpose = 'locked out'; $read");
like($err, qr/ZW032: reading is refused because it cannot be recorded/, 'attack 67: no record within the limit, no rows');
is($out, '', 'attack 67: none at all');
is(value("SELECT item || ' ' || state || ' ' || (detail ~ 'lock timeout') FROM govdata.doctor() WHERE item ~ '^access.log' AND state = 'failure' ORDER BY item"),
	"access log queue failure false\naccess_log failure true", 'attack 67: doctor() does not wait for the lock, and says what stands still');
ask($s, 'ROLLBACK');
$node->poll_query_until('one', "SELECT count(*) = 1 FROM govdata.access_record WHERE purpose = 'locked out'")
  or fail('the record never came');
pass('attack 67: the record is written when the writer can');
($out) = run_as('alice', 'one', $read);
is($out, 'name 7', 'attack 67: reading goes on');

# the index fails for one purpose, as a record that does not fit would
ask($s, 'CREATE INDEX poison ON govdata.access_record_' . value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")
	  . q{ ((1 / (length(purpose) - 6)))});
my $position = -s $node->logfile;
($out) = run_as('alice', 'one', "SET govdata.purpose = 'poison'; $read");
is($out, 'name 7', 'attack 69: a record that cannot be stored stops nobody');
ok($node->log_contains(qr/govdata access record: \{"boot".*"purpose": "poison"/, $position),
	'attack 69: it is in the server log instead');
($out) = run_as('alice', 'one', "SET govdata.purpose = 'after poison'; $read");
is(value("SELECT count(*) FROM govdata.access_record WHERE purpose = 'after poison'"), 1, 'attack 69: those after it are stored');
is(value("SELECT string_agg(DISTINCT finding, ',') FROM govdata.verify_access_log() WHERE finding = 'gap'"),
	'gap', 'attack 69: verification names the gap');
ask($s, 'DROP INDEX govdata.poison');

# ---- a writer that is stopped, killed, or has no room ----

my $pid = worker();
($out, $err) = run_as('alice', 'one', "SELECT pg_terminate_backend($pid)");
like($err, qr/permission denied|must be a (superuser|member)/i, 'attack 77: a department cannot stop the writer');

value("SELECT pg_terminate_backend($pid)");
($out) = run_as('alice', 'one', "SET govdata.purpose = 'after the end'; $read");
is($out, 'name 7', 'a writer that was terminated is replaced');
isnt(worker(), $pid, 'by another one');

$pid = worker();
kill 'STOP', $pid;
($out, $err) = run_as('alice', 'one', $read);
like($err, qr/ZW032.*not durable within/s, 'attack 72: a writer that hangs: refused after the limit');
($out, $err) = run_as('alice', 'one', "$read;\nSET statement_timeout = '1s';\nSELECT salary FROM p.people;", on_error_stop => 0);
like($err, qr/ZW032.*not durable within.*ZW020.*salary/s, 'a refusal waits for no record, nor for that of the read before it');
($out, $err) = run_as('alice', 'one', "SET statement_timeout = '300ms'; $read");
like($err, qr/57014/, 'attack 67: a statement timeout ends the wait');
value(q{CREATE FUNCTION public.say(name text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', name; RETURN name; END $$;
	ALTER FUNCTION public.say(text) OWNER TO alice;
	CREATE DOMAIN public.heard AS text CHECK (public.say(VALUE) IS NOT NULL);
	CREATE TYPE public.told AS (name text);
	CREATE FUNCTION public.tell(t public.told) RETURNS json LANGUAGE sql AS $$ SELECT to_json(public.say(t.name)) $$;
	CREATE CAST (public.told AS json) WITH FUNCTION public.tell(public.told);
	CREATE VIEW public.saying AS SELECT public.say('name 7');
	ALTER DOMAIN public.heard OWNER TO alice;
	ALTER TYPE public.told OWNER TO alice;
	ALTER FUNCTION public.tell(public.told) OWNER TO alice;
	ALTER VIEW public.saying OWNER TO alice});
# the statement may look for its rows meanwhile, but neither they nor their number,
# an error that quotes one, or a function that is given one say anything
for my $sql (
	$read,
	'SELECT name FROM p.people WHERE id = 0',
	'SELECT count(*) FROM p.people',
	'SELECT name::int FROM p.people',
	'SELECT say(name) FROM p.people',
	'SELECT name FROM p.people WHERE say(name) IS NULL',
	'SELECT 1 / id FROM p.people WHERE 1 / (id - 7) > 0',
	'SELECT count(to_json(row(name)::told)) FROM p.people',
	q[SELECT count(('{' || name || '}')::heard[]) FROM p.people],
	q[SELECT count(*) FROM p.people, jsonb_to_record(jsonb_build_object('a', name)) AS x (a heard)],
	q[SELECT count(table_to_xml(CASE WHEN id = 7 THEN 'saying'::regclass END, true, true, '')) FROM p.people],
	q[SELECT count(domain_in(textout(name), 'heard'::regtype, -1)) FROM p.people],
	q[SELECT count(to_tsquery('english', CASE WHEN id = 7 THEN 'the' ELSE 'x' END)) FROM p.people],
	"SELECT id FROM p.people WHERE id = 7 LIMIT (SELECT '-1'::bigint FROM p.people WHERE id = 7)",
	"SELECT id FROM p.people WHERE id = 7 OFFSET (SELECT '-1'::bigint FROM p.people WHERE id = 7)",
	'SELECT (SELECT id FROM p.people WHERE id IN (6, 7)) FROM p.people WHERE id = 7',
	"BEGIN; DECLARE c CURSOR FOR $read; FETCH c")
{
	($out, $err) = run_as('alice', 'one', $sql);
	like($err, qr/ERROR:\s+ZW032.*not durable within/s, "not recorded: $sql");
	unlike($out . $err, qr/name \d|division|\(0 rows\)|stop words|negative|more than one/, 'and nobody learns anything');
}
set_setting($node, 'govdata.access_log', 'async');
($out, $err) = run_as('alice', 'one', "SET govdata.purpose = '" . 'x' x 900 . "'; " . "$read; " x 400);
like($err, qr/ZW032.*stayed full/s, 'attack 72: the queue is full: refused, also in the async mode');
$position = -s $node->logfile;
($out, $err) = run_as('alice', 'one', "SET govdata.purpose = '" . 'y' x 1000 . "'; SELECT salary FROM p.people");
like($err, qr/ZW020/, 'a refusal is not held up by a full queue');
ok($node->log_contains(qr/govdata access record: .*"kind": "x"/, $position), 'its record is in the server log');
my $drawn = value('SELECT drawn FROM govdata.access_log_state()');
kill 'CONT', $pid;
$node->poll_query_until('one', 'SELECT queued = 0 FROM govdata.access_log_state()') or fail('the queue stays full');
is(value("SELECT count(*) FROM govdata.verify_access_log() WHERE finding = 'gap'"), 1, 'attack 72: nothing of it is lost');
($out) = run_as('alice', 'one', $read);
is($out, 'name 7', 'attack 72: and reading goes on');

# nothing but time moves the writer in the async mode: nobody waits for it, and the queue is nearly empty
is(value(<<"SQL"), 't', 'async: a record is written within a tenth of a second, with slack for a busy machine');
SET ROLE alice;
$read \\g /dev/null
RESET ROLE;
SELECT clock_timestamp() AS put \\gset
DO \$\$ BEGIN WHILE (SELECT queued > 0 FROM govdata.access_log_state()) LOOP PERFORM pg_sleep(0.005); END LOOP; END \$\$;
SELECT clock_timestamp() - :'put' < interval '1 second';
SQL
set_setting($node, 'govdata.access_log', 'sync');

# readers who wait at the same time share a commit
set_setting($node, 'govdata.log_timeout', '60000');
{
	my @readers = map { session('alice', 'one') } 1 .. 4;
	ask($_, "SET govdata.purpose = 'together'") foreach @readers;
	my $held = worker();
	my ($batches, $first) = split /\|/, value('SELECT batches, drawn FROM govdata.access_log_state()');
	kill 'STOP', $held;
	foreach my $reader (@readers)
	{
		$reader->{out} = '';
		$reader->{in} .= "$read;\n\\echo together\n";
		$reader->{h}->pump_nb;
	}
	$node->poll_query_until('one', "SELECT drawn = $first + 4 FROM govdata.access_log_state()") or fail('not all have put their records');
	is(join('', map { $_->{h}->pump_nb; $_->{out} } @readers), '', 'all wait');
	kill 'CONT', $held;
	foreach my $reader (@readers)
	{
		$reader->{h}->pump until $reader->{out} =~ /together/;
	}
	is(join('', map { $_->{out} } @readers), "name 7\ntogether\n" x 4, 'all have read');
	is(value("SELECT count(*) FROM govdata.access_record WHERE purpose = 'together'"), 4, 'each with its record');
	# one commit that was under way, one for those who came meanwhile
	cmp_ok(value('SELECT batches FROM govdata.access_log_state()') - $batches, '<=', 2, 'which share their commits');
	leave($_) foreach @readers;
}
set_setting($node, 'govdata.log_timeout', '1500');

# ---- nobody writes the evidence by hand ----

for my $what (
	"INSERT INTO govdata.access_record (boot, seq, at, real_at, kind, process_id) VALUES (1, 1, now(), now(), 'read', 1)",
	'UPDATE govdata.access_record SET purpose = NULL',
	'DELETE FROM govdata.access_record',
	'TRUNCATE govdata.access_record',
	'DELETE FROM govdata.access_record_CURRENT',
	'TRUNCATE govdata.access_record_CURRENT',
	'DROP TABLE govdata.access_record_CURRENT',
	'ALTER TABLE govdata.access_record DETACH PARTITION govdata.access_record_CURRENT',
	'ALTER TABLE govdata.access_record_CURRENT DISABLE TRIGGER _append_only',
	'DELETE FROM govdata.access_seal')
{
	(my $sql = $what) =~ s/CURRENT/value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")/e;
	($out, $err) = run_as('postgres', 'one', "SET session_replication_role = replica; $sql");
	like($err, qr/ERROR:\s+ZW032/, "even a superuser cannot: $what");
}

# ---- sealing, tampering, the end of the term ----

# a read whose beginning and end are two entries, and one record
set_setting($node, 'govdata.access_log', 'async');
run_as('alice', 'one', "BEGIN; DECLARE c CURSOR FOR $read; FETCH c; COMMIT");
$node->poll_query_until('one', 'SELECT queued = 0 FROM govdata.access_log_state()') or fail('the record never came');
set_setting($node, 'govdata.access_log', 'sync');
value('CALL govdata.sweep()');
is(value("SELECT string_agg(finding, ',') FROM govdata.verify_access_log() WHERE finding NOT IN ('gap', 'ok')"),
	'', 'the sweep seals the log');
my ($head, $hash) = split /\|/, value('SELECT seal, hash FROM govdata.access_seal_head()');
is(value("SELECT count(*) FROM govdata.verify_access_log($head, '$hash') WHERE finding = 'head'"), 0, 'the head that was kept is there');
is(value("SELECT count(*) FROM govdata.verify_access_log($head, repeat('0', 64)) WHERE finding = 'head'"), 1, 'another one is not');

my $part = 'govdata.access_record_' . value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')");
my $tamper = "SET govdata.maintenance = on; ALTER TABLE $part DISABLE TRIGGER _append_only; BEGIN;";
my $verify = "SELECT string_agg(DISTINCT finding, ',' ORDER BY finding) FROM govdata.verify_access_log()"
  . " WHERE finding NOT IN ('gap', 'ok', 'unsealed'); ROLLBACK;";
is(value("$tamper UPDATE $part SET purpose = 'lawful' WHERE seq = 1; $verify"), 'altered', 'an altered record is found');
is(value("$tamper DELETE FROM $part WHERE seq = 1; $verify"), 'removed', 'a removed record is found');
is(value("$tamper DELETE FROM $part; $verify"), 'removed', 'a log without records is found');
is( value("$tamper UPDATE $part SET seq = CASE seq WHEN 1 THEN -1 ELSE 1 END WHERE seq IN (1, 2); UPDATE $part SET seq = 2 WHERE seq = -1; $verify"),
	'altered', 'records that were put in another order are found');
is( value("$tamper INSERT INTO $part (boot, seq, at, real_at, kind, process_id)"
		. " SELECT boot, end_seq, at, real_at, 'read', 1 FROM $part WHERE end_seq IS NOT NULL ORDER BY seq LIMIT 1; $verify"),
	'planted', 'a planted record is found');
is( value("$tamper ALTER TABLE govdata.access_seal DISABLE TRIGGER _append_only;"
		. " DELETE FROM govdata.access_seal WHERE id = (SELECT max(id) - 1 FROM govdata.access_seal); $verify") =~ /chain/ ? 1 : 0,
	value('SELECT (count(*) > 1)::integer FROM govdata.access_seal'), 'a missing seal is found');
value("SET govdata.maintenance = on; ALTER TABLE $part ENABLE ALWAYS TRIGGER _append_only");

# a month of four years ago, as a restore would bring it
value(<<'SQL');
SET govdata.maintenance = on;
SET govdata.restore = on;
SELECT govdata._make_access_partition(m::date) FROM unnest('{2020-05-01,2020-06-01}'::date[]) m;
INSERT INTO govdata.access_record (boot, seq, at, real_at, kind, process_id)
SELECT 5, i, t, t, 'read', 1 FROM generate_series(1, 10) i, LATERAL (SELECT CASE WHEN i < 6 THEN
	'2020-05-31 23:59:59+00'::timestamptz ELSE '2020-06-01 00:00+00' END AS t) v;
SQL
is(value('SELECT govdata.retire_access_log()'), 0, 'what is not sealed is not destroyed');
set_setting($node, 'govdata.log_retention', '120');
value('CALL govdata.sweep()');
is(value("SELECT string_agg(to_char(m, 'YYYY-MM'), ',' ORDER BY m) FROM govdata._access_months() m WHERE m < '2021-01-01'"),
	'2020-05,2020-06', 'a longer term keeps them, sealed as they are');
set_setting($node, 'govdata.log_retention', '36');
value("INSERT INTO govdata.access_hold VALUES ('2020-06-01', 'under investigation')");
is(value("SELECT count(*) FROM govdata.journal_entry WHERE subject = 'access_hold' AND event = 'insert'"), 1, 'a hold is in the journal');
value('CALL govdata.sweep()');
is(value("SELECT string_agg(to_char(m, 'YYYY-MM'), ',' ORDER BY m) FROM govdata._access_months() m WHERE m < '2021-01-01'"),
	'2020-06', 'the sweep destroys months whose term has ended, except those on hold');
my $keys = q{SELECT count(*) FROM pg_index WHERE indrelid = '%s'::regclass AND indexrelid::regclass::text ~ '(resource|department)_idx$'};
is(value(sprintf $keys, 'govdata.access_record_2020_06'), 2, 'and indexes a month that is over by resource and department');
is(value(sprintf $keys, $part), 0, 'a month that is being written only when it is over');
value("DROP INDEX govdata.access_record_2020_06_department_idx");
{
	my $writer = session('postgres', 'one');
	ask($writer, 'BEGIN; LOCK TABLE govdata.access_record_2020_06 IN ROW EXCLUSIVE MODE');
	value('CALL govdata.sweep()');
	is(value(sprintf $keys, 'govdata.access_record_2020_06'), 1, 'not while somebody writes there');
	leave($writer);
}
value('CALL govdata.sweep()');
is(value(sprintf $keys, 'govdata.access_record_2020_06'), 2, 'but later, and what had been made stays');
is(value("SELECT string_agg(finding || ' ' || entries, ',') FROM govdata.verify_access_log() WHERE finding NOT IN ('gap', 'ok')"),
	'retired 5', 'what was destroyed at its term is no finding');
# a month of last year, whose term has not ended
value(<<'SQL');
SET govdata.maintenance = on;
SET govdata.restore = on;
SELECT govdata._make_access_partition((date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 year')::date);
INSERT INTO govdata.access_record (boot, seq, at, real_at, kind, process_id)
SELECT 6, i, t, t, 'read', 1 FROM generate_series(1, 10) i,
	LATERAL (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '364 days' AS t) v;
SQL
value('CALL govdata.sweep()');
is(value('SELECT govdata.retire_access_log()'), 0, 'what is younger than three years is kept');
($out, $err) = run_as('postgres', 'one', 'SELECT govdata._retire_access_log(1)');
like($err, qr/ZW032/, 'a superuser does not shorten the term');
is(value("SET govdata.maintenance = on; BEGIN; ALTER TABLE govdata.access_seal DISABLE TRIGGER _append_only; SELECT govdata._retire_access_log(1);"
		. " SELECT finding || ' ' || entries FROM govdata.verify_access_log() WHERE finding = 'early'; ROLLBACK"),
	"1\nearly 10", 'and who forces it, with govdata.maintenance, is found out');
($out, $err) = run_as('alice', 'one', 'SELECT govdata.retire_access_log()');
like($err, qr/42501/, 'a department destroys nothing');
($out, $err) = run_as('alice', 'one', 'SELECT * FROM govdata.access_hold');
like($err, qr/42501/, 'and does not see what is kept back');
($out, $err) = run_as('postgres', 'one', 'ALTER SYSTEM SET govdata.log_retention = 35');
like($err, qr/outside the valid range/, 'less than three years is refused');

# ---- dump and restore ----

$node->poll_query_until('one', 'SELECT queued = 0 FROM govdata.access_log_state()') or fail('the queue stays full');
my $sums = q{SELECT count(*), sum(seq), (SELECT max(encode(hash, 'hex')) FROM govdata.access_seal) FROM govdata.access_record};
my $dumped = value($sums);
my $dump = $node->basedir . '/one.dump';
command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('one') ], 'the log can be dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
{
	local $ENV{PGOPTIONS} = '-c govdata.restore=on';
	command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'and restored');
}
is(value($sums, 'restored'), $dumped, 'record by record');
is(value("SELECT string_agg(finding, ',') FROM govdata.verify_access_log() WHERE finding NOT IN ('gap', 'ok', 'unsealed')", 'restored'),
	'retired', 'the restored log verifies');
($out) = run_as('alice', 'restored', $read);
is($out, 'name 7', 'and is written on');
($out, $err) = run_as('postgres', 'restored', "DELETE FROM $part");
like($err, qr/ZW032/, 'its partitions are as protected as before');

# ---- several databases; those that need to be alone ----

($out) = run_as('alice', 'two', $read);
is(value('SELECT count(*) FROM govdata.access_log', 'two'), 1, 'attack 73: another database has its own log');
isnt(worker('two'), worker('one'), 'attack 73: and its own writer');

value($read, 'two');
$node->safe_psql('postgres', 'ALTER DATABASE two RENAME TO zwei');
($out) = run_as('alice', 'zwei', $read);
is($out, 'name 7', 'attack 74: a database with a writer can be renamed');
$node->safe_psql('postgres', 'CREATE DATABASE three TEMPLATE zwei');
is(value('SELECT count(*) FROM govdata.access_log', 'three'), 3, 'attack 74: and copied, with what was queued');
run_as('alice', 'zwei', $read);
$node->safe_psql('postgres', 'DROP DATABASE zwei');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'zwei'"), 0, 'attack 74: and dropped');

run_as('alice', 'three', $read);
($out, $err) = run_as('postgres', 'three', 'DROP EXTENSION govdata CASCADE');
like($err, qr/ZW032/, 'the extension is not dropped while it holds data');
($out, $err) = run_as('postgres', 'three', 'SET govdata.maintenance = on; DROP EXTENSION govdata CASCADE');
is(value("SELECT count(*) FROM pg_class WHERE relname ~ '^access_record'", 'three'), 0,
	'with maintenance on it goes with its writer connected, and its partitions with it');

set_setting($node, 'govdata.log_idle', '1');
run_as('alice', 'one', $read);
$node->poll_query_until('one', 'SELECT worker IS NULL FROM govdata.access_log_state()') or fail('the writer stays');
pass('a writer without work leaves');
($out) = run_as('alice', 'one', $read);
is($out, 'name 7', 'and comes back');
set_setting($node, 'govdata.log_idle', '60');

leave($s);
$node->append_conf('postgresql.conf', 'max_worker_processes = 1');
$node->restart;
($out, $err) = run_as('alice', 'one', $read);
unlike($out, qr/name/, 'no worker to be had: no rows') if $err;
like($err, qr/ZW032.*max_worker_processes/s, 'no worker to be had: refused, and said what to do');
$node->append_conf('postgresql.conf', 'max_worker_processes = 12');

# ---- a server that stops ----

set_setting($node, 'govdata.access_log', 'async');
$node->restart;
run_as('alice', 'one', "SET govdata.purpose = 'last words'; " . "$read; " x 50);
$node->restart;
is(value("SELECT count(*) FROM govdata.access_log WHERE purpose = 'last words'"), 50,
	'async: an orderly shutdown loses nothing of the queue');
set_setting($node, 'govdata.access_log', 'sync');

# kill -9 of every process of the server under load: what the clients' files
# hold was received before, so it must be on record: this very read, by its
# number, so that no record of another one can stand for it.
sub kill_everything {
	my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
	my @children = split /\n/, `ps -o pid= --ppid $postmaster`;
	kill 'KILL', $postmaster, map { $_ + 0 } @children;
	sleep 1;
	$node->{_pid} = undef;
	# they name processes that may not have been reaped yet
	unlink $node->data_dir . '/postmaster.pid', $node->host . '/.s.PGSQL.' . $node->port . '.lock';
	return;
}

# One round: readers at work, then the kill.  How many reads were received, and
# how many of them are not on record.
sub kill_readers {
	my ($round) = @_;
	my @clients;
	my ($received, $missing) = (0, 0);
	for my $client (1 .. 4) {
		my $file = $node->basedir . "/client$client";
		open my $in, '>', "$file.sql" or die $!;
		print $in "\\set QUIET on\n";
		print $in "SET govdata.purpose = 'round $round client $client read $_';\nSELECT 'read $_ ' || name FROM p.people WHERE id = 7;\n"
		  for 1 .. 10000;
		close $in;
		push @clients, IPC::Run::start(
			[ 'psql', '-XAt', '-U', 'alice', '-d', $node->connstr('one'), '-f', "$file.sql" ],
			'>', "$file.out", '2>', '/dev/null');
	}
	sleep 1;
	kill_everything();
	$_->finish for @clients;
	$node->start;
	for my $client (1 .. 4) {
		my @got = slurp_file($node->basedir . "/client$client.out") =~ /^(read \d+) name 7$/mg;
		my $prefix = "round $round client $client ";
		my %recorded = map { $_ => 1 } split /\n/,
		  value("SELECT substr(purpose, length('$prefix') + 1) FROM govdata.access_log WHERE starts_with(purpose, '$prefix')");
		$received += @got;
		$missing += grep { !$recorded{$_} } @got;
	}
	return ($received, $missing);
}

my $rounds = $ENV{GOVDATA_KILLS} // 20;
my $received = 0;
my $missing = 0;
for my $round (1 .. $rounds) {
	my ($got, $lost) = kill_readers($round);
	$received += $got;
	$missing += $lost;
}
cmp_ok($received, '>', 50 * $rounds, "clients received $received rows in $rounds rounds");
is($missing, 0, 'attack 71: after kill -9 every row that was received has its record');
# the same with nobody writing: what sync keeps, async loses, and the count sees it
set_setting($node, 'govdata.access_log', 'async');
run_as('alice', 'one', $read);
my $writer = worker();
kill 'STOP', $writer if $writer;
($received, $missing) = kill_readers('async');
cmp_ok($missing, '>', 0, "attack 71: async, with the writer held: $missing of $received rows have no record, as documented");
set_setting($node, 'govdata.access_log', 'sync');
# a turn ends after a few short seals, and each boot is one
value('CALL govdata.sweep()') for 1 .. 1 + $rounds / 4;
is(value("SELECT string_agg(DISTINCT finding, ',' ORDER BY finding) FROM govdata.verify_access_log()"),
	'gap,retired', 'and the log verifies, but for the one record that went to the server log');

# ---- a standby ----

$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
$standby->psql('one', $read, stdout => \$out, stderr => \$err, extra_params => [ '-U', 'alice', '-v', 'VERBOSITY=verbose' ]);
like($err, qr/ZW032.*standby/s, 'attack 75: on a standby reading is refused');
is($out, '', 'attack 75: no row comes out');
$standby->append_conf('postgresql.conf', "govdata.standby_log = server_log");
$standby->reload;
$standby->poll_query_until('one', "SELECT setting FROM pg_settings WHERE name = 'govdata.standby_log'", 'server_log');
$standby->psql('one', "SET govdata.purpose = 'on standby'; $read", stdout => \$out, extra_params => [ '-U', 'alice' ]);
is($out, 'name 7', 'attack 75: unless the server log may hold the record');
ok($standby->log_contains(qr/govdata access record: .*"purpose": "on standby"/), 'attack 75: where it is');
$standby->promote;
$standby->psql('one', "SET govdata.purpose = 'promoted'; $read", stdout => \$out, extra_params => [ '-U', 'alice' ]);
is($out, 'name 7', 'attack 76: after promotion reading goes on');
is($standby->safe_psql('one', "SELECT count(*) FROM govdata.access_record WHERE purpose = 'promoted'"), 1,
	'attack 76: and is on record');

done_testing();
