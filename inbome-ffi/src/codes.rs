//! The numbers of the reasons, with their names and sentences. Written from `inbome_core::reason`
//! by `INBOME_BLESS=1 cargo test -p inbome-tests --test rules codes`: do not edit.

use std::ffi::CStr;

/// There is no reason to give.
pub const INBOME_REASON_NONE: i32 = 0;
/// A reason that this version of the interface has no number for.
pub const INBOME_REASON_OTHER: i32 = 1;

/// The program holds the mail for spam.
pub const INBOME_REASON_SPAM: i32 = 101;
/// The mail is an automatic report: `multipart/report`.
pub const INBOME_REASON_REPORT: i32 = 102;
/// The mail names no sender. So does a file that is not a mail.
pub const INBOME_REASON_NO_FROM: i32 = 103;
/// The mail names several senders: several From fields or mailboxes, or a group.
pub const INBOME_REASON_SEVERAL_FROM: i32 = 104;
/// The sender's address is invalid.
pub const INBOME_REASON_INVALID_FROM: i32 = 105;
/// There are several accounts, and the mail names none of them.
pub const INBOME_REASON_AMBIGUOUS_ACCOUNT: i32 = 106;
/// The mail has no usable date, and nobody knows when it was received. Of an import: no date, or
/// one before 1990.
pub const INBOME_REASON_UNDATED: i32 = 107;
/// The mail is encrypted, was not decrypted, and has no key in the outer header.
pub const INBOME_REASON_NOT_DECRYPTED: i32 = 108;
/// The user wrote the mail.
pub const INBOME_REASON_OWN_MAIL: i32 = 109;
/// The header is longer than 256 KiB.
pub const INBOME_REASON_LIMIT_HEADER_BYTES: i32 = 110;
/// The header has more than 1,000 fields.
pub const INBOME_REASON_LIMIT_HEADER_FIELDS: i32 = 111;
/// An address list has more than 2,000 addresses.
pub const INBOME_REASON_LIMIT_ADDRESSES: i32 = 112;
/// The mail is from one of the user's devices to the others: a backup, pairing or synchronisation.
/// The mail is one between the user's own devices, or a backup of keys, to oneself. It passes byte
/// for byte.
pub const INBOME_REASON_OWN_PROTOCOL: i32 = 113;

/// The field is longer than 10 KiB.
pub const INBOME_REASON_TOO_LONG: i32 = 201;
/// The field is not a list of attributes, `name=value; name=value`.
pub const INBOME_REASON_GRAMMAR: i32 = 202;
/// The field has an unknown attribute whose name does not begin with `_`.
pub const INBOME_REASON_CRITICAL_ATTRIBUTE: i32 = 203;
/// The field has a second address, key or type.
pub const INBOME_REASON_DUPLICATE_ATTRIBUTE: i32 = 204;
/// The type is not OpenPGP.
pub const INBOME_REASON_UNSUPPORTED_TYPE: i32 = 205;
/// The field has no address. Only `Autocrypt` requires one.
pub const INBOME_REASON_MISSING_ADDR: i32 = 206;
/// The field has no key.
pub const INBOME_REASON_MISSING_KEY: i32 = 207;
/// The address is not that of From.
pub const INBOME_REASON_ADDR_MISMATCH: i32 = 208;
/// The key data is not strict base64.
pub const INBOME_REASON_BASE64: i32 = 209;
/// The key data is not exactly one OpenPGP cert.
pub const INBOME_REASON_NOT_OPENPGP: i32 = 210;
/// The key data holds a secret key.
pub const INBOME_REASON_SECRET_KEY: i32 = 211;
/// The key data holds several certs.
pub const INBOME_REASON_SEVERAL_CERTS: i32 = 212;
/// Nothing in the cert can be encrypted to.
pub const INBOME_REASON_NO_ENCRYPTION_KEY: i32 = 213;

/// The mail is not signed by the key that it advertises.
pub const INBOME_REASON_NOT_SIGNED: i32 = 301;
/// The gossip is for somebody who is not a recipient.
pub const INBOME_REASON_NOT_A_RECIPIENT: i32 = 302;
/// The gossip is for the sender.
pub const INBOME_REASON_SENDER: i32 = 303;

/// No mail from the address was ever seen.
pub const INBOME_REASON_NEVER_SEEN: i32 = 401;
/// Mails were seen, none with a key. Of an encrypted mail: it is encrypted to none of the user's
/// keys; the key IDs are named.
pub const INBOME_REASON_NO_KEY: i32 = 402;
/// The key, or every encryption subkey, is not valid at this date.
pub const INBOME_REASON_EXPIRED: i32 = 403;
/// The key, or every encryption subkey, is revoked.
pub const INBOME_REASON_REVOKED: i32 = 404;
/// The key is too weak: its size, or the hash of its signatures.
pub const INBOME_REASON_WEAK: i32 = 405;
/// The key uses an unknown algorithm. Of an encrypted mail: it is protected in LibrePGP's way, in
/// a mode that is not read here (EAX).
pub const INBOME_REASON_UNSUPPORTED: i32 = 406;
/// The peer has written without a key since, for longer than the profile tolerates.
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
/// The address is the user's own.
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
/// A blind recipient among others needs a copy that the program cannot send.
pub const INBOME_REASON_ONE_MESSAGE: i32 = 419;

/// The sender is none of the accounts.
pub const INBOME_REASON_NO_ACCOUNT: i32 = 501;
/// The account has no key.
pub const INBOME_REASON_NO_OWN_KEY: i32 = 502;
/// The mail is resent, not written anew: it has `Resent-*` fields.
pub const INBOME_REASON_RESENT: i32 = 503;
/// The mail is encrypted already. It gets its key fields and nothing else.
pub const INBOME_REASON_ALREADY_ENCRYPTED: i32 = 504;
/// The user chose it so, encrypted or clear.
pub const INBOME_REASON_CHOSEN: i32 = 505;
/// In the clear: encryption is not recommended.
pub const INBOME_REASON_NOT_RECOMMENDED: i32 = 506;
/// Encrypted: encryption is recommended.
pub const INBOME_REASON_RECOMMENDED: i32 = 507;
/// Refused: the mail is encrypted to its sender alone but addressed to others (Messages §5).
pub const INBOME_REASON_ONLY_TO_SELF: i32 = 508;
/// Refused: the mail is one between the user's own devices, or a backup of keys, and would go to
/// somebody else.
pub const INBOME_REASON_OWN_PROTOCOL_ELSEWHERE: i32 = 509;
/// Refused: the mail answers an encrypted one, would go out in the clear, and nobody can be asked.
pub const INBOME_REASON_CLEAR_REPLY: i32 = 510;

/// The mail is not exactly one encrypted OpenPGP message in a shape that is read.
pub const INBOME_REASON_MALFORMED: i32 = 601;
/// The mail is encrypted to more than 500 keys.
pub const INBOME_REASON_TOO_MANY_RECIPIENTS: i32 = 602;
/// The mail is encrypted without integrity protection: whoever passed it on could have changed it.
pub const INBOME_REASON_UNPROTECTED: i32 = 603;
/// The mail was changed on its way, or it is broken.
pub const INBOME_REASON_DAMAGED: i32 = 604;
/// The mail is encrypted with S/MIME, which is not read here.
pub const INBOME_REASON_SMIME: i32 = 605;
/// The mail is encrypted to a key of the user's that needs its passphrase. Of an import: an old
/// secret key has a passphrase.
pub const INBOME_REASON_LOCKED: i32 = 606;
/// The mail is encrypted with a password, and to no key.
pub const INBOME_REASON_PASSWORD: i32 = 607;
/// The mail's text has other text around the armor, or more than one message.
pub const INBOME_REASON_TEXT_AROUND: i32 = 651;
/// The encrypted message is one of several parts.
pub const INBOME_REASON_PART: i32 = 652;
/// The encrypted message is a mail of its own in this one, such as one forwarded as an attachment.
pub const INBOME_REASON_ATTACHED_MAIL: i32 = 653;

/// The draft is not encrypted.
pub const INBOME_REASON_NOT_ENCRYPTED: i32 = 701;
/// The draft is encrypted to others too: it was sent, and is no draft.
pub const INBOME_REASON_TO_OTHERS: i32 = 702;
/// Somebody else wrote the draft.
pub const INBOME_REASON_NOT_FROM_ACCOUNT: i32 = 703;
/// The draft says nothing of its state inside: another program wrote it, or somebody planted it.
/// It is opened if the user confirms it.
pub const INBOME_REASON_UNCONFIRMED: i32 = 704;

/// A secret key of another address than the account's.
pub const INBOME_REASON_OTHER_ACCOUNT: i32 = 801;
/// An account without a secret key.
pub const INBOME_REASON_NO_SECRET_KEY: i32 = 802;
/// Not a mail address.
pub const INBOME_REASON_INVALID_ADDR: i32 = 803;
/// No User ID with an address that the key itself certifies.
pub const INBOME_REASON_NO_ADDR: i32 = 804;
/// There is a younger usable key for the address.
pub const INBOME_REASON_OLDER_KEY: i32 = 805;
/// The user took in another key of the peer's, and it can still be used.
pub const INBOME_REASON_IMPORTED_BEFORE: i32 = 806;
/// Older than the user's *forget*.
pub const INBOME_REASON_FORGOTTEN: i32 = 807;
/// More peers than are read of another program's store.
pub const INBOME_REASON_LIMIT_PEERS: i32 = 808;
/// More rows than are read of another program's store.
pub const INBOME_REASON_LIMIT_ROWS: i32 = 809;
/// Nothing in the key names the peer, so GnuPG could not find it.
pub const INBOME_REASON_NO_USER_ID: i32 = 810;
/// Somebody else put the key into the home.
pub const INBOME_REASON_NOT_OURS: i32 = 811;
/// GnuPG does not take the key.
pub const INBOME_REASON_GPG_REFUSED: i32 = 812;

/// Number, name and sentence of each.
pub(crate) const REASONS: &[(i32, &CStr, &CStr)] = &[
    (0, c"none", c""),
    (1, c"other", c""),
    (101, c"spam", c"it is held for spam"),
    (102, c"report", c"it is an automatic report"),
    (103, c"no_from", c"it names no sender"),
    (104, c"several_from", c"it names several senders"),
    (105, c"invalid_from", c"its sender's address is invalid"),
    (106, c"ambiguous_account", c"it cannot be told which of your accounts it was sent to"),
    (107, c"undated", c"it has no usable date"),
    (108, c"not_decrypted", c"it is encrypted and was not decrypted"),
    (109, c"own_mail", c"you wrote it yourself"),
    (110, c"limit_header_bytes", c"its header is too long"),
    (111, c"limit_header_fields", c"its header has too many fields"),
    (112, c"limit_addresses", c"it names too many addresses"),
    (113, c"own_protocol", c"it is from one of your devices to the others"),
    (201, c"too_long", c"it is longer than 10 KiB"),
    (202, c"grammar", c"it is not a list of attributes"),
    (203, c"critical_attribute", c"it has an attribute that is not known"),
    (204, c"duplicate_attribute", c"it says something twice"),
    (205, c"unsupported_type", c"its type is not OpenPGP"),
    (206, c"missing_addr", c"it has no address"),
    (207, c"missing_key", c"it has no key"),
    (208, c"addr_mismatch", c"its address is not the sender's"),
    (209, c"base64", c"its key data is not base64"),
    (210, c"not_openpgp", c"its key data is not an OpenPGP cert"),
    (211, c"secret_key", c"its key data holds a secret key"),
    (212, c"several_certs", c"its key data holds several certs"),
    (213, c"no_encryption_key", c"nothing in its cert can be encrypted to"),
    (301, c"not_signed", c"the mail is not signed by the key that it advertises"),
    (302, c"not_a_recipient", c"it is for somebody who is not a recipient"),
    (303, c"sender", c"it is for the sender"),
    (401, c"never_seen", c"no mail from them has been seen yet"),
    (402, c"no_key", c"they never sent a key"),
    (403, c"expired", c"their key is not valid at this date"),
    (404, c"revoked", c"their key is revoked"),
    (405, c"weak", c"their key is too weak to protect anything"),
    (406, c"unsupported", c"their key has no part that this program can encrypt to"),
    (407, c"stale", c"they have since written without a key"),
    (408, c"gossip_only", c"their key is known only from somebody else's mail"),
    (409, c"reply_to_encrypted", c"the mail answers an encrypted one"),
    (410, c"both_mutual", c"you both ask for encryption"),
    (411, c"peer_nopreference", c"they do not ask for encryption by default"),
    (412, c"own_nopreference", c"you do not ask for encryption by default"),
    (413, c"own_address", c"it is your own address"),
    (414, c"disabled_account", c"your account is disabled or has no key"),
    (415, c"list", c"it is a mailing list, whose readers cannot be known"),
    (416, c"pinned", c"you pinned another key than the one they now use"),
    (417, c"always", c"you chose to encrypt to them always"),
    (418, c"never", c"you chose not to encrypt to them by default"),
    (419, c"one_message", c"a blind recipient needs a copy that this mail program cannot send"),
    (501, c"no_account", c"the sender is none of your accounts"),
    (502, c"no_own_key", c"the account has no key"),
    (503, c"resent", c"the mail is resent, not written anew"),
    (504, c"already_encrypted", c"the mail is encrypted already"),
    (505, c"chosen", c"you chose it"),
    (506, c"not_recommended", c"encryption is not recommended for these recipients"),
    (507, c"recommended", c"encryption is recommended for these recipients"),
    (508, c"only_to_self", c"the mail is encrypted to yourself alone but addressed to others"),
    (
        509,
        c"own_protocol_elsewhere",
        c"a mail between your own devices, or a backup of your keys, goes to nobody but yourself",
    ),
    (510, c"clear_reply", c"it answers an encrypted mail and would go out in the clear"),
    (601, c"malformed", c"it is not what an encrypted mail looks like"),
    (602, c"too_many_recipients", c"it is encrypted to too many keys"),
    (603, c"unprotected", c"it is encrypted without protection against changes"),
    (604, c"damaged", c"it was changed on its way, or it is broken"),
    (605, c"smime", c"it is encrypted with S/MIME, which is not read here"),
    (606, c"locked", c"your key that it is for is locked"),
    (607, c"password", c"it is encrypted with a password, and to no key"),
    (651, c"text_around", c"its text has other text around the encrypted message"),
    (652, c"part", c"the encrypted message is one of several parts"),
    (653, c"attached_mail", c"the encrypted message is a mail attached to this one"),
    (701, c"not_encrypted", c"it is not encrypted"),
    (702, c"to_others", c"others can read it: it was sent, and is no draft"),
    (703, c"not_from_account", c"somebody else wrote it"),
    (704, c"unconfirmed", c"another program wrote it, or somebody planted it"),
    (801, c"other_account", c"it is a key of yours for another address"),
    (802, c"no_secret_key", c"it is an account without a secret key"),
    (803, c"invalid_addr", c"it is not a mail address"),
    (804, c"no_addr", c"it has no mail address that it certifies itself"),
    (805, c"older_key", c"it is an older key of the same address"),
    (806, c"imported_before", c"you took in another key of theirs before"),
    (807, c"forgotten", c"you told to forget them"),
    (808, c"limit_peers", c"it is more than this version takes"),
    (809, c"limit_rows", c"it is more than this version takes"),
    (810, c"no_user_id", c"its key does not name it, so GnuPG could not find it"),
    (811, c"not_ours", c"somebody else put the key into the home"),
    (812, c"gpg_refused", c"GnuPG does not take the key"),
];
