//! Whether octets are valid key data, at the least cost.
//!
//! Implements the last rule of Discovery §2.2: one encryption-capable part whose binding verifies
//! with its own algorithms, whatever their strength and date. Not here: whether the cert can be
//! used (`policy`).

use pgp::types::KeyDetails;

use super::key_part::KeyPart;
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
    // A peer who moved on to an unknown algorithm or curve cannot read the old key any more.
    if parts.primary.known().is_none() || has_encryption_part(&parts, verifier) {
        return Ok(parts.primary.fingerprint.clone());
    }
    Err(CertFlaw::NoEncryptionKey)
}

/// Stops at the first that verifies: for most certs after one verification.
fn has_encryption_part(parts: &Parts, mut verifier: Verifier<'_>) -> bool {
    let binds = |part: &KeyPart, sig: &Sig| {
        !sig.is_refused() && !sig.is_revocation() && sig.permits_encryption(part)
    };
    for subkey in parts.subkeys.values() {
        // A subkey of an unknown algorithm may well encrypt.
        let can = subkey.part.known().is_none_or(|key| key.algorithm().can_encrypt());
        let mut bindings = subkey.sigs.iter().filter(|sig| binds(&subkey.part, sig));
        if can && bindings.any(|sig| verifier.on_subkey(parts, subkey, sig)) {
            return true;
        }
    }
    let primary = &parts.primary;
    if !primary.known().is_some_and(|key| key.algorithm().can_encrypt()) {
        return false;
    }
    let mut direct = parts.direct.iter().filter(|sig| binds(primary, sig));
    let mut user_ids = parts
        .user_ids
        .iter()
        // Of version 6 only direct-key signatures speak (Messages §6).
        .filter(|_| primary.version() != 6)
        .flat_map(|(id, sigs)| sigs.iter().map(move |sig| (id, sig)))
        .filter(|(_, sig)| binds(primary, sig));
    direct.any(|sig| verifier.on_key(parts, sig))
        || user_ids.any(|(id, sig)| verifier.on_user_id(parts, id, sig))
}
