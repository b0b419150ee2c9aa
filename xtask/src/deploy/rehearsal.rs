//! An account that is only imagined: it begins empty, keeps what is created, and lets wrangler check what would be deployed.

use serde_json::{Value, json};

use super::account::Wrangler;
use crate::failure::{Failure, Result};
use crate::process::capture;
use crate::tools::Tools;

/// The imagined account, and every command that it was asked to run.
pub(crate) struct Rehearsal<'a> {
    /// With tools, wrangler itself packs each worker, and finds what is wrong with its configuration.
    tools: Option<&'a Tools>,
    databases: Vec<Value>,
    namespaces: Vec<Value>,
    migrated: bool,
    deployed: Vec<String>,
    commands: Vec<String>,
    #[cfg(test)]
    failing: Option<usize>,
}

impl<'a> Rehearsal<'a> {
    pub(crate) fn new(tools: Option<&'a Tools>) -> Self {
        Self {
            tools,
            databases: Vec::new(),
            namespaces: Vec::new(),
            migrated: false,
            deployed: Vec::new(),
            commands: Vec::new(),
            #[cfg(test)]
            failing: None,
        }
    }

    /// The commands so far, as one would type them.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &str> {
        self.commands.iter().map(String::as_str)
    }

    /// The command of this number fails, once.
    #[cfg(test)]
    pub(crate) fn fail_at(&mut self, number: usize) {
        self.failing = Some(number);
    }

    fn deploy(&mut self, args: &[&str]) -> Result<String> {
        let config = args.iter().skip_while(|arg| **arg != "--config").nth(1).copied().unwrap_or_default();
        let name = config.rsplit(['/', '.']).nth(1).unwrap_or_default();
        if let Some(tools) = self.tools {
            let upload = crate::root().join(".edgeward/upload").join(name);
            let mut command = tools.wrangler();
            command.args(args).arg("--dry-run").arg("--outdir").arg(upload);
            capture(&mut command, "correct what wrangler says above")?;
        }
        let env = args.iter().skip_while(|arg| **arg != "--env").nth(1).copied().unwrap_or_default();
        self.deployed.push(format!("{name}-{env}"));
        Ok(format!("  https://{name}-{env}.example.workers.dev\n"))
    }
}

impl Wrangler for Rehearsal<'_> {
    fn run(&mut self, args: &[&str]) -> Result<String> {
        let number = self.commands.len();
        let root = format!("{}/", crate::root().display());
        self.commands.push(format!("npx wrangler {}", args.join(" ").replace(&root, "")));
        #[cfg(test)]
        if self.failing.take_if(|failing| *failing == number).is_some() {
            return Err(Failure::new("refused", "try again"));
        }
        // An id of the right form that belongs to nothing.
        let id = format!("00000000-0000-4000-8000-{number:012}");
        match args {
            ["d1", "list", ..] => Ok(json!(self.databases).to_string()),
            ["d1", "create", name, ..] => {
                self.databases.push(json!({ "name": name, "uuid": id }));
                Ok(String::new())
            }
            ["kv", "namespace", "list", ..] => Ok(json!(self.namespaces).to_string()),
            ["kv", "namespace", "create", title, ..] => {
                self.namespaces.push(json!({ "title": title, "id": id.replace('-', "") }));
                Ok(String::new())
            }
            ["d1", "migrations", "apply", ..] => {
                self.migrated = true;
                Ok(String::new())
            }
            ["d1", "migrations", "list", ..] if !self.migrated => Ok("0001_accounts.sql\n".into()),
            ["deployments", "list", "--json", "--name", name]
                if !self.deployed.iter().any(|one| one == name) =>
            {
                Err(Failure::new(format!("there is no worker {name}"), "deploy it"))
            }
            ["deploy", ..] => self.deploy(args),
            _ => Ok(String::new()),
        }
    }
}
