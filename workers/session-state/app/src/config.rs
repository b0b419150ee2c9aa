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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> (Duration, bool) {
        let lookup = |name: &str| (name == "PERMISSION_MAX_AGE_SECONDS").then(|| value.to_owned());
        let mut vars = Vars::new(&lookup);
        let config = Config::read(&mut vars);
        (config.permission_max_age, vars.finish().is_ok())
    }

    #[test]
    fn permission_max_age_is_between_a_minute_and_a_day() {
        for (value, expected) in [("", 900), ("60", 60), ("86400", 86_400)] {
            assert_eq!(read(value), (Duration::from_secs(expected), true), "{value:?}");
        }
        for value in ["59", "86401", "0", "-1", "15m", "9e9"] {
            assert!(!read(value).1, "{value:?}");
        }
    }
}
