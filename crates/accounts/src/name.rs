use crate::text::text_type;

/// A first or last name: 1 to 200 characters, no control characters, no spaces around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

/// Why a text is not a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePersonNameError {
    /// Nothing, or nothing but spaces.
    #[error("the name is empty; leave it out instead")]
    Empty,
    /// More than 200 characters.
    #[error("the name is longer than 200 characters")]
    TooLong,
    /// A line break or another control character.
    #[error("the name contains a control character")]
    Control,
}

impl PersonName {
    /// Reads a name, without the spaces around it.
    pub fn parse(text: &str) -> Result<Self, ParsePersonNameError> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(ParsePersonNameError::Empty),
            1..=200 if text.chars().any(char::is_control) => Err(ParsePersonNameError::Control),
            1..=200 => Ok(Self(text.to_owned())),
            _ => Err(ParsePersonNameError::TooLong),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}

text_type!(PersonName, ParsePersonNameError, "", "A name of 1 to 200 characters.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_counts_characters_not_bytes() {
        assert!(PersonName::parse(&"ü".repeat(200)).is_ok());
        assert_eq!(PersonName::parse(&"ü".repeat(201)), Err(ParsePersonNameError::TooLong));
        assert_eq!(PersonName::parse(" \t "), Err(ParsePersonNameError::Empty));
        assert_eq!(PersonName::parse("a\u{7}b"), Err(ParsePersonNameError::Control));
        assert_eq!(PersonName::parse(" Ada ").map(|name| name.0).as_deref(), Ok("Ada"));
    }
}
