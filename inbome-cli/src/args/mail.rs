//! What the commands for mails that leave and mails that are read take.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use inbome_core::addr::Addr;
use inbome_core::outgoing::Mode;

use super::SpellingWord;

/// `header`.
#[derive(Debug, Args)]
pub(crate) struct HeaderArgs {
    /// Which key fields [default: the account's setting]
    #[arg(long, value_enum, value_name = "WORD")]
    pub(crate) spelling: Option<SpellingWord>,
}

/// What commands that need a secret key of the user's take.
#[derive(Debug, Clone, Args)]
pub(crate) struct OwnKeyArgs {
    /// Read the passphrase of a locked key from the first line of this file
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `process-outgoing`.
#[derive(Debug, Args)]
#[command(after_help = "\
The mail gets your key fields and loses Bcc. If it is encrypted, every blind recipient gets a mail of
their own, and there is one to keep: then say --outdir or --json. --outdir writes 1.eml, 2.eml and so
on, beside each the recipients (1.rcpt, one per line), and sent.eml, the one to keep; a folder that
has some already is refused.

An X-Inbome field in the mail (auto, encrypt or clear) comes before --mode, and is removed.

Examples:
  inbome process-outgoing < mail.eml
  inbome process-outgoing --mode encrypt --outdir out < mail.eml
  inbome process-outgoing --rcpt bob@example.org --json < mail.eml")]
pub(crate) struct ProcessOutgoing {
    /// Who decides: the recommendation, or you
    #[arg(long, value_enum, default_value_t = ModeWord::Auto)]
    pub(crate) mode: ModeWord,
    /// The mail answers an encrypted one
    #[arg(long)]
    pub(crate) reply_to_encrypted: bool,
    /// Leave the Subject of an encrypted mail in the clear
    #[arg(long)]
    pub(crate) keep_subject: bool,
    /// To whom it goes [default: everybody in To, Cc and Bcc]
    #[arg(long, value_name = "ADDR", value_parser = Addr::parse)]
    pub(crate) rcpt: Vec<Addr>,
    /// Write each mail into a file of this folder, with its recipients in a file beside it
    #[arg(long, value_name = "DIR")]
    pub(crate) outdir: Option<PathBuf>,
    /// The passphrase
    #[command(flatten)]
    pub(crate) own_key: OwnKeyArgs,
}

/// `--mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeWord {
    /// Follow the recommendation.
    Auto,
    /// Encrypt, or send nothing.
    Encrypt,
    /// Do not encrypt.
    Clear,
}

impl ModeWord {
    /// In the engine's words.
    pub(crate) fn mode(self) -> Mode {
        match self {
            Self::Auto => Mode::Auto,
            Self::Encrypt => Mode::Encrypt,
            Self::Clear => Mode::Clear,
        }
    }
}

/// `sendmail`.
#[derive(Debug, Args)]
#[command(after_help = "\
For mail programs that send through a command. It takes what sendmail takes (-t, -i, -f ADDR and so
on), makes of the mail what process-outgoing makes of it, and hands it to the real mailer with the same
arguments, once for each copy. Options for inbome itself come first; everything from the first of
sendmail's arguments on, or from -- on, is sendmail's. A mail from an address that is no account goes
through unchanged.

The real mailer is what --via says, else INBOME_SENDMAIL, else /usr/sbin/sendmail, else msmtp.

An X-Inbome field in the mail (auto, encrypt or clear) comes before --mode, and is removed. If a mail
cannot be encrypted that must be, nothing is sent. Nor is the answer to an encrypted mail if it would go
out in the clear, since its quotation would leave with it: unless the mail says X-Inbome: clear, or
`inbome account set ADDR --clear-reply send` allows it.

Exit codes are those of sysexits: 64 usage, 65 a mail that cannot be read, 69 the mailer cannot be
run, 75 try again later (a locked key, a busy or damaged home), 77 refused, 78 configuration; else the
mailer's own.

Examples:
  set sendmail = \"inbome sendmail --fcc ~/Maildir/.Sent -oi\"     # in muttrc
  inbome sendmail --via \"msmtp -a work\" -t < mail.eml
  inbome sendmail --dry-run -- -t < mail.eml")]
pub(crate) struct Sendmail {
    /// The command that sends the mail
    #[arg(long, value_name = "CMD")]
    pub(crate) via: Option<OsString>,
    /// Keep the mail in this Maildir, encrypted if it was sent so
    #[arg(long, value_name = "MAILDIR")]
    pub(crate) fcc: Option<PathBuf>,
    /// Send nothing; print what would be sent to whom
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Say what was done with the mail, and by which calls of the mailer
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Who decides: the recommendation, or you
    #[arg(long, value_enum, default_value_t = ModeWord::Auto)]
    pub(crate) mode: ModeWord,
    /// Leave the Subject of an encrypted mail in the clear
    #[arg(long)]
    pub(crate) keep_subject: bool,
    /// The passphrase
    #[command(flatten)]
    pub(crate) own_key: OwnKeyArgs,
    /// Arguments of sendmail
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) arguments: Vec<OsString>,
}

impl Sendmail {
    /// The options that have no value, those for all commands among them.
    pub(crate) const FLAGS: [&'static str; 6] =
        ["--dry-run", "--verbose", "--keep-subject", "--json", "--quiet", "--help"];
    /// The options that have one.
    pub(crate) const OPTIONS: [&'static str; 7] =
        ["--via", "--fcc", "--mode", "--passphrase-file", "--home", "--account", "--color"];
}

/// `decrypt`.
#[derive(Debug, Args)]
#[command(after_help = "\
The mail as a reader shall see it goes to standard output, what is to be said about it to standard
error. A mail that is neither encrypted nor signed goes through as it is.

Exit codes: 0 decrypted, or not encrypted; 1 damaged or malformed; 3 encrypted to others (their key IDs
are named); 5 the passphrase is missing or wrong. An invalid signature has no exit code of its own:
in scripts look at `signature`.

Examples:
  inbome decrypt mail.eml
  inbome decrypt --json < mail.eml")]
pub(crate) struct Decrypt {
    /// The mail; - or none is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Give the session key too, for a search index: who has it can read this mail
    #[arg(long)]
    pub(crate) session_key: bool,
    /// The passphrase
    #[command(flatten)]
    pub(crate) own_key: OwnKeyArgs,
}

/// `draft`.
#[derive(Debug, Subcommand)]
pub(crate) enum DraftCommand {
    /// Encrypt a draft to yourself, with what you had decided about it
    Encrypt(DraftEncrypt),
    /// Open a draft of yours
    Open(DraftOpen),
}

/// `draft encrypt`.
#[derive(Debug, Args)]
pub(crate) struct DraftEncrypt {
    /// The draft; - or none is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Whether the mail is to be encrypted when it is sent [default: what is recommended now]
    #[arg(long, value_enum, value_name = "WORD")]
    pub(crate) encrypt: Option<YesNo>,
    /// You decided that yourself
    #[arg(long, requires = "encrypt")]
    pub(crate) by_choice: bool,
    /// The mail answers an encrypted one
    #[arg(long)]
    pub(crate) reply_to_encrypted: bool,
}

/// `draft open`.
#[derive(Debug, Args)]
#[command(after_help = "\
Only a draft that you wrote is opened: from your account, encrypted to yourself alone, with the state
of a draft inside. Otherwise somebody could put a stolen mail among your drafts and have you send it
on. A draft that another program wrote has no state inside; --confirm says that it is yours.")]
pub(crate) struct DraftOpen {
    /// The draft; - or none is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The draft is yours, though another program wrote it
    #[arg(long)]
    pub(crate) confirm: bool,
    /// The passphrase
    #[command(flatten)]
    pub(crate) own_key: OwnKeyArgs,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}
