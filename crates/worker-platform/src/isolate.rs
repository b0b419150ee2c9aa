use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use http::StatusCode;
use http_kit::{Level, Problem, Runtime, Service, Vars};
use serde_json::json;
use worker::{Context, Env};

use crate::runtime::WorkerRuntime;
use crate::variables::lookup;
use crate::{Request, Response, serve};

/// What a worker makes of its bindings and variables: its service, and whatever its other events need.
type Build<A> = fn(&Env, &mut Vars<'_>) -> Option<(Service, A)>;

/// A worker, built at its first event and kept for the life of the isolate.
///
/// While its configuration is wrong it answers every request with 503; what is wrong is logged once, all together.
pub struct Isolate<A> {
    name: &'static str,
    build: Build<A>,
    built: OnceLock<Built<A>>,
}

struct Built<A> {
    service: Service,
    app: Option<A>,
}

impl<A> Isolate<A> {
    /// A worker of this name. `build` gives nothing where a [`binding`] is missing; what it makes is dropped if it left
    /// errors with the variables.
    pub const fn new(name: &'static str, build: Build<A>) -> Self {
        Self { name, build, built: OnceLock::new() }
    }

    /// Answers a request.
    pub async fn fetch(&self, request: Request, env: &Env, context: Context) -> worker::Result<Response> {
        serve(&self.built(env).service, request, context).await
    }

    /// What was built beside the service, for other events; nothing while the configuration is wrong.
    pub fn app(&self, env: &Env) -> Option<&A> {
        self.built(env).app.as_ref()
    }

    fn built(&self, env: &Env) -> &Built<A> {
        self.built.get_or_init(|| self.build(env))
    }

    fn build(&self, env: &Env) -> Built<A> {
        let lookup = lookup(env);
        let mut vars = Vars::new(&lookup);
        let parts = (self.build)(env, &mut vars);
        let errors = match (vars.finish(), parts) {
            (Ok(warnings), Some((service, app))) => {
                if !warnings.is_empty() {
                    let message = format!("{}: something in the configuration looks wrong", self.name);
                    let line = json!({ "message": message, "worker": self.name, "warnings": warnings });
                    WorkerRuntime.log(Level::Warn, line);
                }
                return Built { service, app: Some(app) };
            }
            (Err(errors), _) => errors,
            (Ok(_), None) => vec!["it could not be built".to_owned()],
        };
        let message = format!("{}: the configuration is wrong, no request can be answered", self.name);
        let line = json!({ "message": message, "worker": self.name, "errors": errors });
        WorkerRuntime.log(Level::Error, line);
        let problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "misconfigured",
            "this service is not configured correctly; its log says how",
        );
        Built { service: Service::failing(self.name, problem, Arc::new(WorkerRuntime)), app: None }
    }
}

/// A binding, where it is there; otherwise that is one more thing wrong with the configuration.
pub fn binding<T, E: Display>(vars: &mut Vars<'_>, name: &str, found: Result<T, E>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(error) => {
            vars.reject(format!("{name}: the binding is missing: {error}"));
            None
        }
    }
}
