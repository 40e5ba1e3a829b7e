//! The program that really sends: which one it is, and running it.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Where the system's own mailer is.
const SYSTEM: [&str; 2] = ["/usr/sbin/sendmail", "/usr/lib/sendmail"];
/// Set for the mailer, so that one that calls inbome again is noticed.
const INSIDE: &str = "INBOME_IN_SENDMAIL";

/// The program and its first arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mailer(Vec<OsString>);

/// How the mailer ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// It took the mail.
    Well,
    /// With this code.
    Badly(u8),
    /// It could not be run.
    NotRun(io::Error),
    /// Without reading all of the mail.
    Cut,
    /// By a signal, whatever it had done by then.
    Killed,
}

impl Mailer {
    /// The one that is named, else that of the environment, else the system's, else msmtp.
    ///
    /// # Errors
    /// What is missing, as a sentence.
    pub(super) fn find(named: Option<&OsStr>) -> Result<Self, String> {
        let variable = std::env::var_os("INBOME_SENDMAIL").filter(|value| !value.is_empty());
        if let Some(command) = named.map(OsStr::to_owned).or(variable) {
            return words(&command).map(Self);
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let msmtp = std::env::split_paths(&path).map(|folder| folder.join("msmtp"));
        let mut all = SYSTEM.iter().map(PathBuf::from).chain(msmtp);
        let found = all.find(|path| path.is_file() && !is_self(path));
        found.map(|path| Self(vec![path.into()])).ok_or_else(|| {
            "expected a program that sends mail, found neither --via nor INBOME_SENDMAIL nor \
             /usr/sbin/sendmail nor msmtp"
                .to_owned()
        })
    }

    /// Whether this process was called by the mailer of another one.
    pub(super) fn called_us() -> bool {
        std::env::var_os(INSIDE).is_some()
    }

    /// The program's name.
    pub(super) fn name(&self) -> String {
        self.0.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The whole command, word by word.
    pub(super) fn words(&self, arguments: &[OsString]) -> Vec<String> {
        self.0.iter().chain(arguments).map(|word| word.to_string_lossy().into_owned()).collect()
    }

    /// The whole command as one would give it to a shell.
    pub(super) fn line(&self, arguments: &[OsString]) -> String {
        let words = self.words(arguments);
        // What cannot be quoted has a NUL, and no command has one.
        shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
    }

    /// Runs it with a mail on its standard input.
    pub(super) fn send(&self, arguments: &[OsString], mail: &[u8]) -> Ended {
        let mut child = match self.command(arguments).stdin(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => return Ended::NotRun(error),
        };
        let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(mail));
        let ended = ended(child.wait());
        match ended {
            // Half a mail must not count as sent.
            Ended::Well if written.is_err() => Ended::Cut,
            ended => ended,
        }
    }

    /// Runs it for something that is no mail.
    pub(super) fn run(&self, arguments: &[OsString]) -> Ended {
        match self.command(arguments).status() {
            Err(error) => Ended::NotRun(error),
            status => ended(status),
        }
    }

    fn command(&self, arguments: &[OsString]) -> Command {
        let (program, first) = match self.0.split_first() {
            Some((program, first)) => (program.as_os_str(), first),
            None => (OsStr::new(""), [].as_slice()),
        };
        let mut command = Command::new(program);
        command.args(first).args(arguments).env(INSIDE, "1");
        command
    }
}

fn ended(status: io::Result<ExitStatus>) -> Ended {
    match status.map(|status| status.code().map(u8::try_from)) {
        Ok(Some(Ok(0))) => Ended::Well,
        Ok(Some(Ok(code))) => Ended::Badly(code),
        Ok(_) | Err(_) => Ended::Killed,
    }
}

fn is_self(path: &Path) -> bool {
    let own = std::env::current_exe().and_then(std::fs::canonicalize);
    matches!((own, std::fs::canonicalize(path)), (Ok(own), Ok(path)) if own == path)
}

/// `~/` at the beginning is the user's home: programs run their commands without a shell.
pub(super) fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.to_owned(),
    }
}

/// The words of a command line, with quotes as in a shell.
fn words(line: &OsStr) -> Result<Vec<OsString>, String> {
    // What is no text is a program's path as it stands.
    let Some(text) = line.to_str() else { return Ok(vec![line.to_owned()]) };
    // A file with lines of another system leaves a CR at the end, which is no blank to a shell.
    let Some(words) = shlex::split(text.trim()) else {
        let expected = "expected a command with its quotes closed and no \\ at its end";
        return Err(format!("{expected}, found {text:?}"));
    };
    let mut words = words.into_iter();
    match words.next() {
        None => Err("expected a command that sends mail, found an empty one".to_owned()),
        Some(program) => {
            let program = expanded(Path::new(&program)).into_os_string();
            Ok(std::iter::once(program).chain(words.map(Into::into)).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_does() {
        for (line, split) in [
            ("msmtp -a work", &["msmtp", "-a", "work"][..]),
            ("  msmtp  ", &["msmtp"]),
            ("'/opt/my mailer' -i", &["/opt/my mailer", "-i"]),
            ("\"a b\"c 'd\\e' \"f\\\"g\"", &["a bc", "d\\e", "f\"g"]),
            ("a\\ b ''", &["a b", ""]),
            ("\"a\\b\" 'it'\\''s'", &["a\\b", "it's"]),
            ("msmtp -a work\r\n", &["msmtp", "-a", "work"]),
            ("msmtp # by hand", &["msmtp"]),
        ] {
            let found = words(OsStr::new(line)).unwrap();
            assert_eq!(found, split.iter().map(OsString::from).collect::<Vec<_>>(), "{line}");
        }
        for line in ["", "  ", "'a", "a \"b", "a \\", "# msmtp"] {
            assert!(words(OsStr::new(line)).is_err(), "{line}");
        }
    }
}
