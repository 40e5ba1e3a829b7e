//! Test data that every surface of libinbome shares.

pub mod certs;
pub mod homes;
pub mod hostile;
pub mod letters;
pub mod mailbox;
pub mod memory;
pub mod messages;
pub mod muacrypt;
pub mod scanning;
pub mod spoken;
pub mod stage;
pub mod terminal;
pub mod vectors;
mod words;
