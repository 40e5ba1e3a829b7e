# shellcheck shell=sh
# The second half of the demonstration, sourced by demo.sh: three people, each with a home of their
# own, from the first mail in the clear to one that all three read. GnuPG, which knows nothing of us,
# reads one of them too, where it is installed.

person() { # person NAME ARGUMENT…: runs the command over the home of one of the three
    who=$1
    shift
    "$inbome" --home "$work/$who" "$@"
}

tell() {
    printf '\033[2m%s\033[0m\n' "$1"
}

# write FROM TO CC SUBJECT ID ANSWERED TEXT: a mail as a program would send it
write() {
    printf 'From: %s@example.org\nTo: %s@example.org\n' "$1" "$2"
    if [ -n "$3" ]; then printf 'Cc: %s@example.org\n' "$3"; fi
    printf 'Subject: %s\nMessage-ID: <%s@example.org>\n' "$4" "$5"
    if [ -n "$6" ]; then printf 'In-Reply-To: <%s@example.org>\n' "$6"; fi
    printf 'Date: %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s\n' \
        "$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S +0000')" "$7"
}

# pass MAIL TO…: what leaves is taken in by each of those it is for
pass() {
    mail=$1
    shift
    for to in "$@"; do
        person "$to" process-incoming "$mail" >/dev/null
    done
}

unset INBOME_HOME
for name in alice bob carol; do
    person "$name" --quiet init "$name@example.org" >/dev/null
done

heading "Three people: Alice writes to Bob for the first time, in the clear"
write alice bob '' Hello first '' 'Hello Bob, shall we have lunch?' |
    person alice process-outgoing >"$work/first"
pass "$work/first" bob

heading "Bob answers: his program has Alice's key by now, and encrypts by itself"
write bob alice '' 'Re: Hello' second first 'With pleasure, at noon.' |
    person bob process-outgoing >"$work/second"
sed -n -e 's/^Subject:/&/p' -e '/^Content-Type: multipart/p' -e '/^-----BEGIN/p' "$work/second"
tell '$ inbome decrypt   (Alice)'
person alice decrypt "$work/second" | sed -n -e '/^Subject:/p' -e '/^From:/p' -e '/^$/,$p'
pass "$work/second" alice

heading "Alice's reply is encrypted as well, and GnuPG reads it with Bob's exported key"
write alice bob '' 'Re: Hello' third second 'Noon it is. Bring the plans.' |
    person alice process-outgoing >"$work/third"
pass "$work/third" bob
if command -v gpg >/dev/null 2>&1; then
    mkdir -m 700 "$work/gnupg"
    person bob --quiet key export --secret --yes >"$work/bob.key"
    person alice --quiet key export >"$work/alice.cert"
    tell '$ gpg --import bob.key alice.cert; gpg --decrypt'
    gpg="gpg --homedir $work/gnupg --batch --quiet --no-tty --trust-model always"
    $gpg --import "$work/bob.key" "$work/alice.cert"
    sed -n '/^-----BEGIN PGP/,/^-----END PGP/p' "$work/third" >"$work/third.asc"
    $gpg --decrypt "$work/third.asc" >"$work/third.txt" 2>"$work/third.log"
    grep -i 'good signature' "$work/third.log"
    sed -n -e '/^Subject:/p' -e '/^$/,$p' "$work/third.txt"
    gpgconf --homedir "$work/gnupg" --kill all >/dev/null 2>&1 || true
else
    echo "(GnuPG is not installed here; Bob's own program reads it)"
    person bob decrypt "$work/third" | sed -n -e '/^Subject:/p' -e '/^$/,$p'
fi

heading "Carol, whom only Alice knows, joins: one mail to both"
write carol alice '' Lunch fourth '' 'May I come too?' |
    person carol --quiet process-outgoing >"$work/fourth"
pass "$work/fourth" alice
write alice bob carol 'Lunch for three' fifth '' 'Bob, Carol: now you can write to each other.' |
    person alice process-outgoing >"$work/fifth"
pass "$work/fifth" bob carol

heading "After that one mail all three can write to all, encrypted"
write bob alice carol 'Re: Lunch for three' sixth fifth 'See you both at noon.' |
    person bob process-outgoing >"$work/sixth"
pass "$work/sixth" alice carol
write carol alice bob 'Re: Lunch for three' seventh sixth 'I look forward to it.' |
    person carol process-outgoing >"$work/seventh"
tell '$ inbome decrypt   (Bob reads Carol)'
person bob decrypt "$work/seventh" | sed -n -e '/^From:/p' -e '/^Subject:/p' -e '/^$/,$p'
