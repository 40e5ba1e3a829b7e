//! Header protection (Messages §2 to §5, RFC 9788): a mail into the payload that is encrypted and
//! the mail around it, and back.
//!
//! [`make_payload`] and [`Payload::wrap`] write RFC 9788 with its baseline policy; [`open_payload`]
//! reads RFC 9788, the older `protected-headers="v1"`, and payloads that protect nothing.
//! Everything is octets in, octets out: bodies are never re-encoded, but for a legacy display that
//! is taken out of an encoded part. Not here: encrypting, what a signature makes of an inner From,
//! and who gets which copy.

mod legacy;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Opened, Protection, Sender, open_inline, open_payload};
pub use write::{
    Additions, Payload, ProtectError, entity_with_header, make_entity_payload, make_payload,
};

use crate::header::{DRAFT_STATE_FIELD, GOSSIP_FIELD, RawField};

/// RFC 9788: what stood outside when the mail was written.
const HP_OUTER: &str = "HP-Outer";
/// RFC 9788, baseline policy: the Subject that stands outside.
const SUBJECT_OUTSIDE: &str = "[...]";

/// The fields that are parts of MIME's own machinery.
fn is_structural(field: &RawField<'_>) -> bool {
    field.is("MIME-Version") || is_content(field)
}

fn is_content(field: &RawField<'_>) -> bool {
    field.name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"Content-"))
}

/// What no sender says: the traces of transport, filters and lists. They stand outside alone.
fn is_routing(field: &RawField<'_>) -> bool {
    const NAMES: [&str; 15] = [
        "Received",
        "Return-Path",
        "Delivered-To",
        "X-Original-To",
        "Envelope-To",
        "DKIM-Signature",
        "DomainKey-Signature",
        "Authentication-Results",
        "Received-SPF",
        "Mailing-List",
        "Archived-At",
        "Precedence",
        "Errors-To",
        "X-Received",
        "X-Loop",
    ];
    const STARTS: [&str; 6] = ["ARC-", "List-", "Resent-", "X-Spam-", "X-Mailman-", "X-Google-"];
    let starts = |start: &&str| {
        field
            .name
            .get(..start.len())
            .is_some_and(|name| name.eq_ignore_ascii_case(start.as_bytes()))
    };
    NAMES.iter().any(|name| field.is(name)) || STARTS.iter().any(starts)
}

/// Fields that we alone write, at places of our own; others' copies of them go nowhere.
fn is_ours(field: &RawField<'_>) -> bool {
    field.is(HP_OUTER)
        || field.is(GOSSIP_FIELD)
        || field.is(DRAFT_STATE_FIELD)
        || field.is("X-Inbome")
}

/// Appends `raw` to `written` as lines that end in `line_end`, whatever they ended in.
fn push_field(written: &mut Vec<u8>, raw: &[u8], line_end: &[u8]) {
    for line in raw.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                written.extend_from_slice(text.strip_suffix(b"\r").unwrap_or(text));
                written.extend_from_slice(line_end);
            }
            None => {
                written.extend_from_slice(line);
                written.extend_from_slice(line_end);
            }
        }
    }
}
