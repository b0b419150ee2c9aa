use std::io::{IsTerminal, stdin};

use accounts::ApiToken;
use api::{CheckMode, CheckRequest, CheckResponse, LoadUser};
use http::Method;

use crate::args::CheckArgs;
use crate::client::{Client, Query};
use crate::credentials::Credentials;
use crate::deployment::Deployment;
use crate::failure::{Failure, Result};
use crate::output::{Output, fields, table, yes_or_no};

/// Reads a token, asks the deployment whose it is, and keeps it.
pub(super) fn login(deployment: Option<Deployment>, output: Output) -> Result<()> {
    let mut credentials = Credentials::of_this_user()?;
    let deployment = deployment.or_else(|| credentials.default().cloned());
    let deployment = deployment.ok_or_else(|| {
        Failure::Usage("say where: edgeward login --url https://accounts.example.com".to_owned())
    })?;
    let token = read_token(&deployment)?;
    let user: LoadUser =
        Client::new(deployment.clone(), token.clone()).get("/load-user", &Query::default())?;
    credentials.keep(deployment.clone(), &token)?;
    output.done(&format!("signed in to {deployment} as {}", user.username))
}

/// Never an argument: those are seen by everybody on the machine, and kept in the shell's history.
fn read_token(deployment: &Deployment) -> Result<ApiToken> {
    let failed = |error: std::io::Error| Failure::local("the token can't be read", error);
    let text = if stdin().is_terminal() {
        rpassword::prompt_password(format!("API token of {deployment}: ")).map_err(failed)?
    } else {
        let mut line = String::new();
        stdin().read_line(&mut line).map_err(failed)?;
        line
    };
    ApiToken::parse(text.trim())
        .map_err(|_| Failure::Usage("that is no API token: they start with `edw_`".to_owned()))
}

pub(super) fn logout(deployment: Option<Deployment>, output: Output) -> Result<()> {
    let mut credentials = Credentials::of_this_user()?;
    let deployment = deployment.or_else(|| credentials.default().cloned());
    let Some(deployment) = deployment else {
        return Err(Failure::NotSignedIn("there is no token to forget".to_owned()));
    };
    if !credentials.forget(&deployment)? {
        return Err(Failure::NotSignedIn(format!("there is no token of {deployment}")));
    }
    output.done(&format!(
        "forgot the token of {deployment} in {}; it works until it is revoked on the page of API tokens",
        credentials.path().display()
    ))
}

pub(super) fn whoami(client: &Client, output: Output) -> Result<()> {
    let user: LoadUser = client.get("/load-user", &Query::default())?;
    output.answer(&user, |user| {
        fields(&[
            ("account", user.username.to_string()),
            ("id", user.user_id.to_string()),
            ("tenant", user.tenant.clone()),
            ("roles", user.roles.as_deref().unwrap_or_default().join(", ")),
            ("may", user.permissions.as_deref().unwrap_or_default().join(", ")),
        ])
    })
}

pub(super) fn check(client: &Client, args: CheckArgs, output: Output) -> Result<()> {
    let mode = if args.any { CheckMode::Any } else { CheckMode::All };
    let question = CheckRequest { permissions: args.permissions, mode };
    let answer: CheckResponse = client.send(Method::POST, "/rbac/check", &question)?;
    output.answer(&answer, |answer| {
        let rows = answer.permissions.iter().map(|(name, allowed)| [name.clone(), yes_or_no(*allowed)]);
        table(["PERMISSION", "ALLOWED"], rows.collect())
    })?;
    if answer.allowed { Ok(()) } else { Err(Failure::NotAllowed("not allowed".to_owned())) }
}
