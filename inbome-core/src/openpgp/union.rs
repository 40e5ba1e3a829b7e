//! The union of the verified parts of all copies of one cert.
//!
//! Implements Discovery §3.1: commutative, associative and idempotent as long as no limit is
//! reached, so that a stripped copy hides nothing. Not here: what the parts mean.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::parts::{Parts, Subkey};
use super::sig::Sig;
use super::verify::Verifier;
use crate::key::{CertUnion, Fingerprint, hash};
use crate::limits::{MAX_SIGNATURES, MAX_SUBKEYS};

/// Adds what verifies in `received` to `known`.
pub(super) fn union(
    known: Option<&CertUnion>,
    received: &[u8],
    mut verifier: Verifier<'_>,
) -> CertUnion {
    // A union holds only verified parts, so that it is never verified again.
    let recent = verifier.recent();
    let known_parts = known.and_then(|known| recent.parts(&known.bytes).ok());
    let received = recent.parts(received).ok().filter(|received| {
        known_parts.as_ref().is_none_or(|known| known.primary.body == received.primary.body)
    });
    let Some(received) = received else { return known.cloned().unwrap_or_else(empty) };
    let verified_before = known_parts.as_deref().map(cores).unwrap_or_default();
    let added = verified_parts(&received, &verified_before, &mut verifier);
    let mut parts = match known_parts {
        Some(known) => join(Parts::clone(&known), added),
        None => added,
    };
    parts.truncated |= verifier.is_exhausted() || known.is_some_and(|known| known.truncated);
    normalise(&mut parts);
    limit(&mut parts);
    let union = CertUnion {
        hard_revoked: parts.direct.iter().any(|sig| sig.is_revocation() && sig.is_hard()),
        truncated: parts.truncated,
        bytes: parts.to_octets().into(),
    };
    // It is judged next. That it was cut stands in no octet of it.
    recent.keep(&union.bytes, Parts { truncated: false, ..parts });
    union
}

/// The verified parts of one cert in canonical form.
pub(super) fn verified(octets: &[u8], verifier: Verifier<'_>) -> Option<Arc<Parts>> {
    let recent = verifier.recent();
    recent.parts(&union(None, octets, verifier).bytes).ok()
}

fn empty() -> CertUnion {
    CertUnion { bytes: [].into(), hard_revoked: false, truncated: false }
}

/// Where a signature stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    // The order is that of importance: what comes first is looked at first.
    Key,
    Subkey(Fingerprint),
    UserId(Box<[u8]>),
}

/// Place and body without what anybody can change: what was verified once under it still is.
type Core = (Place, Box<[u8]>);

fn places(parts: &Parts) -> impl Iterator<Item = (Place, &Sig)> {
    let on_key = parts.direct.iter().map(|sig| (Place::Key, sig));
    let on_subkeys = parts.subkeys.iter().flat_map(|(fingerprint, subkey)| {
        subkey.sigs.iter().map(|sig| (Place::Subkey(fingerprint.clone()), sig))
    });
    let on_user_ids = parts
        .user_ids
        .iter()
        .flat_map(|(id, sigs)| sigs.iter().map(|sig| (Place::UserId(id.clone()), sig)));
    on_key.chain(on_subkeys).chain(on_user_ids)
}

fn cores(parts: &Parts) -> BTreeMap<Core, Sig> {
    let core = |(place, sig): (Place, &Sig)| {
        Some(((place, sig.canonical(&parts.primary, None)?.body().into()), sig.clone()))
    };
    places(parts).filter_map(core).collect()
}

/// Of `all` the signatures that verify, in canonical form, and the parts that bear one.
fn verified_parts(all: &Parts, before: &BTreeMap<Core, Sig>, verifier: &mut Verifier<'_>) -> Parts {
    let mut candidates: Vec<(Place, &Sig)> = places(all).collect();
    // Discovery §9: 128 signatures are looked at, revocations first, decoration last.
    candidates.sort_by(|(a, sig_a), (b, sig_b)| {
        let decoration = |place: &Place| matches!(place, Place::UserId(_));
        (decoration(a), !sig_a.is_revocation())
            .cmp(&(decoration(b), !sig_b.is_revocation()))
            .then_with(|| sig_b.cmp(sig_a))
            .then_with(|| a.cmp(b))
    });
    let mut parts = Parts {
        primary: all.primary.clone(),
        direct: Vec::new(),
        user_ids: BTreeMap::new(),
        subkeys: BTreeMap::new(),
        truncated: all.truncated,
    };
    for (place, sig) in candidates {
        let Some(core) = sig.canonical(&all.primary, None) else { continue };
        let known = before.get(&(place.clone(), core.body().into()));
        match place {
            Place::Key => {
                if known.is_some() || verifier.on_key(all, sig) {
                    parts.direct.push(core.into_owned());
                }
            }
            Place::UserId(id) => {
                if known.is_some() || verifier.on_user_id(all, &id, sig) {
                    parts.user_ids.entry(id).or_default().push(core.into_owned());
                }
            }
            Place::Subkey(fingerprint) => {
                let Some(subkey) = all.subkeys.get(&fingerprint) else { continue };
                if known.is_none() && !verifier.on_subkey(all, subkey, sig) {
                    continue;
                }
                let back = known.and_then(Sig::verified_back_signature);
                let back = back.or_else(|| verifier.back_signature(all, subkey, sig));
                let Some(sig) = sig.canonical(&all.primary, back.as_ref()) else { continue };
                let empty = || Subkey { part: subkey.part.clone(), sigs: Vec::new() };
                parts.subkeys.entry(fingerprint).or_insert_with(empty).sigs.push(sig.into_owned());
            }
        }
    }
    parts
}

fn join(mut known: Parts, added: Parts) -> Parts {
    known.direct.extend(added.direct);
    for (id, sigs) in added.user_ids {
        known.user_ids.entry(id).or_default().extend(sigs);
    }
    for (fingerprint, subkey) in added.subkeys {
        let sigs = subkey.sigs.clone();
        let into = known
            .subkeys
            .entry(fingerprint)
            .or_insert_with(|| Subkey { sigs: Vec::new(), part: subkey.part });
        into.sigs.extend(sigs);
    }
    known.truncated |= added.truncated;
    known
}

/// Brings each list of signatures into its one form.
fn normalise(parts: &mut Parts) {
    let Parts { primary, direct, user_ids, subkeys, .. } = parts;
    let mut tidy = |sigs: &mut Vec<Sig>| {
        // Each one is in its form already; what remains is to choose between copies.
        if sigs.len() < 2 {
            return;
        }
        let mut by_core: BTreeMap<Box<[u8]>, Sig> = BTreeMap::new();
        for sig in sigs.drain(..) {
            let Some(core) = sig.canonical(primary, None) else { continue };
            // Of copies with and without the back-signature, the one with it.
            let rank = |sig: &Sig| (sig.body() == core.body(), sig.body().to_vec());
            match by_core.get(core.body()) {
                Some(found) if rank(found) <= rank(&sig) => {}
                _ => drop(by_core.insert(core.body().into(), sig)),
            }
        }
        *sigs = by_core.into_values().collect();
        sigs.sort();
        keep_first_revocations(sigs);
    };
    tidy(direct);
    user_ids.values_mut().for_each(&mut tidy);
    subkeys.values_mut().for_each(|subkey| tidy(&mut subkey.sigs));
}

/// Of the revocations of a key only the first hard and the first soft one are kept: all that the
/// others could say these say already, so that keeping revocations always needs no room.
fn keep_first_revocations(sigs: &mut Vec<Sig>) {
    let mut seen = BTreeSet::new();
    sigs.retain(|sig| {
        let of_key = sig.is_revocation() && !sig.is_on_user_id();
        !of_key || seen.insert(sig.is_hard())
    });
}

/// Drops what is past the limits (Discovery §3.1): the youngest stay, revocations always.
fn limit(parts: &mut Parts) {
    if parts.subkeys.len() > MAX_SUBKEYS {
        let order = |subkey: &Subkey| (subkey.part.created(), hash(&subkey.part.body));
        let mut orders: Vec<_> = parts.subkeys.values().map(order).collect();
        orders.sort_unstable_by(|a, b| b.cmp(a));
        let last = orders.get(MAX_SUBKEYS.saturating_sub(1)).copied();
        parts.subkeys.retain(|_, subkey| Some(order(subkey)) >= last);
        parts.truncated = true;
    }
    let counted = |sig: &Sig| !sig.is_revocation() || sig.is_on_user_id();
    if places(parts).filter(|(_, sig)| counted(sig)).count() <= MAX_SIGNATURES {
        return;
    }
    let mut sigs: Vec<(bool, Sig)> = places(parts)
        .filter(|(_, sig)| counted(sig))
        .map(|(place, sig)| (!matches!(place, Place::UserId(_)), sig.clone()))
        .collect();
    parts.truncated = true;
    // Decoration goes before what binds keys.
    sigs.sort_by(|a, b| b.cmp(a));
    let kept: BTreeSet<Sig> = sigs.into_iter().take(MAX_SIGNATURES).map(|(_, sig)| sig).collect();
    let stays = |sig: &Sig| !counted(sig) || kept.contains(sig);
    parts.direct.retain(stays);
    parts.user_ids.values_mut().for_each(|sigs| sigs.retain(stays));
    parts.user_ids.retain(|_, sigs| !sigs.is_empty());
    parts.subkeys.values_mut().for_each(|subkey| subkey.sigs.retain(stays));
    parts.subkeys.retain(|_, subkey| !subkey.sigs.is_empty());
}
