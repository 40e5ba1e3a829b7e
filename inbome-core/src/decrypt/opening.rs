//! What a mail shows by itself, once it is decrypted (Messages §3; Discovery §3.1, §4).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::Failure;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::discover::Mail;
use crate::fields::{judge_field, settle_fields};
use crate::gossip::Payload;
use crate::header::RawField;
use crate::key::{CertUnion, Fingerprint, Key, hash};
use crate::limits::Limit;
use crate::mime::{self, Envelope, Form, FromFlaw, Surrounding, Via};
use crate::openpgp::message::{OpenFlaw, RawSignature, SignatureCheck};
use crate::openpgp::{OpenPgp, SecretKey};
use crate::secret::Secret;

/// A mail that was opened, as far as it shows by itself. No signature is verified yet.
#[derive(Debug)]
pub struct Opening<'a> {
    pub(super) mail: &'a [u8],
    pub(super) outcome: Outcome<'a>,
    /// The keys that it was opened with: whom a signature must be meant for.
    own: BTreeSet<Fingerprint>,
}

#[derive(Debug)]
pub(super) enum Outcome<'a> {
    Clear,
    Failed(Failure, Surrounding),
    Opened(Box<Opened>),
    Signed(mime::Signed<'a>, Vec<RawSignature>),
}

/// A decrypted mail.
#[derive(Debug)]
pub(super) struct Opened {
    /// The decrypted octets.
    pub(super) payload: Secret,
    /// Messages §3: the one signed layer that belongs to the envelope.
    layer: Option<Layer>,
    pub(super) signatures: Vec<RawSignature>,
    pub(super) session_key: Secret,
    pub(super) via: Via,
    pub(super) surrounding: Surrounding,
}

#[derive(Debug)]
struct Layer {
    /// What its signature covers.
    signed: Vec<u8>,
    /// Where the payload stands without the layer.
    entity: Range<usize>,
}

/// Opens a mail with the user's keys, current first. A key that is still locked opens nothing; it
/// is named when it would have.
///
/// # Errors
/// The [`Limit`] that the mail is past.
pub fn open<'a>(
    mail: &'a [u8],
    keys: &[&SecretKey],
    openpgp: &dyn OpenPgp,
) -> Result<Opening<'a>, Limit> {
    let outcome = match mime::locate(mail)? {
        Form::Clear => Outcome::Clear,
        Form::SMime => Outcome::Failed(Failure::SMime, Surrounding::default()),
        Form::Malformed(flaw) => Outcome::Failed(flaw.into(), Surrounding::default()),
        Form::Signed(signed) => {
            let signatures = openpgp.parse_signatures(&signed.signature).unwrap_or_default();
            Outcome::Signed(signed, signatures)
        }
        Form::Encrypted(found) => match open_armor(&found.armor, keys, openpgp) {
            Err(failure) => Outcome::Failed(failure, found.surrounding),
            Ok(opened) => Outcome::Opened(Box::new(Opened::new(opened, found, openpgp))),
        },
    };
    let own = keys.iter().map(|key| key.fingerprint.clone()).collect();
    Ok(Opening { mail, outcome, own })
}

/// Opens one OpenPGP message.
pub(crate) fn open_armor(
    armor: &[u8],
    keys: &[&SecretKey],
    openpgp: &dyn OpenPgp,
) -> Result<crate::openpgp::message::Opened, Failure> {
    let (locked, usable): (Vec<&SecretKey>, _) = keys.iter().partition(|key| key.locked);
    openpgp.open(armor, &usable).map_err(|flaw| match flaw {
        OpenFlaw::NoKey { .. } => {
            let key = locked.iter().find(|key| openpgp.can_open(armor, &[key]));
            key.map_or(flaw.into(), |key| Failure::Locked { fingerprint: key.fingerprint.clone() })
        }
        flaw => flaw.into(),
    })
}

impl Opened {
    fn new(
        opened: crate::openpgp::message::Opened,
        found: mime::Encrypted<'_>,
        openpgp: &dyn OpenPgp,
    ) -> Self {
        let mut signatures = opened.signatures;
        let payload = opened.payload.as_bytes();
        let layer = match signatures.is_empty() && found.via != Via::Inline {
            true => mime::signed_layer(payload),
            false => None,
        };
        let layer = layer.and_then(|layer| {
            signatures = openpgp.parse_signatures(&layer.signature).unwrap_or_default();
            let start = (layer.entity.as_ptr() as usize).checked_sub(payload.as_ptr() as usize)?;
            let entity = start..start.checked_add(layer.entity.len())?;
            Some(Layer { signed: layer.signed_octets().into_owned(), entity })
        });
        Self {
            layer,
            signatures,
            session_key: opened.session_key,
            via: found.via,
            surrounding: found.surrounding,
            payload: opened.payload,
        }
    }

    /// What the signatures are over: the payload, or the one signed layer in it.
    pub(super) fn signed(&self) -> &[u8] {
        self.layer.as_ref().map_or(self.payload.as_bytes(), |layer| &layer.signed)
    }

    /// The payload without that layer.
    fn entity(&self) -> &[u8] {
        let payload = self.payload.as_bytes();
        let entity = self.layer.as_ref().and_then(|layer| payload.get(layer.entity.clone()));
        entity.unwrap_or(payload)
    }

    /// The payload as MIME, together with `mail` that it came in. `None` for inline PGP and for what has
    /// no header, which are text, and for a header section past the limits.
    pub(super) fn read<'a>(&'a self, mail: &'a [u8]) -> Option<mime::Opened<'a>> {
        let is_mime = self.via.brings_mime(self.entity());
        is_mime.then(|| mime::open_payload(mail, self.entity()).ok()).flatten()
    }
}

impl Opening<'_> {
    /// Whether the payload is there.
    #[must_use]
    pub const fn is_decrypted(&self) -> bool {
        matches!(self.outcome, Outcome::Opened(_))
    }

    fn read(&self) -> Option<mime::Opened<'_>> {
        match &self.outcome {
            Outcome::Opened(opened) => opened.read(self.mail),
            Outcome::Signed(signed, _) => mime::open_payload(self.mail, signed.entity).ok(),
            _ => None,
        }
    }

    /// The addresses that it may be from: outside, and inside.
    #[must_use]
    pub fn senders(&self) -> BTreeSet<Addr> {
        let outer = Envelope::parse(self.mail).ok().and_then(|outer| outer.from().ok());
        let read = self.read();
        let inner = read.as_ref().and_then(mime::Opened::inner).and_then(|i| i.from().ok());
        outer.into_iter().chain(inner).collect()
    }

    /// What discovery needs of a decrypted mail (Discovery §3.1): signatures count only if they
    /// verify with the cert of the mail's own advert. `None` if it was not decrypted.
    #[must_use]
    pub fn payload(&self, openpgp: &dyn OpenPgp, now: Timestamp) -> Option<Payload> {
        let Outcome::Opened(opened) = &self.outcome else { return None };
        let own = self.advertised(openpgp);
        let unions: Vec<&CertUnion> = own.iter().map(|own| &own.union).collect();
        let checks = openpgp.verify(opened.signed(), &opened.signatures, &unions, now);
        // Messages §3: what was signed for others alone is invalid; somebody passed it on.
        let is_for_us = |named: &[Fingerprint]| {
            named.is_empty() || named.iter().any(|name| self.own.contains(name))
        };
        let signers = checks.into_iter().filter_map(|check| match check {
            SignatureCheck::Valid { cert, intended, .. } if is_for_us(&intended) => Some(cert),
            _ => None,
        });
        let signers = signers.collect();
        let Some(read) = opened.read(self.mail) else {
            return Some(Payload { signers, ..Payload::default() });
        };
        let inner = read.inner();
        let header = inner.unwrap_or(read.outer());
        let lists = [header.to(), header.cc(), header.reply_to()];
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        let fields = inner.map(Envelope::key_fields).unwrap_or_default();
        Some(Payload {
            from: inner.and_then(|inner| inner.from().ok()),
            recipients: lists.into_iter().flatten().flatten().collect(),
            key_fields: fields.iter().map(|f| (text(f.name), f.value.to_vec())).collect(),
            gossip: read.gossip().map(|field| field.value.to_vec()).collect(),
            signers,
        })
    }

    /// The certs that the mail itself advertises, outside and inside, each with its address.
    pub(super) fn advertised(&self, openpgp: &dyn OpenPgp) -> Vec<Advertised> {
        let mut all: Vec<Advertised> = Vec::new();
        let mut take = |envelope: &Envelope<'_>| {
            let Ok(from) = envelope.from() else { return };
            let mut check = |cert: &[u8]| {
                let fingerprint = openpgp.check(cert)?;
                Ok(Key { fingerprint, hash: hash(cert), bytes: cert.into() })
            };
            let mut judge =
                |field: &RawField<'_>, from: &Addr| judge_field(field, from, &mut check);
            let (_, advert) = settle_fields(envelope.key_fields(), &from, &mut judge);
            if let Some(key) = advert.map(|advert| advert.key)
                && !all.iter().any(|known| known.hash == key.hash && known.from == from)
            {
                let union = openpgp.union(None, &key.bytes);
                all.push(Advertised { from, fingerprint: key.fingerprint, hash: key.hash, union });
            }
        };
        let Ok(outer) = Envelope::parse(self.mail) else { return all };
        take(&outer);
        // Discovery §4, step 4: an advert inside counts only if both From fields are the same, or
        // anybody could show a mail as anybody's.
        let read = self.read();
        let inner = read.as_ref().and_then(mime::Opened::inner);
        if let Some(inner) = inner.filter(|inner| inner.from() == outer.from()) {
            take(inner);
        }
        all
    }
}

/// A cert that the mail itself brings.
#[derive(Debug)]
pub(super) struct Advertised {
    pub(super) from: Addr,
    pub(super) fingerprint: Fingerprint,
    hash: crate::key::Hash,
    pub(super) union: CertUnion,
}

/// A mail together with what decrypting it gave: what discovery looks at.
#[derive(Debug)]
pub struct OpenedMail<'a> {
    /// The mail as it came.
    pub envelope: &'a Envelope<'a>,
    /// What was inside.
    pub payload: &'a Payload,
}

impl Mail for OpenedMail<'_> {
    fn from(&self) -> Result<Addr, FromFlaw> {
        self.envelope.from()
    }

    fn date(&self) -> Option<Timestamp> {
        self.envelope.date()
    }

    fn received(&self) -> Option<Timestamp> {
        self.envelope.received()
    }

    fn is_report(&self) -> bool {
        self.envelope.is_report()
    }

    fn is_encrypted(&self) -> bool {
        true
    }

    fn key_fields(&self) -> Cow<'_, [RawField<'_>]> {
        Cow::Borrowed(self.envelope.key_fields())
    }

    fn delivered_to(&self) -> Vec<Addr> {
        self.envelope.delivered_to()
    }

    fn to_and_cc(&self) -> Result<Vec<Addr>, Limit> {
        Mail::to_and_cc(self.envelope)
    }

    fn check_addresses(&self) -> Result<(), Limit> {
        self.envelope.check_addresses()
    }

    fn agent(&self) -> Option<String> {
        self.envelope.user_agent()
    }

    fn list_post(&self) -> Option<Addr> {
        self.envelope.list_post()
    }

    fn message_id(&self) -> Option<Vec<u8>> {
        Mail::message_id(self.envelope)
    }

    fn payload(&self) -> Option<&Payload> {
        Some(self.payload)
    }
}
