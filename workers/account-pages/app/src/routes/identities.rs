use std::sync::Arc;

use accounts::IdentityId;
use api::Cursor;
use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use super::{notice, refused};
use crate::app::App;
use crate::forms;
use crate::local_path::LocalPath;
use crate::reader::Reader;
use crate::user_mgmt::UserMgmt;
use crate::views::{ConfirmPage, IdentitiesPage, LeavePage, page, redirect, redirect_to_sign_in_again};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    provider: String,
}

/// `GET /identities`.
pub(super) async fn list<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let known = [
        ("unlinked", "That identity opens this account no more."),
        (
            "last",
            "That identity is the only way into this account. Set a password first: \u{201c}Forgot your password?\u{201d} on the sign-in page sends you a link.",
        ),
    ];
    let notice = notice(&request, &known)?;
    let from: Cursor = request.query("cursor")?.unwrap_or_default();
    match UserMgmt::new(&app.user_mgmt, &request).identities(&from).await? {
        Ok(identities) => {
            page(&request.context, StatusCode::OK, &IdentitiesPage::new(&reader, identities, notice))
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /identities/link`: shows the way to the provider.
pub(super) async fn link<F: Fetch>(app: Arc<App<F>>, request: Request, _: Reader) -> Outcome {
    let input: Input = forms::read(&request)?;
    match UserMgmt::new(&app.user_mgmt, &request).link_identity(&input.provider).await? {
        Ok((begun, cookies)) => {
            let mut response = page(&request.context, StatusCode::OK, &LeavePage::link(begun.url))?;
            for cookie in cookies {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
        // To the page with the button: nothing is at this address to come back to.
        Err(refusal) if refusal.code == "recent_sign_in_required" => {
            redirect_to_sign_in_again(&request.context, &LocalPath::profile())
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `GET /identities/:id/unlink`: says what will happen.
pub(super) async fn ask<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let id: IdentityId = request.param("id")?;
    match UserMgmt::new(&app.user_mgmt, &request).identities(&Cursor::default()).await? {
        Ok(identities) => {
            let identity = identities.items.into_iter().find(|identity| identity.id == id);
            page(&request.context, StatusCode::OK, &ConfirmPage::identity(&reader, id, identity.as_ref()))
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// `POST /identities/:id/unlink`. One that is unlinked already is what was asked for.
pub(super) async fn unlink<F: Fetch>(app: Arc<App<F>>, request: Request, _: Reader) -> Outcome {
    match UserMgmt::new(&app.user_mgmt, &request).unlink_identity(request.param("id")?).await? {
        Err(refusal) if refusal.code == "last_way_in" => {
            redirect(&request.context, "/identities?notice=last")
        }
        Err(refusal) if refusal.status != StatusCode::NOT_FOUND => refused(&request, refusal),
        _ => redirect(&request.context, "/identities?notice=unlinked"),
    }
}
