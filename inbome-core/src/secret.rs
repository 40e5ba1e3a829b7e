//! Octets that must not outlive their use: zeroed when dropped, never printed.

use std::fmt;

use zeroize::Zeroizing;

/// Secret octets: a secret key, a passphrase. Zeroed on drop; `Debug` shows only the length.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes ownership of `octets`; the vector itself becomes the zeroed storage.
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// All of `parts` in a row.
    #[must_use]
    pub fn concat<'a>(parts: impl Iterator<Item = &'a Self> + Clone) -> Self {
        // Room for all of it at once, so that no copy is left behind.
        let size = parts.clone().fold(0, |size: usize, part| size.saturating_add(part.0.len()));
        let mut octets = Vec::with_capacity(size);
        parts.for_each(|part| octets.extend_from_slice(&part.0));
        Self::new(octets)
    }

    /// The octets, borrowed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} octets)", self.0.len())
    }
}
