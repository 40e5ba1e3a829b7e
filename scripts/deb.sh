#!/bin/sh
# Builds Debian packages of what lies here into target/deb, and has lintian look at them. Rust comes
# from wherever cargo comes from: Debian 12's own is too old.
set -eu

missing=
need() { # need COMMAND PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need dpkg-buildpackage dpkg-dev
need dh debhelper
need dh_python3 dh-python
need lintian lintian
if [ -n "$missing" ]; then
    echo "Please install:$missing (as root: apt-get install$missing)" >&2
    exit 1
fi

out=$(pwd)/target/deb
rm -rf "$out"
mkdir -p "$out"
version=$(dpkg-parsechangelog -S Version)
crates=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
if [ "${version%-*}" != "$crates" ]; then
    echo "expected debian/changelog to begin with $crates, found $version" >&2
    exit 1
fi
# Packages are put where they are wanted, not beside the repository.
changes=$out/libinbome_${version}_$(dpkg --print-architecture).changes
INBOME_DEB_DIR=$out dpkg-buildpackage -b -us -uc -ui --no-pre-clean --no-post-clean \
    --buildinfo-option=-u"$out" --buildinfo-file="${changes%.changes}.buildinfo" \
    --changes-option=-u"$out" --changes-file="$changes" >"$out/build.log" 2>&1 || {
    tail -n 40 "$out/build.log" >&2
    exit 1
}
dh_clean
lintian --fail-on error --allow-root "$changes"
ls "$out"/*.deb
