# What the documentation names is there, and what is there is documented.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use GovdataTest;

my $tree = "$FindBin::Bin/../..";
my %text;
for my $file ('README.md', 'README.zh-CN.md', 'SECURITY.md', map { "doc/" . s{.*/}{}r } glob("$tree/doc/*.md"))
{
	open my $in, '<:encoding(UTF-8)', "$tree/$file" or die "$file: $!";
	local $/;
	$text{$file} = <$in>;
}

my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'govdata'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION govdata CASCADE');

sub names { map { $_ => 1 } split /\n/, $node->safe_psql('postgres', $_[0]) }

my %function = names(q{SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'govdata'::regnamespace});
my %relation = names(q{SELECT relname FROM pg_class WHERE relnamespace = 'govdata'::regnamespace});
my %setting = names(q{SELECT split_part(name, '.', 2) FROM pg_settings WHERE name LIKE 'govdata.%'});
my %state = names(q{SELECT DISTINCT 'ZW' || lpad(article::text, 3, '0') FROM govdata.article UNION SELECT 'ZW000'});

# what a file is called, and what stands for any name
my %file = map { $_ => 1 } qw(c h so mo po control sql conf x _duty_x);

for my $file (sort keys %text)
{
	my @wrong;

	# dollars and colons may quote the part of the name that follows
	while ($text{$file} =~ /\bgovdata\."?([a-z_0-9]+)"?(\()?/g)
	{
		my ($name, $call) = ($1, $2);

		next if $file{$name};
		push @wrong, "govdata.$name" unless $call ? $function{$name} : $function{$name} || $relation{$name} || $setting{$name};
	}
	is_deeply(\@wrong, [], "names of objects in $file");
	is_deeply([ grep { !$state{$_} } $text{$file} =~ /\b(ZW\d{3})\b/g ], [], "SQLSTATEs in $file");
}

# every link within the tree leads somewhere, to a heading if it says so
sub anchors { map { lc =~ s/[^\w\- ]//gr =~ s/ /-/gr => 1 } $_[0] =~ /^#+ +(.*)$/mg }

for my $file (sort keys %text)
{
	my ($directory) = $file =~ m{^(.*/)?};
	my @lost;

	for my $link ($text{$file} =~ /\]\(([^)\s]+)\)/g)
	{
		my ($target, $anchor) = split /#/, $link, 2;

		next if $target =~ m{^[a-z]+:};
		my $path = ($target eq '' ? $file : ($directory // '') . $target) =~ s{[^/]+/\.\./}{}r;
		push @lost, $link unless -e "$tree/$path";
		my %anchor = defined $text{$path} ? anchors($text{$path}) : ();
		push @lost, "$path#$anchor" if defined $anchor && !$anchor{$anchor};
	}
	is_deeply(\@lost, [], "links in $file");
}

# every diagram is of one state machine, or of the end of one, and has no move
# that this does not know
for my $file (sort keys %text)
{
	for my $diagram ($text{$file} =~ /^stateDiagram-v2\n(.*?)^```/msg)
	{
		my @moves = map { s/\[\*\]//r } $diagram =~ /^ *(\S+ --> \w+)/mg;
		my $list = join ',', map { my ($from, $to) = split / *--> */; "('$from','$to')" } @moves;

		isnt($node->safe_psql('postgres', qq{
			SELECT s.subject FROM (SELECT DISTINCT subject FROM govdata.transition) s
			 WHERE NOT EXISTS (SELECT FROM (VALUES $list) m (a, b) WHERE a <> b AND NOT EXISTS (
				SELECT FROM govdata.transition t WHERE t.subject = s.subject AND t.to_state = b AND t.from_state = coalesce(nullif(a, ''), t.from_state)))}),
			'', "moves from \"$moves[0]\" on in $file");
	}
}

# the reference has all that is public
my $reference = $text{'doc/reference.md'};
sub missing { [ grep { $reference !~ /`[^`]*\b\Q$_\E\b[^`]*`/ } sort @_ ] }

is_deeply(missing(grep { !/^_/ && $_ ne 'access_record_part' } keys %function), [], 'functions in the reference');
is_deeply(missing(map { "govdata.$_" } keys %setting), [], 'settings in the reference');
is_deeply(missing(split /\n/, $node->safe_psql('postgres', q{
	SELECT relname FROM pg_class WHERE relnamespace = 'govdata'::regnamespace AND relkind IN ('r', 'p', 'v')
	   AND relname !~ '^_' AND NOT relispartition})), [], 'tables and views in the reference');
is_deeply(missing(split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT r.wanted FROM govdata.transition t
	 CROSS JOIN LATERAL (SELECT 'ZW' || lpad(t.article::text, 3, '0') AS wanted) r})), [], 'SQLSTATEs of moves in the reference');

$node->stop;
done_testing();
