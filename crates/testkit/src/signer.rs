use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use hmac::{Hmac, Mac};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::SignatureEncoding;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::Sha256;

/// A key that tests sign tokens with. Made for tests, and known to everybody.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Its name among the keys of its owner.
    pub id: String,
    key: Key,
}

#[derive(Clone, Debug)]
enum Key {
    Rsa(Box<rsa::RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Shared(Vec<u8>),
    Nothing,
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Signer {
    /// Signs with RS256; there is one such key.
    pub fn rs256(id: &str) -> Self {
        let der: String = include_str!("rsa_test_key.txt").split_whitespace().collect();
        let key = rsa::RsaPrivateKey::from_pkcs8_der(&STANDARD.decode(der).unwrap()).unwrap();
        Self { id: id.to_owned(), key: Key::Rsa(Box::new(key)) }
    }

    /// Signs with ES256; each number is another key.
    pub fn es256(id: &str, number: u8) -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap();
        Self { id: id.to_owned(), key: Key::P256(key) }
    }

    /// Signs with `EdDSA`; each number is another key.
    pub fn ed25519(id: &str, number: u8) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&[number; 32]);
        Self { id: id.to_owned(), key: Key::Ed25519(Box::new(key)) }
    }

    /// Signs with HS256, a shared secret.
    pub fn hs256(id: &str, secret: &[u8]) -> Self {
        Self { id: id.to_owned(), key: Key::Shared(secret.to_vec()) }
    }

    /// Signs with nothing: `alg: none`.
    pub fn none(id: &str) -> Self {
        Self { id: id.to_owned(), key: Key::Nothing }
    }

    /// The name of its algorithm.
    pub fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "RS256",
            Key::P256(_) => "ES256",
            Key::Ed25519(_) => "EdDSA",
            Key::Shared(_) => "HS256",
            Key::Nothing => "none",
        }
    }

    /// The public key (RFC 7517).
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Rsa(key) => json!({
                "kty": "RSA", "n": base64url(key.n().to_bytes_be()), "e": base64url(key.e().to_bytes_be()),
            }),
            Key::P256(key) => {
                let point = key.verifying_key().as_affine().to_encoded_point(false);
                json!({
                    "kty": "EC", "crv": "P-256",
                    "x": base64url(point.x().unwrap()), "y": base64url(point.y().unwrap()),
                })
            }
            Key::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(key.verifying_key().as_bytes()) })
            }
            Key::Shared(secret) => json!({ "kty": "oct", "k": base64url(secret) }),
            Key::Nothing => panic!("nothing has no key"),
        };
        jwk["kid"] = self.id.as_str().into();
        jwk["use"] = "sig".into();
        jwk["alg"] = self.algorithm().into();
        jwk
    }

    /// A token of these claims.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&json!({ "alg": self.algorithm(), "kid": self.id }), claims)
    }

    /// A token with this header.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", base64url(signature))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.key {
            Key::Rsa(key) => {
                let key = rsa::pkcs1v15::SigningKey::<Sha256>::new((**key).clone());
                rsa::signature::Signer::sign(&key, message).to_vec()
            }
            Key::P256(key) => {
                let signature: p256::ecdsa::Signature = rsa::signature::Signer::sign(key, message);
                signature.to_vec()
            }
            Key::Ed25519(key) => key.sign(message).to_vec(),
            Key::Shared(secret) => {
                let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
                mac.chain_update(message).finalize().into_bytes().to_vec()
            }
            Key::Nothing => Vec::new(),
        }
    }
}
