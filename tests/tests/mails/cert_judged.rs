//! How GnuPG and Sequoia judge the certs that the rules about self-signatures are tried with
//! (Messages §6): as we do, but where the table says otherwise. One that is missing is a failure.

use std::process::{Command, Stdio};

use inbome_tests::certs::Key;
use inbome_tests::homes::{Home, gpg};
use inbome_tests::spoken::cases;
use inbome_tests::stage::hex;

#[test]
fn gpg_and_sq_judge_self_signatures_as_we_do() {
    let mut differ = Vec::new();
    for case in cases() {
        for (program, encrypts) in [("gpg", by_gpg(&case.cert)), ("sq", by_sq(&case.cert))] {
            let otherwise = case.otherwise.contains(&program);
            if encrypts != (case.usable.is_ok() != otherwise) {
                differ.push(format!("{program}, {}: encrypts {encrypts}", case.name));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Whether gpg encrypts to it.
fn by_gpg(cert: &[u8]) -> bool {
    let home = Home::new();
    gpg(home.path(), &["--import"], cert);
    let to = hex(&Key::rsa().fingerprint());
    let text = home.path().join("text");
    std::fs::write(&text, b"text").unwrap();
    let text = text.to_str().unwrap();
    let arguments = ["--trust-model", "always", "--encrypt", "-r", &to, text];
    gpg(home.path(), &arguments, b"").status.success()
}

/// Whether sq does.
fn by_sq(cert: &[u8]) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cert");
    std::fs::write(&path, cert).unwrap();
    std::fs::write(dir.path().join("text"), b"text").unwrap();
    let mut command = Command::new("sq");
    command.current_dir(dir.path()).args(["encrypt", "--recipient-cert", "cert", "text"]);
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.expect("sq must be installed").success()
}
