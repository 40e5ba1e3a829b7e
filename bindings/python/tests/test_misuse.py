"""What is wrong, too much, too late, or at the same time: the documented answer."""

import contextlib
import copy
import gc
import inspect
import io
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import inbome
from inbome import Mode, Word
from inbome import _native, _time
from support import DATE, NOW, ROOT, Test, memory

ALICE, BOB = "alice@example.org", "bob@example.org"
CERT = ROOT / "tests/keys/rsa2048.pub.asc"
MAIL = b"From: alice@example.org\r\nDate: " + DATE.encode() + b"\r\n\r\nHi\r\n"
ENTITY = b"Content-Type: text/plain\r\n\r\nHi\r\n"

# Every method, with arguments that are right.
CALLS = {
    "account": lambda e: e.account(BOB),
    "account_field": lambda e: e.account_field(BOB),
    "account_keys": lambda e: list(e.account_keys(BOB)),
    "accounts": lambda e: list(e.accounts()),
    "can_decrypt": lambda e: e.can_decrypt(MAIL),
    "check": lambda e: e.check(),
    "create_backup": lambda e: e.create_backup(),
    "read_backup": lambda e: e.read_backup(MAIL),
    "verify_backup": lambda e: e.verify_backup(MAIL, "1"),
    "import_backup": lambda e: e.import_backup(MAIL, "1"),
    "create_account": lambda e: e.create_account(BOB),
    "decrypt": lambda e: e.decrypt(MAIL),
    "destroy_key": lambda e: e.destroy_key("0" * 40),
    "encrypt_draft": lambda e: e.encrypt_draft(MAIL.replace(b"alice", b"bob")),
    "export_secret": lambda e: e.export_secret(),
    "forget_peer": lambda e: e.forget_peer(ALICE),
    "generation": lambda e: e.generation(),
    "get_encrypt_key": lambda e: e.get_encrypt_key(ALICE),
    "import_key": lambda e: e.import_key(b"no key"),
    "import_peer_key": lambda e: e.import_peer_key(ALICE, CERT),
    "look": lambda e: e.look(BOB, "/nonexistent"),
    "open_draft": lambda e: e.open_draft(MAIL),
    "open_entity": lambda e: e.open_entity(ENTITY),
    "peer": lambda e: e.peer(ALICE),
    "peers": lambda e: list(e.peers()),
    "process_incoming": lambda e: e.process_incoming(MAIL),
    "process_observation": lambda e: e.process_observation(inbome.Observation(ALICE)),
    "process_outgoing": lambda e: e.process_outgoing(MAIL),
    "commit_outgoing": lambda e: e.commit_outgoing(e.process_outgoing(MAIL, preview=True)),
    "recommend": lambda e: e.recommend(ALICE),
    "relock": lambda e: e.relock(),
    "renew_key": lambda e: e.renew_key(),
    "replace_key": lambda e: e.replace_key(),
    "scan": lambda e: e.scan("/nonexistent"),
    "seal": lambda e: e.seal(ENTITY, [("From", BOB)], BOB),
    "set_account": lambda e: e.set_account(BOB),
    "set_word": lambda e: e.set_word(ALICE, Word.DEFAULT),
    "unlock": lambda e: e.unlock("secret"),
}
# Every place for a text, with the arguments before it.
TEXTS = {
    "account": lambda e, t: e.account(t),
    "account_field": lambda e, t: e.account_field(t),
    "account_keys": lambda e, t: e.account_keys(t),
    "can_decrypt account": lambda e, t: e.can_decrypt(MAIL, account=t),
    "decrypt account": lambda e, t: e.decrypt(MAIL, account=t),
    "encrypt_draft account": lambda e, t: e.encrypt_draft(MAIL, account=t),
    "open_draft account": lambda e, t: e.open_draft(MAIL, account=t),
    "open_entity account": lambda e, t: e.open_entity(ENTITY, account=t),
    "open_entity name": lambda e, t: e.open_entity(ENTITY, [(t + ":", "value")]),
    "seal account": lambda e, t: e.seal(ENTITY, [], BOB, account=t),
    "seal name": lambda e, t: e.seal(ENTITY, [(t + ":", "value")], BOB),
    "seal to": lambda e, t: e.seal(ENTITY, [], t),
    "seal bcc": lambda e, t: e.seal(ENTITY, [], bcc=t),
    "create_account": lambda e, t: e.create_account(t),
    "alias_of": lambda e, t: e.create_account("new@example.org", alias_of=t),
    "create_backup": lambda e, t: e.create_backup(t),
    "verify_backup account": lambda e, t: e.verify_backup(MAIL, "1", account=t),
    "verify_backup code": lambda e, t: e.verify_backup(MAIL, t),
    "import_backup account": lambda e, t: e.import_backup(MAIL, "1", account=t),
    "import_backup code": lambda e, t: e.import_backup(MAIL, t),
    "destroy_key": lambda e, t: e.destroy_key(t),
    "destroy_key account": lambda e, t: e.destroy_key("0" * 40, account=t),
    "export_secret": lambda e, t: e.export_secret(t),
    "forget_peer": lambda e, t: e.forget_peer(t),
    "forget_peer account": lambda e, t: e.forget_peer(ALICE, account=t),
    "get_encrypt_key": lambda e, t: e.get_encrypt_key(t),
    "get_encrypt_key account": lambda e, t: e.get_encrypt_key(ALICE, account=t),
    "import_key account": lambda e, t: e.import_key(b"", account=t),
    "import_peer_key": lambda e, t: e.import_peer_key(t, b""),
    "look": lambda e, t: e.look(t, "/nonexistent"),
    "peer": lambda e, t: e.peer(t),
    "peer account": lambda e, t: e.peer(ALICE, account=t),
    "peers": lambda e, t: e.peers(t),
    "process_incoming account": lambda e, t: e.process_incoming(MAIL, account=t),
    "process_observation account": lambda e, t: e.process_observation(
        inbome.Observation(ALICE), account=t),
    "to": lambda e, t: e.process_observation(inbome.Observation(ALICE, to=[t])),
    "list_post": lambda e, t: e.process_observation(inbome.Observation(ALICE, list_post=t)),
    "inner from_": lambda e, t: e.process_observation(
        inbome.Observation(ALICE, inside=inbome.Inside(from_=t))),
    "signers": lambda e, t: e.process_observation(
        inbome.Observation(ALICE, inside=inbome.Inside(signers=[t]))),
    "process_outgoing account": lambda e, t: e.process_outgoing(MAIL, account=t),
    "process_outgoing recipients": lambda e, t: e.process_outgoing(MAIL, recipients=[t]),
    "recommend": lambda e, t: e.recommend([ALICE, t]),
    "recommend account": lambda e, t: e.recommend(ALICE, account=t),
    "renew_key account": lambda e, t: e.renew_key(account=t),
    "unlock account": lambda e, t: e.unlock("secret", account=t),
    "replace_key": lambda e, t: e.replace_key(t),
    "scan account": lambda e, t: e.scan("/nonexistent", account=t),
    "set_account": lambda e, t: e.set_account(t),
    "set_word": lambda e, t: e.set_word(t, Word.ALWAYS),
    "set_word pin": lambda e, t: e.set_word(ALICE, Word.PIN, fingerprint=t),
}
# Every place for a number.
NUMBERS = {
    "prefer_encrypt": lambda e, n: e.set_account(BOB, prefer_encrypt=n),
    "profile": lambda e, n: e.set_account(BOB, profile=n),
    "lock": lambda e, n: e.create_account("new@example.org", lock=n),
    "import_key lock": lambda e, n: e.import_key(b"", lock=n),
    "spelling": lambda e, n: e.set_account(BOB, spelling=n),
    "account_field": lambda e, n: e.account_field(BOB, n),
    "mode": lambda e, n: e.process_outgoing(MAIL, mode=n),
    "which": lambda e, n: e.peers(which=n),
    "word": lambda e, n: e.set_word(ALICE, n),
}
# Every place for octets.
OCTETS = {
    "process_incoming": lambda e, o: e.process_incoming(o),
    "process_outgoing": lambda e, o: e.process_outgoing(o),
    "decrypt": lambda e, o: e.decrypt(o),
    "can_decrypt": lambda e, o: e.can_decrypt(o),
    "encrypt_draft": lambda e, o: e.encrypt_draft(o),
    "open_draft": lambda e, o: e.open_draft(o),
    "seal": lambda e, o: e.seal(o, [("From", BOB)], BOB),
    "open_entity": lambda e, o: e.open_entity(o),
    "import_key": lambda e, o: e.import_key(o),
    "read_backup": lambda e, o: e.read_backup(o),
    "verify_backup": lambda e, o: e.verify_backup(o, "1"),
    "import_backup": lambda e, o: e.import_backup(o, "1"),
    "import_peer_key": lambda e, o: e.import_peer_key(ALICE, o),
    "create_account": lambda e, o: e.create_account("new@example.org", import_key=o),
}


class Arguments(Test):
    def setUp(self):
        super().setUp()
        self.engine = memory(BOB)
        self.addCleanup(self.engine.close)

    def test_the_tables_have_every_method(self):
        methods = {name for name, _ in inspect.getmembers(inbome.Engine, inspect.isfunction)
                   if not name.startswith("_")}
        self.assertEqual(set(CALLS), methods - {"close"})

    def test_a_text_that_cannot_be_meant_is_refused(self):
        long = "x" * 1_000_000 + "@example.org"
        for name, call in TEXTS.items():
            for what, text in [("empty", ""), ("NUL", BOB + "\0"), ("long", long),
                               ("a surrogate", "\udcff@example.org"), ("a line", "a\n@b.org")]:
                with self.subTest(name, text=what), self.assertRaises(inbome.Error):
                    call(self.engine, text)
            with self.subTest(name, text="octets"), self.assertRaises(TypeError):
                call(self.engine, b"alice@example.org")
        self.assertEqual(self.engine.check(), [])

    def test_an_invalid_text_is_named(self):
        for text, kind, error in [("no address", "invalid_address", inbome.InvalidAddress),
                                  ("\udcff@example.org", "not_utf8", inbome.InvalidArgument),
                                  ("nobody@example.org", "not_found", inbome.NotFound)]:
            with self.assertRaises(error) as caught:
                self.engine.account(text)
            self.assertEqual(caught.exception.kind, kind)
            self.assertGreater(len(str(caught.exception)), 10)

    def test_a_number_that_is_none_of_the_constants_is_refused(self):
        for name, call in NUMBERS.items():
            for number in (0, -1, 99, 2**31 - 1, 2**31, 2**32 + 1, -(2**63), 2**64, 2**100):
                with self.subTest(name, number=number), self.assertRaises(inbome.InvalidArgument):
                    call(self.engine, number)
            with self.subTest(name, number="text"), self.assertRaises(TypeError):
                call(self.engine, "1")
        for number in (-1, 86_401, 2**63):
            with self.assertRaises(inbome.InvalidArgument):
                inbome.Engine("/nonexistent/home", busy_timeout=number)
        for jobs in (-1, 2**64):
            with self.assertRaises(inbome.InvalidArgument):
                self.engine.scan("/nonexistent", jobs=jobs)

    def test_octets_may_be_none_or_many_or_any(self):
        rubbish = bytes(range(256)) * 4096
        for name, call in OCTETS.items():
            for octets in (b"", b"\0", b"\xff" * 100, rubbish, bytes(20 << 20)):
                with self.subTest(name, size=len(octets)):
                    try:
                        call(self.engine, octets)
                    except inbome.Error as error:
                        kinds = ("invalid_argument", "refused", "not_backup", "malformed")
                        self.assertIn(error.kind, kinds)
            for wrong in ("a text", None, 5, ["list"], object()):
                with self.subTest(name, wrong=wrong):
                    if name == "create_account" and wrong is None:
                        continue
                    with self.assertRaises(TypeError):
                        call(self.engine, wrong)

    def test_a_number_is_no_octets(self):
        # bytes(5) would be five of them.
        seen, inside = inbome.Observation, inbome.Inside
        key = ROOT / "tests/keys/locked.sec.asc"
        with memory(BOB) as odd:
            for name, call in [
                ("key field", lambda: odd.process_observation(seen(ALICE, key_fields=[("A", 5)]))),
                ("gossip", lambda: odd.process_observation(seen(ALICE, inside=inside(gossip=[5])))),
                ("observation", lambda: odd.process_observation(5)),
                ("passphrase", lambda: odd.import_key(key, passphrase=5)),
                ("said passphrase", lambda: odd.import_key(key, passphrase=lambda _: 5)),
                ("unlock", lambda: odd.unlock(5)),
                ("in_reply_to", lambda: odd.recommend(ALICE, in_reply_to=5)),
                ("draft", lambda: odd.recommend(ALICE, draft=5)),
            ]:
                with self.subTest(name), self.assertRaisesRegex(TypeError, "found int"):
                    call()
        with inbome.Engine.in_memory(random=lambda count: count) as engine:
            with self.assertRaisesRegex(TypeError, "found int"):
                engine.create_account(BOB)

    def test_one_gossip_field_is_not_its_characters(self):
        with memory(BOB) as engine:
            for gossip in ("addr=carol@example.org; keydata=AA", b"addr=carol@example.org; keydata=AA"):
                seen = inbome.Observation(ALICE, dates=DATE, inside=inbome.Inside(gossip=gossip))
                self.assertEqual(len(engine.process_observation(seen).gossip), 1)

    def test_what_fails_before_the_call_has_its_kind_too(self):
        for kind, error, call in [
            ("io", inbome.IoError, lambda: self.engine.process_outgoing(Path("/nonexistent"))),
            ("io", inbome.IoError, lambda: self.engine.process_incoming(Path("/nonexistent"))),
            ("passphrase", inbome.PassphraseError, lambda: self.engine.import_key(
                ROOT / "tests/keys/locked.sec.asc", passphrase="x" * 2000)),
        ]:
            with self.subTest(kind), self.assertRaisesRegex(error, "^expected ") as caught:
                call()
            self.assertEqual(caught.exception.kind, kind)

    def test_times_at_their_edges(self):
        for at in (-(2**63) + 1, -1, 0, 2**40, 2**63 - 1):
            self.engine.process_incoming(b"From: a@example.org\r\n\r\n", received_at=at)
        for at in (-(2**63), 2**63, 2**100):
            with self.assertRaises(inbome.InvalidArgument):
                self.engine.process_incoming(MAIL, received_at=at)
        for at in (1.5, "2016-12-17", True):
            with self.assertRaises(TypeError):
                self.engine.process_incoming(MAIL, received_at=at)
        self.assertEqual(_time.time_of(2**62), datetime.max.replace(tzinfo=timezone.utc))
        self.assertEqual(_time.time_of(-(2**62)), datetime.min.replace(tzinfo=timezone.utc))
        self.assertEqual(_time.time_of(-1).isoformat(), "1969-12-31T23:59:59+00:00")
        self.assertIsNone(_time.time_of(-(2**63)))

    def test_homes_that_cannot_be(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "file"
            file.write_bytes(b"no folder")
            (Path(folder) / "bad").mkdir()
            (Path(folder) / "bad/inbome.db").write_bytes(b"no database" * 100)
            for path, options, error in [
                (folder + "/none", {"create": False}, inbome.NotFound),
                (file, {}, inbome.StoreError), (file / "below", {}, inbome.StoreError),
                (folder + "/bad", {}, inbome.Corrupt), ("a\0b", {}, inbome.InvalidArgument),
                (b"\xff\xfe", {}, inbome.InvalidArgument), ("", {}, inbome.Error),
            ]:
                with self.subTest(path), self.assertRaises(error):
                    inbome.Engine(path, **options)
        with self.assertRaises(TypeError):
            inbome.Engine(None)
        with self.assertRaises(inbome.IoError) as caught:
            self.engine.process_incoming(Path("/nonexistent/mail"))
        self.assertIsInstance(caught.exception, OSError)
        with self.assertRaises(inbome.IoError):
            self.engine.process_outgoing(Path("/nonexistent/mail"))


class Closing(Test):
    def test_a_closed_engine_says_so_to_every_call(self):
        engine = memory(BOB)
        engine.close()
        engine.close()
        self.assertTrue(engine.closed)
        for name, call in CALLS.items():
            with self.subTest(name), self.assertRaises(inbome.Closed) as caught:
                call(engine)
            self.assertEqual(caught.exception.kind, "closed")

    def test_an_engine_is_neither_copied_nor_pickled(self):
        with memory(BOB) as engine:
            for call in (copy.copy, copy.deepcopy, pickle.dumps):
                with self.assertRaisesRegex(TypeError, "open the home again"):
                    call(engine)
            gc.collect()
            self.assertEqual(engine.account().addr, BOB)

    def test_an_iterator_that_nobody_reads_to_its_end_is_freed(self):
        freed = []
        free = _native.lib.inbome_account_iter_free
        with memory(BOB, ALICE) as engine, mock.patch.object(
            _native.lib, "inbome_account_iter_free", lambda it: (freed.append(it), free(it))
        ):
            begun, untouched = engine.accounts(), engine.accounts()
            next(begun)
            del begun, untouched
            gc.collect()
            self.assertEqual(len(freed), 2)

    def test_an_error_leaves_the_engine_usable(self):
        with memory(BOB) as engine:
            for _ in range(100):
                with self.assertRaises(inbome.NotFound):
                    engine.peer(ALICE)
            self.assertEqual(engine.account().addr, BOB)

    def test_ten_thousand_engines_leave_nothing_behind(self):
        def used():
            gc.collect()
            with open("/proc/self/statm") as statm:
                return int(statm.read().split()[1]) * 4096

        def rounds(count):
            for _ in range(count):
                with memory() as engine:
                    engine.process_outgoing(MAIL)
                    with self.assertRaises(inbome.InvalidAddress):
                        engine.recommend(["a@example.org", "no address"])

        rounds(500)
        before = used()
        rounds(9_500)
        self.assertLess(used() - before, 1 << 20)

    def test_closing_waits_for_the_calls_of_others(self):
        with tempfile.TemporaryDirectory() as folder:
            for number in range(50):
                (Path(folder) / f"{number}.eml").write_bytes(self.alice_mail)
            engine, inside, closed = memory(BOB), threading.Event(), threading.Event()

            def look(_):
                inside.set()
                closed.wait(10)

            reports = []
            thread = threading.Thread(
                target=lambda: reports.append(engine.scan(folder, progress=look))
            )
            thread.start()
            inside.wait()
            engine.close()
            with self.assertRaises(inbome.Closed):
                engine.generation()
            self.assertIsNotNone(engine._handle._pointer)
            closed.set()
            thread.join()
            self.assertGreater(reports[0].messages, 0)
            self.assertIsNone(engine._handle._pointer)


class Together(Test):
    def test_threads_share_an_engine(self):
        with tempfile.TemporaryDirectory() as folder:
            with inbome.Engine(folder) as engine, inbome.Engine(folder) as other:
                engine.create_account(BOB)
                failures = []

                def work(which, number):
                    try:
                        for step in range(20):
                            addr = f"{number}.{step}@example.org"
                            mail = MAIL.replace(ALICE.encode(), addr.encode())
                            which.process_incoming(mail)
                            self.assertEqual(which.recommend(addr).recipients[0].addr, addr)
                            # The text of a failure is that of the thread.
                            with self.assertRaisesRegex(inbome.NotFound, f"^.*none{number}@"):
                                which.account(f"none{number}@example.org")
                    except BaseException as failure:
                        failures.append(failure)

                threads = [threading.Thread(target=work, args=((engine, other)[n % 2], n))
                           for n in range(6)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertEqual(failures, [])
                self.assertEqual(len(list(engine.peers(which=inbome.PeerFilter.ALL))), 120)

    @unittest.skipUnless(hasattr(os, "fork"), "no fork on this system")
    def test_a_child_opens_its_own(self):
        with tempfile.TemporaryDirectory() as folder, inbome.Engine(folder) as engine:
            engine.create_account(BOB)
            # Another thread is in the midst of a call at the moment of the fork.
            held, over = threading.Event(), threading.Event()

            def hold():
                with engine._handle._lock:
                    held.set()
                    over.wait()

            thread = threading.Thread(target=hold)
            thread.start()
            held.wait()
            with warnings.catch_warnings():
                # Python 3.12 warns of just this.
                warnings.simplefilter("ignore", DeprecationWarning)
                child = os.fork()
            if child == 0:
                status = 1
                try:
                    forked = 0
                    for call in CALLS.values():
                        try:
                            call(engine)
                        except inbome.Forked:
                            forked += 1
                    engine.close()
                    with inbome.Engine(folder) as own:
                        own.process_incoming(MAIL)
                    status = 0 if forked == len(CALLS) else forked + 2
                finally:
                    os._exit(status)
            _, status = os.waitpid(child, 0)
            over.set()
            thread.join()
            self.assertEqual(os.waitstatus_to_exitcode(status), 0)
            self.assertEqual(engine.peer(ALICE).addr, ALICE)


class Callbacks(Test):
    def test_what_a_callback_raises_is_raised(self):
        class Odd(BaseException):
            pass

        def fail(*_):
            raise Odd("odd")

        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            with inbome.Engine.in_memory(random=fail) as engine:
                with self.assertRaises(Odd):
                    engine.create_account(BOB)
                self.assertEqual(list(engine.accounts()), [])
            with inbome.Engine.in_memory(clock=fail) as engine:
                with self.assertRaises(Odd):
                    engine.process_incoming(MAIL, account=BOB)
            for clock in (lambda: "noon", lambda: datetime(2017, 1, 1), lambda: None and 0 or 1.5):
                with inbome.Engine.in_memory(clock=clock) as engine:
                    with self.assertRaises((TypeError, inbome.InvalidArgument)):
                        engine.create_account(BOB)
            with inbome.Engine.in_memory(random=lambda count: bytes(count + 1)) as engine:
                with self.assertRaises(inbome.InvalidArgument):
                    engine.create_account(BOB)
        self.assertEqual(err.getvalue(), "")

    def test_randomness_and_time_are_the_callers(self):
        def made():
            state = [0]

            def count(size):
                state[0] += 1
                return bytes((state[0] + index) % 256 for index in range(size))

            at = datetime.fromtimestamp(NOW, timezone.utc)
            with inbome.Engine.in_memory(clock=lambda: at, random=count) as engine:
                engine.create_account(BOB)
                return next(engine.account_keys())

        self.assertEqual(made(), made())
        self.assertEqual(made().created, datetime.fromtimestamp(NOW, timezone.utc))


class Library(Test):
    def run_with(self, source=str(Path(inbome.__file__).parents[1]), **environment):
        kept = {name: value for name, value in os.environ.items() if name != "INBOME_LIBRARY"}
        return subprocess.run(
            [sys.executable, "-c", "import inbome; print(inbome.library_version())"],
            env={**kept, "PYTHONPATH": source, **environment}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/")

    def test_a_library_that_does_not_fit_is_refused_by_name(self):
        for name, wrong in [("missing", "/nonexistent/libinbome.so.0"), ("another", "libm.so.6")]:
            with self.subTest(name):
                ran = self.run_with(INBOME_LIBRARY=wrong)
                self.assertEqual(ran.returncode, 1)
                self.assertIn("ImportError: expected libinbome", ran.stderr)
                self.assertIn(wrong, ran.stderr)

    def test_the_library_that_is_named_is_the_only_one_that_is_tried(self):
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder) / "inbome"
            shutil.copytree(Path(inbome.__file__).parent, package)
            (package / "_lib").mkdir()
            (package / "_lib/libinbome.so.0").symlink_to(_native.lib._name)
            ran = self.run_with(folder)
            self.assertEqual((ran.returncode, ran.stdout), (0, inbome.library_version() + "\n"))
            ran = self.run_with(folder, INBOME_LIBRARY="/nonexistent/libinbome.so.0")
            self.assertEqual(ran.returncode, 1)

    def test_an_older_library_is_refused(self):
        class Old:
            class inbome_version_number:
                def __new__(cls):
                    return 999

        with self.assertRaisesRegex(ImportError, r"found 0\.0\.999: here"):
            _native._declare(Old, "here")
        Old.inbome_version_number.__new__ = lambda cls: 1_000_000
        with self.assertRaisesRegex(ImportError, r"found 1\.0\.0: here"):
            _native._declare(Old, "here")


if __name__ == "__main__":
    unittest.main()
