//! A small application behind the guard, in one process with the three workers.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a fixture that fails fails its test")]

use std::sync::Arc;

use accounts::UserId;
use axum::extract::{FromRef, Path, State};
use axum::routing::get;
use axum::{Json, Router};
use guard::{
    Caller, Deferred, Guard, Permission, Principal, Refusal, Setup, require, require_all, require_any,
};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{Request, Response};
use http_kit::{Body, Fetch, SESSION_COOKIE, Vars, read_body};
use serde_json::{Value, json};
use testkit::{Client, DeferredTasks, Native, Reply, World};
use tower::ServiceExt;

const READ: Permission = Permission::from_static("docs:read");
const WRITE: Permission = Permission::from_static("docs:write");

/// The application `docs`.
pub(crate) struct Application {
    router: Router,
    deferred: DeferredTasks,
}

#[derive(Clone)]
struct App {
    guard: Guard,
}

impl FromRef<App> for Guard {
    fn from_ref(app: &App) -> Self {
        app.guard.clone()
    }
}

impl Application {
    /// The application with enforcement on for everyone, changed by `changed`.
    pub(crate) fn new(world: &Native, changed: &[(&str, &str)]) -> Self {
        let lookup = |name: &str| {
            let set = changed.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
            let default = match name {
                "RBAC_ENABLED" | "USER_MGMT_ENFORCE" => Some("on"),
                _ => None,
            };
            set.or(default).map(str::to_owned)
        };
        let mut vars = Vars::new(&lookup);
        let setup = Setup {
            application: "docs".parse().unwrap(),
            user_mgmt: world.user_mgmt.clone(),
            session_state: Some(world.session_state.clone()),
            runtime: world.runtime.clone(),
        };
        let guard = Guard::new(setup, &mut vars);
        vars.finish().expect("the variables of the test are right");
        let strict = guard.strict();
        let router = Router::new()
            .route("/cached", get(whoami).route_layer(guard.layer(require(&READ))))
            .route("/strict", get(whoami).route_layer(strict.layer(require(&READ))))
            .route("/any", get(whoami).route_layer(guard.layer(require_any(&[READ, WRITE]))))
            .route("/all", get(whoami).route_layer(guard.layer(require_all(&[READ, WRITE]))))
            .route("/beside", get(perhaps).route_layer(guard.layer_beside(require(&READ), true)))
            .route("/never", get(perhaps).route_layer(guard.layer_beside(require(&READ), false)))
            .route("/docs/{owner}", get(document))
            .route("/secrets/{owner}", get(secret))
            .with_state(App { guard });
        Self { router, deferred: DeferredTasks::default() }
    }

    /// `GET`, with the credentials of a client.
    pub(crate) async fn get(&self, path: &str, client: &Client<'_, Native>) -> Reply {
        let mut request = Request::get(format!("https://docs.example{path}")).body(Body::empty()).unwrap();
        if let Some(session) = &client.session {
            let cookie = format!("theme=dark; {SESSION_COOKIE}={session}");
            request.headers_mut().insert(COOKIE, cookie.parse().unwrap());
        }
        if let Some(token) = &client.token {
            request.headers_mut().insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        }
        request.extensions_mut().insert(Deferred(Arc::new(self.deferred.clone())));
        reply(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// Does what responses left to do, here and in the workers.
    pub(crate) async fn settle(&self, world: &Native) {
        self.deferred.run().await;
        world.settle().await;
    }
}

async fn whoami(principal: Principal) -> Json<Value> {
    Json(json!({ "user": principal.user_id() }))
}

async fn perhaps(principal: Option<Principal>) -> Json<Value> {
    Json(json!({ "user": principal.map(|principal| principal.user_id()) }))
}

async fn document(
    caller: Caller,
    Path(owner): Path<UserId>,
    State(_): State<App>,
) -> Result<Json<Value>, Refusal> {
    Ok(whoami(caller.check(&require(&WRITE).or_owner(owner))?).await)
}

async fn secret(caller: Caller, Path(owner): Path<UserId>) -> Result<Json<Value>, Refusal> {
    Ok(whoami(caller.check(&require(&WRITE).or_owner(owner).hidden())?).await)
}

/// `POST /internal/authorize`, as a worker that is bound to user-mgmt asks it.
pub(crate) async fn authorize(world: &Native, session: Option<&str>, body: &Value) -> Reply {
    let mut request = Request::post("https://user-mgmt/internal/authorize")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    if let Some(session) = session {
        request.headers_mut().insert(COOKIE, format!("{SESSION_COOKIE}={session}").parse().unwrap());
    }
    reply(world.user_mgmt.fetch(request).await.unwrap()).await
}

async fn reply(response: Response<Body>) -> Reply {
    let (parts, body) = response.into_parts();
    let body = read_body(body, usize::MAX).await.unwrap().to_vec();
    Reply { status: parts.status, headers: parts.headers, body }
}
