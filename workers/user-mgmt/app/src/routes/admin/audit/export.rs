//! The audit log whole, as lines of JSON or as CSV.
//!
//! What is written is fetched page by page while the body is read, so an export takes the memory of one page however long
//! the log is. Where a page can't be read, the transfer breaks off, which its client sees; the line before that, which says
//! so, may be lost with the connection.

use std::borrow::Cow;
use std::sync::Arc;

use api::AuditEvent;
use futures_util::stream::try_unfold;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, VARY};
use http_kit::{Body, Bytes, Level, Outcome, Problem, Request};
use rbac::Allowed;
use serde_json::json;
use store::audit::{self, Action, Filter, Recorded};

use super::{filter, to_api};
use crate::app::{App, Platform};
use crate::caller::Caller;
use crate::services::change::{Change, Event};
use crate::services::problems::store_problem;

/// How many events are in memory at a time. D1 answers 1,000 queries for one request.
const PAGE: u32 = 1_000;
/// The code of what did not go well once the head of the answer was out.
const INCOMPLETE: &str = "export_incomplete";
const COLUMNS: [&str; 13] = [
    "id",
    "at",
    "action",
    "actorId",
    "actorEmail",
    "actorFirstName",
    "actorLastName",
    "targetType",
    "targetId",
    "tenant",
    "requestId",
    "clientAddress",
    "details",
];

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    NdJson,
    Csv,
}

impl Format {
    pub(super) const NDJSON: &str = "application/x-ndjson";
    pub(super) const CSV: &str = "text/csv";

    /// What a request asks for: by `format`, or by the first media type of `Accept` that there is. Nothing where it is a
    /// page.
    pub(super) fn asked(request: &Request) -> Result<Option<Self>, Problem> {
        match request.query::<String>("format")?.as_deref() {
            Some("json") => return Ok(None),
            Some("ndjson") => return Ok(Some(Self::NdJson)),
            Some("csv") => return Ok(Some(Self::Csv)),
            Some(_) => {
                return Err(Problem::invalid_field("format", "`format`: must be json, ndjson or csv"));
            }
            None => {}
        }
        let accept = request.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self::accepted(accept))
    }

    fn accepted(accept: &str) -> Option<Self> {
        accept.split(',').find_map(|range| {
            let media_type = range.split(';').next().unwrap_or_default().trim();
            match media_type.to_ascii_lowercase().as_str() {
                "application/json" | "*/*" => Some(None),
                Self::NDJSON | "application/ndjson" | "application/jsonl" => Some(Some(Self::NdJson)),
                Self::CSV => Some(Some(Self::Csv)),
                _ => None,
            }
        })?
    }

    fn name(self) -> &'static str {
        match self {
            Self::NdJson => "ndjson",
            Self::Csv => "csv",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::NdJson => Self::NDJSON,
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    fn head(self) -> Result<Vec<u8>, ExportError> {
        match self {
            Self::NdJson => Ok(Vec::new()),
            Self::Csv => record(COLUMNS.into_iter().map(Cow::Borrowed)),
        }
    }

    fn line(self, event: Recorded) -> Result<Vec<u8>, ExportError> {
        match self {
            Self::NdJson => json_line(&to_api(event)),
            Self::Csv => {
                let AuditEvent { id, at, action, actor, target, tenant, request_id, client_address, details } =
                    to_api(event);
                let (actor_id, email, first, last) = actor
                    .map(|actor| (Some(actor.id), actor.email, actor.first_name, actor.last_name))
                    .unwrap_or_default();
                let cells = [
                    Some(id),
                    Some(at.0.to_string()),
                    Some(action),
                    actor_id,
                    email,
                    first,
                    last,
                    Some(target.kind),
                    Some(target.id),
                    tenant,
                    Some(request_id),
                    client_address,
                    Some(details.to_string()),
                ];
                record(cells.into_iter().map(|cell| Cow::Owned(cell.unwrap_or_default())))
            }
        }
    }

    /// What stands where more should have followed.
    fn incomplete(self, request_id: &str) -> Result<Vec<u8>, ExportError> {
        match self {
            Self::NdJson => json_line(&json!({ "error": { "code": INCOMPLETE, "requestId": request_id } })),
            Self::Csv => record(COLUMNS.into_iter().map(|column| {
                Cow::Borrowed(match column {
                    "id" => INCOMPLETE,
                    "requestId" => request_id,
                    _ => "",
                })
            })),
        }
    }
}

/// Why an export breaks off.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error("the database did not answer")]
    Store,
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// Everything that the filters of a request find. That it was exported is an event itself, written before anything is.
pub(super) async fn export<P: Platform>(
    app: &Arc<App<P>>,
    request: &Request,
    allowed: &Allowed<Caller>,
    format: Format,
) -> Outcome {
    for paging in ["limit", "cursor"] {
        if request.query::<String>(paging)?.is_some() {
            let detail =
                format!("`{paging}`: an export has no pages; choose a part of the log by `from` and `to`");
            return Err(Problem::invalid_field(paging, detail));
        }
    }
    let filter = filter::read(request)?;
    let change = Change::by(app, request, allowed);
    let day = change.now().to_string().chars().take(10).collect::<String>();
    let details = json!({ "format": format.name(), "filter": filter::to_json(&filter) });
    change.commit(Event::new(Action::AuditExported, "audit_log", details)).await?;

    let export = Export {
        app: app.clone(),
        request: request.clone(),
        format,
        filter,
        next: Next::Page(String::new()),
    };
    let body = Body::from_stream(try_unfold(export, Export::step));
    let mut response = http::Response::new(body);
    let disposition = format!("attachment; filename=\"audit-{day}.{}\"", format.name());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(disposition).map_err(Problem::internal)?);
    headers.insert(VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// An export on its way out.
struct Export<P: Platform> {
    app: Arc<App<P>>,
    request: Request,
    format: Format,
    filter: Filter,
    next: Next,
}

/// What comes next.
enum Next {
    /// The page after the event of this id; the first one, where it is empty.
    Page(String),
    /// The transfer breaks off.
    BreakOff(ExportError),
    /// Nothing.
    End,
}

impl<P: Platform> Export<P> {
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, ExportError> {
        let after = match std::mem::replace(&mut self.next, Next::End) {
            Next::Page(after) => after,
            Next::BreakOff(error) => return Err(error),
            Next::End => return Ok(None),
        };
        let written = self.page(&after).await;
        let text = match written {
            Ok(text) => text,
            Err(error) => {
                let text = self.format.incomplete(&self.request.context.request_id)?;
                self.next = Next::BreakOff(error);
                text
            }
        };
        Ok(Some((text.into(), self)))
    }

    /// A page as it is written.
    async fn page(&mut self, after: &str) -> Result<Vec<u8>, ExportError> {
        let page = audit::page(&self.app.db, &self.filter, after, PAGE).await.map_err(|error| {
            let fields = json!({ "cause": store_problem(&error).cause() });
            self.request.context.log(Level::Error, "an export of the audit log broke off", fields);
            ExportError::Store
        })?;
        let mut text = if after.is_empty() { self.format.head()? } else { Vec::new() };
        if let Some(last) = page.next {
            self.next = Next::Page(last);
        }
        for event in page.events {
            text.extend(self.format.line(event)?);
        }
        Ok(text)
    }
}

fn json_line(line: &impl serde::Serialize) -> Result<Vec<u8>, ExportError> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(text)
}

/// A record of RFC 4180.
fn record<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells.map(|cell| harmless(cell).into_owned()))?;
    writer.into_inner().map_err(|error| ExportError::Csv(error.into_error().into()))
}

/// A cell that no spreadsheet takes for a formula: those that would start one get an apostrophe in front, which says that a
/// text follows.
fn harmless(cell: Cow<'_, str>) -> Cow<'_, str> {
    const STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let risky = cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(STARTS);
    if risky { Cow::Owned(format!("'{cell}")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_starts_a_formula_becomes_text() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "\n", "\t"] {
            assert_eq!(harmless(Cow::Borrowed(cell)), format!("'{cell}"), "{cell:?}");
        }
        for cell in ["", "ada@example.com", "a=b", "1-2", "{\"a\":\"=1\"}", "'=1", "é"] {
            assert_eq!(harmless(Cow::Borrowed(cell)), cell);
        }
    }

    #[test]
    fn a_record_is_quoted_where_it_must_be() {
        let cells = ["plain", "a,b", "say \"hi\"", "two\r\nlines", "", "=1"];
        let text = record(cells.into_iter().map(Cow::Borrowed)).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\",,'=1\r\n"
        );
    }

    #[test]
    fn the_first_known_media_type_counts() {
        for (accept, expected) in [
            ("", None),
            ("*/*", None),
            ("text/html,application/json", None),
            ("application/json, text/csv", None),
            ("text/csv", Some(Format::Csv)),
            ("text/html, Text/CSV; charset=utf-8", Some(Format::Csv)),
            ("application/x-ndjson, */*", Some(Format::NdJson)),
            ("application/jsonl;q=0.9", Some(Format::NdJson)),
        ] {
            assert_eq!(Format::accepted(accept), expected, "{accept}");
        }
    }
}
