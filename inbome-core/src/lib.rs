#![forbid(unsafe_code)]
//! x
pub mod addr;
pub mod clock;
pub mod key;
pub mod limits;
pub mod openpgp;
pub mod random;
pub mod secret;
