//! The browser that the pages are tested in: what is on this machine, or Debian's package.

use std::env::{split_paths, var_os};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process::capture;

/// Names the browser where it is not on `PATH`.
pub(crate) const VARIABLE: &str = "CHROMIUM_BIN";
/// What it is called here and there.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The browser, if there is one. A variable that names none is an error rather than a reason to take another.
pub(crate) fn find() -> Result<Option<PathBuf>> {
    if let Some(named) = var_os(VARIABLE).map(PathBuf::from) {
        return if named.is_file() {
            Ok(Some(named))
        } else {
            Err(Failure::new(
                format!("{VARIABLE} names {}, which is no program", named.display()),
                "correct it, or unset it to have the browser looked for",
            ))
        };
    }
    Ok(on_path(&split_paths(&var_os("PATH").unwrap_or_default()).collect::<Vec<_>>()))
}

fn on_path(folders: &[PathBuf]) -> Option<PathBuf> {
    PROGRAMS
        .iter()
        .flat_map(|program| folders.iter().map(move |folder| folder.join(program)))
        .find(|program| program.is_file())
}

/// Installs Debian's package where that is possible; anywhere else it says what to install.
pub(crate) fn install() -> Result<()> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let root = rustix::process::geteuid().is_root();
    if !is_debian(&release) || !root || !Path::new("/usr/bin/apt-get").is_file() {
        return Err(Failure::new(
            "there is no Chromium, in which the pages are tested",
            format!(
                "install Chromium or Chrome (on Debian, as root: apt-get install chromium), or name one by {VARIABLE}"
            ),
        ));
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["--yes", "--quiet"]).args(arguments);
        let remedy = format!("check the network and run this again, or name a browser by {VARIABLE}");
        capture(&mut command, &remedy).map(drop)
    };
    apt(&["update"])?;
    apt(&["install", "--no-install-recommends", "chromium"])
}

fn is_debian(release: &str) -> bool {
    release.lines().any(|line| line == "ID=debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_that_is_found_is_taken() {
        let folder = std::env::temp_dir().join(format!("edgeward-chromium-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(on_path(std::slice::from_ref(&folder)), None);
        fs::write(folder.join("google-chrome"), "").unwrap();
        fs::write(folder.join("chromium"), "").unwrap();
        assert_eq!(on_path(&["/nowhere".into(), folder.clone()]), Some(folder.join("chromium")));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn debian_is_told_from_what_descends_from_it() {
        assert!(is_debian("NAME=x\nID=debian\n"));
        assert!(!is_debian("ID=ubuntu\nID_LIKE=debian\n"));
    }
}
