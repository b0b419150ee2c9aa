//! A local identity provider for `dev --oidc`: a certified one, with people who are made up.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::failure::{Failure, OrFail, Result};
use crate::process::Group;
use crate::tools::Tools;

/// What the session says about it.
pub(crate) fn welcome(port: u16) -> String {
    format!(
        "
  The button on http://localhost:{port}/sign-in leads to the local identity provider: any name, any password.
  Whoever is called admin… becomes SUPER_ADMIN by a group."
    )
}

/// The provider, running. Dropping it ends it.
pub(crate) struct IdentityProvider {
    _group: Group,
    settings: Value,
}

impl IdentityProvider {
    /// Starts it next to the pages at `port`.
    pub(crate) fn start(tools: &Tools, port: u16) -> Result<Self> {
        let remedy = "run `cargo xtask setup`, then again";
        let mut command = tools.command("node");
        let origin = format!("http://localhost:{port}");
        command.arg("xtask/identity-provider.mjs");
        command.arg(json!({ "origin": origin, "port": provider_port(port) }).to_string());
        let mut group = Group::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()))
            .or_fail(|| "the identity provider can't be started".into(), remedy)?;
        let mut line = String::new();
        if let Some(output) = group.child().stdout.take() {
            BufReader::new(output).read_line(&mut line).ok();
        }
        let settings = serde_json::from_str(&line)
            .map_err(|_| Failure::new("the identity provider ended before it was ready", remedy))?;
        Ok(Self { _group: group, settings })
    }

    /// The variables of a session that signs people in there.
    pub(crate) fn variables(&self) -> String {
        let text = |name: &str| self.settings[name].as_str().unwrap_or_default().to_owned();
        let provider = json!([{
            "id": "local", "name": "Local provider", "issuer": text("issuer"), "clientId": text("clientId"),
            "scopes": ["openid", "profile", "email", "groups"], "trustedEmailDomains": ["*"], "groupsClaim": "groups",
        }]);
        [
            format!("OIDC_PROVIDERS='{provider}'"),
            format!("OIDC_CLIENT_SECRET_LOCAL={}", text("clientSecret")),
            "OIDC_AUTO_PROVISION_USERS=on".to_owned(),
            format!("OIDC_GROUP_ROLE_MAP='{}'", json!({ "admins": "SUPER_ADMIN" })),
        ]
        .join("\n")
    }
}

/// The port after that of the mailbox.
pub(crate) fn provider_port(port: u16) -> u16 {
    port.checked_add(2).unwrap_or(8789)
}
