//! Order changes nothing (Discovery §3.1): 2,000 random mails from 50 senders give the same listing,
//! octet for octet, in whatever order, batches, halves and threads they come.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::discover::Receipt;
use inbome_core::engine::{Engine, PeerFilter};
use inbome_core::key::hash;
use inbome_core::openpgp::Rpgp;
use inbome_core::peer::PeerState;
use inbome_core::scan::ScanOptions;
use inbome_tests::certs::{Cert, Key, On, Says, sign};
use inbome_tests::mailbox::mboxrd;
use inbome_tests::stage::*;
use pgp::packet::SignatureType;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

const MAILS: usize = 2_000;
const SENDERS: usize = 50;

/// A mail and its time of receipt as the caller knows it.
type Mail = (Vec<u8>, i64);

static MADE: LazyLock<Vec<Mail>> = LazyLock::new(|| {
    let mut rng = StdRng::seed_from_u64(7);
    let certs: Vec<Vec<Vec<u8>>> = (0..SENDERS).map(copies).collect();
    let mails: Vec<Mail> = (0..MAILS).map(|_| random_mail(&mut rng, &certs)).collect();
    mails
});

/// Two keys of one sender: copies of the first with more and fewer parts, then the second.
fn copies(sender: usize) -> Vec<Vec<u8>> {
    let seed = sender as u8 + 1;
    let (primary, subkey) = (Key::signing(seed, CERT_MADE), Key::encrypting(seed, CERT_MADE));
    let other = Key::encrypting(seed + 100, CERT_MADE + 5);
    let (says, binding) = (Says::certification(CERT_MADE), Says::binding(CERT_MADE));
    let bare = Cert::of(&primary).subkey(&primary, &subkey, &binding);
    let named = Cert::of(&primary).user_id(&primary, "<a>", &says);
    let named = named.subkey(&primary, &subkey, &binding);
    let stranger = Key::signing(250, CERT_MADE);
    let third = sign(&stranger, &primary, On::UserId("<a>"), &says);
    let rich = Cert::of(&primary).user_id(&primary, "<a>", &says).sig(third);
    let rich = rich.user_id(&primary, "<b>", &Says::certification(CERT_MADE + 9));
    let rich = rich.subkey(&primary, &subkey, &binding);
    let rich = rich.subkey(&primary, &other, &Says::binding(CERT_MADE + 5));
    let mut all = vec![bare.octets(), named.octets(), rich.octets(), cert(seed + 60, "<c>")];
    if sender.is_multiple_of(5) {
        let soft = Says { reason: Some(3), ..Says::new(SignatureType::KeyRevocation, CERT_MADE) };
        let mut revoked = Cert::of(&primary).sig(sign(&primary, &primary, On::Key, &soft));
        revoked.0.extend(named.0.iter().skip(1).cloned());
        all.push(revoked.octets());
    }
    all
}

fn random_mail(rng: &mut StdRng, certs: &[Vec<Vec<u8>>]) -> Mail {
    let sender = rng.gen_range(0..SENDERS);
    let id = format!("peer{sender}@example.org");
    // Few dates, so that many mails of one sender have the same one.
    let at = SENT - DAY * rng.gen_range(0..40) - i64::from(rng.gen_range(0..3_u8));
    let copies = &certs[sender];
    let key = copies[rng.gen_range(0..copies.len())].clone();
    let mut fields = match rng.gen_range(0..14) {
        0..=3 => autocrypt(&id, rng.gen_bool(0.7), &key),
        4 => format!("INBOME-Encryption: to={id}; prefer-encrypted=yes; key={}\r\n", folded(&key)),
        5 => format!("INBOME-Encryption-Info: keydata={}\r\n", folded(&key)),
        6 => format!("Autocrypt: addr={id}; keydata=!\r\nINBOME: key={}\r\n", folded(&key)),
        7 => autocrypt(&id, true, &key) + &autocrypt(&id, false, &copies[0]),
        8 => autocrypt("else@example.org", true, &key),
        9 => format!("Autocrypt: addr={id}; x=y; keydata={}\r\n", folded(&key)),
        _ => String::new(),
    };
    if rng.gen_bool(0.3) {
        fields += &format!("User-Agent: Pigeon {}\r\n", rng.gen_range(0..4));
    }
    if sender == 3 {
        fields += &format!("List-Post: <mailto:{id}>\r\n");
    }
    fields += match rng.gen_range(0..12) {
        0 => "Content-Type: multipart/encrypted; boundary=b\r\n",
        1 => "Content-Type: multipart/report; boundary=b\r\n",
        _ => "",
    };
    let received = at + rng.gen_range(-100..DAY);
    let zone = [0, 60, -330, 720][rng.gen_range(0..4)];
    let date = match rng.gen_range(0..10) {
        0 => String::new(),
        1 => "Date: long ago\r\n".to_owned(),
        2 => format!("Date: {0}\r\nDate: {0}\r\n", rfc2822(at, 0)),
        3 => "Date: Fri, 17 Dec 2100 08:58:05 +0000\r\n".to_owned(),
        _ => format!("Date: {}\r\n", rfc2822(at, zone)),
    };
    if rng.gen_bool(0.5) {
        fields += &format!("Received: from a by b; {}\r\n", rfc2822(received, zone));
    }
    let from = if rng.gen_bool(0.98) { format!("From: {id}\r\n") } else { String::new() };
    let mail = format!("{from}To: {BOB}\r\n{date}{fields}\r\nHi {}\r\n", rng.r#gen::<u32>());
    // What stands on a disk has LF.
    let mail = if rng.gen_bool(0.5) { mail.replace("\r\n", "\n") } else { mail };
    (mail.into_bytes(), received)
}

fn receipt(received: i64) -> Receipt {
    Receipt { received_at: Some(Timestamp::from_secs(received)), ..Receipt::default() }
}

fn one_by_one<'a>(mails: impl IntoIterator<Item = &'a Mail>) -> Engine {
    let engine = bob();
    for (mail, received) in mails {
        engine.process_incoming(None, mail, receipt(*received)).expect("processed");
    }
    engine
}

/// The listing that all must give.
static EXPECTED: LazyLock<String> = LazyLock::new(|| {
    let listing = listing(&one_by_one(MADE.iter()));
    println!("SHA-256 of the listing: {}", hex(&hash(listing.as_bytes())));
    assert_eq!(listing.lines().filter(|line| line.starts_with(BOB)).count(), SENDERS);
    for fact in ["  advert ", "  last_plain ", "  list_post ", "Revoked", "  key "] {
        assert!(listing.contains(fact), "the mails bring no {fact}");
    }
    listing
});

fn same(what: &str, found: &str) {
    println!("{} {what}", hex(&hash(found.as_bytes())));
    let differs = EXPECTED.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    assert!(found == *EXPECTED, "{what} differs: {differs:?}");
}

#[test]
fn forwards_backwards_and_shuffled_give_the_same() {
    same("backwards", &listing(&one_by_one(MADE.iter().rev())));
    let mut mails: Vec<&Mail> = MADE.iter().collect();
    mails.shuffle(&mut StdRng::seed_from_u64(11));
    same("shuffled", &listing(&one_by_one(mails)));
}

#[test]
fn a_second_time_changes_nothing() {
    let engine = one_by_one(MADE.iter());
    let commits = engine.commits().expect("counted");
    for (mail, received) in MADE.iter().rev() {
        engine.process_incoming(None, mail, receipt(*received)).expect("processed");
    }
    same("twice", &listing(&engine));
    assert_eq!(engine.commits().expect("counted"), commits, "what is known is not written again");
}

#[test]
fn batches_of_any_size_give_the_same() {
    for size in [2, 77, MAILS] {
        let engine = bob();
        for batch in MADE.chunks(size).rev() {
            let batch: Vec<(&[u8], Receipt)> =
                batch.iter().map(|(mail, at)| (mail.as_slice(), receipt(*at))).collect();
            engine.process_mails(None, &batch).expect("processed");
        }
        same(&format!("batches of {size}"), &listing(&engine));
    }
}

#[test]
fn two_halves_whose_states_are_joined_give_the_same() {
    let mut mails: Vec<&Mail> = MADE.iter().collect();
    mails.shuffle(&mut StdRng::seed_from_u64(13));
    for (name, halves) in [
        ("two halves", [&mails[..MAILS / 2], &mails[MAILS / 2..]]),
        ("two halves that overlap", [&mails[..1_500], &mails[500..]]),
        ("a whole and a half", [&mails[..], &mails[1_000..]]),
    ] {
        let [mut first, second] = halves.map(|half| states(&one_by_one(half.iter().copied())));
        for (addr, theirs) in second {
            let mine = first.entry(addr).or_default();
            mine.join(&theirs, &Rpgp::new(), Timestamp::from_secs(NOW));
        }
        let text: String = first
            .iter()
            .map(|(addr, state)| format!("{BOB} {addr}\n{}", describe(state)))
            .collect();
        same(name, &text);
    }
}

fn states(engine: &Engine) -> BTreeMap<Addr, PeerState> {
    let mut rows = Vec::new();
    engine.peers(None, PeerFilter::All, &mut |_, row| rows.push(row.addr)).expect("peers");
    rows.into_iter().map(|addr| (addr.clone(), state(engine, addr.as_str()))).collect()
}

fn scan(engine: &Engine, path: &Path, jobs: usize) {
    let options = ScanOptions {
        account: None,
        jobs,
        full: false,
        include: Vec::new(),
        count: false,
        no_decrypt: false,
        is_cancelled: &|| false,
    };
    let report = engine.scan(&[path.to_owned()], &options, &mut |_| {}).expect("scanned");
    assert_eq!((report.messages, report.unreadable.len()), (MAILS as u64, 0));
}

#[test]
fn a_scan_by_one_two_and_four_threads_gives_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let maildir = folder.path().join("Maildir");
    for part in ["cur", "new"] {
        fs::create_dir_all(maildir.join(part)).expect("a folder");
    }
    let mut mails: Vec<(usize, &Mail)> = MADE.iter().enumerate().collect();
    mails.shuffle(&mut StdRng::seed_from_u64(17));
    let mut mbox = Vec::new();
    for (number, (octets, received)) in mails {
        let part =
            if number % 3 == 0 { format!("new/{number}.x") } else { format!("cur/{number}.x:2,S") };
        let path = maildir.join(part);
        fs::write(&path, octets).expect("written");
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(*received as u64);
        fs::File::options()
            .append(true)
            .open(&path)
            .expect("opened")
            .set_modified(time)
            .expect("set");
        mbox.extend(mboxrd(*received, octets));
    }
    let mbox_path = folder.path().join("mbox");
    fs::write(&mbox_path, mbox).expect("written");
    for jobs in [1, 2, 4] {
        for (kind, path) in [("Maildir", &maildir), ("mbox", &mbox_path)] {
            let engine = bob();
            scan(&engine, path, jobs);
            same(&format!("{kind} in memory by {jobs}"), &listing(&engine));
            let home = tempfile::tempdir().expect("a folder");
            let engine = Engine::open(home.path(), options(&SetClock::new(NOW))).expect("a home");
            add_account(&engine, BOB);
            scan(&engine, path, jobs);
            same(&format!("{kind} on disk by {jobs}"), &listing(&engine));
        }
    }
}
