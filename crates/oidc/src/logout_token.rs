use accounts::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::LEEWAY_SECONDS;
use crate::id_token::{Audience, Seconds};
use crate::json;
use crate::jws::Signed;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How old a logout token may be: the provider sends it as it makes it, and perhaps once more.
const MAX_AGE_SECONDS: i64 = 10 * 60;

/// What a provider says when somebody signs out there (Back-Channel Logout 1.0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// Its name among the tokens of all issuers: the SHA-256, in base64url, of the issuer and `jti`.
    pub name: String,
    /// Who signed out.
    pub subject: Option<String>,
    /// Of which session at the provider; of all of them where there is none.
    pub session: Option<String>,
    /// Until when it could be shown again.
    pub ends_at: Timestamp,
}

/// Why a logout token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutTokenError {
    /// Not a JSON object with the claims that every logout token has.
    #[error("the claims can't be read")]
    Malformed,
    /// A token of another kind, by its header.
    #[error("`typ`: it is no logout token")]
    Kind,
    /// Another issuer.
    #[error("`iss`: another issuer")]
    Issuer,
    /// For somebody else, or for others as well.
    #[error("`aud`: not for this client alone")]
    Audience,
    /// Over.
    #[error("`exp`: expired")]
    Expired,
    /// Made in the future, or too long ago.
    #[error("`iat`: not made just now")]
    IssuedAt,
    /// Not about a sign-out.
    #[error("`events`: not about a sign-out")]
    Event,
    /// An ID token has one, and must never pass for a logout token.
    #[error("`nonce`: a logout token has none")]
    Nonce,
    /// Neither `sub` nor `sid`.
    #[error("`sub` and `sid`: it says neither who nor which session")]
    Nobody,
    /// It has no name.
    #[error("`jti`: it has no name")]
    Id,
}

#[derive(Deserialize)]
struct Registered {
    iss: String,
    aud: Audience,
    iat: Seconds,
    // Older providers leave it out; the age of the token bounds it then.
    exp: Option<Seconds>,
    jti: String,
    sub: Option<String>,
    sid: Option<String>,
    events: Map<String, Value>,
    nonce: Option<Value>,
}

impl LogoutToken {
    /// Who issued a token, before anything about it is proven: says whose keys to check it with.
    pub fn unproven_issuer(token: &str) -> Option<String> {
        #[derive(Deserialize)]
        struct Issued {
            iss: String,
        }
        let payload = crate::jws::split(token).ok()?.payload;
        json::object::<Issued>(&payload).ok().map(|issued| issued.iss)
    }

    /// Checks what a signed token says.
    pub fn check(
        signed: &Signed,
        issuer: &str,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Self, LogoutTokenError> {
        let of_this_kind =
            |kind: &String| kind.eq_ignore_ascii_case("logout+jwt") || kind.eq_ignore_ascii_case("JWT");
        if !signed.kind.as_ref().is_none_or(of_this_kind) {
            return Err(LogoutTokenError::Kind);
        }
        let registered: Registered =
            json::object(&signed.payload).map_err(|_| LogoutTokenError::Malformed)?;
        if registered.iss != issuer {
            return Err(LogoutTokenError::Issuer);
        }
        if !registered.aud.is_only(client_id) {
            return Err(LogoutTokenError::Audience);
        }
        let now = now.as_millis() / 1_000;
        if registered.exp.is_some_and(|end| now >= end.0 + LEEWAY_SECONDS) {
            return Err(LogoutTokenError::Expired);
        }
        if !(-LEEWAY_SECONDS..=MAX_AGE_SECONDS).contains(&(now - registered.iat.0)) {
            return Err(LogoutTokenError::IssuedAt);
        }
        if !registered.events.get(EVENT).is_some_and(Value::is_object) {
            return Err(LogoutTokenError::Event);
        }
        if registered.nonce.is_some() {
            return Err(LogoutTokenError::Nonce);
        }
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (subject, session) = (said(registered.sub), said(registered.sid));
        if subject.is_none() && session.is_none() {
            return Err(LogoutTokenError::Nobody);
        }
        if registered.jti.is_empty() {
            return Err(LogoutTokenError::Id);
        }
        let last = registered.iat.0 + MAX_AGE_SECONDS + LEEWAY_SECONDS;
        let ends_at = Timestamp::from_millis(last * 1_000);
        let name =
            Sha256::new().chain_update(issuer).chain_update([0]).chain_update(&registered.jti).finalize();
        Ok(Self { name: URL_SAFE_NO_PAD.encode(name), subject, session, ends_at })
    }
}
