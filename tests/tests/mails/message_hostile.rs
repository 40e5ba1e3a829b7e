//! What a hostile message gets (Messages §3 and §7): nothing, always by the same error, for little
//! work, which is counted.

use inbome_core::openpgp::message::{KeyId, OpenFlaw, SealTo, Sealing};
use inbome_core::openpgp::{Messages, Rpgp};
use inbome_core::random::SystemRandom;
use inbome_tests::certs::*;
use inbome_tests::messages::*;
use inbome_tests::rounds;
use pgp::packet::PublicKeyEncryptedSessionKey;
use pgp::ser::Serialize;
use pgp::types::{
    CompressionAlgorithm, EncryptionKey, EskType, KeyDetails, PacketHeaderVersion, Tag,
};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const DAMAGED: Result<Vec<u8>, OpenFlaw> = Err(OpenFlaw::Damaged);
const SHAPE: Result<Vec<u8>, OpenFlaw> = Err(OpenFlaw::Shape);
const NOT_ENCRYPTED: Result<Vec<u8>, OpenFlaw> = Err(OpenFlaw::NotEncrypted);

fn open(message: &[u8], by: &Person) -> Result<Vec<u8>, OpenFlaw> {
    open_by(&Rpgp::new(), message, by)
}

fn open_by(openpgp: &Rpgp, message: &[u8], by: &Person) -> Result<Vec<u8>, OpenFlaw> {
    openpgp.open(message, &[&by.key]).map(|opened| opened.payload.as_bytes().to_vec())
}

fn good(content: &[u8]) -> Result<Vec<u8>, OpenFlaw> {
    Ok(content.to_vec())
}

fn armored(octets: &[u8]) -> Vec<u8> {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(octets);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let (begin, end) = ("-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----");
    format!("{begin}\n\n{}\n{end}\n", lines.join("\n")).into_bytes()
}

fn modern(content: &[u8]) -> (Person, Vec<u8>) {
    let person = Person::version_6(5, true);
    let sealing = Sealing {
        signer: None,
        recipients: &[SealTo { received: &person.cert, union: &person.union }],
        now: NOW_AT,
        random: &SystemRandom,
    };
    let message = Rpgp::new().seal(content, &sealing).unwrap();
    let octets = dearmor(std::str::from_utf8(&message).unwrap());
    (person, octets)
}

/// Where the body of the last packet begins: that is the encrypted data.
fn data_at(message: &[u8], body: &[u8]) -> usize {
    message.len() - body.len()
}

#[test]
fn only_the_one_shape_is_opened() {
    let alice = Person::new(1);
    let by = &alice.primary;
    let (text, other) = (literal(b"text"), literal(b"other"));
    let marker = packet(Tag::Marker, b"PGP");
    let padding = packet(Tag::Padding, &[7; 40]);
    let (private, critical) = (packet(Tag::from(60), b"x"), packet(Tag::from(25), b"x"));
    let (future, user_id) = (packet(Tag::from(45), b"x"), packet(Tag::UserId, b"x"));
    let signature = packet(Tag::Signature, &Signing::at(NOW).sign(by, b"text"));
    let all = |parts: &[&[u8]]| parts.concat();
    for (name, plaintext, expected) in [
        ("a literal", text.clone(), good(b"text")),
        ("signed", signed(by, b"text"), good(b"text")),
        ("signed the old way", all(&[&signature, &text]), good(b"text")),
        ("signed twice", all(&[&one_pass(by), &signed(by, b"text"), &signature]), good(b"text")),
        ("compressed", stored(&text), good(b"text")),
        ("compressed and signed", stored(&signed(by, b"text")), good(b"text")),
        ("an empty literal", literal(b""), good(b"")),
        ("marker packets", all(&[&marker, &text, &marker]), good(b"text")),
        ("padding packets", all(&[&padding, &text, &padding]), good(b"text")),
        ("a marker in compressed data", stored(&all(&[&marker, &text])), good(b"text")),
        ("unknown non-critical packets", all(&[&private, &text, &future]), good(b"text")),
        ("an unknown critical packet", all(&[&critical, &text]), DAMAGED),
        ("an unknown critical packet at the end", all(&[&text, &critical]), DAMAGED),
        ("a second literal", all(&[&text, &other]), DAMAGED),
        ("a second literal before", all(&[&other, &signed(by, b"text")]), DAMAGED),
        ("a second literal after", all(&[&signed(by, b"text"), &other]), DAMAGED),
        ("a second signed literal", signed(by, b"text").repeat(2), DAMAGED),
        ("encrypted inside encrypted", encrypted(&alice, &text), DAMAGED),
        ("encrypted data alone inside", protected(&text), DAMAGED),
        ("encrypted in compressed", stored(&encrypted(&alice, &text)), DAMAGED),
        ("unprotected data inside", packet(Tag::SymEncryptedData, &[1; 50]), DAMAGED),
        ("compressed twice", stored(&stored(&text)), DAMAGED),
        ("compressed inside signed", all(&[&one_pass(by), &stored(&text), &signature]), DAMAGED),
        ("a literal after compressed data", all(&[&stored(&text), &other]), DAMAGED),
        ("a signature after compressed data", all(&[&stored(&text), &signature]), DAMAGED),
        ("compressed data after a literal", all(&[&text, &stored(&other)]), DAMAGED),
        ("a signature not announced", all(&[&text, &signature]), DAMAGED),
        ("a signature announced and missing", all(&[&one_pass(by), &text]), DAMAGED),
        ("an unfinished packet at the end", all(&[&text, &[0xcb, 50, 1]]), DAMAGED),
        ("trailing data", all(&[&text, b"trailing"]), DAMAGED),
        ("a User ID", all(&[&text, &user_id]), DAMAGED),
        ("no literal", marker.clone(), DAMAGED),
        ("nothing", Vec::new(), DAMAGED),
        ("compressed nothing", stored(&[]), DAMAGED),
        ("unknown compression", packet(Tag::CompressedData, &[99, 1, 2, 3]), DAMAGED),
        ("broken compression", packet(Tag::CompressedData, &[2, 1, 2, 3]), DAMAGED),
        ("a compressed packet without octets", packet(Tag::CompressedData, &[]), DAMAGED),
        ("a literal without octets", packet(Tag::LiteralData, &[]), DAMAGED),
        ("a literal that ends in its name", packet(Tag::LiteralData, b"b\x20abc"), DAMAGED),
        ("a literal of unknown format", packet(Tag::LiteralData, b"z\0\0\0\0\0text"), DAMAGED),
    ] {
        let message = encrypted(&alice, &plaintext);
        assert_eq!(open(&message, &alice), expected, "{name}");
        assert_eq!(open(&armored(&message), &alice), expected, "{name}, armored");
    }
}

#[test]
fn around_the_encrypted_data_stand_keys_and_nothing_else() {
    let (alice, stranger) = (Person::new(1), Person::new(2));
    let (key, data) = (wrapped(&alice.subkey), protected(&literal(b"text")));
    let other = wrapped(&stranger.subkey);
    let no_key = |id: [u8; 8]| Err(OpenFlaw::NoKey { key_ids: vec![KeyId::new(id)] });
    let stranger_id = *stranger.subkey.fingerprint().last_chunk().unwrap();
    let all = |parts: &[&[u8]]| parts.concat();
    let marker = packet(Tag::Marker, b"PGP");
    // Version 4, AES-256, Argon2 with 2^31 KiB.
    let argon2 = [&[4, 9, 4][..], &[1; 16], &[3, 4, 31]].concat();
    let argon2 = packet(Tag::SymKeyEncryptedSessionKey, &argon2);
    for (name, message, expected) in [
        ("one key", all(&[&key, &data]), good(b"text")),
        ("two keys", all(&[&other, &key, &data]), good(b"text")),
        ("markers everywhere", all(&[&marker, &key, &marker, &data, &marker]), good(b"text")),
        ("a hidden recipient", all(&[&hidden(key.clone()), &data]), good(b"text")),
        ("a passphrase that costs 2 TiB beside", all(&[&argon2, &key, &data]), good(b"text")),
        ("a passphrase that costs 2 TiB alone", all(&[&argon2, &data]), Err(OpenFlaw::Password)),
        ("a passphrase and another's key", all(&[&argon2, &other, &data]), no_key(stranger_id)),
        (
            "a passphrase and a key of an unknown version",
            all(&[&argon2, &packet(Tag::PublicKeyEncryptedSessionKey, &[9; 40]), &data]),
            Err(OpenFlaw::NoKey { key_ids: vec![] }),
        ),
        ("LibrePGP's EAX", all(&[&key, &librepgp(1, 9, 1)]), Err(OpenFlaw::Unsupported)),
        ("LibrePGP's EAX to nobody", librepgp(1, 9, 1), Err(OpenFlaw::Unsupported)),
        (
            "LibrePGP's OCB of tomorrow",
            all(&[&key, &librepgp(2, 9, 2)]),
            Err(OpenFlaw::Unsupported),
        ),
        ("LibrePGP's OCB with Twofish", all(&[&key, &librepgp(1, 10, 2)]), {
            Err(OpenFlaw::Unsupported)
        }),
        ("LibrePGP's OCB, broken", all(&[&key, &librepgp(1, 9, 2)]), DAMAGED),
        (
            "a key of an unknown version",
            { all(&[&packet(Tag::PublicKeyEncryptedSessionKey, &[9; 40]), &key, &data]) },
            good(b"text"),
        ),
        ("another's key", all(&[&other, &data]), no_key(stranger_id)),
        ("another's hidden key", all(&[&hidden(other.clone()), &data]), no_key([0; 8])),
        ("no key", data.clone(), Err(OpenFlaw::NoKey { key_ids: vec![] })),
        (
            "no integrity protection",
            { all(&[&key, &packet(Tag::SymEncryptedData, &protected_body(b"x"))]) },
            Err(OpenFlaw::Unprotected),
        ),
        ("trailing data", all(&[&key, &data, b"x"]), SHAPE),
        ("a second message", all(&[&key, &data, &key, &data]), SHAPE),
        ("a literal after", all(&[&key, &data, &literal(b"x")]), SHAPE),
        ("a literal before", all(&[&literal(b"x"), &key, &data]), NOT_ENCRYPTED),
        ("keys alone", key.clone(), SHAPE),
        ("a literal", literal(b"text"), NOT_ENCRYPTED),
        ("a signed message", signed(&alice.primary, b"text"), NOT_ENCRYPTED),
        ("nothing", Vec::new(), NOT_ENCRYPTED),
        ("text", b"Dear Alice".to_vec(), NOT_ENCRYPTED),
        ("a cert", alice.cert.clone(), NOT_ENCRYPTED),
    ] {
        assert_eq!(open(&message, &alice), expected, "{name}");
    }
}

#[test]
fn any_change_of_the_ciphertext_gives_no_byte() {
    let alice = Person::new(1);
    let message = encrypted(&alice, &signed(&alice.primary, b"a secret of some length"));
    let body = protected_body(&signed(&alice.primary, b"a secret of some length"));
    for place in data_at(&message, &body)..message.len() {
        for bit in [1, 0x80] {
            let mut changed = message.clone();
            changed[place] ^= bit;
            assert_eq!(open(&changed, &alice), DAMAGED, "octet {place}");
        }
    }
}

#[test]
fn a_cfb_gadget_gives_no_byte() {
    // Known plaintext at the beginning lets anybody write blocks of their own into CFB data.
    let alice = Person::new(1);
    let known = literal(&[b'x'; 64]);
    let mut body = protected_body(&known);
    let (prefix, block) = (1 + 18, 16);
    for n in 0..block {
        body[prefix + n] ^= known[n] ^ b"<img src=//evil/"[n];
    }
    let gadget = [wrapped(&alice.subkey), packet(Tag::SymEncryptedProtectedData, &body)].concat();
    assert_eq!(open(&gadget, &alice), DAMAGED);
}

#[test]
fn a_stripped_or_replaced_digest_gives_no_byte() {
    let alice = Person::new(1);
    let body = protected_body(&literal(b"text"));
    let mut zeroed = body.clone();
    let end = zeroed.len();
    zeroed[end - 20..].fill(0);
    for (name, tag, body, expected) in [
        ("stripped", Tag::SymEncryptedProtectedData, body[..end - 22].to_vec(), DAMAGED),
        ("half of it", Tag::SymEncryptedProtectedData, body[..end - 10].to_vec(), DAMAGED),
        ("zeroed", Tag::SymEncryptedProtectedData, zeroed, DAMAGED),
        ("downgraded", Tag::SymEncryptedData, body[1..].to_vec(), Err(OpenFlaw::Unprotected)),
        ("stripped and downgraded", Tag::SymEncryptedData, body[1..end - 22].to_vec(), {
            Err(OpenFlaw::Unprotected)
        }),
        ("version alone", Tag::SymEncryptedProtectedData, vec![1], DAMAGED),
        ("no octets", Tag::SymEncryptedProtectedData, vec![], DAMAGED),
        ("shorter than a prefix", Tag::SymEncryptedProtectedData, body[..10].to_vec(), DAMAGED),
    ] {
        let message = [wrapped(&alice.subkey), packet(tag, &body)].concat();
        assert_eq!(open(&message, &alice), expected, "{name}");
    }
}

#[test]
fn version_2_data_that_anybody_changed_gives_no_byte_whatever_it_says_of_itself() {
    let (person, message) = modern(b"a secret");
    assert_eq!(open(&message, &person), good(b"a secret"));
    // Version, cipher, mode, chunk size stand before the salt.
    let body = message.len() - (36 + 16 + b"a secret".len() + 8 + 16);
    assert_eq!(message[body..body + 4], [2, 9, 2, 8]);
    for place in body..body + 4 {
        for value in 0..=255 {
            let mut changed = message.clone();
            changed[place] = value;
            if changed != message {
                assert_eq!(open(&changed, &person), DAMAGED, "octet {place} as {value}");
            }
        }
    }
    for place in body + 4..message.len() {
        let mut changed = message.clone();
        changed[place] ^= 0x40;
        assert_eq!(open(&changed, &person), DAMAGED, "octet {place}");
    }
}

#[test]
fn a_message_cut_anywhere_gives_no_byte() {
    let alice = Person::new(1);
    let message = encrypted(&alice, &signed(&alice.primary, b"text"));
    for (name, message) in [("binary", message.clone()), ("armored", armored(&message))] {
        // The last line end of the armor may be missing.
        for length in 0..message.trim_ascii_end().len() {
            let found = open(&message[..length], &alice);
            assert!(found.is_err(), "{name}, {length} octets: {found:?}");
        }
        assert_eq!(open(&message, &alice), good(b"text"), "{name}");
    }
}

#[test]
fn a_key_packet_that_was_changed_gives_the_same_error() {
    let alice = Person::new(1);
    let (key, data) = (wrapped(&alice.subkey), protected(&literal(b"text")));
    // The packet begins with header, version, key ID, algorithm, the length of a number and the
    // mark of its curve, of which the library below needs nothing.
    for place in 15..key.len() {
        let mut changed = key.clone();
        changed[place] ^= 1;
        let found = open(&[changed, data.clone()].concat(), &alice);
        // Where the packet itself does not parse any more it is as if it were not there.
        let unread = Err(OpenFlaw::NoKey { key_ids: vec![] });
        assert!(found == DAMAGED || found == unread, "octet {place}: {found:?}");
    }
    for (name, session_key) in [("another key", vec![1; 32]), ("a short key", vec![1; 16])] {
        let message = [wrapped_key(&alice.subkey, &session_key.into()), data.clone()].concat();
        assert_eq!(open(&message, &alice), DAMAGED, "{name}");
    }
}

#[test]
fn an_rsa_packet_around_nothing_is_an_error_and_no_crash() {
    let (rsa, alice) = (Key::rsa(), Person::new(1));
    let flags = Some(CERTIFY_SIGN | ENCRYPT);
    let cert = Cert::of(&rsa).user_id(
        &rsa,
        "<rsa@example.org>",
        &Says { flags, ..Says::certification(MADE) },
    );
    let person = Person::with(rsa.clone(), alice.subkey, &cert, &[]);
    let data = protected(&literal(b"text"));
    for length in [0, 1, 2, 3, 34, 36] {
        let key = rsa.0.public_key();
        let rng = StdRng::from_seed([6; 32]);
        let values = key.encrypt(rng, &vec![9; length], EskType::V3_4).unwrap();
        let wrapped = PublicKeyEncryptedSessionKey::V3 {
            packet_header: pgp::packet::PacketHeader::from_parts(
                PacketHeaderVersion::New,
                Tag::PublicKeyEncryptedSessionKey,
                pgp::types::PacketLength::Fixed(0),
            )
            .unwrap(),
            id: key.legacy_key_id(),
            pk_algo: key.algorithm(),
            values,
        };
        let wrapped = packet(Tag::PublicKeyEncryptedSessionKey, &wrapped.to_bytes().unwrap());
        assert_eq!(open(&[wrapped, data.clone()].concat(), &person), DAMAGED, "{length} octets");
    }
}

#[test]
fn many_recipients_are_looked_at_and_more_are_not() {
    let (alice, stranger) = (Person::new(1), Person::new(2));
    let (key, data) = (wrapped(&alice.subkey), protected(&literal(b"text")));
    let other = wrapped(&stranger.subkey);
    let nothing = packet(Tag::PublicKeyEncryptedSessionKey, &[]);
    let too_many = Err(OpenFlaw::TooManyRecipients { limit: 500 });
    let no_key = Err(OpenFlaw::NoKey { key_ids: vec![KeyId::new([0; 8]); 500] });
    // Private-key operations last: one to open it; each of 500 that name nobody is tried.
    for (name, keys, expected, unwraps) in [
        ("500", [other.repeat(499), key.clone()].concat(), good(b"text"), 1),
        ("501", [other.repeat(500), key.clone()].concat(), too_many.clone(), 0),
        ("10,000", [other.repeat(9_999), key.clone()].concat(), too_many.clone(), 0),
        ("10,000 to oneself", key.repeat(10_000), too_many.clone(), 0),
        ("500 to oneself", key.repeat(500), good(b"text"), 1),
        ("1,000,000 that say nothing", nothing.repeat(1_000_000), too_many, 0),
        ("500 hidden, none for us", hidden(other.clone()).repeat(500), no_key, 500),
        (
            "500 hidden, the last for us",
            [hidden(other.clone()).repeat(499), hidden(key.clone())].concat(),
            good(b"text"),
            500,
        ),
        (
            "20 hidden, the last for us",
            [hidden(other.clone()).repeat(19), hidden(key.clone())].concat(),
            good(b"text"),
            20,
        ),
    ] {
        let openpgp = Rpgp::new();
        let found = open_by(&openpgp, &[keys, data.clone()].concat(), &alice);
        assert!(found == expected, "{name}");
        assert_eq!(openpgp.unwraps(), unwraps, "{name}");
    }
}

/// LibrePGP's kind of packet with a version, a cipher and a mode, and nothing good in it.
fn librepgp(version: u8, cipher: u8, mode: u8) -> Vec<u8> {
    packet(Tag::GnupgAeadData, &[&[version, cipher, mode, 6][..], &[7; 80]].concat())
}

#[test]
fn the_work_for_hidden_recipients_is_bounded_and_cheap_keys_come_first() {
    let (rsa, alice) = (Key::rsa(), Person::new(1));
    let says = Says { flags: Some(CERTIFY_SIGN | ENCRYPT), ..Says::certification(MADE) };
    let cert = Cert::of(&rsa).user_id(&rsa, "<rsa@example.org>", &says);
    let owner = Person::with(rsa.clone(), rsa.clone(), &cert, &[]);
    // 500 of another key of this size: they open with none of ours.
    let foreign = |nth: u16| {
        let mut packet = wrapped(&rsa);
        // Header of three octets, version, key ID.
        packet[4..12].fill(0);
        let end = packet.len() - 2;
        packet[end..].copy_from_slice(&nth.to_be_bytes());
        packet[40] ^= 1;
        packet
    };
    let foreign: Vec<Vec<u8>> = (0..500).map(foreign).collect();
    let data = protected(&literal(b"text"));

    let openpgp = Rpgp::new();
    let message = [foreign.concat(), data.clone()].concat();
    assert!(matches!(openpgp.open(&message, &[&owner.key]), Err(OpenFlaw::NoKey { .. })));
    assert_eq!(openpgp.unwraps(), 500, "with one key each is tried");

    let openpgp = Rpgp::new();
    let keys = [&owner.key; 10];
    assert!(matches!(openpgp.open(&message, &keys), Err(OpenFlaw::NoKey { .. })));
    // An RSA key of 2048 bits costs 5 of 20,000.
    assert_eq!(openpgp.unwraps(), 4_000, "with ten keys the work ends");

    let openpgp = Rpgp::new();
    let for_alice = hidden(wrapped(&alice.subkey));
    let message = [foreign[..499].concat(), for_alice, data].concat();
    let opened = openpgp.open(&message, &[&owner.key, &alice.key]).unwrap();
    assert_eq!(opened.payload.as_bytes(), b"text");
    assert_eq!(openpgp.unwraps(), 1, "the cheap key first");
}

#[test]
fn many_different_session_keys_are_not_all_tried() {
    let alice = Person::new(1);
    let keys: Vec<u8> =
        (0..100).flat_map(|n| hidden(wrapped_key(&alice.subkey, &vec![n; 32].into()))).collect();
    let data = protected(&literal(b"text"));
    let openpgp = Rpgp::new();
    assert!(open_by(&openpgp, &[keys, data].concat(), &alice) == DAMAGED);
    assert_eq!((openpgp.unwraps(), openpgp.decryptions()), (4, 4));
}

#[test]
fn streamed_packets_are_read_and_their_abuse_is_not() {
    let alice = Person::new(1);
    let key = wrapped(&alice.subkey);
    let content = vec![b'x'; 3_000];
    let mut plaintext = vec![0xcb, 0xe0 | 10];
    let body = [b"b\0\0\0\0\0", content.as_slice()].concat();
    plaintext.extend(&body[..1024]);
    plaintext.push(0xe0 | 9);
    plaintext.extend(&body[1024..1536]);
    plaintext.extend([0xff, 0, 0, ((body.len() - 1536) >> 8) as u8, (body.len() - 1536) as u8]);
    plaintext.extend(&body[1536..]);
    assert_eq!(open(&encrypted(&alice, &plaintext), &alice), good(&content));

    let body = protected_body(&literal(&content));
    let mut small = vec![0xd2];
    for octet in &body {
        small.extend([0xe0, *octet]);
    }
    small.push(0);
    let mut large = vec![0xd2, 0xe0 | 9];
    large.extend(&body[..512]);
    for octet in &body[512..] {
        large.extend([0xe0, *octet]);
    }
    let ends_open = large.clone();
    large.push(0);
    let many = [&[0xd2, 0xe0 | 9][..], &[1; 512], &[0xe0, 1].repeat(400_000), &[0]].concat();
    for (name, data, expected) in [
        ("first piece too small", small, SHAPE),
        ("thousands of pieces", large, SHAPE),
        ("hundreds of thousands of pieces", many, SHAPE),
        ("never ends", ends_open, SHAPE),
        ("a key in pieces", [&[0xc1, 0xe0 | 9][..], &[3; 512], &[0]].concat(), SHAPE),
    ] {
        assert_eq!(open(&[key.clone(), data].concat(), &alice), expected, "{name}");
    }
}

#[test]
fn twelve_thousand_random_changes_crash_nothing() {
    let alice = Person::new(1);
    let plaintext = stored(&signed(&alice.primary, b"text"));
    let outer = encrypted(&alice, &plaintext);
    let (person, modern) = modern(b"text");
    let mut rng = StdRng::from_seed([7; 32]);
    let mut opened = 0;
    for round in 0..rounds(12_000) {
        let (by, mut message) = match round % 3 {
            0 => (&alice, outer.clone()),
            1 => (&person, modern.clone()),
            // Inside the encryption, where no digest protects from the sender.
            _ => (&alice, plaintext.clone()),
        };
        for _ in 0..rng.gen_range(1..4) {
            let place = rng.gen_range(0..message.len());
            message[place] = rng.r#gen();
        }
        if round % 3 == 2 {
            message = encrypted(&alice, &message);
        }
        opened += usize::from(open(&message, by).is_ok());
    }
    assert!(opened < 6_000);
}

#[test]
fn compression_within_its_bounds_is_undone() {
    let alice = Person::new(1);
    for algorithm in [CompressionAlgorithm::ZIP, CompressionAlgorithm::ZLIB] {
        let message = encrypted(&alice, &compressed_zeros(algorithm, 5_000));
        assert_eq!(open(&message, &alice), good(&[0; 5_000]), "{algorithm:?}");
    }
}
