//! Mails that pretend to be from somebody else (Messages §3, §4), and what they try to teach
//! (Discovery §4, §5).

use inbome_core::key::Fingerprint;
use inbome_tests::certs::NOW;
use inbome_tests::hostile::*;
use inbome_tests::messages::*;
use inbome_tests::stage::{ALICE, BOB, autocrypt, folded, outcome, state, verdicts};

fn yes(from: &str) -> String {
    protected_text(&inside(from, BOB), "Yes")
}

fn direct(scene: &Scene, peer: &str) -> Option<Fingerprint> {
    state(&scene.engine, peer).peer.advert.map(|advert| advert.key.fingerprint)
}

fn gossiped(scene: &Scene, peer: &str) -> Option<Fingerprint> {
    state(&scene.engine, peer).peer.gossip.map(|gossip| gossip.key.fingerprint)
}

fn seen_encrypted(scene: &Scene, peer: &str) -> Option<bool> {
    state(&scene.engine, peer).peer.seen.map(|seen| seen.encrypted)
}

#[test]
fn a_mail_whose_from_differs_from_its_signer_is_not_the_signers() {
    let scene = Scene::knows_alice();
    scene.learns(MALLORY, &scene.mallory.cert);
    let text = text("plain", "Yes");
    let (alice, mallory) = (&scene.alice, &scene.mallory);
    for (name, from, by) in [("as Alice", ALICE, mallory), ("as Mallory", MALLORY, alice)] {
        let answer = scene.reads(&scene.sealed(from, "", &text, Some(by)));
        assert_eq!(answer.told(), "encrypted unknown_key", "{name}");
        assert_eq!((answer.from(), answer.field("From")), (Some(from), vec![from.into()]));
        let around = pgp_signed(&text, by, &Signing::at(NOW));
        assert_eq!(scene.reads(&mail(from, "", &around)).told(), "none unknown_key", "{name}");
    }
    // Nor does the signer's own advert, which is for another address, make it Alice's.
    let field = autocrypt(MALLORY, true, &mallory.cert);
    let answer = scene.reads(&scene.sealed(ALICE, &field, &text, Some(mallory)));
    assert_eq!(answer.told(), "encrypted unknown_key");
    assert_eq!(verdicts(&answer.incoming), ["Autocrypt=invalid addr_mismatch"]);
    assert_eq!(direct(&scene, ALICE), Some(alice.key.fingerprint.clone()));
}

#[test]
fn a_mail_as_oneself_counts_only_if_one_signed_it() {
    let scene = Scene::knows_alice();
    let field = autocrypt(BOB, true, &scene.mallory.cert);
    let forged = scene.sealed(BOB, &field, &yes(BOB), Some(&scene.mallory));
    let answer = scene.reads(&forged);
    assert_eq!(answer.told(), "encrypted valid other");
    let conflict = answer.incoming.own_key_conflict.expect("a conflict");
    assert_eq!(conflict.fingerprint, Some(scene.mallory.key.fingerprint.clone()));
    let answer = scene.reads(&scene.sealed(BOB, "", &yes(BOB), Some(&scene.bob)));
    assert_eq!(answer.told(), "encrypted valid current");
}

#[test]
fn an_inner_from_that_differs_is_not_the_sender_without_a_signature_current_for_it() {
    let scene = Scene::knows_alice();
    for (name, by) in [("unsigned", None), ("signed by Mallory", Some(&scene.mallory))] {
        let answer = scene.reads(&scene.sealed(MALLORY, "", &yes(ALICE), by));
        assert_eq!((answer.from(), answer.field("From")), (Some(MALLORY), vec![MALLORY.into()]));
        assert!(answer.decrypted.summary.differs.contains(&"From".into()), "{name}");
        assert_eq!(answer.incoming.peer.as_ref().map(|peer| peer.as_str()), Some(MALLORY));
        assert_eq!(seen_encrypted(&scene, ALICE), Some(false), "{name}");
    }
    // Alice signed it: then it is hers, whoever carried it.
    let answer = scene.reads(&scene.sealed(MALLORY, "", &yes(ALICE), Some(&scene.alice)));
    assert_eq!(answer.told(), "encrypted valid current");
    assert_eq!((answer.from(), answer.field("From")), (Some(ALICE), vec![ALICE.into()]));
}

#[test]
fn an_inner_from_with_an_inner_advert_of_the_attackers_key_does_not_become_the_sender() {
    for (name, scene) in [("known", Scene::knows_alice()), ("unknown", Scene::new())] {
        let before = direct(&scene, ALICE);
        let (inner, outer) = (ALICE, autocrypt(MALLORY, true, &scene.mallory.cert));
        let advert = autocrypt(inner, true, &scene.mallory.cert);
        let entity = protected_text(&format!("{}{advert}", inside(inner, BOB)), "Yes");
        for (fields, told) in [("", "encrypted unknown_key"), (&outer, "encrypted valid new")] {
            let answer = scene.reads(&scene.sealed(MALLORY, fields, &entity, Some(&scene.mallory)));
            assert_eq!(answer.told(), told, "{name}");
            assert_eq!(answer.from(), Some(MALLORY), "{name}");
            assert_eq!(answer.field("From"), [MALLORY], "{name}");
            assert_eq!(answer.field("Sender"), [""; 0], "{name}");
            assert!(answer.decrypted.summary.differs.contains(&"From".into()), "{name}");
            assert_eq!(direct(&scene, ALICE), before, "{name}");
        }
        assert_eq!(direct(&scene, MALLORY), Some(scene.mallory.key.fingerprint.clone()), "{name}");
    }
}

#[test]
fn two_from_fields_are_nobody() {
    let scene = Scene::knows_alice();
    let from = format!("{ALICE}\r\nFrom: {MALLORY}");
    let field = autocrypt(MALLORY, true, &scene.mallory.cert);
    for by in [&scene.alice, &scene.mallory] {
        let mail = scene.sealed(&from, &field, &text("plain", "Yes"), Some(by));
        let answer = scene.reads(&mail);
        assert_eq!(answer.told(), "encrypted unknown_key");
        assert_eq!(answer.from(), None);
        assert_eq!(outcome(&answer.incoming), "ignored several_from");
        assert_eq!(direct(&scene, MALLORY), None);
    }
}

#[test]
fn two_from_fields_inside_do_not_replace_the_outer_one() {
    let scene = Scene::knows_alice();
    let fields = format!("From: {ALICE}\r\n{}", inside(CAROL, BOB));
    let entity = protected_text(&fields, "Yes");
    let answer = scene.reads(&scene.sealed(MALLORY, "", &entity, Some(&scene.alice)));
    assert_eq!((answer.from(), answer.field("From")), (Some(MALLORY), vec![MALLORY.into()]));
    assert_eq!(answer.told(), "encrypted unknown_key");
}

#[test]
fn a_signed_mail_replayed_under_another_from_is_not_that_ones() {
    let scene = Scene::knows_alice();
    scene.learns(MALLORY, &scene.mallory.cert);
    let text = text("plain", "I owe you 100");
    let around = pgp_signed(&text, &scene.alice, &Signing::at(NOW));
    assert_eq!(scene.reads(&mail(ALICE, "", &around)).told(), "none valid current");
    let field = autocrypt(MALLORY, true, &scene.mallory.cert);
    for fields in ["", &field] {
        let answer = scene.reads(&mail(MALLORY, fields, &around));
        assert_eq!(answer.told(), "none unknown_key");
        assert_eq!(answer.from(), Some(MALLORY));
        let answer = scene.reads(&scene.sealed(MALLORY, fields, &text, Some(&scene.alice)));
        assert_eq!(answer.told(), "encrypted unknown_key");
        assert_eq!(answer.from(), Some(MALLORY));
        assert_eq!(seen_encrypted(&scene, MALLORY), Some(false));
    }
}

#[test]
fn a_ciphertext_of_alices_replayed_by_mallory_stays_alices_and_teaches_nothing_about_mallory() {
    let scene = Scene::knows_alice();
    let field = autocrypt(ALICE, true, &scene.alice.cert);
    let entity = protected_text(&format!("{}{field}", inside(ALICE, BOB)), "Yes");
    let mine = autocrypt(MALLORY, true, &scene.mallory.cert);
    let answer = scene.reads(&scene.sealed(MALLORY, &mine, &entity, Some(&scene.alice)));
    assert_eq!(answer.told(), "encrypted valid current");
    assert_eq!((answer.from(), answer.field("From")), (Some(ALICE), vec![ALICE.into()]));
    assert_eq!(seen_encrypted(&scene, MALLORY), Some(false));
    assert_eq!(direct(&scene, MALLORY), Some(scene.mallory.key.fingerprint.clone()));
    assert_eq!(seen_encrypted(&scene, ALICE), Some(false), "the mail was not from her");
}

#[test]
fn the_fields_inside_are_told_of_with_what_became_of_them() {
    let scene = Scene::new();
    let inner = autocrypt(ALICE, true, &scene.alice.cert);
    let entity = protected_text(&format!("{}{inner}", inside(ALICE, BOB)), "Yes");
    let broken = inner.replace("keydata=", "keydata=!");
    let broken = protected_text(&format!("{}{broken}", inside(ALICE, BOB)), "Yes");
    let outer = |from| autocrypt(from, true, &scene.carol.cert);
    for (name, from, entity, by, told) in [
        (
            "it wins",
            ALICE,
            &entity,
            Some(&scene.alice),
            ["Autocrypt=overridden", "Autocrypt=valid"],
        ),
        ("unsigned", ALICE, &entity, None, ["Autocrypt=valid", "Autocrypt=not_judged"]),
        (
            "another From outside",
            MALLORY,
            &entity,
            Some(&scene.alice),
            ["Autocrypt=valid", "Autocrypt=not_judged"],
        ),
        (
            "invalid",
            ALICE,
            &broken,
            Some(&scene.alice),
            ["Autocrypt=valid", "Autocrypt=invalid base64"],
        ),
    ] {
        let incoming = scene.incoming(&scene.sealed(from, &outer(from), entity, by));
        assert_eq!(verdicts(&incoming), told, "{name}");
        let inside: Vec<bool> = incoming.fields.iter().map(|field| field.protected).collect();
        assert_eq!(inside, [false, true], "{name}");
    }
}

#[test]
fn an_unsigned_inner_advert_counts_for_nothing() {
    for (name, scene) in [("known", Scene::knows_alice()), ("unknown", Scene::new())] {
        let before = direct(&scene, ALICE);
        let advert = |person: &Person| {
            let advert = autocrypt(ALICE, true, &person.cert);
            protected_text(&format!("{}{advert}", inside(ALICE, BOB)), "Yes")
        };
        let entity = advert(&scene.mallory);
        // Unsigned, and signed by another key than the one that it bears.
        for by in [None, Some(&scene.carol)] {
            let answer = scene.reads(&scene.sealed(ALICE, "", &entity, by));
            assert!(answer.told().starts_with("encrypted"), "{name}");
            assert_ne!(answer.decrypted.summary.signature.name(), "valid", "{name}");
            assert_eq!(direct(&scene, ALICE), before, "{name}");
            assert_eq!(seen_encrypted(&scene, ALICE), Some(false), "{name}");
        }
        // Signed by the key that it bears it counts.
        let entity = advert(&scene.alice);
        let answer = scene.reads(&scene.sealed(ALICE, "", &entity, Some(&scene.alice)));
        let signer = if name == "known" { "current" } else { "new" };
        assert_eq!(answer.told(), format!("encrypted valid {signer}"), "{name}");
        assert_eq!(direct(&scene, ALICE), Some(scene.alice.key.fingerprint.clone()), "{name}");
        assert_eq!(seen_encrypted(&scene, ALICE), Some(true), "{name}");
    }
}

/// A gossip field about `peer`.
fn gossip(peer: &str, cert: &[u8]) -> String {
    format!("Autocrypt-Gossip: addr={peer}; keydata={}\r\n", folded(cert))
}

/// Alice writes to Bob and Carol, with gossip about `peer` in the encrypted part.
fn gossiping(scene: &Scene, peer: &str, by: Option<&Person>) -> Answer {
    let field = gossip(peer, &scene.carol.cert);
    let to = format!("{BOB}, {CAROL}");
    let entity = protected_text(&format!("{}{field}", inside(ALICE, &to)), "Yes");
    let advert = autocrypt(ALICE, true, &scene.alice.cert);
    scene.reads(&scene.sealed(ALICE, &advert, &entity, by))
}

/// That gossip is reported with this code, and changes nobody.
#[track_caller]
fn gossip_fails(peer: &str, by: impl Fn(&Scene) -> Option<&Person>, code: &str) {
    let scene = Scene::new();
    let answer = gossiping(&scene, peer, by(&scene));
    let [found] = &answer.incoming.gossip[..] else { panic!("{:?}", answer.incoming) };
    assert_eq!(found.key.as_ref().map_err(|flaw| flaw.code().name()), Err(code));
    for peer in [peer, CAROL, ALICE, BOB] {
        assert_eq!(gossiped(&scene, peer), None, "{peer}");
    }
    let alice = scene.alice.key.fingerprint.clone();
    assert_eq!(direct(&scene, ALICE), Some(alice), "the rest of the mail counts");
}

#[test]
fn good_gossip_counts() {
    let scene = Scene::new();
    let answer = gossiping(&scene, CAROL, Some(&scene.alice));
    let carol = scene.carol.key.fingerprint.clone();
    assert_eq!(answer.incoming.gossip[0].key, Ok(carol.clone()));
    assert_eq!(gossiped(&scene, CAROL), Some(carol));
    assert_eq!(direct(&scene, CAROL), None);
    assert_eq!(answer.field("Autocrypt-Gossip"), [""; 0], "it does not travel on");
}

#[test]
fn gossip_in_the_clear_is_not_read() {
    let scene = Scene::new();
    let fields = [autocrypt(ALICE, true, &scene.alice.cert), gossip(CAROL, &scene.carol.cert)];
    let fields = format!("Cc: {CAROL}\r\n{}", fields.concat());
    let text = text("plain", "Yes");
    let signed = pgp_signed(&format!("{fields}{text}"), &scene.alice, &Signing::at(NOW));
    let yes = yes(ALICE);
    for (name, mail) in [
        ("a clear mail", mail(ALICE, &fields, &text)),
        ("a signed mail", mail(ALICE, &fields, &signed)),
        ("around an encrypted mail", scene.sealed(ALICE, &fields, &yes, Some(&scene.alice))),
    ] {
        let answer = scene.reads(&mail);
        assert_eq!(answer.incoming.gossip, [], "{name}");
        assert_eq!(gossiped(&scene, CAROL), None, "{name}");
        assert_eq!(state(&scene.engine, CAROL).history.len(), 0, "{name}");
    }
}

#[test]
fn unsigned_gossip_is_refused() {
    gossip_fails(CAROL, |_| None, "not_signed");
    gossip_fails(CAROL, |scene| Some(&scene.mallory), "not_signed");
}

#[test]
fn gossip_about_a_third_address_is_refused() {
    gossip_fails(MALLORY, |scene| Some(&scene.alice), "not_a_recipient");
}

#[test]
fn gossip_about_oneself_is_refused() {
    gossip_fails(BOB, |scene| Some(&scene.alice), "own_address");
}

#[test]
fn gossip_about_from_is_refused() {
    gossip_fails(ALICE, |scene| Some(&scene.alice), "sender");
}

#[test]
fn gossip_never_replaces_a_direct_key() {
    let scene = Scene::new();
    scene.learns(CAROL, &scene.mallory.cert);
    let answer = gossiping(&scene, CAROL, Some(&scene.alice));
    assert!(answer.incoming.gossip[0].conflict);
    assert_eq!(direct(&scene, CAROL), Some(scene.mallory.key.fingerprint.clone()));
}

#[test]
fn a_recipient_that_stands_outside_alone_makes_nobody_a_recipient_for_gossip() {
    let scene = Scene::new();
    let field = gossip(CAROL, &scene.carol.cert);
    let entity = protected_text(&format!("{}{field}", inside(ALICE, BOB)), "Yes");
    let fields = format!("Cc: {CAROL}\r\n{}", autocrypt(ALICE, true, &scene.alice.cert));
    let answer = scene.reads(&scene.sealed(ALICE, &fields, &entity, Some(&scene.alice)));
    assert_eq!(
        answer.incoming.gossip[0].key.as_ref().err().map(|f| f.code().name()),
        Some("not_a_recipient")
    );
    assert_eq!(gossiped(&scene, CAROL), None);
}

#[test]
fn a_secret_key_in_the_field_is_not_taken_in() {
    let scene = Scene::new();
    let (_, secret) = scene.engine.export_secret(None).expect("own key");
    let secret =
        inbome_tests::certs::dearmor(std::str::from_utf8(secret.as_bytes()).expect("text"));
    let before = scene.engine.own_keys(None).expect("keys").len();
    let field = autocrypt(ALICE, true, &secret);
    let entity = protected_text(&format!("{}{field}", inside(ALICE, BOB)), "Yes");
    for (name, mail) in [
        ("outside", mail(ALICE, &field, &text("plain", "Yes"))),
        ("inside", scene.sealed(ALICE, "", &entity, Some(&scene.alice))),
        ("both", scene.sealed(ALICE, &field, &entity, Some(&scene.bob))),
    ] {
        let answer = scene.reads(&mail);
        assert_eq!(direct(&scene, ALICE), None, "{name}: {:?}", answer.incoming);
        assert_eq!(state(&scene.engine, ALICE).history.len(), 0, "{name}");
        assert_eq!(scene.engine.own_keys(None).expect("keys").len(), before, "{name}");
    }
    let said = verdicts(&scene.incoming(&mail(ALICE, &field, &text("plain", "Yes"))));
    assert_eq!(said, ["Autocrypt=invalid secret_key"]);
}
