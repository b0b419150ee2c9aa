//! The session-state worker: bindings to platform to router.

mod workers_kv;

use std::sync::Arc;

use http_kit::{Service, Vars};
use session_state_app::{App, Config, routes};
use worker::{Context, Env, event};
use worker_platform::{Isolate, Request, Response, WorkerRuntime, binding};

use crate::workers_kv::WorkersKv;

const NAME: &str = "session-state";

static ISOLATE: Isolate<()> = Isolate::new(NAME, build);

fn build(env: &Env, vars: &mut Vars<'_>) -> Option<(Service, ())> {
    let sessions = binding(vars, "SESSIONS", env.kv("SESSIONS"));
    let cache = binding(vars, "CACHE", env.kv("CACHE"));
    let config = Config::read(vars);
    let runtime = Arc::new(WorkerRuntime);
    let app = App {
        sessions: WorkersKv::new(sessions?),
        cache: WorkersKv::new(cache?),
        runtime: runtime.clone(),
        config,
    };
    Some((Service::new(NAME, &routes(&Arc::new(app)), runtime), ()))
}

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    ISOLATE.fetch(request, &env, context).await
}
