//! People who write to one another, and what is in their mails.
//!
//! Fields are found by code of its own; encrypted mails are opened with the key of one person and
//! looked at packet by packet, beside the reading that is under test.

use std::collections::BTreeSet;
use std::sync::Arc;

use inbome_core::clock::Timestamp;
use inbome_core::engine::{Engine, EngineOptions};
use inbome_core::key::{Certificates, Fingerprint};
use inbome_core::mime::{Form, locate};
use inbome_core::openpgp::message::{KeyId, SealTo, Sealing, SignatureCheck};
use inbome_core::openpgp::{Messages, Rpgp, SecretKey};
use inbome_core::outgoing::{Mode, Outgoing, OutgoingOptions};

use crate::certs::dearmor;
use crate::hostile::pgp_mime;
use crate::stage::{NOW, Seeded, SetClock, add_account, addr, receive, rfc2822};

/// An engine in memory with an account and randomness of its own. Another seed, another key.
pub fn person(id: &str, seed: u64, clock: &SetClock) -> Engine {
    let random = Arc::new(Seeded::new(seed << 48));
    let clock = Arc::new(clock.clone());
    let engine = Engine::in_memory(EngineOptions { clock, random, ..EngineOptions::default() });
    add_account(&engine, id);
    engine
}

/// A mail as its program would send it: `fields` are whole lines with CRLF.
pub fn draft(fields: &str) -> Vec<u8> {
    format!("{fields}\r\nThe body\r\n").into_bytes()
}

/// Sends in mode `auto`.
pub fn send(engine: &Engine, mail: &[u8]) -> Outgoing {
    engine.process_outgoing(None, mail, &OutgoingOptions::default()).expect("made")
}

/// Options with a mode.
pub fn mode(mode: Mode) -> OutgoingOptions {
    OutgoingOptions { mode, ..OutgoingOptions::default() }
}

/// `from` writes to all of `to` in the clear, a mail each, at `at`; so they know the key.
pub fn introduce(from: &Engine, id: &str, to: &[&Engine], at: i64) {
    let mail = draft(&format!("From: {id}\r\nTo: all@example.net\r\nDate: {}\r\n", rfc2822(at, 0)));
    let sent = from.process_outgoing(None, &mail, &mode(Mode::Clear)).expect("made");
    for engine in to {
        receive(engine, &sent.messages[0].data);
    }
}

/// The current secret key of the only account.
pub fn secret(engine: &Engine) -> SecretKey {
    let current = engine.account(None).expect("an account").current.expect("a key");
    let mut keys = engine.own_keys(None).expect("keys").into_iter();
    keys.find(|stored| stored.key.fingerprint == current).expect("the current key").key
}

/// The fields of a header section, each with its folds and line end, and what follows them.
pub fn split(mail: &[u8]) -> (Vec<Vec<u8>>, &[u8]) {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    let mut rest = mail;
    while !rest.is_empty() && !rest.starts_with(b"\n") && !rest.starts_with(b"\r\n") {
        let end = rest.iter().position(|octet| *octet == b'\n').map_or(rest.len(), |at| at + 1);
        match fields.last_mut() {
            Some(field) if rest.starts_with(b" ") || rest.starts_with(b"\t") => {
                field.extend_from_slice(&rest[..end]);
            }
            _ => fields.push(rest[..end].to_vec()),
        }
        rest = &rest[end..];
    }
    (fields, rest)
}

/// The body: what follows the blank line.
pub fn body(mail: &[u8]) -> &[u8] {
    let (_, rest) = split(mail);
    rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n")).unwrap_or(rest)
}

/// Of a field of [`split`], in lower case.
pub fn name(field: &[u8]) -> String {
    let colon = field.iter().position(|octet| *octet == b':').unwrap_or(field.len());
    String::from_utf8_lossy(&field[..colon]).trim().to_ascii_lowercase()
}

/// Of a field of [`split`], without folds and the blanks around it.
pub fn value(field: &[u8]) -> String {
    let colon = field.iter().position(|octet| *octet == b':').map_or(field.len(), |at| at + 1);
    let text = String::from_utf8_lossy(&field[colon..]);
    text.replace("\r\n", "").replace('\n', "").trim().to_owned()
}

/// The values of all fields of one name.
pub fn values(mail: &[u8], of: &str) -> Vec<String> {
    let of = of.to_ascii_lowercase();
    split(mail).0.iter().filter(|field| name(field) == of).map(|field| value(field)).collect()
}

/// The names of all fields, in lower case.
pub fn names(mail: &[u8]) -> BTreeSet<String> {
    split(mail).0.iter().map(|field| name(field)).collect()
}

/// Whether `text` stands anywhere in `octets`, without case.
pub fn holds(octets: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(octets).to_lowercase().contains(&text.to_lowercase())
}

/// One copy of an encrypted mail, opened with the key of one person.
#[derive(Debug)]
pub struct Copy {
    /// What was encrypted.
    pub payload: Vec<u8>,
    /// The keys that it names.
    pub to: Vec<KeyId>,
    /// Whom its one signature is for.
    pub intended: BTreeSet<Fingerprint>,
    /// `number:HEX`.
    pub session_key: Vec<u8>,
}

/// The OpenPGP message in a mail.
pub fn armor(mail: &[u8]) -> Vec<u8> {
    let Ok(Form::Encrypted(found)) = locate(mail) else {
        panic!("no encrypted mail:\n{}", String::from_utf8_lossy(mail))
    };
    found.armor.into_owned()
}

/// Opens a copy with the key of `reader`; it must bear one valid signature of `sender`.
pub fn open(mail: &[u8], reader: &Engine, sender: &Engine) -> Copy {
    let openpgp = Rpgp::new();
    let opened = openpgp.open(&armor(mail), &[&secret(reader)]).expect("opened");
    let payload = opened.payload.as_bytes().to_vec();
    let union = openpgp.union(None, &secret(sender).cert);
    let now = sender.now();
    let checks = openpgp.verify(&payload, &opened.signatures, &[&union], now);
    let [SignatureCheck::Valid { intended, .. }] = checks.as_slice() else {
        panic!("one valid signature, not {checks:?}")
    };
    let intended: BTreeSet<_> = intended.iter().cloned().collect();
    let session_key = opened.session_key.as_bytes().to_vec();
    Copy { payload, to: opened.to, intended, session_key }
}

/// Whether the key of `reader` opens it.
pub fn opens(mail: &[u8], reader: &Engine) -> bool {
    Rpgp::new().open(&armor(mail), &[&secret(reader)]).is_ok()
}

/// The names under which a message may be encrypted to the key of `engine`.
pub fn key_ids(engine: &Engine) -> BTreeSet<KeyId> {
    Rpgp::new().key_ids(&secret(engine))
}

/// Of the current key.
pub fn fingerprint_of(engine: &Engine) -> Fingerprint {
    secret(engine).fingerprint
}

/// What the row of a peer says: when last seen, whether encrypted, whether a key and whether gossip
/// is known.
pub fn row(engine: &Engine, peer: &str) -> (Option<i64>, bool, bool, bool) {
    let Ok(details) = engine.peer(None, &addr(peer)) else { return (None, false, false, false) };
    let peer = details.state.peer;
    let seen = peer.seen.map(|seen| seen.at.as_secs());
    let encrypted = peer.seen.is_some_and(|seen| seen.encrypted);
    (seen, encrypted, peer.advert.is_some(), peer.gossip.is_some())
}

/// An encrypted entity for `engine` alone, unsigned, of an OpenPGP message that holds just `octets`.
pub fn sealed_to_self(engine: &Engine, octets: &[u8]) -> String {
    let (cert, certs) = (engine.export_cert(None).expect("a cert").0, Rpgp::new());
    let union = certs.union(None, &cert);
    let recipients = [SealTo { received: &cert, union: &union }];
    let (now, random) = (Timestamp::from_secs(NOW), &Seeded::new(3));
    let sealing = Sealing { signer: None, recipients: &recipients, now, random };
    let armor = certs.seal(octets, &sealing).expect("sealed");
    pgp_mime(&dearmor(std::str::from_utf8(&armor).expect("armor")))
}
