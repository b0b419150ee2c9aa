//! Passwords: what may be chosen, and how they are hashed and verified.
//!
//! The rules for choosing are those of NIST SP 800-63B: a length and a list of what is common, no composition rules.
//! Hashes are PHC strings of Argon2id (RFC 9106) or PBKDF2-HMAC-SHA256 (RFC 8018), made by whatever implements [`Kdf`];
//! those of the framework that deployments come from are read as well.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::Email;

mod common;
mod context;
mod hash;
mod legacy;
mod rust_crypto;

pub use hash::{
    Argon2Cost, Cost, HashError, Kdf, MAX_PBKDF2_ITERATIONS, Verified, hash, hash_now, verify, verify_nobody,
};
pub use rust_crypto::{RustCrypto, argon2id};

/// Whether this is a hash of the older framework that [`verify`] reads, once.
pub fn is_older_hash(stored: &str) -> bool {
    legacy::LegacyHash::parse(stored).is_some()
}

/// The shortest password that may be chosen, in characters.
pub const MIN_CHARS: usize = 12;
/// What everybody knows that the password is for.
const SERVICE: &str = "edgeward";
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

/// A password that somebody chooses: long enough to be kept, and not one that everybody chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword(Password);

impl NewPassword {
    /// Checks a password that is being chosen.
    pub fn parse(text: String) -> Result<Self, PasswordError> {
        if text.chars().count() < MIN_CHARS {
            return Err(PasswordError::TooShort);
        }
        let password = Password::parse(text)?;
        if common::is_common(&password.0) || context::is_little_more(&password.0, SERVICE) {
            Err(PasswordError::Common)
        } else {
            Ok(Self(password))
        }
    }

    /// Refuses a password that is the account's own name, or a part of it with nothing but digits and signs added: those would
    /// be the first guesses.
    pub fn check_against(&self, email: &Email) -> Result<(), PasswordError> {
        let address = email.as_str();
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let host = domain.split('.').next().unwrap_or_default();
        let derived =
            [address, local, domain, host].iter().any(|word| context::is_little_more(&self.0.0, word));
        if derived { Err(PasswordError::IsEmail) } else { Ok(()) }
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
    /// One that everybody chooses.
    #[error("this password is one of the most common; choose another")]
    Common,
    /// The account's own e-mail address, or little more than a part of it.
    #[error("the password must be more than the e-mail address or a part of it")]
    IsEmail,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_has_12_to_256_characters() {
        assert_eq!(NewPassword::parse("é".repeat(11)), Err(PasswordError::TooShort));
        let text = |chars: usize| "éèêëē".chars().cycle().take(chars).collect::<String>();
        assert!(NewPassword::parse(text(12)).is_ok());
        assert!(NewPassword::parse(text(256)).is_ok());
        assert_eq!(NewPassword::parse(text(257)), Err(PasswordError::TooLong));
    }

    #[test]
    fn a_common_password_can_not_be_chosen_but_signs_in() {
        for text in ["Password1234", "qwertyuiop123", " 1Q2w3E4r5T6y ", "aaaaaaaaaaaaa"] {
            assert_eq!(NewPassword::parse(text.to_owned()), Err(PasswordError::Common), "{text}");
            assert!(Password::parse(text.to_owned()).is_ok());
        }
    }

    #[test]
    fn what_is_derived_from_the_address_or_the_service_can_not_be_chosen() {
        let email = Email::parse("Ada.Lovelace@analytical.example").unwrap();
        let check = |text: &str| NewPassword::parse(text.to_owned()).unwrap().check_against(&email);
        for derived in [
            "ada.lovelace@analytical.example",
            "AdaLovelace1",
            "ada_lovelace_1815!",
            "2026-analytical",
            "analytical.example",
        ] {
            assert_eq!(check(derived), Err(PasswordError::IsEmail), "{derived}");
        }
        // The whole password is compared, and not words within it.
        for fine in ["ada lovelace's engine", "analytical engines 1", "correct horse battery"] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
        for service in ["edgeward1234", "Edgeward-2026!", "!!EDGEWARD!!"] {
            assert_eq!(NewPassword::parse(service.to_owned()), Err(PasswordError::Common), "{service}");
        }
    }

    #[test]
    fn a_password_is_not_in_its_debug_output() {
        assert_eq!(
            format!("{:?}", NewPassword::parse("secret secret".into()).unwrap()),
            "NewPassword(Password(…))"
        );
    }
}
