//! `GET /identities`: what one signs in with at identity providers.

use std::sync::Arc;

use http_kit::{Doc, Outcome, Request};
use store::identities::{self, Identity};

use crate::app::{App, Platform};
use crate::caller::SignedIn;
use crate::routes::paging::{Paging, list_doc};
use crate::services::oidc::settings;

pub(in crate::routes) fn doc() -> Doc {
    list_doc::<api::Identity>("One's own identities at identity providers, the oldest first").fails(&[404])
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    SignedIn { caller, .. }: SignedIn,
) -> Outcome {
    let paging = Paging::asked(&request)?;
    let settings = settings(&app)?;
    let rows = |after: &str, limit| identities::list(caller.user_id(), after, limit);
    let item = |identity: Identity| {
        let provider = settings.by_issuer(&identity.issuer);
        api::Identity {
            id: identity.id,
            provider_id: provider.map(|provider| provider.id.clone()),
            provider: provider.map_or(identity.issuer, |provider| provider.name.clone()),
            subject: identity.subject,
            email: identity.email,
            created_at: identity.created_at.into(),
            last_used_at: identity.last_used_at.map(Into::into),
        }
    };
    paging.answer(&app.db, rows, |identity| identity.id.to_string(), item).await
}
