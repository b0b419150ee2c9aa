//! Where somebody shows once more that they are the owner of the account, before what may not be done by whoever has only found
//! it signed in. user-mgmt decides what that is, and how long it lasts.

use std::sync::Arc;

use api::{Cursor, Identity};
use http::StatusCode;
use http_kit::{Fetch, Outcome, Problem, Request};
use serde::Deserialize;

use super::{refused, sign_in};
use crate::app::App;
use crate::forms;
use crate::local_path::LocalPath;
use crate::reader::Reader;
use crate::user_mgmt::{Credentials, Refusal, UserMgmt};
use crate::views::{SignInAgainPage, page};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    password: String,
    next: String,
}

/// `GET /sign-in-again`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let next = sign_in::next(&request)?.unwrap_or_else(LocalPath::profile);
    let shown = if reader.user.has_password {
        SignInAgainPage::by_password(&reader, SignInAgainPage::form(&reader.user, &next))
    } else {
        match own_providers(&app, &request).await? {
            Ok(providers) => SignInAgainPage::at(&reader, providers, &next),
            Err(refusal) => return refused(&request, refusal),
        }
    };
    page(&request.context, StatusCode::OK, &shown)
}

/// `POST /sign-in-again`. It is a sign-in like any other: a new session takes the place of this one.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let input: Input = forms::read(&request)?;
    let next = LocalPath::parse(&input.next).unwrap_or_else(LocalPath::profile);
    let mut form = SignInAgainPage::form(&reader.user, &next);
    if input.password.is_empty() {
        form.refuse(Some("password"), "enter your password");
        let shown = SignInAgainPage::by_password(&reader, form);
        return page(&request.context, StatusCode::BAD_REQUEST, &shown);
    }
    let credentials = Credentials { username: reader.user.username.as_str(), password: &input.password };
    match UserMgmt::new(&app.user_mgmt, &request).login(&credentials).await? {
        Ok(cookies) => sign_in::enter(&request, Some(next), cookies),
        Err(refusal) => {
            form.refuse_as(&refusal);
            let shown = SignInAgainPage::by_password(&reader, form);
            let shown = page(&request.context, refusal.status, &shown);
            refusal.explained_by(shown)
        }
    }
}

/// Where somebody has identities, each with its id and its name. Any other provider would open another account.
pub(super) async fn own_providers<F: Fetch>(
    app: &App<F>,
    request: &Request,
) -> Result<Result<Vec<(String, String)>, Refusal>, Problem> {
    let identities = match UserMgmt::new(&app.user_mgmt, request).identities(&Cursor::default()).await? {
        Ok(identities) => identities.items,
        // Where no provider is configured any more.
        Err(refusal) if refusal.status == StatusCode::NOT_FOUND => Vec::new(),
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut providers: Vec<(String, String)> = Vec::new();
    for Identity { provider_id, provider, .. } in identities {
        if let Some(id) = provider_id
            && !providers.iter().any(|(known, _)| *known == id)
        {
            providers.push((id, provider));
        }
    }
    Ok(Ok(providers))
}
