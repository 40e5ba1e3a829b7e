//! The functions of the committed header, read out of it: what the tests loop over.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // A test may fail.
#![allow(dead_code)] // Each test takes what it needs.

/// One function of the header.
#[derive(Debug, Clone)]
pub(crate) struct Prototype {
    pub(crate) name: String,
    /// Its type in C, without `struct`.
    pub(crate) returns: String,
    pub(crate) parameters: Vec<Parameter>,
    /// Its comment, one paragraph a line, without the stars.
    pub(crate) doc: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// Its type in C, without `struct`: `const char *`, `inbome_key **`.
    pub(crate) kind: String,
    /// Whether the comment says that it may be NULL.
    pub(crate) optional: bool,
}

impl Parameter {
    pub(crate) fn is_pointer(&self) -> bool {
        self.kind.ends_with('*')
    }

    pub(crate) fn is_callback(&self) -> bool {
        self.kind.ends_with("_callback")
    }

    /// What the call fills with something that is then the caller's.
    pub(crate) fn is_owning_output(&self) -> bool {
        self.kind.ends_with("**") || (self.kind == "inbome_buffer *" && self.name != "buffer")
    }

    pub(crate) fn is_output(&self) -> bool {
        let scalar = ["int32_t *", "int64_t *"].contains(&self.kind.as_str());
        self.is_owning_output() || scalar
    }
}

impl Prototype {
    pub(crate) fn gives_pointer(&self) -> bool {
        self.returns.ends_with('*')
    }

    pub(crate) fn is_constructor(&self) -> bool {
        self.name.ends_with("_new") && self.gives_pointer()
    }
}

/// All functions, in the order of the header.
pub(crate) fn functions() -> Vec<Prototype> {
    let header = super::built::header();
    let mut all = Vec::new();
    let mut doc: Vec<&str> = Vec::new();
    let mut declaration = String::new();
    for line in header.lines() {
        if let Some(comment) = line.strip_prefix("//") {
            doc.push(comment.trim_start_matches('/').trim());
        } else if !declaration.is_empty() || is_function(line) {
            declaration.push(' ');
            declaration.push_str(line.trim());
            if declaration.ends_with(';') {
                all.push(prototype(&declaration, &paragraphs(&doc)));
                (declaration, doc) = (String::new(), Vec::new());
            }
        } else {
            doc.clear();
        }
    }
    assert!(all.len() > 100, "only {} functions found", all.len());
    all
}

fn is_function(line: &str) -> bool {
    let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
    starts
        && !line.starts_with("typedef")
        && !line.starts_with("extern")
        && line.contains("inbome_")
        && line.contains('(')
}

/// Joins lines that continue an argument's description or a sentence.
fn paragraphs(doc: &[&str]) -> String {
    let mut text = String::new();
    for line in doc {
        let first = line.split_whitespace().next().unwrap_or_default();
        let starts = line.is_empty() || (first.ends_with(':') && first.len() > 1);
        text.push_str(if starts { "\n" } else { " " });
        text.push_str(line);
    }
    text
}

fn prototype(declaration: &str, doc: &str) -> Prototype {
    let plain = declaration.replace("struct ", "").replace(';', "");
    let (head, rest) = plain.split_once('(').unwrap();
    let (returns, name) = split_name(head);
    let inside = rest.trim_end().strip_suffix(')').unwrap();
    let parameters = inside.split(',').filter(|text| text.trim() != "void").map(|text| {
        let (kind, name) = split_name(text);
        let line = doc.lines().find(|line| line.starts_with(&format!("{name}: ")));
        let optional = line.is_some_and(|line| line.contains("NULL"));
        Parameter { name, kind, optional }
    });
    let parameters = parameters.collect();
    Prototype { name, returns, parameters, doc: doc.to_owned() }
}

/// `const char *addr` is `const char *` and `addr`.
fn split_name(text: &str) -> (String, String) {
    let text = text.trim();
    let at = text.rfind([' ', '*']).unwrap() + 1;
    (text[..at].trim().to_owned(), text[at..].to_owned())
}
