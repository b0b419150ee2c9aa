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
    /// What the application reads, which is the same as the workers behind it do.
    vars: BTreeMap<String, String>,
}

impl Beside {
    fn new() -> Self {
        Self::of(Native::new(), &[("RBAC_ENABLED", "on"), ("USER_MGMT_ENFORCE", "on")])
    }

    /// In front of accounts alone, every flag off.
    fn before_the_plan() -> Self {
        let off = [("RBAC_ENABLED", "off"), ("USER_MGMT_CORE", "off"), ("USER_MGMT_ENFORCE", "off")];
        Self::of(Native::with_migrations(&off, &|name| name.starts_with("0001")), &off)
    }

    fn of(native: Native, vars: &[(&str, &str)]) -> Self {
        let db = Sqlite::in_memory().unwrap();
        for (_, sql) in migrations(&root().join(Path::new("examples/bookmarks/migrations"))).unwrap() {
            db.script(&sql).unwrap();
        }
        let db = Arc::new(db);
        let mut all = BTreeMap::new();
        set(&mut all, vars);
        let router = build(&native, &db, &all);
        Self { native, db, router, deferred: DeferredTasks::default(), vars: all }
    }
}

fn set(vars: &mut BTreeMap<String, String>, changed: &[(&str, &str)]) {
    vars.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
}

fn build(native: &Native, db: &Arc<Sqlite>, vars: &BTreeMap<String, String>) -> Router {
    let lookup = |name: &str| vars.get(name).cloned();
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
        set(&mut self.vars, vars);
        self.router = build(&self.native, &self.db, &self.vars);
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

#[tokio::test]
async fn the_whole_plan_works_forth_and_back() {
    e2e::cases::plan::the_whole_plan_works_forth_and_back(&mut Beside::before_the_plan()).await;
}
