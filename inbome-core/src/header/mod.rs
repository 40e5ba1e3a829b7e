//! Placeholder until the syntax floor is merged.
/// prefer-encrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PreferEncrypt {
    /// no.
    NoPreference,
    /// yes.
    Mutual,
}
/// spelling
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spelling {
    /// b.
    Both,
    /// a.
    Autocrypt,
    /// i.
    Inbome,
}
