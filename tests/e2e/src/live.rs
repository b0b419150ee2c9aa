//! The cases' view of the workers on workerd.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use testkit::{Behaviour, Reply, SentMail, World};
use tokio::task::{block_in_place, spawn_blocking};

use crate::workerd::{GATE, Migrations, Workerd};

/// The three workers on workerd, with an empty storage of their own.
#[derive(Debug)]
pub struct Live {
    /// The workers.
    pub workerd: Arc<Workerd>,
    agent: ureq::Agent,
    /// The workers that the variables are for: those that read any of them.
    told: Vec<&'static str>,
    vars: Map<String, Value>,
    gated: AtomicBool,
}

impl Live {
    /// Starts them with RBAC, management and enforcement on and e-mail verification off, changed by `vars`.
    pub fn start(vars: &[(&str, &str)], migrations: Migrations<'_>) -> Self {
        let all = variables(vars);
        let told = vec!["user-mgmt", "account-pages"];
        let workerd = Workerd::start(&tell(&told, &all), migrations).unwrap();
        Self::of(workerd, told, all)
    }

    /// Starts an example in front of them, which reads the same variables, as account-pages does.
    pub fn start_behind(example: &'static str, vars: &[(&str, &str)], migrations: Migrations<'_>) -> Self {
        let all = variables(vars);
        let told = vec!["user-mgmt", "account-pages", example];
        let workerd = Workerd::start_behind(example, &tell(&told, &all), migrations).unwrap();
        Self::of(workerd, told, all)
    }

    /// The same, with a gate before both workers that the example asks.
    pub fn start_behind_gates(example: &'static str, vars: &[(&str, &str)]) -> Self {
        let all = variables(vars);
        let told = vec!["user-mgmt", example];
        let workerd = Workerd::start_behind_gates(example, &tell(&told, &all)).unwrap();
        Self::of(workerd, told, all)
    }

    /// Has what is bound to user-mgmt under this name behave like this from now on: `SESSION_STATE`, or `EMAIL`, which then sends
    /// nothing in any case.
    pub fn set_gate(&self, binding: &'static str, behaviour: Behaviour) {
        let name = match behaviour {
            Behaviour::Works => "works",
            Behaviour::Fails => "fails",
            Behaviour::Hangs => "hangs",
        };
        block_in_place(|| {
            // The gate is there for the cases that need it; the others run on the binding of a deployment.
            if !self.gated.swap(true, Ordering::Relaxed) {
                self.workerd.update_with_gate(binding, &tell(&self.told, &self.vars))?;
            }
            self.workerd.set_gate(GATE, name)
        })
        .unwrap();
    }

    fn of(workerd: Workerd, told: Vec<&'static str>, vars: Map<String, Value>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .new_agent();
        Self { workerd: Arc::new(workerd), agent, told, vars, gated: AtomicBool::new(false) }
    }
}

/// RBAC and enforcement on and e-mail verification off, changed by `vars`.
fn variables(vars: &[(&str, &str)]) -> Map<String, Value> {
    let mut all = Map::new();
    let defaults = [
        ("RBAC_ENABLED", "true"),
        ("USER_MGMT_CORE", "true"),
        ("USER_MGMT_ENFORCE", "on"),
        ("EMAIL_VERIFICATION", "off"),
        ("MAIL_FROM", "Edgeward <no-reply@example.com>"),
        ("PUBLIC_URL", "http://localhost:8787"),
        // The cheapest that is allowed, as natively.
        ("ARGON2_MEMORY_KIB", "7168"),
        ("ARGON2_PASSES", "1"),
    ];
    for (name, value) in defaults.iter().chain(vars) {
        all.insert((*name).to_owned(), json!(value));
    }
    all
}

/// The same variables for each of these workers.
fn tell(workers: &[&str], vars: &Map<String, Value>) -> Value {
    workers.iter().map(|worker| ((*worker).to_owned(), json!(vars))).collect()
}

impl Live {
    /// Sends a request; gives what came of the body, and how that ended.
    pub async fn receive(&self, request: http::Request<Vec<u8>>) -> (Reply, io::Result<usize>) {
        let (mut parts, body) = request.into_parts();
        // The cases speak to a made-up port; where they name their own origin, they mean this one.
        let here = self.workerd.url().to_owned();
        parts.uri = format!("{here}{}", parts.uri.path_and_query().unwrap()).parse().unwrap();
        parts.headers.remove(HOST);
        if parts.headers.get(ORIGIN).is_some_and(|origin| origin == "http://localhost:8787") {
            parts.headers.insert(ORIGIN, here.parse().unwrap());
        }
        let agent = self.agent.clone();
        let request = http::Request::from_parts(parts, body);
        spawn_blocking(move || {
            let (parts, mut incoming) = agent.run(request).unwrap().into_parts();
            let mut body = Vec::new();
            let end = incoming.with_config().limit(64 * 1024 * 1024).reader().read_to_end(&mut body);
            (Reply { status: parts.status, headers: parts.headers, body }, end)
        })
        .await
        .unwrap()
    }
}

impl World for Live {
    async fn send(&self, request: http::Request<Vec<u8>>) -> Reply {
        let (reply, end) = self.receive(request).await;
        end.unwrap();
        reply
    }

    async fn send_to_session_state(&self, request: http::Request<Vec<u8>>) -> Reply {
        let (parts, body) = request.into_parts();
        let headers: Vec<(&str, &str)> =
            parts.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        let body = String::from_utf8(body).unwrap();
        let body = (!body.is_empty()).then_some(body.as_str());
        let path = parts.uri.path_and_query().unwrap().as_str();
        let fetch = || self.workerd.fetch("session-state", parts.method.as_str(), path, &headers, body);
        let answer = block_in_place(fetch).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in answer.headers {
            headers.append(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        Reply {
            status: StatusCode::from_u16(answer.status).unwrap(),
            headers,
            body: answer.body.into_bytes(),
        }
    }

    async fn sql(&self, sql: &str) -> Vec<Value> {
        let mut rows = block_in_place(|| self.workerd.sql(&[(sql, &[])])).unwrap();
        rows.remove(0).into_iter().map(Value::Object).collect()
    }

    async fn mails(&self, to: &str) -> Vec<SentMail> {
        let workerd = self.workerd.clone();
        let mails = block_in_place(|| workerd.mails()).unwrap();
        let mails = mails.into_iter().filter(|mail| mail["to"] == json!([to]));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        mails
            .map(|mail| SentMail {
                to: to.to_owned(),
                subject: text(&mail["subject"]),
                text: text(&mail["text"]),
                html: text(&mail["html"]),
            })
            .collect()
    }

    async fn settle(&self) {
        // What is left in the outbox shows that a response's work is not done.
        for _ in 0..100 {
            if self.sql("SELECT count(*) AS n FROM outbox").await[0]["n"] == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let (left, logs) = (self.sql("SELECT * FROM outbox").await, self.logs().await);
        panic!("the outbox does not empty: {left:?}\n{}", logs.join("\n"));
    }

    async fn migrate(&self, name: &str) {
        block_in_place(|| self.workerd.migrate(&[name])).unwrap();
    }

    async fn roll_back(&self, name: &str) {
        block_in_place(|| self.workerd.roll_back(name)).unwrap();
    }

    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    async fn run_cron(&self) {
        block_in_place(|| self.workerd.scheduled("user-mgmt", "* * * * *", 1)).unwrap();
    }

    async fn logs(&self) -> Vec<String> {
        block_in_place(|| self.workerd.logs()).unwrap().iter().map(Value::to_string).collect()
    }

    async fn set_session_state(&self, behaviour: Behaviour) {
        self.set_gate("SESSION_STATE", behaviour);
    }

    async fn kv(&self) -> BTreeMap<String, String> {
        block_in_place(|| {
            let keys = self.workerd.kv_keys("SESSIONS", "").unwrap();
            let value =
                |key: String| self.workerd.kv_get("SESSIONS", &key).unwrap().map(|value| (key, value));
            keys.into_iter().filter_map(value).collect()
        })
    }

    async fn set_kv(&self, key: &str, value: Option<&str>) {
        block_in_place(|| match value {
            Some(value) => self.workerd.kv_put("SESSIONS", key, value, None),
            None => self.workerd.kv_delete("SESSIONS", key),
        })
        .unwrap();
    }

    async fn restart_with(&mut self, vars: &[(&str, &str)]) {
        for (name, value) in vars {
            self.vars.insert((*name).to_owned(), json!(value));
        }
        block_in_place(|| self.workerd.update(&tell(&self.told, &self.vars))).unwrap();
        self.gated.store(false, Ordering::Relaxed);
    }

    fn try_advance(&self, _: Duration) -> bool {
        false
    }
}
