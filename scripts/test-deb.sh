#!/bin/sh
# test-deb.sh FOLDER: installs the Debian packages in the folder, runs the tests that come with them
# (debian/tests), removes them again, and looks whether anything stays.
set -eu

folder=$1
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi
if [ -n "$as_root" ] && ! sudo -n true 2>/dev/null; then
    echo "test-deb: packages are installed and removed again, which root may do" >&2
    exit 1
fi
packages="libinbome0 libinbome-dev inbome python3-inbome"
for package in $packages; do
    if dpkg-query -W "$package" >/dev/null 2>&1; then
        echo "test-deb: $package is installed; it would be replaced and removed" >&2
        exit 1
    fi
done
# shellcheck disable=SC2064,SC2086 # Several words each, as they are now.
trap "$as_root dpkg --purge $packages >/dev/null 2>&1" EXIT
trap 'exit 1' HUP INT TERM
# What the packages bring that is not there yet, folders too; their names hold no blanks.
brought=$(for package in "$folder"/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -t | sed -n 's|^\./\(..*\)|/\1|p'
done | sort -u | while read -r path; do [ -e "$path" ] || echo "$path"; done)
$as_root dpkg -i "$folder"/*.deb >/dev/null
# shellcheck disable=SC2013 # Names are words.
for test in $(sed -n 's/^Tests: //p' debian/tests/control); do
    work=$(mktemp -d)
    mkdir "$work/tmp"
    # A word on standard error fails a test, as with autopkgtest.
    AUTOPKGTEST_TMP=$work/tmp "debian/tests/$test" 2>"$work/errors" || {
        cat "$work/errors" >&2
        echo "test-deb: $test failed" >&2
        exit 1
    }
    if [ -s "$work/errors" ]; then
        cat "$work/errors" >&2
        echo "test-deb: expected no word on standard error, found these of $test" >&2
        exit 1
    fi
    rm -rf "$work"
done
# shellcheck disable=SC2086
$as_root dpkg --purge $packages >/dev/null
for path in $brought; do
    if [ -e "$path" ] || [ -L "${path%/}" ]; then
        echo "test-deb: expected nothing to stay, found $path" >&2
        exit 1
    fi
done
echo "test-deb: installed, used and removed"
