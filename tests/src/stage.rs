//! What a test stands on: a clock that is set, randomness from a seed, engines, senders, listings.
//!
//! Nothing here is under test: certs come from `certs`, fields are written by hand.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inbome_core::addr::Addr;
use inbome_core::clock::{Clock, Timestamp};
use inbome_core::discover::Receipt;
use inbome_core::engine::{AccountOptions, Engine, EngineOptions, PeerFilter};
use inbome_core::history::Source;
use inbome_core::key::{Fingerprint, hash};
use inbome_core::openpgp::{Keyring, OwnKeys, Rpgp};
use inbome_core::peer::PeerState;
use inbome_core::random::{RandomError, SecureRandom};
use inbome_core::receive::{Incoming, Outcome};
use pgp::packet::SignatureType;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};

use crate::certs::{Cert, Key, On, Says, sign};

/// 1 January 2017: the present of most tests.
pub const NOW: i64 = 1_483_228_800;
/// 17 December 2016, 08:58:05 UTC: the day of the draft, when most test mails are written.
pub const SENT: i64 = 1_481_965_085;
/// One day in seconds.
pub const DAY: i64 = 86_400;
/// The account of most tests.
pub const BOB: &str = "bob@example.org";
/// The peer of most tests.
pub const ALICE: &str = "alice@example.org";

/// A clock that stands where it is put.
#[derive(Debug, Clone)]
pub struct SetClock(Arc<AtomicI64>);

impl SetClock {
    /// Stands at `secs`.
    pub fn new(secs: i64) -> Self {
        Self(Arc::new(AtomicI64::new(secs)))
    }

    /// Puts it to `secs`.
    pub fn set(&self, secs: i64) {
        self.0.store(secs, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Randomness that repeats.
#[derive(Debug)]
pub struct Seeded(AtomicU64);

impl Seeded {
    /// The same seed gives the same octets, call by call.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl SecureRandom for Seeded {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RandomError> {
        let seed = self.0.fetch_add(0x9E37_79B9, Ordering::SeqCst);
        StdRng::seed_from_u64(seed).fill_bytes(buffer);
        Ok(())
    }
}

/// An address that is right.
pub fn addr(text: &str) -> Addr {
    Addr::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Options with the clock at `clock` and seeded randomness.
pub fn options(clock: &SetClock) -> EngineOptions {
    EngineOptions {
        clock: Arc::new(clock.clone()),
        random: Arc::new(Seeded::new(1)),
        ..EngineOptions::default()
    }
}

/// Makes an account with defaults.
pub fn add_account(engine: &Engine, account: &str) {
    engine
        .create_account(&addr(account), &AccountOptions::default(), &mut |_| None)
        .expect("an account");
}

/// An engine in memory with the account [`BOB`], at [`NOW`].
pub fn bob() -> Engine {
    bob_at(&SetClock::new(NOW))
}

/// The same with a clock of the test's own.
pub fn bob_at(clock: &SetClock) -> Engine {
    let engine = Engine::in_memory(options(clock));
    add_account(&engine, BOB);
    engine
}

/// The same, whose OpenPGP counts its work.
pub fn bob_counted() -> (Engine, Rpgp) {
    let openpgp = Rpgp::new();
    let store = Box::new(inbome_core::store::memory::MemoryStore::new());
    let clock = SetClock::new(NOW);
    let engine = Engine::over(store, Arc::new(openpgp.clone()), options(&clock));
    add_account(&engine, BOB);
    (engine, openpgp)
}

/// A good cert: Ed25519 and Curve25519, made in 2010 from `seed`, with the User ID `<id>`.
pub fn cert(seed: u8, id: &str) -> Vec<u8> {
    cert_made(seed, id, CERT_MADE, false)
}

/// The same cert, revoked a day later without a reason: a hard revocation.
pub fn revoked_cert(seed: u8, id: &str) -> Vec<u8> {
    cert_made(seed, id, CERT_MADE, true)
}

/// As [`cert`], made at `made`: at each time another key.
pub fn cert_made(seed: u8, id: &str, made: u32, revoked: bool) -> Vec<u8> {
    let (primary, subkey) = (Key::signing(seed, made), Key::encrypting(seed, made));
    let revocation = Says::new(SignatureType::KeyRevocation, made + 86_400);
    let cert = Cert::of(&primary);
    let cert = match revoked {
        true => cert.sig(sign(&primary, &primary, On::Key, &revocation)),
        false => cert,
    };
    cert.user_id(&primary, &format!("<{id}>"), &Says::certification(made))
        .subkey(&primary, &subkey, &Says::binding(made))
        .octets()
}

/// When the certs of [`cert`] were made: 1 January 2010.
pub const CERT_MADE: u32 = 1_262_304_000;

/// A cert made by the library itself, for `id` at `made`.
pub fn generated(seed: u64, id: &str, made: i64) -> Vec<u8> {
    let made = Timestamp::from_secs(made);
    Rpgp::new().generate(&addr(id), made, &Seeded::new(seed)).expect("a key").cert
}

/// Of the primary.
pub fn fingerprint(cert: &[u8]) -> Fingerprint {
    Rpgp::new().import_cert(cert).expect("a cert").0
}

/// The same as a field's `keydata`, folded with CRLF and a blank.
pub fn folded(octets: &[u8]) -> String {
    let text = STANDARD.encode(octets);
    let mut lines = String::with_capacity(text.len() + text.len() / 20);
    for line in text.as_bytes().chunks(72) {
        lines.push_str("\r\n ");
        lines.push_str(std::str::from_utf8(line).expect("base64"));
    }
    lines
}

/// An `Autocrypt` field with its line end.
pub fn autocrypt(id: &str, mutual: bool, cert: &[u8]) -> String {
    let prefer = if mutual { "prefer-encrypt=mutual; " } else { "" };
    format!("Autocrypt: addr={id}; {prefer}keydata={}\r\n", folded(cert))
}

/// A mail from `from` to [`BOB`], written at `at`, with `fields` (whole lines) in its header.
pub fn mail(from: &str, at: i64, fields: &str) -> Vec<u8> {
    let date = rfc2822(at, 0);
    format!("From: {from}\r\nTo: {BOB}\r\nDate: {date}\r\n{fields}\r\nHello Bob\r\n").into_bytes()
}

/// A date as mail has it, in a zone `minutes` east of Greenwich.
pub fn rfc2822(at: i64, minutes: i32) -> String {
    let offset = jiff::tz::Offset::from_seconds(minutes * 60).expect("a zone");
    let time = jiff::Timestamp::from_second(at).expect("a time");
    let zoned = time.to_zoned(offset.to_time_zone());
    zoned.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// Processes a mail for the only account.
pub fn receive(engine: &Engine, mail: &[u8]) -> Incoming {
    engine.process_incoming(None, mail, Receipt::default()).expect("processed")
}

/// What is stored of a peer of the only account.
pub fn state(engine: &Engine, peer: &str) -> PeerState {
    match engine.peer(None, &addr(peer)) {
        Ok(details) => details.state,
        Err(_) => PeerState::default(),
    }
}

/// The outcome as vectors and listings spell it.
pub fn outcome(incoming: &Incoming) -> String {
    match incoming.outcome {
        Outcome::Updated => "updated".into(),
        Outcome::Unchanged => "unchanged".into(),
        Outcome::Ignored(reason) => format!("ignored {}", reason.code()),
    }
}

/// The verdict on each key field, as vectors spell it.
pub fn verdicts(incoming: &Incoming) -> Vec<String> {
    let one = |field: &inbome_core::fields::FieldReport| {
        let reason = field.verdict.reason().map(|reason| format!(" {}", reason.code()));
        format!("{}={}{}", field.name, field.verdict.word(), reason.unwrap_or_default())
    };
    incoming.fields.iter().map(one).collect()
}

/// Every peer of every account, rows without a key too, with the whole history: one line per fact,
/// in an order that depends on nothing but the facts.
pub fn listing(engine: &Engine) -> String {
    let mut rows = Vec::new();
    engine
        .peers(None, PeerFilter::All, &mut |account, row| rows.push((account.clone(), row.addr)))
        .expect("peers");
    let mut text = String::new();
    for (account, peer) in rows {
        let state = engine.peer(Some(&account), &peer).expect("a peer").state;
        writeln!(text, "{account} {peer}").expect("text");
        text.push_str(&describe(&state));
    }
    text
}

/// One peer of a [`listing`].
pub fn describe(state: &PeerState) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| writeln!(text, "  {name} {value}").expect("text");
    let peer = &state.peer;
    if let Some(seen) = peer.seen {
        line("seen", format!("{} {}", seen.at, seen.encrypted));
    }
    if let Some(advert) = &peer.advert {
        let verdict = advert.judgement.verdict.as_ref().map(|usable| usable.subkey.to_string());
        line(
            "advert",
            format!(
                "{} {} {} {} {} {verdict:?}",
                advert.at,
                advert.protected,
                advert.key.fingerprint,
                hex(&hash(&advert.key.bytes)),
                advert.prefer_encrypt.as_str()
            ),
        );
    }
    for (name, held) in [("gossip", &peer.gossip), ("imported", &peer.imported)] {
        if let Some(held) = held {
            let octets = hex(&hash(&held.key.bytes));
            line(name, format!("{} {} {octets}", held.at, held.key.fingerprint));
        }
    }
    if let Some(plain) = &peer.last_plain {
        line("last_plain", format!("{} {:?}", plain.at, plain.agent));
    }
    if let Some(at) = peer.list_post {
        line("list_post", at.to_string());
    }
    if let Some(at) = peer.forgotten {
        line("forgotten", at.to_string());
    }
    line("word", format!("{:?} {}", peer.word, peer.truncated));
    for (fingerprint, record) in state.history.iter() {
        let union = &record.union;
        line("key", format!("{fingerprint} {} {}", hex(&hash(&union.bytes)), union.hard_revoked));
        for (source, span) in record.spans.iter() {
            let source = match source {
                Source::Advert => "advert",
                Source::Gossip => "gossip",
                Source::Import => "import",
            };
            line(source, format!("{} {}", span.first, span.last));
        }
    }
    text
}

/// Lower-case hexadecimal digits.
pub fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        write!(text, "{octet:02x}").expect("text");
        text
    })
}
