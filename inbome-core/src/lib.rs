#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]
//! INBOME: in-band opportunistic end-to-end encryption for any mail program.
//!
//! Mail programs exchange keys in the header of ordinary mail; from then on they encrypt by
//! themselves. This crate is the whole of it: pure rules over a small store, spoken in INBOME and in
//! Autocrypt. The C library, the Python package and the command are thin users of it.
//!
//! ```text
//!  bytes ─▶ Envelope ─▶ Discovery ─▶ PeerState ─▶ Recommendation ─▶ Outgoing ─▶ bytes
//!        parse       discover      apply        recommend         compose
//! ```
//!
//! Everything left of *compose* is a pure function of its arguments. Six questions, and where they are
//! answered:
//!
//! | question | answered in |
//! | --- | --- |
//! | Where is a key accepted, where refused? | [`fields`] over one mail; [`header`] the field, [`openpgp`] the cert |
//! | Who decides to encrypt? | [`recommend`], and before it the user's [`peer::Word`] |
//! | What is stored? | [`peer::Peer`] and [`history::History`], [`account::Account`]; kept by [`store`] |
//! | What happens at a hostile header? | it is data: [`discover::Ignored`], [`fields::Verdict`] |
//! | What leaves the machine? | what [`outgoing`] makes, and nothing else |
//! | What may be decrypted, and whose is it? | [`decrypt`]: the whole mail, with one summary |
//!
//! The floors. A module uses only floors below it, or modules to its left on its own floor; the test
//! `floors` enforces it.
//!
//! ```text
//! 5 surface  error  engine  lib
//! 4 flows    decrypt  receive  outgoing  draft  backup  devices  scan  gnupg  import
//! 3 ports    openpgp  store
//! 2 rules    key  account  history  peer  fields  gossip  discover  recommend  device
//! 1 syntax   header  mime
//! 0 values   code  limits  clock  reason  addr  secret  random  system
//! ```
//!
//! The crates below have one place each: mailparse in `mime`, pgp in `openpgp`, rusqlite in
//! `store::sqlite`; none of their types appears in a signature. `--no-default-features` builds floors
//! 0 to 2 and the ports without pgp, rusqlite and the file system.
//!
//! # Example
//!
//! Bob's program learns Alice's key from her mail and would encrypt its answer:
//!
//! ```
//! # #[cfg(feature = "openpgp")] {
//! use inbome_core::{
//!     AccountOptions, Addr, Engine, EngineOptions, Receipt, Recommendation, Reply,
//! };
//!
//! let (alice, bob) = (Addr::parse("alice@example.org")?, Addr::parse("bob@example.org")?);
//! let [hers, his] = [(); 2].map(|()| Engine::in_memory(EngineOptions::default()));
//! hers.create_account(&alice, &AccountOptions::default(), &mut |_| None)?;
//! his.create_account(&bob, &AccountOptions::default(), &mut |_| None)?;
//!
//! let draft = b"From: alice@example.org\r\nTo: bob@example.org\r\n\
//!     Date: Sat, 17 Dec 2016 09:58:05 +0100\r\n\r\nHi Bob\r\n";
//! let sent = hers.process_outgoing(None, draft, &Default::default())?;
//! his.process_incoming(None, &sent.messages[0].data, Receipt::default())?;
//!
//! let answer = his.recommend(None, &[alice], &Reply::Unknown)?;
//! assert_eq!(answer.recommendation, Recommendation::Encrypt);
//! # }
//! # Ok::<(), inbome_core::Error>(())
//! ```

// 0 values
pub mod addr;
pub mod clock;
pub mod code;
pub mod limits;
pub mod random;
pub mod reason;
pub mod secret;
mod system;

// 1 syntax
pub mod header;
pub mod mime;

// 2 rules
pub mod account;
pub mod device;
pub mod discover;
pub mod fields;
pub mod gossip;
pub mod history;
pub mod key;
pub mod peer;
pub mod recommend;

// 3 ports
pub mod openpgp;
pub mod store;

// 4 flows
pub mod backup;
pub mod decrypt;
pub mod devices;
pub mod draft;
#[cfg(feature = "fs")]
pub mod gnupg;
#[cfg(feature = "fs")]
pub mod import;
pub mod outgoing;
pub mod receive;
#[cfg(feature = "fs")]
pub mod scan;

// 5 surface
pub mod engine;
pub mod error;

// The front door: what a mail program needs every day.
pub use account::Account;
pub use addr::Addr;
pub use clock::{Clock, FixedClock, SystemClock, Timestamp};
pub use decrypt::{Decrypted, Encryption, Signature, Signer, Summary};
pub use discover::{Ignored, Receipt};
pub use draft::OpenedDraft;
pub use engine::{
    AccountOptions, Created, EncryptKey, Engine, EngineOptions, Entity, MailRecommendation,
    PeerDetails, PeerFilter, Reply, SettingsChange,
};
pub use error::{Error, ErrorKind};
pub use header::PreferEncrypt;
pub use key::{Fingerprint, Key};
pub use outgoing::{Mode, Outgoing, OutgoingMessage, OutgoingOptions};
pub use peer::Word;
pub use random::{SecureRandom, SystemRandom};
pub use receive::{Incoming, Outcome};
pub use recommend::{Advice, Reason, Recommendation};
#[cfg(feature = "fs")]
pub use scan::{Progress, ScanOptions, ScanReport};
pub use secret::Secret;
