use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use accounts::password::RustCrypto;
use http_kit::{Body, Fetch, FetchError, Runtime, Service, read_body};
use serde_json::Value;
use store::{Db, Param, Statement, decode};
use store_sqlite::{Sqlite, migrations};
use user_mgmt_app::services::hash_queue::HashQueue;
use user_mgmt_app::services::refreshes::Refreshes;
use user_mgmt_app::services::telemetry::Counters;
use user_mgmt_app::{App, Config, Platform, routes, services};

use crate::analytics::MemoryAnalytics;
use crate::client::Reply;
use crate::faults::{Faults, Faulty};
use crate::identity_provider::IdentityProvider;
use crate::internet::MemoryInternet;
use crate::mailbox::{Mailbox, SentMail};
use crate::memory_kv::MemoryKv;
use crate::rate_limit::MemoryRateLimit;
use crate::runtime::{DeferredTasks, TestRuntime};
use crate::world::{Behaviour, World};

/// Variables of all three workers.
pub type Vars = Vec<(String, String)>;

/// A worker that is called as a function. It can be made to fail.
#[derive(Clone, Debug)]
pub struct InProcess {
    service: Service,
    deferred: DeferredTasks,
    behaviour: Arc<Mutex<Behaviour>>,
    silent: Arc<AtomicBool>,
    calls: Arc<AtomicUsize>,
}

impl InProcess {
    fn new(service: Service, deferred: DeferredTasks) -> Self {
        Self { service, deferred, behaviour: Arc::default(), silent: Arc::default(), calls: Arc::default() }
    }

    /// Has it take requests and never answer, for whoever brings a patience of their own; or answer again.
    pub fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    /// How often other workers called it since this was last asked.
    pub fn take_calls(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }

    /// Asks it as nobody is kept from doing.
    async fn handle(&self, request: http::Request<Body>) -> http::Response<Body> {
        self.service.handle(request, Arc::new(self.deferred.clone())).await
    }

    /// Has it answer other workers like this from now on.
    pub fn set(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }
}

impl Fetch for InProcess {
    async fn fetch(&self, request: http::Request<Body>) -> Result<http::Response<Body>, FetchError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let behaviour = *self.behaviour.lock().unwrap();
        match behaviour {
            Behaviour::Works => {}
            Behaviour::Fails => return Err(FetchError("cut off".to_owned())),
            // As the binding does when it has waited long enough.
            Behaviour::Hangs => return Err(FetchError("no answer in time".to_owned())),
        }
        Ok(self.handle(request).await)
    }
}

/// What the native workers run on.
#[derive(Debug)]
pub struct NativePlatform;

impl Platform for NativePlatform {
    type Db = Faulty<Sqlite>;
    type SessionState = Faulty<InProcess>;
    type Kdf = RustCrypto;
    type RateLimit = Faulty<MemoryRateLimit>;
    type Mailer = Faulty<Mailbox>;
    type Internet = Faulty<MemoryInternet>;
}

/// The three workers in one process, on SQLite and a map.
pub struct Native {
    /// The database.
    pub db: Sqlite,
    /// Clock, randomness and log of all three.
    pub runtime: Arc<TestRuntime>,
    /// The key-value store of the sessions.
    pub sessions_kv: MemoryKv,
    /// What user-mgmt sends mail with.
    pub mailbox: Mailbox,
    /// The one identity provider that there is.
    pub identity_provider: IdentityProvider,
    /// session-state, as user-mgmt calls it.
    pub session_state: InProcess,
    /// What counts sign-ins by client address.
    pub sign_in_limiter: MemoryRateLimit,
    /// Everybody else's servers.
    pub internet: MemoryInternet,
    /// Where events about decisions go.
    pub analytics: MemoryAnalytics,
    /// user-mgmt, as account-pages calls it.
    pub user_mgmt: InProcess,
    /// account-pages, as a browser calls it.
    pub account_pages: InProcess,
    /// user-mgmt itself.
    pub app: Arc<App<NativePlatform>>,
    /// What makes calls of the platform fail, by their number.
    pub faults: Faults,
    /// What responses left to do.
    pub deferred: DeferredTasks,
    /// Whether that is done as soon as a response is out, as the platform does.
    pub run_deferred: bool,
    cache_kv: MemoryKv,
    vars: Vars,
}

impl Native {
    /// A deployment with every migration applied, RBAC, management and enforcement on, and e-mail verification off.
    pub fn new() -> Self {
        Self::with_vars(&[])
    }

    /// The same with some variables changed.
    pub fn with_vars(changed: &[(&str, &str)]) -> Self {
        Self::with_migrations(changed, &|_| true)
    }

    /// The same with everything configured that routes depend on.
    pub fn with_every_route() -> Self {
        let vars = IdentityProvider::vars_of_two();
        let vars: Vec<_> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Self::with_vars(&vars)
    }

    /// The same with only the migrations that `wanted` picks by name.
    pub fn with_migrations(changed: &[(&str, &str)], wanted: &dyn Fn(&str) -> bool) -> Self {
        let db = Sqlite::in_memory().unwrap();
        for (name, sql) in migrations(&root().join("migrations")).unwrap() {
            if wanted(&name) {
                db.script(&sql).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
        let mut vars: Vars = Vec::new();
        set(
            &mut vars,
            &[
                ("RBAC_ENABLED", "true"),
                ("USER_MGMT_CORE", "true"),
                ("USER_MGMT_ENFORCE", "on"),
                ("EMAIL_VERIFICATION", "off"),
                ("MAIL_FROM", "Edgeward <no-reply@example.com>"),
                ("PUBLIC_URL", crate::client::ORIGIN),
                // The cheapest that is allowed.
                ("ARGON2_MEMORY_KIB", "7168"),
                ("ARGON2_PASSES", "1"),
            ],
        );
        set(&mut vars, changed);
        let runtime = TestRuntime::new(1);
        let (sessions_kv, cache_kv) = (MemoryKv::new(runtime.clone()), MemoryKv::new(runtime.clone()));
        Self::start(db, runtime, sessions_kv, cache_kv, Mailbox::default(), vars)
    }

    /// The same deployment once more, in new isolates: what is stored is copied, and so are the clock and what will be
    /// random.
    pub fn copy(&self) -> Self {
        let runtime = self.runtime.copy();
        let (sessions, cache) = (self.sessions_kv.copy(runtime.clone()), self.cache_kv.copy(runtime.clone()));
        let (db, mailbox) = (self.db.copy().unwrap(), self.mailbox.copy());
        let copy = Self::start(db, runtime, sessions, cache, mailbox, self.vars.clone());
        copy.identity_provider.become_like(&self.identity_provider);
        copy
    }

    fn start(
        db: Sqlite,
        runtime: Arc<TestRuntime>,
        sessions_kv: MemoryKv,
        cache_kv: MemoryKv,
        mailbox: Mailbox,
        vars: Vars,
    ) -> Self {
        let lookup = |name: &str| vars.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
        let mut reader = http_kit::Vars::new(&lookup);
        let shared: Arc<dyn Runtime> = runtime.clone();
        let (deferred, faults) = (DeferredTasks::default(), Faults::default());

        let state = session_state_app::App {
            sessions: Faulty::new(sessions_kv.clone(), "SESSIONS", &faults),
            cache: Faulty::new(cache_kv.clone(), "CACHE", &faults),
            runtime: shared.clone(),
            config: session_state_app::Config::read(&mut reader),
        };
        let state =
            Service::new("session-state", &session_state_app::routes(&Arc::new(state)), shared.clone());
        let session_state = InProcess::new(state, deferred.clone());

        let identity_provider = IdentityProvider::new(runtime.clone());
        let sign_in_limiter = MemoryRateLimit::new(runtime.clone());
        let (internet, analytics) =
            (MemoryInternet::new(identity_provider.clone()), MemoryAnalytics::default());
        let config = Config::read(&mut reader);
        let pages_config = account_pages_app::Config::read(&mut reader);
        reader.finish().expect("the variables of the test are right");
        let app = Arc::new(App {
            db: Faulty::new(db.clone(), "DB", &faults),
            session_state: Faulty::new(session_state.clone(), "SESSION_STATE", &faults),
            kdf: RustCrypto,
            hash_queue: HashQueue::default(),
            refreshes: Refreshes::default(),
            sign_in_limiter: Faulty::new(sign_in_limiter.clone(), "SIGN_IN_LIMIT", &faults),
            mailer: Faulty::new(mailbox.clone(), "EMAIL", &faults),
            internet: Faulty::new(internet.clone(), "internet", &faults),
            analytics: Some(Arc::new(Faulty::new(analytics.clone(), "ANALYTICS", &faults))),
            counters: Counters::default(),
            providers: oidc::Cache::default(),
            runtime: shared.clone(),
            config,
        });
        let service = Service::new(user_mgmt_app::NAME, &routes::table(&app), shared.clone());
        let user_mgmt = InProcess::new(service, deferred.clone());
        let bound = Faulty::new(user_mgmt.clone(), "USER_MGMT", &faults);
        let pages = account_pages_app::App { user_mgmt: bound, config: pages_config };
        let account_pages = InProcess::new(account_pages_app::service(pages, shared), deferred.clone());
        Self {
            db,
            runtime,
            sessions_kv,
            mailbox,
            identity_provider,
            session_state,
            sign_in_limiter,
            internet,
            analytics,
            user_mgmt,
            account_pages,
            app,
            faults,
            deferred,
            run_deferred: true,
            cache_kv,
            vars,
        }
    }
}

impl Native {
    fn script(&self, path: &Path) {
        let sql = std::fs::read_to_string(path).unwrap();
        self.db.script(&sql).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

impl Default for Native {
    fn default() -> Self {
        Self::new()
    }
}

impl World for Native {
    async fn send(&self, request: http::Request<Vec<u8>>) -> Reply {
        let response = self.account_pages.fetch(request.map(Body::from)).await;
        let reply = reply(response.unwrap()).await;
        if self.run_deferred {
            self.deferred.run().await;
        }
        reply
    }

    async fn send_to_session_state(&self, request: http::Request<Vec<u8>>) -> Reply {
        reply(self.session_state.handle(request.map(Body::from)).await).await
    }

    async fn sql(&self, sql: &str) -> Vec<Value> {
        // Leaked, as a statement's text lives as long as the program; tests end soon.
        let sql: &'static str = Box::leak(sql.to_owned().into_boxed_str());
        let rows = self.db.fetch(Statement { name: "test", sql, params: Vec::<Param>::new() }).await;
        rows.and_then(|rows| decode("test", rows)).unwrap()
    }

    async fn mails(&self, to: &str) -> Vec<SentMail> {
        self.deferred.run().await;
        self.mailbox.sent().into_iter().filter(|mail| mail.to == to).collect()
    }

    async fn settle(&self) {
        self.deferred.run().await;
        let left = self.sql("SELECT * FROM outbox").await;
        assert!(left.is_empty(), "the outbox does not empty: {left:?}\n{}", self.logs().await.join("\n"));
    }

    async fn migrate(&self, name: &str) {
        self.script(&root().join("migrations").join(name));
    }

    async fn roll_back(&self, name: &str) {
        self.script(&root().join("migrations/rollback").join(name));
    }

    async fn pause(&self, _: Duration) {}

    async fn run_cron(&self) {
        services::cron::run(&self.app).await;
    }

    async fn logs(&self) -> Vec<String> {
        self.runtime.log_lines().into_iter().map(|logged| logged.line.to_string()).collect()
    }

    async fn set_session_state(&self, behaviour: Behaviour) {
        self.session_state.set(behaviour);
    }

    async fn kv(&self) -> BTreeMap<String, String> {
        let value = |key: String| self.sessions_kv.peek(&key).map(|value| (key, value));
        self.sessions_kv.keys().into_iter().filter_map(value).collect()
    }

    async fn set_kv(&self, key: &str, value: Option<&str>) {
        match value {
            Some(value) => self.sessions_kv.poke(key, value),
            None => self.sessions_kv.drop_key(key),
        }
    }

    async fn restart_with(&mut self, vars: &[(&str, &str)]) {
        let mut all = self.vars.clone();
        set(&mut all, vars);
        *self = Self::start(
            self.db.clone(),
            self.runtime.clone(),
            self.sessions_kv.clone(),
            self.cache_kv.clone(),
            self.mailbox.clone(),
            all,
        );
    }

    fn try_advance(&self, duration: Duration) -> bool {
        self.runtime.advance(duration);
        true
    }
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Native").field("vars", &self.vars).finish_non_exhaustive()
    }
}

async fn reply(response: http::Response<Body>) -> Reply {
    let (parts, body) = response.into_parts();
    let body = read_body(body, usize::MAX).await.unwrap().to_vec();
    Reply { status: parts.status, headers: parts.headers, body }
}

fn set(vars: &mut Vars, changed: &[(&str, &str)]) {
    for (name, value) in changed {
        vars.retain(|(other, _)| other != name);
        vars.push(((*name).to_owned(), (*value).to_owned()));
    }
}

/// The top of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
