//! An account on the platform, by way of wrangler.

use serde_json::Value;

use crate::failure::{Failure, Result};
use crate::process::capture;
use crate::tools::Tools;

/// Who runs the commands of a deployment.
pub(crate) trait Wrangler {
    /// Runs `wrangler ARGS`; gives what it printed.
    fn run(&mut self, args: &[&str]) -> Result<String>;

    /// Runs a command that answers with a list in JSON.
    fn list(&mut self, args: &[&str]) -> Result<Vec<Value>> {
        list(&self.run(args)?)
    }
}

/// The account that wrangler is signed in to.
pub(crate) struct Account<'a>(pub(crate) &'a Tools);

impl Wrangler for Account<'_> {
    fn run(&mut self, args: &[&str]) -> Result<String> {
        capture(self.0.wrangler().args(args), remedy(args))
    }
}

fn remedy(args: &[&str]) -> &'static str {
    match args {
        ["whoami", ..] => {
            "sign in with `npx wrangler login`, or set CLOUDFLARE_API_TOKEN to a token that may edit Workers, D1 and KV; \
             with several accounts, set CLOUDFLARE_ACCOUNT_ID too"
        }
        ["d1", "migrations", ..] => {
            "read what wrangler says above; a migration lands whole or not at all, so this can be run again"
        }
        _ => "read what wrangler says above; whatever was done already is found again when this is run again",
    }
}

/// The list in what wrangler printed, which may begin with a warning.
fn list(said: &str) -> Result<Vec<Value>> {
    let from = said.lines().position(|line| line.trim_start().starts_with('['));
    from.and_then(|from| {
        let text: Vec<&str> = said.lines().skip(from).collect();
        serde_json::Deserializer::from_str(&text.join("\n")).into_iter().next()?.ok()
    })
    .ok_or_else(|| {
        Failure::new("wrangler did not answer with a list", "update the packages: `cargo xtask setup`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_found_behind_a_warning() {
        let said = "▲ [WARNING] something\n\n[\n  {\"title\": \"a\"}\n]\n";
        assert_eq!(list(said).unwrap()[0]["title"], "a");
        assert_eq!(list("[]\n").unwrap().len(), 0);
        assert!(list("You are not logged in.").is_err());
    }
}
