"""Backup messages: made, looked at, taken in."""

import email
import unittest
from datetime import datetime, timezone

import inbome
from support import NOW, Test, memory

BOB = "bob@example.org"


class Backups(Test):
    def setUp(self):
        super().setUp()
        self.old, self.new = memory(BOB), memory()
        for engine in (self.old, self.new):
            self.addCleanup(engine.close)
        self.old.replace_key()
        self.made = self.old.create_backup()

    def keys(self, engine):
        return {(key.fingerprint, key.current) for key in engine.account_keys()}

    def test_all_keys_come_back_and_twice_is_as_good_as_once(self):
        self.assertEqual(len(self.made.code), 44)
        self.assertNotIn(self.made.code, repr(self.made))
        for new in (True, False):
            taken = self.new.import_backup(self.made.message, self.made.code)
            self.assertEqual((taken.account_is_new, taken.asks_key_change), (new, False))
            self.assertEqual(taken.fingerprints, self.made.fingerprints)
            self.assertEqual(self.keys(self.new), self.keys(self.old))

    def test_what_it_says_is_read_before_it_is_opened(self):
        found = self.new.read_backup(email.message_from_bytes(self.made.message))
        self.assertEqual((found.addr, found.code_begin), (BOB, self.made.code[:2]))
        self.assertEqual(found.created, datetime.fromtimestamp(NOW, timezone.utc))
        self.assertEqual((found.fingerprints, found.code, found.message), ((), None, None))
        checked = self.new.verify_backup(self.made.message, self.made.code.replace("-", " "))
        self.assertEqual(checked.current, self.old.account().fingerprint)
        self.assertEqual(checked.prefer_encrypt, inbome.PreferEncrypt.MUTUAL)
        self.assertEqual(list(self.new.accounts()), [])

    def test_another_current_key_is_asked_about(self):
        with memory(BOB) as other:
            own = other.account().fingerprint
            taken = other.import_backup(self.made.message, self.made.code)
            self.assertTrue(taken.asks_key_change)
            self.assertEqual(other.account().fingerprint, own)
            other.import_backup(self.made.message, self.made.code, make_current=True)
            self.assertEqual(other.account().fingerprint, taken.current)

    def test_each_way_to_be_wrong_has_its_kind(self):
        message, code = self.made.message, self.made.code
        with self.assertRaises(inbome.WrongCode) as caught:
            self.new.verify_backup(message, "1234")
        self.assertEqual(caught.exception.kind, "wrong_code")
        self.assertIsInstance(caught.exception, inbome.PassphraseError)
        broken = message.replace(b"-----END PGP", b"-----FIN PGP")
        with memory("alice@example.org") as alice:
            for engine, mail, kind in (
                (self.new, b"From: bob@example.org\r\n\r\nHi\r\n", "not_backup"),
                (self.new, broken, "malformed"),
                (alice, message, "other_address"),
            ):
                with self.assertRaises(inbome.BackupError) as caught:
                    engine.import_backup(mail, code)
                self.assertEqual(caught.exception.kind, kind)


if __name__ == "__main__":
    unittest.main()
