use std::sync::Arc;

use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};

use crate::app::App;
use crate::reader::Reader;
use crate::routes::{notice, refused};
use crate::user_mgmt::UserMgmt;
use crate::views::{UserPage, page};

const NOTICES: [(&str, &str); 8] = [
    ("invited", "The account is made. Its owner is invited by mail."),
    ("mailed", "Another invitation is on its way."),
    ("suspended", "The account is suspended, and signed out everywhere."),
    ("reactivated", "The account is active again."),
    ("signed-out", "The account is signed out everywhere."),
    ("role-given", "The role is given."),
    ("role-beyond", "That role grants more than you hold yourself, so you can't give it."),
    ("role-taken", "The role is taken away."),
];

/// `GET /admin/users/:id`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let notice = notice(&request, &NOTICES)?;
    match UserMgmt::new(&app.user_mgmt, &request).user(request.param("id")?).await? {
        Ok(user) => page(&request.context, StatusCode::OK, &UserPage::new(&reader, user, notice)),
        Err(refusal) => refused(&request, refusal),
    }
}
