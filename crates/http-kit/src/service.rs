use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::RawPathParams;
use axum::routing::{MethodFilter, MethodRouter};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{StatusCode, Uri, request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use serde_json::json as object;

use crate::context::RequestContext;
use crate::fetch::FetchError;
use crate::origin;
use crate::problem::Problem;
use crate::request::Request;
use crate::route::{Outcome, Route, RouteTable};
use crate::runtime::{BoxFuture, Defer, Level, Runtime};

/// An answer.
pub type Response = http::Response<Body>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Bytes of a refused body that are taken in so that its sender gets to read why. Who sends more has to be cut off.
const DISCARDED: usize = 4 * 1024 * 1024;

/// A worker's routes with what happens around each of them: context, origin check, limits, problems, log line.
#[derive(Clone)]
pub struct Service {
    name: &'static str,
    router: Router,
    runtime: Arc<dyn Runtime>,
    error_page: Option<ErrorPage>,
    upstream: Option<Upstream>,
}

/// Another worker, which answers part of what comes in.
#[derive(Clone)]
struct Upstream {
    address: fn(&Uri) -> Option<Uri>,
    fetch: Arc<dyn Fn(http::Request<Body>) -> Fetching + Send + Sync>,
}

type Fetching = BoxFuture<'static, Result<Response, FetchError>>;

/// Shows a problem to a person, or leaves it as it is for a program.
pub type ErrorPage = fn(&RequestContext, &Problem) -> Option<Response>;

impl Service {
    /// Makes the router of a table. `name` is the worker's, for logs and timings.
    pub fn new(name: &'static str, table: &RouteTable, runtime: Arc<dyn Runtime>) -> Self {
        let mut by_path: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
        for route in table.routes() {
            let Ok(filter) = MethodFilter::try_from(route.method.clone()) else { continue };
            let row = Arc::new(route.clone());
            let path = by_path.entry(route.path).or_default();
            *path = std::mem::take(path).on(
                filter,
                move |params: RawPathParams, request: request::Request<Body>| {
                    run(row.clone(), params, request)
                },
            );
        }
        let router =
            by_path.into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods));
        let router = router
            .fallback(|body: Body| refuse(body, Problem::not_found()))
            .method_not_allowed_fallback(|body: Body| refuse(body, Problem::method_not_allowed(None)));
        Self { name, router, runtime, error_page: None, upstream: None }
    }

    /// Answers with a page of `error_page`'s where it makes one of a problem. Status and headers stay the problem's.
    #[must_use]
    pub fn with_error_page(self, error_page: ErrorPage) -> Self {
        Self { error_page: Some(error_page), ..self }
    }

    /// Has another worker answer, by `fetch`, whatever `address` knows another address for. Nothing here looks into such a
    /// request or its answer: the other worker checks, names, times and logs both.
    #[must_use]
    pub fn with_upstream<R>(
        self,
        address: fn(&Uri) -> Option<Uri>,
        fetch: impl Fn(http::Request<Body>) -> R + Send + Sync + 'static,
    ) -> Self
    where
        R: Future<Output = Result<Response, FetchError>> + Send + 'static,
    {
        let fetch = Arc::new(move |request| -> Fetching { Box::pin(fetch(request)) });
        Self { upstream: Some(Upstream { address, fetch }), ..self }
    }

    /// Whether what comes to this address is answered by another worker.
    pub fn hands_on(&self, uri: &Uri) -> bool {
        self.upstream.as_ref().is_some_and(|upstream| (upstream.address)(uri).is_some())
    }

    /// A worker that can't work: it answers every request with `problem`.
    pub fn failing(name: &'static str, problem: Problem, runtime: Arc<dyn Runtime>) -> Self {
        let router = Router::new().fallback(move |body: Body| refuse(body, problem.clone()));
        Self { name, router, runtime, error_page: None, upstream: None }
    }

    /// Answers a request. Work that it leaves for later goes to `deferred`.
    pub async fn handle(&self, request: http::Request<Body>, deferred: Arc<dyn Defer>) -> Response {
        let upstream = self.upstream.as_ref();
        let Some((upstream, address)) =
            upstream.and_then(|upstream| Some((upstream, (upstream.address)(request.uri())?)))
        else {
            return self.answer(request, deferred).await;
        };
        let (mut parts, body) = request.into_parts();
        let mut failed = http::Request::new(Body::empty());
        *failed.method_mut() = parts.method.clone();
        *failed.headers_mut() = parts.headers.clone();
        *failed.uri_mut() = std::mem::replace(&mut parts.uri, address);
        match (upstream.fetch)(http::Request::from_parts(parts, body)).await {
            Ok(answer) => answer,
            Err(error) => {
                let failing = Self {
                    error_page: self.error_page,
                    ..Self::failing(self.name, Problem::unavailable(error), self.runtime.clone())
                };
                failing.answer(failed, deferred).await
            }
        }
    }

    async fn answer(&self, mut request: http::Request<Body>, deferred: Arc<dyn Defer>) -> Response {
        let context = Arc::new(RequestContext::new(
            self.name,
            self.runtime.clone(),
            request.method().clone(),
            request.uri().clone(),
            request.headers(),
            deferred,
        ));
        let mut response =
            if let Err(problem) = origin::check(request.method(), request.uri(), request.headers()) {
                refuse(request.into_body(), problem).await
            } else {
                request.extensions_mut().insert(context.clone());
                match tower::ServiceExt::oneshot(self.router.clone(), request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            };
        let mut problem = response.extensions_mut().remove::<Problem>();
        if let Some(problem) = &mut problem {
            // The router adds `Allow` to its own refusals alone.
            if let Some(allow) = response.headers_mut().remove(http::header::ALLOW) {
                *problem = Problem::method_not_allowed(Some(allow));
            }
            response = self.show(&context, problem);
        }
        self.finish(&context, &mut response, problem.as_ref());
        response
    }

    fn show(&self, context: &RequestContext, problem: &Problem) -> Response {
        let page = self.error_page.and_then(|page| page(context, problem));
        let Some(mut page) = page else { return problem.clone().into_response(&context.request_id) };
        problem.set_head(&mut page);
        page
    }

    fn finish(&self, context: &RequestContext, response: &mut Response, problem: Option<&Problem>) {
        let duration = self.runtime.now().since(context.started_at).as_millis();
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&context.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        if let Ok(timing) = HeaderValue::from_str(&format!("{};dur={duration}", self.name)) {
            headers.append(SERVER_TIMING, timing);
        }
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
        let status = response.status();
        if context.is_quiet() && problem.is_none() && !status.is_server_error() {
            return;
        }
        let route = context.route();
        let mut fields = object!({
            "status": status.as_u16(),
            "durationMs": u64::try_from(duration).unwrap_or(u64::MAX),
        });
        if let Some(problem) = problem {
            fields["code"] = problem.code().into();
            if let Some(cause) = problem.cause() {
                fields["cause"] = cause.into();
            }
        }
        let level = if status.is_server_error() { Level::Error } else { Level::Info };
        let message = format!("{} {} {}", context.method, route.unwrap_or("(no route)"), status.as_u16());
        context.log(level, message, fields);
    }
}

async fn run(route: Arc<Route>, params: RawPathParams, request: request::Request<Body>) -> Response {
    match prepare(&route, &params, request).await {
        Ok(request) => match (route.endpoint)(request).await {
            Ok(response) => response,
            Err(problem) => Failure(problem).into_response(),
        },
        Err(problem) => Failure(problem).into_response(),
    }
}

async fn prepare(
    route: &Route,
    params: &RawPathParams,
    request: request::Request<Body>,
) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let context = parts
        .extensions
        .remove::<Arc<RequestContext>>()
        .ok_or_else(|| Problem::internal("the router was called without a request context"))?;
    context.matched(route);
    Ok(Request {
        context,
        params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        headers: parts.headers,
        body: read(body, route.body_limit).await?,
    })
}

async fn read(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    match Limited::new(&mut body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            discard(body).await;
            Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                format!("the body is larger than {limit} bytes"),
            ))
        }
        Err(_) => Err(Problem::invalid("the body broke off")),
    }
}

/// Takes in what is still being sent: a sender whose body nobody reads may meet a broken connection instead of the answer.
async fn discard(mut body: Body) {
    let mut left = DISCARDED;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(fewer) = left.checked_sub(length) else { return };
        left = fewer;
    }
}

async fn refuse(body: Body, problem: Problem) -> Response {
    discard(body).await;
    Failure(problem).into_response()
}

/// A problem on its way to the service, which alone can give it the id of the request.
struct Failure(Problem);

impl Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.0.status();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// An answer of JSON.
pub fn json(status: StatusCode, body: &impl Serialize) -> Outcome {
    let text = serde_json::to_vec(body).map_err(Problem::internal)?;
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn json_answers_are_typed() {
        let response = json(StatusCode::CREATED, &1).unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
}
