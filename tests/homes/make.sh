#!/bin/sh
# Makes a home with something in every table, by the `inbome` named first, and writes NAME.db, its
# database, and NAME.eml, the mail that brought carol's key, NAME being what is named second.
set -eu
inbome=$1 name=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export INBOME_NOW=2017-01-01T00:00:00Z

as() { who=$1; shift; "$inbome" --home "$work/$who" --quiet "$@"; }
mail() { # FROM TO DATE [FIELDS OF]
    printf 'From: %s\r\nTo: %s\r\nDate: %s\r\nMessage-ID: <%s@made.example>\r\n' "$1" "$2" "$3" "$(printf '%s' "$1$2$3" | cksum | tr ' ' -)"
    [ -z "${4-}" ] || as "$4" --account "$4@example.org" header
    printf '\r\nHello\r\n'
}

for who in alice bob carol dave erin frank; do as $who init $who@example.org; done
as alice init work@example.org
as alice account set work@example.org --prefer-encrypt nopreference >/dev/null
to_alice() { as alice process-incoming --account alice@example.org - >/dev/null; }

# A direct key with its field; a key that was replaced by another; nothing but plain mail.
mail bob@example.org alice@example.org 'Sat, 17 Dec 2016 09:58:05 +0000' bob | to_alice
mail carol@example.org alice@example.org 'Thu, 01 Dec 2016 10:00:00 +0000' carol | to_alice
as carol key replace >/dev/null
mail carol@example.org alice@example.org 'Sun, 18 Dec 2016 10:00:00 +0000' carol > "$name.eml"
to_alice < "$name.eml"
mail plain@example.org alice@example.org 'Mon, 19 Dec 2016 10:00:00 +0000' | to_alice
# Gossip: bob writes to alice and dave, whose key he knows.
mail alice@example.org bob@example.org 'Mon, 19 Dec 2016 11:00:00 +0000' alice | as bob process-incoming - >/dev/null
mail dave@example.org bob@example.org 'Mon, 19 Dec 2016 11:00:00 +0000' dave | as bob process-incoming - >/dev/null
mail bob@example.org 'alice@example.org, dave@example.org' 'Tue, 20 Dec 2016 12:00:00 +0000' |
    as bob process-outgoing --mode encrypt | to_alice
# Handed in, pinned, forgotten.
as erin key export > "$work/erin.asc"
as alice peers import-key --account alice@example.org erin@example.org "$work/erin.asc" >/dev/null
as alice peers set --account alice@example.org bob@example.org --pin >/dev/null
mail frank@example.org alice@example.org 'Wed, 21 Dec 2016 12:00:00 +0000' frank | to_alice
as alice peers forget --account alice@example.org frank@example.org >/dev/null
# Written to, and remembered as encrypted.
mail alice@example.org bob@example.org 'Thu, 22 Dec 2016 12:00:00 +0000' |
    as alice process-outgoing --mode encrypt >/dev/null
# A mailbox that was scanned.
mkdir -p "$work/box/cur" "$work/box/new" "$work/box/tmp"
mail bob@example.org work@example.org 'Fri, 23 Dec 2016 12:00:00 +0000' bob > "$work/box/cur/1.made:2,S"
as alice scan "$work/box" >/dev/null

rm -f "$name.db"
python3 - "$work/alice/inbome.db" "$name.db" <<'PY'
import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("VACUUM INTO ?", (sys.argv[2],))
PY
