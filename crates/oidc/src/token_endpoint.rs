use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::{Serializer, byte_serialize};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use http_kit::Body;
use serde::Deserialize;

use crate::client::{ProviderError, Settings};
use crate::metadata::Metadata;

/// What a code was exchanged for.
#[derive(Deserialize)]
pub(crate) struct Tokens {
    pub(crate) id_token: String,
    pub(crate) access_token: Option<String>,
}

/// Why a code was not exchanged (RFC 6749, section 5.2).
#[derive(Deserialize)]
pub(crate) struct Error {
    pub(crate) error: String,
}

/// Exchanges a code. The verifier shows that whoever exchanges it is who asked for it.
pub(crate) fn request(
    settings: &Settings,
    metadata: &Metadata,
    code: &str,
    verifier: &str,
) -> Result<Request<Body>, ProviderError> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &settings.redirect_uri)
        .append_pair("code_verifier", verifier);
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(metadata.token_endpoint.uri().clone())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json");
    let secret = settings.client_secret.reveal();
    if metadata.secret_in_body {
        form.append_pair("client_id", &settings.client_id).append_pair("client_secret", secret);
    } else {
        // RFC 6749, section 2.3.1: each is encoded as in a form before both are put together.
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = STANDARD.encode(format!("{}:{}", encode(&settings.client_id), encode(secret)));
        let mut value = HeaderValue::try_from(format!("Basic {pair}"))
            .map_err(|error| ProviderError::Invalid(error.to_string()))?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    request.body(Body::from(form.finish())).map_err(|error| ProviderError::Invalid(error.to_string()))
}
