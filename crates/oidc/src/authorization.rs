use std::fmt;
use std::time::Duration;

use accounts::{LoginToken, TokenHash};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::Serializer;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::client::Settings;
use crate::metadata::Metadata;

/// The one secret of a sign-in under way. The browser keeps it in a cookie, the database knows its hash; `state`, `nonce`
/// and the verifier of PKCE are made from it, so that no other of them has to be kept anywhere.
#[derive(Clone, Debug)]
pub struct LoginSecret(LoginToken);

impl LoginSecret {
    /// The secret in this cookie.
    pub fn new(token: LoginToken) -> Self {
        Self(token)
    }

    /// What the database knows it by.
    pub fn hash(&self) -> TokenHash {
        self.0.hash()
    }

    fn state(&self) -> String {
        self.derive(b"state")
    }

    pub(crate) fn nonce(&self) -> String {
        self.derive(b"nonce")
    }

    pub(crate) fn verifier(&self) -> String {
        self.derive(b"pkce")
    }

    fn derive(&self, purpose: &[u8]) -> String {
        // HMAC takes a key of any length.
        let mac = Hmac::<Sha256>::new_from_slice(self.0.reveal().as_bytes())
            .map(|mac| mac.chain_update(purpose).finalize().into_bytes());
        mac.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).unwrap_or_default()
    }
}

/// Whether the provider asks for credentials (OpenID Connect Core 1.0, section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Where it does not know the browser.
    IfNeeded,
    /// In any case, and says in the ID token when it did (`auth_time`). A browser can leave that out: what the token says is all
    /// that counts.
    Login,
}

/// Where to send a browser that wants to sign in.
pub fn authorization_url(
    settings: &Settings,
    metadata: &Metadata,
    secret: &LoginSecret,
    prompt: Prompt,
) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(secret.verifier()));
    let mut query = Serializer::new(String::new());
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &settings.client_id)
        .append_pair("redirect_uri", &settings.redirect_uri)
        .append_pair("scope", &settings.scope)
        .append_pair("state", &secret.state())
        .append_pair("nonce", &secret.nonce())
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    let max_age = match prompt {
        Prompt::IfNeeded => settings.max_age,
        Prompt::Login => {
            query.append_pair("prompt", "login");
            Some(Duration::ZERO)
        }
    };
    if let Some(max_age) = max_age {
        query.append_pair("max_age", &max_age.as_secs().to_string());
    }
    with_query(&metadata.authorization_endpoint.to_string(), &query.finish())
}

/// Adds to an address that may have a query of its own.
pub(crate) fn with_query(url: &str, query: &str) -> String {
    format!("{url}{}{query}", if url.contains('?') { '&' } else { '?' })
}

/// What came back with a browser.
#[derive(Clone, Default)]
pub struct Callback {
    /// What the code can be exchanged for is who signed in.
    pub code: Option<String>,
    /// Ties the answer to the browser that asked.
    pub state: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// Without the code: whoever has it first may use it.
impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("error", &self.error).finish_non_exhaustive()
    }
}

/// Why an answer leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The answer is not to what this browser asked.
    #[error("`state`: not an answer to this browser")]
    State,
    /// The answer is another provider's.
    #[error("`iss`: another provider answers")]
    Issuer,
    /// The provider did not sign anybody in, and says why.
    #[error("the provider says `{0}`")]
    Error(String),
    /// Neither a code nor an error.
    #[error("`code`: there is none")]
    Code,
}

impl Callback {
    /// Whether this answers what the browser with this secret asked.
    pub fn belongs_to(&self, secret: &LoginSecret) -> Result<(), Refused> {
        let state = self.state.as_deref().unwrap_or_default();
        let same = bool::from(state.as_bytes().ct_eq(secret.state().as_bytes()));
        if same { Ok(()) } else { Err(Refused::State) }
    }

    /// The code, if this is an answer of this provider with one.
    pub fn code(&self, settings: &Settings, metadata: &Metadata) -> Result<&str, Refused> {
        let named = match &self.issuer {
            Some(issuer) => issuer == settings.issuer.as_str(),
            None => !metadata.names_issuer,
        };
        if !named {
            return Err(Refused::Issuer);
        }
        if let Some(error) = &self.error {
            let known: String =
                error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
            return Err(Refused::Error(known));
        }
        self.code.as_deref().filter(|code| !code.is_empty()).ok_or(Refused::Code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

    fn secret() -> LoginSecret {
        LoginSecret::new(LoginToken::parse(TOKEN).unwrap())
    }

    fn parts() -> (Settings, Metadata) {
        let issuer = "https://a.example".parse().unwrap();
        let metadata =
            br#"{"issuer": "https://a.example", "authorization_endpoint": "https://a.example/go?tenant=1",
            "token_endpoint": "https://a.example/token", "jwks_uri": "https://a.example/keys",
            "response_types_supported": ["code"], "authorization_response_iss_parameter_supported": true}"#;
        let metadata = Metadata::parse(&issuer, metadata).unwrap();
        let settings = Settings {
            issuer,
            client_id: "edge & ward".to_owned(),
            client_secret: "hunter2".parse().unwrap(),
            redirect_uri: "https://accounts.example.com/api/oidc/callback".to_owned(),
            scope: "openid email".to_owned(),
            max_age: Some(Duration::from_mins(5)),
        };
        (settings, metadata)
    }

    #[test]
    fn the_request_shows_neither_secret_nor_verifier() {
        let (settings, metadata) = parts();
        let ask = |prompt| authorization_url(&settings, &metadata, &secret(), prompt);
        let (secret, url) = (secret(), ask(Prompt::IfNeeded));
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, "https://a.example/go");
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "tenant",
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method",
            "max_age",
        ];
        assert_eq!(names, expected);
        let values: Vec<&str> = pairs.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!((values[2], values[8], values[9]), ("edge & ward", "S256", "300"));
        for hidden in [TOKEN, &secret.verifier(), "hunter2"] {
            assert!(!url.contains(hidden));
        }
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(secret.verifier()));
        assert_eq!(values[7], challenge);
        assert_eq!(secret.verifier().len(), 43, "RFC 7636 asks for 43 to 128 characters");
        let mut all = vec![secret.state(), secret.nonce(), secret.verifier(), secret.hash().to_string()];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4, "none can be told from another");
        assert!(ask(Prompt::Login).ends_with("&prompt=login&max_age=0"));
    }

    #[test]
    fn an_answer_belongs_to_the_browser_that_asked() {
        let answer = |state: Option<String>| Callback { state, ..Callback::default() };
        assert_eq!(answer(Some(secret().state())).belongs_to(&secret()), Ok(()));
        let other = LoginSecret::new(LoginToken::parse(&TOKEN.replace('w', "8")).unwrap());
        for state in [None, Some(String::new()), Some(other.state()), Some(secret().nonce())] {
            assert_eq!(answer(state).belongs_to(&secret()), Err(Refused::State));
        }
    }

    #[test]
    fn an_answer_names_its_issuer_where_the_provider_says_that_it_does() {
        let (settings, metadata) = parts();
        let silent = Metadata { names_issuer: false, ..metadata.clone() };
        let answer = |issuer: Option<&str>| Callback {
            code: Some("c".to_owned()),
            issuer: issuer.map(str::to_owned),
            ..Callback::default()
        };
        let (right, wrong) = (answer(Some("https://a.example")), answer(Some("https://evil.example")));
        assert_eq!(right.code(&settings, &metadata), Ok("c"));
        assert_eq!(right.code(&settings, &silent), Ok("c"));
        assert_eq!(answer(None).code(&settings, &silent), Ok("c"));
        assert_eq!(answer(None).code(&settings, &metadata), Err(Refused::Issuer));
        assert_eq!(wrong.code(&settings, &metadata), Err(Refused::Issuer));
        assert_eq!(wrong.code(&settings, &silent), Err(Refused::Issuer));
    }

    #[test]
    fn an_answer_without_a_code_says_why() {
        let (settings, metadata) = parts();
        let metadata = Metadata { names_issuer: false, ..metadata };
        let error = Callback {
            code: Some("c".to_owned()),
            error: Some("access_denied<script>".to_owned()),
            ..Callback::default()
        };
        let told = Refused::Error("access_deniedscript".to_owned());
        assert_eq!(error.code(&settings, &metadata), Err(told));
        assert_eq!(Callback::default().code(&settings, &metadata), Err(Refused::Code));
    }
}
