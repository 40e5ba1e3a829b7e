//! Which date of a mail counts (Discovery §3), and signatures that other programs do not see (Messages
//! §3).

use inbome_core::decrypt::Signer;
use inbome_tests::certs::NOW;
use inbome_tests::hostile::{Scene, multipart, protected_text, text};
use inbome_tests::messages::{Person, Signing, packet};
use inbome_tests::stage::{ALICE, BOB, autocrypt, outcome, rfc2822, state};
use pgp::types::Tag;

const DAY: i64 = 86_400;

fn seen(scene: &Scene) -> Option<i64> {
    state(&scene.engine, ALICE).peer.seen.map(|seen| seen.at.as_secs())
}

#[test]
fn in_a_validly_signed_mail_the_protected_date_counts_in_place_of_the_outer_one() {
    let now = i64::from(NOW);
    let dated = |at: i64| format!("Date: {}\r\n", rfc2822(at, 0));
    for (name, outer, inner, signed, expected) in [
        ("falsified outside", dated(now - 6 * DAY), dated(now - DAY), true, Some(now - DAY)),
        ("put back, fresh outside", dated(now), dated(now - 9 * DAY), true, Some(now - 9 * DAY)),
        ("none outside", String::new(), dated(now - DAY), true, Some(now - DAY)),
        ("two outside", dated(now).repeat(2), dated(now - DAY), true, Some(now - DAY)),
        ("in the future inside", dated(now - DAY), dated(now + 9 * DAY), true, Some(now)),
        // Signed at NOW: the earlier of the two.
        ("none inside", dated(now - 6 * DAY), String::new(), true, Some(now - 6 * DAY)),
        ("not signed", dated(now - 6 * DAY), dated(now - DAY), false, Some(now - 6 * DAY)),
        ("not signed, undated", String::new(), dated(now - DAY), false, None),
    ] {
        let scene = Scene::new();
        let advert = autocrypt(ALICE, true, &scene.alice.cert);
        let fields = format!("From: {ALICE}\r\nTo: {BOB}\r\n{inner}");
        let entity = protected_text(&fields, "Yes");
        let by = signed.then_some(&scene.alice);
        let sealed = scene.sealed(ALICE, &format!("{outer}{advert}"), &entity, by);
        // The mail has a date already, which is not the one that is tried.
        let text = String::from_utf8(sealed).expect("text");
        let (before, rest) = text.split_once("Date: ").expect("a date");
        let (_, after) = rest.split_once("\r\n").expect("its end");
        let mail = format!("{before}{after}");
        scene.incoming(mail.as_bytes());
        assert_eq!(seen(&scene), expected, "{name}");
    }
}

#[test]
fn a_report_inside_changes_nothing() {
    let scene = Scene::new();
    let advert = autocrypt(ALICE, true, &scene.alice.cert);
    let inner = format!("From: {ALICE}\r\nTo: {BOB}\r\n");
    let report = multipart("report", &[&text("plain", "read")]);
    let entity = format!("{inner}{report}");
    let answer = scene.reads(&scene.sealed(ALICE, &advert, &entity, Some(&scene.alice)));
    assert_eq!(outcome(&answer.incoming), "ignored report");
    assert_eq!(seen(&scene), None);
}

/// A mail with an unobtrusive signature by `by` over a part with `fields`; `spoil` changes it afterwards.
fn unobtrusive(outer: &str, fields: &str, by: &Person, spoil: bool) -> Vec<u8> {
    use base64::Engine as _;
    let part = format!("{fields}Content-Type: text/plain; hp=\"clear\"\r\n\r\nHello\r\n");
    let signature = packet_of(by, part.as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(signature);
    let part = if spoil { part.replace("Hello", "Hullo") } else { part };
    let sig = format!(
        "Sig: t=p; b={}\r\n",
        signature
            .as_bytes()
            .chunks(70)
            .map(|line| { std::str::from_utf8(line).expect("ASCII") })
            .collect::<Vec<_>>()
            .join("\r\n ")
    );
    let body = format!("--b\r\n{sig}{part}\r\n--b--\r\n");
    format!(
        "From: {ALICE}\r\nTo: {BOB}\r\nDate: {}\r\n{outer}\
         Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n{body}epilogue\r\n",
        rfc2822(i64::from(NOW) - DAY, 0)
    )
    .into_bytes()
}

fn packet_of(by: &Person, octets: &[u8]) -> Vec<u8> {
    packet(Tag::Signature, &Signing::at(NOW).sign(&by.primary, octets))
}

#[test]
fn an_unobtrusive_signature_counts_and_so_does_an_advert_inside_it() {
    for (name, inside, by_mallory, spoil, told, key) in [
        ("inside", true, false, false, "none valid new", true),
        ("outside", false, false, false, "none valid new", true),
        ("spoilt, inside", true, false, true, "none none", false),
        ("spoilt, outside", false, false, true, "none none", true),
        ("by another key", true, true, false, "none unknown_key", false),
    ] {
        let scene = Scene::new();
        let advert = autocrypt(ALICE, true, &scene.alice.cert);
        let (outer, inner) = if inside { ("", advert.as_str()) } else { (advert.as_str(), "") };
        let fields = format!("From: {ALICE}\r\nTo: {BOB}\r\n{inner}");
        let by = if by_mallory { &scene.mallory } else { &scene.alice };
        let mail = unobtrusive(outer, &fields, by, spoil);
        let answer = scene.reads(&mail);
        assert_eq!(answer.told(), told, "{name}");
        let peer = state(&scene.engine, ALICE).peer;
        assert_eq!(
            peer.advert.as_ref().map(|advert| advert.protected),
            key.then_some(inside),
            "{name}"
        );
        assert_eq!(peer.last_plain.is_none(), key, "{name}");
        assert!(peer.seen.is_some_and(|seen| !seen.encrypted), "{name}");
        let shown = answer.shown();
        if answer.decrypted.summary.signer == Some(Signer::New) {
            assert!(shown.ends_with("\r\n\r\nHello\r\n") && !shown.contains("Sig:"), "{shown}");
            assert!(!shown.contains("preamble") && !shown.contains("epilogue"), "{shown}");
        }
    }
}
