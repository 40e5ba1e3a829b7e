//! What the signatures of a message are worth.
//!
//! Implements Messages §6 for message signatures: their own properties here, what their key could
//! do when they were made by `policy`. All are looked at. Not here: what a mail makes of the
//! answers (intended for whom, made by the sender or by somebody else).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{SignatureType, SignatureVersion, SubpacketData};
use pgp::types::VerifyingKey;
use sha2::digest::DynDigest;

use super::super::key_part::KeyPart;
use super::super::parts::Parts;
use super::super::policy::Policy;
use super::super::recent::Recent;
use super::super::sig::Sig;
use super::{KeyId, RawSignature, SignatureCheck};
use crate::clock::Timestamp;
use crate::key::{CertUnion, Fingerprint};
use crate::limits::{FUTURE_TOLERANCE_SECS, MAX_MESSAGE_SIGNATURES, MAX_SIGNATURES};

/// One answer for each of `signatures` over the octets `signed`, in their order.
pub(in super::super) fn verify(
    signed: &[u8],
    signatures: &[RawSignature],
    signers: &[&CertUnion],
    now: Timestamp,
    recent: &Recent,
) -> Vec<SignatureCheck> {
    if signatures.is_empty() {
        return Vec::new();
    }
    let certs: Vec<Arc<Parts>> =
        signers.iter().filter_map(|union| recent.parts(&union.bytes).ok()).collect();
    let (certs, left) = (certs.as_slice(), MAX_SIGNATURES);
    let counter = &recent.verifications;
    let mut checker = Checker { signed, certs, now, counter, left, hashers: BTreeMap::new() };
    let limit = |index: usize| index < MAX_MESSAGE_SIGNATURES;
    let checks = signatures.iter().enumerate().map(|(index, raw)| {
        let sig = Sig::parse(&raw.body).filter(|_| raw.announced && limit(index));
        sig.map_or(SignatureCheck::Invalid, |sig| checker.check(&sig))
    });
    checks.collect()
}

struct Checker<'a> {
    signed: &'a [u8],
    certs: &'a [Arc<Parts>],
    now: Timestamp,
    counter: &'a AtomicU64,
    /// Public-key operations left: key IDs can be forged to fit every key.
    left: usize,
    /// The octets hashed once for each algorithm, as they are or as text.
    hashers: BTreeMap<(u8, bool), Box<dyn DynDigest>>,
}

impl Checker<'_> {
    fn check(&mut self, sig: &Sig) -> SignatureCheck {
        let Some(made) = sig.created().filter(|made| self.is_acceptable(sig, *made)) else {
            return SignatureCheck::Invalid;
        };
        let Some(issuer) = issuer(sig) else {
            return SignatureCheck::UnknownKey { issuer: None };
        };
        let certs = self.certs;
        let mut check = SignatureCheck::UnknownKey { issuer: Some(issuer) };
        for parts in certs {
            for key in keys(parts).filter(|key| sig.may_be_by(key)) {
                if self.is_valid(parts, key, sig, made) {
                    let cert = parts.primary.fingerprint.clone();
                    return SignatureCheck::Valid { cert, made, intended: intended(sig) };
                }
                check = SignatureCheck::Invalid;
            }
        }
        check
    }

    /// What the signature alone decides.
    fn is_acceptable(&self, sig: &Sig, made: Timestamp) -> bool {
        let typ = sig.packet().typ();
        let is_of_message = matches!(typ, Some(SignatureType::Binary | SignatureType::Text));
        // Messages §6: these never count under a message.
        let is_broken = matches!(
            sig.hash_algorithm(),
            HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160
        );
        let is_begun = made <= self.now.plus_secs(FUTURE_TOLERANCE_SECS);
        let is_over = sig.lapses().is_some_and(|lapses| lapses <= self.now);
        is_of_message && !is_broken && is_begun && !is_over && !sig.is_refused()
    }

    fn is_valid(&mut self, parts: &Parts, key: &KeyPart, sig: &Sig, made: Timestamp) -> bool {
        let versions_fit = (key.version() == 6) == (sig.packet().version() == SignatureVersion::V6);
        versions_fit
            && Policy::new(parts, self.now).could_sign(key, made)
            && self.verifies(key, sig).is_some()
    }

    fn verifies(&mut self, key: &KeyPart, sig: &Sig) -> Option<()> {
        let key = key.known()?;
        let digest = self.digest(sig)?;
        if sig.packet().signed_hash_value()?.as_slice() != digest.get(..2)? {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        self.counter.fetch_add(1, Ordering::Relaxed);
        key.verify(sig.hash_algorithm(), &digest, sig.packet().signature()?).ok()
    }

    fn digest(&mut self, sig: &Sig) -> Option<Box<[u8]>> {
        let algorithm = sig.hash_algorithm();
        let is_text = sig.packet().typ() == Some(SignatureType::Text);
        let mut hasher = if sig.salt().is_empty() {
            let place = (u8::from(algorithm), is_text);
            if let Some(known) = self.hashers.get(&place) {
                known.box_clone()
            } else {
                let hasher = self.hashed(algorithm, is_text, &[])?;
                self.hashers.insert(place, hasher.box_clone());
                hasher
            }
        } else {
            // The salt comes first, so that nothing can be kept.
            self.hashed(algorithm, is_text, sig.salt())?
        };
        hasher.update(&sig.signed_octets()?);
        Some(hasher.finalize())
    }

    fn hashed(
        &self,
        algorithm: HashAlgorithm,
        is_text: bool,
        salt: &[u8],
    ) -> Option<Box<dyn DynDigest>> {
        let mut hasher: Box<dyn DynDigest> = algorithm.new_hasher().ok()?;
        hasher.update(salt);
        if is_text {
            hash_text(hasher.as_mut(), self.signed);
        } else {
            hasher.update(self.signed);
        }
        Some(hasher)
    }
}

/// RFC 9580 §5.2.1.2: the text with its line ends as CRLF.
fn hash_text(hasher: &mut dyn DynDigest, text: &[u8]) {
    let mut lines = text.split(|octet| *octet == b'\n').peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_none() {
            hasher.update(line);
        } else {
            hasher.update(line.strip_suffix(b"\r").unwrap_or(line));
            hasher.update(b"\r\n");
        }
    }
}

fn keys(parts: &Parts) -> impl Iterator<Item = &KeyPart> {
    std::iter::once(&parts.primary).chain(parts.subkeys.values().map(|subkey| &subkey.part))
}

/// The key that `sig` names first. One that names nobody is not tried with every key.
fn issuer(sig: &Sig) -> Option<KeyId> {
    let packet = sig.packet();
    let named = packet.issuer_fingerprint().first().map(|named| Fingerprint::new(named.as_bytes()));
    let fingerprint = named.and_then(Result::ok).map(|named| KeyId::from(&named));
    let id = packet.issuer_key_id().first().map(|id| id.as_ref().try_into().unwrap_or_default());
    fingerprint.or(id.map(KeyId::new))
}

/// Whom the signature was made for; what is not signed itself says nothing.
fn intended(sig: &Sig) -> Vec<Fingerprint> {
    let subpackets =
        sig.packet().config().into_iter().flat_map(|config| config.hashed_subpackets());
    let named = |data: &SubpacketData| match data {
        SubpacketData::IntendedRecipientFingerprint(named) => {
            Fingerprint::new(named.as_bytes()).ok()
        }
        _ => None,
    };
    subpackets.filter_map(|subpacket| named(&subpacket.data)).collect()
}
