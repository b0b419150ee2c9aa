use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A hash as `devondragon/workers-users` stores it: `salt:hash`, where the salt is text, 16 random bytes in decimal one
/// after the other, and the hash is the SHA-256 of that text followed by the password, in hexadecimal.
///
/// It is good for one sign-in, which puts a hash of the configured algorithm in its place.
pub(super) struct LegacyHash<'a> {
    salt: &'a str,
    hash: [u8; 32],
}

impl<'a> LegacyHash<'a> {
    /// Reads a stored hash; nothing where it is not of this kind.
    pub(super) fn parse(stored: &'a str) -> Option<Self> {
        let (salt, hex) = stored.split_once(':')?;
        let salted = (1..=64).contains(&salt.len()) && salt.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !salted || hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self { salt, hash })
    }

    /// Whether it is the hash of this password.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        let computed = Sha256::new().chain_update(self.salt).chain_update(password).finalize();
        computed.as_slice().ct_eq(&self.hash).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::is_older_hash;

    // Node, with the older framework's own `hashPassword` and bytes 0, 17, 34, … 255 for the salt.
    const STORED: &str = "01734516885102119136153170187204221238255:34be58be7b92be4630e12c8ecc41450786619613b2dac0f125809d4cc6666887";

    #[test]
    fn a_hash_of_the_older_framework_is_recognised() {
        assert!(is_older_hash(STORED));
        let stored = LegacyHash::parse(STORED).unwrap();
        assert!(stored.is_of("correct horse é".as_bytes()));
        assert!(!stored.is_of(b"correct horse e"));
        assert!(!stored.is_of(b""));
    }

    #[test]
    fn parse_refuses_anything_else() {
        let hash = STORED.split_once(':').unwrap().1;
        for stored in [
            hash.to_owned(),
            format!(":{hash}"),
            format!("1:{}", &hash[1..]),
            format!("1:{hash}0"),
            format!("1 2:{hash}"),
            format!("1:{}é", &hash[2..]),
            format!("1:+{}", &hash[1..]),
            format!("{}:{hash}", "1".repeat(65)),
        ] {
            assert!(!is_older_hash(&stored), "{stored}");
        }
    }
}
