//! A D1 database behind wrangler's command line, on this machine or on the platform.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use store::{Db, Rows, Statement, StoreError};

use super::options::Place;
use crate::process::output;
use crate::tools::Tools;

/// Where statements lie that are too long for a command line, or that nobody else on this machine may read.
const FOLDER: &str = ".edgeward/people";

/// A database, as a configuration of wrangler names it.
#[derive(Clone)]
pub(super) struct D1 {
    pub(super) tools: Tools,
    pub(super) config: PathBuf,
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) by: By,
}

/// How statements reach wrangler. Either way a batch lands whole or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// In its arguments, which everybody on this machine can read, 128 KB at most.
    Arguments,
    /// In a file that only its owner can read. From the platform no rows come back, and the database answers nobody
    /// else meanwhile.
    File,
}

/// What wrangler says of one statement.
#[derive(Deserialize)]
struct Answer {
    results: Vec<Value>,
}

impl D1 {
    fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        let sql = statements.iter().map(Statement::inlined).collect::<Vec<_>>().join(";\n");
        let mut command = self.tools.wrangler();
        command.args(["d1", "execute", &self.name, "--json", "--yes", "--config"]).arg(&self.config);
        match &self.place {
            Place::Local(folder) => {
                command.arg("--local");
                if let Some(folder) = folder {
                    command.arg("--persist-to").arg(folder);
                }
            }
            Place::Remote(environment) => {
                command.arg("--remote");
                if let Some(environment) = environment {
                    command.args(["--env", environment]);
                }
            }
        }
        let file = match self.by {
            By::Arguments => {
                command.arg(format!("--command={sql}"));
                None
            }
            By::File => {
                let file = Secret::write(&crate::root().join(FOLDER), &sql).map_err(driver_error)?;
                command.arg("--file").arg(&file.0);
                Some(file)
            }
        };
        let (status, out, errors) = output(&mut command).map_err(driver_error)?;
        drop(file);
        if !status.success() {
            return Err(StoreError::from_message(format!("{out}{errors}").trim()));
        }
        let answers = serde_json::from_str::<Vec<Answer>>(&out);
        let answers =
            answers.map_err(|error| StoreError::Driver(format!("wrangler's answer: {error}\n{out}")))?;
        Ok(answers.into_iter().map(|answer| Rows::of_json(Value::from(answer.results).to_string())).collect())
    }
}

impl Db for D1 {
    async fn fetch(&self, statement: Statement) -> Result<Rows, StoreError> {
        Ok(self.run(&[statement])?.pop().unwrap_or_default())
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        if statements.is_empty() { Ok(Vec::new()) } else { self.run(&statements) }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn driver_error(error: std::io::Error) -> StoreError {
    StoreError::Driver(error.to_string())
}

/// A file with password hashes in it, gone as soon as it has been read.
struct Secret(PathBuf);

impl Secret {
    fn write(folder: &Path, text: &str) -> std::io::Result<Self> {
        // What a run that was killed left behind.
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let file = Self(folder.join("batch.sql"));
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&file.0)?
            .write_all(text.as_bytes())?;
        Ok(file)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_its_owners_alone_and_does_not_stay() {
        let folder = std::env::temp_dir().join(format!("edgeward-secret-{}", std::process::id()));
        let first = Secret::write(&folder, "old").unwrap();
        // As if the run had been killed.
        std::mem::forget(first);
        let file = Secret::write(&folder, "new").unwrap();
        let path = file.0.clone();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o077, 0);
        drop(file);
        assert!(!path.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
