//! Keys of other services. All of it is decided on the truth, and whose key it is not is told that there is none.

use axum::Json;
use axum::extract::{Path, State};
use guard::{Principal, Strict, require};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Db;

use crate::error::Failure;
use crate::{App, CREDENTIALS_AUDIT, CREDENTIALS_WRITE};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credential {
    name: String,
    secret: String,
}

/// `GET /credentials`: the names of one's own.
pub(crate) async fn list<D: Db>(
    State(app): State<App<D>>,
    principal: Principal,
) -> Result<Json<Value>, Failure> {
    let sql = "SELECT id, name FROM credentials WHERE owner = ?1 ORDER BY id DESC LIMIT 100";
    let rows: Vec<Value> = app.run("credentials/list", sql, vec![(&principal.user_id()).into()]).await?;
    Ok(Json(json!({ "items": rows })))
}

/// `GET /credentials/all`: whose there are, for whoever watches over them. Nobody could see this before.
pub(crate) async fn all<D: Db>(
    State(app): State<App<D>>,
    Strict(caller): Strict,
) -> Result<Json<Value>, Failure> {
    caller.check(&require(&CREDENTIALS_AUDIT).before(false).hidden())?;
    let sql = "SELECT id, owner, name FROM credentials ORDER BY id DESC LIMIT 100";
    Ok(Json(json!({ "items": app.run::<Value>("credentials/all", sql, vec![]).await? })))
}

/// `POST /credentials`.
pub(crate) async fn create<D: Db>(
    State(app): State<App<D>>,
    principal: Principal,
    Json(credential): Json<Credential>,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let id = app.new_id();
    let sql = "INSERT INTO credentials (id, owner, name, secret, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let owner = &principal.user_id();
    let Credential { name, secret } = credential;
    app.run::<Value>(
        "credentials/insert",
        sql,
        vec![id.as_str().into(), owner.into(), name.into(), secret.into(), app.now().into()],
    )
    .await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

/// `GET /credentials/:id`: the key itself. That it is one's own is the application's rule, which no permission opens; the
/// permission is asked beside it.
pub(crate) async fn reveal<D: Db>(
    State(app): State<App<D>>,
    Strict(caller): Strict,
    Path(id): Path<String>,
) -> Result<Json<Value>, Failure> {
    let principal = caller.check(&require(&CREDENTIALS_WRITE).hidden())?;
    let sql = "SELECT secret FROM credentials WHERE id = ?1 AND owner = ?2";
    let rows: Vec<Value> =
        app.run("credentials/reveal", sql, vec![id.into(), (&principal.user_id()).into()]).await?;
    rows.into_iter().next().map(Json).ok_or(Failure::NotFound)
}

/// `DELETE /credentials/:id`: one's own alone.
pub(crate) async fn delete<D: Db>(
    State(app): State<App<D>>,
    Strict(caller): Strict,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let principal = caller.check(&require(&CREDENTIALS_WRITE).hidden())?;
    let sql = "DELETE FROM credentials WHERE id = ?1 AND owner = ?2 RETURNING id";
    let rows: Vec<Value> =
        app.run("credentials/delete", sql, vec![id.into(), (&principal.user_id()).into()]).await?;
    if rows.is_empty() { Err(Failure::NotFound) } else { Ok(StatusCode::NO_CONTENT) }
}
