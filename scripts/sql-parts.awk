# sql-parts.awk: concatenates the parts of the install script.
#
# Data stands once in the tree, as CSV.  A line
#
#	-- rows: data/FILE.csv [COLUMN ...]
#
# in a part becomes the file's rows as they are written after VALUES: string
# literals, which an INSERT turns into the types of its columns, and NULL for
# an empty field.  COLUMN ... picks columns by the names in the file's first
# line, and their order.  The fields hold no commas and no quotation marks;
# what looks otherwise is refused rather than guessed at.

function fail(message)
{
	print message > "/dev/stderr"
	failed = 1
	exit 1
}

function literal(field)
{
	if (field == "")
		return "NULL"
	gsub(/'/, "''", field)
	return "'" field "'"
}

# Lines of a CSV file may end in CR LF.
function next_line(file,	status)
{
	status = (getline csv_line < file)
	sub(/\r$/, "", csv_line)
	return status > 0
}

function rows(file, wanted, nwanted,	n, names, nnames, at, fields, i, j, out, first)
{
	if (!next_line(file))
		fail(FILENAME ":" FNR ": cannot read " file)
	nnames = split(csv_line, names, ",")
	for (i = 1; i <= nnames; i++)
		at[names[i]] = i
	if (nwanted == 0)
	{
		nwanted = nnames
		for (i = 1; i <= nnames; i++)
			wanted[i] = names[i]
	}
	for (i = 1; i <= nwanted; i++)
		if (!(wanted[i] in at))
			fail(FILENAME ":" FNR ": " file " has no column " wanted[i])

	first = 1
	for (n = 2; next_line(file); n++)
	{
		if (csv_line ~ /["\\\r]/)
			fail(file ":" n ": quotation marks, backslashes and carriage returns are not supported")
		if (split(csv_line, fields, ",") != nnames)
			fail(file ":" n ": not " nnames " fields")
		out = ""
		for (j = 1; j <= nwanted; j++)
			out = out (j > 1 ? ", " : "") literal(fields[at[wanted[j]]])
		printf "%s\t(%s)", (first ? "" : ",\n"), out
		first = 0
	}
	close(file)
	if (first)
		fail(file ": no rows")
	print ""
}

FNR == 1 && NR > 1 {
	print ""
}

/^-- rows: / {
	n = split($0, words, " ")
	split("", columns)
	for (i = 4; i <= n; i++)
		columns[i - 3] = words[i]
	rows(words[3], columns, n - 3)
	next
}

{
	print
}

END {
	if (failed)
		exit 1
}
