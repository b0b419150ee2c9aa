//! A plain permission: what a route asks for.

use std::fmt;
use std::str::FromStr;

use crate::grammar::{Flaw, Pair, Rejected, Shape, scan};

/// A permission `resource:action`, such as `docs:read`: what a route requires, and what the catalogue lists.
///
/// Each part is a letter from `a` to `z` followed by at most 63 of `a`–`z`, `0`–`9`, `_`, `.` and `-`.
/// A permission holds no wildcard. One that names the resource `admin` is only ever satisfied by the grant
/// `admin:all`.
///
/// ```
/// use edgeward_rbac::Permission;
///
/// let permission: Permission = "docs:read".parse()?;
/// assert_eq!(permission.resource(), "docs");
/// assert_eq!(permission.action(), "read");
/// # Ok::<(), edgeward_rbac::ParsePermissionError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Pair);

impl Permission {
    /// Reads a permission. Nothing is trimmed and no case is folded.
    pub fn parse(text: &str) -> Result<Self, ParsePermissionError> {
        check(text)
            .map(|shape| Self(Pair::owned(text, shape)))
            .map_err(|flaw| ParsePermissionError(Rejected::by(text, flaw)))
    }

    /// A permission known at compile time, for constants:
    ///
    /// ```
    /// use edgeward_rbac::Permission;
    ///
    /// const DOCS_READ: Permission = Permission::from_static("docs:read");
    /// ```
    ///
    /// In a constant, an invalid text does not compile:
    ///
    /// ```compile_fail
    /// # use edgeward_rbac::Permission;
    /// const DOCS_ANY: Permission = Permission::from_static("docs:*");
    /// ```
    ///
    /// # Panics
    ///
    /// Outside a constant, if `text` is no permission: use [`Permission::parse`] for anything but a literal.
    #[expect(clippy::panic, reason = "in a constant, this is the compile error")]
    pub const fn from_static(text: &'static str) -> Self {
        let Ok(shape) = check(text) else { panic!("not a permission of the form `resource:action`") };
        Self(Pair::borrowed(text, shape))
    }

    /// The whole text, `resource:action`.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The part before the colon.
    pub fn resource(&self) -> &str {
        self.0.resource()
    }

    /// The part after the colon.
    pub fn action(&self) -> &str {
        self.0.action()
    }

    pub(crate) fn pair(&self) -> &Pair {
        &self.0
    }
}

const fn check(text: &str) -> Result<Shape, Flaw> {
    match scan(text) {
        Ok(Shape { any_resource: true, .. } | Shape { any_action: true, .. }) => Err(Flaw::Wildcard),
        plain_or_flawed => plain_or_flawed,
    }
}

impl FromStr for Permission {
    type Err = ParsePermissionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permission({})", self.as_str())
    }
}

/// A text is no [`Permission`]; the message names the text and what to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid permission {0}")]
pub struct ParsePermissionError(Rejected);
