use std::time::Duration;

use accounts::{DeviceToken, LoginToken, SessionToken};
use http::HeaderMap;
use http::header::{COOKIE, HeaderValue};

/// The name of the session cookie. The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain`.
pub const SESSION_COOKIE: &str = "__Host-session";

/// The name of the cookie by which a browser is known that has signed in before.
pub const DEVICE_COOKIE: &str = "__Host-device";
/// How long a browser is known.
pub const DEVICE_LIFE: Duration = Duration::from_hours(24 * 90);

/// The name of the cookie of a browser that signs in at an identity provider.
const LOGIN_COOKIE: &str = "__Host-sign-in";

/// The session token that a request carries. None where there is no cookie, or none that is a token, or two that
/// differ: a second cookie of the name is somebody else's doing, and guessing which one is meant would be theirs to use.
pub fn session_cookie(headers: &HeaderMap) -> Option<SessionToken> {
    SessionToken::parse(cookie(headers, SESSION_COOKIE)?).ok()
}

/// The device token that a request carries, on the same terms.
pub fn device_cookie(headers: &HeaderMap) -> Option<DeviceToken> {
    DeviceToken::parse(cookie(headers, DEVICE_COOKIE)?).ok()
}

/// The secret of a sign-in under way that a request carries, on the same terms.
pub fn login_cookie(headers: &HeaderMap) -> Option<LoginToken> {
    LoginToken::parse(cookie(headers, LOGIN_COOKIE)?).ok()
}

fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let mut found: Option<&str> = None;
    for header in headers.get_all(COOKIE) {
        for pair in header.to_str().ok()?.split(';') {
            let Some((name, value)) = pair.trim().split_once('=') else { continue };
            if name != wanted {
                continue;
            }
            if found.is_some_and(|other| other != value) {
                return None;
            }
            found = Some(value);
        }
    }
    found
}

/// The header that hands a token to the browser.
pub fn set_session_cookie(token: &SessionToken, lifetime: Duration) -> HeaderValue {
    set(SESSION_COOKIE, &token.reveal(), lifetime)
}

/// The header that makes the browser known.
pub fn set_device_cookie(token: &DeviceToken) -> HeaderValue {
    set(DEVICE_COOKIE, &token.reveal(), DEVICE_LIFE)
}

/// The header that hands the secret of a sign-in to the browser.
pub fn set_login_cookie(token: &LoginToken, lifetime: Duration) -> HeaderValue {
    set(LOGIN_COOKIE, &token.reveal(), lifetime)
}

/// The header that takes the secret of a sign-in from the browser.
pub fn clear_login_cookie() -> HeaderValue {
    set(LOGIN_COOKIE, "", Duration::ZERO)
}

fn set(name: &str, value: &str, lifetime: Duration) -> HeaderValue {
    let seconds = lifetime.as_secs();
    let text = format!("{name}={value}; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age={seconds}");
    // The parts above are ASCII without control characters.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

/// The header that takes the token from the browser.
pub fn clear_session_cookie() -> HeaderValue {
    HeaderValue::from_static("__Host-session=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    const B: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg";

    fn read(cookies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        session_cookie(&headers).map(|token| token.reveal())
    }

    #[test]
    fn session_cookie_is_found_among_others() {
        let token = Some(A.to_owned());
        assert_eq!(read(&[&format!("theme=dark; __Host-session={A}; x=y")]), token);
        assert_eq!(read(&["theme=dark", &format!("__Host-session={A}")]), token);
        assert_eq!(read(&[&format!("__Host-session={A}; __Host-session={A}")]), token);
    }

    #[test]
    fn session_cookie_is_refused_when_it_is_not_one_token() {
        for cookies in [
            vec![],
            vec!["__Host-session=".to_owned()],
            vec![format!("__Host-session={}", &A[1..])],
            vec![format!("__host-session={A}")],
            vec![format!("__Host-session={A}; __Host-session={B}")],
            vec![format!("__Host-session={A}"), format!("__Host-session={B}")],
            vec![format!("__Host-session={}", "x".repeat(100_000))],
        ] {
            let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
            assert_eq!(read(&cookies), None);
        }
    }

    #[test]
    fn set_session_cookie_has_every_attribute() {
        let token = SessionToken::parse(A).unwrap();
        assert_eq!(
            set_session_cookie(&token, Duration::from_mins(1)).to_str().unwrap(),
            format!("__Host-session={A}; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=60")
        );
    }
}
