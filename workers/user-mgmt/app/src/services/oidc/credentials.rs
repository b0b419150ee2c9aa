use accounts::Timestamp;
use http_kit::Problem;
use oidc::IdToken;
use store::identities;
use store::sessions::Session;

use crate::app::{App, Platform};
use crate::services::problems::store_problem;

/// When whoever began this session entered their credentials at the provider, where it began at one that says so. That the
/// session is young proves less: a provider that knows the browser lets it in without a question.
pub(crate) async fn credentials_entered_at<P: Platform>(
    app: &App<P>,
    session: &Session,
) -> Result<Option<Timestamp>, Problem> {
    if app.config.oidc.is_none() {
        return Ok(None);
    }
    let origin =
        identities::origin(session.id).first(&app.db).await.map_err(|error| store_problem(&error))?;
    let entered = origin.and_then(|origin| IdToken::credentials_entered_at(&origin.id_token?));
    // No later than here, whatever the provider's clock says.
    Ok(entered.map(|at| at.min(session.created_at)))
}
