use std::fmt;

/// An address on this site: a path with perhaps a query, which is safe to send a browser to.
///
/// What a link of somebody else's may say after `?next=` goes through here. Browsers read `//host`, `/\host` and
/// `/<tab>/host` as another site, so nothing of the kind is a local path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The longest one, in bytes.
    const MAX_LENGTH: usize = 2_000;

    /// Reads a path; gives nothing where a browser could read it as another site.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let local = text.starts_with('/') && !text.starts_with("//");
        (plain && local && text.len() <= Self::MAX_LENGTH).then(|| Self(text.to_owned()))
    }

    /// Where people go who did not say where to.
    pub fn profile() -> Self {
        Self("/profile".to_owned())
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_site_are_local() {
        for text in ["/", "/profile", "/a/b?c=d&e=%2F%2Fevil.example#f", "/@evil.example", "/.//evil.example"]
        {
            assert_eq!(LocalPath::parse(text).as_ref().map(LocalPath::as_str), Some(text));
        }
    }

    #[test]
    fn anything_a_browser_could_read_as_another_site_is_not() {
        let long = format!("/{}", "a".repeat(LocalPath::MAX_LENGTH));
        for text in [
            "",
            "profile",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            " /profile",
            "/a b",
            "/\u{0}",
            "/\u{7f}",
            "/\u{2028}/evil.example",
            "/é",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "/a\\b",
            "/a\r\nLocation: https://evil.example",
            &long,
        ] {
            assert_eq!(LocalPath::parse(text), None, "{text:?}");
        }
    }
}
