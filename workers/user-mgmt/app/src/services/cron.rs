//! What the cron trigger does: what an earlier request left undone, and what nobody else clears away.

use std::fmt::Display;

use http_kit::Level;
use serde_json::json;

use crate::app::{App, Platform};
use crate::services::{outbox, sweep};

/// Does all of it. What fails is logged and holds up nothing else; the next run tries again.
pub async fn run<P: Platform>(app: &App<P>) {
    report(app, "the outbox could not be worked off", outbox::drain(app).await);
    report(app, "what is over could not be deleted", sweep::run(app).await);
}

fn report<P: Platform, T>(app: &App<P>, message: &str, outcome: Result<T, impl Display>) {
    if let Err(error) = outcome {
        app.runtime.log(Level::Error, &json!({ "message": message, "cause": error.to_string() }));
    }
}
