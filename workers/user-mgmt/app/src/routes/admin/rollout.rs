//! `GET /v1/admin/rollout`: where the rollout stands, and what enforcement would change.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use rbac::Allowed;

use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::problems::store_problem;
use crate::services::rollout::{self, Protected};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Where the rollout stands, and what enforcement would change")
        .query("days", "how many days count, today included: 1 to 90; 7 unless said otherwise")
        .gives::<api::Rollout>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let days = request.query::<Days>("days")?.unwrap_or(Days(7));
    let table = crate::routes::table(&app);
    let protected = table.routes().iter().filter(|route| route.enforced_by_flag).map(Protected::of).collect();
    let report = rollout::report(&app, days.0, protected).await.map_err(|error| store_problem(&error))?;
    json(StatusCode::OK, &report)
}

#[derive(Clone, Copy)]
struct Days(u32);

struct ParseDaysError;

impl fmt::Display for ParseDaysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a whole number from 1 to 90")
    }
}

impl FromStr for Days {
    type Err = ParseDaysError;

    fn from_str(text: &str) -> Result<Self, ParseDaysError> {
        text.parse().ok().filter(|days| (1..=90).contains(days)).map(Self).ok_or(ParseDaysError)
    }
}
