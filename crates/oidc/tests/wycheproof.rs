//! Published vectors against the verifier: whole tokens with their keys, of Project Wycheproof.
//!
//! They are read from the folder that `EDGEWARD_WYCHEPROOF` names, or from `../shared/data/wycheproof`, both with
//! `json_web_signature_test.json` and `json_web_key_test.json`; without either folder the tests say that they were
//! skipped. The public workflow takes them from their own repository, at a commit. The vectors of the signature schemes come
//! with a package, and always run (`src/jwk.rs`).
#![cfg(test)]

use std::path::PathBuf;

use edgeward_oidc::KeySet;
use serde_json::{Value, json};

/// The key is a Infineon one of 2017, whose factors can be found. That does not show in what a provider publishes, but in
/// where it bought its hardware, and is for the provider to know.
const NOT_FOR_A_VERIFIER: [u64; 1] = [7];

fn load(name: &str) -> Option<Value> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/wycheproof"));
    let named = std::env::var_os("EDGEWARD_WYCHEPROOF").map(PathBuf::from);
    let is_named = named.is_some();
    let Ok(text) = std::fs::read(named.unwrap_or_else(beside).join(name)) else {
        assert!(!is_named, "{name} is not in the folder that EDGEWARD_WYCHEPROOF names");
        println!("skipped: {name} is in no folder; see the head of this file");
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

/// Whether everything that this verifier is for is in a vector: one of its algorithms, and a public key.
fn is_ours(key: &Value) -> bool {
    ["RS256", "ES256", "EdDSA"].iter().any(|algorithm| key["alg"] == *algorithm) && key["kty"] != "oct"
}

/// Runs the vectors; gives how many were valid and how many were not.
fn run(file: &str, but: &[u64]) -> Option<(usize, usize)> {
    let file = load(file)?;
    let (mut valid, mut invalid) = (0, 0);
    for group in file["testGroups"].as_array().unwrap() {
        let published = if group["public"].is_null() { &group["private"] } else { &group["public"] };
        let keys =
            if published["keys"].is_null() { json!({ "keys": [published] }) } else { published.clone() };
        let ours = keys["keys"].as_array().unwrap().iter().all(is_ours);
        let keys = KeySet::parse(keys.to_string().as_bytes());
        for test in group["tests"].as_array().unwrap() {
            let number = test["tcId"].as_u64().unwrap();
            // A few are no texts: tokens in the JSON form, which is none of ours.
            let token = test["jws"].as_str().map_or_else(|| test["jws"].to_string(), str::to_owned);
            let verified = keys.as_ref().is_ok_and(|keys| keys.verify(&token).is_ok());
            let expected = test["result"] == "valid" && ours;
            if but.contains(&number) {
                continue;
            }
            assert_eq!(verified, expected, "{number}: {} {}", group["comment"], test["comment"]);
            if expected {
                valid += 1;
            } else {
                invalid += 1;
            }
        }
    }
    Some((valid, invalid))
}

#[test]
fn tokens_agree_with_wycheproof() {
    if let Some(counts) = run("json_web_signature_test.json", &[]) {
        println!("{counts:?} valid and invalid tokens");
        assert!(counts.0 > 5 && counts.1 > 300, "{counts:?}");
    }
}

#[test]
fn keys_agree_with_wycheproof() {
    if let Some(counts) = run("json_web_key_test.json", &NOT_FOR_A_VERIFIER) {
        println!("{counts:?} valid and invalid");
        assert!(counts.0 > 0 && counts.1 > 15, "{counts:?}");
    }
}
