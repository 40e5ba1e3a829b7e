"""smtp_send.py HOME HOST[:PORT] < MAIL: sends a mail as the library says it leaves.

If the library refuses, nothing is sent: not the mail as it was either.
"""

import email
import smtplib
import sys
from email.utils import parseaddr

import inbome


def main(home: str, server: str) -> int:
    mail = sys.stdin.buffer.read()
    _, sender = parseaddr(email.message_from_bytes(mail)["From"] or "")
    host, _, port = server.partition(":")
    with inbome.Engine(home, create=False) as engine:
        try:
            outgoing = engine.process_outgoing(mail)
        except inbome.Refused as refused:
            print(f"not sent: {refused}", *refused.addrs, sep="\n  ", file=sys.stderr)
            return 1
    with smtplib.SMTP(host, int(port or 25)) as smtp:
        for message in outgoing.messages:
            # One without recipients is only to be kept, like outgoing.sent_copy.
            if message.recipients:
                smtp.sendmail(sender, message.recipients, message.data)
                print(f"sent to {', '.join(message.recipients)}")
    print("encrypted" if outgoing.encrypted else "clear", outgoing.reason_text, sep=": ")
    for cause in outgoing.clear_because:
        print(f"the answered mail was encrypted, but {cause.addr} has no key: {cause.reason}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
