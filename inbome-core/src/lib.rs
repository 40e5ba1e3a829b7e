#![forbid(unsafe_code)]
//! x
pub mod account;
pub mod addr;
pub mod clock;
pub mod header;
pub mod key;
pub mod limits;
pub mod openpgp;
pub mod peer;
pub mod random;
pub mod recommend;
pub mod secret;
pub mod store;
