//! What a mail shows by itself, once it is decrypted (Messages §3; Discovery §3.1, §4).
//!
//! [`open`] decrypts; [`Opening::read`] looks at the payload, once for all who ask.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::Failure;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::fields::{judge_field, settle_fields};
use crate::gossip::Payload;
use crate::header::RawField;
use crate::key::{CertUnion, Fingerprint, Key, hash};
use crate::mime::{self, Envelope, Form, Mail, Surrounding, Via};
use crate::openpgp::message::{self, OpenFlaw, RawSignature, SignatureCheck};
use crate::openpgp::{OpenPgp, SecretKey};

/// A mail that was opened, as far as it shows by itself. No signature is verified yet.
#[derive(Debug)]
pub struct Opening<'a> {
    mail: &'a Mail<'a>,
    outcome: Outcome<'a>,
    /// The keys that it was opened with: whom a signature must be meant for.
    own: BTreeSet<Fingerprint>,
}

#[derive(Debug)]
enum Outcome<'a> {
    Clear,
    Failed(Failure, &'a Surrounding),
    Opened(Box<message::Opened>, &'a mime::Encrypted<'a>),
    Signed(&'a mime::Signed<'a>, Vec<RawSignature>),
}

/// Opens a mail with the user's keys, current first. A key that is still locked opens nothing; it
/// is named when it would have.
pub fn open<'a>(mail: &'a Mail<'a>, keys: &[&SecretKey], openpgp: &dyn OpenPgp) -> Opening<'a> {
    const NOTHING: &Surrounding = &Surrounding::NONE;
    let outcome = match &mail.shape.form {
        Form::Clear => Outcome::Clear,
        Form::SMime => Outcome::Failed(Failure::SMime, NOTHING),
        Form::Malformed(flaw) => Outcome::Failed((*flaw).into(), NOTHING),
        Form::Signed(signed) => {
            let read = |signature: &Cow<'_, [u8]>| openpgp.parse_signatures(signature).ok();
            let signatures = signed.signatures.iter().filter_map(read).flatten().collect();
            Outcome::Signed(signed, signatures)
        }
        Form::Encrypted(found) => match open_armor(&found.armor, keys, openpgp) {
            Err(failure) => Outcome::Failed(failure, &found.surrounding),
            Ok(opened) => Outcome::Opened(Box::new(opened), found),
        },
    };
    let own = keys.iter().map(|key| key.fingerprint.clone()).collect();
    Opening { mail, outcome, own }
}

/// Opens one OpenPGP message.
pub(crate) fn open_armor(
    armor: &[u8],
    keys: &[&SecretKey],
    openpgp: &dyn OpenPgp,
) -> Result<message::Opened, Failure> {
    let (locked, usable): (Vec<&SecretKey>, _) = keys.iter().partition(|key| key.locked);
    openpgp.open(armor, &usable).map_err(|flaw| match flaw {
        OpenFlaw::NoKey { .. } => {
            let key = locked.iter().find(|key| openpgp.can_open(armor, &[key]));
            key.map_or(flaw.into(), |key| Failure::Locked { fingerprint: key.fingerprint.clone() })
        }
        flaw => flaw.into(),
    })
}

impl Opening<'_> {
    /// Whether the payload is there.
    #[must_use]
    pub const fn is_decrypted(&self) -> bool {
        matches!(self.outcome, Outcome::Opened(..))
    }

    /// Whether it failed only because none of the keys is for it.
    #[must_use]
    pub const fn lacks_key(&self) -> bool {
        matches!(&self.outcome, Outcome::Failed(Failure::Message(OpenFlaw::NoKey { .. }), _))
    }

    /// Looks at what was inside, once.
    #[must_use]
    pub fn read(&self, openpgp: &dyn OpenPgp) -> Reading<'_> {
        let reading = |state, inside, signed, signatures| Reading {
            mail: self.mail,
            own: &self.own,
            state,
            inside,
            signed,
            signatures,
            advertised: OnceCell::new(),
        };
        let (nothing, none) = (Cow::Borrowed(&[][..]), Cow::Borrowed(&[][..]));
        match &self.outcome {
            Outcome::Clear => reading(State::Clear, None, nothing, none),
            Outcome::Failed(failure, surrounding) => {
                reading(State::Failed(failure, surrounding), None, nothing, none)
            }
            Outcome::Signed(signed, signatures) => {
                let inner = Mail::parse_payload(signed.entity).ok();
                let inside = inner.map(|inner| mime::open_payload(&self.mail.envelope, inner));
                let octets = signed.signed_octets();
                reading(State::Signed(signed), inside, octets, Cow::Borrowed(signatures))
            }
            Outcome::Opened(opened, found) => {
                let state = State::Decrypted(opened, found);
                let payload = opened.payload.as_bytes();
                let (inside, signed, signatures) = self.payload(opened, found.via, openpgp);
                let signed = signed.unwrap_or(Cow::Borrowed(payload));
                reading(state, inside, signed, signatures)
            }
        }
    }

    /// The payload as MIME, what its signatures are over if that is not all of it, and these.
    #[allow(clippy::type_complexity)]
    fn payload<'o>(
        &'o self,
        opened: &'o message::Opened,
        via: Via,
        openpgp: &dyn OpenPgp,
    ) -> (Option<mime::Opened<'o>>, Option<Cow<'o, [u8]>>, Cow<'o, [RawSignature]>) {
        let signatures = Cow::Borrowed(opened.signatures.as_slice());
        let payload = opened.payload.as_bytes();
        // Inline PGP and what has no header are text; so is a header section past the limits.
        let is_mime = via.brings_mime(payload);
        let Some(root) = is_mime.then(|| Mail::parse_payload(payload).ok()).flatten() else {
            return (None, None, signatures);
        };
        // Messages §3: the one signed layer that belongs to the envelope, where there is no signature yet.
        if let Form::Signed(layer) = &root.shape.form
            && opened.signatures.is_empty()
            && layer.is_root()
        {
            let read = |signature: &Cow<'_, [u8]>| openpgp.parse_signatures(signature).ok();
            let signatures = layer.signatures.iter().filter_map(read).flatten().collect();
            let is_mime = via.brings_mime(layer.entity);
            let inner = is_mime.then(|| Mail::parse_payload(layer.entity).ok()).flatten();
            let inside = inner.map(|inner| mime::open_payload(&self.mail.envelope, inner));
            return (inside, Some(layer.signed_octets()), Cow::Owned(signatures));
        }
        (Some(mime::open_payload(&self.mail.envelope, root)), None, signatures)
    }
}

/// A mail together with what it holds, looked at once.
#[derive(Debug)]
pub struct Reading<'o> {
    pub(super) mail: &'o Mail<'o>,
    own: &'o BTreeSet<Fingerprint>,
    pub(super) state: State<'o>,
    /// The payload as MIME; none for text.
    pub(super) inside: Option<mime::Opened<'o>>,
    /// What the signatures are over.
    pub(super) signed: Cow<'o, [u8]>,
    pub(super) signatures: Cow<'o, [RawSignature]>,
    advertised: OnceCell<Vec<Advertised>>,
}

#[derive(Debug)]
pub(super) enum State<'o> {
    Clear,
    Failed(&'o Failure, &'o Surrounding),
    Signed(&'o mime::Signed<'o>),
    Decrypted(&'o message::Opened, &'o mime::Encrypted<'o>),
}

impl Reading<'_> {
    fn inner(&self) -> Option<&Envelope<'_>> {
        self.inside.as_ref().and_then(mime::Opened::inner)
    }

    /// The addresses that it may be from: outside, and inside.
    #[must_use]
    pub fn senders(&self) -> BTreeSet<Addr> {
        let inner = self.inner().and_then(|inner| inner.from().ok());
        self.mail.envelope.from().ok().into_iter().chain(inner).collect()
    }

    /// The addresses that it names inside: To, then Cc.
    #[must_use]
    pub fn recipients(&self) -> Vec<Addr> {
        let lists = self.inner().map(|inner| [inner.to(), inner.cc()]);
        lists.into_iter().flatten().flatten().flatten().collect()
    }

    /// What discovery needs of a mail that was decrypted, or that has unobtrusive signatures
    /// (Discovery §3.1): signatures count only if they verify with the cert of the mail's own advert.
    /// `None` of others.
    #[must_use]
    pub fn payload(&self, openpgp: &dyn OpenPgp, now: Timestamp) -> Option<Payload> {
        let is_encrypted = match self.state {
            State::Decrypted(..) => true,
            State::Signed(signed) if signed.is_unobtrusive => false,
            _ => return None,
        };
        let own = self.advertised(openpgp);
        let unions: Vec<&CertUnion> = own.iter().map(|own| &own.union).collect();
        let checks = openpgp.verify(&self.signed, &self.signatures, &unions, now);
        // Messages §3: what was signed for others alone is invalid; somebody passed it on.
        let is_for_us = |named: &[Fingerprint]| {
            named.is_empty() || (is_encrypted && named.iter().any(|name| self.own.contains(name)))
        };
        let mut signers = BTreeSet::new();
        let mut signed_at: Option<Timestamp> = None;
        for check in checks {
            if let SignatureCheck::Valid { cert, intended, made } = check
                && is_for_us(&intended)
            {
                signers.insert(cert);
                signed_at = Some(signed_at.map_or(made, |earlier| earlier.min(made)));
            }
        }
        let Some(read) = &self.inside else {
            return Some(Payload {
                signers,
                signed_at,
                in_clear: !is_encrypted,
                ..Payload::default()
            });
        };
        let inner = read.inner();
        let header = inner.unwrap_or(&self.mail.envelope);
        let lists = [header.to(), header.cc(), header.reply_to()];
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        let fields = inner.map(Envelope::key_fields).unwrap_or_default();
        Some(Payload {
            from: inner.and_then(|inner| inner.from().ok()),
            date: inner.and_then(Envelope::date),
            is_report: read.is_report(),
            recipients: lists.into_iter().flatten().flatten().collect(),
            key_fields: fields.iter().map(|f| (text(f.name), f.value.to_vec())).collect(),
            gossip: read.gossip().map(|field| field.value.to_vec()).collect(),
            signers,
            signed_at,
            in_clear: !is_encrypted,
        })
    }

    /// The certs that the mail itself advertises, outside and inside, each with its address.
    pub(super) fn advertised(&self, openpgp: &dyn OpenPgp) -> &[Advertised] {
        self.advertised.get_or_init(|| self.find_advertised(openpgp))
    }

    fn find_advertised(&self, openpgp: &dyn OpenPgp) -> Vec<Advertised> {
        let mut all: Vec<Advertised> = Vec::new();
        let outer = &self.mail.envelope;
        // Discovery §4, step 4: an advert inside counts only if both From fields are the same, or
        // anybody could show a mail as anybody's.
        let inner = self.inner().filter(|inner| inner.from() == outer.from());
        for envelope in std::iter::once(outer).chain(inner) {
            let Ok(from) = envelope.from() else { continue };
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
