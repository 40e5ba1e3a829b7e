//! What Sequoia does for one message: octets in, octets out.

use std::io::{Read, Write};
use std::time::{Duration, SystemTime};

use inbome_core::openpgp::SecretKey;
use sequoia_openpgp::crypto::{KeyPair, SessionKey};
use sequoia_openpgp::packet::{PKESK, SKESK};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::parse::stream::*;
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::serialize::stream::*;
use sequoia_openpgp::types::{HashAlgorithm, SymmetricAlgorithm};
use sequoia_openpgp::{Cert, KeyHandle, Result};

use crate::{NOW, Outcome};

/// Where each side has its certs from, each time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Certs {
    /// From the octets that a store holds.
    Stored,
    /// Taken apart before, and verified too by Sequoia. Our own secret keys are octets all the same.
    Held,
}

impl Certs {
    pub(crate) const BOTH: [Self; 2] = [Self::Stored, Self::Held];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stored => "Sequoia; certs from octets",
            Self::Held => "Sequoia; certs in memory",
        }
    }
}

/// A cert or key in both forms.
struct Key {
    octets: Vec<u8>,
    cert: Cert,
}

impl Key {
    fn new(octets: &[u8]) -> Outcome<Self> {
        Ok(Self { octets: octets.to_vec(), cert: Cert::from_bytes(octets)? })
    }

    fn get(&self, certs: Certs) -> Result<Cert> {
        match certs {
            Certs::Stored => Cert::from_bytes(&self.octets),
            Certs::Held => Ok(self.cert.clone()),
        }
    }

    /// Without the copy, where it can be had without.
    fn with<T>(&self, certs: Certs, work: impl FnOnce(&Cert) -> Result<T>) -> Result<T> {
        match certs {
            Certs::Stored => work(&Cert::from_bytes(&self.octets)?),
            Certs::Held => work(&self.cert),
        }
    }
}

pub(crate) struct Theirs {
    policy: StandardPolicy<'static>,
    now: SystemTime,
    signer: Key,
    signer_cert: Key,
    reader: Key,
    people: Vec<Key>,
}

impl Theirs {
    pub(crate) fn new(signer: &SecretKey, people: &[SecretKey]) -> Outcome<Self> {
        let reader = people.first().ok_or("expected people")?;
        Ok(Self {
            policy: StandardPolicy::new(),
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(NOW)?),
            signer: Key::new(signer.secret.as_bytes())?,
            signer_cert: Key::new(&signer.cert)?,
            reader: Key::new(reader.secret.as_bytes())?,
            people: people.iter().map(|key| Key::new(&key.cert)).collect::<Outcome<_>>()?,
        })
    }

    /// Signed and encrypted to the first `count` people.
    pub(crate) fn seal(&self, payload: &[u8], count: usize, certs: Certs) -> Outcome<Vec<u8>> {
        let parsed;
        let people: Vec<&Cert> = match certs {
            Certs::Stored => {
                let people = self.people.iter().take(count).map(|key| key.get(certs));
                parsed = people.collect::<Result<Vec<_>>>()?;
                parsed.iter().collect()
            }
            Certs::Held => self.people.iter().take(count).map(|key| &key.cert).collect(),
        };
        let mut recipients = Vec::new();
        for cert in &people {
            let keys = cert.keys().with_policy(&self.policy, self.now);
            recipients.extend(keys.supported().alive().revoked(false).for_transport_encryption());
        }
        let signer = self.signer.with(certs, |cert| self.signing_pair(cert))?;
        let mut out = Vec::new();
        let message = Armorer::new(Message::new(&mut out)).build()?;
        let message = Encryptor::for_recipients(message, recipients)
            .symmetric_algo(SymmetricAlgorithm::AES256)
            .build()?;
        let mut message =
            Signer::new(message, signer)?.hash_algo(HashAlgorithm::SHA256)?.creation_time(self.now);
        for cert in people {
            message = message.add_intended_recipient(cert);
        }
        let mut message = LiteralWriter::new(message.build()?).build()?;
        message.write_all(payload)?;
        message.finalize()?;
        Ok(out)
    }

    /// Opened by the first of the people, and verified.
    pub(crate) fn open(&self, message: &[u8], certs: Certs) -> Outcome<Vec<u8>> {
        let helper = Helper { theirs: self, certs };
        let mut reader =
            DecryptorBuilder::from_bytes(message)?.with_policy(&self.policy, self.now, helper)?;
        let mut payload = Vec::new();
        reader.read_to_end(&mut payload)?;
        Ok(payload)
    }

    fn signing_pair(&self, cert: &Cert) -> Result<KeyPair> {
        let keys = cert.keys().with_policy(&self.policy, self.now);
        let mut keys = keys.supported().alive().revoked(false).for_signing().unencrypted_secret();
        let key = keys.next().ok_or_else(|| std::io::Error::other("expected a signing key"))?;
        key.key().clone().into_keypair()
    }
}

struct Helper<'a> {
    theirs: &'a Theirs,
    certs: Certs,
}

impl VerificationHelper for Helper<'_> {
    fn get_certs(&mut self, _: &[KeyHandle]) -> Result<Vec<Cert>> {
        Ok(vec![self.theirs.signer_cert.get(self.certs)?])
    }

    fn check(&mut self, structure: MessageStructure<'_>) -> Result<()> {
        for layer in structure {
            if let MessageLayer::SignatureGroup { results } = layer {
                return match results.as_slice() {
                    [Ok(_)] => Ok(()),
                    _ => Err(std::io::Error::other("expected one good signature").into()),
                };
            }
        }
        Err(std::io::Error::other("expected a signature").into())
    }
}

impl DecryptionHelper for Helper<'_> {
    fn decrypt(
        &mut self,
        pkesks: &[PKESK],
        _: &[SKESK],
        algorithm: Option<SymmetricAlgorithm>,
        decrypt: &mut dyn FnMut(Option<SymmetricAlgorithm>, &SessionKey) -> bool,
    ) -> Result<Option<Cert>> {
        let theirs = self.theirs;
        theirs.reader.with(self.certs, |cert| {
            let keys = cert.keys().with_policy(&theirs.policy, theirs.now);
            let keys = keys.supported().for_transport_encryption().unencrypted_secret();
            for key in keys {
                let mut pair = key.key().clone().into_keypair()?;
                let mine = KeyHandle::from(key.key().keyid());
                for pkesk in pkesks {
                    let named = pkesk.recipient().is_some_and(|named| named.aliases(&mine));
                    let opened = named.then(|| pkesk.decrypt(&mut pair, algorithm)).flatten();
                    if opened.is_some_and(|(cipher, key)| decrypt(cipher, &key)) {
                        return Ok(None);
                    }
                }
            }
            Ok(None)
        })
    }
}
