use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use accounts::Timestamp;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Request, StatusCode};
use http_kit::{Body, Bytes, Fetch, Secret, read_body};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::authorization::{LoginSecret, with_query};
use crate::id_token::{Expected, IdToken, IdTokenError};
use crate::json;
use crate::jwk::{KeySet, KeySetError};
use crate::jws::{JwsError, Signed};
use crate::logout_token::{LogoutToken, LogoutTokenError};
use crate::metadata::{Issuer, Metadata, MetadataError};
use crate::token_endpoint::{self, Tokens};

/// How long metadata and keys are believed before they are fetched again.
const LIFE: Duration = Duration::from_hours(1);
/// How long after the keys were fetched an unknown one has them fetched again: whoever invents names of keys makes one
/// request a minute, and no more.
const BETWEEN_FETCHES_OF_KEYS: Duration = Duration::from_mins(1);
/// The largest answer of a provider that is read, in bytes.
const ANSWER_LIMIT: usize = 256 * 1024;

/// How this relying party is known to a provider.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The provider.
    pub issuer: Issuer,
    /// What it calls this relying party.
    pub client_id: String,
    /// What it knows it by.
    pub client_secret: Secret,
    /// Where it sends browsers back to.
    pub redirect_uri: String,
    /// What is asked for, with spaces between: `openid` and more.
    pub scope: String,
    /// How long ago whoever signs in may have been asked for their credentials, if that matters.
    pub max_age: Option<Duration>,
}

/// Why a provider is of no use at the moment.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It does not answer, or not in time.
    #[error("the provider does not answer: {0}")]
    Unavailable(String),
    /// It answers with something else than what it was asked for.
    #[error("the provider's answer can't be used: {0}")]
    Invalid(String),
    /// What it says of itself can't be used.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Its keys can't be used.
    #[error(transparent)]
    Keys(#[from] KeySetError),
    /// It does not take the code: used, expired, or not made for this request.
    #[error("the provider does not take the code: `{0}`")]
    Code(String),
    /// Its signature proves nothing.
    #[error(transparent)]
    Signature(#[from] JwsError),
    /// Its ID token proves nothing.
    #[error("ID token, {0}")]
    IdToken(#[from] IdTokenError),
    /// Its logout token proves nothing.
    #[error("logout token, {0}")]
    LogoutToken(#[from] LogoutTokenError),
}

/// What providers said of themselves, kept for the life of an isolate.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<Issuer, Entry>>);

#[derive(Clone, Default)]
struct Entry {
    metadata: Option<(Arc<Metadata>, Timestamp)>,
    keys: Option<Arc<KeySet>>,
    /// When the keys were last asked for, whatever came of it.
    keys_asked_at: Option<Timestamp>,
}

impl Cache {
    fn entry<T>(&self, issuer: &Issuer, use_it: impl FnOnce(&mut Entry) -> T) -> T {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        use_it(entries.entry(issuer.clone()).or_default())
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}

/// A provider, as one request talks to it.
pub struct Client<'a, F> {
    fetch: &'a F,
    cache: &'a Cache,
    settings: &'a Settings,
    now: Timestamp,
}

/// What a code was exchanged for, checked.
#[derive(Clone)]
pub struct SignedIn {
    /// Who signed in.
    pub token: IdToken,
    /// The ID token as it came, for the provider to recognise its session by.
    pub hint: String,
}

impl<'a, F: Fetch> Client<'a, F> {
    /// The provider of these settings, at this time.
    pub fn new(fetch: &'a F, cache: &'a Cache, settings: &'a Settings, now: Timestamp) -> Self {
        Self { fetch, cache, settings, now }
    }

    /// What the provider says of itself.
    pub async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        let known = self.cache.entry(&self.settings.issuer, |entry| entry.metadata.clone());
        if let Some((metadata, at)) = known
            && self.now.since(at) < LIFE
        {
            return Ok(metadata);
        }
        let json = self.get(&self.settings.issuer.metadata_url(), None).await?;
        let metadata = Arc::new(Metadata::parse(&self.settings.issuer, &json)?);
        self.cache.entry(&self.settings.issuer, |entry| entry.metadata = Some((metadata.clone(), self.now)));
        Ok(metadata)
    }

    /// Exchanges a code for who signed in, and asks the provider for what the ID token leaves out of `wanted`.
    pub async fn sign_in(
        &self,
        code: &str,
        secret: &LoginSecret,
        wanted: &[&str],
    ) -> Result<SignedIn, ProviderError> {
        let metadata = self.metadata().await?;
        let request = token_endpoint::request(self.settings, &metadata, code, &secret.verifier())?;
        let (status, body) = self.send(request).await?;
        if status.is_client_error() {
            let error: token_endpoint::Error = parse(&body)?;
            let known: String =
                error.error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
            // Anything else is about this client: the operator has to know.
            return Err(match known.as_str() {
                "invalid_grant" => ProviderError::Code(known),
                _ => ProviderError::Invalid(format!("the token endpoint answered {status} `{known}`")),
            });
        }
        let tokens: Tokens = parse(&success(status, body, "the token endpoint")?)?;
        let signed = self.verify(&tokens.id_token).await?;
        let mut token = IdToken::check(
            &signed,
            &Expected {
                issuer: self.settings.issuer.as_str(),
                client_id: &self.settings.client_id,
                nonce: &secret.nonce(),
                access_token: tokens.access_token.as_deref(),
                max_age: self.settings.max_age,
                now: self.now,
            },
        )?;
        if let (Some(endpoint), Some(access_token)) = (&metadata.userinfo_endpoint, &tokens.access_token)
            && wanted.iter().any(|name| !token.claims.contains(name))
        {
            let more = self.userinfo(&endpoint.to_string(), access_token, &token.subject).await?;
            token.claims.complete(more);
        }
        Ok(SignedIn { token, hint: tokens.id_token })
    }

    /// Checks a logout token.
    pub async fn logout(&self, token: &str) -> Result<LogoutToken, ProviderError> {
        let signed = self.verify(token).await?;
        let (issuer, client_id) = (self.settings.issuer.as_str(), &self.settings.client_id);
        Ok(LogoutToken::check(&signed, issuer, client_id, self.now)?)
    }

    /// Where to send a browser that wants to sign out at the provider as well, if that is possible. `hint` is the ID token
    /// that the session began with.
    pub async fn end_session_url(
        &self,
        hint: Option<&str>,
        back_to: &str,
    ) -> Result<Option<String>, ProviderError> {
        let metadata = self.metadata().await?;
        let Some(endpoint) = &metadata.end_session_endpoint else { return Ok(None) };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("client_id", &self.settings.client_id);
        query.append_pair("post_logout_redirect_uri", back_to);
        if let Some(hint) = hint {
            query.append_pair("id_token_hint", hint);
        }
        Ok(Some(with_query(&endpoint.to_string(), &query.finish())))
    }

    /// What more the provider says of this subject (OpenID Connect Core, section 5.3).
    async fn userinfo(
        &self,
        url: &str,
        access_token: &str,
        subject: &str,
    ) -> Result<Map<String, Value>, ProviderError> {
        let claims: Map<String, Value> = parse(&self.get(url, Some(access_token)).await?)?;
        // Section 5.3.2: without this, an access token could be swapped for somebody else's.
        if claims.get("sub").and_then(Value::as_str) != Some(subject) {
            return Err(ProviderError::Invalid("the claims are about another subject".to_owned()));
        }
        Ok(claims)
    }

    /// Checks a signature. A key that is not known yet has the keys fetched once more, unless that was done just now.
    async fn verify(&self, token: &str) -> Result<Signed, ProviderError> {
        let known = self.cache.entry(&self.settings.issuer, |entry| {
            let fresh = entry.keys_asked_at.is_some_and(|at| self.now.since(at) < LIFE);
            entry.keys.clone().filter(|_| fresh)
        });
        let keys = match known {
            Some(keys) => keys,
            None => self.fetch_keys().await?,
        };
        match keys.verify(token) {
            Err(JwsError::UnknownKey) if self.may_fetch_again() => {
                Ok(self.fetch_keys().await?.verify(token)?)
            }
            outcome => Ok(outcome?),
        }
    }

    fn may_fetch_again(&self) -> bool {
        self.cache.entry(&self.settings.issuer, |entry| {
            entry.keys_asked_at.is_none_or(|at| self.now.since(at) >= BETWEEN_FETCHES_OF_KEYS)
        })
    }

    async fn fetch_keys(&self) -> Result<Arc<KeySet>, ProviderError> {
        let metadata = self.metadata().await?;
        // Before the request, so that others that run beside it don't ask as well.
        self.cache.entry(&self.settings.issuer, |entry| entry.keys_asked_at = Some(self.now));
        let json = self.get(&metadata.jwks_uri.to_string(), None).await?;
        let keys = Arc::new(KeySet::parse(&json)?);
        self.cache.entry(&self.settings.issuer, |entry| entry.keys = Some(keys.clone()));
        Ok(keys)
    }

    async fn get(&self, url: &str, access_token: Option<&str>) -> Result<Bytes, ProviderError> {
        let mut request = Request::builder().uri(url).header(ACCEPT, "application/json");
        if let Some(token) = access_token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))
                .map_err(|_| ProviderError::Invalid("the access token can't stand in a header".to_owned()))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let request =
            request.body(Body::empty()).map_err(|error| ProviderError::Invalid(error.to_string()))?;
        let (status, body) = self.send(request).await?;
        success(status, body, url)
    }

    async fn send(&self, request: Request<Body>) -> Result<(StatusCode, Bytes), ProviderError> {
        let unavailable = |error: http_kit::FetchError| ProviderError::Unavailable(error.to_string());
        let (head, body) = self.fetch.fetch(request).await.map_err(unavailable)?.into_parts();
        let body = read_body(body, ANSWER_LIMIT).await.map_err(unavailable)?;
        let media_type =
            head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if head.status.is_success() && !media_type.split(';').next().is_some_and(is_json) {
            return Err(ProviderError::Invalid(format!("`{}` is not JSON", media_type.escape_debug())));
        }
        Ok((head.status, body))
    }
}

fn is_json(media_type: &str) -> bool {
    let media_type = media_type.trim().to_ascii_lowercase();
    media_type.starts_with("application/") && media_type.ends_with("json")
}

fn success(status: StatusCode, body: Bytes, what: &str) -> Result<Bytes, ProviderError> {
    if status.is_success() {
        Ok(body)
    } else {
        Err(ProviderError::Unavailable(format!("{what} answered {status}")))
    }
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, ProviderError> {
    // Without the values, which may be secrets.
    json::object(json)
        .map_err(|error| ProviderError::Invalid(format!("line {}, column {}", error.line(), error.column())))
}
