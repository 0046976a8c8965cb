# shellcheck shell=bash
# reading.sh: how fast attached tables are read.  Sourced by run.
#
# Four servers' worth of contestants, each on a server of its own so that none
# carries another's library: "bare" is the table alone, "native" what a database
# administrator would assemble instead (native.sql), "async" and "sync" are
# govdata in its two modes of recording.  "plain" is a table that is not attached,
# on govdata's server.  All hold the same rows; readers are one department's.
# "durable" is the bare table too, but each read puts a record as long as ours into
# the WAL and waits for its commit: the least that a durable record costs where
# PostgreSQL itself gathers commits, and one that ROLLBACK would erase.
#
# Turns are short and many, because other programs on the machine must hit every
# contestant alike.  Of each the best turn counts; printed beside it is the
# median, over the rounds, of the ratio within a round.

READ_ROUNDS=${BENCH_READ_ROUNDS:-$((ROUNDS * 3))}
READ_SECONDS=${BENCH_SECONDS:-5}
READ_ROWS=$(scaled 1000000 10000)
MANY=$(scaled 100000 1000)

declare -A turns=()

# on CONTESTANT COMMAND...: with the address of the contestant's server
on() {
	local address=$PGHOST:$PGPORT
	case $1 in
		bare | durable) address=$BENCH_BARE ;;
		native*) address=$BENCH_NATIVE ;;
	esac
	shift
	PGHOST=${address%:*} PGPORT=${address##*:} "$@"
}

# turn KEY FIGURE: a turn's figure, of which more is better
turn() {
	say "$1: $2"
	turns[$1]+=" $2"
}

most() {
	printf '%s\n' ${turns[$1]} | sort -g | tail -n 1
}

# ratio KEY KEY: of the best turns
ratio() {
	calc %.4f "$(most "$1") / $(most "$2")"
}

# median KEY KEY: of the ratios of turns in the same round
median() {
	paste -d ' ' <(printf '%s\n' ${turns[$1]}) <(printf '%s\n' ${turns[$2]}) |
		awk '{ print $1 / $2 }' | sort -g |
		awk '{ v[NR] = $1 } END { printf "%.4f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# compare WHAT KEY KEY [SIGN TARGET]: a line of the table from two keys
compare() {
	local note
	note=$(printf '%.2f' "$(median "$2" "$3")")
	if [ $# -gt 3 ]; then
		verdict "$1" "$4" "$5" "$(ratio "$2" "$3")"
	else
		remark "$1" "$(ratio "$2" "$3")"
	fi
	table[-1]+="  ($note)"
}

# read_turn KEY CONTESTANT CLIENTS SCRIPT OPTION...: transactions a second
read_turn() {
	local key=$1 contestant=$2 clients=$3 script=$4 schema=reading database=bench_reading out
	shift 4
	case $contestant in
		plain | few-plain) schema=plain ;;
		few | many | native[0-9]*) database=bench_$contestant ;;
	esac
	out=$(on "$contestant" env PGOPTIONS="-c search_path=$schema -c max_parallel_workers_per_gather=0" \
		pgbench -n -U bench_reader -c "$clients" -j $((clients > 1 ? 2 : 1)) -D rows="$READ_ROWS" \
		-f "$script.pgbench" "$@" "$database" 2>&1) || { echo "$out" >&2; return 1; }
	turn "$key" "$(sed -n 's/^tps = \([0-9.]*\) (without.*/\1/p' <<<"$out")"
}

# set_mode MODE: sync or async, once every session sees it
set_mode() {
	admin -c "ALTER SYSTEM SET govdata.access_log = $1" -c "SELECT pg_reload_conf()" >/dev/null
	until [ "$(psql -X -At -d postgres -c 'SHOW govdata.access_log')" = "$1" ]; do
		sleep 0.1
	done
}

# what is queued is written, so that no turn pays for the last one
drained() {
	until [ "$(psql -X -At -d "${1:-bench_reading}" -c 'SELECT coalesce(queued, 0) FROM govdata.access_log_state()')" = 0 ]; do
		sleep 0.1
	done
}

# turns_of KEY SCRIPT CLIENTS CONTESTANTS OPTION...: one turn of each
turns_of() {
	local key=$1 script=$2 clients=$3 contestants=$4 contestant
	shift 4
	for contestant in $contestants; do
		case $contestant in
			sync | async) set_mode "$contestant" ;;
		esac
		read_turn "$key, $contestant" "$contestant" "$clients" "$script" "$@"
		case $contestant in
			sync | async) drained ;;
		esac
	done
}

# ---- preparing ----

# warm CONTESTANT: makes it a server that has been running for a while, whose
# buffers have all been used and whose WAL files are recycled.  Whoever writes
# first on a fresh one pays for the memory and the files of all.
warm() {
	on "$1" admin -c 'CREATE TABLE filler (text text)' -c "INSERT INTO filler SELECT repeat('x', 1000)
		FROM generate_series(1, (least(1, $SCALE) * 7 * pg_size_bytes(current_setting('shared_buffers')) / 8192)::bigint)" \
		-c 'DROP TABLE filler' -c CHECKPOINT
}

read_prepare() {
	local contestant
	if [ -n "${read_prepared:-}" ]; then
		return
	fi
	read_prepared=yes
	say "preparing a table of $READ_ROWS rows on each server"
	for contestant in bare native async; do
		warm $contestant
	done
	for contestant in bare native; do
		on $contestant admin -c 'DROP DATABASE IF EXISTS bench_reading' -c 'CREATE DATABASE bench_reading'
		on $contestant script bench_reading person.sql -v schema=reading -v rows="$READ_ROWS" -v departments=10
	done
	on bare psql -X -q -d bench_reading -c 'GRANT SELECT ON reading.person TO bench_consumer1'
	on native script bench_reading native.sql -v departments=10
	admin -c 'DROP DATABASE IF EXISTS bench_reading' -c 'CREATE DATABASE bench_reading'
	script bench_reading registry.sql -v consumers=10 -v providers=1 -v resources=1 >/dev/null
	for contestant in reading plain; do
		script bench_reading person.sql -v schema=$contestant -v rows="$READ_ROWS" -v departments=10
	done
	psql -X -q -d bench_reading -c 'GRANT SELECT ON plain.person TO bench_consumer1'
	script bench_reading reading.sql
	for contestant in bare native async; do
		on $contestant admin -c CHECKPOINT
	done
}

# ---- lookups, scans, indexes ----

bench_read() {
	local clients
	read_prepare
	for _ in $(seq "$READ_ROUNDS"); do
		for clients in 1 4 16; do
			turns_of "lookups by $clients" lookup $clients "bare native async sync" -M prepared -T "$READ_SECONDS"
		done
		turns_of "lookups by 16" durable 16 durable -M prepared -T "$READ_SECONDS"
		turns_of "unprepared lookups by 16" lookup 16 "bare native async" -M simple -T "$READ_SECONDS"
		turns_of "full scans" scan 1 "bare native async sync" -M prepared -t 3
	done
	for clients in 1 4 16; do
		compare "lookups, async, $clients clients, / native security and pgaudit" \
			"lookups by $clients, async" "lookups by $clients, native" '>=' 1.0
		compare "lookups, async, $clients clients, / bare table" \
			"lookups by $clients, async" "lookups by $clients, bare" '>=' 0.85
	done
	compare "lookups, sync, 16 clients, / bare table" "lookups by 16, sync" "lookups by 16, bare" '>=' 0.35
	compare "lookups, sync, 16 clients, / record committed with each" \
		"lookups by 16, sync" "lookups by 16, durable" '>=' 1.0
	compare "  record committed with each, 16 clients, / bare table" "lookups by 16, durable" "lookups by 16, bare"
	compare "  lookups, sync, 4 clients, / bare table" "lookups by 4, sync" "lookups by 4, bare"
	compare "  the same, 1 client" "lookups by 1, sync" "lookups by 1, bare"
	compare "  native security and pgaudit, 16 clients, / bare table" "lookups by 16, native" "lookups by 16, bare"
	compare "unprepared lookups, async, 16 clients, / native and pgaudit" \
		"unprepared lookups by 16, async" "unprepared lookups by 16, native"
	compare "unprepared lookups, async, 16 clients, / bare table" \
		"unprepared lookups by 16, async" "unprepared lookups by 16, bare"
	compare "full scan, bare table / async" "full scans, bare" "full scans, async" '<=' 1.05
	compare "full scan, bare table / sync" "full scans, bare" "full scans, sync" '<=' 1.05
	NOTES+=("In parentheses the median of the ratios within a round.")
}

# seq_scans CONTESTANT: sequential scans of the table so far
seq_scans() {
	on "$1" psql -X -At -d bench_reading -c 'SELECT pg_stat_force_next_flush()' -c "SELECT seq_scan FROM pg_stat_user_tables WHERE schemaname = 'reading' AND relname = 'person'" | tail -n 1
}

bench_index() {
	local script before
	read_prepare
	set_mode async
	before=$(seq_scans async)
	for _ in $(seq "$READ_ROUNDS"); do
		for script in prefix amount; do
			turns_of "$script" $script 1 "bare native async" -M simple -T "$READ_SECONDS"
		done
	done
	verdict "sequential scans in all lookups by LIKE prefix and by numeric" '<=' 0 "$(seq_scans async) - $before"
	compare "  lookups by LIKE prefix, async / bare table" "prefix, async" "prefix, bare"
	compare "  lookups by LIKE prefix, native and pgaudit / bare table" "prefix, native" "prefix, bare"
	compare "  lookups by numeric, async / bare table" "amount, async" "amount, bare"
	compare "  lookups by numeric, native and pgaudit / bare table" "amount, native" "amount, bare"
}

# ---- a table that is not attached ----

bench_plain() {
	local clients
	read_prepare
	for _ in $(seq "$READ_ROUNDS"); do
		for clients in 1 16; do
			turns_of "lookups by $clients in a table not attached" lookup $clients "bare plain" -M prepared -T "$READ_SECONDS"
		done
		turns_of "unprepared lookups in a table not attached" lookup 16 "bare plain" -M simple -T "$READ_SECONDS"
	done
	for clients in 1 16; do
		compare "lookups in a table not attached, $clients clients, / no library" \
			"lookups by $clients in a table not attached, plain" "lookups by $clients in a table not attached, bare" '>=' 0.97
	done
	compare "  the same, not prepared, 16 clients" \
		"unprepared lookups in a table not attached, plain" "unprepared lookups in a table not attached, bare"
}

# ---- many authorizations ----

bench_flat() {
	local n
	read_prepare
	say "preparing $MANY authorizations, and up to 1000 policies"
	for n in 10 100 1000; do
		on native admin -c "DROP DATABASE IF EXISTS bench_native$n" -c "CREATE DATABASE bench_native$n"
		on native script bench_native$n person.sql -v schema=reading -v rows="$READ_ROWS" -v departments=$n
		on native script bench_native$n native.sql -v departments=$n
	done
	admin -c 'DROP DATABASE IF EXISTS bench_few' -c 'CREATE DATABASE bench_few'
	script bench_few registry.sql -v consumers=1000 -v providers=1 -v resources=1 >/dev/null
	script bench_few person.sql -v schema=reading -v rows="$READ_ROWS" -v departments=1000
	script bench_few reading.sql
	copy bench_few bench_many
	script bench_few authorizations.sql -v rows=9
	script bench_many authorizations.sql -v rows=$((MANY - 1))
	set_mode async
	for _ in $(seq "$READ_ROUNDS"); do
		turns_of "lookups among authorizations" lookup 4 "few many native10 native100 native1000" -M prepared -T "$READ_SECONDS"
		drained bench_few
		drained bench_many
		turns_of "unprepared lookups among authorizations" lookup 4 "few many native10 native100 native1000" -M simple -T "$READ_SECONDS"
		drained bench_few
		drained bench_many
	done
	compare "lookups, 10 authorizations / $MANY authorizations" \
		"lookups among authorizations, few" "lookups among authorizations, many" '<=' 1.1
	compare "unprepared lookups, 10 authorizations / $MANY authorizations" \
		"unprepared lookups among authorizations, few" "unprepared lookups among authorizations, many" '<=' 1.1
	for n in 100 1000; do
		compare "  native: lookups, 10 policies / $n policies" \
			"lookups among authorizations, native10" "lookups among authorizations, native$n"
		compare "  native: unprepared lookups, 10 policies / $n policies" \
			"unprepared lookups among authorizations, native10" "unprepared lookups among authorizations, native$n"
	done
	drop bench_few bench_many
	for n in 10 100 1000; do
		on native drop bench_native$n
	done
}

# ---- a minute at full speed ----

# reads on record so far
records() {
	psql -X -At -d bench_reading -c "SELECT count(*) FROM govdata.access_record WHERE kind = 'read'"
}

bench_minute() {
	local seconds mode before done_ most queued pid out
	read_prepare
	seconds=$(scaled 60 5)
	for mode in async sync; do
		set_mode $mode
		drained
		before=$(records)
		most=0
		out=$(mktemp)
		PGOPTIONS="-c search_path=reading" pgbench -n -U bench_reader -M prepared -c 16 -j 2 -T "$seconds" \
			-D rows="$READ_ROWS" -f lookup.pgbench bench_reading >"$out" 2>&1 &
		pid=$!
		while kill -0 $pid 2>/dev/null; do
			queued=$(psql -X -At -d bench_reading -c 'SELECT coalesce(queued, 0) FROM govdata.access_log_state()')
			most=$((queued > most ? queued : most))
			sleep 1
		done
		wait $pid || { cat "$out" >&2; return 1; }
		done_=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$out")
		rm "$out"
		drained
		verdict "reads without a record, of $done_ in ${seconds} s by 16 clients, $mode" '<=' 0 \
			"$done_ - ($(records) - $before)"
		remark "  the most that was queued / the queue's size" \
			"$most / $(psql -X -At -d bench_reading -c 'SELECT capacity FROM govdata.access_log_state()')"
	done
}
