//! Which signature was really made by which key, and for which part.
//!
//! Implements the mathematics under Messages §6, with each signature's own algorithms: MD5 and
//! SHA-1 verify here as far as the library below can, for `policy` to judge. Not here: dates, strength,
//! flags.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::SignatureVersion;
use pgp::types::{KeyDetails, PublicParams, VerifyingKey};

use super::key_part::KeyPart;
use super::parts::{Parts, Subkey};
use super::recent::Recent;
use super::sig::Sig;
use crate::key::hash as hash_of;
use crate::limits::MAX_SIGNATURES;

/// Verifies at most [`MAX_SIGNATURES`] signatures of one cert (Discovery §9), and counts them.
pub(super) struct Verifier<'a> {
    recent: &'a Recent,
    left: usize,
    /// A signature was not looked at.
    exhausted: bool,
}

impl<'a> Verifier<'a> {
    pub(super) fn new(recent: &'a Recent) -> Self {
        Self { recent, left: MAX_SIGNATURES, exhausted: false }
    }

    /// What was worked out lately.
    pub(super) fn recent(&self) -> &'a Recent {
        self.recent
    }

    /// Whether there were more signatures than are looked at.
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// Whether `sig` stands on the primary and was made by it.
    pub(super) fn on_key(&mut self, parts: &Parts, sig: &Sig) -> bool {
        sig.is_on_key() && self.verifies(&parts.primary, sig, &[key_octets(&parts.primary)])
    }

    /// Whether `sig` stands on the User ID `id` and was made by the primary.
    pub(super) fn on_user_id(&mut self, parts: &Parts, id: &[u8], sig: &Sig) -> bool {
        let mut octets = Vec::new();
        // Version 3 hashes the User ID bare.
        if sig.packet().version() != SignatureVersion::V3 {
            octets.push(0xb4);
            octets.extend(u32::try_from(id.len()).unwrap_or(u32::MAX).to_be_bytes());
        }
        octets.extend_from_slice(id);
        let signed = [key_octets(&parts.primary), octets];
        sig.is_on_user_id() && self.verifies(&parts.primary, sig, &signed)
    }

    /// Whether `sig` binds or revokes `subkey` and was made by the primary.
    pub(super) fn on_subkey(&mut self, parts: &Parts, subkey: &Subkey, sig: &Sig) -> bool {
        let signed = [key_octets(&parts.primary), key_octets(&subkey.part)];
        sig.is_on_subkey() && self.verifies(&parts.primary, sig, &signed)
    }

    /// The back-signature in `sig` that `subkey` really made, in canonical form.
    pub(super) fn back_signature(
        &mut self,
        parts: &Parts,
        subkey: &Subkey,
        sig: &Sig,
    ) -> Option<Sig> {
        // Only a signing subkey needs one (Messages §6).
        if !sig.flags(&subkey.part).sign() {
            return None;
        }
        let signed = [key_octets(&parts.primary), key_octets(&subkey.part)];
        sig.back_signatures()
            .filter(|back| !back.is_refused() && back.may_be_by(&subkey.part))
            .find(|back| self.verifies(&subkey.part, back, &signed))?
            .canonical(&subkey.part, None)
            .map(Cow::into_owned)
    }

    fn verifies(&mut self, signer: &KeyPart, sig: &Sig, signed: &[Vec<u8>]) -> bool {
        let Some(left) = self.left.checked_sub(1) else {
            self.exhausted = true;
            return false;
        };
        self.left = left;
        self.try_verify(signer, sig, signed).is_some()
    }

    fn try_verify(&self, signer: &KeyPart, sig: &Sig, signed: &[Vec<u8>]) -> Option<()> {
        let key = signer.known()?;
        let packet = sig.packet();
        // RFC 9580: version 6 keys and version 6 signatures belong together.
        let versions_fit = (signer.version() == 6) == (packet.version() == SignatureVersion::V6);
        // That another signature is refused is known to `policy`: its part has one, and not a good one.
        if (sig.is_refused() && sig.is_revocation()) || !versions_fit {
            return None;
        }
        let mut octets = sig.salt().to_vec();
        signed.iter().for_each(|part| octets.extend_from_slice(part));
        octets.extend(sig.signed_octets()?);
        let hash = sig.hash_algorithm();
        // SHA-1 detects collisions here and then fails.
        let digest = hash.digest(&octets).ok()?;
        if packet.signed_hash_value()?.as_slice() != digest.get(..2)? {
            return None;
        }
        // Hashed one by one, so that no octet can pass from one to the next.
        let what = [hash_of(&signer.body), hash_of(sig.body()), hash_of(&digest)].concat();
        let what = hash_of(&what);
        if self.recent.has_verified(&what) {
            return Some(());
        }
        self.recent.verifications.fetch_add(1, Ordering::Relaxed);
        key.verify(stand_in(key.public_params(), hash), &digest, packet.signature()?).ok()?;
        self.recent.keep_verified(what);
        Some(())
    }
}

/// What to tell the library below about the hash. Only RSA signs its name; for the others it is a
/// check of strength, which belongs to `policy`: a revocation that fails only for its hash still
/// revokes (Messages §6).
fn stand_in(params: &PublicParams, hash: HashAlgorithm) -> HashAlgorithm {
    let weak = matches!(hash, HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160);
    if weak && !matches!(params, PublicParams::RSA(_)) { HashAlgorithm::Sha512 } else { hash }
}

/// A key as signatures over it hash it.
fn key_octets(part: &KeyPart) -> Vec<u8> {
    let mut octets = Vec::with_capacity(part.body.len().saturating_add(5));
    if part.version() == 4 {
        octets.push(0x99);
        octets.extend(u16::try_from(part.body.len()).unwrap_or(u16::MAX).to_be_bytes());
    } else {
        octets.push(0x9b);
        octets.extend(u32::try_from(part.body.len()).unwrap_or(u32::MAX).to_be_bytes());
    }
    octets.extend_from_slice(&part.body);
    octets
}
