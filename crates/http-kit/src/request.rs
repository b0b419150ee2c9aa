use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use axum::body::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::context::RequestContext;
use crate::problem::Problem;

/// A request as a handler sees it: its body read whole, within the limit of its route. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is known about it.
    pub context: Arc<RequestContext>,
    /// Its headers.
    pub headers: HeaderMap,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Request {
    /// A part of the path. One that can't be read names nothing, so it is not found.
    pub fn param<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let found = self.params.iter().find(|(param, _)| param == name);
        found.and_then(|(_, value)| value.parse().ok()).ok_or_else(Problem::not_found)
    }

    /// A parameter of the query, if it is there.
    pub fn query<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Problem> {
        let Some(value) = self.query_text(name) else { return Ok(None) };
        match value.parse() {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(Problem::invalid_field(name, format!("`{name}`: {error}"))),
        }
    }

    fn query_text(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.context.uri.query().unwrap_or_default().as_bytes());
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    }

    /// A field of the body as a form.
    pub fn form_field(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(&self.body).find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    }

    /// The body as it came.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let media_type =
            self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "send the body as `application/json`",
            ));
        }
        // All of it, since serde does not look into what it passes over.
        let body = str::from_utf8(&self.body).map_err(|_| Problem::invalid("the body is not UTF-8"))?;
        // serde would read a list as the fields in their order.
        if body.trim_ascii_start().starts_with('[') {
            return Err(Problem::invalid("the body must be a JSON object"));
        }
        let mut deserializer = serde_json::Deserializer::from_str(body);
        let value =
            serde_path_to_error::deserialize(&mut deserializer).map_err(|error| body_problem(&error))?;
        deserializer
            .end()
            .map_err(|_| Problem::invalid("the body goes on after the end of the JSON value"))?;
        Ok(value)
    }
}

/// Says which field is wrong, and how, without the line and column that serde adds.
fn body_problem(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    if inner.is_syntax() || inner.is_eof() {
        return Problem::invalid("the body is not valid JSON");
    }
    let text = inner.to_string();
    let message = text.split(" at line ").next().unwrap_or_default();
    let path = error.path().to_string();
    // serde reports a missing field at the object that lacks it.
    if let Some(rest) = message.strip_prefix("missing field `") {
        let name = rest.trim_end_matches('`');
        let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
        return Problem::invalid_field(&field, format!("`{field}` is missing"));
    }
    if path == "." {
        return Problem::invalid(format!("the body: {message}"));
    }
    if message.starts_with("unknown field") {
        return Problem::invalid_field(&path, format!("`{path}` is not a field of this request"));
    }
    Problem::invalid_field(&path, format!("`{path}`: {message}"))
}
