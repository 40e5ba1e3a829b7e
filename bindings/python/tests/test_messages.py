"""Encrypted mail: sent, read, drafted, and sealed entity by entity."""

import email
import email.policy
import gc
import pickle
import tempfile
import unittest
from datetime import datetime, timezone
from email.message import EmailMessage
from pathlib import Path

import inbome
from inbome import (
    DraftState,
    Encryption,
    Intended,
    Mode,
    Outcome,
    Reason,
    Signature,
    Signer,
)
from support import DATE, NOW, Test, memory

ALICE, BOB, CAROL = "alice@example.org", "bob@example.org", "carol@example.org"
NOW_AT = datetime.fromtimestamp(NOW, timezone.utc)


def mail(sender, *more, body="Hi"):
    lines = [f"From: {sender}", *more, f"Date: {DATE}", "", body, ""]
    return "\r\n".join(lines).encode()


class Messages(Test):
    def setUp(self):
        super().setUp()
        self.alice, self.bob, self.carol = (memory(addr) for addr in (ALICE, BOB, CAROL))
        for engine in (self.alice, self.bob, self.carol):
            self.addCleanup(engine.close)
        for sender, engine in ((ALICE, self.alice), (CAROL, self.carol)):
            sent = engine.process_outgoing(mail(sender, f"To: {BOB}"))
            self.bob.process_incoming(sent.messages[0].data)

    def to_alice(self, *more, **options):
        fields = (f"To: {ALICE}", "Subject: a secret", "Message-ID: <2@example.org>", *more)
        return self.bob.process_outgoing(mail(BOB, *fields, body="Yes"), **options)

    def test_a_clear_answer_is_refused_where_nobody_can_be_asked(self):
        self.alice.process_incoming(
            self.bob.process_outgoing(mail(BOB, f"To: {ALICE}"), mode=Mode.CLEAR).messages[0].data
        )
        asked = self.alice.process_outgoing(
            mail(ALICE, f"To: {BOB}", "Message-ID: <1@example.org>"), mode=Mode.ENCRYPT
        )
        self.bob.process_incoming(asked.messages[0].data)
        answer = mail(BOB, f"To: {ALICE}, eve@example.org", "References: <1@example.org>")
        refuse = inbome.ClearReply.REFUSE
        with self.assertRaises(inbome.Refused) as caught:
            self.bob.process_outgoing(answer, clear_reply=refuse)
        self.assertEqual(caught.exception.addrs, ("eve@example.org",))
        self.assertFalse(self.bob.process_outgoing(answer).encrypted)
        self.assertIs(self.bob.account().clear_reply, refuse)
        self.bob.set_account(BOB, clear_reply=inbome.ClearReply.SEND, keep_subject=True)
        account = self.bob.account()
        self.assertEqual((account.clear_reply, account.keep_subject), (inbome.ClearReply.SEND, True))
        self.assertFalse(self.bob.process_outgoing(answer, clear_reply=refuse).encrypted)
        kept = self.to_alice(mode=Mode.ENCRYPT).messages[0].data
        self.assertIn(b"Subject: a secret", kept)

    def test_a_preview_changes_nothing_and_envelopes_keep_their_case(self):
        before = self.bob.generation()
        seen = self.bob.process_outgoing(mail(BOB, "To: Alice@Example.ORG"), preview=True)
        self.assertEqual(seen.messages[0].recipients, ("Alice@example.org",))
        self.assertTrue(seen.encrypted)
        self.assertEqual(self.bob.generation(), before)
        self.bob.commit_outgoing(seen)
        self.assertNotEqual(self.bob.generation(), before)

    def test_one_message_is_at_most_available_with_a_blind_recipient(self):
        both = self.bob.recommend(ALICE, bcc=CAROL)
        one = self.bob.recommend(ALICE, bcc=CAROL, one_message=True)
        self.assertIs(both.recommendation, inbome.Recommendation.ENCRYPT)
        self.assertIs(one.recommendation, inbome.Recommendation.AVAILABLE)
        self.assertEqual(one.recipients[1].reasons, (Reason.ONE_MESSAGE,))

    def is_from_bob(self, shown, signer=Signer.CURRENT):
        summary = shown.summary
        self.assertEqual(summary.encryption, Encryption.ENCRYPTED)
        self.assertEqual((summary.signature, summary.signer), (Signature.VALID, signer))
        self.assertEqual((summary.intended, summary.sender), (Intended.YES, BOB))
        self.assertEqual((summary.failure, summary.failure_text, summary.key_ids), (None, None, ()))
        self.assertEqual(summary.fingerprint, self.bob.account().fingerprint)
        self.assertEqual(summary.signed_at, NOW_AT)

    def test_an_answer_is_encrypted_and_read_with_one_call(self):
        sent = self.to_alice()
        self.assertTrue(sent.encrypted)
        data = sent.messages[0].data
        self.assertEqual((sent.reason, sent.sent_copy), (Reason.RECOMMENDED, data))
        self.assertNotIn(b"secret", data)
        self.assertTrue(self.alice.can_decrypt(data))
        self.assertIsNone(self.alice.process_incoming(data, decrypt=False).decrypted)
        incoming = self.alice.process_incoming(data, payload=True)
        self.assertEqual(incoming.outcome, Outcome.UPDATED)
        self.is_from_bob(incoming.decrypted)
        self.assertIn("Subject", incoming.decrypted.summary.protected)
        self.assertEqual(incoming.decrypted.summary.differing, ())
        # The mail is of 2016, and was signed a month later.
        self.assertTrue(incoming.decrypted.summary.date_differs)
        read = email.message_from_bytes(incoming.decrypted.message)
        self.assertEqual((read["Subject"], read.get_payload()), ("a secret", "Yes\r\n"))
        self.assertEqual(self.alice.decrypt(data), incoming.decrypted)
        self.assertEqual(pickle.loads(pickle.dumps(incoming)), incoming)
        self.assertIsNone(incoming.decrypted.session_key)
        key = self.alice.decrypt(data, session_key=True).session_key
        self.assertRegex(key, "^9:[0-9A-F]{64}$")
        self.assertNotIn(key, repr(self.alice.decrypt(data, session_key=True)))

    def test_a_mail_is_read_from_octets_a_message_and_a_file(self):
        data = self.to_alice().messages[0].data
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mail.eml"
            path.write_bytes(data)
            signer = Signer.NEW
            for given in (data, bytearray(data), path, email.message_from_bytes(data),
                          email.message_from_bytes(data, policy=email.policy.default)):
                with self.subTest(type(given)):
                    self.is_from_bob(self.alice.decrypt(given), signer)
                    self.assertTrue(self.alice.can_decrypt(given))
                    shown = self.alice.process_incoming(given, payload=True).decrypted
                    self.is_from_bob(shown, signer)
                # The first of them brought the key.
                signer = Signer.CURRENT

    def test_what_was_changed_on_the_way_is_named_and_a_footer_stands_apart(self):
        data = self.to_alice().messages[0].data
        changed = data.replace(b"Subject: [...]", b"Subject: [list] read this")
        head, body = changed.split(b"Content-Type: multipart/encrypted", 1)
        listed = (head + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
                  b"Content-Type: multipart/encrypted" + body +
                  b"\r\n--x\r\nContent-Type: text/plain\r\n\r\nleave the list\r\n--x--\r\n")
        shown = self.alice.decrypt(listed)
        self.is_from_bob(shown, Signer.NEW)
        self.assertEqual(shown.summary.differing, ("Subject",))
        self.assertEqual([text.strip() for text in shown.footers], ["leave the list"])
        self.assertNotIn(b"leave", shown.message)
        self.assertEqual(email.message_from_bytes(shown.message)["Subject"], "a secret")
        damaged = bytearray(data)
        # In the middle of what is encrypted, and still base64.
        at = data.index(b"\r\n", data.index(b"-----END PGP") - 300) + 10
        damaged[at] = ord("B") if data[at] == ord("A") else ord("A")
        summary = self.alice.decrypt(damaged).summary
        self.assertEqual(summary.failure, Reason.DAMAGED)
        self.assertEqual((summary.signature, summary.sender), (Signature.NONE, None))

    def test_a_mail_for_others_names_their_keys(self):
        data = self.to_alice().messages[0].data
        shown = self.carol.decrypt(data)
        self.assertEqual((shown.message, shown.footers), (None, ()))
        summary = shown.summary
        self.assertEqual((summary.encryption, summary.failure), (Encryption.FAILED, Reason.NO_KEY))
        self.assertEqual(len(summary.key_ids), 2)
        self.assertIn(summary.key_ids[0], summary.failure_text)
        self.assertEqual((summary.signature, summary.signer), (Signature.NONE, None))
        self.assertFalse(self.carol.can_decrypt(data))
        clear = self.carol.decrypt(mail(BOB))
        self.assertEqual((clear.summary.encryption, clear.message), (Encryption.NONE, mail(BOB)))

    def test_blind_recipients_get_copies_and_stand_in_the_one_to_keep(self):
        sent = self.to_alice(f"Bcc: {CAROL}", mode=Mode.ENCRYPT)
        self.assertEqual([m.recipients for m in sent.messages], [(ALICE,), (CAROL,), ()])
        self.assertEqual(sent.sent_copy, sent.messages[2].data)
        self.assertIn(CAROL.encode(), self.bob.decrypt(sent.sent_copy).message)
        for message in sent.messages[:2]:
            self.assertNotIn(CAROL.encode(), self.bob.decrypt(message.data).message)
        with self.assertRaises(inbome.NeedsCopies) as caught:
            self.to_alice(f"Bcc: {CAROL}", mode=Mode.ENCRYPT, one_message=True)
        self.assertEqual((caught.exception.addrs, caught.exception.kind),
                         ((CAROL,), "needs_copies"))
        one = self.to_alice(one_message=True, keep_subject=True)
        self.assertIn(b"Subject: a secret", one.messages[0].data)
        with self.assertRaises(inbome.Refused) as caught:
            self.bob.process_outgoing(mail(BOB, "To: eve@example.org"), mode=Mode.ENCRYPT)
        self.assertEqual(caught.exception.reason, Reason.NOT_RECOMMENDED)
        self.assertEqual(pickle.loads(pickle.dumps(caught.exception)).reason,
                         Reason.NOT_RECOMMENDED)

    def test_a_draft_comes_back_with_its_state_and_its_keys(self):
        state = DraftState(encrypt=True, by_choice=True, reply_to_encrypted=True)
        half = EmailMessage()
        half["From"], half["To"], half["Bcc"], half["Subject"] = BOB, ALICE, CAROL, "half"
        half.set_content("writt")
        away = self.bob.encrypt_draft(half, state=state)
        for hidden in (b"writt", b"half", CAROL.encode()):
            self.assertNotIn(hidden, away)
        draft = self.bob.open_draft(away)
        self.assertEqual((draft.state, draft.state_differs, draft.differing), (state, False, ()))
        read = email.message_from_bytes(draft.message, policy=email.policy.default)
        self.assertEqual((read["Bcc"], read["Subject"]), (CAROL, "half"))
        self.assertEqual(read.get_content(), "writt\r\n")
        self.assertEqual([key.addr for key in draft.keys], [ALICE, CAROL])
        # Another device has the same key and has never heard of them.
        with memory(BOB) as device:
            device.import_key(self.bob.export_secret().encode())
            draft = device.open_draft(away)
            with self.assertRaises(inbome.Refused):
                device.process_outgoing(draft.message, mode=Mode.ENCRYPT)
            self.assertIsNone(device.recommend(ALICE).recipients[0].key)
            known = device.recommend(ALICE, draft=draft).recipients[0].key
            self.assertEqual(known.fingerprint, draft.keys[0].fingerprint)
            sent = device.process_outgoing(draft.message, mode=Mode.ENCRYPT, draft=draft)
            self.assertEqual(len(sent.messages), 3)
            again = pickle.loads(pickle.dumps(draft))
            self.assertEqual(again, draft)
            with self.assertRaises(inbome.Refused):
                # What the library knew of it stayed in the process.
                device.process_outgoing(draft.message, mode=Mode.ENCRYPT, draft=again)
        # It outlives its engine.
        del again, draft
        gc.collect()

    def test_what_is_no_draft_of_ones_own_is_refused_and_says_why(self):
        state = b"Autocrypt-Draft-State: encrypt=no;\r\n"
        away = self.bob.encrypt_draft(mail(BOB, f"To: {ALICE}"))
        changed = away.replace(b"Autocrypt-Draft-State: encrypt=no;",
                               b"Autocrypt-Draft-State: encrypt=yes;")
        self.assertIn(state, away)
        draft = self.bob.open_draft(changed)
        self.assertTrue(draft.state_differs)
        self.assertFalse(draft.state.encrypt)
        to_self = self.bob.process_outgoing(mail(BOB, f"To: {BOB}"), mode=Mode.ENCRYPT)
        for name, planted, error, reason in [
            ("sent to others", self.to_alice().messages[0].data, inbome.Refused, Reason.TO_OTHERS),
            ("no state", to_self.messages[0].data, inbome.Refused, Reason.UNCONFIRMED),
            ("clear", mail(BOB), inbome.InvalidArgument, Reason.NOT_ENCRYPTED),
        ]:
            with self.subTest(name), self.assertRaises(error) as caught:
                self.bob.open_draft(planted)
            self.assertEqual(caught.exception.reason, reason, name)
        confirmed = self.bob.open_draft(to_self.messages[0].data, confirmed=True)
        self.assertIsNone(confirmed.state)
        for call in (lambda: self.bob.encrypt_draft(mail(BOB), state="encrypt=yes"),
                     lambda: self.bob.process_outgoing(mail(BOB), draft=away),
                     lambda: self.bob.recommend(ALICE, draft=away)):
            with self.assertRaises(TypeError):
                call()

    def test_an_entity_is_sealed_and_opened(self):
        header = [("From", f"Bob <{BOB}>"), ("To", ALICE), ("Date", DATE), ("Subject", "a secret")]
        entity = EmailMessage()
        entity.set_content("<p>Hi</p>", subtype="html")
        del entity["MIME-Version"]
        sealed = self.bob.seal(entity, header, ALICE)
        outside = dict(sealed.fields)
        self.assertEqual(outside["Subject"], "[...]")
        self.assertIn(sealed.message_id, outside["Message-ID"])
        self.assertIn("Autocrypt", outside)
        self.assertTrue(sealed.entity.startswith(b"Content-Type: multipart/encrypted"))
        opened = self.alice.open_entity(sealed.entity, sealed.fields)
        self.is_from_bob(opened.decrypted, Signer.NEW)
        self.assertEqual(dict(opened.fields)["Subject"], "a secret")
        self.assertIn(b"<p>Hi</p>", opened.entity)
        self.assertNotIn(b"Subject", opened.entity)
        whole = "".join(f"{name}: {value}\r\n" for name, value in sealed.fields).encode()
        self.is_from_bob(self.alice.decrypt(whole + sealed.entity), Signer.NEW)
        failed = self.carol.open_entity(sealed.entity, sealed.fields)
        self.assertEqual((failed.entity, failed.fields), (b"", ()))
        with self.assertRaises(inbome.NeedsCopies) as caught:
            self.bob.seal(entity, header, ALICE, bcc=[CAROL])
        self.assertEqual(caught.exception.addrs, (CAROL,))
        blind = self.bob.seal(entity, header, bcc=CAROL, keep_subject=True)
        self.assertEqual(dict(blind.fields)["Subject"], "a secret")
        self.assertIsNotNone(self.carol.open_entity(blind.entity, blind.fields).decrypted.message)
        with self.assertRaises(inbome.InvalidArgument):
            self.bob.seal(entity, [*header, ("X", "one\r\nBcc: eve@example.org")], ALICE)


if __name__ == "__main__":
    unittest.main()
