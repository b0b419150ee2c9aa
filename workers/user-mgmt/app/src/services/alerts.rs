//! Tells a webhook when far more is denied than an operator expects, or access can't be evaluated.
//!
//! The cron trigger adds up the last window and, where a threshold is reached, writes an alert into the outbox, at most one
//! for each window. From there it is sent, and sent again until it is taken, or until it is too old to help.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use accounts::{OutboxId, Timestamp};
use enforce::Finding;
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use http_kit::{Body, Fetch, Level, ParseSecureUrlError, SecureUrl, Vars};
use serde_json::{Value, json};
use store::{Db, StoreError, telemetry};

use crate::app::{App, Platform};
use crate::services::outbox::Kind;

/// When an alert helps nobody any more.
const TOO_OLD: Duration = Duration::from_hours(6);
const MINUTE: Duration = Duration::from_mins(1);

/// Whom to tell, and when. Setting `ALERT_WEBHOOK_URL` turns alerts on.
#[derive(Clone, Debug)]
pub struct AlertSettings {
    /// `ALERT_WEBHOOK_URL`: who takes the alert, as JSON.
    pub url: WebhookUrl,
    /// `ALERT_WINDOW_MINUTES`: what is added up, and how long after an alert the next one may follow.
    pub window: Duration,
    /// `ALERT_DENIALS`: from so many denials and would-be denials on.
    pub denials: u64,
    /// `ALERT_ERRORS`: from so many evaluation errors on.
    pub errors: u64,
}

impl AlertSettings {
    /// Reads the settings; what is wrong with them stays with `vars`.
    pub fn read(vars: &mut Vars<'_>) -> Option<Self> {
        let url = vars.secret("ALERT_WEBHOOK_URL");
        // Read in any case, so that a wrong value is reported before the day it is needed.
        let window = Duration::from_secs(60 * vars.number("ALERT_WINDOW_MINUTES", 15, 1..=1_440));
        let denials = vars.number("ALERT_DENIALS", 100, 1..=1_000_000_000);
        let errors = vars.number("ALERT_ERRORS", 1, 1..=1_000_000_000);
        Some(Self { url: url?, window, denials, errors })
    }
}

/// An address that is a secret: whoever knows it can post there.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(SecureUrl);

impl FromStr for WebhookUrl {
    type Err = ParseSecureUrlError;

    fn from_str(text: &str) -> Result<Self, ParseSecureUrlError> {
        text.parse().map(Self)
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookUrl(…)")
    }
}

/// Why an alert did not arrive. It says nothing of the address, which the platform's own words may repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AlertError {
    #[error("the alert webhook did not answer")]
    NoAnswer,
    #[error("the alert webhook answered {0}")]
    Refused(http::StatusCode),
}

/// Adds up the last window, and writes an alert where that is due; the cron trigger calls this.
pub async fn check<P: Platform>(app: &App<P>) -> Result<(), StoreError> {
    let Some(settings) = app.config.alerts.as_ref().filter(|_| app.config.rbac_enabled) else {
        return Ok(());
    };
    let now = app.runtime.now();
    let from = now.minus(settings.window).floor(MINUTE);
    let counts = telemetry::since(from).all(&app.db).await?;
    let count = |finding: Finding| {
        let found = counts.iter().find(|count| count.finding == finding.as_str());
        found.map_or(0, |count| count.count)
    };
    let denials =
        Finding::ALL.into_iter().filter(|finding| *finding != Finding::Failed).map(count).sum::<u64>();
    let errors = count(Finding::Failed);
    if denials < settings.denials && errors < settings.errors {
        return Ok(());
    }
    let minutes = settings.window.as_secs() / 60;
    let enforcement = &app.config.enforcement;
    let alert = json!({
        "type": "edgeward.authorization",
        // What chat programs show.
        "text": format!(
            "Edgeward: {denials} denials or would-be denials and {errors} evaluation errors within {minutes} minutes"
        ),
        "from": from.to_string(),
        "to": now.to_string(),
        "denied": count(Finding::Denied),
        "wouldDeny": count(Finding::WouldDeny),
        "wouldAllow": count(Finding::WouldAllow),
        "evaluationErrors": errors,
        "thresholds": { "denials": settings.denials, "evaluationErrors": settings.errors },
        "enforce": enforcement.mode.as_str(),
        "enforceFor": enforcement.cohorts.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    let id = OutboxId::generate(&*app.runtime, &*app.runtime);
    let statements =
        telemetry::alert(id, Kind::SendAlert.as_str(), &alert, now, now.minus(settings.window)).into();
    app.db.batch(statements).await.map(|_| ())
}

/// Posts an alert. One that nobody waits for any more is dropped.
pub(crate) async fn deliver<P: Platform>(
    app: &App<P>,
    written: Timestamp,
    alert: Value,
) -> Result<(), AlertError> {
    let Some(settings) = &app.config.alerts else { return Ok(()) };
    if app.runtime.now().since(written) > TOO_OLD {
        app.log(Level::Error, "an alert was given up", json!({ "alert": alert }));
        return Ok(());
    }
    let request = Request::builder()
        .method(Method::POST)
        .uri(settings.url.0.uri().clone())
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(alert.to_string()))
        .map_err(|_| AlertError::NoAnswer)?;
    let status = app.internet.fetch(request).await.map_err(|_| AlertError::NoAnswer)?.status();
    if status.is_success() { Ok(()) } else { Err(AlertError::Refused(status)) }
}
