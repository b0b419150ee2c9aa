//! What the cron trigger does: what an earlier request left undone, and what nobody else clears away.

use std::fmt::Display;

use http_kit::Level;
use serde_json::json;

use crate::app::{App, Platform};
use crate::services::{alerts, audit, outbox, sweep, telemetry};

/// Does all of it. What fails is logged and holds up nothing else; the next run tries again.
pub async fn run<P: Platform>(app: &App<P>) {
    telemetry::flush(app).await;
    // Before the outbox, which sends the alert.
    report(app, "whether an alert is due could not be told", alerts::check(app).await);
    report(app, "the outbox could not be worked off", outbox::drain(app).await);
    report(app, "what is over could not be deleted", sweep::run(app).await);
    report(app, "what was counted of decisions long ago could not be deleted", telemetry::forget(app).await);
    report(app, "the audit log lacks the flags, or has what is too old", audit::keep(app).await);
}

fn report<P: Platform, T>(app: &App<P>, message: &str, outcome: Result<T, impl Display>) {
    if let Err(error) = outcome {
        app.log(Level::Error, message, json!({ "cause": error.to_string() }));
    }
}
