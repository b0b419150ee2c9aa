//! `POST /oidc/backchannel-logout`: a provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0).

use std::sync::Arc;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use http_kit::{Body, Doc, Outcome, Problem, Request};

use crate::app::{App, Platform};
use crate::services::oidc::carry_out;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Be told by an identity provider that somebody signed out there")
        .gives_nothing(200)
        .fails(&[400, 404, 503])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    let media_type =
        request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.split(';').next().unwrap_or_default().trim() != "application/x-www-form-urlencoded" {
        let detail = "send the logout token as `application/x-www-form-urlencoded`";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_form", detail));
    }
    let missing = || Problem::invalid_field("logout_token", "`logout_token` is missing");
    let token = request.form_field("logout_token").ok_or_else(missing)?;
    carry_out(&app, &request, &token).await?;
    Ok(http::Response::new(Body::empty()))
}
