//! Reading: what an encrypted or signed mail holds, and one summary of it (Messages §3, §6).
//!
//! [`open`] decrypts and collects what the mail itself can show; [`summarise`] adds what is stored
//! of its sender. Only the whole message is ever decrypted; what fails gives no octet. Not here: the
//! shapes (`mime`), the packets (`openpgp`), and what discovery makes of it (`discover`).

use std::collections::BTreeSet;

use crate::account::Accounts;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::fields::{judge_field, settle_fields};
use crate::gossip::Payload;
use crate::header::RawField;
use crate::key::{CertUnion, Fingerprint, Key, hash};
use crate::limits::Limit;
use crate::mime::{self, Envelope, Sender, Shape, ShapeFlaw, Via};
use crate::openpgp::message::{OpenFlaw, RawSignature, SignatureCheck};
use crate::openpgp::{OpenPgp, SecretKey};
use crate::peer::{PeerState, Source};
use crate::secret::Secret;

/// How far the signing time may lie from the protected Date, in seconds (Messages §3): 24 h.
const MAX_DATE_DIFFERENCE_SECS: i64 = 24 * 60 * 60;

/// Whether the mail was encrypted, and whether that could be undone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Not encrypted as a whole.
    #[default]
    None,
    /// Decrypted.
    Encrypted,
    /// Not decrypted, and why.
    Failed(Failure),
}

/// Why an encrypted mail gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The shape of the mail.
    #[error(transparent)]
    Shape(#[from] ShapeFlaw),
    /// The OpenPGP message.
    #[error(transparent)]
    Message(#[from] OpenFlaw),
    /// S/MIME.
    #[error("expected an OpenPGP message, found S/MIME, which is not read here")]
    SMime,
}

/// What the signatures of a mail are worth as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Signature {
    /// None over the whole mail.
    #[default]
    None,
    /// One that counts.
    Valid {
        /// The primary key of the cert that made it.
        fingerprint: Fingerprint,
        /// When, by its own word.
        made: Timestamp,
    },
    /// By a key that is not known.
    UnknownKey,
    /// Wrong; an interface shows it as none.
    Invalid,
}

/// Whose key signed, by what is known of keys; never by User ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signer {
    /// The direct key of the From address, or the key that this mail itself validly advertises.
    Current,
    /// One of the user's.
    Own,
    /// In the history of the From address.
    Former,
    /// Known of the From address by gossip.
    Gossip,
    /// Somebody else's.
    Other,
}

/// Whether the signature names the user among its recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intended {
    /// It does.
    Yes,
    /// It names somebody else alone: the signature is invalid.
    No,
    /// It names nobody.
    Absent,
}

/// The one summary of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The encryption.
    pub encryption: Encryption,
    /// The signature.
    pub signature: Signature,
    /// Whose it is, if it is valid.
    pub signer: Option<Signer>,
    /// For whom it is, if it is valid or fails for just that.
    pub intended: Option<Intended>,
    /// The address whose signature it is: the one that the mail is taken to be from.
    pub from: Option<Addr>,
    /// The signing time lies more than 24 h from the Date.
    pub date_differs: bool,
    /// Names of the fields that came from inside.
    pub protected: Vec<String>,
    /// Names of protected fields that stood outside otherwise than their sender put them.
    pub differs: Vec<String>,
}

/// A mail as a reader shall see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decrypted {
    /// The whole message, decrypted; the mail itself if there was nothing to decrypt, and nothing if
    /// that failed.
    pub message: Option<Vec<u8>>,
    /// The summary.
    pub summary: Summary,
    /// Texts that a mailing list put under it.
    pub footers: Vec<String>,
    /// The session key, for a search index, on explicit request.
    pub session_key: Option<Secret>,
}

/// A mail that was opened, as far as it shows by itself.
#[derive(Debug)]
pub struct Opening<'a> {
    mail: &'a [u8],
    outcome: Outcome<'a>,
}

#[derive(Debug)]
enum Outcome<'a> {
    Clear,
    Failed(Failure, Vec<String>),
    Opened(Opened),
    Signed(mime::Signed<'a>, Vec<RawSignature>),
}

#[derive(Debug)]
struct Opened {
    /// The decrypted octets.
    payload: Secret,
    /// What the signatures are over: the payload, or the one signed layer in it.
    signed: Vec<u8>,
    /// The payload without that layer.
    entity: Vec<u8>,
    signatures: Vec<RawSignature>,
    session_key: Secret,
    via: Via,
    footers: Vec<String>,
}

/// Opens a mail with the user's keys, current first. Nothing is verified yet.
///
/// # Errors
/// The [`Limit`] that the mail is past.
pub fn open<'a>(
    mail: &'a [u8],
    keys: &[&SecretKey],
    openpgp: &dyn OpenPgp,
) -> Result<Opening<'a>, Limit> {
    let outcome = match mime::locate(mail)? {
        Shape::Clear => Outcome::Clear,
        Shape::SMime => Outcome::Failed(Failure::SMime, Vec::new()),
        Shape::Malformed(flaw) => Outcome::Failed(flaw.into(), Vec::new()),
        Shape::Signed(signed) => match openpgp.parse_signatures(&signed.signature) {
            Ok(signatures) => Outcome::Signed(signed, signatures),
            Err(_) => Outcome::Signed(signed, Vec::new()),
        },
        Shape::Encrypted(found) => match openpgp.open(&found.armor, keys) {
            Err(flaw) => Outcome::Failed(flaw.into(), found.footers),
            Ok(opened) => {
                let payload = opened.payload.as_bytes();
                let (mut signed, mut entity) = (payload.to_vec(), payload.to_vec());
                let mut signatures = opened.signatures;
                // Messages §3: that one layer belongs to the envelope.
                if signatures.is_empty()
                    && found.via != Via::Inline
                    && let Some(layer) = mime::signed_layer(payload)
                {
                    signatures = openpgp.parse_signatures(&layer.signature).unwrap_or_default();
                    signed = layer.signed_octets.to_vec();
                    entity = layer.entity.to_vec();
                }
                Outcome::Opened(Opened {
                    signed,
                    entity,
                    signatures,
                    session_key: opened.session_key,
                    via: found.via,
                    footers: found.footers,
                    payload: opened.payload,
                })
            }
        },
    };
    Ok(Opening { mail, outcome })
}

impl Opening<'_> {
    /// Whether a session key was found and the payload is there.
    #[must_use]
    pub fn is_decrypted(&self) -> bool {
        matches!(self.outcome, Outcome::Opened(_))
    }

    /// The addresses that it may be from: outside, and inside.
    #[must_use]
    pub fn senders(&self) -> BTreeSet<Addr> {
        let mut all = BTreeSet::new();
        all.extend(Envelope::parse(self.mail).ok().and_then(|outer| outer.from().ok()));
        if let Outcome::Opened(opened) = &self.outcome
            && let Ok(read) = mime::open_payload(self.mail, &opened.entity)
        {
            all.extend(read.inner().and_then(|inner| inner.from().ok()));
        }
        all
    }

    /// What discovery needs of a decrypted mail (Discovery §3.1): signatures count only if they
    /// verify with the cert of the mail's own advert. `None` if it was not decrypted.
    #[must_use]
    pub fn payload(&self, openpgp: &dyn OpenPgp, now: Timestamp) -> Option<Payload> {
        let Outcome::Opened(opened) = &self.outcome else { return None };
        let own = self.advertised(openpgp);
        let unions: Vec<&CertUnion> = own.iter().map(|own| &own.union).collect();
        let checks = openpgp.verify(&opened.signed, &opened.signatures, &unions, now);
        let signers = checks.into_iter().filter_map(|check| match check {
            SignatureCheck::Valid { cert, .. } => Some(cert),
            _ => None,
        });
        let signers: BTreeSet<Fingerprint> = signers.collect();
        // Decrypted inline PGP is text, never parsed as MIME.
        if opened.via == Via::Inline {
            return Some(Payload { signers, ..Payload::default() });
        }
        let read = mime::open_payload(self.mail, &opened.entity).ok()?;
        let header = read.inner().unwrap_or(read.outer());
        let lists = [header.to(), header.cc(), header.reply_to()];
        let inner = read.inner();
        let fields = inner.map(Envelope::key_fields).unwrap_or_default();
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        Some(Payload {
            from: inner.and_then(|inner| inner.from().ok()),
            recipients: lists.into_iter().flatten().flatten().collect(),
            key_fields: fields.iter().map(|f| (text(f.name), f.value.to_vec())).collect(),
            gossip: read.gossip().map(|field| field.value.to_vec()).collect(),
            signers,
        })
    }

    /// The certs that the mail itself advertises, outside and inside, each with its address.
    fn advertised(&self, openpgp: &dyn OpenPgp) -> Vec<Advertised> {
        let mut all = Vec::new();
        let mut take = |envelope: &Envelope<'_>| {
            let Ok(from) = envelope.from() else { return };
            let mut check = |cert: &[u8]| {
                let fingerprint = openpgp.check(cert)?;
                Ok(Key { fingerprint, hash: hash(cert), bytes: cert.into() })
            };
            let mut judge =
                |field: &RawField<'_>, from: &Addr| judge_field(field, from, &mut check);
            let (_, advert) = settle_fields(envelope.key_fields(), &from, &mut judge);
            if let Some(advert) = advert {
                let union = openpgp.union(None, &advert.key.bytes);
                all.push(Advertised { from, fingerprint: advert.key.fingerprint, union });
            }
        };
        if let Ok(outer) = Envelope::parse(self.mail) {
            take(&outer);
        }
        if let Outcome::Opened(opened) = &self.outcome
            && opened.via != Via::Inline
            && let Ok(read) = mime::open_payload(self.mail, &opened.entity)
            && let Some(inner) = read.inner()
        {
            take(inner);
        }
        all
    }
}

/// A cert that the mail itself brings.
#[derive(Debug)]
struct Advertised {
    from: Addr,
    fingerprint: Fingerprint,
    union: CertUnion,
}

/// What is known of possible signers.
pub struct Known<'a> {
    /// The accounts of the home.
    pub accounts: &'a Accounts,
    /// The user's own keys.
    pub own: &'a [&'a SecretKey],
    /// What is stored of a peer.
    pub peer: &'a dyn Fn(&Addr) -> PeerState,
}

/// The whole message and its one summary.
#[must_use]
pub fn summarise(
    opening: &Opening<'_>,
    known: &Known<'_>,
    openpgp: &dyn OpenPgp,
    now: Timestamp,
) -> Decrypted {
    let clear = |message: &[u8]| Decrypted {
        message: Some(message.to_vec()),
        summary: Summary::default(),
        footers: Vec::new(),
        session_key: None,
    };
    match &opening.outcome {
        Outcome::Clear => clear(opening.mail),
        Outcome::Failed(failure, footers) => {
            let encryption = Encryption::Failed(failure.clone());
            let summary = Summary { encryption, ..Summary::default() };
            Decrypted { message: None, summary, footers: footers.clone(), session_key: None }
        }
        Outcome::Signed(signed, signatures) => {
            let outer = Envelope::parse(opening.mail).ok();
            let from = outer.as_ref().and_then(|outer| outer.from().ok());
            let judge = Judged::of(opening, known, openpgp, now);
            let mut summary = judge.summary(&signed.signed_octets, signatures, from, false);
            summary.note_date(outer.as_ref().and_then(Envelope::date));
            Decrypted { summary, footers: signed.footers.clone(), ..clear(opening.mail) }
        }
        Outcome::Opened(opened) => summarise_opened(opening, opened, known, openpgp, now),
    }
}

fn summarise_opened(
    opening: &Opening<'_>,
    opened: &Opened,
    known: &Known<'_>,
    openpgp: &dyn OpenPgp,
    now: Timestamp,
) -> Decrypted {
    let judge = Judged::of(opening, known, openpgp, now);
    let summarise = |from| judge.summary(&opened.signed, &opened.signatures, from, true);
    let outer = Envelope::parse(opening.mail).ok().and_then(|outer| outer.from().ok());
    let session_key = Some(opened.session_key.clone());
    let footers = opened.footers.clone();
    let read =
        (opened.via != Via::Inline).then(|| mime::open_payload(opening.mail, &opened.entity));
    let Some(Ok(read)) = read else {
        let summary = summarise(outer);
        let message = mime::open_inline(opening.mail, opened.payload.as_bytes()).ok();
        return Decrypted { message, summary, footers, session_key };
    };
    // Messages §4: an inner From that differs is the sender only if the signature is valid and
    // current for it.
    let inner = read.inner().and_then(|inner| inner.from().ok());
    let (mut summary, sender) = match inner {
        Some(inner) if Some(&inner) != outer.as_ref() => {
            let summary = summarise(Some(inner));
            match summary.signer {
                Some(Signer::Current) => (summary, Sender::Inner),
                _ => (summarise(outer), Sender::Outer),
            }
        }
        Some(_) => (summarise(outer), Sender::Inner),
        None => (summarise(outer), Sender::Outer),
    };
    summary.protected = read.protected().to_vec();
    summary.differs = read.differs().to_vec();
    summary.note_date(read.inner().unwrap_or(read.outer()).date());
    Decrypted { message: Some(read.message(sender)), summary, footers, session_key }
}

impl Summary {
    fn note_date(&mut self, date: Option<Timestamp>) {
        if let (Signature::Valid { made, .. }, Some(date)) = (&self.signature, date) {
            let apart = made.secs_since(date).unsigned_abs();
            self.date_differs = apart > MAX_DATE_DIFFERENCE_SECS.unsigned_abs();
        }
    }
}

/// Everything that signatures of one mail are judged with.
struct Judged<'a> {
    known: &'a Known<'a>,
    openpgp: &'a dyn OpenPgp,
    now: Timestamp,
    advertised: Vec<Advertised>,
    own: Vec<(Fingerprint, CertUnion)>,
}

impl<'a> Judged<'a> {
    fn of(
        opening: &Opening<'_>,
        known: &'a Known<'a>,
        openpgp: &'a dyn OpenPgp,
        now: Timestamp,
    ) -> Self {
        let own = known.own.iter();
        let own = own.map(|key| (key.fingerprint.clone(), openpgp.union(None, &key.cert)));
        let advertised = opening.advertised(openpgp);
        Self { known, openpgp, now, advertised, own: own.collect() }
    }

    /// The best signature over `signed` for a mail that is taken to be from `from`.
    fn summary(
        &self,
        signed: &[u8],
        signatures: &[RawSignature],
        from: Option<Addr>,
        encrypted: bool,
    ) -> Summary {
        let encryption = if encrypted { Encryption::Encrypted } else { Encryption::None };
        let mut summary = Summary { encryption, from: from.clone(), ..Summary::default() };
        let state = from.as_ref().map(self.known.peer).unwrap_or_default();
        let mut unions: Vec<&CertUnion> = self.advertised.iter().map(|a| &a.union).collect();
        unions.extend(state.history.values().map(|record| &record.union));
        unions.extend(self.own.iter().map(|(_, union)| union));
        let checks = self.openpgp.verify(signed, signatures, &unions, self.now);
        let mut best: Option<(Signer, Fingerprint, Timestamp, Intended)> = None;
        for check in &checks {
            let SignatureCheck::Valid { cert, made, intended } = check else { continue };
            let intended = self.intended(intended, encrypted);
            let signer = self.signer(cert, from.as_ref(), &state);
            if intended == Intended::No {
                summary.intended = summary.intended.or(Some(Intended::No));
            } else if best.as_ref().is_none_or(|held| signer < held.0) {
                best = Some((signer, cert.clone(), *made, intended));
            }
        }
        if let Some((signer, fingerprint, made, intended)) = best {
            summary.signature = Signature::Valid { fingerprint, made };
            summary.signer = Some(signer);
            summary.intended = Some(intended);
            return summary;
        }
        let unknown = |check: &SignatureCheck| matches!(check, SignatureCheck::UnknownKey { .. });
        summary.signature = if checks.is_empty() {
            Signature::None
        } else if summary.intended.is_none() && checks.iter().all(unknown) {
            Signature::UnknownKey
        } else {
            Signature::Invalid
        };
        summary
    }

    /// Messages §3: named recipients without us, or in a mail that is not encrypted, are *no*.
    fn intended(&self, named: &[Fingerprint], encrypted: bool) -> Intended {
        let own = |name: &Fingerprint| self.own.iter().any(|(own, _)| own == name);
        match named {
            [] => Intended::Absent,
            named if encrypted && named.iter().any(own) => Intended::Yes,
            _ => Intended::No,
        }
    }

    fn signer(&self, cert: &Fingerprint, from: Option<&Addr>, state: &PeerState) -> Signer {
        let advertised = |a: &Advertised| Some(&a.from) == from && a.fingerprint == *cert;
        let direct = state.peer.advert.as_ref().is_some_and(|a| a.key.fingerprint == *cert);
        if direct || self.advertised.iter().any(advertised) {
            return Signer::Current;
        }
        let own_mail = from.is_some_and(|from| self.known.accounts.own(from));
        if self.own.iter().any(|(own, _)| own == cert) {
            return if own_mail { Signer::Current } else { Signer::Own };
        }
        match state.history.get(cert) {
            Some(record) if record.spans.keys().any(|source| *source != Source::Gossip) => {
                Signer::Former
            }
            Some(_) => Signer::Gossip,
            None => Signer::Other,
        }
    }
}
