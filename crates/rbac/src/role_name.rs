//! The name of a role.

use std::fmt;
use std::str::FromStr;

use crate::grammar::{Rejected, bad_character, character};

/// The name of a role, such as `SUPER_ADMIN` or `Support level 2`: a letter, then at most 63 letters, digits, spaces,
/// `_`, `.` and `-`, the last of them no space. ASCII alone, so that no two names look the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(String);

impl RoleName {
    /// The longest name, in characters.
    const MAX: usize = 64;

    /// Reads a name. Nothing is trimmed and no case is folded.
    pub fn parse(text: &str) -> Result<Self, ParseRoleNameError> {
        match flaw(text) {
            None => Ok(Self(text.to_owned())),
            Some(reason) => Err(ParseRoleNameError(Rejected::new(text, reason))),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn flaw(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("it is empty".to_owned());
    }
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b" _.-".contains(&c);
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Some(format!("it begins with {}, not with a letter", character(text, 0)))
    } else if let Some(offset) = text.bytes().position(|c| !allowed(c)) {
        Some(bad_character(text, offset))
    } else if text.len() > RoleName::MAX {
        Some(format!("it is longer than {} characters", RoleName::MAX))
    } else if text.ends_with(' ') {
        Some("it ends with a space".to_owned())
    } else {
        None
    }
}

impl FromStr for RoleName {
    type Err = ParseRoleNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoleName({})", self.as_str())
    }
}

/// A text is no [`RoleName`]; the message names the text and what to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid role name {0}")]
pub struct ParseRoleNameError(Rejected);
