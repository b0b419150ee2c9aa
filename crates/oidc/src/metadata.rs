use std::fmt;
use std::str::FromStr;

use http_kit::{ParseSecureUrlError, SecureUrl};
use serde::Deserialize;

use crate::json;

/// The name of a provider, and where it is found: `https://login.example.com`, perhaps with a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Issuer(String);

/// Why a text is not an issuer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseIssuerError {
    /// Not an address to which secrets may be sent.
    #[error("an issuer {0}")]
    Url(#[from] ParseSecureUrlError),
    /// With a query or a fragment (OpenID Connect Core, section 2).
    #[error("an issuer has neither a query nor a fragment")]
    Query,
}

impl Issuer {
    /// The issuer, to be compared letter by letter.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where its metadata is (OpenID Connect Discovery 1.0, section 4).
    pub(crate) fn metadata_url(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.0.trim_end_matches('/'))
    }
}

impl FromStr for Issuer {
    type Err = ParseIssuerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url: SecureUrl = text.parse()?;
        if url.uri().query().is_some() || text.contains('#') {
            return Err(ParseIssuerError::Query);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a provider says of itself (OpenID Connect Discovery 1.0), as far as it matters here.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Where browsers are sent to sign in.
    pub authorization_endpoint: SecureUrl,
    /// Where browsers are sent to sign out, if that is possible (RP-Initiated Logout 1.0).
    pub end_session_endpoint: Option<SecureUrl>,
    pub(crate) token_endpoint: SecureUrl,
    pub(crate) jwks_uri: SecureUrl,
    pub(crate) userinfo_endpoint: Option<SecureUrl>,
    /// Whether every answer names its issuer (RFC 9207).
    pub(crate) names_issuer: bool,
    /// Whether the secret goes into the body rather than into a header.
    pub(crate) secret_in_body: bool,
}

/// Why what a provider says of itself can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Not a JSON object with what is required.
    #[error("the metadata can't be read: {0}")]
    Malformed(String),
    /// It speaks for another issuer: whoever answers is not who was asked.
    #[error("the metadata is of another issuer")]
    Issuer,
    /// An address in it is not `https`.
    #[error("the metadata's `{0}` {1}")]
    Url(&'static str, ParseSecureUrlError),
    /// It speaks no code flow, or PKCE without SHA-256.
    #[error("the provider does not support {0}")]
    Unsupported(&'static str),
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    response_types_supported: Vec<String>,
    code_challenge_methods_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Reads what `issuer` answered.
    pub fn parse(issuer: &Issuer, json: &[u8]) -> Result<Self, MetadataError> {
        let document: Document =
            json::object(json).map_err(|error| MetadataError::Malformed(error.to_string()))?;
        if document.issuer != issuer.as_str() {
            return Err(MetadataError::Issuer);
        }
        if !document.response_types_supported.iter().any(|kind| kind == "code") {
            return Err(MetadataError::Unsupported("the code flow"));
        }
        // A provider that does not say may support it all the same; one that says so and leaves it out does not.
        if document
            .code_challenge_methods_supported
            .is_some_and(|methods| !methods.iter().any(|m| m == "S256"))
        {
            return Err(MetadataError::Unsupported("PKCE with SHA-256"));
        }
        let url = |name: &'static str, text: &str| -> Result<SecureUrl, MetadataError> {
            text.parse().map_err(|error| MetadataError::Url(name, error))
        };
        let optional = |name: &'static str, text: Option<&str>| text.map(|text| url(name, text)).transpose();
        let secret_in_body = document.token_endpoint_auth_methods_supported.is_some_and(|methods| {
            let has = |name: &str| methods.iter().any(|method| method == name);
            has("client_secret_post") && !has("client_secret_basic")
        });
        Ok(Self {
            authorization_endpoint: url("authorization_endpoint", &document.authorization_endpoint)?,
            token_endpoint: url("token_endpoint", &document.token_endpoint)?,
            jwks_uri: url("jwks_uri", &document.jwks_uri)?,
            userinfo_endpoint: optional("userinfo_endpoint", document.userinfo_endpoint.as_deref())?,
            end_session_endpoint: optional("end_session_endpoint", document.end_session_endpoint.as_deref())?,
            names_issuer: document.authorization_response_iss_parameter_supported,
            secret_in_body,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn document() -> Value {
        json!({
            "issuer": "https://a.example/t",
            "authorization_endpoint": "https://a.example/authorize",
            "token_endpoint": "https://a.example/token",
            "jwks_uri": "https://a.example/keys",
            "response_types_supported": ["id_token", "code"],
            "something_else": [1, 2, 3],
        })
    }

    fn parse(change: impl Fn(&mut Value)) -> Result<Metadata, MetadataError> {
        let mut document = document();
        change(&mut document);
        Metadata::parse(&"https://a.example/t".parse().unwrap(), document.to_string().as_bytes())
    }

    #[test]
    fn an_issuer_is_https_and_has_its_metadata_below_it() {
        for (text, url) in [
            ("https://a.example", "https://a.example/.well-known/openid-configuration"),
            ("https://a.example/", "https://a.example/.well-known/openid-configuration"),
            ("https://a.example/t/v2", "https://a.example/t/v2/.well-known/openid-configuration"),
            ("http://localhost:9", "http://localhost:9/.well-known/openid-configuration"),
        ] {
            assert_eq!(text.parse::<Issuer>().unwrap().metadata_url(), url);
        }
        for text in ["a.example", "http://a.example", "https://a.example?b", "https://a.example#b", ""] {
            assert!(text.parse::<Issuer>().is_err(), "{text}");
        }
    }

    #[test]
    fn metadata_needs_little_and_takes_more() {
        let metadata = parse(|_| {}).unwrap();
        assert!(
            metadata.end_session_endpoint.is_none() && !metadata.names_issuer && !metadata.secret_in_body
        );
        let metadata = parse(|document| {
            document["end_session_endpoint"] = json!("https://a.example/end");
            document["authorization_response_iss_parameter_supported"] = json!(true);
            document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
            document["code_challenge_methods_supported"] = json!(["plain", "S256"]);
        })
        .unwrap();
        assert!(metadata.end_session_endpoint.is_some() && metadata.names_issuer && metadata.secret_in_body);
    }

    #[test]
    fn metadata_that_can_not_be_relied_on_is_refused() {
        for (member, value, error) in [
            ("issuer", json!("https://a.example/t/"), MetadataError::Issuer),
            ("response_types_supported", json!(["id_token"]), MetadataError::Unsupported("the code flow")),
            (
                "code_challenge_methods_supported",
                json!(["plain"]),
                MetadataError::Unsupported("PKCE with SHA-256"),
            ),
            (
                "token_endpoint",
                json!("http://a.example/token"),
                MetadataError::Url("token_endpoint", ParseSecureUrlError::Insecure),
            ),
            (
                "end_session_endpoint",
                json!("javascript:alert(1)"),
                MetadataError::Url("end_session_endpoint", ParseSecureUrlError::Insecure),
            ),
        ] {
            assert_eq!(parse(|document| document[member] = value.clone()).unwrap_err(), error, "{member}");
        }
        let lacks = parse(|document| {
            document.as_object_mut().unwrap().remove("jwks_uri");
        });
        assert!(matches!(lacks, Err(MetadataError::Malformed(_))));
    }
}
