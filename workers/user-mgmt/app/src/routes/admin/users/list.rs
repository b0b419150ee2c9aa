//! `GET /v1/admin/users`: in one statement beyond the strict check, whatever the size of the page.

use std::sync::Arc;

use accounts::UserStatus;
use api::{AdminUser, Limit, Page};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};
use rbac::Allowed;
use store::user_details::{self, Filter, SearchText};

use super::to_api;
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::routes::paging::Paging;
use crate::services::problems::store_problem;

pub(in crate::routes) fn doc() -> Doc {
    Doc::new("Accounts, the newest first; a page may have fewer than `limit`, and is the last one without `nextCursor`")
        .gives::<Page<AdminUser>>(200)
        .query_of::<Limit>("limit", "1 to 100; 50 if absent")
        .query("cursor", "from the page before, of the same search and filters")
        .query("q", "words that names or the address contain; one or two characters: what they begin with; a whole address: that account")
        .query_of::<UserStatus>("status", "`active`, `invited` or `suspended`")
        .query("role", "the name of a role")
        .query("tenant", "the name of a tenant")
}

pub(in crate::routes) async fn handler<P: Platform>(
    app: Arc<App<P>>,
    request: Request,
    _: Allowed<Caller>,
) -> Outcome {
    let Paging { limit, cursor } = Paging::asked(&request)?;
    let filter = Filter {
        status: request.query("status")?,
        tenant: request.query("tenant")?,
        role: request.query("role")?,
    };
    let of_another_list = |error| Problem::invalid_field("cursor", format!("`cursor`: {error}"));
    let page = match request.query::<SearchText>("q")? {
        None => {
            let after = cursor.after().map_err(of_another_list)?;
            let page = user_details::page(&app.db, &filter, after, limit.get()).await;
            page.map(|page| Page::followed_by(page.users.into_iter().map(to_api).collect(), page.next))
        }
        Some(text) => {
            let after = cursor.after().map_err(of_another_list)?;
            let page = user_details::search(&app.db, &text, &filter, after, limit.get()).await;
            page.map(|page| Page::followed_by(page.users.into_iter().map(to_api).collect(), page.next))
        }
    };
    json(StatusCode::OK, &page.map_err(|error| store_problem(&error))?)
}
