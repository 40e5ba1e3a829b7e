//! Every limit of the protocol, in one place (Discovery §9).
//!
//! A mail past a limit is *ignored* under the limit's name; nothing here is ever reached by
//! ordinary mail. Units are in the names.

use crate::code::codes;

/// Octets of a header section.
pub const MAX_HEADER_BYTES: usize = 256 * 1024;
/// Octets of the header section of a decrypted payload's root, which bears the gossip.
pub const MAX_PAYLOAD_HEADER_BYTES: usize = 4 * 1024 * 1024;
/// Fields in a header section.
pub const MAX_HEADER_FIELDS: usize = 1_000;
/// Octets of a single field that is not a key field; the rest is cut before any decoding.
pub const MAX_FIELD_BYTES: usize = 16 * 1024;
/// Octets of a key field, from its name to before its last line end, folds as they stand.
pub const MAX_KEY_FIELD_BYTES: usize = 10 * 1024;
/// Key fields of one mail that are judged; with more the mail bears no advert (Discovery §2.2).
pub const MAX_KEY_FIELDS: usize = 16;
/// Gossip fields of one payload that are judged (Discovery §5).
pub const MAX_GOSSIP_FIELDS: usize = 500;
/// Mailboxes in one address list.
pub const MAX_ADDRESSES: usize = 2_000;
/// How deep parts within parts are looked at.
pub const MAX_MIME_DEPTH: usize = 20;
/// Parts of one mail that are looked at.
pub const MAX_PARTS: usize = 1_000;
/// Octets of a cert that came by mail.
pub const MAX_CERT_BYTES_BY_MAIL: usize = 10 * 1024;
/// Octets of a cert or secret key that the user imports.
pub const MAX_CERT_BYTES_BY_IMPORT: usize = 1024 * 1024;
/// Old keys in one backup message.
pub const MAX_BACKUP_KEYS: usize = 256;
/// Octets of another program's keyring or database that is imported.
pub const MAX_FOREIGN_BYTES: usize = 256 * 1024 * 1024;
/// Rows or entries read from another program's store.
pub const MAX_FOREIGN_ROWS: usize = 1_000_000;
/// How long one run of the `gpg` program may take, in seconds.
pub const MAX_GPG_SECS: u64 = 300;
/// Subkeys looked at in one cert, and kept in a union of copies.
pub const MAX_SUBKEYS: usize = 64;
/// Signatures looked at in one cert, and kept in a union of copies.
pub const MAX_SIGNATURES: usize = 128;
/// Certs of one peer kept beside the direct and the gossip one (Discovery §3.1).
pub const MAX_HISTORY_CERTS: usize = 16;
/// Hard revocations of one peer's keys that are kept past that, each as a fingerprint (Discovery §3.1).
pub const MAX_REVOKED_FINGERPRINTS: usize = 1_024;
/// Recipients of one encrypted message that are looked at, and that one is encrypted to.
pub const MAX_PKESKS: usize = 500;
/// Octets that come of decompressing one message.
pub const MAX_DECOMPRESSED_BYTES: usize = 64 * 1024 * 1024;
/// How many times longer than the message itself these may be.
pub const MAX_DECOMPRESSED_RATIO: usize = 64;
/// Signatures of one message that are verified; further ones are invalid.
pub const MAX_MESSAGE_SIGNATURES: usize = 16;
/// Passes of Argon2 that a lock or a backup code may ask for.
pub const MAX_ARGON2_PASSES: u8 = 8;
/// Memory of Argon2, as a power of two in KiB: 256 MiB.
pub const MAX_ARGON2_MEMORY_EXPONENT: u8 = 18;
/// Rows, per account, of peers never written to (Discovery §9).
pub const MAX_PEERS: usize = 100_000;
/// Remembered Message-IDs per account (Discovery §4).
pub const MAX_MESSAGE_IDS: usize = 100_000;
/// Octets of an address's local part in canonical form.
pub const MAX_LOCAL_PART_BYTES: usize = 64;
/// Octets of a whole address in canonical form.
pub const MAX_ADDR_BYTES: usize = 254;
/// How far a signature may lie ahead of its reference time, in seconds (Messages §6).
pub const FUTURE_TOLERANCE_SECS: i64 = 10 * 60;
/// How much later than the advert a mail without one may be before the key is *stale*, in the
/// profile `level1` (Discovery §7): 35 days.
pub const STALE_AFTER_SECS: i64 = 35 * 24 * 60 * 60;
/// Dates before this are unusable (Discovery §3): 1 January 1990, UTC.
pub const EARLIEST_DATE_SECS: i64 = 631_152_000;

codes! {
    /// A limit that a mail is past.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Limit = "" {
        /// The header is longer than 256 KiB.
        HeaderBytes = 110, "limit_header_bytes", "its header is too long";
        /// The header has more than 1,000 fields.
        HeaderFields = 111, "limit_header_fields", "its header has too many fields";
        /// An address list has more than 2,000 addresses.
        Addresses = 112, "limit_addresses", "it names too many addresses";
    }
}
