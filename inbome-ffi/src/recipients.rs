//! To whom a mail goes.

use std::ffi::c_char;

use inbome_core::addr::Addr;

use crate::account_options::none_of;
use crate::pointer::{addr, free, made, required};
use crate::result::{inbome_result, without_engine};

/// In To.
pub const INBOME_KIND_TO: i32 = 1;
/// In Cc.
pub const INBOME_KIND_CC: i32 = 2;
/// In Bcc.
pub const INBOME_KIND_BCC: i32 = 3;
/// In Reply-To; in observations only.
pub const INBOME_KIND_REPLY_TO: i32 = 4;

/// To whom a mail goes.
#[derive(Default)]
pub struct inbome_recipients {
    /// Each with its kind, in the order in which they were added.
    pub(crate) all: Vec<(i32, Addr)>,
}

/// Makes an empty list of recipients.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_recipients_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recipients_new() -> Option<Box<inbome_recipients>> {
    made(inbome_recipients::default)
}

/// Frees a recipients and all that was borrowed from it.
///
/// recipients: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recipients_free(recipients: Option<Box<inbome_recipients>>) {
    free(recipients);
}

/// Adds a recipient. One given twice counts once (Discovery §7).
///
/// recipients: what is changed.
/// kind: INBOME_KIND_TO, INBOME_KIND_CC or INBOME_KIND_BCC.
/// recipient: the address.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT, INBOME_RESULT_NOT_UTF8,
/// INBOME_RESULT_INVALID_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_recipients_add(
    recipients: Option<&mut inbome_recipients>,
    kind: i32,
    recipient: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let recipients = required(recipients, "recipients")?;
        if ![INBOME_KIND_TO, INBOME_KIND_CC, INBOME_KIND_BCC].contains(&kind) {
            return Err(none_of("INBOME_KIND_TO, _CC and _BCC", kind));
        }
        recipients.all.push((kind, addr(recipient, "recipient")?));
        Ok(())
    })
}

impl inbome_recipients {
    /// Everybody.
    pub(crate) fn addrs(&self) -> Vec<Addr> {
        self.all.iter().map(|(_, addr)| addr.clone()).collect()
    }

    /// Those in To and Cc.
    pub(crate) fn named(&self) -> Vec<Addr> {
        let named = self.all.iter().filter(|(kind, _)| *kind != INBOME_KIND_BCC);
        named.map(|(_, addr)| addr.clone()).collect()
    }

    /// Those in Bcc alone.
    pub(crate) fn blind(&self) -> Vec<Addr> {
        let named = self.named();
        let mut addrs = self.addrs();
        addrs.retain(|addr| !named.contains(addr));
        addrs
    }
}
