//! Whether octets are valid key data, at the least cost.
//!
//! Implements the last rule of Discovery §2.2: one encryption-capable part whose binding verifies
//! with its own algorithms, whatever their strength and date. Not here: whether the cert can be
//! used (`policy`).

use pgp::packet::SignatureType;
use pgp::types::KeyDetails;

use super::parts::Parts;
use super::sig::Sig;
use super::verify::Verifier;
use crate::key::{CertFlaw, Fingerprint};

/// Whose cert it is.
///
/// # Errors
/// The [`CertFlaw`] that makes it invalid.
pub(super) fn check(octets: &[u8], verifier: Verifier<'_>) -> Result<Fingerprint, CertFlaw> {
    let parts = verifier.recent().parts(octets)?;
    // A peer who moved on to an unknown algorithm cannot read the old key any more.
    if parts.primary.known().is_none() || has_encryption_part(&parts, verifier) {
        return Ok(parts.primary.fingerprint.clone());
    }
    Err(CertFlaw::NoEncryptionKey)
}

/// Stops at the first that verifies: for most certs after one verification.
fn has_encryption_part(parts: &Parts, mut verifier: Verifier<'_>) -> bool {
    let binds = |sig: &&Sig| sig.permits_encryption() && !sig.is_revocation();
    for subkey in parts.subkeys.values() {
        // A subkey of an unknown algorithm may well encrypt.
        let can = subkey.part.known().is_none_or(|key| key.algorithm().can_encrypt());
        let mut bindings = subkey.sigs.iter().filter(binds);
        if can && bindings.any(|sig| verifier.on_subkey(parts, subkey, sig)) {
            return true;
        }
    }
    if !parts.primary.known().is_some_and(|key| key.algorithm().can_encrypt()) {
        return false;
    }
    let direct = |sig: &&Sig| sig.packet().typ() == Some(SignatureType::Key);
    if parts.direct.iter().filter(binds).filter(direct).any(|sig| verifier.on_key(parts, sig)) {
        return true;
    }
    parts
        .user_ids
        .iter()
        .any(|(id, sigs)| sigs.iter().filter(binds).any(|sig| verifier.on_user_id(parts, id, sig)))
}
