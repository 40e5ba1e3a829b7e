"""The examples, run as programs against servers and programs."""

import email
import email.policy
import mailbox
import os
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import inbome
from support import DATE, PYTHON, Test, mail_of

BOB = "bob@example.org"


class Examples(Test):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.home = self.folder / "home"

    def make_account(self):
        with inbome.Engine(self.home) as engine:
            engine.create_account(BOB)

    def run_example(self, name, *arguments, mail=b"", status=0, **environment):
        ran = subprocess.run(
            [sys.executable, PYTHON / "examples" / name, *map(str, arguments)],
            input=mail, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            cwd=self.folder, timeout=60,
            env={**os.environ, "PYTHONPATH": str(PYTHON / "src"), **environment},
        )
        self.assertEqual(ran.returncode, status, ran.stderr.decode())
        return ran.stdout.decode(), ran.stderr.decode()

    def serve(self, handler):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.seen = []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server, f"127.0.0.1:{server.server_address[1]}"

    def test_the_report_says_who_could_be_written_to(self):
        box = mailbox.Maildir(self.folder / "Mail")
        for mail in (self.alice_mail, mail_of("dave@example.org"), b"Subject: nobody\r\n\r\n"):
            box.add(mail)
        out, err = self.run_example("mailbox_report.py", BOB, self.folder / "Mail")
        self.assertEqual(err, "")
        self.assertIn("3 mails, 1 peers with a key", out)
        self.assertRegex(out, "encrypt +alice@example.org: ")
        self.assertRegex(out, "disable +dave@example.org: ")
        self.assertIn("1 ignored: no_from", out)
        self.assertTrue(out.endswith("1 encrypt, 1 disable\n"), out)
        self.run_example("mailbox_report.py", BOB, self.folder / "none", status=1)
        self.run_example("mailbox_report.py", status=1)

    def test_the_sender_hands_on_what_the_library_made(self):
        self.make_account()
        with inbome.Engine(self.home) as engine:
            engine.create_account("work@example.org")
        server, address = self.serve(Smtp)
        draft = mail_of("someone").replace(b"From: someone", b"From: bob@example.org")
        draft = draft.replace(b"To: bob", b"Bcc: carol@example.org\r\nTo: alice")
        out, _ = self.run_example("smtp_send.py", self.home, address, mail=draft)
        self.assertIn("sent to alice@example.org, carol@example.org\nclear: ", out)
        (sender, recipients, data), = server.seen
        self.assertEqual(sender, "<bob@example.org>")
        self.assertEqual(recipients, ["<alice@example.org>", "<carol@example.org>"])
        self.assertIn(b"\r\nAutocrypt: addr=bob@example.org;", data)
        self.assertNotIn(b"Bcc", data)
        refused = b"X-Inbome: encrypt\r\n" + draft
        _, err = self.run_example("smtp_send.py", self.home, address, mail=refused, status=1)
        self.assertIn("alice@example.org", err)
        self.assertEqual(len(server.seen), 1)

    def test_a_mail_is_answered_encrypted(self):
        self.make_account()
        server, address = self.serve(Smtp)
        alice = inbome.Engine(self.folder / "alice")
        self.addCleanup(alice.close)
        alice.create_account("alice@example.org")
        fields = ("From: Alice <alice@example.org>", "To: bob@example.org", "Subject: an evening",
                  "Message-ID: <1@example.org>", f"Date: {DATE}")
        first = "\r\n".join([*fields, "", "Come?", "At eight.", ""]).encode()
        mail = alice.process_outgoing(first).messages[0].data
        reply = ("encrypted_reply.py", self.home, address)
        out, _ = self.run_example(*reply, "Yes", mail=mail)
        self.assertEqual(out, "none; written by whoever\nsent to alice@example.org\n")
        (sender, recipients, data), = server.seen
        self.assertEqual((sender, recipients), ("<bob@example.org>", ["<alice@example.org>"]))
        self.assertNotIn(b"evening", data)
        shown = alice.process_incoming(data, payload=True).decrypted
        # The key comes with this very mail; nobody else has vouched for it yet.
        self.assertEqual(shown.summary.signer, inbome.Signer.NEW)
        read = email.message_from_bytes(shown.message, policy=email.policy.default)
        self.assertEqual(read["Subject"], "Re: an evening")
        self.assertEqual(read["In-Reply-To"], "<1@example.org>")
        self.assertEqual(read.get_content().split("\r\n"),
                         ["Yes", "", "> Come?", "> At eight.", ""])
        # The answer to the answer.
        read.replace_header("From", "alice@example.org")
        read.replace_header("To", BOB)
        read.replace_header("Message-ID", "<3@example.org>")
        again = alice.process_outgoing(read).messages[0].data
        out, _ = self.run_example(*reply, "Till then", mail=again)
        self.assertTrue(out.startswith("encrypted; written by alice@example.org\n"), out)
        # Nobody is answered in the clear.
        dave = "dave@example.org"
        _, err = self.run_example(*reply, "Yes", mail=mail_of(dave), status=1)
        self.assertIn(dave, err)
        self.assertEqual(len(server.seen), 2)

    def test_the_headers_of_an_imap_folder_are_learnt_from(self):
        self.make_account()
        undated = self.alice_mail.replace(f"Date: {DATE}\r\n".encode(), b"")
        Imap.mails = [undated, mail_of("dave@example.org")] + [
            mail_of(f"{n}@example.org") for n in range(150)]
        server, address = self.serve(Imap)
        out, _ = self.run_example("imap_fetch.py", self.home, BOB, f"imap://{address}",
                                  IMAP_PASSWORD="secret")
        self.assertEqual(out, "152 updated\n")
        with inbome.Engine(self.home) as engine:
            alice = engine.peer("alice@example.org")
            # INTERNALDATE is all there is.
            self.assertEqual(alice.last_seen.isoformat(), "2016-12-18T08:00:00+00:00")
            self.assertEqual(str(engine.recommend(alice.addr).recommendation), "encrypt")
        self.assertTrue(any("EXAMINE" in line for line in server.seen))
        self.assertFalse(any("STORE" in line for line in server.seen))
        self.assertFalse(any("BODY[" in line for line in server.seen))

    def test_the_hook_learns_what_notmuch_has_found(self):
        self.assertTrue(shutil.which("notmuch"), "the program notmuch is missing: make setup")
        self.make_account()
        mail = self.folder / "Mail"
        box = mailbox.Maildir(mail)
        box.add(self.alice_mail)
        hook = mail / ".notmuch/hooks/post-new"
        hook.parent.mkdir(parents=True)
        shutil.copy(PYTHON / "examples/notmuch_post_new.py", hook)
        hook.chmod(0o755)
        config = self.folder / "notmuch-config"
        config.write_text(
            f"[database]\npath={mail}\n[user]\nname=Bob\nprimary_email={BOB}\n"
            "[new]\ntags=new\n[search]\nexclude_tags=\n")
        environment = {**os.environ, "NOTMUCH_CONFIG": str(config), "HOME": str(self.folder),
                       "INBOME_HOME": str(self.home), "PYTHONPATH": str(PYTHON / "src"),
                       "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        ran = subprocess.run(["notmuch", "new"], env=environment, check=False, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(ran.returncode, 0, ran.stdout)
        with inbome.Engine(self.home) as engine:
            answer = engine.recommend("alice@example.org")
        self.assertEqual(str(answer.recommendation), "encrypt", ran.stdout)

    def test_a_home_that_is_not_there_is_no_reason_to_make_one(self):
        for name, arguments in [("smtp_send.py", [self.home, "127.0.0.1:1"]),
                                ("imap_fetch.py", [self.home, BOB, "imap://127.0.0.1:1"])]:
            self.run_example(name, *arguments, status=1)
        self.assertFalse(self.home.exists())


class Smtp(socketserver.StreamRequestHandler):
    """As much of a mail server as smtplib asks for."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 ready")
        sender, recipients = None, []
        for line in self.rfile:
            word = line.decode().strip()
            verb = word[:4].upper()
            if verb == "MAIL":
                sender = word.split(":", 1)[1].split()[0]
            elif verb == "RCPT":
                recipients.append(word.split(":", 1)[1])
            elif verb == "DATA":
                self.say("354 go on")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                self.server.seen.append((sender, recipients, b"".join(lines)))
            elif verb == "QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")


class Imap(socketserver.StreamRequestHandler):
    """As much of an IMAP server as imaplib asks for, with one folder."""

    mails = []

    def say(self, octets):
        self.wfile.write(octets + b"\r\n")

    def handle(self):
        self.say(b"* OK IMAP4rev1 ready")
        for line in self.rfile:
            self.server.seen.append(line.decode())
            tag, verb, *rest = line.decode().strip().split(" ", 3)
            verb = verb.upper()
            if verb == "CAPABILITY":
                self.say(b"* CAPABILITY IMAP4rev1")
            elif verb in ("SELECT", "EXAMINE"):
                self.say(b"* %d EXISTS" % len(self.mails))
            elif verb == "UID" and rest[0].upper() == "SEARCH":
                numbers = " ".join(str(n + 1) for n in range(len(self.mails)))
                self.say(f"* SEARCH {numbers}".encode())
            elif verb == "UID":
                for uid in rest[1].split()[0].split(","):
                    head = self.mails[int(uid) - 1].split(b"\r\n\r\n")[0] + b"\r\n\r\n"
                    self.wfile.write(
                        f'* {uid} FETCH (UID {uid} INTERNALDATE "18-Dec-2016 09:00:00 +0100" '
                        f"BODY[HEADER] {{{len(head)}}}\r\n".encode() + head + b")\r\n")
            elif verb == "LOGOUT":
                self.say(b"* BYE")
            status = b"NO wrong" if verb == "LOGIN" and "secret" not in line.decode() else b"OK"
            self.say(tag.encode() + b" " + status + b" done")
            if verb == "LOGOUT":
                return


if __name__ == "__main__":
    unittest.main()
