//! The verbs for drafts.

use super::Engine;
use super::advice::Reply;
use crate::account::Account;
use crate::addr::Addr;
use crate::draft::{self, Draft, DraftError, OpenedDraft};
use crate::error::Error;
use crate::header::DraftState;
use crate::mime::Envelope;
use crate::openpgp::SecretKey;
use crate::outgoing::gossip_values;

impl Engine {
    /// Encrypts a draft to the account's own key (Messages §5). The account is the one in From,
    /// else the one named; a draft without From gets one.
    ///
    /// # Errors
    /// [`DraftError::NotFromAccount`] for a From that is another's, which would not be opened again;
    /// [`Error::NoAccount`] and its like, [`Error::NoOwnKey`], [`Error::Encrypt`],
    /// [`Error::PastLimit`].
    pub fn encrypt_draft(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        state: DraftState,
    ) -> Result<Vec<u8>, Error> {
        let now = self.now();
        let openpgp = self.openpgp.as_ref();
        let past = |limit| Error::PastLimit { limit };
        let envelope = Envelope::parse(mail).map_err(past)?;
        let mut about = Vec::new();
        for list in [envelope.to(), envelope.cc(), envelope.bcc()] {
            about.extend(list.map_err(past)?);
        }
        let (account, key, targets) = {
            let mut inner = self.lock()?;
            let accounts = inner.accounts()?;
            let account = inner.account_of_draft(account, &envelope)?;
            let reply = Reply::Unknown;
            let advice = inner.recommend(&account, &about, &reply, &[], openpgp, now)?;
            let targets =
                inner.targets(&[], &account, &accounts, &advice.recipients, openpgp, now)?;
            let key = inner.living_key(&account, now)?;
            (account, key, targets)
        };
        // What would not be opened again must not be put away.
        match envelope.from() {
            Ok(from) if account.owns(&from) => {}
            Err(_) if !envelope.has_field("From") => {}
            found => {
                let (account, found) = (account.addr, found.ok());
                return Err(DraftError::NotFromAccount { account, found }.into());
            }
        }
        let gossip = gossip_values(about.iter(), &targets, openpgp, now);
        let random = self.random.as_ref();
        let (from, gossip) = (&account.addr, gossip.as_slice());
        let draft = Draft { mail, from, state, gossip, key: &key, now, random };
        Ok(draft::encrypt(&draft, openpgp)?)
    }

    /// Opens a draft (Messages §5). `confirmed` is whether the user says that a draft of another
    /// program, which bears no state inside, is one of theirs.
    ///
    /// # Errors
    /// [`Error::Draft`]: it is not one of the account's own drafts. [`Error::NoAccount`] and its
    /// like.
    pub fn open_draft(
        &self,
        account: Option<&Addr>,
        mail: &[u8],
        confirmed: bool,
    ) -> Result<OpenedDraft, Error> {
        let envelope = Envelope::parse(mail).map_err(|limit| Error::PastLimit { limit })?;
        let (account, keys) = {
            let mut inner = self.lock()?;
            let account = inner.account_of_draft(account, &envelope)?;
            let keys = inner.own_keys(&account.addr)?;
            (account, keys)
        };
        let keys: Vec<&SecretKey> = keys.iter().collect();
        Ok(draft::open(mail, &account, &keys, confirmed, self.openpgp.as_ref())?)
    }
}

impl super::Inner {
    /// The account named, else the one in From, else the only one.
    fn account_of_draft(
        &mut self,
        named: Option<&Addr>,
        envelope: &Envelope<'_>,
    ) -> Result<Account, Error> {
        let accounts = self.accounts()?;
        let from = envelope.from().ok().filter(|from| accounts.own(from));
        self.account(named.or(from.as_ref()))
    }
}
