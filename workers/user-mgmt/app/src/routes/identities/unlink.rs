//! `DELETE /identities/:id`: one of one's own identities opens the account no more. Never the last way in.

use std::sync::Arc;

use accounts::IdentityId;
use http_kit::{Doc, Outcome, Request};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::no_content;
use crate::services::oidc::unlink;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Unlink one of one's own identities").gives_nothing(204).fails(&[409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    signed_in: SignedIn,
) -> Outcome {
    let id: IdentityId = request.param("id")?;
    unlink(&app, &request, &signed_in, id).await?;
    no_content()
}
