# shellcheck shell=bash
# lib.sh: what the other scripts share.  To be sourced, never run.
#
# Everything private (clusters, locales, logs) lives under $RUN.  That is tmp/
# in the tree, or, where root runs this and the server's user cannot reach the
# tree (/root is the usual case), a directory of its own under /var/tmp that
# tmp/away points to.

set -euo pipefail
umask 022

TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$TREE"

# The private servers must never be mistaken for one that the user's
# environment points to.
for name in ${!PG@}; do
	[ "$name" = PG_CONFIG ] || unset "$name"
done
# gettext would prefer it to the language asked for
unset LANGUAGE

say() {
	printf '== %s\n' "$*" >&2
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Runs a command as root.  Without a terminal sudo must not wait for a
# password that nobody can type.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif ! command -v sudo >/dev/null; then
		die "this needs root, and there is no sudo: $*"
	elif [ -t 0 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

# The user who owns the servers: PostgreSQL refuses to run as root.
server_user() {
	if [ "$(id -u)" != 0 ]; then
		id -un
	elif id postgres >/dev/null 2>&1; then
		echo postgres
	else
		echo nobody
	fi
}

# From a directory that the server's user can be in: the tree may not be one.
as_server() {
	if [ "$(id -u)" = 0 ]; then
		env -C / runuser -u "$(server_user)" -- "$@"
	else
		"$@"
	fi
}

server_can_reach() {
	as_server test -r "$1" -a -x "$1"
}

find_run() {
	mkdir -p tmp
	[ -w tmp ] || die "$TREE/tmp belongs to $(stat -c %U tmp): remove it, or run this as that user"
	RUN=$TREE/tmp
	if server_can_reach "$RUN"; then
		return
	fi
	RUN=$(readlink tmp/away || true)
	if [ ! -d "$RUN" ] || [ ! -O "$RUN" ]; then
		RUN=$(mktemp -d /var/tmp/govdata.XXXXXX)
		chmod 755 "$RUN"
		ln -sfn "$RUN" tmp/away
	fi
}

# A directory below $RUN that belongs to the server's user.
server_dir() {
	mkdir -p "$1"
	if [ "$(id -u)" = 0 ]; then
		chown "$(server_user)" "$1"
	fi
	chmod "${2:-755}" "$1"
}

use_pg_config() {
	PG_CONFIG=$(scripts/pg-config)
	export PG_CONFIG
	BINDIR=$("$PG_CONFIG" --bindir) || die "\"$PG_CONFIG\" does not run"
	# shellcheck disable=SC2034
	PGXS_DIR=$(dirname "$("$PG_CONFIG" --pgxs)")/../..
	PATH=$BINDIR:$PATH
}

# make for PostgreSQL's rules; what the outer make passes down is not for it.
pgxs_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory -j"$(nproc)" PG_CONFIG="$PG_CONFIG" "$@"
}

build_and_install() {
	say "building for $("$PG_CONFIG" --version)"
	pgxs_make -s all || return 1
	if [ -w "$("$PG_CONFIG" --pkglibdir)" ] && [ -w "$("$PG_CONFIG" --sharedir)/extension" ]; then
		pgxs_make -s install >/dev/null
	else
		as_root env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory PG_CONFIG="$PG_CONFIG" install >/dev/null
	fi
}

# Chinese for the servers and their clients, without touching the locales of
# the system: glibc looks into LOCPATH first.
private_locale() {
	export LOCPATH=$RUN/locale
	if [ ! -e "$LOCPATH/zh_CN.utf8/LC_MESSAGES" ]; then
		mkdir -p "$LOCPATH"
		localedef -c -i zh_CN -f UTF-8 "$LOCPATH/zh_CN.utf8"
	fi
}

# Points libpq programs to a private cluster, or ends: without the address they
# would turn to the system's server.
use_cluster() {
	local environment
	environment=$(scripts/cluster env "$1") || die "cluster \"$1\" is not there"
	eval "$environment"
}

# Only one run at a time may own a cluster's name.
lock() {
	exec 9>"tmp/$1.lock"
	flock -n 9 || die "another \"make $1\" is at work in this tree"
}
