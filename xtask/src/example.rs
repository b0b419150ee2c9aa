//! The example application in a local session: in front of the three workers, with a database of its own, and its
//! permissions registered.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::failure::{Failure, OrFail, Result};
use crate::process::capture;
use crate::seed::DEMOS;
use crate::tools::Tools;
use crate::workers::{BOOKMARKS, Worker};

/// An application of `examples/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Example {
    Bookmarks,
}

const REMEDY: &str =
    "correct what is said above, or start over with `cargo xtask dev --fresh --example bookmarks`";

impl Example {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        (name == "bookmarks").then_some(Self::Bookmarks)
    }

    pub(crate) fn worker(self) -> Worker {
        match self {
            Self::Bookmarks => BOOKMARKS,
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Bookmarks => "examples/bookmarks",
        }
    }

    /// Applies what is missing of its migrations.
    pub(crate) fn migrate(self, tools: &Tools, state: &Path) -> Result<()> {
        let mut command = tools.wrangler();
        command.args(["d1", "migrations", "apply", "DB", "--local", "--config"]);
        command.arg(format!("{}/wrangler.jsonc", self.folder())).arg("--persist-to").arg(state);
        capture(&mut command, REMEDY).map(drop)
    }

    /// Copies its configuration to where variables can be laid beside it.
    pub(crate) fn configure(self, dir: &Path, variables: &str) -> std::io::Result<PathBuf> {
        let (from, to) = (crate::root().join(self.folder()), dir.join(self.folder()));
        fs::create_dir_all(&to)?;
        for name in ["build", "migrations"] {
            fs::remove_file(to.join(name)).ok();
            symlink(from.join(name), to.join(name))?;
        }
        fs::write(to.join(".dev.vars"), variables)?;
        let copy = to.join("wrangler.jsonc");
        fs::copy(from.join("wrangler.jsonc"), &copy)?;
        Ok(copy)
    }

    /// Registers what it asks of its callers, as the administrator of the session. Gives what was added.
    pub(crate) fn register(self, port: u16) -> Result<usize> {
        let path = crate::root().join(self.folder()).join("manifest.json");
        let manifest =
            fs::read_to_string(&path).or_fail(|| format!("{} can't be read", path.display()), REMEDY)?;
        let admin = &DEMOS[0];
        let sign_in = json!({ "username": admin.email, "password": admin.password }).to_string();
        let (head, _) = exchange(port, "POST", "/api/login", "", &sign_in)?;
        let cookie = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("set-cookie")
                .then(|| value.split(';').next().unwrap_or_default().trim())
        });
        let cookie = cookie.ok_or_else(|| Failure::new("the administrator can't sign in", REMEDY))?;
        let (_, body) = exchange(port, "PUT", "/api/rbac/permissions", cookie, &manifest)?;
        let result: Value =
            serde_json::from_str(&body).or_fail(|| "the manifest was not taken".into(), REMEDY)?;
        Ok(result["added"].as_array().map_or(0, Vec::len))
    }

    /// What to try.
    pub(crate) fn welcome(self, port: u16) -> String {
        let Self::Bookmarks = self;
        let (admin, member) = (&DEMOS[0], &DEMOS[1]);
        let sign_in = |jar: &str, email: &str, password: &str| {
            format!(
                "curl -c {jar} -H 'content-type: application/json' http://localhost:{port}/api/login \\
        -d '{{\"username\":\"{email}\",\"password\":\"{password}\"}}'"
            )
        };
        format!(
            "
  The example `bookmarks` stands in front at the same address. Its permissions are registered; no role has them yet.
    the member may not keep bookmarks (403, with the permission that is missing):
      {}
      curl -b member -H 'content-type: application/json' http://localhost:{port}/bookmarks \\
        -d '{{\"url\":\"https://example.com\",\"title\":\"Example\"}}'
    give members what they need, as the administrator, and the same request succeeds (201):
      {}
      curl -b admin -X PUT -H 'content-type: application/json' \\
        http://localhost:{port}/api/rbac/roles/00000000-0000-7000-8000-000000000012/permissions \\
        -d '{{\"permissions\":[\"users:read\",\"bookmarks:read\",\"bookmarks:write\",\"jobs:read\"]}}'
    take it away again, and the next request is refused. What was denied: curl -b admin http://localhost:{port}/api/v1/admin/rollout
",
            sign_in("member", member.email, member.password),
            sign_in("admin", admin.email, admin.password),
        )
    }
}

/// One request over HTTP/1.0, which answers without chunks: the head of the answer, and its body.
fn exchange(port: u16, method: &str, path: &str, cookie: &str, body: &str) -> Result<(String, String)> {
    let ask = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\nCookie: {cookie}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = ask().or_fail(|| format!("{path} does not answer"), REMEDY)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let ok = head.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
    if !ok {
        return Err(Failure::new(
            format!("{path} answered: {}\n{body}", head.lines().next().unwrap_or_default()),
            REMEDY,
        ));
    }
    Ok((head.to_owned(), body.to_owned()))
}
