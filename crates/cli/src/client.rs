//! Questions to a deployment, over HTTP.

use std::io::Read;
use std::time::Duration;

use accounts::ApiToken;
use api::Page;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::deployment::Deployment;
use crate::failure::{Failure, Result};
use crate::problem::Problem;

/// How long one question may take, from the connection to the last byte of the answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long an export may take; it is as long as the log.
const PATIENCE_WITH_EXPORTS: Duration = Duration::from_hours(6);
/// The largest answer that is read into memory: a role of 10,000 permissions has room.
const ANSWER_LIMIT: u64 = 16 * 1024 * 1024;
/// As much of a list as one question may ask for.
const PAGE: u32 = 100;

pub(crate) struct Client {
    agent: ureq::Agent,
    deployment: Deployment,
    token: ApiToken,
}

/// What is asked for beside the path: `role=…&limit=…`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// With this, where it was given.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.0.extend(value.map(|value| (name, value.to_string())));
        self
    }

    fn on(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish();
        format!("{path}?{query}")
    }
}

impl Client {
    pub(crate) fn new(deployment: Deployment, token: ApiToken) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // The token goes to whom it was given for, and no further.
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .user_agent(concat!("edgeward/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self { agent, deployment, token }
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str, query: &Query) -> Result<T> {
        self.read(self.ask(Method::GET, &query.on(path), None::<&()>)?)
    }

    /// Sends `body`, and gives what is answered.
    pub(crate) fn send<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<T> {
        self.read(self.ask(method, path, Some(body))?)
    }

    /// Has something done that is answered with nothing.
    pub(crate) fn order<B: Serialize>(&self, method: Method, path: &str, body: Option<&B>) -> Result<()> {
        self.ask(method, path, body).map(drop)
    }

    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        self.order(Method::DELETE, path, None::<&()>)
    }

    /// Every item of a list, page by page as they are asked for.
    pub(crate) fn list<'a, T: DeserializeOwned + 'a>(
        &'a self,
        path: &'a str,
        query: &'a Query,
    ) -> impl Iterator<Item = Result<T>> + 'a {
        let mut next = Some(None);
        std::iter::from_fn(move || {
            let cursor: Option<String> = next.take()?;
            let query = query.clone().with("limit", Some(PAGE)).with("cursor", cursor);
            Some(match self.get::<Page<T>>(path, &query) {
                Ok(page) => {
                    next = page.next_cursor.map(Some);
                    page.items.into_iter().map(Ok).collect()
                }
                Err(failure) => vec![Err(failure)],
            })
        })
        .flatten()
    }

    /// The body of an answer, as it comes in.
    pub(crate) fn download(&self, path: &str, query: &Query) -> Result<impl Read + use<>> {
        let request = self.request(Method::GET, &query.on(path)).body(());
        let request = request.map_err(|error| unusable(&error))?;
        let agent = &self.agent;
        let request = agent.configure_request(request).timeout_global(Some(PATIENCE_WITH_EXPORTS));
        let request = request.timeout_recv_response(Some(PATIENCE)).build();
        let answer = self.checked(agent.run(request))?;
        Ok(answer.into_body().into_reader())
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}/api{path}", self.deployment))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", self.token.reveal()))
    }

    fn ask<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Result<Response<ureq::Body>> {
        let request = self.request(method, path);
        let answer = match body {
            None => self.agent.run(request.body(()).map_err(|error| unusable(&error))?),
            Some(body) => {
                let body = serde_json::to_vec(body)
                    .map_err(|error| Failure::local("the request can't be written", error))?;
                let request = request.header(CONTENT_TYPE, "application/json").body(body);
                self.agent.run(request.map_err(|error| unusable(&error))?)
            }
        };
        self.checked(answer)
    }

    /// The answer, if it is what was asked for.
    fn checked(&self, answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<Response<ureq::Body>> {
        let answer = answer
            .map_err(|error| Failure::Unavailable(format!("{} does not answer: {error}", self.deployment)))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let (status, body) = (answer.status(), self.body(answer)?);
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(Failure::Problem(Box::new(problem))),
            Err(_) => Err(Failure::Unavailable(format!(
                "{} answers {status}, and not as Edgeward does: is that the address of its pages?",
                self.deployment
            ))),
        }
    }

    fn body(&self, answer: Response<ureq::Body>) -> Result<Vec<u8>> {
        let body = answer.into_body().into_with_config().limit(ANSWER_LIMIT).read_to_vec();
        body.map_err(|error| {
            Failure::Unavailable(format!("the answer of {} broke off: {error}", self.deployment))
        })
    }

    fn read<T: DeserializeOwned>(&self, answer: Response<ureq::Body>) -> Result<T> {
        let body = self.body(answer)?;
        serde_json::from_slice(&body).map_err(|error| {
            Failure::Unavailable(format!(
                "the answer of {} can't be read ({error}): is it of another release?",
                self.deployment
            ))
        })
    }
}

fn unusable(error: &http::Error) -> Failure {
    Failure::local("the request can't be made", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_given_is_not_asked_and_what_was_is_escaped() {
        assert_eq!(Query::default().with("q", None::<String>).on("/users"), "/users");
        let query = Query::default().with("q", Some("a&b=c d")).with("limit", Some(2));
        assert_eq!(query.on("/users"), "/users?q=a%26b%3Dc+d&limit=2");
    }
}
