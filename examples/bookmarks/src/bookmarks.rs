//! Bookmarks: everybody's own, some of them shared.

use accounts::UserId;
use axum::Json;
use axum::extract::{Path, State};
use guard::{Caller, Principal, require};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Db;

use crate::error::Failure;
use crate::{App, BOOKMARKS_MODERATE};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Bookmark {
    url: String,
    title: String,
    #[serde(default)]
    shared: bool,
}

impl Bookmark {
    fn check(&self) -> Result<(), Failure> {
        let web = self.url.starts_with("https://") || self.url.starts_with("http://");
        if web && self.url.len() <= 2_000 && self.title.len() <= 500 {
            Ok(())
        } else {
            Err(Failure::Invalid("`url` is an http address of up to 2,000 bytes, `title` has up to 500"))
        }
    }
}

/// `GET /bookmarks`: one's own.
pub(crate) async fn list<D: Db>(
    State(app): State<App<D>>,
    principal: Principal,
) -> Result<Json<Value>, Failure> {
    let sql = "SELECT id, url, title, shared FROM bookmarks WHERE owner = ?1 ORDER BY id DESC LIMIT 100";
    let rows: Vec<Value> = app.run("bookmarks/list", sql, vec![(&principal.user_id()).into()]).await?;
    Ok(Json(json!({ "items": rows })))
}

/// `GET /bookmarks/shared`: those that their owners share.
pub(crate) async fn shared<D: Db>(
    State(app): State<App<D>>,
    reader: Option<Principal>,
) -> Result<Json<Value>, Failure> {
    let sql = "SELECT id, url, title FROM bookmarks WHERE shared = 1 ORDER BY id DESC LIMIT 100";
    let rows: Vec<Value> = app.run("bookmarks/shared", sql, vec![]).await?;
    let may_moderate = reader.is_some_and(|reader| reader.has_permission(&BOOKMARKS_MODERATE));
    Ok(Json(json!({ "items": rows, "mayModerate": may_moderate })))
}

/// `POST /bookmarks`.
pub(crate) async fn create<D: Db>(
    State(app): State<App<D>>,
    principal: Principal,
    Json(bookmark): Json<Bookmark>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    bookmark.check()?;
    let id = app.new_id();
    let sql =
        "INSERT INTO bookmarks (id, owner, url, title, shared, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let owner = &principal.user_id();
    let Bookmark { url, title, shared } = bookmark;
    let params =
        vec![id.as_str().into(), owner.into(), url.into(), title.into(), shared.into(), app.now().into()];
    app.run::<Value>("bookmarks/insert", sql, params).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

/// `PUT /bookmarks/:id`: its owner may, and whoever moderates.
pub(crate) async fn update<D: Db>(
    State(app): State<App<D>>,
    caller: Caller,
    Path(id): Path<String>,
    Json(bookmark): Json<Bookmark>,
) -> Result<StatusCode, Failure> {
    caller.principal()?;
    let owner = owner(app.run("bookmarks/owner", OWNER, vec![id.as_str().into()]).await?)?;
    caller.check(&require(&BOOKMARKS_MODERATE).or_owner(owner))?;
    bookmark.check()?;
    let sql = "UPDATE bookmarks SET url = ?2, title = ?3, shared = ?4 WHERE id = ?1";
    let Bookmark { url, title, shared } = bookmark;
    app.run::<Value>("bookmarks/update", sql, vec![id.into(), url.into(), title.into(), shared.into()])
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /bookmarks/:id`: its owner may, and whoever moderates.
pub(crate) async fn delete<D: Db>(
    State(app): State<App<D>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    caller.principal()?;
    let owner = owner(app.run("bookmarks/owner", OWNER, vec![id.as_str().into()]).await?)?;
    caller.check(&require(&BOOKMARKS_MODERATE).or_owner(owner))?;
    app.run::<Value>("bookmarks/delete", "DELETE FROM bookmarks WHERE id = ?1", vec![id.into()]).await?;
    Ok(StatusCode::NO_CONTENT)
}

const OWNER: &str = "SELECT owner FROM bookmarks WHERE id = ?1";

/// A row that says whose something is.
#[derive(Deserialize)]
pub(crate) struct Owned {
    owner: UserId,
}

/// Whose something is, if there is such a thing.
pub(crate) fn owner(rows: Vec<Owned>) -> Result<UserId, Failure> {
    rows.into_iter().next().map(|row| row.owner).ok_or(Failure::NotFound)
}
