//! Reading what a form of these pages sends.

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, ORIGIN};
use http_kit::{Problem, Request};
use serde::de::DeserializeOwned;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a form that does not say which page it comes from.
///
/// A browser says so, in `Origin` or `Sec-Fetch-Site`, and the service has refused other sites by now. What says neither
/// is no browser that could be trusted to keep other sites out.
pub(crate) fn check_origin(request: &Request) -> Result<(), Problem> {
    let stated = [ORIGIN, SEC_FETCH_SITE].iter().any(|name| request.headers.contains_key(name));
    if stated || request.context.method.is_safe() {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "origin_missing", "a form has to say which page it comes from"))
}

/// Reads the body of a form.
pub(crate) fn read<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    let media_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_a_form",
            "send the body as `application/x-www-form-urlencoded`",
        ));
    }
    serde_urlencoded::from_bytes(request.body())
        .map_err(|error| Problem::invalid(format!("the form can't be read: {error}")))
}

/// A message for people from one for programs: without the name of the field before it, with a capital and a full stop.
pub(crate) fn sentence(message: &str) -> String {
    let message = match message.split_once("`: ") {
        Some((field, rest)) if field.starts_with('`') => rest,
        _ => message,
    };
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let stop = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    first.map(|first| format!("{first}{}{stop}", letters.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentence_is_for_people() {
        for (message, expected) in [
            ("a password needs at least 12 characters", "A password needs at least 12 characters."),
            ("`username`: must be an e-mail address", "Must be an e-mail address."),
            ("`firstName` is missing", "`firstName` is missing."),
            ("Done!", "Done!"),
            ("élan", "Élan."),
            ("", ""),
        ] {
            assert_eq!(sentence(message), expected);
        }
    }
}
