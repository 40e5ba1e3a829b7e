//! The rules and the house: fields, certs, state, recommendation, limits, and the shape of the code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // All of it is a test.

mod bad_fields;
mod cert_policy;
mod cert_union;
mod cert_usable;
mod cert_words;
mod circles;
mod codes;
mod counts;
mod floors;
mod join;
mod key_import;
mod key_life;
mod limits;
mod old_homes;
mod one_peer;
mod opening;
mod order;
mod readme;
mod recommend;
mod revoked;
mod spec_map;
mod state;
mod vectors;
mod written;
