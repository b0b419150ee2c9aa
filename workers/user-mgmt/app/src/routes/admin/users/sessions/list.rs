//! `GET /v1/admin/users/:userId/sessions`.

use std::sync::Arc;

use accounts::UserId;
use http_kit::{Doc, Outcome, Request};
use rbac::Allowed;

use crate::app::{App, Platform};
use crate::caller::{Caller, Credential};
use crate::routes::paging::list_doc;
use crate::routes::sessions::page;
use crate::routes::users::find;

pub(in crate::routes) fn doc() -> Doc {
    list_doc::<api::Session>("The live sessions of a user, the newest first")
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
