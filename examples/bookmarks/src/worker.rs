//! The entry of the Worker: bindings to routes.

use std::sync::{Arc, OnceLock};

use axum::Router;
use guard::Deferred;
use store_d1::D1;
use tower::ServiceExt;
use worker::{Context, Env, event};
use worker_platform::{ServiceBinding, WaitUntil, WorkerRuntime, from_request, guard, into_response};

use crate::{App, router};

static ROUTER: OnceLock<Router> = OnceLock::new();

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(
    request: worker_platform::Request,
    env: Env,
    context: Context,
) -> worker::Result<worker_platform::Response> {
    // Built at the first request and kept for the life of the isolate.
    let router = if let Some(router) = ROUTER.get() {
        router
    } else {
        let router = build(&env)?;
        ROUTER.get_or_init(|| router)
    };
    let mut request = from_request(request).await?;
    request.extensions_mut().insert(Deferred(Arc::new(WaitUntil::new(context))));
    let response = router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
    into_response(response).await
}

fn build(env: &Env) -> worker::Result<Router> {
    let app = App {
        db: Arc::new(D1::new(env.d1("DB")?)),
        guard: guard(env, "bookmarks")?,
        runtime: Arc::new(WorkerRuntime),
    };
    Ok(router(app, ServiceBinding::new(env.service("ACCOUNT_PAGES")?)))
}
