//! Mails as octets: which fields stand where, and the same mail with fields removed and added.
//!
//! Implements the reading of Discovery §3 and §4, step 1, *already encrypted* and the clear output
//! of §8, and the limits of §9. This is the only user of mailparse. Not here: body parts, display
//! names, encoded words; nothing of them decides anything about keys.

mod content_type;
mod encrypted;
mod envelope;
mod fields;
mod mailbox;
mod text;
mod writer;

pub use content_type::ContentType;
pub use encrypted::is_encrypted;
pub use envelope::{Envelope, FromFlaw};
pub use fields::header_end;
pub use writer::{fields, rewrite};

#[cfg(test)]
mod tests;
