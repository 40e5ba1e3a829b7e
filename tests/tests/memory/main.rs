//! What hostile and large mails cost. Every octet of the process is counted, so these tests have a
//! program of their own and run one after another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // All of it is a test.

mod mail_hostile_bombs;
mod mail_sizes;
mod message_bombs;
mod secrets_wiped;

use inbome_tests::memory::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;
