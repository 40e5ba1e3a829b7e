//! Mails as octets: which fields stand where, the same mail with fields removed and added, and
//! encrypted mails taken apart and put together.
//!
//! Implements the reading of Discovery §3 and §4, step 1, *already encrypted* and the clear output
//! of §8, and the limits of §9; and of the messages specification the shapes of §3 and the header
//! protection of §2, §4 and §5. This is the only user of mailparse. Not here: OpenPGP, display
//! names, encoded words; nothing of the latter decides anything about keys.

mod backup;
mod content_type;
mod envelope;
mod fields;
mod lines;
mod looks;
mod mailbox;
mod parts;
mod protect;
mod shape;
mod text;
mod writer;

pub(crate) use backup::BackupParts;
pub use content_type::ContentType;
pub use envelope::{Envelope, FromFlaw, OwnProtocol};
pub use fields::header_end;
#[cfg(feature = "fs")]
pub(crate) use fields::{begins_with_field, without_marks};
#[doc(hidden)]
pub use looks::{Looks, looks};
pub use protect::{
    Additions, Opened, Payload, ProtectError, Protection, Sender, entity_with_header,
    make_entity_payload, make_payload, open_inline, open_payload,
};
pub use shape::{
    Encrypted, Form, MAX_LOOK_BYTES, Mail, Needs, Shape, ShapeFlaw, Signed, Surrounding,
    SurroundingText, Unread, Via, is_encrypted_type, locate,
};
pub use writer::{FieldsAndEntity, fields, rewrite, split_entity};

#[cfg(test)]
mod tests;
