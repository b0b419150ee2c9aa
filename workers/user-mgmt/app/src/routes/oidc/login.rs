//! `GET /oidc/login`: on to a provider, to sign in there. A link on another site leads to the button here instead, since a provider
//! that knows the browser would begin a session that nobody asked for.

use std::sync::Arc;

use http::StatusCode;
use http::header::{HeaderValue, LOCATION, SET_COOKIE};
use http_kit::{Body, Doc, LocalPath, Outcome, Problem, Request};
use oidc::Prompt;

use super::shown;
use crate::app::{App, Platform};
use crate::services::oidc::{begin, settings};
use crate::services::throttle;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Sign in at an identity provider")
        .query("provider", "its id; may be absent where there is only one")
        .query("next", "a path of this site to go on at afterwards; the profile if absent")
        .query("prompt", "`login` has the provider ask for credentials, whether it knows the browser or not")
        .gives_nothing(303)
        .fails(&[400, 404, 429, 502, 503])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, request: Request) -> Outcome {
    if came_from_elsewhere(&request) {
        return ask_first(&request);
    }
    let outcome = start(&app, &request).await;
    shown(&request, outcome, "/sign-in")
}

/// Whether a page of another origin sent the browser here. Whoever typed the address, or follows a bookmark, meant it.
fn came_from_elsewhere(request: &Request) -> bool {
    request.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site")
}

/// On to the page where somebody says that they want to sign in.
fn ask_first(request: &Request) -> Outcome {
    let target = local_next(request)?.map_or_else(
        || "/sign-in".to_owned(),
        |next| {
            let query =
                form_urlencoded::Serializer::new(String::new()).append_pair("next", next.as_str()).finish();
            format!("/sign-in?{query}")
        },
    );
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(target).map_err(Problem::internal)?);
    Ok(response)
}

/// Where to go on. A path that leads elsewhere is a link of somebody else's making.
fn local_next(request: &Request) -> Result<Option<LocalPath>, Problem> {
    Ok(request.query::<String>("next")?.and_then(|next| LocalPath::parse(&next)))
}

async fn start<P: Platform>(app: &Arc<App<P>>, request: &Request) -> Outcome {
    throttle::by_address(app, request).await?;
    let settings = settings(app)?;
    let named = request.query::<String>("provider")?;
    let provider = match (&named, settings.providers.as_slice()) {
        (Some(id), _) => settings.by_id(id),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let unknown = || Problem::invalid_field("provider", "`provider`: there is no such identity provider");
    let next = local_next(request)?.unwrap_or_else(LocalPath::profile);
    let prompt = match request.query::<String>("prompt")?.as_deref() {
        None => Prompt::IfNeeded,
        Some("login") => Prompt::Login,
        Some(_) => return Err(Problem::invalid_field("prompt", "`prompt`: must be `login` or absent")),
    };
    let (url, cookie) = begin(app, provider.ok_or_else(unknown)?, &next, None, prompt).await?;
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(url).map_err(Problem::internal)?);
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}
