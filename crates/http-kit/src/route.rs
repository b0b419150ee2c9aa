use std::future::Future;
use std::sync::Arc;

use http::Method;
use rbac::Permission;

use crate::problem::Problem;
use crate::request::Request;
use crate::runtime::BoxFuture;
use crate::service::Response;

/// What a route asks of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// To come over a service binding: the worker has no public address.
    Binding,
    /// To be signed in; an API token does not do.
    Session,
    /// To be signed in, or an API token of any scope.
    SessionOrToken,
    /// A permission, by a session or an API token.
    Permission(Permission),
    /// To be about the caller, or a permission; an API token needs the permission.
    OwnOr(Permission),
}

/// How a handler ends.
pub type Outcome = Result<Response, Problem>;

/// A handler with everything it needs, access included.
pub type Endpoint = Arc<dyn Fn(Request) -> BoxFuture<'static, Outcome> + Send + Sync>;

/// One row of the route table: the only way to mount a handler.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{name}` for its parameters.
    pub path: &'static str,
    /// What it asks of its caller.
    pub access: Access,
    /// Whether the rollout flags decide if `access` is enforced.
    pub enforced_by_flag: bool,
    /// The largest body that it takes, in bytes.
    pub body_limit: usize,
    /// Whether it logs only what it refuses, and failures.
    pub quiet: bool,
    /// What the API description says about it.
    pub doc: Doc,
    pub(crate) endpoint: Endpoint,
}

impl Route {
    /// A row. Bodies may have 64 KiB unless said otherwise.
    pub fn new<F, R>(method: Method, path: &'static str, access: Access, doc: Doc, endpoint: F) -> Self
    where
        F: Fn(Request) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        Self {
            method,
            path,
            access,
            enforced_by_flag: false,
            body_limit: 64 * 1024,
            quiet: false,
            doc,
            endpoint: Arc::new(move |request| Box::pin(endpoint(request))),
        }
    }

    /// Takes bodies of up to so many bytes.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: bytes, ..self }
    }

    /// Logs only what it refuses, and failures: another worker answers whoever asked, and its line tells of the request.
    #[must_use]
    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// Is a protected endpoint: until the rollout flags say otherwise, the rule from before decides.
    #[must_use]
    pub fn enforced_by_flag(self) -> Self {
        Self { enforced_by_flag: true, ..self }
    }
}

/// All the routes of a worker.
#[derive(Clone, Default)]
pub struct RouteTable {
    routes: Vec<Route>,
}

impl RouteTable {
    /// A table of these rows.
    pub fn new(routes: Vec<Route>) -> Self {
        Self { routes }
    }

    /// The rows, in order.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }
}

/// What the API description says about a route. It costs the workers nothing: without the feature `openapi` only the
/// summary is kept.
#[derive(Clone, Debug)]
pub struct Doc {
    /// What the route does, in a few words.
    pub summary: &'static str,
    #[cfg(feature = "openapi")]
    pub(crate) parts: crate::openapi::Parts,
}

/// A type that can stand in the API description. Without the feature `openapi`, every type can.
#[cfg(not(feature = "openapi"))]
pub trait Described {}
#[cfg(not(feature = "openapi"))]
impl<T> Described for T {}

/// A type that can stand in the API description.
#[cfg(feature = "openapi")]
pub trait Described: schemars::JsonSchema {}
#[cfg(feature = "openapi")]
impl<T: schemars::JsonSchema> Described for T {}

impl Doc {
    /// A description that starts with what the route does.
    pub const fn new(summary: &'static str) -> Self {
        Self {
            summary,
            #[cfg(feature = "openapi")]
            parts: crate::openapi::Parts::new(),
        }
    }

    /// Takes a body of this type.
    #[must_use]
    pub fn takes<T: Described>(self) -> Self {
        #[cfg(feature = "openapi")]
        return self.with(|parts| parts.request = Some(crate::openapi::schema_of::<T>));
        #[cfg(not(feature = "openapi"))]
        self
    }

    /// Answers with this status and a body of this type.
    #[must_use]
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, reason = "only described"))]
    pub fn gives<T: Described>(self, status: u16) -> Self {
        #[cfg(feature = "openapi")]
        return self.with(|parts| parts.responses.push((status, Some(crate::openapi::schema_of::<T>))));
        #[cfg(not(feature = "openapi"))]
        self
    }

    /// Answers with this status and a text of this media type as well, where that is asked for.
    #[must_use]
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, reason = "only described"))]
    pub fn gives_text(self, status: u16, media_type: &'static str) -> Self {
        #[cfg(feature = "openapi")]
        return self.with(|parts| parts.texts.push((status, media_type)));
        #[cfg(not(feature = "openapi"))]
        self
    }

    /// Answers with this status and no body.
    #[must_use]
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, reason = "only described"))]
    pub fn gives_nothing(self, status: u16) -> Self {
        #[cfg(feature = "openapi")]
        return self.with(|parts| parts.responses.push((status, None)));
        #[cfg(not(feature = "openapi"))]
        self
    }

    /// Reads this parameter of the query.
    #[must_use]
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, reason = "only described"))]
    pub fn query(self, name: &'static str, description: &'static str) -> Self {
        #[cfg(feature = "openapi")]
        return self.with(|parts| parts.query.push((name, description, None)));
        #[cfg(not(feature = "openapi"))]
        self
    }

    /// Reads this parameter of the query, as this type.
    #[must_use]
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, reason = "only described"))]
    pub fn query_of<T: Described>(self, name: &'static str, description: &'static str) -> Self {
        #[cfg(feature = "openapi")]
        return self
            .with(|parts| parts.query.push((name, description, Some(crate::openapi::schema_of::<T>))));
        #[cfg(not(feature = "openapi"))]
        self
    }

    /// Answers with these problems, beside those that follow from its access and its body.
    #[must_use]
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, reason = "only described"))]
    pub fn fails(self, statuses: &'static [u16]) -> Self {
        #[cfg(feature = "openapi")]
        return self.with(|parts| parts.problems.extend(statuses));
        #[cfg(not(feature = "openapi"))]
        self
    }

    #[cfg(feature = "openapi")]
    fn with(mut self, change: impl FnOnce(&mut crate::openapi::Parts)) -> Self {
        change(&mut self.parts);
        self
    }
}
