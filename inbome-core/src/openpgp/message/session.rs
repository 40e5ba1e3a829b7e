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

use super::frames::{Frame, SpanReader};
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
        let (config, source) = protection(frame, octets)?;
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
        // The library below takes the length for granted.
        let fits = |cipher: SymmetricKeyAlgorithm| {
            (cipher.key_size() > 0 && cipher.key_size() == key.len()).then_some(cipher)
        };
        let aes = |cipher, mode| fits(cipher).filter(|_| is_known(cipher, mode));
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

/// Whether `frame` is LibrePGP's own kind of packet in a mode or version that is not read here, such
/// as EAX. Anybody can see that; it is asked before any key is tried.
pub(super) fn is_foreign(frame: &Frame, octets: &[u8]) -> bool {
    let read = |config| match config {
        ProtectedDataConfig::GnupgAead(config) => is_known(config.sym_alg, config.aead),
        ProtectedDataConfig::Seipd(_) => true,
    };
    frame.tag == Tag::GnupgAeadData && !protection(frame, octets).is_some_and(|(it, _)| read(it))
}

/// What `frame` says of its protection, and what follows.
fn protection<'a>(
    frame: &'a Frame,
    octets: &'a [u8],
) -> Option<(ProtectedDataConfig, SpanReader<'a>)> {
    let mut source = frame.reader(octets);
    let config = match frame.tag {
        Tag::GnupgAeadData => {
            ProtectedDataConfig::GnupgAead(GnupgAeadDataConfig::try_from_reader(&mut source).ok()?)
        }
        _ => ProtectedDataConfig::Seipd(
            SymEncryptedProtectedDataConfig::try_from_reader(&mut source).ok()?,
        ),
    };
    Some((config, source))
}

/// The library below takes for granted that these modes have AES.
fn is_known(cipher: SymmetricKeyAlgorithm, mode: AeadAlgorithm) -> bool {
    let aes = matches!(
        cipher,
        SymmetricKeyAlgorithm::AES128
            | SymmetricKeyAlgorithm::AES192
            | SymmetricKeyAlgorithm::AES256
    );
    aes && matches!(mode, AeadAlgorithm::Eax | AeadAlgorithm::Ocb | AeadAlgorithm::Gcm)
}

/// Octets that are zeroed when dropped.
pub(super) type Plaintext = Zeroizing<Vec<u8>>;

/// All that `source` gives, at most `limit` octets; `None` if there is more, or at an error. It is
/// read in one piece if it is no longer than `expected`.
pub(super) fn read_secret(
    mut source: impl Read,
    expected: usize,
    limit: usize,
) -> Option<Plaintext> {
    // A vector that grows would leave copies behind and need twice the memory meanwhile.
    let mut segments: Vec<Plaintext> = Vec::new();
    let mut total = 0_usize;
    loop {
        // One more than is allowed tells that there is more.
        let room = limit.checked_sub(total)?.saturating_add(1);
        let size = if total == 0 && expected > 0 { expected } else { SEGMENT_BYTES };
        let size = size.min(room);
        let mut segment = Zeroizing::new(vec![0; size]);
        let filled = fill(&mut source, &mut segment)?;
        segment.truncate(filled);
        segments.push(segment);
        total = total.checked_add(filled)?;
        if filled < size {
            return join(segments, total);
        }
    }
}

/// How much of `buffer` could be filled before the end.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> Option<usize> {
    let mut filled = 0_usize;
    while filled < buffer.len() {
        let read = source.read(buffer.get_mut(filled..)?).ok()?;
        if read == 0 {
            break;
        }
        filled = filled.checked_add(read)?;
    }
    Some(filled)
}

fn join(mut segments: Vec<Plaintext>, total: usize) -> Option<Plaintext> {
    if let [_] = segments.as_slice() {
        return segments.pop();
    }
    let mut joined = Zeroizing::new(vec![0; total]);
    let mut rest = joined.as_mut_slice();
    // Each is gone before the next is copied.
    for segment in segments {
        let (here, after) = rest.split_at_mut_checked(segment.len())?;
        here.copy_from_slice(&segment);
        rest = after;
    }
    Some(joined)
}

const SEGMENT_BYTES: usize = 256 * 1024;
