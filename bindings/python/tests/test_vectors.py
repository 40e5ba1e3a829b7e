"""Every vector of tests/vectors gives through Python what it expects."""

from __future__ import annotations

import re
import unittest
from datetime import datetime, timezone

import inbome
from support import ROOT, Test, memory


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def printed(time: datetime | None) -> str:
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if time else "none"


class Vector:
    def __init__(self, octets: bytes):
        head, self.mail = octets.split(b"\n\n", 1)
        self.accounts, self.expect = [], []
        self.now, self.received_at, self.spam = seconds("2017-01-01T00:00:00Z"), None, False
        for line in head.decode().splitlines():
            name, value = line.split(": ", 1)
            if name == "expect":
                self.expect.append(tuple(value.split("=", 1)))
            elif name == "account":
                self.accounts.append(value)
            elif name == "now":
                self.now = seconds(value)
            elif name == "received-at":
                self.received_at = seconds(value)
            elif name == "spam":
                self.spam = value == "yes"
            elif name != "note":
                raise ValueError(f"expected a known name, found {name!r}")
        self.accounts = self.accounts or ["bob@example.org"]

    def run(self) -> list[tuple[str, str]]:
        with memory(*self.accounts, now=self.now) as engine:
            incoming = engine.process_incoming(
                self.mail, received_at=self.received_at, spam=self.spam
            )
            return self.found(engine, incoming)

    def found(
        self, engine: inbome.Engine, incoming: inbome.Incoming
    ) -> list[tuple[str, str]]:
        account = incoming.account or engine.account(self.accounts[0]).addr
        peer = None
        if incoming.peer:
            try:
                peer = engine.peer(incoming.peer, account=account)
            except inbome.NotFound:
                pass
        fields = [
            (f"field {field.name}", " ".join(str(word) for word in (field.verdict, field.reason)
                                             if word is not None))
            for field in incoming.fields
        ]
        found = []
        for name, _ in self.expect:
            if name.startswith("field "):
                found.append(fields.pop(0) if fields else ("field none", "none"))
            else:
                found.append((name, self.value(name, engine, incoming, account, peer)))
        return found + fields

    def value(self, name, engine, incoming, account, peer) -> str:
        if name == "outcome":
            words = (incoming.outcome, incoming.reason)
            return " ".join(str(word) for word in words if word is not None)
        if name in ("recommendation", "reasons"):
            if not incoming.peer:
                return "none"
            answer = engine.recommend(incoming.peer, account=account)
            if name == "recommendation":
                return str(answer.recommendation)
            return " ".join(map(str, answer.recipients[0].reasons))
        return {
            "from": lambda: incoming.peer or "none",
            "account": lambda: incoming.account or "none",
            "date": lambda: printed(incoming.effective_date),
            "prefer": lambda: str(peer and peer.prefer_encrypt or "none"),
            "key": lambda: peer and peer.fingerprint or "none",
            "list": lambda: "true" if peer and peer.list_post else "false",
            "agent": lambda: (peer.last_plain_agent or "") if peer and peer.last_plain else "none",
            "own_key_conflict": lambda: incoming.own_key_conflict or "none",
        }[name]()


class Vectors(Test):
    def test_every_vector_gives_what_it_expects(self):
        paths = sorted((ROOT / "tests/vectors").glob("*.vector"))
        self.assertGreater(len(paths), 100)
        for path in paths:
            with self.subTest(path.stem):
                vector = Vector(path.read_bytes())
                self.assertEqual(vector.run(), vector.expect)

    def test_a_wrong_expectation_is_noticed(self):
        octets = (ROOT / "tests/vectors/plain.vector").read_bytes()
        vector = Vector(re.sub(rb"agent=Pigeon 1", b"agent=Pigeon 2", octets))
        self.assertNotEqual(vector.run(), vector.expect)


if __name__ == "__main__":
    unittest.main()
