//! Encrypted outgoing mail: one copy for To and Cc, one for each blind recipient, and the one to keep
//! (Messages §2, §4).
//!
//! No copy shows another blind recipient, in its header, gossip, signature or key IDs. Nothing is
//! given before all copies are made. Not here: whether to encrypt (`recommend`, `compose`), header
//! protection (`mime`), and the OpenPGP message (`openpgp`).

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::compose::{OutgoingMessage, is_removed};
use crate::header::print_gossip;
use crate::key::{CertUnion, Key};
use crate::mime::{Additions, Envelope, ProtectError, make_payload};
use crate::openpgp::message::{SealTo, Sealing};
use crate::openpgp::{OpenPgp, OpenPgpError, SecretKey};
use crate::random::SecureRandom;

/// A key to encrypt to, and all that is known of it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The cert as it goes into gossip.
    pub key: Key,
    /// The verified parts of all its copies.
    pub union: CertUnion,
}

/// A mail to be encrypted, and everything that this takes.
pub struct Letter<'a> {
    /// The mail as its program would send it.
    pub mail: &'a [u8],
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
    let header = Envelope::parse(letter.mail).map_err(ProtectError::Limit)?;
    let named = [header.to(), header.cc()];
    let named: BTreeSet<Addr> = named.into_iter().flatten().flatten().collect();
    let (visible, blind): (Vec<&Addr>, Vec<&Addr>) =
        letter.recipients.iter().partition(|addr| named.contains(*addr));
    let message_id = match header.message_id() {
        Some(id) => id.to_vec(),
        None => new_message_id(letter)?,
    };
    let copy = Copy { letter, openpgp, named: &named, header: &header, message_id: &message_id };
    let mut messages = Vec::new();
    if !visible.is_empty() {
        messages.push(copy.seal(&visible, blind.is_empty(), false)?);
    }
    for addr in &blind {
        messages.push(copy.seal(&[addr], false, false)?);
    }
    // With blind recipients, what is kept names them inside and is encrypted to oneself alone.
    if !blind.is_empty() || visible.is_empty() {
        messages.push(copy.seal(&[], true, true)?);
    }
    Ok(Sealed { messages, message_id })
}

/// What all copies have in common.
struct Copy<'a> {
    letter: &'a Letter<'a>,
    openpgp: &'a dyn OpenPgp,
    named: &'a BTreeSet<Addr>,
    header: &'a Envelope<'a>,
    message_id: &'a [u8],
}

impl Copy<'_> {
    /// One copy, encrypted to `readers` and to oneself; signed anew, for just them.
    fn seal(
        &self,
        readers: &[&Addr],
        sent_copy: bool,
        keep_bcc: bool,
    ) -> Result<OutgoingMessage, EncryptError> {
        let letter = self.letter;
        let from = Some(letter.from);
        let is_bcc = |name: &[u8]| {
            name.eq_ignore_ascii_case(b"Bcc") || name.eq_ignore_ascii_case(b"Resent-Bcc")
        };
        let id = String::from_utf8_lossy(self.message_id);
        let missing = [("Date", letter.now.to_mail_date()), ("Message-ID", format!("<{id}>"))];
        let additions = Additions {
            remove: Some(&|field| !is_bcc(field.name) && is_removed(field, from)),
            fields: letter.key_fields,
            missing: &missing,
            gossip: &self.gossip(),
            keep_subject: letter.keep_subject,
            keep_bcc,
        };
        let payload = make_payload(letter.mail, &additions)?;
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
        Ok(OutgoingMessage {
            data: payload.wrap(&armor, &boundary),
            recipients: readers.iter().map(|addr| (*addr).clone()).collect(),
            sent_copy,
        })
    }

    /// One field per To, Cc and Reply-To address whose key is known, when there are two or more
    /// people in To and Cc besides the sender. Never for blind recipients.
    fn gossip(&self) -> Vec<String> {
        let letter = self.letter;
        let others = self.named.iter().filter(|addr| *addr != letter.from).count();
        if others < 2 {
            return Vec::new();
        }
        let reply_to = self.header.reply_to().unwrap_or_default();
        let about: BTreeSet<&Addr> = self.named.iter().chain(&reply_to).collect();
        let about = about.into_iter().filter(|addr| *addr != letter.from);
        about.filter_map(|addr| print_gossip(addr, &letter.targets.get(addr)?.key.bytes)).collect()
    }
}

fn new_message_id(letter: &Letter<'_>) -> Result<Vec<u8>, EncryptError> {
    let mut octets = [0_u8; 16];
    letter.random.fill(&mut octets)?;
    let name: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    let domain = letter.from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    Ok(format!("{name}@{domain}").into_bytes())
}
