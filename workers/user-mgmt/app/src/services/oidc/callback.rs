use std::sync::Arc;

use http::StatusCode;
use http::header::{HeaderValue, LOCATION, SET_COOKIE};
use http_kit::{Body, LocalPath, Outcome, Problem, Request, clear_login_cookie, login_cookie};
use oidc::{Callback, LoginSecret, Refused};
use store::identities;

use super::account::{self, Arrived};
use super::settings::Provider;
use super::{claims, client, failed, provider_problem, settings};
use crate::app::{App, Platform};
use crate::services::problems::store_problem;

/// What came of the answer of a provider.
pub(crate) struct Answered {
    /// Whether the identity was for an account that somebody is signed in to.
    pub(crate) linking: bool,
    /// Where to go on, or why not.
    pub(crate) outcome: Outcome,
}

/// Takes the answer of a provider: checks that it is one to what this browser asked, uses it up, and lets in whoever it
/// is.
pub(crate) async fn answer<P: Platform>(app: &Arc<App<P>>, request: &Request) -> Answered {
    let (secret, callback, login) = match open(app, request).await {
        Ok(opened) => opened,
        Err(problem) => return Answered { linking: false, outcome: Err(problem) },
    };
    let linking = login.user_id.is_some();
    let outcome = async {
        let provider = settings(app)?.by_id(&login.provider).ok_or_else(state_invalid)?;
        let arrived = exchange(app, provider, &callback, &secret).await?;
        let cookie = match login.user_id {
            Some(user) => {
                account::link(app, request, &arrived, user).await?;
                None
            }
            None => Some(account::enter(app, request, &arrived).await?),
        };
        let next = LocalPath::parse(&login.next).unwrap_or_else(LocalPath::profile);
        go_to(next.as_str(), cookie)
    };
    Answered { linking, outcome: outcome.await }
}

/// The sign-in that the answer is to. It is over from here on, whatever comes of it.
async fn open<P: Platform>(
    app: &App<P>,
    request: &Request,
) -> Result<(LoginSecret, Callback, identities::Login), Problem> {
    let secret = LoginSecret::new(login_cookie(&request.headers).ok_or_else(state_invalid)?);
    let callback = Callback {
        code: request.query("code")?,
        state: request.query("state")?,
        issuer: request.query("iss")?,
        error: request.query("error")?,
    };
    callback.belongs_to(&secret).map_err(|error| state_invalid().caused_by(error))?;
    let login = identities::take_login(&secret.hash(), app.runtime.now()).first(&app.db).await;
    let login = login.map_err(|error| store_problem(&error))?.ok_or_else(state_invalid)?;
    Ok((secret, callback, login))
}

/// Who it is, by the code in the answer.
async fn exchange<'a, P: Platform>(
    app: &'a App<P>,
    provider: &'a Provider,
    callback: &Callback,
    secret: &LoginSecret,
) -> Result<Arrived<'a>, Problem> {
    let client = client(app, provider);
    let problem = |error| provider_problem(provider, &error);
    let metadata = client.metadata().await.map_err(problem)?;
    let code = callback.code(&provider.client, &metadata).map_err(|refused| match refused {
        Refused::Error(error) if error == "access_denied" => Problem::new(
            StatusCode::FORBIDDEN,
            "oidc_denied",
            format!("you did not sign in at {}", provider.name),
        ),
        other => failed(provider, other),
    })?;
    let signed_in = client.sign_in(code, secret, &claims::wanted(provider)).await.map_err(problem)?;
    Ok(Arrived { provider, token: signed_in.token, hint: signed_in.hint })
}

/// Expired, used, begun in another browser, or made up: all the same to whoever shows it.
pub(super) fn state_invalid() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "oidc_state_invalid",
        "this sign-in is over, or began in another browser; start again",
    )
}

/// Sends the browser on; the secret of the sign-in is of no more use to it.
fn go_to(path: &str, cookie: Option<HeaderValue>) -> Outcome {
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(path).map_err(Problem::internal)?);
    response.headers_mut().append(SET_COOKIE, clear_login_cookie());
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
