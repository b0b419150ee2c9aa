//! What each command does. One file for each group.

use std::io::{BufRead, IsTerminal, Write};

use accounts::ApiToken;
use api::Description;
use clap::CommandFactory;

use crate::args::{Cli, Command, Confirmation};
use crate::client::Client;
use crate::credentials::Credentials;
use crate::deployment::Deployment;
use crate::failure::{Failure, Result};
use crate::output::Output;

mod account;
mod assignments;
mod audit;
mod manifest;
mod permissions;
mod roles;
mod rollout;
mod sessions;
mod users;

/// A token for one run, in the place of the one that is kept.
const TOKEN: &str = "EDGEWARD_TOKEN";

pub(crate) fn run(command: Command, deployment: Option<Deployment>, output: Output) -> Result<()> {
    match command {
        Command::Login => account::login(deployment, output),
        Command::Logout => account::logout(deployment, output),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "edgeward", &mut script);
            Ok(std::io::stdout().write_all(&script)?)
        }
        Command::Whoami => account::whoami(&connect(deployment)?, output),
        Command::Check(args) => account::check(&connect(deployment)?, args, output),
        Command::Users(command) => users::run(command, &connect(deployment)?, output),
        Command::Roles(command) => roles::run(command, &connect(deployment)?, output),
        Command::Permissions(command) => permissions::run(command, &connect(deployment)?, output),
        Command::Assignments(command) => assignments::run(command, &connect(deployment)?, output),
        Command::Sessions(command) => sessions::run(command, &connect(deployment)?, output),
        Command::Audit(command) => audit::run(command, &connect(deployment)?, output),
        Command::Rollout(command) => rollout::run(command, &connect(deployment)?, output),
        Command::Manifest(command) => manifest::run(command, &connect(deployment)?, output),
    }
}

/// Whom to ask, and with what. A token goes to the deployment that it was given for, and to no other.
fn connect(deployment: Option<Deployment>) -> Result<Client> {
    if let Some(token) = std::env::var_os(TOKEN) {
        let token = token.to_str().and_then(|text| ApiToken::parse(text.trim()).ok());
        let token = token
            .ok_or_else(|| Failure::Usage(format!("{TOKEN} is no API token: they start with `edw_`")))?;
        let deployment = deployment.ok_or_else(|| {
            Failure::Usage(format!("{TOKEN} is set, and not where it goes: set EDGEWARD_URL, or give --url"))
        })?;
        return Ok(Client::new(deployment, token));
    }
    let credentials = Credentials::of_this_user()?;
    let deployment = deployment.or_else(|| credentials.default().cloned());
    let deployment = deployment
        .ok_or_else(|| Failure::NotSignedIn("sign in first: edgeward login --url URL".to_owned()))?;
    let token = credentials
        .token(&deployment)
        .ok_or_else(|| Failure::NotSignedIn(format!("sign in first: edgeward login --url {deployment}")))?;
    Ok(Client::new(deployment, token))
}

/// Asks whoever sits at the terminal whether it is meant; a script says so by `--yes`.
fn confirm(confirmation: Confirmation, consequence: &str) -> Result<()> {
    if confirmation.yes {
        return Ok(());
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::Usage(format!("{consequence}; add --yes to have it done")));
    }
    let mut stderr = std::io::stderr();
    write!(stderr, "{consequence}. Do it? [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer).map_err(|error| Failure::local("the answer can't be read", error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::Usage("nothing was changed".to_owned()))
    }
}

fn description(text: String) -> Result<Description> {
    Description::parse(text).map_err(|error| Failure::Usage(error.to_string()))
}
