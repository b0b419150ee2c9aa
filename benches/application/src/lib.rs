//! The same answer on three routes: open to everyone, behind a cached check, and behind a strict one. What the guard costs is
//! the difference between them.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::get;
use guard::{Deferred, Permission, Principal, require};
use tower::ServiceExt;
use worker::{Context, Env, event};
use worker_platform::{WaitUntil, from_request, into_response};

/// What is asked on both protected routes; `MEMBER` has it.
const USERS_READ: Permission = Permission::from_static("users:read");

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
    let guard = worker_platform::guard(env, "bench")?;
    let strict = guard.strict();
    Ok(Router::new()
        .route("/open", get(|| async { "done" }))
        .route("/cached", get(|_: Principal| async { "done" }).route_layer(guard.layer(require(&USERS_READ))))
        .route(
            "/strict",
            get(|_: Principal| async { "done" }).route_layer(strict.layer(require(&USERS_READ))),
        ))
}
