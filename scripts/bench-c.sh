#!/bin/sh
# bench-c.sh PROGRAM LIBRARY [MAILBOX]: the size of the library, and what PROGRAM measures in a home
# that is thrown away. Without a mailbox it is that of `make bench`, which is made if it is not there.
# LIBRARY lies where cargo puts its builds in release.
set -eu

program=$1
library=$2
mailbox=${3:-}
if [ -z "$mailbox" ]; then
    for mailbox in "${BENCH_DIR:-target/bench}"/maildir-100000-*.done; do :; done
    if [ ! -f "$mailbox" ]; then
        "${CARGO:-cargo}" build --release -p inbome-bench
        # No row has such a name: it makes the mailboxes and measures nothing.
        SCALE=1 ROUNDS=1 ONLY='(none)' "$(dirname "$library")/inbome-bench" >/dev/null
        for mailbox in "${BENCH_DIR:-target/bench}"/maildir-100000-*.done; do :; done
    fi
    mailbox=${mailbox%.done}
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
strip --strip-unneeded -o "$work/stripped" "$library"
printf 'shared library, stripped: %s octets, %s after gzip\n' "$(wc -c <"$work/stripped")" \
    "$(gzip -9c "$work/stripped" | wc -c)"
"$program" "$work/home" "$mailbox"
