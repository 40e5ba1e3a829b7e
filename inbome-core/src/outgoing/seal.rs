//! Encrypted outgoing mail: one copy for To and Cc, one for each blind recipient, and the one to keep
//! (Messages §2, §4).
//!
//! No copy shows another blind recipient, in its header, gossip, signature or key IDs. Nothing is
//! given before all copies are made. Not here: whether to encrypt (`recommend`, `outgoing`), header
//! protection (`mime`), and the OpenPGP message (`openpgp`).

use std::collections::{BTreeMap, BTreeSet};

use super::OutgoingMessage;
use super::clear::is_removed;
use super::letter::{OutgoingDraft, Source};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header::{DRAFT_STATE_FIELD, RawField, print_gossip};
use crate::history::KeyRecord;
use crate::key::{CertUnion, Fingerprint, Key};
use crate::mime::{Additions, Payload, ProtectError, make_entity_payload, make_payload};
use crate::openpgp::message::{SealTo, Sealing};
use crate::openpgp::{OpenPgp, OpenPgpError, SecretKey};
use crate::random::SecureRandom;
use crate::recommend::TargetSource;

/// A key to encrypt to, and all that is known of it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The cert as it goes into gossip.
    pub key: Key,
    /// Where it comes from.
    pub source: TargetSource,
    /// The verified parts of the copies that are stored.
    pub stored: Option<KeyRecord>,
}

impl Target {
    /// Nothing is known of it yet but this copy.
    pub(super) const fn new(key: Key, source: TargetSource) -> Self {
        Self { key, source, stored: None }
    }

    /// The verified parts of all copies, this one included.
    fn union(&self, openpgp: &dyn OpenPgp) -> CertUnion {
        match &self.stored {
            Some(record) if record.copies.contains(&self.key.hash) => record.union.clone(),
            stored => openpgp.union(stored.as_ref().map(|record| &record.union), &self.key.bytes),
        }
    }
}

/// The keys that a mail is sealed with.
#[derive(Debug)]
pub struct SealKeys {
    /// The account that writes.
    pub account: Addr,
    /// The address that it writes from.
    pub from: Addr,
    /// The key that signs, and that one's own copy is encrypted to.
    pub signer: SecretKey,
    /// The Subject stays in the clear.
    pub keep_subject: bool,
    /// The keys of the recipients, and those of others that are told.
    pub targets: BTreeMap<Addr, Target>,
}

impl SealKeys {
    /// Adds what is stored of the peers' keys, beyond the copies that are encrypted to. `stored` finds the
    /// record of a key of a peer.
    ///
    /// # Errors
    /// Those of `stored`.
    pub fn unite<E>(
        &mut self,
        mut stored: impl FnMut(&Addr, &Fingerprint) -> Result<Option<KeyRecord>, E>,
    ) -> Result<(), E> {
        let of_peer = |(_, target): &(&Addr, &mut Target)| target.source != TargetSource::Own;
        for (addr, target) in self.targets.iter_mut().filter(of_peer) {
            target.stored = stored(addr, &target.key.fingerprint)?;
        }
        Ok(())
    }

    /// Checks that the account's key can be used now: in its life and, to sign, unlocked.
    ///
    /// # Errors
    /// [`OpenPgpError::Unusable`], [`OpenPgpError::Locked`].
    pub fn check_signer(&self, signs: bool, now: Timestamp) -> Result<(), OpenPgpError> {
        let key = &self.signer;
        // Said here, where it is known that the key is the user's own, and what helps.
        if let Some(expired) = key.expires.filter(|expires| *expires <= now) {
            let (own, of) = (&key.fingerprint, &self.account);
            let found = format!("{own}, the key of {of}, which expired on {expired}: renew it");
            return Err(OpenPgpError::Unusable { found });
        }
        match key.locked && signs {
            true => Err(OpenPgpError::Locked { fingerprint: key.fingerprint.to_string() }),
            false => Ok(()),
        }
    }
}

/// What making octets takes beside the plan.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// OpenPGP.
    pub openpgp: &'a dyn OpenPgp,
    /// For boundaries, a Message-ID, and everything that OpenPGP must draw.
    pub random: &'a dyn SecureRandom,
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

/// Seals the copies of one mail.
pub(crate) struct Sealer<'a> {
    draft: &'a OutgoingDraft<'a>,
    keys: &'a SealKeys,
    key_fields: &'a [(&'static str, String)],
    unions: BTreeMap<&'a Addr, CertUnion>,
    own_union: CertUnion,
    message_id: Vec<u8>,
    now: Timestamp,
    tools: Tools<'a>,
}

/// One copy, not yet put together.
struct Parts {
    payload: Payload,
    armor: Vec<u8>,
    boundary: [u8; 16],
}

impl<'a> Sealer<'a> {
    pub(crate) fn new(
        draft: &'a OutgoingDraft<'a>,
        keys: &'a SealKeys,
        key_fields: &'a [(&'static str, String)],
        now: Timestamp,
        tools: Tools<'a>,
    ) -> Result<Self, EncryptError> {
        let message_id = match &draft.message_id {
            Some(id) => id.clone(),
            None => new_message_id(&keys.from, tools)?,
        };
        let union = |(addr, target): (&'a Addr, &Target)| (addr, target.union(tools.openpgp));
        let unions = keys.targets.iter().map(union).collect();
        let own_union = tools.openpgp.union(None, &keys.signer.cert);
        Ok(Self { draft, keys, key_fields, unions, own_union, message_id, now, tools })
    }

    /// The Message-ID of all copies, without angle brackets.
    pub(crate) fn message_id(&self) -> &[u8] {
        &self.message_id
    }

    /// The copy for To and Cc, one for each blind recipient, and the one to keep.
    pub(crate) fn copies(&self) -> Result<Vec<OutgoingMessage>, EncryptError> {
        let named = |addr: &&Addr| self.draft.named.contains(*addr);
        let (visible, blind): (Vec<&Addr>, Vec<&Addr>) =
            self.draft.recipients.iter().partition(named);
        let message = |readers: &[&Addr], sent_copy, keep_bcc| {
            let Parts { payload, armor, boundary } = self.seal(readers, keep_bcc)?;
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
        Ok(messages)
    }

    /// The one copy that an entity is.
    pub(crate) fn entity(&self) -> Result<SealedEntity, EncryptError> {
        let readers: Vec<&Addr> = self.draft.recipients.iter().collect();
        // The copy to keep may name blind recipients inside.
        let to_self = readers.iter().all(|addr| **addr == self.keys.from);
        let Parts { payload, armor, boundary } = self.seal(&readers, to_self)?;
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).trim().to_owned();
        // Folds are given as they are taken, whatever ends the lines of the entity.
        let value = |octets: &[u8]| text(octets).replace("\r\n", "\n").replace('\n', "\r\n");
        let outer = payload.outer_fields().map(|field| (text(field.name), value(field.value)));
        Ok(SealedEntity {
            outer: outer.collect(),
            entity: payload.wrap_entity(&armor, &boundary),
            message_id: self.message_id.clone(),
        })
    }

    /// A mail as it is put away: to oneself alone, unsigned, with the keys of those it is for; its state
    /// stands outside and inside (Messages §5).
    pub(crate) fn put_away(&self, mail: &[u8], state: &str) -> Result<Vec<u8>, EncryptError> {
        let additions = Additions {
            fields: &[(DRAFT_STATE_FIELD, state.to_owned())],
            missing: &[("From", self.keys.from.to_header())],
            gossip: &self.told(self.draft.recipients.iter()),
            keep_bcc: true,
            ..Additions::default()
        };
        let payload = make_payload(mail, &additions)?;
        let Parts { payload, armor, boundary } = self.encrypt(payload, &[], None)?;
        Ok(payload.wrap(&armor, &boundary))
    }

    /// One copy, encrypted to `readers` and to oneself; signed anew, for just them.
    fn seal(&self, readers: &[&Addr], keep_bcc: bool) -> Result<Parts, EncryptError> {
        let draft = self.draft;
        let is_bcc = |field: &RawField<'_>| field.is("Bcc") || field.is("Resent-Bcc");
        let id = String::from_utf8_lossy(&self.message_id);
        let missing = [("Date", self.now.to_mail_date()), ("Message-ID", format!("<{id}>"))];
        let additions = Additions {
            // Bcc is for `keep_bcc` to decide.
            remove: Some(&|field| !is_bcc(field) && is_removed(field, Some(&self.keys.from))),
            fields: self.key_fields,
            missing: &missing,
            gossip: &self.gossip(),
            keep_subject: self.keys.keep_subject,
            keep_bcc,
        };
        let payload = match &draft.source {
            Source::Mail(mail) | Source::PutAway(mail) => make_payload(mail, &additions)?,
            Source::Entity(entity, header) => make_entity_payload(entity, header, &additions)?,
        };
        self.encrypt(payload, readers, Some(&self.keys.signer))
    }

    fn encrypt(
        &self,
        payload: Payload,
        readers: &[&Addr],
        signer: Option<&SecretKey>,
    ) -> Result<Parts, EncryptError> {
        let mut to = Vec::new();
        for addr in readers {
            let found = self.keys.targets.get(*addr).zip(self.unions.get(*addr));
            let (target, union) = found.ok_or_else(|| EncryptError::NoKey((*addr).clone()))?;
            to.push(SealTo { received: &target.key.bytes, union });
        }
        to.push(SealTo { received: &self.keys.signer.cert, union: &self.own_union });
        let Tools { openpgp, random } = self.tools;
        let sealing = Sealing { signer, recipients: &to, now: self.now, random };
        let armor = openpgp.seal(&payload.octets, &sealing)?;
        let mut boundary = [0; 16];
        random.fill(&mut boundary)?;
        Ok(Parts { payload, armor, boundary })
    }

    /// One field per To, Cc and Reply-To address whose key is known, when there are two or more
    /// people in To and Cc besides the sender. Never for blind recipients.
    fn gossip(&self) -> Vec<String> {
        let others = self.draft.named.iter().filter(|addr| **addr != self.keys.from).count();
        if others < 2 {
            return Vec::new();
        }
        self.told(self.draft.gossiped().filter(|addr| **addr != self.keys.from))
    }

    /// One gossip field about each address whose key is known, in the order of the addresses.
    fn told<'b>(&self, about: impl Iterator<Item = &'b Addr>) -> Vec<String> {
        let print = |addr: &Addr| {
            let (target, union) = self.keys.targets.get(addr).zip(self.unions.get(addr))?;
            let openpgp = self.tools.openpgp;
            let small = openpgp.cert_for_gossip(union, &target.key.bytes, addr, self.now);
            let small = small.and_then(|cert| print_gossip(addr, &cert));
            small.or_else(|| print_gossip(addr, &target.key.bytes))
        };
        about.collect::<BTreeSet<_>>().into_iter().filter_map(print).collect()
    }
}

fn new_message_id(from: &Addr, tools: Tools<'_>) -> Result<Vec<u8>, EncryptError> {
    let mut octets = [0_u8; 16];
    tools.random.fill(&mut octets)?;
    let name: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    let domain = from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    Ok(format!("{name}@{domain}").into_bytes())
}
