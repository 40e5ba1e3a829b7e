"""imap_fetch.py HOME USER HOST[:PORT] [FOLDER]: learns from the mails of an IMAP folder.

The password is read from the environment, IMAP_PASSWORD. Only headers are fetched, nothing is marked
as read, and what the server says of the time of arrival is used. `imap://` before the host does
without TLS, which is for tests on one machine.
"""

import imaplib
import os
import re
import sys
import time
from collections import Counter

import inbome


def connect(server: str) -> imaplib.IMAP4:
    plain = server.startswith("imap://")
    host, _, port = server.removeprefix("imap://").partition(":")
    if plain:
        return imaplib.IMAP4(host, int(port or 143))
    return imaplib.IMAP4_SSL(host, int(port or 993))


def received_at(described: bytes) -> "int | None":
    """The INTERNALDATE in an answer of the server's."""
    parsed = imaplib.Internaldate2tuple(described)
    return int(time.mktime(parsed)) if parsed else None


def main(home: str, user: str, server: str, folder: str = "INBOX") -> int:
    outcomes: Counter[str] = Counter()
    with inbome.Engine(home, create=False) as engine, connect(server) as imap:
        imap.login(user, os.environ["IMAP_PASSWORD"])
        status, answer = imap.select(f'"{folder}"', readonly=True)
        if status != "OK":
            print(f"imap_fetch: {answer!r}", file=sys.stderr)
            return 1
        _, found = imap.uid("search", "UNDELETED")
        uids = found[0].decode().split()
        for start in range(0, len(uids), 100):
            some = ",".join(uids[start : start + 100])
            _, mails = imap.uid("fetch", some, "(INTERNALDATE BODY.PEEK[HEADER])")
            for mail in mails:
                # What is no pair is the closing parenthesis of one.
                if isinstance(mail, tuple) and re.search(rb"BODY\[HEADER\]", mail[0]):
                    incoming = engine.process_incoming(mail[1], received_at=received_at(mail[0]))
                    outcomes[str(incoming.reason or incoming.outcome)] += 1
    print(", ".join(f"{count} {what}" for what, count in sorted(outcomes.items())))
    return 0


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
