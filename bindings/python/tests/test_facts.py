"""Every fact that is handed in counts, and every fact that is stored can be read."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path

import inbome
from inbome import Inside, Observation, Reason
from support import DATE, NOW, SENT, Test, field_of, mail_of, memory
from test_scan import maildir

ALICE, BOB, CAROL = "alice@example.org", "bob@example.org", "carol@example.org"
DAY = 24 * 3600


def at(secs: int) -> datetime:
    return datetime.fromtimestamp(secs, timezone.utc)


@contextlib.contextmanager
def other_program(home):
    """Says SQL to the database of a home. In one process two SQLites would not see each other's
    locks."""
    program = """if True:
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1] + "/inbome.db", isolation_level=None)
        for line in sys.stdin:
            database.execute(line)
            print("done", flush=True)
    """
    with subprocess.Popen([sys.executable, "-c", program, home], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        def tell(line):
            other.stdin.write(line + "\n")
            other.stdin.flush()
            assert other.stdout.readline() == "done\n", line

        yield tell


class Observations(Test):
    def observed(self, accounts: "tuple[str, ...]" = (BOB,), **facts):
        """What becomes of a mail with these facts, and the engine that saw it."""
        engine = memory(*accounts)
        self.addCleanup(engine.close)
        given = {"from_": ALICE, "dates": DATE, **facts}
        return engine.process_observation(Observation(**given)), engine

    def test_each_decides_whether_the_mail_counts(self):
        two = (BOB, CAROL)
        for name, accounts, facts, reason in [
            ("nothing else", (BOB,), {}, None),
            ("spam", (BOB,), {"spam": True}, Reason.SPAM),
            ("no From", (BOB,), {"from_": ()}, Reason.NO_FROM),
            ("two From", (BOB,), {"from_": (ALICE, CAROL)}, Reason.SEVERAL_FROM),
            ("two fields", (BOB,), {"from_fields": 2}, Reason.SEVERAL_FROM),
            ("no address", (BOB,), {"from_": "alice"}, Reason.INVALID_FROM),
            ("no date", (BOB,), {"dates": ()}, Reason.UNDATED),
            ("two dates", (BOB,), {"dates": (DATE, DATE)}, Reason.UNDATED),
            ("arrival", (BOB,), {"dates": (), "received_at": SENT}, None),
            ("report", (BOB,), {"content_type": "multipart/report"}, Reason.REPORT),
            ("closed", (BOB,), {"content_type": "multipart/encrypted"}, Reason.NOT_DECRYPTED),
            ("open", (BOB,), {"content_type": "multipart/encrypted", "inside": Inside()}, None),
            ("whose", two, {}, Reason.AMBIGUOUS_ACCOUNT),
            ("delivered", two, {"delivered_to": CAROL, "to": BOB}, None),
            ("to", two, {"to": CAROL}, None),
            ("cc", two, {"cc": CAROL}, None),
        ]:
            with self.subTest(name):
                incoming, _ = self.observed(accounts, **facts)
                self.assertEqual(incoming.reason, reason)
                if reason is None:
                    self.assertEqual(incoming.account, accounts[-1])
                    self.assertEqual(incoming.effective_date, at(SENT))

    def test_each_is_remembered(self):
        _, engine = self.observed(user_agent="Pigeon 1")
        self.assertEqual(engine.peer(ALICE).last_plain_agent, "Pigeon 1")
        _, engine = self.observed(received_at=SENT - DAY)
        self.assertEqual(engine.peer(ALICE).last_seen, at(SENT - DAY))
        _, engine = self.observed(list_post=ALICE)
        self.assertEqual(engine.peer(ALICE).list_post, at(SENT))
        _, engine = self.observed(list_post=CAROL)
        self.assertIsNone(engine.peer(ALICE).list_post)
        incoming, engine = self.observed(key_fields=[("autocrypt", self.alice_field)])
        self.assertEqual([field.name for field in incoming.fields], ["autocrypt"])
        self.assertIsNotNone(engine.peer(ALICE).fingerprint)


class Stored(Test):
    def test_a_key_is_in_the_history_from_its_first_mail_to_its_last(self):
        with memory(BOB) as engine:
            for day in (3, 9, 1):
                engine.process_incoming(
                    mail_of(ALICE, self.alice_field, date=f"{day} Dec 2016 00:00:00 +0000"))
            first, last = at(1480550400), at(1481241600)
            entry, = engine.peer(ALICE).history
            self.assertEqual((entry.first, entry.last), (first, last))
            key = engine.get_encrypt_key(ALICE).key
            self.assertEqual((key.first_seen, key.last_seen), (first, last))

    def test_gossip_that_contradicts_says_so(self):
        other = field_of(CAROL).replace(" prefer-encrypt=mutual;", "")
        with memory(ALICE, now=SENT) as alice:
            field, signer = alice.account_field(), alice.account().fingerprint
        for name, direct, conflicts in [
            ("the same", other, False), ("another", field_of(CAROL), True)]:
            with self.subTest(name), memory(BOB) as engine:
                engine.process_incoming(mail_of(CAROL, direct))
                inside = Inside(from_=ALICE, to=[BOB, CAROL], gossip=other, signers=signer,
                                key_fields=[("Autocrypt", field)])
                gossip, = engine.process_observation(
                    Observation(ALICE, to=BOB, dates=DATE, inside=inside)).gossip
                self.assertEqual(gossip.conflicts, conflicts)

    def test_forgetting_is_remembered(self):
        now = [NOW]
        with inbome.Engine.in_memory(clock=lambda: now[0]) as engine:
            engine.create_account(BOB)
            engine.process_incoming(self.alice_mail)
            self.assertIsNone(engine.peer(ALICE).forgotten)
            engine.forget_peer(ALICE)
            with self.assertRaises(inbome.NotFound):
                engine.peer(ALICE)
            now[0] += DAY
            engine.process_incoming(mail_of(ALICE, date="1 Jan 2017 12:00:00 +0000"))
            peer = engine.peer(ALICE)
            self.assertEqual((peer.forgotten, peer.fingerprint), (at(NOW), None))

    def test_a_fault_of_the_database_is_told(self):
        with tempfile.TemporaryDirectory() as home, inbome.Engine(home) as engine:
            engine.create_account(BOB)
            engine.process_incoming(self.alice_mail)
            self.assertEqual(engine.check(), [])
            with other_program(home) as tell:
                tell("UPDATE accounts SET message_ids = 7")
            fault, = engine.check()
            self.assertIn("Message-IDs", fault)


    def test_a_home_in_use_and_one_of_a_newer_version_are_told_apart(self):
        with tempfile.TemporaryDirectory() as home:
            inbome.Engine(home).close()
            with inbome.Engine(home, busy_timeout=0) as engine, other_program(home) as tell:
                tell("BEGIN IMMEDIATE")
                with self.assertRaises(inbome.Busy) as caught:
                    engine.create_account(BOB)
                self.assertIsInstance(caught.exception, TimeoutError)
                tell("UPDATE home SET schema = 999, readable_from = 999")
                tell("COMMIT")
            with self.assertRaises(inbome.Newer):
                inbome.Engine(home)


class Folders(Test):
    def test_a_folder_that_is_passed_by_is_taken_in_by_name(self):
        with tempfile.TemporaryDirectory() as folder, memory(BOB) as engine:
            box = maildir(Path(folder), 1)
            maildir(Path(folder) / "more", 2).rename(box / ".Junk")
            for flag in "TD":
                (box / f"cur/{NOW}.{flag}.host:2,S{flag}").write_bytes(mail_of(f"{flag}@e.org"))
            report = engine.scan(box)
            self.assertEqual((report.messages, report.skipped), (1, 2))
            self.assertEqual(report.passed_by, (str(box / ".Junk"),))
            report = engine.scan(box, include="jUNK")
            self.assertEqual((report.messages, report.skipped), (2, 3))
            self.assertEqual(report.passed_by, ())


if __name__ == "__main__":
    unittest.main()
