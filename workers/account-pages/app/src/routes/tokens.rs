//! One's own API tokens. While RBAC is off there are none, and no such pages.

use std::sync::Arc;

use accounts::{ApiTokenId, TokenName};
use api::{Cursor, LoadUser};
use http::StatusCode;
use http_kit::{Fetch, Outcome, Problem, Request};
use rbac::Grant;

use super::{notice, refused};
use crate::app::App;
use crate::forms;
use crate::reader::Reader;
use crate::user_mgmt::{UserMgmt, WantedToken};
use crate::views::{ConfirmPage, CreatedTokenPage, NewToken, NewTokenPage, TokensPage, page, redirect};

pub(super) const NEW: &str = "/tokens/new";

/// `GET /tokens`.
pub(super) async fn list<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    with_rbac(&reader.user)?;
    let notice = notice(&request, &[("revoked", "That token is revoked.")])?;
    let from: Cursor = request.query("cursor")?.unwrap_or_default();
    match UserMgmt::new(&app.user_mgmt, &request).tokens(&from).await? {
        Ok(tokens) => page(&request.context, StatusCode::OK, &TokensPage::new(&reader, tokens, notice)),
        Err(refusal) => refused(&request, refusal),
    }
}

/// `GET /tokens/new`.
pub(super) async fn form<F>(_: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let held = with_rbac(&reader.user)?;
    let form = NewTokenPage::form(held, &NewToken::default());
    page(&request.context, StatusCode::OK, &NewTokenPage::new(&reader, form))
}

/// `POST /tokens/new`. The answer shows the token, and no address ever does.
pub(super) async fn create<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let held = with_rbac(&reader.user)?;
    let entered = read(&request)?;
    let mut form = NewTokenPage::form(held, &entered);
    form.check("name", TokenName::parse(&entered.name));
    let days = form.check("expiresInDays", entered.days.parse::<u16>());
    for scope in &entered.scopes {
        form.check("scopes", Grant::parse(scope));
    }
    for scope in entered.more() {
        form.check("more", Grant::parse(scope).map_err(|error| format!("`{scope}`: {error}")));
    }
    let Some(expires_in_days) = days.filter(|_| !form.is_refused()) else {
        return page(&request.context, StatusCode::BAD_REQUEST, &NewTokenPage::new(&reader, form));
    };
    let scopes: Vec<&str> = entered.scopes.iter().map(String::as_str).chain(entered.more()).collect();
    let wanted = WantedToken { name: &entered.name, scopes: &scopes, expires_in_days };
    match UserMgmt::new(&app.user_mgmt, &request).create_token(&wanted).await? {
        Ok(created) => page(&request.context, StatusCode::CREATED, &CreatedTokenPage::new(&reader, created)),
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => refused(&request, refusal),
        Err(refusal) => {
            form.refuse_as(&refusal);
            let shown = page(&request.context, refusal.status, &NewTokenPage::new(&reader, form));
            refusal.explained_by(shown)
        }
    }
}

/// `GET /tokens/:id/revoke`: says what will happen.
pub(super) async fn ask<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    with_rbac(&reader.user)?;
    let id: ApiTokenId = request.param("id")?;
    match UserMgmt::new(&app.user_mgmt, &request).tokens(&Cursor::default()).await? {
        Ok(tokens) => {
            // One from further back in the list is described less, and revoked all the same.
            let token = tokens.items.into_iter().find(|token| token.id == id);
            page(&request.context, StatusCode::OK, &ConfirmPage::token(&reader, id, token.as_ref()))
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /tokens/:id/revoke`. One that is gone already is revoked, which is what was asked for.
pub(super) async fn revoke<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    with_rbac(&reader.user)?;
    match UserMgmt::new(&app.user_mgmt, &request).revoke_token(request.param("id")?).await? {
        Err(refusal) if refusal.status != StatusCode::NOT_FOUND => refused(&request, refusal),
        _ => redirect(&request.context, "/tokens?notice=revoked"),
    }
}

/// What the account may do, by which its tokens are limited.
fn with_rbac(user: &LoadUser) -> Result<&[String], Problem> {
    user.permissions.as_deref().ok_or_else(Problem::not_found)
}

/// A box that is ticked sends its own `scopes`, so that there may be many.
fn read(request: &Request) -> Result<NewToken, Problem> {
    let mut entered = NewToken::default();
    for (name, value) in forms::read::<Vec<(String, String)>>(request)? {
        match name.as_str() {
            "name" => entered.name = value,
            "expiresInDays" => entered.days = value,
            "scopes" => entered.scopes.push(value),
            "more" => entered.more = value,
            _ => {}
        }
    }
    Ok(entered)
}
