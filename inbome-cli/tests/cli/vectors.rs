//! Every vector of `tests/vectors` gives through the command what it expects.
//!

//! The format is in the README beside the vectors. Each runs in a home of its own.

use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// One vector: its head, and the mail.
struct Vector {
    lines: Vec<(String, String)>,
    mail: Vec<u8>,
}

impl Vector {
    fn parse(octets: &[u8]) -> Self {
        let blank = octets.windows(2).position(|pair| pair == b"\n\n").expect("an empty line");
        let head = std::str::from_utf8(&octets[..blank]).expect("a head in UTF-8");
        let line = |line: &str| {
            let (name, value) = line.split_once(": ").expect("name: value");
            (name.to_owned(), value.to_owned())
        };
        Self { lines: head.lines().map(line).collect(), mail: octets[blank + 2..].to_vec() }
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.lines.iter().filter(|line| line.0 == name).map(|line| line.1.as_str()).collect()
    }

    fn first<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        self.all(name).first().copied().unwrap_or(otherwise)
    }

    fn expected(&self) -> Vec<(String, String)> {
        let pair = |line: &str| {
            let (name, value) = line.split_once('=').expect("name=value");
            (name.to_owned(), value.to_owned())
        };
        self.all("expect").into_iter().map(pair).collect()
    }

    /// What came out of all that is expected, in the same words and order.
    fn found(&self, home: &Path) -> Vec<(String, String)> {
        let now = self.first("now", "2017-01-01T00:00:00Z");
        let run = |arguments: &[&str], input: &[u8]| command(home, now, arguments, input);
        let accounts = match self.all("account") {
            none if none.is_empty() => vec!["bob@example.org"],
            some => some,
        };
        let mut first = String::new();
        for account in &accounts {
            let made = run(&["init", account], b"");
            if first.is_empty() {
                word(&made["account"]).clone_into(&mut first);
            }
        }
        let mut arguments = vec!["process-incoming"];
        if let Some(at) = self.all("received-at").first() {
            arguments.extend(["--received-at", at]);
        }
        if self.first("spam", "no") == "yes" {
            arguments.push("--spam");
        }
        let incoming = run(&arguments, &self.mail);
        let account = incoming["account"].as_str().unwrap_or(&first);
        let (mut peer, mut advice) = (Value::Null, Value::Null);
        if let Some(from) = incoming["peer"].as_str() {
            let listed = run(&["--account", account, "peers", "list", "--all"], b"");
            let listed = listed["peers"].as_array().expect("peers");
            peer = listed.iter().find(|one| one["addr"] == from).cloned().unwrap_or_default();
            advice = run(&["--account", account, "recommend", "--", from], b"");
        }
        self.compared(&incoming, &peer, &advice)
    }

    fn compared(&self, incoming: &Value, peer: &Value, advice: &Value) -> Vec<(String, String)> {
        let field = |field: &Value| {
            (format!("field {}", word(&field["name"])), with_reason(&field["verdict"], field))
        };
        let mut fields: VecDeque<_> =
            incoming["fields"].as_array().expect("fields").iter().map(field).collect();
        let reasons = advice["recipients"][0]["reasons"].as_array().cloned().unwrap_or_default();
        let mut found = Vec::new();
        for (name, _) in self.expected() {
            let value = match name.as_str() {
                "outcome" => with_reason(&incoming["outcome"], incoming),
                "from" => word(&incoming["peer"]).to_owned(),
                "account" => word(&incoming["account"]).to_owned(),
                "date" => incoming["effective_date"].as_i64().map_or("none".into(), rfc3339),
                "prefer" => word(&peer["prefer_encrypt"]).to_owned(),
                "key" => word(&peer["fingerprint"]).to_owned(),
                "list" => peer["list"].as_bool().unwrap_or(false).to_string(),
                // Of the mail without a key that the reason names.
                "agent" => match reasons.first() {
                    Some(reason) => reason["args"]["agent"].as_str().unwrap_or("").to_owned(),
                    None => "none".to_owned(),
                },
                "own_key_conflict" => word(&incoming["own_key_conflict"]["fingerprint"]).to_owned(),
                "recommendation" => word(&advice["recommendation"]).to_owned(),
                "reasons" if advice.is_null() => "none".to_owned(),
                "reasons" => {
                    reasons.iter().map(|one| word(&one["code"])).collect::<Vec<_>>().join(" ")
                }
                name if name.starts_with("field ") => {
                    let none = || ("field none".to_owned(), "none".to_owned());
                    found.push(fields.pop_front().unwrap_or_else(none));
                    continue;
                }
                other => panic!("expected a known name, found {other:?}"),
            };
            found.push((name, value));
        }
        found.extend(fields);
        found
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("none")
}

fn with_reason(what: &Value, of: &Value) -> String {
    match of["reason"].as_str() {
        Some(reason) => format!("{} {reason}", word(what)),
        None => word(what).to_owned(),
    }
}

fn rfc3339(secs: i64) -> String {
    jiff::Timestamp::from_second(secs).expect("a time").to_string()
}

/// Runs the command; gives its one object.
fn command(home: &Path, now: &str, arguments: &[&str], input: &[u8]) -> Value {
    let mut child = Command::new(env!("CARGO_BIN_EXE_inbome"))
        .env_clear()
        .env("INBOME_HOME", home)
        .env("INBOME_NOW", now)
        .arg("--json")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command");
    let mut stdin = child.stdin.take().expect("standard input");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("an end");
    writer.join().expect("a writer");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    serde_json::from_slice(&output.stdout).expect("an object")
}

fn vectors() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let entries = std::fs::read_dir(folder).expect("the vectors");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "vector")).collect();
    paths.sort();
    paths
}

#[test]
fn every_vector_gives_what_it_expects() {
    let homes = tempfile::tempdir().expect("a folder");
    let paths = vectors();
    assert!(paths.len() > 100, "{} vectors", paths.len());
    let mut wrong = Vec::new();
    for path in paths {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let vector = Vector::parse(&std::fs::read(&path).expect("a vector"));
        let (expected, found) = (vector.expected(), vector.found(&homes.path().join(&name)));
        if found != expected {
            wrong.push(format!("{name}:\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let home = tempfile::tempdir().expect("a folder");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/plain.vector");
    let mut vector = Vector::parse(&std::fs::read(path).expect("a vector"));
    vector.lines.push(("expect".into(), "field Autocrypt=valid".into()));
    assert_ne!(vector.found(home.path()), vector.expected());
}
