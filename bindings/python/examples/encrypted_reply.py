"""encrypted_reply.py HOME HOST[:PORT] TEXT < MAIL: answers a mail with a text, encrypted.

The mail is learnt from and decrypted; the answer quotes it. If it cannot be encrypted, nothing is
sent.
"""

import email
import email.policy
import smtplib
import sys
from email.message import EmailMessage

import inbome


def answer_to(mail: EmailMessage, sender: str, text: str) -> EmailMessage:
    body = mail.get_body(("plain",))
    quoted = body.get_content().splitlines() if body else []
    answer = EmailMessage()
    answer["From"] = sender
    answer["To"] = mail["Reply-To"] or mail["From"]
    answer["Subject"] = f"Re: {mail['Subject'] or ''}"
    if mail["Message-ID"]:
        answer["In-Reply-To"] = answer["References"] = mail["Message-ID"]
    answer.set_content("\n".join([text, "", *(f"> {line}" for line in quoted)]) + "\n")
    return answer


def main(home: str, server: str, text: str) -> int:
    with inbome.Engine(home, create=False) as engine:
        incoming = engine.process_incoming(sys.stdin.buffer.read(), payload=True)
        shown = incoming.decrypted
        if shown is None or shown.message is None or incoming.account is None:
            failure = shown.summary.failure_text if shown else None
            print(f"no answer: {failure or incoming.reason_text}", file=sys.stderr)
            return 1
        written_by = shown.summary.signer == inbome.Signer.CURRENT and shown.summary.sender
        print(f"{shown.summary.encryption}; written by {written_by or 'whoever'}")
        mail = email.message_from_bytes(shown.message, policy=email.policy.default)
        answer = answer_to(mail, incoming.account, text)
        try:
            outgoing = engine.process_outgoing(answer, mode=inbome.Mode.ENCRYPT)
        except inbome.Refused as refused:
            print(f"not sent: {refused}", file=sys.stderr)
            return 1
    host, _, port = server.partition(":")
    with smtplib.SMTP(host, int(port or 25)) as smtp:
        for message in outgoing.messages:
            if message.recipients:
                smtp.sendmail(incoming.account, message.recipients, message.data)
                print(f"sent to {', '.join(message.recipients)}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
