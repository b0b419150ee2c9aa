//! The three workers on real workerd, hosted by a Node process (`workerd/host.mjs`) that answers lines of JSON.
//!
//! In scope: starting and stopping it, changing its variables, and looking into its database, its KV and its logs.
//! Not in scope: the HTTP requests that a test makes, which go to [`Workerd::url`] like anyone's.
//!
//! A Node process serves one test after the other, since to load wrangler takes longer than to start workerd. Nothing of
//! one test is there for the next: workerd ends with the test, and with it every isolate and all that was stored.

use std::collections::VecDeque;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, sleep};
use std::time::Duration;

use serde_json::{Map, Value, json};

/// No command takes nearly as long; a test that hangs should say so.
const PATIENCE: Duration = Duration::from_mins(2);
/// How much of the host's own output an error shows.
const LAST_LINES: usize = 60;

/// Stands before session-state, or in the place of what sends mail, where a test says so.
pub const GATE: &str = "gate";
/// Stands before user-mgmt where a test says so.
pub const USER_MGMT_GATE: &str = "user-mgmt-gate";

/// What the host or a worker refused, or why the host can't be reached.
#[derive(Debug)]
pub struct WorkerdError(String);

impl fmt::Display for WorkerdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WorkerdError {}

/// Whatever a command gives.
pub type Result<T> = std::result::Result<T, WorkerdError>;

/// Which migrations are applied.
#[derive(Clone, Copy, Debug)]
pub enum Migrations<'a> {
    /// Every file of `migrations/`.
    All,
    /// No file.
    None,
    /// These files, in this order.
    Only(&'a [&'a str]),
}

/// The answer of a worker that was asked directly.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

/// The workers, running. Each value has a workerd and an empty storage of its own, and ends them when it is dropped.
pub struct Workerd {
    url: String,
    /// Here until the value is dropped.
    host: Mutex<Option<Host>>,
}

/// Hosts that have stopped their workers and can start others.
static IDLE: Mutex<Vec<Host>> = Mutex::new(Vec::new());

impl Workerd {
    /// Starts all three workers with these variables (`{"user-mgmt": {"RBAC_ENABLED": "on"}}`) over those of their
    /// configuration.
    pub fn start(vars: &Value, migrations: Migrations<'_>) -> Result<Self> {
        Self::start_with(json!({ "vars": vars }), migrations)
    }

    /// Starts an example in front of the three workers. The example itself has the newest schema.
    pub fn start_behind(example: &str, vars: &Value, migrations: Migrations<'_>) -> Result<Self> {
        let workers = [example, "account-pages", "user-mgmt", "session-state"];
        Self::start_with(json!({ "workers": workers, "vars": vars }), migrations)
    }

    /// The same, with a gate before both workers that the example asks, which [`Self::set_gate`] opens and closes.
    pub fn start_behind_gates(example: &str, vars: &Value) -> Result<Self> {
        let workers = [example, "account-pages", "user-mgmt", "session-state", USER_MGMT_GATE, GATE];
        let overrides = json!({ example: { "USER_MGMT": USER_MGMT_GATE, "SESSION_STATE": GATE } });
        let arguments = json!({ "workers": workers, "vars": vars, "bindingOverrides": overrides });
        Self::start_with(arguments, Migrations::All)
    }

    /// Starts the worker that runs the store's contract on D1, alone, with the newest schema.
    pub fn start_store_contract() -> Result<Self> {
        Self::start_with(json!({ "workers": ["store-contract-worker"] }), Migrations::All)
    }

    fn start_with(mut arguments: Value, migrations: Migrations<'_>) -> Result<Self> {
        let idle = lock(&IDLE).pop();
        let mut host = idle.map_or_else(Host::spawn, Ok)?;
        let migrations = match migrations {
            Migrations::All => json!("all"),
            Migrations::None => json!("none"),
            Migrations::Only(files) => json!(files),
        };
        arguments["migrations"] = migrations;
        let started = host.call("start", arguments)?;
        let url = started["url"].as_str().unwrap_or_default().to_owned();
        Ok(Self { url, host: Mutex::new(Some(host)) })
    }

    /// The address of account-pages, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Starts the workers anew with other variables, on the storage that they had.
    pub fn update(&self, vars: &Value) -> Result<()> {
        self.call("update", json!({ "vars": vars })).map(drop)
    }

    /// The same, with a gate in the place of one of user-mgmt's bindings, which [`Self::set_gate`] opens and closes:
    /// `SESSION_STATE`, which is behind it, or `EMAIL`.
    pub fn update_with_gate(&self, binding: &str, vars: &Value) -> Result<()> {
        let overrides = json!({ "user-mgmt": { binding: GATE } });
        self.call("update", json!({ "vars": vars, "bindingOverrides": overrides })).map(drop)
    }

    /// What becomes of a call that comes to a gate: it `works`, `fails` or `hangs`.
    pub fn set_gate(&self, gate: &str, behaviour: &str) -> Result<()> {
        self.fetch(gate, "PUT", &format!("/behaviour/{behaviour}"), &[], None).map(drop)
    }

    /// Applies more migrations; what is applied already is passed over.
    pub fn migrate(&self, files: &[&str]) -> Result<()> {
        self.call("migrate", json!({ "files": files })).map(drop)
    }

    /// Goes the way back from a migration, in one batch.
    pub fn roll_back(&self, file: &str) -> Result<()> {
        self.call("rollBack", json!({ "file": file })).map(drop)
    }

    /// Runs statements on the database in one batch; gives the rows of each.
    pub fn sql(&self, statements: &[(&str, &[Value])]) -> Result<Vec<Vec<Map<String, Value>>>> {
        let statements: Vec<_> =
            statements.iter().map(|(sql, params)| json!({ "sql": sql, "params": params })).collect();
        let results = self.call("sql", json!({ "statements": statements }))?;
        serde_json::from_value(results).map_err(unexpected)
    }

    /// Reads a value of one of session-state's namespaces, `SESSIONS` or `CACHE`.
    pub fn kv_get(&self, namespace: &str, key: &str) -> Result<Option<String>> {
        let value = self.call("kv", json!({ "namespace": namespace, "op": "get", "key": key }))?;
        Ok(value.as_str().map(str::to_owned))
    }

    /// Writes a value that stays until it is overwritten, or for `ttl` seconds, 60 at least.
    pub fn kv_put(&self, namespace: &str, key: &str, value: &str, ttl: Option<u32>) -> Result<()> {
        let mut arguments = json!({ "namespace": namespace, "op": "put", "key": key, "value": value });
        if let Some(ttl) = ttl {
            arguments["ttl"] = ttl.into();
        }
        self.call("kv", arguments).map(drop)
    }

    /// Removes a value.
    pub fn kv_delete(&self, namespace: &str, key: &str) -> Result<()> {
        self.call("kv", json!({ "namespace": namespace, "op": "delete", "key": key })).map(drop)
    }

    /// The keys of a namespace that start with `prefix`.
    pub fn kv_keys(&self, namespace: &str, prefix: &str) -> Result<Vec<String>> {
        let keys = self.call("kv", json!({ "namespace": namespace, "op": "list", "key": prefix }))?;
        serde_json::from_value(keys).map_err(unexpected)
    }

    /// Asks a worker directly, as only another worker could.
    pub fn fetch(
        &self,
        worker: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Result<Answer> {
        let request =
            json!({ "worker": worker, "method": method, "path": path, "headers": headers, "body": body });
        let answer = self.call("fetch", request)?;
        Ok(Answer {
            status: serde_json::from_value(answer["status"].clone()).map_err(unexpected)?,
            headers: serde_json::from_value(answer["headers"].clone()).map_err(unexpected)?,
            body: serde_json::from_value(answer["body"].clone()).map_err(unexpected)?,
        })
    }

    /// Runs a worker's cron trigger now, so many times at once; gives what came of each.
    pub fn scheduled(&self, worker: &str, cron: &str, times: usize) -> Result<Value> {
        self.call("scheduled", json!({ "worker": worker, "cron": cron, "times": times }))
    }

    /// The mails that were sent, the oldest first: `{to: [...], subject, text, html}` each.
    pub fn mails(&self) -> Result<Vec<Value>> {
        serde_json::from_value(self.call("mails", json!({}))?).map_err(unexpected)
    }

    /// What the workers logged since the last call: `{timestamp, level, message}` each.
    pub fn logs(&self) -> Result<Vec<Value>> {
        serde_json::from_value(self.call("logs", json!({}))?).map_err(unexpected)
    }

    fn call(&self, command: &str, arguments: Value) -> Result<Value> {
        match lock(&self.host).as_mut() {
            Some(host) => host.call(command, arguments),
            None => Err(WorkerdError(format!("`{command}` after the end"))),
        }
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        let Some(mut host) = lock(&self.host).take() else { return };
        // One that does not stop its workers as it should ends here with all that it has started.
        if host.call("stop", json!({})).is_ok() {
            lock(&IDLE).push(host);
        }
    }
}

impl fmt::Debug for Workerd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workerd").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The Node process and the lines to and from it.
struct Host {
    child: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<String>,
    said: Arc<Mutex<VecDeque<String>>>,
    calls: u64,
}

impl Host {
    fn spawn() -> Result<Self> {
        let root = root();
        let mut child = Command::new(node(&root))
            .arg(root.join("tests/e2e/workerd/host.mjs"))
            .current_dir(&root)
            .env("CI", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                WorkerdError(format!("Node can't be started ({error}): run `cargo xtask setup`"))
            })?;

        let (sender, answers) = channel();
        each_line(child.stdout.take(), move |line| drop(sender.send(line)));
        let said = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&said);
        each_line(child.stderr.take(), move |line| {
            let mut lines = lock(&kept);
            if lines.len() == LAST_LINES {
                lines.pop_front();
            }
            lines.push_back(line);
        });
        Ok(Self { requests: child.stdin.take(), child, answers, said, calls: 0 })
    }

    fn call(&mut self, command: &str, mut arguments: Value) -> Result<Value> {
        self.calls += 1;
        arguments["id"] = self.calls.into();
        arguments["do"] = command.into();
        let sent = self.requests.as_mut().is_some_and(|requests| writeln!(requests, "{arguments}").is_ok());
        if !sent {
            return Err(self.gone(command));
        }
        let line = match self.answers.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Disconnected) => return Err(self.gone(command)),
            Err(RecvTimeoutError::Timeout) => {
                return Err(WorkerdError(format!(
                    "`{command}` has not answered for {} s",
                    PATIENCE.as_secs()
                )));
            }
        };
        let mut answer: Value = serde_json::from_str(&line).map_err(unexpected)?;
        if answer["id"] != self.calls {
            return Err(WorkerdError(format!("the answer to `{command}` is one to an earlier command")));
        }
        match answer.get("error") {
            Some(error) => Err(WorkerdError(format!("`{command}`: {}", error.as_str().unwrap_or_default()))),
            None => Ok(answer["ok"].take()),
        }
    }

    fn gone(&self, command: &str) -> WorkerdError {
        // Its last words may still be on their way.
        sleep(Duration::from_millis(200));
        let said = lock(&self.said).iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        WorkerdError(format!("the host ended before it answered `{command}`; it said:\n{said}"))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // The end of its input is its sign to end; it needs a moment to end workerd first.
        self.requests = None;
        for _ in 0..200 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The Node of the npm packages where there is one for this platform, which is new enough for certain.
pub(crate) fn node(root: &Path) -> PathBuf {
    let ours = root.join("node_modules/.bin/node");
    if ours.exists() { ours } else { PathBuf::from("node") }
}

fn each_line(output: Option<impl Read + Send + 'static>, mut take: impl FnMut(String) + Send + 'static) {
    let Some(output) = output else { return };
    thread::spawn(move || BufReader::new(output).lines().map_while(std::io::Result::ok).for_each(&mut take));
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn unexpected(error: serde_json::Error) -> WorkerdError {
    WorkerdError(format!("the host's answer can't be read: {error}"))
}
