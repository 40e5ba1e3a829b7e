//! New self-signatures for one's own key, and with them another expiry.
//!
//! Implements Messages §6 from the owner's side: the newest self-signature of a part speaks for it.
//! What the last one said is said again, the dates aside. Not here: new subkeys; a key that shall
//! have other parts is replaced.

use std::collections::BTreeMap;
use std::sync::Arc;

use pgp::crypto::hash::HashAlgorithm;
use pgp::errors::Error;
use pgp::packet::{
    PacketHeader, PublicKey, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData,
    UserId,
};
use pgp::ser::Serialize;
use pgp::types::{Duration, KeyDetails, KeyVersion, Password, SigningKey, Tag};
use rand::RngCore;
use rand::rngs::StdRng;

use super::import::{self, split_public};
use super::key_part::KeyPart;
use super::minimise::reason_in_words;
use super::parts::{Packets, Parts, Subkey, write_packet};
use super::plain::Unlocked;
use super::policy::{Policy, Word};
use super::sig::Sig;
use super::verify::Verifier;
use super::{OpenPgpError, Renewal, SecretKey, internal, union};
use crate::account::KeyRole;
use crate::clock::Timestamp;
use crate::key::Fingerprint;
use crate::random::seeded;
use crate::secret::Secret;

/// Renews `key`; `unlocked` is the same without its lock.
pub(super) fn renew<'v>(
    key: &SecretKey,
    unlocked: &SecretKey,
    renewal: &Renewal<'_>,
    verifier: &dyn Fn() -> Verifier<'v>,
) -> Result<SecretKey, OpenPgpError> {
    let opened = import::open(unlocked.secret.as_bytes(), &mut |_| None)?;
    let parts = union::verified(&opened.cert, verifier())
        .ok_or_else(|| unusable("octets that are no OpenPGP key"))?;
    if !opened.unlocked.contains(&parts.primary.fingerprint) {
        return Err(unusable(
            "a key whose primary is kept elsewhere: renew it there and import it again",
        ));
    }
    let spoken = Spoken::of(&parts, renewal.now, |part| opened.unlocked.contains(part))?;
    let subkeys = Secrets::of(opened.secret.as_bytes());
    let primary = subkeys.read(&parts.primary.fingerprint);
    let primary = primary.ok_or_else(|| unusable("a key without its primary"))?;
    let mut signer = Signer {
        primary: &primary,
        made: spoken.next_date(renewal.now)?,
        expires: renewal.expires,
        now: renewal.now,
        rng: seeded(renewal.random)?,
    };
    let signatures = signer.sign(&parts, &spoken, &subkeys)?;
    let cert = with_signatures(&opened.cert, &signatures);
    let (addr, now) = (renewal.addr, renewal.now);
    let read =
        import::read(cert.as_bytes(), &opened.unlocked, addr, now, KeyRole::Current, verifier)?;
    if read.expires != renewal.expires {
        return Err(unusable("a key whose parts live by a plan of their own"));
    }
    let secret = with_signatures(key.secret.as_bytes(), &signatures);
    Ok(SecretKey { secret, locked: key.locked, ..read })
}

/// The self-signatures that speak for the parts to renew.
struct Spoken<'a> {
    direct: Option<&'a Sig>,
    user_ids: Vec<(&'a [u8], &'a Sig)>,
    subkeys: BTreeMap<Fingerprint, (&'a Subkey, &'a Sig)>,
}

impl<'a> Spoken<'a> {
    fn of(
        parts: &'a Parts,
        now: Timestamp,
        is_here: impl Fn(&Fingerprint) -> bool,
    ) -> Result<Self, OpenPgpError> {
        let policy = Policy::new(parts, now);
        let last = policy.last_of_primary().map_err(|reason| unusable(reason_in_words(reason)))?;
        if last.sig.is_none() {
            return Err(unusable("a key that bears no signature of its own"));
        }
        // What only names a revoker says nothing about expiry.
        let speaks = |sig: &&Sig| parts.primary.version() == 6 || sig.speaks();
        let user_ids = parts.user_ids.iter();
        // Of subkeys those that our cert may bear: the newest for each purpose.
        let newest = |fits: &dyn Fn(&KeyPart, &Word<'_>) -> bool| {
            let here = parts.subkeys.iter().filter(|(fingerprint, _)| is_here(fingerprint));
            let words = here.filter_map(|(fingerprint, subkey)| {
                let word = policy.last_of_subkey(subkey).filter(|it| fits(&subkey.part, it))?;
                Some((fingerprint.clone(), (subkey, word.sig?)))
            });
            // Messages §2: of equally old ones the lower fingerprint.
            let order =
                |part: &KeyPart| (part.created(), std::cmp::Reverse(part.fingerprint.clone()));
            words.max_by_key(|(_, (subkey, _))| order(&subkey.part))
        };
        let encrypts = |word: &Word<'_>| word.flags.encrypt_comms() || word.flags.encrypt_storage();
        // A cert of version 4 may have both kinds.
        let quantum = |part: &KeyPart| {
            part.version() == 4 && part.known().is_some_and(|key| key.algorithm().is_pqc())
        };
        let classical = newest(&|part, word| encrypts(word) && !quantum(part));
        let post_quantum = newest(&|part, word| encrypts(word) && quantum(part));
        let signs = newest(&|_, word| word.flags.sign());
        Ok(Self {
            direct: policy.direct().filter(speaks),
            user_ids: user_ids
                .filter_map(|(id, sigs)| Some((id.as_ref(), policy.certification(sigs)?)))
                .collect(),
            subkeys: classical.into_iter().chain(post_quantum).chain(signs).collect(),
        })
    }

    /// The date of the new signatures: later than all that they replace, or the newest would not be
    /// known.
    fn next_date(&self, now: Timestamp) -> Result<u32, OpenPgpError> {
        let user_ids = self.user_ids.iter().map(|(_, sig)| *sig);
        let subkeys = self.subkeys.values().map(|(_, sig)| *sig);
        let all = self.direct.into_iter().chain(user_ids).chain(subkeys);
        let last = all.filter_map(Sig::created).max().map(|last| last.plus_secs(1));
        let date = last.map_or(now, |least| least.max(now));
        u32::try_from(date.as_secs()).map_err(|_| internal(RENEW, format!("the time {now}")))
    }
}

/// What the new signatures stand on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Primary,
    UserId(Box<[u8]>),
    Subkey(Fingerprint),
}

type Signatures = BTreeMap<Place, Vec<u8>>;

struct Signer<'a> {
    primary: &'a Unlocked,
    made: u32,
    expires: Option<Timestamp>,
    now: Timestamp,
    rng: StdRng,
}

impl Signer<'_> {
    fn sign(
        &mut self,
        parts: &Parts,
        spoken: &Spoken<'_>,
        secrets: &Secrets<'_>,
    ) -> Result<Signatures, OpenPgpError> {
        let mut signatures = Signatures::new();
        let life = self.life_of(&parts.primary)?;
        if let Some(sig) = spoken.direct {
            let made = self.on_key(sig, life).map_err(failed)?;
            signatures.insert(Place::Primary, made);
        }
        for (id, sig) in &spoken.user_ids {
            let made = self.on_user_id(id, sig, life).map_err(failed)?;
            signatures.insert(Place::UserId((*id).into()), made);
        }
        for (fingerprint, (subkey, sig)) in &spoken.subkeys {
            let life = self.life_of(&subkey.part)?;
            let Some(secret) = secrets.read(fingerprint) else { continue };
            let signs = sig.flags(&subkey.part).sign();
            let made = self.on_subkey(&secret, signs, sig, life).map_err(failed)?;
            signatures.insert(Place::Subkey(fingerprint.clone()), made);
        }
        Ok(signatures)
    }

    fn on_key(&mut self, old: &Sig, life: Option<u32>) -> Result<Vec<u8>, Error> {
        let config = self.config(old, life)?;
        let key = self.primary;
        config.sign_key(key, &Password::empty(), key.public())?.to_bytes()
    }

    fn on_user_id(&mut self, id: &[u8], old: &Sig, life: Option<u32>) -> Result<Vec<u8>, Error> {
        let config = self.config(old, life)?;
        let header = PacketHeader::new_fixed(Tag::UserId, u32::try_from(id.len())?);
        let id = UserId::try_from_reader(header, id)?;
        let (key, none) = (self.primary, Password::empty());
        config.sign_certification(key, key.public(), &none, Tag::UserId, &id)?.to_bytes()
    }

    fn on_subkey(
        &mut self,
        subkey: &Unlocked,
        signs: bool,
        old: &Sig,
        life: Option<u32>,
    ) -> Result<Vec<u8>, Error> {
        let mut config = self.config(old, life)?;
        let none = Password::empty();
        if signs {
            // Messages §6: a subkey that signs says itself that it belongs to the primary.
            let back = self.dated(SignatureType::KeyBinding, subkey)?;
            let primary = self.primary.public();
            let back = back.sign_primary_key_binding(subkey, subkey.public(), &none, primary)?;
            let back = SubpacketData::EmbeddedSignature(Box::<Signature>::new(back));
            config.unhashed_subpackets.push(Subpacket::regular(back)?);
        }
        let key = self.primary;
        config.sign_subkey_binding(key, key.public(), &none, subkey.public())?.to_bytes()
    }

    /// What `old` says, with our dates.
    fn config(&mut self, old: &Sig, life: Option<u32>) -> Result<SignatureConfig, Error> {
        let said = old.packet().config().ok_or_else(|| wrong("a signature of an unknown kind"))?;
        let mut config = self.dated(said.typ(), self.primary)?;
        if let Some(secs) = life {
            let life = SubpacketData::KeyExpirationTime(Duration::from_secs(secs));
            config.hashed_subpackets.push(Subpacket::critical(life)?);
        }
        let again = said.hashed_subpackets().filter(|subpacket| {
            !matches!(
                subpacket.data,
                SubpacketData::SignatureCreationTime(_)
                    | SubpacketData::SignatureExpirationTime(_)
                    | SubpacketData::KeyExpirationTime(_)
                    | SubpacketData::IssuerFingerprint(_)
                    | SubpacketData::IssuerKeyId(_)
                    | SubpacketData::EmbeddedSignature(_)
            )
        });
        config.hashed_subpackets.extend(again.cloned());
        Ok(config)
    }

    /// Date and issuer, which every signature bears.
    fn dated(
        &mut self,
        typ: SignatureType,
        by: &impl SigningKey,
    ) -> Result<SignatureConfig, Error> {
        let hash = HashAlgorithm::Sha512;
        let mut config = if by.version() == KeyVersion::V6 {
            let mut salt = vec![0; hash.salt_len().unwrap_or_default()];
            self.rng.fill_bytes(&mut salt);
            SignatureConfig::v6_with_salt(typ, by.algorithm(), hash, salt)
        } else {
            let mut config = SignatureConfig::v4(typ, by.algorithm(), hash);
            // Older programs find no issuer without it.
            let issuer = SubpacketData::IssuerKeyId(by.legacy_key_id());
            config.unhashed_subpackets = vec![Subpacket::regular(issuer)?];
            config
        };
        let time = pgp::types::Timestamp::from_secs(self.made);
        config.hashed_subpackets = vec![
            Subpacket::critical(SubpacketData::SignatureCreationTime(time))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(by.fingerprint()))?,
        ];
        Ok(config)
    }

    /// Seconds from the creation of a part to the wanted expiry.
    fn life_of(&self, part: &KeyPart) -> Result<Option<u32>, OpenPgpError> {
        let Some(expires) = self.expires else { return Ok(None) };
        let refused = || OpenPgpError::Expiry { found: expires };
        let last = Timestamp::from_secs(u32::MAX.into());
        if expires <= self.now || expires > last {
            return Err(refused());
        }
        // Zero would mean never.
        let secs = u32::try_from(expires.secs_since(part.created())).map_err(|_| refused())?;
        if secs == 0 { Err(refused()) } else { Ok(Some(secs)) }
    }
}

/// The secret parts of an unlocked key, each taken apart only where it signs: what is kept elsewhere,
/// such as in a box, leaves a copy there.
struct Secrets<'a>(BTreeMap<Fingerprint, SecretPart<'a>>);

/// A part's public half, the body of its packet, and what of it is secret.
type SecretPart<'a> = (Arc<PublicKey>, &'a [u8], &'a [u8]);

impl<'a> Secrets<'a> {
    fn of(octets: &'a [u8]) -> Self {
        let packets = Packets::new(octets).flatten();
        let secret = packets.filter(|(tag, _)| matches!(tag, Tag::SecretKey | Tag::SecretSubkey));
        let parts = secret.filter_map(|(_, body)| {
            let (part, rest) = split_public(body)?;
            Some((part.fingerprint, (part.key?, body, rest)))
        });
        Self(parts.collect())
    }

    /// `None` for one whose secret is elsewhere.
    fn read(&self, fingerprint: &Fingerprint) -> Option<Unlocked> {
        let (key, body, rest) = self.0.get(fingerprint)?;
        Unlocked::read(key, body, rest)
    }
}

/// The packets of a key, each new signature behind the part that it stands on.
fn with_signatures(octets: &[u8], signatures: &Signatures) -> Secret {
    let mut left = signatures.clone();
    let more: usize = left.values().map(|body| body.len().saturating_add(8)).sum();
    // Room for all of it at once, so that no copy of a secret is left behind; headers may grow.
    let mut out = Vec::with_capacity(octets.len().saturating_mul(2).saturating_add(more));
    for (tag, body) in Packets::new(octets).flatten() {
        write_packet(&mut out, tag, body);
        let place = match tag {
            Tag::SecretKey | Tag::PublicKey => Some(Place::Primary),
            Tag::UserId => Some(Place::UserId(body.into())),
            Tag::SecretSubkey | Tag::PublicSubkey => {
                split_public(body).map(|(part, _)| Place::Subkey(part.fingerprint))
            }
            _ => None,
        };
        if let Some(signature) = place.and_then(|place| left.remove(&place)) {
            write_packet(&mut out, Tag::Signature, &signature);
        }
    }
    Secret::new(out)
}

fn unusable(found: &str) -> OpenPgpError {
    OpenPgpError::Unusable { found: found.to_owned() }
}

fn failed(error: Error) -> OpenPgpError {
    internal(RENEW, error)
}

fn wrong(found: &str) -> Error {
    Error::from(found.to_owned())
}

const RENEW: &str = "renew a key";
