//! Randomness as an argument: one small trait, so that every test can choose it.
//!
//! Not here: any generator of our own. [`SystemRandom`] is the operating system's.

use rand::rngs::{OsRng, StdRng};
use rand::{RngCore, SeedableRng};
use zeroize::Zeroizing;

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
