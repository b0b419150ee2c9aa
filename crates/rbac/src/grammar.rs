//! The grammar that permissions and grants share, and how a rejected text is described.
//!
//! In scope: splitting `resource:action`, checking each part, saying what is wrong. Not in scope: which texts are
//! permissions and which are grants (`permission`, `grant`).

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The longest resource or action, in characters.
pub(crate) const MAX_PART: usize = 64;

/// The resource that no wildcard reaches and that only `admin:all` may name in a grant.
pub(crate) const RESERVED_RESOURCE: &str = "admin";

/// What stands for "every resource" or "every action" in a grant.
pub(crate) const WILDCARD: &str = "*";

/// A text `resource:action` that was checked, where its colon is, and by which numbers its parts are looked up: a check
/// hashes nothing.
// The rest follows from the text, so comparing all is comparing the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    text: Cow<'static, str>,
    colon: u8,
    hashes: Hashes,
}

/// Numbers that spread over all of 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hashes {
    pub(crate) resource: u64,
    pub(crate) action: u64,
}

impl Hashes {
    /// The number of the whole text.
    pub(crate) fn both(self) -> u64 {
        // Turned, so that `a:b` and `b:a` differ, and `a:a` is not 0.
        self.resource.rotate_left(1) ^ self.action
    }
}

impl Pair {
    pub(crate) fn owned(text: &str, shape: Shape) -> Self {
        Self { text: Cow::Owned(text.to_owned()), colon: shape.colon, hashes: shape.hashes }
    }

    pub(crate) const fn borrowed(text: &'static str, shape: Shape) -> Self {
        Self { text: Cow::Borrowed(text), colon: shape.colon, hashes: shape.hashes }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn resource(&self) -> &str {
        &self.text[..usize::from(self.colon)]
    }

    pub(crate) fn action(&self) -> &str {
        &self.text[usize::from(self.colon) + 1..]
    }

    pub(crate) fn hashes(&self) -> Hashes {
        self.hashes
    }
}

// As `str` hashes, so that a set of grants can be asked for a text without building a grant.
impl Hash for Pair {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// What the scan of a well-formed text found.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    colon: u8,
    hashes: Hashes,
    pub(crate) any_resource: bool,
    pub(crate) any_action: bool,
}

/// One of the two parts of a text.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Resource,
    Action,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resource => "resource",
            Self::Action => "action",
        })
    }
}

/// Why a text is no permission or no grant. Offsets are in bytes.
#[derive(Clone, Copy)]
pub(crate) enum Flaw {
    Empty,
    NoColon,
    PartEmpty(Part),
    PartTooLong(Part),
    FirstCharacter(Part, usize),
    Character(usize),
    Wildcard,
    TwoWildcards,
    Reserved,
}

impl Flaw {
    fn describe(self, text: &str) -> String {
        match self {
            Self::Empty => "it is empty".to_owned(),
            Self::NoColon => "no colon between resource and action".to_owned(),
            Self::PartEmpty(part) => format!("the {part} is empty"),
            Self::PartTooLong(part) => format!("the {part} is longer than {MAX_PART} characters"),
            Self::FirstCharacter(part, offset) => {
                format!(
                    "the {part} begins with {}, not with a letter from `a` to `z`",
                    character(text, offset)
                )
            }
            Self::Character(offset) => bad_character(text, offset),
            Self::Wildcard => "a wildcard is not allowed here".to_owned(),
            Self::TwoWildcards => "only one side may be a wildcard".to_owned(),
            Self::Reserved => {
                format!("the resource `{RESERVED_RESOURCE}` is reserved, only `admin:all` names it")
            }
        }
    }
}

/// Checks `text` against `resource:action`, either part possibly a lone `*`.
///
/// The only reader of the grammar, `const` so that the constants of a route table go through it as well.
pub(crate) const fn scan(text: &str) -> Result<Shape, Flaw> {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return Err(Flaw::Empty);
    }
    let mut colon = 0;
    while colon < bytes.len() && bytes[colon] != b':' {
        colon += 1;
    }
    if colon == bytes.len() {
        return Err(Flaw::NoColon);
    }
    let any_resource = match scan_part(bytes, 0, colon, Part::Resource) {
        Ok(wildcard) => wildcard,
        Err(flaw) => return Err(flaw),
    };
    let any_action = match scan_part(bytes, colon + 1, bytes.len(), Part::Action) {
        Ok(wildcard) => wildcard,
        Err(flaw) => return Err(flaw),
    };
    let hashes =
        Hashes { resource: hash(bytes.split_at(colon).0), action: hash(bytes.split_at(colon + 1).1) };
    #[expect(clippy::cast_possible_truncation, reason = "the resource is at most MAX_PART long")]
    let colon = colon as u8;
    Ok(Shape { colon, hashes, any_resource, any_action })
}

/// A number for a part of a text, the same on every platform. Own, since no library hashes at compile time, where the
/// constants of a route table are made; not keyed, since who could register grants that collide could as well grant
/// themselves anything.
const fn hash(mut bytes: &[u8]) -> u64 {
    // The fraction of the golden ratio: no text sets its upper bit in every byte, so the product below is never of 0.
    let mut hash = 0x9E37_79B9_7F4A_7C15 ^ bytes.len() as u64;
    while let Some((eight, rest)) = bytes.split_first_chunk() {
        hash = fold(hash ^ u64::from_le_bytes(*eight));
        bytes = rest;
    }
    let mut last = 0;
    while let Some((byte, rest)) = bytes.split_first() {
        last = last << 8 | *byte as u64;
        bytes = rest;
    }
    fold(hash ^ last)
}

/// Multiplies and lays the upper half of the product on the lower: every bit comes to depend on all of them.
#[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
const fn fold(word: u64) -> u64 {
    let product = word as u128 * 0xF135_7AEA_2E62_A9C5;
    (product ^ (product >> 64)) as u64
}

/// Whether the part is the wildcard, or why it is neither that nor a name.
const fn scan_part(bytes: &[u8], start: usize, end: usize, part: Part) -> Result<bool, Flaw> {
    if start == end {
        return Err(Flaw::PartEmpty(part));
    }
    if end - start == 1 && bytes[start] == b'*' {
        return Ok(true);
    }
    let mut at = start;
    while at < end {
        match bytes[at] {
            b'a'..=b'z' => {}
            b'0'..=b'9' | b'_' | b'.' | b'-' if at > start => {}
            _ if at == start => return Err(Flaw::FirstCharacter(part, at)),
            _ => return Err(Flaw::Character(at)),
        }
        at += 1;
    }
    if end - start > MAX_PART {
        return Err(Flaw::PartTooLong(part));
    }
    Ok(false)
}

/// A text that was not accepted: a readable excerpt of it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejected {
    excerpt: String,
    reason: String,
}

impl Rejected {
    /// The longest excerpt, in characters: enough to recognise the text, too little to flood a log.
    const MAX_EXCERPT: usize = 80;

    pub(crate) fn new(text: &str, reason: impl Into<String>) -> Self {
        let mut excerpt: String = text.chars().take(Self::MAX_EXCERPT).flat_map(char::escape_debug).collect();
        if text.chars().nth(Self::MAX_EXCERPT).is_some() {
            excerpt.push('…');
        }
        Self { excerpt, reason: reason.into() }
    }

    pub(crate) fn by(text: &str, flaw: Flaw) -> Self {
        Self::new(text, flaw.describe(text))
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.excerpt, self.reason)
    }
}

/// Names the character that begins at `offset` and its place, counted in characters from 1.
pub(crate) fn bad_character(text: &str, offset: usize) -> String {
    let position = text.char_indices().take_while(|(at, _)| *at <= offset).count();
    format!("bad character {} at {position}", character(text, offset))
}

/// The character that begins at `offset`, with its code point where the eye may take it for another.
pub(crate) fn character(text: &str, offset: usize) -> String {
    match text.get(offset..).and_then(|rest| rest.chars().next()) {
        Some(found) if found.is_ascii() => format!("`{}`", found.escape_debug()),
        Some(found) => format!("`{}` (U+{:04X})", found.escape_debug(), u32::from(found)),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn hashes_of_many_names_are_spread_evenly() {
        let count = 100_000_u32;
        let hashes: Vec<u64> = (0..count).map(|i| hash(format!("orders.{i}").as_bytes())).collect();
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), hashes.len());
        // A table looks at the lower bits for the place and at the uppermost seven for what is there.
        for half in [|hash: u64| hash & 0x7f, |hash: u64| hash >> 57] {
            let mut met = [0_u32; 128];
            for hash in &hashes {
                met[usize::try_from(half(*hash)).unwrap()] += 1;
            }
            let fair = count / 128;
            assert!(met.iter().all(|met| met.abs_diff(fair) < fair / 4), "{met:?}");
        }
    }

    #[test]
    fn hashes_tell_the_parts_apart() {
        let both = |text: &str| scan(text).ok().unwrap().hashes.both();
        for (one, other) in [("a:b", "b:a"), ("a:a", "b:b"), ("aa:a", "a:aa"), ("ab:c", "a:bc")] {
            assert_ne!(both(one), both(other), "{one} {other}");
        }
    }
}
