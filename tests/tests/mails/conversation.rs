//! People who write to one another, and what is stored after each step (Discovery §3.1, §4, §5, §7;
//! Messages §2, §3). One clock stands for the world.

use std::collections::BTreeSet;

use inbome_core::decrypt::{Encryption, Signature, Signer};
use inbome_core::discover::{Ignored, Receipt};
use inbome_core::engine::{AccountOptions, Engine, Entity, PeerFilter, SettingsChange};
use inbome_core::gossip::GossipFlaw;
use inbome_core::header::PreferEncrypt;
use inbome_core::outgoing::{Mode, Outgoing, OutgoingReason};
use inbome_core::receive::Outcome;
use inbome_core::recommend::{Recommendation, TargetSource};
use inbome_tests::letters::*;
use inbome_tests::stage::{
    ALICE, BOB, DAY, SENT, SetClock, addr, listing, outcome, receive, rfc2822, state,
};

const CAROL: &str = "carol@example.org";

/// A mail of `from`, written when the clock says.
fn letter(from: &str, to: &str, clock: &SetClock, id: &str, more: &str) -> Vec<u8> {
    use inbome_core::clock::Clock as _;
    let date = rfc2822(clock.now().as_secs(), 0);
    draft(&format!("From: {from}\r\nTo: {to}\r\nDate: {date}\r\nMessage-ID: <{id}>\r\n{more}"))
}

/// The one mail of a result.
fn only(sent: &Outgoing) -> &[u8] {
    assert_eq!(sent.messages.len(), 1);
    &sent.messages[0].data
}

/// Bob once more, with the same key and nothing learnt; the clock then says `now`.
fn bob_afresh(clock: &SetClock, now: i64) -> Engine {
    clock.set(SENT);
    let bob = person(BOB, 2, clock);
    clock.set(now);
    bob
}

fn shy(engine: &Engine, id: &str) {
    let prefer_encrypt = Some(PreferEncrypt::NoPreference);
    let change = SettingsChange { prefer_encrypt, ..SettingsChange::default() };
    engine.set_account(&addr(id), change).expect("set");
}

/// An encrypted mail without the key fields outside, as Delta Chat writes it.
fn bare(mail: &[u8]) -> Vec<u8> {
    let (fields, rest) = split(mail);
    let is_key =
        |field: &&Vec<u8>| !["autocrypt", "inbome-encryption"].contains(&name(field).as_str());
    let kept = fields.iter().filter(is_key).flatten().copied();
    kept.chain(rest.iter().copied()).collect()
}

#[test]
fn the_first_mail_is_clear_and_all_others_are_encrypted() {
    let clock = SetClock::new(SENT);
    let (bob, alice) = (person(BOB, 1, &clock), person(ALICE, 2, &clock));
    // Bob's first mail: nothing is known of Alice.
    let hello = send(&bob, &letter(BOB, ALICE, &clock, "1@x", ""));
    assert_eq!((hello.encrypted, hello.reason), (false, OutgoingReason::NotRecommended));
    assert_eq!(hello.recommendation, Recommendation::Disable);
    assert_eq!(row(&alice, BOB), (None, false, false, false));
    assert_eq!(outcome(&receive(&alice, only(&hello))), "updated");
    assert_eq!(row(&alice, BOB), (Some(SENT), false, true, false));
    assert_eq!(row(&bob, ALICE), (None, false, false, false), "sending learns nothing");
    // Alice's answer is encrypted by itself, and Bob learns her key from it.
    clock.set(SENT + DAY);
    let answer =
        send(&alice, &letter(ALICE, BOB, &clock, "2@x", "In-Reply-To: <1@x>\r\nSubject: s\r\n"));
    assert_eq!((answer.encrypted, answer.reason), (true, OutgoingReason::Recommended));
    let incoming = receive(&bob, only(&answer));
    assert_eq!(outcome(&incoming), "updated");
    assert_eq!((incoming.key_changed, incoming.decrypted), (None, None));
    assert_eq!(row(&bob, ALICE), (Some(SENT + DAY), true, true, false));
    assert!(state(&bob, ALICE).peer.advert.expect("an advert").protected);
    // Bob's next one, too, though it answers nothing.
    clock.set(SENT + 2 * DAY);
    let next = send(&bob, &letter(BOB, ALICE, &clock, "3@x", ""));
    assert!(next.encrypted);
    receive(&alice, only(&next));
    assert_eq!(row(&alice, BOB), (Some(SENT + 2 * DAY), true, true, false));
    let read = alice.decrypt(None, only(&next)).expect("read");
    assert_eq!(read.summary.signer, Some(Signer::Current));
    // The same once more changes nothing.
    assert_eq!(outcome(&receive(&alice, only(&next))), "unchanged");
    // A younger mail in the clear takes the mark away; the key stays.
    clock.set(SENT + 3 * DAY);
    let plain =
        bob.process_outgoing(None, &letter(BOB, ALICE, &clock, "4@x", ""), &mode(Mode::Clear));
    receive(&alice, only(&plain.expect("made")));
    assert_eq!(row(&alice, BOB), (Some(SENT + 3 * DAY), false, true, false));
}

#[test]
fn an_answer_to_an_encrypted_mail_is_encrypted_though_nobody_asks_for_it() {
    let clock = SetClock::new(SENT);
    let (bob, alice) = (person(BOB, 1, &clock), person(ALICE, 2, &clock));
    shy(&bob, BOB);
    shy(&alice, ALICE);
    introduce(&bob, BOB, &[&alice], SENT);
    introduce(&alice, ALICE, &[&bob], SENT);
    clock.set(SENT + DAY);
    let chosen = letter(ALICE, BOB, &clock, "chosen@x", "");
    assert!(!send(&alice, &chosen).encrypted, "nobody is mutual");
    // Sent in the clear it is not remembered, by neither.
    let clear = letter(ALICE, BOB, &clock, "clear@x", "");
    receive(&bob, only(&send(&alice, &clear)));
    let chosen = alice.process_outgoing(None, &chosen, &mode(Mode::Encrypt)).expect("made");
    assert_eq!(chosen.reason, OutgoingReason::Chosen);
    let answer = |from: &Engine, id: &str, to: &str, fields: &str| {
        send(from, &letter(id, to, &clock, "answer@x", fields)).encrypted
    };
    let reply = "In-Reply-To: <chosen@x>\r\n";
    assert!(!answer(&bob, BOB, ALICE, reply), "Bob has not had it yet");
    assert!(answer(&alice, ALICE, BOB, reply), "Alice, after her own");
    // Not opened, it is not remembered; opened, it is.
    let closed = Receipt { no_decrypt: true, ..Receipt::default() };
    bob.process_incoming(None, only(&chosen), closed).expect("processed");
    assert!(!answer(&bob, BOB, ALICE, reply), "it was not decrypted");
    receive(&bob, only(&chosen));
    for (name, fields, expected) in [
        ("an answer", "In-Reply-To: <chosen@x>\r\n", true),
        ("the last id counts", "In-Reply-To: <clear@x>\r\n <chosen@x>\r\n", true),
        ("the last id is of a clear one", "In-Reply-To: <chosen@x> <clear@x>\r\n", false),
        ("to a clear one", "In-Reply-To: <clear@x>\r\n", false),
        ("to an unknown one", "In-Reply-To: <other@x>\r\n", false),
        ("References alone", "References: <clear@x> <chosen@x>\r\n", true),
        ("the last reference counts", "References: <chosen@x>\r\n <clear@x>\r\n", false),
        (
            "References beside it say nothing",
            "References: <chosen@x>\r\nIn-Reply-To: <clear@x>\r\n",
            false,
        ),
        ("to nothing", "", false),
    ] {
        assert_eq!(answer(&bob, BOB, ALICE, fields), expected, "{name}");
    }
}

#[test]
fn after_one_mail_all_three_can_write_to_all() {
    let clock = SetClock::new(SENT);
    let (alice, bob, carol) =
        (person(ALICE, 1, &clock), person(BOB, 2, &clock), person(CAROL, 3, &clock));
    introduce(&bob, BOB, &[&alice], SENT);
    introduce(&carol, CAROL, &[&alice], SENT);
    clock.set(SENT + DAY);
    let to = format!("{BOB}, {CAROL}");
    let first = send(&alice, &letter(ALICE, &to, &clock, "1@x", ""));
    assert!(first.encrypted);
    for (engine, other, about) in [(&bob, CAROL, &carol), (&carol, BOB, &bob)] {
        let incoming = receive(engine, only(&first));
        let told: Vec<_> =
            incoming.gossip.iter().map(|g| (g.addr.clone(), g.key.clone(), g.conflict)).collect();
        assert!(told.contains(&(Some(addr(other)), Ok(fingerprint_of(about)), false)), "{told:?}");
        assert!(told.iter().any(|(_, key, _)| *key == Err(GossipFlaw::OwnAddress)), "{told:?}");
        assert_eq!(row(engine, ALICE), (Some(SENT + DAY), true, true, false));
        assert_eq!(row(engine, other), (None, false, false, true));
    }
    clock.set(SENT + 2 * DAY);
    // As a fresh mail it is not encrypted by itself to somebody known by gossip alone.
    let both = format!("{ALICE}, {CAROL}");
    let fresh = send(&bob, &letter(BOB, &both, &clock, "2@x", ""));
    assert_eq!((fresh.encrypted, fresh.recommendation), (false, Recommendation::Discourage));
    let reply = send(&bob, &letter(BOB, &both, &clock, "3@x", "In-Reply-To: <1@x>\r\n"));
    assert_eq!((reply.encrypted, reply.reason), (true, OutgoingReason::Recommended));
    let target = |of: &str| {
        let (_, advice) = reply.recipients.iter().find(|(known, _)| *known == addr(of)).unwrap();
        advice.target.clone().expect("a target").source
    };
    assert_eq!((target(ALICE), target(CAROL)), (TargetSource::Direct, TargetSource::Gossip));
    for (engine, signer) in [(&alice, Signer::Current), (&carol, Signer::Gossip)] {
        let read = engine.decrypt(None, only(&reply)).expect("read");
        assert_eq!(read.summary.signer, Some(signer));
        receive(engine, only(&reply));
        assert!(row(engine, BOB).1);
    }
    // Carol has Bob's own word now, and answers him alone without its being a reply.
    let answer = send(&carol, &letter(CAROL, BOB, &clock, "4@x", ""));
    assert!(answer.encrypted);
    assert_eq!(row(&carol, BOB), (Some(SENT + 2 * DAY), true, true, true));
    assert_eq!(outcome(&receive(&bob, only(&answer))), "updated");
    assert_eq!(row(&bob, CAROL), (Some(SENT + 2 * DAY), true, true, true));
}

#[test]
fn gossip_that_says_another_key_is_reported_and_changes_no_direct_key() {
    let clock = SetClock::new(SENT);
    let (alice, bob, carol) =
        (person(ALICE, 1, &clock), person(BOB, 2, &clock), person(CAROL, 3, &clock));
    introduce(&bob, BOB, &[&alice], SENT);
    introduce(&carol, CAROL, &[&alice, &bob], SENT);
    let old = fingerprint_of(&carol);
    clock.set(SENT + DAY);
    let new = carol.replace_own_key(None).expect("replaced");
    introduce(&carol, CAROL, &[&alice], SENT + DAY);
    clock.set(SENT + 2 * DAY);
    let mail = send(&alice, &letter(ALICE, &format!("{BOB}, {CAROL}"), &clock, "1@x", ""));
    assert!(mail.encrypted);
    let incoming = receive(&bob, only(&mail));
    let told = incoming.gossip.iter().find(|told| told.addr == Some(addr(CAROL))).expect("told");
    assert_eq!((told.key.as_ref(), told.conflict), (Ok(&new), true));
    let state = state(&bob, CAROL);
    assert_eq!(state.peer.advert.expect("direct").key.fingerprint, old);
    assert_eq!(state.peer.gossip.expect("gossip").key.fingerprint, new);
    let known: BTreeSet<_> = state.history.keys().cloned().collect();
    assert_eq!(known, BTreeSet::from([old.clone(), new]));
    // It blocks nothing.
    let sent = send(&bob, &letter(BOB, CAROL, &clock, "2@x", ""));
    assert!(sent.encrypted);
    let target = sent.recipients[0].1.target.clone().expect("a target");
    assert_eq!((target.key.fingerprint, target.source), (old, TargetSource::Direct));
    // Carol still reads it with the key that she has replaced.
    let read = carol.decrypt(None, only(&sent)).expect("read");
    assert_eq!(read.summary.encryption, Encryption::Encrypted);
}

#[test]
fn gossip_in_a_mail_whose_signature_does_not_count_is_not_taken() {
    let clock = SetClock::new(SENT);
    let (alice, bob, carol) =
        (person(ALICE, 1, &clock), person(BOB, 2, &clock), person(CAROL, 3, &clock));
    introduce(&bob, BOB, &[&alice], SENT);
    introduce(&carol, CAROL, &[&alice], SENT);
    let mail = send(&alice, &letter(ALICE, &format!("{BOB}, {CAROL}"), &clock, "1@x", ""));
    // Mallory sends it on as his own: the signature is not by the key that he advertises.
    let mallory = person("mallory@example.org", 4, &clock);
    let (fields, rest) = split(only(&mail));
    let kept = fields
        .iter()
        .filter(|f| !["from", "autocrypt", "inbome-encryption"].contains(&name(f).as_str()));
    let mut forged: Vec<u8> = kept.flatten().copied().collect();
    forged.extend(b"From: mallory@example.org\r\n");
    for (name, value) in mallory.header_fields(None, None).expect("fields") {
        forged.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    forged.extend_from_slice(rest);
    let incoming = receive(&bob, &forged);
    assert!(!incoming.gossip.is_empty());
    assert!(
        incoming.gossip.iter().all(|told| told.key == Err(GossipFlaw::NotSigned)),
        "{incoming:?}"
    );
    assert_eq!(row(&bob, CAROL), (None, false, false, false));
    assert!(!row(&bob, "mallory@example.org").1, "not seen encrypted");
}

#[test]
fn a_mail_that_must_not_be_decrypted_tells_what_stands_outside() {
    let clock = SetClock::new(SENT);
    let (alice, bob, carol) =
        (person(ALICE, 1, &clock), person(BOB, 2, &clock), person(CAROL, 3, &clock));
    introduce(&bob, BOB, &[&alice], SENT);
    introduce(&carol, CAROL, &[&alice], SENT);
    clock.set(SENT + DAY);
    let sent = send(&alice, &letter(ALICE, &format!("{BOB}, {CAROL}"), &clock, "1@x", ""));
    let closed = Receipt { no_decrypt: true, return_payload: true, ..Receipt::default() };
    let mail = only(&sent);
    let incoming = bob.process_incoming(None, &bare(mail), closed).expect("processed");
    assert_eq!(incoming.outcome, Outcome::Ignored(Ignored::NotDecrypted));
    assert_eq!(row(&bob, ALICE), (None, false, false, false));
    let incoming = bob.process_incoming(None, mail, closed).expect("processed");
    assert_eq!(outcome(&incoming), "updated");
    assert_eq!((incoming.decrypted, incoming.gossip.len()), (None, 0));
    assert_eq!(row(&bob, ALICE), (Some(SENT + DAY), false, true, false));
    assert_eq!(row(&bob, CAROL), (None, false, false, false));
    // Decrypted later, it is as if it had been at once.
    receive(&bob, mail);
    let at_once = bob_afresh(&clock, SENT + DAY);
    receive(&at_once, mail);
    assert_eq!(listing(&bob), listing(&at_once));
    assert_eq!(row(&bob, ALICE), (Some(SENT + DAY), true, true, false));
    assert!(row(&bob, CAROL).3);
}

#[test]
fn what_is_returned_with_the_payload_is_what_decrypt_gives() {
    let clock = SetClock::new(SENT);
    let (alice, bob, carol) =
        (person(ALICE, 1, &clock), person(BOB, 2, &clock), person(CAROL, 3, &clock));
    introduce(&bob, BOB, &[&alice, &carol], SENT);
    introduce(&carol, CAROL, &[&alice], SENT);
    introduce(&alice, ALICE, &[&carol], SENT);
    let to_both = send(&alice, &letter(ALICE, &format!("{BOB}, {CAROL}"), &clock, "1@x", ""));
    let to_carol = send(&alice, &letter(ALICE, CAROL, &clock, "2@x", ""));
    let clear =
        alice.process_outgoing(None, &letter(ALICE, BOB, &clock, "3@x", ""), &mode(Mode::Clear));
    let damaged =
        String::from_utf8(only(&to_both).to_vec()).expect("ASCII").replacen("\r\nw", "\r\nx", 1);
    let payload = Receipt { return_payload: true, ..Receipt::default() };
    for (name, mail, encryption) in [
        ("to us", only(&to_both).to_vec(), "encrypted"),
        ("adverts inside alone", bare(only(&to_both)), "encrypted"),
        ("to somebody else", only(&to_carol).to_vec(), "failed"),
        ("in the clear", only(&clear.expect("made")).to_vec(), "none"),
        ("damaged", damaged.into_bytes(), "failed"),
    ] {
        let expected = bob.decrypt(None, &mail).expect(name);
        assert_eq!(expected.summary.encryption.name(), encryption, "{name}");
        assert_eq!(expected.message.is_some(), encryption != "failed", "{name}");
        let incoming = bob.process_incoming(None, &mail, payload).expect(name);
        assert_eq!(incoming.decrypted, Some(expected), "{name}");
        // Held for spam it is shown, and teaches nothing.
        let spam = Receipt { spam: true, ..payload };
        let fresh = person(BOB, 2, &clock);
        let incoming = fresh.process_incoming(None, &mail, spam).expect(name);
        assert_eq!(incoming.decrypted, Some(fresh.decrypt(None, &mail).expect(name)), "{name}");
        assert_eq!(listing(&fresh), "", "{name}");
    }
    // One's own mail, found in Sent.
    let own = alice.decrypt(None, only(&to_both)).expect("read");
    let incoming = alice.process_incoming(None, only(&to_both), payload).expect("processed");
    assert_eq!(outcome(&incoming), "ignored own_mail");
    assert_eq!(incoming.decrypted.as_ref(), Some(&own));
    assert_eq!(
        (own.summary.encryption, own.summary.signer),
        (Encryption::Encrypted, Some(Signer::Current))
    );
}

#[test]
fn an_alias_writes_and_reads_with_the_key_of_its_account() {
    const AL: &str = "al@example.org";
    let clock = SetClock::new(SENT);
    let (alice, bob) = (person(ALICE, 1, &clock), person(BOB, 2, &clock));
    let options = AccountOptions { alias_of: Some(addr(ALICE)), ..AccountOptions::default() };
    alice.create_account(&addr(AL), &options, &mut |_| None).expect("an alias");
    introduce(&bob, BOB, &[&alice], SENT);
    clock.set(SENT + DAY);
    let mail = send(&alice, &letter(AL, BOB, &clock, "1@x", ""));
    assert!(mail.encrypted, "the alias shares the peers: {:?}", mail.reason);
    assert!(values(only(&mail), "Autocrypt")[0].starts_with(&format!("addr={AL};")));
    receive(&bob, only(&mail));
    assert_eq!(row(&bob, AL), (Some(SENT + DAY), true, true, false));
    assert_eq!(row(&bob, ALICE), (None, false, false, false), "no aliases are guessed");
    let read = bob.decrypt(None, only(&mail)).expect("read");
    assert_eq!((read.summary.signer, read.summary.from), (Some(Signer::Current), Some(addr(AL))));
    // The answer goes to the alias, and is read and stored under its account.
    let answer = send(&bob, &letter(BOB, AL, &clock, "2@x", "In-Reply-To: <1@x>\r\n"));
    assert!(answer.encrypted);
    let incoming = receive(&alice, only(&answer));
    assert_eq!(incoming.account, Some(addr(ALICE)));
    assert_eq!(row(&alice, BOB), (Some(SENT + DAY), true, true, false));
    let read = alice.decrypt(Some(&addr(AL)), only(&answer)).expect("read");
    assert_eq!(read.summary.signer, Some(Signer::Current));
    // A reply from the main address knows the mail as encrypted, and both as oneself.
    let reply = send(
        &alice,
        &letter(ALICE, &format!("{BOB}, {AL}"), &clock, "3@x", "In-Reply-To: <2@x>\r\n"),
    );
    assert!(reply.encrypted);
    assert!(opens(only(&reply), &alice) && opens(only(&reply), &bob));
}

#[test]
fn two_accounts_of_one_home_write_to_each_other() {
    const WORK: &str = "work@example.net";
    let clock = SetClock::new(SENT);
    let home = person(ALICE, 1, &clock);
    home.create_account(&addr(WORK), &AccountOptions::default(), &mut |_| None).expect("another");
    let own = |id: &str| home.account(Some(&addr(id))).expect("one").current.expect("a key");
    assert_ne!(own(ALICE), own(WORK));
    for (from, to) in [(ALICE, WORK), (WORK, ALICE)] {
        let mail = letter(from, to, &clock, &format!("{from}.x"), "Subject: note\r\n");
        let sent = home.process_outgoing(None, &mail, &Default::default()).expect("made");
        assert!(sent.encrypted, "{from}: {:?}", sent.reason);
        let source = sent.recipients[0].1.target.clone().expect("a target").source;
        assert_eq!(source, TargetSource::Own, "{from}");
        // With the key of either: the sender finds it in Sent.
        for account in [None, Some(addr(to)), Some(addr(from))] {
            let read = home.decrypt(account.as_ref(), only(&sent)).expect("read");
            assert_eq!(read.summary.encryption, Encryption::Encrypted, "{from}, {account:?}");
            let Signature::Valid { fingerprint, .. } = read.summary.signature else {
                panic!("{from}, {account:?}: {:?}", read.summary.signature)
            };
            assert_eq!(fingerprint, own(from), "{from}, {account:?}");
            assert_eq!(read.summary.signer, Some(Signer::Current), "{from}, {account:?}");
            assert_eq!(values(&read.message.expect("a message"), "Subject"), ["note"], "{from}");
        }
        // From says who writes an entity too, whatever account is named beside it.
        let header = [("From", from.to_owned()), ("To", to.to_owned())];
        let octets = b"Content-Type: text/plain\r\n\r\nHi\r\n";
        let to = [addr(to)];
        let entity = Entity { octets, header: &header, recipients: &to, ..Entity::default() };
        let sealed = home.seal(Some(&to[0]), &entity).expect("sealed");
        let field = sealed.outer.iter().find(|(name, _)| name == "Autocrypt").expect("a field");
        assert_eq!(field.1, home.header_fields(Some(&addr(from)), None).expect("fields")[0].1);
        // One's own mail touches no peer.
        let incoming =
            home.process_incoming(None, only(&sent), Receipt::default()).expect("processed");
        assert_eq!(outcome(&incoming), "ignored own_mail", "{from}");
        assert_eq!(incoming.own_key_conflict, None, "{from}");
    }
    let mut rows = 0;
    home.peers(None, PeerFilter::All, &mut |_, _| rows += 1).expect("peers");
    assert_eq!(rows, 0);
}

/// Every order of `count` things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for next in 0..count {
        let longer = all.iter().flat_map(|order: &Vec<usize>| {
            (0..=order.len()).map(|at| {
                let mut order = order.clone();
                order.insert(at, next);
                order
            })
        });
        all = longer.collect();
    }
    all
}

#[test]
fn every_order_of_the_same_mails_leaves_the_same_state() {
    let clock = SetClock::new(SENT);
    let (alice, bob, carol) =
        (person(ALICE, 1, &clock), person(BOB, 2, &clock), person(CAROL, 3, &clock));
    introduce(&bob, BOB, &[&alice, &carol], SENT);
    introduce(&carol, CAROL, &[&alice], SENT);
    introduce(&alice, ALICE, &[&carol], SENT);
    let at = |days: i64| clock.set(SENT + days * DAY);
    let all = format!("{BOB}, {CAROL}");
    at(1);
    let clear =
        alice.process_outgoing(None, &letter(ALICE, BOB, &clock, "1@x", ""), &mode(Mode::Clear));
    at(2);
    let gossip = send(&alice, &letter(ALICE, &all, &clock, "2@x", ""));
    at(3);
    let inside = send(&alice, &letter(ALICE, BOB, &clock, "3@x", ""));
    at(4);
    carol.replace_own_key(None).expect("replaced");
    let direct = send(&carol, &letter(CAROL, BOB, &clock, "4@x", ""));
    let plain = letter(ALICE, BOB, &clock, "5@x", "User-Agent: old\r\n");
    let (clear, inside) = (clear.expect("made"), bare(only(&inside)));
    let mails = [only(&clear), only(&gossip), &inside, only(&direct), &plain];
    let mut listings = BTreeSet::new();
    for order in orders(mails.len()) {
        let fresh = bob_afresh(&clock, SENT + 5 * DAY);
        for number in &order {
            receive(&fresh, mails[*number]);
        }
        // Once more changes nothing.
        assert_eq!(outcome(&receive(&fresh, mails[order[0]])), "unchanged", "{order:?}");
        listings.insert(listing(&fresh));
    }
    assert_eq!(listings.len(), 1, "{listings:#?}");
    let listing = listings.pop_first().expect("one");
    assert!(listing.contains("gossip ") && listing.contains("last_plain "), "{listing}");
    // All in one batch, too.
    let fresh = bob_afresh(&clock, SENT + 5 * DAY);
    let batch: Vec<_> = mails.iter().map(|mail| (*mail, Receipt::default())).collect();
    fresh.process_mails(None, &batch).expect("processed");
    assert_eq!(inbome_tests::stage::listing(&fresh), listing);
}
