use std::sync::Arc;

use http::StatusCode;
use http::header::SET_COOKIE;
use http_kit::{Fetch, Outcome, Request, clear_session_cookie};

use crate::app::App;
use crate::user_mgmt::UserMgmt;
use crate::views::{LeavePage, page, redirect};

/// `POST /sign-out`.
///
/// Where user-mgmt does not answer, the session is still alive and the page says that it did not work: somebody who
/// reads "signed out" must be able to rely on it.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request) -> Outcome {
    let mut response = match UserMgmt::new(&app.user_mgmt, &request).logout().await? {
        None => redirect(&request.context, "/sign-in?notice=signed-out")?,
        Some(there) => {
            page(&request.context, StatusCode::OK, &LeavePage::sign_out(there.provider_logout_url))?
        }
    };
    response.headers_mut().append(SET_COOKIE, clear_session_cookie());
    Ok(response)
}
