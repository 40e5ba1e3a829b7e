//! Mailboxes to measure with: the same for the same seed but for the keys, and as real mail is in
//! what costs time.
//!
//! 2,000 senders to 100,000 mails write as often as Zipf says, each with a key of their own, a third with
//! another one later; 61 % of the mails bear a key field, and a tenth of the senders write with it
//! and without. Headers have the chains of `Received`, the signatures, the folds and the list fields
//! of mail that has travelled. Not here: broken and hostile mail, which tests have.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::header::{self, PreferEncrypt, Spelling};
use inbome_core::openpgp::{OwnKeys, Rpgp};
use inbome_core::random::SystemRandom;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::Outcome;

/// Who receives it all.
pub(crate) const ACCOUNT: &str = "reader@inbox.example";
/// 2016-12-17, when the protocol was new.
const FIRST_SECS: i64 = 1_481_965_085;
/// Seven years of mail.
const SPAN_SECS: i64 = 7 * 365 * 86_400;
const MAX_SENDERS: usize = 2_000;

/// How long bodies are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bodies {
    /// As in a mailbox of 26 KB per mail.
    Whole,
    /// Cut to what stands beside the header in a file's first block; a Maildir's bodies are read by
    /// nobody, and 100,000 whole ones are 2.6 GB.
    Cut,
}

/// Writes mails as the mailboxes want them.
pub(crate) struct Writer {
    rng: StdRng,
    senders: Vec<Sender>,
    /// How often one of the first writes, out of all: cumulated.
    shares: Vec<f64>,
    filler: String,
    bodies: Bodies,
}

struct Sender {
    addr: String,
    name: String,
    agent: &'static str,
    list: bool,
    /// Out of 100 mails, how many bear the field.
    with_field: u32,
    /// Key fields, and from which part of the time on the second ones.
    fields: [String; 2],
    change_at: f64,
}

impl Writer {
    /// Makes the senders and their keys for a mailbox of about `mails` mails.
    pub(crate) fn new(seed: u64, mails: usize, bodies: Bodies) -> Outcome<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        let count = (mails / 50).clamp(20, MAX_SENDERS);
        let senders = (0..count).map(|n| sender(&mut rng, n)).collect::<Outcome<Vec<_>>>()?;
        let mut sum = 0.0;
        let shares = (1..=count)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        let filler = lines(&mut rng, 600_000);
        Ok(Self { rng, senders, shares, filler, bodies })
    }

    /// One mail at `part` (0 to 1) of the time: when it came, from whom, and its octets.
    pub(crate) fn mail(&mut self, part: f64) -> (i64, String, String) {
        let rng = &mut self.rng;
        let all = self.shares.last().copied().unwrap_or_default();
        let draw = rng.gen_range(0.0..all);
        let rank = self.shares.partition_point(|share| *share <= draw);
        let sender = self.senders.get(rank).unwrap_or(&self.senders[0]);
        let at = FIRST_SECS + (part * SPAN_SECS as f64) as i64 + rng.gen_range(0..3_600);
        let mut mail = String::with_capacity(8_192);
        let boundary = write_header(&mut mail, rng, sender, part, at);
        let size = match self.bodies {
            Bodies::Cut => rng.gen_range(200..900),
            Bodies::Whole => match rng.gen_range(0..100) {
                0..60 => rng.gen_range(800..6_000),
                60..85 => rng.gen_range(10_000..40_000),
                85..98 => rng.gen_range(40_000..120_000),
                _ => rng.gen_range(200_000..500_000),
            },
        };
        let start = rng.gen_range(0..80_000);
        let text = self.filler.get(start..start + size).unwrap_or_default();
        mail.push_str(&match boundary {
            None => format!("{text}\n"),
            Some(boundary) => format!(
                "--{boundary}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--{boundary}--\n"
            ),
        });
        (at, sender.addr.clone(), mail)
    }

    /// Writes `mails` mails into the Maildir `path`.
    pub(crate) fn maildir(&mut self, path: &Path, mails: usize) -> Outcome<()> {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(path.join(part))?;
        }
        for n in 0..mails {
            let (at, _, mail) = self.mail(n as f64 / mails as f64);
            let name = format!("{at}.M{:06}P{n}V0000000000000802I{n:08X}_0.mx", n % 1_000_000);
            fs::write(path.join("cur").join(format!("{name},S={}:2,S", mail.len())), mail)?;
        }
        Ok(())
    }

    /// Writes `mails` mails into the mbox `path`.
    pub(crate) fn mbox(&mut self, path: &Path, mails: usize) -> Outcome<()> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        for n in 0..mails {
            let (at, from, mail) = self.mail(n as f64 / mails as f64);
            writeln!(file, "From {from} {}", asctime(at))?;
            file.write_all(mail.as_bytes())?;
            file.write_all(b"\n")?;
        }
        Ok(file.flush()?)
    }
}

fn sender(rng: &mut StdRng, n: usize) -> Outcome<Sender> {
    const AGENTS: [&str; 4] = ["Mutt/1.9.4", "Thunderbird 91.7", "K-9 Mail for Android", ""];
    let addr = format!("{}.{}@{}.example", word(rng, 5), word(rng, 7), word(rng, 8));
    let name = format!("{} {}", capital(&word(rng, 5)), capital(&word(rng, 7)));
    // A tenth mix; of the others so many write with the field that it is 61 % in all.
    let with_field = match n % 10 {
        3 => 50,
        0 | 1 | 4 | 5 | 7 => 100,
        _ => 0,
    };
    let spelling = if n % 10 == 4 { Spelling::Both } else { Spelling::Autocrypt };
    let prefer =
        if n.is_multiple_of(3) { PreferEncrypt::NoPreference } else { PreferEncrypt::Mutual };
    let account = Addr::parse(&addr)?;
    let make = || -> Outcome<String> {
        if with_field == 0 {
            return Ok(String::new());
        }
        let key =
            Rpgp::new().generate(&account, Timestamp::from_secs(FIRST_SECS), &SystemRandom)?;
        let fields = header::print(spelling, &account, prefer, &key.cert).into_iter();
        let written = fields.map(|(name, value)| format!("{name}: {value}\n"));
        Ok(written.collect::<String>().replace("\r\n", "\n"))
    };
    let first = make()?;
    let changes = n % 3 == 1;
    let second = if changes { make()? } else { first.clone() };
    Ok(Sender {
        addr,
        name,
        agent: AGENTS[n % AGENTS.len()],
        list: n % 4 == 2,
        with_field,
        fields: [first, second],
        change_at: rng.gen_range(0.2..0.8),
    })
}

/// Gives the boundary of its parts, if it has some.
fn write_header(
    mail: &mut String,
    rng: &mut StdRng,
    sender: &Sender,
    part: f64,
    at: i64,
) -> Option<String> {
    let Sender { addr, name, .. } = sender;
    let domain = addr.split('@').next_back().unwrap_or_default();
    let id = format!("{:016x}.{:08x}@{domain}", rng.r#gen::<u64>(), rng.r#gen::<u32>());
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a String never fails.
        let _ = mail.write_fmt(text);
        mail.push('\n');
    };
    line(format_args!("Return-Path: <{addr}>"));
    line(format_args!("Delivered-To: {ACCOUNT}"));
    for hop in 0..rng.gen_range(2..5) {
        let (from, by) = (word(rng, 9), word(rng, 6));
        line(format_args!(
            "Received: from {from}.{domain} ({from}.{domain} [192.0.2.{}])\n\t(using TLSv1.3 with \
             cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n\tby {by}.inbox.example (Postfix) with \
             ESMTPS id {:012X}\n\tfor <{ACCOUNT}>; {}",
            rng.gen_range(1..255),
            rng.r#gen::<u32>(),
            mail_date(at - hop * 2, 0),
        ));
    }
    line(format_args!(
        "Authentication-Results: mx.inbox.example; dkim=pass (2048-bit key)\n\theader.d={domain} \
         header.i=@{domain} header.b={};\n\tspf=pass (sender IP is 192.0.2.1) smtp.mailfrom={addr}",
        word(rng, 8)
    ));
    if rng.gen_bool(0.7) {
        line(format_args!(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=mail;\n\t\
             h=from:subject:date:message-id:to:mime-version:content-type;\n\tbh={}=;\n\tb={}",
            word(rng, 43),
            [word(rng, 68), word(rng, 68), word(rng, 68), word(rng, 68), word(rng, 62)]
                .join("\n\t "),
        ));
    }
    let zone = [0, 60, 120, -300, -480, 330][rng.gen_range(0..6)];
    line(format_args!("Date: {}", mail_date(at - rng.gen_range(3..30), zone)));
    match rng.gen_range(0..4) {
        0 => line(format_args!("From: {addr}")),
        1 => line(format_args!("From: \"{name}\" <{addr}>")),
        2 => line(format_args!("From: =?UTF-8?Q?{}?= <{addr}>", name.replace(' ', "_=C3=BC_"))),
        _ => line(format_args!("From: {name}\n <{addr}>")),
    }
    line(format_args!("To: Reader <{ACCOUNT}>"));
    if rng.gen_bool(0.3) {
        let others: Vec<String> =
            (0..rng.gen_range(1..8)).map(|_| format!("{}@team.example", word(rng, 7))).collect();
        line(format_args!("Cc: {}", others.join(",\n\t")));
    }
    let subject: Vec<String> = (0..rng.gen_range(2..9)).map(|_| word(rng, 6)).collect();
    line(format_args!("Subject: {}", subject.join(" ")));
    line(format_args!("Message-ID: <{id}>"));
    if rng.gen_bool(0.5) {
        let others: Vec<String> = (0..rng.gen_range(1..6))
            .map(|_| format!("<{:016x}@mail.example>", rng.r#gen::<u64>()))
            .collect();
        line(format_args!("In-Reply-To: {}", others.last().map_or("", |id| id)));
        line(format_args!("References: {}", others.join("\n\t")));
    }
    if sender.list {
        line(format_args!("List-Id: News of {domain} <news.{domain}>"));
        line(format_args!("List-Post: <mailto:news@{domain}>"));
        line(format_args!(
            "List-Unsubscribe: <mailto:news-leave@{domain}>,\n\t<https://{domain}/l>"
        ));
        line(format_args!("Precedence: list"));
    }
    if !sender.agent.is_empty() {
        line(format_args!("User-Agent: {}", sender.agent));
    }
    line(format_args!("X-Spam-Status: No, score=-{}.1 required=5.0", rng.gen_range(0..9)));
    line(format_args!("MIME-Version: 1.0"));
    let kind = rng.gen_range(0..3);
    let boundary = (kind > 0).then(|| format!("=_{}", word(rng, 24)));
    match (kind, &boundary) {
        (1, Some(boundary)) => {
            line(format_args!("Content-Type: multipart/alternative;\n\tboundary=\"{boundary}\""))
        }
        (_, Some(boundary)) => {
            line(format_args!("Content-Type: multipart/mixed; boundary=\"{boundary}\""))
        }
        (_, None) => line(format_args!("Content-Type: text/plain; charset=utf-8; format=flowed")),
    }
    if rng.gen_ratio(sender.with_field, 100) {
        let [first, second] = &sender.fields;
        mail.push_str(if part < sender.change_at { first } else { second });
    }
    mail.push('\n');
    boundary
}

/// Lines as base64 and prose have them.
fn lines(rng: &mut StdRng, octets: usize) -> String {
    let mut text = String::with_capacity(octets + 80);
    while text.len() < octets {
        let len = rng.gen_range(20..76);
        text.push_str(&word(rng, len));
        text.push_str(if rng.gen_ratio(1, 12) { "\n\n" } else { "\n" });
    }
    text
}

fn word(rng: &mut StdRng, len: usize) -> String {
    (0..len).map(|_| char::from(rng.gen_range(b'a'..=b'z'))).collect()
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Weekday, day, month, year and the time of day.
fn civil(at: i64) -> (&'static str, i64, &'static str, i64, String) {
    let (days, secs) = (at.div_euclid(86_400), at.rem_euclid(86_400));
    // From days since 1970 to a date, by eras of 400 years that begin in March.
    let from_march = days + 719_468;
    let (era, day) = (from_march.div_euclid(146_097), from_march.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = (month + 2) % 12;
    let year = year + era * 400 + i64::from(month < 2);
    let clock = format!("{:02}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60);
    let weekday = DAYS[usize::try_from(days.rem_euclid(7)).unwrap_or_default()];
    (weekday, date, MONTHS[usize::try_from(month).unwrap_or_default()], year, clock)
}

fn mail_date(at: i64, zone_minutes: i64) -> String {
    let (weekday, date, month, year, clock) = civil(at + zone_minutes * 60);
    let sign = if zone_minutes < 0 { '-' } else { '+' };
    let zone = zone_minutes.abs();
    format!("{weekday}, {date} {month} {year} {clock} {sign}{:02}{:02}", zone / 60, zone % 60)
}

fn asctime(at: i64) -> String {
    let (weekday, date, month, year, clock) = civil(at);
    format!("{weekday} {month} {date:2} {clock} {year}")
}
