//! What a union of verified parts means at one time.
//!
//! Implements Messages §6 (what counts) and §2 (which subkey), with the reference time bound at
//! entry and no cryptography: a union holds only what verified. Not here: the mathematics.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, SignatureType};
use pgp::ser::Serialize;
use pgp::types::KeyDetails;
use pgp::types::{EcdhPublicParams, EcdsaPublicParams, EddsaLegacyPublicParams, PublicParams};

use super::key_part::KeyPart;
use super::parts::{Parts, Subkey};
use super::sig::Sig;
use crate::clock::Timestamp;
use crate::key::{Judgement, Unusable, Usable};
use crate::limits::FUTURE_TOLERANCE_SECS;

/// A union read at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy<'a> {
    parts: &'a Parts,
    now: Timestamp,
}

/// What the newest valid self-signature of a part says of it.
#[derive(Debug, Clone)]
pub(super) struct Word<'a> {
    /// The signature itself; `None` for a primary that bears none.
    pub(super) sig: Option<&'a Sig>,
    /// When the part can no longer be used; `None` for never.
    pub(super) expires: Option<Timestamp>,
    pub(super) flags: KeyFlags,
}

/// A part that can be encrypted to now.
#[derive(Debug, Clone)]
pub(super) struct Choice<'a> {
    pub(super) part: &'a KeyPart,
    pub(super) word: Word<'a>,
}

impl<'a> Policy<'a> {
    pub(super) fn new(parts: &'a Parts, now: Timestamp) -> Self {
        Self { parts, now }
    }

    /// The verdict on `received`, and for how long it holds.
    pub(super) fn judge(&self, received: &Parts) -> Judgement {
        let verdict = self.choose(received).and_then(|choice| {
            let primary = self.primary()?;
            let expires = earliest(primary.expires, choice.word.expires);
            Ok(Usable { subkey: choice.part.fingerprint.clone(), expires })
        });
        let turns = self.turns();
        Judgement {
            verdict,
            from: turns
                .iter()
                .copied()
                .filter(|turn| *turn <= self.now)
                .max()
                .unwrap_or(Timestamp::MIN),
            until: turns
                .iter()
                .copied()
                .filter(|turn| *turn > self.now)
                .min()
                .unwrap_or(Timestamp::MAX),
        }
    }

    /// The part to encrypt to, of those that `received` itself contains (Messages §2).
    pub(super) fn choose(&self, received: &Parts) -> Result<Choice<'a>, Unusable> {
        let primary = self.primary()?;
        let mut valid = Vec::new();
        let mut reasons = Vec::new();
        let mut lives = Vec::new();
        for subkey in self.parts.subkeys.values() {
            if !received.subkeys.contains_key(&subkey.part.fingerprint) {
                continue;
            }
            match self.encryption(subkey) {
                None => {}
                Some(Ok(word)) => {
                    lives.push(word.expires);
                    valid.push(Choice { part: &subkey.part, word });
                }
                Some(Err((reason, expires))) => {
                    if reason == Unusable::Expired {
                        lives.push(expires);
                    }
                    reasons.push(reason);
                }
            }
        }
        if let Some(choice) = pick(valid, self.parts.primary.version(), &lives) {
            return Ok(choice);
        }
        if permits_encryption(&primary.flags) {
            match encryption_strength(&self.parts.primary) {
                Ok(()) => return Ok(Choice { part: &self.parts.primary, word: primary }),
                Err(reason) => reasons.push(reason),
            }
        }
        // Of several reasons the one nearest to usable; with no encryption part at all there is
        // no algorithm that could be used.
        Err(reasons.into_iter().min().unwrap_or(Unusable::Unsupported))
    }

    /// What speaks for the primary, if it is good now.
    pub(super) fn primary(&self) -> Result<Word<'a>, Unusable> {
        self.alive(&self.parts.primary, self.last_of_primary()?).map_err(|(reason, _)| reason)
    }

    /// What speaks for a subkey that may sign now, with its back-signature.
    pub(super) fn signing(&self, subkey: &'a Subkey) -> Option<Word<'a>> {
        if self.is_revoked(&subkey.sigs) || signing_strength(&subkey.part).is_err() {
            return None;
        }
        self.alive(&subkey.part, self.signing_word(subkey)?).ok()
    }

    /// Whether `key`, the primary or a subkey, could sign a message at `made`. The newest
    /// self-signatures speak for it, as known now: of an older life of the key a minimised cert
    /// tells nothing.
    pub(super) fn could_sign(&self, key: &KeyPart, made: Timestamp) -> bool {
        let then = Self { now: made, ..*self };
        let lived = |part: &KeyPart, word: &Word<'_>| {
            part.created() <= made && word.expires.is_none_or(|expires| made < expires)
        };
        let primary = &self.parts.primary;
        let word = self.primary_word().ok().filter(|word| lived(primary, word));
        let Some(word) = word.filter(|_| signing_strength(primary).is_ok()) else { return false };
        if then.is_revoked(&self.parts.direct) {
            return false;
        }
        if key.fingerprint == primary.fingerprint {
            return word.flags.sign();
        }
        let Some(subkey) = self.parts.subkeys.get(&key.fingerprint) else { return false };
        !then.is_revoked(&subkey.sigs)
            && signing_strength(&subkey.part).is_ok()
            && self.signing_word(subkey).is_some_and(|word| lived(&subkey.part, &word))
    }

    /// What was said last of the primary, expired since or not.
    pub(super) fn last_of_primary(&self) -> Result<Word<'a>, Unusable> {
        if self.is_revoked(&self.parts.direct) {
            return Err(Unusable::Revoked);
        }
        signing_strength(&self.parts.primary)?;
        self.primary_word()
    }

    /// What was said last of a subkey, expired since or not; `None` for a revoked one.
    pub(super) fn last_of_subkey(&self, subkey: &'a Subkey) -> Option<Word<'a>> {
        let bindings = subkey.sigs.iter().filter(|sig| !sig.is_revocation()).collect();
        self.newest(&subkey.part, bindings).ok().filter(|_| !self.is_revoked(&subkey.sigs))
    }

    /// When others could use the key last, as far as its expiries and its revocation say.
    pub(super) fn ends(&self) -> Option<Timestamp> {
        let revocations = self.parts.direct.iter().filter(|sig| sig.is_revocation());
        let primary = self.primary_word().ok().and_then(|word| word.expires);
        let subkeys = self.parts.subkeys.values().filter(|subkey| can_decrypt(&subkey.part));
        let lives = subkeys.map(|subkey| self.last_of_subkey(subkey)?.expires);
        let last = lives.collect::<Option<Vec<_>>>().and_then(|lives| lives.into_iter().max());
        earliest(earliest(primary, last), revocations.filter_map(Sig::created).min())
    }

    fn primary_word(&self) -> Result<Word<'a>, Unusable> {
        let part = &self.parts.primary;
        let user_ids = self.parts.user_ids.values().flatten();
        let certifications = user_ids.filter(|sig| !sig.is_revocation());
        // A direct-key signature of version 4 often only names a revoker; it then says nothing.
        let direct = self.parts.direct.iter().filter(|sig| {
            sig.packet().typ() == Some(SignatureType::Key) && (part.version() != 4 || sig.speaks())
        });
        let sigs: Vec<&Sig> = direct.chain(certifications).collect();
        // A User ID is decoration (Discovery §2.2): without any the key simply does not expire.
        if sigs.is_empty() {
            return Ok(Word { sig: None, expires: None, flags: KeyFlags::default() });
        }
        self.newest(part, sigs)
    }

    fn signing_word(&self, subkey: &'a Subkey) -> Option<Word<'a>> {
        let bindings = subkey.sigs.iter().filter(|sig| !sig.is_revocation()).collect();
        let word = self.newest(&subkey.part, bindings).ok()?;
        // Messages §6: the flag and a valid back-signature.
        let back = word.sig.and_then(Sig::verified_back_signature)?;
        let good = self.standing(&back, &subkey.part) == Standing::Counts;
        Some(word).filter(|word| word.flags.sign() && good)
    }

    /// The certification of one User ID that counts now, if the User ID is not revoked since.
    pub(super) fn certification(&self, sigs: &'a [Sig]) -> Option<&'a Sig> {
        let (revocations, certifications): (Vec<&Sig>, Vec<&Sig>) =
            sigs.iter().partition(|sig| sig.is_revocation());
        let word = self.newest(&self.parts.primary, certifications).ok()?;
        let revoked = |sig: &&Sig| sig.created() >= word.sig.and_then(Sig::created);
        word.sig.filter(|_| !revocations.iter().any(revoked))
    }

    /// The direct-key signature that counts now.
    pub(super) fn direct(&self) -> Option<&'a Sig> {
        let direct = self.parts.direct.iter().filter(|sig| !sig.is_revocation()).collect();
        self.newest(&self.parts.primary, direct).ok()?.sig
    }

    /// `None` if the subkey is not for encryption; else its word, or why it cannot be used and
    /// when it expired.
    #[allow(clippy::type_complexity)]
    fn encryption(
        &self,
        subkey: &'a Subkey,
    ) -> Option<Result<Word<'a>, (Unusable, Option<Timestamp>)>> {
        let bindings: Vec<&Sig> = subkey.sigs.iter().filter(|sig| !sig.is_revocation()).collect();
        let ever = bindings.iter().any(|sig| sig.permits_encryption());
        let word = match self.newest(&subkey.part, bindings) {
            Ok(word) if !permits_encryption(&word.flags) => return None,
            Err(_) if !ever => return None,
            other => other,
        };
        if let Err(reason) = encryption_strength(&subkey.part) {
            return Some(Err((reason, None)));
        }
        if self.is_revoked(&subkey.sigs) {
            return Some(Err((Unusable::Revoked, None)));
        }
        let word = word.map_err(|reason| (reason, None));
        Some(word.and_then(|word| self.alive(&subkey.part, word)))
    }

    /// The newest of `sigs` that counts speaks for `part` (Messages §6).
    fn newest(&self, part: &KeyPart, sigs: Vec<&'a Sig>) -> Result<Word<'a>, Unusable> {
        let standing = |sig: &Sig| self.standing(sig, &self.parts.primary);
        let newest = sigs.iter().filter(|sig| standing(sig) == Standing::Counts).max();
        let Some(&sig) = newest else {
            let weak = sigs.iter().any(|sig| standing(sig) == Standing::WeakHash);
            return Err(if weak { Unusable::Weak } else { Unusable::Expired });
        };
        let expires = earliest(sig.key_expires(part.created()), sig.lapses());
        Ok(Word { sig: Some(sig), expires, flags: sig.flags() })
    }

    /// Whether a verified signature by `signer` counts now.
    fn standing(&self, sig: &Sig, signer: &KeyPart) -> Standing {
        let Some(created) = sig.created() else { return Standing::OutsideLife };
        match sig.hash_algorithm() {
            // Messages §6: SHA-1 only in what was signed while it was still good.
            HashAlgorithm::Sha1 if created < SHA1_ENDS => {}
            HashAlgorithm::Sha1 | HashAlgorithm::Md5 | HashAlgorithm::Ripemd160 => {
                return Standing::WeakHash;
            }
            _ => {}
        }
        let begun = created <= self.now.plus_secs(FUTURE_TOLERANCE_SECS);
        let lapsed = sig.lapses().is_some_and(|lapses| lapses <= self.now);
        // That a key signed after its own expiry is how owners prolong it.
        let before_key = created < signer.created();
        if begun && !lapsed && !before_key { Standing::Counts } else { Standing::OutsideLife }
    }

    fn alive(
        &self,
        part: &KeyPart,
        word: Word<'a>,
    ) -> Result<Word<'a>, (Unusable, Option<Timestamp>)> {
        let begun = part.created() <= self.now.plus_secs(FUTURE_TOLERANCE_SECS);
        let over = word.expires.is_some_and(|expires| expires <= self.now);
        if begun && !over { Ok(word) } else { Err((Unusable::Expired, word.expires)) }
    }

    /// Whether one of `sigs` revokes now. Neither hash nor date excuses a hard one.
    fn is_revoked(&self, sigs: &[Sig]) -> bool {
        sigs.iter()
            .filter(|sig| sig.is_revocation())
            .any(|sig| sig.is_hard() || sig.created().is_none_or(|created| created <= self.now))
    }

    /// Every time at which any verdict on these parts may change.
    fn turns(&self) -> Vec<Timestamp> {
        let mut turns = Vec::new();
        let begins = |time: Timestamp| time.plus_secs(FUTURE_TOLERANCE_SECS.saturating_neg());
        let primary = self.parts.primary.created();
        let on_primary = self.parts.direct.iter().chain(self.parts.user_ids.values().flatten());
        let on_subkeys = self
            .parts
            .subkeys
            .values()
            .flat_map(|subkey| subkey.sigs.iter().map(|sig| (subkey.part.created(), sig)));
        for (key, sig) in on_primary.map(|sig| (primary, sig)).chain(on_subkeys) {
            turns.push(begins(key));
            turns.extend(sig.created().map(begins));
            // A soft revocation begins at its date exactly.
            turns.extend(sig.created().filter(|_| sig.is_revocation()));
            turns.extend(sig.lapses());
            turns.extend(sig.key_expires(key));
        }
        turns.push(begins(primary));
        turns
    }
}

/// Whether a signature that verified counts at the time of a [`Policy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Counts,
    OutsideLife,
    WeakHash,
}

/// Messages §2: the newest, then the lower fingerprint; in the Autocrypt v2 shape the one that
/// expires soonest.
fn pick<'a>(
    mut valid: Vec<Choice<'a>>,
    version: u8,
    lives: &[Option<Timestamp>],
) -> Option<Choice<'a>> {
    let lasting = lives.iter().filter(|expires| expires.is_none()).count();
    let rotating = version == 6 && lasting == 1 && lives.len() > 1;
    valid.sort_by(|a, b| {
        let soonest = |choice: &Choice<'_>| choice.word.expires.unwrap_or(Timestamp::MAX);
        let shape = if rotating { soonest(a).cmp(&soonest(b)) } else { std::cmp::Ordering::Equal };
        shape
            .then_with(|| b.part.created().cmp(&a.part.created()))
            .then_with(|| a.part.fingerprint.cmp(&b.part.fingerprint))
    });
    valid.into_iter().next()
}

fn permits_encryption(flags: &KeyFlags) -> bool {
    flags.encrypt_comms() || flags.encrypt_storage()
}

fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    a.into_iter().chain(b).min()
}

/// Whether the library can decrypt what was encrypted to this part, be it too weak for new mails.
pub(super) fn can_decrypt(part: &KeyPart) -> bool {
    encryption_strength(part) != Err(Unusable::Unsupported)
}

/// Whether the library can encrypt to this part, and whether it should.
fn encryption_strength(part: &KeyPart) -> Result<(), Unusable> {
    match part.known().map(KeyDetails::public_params) {
        Some(params @ PublicParams::RSA(_)) => long_enough(params),
        Some(
            PublicParams::X25519(_)
            | PublicParams::X448(_)
            | PublicParams::ECDH(
                EcdhPublicParams::Curve25519Legacy { .. }
                | EcdhPublicParams::P256 { .. }
                | EcdhPublicParams::P384 { .. }
                | EcdhPublicParams::P521 { .. },
            ),
        ) => Ok(()),
        _ => Err(Unusable::Unsupported),
    }
}

/// Whether the library can verify by this part, and whether that is worth anything.
fn signing_strength(part: &KeyPart) -> Result<(), Unusable> {
    match part.known().map(KeyDetails::public_params) {
        Some(params @ (PublicParams::RSA(_) | PublicParams::DSA(_))) => long_enough(params),
        None
        | Some(
            PublicParams::ECDSA(EcdsaPublicParams::Unsupported { .. })
            | PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Unsupported { .. }),
        ) => Err(Unusable::Unsupported),
        Some(_) => Ok(()),
    }
}

/// Messages §6: 2048 bits for RSA; DSA rests on numbers of the same size.
fn long_enough(params: &PublicParams) -> Result<(), Unusable> {
    let octets = params.to_bytes().map_err(|_| Unusable::Unsupported)?;
    // The first number is the modulus, its length in bits before it.
    let bits = octets.get(..2).and_then(|octets| octets.try_into().ok()).map(u16::from_be_bytes);
    if bits.is_some_and(|bits| bits >= MIN_MODULUS_BITS) { Ok(()) } else { Err(Unusable::Weak) }
}

/// 1 February 2023: from here on SHA-1 counts nowhere (Messages §6).
const SHA1_ENDS: Timestamp = Timestamp::from_secs(1_675_209_600);
const MIN_MODULUS_BITS: u16 = 2048;
