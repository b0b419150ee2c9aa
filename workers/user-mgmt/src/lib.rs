//! The user-mgmt worker: bindings to platform to router.

use std::sync::Arc;
use std::time::Duration;

use http_kit::{Analytics, Service, Vars};
use store_d1::D1;
use user_mgmt_app::services::hash_queue::HashQueue;
use user_mgmt_app::services::mail::HttpSender;
use user_mgmt_app::services::refreshes::Refreshes;
use user_mgmt_app::services::telemetry::Counters;
use user_mgmt_app::{App, Config, NAME, Platform, routes, services};
use worker::{Context, Env, ScheduleContext, ScheduledEvent, event};
use worker_platform::{
    AnalyticsEngine, Internet, Isolate, RateLimiter, Request, Response, ServiceBinding, WebCrypto,
    WorkerRuntime, binding,
};

mod mailer;

use mailer::WorkerMailer;

/// How long session-state may take: whoever asks for it in a request waits so long at the most, and so does the next piece
/// of work in the outbox.
const PATIENCE: Duration = Duration::from_secs(5);

static ISOLATE: Isolate<Arc<App<Cloudflare>>> = Isolate::new(NAME, build);

/// Cloudflare's own D1, service bindings, cryptography and rate limits.
struct Cloudflare;

impl Platform for Cloudflare {
    type Db = D1;
    type SessionState = ServiceBinding;
    type Kdf = WebCrypto;
    type RateLimit = RateLimiter;
    type Mailer = WorkerMailer;
    type Internet = Internet;
}

fn build(env: &Env, vars: &mut Vars<'_>) -> Option<(Service, Arc<App<Cloudflare>>)> {
    let db = binding(vars, "DB", env.d1("DB"));
    let session_state = binding(vars, "SESSION_STATE", env.service("SESSION_STATE"));
    let sign_in_limiter = binding(vars, "SIGN_IN_LIMITER", env.rate_limiter("SIGN_IN_LIMITER"));
    let config = Config::read(vars);
    let mailer = match config.mail.as_ref().map(|mail| mail.http.clone()) {
        None => WorkerMailer::Off,
        Some(Some(provider)) => WorkerMailer::Http(HttpSender::new(Internet, provider)),
        Some(None) => WorkerMailer::Platform(binding(vars, "EMAIL", env.send_email("EMAIL"))?),
    };
    // Optional: not every account has Analytics Engine.
    let analytics = env.analytics_engine("AUTHZ_EVENTS").ok();
    let app = Arc::new(App {
        db: D1::new(db?),
        session_state: ServiceBinding::new(session_state?).with_patience(PATIENCE),
        kdf: WebCrypto,
        hash_queue: HashQueue::default(),
        refreshes: Refreshes::default(),
        sign_in_limiter: RateLimiter::new(sign_in_limiter?),
        mailer,
        internet: Internet,
        analytics: analytics.map(|binding| Arc::new(AnalyticsEngine::new(binding)) as Arc<dyn Analytics>),
        counters: Counters::default(),
        providers: oidc::Cache::default(),
        runtime: Arc::new(WorkerRuntime),
        config,
    });
    Some((Service::new(NAME, &routes::table(&app), app.runtime.clone()), app))
}

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    ISOLATE.fetch(request, &env, context).await
}

/// The cron trigger.
#[event(scheduled)]
async fn scheduled(_: ScheduledEvent, env: Env, _: ScheduleContext) {
    let Some(app) = ISOLATE.app(&env) else { return };
    services::cron::run(app).await;
}
