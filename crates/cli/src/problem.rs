use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::exit;
use crate::output::shown;

/// What the deployment answers in the place of what was asked for (RFC 9457).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem {
    status: u16,
    /// What went wrong, in a word that does not change.
    pub(crate) code: String,
    detail: String,
    request_id: Option<String>,
    /// What this kind of problem has beside.
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Problem {
    pub(crate) fn exit_code(&self) -> u8 {
        match self.status {
            401 => exit::NOT_SIGNED_IN,
            403 => exit::NOT_ALLOWED,
            404 => exit::NOT_FOUND,
            // What it has not been set up for it will not do the next time either.
            429 | 500 | 502.. => exit::UNAVAILABLE,
            _ => exit::REFUSED,
        }
    }

    fn advice(&self) -> Option<&'static str> {
        match (self.status, self.code.as_str()) {
            (401, _) => Some("sign in with `edgeward login`, with a token that has not ended"),
            (403, "permission_denied") => {
                Some("a token does what its scopes name, as far as the roles of its owner still allow it")
            }
            (404, "not_found") if self.detail == "there is nothing at this address" => Some(
                "it may be switched off there: RBAC_ENABLED, and USER_MGMT_CORE for users, sessions, audit and rollout",
            ),
            (409, "permission_in_use") => Some("take it from the roles, or remove it with --force"),
            _ => None,
        }
    }

    fn names(&self, member: &str) -> Option<String> {
        let names: Vec<&str> = self.more.get(member)?.as_array()?.iter().filter_map(Value::as_str).collect();
        Some(names.join(", "))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.detail))?;
        for member in ["permissions", "missing", "required"] {
            if let Some(names) = self.names(member) {
                write!(f, ": {}", shown(&names))?;
            }
        }
        write!(f, " ({}", shown(&self.code))?;
        if let Some(id) = &self.request_id {
            write!(f, ", request {}", shown(id))?;
        }
        f.write_str(")")?;
        match self.advice() {
            Some(advice) => write!(f, "\n{advice}"),
            None => Ok(()),
        }
    }
}
