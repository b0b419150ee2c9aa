//! The account-pages worker: bindings to platform to router.

use std::sync::Arc;

use account_pages_app::{App, Config, NAME, service};
use http_kit::{Service, Vars};
use worker::{Context, Env, event};
use worker_platform::{Isolate, Request, Response, ServiceBinding, WorkerRuntime, binding};

static ISOLATE: Isolate<()> = Isolate::new(NAME, build);

fn build(env: &Env, vars: &mut Vars<'_>) -> Option<(Service, ())> {
    let user_mgmt = binding(vars, "USER_MGMT", env.service("USER_MGMT"))?;
    let app = App { user_mgmt: ServiceBinding::new(user_mgmt), config: Config::read(vars) };
    Some((service(app, Arc::new(WorkerRuntime)), ()))
}

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    ISOLATE.fetch(request, &env, context).await
}
