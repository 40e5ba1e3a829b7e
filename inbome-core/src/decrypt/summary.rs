//! The one summary of a mail (Messages §3, §6).
//!
//! Every signature is looked at, against the keys stored for the senders that the mail may have, the
//! keys that it advertises itself, and the user's own. The best one speaks for the mail.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::opening::{Advertised, Opened, Outcome};
use super::{Decrypted, Encryption, Intended, Opening, Signature, Signer, Summary};
use crate::account::Accounts;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::history::Source;
use crate::key::{CertUnion, Fingerprint};
use crate::mime::{self, Envelope, Protection, Sender};
use crate::openpgp::message::{RawSignature, SignatureCheck};
use crate::openpgp::{OpenPgp, SecretKey};
use crate::peer::PeerState;

/// How far the signing time may lie from the protected Date, in seconds (Messages §3): 24 h.
const MAX_DATE_DIFFERENCE_SECS: u64 = 24 * 60 * 60;

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
    let whole = || Decrypted { message: Some(opening.mail.to_vec()), ..Decrypted::default() };
    match &opening.outcome {
        Outcome::Clear => whole(),
        Outcome::Failed(failure, surrounding) => {
            let encryption = Encryption::Failed(failure.clone());
            let summary = Summary { encryption, ..Summary::default() };
            Decrypted { summary, surrounding: surrounding.clone(), ..Decrypted::default() }
        }
        Outcome::Signed(signed, signatures) => {
            let judge = Judge::new(opening, known, openpgp);
            let checks = judge.check(&signed.signed_octets(), signatures, now);
            let Ok(read) = mime::open_payload(opening.mail, signed.entity) else { return whole() };
            let (summary, sender) = judge.protected(&checks, &read, Encryption::None);
            // A mail that no list wrapped is shown as it came, its signature with it.
            let message = match signed.is_wrapped {
                true => read.message(sender),
                false => opening.mail.to_vec(),
            };
            let surrounding = signed.surrounding.clone();
            Decrypted { message: Some(message), summary, surrounding, session_key: None }
        }
        Outcome::Opened(opened) => {
            let judge = Judge::new(opening, known, openpgp);
            let checks = judge.check(opened.signed(), &opened.signatures, now);
            let (summary, message) = decrypted(opening.mail, opened, &judge, &checks);
            let surrounding = opened.surrounding.clone();
            let session_key = Some(opened.session_key.clone());
            Decrypted { message, summary, surrounding, session_key }
        }
    }
}

fn decrypted(
    mail: &[u8],
    opened: &Opened,
    judge: &Judge<'_>,
    checks: &[SignatureCheck],
) -> (Summary, Option<Vec<u8>>) {
    if let Some(read) = opened.read(mail) {
        let (summary, sender) = judge.protected(checks, &read, Encryption::Encrypted);
        return (summary, Some(read.message(sender)));
    }
    let outer = Envelope::parse(mail).ok();
    let from = outer.as_ref().and_then(|outer| outer.from().ok());
    let mut summary = judge.summary(checks, from, Encryption::Encrypted);
    summary.note_date(outer.and_then(|outer| outer.date()));
    (summary, mime::open_inline(mail, opened.payload.as_bytes()).ok())
}

impl Summary {
    fn note_date(&mut self, date: Option<Timestamp>) {
        if let (Signature::Valid { made, .. }, Some(date)) = (&self.signature, date) {
            self.date_differs = made.secs_since(date).unsigned_abs() > MAX_DATE_DIFFERENCE_SECS;
        }
    }
}

/// Everything that the signatures of one mail are judged with.
struct Judge<'a> {
    known: &'a Known<'a>,
    openpgp: &'a dyn OpenPgp,
    advertised: Vec<Advertised>,
    own: Vec<(Fingerprint, CertUnion)>,
    /// What is stored of those who may have sent it.
    senders: Vec<(Addr, PeerState)>,
}

impl<'a> Judge<'a> {
    fn new(opening: &Opening<'_>, known: &'a Known<'a>, openpgp: &'a dyn OpenPgp) -> Self {
        let own = known.own.iter();
        let own = own.map(|key| (key.fingerprint.clone(), openpgp.union(None, &key.cert)));
        let stored = |addr: Addr| {
            let state = (known.peer)(&addr);
            (addr, state)
        };
        Self {
            own: own.collect(),
            advertised: opening.advertised(openpgp),
            senders: opening.senders().into_iter().map(stored).collect(),
            known,
            openpgp,
        }
    }

    /// Each signature against every key that may have made it.
    fn check(
        &self,
        signed: &[u8],
        signatures: &[RawSignature],
        now: Timestamp,
    ) -> Vec<SignatureCheck> {
        let unions = self.unions();
        let unions: Vec<&CertUnion> = unions.values().map(AsRef::as_ref).collect();
        self.openpgp.verify(signed, signatures, &unions, now)
    }

    /// All that is known of each cert. Discovery §3.1: a stripped copy, such as a thief of the key
    /// would advertise, must not hide a revocation that is stored.
    fn unions(&self) -> BTreeMap<&Fingerprint, Cow<'_, CertUnion>> {
        let own = self.own.iter().map(|(fingerprint, union)| (fingerprint, union));
        let stored = self.senders.iter().flat_map(|(_, state)| state.history.iter());
        // Of some nothing is left but that they are revoked for good: no copy makes them good again.
        let (bare, stored): (Vec<_>, Vec<_>) = stored.partition(|(_, record)| record.is_bare());
        let bare: BTreeSet<&Fingerprint> = bare.into_iter().map(|(fpr, _)| fpr).collect();
        let stored = stored.into_iter().map(|(fingerprint, record)| (fingerprint, &record.union));
        let advertised = self.advertised.iter().map(|a| (&a.fingerprint, &a.union));
        let advertised = advertised.filter(|(fingerprint, _)| !bare.contains(fingerprint));
        let mut unions: BTreeMap<&Fingerprint, Cow<'_, CertUnion>> = BTreeMap::new();
        for (fingerprint, union) in own.chain(stored).chain(advertised) {
            match unions.entry(fingerprint) {
                Entry::Vacant(free) => drop(free.insert(Cow::Borrowed(union))),
                Entry::Occupied(held) if held.get().bytes == union.bytes => {}
                Entry::Occupied(mut held) => {
                    let all = self.openpgp.union(Some(held.get().as_ref()), &union.bytes);
                    held.insert(Cow::Owned(all));
                }
            }
        }
        unions
    }

    /// The summary of a mail whose header is protected, and whose From it bears. An inner From that
    /// differs is the sender only if the signature is valid and *current* for it (Messages §4).
    fn protected(
        &self,
        checks: &[SignatureCheck],
        read: &mime::Opened<'_>,
        encryption: Encryption,
    ) -> (Summary, Sender) {
        let outer = read.outer().from().ok();
        let inner = read.inner().and_then(|inner| inner.from().ok());
        let outside = || self.summary(checks, outer.clone(), encryption.clone());
        let (mut summary, sender) = match inner {
            None => (outside(), Sender::Outer),
            inner if inner == outer => (outside(), Sender::Inner),
            inner => match self.summary(checks, inner, encryption.clone()) {
                summary if summary.signer == Some(Signer::Current) => (summary, Sender::Inner),
                _ => (outside(), Sender::Outer),
            },
        };
        if read.protection() != Protection::None {
            summary.protected = read.protected().to_vec();
            summary.differs = read.differs().to_vec();
        }
        summary.note_date(read.inner().unwrap_or(read.outer()).date());
        (summary, sender)
    }

    /// The best signature of a mail that is taken to be from `from`.
    fn summary(
        &self,
        checks: &[SignatureCheck],
        from: Option<Addr>,
        encryption: Encryption,
    ) -> Summary {
        let encrypted = encryption == Encryption::Encrypted;
        let mut best: Option<(Signer, &Fingerprint, Timestamp, Intended)> = None;
        let (mut misdirected, mut wrong) = (false, false);
        for check in checks {
            match check {
                SignatureCheck::UnknownKey { .. } => {}
                SignatureCheck::Invalid => wrong = true,
                SignatureCheck::Valid { cert, made, intended } => {
                    let intended = self.intended(intended, encrypted);
                    let signer = self.signer(cert, from.as_ref());
                    if intended == Intended::No {
                        misdirected = true;
                    } else if best.as_ref().is_none_or(|held| signer < held.0) {
                        best = Some((signer, cert, *made, intended));
                    }
                }
            }
        }
        let mut summary = Summary { encryption, from, ..Summary::default() };
        if let Some((signer, fingerprint, made, intended)) = best {
            let fingerprint = fingerprint.clone();
            summary.signature = Signature::Valid { fingerprint, made };
            summary.signer = Some(signer);
            summary.intended = Some(intended);
        } else if misdirected || wrong {
            summary.signature = Signature::Invalid;
            summary.intended = misdirected.then_some(Intended::No);
        } else if !checks.is_empty() {
            summary.signature = Signature::UnknownKey;
        }
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

    /// Whose key `cert` is, seen from `from`; never by User ID.
    fn signer(&self, cert: &Fingerprint, from: Option<&Addr>) -> Signer {
        let state = self.senders.iter().find(|(addr, _)| Some(addr) == from).map(|(_, s)| s);
        let direct = state.and_then(|state| state.peer.advert.as_ref());
        let advertises = |a: &Advertised| Some(&a.from) == from && a.fingerprint == *cert;
        let is_own = self.own.iter().any(|(own, _)| own == cert);
        let from_us = from.is_some_and(|from| self.known.accounts.own(from));
        if from_us {
            // What an own address advertises with another key is no peer's, and not ours.
            return if is_own { Signer::Current } else { Signer::Other };
        }
        if direct.is_some_and(|advert| advert.key.fingerprint == *cert)
            || self.advertised.iter().any(advertises)
        {
            return Signer::Current;
        }
        let record = state.and_then(|state| state.history.get(cert));
        match record {
            _ if is_own => Signer::Own,
            Some(record) if record.spans.iter().any(|(source, _)| source != Source::Gossip) => {
                Signer::Former
            }
            Some(_) => Signer::Gossip,
            None => Signer::Other,
        }
    }
}
