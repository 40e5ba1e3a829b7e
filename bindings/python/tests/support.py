"""What the tests stand on: a present that is set, senders with keys, mails."""

from __future__ import annotations

import unittest
from pathlib import Path

import inbome

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / "bindings/python"
NOW = 1_483_228_800  # 1 January 2017, the present of all tests
SENT = 1_481_965_085  # 17 December 2016
DATE = "Sat, 17 Dec 2016 08:58:05 +0000"


def memory(*accounts: str, now: int = NOW) -> inbome.Engine:
    """An engine in memory with these accounts."""
    engine = inbome.Engine.in_memory(clock=lambda: now)
    for account in accounts:
        engine.create_account(account)
    return engine


def field_of(addr: str) -> str:
    """A field with the key of somebody, who is somewhere else."""
    with memory(addr, now=SENT) as engine:
        return engine.account_field() or ""


def mail_of(addr: str, field: "str | None" = None, date: str = DATE, more: str = "") -> bytes:
    """A mail to Bob, with a key field or without."""
    key = "" if field is None else f"Autocrypt: {field}\r\n"
    return (
        f"From: {addr}\r\nTo: bob@example.org\r\nDate: {date}\r\n{more}{key}\r\nHello Bob\r\n"
    ).encode()


class Test(unittest.TestCase):
    """At the end of every test nothing has failed inside the library."""

    def setUp(self) -> None:
        self.addCleanup(lambda: self.assertEqual(inbome.guarded_panics(), 0))

    @classmethod
    def setUpClass(cls) -> None:
        cls.alice_field = field_of("alice@example.org")
        cls.alice_mail = mail_of("alice@example.org", cls.alice_field)
