//! What a mail answers.

use inbome_core::engine::RecommendOptions;

use crate::pointer::{free, made};

/// What a mail answers, as far as the program knows, of which the last thing said counts; and the
/// draft that it was.
#[derive(Default)]
pub struct inbome_reply {
    pub(crate) core: RecommendOptions,
}

/// Makes a reply that answers nothing, or nobody knows what.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_reply_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reply_new() -> Option<Box<inbome_reply>> {
    made(inbome_reply::default)
}

/// Frees a reply and all that was borrowed from it.
///
/// reply: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reply_free(reply: Option<Box<inbome_reply>>) {
    free(reply);
}
