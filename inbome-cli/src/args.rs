//! What the command line takes. The help texts are the manual: `inbome man` prints them as pages.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use inbome_core::account::{ClearReply, Profile};
use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::engine::SettingsChange;
use inbome_core::header::{PreferEncrypt, Spelling};
use inbome_core::key::Fingerprint;

// Own keys, and mails that are sent and read, have files of their own.
mod backup;
mod keys;
mod mail;

pub(crate) use backup::{BackupCommand, BackupCreate, BackupFile, BackupImport};
pub(crate) use keys::{KeyCommand, Life, Renew};
pub(crate) use mail::{
    Decrypt, DraftCommand, DraftEncrypt, DraftOpen, HeaderArgs, OwnKeyArgs, ProcessOutgoing,
    Sendmail, YesNo,
};

/// End-to-end encryption for mail that asks for nothing: it reads your mail, learns from the header
/// whom you can write to encrypted, and adds your own key to the mails that you send.
#[derive(Debug, Parser)]
#[command(name = "inbome", version, arg_required_else_help = true, disable_help_subcommand = true)]
#[command(after_help = "\
To begin:
  inbome init alice@example.org      make an account and its key
  inbome scan ~/Maildir              learn from the mail that is there (it is only read)
  inbome peers list                  see whom you can write to encrypted, and why
  inbome header                      the fields that your mails should bear
  inbome sendmail -t < mail.eml      send a mail, encrypted whenever that is recommended

Exit codes: 0 done, 1 failed, 2 usage, 3 not found or no key, 4 refused, 5 passphrase.
INBOME_HOME is the folder where everything is kept, INBOME_NOW a time to take for the present.")]
pub(crate) struct Cli {
    /// What holds for all commands.
    #[command(flatten)]
    pub(crate) globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What holds for all commands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "For all commands")]
pub(crate) struct Globals {
    /// Folder where everything is kept [default: INBOME_HOME, else $XDG_DATA_HOME/inbome]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Account to work for [default: the only one, or found from the mail]
    #[arg(long, global = true, value_name = "ADDR", value_parser = Addr::parse)]
    pub(crate) account: Option<Addr>,
    /// Print objects for scripts, one per line, instead of text for people
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print only what was asked for, and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Whether to use colours; NO_COLOR turns them off too
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an account and its key
    Init(Init),
    /// See and change the settings of accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Learn from mails: files, or one mail on standard input
    ProcessIncoming(ProcessIncoming),
    /// Learn from a mailbox that is already there
    Scan(Scan),
    /// See what is known of others, and say your word about them
    #[command(subcommand)]
    Peers(PeersCommand),
    /// Print the key that a mail to a peer would be encrypted to without asking
    GetEncryptKey(GetEncryptKey),
    /// Say whether to encrypt a mail to these recipients, and why
    Recommend(Recommend),
    /// Print the header fields that your mails should bear
    Header(HeaderArgs),
    /// Make of a mail on standard input the mail to send
    ProcessOutgoing(ProcessOutgoing),
    /// Send a mail as sendmail does, encrypted whenever that is recommended
    Sendmail(Sendmail),
    /// Read an encrypted or signed mail
    Decrypt(Decrypt),
    /// Put drafts away encrypted, and take them out again
    #[command(subcommand)]
    Draft(DraftCommand),
    /// See, export, import, renew, replace and destroy your own keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Save all your keys in one mail to yourself, and take them in elsewhere
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Take over peers and keys from another program
    #[command(subcommand)]
    Import(ImportCommand),
    /// Write one key per peer into a GnuPG home of its own
    KeyringSync(KeyringSync),
    /// One screen: accounts, peers, how many could be encrypted to, what is wrong
    Status,
    /// Check the home, and name the command that mends what is wrong
    Doctor,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write one page per command
    Man {
        /// Folder to write the pages into
        #[arg(long, value_name = "DIR")]
        outdir: Option<PathBuf>,
    },
}

/// `init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  inbome init alice@example.org
  inbome init alice@example.org --look ~/Maildir
  inbome init sales@example.org --alias-of alice@example.org
  gpg --export-secret-keys alice@example.org | inbome init alice@example.org --import-key -")]
pub(crate) struct Init {
    /// Your address
    #[arg(value_name = "ADDR", value_parser = Addr::parse)]
    pub(crate) addr: Addr,
    /// First look in this mailbox for keys of your other mail programs, and print what to do
    #[arg(long, value_name = "PATH")]
    pub(crate) look: Vec<PathBuf>,
    /// The address shares the mailbox, key and settings of this account
    #[arg(long, value_name = "ADDR", value_parser = Addr::parse, conflicts_with = "import_key")]
    pub(crate) alias_of: Option<Addr>,
    /// The settings
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Use this OpenPGP secret key instead of making one (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(crate) import_key: Option<PathBuf>,
    /// Read the passphrase of that key from the first line of this file
    #[arg(long, value_name = "FILE", requires = "import_key")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Leave its passphrase on: it is asked for whenever the key has to decrypt or sign
    #[arg(long, requires = "import_key")]
    pub(crate) keep_passphrase: bool,
}

/// Settings of an account.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Settings {
    /// Whether you ask others to encrypt to you by default
    #[arg(long, value_enum, value_name = "WORD")]
    prefer_encrypt: Option<Preference>,
    /// Patience with peers who stop sending a key: level1 is 35 days, inbome is none
    #[arg(long, value_enum, value_name = "WORD")]
    profile: Option<ProfileWord>,
    /// Which key fields your mails bear
    #[arg(long, value_enum, value_name = "WORD")]
    spelling: Option<SpellingWord>,
    /// Whether the Subject of encrypted mails is protected or stays in the clear
    #[arg(long, value_enum, value_name = "WORD")]
    subject: Option<SubjectWord>,
    /// Whether `inbome sendmail` may send the answer to an encrypted mail in the clear
    #[arg(long, value_enum, value_name = "WORD")]
    clear_reply: Option<ClearReplyWord>,
}

impl Settings {
    /// In the engine's words.
    pub(crate) fn change(self) -> SettingsChange {
        SettingsChange {
            enabled: None,
            prefer_encrypt: self.prefer_encrypt.map(|word| match word {
                Preference::Mutual => PreferEncrypt::Mutual,
                Preference::Nopreference => PreferEncrypt::NoPreference,
            }),
            spelling: self.spelling.map(SpellingWord::spelling),
            profile: self.profile.map(|word| match word {
                ProfileWord::Level1 => Profile::Level1,
                ProfileWord::Inbome => Profile::Inbome,
            }),
            keep_subject: self.subject.map(|word| word == SubjectWord::Keep),
            clear_reply: self.clear_reply.map(|word| match word {
                ClearReplyWord::Refuse => ClearReply::Refuse,
                ClearReplyWord::Send => ClearReply::Send,
            }),
        }
    }
}

/// `prefer_encrypt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preference {
    Mutual,
    Nopreference,
}

/// `profile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProfileWord {
    Level1,
    Inbome,
}

/// `subject`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SubjectWord {
    Protect,
    Keep,
}

/// `clear_reply`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ClearReplyWord {
    Refuse,
    Send,
}

/// `spelling`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpellingWord {
    /// Both fields.
    Both,
    /// `Autocrypt` alone.
    Autocrypt,
    /// `INBOME-Encryption` alone.
    Inbome,
}

impl SpellingWord {
    /// In the engine's words.
    pub(crate) fn spelling(self) -> Spelling {
        match self {
            Self::Both => Spelling::Both,
            Self::Autocrypt => Spelling::Autocrypt,
            Self::Inbome => Spelling::Inbome,
        }
    }
}

/// `account`.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// List all accounts and their aliases
    List,
    /// Show one account
    Show(OwnAddr),
    /// Stop: no key field is written and nothing is recommended; incoming mail is learnt from
    Disable(OwnAddr),
    /// Go on with the same key
    Enable(OwnAddr),
    /// Change settings
    #[command(group = ArgGroup::new("setting")
        .args(["prefer_encrypt", "profile", "spelling", "subject", "clear_reply"])
        .multiple(true).required(true))]
    Set {
        /// The account
        #[command(flatten)]
        addr: OwnAddr,
        /// The settings
        #[command(flatten)]
        settings: Settings,
    },
}

/// An own address.
#[derive(Debug, Args)]
pub(crate) struct OwnAddr {
    /// The account, or an alias of it
    #[arg(value_name = "ADDR", value_parser = Addr::parse)]
    pub(crate) addr: Addr,
}

/// `process-incoming`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  inbome process-incoming mail.eml
  inbome process-incoming --json ~/Maildir/new/*

As a filter, for instance in procmail, the mail goes through unchanged whatever happens:
  :0 fw
  | inbome process-incoming --pass")]
pub(crate) struct ProcessIncoming {
    /// Files with one mail each; - or none is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// When the mails were received, if they do not tell (2016-12-17T09:58:05Z or @1481965085)
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
    pub(crate) received_at: Option<Timestamp>,
    /// The mails are held for spam: nothing is learnt from them
    #[arg(long)]
    pub(crate) spam: bool,
    /// Do not decrypt: learn only from what stands outside
    #[arg(long)]
    pub(crate) no_decrypt: bool,
    /// Copy standard input to standard output unchanged, be silent, and end with exit code 0
    #[arg(long, conflicts_with = "files")]
    pub(crate) pass: bool,
}

/// `scan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Mails are only read: none is moved, marked or changed. What was scanned is remembered, so a second
scan reads only what is new. Ctrl-C loses nothing; the next scan goes on from there. Folders named
Junk, Spam, Trash, Deleted, Drafts or Templates are passed by, links to folders, and mails flagged
as draft or trash.

Examples:
  inbome scan ~/Maildir
  inbome scan ~/mail/archive.mbox --jobs 4
  inbome scan ~/Maildir --include Junk
  find ~/Mail -type f -print0 | inbome scan -0")]
pub(crate) struct Scan {
    /// Maildirs (with all folders in them), mbox files, or single mails
    #[arg(value_name = "PATH", required_unless_present = "null")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read the names of mail files from standard input, with NUL after each
    #[arg(short = '0', long)]
    pub(crate) null: bool,
    /// How many mails to look at at once [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// Read everything again, also what was scanned before
    #[arg(long)]
    pub(crate) full: bool,
    /// Do not decrypt: learn only from what stands outside
    #[arg(long)]
    pub(crate) no_decrypt: bool,
    /// Take in folders, or links to folders, with this name that are passed by otherwise
    #[arg(long, value_name = "NAME")]
    pub(crate) include: Vec<String>,
}

/// `peers`.
#[derive(Debug, Subcommand)]
pub(crate) enum PeersCommand {
    /// List the peers with a key
    List {
        /// List those without a key too
        #[arg(long)]
        all: bool,
    },
    /// Show what is known of one peer, and what would be done
    Show(PeerAddr),
    /// List every key that was seen with a peer
    History(PeerAddr),
    /// Forget everything known of a peer up to now, and your word about them
    Forget(PeerAddr),
    /// Say your word about a peer; it comes before everything else
    Set(PeersSet),
    /// Take in a peer's key that you have from elsewhere
    ImportKey {
        /// The peer
        #[command(flatten)]
        peer: PeerAddr,
        /// The key, armored or binary (- for standard input)
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// A peer's address.
#[derive(Debug, Args)]
pub(crate) struct PeerAddr {
    /// The peer
    #[arg(value_name = "ADDR", value_parser = Addr::parse_shown)]
    pub(crate) addr: Addr,
}

/// `peers set`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("word").required(true))]
pub(crate) struct PeersSet {
    /// The peer
    #[command(flatten)]
    pub(crate) peer: PeerAddr,
    /// Encrypt whenever there is a key
    #[arg(long, group = "word")]
    pub(crate) always: bool,
    /// Do not encrypt by default
    #[arg(long, group = "word")]
    pub(crate) never: bool,
    /// Encrypt to this key only, known yet or not [default: the one that they use now]
    #[arg(long, group = "word", value_name = "FPR", num_args = 0..=1, value_parser = Fingerprint::parse)]
    pub(crate) pin: Option<Option<Fingerprint>>,
    /// Let the rules decide
    #[arg(long, group = "word")]
    pub(crate) default: bool,
}

/// `get-encrypt-key`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("form"))]
pub(crate) struct GetEncryptKey {
    /// The peer
    #[command(flatten)]
    pub(crate) peer: PeerAddr,
    /// As ASCII armor (the default)
    #[arg(long, group = "form")]
    pub(crate) armor: bool,
    /// As base64 in one line
    #[arg(long, group = "form")]
    pub(crate) base64: bool,
    /// As octets
    #[arg(long, group = "form")]
    pub(crate) binary: bool,
}

/// `recommend`.
#[derive(Debug, Args)]
pub(crate) struct Recommend {
    /// To whom the mail goes
    #[arg(value_name = "ADDR", value_parser = Addr::parse, required = true)]
    pub(crate) recipients: Vec<Addr>,
    /// The mail answers an encrypted one
    #[arg(long)]
    pub(crate) reply_to_encrypted: bool,
}

/// `import`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
The other program's files are only read. Nothing younger that is known already is overwritten, and a
second import changes nothing.

Examples:
  inbome import neomutt ~/.mutt/autocrypt --own-keys
  inbome import muacrypt ~/.config/muacrypt
  inbome import gpg ~/.gnupg
  inbome import gpg friends.asc --account alice@example.org")]
pub(crate) enum ImportCommand {
    /// From neomutt or mutt: the folder that $autocrypt_dir names
    Neomutt(ImportArgs),
    /// From muacrypt: the folder that --basedir names
    Muacrypt {
        /// What and how
        #[command(flatten)]
        args: ImportArgs,
        /// Which of muacrypt's accounts, if it has several
        #[arg(long, value_name = "NAME")]
        from: Option<String>,
    },
    /// From GnuPG: its home, or a file of exported public keys
    Gpg(ImportArgs),
}

/// What all imports take.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The folder or file
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Take your own secret keys too, and make accounts for them that do not exist yet
    #[arg(long)]
    pub(crate) own_keys: bool,
}

/// `keyring-sync`.
#[derive(Debug, Args)]
#[command(after_help = "\
The folder is for programs that know GnuPG and nothing else. It is made if it is missing, and holds
the key that a mail to each peer would be encrypted to. Keys that this command put there and that are
no longer current are deleted, others are left alone. A folder with secret keys is refused.

Example:
  inbome keyring-sync --homedir ~/.local/share/inbome-keyring
  gpg --homedir ~/.local/share/inbome-keyring --recipient bob@example.org --encrypt letter.txt")]
pub(crate) struct KeyringSync {
    /// The GnuPG home
    #[arg(long, value_name = "DIR")]
    pub(crate) homedir: PathBuf,
}
