//! ASCII armor, both ways, without Version or Comment.
//!
//! Implements the "armored or binary" of Messages §1, bounded by the import limit of Discovery §9.

use std::io::Read;

use pgp::armor::{BlockType, Dearmor, DearmorOptions};
use pgp::errors::Result as PgpResult;
use pgp::ser::Serialize;

use super::parts::Parts;
use super::{OpenPgpError, SecretKey, internal};
use crate::key::CertFlaw;
use crate::limits::MAX_CERT_BYTES_BY_IMPORT;
use crate::secret::Secret;

/// The armor of a binary cert.
pub(super) fn armor_cert(cert: &[u8]) -> Result<String, OpenPgpError> {
    Parts::parse(cert).map_err(|flaw| OpenPgpError::Malformed {
        expected: "certificate",
        found: in_words(flaw).to_owned(),
    })?;
    let octets = armor(cert, BlockType::PublicKey)?;
    String::from_utf8(octets).map_err(|error| internal("armor a certificate", error))
}

/// The armor of a secret key.
pub(super) fn armor_secret(key: &SecretKey) -> Result<Secret, OpenPgpError> {
    armor(key.secret.as_bytes(), BlockType::PrivateKey).map(Secret::new)
}

/// The binary form of what is armored or binary already. The first armored block counts.
pub(super) fn dearmor(octets: &[u8], expected: &'static str) -> Result<Secret, OpenPgpError> {
    let malformed = |found: String| OpenPgpError::Malformed { expected, found };
    let too_long = || malformed(format!("more than {MAX_CERT_BYTES_BY_IMPORT} octets"));
    if octets.is_empty() {
        return Err(malformed("nothing".to_owned()));
    }
    // Every binary packet begins with the highest bit; no armor does.
    if octets.first().is_some_and(|octet| octet & 0x80 != 0) {
        if octets.len() > MAX_CERT_BYTES_BY_IMPORT {
            return Err(too_long());
        }
        return Ok(Secret::new(octets.to_vec()));
    }
    if octets.len() > MAX_CERT_BYTES_BY_IMPORT.saturating_mul(2) {
        return Err(too_long());
    }
    let options = DearmorOptions::new().set_limit(MAX_CERT_BYTES_BY_IMPORT.saturating_mul(2));
    // Room for all of it at once, so that no copy of a secret is left behind.
    let mut binary = Vec::with_capacity(octets.len());
    Dearmor::with_options(octets, options)
        .read_to_end(&mut binary)
        .map_err(|_| malformed("neither binary nor armored OpenPGP".to_owned()))?;
    let binary = Secret::new(binary);
    if binary.as_bytes().len() > MAX_CERT_BYTES_BY_IMPORT { Err(too_long()) } else { Ok(binary) }
}

/// The binary form of one armored block of any length; its reader bounds it.
pub(super) fn dearmor_block(block: &[u8]) -> Option<Secret> {
    let options = DearmorOptions::new().set_limit(block.len().saturating_add(1));
    let mut binary = Vec::with_capacity(block.len());
    Dearmor::with_options(block, options).read_to_end(&mut binary).ok()?;
    Some(Secret::new(binary))
}

/// A flaw as the `found` of an error.
pub(super) fn in_words(flaw: CertFlaw) -> &'static str {
    match flaw {
        CertFlaw::NotOpenPgp => "octets that are no OpenPGP certificate",
        CertFlaw::SecretKey => "a secret key",
        CertFlaw::SeveralCerts => "several certificates",
        CertFlaw::NoEncryptionKey => "a certificate that nobody can encrypt to",
    }
}

fn armor(octets: &[u8], typ: BlockType) -> Result<Vec<u8>, OpenPgpError> {
    let mut out = Vec::with_capacity((octets.len() / 2).saturating_mul(3).saturating_add(200));
    pgp::armor::write(&Octets(octets), typ, &mut out, None, true)
        .map_err(|error| internal("write armor", error))?;
    Ok(out)
}

/// Octets that are serialised as they are.
struct Octets<'a>(&'a [u8]);

impl Serialize for Octets<'_> {
    fn to_writer<W: std::io::Write>(&self, writer: &mut W) -> PgpResult<()> {
        Ok(writer.write_all(self.0)?)
    }

    fn write_len(&self) -> usize {
        self.0.len()
    }
}
