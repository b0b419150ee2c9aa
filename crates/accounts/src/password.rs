//! Passwords: what may be chosen, and how they are hashed and verified.
//!
//! Argon2id (RFC 9106) with its parameters and salt in a PHC string. The rules for choosing are those of
//! NIST SP 800-63B: a length, no composition rules.

use std::fmt;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Deserializer};

use crate::Email;
use crate::ambient::Random;

/// The shortest password that may be chosen, in characters.
pub const MIN_CHARS: usize = 12;
/// The longest password that is accepted, in characters.
pub const MAX_CHARS: usize = 256;

/// A password as somebody typed it at sign-in. Neither printed nor serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes any text up to the length limit; whether it is the right one is for [`verify`] to say.
    pub fn parse(text: String) -> Result<Self, PasswordError> {
        if text.chars().count() > MAX_CHARS { Err(PasswordError::TooLong) } else { Ok(Self(text)) }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A password that somebody chooses: long enough to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword(Password);

impl NewPassword {
    /// Checks the length of a password that is being chosen.
    pub fn parse(text: String) -> Result<Self, PasswordError> {
        if text.chars().count() < MIN_CHARS {
            return Err(PasswordError::TooShort);
        }
        Password::parse(text).map(Self)
    }

    /// Refuses a password that is the account's own name, which would be the first guess.
    pub fn check_against(&self, email: &Email) -> Result<(), PasswordError> {
        if self.0.0.eq_ignore_ascii_case(email.as_str()) { Err(PasswordError::IsEmail) } else { Ok(()) }
    }

    /// The password, to be hashed.
    pub fn as_password(&self) -> &Password {
        &self.0
    }
}

impl<'de> Deserialize<'de> for NewPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
macro_rules! password_schema {
    ($type:ident, $least:expr) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string", "format": "password", "minLength": $least, "maxLength": MAX_CHARS
                })
            }
        }
    };
}
#[cfg(feature = "openapi")]
password_schema!(Password, 0);
#[cfg(feature = "openapi")]
password_schema!(NewPassword, MIN_CHARS);

/// Why a password can't be chosen or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than [`MIN_CHARS`] characters.
    #[error("a password needs at least 12 characters")]
    TooShort,
    /// More than [`MAX_CHARS`] characters.
    #[error("a password has at most 256 characters")]
    TooLong,
    /// The account's own e-mail address.
    #[error("the password must differ from the e-mail address")]
    IsEmail,
}

/// How costly the hash of a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashSettings {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl HashSettings {
    /// What OWASP recommends at the least, and what fits a worker's 128 MB: 19 MiB, two passes, one lane.
    pub const DEFAULT: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// A stored hash that asks for more than this is refused rather than computed, so that a planted one can't exhaust
    /// the worker.
    const MOST: Self = Self { memory_kib: 64 * 1024, passes: 10, lanes: 4 };

    fn argon2(self) -> Result<Argon2<'static>, HashError> {
        let params =
            Params::new(self.memory_kib, self.passes, self.lanes, None).map_err(|_| HashError::Settings)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    fn exceeds(self, other: Self) -> bool {
        self.memory_kib > other.memory_kib || self.passes > other.passes || self.lanes > other.lanes
    }
}

/// Why a hash could not be made or read: our fault, never the caller's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The configured cost is not one that Argon2id knows.
    #[error("the password hash settings are out of range")]
    Settings,
    /// The stored text is not a hash that this version reads.
    #[error("the stored password hash can't be read")]
    Stored,
}

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It is the password.
    Right {
        /// The settings have risen since the hash was made: make a new one now that the password is at hand.
        rehash: bool,
    },
    /// It is not.
    Wrong,
}

/// Hashes a password with a fresh salt of 16 bytes; gives a PHC string.
pub fn hash(
    password: &Password,
    settings: HashSettings,
    random: &(impl Random + ?Sized),
) -> Result<String, HashError> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|_| HashError::Settings)?;
    let hash =
        settings.argon2()?.hash_password(password.0.as_bytes(), &salt).map_err(|_| HashError::Settings)?;
    Ok(hash.to_string())
}

/// Compares a password with a stored PHC string, in time that depends on the stored settings alone.
pub fn verify(password: &Password, stored: &str, settings: HashSettings) -> Result<Verified, HashError> {
    let stored = PasswordHash::new(stored).map_err(|_| HashError::Stored)?;
    if stored.algorithm != argon2::ARGON2ID_IDENT {
        return Err(HashError::Stored);
    }
    let params = Params::try_from(&stored).map_err(|_| HashError::Stored)?;
    let used = HashSettings { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
    if used.exceeds(HashSettings::MOST) {
        return Err(HashError::Stored);
    }
    match used.argon2()?.verify_password(password.0.as_bytes(), &stored) {
        Ok(()) => Ok(Verified::Right { rehash: settings.exceeds(used) }),
        Err(argon2::password_hash::Error::Password) => Ok(Verified::Wrong),
        Err(_) => Err(HashError::Stored),
    }
}

/// Does the work of [`verify`] for an account that does not exist, so that the time taken tells nothing.
pub fn verify_nobody(password: &Password, settings: HashSettings) -> Result<(), HashError> {
    struct NoSalt;
    impl Random for NoSalt {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }
    hash(password, settings, &NoSalt).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: HashSettings = HashSettings { memory_kib: 64, passes: 1, lanes: 1 };

    struct Ones;
    impl Random for Ones {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(1);
        }
    }

    fn password(text: &str) -> Password {
        Password::parse(text.to_owned()).unwrap()
    }

    #[test]
    fn verify_tells_right_from_wrong() {
        let stored = hash(&password("correct horse"), CHEAP, &Ones).unwrap();
        assert_eq!(verify(&password("correct horse"), &stored, CHEAP), Ok(Verified::Right { rehash: false }));
        assert_eq!(verify(&password("correct house"), &stored, CHEAP), Ok(Verified::Wrong));
    }

    #[test]
    fn verify_asks_for_a_new_hash_when_the_settings_have_risen() {
        let stored = hash(&password("correct horse"), CHEAP, &Ones).unwrap();
        let risen = HashSettings { passes: 2, ..CHEAP };
        assert_eq!(verify(&password("correct horse"), &stored, risen), Ok(Verified::Right { rehash: true }));
    }

    #[test]
    fn verify_refuses_what_it_should_not_compute() {
        for stored in [
            "",
            "plain",
            "$argon2id$v=19$m=4294967295,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=19$m=19456,t=1000,p=1$AQEBAQEBAQEBAQEBAQEBAQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2i$v=19$m=64,t=1,p=1$AQEBAQEBAQEBAQEBAQEBAQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ] {
            assert_eq!(verify(&password("x"), stored, CHEAP), Err(HashError::Stored), "{stored}");
        }
    }

    #[test]
    fn a_stored_hash_of_another_implementation_verifies() {
        // From the tests of the reference implementation, phc-winner-argon2: version 19, t=2, m=2^8, p=1.
        let stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert_eq!(verify(&password("password"), stored, CHEAP), Ok(Verified::Right { rehash: false }));
    }

    #[test]
    fn a_new_password_has_12_to_256_characters() {
        assert_eq!(NewPassword::parse("é".repeat(11)), Err(PasswordError::TooShort));
        assert!(NewPassword::parse("é".repeat(12)).is_ok());
        assert!(NewPassword::parse("é".repeat(256)).is_ok());
        assert_eq!(NewPassword::parse("é".repeat(257)), Err(PasswordError::TooLong));
    }

    #[test]
    fn a_password_is_not_in_its_debug_output() {
        assert_eq!(
            format!("{:?}", NewPassword::parse("secretsecret".into()).unwrap()),
            "NewPassword(Password(…))"
        );
    }
}
