//! The user's own keys: list, import, replace, renew, unlock, destroy.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use inbome_core::account::KeyRole;
use inbome_core::key::Fingerprint;
use inbome_core::secret::Secret;

use crate::account_options::{Asker, INBOME_LOCK_REMOVE, inbome_passphrase_callback, lock_in};
use crate::bytes::{inbome_buffer, inbome_bytes};
use crate::engine::inbome_engine;
use crate::key::{inbome_key, inbome_key_iter};
use crate::pointer::{Out, octets, optional_addr, text};
use crate::result::{inbome_result, on_engine};
use crate::time::time_in;

/// All keys of an account, the current one first; the others only decrypt (Messages §1).
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
/// keys: an iterator over them, as they are now.
///
/// Returns: INBOME_RESULT_OK, also if there are none.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
/// and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_key_iter_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_keys(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    keys: Option<&mut MaybeUninit<*mut inbome_key_iter>>,
) -> inbome_result {
    let keys = Out::blank(keys);
    on_engine(engine, |engine| {
        let keys = keys.required("keys")?;
        let account = optional_addr(account, "account")?;
        let current = engine.account(account.as_ref())?.current;
        let own = engine.own_keys(account.as_ref())?;
        let all = own.iter().map(|stored| inbome_key::own(engine, stored, current.as_ref()));
        keys.give(inbome_key_iter { all: all.collect(), next: 0 });
        Ok(())
    })
}

/// Imports an OpenPGP key of the user's own and makes it the account's current one (Messages §1). Its
/// passphrase is removed.
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
/// key: the secret key, armored or binary, at most 1 MiB.
/// callback: asks for the passphrase of a locked key, or NULL: such a key is refused.
/// user_data: handed to the callback; may be NULL.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if it is no key, or
/// if account is NULL and there are several; INBOME_RESULT_REFUSED if it cannot be used or is too
/// large; INBOME_RESULT_LOCKED without a passphrase, INBOME_RESULT_PASSPHRASE with a wrong one;
/// INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_import_key(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    key: inbome_bytes,
    callback: inbome_passphrase_callback,
    user_data: *mut c_void,
) -> inbome_result {
    let asker = Asker { callback, user_data };
    import(engine, account, key, KeyRole::Current, INBOME_LOCK_REMOVE, &asker)
}

/// As inbome_account_import_key; the key keeps its passphrase if lock says so.
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
/// key: the secret key, armored or binary, at most 1 MiB.
/// lock: one of INBOME_LOCK_.
/// callback: asks for the passphrase of a locked key, or NULL: such a key is refused.
/// user_data: handed to the callback; may be NULL.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: as inbome_account_import_key; INBOME_RESULT_INVALID_ARGUMENT for another lock.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_import_key_as(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    key: inbome_bytes,
    lock: i32,
    callback: inbome_passphrase_callback,
    user_data: *mut c_void,
) -> inbome_result {
    import(engine, account, key, KeyRole::Current, lock, &Asker { callback, user_data })
}

/// As inbome_account_import_key_as, for mails that were encrypted to the key: it decrypts, and the
/// current one stays what it is. It may be expired, revoked or weak, unless it is the current one.
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
/// key: the secret key, armored or binary, at most 1 MiB.
/// lock: one of INBOME_LOCK_.
/// callback: asks for the passphrase of a locked key, or NULL: such a key is refused.
/// user_data: handed to the callback; may be NULL.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: as inbome_account_import_key_as; INBOME_RESULT_INVALID_ARGUMENT also for a copy of the current key
/// that others could not use.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_import_old_key(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    key: inbome_bytes,
    lock: i32,
    callback: inbome_passphrase_callback,
    user_data: *mut c_void,
) -> inbome_result {
    import(engine, account, key, KeyRole::Old, lock, &Asker { callback, user_data })
}

fn import(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    key: inbome_bytes,
    role: KeyRole,
    lock: i32,
    asker: &Asker,
) -> inbome_result {
    on_engine(engine, |engine| {
        let account = optional_addr(account, "account")?;
        let (key, lock) = (octets(key, "key")?, lock_in(lock)?);
        engine.import_own_key(account.as_ref(), key, role, lock, &mut |fpr| asker.ask(fpr))?;
        Ok(())
    })
}

/// Makes a new key for an account and makes it the current one; the old ones go on decrypting
/// (Messages §1).
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
/// and there are several; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_replace_key(
    engine: Option<&inbome_engine>,
    account: *const c_char,
) -> inbome_result {
    on_engine(engine, |engine| {
        engine.replace_own_key(optional_addr(account, "account")?.as_ref())?;
        Ok(())
    })
}

/// Destroys a secret key: mails encrypted to it can never be read again. The current key can be
/// destroyed only when it is the account's last.
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
/// fingerprint: of the key, in hexadecimal.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account or key; INBOME_RESULT_INVALID_ARGUMENT for the
/// current key while there are others, for what is no fingerprint, and if account is NULL and there
/// are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_destroy_key(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    fingerprint: *const c_char,
) -> inbome_result {
    on_engine(engine, |engine| {
        let fingerprint = Fingerprint::parse(text(fingerprint, "fingerprint")?)?;
        let account = optional_addr(account, "account")?;
        engine.destroy_own_key(account.as_ref(), &fingerprint)?;
        Ok(())
    })
}

/// The current secret key of an account: for the user's eyes alone. One that keeps its passphrase is
/// given locked.
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
/// armored: the key in ASCII armor; inbome_buffer_free overwrites it.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND for an unknown account or one without a key; INBOME_RESULT_INVALID_ARGUMENT
/// if account is NULL and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_buffer_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_export_secret(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    armored: Option<&mut MaybeUninit<inbome_buffer>>,
) -> inbome_result {
    let armored = Out::blank(armored);
    on_engine(engine, |engine| {
        let armored = armored.required("armored")?;
        let (_, text) = engine.export_secret(optional_addr(account, "account")?.as_ref())?;
        armored.put(inbome_buffer::of(text.as_bytes()));
        Ok(())
    })
}

/// Opens the keys of an account that are kept under a passphrase, for this engine and until it is
/// freed or inbome_engine_relock is called; nothing of it is stored. For programs whose user interface
/// must not wait in a callback: what needs the key answers INBOME_RESULT_LOCKED or
/// INBOME_REASON_LOCKED, the program asks the user, unlocks and tries again.
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
/// passphrase: its octets; copied, and overwritten when the key is locked again.
/// opened: how many keys it opened, 0 if none is locked; or NULL if that is not wanted.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_PASSPHRASE if there are locked keys and it opens none of them;
/// INBOME_RESULT_NOT_FOUND for an unknown account; INBOME_RESULT_INVALID_ARGUMENT if account is NULL
/// and there are several; INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_unlock(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    passphrase: inbome_bytes,
    opened: Option<&mut MaybeUninit<i32>>,
) -> inbome_result {
    let opened = Out::blank(opened);
    on_engine(engine, |engine| {
        let passphrase = Secret::new(octets(passphrase, "passphrase")?.to_vec());
        let account = optional_addr(account, "account")?;
        let count = engine.unlock(account.as_ref(), &passphrase)?;
        opened.put_if_wanted(i32::try_from(count).unwrap_or(i32::MAX));
        Ok(())
    })
}

/// Locks again what inbome_engine_unlock opened, of all accounts; the open keys are overwritten.
///
/// engine: the engine.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_engine_relock(engine: Option<&inbome_engine>) -> inbome_result {
    on_engine(engine, |engine| {
        engine.relock()?;
        Ok(())
    })
}

/// Gives the current key of an account another expiry (Messages §1). Peers learn of it from the next
/// mails, so renew it before it expires.
///
/// engine: the engine.
/// account: one of its addresses, or NULL: the only account.
/// expires: when it stops being usable, in Unix seconds; INBOME_TIME_UNKNOWN: never.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_LOCKED; INBOME_RESULT_INVALID_ARGUMENT for a time that is past or after 2105, or if
/// account is NULL and there are several; INBOME_RESULT_REFUSED for a revoked key, one whose primary
/// part is kept elsewhere, and one that becomes too large; INBOME_RESULT_NOT_FOUND for an unknown account
/// or one without a key; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_renew_key(
    engine: Option<&inbome_engine>,
    account: *const c_char,
    expires: i64,
) -> inbome_result {
    on_engine(engine, |engine| {
        let account = optional_addr(account, "account")?;
        engine.renew_own_key(account.as_ref(), time_in(expires))?;
        Ok(())
    })
}
