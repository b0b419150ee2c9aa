//! Bookmarks, jobs and keys of other services: a Worker whose routes are protected by the guard.
//!
//! Every route says what it asks in one line, beside what it did before there were permissions. The database comes in
//! through Edgeward's own seam, so that the tests run without a platform; a Worker that needs no such tests uses D1 directly.

mod bookmarks;
mod credentials;
mod error;
mod jobs;
#[cfg(target_arch = "wasm32")]
mod worker;

use std::sync::Arc;

use accounts::Timestamp;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post, put};
use guard::{Front, Guard, Permission, require};
use http_kit::{Fetch, Runtime};
use serde::de::DeserializeOwned;
use store::{Db, Param, Statement, StoreError, decode};

/// To see bookmarks.
pub const BOOKMARKS_READ: Permission = Permission::from_static("bookmarks:read");
/// To keep bookmarks.
pub const BOOKMARKS_WRITE: Permission = Permission::from_static("bookmarks:write");
/// To change those of others.
pub const BOOKMARKS_MODERATE: Permission = Permission::from_static("bookmarks:moderate");
/// To see jobs.
pub const JOBS_READ: Permission = Permission::from_static("jobs:read");
/// To start and stop jobs.
pub const JOBS_RUN: Permission = Permission::from_static("jobs:run");
/// To keep keys.
pub const CREDENTIALS_WRITE: Permission = Permission::from_static("credentials:write");
/// To see whose keys there are.
pub const CREDENTIALS_AUDIT: Permission = Permission::from_static("credentials:audit");

/// What the routes stand on. Clones are the same.
pub struct App<D> {
    /// The application's database.
    pub db: Arc<D>,
    /// What protects the routes.
    pub guard: Guard,
    /// Time and randomness.
    pub runtime: Arc<dyn Runtime>,
}

/// The routes. What is none of them is for `account_pages`, behind the same address.
pub fn router<D: Db>(app: App<D>, account_pages: impl Fetch) -> Router {
    let guard = app.guard.clone();
    // What can do harm is decided on the truth; what is read all the time, on the cache.
    let strict = guard.strict();
    Router::new()
        .route(
            "/bookmarks",
            get(bookmarks::list::<D>)
                .route_layer(guard.layer(require(&BOOKMARKS_READ)))
                .merge(post(bookmarks::create::<D>).route_layer(guard.layer(require(&BOOKMARKS_WRITE)))),
        )
        // Anybody could see these before, signed in or not.
        .route(
            "/bookmarks/shared",
            get(bookmarks::shared::<D>).route_layer(guard.layer_beside(require(&BOOKMARKS_READ), true)),
        )
        .route("/bookmarks/{id}", put(bookmarks::update::<D>).delete(bookmarks::delete::<D>))
        .route(
            "/jobs",
            get(jobs::list::<D>)
                .route_layer(guard.layer(require(&JOBS_READ)))
                .merge(post(jobs::start::<D>).route_layer(strict.layer(require(&JOBS_RUN)))),
        )
        .route("/jobs/{id}/cancel", post(jobs::cancel::<D>))
        .route(
            "/credentials",
            get(credentials::list::<D>)
                .route_layer(strict.layer(require(&CREDENTIALS_WRITE)))
                .merge(post(credentials::create::<D>).route_layer(strict.layer(require(&CREDENTIALS_WRITE)))),
        )
        .route("/credentials/all", get(credentials::all::<D>))
        .route("/credentials/{id}", get(credentials::reveal::<D>).delete(credentials::delete::<D>))
        .with_state(app)
        .fallback_service(Front::new(account_pages))
}

impl<D: Db> App<D> {
    /// Runs a statement of the application's own; gives its rows.
    async fn run<T: DeserializeOwned>(
        &self,
        name: &'static str,
        sql: &'static str,
        params: Vec<Param>,
    ) -> Result<Vec<T>, StoreError> {
        decode(name, self.db.fetch(Statement { name, sql, params }).await?)
    }

    fn now(&self) -> Timestamp {
        self.runtime.now()
    }

    /// A new id; later ones sort after earlier ones.
    fn new_id(&self) -> String {
        let mut random = [0; 10];
        self.runtime.fill(&mut random);
        let millis = u64::try_from(self.now().as_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().hyphenated().to_string()
    }
}

impl<D> Clone for App<D> {
    fn clone(&self) -> Self {
        Self { db: self.db.clone(), guard: self.guard.clone(), runtime: self.runtime.clone() }
    }
}

/// So that handlers can take a [`Caller`](guard::Caller).
impl<D> FromRef<App<D>> for Guard {
    fn from_ref(app: &App<D>) -> Self {
        app.guard.clone()
    }
}

impl<D> std::fmt::Debug for App<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("guard", &self.guard).finish_non_exhaustive()
    }
}
