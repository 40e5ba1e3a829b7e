//! What can be set in an account options.
//!
//! Written by facts/write.py from facts/account_options.facts: do not edit.

use std::ffi::c_char;

use inbome_core::account::Profile;
use inbome_core::header::PreferEncrypt;

use crate::account_options::{
    INBOME_PREFER_MUTUAL, INBOME_PREFER_NOPREFERENCE, INBOME_PROFILE_INBOME, INBOME_PROFILE_LEVEL1,
    clear_reply_in, inbome_account_options, lock_in, none_of, spelling_in,
};
use crate::bytes::inbome_bytes;
use crate::pointer::{addr, is_yes, octets, required};
use crate::result::{inbome_result, without_engine};

/// Switches encryption for the account on or off.
///
/// account_options: what is changed.
/// enabled: 1 or 0. A disabled account writes no key field, and each of its recommendations is *disable*;
/// it goes on learning (Discovery §3).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_enabled(
    account_options: Option<&mut inbome_account_options>,
    enabled: i32,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.settings.enabled = Some(is_yes(enabled));
        Ok(())
    })
}

/// Sets what the account's key fields ask for; it is half of the decision to encrypt by default
/// (Discovery §7).
///
/// account_options: what is changed.
/// prefer_encrypt: one of INBOME_PREFER_.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_prefer_encrypt(
    account_options: Option<&mut inbome_account_options>,
    prefer_encrypt: i32,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.settings.prefer_encrypt = Some(match prefer_encrypt {
            INBOME_PREFER_NOPREFERENCE => PreferEncrypt::NoPreference,
            INBOME_PREFER_MUTUAL => PreferEncrypt::Mutual,
            other => return Err(none_of("INBOME_PREFER_", other)),
        });
        Ok(())
    })
}

/// Sets how the account's key fields are spelt (Discovery §2.1).
///
/// account_options: what is changed.
/// spelling: one of INBOME_SPELLING_.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_spelling(
    account_options: Option<&mut inbome_account_options>,
    spelling: i32,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.settings.spelling = Some(spelling_in(spelling)?);
        Ok(())
    })
}

/// Sets the patience with peers who stop advertising (Discovery §7).
///
/// account_options: what is changed.
/// profile: one of INBOME_PROFILE_.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_profile(
    account_options: Option<&mut inbome_account_options>,
    profile: i32,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.settings.profile = Some(match profile {
            INBOME_PROFILE_LEVEL1 => Profile::Level1,
            INBOME_PROFILE_INBOME => Profile::Inbome,
            other => return Err(none_of("INBOME_PROFILE_", other)),
        });
        Ok(())
    })
}

/// Says whether the Subject of the account's encrypted mails stays in the clear outside
/// (Messages §4).
///
/// account_options: what is changed.
/// keep_subject: 1 or 0 (the default of a new account).
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_keep_subject(
    account_options: Option<&mut inbome_account_options>,
    keep_subject: i32,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.settings.keep_subject = Some(is_yes(keep_subject));
        Ok(())
    })
}

/// Says what becomes of an answer to an encrypted mail that would go out in the clear, where the program
/// that sends it cannot ask and so refuses it by inbome_outgoing_options_set_clear_reply
/// (Discovery §8).
///
/// account_options: what is changed.
/// clear_reply: INBOME_CLEAR_REPLY_REFUSE (the default of a new account) or INBOME_CLEAR_REPLY_SEND.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_clear_reply(
    account_options: Option<&mut inbome_account_options>,
    clear_reply: i32,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.settings.clear_reply = Some(clear_reply_in(clear_reply)?);
        Ok(())
    })
}

/// Makes the new account an alias: on the wire it stands for itself, all else is that of the
/// other one (Discovery §1).
///
/// account_options: what is changed.
/// main: the address of the account whose keys, settings and peers are shared.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_alias_of(
    account_options: Option<&mut inbome_account_options>,
    main: *const c_char,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.alias_of = Some(addr(main, "main")?);
        Ok(())
    })
}

/// Gives an OpenPGP key of the user's own to use instead of a new one (Messages §1). It is
/// looked at when the account is made.
///
/// account_options: what is changed.
/// key: the secret key, armored or binary, at most 1 MiB; copied.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_import_key(
    account_options: Option<&mut inbome_account_options>,
    key: inbome_bytes,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.import_key = Some(octets(key, "key")?.to_vec());
        Ok(())
    })
}

/// Says what becomes of the passphrase of a key that is imported (Messages §1). It is asked for
/// either way.
///
/// account_options: what is changed.
/// lock: one of INBOME_LOCK_.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_options_set_lock(
    account_options: Option<&mut inbome_account_options>,
    lock: i32,
) -> inbome_result {
    without_engine(|| {
        let account_options = required(account_options, "account_options")?;
        account_options.core.lock = lock_in(lock)?;
        Ok(())
    })
}
