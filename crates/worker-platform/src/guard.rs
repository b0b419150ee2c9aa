//! The guard of an application, from its bindings and variables.

use std::sync::Arc;

use guard::{Guard, Setup};
use http_kit::{Level, Runtime, Vars};
use serde_json::json;
use worker::Env;

use crate::{ServiceBinding, WorkerRuntime, binding, lookup};

/// The guard of this application, by its name in the manifest: from the service bindings `USER_MGMT` and, for cached
/// checks, `SESSION_STATE`, and the variables that `docs/GUARD.md` lists.
pub fn guard(env: &Env, application: &str) -> worker::Result<Guard> {
    let lookup = lookup(env);
    let mut vars = Vars::new(&lookup);
    let user_mgmt = binding(&mut vars, "USER_MGMT", env.service("USER_MGMT"));
    let session_state = env.service("SESSION_STATE").ok().map(ServiceBinding::new);
    let application =
        application.parse().map_err(|error| vars.reject(format!("`{application}`: {error}"))).ok();
    let guard = user_mgmt.zip(application).map(|(user_mgmt, application)| {
        let user_mgmt = ServiceBinding::new(user_mgmt);
        let runtime = Arc::new(WorkerRuntime);
        Guard::new(Setup { application, user_mgmt, session_state, runtime }, &mut vars)
    });
    match (vars.finish(), guard) {
        (Ok(warnings), Some(guard)) => {
            if !warnings.is_empty() {
                let message = "guard: something in the configuration looks wrong";
                WorkerRuntime.log(Level::Warn, json!({ "message": message, "warnings": warnings }));
            }
            Ok(guard)
        }
        (Ok(_), None) => Err("guard: it could not be built".into()),
        (Err(errors), _) => Err(format!("guard: the configuration is wrong: {}", errors.join("; ")).into()),
    }
}
