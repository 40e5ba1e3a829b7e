//! Test data that every surface of libinbome shares.

pub mod certs;
pub mod messages;
