use std::time::Duration;

use http_kit::Vars;

/// How session-state is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// `PERMISSION_MAX_AGE_SECONDS`: how long permissions are relied on without being read again.
    pub permission_max_age: Duration,
}

impl Config {
    /// Reads the configuration; what is wrong with it stays with `vars`.
    pub fn read(vars: &mut Vars<'_>) -> Self {
        Self {
            permission_max_age: Duration::from_secs(vars.number(
                "PERMISSION_MAX_AGE_SECONDS",
                900,
                60..=86_400,
            )),
        }
    }
}
