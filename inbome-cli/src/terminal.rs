//! Asking the user: a yes, a passphrase. The question goes to the terminal itself, so that it is
//! answered by a person even when standard input is a pipe.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use inbome_core::key::Fingerprint;
use inbome_core::secret::Secret;

use crate::exit::Failure;
use crate::input;
use crate::output::shown;
use crate::words;

/// Asks whether to go on; `yes` is the answer given beforehand.
pub(crate) fn confirm(yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let no_terminal =
        |_| Failure::Refused("expected --yes or a terminal to ask on, found neither".to_owned());
    let mut terminal =
        OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(no_terminal)?;
    write!(terminal, "{} [y/N] ", shown(question)).map_err(no_terminal)?;
    let mut answer = String::new();
    BufReader::new(terminal).read_line(&mut answer).map_err(no_terminal)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Refused("expected yes, found no; nothing was done".to_owned())),
    }
}

/// Gives the passphrase for a secret key: from a file if there is one, else from the terminal.
pub(crate) fn passphrase_from(
    file: Option<&Path>,
) -> Result<impl FnMut(&Fingerprint) -> Option<Secret> + use<>, Failure> {
    let given = file.map(input::read_passphrase).transpose()?;
    Ok(move |fingerprint: &Fingerprint| match &given {
        Some(passphrase) => Some(passphrase.clone()),
        None => {
            let prompt = format!("Passphrase of {}: ", words::grouped(fingerprint));
            rpassword::prompt_password(prompt).ok().map(|text| Secret::new(text.into_bytes()))
        }
    })
}
