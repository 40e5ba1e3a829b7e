//! Why: the one table of reasons.
//!
//! A reason is declared here once; C's constants, names and texts, Python's enum and docs/reasons.md
//! are written from it (`INBOME_BLESS=1 cargo test -p inbome-tests --test rules codes`). Numbers and names are never changed and never reused; the ranges are those of C's
//! `INBOME_REASON_`. The reason `limit_…` of a mail past a limit stands with the limits. A name that two families share has one number. Not here: who decides.

use std::fmt;

use crate::clock::Timestamp;
use crate::code::codes;
use crate::limits::Limit;

codes! {
    /// `outcome: ignored`, in this order of asking.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Ignored = "Why a mail changes nothing" {
        /// The program holds the mail for spam.
        Spam = 101, "spam", "it is held for spam";
        /// The mail is an automatic report: `multipart/report`.
        Report = 102, "report", "it is an automatic report";
        /// The mail names no sender. So does a file that is not a mail.
        NoFrom = 103, "no_from", "it names no sender";
        /// The mail names several senders: several From fields or mailboxes, or a group.
        SeveralFrom = 104, "several_from", "it names several senders";
        /// The sender's address is invalid.
        InvalidFrom = 105, "invalid_from", "its sender's address is invalid";
        /// The mail has no usable date, and nobody knows when it was received.
        Undated = 107, "undated", "it has no usable date";
        /// There are several accounts, and the mail names none of them.
        AmbiguousAccount = 106, "ambiguous_account",
            "it cannot be told which of your accounts it was sent to";
        /// The mail is from one of the user's devices to the others: a backup, pairing or synchronisation.
        OwnProtocol = 113, "own_protocol", "it is from one of your devices to the others";
        /// The user wrote the mail.
        OwnMail = 109, "own_mail", "you wrote it yourself";
        /// The mail is encrypted, was not decrypted, and has no key in the outer header.
        NotDecrypted = 108, "not_decrypted", "it is encrypted and was not decrypted";
    }
    with {
        /// The mail is past a limit.
        Limit(Limit);
    }

    /// `verdict: invalid`; the first that applies (Discovery §2.2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum FieldReason = "Why a key field is invalid" {}
    with {
        /// The field itself.
        Field(FieldFlaw);
        /// The cert in it.
        Cert(CertFlaw);
    }

    /// What is wrong with a cert comes after all of these and is judged elsewhere.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum FieldFlaw = "" {
        /// The field is longer than 10 KiB.
        TooLong = 201, "too_long", "it is longer than 10 KiB";
        /// The field is not a list of attributes, `name=value; name=value`.
        Grammar = 202, "grammar", "it is not a list of attributes";
        /// The field has an unknown attribute whose name does not begin with `_`.
        CriticalAttribute = 203, "critical_attribute", "it has an attribute that is not known";
        /// The field has a second address, key or type.
        DuplicateAttribute = 204, "duplicate_attribute", "it says something twice";
        /// The type is not OpenPGP.
        UnsupportedType = 205, "unsupported_type", "its type is not OpenPGP";
        /// The field has no address. Only `Autocrypt` requires one.
        MissingAddr = 206, "missing_addr", "it has no address";
        /// The field has no key.
        MissingKey = 207, "missing_key", "it has no key";
        /// The address is not that of From.
        AddrMismatch = 208, "addr_mismatch", "its address is not the sender's";
        /// The key data is not strict base64.
        Base64 = 209, "base64", "its key data is not base64", "no public OpenPGP key";
    }

    /// Why key data makes a field invalid, last in the order of judgement (Discovery §2.2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum CertFlaw = "" {
        /// The key data is not exactly one OpenPGP cert.
        NotOpenPgp = 210, "not_openpgp", "its key data is not an OpenPGP cert",
            "no public OpenPGP key";
        /// The key data holds a secret key.
        SecretKey = 211, "secret_key", "its key data holds a secret key", "a secret key";
        /// The key data holds several certs.
        SeveralCerts = 212, "several_certs", "its key data holds several certs",
            "no public OpenPGP key";
        /// Nothing in the cert can be encrypted to.
        NoEncryptionKey = 213, "no_encryption_key", "nothing in its cert can be encrypted to",
            "a key that nobody can encrypt to";
    }

    /// `gossip[].reason` (Discovery §5).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum GossipFlaw = "Why gossip is not accepted" {
        /// The mail is not signed by the key that it advertises.
        NotSigned = 301, "not_signed", "the mail is not signed by the key that it advertises";
        /// The gossip is for somebody who is not a recipient.
        NotARecipient = 302, "not_a_recipient", "it is for somebody who is not a recipient";
        /// The gossip is for the sender.
        Sender = 303, "sender", "it is for the sender";
        /// The address is the user's own.
        OwnAddress = 413, "own_address", "it is your own address";
    }
    with {
        /// As for a key field.
        Invalid(FieldReason);
    }

    /// In the sentences *they* are the recipient (Discovery §6, §7).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Reason = "Why a recommendation" {
        /// No mail from the address was ever seen.
        NeverSeen = 401, "never_seen", "no mail from them has been seen yet";
        /// Mails were seen, none with a key.
        NoKey {
            /// Date of the youngest mail without a key.
            last_plain: Option<Timestamp>,
            /// Its mail program.
            agent: String,
        } = 402, "no_key", "they never sent a key";
        /// The peer has written without a key since, for longer than the profile tolerates.
        Stale {
            /// The youngest mail.
            last_seen: Timestamp,
            /// The youngest advert.
            autocrypt_timestamp: Timestamp,
            /// Mail program of the youngest mail without a key.
            agent: String,
        } = 407, "stale", "they have since written without a key";
        /// The key is known from a third person only.
        GossipOnly = 408, "gossip_only", "their key is known only from somebody else's mail";
        /// The mail answers an encrypted one.
        ReplyToEncrypted = 409, "reply_to_encrypted", "the mail answers an encrypted one";
        /// Both sides ask for encryption.
        BothMutual = 410, "both_mutual", "you both ask for encryption";
        /// The peer does not ask for encryption.
        PeerNoPreference = 411, "peer_nopreference", "they do not ask for encryption by default";
        /// The account does not ask for encryption.
        OwnNoPreference = 412, "own_nopreference", "you do not ask for encryption by default";
        /// The address is the user's own.
        OwnAddress = 413, "own_address", "it is your own address";
        /// The account is disabled or has no key.
        DisabledAccount = 414, "disabled_account", "your account is disabled or has no key";
        /// The recipient is a mailing list.
        List = 415, "list", "it is a mailing list, whose readers cannot be known";
        /// The user pinned another key.
        Pinned = 416, "pinned", "you pinned another key than the one they now use";
        /// The user chose always.
        Always = 417, "always", "you chose to encrypt to them always";
        /// The user chose never.
        Never = 418, "never", "you chose not to encrypt to them by default";
        /// A blind recipient among others needs a copy that the program cannot send.
        OneMessage = 419, "one_message",
            "a blind recipient needs a copy that this mail program cannot send";
    }
    with {
        /// The key cannot be used.
        Unusable(Unusable);
    }

    /// Why a valid cert cannot be encrypted to at a given time (Discovery §6, Messages §6).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Unusable = "" {
        /// The key, or every encryption subkey, is not valid at this date.
        Expired = 403, "expired", "their key is not valid at this date";
        /// The key, or every encryption subkey, is revoked.
        Revoked = 404, "revoked", "their key is revoked";
        /// The key is too weak: its size, or the hash of its signatures.
        Weak = 405, "weak", "their key is too weak to protect anything";
        /// The key uses an unknown algorithm.
        Unsupported = 406, "unsupported", "their key has no part that this program can encrypt to";
    }

    /// The first seven pass the mail unchanged (Discovery §8).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum OutgoingReason = "Why an outgoing mail goes out as it does" {
        /// The mail names no sender. So does a file that is not a mail.
        NoFrom = 103, "no_from", "the mail names no sender";
        /// The mail names several senders: several From fields or mailboxes, or a group.
        SeveralFrom = 104, "several_from", "the mail names several senders";
        /// The sender's address is invalid.
        InvalidFrom = 105, "invalid_from", "the sender's address is invalid";
        /// The sender is none of the accounts.
        NoAccount = 501, "no_account", "the sender is none of your accounts";
        /// The account is disabled or has no key.
        DisabledAccount = 414, "disabled_account", "encryption is switched off for the account";
        /// The account has no key.
        NoOwnKey = 502, "no_own_key", "the account has no key";
        /// The mail is resent, not written anew: it has `Resent-*` fields.
        Resent = 503, "resent", "the mail is resent, not written anew";
        /// The mail is encrypted already. It gets its key fields and nothing else.
        AlreadyEncrypted = 504, "already_encrypted", "the mail is encrypted already";
        /// The user chose it so, encrypted or clear.
        Chosen = 505, "chosen", "you chose it";
        /// Encrypted: encryption is recommended.
        Recommended = 507, "recommended", "encryption is recommended for these recipients";
        /// In the clear: encryption is not recommended.
        NotRecommended = 506, "not_recommended",
            "encryption is not recommended for these recipients";
        /// Refused: the mail is encrypted to its sender alone but addressed to others (Messages §5).
        OnlyToSelf = 508, "only_to_self",
            "the mail is encrypted to yourself alone but addressed to others";
        /// The mail is one between the user's own devices, or a backup of keys, to oneself. It passes byte
        /// for byte.
        OwnProtocol = 113, "own_protocol",
            "it is a mail between your own devices, or a backup of your keys";
        /// Refused: the mail is one between the user's own devices, or a backup of keys, and would go to
        /// somebody else.
        OwnProtocolElsewhere = 509, "own_protocol_elsewhere",
            "a mail between your own devices, or a backup of your keys, goes to nobody but yourself";
        /// Refused: the mail answers an encrypted one, would go out in the clear, and nobody can be asked.
        ClearReply = 510, "clear_reply",
            "it answers an encrypted mail and would go out in the clear";
    }

    /// `encryption: failed` (Messages §3).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Unopened = "Why an encrypted mail gives nothing" {
        /// The mail is not exactly one encrypted OpenPGP message in a shape that is read.
        Malformed = 601, "malformed", "it is not what an encrypted mail looks like";
        /// The mail is encrypted to more than 500 keys.
        TooManyRecipients = 602, "too_many_recipients", "it is encrypted to too many keys";
        /// The mail is encrypted without integrity protection: whoever passed it on could have changed it.
        Unprotected = 603, "unprotected", "it is encrypted without protection against changes";
        /// Of an encrypted mail: it is encrypted to none of the user's keys; the key IDs are named.
        NoKey = 402, "no_key", "it is encrypted to none of your keys";
        /// The mail was changed on its way, or it is broken.
        Damaged = 604, "damaged", "it was changed on its way, or it is broken";
        /// Of an encrypted mail: it is protected in LibrePGP's way, in a mode that is not read here (EAX).
        Unsupported = 406, "unsupported", "it is protected in a way that is not read here";
        /// The mail is encrypted with a password, and to no key.
        Password = 607, "password", "it is encrypted with a password, and to no key";
        /// The mail is encrypted with S/MIME, which is not read here.
        SMime = 605, "smime", "it is encrypted with S/MIME, which is not read here";
        /// The mail is encrypted to a key of the user's that needs its passphrase.
        Locked = 606, "locked", "your key that it is for is locked";
    }

    /// The mail is not encrypted as a whole, but nobody shall be told *not encrypted* and left to wonder.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Unread = "How a mail holds OpenPGP that is not read" {
        /// The mail's text has other text around the armor, or more than one message.
        TextAround = 651, "text_around", "its text has other text around the encrypted message";
        /// The encrypted message is one of several parts.
        Part = 652, "part", "the encrypted message is one of several parts";
        /// The encrypted message is a mail of its own in this one, such as one forwarded as an
        /// attachment.
        Attached = 653, "attached_mail", "the encrypted message is a mail attached to this one";
    }

    /// `inbome_engine_error_reason` in C, `reason` of the exception in Python; these, those above, and
    /// the limits (Messages §5).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum DraftFlaw = "Why a draft is not opened" {
        /// The draft is not encrypted.
        NotEncrypted = 701, "not_encrypted", "it is not encrypted";
        /// The draft is encrypted to others too: it was sent, and is no draft.
        ToOthers = 702, "to_others", "others can read it: it was sent, and is no draft";
        /// Somebody else wrote the draft.
        NotFromAccount = 703, "not_from_account", "somebody else wrote it";
        /// The draft says nothing of its state inside: another program wrote it, or somebody planted
        /// it. It is opened if the user confirms it.
        Unconfirmed = 704, "unconfirmed", "another program wrote it, or somebody planted it";
    }

    /// `imported.skipped` and `skipped` of `keyring-sync` count by these, by those of a key field, and
    /// by those of a recommendation.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Skipped = "What an import passes by" {
        /// The address is the user's own.
        OwnAddress = 413, "own_address", "it is your own address", "your own address";
        /// A secret key of another address than the account's.
        OtherAccount = 801, "other_account", "it is a key of yours for another address",
            "a key of yours for another address";
        /// An account without a secret key.
        NoSecretKey = 802, "no_secret_key", "it is an account without a secret key",
            "an account without a secret key";
        /// Of an import: an old secret key has a passphrase.
        Locked = 606, "locked", "it is an old key of yours with a passphrase",
            "an old key of yours with a passphrase";
        /// Not a mail address.
        InvalidAddr = 803, "invalid_addr", "it is not a mail address", "no mail address";
        /// Of an import: no date, or one before 1990.
        Undated = 107, "undated", "it has no date", "without a date";
        /// No User ID with an address that the key itself certifies.
        NoAddr = 804, "no_addr", "it has no mail address that it certifies itself",
            "a key without a mail address that it certifies itself";
        /// There is a younger usable key for the address.
        OlderKey = 805, "older_key", "it is an older key of the same address",
            "an older key of the same address";
        /// The user took in another key of the peer's, and it can still be used.
        ImportedBefore = 806, "imported_before", "you took in another key of theirs before";
        /// Older than the user's *forget*.
        Forgotten = 807, "forgotten", "you told to forget them", "a peer whom you told to forget";
        /// More peers than are read of another program's store.
        LimitPeers = 808, "limit_peers", "it is more than this version takes",
            "more than this version takes";
        /// More rows than are read of another program's store.
        LimitRows = 809, "limit_rows", "it is more than this version takes",
            "more than this version takes";
        /// Nothing in the key names the peer, so GnuPG could not find it.
        NoUserId = 810, "no_user_id", "its key does not name it, so GnuPG could not find it",
            "a key without the peer's address in it, which GnuPG could not find";
        /// Somebody else put the key into the home.
        NotOurs = 811, "not_ours", "somebody else put the key into the home",
            "a key that somebody else put into the home";
        /// GnuPG does not take the key.
        GpgRefused = 812, "gpg_refused", "GnuPG does not take the key",
            "a key that GnuPG does not take";
    }
}

/// Every family of reasons, in the order of docs/reasons.md.
pub const REASONS: [crate::code::Codes; 9] = [
    Ignored::CODES,
    FieldReason::CODES,
    GossipFlaw::CODES,
    Reason::CODES,
    OutgoingReason::CODES,
    Unopened::CODES,
    Unread::CODES,
    DraftFlaw::CODES,
    Skipped::CODES,
];

macro_rules! tell {
    ($($family:ident)*) => {$(
        /// The sentence.
        impl fmt::Display for $family {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code().text())
            }
        }
    )*};
}

tell!(Ignored FieldReason FieldFlaw GossipFlaw Unusable OutgoingReason Unread);

/// The sentence, with what is known of the peer.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |at: &Timestamp| at.to_string().chars().take(10).collect::<String>();
        let with = |agent: &str| match agent {
            "" => String::new(),
            agent => format!(" with {agent}"),
        };
        match self {
            Self::NoKey { last_plain: Some(at), agent } => {
                write!(f, "they never sent a key; last they wrote{} on {}", with(agent), day(at))
            }
            Self::NoKey { last_plain: None, .. } => f.write_str("no key of theirs is known"),
            Self::Stale { last_seen, autocrypt_timestamp, agent } => write!(
                f,
                "their key is from {}, but they wrote without one{} as late as {}",
                day(autocrypt_timestamp),
                with(agent),
                day(last_seen)
            ),
            _ => f.write_str(self.code().text()),
        }
    }
}

impl std::error::Error for FieldFlaw {}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn a_name_has_one_number_and_a_number_one_name() {
        let (mut names, mut numbers) = (BTreeMap::new(), BTreeMap::new());
        for code in REASONS.iter().flat_map(|family| family.all()) {
            assert_eq!(*names.entry(code.name()).or_insert(code.number()), code.number(), "{code}");
            assert_eq!(*numbers.entry(code.number()).or_insert(code.name()), code.name());
        }
    }

    #[test]
    fn within_a_family_no_reason_stands_twice_and_each_has_its_words() {
        for family in REASONS {
            let mut seen = BTreeSet::new();
            assert!(!family.heading.is_empty() && family.about().ends_with('.'));
            for code in family.all() {
                assert!(seen.insert(code), "{code}");
                assert!(code.meaning().ends_with('.'), "{code}");
                assert!(!code.text().is_empty() && !code.text().ends_with('.'), "{code}");
            }
        }
    }
}
