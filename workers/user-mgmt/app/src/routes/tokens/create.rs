//! `POST /tokens`: an API token, shown this once. Its scopes are within what its owner holds, now and whenever it is used.

use std::sync::Arc;

use accounts::{ApiToken, ApiTokenId};
use api::{CreateApiTokenRequest, CreatedApiToken};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Principal;
use serde_json::json as object;
use store::api_tokens::{self, NewApiToken};
use store::audit::Action;
use store::guard;

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::services::authority::{Excess, refuse_beyond};
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

/// How many tokens a user has at most that have not ended; requests at the same moment may exceed it by a few.
const MAX_TOKENS: u32 = 100;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("Create an API token; the answer is the only one that shows it");
    doc.takes::<CreateApiTokenRequest>().gives::<CreatedApiToken>(201).fails(&[403, 409])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { caller, .. }: SignedIn,
) -> Outcome {
    let body: CreateApiTokenRequest = request.json()?;
    if body.scopes.len() > CreateApiTokenRequest::MAX_SCOPES {
        return Err(Problem::invalid_field("scopes", "`scopes`: name 100 of them at most"));
    }
    refuse_beyond(caller.grants(), &body.scopes, Excess::Token)?;
    let live = api_tokens::count_live(caller.user_id(), app.runtime.now(), MAX_TOKENS).one(&app.db).await;
    if live.map_err(|error| store_problem(&error))?.tokens >= MAX_TOKENS {
        let detail = "100 API tokens that have not ended are as many as anybody gets: revoke one first";
        return Err(Problem::conflict("too_many_tokens", detail));
    }

    let secret = ApiToken::generate(&*app.runtime);
    let mut change = Change::own(&app, &request, &caller);
    if let Some(authority) = &caller.authority {
        let version = caller.account.authz_version;
        change.push(guard::decision_current(caller.user_id(), version, authority.epoch));
    }
    let now = change.now();
    let token = NewApiToken {
        id: ApiTokenId::generate(&*app.runtime, &*app.runtime),
        token_hash: secret.hash(),
        user_id: caller.user_id(),
        name: body.name,
        scopes: body.scopes,
        created_at: now,
        expires_at: now.plus(body.expires_in_days.duration()),
    };
    change.push(api_tokens::insert(&token));
    let details = object!({ "after": {
        "name": token.name, "scopes": token.scopes, "expiresAt": token.expires_at.to_string()
    } });
    let event = Event::new(Action::TokenCreated, token.id, details);
    change.commit(event).await?;
    let answer = CreatedApiToken {
        details: api::ApiToken {
            id: token.id,
            name: token.name.to_string(),
            scopes: token.scopes.iter().map(ToString::to_string).collect(),
            created_at: token.created_at.into(),
            expires_at: token.expires_at.into(),
            last_used_at: None,
        },
        token: secret.reveal(),
    };
    json(StatusCode::CREATED, &answer)
}
