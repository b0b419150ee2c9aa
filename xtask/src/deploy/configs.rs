//! Configurations with the ids of an account in them, which belong to this machine and not into the repository.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{OrFail, Result};

/// The folder that they are in.
pub(crate) struct Configs(PathBuf);

impl Configs {
    /// Writes them to where the paths in them lead to the same files as from `wrangler/`.
    pub(super) fn write(folder: &Path, configs: &[(&str, Value)]) -> Result<Self> {
        let to = folder.join("wrangler");
        let remedy = "check the permissions of the checkout";
        fs::create_dir_all(&to).or_fail(|| format!("{} can't be made", to.display()), remedy)?;
        for name in ["workers", "migrations", "node_modules"] {
            let link = folder.join(name);
            fs::remove_file(&link).ok();
            symlink(crate::root().join(name), &link)
                .or_fail(|| format!("{} can't be made", link.display()), remedy)?;
        }
        let written = Self(to);
        for (worker, config) in configs {
            let file = written.of(worker);
            fs::write(&file, format!("{config:#}\n"))
                .or_fail(|| format!("{file} can't be written"), remedy)?;
        }
        Ok(written)
    }

    /// The file of a worker.
    pub(crate) fn of(&self, worker: &str) -> String {
        self.0.join(format!("{worker}.jsonc")).to_string_lossy().into_owned()
    }
}
