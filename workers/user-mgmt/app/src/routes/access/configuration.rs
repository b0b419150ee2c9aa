//! `GET /.well-known/authzen-configuration`: where to ask.

use std::sync::Arc;

use api::authzen::Configuration;
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};

use super::{EVALUATION, EVALUATIONS, SEARCH_ACTION, SEARCH_RESOURCE, SEARCH_SUBJECT};
use crate::app::{App, Platform};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Where access decisions are to be had (OpenID AuthZEN)")
        .gives::<Configuration>(200)
        .fails(&[404])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, _: Request) -> Outcome {
    // What the request calls this host is the client's word, and nothing to build addresses from.
    let public_url = app.config.public_url.as_ref().ok_or_else(Problem::not_found)?;
    let configuration = Configuration {
        policy_decision_point: public_url.page(""),
        access_evaluation_endpoint: public_url.page(EVALUATION),
        access_evaluations_endpoint: public_url.page(EVALUATIONS),
        search_subject_endpoint: public_url.page(SEARCH_SUBJECT),
        search_resource_endpoint: public_url.page(SEARCH_RESOURCE),
        search_action_endpoint: public_url.page(SEARCH_ACTION),
    };
    json(StatusCode::OK, &configuration)
}
