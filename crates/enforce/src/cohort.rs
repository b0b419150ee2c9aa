use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Somebody about whom a decision is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Their id, always in the same form.
    pub user: &'a str,
    /// The name of their tenant.
    pub tenant: &'a str,
    /// Whether they are staff of whoever runs the deployment.
    pub staff: bool,
}

/// Some of the users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cohort {
    /// `everyone`
    Everyone,
    /// `staff`: the accounts marked as staff.
    Staff,
    /// `tenant:NAME`: the users of a tenant.
    Tenant(Box<str>),
    /// `percent:N`: about so many of a hundred users, the same ones at any time, and with a larger N those and more.
    Percent(u8),
}

/// A list of cohorts, which may overlap. Without any, it is everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohorts(Vec<Cohort>);

/// What of a list names no cohort, all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: a cohort is `everyone`, `staff`, `tenant:NAME` or `percent:N` with N from 0 to 100", quoted(.0))]
pub struct ParseCohortsError(pub Vec<String>);

fn quoted(texts: &[String]) -> String {
    texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
}

/// Where a user stands among all users: 0 to 99, evenly spread, and the same wherever and whenever it is asked.
///
/// It is the first eight bytes of `SHA-256("edgeward:percent:" + user)` as a fraction of their range, in hundredths.
pub fn percentile(user: &str) -> u8 {
    let digest = Sha256::new().chain_update("edgeward:percent:").chain_update(user).finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    let hundredths = (u128::from(u64::from_be_bytes(first)) * 100) >> 64;
    u8::try_from(hundredths).unwrap_or(99)
}

impl Cohort {
    /// Whether somebody belongs to it.
    pub fn has(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Everyone => true,
            Self::Staff => subject.staff,
            Self::Tenant(name) => **name == *subject.tenant,
            Self::Percent(percent) => percentile(subject.user) < *percent,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("tenant:") {
            let name = name.trim();
            return (!name.is_empty()).then(|| Self::Tenant(name.into()));
        }
        if let Some(percent) = text.strip_prefix("percent:") {
            // `parse` alone would take a sign.
            let digits = !percent.is_empty() && percent.bytes().all(|byte| byte.is_ascii_digit());
            let percent = percent.parse().ok().filter(|percent| digits && *percent <= 100);
            return percent.map(Self::Percent);
        }
        match text {
            "everyone" => Some(Self::Everyone),
            "staff" => Some(Self::Staff),
            _ => None,
        }
    }
}

impl fmt::Display for Cohort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Staff => f.write_str("staff"),
            Self::Tenant(name) => write!(f, "tenant:{name}"),
            Self::Percent(percent) => write!(f, "percent:{percent}"),
        }
    }
}

impl Cohorts {
    /// The first cohort of the list that somebody belongs to.
    pub fn of(&self, subject: &Subject<'_>) -> Option<&Cohort> {
        self.0.iter().find(|cohort| cohort.has(subject))
    }

    /// The cohorts, in the order in which they were named.
    pub fn iter(&self) -> std::slice::Iter<'_, Cohort> {
        self.0.iter()
    }

    /// Whether nobody is left out, whoever there may be.
    pub fn is_everyone(&self) -> bool {
        self.0.iter().any(|cohort| matches!(cohort, Cohort::Everyone | Cohort::Percent(100)))
    }
}

impl<'a> IntoIterator for &'a Cohorts {
    type Item = &'a Cohort;
    type IntoIter = std::slice::Iter<'a, Cohort>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Default for Cohorts {
    fn default() -> Self {
        Self(vec![Cohort::Everyone])
    }
}

/// Separated by commas. A list in which anything can't be read is refused whole: enforcing for fewer than were meant opens
/// nothing, but enforcing for others than were meant locks people out.
impl FromStr for Cohorts {
    type Err = ParseCohortsError;

    fn from_str(text: &str) -> Result<Self, ParseCohortsError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let (mut cohorts, mut unknown) = (Vec::new(), Vec::new());
        for part in text.split(',').map(str::trim) {
            match Cohort::parse(part) {
                Some(cohort) => cohorts.push(cohort),
                None => unknown.push(part.to_owned()),
            }
        }
        if unknown.is_empty() { Ok(Self(cohorts)) } else { Err(ParseCohortsError(unknown)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_shown() {
        for (text, shown) in [
            ("", "everyone"),
            ("everyone", "everyone"),
            ("staff", "staff"),
            (" staff , tenant:acme,percent:25 ", "staff,tenant:acme,percent:25"),
            ("tenant:Ää & Co", "tenant:Ää & Co"),
            ("percent:0,percent:100,percent:007", "percent:0,percent:100,percent:7"),
        ] {
            let cohorts: Cohorts = text.parse().unwrap();
            let texts: Vec<String> = cohorts.iter().map(ToString::to_string).collect();
            assert_eq!(texts.join(","), shown);
        }
    }

    #[test]
    fn everything_unknown_in_a_list_is_reported_together() {
        for (text, unknown) in [
            ("staf,percent:101,staff", vec!["staf", "percent:101"]),
            ("percent:-1", vec!["percent:-1"]),
            ("percent:+1,percent:1.5,percent:", vec!["percent:+1", "percent:1.5", "percent:"]),
            ("tenant:, Staff", vec!["tenant:", "Staff"]),
            ("staff,,", vec!["", ""]),
        ] {
            let error = text.parse::<Cohorts>().unwrap_err();
            assert_eq!(error.0, unknown);
        }
        assert_eq!(
            "a,b".parse::<Cohorts>().unwrap_err().to_string(),
            "`a`, `b`: a cohort is `everyone`, `staff`, `tenant:NAME` or `percent:N` with N from 0 to 100"
        );
    }

    #[test]
    fn percentile_of_a_user_never_changes() {
        // Whoever is enforced for today must be tomorrow, whatever becomes of this code.
        for (user, expected) in [("", 24), ("ada", 74), ("019acbb2-5f00-7000-8000-000000000001", 74)] {
            assert_eq!(percentile(user), expected, "{user:?}");
        }
    }

    #[test]
    fn the_first_cohort_that_fits_is_named() {
        let cohorts: Cohorts = "percent:0,tenant:acme,staff".parse().unwrap();
        let subject = |tenant, staff| Subject { user: "ada", tenant, staff };
        let named = |subject: Subject<'_>| cohorts.of(&subject).map(ToString::to_string);
        assert_eq!(named(subject("acme", true)).as_deref(), Some("tenant:acme"));
        assert_eq!(named(subject("other", true)).as_deref(), Some("staff"));
        assert_eq!(named(subject("ACME", false)), None);
        assert!(!cohorts.is_everyone());
        assert!(Cohorts::default().is_everyone());
    }
}
