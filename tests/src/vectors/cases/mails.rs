//! What a mail can be: its sender, its date, its kind, its account, its size.

use super::{Made, add, alice, from, good};
use crate::stage::{ALICE, BOB, SENT, autocrypt, cert, fingerprint, rfc2822};

pub(super) fn senders(made: &mut Made) {
    let field = |id: &str| autocrypt(id, true, &cert(1, ALICE));
    let date = rfc2822(SENT, 0);
    let with_from =
        |line: &str, field: &str| format!("{line}To: {BOB}\r\nDate: {date}\r\n{field}\r\nHi\r\n");
    for (name, reason, line) in [
        ("from-none", "no_from", ""),
        ("from-empty", "no_from", "From:\r\n"),
        ("from-empty-group", "no_from", "From: undisclosed:;\r\n"),
        (
            "from-two-fields",
            "several_from",
            "From: alice@example.org\r\nFrom: alice@example.org\r\n",
        ),
        ("from-two-mailboxes", "several_from", "From: alice@example.org, eve@example.org\r\n"),
        ("from-group", "several_from", "From: us: alice@example.org;\r\n"),
        ("from-no-at", "invalid_from", "From: Alice\r\n"),
        ("from-bad-domain", "invalid_from", "From: alice@xn--0.example\r\n"),
        ("from-not-utf8-domain", "invalid_from", "From: alice@exam ple.org\r\n"),
    ] {
        let outcome = format!("outcome=ignored {reason}");
        add(made, name, &[&outcome, "from=none"], with_from(line, &field(ALICE)));
    }
    for (name, line, canonical, attribute) in [
        ("from-name", "From: \"Alice, of Wonderland\" <alice@example.org>\r\n", ALICE, ALICE),
        (
            "from-name-looks-like-an-address",
            "From: \"eve@example.org\" <alice@example.org>\r\n",
            ALICE,
            ALICE,
        ),
        (
            "from-encoded-name",
            "From: =?utf-8?Q?Alice_=3Ceve=40example=2Eorg=3E?= <alice@example.org>\r\n",
            ALICE,
            ALICE,
        ),
        ("from-comment", "From: alice@example.org (eve@example.org)\r\n", ALICE, ALICE),
        ("from-folded", "From:\r\n Alice\r\n <alice@example.org>\r\n", ALICE, ALICE),
        ("from-case", "From: ALICE@Example.ORG\r\n", ALICE, ALICE),
        (
            "from-quoted-local-part",
            "From: \"alice\"@example.org\r\n",
            ALICE,
            "\"alice\"@example.org",
        ),
        (
            "from-idna",
            "From: alice@bücher.example\r\n",
            "alice@xn--bcher-kva.example",
            "alice@xn--bcher-kva.example",
        ),
        (
            "from-idna-in-the-field",
            "From: alice@xn--bcher-kva.example\r\n",
            "alice@xn--bcher-kva.example",
            "alice@BÜCHER.example",
        ),
        (
            "from-not-ascii-local-part",
            "From: Ärger@example.org\r\n",
            "ärger@example.org",
            "ärger@example.org",
        ),
        ("from-trailing-dot", "From: alice@example.org.\r\n", ALICE, ALICE),
        ("from-literal", "From: alice@[192.0.2.1]\r\n", "alice@[192.0.2.1]", "alice@[192.0.2.1]"),
    ] {
        let from = format!("from={canonical}");
        let head = ["outcome=updated", &from, "field Autocrypt=valid"];
        add(made, name, &head, with_from(line, &field(attribute)));
    }
    for (name, line) in [
        ("from-tag-is-another-address", "From: alice+x@example.org\r\n"),
        ("from-sender-does-not-count", "From: eve@example.org\r\nSender: alice@example.org\r\n"),
        (
            "from-reply-to-does-not-count",
            "From: eve@example.org\r\nReply-To: alice@example.org\r\n",
        ),
    ] {
        let head = ["outcome=updated", "field Autocrypt=invalid addr_mismatch"];
        add(made, name, &head, with_from(line, &field(ALICE)));
    }
}

pub(super) fn dates(made: &mut Made) {
    let mail = |lines: &str| {
        let field = autocrypt(ALICE, true, &good());
        format!("{lines}From: {ALICE}\r\nTo: {BOB}\r\n{field}\r\nHi\r\n")
    };
    let at = "2016-12-17T08:58:05Z";
    for (name, line, date) in [
        ("date-zone-east", "Sat, 17 Dec 2016 09:58:05 +0100", at),
        ("date-zone-west", "Sat, 17 Dec 2016 03:28:05 -0530", at),
        ("date-zone-name", "17 Dec 2016 03:58:05 EST", at),
        ("date-zone-gmt", "Sat, 17 Dec 2016 08:58:05 GMT", at),
        ("date-zone-unknown", "Sat, 17 Dec 2016 08:58:05 XYZ", at),
        ("date-zone-missing", "Sat, 17 Dec 2016 08:58:05", at),
        ("date-two-digit-year", "Sat, 17 Dec 16 08:58:05 +0000", at),
        ("date-comment", "Sat, 17 Dec 2016 08:58:05 +0000 (UTC)", at),
        ("date-wrong-weekday", "Mon, 17 Dec 2016 08:58:05 +0000", at),
        ("date-folded", "Sat,\r\n 17 Dec 2016\r\n 08:58:05 +0000", at),
        ("date-no-seconds", "Sat, 17 Dec 2016 08:58 +0000", "2016-12-17T08:58:00Z"),
        ("date-in-the-future", "Fri, 17 Dec 2100 08:58:05 +0000", "2017-01-01T00:00:00Z"),
    ] {
        let date = format!("date={date}");
        let head = ["outcome=updated", &date, "field Autocrypt=valid"];
        add(made, name, &head, mail(&format!("Date: {line}\r\n")));
    }
    let before = "Sun, 17 Dec 1989 08:58:05 +0000";
    for (name, lines) in [
        ("date-none", String::new()),
        ("date-no-date", "Date: yesterday\r\n".to_owned()),
        ("date-before-1990", format!("Date: {before}\r\n")),
        ("date-twice", format!("Date: {0}\r\nDate: {0}\r\n", rfc2822(SENT, 0))),
    ] {
        add(made, name, &["outcome=ignored undated"], mail(&lines));
        let head = [
            "received-at: 2016-12-20T00:00:00Z",
            "outcome=updated",
            "date=2016-12-20T00:00:00Z",
            "field Autocrypt=valid",
        ];
        add(made, &format!("{name}-received"), &head, mail(&lines));
    }
    let received = |day: u32| format!("Received: from a by b; {day} Dec 2016 00:00:00 +0000\r\n");
    let date = |day: u32| format!("Date: {day} Dec 2016 00:00:00 +0000\r\n");
    for (name, head, lines) in [
        (
            "date-received-topmost-counts",
            vec!["date=2016-12-10T00:00:00Z"],
            received(10) + &received(12) + &date(11),
        ),
        ("date-received-is-later", vec!["date=2016-12-09T00:00:00Z"], received(10) + &date(9)),
        (
            "date-received-goes-before-the-caller",
            vec!["received-at: 2016-12-05T00:00:00Z", "date=2016-12-10T00:00:00Z"],
            received(10) + &date(11),
        ),
        (
            "date-received-unusable-is-passed-by",
            vec!["received-at: 2016-12-05T00:00:00Z", "date=2016-12-05T00:00:00Z"],
            "Received: from a by b; some day\r\n".to_owned() + &date(11),
        ),
        ("date-received-and-no-date", vec!["date=2016-12-10T00:00:00Z"], received(10)),
        (
            "date-caller-is-earlier",
            vec!["received-at: 2016-12-05T00:00:00Z", "date=2016-12-05T00:00:00Z"],
            date(11),
        ),
        (
            "date-caller-is-in-the-future",
            vec!["received-at: 2100-01-01T00:00:00Z", "date=2017-01-01T00:00:00Z"],
            String::new(),
        ),
    ] {
        let mut head = head;
        head.extend(["outcome=updated", "field Autocrypt=valid"]);
        add(made, name, &head, mail(&lines));
    }
}

pub(super) fn mails(made: &mut Made) {
    let field = autocrypt(ALICE, true, &good());
    let typed = |kind: &str, field: &str| alice(&format!("Content-Type: {kind}\r\n{field}"));
    for (name, kind) in [
        ("report", "multipart/report; report-type=delivery-status; boundary=b"),
        ("report-without-type", "Multipart/Report; boundary=b"),
        ("report-read-receipt", "multipart/report;\r\n report-type=disposition-notification"),
    ] {
        add(made, name, &["outcome=ignored report"], typed(kind, &field));
    }
    add(made, "spam", &["spam: yes", "outcome=ignored spam"], alice(&field));
    let encrypted = "multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b";
    let inline = |fields: &str| {
        format!(
            "From: {ALICE}\r\nDate: {}\r\n{fields}\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nwcBM\r\n-----END PGP MESSAGE-----\r\n",
            rfc2822(SENT, 0)
        )
    };
    let smime = "application/pkcs7-mime; smime-type=enveloped-data";
    let gone = ["outcome=ignored not_decrypted", "from=alice@example.org", "key=none"];
    add(made, "encrypted-without-advert", &gone, typed(encrypted, ""));
    add(made, "encrypted-inline-without-advert", &gone, inline(""));
    add(made, "encrypted-smime-without-advert", &gone, typed(smime, ""));
    let head = ["outcome=ignored not_decrypted", "field Autocrypt=invalid base64"];
    add(
        made,
        "encrypted-with-a-bad-field",
        &head,
        typed(encrypted, "Autocrypt: addr=alice@example.org; keydata=*\r\n"),
    );
    let head = ["outcome=updated", "field Autocrypt=valid", "recommendation=encrypt"];
    add(made, "encrypted-with-advert", &head, typed(encrypted, &field));
    add(made, "encrypted-inline-with-advert", &head, inline(&field));
    let signed = typed("multipart/signed; boundary=b; protocol=\"application/pgp-signature\"", "");
    add(made, "signed-is-not-encrypted", &["outcome=updated", "agent="], signed);

    let own = cert(5, BOB);
    let conflict = format!("own_key_conflict={}", fingerprint(&own));
    add(
        made,
        "own-mail",
        &["outcome=ignored own_mail", "from=bob@example.org", "own_key_conflict=none"],
        from(BOB, ""),
    );
    let head = ["outcome=ignored own_mail", "field Autocrypt=valid", &conflict, "key=none"];
    add(made, "own-mail-foreign-key", &head, from(BOB, &autocrypt(BOB, true, &own)));

    add(
        made,
        "plain",
        &[
            "outcome=updated",
            "key=none",
            "agent=Pigeon 1",
            "recommendation=disable",
            "reasons=no_key",
        ],
        alice("User-Agent: Pigeon 1\r\n"),
    );
    add(
        made,
        "plain-x-mailer",
        &["outcome=updated", "agent=Pigeon 2"],
        alice("X-Mailer: Pigeon\r\n 2\r\n"),
    );
    let list = "garden@lists.example.org";
    let post = format!("List-Post: <mailto:{list}>\r\n");
    let head = [
        "outcome=updated",
        "list=true",
        "field Autocrypt=valid",
        "recommendation=available",
        "reasons=list",
    ];
    add(
        made,
        "list-writes-itself",
        &head,
        from(list, &(post.clone() + &autocrypt(list, true, &cert(6, list)))),
    );
    let head = ["outcome=updated", "list=false", "field Autocrypt=valid", "recommendation=encrypt"];
    add(made, "list-forwards", &head, alice(&(post + &field)));

    let two = ["account: bob@example.org", "account: carol@example.org"];
    let date = rfc2822(SENT, 0);
    let to = |lines: &str| format!("From: {ALICE}\r\nDate: {date}\r\n{lines}{field}\r\nHi\r\n");
    for (name, found, lines) in [
        (
            "account-delivered-to",
            "carol@example.org",
            "Delivered-To: carol@example.org\r\nTo: bob@example.org\r\n",
        ),
        (
            "account-topmost-delivery",
            "carol@example.org",
            "Delivered-To: carol@example.org\r\nX-Original-To: bob@example.org\r\n",
        ),
        (
            "account-to",
            "bob@example.org",
            "To: eve@example.org, bob@example.org\r\nCc: carol@example.org\r\n",
        ),
        ("account-cc", "carol@example.org", "To: eve@example.org\r\nCc: carol@example.org\r\n"),
    ] {
        let account = format!("account={found}");
        let head = [two[0], two[1], "outcome=updated", &account, "field Autocrypt=valid"];
        add(made, name, &head, to(lines));
    }
    let head = [two[0], two[1], "outcome=ignored ambiguous_account", "account=none"];
    add(made, "account-ambiguous", &head, to("To: eve@example.org\r\n"));

    let many = "X-Filler: x\r\n".repeat(1_000);
    add(made, "limit-header-fields", &["outcome=ignored limit_header_fields"], alice(&many));
    let wide = format!("X-Filler: {}\r\n", "x".repeat(1_000)).repeat(263);
    add(made, "limit-header-bytes", &["outcome=ignored limit_header_bytes"], alice(&wide));
    let crowd = "To: a@example.org".to_owned() + &",\r\n a@example.org".repeat(2_000) + "\r\n";
    let head = [two[0], two[1], "outcome=ignored limit_addresses"];
    add(made, "limit-addresses", &head, to(&crowd));

    let lf = String::from_utf8(alice(&field)).expect("ASCII").replace("\r\n", "\n");
    let head = ["outcome=updated", "field Autocrypt=valid"];
    add(made, "line-ends-lf", &head, &lf);
    add(made, "line-ends-mixed", &head, lf.replacen("\nTo", "\r\nTo", 1));
    add(made, "mbox-line", &head, format!("From alice@example.org Sat Dec 17 08:58:05 2016\n{lf}"));
    let header = lf.split("\n\n").next().unwrap_or_default();
    add(made, "header-section-alone", &head, header);
    add(made, "empty", &["outcome=ignored no_from"], "");
    let noise = "\0\u{1}\u{2} no header \u{ff}\n: x\nFrom\n";
    add(made, "no-mail", &["outcome=ignored no_from"], noise);
}
