//! What the command prints: objects for scripts, text for people, and where each goes.
//!
//! Results go to standard output, messages for people to standard error. Text that comes from mail
//! is shown with everything escaped that could steer a terminal. What was printed is out before a
//! message follows it, so that people read both in their order. A reader that goes away
//! (`inbome peers list | head`) is no failure: the work is done, nothing more is printed.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, IsTerminal, Write};

use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

use crate::args::{ColorChoice, Globals};

/// The version of every object.
const SCHEMA: u32 = 1;

/// Colours of the text for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    /// As the terminal has it.
    Plain,
    /// Good.
    Green,
    /// To be noticed.
    Yellow,
    /// Bad.
    Red,
    /// Beside the point.
    Dim,
    /// A heading.
    Bold,
}

/// Standard output and standard error of one run.
pub(crate) struct Output {
    results: RefCell<Results>,
    json: bool,
    quiet: bool,
    color: bool,
    /// Colours on standard error.
    color_messages: bool,
}

/// Standard output, and how it fares.
struct Results {
    stdout: BufWriter<io::Stdout>,
    /// The reader went away.
    closed: bool,
    /// Standard output failed otherwise: a full disk.
    failed: Option<io::Error>,
}

impl Results {
    /// Does something with standard output, while there is one.
    fn with(&mut self, work: impl FnOnce(&mut BufWriter<io::Stdout>) -> io::Result<()>) {
        if self.closed || self.failed.is_some() {
            return;
        }
        match work(&mut self.stdout) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) => self.failed = Some(error),
            Ok(()) => {}
        }
    }
}

impl Output {
    /// As the user asked.
    pub(crate) fn new(globals: &Globals) -> Self {
        let wished = |is_terminal: bool| match globals.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                is_terminal && unset("NO_COLOR") && !dumb
            }
        };
        let stdout = BufWriter::new(io::stdout());
        Self {
            results: RefCell::new(Results { stdout, closed: false, failed: None }),
            json: globals.json,
            quiet: globals.quiet,
            color: wished(io::stdout().is_terminal()),
            color_messages: wished(io::stderr().is_terminal()),
        }
    }

    /// Whether objects are wanted instead of text.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether people want to be told what was done.
    pub(crate) fn is_text(&self) -> bool {
        !self.json && !self.quiet
    }

    /// Whether messages on standard error are unwanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints one object on a line of its own, at once.
    pub(crate) fn object(&mut self, fields: Value) {
        let mut object = Map::new();
        object.insert("schema".into(), json!(SCHEMA));
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        let line = format!("{}\n", Value::Object(object));
        self.bytes(line.as_bytes());
        self.flush();
    }

    /// Prints one object that holds a list of rows, which are objects in text already.
    pub(crate) fn rows(&mut self, name: &str, rows: &[String]) {
        self.bytes(format!("{{\"schema\":{SCHEMA},\"{name}\":[").as_bytes());
        for (index, row) in rows.iter().enumerate() {
            self.bytes(if index == 0 { b"" } else { b"," });
            self.bytes(row.as_bytes());
        }
        self.bytes(b"]}\n");
    }

    /// Prints a line of what people asked for; none if they want objects.
    pub(crate) fn line(&mut self, text: &str) {
        if !self.json {
            self.bytes(text.as_bytes());
            self.bytes(b"\n");
        }
    }

    /// Prints a line about what was done; none if they want it quiet.
    pub(crate) fn say(&mut self, text: &str) {
        if self.is_text() {
            self.line(text);
        }
    }

    /// Prints the result itself, as it is.
    pub(crate) fn bytes(&mut self, octets: &[u8]) {
        self.results.borrow_mut().with(|stdout| stdout.write_all(octets));
    }

    /// Prints a whole mail: as it is, but on a terminal so that nothing in it steers that.
    pub(crate) fn mail(&mut self, octets: &[u8]) {
        if !io::stdout().is_terminal() {
            return self.bytes(octets);
        }
        for line in String::from_utf8_lossy(octets).lines() {
            let cells: Vec<String> = line.split('\t').map(shown).collect();
            self.bytes(cells.join("\t").as_bytes());
            self.bytes(b"\n");
        }
    }

    /// Everything printed so far is out.
    pub(crate) fn flush(&self) {
        self.results.borrow_mut().with(Write::flush);
    }

    /// Whether everything printed so far is out, and nothing was lost.
    pub(crate) fn is_delivered(&self) -> bool {
        self.flush();
        let results = self.results.borrow();
        !results.closed && results.failed.is_none()
    }

    /// The end: what standard output failed with, if it did.
    pub(crate) fn finish(&mut self) -> Option<io::Error> {
        self.flush();
        self.results.borrow_mut().failed.take()
    }

    /// A message for people, on standard error.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.message(&shown(text));
        }
    }

    /// The same in a colour.
    pub(crate) fn colored_note(&self, color: Color, text: &str) {
        if !self.quiet {
            self.warn(color, text);
        }
    }

    /// A message for people that they must see, on standard error, quiet or not.
    pub(crate) fn warn(&self, color: Color, text: &str) {
        let text = shown(text);
        self.message(&if self.color_messages { painted(color, &text) } else { text });
    }

    /// What went wrong, on standard error, quiet or not.
    pub(crate) fn fault(&self, text: &str) {
        self.message(&format!("inbome: {}", shown(text)));
    }

    /// What the parser of arguments says, on standard error.
    pub(crate) fn usage(&self, text: &str) {
        self.message(shown(text.trim_end()).as_str());
    }

    fn message(&self, line: &str) {
        self.flush();
        // Nobody is left to be told that standard error is gone.
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// `text` in a colour, if colours are wanted.
    pub(crate) fn paint(&self, color: Color, text: &str) -> String {
        if self.color { painted(color, text) } else { text.to_owned() }
    }

    /// Prints rows in aligned columns, two blanks apart and `indent` blanks from the left.
    pub(crate) fn table(&mut self, indent: usize, rows: &[Vec<Cell>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(Cell::width).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows {
            let mut line = " ".repeat(indent);
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let blanks = " ".repeat(width.saturating_sub(cell.width()));
                let text = self.paint(cell.color, &cell.text);
                let last = index.saturating_add(1) == row.len();
                match (cell.right, last) {
                    (true, false) => line.push_str(&format!("{blanks}{text}  ")),
                    (true, true) => line.push_str(&format!("{blanks}{text}")),
                    (false, false) => line.push_str(&format!("{text}{blanks}  ")),
                    (false, true) => line.push_str(&text),
                }
            }
            self.line(line.trim_end());
        }
    }
}

fn painted(color: Color, text: &str) -> String {
    let code = match color {
        Color::Plain => return text.to_owned(),
        Color::Green => "32",
        Color::Yellow => "33",
        Color::Red => "31",
        Color::Dim => "2",
        Color::Bold => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// One cell of a table.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    color: Color,
    right: bool,
}

impl Cell {
    /// Text that may come from a mail.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self { text: shown(text.as_ref()), color: Color::Plain, right: false }
    }

    /// A number.
    pub(crate) fn count(count: u64) -> Self {
        Self { text: count.to_string(), color: Color::Plain, right: true }
    }

    /// The same in a colour.
    pub(crate) fn colored(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// Columns of a terminal: letters of East Asia take two.
    fn width(&self) -> usize {
        self.text.width()
    }
}

/// `text` with control characters and the controls of writing direction escaped: an address or a
/// mail program's name must not rearrange what the user reads.
pub(crate) fn shown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for scalar in text.chars() {
        if scalar == '\n' || (!scalar.is_control() && !is_invisible(scalar)) {
            safe.push(scalar);
        } else {
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(scalar));
        }
    }
    safe
}

/// As [`shown`], for what must stay on one line.
pub(crate) fn shown_line(text: &str) -> String {
    shown(text).replace('\n', "\\u{a}")
}

fn is_invisible(scalar: char) -> bool {
    matches!(
        scalar,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// Files that hold mail are for the user alone, from their first octet.
#[cfg(unix)]
pub(crate) fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
pub(crate) fn private(_: &mut OpenOptions) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_mail_steers_the_terminal() {
        for (name, text, safe) in [
            ("plain", "bob@example.org", "bob@example.org"),
            ("letters of the world", "jürgen@例え.jp", "jürgen@例え.jp"),
            ("escape", "a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("one-octet escape", "a\u{9b}2Jb", "a\\u{9b}2Jb"),
            ("carriage return", "a\rb", "a\\u{d}b"),
            ("turned around", "a\u{202e}gro.elpmaxe@b", "a\\u{202e}gro.elpmaxe@b"),
            ("isolate", "\u{2066}a\u{2069}", "\\u{2066}a\\u{2069}"),
            ("no width", "a\u{200b}b", "a\\u{200b}b"),
        ] {
            assert_eq!(shown(text), safe, "{name}");
        }
        assert_eq!(shown_line("a\nb"), "a\\u{a}b");
    }

    #[test]
    fn a_cell_is_as_wide_as_a_terminal_shows_it() {
        for (text, width) in
            [("bob@e.org", 9), ("例え@e.org", 10), ("ju\u{308}rgen", 6), ("a\u{1b}", 7)]
        {
            assert_eq!(Cell::new(text).width(), width, "{text}");
        }
    }
}
