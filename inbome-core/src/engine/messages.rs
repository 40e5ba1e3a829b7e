//! Reading encrypted mail, and what encrypting it needs from the store (Messages §2, §3).

use std::collections::BTreeMap;

use super::{Engine, Inner};
use crate::account::{Account, Accounts};
use crate::addr::Addr;
use crate::clock::Timestamp;
use crate::compose::{OutgoingDraft, OutgoingReason, refused};
use crate::decrypt::{self, Decrypted, Known};
use crate::encrypt::Target;
use crate::error::Error;
use crate::mime::{Envelope, Shape, locate};
use crate::openpgp::message::KeyId;
use crate::openpgp::{OpenPgp, SecretKey};
use crate::peer::PeerState;
use crate::recommend::{Advice, TargetSource};
use crate::store::StoredKey;

impl Engine {
    /// Decrypts and verifies a mail (Messages §3): the message as a reader shall see it, and one
    /// summary. Nothing is changed; [`Engine::process_incoming`] learns from it.
    ///
    /// # Errors
    /// [`Error::NoAccount`] and its like; [`Error::PastLimit`]. That a mail cannot be decrypted is
    /// in the summary.
    pub fn decrypt(&self, account: Option<&Addr>, mail: &[u8]) -> Result<Decrypted, Error> {
        let now = self.now();
        let mut inner = self.lock()?;
        inner.read(|inner| {
            let accounts = inner.accounts()?;
            let keys = inner.keys_for(account, &accounts, mail)?;
            let own: Vec<&SecretKey> = keys.iter().map(|(_, stored)| &stored.key).collect();
            let opening = decrypt::open(mail, &own, self.openpgp.as_ref())
                .map_err(|limit| Error::PastLimit { limit })?;
            // What is stored of possible senders is read before the pure part asks for it.
            let mut states = BTreeMap::new();
            for addr in opening.senders() {
                for keeper in keys.iter().map(|(keeper, _)| keeper) {
                    if let Some(peer) = inner.store.load_peer(keeper, &addr)? {
                        let history = inner.store.load_history(keeper, &addr)?;
                        states.insert(addr.clone(), PeerState { peer, history });
                    }
                }
            }
            let peer = |addr: &Addr| states.get(addr).cloned().unwrap_or_default();
            let known = Known { accounts: &accounts, own: &own, peer: &peer };
            Ok(decrypt::summarise(&opening, &known, self.openpgp.as_ref(), now))
        })
    }

    /// Whether one of the user's keys may open the mail; compares key IDs only.
    ///
    /// # Errors
    /// As [`Engine::decrypt`].
    pub fn can_decrypt(&self, account: Option<&Addr>, mail: &[u8]) -> Result<bool, Error> {
        let mut inner = self.lock()?;
        let accounts = inner.accounts()?;
        let keys = inner.keys_for(account, &accounts, mail)?;
        let own: Vec<&SecretKey> = keys.iter().map(|(_, stored)| &stored.key).collect();
        match locate(mail).map_err(|limit| Error::PastLimit { limit })? {
            Shape::Encrypted(found) => Ok(self.openpgp.can_open(&found.armor, &own)),
            _ => Ok(false),
        }
    }
}

impl Inner {
    /// The keys to try: those of the account that is named or that the mail names, else all. Of each
    /// account the current one comes first.
    pub(super) fn keys_for(
        &mut self,
        named: Option<&Addr>,
        accounts: &Accounts,
        mail: &[u8],
    ) -> Result<Vec<(Addr, StoredKey)>, Error> {
        let account = match named {
            Some(addr) => Some(self.account(Some(addr))?),
            None if accounts.0.is_empty() => return Err(Error::NoAccounts),
            None => {
                let envelope = Envelope::parse(mail).map_err(|limit| Error::PastLimit { limit })?;
                let mut listed = envelope.to().unwrap_or_default();
                listed.extend(envelope.cc().unwrap_or_default());
                accounts.of_incoming(&envelope.delivered_to(), &listed).cloned()
            }
        };
        let asked = accounts
            .0
            .iter()
            .filter(|held| account.as_ref().is_none_or(|account| account.addr == held.addr));
        let mut keys = Vec::new();
        for account in asked {
            let stored = self.store.secret_keys(&account.addr)?;
            keys.extend(stored.into_iter().map(|key| (account.addr.clone(), key)));
        }
        Ok(keys)
    }

    /// The keys that a mail is encrypted to, and those of Reply-To that are known, for gossip.
    pub(super) fn targets(
        &mut self,
        mail: &[u8],
        account: &Account,
        accounts: &Accounts,
        recipients: &[(Addr, Advice)],
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<BTreeMap<Addr, Target>, Error> {
        let mut targets = BTreeMap::new();
        for (addr, advice) in recipients {
            let Some(target) = &advice.target else { continue };
            let key = target.key.clone();
            let union = match target.source {
                TargetSource::Own => openpgp.union(None, &key.bytes),
                _ => {
                    let mut history = self.store.load_history(&account.addr, addr)?;
                    match history.remove(&key.fingerprint) {
                        Some(record) => record.union,
                        None => openpgp.union(None, &key.bytes),
                    }
                }
            };
            targets.insert(addr.clone(), Target { key, union });
        }
        let envelope = Envelope::parse(mail).map_err(|limit| Error::PastLimit { limit })?;
        for addr in envelope.reply_to().unwrap_or_default() {
            if targets.contains_key(&addr) || accounts.own(&addr) {
                continue;
            }
            let row = self.judged_peer(account, &addr, openpgp, now)?;
            if let Some(advert) = row.advert.filter(|advert| advert.judgement.verdict.is_ok()) {
                let union = openpgp.union(None, &advert.key.bytes);
                targets.insert(addr, Target { key: advert.key, union });
            }
        }
        Ok(targets)
    }

    /// Messages §5: a captured ciphertext planted as a draft must not be sent on.
    pub(super) fn refuse_only_to_self(
        &mut self,
        mail: &[u8],
        account: &Account,
        accounts: &Accounts,
        draft: &OutgoingDraft,
        openpgp: &dyn OpenPgp,
        now: Timestamp,
    ) -> Result<(), Error> {
        if draft.recipients.iter().all(|addr| accounts.own(addr)) {
            return Ok(());
        }
        let Ok(Shape::Encrypted(found)) = locate(mail) else { return Ok(()) };
        let Ok(to) = openpgp.recipients(&found.armor) else { return Ok(()) };
        let keys = self.store.secret_keys(&account.addr)?;
        let subkey = |stored: &StoredKey| {
            let cert = &stored.key.cert;
            let judgement = openpgp.judge(cert, &openpgp.union(None, cert), now);
            judgement.verdict.ok().map(|usable| KeyId::from(&usable.subkey))
        };
        let own: Vec<KeyId> = keys.iter().filter_map(subkey).collect();
        let ours = |id: &KeyId| own.contains(id);
        match !to.is_empty() && to.iter().all(ours) {
            true => Err(refused(OutgoingReason::OnlyToSelf, &[]).into()),
            false => Ok(()),
        }
    }
}
