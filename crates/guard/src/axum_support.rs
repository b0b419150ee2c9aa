//! A layer that protects routes, and extractors of whoever got through.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{FromRef, FromRequestParts, MatchedPath, OptionalFromRequestParts};
use axum::response::IntoResponse;
use http::request::Parts;
use http::{Request, Response};
use http_kit::{Body, BoxFuture, Defer, Problem, request_id};

use crate::caller::Caller;
use crate::guard::Guard;
use crate::incoming::Incoming;
use crate::principal::Principal;
use crate::refusal::Refusal;
use crate::rule::Rule;

/// Where work for after the response goes, as an extension of every request. The worker's entry adds it.
#[derive(Clone)]
pub struct Deferred(pub Arc<dyn Defer>);

/// Protects the routes that it is put on with [`Router::route_layer`](axum::Router::route_layer). [`Guard::layer`] makes it.
#[derive(Clone, Debug)]
pub struct Layer {
    guard: Guard,
    rule: Rule,
    before: Option<bool>,
}

impl Guard {
    /// A layer that lets through whoever [may](Incoming::check). Handlers take the [`Principal`] as an argument.
    #[must_use]
    pub fn layer(&self, rule: Rule) -> Layer {
        Layer { guard: self.clone(), rule, before: None }
    }

    /// A layer for routes that were open to everyone (`before`), or to nobody, without Edgeward: it decides as
    /// [`Incoming::check_beside`] does. Handlers take an `Option<Principal>`.
    #[must_use]
    pub fn layer_beside(&self, rule: Rule, before: bool) -> Layer {
        Layer { guard: self.clone(), rule, before: Some(before) }
    }

    fn of_parts(&self, parts: &Parts) -> Result<Incoming, Refusal> {
        let Some(Deferred(deferred)) = parts.extensions.get() else {
            let cause = "the request carries no `Deferred`: the entry of the worker has to add it";
            let request_id = request_id(&parts.headers, self.random());
            return Err(Refusal { problem: Problem::internal(cause), request_id });
        };
        let route = parts.extensions.get::<MatchedPath>().map_or(parts.uri.path(), MatchedPath::as_str);
        Ok(self.request(&parts.method, route, &parts.headers, deferred.clone()))
    }
}

impl<S> tower::Layer<S> for Layer {
    type Service = Protected<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Protected { inner, layer: self.clone() }
    }
}

/// A service behind a [`Layer`].
#[derive(Clone, Debug)]
pub struct Protected<S> {
    inner: S,
    layer: Layer,
}

impl<S> tower::Service<Request<Body>> for Protected<S>
where
    S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The one that is ready goes with the request; the next call gets the clone.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let layer = self.layer.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match layer.admit(&parts).await {
                Ok(principal) => {
                    if let Some(principal) = principal {
                        parts.extensions.insert(principal);
                    }
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(refusal) => Ok(refusal.into_response()),
            }
        })
    }
}

impl Layer {
    async fn admit(self, parts: &Parts) -> Result<Option<Principal>, Refusal> {
        let incoming = self.guard.of_parts(parts)?;
        match self.before {
            None => incoming.check(self.rule).await.map(Some),
            Some(before) => incoming.check_beside(self.rule, before).await,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        self.into_response()
    }
}

/// Whoever a [`Layer`] has let through.
impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get().cloned().ok_or_else(|| Refusal {
            problem: Problem::internal("the route takes a principal, and no layer of the guard is on it"),
            request_id: String::new(),
        })
    }
}

/// Whoever a [`Layer`] has let through, if it asked who it is.
impl<S: Sync> OptionalFromRequestParts<S> for Principal {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

/// Whoever makes the request, for handlers that decide themselves. The state of the router has a [`Guard`].
impl<S> FromRequestParts<S> for Caller
where
    Guard: FromRef<S>,
    S: Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Guard::from_ref(state).of_parts(parts)?.caller().await
    }
}

/// A [`Caller`] by a strict check, whatever checks the guard makes otherwise.
#[derive(Debug)]
pub struct Strict(pub Caller);

impl<S> FromRequestParts<S> for Strict
where
    Guard: FromRef<S>,
    S: Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Guard::from_ref(state).strict().of_parts(parts)?.caller().await.map(Self)
    }
}
