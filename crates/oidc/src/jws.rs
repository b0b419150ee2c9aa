use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use crate::json;

/// Longer than any token of a provider: one with a thousand groups has half of it.
pub(crate) const MAX_TOKEN: usize = 64 * 1024;

/// What a token says, once its signature has been checked.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The header's `typ`.
    pub kind: Option<String>,
    /// What was signed.
    pub payload: Vec<u8>,
}

/// Why a token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than 64 KiB.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64url, the first of which is a JSON object with an `alg`.
    #[error("the token can't be read")]
    Malformed,
    /// Signed with something other than RS256, ES256 or `EdDSA`, or not at all.
    #[error("the token is signed with an algorithm that is not allowed, or not at all")]
    Algorithm,
    /// Its header asks for something that has to be understood.
    #[error("the token asks for an extension")]
    Critical,
    /// None of the provider's keys is the one that it names.
    #[error("the key of the token is none of the provider's")]
    UnknownKey,
    /// Several keys would do.
    #[error("more than one key of the provider could be that of the token")]
    AmbiguousKey,
    /// The signature is not that of the key.
    #[error("the signature of the token is wrong")]
    Signature,
}

/// What matters of a header. A key that it carries or points to (`jwk`, `jku`, `x5c`, `x5u`) does not: who signed is for
/// the provider's set of keys to say.
#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) kid: Option<String>,
    pub(crate) typ: Option<String>,
    crit: Option<Value>,
}

/// A token taken apart; nothing about it is proven.
pub(crate) struct Parts<'a> {
    pub(crate) header: Header,
    /// What the signature is over.
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

/// Takes a token in the compact form apart.
pub(crate) fn split(token: &str) -> Result<Parts<'_>, JwsError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    // Strictly: no padding, no white space, nothing in the unused bits. So a fourth part is none either.
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed);
    let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);
    let header: Header = json::object(&header).map_err(|_| JwsError::Malformed)?;
    if header.crit.is_some() {
        return Err(JwsError::Critical);
    }
    Ok(Parts { header, signed, signature, payload })
}
