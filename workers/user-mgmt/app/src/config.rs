use std::time::Duration;

use accounts::password::{Argon2Cost, Cost, MAX_PBKDF2_ITERATIONS};
use accounts::{Email, SessionLimits};
use enforce::Enforcement;
use guard::Flags;
use http_kit::Vars;
use serde_json::{Value, json};

use crate::services::access::SubjectDomain;
use crate::services::alerts::AlertSettings;
use crate::services::audit::AuditSettings;
use crate::services::mail::{MailSettings, PublicUrl};
use crate::services::oidc::OidcSettings;

/// How user-mgmt is configured: every variable, read and checked once.
#[derive(Clone, Debug)]
pub struct Config {
    /// `RBAC_ENABLED`: roles and permissions are there at all.
    pub rbac_enabled: bool,
    /// `USER_MGMT_CORE`: `/v1/admin/*` is there, where roles say who may use it.
    pub user_mgmt_core: bool,
    /// `USER_MGMT_ENFORCE` and `USER_MGMT_ENFORCE_FOR`: who decides on protected endpoints, and for whom already.
    pub enforcement: Enforcement,
    /// `AUDIT_CLIENT_ADDRESS` and `AUDIT_RETENTION_DAYS`: what the audit log keeps.
    pub audit: AuditSettings,
    /// `PUBLIC_URL`: the origin that browsers and other outsiders see.
    pub public_url: Option<PublicUrl>,
    /// `AUTHZEN_SUBJECT_DOMAIN`: where a subject that is named by neither an id nor an address has its address.
    pub authzen_subject_domain: Option<SubjectDomain>,
    /// `MAIL_FROM` and what goes with it: this deployment sends mail.
    pub mail: Option<MailSettings>,
    /// `OIDC_PROVIDERS` and what goes with it: people sign in at identity providers as well.
    pub oidc: Option<OidcSettings>,
    /// `EMAIL_VERIFICATION`: an account signs in only once its address is verified. On wherever mail is, unless it is
    /// turned off.
    pub email_verification: bool,
    /// `TOKEN_VALID_MINUTES`: how long a link in a mail works.
    pub token_life: Duration,
    /// `SUPER_ADMIN_EMAIL`: the account of this address becomes `SUPER_ADMIN` once the address is verified.
    pub super_admin_email: Option<Email>,
    /// `SESSION_IDLE_MINUTES` and `SESSION_ABSOLUTE_HOURS`.
    pub session_limits: SessionLimits,
    /// `TELEMETRY_RETENTION_DAYS`: how long what was counted of decisions is kept.
    pub telemetry_kept: Duration,
    /// `ALERT_WEBHOOK_URL` and what goes with it: somebody is told when far too much is denied.
    pub alerts: Option<AlertSettings>,
    /// What looked wrong with the variables, for whoever switches flags.
    pub defects: Vec<String>,
    /// `PASSWORD_HASH`, with `ARGON2_MEMORY_KIB` and `ARGON2_PASSES`, or `PBKDF2_ITERATIONS`.
    pub password_hash: Cost,
}

impl Config {
    /// Reads the configuration; what is wrong with it stays with `vars`.
    pub fn read(vars: &mut Vars<'_>) -> Self {
        let Flags { rbac_enabled, enforcement } = Flags::read(vars);
        let user_mgmt_core = vars.flag("USER_MGMT_CORE");
        if user_mgmt_core && !rbac_enabled {
            vars.warn("USER_MGMT_CORE needs RBAC_ENABLED: `/v1/admin/*` stays hidden, since nobody could be allowed in");
        }
        let public_url = vars.parsed::<PublicUrl>("PUBLIC_URL");
        let mail = MailSettings::read(vars, public_url.as_ref());
        let oidc = OidcSettings::read(vars, public_url.as_ref(), user_mgmt_core);
        let email_verification = vars.flag_if_set("EMAIL_VERIFICATION");
        if mail.is_none() && email_verification == Some(true) {
            vars.reject(
                "EMAIL_VERIFICATION is on, but without mail nobody can confirm an address: set MAIL_FROM and \
                 PUBLIC_URL, or turn it off",
            );
        }
        if mail.is_none() && email_verification.is_none() {
            vars.warn(
                "MAIL_FROM is not set, so no mail is sent: addresses are not verified, taken ones can be told from \
                 free ones at registration, and forgotten passwords can't be reset",
            );
        }
        Self {
            rbac_enabled,
            user_mgmt_core: user_mgmt_core && rbac_enabled,
            enforcement,
            audit: AuditSettings::read(vars),
            email_verification: email_verification.unwrap_or(mail.is_some()),
            mail,
            public_url,
            authzen_subject_domain: vars.parsed("AUTHZEN_SUBJECT_DOMAIN"),
            oidc,
            token_life: Duration::from_secs(60 * vars.number("TOKEN_VALID_MINUTES", 60, 5..=1_440)),
            super_admin_email: vars.parsed("SUPER_ADMIN_EMAIL"),
            session_limits: SessionLimits {
                idle: Duration::from_secs(60 * vars.number("SESSION_IDLE_MINUTES", 1_440, 20..=43_200)),
                absolute: Duration::from_secs(3_600 * vars.number("SESSION_ABSOLUTE_HOURS", 720, 1..=8_760)),
            },
            telemetry_kept: Duration::from_hours(24 * vars.number("TELEMETRY_RETENTION_DAYS", 90, 7..=730)),
            alerts: AlertSettings::read(vars),
            password_hash: password_hash(vars),
            defects: vars.warnings().to_vec(),
        }
    }
}

impl Config {
    /// What the audit log tells of when it changes: the flags, and what decides who may do everything or what is logged.
    pub fn flags(&self) -> Value {
        let on = |flag: bool| if flag { "on" } else { "off" };
        let cohorts: Vec<String> = self.enforcement.cohorts.iter().map(ToString::to_string).collect();
        json!({
            "RBAC_ENABLED": on(self.rbac_enabled),
            "USER_MGMT_CORE": on(self.user_mgmt_core),
            "USER_MGMT_ENFORCE": self.enforcement.mode.as_str(),
            "USER_MGMT_ENFORCE_FOR": cohorts.join(","),
            "EMAIL_VERIFICATION": on(self.email_verification),
            "SUPER_ADMIN_EMAIL": self.super_admin_email,
            "AUDIT_CLIENT_ADDRESS": on(self.audit.client_address),
            "AUDIT_RETENTION_DAYS": self.audit.retention_days,
        })
    }
}

/// Both costs are read, so that a wrong value is reported before the day it is needed.
fn password_hash(vars: &mut Vars<'_>) -> Cost {
    let default = Argon2Cost::DEFAULT;
    let argon2 = Argon2Cost {
        memory_kib: number(vars, "ARGON2_MEMORY_KIB", default.memory_kib, 7_168..=65_536),
        passes: number(vars, "ARGON2_PASSES", default.passes, 1..=10),
        lanes: default.lanes,
    };
    let most = MAX_PBKDF2_ITERATIONS;
    let iterations = number(vars, "PBKDF2_ITERATIONS", most, 10_000..=u64::from(most));
    match vars.parsed("PASSWORD_HASH").unwrap_or(Algorithm::Argon2id) {
        Algorithm::Argon2id => Cost::Argon2id(argon2),
        Algorithm::Pbkdf2 => Cost::Pbkdf2 { iterations },
    }
}

enum Algorithm {
    Argon2id,
    Pbkdf2,
}

impl std::str::FromStr for Algorithm {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "argon2id" => Ok(Self::Argon2id),
            "pbkdf2" => Ok(Self::Pbkdf2),
            _ => Err("must be argon2id or pbkdf2"),
        }
    }
}

fn number(vars: &mut Vars<'_>, name: &str, default: u32, range: std::ops::RangeInclusive<u64>) -> u32 {
    u32::try_from(vars.number(name, u64::from(default), range)).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use enforce::{Cohorts, Mode};

    use super::*;

    fn read(values: &[(&str, &str)]) -> (Config, Result<Vec<String>, Vec<String>>) {
        let lookup =
            |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        let mut vars = Vars::new(&lookup);
        (Config::read(&mut vars), vars.finish())
    }

    const MAIL: [(&str, &str); 2] =
        [("MAIL_FROM", "no-reply@example.com"), ("PUBLIC_URL", "https://accounts.example.com")];

    #[test]
    fn nothing_set_means_everything_off_and_a_warning_that_no_mail_is_sent() {
        let (config, outcome) = read(&[]);
        assert!(!config.rbac_enabled);
        assert_eq!(config.enforcement.mode, Mode::Off);
        assert!(config.mail.is_none() && !config.email_verification);
        assert_eq!(config.password_hash, Cost::Argon2id(Argon2Cost::DEFAULT));
        let warnings = outcome.unwrap();
        assert!(warnings.len() == 1 && warnings[0].starts_with("MAIL_FROM is not set"), "{warnings:?}");
    }

    #[test]
    fn verification_is_on_wherever_mail_is_unless_it_is_turned_off() {
        let (config, outcome) = read(&MAIL);
        assert!(config.email_verification);
        assert_eq!(outcome, Ok(vec![]));
        let [from, url] = MAIL;
        let (config, outcome) = read(&[from, url, ("EMAIL_VERIFICATION", "off")]);
        assert!(config.mail.is_some() && !config.email_verification);
        assert_eq!(outcome, Ok(vec![]));
    }

    #[test]
    fn verification_without_mail_is_an_error() {
        let (_, outcome) = read(&[("EMAIL_VERIFICATION", "on")]);
        let errors = outcome.unwrap_err();
        assert!(errors.len() == 1 && errors[0].starts_with("EMAIL_VERIFICATION is on"), "{errors:?}");
    }

    #[test]
    fn enforce_without_rbac_keeps_the_rule_from_before_and_says_so() {
        let (config, outcome) = read(&[("USER_MGMT_ENFORCE", "on"), ("EMAIL_VERIFICATION", "off")]);
        assert_eq!(config.enforcement.mode, Mode::Off);
        let warning = "USER_MGMT_ENFORCE needs RBAC_ENABLED: protected endpoints keep the rule from before";
        assert_eq!(outcome, Ok(vec![warning.to_owned()]));
        let (config, _) = read(&[("USER_MGMT_ENFORCE", "true"), ("RBAC_ENABLED", "1")]);
        assert_eq!(config.enforcement, Enforcement { mode: Mode::On, cohorts: Cohorts::default() });
        let cohort = ("USER_MGMT_ENFORCE_FOR", "staff, percent:25");
        let (config, _) = read(&[("USER_MGMT_ENFORCE", "on"), ("RBAC_ENABLED", "1"), cohort]);
        assert_eq!(config.enforcement.cohorts, "staff,percent:25".parse().unwrap());
    }

    #[test]
    fn core_without_rbac_stays_hidden_and_says_so() {
        let (config, outcome) = read(&[("USER_MGMT_CORE", "on"), ("EMAIL_VERIFICATION", "off")]);
        assert!(!config.user_mgmt_core);
        let warnings = outcome.unwrap();
        assert!(warnings.len() == 1 && warnings[0].starts_with("USER_MGMT_CORE needs"), "{warnings:?}");
        let (config, _) = read(&[("USER_MGMT_CORE", "on"), ("RBAC_ENABLED", "1")]);
        assert!(config.user_mgmt_core);
        let (config, _) = read(&[("RBAC_ENABLED", "1")]);
        assert!(!config.user_mgmt_core);
    }

    #[test]
    fn password_hash_chooses_the_algorithm() {
        let (config, _) = read(&[("PASSWORD_HASH", "PBKDF2")]);
        assert_eq!(config.password_hash, Cost::Pbkdf2 { iterations: 100_000 });
        let (config, _) = read(&[("PASSWORD_HASH", "pbkdf2"), ("PBKDF2_ITERATIONS", "50000")]);
        assert_eq!(config.password_hash, Cost::Pbkdf2 { iterations: 50_000 });
    }

    #[test]
    fn audit_events_are_kept_for_ever_or_for_a_month_at_least() {
        assert_eq!(read(&[("RBAC_ENABLED", "on")]).0.audit.retention_days, None);
        let (config, _) = read(&[("AUDIT_RETENTION_DAYS", "30"), ("AUDIT_CLIENT_ADDRESS", "on")]);
        assert_eq!((config.audit.retention_days, config.audit.client_address), (Some(30), true));
        for wrong in ["0", "29", "36501", "1 year"] {
            let (_, outcome) = read(&[("AUDIT_RETENTION_DAYS", wrong)]);
            assert_eq!(outcome.unwrap_err().len(), 1, "{wrong}");
        }
    }

    #[test]
    fn wrong_values_are_reported_together() {
        let (_, outcome) = read(&[
            ("USER_MGMT_ENFORCE", "maybe"),
            ("USER_MGMT_ENFORCE_FOR", "stuff,percent:101"),
            ("SUPER_ADMIN_EMAIL", "root"),
            ("SESSION_IDLE_MINUTES", "0"),
            ("ARGON2_MEMORY_KIB", "1000000"),
            ("PASSWORD_HASH", "bcrypt"),
            ("PBKDF2_ITERATIONS", "100001"),
        ]);
        let errors = outcome.unwrap_err();
        assert_eq!(errors.len(), 7, "{errors:?}");
        assert!(errors[1].contains("`stuff`, `percent:101`"), "{errors:?}");
    }
}
