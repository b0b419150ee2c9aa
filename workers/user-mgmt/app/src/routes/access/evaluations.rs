//! `POST /access/v1/evaluations`: several questions at once.

use std::sync::Arc;

use api::authzen::{
    Decision, DecisionContext, EvaluationError, EvaluationRequest, EvaluationsRequest, EvaluationsResponse,
    PartialEvaluation, Semantic,
};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Allowed;
use serde_json::Value;

use super::body;
use super::evaluation::one;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::access::{Question, SubjectDomain, decide, id, subject};

/// How many questions one request may have.
const MAX_EVALUATIONS: usize = 1_000;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Decide about several subjects, actions or resources (OpenID AuthZEN)");
    doc.takes::<EvaluationsRequest>().gives::<EvaluationsResponse>(200)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let mut body: EvaluationsRequest = body(&request)?;
    if body.evaluations.is_empty() {
        let decision = one(&app, &whole(body)?).await?;
        return json(StatusCode::OK, &EvaluationsResponse::One(decision));
    }
    if body.evaluations.len() > MAX_EVALUATIONS {
        let detail = format!("`evaluations`: {MAX_EVALUATIONS} at the most");
        return Err(Problem::invalid_field("evaluations", detail));
    }
    let domain = app.config.authzen_subject_domain.as_ref();
    let questions: Vec<Result<Question, EvaluationError>> = std::mem::take(&mut body.evaluations)
        .into_iter()
        .map(|evaluation| question(evaluation, &body, domain))
        .collect();
    let readable: Vec<Question> =
        questions.iter().filter_map(|question| question.as_ref().ok().cloned()).collect();
    let mut decisions = decide(&app.db, &readable).await?.into_iter();
    let answers = questions.into_iter().filter_map(|question| match question {
        Ok(_) => decisions.next(),
        Err(error) => Some(Decision { decision: false, context: DecisionContext::Error(error) }),
    });
    let evaluations = until(body.options.evaluations_semantic, answers);
    json(StatusCode::OK, &EvaluationsResponse::Several { evaluations })
}

/// The answers up to the one that ends them.
fn until(semantic: Semantic, answers: impl Iterator<Item = Decision>) -> Vec<Decision> {
    let last = match semantic {
        Semantic::ExecuteAll => None,
        Semantic::DenyOnFirstDeny => Some(false),
        Semantic::PermitOnFirstPermit => Some(true),
    };
    let mut kept = Vec::new();
    for answer in answers {
        let ends = last == Some(answer.decision);
        kept.push(answer);
        if ends {
            break;
        }
    }
    kept
}

/// The one question of a request without a list.
fn whole(body: EvaluationsRequest) -> Result<EvaluationRequest, Problem> {
    Ok(EvaluationRequest {
        subject: body.subject.ok_or_else(|| missing("subject"))?,
        action: body.action.ok_or_else(|| missing("action"))?,
        resource: body.resource.ok_or_else(|| missing("resource"))?,
        context: body.context,
    })
}

fn missing(field: &str) -> Problem {
    Problem::invalid_field(field, format!("`{field}` is missing"))
}

/// One question of a list: a part that it names takes the place of the default as a whole.
fn question(
    evaluation: Value,
    defaults: &EvaluationsRequest,
    domain: Option<&SubjectDomain>,
) -> Result<Question, EvaluationError> {
    if !evaluation.is_object() {
        return Err(unreadable("an evaluation must be an object"));
    }
    let own: PartialEvaluation =
        serde_json::from_value(evaluation).map_err(|error| unreadable(&error.to_string()))?;
    let subject_of = own.subject.as_ref().or(defaults.subject.as_ref());
    let action = own.action.as_ref().or(defaults.action.as_ref());
    let resource = own.resource.as_ref().or(defaults.resource.as_ref());
    let subject_of = subject_of.ok_or_else(|| unreadable("`subject` is missing"))?;
    let action = action.ok_or_else(|| unreadable("`action` is missing"))?;
    let resource = resource.ok_or_else(|| unreadable("`resource` is missing"))?;
    let subject = subject(subject_of, domain).map_err(|problem| unreadable(problem.detail()))?;
    id(resource, "resource").map_err(|problem| unreadable(problem.detail()))?;
    Ok(Question::new(subject, action, resource))
}

fn unreadable(message: &str) -> EvaluationError {
    EvaluationError { status: StatusCode::BAD_REQUEST.as_u16(), message: message.to_owned() }
}
