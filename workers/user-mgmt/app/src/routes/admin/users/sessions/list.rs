//! `GET /v1/admin/users/:userId/sessions`.

use std::sync::Arc;

use accounts::UserId;
use api::Page;
use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;

use crate::app::{App, Platform};
use crate::caller::{Caller, Credential};
use crate::routes::sessions::page;
use crate::routes::users::find;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("The live sessions of a user, the newest first").gives::<Page<api::Session>>(200);
    doc.query("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    allowed: Allowed<Caller>,
) -> Outcome {
    let user: UserId = request.param("userId")?;
    find(&app.db, user).await?;
    let current = match allowed.principal().credential {
        Credential::Session(session) => Some(session.id),
        Credential::Token { .. } => None,
    };
    page(&app, &request, user, current).await
}
