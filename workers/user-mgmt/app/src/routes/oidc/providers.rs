//! `GET /oidc/providers`: where one can sign in.

use std::sync::Arc;

use api::{Provider, Providers};
use http::StatusCode;
use http_kit::{Doc, Outcome, Request, json};

use crate::app::{App, Platform};
use crate::services::oidc::settings;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("The identity providers that one can sign in at").gives::<Providers>(200).fails(&[404])
}

pub(in crate::routes) async fn handler<P: Platform>(app: Arc<App<P>>, _: Request) -> Outcome {
    let known = settings(&app)?.providers.iter();
    let items =
        known.map(|provider| Provider { id: provider.id.clone(), name: provider.name.clone() }).collect();
    json(StatusCode::OK, &Providers { items })
}
