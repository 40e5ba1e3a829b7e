//! Writes a mailbox of invented mails: `make-mailbox --out DIR [--mails N] [--seed N]
//! [--format maildir|mbox] [--now SECONDS] [--account ADDR]`.

use std::path::PathBuf;
use std::process::ExitCode;

use inbome_core::clock::Timestamp;
use inbome_tests::mailbox::{Options, generate, write_maildir, write_mbox};

fn main() -> ExitCode {
    match run() {
        Ok(said) => {
            eprintln!("{said}");
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            eprintln!("make-mailbox: {wrong}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, String> {
    let (mut options, mut out, mut mbox) = (Options::default(), None, false);
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let value = args.next().ok_or_else(|| format!("expected a value after {name}"))?;
        let number = || value.parse().map_err(|_| format!("expected a number, found {value:?}"));
        match name.as_str() {
            "--out" => out = Some(PathBuf::from(&value)),
            "--mails" => options.mails = number()? as usize,
            "--seed" => options.seed = number()?,
            "--account" => options.account = value,
            "--now" => {
                options.now =
                    Timestamp::parse(&value).map_err(|error| error.to_string())?.as_secs();
            }
            "--format" if value == "maildir" => mbox = false,
            "--format" if value == "mbox" => mbox = true,
            _ => return Err(format!("expected an option of make-mailbox, found {name} {value}")),
        }
    }
    let out = out.ok_or("expected --out and a path, found neither")?;
    if out.exists() && std::fs::read_dir(&out).is_ok_and(|mut names| names.next().is_some()) {
        return Err(format!("expected {} to be new, found something in it", out.display()));
    }
    let mails = generate(&options);
    let written = if mbox { write_mbox(&out, &mails) } else { write_maildir(&out, &mails) };
    written.map_err(|error| format!("expected to write {}, found: {error}", out.display()))?;
    Ok(format!("{} mails in {}", mails.len(), out.display()))
}
