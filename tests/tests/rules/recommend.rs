//! The recommendation (Discovery §7) and `get_encrypt_key` (§6): the whole table, then what only an
//! engine can show: own addresses, several recipients, replies.

use std::collections::BTreeSet;

use inbome_core::account::{Profile, Settings};
use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::engine::{AccountOptions, Engine, Reply, SettingsChange};
use inbome_core::header::PreferEncrypt::{self, Mutual, NoPreference};
use inbome_core::key::{Judgement, Key, Unusable, Usable, hash};
use inbome_core::limits::STALE_AFTER_SECS;
use inbome_core::peer::{Advert, Introduced, Peer, Plain, Seen, Word};
use inbome_core::recommend::Recommendation::{self, Available, Disable, Discourage, Encrypt};
use inbome_core::recommend::{Draft, Reason, TargetSource, get_encrypt_key, recommend_one};
use inbome_tests::stage::*;

fn key(seed: u8) -> Key {
    let octets = cert(seed, ALICE);
    Key { fingerprint: fingerprint(&octets), hash: hash(&octets), bytes: octets.into() }
}

fn judged(seed: u8, verdict: Result<(), Unusable>) -> Judgement {
    let usable = Usable { subkey: key(seed).fingerprint, expires: None };
    let (from, until) = (Timestamp::MIN, Timestamp::MAX);
    Judgement { verdict: verdict.map(|()| usable), from, until }
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(SENT + secs)
}

/// A peer who advertised key 1 at [`SENT`] and did nothing since.
fn advertised(verdict: Result<(), Unusable>, prefer_encrypt: PreferEncrypt) -> Peer {
    let (key, judgement) = (key(1), judged(1, verdict));
    let advert =
        Advert { at: at(0), protected: false, key, prefer_encrypt, judgement, field: None };
    let seen = Some(Seen { at: at(0), encrypted: false });
    Peer { seen, advert: Some(advert), ..Peer::default() }
}

fn mutual() -> Peer {
    advertised(Ok(()), Mutual)
}

fn quiet() -> Peer {
    advertised(Ok(()), NoPreference)
}

/// Wrote without a key so many seconds after the advert.
fn later(peer: Peer, secs: i64) -> Peer {
    let last_plain = Some(Plain { at: at(secs), agent: "Pigeon".into() });
    Peer { seen: Some(Seen { at: at(secs), encrypted: false }), last_plain, ..peer }
}

fn gossip(peer: Peer, verdict: Result<(), Unusable>) -> Peer {
    let gossip = Introduced { at: at(0), key: key(2), judgement: judged(2, verdict) };
    Peer { gossip: Some(gossip), ..peer }
}

fn imported(peer: Peer) -> Peer {
    let imported = Introduced { at: at(0), key: key(3), judgement: judged(3, Ok(())) };
    Peer { imported: Some(imported), ..peer }
}

fn word(peer: Peer, word: Word) -> Peer {
    Peer { word, ..peer }
}

fn list(peer: Peer) -> Peer {
    Peer { list_post: Some(at(0)), ..peer }
}

fn pin(peer: Peer, seed: u8) -> Peer {
    word(peer, Word::Pin(key(seed).fingerprint))
}

/// The account, and whether the mail answers an encrypted one.
fn draft(prefer_encrypt: PreferEncrypt, profile: Profile, reply: bool) -> Draft {
    let own = Settings { prefer_encrypt, profile, ..Settings::default() };
    Draft { own, reply_to_encrypted: reply }
}

#[test]
fn one_recipient_gets_what_the_table_says() {
    use TargetSource::{Direct, Gossip, Import};
    let usual = draft(Mutual, Profile::Level1, false);
    let reply = draft(Mutual, Profile::Level1, true);
    let own_quiet = draft(NoPreference, Profile::Level1, false);
    let strict = draft(Mutual, Profile::Inbome, false);
    let disabled = Draft { own: Settings { enabled: false, ..Settings::default() }, ..usual };
    let patience = STALE_AFTER_SECS;
    let (no, never_seen) = (None, Peer::default);
    let expired = || advertised(Err(Unusable::Expired), Mutual);
    let seen = || later(never_seen(), 0);
    let stale = || later(mutual(), patience + 1);
    // What is known, the draft; the recommendation, the reasons, the target; what get_encrypt_key
    // says: its reason, or "" for the key.
    type Row = (
        &'static str,
        Peer,
        Draft,
        Recommendation,
        &'static str,
        Option<TargetSource>,
        &'static str,
    );
    let table: Vec<Row> = vec![
        // Step 1.
        ("never seen", never_seen(), usual, Disable, "never_seen", no, "never_seen"),
        ("no key", seen(), usual, Disable, "no_key", no, "no_key"),
        ("no key, reply", seen(), reply, Disable, "no_key", no, "no_key"),
        ("expired", expired(), usual, Disable, "expired", no, "expired"),
        (
            "revoked",
            advertised(Err(Unusable::Revoked), Mutual),
            usual,
            Disable,
            "revoked",
            no,
            "revoked",
        ),
        ("weak", advertised(Err(Unusable::Weak), Mutual), usual, Disable, "weak", no, "weak"),
        (
            "unsupported",
            advertised(Err(Unusable::Unsupported), Mutual),
            usual,
            Disable,
            "unsupported",
            no,
            "unsupported",
        ),
        ("expired, reply", expired(), reply, Disable, "expired", no, "expired"),
        (
            "bad gossip",
            gossip(never_seen(), Err(Unusable::Weak)),
            usual,
            Disable,
            "weak",
            no,
            "weak",
        ),
        (
            "expired, import behind it",
            imported(expired()),
            usual,
            Disable,
            "expired",
            no,
            "expired",
        ),
        // Step 2.
        (
            "gossip",
            gossip(never_seen(), Ok(())),
            usual,
            Discourage,
            "gossip_only",
            Some(Gossip),
            "gossip_only",
        ),
        (
            "gossip, expired direct key",
            gossip(expired(), Ok(())),
            usual,
            Discourage,
            "gossip_only",
            Some(Gossip),
            "gossip_only",
        ),
        (
            "gossip, reply",
            gossip(never_seen(), Ok(())),
            reply,
            Encrypt,
            "reply_to_encrypted",
            Some(Gossip),
            "gossip_only",
        ),
        (
            "gossip beside the direct key",
            gossip(mutual(), Ok(())),
            usual,
            Encrypt,
            "both_mutual",
            Some(Direct),
            "",
        ),
        // Step 3, both profiles at their edges.
        ("stale", stale(), usual, Discourage, "stale", Some(Direct), "stale"),
        (
            "almost stale",
            later(mutual(), patience),
            usual,
            Encrypt,
            "both_mutual",
            Some(Direct),
            "",
        ),
        ("stale, reply", stale(), reply, Encrypt, "reply_to_encrypted", Some(Direct), "stale"),
        ("stale at once", later(mutual(), 1), strict, Discourage, "stale", Some(Direct), "stale"),
        (
            "of the same second",
            later(mutual(), 0),
            strict,
            Encrypt,
            "both_mutual",
            Some(Direct),
            "",
        ),
        (
            "one second, patiently",
            later(mutual(), 1),
            usual,
            Encrypt,
            "both_mutual",
            Some(Direct),
            "",
        ),
        (
            "stale, gossip does not help",
            gossip(stale(), Ok(())),
            usual,
            Discourage,
            "stale",
            Some(Direct),
            "stale",
        ),
        // Step 4.
        ("both mutual", mutual(), usual, Encrypt, "both_mutual", Some(Direct), ""),
        ("peer quiet", quiet(), usual, Available, "peer_nopreference", Some(Direct), ""),
        ("own quiet", mutual(), own_quiet, Available, "own_nopreference", Some(Direct), ""),
        (
            "both quiet",
            quiet(),
            own_quiet,
            Available,
            "peer_nopreference own_nopreference",
            Some(Direct),
            "",
        ),
        ("quiet, reply", quiet(), reply, Encrypt, "reply_to_encrypted", Some(Direct), ""),
        ("imported", imported(seen()), usual, Available, "peer_nopreference", Some(Import), ""),
        (
            "imported, plain mail does not age it",
            imported(later(seen(), patience * 2)),
            strict,
            Available,
            "peer_nopreference",
            Some(Import),
            "",
        ),
        (
            "imported, reply",
            imported(seen()),
            reply,
            Encrypt,
            "reply_to_encrypted",
            Some(Import),
            "",
        ),
        (
            "imported beside the direct key",
            imported(mutual()),
            usual,
            Encrypt,
            "both_mutual",
            Some(Direct),
            "",
        ),
        // The account.
        ("disabled", mutual(), disabled, Disable, "disabled_account", no, "disabled_account"),
        (
            "disabled, always",
            word(mutual(), Word::Always),
            disabled,
            Disable,
            "disabled_account",
            no,
            "disabled_account",
        ),
        // The user's word.
        ("never", word(mutual(), Word::Never), usual, Available, "never", Some(Direct), "never"),
        (
            "never, reply",
            word(mutual(), Word::Never),
            reply,
            Available,
            "never",
            Some(Direct),
            "never",
        ),
        (
            "never, stale",
            word(stale(), Word::Never),
            usual,
            Discourage,
            "stale never",
            Some(Direct),
            "never",
        ),
        ("never, no key", word(seen(), Word::Never), usual, Disable, "no_key", no, "never"),
        ("always", word(quiet(), Word::Always), own_quiet, Encrypt, "always", Some(Direct), ""),
        ("always, stale", word(stale(), Word::Always), usual, Encrypt, "always", Some(Direct), ""),
        (
            "always, gossip",
            word(gossip(never_seen(), Ok(())), Word::Always),
            usual,
            Encrypt,
            "always",
            Some(Gossip),
            "gossip_only",
        ),
        ("always, no key", word(seen(), Word::Always), usual, Disable, "no_key", no, "no_key"),
        (
            "always, expired",
            word(expired(), Word::Always),
            usual,
            Disable,
            "expired",
            no,
            "expired",
        ),
        ("pin", pin(mutual(), 1), usual, Encrypt, "both_mutual", Some(Direct), ""),
        ("pin, stale", pin(stale(), 1), usual, Discourage, "stale", Some(Direct), "stale"),
        ("pin, another advert", pin(mutual(), 9), usual, Disable, "pinned", no, "pinned"),
        ("pin, another advert, reply", pin(mutual(), 9), reply, Disable, "pinned", no, "pinned"),
        (
            "pin, gossip is the pinned key",
            pin(gossip(mutual(), Ok(())), 2),
            usual,
            Disable,
            "pinned",
            no,
            "pinned",
        ),
        ("pin, nothing else known", pin(seen(), 9), usual, Disable, "pinned", no, "pinned"),
        ("pin, expired", pin(expired(), 1), usual, Disable, "expired", no, "expired"),
        // Lists.
        ("list", list(mutual()), usual, Available, "list", Some(Direct), ""),
        ("list, reply", list(mutual()), reply, Available, "list", Some(Direct), ""),
        (
            "list, quiet",
            list(quiet()),
            usual,
            Available,
            "peer_nopreference list",
            Some(Direct),
            "",
        ),
        ("list, stale", list(stale()), usual, Discourage, "stale list", Some(Direct), "stale"),
        ("list, pin", list(pin(mutual(), 1)), usual, Available, "list", Some(Direct), ""),
        (
            "list, always",
            list(word(mutual(), Word::Always)),
            usual,
            Encrypt,
            "always",
            Some(Direct),
            "",
        ),
        ("list, no key", list(seen()), usual, Disable, "no_key", no, "no_key"),
    ];
    let mut covered = BTreeSet::new();
    for (name, peer, draft, recommendation, reasons, source, key) in table {
        let advice = recommend_one(&peer, draft);
        let codes: Vec<&str> = advice.reasons.iter().map(|reason| reason.code().name()).collect();
        let target = advice.target.as_ref().map(|target| target.source);
        assert_eq!(
            (advice.recommendation, codes.join(" ").as_str(), target),
            (recommendation, reasons, source),
            "{name}"
        );
        let found = get_encrypt_key(&peer, draft.own);
        assert_eq!(
            found.as_ref().map_or_else(|reason| reason.code().name(), |_| ""),
            key,
            "{name}: key"
        );
        // What is encrypted to without asking anyone is the target, and nothing else.
        if let Ok(found) = found {
            assert_eq!(Some(found), advice.target, "{name}");
        }
        covered.extend(codes.iter().map(|code| code.to_string()));
        // Each reason is one plain sentence.
        for reason in &advice.reasons {
            let text = reason.to_string();
            assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('\n'), "{text:?}");
        }
    }
    let all = "never_seen no_key expired revoked weak unsupported stale gossip_only \
               reply_to_encrypted both_mutual peer_nopreference own_nopreference disabled_account \
               list pinned always never";
    let all: BTreeSet<String> = all.split_whitespace().map(str::to_owned).collect();
    assert_eq!(covered, all, "own_address is below");
}

#[test]
fn reasons_speak_of_dates_and_programs() {
    let usual = draft(Mutual, Profile::Level1, false);
    let no_key = recommend_one(&later(Peer::default(), 0), usual).reasons;
    assert_eq!(
        no_key[0].to_string(),
        "they never sent a key; last they wrote with Pigeon on 2016-12-17"
    );
    let args: Vec<&str> = no_key[0].args().into_iter().map(|(name, _)| name).collect();
    assert_eq!(args, ["last_plain", "agent"]);
    let stale = recommend_one(&later(mutual(), STALE_AFTER_SECS * 2), usual).reasons;
    let args: Vec<&str> = stale[0].args().into_iter().map(|(name, _)| name).collect();
    assert_eq!(args, ["last_seen", "autocrypt_timestamp", "agent"]);
    assert!(stale[0].to_string().contains("with Pigeon as late as 2017-02-25"), "{}", stale[0]);
}

/// Bob with peers of every recommendation, named by it.
fn stage() -> Engine {
    let engine = bob();
    for (seed, id, is_mutual) in
        [(1, "encrypt", true), (2, "available", false), (3, "discourage", true)]
    {
        let id = format!("{id}@example.org");
        let sent = SENT - 60 * DAY;
        receive(&engine, &mail(&id, sent, &autocrypt(&id, is_mutual, &cert(seed, &id))));
    }
    receive(&engine, &mail("discourage@example.org", SENT, ""));
    receive(&engine, &mail("disable@example.org", SENT, ""));
    engine
}

fn advise(engine: &Engine, names: &[&str], reply: bool) -> Recommendation {
    let addrs: Vec<Addr> = names
        .iter()
        .map(
            |name| {
                if name.contains('@') { addr(name) } else { addr(&format!("{name}@example.org")) }
            },
        )
        .collect();
    engine.recommend(None, &addrs, &Reply::ToEncrypted(reply)).expect("advised").recommendation
}

#[test]
fn several_recipients_take_the_least_of_theirs() {
    let engine = stage();
    let order = [
        ("disable", Disable),
        ("discourage", Discourage),
        ("available", Available),
        ("encrypt", Encrypt),
    ];
    for (one, first) in order {
        for (other, second) in order {
            assert_eq!(advise(&engine, &[one, other], false), first.min(second), "{one}, {other}");
            assert_eq!(advise(&engine, &[one, other, "encrypt", BOB], false), first.min(second));
        }
    }
    assert_eq!(advise(&engine, &[], false), Disable, "nobody");
    assert_eq!(advise(&engine, &["encrypt", "unknown"], false), Disable, "a stranger");
    assert_eq!(advise(&engine, &["discourage", "available", "encrypt"], true), Encrypt, "a reply");
    assert_eq!(advise(&engine, &["disable", "encrypt"], true), Disable, "a reply to all");
}

#[test]
fn a_recipient_given_twice_counts_once() {
    let engine = stage();
    let twice = [addr("encrypt@example.org"), addr("Encrypt@Example.org")];
    let advice = engine.recommend(None, &twice, &Reply::Unknown).expect("advised");
    assert_eq!(advice.recipients.len(), 1);
}

#[test]
fn own_addresses_never_lower_the_others_and_alone_follow_the_account() {
    for (prefer, reply, expected) in
        [(Mutual, false, Encrypt), (NoPreference, false, Available), (NoPreference, true, Encrypt)]
    {
        let engine = stage();
        let alias = AccountOptions { alias_of: Some(addr(BOB)), ..AccountOptions::default() };
        engine.create_account(&addr("rob@example.org"), &alias, &mut |_| None).expect("an alias");
        let change = SettingsChange { prefer_encrypt: Some(prefer), ..SettingsChange::default() };
        engine.set_account(&addr(BOB), change).expect("set");
        assert_eq!(advise(&engine, &[BOB], reply), expected, "{prefer:?}, {reply}");
        assert_eq!(advise(&engine, &[BOB, "rob"], reply), expected, "{prefer:?}, {reply}");
        let advice = engine.recommend(None, &[addr("rob@example.org")], &Reply::Unknown);
        let (_, own) = advice.expect("advised").recipients.remove(0);
        assert_eq!(own.reasons[0].code().name(), "own_address");
        let target = own.target.expect("a key");
        assert_eq!(target.source, TargetSource::Own);
        assert_eq!(target.key.fingerprint, engine.own_keys(None).expect("keys")[0].key.fingerprint);
        let key = engine.get_encrypt_key(None, &addr("rob@example.org")).expect("asked");
        assert_eq!(key.target.expect("a key").source, TargetSource::Own);
        let fields = engine.header_fields(Some(&addr("rob@example.org")), None).expect("fields");
        assert!(fields[0].1.starts_with("addr=rob@example.org;"), "for itself on the wire");
    }
}

#[test]
fn a_disabled_account_disables_everything_and_comes_back_with_its_key() {
    let engine = stage();
    let fields = engine.header_fields(None, None).expect("fields");
    let enabled = |on| SettingsChange { enabled: Some(on), ..SettingsChange::default() };
    engine.set_account(&addr(BOB), enabled(false)).expect("set");
    for names in [&["encrypt"][..], &[BOB], &["encrypt", BOB]] {
        assert_eq!(advise(&engine, names, true), Disable, "{names:?}");
    }
    assert!(engine.header_fields(None, None).expect("fields").is_empty());
    let id = "later@example.org";
    receive(&engine, &mail(id, SENT, &autocrypt(id, true, &cert(7, id))));
    engine.set_account(&addr(BOB), enabled(true)).expect("set");
    assert_eq!(engine.header_fields(None, None).expect("fields"), fields, "the same key");
    assert_eq!(
        advise(&engine, &["encrypt", "later"], false),
        Encrypt,
        "mail was processed meanwhile"
    );
}

#[test]
fn an_account_without_a_key_encrypts_to_nobody() {
    let engine = stage();
    let peer = addr("encrypt@example.org");
    assert!(engine.get_encrypt_key(None, &peer).expect("asked").target.is_ok());
    let own = engine.own_keys(None).expect("keys").remove(0).key.fingerprint;
    engine.destroy_own_key(None, &own).expect("destroyed");
    for names in [&["encrypt"][..], &[BOB], &["encrypt", BOB]] {
        assert_eq!(advise(&engine, names, true), Disable, "{names:?}");
    }
    let found = engine.get_encrypt_key(None, &peer).expect("asked");
    assert_eq!(found.target, Err(Reason::DisabledAccount));
    engine.replace_own_key(None).expect("a new key");
    assert_eq!(advise(&engine, &["encrypt"], false), Encrypt);
}

#[test]
fn a_verdict_changes_when_its_time_comes() {
    use inbome_tests::certs::{Cert, Key as TestKey, Says};
    let clock = SetClock::new(NOW);
    let engine = bob_at(&clock);
    let (primary, subkey) = (TestKey::signing(1, CERT_MADE), TestKey::encrypting(1, CERT_MADE));
    // Expires one day after now.
    let life = u32::try_from(NOW + DAY).expect("a date") - CERT_MADE;
    let says = Says { expires: Some(life), ..Says::certification(CERT_MADE) };
    let octets = Cert::of(&primary)
        .user_id(&primary, "a", &says)
        .subkey(&primary, &subkey, &Says::binding(CERT_MADE))
        .octets();
    receive(&engine, &mail(ALICE, SENT, &autocrypt(ALICE, true, &octets)));
    for (now, expected) in
        [(NOW, Encrypt), (NOW + DAY - 1, Encrypt), (NOW + DAY, Disable), (NOW, Encrypt)]
    {
        clock.set(now);
        assert_eq!(advise(&engine, &[ALICE], false), expected, "{}", now - NOW);
    }
}
