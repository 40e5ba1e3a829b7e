-- What an INBOME home remembers, schema 1.
--
-- Times are Unix seconds, UTC. Addresses are in canonical form. Fingerprints, hashes and keys are
-- octets. NULL always means "there is none". Every table but `home` begins with the account.
--
-- Older and newer programs share one file. A later step may add tables, indexes, and columns that
-- are NULL or have a DEFAULT; no column ever changes its meaning, and `home` stays as it is.

-- One row: which programs may read this file, and how often it was changed.
CREATE TABLE home (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    schema        INTEGER NOT NULL,  -- the newest step that was applied
    readable_from INTEGER NOT NULL,  -- the oldest program, by its own schema, that may use it
    generation    INTEGER NOT NULL   -- raised in each transaction that wrote anything
) STRICT;

-- The user's own addresses. `position` is the order in which they were made.
CREATE TABLE accounts (
    position       INTEGER NOT NULL PRIMARY KEY,
    account        TEXT    NOT NULL UNIQUE,
    enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    prefer_encrypt INTEGER NOT NULL,           -- 0 no preference, 1 mutual
    spelling       INTEGER NOT NULL,           -- 0 both, 1 autocrypt, 2 inbome
    profile        INTEGER NOT NULL,           -- 0 level1, 1 inbome
    current        BLOB,                       -- fingerprint of the key that signs
    message_ids    INTEGER NOT NULL DEFAULT 0  -- rows of message_ids
) STRICT;

CREATE TABLE aliases (
    account TEXT NOT NULL REFERENCES accounts (account),
    alias   TEXT NOT NULL,
    PRIMARY KEY (account, alias)
) STRICT, WITHOUT ROWID;

CREATE TABLE secret_keys (
    account     TEXT    NOT NULL REFERENCES accounts (account),
    fingerprint BLOB    NOT NULL,
    created     INTEGER NOT NULL,
    expires     INTEGER,
    added       INTEGER NOT NULL,
    cert        BLOB    NOT NULL,  -- as it goes into the key fields
    secret      BLOB    NOT NULL,  -- transferable secret key, unlocked
    PRIMARY KEY (account, fingerprint)
) STRICT;

-- What is remembered of each peer. The keys stand last, so that dates are reached without them.
CREATE TABLE peers (
    account            TEXT    NOT NULL REFERENCES accounts (account),
    addr               TEXT    NOT NULL,
    seen_at            INTEGER,            -- last_seen
    seen_encrypted     INTEGER,            -- last_seen_encrypted
    list_post          INTEGER,            -- when last seen to be a mailing list
    forgotten          INTEGER,            -- everything up to this counts as not seen
    word               INTEGER NOT NULL,   -- 0 default, 1 always, 2 never, 3 pin
    pin                BLOB,               -- fingerprint
    truncated          INTEGER NOT NULL,   -- a limit was passed
    advert_at          INTEGER,            -- autocrypt_timestamp
    advert_protected   INTEGER,            -- it stood inside the encrypted payload
    advert_prefer      INTEGER,            -- prefer_encrypt: 0 no preference, 1 mutual
    advert_fingerprint BLOB,
    advert_hash        BLOB,               -- SHA-256 of advert_key
    advert_verdict     INTEGER,            -- 0 usable, 1 expired, 2 revoked, 3 weak, 4 unsupported
    advert_subkey      BLOB,               -- fingerprint of the part to encrypt to
    advert_expires     INTEGER,
    advert_from        INTEGER,            -- the verdict holds from here
    advert_until       INTEGER,            --   to before here
    advert_field       BLOB,               -- SHA-256 of the raw field that brought the advert
    gossip_at          INTEGER,            -- gossip_timestamp
    gossip_fingerprint BLOB,
    gossip_hash        BLOB,
    gossip_verdict     INTEGER,
    gossip_subkey      BLOB,
    gossip_expires     INTEGER,
    gossip_from        INTEGER,
    gossip_until       INTEGER,
    imported_at          INTEGER,          -- when the user handed in a key
    imported_fingerprint BLOB,
    imported_hash        BLOB,
    imported_verdict     INTEGER,
    imported_subkey      BLOB,
    imported_expires     INTEGER,
    imported_from        INTEGER,
    imported_until       INTEGER,
    plain_at           INTEGER,            -- youngest mail without an advert
    plain_agent        TEXT,               --   and its User-Agent
    advert_key         BLOB,               -- public_key, as received
    gossip_key         BLOB,               -- gossip_key, as received
    imported_key       BLOB,               -- as handed in
    PRIMARY KEY (account, addr)
) STRICT;

-- The key history: every key that a peer was seen with.
CREATE TABLE peer_keys (
    account      TEXT    NOT NULL,
    addr         TEXT    NOT NULL,
    fingerprint  BLOB    NOT NULL,
    advert_first INTEGER,
    advert_last  INTEGER,
    gossip_first INTEGER,
    gossip_last  INTEGER,
    import_first INTEGER,
    import_last  INTEGER,
    hard_revoked INTEGER NOT NULL,  -- a verified hard revocation is among the parts
    truncated    INTEGER NOT NULL,  -- parts were dropped at a limit
    copies       BLOB    NOT NULL,  -- SHA-256 of copies that are in the union, one after the other
    parts        BLOB    NOT NULL,  -- the union of the verified parts of all copies
    PRIMARY KEY (account, addr, fingerprint),
    FOREIGN KEY (account, addr) REFERENCES peers (account, addr) ON DELETE CASCADE
) STRICT;

-- Peers that the user has written to: their rows are never dropped at a limit.
CREATE TABLE written_to (
    account TEXT NOT NULL REFERENCES accounts (account),
    addr    TEXT NOT NULL,
    PRIMARY KEY (account, addr)
) STRICT, WITHOUT ROWID;

-- Mails that were encrypted: first 16 octets of SHA-256 of the Message-ID.
CREATE TABLE message_ids (
    account TEXT    NOT NULL REFERENCES accounts (account),
    id      BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_ids_by_age ON message_ids (account, at, id);

-- How far mailboxes have been scanned: per part either names, 16 octets each, or an offset.
CREATE TABLE cursors (
    account TEXT    NOT NULL REFERENCES accounts (account),
    mailbox TEXT    NOT NULL,
    part    INTEGER NOT NULL,
    offset  INTEGER,
    tail    BLOB,  -- SHA-256 of the octets before the offset
    names   BLOB,
    PRIMARY KEY (account, mailbox, part)
) STRICT;
