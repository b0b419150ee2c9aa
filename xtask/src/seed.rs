//! The database of the local session: migrated, with two accounts to sign in with.

use std::fs;
use std::path::Path;

use accounts::password::{Argon2Cost, Cost, NewPassword, hash_now};
use sha2::{Digest, Sha256};

use crate::failure::{OrFail, Result};
use crate::machine::Machine;
use crate::process::capture;
use crate::tools::{Tools, hex};

/// An account that exists in every local session, with a password that everybody knows.
pub(crate) struct Demo {
    id: &'static str,
    role_id: &'static str,
    pub(crate) role: &'static str,
    pub(crate) email: &'static str,
    pub(crate) password: &'static str,
    first_name: &'static str,
}

pub(crate) const DEMOS: [Demo; 2] = [
    Demo {
        id: "00000000-0000-7000-8000-0000000000a1",
        role_id: "00000000-0000-7000-8000-000000000011",
        role: "SUPER_ADMIN",
        email: "admin@example.com",
        password: "demo-admin-password",
        first_name: "Ada",
    },
    Demo {
        id: "00000000-0000-7000-8000-0000000000a2",
        role_id: "00000000-0000-7000-8000-000000000012",
        role: "MEMBER",
        email: "member@example.com",
        password: "demo-member-password",
        first_name: "Max",
    },
];

/// Applies what is missing of the migrations, and adds the demo accounts. Does nothing when neither has changed.
pub(crate) fn prepare(tools: &Tools, dir: &Path, state: &Path) -> Result<()> {
    let stamp = dir.join("database");
    let fingerprint = fingerprint()?;
    if state.is_dir() && fs::read_to_string(&stamp).is_ok_and(|found| found == fingerprint) {
        return Ok(());
    }
    let d1 = |args: &[&str]| {
        let mut command = tools.wrangler();
        command.arg("d1").args(args).args([
            "--local",
            "--config",
            "wrangler/user-mgmt.jsonc",
            "--persist-to",
        ]);
        command.arg(state);
        capture(
            &mut command,
            "correct what wrangler says above, or start over with `cargo xtask dev --fresh`",
        )
    };
    d1(&["migrations", "apply", "DB"])?;
    let file = dir.join("seed.sql");
    let write = "check the permissions of the checkout";
    fs::write(&file, sql()?).or_fail(|| format!("{} can't be written", file.display()), write)?;
    d1(&["execute", "DB", "--yes", "--file", &file.to_string_lossy()])?;
    fs::write(&stamp, fingerprint).or_fail(|| format!("{} can't be written", stamp.display()), write)
}

fn fingerprint() -> Result<String> {
    let folder = crate::root().join("migrations");
    let missing = "restore the folder `migrations`";
    let entries = fs::read_dir(&folder).or_fail(|| "there are no migrations".into(), missing)?;
    let mut files: Vec<_> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update(fs::read(&file).or_fail(|| format!("{} can't be read", file.display()), missing)?);
    }
    for demo in &DEMOS {
        hash.update(demo.email);
        hash.update(demo.password);
    }
    Ok(hex(&hash.finalize()))
}

/// Leaves accounts alone that are there already: somebody may have changed them in an earlier session.
fn sql() -> Result<String> {
    DEMOS.iter().map(account).collect()
}

fn account(demo: &Demo) -> Result<String> {
    let Demo { id, role_id, email, first_name, .. } = demo;
    let password = hashed(demo.password)?;
    Ok(format!(
        "INSERT INTO users (id, tenant_id, email, email_verified_at, password_hash, first_name, last_name, created_at, updated_at)
  SELECT '{id}', tenants.id, '{email}', now.ms, '{password}', '{first_name}', 'Demo', now.ms, now.ms
  FROM tenants, (SELECT unixepoch() * 1000 AS ms) AS now WHERE tenants.name = 'default'
  ON CONFLICT DO NOTHING;
INSERT INTO user_roles (user_id, role_id, granted_at)
  SELECT id, '{role_id}', created_at FROM users WHERE id = '{id}'
  ON CONFLICT DO NOTHING;
"
    ))
}

fn hashed(password: &str) -> Result<String> {
    let report = "report this; it should not happen";
    let password =
        NewPassword::parse(password.to_owned()).or_fail(|| "a demo password can't be used".into(), report)?;
    hash_now(password.as_password(), Cost::Argon2id(Argon2Cost::DEFAULT), &Machine)
        .or_fail(|| "a demo password can't be hashed".into(), report)
}
