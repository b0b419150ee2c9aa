//! The real binary, against a deployment with some people in it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use e2e::cases::{member, super_admin, text};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Client, World};
use tokio::task::block_in_place;

pub(crate) mod cases;

/// A deployment, a home folder, and in it a file `token` with an API token of root, who may do everything.
pub(crate) struct Scene {
    pub(crate) home: TempDir,
    pub(crate) token: String,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    line: String,
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Scene {
    pub(crate) async fn new<W: World>(world: &W) -> Self {
        let mut root = super_admin(world, "root@example.com").await;
        let token = api_token(&mut root, &["admin:all"]).await;
        member(world, "ada@example.com").await;
        world.settle().await;
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("token"), &token).unwrap();
        fs::write(home.path().join("manifest.json"), MANIFEST).unwrap();
        Self { home, token }
    }

    /// The same, signed in.
    pub(crate) async fn signed_in<W: World>(world: &W, url: &str) -> Self {
        let scene = Self::new(world).await;
        scene.run(&format!("edgeward login --url {url} < token")).expect(0);
        scene
    }

    /// Runs a line of shell in the home folder.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_with(line, &[])
    }

    pub(crate) fn run_with(&self, line: &str, variables: &[(&str, &str)]) -> Ran {
        let binary = Path::new(env!("CARGO_BIN_EXE_edgeward")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(self.home.path()).stdin(Stdio::null());
        command.env_clear().env("HOME", self.home.path()).envs(variables.iter().copied());
        command.env("PATH", format!("{}:{path}", binary.display()));
        let output = block_in_place(|| command.output()).unwrap();
        Ran {
            line: line.to_owned(),
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}{}", self.line, self.out, self.err);
        self
    }

    /// What it wrote for scripts.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What it wrote for scripts that went wrong.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        let error: Value =
            serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        error["error"].clone()
    }
}

/// What the application `blog` asks, as docs/GUARD.md has it.
const MANIFEST: &str = r#"{
  "application": "blog",
  "permissions": [
    { "name": "posts:read", "description": "Read drafts", "roles": ["MEMBER"] },
    { "name": "posts:write", "description": "Write and publish" }
  ]
}"#;

/// Makes an API token; gives the secret.
pub(crate) async fn api_token<W: World>(client: &mut Client<'_, W>, scopes: &[&str]) -> String {
    let body = json!({ "name": "command line", "scopes": scopes });
    text(&client.post("/tokens", &body).await.expect(201).json()["token"])
}
