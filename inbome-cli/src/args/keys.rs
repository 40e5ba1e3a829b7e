//! What `key` takes.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use inbome_core::key::Fingerprint;
use jiff::civil::Date;

use super::OwnKeyArgs;

/// `key`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List your keys, the current one first
    List,
    /// Print your current key, for handing out by other means
    Export {
        /// The secret key, locked only if it keeps its passphrase; asks first
        #[arg(long)]
        secret: bool,
        /// As ASCII armor (the default on a terminal)
        #[arg(long)]
        armor: bool,
        /// Do not ask
        #[arg(long, requires = "secret")]
        yes: bool,
    },
    /// Take in an OpenPGP secret key and use it from now on; the old ones go on decrypting
    #[command(after_help = "\
A later copy of a key that is there takes its place: so a key that is renewed elsewhere is renewed
here, and a passphrase is put on or taken off. With --old your current key stays in use, and the new
one only opens mails that were encrypted to it: it may be expired or revoked.")]
    Import {
        /// The key, armored or binary (- for standard input)
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Read its passphrase from the first line of this file
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// Leave its passphrase on: it is asked for whenever the key has to decrypt or sign
        #[arg(long)]
        keep_passphrase: bool,
        /// An old key: only to read the mails that were encrypted to it
        #[arg(long)]
        old: bool,
    },
    /// Let your current key live longer; others learn it from your next mails
    Renew(Renew),
    /// Make a new key and use it from now on; the old ones go on decrypting
    #[command(after_help = "\
Others write to the old key until they have a mail of yours with the new one. A key that only expires
need not be replaced: `inbome key renew`.")]
    Replace,
    /// Destroy a secret key: mails encrypted to it can never be read again; asks first
    Destroy {
        /// Its fingerprint
        #[arg(value_name = "FPR", value_parser = Fingerprint::parse)]
        fingerprint: Fingerprint,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// `key renew`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  inbome key renew                       two years from now
  inbome key renew --expires 2030-12-31
  inbome key renew --never")]
pub(crate) struct Renew {
    /// For how long
    #[command(flatten)]
    pub(crate) life: Life,
    /// The passphrase
    #[command(flatten)]
    pub(crate) own_key: OwnKeyArgs,
}

/// For how long a key shall live.
#[derive(Debug, Clone, Copy, Args)]
#[command(group = ArgGroup::new("life"))]
pub(crate) struct Life {
    /// Until the beginning of this day, UTC
    #[arg(long, group = "life", value_name = "YYYY-MM-DD")]
    pub(crate) expires: Option<Date>,
    /// For ever
    #[arg(long, group = "life")]
    pub(crate) never: bool,
    /// For so many years from now [default: 2]
    #[arg(long, group = "life", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=80))]
    pub(crate) years: Option<u8>,
}
