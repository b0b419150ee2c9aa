use crate::text::text_type;

/// An e-mail address, folded to lower case: the name that an account signs in with.
///
/// Only what can be delivered to is accepted: ASCII, one `@`, a domain of at least two labels. An internationalised
/// domain comes in its ASCII form. Folding the part before the `@` as well keeps two accounts from differing by case
/// alone, which no provider of note does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

/// Why a text is not an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseEmailError {
    /// Nothing, or nothing but spaces.
    #[error("an e-mail address is required")]
    Empty,
    /// More than 254 characters (RFC 5321), or more than 64 before the `@`.
    #[error("the e-mail address is too long")]
    TooLong,
    /// Not `name@domain`.
    #[error("must be an e-mail address such as name@example.com")]
    Malformed,
}

impl Email {
    /// Reads an address, without the spaces around it.
    pub fn parse(text: &str) -> Result<Self, ParseEmailError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParseEmailError::Empty);
        }
        if text.len() > 254 {
            return Err(ParseEmailError::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(ParseEmailError::Malformed)?;
        if local.len() > 64 {
            return Err(ParseEmailError::TooLong);
        }
        let local_ok = !local.is_empty()
            && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_byte));
        let domain_ok = domain.contains('.') && domain.split('.').all(is_domain_label);
        if local_ok && domain_ok {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(ParseEmailError::Malformed)
        }
    }

    /// The address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}

/// The characters of RFC 5322's `atext`: quoted names and comments exist, but no mailbox in use needs them.
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_domain_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

text_type!(Email, ParseEmailError, { "format": "email", "maxLength": 254 }, "An e-mail address.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_folds_case_and_trims() {
        assert_eq!(
            Email::parse("  Ada.L+x@Example.ORG ").map(|email| email.0).as_deref(),
            Ok("ada.l+x@example.org")
        );
    }

    #[test]
    fn parse_refuses_what_cannot_be_delivered() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_all = format!("a@{}.com", "b".repeat(255));
        for (text, error) in [
            ("", ParseEmailError::Empty),
            ("   ", ParseEmailError::Empty),
            (long_local.as_str(), ParseEmailError::TooLong),
            (long_all.as_str(), ParseEmailError::TooLong),
            ("ada", ParseEmailError::Malformed),
            ("@example.com", ParseEmailError::Malformed),
            ("ada@", ParseEmailError::Malformed),
            ("ada@localhost", ParseEmailError::Malformed),
            ("ada@@example.com", ParseEmailError::Malformed),
            ("a da@example.com", ParseEmailError::Malformed),
            ("ada..l@example.com", ParseEmailError::Malformed),
            ("ada@-example.com", ParseEmailError::Malformed),
            ("ada@example..com", ParseEmailError::Malformed),
            ("ada@exämple.com", ParseEmailError::Malformed),
            ("ада@example.com", ParseEmailError::Malformed),
            ("ada@example.com\nbcc: x@y.z", ParseEmailError::Malformed),
            ("<ada@example.com>", ParseEmailError::Malformed),
        ] {
            assert_eq!(Email::parse(text), Err(error), "{text}");
        }
    }
}
