use accounts::{ApiToken, ParseTokenError};
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The API token that a request carries as `Authorization: Bearer`. Nothing where the header is absent or of another
/// scheme; an error where it is of this scheme and is no token, or where there are two headers: nobody is to choose
/// between them.
pub fn bearer_token(headers: &HeaderMap) -> Result<Option<ApiToken>, ParseTokenError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let Some((scheme, credentials)) = split(value.as_bytes()) else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Ok(None);
    }
    if values.next().is_some() {
        return Err(ParseTokenError);
    }
    let text = str::from_utf8(credentials).map_err(|_| ParseTokenError)?;
    ApiToken::parse(text).map(Some)
}

/// The scheme, and what comes after the spaces behind it.
fn split(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let value = value.trim_ascii();
    let end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
    let (scheme, rest) = value.split_at(end);
    (!scheme.is_empty()).then(|| (scheme, rest.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const TOKEN: &str = "edw_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

    fn read(values: &[&[u8]]) -> Result<Option<String>, ParseTokenError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        bearer_token(&headers).map(|token| token.map(|token| token.reveal()))
    }

    #[test]
    fn bearer_is_read_in_any_case() {
        for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
            assert_eq!(
                read(&[format!("{scheme} {TOKEN}").as_bytes()]),
                Ok(Some(TOKEN.to_owned())),
                "{scheme}"
            );
        }
    }

    #[test]
    fn other_schemes_are_somebody_elses() {
        for value in ["", "Basic YTpi", "Bearers x", TOKEN] {
            assert_eq!(read(&[value.as_bytes()]), Ok(None), "{value}");
        }
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn a_bearer_that_is_no_token_is_an_error() {
        let long = format!("Bearer {}", "x".repeat(100_000));
        let two = format!("Bearer {TOKEN} {TOKEN}");
        let listed = format!("Bearer {TOKEN},");
        for value in ["Bearer", "Bearer ", "Bearer x", &long, &two, &listed] {
            assert_eq!(read(&[value.as_bytes()]), Err(ParseTokenError), "{}", value.len());
        }
        assert_eq!(read(&[b"Bearer \xff\xfe"]), Err(ParseTokenError));
        let good = format!("Bearer {TOKEN}");
        assert_eq!(read(&[good.as_bytes(), good.as_bytes()]), Err(ParseTokenError));
    }
}
