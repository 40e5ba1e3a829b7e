//! Keys of others, told by a third person (Discovery §5).
//!
//! Not here: what is done with accepted gossip; it never touches a direct key (`peer`).

use std::collections::BTreeSet;

use crate::account::Accounts;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::fields::Judge;
use crate::header::{self, FieldFlaw, RawField};
use crate::key::{Certificates, Fingerprint, Key, hash};
use crate::limits::MAX_GOSSIP_FIELDS;

/// What decrypting a mail gave, as far as discovery is concerned; or what a mail in the clear with
/// unobtrusive signatures has inside.
#[derive(Debug, Clone, Default)]
pub struct Payload {
    /// Whether the mail was in the clear, with unobtrusive signatures.
    pub in_clear: bool,
    /// The protected Date, if it is usable.
    pub date: Option<Timestamp>,
    /// When it was signed, by the earliest of the signatures by `signers`.
    pub signed_at: Option<Timestamp>,
    /// Whether the root part is a `multipart/report`.
    pub is_report: bool,
    /// The protected From.
    pub from: Option<Addr>,
    /// The addresses in the protected To, Cc and Reply-To.
    pub recipients: BTreeSet<Addr>,
    /// Raw values of key fields in the root part: field name and value.
    pub key_fields: Vec<(String, Vec<u8>)>,
    /// Raw values of `Autocrypt-Gossip` fields in the root part.
    pub gossip: Vec<Vec<u8>>,
    /// Primary fingerprints of the certs with which a signature over the whole message verifies.
    pub signers: BTreeSet<Fingerprint>,
}

/// One gossip field and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GossipReport {
    /// Whose key it claims to be.
    pub addr: Option<Addr>,
    /// The key, or why it is not accepted.
    pub key: Result<Key, GossipFlaw>,
}

pub use crate::reason::GossipFlaw;

/// The gossip of a draft, which its own program wrote (Messages §5): keys of those whom it is
/// `about`.
pub fn read_draft_gossip<'a>(
    fields: impl Iterator<Item = RawField<'a>>,
    about: &dyn Fn(&Addr) -> bool,
    certs: &dyn Certificates,
) -> Vec<(Addr, Key)> {
    let known = fields.filter_map(|field| {
        let (addr, cert) = header::read_gossip(&field).ok()?;
        let fingerprint = certs.check(&cert).ok().filter(|_| about(&addr))?;
        Some((addr, Key { fingerprint, hash: hash(&cert), bytes: cert.into() }))
    });
    known.take(MAX_GOSSIP_FIELDS).collect()
}

/// Judges the gossip of a payload. `signed` is whether the mail is signed by the key that it
/// advertises; `from` is its sender.
pub fn read_gossip(
    payload: &Payload,
    signed: bool,
    from: &Addr,
    accounts: &Accounts,
    judge: Judge<'_>,
) -> Vec<GossipReport> {
    let read = |value: &Vec<u8>| {
        let addr = match header::read_gossip(&RawField::of(header::GOSSIP_FIELD, value)) {
            Ok((addr, _)) => addr,
            Err(flaw) => {
                return GossipReport { addr: None, key: Err(GossipFlaw::Invalid(flaw.into())) };
            }
        };
        let flaw = match &addr {
            _ if !signed => Some(GossipFlaw::NotSigned),
            addr if addr == from => Some(GossipFlaw::Sender),
            addr if accounts.own(addr) => Some(GossipFlaw::OwnAddress),
            addr if !payload.recipients.contains(addr) => Some(GossipFlaw::NotARecipient),
            _ => None,
        };
        let key = match flaw {
            Some(flaw) => Err(flaw),
            None => match judge(&RawField::of("Autocrypt", value), &addr) {
                Ok(Some(advertised)) => Ok(advertised.key),
                Ok(None) => Err(GossipFlaw::Invalid(FieldFlaw::Grammar.into())),
                Err(reason) => Err(GossipFlaw::Invalid(reason)),
            },
        };
        GossipReport { addr: Some(addr), key }
    };
    payload.gossip.iter().take(MAX_GOSSIP_FIELDS).map(read).collect()
}
