//! What several devices of one account know together: a state join (Several devices §4).
//!
//! Settings are registers, account keys have versions and tombstones, devices are a set that grows.
//! Each is kept by [`Tables::join`] as a maximum or a union, so mails of other devices may come in any
//! order, twice, or half on each of two devices. What is to be told is what [`Tables::beyond`] finds by
//! comparison, not what somebody remembered to note: an older program in the same home stays correct.
//! Peers have a join of their own (`peer`). Not here: how rows are written, sent and believed.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::key::{Fingerprint, Hash, hash};
use crate::secret::Secret;

/// The id of a device: the fingerprint of the primary key of its cert.
pub type DeviceId = Fingerprint;

/// The value of a register. Which values mean something, its name decides; another one is kept and
/// passed on, and reads as the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing: an alias that was taken away.
    Null,
    /// A number.
    Number(u64),
    /// Octets: a fingerprint.
    Octets(Vec<u8>),
    /// A word.
    Text(String),
}

impl Value {
    /// SHA-256 of its deterministic form in CBOR (RFC 8949 §4.2.1): equal values have equal hashes on all
    /// devices.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut form = Vec::with_capacity(64);
        match self {
            Self::Null => form.push(0xf6),
            Self::Number(number) => push_head(&mut form, 0, *number),
            Self::Octets(octets) => {
                push_head(&mut form, 2, octets.len() as u64);
                form.extend_from_slice(octets);
            }
            Self::Text(text) => {
                push_head(&mut form, 3, text.len() as u64);
                form.extend_from_slice(text.as_bytes());
            }
        }
        hash(&form)
    }
}

/// The shortest head of a CBOR item.
fn push_head(form: &mut Vec<u8>, major: u8, number: u64) {
    let kind = major << 5;
    let [.., e, f, g, h] = number.to_be_bytes();
    match number {
        0..24 => form.push(kind | h),
        24..0x100 => form.extend([kind | 24, h]),
        0x100..0x1_0000 => form.extend([kind | 25, g, h]),
        0x1_0000..0x1_0000_0000 => form.extend([kind | 26, e, f, g, h]),
        _ => {
            form.push(kind | 27);
            form.extend(number.to_be_bytes());
        }
    }
}

/// One setting, as one device made it last. No clock takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// One more than the greatest that was seen for the name when it was written.
    pub version: u64,
    /// Who wrote it.
    pub device: DeviceId,
    /// What was written.
    pub value: Value,
}

impl Register {
    /// The order of the join: version, device, SHA-256 of the value.
    fn rank(&self) -> (u64, &DeviceId, Hash) {
        (self.version, &self.device, self.value.hash())
    }
}

/// A copy of an account key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCopy {
    /// How many of its parts have their secret.
    pub secret_parts: usize,
    /// When its newest self-signature was made.
    pub signed: Timestamp,
    /// SHA-256 of the octets.
    pub hash: Hash,
    /// The transferable secret key, binary; locked if it keeps its passphrase.
    pub secret: Secret,
}

impl KeyCopy {
    /// A copy with its hash.
    #[must_use]
    pub fn new(secret: Secret, secret_parts: usize, signed: Timestamp) -> Self {
        Self { secret_parts, signed, hash: hash(secret.as_bytes()), secret }
    }

    /// The order of the join within a version: secret parts, newest self-signature, SHA-256.
    fn rank(&self) -> (usize, Timestamp, &Hash) {
        (self.secret_parts, self.signed, &self.hash)
    }
}

/// What there is of an account key at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// That it exists; its copy has to be asked for.
    Named,
    /// A copy.
    Held(KeyCopy),
    /// It was destroyed: no copy of this version or an earlier one comes back.
    Destroyed,
}

impl KeyState {
    /// The order of the join within a version. A tombstone beats every copy, a copy the name alone.
    fn rank(&self) -> (u8, Option<(usize, Timestamp, &Hash)>) {
        match self {
            Self::Named => (0, None),
            Self::Held(copy) => (1, Some(copy.rank())),
            Self::Destroyed => (2, None),
        }
    }
}

/// An account key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    /// Raised by renewing, locking and unlocking; an import writes one more than the greatest seen.
    pub version: u64,
    /// What there is of it.
    pub state: KeyState,
}

impl KeyEntry {
    fn rank(&self) -> impl Ord + use<'_> {
        (self.version, self.state.rank())
    }

    /// The copy, if it is here and not destroyed.
    #[must_use]
    pub fn copy(&self) -> Option<&KeyCopy> {
        match &self.state {
            KeyState::Held(copy) => Some(copy),
            KeyState::Named | KeyState::Destroyed => None,
        }
    }
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its cert, as it was paired. Of two for one id the greater hash counts.
    pub cert: Vec<u8>,
    /// Its name. Fixed when it is paired; of two the greater counts.
    pub name: String,
    /// When it was added; the earliest counts.
    pub added: Timestamp,
    /// It said that it has everything.
    pub confirmed: bool,
    /// It was removed, by itself or by another. Nothing takes that back: pairing again makes a new device.
    pub removed: bool,
}

impl Device {
    fn join(&mut self, other: &Self) {
        if (hash(&other.cert), &other.cert) > (hash(&self.cert), &self.cert) {
            self.cert.clone_from(&other.cert);
        }
        if other.name > self.name {
            self.name.clone_from(&other.name);
        }
        self.added = self.added.min(other.added);
        self.confirmed |= other.confirmed;
        self.removed |= other.removed;
    }
}

/// Whose mail may say what (Several devices §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is not on the list, and never was: nothing that it says counts.
    Unknown,
    /// It was removed: that others are removed counts, and nothing else.
    Removed,
    /// It is on the list.
    Member,
}

/// All that the devices of an account share, peers aside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tables {
    registers: BTreeMap<String, Register>,
    keys: BTreeMap<Fingerprint, KeyEntry>,
    devices: BTreeMap<DeviceId, Device>,
    /// Which devices have carried out that a key is destroyed.
    destroyed_on: BTreeMap<Fingerprint, BTreeSet<DeviceId>>,
}

impl Tables {
    /// The registers by name.
    pub fn registers(&self) -> impl Iterator<Item = (&str, &Register)> {
        self.registers.iter().map(|(name, register)| (name.as_str(), register))
    }

    /// The account keys, destroyed ones too.
    pub fn keys(&self) -> impl Iterator<Item = (&Fingerprint, &KeyEntry)> {
        self.keys.iter()
    }

    /// The devices, removed ones too.
    pub fn devices(&self) -> impl Iterator<Item = (&DeviceId, &Device)> {
        self.devices.iter()
    }

    /// The devices that have destroyed a key; none while it lives.
    pub fn destroyed_on(&self, key: &Fingerprint) -> impl Iterator<Item = &DeviceId> {
        self.destroyed_on.get(key).filter(|_| self.is_destroyed(key)).into_iter().flatten()
    }

    /// The value of a register; `None` if nobody wrote it.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.registers.get(name).map(|register| &register.value)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What a device may say.
    #[must_use]
    pub fn standing(&self, id: &DeviceId) -> Standing {
        match self.devices.get(id) {
            None => Standing::Unknown,
            Some(device) if device.removed => Standing::Removed,
            Some(_) => Standing::Member,
        }
    }

    /// The devices to write to: all that are on the list and not removed.
    pub fn members(&self) -> impl Iterator<Item = (&DeviceId, &Device)> {
        self.devices.iter().filter(|(_, device)| !device.removed)
    }

    /// The key that *current* names, if it is here and lives; else the youngest living one, of two of the same
    /// second the greater fingerprint. `created` tells when a key was made.
    #[must_use]
    pub fn current(&self, created: impl Fn(&Fingerprint) -> Timestamp) -> Option<&Fingerprint> {
        let named = match self.value(CURRENT) {
            Some(Value::Octets(octets)) => Fingerprint::new(octets).ok(),
            _ => None,
        };
        let living = || self.keys.iter().filter(|(_, entry)| entry.copy().is_some());
        let is_named = |(key, _): &(&Fingerprint, _)| Some(*key) == named.as_ref();
        let chosen = living().find(is_named);
        let chosen = chosen.or_else(|| living().max_by_key(|(key, _)| (created(key), *key)));
        chosen.map(|(key, _)| key)
    }

    /// Writes a register, unless it says the same already. Returns whether it was written.
    pub fn write(&mut self, name: &str, device: &DeviceId, value: Value) -> bool {
        let held = self.registers.get(name);
        if held.is_some_and(|held| held.value == value) {
            return false;
        }
        let version = held.map_or(0, |held| held.version).saturating_add(1);
        let register = Register { version, device: device.clone(), value };
        self.registers.insert(name.to_owned(), register);
        true
    }

    /// Takes in a copy of a key that the user's act made: generated, imported, renewed, locked, unlocked. It beats
    /// all that is known of the key, a tombstone too. The same octets again change nothing. Returns whether
    /// anything changed.
    pub fn put_key(&mut self, key: &Fingerprint, copy: KeyCopy) -> bool {
        let held = self.keys.get(key);
        if held.and_then(KeyEntry::copy).is_some_and(|held| held.hash == copy.hash) {
            return false;
        }
        let version = held.map_or(0, |held| held.version).saturating_add(1);
        self.keys.insert(key.clone(), KeyEntry { version, state: KeyState::Held(copy) });
        true
    }

    /// Destroys a key for all devices: what is known of it is gone, and stays away until the user imports
    /// that very key again. `device` has carried it out. Returns whether the key was here.
    pub fn destroy_key(&mut self, key: &Fingerprint, device: &DeviceId) -> bool {
        let Some(entry) = self.keys.get_mut(key) else { return false };
        entry.state = KeyState::Destroyed;
        self.destroyed_on.entry(key.clone()).or_default().insert(device.clone());
        true
    }

    /// Notes that a device has carried out that a key is destroyed. Returns whether that is new.
    pub fn note_destroyed(&mut self, key: &Fingerprint, device: &DeviceId) -> bool {
        self.is_destroyed(key)
            && self.destroyed_on.entry(key.clone()).or_default().insert(device.clone())
    }

    /// Whether a key is destroyed.
    #[must_use]
    pub fn is_destroyed(&self, key: &Fingerprint) -> bool {
        self.keys.get(key).is_some_and(|entry| entry.state == KeyState::Destroyed)
    }

    /// The keys whose copy is missing here: *ask* for them.
    pub fn missing(&self) -> impl Iterator<Item = &Fingerprint> {
        self.keys.iter().filter(|(_, entry)| entry.state == KeyState::Named).map(|(key, _)| key)
    }

    /// Joins what is known of one register.
    pub fn join_register(&mut self, name: &str, theirs: &Register) {
        match self.registers.get_mut(name) {
            Some(ours) if theirs.rank() > ours.rank() => ours.clone_from(theirs),
            Some(_) => {}
            None => drop(self.registers.insert(name.to_owned(), theirs.clone())),
        }
    }

    /// Joins what is known of one key.
    pub fn join_key(&mut self, key: &Fingerprint, theirs: &KeyEntry) {
        match self.keys.get_mut(key) {
            Some(ours) if theirs.rank() > ours.rank() => ours.clone_from(theirs),
            Some(_) => {}
            None => drop(self.keys.insert(key.clone(), theirs.clone())),
        }
    }

    /// Joins what is known of one device.
    pub fn join_device(&mut self, id: &DeviceId, theirs: &Device) {
        match self.devices.get_mut(id) {
            Some(ours) => ours.join(theirs),
            None => drop(self.devices.insert(id.clone(), theirs.clone())),
        }
    }

    /// Joins all that another device knows.
    pub fn join(&mut self, theirs: &Self) {
        for (name, register) in &theirs.registers {
            self.join_register(name, register);
        }
        for (key, entry) in &theirs.keys {
            self.join_key(key, entry);
        }
        for (id, device) in &theirs.devices {
            self.join_device(id, device);
        }
        for (key, devices) in &theirs.destroyed_on {
            self.destroyed_on.entry(key.clone()).or_default().extend(devices.iter().cloned());
        }
    }

    /// Takes in what a mail of `sender` says, as far as it counts: all that a member says, and of a removed
    /// device that others are removed, in whatever order the mails come.
    pub fn hear(&mut self, sender: &DeviceId, theirs: &Self) -> Standing {
        let standing = self.standing(sender);
        match standing {
            Standing::Unknown => {}
            Standing::Removed => {
                for (id, device) in theirs.devices.iter().filter(|(_, device)| device.removed) {
                    match self.devices.get_mut(id) {
                        Some(known) => known.removed = true,
                        // The mail that adds it may come later.
                        None => drop(self.devices.insert(id.clone(), device.clone())),
                    }
                }
            }
            Standing::Member => self.join(theirs),
        }
        standing
    }

    /// Removes a device. Returns whether it was on the list.
    pub fn remove_device(&mut self, id: &DeviceId) -> bool {
        match self.devices.get_mut(id) {
            Some(device) if !device.removed => {
                device.removed = true;
                true
            }
            _ => false,
        }
    }

    /// What is here and not in `told`, which is all that was sent or received: the rows of the next mail.
    /// `told` joined with it is `told` joined with everything.
    #[must_use]
    pub fn beyond(&self, told: &Self) -> Self {
        let mut joined = told.clone();
        joined.join(self);
        let mut rows = Self::default();
        for (name, register) in joined.registers {
            if told.registers.get(&name) != Some(&register) {
                rows.registers.insert(name, register);
            }
        }
        for (key, entry) in joined.keys {
            if told.keys.get(&key) != Some(&entry) {
                rows.keys.insert(key, entry);
            }
        }
        for (id, device) in joined.devices {
            if told.devices.get(&id) != Some(&device) {
                rows.devices.insert(id, device);
            }
        }
        for (key, devices) in joined.destroyed_on {
            let known = told.destroyed_on.get(&key);
            let is_new = |id: &&DeviceId| known.is_none_or(|known| !known.contains(*id));
            let new: BTreeSet<_> = devices.iter().filter(is_new).cloned().collect();
            if !new.is_empty() {
                rows.destroyed_on.insert(key, new);
            }
        }
        rows
    }
}

/// The register that names the current key: its fingerprint as octets.
pub const CURRENT: &str = "current";

#[cfg(test)]
mod tests;
