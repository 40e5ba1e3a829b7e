//! Whole mails that somebody means badly, and Bob, who gets them.
//!
//! Mails are put together by hand from packets that the `pgp` crate made, and so by nothing under
//! test. It is [`NOW`]; all keys were made at `MADE`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inbome_core::decrypt::{Decrypted, Encryption};
use inbome_core::discover::Receipt;
use inbome_core::engine::{AccountOptions, Engine};
use inbome_core::receive::Incoming;
use pgp::types::Tag;

use crate::certs::{Cert, Key, MADE, NOW, Says};
use crate::messages::{Person, Signing, encrypted, literal, packet, transferable};
use crate::stage::{ALICE, BOB, SetClock, addr, autocrypt, options, rfc2822};

/// Somebody of whom Bob knows nothing.
pub const CAROL: &str = "carol@example.org";
/// Whoever means it badly.
pub const MALLORY: &str = "mallory@example.net";

/// Bob and the others, each with a key.
pub struct Scene {
    /// Bob's, with the one account.
    pub engine: Engine,
    /// Stands at [`NOW`].
    pub clock: SetClock,
    /// The account.
    pub bob: Person,
    /// Her key is known to him only after [`Scene::knows_alice`].
    pub alice: Person,
    /// Not known to him.
    pub carol: Person,
    /// Not known to him.
    pub mallory: Person,
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

impl Scene {
    /// Bob knows nobody.
    pub fn new() -> Self {
        let (primary, subkey) = (Key::signing(1, MADE), Key::encrypting(101, MADE));
        let cert = cert_of(&primary, &subkey, &Says::certification(MADE));
        let import_key = Some(transferable(&cert, &[&primary, &subkey]));
        let clock = SetClock::new(NOW.into());
        let engine = Engine::in_memory(options(&clock));
        let account = AccountOptions { import_key, ..AccountOptions::default() };
        engine.create_account(&addr(BOB), &account, &mut |_| None).expect("an account");
        let bob = Person::with(primary, subkey, &cert, &[]);
        let [alice, carol, mallory] = [2, 3, 4].map(Person::new);
        Self { engine, clock, bob, alice, carol, mallory }
    }

    /// Bob has got a mail of Alice's with her key.
    pub fn knows_alice() -> Self {
        let scene = Self::new();
        scene.learns(ALICE, &scene.alice.cert);
        scene
    }

    /// Bob gets a mail from `from` that advertises `cert`, a day ago.
    pub fn learns(&self, from: &str, cert: &[u8]) {
        let date = rfc2822(i64::from(NOW) - 86_400, 0);
        let field = autocrypt(from, true, cert);
        let mail = format!("From: {from}\r\nTo: {BOB}\r\nDate: {date}\r\n{field}\r\nHello\r\n");
        let incoming = self.incoming(mail.as_bytes());
        assert!(incoming.fields[0].verdict.reason().is_none(), "{incoming:?}");
    }

    /// Bob's program processes a mail without showing it.
    pub fn incoming(&self, mail: &[u8]) -> Incoming {
        self.engine.process_incoming(None, mail, Receipt::default()).expect("processed")
    }

    /// Bob reads a mail, by either verb; both must say the same.
    pub fn reads(&self, mail: &[u8]) -> Answer {
        let decrypted = self.engine.decrypt(None, mail).expect("an answer");
        let receipt = Receipt { return_payload: true, ..Receipt::default() };
        let incoming = self.engine.process_incoming(None, mail, receipt).expect("processed");
        assert_eq!(incoming.decrypted.as_ref(), Some(&decrypted), "the two verbs differ");
        Answer { decrypted, incoming }
    }

    /// Bob reads what `plaintext` (packets) encrypted to him gives in a mail from Alice.
    pub fn reads_packets(&self, plaintext: &[u8]) -> Answer {
        self.reads(&mail(ALICE, "", &pgp_mime(&encrypted(&self.bob, plaintext))))
    }

    /// A mail from `from` whose payload, encrypted to Bob, is `entity`, signed by `by`.
    pub fn sealed(&self, from: &str, fields: &str, entity: &str, by: Option<&Person>) -> Vec<u8> {
        let plaintext = match by {
            Some(by) => signed_as(&by.primary, &Signing::at(NOW), entity.as_bytes()),
            None => literal(entity.as_bytes()),
        };
        mail(from, fields, &pgp_mime(&encrypted(&self.bob, &plaintext)))
    }
}

/// What Bob is told of a mail.
#[derive(Debug)]
pub struct Answer {
    /// By `decrypt`, and by `process_incoming` the same.
    pub decrypted: Decrypted,
    /// By `process_incoming`.
    pub incoming: Incoming,
}

impl Answer {
    /// Encryption with the reason of a failure, signature, signer: as in `encrypted valid current`.
    pub fn told(&self) -> String {
        let summary = &self.decrypted.summary;
        let mut words = vec![summary.encryption.name()];
        if let Encryption::Failed(failure) = &summary.encryption {
            words.push(failure.code().name());
        }
        words.push(summary.signature.name());
        words.extend(summary.signer.map(|signer| signer.name()));
        words.join(" ")
    }

    /// The message that is shown, if there is one.
    pub fn shown(&self) -> String {
        let message = self.decrypted.message.as_deref().unwrap_or_default();
        String::from_utf8_lossy(message).into_owned()
    }

    /// The values of the `name` fields of the shown message.
    pub fn field(&self, name: &str) -> Vec<String> {
        let start = format!("{name}: ");
        let shown = self.shown();
        let header = shown.split("\r\n\r\n").next().unwrap_or_default();
        header.lines().filter_map(|line| line.strip_prefix(&start).map(str::to_owned)).collect()
    }

    /// From whom the mail is said to be.
    pub fn from(&self) -> Option<&str> {
        self.decrypted.summary.from.as_ref().map(|from| from.as_str())
    }

    /// Nothing at all is given, for this reason.
    #[track_caller]
    pub fn gives_nothing(&self, name: &str, code: &str) {
        assert_eq!(self.told(), format!("failed {code} none"), "{name}");
        assert_eq!(self.decrypted.message, None, "{name}");
        assert_eq!(self.decrypted.session_key, None, "{name}");
    }
}

/// A cert with one User ID and one encryption subkey whose self-signature is `says`.
pub fn cert_of(primary: &Key, subkey: &Key, says: &Says) -> Cert {
    let cert = Cert::of(primary).user_id(primary, "<somebody@example.org>", says);
    cert.subkey(primary, subkey, &Says::binding(MADE))
}

/// A mail from `from` to Bob: further `fields` (whole lines), then a MIME entity.
pub fn mail(from: &str, fields: &str, entity: &str) -> Vec<u8> {
    let date = rfc2822(NOW.into(), 0);
    format!(
        "From: {from}\r\nTo: {BOB}\r\nSubject: [...]\r\nDate: {date}\r\n\
         Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n{fields}{entity}"
    )
    .into_bytes()
}

/// A text entity.
pub fn text(subtype: &str, body: &str) -> String {
    format!("Content-Type: text/{subtype}; charset=utf-8\r\n\r\n{body}\r\n")
}

/// A text entity with protected `fields` (whole lines).
pub fn protected_text(fields: &str, body: &str) -> String {
    format!("Content-Type: text/plain; hp=\"cipher\"; charset=utf-8\r\n{fields}\r\n{body}\r\n")
}

/// The fields that stand inside a mail from `from` to `to`.
pub fn inside(from: &str, to: &str) -> String {
    let date = rfc2822(NOW.into(), 0);
    format!("From: {from}\r\nTo: {to}\r\nSubject: Hello\r\nDate: {date}\r\n")
}

/// A multipart entity.
pub fn multipart(subtype: &str, parts: &[&str]) -> String {
    // Entities of different length have different boundaries, so those inside do.
    let boundary = format!("b{:08}", parts.iter().map(|part| part.len()).sum::<usize>());
    let parts: String =
        parts.iter().map(|part| format!("--{boundary}\r\n{part}\r\n")).collect::<String>();
    format!(
        "Content-Type: multipart/{subtype}; boundary={boundary}\r\n\r\n{parts}--{boundary}--\r\n"
    )
}

/// The `multipart/encrypted` around an OpenPGP message.
pub fn pgp_mime(message: &[u8]) -> String {
    let version = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n";
    let octets = armored("MESSAGE", message);
    let octets = format!("Content-Type: application/octet-stream\r\n\r\n{octets}");
    multipart("encrypted; protocol=\"application/pgp-encrypted\"", &[version, &octets])
}

/// The `multipart/signed` around `entity`.
pub fn pgp_signed(entity: &str, by: &Person, signing: &Signing) -> String {
    // The line end before the delimiter is the delimiter's.
    let signature = packet(Tag::Signature, &signing.sign(&by.primary, entity.as_bytes()));
    let signature = armored("SIGNATURE", &signature);
    let signature = format!("Content-Type: application/pgp-signature\r\n\r\n{signature}");
    let kind = "signed; micalg=pgp-sha256; protocol=\"application/pgp-signature\"";
    multipart(kind, &[entity, &signature])
}

/// Signature and literal, in the order of old that needs no one-pass packet.
pub fn signed_as(by: &Key, signing: &Signing, content: &[u8]) -> Vec<u8> {
    [packet(Tag::Signature, &signing.sign(by, content)), literal(content)].concat()
}

/// Armor with CRLF.
pub fn armored(kind: &str, octets: &[u8]) -> String {
    let text = STANDARD.encode(octets);
    let mut lines = String::with_capacity(text.len() + text.len() / 32);
    for line in text.as_bytes().chunks(64) {
        lines.push_str(std::str::from_utf8(line).expect("base64"));
        lines.push_str("\r\n");
    }
    format!("-----BEGIN PGP {kind}-----\r\n\r\n{lines}-----END PGP {kind}-----\r\n")
}
