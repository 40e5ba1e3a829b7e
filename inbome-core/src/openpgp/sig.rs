//! One signature packet: what it says of itself, and the octets that it covers.
//!
//! Implements the parts of Messages §6 that a signature alone decides: which types are looked at,
//! critical subpackets, whether a revocation is hard. Not here: the mathematics (`verify`), time
//! (`policy`).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{
    KeyFlags, PacketHeader, RevocationCode, Signature, SignatureConfig, SignatureType,
    SignatureVersion, SignatureVersionSpecific, SubpacketData, SubpacketType,
};
use pgp::ser::Serialize;
use pgp::types::{KeyDetails, SignatureBytes, Tag};

use super::key_part::KeyPart;
use crate::clock::Timestamp;
use crate::key::hash;

/// A parsed signature beside its octets, which are what is hashed and kept. Its clones share both.
#[derive(Debug, Clone)]
pub(super) struct Sig {
    body: Arc<[u8]>,
    packet: Arc<Signature>,
}

impl Sig {
    /// From a packet body; `None` if it does not parse or is of an unknown version.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let header = PacketHeader::new_fixed(Tag::Signature, u32::try_from(body.len()).ok()?);
        let mut rest = body;
        let packet = Signature::try_from_reader(header, &mut rest).ok()?;
        if !rest.is_empty() || packet.config().is_none() {
            return None;
        }
        Some(Self { body: body.into(), packet: Arc::new(packet) })
    }

    /// The octets of the packet without its header.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// The parsed packet.
    pub(super) fn packet(&self) -> &Signature {
        &self.packet
    }

    /// A direct-key signature or a revocation of the primary.
    pub(super) fn is_on_key(&self) -> bool {
        matches!(self.packet.typ(), Some(SignatureType::Key | SignatureType::KeyRevocation))
    }

    /// A certification of a User ID or its revocation.
    pub(super) fn is_on_user_id(&self) -> bool {
        self.config().is_some_and(SignatureConfig::is_certification)
    }

    /// A binding of a subkey or its revocation.
    pub(super) fn is_on_subkey(&self) -> bool {
        let typ = self.packet.typ();
        matches!(typ, Some(SignatureType::SubkeyBinding | SignatureType::SubkeyRevocation))
    }

    /// Any revocation.
    pub(super) fn is_revocation(&self) -> bool {
        matches!(
            self.packet.typ(),
            Some(
                SignatureType::KeyRevocation
                    | SignatureType::SubkeyRevocation
                    | SignatureType::CertRevocation
            )
        )
    }

    /// A revocation that counts since ever.
    pub(super) fn is_hard(&self) -> bool {
        // Messages §6: no reason, *compromised* and unknown reasons are hard.
        !matches!(
            self.packet.revocation_reason_code(),
            Some(
                RevocationCode::KeySuperseded
                    | RevocationCode::KeyRetired
                    | RevocationCode::CertUserIdInvalid
            )
        )
    }

    /// When it was made.
    pub(super) fn created(&self) -> Option<Timestamp> {
        self.packet.created().map(|time| Timestamp::from_secs(time.as_secs().into()))
    }

    /// When the signature itself lapses; `None` for never.
    pub(super) fn lapses(&self) -> Option<Timestamp> {
        let secs = self.packet.signature_expiration_time()?.as_secs();
        Some(self.created()?.plus_secs(secs.into())).filter(|_| secs > 0)
    }

    /// When the key that it stands on expires, by its word; `None` for never.
    pub(super) fn key_expires(&self, key_created: Timestamp) -> Option<Timestamp> {
        let secs = self.packet.key_expiration_time()?.as_secs();
        Some(key_created.plus_secs(secs.into())).filter(|_| secs > 0)
    }

    /// The key flags that it gives to `part`; without any those of its algorithm (Messages §6).
    pub(super) fn flags(&self, part: &KeyPart) -> KeyFlags {
        self.said_flags().unwrap_or_else(|| flags_of_algorithm(part))
    }

    /// Its key flags, if it has the subpacket.
    pub(super) fn said_flags(&self) -> Option<KeyFlags> {
        let has = |data: &SubpacketData| matches!(data, SubpacketData::KeyFlags(_));
        self.says(has).then(|| self.packet.key_flags())
    }

    /// Whether it permits to encrypt to `part`.
    pub(super) fn permits_encryption(&self, part: &KeyPart) -> bool {
        let flags = self.flags(part);
        // Messages §6: the communications or the storage flag.
        flags.encrypt_comms() || flags.encrypt_storage()
    }

    /// Whether it says that the life of the key has an end. Zero sets none; for gpg and sq it is as
    /// if nothing were said.
    pub(super) fn says_life(&self) -> bool {
        self.says(|data| matches!(data, SubpacketData::KeyExpirationTime(it) if it.as_secs() > 0))
    }

    /// Whether it marks its User ID as the primary one.
    pub(super) fn is_primary_user_id(&self) -> bool {
        self.says(|data| matches!(data, SubpacketData::IsPrimary(true)))
    }

    fn says(&self, what: impl Fn(&SubpacketData) -> bool) -> bool {
        let config = self.config();
        config.is_some_and(|it| it.hashed_subpackets().any(|subpacket| what(&subpacket.data)))
    }

    /// Whether it says anything about flags or expiry of the key.
    pub(super) fn speaks(&self) -> bool {
        self.says_life() || self.said_flags().is_some()
    }

    /// The hash algorithm.
    pub(super) fn hash_algorithm(&self) -> HashAlgorithm {
        self.packet.hash_alg().unwrap_or(HashAlgorithm::None)
    }

    /// Back-signatures in it, signed area first.
    pub(super) fn back_signatures(&self) -> impl Iterator<Item = Self> {
        let areas = self.config().map(|c| c.hashed_subpackets().chain(c.unhashed_subpackets()));
        areas.into_iter().flatten().filter_map(|subpacket| match &subpacket.data {
            SubpacketData::EmbeddedSignature(packet) => Self::parse(&packet.to_bytes().ok()?),
            _ => None,
        })
    }

    /// The back-signature that `canonical` put into the unsigned area.
    pub(super) fn verified_back_signature(&self) -> Option<Self> {
        let config = self.config()?;
        config.unhashed_subpackets().find_map(|subpacket| match &subpacket.data {
            SubpacketData::EmbeddedSignature(packet) => Self::parse(&packet.to_bytes().ok()?),
            _ => None,
        })
    }

    /// Whether it names `key` as its issuer, or nobody.
    pub(super) fn may_be_by(&self, key: &KeyPart) -> bool {
        let (ids, fingerprints) = (self.packet.issuer_key_id(), self.packet.issuer_fingerprint());
        (ids.is_empty() && fingerprints.is_empty())
            || ids.iter().any(|id| Some(id.as_ref()) == key.key_id())
            || fingerprints.iter().any(|found| found.as_bytes() == key.fingerprint.as_bytes())
    }

    /// Whether something in it is critical and not understood (Messages §6).
    pub(super) fn is_refused(&self) -> bool {
        let Some(config) = self.config() else { return true };
        config.hashed_subpackets().any(|subpacket| {
            let unknown = matches!(
                subpacket.typ(),
                // No notation means anything to this library.
                SubpacketType::Other(_) | SubpacketType::Experimental(_) | SubpacketType::Notation
            );
            subpacket.is_critical && unknown
        })
    }

    /// What is hashed of the signature itself, and the trailer. `None` for version 2.
    pub(super) fn signed_octets(&self) -> Option<Vec<u8>> {
        if self.packet.version() == SignatureVersion::V3 {
            // Type and time; the octet before them is their length.
            return self.body.get(2..7).map(<[u8]>::to_vec);
        }
        let end = self.signed_end()?;
        let mut octets = self.body.get(..end)?.to_vec();
        octets.extend([*self.body.first()?, 0xff]);
        octets.extend(u32::try_from(end).ok()?.to_be_bytes());
        Some(octets)
    }

    /// The salt of version 6.
    pub(super) fn salt(&self) -> &[u8] {
        match self.config().map(|config| &config.version_specific) {
            Some(SignatureVersionSpecific::V6 { salt }) => salt,
            _ => &[],
        }
    }

    /// The same signature with an unsigned area of our own: the issuer where the signed area
    /// lacks it, and the back-signature if one verified. So copies that differ only in what
    /// anybody can change are one.
    pub(super) fn canonical(&self, signer: &KeyPart, back: Option<&Self>) -> Option<Cow<'_, Self>> {
        let version = self.packet.version();
        let mut body = match version {
            SignatureVersion::V3 => return Some(Cow::Borrowed(self)),
            _ => self.body.get(..self.signed_end()?)?.to_vec(),
        };
        let area = self.unsigned_area(signer, back)?;
        if version == SignatureVersion::V4 {
            body.extend(u16::try_from(area.len()).ok()?.to_be_bytes());
        } else {
            body.extend(u32::try_from(area.len()).ok()?.to_be_bytes());
        }
        body.extend(area);
        body.extend(self.packet.signed_hash_value()?);
        if version == SignatureVersion::V6 {
            body.push(u8::try_from(self.salt().len()).ok()?);
            body.extend(self.salt());
        }
        match self.packet.signature()? {
            SignatureBytes::Mpis(numbers) => {
                for number in numbers {
                    body.extend(number.to_bytes().ok()?);
                }
            }
            SignatureBytes::Native(octets) => body.extend_from_slice(octets),
        }
        // As most programs write it anyway.
        if *body == *self.body {
            return Some(Cow::Borrowed(self));
        }
        Self::parse(&body).map(Cow::Owned)
    }

    fn unsigned_area(&self, signer: &KeyPart, back: Option<&Self>) -> Option<Vec<u8>> {
        let mut area = Vec::new();
        let config = self.config()?;
        let id = SubpacketType::IssuerKeyId;
        // Version 6 does not use key IDs; older programs find no issuer without one.
        if config.version() == SignatureVersion::V4
            && !config.hashed_subpackets().any(|subpacket| subpacket.typ() == id)
        {
            write_subpacket(&mut area, id, signer.key_id()?)?;
        }
        if let Some(back) = back {
            write_subpacket(&mut area, SubpacketType::EmbeddedSignature, &back.body)?;
        }
        Some(area)
    }

    /// Where the signed area ends.
    fn signed_end(&self) -> Option<usize> {
        let (start, length) = match self.packet.version() {
            SignatureVersion::V4 => {
                (6_usize, u16::from_be_bytes(self.body.get(4..6)?.try_into().ok()?).into())
            }
            SignatureVersion::V6 => {
                let length = u32::from_be_bytes(self.body.get(4..8)?.try_into().ok()?);
                (8, usize::try_from(length).ok()?)
            }
            _ => return None,
        };
        start.checked_add(length)
    }

    fn config(&self) -> Option<&SignatureConfig> {
        self.packet.config()
    }

    /// The order of Discovery §3.1: creation time, then SHA-256.
    fn order(&self) -> (Option<Timestamp>, [u8; 32]) {
        (self.created(), hash(&self.body))
    }
}

impl PartialEq for Sig {
    fn eq(&self, other: &Self) -> bool {
        self.body == other.body
    }
}

impl Eq for Sig {}

impl PartialOrd for Sig {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sig {
    fn cmp(&self, other: &Self) -> Ordering {
        self.created().cmp(&other.created()).then_with(|| self.order().cmp(&other.order()))
    }
}

/// What a key can do by its algorithm. What is not known may well encrypt.
pub(super) fn flags_of_algorithm(part: &KeyPart) -> KeyFlags {
    let algorithm = part.known().map(KeyDetails::algorithm);
    let signs = algorithm.is_some_and(PublicKeyAlgorithm::can_sign);
    let encrypts = algorithm.is_none_or(PublicKeyAlgorithm::can_encrypt);
    let mut flags = KeyFlags::default();
    flags.set_certify(signs);
    flags.set_sign(signs);
    flags.set_encrypt_comms(encrypts);
    flags.set_encrypt_storage(encrypts);
    flags
}

fn write_subpacket(area: &mut Vec<u8>, typ: SubpacketType, data: &[u8]) -> Option<()> {
    let length = u32::try_from(data.len()).ok()?.checked_add(1)?;
    match u8::try_from(length) {
        Ok(short) if short < 192 => area.push(short),
        _ => {
            area.push(0xff);
            area.extend(length.to_be_bytes());
        }
    }
    area.push(typ.as_u8(false));
    area.extend_from_slice(data);
    Some(())
}
