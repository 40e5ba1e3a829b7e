//! Whole mails, in and out: reading, writing, drafts, scans, and programs that nobody here wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // All of it is a test.

mod backup;
mod cert_judged;
mod clear_bytes;
mod conversation;
mod draft_life;
mod drafts;
mod import;
mod interop_neomutt;
mod interop_peers;
mod interop_programs;
mod keyring_sync;
mod mail_dated;
mod mail_file;
mod mail_gossip;
mod mail_hostile_drafts;
mod mail_hostile_lines;
mod mail_hostile_packets;
mod mail_hostile_senders;
mod mail_hostile_shapes;
mod mail_hostile_signatures;
mod mail_mangled;
mod mail_passed_on;
mod mail_roundtrip;
mod message_hostile;
mod message_interop;
mod message_quantum;
mod message_roundtrip;
mod message_signatures;
mod outgoing;
mod outgoing_encrypted;
mod outgoing_plan;
mod scan;
mod scan_encrypted;
mod scan_mbox;
mod scan_shapes;
