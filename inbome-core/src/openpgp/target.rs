//! The one door to encryption: what a session key is wrapped for.
//!
//! Implements *usable* of Messages §6 for one key: a message to it can be made, and nobody but its
//! owner can read it. A key is asked when its cert is judged, and only what passed here can wrap, so
//! that whatever is recommended can be sent. Not here: flags, dates, revocations (`policy`).

use std::sync::Arc;

use pgp::composed::RawSessionKey;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PublicKey, PublicKeyEncryptedSessionKey};
use pgp::ser::Serialize;
use pgp::types::{EcdhPublicParams, KeyDetails, PublicParams};
use rand::rngs::StdRng;

use super::key_part::KeyPart;
use crate::key::Unusable;

/// A key that can be encrypted to. Its clones share it.
#[derive(Debug, Clone)]
pub(super) struct Target(Arc<PublicKey>);

impl Target {
    /// # Errors
    /// [`Unusable::Weak`] for a modulus that is too short, [`Unusable::Unsupported`] for all else.
    pub(super) fn new(part: &KeyPart) -> Result<Self, Unusable> {
        let key = part.key.as_ref().filter(|key| part.is_exact() && key.algorithm().can_encrypt());
        let key = key.ok_or(Unusable::Unsupported)?;
        let sound = match key.public_params() {
            params @ PublicParams::RSA(_) => {
                return long_enough(params).map(|()| Self(key.clone()));
            }
            PublicParams::X25519(params) => !is_small_25519(params.key.as_bytes()),
            PublicParams::X448(params) => !is_small_448(params.key.as_bytes()),
            PublicParams::MlKem768X25519(params) => !is_small_25519(params.x25519_key.as_bytes()),
            PublicParams::MlKem1024X448(params) => !is_small_448(params.x448_key.as_bytes()),
            PublicParams::ECDH(params) => derives_key(params, part.version()),
            _ => false,
        };
        if sound { Ok(Self(key.clone())) } else { Err(Unusable::Unsupported) }
    }

    /// Whether it withstands a quantum computer (RFC 9980).
    pub(super) fn is_post_quantum(&self) -> bool {
        self.0.algorithm().is_pqc()
    }

    /// The body of the packet that has `session_key` for this key: version 6, or version 3 with the
    /// `cipher` beside the key.
    pub(super) fn wrap(
        &self,
        session_key: &RawSessionKey,
        cipher: Option<SymmetricKeyAlgorithm>,
        rng: &mut StdRng,
    ) -> Result<Vec<u8>, pgp::errors::Error> {
        let key = self.0.as_ref();
        let wrapped = match cipher {
            None => PublicKeyEncryptedSessionKey::from_session_key_v6(rng, session_key, key),
            Some(cipher) => {
                PublicKeyEncryptedSessionKey::from_session_key_v3(rng, session_key, cipher, key)
            }
        };
        wrapped?.to_bytes()
    }
}

/// Whether ECDH with these parameters gives a key that wraps, and its point is not of small order.
/// The library below has refused what is not on its curve.
fn derives_key(params: &EcdhPublicParams, version: u8) -> bool {
    let (hash, cipher) = match params {
        EcdhPublicParams::Curve25519Legacy { p, .. } if is_small_25519(p.as_bytes()) => {
            return false;
        }
        EcdhPublicParams::Curve25519Legacy { hash, alg_sym, .. }
        | EcdhPublicParams::P256 { hash, alg_sym, .. }
        | EcdhPublicParams::P384 { hash, alg_sym, .. }
        | EcdhPublicParams::P521 { hash, alg_sym, .. } => (*hash, *alg_sym),
        _ => return false,
    };
    // RFC 9580 §11.5.1: version 6 has one pair for each curve.
    if version == 6 {
        let curve = params.curve();
        return curve.hash_algo().ok() == Some(hash) && curve.sym_algo().ok() == Some(cipher);
    }
    let hashes =
        matches!(hash, HashAlgorithm::Sha256 | HashAlgorithm::Sha384 | HashAlgorithm::Sha512);
    let wraps = matches!(
        cipher,
        SymmetricKeyAlgorithm::AES128
            | SymmetricKeyAlgorithm::AES192
            | SymmetricKeyAlgorithm::AES256
    );
    hashes && wraps
}

/// Whether the library can decrypt what was encrypted to this part, be it too weak for new mails.
pub(super) fn can_decrypt(part: &KeyPart) -> bool {
    part.known().is_some_and(|key| {
        key.algorithm().can_encrypt() && !matches!(key.public_params(), PublicParams::Elgamal(_))
    })
}

/// Messages §6: 2048 bits for RSA; DSA rests on numbers of the same size.
pub(super) fn long_enough(params: &PublicParams) -> Result<(), Unusable> {
    let octets = params.to_bytes().map_err(|_| Unusable::Unsupported)?;
    // The first number is the modulus, its length in bits before it.
    let bits = octets.get(..2).and_then(|octets| octets.try_into().ok()).map(u16::from_be_bytes);
    if bits.is_some_and(|bits| bits >= MIN_MODULUS_BITS) { Ok(()) } else { Err(Unusable::Weak) }
}

/// Whether every secret makes zero of this point of Curve25519: one of order 1, 2, 4 or 8 on the
/// curve or its twist, in any of its encodings.
pub(super) fn is_small_25519(point: &[u8; 32]) -> bool {
    let mut point = *point;
    // RFC 7748 §5: the highest bit is not looked at.
    if let Some(last) = point.last_mut() {
        *last &= 0x7f;
    }
    let edge = |first: u8| {
        let middle = point.get(1..31).is_some_and(|octets| octets.iter().all(|it| *it == 0xff));
        point.first() == Some(&first) && middle && point.last() == Some(&0x7f)
    };
    // p - 1, and p and p + 1, which are 0 and 1.
    is_tiny(&point) || ORDER_8.contains(&point) || [0xec, 0xed, 0xee].into_iter().any(edge)
}

/// The same of Curve448, where the orders are 1, 2 and 4.
pub(super) fn is_small_448(point: &[u8; 56]) -> bool {
    let (low, high) = point.split_at(28);
    let all = |octets: &[u8], value: u8| octets.iter().all(|octet| *octet == value);
    // p is 2^448 - 2^224 - 1.
    let before_p = low.split_first().is_some_and(|(first, rest)| *first == 0xfe && all(rest, 0xff));
    let high_of_p =
        high.split_first().is_some_and(|(first, rest)| *first == 0xfe && all(rest, 0xff));
    let is_p = all(low, 0xff) && high_of_p;
    let after_p = all(low, 0) && all(high, 0xff);
    is_tiny(point) || (before_p && high_of_p) || is_p || after_p
}

/// 0 or 1.
fn is_tiny(point: &[u8]) -> bool {
    point.split_first().is_some_and(|(first, rest)| *first <= 1 && rest.iter().all(|it| *it == 0))
}

const MIN_MODULUS_BITS: u16 = 2048;
/// The two points of order 8 of Curve25519.
const ORDER_8: [[u8; 32]; 2] = [
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // A test.
mod tests {
    use super::*;
    use pgp::crypto::Decryptor;
    use pgp::crypto::{x448, x25519};

    /// Whether X25519 by the library below gives zero, which it refuses.
    fn gives_zero(point: [u8; 32]) -> bool {
        let secret = x25519::SecretKey::try_from_bytes([0x5a; 32]).unwrap();
        let fields = x25519::EncryptionFields {
            ephemeral_public_point: point,
            recipient_public: point,
            encrypted_session_key: &[0; 24],
        };
        format!("{:?}", secret.decrypt(fields)).contains("All-zero")
    }

    /// The little-endian octets of 2^255 - 19 plus `more`, the highest bit as wanted.
    fn around_p(more: i16, high: bool) -> [u8; 32] {
        let mut point = [0xff; 32];
        point[31] = if high { 0xff } else { 0x7f };
        point[0] = u8::try_from(0xed + more).unwrap();
        point
    }

    #[test]
    fn a_point_is_small_exactly_when_every_shared_secret_is_zero() {
        let mut points: Vec<[u8; 32]> = (0..=8)
            .map(|low| {
                let mut point = [0; 32];
                point[0] = low;
                point
            })
            .collect();
        points.extend((-4..=18).flat_map(|more| [around_p(more, false), around_p(more, true)]));
        for order_8 in ORDER_8 {
            let mut high = order_8;
            high[31] |= 0x80;
            let mut beside = order_8;
            beside[0] ^= 1;
            points.extend([order_8, high, beside]);
        }
        points.extend([0x11, 0x22, 0x33].map(|octet| [octet; 32]));
        for point in &points {
            assert_eq!(is_small_25519(point), gives_zero(*point), "{point:02x?}");
        }
        let small = points.iter().filter(|point| is_small_25519(point)).count();
        // 0, 1; p - 1, p, p + 1 twice each; order 8 twice each.
        assert_eq!(small, 2 + 6 + 4);
    }

    #[test]
    fn the_points_of_small_order_of_curve448_are_known_in_every_encoding() {
        let mut p = [0xff; 56];
        p[28] = 0xfe;
        let mut before = p;
        before[0] = 0xfe;
        let mut after = [0xff; 56];
        after[..28].fill(0);
        let mut two_after = after;
        two_after[0] = 1;
        let (zero, mut one) = ([0; 56], [0; 56]);
        one[0] = 1;
        for (name, point, small) in [
            ("zero", zero, true),
            ("one", one, true),
            ("p - 1", before, true),
            ("p", p, true),
            ("p + 1", after, true),
            ("p + 2", two_after, false),
            ("a point", [5; 56], false),
        ] {
            assert_eq!(is_small_448(&point), small, "{name}");
            // The library below computes with what it does not know to be small.
            let secret = x448::SecretKey::try_from_bytes([0x5a; 56]).unwrap();
            let public = pgp::types::X448PublicParams::from(&secret).key;
            let wrapped = zero_wrapped(point, public.as_bytes());
            let fields = x448::EncryptionFields {
                ephemeral_public_point: point,
                recipient_public: &public,
                encrypted_session_key: &wrapped,
            };
            let opened = secret.decrypt(fields).is_ok();
            assert!(!opened || small, "{name}: zero was shared with a sound point");
        }
    }

    /// A key wrapped as if the shared secret were zero.
    fn zero_wrapped(point: [u8; 56], public: &[u8; 56]) -> Vec<u8> {
        let okm = x448::hkdf(&point, public, &[0; 56]).unwrap();
        pgp::crypto::aes_kw::wrap(&*okm, &[7; 32]).unwrap()
    }
}
