use std::sync::Arc;

use http::StatusCode;
use http_kit::{Fetch, Outcome, Problem, Request};

use crate::app::App;
use crate::reader::Reader;
use crate::routes::refused;
use crate::user_mgmt::{AuditFilter, UserMgmt};
use crate::views::{AuditPage, page};

/// `GET /admin/audit`.
pub(super) async fn show<F: Fetch>(app: Arc<App<F>>, request: Request, reader: Reader) -> Outcome {
    let query = request.context.uri.query().unwrap_or_default();
    let filter: AuditFilter = serde_urlencoded::from_str(query)
        .map_err(|error| Problem::invalid(format!("the filter can't be read: {error}")))?;
    match UserMgmt::new(&app.user_mgmt, &request).audit(&filter).await? {
        Ok(events) => page(&request.context, StatusCode::OK, &AuditPage::new(&reader, &filter, events)?),
        Err(refusal) if refusal.status == StatusCode::BAD_REQUEST => {
            let shown = AuditPage::refused(&reader, &filter, &refusal);
            page(&request.context, refusal.status, &shown)
        }
        Err(refusal) => refused(&request, refusal),
    }
}
