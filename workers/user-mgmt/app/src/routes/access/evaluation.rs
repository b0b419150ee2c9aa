//! `POST /access/v1/evaluation`: may this subject do this to this resource?

use std::sync::Arc;

use api::authzen::{Decision, EvaluationRequest};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Allowed;

use super::body;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::access::{Question, decide, id, subject};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Decide about a subject (OpenID AuthZEN)").takes::<EvaluationRequest>().gives::<Decision>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    json(StatusCode::OK, &one(&app, &body(&request)?).await?)
}

/// Answers one question.
pub(super) async fn one<P: Platform>(app: &App<P>, request: &EvaluationRequest) -> Result<Decision, Problem> {
    let subject = subject(&request.subject, app.config.authzen_subject_domain.as_ref())?;
    id(&request.resource, "resource")?;
    let question = Question::new(subject, &request.action, &request.resource);
    let decisions = decide(&app.db, &[question]).await?;
    decisions.into_iter().next().ok_or_else(|| Problem::internal("a question was not answered"))
}
