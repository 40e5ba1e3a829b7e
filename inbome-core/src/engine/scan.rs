//! Scanning mailboxes on a connection of its own, so that other calls go on meanwhile.

use std::path::PathBuf;

use super::Engine;
use super::reading::HeldKeys;
use crate::addr::Addr;
use crate::error::Error;
use crate::scan::{self, Findings, OpenMail, Progress, Scan, ScanOptions, ScanReport, StoreAccess};
use crate::store::{Store, StoreError};

impl Engine {
    /// Learns from mailboxes: Maildir folders, mbox files, single mails (Discovery §4). Read-only and
    /// incremental. `progress` is called often, on this thread.
    ///
    /// # Errors
    /// [`Error::NoAccounts`], [`Error::NoAccount`], [`Error::Store`]. What cannot be read is named in
    /// the report, and the rest is scanned.
    pub fn scan(
        &self,
        paths: &[PathBuf],
        options: &ScanOptions<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ScanReport, Error> {
        let now = self.now();
        let (accounts, account, keys) = {
            let mut inner = self.lock()?;
            let accounts = inner.accounts()?;
            let named = options.account.as_ref();
            let account = named.map(|addr| inner.account(Some(addr))).transpose()?;
            let keys = inner.keys_by_account(&accounts)?;
            (accounts, account, keys)
        };
        let account = account.as_ref();
        // Cursors are kept under the named account, else under the first.
        let keeper = &account.or(accounts.0.first()).ok_or(Error::NoAccounts)?.addr;
        let certs = self.openpgp.as_ref();
        let openpgp = self.openpgp.as_ref();
        let named = account.map(|account| &account.addr);
        let open_mail: &OpenMail<'_> =
            &|mail| HeldKeys::of(&keys, &accounts, named, mail).look_into(mail, openpgp, now);
        let scan = Scan { options, accounts: &accounts, account, keeper, certs, open_mail, now };
        match self.second_store()? {
            Some(mut other) => {
                other.store.allow_loss()?;
                scan.run(paths, &mut Own(other.store.as_mut()), progress)
            }
            None => scan.run(paths, &mut Shared(self), progress),
        }
    }

    /// Looks, before an account is made, for what the user's other programs left in the mailbox
    /// (Several devices §1). Nothing is changed.
    pub fn look(&self, addr: &Addr, paths: &[PathBuf], options: &ScanOptions<'_>) -> Findings {
        scan::look(addr, paths, options, self.openpgp.as_ref(), self.now())
    }
}

/// A connection that nobody else uses.
struct Own<'a>(&'a mut dyn Store);

impl StoreAccess for Own<'_> {
    type Error = Error;

    fn with(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Store) -> Result<(), StoreError>,
    ) -> Result<(), Error> {
        Ok(work(self.0)?)
    }
}

/// The engine's own store, a turn at a time.
struct Shared<'a>(&'a Engine);

impl StoreAccess for Shared<'_> {
    type Error = Error;

    fn with(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Store) -> Result<(), StoreError>,
    ) -> Result<(), Error> {
        Ok(work(self.0.lock()?.store.as_mut())?)
    }
}
