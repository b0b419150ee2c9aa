//! wrangler itself, against a stand-in for the platform's API: what its commands take and how its answers look can't be
//! imagined, and an update may change both.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::account::Wrangler;
use super::environment::Environment;
use crate::failure::Result;
use crate::process::capture;
use crate::tools::Tools;

/// What there is on the account, and what was asked of it.
#[derive(Default)]
struct State {
    databases: Vec<Value>,
    namespaces: Vec<Value>,
    created: usize,
}

/// wrangler, signed in to an account at this address.
struct StandIn<'a> {
    tools: &'a Tools,
    url: String,
}

impl Wrangler for StandIn<'_> {
    fn run(&mut self, args: &[&str]) -> Result<String> {
        let mut command = self.tools.wrangler();
        command
            .env("CLOUDFLARE_API_BASE_URL", &self.url)
            .env("CLOUDFLARE_API_TOKEN", "of-nobody")
            .env("CLOUDFLARE_ACCOUNT_ID", "account");
        capture(command.args(args), "read what wrangler says above")
    }
}

fn serve(state: &Arc<Mutex<State>>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/client/v4", listener.local_addr().unwrap());
    let state = Arc::clone(state);
    thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap(), &state)));
    url
}

/// One request to a connection.
fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();

    let mut words = first.split([' ', '?']);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut state = state.lock().unwrap();
    let mut create = |name: &str| {
        state.created += 1;
        let id = format!("{:032x}", state.created);
        match name {
            "name" => state.databases.push(json!({ "name": body["name"], "uuid": id })),
            _ => state.namespaces.push(json!({ "title": body["title"], "id": id })),
        }
        json!({ name: body[name], "uuid": id, "id": id })
    };
    let result = match (method, path.trim_start_matches("/client/v4")) {
        ("GET", "/user/tokens/verify") => Some(json!({ "id": "token", "status": "active" })),
        ("GET", "/user") => Some(json!({ "id": "user", "email": "operator@example.com" })),
        ("GET", "/accounts") => Some(json!([{ "id": "account", "name": "Account" }])),
        ("GET", "/memberships") => Some(json!([{ "account": { "id": "account", "name": "Account" } }])),
        ("POST", "/accounts/account/d1/database") => Some(create("name")),
        ("POST", "/accounts/account/storage/kv/namespaces") => Some(create("title")),
        // The first page is the only one.
        ("GET", _) if first.contains("page=2") => Some(json!([])),
        ("GET", "/accounts/account/d1/database") => Some(json!(state.databases)),
        ("GET", "/accounts/account/storage/kv/namespaces") => Some(json!(state.namespaces)),
        _ => None,
    };
    let status = if result.is_some() { "200 OK" } else { "404 Not Found" };
    let text =
        json!({ "success": result.is_some(), "result": result, "errors": [], "messages": [] }).to_string();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .ok();
}

#[test]
#[ignore = "needs wrangler, which `cargo xtask test` brings"]
fn wrangler_creates_what_an_environment_needs_once_and_finds_it_afterwards() {
    let tools = Tools::installed().unwrap();
    let state = Arc::new(Mutex::new(State::default()));
    let mut wrangler = StandIn { tools: &tools, url: serve(&state) };
    wrangler.run(&["whoami", "--json"]).unwrap();
    let environment = Environment::for_test("staging");
    let missing = environment.missing(&mut wrangler).unwrap();
    let names = ["edgeward-staging", "session-state-staging-sessions", "session-state-staging-cache"];
    assert_eq!(missing.len(), 3);
    assert!(names.iter().all(|name| missing.iter().any(|one| one == name)), "{missing:?}");

    let first = environment.complete(&mut wrangler).unwrap();
    let second = environment.complete(&mut wrangler).unwrap();
    assert_eq!(json!(first), json!(second));
    assert_eq!(state.lock().unwrap().created, 3);
}
