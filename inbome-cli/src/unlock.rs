//! Locked keys: when one stands in the way, its passphrase is asked for and the work is done again.
//!
//! The passphrase comes from `--passphrase-file`, else from the terminal; where there is neither, the
//! first answer stands. Not here: what a passphrase opens (the engine).

use inbome_core::addr::Addr;
use inbome_core::backup::BackupFlaw;
use inbome_core::engine::Engine;
use inbome_core::error::Error;
use inbome_core::key::Fingerprint;
use inbome_core::openpgp::OpenPgpError;

use crate::args::OwnKeyArgs;
use crate::exit::Failure;
use crate::terminal;

/// Whether the terminal is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// If there is no file.
    Terminal,
    /// Never: another program has the terminal.
    Nobody,
}

/// Does `work`; if a key is locked, as `locked` tells from its result, once more with the key open.
pub(crate) fn unlocking<T>(
    engine: &Engine,
    own_key: &OwnKeyArgs,
    ask: Ask,
    locked: impl Fn(&Result<T, Error>) -> Option<Fingerprint>,
    work: impl Fn() -> Result<T, Error>,
) -> Result<T, Failure> {
    let first = work();
    let Some(fingerprint) = locked(&first) else { return Ok(first?) };
    let file = own_key.passphrase_file.as_deref();
    if file.is_none() && ask == Ask::Nobody {
        return Ok(first?);
    }
    let Some(passphrase) = terminal::passphrase_from(file)?(&fingerprint) else {
        return Ok(first?);
    };
    let account = account_of(engine, &fingerprint)?;
    engine.unlock(account.as_ref(), &passphrase)?;
    Ok(work()?)
}

/// The locked key that an error names.
pub(crate) fn locked_by_error<T>(done: &Result<T, Error>) -> Option<Fingerprint> {
    use inbome_core::decrypt::Failure::Locked;
    use inbome_core::draft::DraftError::Failed;
    use inbome_core::outgoing::EncryptError;
    match done.as_ref().err()? {
        Error::OpenPgp(OpenPgpError::Locked { fingerprint })
        | Error::Encrypt(EncryptError::OpenPgp(OpenPgpError::Locked { fingerprint })) => {
            Fingerprint::parse(fingerprint).ok()
        }
        Error::Backup(BackupFlaw::Locked { fingerprint }) => Fingerprint::parse(fingerprint).ok(),
        Error::Draft(Failed(Locked { fingerprint })) => Some(fingerprint.clone()),
        _ => None,
    }
}

/// Whose key it is.
fn account_of(engine: &Engine, fingerprint: &Fingerprint) -> Result<Option<Addr>, Error> {
    for account in engine.accounts()? {
        let keys = engine.own_keys(Some(&account.addr))?;
        if keys.iter().any(|stored| stored.key.fingerprint == *fingerprint) {
            return Ok(Some(account.addr));
        }
    }
    Ok(None)
}
