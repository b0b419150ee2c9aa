use crate::text::text_type;

/// The form of a name of so many characters and two, without control characters; the spaces around it do not count.
#[cfg(feature = "openapi")]
macro_rules! form {
    ($characters_less_two:literal, $without:literal) => {
        concat!(
            r"^\s*[^\s\u0000-\u001f\u007f-\u009f",
            $without,
            r"]([^\u0000-\u001f\u007f-\u009f",
            $without,
            "]{0,",
            $characters_less_two,
            r"}[^\s\u0000-\u001f\u007f-\u009f",
            $without,
            r"])?\s*$"
        )
    };
}

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

text_type!(PersonName, ParsePersonNameError, { "pattern": form!(198, "") }, "A name of 1 to 200 characters.");

/// The name that somebody gives a token of theirs: 1 to 100 characters, no control characters, no spaces around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(String);

/// Why a text is not the name of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 100 characters without control characters")]
pub struct ParseTokenNameError;

impl TokenName {
    /// Reads a name, without the spaces around it.
    pub fn parse(text: &str) -> Result<Self, ParseTokenNameError> {
        let text = text.trim();
        let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(ParseTokenNameError) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}

text_type!(TokenName, ParseTokenNameError, { "pattern": form!(98, "") }, "A name of 1 to 100 characters.");

/// The name of a tenant: 1 to 100 characters, no control characters, no spaces around it, and no comma, which separates
/// tenants in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantName(String);

/// Why a text is not the name of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 100 characters without commas and control characters")]
pub struct ParseTenantNameError;

impl TenantName {
    /// Reads a name, without the spaces around it.
    pub fn parse(text: &str) -> Result<Self, ParseTenantNameError> {
        let text = text.trim();
        let fits = (1..=100).contains(&text.chars().count());
        let clean = !text.chars().any(|c| c.is_control() || c == ',');
        if fits && clean { Ok(Self(text.to_owned())) } else { Err(ParseTenantNameError) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}

text_type!(TenantName, ParseTenantNameError, { "pattern": form!(98, ",") }, "A name of 1 to 100 characters, without commas.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_names_have_1_to_100_characters() {
        assert_eq!(TokenName::parse(" CI ").unwrap().as_str(), "CI");
        assert!(TokenName::parse(&"ü".repeat(100)).is_ok());
        for text in ["", " ", "a\nb", &"x".repeat(101)] {
            assert_eq!(TokenName::parse(text), Err(ParseTokenNameError), "{text:?}");
        }
    }

    #[test]
    fn tenant_names_have_no_commas() {
        assert_eq!(TenantName::parse(" Öl & Co. ").unwrap().as_str(), "Öl & Co.");
        for text in ["", " ", "a,b", "a\nb", &"x".repeat(101)] {
            assert_eq!(TenantName::parse(text), Err(ParseTenantNameError), "{text:?}");
        }
    }

    #[test]
    fn parse_counts_characters_not_bytes() {
        assert!(PersonName::parse(&"ü".repeat(200)).is_ok());
        assert_eq!(PersonName::parse(&"ü".repeat(201)), Err(ParsePersonNameError::TooLong));
        assert_eq!(PersonName::parse(" \t "), Err(ParsePersonNameError::Empty));
        assert_eq!(PersonName::parse("a\u{7}b"), Err(ParsePersonNameError::Control));
        assert_eq!(PersonName::parse(" Ada ").map(|name| name.0).as_deref(), Ok("Ada"));
    }
}
