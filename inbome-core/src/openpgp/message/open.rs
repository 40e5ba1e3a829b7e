//! Opening an encrypted message with one's own keys.
//!
//! Implements Messages §3: what surrounds the encrypted data, which keys are tried and how often,
//! and that all failures after that are one. Not here: the shape of what is inside (`shape`), its
//! signatures (`verify`), passwords: a message for nobody but those who know one is said to be that.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use pgp::packet::{PacketHeader, PublicKeyEncryptedSessionKey};
use pgp::types::Tag;

use super::super::SecretKey;
use super::super::recent::Recent;
use super::armor::{Block, NoArmor, dearmor};
use super::frames::{Frame, Frames};
use super::session::SessionKey;
use super::{KeyId, OpenFlaw, Opened, RawSignature, secrets, session, shape};
use crate::key::Fingerprint;
use crate::limits::{MAX_DECOMPRESSED_RATIO, MAX_PKESKS};

/// Opens `message`, armored or binary, with the first of `keys` that can.
pub(in super::super) fn open(
    message: &[u8],
    keys: &[&SecretKey],
    recent: &Recent,
) -> Result<Opened, OpenFlaw> {
    let octets = dearmor(message, Block::Message).map_err(flaw)?;
    let envelope = Envelope::parse(&octets)?;
    let data = envelope.data.as_ref().ok_or(OpenFlaw::Shape)?;
    if session::is_foreign(data, &octets) {
        return Err(OpenFlaw::Unsupported);
    }
    if envelope.is_only_for_passwords() {
        return Err(OpenFlaw::Password);
    }
    // Discovery §9.
    let room = message.len().saturating_mul(MAX_DECOMPRESSED_RATIO);
    let tried = envelope.try_keys(keys, recent, |session_key| {
        recent.decryptions.fetch_add(1, Ordering::Relaxed);
        let (plaintext, exported) = session_key.open(data, &octets)?;
        Some((shape::read(plaintext, room)?, exported))
    });
    match tried.opened {
        Some(((payload, signatures), session_key)) => {
            Ok(Opened { payload, session_key, signatures, to: envelope.to })
        }
        None if tried.is_ours => Err(OpenFlaw::Damaged),
        None => Err(OpenFlaw::NoKey { key_ids: envelope.to }),
    }
}

/// The keys that `message` is encrypted to, as far as it names them.
pub(in super::super) fn recipients(message: &[u8]) -> Result<Vec<KeyId>, OpenFlaw> {
    let octets = dearmor(message, Block::Message).map_err(flaw)?;
    Ok(Envelope::parse(&octets)?.to)
}

/// Whether `message` names one of `keys`, or hides a recipient who may be one of them.
pub(in super::super) fn can_open(message: &[u8], keys: &[&SecretKey]) -> bool {
    let Ok(to) = recipients(message) else { return false };
    // Taken apart once, not for each of 500 recipients.
    let mine: BTreeSet<KeyId> = keys.iter().flat_map(|key| key_ids(key)).collect();
    !keys.is_empty() && to.iter().any(|id| id.is_hidden() || mine.contains(id))
}

/// The names of the parts of `key`.
pub(in super::super) fn key_ids(key: &SecretKey) -> BTreeSet<KeyId> {
    secrets::parts(key).map(|secret| KeyId::from(&secret.part.fingerprint)).collect()
}

/// The signatures of a detached signature, armored or binary.
pub(in super::super) fn parse_signatures(octets: &[u8]) -> Result<Vec<RawSignature>, OpenFlaw> {
    let octets = dearmor(octets, Block::Signature).map_err(flaw)?;
    let mut signatures = Vec::new();
    for frame in Frames::new(&octets) {
        let frame = frame.ok_or(OpenFlaw::Shape)?;
        match frame.tag {
            Tag::Signature => {
                let body = frame.body(&octets).into();
                signatures.push(RawSignature { body, announced: true });
            }
            _ if frame.is_skipped() => {}
            _ => return Err(OpenFlaw::Shape),
        }
    }
    if signatures.is_empty() { Err(OpenFlaw::Shape) } else { Ok(signatures) }
}

/// What stands around the encrypted data.
struct Envelope {
    /// The session key as each recipient gets it; those of unknown versions left out.
    wrapped: Vec<PublicKeyEncryptedSessionKey>,
    to: Vec<KeyId>,
    /// How many packets of keys there are for passwords.
    passwords: usize,
    /// And for public keys, of unknown versions too.
    public: usize,
    data: Option<Frame>,
}

/// What the keys gave.
struct Tried<T> {
    opened: Option<T>,
    /// Whether the message names one of the keys, or one of them found a session key.
    is_ours: bool,
}

impl Envelope {
    fn parse(octets: &[u8]) -> Result<Self, OpenFlaw> {
        let (wrapped, to) = (Vec::new(), Vec::new());
        let mut envelope = Self { wrapped, to, passwords: 0, public: 0, data: None };
        for frame in Frames::new(octets) {
            let begun = envelope.keys() > 0 || envelope.data.is_some();
            let wrong = if begun { OpenFlaw::Shape } else { OpenFlaw::NotEncrypted };
            let Some(frame) = frame else { return Err(wrong) };
            match frame.tag {
                _ if frame.is_skipped() => {}
                // Trailing data fails.
                _ if envelope.data.is_some() => return Err(OpenFlaw::Shape),
                Tag::PublicKeyEncryptedSessionKey | Tag::SymKeyEncryptedSessionKey => {
                    if envelope.keys() >= MAX_PKESKS {
                        return Err(OpenFlaw::TooManyRecipients { limit: MAX_PKESKS });
                    }
                    if frame.tag == Tag::PublicKeyEncryptedSessionKey {
                        envelope.public = envelope.public.saturating_add(1);
                        envelope.add_key(&frame.body(octets));
                    } else {
                        envelope.passwords = envelope.passwords.saturating_add(1);
                    }
                }
                Tag::SymEncryptedProtectedData | Tag::GnupgAeadData => envelope.data = Some(frame),
                // Messages §3: without integrity protection no byte is given.
                Tag::SymEncryptedData => return Err(OpenFlaw::Unprotected),
                _ => return Err(wrong),
            }
        }
        match (envelope.keys(), &envelope.data) {
            (_, Some(_)) => Ok(envelope),
            (0, None) => Err(OpenFlaw::NotEncrypted),
            (_, None) => Err(OpenFlaw::Shape),
        }
    }

    fn keys(&self) -> usize {
        self.passwords.saturating_add(self.public)
    }

    fn is_only_for_passwords(&self) -> bool {
        self.passwords > 0 && self.public == 0
    }

    fn add_key(&mut self, body: &[u8]) {
        let Ok(length) = u32::try_from(body.len()) else { return };
        let header = PacketHeader::new_fixed(Tag::PublicKeyEncryptedSessionKey, length);
        let Ok(wrapped) = PublicKeyEncryptedSessionKey::try_from_reader(header, body) else {
            return;
        };
        match &wrapped {
            PublicKeyEncryptedSessionKey::V3 { id, .. } => {
                self.to.push(KeyId::new(id.as_ref().try_into().unwrap_or_default()));
            }
            PublicKeyEncryptedSessionKey::V6 { fingerprint, .. } => {
                let named = fingerprint.as_ref().map(|named| Fingerprint::new(named.as_bytes()));
                match named {
                    None => self.to.push(KeyId::new([0; 8])),
                    Some(Ok(named)) => self.to.push(KeyId::from(&named)),
                    Some(Err(_)) => return,
                }
            }
            PublicKeyEncryptedSessionKey::Other { .. } => return,
        }
        self.wrapped.push(wrapped);
    }

    /// Opens with the first session key that does. Those that name a key come first, then the hidden
    /// ones with every key that could be meant. The work is bounded, since each attempt is a private-key
    /// operation, and the cheap ones come first.
    fn try_keys<T>(
        &self,
        keys: &[&SecretKey],
        recent: &Recent,
        open: impl Fn(&SessionKey) -> Option<T>,
    ) -> Tried<T> {
        let mut parts: Vec<_> = keys.iter().flat_map(|key| secrets::parts(key)).collect();
        // Of equally cheap ones the current key stays first.
        parts.sort_by_key(secrets::SecretPart::cost);
        let mut tried = Tried { opened: None, is_ours: false };
        // All different; mostly one.
        let mut session_keys: Vec<SessionKey> = Vec::new();
        let mut left = MAX_UNWRAP_COST;
        for hidden in [false, true] {
            for secret in &parts {
                let fits = |wrapped: &&PublicKeyEncryptedSessionKey| {
                    let same = secret.part.known().is_some_and(|key| {
                        wrapped.algorithm().ok() == Some(pgp::types::KeyDetails::algorithm(key))
                    });
                    if hidden { same && is_hidden(wrapped) } else { secret.is_named_by(wrapped) }
                };
                let mut fitting = self.wrapped.iter().filter(fits).peekable();
                if fitting.peek().is_none() {
                    continue;
                }
                tried.is_ours |= !hidden;
                let Some(unlocked) = secret.unlocked() else { continue };
                for wrapped in fitting {
                    let Some(now_left) = left.checked_sub(secret.cost()) else { return tried };
                    left = now_left;
                    recent.unwraps.fetch_add(1, Ordering::Relaxed);
                    let Some(found) = secrets::unwrap(&unlocked, wrapped) else { continue };
                    tried.is_ours = true;
                    if !session_keys.contains(&found) {
                        tried.opened = open(&found);
                        session_keys.push(found);
                    }
                    if tried.opened.is_some() || session_keys.len() >= MAX_SESSION_KEYS {
                        return tried;
                    }
                    // All packets that name a key wrap the same session key.
                    if !hidden {
                        break;
                    }
                }
            }
            if !session_keys.is_empty() {
                break;
            }
        }
        tried
    }
}

fn is_hidden(wrapped: &PublicKeyEncryptedSessionKey) -> bool {
    match wrapped {
        PublicKeyEncryptedSessionKey::V3 { id, .. } => id.is_wildcard(),
        PublicKeyEncryptedSessionKey::V6 { fingerprint, .. } => fingerprint.is_none(),
        PublicKeyEncryptedSessionKey::Other { .. } => false,
    }
}

fn flaw(missing: NoArmor) -> OpenFlaw {
    match missing {
        NoArmor::Other => OpenFlaw::NotEncrypted,
        NoArmor::Broken => OpenFlaw::Shape,
    }
}

/// What the private-key operations on one message may cost, where one with Curve25519 costs 1: with
/// one key of any common kind, RSA of 4096 bits included, each of [`MAX_PKESKS`] recipients is tried.
const MAX_UNWRAP_COST: u32 = 20_000;
/// Different session keys that the data of one message is tried with.
const MAX_SESSION_KEYS: usize = 4;
