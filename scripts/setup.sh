#!/bin/sh
# Installs the programs and libraries that the tests use and that are not there yet. Debian packages,
# where this may be done without asking; elsewhere it says what is missing.
set -eu

missing=
need() { # need COMMAND PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

need cc gcc
need c++ g++
need gpg gnupg
need notmuch notmuch
need sq sq
need rnp rnp
need neomutt neomutt
need mutt mutt
need s-nail s-nail
need mail.mailutils mailutils
need procmail procmail
need maildrop maildrop
need fdm fdm
need tmux tmux
need valgrind valgrind
need nm binutils
need cmake cmake
need python3 python3
need pkg-config pkg-config
if ! pkg-config --exists gmime-3.0 2>/dev/null; then
    missing="$missing libgmime-3.0-dev"
fi
if ! python3 -c 'import ensurepip' >/dev/null 2>&1; then
    missing="$missing python3-venv"
fi
# Sequoia's Python binding, in an environment of its own.
peers() {
    folder="${CARGO_TARGET_DIR:-target}/peers"
    if [ ! -e "$folder/pysequoia-0.1.35" ]; then
        echo "Installing: pysequoia"
        python3 -m venv "$folder"
        "$folder/bin/python" -m pip install --quiet pysequoia==0.1.35
        touch "$folder/pysequoia-0.1.35"
    fi
}
if [ -z "$missing" ]; then
    peers
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        as_root=no
    fi
fi
if [ "$as_root" = no ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Please install:$missing (Debian's names; as root: apt-get install$missing)" >&2
    exit 1
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# The lists of packages may be there already; only without success are they fetched.
# shellcheck disable=SC2086 # Several words each.
$as_root apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null 2>&1 || {
    $as_root apt-get update -qq </dev/null
    $as_root apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
}
peers
