use std::future::Future;

use session_state_app::{Kv, KvError};
use worker::KvStore;
use worker::send::SendFuture;

/// A namespace of Workers KV, by its binding.
pub(crate) struct WorkersKv(KvStore);

impl WorkersKv {
    pub(crate) fn new(store: KvStore) -> Self {
        Self(store)
    }
}

impl Kv for WorkersKv {
    fn get(&self, keys: &[String]) -> impl Future<Output = Result<Vec<Option<String>>, KvError>> + Send {
        SendFuture::new(async move {
            let mut values = self.0.get_bulk(keys).text().await.map_err(failure)?;
            Ok(keys.iter().map(|key| values.remove(key).flatten()).collect())
        })
    }

    fn put(
        &self,
        key: &str,
        value: &str,
        ttl_seconds: Option<u64>,
    ) -> impl Future<Output = Result<(), KvError>> + Send {
        SendFuture::new(async move {
            let mut put = self.0.put(key, value).map_err(failure)?;
            if let Some(seconds) = ttl_seconds {
                put = put.expiration_ttl(seconds);
            }
            put.execute().await.map_err(failure)
        })
    }

    fn delete(&self, key: &str) -> impl Future<Output = Result<(), KvError>> + Send {
        SendFuture::new(async move { self.0.delete(key).await.map_err(failure) })
    }
}

fn failure(error: worker::KvError) -> KvError {
    KvError(match error {
        worker::KvError::JavaScript(error) => worker::Error::from(error).to_string(),
        other => other.to_string(),
    })
}
