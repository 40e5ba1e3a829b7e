//! Keys and certs that the user brings.
//!
//! Implements Messages §1 (importing an existing key, its passphrase removed or kept) and the import
//! limits of Discovery §9. Not here: keys from mail; no secret key is ever read from one.

use std::collections::BTreeSet;

use pgp::packet::{PacketHeader, PublicKey, SecretKey as SecretPrimary, SecretSubkey};
use pgp::ser::Serialize;
use pgp::types::{Password, S2kParams, SecretParams, StringToKey, Tag};
use zeroize::Zeroizing;

use super::armor::{dearmor, in_words};
use super::key_part::KeyPart;
use super::minimise::{UNSUPPORTED, minimise, reason_in_words};
use super::parts::{Packets, Parts, write_packet};
use super::plain::{self, Unlocked};
use super::policy::Policy;
use super::sig::Sig;
use super::target::can_decrypt;
use super::verify::Verifier;
use super::{AskPassphrase, Lock, OpenPgpError, SecretKey, check, internal, union};
use crate::account::KeyRole;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header;
use crate::key::{CertFlaw, Fingerprint, Unusable};
use crate::limits::{MAX_ARGON2_MEMORY_EXPONENT, MAX_ARGON2_PASSES, MAX_KEY_FIELD_BYTES};
use crate::secret::Secret;

/// Reads one cert.
pub(super) fn import_cert(
    octets: &[u8],
    verifier: Verifier<'_>,
) -> Result<(Fingerprint, Vec<u8>), OpenPgpError> {
    let cert = dearmor(octets, CERT)?;
    let fingerprint = check::check(cert.as_bytes(), verifier).map_err(|flaw| {
        let found = in_words(flaw).to_owned();
        match flaw {
            CertFlaw::NoEncryptionKey => OpenPgpError::Unusable { found },
            _ => OpenPgpError::Malformed { expected: CERT, found },
        }
    })?;
    Ok((fingerprint, cert.as_bytes().to_vec()))
}

/// Reads one secret key, unlocks it and minimises its cert for `addr`. With [`Lock::Keep`] the
/// packets are kept as they came; they were unlocked to see that they can be.
pub(super) fn import_secret<'v>(
    octets: &[u8],
    addr: &Addr,
    now: Timestamp,
    role: KeyRole,
    lock: Lock,
    ask: AskPassphrase<'_>,
    verifier: &dyn Fn() -> Verifier<'v>,
) -> Result<SecretKey, OpenPgpError> {
    let binary = dearmor(octets, SECRET)?;
    let opened = open(binary.as_bytes(), ask)?;
    let key = read(&opened.cert, &opened.unlocked, addr, now, role, verifier);
    let key = key.map_err(|error| match error {
        // What would encrypt may be what could not be read.
        OpenPgpError::Unusable { found }
            if opened.has_unread && found == in_words(CertFlaw::NoEncryptionKey) =>
        {
            unusable(UNSUPPORTED)
        }
        error => error,
    })?;
    match (lock, opened.passphrases) {
        (Lock::Remove, _) | (Lock::Keep, 0) => Ok(SecretKey { secret: opened.secret, ..key }),
        (Lock::Keep, 1) => Ok(SecretKey { secret: binary, locked: true, ..key }),
        // It could be opened never again: one passphrase is asked for later.
        (Lock::Keep, _) => Err(unusable("a key whose parts have different passphrases")),
    }
}

/// Whether the cert stored of a key may go into key fields: it is usable, and the one that was minimised for
/// them.
pub(super) fn is_advertisable<'v>(
    key: &SecretKey,
    addr: &Addr,
    now: Timestamp,
    verifier: &dyn Fn() -> Verifier<'v>,
) -> bool {
    let Some(parts) = union::verified(&key.cert, verifier()) else { return false };
    let all = parts.subkeys.keys().chain([&parts.primary.fingerprint]).cloned().collect();
    for_fields(&parts, addr, now, &all).is_ok_and(|cert| cert == key.cert)
}

/// The minimised cert, if a mail could bear it (Messages §1).
fn for_fields(
    parts: &Parts,
    addr: &Addr,
    now: Timestamp,
    secrets: &BTreeSet<Fingerprint>,
) -> Result<Vec<u8>, OpenPgpError> {
    let cert = minimise(parts, addr, now, secrets)?;
    let size = header::largest_field(addr, &cert);
    match size <= MAX_KEY_FIELD_BYTES {
        true => Ok(cert),
        false => Err(OpenPgpError::TooLarge { size, limit: MAX_KEY_FIELD_BYTES }),
    }
}

/// The same key without its lock.
pub(super) fn unlock(key: &SecretKey, passphrase: &Secret) -> Result<SecretKey, OpenPgpError> {
    if !key.locked {
        return Ok(key.clone());
    }
    let opened = open(key.secret.as_bytes(), &mut |_| Some(passphrase.clone()))?;
    Ok(SecretKey { secret: opened.secret, locked: false, ..key.clone() })
}

/// What is stored of a key beside its secret, which is left empty; `secrets` are the parts whose
/// secret is there. An old key may be expired, revoked or weak.
pub(super) fn read<'v>(
    cert: &[u8],
    secrets: &BTreeSet<Fingerprint>,
    addr: &Addr,
    now: Timestamp,
    role: KeyRole,
    verifier: &dyn Fn() -> Verifier<'v>,
) -> Result<SecretKey, OpenPgpError> {
    check::check(cert, verifier()).map_err(|flaw| unusable(in_words(flaw)))?;
    let parts = union::verified(cert, verifier())
        .ok_or_else(|| unusable(in_words(CertFlaw::NotOpenPgp)))?;
    let policy = Policy::new(&parts, now);
    let verdict = policy.judge(&parts).verdict;
    if verdict == Err(Unusable::Unsupported) && !opens_mail(&parts, secrets) {
        return Err(unusable(UNSUPPORTED));
    }
    let usable = verdict.map_err(|reason| unusable(reason_in_words(reason)));
    let advertised =
        usable.and_then(|usable| Ok((for_fields(&parts, addr, now, secrets)?, usable.expires)));
    let (cert, expires) = match (advertised, role) {
        // Nobody is told of it any more: what it needs is a secret that opens mails.
        (Err(_), KeyRole::Old) if opens_mail(&parts, secrets) => (parts.to_octets(), policy.ends()),
        (Err(_), KeyRole::Old) => {
            return Err(unusable("a key without a secret part that decrypts"));
        }
        (Err(OpenPgpError::Unusable { found }), _) if opens_mail(&parts, secrets) => {
            return Err(OpenPgpError::OnlyOld { found });
        }
        (advertised, _) => advertised?,
    };
    Ok(SecretKey {
        fingerprint: parts.primary.fingerprint.clone(),
        secret: Secret::new(Vec::new()),
        locked: false,
        cert,
        created: parts.primary.created(),
        expires,
    })
}

/// Whether a secret is there for a part that messages could ever be encrypted to.
fn opens_mail(parts: &Parts, secrets: &BTreeSet<Fingerprint>) -> bool {
    let is_here = |part: &KeyPart| can_decrypt(part) && secrets.contains(&part.fingerprint);
    let mut on_primary = parts.direct.iter().chain(parts.user_ids.values().flatten());
    let mut subkeys = parts.subkeys.values();
    subkeys
        .any(|it| is_here(&it.part) && it.sigs.iter().any(|sig| sig.permits_encryption(&it.part)))
        || is_here(&parts.primary) && on_primary.any(|sig| sig.permits_encryption(&parts.primary))
}

/// A transferable secret key without its locks.
pub(super) struct Opened {
    pub(super) secret: Secret,
    /// The same with public packets.
    pub(super) cert: Vec<u8>,
    /// The parts whose secret is there.
    pub(super) unlocked: BTreeSet<Fingerprint>,
    /// Whether a subkey could not be read and is in no cert.
    has_unread: bool,
    /// How many passphrases that took.
    passphrases: usize,
}

/// Whether `newer` can stand in the place of `older`, the same key as it was stored before: no
/// secret is lost by it, and it was signed no earlier.
pub(super) fn can_replace(newer: &SecretKey, older: &SecretKey) -> bool {
    let secrets = |key: &SecretKey| {
        let packets = Packets::new(key.secret.as_bytes()).flatten();
        let split = packets.filter(|(tag, _)| matches!(tag, Tag::SecretKey | Tag::SecretSubkey));
        let parts = split.map(|(_, body)| match split_public(body) {
            Some((part, rest)) => (!is_absent(rest)).then_some(part.body),
            // What is not understood must be there unchanged.
            None => Some(body.into()),
        });
        parts.flatten().collect::<BTreeSet<_>>()
    };
    let signed = |key: &SecretKey| {
        let parts = Parts::parse(&key.cert).ok()?;
        let on_user_ids = parts.user_ids.values().flatten();
        let sigs = parts.direct.iter().chain(on_user_ids);
        sigs.chain(parts.subkeys.values().flat_map(|subkey| &subkey.sigs)).map(Sig::created).max()
    };
    newer.fingerprint == older.fingerprint
        && signed(newer) >= signed(older)
        && secrets(newer).is_superset(&secrets(older))
}

/// Takes the locks off; the passphrases that this needs are asked for.
pub(super) fn open(octets: &[u8], ask: AskPassphrase<'_>) -> Result<Opened, OpenPgpError> {
    let malformed =
        |found: &str| OpenPgpError::Malformed { expected: SECRET, found: found.to_owned() };
    let packets = Packets::new(octets).collect::<Option<Vec<_>>>();
    let packets = packets.ok_or_else(|| malformed("octets that are no OpenPGP key"))?;
    match packets.first() {
        Some((Tag::SecretKey, _)) => {}
        Some((Tag::PublicKey, _)) => return Err(malformed("a certificate without its secret")),
        _ => return Err(malformed("octets that are no OpenPGP key")),
    }
    let primaries =
        packets.iter().filter(|(tag, _)| matches!(tag, Tag::SecretKey | Tag::PublicKey));
    if primaries.count() > 1 {
        return Err(malformed("several keys"));
    }
    // An unlocked packet is at most a little longer than its public and locked parts together.
    let mut secret = Zeroizing::new(Vec::with_capacity(octets.len().saturating_mul(2)));
    let mut cert = Vec::with_capacity(octets.len());
    let (mut unlocked, mut has_unread) = (BTreeSet::new(), false);
    let mut keyring = Unlocker { ask, known: Vec::new() };
    for (tag, body) in packets {
        let (public_tag, primary) = match tag {
            Tag::SecretKey => (Tag::PublicKey, true),
            Tag::SecretSubkey => (Tag::PublicSubkey, false),
            // Secrets are written below; the rest is public.
            _ => {
                write_packet(&mut secret, tag, body);
                write_packet(&mut cert, tag, body);
                continue;
            }
        };
        let Some((part, rest)) = split_public(body) else {
            if primary {
                return Err(unusable(UNSUPPORTED));
            }
            // An unknown subkey must not spoil the rest; it stays with the secret as it is.
            has_unread = true;
            write_packet(&mut secret, tag, body);
            continue;
        };
        write_packet(&mut cert, public_tag, &part.body);
        if is_absent(rest) {
            write_packet(&mut secret, tag, body);
            continue;
        }
        let body = keyring.unlock(tag, body, &part, rest)?;
        write_packet(&mut secret, tag, &body);
        unlocked.insert(part.fingerprint);
    }
    let secret = Secret::new(std::mem::take(&mut *secret));
    Ok(Opened { secret, cert, unlocked, has_unread, passphrases: keyring.known.len() })
}

/// The public part at the beginning of a secret key packet, and what follows it.
pub(super) fn split_public(body: &[u8]) -> Option<(KeyPart, &[u8])> {
    let header = PacketHeader::new_fixed(Tag::PublicKey, u32::try_from(body.len()).ok()?);
    let mut rest = body;
    pgp::packet::PublicKey::try_from_reader(header, &mut rest).ok()?;
    let public = body.get(..body.len().checked_sub(rest.len())?)?;
    Some((KeyPart::parse(public)?, rest))
}

/// Whether the secret is elsewhere: GnuPG's stubs for primaries kept offline and for smartcards.
fn is_absent(rest: &[u8]) -> bool {
    let gnu = rest.get(2) == Some(&101) && rest.get(4..7) == Some(b"GNU");
    matches!(rest.first(), None | Some(253..=255)) && (rest.is_empty() || gnu)
}

/// The passphrases of one import.
struct Unlocker<'a> {
    ask: AskPassphrase<'a>,
    /// Those that opened something: the parts of a key mostly share one.
    known: Vec<Secret>,
}

impl Unlocker<'_> {
    /// The packet body without its lock.
    fn unlock(
        &mut self,
        tag: Tag,
        body: &[u8],
        part: &KeyPart,
        rest: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenPgpError> {
        let key = part.key.as_ref().ok_or_else(unreadable)?;
        if Unlocked::read(key, body, rest).is_some() {
            return Ok(Zeroizing::new(body.to_vec()));
        }
        let mut packet = Locked::parse(tag, body)?;
        if !packet.params().is_encrypted() {
            return packet.to_octets();
        }
        affordable(packet.params())?;
        for known in &self.known {
            if let Some(body) = packet.open(part, key, known)? {
                return Ok(body);
            }
        }
        let fingerprint = &part.fingerprint;
        let name = || fingerprint.to_string();
        let secret =
            (self.ask)(fingerprint).ok_or_else(|| OpenPgpError::Locked { fingerprint: name() })?;
        let wrong = || OpenPgpError::WrongPassphrase { fingerprint: name() };
        let body = packet.open(part, key, &secret)?.ok_or_else(wrong)?;
        self.known.push(secret);
        Ok(body)
    }
}

fn unreadable() -> OpenPgpError {
    OpenPgpError::Malformed {
        expected: SECRET,
        found: "a secret part that cannot be read".to_owned(),
    }
}

fn unusable(found: &str) -> OpenPgpError {
    OpenPgpError::Unusable { found: found.to_owned() }
}

/// A secret key packet of either kind.
enum Locked {
    Primary(Box<SecretPrimary>),
    Subkey(Box<SecretSubkey>),
}

impl Locked {
    fn parse(tag: Tag, body: &[u8]) -> Result<Self, OpenPgpError> {
        let header =
            PacketHeader::new_fixed(tag, u32::try_from(body.len()).map_err(|_| unreadable())?);
        let packet = if tag == Tag::SecretKey {
            SecretPrimary::try_from_reader(header, body).map(|key| Self::Primary(Box::new(key)))
        } else {
            SecretSubkey::try_from_reader(header, body).map(|key| Self::Subkey(Box::new(key)))
        };
        packet.map_err(|_| unreadable())
    }

    fn params(&self) -> &SecretParams {
        match self {
            Self::Primary(key) => key.secret_params(),
            Self::Subkey(key) => key.secret_params(),
        }
    }

    /// The packet body as `secret` opens it.
    fn open(
        &mut self,
        part: &KeyPart,
        key: &PublicKey,
        secret: &Secret,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, OpenPgpError> {
        if let Some(material) = plain::unlock(self.params(), secret) {
            return Ok(Some(plain::write(key, &part.body, &material)));
        }
        let password = Password::from(secret.as_bytes());
        let opened = match self {
            Self::Primary(key) => key.remove_password(&password).is_ok(),
            Self::Subkey(key) => key.remove_password(&password).is_ok(),
        };
        if opened { self.to_octets().map(Some) } else { Ok(None) }
    }

    fn to_octets(&self) -> Result<Zeroizing<Vec<u8>>, OpenPgpError> {
        let octets = match self {
            Self::Primary(key) => key.to_bytes(),
            Self::Subkey(key) => key.to_bytes(),
        };
        octets.map(Zeroizing::new).map_err(|error| internal("write a secret key", error))
    }
}

/// Discovery §9: Argon2 with at most 256 MiB and 8 passes.
fn affordable(params: &SecretParams) -> Result<(), OpenPgpError> {
    let SecretParams::Encrypted(locked) = params else { return Ok(()) };
    match locked.string_to_key_params() {
        S2kParams::Aead { s2k: StringToKey::Argon2 { t, m_enc, .. }, .. }
            if *t > MAX_ARGON2_PASSES || *m_enc > MAX_ARGON2_MEMORY_EXPONENT =>
        {
            Err(OpenPgpError::Unusable { found: "a lock that costs too much to open".to_owned() })
        }
        _ => Ok(()),
    }
}

const CERT: &str = "certificate";
const SECRET: &str = "secret key";
