//! What a union of verified parts means at one time.
//!
//! Implements Messages §6 (what counts) and §2 (which subkey), with the reference time bound at
//! entry and no cryptography: a union holds only what verified. Not here: the mathematics.

use std::cmp::Ordering;

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::KeyFlags;
use pgp::types::{KeyDetails, PublicParams};

use super::key_part::KeyPart;
use super::parts::{Parts, Subkey};
use super::sig::{Sig, flags_of_algorithm};
use super::target::{Target, can_decrypt, long_enough};
use crate::clock::Timestamp;
use crate::key::{Judgement, Unusable, Usable};
use crate::limits::FUTURE_TOLERANCE_SECS;

/// A union read at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy<'a> {
    parts: &'a Parts,
    now: Timestamp,
}

/// What is said of a part by the self-signature that speaks for it.
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
    pub(super) target: Target,
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
        let Candidates { valid, mut reasons, lives } = self.candidates(received);
        if let Some(choice) = pick(valid, self.parts.primary.version(), &lives) {
            return Ok(choice);
        }
        if permits_encryption(&primary.flags) {
            let part = &self.parts.primary;
            match Target::new(part) {
                Ok(target) => return Ok(Choice { part, word: primary, target }),
                Err(reason) => reasons.push(reason),
            }
        }
        // Of several reasons the one nearest to usable; with no encryption part at all there is
        // no algorithm that could be used.
        Err(reasons.into_iter().min().unwrap_or(Unusable::Unsupported))
    }

    /// What programs encrypt to that do not know the post-quantum subkey that was `chosen` of a version 4
    /// cert.
    pub(super) fn classical_beside(
        &self,
        received: &Parts,
        chosen: &Choice<'_>,
    ) -> Option<Choice<'a>> {
        let version = self.parts.primary.version();
        if version != 4 || !chosen.target.is_post_quantum() {
            return None;
        }
        let Candidates { mut valid, lives, .. } = self.candidates(received);
        valid.retain(|choice| !choice.target.is_post_quantum());
        pick(valid, version, &lives)
    }

    fn candidates(&self, received: &Parts) -> Candidates<'a> {
        let mut found = Candidates { valid: Vec::new(), reasons: Vec::new(), lives: Vec::new() };
        for subkey in self.parts.subkeys.values() {
            if !received.subkeys.contains_key(&subkey.part.fingerprint) {
                continue;
            }
            match self.encryption(subkey) {
                None => {}
                Some(Ok((word, target))) => {
                    found.lives.push(word.expires);
                    found.valid.push(Choice { part: &subkey.part, word, target });
                }
                Some(Err((reason, expires))) => {
                    if reason == Unusable::Expired {
                        found.lives.push(expires);
                    }
                    found.reasons.push(reason);
                }
            }
        }
        found
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
        self.subkey_word(subkey).ok().filter(|_| !self.is_revoked(&subkey.sigs))
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
        let on_key: Vec<&Sig> = self.parts.direct.iter().filter(|it| !it.is_revocation()).collect();
        let direct = self.newest(part, &on_key);
        if part.version() == 6 {
            // RFC 9580 §10.1.1: of version 6 only they speak, and there must be one.
            let sig = direct.ok_or_else(|| self.why_none(&on_key))?;
            return Ok(word_of(part, sig, None));
        }
        let certifications = self.parts.user_ids.values().flatten();
        let certifications: Vec<&Sig> = certifications.filter(|it| !it.is_revocation()).collect();
        if let Some(sig) = self.primary_user_id() {
            return Ok(word_of(part, sig, direct));
        }
        match direct {
            Some(sig) => Ok(word_of(part, sig, None)),
            // A User ID is decoration (Discovery §2.2): without any the key simply does not expire.
            None if on_key.is_empty() && certifications.is_empty() => {
                Ok(Word { sig: None, expires: None, flags: KeyFlags::default() })
            }
            None => Err(self.why_none(&[on_key, certifications].concat())),
        }
    }

    /// The certification that speaks for a version 4 primary: of the User ID that is marked primary;
    /// of several, or of none marked, the newest. One that is revoked speaks only where no other does.
    pub(super) fn primary_user_id(&self) -> Option<&'a Sig> {
        let part = &self.parts.primary;
        let spoken = self.parts.user_ids.values().filter_map(|sigs| {
            let certifications: Vec<_> = sigs.iter().filter(|it| !it.is_revocation()).collect();
            let sig = self.newest(part, &certifications)?;
            Some(((self.certification(sigs).is_some(), sig.is_primary_user_id()), sig))
        });
        let spoken = spoken.max_by(|(a, sig_a), (b, sig_b)| {
            a.cmp(b).then_with(|| speaks_before(part, sig_a, sig_b))
        });
        spoken.map(|(_, sig)| sig)
    }

    fn signing_word(&self, subkey: &'a Subkey) -> Option<Word<'a>> {
        let word = self.subkey_word(subkey).ok()?;
        // Messages §6: the flag and a valid back-signature.
        let back = word.sig.and_then(Sig::verified_back_signature)?;
        let good = self.standing(&back, &subkey.part) == Standing::Counts;
        Some(word).filter(|word| word.flags.sign() && good)
    }

    fn subkey_word(&self, subkey: &'a Subkey) -> Result<Word<'a>, Unusable> {
        let bindings: Vec<&Sig> = subkey.sigs.iter().filter(|it| !it.is_revocation()).collect();
        let sig = self.newest(&subkey.part, &bindings).ok_or_else(|| self.why_none(&bindings))?;
        Ok(word_of(&subkey.part, sig, None))
    }

    /// The certification of one User ID that counts now, if the User ID is not revoked since.
    pub(super) fn certification(&self, sigs: &'a [Sig]) -> Option<&'a Sig> {
        let (revocations, certifications): (Vec<&Sig>, Vec<&Sig>) =
            sigs.iter().partition(|sig| sig.is_revocation());
        let sig = self.newest(&self.parts.primary, &certifications)?;
        let revoked = |revocation: &&Sig| revocation.created() >= sig.created();
        Some(sig).filter(|_| !revocations.iter().any(revoked))
    }

    /// The direct-key signature that counts now.
    pub(super) fn direct(&self) -> Option<&'a Sig> {
        let direct: Vec<_> = self.parts.direct.iter().filter(|it| !it.is_revocation()).collect();
        self.newest(&self.parts.primary, &direct)
    }

    /// Whether life and flags of the primary are the same if of all its self-signatures only `sig`
    /// and the direct-key signature are there, or that one alone.
    pub(super) fn is_said_by(&self, sig: Option<&'a Sig>) -> bool {
        let (part, direct) = (&self.parts.primary, self.direct());
        let alone = if part.version() == 6 { direct } else { sig.or(direct) };
        let Some((alone, word)) = alone.zip(self.primary_word().ok()) else { return false };
        let alone = word_of(part, alone, direct);
        (alone.expires, alone.flags) == (word.expires, word.flags)
    }

    /// `None` if the subkey is not for encryption; else its word, or why it cannot be used and
    /// when it expired.
    #[allow(clippy::type_complexity)]
    fn encryption(
        &self,
        subkey: &'a Subkey,
    ) -> Option<Result<(Word<'a>, Target), (Unusable, Option<Timestamp>)>> {
        let mut bindings = subkey.sigs.iter().filter(|sig| !sig.is_revocation());
        let ever = bindings.any(|sig| sig.permits_encryption(&subkey.part));
        let word = match self.subkey_word(subkey) {
            Ok(word) if !permits_encryption(&word.flags) => return None,
            Err(_) if !ever => return None,
            other => other,
        };
        let target = match Target::new(&subkey.part) {
            Ok(target) => target,
            Err(reason) => return Some(Err((reason, None))),
        };
        if self.is_revoked(&subkey.sigs) {
            return Some(Err((Unusable::Revoked, None)));
        }
        let word = word.map_err(|reason| (reason, None));
        let word = word.and_then(|word| self.alive(&subkey.part, word));
        Some(word.map(|word| (word, target)))
    }

    /// The newest of `sigs` that counts speaks for `part` (Messages §6).
    fn newest(&self, part: &KeyPart, sigs: &[&'a Sig]) -> Option<&'a Sig> {
        let counts = |sig: &&Sig| self.standing(sig, &self.parts.primary) == Standing::Counts;
        sigs.iter().copied().filter(counts).max_by(|a, b| speaks_before(part, a, b))
    }

    /// Why none of `sigs` counts. One that is refused is as if it were not there; a part with none
    /// left is not usable.
    fn why_none(&self, sigs: &[&Sig]) -> Unusable {
        let any = |found| sigs.iter().any(|sig| self.standing(sig, &self.parts.primary) == found);
        match () {
            () if any(Standing::WeakHash) => Unusable::Weak,
            () if any(Standing::OutsideLife) => Unusable::Expired,
            () => Unusable::Unsupported,
        }
    }

    /// Whether a verified signature by `signer` counts now.
    fn standing(&self, sig: &Sig, signer: &KeyPart) -> Standing {
        let Some(created) = sig.created() else { return Standing::OutsideLife };
        if sig.is_refused() {
            return Standing::Unknown;
        }
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

/// The encryption subkeys of a cert.
struct Candidates<'a> {
    valid: Vec<Choice<'a>>,
    /// Why the others are not.
    reasons: Vec<Unusable>,
    /// When those that are or were valid expire.
    lives: Vec<Option<Timestamp>>,
}

/// Whether a signature that verified counts at the time of a [`Policy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Counts,
    OutsideLife,
    WeakHash,
    /// Something critical in it is not understood.
    Unknown,
}

/// What `sig` says of `part`, and where it is silent what `direct` says. A key without flags has
/// those of its algorithm.
fn word_of<'a>(part: &KeyPart, sig: &'a Sig, direct: Option<&'a Sig>) -> Word<'a> {
    let said = || [Some(sig), direct].into_iter().flatten();
    let life = said().find(|sig| sig.says_life());
    let life = life.and_then(|sig| sig.key_expires(part.created()));
    let flags = said().find_map(Sig::said_flags).unwrap_or_else(|| flags_of_algorithm(part));
    Word { sig: Some(sig), expires: earliest(life, sig.lapses()), flags }
}

/// Which of two self-signatures of `part` speaks: the newer; of the same second the one that restricts
/// more, by a shorter life or fewer flags, then the one with the greater SHA-256 (Messages §6).
fn speaks_before(part: &KeyPart, a: &Sig, b: &Sig) -> Ordering {
    let life = |sig: &Sig| {
        earliest(sig.key_expires(part.created()), sig.lapses()).unwrap_or(Timestamp::MAX)
    };
    let flags = |sig: &Sig| {
        let it = sig.flags(part);
        [it.certify(), it.sign(), it.encrypt_comms(), it.encrypt_storage(), it.authentication()]
            .into_iter()
            .filter(|flag| *flag)
            .count()
    };
    let restricts = || life(b).cmp(&life(a)).then_with(|| flags(b).cmp(&flags(a)));
    a.created().cmp(&b.created()).then_with(restricts).then_with(|| a.cmp(b))
}

/// Messages §2: the newest, then the lower fingerprint; in the Autocrypt v2 shape the one that
/// expires soonest. Messages §6: of a version 4 cert a post-quantum one before all others.
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
        let quantum = |choice: &Choice<'_>| version == 4 && choice.target.is_post_quantum();
        shape
            .then_with(|| quantum(b).cmp(&quantum(a)))
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

/// Whether the library can verify by this part, and whether that is worth anything.
fn signing_strength(part: &KeyPart) -> Result<(), Unusable> {
    match part.known().map(KeyDetails::public_params) {
        Some(params @ (PublicParams::RSA(_) | PublicParams::DSA(_))) => long_enough(params),
        None => Err(Unusable::Unsupported),
        Some(_) => Ok(()),
    }
}

/// 1 February 2023: from here on SHA-1 counts nowhere (Messages §6).
const SHA1_ENDS: Timestamp = Timestamp::from_secs(1_675_209_600);
