#!/bin/sh
# The core without its features must not even know of the packages that the features bring.
set -eu

tree=$(cargo tree --quiet -p inbome-core --no-default-features -e normal --prefix none)
for package in pgp rusqlite libsqlite3-sys; do
    if printf '%s\n' "$tree" | grep -q "^$package v"; then
        echo "expected inbome-core without features to do without $package, found it in its tree" >&2
        exit 1
    fi
done
echo "purity: inbome-core without features has no pgp and no rusqlite"
