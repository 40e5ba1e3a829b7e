"""The numbers of include/inbome.h, with names. Made by tools/declare.py: do not edit."""

from ._open_enum import OpenEnum


class Result(OpenEnum):
    """What a call of the library answers; errors carry it."""

    OK = 0
    """Done."""
    NULL_ARGUMENT = 1
    """A required argument is NULL; nothing happened."""
    INVALID_ARGUMENT = 2
    """An argument that cannot be meant: a number that is none of the constants, a malformed key."""
    NOT_UTF8 = 3
    """A text that is not UTF-8."""
    INVALID_ADDRESS = 4
    """A text that is no mail address (Discovery §1)."""
    NOT_FOUND = 100
    """No such home, account, peer or key."""
    REFUSED = 200
    """A rule of the protocol forbids it; nothing was produced."""
    CONFLICT = 201
    """It exists already and differs from what was asked."""
    PASSPHRASE = 202
    """A passphrase is wrong."""
    LOCKED = 203
    """A secret key is locked: inbome_engine_unlock, or hand in who is asked for the passphrase."""
    NEEDS_COPIES = 204
    """Blind recipients need copies of their own, and one was asked for."""
    BACKUP_NOT_BACKUP = 210
    """A mail is not a backup message (Several devices §2)."""
    BACKUP_UNKNOWN_VERSION = 211
    """A backup message is of a version that is not known."""
    BACKUP_MALFORMED = 212
    """A backup message cannot be read, or opening it would cost too much."""
    BACKUP_WRONG_CODE = 213
    """The code does not open a backup message, or the message is damaged: the two cannot be told apart."""
    BACKUP_NO_SECRET_KEY = 214
    """There is no secret key in a backup message that can be used."""
    BACKUP_OTHER_ADDRESS = 215
    """A backup message is of another address."""
    BACKUP_LOCKED_KEY = 216
    """A key in a backup message has a passphrase of its own."""
    IO = 300
    """A file or folder cannot be read or written."""
    CORRUPT = 301
    """The database is damaged, or no database."""
    NEWER = 302
    """The database was written by a newer version; it was left untouched."""
    BUSY = 303
    """Another process held the database for longer than the busy timeout."""
    CANCELLED = 400
    """The caller stopped it."""
    FORKED = 401
    """The engine was opened by the parent process: open it again."""
    RANDOM = 402
    """The random source failed; no key was made."""
    INTERNAL = 900
    """Something failed that should not."""
    PANIC = 901
    """The library failed inside and caught itself; the engine stays usable."""


class Reason(OpenEnum):
    """Why something is as it is; the codes of docs/reasons.md."""

    NONE = 0
    """There is no reason to give."""
    OTHER = 1
    """A reason that this version of the interface has no number for."""
    SPAM = 101
    """The program holds the mail for spam."""
    REPORT = 102
    """The mail is an automatic report: `multipart/report`."""
    NO_FROM = 103
    """The mail names no sender. So does a file that is not a mail."""
    SEVERAL_FROM = 104
    """The mail names several senders: several From fields or mailboxes, or a group."""
    INVALID_FROM = 105
    """The sender's address is invalid."""
    AMBIGUOUS_ACCOUNT = 106
    """There are several accounts, and the mail names none of them."""
    UNDATED = 107
    """The mail has no usable date, and nobody knows when it was received. Of an import: no date, or one before 1990."""
    NOT_DECRYPTED = 108
    """The mail is encrypted, was not decrypted, and has no key in the outer header."""
    OWN_MAIL = 109
    """The user wrote the mail."""
    LIMIT_HEADER_BYTES = 110
    """The header is longer than 256 KiB."""
    LIMIT_HEADER_FIELDS = 111
    """The header has more than 1,000 fields."""
    LIMIT_ADDRESSES = 112
    """An address list has more than 2,000 addresses."""
    OWN_PROTOCOL = 113
    """The mail is from one of the user's devices to the others: a backup, pairing or synchronisation. The mail is one between the user's own devices, or a backup of keys, to oneself. It passes byte for byte."""
    TOO_LONG = 201
    """The field is longer than 10 KiB."""
    GRAMMAR = 202
    """The field is not a list of attributes, `name=value; name=value`."""
    CRITICAL_ATTRIBUTE = 203
    """The field has an unknown attribute whose name does not begin with `_`."""
    DUPLICATE_ATTRIBUTE = 204
    """The field has a second address, key or type."""
    UNSUPPORTED_TYPE = 205
    """The type is not OpenPGP."""
    MISSING_ADDR = 206
    """The field has no address. Only `Autocrypt` requires one."""
    MISSING_KEY = 207
    """The field has no key."""
    ADDR_MISMATCH = 208
    """The address is not that of From."""
    BASE64 = 209
    """The key data is not strict base64."""
    NOT_OPENPGP = 210
    """The key data is not exactly one OpenPGP cert."""
    SECRET_KEY = 211
    """The key data holds a secret key."""
    SEVERAL_CERTS = 212
    """The key data holds several certs."""
    NO_ENCRYPTION_KEY = 213
    """Nothing in the cert can be encrypted to."""
    NOT_SIGNED = 301
    """The mail is not signed by the key that it advertises."""
    NOT_A_RECIPIENT = 302
    """The gossip is for somebody who is not a recipient."""
    SENDER = 303
    """The gossip is for the sender."""
    NEVER_SEEN = 401
    """No mail from the address was ever seen."""
    NO_KEY = 402
    """Mails were seen, none with a key. Of an encrypted mail: it is encrypted to none of the user's keys; the key IDs are named."""
    EXPIRED = 403
    """The key, or every encryption subkey, is not valid at this date."""
    REVOKED = 404
    """The key, or every encryption subkey, is revoked."""
    WEAK = 405
    """The key is too weak: its size, or the hash of its signatures."""
    UNSUPPORTED = 406
    """The key uses an unknown algorithm. Of an encrypted mail: it is protected in LibrePGP's way, in a mode that is not read here (EAX)."""
    STALE = 407
    """The peer has written without a key since, for longer than the profile tolerates."""
    GOSSIP_ONLY = 408
    """The key is known from a third person only."""
    REPLY_TO_ENCRYPTED = 409
    """The mail answers an encrypted one."""
    BOTH_MUTUAL = 410
    """Both sides ask for encryption."""
    PEER_NOPREFERENCE = 411
    """The peer does not ask for encryption."""
    OWN_NOPREFERENCE = 412
    """The account does not ask for encryption."""
    OWN_ADDRESS = 413
    """The address is the user's own."""
    DISABLED_ACCOUNT = 414
    """The account is disabled or has no key."""
    LIST = 415
    """The recipient is a mailing list."""
    PINNED = 416
    """The user pinned another key."""
    ALWAYS = 417
    """The user chose always."""
    NEVER = 418
    """The user chose never."""
    ONE_MESSAGE = 419
    """A blind recipient among others needs a copy that the program cannot send."""
    NO_ACCOUNT = 501
    """The sender is none of the accounts."""
    NO_OWN_KEY = 502
    """The account has no key."""
    RESENT = 503
    """The mail is resent, not written anew: it has `Resent-*` fields."""
    ALREADY_ENCRYPTED = 504
    """The mail is encrypted already. It gets its key fields and nothing else."""
    CHOSEN = 505
    """The user chose it so, encrypted or clear."""
    NOT_RECOMMENDED = 506
    """In the clear: encryption is not recommended."""
    RECOMMENDED = 507
    """Encrypted: encryption is recommended."""
    ONLY_TO_SELF = 508
    """Refused: the mail is encrypted to its sender alone but addressed to others (Messages §5)."""
    OWN_PROTOCOL_ELSEWHERE = 509
    """Refused: the mail is one between the user's own devices, or a backup of keys, and would go to somebody else."""
    CLEAR_REPLY = 510
    """Refused: the mail answers an encrypted one, would go out in the clear, and nobody can be asked."""
    MALFORMED = 601
    """The mail is not exactly one encrypted OpenPGP message in a shape that is read."""
    TOO_MANY_RECIPIENTS = 602
    """The mail is encrypted to more than 500 keys."""
    UNPROTECTED = 603
    """The mail is encrypted without integrity protection: whoever passed it on could have changed it."""
    DAMAGED = 604
    """The mail was changed on its way, or it is broken."""
    SMIME = 605
    """The mail is encrypted with S/MIME, which is not read here."""
    LOCKED = 606
    """The mail is encrypted to a key of the user's that needs its passphrase. Of an import: an old secret key has a passphrase."""
    PASSWORD = 607
    """The mail is encrypted with a password, and to no key."""
    TEXT_AROUND = 651
    """The mail's text has other text around the armor, or more than one message."""
    PART = 652
    """The encrypted message is one of several parts."""
    ATTACHED_MAIL = 653
    """The encrypted message is a mail of its own in this one, such as one forwarded as an attachment."""
    NOT_ENCRYPTED = 701
    """The draft is not encrypted."""
    TO_OTHERS = 702
    """The draft is encrypted to others too: it was sent, and is no draft."""
    NOT_FROM_ACCOUNT = 703
    """Somebody else wrote the draft."""
    UNCONFIRMED = 704
    """The draft says nothing of its state inside: another program wrote it, or somebody planted it. It is opened if the user confirms it."""
    OTHER_ACCOUNT = 801
    """A secret key of another address than the account's."""
    NO_SECRET_KEY = 802
    """An account without a secret key."""
    INVALID_ADDR = 803
    """Not a mail address."""
    NO_ADDR = 804
    """No User ID with an address that the key itself certifies."""
    OLDER_KEY = 805
    """There is a younger usable key for the address."""
    IMPORTED_BEFORE = 806
    """The user took in another key of the peer's, and it can still be used."""
    FORGOTTEN = 807
    """Older than the user's *forget*."""
    LIMIT_PEERS = 808
    """More peers than are read of another program's store."""
    LIMIT_ROWS = 809
    """More rows than are read of another program's store."""
    NO_USER_ID = 810
    """Nothing in the key names the peer, so GnuPG could not find it."""
    NOT_OURS = 811
    """Somebody else put the key into the home."""
    GPG_REFUSED = 812
    """GnuPG does not take the key."""


class PreferEncrypt(OpenEnum):
    """What key fields ask for."""

    NOPREFERENCE = 1
    """The key fields say nothing about a preference."""
    MUTUAL = 2
    """The key fields ask for encryption if the other side does too (the default)."""


class Spelling(OpenEnum):
    """Which key fields an account's mails bear."""

    BOTH = 1
    """Mails bear Autocrypt and INBOME-Encryption (the default)."""
    AUTOCRYPT = 2
    """Mails bear Autocrypt."""
    INBOME = 3
    """Mails bear INBOME-Encryption."""


class Lock(OpenEnum):
    """What becomes of the passphrase of a key that is imported."""

    REMOVE = 1
    """An imported key is unlocked for good (the default)."""
    KEEP = 2
    """An imported key keeps its passphrase: it serves while inbome_engine_unlock has opened it."""


class ClearReply(OpenEnum):
    """What becomes of clear answers to encrypted mails."""

    SEND = 1
    """A clear answer to an encrypted mail is sent, and the result says who causes it."""
    REFUSE = 2
    """A clear answer to an encrypted mail is refused."""


class Profile(OpenEnum):
    """The patience with peers who stop advertising."""

    LEVEL1 = 1
    """Peers who stop advertising are given 35 days (the default)."""
    INBOME = 2
    """Peers who stop advertising are given nothing."""


class Source(OpenEnum):
    """Where a key comes from."""

    DIRECT = 1
    """The key is the peer's own: it stood in the header of their mail."""
    IMPORT = 2
    """The user handed the key in."""
    GOSSIP = 3
    """Somebody else's mail brought the key."""
    OWN = 4
    """The key is the user's own."""


class Encryption(OpenEnum):
    """Whether a mail was encrypted, and whether that was undone."""

    NONE = 1
    """The mail is not encrypted as a whole."""
    ENCRYPTED = 2
    """The mail was decrypted."""
    FAILED = 3
    """The mail is encrypted and gives nothing; inbome_decrypted_failure says why."""


class Signature(OpenEnum):
    """What the signatures of a mail are worth as a whole."""

    NONE = 1
    """No signature over the whole mail."""
    VALID = 2
    """A signature that counts; whose it is says inbome_decrypted_signer."""
    UNKNOWN_KEY = 3
    """A signature by a key that is not known."""
    INVALID = 4
    """A signature that is wrong; show it as none."""


class Signer(OpenEnum):
    """Whose key signed a mail."""

    CURRENT = 1
    """Signed by the key that counts for the From address now: the pinned one, else the one that it advertises, else the imported one."""
    FORMER = 2
    """Signed by a key that was seen for the From address, for which another key counts now."""
    GOSSIP = 3
    """Signed by a key that is known of the From address by gossip alone."""
    OWN = 4
    """Signed by a key of the user's, in the name of somebody else."""
    OTHER = 5
    """Signed by a key of somebody else."""
    NEW = 6
    """By a key that this very mail advertises and that was not known before: nobody vouches for it but the mail."""


class Intended(OpenEnum):
    """Whether a signature names the user among those whom it is for."""

    YES = 1
    """The signature names the user among those whom it is for."""
    NO = 2
    """The signature is for others: it is invalid."""
    ABSENT = 3
    """The signature names nobody."""


class Outcome(OpenEnum):
    """Whether an incoming mail changed anything."""

    UPDATED = 1
    """Something stored differs after the call; dates count."""
    UNCHANGED = 2
    """Nothing stored differs."""
    IGNORED = 3
    """The mail does not count; the reason says why."""


class Verdict(OpenEnum):
    """What became of a key field."""

    VALID = 1
    """The field is the mail's advert, or the gossip was accepted."""
    INVALID = 2
    """The field breaks a rule, which the reason names."""
    AMBIGUOUS = 3
    """The field is valid by itself, but not alone."""
    OVERRIDDEN = 4
    """Another field decides instead: an Autocrypt one, or one inside the payload."""
    NOT_JUDGED = 5
    """The field was not looked at: there are too many, or it has no effect."""


class Kind(OpenEnum):
    """Where an address stands."""

    TO = 1
    """In To."""
    CC = 2
    """In Cc."""
    BCC = 3
    """In Bcc."""
    REPLY_TO = 4
    """In Reply-To; in observations only."""


class Recommendation(OpenEnum):
    """What to do with a mail. A greater one is stronger."""

    DISABLE = 1
    """Encryption is impossible or unwise; do not offer it."""
    DISCOURAGE = 2
    """Encryption is possible, but the recipient may be unable to read it."""
    AVAILABLE = 3
    """Encryption is possible; the user may choose it."""
    ENCRYPT = 4
    """Encrypt by default."""


class Mode(OpenEnum):
    """Who decides whether to encrypt."""

    AUTO = 1
    """The recommendation decides (the default)."""
    ENCRYPT = 2
    """The user chose to encrypt: it is refused if it cannot be done."""
    CLEAR = 3
    """The user chose the clear."""


class PeerFilter(OpenEnum):
    """Which peers are listed."""

    WITH_KEY = 1
    """Peers with a key, from whatever source."""
    ALL = 2
    """All peers."""


class Word(OpenEnum):
    """The user's word about a peer; it comes before the rules."""

    DEFAULT = 1
    """The rules decide (the default)."""
    ALWAYS = 2
    """Encrypt whenever there is a key."""
    NEVER = 3
    """Do not encrypt by default."""
    PIN = 4
    """Encrypt to one key only."""


class AdviceAction(OpenEnum):
    """What to do before an account is made."""

    IMPORT_BACKUP = 1
    """A backup message is there: import the newest."""
    MAKE_BACKUP_ELSEWHERE = 2
    """Another program has a key: make a backup message there and import it here."""
    GENERATE = 3
    """Nothing was found: use an OpenPGP key of the user's own, else make a new one."""
