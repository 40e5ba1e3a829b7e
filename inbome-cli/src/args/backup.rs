//! What `backup` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::OwnKeyArgs;

/// `backup`.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Make a mail to yourself with all your keys, locked with a code that is shown once
    Create(BackupCreate),
    /// Check a code against a backup message; nothing is taken in
    Verify(BackupFile),
    /// Take in the keys of a backup message, also one of another Autocrypt program
    Import(BackupImport),
}

/// `backup create`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --output the mail is printed, to be put into your mailbox or piped to sendmail; the code goes to
standard error. Write the code down on paper. Without it nobody can open the mail, not even you.")]
pub(crate) struct BackupCreate {
    /// Write the mail into this file, readable for you alone
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The passphrase
    #[command(flatten)]
    pub(crate) own_key: OwnKeyArgs,
}

/// `backup verify`.
#[derive(Debug, Args)]
pub(crate) struct BackupFile {
    /// The mail (- for standard input)
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Its code; without, it is asked for
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// `backup import`.
#[derive(Debug, Args)]
#[command(after_help = "\
The account is made if there is none. If it has another key, that one stays in use unless you say
--make-current; the keys of the backup open the mails that were encrypted to them all the same.")]
pub(crate) struct BackupImport {
    /// The mail and its code
    #[command(flatten)]
    pub(crate) backup: BackupFile,
    /// Use the current key of the backup from now on, in the place of the one that is in use here
    #[arg(long)]
    pub(crate) make_current: bool,
}
