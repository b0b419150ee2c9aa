use argon2::{Algorithm, Argon2, Params, Version};
use sha2::Sha256;

use super::hash::{Argon2Cost, Cost, HashError, Kdf};

/// Both algorithms by RustCrypto, on any platform.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

impl Kdf for RustCrypto {
    async fn derive(
        &self,
        cost: Cost,
        password: &[u8],
        salt: &[u8],
        bytes: usize,
    ) -> Result<Vec<u8>, HashError> {
        derive(cost, password, salt, bytes)
    }
}

pub(super) fn derive(cost: Cost, password: &[u8], salt: &[u8], bytes: usize) -> Result<Vec<u8>, HashError> {
    match cost {
        Cost::Argon2id(cost) => argon2id(cost, password, salt, bytes),
        Cost::Pbkdf2 { iterations } => {
            let mut key = vec![0; bytes];
            pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut key);
            Ok(key)
        }
    }
}

/// Argon2id by RustCrypto, which every platform uses: none has one of its own.
pub fn argon2id(cost: Argon2Cost, password: &[u8], salt: &[u8], bytes: usize) -> Result<Vec<u8>, HashError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(bytes))
        .map_err(|_| HashError::Settings)?;
    let mut key = vec![0; bytes];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password, salt, &mut key)
        .map_err(|_| HashError::Settings)?;
    Ok(key)
}
