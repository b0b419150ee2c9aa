use std::sync::Arc;

use http::StatusCode;
use http_kit::{Fetch, Outcome, Problem, Request};

use crate::app::App;
use crate::reader::Reader;
use crate::routes::{notice, refused};
use crate::user_mgmt::{UserFilter, UserMgmt};
use crate::views::{UsersPage, page};

/// `GET /admin/users`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let notice = notice(&request, &[("deleted", "That account is deleted.")])?;
    let query = request.context.uri.query().unwrap_or_default();
    let filter: UserFilter = serde_urlencoded::from_str(query)
        .map_err(|error| Problem::invalid(format!("the filter can't be read: {error}")))?;
    match UserMgmt::new(&app.user_mgmt, &request).users(&filter).await? {
        Ok(users) => {
            page(&request.context, StatusCode::OK, &UsersPage::new(&reader, &filter, users, notice)?)
        }
        Err(refusal) if refusal.status == StatusCode::BAD_REQUEST => {
            let shown = UsersPage::refused(&reader, &filter, &refusal);
            page(&request.context, refusal.status, &shown)
        }
        Err(refusal) => refused(&request, refusal),
    }
}
