//! Lists in pages: what a request asks for, and the page that answers it.

use api::{Cursor, Limit, Page};
use http::StatusCode;
use http_kit::{Described, Doc, Outcome, Problem, Request, json};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Db, Query};

use crate::services::problems::store_problem;

/// Which page of a list a request asks for.
pub(super) struct Paging {
    pub(super) limit: Limit,
    pub(super) cursor: Cursor,
}

impl Paging {
    pub(super) fn asked(request: &Request) -> Result<Self, Problem> {
        let limit = request.query("limit")?.unwrap_or_default();
        let cursor = request.query("cursor")?.unwrap_or_default();
        Ok(Self { limit, cursor })
    }

    /// Answers with the page. `query` finds rows after a key, at most so many; the list is sorted by `key`.
    pub(super) async fn answer<R: DeserializeOwned, T: Serialize>(
        self,
        db: &impl Db,
        query: impl FnOnce(&str, u32) -> Query<R>,
        key: impl Fn(&R) -> String,
        item: impl Fn(R) -> T,
    ) -> Outcome {
        let rows = query(self.cursor.key(), self.limit.and_one()).all(db).await;
        let rows = rows.map_err(|error| store_problem(&error))?;
        json(StatusCode::OK, &Page::of(rows, self.limit, key, item))
    }
}

/// What the API description says about a list of `T`.
pub(super) fn list_doc<T>(summary: &'static str) -> Doc
where
    Page<T>: Described,
{
    paged(Doc::new(summary).gives::<Page<T>>(200))
}

/// Says what [`Paging`] reads.
pub(super) fn paged(doc: Doc) -> Doc {
    doc.query_of::<Limit>("limit", "1 to 100; 50 if absent").query("cursor", "from the page before")
}
