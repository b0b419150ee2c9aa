use std::collections::HashSet;
use std::fmt::Display;
use std::sync::Arc;

use accounts::TokenHash;
use api::session_state::SessionRecord;
use futures_util::future::{join, join_all};
use http_kit::{Level, Problem, RequestContext, Runtime};
use serde_json::json;

use crate::config::Config;
use crate::freshness::Epoch;
use crate::keys;
use crate::kv::{Kv, KvError, MAX_KEYS};
use crate::marker::Marker;
use crate::stored::{self, Stored};

/// The longest life of a record, in seconds: thirty days, the longest idle limit there is.
const MAX_TTL_SECONDS: u64 = 30 * 86_400;

/// Everything that the routes stand on.
pub struct App<K> {
    /// The namespace of the sessions: records, markers and the epoch.
    pub sessions: K,
    /// The namespace of the cache.
    pub cache: K,
    /// Time.
    pub runtime: Arc<dyn Runtime>,
    /// The configuration.
    pub config: Config,
}

impl<K: Kv> App<K> {
    /// Everything about a session, in one call.
    pub(crate) async fn load(&self, context: &RequestContext, id: TokenHash) -> Result<Stored, Problem> {
        let names = [keys::session(id), keys::marker(id), keys::EPOCH.to_owned()];
        let values = self.sessions.get(&names).await.map_err(Problem::unavailable)?;
        let [record, marker, epoch] = <[_; 3]>::try_from(values)
            .map_err(|values| Problem::internal(format!("three keys gave {} values", values.len())))?;
        Ok(Stored {
            record: record.and_then(|text| parse_record(context, &text)),
            marker: marker.map(|text| parse_marker(context, &text)),
            epoch: parse_epoch(context, epoch.as_deref()),
        })
    }

    /// Writes a record that [`Stored::admits`] let pass.
    pub(crate) async fn write(
        &self,
        id: TokenHash,
        record: &SessionRecord,
        ttl_seconds: u64,
    ) -> Result<(), Problem> {
        let text = serde_json::to_string(record).map_err(Problem::internal)?;
        let ttl_seconds = ttl_seconds.min(MAX_TTL_SECONDS);
        self.sessions.put(&keys::session(id), &text, Some(ttl_seconds)).await.map_err(Problem::unavailable)
    }

    /// Ends sessions for good. Their records go as well: nobody's name stays longer than it has to.
    pub(crate) async fn revoke(&self, ids: impl IntoIterator<Item = TokenHash>) -> Result<(), Problem> {
        let ids: HashSet<_> = ids.into_iter().collect();
        all(ids.into_iter().map(|id| async move {
            let record = keys::session(id);
            let (marked, deleted) = join(self.mark(id, Marker::Revoked), self.sessions.delete(&record)).await;
            marked.and(deleted)
        }))
        .await
    }

    /// Ends the records of sessions that an earlier version of their user went into.
    pub(crate) async fn invalidate(
        &self,
        context: &RequestContext,
        ids: impl IntoIterator<Item = TokenHash>,
        user_version: i64,
    ) -> Result<(), Problem> {
        let ids: Vec<_> = ids.into_iter().collect::<HashSet<_>>().into_iter().collect();
        let mut behind = Vec::new();
        for ids in ids.chunks(MAX_KEYS) {
            let names: Vec<_> = ids.iter().copied().map(keys::marker).collect();
            let markers = self.sessions.get(&names).await.map_err(Problem::unavailable)?;
            behind.extend(ids.iter().zip(markers).filter_map(|(id, marker)| {
                match marker.map(|text| parse_marker(context, &text)) {
                    Some(Marker::Revoked) => None,
                    Some(Marker::Invalidated { user_version: known }) if known >= user_version => None,
                    Some(Marker::Invalidated { .. }) | None => Some(*id),
                }
            }));
        }
        let marker = Marker::Invalidated { user_version };
        all(behind.into_iter().map(|id| self.mark(id, marker))).await
    }

    /// Raises the epoch; one that is not higher costs no write.
    pub(crate) async fn raise_epoch(&self, context: &RequestContext, epoch: i64) -> Result<(), Problem> {
        let values = self.sessions.get(&[keys::EPOCH.to_owned()]).await.map_err(Problem::unavailable)?;
        let stored = values.into_iter().next().flatten();
        if let Epoch::Known(stored) = parse_epoch(context, stored.as_deref())
            && stored >= epoch
        {
            return Ok(());
        }
        self.sessions.put(keys::EPOCH, &epoch.to_string(), None).await.map_err(Problem::unavailable)
    }

    async fn mark(&self, id: TokenHash, marker: Marker) -> Result<(), KvError> {
        let text = serde_json::to_string(&marker).map_err(|error| KvError(error.to_string()))?;
        self.sessions.put(&keys::marker(id), &text, Some(Marker::TTL_SECONDS)).await
    }
}

fn parse_record(context: &RequestContext, text: &str) -> Option<SessionRecord> {
    match stored::parse(text) {
        Ok(record) => Some(record),
        Err(error) => {
            warn(context, format!("a session record counts as missing: {error}"));
            None
        }
    }
}

fn parse_marker(context: &RequestContext, text: &str) -> Marker {
    let (marker, readable) = Marker::parse(text);
    if !readable {
        warn(context, "a marker can't be read: its session counts as revoked");
    }
    marker
}

fn parse_epoch(context: &RequestContext, text: Option<&str>) -> Epoch {
    let epoch = Epoch::parse(text);
    if epoch == Epoch::Unreadable {
        warn(context, "the epoch can't be read: all permissions count as stale");
    }
    epoch
}

/// Says that something in the store is not as it should be, without saying what is in it.
pub(crate) fn warn(context: &RequestContext, message: impl Display) {
    context.log(Level::Warn, message, json!({}));
}

/// Does all of it side by side, and what can be done even where something fails.
async fn all(work: impl Iterator<Item = impl Future<Output = Result<(), KvError>>>) -> Result<(), Problem> {
    join_all(work).await.into_iter().collect::<Result<(), _>>().map_err(Problem::unavailable)
}
