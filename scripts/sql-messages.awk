# sql-messages.awk: the messages of SQL, for xgettext.
#
# Prints each literal of govdata._text('...') as C that says the same, with the
# file it stands in.  The literal is on one line with the call; anything else is
# a value, which some other line has marked.

{
	rest = $0
	while (match(rest, /govdata\._text\('([^']|'')*'\)/))
	{
		message = substr(rest, RSTART + 15, RLENGTH - 17)
		rest = substr(rest, RSTART + RLENGTH)
		gsub(/''/, "'", message)
		gsub(/["\\]/, "\\\\&", message)
		printf "#line %d \"%s\"\n_(\"%s\")\n", FNR, FILENAME, message
	}
	if (rest ~ /govdata\._text\('/)
	{
		print FILENAME ":" FNR ": a message must end on the line on which it begins" > "/dev/stderr"
		exit 1
	}
}
