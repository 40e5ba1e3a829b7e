//! Asking the user: a yes, a passphrase. The question goes to the terminal itself, so that it is
//! answered by a person even when standard input is a pipe.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use inbome_core::key::Fingerprint;
use inbome_core::secret::Secret;
use zeroize::Zeroizing;

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

/// Asks for a backup code, group by group if it is one of digits: lines are taken until there are 36.
pub(crate) fn backup_code(begin: &str, is_numeric: bool) -> Result<Secret, Failure> {
    let no_terminal =
        |_| Failure::Refused("expected --code or a terminal to ask on, found neither".to_owned());
    let mut terminal =
        OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(no_terminal)?;
    let mut reader = BufReader::new(terminal.try_clone().map_err(no_terminal)?);
    let begin = shown(begin);
    let begin = if begin.is_empty() { begin } else { format!(", begins with {begin}") };
    write!(terminal, "Backup code{begin}: ").map_err(no_terminal)?;
    let mut code = Zeroizing::new(String::with_capacity(MAX_CODE_BYTES));
    loop {
        let read = reader.by_ref().take(MAX_CODE_BYTES as u64).read_line(&mut code);
        let ended = read.map_err(no_terminal)? == 0;
        let digits = code.chars().filter(|letter| letter.is_numeric()).count();
        let only_digits = code.chars().all(|c| c.is_numeric() || c.is_whitespace() || c == '-');
        let is_short = is_numeric && only_digits && digits > 0 && digits < CODE_DIGITS;
        if ended || !is_short || code.len() >= MAX_CODE_BYTES {
            return Ok(Secret::new(code.trim().as_bytes().to_vec()));
        }
        let group = (digits / GROUP_DIGITS).saturating_add(1);
        write!(terminal, "  group {group} of {}: ", CODE_DIGITS / GROUP_DIGITS)
            .map_err(no_terminal)?;
    }
}

const CODE_DIGITS: usize = 36;
const GROUP_DIGITS: usize = 4;
const MAX_CODE_BYTES: usize = 4096;

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
