//! Mail addresses in canonical form, the only key under which state is stored (Discovery §1).
//!
//! Not here: alias guessing. Dots and `+tag` stay significant.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use crate::limits::{MAX_ADDR_BYTES, MAX_LOCAL_PART_BYTES};

/// A mail address in canonical form: lower-cased local part, `@`, domain as ASCII.
///
/// Its clones share one text, because every mail clones some.
///
/// How the local part was spelled is remembered for envelopes alone (RFC 5321 §2.4: its case belongs to
/// its host) and is no part of what is compared or stored.
#[derive(Clone)]
pub struct Addr {
    /// The first octets of the text. They decide nearly every comparison without a look at it, and
    /// the order is still that of the texts.
    start: u64,
    text: Arc<str>,
    /// The local part where it was spelled otherwise, unquoted.
    spelled: Option<Arc<str>>,
}

impl Addr {
    fn key(&self) -> (u64, &str) {
        (self.start, &self.text)
    }
}

impl PartialEq for Addr {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Addr {}

impl PartialOrd for Addr {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Addr {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for Addr {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Addr({:?})", self.text)
    }
}

/// Why a text is no mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a mail address like alice@example.org, found {shown:?}: {flaw}")]
pub struct AddrError {
    /// What was given, cut to 80 characters.
    pub shown: String,
    /// What is wrong with it.
    pub flaw: AddrFlaw,
}

/// What is wrong with a mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddrFlaw {
    /// No `@`.
    #[error("it has no @")]
    NoAt,
    /// Nothing before the `@`.
    #[error("nothing stands before the @")]
    EmptyLocalPart,
    /// Nothing after the `@`.
    #[error("nothing stands after the @")]
    EmptyDomain,
    /// A control character or NUL.
    #[error("it holds a control character")]
    Control,
    /// White space outside quotes, or a stray quote or angle bracket.
    #[error("it holds white space or a special character outside quotes")]
    Unquoted,
    /// Not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// Local part over 64 octets.
    #[error("the part before the @ is longer than {MAX_LOCAL_PART_BYTES} octets")]
    LongLocalPart,
    /// Over 254 octets.
    #[error("it is longer than {MAX_ADDR_BYTES} octets")]
    Long,
    /// A domain that IDNA refuses.
    #[error("the part after the @ is no domain name")]
    Domain,
}

impl Addr {
    /// Brings `text` into canonical form.
    ///
    /// # Errors
    /// [`AddrError`] says what is wrong with it (Discovery §1).
    pub fn parse(text: &str) -> Result<Self, AddrError> {
        canonical(text)
            .map(|(addr, spelled)| Self {
                start: start(&addr),
                text: addr.as_ref().into(),
                spelled: spelled.map(Into::into),
            })
            .map_err(|flaw| AddrError { shown: text.chars().take(80).collect(), flaw })
    }

    /// As [`Addr::parse`], from octets that may not be UTF-8.
    ///
    /// # Errors
    /// As [`Addr::parse`].
    pub fn parse_bytes(octets: &[u8]) -> Result<Self, AddrError> {
        match std::str::from_utf8(octets) {
            Ok(text) => Self::parse(text),
            Err(_) => Err(AddrError {
                shown: String::from_utf8_lossy(octets).chars().take(80).collect(),
                flaw: AddrFlaw::NotUtf8,
            }),
        }
    }

    /// The address with this canonical form, which [`Addr::as_str`] gave.
    #[must_use]
    pub fn from_canonical(text: &str) -> Option<Self> {
        let is_it = |addr: &Self| addr.as_str() == text;
        Self::parse(text).ok().filter(is_it).or_else(|| {
            let (local, domain) = text.rsplit_once('@')?;
            Self::parse(&quoted(local, domain)).ok().filter(is_it)
        })
    }

    /// As [`Addr::parse`], and also from the canonical form, whose local part may lack the quotes that it
    /// needs: to ask for what is stored under an address as it was shown. Elsewhere a list or a slip of the
    /// pen would become one strange address.
    ///
    /// # Errors
    /// As [`Addr::parse`].
    pub fn parse_shown(text: &str) -> Result<Self, AddrError> {
        Self::parse(text).or_else(|error| Self::from_canonical(text).ok_or(error))
    }

    /// The canonical form: unquoted local part, `@`, domain.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form to write into a header field: the local part quoted where it must be.
    #[must_use]
    pub fn to_header(&self) -> String {
        let (local, domain) = self.text.rsplit_once('@').unwrap_or((&self.text, ""));
        written(local, domain)
    }

    /// The form for an envelope: as [`Addr::to_header`], but the local part in the case in which it was
    /// given.
    #[must_use]
    pub fn to_envelope(&self) -> String {
        let (local, domain) = self.text.rsplit_once('@').unwrap_or((&self.text, ""));
        written(self.spelled.as_deref().unwrap_or(local), domain)
    }
}

fn written(local: &str, domain: &str) -> String {
    let atom =
        |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if local.chars().all(atom) && !dots {
        return format!("{local}@{domain}");
    }
    quoted(local, domain)
}

fn quoted(local: &str, domain: &str) -> String {
    let local = local.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{local}\"@{domain}")
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The first eight octets, zeros behind a shorter text; an address holds no zero.
fn start(text: &str) -> u64 {
    let mut first = [0; 8];
    first.iter_mut().zip(text.bytes()).for_each(|(to, octet)| *to = octet);
    u64::from_be_bytes(first)
}

/// The canonical form, and the unquoted local part if it was spelled otherwise.
fn canonical(text: &str) -> Result<(Cow<'_, str>, Option<String>), AddrFlaw> {
    if is_canonical(text) {
        return Ok((Cow::Borrowed(text), None));
    }
    let text = text.trim_matches([' ', '\t']);
    if text.chars().any(char::is_control) {
        return Err(AddrFlaw::Control);
    }
    let (local, domain) = text.rsplit_once('@').ok_or(AddrFlaw::NoAt)?;
    let content = unquoted_local_part(local)?;
    // Scalar by scalar: a final sigma must not depend on its neighbours.
    let mut addr: String = content.chars().flat_map(char::to_lowercase).collect();
    let spelled = Some(content).filter(|content| *content != addr);
    if addr.len() > MAX_LOCAL_PART_BYTES {
        return Err(AddrFlaw::LongLocalPart);
    }
    addr.push('@');
    addr.push_str(&domain_to_ascii(domain)?);
    if addr.len() > MAX_ADDR_BYTES { Err(AddrFlaw::Long) } else { Ok((Cow::Owned(addr), spelled)) }
}

/// Whether `text` is one of those that are their own canonical form and easily seen to be: short
/// and in plain lower case. Nearly all addresses are, and each mail has several.
fn is_canonical(text: &str) -> bool {
    let plain = |octet: &u8| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'+');
    let at = memchr::memchr(b'@', text.as_bytes());
    let Some((local, domain)) = at.and_then(|at| text.as_bytes().split_at_checked(at)) else {
        return false;
    };
    let domain = domain.get(1..).unwrap_or_default();
    let short = !local.is_empty() && local.len() <= MAX_LOCAL_PART_BYTES && domain.len() <= 63;
    short && local.iter().all(plain) && is_plain_domain(domain)
}

/// Plain lower-case ASCII names, nearly all of them, are their own canonical form. What has two hyphens
/// side by side, such as `xn--`, may stand for other letters.
fn is_plain_domain(domain: &[u8]) -> bool {
    let (mut before, mut label) = (b'.', 0_usize);
    for octet in domain {
        label = match octet {
            b'.' | b'-' if *octet == before => return false,
            b'.' => 0,
            b'a'..=b'z' | b'0'..=b'9' | b'-' => label.saturating_add(1),
            _ => return false,
        };
        if label > 63 {
            return false;
        }
        before = *octet;
    }
    before != b'.'
}

fn unquoted_local_part(local: &str) -> Result<String, AddrFlaw> {
    let content = match local.strip_prefix('"') {
        Some(rest) => unquote(rest.strip_suffix('"').ok_or(AddrFlaw::Unquoted)?)?,
        None if local
            .contains([' ', '\t', '"', '<', '>', '(', ')', ',', ';', ':', '@', '\\', '[', ']']) =>
        {
            return Err(AddrFlaw::Unquoted);
        }
        None if local.contains(char::is_whitespace) => return Err(AddrFlaw::Unquoted),
        None => local.to_owned(),
    };
    if content.is_empty() {
        return Err(AddrFlaw::EmptyLocalPart);
    }
    Ok(content)
}

/// The content of a quoted string, its backslashes resolved.
fn unquote(quoted: &str) -> Result<String, AddrFlaw> {
    let mut content = String::with_capacity(quoted.len());
    let mut scalars = quoted.chars();
    while let Some(scalar) = scalars.next() {
        match scalar {
            '\\' => content.push(scalars.next().ok_or(AddrFlaw::Unquoted)?),
            '"' => return Err(AddrFlaw::Unquoted),
            other => content.push(other),
        }
    }
    Ok(content)
}

fn domain_to_ascii(domain: &str) -> Result<String, AddrFlaw> {
    if domain.starts_with('[') {
        return if is_literal(domain) {
            Ok(domain.to_ascii_lowercase())
        } else {
            Err(AddrFlaw::Domain)
        };
    }
    if domain.is_empty() {
        return Err(AddrFlaw::EmptyDomain);
    }
    if domain.contains(char::is_whitespace) {
        return Err(AddrFlaw::Unquoted);
    }
    if is_plain_domain(domain.as_bytes()) {
        return Ok(domain.to_owned());
    }
    // Specials that would read as syntax elsewhere; STD3 rules are off, these are not names.
    if domain.contains(['"', '<', '>', '(', ')', ',', ';', ':', '\\', '[', ']']) {
        return Err(AddrFlaw::Domain);
    }
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::EMPTY,
            Hyphens::Allow,
            DnsLength::VerifyAllowRootDot,
        )
        .map_err(|_| AddrFlaw::Domain)?;
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    if name.is_empty() { Err(AddrFlaw::EmptyDomain) } else { Ok(name.to_ascii_lowercase()) }
}

/// Whether `domain` is an address literal of RFC 5321 §4.1.3: an IPv4 address, or an IPv6 address after
/// its tag. No other tag is registered.
fn is_literal(domain: &str) -> bool {
    let Some(inside) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match inside.split_at_checked(5) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => {
            address.parse::<Ipv6Addr>().is_ok()
        }
        _ => inside.parse::<Ipv4Addr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_come_into_canonical_form() {
        for (name, text, canonical) in [
            ("plain", "alice@example.org", "alice@example.org"),
            ("case", "ALICE@Example.ORG", "alice@example.org"),
            ("quoted", "\"john\"@e.org", "john@e.org"),
            ("quoted with blank", "\"John Doe\"@e.org", "john doe@e.org"),
            ("quoted with at", "\"a@b\"@e.org", "a@b@e.org"),
            ("quoted pair", "\"a\\\"b\"@e.org", "a\"b@e.org"),
            ("trailing dot", "a@e.org.", "a@e.org"),
            ("IDNA", "a@Bücher.example", "a@xn--bcher-kva.example"),
            ("sharp s is kept", "a@faß.example", "a@xn--fa-hia.example"),
            ("A-label", "a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
            ("underscore", "a@my_host.example", "a@my_host.example"),
            ("hyphens", "a@-x-.ab--cd.example", "a@-x-.ab--cd.example"),
            ("literal", "a@[192.0.2.1]", "a@[192.0.2.1]"),
            ("IPv6 literal", "a@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]"),
            ("upper sigma has no context", "ΟΔΟΣ@e.org", "οδοσ@e.org"),
            ("dotted capital I", "İ@e.org", "i\u{307}@e.org"),
            ("tags and dots stay", "A.b+Tag@e.org", "a.b+tag@e.org"),
        ] {
            let addr = Addr::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(addr.as_str(), canonical, "{name}");
        }
    }

    #[test]
    fn invalid_addresses_say_why() {
        let long_local = format!("{}@e.org", "a".repeat(65));
        let long = format!("a@{}", ["a".repeat(60).as_str(); 5].join("."));
        let long_label = format!("a@{}.org", "a".repeat(64));
        for (name, text, flaw) in [
            ("no at", "alice", AddrFlaw::NoAt),
            ("empty", "", AddrFlaw::NoAt),
            ("no local part", "@e.org", AddrFlaw::EmptyLocalPart),
            ("empty quotes", "\"\"@e.org", AddrFlaw::EmptyLocalPart),
            ("no domain", "a@", AddrFlaw::EmptyDomain),
            ("dot domain", "a@.", AddrFlaw::Domain),
            ("NUL", "a\0@e.org", AddrFlaw::Control),
            ("line break", "a@e.org\r\nBcc: x@y", AddrFlaw::Control),
            ("blank", "a b@e.org", AddrFlaw::Unquoted),
            ("blank in domain", "a@e .org", AddrFlaw::Unquoted),
            ("two ats", "a@b@e.org", AddrFlaw::Unquoted),
            ("angle bracket", "<a@e.org", AddrFlaw::Unquoted),
            ("open quote", "\"a@e.org", AddrFlaw::Unquoted),
            ("long local part", &long_local, AddrFlaw::LongLocalPart),
            ("long", &long, AddrFlaw::Long),
            ("long label", &long_label, AddrFlaw::Domain),
            ("empty label", "a@e..org", AddrFlaw::Domain),
            ("bad A-label", "a@xn--0.example", AddrFlaw::Domain),
            ("open literal", "a@[192.0.2.1", AddrFlaw::Domain),
            ("empty literal", "a@[]", AddrFlaw::Domain),
            ("nonsense in a literal", "a@[nonsense]", AddrFlaw::Domain),
            ("an octet too large in a literal", "a@[192.0.2.256]", AddrFlaw::Domain),
            ("IPv6 without its tag", "a@[2001:db8::1]", AddrFlaw::Domain),
            ("a tag and nothing", "a@[IPv6:]", AddrFlaw::Domain),
            ("two literals", "a@[192.0.2.1][192.0.2.2]", AddrFlaw::Domain),
            ("a zone in a literal", "a@[IPv6:fe80::1%eth0]", AddrFlaw::Domain),
        ] {
            assert_eq!(Addr::parse(text).map_err(|error| error.flaw), Err(flaw), "{name}");
        }
        assert_eq!(
            Addr::parse_bytes(b"\xff@e.org").map_err(|error| error.flaw),
            Err(AddrFlaw::NotUtf8)
        );
    }

    proptest! {
        #[test]
        fn a_plain_domain_is_its_own_canonical_form(domain in "(xn|[a-z0-9-]{0,4}|x{62,64})(--|-|n|\\.)?(\\.[a-z0-9-]{0,3}){0,3}") {
            let uts46 = Uts46::new();
            let ascii = uts46.to_ascii(
                domain.as_bytes(),
                AsciiDenyList::EMPTY,
                Hyphens::Allow,
                DnsLength::VerifyAllowRootDot,
            );
            if is_plain_domain(domain.as_bytes()) {
                let ascii = ascii.ok().map(std::borrow::Cow::into_owned);
                prop_assert_eq!(ascii, Some(domain.clone()));
            }
        }

        #[test]
        fn what_was_shown_can_be_given_back(local in "[a-z \"@<\\\\]{1,6}") {
            let Ok(addr) = Addr::parse(&quoted(&local, "e.org")) else { return Ok(()) };
            prop_assert_eq!(Addr::from_canonical(addr.as_str()), Some(addr.clone()));
            prop_assert_eq!(Addr::parse_shown(&addr.to_header()), Ok(addr.clone()));
            // Quotes in it are read as such.
            if Addr::parse(addr.as_str()).is_err() {
                prop_assert_eq!(Addr::parse_shown(addr.as_str()), Ok(addr));
            }
        }

        #[test]
        fn addresses_are_in_the_order_of_their_texts(
            a in "[a-cä]{1,9}@[ab]\\.[a-c]{1,3}",
            b in "[a-cä]{1,9}@[ab]\\.[a-c]{1,3}",
        ) {
            let (one, other) = (Addr::parse(&a).expect("a"), Addr::parse(&b).expect("b"));
            prop_assert_eq!(one.cmp(&other), one.as_str().cmp(other.as_str()));
            prop_assert_eq!(one == other, one.as_str() == other.as_str());
        }

        #[test]
        fn the_written_form_parses_to_the_same_address(text in "\\PC{1,12}@[a-zä-ü.]{1,12}") {
            if let Ok(addr) = Addr::parse(&text) {
                prop_assert_eq!(Addr::parse(&addr.to_header()).ok(), Some(addr));
            }
        }
    }
}
