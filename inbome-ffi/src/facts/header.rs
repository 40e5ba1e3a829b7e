//! What is shown of a header.
//!
//! Written by facts/write.py from facts/header.facts: do not edit.

use crate::header::inbome_header;
use crate::pointer::read;

/// How many fields were added.
///
/// header: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_header_count(header: Option<&inbome_header>) -> usize {
    read(header, 0, |header| header.fields.len())
}
