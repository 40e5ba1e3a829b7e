//! Randomness as an argument: one small trait, so that every test can choose it.
//!
//! Not here: any generator of our own. [`SystemRandom`] is the operating system's.

use rand::rngs::{OsRng, StdRng};
use rand::{RngCore, SeedableRng};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// A source of secret random octets.
pub trait SecureRandom: Send + Sync {
    /// Fills `buffer` whole.
    ///
    /// # Errors
    /// [`RandomError`] if the source fails; `buffer` is then worthless.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError>;
}

/// The random source gave nothing; no key is made and nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected random octets from the random source, found that it failed")]
pub struct RandomError;

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl SecureRandom for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        OsRng.try_fill_bytes(buffer).map_err(|_| RandomError)
    }
}

/// `count` decimal digits in ASCII, each as likely as any other.
///
/// # Errors
/// [`RandomError`] if `source` fails.
pub fn digits(source: &dyn SecureRandom, count: usize) -> Result<Secret, RandomError> {
    let mut digits = Vec::with_capacity(count);
    let mut octets = Zeroizing::new([0_u8; 64]);
    // A source that never gives enough must not be asked for ever.
    for _ in 0..=count {
        if digits.len() >= count {
            break;
        }
        source.fill(octets.as_mut_slice())?;
        // 250 is a multiple of ten: what is above would make some digits likelier.
        let even = octets.iter().filter(|octet| **octet < 250);
        let missing = count.saturating_sub(digits.len());
        digits.extend(even.take(missing).map(|octet| b'0'.saturating_add(octet % 10)));
    }
    let enough = digits.len() >= count;
    let digits = Secret::new(digits);
    if enough { Ok(digits) } else { Err(RandomError) }
}

/// A generator for one operation, seeded from `source`.
///
/// The libraries below take generators that cannot fail; so the source is asked once, before
/// anything is made, and its failure is an error instead of a panic.
///
/// # Errors
/// [`RandomError`] if `source` fails.
pub fn seeded(source: &dyn SecureRandom) -> Result<StdRng, RandomError> {
    let mut seed = Zeroizing::new([0_u8; 32]);
    source.fill(seed.as_mut())?;
    Ok(StdRng::from_seed(*seed))
}
