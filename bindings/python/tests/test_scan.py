"""Mailboxes: what a scan reports, how it is followed and stopped."""

import email
import os
import signal
import tempfile
import threading
import time
import unittest
from pathlib import Path

import inbome
from inbome import AdviceAction, Progress, Reason
from support import DATE, NOW, Test, mail_of, memory

BOB = "bob@example.org"


def maildir(folder, count, mail=None):
    """A Maildir with mails of as many people."""
    box = Path(folder) / "Mail"
    for part in ("cur", "new", "tmp"):
        (box / part).mkdir(parents=True)
    for number in range(count):
        text = mail or mail_of(f"{number}@example.org")
        (box / f"cur/{NOW}.{number}.host:2,S").write_bytes(text)
    return box


class Scanning(Test):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.engine = memory(BOB)
        self.addCleanup(self.engine.close)

    def test_a_scan_reports_what_it_did(self):
        box = maildir(self.folder, 30)
        (box / "cur/1.alice:2,S").write_bytes(self.alice_mail)
        (box / "cur/1.bounce:2,S").write_bytes(
            b"From: x@example.org\nDate: " + DATE.encode() +
            b"\nContent-Type: multipart/report\n\n")
        mbox = self.folder / "mbox"
        mbox.write_bytes(b"From x Sat Dec 17 09:58:05 2016\n" + mail_of("mbox@example.org"))
        seen = []
        report = self.engine.scan(box, str(mbox), self.folder / "none", account=BOB, jobs=2,
                                  count=True, include=["Junk"], progress=seen.append)
        self.assertEqual((report.messages, report.updated, report.peers), (33, 32, 1))
        self.assertEqual(report.ignored, {Reason.REPORT: 1})
        self.assertEqual([one.path for one in report.unreadable], [str(self.folder / "none")])
        self.assertIn("such file", report.unreadable[0].text)
        self.assertFalse(report.cancelled)
        self.assertIsInstance(seen[-1], Progress)
        self.assertEqual(seen[-1].total, 33)
        again = self.engine.scan(box, mbox)
        # An mbox that is as it was is not opened.
        self.assertEqual((again.messages, again.skipped), (0, 32))
        full = self.engine.scan(box, mbox, full=True)
        self.assertEqual((full.messages, full.unchanged), (33, 32))

    def test_mails_that_advertise_inside_alone_are_opened_unless_that_is_forbidden(self):
        box = maildir(self.folder, 0)
        hello = mail_of(BOB).replace(b"To: bob@", b"To: alice@")
        with memory("alice@example.org") as alice:
            alice.process_incoming(self.engine.process_outgoing(hello).messages[0].data)
            sent = alice.process_outgoing(mail_of("alice@example.org"))
        self.assertTrue(sent.encrypted)
        mail = email.message_from_bytes(sent.messages[0].data)
        for name in ("Autocrypt", "INBOME-Encryption"):
            del mail[name]
        (box / "cur/1.alice:2,S").write_bytes(mail.as_bytes())
        closed = self.engine.scan(box, decrypt=False)
        self.assertEqual(closed.ignored, {Reason.NOT_DECRYPTED: 1})
        opened = self.engine.scan(box, full=True)
        self.assertEqual((opened.updated, opened.peers), (1, 1))

    def test_a_scan_can_be_stopped_and_goes_on(self):
        box = maildir(self.folder, 2000)
        asked = []
        report = self.engine.scan(box, cancel=lambda: asked.append(1) or len(asked) > 2)
        self.assertTrue(report.cancelled)
        self.assertLess(report.messages, 2000)
        rest = self.engine.scan(box)
        self.assertFalse(rest.cancelled)
        everybody = list(self.engine.peers(which=inbome.PeerFilter.ALL))
        self.assertEqual(len(everybody), 2000)

    def test_what_the_callbacks_raise_stops_the_scan(self):
        box = maildir(self.folder, 2000)
        told = []

        def fail(progress):
            told.append(progress)
            raise ZeroDivisionError("in progress")

        for name, callbacks in [("progress", {"progress": fail}),
                                ("cancel", {"cancel": lambda: 1 / 0})]:
            with self.subTest(name), self.assertRaises(ZeroDivisionError):
                self.engine.scan(box, **callbacks)
        self.assertEqual(len(told), 1)
        self.assertEqual(self.engine.generation(), self.engine.generation())

    def test_ctrl_c_stops_the_scan(self):
        box = maildir(self.folder, 3000)
        old = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, old)

        def interrupt(progress):
            if progress.messages > 10:
                os.kill(os.getpid(), signal.SIGINT)

        with self.assertRaises(KeyboardInterrupt):
            self.engine.scan(box, progress=interrupt)
        self.assertLess(len(list(self.engine.peers(which=inbome.PeerFilter.ALL))), 3000)

    def test_the_engine_is_used_during_a_scan(self):
        with inbome.Engine(self.folder / "home", clock=lambda: NOW) as engine:
            engine.create_account(BOB)
            box = maildir(self.folder, 3000)
            answers, over = [], threading.Event()

            def ask():
                while not over.is_set():
                    began = time.perf_counter()
                    engine.recommend("alice@example.org")
                    answers.append(time.perf_counter() - began)

            thread = threading.Thread(target=ask)
            thread.start()
            inside = []
            engine.scan(box, progress=lambda _: inside.append(engine.account().addr))
            over.set()
            thread.join()
            self.assertGreater(len(answers), 3)
            self.assertEqual(set(inside), {BOB})

    def test_what_cannot_be_scanned_is_refused(self):
        for paths, error in [((), inbome.InvalidArgument), (("a\0b",), inbome.InvalidArgument),
                             ((b"\xff",), inbome.InvalidArgument), ((None,), TypeError)]:
            with self.subTest(paths), self.assertRaises(error):
                self.engine.scan(*paths)
        with memory() as empty, self.assertRaises(inbome.NotFound):
            empty.scan(self.folder)


class Looking(Test):
    def test_the_key_of_another_program_is_found(self):
        with tempfile.TemporaryDirectory() as folder, memory() as engine:
            own = mail_of("alice@example.org", self.alice_field, more="User-Agent: Pigeon 2\r\n")
            box = maildir(folder, 1, own)
            advice = engine.look("alice@example.org", box, Path(folder) / "none")
            self.assertEqual(advice.action, AdviceAction.MAKE_BACKUP_ELSEWHERE)
            self.assertEqual([key.agent for key in advice.keys], ["Pigeon 2"])
            self.assertEqual(len(advice.unreadable), 1)
            self.assertEqual(list(engine.accounts()), [])
            self.assertEqual(engine.look("bob@example.org", box).action, AdviceAction.GENERATE)

    def test_a_backup_message_is_found(self):
        with tempfile.TemporaryDirectory() as folder, memory() as engine:
            backup = (
                "From: alice@example.org\r\nTo: alice@example.org\r\n"
                f"Date: {DATE}\r\nAutocrypt-Setup-Message: v1\r\n"
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n"
            ).encode()
            advice = engine.look("alice@example.org", maildir(folder, 1, backup))
            self.assertEqual(advice.action, AdviceAction.IMPORT_BACKUP)
            self.assertEqual(len(advice.backups), 1)
            self.assertIn(folder, advice.backups[0].path)


if __name__ == "__main__":
    unittest.main()
