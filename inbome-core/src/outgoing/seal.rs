//! Encrypted outgoing mail: one copy for To and Cc, one for each blind recipient, and the one to keep
//! (Messages §2, §4).
//!
//! No copy shows another blind recipient, in its header, gossip, signature or key IDs. Nothing is
//! given before all copies are made. Not here: whether to encrypt (`recommend`, `outgoing`), header
//! protection (`mime`), and the OpenPGP message (`openpgp`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header::RawField;
use crate::header::print_gossip;
use crate::key::{CertUnion, Key};
use crate::mime::{Additions, Envelope, Payload, ProtectError, make_entity_payload, make_payload};
use crate::openpgp::message::{SealTo, Sealing};
use crate::openpgp::{OpenPgp, OpenPgpError, SecretKey};
use crate::outgoing::{OutgoingMessage, is_removed};
use crate::random::SecureRandom;

/// A key to encrypt to, and all that is known of it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The cert as it goes into gossip.
    pub key: Key,
    /// The verified parts of all its copies.
    pub union: CertUnion,
}

impl Target {
    /// `union` is what is known beyond this copy.
    #[must_use]
    pub fn new(key: Key, union: Option<CertUnion>, openpgp: &dyn OpenPgp) -> Self {
        let union = union.unwrap_or_else(|| openpgp.union(None, &key.bytes));
        Self { key, union }
    }
}

/// What is encrypted.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A whole mail, as its program would send it.
    Mail(&'a [u8]),
    /// One MIME entity, and the header fields to protect, for a program that writes its header
    /// itself.
    Entity(&'a [u8], &'a [(&'a str, String)]),
}

impl Source<'_> {
    /// The mail, or as much of a mail as the header is.
    pub(crate) fn header(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Mail(mail) => Cow::Borrowed(mail),
            Self::Entity(_, fields) => {
                let lines = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
                Cow::Owned(lines.collect::<String>().into_bytes())
            }
        }
    }

    fn payload(self, additions: &Additions<'_>) -> Result<Payload, ProtectError> {
        match self {
            Self::Mail(mail) => make_payload(mail, additions),
            Self::Entity(entity, header) => make_entity_payload(entity, header, additions),
        }
    }
}

/// A mail to be encrypted, and everything that this takes.
pub struct Letter<'a> {
    /// What it says.
    pub source: Source<'a>,
    /// Who writes.
    pub from: &'a Addr,
    /// Everybody whom it goes to.
    pub recipients: &'a [Addr],
    /// The keys of the recipients, and those of Reply-To that are known.
    pub targets: &'a BTreeMap<Addr, Target>,
    /// The key that signs, and that one's own copy is encrypted to.
    pub signer: &'a SecretKey,
    /// The key fields: name and folded value.
    pub key_fields: &'a [(&'static str, String)],
    /// Leaves the Subject in the clear.
    pub keep_subject: bool,
    /// The present.
    pub now: Timestamp,
    /// For boundaries, a Message-ID, and everything that OpenPGP must draw.
    pub random: &'a dyn SecureRandom,
}

/// What became of a letter.
#[derive(Debug)]
pub struct Sealed {
    /// The copies; one is marked for Sent.
    pub messages: Vec<OutgoingMessage>,
    /// The Message-ID of all of them, without angle brackets.
    pub message_id: Vec<u8>,
}

/// What became of a single entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntity {
    /// The `multipart/encrypted` entity: its Content-Type, and the body.
    pub entity: Vec<u8>,
    /// Every field that is to stand in the header of the mail, with the value it must have there:
    /// name and value, which may be folded with CRLF and a blank. A protected field that is not in
    /// the list must not stand outside.
    pub outer: Vec<(String, String)>,
    /// The Message-ID, without angle brackets.
    pub message_id: Vec<u8>,
}

/// Why a letter cannot be encrypted; nothing of it leaves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncryptError {
    /// The mail itself.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// OpenPGP, or the random source.
    #[error(transparent)]
    OpenPgp(#[from] OpenPgpError),
    /// A recipient whose key is not there after all.
    #[error("expected a key of {0}, found none; nothing was sent")]
    NoKey(Addr),
}

impl From<crate::random::RandomError> for EncryptError {
    fn from(error: crate::random::RandomError) -> Self {
        Self::OpenPgp(error.into())
    }
}

/// Signs and encrypts `letter`.
///
/// # Errors
/// [`EncryptError`].
pub fn encrypt(letter: &Letter<'_>, openpgp: &dyn OpenPgp) -> Result<Sealed, EncryptError> {
    let header = letter.source.header();
    let header = Envelope::parse(&header).map_err(ProtectError::Limit)?;
    let copy = Copy::new(letter, &header, openpgp)?;
    let named = |addr: &&Addr| copy.named.contains(*addr);
    let (visible, blind): (Vec<&Addr>, Vec<&Addr>) = letter.recipients.iter().partition(named);
    let message = |readers: &[&Addr], sent_copy, keep_bcc| {
        let Parts { payload, armor, boundary } = copy.seal(readers, keep_bcc)?;
        Ok::<_, EncryptError>(OutgoingMessage {
            data: payload.wrap(&armor, &boundary),
            recipients: readers.iter().map(|addr| (*addr).clone()).collect(),
            sent_copy,
        })
    };
    let mut messages = Vec::new();
    if !visible.is_empty() {
        messages.push(message(&visible, blind.is_empty(), false)?);
    }
    for addr in &blind {
        messages.push(message(&[addr], false, false)?);
    }
    // With blind recipients, what is kept names them inside and is encrypted to oneself alone.
    if !blind.is_empty() || visible.is_empty() {
        messages.push(message(&[], true, true)?);
    }
    Ok(Sealed { messages, message_id: copy.message_id })
}

/// Signs and encrypts one entity for all of the letter's recipients: one copy.
///
/// # Errors
/// [`EncryptError`].
pub fn encrypt_entity(
    letter: &Letter<'_>,
    openpgp: &dyn OpenPgp,
) -> Result<SealedEntity, EncryptError> {
    let header = letter.source.header();
    let header = Envelope::parse(&header).map_err(ProtectError::Limit)?;
    let copy = Copy::new(letter, &header, openpgp)?;
    let readers: Vec<&Addr> = letter.recipients.iter().collect();
    // The copy to keep may name blind recipients inside.
    let to_self = readers.iter().all(|addr| *addr == letter.from);
    let Parts { payload, armor, boundary } = copy.seal(&readers, to_self)?;
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).trim().to_owned();
    // Folds are given as they are taken, whatever ends the lines of the entity.
    let value = |octets: &[u8]| text(octets).replace("\r\n", "\n").replace('\n', "\r\n");
    let outer = payload.outer_fields().map(|field| (text(field.name), value(field.value)));
    Ok(SealedEntity {
        outer: outer.collect(),
        entity: payload.wrap_entity(&armor, &boundary),
        message_id: copy.message_id,
    })
}

/// What all copies have in common.
struct Copy<'a> {
    letter: &'a Letter<'a>,
    openpgp: &'a dyn OpenPgp,
    /// The addresses in To and Cc.
    named: BTreeSet<Addr>,
    reply_to: Vec<Addr>,
    message_id: Vec<u8>,
}

/// One copy, not yet put together.
struct Parts {
    payload: Payload,
    armor: Vec<u8>,
    boundary: [u8; 16],
}

impl<'a> Copy<'a> {
    fn new(
        letter: &'a Letter<'a>,
        header: &Envelope<'_>,
        openpgp: &'a dyn OpenPgp,
    ) -> Result<Self, EncryptError> {
        let lists = [header.to(), header.cc()].into_iter().collect::<Result<Vec<_>, _>>();
        let lists = lists.map_err(ProtectError::Limit)?;
        let message_id = match header.message_id() {
            Some(id) => id.to_vec(),
            None => new_message_id(letter)?,
        };
        let reply_to = header.reply_to().unwrap_or_default();
        let named = lists.into_iter().flatten().collect();
        Ok(Self { letter, openpgp, named, reply_to, message_id })
    }

    /// One copy, encrypted to `readers` and to oneself; signed anew, for just them.
    fn seal(&self, readers: &[&Addr], keep_bcc: bool) -> Result<Parts, EncryptError> {
        let letter = self.letter;
        let is_bcc = |field: &RawField<'_>| field.is("Bcc") || field.is("Resent-Bcc");
        let id = String::from_utf8_lossy(&self.message_id);
        let missing = [("Date", letter.now.to_mail_date()), ("Message-ID", format!("<{id}>"))];
        let additions = Additions {
            // Bcc is for `keep_bcc` to decide.
            remove: Some(&|field| !is_bcc(field) && is_removed(field, Some(letter.from))),
            fields: letter.key_fields,
            missing: &missing,
            gossip: &self.gossip(),
            keep_subject: letter.keep_subject,
            keep_bcc,
        };
        let payload = letter.source.payload(&additions)?;
        let own_union = self.openpgp.union(None, &letter.signer.cert);
        let mut to = Vec::new();
        for addr in readers {
            let target =
                letter.targets.get(*addr).ok_or_else(|| EncryptError::NoKey((*addr).clone()))?;
            to.push(SealTo { received: &target.key.bytes, union: &target.union });
        }
        to.push(SealTo { received: &letter.signer.cert, union: &own_union });
        let sealing = Sealing {
            signer: Some(letter.signer),
            recipients: &to,
            now: letter.now,
            random: letter.random,
        };
        let armor = self.openpgp.seal(&payload.octets, &sealing)?;
        let mut boundary = [0; 16];
        letter.random.fill(&mut boundary)?;
        Ok(Parts { payload, armor, boundary })
    }

    /// One field per To, Cc and Reply-To address whose key is known, when there are two or more
    /// people in To and Cc besides the sender. Never for blind recipients.
    fn gossip(&self) -> Vec<String> {
        let letter = self.letter;
        let others = self.named.iter().filter(|addr| *addr != letter.from).count();
        if others < 2 {
            return Vec::new();
        }
        let about = self.named.iter().chain(&self.reply_to).filter(|addr| *addr != letter.from);
        gossip_values(about, letter.targets, self.openpgp, letter.now)
    }
}

/// One gossip field about each address whose key is known, in the order of the addresses.
pub(crate) fn gossip_values<'a>(
    about: impl Iterator<Item = &'a Addr>,
    targets: &BTreeMap<Addr, Target>,
    openpgp: &dyn OpenPgp,
    now: Timestamp,
) -> Vec<String> {
    let print = |addr: &Addr| {
        let Target { key, union } = targets.get(addr)?;
        let small = openpgp.cert_for_gossip(union, &key.bytes, addr, now);
        let small = small.and_then(|cert| print_gossip(addr, &cert));
        small.or_else(|| print_gossip(addr, &key.bytes))
    };
    about.collect::<BTreeSet<_>>().into_iter().filter_map(print).collect()
}

fn new_message_id(letter: &Letter<'_>) -> Result<Vec<u8>, EncryptError> {
    let mut octets = [0_u8; 16];
    letter.random.fill(&mut octets)?;
    let name: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    let domain = letter.from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    Ok(format!("{name}@{domain}").into_bytes())
}
