//! Signing out: here and at the provider, from here or from there.

use std::sync::Arc;

use accounts::SessionId;
use http::StatusCode;
use http_kit::{Level, Problem, Request};
use oidc::LogoutToken;
use serde_json::json;
use store::audit::Action;
use store::{identities, sessions};

use super::{client, provider_problem, settings};
use crate::app::{App, Platform};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

/// Where a browser comes back to after signing out at a provider.
const SIGNED_OUT: &str = "/sign-in";

/// Where to send somebody who wants to sign out at the provider as well, if their session began at one that offers it.
/// Comes before the session ends. That a provider does not answer keeps nobody from signing out here.
pub(crate) async fn provider_logout_url<P: Platform>(app: &App<P>, session: SessionId) -> Option<String> {
    let settings = app.config.oidc.as_ref()?;
    let url = async {
        let origin = identities::origin(session).first(&app.db).await.map_err(|error| error.to_string())?;
        let Some(origin) = origin else { return Ok(None) };
        let Some(provider) = settings.by_issuer(&origin.issuer) else { return Ok(None) };
        let back_to = settings.public_url.page(SIGNED_OUT);
        let url = client(app, provider).end_session_url(origin.id_token.as_deref(), &back_to).await;
        url.map_err(|error| error.to_string())
    };
    match url.await {
        Ok(url) => url,
        Err(cause) => {
            let message = "nobody knows whether the provider offers to sign out there as well";
            app.log(Level::Warn, message, json!({ "cause": cause }));
            None
        }
    }
}

/// Carries out a logout token: ends the sessions that it is about, once.
pub(crate) async fn carry_out<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    token: &str,
) -> Result<(), Problem> {
    let refused =
        || Problem::new(StatusCode::BAD_REQUEST, "logout_token_invalid", "this logout token proves nothing");
    let issuer = LogoutToken::unproven_issuer(token).ok_or_else(refused)?;
    let provider = settings(app)?.by_issuer(&issuer).ok_or_else(refused)?;
    let token = client(app, provider).logout(token).await.map_err(|error| match error {
        oidc::ProviderError::LogoutToken(_) | oidc::ProviderError::Signature(_) => refused().caused_by(error),
        other => provider_problem(provider, &other),
    })?;
    let named = match (&token.subject, &token.session) {
        (Some(subject), session) => identities::sessions_of_subject(&issuer, subject, session.as_deref()),
        (None, Some(session)) => identities::sessions_of_sid(&issuer, session),
        (None, None) => return Err(refused()),
    };
    let named = named.all(&app.db).await.map_err(|error| store_problem(&error))?;
    let mut change = Change::by_nobody(app, request);
    change.push(identities::logout_done(&token.name, token.ends_at));
    let details = json!({ "subject": token.subject, "sessions": named.len() });
    for session in named {
        change.session_ends(session.session_id);
        change.push(sessions::delete(session.session_id));
        let details = json!({ "reason": "provider_logout" });
        change.also(Event::new(Action::SessionEnded, session.session_id, details));
    }
    match change.try_commit(Event::new(Action::ProviderLogout, &provider.id, details)).await {
        Err(error) if error.is_conflict("identity_logouts", "token") => {
            Err(refused().caused_by("it was carried out already"))
        }
        Err(error) => Err(store_problem(&error)),
        Ok(_) => Ok(()),
    }
}
