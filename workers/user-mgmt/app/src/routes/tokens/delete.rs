//! `DELETE /tokens/:id`: one of one's own API tokens is revoked, from the next request on.

use std::sync::Arc;

use accounts::ApiTokenId;
use http_kit::{Doc, Outcome, Request};
use serde_json::json;
use store::audit::Action;
use store::{api_tokens, guard};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::no_content;
use crate::services::change::{Change, Event};

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Revoke one of one's own API tokens").gives_nothing(204)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { caller, .. }: SignedIn,
) -> Outcome {
    let id: ApiTokenId = request.param("id")?;
    let mut change = Change::own(&app, &request, &caller);
    change.push(guard::api_token_of_user_exists(id, caller.user_id()));
    // Nothing of a token is cached, so nobody else has to be told.
    change.push(api_tokens::delete(id));
    let event = Event::new(Action::TokenRevoked, id, json!({}));
    change.commit(event).await?;
    no_content()
}
