//! Codes: the words by which every surface tells a decision.
//!
//! An enum declared with `codes!` has, per variant, one number for C, one name for JSON and every
//! other surface, and, where people read it, a sentence. C's constants and Python's enums are
//! written from these declarations, docs/reasons.md too. Not here: the reasons (`reason`).

use std::cmp::Ordering;
use std::fmt;

/// One of them. Two are equal if they have the same number; they sort by name.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    number: i32,
    name: &'static str,
    text: &'static str,
    about_many: &'static str,
    meaning: &'static str,
}

impl Code {
    pub(crate) const fn new(
        number: i32,
        name: &'static str,
        [text, about_many]: [&'static str; 2],
        meaning: &'static str,
    ) -> Self {
        Self { number, name, text, about_many, meaning }
    }

    /// The number in C, fixed for ever within its family.
    #[must_use]
    pub const fn number(&self) -> i32 {
        self.number
    }

    /// The name, fixed for ever: `never_seen`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// One plain sentence for people, without a capital and a full stop; empty where a word says it all.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// The sentence where it is said of several at once.
    #[must_use]
    pub const fn about_many(&self) -> &'static str {
        self.about_many
    }

    /// What it means, for developers: sentences with capitals and full stops.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.meaning.trim()
    }
}

/// The name.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.name, self.number).cmp(&(other.name, other.number))
    }
}

/// The codes of one enum.
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// What they are about, as a heading.
    pub heading: &'static str,
    about: &'static str,
    /// Its own, in the order of declaration.
    pub own: &'static [Code],
    /// Enums that it takes over with their codes.
    pub with: &'static [Self],
}

impl Codes {
    pub(crate) const fn new(
        heading: &'static str,
        about: &'static str,
        own: &'static [Code],
        with: &'static [Self],
    ) -> Self {
        Self { heading, about, own, with }
    }

    /// When they apply, for developers.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.about.trim()
    }

    /// Its own and those that it takes over.
    #[must_use]
    pub fn all(&self) -> Vec<Code> {
        let mut all = self.own.to_vec();
        all.extend(self.with.iter().flat_map(Self::all));
        all
    }
}

/// Declares enums whose variants are codes:
///
/// ```text
/// /// When they apply.
/// #[derive(…)]
/// pub enum Name = "Heading" {
///     /// What it means.
///     Variant = number, "name", "sentence", "sentence about many";
/// }
/// with {
///     /// What it takes over.
///     Variant(OtherEnumOfCodes);
/// }
/// ```
///
/// Variants may have fields; the last sentence, or both, may be left out.
macro_rules! codes {
    ($(
        $(#[doc = $about:literal])*
        #[derive($($derive:ident),*)]
        pub enum $family:ident = $heading:literal {$(
            $(#[doc = $meaning:literal])*
            $(#[default $($default:tt)?])?
            $variant:ident $(($($tuple:tt)*))? $({$($field:tt)*})?
                = $number:literal, $name:literal $(, $text:literal $(, $about_many:literal)?)?;
        )*}
        $(with {$(
            $(#[doc = $other_meaning:literal])*
            $other:ident($others:ident);
        )*})?
    )*) => {$(
        $(#[doc = $about])*
        #[derive($($derive),*)]
        pub enum $family {
            $(
                $(#[doc = $meaning])*
                $(#[default $($default)?])?
                $variant $(($($tuple)*))? $({$($field)*})?,
            )*
            $($(
                $(#[doc = $other_meaning])*
                $other($others),
            )*)?
        }

        impl $family {
            /// All codes, with those that it takes over.
            pub const CODES: $crate::code::Codes = $crate::code::Codes::new(
                $heading,
                concat!($($about,)*),
                &[$($crate::code::Code::new(
                    $number,
                    $name,
                    $crate::code::codes!(@texts $($text $(, $about_many)?)?),
                    concat!($($meaning,)*),
                ),)*],
                &[$($($others::CODES,)*)?],
            );

            /// The code that stays the same.
            #[must_use]
            pub const fn code(&self) -> $crate::code::Code {
                match self {
                    $(Self::$variant { .. } => const { $crate::code::Code::new(
                        $number,
                        $name,
                        $crate::code::codes!(@texts $($text $(, $about_many)?)?),
                        concat!($($meaning,)*),
                    ) },)*
                    $($(Self::$other(other) => other.code(),)*)?
                }
            }
        }

        impl From<$family> for $crate::code::Code {
            fn from(told: $family) -> Self {
                told.code()
            }
        }

        $($(
            impl From<$others> for $family {
                fn from(other: $others) -> Self {
                    Self::$other(other)
                }
            }
        )*)?
    )*};
    (@texts) => { ["", ""] };
    (@texts $text:literal) => { [$text, $text] };
    (@texts $text:literal, $about_many:literal) => { [$text, $about_many] };
}

pub(crate) use codes;
