//! What the objects show, and what can be set in them. Written by facts/write.py: do not edit.

pub mod account;
pub mod account_options;
pub mod advice;
pub mod backup;
pub mod decrypted;
pub mod draft;
pub mod draft_state;
pub mod engine_options;
pub mod header;
pub mod incoming;
pub mod key;
pub mod observation;
pub mod opened;
pub mod outgoing;
pub mod outgoing_options;
pub mod peer;
pub mod receipt;
pub mod recipients;
pub mod recommendation;
pub mod reply;
pub mod scan;
pub mod sealed;
