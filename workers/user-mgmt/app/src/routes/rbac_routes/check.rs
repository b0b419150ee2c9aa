//! `POST /rbac/check`: may the caller do this?

use std::sync::Arc;

use api::{CheckMode, CheckRequest, CheckResponse};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::{Principal, has_all, has_any, has_permission};

use crate::app::{App, Platform};
use crate::caller::Caller;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Whether the caller has permissions").takes::<CheckRequest>().gives::<CheckResponse>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    _: Arc<App<P>>,
    request: Request,
    caller: Caller,
) -> Outcome {
    let body: CheckRequest = request.json()?;
    if body.permissions.is_empty() || body.permissions.len() > CheckRequest::MAX_PERMISSIONS {
        return Err(Problem::invalid_field("permissions", "`permissions`: name 1 to 1000 of them"));
    }
    let grants = caller.grants();
    let allowed = match body.mode {
        CheckMode::All => has_all(grants, &body.permissions),
        CheckMode::Any => has_any(grants, &body.permissions),
    };
    let permissions = body
        .permissions
        .iter()
        .map(|required| (required.to_string(), has_permission(grants, required)))
        .collect();
    json(StatusCode::OK, &CheckResponse { allowed, permissions })
}
