use std::sync::Arc;

use http::StatusCode;
use http_kit::{Fetch, Outcome, Request};

use crate::app::App;
use crate::reader::Reader;
use crate::routes::refused;
use crate::user_mgmt::UserMgmt;
use crate::views::{RolloutPage, page};

/// `GET /admin/rollout`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let days: String = request.query("days")?.unwrap_or_else(|| "7".to_owned());
    match UserMgmt::new(&app.user_mgmt, &request).rollout(&days).await? {
        Ok(rollout) => page(&request.context, StatusCode::OK, &RolloutPage::new(&reader, &days, rollout)),
        Err(refusal) if refusal.status == StatusCode::BAD_REQUEST => {
            let shown = RolloutPage::refused(&reader, &days, &refusal);
            page(&request.context, refusal.status, &shown)
        }
        Err(refusal) => refused(&request, refusal),
    }
}
