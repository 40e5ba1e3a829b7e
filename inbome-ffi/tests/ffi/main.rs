//! The C interface: its header, its arguments, the programs that use it, and its installation.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // All of it is a test.

mod arguments;
mod built;
mod header;
mod installed;
mod programs;
mod prototypes;
mod vectors;
