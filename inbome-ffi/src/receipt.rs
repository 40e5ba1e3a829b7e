//! What the program knows about an incoming mail beyond its octets.

use inbome_core::discover::Receipt;

use crate::pointer::{free, made};

/// What the program knows about an incoming mail beyond its octets.
#[derive(Default)]
pub struct inbome_receipt {
    pub(crate) core: Receipt,
}

/// Makes a receipt that says nothing.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_receipt_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_receipt_new() -> Option<Box<inbome_receipt>> {
    made(inbome_receipt::default)
}

/// Frees a receipt and all that was borrowed from it.
///
/// receipt: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_receipt_free(receipt: Option<Box<inbome_receipt>>) {
    free(receipt);
}
