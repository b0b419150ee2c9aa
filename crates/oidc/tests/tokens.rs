//! Every check of a signature, an ID token and a logout token, each against what is wrong in just that way.
#![cfg(test)]

use std::time::Duration;

use accounts::Timestamp;
use edgeward_oidc::{
    Expected, IdToken, IdTokenError, JwsError, KeySet, KeySetError, LogoutToken, LogoutTokenError, Signed,
};
use serde_json::{Value, json};
use testkit::Signer;

const ISSUER: &str = "https://a.example";
const NOW: i64 = 1_767_225_600;

fn keys(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn verify(published: &[Value], token: &str) -> Result<(), JwsError> {
    keys(published).verify(token).map(drop)
}

#[test]
fn three_algorithms_are_verified() {
    for signer in [Signer::rs256("a"), Signer::es256("a", 1), Signer::ed25519("a", 1)] {
        let token = signer.token(&json!({ "x": 1 }));
        let signed = keys(&[signer.jwk()]).verify(&token).unwrap();
        assert_eq!(signed.payload, br#"{"x":1}"#, "{}", signer.algorithm());
        let (head, signature) = token.rsplit_once('.').unwrap();
        let flipped = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{head}.{flipped}{}", &signature[1..]);
        assert_eq!(verify(&[signer.jwk()], &forged), Err(JwsError::Signature), "{}", signer.algorithm());
    }
    let signer = Signer::ed25519("a", 1);
    let fully_specified = signer.token_with(&json!({ "alg": "Ed25519", "kid": "a" }), &json!({}));
    assert_eq!(verify(&[signer.jwk()], &fully_specified), Ok(()));
}

#[test]
fn an_unsigned_token_is_refused() {
    let token = Signer::none("a").token(&json!({}));
    assert!(token.ends_with('.'));
    assert_eq!(verify(&[Signer::es256("a", 1).jwk()], &token), Err(JwsError::Algorithm));
    for name in ["none", "None", "NONE", "nOnE", ""] {
        let token = Signer::none("a").token_with(&json!({ "alg": name }), &json!({}));
        assert_eq!(verify(&[Signer::es256("a", 1).jwk()], &token), Err(JwsError::Algorithm), "{name}");
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let rsa = Signer::rs256("a");
    for secret in [rsa.jwk().to_string(), rsa.jwk()["n"].as_str().unwrap().to_owned()] {
        let token = Signer::hs256("a", secret.as_bytes()).token(&json!({}));
        assert_eq!(verify(&[rsa.jwk()], &token), Err(JwsError::Algorithm));
        let claims_to_be_rs256 = Signer::hs256("a", secret.as_bytes())
            .token_with(&json!({ "alg": "RS256", "kid": "a" }), &json!({}));
        assert_eq!(verify(&[rsa.jwk()], &claims_to_be_rs256), Err(JwsError::Signature));
    }
}

#[test]
fn a_key_of_one_kind_is_not_used_with_the_algorithm_of_another() {
    let (ec, rsa) = (Signer::es256("a", 1), Signer::rs256("a"));
    let token = ec.token_with(&json!({ "alg": "RS256", "kid": "a" }), &json!({}));
    assert_eq!(verify(&[ec.jwk()], &token), Err(JwsError::UnknownKey));
    assert_eq!(verify(&[ec.jwk(), rsa.jwk()], &token), Err(JwsError::Signature));
}

#[test]
fn a_key_that_comes_with_the_token_is_not_used() {
    let (ours, theirs) = (Signer::es256("a", 1), Signer::es256("a", 2));
    for (member, value) in [
        ("jwk", theirs.jwk()),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/certificate")),
        ("x5c", json!(["AAAA"])),
    ] {
        let header = json!({ "alg": "ES256", "kid": "a", member: value });
        let token = theirs.token_with(&header, &json!({}));
        assert_eq!(verify(&[ours.jwk()], &token), Err(JwsError::Signature), "{member}");
    }
}

#[test]
fn which_key_signed_has_to_be_clear() {
    let (one, two) = (Signer::es256("one", 1), Signer::es256("two", 2));
    let nameless = one.token_with(&json!({ "alg": "ES256" }), &json!({}));
    assert_eq!(verify(&[one.jwk()], &nameless), Ok(()));
    assert_eq!(verify(&[one.jwk(), Signer::rs256("r").jwk()], &nameless), Ok(()));
    assert_eq!(verify(&[one.jwk(), two.jwk()], &nameless), Err(JwsError::AmbiguousKey));
    assert_eq!(verify(&[one.jwk(), two.jwk()], &one.token(&json!({}))), Ok(()));
    assert_eq!(verify(&[two.jwk()], &one.token(&json!({}))), Err(JwsError::UnknownKey));
    assert_eq!(verify(&[], &one.token(&json!({}))), Err(JwsError::UnknownKey));
    let namesake = Signer::es256("one", 2).jwk();
    assert_eq!(verify(&[one.jwk(), namesake], &one.token(&json!({}))), Err(JwsError::AmbiguousKey));
    let mut without_name = one.jwk();
    without_name.as_object_mut().unwrap().remove("kid");
    assert_eq!(verify(&[without_name.clone()], &nameless), Ok(()));
    assert_eq!(verify(&[without_name], &one.token(&json!({}))), Err(JwsError::UnknownKey));
}

#[test]
fn keys_for_other_uses_are_none() {
    let signer = Signer::es256("a", 1);
    let token = signer.token(&json!({}));
    for (member, value) in [
        ("use", json!("enc")),
        ("use", json!(7)),
        ("key_ops", json!(["encrypt"])),
        ("key_ops", json!("verify")),
        ("alg", json!("RS256")),
        ("alg", json!("ES384")),
        ("alg", json!(null)),
        ("kty", json!("RSA")),
        ("crv", json!("P-384")),
        ("crv", json!("secp256k1")),
        ("kid", json!(1)),
        ("x", json!("AAAA")),
        ("y", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
    ] {
        let mut jwk = signer.jwk();
        jwk[member] = value.clone();
        assert_eq!(verify(&[jwk], &token), Err(JwsError::UnknownKey), "{member}: {value}");
    }
    let mut jwk = signer.jwk();
    jwk["key_ops"] = json!(["verify"]);
    assert_eq!(verify(&[jwk], &token), Ok(()));
    // Only the first 1,024 bits of it, and with an exponent that leaves everything as it is.
    let rsa = Signer::rs256("a");
    for (member, value) in
        [("n", &rsa.jwk()["n"].as_str().unwrap()[..171]), ("e", "AQ"), ("e", "Ag"), ("n", "")]
    {
        let mut jwk = rsa.jwk();
        jwk[member] = value.into();
        assert_eq!(verify(&[jwk], &rsa.token(&json!({}))), Err(JwsError::UnknownKey), "{member}: {value}");
    }
}

#[test]
fn a_set_that_gives_a_secret_away_is_refused_whole() {
    let mut private = Signer::es256("b", 2).jwk();
    private["d"] = json!("AAAA");
    for secret in [private, Signer::hs256("b", b"shared").jwk(), json!({ "kty": "oct" })] {
        let set = json!({ "keys": [Signer::es256("a", 1).jwk(), secret] }).to_string();
        assert_eq!(KeySet::parse(set.as_bytes()).unwrap_err(), KeySetError::NotPublic);
    }
    for set in ["", "{}", "[]", "null", r#"{"keys": {}}"#, r#"{"keys": [7]}"#] {
        assert!(matches!(KeySet::parse(set.as_bytes()), Err(KeySetError::Malformed(_))), "{set}");
    }
    let many = json!({ "keys": vec![json!({ "kty": "EC" }); 101] }).to_string();
    assert_eq!(KeySet::parse(many.as_bytes()).unwrap_err(), KeySetError::TooMany);
}

#[test]
fn what_is_no_token_is_refused() {
    let signer = Signer::es256("a", 1);
    let token = signer.token(&json!({}));
    let [header, payload, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{signature}"),
        format!("{token}.{signature}.{signature}"),
        format!("{header}=.{payload}.{signature}"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("W10.{payload}.{signature}"),
        format!("e30.{payload}.{signature}"),
        json!({ "payload": payload, "protected": header, "signature": signature }).to_string(),
    ] {
        assert_eq!(verify(&[signer.jwk()], &text), Err(JwsError::Malformed), "{text}");
    }
    let long = signer.token(&json!({ "x": "x".repeat(64 * 1024) }));
    assert_eq!(verify(&[signer.jwk()], &long), Err(JwsError::TooLong));
    for header in
        [json!({ "alg": "ES256", "crit": ["b64"], "b64": false }), json!({ "alg": "ES256", "crit": [] })]
    {
        let token = signer.token_with(&header, &json!({}));
        assert_eq!(verify(&[signer.jwk()], &token), Err(JwsError::Critical));
    }
}

fn signed(kind: Option<&str>, claims: &Value) -> Signed {
    Signed { kind: kind.map(str::to_owned), payload: claims.to_string().into_bytes() }
}

fn id_token() -> Value {
    json!({ "iss": ISSUER, "sub": "ada", "aud": "client", "exp": NOW + 300, "iat": NOW, "nonce": "n", "sid": "s" })
}

fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_id: "client",
        nonce: "n",
        access_token: Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
        max_age: None,
        now: Timestamp::from_millis(NOW * 1_000),
    }
}

/// The ID token with one claim changed, or left out where it is `null`.
fn checked(claim: &str, value: &Value, expected: &Expected<'_>) -> Result<IdToken, IdTokenError> {
    let mut claims = id_token();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(claim);
    } else {
        claims[claim] = value.clone();
    }
    IdToken::check(&signed(None, &claims), expected)
}

#[test]
fn an_id_token_with_nothing_wrong_says_who_signed_in() {
    let token = IdToken::check(&signed(Some("JWT"), &id_token()), &expected()).unwrap();
    assert_eq!((token.subject.as_str(), token.session.as_deref()), ("ada", Some("s")));
    assert_eq!(token.claims.text("sub"), Some("ada"));
}

#[test]
fn every_claim_of_an_id_token_is_checked() {
    use IdTokenError::{
        AccessToken, Audience, AuthorizedParty, Expired, IssuedAt, Issuer, Malformed, Nonce, NotBefore,
        Subject,
    };
    for (claim, value, error) in [
        ("iss", json!("https://evil.example"), Some(Issuer)),
        ("iss", json!("https://a.example/"), Some(Issuer)),
        ("iss", json!("https://A.example"), Some(Issuer)),
        ("iss", json!(null), Some(Malformed)),
        ("aud", json!("other"), Some(Audience)),
        ("aud", json!(["client"]), None),
        ("aud", json!(["client", "other"]), Some(Audience)),
        ("aud", json!([]), Some(Audience)),
        ("aud", json!(7), Some(Malformed)),
        ("aud", json!(null), Some(Malformed)),
        ("azp", json!("client"), None),
        ("azp", json!("other"), Some(AuthorizedParty)),
        ("exp", json!(NOW), None),
        ("exp", json!(NOW - 59), None),
        ("exp", json!(NOW - 60), Some(Expired)),
        ("exp", json!(NOW + 299), None),
        ("exp", json!(1_767_225_900.5), None),
        ("exp", json!("never"), Some(Malformed)),
        ("exp", json!(1e300), Some(Malformed)),
        ("exp", json!(-1), Some(Malformed)),
        ("exp", json!(null), Some(Malformed)),
        ("iat", json!(NOW + 60), None),
        ("iat", json!(NOW + 61), Some(IssuedAt)),
        ("iat", json!(NOW - 600), None),
        ("iat", json!(NOW - 601), Some(IssuedAt)),
        ("iat", json!(null), Some(Malformed)),
        ("nbf", json!(NOW + 60), None),
        ("nbf", json!(NOW + 61), Some(NotBefore)),
        ("nonce", json!("m"), Some(Nonce)),
        ("nonce", json!(""), Some(Nonce)),
        ("nonce", json!(null), Some(Nonce)),
        ("sub", json!(""), Some(Subject)),
        ("sub", json!("x".repeat(255)), None),
        ("sub", json!("x".repeat(256)), Some(Subject)),
        ("sub", json!("äda"), Some(Subject)),
        ("sub", json!(7), Some(Malformed)),
        ("sub", json!(null), Some(Malformed)),
        // The example of OpenID Connect Core, appendix A.3, and its access token.
        ("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"), None),
        ("at_hash", json!("77QmUPtjPfzWtF2AnpK9RA"), Some(AccessToken)),
    ] {
        let outcome = checked(claim, &value, &expected());
        assert_eq!(outcome.map(drop).err(), error, "{claim}: {value}");
    }
    for payload in ["", "7", "null", "[]", r#"{"iss":"a","iss":"b"}"#] {
        let token = Signed { kind: None, payload: payload.as_bytes().to_vec() };
        assert_eq!(IdToken::check(&token, &expected()).map(drop), Err(Malformed), "{payload}");
    }
    let other_kind = signed(Some("logout+jwt"), &id_token());
    assert_eq!(IdToken::check(&other_kind, &expected()).map(drop), Err(IdTokenError::Kind));
}

#[test]
fn a_sign_in_of_long_ago_is_refused_where_that_matters() {
    let expected = Expected { max_age: Some(Duration::from_mins(5)), ..expected() };
    for (time, error) in [
        (json!(NOW), None),
        (json!(NOW - 360), None),
        (json!(NOW - 361), Some(IdTokenError::AuthTime)),
        (json!(null), Some(IdTokenError::AuthTime)),
    ] {
        assert_eq!(checked("auth_time", &time, &expected).map(drop).err(), error, "{time}");
    }
}

fn logout_token() -> Value {
    json!({
        "iss": ISSUER, "aud": "client", "iat": NOW, "exp": NOW + 120, "jti": "1", "sub": "ada", "sid": "s",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
}

#[test]
fn every_claim_of_a_logout_token_is_checked() {
    use LogoutTokenError::{Audience, Event, Expired, Id, IssuedAt, Issuer, Malformed, Nobody, Nonce};
    let now = Timestamp::from_millis(NOW * 1_000);
    let check =
        |kind: Option<&str>, claims: &Value| LogoutToken::check(&signed(kind, claims), ISSUER, "client", now);
    for kind in [None, Some("JWT"), Some("logout+jwt")] {
        let token = check(kind, &logout_token()).unwrap();
        assert_eq!((token.subject.as_deref(), token.session.as_deref()), (Some("ada"), Some("s")));
        assert_eq!(token.ends_at, Timestamp::from_millis((NOW + 660) * 1_000));
    }
    assert_eq!(check(Some("at+jwt"), &logout_token()), Err(LogoutTokenError::Kind));
    for (claim, value, error) in [
        ("iss", json!("https://evil.example"), Issuer),
        ("aud", json!("other"), Audience),
        ("aud", json!(["client", "other"]), Audience),
        ("exp", json!(NOW - 60), Expired),
        ("iat", json!(NOW + 61), IssuedAt),
        ("iat", json!(NOW - 601), IssuedAt),
        ("jti", json!(""), Id),
        ("jti", json!(null), Malformed),
        ("events", json!({}), Event),
        ("events", json!({ "http://schemas.openid.net/event/backchannel-logout": true }), Event),
        ("events", json!(null), Malformed),
        ("nonce", json!("n"), Nonce),
    ] {
        let mut claims = logout_token();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(claim);
        } else {
            claims[claim] = value.clone();
        }
        assert_eq!(check(None, &claims), Err(error), "{claim}: {value}");
    }
    let mut nobody = logout_token();
    nobody.as_object_mut().unwrap().retain(|name, _| name != "sub" && name != "sid");
    assert_eq!(check(None, &nobody), Err(Nobody));
    assert_eq!(check(None, &id_token()), Err(Malformed), "an ID token is no logout token");
}

#[test]
fn a_logout_token_says_whose_keys_to_check_it_with() {
    let token = Signer::es256("a", 1).token(&logout_token());
    assert_eq!(LogoutToken::unproven_issuer(&token).as_deref(), Some(ISSUER));
    assert_eq!(LogoutToken::unproven_issuer("x.y.z"), None);
}
