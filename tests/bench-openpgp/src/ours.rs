//! What libinbome does for one message: octets in, octets out.

use inbome_core::clock::Timestamp;
use inbome_core::key::{CertUnion, Certificates};
use inbome_core::openpgp::message::{SealTo, Sealing, SignatureCheck};
use inbome_core::openpgp::{Messages, Rpgp, SecretKey};
use inbome_core::random::SystemRandom;
use inbome_core::secret::Secret;

use crate::theirs::Certs;
use crate::{NOW, Outcome};

/// One engine's OpenPGP, and the rows of its store.
pub(crate) struct Ours<'a> {
    openpgp: Rpgp,
    signer: &'a SecretKey,
    signer_union: CertUnion,
    people: &'a [SecretKey],
    unions: Vec<CertUnion>,
}

impl<'a> Ours<'a> {
    pub(crate) fn new(signer: &'a SecretKey, people: &'a [SecretKey]) -> Self {
        let openpgp = Rpgp::new();
        let union = |key: &SecretKey| openpgp.union(None, &key.cert);
        let (signer_union, unions) = (union(signer), people.iter().map(union).collect());
        Self { openpgp, signer, signer_union, people, unions }
    }

    /// Signed and encrypted to the first `count` people.
    pub(crate) fn seal(&self, payload: &[u8], count: usize, certs: Certs) -> Outcome<Vec<u8>> {
        let people = self.people.iter().zip(&self.unions).take(count);
        let recipients: Vec<_> =
            people.map(|(key, union)| SealTo { received: &key.cert, union }).collect();
        let sealing = Sealing {
            signer: Some(self.signer),
            recipients: &recipients,
            now: Timestamp::from_secs(NOW),
            random: &SystemRandom,
        };
        Ok(self.openpgp(certs).seal(payload, &sealing)?)
    }

    /// Opened by the first of the people, and verified.
    pub(crate) fn open(&self, message: &[u8], certs: Certs) -> Outcome<Secret> {
        let reader = self.people.first().ok_or("expected people")?;
        let openpgp = self.openpgp(certs);
        let opened = openpgp.open(message, &[reader])?;
        let payload = opened.payload;
        let now = Timestamp::from_secs(NOW);
        let checks =
            openpgp.verify(payload.as_bytes(), &opened.signatures, &[&self.signer_union], now);
        match checks.as_slice() {
            [SignatureCheck::Valid { .. }] => Ok(payload),
            _ => Err("expected one good signature".into()),
        }
    }

    /// With the certs that it took apart before, or without any.
    fn openpgp(&self, certs: Certs) -> Rpgp {
        match certs {
            Certs::Stored => Rpgp::new(),
            Certs::Held => self.openpgp.clone(),
        }
    }
}
