#!/bin/sh
# test-dist.sh ARCHIVE: unpacks a source archive where cargo has nothing and no network, and shows that
# every crate is in it. WHOLE=1 builds it too.
set -eu

archive=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cargo=$(command -v cargo)
mkdir "$work/home"
tar -xzf "$archive" -C "$work"
cd "$work"/libinbome-*
export CARGO_HOME="$work/home" CARGO_NET_OFFLINE=true
# Resolves every crate of the lock file, and opens each one's manifest.
"$cargo" metadata --frozen --format-version 1 >/dev/null
if [ "${WHOLE:-}" = 1 ]; then
    unset CARGO_TARGET_DIR
    # Without a network as well as without the wish for one, where this may be had.
    alone=
    if unshare -rn true 2>/dev/null; then
        alone="unshare -rn"
    fi
    $alone make -f inbome-ffi/install.mk install PREFIX="$work/prefix" CARGO="$cargo"
    "$work/prefix/bin/inbome" --version
fi
echo "test-dist: $(basename "$archive") needs nothing from elsewhere"
