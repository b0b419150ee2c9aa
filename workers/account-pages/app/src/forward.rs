//! What is handed on to user-mgmt: `/api/*`, so that browsers meet one origin and first-party cookies, and the paths that
//! other programs look for at the root of an origin.

use http::header::{HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{HeaderMap, Uri};
use http_kit::Problem;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where user-mgmt answers what is asked for here; nothing for what is none of its.
///
/// The host stays, because user-mgmt checks `Origin` against it.
pub(crate) fn address(uri: &Uri) -> Option<Uri> {
    at(uri, standard_path(uri).or_else(|| inner_path(uri))?).ok()
}

/// The path and query of what programs that know the OpenID AuthZEN standard look for.
fn standard_path(uri: &Uri) -> Option<&str> {
    let path = uri.path();
    let known = path == "/.well-known/authzen-configuration" || path.starts_with("/access/v1/");
    (known && is_plain(path)).then(|| uri.path_and_query().map_or("/", PathAndQuery::as_str))
}

/// The same site, with another path and query.
pub(crate) fn at(uri: &Uri, path: &str) -> Result<Uri, Problem> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).map_err(Problem::internal)?);
    Uri::from_parts(parts).map_err(Problem::internal)
}

pub(crate) fn set_request_id(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// The path and query behind `/api`, but of what user-mgmt answers to other workers alone.
fn inner_path(uri: &Uri) -> Option<&str> {
    let inner = uri.path().strip_prefix("/api")?;
    let open = inner.len() > 1 && is_plain(inner) && !is_internal(inner);
    open.then(|| uri.path_and_query().map_or("/", |whole| &whole.as_str()["/api".len()..]))
}

/// Whether the platform reads the same path out of it as this worker does: it drops segments of dots, plain or encoded,
/// and takes `\` for `/`.
fn is_plain(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.split('/').any(is_dots)
}

/// Whether a path leads below `/internal`. No address of user-mgmt starts with an encoded character, and what one stands
/// for is nothing to guess here.
fn is_internal(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    first.contains('%') || first.eq_ignore_ascii_case("internal")
}

fn is_dots(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase().replace("%2e", ".");
    segment == "." || segment == ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inner(path: &str) -> Option<String> {
        inner_path(&path.parse().unwrap()).map(str::to_owned)
    }

    #[test]
    fn inner_path_is_what_follows_api() {
        for (path, expected) in [
            ("/api/login", "/login"),
            ("/api/users/1?x=/../y&z=%2e%2e", "/users/1?x=/../y&z=%2e%2e"),
            ("/api/a/a%2Fb/%F0%9F%99%82", "/a/a%2Fb/%F0%9F%99%82"),
            ("/api/internals/internal", "/internals/internal"),
            ("/api/...", "/..."),
            ("/api/.well-known/x", "/.well-known/x"),
            ("https://app.example/api/login?a=b", "/login?a=b"),
        ] {
            assert_eq!(inner(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn inner_path_of_a_way_out_is_none() {
        for path in [
            "/api",
            "/api/",
            "/apis/login",
            "/api/..",
            "/api/../profile",
            "/api/a/../../b",
            "/api/./a",
            "/api/%2e%2E/a",
            "/api/.%2e",
            "/api/%2E/a",
            "/api//evil.example/a",
            "/api/a\\..\\b",
        ] {
            assert_eq!(inner(path), None, "{path}");
        }
    }

    #[test]
    fn inner_path_of_what_is_for_other_workers_is_none() {
        for path in [
            "/api/internal",
            "/api/internal/",
            "/api/internal/principal",
            "/api/internal/principal?x",
            "/api/INTERNAL/principal",
            "/api/%69nternal/principal",
            "/api/%2569nternal/principal",
            "/api/internal%2Fprincipal",
            "https://app.example/api/internal/findings",
        ] {
            assert_eq!(inner(path), None, "{path}");
        }
    }

    #[test]
    fn at_keeps_the_site() {
        let whole = "https://app.example:8443/api/x?y".parse().unwrap();
        assert_eq!(at(&whole, "/x?y").unwrap(), "https://app.example:8443/x?y");
        assert_eq!(at(&"/api/x".parse().unwrap(), "/x").unwrap(), "/x");
    }
}
