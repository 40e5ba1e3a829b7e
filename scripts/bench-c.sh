#!/bin/sh
# bench-c.sh PROGRAM LIBRARY [MAILBOX]: the size of the library, and what PROGRAM measures in a home
# that is thrown away. Without a mailbox that of `make bench`, which it must have made before.
set -eu

program=$1
library=$2
mailbox=${3:-}
if [ -z "$mailbox" ]; then
    for mailbox in "${BENCH_DIR:-target/bench}"/maildir-*/; do :; done
    if [ ! -d "$mailbox" ]; then
        echo "bench-c: expected MAIL=mailbox, or the one of make bench; found none" >&2
        exit 1
    fi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
strip --strip-unneeded -o "$work/stripped" "$library"
printf 'shared library, stripped: %s octets, %s after gzip\n' "$(wc -c <"$work/stripped")" \
    "$(gzip -9c "$work/stripped" | wc -c)"
"$program" "$work/home" "$mailbox"
