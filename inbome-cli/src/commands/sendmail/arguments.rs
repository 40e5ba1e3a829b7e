//! The arguments that programs give to sendmail: those of sendmail itself, Postfix, Exim and msmtp.
//!
//! What matters here is understood; everything else is passed on as it stands, and of the options
//! with a value it is known that they have one, so that no value is taken for a recipient.

use std::ffi::{OsStr, OsString};

use crate::args::Sendmail;

/// Short options with a value, in the same argument or the next.
const WITH_VALUE: &str = "ABCFLMNORVXabefhopr";
/// Short options whose value, if any, stands in the same argument.
const WITH_ATTACHED: &str = "dqD";
/// Short options without a value.
const PLAIN: &str = "GIPSTUcimnstv";
/// msmtp's long options with a value, which may stand in the next argument.
const LONG_WITH_VALUE: [&str; 16] = [
    "--account",
    "--aliases",
    "--domain",
    "--dsn-notify",
    "--dsn-return",
    "--file",
    "--from",
    "--host",
    "--logfile",
    "--passwordeval",
    "--port",
    "--protocol",
    "--proxy-host",
    "--proxy-port",
    "--timeout",
    "--user",
];

/// What the mailer is called for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    /// To send the mail on standard input.
    Send(Send),
    /// To take mails by SMTP on standard input.
    Smtp,
    /// Something that is no mail: the queue, the aliases, the version.
    Other,
}

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Send {
    /// The options, less `-t`.
    pub(super) options: Vec<OsString>,
    /// `-f` or `-r`: the sender in the envelope.
    pub(super) sender: Option<OsString>,
    /// `-F`: the sender's name.
    pub(super) full_name: Option<OsString>,
    /// `-t`: the recipients stand in the header too.
    pub(super) header_recipients: bool,
    /// `-i`: a line with a dot alone is part of the mail.
    pub(super) dots_are_text: bool,
    /// `-v`: say what is done.
    pub(super) verbose: bool,
    /// The recipients that are named, as they stand.
    pub(super) recipients: Vec<OsString>,
}

/// Reads the arguments.
///
/// # Errors
/// What is wrong with them, as a sentence.
pub(super) fn read(arguments: &[OsString]) -> Result<Call, String> {
    let mut send = Send::default();
    let mut rest = arguments.iter();
    let mut other = None;
    while let Some(argument) = rest.next() {
        let text = argument.to_str().unwrap_or_default();
        if text == "--" {
            send.recipients.extend(rest.cloned());
            break;
        }
        if !argument.as_encoded_bytes().starts_with(b"-") || text == "-" {
            send.recipients.push(argument.clone());
            continue;
        }
        let call = match text.strip_prefix("--") {
            Some(_) => long(&mut send, text, &mut rest)?,
            None => short(&mut send, argument, text, &mut rest)?,
        };
        other = other.or(call);
    }
    Ok(other.unwrap_or(Call::Send(send)))
}

fn long<'a>(
    send: &mut Send,
    text: &str,
    rest: &mut impl Iterator<Item = &'a OsString>,
) -> Result<Option<Call>, String> {
    let (name, attached) = match text.split_once('=') {
        Some((name, value)) => (name, Some(OsString::from(value))),
        None => (text, None),
    };
    match name {
        "--read-recipients" => {
            send.header_recipients = true;
            return Ok(None);
        }
        "--version" | "--help" | "--serverinfo" | "--rmqs" | "--configure" => {
            return Ok(Some(Call::Other));
        }
        // msmtp's, whose accounts are no addresses; see below.
        "--account" => {}
        own if Sendmail::OPTIONS.contains(&own) || Sendmail::FLAGS.contains(&own) => {
            return Err(not_behind(own));
        }
        _ => {}
    }
    send.options.push(text.into());
    let mut value = attached;
    if value.is_none() && LONG_WITH_VALUE.contains(&name) {
        let next = rest.next().ok_or_else(|| missing(name))?;
        send.options.push(next.clone());
        value = Some(next.clone());
    }
    let is_addr = |value: &OsString| value.as_encoded_bytes().contains(&b'@');
    if name == "--account" && value.as_ref().is_some_and(is_addr) {
        return Err(not_behind(name));
    }
    if name == "--from" {
        send.sender = value;
    }
    Ok(None)
}

/// One argument with short options, which may be several: `-ti`.
fn short<'a>(
    send: &mut Send,
    argument: &OsString,
    text: &str,
    rest: &mut impl Iterator<Item = &'a OsString>,
) -> Result<Option<Call>, String> {
    let mut call = None;
    let mut kept = String::from("-");
    for (at, letter) in text.char_indices().skip(1) {
        let attached = text.get(at.saturating_add(letter.len_utf8())..).unwrap_or_default();
        if PLAIN.contains(letter) {
            match letter {
                't' => send.header_recipients = true,
                'i' => send.dots_are_text = true,
                'v' => send.verbose = true,
                'I' => call = Some(Call::Other),
                _ => {}
            }
            if letter != 't' {
                kept.push(letter);
            }
            continue;
        }
        if WITH_ATTACHED.contains(letter) {
            if letter == 'q' {
                call = Some(Call::Other);
            }
            kept.push(letter);
            kept.push_str(attached);
            break;
        }
        if !WITH_VALUE.contains(letter) {
            kept.push_str(text.get(at..).unwrap_or_default());
            if kept.contains('@') {
                return Err(not_an_option(text));
            }
            break;
        }
        let value = match attached {
            "" => rest.next().ok_or_else(|| missing(&format!("-{letter}")))?.clone(),
            attached => attached.into(),
        };
        call = call.or(valued(send, letter, &value)?);
        kept.push(letter);
        kept.push_str(attached);
        send.options.push(std::mem::take(&mut kept).into());
        if attached.is_empty() {
            send.options.push(value);
        }
        break;
    }
    // What was `-t` alone is gone.
    if kept.len() > 1 {
        send.options.push(kept.into());
    }
    // An argument that is no text.
    if text.is_empty() {
        send.options.push(argument.clone());
    }
    Ok(call)
}

fn valued(send: &mut Send, letter: char, value: &OsStr) -> Result<Option<Call>, String> {
    let text = value.to_str().unwrap_or_default();
    match (letter, text) {
        ('f' | 'r', _) => send.sender = Some(value.into()),
        ('F', _) => send.full_name = Some(value.into()),
        ('o', "i") => send.dots_are_text = true,
        ('O', "IgnoreDots" | "IgnoreDots=True" | "IgnoreDots=true") => send.dots_are_text = true,
        // -bm is what is done anyhow, -ba reads a mail too.
        ('b', "m" | "a") => {}
        ('b', "s" | "S") => return Ok(Some(Call::Smtp)),
        ('b', _) => return Ok(Some(Call::Other)),
        _ => {}
    }
    Ok(None)
}

/// An option that is not known goes on as it is; an address is none, whatever it begins with.
fn not_an_option(text: &str) -> String {
    format!("expected an option of sendmail, found {text:?}; a recipient stands after --")
}

/// Handed on, its value would be a recipient, and what it demands would not be done.
fn not_behind(own: &str) -> String {
    format!("expected {own} of inbome's own before the arguments of sendmail, found it behind them")
}

fn missing(option: &str) -> String {
    format!("expected a value after {option}, found the end of the arguments")
}

/// The whole command line with `--` before the first argument that is sendmail's, so that nothing of
/// it is taken for an option of inbome's own; and called through a link named `sendmail` or
/// `inbome-sendmail`, as if `inbome sendmail` had been called. `None` for all other commands.
pub(crate) fn separate(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let (program, rest) = arguments.split_first()?;
    let name = std::path::Path::new(program).file_name();
    let is_link = name.is_some_and(|name| name == "sendmail" || name == "inbome-sendmail");
    let mut whole = vec![program.clone()];
    if is_link {
        whole.push("sendmail".into());
    }
    let mut is_sendmail = is_link;
    let mut rest = rest.iter().peekable();
    while let Some(argument) = rest.next() {
        let text = argument.to_str().unwrap_or_default();
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, value),
            None => (text, rest.peek().and_then(|next| next.to_str()).unwrap_or_default()),
        };
        // msmtp has accounts too; ours are addresses.
        let of_mailer = is_sendmail && name == "--account" && !value.contains('@');
        let has_value = Sendmail::OPTIONS.contains(&name) && !of_mailer;
        if !(has_value || Sendmail::FLAGS.contains(&text)) {
            if !is_sendmail {
                if argument != "sendmail" {
                    return None;
                }
                is_sendmail = true;
                whole.push(argument.clone());
                continue;
            }
            if argument != "--" {
                whole.push("--".into());
            }
            whole.push(argument.clone());
            whole.extend(rest.cloned());
            return Some(whole);
        }
        if has_value && name == text {
            whole.push(argument.clone());
            if let Some(value) = rest.next() {
                whole.push(quoted_whole(value, &mut rest));
            }
        } else if has_value {
            let mut joined = OsString::from(format!("{name}="));
            joined.push(quoted_whole(OsStr::new(value), &mut rest));
            whole.push(joined);
        } else {
            whole.push(argument.clone());
        }
    }
    is_sendmail.then_some(whole)
}

/// The value of an option as it was meant: mutt and others cut their command at blanks, whatever the
/// quotes in it. A value whose quote does not close is joined with what follows, up to where it does.
fn quoted_whole<'a>(
    value: &OsStr,
    rest: &mut (impl Iterator<Item = &'a OsString> + Clone),
) -> OsString {
    let Some(text) = value.to_str() else { return value.to_owned() };
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
        return value.to_owned();
    };
    let is_closed = |text: &str| shlex::split(text).is_some();
    if is_closed(text) {
        return value.to_owned();
    }
    let mut joined = text.to_owned();
    let mut ahead = rest.clone();
    while let Some(next) = ahead.next().and_then(|next| next.to_str()) {
        joined = format!("{joined} {next}");
        if is_closed(&joined) && joined.ends_with(quote) {
            *rest = ahead;
            return joined.trim_matches(quote).into();
        }
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<OsString> {
        text.split(' ').filter(|word| !word.is_empty()).map(OsString::from).collect()
    }

    fn sent(text: &str) -> Send {
        match read(&all(text)) {
            Ok(Call::Send(send)) => send,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_arguments_of_real_programs_are_understood() {
        let bob = "bob@example.org";
        for (name, text, options, sender, header, dots, recipients) in [
            ("mutt", "-oem -oi -- bob@example.org", "-oem -oi", "", false, true, bob),
            (
                "mutt with envelope and notifications",
                "-oem -oi -f a@b.org -N failure,delay -R hdrs -- bob@example.org",
                "-oem -oi -f a@b.org -N failure,delay -R hdrs",
                "a@b.org",
                false,
                true,
                bob,
            ),
            (
                "neomutt",
                "-oem -oi -B 8BITMIME -- bob@example.org",
                "-oem -oi -B 8BITMIME",
                "",
                false,
                true,
                bob,
            ),
            (
                "s-nail",
                "-i -f a@b.org bob@example.org",
                "-i -f a@b.org",
                "a@b.org",
                false,
                true,
                bob,
            ),
            (
                "s-nail without from",
                "-i -m -v -- bob@example.org",
                "-i -m -v",
                "",
                false,
                true,
                bob,
            ),
            ("mailutils", "-oi -t", "-oi", "", true, true, ""),
            (
                "mailutils, attached",
                "-fa@b.org bob@example.org",
                "-fa@b.org",
                "a@b.org",
                false,
                false,
                bob,
            ),
            ("aerc", "bob@example.org", "", "", false, false, bob),
            ("alot, msmtp", "--account=work -t", "--account=work", "", true, false, ""),
            (
                "msmtp",
                "-a work --read-envelope-from -t",
                "-a work --read-envelope-from",
                "",
                true,
                false,
                "",
            ),
            (
                "msmtp, long",
                "--account work --from=a@b.org --read-recipients",
                "--account work --from=a@b.org",
                "a@b.org",
                true,
                false,
                "",
            ),
            ("Claws", "-t -i", "-i", "", true, true, ""),
            ("git", "-i bob@example.org", "-i", "", false, true, bob),
            (
                "cron",
                "-FCronDaemon -i -odi -oem -oi -t -f a@b.org",
                "-FCronDaemon -i -odi -oem -oi -f a@b.org",
                "a@b.org",
                true,
                true,
                "",
            ),
            ("php", "-t -i -fa@b.org", "-i -fa@b.org", "a@b.org", true, true, ""),
            ("bundled", "-ti", "-i", "", true, true, ""),
            ("bundled with a value", "-tifa@b.org", "-ifa@b.org", "a@b.org", true, true, ""),
            (
                "obsolete sender",
                "-r a@b.org bob@example.org",
                "-r a@b.org",
                "a@b.org",
                false,
                false,
                bob,
            ),
            ("deliver", "-bm bob@example.org", "-bm", "", false, false, bob),
            ("between recipients", "bob@example.org -i", "-i", "", false, true, bob),
            ("unknown", "-Z -zzz bob@example.org", "-Z -zzz", "", false, false, bob),
            (
                "after the end of options",
                "-i -- -t@example.org",
                "-i",
                "",
                false,
                true,
                "-t@example.org",
            ),
            ("null sender", "-f <> bob@example.org", "-f <>", "<>", false, false, bob),
            (
                "option in full",
                "-O IgnoreDots bob@example.org",
                "-O IgnoreDots",
                "",
                false,
                true,
                bob,
            ),
        ] {
            let found = sent(text);
            assert_eq!(found.options, all(options), "{name}");
            assert_eq!(found.sender.unwrap_or_default(), sender, "{name}");
            assert_eq!(found.header_recipients, header, "{name}");
            assert_eq!(found.dots_are_text, dots, "{name}");
            assert_eq!(found.recipients, all(recipients), "{name}");
        }
        assert!(sent("-v -t").verbose);
        assert_eq!(sent("-F Alice -t").full_name, Some("Alice".into()));
    }

    #[test]
    fn calls_that_send_no_mail_are_told_apart() {
        for (text, call) in [
            ("-bp", Call::Other),
            ("-q", Call::Other),
            ("-q30m", Call::Other),
            ("-bi", Call::Other),
            ("-I", Call::Other),
            ("--version", Call::Other),
            ("-bs", Call::Smtp),
            ("-oem -bs", Call::Smtp),
        ] {
            assert_eq!(read(&all(text)), Ok(call), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (text, part) in [
            ("-i -f", "-f"),
            ("--account", "--account"),
            ("-zbob@example.org", "-zbob@example.org"),
            ("-t --mode encrypt", "--mode"),
            ("-t --mode=encrypt", "--mode"),
            ("-t --account alice@example.org", "--account"),
            ("-t --account=alice@example.org", "--account"),
            ("bob@example.org --dry-run", "--dry-run"),
            ("-t --fcc", "--fcc"),
        ] {
            let error = read(&all(text)).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn own_options_come_first_and_the_rest_is_sendmails() {
        for (line, separated) in [
            ("inbome sendmail -t -i", Some("inbome sendmail -- -t -i")),
            ("inbome sendmail -- -t -i", Some("inbome sendmail -- -t -i")),
            ("inbome sendmail --dry-run -q", Some("inbome sendmail --dry-run -- -q")),
            ("inbome sendmail --fcc Sent -t", Some("inbome sendmail --fcc Sent -- -t")),
            ("inbome sendmail --fcc=Sent -t --fcc", Some("inbome sendmail --fcc=Sent -- -t --fcc")),
            ("inbome --home h sendmail b@c.org", Some("inbome --home h sendmail -- b@c.org")),
            ("inbome sendmail -oi -- b@c.org", Some("inbome sendmail -- -oi -- b@c.org")),
            ("inbome sendmail --account w -t", Some("inbome sendmail -- --account w -t")),
            ("inbome sendmail --account=w -t", Some("inbome sendmail -- --account=w -t")),
            (
                "inbome sendmail --account a@b.org -t",
                Some("inbome sendmail --account a@b.org -- -t"),
            ),
            ("inbome sendmail", Some("inbome sendmail")),
            ("/usr/sbin/sendmail -t", Some("/usr/sbin/sendmail sendmail -- -t")),
            ("inbome-sendmail --via x -t", Some("inbome-sendmail sendmail --via x -- -t")),
            ("inbome scan sendmail", None),
            ("inbome --home sendmail status", None),
            ("inbome --bogus sendmail", None),
        ] {
            assert_eq!(separate(&all(line)), separated.map(all), "{line}");
        }
    }

    #[test]
    fn a_quoted_command_that_was_cut_at_its_blanks_is_put_together() {
        for (name, line, via) in [
            ("mutt", "inbome sendmail --via 'msmtp -a work' -oi", "msmtp -a work"),
            ("double", "inbome sendmail --via \"msmtp -a work\" -oi", "msmtp -a work"),
            ("with =", "inbome sendmail --via='msmtp -a work' -oi", "=msmtp -a work"),
            ("whole", "inbome sendmail --via 'msmtp' -oi", "'msmtp'"),
        ] {
            let found = separate(&all(line)).unwrap();
            let mut expected = all("inbome sendmail --via");
            match via.strip_prefix('=') {
                Some(via) => expected.last_mut().unwrap().push(format!("={via}")),
                None => expected.push(via.into()),
            }
            expected.extend(all("-- -oi"));
            assert_eq!(found, expected, "{name}");
        }
        // A quote that never closes stays for whoever reads the command.
        let found = separate(&all("inbome sendmail --via 'msmtp -oi")).unwrap();
        assert_eq!(found, all("inbome sendmail --via 'msmtp -- -oi"));
    }
}
