//! GnuPG and Sequoia read what we seal, and we what they do.
//!
//! A program that is missing is a failure. Their clocks are set to the time of the tests.

use inbome_core::account::KeyRole;
use inbome_core::addr::Addr;
use inbome_core::clock::Timestamp;
use inbome_core::key::{CertUnion, Certificates};
use inbome_core::openpgp::message::{OpenFlaw, Opened, SealTo, Sealing, SignatureCheck};
use inbome_core::openpgp::{Lock, Messages, OwnKeys, Rpgp, SecretKey};
use inbome_core::random::SystemRandom;
use inbome_tests::certs::*;
use inbome_tests::messages::*;
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// 1 January 2024, as in [`NOW`].
const GPG_TIME: &str = "20240101T000000!";
const SQ_TIME: &str = "20240101T000000Z";
/// Later than all that `sq` signs, which does so by the wall clock.
const LATEST: Timestamp = Timestamp::from_secs(u32::MAX as i64);

fn run(command: &mut Command, input: &[u8]) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program may answer before it has read everything, or give up reading.
        scope.spawn(move || stdin.write_all(input).ok());
        child.wait_with_output().unwrap()
    });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

/// GnuPG with a home of its own.
struct Gpg(tempfile::TempDir);

impl Gpg {
    fn with(keys: &[&Member]) -> Self {
        let gpg = Self(tempfile::Builder::new().prefix("g").tempdir_in("/tmp").unwrap());
        for person in keys {
            let armored = Rpgp::new().armor_secret(&person.key).unwrap();
            gpg.run(&["--import"], armored.as_bytes());
        }
        gpg
    }

    fn run(&self, args: &[&str], input: &[u8]) -> Output {
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(self.0.path()).args(["--batch", "--no-tty", "--quiet"]);
        command.args(["--trust-model", "always", "--faked-system-time", GPG_TIME]);
        run(command.args(["--status-fd", "2", "--pinentry-mode", "loopback"]).args(args), input)
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let home = self.0.path();
        let _ = Command::new("gpgconf").arg("--homedir").arg(home).args(["--kill", "all"]).status();
    }
}

/// One's own key and what others see of it.
struct Member {
    key: SecretKey,
    union: CertUnion,
}

impl Member {
    fn of(key: SecretKey) -> Self {
        Self { union: Rpgp::new().union(None, &key.cert), key }
    }

    fn new(name: &str) -> Self {
        let made = Timestamp::from_secs(MADE.into());
        let addr = Addr::parse(&format!("{name}@example.org")).unwrap();
        Self::of(Rpgp::new().generate(&addr, made, &SystemRandom).unwrap())
    }

    fn rsa() -> Self {
        let octets = include_bytes!("../../keys/rsa2048.sec.asc");
        let addr = Addr::parse("rsa@example.org").unwrap();
        Self::of(
            Rpgp::new()
                .import_secret(octets, &addr, NOW_AT, KeyRole::Current, Lock::Remove, &mut |_| None)
                .unwrap(),
        )
    }

    fn seal_to(&self) -> SealTo<'_> {
        SealTo { received: &self.key.cert, union: &self.union }
    }
}

fn seal(payload: &[u8], signer: &SecretKey, to: &[&Member]) -> Vec<u8> {
    let recipients: Vec<SealTo<'_>> = to.iter().map(|person| person.seal_to()).collect();
    let (signer, random) = (Some(signer), &SystemRandom);
    let sealing = Sealing { signer, recipients: &recipients, now: NOW_AT, random };
    Rpgp::new().seal(payload, &sealing).expect("seal")
}

fn open(message: &[u8], key: &SecretKey) -> Opened {
    Rpgp::new().open(message, &[key]).expect("open")
}

fn check(opened: &Opened, signer: &Member, now: Timestamp) {
    let (payload, signers) = (opened.payload.as_bytes(), [&signer.union]);
    let checks = Rpgp::new().verify(payload, &opened.signatures, &signers, now);
    let [SignatureCheck::Valid { cert, .. }] = checks.as_slice() else { panic!("{checks:?}") };
    assert_eq!(*cert, signer.key.fingerprint);
}

fn payloads() -> Vec<Vec<u8>> {
    let mut rng = StdRng::from_seed([5; 32]);
    let mut payloads: Vec<Vec<u8>> = (0..12)
        .map(|_| {
            let length = rng.gen_range(1..20_000);
            (0..length).map(|_| rng.gen_range(b' '..b'~')).collect()
        })
        .collect();
    payloads.extend([Vec::new(), b"lines\r\nof both\nkinds\r\n".to_vec(), vec![0; 100]]);
    let mut large = vec![0; 1_000_000];
    rng.fill_bytes(&mut large);
    payloads.push(large);
    payloads
}

#[test]
fn gpg_decrypts_and_verifies_what_we_seal() {
    let (alice, bob, rsa) = (Member::new("alice"), Member::new("bob"), Member::rsa());
    let gpg = Gpg::with(&[&alice, &bob, &rsa]);
    for payload in payloads() {
        for (from, to) in [(&alice, &bob), (&rsa, &alice), (&bob, &rsa)] {
            let message = seal(&payload, &from.key, &[to]);
            let output = gpg.run(&["--decrypt"], &message);
            assert!(output.stdout == payload, "{} octets", payload.len());
            let status = String::from_utf8_lossy(&output.stderr);
            for line in ["DECRYPTION_OKAY", "GOODMDC", "VALIDSIG"] {
                assert!(status.contains(&format!("[GNUPG:] {line}")), "{line}: {status}");
            }
            assert!(status.contains(&from.key.fingerprint.to_string()), "{status}");
        }
    }
}

#[test]
fn what_gpg_seals_we_open_and_verify() {
    let (alice, bob, rsa) = (Member::new("alice"), Member::new("bob"), Member::rsa());
    let gpg = Gpg::with(&[&alice, &bob, &rsa]);
    for payload in payloads() {
        for (name, options) in [
            ("armored", vec!["--armor"]),
            ("binary", vec![]),
            ("not compressed", vec!["--compress-algo", "none"]),
            ("zip", vec!["--compress-algo", "zip"]),
            ("zlib", vec!["--compress-algo", "zlib", "--armor"]),
            ("bzip2", vec!["--compress-algo", "bzip2"]),
            ("hidden recipient", vec!["--throw-keyids"]),
            ("text", vec!["--textmode"]),
            ("AES-128", vec!["--personal-cipher-preferences", "aes"]),
            ("3DES", vec!["--cipher-algo", "3des", "--allow-weak-key-signatures"]),
        ] {
            let (from, to) = if payload.len() % 2 == 0 { (&alice, &bob) } else { (&rsa, &alice) };
            // Text mode is for text, and one line needs no new line end.
            if name == "text" && !payload.iter().all(|octet| (b' '..=b'~').contains(octet)) {
                continue;
            }
            let (from_id, to_id) =
                (from.key.fingerprint.to_string(), to.key.fingerprint.to_string());
            let mut args = options.clone();
            args.extend(["--sign", "--local-user", &from_id, "--encrypt", "--recipient", &to_id]);
            let message = gpg.run(&args, &payload).stdout;
            let opened = open(&message, &to.key);
            assert!(opened.payload.as_bytes() == payload, "{name}: {} octets", payload.len());
            check(&opened, from, NOW_AT);
            let hidden = opened.to.iter().all(inbome_core::openpgp::message::KeyId::is_hidden);
            assert_eq!(hidden, name == "hidden recipient", "{name}");
            assert!(Rpgp::new().can_open(&message, &[&to.key]), "{name}");
        }
    }
}

#[test]
fn a_bomb_of_gpg_is_refused_and_its_passphrases_are_not_tried() {
    let alice = Member::new("alice");
    let gpg = Gpg::with(&[&alice]);
    let to = alice.key.fingerprint.to_string();
    let zeros = vec![0; 5_000_000];
    let bomb = gpg.run(&["--compress-algo", "zlib", "--encrypt", "--recipient", &to], &zeros);
    assert_eq!(Rpgp::new().open(&bomb.stdout, &[&alice.key]), Err(OpenFlaw::Damaged));
    let locked = gpg.run(&["--passphrase", "x", "--symmetric"], b"x").stdout;
    assert_eq!(Rpgp::new().open(&locked, &[&alice.key]), Err(OpenFlaw::Password));
}

#[test]
fn what_gpg_signs_apart_we_verify() {
    let (alice, rsa) = (Member::new("alice"), Member::rsa());
    let gpg = Gpg::with(&[&alice, &rsa]);
    let payload = b"Content-Type: text/plain\r\n\r\nBody\r\n";
    for person in [&alice, &rsa] {
        for (name, options) in
            [("armored", vec!["--armor"]), ("binary", vec![]), ("text", vec!["--textmode"])]
        {
            let id = person.key.fingerprint.to_string();
            let mut args = options;
            args.extend(["--detach-sign", "--local-user", &id]);
            let signature = gpg.run(&args, payload).stdout;
            let signatures = Rpgp::new().parse_signatures(&signature).expect(name);
            let checks = Rpgp::new().verify(payload, &signatures, &[&person.union], NOW_AT);
            assert!(
                matches!(checks.as_slice(), [SignatureCheck::Valid { .. }]),
                "{name}: {checks:?}"
            );
            let checks = Rpgp::new().verify(b"other", &signatures, &[&person.union], NOW_AT);
            assert_eq!(checks, [SignatureCheck::Invalid], "{name}");
        }
    }
}

/// Sequoia's `sq`, whose keys are files.
struct Sq(tempfile::TempDir);

impl Sq {
    fn with(people: &[(&str, &Member)]) -> Self {
        let sq = Self(tempfile::tempdir().unwrap());
        for (name, person) in people {
            std::fs::write(sq.path(name), person.key.secret.as_bytes()).unwrap();
        }
        sq
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        Path::new(self.0.path()).join(name)
    }
}

#[test]
fn sq_decrypts_and_verifies_what_we_seal() {
    let (alice, bob) = (Member::new("alice"), Member::new("bob"));
    let sq = Sq::with(&[("alice", &alice), ("bob", &bob)]);
    for payload in payloads() {
        let message = seal(&payload, &alice.key, &[&bob, &alice]);
        let mut command = Command::new("sq");
        command.args(["decrypt", "--signatures", "1", "--recipient-key"]).arg(sq.path("bob"));
        let output = run(command.arg("--signer-cert").arg(sq.path("alice")), &message);
        assert!(output.stdout == payload, "{} octets", payload.len());
    }
}

#[test]
fn what_sq_seals_we_open_and_verify() {
    let (alice, bob) = (Member::new("alice"), Member::new("bob"));
    let sq = Sq::with(&[("alice", &alice), ("bob", &bob)]);
    for payload in payloads() {
        for compression in ["none", "pad", "zip", "zlib"] {
            let mut command = Command::new("sq");
            command.args(["encrypt", "--time", SQ_TIME, "--compression", compression]);
            command.arg("--recipient-cert").arg(sq.path("bob"));
            let message = run(command.arg("--signer-key").arg(sq.path("alice")), &payload).stdout;
            let opened = open(&message, &bob.key);
            assert!(opened.payload.as_bytes() == payload, "{compression}: {}", payload.len());
            check(&opened, &alice, LATEST);
        }
    }
    let carol = Member::new("carol").key;
    let mut command = Command::new("sq");
    std::fs::write(sq.path("carol"), &carol.cert).unwrap();
    command.args(["encrypt", "--time", SQ_TIME, "--recipient-cert"]).arg(sq.path("carol"));
    let opened = open(&run(&mut command, b"for a generated key").stdout, &carol);
    assert_eq!(opened.payload.as_bytes(), b"for a generated key");
    assert_eq!(opened.signatures, []);
}
