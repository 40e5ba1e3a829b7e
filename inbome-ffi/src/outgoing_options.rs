//! What the program says about an outgoing mail.

use inbome_core::outgoing::OutgoingOptions;

use crate::pointer::{free, made};

/// The recommendation decides (the default).
pub const INBOME_MODE_AUTO: i32 = 1;
/// The user chose to encrypt: it is refused if it cannot be done.
pub const INBOME_MODE_ENCRYPT: i32 = 2;
/// The user chose the clear.
pub const INBOME_MODE_CLEAR: i32 = 3;

/// What the program says about an outgoing mail.
#[derive(Default)]
pub struct inbome_outgoing_options {
    pub(crate) core: OutgoingOptions,
}

/// Makes options with their defaults: mode auto, the recipients of the header.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_outgoing_options_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_new() -> Option<Box<inbome_outgoing_options>> {
    made(inbome_outgoing_options::default)
}

/// Frees an outgoing options and all that was borrowed from it.
///
/// outgoing_options: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_outgoing_options_free(
    outgoing_options: Option<Box<inbome_outgoing_options>>,
) {
    free(outgoing_options);
}
