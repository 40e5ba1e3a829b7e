//! [`Rpgp`], the answers of this module to the traits [`OpenPgp`] and [`Certificates`].
//!
//! Each question goes to the file that answers it; here is only the counting of work, so that
//! tests can show what costs nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::message::{
    self, KeyId, OpenFlaw, Opened, PassphraseFlaw, RawSignature, Sealing, SignatureCheck,
};
use super::policy::Policy;
use super::recent::Recent;
use super::verify::Verifier;
use super::{
    AskPassphrase, Described, Keyring, Lock, Messages, OpenPgpError, OwnKeys, Renewal, SecretKey,
    TakeCert, armor, check, generate, import, keyring, minimise, renew, union,
};
use crate::account::KeyRole;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::key::{CertFlaw, CertUnion, Certificates, Fingerprint, Judgement, Unusable};
use crate::limits::MAX_CERT_BYTES_BY_MAIL;
use crate::random::SecureRandom;
use crate::secret::Secret;

/// OpenPGP by the `pgp` crate. Clones share their counters, and the memory of what they did lately.
#[derive(Debug, Clone, Default)]
pub struct Rpgp {
    recent: Arc<Recent>,
}

impl Rpgp {
    /// With all counters at zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Public-key verifications done so far.
    #[must_use]
    pub fn verifications(&self) -> u64 {
        self.recent.verifications.load(Ordering::Relaxed)
    }

    /// Certs taken apart so far: received ones, and unions to judge.
    #[must_use]
    pub fn parses(&self) -> u64 {
        self.recent.parses.load(Ordering::Relaxed)
    }

    /// Private-key operations done so far to get at session keys.
    #[must_use]
    pub fn unwraps(&self) -> u64 {
        self.recent.unwraps.load(Ordering::Relaxed)
    }

    /// Passes over the encrypted data of messages so far, one for each session key tried.
    #[must_use]
    pub fn decryptions(&self) -> u64 {
        self.recent.decryptions.load(Ordering::Relaxed)
    }

    fn count_parse(&self) {
        self.recent.parses.fetch_add(1, Ordering::Relaxed);
    }

    fn verifier(&self) -> Verifier<'_> {
        Verifier::new(&self.recent)
    }
}

impl Certificates for Rpgp {
    fn check(&self, cert: &[u8]) -> Result<Fingerprint, CertFlaw> {
        // Discovery §9. The field is shorter than this already; other callers may not be.
        if cert.len() > MAX_CERT_BYTES_BY_MAIL {
            return Err(CertFlaw::NotOpenPgp);
        }
        check::check(cert, self.verifier())
    }

    fn union(&self, known: Option<&CertUnion>, received: &[u8]) -> CertUnion {
        union::union(known, received, self.verifier())
    }

    fn judge(&self, received: &[u8], union: &CertUnion, now: Timestamp) -> Judgement {
        match (self.recent.parts(received), self.recent.parts(&union.bytes)) {
            (Ok(received), Ok(parts)) => Policy::new(&parts, now).judge(&received),
            _ => Judgement {
                verdict: Err(Unusable::Unsupported),
                from: Timestamp::MIN,
                until: Timestamp::MAX,
            },
        }
    }
}

impl OwnKeys for Rpgp {
    fn generate(
        &self,
        addr: &Addr,
        now: Timestamp,
        random: &dyn SecureRandom,
    ) -> Result<SecretKey, OpenPgpError> {
        generate::generate(addr, now, random)
    }

    fn import_secret(
        &self,
        octets: &[u8],
        addr: &Addr,
        now: Timestamp,
        role: KeyRole,
        lock: Lock,
        ask: AskPassphrase<'_>,
    ) -> Result<SecretKey, OpenPgpError> {
        import::import_secret(octets, addr, now, role, lock, ask, &|| self.verifier())
    }

    fn unlock(&self, key: &SecretKey, passphrase: &Secret) -> Result<SecretKey, OpenPgpError> {
        import::unlock(key, passphrase)
    }

    fn renew(
        &self,
        key: &SecretKey,
        unlocked: &SecretKey,
        renewal: &Renewal<'_>,
    ) -> Result<SecretKey, OpenPgpError> {
        renew::renew(key, unlocked, renewal, &|| self.verifier())
    }

    fn is_advertisable(&self, key: &SecretKey, addr: &Addr, now: Timestamp) -> bool {
        import::is_advertisable(key, addr, now, &|| self.verifier())
    }

    fn can_replace(&self, newer: &SecretKey, older: &SecretKey) -> bool {
        import::can_replace(newer, older)
    }

    fn armor_secret(&self, key: &SecretKey) -> Result<Secret, OpenPgpError> {
        armor::armor_secret(key)
    }
}

impl Messages for Rpgp {
    fn seal(&self, payload: &[u8], sealing: &Sealing<'_>) -> Result<Vec<u8>, OpenPgpError> {
        message::seal(payload, sealing, &self.recent)
    }

    fn open(&self, octets: &[u8], keys: &[&SecretKey]) -> Result<Opened, OpenFlaw> {
        message::open(octets, keys, &self.recent)
    }

    fn seal_with_passphrase(
        &self,
        payload: &[u8],
        passphrase: &Secret,
        random: &dyn SecureRandom,
    ) -> Result<Vec<u8>, OpenPgpError> {
        message::seal_with_passphrase(payload, passphrase, random)
    }

    fn open_with_passphrase(
        &self,
        octets: &[u8],
        passphrases: &[&Secret],
    ) -> Result<Secret, PassphraseFlaw> {
        message::open_with_passphrase(octets, passphrases)
    }

    fn armor_message(&self, octets: &[u8]) -> Vec<u8> {
        message::armor_message(octets)
    }

    fn split_secret_keys(&self, octets: &[u8]) -> Option<Vec<Secret>> {
        message::split_secret_keys(octets)
    }

    fn recipients(&self, octets: &[u8]) -> Result<Vec<KeyId>, OpenFlaw> {
        message::recipients(octets)
    }

    fn key_ids(&self, key: &SecretKey) -> BTreeSet<KeyId> {
        message::key_ids(key)
    }

    fn can_open(&self, octets: &[u8], keys: &[&SecretKey]) -> bool {
        message::can_open(octets, keys)
    }

    fn parse_signatures(&self, octets: &[u8]) -> Result<Vec<RawSignature>, OpenFlaw> {
        message::parse_signatures(octets)
    }

    fn verify(
        &self,
        signed: &[u8],
        signatures: &[RawSignature],
        signers: &[&CertUnion],
        now: Timestamp,
    ) -> Vec<SignatureCheck> {
        message::verify(signed, signatures, signers, now, &self.recent)
    }
}

impl Keyring for Rpgp {
    fn import_cert(&self, octets: &[u8]) -> Result<(Fingerprint, Vec<u8>), OpenPgpError> {
        import::import_cert(octets, self.verifier())
    }

    fn armor_cert(&self, cert: &[u8]) -> Result<String, OpenPgpError> {
        armor::armor_cert(cert)
    }

    fn split_keyring(&self, octets: &[u8], each: TakeCert<'_>) {
        // That it was broken off is known to `each` already.
        let _ = keyring::split(octets, each);
    }

    fn describe(&self, union: &CertUnion, now: Timestamp) -> Option<Described> {
        self.count_parse();
        keyring::describe(union, now)
    }

    fn cert_for_lookup(
        &self,
        union: &CertUnion,
        received: &[Arc<[u8]>],
        addrs: &BTreeSet<Addr>,
    ) -> Option<Vec<u8>> {
        self.count_parse();
        keyring::cert_for_lookup(union, received, addrs)
    }

    fn cert_for_gossip(
        &self,
        union: &CertUnion,
        received: &[u8],
        addr: &Addr,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        self.count_parse();
        minimise::for_gossip(union, received, addr, now)
    }
}
