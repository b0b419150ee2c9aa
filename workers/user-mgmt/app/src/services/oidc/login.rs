use std::time::Duration;

use accounts::{LoginToken, UserId};
use http::HeaderValue;
use http_kit::{LocalPath, Problem, set_login_cookie};
use oidc::{LoginSecret, Prompt, authorization_url};
use store::identities;

use super::settings::Provider;
use super::{client, provider_problem};
use crate::app::{App, Platform};
use crate::services::problems::store_problem;

/// How long somebody may take at the provider.
const PATIENCE: Duration = Duration::from_mins(10);

/// Begins a sign-in: gives where to send the browser, and the cookie that it comes back with. With a user, the identity
/// that comes back is for that account.
pub(crate) async fn begin<P: Platform>(
    app: &App<P>,
    provider: &Provider,
    next: &LocalPath,
    user: Option<UserId>,
    prompt: Prompt,
) -> Result<(String, HeaderValue), Problem> {
    let metadata =
        client(app, provider).metadata().await.map_err(|error| provider_problem(provider, &error))?;
    let token = LoginToken::generate(&*app.runtime);
    let secret = LoginSecret::new(token.clone());
    let expires_at = app.runtime.now().plus(PATIENCE);
    let begins = identities::login_begins(&secret.hash(), &provider.id, next.as_str(), user, expires_at);
    begins.run(&app.db).await.map_err(|error| store_problem(&error))?;
    let url = authorization_url(&provider.client, &metadata, &secret, prompt);
    Ok((url, set_login_cookie(&token, PATIENCE)))
}
