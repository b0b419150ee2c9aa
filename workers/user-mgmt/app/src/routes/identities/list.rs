//! `GET /identities`: what one signs in with at identity providers.

use std::sync::Arc;

use api::{Cursor, Limit, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};
use store::identities;

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::services::oidc::settings;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    let doc = Doc::new("One's own identities at identity providers, the oldest first");
    let doc = doc.gives::<Page<api::Identity>>(200);
    doc.query("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { caller, .. }: SignedIn,
) -> Outcome {
    let limit: Limit = request.query("limit")?.unwrap_or_default();
    let cursor: Cursor = request.query("cursor")?.unwrap_or_default();
    let settings = settings(&app)?;
    let rows = identities::list(caller.user_id(), cursor.key(), limit.and_one());
    let rows = rows.all(&app.db).await.map_err(|error| store_problem(&error))?;
    let rows: Vec<_> = rows.into_iter().map(|identity| (identity.id.to_string(), identity)).collect();
    let item = |(_, identity): (_, identities::Identity)| api::Identity {
        id: identity.id,
        provider: match settings.by_issuer(&identity.issuer) {
            Some(provider) => provider.name.clone(),
            None => identity.issuer,
        },
        subject: identity.subject,
        email: identity.email,
        created_at: identity.created_at.into(),
        last_used_at: identity.last_used_at.map(Into::into),
    };
    json(StatusCode::OK, &Page::of(rows, limit, |(id, _)| id, item))
}
