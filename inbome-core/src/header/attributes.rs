//! The grammar that all key fields share (Discovery §2.2), and what one field states.
//!
//! `attr *( ";" [attr] )`, `attr = name *WSP "=" value`, any folding white space around. There is
//! no quoting and nothing is decoded. Not here: which names a family knows.

use memchr::memchr;

use super::FieldFlaw;

/// One attribute; without a value if there is no `=` in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: Option<&'a [u8]>,
}

/// The attributes of a folded value, in order. Empty ones are skipped.
#[derive(Debug, Clone)]
pub(super) struct Attributes<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Attributes<'a> {
    pub(super) const fn new(value: &'a [u8]) -> Self {
        Self { rest: Some(value) }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        loop {
            let (attribute, rest) = cut_at(b';', self.rest?);
            self.rest = rest;
            let attribute = trim(attribute);
            // Discovery §2.2: empty attributes are skipped.
            if !attribute.is_empty() {
                let (name, value) = cut_at(b'=', attribute);
                return Some(Attribute { name: trim(name), value: value.map(trim) });
            }
        }
    }
}

/// What a name means to a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Addr,
    Key,
    Type,
    Prefer,
    Ignored,
    Critical,
}

/// What a field states of the sender's wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preference<'a> {
    Absent,
    Word(&'a [u8]),
    Twice,
}

/// What a well-formed field states, before anything of it is judged.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    pub(super) addr: Option<&'a [u8]>,
    pub(super) key: Option<&'a [u8]>,
    pub(super) kind: Option<&'a [u8]>,
    pub(super) preference: Preference<'a>,
    critical: bool,
    duplicate: bool,
}

impl<'a> Statement<'a> {
    /// Reads all attributes; `role` says what a name means.
    ///
    /// # Errors
    /// [`FieldFlaw::Grammar`] alone: it is judged before all that depends on names.
    pub(super) fn read(
        attributes: Attributes<'a>,
        mut role: impl FnMut(&[u8]) -> Role,
    ) -> Result<Self, FieldFlaw> {
        let mut statement = Self {
            addr: None,
            key: None,
            kind: None,
            preference: Preference::Absent,
            critical: false,
            duplicate: false,
        };
        for Attribute { name, value } in attributes {
            let value = value.ok_or(FieldFlaw::Grammar)?;
            if !is_name(name) {
                return Err(FieldFlaw::Grammar);
            }
            // Discovery §2.2: unknown names that begin with `_` are ignored, also twice.
            let role = match role(name) {
                Role::Critical if name.starts_with(b"_") => Role::Ignored,
                known => known,
            };
            if !may_hold(role, value) {
                return Err(FieldFlaw::Grammar);
            }
            statement.note(role, value);
        }
        Ok(statement)
    }

    /// The flaws of names: critical attributes, then duplicates.
    pub(super) const fn check_names(&self) -> Result<(), FieldFlaw> {
        if self.critical {
            Err(FieldFlaw::CriticalAttribute)
        } else if self.duplicate {
            Err(FieldFlaw::DuplicateAttribute)
        } else {
            Ok(())
        }
    }

    fn note(&mut self, role: Role, value: &'a [u8]) {
        let before = match role {
            Role::Addr => self.addr.replace(value),
            Role::Key => self.key.replace(value),
            Role::Type => self.kind.replace(value),
            Role::Prefer => {
                // Discovery §2.2: a duplicate preference harms nothing but itself.
                self.preference = match self.preference {
                    Preference::Absent => Preference::Word(value),
                    Preference::Word(_) | Preference::Twice => Preference::Twice,
                };
                None
            }
            Role::Ignored => None,
            Role::Critical => {
                self.critical = true;
                None
            }
        };
        self.duplicate |= before.is_some();
    }
}

/// What may stand between tokens: blanks and the line ends of folds.
pub(super) const fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// `octets` without the blanks around them.
pub(super) fn trim(mut octets: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = octets
        && is_blank(*first)
    {
        octets = rest;
    }
    while let [rest @ .., last] = octets
        && is_blank(*last)
    {
        octets = rest;
    }
    octets
}

/// What stands before and after the first `mark`.
fn cut_at(mark: u8, octets: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr(mark, octets).and_then(|at| octets.split_at_checked(at)) {
        Some((before, from_mark)) => (before, from_mark.get(1..)),
        None => (octets, None),
    }
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

/// Discovery §2.2: blanks inside are dropped in key data, which is judged when it is decoded,
/// allowed in an ignored value, an error elsewhere.
fn may_hold(role: Role, value: &[u8]) -> bool {
    match role {
        Role::Key => true,
        Role::Ignored => value.iter().all(|octet| is_blank(*octet) || !octet.is_ascii_control()),
        _ => !value.iter().any(|octet| *octet == b' ' || octet.is_ascii_control()),
    }
}
