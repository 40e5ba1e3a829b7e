//! Homes to move out of and into: engines with an account, mails between them, real GnuPG homes.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use inbome_core::addr::Addr;
use inbome_core::code::Code;
use inbome_core::engine::{AccountOptions, Engine, EngineOptions};
use tempfile::TempDir;

/// The user.
pub const ALICE: &str = "alice@example.org";
/// A peer.
pub const BOB: &str = "bob@example.org";
/// A peer.
pub const CAROL: &str = "carol@example.org";
/// A peer.
pub const DAVE: &str = "dave@example.org";
/// In seconds.
pub const DAY: i64 = 24 * 60 * 60;

/// An address.
pub fn addr(text: &str) -> Addr {
    Addr::parse(text).unwrap()
}

/// An engine with an account, in memory.
pub fn engine_of(account: &str) -> Engine {
    let engine = Engine::in_memory(EngineOptions::default());
    engine.create_account(&addr(account), &AccountOptions::default(), &mut |_| None).unwrap();
    engine
}

/// The current key of the only account.
pub fn own_fingerprint(engine: &Engine) -> String {
    engine.account(None).unwrap().current.unwrap().to_string()
}

/// The cert of the only account.
pub fn cert_of(engine: &Engine) -> Vec<u8> {
    engine.export_cert(None).unwrap().0
}

/// Counts by the name of the reason.
pub fn by_name(counts: &BTreeMap<Code, u64>) -> Vec<(&'static str, u64)> {
    counts.iter().map(|(reason, count)| (reason.name(), *count)).collect()
}

/// A mail of somebody's to alice with the fields that an engine of his writes.
pub fn mail(from: &Engine, to_date: i64, with_fields: bool) -> Vec<u8> {
    let sender = from.account(None).unwrap().addr;
    let date = jiff::Timestamp::from_second(to_date).unwrap();
    let date = jiff::fmt::rfc2822::to_string(&date.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
    let mut mail = format!(
        "From: {sender}\r\nTo: {ALICE}\r\nSubject: Hi\r\nDate: {date}\r\nMessage-ID: <{to_date}.{sender}>\r\n"
    );
    if with_fields {
        for (name, value) in from.header_fields(None, None).unwrap() {
            mail.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    format!("{mail}\r\nHello\r\n").into_bytes()
}

/// A GnuPG home of its own; its agent ends with it.
pub struct Home(TempDir);

impl Home {
    /// Empty.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs gpg, which must succeed.
    pub fn gpg(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = gpg(self.path(), arguments, input);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output.stdout
    }

    /// Makes a key, and gives its fingerprint.
    pub fn make(&self, user_id: &str, more: &[&str]) -> String {
        let expires = if more.is_empty() { "never" } else { "1d" };
        let mut arguments = vec!["--yes", "--passphrase", "", "--pinentry-mode", "loopback"];
        arguments.extend(more);
        arguments.extend(["--status-fd", "1", "--quick-gen-key", user_id, "future-default"]);
        arguments.extend(["default", expires]);
        let said = String::from_utf8(self.gpg(&arguments, b"")).unwrap();
        let made = said.lines().find(|line| line.contains("KEY_CREATED")).unwrap();
        made.split(' ').nth(3).unwrap().to_owned()
    }

    /// The keys in it.
    pub fn fingerprints(&self) -> Vec<String> {
        let listed = self.gpg(&["--with-colons", "--list-keys"], b"");
        let listed = String::from_utf8(listed).unwrap();
        let mut lines = listed.lines();
        let mut found = Vec::new();
        while lines.any(|line| line.starts_with("pub:")) {
            let line = lines.find(|line| line.starts_with("fpr:")).unwrap();
            found.push(line.split(':').nth(9).unwrap().to_owned());
        }
        found.sort();
        found
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf")
            .arg("--homedir")
            .arg(self.path())
            .args(["--kill", "all"])
            .output();
    }
}

/// The agent that a program started in a home; it ends with this.
pub struct Agent(pub PathBuf);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ =
            Command::new("gpgconf").arg("--homedir").arg(&self.0).args(["--kill", "all"]).output();
    }
}

/// Runs gpg over a home.
pub fn gpg(homedir: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new("gpg");
    command.env("LC_ALL", "C").args(["--batch", "--no-tty", "--quiet", "--homedir"]).arg(homedir);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("gpg must be installed");
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}
