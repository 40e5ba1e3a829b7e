//! What leaves in the clear is the input, octet for octet, but for whole fields removed and added
//! (Discovery §8). Each mail is made of pieces of which is known, as they are made, whether they
//! stay: nothing here reads a header.

use inbome_core::engine::Engine;
use inbome_core::outgoing::{Mode, OutgoingOptions, OutgoingReason};
use inbome_tests::letters::mode;
use inbome_tests::rounds;
use inbome_tests::stage::*;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, RngCore, SeedableRng};

/// A mail that is made, what is to become of it, and why.
struct Case {
    input: Vec<u8>,
    /// Less what must go; the added fields stand before `rest`.
    header: Vec<u8>,
    /// The blank line and the body, or neither.
    rest: Vec<u8>,
    line_end: &'static str,
    resent: bool,
}

/// Spellings of the sender, all of them [`BOB`].
const FROM: [&str; 8] = [
    "From: bob@example.org\n",
    "FROM:bob@example.org\n",
    "From : Bob\n <bob@example.org>\n",
    "From:\n\tBob\n\t<BOB@Example.ORG>\n",
    "From: \"Bob, of old\" <bob@example.org> (at home)\n",
    "From: B\u{f6}b <bob@example.org>\n",
    "from: =?utf-8?q?B=C3=B6b?= <bob@EXAMPLE.org.>\n",
    "From: <bob@example.org>  \n",
];

/// Fields that stay, and lines that are none.
const STAYS: [&str; 22] = [
    "To: a@example.org, \"B, the other\" <b@example.org>\n",
    "Cc: c@example.org,\n\td@example.org\n",
    "Subject: plain\n",
    "Subject:\n  folded\n\tand  folded   again \n",
    "subject : gr\u{fc}n \u{2014} 8 bit\n",
    "X-Empty:\n",
    "X-Blank-Fold: a\n \n b\n",
    "X-Tabs:\t\t\n",
    "X-Colons: a: b: c\n Bcc: no field at all\n",
    "this line is no field\n",
    "nor this one\n\tBcc: hidden in its fold\n",
    ">From somebody\n",
    "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
    "Message-ID: <x@example.org>\nIn-Reply-To: <y@example.org>\n",
    "Date: Sat, 17 Dec 2016 09:58:05 +0100\n",
    "Bccs: not that field\n",
    "X-Bcc: nor that\n",
    "X-Inbome-Something: kept\n",
    "Autocrypt-Gossip: addr=bob@example.org; keydata=AAAA\n",
    "Autocrypt-Setup: no field of anybody's\n",
    "X-Autocrypt: addr=bob@example.org; keydata=AAAA\n",
    "MIME-Version: 1.0 (made by hand)\n",
];

/// Fields that go, whoever sends.
const ALWAYS_GOES: [&str; 9] = [
    "Bcc: secret@example.org\n",
    "bCC : secret@example.org,\n secret2@example.org\n",
    "Bcc:\n",
    "BCC:\n\t\"Secret, S.\"\n\t<secret@example.org>\n",
    "X-Inbome: clear\n",
    "x-inbome:\n  CLEAR\n",
    "Autocrypt-Draft-State: encrypt=yes; _by-choice=yes;\n",
    "AUTOCRYPT-DRAFT-STATE : nonsense\n",
    "Bcc:\n \n secret@example.org\n",
];

/// Key fields for somebody else, which are none of ours.
const OF_ANOTHER: [&str; 3] = [
    "Autocrypt: addr=alice@example.org; keydata=AAAA\n",
    "INBOME-Encryption: to=alice@example.org; type=p;\n prefer-encrypted=yes; key=\n  AAAA\n",
    "autocrypt:addr = alice@example.org;keydata=\n\tAA\n\tAA\n",
];

/// Key fields for the sender, or for nobody: replaced where fields are added.
const OWN_KEY: [&str; 9] = [
    "Autocrypt: addr=bob@example.org; keydata=AAAA\n",
    "Autocrypt: addr=BOB@example.ORG; prefer-encrypt=mutual;\n keydata=\n AA\n AA\n",
    "AUTOCRYPT : broken\n",
    "Autocrypt:\n",
    "INBOME-Encryption: to=bob@example.org; key=AAAA\n",
    "INBOME-Encryption: keydata=AAAA\n",
    "INBOME-Encryption-Info: keydata=AAAA\n",
    "INBOME: provide;adr=bob@example.org;keydata=AAAA\n",
    "INBOME: request;adr=bob@example.org\n",
];

const BODIES: [(&str, &str); 5] = [
    ("Content-Type: text/plain\n", "Hello\n\nBcc: in the body\nFrom here on\n"),
    ("", ""),
    (
        "Content-Type: multipart/signed; micalg=pgp-sha256;\n\
         \tprotocol=\"application/pgp-signature\"; boundary=\"s\"\n",
        "--s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
         gr\u{fc}n  \n\t\n-- \nAutocrypt: addr=bob@example.org; keydata=AAAA\n\n--s\n\
         Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----\n\n\
         AAAA\n-----END PGP SIGNATURE-----\n--s--\n",
    ),
    (
        "Content-Type: multipart/mixed; boundary=m\n",
        "preamble\n--m\n\na\n--m\nContent-Type: message/rfc822\n\nBcc: of the inner mail\n\nx\n--m--\nepilogue",
    ),
    ("Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n", "RANDOM"),
];

/// UTF-8 or, every other time, its Latin-1 octets; with the line ends of the mail.
fn octets(text: &str, line_end: &str, latin: bool) -> Vec<u8> {
    let text = text.replace('\n', line_end);
    match latin {
        true => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        false => text.into_bytes(),
    }
}

fn case(rng: &mut StdRng) -> Case {
    let line_end = *["\n", "\r\n"].choose(rng).expect("one");
    let latin = rng.gen_bool(0.5);
    let resent = rng.gen_bool(0.1);
    let (content, text) = *BODIES.choose(rng).expect("one");
    let mut pieces = vec![(*FROM.choose(rng).expect("one"), true), (content, true)];
    for (from, stays) in [
        (&STAYS[..], true),
        (&ALWAYS_GOES[..], false),
        (&OF_ANOTHER[..], true),
        (&OWN_KEY[..], resent),
    ] {
        let count = rng.gen_range(0..4);
        pieces.extend(from.choose_multiple(rng, count).map(|piece| (*piece, stays)));
    }
    if resent {
        pieces.push(("Resent-From: bob@example.org\n", true));
        pieces.push(("Resent-Bcc: secret@example.org\n", false));
    }
    pieces.shuffle(rng);
    // The first line is a field that says how the lines of the mail end.
    pieces.insert(0, ("X-First: 1\n", true));
    let mut input = match rng.gen_bool(0.2) {
        true => octets("From bob Sat Dec 17 09:58:05 2016\n", line_end, false),
        false => Vec::new(),
    };
    let mut header = Vec::new();
    let mixed = rng.gen_bool(0.2);
    for (number, (piece, stays)) in pieces.into_iter().enumerate() {
        // Past the first line, lines may end otherwise; that stays as it is.
        let ends = if mixed && number > 0 && rng.gen_bool(0.5) { "\r\n" } else { line_end };
        let piece = octets(piece, ends, latin);
        input.extend_from_slice(&piece);
        if stays {
            header.extend_from_slice(&piece);
        }
    }
    let mut rest = Vec::new();
    if rng.gen_bool(0.95) {
        rest.extend_from_slice(line_end.as_bytes());
        if text == "RANDOM" {
            let mut random = vec![0; rng.gen_range(0..300)];
            rng.fill_bytes(&mut random);
            rest.extend_from_slice(&random);
        } else {
            rest.extend_from_slice(&octets(text, line_end, latin));
        }
    }
    input.extend_from_slice(&rest);
    Case { input, header, rest, line_end, resent }
}

/// The mail as it must leave.
fn expected(case: &Case, own: &[(&'static str, String)]) -> Vec<u8> {
    let mut mail = case.header.clone();
    for (name, value) in own.iter().filter(|_| !case.resent) {
        let value = value.replace("\r\n", case.line_end);
        mail.extend_from_slice(format!("{name}: {value}{}", case.line_end).as_bytes());
    }
    mail.extend_from_slice(&case.rest);
    mail
}

fn send(engine: &Engine, mail: &[u8], options: &OutgoingOptions) -> (Vec<u8>, OutgoingReason) {
    let mut sent = engine.process_outgoing(None, mail, options).expect("made");
    assert_eq!((sent.messages.len(), sent.encrypted), (1, false));
    (sent.messages.remove(0).data, sent.reason)
}

fn shown(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).replace('\r', "\\r")
}

#[test]
fn a_thousand_mails_leave_as_they_are_but_for_whole_fields() {
    let engine = bob();
    let own = engine.header_fields(None, None).expect("fields");
    assert_eq!(own.len(), 2);
    let mut rng = StdRng::from_seed([7; 32]);
    let (mut resent, mut signed, mut crlf) = (0, 0, 0);
    for number in 0..rounds(1_000) {
        let case = case(&mut rng);
        let options = mode(if number % 2 == 0 { Mode::Auto } else { Mode::Clear });
        let (sent, reason) = send(&engine, &case.input, &options);
        let expected = expected(&case, &own);
        assert!(
            sent == expected,
            "mail {number}, {reason:?}\n{}\nbecame\n{}\ninstead of\n{}",
            shown(&case.input),
            shown(&sent),
            shown(&expected)
        );
        assert_eq!(reason.passes_unchanged(), case.resent, "mail {number}: {reason:?}");
        // Once more changes nothing: the call may be repeated.
        assert!(send(&engine, &sent, &options).0 == sent, "mail {number}");
        resent += usize::from(case.resent);
        signed += usize::from(shown(&case.input).contains("multipart/signed"));
        crlf += usize::from(case.line_end == "\r\n");
    }
    // The mails are what the test says of them.
    assert!(resent > 50 && signed > 100 && (300..700).contains(&crlf));
}

#[test]
fn people_in_blind_fields_get_what_the_fields_do_not_show() {
    let engine = bob();
    let mut rng = StdRng::from_seed([8; 32]);
    let mut secrets = 0;
    for number in 0..200 {
        let case = case(&mut rng);
        let sent = engine.process_outgoing(None, &case.input, &mode(Mode::Clear)).expect("made");
        let header_ends = case.input.len() - case.rest.len();
        let named = shown(&case.input[..header_ends]).contains("secret@example.org");
        let message = &sent.messages[0];
        let gets = message.recipients.contains(&addr("secret@example.org"));
        assert!(message.sent_copy);
        assert!(!shown(&message.data).contains("secret"), "mail {number}");
        // `Resent-Bcc` names people as `Bcc` does.
        assert_eq!(gets, named, "mail {number}:\n{}", shown(&case.input));
        secrets += usize::from(named);
    }
    assert!(secrets > 50);
}
