use std::fmt;
use std::str::FromStr;

/// A key of the cache: 1 to 256 letters, digits and `. _ - :`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CacheKey(String);

/// Why a text is not a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 256 letters, digits and the characters `.`, `_`, `-` and `:`")]
pub(crate) struct ParseCacheKeyError;

impl FromStr for CacheKey {
    type Err = ParseCacheKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte);
        if (1..=256).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseCacheKeyError)
        }
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
