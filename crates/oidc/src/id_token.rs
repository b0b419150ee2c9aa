use std::time::Duration;

use accounts::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::LEEWAY_SECONDS;
use crate::claims::Claims;
use crate::json;
use crate::jws::Signed;

/// A token that comes with the answer to a code was made for it: an older one is somebody else's.
const MAX_AGE_OF_TOKEN_SECONDS: i64 = 10 * 60;

/// What an ID token has to say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who signed it.
    pub issuer: &'a str,
    /// Whom it is for: this relying party.
    pub client_id: &'a str,
    /// What was sent with the request.
    pub nonce: &'a str,
    /// The access token that came with it, if one did.
    pub access_token: Option<&'a str>,
    /// How long ago whoever signs in may have been asked for their credentials.
    pub max_age: Option<Duration>,
    /// Now.
    pub now: Timestamp,
}

/// An ID token with nothing wrong about it.
#[derive(Clone, Debug)]
pub struct IdToken {
    /// Who signs in, as the issuer knows them: never changes, and is never given to another.
    pub subject: String,
    /// The provider's session.
    pub session: Option<String>,
    /// Everything that it says.
    pub claims: Claims,
}

/// Why an ID token proves nothing. Each is a check of OpenID Connect Core 1.0, section 3.1.3.7, by its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not a JSON object with the claims that every ID token has.
    #[error("the claims can't be read")]
    Malformed,
    /// A token of another kind, by its header.
    #[error("`typ`: it is no ID token")]
    Kind,
    /// 2: another issuer.
    #[error("`iss`: another issuer")]
    Issuer,
    /// 3: for somebody else, or for others as well.
    #[error("`aud`: not for this client alone")]
    Audience,
    /// 4 and 5: given to another client.
    #[error("`azp`: another client")]
    AuthorizedParty,
    /// 9: over.
    #[error("`exp`: expired")]
    Expired,
    /// 10: made in the future, or too long ago.
    #[error("`iat`: not made just now")]
    IssuedAt,
    /// RFC 7519: not yet.
    #[error("`nbf`: not valid yet")]
    NotBefore,
    /// 11: an answer to another request.
    #[error("`nonce`: another request")]
    Nonce,
    /// 13: no credentials were asked for, or too long ago.
    #[error("`auth_time`: signed in too long ago, or nobody knows when")]
    AuthTime,
    /// 3.1.3.8: made with another access token.
    #[error("`at_hash`: another access token")]
    AccessToken,
    /// Not 1 to 255 characters of ASCII (section 2).
    #[error("`sub`: no subject")]
    Subject,
}

#[derive(Deserialize)]
struct Registered {
    iss: String,
    sub: String,
    aud: Audience,
    exp: Seconds,
    iat: Seconds,
    nbf: Option<Seconds>,
    nonce: Option<String>,
    azp: Option<String>,
    auth_time: Option<Seconds>,
    at_hash: Option<String>,
    sid: Option<String>,
}

/// One text, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// Whether this client is the only one: no other is trusted with a token for it.
    pub(crate) fn is_only(&self, client_id: &str) -> bool {
        match self {
            Self::One(one) => one == client_id,
            Self::Many(many) => !many.is_empty() && many.iter().all(|one| one == client_id),
        }
    }
}

/// Seconds since the start of 1970, whole or not.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Seconds(pub(crate) i64);

impl TryFrom<f64> for Seconds {
    type Error = &'static str;

    fn try_from(number: f64) -> Result<Self, Self::Error> {
        // The end of the year 9999; beyond it, a number is no point in time.
        if !(0.0..=253_402_300_799.0).contains(&number) {
            return Err("not a time");
        }
        #[expect(clippy::cast_possible_truncation, reason = "within the range above")]
        Ok(Self(number as i64))
    }
}

impl IdToken {
    /// When somebody entered their credentials, as a provider says in an ID token that was checked when it came and kept since.
    /// Nothing is checked here.
    pub fn credentials_entered_at(kept: &str) -> Option<Timestamp> {
        #[derive(Deserialize)]
        struct Entered {
            auth_time: Seconds,
        }
        let payload = crate::jws::split(kept).ok()?.payload;
        let entered: Entered = json::object(&payload).ok()?;
        Some(Timestamp::from_millis(entered.auth_time.0 * 1_000))
    }

    /// Checks what a signed token says.
    pub fn check(signed: &Signed, expected: &Expected<'_>) -> Result<Self, IdTokenError> {
        if signed.kind.as_ref().is_some_and(|kind| !kind.eq_ignore_ascii_case("JWT")) {
            return Err(IdTokenError::Kind);
        }
        let registered: Registered = json::object(&signed.payload).map_err(|_| IdTokenError::Malformed)?;
        let all: Map<String, Value> = json::object(&signed.payload).map_err(|_| IdTokenError::Malformed)?;
        if registered.iss != expected.issuer {
            return Err(IdTokenError::Issuer);
        }
        if !registered.aud.is_only(expected.client_id) {
            return Err(IdTokenError::Audience);
        }
        if registered.azp.as_ref().is_some_and(|party| party != expected.client_id) {
            return Err(IdTokenError::AuthorizedParty);
        }
        check_times(&registered, expected)?;
        let nonce = registered.nonce.as_deref().unwrap_or_default();
        if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
            return Err(IdTokenError::Nonce);
        }
        if let (Some(hash), Some(token)) = (&registered.at_hash, expected.access_token)
            && *hash != half_hash(token)
        {
            return Err(IdTokenError::AccessToken);
        }
        if !(1..=255).contains(&registered.sub.len()) || !registered.sub.is_ascii() {
            return Err(IdTokenError::Subject);
        }
        Ok(Self { subject: registered.sub, session: registered.sid, claims: Claims(all) })
    }
}

fn check_times(registered: &Registered, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let now = expected.now.as_millis() / 1_000;
    if now >= registered.exp.0 + LEEWAY_SECONDS {
        return Err(IdTokenError::Expired);
    }
    let age = now - registered.iat.0;
    if !(-LEEWAY_SECONDS..=MAX_AGE_OF_TOKEN_SECONDS).contains(&age) {
        return Err(IdTokenError::IssuedAt);
    }
    if registered.nbf.is_some_and(|from| now + LEEWAY_SECONDS < from.0) {
        return Err(IdTokenError::NotBefore);
    }
    if let Some(max) = expected.max_age {
        let max = i64::try_from(max.as_secs()).unwrap_or(i64::MAX).saturating_add(LEEWAY_SECONDS);
        if registered.auth_time.is_none_or(|time| now - time.0 > max) {
            return Err(IdTokenError::AuthTime);
        }
    }
    Ok(())
}

/// The left half of the SHA-256, which goes with all three algorithms: RS256 and ES256 by name, and Ed25519 by what
/// providers do.
fn half_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(token.as_bytes())[..16])
}
