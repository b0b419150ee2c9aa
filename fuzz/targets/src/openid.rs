use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer;
use oidc::{Expected, IdToken, Issuer, KeySet, KeySetError, LogoutToken, Metadata, Signed};
use serde_json::{Value, json};

use crate::platform::NOW;

const ISSUER: &str = "https://a.example/t";
const CLIENT: &str = "client";
const NONCE: &str = "nonce";
/// By how much clocks may differ, and how old a token may be, in seconds.
const LEEWAY: f64 = 60.0;
const AGE: f64 = 600.0;

/// What an identity provider sends: the first byte says what the rest is.
pub fn openid(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind {
        b't' => str::from_utf8(rest).map(token).unwrap_or_default(),
        b'e' => edited(rest),
        b'k' => keys(rest),
        b'm' => metadata(rest),
        b'i' => id_token(rest),
        b'l' => logout_token(rest),
        _ => {}
    }
}

/// The provider's keys, and everything that they ever signed.
struct Provider {
    keys: KeySet,
    public: [String; 2],
    signed: [String; 2],
}

fn provider() -> &'static Provider {
    static PROVIDER: OnceLock<Provider> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
        let Ok(p256) = p256::ecdsa::SigningKey::from_slice(&[2; 32]) else {
            unreachable!("a number below the order")
        };
        let point = p256.verifying_key().to_encoded_point(false);
        let [x, y] = [point.x(), point.y()].map(|part| part.map(|part| encode(part)).unwrap_or_default());
        let of_ed25519 = encode(ed25519.verifying_key().as_bytes());
        let document = json!({ "keys": [
            { "kty": "OKP", "crv": "Ed25519", "kid": "one", "x": of_ed25519 },
            { "kty": "EC", "crv": "P-256", "kid": "two", "x": x, "y": y },
        ] });
        let Ok(keys) = KeySet::parse(document.to_string().as_bytes()) else {
            unreachable!("two public keys")
        };
        let claims = json!({ "iss": ISSUER, "aud": CLIENT, "sub": "ada", "nonce": NONCE }).to_string();
        let parts = |algorithm: &str, kid: &str| {
            let header = json!({ "alg": algorithm, "kid": kid }).to_string();
            format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()))
        };
        let (one, two) = (parts("EdDSA", "one"), parts("ES256", "two"));
        let of_one = encode(&ed25519.sign(one.as_bytes()).to_bytes());
        let signature: p256::ecdsa::Signature = p256.sign(two.as_bytes());
        let of_two = encode(&signature.to_bytes());
        Provider {
            keys,
            public: [of_ed25519, x],
            signed: [format!("{one}.{of_one}"), format!("{two}.{of_two}")],
        }
    })
}

/// A token that nobody signed is never believed.
fn token(text: &str) {
    let provider = provider();
    LogoutToken::unproven_issuer(text);
    IdToken::credentials_entered_at(text);
    if let Ok(Signed { payload, .. }) = provider.keys.verify(text) {
        let body = |token: &str| token.rsplit_once('.').map(|(signed, _)| signed.to_owned());
        assert!(provider.signed.iter().any(|token| body(token) == body(text)), "{text} was never signed");
        assert_eq!(text.split('.').nth(1), Some(URL_SAFE_NO_PAD.encode(payload).as_str()));
    }
}

/// One that somebody signed, with bytes of it changed: pairs of where and what.
fn edited(edits: &[u8]) {
    let provider = provider();
    let Some((which, edits)) = edits.split_first() else { return };
    let mut text = provider.signed[usize::from(which % 2)].clone().into_bytes();
    assert!(provider.keys.verify(&String::from_utf8_lossy(&text)).is_ok());
    for edit in edits.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % text.len();
        text[at] = edit[2];
    }
    if let Ok(text) = str::from_utf8(&text) {
        token(text);
    }
}

/// Keys: public ones, or none at all.
fn keys(json: &[u8]) {
    let parsed = KeySet::parse(json);
    let Ok(document) = serde_json::from_slice::<Value>(json) else {
        assert!(parsed.is_err());
        return;
    };
    let all = document["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.iter().any(|key| key.get("d").is_some() || key.get("k").is_some() || key["kty"] == "oct") {
        assert!(parsed.is_err(), "a key that is not public");
    }
    match parsed {
        Ok(keys) => {
            assert!(document["keys"].is_array() && all.len() <= 100);
            let provider = provider();
            let is_ours =
                |key: &Value| key["x"].as_str().is_some_and(|x| provider.public.iter().any(|own| own == x));
            let signed = provider.signed.iter().any(|token| keys.verify(token).is_ok());
            assert!(!signed || all.iter().any(is_ours), "another's key fits our tokens");
        }
        Err(KeySetError::TooMany) => assert!(all.len() > 100),
        Err(_) => {}
    }
}

/// What a provider says of itself leads to no address that is not secure.
fn metadata(json: &[u8]) {
    let Ok(issuer) = ISSUER.parse::<Issuer>() else { return };
    let Ok(metadata) = Metadata::parse(&issuer, json) else { return };
    let document = serde_json::from_slice::<Value>(json).unwrap_or_default();
    assert_eq!(document["issuer"], ISSUER);
    let ends = [Some(&metadata.authorization_endpoint), metadata.end_session_endpoint.as_ref()];
    for address in ends.into_iter().flatten() {
        let address = address.to_string();
        assert!(address.starts_with("https://") || address.starts_with("http://"), "{address}");
    }
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        assert!(document[name].is_string(), "{name}");
    }
}

/// The claims of a signed ID token, read a second time by the letter of OpenID Connect Core.
fn id_token(payload: &[u8]) {
    let max_age = (payload.last() == Some(&b' ')).then_some(Duration::from_hours(1));
    let expected = Expected {
        issuer: ISSUER,
        client_id: CLIENT,
        nonce: NONCE,
        access_token: Some("access"),
        max_age,
        now: NOW,
    };
    let signed = Signed { kind: None, payload: payload.to_vec() };
    let Ok(token) = IdToken::check(&signed, &expected) else { return };
    let claims = serde_json::from_slice::<Value>(payload).unwrap_or_default();
    let now = now();
    assert_eq!((&claims["iss"], &claims["nonce"]), (&json!(ISSUER), &json!(NONCE)));
    assert!(is_for_us(&claims["aud"]) && (claims["azp"].is_null() || claims["azp"] == CLIENT));
    assert!(claims["exp"].as_f64().is_some_and(|end| now < end.floor() + LEEWAY));
    assert!(claims["iat"].as_f64().is_some_and(|made| (-LEEWAY..=AGE).contains(&(now - made.floor()))));
    assert!(claims["nbf"].as_f64().is_none_or(|from| now + LEEWAY >= from.floor()));
    if max_age.is_some() {
        assert!(claims["auth_time"].as_f64().is_some_and(|time| now - time.floor() <= 3_600.0 + LEEWAY));
    }
    assert_eq!(claims["sub"], token.subject);
    assert!((1..=255).contains(&token.subject.len()) && token.subject.is_ascii());
    assert_eq!(claims["sid"].as_str(), token.session.as_deref());
    token.claims.texts("groups");
    token.claims.flag("email_verified");
}

/// The claims of a signed logout token, by the letter of Back-Channel Logout.
fn logout_token(payload: &[u8]) {
    let signed = Signed { kind: Some("logout+jwt".to_owned()), payload: payload.to_vec() };
    let Ok(token) = LogoutToken::check(&signed, ISSUER, CLIENT, NOW) else { return };
    let claims = serde_json::from_slice::<Value>(payload).unwrap_or_default();
    let now = now();
    assert!(claims["iss"] == ISSUER && is_for_us(&claims["aud"]) && claims["nonce"].is_null());
    assert!(claims["exp"].as_f64().is_none_or(|end| now < end.floor() + LEEWAY));
    assert!(claims["iat"].as_f64().is_some_and(|made| (-LEEWAY..=AGE).contains(&(now - made.floor()))));
    assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
    assert!(claims["jti"].as_str().is_some_and(|name| !name.is_empty()));
    assert!(token.subject.is_some() || token.session.is_some());
    let said = |name: &str| claims[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    assert_eq!((token.subject, token.session), (said("sub"), said("sid")));
    assert!(token.ends_at >= NOW);
}

fn is_for_us(audience: &Value) -> bool {
    match audience {
        Value::String(one) => one == CLIENT,
        Value::Array(many) => !many.is_empty() && many.iter().all(|one| one == CLIENT),
        _ => false,
    }
}

fn now() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    let seconds = (NOW.as_millis() / 1_000) as f64;
    seconds
}
