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

/// How often a test with random input tries: `usual` times, and as many times more as `make soak`
/// asks for.
pub fn rounds(usual: usize) -> usize {
    let times = std::env::var("INBOME_SOAK").map(|times| times.parse().expect("a number"));
    usual * times.unwrap_or(1)
}
