use std::fmt;
use std::str::FromStr;

use http_kit::{ParseSecureUrlError, SecureUrl};

/// A deployment, by the address of its pages: `https://accounts.example.com`. A token goes there, so it is `https`, or this
/// machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deployment(String);

/// Why a text is not the address of a deployment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ParseDeploymentError {
    #[error(transparent)]
    Url(#[from] ParseSecureUrlError),
    #[error("must be the address of the pages alone, such as https://accounts.example.com")]
    Path,
}

impl FromStr for Deployment {
    type Err = ParseDeploymentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url: SecureUrl = text.parse()?;
        let uri = url.uri();
        let whole = uri.path_and_query().is_none_or(|path| path.as_str() == "/");
        let (Some(scheme), Some(authority), true) = (uri.scheme_str(), uri.authority(), whole) else {
            return Err(ParseDeploymentError::Path);
        };
        Ok(Self(format!("{scheme}://{}", authority.as_str().to_ascii_lowercase())))
    }
}

impl fmt::Display for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Deployment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Deployment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_deployment_has_one_spelling() {
        for text in ["https://a.example", "https://A.example/", "HTTPS://a.EXAMPLE"] {
            assert_eq!(text.parse::<Deployment>().unwrap().to_string(), "https://a.example", "{text}");
        }
        assert_eq!(
            "http://localhost:8787".parse::<Deployment>().unwrap().to_string(),
            "http://localhost:8787"
        );
    }

    #[test]
    fn what_is_no_deployment_is_refused() {
        for text in [
            "",
            "a.example",
            "http://a.example",
            "https://a.example/api",
            "https://a.example/?a=b",
            "https://u:p@a.example",
        ] {
            assert!(text.parse::<Deployment>().is_err(), "{text}");
        }
    }
}
