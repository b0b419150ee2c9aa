use accounts::Timestamp;
use http_kit::Problem;
use oidc::IdToken;
use store::identities;
use store::sessions::Session;

use crate::app::{App, Platform};
use crate::services::problems::store_problem;

/// Where a session began.
#[derive(Clone, Copy)]
pub(crate) enum Origin {
    /// With the password.
    Here,
    /// At an identity provider.
    Provider {
        /// When credentials were entered there, if the provider says so. That the session is young proves less: a provider that
        /// knows the browser lets it in without a question.
        credentials_entered_at: Option<Timestamp>,
    },
}

/// Where a session began, and how much that proves.
pub(crate) async fn origin<P: Platform>(app: &App<P>, session: &Session) -> Result<Origin, Problem> {
    if app.config.oidc.is_none() {
        return Ok(Origin::Here);
    }
    let origin =
        identities::origin(session.id).first(&app.db).await.map_err(|error| store_problem(&error))?;
    let Some(origin) = origin else { return Ok(Origin::Here) };
    let entered = origin.id_token.and_then(|token| IdToken::credentials_entered_at(&token));
    // No later than here, whatever the provider's clock says.
    Ok(Origin::Provider { credentials_entered_at: entered.map(|at| at.min(session.created_at)) })
}
