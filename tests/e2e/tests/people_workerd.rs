//! `cargo xtask people` on local D1, by wrangler: stopped on its way, run again, and compared with what it should come to.
#![cfg(test)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use testkit::root;

/// How many users the older framework has: three batches.
const USERS: u32 = 2_500;

/// An older deployment and a new one, each with a local database of its own.
struct Deployments(PathBuf);

impl Deployments {
    fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("edgeward-people-{}", std::process::id()));
        fs::create_dir_all(dir.join("old")).unwrap();
        let configuration = "name = \"user-mgmt\"\ncompatibility_date = \"2024-01-17\"\n\n[[d1_databases]]\n\
                             binding = \"usersDB\"\ndatabase_name = \"users\"\n\
                             database_id = \"00000000-0000-0000-0000-000000000001\"\n";
        fs::write(dir.join("old/wrangler.toml"), configuration).unwrap();
        let this = Self(dir);
        this.wrangler(&["d1", "migrations", "apply", "DB"], &[]);
        let users = format!(
            "CREATE TABLE User (UserID INTEGER PRIMARY KEY, Username TEXT, Password TEXT, FirstName Text, LastName Text, \
               ResetToken Text, ResetTokenTime DATETIME, CreatedAt DATETIME DEFAULT CURRENT_TIMESTAMP); \
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {USERS}) \
             INSERT INTO User (Username, Password, FirstName) \
             SELECT 'User' || n || '@example.com', n || ':' || lower(hex(randomblob(32))), 'O''Hara; ' || n FROM n"
        );
        let config = this.source();
        let mut command = wrangler();
        command.args(["d1", "execute", "usersDB", "--local", "--yes", "--config"]).arg(config);
        succeed(command.arg(format!("--command={users}")));
        this
    }

    fn source(&self) -> PathBuf {
        self.0.join("old/wrangler.toml")
    }

    fn wrangler(&self, before: &[&str], after: &[&str]) -> String {
        let mut command = wrangler();
        command.args(before).args(["--local", "--config", "wrangler/user-mgmt.jsonc", "--persist-to"]);
        succeed(command.arg(self.0.join("state")).args(after))
    }

    fn people(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(xtask());
        command.current_dir(root()).arg("people").args(arguments);
        command.args(["--local", "--operator", "ada", "--persist-to"]).arg(self.0.join("state"));
        command
    }

    /// Stops the command once it has shown how far it is, and everything that it has started with it.
    fn stop_under_way(&self, arguments: &[&str]) {
        let mut child = self.people(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains(" of 2500"), "{line}");
        succeed(Command::new("kill").args(["-TERM", &child.id().to_string()]));
        assert!(!child.wait().unwrap().success(), "it was over before it was stopped");
    }

    /// What one row of numbers says.
    fn numbers(&self, columns: &str) -> Value {
        let command = format!("--command=SELECT {columns}");
        let out = self.wrangler(&["d1", "execute", "DB", "--json", "--yes"], &[&command]);
        serde_json::from_str::<Value>(&out).unwrap()[0]["results"][0].clone()
    }
}

impl Drop for Deployments {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// The chores as a program: stopping `cargo xtask` would leave it running.
fn xtask() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("debug").join("xtask")
}

fn wrangler() -> Command {
    let bin: &Path = &root().join("node_modules/.bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin.to_path_buf()).chain(std::env::split_paths(&path)));
    let mut command = Command::new(bin.join("wrangler"));
    command.current_dir(root()).env("PATH", path.unwrap()).env("CI", "1").stdin(Stdio::null());
    command.env("WRANGLER_SEND_METRICS", "false").env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    command
}

fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}\n{out}{}", String::from_utf8_lossy(&output.stderr));
    out
}

#[test]
fn import_default_role_and_first_administrator_go_on_where_they_were_stopped() {
    succeed(Command::new(env!("CARGO")).current_dir(root()).args(["build", "--quiet", "--package", "xtask"]));
    let both = Deployments::new();
    let source = both.source();
    let import = ["import", "--confirmed", "--source", source.to_str().unwrap()];
    let counts = "(SELECT count(*) FROM users) AS users, (SELECT count(*) FROM user_roles) AS roles, \
                  (SELECT count(*) FROM audit_log) AS events, (SELECT sum(authz_version) FROM users) AS versions";

    both.stop_under_way(&import);
    succeed(&mut both.people(&import));
    let imported = json!({ "users": USERS, "roles": USERS, "events": USERS, "versions": USERS });
    assert_eq!(both.numbers(counts), imported);

    both.numbers("1; DELETE FROM user_roles");
    both.stop_under_way(&["default-role"]);
    succeed(&mut both.people(&["default-role"]));
    let given = json!({ "users": USERS, "roles": USERS, "events": 2 * USERS, "versions": 2 * USERS });
    assert_eq!(both.numbers(counts), given);

    let out = succeed(&mut both.people(&["bootstrap-admin", "user7@example.com"]));
    assert!(out.contains("is SUPER_ADMIN now"), "{out}");
    let told = "(SELECT count(*) FROM audit_log WHERE details ->> 'operator' = 'ada' \
                 AND details ->> 'reason' = 'people bootstrap-admin') AS told, \
                (SELECT email FROM active_super_admins JOIN users ON users.id = user_id) AS admin";
    assert_eq!(both.numbers(told), json!({ "told": 1, "admin": "user7@example.com" }));
}
