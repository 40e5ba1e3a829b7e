//! What the devices of one account say to each other (protocol page, *Several devices*).
//!
//! | what | where |
//! | --- | --- |
//! | the encoding of every payload and stored row | [`cbor`] |

pub mod cbor;
