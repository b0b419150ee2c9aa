//! Jobs: what the application does on somebody's behalf and at some cost. Starting one is decided on the truth.

use axum::Json;
use axum::extract::{Path, State};
use guard::{Principal, Strict, require};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Db;

use crate::bookmarks::owner;
use crate::error::Failure;
use crate::{App, JOBS_RUN};

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    CheckLinks,
    Import,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::CheckLinks => "check_links",
            Self::Import => "import",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    kind: Kind,
}

/// `GET /jobs`: one's own.
pub(crate) async fn list<D: Db>(
    State(app): State<App<D>>,
    principal: Principal,
) -> Result<Json<Value>, Failure> {
    let sql = "SELECT id, kind, status FROM jobs WHERE owner = ?1 ORDER BY id DESC LIMIT 100";
    let rows: Vec<Value> = app.run("jobs/list", sql, vec![(&principal.user_id()).into()]).await?;
    Ok(Json(json!({ "items": rows })))
}

/// `POST /jobs`.
pub(crate) async fn start<D: Db>(
    State(app): State<App<D>>,
    principal: Principal,
    Json(job): Json<Job>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let id = app.new_id();
    let sql = "INSERT INTO jobs (id, owner, kind, created_at) VALUES (?1, ?2, ?3, ?4)";
    let owner = &principal.user_id();
    let params = vec![id.as_str().into(), owner.into(), job.kind.as_str().into(), app.now().into()];
    app.run::<Value>("jobs/insert", sql, params).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "id": id }))))
}

/// `POST /jobs/:id/cancel`: whoever started it may, and whoever may run jobs at all.
pub(crate) async fn cancel<D: Db>(
    State(app): State<App<D>>,
    Strict(caller): Strict,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    caller.principal()?;
    let rows =
        app.run("jobs/owner", "SELECT owner FROM jobs WHERE id = ?1", vec![id.as_str().into()]).await?;
    caller.check(&require(&JOBS_RUN).or_owner(owner(rows)?))?;
    let sql = "UPDATE jobs SET status = 'cancelled' WHERE id = ?1";
    app.run::<Value>("jobs/cancel", sql, vec![id.into()]).await?;
    Ok(StatusCode::NO_CONTENT)
}
