use std::future::Future;

use argon2::Params;
use argon2::password_hash::{Decimal, Ident, Output, ParamsString, PasswordHash, Salt, SaltString};

use super::{Password, legacy, rust_crypto};
use crate::ambient::Random;

/// The most iterations of PBKDF2 that Cloudflare Workers carry out; what asks for more fails there.
pub const MAX_PBKDF2_ITERATIONS: u32 = 100_000;

const ARGON2ID: Ident<'static> = argon2::ARGON2ID_IDENT;
const ARGON2_VERSION: Option<Decimal> = Some(argon2::Version::V0x13 as Decimal);
const PBKDF2_SHA256: Ident<'static> = Ident::new_unwrap("pbkdf2-sha256");
/// The length of the keys that are made here, in bytes.
const KEY_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// Turns passwords into keys: RustCrypto natively, RustCrypto and WebCrypto in a worker.
pub trait Kdf: Send + Sync + 'static {
    /// A key of so many bytes, by Argon2id or PBKDF2-HMAC-SHA256 as `cost` says.
    fn derive(
        &self,
        cost: Cost,
        password: &[u8],
        salt: &[u8],
        bytes: usize,
    ) -> impl Future<Output = Result<Vec<u8>, HashError>> + Send;
}

/// How a password is hashed, and at what cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Argon2id, version 1.3.
    Argon2id(Argon2Cost),
    /// PBKDF2-HMAC-SHA256.
    Pbkdf2 {
        /// How often the function is applied.
        iterations: u32,
    },
}

/// What Argon2id costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Argon2Cost {
    /// What OWASP recommends at the least, and what fits a worker's 128 MB: 19 MiB, two passes, one lane.
    pub const DEFAULT: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// A stored hash that asks for more than this is refused rather than computed, so that a planted one can't exhaust
    /// the worker.
    const MOST: Self = Self { memory_kib: 64 * 1024, passes: 10, lanes: 4 };

    fn exceeds(self, other: Self) -> bool {
        self.memory_kib > other.memory_kib || self.passes > other.passes || self.lanes > other.lanes
    }
}

impl Cost {
    /// Whether a hash of cost `used` should be replaced by one of this cost: it is cheaper, or of the other algorithm.
    fn replaces(self, used: Self) -> bool {
        match (self, used) {
            (Self::Argon2id(wanted), Self::Argon2id(used)) => wanted.exceeds(used),
            (Self::Pbkdf2 { iterations: wanted }, Self::Pbkdf2 { iterations: used }) => wanted > used,
            (Self::Argon2id(_), Self::Pbkdf2 { .. }) | (Self::Pbkdf2 { .. }, Self::Argon2id(_)) => true,
        }
    }

    /// Reads the cost of a stored hash, within what this worker is willing to compute.
    fn of(stored: &PasswordHash<'_>) -> Result<Self, HashError> {
        let only = |known: &[&str]| stored.params.iter().all(|(name, _)| known.contains(&name.as_str()));
        if stored.algorithm == ARGON2ID && stored.version == ARGON2_VERSION && only(&["m", "t", "p"]) {
            let params = Params::try_from(stored).map_err(|_| HashError::Stored)?;
            let cost =
                Argon2Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
            if !cost.exceeds(Argon2Cost::MOST) {
                return Ok(Self::Argon2id(cost));
            }
        } else if stored.algorithm == PBKDF2_SHA256 && stored.version.is_none() && only(&["i", "l"]) {
            let iterations = stored.params.get_decimal("i").unwrap_or(0);
            let length = stored.params.get_decimal("l").map(usize::try_from);
            let whole = length.is_none_or(|length| length.ok() == stored.hash.map(|hash| hash.len()));
            if whole && (1..=MAX_PBKDF2_ITERATIONS).contains(&iterations) {
                return Ok(Self::Pbkdf2 { iterations });
            }
        }
        Err(HashError::Stored)
    }

    fn algorithm(self) -> Ident<'static> {
        match self {
            Self::Argon2id(_) => ARGON2ID,
            Self::Pbkdf2 { .. } => PBKDF2_SHA256,
        }
    }

    fn version(self) -> Option<Decimal> {
        match self {
            Self::Argon2id(_) => ARGON2_VERSION,
            Self::Pbkdf2 { .. } => None,
        }
    }

    fn params(self, bytes: usize) -> Result<ParamsString, HashError> {
        let bytes = u32::try_from(bytes).map_err(|_| HashError::Settings)?;
        let values = match self {
            Self::Argon2id(cost) => vec![("m", cost.memory_kib), ("t", cost.passes), ("p", cost.lanes)],
            Self::Pbkdf2 { iterations } => vec![("i", iterations), ("l", bytes)],
        };
        let mut params = ParamsString::new();
        for (name, value) in values {
            params.add_decimal(name, value).map_err(|_| HashError::Settings)?;
        }
        Ok(params)
    }
}

/// Why a hash could not be made or read: our fault, never the caller's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The configured cost is not one that the algorithm knows.
    #[error("the password hash settings are out of range")]
    Settings,
    /// The stored text is not a hash that this version reads.
    #[error("the stored password hash can't be read")]
    Stored,
    /// The platform's cryptography failed.
    #[error("the key derivation failed: {0}")]
    Platform(String),
}

/// The outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It is the password.
    Right {
        /// The hash is cheaper than the settings, or of another kind: make a new one now that the password is at hand.
        rehash: bool,
    },
    /// It is not.
    Wrong,
}

/// Hashes a password with a fresh salt of 16 bytes; gives a PHC string.
pub async fn hash(
    kdf: &impl Kdf,
    password: &Password,
    cost: Cost,
    random: &(impl Random + ?Sized),
) -> Result<String, HashError> {
    let salt = new_salt(random);
    let key = kdf.derive(cost, password.0.as_bytes(), &salt, KEY_BYTES).await?;
    encode(cost, &salt, &key)
}

/// [`hash`] by RustCrypto, for whoever has no need to wait.
pub fn hash_now(
    password: &Password,
    cost: Cost,
    random: &(impl Random + ?Sized),
) -> Result<String, HashError> {
    let salt = new_salt(random);
    let key = rust_crypto::derive(cost, password.0.as_bytes(), &salt, KEY_BYTES)?;
    encode(cost, &salt, &key)
}

fn new_salt(random: &(impl Random + ?Sized)) -> [u8; SALT_BYTES] {
    let mut salt = [0; SALT_BYTES];
    random.fill(&mut salt);
    salt
}

fn encode(cost: Cost, salt: &[u8], key: &[u8]) -> Result<String, HashError> {
    let salt = SaltString::encode_b64(salt).map_err(|_| HashError::Settings)?;
    let hash = PasswordHash {
        algorithm: cost.algorithm(),
        version: cost.version(),
        params: cost.params(key.len())?,
        salt: Some(salt.as_salt()),
        hash: Some(Output::new(key).map_err(|_| HashError::Settings)?),
    };
    Ok(hash.to_string())
}

/// Compares a password with a stored hash of either algorithm, whatever the settings, or of the older framework; in time
/// that depends on the stored cost alone, and never less than a hash of the older framework's would give away.
pub async fn verify(
    kdf: &impl Kdf,
    password: &Password,
    stored: &str,
    settings: Cost,
) -> Result<Verified, HashError> {
    if let Some(stored) = legacy::LegacyHash::parse(stored) {
        if stored.is_of(password.0.as_bytes()) {
            return Ok(Verified::Right { rehash: true });
        }
        // One round of SHA-256 takes no time, and the rehash that a right password leads to does.
        verify_nobody(kdf, password, settings).await?;
        return Ok(Verified::Wrong);
    }
    let stored = PasswordHash::new(stored).map_err(|_| HashError::Stored)?;
    let used = Cost::of(&stored)?;
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else { return Err(HashError::Stored) };
    let mut buffer = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut buffer).map_err(|_| HashError::Stored)?;
    let key = kdf.derive(used, password.0.as_bytes(), salt, expected.len()).await?;
    // The comparison of outputs takes the same time wherever they differ.
    let right = Output::new(&key).map_err(|_| HashError::Stored)? == expected;
    Ok(if right { Verified::Right { rehash: settings.replaces(used) } } else { Verified::Wrong })
}

/// Does the work of [`verify`] for an account that does not exist, so that the time taken tells nothing.
pub async fn verify_nobody(kdf: &impl Kdf, password: &Password, settings: Cost) -> Result<(), HashError> {
    kdf.derive(settings, password.0.as_bytes(), &[0; SALT_BYTES], KEY_BYTES).await.map(|_| ())
}
