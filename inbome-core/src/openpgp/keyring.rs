//! Many certs in one file, as GnuPG keeps and exports them.
//!
//! Takes a keyring apart into certs, and makes of a cert the copy to put into one. Programs that
//! look keys up by User ID trust what it says; mail does not (Discovery §2.2: it is decoration), so
//! here it counts only where the key itself certifies it, and only the peer's own goes out. Not
//! here: whether a cert can be used (`policy`), and running GnuPG (`gnupg`).

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use pgp::types::Tag;

use super::armor::dearmor_block;
use super::minimise::addr_of;
use super::parts::{Packets, Parts};
use super::policy::Policy;
use super::{Described, TakeCert};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::key::{CertFlaw, CertUnion};
use crate::limits::MAX_CERT_BYTES_BY_IMPORT;

/// Hands over the certs in `octets`, armored in one block or several, or binary.
pub(super) fn split(octets: &[u8], each: TakeCert<'_>) -> ControlFlow<()> {
    // Every binary packet begins with the highest bit; no armor does.
    if octets.first().is_none_or(|octet| octet & 0x80 != 0) {
        return split_binary(octets, each);
    }
    let mut starts = memchr::memmem::find_iter(octets, b"-----BEGIN PGP ").peekable();
    if starts.peek().is_none() {
        return each(Err(CertFlaw::NotOpenPgp));
    }
    while let Some(start) = starts.next() {
        let end = starts.peek().copied().unwrap_or(octets.len());
        match octets.get(start..end).and_then(dearmor_block) {
            Some(block) => split_binary(block.as_bytes(), each)?,
            None => each(Err(CertFlaw::NotOpenPgp))?,
        }
    }
    ControlFlow::Continue(())
}

/// Each cert runs from its primary to before the next.
fn split_binary(octets: &[u8], each: TakeCert<'_>) -> ControlFlow<()> {
    let mut packets = Packets::new(octets);
    let (mut start, mut at, mut kind) = (0, 0, None);
    while let Some(packet) = packets.next() {
        let Some((tag, _)) = packet else {
            // What stood before it ended whole.
            hand_over(octets.get(start..at), kind, each)?;
            return each(Err(CertFlaw::NotOpenPgp));
        };
        if matches!(tag, Tag::PublicKey | Tag::SecretKey) {
            hand_over(octets.get(start..at), kind, each)?;
            (start, kind) = (at, Some(tag));
        }
        at = octets.len().saturating_sub(packets.left());
    }
    hand_over(octets.get(start..at), kind, each)
}

fn hand_over(cert: Option<&[u8]>, kind: Option<Tag>, each: TakeCert<'_>) -> ControlFlow<()> {
    let Some(cert) = cert.filter(|cert| !cert.is_empty()) else { return ControlFlow::Continue(()) };
    each(match kind {
        Some(Tag::PublicKey) if cert.len() <= MAX_CERT_BYTES_BY_IMPORT => Ok(cert),
        Some(Tag::SecretKey) => Err(CertFlaw::SecretKey),
        _ => Err(CertFlaw::NotOpenPgp),
    })
}

/// Creation time, and the addresses in User IDs with a certification of the key's own.
pub(super) fn describe(union: &CertUnion, now: Timestamp) -> Option<Described> {
    let parts = Parts::parse(&union.bytes).ok()?;
    let policy = Policy::new(&parts, now);
    let certified = parts.user_ids.iter().filter(|(_, sigs)| policy.certification(sigs).is_some());
    let addrs = certified.filter_map(|(id, _)| addr_of(id)).collect();
    Some(Described { created: parts.primary.created(), addrs })
}

/// The verified parts, User IDs of `addrs` and subkeys of `received` alone.
pub(super) fn cert_for_lookup(
    union: &CertUnion,
    received: &[Arc<[u8]>],
    addrs: &BTreeSet<Addr>,
) -> Option<Vec<u8>> {
    let mut parts = Parts::parse(&union.bytes).ok()?;
    let received: Vec<Parts> = received.iter().filter_map(|copy| Parts::parse(copy).ok()).collect();
    // A sender can write any name into his cert; a keyring would believe it.
    parts.user_ids.retain(|id, _| addr_of(id).is_some_and(|addr| addrs.contains(&addr)));
    parts.subkeys.retain(|fpr, _| received.iter().any(|copy| copy.subkeys.contains_key(fpr)));
    (!parts.user_ids.is_empty()).then(|| parts.to_octets())
}
