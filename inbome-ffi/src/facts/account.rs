//! What is shown of an account.
//!
//! Written by facts/write.py from facts/account.facts: do not edit.

use std::ffi::c_char;

use inbome_core::account::{ClearReply, Profile};
use inbome_core::header::Spelling;

use crate::account::{inbome_account, prefer_out};
use crate::account_options::{
    INBOME_CLEAR_REPLY_REFUSE, INBOME_CLEAR_REPLY_SEND, INBOME_PROFILE_INBOME,
    INBOME_PROFILE_LEVEL1, INBOME_SPELLING_AUTOCRYPT, INBOME_SPELLING_BOTH, INBOME_SPELLING_INBOME,
};
use crate::pointer::{lent, read};

/// The account's first address, under which its peers and keys are kept.
///
/// account: the object; NULL gives NULL.
///
/// Returns: the address.
/// Borrowed: valid until the account is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_addr(account: Option<&inbome_account>) -> *const c_char {
    read(account, std::ptr::null(), |account| lent(Some(&account.addr)))
}

/// How many addresses share the account (Discovery §1).
///
/// account: the object; NULL gives 0.
///
/// Returns: the count.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_alias_count(account: Option<&inbome_account>) -> usize {
    read(account, 0, |account| account.aliases.len())
}

/// An address that shares the account.
///
/// account: the object; NULL gives NULL.
/// index: from 0, below inbome_account_alias_count.
///
/// Returns: the address; NULL past the end.
/// Borrowed: valid until the account is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_alias(
    account: Option<&inbome_account>,
    index: usize,
) -> *const c_char {
    read(account, std::ptr::null(), |account| lent(account.aliases.get(index)))
}

/// The fingerprint of the key that the account advertises.
///
/// account: the object; NULL gives NULL.
///
/// Returns: upper-case hexadecimal; NULL if the account has no key.
/// Borrowed: valid until the account is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_fingerprint(account: Option<&inbome_account>) -> *const c_char {
    read(account, std::ptr::null(), |account| lent(account.fingerprint.as_ref()))
}

/// Whether encryption is switched on.
///
/// account: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_is_enabled(account: Option<&inbome_account>) -> i32 {
    read(account, 0, |account| i32::from(account.core.settings.enabled))
}

/// Whether inbome_account_create made it, rather than found it.
///
/// account: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_is_new(account: Option<&inbome_account>) -> i32 {
    read(account, 0, |account| i32::from(account.created))
}

/// What the key fields ask for.
///
/// account: the object; NULL gives 0.
///
/// Returns: one of INBOME_PREFER_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_prefer_encrypt(account: Option<&inbome_account>) -> i32 {
    read(account, 0, |account| prefer_out(account.core.settings.prefer_encrypt))
}

/// How the key fields are spelt.
///
/// account: the object; NULL gives 0.
///
/// Returns: one of INBOME_SPELLING_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_spelling(account: Option<&inbome_account>) -> i32 {
    read(account, 0, |account| match account.core.settings.spelling {
        Spelling::Both => INBOME_SPELLING_BOTH,
        Spelling::Autocrypt => INBOME_SPELLING_AUTOCRYPT,
        Spelling::Inbome => INBOME_SPELLING_INBOME,
    })
}

/// The patience with peers who stop advertising.
///
/// account: the object; NULL gives 0.
///
/// Returns: one of INBOME_PROFILE_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_profile(account: Option<&inbome_account>) -> i32 {
    read(account, 0, |account| match account.core.settings.profile {
        Profile::Level1 => INBOME_PROFILE_LEVEL1,
        Profile::Inbome => INBOME_PROFILE_INBOME,
    })
}

/// Whether the Subject of the account's encrypted mails stays in the clear outside.
///
/// account: the object; NULL gives 0.
///
/// Returns: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_keeps_subject(account: Option<&inbome_account>) -> i32 {
    read(account, 0, |account| i32::from(account.core.settings.keep_subject))
}

/// What becomes of clear answers to encrypted mails where the program that sends them cannot ask.
///
/// account: the object; NULL gives 0.
///
/// Returns: one of INBOME_CLEAR_REPLY_.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_clear_reply(account: Option<&inbome_account>) -> i32 {
    read(account, 0, |account| match account.core.settings.clear_reply {
        ClearReply::Send => INBOME_CLEAR_REPLY_SEND,
        ClearReply::Refuse => INBOME_CLEAR_REPLY_REFUSE,
    })
}
