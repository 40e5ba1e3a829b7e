//! Which version this is, and what it can do.

use std::ffi::{CString, c_char};
use std::sync::OnceLock;

use crate::guard::guard;
use crate::pointer::{lent, optional_text};

/// What can be asked for with inbome_has_feature.
const FEATURES: &[&str] = &[
    "discovery",
    "outgoing",
    "encryption",
    "drafts",
    "entities",
    "scan",
    "observation",
    "advice",
    "backup",
    "sqlite",
];

static VERSION: OnceLock<CString> = OnceLock::new();

/// The version of the library that runs, as "0.1.0"; INBOME_VERSION_STRING is that of the header.
///
/// Returns: the text.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_version_string() -> *const c_char {
    let made = guard(|| {
        let version = || CString::new(env!("CARGO_PKG_VERSION")).unwrap_or_default();
        lent(Some(VERSION.get_or_init(version)))
    });
    made.unwrap_or(c"".as_ptr())
}

/// The version of the library that runs, as one number: major times 1,000,000, minor times 1,000,
/// and patch; INBOME_VERSION_NUMBER is that of the header.
///
/// Returns: the number.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_version_number() -> u32 {
    composed([
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ])
}

/// Whether this library can do something that another version or build may not: "discovery",
/// "outgoing", "encryption", "drafts", "entities", "scan", "observation", "advice", "backup",
/// "sqlite".
///
/// feature: the name; NULL gives 0.
///
/// Returns: 1 or 0; 0 for a name that it does not know.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_has_feature(feature: *const c_char) -> i32 {
    let found = guard(|| match optional_text(feature, "feature") {
        Ok(Some(feature)) => FEATURES.contains(&feature),
        _ => false,
    });
    i32::from(found.unwrap_or(false))
}

/// One number of major, minor and patch.
fn composed(parts: [&str; 3]) -> u32 {
    let [major, minor, patch] = parts.map(|part| part.parse::<u32>().unwrap_or(0));
    major
        .saturating_mul(1_000_000)
        .saturating_add(minor.saturating_mul(1_000))
        .saturating_add(patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_version_is_in_its_number() {
        // That of today may have a 0 in it, which says nothing.
        assert_eq!(composed(["1", "2", "3"]), 1_002_003);
        assert_eq!(composed(["0", "10", "999"]), 10_999);
    }
}
