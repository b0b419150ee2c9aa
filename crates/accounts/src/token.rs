use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::ambient::Random;
use crate::text::text_type;

/// Why a text is not a token or the hash of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 bytes in base64url without padding")]
pub struct ParseTokenError;

/// Makes a type of 32 random bytes that whoever shows them knows, and nobody else.
macro_rules! secret_type {
    ($type:ident, $description:literal) => {
        #[doc = $description]
        #[derive(Clone, PartialEq, Eq)]
        pub struct $type([u8; 32]);

        impl $type {
            /// A new secret.
            pub fn generate(random: &(impl Random + ?Sized)) -> Self {
                let mut bytes = [0; 32];
                random.fill(&mut bytes);
                Self(bytes)
            }

            /// Reads 43 characters of base64url, nothing else.
            pub fn parse(text: &str) -> Result<Self, ParseTokenError> {
                decode(text).map(Self)
            }

            /// The text that is given out, once.
            pub fn reveal(&self) -> String {
                URL_SAFE_NO_PAD.encode(self.0)
            }

            /// What is stored of this secret.
            ///
            /// A plain SHA-256 is enough: there is nothing to guess in 32 random bytes.
            pub fn hash(&self) -> TokenHash {
                TokenHash(Sha256::digest(self.0).into())
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "(…)"))
            }
        }
    };
}

secret_type!(
    SessionToken,
    "The secret in a session cookie. It is never stored and never logged; only its hash is."
);
secret_type!(
    OneTimeToken,
    "The secret in a link that is mailed. It is never stored and never logged; only its hash is."
);

secret_type!(
    DeviceToken,
    "The secret in the cookie of a browser that has signed in before. It is never stored and never logged; what is stored \
     is its hash together with an address."
);

secret_type!(
    LoginToken,
    "The secret in the cookie of a browser that signs in at an identity provider. It is never stored and never logged; \
     only its hash is."
);

/// The secret of an API token: 32 random bytes behind a prefix by which a leaked one is found in code and logs. It is
/// shown once; only its hash is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken([u8; 32]);

impl ApiToken {
    /// What every token starts with.
    pub const PREFIX: &str = "edw_";

    /// A new secret.
    pub fn generate(random: &(impl Random + ?Sized)) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads what a client presents: the prefix and 43 characters of base64url, nothing else.
    pub fn parse(text: &str) -> Result<Self, ParseTokenError> {
        decode(text.strip_prefix(Self::PREFIX).ok_or(ParseTokenError)?).map(Self)
    }

    /// What its owner is shown, once.
    pub fn reveal(&self) -> String {
        format!("{}{}", Self::PREFIX, URL_SAFE_NO_PAD.encode(self.0))
    }

    /// What the database knows of this token.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiToken(…)")
    }
}

/// The SHA-256 of a token: the name under which D1 and KV know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Reads 43 characters of base64url.
    pub fn parse(text: &str) -> Result<Self, ParseTokenError> {
        decode(text).map(Self)
    }

    fn to_text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

text_type!(TokenHash, ParseTokenError, { "pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$" }, "The SHA-256 of a token, in base64url.");

fn decode(text: &str) -> Result<[u8; 32], ParseTokenError> {
    // The length comes first: a cookie of 100 KB is refused without being decoded.
    if text.len() != 43 {
        return Err(ParseTokenError);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ParseTokenError)?;
    bytes.try_into().map_err(|_| ParseTokenError)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Random for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn a_token_survives_the_cookie() {
        let token = SessionToken::generate(&Sevens);
        assert_eq!(SessionToken::parse(&token.reveal()), Ok(token));
    }

    #[test]
    fn a_token_is_not_in_its_debug_output() {
        let token = SessionToken::generate(&Sevens);
        assert_eq!(format!("{token:?}"), "SessionToken(…)");
    }

    #[test]
    fn the_hash_is_sha_256_of_the_bytes() {
        // Python: base64.urlsafe_b64encode(hashlib.sha256(b"\x07" * 32).digest())
        let hash = SessionToken::generate(&Sevens).hash();
        assert_eq!(hash.to_string(), "S7Bvjk46dxXSAdVz0KpCN2LlXavWGiwCJ4-lbMbSlOA");
        assert_eq!(TokenHash::parse(&hash.to_string()), Ok(hash));
    }

    #[test]
    fn an_api_token_has_its_prefix_and_nothing_but_its_hash_shows() {
        let token = ApiToken::generate(&Sevens);
        assert_eq!(token.reveal(), "edw_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
        assert_eq!(ApiToken::parse(&token.reveal()), Ok(token.clone()));
        assert_eq!(format!("{token:?}"), "ApiToken(…)");
        assert_eq!(token.hash(), SessionToken::generate(&Sevens).hash());
        let bare = token.reveal()[4..].to_owned();
        for text in [
            String::new(),
            bare.clone(),
            format!("EDW_{bare}"),
            format!("edw_{bare}="),
            format!("edw_edw_{bare}"),
        ] {
            assert_eq!(ApiToken::parse(&text), Err(ParseTokenError), "{text}");
        }
    }

    #[test]
    fn parse_refuses_anything_else() {
        let good = SessionToken::generate(&Sevens).reveal();
        for text in
            [String::new(), good[1..].to_owned(), format!("{good}="), good.replace('B', "+"), "é".repeat(43)]
        {
            assert_eq!(SessionToken::parse(&text), Err(ParseTokenError), "{text}");
        }
    }
}
