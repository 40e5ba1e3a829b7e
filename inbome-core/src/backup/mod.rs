//! Backup messages: all keys of an account in one mail, opened by a code that is never mailed.
//!
//! Implements Several devices §2: one mail that is an Autocrypt Setup Message and an INBOME backup,
//! and reading both forms. Not here: storing anything. What is read is handed back, and the user
//! decides.

mod armor;
mod code;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::armor::Armored;
use crate::account::KeyRole;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::header::{BACKUP_FIELD, PreferEncrypt, SETUP_FIELD, print_backup, read_backup};
use crate::limits::MAX_BACKUP_KEYS;
use crate::mime::{BackupParts, Envelope};
use crate::openpgp::message::PassphraseFlaw;
use crate::openpgp::{Lock, OpenPgp, OpenPgpError, SecretKey};
use crate::random::SecureRandom;
use crate::secret::Secret;

/// Why a backup message cannot be made or used (Several devices §2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackupFlaw {
    /// Neither field of a backup message is in it.
    #[error("this mail is not a backup message")]
    NotBackup,
    /// An Autocrypt Setup Message of another version.
    #[error("this backup message is of version {found:?}, and only v1 is known")]
    UnknownVersion {
        /// The version.
        found: String,
    },
    /// It is a backup message, and its content cannot be read.
    #[error("this backup message cannot be read: {found}")]
    Malformed {
        /// What is wrong with it.
        found: String,
    },
    /// The code does not open it, or it is damaged: the two cannot be told apart.
    #[error("this code does not open the backup message (or the message is damaged)")]
    WrongCode,
    /// The code opens it, and there is no usable secret key in it.
    #[error("there is no secret key in this backup message that can be used: {found}")]
    NoSecretKey {
        /// What there is instead.
        found: String,
    },
    /// It is of another address.
    #[error("this backup message is of {found}, not of {account}")]
    OtherAddress {
        /// Whose it is.
        found: String,
        /// The account that was asked for, or the sender of the mail.
        account: Addr,
    },
    /// A key in it has a passphrase of its own.
    #[error(
        "the key {fingerprint} in this backup message has a passphrase of its own; \
         import it as a key file instead"
    )]
    LockedKey {
        /// Of the key.
        fingerprint: String,
    },
    /// A key of the account that is to be saved keeps its passphrase, and is locked.
    #[error("the key {fingerprint} is locked, so no backup message can be made: unlock it first")]
    Locked {
        /// Of the key.
        fingerprint: String,
    },
}

impl BackupFlaw {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotBackup => "not_backup",
            Self::UnknownVersion { .. } => "unknown_version",
            Self::Malformed { .. } => "malformed",
            Self::WrongCode => "wrong_code",
            Self::NoSecretKey { .. } => "no_secret_key",
            Self::OtherAddress { .. } => "other_address",
            Self::LockedKey { .. } => "locked_key",
            Self::Locked { .. } => "locked",
        }
    }

    fn malformed(found: impl Into<String>) -> Self {
        Self::Malformed { found: found.into() }
    }
}

/// What a backup message is made of.
#[derive(Clone, Copy)]
pub struct Saved<'a> {
    /// The account's address.
    pub addr: &'a Addr,
    /// Its current key, without a lock.
    pub current: &'a SecretKey,
    /// All its other keys, without locks.
    pub older: &'a [SecretKey],
    /// Its preference.
    pub prefer_encrypt: PreferEncrypt,
    /// The present.
    pub now: Timestamp,
    /// For the code and the encryption.
    pub random: &'a dyn SecureRandom,
}

/// A backup message, and the code that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBackup {
    /// Nine groups of four digits with dashes; to be shown once, and not to be stored.
    pub code: Secret,
    /// The mail, from the account to itself.
    pub message: Vec<u8>,
}

/// Makes a backup message.
///
/// # Errors
/// [`OpenPgpError::Random`], [`OpenPgpError::Internal`].
pub fn create(saved: &Saved<'_>, openpgp: &dyn OpenPgp) -> Result<NewBackup, OpenPgpError> {
    let code = code::draw(saved.random)?;
    let preference = match saved.prefer_encrypt {
        PreferEncrypt::Mutual => "mutual",
        PreferEncrypt::NoPreference => "nopreference",
    };
    let key = openpgp.armor_secret(saved.current)?;
    let key = Secret::new(armor::with_headers(key.as_bytes(), &[(PREFERENCE, preference)]));
    let setup = openpgp.seal_with_passphrase(key.as_bytes(), &code, saved.random)?;
    let older = match saved.older {
        [] => None,
        older => {
            let keys = Secret::concat(older.iter().map(|key| &key.secret));
            Some(openpgp.seal_with_passphrase(keys.as_bytes(), &code, saved.random)?)
        }
    };
    let mut ids = [[0_u8; 16]; 2];
    ids.iter_mut().try_for_each(|id| saved.random.fill(id))?;
    let [id, boundary] = ids.map(|id| format!("{:032x}", u128::from_be_bytes(id)));
    let message = write(saved, &code, &setup, older.as_deref(), &id, &boundary, openpgp);
    Ok(NewBackup { code, message })
}

/// The mail, with CRLF as line end.
fn write(
    saved: &Saved<'_>,
    code: &Secret,
    setup: &[u8],
    older: Option<&[u8]>,
    id: &str,
    boundary: &str,
    openpgp: &dyn OpenPgp,
) -> Vec<u8> {
    let addr = saved.addr.to_header();
    let domain = addr.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let date = saved.now.to_mail_date();
    let begin = String::from_utf8_lossy(code.as_bytes().get(..2).unwrap_or_default());
    let headers = [(FORMAT, NUMERIC), (BEGIN, begin.as_ref())];
    let armored = armor::with_headers(&openpgp.armor_message(setup), &headers);
    let armored = String::from_utf8_lossy(&armored);
    let mut mail = format!(
        "From: {addr}\nTo: {addr}\nSubject: Autocrypt Setup Message\nDate: {date}\n\
         Message-ID: <{id}@{domain}>\n{SETUP_FIELD}: v1\n"
    );
    if let Some(value) = print_backup(saved.addr, setup) {
        // Writing into a string does not fail, here and below.
        let _ = writeln!(mail, "{BACKUP_FIELD}: {}", value.replace("\r\n", "\n"));
    }
    let _ = write!(
        mail,
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\n\n\
         --{boundary}\nContent-Type: text/plain; charset=us-ascii\n\n{EXPLANATION}\n\
         --{boundary}\nContent-Type: application/autocrypt-setup\n\
         Content-Transfer-Encoding: 7bit\n\
         Content-Disposition: attachment; filename=\"autocrypt-setup-message\"\n\n{armored}\n"
    );
    if let Some(older) = older {
        let _ = write!(
            mail,
            "--{boundary}\nContent-Type: application/inbome-secret-key-backup\n\
             Content-Transfer-Encoding: base64\n\
             Content-Disposition: attachment; filename=\"older-keys.pgp\"\n\n"
        );
        let text = STANDARD.encode(older);
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, more) = rest.split_at_checked(LINE_CHARS).unwrap_or((rest, ""));
            let _ = writeln!(mail, "{line}");
            rest = more;
        }
    }
    let _ = writeln!(mail, "--{boundary}--");
    mail.replace('\n', "\r\n").into_bytes()
}

/// A backup message that has not been opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBackup {
    /// Whose it says that it is.
    pub addr: Addr,
    /// The date of the mail, if it has one.
    pub created: Option<Timestamp>,
    /// The first digits of its code, to tell several codes apart.
    pub passphrase_begin: Option<String>,
    /// Whether its code is, as far as it says, nine groups of four digits, which may be typed in
    /// another form.
    pub is_numeric: bool,
    /// The current key, encrypted.
    setup: Option<Vec<u8>>,
    /// All other keys, encrypted.
    older: Option<Vec<u8>>,
}

/// Reads what a backup message says before it is opened.
///
/// # Errors
/// [`BackupFlaw::NotBackup`], [`BackupFlaw::UnknownVersion`], [`BackupFlaw::Malformed`],
/// [`BackupFlaw::OtherAddress`].
pub fn find(mail: &[u8]) -> Result<FoundBackup, BackupFlaw> {
    let too_large = |limit: crate::limits::Limit| {
        BackupFlaw::malformed(format!("it is past {}", limit.code().name()))
    };
    let envelope = Envelope::parse(mail).map_err(too_large)?;
    let only = |name: &str| {
        let mut fields = envelope.fields().filter(|field| field.is(name));
        match (fields.next(), fields.next()) {
            (_, Some(_)) => Err(BackupFlaw::malformed(format!("it has several {name} fields"))),
            (field, None) => Ok(field),
        }
    };
    let version = only(SETUP_FIELD)?.map(|field| field.value.trim_ascii());
    let field = only(BACKUP_FIELD)?;
    match (version, &field) {
        (None, None) => return Err(BackupFlaw::NotBackup),
        (Some(version), None) if version != b"v1" => {
            let found = version.iter().take(MAX_VERSION_BYTES).copied().collect::<Vec<_>>();
            let found = String::from_utf8_lossy(&found).into_owned();
            return Err(BackupFlaw::UnknownVersion { found });
        }
        _ => {}
    }
    let addr =
        envelope.from().map_err(|_| BackupFlaw::malformed("it is from nobody in particular"))?;
    let data = match field.as_ref().map(read_backup) {
        None => None,
        Some(Ok((named, data))) if named == addr => data,
        Some(Ok((named, _))) => {
            return Err(BackupFlaw::OtherAddress { found: named.to_string(), account: addr });
        }
        Some(Err(flaw)) => {
            return Err(BackupFlaw::malformed(format!("{BACKUP_FIELD}: {}", flaw.code())));
        }
    };
    let parts = BackupParts::find(&envelope);
    if parts.unreadable {
        return Err(BackupFlaw::malformed("a part of it is in an unknown transfer encoding"));
    }
    // A setup part in a mail that is none by its version counts as little as one in any other mail.
    let setup = parts.setup.filter(|_| version == Some(b"v1"));
    let armored = match setup {
        Some(text) => Some(Armored::find(&text).ok_or_else(|| {
            BackupFlaw::malformed("there is no armored message in its setup part")
        })?),
        None => None,
    };
    let header = |name| armored.as_ref().and_then(|armored| armored.header(name));
    let passphrase_begin = header(BEGIN).map(str::to_owned);
    let is_numeric = header(FORMAT).is_none_or(|format| format.eq_ignore_ascii_case(NUMERIC));
    let setup = armored.map(|armored| armored.octets).or(data);
    let older = parts.older.filter(|_| field.is_some() || version.is_some());
    let older = older.map(std::borrow::Cow::into_owned);
    if setup.is_none() && older.is_none() {
        return Err(BackupFlaw::malformed("there is no key in it"));
    }
    Ok(FoundBackup { addr, created: envelope.date(), passphrase_begin, is_numeric, setup, older })
}

/// What is in a backup message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedBackup {
    /// The account's preference, if it is in it.
    pub prefer_encrypt: Option<PreferEncrypt>,
    /// Its keys: first the one that was current, if it is there, and what each is good for here.
    pub keys: Vec<(SecretKey, KeyRole)>,
    /// How many old keys in it can open nothing and were left out.
    pub unusable: usize,
}

/// Opens a backup message. The code is tried as it was typed, and as the digits that it has.
///
/// # Errors
/// All of [`BackupFlaw`] that [`find`] does not give.
pub fn open(
    found: &FoundBackup,
    code: &Secret,
    now: Timestamp,
    openpgp: &dyn OpenPgp,
) -> Result<OpenedBackup, BackupFlaw> {
    let codes = code::spellings(code, found.is_numeric);
    let codes: Vec<&Secret> = codes.iter().collect();
    let unseal = |message: &[u8]| {
        openpgp.open_with_passphrase(message, &codes).map_err(|flaw| match flaw {
            PassphraseFlaw::Wrong => BackupFlaw::WrongCode,
            other => BackupFlaw::malformed(other.to_string()),
        })
    };
    let mut opened = OpenedBackup { prefer_encrypt: None, keys: Vec::new(), unusable: 0 };
    if let Some(setup) = &found.setup {
        let content = unseal(setup)?;
        opened.prefer_encrypt =
            armor::header_in(content.as_bytes(), PREFERENCE).and_then(|word| preference(&word));
        let read = |role| read(content.as_bytes(), found, now, role, openpgp);
        // A key that others could no longer use opens old mails.
        let key = match read(KeyRole::Current) {
            Err(OpenPgpError::OnlyOld { .. } | OpenPgpError::TooLarge { .. }) => {
                (read(KeyRole::Old).map_err(flaw)?, KeyRole::Old)
            }
            key => (key.map_err(flaw)?, KeyRole::Current),
        };
        opened.keys.push(key);
    }
    if let Some(older) = &found.older {
        let content = unseal(older)?;
        let keys = openpgp
            .split_secret_keys(content.as_bytes())
            .ok_or_else(|| BackupFlaw::malformed("its older keys are not a row of secret keys"))?;
        if keys.len() > MAX_BACKUP_KEYS {
            let found = format!("there are more than {MAX_BACKUP_KEYS} older keys in it");
            return Err(BackupFlaw::malformed(found));
        }
        for key in &keys {
            match read(key.as_bytes(), found, now, KeyRole::Old, openpgp) {
                Ok(key)
                    if opened.keys.iter().any(|(held, _)| held.fingerprint == key.fingerprint) => {}
                Ok(key) => opened.keys.push((key, KeyRole::Old)),
                Err(
                    error @ (OpenPgpError::Locked { .. } | OpenPgpError::WrongPassphrase { .. }),
                ) => {
                    return Err(flaw(error));
                }
                // One that opens nothing must not cost the others.
                Err(_) => opened.unusable = opened.unusable.saturating_add(1),
            }
        }
    }
    if opened.keys.is_empty() {
        let found = "its older keys open nothing".to_owned();
        return Err(BackupFlaw::NoSecretKey { found });
    }
    Ok(opened)
}

fn read(
    octets: &[u8],
    found: &FoundBackup,
    now: Timestamp,
    role: KeyRole,
    openpgp: &dyn OpenPgp,
) -> Result<SecretKey, OpenPgpError> {
    openpgp.import_secret(octets, &found.addr, now, role, Lock::Remove, &mut |_| None)
}

fn flaw(error: OpenPgpError) -> BackupFlaw {
    match error {
        OpenPgpError::Locked { fingerprint } | OpenPgpError::WrongPassphrase { fingerprint } => {
            BackupFlaw::LockedKey { fingerprint }
        }
        OpenPgpError::Malformed { found, .. }
        | OpenPgpError::Unusable { found }
        | OpenPgpError::OnlyOld { found } => BackupFlaw::NoSecretKey { found },
        other => BackupFlaw::NoSecretKey { found: other.to_string() },
    }
}

fn preference(word: &str) -> Option<PreferEncrypt> {
    match word {
        "mutual" => Some(PreferEncrypt::Mutual),
        "nopreference" => Some(PreferEncrypt::NoPreference),
        _ => None,
    }
}

const PREFERENCE: &str = "Autocrypt-Prefer-Encrypt";
const FORMAT: &str = "Passphrase-Format";
const BEGIN: &str = "Passphrase-Begin";
const NUMERIC: &str = "numeric9x4";
const LINE_CHARS: usize = 76;
const MAX_VERSION_BYTES: usize = 32;
const EXPLANATION: &str = "\
This message holds your encryption keys, locked with the backup code that
was shown when it was made. Keep it: with the code you can read your
encrypted mail in another mail program, or after this device is lost.

To use it, open this message in a mail program that knows Autocrypt or
INBOME, or run
    inbome backup import FILE
and type the code. Nobody can open it without the code, which is not in
your mail and must never be sent by mail.
";
