use std::fmt;
use std::str::FromStr;

use http::Uri;

/// An address on the internet to which secrets may be sent: `https`, or this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecureUrl(Uri);

/// Why a text is not such an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseSecureUrlError {
    /// Not an absolute address, or one with a user name in it.
    #[error("must be an address such as https://example.com/path")]
    Malformed,
    /// `http` to another machine, or another scheme.
    #[error("must start with https://, except on this machine")]
    Insecure,
}

impl SecureUrl {
    /// The address.
    pub fn uri(&self) -> &Uri {
        &self.0
    }
}

impl FromStr for SecureUrl {
    type Err = ParseSecureUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| ParseSecureUrlError::Malformed)?;
        let authority = uri.authority().ok_or(ParseSecureUrlError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(ParseSecureUrlError::Malformed);
        }
        match uri.scheme_str() {
            Some("https") => Ok(Self(uri)),
            Some("http") if matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]")) => Ok(Self(uri)),
            _ => Err(ParseSecureUrlError::Insecure),
        }
    }
}

impl fmt::Display for SecureUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_https_or_stay_on_this_machine() {
        for text in
            ["https://a.example", "https://a.example:1/b?c=d", "http://localhost:8787", "http://[::1]:1/a"]
        {
            assert!(text.parse::<SecureUrl>().is_ok(), "{text}");
        }
        for (text, error) in [
            ("", ParseSecureUrlError::Malformed),
            ("/a", ParseSecureUrlError::Malformed),
            ("a b", ParseSecureUrlError::Malformed),
            ("https://user:secret@a.example", ParseSecureUrlError::Malformed),
            ("http://a.example", ParseSecureUrlError::Insecure),
            ("http://localhost.a.example", ParseSecureUrlError::Insecure),
            ("ftp://a.example", ParseSecureUrlError::Insecure),
        ] {
            assert_eq!(text.parse::<SecureUrl>(), Err(error), "{text}");
        }
    }
}
