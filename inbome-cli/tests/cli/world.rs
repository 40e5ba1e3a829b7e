//! A folder with homes in it, and the command run there.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

/// The present in every test: 1 January 2017.
pub(crate) const NOW: &str = "2017-01-01T00:00:00Z";
/// The same in seconds.
pub(crate) const NOW_SECS: i64 = 1_483_228_800;
/// The date of mails that say nothing else.
pub(crate) const DATE: &str = "Sat, 17 Dec 2016 09:58:05 +0100";
/// The same in seconds.
pub(crate) const DATE_SECS: i64 = 1_481_965_085;
/// Later, and before now.
pub(crate) const LATER: &str = "Sun, 18 Dec 2016 09:58:05 +0100";

pub(crate) const ALICE: &str = "alice@example.org";
pub(crate) const BOB: &str = "bob@example.org";
pub(crate) const CAROL: &str = "carol@example.org";

/// A folder of its own, removed at the end.
pub(crate) struct World {
    pub(crate) dir: TempDir,
}

/// What one run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    /// The one object on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "{self:?}");
        lines.remove(0)
    }

    /// All objects on standard output.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{self:?}"));
            assert_eq!(value["schema"], 1, "{line}");
            value
        };
        self.text().lines().map(parse).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Fails unless the exit code is `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.text(), self.stderr);
        self
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    /// A world in which alice has an account.
    pub(crate) fn of_alice() -> Self {
        let world = Self::new();
        world.run(&["init", "alice@example.org"]).exits(0);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Writes a file, and gives its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The command over a home, not yet run.
    pub(crate) fn command(&self, home: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_inbome"));
        command.env_clear().env("INBOME_HOME", home).env("INBOME_NOW", NOW);
        command.env("HOME", self.dir.path()).current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs the command over alice's home.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_in(&self.home(), arguments)
    }

    pub(crate) fn run_in(&self, home: &Path, arguments: &[&str]) -> Run {
        ran(self.command(home).args(arguments).output().unwrap())
    }

    /// Runs the command with something on standard input.
    pub(crate) fn feed(&self, arguments: &[&str], input: &[u8]) -> Run {
        feed(self.command(&self.home()).args(arguments), input)
    }

    /// The key fields of somebody else, as a mail of theirs bears them.
    pub(crate) fn fields_of(&self, addr: &str) -> String {
        let home = self.home_of(addr);
        self.run_in(&home, &["init", addr]).exits(0);
        self.run_in(&home, &["header", "--quiet"]).exits(0).text()
    }

    /// The home of somebody else.
    pub(crate) fn home_of(&self, addr: &str) -> PathBuf {
        self.path(&format!("home of {addr}"))
    }

    /// Makes alice and `others` know each other's keys, both ways and among themselves.
    pub(crate) fn introduce(&self, others: &[&str]) {
        let alices = self.run(&["header", "--quiet"]).exits(0).text();
        let mut all = vec![(ALICE, self.home(), alices)];
        for addr in others {
            let fields = self.fields_of(addr);
            all.push((addr, self.home_of(addr), fields));
        }
        for (_, home, _) in &all {
            for (from, whose, fields) in &all {
                if whose != home {
                    let mail = mail(from, DATE, fields);
                    let mut command = self.command(home);
                    feed(command.arg("process-incoming"), mail.as_bytes()).exits(0);
                }
            }
        }
    }

    /// The first mail that leaves when somebody sends one: what its readers get.
    pub(crate) fn sent_by(&self, addr: &str, mail: &str) -> Vec<u8> {
        let home = if addr == ALICE { self.home() } else { self.home_of(addr) };
        let mut command = self.command(&home);
        let made = feed(command.args(["process-outgoing", "--json"]), mail.as_bytes()).exits(0);
        let made = made.json();
        assert_eq!(made["encrypted"], true, "{made}");
        octets(&made["messages"][0]["data"])
    }

    /// A mail from bob to alice with his key, learnt from.
    pub(crate) fn meet_bob(&self) -> String {
        let fields = self.fields_of("bob@example.org");
        let mail = mail("bob@example.org", DATE, &fields);
        self.feed(&["process-incoming"], mail.as_bytes()).exits(0);
        fields
    }
}

/// A mail to alice with more fields.
pub(crate) fn mail(from: &str, date: &str, fields: &str) -> String {
    format!(
        "From: {from}\nTo: alice@example.org\nSubject: Hi\nDate: {date}\n\
         Message-ID: <1@example.org>\n{fields}\nHello\n"
    )
}

/// Base64 in an object.
#[track_caller]
pub(crate) fn octets(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

/// The same as text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    String::from_utf8(octets(value)).unwrap()
}

/// Things that are no mail, or only just one: `(name, content)`.
pub(crate) fn odd_inputs() -> Vec<(&'static str, Vec<u8>)> {
    let binary: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    vec![
        ("empty", Vec::new()),
        ("one octet", b"x".to_vec()),
        ("zeros", vec![0; 5_000]),
        ("binary", binary),
        ("text", b"no header at all\n".to_vec()),
        ("zeros in the header", b"From: a\0b@example.org\nTo: \0\n\n\0\n".to_vec()),
        ("no line end", b"From: bob@example.org".to_vec()),
        ("carriage returns", b"From: bob@example.org\rTo: x\r\rhello\r".to_vec()),
    ]
}

/// Runs a command with something on standard input.
pub(crate) fn feed(command: &mut Command, input: &[u8]) -> Run {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A command that fails early does not read: that is no failure of the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    ran(output)
}

fn ran(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
