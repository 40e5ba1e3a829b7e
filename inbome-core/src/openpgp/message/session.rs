//! A session key and what it opens: the integrity protected packet, whole or not at all.
//!
//! Implements Messages §3: octets are handed on only after the last check of the whole packet.
//! Not here: where the session key comes from, what the plaintext holds.

use std::fmt::Write as _;
use std::io::{BufRead, Read};

use pgp::composed::{PlainSessionKey, RawSessionKey};
use pgp::crypto::aead::AeadAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{
    GnupgAeadDataConfig, ProtectedDataConfig, StreamDecryptor, SymEncryptedProtectedDataConfig,
};
use pgp::types::{Seipdv1ReadMode, Tag};
use zeroize::Zeroizing;

use super::frames::Frame;
use crate::secret::Secret;

/// A session key, and its cipher where the message's recipients were told it with the key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SessionKey {
    cipher: Option<SymmetricKeyAlgorithm>,
    key: RawSessionKey,
}

impl SessionKey {
    pub(super) fn new(cipher: Option<SymmetricKeyAlgorithm>, key: &[u8]) -> Self {
        Self { cipher, key: key.into() }
    }

    /// `None` for the kind that only passphrases give.
    pub(super) fn from_plain(plain: PlainSessionKey) -> Option<Self> {
        match &plain {
            PlainSessionKey::V3_4 { sym_alg, key } => {
                Some(Self { cipher: Some(*sym_alg), key: key.clone() })
            }
            PlainSessionKey::V6 { key } => Some(Self { cipher: None, key: key.clone() }),
            PlainSessionKey::V5 { .. } => None,
        }
    }

    /// The plaintext of `frame`, all of it checked, and the session key as other programs write it.
    pub(super) fn open(&self, frame: &Frame, octets: &[u8]) -> Option<(Plaintext, Secret)> {
        let mut source = frame.reader(octets);
        let config = match frame.tag {
            Tag::GnupgAeadData => ProtectedDataConfig::GnupgAead(
                GnupgAeadDataConfig::try_from_reader(&mut source).ok()?,
            ),
            _ => ProtectedDataConfig::Seipd(
                SymEncryptedProtectedDataConfig::try_from_reader(&mut source).ok()?,
            ),
        };
        let (cipher, decryptor) = self.decryptor(&config, source)?;
        let size: usize = frame.spans.iter().map(ExactSizeIterator::len).sum();
        let plaintext = read_secret(decryptor, size, size)?;
        Some((plaintext, self.export(cipher)))
    }

    fn decryptor<R: BufRead>(
        &self,
        config: &ProtectedDataConfig,
        source: R,
    ) -> Option<(SymmetricKeyAlgorithm, StreamDecryptor<R>)> {
        let key = self.key.as_ref();
        // The library below takes for granted what is checked here: lengths, and AES where a mode
        // demands it.
        let fits = |cipher: SymmetricKeyAlgorithm| {
            (cipher.key_size() > 0 && cipher.key_size() == key.len()).then_some(cipher)
        };
        let aes = |cipher: SymmetricKeyAlgorithm, mode: AeadAlgorithm| {
            let aes = matches!(
                cipher,
                SymmetricKeyAlgorithm::AES128
                    | SymmetricKeyAlgorithm::AES192
                    | SymmetricKeyAlgorithm::AES256
            );
            let known =
                matches!(mode, AeadAlgorithm::Eax | AeadAlgorithm::Ocb | AeadAlgorithm::Gcm);
            fits(cipher).filter(|_| aes && known)
        };
        match config {
            ProtectedDataConfig::Seipd(SymEncryptedProtectedDataConfig::V1) => {
                let cipher = fits(self.cipher?)?;
                let mode = Seipdv1ReadMode::Streaming;
                Some((cipher, StreamDecryptor::v1(cipher, mode, key, source).ok()?))
            }
            ProtectedDataConfig::Seipd(SymEncryptedProtectedDataConfig::V2 {
                sym_alg,
                aead,
                chunk_size,
                salt,
            }) => {
                // RFC 9580 §10.3.2.1: version 6 session keys and version 2 data belong together.
                let cipher = aes(*sym_alg, *aead).filter(|_| self.cipher.is_none())?;
                let decryptor =
                    StreamDecryptor::v2(cipher, *aead, *chunk_size, salt, key, source).ok()?;
                Some((cipher, decryptor))
            }
            ProtectedDataConfig::GnupgAead(config) => {
                let cipher = aes(config.sym_alg, config.aead).filter(|_| self.cipher.is_some())?;
                let (mode, size, iv) = (config.aead, config.chunk_size, &config.iv);
                let decryptor =
                    StreamDecryptor::gnupg_aead(cipher, mode, size, key, iv, source).ok()?;
                Some((cipher, decryptor))
            }
        }
    }

    /// `9:0123…`, for any cipher of its number.
    fn export(&self, cipher: SymmetricKeyAlgorithm) -> Secret {
        let key = self.key.as_ref();
        // Room for all of it at once, so that no copy is left behind.
        let mut text = String::with_capacity(key.len().saturating_mul(2).saturating_add(4));
        // Writing into a string does not fail.
        let _ = write!(text, "{}:", u8::from(cipher));
        for octet in key {
            let _ = write!(text, "{octet:02X}");
        }
        Secret::new(text.into_bytes())
    }
}

/// Octets that are zeroed when dropped.
pub(super) type Plaintext = Zeroizing<Vec<u8>>;

/// All that `source` gives, at most `limit` octets; `None` if there is more, or at an error.
/// `expected` octets are made room for at once.
pub(super) fn read_secret(
    mut source: impl Read,
    expected: usize,
    limit: usize,
) -> Option<Plaintext> {
    let mut plaintext = Zeroizing::new(vec![0; expected.min(limit).max(1)]);
    let mut filled = 0_usize;
    loop {
        if filled == plaintext.len() {
            if filled >= limit {
                // Only the end may come now; what checks the whole comes with it.
                return (source.read(&mut [0]).ok()? == 0).then_some(plaintext);
            }
            // A vector that grows by itself would leave copies behind.
            let larger = filled.saturating_mul(2).clamp(LEAST_GROWTH, limit.max(LEAST_GROWTH));
            let mut moved = Zeroizing::new(vec![0; larger.min(limit)]);
            moved.get_mut(..filled)?.copy_from_slice(&plaintext);
            plaintext = moved;
        }
        let read = source.read(plaintext.get_mut(filled..)?).ok()?;
        if read == 0 {
            plaintext.truncate(filled);
            return Some(plaintext);
        }
        filled = filled.checked_add(read)?;
    }
}

const LEAST_GROWTH: usize = 64 * 1024;
