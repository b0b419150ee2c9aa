//! `DELETE /tokens/:id`: one of one's own API tokens is revoked, from the next request on.

use std::sync::Arc;

use accounts::ApiTokenId;
use http_kit::{Doc, Outcome, Problem, Request};
use serde_json::json;
use store::audit::Action;
use store::{api_tokens, guard};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::no_content;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Revoke one of one's own API tokens").gives_nothing(204)
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { caller, .. }: SignedIn,
) -> Outcome {
    let id: ApiTokenId = request.param("id")?;
    let token = api_tokens::of_user(id, caller.user_id()).first(&app.db).await;
    let token = token.map_err(|error| store_problem(&error))?.ok_or_else(Problem::not_found)?;
    let mut change = Change::own(&app, &request, &caller);
    change.push(guard::api_token_of_user_exists(id, caller.user_id()));
    // Nothing of a token is cached, so nobody else has to be told.
    change.push(api_tokens::delete(id));
    let details = json!({ "before": {
        "name": token.name, "scopes": token.scopes, "expiresAt": token.expires_at.to_string()
    } });
    let event = Event::new(Action::TokenRevoked, id, details);
    change.commit(event).await?;
    no_content()
}
