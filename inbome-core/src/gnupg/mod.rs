//! The program `gpg`, run on a home that is named: no shell, no terminal, bounded output and time.
//!
//! Its options file is not read, so that no filter or default of the user's changes what it says.
//! [`keyring`] makes a home of its own hold what other programs look up there. Not here: what is
//! imported from a home (`import`).

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::addr::Addr;
use crate::key::Fingerprint;
use crate::limits::{MAX_CERT_BYTES_BY_IMPORT, MAX_FOREIGN_BYTES, MAX_GPG_SECS};
use crate::secret::Secret;

pub mod keyring;

/// Why GnuPG could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GnupgError {
    /// GnuPG is not installed.
    #[error("expected the program gpg, found none; install GnuPG")]
    NotFound,
    /// GnuPG failed.
    #[error("expected gpg to {doing} in {homedir}, found: {found}")]
    Failed {
        /// What it was asked to do.
        doing: &'static str,
        /// Its home.
        homedir: String,
        /// Its words.
        found: String,
    },
    /// GnuPG asks for a passphrase, or keeps the secret elsewhere.
    #[error(
        "expected gpg to export the secret key {fingerprint} unasked, found: {found}; run \
         `gpg --homedir {homedir} --export-secret-keys {fingerprint} > FILE` yourself, then \
         `inbome init {addr} --import-key FILE`, or `inbome key import FILE` if the account exists"
    )]
    Locked {
        /// The key.
        fingerprint: String,
        /// The home.
        homedir: String,
        /// Whose key it is.
        addr: Addr,
        /// Its words.
        found: String,
    },
    /// A folder that [`keyring::sync`] must not write to.
    #[error("expected a GnuPG home that only this command writes to, found {path}: {found}")]
    NotOurs {
        /// The folder.
        path: String,
        /// Why.
        found: &'static str,
    },
    /// A folder or file of a home.
    #[error("expected to {doing} {path}, found: {found}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The path.
        path: String,
        /// The system's words.
        found: String,
    },
}

impl GnupgError {
    fn io(doing: &'static str, path: &Path, error: &std::io::Error) -> Self {
        Self::Io { doing, path: path.display().to_string(), found: error.to_string() }
    }
}

/// gpg over one home.
#[derive(Debug, Clone)]
pub(crate) struct Gpg {
    homedir: PathBuf,
}

/// What one run gave.
pub(crate) struct Ran {
    pub(crate) ok: bool,
    pub(crate) stdout: Secret,
    /// The end of what it said, in one line.
    pub(crate) said: String,
}

impl Gpg {
    /// Over the home `homedir`. Its absolute path: gpg takes a relative one otherwise than we do.
    pub(crate) fn over(homedir: &Path) -> Result<Self, GnupgError> {
        let homedir = std::fs::canonicalize(homedir)
            .map_err(|error| GnupgError::io("open", homedir, &error))?;
        Ok(Self { homedir })
    }

    /// The home, for messages.
    pub(crate) fn homedir(&self) -> String {
        self.homedir.display().to_string()
    }

    /// Runs it, and gives what it wrote to standard output if it did what it should.
    pub(crate) fn get(
        &self,
        doing: &'static str,
        arguments: &[&str],
        limit: usize,
    ) -> Result<Vec<u8>, GnupgError> {
        let ran = self.run(doing, arguments, None, limit)?;
        if ran.ok { Ok(ran.stdout.as_bytes().to_vec()) } else { Err(self.failed(doing, ran.said)) }
    }

    /// Runs it with `input` on its standard input; more than `limit` octets of output are an error.
    pub(crate) fn run(
        &self,
        doing: &'static str,
        arguments: &[&str],
        input: Option<&[u8]>,
        limit: usize,
    ) -> Result<Ran, GnupgError> {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(&self.homedir).args(ALWAYS).args(arguments);
        command.env("LC_ALL", "C").env_remove("LANGUAGE").env_remove("DISPLAY");
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => GnupgError::NotFound,
            _ => self.failed(doing, error.to_string()),
        })?;
        let done = self.converse(doing, &mut child, input, limit);
        if done.is_err() {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
        }
        done
    }

    fn converse(
        &self,
        doing: &'static str,
        child: &mut Child,
        input: Option<&[u8]>,
        limit: usize,
    ) -> Result<Ran, GnupgError> {
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            let input = input.to_vec();
            // A gpg that does not read its input says so itself.
            thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let (sender, receiver) = mpsc::channel();
        if let Some(stderr) = child.stderr.take() {
            let sender = sender.clone();
            thread::spawn(move || drop(sender.send((false, read(stderr, MAX_SAID_BYTES, true)))));
        }
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || drop(sender.send((true, read(stdout, limit, false)))));
        }
        let (mut stdout, mut said) = (None, String::new());
        let late = || self.failed(doing, format!("no end after {MAX_GPG_SECS} s"));
        for _ in 0..2 {
            let (is_stdout, octets) =
                receiver.recv_timeout(Duration::from_secs(MAX_GPG_SECS)).map_err(|_| late())?;
            match (is_stdout, octets) {
                (true, octets) => {
                    let found =
                        || self.failed(doing, format!("more than {limit} octets of output"));
                    stdout = Some(octets.ok_or_else(found)?);
                }
                (false, octets) => said = last_line(octets.as_ref()),
            }
        }
        // It closed its output, so it ends soon.
        for _ in 0..MAX_GPG_SECS.saturating_mul(1000 / PAUSE_MILLIS) {
            match child.try_wait() {
                Ok(Some(status)) => {
                    let stdout = stdout.unwrap_or_else(|| Secret::new(Vec::new()));
                    return Ok(Ran { ok: status.success(), stdout, said });
                }
                Ok(None) => thread::sleep(Duration::from_millis(PAUSE_MILLIS)),
                Err(error) => return Err(self.failed(doing, error.to_string())),
            }
        }
        Err(late())
    }

    pub(crate) fn failed(&self, doing: &'static str, found: String) -> GnupgError {
        let found = if found.is_empty() { "no reason given".to_owned() } else { found };
        GnupgError::Failed { doing, homedir: self.homedir(), found }
    }
}

/// The secret key with this fingerprint, for the account `addr`.
pub(crate) fn export_secret(
    gpg: &Gpg,
    fingerprint: &Fingerprint,
    addr: &Addr,
) -> Result<Secret, GnupgError> {
    let name = fingerprint.to_string();
    // Nobody is asked for a passphrase; one that the agent remembers is used.
    let arguments = ["--pinentry-mode", "error", "--export-secret-keys", name.as_str()];
    let ran = gpg.run("export a secret key", &arguments, None, MAX_CERT_BYTES_BY_IMPORT)?;
    if ran.ok && !ran.stdout.as_bytes().is_empty() {
        return Ok(ran.stdout);
    }
    Err(GnupgError::Locked {
        fingerprint: name,
        homedir: gpg.homedir(),
        addr: addr.clone(),
        found: ran.said,
    })
}

/// All of a stream in memory that is zeroed; `None` past `limit`, or the first `limit` octets of
/// what is only to be shown.
fn read(mut stream: impl Read, limit: usize, cut: bool) -> Option<Secret> {
    // A first guess that holds any one key, so that no copy of a secret is left behind.
    let mut octets = Vec::with_capacity(limit.min(MAX_CERT_BYTES_BY_IMPORT).saturating_add(1));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let done = stream.by_ref().take(most).read_to_end(&mut octets);
    let octets = Secret::new(octets);
    if cut {
        // What is past the limit is read and dropped, so that the writer does not stop.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
        return Some(octets);
    }
    (done.is_ok() && octets.as_bytes().len() <= limit).then_some(octets)
}

fn last_line(said: Option<&Secret>) -> String {
    let text = said.map(|said| String::from_utf8_lossy(said.as_bytes()).into_owned());
    let text = text.unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    // What came of it says less than why.
    let reason = lines.iter().rfind(|line| !line.ends_with("WARNING: nothing exported"));
    let line = reason.or(lines.last()).copied().unwrap_or_default();
    line.strip_prefix("gpg: ").unwrap_or(line).chars().take(300).collect()
}

/// The fingerprints of the primaries in a listing with colons, whose lines begin with `kind`.
pub(crate) fn fingerprints(listed: &[u8], kind: &[u8]) -> BTreeSet<Fingerprint> {
    let mut found = BTreeSet::new();
    let mut primary = false;
    for line in listed.split(|octet| *octet == b'\n') {
        let mut columns = line.split(|octet| *octet == b':');
        match columns.next() {
            Some(word) if word == kind => primary = true,
            // The first after a primary is its own, the next ones are of subkeys.
            Some(b"fpr") if primary => {
                primary = false;
                let name = columns.nth(8).and_then(|name| std::str::from_utf8(name).ok());
                found.extend(name.and_then(|name| Fingerprint::parse(name).ok()));
            }
            _ => {}
        }
    }
    found
}

/// For every run. Nothing about trust is asked, looked up or written.
const ALWAYS: [&str; 9] = [
    "--no-options",
    "--batch",
    "--no-tty",
    "--quiet",
    "--no-permission-warning",
    "--no-auto-check-trustdb",
    "--trust-model=always",
    "--no-auto-key-locate",
    "--fixed-list-mode",
];
/// Octets of messages that are looked at.
const MAX_SAID_BYTES: usize = 64 * 1024;
const PAUSE_MILLIS: u64 = 5;
/// Output of a whole keyring.
pub(crate) const MAX_KEYRING_BYTES: usize = MAX_FOREIGN_BYTES;
/// What makes a folder a GnuPG home.
pub(crate) const KEYRINGS: [&str; 4] =
    ["pubring.kbx", "pubring.gpg", "public-keys.d", "pubring.db"];
