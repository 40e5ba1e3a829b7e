#!/bin/sh
# Shows what the command does: an account in a home that is thrown away, a mailbox scanned, whom one
# could write to encrypted, and one mail that goes out. MAIL is a mailbox of one's own, which is only
# read; ACCOUNT is one's address.
set -eu

MAIL=${MAIL:-}
ACCOUNT=${ACCOUNT:-}
target=${CARGO_TARGET_DIR:-target}
inbome=$target/release/inbome
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export INBOME_HOME="$work/home"

heading() {
    printf '\n\033[1m== %s\033[0m\n' "$1"
}

# Shows a command as one would type it, and runs it.
show() {
    shown="inbome"
    for word in "$@"; do
        shown="$shown $word"
    done
    printf '\033[2m$ %s\033[0m\n' "$shown"
    "$inbome" "$@"
}

# The address that most mails in a mailbox were delivered to.
find_account() {
    find "$1" -type f -print 2>/dev/null | head -n 400 | while IFS= read -r file; do
        sed -n -e '/^\r*$/q' -e 's/^Delivered-To:[[:blank:]]*<*\([^<>[:space:]]*@[^<>[:space:]]*\)>*.*/\1/p' \
            "$file" 2>/dev/null | head -n 1
    done | tr '[:upper:]' '[:lower:]' | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }'
}

if [ -n "$MAIL" ]; then
    mailbox=$MAIL
    if [ ! -e "$mailbox" ]; then
        echo "expected a mailbox at $mailbox, found nothing" >&2
        exit 1
    fi
    heading "Your own mail in $mailbox is only read; what is learnt goes into $INBOME_HOME, and away with it"
    if [ -z "$ACCOUNT" ]; then
        ACCOUNT=$(find_account "$mailbox")
    fi
    if [ -z "$ACCOUNT" ] && [ -t 0 ]; then
        printf 'Your address: '
        read -r ACCOUNT
    fi
    if [ -z "$ACCOUNT" ]; then
        echo "expected your address, found none in the mail: make demo MAIL=$mailbox ACCOUNT=you@example.org" >&2
        exit 1
    fi
else
    mailbox=$work/mailbox
    heading "Making a mailbox of 320 mails: people, lists, newsletters, key changes, broken and hostile fields"
    "$target/release/make-mailbox" --out "$mailbox" --mails 320 --seed 1 \
        --now "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    if [ -z "$ACCOUNT" ]; then
        ACCOUNT=$(find_account "$mailbox")
    fi
    ACCOUNT=${ACCOUNT:-me@example.org}
fi

heading "An account for $ACCOUNT, with a key of its own"
show init "$ACCOUNT"

heading "Learning from the mail that is already there"
# A file that cannot be read is named, and is no reason to stop.
show scan "$mailbox" || true

if [ -z "$MAIL" ]; then
    heading "Key fields that were not taken, and why"
    # A scan tells only of mails; this asks of each, in a home of its own.
    cp -R "$INBOME_HOME" "$work/copy"
    find "$mailbox" -path '*/.[A-Z]*' -prune -o -type f -print0 |
        xargs -0 "$inbome" --home "$work/copy" process-incoming >"$work/fields"
    sed -n -e 's/^ *\([A-Za-z-]*: \(invalid\|ambiguous\|overridden\|not judged\).*\)/\1/p' "$work/fields" |
        sort | uniq -c | sort -rn
fi

heading "Where that leaves you"
show status

heading "Whose keys are known now"
# Files rather than pipes: a reader that stops early must not stop the command.
"$inbome" peers list >"$work/peers"
head -n 12 "$work/peers"
count=$(wc -l <"$work/peers")
if [ "$count" -gt 12 ]; then
    echo "… and $((count - 12)) lines more"
fi

heading "Whom you could write to encrypted, whom not, and why"
"$inbome" --json peers list --all >"$work/all"
# shellcheck disable=SC2046 # One address per word; they hold no blanks here.
set -- $(tr '{' '\n' <"$work/all" |
    sed -n 's/.*"addr": *"\([^" ]*\)".*/\1/p' | awk '!seen[$0]++' | head -n 10)
if [ "$#" -eq 0 ]; then
    echo "Nobody has written yet."
    set -- nobody@example.org
fi
for peer in "$@"; do
    "$inbome" recommend "$peer" | sed 1d
done

heading "A mail that goes out: what was given, and what leaves"
cat >"$work/draft" <<MAIL
From: $ACCOUNT
To: $1
Subject: Hello
Date: $(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S +0000')
Message-ID: <demo@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

From now on my program tells yours my key.
MAIL
printf '\033[2m$ inbome process-outgoing <draft\033[0m\n'
"$inbome" process-outgoing <"$work/draft" >"$work/sent"
# Of an OpenPGP message the beginning is enough.
awk '/^-----BEGIN PGP/ { inside = 1 } /^-----END PGP/ { print "…"; inside = 0 }
     !inside || ++lines < 6' "$work/sent"

home=$INBOME_HOME
. "$(dirname "$0")/demo-conversation.sh"

heading "That was all; the home at $home is removed, and those of the three with it"
