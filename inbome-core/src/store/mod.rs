//! Where state is kept, behind one port in pieces: [`Accounts`], [`Secrets`], [`Peers`], [`Remembered`]
//! Message-IDs, [`Cursors`]; [`Store`] is all of them, with the transaction.
//!
//! Every record begins with its account, and nothing here is peculiar to SQLite, so that a database
//! server can stand behind it one day. [`memory`] keeps everything in memory; `sqlite` (feature
//! `sqlite`) in one file that several processes use at once. Not here: any rule. A store keeps what
//! it is given and gives back exactly that.

use crate::account::Account;
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::history::KeyRecord;
use crate::key::{Fingerprint, Hash};
use crate::openpgp::SecretKey;
use crate::peer::{Change, Peer, PeerState, Rank, Standing};

pub mod memory;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(test)]
mod suite;

/// Why the store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The home does not exist, and the caller did not ask for it to be made.
    #[error("expected a home at {path}, found none; `inbome init ADDR` makes one")]
    NoHome {
        /// The path.
        path: String,
    },
    /// A file or folder cannot be read or written.
    #[error("expected to {doing} {path}, found: {found}")]
    Io {
        /// What was being done: "open", "create", "read".
        doing: &'static str,
        /// The path.
        path: String,
        /// The system's words.
        found: String,
    },
    /// The database was written by a newer library that this one must not touch.
    #[error(
        "expected a database of kind {ours} or older at {path}, found kind {found}: \
         it needs a newer version of this program, and was left untouched"
    )]
    Newer {
        /// The path.
        path: String,
        /// The highest number that we read.
        ours: i64,
        /// The number it asks for.
        found: i64,
    },
    /// The file is no database, or a damaged one.
    #[error(
        "expected an INBOME database at {path}, found a damaged or foreign file ({found}); \
         nothing was changed: restore it from a copy, or move it away and scan your mail again"
    )]
    Corrupt {
        /// The path.
        path: String,
        /// The database's words.
        found: String,
    },
    /// Another process held the database for too long.
    #[error("expected the database {path} to be free within {waited_secs} s, found it busy")]
    Busy {
        /// The path.
        path: String,
        /// For how many seconds we waited.
        waited_secs: u64,
    },
    /// The database failed otherwise: a full disk, for instance.
    #[error("expected the database {path} to answer, found: {found}")]
    Database {
        /// The path.
        path: String,
        /// The database's words.
        found: String,
    },
}

/// First 16 octets of SHA-256 of a Message-ID (Discovery §4).
pub type MessageIdHash = [u8; 16];

/// A secret key in the store, and since when it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The key.
    pub key: SecretKey,
    /// When it was added.
    pub added: Timestamp,
}

/// One row of [`Peers::list_peers`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerRow {
    /// The peer's address.
    pub addr: Addr,
    /// What is remembered, the key history aside.
    pub peer: Peer,
}

/// A peer to be written, and what of it changed: the row is written always, and of the history the
/// records that the change names; those no longer in it are deleted.
pub type SavedPeer<'a> = (&'a Addr, &'a PeerState, &'a Change);

/// How far a mailbox has been scanned. Written in the same transaction as the batch it follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// A folder of files: the names that this batch took in, as the first 16 octets of SHA-256 of
    /// the part of the name that never changes.
    Names(Vec<[u8; 16]>),
    /// A file that only grows: everything before `offset` is done.
    Offset {
        /// Octets done.
        offset: u64,
        /// SHA-256 of the octets just before `offset` (at most 4096), to notice that the file is
        /// another one.
        tail: Hash,
    },
}

/// A history of fewer keys is read whole.
pub(crate) const SHORT_HISTORY: usize = 4;

/// The accounts. All errors of a store are [`StoreError`]; after one inside a transaction the caller
/// rolls back. Reads see the last commit, or the own transaction.
#[allow(clippy::missing_errors_doc)] // Said once, above; so below.
pub trait Accounts {
    /// All accounts with their aliases, in the order in which they were made.
    fn accounts(&mut self) -> Result<Vec<Account>, StoreError>;
    /// The account with this address, or with this alias.
    fn account_of(&mut self, addr: &Addr) -> Result<Option<Account>, StoreError>;
    /// A number that changes whenever anything of this account changed; it may change more often. Inside
    /// a transaction it is the one that the commit leaves.
    fn generation_of(&mut self, account: &Addr) -> Result<i64, StoreError>;
    /// Makes the account, or replaces its settings, aliases and current key.
    fn save_account(&mut self, account: &Account) -> Result<(), StoreError>;
}

/// The user's secret keys.
#[allow(clippy::missing_errors_doc)]
pub trait Secrets {
    /// All keys of an account, current first, then youngest first.
    fn secret_keys(&mut self, account: &Addr) -> Result<Vec<StoredKey>, StoreError>;
    /// Adds a key; one that is there already stays as it is.
    fn add_secret_key(&mut self, account: &Addr, key: &StoredKey) -> Result<(), StoreError>;
    /// Puts a key in the place of the one with its fingerprint, which is destroyed beyond recovery;
    /// since when it is there stays. Gives whether there was one; if not, nothing is written.
    fn replace_secret_key(&mut self, account: &Addr, key: &SecretKey) -> Result<bool, StoreError>;
    /// Destroys a key beyond recovery; gives whether it was there.
    fn destroy_secret_key(
        &mut self,
        account: &Addr,
        fingerprint: &Fingerprint,
    ) -> Result<bool, StoreError>;
}

/// What is remembered of each peer.
#[allow(clippy::missing_errors_doc)]
pub trait Peers {
    /// Everything that is remembered of one peer.
    fn peer(&mut self, account: &Addr, addr: &Addr) -> Result<Option<PeerState>, StoreError>;
    /// The same for one mail: of a long history only the records of the keys in the row, so that it
    /// costs no more than a short one. What [`History::lacks`] comes by [`Peers::key_record`].
    ///
    /// [`History::lacks`]: crate::history::History::lacks
    fn peer_in_part(
        &mut self,
        account: &Addr,
        addr: &Addr,
    ) -> Result<Option<PeerState>, StoreError>;
    /// What is remembered of one key of a peer.
    fn key_record(
        &mut self,
        account: &Addr,
        addr: &Addr,
        fingerprint: &Fingerprint,
    ) -> Result<Option<KeyRecord>, StoreError>;
    /// The row alone, to be looked at: one point read.
    fn peer_row(&mut self, account: &Addr, addr: &Addr) -> Result<Option<Peer>, StoreError>;
    /// Writes peers of an account.
    fn save_peers(
        &mut self,
        account: &Addr,
        peers: &mut dyn Iterator<Item = SavedPeer<'_>>,
    ) -> Result<(), StoreError>;
    /// Writes one peer.
    fn save_peer(
        &mut self,
        account: &Addr,
        addr: &Addr,
        state: &PeerState,
        change: &Change,
    ) -> Result<(), StoreError> {
        self.save_peers(account, &mut std::iter::once((addr, state, change)))
    }
    /// Rows of an account, in the byte order of the addresses: the first `count` behind `after`.
    fn list_peers(
        &mut self,
        account: &Addr,
        after: Option<&Addr>,
        count: usize,
    ) -> Result<Vec<PeerRow>, StoreError>;
    /// How many rows of an account hold a key, from whatever source.
    fn count_with_key(&mut self, account: &Addr) -> Result<usize, StoreError>;
    /// How many rows the account has of peers never written to.
    fn count_peers(&mut self, account: &Addr) -> Result<usize, StoreError>;
    /// Drops up to `count` rows, those of the lowest rank first (ties: by address), and says how many
    /// went; a row without a rank stays (Discovery §9).
    fn drop_peers(
        &mut self,
        account: &Addr,
        count: usize,
        rank: &dyn Fn(&Standing) -> Option<Rank>,
    ) -> Result<usize, StoreError>;
    /// Whether [`Peers::mark_written_to`] was called for `addr`.
    fn is_written_to(&mut self, account: &Addr, addr: &Addr) -> Result<bool, StoreError>;
    /// Notes that the user has written to `addr`: its row is never dropped at a limit.
    fn mark_written_to(&mut self, account: &Addr, addr: &Addr) -> Result<(), StoreError>;
}

/// Which mails were encrypted, by their Message-IDs.
#[allow(clippy::missing_errors_doc)]
pub trait Remembered {
    /// Whether the mail with this Message-ID was encrypted.
    fn was_encrypted(&mut self, account: &Addr, id: &MessageIdHash) -> Result<bool, StoreError>;
    /// Remembers a Message-ID as encrypted, under its latest date; past the limit the oldest are
    /// dropped.
    fn remember_encrypted(
        &mut self,
        account: &Addr,
        id: &MessageIdHash,
        at: Timestamp,
    ) -> Result<(), StoreError>;
}

/// How far mailboxes have been scanned.
#[allow(clippy::missing_errors_doc)]
pub trait Cursors {
    /// Everything scanned so far of one mailbox, in the order in which it was saved.
    fn load_cursor(&mut self, account: &Addr, mailbox: &str) -> Result<Vec<Cursor>, StoreError>;
    /// Adds to what has been scanned of a mailbox. An `Offset` replaces the last one.
    fn add_cursor(
        &mut self,
        account: &Addr,
        mailbox: &str,
        cursor: &Cursor,
    ) -> Result<(), StoreError>;
    /// Forgets what has been scanned of a mailbox.
    fn drop_cursor(&mut self, account: &Addr, mailbox: &str) -> Result<(), StoreError>;
}

/// Everything that is remembered, in transactions.
#[allow(clippy::missing_errors_doc)]
pub trait Store: Accounts + Secrets + Peers + Remembered + Cursors + Send {
    /// Begins a transaction that writes. Several processes queue here. What is written without one
    /// is a transaction of its own.
    fn begin(&mut self) -> Result<(), StoreError>;
    /// Begins to read: until [`Store::end_read`] everything is read as it is now, and costs less.
    /// Inside a transaction, and where it makes no difference, it does nothing.
    fn begin_read(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
    /// Ends what [`Store::begin_read`] began.
    fn end_read(&mut self) {}
    /// From now on a loss of power may undo the last commits, whole ones and no earlier without the
    /// later: for a scan, which does again what was undone.
    fn allow_loss(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
    /// In a child after `fork()`, before it is dropped: it is the parent's, and dropping it must
    /// change nothing but what is this process's own. Never in a transaction.
    fn leave(&mut self) {}
    /// Makes the transaction durable. One commit, whatever is in it; none if nothing was written.
    fn commit(&mut self) -> Result<(), StoreError>;
    /// Undoes the transaction; does nothing without one.
    fn rollback(&mut self);
    /// A number that changes whenever this or another process changed anything. Inside a
    /// transaction it is the one that the commit leaves.
    fn generation(&mut self) -> Result<i64, StoreError>;
    /// Checks the whole database; each line of the answer is one fault.
    fn check(&mut self) -> Result<Vec<String>, StoreError>;
    /// Commits that wrote, so far, on this connection; a count for tests.
    fn commits(&self) -> u64;
}

/// Runs `work` in one transaction: commits its `Ok`, rolls back its `Err`.
///
/// # Errors
/// Whatever `work` or the store gives.
pub fn transaction<T, E: From<StoreError>>(
    store: &mut dyn Store,
    work: impl FnOnce(&mut dyn Store) -> Result<T, E>,
) -> Result<T, E> {
    store.begin()?;
    let done = work(store).and_then(|value| store.commit().map(|()| value).map_err(E::from));
    if done.is_err() {
        store.rollback();
    }
    done
}
