use accounts::password::{
    Argon2Cost, Cost, HashError, Kdf, MAX_PBKDF2_ITERATIONS, NewPassword, Password, RustCrypto, Verified,
    hash, is_older_hash, verify,
};
use sha2::{Digest, Sha256};

use crate::platform::Still;

/// Stored hashes of passwords. The first line is the password, the rest what is stored.
pub fn passwords(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (typed, stored) = text.split_once('\n').unwrap_or((text, ""));
    let Ok(password) = Password::parse(typed.to_owned()) else {
        assert!(typed.chars().count() > 256);
        return;
    };
    assert!(!format!("{password:?}").contains(typed) || "Password(…)".contains(typed));
    let length = typed.chars().count();
    assert!(NewPassword::parse(typed.to_owned()).is_err() || (12..=256).contains(&length));

    let settings = Cost::Argon2id(Argon2Cost { memory_kib: 8, passes: 1, lanes: 1 });
    match pollster::block_on(verify(&Bounded, &password, stored, settings)) {
        // Nobody finds a hash for a password by chance, so one that is right was made for it.
        Ok(Verified::Right { rehash }) => {
            assert!(!is_older_hash(stored) || rehash, "an older hash is good for once");
        }
        Ok(Verified::Wrong) => {}
        Err(error) => assert_eq!(error, HashError::Stored, "{stored:?}"),
    }
    // What is made of any password is read again, and is that password's alone.
    for cost in
        [settings, Cost::Pbkdf2 { iterations: 1 + u32::from(data.first().copied().unwrap_or_default()) }]
    {
        let made = pollster::block_on(hash(&Bounded, &password, cost, &Still));
        assert!(made.is_ok(), "{made:?}");
        let made = made.unwrap_or_default();
        let right = pollster::block_on(verify(&Bounded, &password, &made, cost));
        assert_eq!(right, Ok(Verified::Right { rehash: false }), "{made}");
        if let Ok(other) = Password::parse(format!("{typed}.")) {
            assert_eq!(pollster::block_on(verify(&Bounded, &other, &made, cost)), Ok(Verified::Wrong));
        }
    }
}

/// Derives nothing that costs anything, and nothing beyond what a worker may be made to compute.
struct Bounded;

impl Kdf for Bounded {
    async fn derive(
        &self,
        cost: Cost,
        password: &[u8],
        salt: &[u8],
        bytes: usize,
    ) -> Result<Vec<u8>, HashError> {
        assert!(bytes <= 64 && salt.len() <= 64);
        let cheap = match cost {
            Cost::Argon2id(Argon2Cost { memory_kib, passes, lanes }) => {
                assert!(memory_kib <= 64 * 1024 && (1..=10).contains(&passes) && (1..=4).contains(&lanes));
                memory_kib <= 16 && passes == 1 && salt.len() >= 8
            }
            Cost::Pbkdf2 { iterations } => {
                assert!((1..=MAX_PBKDF2_ITERATIONS).contains(&iterations));
                iterations <= 4
            }
        };
        if cheap {
            let key = RustCrypto.derive(cost, password, salt, bytes).await?;
            assert_eq!(key.len(), bytes);
            return Ok(key);
        }
        let digest = Sha256::new()
            .chain_update(format!("{cost:?}"))
            .chain_update([0])
            .chain_update(salt)
            .chain_update([0])
            .chain_update(password)
            .finalize();
        Ok(digest.iter().copied().cycle().take(bytes).collect())
    }
}
