use std::sync::Arc;

use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use super::notice;
use super::register::check_name;
use super::sign_in::failure;
use crate::app::App;
use crate::forms;
use crate::local_path::LocalPath;
use crate::reader::Reader;
use crate::user_mgmt::{Names, UserMgmt};
use crate::views::{ProfilePage, page, redirect, redirect_to_sign_in};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Input {
    first_name: String,
    last_name: String,
}

/// `GET /profile`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let mut form = ProfilePage::form(
        reader.user.first_name.as_deref().unwrap_or_default(),
        reader.user.last_name.as_deref().unwrap_or_default(),
    );
    let notice = notice(&request, &[("saved", "Saved.")])?;
    if let Some(code) = request.query::<String>("error")? {
        form.refuse(None, failure(&code));
    }
    let mut shown = ProfilePage::new(&reader, form, notice);
    shown.offer_links(&UserMgmt::new(&app.user_mgmt, &request).providers().await);
    page(&request.context, StatusCode::OK, &shown)
}

/// `POST /profile`.
pub(super) async fn submit<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let input: Input = forms::read(&request)?;
    let mut form = ProfilePage::form(&input.first_name, &input.last_name);
    let names = Names {
        first_name: check_name(&mut form, "firstName", &input.first_name),
        last_name: check_name(&mut form, "lastName", &input.last_name),
    };
    if form.is_refused() {
        return page(&request.context, StatusCode::BAD_REQUEST, &ProfilePage::new(&reader, form, None));
    }
    match UserMgmt::new(&app.user_mgmt, &request).update_names(reader.user.user_id, &names).await? {
        Ok(()) => redirect(&request.context, "/profile?notice=saved"),
        // The session ended between the two calls.
        Err(refusal) if refusal.status == StatusCode::UNAUTHORIZED => {
            redirect_to_sign_in(&request.context, &LocalPath::profile())
        }
        Err(refusal) => {
            form.refuse_as(&refusal);
            let shown = page(&request.context, refusal.status, &ProfilePage::new(&reader, form, None));
            refusal.explained_by(shown)
        }
    }
}
