//! What is shown of a recipients.
//!
//! Written by facts/write.py from facts/recipients.facts: do not edit.

use crate::pointer::read;
use crate::recipients::inbome_recipients;

/// How many recipients were added.
///
/// recipients: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recipients_count(recipients: Option<&inbome_recipients>) -> usize {
    read(recipients, 0, |recipients| recipients.all.len())
}
