//! Why: the reason codes of the protocol, as numbers for C.
//!
//! Numbers are fixed for ever, in ranges by what they speak of; the names are those of every
//! surface. Not here: the sentences, which inbome-core makes.

use std::ffi::{CStr, c_char};

/// There is no reason to give.
pub const INBOME_REASON_NONE: i32 = 0;
/// A reason that this version of the interface has no number for.
pub const INBOME_REASON_OTHER: i32 = 1;

/// The program holds the mail for spam.
pub const INBOME_REASON_SPAM: i32 = 101;
/// The mail is an automatic report.
pub const INBOME_REASON_REPORT: i32 = 102;
/// The mail names no sender.
pub const INBOME_REASON_NO_FROM: i32 = 103;
/// The mail names several senders.
pub const INBOME_REASON_SEVERAL_FROM: i32 = 104;
/// The sender's address is invalid.
pub const INBOME_REASON_INVALID_FROM: i32 = 105;
/// It cannot be told which account the mail was sent to.
pub const INBOME_REASON_AMBIGUOUS_ACCOUNT: i32 = 106;
/// The mail has no usable date.
pub const INBOME_REASON_UNDATED: i32 = 107;
/// The mail is encrypted and was not decrypted.
pub const INBOME_REASON_NOT_DECRYPTED: i32 = 108;
/// The user wrote the mail.
pub const INBOME_REASON_OWN_MAIL: i32 = 109;
/// The header is longer than 256 KiB.
pub const INBOME_REASON_LIMIT_HEADER_BYTES: i32 = 110;
/// The header has more than 1,000 fields.
pub const INBOME_REASON_LIMIT_HEADER_FIELDS: i32 = 111;
/// An address list has more than 2,000 addresses.
pub const INBOME_REASON_LIMIT_ADDRESSES: i32 = 112;

/// The field is longer than 10 KiB.
pub const INBOME_REASON_TOO_LONG: i32 = 201;
/// The field is no list of attributes.
pub const INBOME_REASON_GRAMMAR: i32 = 202;
/// The field has an unknown attribute.
pub const INBOME_REASON_CRITICAL_ATTRIBUTE: i32 = 203;
/// An address, a key or a type is given twice.
pub const INBOME_REASON_DUPLICATE_ATTRIBUTE: i32 = 204;
/// The type is not OpenPGP.
pub const INBOME_REASON_UNSUPPORTED_TYPE: i32 = 205;
/// The field has no address.
pub const INBOME_REASON_MISSING_ADDR: i32 = 206;
/// The field has no key.
pub const INBOME_REASON_MISSING_KEY: i32 = 207;
/// The address is not that of From.
pub const INBOME_REASON_ADDR_MISMATCH: i32 = 208;
/// The key data is no base64.
pub const INBOME_REASON_BASE64: i32 = 209;
/// The key data is no OpenPGP cert.
pub const INBOME_REASON_NOT_OPENPGP: i32 = 210;
/// The key data holds a secret key.
pub const INBOME_REASON_SECRET_KEY: i32 = 211;
/// The key data holds several certs.
pub const INBOME_REASON_SEVERAL_CERTS: i32 = 212;
/// Nothing in the cert can be encrypted to.
pub const INBOME_REASON_NO_ENCRYPTION_KEY: i32 = 213;

/// The mail is not signed by the key that it advertises.
pub const INBOME_REASON_NOT_SIGNED: i32 = 301;
/// The gossip is for somebody who is no recipient.
pub const INBOME_REASON_NOT_A_RECIPIENT: i32 = 302;
/// The gossip is for the sender.
pub const INBOME_REASON_SENDER: i32 = 303;

/// No mail from the address was ever seen.
pub const INBOME_REASON_NEVER_SEEN: i32 = 401;
/// Mails were seen, none with a key. Of an encrypted mail: it is for none of the user's keys.
pub const INBOME_REASON_NO_KEY: i32 = 402;
/// The key is not valid at this date.
pub const INBOME_REASON_EXPIRED: i32 = 403;
/// The key is revoked.
pub const INBOME_REASON_REVOKED: i32 = 404;
/// The key is too weak.
pub const INBOME_REASON_WEAK: i32 = 405;
/// The key uses an unknown algorithm.
pub const INBOME_REASON_UNSUPPORTED: i32 = 406;
/// The peer has written without a key since.
pub const INBOME_REASON_STALE: i32 = 407;
/// The key is known from a third person only.
pub const INBOME_REASON_GOSSIP_ONLY: i32 = 408;
/// The mail answers an encrypted one.
pub const INBOME_REASON_REPLY_TO_ENCRYPTED: i32 = 409;
/// Both sides ask for encryption.
pub const INBOME_REASON_BOTH_MUTUAL: i32 = 410;
/// The peer does not ask for encryption.
pub const INBOME_REASON_PEER_NOPREFERENCE: i32 = 411;
/// The account does not ask for encryption.
pub const INBOME_REASON_OWN_NOPREFERENCE: i32 = 412;
/// The address is the user's own; also of gossip.
pub const INBOME_REASON_OWN_ADDRESS: i32 = 413;
/// The account is disabled or has no key.
pub const INBOME_REASON_DISABLED_ACCOUNT: i32 = 414;
/// The recipient is a mailing list.
pub const INBOME_REASON_LIST: i32 = 415;
/// The user pinned another key.
pub const INBOME_REASON_PINNED: i32 = 416;
/// The user chose always.
pub const INBOME_REASON_ALWAYS: i32 = 417;
/// The user chose never.
pub const INBOME_REASON_NEVER: i32 = 418;

/// The sender is none of the accounts.
pub const INBOME_REASON_NO_ACCOUNT: i32 = 501;
/// The account has no key.
pub const INBOME_REASON_NO_OWN_KEY: i32 = 502;
/// The mail is resent, not written anew.
pub const INBOME_REASON_RESENT: i32 = 503;
/// The mail is encrypted already.
pub const INBOME_REASON_ALREADY_ENCRYPTED: i32 = 504;
/// The user chose it so.
pub const INBOME_REASON_CHOSEN: i32 = 505;
/// Encryption is not recommended.
pub const INBOME_REASON_NOT_RECOMMENDED: i32 = 506;
/// Encryption is recommended.
pub const INBOME_REASON_RECOMMENDED: i32 = 507;
/// The mail is encrypted to its sender alone but addressed to others.
pub const INBOME_REASON_ONLY_TO_SELF: i32 = 508;

/// The mail is not what an encrypted mail looks like: its parts, or its OpenPGP packets.
pub const INBOME_REASON_MALFORMED: i32 = 601;
/// The mail is encrypted to more keys than are looked at.
pub const INBOME_REASON_TOO_MANY_RECIPIENTS: i32 = 602;
/// The mail is encrypted without protection against changes.
pub const INBOME_REASON_UNPROTECTED: i32 = 603;
/// The mail was changed, or it is broken.
pub const INBOME_REASON_DAMAGED: i32 = 604;
/// The mail is encrypted with S/MIME.
pub const INBOME_REASON_SMIME: i32 = 605;
/// The key that the mail is for is the user's, and locked.
pub const INBOME_REASON_LOCKED: i32 = 606;
/// The mail is encrypted with a password, and to no key.
pub const INBOME_REASON_PASSWORD: i32 = 607;

/// The draft is not encrypted.
pub const INBOME_REASON_NOT_ENCRYPTED: i32 = 701;
/// The draft is encrypted to others too: it was sent, and is no draft.
pub const INBOME_REASON_TO_OTHERS: i32 = 702;
/// Somebody else wrote the draft.
pub const INBOME_REASON_NOT_FROM_ACCOUNT: i32 = 703;
/// The draft says nothing of its state inside: another program wrote it, or somebody planted it.
pub const INBOME_REASON_UNCONFIRMED: i32 = 704;

/// Names a reason: "never_seen", for instance; the codes of docs/reasons.md.
///
/// code: any number.
///
/// Returns: the name; "unknown" for a number that is no reason.
/// Borrowed: valid until the process ends
#[unsafe(no_mangle)]
pub extern "C" fn inbome_reason_name(code: i32) -> *const c_char {
    let found = NAMES.iter().find(|(number, _)| *number == code);
    found.map_or(c"unknown", |(_, name)| name).as_ptr()
}

/// The number of one of inbome-core's codes.
pub(crate) fn reason_number(code: &str) -> i32 {
    let found = NAMES.iter().find(|(_, name)| name.to_bytes() == code.as_bytes());
    found.map_or(INBOME_REASON_OTHER, |(number, _)| *number)
}

const NAMES: &[(i32, &CStr)] = &[
    (INBOME_REASON_NONE, c"none"),
    (INBOME_REASON_OTHER, c"other"),
    (INBOME_REASON_SPAM, c"spam"),
    (INBOME_REASON_REPORT, c"report"),
    (INBOME_REASON_NO_FROM, c"no_from"),
    (INBOME_REASON_SEVERAL_FROM, c"several_from"),
    (INBOME_REASON_INVALID_FROM, c"invalid_from"),
    (INBOME_REASON_AMBIGUOUS_ACCOUNT, c"ambiguous_account"),
    (INBOME_REASON_UNDATED, c"undated"),
    (INBOME_REASON_NOT_DECRYPTED, c"not_decrypted"),
    (INBOME_REASON_OWN_MAIL, c"own_mail"),
    (INBOME_REASON_LIMIT_HEADER_BYTES, c"limit_header_bytes"),
    (INBOME_REASON_LIMIT_HEADER_FIELDS, c"limit_header_fields"),
    (INBOME_REASON_LIMIT_ADDRESSES, c"limit_addresses"),
    (INBOME_REASON_TOO_LONG, c"too_long"),
    (INBOME_REASON_GRAMMAR, c"grammar"),
    (INBOME_REASON_CRITICAL_ATTRIBUTE, c"critical_attribute"),
    (INBOME_REASON_DUPLICATE_ATTRIBUTE, c"duplicate_attribute"),
    (INBOME_REASON_UNSUPPORTED_TYPE, c"unsupported_type"),
    (INBOME_REASON_MISSING_ADDR, c"missing_addr"),
    (INBOME_REASON_MISSING_KEY, c"missing_key"),
    (INBOME_REASON_ADDR_MISMATCH, c"addr_mismatch"),
    (INBOME_REASON_BASE64, c"base64"),
    (INBOME_REASON_NOT_OPENPGP, c"not_openpgp"),
    (INBOME_REASON_SECRET_KEY, c"secret_key"),
    (INBOME_REASON_SEVERAL_CERTS, c"several_certs"),
    (INBOME_REASON_NO_ENCRYPTION_KEY, c"no_encryption_key"),
    (INBOME_REASON_NOT_SIGNED, c"not_signed"),
    (INBOME_REASON_NOT_A_RECIPIENT, c"not_a_recipient"),
    (INBOME_REASON_SENDER, c"sender"),
    (INBOME_REASON_NEVER_SEEN, c"never_seen"),
    (INBOME_REASON_NO_KEY, c"no_key"),
    (INBOME_REASON_EXPIRED, c"expired"),
    (INBOME_REASON_REVOKED, c"revoked"),
    (INBOME_REASON_WEAK, c"weak"),
    (INBOME_REASON_UNSUPPORTED, c"unsupported"),
    (INBOME_REASON_STALE, c"stale"),
    (INBOME_REASON_GOSSIP_ONLY, c"gossip_only"),
    (INBOME_REASON_REPLY_TO_ENCRYPTED, c"reply_to_encrypted"),
    (INBOME_REASON_BOTH_MUTUAL, c"both_mutual"),
    (INBOME_REASON_PEER_NOPREFERENCE, c"peer_nopreference"),
    (INBOME_REASON_OWN_NOPREFERENCE, c"own_nopreference"),
    (INBOME_REASON_OWN_ADDRESS, c"own_address"),
    (INBOME_REASON_DISABLED_ACCOUNT, c"disabled_account"),
    (INBOME_REASON_LIST, c"list"),
    (INBOME_REASON_PINNED, c"pinned"),
    (INBOME_REASON_ALWAYS, c"always"),
    (INBOME_REASON_NEVER, c"never"),
    (INBOME_REASON_NO_ACCOUNT, c"no_account"),
    (INBOME_REASON_NO_OWN_KEY, c"no_own_key"),
    (INBOME_REASON_RESENT, c"resent"),
    (INBOME_REASON_ALREADY_ENCRYPTED, c"already_encrypted"),
    (INBOME_REASON_CHOSEN, c"chosen"),
    (INBOME_REASON_NOT_RECOMMENDED, c"not_recommended"),
    (INBOME_REASON_RECOMMENDED, c"recommended"),
    (INBOME_REASON_ONLY_TO_SELF, c"only_to_self"),
    (INBOME_REASON_MALFORMED, c"malformed"),
    (INBOME_REASON_TOO_MANY_RECIPIENTS, c"too_many_recipients"),
    (INBOME_REASON_UNPROTECTED, c"unprotected"),
    (INBOME_REASON_DAMAGED, c"damaged"),
    (INBOME_REASON_SMIME, c"smime"),
    (INBOME_REASON_LOCKED, c"locked"),
    (INBOME_REASON_PASSWORD, c"password"),
    (INBOME_REASON_NOT_ENCRYPTED, c"not_encrypted"),
    (INBOME_REASON_TO_OTHERS, c"to_others"),
    (INBOME_REASON_NOT_FROM_ACCOUNT, c"not_from_account"),
    (INBOME_REASON_UNCONFIRMED, c"unconfirmed"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use inbome_core::decrypt::Failure;
    use inbome_core::discover::Ignored;
    use inbome_core::draft::DraftError as D;
    use inbome_core::fields::FieldReason;
    use inbome_core::gossip::GossipFlaw;
    use inbome_core::header::FieldFlaw;
    use inbome_core::key::{CertFlaw, Unusable};
    use inbome_core::limits::Limit;
    use inbome_core::mime::ShapeFlaw;
    use inbome_core::outgoing::OutgoingReason;
    use inbome_core::recommend::Reason;

    use super::*;

    /// Every code that inbome-core can say. The matches are exhaustive: a new variant stops the
    /// build here until it is listed, and has a number.
    fn all_codes() -> Vec<String> {
        use Ignored as I;
        let ignored = [
            I::Spam,
            I::Report,
            I::NoFrom,
            I::SeveralFrom,
            I::InvalidFrom,
            I::AmbiguousAccount,
            I::Undated,
            I::NotDecrypted,
            I::OwnMail,
            I::Limit(Limit::HeaderBytes),
            I::Limit(Limit::HeaderFields),
            I::Limit(Limit::Addresses),
        ];
        let _ = |reason: I| match reason {
            I::Spam | I::Report | I::NoFrom | I::SeveralFrom | I::InvalidFrom => {}
            I::AmbiguousAccount | I::Undated | I::NotDecrypted | I::OwnMail => {}
            I::Limit(Limit::HeaderBytes | Limit::HeaderFields | Limit::Addresses) => {}
        };
        use FieldFlaw as F;
        let flaws = [
            F::TooLong,
            F::Grammar,
            F::CriticalAttribute,
            F::DuplicateAttribute,
            F::UnsupportedType,
            F::MissingAddr,
            F::MissingKey,
            F::AddrMismatch,
            F::Base64,
        ];
        let certs = [
            CertFlaw::NotOpenPgp,
            CertFlaw::SecretKey,
            CertFlaw::SeveralCerts,
            CertFlaw::NoEncryptionKey,
        ];
        let _ = |flaw: FieldReason| match flaw {
            FieldReason::Field(
                F::TooLong
                | F::Grammar
                | F::CriticalAttribute
                | F::DuplicateAttribute
                | F::UnsupportedType
                | F::MissingAddr
                | F::MissingKey
                | F::AddrMismatch
                | F::Base64,
            ) => {}
            FieldReason::Cert(CertFlaw::NotOpenPgp | CertFlaw::SecretKey) => {}
            FieldReason::Cert(CertFlaw::SeveralCerts | CertFlaw::NoEncryptionKey) => {}
        };
        use GossipFlaw as G;
        let gossip = [G::NotSigned, G::NotARecipient, G::Sender, G::OwnAddress];
        let _ = |flaw: G| match flaw {
            G::Invalid(_) | G::NotSigned | G::NotARecipient | G::Sender | G::OwnAddress => {}
        };
        use Reason as R;
        let unusable = [
            R::Unusable(Unusable::Expired),
            R::Unusable(Unusable::Revoked),
            R::Unusable(Unusable::Weak),
            R::Unusable(Unusable::Unsupported),
        ];
        let at = inbome_core::clock::Timestamp::from_secs(0);
        let reasons = [
            R::NeverSeen,
            R::NoKey { last_plain: None, agent: String::new() },
            R::Stale { last_seen: at, autocrypt_timestamp: at, agent: String::new() },
            R::GossipOnly,
            R::ReplyToEncrypted,
            R::BothMutual,
            R::PeerNoPreference,
            R::OwnNoPreference,
            R::OwnAddress,
            R::DisabledAccount,
            R::List,
            R::Pinned,
            R::Always,
            R::Never,
        ];
        let _ = |reason: R| match reason {
            R::NeverSeen | R::NoKey { .. } | R::Stale { .. } | R::GossipOnly => {}
            R::ReplyToEncrypted | R::BothMutual | R::PeerNoPreference | R::OwnNoPreference => {}
            R::OwnAddress | R::DisabledAccount | R::List | R::Pinned | R::Always | R::Never => {}
            R::Unusable(Unusable::Expired | Unusable::Revoked) => {}
            R::Unusable(Unusable::Weak | Unusable::Unsupported) => {}
        };
        use OutgoingReason as O;
        let outgoing = [
            O::NoFrom,
            O::SeveralFrom,
            O::InvalidFrom,
            O::NoAccount,
            O::DisabledAccount,
            O::NoOwnKey,
            O::Resent,
            O::AlreadyEncrypted,
            O::Chosen,
            O::NotRecommended,
            O::Recommended,
            O::OnlyToSelf,
        ];
        let _ = |reason: O| match reason {
            O::NoFrom | O::SeveralFrom | O::InvalidFrom | O::NoAccount | O::DisabledAccount => {}
            O::NoOwnKey | O::Resent | O::AlreadyEncrypted | O::Chosen => {}
            O::NotRecommended | O::Recommended | O::OnlyToSelf => {}
        };
        use inbome_core::openpgp::message::OpenFlaw as M;
        let fingerprint = inbome_core::key::Fingerprint::parse(&"AB".repeat(20)).unwrap();
        let failures = [
            Failure::Shape(ShapeFlaw::Parts),
            Failure::Message(M::NotEncrypted),
            Failure::Message(M::Shape),
            Failure::Message(M::TooManyRecipients { limit: 1 }),
            Failure::Message(M::Unprotected),
            Failure::Message(M::Unsupported),
            Failure::Message(M::Password),
            Failure::Message(M::NoKey { key_ids: Vec::new() }),
            Failure::Message(M::Damaged),
            Failure::SMime,
            Failure::Locked { fingerprint },
        ];
        let _ = |failure: &Failure| match failure {
            Failure::Shape(_) | Failure::SMime | Failure::Locked { .. } => {}
            Failure::Message(M::NotEncrypted | M::Shape | M::TooManyRecipients { .. }) => {}
            Failure::Message(M::Unprotected | M::Unsupported | M::Password) => {}
            Failure::Message(M::NoKey { .. } | M::Damaged) => {}
        };
        let account = inbome_core::addr::Addr::parse("bob@example.org").unwrap();
        let mut drafts = vec![
            D::Limit(Limit::Addresses),
            D::NotEncrypted,
            D::ToOthers { account: account.clone() },
            D::NotFromAccount { account, found: None },
            D::Unconfirmed,
        ];
        let _ = |error: &D| match error {
            D::Limit(_) | D::NotEncrypted | D::Failed(_) | D::ToOthers { .. } => {}
            D::NotFromAccount { .. } | D::Unconfirmed => {}
        };
        drafts.extend(failures.map(D::Failed));
        let mut codes: Vec<String> = ignored.map(Ignored::code).into();
        codes.extend(flaws.map(|flaw| flaw.code().to_owned()));
        codes.extend(certs.map(|flaw| FieldReason::Cert(flaw).code().to_owned()));
        codes.extend(gossip.map(|flaw| flaw.code().to_owned()));
        codes.extend(unusable.iter().chain(&reasons).map(|reason| reason.code().to_owned()));
        codes.extend(outgoing.map(|reason| reason.code().to_owned()));
        // A draft that fails to open has the code of the failure.
        codes.extend(drafts.iter().map(D::code));
        codes
    }

    #[test]
    fn every_code_of_the_core_has_a_number() {
        for code in all_codes() {
            assert_ne!(reason_number(&code), INBOME_REASON_OTHER, "{code}");
        }
    }

    #[test]
    fn every_number_is_given_once_and_every_name_too() {
        let numbers: BTreeSet<i32> = NAMES.iter().map(|(number, _)| *number).collect();
        let names: BTreeSet<&CStr> = NAMES.iter().map(|(_, name)| *name).collect();
        assert_eq!((numbers.len(), names.len()), (NAMES.len(), NAMES.len()));
    }
}
