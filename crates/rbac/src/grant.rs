//! A grant: what a role holds.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use crate::grammar::{Flaw, Pair, RESERVED_RESOURCE, Rejected, Shape, WILDCARD, scan};

/// What a role holds: a permission, `resource:*`, `*:action`, or `admin:all`.
///
/// `admin:all` satisfies every requirement. It is the only grant that names the resource `admin`, and no wildcard
/// reaches that resource: `admin:read`, `admin:*` and `*:*` are no grants, and `*:all`, which is one, does not
/// satisfy the requirement `admin:all`.
///
/// ```
/// use edgeward_rbac::Grant;
///
/// let grant: Grant = "docs:*".parse()?;
/// assert!(grant.is_wildcard());
/// assert!(Grant::parse("admin:*").is_err());
/// # Ok::<(), edgeward_rbac::ParseGrantError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant(Pair);

impl Grant {
    /// Reads a grant. Nothing is trimmed and no case is folded.
    pub fn parse(text: &str) -> Result<Self, ParseGrantError> {
        check(text)
            .map(|shape| Self(Pair::owned(text, shape)))
            .map_err(|flaw| ParseGrantError(Rejected::by(text, flaw)))
    }

    /// A grant known at compile time; in a constant, an invalid text does not compile.
    ///
    /// # Panics
    ///
    /// Outside a constant, if `text` is no grant: use [`Grant::parse`] for anything but a literal.
    #[expect(clippy::panic, reason = "in a constant, this is the compile error")]
    pub const fn from_static(text: &'static str) -> Self {
        let Ok(shape) = check(text) else { panic!("not a grant of the form `resource:action`") };
        Self(Pair::borrowed(text, shape))
    }

    /// The whole text, `resource:action`, either of which may be `*`.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The part before the colon, `*` for every resource but `admin`.
    pub fn resource(&self) -> &str {
        self.0.resource()
    }

    /// The part after the colon, `*` for every action.
    pub fn action(&self) -> &str {
        self.0.action()
    }

    /// Whether either part is `*`. `admin:all` is no wildcard.
    pub fn is_wildcard(&self) -> bool {
        self.resource() == WILDCARD || self.action() == WILDCARD
    }

    pub(crate) fn pair(&self) -> &Pair {
        &self.0
    }

    pub(crate) fn is_admin(&self) -> bool {
        // INVARIANT: no other grant names the reserved resource.
        self.resource() == RESERVED_RESOURCE
    }
}

const fn check(text: &str) -> Result<Shape, Flaw> {
    let shape = match scan(text) {
        Ok(shape) => shape,
        Err(flaw) => return Err(flaw),
    };
    if shape.any_resource && shape.any_action {
        return Err(Flaw::TwoWildcards);
    }
    match text.as_bytes() {
        b"admin:all" => Ok(shape),
        // `admin:…`, whatever the action: the wildcard too.
        [b'a', b'd', b'm', b'i', b'n', b':', ..] => Err(Flaw::Reserved),
        _ => Ok(shape),
    }
}

// `Eq`, `Ord` and `Hash` of a grant are those of its text.
impl Borrow<str> for Grant {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl FromStr for Grant {
    type Err = ParseGrantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grant({})", self.as_str())
    }
}

/// A text is no [`Grant`]; the message names the text and what to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid grant {0}")]
pub struct ParseGrantError(Rejected);
