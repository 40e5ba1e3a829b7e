//! The built command, run as a user and a script run it: in homes of their own, at a fixed time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // All of it is a test.

mod accounts;
mod backup;
mod decrypt;
mod draft;
mod errors;
mod import;
mod incoming;
mod keys;
mod outgoing;
mod pages;
mod peers;
mod recipes;
mod scan;
mod sendmail;
mod sent;
mod vectors;
mod world;
