//! The cert as it goes into the key fields.
//!
//! Implements the wire form of Messages §1: one User ID at most and the newest valid signatures.
//! Not here: the fields themselves.

use std::collections::BTreeSet;

use pgp::types::Tag;

use super::OpenPgpError;
use super::parts::{Parts, Subkey, write_packet, write_sigs};
use super::policy::Policy;
use super::sig::Sig;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::key::{CertUnion, Fingerprint, Unusable};

/// The minimised cert of verified `parts` at `now`; `secrets` are the parts whose secret is there.
///
/// # Errors
/// [`OpenPgpError::Unusable`] if it cannot encrypt and sign.
pub(super) fn minimise(
    parts: &Parts,
    addr: &Addr,
    now: Timestamp,
    secrets: &BTreeSet<Fingerprint>,
) -> Result<Vec<u8>, OpenPgpError> {
    let policy = Policy::new(parts, now);
    let unusable = |found: &str| OpenPgpError::Unusable { found: found.to_owned() };
    let refused = |reason| unusable(reason_in_words(reason));
    let primary = policy.primary().map_err(refused)?;
    let encryption = policy.choose(parts).map_err(refused)?;
    if !secrets.contains(&encryption.part.fingerprint) {
        return Err(unusable("a key without the secret part that decrypts"));
    }
    let primary_signs = primary.flags.sign() && secrets.contains(&parts.primary.fingerprint);
    let signing = if primary_signs { None } else { Some(signing_subkey(parts, policy, secrets)) };
    let signing = match signing {
        Some(None) => return Err(unusable("a key without a secret part that signs")),
        other => other.flatten(),
    };

    let mut cert = Vec::new();
    write_packet(&mut cert, Tag::PublicKey, &parts.primary.body);
    let direct = policy.direct();
    let user_id = user_id(parts, policy, addr);
    // Version 6 speaks by its direct-key signature; version 4 where its User ID is silent.
    if parts.primary.version() == 6 || direct.is_some_and(|sig| adds(sig, user_id)) {
        direct.iter().for_each(|sig| write_sigs(&mut cert, std::slice::from_ref(*sig)));
    }
    if let Some((id, sig)) = user_id {
        write_packet(&mut cert, Tag::UserId, id);
        write_sigs(&mut cert, std::slice::from_ref(sig));
    }
    let beside = policy.classical_beside(parts, &encryption);
    let beside = beside.filter(|it| secrets.contains(&it.part.fingerprint));
    let bound = [Some(encryption), beside]
        .into_iter()
        .flatten()
        .filter_map(|choice| parts.subkeys.get(&choice.part.fingerprint).zip(choice.word.sig));
    let mut bound: Vec<_> = bound.collect();
    // One subkey may do both.
    bound.extend(signing.filter(|(_, sig)| bound.iter().all(|(_, other)| other != sig)));
    for (subkey, sig) in bound {
        write_packet(&mut cert, Tag::PublicSubkey, &subkey.part.body);
        write_sigs(&mut cert, std::slice::from_ref(sig));
    }
    Ok(cert)
}

/// A cert as it is gossiped (Messages §2): minimised from all its verified parts, with the subkeys of
/// the copy `received` alone. `None` for one that cannot be minimised.
pub(super) fn for_gossip(
    union: &CertUnion,
    received: &[u8],
    addr: &Addr,
    now: Timestamp,
) -> Option<Vec<u8>> {
    let mut parts = Parts::parse(&union.bytes).ok()?;
    let received = Parts::parse(received).ok()?;
    parts.subkeys.retain(|fingerprint, _| received.subkeys.contains_key(fingerprint));
    let mut all: BTreeSet<Fingerprint> = parts.subkeys.keys().cloned().collect();
    all.insert(parts.primary.fingerprint.clone());
    minimise(&parts, addr, now, &all).ok()
}

/// Why a key is refused, as the `found` of an error.
pub(super) fn reason_in_words(reason: Unusable) -> &'static str {
    match reason {
        Unusable::Expired => "an expired key, or one from the future",
        Unusable::Revoked => "a revoked key",
        Unusable::Weak => "a key of insufficient size, or signed with a broken hash",
        Unusable::Unsupported => UNSUPPORTED,
    }
}

/// Of a key that is good elsewhere, perhaps.
pub(super) const UNSUPPORTED: &str =
    "a key of an algorithm, a curve or a size that is not supported";

/// Whether `direct` says of the key what the certification of its User ID does not.
fn adds(direct: &Sig, user_id: Option<(&[u8], &Sig)>) -> bool {
    let Some((_, said)) = user_id else { return true };
    let features = |sig: &Sig| sig.packet().features().is_some();
    direct.says_life() && !said.says_life()
        || direct.said_flags().is_some() && said.said_flags().is_none()
        || features(direct) && !features(said)
}

/// The User ID that names `addr`, if the cert says the same with it alone; else the one that speaks for
/// the primary, where it is needed: a cert that lost its expiry would be another.
fn user_id<'a>(parts: &'a Parts, policy: Policy<'a>, addr: &Addr) -> Option<(&'a [u8], &'a Sig)> {
    let certified = |(id, sigs): (&'a [u8], &'a Vec<Sig>)| Some((id, policy.certification(sigs)?));
    let all = || parts.user_ids.iter().map(|(id, sigs)| (id.as_ref(), sigs)).filter_map(certified);
    let matching = all().filter(|(id, sig)| names(id, addr) && policy.is_said_by(Some(*sig)));
    let needed = if policy.is_said_by(None) { None } else { policy.primary_user_id() };
    matching.max_by_key(|(_, sig)| *sig).or_else(|| all().find(|(_, sig)| Some(*sig) == needed))
}

/// Whether a User ID is `addr` or ends with it in angle brackets.
fn names(id: &[u8], addr: &Addr) -> bool {
    addr_of(id).is_some_and(|found| found == *addr)
}

/// The address that a User ID is, or that it ends with in angle brackets.
pub(super) fn addr_of(id: &[u8]) -> Option<Addr> {
    let text = std::str::from_utf8(id).ok()?.trim();
    let bracketed = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    Addr::parse(bracketed.map_or(text, |(_, inside)| inside)).ok()
}

/// The newest subkey that may sign and whose secret is there.
fn signing_subkey<'a>(
    parts: &'a Parts,
    policy: Policy<'a>,
    secrets: &BTreeSet<Fingerprint>,
) -> Option<(&'a Subkey, &'a Sig)> {
    parts
        .subkeys
        .values()
        .filter(|subkey| secrets.contains(&subkey.part.fingerprint))
        .filter_map(|subkey| Some((subkey, policy.signing(subkey)?.sig?)))
        .max_by_key(|(subkey, _)| (subkey.part.created(), subkey.part.fingerprint.clone()))
}
