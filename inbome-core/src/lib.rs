#![forbid(unsafe_code)]
//! x
pub mod addr;
pub mod clock;
pub mod header;
pub mod key;
pub mod limits;
pub mod mime;
pub mod openpgp;
pub mod random;
pub mod secret;
