use http::{HeaderMap, Method, Uri};

use crate::problem::Problem;

/// Refuses a request that a page of another origin had the browser send.
///
/// Browsers say where an unsafe request comes from, in `Origin` and `Sec-Fetch-Site`, and pages can't forge either.
/// A request with neither does not come from a page: a script or another worker, which has no ambient cookies to abuse.
pub(crate) fn check(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    let refused = || {
        Problem::new(
            http::StatusCode::FORBIDDEN,
            "cross_origin",
            "this request comes from a page of another origin",
        )
    };
    if let Some(site) = headers.get("sec-fetch-site")
        && site != "same-origin"
        && site != "none"
    {
        return Err(refused());
    }
    if let Some(origin) = headers.get("origin")
        && !origin.to_str().is_ok_and(|origin| is_own(origin, uri, headers))
    {
        return Err(refused());
    }
    Ok(())
}

fn is_own(origin: &str, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let host = uri.authority().map(http::uri::Authority::as_str);
    let host = host.or_else(|| headers.get("host").and_then(|host| host.to_str().ok()));
    let same_scheme = uri.scheme_str().is_none_or(|own| own == scheme);
    same_scheme && host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn checked(method: &Method, pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        check(method, &Uri::from_static("https://app.example/login"), &headers).is_ok()
    }

    #[test]
    fn own_pages_and_programs_pass() {
        for headers in [
            vec![],
            vec![("origin", "https://app.example")],
            vec![("sec-fetch-site", "same-origin"), ("origin", "https://app.example")],
            vec![("sec-fetch-site", "none")],
        ] {
            assert!(checked(&Method::POST, &headers), "{headers:?}");
        }
    }

    #[test]
    fn pages_of_other_origins_are_refused() {
        for headers in [
            vec![("origin", "https://evil.example")],
            vec![("origin", "http://app.example")],
            vec![("origin", "https://app.example.evil.example")],
            vec![("origin", "https://app.example:8443")],
            vec![("origin", "null")],
            vec![("origin", "")],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site"), ("origin", "https://app.example")],
        ] {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert!(!checked(&method, &headers), "{method} {headers:?}");
            }
        }
    }

    #[test]
    fn reading_is_for_the_browser_to_guard() {
        assert!(checked(
            &Method::GET,
            &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]
        ));
    }
}
