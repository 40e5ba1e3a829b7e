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
    let of = |part: &str| part.parse::<u32>().unwrap_or(0);
    of(env!("CARGO_PKG_VERSION_MAJOR"))
        .saturating_mul(1_000_000)
        .saturating_add(of(env!("CARGO_PKG_VERSION_MINOR")).saturating_mul(1_000))
        .saturating_add(of(env!("CARGO_PKG_VERSION_PATCH")))
}

/// Whether this library can do something that another version or build may not: "discovery",
/// "outgoing", "encryption", "drafts", "entities", "scan", "observation", "advice", "sqlite".
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
