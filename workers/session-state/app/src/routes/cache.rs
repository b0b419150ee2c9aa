//! `/cache/{key}`: any JSON under a name, for other workers. It has nothing to do with sessions, not even a namespace.

use std::sync::Arc;

use api::session_state::{CacheGetResponse, CachePutRequest};
use http::StatusCode;
use http_kit::{Doc, Outcome, Problem, Request, json};

use super::{check_ttl, empty};
use crate::app::{App, warn};
use crate::cache_key::CacheKey;
use crate::keys;
use crate::kv::Kv;

pub(super) fn get_doc() -> Doc {
    Doc::new("Read from the cache").gives::<CacheGetResponse>(200).fails(&[400])
}

pub(super) async fn get<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let name = keys::cache(&key(&request)?);
    let values = app.cache.get(&[name]).await.map_err(Problem::unavailable)?;
    let text = values.into_iter().next().flatten().ok_or_else(Problem::not_found)?;
    let Ok(found) = serde_json::from_str::<CacheGetResponse>(&text) else {
        warn(&request.context, "a value of the cache can't be read: it counts as missing");
        return Err(Problem::not_found());
    };
    json(StatusCode::OK, &found)
}

pub(super) fn put_doc() -> Doc {
    Doc::new("Write to the cache").takes::<CachePutRequest>().gives_nothing(204)
}

pub(super) async fn put<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    let name = keys::cache(&key(&request)?);
    let CachePutRequest { value, ttl_seconds } = request.json()?;
    ttl_seconds.map_or(Ok(()), check_ttl)?;
    let text = serde_json::to_string(&CacheGetResponse { value }).map_err(Problem::internal)?;
    app.cache.put(&name, &text, ttl_seconds).await.map_err(Problem::unavailable)?;
    Ok(empty(StatusCode::NO_CONTENT))
}

pub(super) fn delete_doc() -> Doc {
    Doc::new("Remove from the cache").gives_nothing(204).fails(&[400])
}

pub(super) async fn delete<K: Kv>(app: Arc<App<K>>, request: Request) -> Outcome {
    app.cache.delete(&keys::cache(&key(&request)?)).await.map_err(Problem::unavailable)?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn key(request: &Request) -> Result<CacheKey, Problem> {
    let text: String = request.param("key")?;
    text.parse().map_err(|error| Problem::invalid_field("key", format!("`key`: {error}")))
}
