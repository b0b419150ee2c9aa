//! `POST /internal/findings`: what the guard of an application has found, counted and told of like what is found here.

use std::sync::Arc;

use api::internal_api::{FindingsReport, MAX_FINDINGS, MAX_ROUTE_CHARS};
use http_kit::{Doc, Outcome, Problem, Request};

use crate::app::{App, Platform};
use crate::routes::no_content;
use crate::services::{audit, telemetry};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Count what the guard of an application has found").takes::<FindingsReport>().gives_nothing(204)
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let report: FindingsReport = request.json()?;
    check("findings", report.findings.len(), report.findings.iter().map(|found| &found.route))?;
    check("routes", report.routes.len(), report.routes.iter())?;
    audit::record_denials_of(&app, &request, &report.application, &report.findings);
    telemetry::take_over(&app, &request, report);
    no_content()
}

fn check<'a>(field: &str, count: usize, mut routes: impl Iterator<Item = &'a String>) -> Result<(), Problem> {
    if count > MAX_FINDINGS || routes.any(|route| route.chars().count() > MAX_ROUTE_CHARS) {
        let detail = format!("`{field}`: 1,000 at most, with routes of 200 characters at most");
        return Err(Problem::invalid_field(field, detail));
    }
    Ok(())
}
