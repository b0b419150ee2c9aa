//! `POST /internal/authorize`: the whole decision for an application that has no guard of its own, by this worker's flags.

use std::sync::Arc;

use api::CheckMode;
use api::internal_api::{AuthorizeRequest, AuthorizeResponse, FindingCount, MAX_ROUTE_CHARS};
use guard::{Requirement, Rule, decide};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};

use super::to_api;
use crate::app::{App, Platform};
use crate::gate::resolve_readable;
use crate::services::{audit, telemetry};

/// How many permissions one decision names at most.
const MAX_PERMISSIONS: usize = 100;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Whether somebody may do something in an application").takes::<AuthorizeRequest>();
    doc.gives::<AuthorizeResponse>(200).fails(&[401, 403])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let body: AuthorizeRequest = request.json()?;
    if body.permissions.is_empty() || body.permissions.len() > MAX_PERMISSIONS {
        return Err(Problem::invalid_field("permissions", "`permissions`: name 1 to 100 of them"));
    }
    if body.route.is_empty() || body.route.chars().count() > MAX_ROUTE_CHARS {
        return Err(Problem::invalid_field("route", "`route`: 1 to 200 characters"));
    }
    let caller = resolve_readable(&app, &request).await?;
    let principal = to_api(&caller);
    let requirement = match body.mode {
        CheckMode::All => Requirement::all(body.permissions),
        CheckMode::Any => Requirement::any(body.permissions),
    };
    let required = requirement.to_string();
    let mut rule = Rule::new(requirement);
    if let Some(owner) = body.owner {
        rule = rule.or_owner(owner);
    }
    if let Some(before) = body.before {
        rule = rule.before(before);
    }
    let verdict = decide(&app.config.enforcement, &rule, &principal.clone().into());
    telemetry::record_for(&app, &request, &body.application, &body.route, &required, &verdict);
    let found = verdict.finding.map(|finding| FindingCount {
        finding,
        mode: verdict.mode,
        route: body.route,
        required,
        user_id: Some(principal.user_id),
        count: 1,
    });
    audit::record_denials_of(&app, &request, &body.application, found.as_slice());
    verdict.result?;
    json(StatusCode::OK, &AuthorizeResponse { principal })
}
