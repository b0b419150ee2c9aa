use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use accounts::{Clock, Timestamp};
use session_state_app::{Kv, KvError, MAX_KEYS, MIN_TTL_SECONDS};

/// A namespace of a key-value store in memory, with the limits of Workers KV. Clones share what is stored.
#[derive(Clone)]
pub struct MemoryKv {
    clock: Arc<dyn Clock + Send + Sync>,
    state: Arc<Mutex<State>>,
}

/// What a [`MemoryKv`] was asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KvCounts {
    /// Calls of any kind, failed ones among them.
    pub calls: usize,
    /// Keys read.
    pub reads: usize,
    /// Values set.
    pub writes: usize,
    /// Values removed.
    pub deletes: usize,
}

#[derive(Default)]
struct State {
    values: HashMap<String, Value>,
    counts: KvCounts,
    failing: Failing,
}

#[derive(Clone)]
struct Value {
    text: String,
    expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Default)]
enum Failing {
    #[default]
    Never,
    Always,
    /// The call after so many more.
    After(usize),
}

impl MemoryKv {
    /// An empty namespace, whose values expire by this clock.
    pub fn new(clock: Arc<impl Clock + Send + Sync + 'static>) -> Self {
        Self { clock, state: Arc::default() }
    }

    /// A namespace of its own with the same content.
    pub(crate) fn copy(&self, clock: Arc<impl Clock + Send + Sync + 'static>) -> Self {
        let values = self.state().values.clone();
        Self { clock, state: Arc::new(Mutex::new(State { values, ..State::default() })) }
    }

    /// Has every call fail from now on, or none.
    pub fn set_failing(&self, failing: bool) {
        self.state().failing = if failing { Failing::Always } else { Failing::Never };
    }

    /// Has one call fail: the one after so many more.
    pub fn fail_after(&self, calls: usize) {
        self.state().failing = Failing::After(calls);
    }

    /// What it was asked to do since it was last asked this.
    pub fn take_counts(&self) -> KvCounts {
        std::mem::take(&mut self.state().counts)
    }

    /// What stands under a key, behind the back of whoever uses the store.
    pub fn peek(&self, key: &str) -> Option<String> {
        self.state().live(key, self.clock.now())
    }

    /// Sets a value, behind the back of whoever uses the store.
    pub fn poke(&self, key: &str, text: &str) {
        self.state().values.insert(key.to_owned(), Value { text: text.to_owned(), expires_at: None });
    }

    /// Removes a value, behind the back of whoever uses the store.
    pub fn drop_key(&self, key: &str) {
        self.state().values.remove(key);
    }

    /// The names of what is stored, in order.
    pub fn keys(&self) -> Vec<String> {
        let (state, now) = (self.state(), self.clock.now());
        let mut keys: Vec<_> =
            state.values.keys().filter(|key| state.live(key, now).is_some()).cloned().collect();
        keys.sort();
        keys
    }

    /// How long a value still lives, where it does not live for ever.
    pub fn ttl(&self, key: &str) -> Option<Duration> {
        let expires_at = self.state().values.get(key)?.expires_at?;
        Some(expires_at.since(self.clock.now()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call of the platform.
    fn call<T>(&self, work: impl FnOnce(&mut State) -> Result<T, String>) -> Result<T, KvError> {
        let mut state = self.state();
        state.counts.calls += 1;
        let fails = match state.failing {
            Failing::Never => false,
            Failing::Always => true,
            Failing::After(calls) => {
                state.failing = calls.checked_sub(1).map_or(Failing::Never, Failing::After);
                calls == 0
            }
        };
        if fails {
            return Err(KvError("the store is down".to_owned()));
        }
        work(&mut state).map_err(KvError)
    }
}

impl State {
    fn live(&self, key: &str, now: Timestamp) -> Option<String> {
        let value = self.values.get(key)?;
        value.expires_at.is_none_or(|end| now < end).then(|| value.text.clone())
    }
}

impl Kv for MemoryKv {
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<String>>, KvError> {
        let now = self.clock.now();
        self.call(|state| {
            if keys.len() > MAX_KEYS {
                return Err(format!("{} keys in one call", keys.len()));
            }
            keys.iter().try_for_each(|key| check_key(key))?;
            state.counts.reads += keys.len();
            Ok(keys.iter().map(|key| state.live(key, now)).collect())
        })
    }

    async fn put(&self, key: &str, value: &str, ttl_seconds: Option<u64>) -> Result<(), KvError> {
        let now = self.clock.now();
        self.call(|state| {
            check_key(key)?;
            if ttl_seconds.is_some_and(|ttl| ttl < MIN_TTL_SECONDS) {
                return Err(format!("a life of {ttl_seconds:?} seconds"));
            }
            let expires_at = ttl_seconds.map(|ttl| now.plus(Duration::from_secs(ttl)));
            state.counts.writes += 1;
            state.values.insert(key.to_owned(), Value { text: value.to_owned(), expires_at });
            Ok(())
        })
    }

    async fn delete(&self, key: &str) -> Result<(), KvError> {
        self.call(|state| {
            check_key(key)?;
            state.counts.deletes += 1;
            state.values.remove(key);
            Ok(())
        })
    }
}

impl fmt::Debug for MemoryKv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryKv").field("keys", &self.keys()).finish()
    }
}

fn check_key(key: &str) -> Result<(), String> {
    if (1..=512).contains(&key.len()) && !matches!(key, "." | "..") {
        Ok(())
    } else {
        Err(format!("a key of {} bytes", key.len()))
    }
}
