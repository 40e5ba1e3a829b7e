//! How an account shall be: for making one, and for changing one.

use std::ffi::{CString, c_char, c_void};

use inbome_core::account::ClearReply;
use inbome_core::engine::{AccountOptions, SettingsChange};
use inbome_core::header::Spelling;
use inbome_core::key::Fingerprint;
use inbome_core::openpgp::Lock;
use inbome_core::secret::Secret;
use zeroize::Zeroize;

use crate::pointer::{free, made, required, shown};
use crate::result::{Failure, inbome_result, without_engine};

/// The key fields say nothing about a preference.
pub const INBOME_PREFER_NOPREFERENCE: i32 = 1;
/// The key fields ask for encryption if the other side does too (the default).
pub const INBOME_PREFER_MUTUAL: i32 = 2;

/// Mails bear Autocrypt and INBOME-Encryption (the default).
pub const INBOME_SPELLING_BOTH: i32 = 1;
/// Mails bear Autocrypt.
pub const INBOME_SPELLING_AUTOCRYPT: i32 = 2;
/// Mails bear INBOME-Encryption.
pub const INBOME_SPELLING_INBOME: i32 = 3;

/// Peers who stop advertising are given 35 days (the default).
pub const INBOME_PROFILE_LEVEL1: i32 = 1;
/// Peers who stop advertising are given nothing.
pub const INBOME_PROFILE_INBOME: i32 = 2;

/// A clear answer to an encrypted mail is sent, and the result says who causes it.
pub const INBOME_CLEAR_REPLY_SEND: i32 = 1;
/// A clear answer to an encrypted mail is refused.
pub const INBOME_CLEAR_REPLY_REFUSE: i32 = 2;

/// An imported key is unlocked for good (the default).
pub const INBOME_LOCK_REMOVE: i32 = 1;
/// An imported key keeps its passphrase: it serves while inbome_engine_unlock has opened it.
pub const INBOME_LOCK_KEEP: i32 = 2;

/// How an account shall be; what is not set stays as it is, or takes its default.
#[derive(Default)]
pub struct inbome_account_options {
    pub(crate) core: AccountOptions,
    pub(crate) passphrase: Asker,
}

/// Asks for the passphrase of a locked key that is being imported: writes it, without a NUL, and
/// returns its length in octets; a number below 0 gives up. Called on the calling thread. What it
/// wrote is overwritten after use.
///
/// user_data: what was handed in beside the callback.
/// fingerprint: of the key, in upper-case hexadecimal; valid during the callback.
/// passphrase: where to write.
/// size: how many octets there is room for.
pub type inbome_passphrase_callback = Option<
    extern "C" fn(
        user_data: *mut c_void,
        fingerprint: *const c_char,
        passphrase: *mut u8,
        size: usize,
    ) -> i64,
>;

/// Makes options that set nothing.
///
/// Returns: the object; NULL only if the library failed inside.
/// Owned: free with inbome_account_options_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_new() -> Option<Box<inbome_account_options>> {
    made(inbome_account_options::default)
}

/// Frees an account options and all that was borrowed from it.
///
/// account_options: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_free(
    account_options: Option<Box<inbome_account_options>>,
) {
    free(account_options);
}

/// Says who is asked for the passphrase of a locked key.
///
/// account_options: what is changed.
/// callback: asks, or NULL: a locked key is refused.
/// user_data: handed to the callback; may be NULL.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_passphrase(
    account_options: Option<&mut inbome_account_options>,
    callback: inbome_passphrase_callback,
    user_data: *mut c_void,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.passphrase = Asker { callback, user_data };
        Ok(())
    })
}

impl Drop for inbome_account_options {
    fn drop(&mut self) {
        self.core.import_key.zeroize();
    }
}

impl inbome_account_options {
    pub(crate) fn settings(&self) -> SettingsChange {
        self.core.settings
    }
}

/// Room for a passphrase, in octets.
const MAX_PASSPHRASE_BYTES: usize = 1_024;

/// Who is asked for passphrases.
#[derive(Clone, Copy)]
pub(crate) struct Asker {
    pub(crate) callback: inbome_passphrase_callback,
    pub(crate) user_data: *mut c_void,
}

impl Default for Asker {
    fn default() -> Self {
        Self { callback: None, user_data: std::ptr::null_mut() }
    }
}

impl Asker {
    pub(crate) fn ask(self, fingerprint: &Fingerprint) -> Option<Secret> {
        let callback = self.callback?;
        let fingerprint: CString = shown(fingerprint);
        let mut room = vec![0_u8; MAX_PASSPHRASE_BYTES];
        let len = callback(self.user_data, fingerprint.as_ptr(), room.as_mut_ptr(), room.len());
        let len = usize::try_from(len).ok().filter(|len| *len <= room.len());
        if len.is_none() {
            room.zeroize();
        }
        // Shortened, not copied: the vector itself is overwritten when dropped.
        len.map(|len| {
            room.truncate(len);
            Secret::new(room)
        })
    }
}

pub(crate) fn spelling_in(number: i32) -> Result<Spelling, Failure> {
    match number {
        INBOME_SPELLING_BOTH => Ok(Spelling::Both),
        INBOME_SPELLING_AUTOCRYPT => Ok(Spelling::Autocrypt),
        INBOME_SPELLING_INBOME => Ok(Spelling::Inbome),
        other => Err(none_of("INBOME_SPELLING_", other)),
    }
}

pub(crate) fn lock_in(number: i32) -> Result<Lock, Failure> {
    match number {
        INBOME_LOCK_REMOVE => Ok(Lock::Remove),
        INBOME_LOCK_KEEP => Ok(Lock::Keep),
        other => Err(none_of("INBOME_LOCK_", other)),
    }
}

/// A number that is none of the constants.
pub(crate) fn none_of(prefix: &str, found: i32) -> Failure {
    Failure::invalid(&format!("expected one of {prefix}, found {found}"))
}

pub(crate) fn clear_reply_in(number: i32) -> Result<ClearReply, Failure> {
    match number {
        INBOME_CLEAR_REPLY_SEND => Ok(ClearReply::Send),
        INBOME_CLEAR_REPLY_REFUSE => Ok(ClearReply::Refuse),
        other => Err(none_of("INBOME_CLEAR_REPLY_", other)),
    }
}
