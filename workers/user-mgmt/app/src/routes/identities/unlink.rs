//! `DELETE /identities/:id`: one of one's own identities opens the account no more, after a sign-in just now. Never the
//! last way in.

use std::sync::Arc;

use accounts::IdentityId;
use http_kit::{Doc, Outcome, Request};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::no_content;
use crate::services::oidc::unlink;
use crate::services::recent_sign_in;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Unlink one of one's own identities").gives_nothing(204).fails(&[403, 409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    signed_in: SignedIn,
) -> Outcome {
    let id: IdentityId = request.param("id")?;
    recent_sign_in::require(&app, &signed_in.session).await?;
    unlink(&app, &request, &signed_in, id).await?;
    no_content()
}
