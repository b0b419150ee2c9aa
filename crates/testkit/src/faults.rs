use std::future::Future;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use http_kit::{Analytics, AnalyticsError, Body, Fetch, FetchError, RateLimit, RateLimitError};
use session_state_app::{Kv, KvError};
use store::{Db, Rows, Statement, StoreError};
use user_mgmt_app::services::mail::{Mail, MailError, Mailer};

use crate::runtime::let_others_go_on;

/// What no answer to a client and no mail may ever say.
const CAUSE: &str = "made to fail";

/// How a call of the platform fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has no effect.
    Refused,
    /// It has its effect, but the answer is lost on the way.
    AnswerLost,
    /// It has no effect, and neither has any call after it.
    Outage,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Refused, Self::AnswerLost, Self::Outage];
}

/// Numbers every call that the workers make of their platform, whatever it is of: the database, a key-value store, another
/// worker, mail, a rate limit, the internet. Any of them can be made to fail.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    calls: Vec<String>,
    planned: Option<(usize, Fault)>,
}

impl Faults {
    /// Has a call fail, the first one from now on being number 0.
    pub fn plan(&self, call: usize, fault: Fault) {
        *self.0.lock().unwrap() = State { calls: Vec::new(), planned: Some((call, fault)) };
    }

    /// Everything works again.
    pub fn heal(&self) {
        self.0.lock().unwrap().planned = None;
    }

    /// What was called since this was last asked, in order.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    /// How many calls there were since then.
    pub fn calls(&self) -> usize {
        self.0.lock().unwrap().calls.len()
    }

    fn next(&self, call: String) -> Option<Fault> {
        let mut state = self.0.lock().unwrap();
        let number = state.calls.len();
        state.calls.push(call);
        let (planned, fault) = state.planned?;
        let fails = number == planned || (fault == Fault::Outage && number > planned);
        fails.then_some(fault)
    }
}

/// A part of the platform whose calls are numbered by [`Faults`].
#[derive(Clone, Debug)]
pub struct Faulty<T> {
    inner: T,
    name: &'static str,
    faults: Faults,
}

impl<T> Faulty<T> {
    pub(crate) fn new(inner: T, name: &'static str, faults: &Faults) -> Self {
        Self { inner, name, faults: faults.clone() }
    }

    async fn call<A, E>(
        &self,
        what: &str,
        work: impl Future<Output = Result<A, E>> + Send,
        error: impl Fn(String) -> E,
    ) -> Result<A, E> {
        let fault = self.faults.next(format!("{} {what}", self.name));
        // As on the platform, where other requests go on while one waits for an answer.
        let_others_go_on(1).await;
        match fault {
            None => work.await,
            Some(Fault::Refused | Fault::Outage) => Err(error(CAUSE.to_owned())),
            Some(Fault::AnswerLost) => work.await.and_then(|_| Err(error(CAUSE.to_owned()))),
        }
    }
}

impl<T: Db> Db for Faulty<T> {
    async fn fetch(&self, statement: Statement) -> Result<Rows, StoreError> {
        self.call(statement.name, self.inner.fetch(statement), StoreError::Driver).await
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        let names: Vec<_> = statements.iter().map(|statement| statement.name).collect();
        self.call(&names.join(", "), self.inner.batch(statements), StoreError::Driver).await
    }
}

impl<T: Kv> Kv for Faulty<T> {
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<String>>, KvError> {
        self.call("get", self.inner.get(keys), KvError).await
    }

    async fn put(&self, key: &str, value: &str, ttl_seconds: Option<u64>) -> Result<(), KvError> {
        self.call("put", self.inner.put(key, value, ttl_seconds), KvError).await
    }

    async fn delete(&self, key: &str) -> Result<(), KvError> {
        self.call("delete", self.inner.delete(key), KvError).await
    }
}

impl<T: Fetch> Fetch for Faulty<T> {
    async fn fetch(&self, request: Request<Body>) -> Result<Response<Body>, FetchError> {
        let what = format!("{} {}", request.method(), request.uri().path());
        self.call(&what, self.inner.fetch(request), FetchError).await
    }
}

impl<T: Mailer> Mailer for Faulty<T> {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        // Nothing is sent before it is waited for.
        self.call("send", async { self.inner.send(mail).await }, MailError::Refused).await
    }
}

impl<T: RateLimit> RateLimit for Faulty<T> {
    async fn admit(&self, key: &str) -> Result<bool, RateLimitError> {
        self.call("admit", self.inner.admit(key), RateLimitError).await
    }
}

impl<T: Analytics> Analytics for Faulty<T> {
    fn write(&self, index: &str, texts: &[&str]) -> Result<(), AnalyticsError> {
        match self.faults.next(format!("{} write", self.name)) {
            None => self.inner.write(index, texts),
            Some(Fault::Refused | Fault::Outage) => Err(AnalyticsError(CAUSE.to_owned())),
            Some(Fault::AnswerLost) => {
                self.inner.write(index, texts).and(Err(AnalyticsError(CAUSE.to_owned())))
            }
        }
    }
}
