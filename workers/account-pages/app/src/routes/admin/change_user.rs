use std::sync::Arc;

use accounts::UserId;
use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};
use serde::Deserialize;

use crate::app::App;
use crate::forms;
use crate::reader::Reader;
use crate::routes::refused;
use crate::user_mgmt::UserMgmt;
use crate::views::{ConfirmPage, UserChange, page, redirect};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Input {
    reason: String,
}

/// Says what will happen to whom.
pub(super) async fn ask<F: Fetch>(
    change: UserChange,
    app: Arc<App<F>>,
    request: Request,
    reader: Reader,
) -> Outcome {
    let id: UserId = request.param("id")?;
    match UserMgmt::new(&app.user_mgmt, &request).user(id).await? {
        Ok(user) => {
            let form = change.form(id, "");
            page(&request.context, StatusCode::OK, &ConfirmPage::user(&reader, change, Some(&user), form))
        }
        Err(refusal) => refused(&request, refusal),
    }
}

/// Has it happen.
pub(super) async fn submit<F: Fetch>(
    change: UserChange,
    app: Arc<App<F>>,
    request: Request,
    reader: Reader,
) -> Outcome {
    let id: UserId = request.param("id")?;
    let input: Input = forms::read(&request)?;
    let reason = Some(input.reason.trim()).filter(|reason| !reason.is_empty());
    let user_mgmt = UserMgmt::new(&app.user_mgmt, &request);
    let answer = match change {
        UserChange::Suspend => user_mgmt.suspend(id, reason).await?,
        UserChange::Reactivate => user_mgmt.reactivate(id, reason).await?,
        UserChange::EndSessions => user_mgmt.end_sessions_of(id).await?,
        UserChange::Invite => user_mgmt.invite_again(id).await?,
        UserChange::Delete => user_mgmt.delete_user(id).await?,
    };
    match answer {
        Ok(()) => redirect(&request.context, &change.leads_to(id)),
        Err(refusal) if [StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND].contains(&refusal.status) => {
            refused(&request, refusal)
        }
        Err(refusal) => {
            let mut form = change.form(id, &input.reason);
            form.refuse_as(&refusal);
            let shown = ConfirmPage::user(&reader, change, None, form);
            let shown = page(&request.context, refusal.status, &shown);
            refusal.explained_by(shown)
        }
    }
}
