use std::fmt;
use std::str::FromStr;

use accounts::Email;
use http::Uri;
use http_kit::{ParseSecureUrlError, Secret, SecureUrl, Vars};

/// How mail is sent. Setting `MAIL_FROM` turns it on.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `MAIL_FROM`: who sends it.
    pub from: Mailbox,
    /// `PUBLIC_URL`: where the links in it lead.
    pub public_url: PublicUrl,
    /// `MAIL_HTTP_URL` and `MAIL_HTTP_KEY`: a provider. Without one, the platform's binding `EMAIL` sends.
    pub http: Option<HttpSenderSettings>,
}

/// A provider that takes mail over HTTP.
#[derive(Clone, Debug)]
pub struct HttpSenderSettings {
    /// Where it takes mail.
    pub url: Uri,
    /// What it knows its customer by.
    pub key: Secret,
}

impl MailSettings {
    /// Reads the settings; what is wrong with them stays with `vars`.
    pub fn read(vars: &mut Vars<'_>, public_url: Option<&PublicUrl>) -> Option<Self> {
        let from = vars.parsed::<Mailbox>("MAIL_FROM");
        let url = vars.parsed::<SecureUrl>("MAIL_HTTP_URL");
        let key = vars.parsed::<Secret>("MAIL_HTTP_KEY");
        let http = match (url, key) {
            (Some(url), Some(key)) => Some(HttpSenderSettings { url: url.uri().clone(), key }),
            (Some(_), None) => {
                vars.reject("MAIL_HTTP_URL needs the secret MAIL_HTTP_KEY");
                None
            }
            (None, _) => None,
        };
        let Some(from) = from else {
            if http.is_some() {
                vars.reject("MAIL_HTTP_URL is set, but MAIL_FROM does not say who sends");
            }
            return None;
        };
        let Some(public_url) = public_url else {
            vars.reject(
                "MAIL_FROM needs PUBLIC_URL, where the links in mails lead: https://accounts.example.com",
            );
            return None;
        };
        Some(Self { from, public_url: public_url.clone(), http })
    }
}

/// An address, perhaps with a name: `no-reply@example.com` or `Example <no-reply@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The name that mail programs show.
    pub name: Option<String>,
    /// The address.
    pub address: Email,
}

impl FromStr for Mailbox {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = |text: &str| text.parse::<Email>().map_err(|error| error.to_string());
        let Some((name, rest)) = text.split_once('<') else {
            return Ok(Self { name: None, address: address(text)? });
        };
        let rest = rest.trim_end().strip_suffix('>').ok_or("must end in `>` where it has a `<`")?;
        let name = name.trim().trim_matches('"');
        if name.chars().any(|c| c.is_control() || "<>\"\\".contains(c)) {
            return Err("the name has a character that can't stand there".to_owned());
        }
        Ok(Self { name: Some(name.to_owned()).filter(|name| !name.is_empty()), address: address(rest)? })
    }
}

/// As it stands in the head of a mail; a name with punctuation is quoted.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None => write!(f, "{}", self.address),
            Some(name) if name.chars().all(|c| c.is_alphanumeric() || c == ' ') => {
                write!(f, "{name} <{}>", self.address)
            }
            Some(name) => write!(f, "\"{name}\" <{}>", self.address),
        }
    }
}

/// The origin that browsers see: `https://accounts.example.com`, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
}

impl PublicUrl {
    /// The address of a page.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The name of the site, as its visitors know it.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "must be an origin such as https://accounts.example.com, without a path";
        let url: SecureUrl = text.parse().map_err(|error| match error {
            ParseSecureUrlError::Malformed => EXPECTED,
            ParseSecureUrlError::Insecure => "must start with https://, except on this machine",
        })?;
        let uri = url.uri();
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(EXPECTED);
        };
        if uri.path() != "/" || uri.query().is_some() {
            return Err(EXPECTED);
        }
        Ok(Self { origin: format!("{scheme}://{authority}"), host: authority.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> (Option<MailSettings>, Result<Vec<String>, Vec<String>>) {
        let lookup =
            |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        let mut vars = Vars::new(&lookup);
        let public_url = vars.parsed("PUBLIC_URL");
        (MailSettings::read(&mut vars, public_url.as_ref()), vars.finish())
    }

    #[test]
    fn mailboxes_are_addresses_with_or_without_a_name() {
        for (text, shown) in [
            ("a@example.com", "a@example.com"),
            ("<a@example.com>", "a@example.com"),
            ("Edgeward <A@example.com>", "Edgeward <a@example.com>"),
            ("\"Ex, Inc.\" <a@example.com>", "\"Ex, Inc.\" <a@example.com>"),
        ] {
            assert_eq!(text.parse::<Mailbox>().unwrap().to_string(), shown);
        }
        for text in
            ["", "a", "a <b", "a\r\nBcc: b <a@example.com>", "a <b@example.com> c", "a\\ <b@example.com>"]
        {
            assert!(text.parse::<Mailbox>().is_err(), "{text}");
        }
    }

    #[test]
    fn public_urls_are_origins() {
        for text in ["https://a.example", "https://a.example/", "http://localhost:8787", "http://127.0.0.1:1"]
        {
            assert_eq!(
                text.parse::<PublicUrl>().unwrap().page("/x"),
                format!("{}/x", text.trim_end_matches('/'))
            );
        }
        for text in
            ["a.example", "http://a.example", "https://a.example/b", "https://a.example?b", "ftp://a.example"]
        {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn half_of_the_settings_is_an_error() {
        for (values, error) in [
            (&[("MAIL_FROM", "a@example.com")][..], "MAIL_FROM needs PUBLIC_URL"),
            (&[("MAIL_HTTP_URL", "https://m.example"), ("MAIL_HTTP_KEY", "k")], "MAIL_HTTP_URL is set, but"),
            (
                &[
                    ("MAIL_FROM", "a@example.com"),
                    ("PUBLIC_URL", "https://a.example"),
                    ("MAIL_HTTP_URL", "https://m.example"),
                ],
                "MAIL_HTTP_URL needs the secret",
            ),
        ] {
            let errors = read(values).1.unwrap_err();
            assert!(errors.len() == 1 && errors[0].starts_with(error), "{errors:?}");
        }
    }

    #[test]
    fn the_key_is_in_no_debug_output() {
        let (settings, _) = read(&[
            ("MAIL_FROM", "a@example.com"),
            ("PUBLIC_URL", "https://a.example"),
            ("MAIL_HTTP_URL", "https://m.example"),
            ("MAIL_HTTP_KEY", "hunter2"),
        ]);
        assert!(settings.as_ref().unwrap().http.is_some());
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
