"""mailbox_report.py ADDR MAILBOX...: who of those in a mailbox could be written to, and why not.

Maildirs and mbox files are only read, and nothing is remembered: the home is in memory.
"""

import sys
from collections import Counter

import inbome


def main(addr: str, mailboxes: list[str]) -> int:
    with inbome.Engine.in_memory() as engine:
        engine.create_account(addr)
        report = engine.scan(*mailboxes, progress=show if sys.stderr.isatty() else None)
        print(f"{report.messages} mails, {report.peers} peers with a key")
        for reason, count in sorted(report.ignored.items()):
            print(f"  {count} ignored: {reason}")
        for unreadable in report.unreadable:
            print(f"  cannot be read: {unreadable.path}: {unreadable.text}")
        found: Counter[inbome.Recommendation] = Counter()
        for peer in engine.peers(which=inbome.PeerFilter.ALL):
            recipient = engine.recommend(peer.addr).recipients[0]
            found[recipient.recommendation] += 1
            print(f"{recipient.recommendation:10} {peer.addr}: {'; '.join(recipient.texts)}")
        print(", ".join(f"{count} {what}" for what, count in sorted(found.items(), reverse=True)))
        return 1 if report.unreadable else 0


def show(progress: inbome.Progress) -> None:
    print(f"\r{progress.messages} mails", end="", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
