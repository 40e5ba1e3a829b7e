#![forbid(unsafe_code)]
//! The `inbome` command: for people, for scripts, and as the pipe for mail programs that have no
//! plugin.
//!
//! A thin user of `inbome-core`: it reads arguments and files and prints results. Not here: any
//! rule about mail, keys or peers.

mod args;
mod commands;
mod exit;
mod input;
mod output;
mod session;
mod terminal;
mod unlock;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(std::env::args_os().collect()).into()
}
