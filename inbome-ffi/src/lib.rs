#![allow(non_camel_case_types)]
//! libinbome: the C interface over `inbome-core`, object by object.
//!
//! One file per C object; `include/inbome.h` is made from these files and reads like them. Rust's own
//! pointer types in the signatures (`Option<&T>`, `Option<&mut MaybeUninit<*mut T>>`,
//! `Option<Box<T>>`) are the plain C prototypes: what may be NULL and who owns what is in the types.
//!
//! The rules of the interface: outputs come last and are blanked first; a fallible call answers a
//! number and keeps a sentence per engine and thread ([`result`]); no panic crosses (`guard`); raw
//! pointers are read in `pointer` and `bytes` alone. What objects show and what can be set in them is
//! declared in `facts/` and written into [`facts`]; verbs are written by hand. Not here: any rule about mail.

mod guard;
mod pointer;

pub mod account;
pub mod account_options;
pub mod advice;
pub mod backup;
pub mod bytes;
pub mod codes;
pub mod decrypted;
pub mod draft;
pub mod engine;
pub mod engine_options;
pub mod entity;
pub mod facts;
pub mod header;
pub mod incoming;
pub mod key;
pub mod observation;
pub mod outgoing;
pub mod outgoing_options;
pub mod own_keys;
pub mod peer;
pub mod reason;
pub mod receipt;
pub mod recipients;
pub mod recommendation;
pub mod reply;
pub mod result;
pub mod scan;
pub mod time;
pub mod version;

pub use guard::{inbome_guarded_panics, panics_when_asked};
