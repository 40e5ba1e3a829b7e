//! Random mails, encrypted and read again: the same body octets, the same fields (Messages §2 to
//! §4). What must come back is known from how each mail was made.

use std::collections::BTreeMap;

use inbome_core::decrypt::{Decrypted, Intended, Signer};
use inbome_core::engine::{Engine, Entity};
use inbome_core::outgoing::OutgoingOptions;
use inbome_tests::homes::Home;
use inbome_tests::letters::*;
use inbome_tests::rounds;
use inbome_tests::stage::{ALICE, BOB, SENT, SetClock, addr};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, RngCore, SeedableRng};

const CAROL: &str = "carol@example.org";

/// The sender, and two who read.
struct Three {
    bob: Engine,
    alice: Engine,
    carol: Engine,
}

fn three() -> Three {
    let clock = SetClock::new(SENT);
    let [bob, alice, carol] =
        [(BOB, 1), (ALICE, 2), (CAROL, 3)].map(|(id, seed)| person(id, seed, &clock));
    introduce(&alice, ALICE, &[&bob], SENT);
    introduce(&carol, CAROL, &[&bob], SENT);
    Three { bob, alice, carol }
}

/// Fields of the mail's own: name, value. They must come back as they are.
const FIELDS: [(&str, &str); 18] = [
    ("Subject", " plain"),
    ("Subject", ""),
    ("SUBJECT", "\n\tfolded at once\n  and again"),
    ("Subject", " =?utf-8?q?gr=C3=BCn?= and gr\u{fc}n"),
    ("X-Blank-Fold", " a\n \n b"),
    ("X-Trailing", " blanks   \t"),
    ("X-Colons", ":::"),
    (
        "X-Long",
        " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    ("Comments", " one"),
    ("Comments", " another"),
    ("Keywords", " a, b,\n c"),
    ("In-Reply-To", " <a@example.org>"),
    ("References", " <a@example.org>\n <b@example.org>"),
    ("Reply-To", " \"Bob, at home\" <bob@home.example>"),
    ("Sender", " secretary@example.org"),
    ("User-Agent", " Test 1.0"),
    ("Organization", " \u{dc}berall"),
    ("X-HP-Outer", " Subject: none of ours"),
];

fn fill(rng: &mut StdRng, most: usize) -> Vec<u8> {
    let mut octets = vec![0; rng.gen_range(0..most)];
    rng.fill_bytes(&mut octets);
    octets
}

/// Text with what breaks careless programs: lines like boundaries, fields, armor, mbox lines.
fn text(rng: &mut StdRng, line_end: &str) -> Vec<u8> {
    const LINES: [&str; 12] = [
        "Hello",
        "",
        "From here",
        "--",
        "-- ",
        "Subject: in the body",
        "-----BEGIN PGP SIGNATURE-----",
        "gr\u{fc}n",
        "trailing   \t",
        " leading",
        ".",
        "=C3=BC soft=",
    ];
    let count = rng.gen_range(0..12);
    let lines: Vec<&str> = (0..count).map(|_| *LINES.choose(rng).expect("one")).collect();
    let text = lines.join(line_end);
    let latin = |c: char| u8::try_from(c).unwrap_or(b'?');
    if rng.gen_bool(0.3) { text.chars().map(latin).collect() } else { text.into_bytes() }
}

/// One entity: its `Content-*` fields, and its body.
fn entity(rng: &mut StdRng, depth: usize, line_end: &str) -> (Vec<(String, String)>, Vec<u8>) {
    let field = |name: &str, value: &str| (name.to_owned(), format!(" {value}"));
    if depth > 0 && rng.gen_bool(0.7) {
        let boundary = format!("=_{depth}_{:x}", rng.next_u32());
        let kind = ["mixed", "alternative", "related", "signed", "digest", "x-odd"].choose(rng);
        let mut body = text(rng, line_end);
        for _ in 0..rng.gen_range(0..4) {
            let (fields, part) = entity(rng, depth - 1, line_end);
            body.extend(format!("{line_end}--{boundary}{line_end}").as_bytes());
            for (name, value) in fields {
                body.extend(
                    format!("{name}:{}{line_end}", value.replace('\n', line_end)).as_bytes(),
                );
            }
            body.extend(line_end.as_bytes());
            body.extend(part);
        }
        if rng.gen_bool(0.9) {
            body.extend(format!("{line_end}--{boundary}--").as_bytes());
        }
        body.extend(text(rng, line_end));
        let kind = kind.expect("one");
        let value = match rng.gen_bool(0.5) {
            true => format!("multipart/{kind}; boundary=\"{boundary}\""),
            false => format!("Multipart/{kind};\n\tcharset=utf-8;\n\tboundary={boundary}"),
        };
        return (vec![field("Content-Type", &value)], body);
    }
    match rng.gen_range(0..6) {
        0 => (Vec::new(), text(rng, line_end)),
        1 => {
            let mut fields =
                vec![field("Content-Type", "application/octet-stream; name=\"a b;c.bin\"")];
            fields.push(field("Content-Disposition", "attachment;\n filename=\"a b;c.bin\""));
            fields.push(field("Content-Transfer-Encoding", "8bit"));
            (fields, fill(rng, 2_000))
        }
        2 => (vec![field("content-type", "TEXT/HTML")], text(rng, line_end)),
        3 => {
            let fields = vec![
                field("Content-Transfer-Encoding", "quoted-printable"),
                field("Content-Type", "text/plain; format=flowed (a comment); charset=\"utf-8\""),
                field("Content-Language", "de"),
            ];
            (fields, text(rng, line_end))
        }
        4 => (vec![field("Content-Type", "message/rfc822")], {
            let mut inner = format!("Bcc: kept{line_end}From: x{line_end}{line_end}").into_bytes();
            inner.extend(text(rng, line_end));
            inner
        }),
        _ => (vec![field("Content-Type", "text/plain; charset=iso-8859-1")], fill(rng, 500)),
    }
}

/// A random mail, and what of it must come back.
struct Case {
    line_end: &'static str,
    /// The mail's own: name, value as it stands after the colon, lines ending in LF.
    fields: Vec<(String, String)>,
    /// `Content-*`, likewise.
    content: Vec<(String, String)>,
    body: Vec<u8>,
}

fn case(rng: &mut StdRng) -> Case {
    let line_end = *["\n", "\r\n"].choose(rng).expect("one");
    let (content, body) = entity(rng, 3, line_end);
    let count = rng.gen_range(0..6);
    let chosen = FIELDS.choose_multiple(rng, count);
    let mut fields: Vec<_> = chosen.map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    // One Subject at most: a mail with two is none that a program writes.
    let mut subject = false;
    fields.retain(|(name, _)| {
        !name.eq_ignore_ascii_case("Subject") || !std::mem::replace(&mut subject, true)
    });
    fields.push(("From".into(), format!(" \"Bob, B.\"\n <{BOB}>")));
    fields.push(("To".into(), format!(" {ALICE},\n\tCarol <{CAROL}>")));
    fields.push(("Date".into(), " Sat, 17 Dec 2016 09:58:05 +0100".into()));
    fields.push(("Message-ID".into(), format!(" <{:x}@example.org>", rng.next_u64())));
    fields.shuffle(rng);
    Case { line_end, fields, content, body }
}

fn line(name: &str, value: &str, line_end: &str) -> String {
    format!("{name}:{}{line_end}", value.replace('\n', line_end))
}

impl Case {
    fn mail(&self, rng: &mut StdRng) -> Vec<u8> {
        let all = self.fields.iter().chain(&self.content);
        let mut lines: Vec<String> = all.map(|(n, v)| line(n, v, self.line_end)).collect();
        if rng.gen_bool(0.5) {
            lines.push(line("MIME-Version", " 1.0", self.line_end));
        }
        lines.shuffle(rng);
        let mut mail = lines.concat().into_bytes();
        mail.extend(self.line_end.as_bytes());
        mail.extend(&self.body);
        mail
    }

    /// The fields that a reader must find: of each name all values in order, whatever stands
    /// between the names. `Content-Type` and what we add ourselves are looked at apart.
    fn check(&self, round: usize, mail: &[u8], read: &Decrypted, in_order: &[u8]) {
        let message = read.message.as_ref().expect("a message");
        let shown = || {
            format!(
                "round {round}\n{:?}\nbecame\n{:?}",
                String::from_utf8_lossy(mail),
                String::from_utf8_lossy(message)
            )
        };
        assert!(body(message) == self.body, "the body: {}", shown());
        let mut found = by_name(message);
        let mut expected = by_name(in_order);
        for added in ["autocrypt", "inbome-encryption"] {
            assert_eq!(found.remove(added).map_or(0, |all| all.len()), 1, "{added}: {}", shown());
        }
        assert_eq!(found.remove("mime-version").map_or(0, |all| all.len()), 1, "{}", shown());
        expected.remove("mime-version");
        // A mail without a type is a text; it may say so.
        let typed = expected.remove("content-type");
        let found_type = found.remove("content-type").expect("a type");
        match typed {
            None => assert_eq!(found_type[0].to_ascii_lowercase(), b"content-type: text/plain\n"),
            Some(typed) => assert_eq!(unfolded(&found_type[0]), unfolded(&typed[0]), "{}", shown()),
        }
        assert_eq!(found, expected, "{}", shown());
    }
}

/// The whole fields of each name, folds included, with LF.
fn by_name(mail: &[u8]) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut all = BTreeMap::new();
    for field in split(mail).0 {
        let lf = field.iter().copied().filter(|octet| *octet != b'\r').collect();
        all.entry(name(&field)).or_insert_with(Vec::new).push(lf);
    }
    all
}

/// Without line ends and blanks: a type may be folded anew, and says the same.
fn unfolded(field: &[u8]) -> Vec<u8> {
    field.iter().copied().filter(|octet| !octet.is_ascii_whitespace()).collect()
}

#[test]
fn a_thousand_random_mails_come_back_to_us_and_to_gnupg_with_the_same_octets() {
    let Three { bob, alice, carol } = three();
    let readers = [&alice, &carol, &bob];
    let mut rng = StdRng::from_seed([5; 32]);
    let mut bodies = Vec::new();
    let (gpg, folder) = (Home::new(), tempfile::tempdir().expect("a folder"));
    let file = |round: usize, end: &str| folder.path().join(format!("{round}{end}"));
    for round in 0..rounds(1_000) {
        let case = case(&mut rng);
        let mail = case.mail(&mut rng);
        let sent = bob.process_outgoing(None, &mail, &OutgoingOptions::default()).expect("made");
        assert!(sent.encrypted, "round {round}: {:?}", sent.reason);
        assert_eq!(sent.messages.len(), 1, "round {round}");
        let sent = &sent.messages[0].data;
        let read = readers[round % readers.len()].decrypt(None, sent).expect("read");
        let summary = &read.summary;
        let signer = summary.signer.expect("a signer");
        assert!(matches!(signer, Signer::Current | Signer::New), "round {round}: {signer:?}");
        assert_eq!(summary.intended, Some(Intended::Yes), "round {round}");
        assert_eq!(summary.differs, Vec::<String>::new(), "round {round}");
        case.check(round, &mail, &read, &mail);
        let armor = String::from_utf8_lossy(sent);
        let armor = &armor[armor.find("-----BEGIN PGP MESSAGE").expect("armor")..];
        let end = armor.find("\r\n\r\n--").or(armor.find("\n\n--")).expect("a boundary");
        std::fs::write(file(round, ".asc"), &armor[..end]).expect("written");
        bodies.push(case.body);
    }
    assert!(bodies.iter().filter(|body| holds(body, "multipart/")).count() > 150);
    // A program that nobody here wrote, with one of the readers' keys.
    gpg.gpg(&["--import"], alice.export_secret(None).expect("a key").0.as_bytes());
    gpg.gpg(&["--import"], &bob.export_cert(None).expect("a cert").0);
    let files: Vec<String> =
        (0..bodies.len()).map(|round| file(round, ".asc").display().to_string()).collect();
    let arguments = ["--status-fd", "1", "--yes", "--decrypt-files"].into_iter();
    let arguments: Vec<&str> = arguments.chain(files.iter().map(String::as_str)).collect();
    let said = String::from_utf8(gpg.gpg(&arguments, b"")).expect("text");
    for line in ["GOODMDC", "VALIDSIG"] {
        assert_eq!(said.matches(&format!("[GNUPG:] {line}")).count(), bodies.len(), "{line}");
    }
    for (round, expected) in bodies.iter().enumerate() {
        let payload = std::fs::read(file(round, "")).expect("decrypted");
        assert!(body(&payload) == expected, "round {round}");
    }
}

#[test]
fn three_hundred_random_entities_come_back_when_the_program_writes_the_header() {
    let Three { bob, alice, carol } = three();
    let mut rng = StdRng::from_seed([6; 32]);
    for round in 0..rounds(300) {
        let case = case(&mut rng);
        let mut octets: Vec<u8> = Vec::new();
        for (name, value) in &case.content {
            octets.extend(line(name, value, case.line_end).as_bytes());
        }
        octets.extend(case.line_end.as_bytes());
        octets.extend(&case.body);
        // A program hands over values folded with CRLF, and none that is a line of blanks.
        let given = case.fields.iter().filter(|(name, _)| name != "X-Blank-Fold");
        let header: Vec<(&str, String)> = given
            .map(|(name, value)| (name.as_str(), value.trim_start().replace('\n', "\r\n")))
            .collect();
        let recipients = [addr(ALICE), addr(CAROL)];
        let entity = Entity {
            octets: &octets,
            header: &header,
            recipients: &recipients,
            ..Entity::default()
        };
        let sealed = bob.seal(None, &entity).expect("sealed");
        let outer: Vec<(&str, String)> =
            sealed.outer.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let subject = outer.iter().find(|(name, _)| name.eq_ignore_ascii_case("Subject"));
        assert!(subject.is_none_or(|(_, value)| value == "[...]"), "round {round}");
        // What must come back: the fields as handed over, and the entity.
        let mut expected = Vec::new();
        for (name, value) in &header {
            expected.extend(format!("{name}: {value}\r\n").as_bytes());
        }
        expected.extend(&octets);
        for reader in [&alice, &carol, &bob] {
            let read = reader.open_entity(None, &sealed.entity, &outer).expect("read");
            let signer = read.summary.signer.expect("a signer");
            assert!(matches!(signer, Signer::Current | Signer::New), "round {round}: {signer:?}");
            assert_eq!(read.summary.differs, Vec::<String>::new(), "round {round}");
            case.check(round, &octets, &read, &expected);
        }
        let id = sealed.message_id;
        assert!(holds(&expected, &String::from_utf8(id).expect("ASCII")), "round {round}");
    }
}

#[test]
fn header_and_body_of_any_size_come_back() {
    let Three { bob, alice, .. } = three();
    for (name, fields, text) in [
        ("empty body", String::new(), Vec::new()),
        ("line end alone", String::new(), b"\r\n".to_vec()),
        ("no last line end", String::new(), b"x".to_vec()),
        ("one long line", String::new(), vec![b'x'; 100_000]),
        ("zeros", String::new(), vec![0; 5_000]),
        ("bare CR and LF", String::new(), b"a\rb\nc\r\r\n\n\rd".to_vec()),
        ("many fields", "X-Many: x\r\n".repeat(400), b"x".to_vec()),
        (
            "a megabyte",
            String::new(),
            (0..1_000_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect(),
        ),
    ] {
        let header = format!("From: {BOB}\r\nTo: {ALICE}\r\n{fields}\r\n");
        let mail = [header.as_bytes(), &text].concat();
        let sent = send(&bob, &mail);
        assert!(sent.encrypted, "{name}");
        let read = alice.decrypt(None, &sent.messages[0].data).expect(name);
        let message = read.message.expect(name);
        assert!(body(&message) == text, "{name}");
        assert_eq!(values(&message, "X-Many").len(), fields.len() / 11, "{name}");
    }
}
