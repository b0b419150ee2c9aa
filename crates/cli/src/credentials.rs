//! The tokens that `edgeward login` keeps: one file in the user's configuration folder, for its owner's eyes alone.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use accounts::ApiToken;
use etcetera::{BaseStrategy, choose_base_strategy};
use serde::{Deserialize, Serialize};

use crate::deployment::Deployment;
use crate::failure::{Failure, Result};

/// The file, and what is in it.
#[derive(Debug)]
pub(crate) struct Credentials {
    path: PathBuf,
    kept: Kept,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept {
    /// The deployment that is meant where none is named: the one that was signed in to last.
    default: Option<Deployment>,
    deployments: BTreeMap<Deployment, Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    token: String,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry(…)")
    }
}

impl Credentials {
    /// Those of the user who runs this.
    pub(crate) fn of_this_user() -> Result<Self> {
        let folders =
            choose_base_strategy().map_err(|error| Failure::local("there is no home folder", error))?;
        Self::read(folders.config_dir().join("edgeward").join("credentials.json"))
    }

    fn read(path: PathBuf) -> Result<Self> {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { path, kept: Kept::default() });
            }
            Err(error) => return Err(Failure::local(&format!("{} can't be read", path.display()), error)),
        };
        refuse_if_others_can_read(&path)?;
        let kept = serde_json::from_str(&text).map_err(|error| {
            let what = format!("{} can't be read; `edgeward login` after removing it", path.display());
            Failure::local(&what, error)
        })?;
        Ok(Self { path, kept })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn default(&self) -> Option<&Deployment> {
        self.kept.default.as_ref()
    }

    pub(crate) fn token(&self, deployment: &Deployment) -> Option<ApiToken> {
        self.kept.deployments.get(deployment).and_then(|entry| ApiToken::parse(&entry.token).ok())
    }

    /// Keeps a token, and makes its deployment the one that is meant from now on.
    pub(crate) fn keep(&mut self, deployment: Deployment, token: &ApiToken) -> Result<()> {
        self.kept.default = Some(deployment.clone());
        self.kept.deployments.insert(deployment, Entry { token: token.reveal() });
        self.write()
    }

    /// Forgets a token; whether there was one.
    pub(crate) fn forget(&mut self, deployment: &Deployment) -> Result<bool> {
        let known = self.kept.deployments.remove(deployment).is_some();
        if self.kept.default.as_ref() == Some(deployment) {
            self.kept.default = self.kept.deployments.keys().next().cloned();
        }
        if known {
            self.write()?;
        }
        Ok(known)
    }

    /// Writes a new file in the place of the old one, so that there is always a whole one. Temporary files are made for
    /// their owner alone (0600).
    fn write(&self) -> Result<()> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::local(&format!("{} can't be written", self.path.display()), error)
        };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        make_folder(folder).map_err(|error| failed(&error))?;
        let text = serde_json::to_string_pretty(&self.kept).map_err(|error| failed(&error))?;
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
        writeln!(file, "{text}").map_err(|error| failed(&error))?;
        file.as_file().sync_all().map_err(|error| failed(&error))?;
        file.persist(&self.path).map_err(|error| failed(&error))?;
        Ok(())
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn refuse_if_others_can_read(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|error| Failure::local(&path.display().to_string(), error))?;
    let of_others = metadata.permissions().mode() & 0o077;
    if of_others == 0 {
        return Ok(());
    }
    Err(Failure::Local(format!(
        "others on this machine can read the tokens in {0}: `chmod 600 {0}`, and replace them if somebody may have",
        path.display()
    )))
}

#[cfg(not(unix))]
fn refuse_if_others_can_read(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edgeward/credentials.json");
        (folder, path)
    }

    fn token(last: char) -> ApiToken {
        let text = format!("edw_{}{last}", "B".repeat(42));
        ApiToken::parse(&text).unwrap()
    }

    #[test]
    fn tokens_are_kept_by_deployment_and_forgotten() {
        let (_folder, path) = file();
        let [one, two]: [Deployment; 2] =
            ["https://one.example", "https://two.example"].map(|url| url.parse().unwrap());
        let mut credentials = Credentials::read(path.clone()).unwrap();
        assert_eq!(credentials.default(), None);
        credentials.keep(one.clone(), &token('A')).unwrap();
        credentials.keep(two.clone(), &token('E')).unwrap();
        let mut credentials = Credentials::read(path).unwrap();
        assert_eq!(credentials.default(), Some(&two));
        assert_eq!(credentials.token(&one), Some(token('A')));
        assert!(credentials.forget(&two).unwrap());
        assert!(!credentials.forget(&two).unwrap());
        assert_eq!((credentials.default(), credentials.token(&two)), (Some(&one), None));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone_and_refused_otherwise() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = file();
        let mut credentials = Credentials::read(path.clone()).unwrap();
        credentials.keep("https://one.example".parse().unwrap(), &token('A')).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let failure = Credentials::read(path).unwrap_err().to_string();
        assert!(failure.contains("chmod 600"), "{failure}");
    }

    #[test]
    fn a_file_that_can_not_be_read_is_an_error() {
        let (_folder, path) = file();
        make_folder(path.parent().unwrap()).unwrap();
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap()).unwrap();
        write!(file, "{{").unwrap();
        file.persist(&path).unwrap();
        assert!(matches!(Credentials::read(path), Err(Failure::Local(_))));
    }

    #[test]
    fn a_token_does_not_show_in_debug_output() {
        let entry = Entry { token: token('A').reveal() };
        assert!(!format!("{entry:?}").contains("edw_"));
    }
}
