//! The user's own addresses: make, look, list, change; the key fields of one.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use inbome_core::account::Account;
use inbome_core::engine::Created;
use inbome_core::header::{PreferEncrypt, Spelling};

use crate::account_options::{
    INBOME_PREFER_MUTUAL, INBOME_PREFER_NOPREFERENCE, INBOME_SPELLING_AUTOCRYPT,
    INBOME_SPELLING_INBOME, inbome_account_options, none_of,
};
use crate::bytes::inbome_buffer;
use crate::engine::inbome_engine;
use crate::guard::guard;
use crate::pointer::{Out, addr, free, optional_addr, required, shown};
use crate::result::{inbome_result, on_engine};

/// One of the user's own mailboxes, as it was when asked for.
pub struct inbome_account {
    pub(crate) addr: CString,
    pub(crate) aliases: Vec<CString>,
    pub(crate) fingerprint: Option<CString>,
    pub(crate) core: Account,
    pub(crate) created: bool,
}

/// All accounts, one by one.
pub struct inbome_account_iter {
    pub(crate) all: Vec<inbome_account>,
    pub(crate) next: usize,
}

/// Makes an account with a new key, or as the options say (Discovery §1, Messages §1). One that
/// exists as asked is given back.
///
/// engine: the engine.
/// addr: the address.
/// options: how, or NULL: mutual, both spellings, level 1, a new key.
/// account: the account, or NULL if it is not wanted.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_CONFLICT if it exists otherwise; for an imported key INBOME_RESULT_INVALID_ARGUMENT
/// if it is none, INBOME_RESULT_REFUSED if it cannot be used, INBOME_RESULT_LOCKED without a
/// passphrase, INBOME_RESULT_PASSPHRASE with a wrong one; INBOME_RESULT_NOT_FOUND for an alias of
/// nobody; INBOME_RESULT_RANDOM, INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_account_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_create(
    engine: Option<&inbome_engine>,
    addr: *const c_char,
    options: Option<&inbome_account_options>,
    account: Option<&mut MaybeUninit<*mut inbome_account>>,
) -> inbome_result {
    let account = Out::blank(account);
    on_engine(engine, |engine| {
        let addr = self::addr(addr, "addr")?;
        let defaults = inbome_account_options::default();
        let options = options.unwrap_or(&defaults);
        let asker = options.passphrase;
        let Created { account: held, created } =
            engine.create_account(&addr, &options.core, &mut |fpr| asker.ask(fpr))?;
        let held = inbome_account { created, ..held.into() };
        account.give_if_wanted(held);
        Ok(())
    })
}

/// Looks an account up.
///
/// engine: the engine.
/// addr: one of its addresses, or NULL: the only account.
/// account: the account.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_NOT_FOUND; INBOME_RESULT_INVALID_ARGUMENT if addr is NULL and there are several;
/// INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_account_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_get(
    engine: Option<&inbome_engine>,
    addr: *const c_char,
    account: Option<&mut MaybeUninit<*mut inbome_account>>,
) -> inbome_result {
    let account = Out::blank(account);
    on_engine(engine, |engine| {
        let account = account.required("account")?;
        let addr = optional_addr(addr, "addr")?;
        account.give(engine.account(addr.as_ref())?.into());
        Ok(())
    })
}

/// Changes the settings of an account: those that the options set. An alias and a key in the
/// options are not looked at.
///
/// engine: the engine.
/// addr: one of its addresses.
/// options: the settings.
///
/// Returns: INBOME_RESULT_OK.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS,
/// INBOME_RESULT_NOT_FOUND, INBOME_RESULT_FORKED, those of the store (300 to 399).
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_set(
    engine: Option<&inbome_engine>,
    addr: *const c_char,
    options: Option<&inbome_account_options>,
) -> inbome_result {
    on_engine(engine, |engine| {
        let options = required(options, "options")?;
        engine.set_account(&self::addr(addr, "addr")?, options.settings())?;
        Ok(())
    })
}

/// All accounts, in the order in which they were made.
///
/// engine: the engine.
/// accounts: an iterator over them, as they are now.
///
/// Returns: INBOME_RESULT_OK, also if there are none.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_account_iter_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_accounts(
    engine: Option<&inbome_engine>,
    accounts: Option<&mut MaybeUninit<*mut inbome_account_iter>>,
) -> inbome_result {
    let accounts = Out::blank(accounts);
    on_engine(engine, |engine| {
        let accounts = accounts.required("accounts")?;
        let all = engine.accounts()?.into_iter().map(Into::into).collect();
        accounts.give(inbome_account_iter { all, next: 0 });
        Ok(())
    })
}

/// Steps on to the next account.
///
/// account_iter: the iterator; NULL gives NULL.
///
/// Returns: the next one; NULL at the end.
/// Borrowed: valid until the iterator is freed
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_iter_next(
    account_iter: Option<&mut inbome_account_iter>,
) -> Option<&inbome_account> {
    guard(|| account_iter?.next()).flatten()
}

/// Frees an account iter and all that was borrowed from it.
///
/// account_iter: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_iter_free(account_iter: Option<Box<inbome_account_iter>>) {
    free(account_iter);
}

/// Frees an account and all that was borrowed from it.
///
/// account: it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_free(account: Option<Box<inbome_account>>) {
    free(account);
}

/// The value of a key field of an account, for a program that writes its own header: what stands
/// after "Autocrypt: " or "INBOME-Encryption: ", folded with CRLF and a blank into lines under 78
/// columns (Discovery §2.1). All lines together stay under 10 KiB.
///
/// engine: the engine.
/// addr: the From address, or NULL: the only account's.
/// spelling: INBOME_SPELLING_AUTOCRYPT or INBOME_SPELLING_INBOME, whichever field is wanted. Which
/// of them the user wants is inbome_account_spelling.
/// value: the value; empty if the account is disabled or the field cannot be written.
///
/// Returns: INBOME_RESULT_OK, with a value or without.
/// Errors: INBOME_RESULT_NULL_ARGUMENT, INBOME_RESULT_NOT_UTF8, INBOME_RESULT_INVALID_ADDRESS;
/// INBOME_RESULT_INVALID_ARGUMENT for another spelling; INBOME_RESULT_NOT_FOUND if there is no such
/// account or it has no key; INBOME_RESULT_FORKED, those of the store (300 to 399).
/// Owned: free with inbome_buffer_free
#[unsafe(no_mangle)]
pub extern "C" fn inbome_account_field(
    engine: Option<&inbome_engine>,
    addr: *const c_char,
    spelling: i32,
    value: Option<&mut MaybeUninit<inbome_buffer>>,
) -> inbome_result {
    let value = Out::blank(value);
    on_engine(engine, |engine| {
        let value = value.required("value")?;
        let addr = optional_addr(addr, "addr")?;
        let spelling = match spelling {
            INBOME_SPELLING_AUTOCRYPT => Spelling::Autocrypt,
            INBOME_SPELLING_INBOME => Spelling::Inbome,
            other => return Err(none_of("INBOME_SPELLING_ but _BOTH", other)),
        };
        let fields = engine.header_fields(addr.as_ref(), Some(spelling))?;
        if let Some((_, printed)) = fields.first() {
            value.put(inbome_buffer::of(printed.as_bytes()));
        }
        Ok(())
    })
}

impl From<Account> for inbome_account {
    fn from(core: Account) -> Self {
        Self {
            addr: shown(&core.addr),
            aliases: core.aliases.iter().map(shown).collect(),
            fingerprint: core.current.as_ref().map(shown),
            core,
            created: false,
        }
    }
}

impl inbome_account_iter {
    fn next(&mut self) -> Option<&inbome_account> {
        let found = self.all.get(self.next)?;
        self.next = self.next.saturating_add(1);
        Some(found)
    }
}

pub(crate) fn prefer_out(prefer: PreferEncrypt) -> i32 {
    match prefer {
        PreferEncrypt::NoPreference => INBOME_PREFER_NOPREFERENCE,
        PreferEncrypt::Mutual => INBOME_PREFER_MUTUAL,
    }
}
