//! The addresses of the static files.
//!
//! Each carries a fingerprint of the file, so that a browser may keep the file and still sees a new one at once.

/// The style sheet.
pub(crate) const STYLE: Asset =
    Asset::new("/assets/style.css", include_bytes!("../../public/assets/style.css"));
/// The script, without which every page works too.
pub(crate) const SCRIPT: Asset =
    Asset::new("/assets/script.js", include_bytes!("../../public/assets/script.js"));
/// The picture of the site.
pub(crate) const ICON: Asset =
    Asset::new("/assets/favicon.svg", include_bytes!("../../public/assets/favicon.svg"));

/// A static file. Its content is read while compiling and is not part of the worker.
pub(crate) struct Asset {
    path: &'static str,
    fingerprint: u64,
}

impl Asset {
    const fn new(path: &'static str, content: &[u8]) -> Self {
        Self { path, fingerprint: fnv1a(content) }
    }
}

impl std::fmt::Display for Asset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}?v={:016x}", self.path, self.fingerprint)
    }
}

/// FNV-1a: it only has to tell one release's file from the next one's, and it can run while compiling.
const fn fnv1a(content: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < content.len() {
        // The widening is lossless; `u64::from` is not for constants.
        hash = (hash ^ content[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_is_fnv1a() {
        // The test vectors of the algorithm's authors.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
