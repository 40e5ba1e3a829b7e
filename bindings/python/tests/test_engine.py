"""What the verbs give, from the first mail to the recommendation."""

import email
import email.policy
import pickle
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path

import inbome
from inbome import Lock, Mode, Outcome, Reason, Recommendation, Source, Verdict, Word
from support import DATE, NOW, ROOT, SENT, Test, mail_of, memory

SENT_AT = datetime.fromtimestamp(SENT, timezone.utc)
ALICE, BOB = "alice@example.org", "bob@example.org"


class Learning(Test):
    def setUp(self):
        super().setUp()
        self.engine = memory(BOB)
        self.addCleanup(self.engine.close)

    def test_a_mail_with_a_key_is_learnt_from(self):
        before = self.engine.generation()
        incoming = self.engine.process_incoming(self.alice_mail)
        self.assertEqual(
            (incoming.outcome, incoming.reason, incoming.account, incoming.peer),
            (Outcome.UPDATED, None, BOB, ALICE),
        )
        self.assertEqual(incoming.effective_date, SENT_AT)
        self.assertEqual([field.verdict for field in incoming.fields], [Verdict.VALID])
        self.assertIsNone(incoming.key_changed)
        self.assertNotEqual(self.engine.generation(), before)
        self.assertEqual(
            self.engine.process_incoming(self.alice_mail).outcome, Outcome.UNCHANGED
        )
        peer = self.engine.peer(ALICE)
        self.assertEqual(peer.fingerprint, incoming.fields[0].fingerprint)
        self.assertEqual((peer.last_seen, peer.autocrypt_timestamp), (SENT_AT, SENT_AT))
        self.assertEqual([entry.source for entry in peer.history], [Source.DIRECT])
        answer = self.engine.recommend(ALICE)
        self.assertEqual(answer.recommendation, Recommendation.ENCRYPT)
        self.assertEqual(answer.recipients[0].reasons, (Reason.BOTH_MUTUAL,))
        found = self.engine.get_encrypt_key(ALICE)
        self.assertTrue(found)
        self.assertEqual((found.key.fingerprint, found.reason), (peer.fingerprint, None))
        self.assertEqual(found.key.cert, answer.recipients[0].key.cert)
        self.assertIn("BEGIN PGP PUBLIC KEY BLOCK", found.key.armored)

    def test_a_mail_may_be_octets_a_message_or_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mail.eml"
            path.write_bytes(self.alice_mail)
            octets = self.alice_mail
            for name, mail in [
                ("bytes", octets),
                ("bytearray", bytearray(octets)),
                ("memoryview", memoryview(octets)),
                ("header alone", octets.split(b"\r\n\r\n")[0] + b"\r\n"),
                ("Message", email.message_from_bytes(octets)),
                ("EmailMessage", email.message_from_bytes(octets, policy=email.policy.default)),
                ("SMTP policy", email.message_from_bytes(octets, policy=email.policy.SMTP)),
                ("path", path),
            ]:
                with self.subTest(name), memory(BOB) as engine:
                    incoming = engine.process_incoming(mail)
                    self.assertEqual(incoming.outcome, Outcome.UPDATED)
                    self.assertEqual([f.verdict for f in incoming.fields], [Verdict.VALID])

    def test_a_message_made_in_python_carries_a_key(self):
        message = EmailMessage()
        message["From"], message["To"], message["Date"] = ALICE, BOB, DATE
        message.set_content("Hi Bob")
        with memory(ALICE, now=SENT) as alice:
            sent = alice.process_outgoing(message)
        self.assertEqual(self.engine.process_incoming(sent.messages[0].data).outcome,
                         Outcome.UPDATED)
        self.assertEqual(self.engine.recommend(ALICE).recommendation, Recommendation.ENCRYPT)

    def test_an_unknown_zone_of_time_is_refused_and_a_known_one_counts(self):
        mail = b"From: alice@example.org\r\n\r\n"
        east = timezone(timedelta(hours=5))
        for name, at in [("seconds", SENT), ("utc", SENT_AT), ("east", SENT_AT.astimezone(east))]:
            with self.subTest(name), memory(BOB) as engine:
                incoming = engine.process_incoming(mail, received_at=at)
                self.assertEqual(incoming.effective_date, SENT_AT)
        with self.assertRaises(inbome.InvalidArgument):
            self.engine.process_incoming(mail, received_at=datetime(2016, 12, 17))
        self.assertEqual(self.engine.process_incoming(mail).reason, Reason.UNDATED)

    def test_spam_changes_nothing(self):
        incoming = self.engine.process_incoming(self.alice_mail, spam=True)
        self.assertEqual((incoming.outcome, incoming.reason), (Outcome.IGNORED, Reason.SPAM))
        self.assertEqual(incoming.reason_text, "it is held for spam")

    def test_another_key_is_reported(self):
        self.engine.process_incoming(self.alice_mail)
        with memory(ALICE) as other:
            again = mail_of(ALICE, other.account_field(), "Sun, 18 Dec 2016 08:58:05 +0000")
            new = other.account().fingerprint
        changed = self.engine.process_incoming(again).key_changed
        seen = {entry.fingerprint for entry in self.engine.peer(ALICE).history}
        self.assertEqual(changed.new, new)
        self.assertEqual({changed.old, changed.new}, seen)
        self.assertEqual(len(seen), 2)

    def test_facts_are_as_good_as_a_mail(self):
        seen = inbome.Observation(
            ALICE, to=[BOB], dates=DATE, key_fields=[("Autocrypt", self.alice_field)]
        )
        self.assertEqual(self.engine.process_observation(seen).outcome, Outcome.UPDATED)
        with memory(BOB) as other:
            other.process_incoming(self.alice_mail)
            self.assertEqual(other.peer(ALICE), self.engine.peer(ALICE))

    def test_what_is_inside_counts_if_it_is_signed(self):
        with memory("carol@example.org", now=SENT) as carol:
            gossip = carol.account_field().replace(" prefer-encrypt=mutual;", "")
        with memory(ALICE, now=SENT) as alice:
            field, signer = alice.account_field(), alice.account().fingerprint
        for name, signers, verdict in [
            ("signed", signer, Verdict.VALID), ("not signed", (), Verdict.INVALID)]:
            with self.subTest(name), memory(BOB) as engine:
                inside = inbome.Inside(
                    from_=ALICE, to=[BOB], cc="carol@example.org", reply_to=(),
                    key_fields=[("Autocrypt", field)], gossip=[gossip], signers=signers)
                incoming = engine.process_observation(inbome.Observation(
                    from_=ALICE, from_fields=1, to=BOB, cc="carol@example.org",
                    delivered_to=BOB, dates=[DATE], received_at=SENT_AT, spam=False,
                    content_type="multipart/encrypted", message_id="1@example.org",
                    user_agent="Pigeon", list_post=None,
                    key_fields=[("Autocrypt", field.encode())], inside=inside))
                self.assertEqual([g.verdict for g in incoming.gossip], [verdict])
                outer, inner = ((Verdict.OVERRIDDEN, Verdict.VALID) if signers
                                else (Verdict.VALID, Verdict.NOT_JUDGED))
                told = [(f.verdict, f.protected) for f in incoming.fields]
                self.assertEqual(told, [(outer, False), (inner, True)])
                reason = None if signers else Reason.NOT_SIGNED
                self.assertEqual([g.reason for g in incoming.gossip], [reason])
                peer = engine.peer(ALICE)
                self.assertEqual(peer.last_seen_encrypted, bool(signers))
                carol = engine.recommend("carol@example.org").recommendation
                expected = Recommendation.DISCOURAGE if signers else Recommendation.DISABLE
                self.assertEqual(carol, expected)
                reply = engine.recommend(ALICE, in_reply_to="<1@example.org>").recipients[0]
                self.assertIn(Reason.REPLY_TO_ENCRYPTED, reply.reasons)

    def test_a_reply_to_an_encrypted_mail_raises_the_recommendation(self):
        field = self.alice_field.replace(" prefer-encrypt=mutual;", "")
        self.engine.process_incoming(mail_of(ALICE, field))
        for reply, expected in [(None, Recommendation.AVAILABLE), (False, Recommendation.AVAILABLE),
                                (True, Recommendation.ENCRYPT)]:
            answer = self.engine.recommend([ALICE], reply_to_encrypted=reply)
            self.assertEqual(answer.recommendation, expected, reply)

    def test_several_recipients_take_the_least(self):
        self.engine.process_incoming(self.alice_mail)
        answer = self.engine.recommend(ALICE, cc=["dave@example.org"], bcc="eve@example.org")
        self.assertEqual(answer.recommendation, Recommendation.DISABLE)
        self.assertEqual([one.addr for one in answer.recipients],
                         [ALICE, "dave@example.org", "eve@example.org"])
        self.assertEqual(self.engine.recommend([]).recommendation, Recommendation.DISABLE)


class Sending(Test):
    draft = (b"From: bob@example.org\r\nTo: alice@example.org\r\nBcc: carol@example.org\r\n"
             b"\r\nHi\r\n")

    def test_a_mail_leaves_with_the_key_and_without_bcc(self):
        with memory(BOB) as engine:
            outgoing = engine.process_outgoing(self.draft)
        self.assertEqual(outgoing.added, ("Autocrypt", "INBOME-Encryption"))
        self.assertEqual((outgoing.encrypted, outgoing.reason), (False, Reason.NOT_RECOMMENDED))
        message, = outgoing.messages
        self.assertEqual(message.recipients, (ALICE, "carol@example.org"))
        self.assertNotIn(b"Bcc", message.data)
        self.assertTrue(message.data.endswith(b"\r\n\r\nHi\r\n"))
        self.assertEqual(outgoing.recommended.recommendation, Recommendation.DISABLE)
        self.assertEqual(outgoing.sent_copy, message.data)

    def test_who_has_no_key_is_named_when_encryption_was_chosen(self):
        with memory(BOB) as engine:
            with self.assertRaises(inbome.Refused) as caught:
                engine.process_outgoing(self.draft, mode=Mode.ENCRYPT)
            self.assertEqual(caught.exception.addrs, (ALICE, "carol@example.org"))
            self.assertEqual((caught.exception.kind, caught.exception.code), ("refused", 200))

    def test_the_envelope_and_the_reply_may_be_given(self):
        with memory(BOB) as engine:
            outgoing = engine.process_outgoing(
                self.draft, recipients=["dave@example.org"], reply_to_encrypted=True,
                account=BOB, mode=Mode.AUTO)
            # Who is in Bcc is written to as well.
            self.assertEqual([cause.addr for cause in outgoing.clear_because],
                             ["dave@example.org", "carol@example.org"])
            self.assertEqual(outgoing.clear_because[0].reason, Reason.NEVER_SEEN)
            self.assertIn("dave@example.org", outgoing.messages[0].recipients)

    def test_a_message_keeps_what_it_says(self):
        octets = (b"From: bob@example.org\nTo: alice@example.org\nX-Long: " + b"x " * 150 +
                  b"x\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nFrom here\n")
        for policy in (email.policy.default, email.policy.compat32, email.policy.SMTP):
            message = email.message_from_bytes(octets, policy=policy)
            with self.subTest(policy), memory(BOB) as engine:
                data = engine.process_outgoing(message).messages[0].data
                self.assertIn(b"X-Long: " + b"x " * 150 + b"x\r\n", data)
                self.assertIn(b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", data)
                self.assertTrue(data.endswith(b"\r\n\r\nFrom here\r\n"))


class Accounts(Test):
    def test_settings_are_kept(self):
        with memory() as engine:
            made = engine.create_account(
                BOB, enabled=True, prefer_encrypt=inbome.PreferEncrypt.NOPREFERENCE,
                spelling=inbome.Spelling.INBOME, profile=inbome.Profile.INBOME)
            self.assertTrue(made.new)
            self.assertEqual(made.spelling, inbome.Spelling.INBOME)
            engine.create_account("robert@example.org", alias_of=BOB)
            self.assertEqual(engine.account("robert@example.org").aliases, ("robert@example.org",))
            engine.set_account(BOB, enabled=False)
            account, = engine.accounts()
            self.assertFalse(account.enabled)
            self.assertIsNone(engine.account_field(BOB))
            with self.assertRaises(inbome.Conflict):
                engine.create_account(BOB, profile=inbome.Profile.LEVEL1)

    def test_keys_come_and_go(self):
        with memory(BOB) as engine:
            first = engine.account().fingerprint
            engine.replace_key()
            keys = list(engine.account_keys())
            self.assertEqual([key.current for key in keys], [True, False])
            self.assertEqual(keys[1].fingerprint, first)
            engine.destroy_key(first)
            with self.assertRaises(inbome.NotFound):
                engine.destroy_key(first)
            secret = engine.export_secret()
            self.assertIn("BEGIN PGP PRIVATE KEY BLOCK", secret)
            with memory("carol@example.org") as other:
                before = other.account().fingerprint
                other.import_key(secret.encode(), old=True)
                self.assertEqual(other.account().fingerprint, before)
                other.import_key(secret.encode())
                self.assertEqual(other.account().fingerprint, keys[0].fingerprint)

    def test_a_locked_key_asks_for_its_passphrase(self):
        locked = ROOT / "tests/keys/locked.sec.asc"
        text = (ROOT / "tests/keys/README.md").read_text()
        # It was made in 2020.
        now = 1_767_225_600
        with memory(now=now) as engine:
            for name, passphrase in [("nobody", None), ("wrong", "no, this one is wrong"),
                                     ("gives up", lambda _: None)]:
                with self.subTest(name), self.assertRaises(inbome.PassphraseError):
                    engine.create_account(BOB, import_key=locked, passphrase=passphrase)
            asked = []

            def ask(fingerprint):
                asked.append(fingerprint)
                raise KeyboardInterrupt

            with self.assertRaises(KeyboardInterrupt):
                engine.create_account(BOB, import_key=locked, passphrase=ask)
            self.assertEqual(len(asked), 1)
            self.assertRegex(asked[0], "^[0-9A-F]{40}$")
            right = PASSPHRASE
            self.assertIn(right, text)
            for passphrase in (right, right.encode(), lambda _: right):
                with memory(now=now) as other:
                    made = other.create_account(BOB, import_key=locked, passphrase=passphrase)
                    self.assertEqual(made.fingerprint, asked[0])


    def test_a_key_that_keeps_its_passphrase_is_unlocked_for_a_while(self):
        locked = ROOT / "tests/keys/locked.sec.asc"
        now = 1_767_225_600
        with memory(now=now) as engine:
            with self.assertRaises(inbome.Locked):
                engine.create_account(BOB, import_key=locked, lock=Lock.KEEP)
            engine.create_account(BOB, import_key=locked, lock=Lock.KEEP, passphrase=PASSPHRASE)
            key, = engine.account_keys()
            self.assertTrue(key.locked and key.current)
            note = f"From: {BOB}\r\nTo: {BOB}\r\n\r\nNote\r\n".encode()
            away = engine.encrypt_draft(note)
            summary = engine.decrypt(away).summary
            self.assertEqual((summary.failure, summary.locked_key),
                             (Reason.LOCKED, key.fingerprint))
            needing = [lambda: engine.open_draft(away),
                       lambda: engine.process_outgoing(note, mode=Mode.ENCRYPT),
                       lambda: engine.renew_key(expires=now + 1000)]
            for call in needing:
                with self.assertRaises(inbome.Locked):
                    call()
            with self.assertRaises(inbome.PassphraseError) as caught:
                engine.unlock("wrong")
            self.assertNotIsInstance(caught.exception, inbome.Locked)
            with self.assertRaises(TypeError):
                engine.unlock(None)
            self.assertEqual(engine.unlock(PASSPHRASE, account=BOB), 1)
            for call in needing:
                call()
            self.assertEqual(next(engine.account_keys()).expires.timestamp(), now + 1000)
            engine.relock()
            with self.assertRaises(inbome.Locked):
                engine.open_draft(away)
            self.assertEqual(engine.unlock(PASSPHRASE.encode()), 1)


PASSPHRASE = "correct horse"


class Peers(Test):
    def test_the_users_word_comes_first(self):
        with memory(BOB) as engine:
            engine.process_incoming(self.alice_mail)
            engine.set_word(ALICE, Word.NEVER)
            self.assertEqual(engine.recommend(ALICE).recommendation, Recommendation.AVAILABLE)
            fingerprint = engine.peer(ALICE).fingerprint
            engine.set_word(ALICE, Word.PIN, fingerprint=fingerprint)
            self.assertEqual(engine.peer(ALICE).pin, fingerprint)
            cert = engine.get_encrypt_key(ALICE).key.cert
            engine.import_peer_key("al@example.org", cert)
            self.assertEqual(engine.peer("al@example.org").imported_fingerprint, fingerprint)
            self.assertEqual([p.addr for p in engine.peers()], ["al@example.org", ALICE])
            engine.forget_peer("al@example.org")
            self.assertEqual([p.addr for p in engine.peers(BOB)], [ALICE])
            self.assertEqual(next(engine.peers()).history, ())

    def test_answers_are_copies(self):
        with memory(BOB) as engine:
            engine.process_incoming(self.alice_mail)
            answer, peer = engine.recommend(ALICE), engine.peer(ALICE)
            listed = engine.peers()
        # The iterator is of its own, though its engine is closed.
        self.assertEqual([one.addr for one in listed], [ALICE])
        for value in (answer, peer, inbome.Error("text", "kind", 5, ("a@example.org",))):
            again = pickle.loads(pickle.dumps(value))
            self.assertEqual(repr(again), repr(value))
        self.assertEqual(pickle.loads(pickle.dumps(inbome.IoError("t", "io", 300))).code, 300)
        with self.assertRaises(AttributeError):
            peer.addr = "other"

    def test_a_home_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            with inbome.Engine(home, clock=lambda: NOW) as engine:
                engine.create_account(BOB)
                engine.process_incoming(self.alice_mail)
                self.assertEqual(engine.check(), [])
            with inbome.Engine(str(home), create=False, busy_timeout=1) as engine:
                self.assertEqual(engine.peer(ALICE).addr, ALICE)


if __name__ == "__main__":
    unittest.main()
