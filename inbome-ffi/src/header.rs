//! Header fields, for programs that write the header of a mail themselves.

use std::ffi::c_char;

use crate::pointer::{free, made, required, text};
use crate::result::{inbome_result, without_engine};

/// Fields of a mail's header, in their order.
#[derive(Default)]
pub struct inbome_header {
    pub(crate) fields: Vec<(String, String)>,
}

/// Makes a header without fields.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_header_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_header_new() -> Option<Box<inbome_header>> {
    made(inbome_header::default)
}

/// Frees a header and all that was borrowed from it.
///
/// header: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_header_free(header: Option<Box<inbome_header>>) {
    free(header);
}

/// Adds a field. Whether its name and value fit into a header is seen when the header is used.
///
/// header: what is changed.
/// name: without the colon.
/// value: what stands after the colon, encoded as in a mail; it may be folded with CRLF and a blank.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_header_add(
    header: Option<&mut inbome_header>,
    name: *const c_char,
    value: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let header = required(header, "header")?;
        let name = text(name, "name")?.to_owned();
        header.fields.push((name, text(value, "value")?.to_owned()));
        Ok(())
    })
}

impl inbome_header {
    /// As inbome-core takes them.
    pub(crate) fn pairs(&self) -> Vec<(&str, String)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
    }
}
