//! The headers that every page carries.

use http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_FRAME_OPTIONS,
};
use http_kit::RequestContext;

/// Nothing runs, loads or frames that this site does not serve; nothing inline runs at all.
const CONTENT_SECURITY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const PAGE: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, CONTENT_SECURITY),
    (X_FRAME_OPTIONS, "DENY"),
    // Never more than the origin, not even to this site's own files: the addresses in mails carry a token. Not
    // `no-referrer`: with it browsers send `Origin: null` with forms, which could not be told from another site.
    (REFERRER_POLICY, "strict-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
];

/// Two years, as the preload lists ask; whether subdomains are ready for it, only their owner knows.
const TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Adds them. `Cache-Control: no-store` and `X-Content-Type-Options` come from the service, for every answer.
pub(crate) fn secure(headers: &mut HeaderMap, context: &RequestContext) {
    for (name, value) in PAGE {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if context.uri.scheme_str() == Some("https") {
        headers.insert(STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
}
