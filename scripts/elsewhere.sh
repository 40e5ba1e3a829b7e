#!/bin/sh
# elsewhere.sh: the core and the C interface compile for other systems: macOS, Windows and 32 bits with
# all parts, wasm without OpenPGP, database and files. Only compiled, not linked and not run.
#
# A target that rustup cannot install (no rustup, no network) is named and left out.
set -eu

missing=
have() { # have TARGET: is it there, or can it be installed?
    command -v rustup >/dev/null 2>&1 || { missing="$missing $1"; return 1; }
    rustup target list --installed 2>/dev/null | grep -qx "$1" && return
    rustup target add "$1" >/dev/null 2>&1 || { missing="$missing $1"; return 1; }
}

whole=
for target in aarch64-apple-darwin x86_64-pc-windows-msvc i686-unknown-linux-gnu; do
    if have "$target"; then
        whole="$whole --target $target"
    fi
done
if [ -n "$whole" ]; then
    # SQLite is declared and not compiled: that would need a C compiler for each system.
    # shellcheck disable=SC2086 # Several words.
    LIBSQLITE3_SYS_USE_PKG_CONFIG=1 SQLITE3_LIB_DIR=/ RUSTFLAGS='-D warnings' \
        cargo check --quiet -p inbome-core -p inbome-ffi $whole
fi
if have wasm32-wasip1; then
    RUSTFLAGS='-D warnings' \
        cargo check --quiet -p inbome-core --no-default-features --target wasm32-wasip1
    whole="$whole --target wasm32-wasip1"
fi
for target in $missing; do
    echo "elsewhere: $target is NOT checked, since rustup cannot install it" >&2
done
echo "elsewhere: compiles for$(printf '%s\n' "$whole" | sed 's/ --target//g')"
