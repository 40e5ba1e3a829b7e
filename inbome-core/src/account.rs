//! The user's own addresses and their settings (Discovery §1, §3).
//!
//! Not here: the secret keys themselves, which stay in the store until they are used.

use std::collections::BTreeSet;

use crate::addr::Addr;
use crate::header::{PreferEncrypt, Spelling};
use crate::key::Fingerprint;
use crate::limits::STALE_AFTER_SECS;

/// How patient an account is with peers who stop advertising (Discovery §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Profile {
    /// As Autocrypt Level 1.1: 35 days.
    #[default]
    Level1,
    /// As the INBOME drafts: not at all.
    Inbome,
}

impl Profile {
    /// By how many seconds `last_seen` may be later than `autocrypt_timestamp`.
    #[must_use]
    pub fn tolerance_secs(self) -> i64 {
        match self {
            Self::Level1 => STALE_AFTER_SECS,
            Self::Inbome => 0,
        }
    }
}

/// What becomes of an answer to an encrypted mail that would go out in the clear, where nobody can be
/// asked: its quotation leaves with it (Discovery §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ClearReply {
    /// It is sent; the result says who causes it.
    #[default]
    Send,
    /// It is refused, unless the user chose the clear for it.
    Refuse,
}

/// What the user can set for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// *Disabled*: no key field is written, every recommendation is *disable*.
    pub enabled: bool,
    /// Sent in the key fields, and half of the decision to encrypt by default.
    pub prefer_encrypt: PreferEncrypt,
    /// How the key fields are spelt.
    pub spelling: Spelling,
    /// Patience with peers who stop advertising.
    pub profile: Profile,
    /// Leaves the Subject of encrypted mails in the clear (Messages §4).
    pub keep_subject: bool,
    /// Whether a program that cannot ask may send an encrypted mail's answer in the clear.
    pub clear_reply: ClearReply,
}

/// *Mutual*, because INBOME exists to raise the number of encrypted mails (Discovery §7).
impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            prefer_encrypt: PreferEncrypt::Mutual,
            spelling: Spelling::Both,
            profile: Profile::Level1,
            keep_subject: false,
            clear_reply: ClearReply::Refuse,
        }
    }
}

/// Settings to change; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SettingsChange {
    /// Whether the account takes part.
    pub enabled: Option<bool>,
    /// The preference.
    pub prefer_encrypt: Option<PreferEncrypt>,
    /// The spelling of the key fields.
    pub spelling: Option<Spelling>,
    /// The patience with peers.
    pub profile: Option<Profile>,
    /// Whether the Subject of encrypted mails stays in the clear.
    pub keep_subject: Option<bool>,
    /// What becomes of clear answers to encrypted mails where nobody can be asked.
    pub clear_reply: Option<ClearReply>,
}

impl SettingsChange {
    /// The settings with this change.
    pub(crate) fn applied_to(self, old: Settings) -> Settings {
        Settings {
            enabled: self.enabled.unwrap_or(old.enabled),
            prefer_encrypt: self.prefer_encrypt.unwrap_or(old.prefer_encrypt),
            spelling: self.spelling.unwrap_or(old.spelling),
            profile: self.profile.unwrap_or(old.profile),
            keep_subject: self.keep_subject.unwrap_or(old.keep_subject),
            clear_reply: self.clear_reply.unwrap_or(old.clear_reply),
        }
    }

    /// The first setting that differs from `settings`.
    pub(crate) fn differs_from(self, settings: Settings) -> Option<&'static str> {
        let new = self.applied_to(settings);
        [
            (new.prefer_encrypt != settings.prefer_encrypt, "prefer_encrypt"),
            (new.spelling != settings.spelling, "spelling"),
            (new.profile != settings.profile, "profile"),
            (new.keep_subject != settings.keep_subject, "keep_subject"),
            (new.clear_reply != settings.clear_reply, "clear_reply"),
            (new.enabled != settings.enabled, "enabled"),
        ]
        .into_iter()
        .find_map(|(differs, what)| differs.then_some(what))
    }
}

/// One mailbox of the user's: an address, those that share it, its settings and current key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The first address; peers and keys are stored under it.
    pub addr: Addr,
    /// Addresses that share its keys, settings and peers. On the wire each stands for itself.
    pub aliases: BTreeSet<Addr>,
    /// The settings.
    pub settings: Settings,
    /// The key that signs and is advertised.
    pub current: Option<Fingerprint>,
}

impl Account {
    /// Whether `addr` is this account's or one of its aliases.
    #[must_use]
    pub fn owns(&self, addr: &Addr) -> bool {
        self.addr == *addr || self.aliases.contains(addr)
    }

    /// The settings as they take effect: without a key an account takes no part.
    #[must_use]
    pub fn settings_in_effect(&self) -> Settings {
        Settings { enabled: self.settings.enabled && self.current.is_some(), ..self.settings }
    }
}

/// What a key of the user's own is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyRole {
    /// It is advertised, signs and decrypts.
    Current,
    /// It decrypts.
    Old,
}

/// All accounts of a home.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts(pub Vec<Account>);

impl Accounts {
    /// The account that `addr` is an address of.
    #[must_use]
    pub fn of(&self, addr: &Addr) -> Option<&Account> {
        self.0.iter().find(|account| account.owns(addr))
    }

    /// Whether `addr` is one of the user's own.
    #[must_use]
    pub fn own(&self, addr: &Addr) -> bool {
        self.of(addr).is_some()
    }

    /// The account of an incoming mail (Discovery §1): the only one, else the first own address
    /// among `delivered_to`, then `recipients`. `None` is ambiguous (or there is no account).
    #[must_use]
    pub fn of_incoming<'a>(
        &self,
        delivered_to: impl IntoIterator<Item = &'a Addr>,
        recipients: impl IntoIterator<Item = &'a Addr>,
    ) -> Option<&Account> {
        match self.0.as_slice() {
            // Aliases are not counted as accounts here.
            [only] => Some(only),
            _ => delivered_to.into_iter().chain(recipients).find_map(|addr| self.of(addr)),
        }
    }
}
