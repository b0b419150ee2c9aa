use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Asks for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of rows of which one more than `limit` was asked for; `key` is what the list is sorted by.
    pub fn of<R>(mut rows: Vec<R>, limit: Limit, key: impl Fn(&R) -> String, item: impl Fn(R) -> T) -> Self {
        let limit = limit.0 as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| Cursor(key(row)).to_string());
        Self { items: rows.into_iter().map(item).collect(), next_cursor }
    }

    /// A page of these items; the next one starts after the key `next`, if there may be one.
    pub fn followed_by(items: Vec<T>, next: Option<impl fmt::Display>) -> Self {
        Self { items, next_cursor: next.map(|key| Cursor(key.to_string()).to_string()) }
    }
}

/// How many items a page has: 1 to 100, 50 unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// How many that is.
    pub fn get(self) -> u32 {
        self.0
    }

    /// One more than a page, which shows whether there is another.
    pub fn and_one(self) -> u32 {
        self.0 + 1
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Limit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 50 })
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

/// Why a text is not the size of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseLimitError;

impl fmt::Display for ParseLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a whole number from 1 to 100")
    }
}

impl FromStr for Limit {
    type Err = ParseLimitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(limit @ 1..=100) => Ok(Self(limit)),
            _ => Err(ParseLimitError),
        }
    }
}

/// Where a page starts: after this key. Clients see it as an opaque text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// A page that starts after this key.
    pub fn at(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key of the last item before the page; empty for the first page.
    pub fn key(&self) -> &str {
        &self.0
    }

    /// That key read as what the list is sorted by; nothing for the first page.
    pub fn after<K: FromStr>(&self) -> Result<Option<K>, ParseCursorError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        self.0.parse().map(Some).map_err(|_| ParseCursorError)
    }
}

/// Why a text is not a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseCursorError;

impl fmt::Display for ParseCursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is not a cursor from an earlier page")
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 2_048 || !text.len().is_multiple_of(2) {
            return Err(ParseCursorError);
        }
        // By hand, since a cursor has one spelling: `from_str_radix` would take a sign and capitals.
        let digit = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let byte = |pair: &[u8]| Some(digit(pair[0])? * 16 + digit(pair[1])?);
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks_exact(2).map(byte).collect();
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(Self).ok_or(ParseCursorError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_the_address_bar() {
        for key in ["", "docs:read", "ünï cödé", "a&b=c%+"] {
            let cursor = Cursor(key.to_owned());
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["x", "zz", "é", "ff", "+6", "6A", &"00".repeat(1_100)] {
            assert_eq!(text.parse::<Cursor>(), Err(ParseCursorError), "{text}");
        }
    }

    #[test]
    fn limits_are_bounded() {
        assert_eq!("100".parse(), Ok(Limit(100)));
        for text in ["0", "101", "-1", "", "ten", "1e1"] {
            assert_eq!(text.parse::<Limit>(), Err(ParseLimitError), "{text}");
        }
    }

    #[test]
    fn a_page_knows_whether_there_is_another() {
        let page = |rows: &[&str]| {
            Page::of(rows.iter().map(|row| (*row).to_owned()).collect(), Limit(2), String::clone, |row| row)
        };
        assert_eq!(page(&["a", "b"]).next_cursor, None);
        let full = page(&["a", "b", "c"]);
        assert_eq!(full.items, ["a", "b"]);
        assert_eq!(full.next_cursor.unwrap().parse(), Ok(Cursor("b".to_owned())));
    }
}
