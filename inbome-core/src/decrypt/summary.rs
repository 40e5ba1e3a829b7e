//! The one summary of a mail (Messages §3, §6).
//!
//! Every signature is looked at, against the keys stored for the senders that the mail may have, the
//! keys that it advertises itself, and the user's own. The best one speaks for the mail.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::opening::{Advertised, Reading, State};
use super::{Decrypted, Encryption, Intended, Signature, Signer, Summary};
use crate::account::Accounts;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::history::Source;
use crate::key::{CertUnion, Fingerprint};
use crate::mime::{self, Protection, Sender};
use crate::openpgp::message::{RawSignature, SignatureCheck};
use crate::openpgp::{OpenPgp, SecretKey};
use crate::peer::{Peer, PeerState, Word};

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
    reading: &Reading<'_>,
    known: &Known<'_>,
    openpgp: &dyn OpenPgp,
    now: Timestamp,
) -> Decrypted {
    let mail = reading.mail;
    let whole = || Some(mail.octets().to_vec());
    let judged = || {
        let judge = Judge::new(reading, known, openpgp);
        let checks = judge.check(&reading.signed, &reading.signatures, now);
        (judge, checks)
    };
    match (&reading.state, &reading.inside) {
        (State::Failed(failure, surrounding), _) => {
            let encryption = Encryption::Failed((*failure).clone());
            let summary = Summary { encryption, ..Summary::default() };
            let surrounding = (*surrounding).clone();
            Decrypted { summary, surrounding, ..Decrypted::default() }
        }
        (State::Clear, _) | (State::Signed(_), None) => {
            let summary = Summary { unread: mail.unread(), ..Summary::default() };
            Decrypted { message: whole(), summary, ..Decrypted::default() }
        }
        (State::Signed(signed), Some(read)) => {
            let (judge, checks) = judged();
            let (mut summary, sender) = judge.protected(&checks, read, Encryption::None);
            summary.unread = mail.unread();
            // Messages §3: one that does not verify is no signature, for others do not see it.
            if signed.is_unobtrusive && summary.signature == Signature::Invalid {
                summary = Summary { unread: summary.unread, ..Summary::default() };
                return Decrypted { message: whole(), summary, ..Decrypted::default() };
            }
            // What stands in no wrapper is shown as it came, its signature with it.
            let message = match signed.is_wrapped {
                true => Some(read.message(sender)),
                false => whole(),
            };
            let surrounding = signed.surrounding.clone();
            Decrypted { message, summary, surrounding, ..Decrypted::default() }
        }
        (State::Decrypted(opened, found), inside) => {
            let (judge, checks) = judged();
            let (summary, message) = match inside {
                Some(read) => {
                    let (mut summary, sender) =
                        judge.protected(&checks, read, Encryption::Encrypted);
                    summary.unread = read.unread();
                    (summary, read.message(sender))
                }
                None => {
                    let from = mail.envelope.from().ok();
                    let mut summary = judge.summary(&checks, from, Encryption::Encrypted);
                    summary.note_date(mail.envelope.date());
                    (summary, mime::open_inline(mail, opened.payload.as_bytes()))
                }
            };
            let surrounding = found.surrounding.clone();
            let session_key = Some(opened.session_key.clone());
            let message = Some(message);
            Decrypted { message, summary, surrounding, session_key, encrypted_id: None }
        }
    }
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
    advertised: &'a [Advertised],
    own: Vec<(Fingerprint, CertUnion)>,
    /// What is stored of those who may have sent it.
    senders: Vec<(Addr, PeerState)>,
}

impl<'a> Judge<'a> {
    fn new(reading: &'a Reading<'_>, known: &'a Known<'a>, openpgp: &'a dyn OpenPgp) -> Self {
        let own = known.own.iter();
        let own = own.map(|key| (key.fingerprint.clone(), openpgp.union(None, &key.cert)));
        let stored = |addr: Addr| {
            let state = (known.peer)(&addr);
            (addr, state)
        };
        Self {
            own: own.collect(),
            advertised: reading.advertised(openpgp),
            senders: reading.senders().into_iter().map(stored).collect(),
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
                summary if self.counts_for_inner(&summary) => (summary, Sender::Inner),
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

    /// Messages §3: only the key that counts for an inner From, or a new one where none is stored, makes
    /// it the sender.
    fn counts_for_inner(&self, summary: &Summary) -> bool {
        let state = self.state_of(summary.from.as_ref());
        match summary.signer {
            Some(Signer::Current) => true,
            Some(Signer::New) => state.is_none_or(|state| !state.peer.has_key()),
            _ => false,
        }
    }

    fn state_of(&self, addr: Option<&Addr>) -> Option<&PeerState> {
        self.senders.iter().find(|(known, _)| Some(known) == addr).map(|(_, state)| state)
    }

    /// Whose key `cert` is, seen from `from`; never by User ID.
    fn signer(&self, cert: &Fingerprint, from: Option<&Addr>) -> Signer {
        let is_own = self.own.iter().any(|(own, _)| own == cert);
        if from.is_some_and(|from| self.known.accounts.own(from)) {
            // What an own address advertises with another key is no peer's, and not ours.
            return if is_own { Signer::Current } else { Signer::Other };
        }
        let state = self.state_of(from);
        if state.and_then(|state| counting_key(&state.peer)) == Some(cert) {
            return Signer::Current;
        }
        let advertises = |a: &Advertised| Some(&a.from) == from && a.fingerprint == *cert;
        match state.and_then(|state| state.history.get(cert)) {
            _ if is_own => Signer::Own,
            Some(record) if record.spans.iter().any(|(source, _)| source != Source::Gossip) => {
                Signer::Former
            }
            Some(_) => Signer::Gossip,
            None if self.advertised.iter().any(advertises) => Signer::New,
            None => Signer::Other,
        }
    }
}

/// The key that counts for a peer now (Messages §3): the pinned one, else the direct one, else the
/// imported one.
fn counting_key(peer: &Peer) -> Option<&Fingerprint> {
    match &peer.word {
        Word::Pin(fingerprint) => Some(fingerprint),
        _ => {
            let direct = peer.advert.as_ref().map(|advert| &advert.key.fingerprint);
            direct.or_else(|| peer.imported.as_ref().map(|held| &held.key.fingerprint))
        }
    }
}
