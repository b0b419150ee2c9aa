use std::time::Duration;

use enforce::{Enforcement, Mode};
use http_kit::Vars;

/// What an operator has set for everything that is protected. user-mgmt reads the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `RBAC_ENABLED`: roles and permissions are there at all.
    pub rbac_enabled: bool,
    /// `USER_MGMT_ENFORCE` and `USER_MGMT_ENFORCE_FOR`: who decides, and for whom already.
    pub enforcement: Enforcement,
}

impl Flags {
    /// Reads the flags; what is wrong with them stays with `vars`.
    pub fn read(vars: &mut Vars<'_>) -> Self {
        let rbac_enabled = vars.flag("RBAC_ENABLED");
        let mode: Mode = vars.parsed("USER_MGMT_ENFORCE").unwrap_or_default();
        let cohorts = vars.parsed("USER_MGMT_ENFORCE_FOR").unwrap_or_default();
        if mode != Mode::Off && !rbac_enabled {
            vars.warn("USER_MGMT_ENFORCE needs RBAC_ENABLED: protected endpoints keep the rule from before");
        }
        // Without roles there is nothing to decide by.
        let mode = if rbac_enabled { mode } else { Mode::Off };
        Self { rbac_enabled, enforcement: Enforcement { mode, cohorts } }
    }
}

/// `GUARD_TIMEOUT_MS`: how long each question to another worker may take.
pub(crate) fn patience(vars: &mut Vars<'_>) -> Duration {
    Duration::from_millis(vars.number("GUARD_TIMEOUT_MS", 2_000, 50..=30_000))
}
