//! Test data that every surface of libinbome shares.

pub mod certs;
pub mod mailbox;
pub mod stage;
pub mod vectors;
mod words;
