use http_kit::{LocalPath, SecureUrl};
use oidc::Issuer;
use url::{Host, Url};

use crate::print_is_read_again;

/// Where browsers and secrets are sent: what is taken has to mean the same to a reader of addresses that follows the browsers'
/// standard.
pub fn addresses(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };

    if let Some(path) = LocalPath::parse(text) {
        assert_eq!(path.as_str(), text);
        let Ok(here) = Url::parse("https://here.example/sign-in?next=x#y") else { return };
        let there = here.join(text);
        assert!(there.is_ok_and(|there| there.origin() == here.origin()), "{text:?} leads elsewhere");
    }

    if let Some(address) = print_is_read_again(text, str::parse::<SecureUrl>) {
        let read = Url::parse(&address.to_string());
        let Ok(read) = read else { return };
        assert!(read.username().is_empty() && read.password().is_none(), "{text:?} has a user");
        let same_host = address.uri().host().zip(read.host_str()).is_some_and(|(ours, theirs)| {
            // What follows the standard puts hosts into small letters and numbers into their usual form.
            ours.eq_ignore_ascii_case(theirs)
                || read.host().is_some_and(|host| !matches!(host, Host::Domain(_)))
        });
        assert!(same_host, "{text:?} is of another host: {read}");
        let here = match read.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(number)) => number.is_loopback(),
            Some(Host::Ipv6(number)) => number.is_loopback(),
            None => false,
        };
        assert!(read.scheme() == "https" || (read.scheme() == "http" && here), "{text:?} is not secure");
    }
    if let Some(issuer) = print_is_read_again(text, str::parse::<Issuer>) {
        assert_eq!(issuer.as_str(), text, "an issuer is compared letter by letter");
    }
}
