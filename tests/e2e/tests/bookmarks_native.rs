//! The example application in one process with the three workers, on SQLite.
#![cfg(test)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bookmarks::{App, router};
use guard::{Deferred, Guard, Setup};
use http_kit::{Body, Vars, read_body};
use serde_json::Value;
use store_sqlite::{Sqlite, migrations};
use testkit::{Behaviour, DeferredTasks, Native, Reply, SentMail, World, root};
use tower::ServiceExt;

/// The application in front of a deployment.
struct Beside {
    native: Native,
    db: Arc<Sqlite>,
    router: Router,
    deferred: DeferredTasks,
}

impl Beside {
    fn new() -> Self {
        let db = Sqlite::in_memory().unwrap();
        for (_, sql) in migrations(&root().join(Path::new("examples/bookmarks/migrations"))).unwrap() {
            db.script(&sql).unwrap();
        }
        let (native, db) = (Native::new(), Arc::new(db));
        let router = build(&native, &db, "on");
        Self { native, db, router, deferred: DeferredTasks::default() }
    }
}

fn build(native: &Native, db: &Arc<Sqlite>, mode: &str) -> Router {
    let lookup = |name: &str| match name {
        "RBAC_ENABLED" => Some("on".to_owned()),
        "USER_MGMT_ENFORCE" => Some(mode.to_owned()),
        _ => None,
    };
    let setup = Setup {
        application: "bookmarks".parse().unwrap(),
        user_mgmt: native.user_mgmt.clone(),
        session_state: Some(native.session_state.clone()),
        runtime: native.runtime.clone(),
    };
    let guard = Guard::new(setup, &mut Vars::new(&lookup));
    let app = App { db: db.clone(), guard, runtime: native.runtime.clone() };
    router(app, native.account_pages.clone())
}

impl World for Beside {
    async fn send(&self, request: http::Request<Vec<u8>>) -> Reply {
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(Deferred(Arc::new(self.deferred.clone())));
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = read_body(body, usize::MAX).await.unwrap().to_vec();
        self.settle().await;
        Reply { status: parts.status, headers: parts.headers, body }
    }

    async fn send_to_session_state(&self, request: http::Request<Vec<u8>>) -> Reply {
        self.native.send_to_session_state(request).await
    }

    async fn sql(&self, sql: &str) -> Vec<Value> {
        self.native.sql(sql).await
    }

    async fn mails(&self, to: &str) -> Vec<SentMail> {
        self.native.mails(to).await
    }

    async fn settle(&self) {
        self.deferred.run().await;
        self.native.settle().await;
    }

    async fn run_cron(&self) {
        self.native.run_cron().await;
    }

    async fn restart_with(&mut self, vars: &[(&str, &str)]) {
        self.native.restart_with(vars).await;
        let mode = vars.iter().find(|(name, _)| *name == "USER_MGMT_ENFORCE").map_or("on", |(_, mode)| mode);
        self.router = build(&self.native, &self.db, mode);
    }

    async fn pause(&self, duration: Duration) {
        self.native.pause(duration).await;
    }

    async fn set_session_state(&self, behaviour: Behaviour) {
        self.native.set_session_state(behaviour).await;
    }

    async fn logs(&self) -> Vec<String> {
        self.native.logs().await
    }

    async fn kv(&self) -> BTreeMap<String, String> {
        self.native.kv().await
    }

    async fn set_kv(&self, key: &str, value: Option<&str>) {
        self.native.set_kv(key, value).await;
    }

    async fn migrate(&self, name: &str) {
        self.native.migrate(name).await;
    }

    async fn roll_back(&self, name: &str) {
        self.native.roll_back(name).await;
    }

    fn try_advance(&self, duration: Duration) -> bool {
        self.native.try_advance(duration)
    }
}

#[tokio::test]
async fn every_flow_works_in_every_mode() {
    e2e::bookmarks::every_flow_works_in_every_mode(&mut Beside::new()).await;
}

#[tokio::test]
async fn what_is_taken_away_stops_the_next_job() {
    e2e::bookmarks::what_is_taken_away_stops_the_next_job(&mut Beside::new()).await;
}

#[tokio::test]
async fn findings_show_in_the_report() {
    e2e::bookmarks::findings_show_in_the_report(&mut Beside::new()).await;
}
