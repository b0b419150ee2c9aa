//! Hashing and verifying, with RustCrypto.
#![cfg(test)]

use std::sync::atomic::{AtomicUsize, Ordering};

use edgeward_accounts::password::{
    Argon2Cost, Cost, HashError, Kdf, Password, RustCrypto, Verified, hash, hash_now, verify, verify_nobody,
};
use edgeward_accounts::{NewPassword, Random};

mod ready;
use ready::now;

const ARGON2: Argon2Cost = Argon2Cost { memory_kib: 64, passes: 1, lanes: 1 };
const CHEAP: Cost = Cost::Argon2id(ARGON2);
const PBKDF2: Cost = Cost::Pbkdf2 { iterations: 10 };
const RIGHT: Result<Verified, HashError> = Ok(Verified::Right { rehash: false });
const REHASH: Result<Verified, HashError> = Ok(Verified::Right { rehash: true });
const WRONG: Result<Verified, HashError> = Ok(Verified::Wrong);
/// `correct horse é` as the older framework stores it.
const LEGACY: &str = "01734516885102119136153170187204221238255:34be58be7b92be4630e12c8ecc41450786619613b2dac0f125809d4cc6666887";

struct Ones;
impl Random for Ones {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(1);
    }
}

/// Counts how often a key is derived at the cost of the settings.
#[derive(Default)]
struct Counting(AtomicUsize);
impl Kdf for Counting {
    async fn derive(
        &self,
        cost: Cost,
        password: &[u8],
        salt: &[u8],
        bytes: usize,
    ) -> Result<Vec<u8>, HashError> {
        if cost == CHEAP {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        RustCrypto.derive(cost, password, salt, bytes).await
    }
}

fn password(text: &str) -> Password {
    Password::parse(text.to_owned()).unwrap()
}

fn hashed(text: &str, cost: Cost) -> String {
    now(hash(&RustCrypto, &password(text), cost, &Ones)).unwrap()
}

fn verified(text: &str, stored: &str, settings: Cost) -> Result<Verified, HashError> {
    now(verify(&RustCrypto, &password(text), stored, settings))
}

#[test]
fn verify_tells_right_from_wrong() {
    for cost in [CHEAP, PBKDF2] {
        let stored = hashed("correct horse", cost);
        assert_eq!(verified("correct horse", &stored, cost), RIGHT, "{stored}");
        assert_eq!(verified("correct house", &stored, cost), WRONG, "{stored}");
        assert_eq!(verified("", &stored, cost), WRONG, "{stored}");
    }
}

#[test]
fn a_hash_is_a_phc_string() {
    let new = NewPassword::parse("correct horse".to_owned()).unwrap();
    for (cost, start) in [
        (CHEAP, "$argon2id$v=19$m=64,t=1,p=1$AQEBAQEBAQEBAQEBAQEBAQ$"),
        (PBKDF2, "$pbkdf2-sha256$i=10,l=32$AQEBAQEBAQEBAQEBAQEBAQ$"),
    ] {
        let stored = hash_now(new.as_password(), cost, &Ones).unwrap();
        assert!(stored.starts_with(start), "{stored}");
        assert_eq!(stored, hashed("correct horse", cost));
    }
}

#[test]
fn verify_asks_for_a_new_hash_when_the_settings_have_risen_or_the_algorithm_has_changed() {
    let argon2 = hashed("correct horse", CHEAP);
    let pbkdf2 = hashed("correct horse", PBKDF2);
    for (stored, settings, expected) in [
        (&argon2, Cost::Argon2id(Argon2Cost { passes: 2, ..ARGON2 }), REHASH),
        (&argon2, Cost::Argon2id(Argon2Cost { memory_kib: 65, ..ARGON2 }), REHASH),
        (&argon2, Cost::Argon2id(Argon2Cost { memory_kib: 32, ..ARGON2 }), RIGHT),
        (&argon2, PBKDF2, REHASH),
        (&pbkdf2, CHEAP, REHASH),
        (&pbkdf2, Cost::Pbkdf2 { iterations: 11 }, REHASH),
        (&pbkdf2, Cost::Pbkdf2 { iterations: 9 }, RIGHT),
    ] {
        assert_eq!(verified("correct horse", stored, settings), expected, "{stored} {settings:?}");
        assert_eq!(verified("correct house", stored, settings), WRONG, "{stored} {settings:?}");
    }
}

#[test]
fn verify_refuses_what_it_should_not_compute() {
    let key = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let salt = "AQEBAQEBAQEBAQEBAQEBAQ";
    for stored in [
        String::new(),
        "plain".to_owned(),
        format!("$argon2id$v=19$m=4294967295,t=2,p=1${salt}${key}"),
        format!("$argon2id$v=19$m=19456,t=1000,p=1${salt}${key}"),
        format!("$argon2id$v=19$m=19456,t=1,p=5${salt}${key}"),
        format!("$argon2id$v=16$m=64,t=1,p=1${salt}${key}"),
        format!("$argon2id$m=64,t=1,p=1${salt}${key}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,data=AQEB${salt}${key}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${salt}"),
        format!("$argon2i$v=19$m=64,t=1,p=1${salt}${key}"),
        format!("$pbkdf2-sha256$i=100001${salt}${key}"),
        format!("$pbkdf2-sha256$i=4294967295,l=32${salt}${key}"),
        format!("$pbkdf2-sha256$i=0${salt}${key}"),
        format!("$pbkdf2-sha256$l=32${salt}${key}"),
        format!("$pbkdf2-sha256$i=1,l=31${salt}${key}"),
        format!("$pbkdf2-sha256$i=1,x=1${salt}${key}"),
        format!("$pbkdf2-sha256$i=1${salt}"),
        format!("$pbkdf2-sha1$i=1${salt}${key}"),
        format!("$2b$12${salt}{key}"),
    ] {
        assert_eq!(verified("x", &stored, CHEAP), Err(HashError::Stored), "{stored}");
    }
}

#[test]
fn a_stored_hash_of_another_implementation_verifies() {
    // From the tests of the reference implementation, phc-winner-argon2: version 19, t=2, m=2^8, p=1.
    let stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assert_eq!(verified("password", stored, CHEAP), RIGHT);
    // Python: hashlib.pbkdf2_hmac("sha256", b"password", b"somesaltsomesalt", 1000, 20), without `l`.
    let stored = "$pbkdf2-sha256$i=1000$c29tZXNhbHRzb21lc2FsdA$s5LQUeAEZUMuFVrnmF3OMNPXs3Q";
    assert_eq!(verified("password", stored, PBKDF2), RIGHT);
}

#[test]
fn a_hash_of_the_older_framework_verifies_and_is_to_be_replaced() {
    for settings in [CHEAP, PBKDF2] {
        assert_eq!(verified("correct horse é", LEGACY, settings), REHASH);
        assert_eq!(verified("correct horse e", LEGACY, settings), WRONG);
    }
}

#[test]
fn a_wrong_password_costs_the_same_whether_there_is_an_account_or_not() {
    let stored = hashed("correct horse", CHEAP);
    for stored in [None, Some(stored.as_str()), Some(LEGACY)] {
        let kdf = Counting::default();
        let wrong = password("correct house");
        match stored {
            Some(stored) => assert_eq!(now(verify(&kdf, &wrong, stored, CHEAP)), WRONG),
            None => now(verify_nobody(&kdf, &wrong, CHEAP)).unwrap(),
        }
        assert_eq!(kdf.0.load(Ordering::SeqCst), 1, "{stored:?}");
    }
}

/// Nothing is cut off, trimmed, folded or left out, up to the last of 256 characters.
#[test]
fn every_character_of_a_password_counts() {
    let ascii: String = (' '..='~').chain("é\u{301}\u{1f511}".chars()).cycle().take(256).collect();
    let chars: Vec<char> = ascii.chars().collect();
    for cost in [CHEAP, PBKDF2] {
        let stored = hashed(&ascii, cost);
        assert_eq!(verified(&ascii, &stored, cost), RIGHT);
        for at in 0..chars.len() {
            let mut other = chars.clone();
            other[at] = if other[at] == 'x' { 'X' } else { 'x' };
            assert_eq!(verified(&other.iter().collect::<String>(), &stored, cost), WRONG, "{at}");
        }
        for other in [ascii.trim(), &ascii.to_lowercase(), &ascii[1..]] {
            assert_eq!(verified(other, &stored, cost), WRONG);
        }
    }
}
