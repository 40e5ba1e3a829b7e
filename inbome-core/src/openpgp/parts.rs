//! A binary cert taken apart: primary, User IDs and subkeys, each with its signatures.
//!
//! Implements the framing rules of Discovery §2.2 and the limits of §9. What does not parse, and
//! what cannot be a self-signature, is left out here and so never spoils the rest (Messages §6).
//! Not here: any verification, any judgement.

use std::collections::BTreeMap;

use pgp::packet::PacketHeader;
use pgp::ser::Serialize;
use pgp::types::{PacketLength, Tag};

use super::key_part::KeyPart;
use super::sig::Sig;
use crate::key::{CertFlaw, Fingerprint};
use crate::limits::MAX_SUBKEYS;

/// A cert in parts, sorted so that equal sets of parts are equal values.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) primary: KeyPart,
    /// Direct-key signatures and key revocations.
    pub(super) direct: Vec<Sig>,
    /// Those that bear at least one signature.
    pub(super) user_ids: BTreeMap<Box<[u8]>, Vec<Sig>>,
    pub(super) subkeys: BTreeMap<Fingerprint, Subkey>,
    /// Whether subkeys past the limit were not looked at.
    pub(super) truncated: bool,
}

/// A subkey with its bindings and revocations.
#[derive(Debug, Clone)]
pub(super) struct Subkey {
    pub(super) part: KeyPart,
    pub(super) sigs: Vec<Sig>,
}

impl Parts {
    /// Takes `octets` apart.
    ///
    /// # Errors
    /// [`CertFlaw`], but never [`CertFlaw::NoEncryptionKey`].
    pub(super) fn parse(octets: &[u8]) -> Result<Self, CertFlaw> {
        // Discovery §2.2: the framing is judged first, over the whole length.
        let packets =
            Packets::new(octets).collect::<Option<Vec<_>>>().ok_or(CertFlaw::NotOpenPgp)?;
        let secret = |tag: &Tag| matches!(tag, Tag::SecretKey | Tag::SecretSubkey);
        let (&(first, body), rest) = packets.split_first().ok_or(CertFlaw::NotOpenPgp)?;
        if !matches!(first, Tag::PublicKey | Tag::SecretKey) {
            return Err(CertFlaw::NotOpenPgp);
        }
        if packets.iter().any(|(tag, _)| secret(tag)) {
            return Err(CertFlaw::SecretKey);
        }
        if packets.iter().any(|(tag, _)| is_of_message(*tag)) {
            return Err(CertFlaw::NotOpenPgp);
        }
        let primary = KeyPart::parse_primary(body).ok_or(CertFlaw::NotOpenPgp)?;
        if rest.iter().any(|(tag, _)| *tag == Tag::PublicKey) {
            return Err(CertFlaw::SeveralCerts);
        }
        let mut parts = Self {
            primary,
            direct: Vec::new(),
            user_ids: BTreeMap::new(),
            subkeys: BTreeMap::new(),
            truncated: false,
        };
        let mut owner = Owner::Primary;
        for &(tag, body) in rest {
            match tag {
                Tag::Signature => parts.add_signature(&owner, body),
                Tag::UserId => owner = Owner::UserId(body),
                Tag::PublicSubkey => owner = parts.add_subkey(body),
                // Photographs and unknown packets: their signatures are not ours to look at.
                Tag::Marker | Tag::Padding | Tag::Trust => {}
                _ => owner = Owner::Nobody,
            }
        }
        Ok(parts)
    }

    /// The cert in binary: primary, direct-key signatures, User IDs, subkeys.
    pub(super) fn to_octets(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_packet(&mut out, Tag::PublicKey, &self.primary.body);
        write_sigs(&mut out, &self.direct);
        for (id, sigs) in &self.user_ids {
            write_packet(&mut out, Tag::UserId, id);
            write_sigs(&mut out, sigs);
        }
        for subkey in self.subkeys.values() {
            write_packet(&mut out, Tag::PublicSubkey, &subkey.part.body);
            write_sigs(&mut out, &subkey.sigs);
        }
        out
    }

    fn add_subkey<'a>(&mut self, body: &'a [u8]) -> Owner<'a> {
        let Some(part) = KeyPart::parse_subkey(body) else { return Owner::Nobody };
        let fingerprint = part.fingerprint.clone();
        if !self.subkeys.contains_key(&fingerprint) {
            // Discovery §9: 64 subkeys are looked at.
            if self.subkeys.len() >= MAX_SUBKEYS {
                self.truncated = true;
                return Owner::Nobody;
            }
            self.subkeys.insert(fingerprint.clone(), Subkey { part, sigs: Vec::new() });
        }
        Owner::Subkey(fingerprint)
    }

    fn add_signature(&mut self, owner: &Owner<'_>, body: &[u8]) {
        let Some(sig) = Sig::parse(body).filter(|sig| sig.may_be_by(&self.primary)) else { return };
        // A revocation of the primary counts wherever somebody appended it.
        if sig.is_on_key() {
            return self.direct.push(sig);
        }
        match owner {
            Owner::UserId(id) if sig.is_on_user_id() => {
                self.user_ids.entry((*id).into()).or_default().push(sig);
            }
            Owner::Subkey(fingerprint) if sig.is_on_subkey() => {
                if let Some(subkey) = self.subkeys.get_mut(fingerprint) {
                    subkey.sigs.push(sig);
                }
            }
            _ => {}
        }
    }
}

/// Discovery §2.2: what belongs to a message makes key data invalid.
fn is_of_message(tag: Tag) -> bool {
    matches!(u8::from(tag), 1 | 3 | 4 | 8 | 9 | 11 | 18..=20)
}

/// What the signatures that follow stand on.
enum Owner<'a> {
    Primary,
    UserId(&'a [u8]),
    Subkey(Fingerprint),
    Nobody,
}

/// The packets of `octets`: `None` where the framing breaks, after which nothing follows.
pub(super) struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Packets<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// How many octets are not taken yet.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    fn split(&mut self) -> Option<(Tag, &'a [u8])> {
        let header = PacketHeader::try_from_reader(&mut self.rest).ok()?;
        // Partial and indeterminate lengths are for messages only.
        let PacketLength::Fixed(length) = header.packet_length() else { return None };
        let (body, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some((header.tag(), body))
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Option<(Tag, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let packet = self.split();
        if packet.is_none() {
            self.rest = &[];
        }
        Some(packet)
    }
}

/// Appends one packet in the new format. Bodies come from packets read or made here, so their
/// length always fits.
pub(super) fn write_packet(out: &mut Vec<u8>, tag: Tag, body: &[u8]) {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    // Writing into a vector does not fail.
    let _ = PacketHeader::new_fixed(tag, length).to_writer(out);
    out.extend_from_slice(body);
}

pub(super) fn write_sigs(out: &mut Vec<u8>, sigs: &[Sig]) {
    sigs.iter().for_each(|sig| write_packet(out, Tag::Signature, sig.body()));
}
