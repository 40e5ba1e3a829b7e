//! A mailbox that looks like a person's: years of letters, lists, newsletters, bounces, and every
//! manner in which people advertise keys, well, badly and with bad intent.
//!
//! Deterministic: the same [`Options`] give the same octets. People, texts and keys are invented.
//! Not here: the flaws one by one, which `tests/vectors` has.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inbome_core::addr::Addr;
use inbome_core::header::{PreferEncrypt, Spelling, print};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::certs::{Cert, Key, On, SIGN, Says, dearmor, sign};
use crate::stage::{DAY, folded, generated, hex, rfc2822};
use crate::words::{
    DOMAINS, ENDINGS, KEY_AGENTS, LISTS, NEWSLETTERS, OPENINGS, PEOPLE, PLAIN_AGENTS, SUBJECTS,
};
use pgp::packet::SignatureType;

mod shapes;

use shapes::{alternative, broken, ciphertext, encoded, in_charset, mailbox, plain, with_picture};

/// What mailbox to make.
#[derive(Debug, Clone)]
pub struct Options {
    /// About how many mails; never fewer than one of each manner.
    pub mails: usize,
    /// The same seed gives the same mailbox.
    pub seed: u64,
    /// The present, in Unix seconds: the youngest mails are some hours old.
    pub now: i64,
    /// Whose mailbox it is.
    pub account: String,
}

impl Default for Options {
    fn default() -> Self {
        // 1 June 2026.
        let now = 1_780_272_000;
        Self { mails: 320, seed: 1, now, account: "bob@demo.example".to_owned() }
    }
}

/// Where a mail lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// The inbox.
    Inbox,
    /// Of former years.
    Archive,
    /// The user's own mails.
    Sent,
    /// Spam.
    Junk,
    /// Thrown away.
    Trash,
}

impl Folder {
    /// Its name in Maildir++; the inbox has none.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbox => "",
            Self::Archive => ".Archive",
            Self::Sent => ".Sent",
            Self::Junk => ".Junk",
            Self::Trash => ".Trash",
        }
    }
}

/// One mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Where it lies.
    pub folder: Folder,
    /// When it was received, in Unix seconds.
    pub received: i64,
    /// Whether it was read.
    pub read: bool,
    /// The mail, with LF at its line ends as on a disk.
    pub octets: Vec<u8>,
}

/// How somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Plain,
    Autocrypt,
    AutocryptQuiet,
    Both,
    December,
    DecemberQuiet,
    December17,
    NovemberInfo,
    November,
    November11,
    /// Stopped advertising long ago.
    Stopped,
    /// Wrote without a key some days after the last one with it.
    StoppedLately,
    NewKey,
    Expired,
    Revoked,
    Weak,
    SignOnly,
    /// Encrypts, with the field outside.
    Encrypts,
    /// Encrypts, with the field inside.
    EncryptsInside,
    Broken(usize),
    /// Advertises a key for somebody else's address.
    Impostor,
    TwoFields,
    ManyFields,
    /// A good field among bad ones.
    Noisy,
}

/// The manner of each of the people, in their order; the rest write plainly.
const MANNERS: [Manner; 34] = [
    Manner::Autocrypt,
    Manner::Both,
    Manner::Autocrypt,
    Manner::Plain,
    Manner::December,
    Manner::AutocryptQuiet,
    Manner::NewKey,
    Manner::December17,
    Manner::Stopped,
    Manner::Both,
    Manner::NovemberInfo,
    Manner::StoppedLately,
    Manner::Expired,
    Manner::Plain,
    Manner::Encrypts,
    Manner::November11,
    Manner::Revoked,
    Manner::Broken(0),
    Manner::Weak,
    Manner::November,
    Manner::Broken(1),
    Manner::SignOnly,
    Manner::EncryptsInside,
    Manner::Impostor,
    Manner::Broken(2),
    Manner::TwoFields,
    Manner::Broken(3),
    Manner::ManyFields,
    Manner::DecemberQuiet,
    Manner::Broken(4),
    Manner::Noisy,
    Manner::Stopped,
    Manner::Broken(5),
    Manner::Autocrypt,
];

/// A correspondent.
struct Person {
    name: &'static str,
    addr: String,
    manner: Manner,
    key: Vec<u8>,
    later_key: Vec<u8>,
    agent: &'static str,
    since: i64,
    charset: &'static str,
}

/// Makes the mailbox, oldest mail first.
#[must_use]
pub fn generate(options: &Options) -> Vec<Mail> {
    let mut maker = Maker {
        options,
        rng: StdRng::seed_from_u64(options.seed),
        people: Vec::new(),
        number: 0,
        mails: Vec::new(),
    };
    maker.invite();
    maker.correspond();
    maker.mails.sort_by(|a, b| (a.received, &a.octets).cmp(&(b.received, &b.octets)));
    maker.mails
}

struct Maker<'a> {
    options: &'a Options,
    rng: StdRng,
    people: Vec<Person>,
    number: u64,
    mails: Vec<Mail>,
}

/// The header of one mail besides what every mail has.
#[derive(Default)]
struct Letter {
    from: String,
    at: i64,
    subject: String,
    fields: String,
    agent: &'static str,
    charset: &'static str,
    folder: Option<Folder>,
    encrypted: bool,
}

impl Maker<'_> {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *from.choose(&mut self.rng).expect("a list with something in it")
    }

    fn invite(&mut self) {
        let years = 6 * 365 * DAY;
        for (index, (name, local)) in PEOPLE.iter().enumerate() {
            let manner = MANNERS.get(index).copied().unwrap_or(Manner::Plain);
            let domain = DOMAINS[index % DOMAINS.len()];
            let addr = format!("{local}@{domain}");
            let since = self.options.now - self.rng.gen_range(years / 3..years);
            let seed = self.options.seed.wrapping_mul(1_000).wrapping_add(index as u64);
            let (key, later_key) = self.keys(manner, seed, &addr, since);
            let plain = manner == Manner::Plain;
            let agent =
                if plain { self.pick(&PLAIN_AGENTS) } else { KEY_AGENTS[index % KEY_AGENTS.len()] };
            let charset = ["utf-8", "iso-8859-1", "us-ascii"][index % 3];
            self.people.push(Person { name, addr, manner, key, later_key, agent, since, charset });
        }
    }

    /// The keys of one person: at first and later.
    fn keys(&self, manner: Manner, seed: u64, addr: &str, since: i64) -> (Vec<u8>, Vec<u8>) {
        let made = since - 40 * DAY;
        let good = |seed| generated(seed, addr, made);
        let own = |expires: Option<u32>| {
            let made = u32::try_from(made).expect("a date of this age");
            let seed = u8::try_from(seed % 251).expect("below 251");
            let (primary, subkey) = (Key::signing(seed, made), Key::encrypting(seed, made));
            let says = Says { expires, ..Says::certification(made) };
            let cert = Cert::of(&primary).user_id(&primary, &format!("<{addr}>"), &says);
            (primary.clone(), cert.subkey(&primary, &subkey, &Says::binding(made)), made)
        };
        match manner {
            Manner::NewKey => (good(seed), good(seed ^ 0xFFFF_0000)),
            Manner::Expired => {
                let life = u32::try_from((self.options.now - since) / 2).expect("some years");
                let cert = own(Some(life)).1.octets();
                (cert.clone(), cert)
            }
            Manner::Revoked => {
                let (primary, cert, made) = own(None);
                let says = Says {
                    reason: Some(2),
                    ..Says::new(SignatureType::KeyRevocation, made + 200 * DAY as u32)
                };
                let revocation = sign(&primary, &primary, On::Key, &says);
                let mut revoked = Cert::of(&primary).sig(revocation);
                revoked.0.extend(cert.0.iter().skip(1).cloned());
                (cert.octets(), revoked.octets())
            }
            Manner::Weak => {
                let cert = dearmor(include_str!("../keys/rsa1024.pub.asc"));
                (cert.clone(), cert)
            }
            Manner::SignOnly => {
                let made = u32::try_from(made).expect("a date of this age");
                let primary = Key::signing(77, made);
                let says = Says { flags: Some(SIGN | 1), ..Says::certification(made) };
                let cert = Cert::of(&primary).user_id(&primary, "signs only", &says).octets();
                (cert.clone(), cert)
            }
            Manner::Plain => (Vec::new(), Vec::new()),
            _ => {
                let cert = good(seed);
                (cert.clone(), cert)
            }
        }
    }

    fn correspond(&mut self) {
        let now = self.options.now;
        // Two thirds are letters, and everybody writes three times at least.
        let letters = (self.options.mails * 2 / 3 / self.people.len()).max(3);
        for person in 0..self.people.len() {
            // Some people write more than others.
            let count = letters / 2 + 2 + person % letters.max(1);
            let since = self.people[person].since;
            for turn in 0..count {
                let step = (now - since - 6 * 3_600) / count as i64;
                let jitter = self.rng.gen_range(0..step / 2);
                self.letter(person, since + step * turn as i64 + jitter, turn, count);
            }
            if matches!(self.people[person].manner, Manner::StoppedLately) {
                let at = now - 2 * DAY;
                self.letter(person, at, count, count);
            }
        }
        let rest = (self.options.mails.saturating_sub(self.mails.len())).max(24);
        for turn in 0..rest {
            let at = now - self.rng.gen_range(DAY..5 * 365 * DAY);
            match turn % 8 {
                0 | 1 => self.list_mail(at, turn),
                2 | 3 => self.newsletter(at, turn),
                4 => self.bounce(at),
                5 | 6 => self.sent(at, turn),
                _ => self.junk(at, turn),
            }
        }
    }

    fn letter(&mut self, person: usize, at: i64, turn: usize, count: usize) {
        let fields = self.key_fields(person, turn, count);
        let subject =
            format!("{}{}", if turn % 3 == 1 { "Re: " } else { "" }, self.pick(&SUBJECTS));
        let Person { name, addr, manner, agent, charset, .. } = &self.people[person];
        let (from, agent, charset, manner) =
            (mailbox(name, addr, charset), *agent, *charset, *manner);
        let stopped = matches!(manner, Manner::Stopped | Manner::StoppedLately);
        let encrypted = matches!(manner, Manner::Encrypts | Manner::EncryptsInside);
        let agent = if stopped && fields.is_empty() { PLAIN_AGENTS[1] } else { agent };
        self.post(Letter { from, at, subject, fields, agent, charset, encrypted, folder: None });
    }

    /// The key fields of the `turn`th of `count` letters.
    fn key_fields(&mut self, person: usize, turn: usize, count: usize) -> String {
        let Person { addr, manner, key, later_key, .. } = &self.people[person];
        let manner = *manner;
        let late = turn * 2 >= count;
        let key = if late { later_key } else { key };
        let own = Addr::parse(addr).expect("an address of ours");
        let written = |spelling, prefer| -> String {
            let fields = print(spelling, &own, prefer, key).into_iter();
            fields.map(|(name, value)| format!("{name}: {value}\r\n")).collect()
        };
        let (mutual, quiet) = (PreferEncrypt::Mutual, PreferEncrypt::NoPreference);
        let keydata = || folded(key);
        match manner {
            Manner::Plain | Manner::EncryptsInside => String::new(),
            Manner::Stopped if turn * 3 >= count => String::new(),
            Manner::StoppedLately if turn >= count => String::new(),
            Manner::Both | Manner::StoppedLately => written(Spelling::Both, mutual),
            Manner::AutocryptQuiet => written(Spelling::Autocrypt, quiet),
            Manner::December => written(Spelling::Inbome, mutual),
            Manner::DecemberQuiet => written(Spelling::Inbome, quiet),
            Manner::December17 => {
                format!("INBOME: to={own}; type=p; prefer-encrypted=yes; key={}\r\n", keydata())
            }
            Manner::NovemberInfo => format!("INBOME-Encryption-Info: keydata={}\r\n", keydata()),
            Manner::November => format!("INBOME-Encryption: keydata={}\r\n", keydata()),
            Manner::November11 => {
                format!("INBOME: provide;adr={own};keydata={}\r\n", keydata())
            }
            Manner::Broken(flaw) => broken(flaw, turn, own.as_str(), key),
            Manner::Impostor => {
                let victim = &self.people[0].addr;
                format!(
                    "Autocrypt: addr={victim}; prefer-encrypt=mutual; keydata={}\r\n",
                    keydata()
                )
            }
            Manner::TwoFields => written(Spelling::Autocrypt, mutual).repeat(2),
            Manner::ManyFields => {
                (0..17).map(|n| format!("Autocrypt: addr={own}; n={n}; keydata=AA==\r\n")).collect()
            }
            Manner::Noisy => format!(
                "Autocrypt: addr={own}; keydata=not*base64\r\n{}INBOME: request;adr={}\r\n",
                written(Spelling::Both, mutual),
                self.options.account
            ),
            _ => written(Spelling::Autocrypt, mutual),
        }
    }

    fn list_mail(&mut self, at: i64, turn: usize) {
        let (name, list) = LISTS[turn / 8 % LISTS.len()];
        let person = self.rng.gen_range(0..self.people.len());
        let Person { name: poster, addr, charset, .. } = &self.people[person];
        let domain = list.rsplit('@').next().unwrap_or_default();
        // Half of the lists rewrite From, as mail policies make them.
        let from = match turn.is_multiple_of(2) {
            true => mailbox(poster, addr, charset),
            false => format!("\"{name}\" <{list}>"),
        };
        let charset = *charset;
        let fields = format!(
            "List-Id: \"{name}\" <{}>\r\nList-Post: <mailto:{list}>\r\nList-Help: \
             <mailto:{list}?subject=help>\r\nList-Unsubscribe: <https://{domain}/leave>\r\n\
             Precedence: list\r\n",
            list.replace('@', ".")
        );
        let subject = format!("[{name}] {}", self.pick(&SUBJECTS));
        let agent = self.pick(&PLAIN_AGENTS);
        self.post(Letter { from, at, subject, fields, agent, charset, ..Letter::default() });
    }

    fn newsletter(&mut self, at: i64, turn: usize) {
        let (name, addr) = NEWSLETTERS[turn / 8 % NEWSLETTERS.len()];
        let fields = "List-Unsubscribe: <https://news.example/out>\r\n\
                      List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nPrecedence: bulk\r\n";
        let subject = format!("{} this week", self.pick(&SUBJECTS));
        self.post(Letter {
            from: mailbox(name, addr, "utf-8"),
            at,
            subject,
            fields: fields.to_owned(),
            agent: "BulkPress 11",
            charset: "utf-8",
            ..Letter::default()
        });
    }

    fn bounce(&mut self, at: i64) {
        self.number += 1;
        let (number, account) = (self.number, &self.options.account);
        let domain = account.rsplit('@').next().unwrap_or_default();
        let octets = format!(
            "Return-Path: <>\nDelivered-To: {account}\nReceived: from localhost by mx.{domain};\n\t\
             {date}\nFrom: Mail Delivery System <MAILER-DAEMON@mx.{domain}>\nTo: {account}\n\
             Date: {date}\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: \
             <bounce{number}@mx.{domain}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"b{number}\"\
             \n\n--b{number}\n\nThe address does not exist.\n\n--b{number}\nContent-Type: \
             message/delivery-status\n\nReporting-MTA: dns; mx.{domain}\n\n--b{number}--\n",
            date = rfc2822(at, 0)
        );
        let octets = octets.into_bytes();
        self.mails.push(Mail { folder: Folder::Inbox, received: at, read: true, octets });
    }

    /// The user's own mails; a few bear the key of another program of the user's.
    fn sent(&mut self, at: i64, turn: usize) {
        let account = self.options.account.clone();
        let fields = match turn % 16 {
            5 => {
                let key = generated(self.options.seed ^ 0xB0B, &account, at.min(1_500_000_000));
                format!("Autocrypt: addr={account}; keydata={}\r\n", folded(&key))
            }
            _ => String::new(),
        };
        let subject = format!("Re: {}", self.pick(&SUBJECTS));
        let agent = KEY_AGENTS[2];
        let from = format!("Bob <{account}>");
        let folder = Some(Folder::Sent);
        let charset = "utf-8";
        self.post(Letter { from, at, subject, fields, agent, charset, folder, encrypted: false });
    }

    fn junk(&mut self, at: i64, turn: usize) {
        let folder = Some(if turn.is_multiple_of(16) { Folder::Trash } else { Folder::Junk });
        let subject = "=?utf-8?B?WW91IGhhdmUgd29u?=".to_owned();
        let mut from = format!("Prize Office <win{turn}@prizes.example>");
        let mut fields = String::new();
        if turn.is_multiple_of(3) {
            // A forger who would like mails to a friend of the user's encrypted to the forger.
            let friend = self.people[0].addr.clone();
            let key = generated(u64::MAX - turn as u64, &friend, at.min(1_500_000_000));
            fields = format!("Autocrypt: addr={friend}; keydata={}\r\n", folded(&key));
            from = format!("<{friend}>");
        }
        let agent = "Spray 1";
        let charset = "utf-8";
        self.post(Letter { from, at, subject, fields, agent, charset, folder, encrypted: false });
    }

    /// Writes a letter out with the header that a real one has on arrival.
    fn post(&mut self, letter: Letter) {
        self.number += 1;
        let Letter { from, at, subject, fields, agent, charset, folder, encrypted } = letter;
        let account = self.options.account.clone();
        let zone = self.pick(&[0, 60, 120, -300, 330, 60]);
        let received = at + self.rng.gen_range(1..90);
        let relay = self.rng.gen_range(1..9);
        let id = format!("{:x}.{}@{agent}", at, self.number).replace([' ', '/', '(', ')'], "");
        let mut signature = [0_u8; 96];
        self.rng.fill(&mut signature[..]);
        let text = self.text();
        let (mime, body) = match (encrypted, self.number % 5) {
            (true, _) => ciphertext(self.number, &signature),
            (_, 0) => alternative(self.number, charset, &text),
            (_, 3) => with_picture(self.number, charset, &text, &signature),
            _ => plain(charset, &text),
        };
        let signature = STANDARD.encode(signature);
        let (first, second) = signature.split_at(64);
        let header = format!(
            "Return-Path: <{bounce}>\r\nDelivered-To: {account}\r\nReceived: from \
             relay{relay}.example.net (relay{relay}.example.net [192.0.2.{relay}])\r\n\tby \
             mx.demo.example (Postfix) with ESMTPS id {hash}\r\n\tfor <{account}>; {arrived}\r\n\
             Received: from [198.51.100.{relay}] by relay{relay}.example.net; {sent}\r\n\
             DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net; s=mail;\r\n\t\
             h=from:to:subject:date; b={first}\r\n\t {second}\r\nFrom: {from}\r\nTo: \
             {account}\r\nDate: {sent}\r\nMessage-ID: <{id}>\r\nSubject: {subject}\r\n\
             User-Agent: {agent}\r\nMIME-Version: 1.0\r\n{fields}{mime}\r\n",
            bounce = from.rsplit('<').next().unwrap_or_default().trim_end_matches('>'),
            hash = hex(&self.number.to_be_bytes()),
            arrived = rfc2822(received, 0),
            sent = rfc2822(at, zone),
            subject = encoded(&subject, charset),
        );
        let octets = in_charset(&format!("{header}{body}").replace("\r\n", "\n"), charset);
        let old = at < self.options.now - 2 * 365 * DAY;
        let folder = folder.unwrap_or(if old { Folder::Archive } else { Folder::Inbox });
        let read = at < self.options.now - 10 * DAY;
        self.mails.push(Mail { folder, received, read, octets });
    }

    fn text(&mut self) -> String {
        let sentences = self.rng.gen_range(2..14);
        let mut text = String::from("Hello Bob,\r\n\r\n");
        for number in 0..sentences {
            text.push_str(self.pick(&OPENINGS));
            text.push(' ');
            text.push_str(self.pick(&ENDINGS));
            text.push_str(if number % 3 == 2 { "\r\n\r\n" } else { "\r\n" });
        }
        text
    }
}

/// Writes a Maildir++ at `out`, which must not exist or be empty.
///
/// # Errors
/// What the disk gives.
pub fn write_maildir(out: &Path, mails: &[Mail]) -> io::Result<()> {
    let folders = [Folder::Inbox, Folder::Archive, Folder::Sent, Folder::Junk, Folder::Trash];
    for folder in folders {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(out.join(folder.name()).join(part))?;
        }
        if folder != Folder::Inbox {
            fs::write(out.join(folder.name()).join("maildirfolder"), "")?;
        }
    }
    for (number, mail) in mails.iter().enumerate() {
        let Mail { folder, received, read, octets } = mail;
        let unique = format!("{received}.M{number}P1.demo,S={}", octets.len());
        let place = match (read, folder) {
            (true, Folder::Trash) => format!("cur/{unique}:2,ST"),
            (true, _) if number % 4 == 0 => format!("cur/{unique}:2,RS"),
            (true, _) => format!("cur/{unique}:2,S"),
            (false, _) => format!("new/{unique}"),
        };
        let path = out.join(folder.name()).join(place);
        fs::write(&path, octets)?;
        let time = std::time::UNIX_EPOCH
            + std::time::Duration::from_secs(u64::try_from(*received).unwrap_or_default());
        fs::File::options().append(true).open(&path)?.set_modified(time)?;
    }
    Ok(())
}

/// Writes one mbox (mboxrd) at `out`, without junk and trash.
///
/// # Errors
/// What the disk gives.
pub fn write_mbox(out: &Path, mails: &[Mail]) -> io::Result<()> {
    let mut file = io::BufWriter::new(fs::File::create(out)?);
    for mail in mails.iter().filter(|mail| mail.folder < Folder::Junk) {
        file.write_all(&mboxrd(mail.received, &mail.octets))?;
    }
    file.flush()
}

/// One mail as it stands in an mbox: its `From ` line, lines quoted, an empty line at the end.
#[must_use]
pub fn mboxrd(received: i64, octets: &[u8]) -> Vec<u8> {
    let time = jiff::Timestamp::from_second(received).unwrap_or_default();
    let date = time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a %b %e %H:%M:%S %Y").to_string();
    let mut out = format!("From sender@example.org {date}\n").into_bytes();
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        let unquoted = line.iter().position(|octet| *octet != b'>').unwrap_or(line.len());
        if line[unquoted..].starts_with(b"From ") {
            out.push(b'>');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    out.push(b'\n');
    out
}
