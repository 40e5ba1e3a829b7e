//! Where gossip may stand and about whom (Messages §2; Discovery §5), as far as no single rule says
//! it: places beside the root, recipients of every list, addresses of every kind.

use inbome_core::key::{CertFlaw, Certificates};
use inbome_core::openpgp::Rpgp;
use inbome_core::outgoing::Mode;
use inbome_tests::hostile::*;
use inbome_tests::letters::{mode, person, split, values};
use inbome_tests::messages::Person;
use inbome_tests::stage::{ALICE, BOB, SetClock, addr, autocrypt, folded, state};

fn gossip(about: &str, cert: &[u8]) -> String {
    format!("Autocrypt-Gossip: addr={about}; keydata={}\r\n", folded(cert))
}

#[test]
fn gossip_counts_in_the_root_of_the_payload_about_its_recipients() {
    let carol = Scene::new().carol.cert;
    let about = gossip(CAROL, &carol);
    let inner = |fields: &str| protected_text(&format!("{}{fields}", inside(ALICE, BOB)), "Yes");
    let cc = format!("Cc: {CAROL}\r\n");
    let no_list = inner(&format!("{cc}{about}")).replace("; hp=\"cipher\"", "");
    let below = inner(&cc).replacen("text/plain", "multipart/mixed; boundary=b", 1);
    let below = below.replace("Yes", &format!("--b\r\n{about}\r\nYes\r\n--b--"));
    let broken = about.replacen("addr=", "adr=", 1);
    let critical = about.replacen("addr=", "critical=1; addr=", 1);
    let twice = format!("{cc}{about}{}", gossip(CAROL, &Person::new(9).cert));
    let prefers = about.replacen("; keydata", "; prefer-encrypt=mutual; keydata", 1);
    for (name, entity, expected) in [
        ("Cc", inner(&format!("{cc}{about}")), vec!["ok"]),
        ("Reply-To", inner(&format!("Reply-To: {CAROL}\r\n{about}")), vec!["ok"]),
        ("To, in a group", inner(&format!("Cc: friends: {CAROL};\r\n{about}")), vec!["ok"]),
        ("another case", inner(&format!("Cc: Carol@EXAMPLE.org\r\n{about}")), vec!["ok"]),
        ("a preference", inner(&format!("{cc}{prefers}")), vec!["ok"]),
        ("two keys", inner(&twice), vec!["ok", "ok"]),
        ("Bcc", inner(&format!("Bcc: {CAROL}\r\n{about}")), vec!["not_a_recipient"]),
        ("Sender", inner(&format!("Sender: {CAROL}\r\n{about}")), vec!["not_a_recipient"]),
        (
            "in a name",
            inner(&format!("Cc: \"{CAROL}\" <x@y.z>\r\n{about}")),
            vec!["not_a_recipient"],
        ),
        ("no address", inner(&format!("{cc}{broken}")), vec!["critical_attribute"]),
        ("a critical attribute", inner(&format!("{cc}{critical}")), vec!["critical_attribute"]),
        ("in a part below", below, vec![]),
    ] {
        let scene = Scene::new();
        let field = autocrypt(ALICE, true, &scene.alice.cert);
        let answer = scene.reads(&scene.sealed(ALICE, &field, &entity, Some(&scene.alice)));
        assert_eq!(answer.told(), "encrypted valid new", "{name}");
        let codes: Vec<&str> = answer
            .incoming
            .gossip
            .iter()
            .map(|one| one.key.as_ref().map_or_else(|flaw| flaw.code().name(), |_| "ok"))
            .collect();
        assert_eq!(codes, expected, "{name}");
        let heard = state(&scene.engine, CAROL).peer.gossip.is_some();
        assert_eq!(heard, expected.contains(&"ok"), "{name}");
    }
    // Where no header is protected, the lists outside are those of the mail.
    let scene = Scene::new();
    let fields = format!("{cc}{}", autocrypt(ALICE, true, &scene.alice.cert));
    scene.reads(&scene.sealed(ALICE, &fields, &no_list, Some(&scene.alice)));
    assert!(state(&scene.engine, CAROL).peer.gossip.is_some(), "as Level 1 programs write it");
}

#[test]
fn odd_addresses_of_peers_break_no_gossip_field() {
    let scene = Scene::knows_alice();
    let odd = [
        "\"a;keydata=x\"@example.org",
        "\"a b\"@example.org",
        "a=b@example.org",
        "\"x;addr=carol@example.org\"@example.org",
        "\"\\\"\"@example.org",
        "ü@example.org",
    ];
    for who in odd {
        scene.engine.import_peer_key(None, &addr(who), &scene.mallory.cert).expect("imported");
    }
    let to = odd.map(|who| format!("<{who}>")).join(", ");
    let mail = format!("From: {BOB}\r\nTo: {ALICE}\r\nCc: {to}\r\n\r\nHi\r\n");
    let sent = scene.engine.process_outgoing(None, mail.as_bytes(), &mode(Mode::Encrypt));
    let sent = sent.expect("sent").messages.remove(0);
    assert_eq!(sent.recipients.len(), 1 + odd.len());
    // Alice opens it, and takes it in.
    let clock = SetClock::new(inbome_tests::certs::NOW.into());
    let alice = inbome_core::engine::Engine::in_memory(inbome_tests::stage::options(&clock));
    let import_key = Some(scene.alice.key.secret.as_bytes().to_vec());
    let how = inbome_core::engine::AccountOptions { import_key, ..Default::default() };
    alice.create_account(&addr(ALICE), &how, &mut |_| None).expect("an account");
    let read = inbome_tests::letters::open(&sent.data, &alice, &scene.engine);
    for value in values(&read.payload, "Autocrypt-Gossip") {
        // One that the grammar cannot say is left out; none says anything else.
        assert_eq!(value.matches("addr=").count(), 1, "{value}");
        assert_eq!(value.matches("keydata=").count(), 1, "{value}");
    }
    assert!(split(&read.payload).0.iter().all(|field| field.contains(&b':')));
    let incoming = alice.process_incoming(None, &sent.data, Default::default()).expect("processed");
    let mut heard = 0;
    for one in &incoming.gossip {
        match (&one.addr, &one.key) {
            (Some(who), Ok(_)) => {
                assert!(odd.iter().any(|odd| addr(odd) == *who), "{who}");
                heard += 1;
            }
            (Some(who), Err(flaw)) => {
                assert_eq!((who.as_str(), flaw.code().name()), (ALICE, "own_address"))
            }
            (None, flaw) => panic!("a field that cannot be read: {flaw:?}"),
        }
    }
    assert!(heard >= 2, "a=b and ü at least: {heard}");
    assert!(state(&alice, CAROL).peer.gossip.is_none());
}

#[test]
fn no_secret_key_is_gossiped_or_heard() {
    let scene = Scene::new();
    let clock = SetClock::new(inbome_tests::certs::NOW.into());
    let secret = inbome_tests::letters::secret(&person(CAROL, 7, &clock)).secret;
    assert_eq!(Rpgp::new().check(secret.as_bytes()), Err(CertFlaw::SecretKey));
    let about = gossip(CAROL, secret.as_bytes());
    let entity = protected_text(&format!("{}Cc: {CAROL}\r\n{about}", inside(ALICE, BOB)), "Yes");
    let field = autocrypt(ALICE, true, &scene.alice.cert);
    let answer = scene.reads(&scene.sealed(ALICE, &field, &entity, Some(&scene.alice)));
    let code = answer.incoming.gossip[0].key.as_ref().map_err(|flaw| flaw.code().name());
    assert_eq!(code, Err("secret_key"));
    assert!(state(&scene.engine, CAROL).history.is_empty());
    assert_eq!(scene.engine.own_keys(None).expect("keys").len(), 1);
}
