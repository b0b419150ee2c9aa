//! The whole of the Worker in docs/GUARD.md, so that what is written there compiles.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::post;
use edgeward_guard::{Deferred, Front, Permission, Principal, require};
use edgeward_worker_platform::{
    Request, Response, ServiceBinding, WaitUntil, from_request, guard, into_response,
};
use tower::ServiceExt;
use worker::{Context, Env, Result, event};

const POSTS_WRITE: Permission = Permission::from_static("posts:write");

static ROUTER: OnceLock<Router> = OnceLock::new();

async fn publish(author: Principal) -> String {
    format!("published by {}", author.username())
}

fn router(env: &Env) -> Result<Router> {
    let guard = guard(env, "blog")?;
    Ok(Router::new()
        .route("/posts", post(publish).route_layer(guard.layer(require(&POSTS_WRITE))))
        .fallback_service(Front::new(ServiceBinding::new(env.service("ACCOUNT_PAGES")?))))
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    let router = match ROUTER.get() {
        Some(router) => router,
        None => {
            let router = router(&env)?;
            ROUTER.get_or_init(|| router)
        }
    };
    let mut request = from_request(request).await?;
    request.extensions_mut().insert(Deferred(Arc::new(WaitUntil::new(context))));
    into_response(router.clone().oneshot(request).await.unwrap_or_else(|never| match never {})).await
}
