use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use accounts::Email;
use http_kit::{Secret, Vars};
use rbac::RoleName;
use serde::Deserialize;

use crate::services::mail::PublicUrl;

/// Where providers send browsers back to, as browsers see it: by way of account-pages.
const CALLBACK: &str = "/api/oidc/callback";

/// How people sign in at identity providers. Setting `OIDC_PROVIDERS` turns it on.
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// `OIDC_PROVIDERS`, in their order.
    pub providers: Vec<Provider>,
    /// `OIDC_AUTO_PROVISION_USERS`, which needs `USER_MGMT_CORE`: whoever signs in for the first time gets an account.
    pub auto_provision: bool,
    /// `OIDC_GROUP_ROLE_MAP`: which roles come with which groups.
    pub group_roles: GroupRoles,
    /// `PUBLIC_URL`: where browsers come back to.
    pub public_url: PublicUrl,
}

/// An identity provider, and what it is trusted with.
#[derive(Clone, Debug)]
pub struct Provider {
    /// What it is called in addresses and in the audit log.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How Edgeward is known to it.
    pub client: oidc::Settings,
    /// The addresses that it may vouch for.
    pub trusted_domains: TrustedDomains,
    /// The claim with the groups that roles come with, if its groups count.
    pub groups_claim: Option<String>,
    /// The claim that says who is of the staff.
    pub staff_claim: Option<String>,
    /// The claim that names the tenant.
    pub tenant_claim: Option<String>,
}

/// The domains whose addresses a provider may vouch for: those of the organisation that runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustedDomains {
    /// These, without their subdomains.
    These(Vec<String>),
    /// Every one: `*`.
    All,
}

impl TrustedDomains {
    /// Whether the provider may vouch for this address.
    pub fn contains(&self, email: &Email) -> bool {
        match self {
            Self::All => true,
            Self::These(domains) => {
                let domain = email.as_str().rsplit('@').next().unwrap_or_default();
                domains.iter().any(|trusted| trusted == domain)
            }
        }
    }
}

/// Which roles come with which groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupRoles(BTreeMap<String, Vec<String>>);

impl GroupRoles {
    /// The names of the roles that come with these groups, each once.
    pub fn of(&self, groups: &[&str]) -> Vec<String> {
        let mut names: Vec<String> =
            groups.iter().filter_map(|group| self.0.get(*group)).flatten().cloned().collect();
        names.sort();
        names.dedup();
        names
    }
}

impl FromStr for GroupRoles {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Roles {
            One(String),
            Many(Vec<String>),
        }
        let groups: BTreeMap<String, Roles> = serde_json::from_str(text).map_err(|_| {
            "must be a JSON object of groups to role names: {\"admins\": [\"EDITOR\"]}".to_owned()
        })?;
        let mut map = BTreeMap::new();
        for (group, roles) in groups {
            let roles = match roles {
                Roles::One(role) => vec![role],
                Roles::Many(roles) => roles,
            };
            for role in &roles {
                RoleName::parse(role).map_err(|error| format!("`{role}`: {error}"))?;
            }
            map.insert(group, roles);
        }
        Ok(Self(map))
    }
}

/// A provider as `OIDC_PROVIDERS` has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    id: String,
    name: String,
    issuer: String,
    client_id: String,
    #[serde(default = "default_scopes")]
    scopes: Vec<String>,
    #[serde(default)]
    trusted_email_domains: Vec<String>,
    groups_claim: Option<String>,
    staff_claim: Option<String>,
    tenant_claim: Option<String>,
    max_age_minutes: Option<u32>,
}

struct Documents(Vec<Document>);

impl FromStr for Documents {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(|error| format!("must be a JSON list of providers: {error}"))
    }
}

fn default_scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

impl OidcSettings {
    /// Reads the settings; what is wrong with them stays with `vars`.
    ///
    /// `core` is whether accounts are managed here at all: `USER_MGMT_CORE`.
    pub fn read(vars: &mut Vars<'_>, public_url: Option<&PublicUrl>, core: bool) -> Option<Self> {
        let documents = vars.parsed::<Documents>("OIDC_PROVIDERS").map(|documents| documents.0);
        let wants_to_provision = vars.flag("OIDC_AUTO_PROVISION_USERS");
        let group_roles: GroupRoles = vars.parsed("OIDC_GROUP_ROLE_MAP").unwrap_or_default();
        let documents = documents.filter(|documents| !documents.is_empty());
        if wants_to_provision && documents.is_none() {
            vars.warn("OIDC_AUTO_PROVISION_USERS needs OIDC_PROVIDERS: nobody signs in at a provider");
        } else if wants_to_provision && !core {
            vars.warn("OIDC_AUTO_PROVISION_USERS needs USER_MGMT_CORE: nobody is given an account");
        }
        let documents = documents?;
        let Some(public_url) = public_url else {
            vars.reject(
                "OIDC_PROVIDERS needs PUBLIC_URL, where browsers come back to: https://accounts.example.com",
            );
            return None;
        };
        let count = documents.len();
        let mut providers: Vec<Provider> = Vec::new();
        for document in documents {
            let Some(provider) = provider(vars, document, public_url) else { continue };
            let same =
                |other: &Provider| other.id == provider.id || other.client.issuer == provider.client.issuer;
            if providers.iter().any(same) {
                vars.reject(format!(
                    "OIDC_PROVIDERS: `{}`: another one has this id or this issuer",
                    provider.id
                ));
            }
            providers.push(provider);
        }
        let groups_count = providers.iter().any(|provider| provider.groups_claim.is_some());
        if providers.len() == count && group_roles == GroupRoles::default() && groups_count {
            vars.warn(
                "OIDC_PROVIDERS names a groupsClaim, but no role comes with a group: set OIDC_GROUP_ROLE_MAP",
            );
        }
        if providers.len() == count && group_roles != GroupRoles::default() && !groups_count {
            vars.warn("OIDC_GROUP_ROLE_MAP is set, but no provider's groups count: name its groupsClaim");
        }
        let auto_provision = wants_to_provision && core;
        Some(Self { providers, auto_provision, group_roles, public_url: public_url.clone() })
    }

    /// The provider of this id.
    pub fn by_id(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == id)
    }

    /// The provider of this issuer.
    pub fn by_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.client.issuer.as_str() == issuer)
    }
}

/// Reads one provider; says everything that is wrong with it, together.
fn provider(vars: &mut Vars<'_>, document: Document, public_url: &PublicUrl) -> Option<Provider> {
    let id = document.id;
    let mut wrong = Vec::new();
    let known_by = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let named =
        id.len() <= 32 && id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(known_by);
    if !named {
        wrong
            .push("the id must be 1 to 32 lower-case letters, digits and hyphens, a letter first".to_owned());
    }
    if document.name.trim().is_empty() || document.name.chars().any(char::is_control) {
        wrong.push("the name is what people read on a button".to_owned());
    }
    if document.client_id.is_empty() {
        wrong.push("the clientId is missing".to_owned());
    }
    let plain = |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
    if !document.scopes.iter().all(plain) || !document.scopes.iter().any(|scope| scope == "openid") {
        wrong.push("the scopes must be words, and `openid` among them".to_owned());
    }
    let issuer = document.issuer.parse::<oidc::Issuer>();
    if let Err(error) = &issuer {
        wrong.push(error.to_string());
    }
    let trusted = trusted_domains(document.trusted_email_domains);
    if let Err(error) = &trusted {
        wrong.push(error.clone());
    }
    if document.max_age_minutes.is_some_and(|minutes| !(1..=525_600).contains(&minutes)) {
        wrong.push("maxAgeMinutes must be a whole number from 1 to 525600".to_owned());
    }
    let variable = format!("OIDC_CLIENT_SECRET_{}", id.to_ascii_uppercase().replace('-', "_"));
    let secret = if named { vars.parsed::<Secret>(&variable) } else { None };
    if named && secret.is_none() {
        wrong.push(format!("the secret {variable} is missing"));
    }
    for reason in &wrong {
        vars.reject(format!("OIDC_PROVIDERS: `{}`: {reason}", id.escape_debug()));
    }
    let (Ok(issuer), Ok(trusted_domains), Some(client_secret), true) =
        (issuer, trusted, secret, wrong.is_empty())
    else {
        return None;
    };
    let client = oidc::Settings {
        issuer,
        client_id: document.client_id,
        client_secret,
        redirect_uri: public_url.page(CALLBACK),
        scope: document.scopes.join(" "),
        max_age: document.max_age_minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes))),
    };
    Some(Provider {
        id,
        name: document.name.trim().to_owned(),
        client,
        trusted_domains,
        groups_claim: document.groups_claim,
        staff_claim: document.staff_claim,
        tenant_claim: document.tenant_claim,
    })
}

fn trusted_domains(domains: Vec<String>) -> Result<TrustedDomains, String> {
    if domains.iter().any(|domain| domain == "*") {
        return Ok(TrustedDomains::All);
    }
    let domains = domains.into_iter().map(|domain| {
        let folded = domain.to_ascii_lowercase();
        match format!("a@{folded}").parse::<Email>() {
            Ok(email) if email.as_str() == format!("a@{folded}") => Ok(folded),
            _ => Err(format!(
                "trustedEmailDomains: `{}` is no domain such as example.com",
                domain.escape_debug()
            )),
        }
    });
    domains.collect::<Result<_, _>>().map(TrustedDomains::These)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(values: &[(&str, &str)]) -> (Option<OidcSettings>, Result<Vec<String>, Vec<String>>) {
        let lookup =
            |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        let mut vars = Vars::new(&lookup);
        let public_url = vars.parsed("PUBLIC_URL");
        let core = vars.flag("USER_MGMT_CORE");
        (OidcSettings::read(&mut vars, public_url.as_ref(), core), vars.finish())
    }

    fn one(change: impl Fn(&mut Value)) -> (Option<OidcSettings>, Result<Vec<String>, Vec<String>>) {
        let mut provider = json!({
            "id": "my-sso", "name": "My SSO", "issuer": "https://idp.example", "clientId": "edgeward",
            "trustedEmailDomains": ["Example.com"],
        });
        change(&mut provider);
        read(&[
            ("OIDC_PROVIDERS", &json!([provider]).to_string()),
            ("OIDC_CLIENT_SECRET_MY_SSO", "hunter2"),
            ("PUBLIC_URL", "https://accounts.example.com"),
        ])
    }

    #[test]
    fn a_provider_needs_little() {
        let (settings, outcome) = one(|_| {});
        assert_eq!(outcome, Ok(vec![]));
        let settings = settings.unwrap();
        let provider = settings.by_id("my-sso").unwrap();
        assert_eq!(provider.client.redirect_uri, "https://accounts.example.com/api/oidc/callback");
        assert_eq!(provider.client.scope, "openid profile email");
        assert!(settings.by_issuer("https://idp.example").is_some() && settings.by_id("other").is_none());
        assert!(!format!("{settings:?}").contains("hunter2"));
        assert!(!settings.auto_provision);
        for (email, trusted) in [
            ("ada@example.com", true),
            ("ada@EXAMPLE.com", true),
            ("ada@sub.example.com", false),
            ("ada@notexample.com", false),
            ("example.com@evil.example", false),
        ] {
            assert_eq!(provider.trusted_domains.contains(&email.parse().unwrap()), trusted, "{email}");
        }
    }

    #[test]
    fn nothing_is_configured_by_default() {
        for values in [&[][..], &[("OIDC_PROVIDERS", "[]")], &[("OIDC_PROVIDERS", " ")]] {
            let (settings, outcome) = read(values);
            assert!(settings.is_none());
            assert_eq!(outcome, Ok(vec![]));
        }
    }

    #[test]
    fn what_is_wrong_with_a_provider_is_said() {
        for (member, value, reason) in [
            ("id", json!("My SSO"), "the id must be"),
            ("name", json!(" "), "the name is"),
            ("issuer", json!("http://idp.example"), "an issuer must start with https://"),
            ("clientId", json!(""), "the clientId"),
            ("scopes", json!(["email"]), "the scopes"),
            ("scopes", json!(["openid", "a b"]), "the scopes"),
            ("trustedEmailDomains", json!(["exa mple"]), "trustedEmailDomains"),
            ("trustedEmailDomains", json!(["a@example.com"]), "trustedEmailDomains"),
            ("maxAgeMinutes", json!(0), "maxAgeMinutes"),
            ("id", json!("other"), "the secret OIDC_CLIENT_SECRET_OTHER is missing"),
        ] {
            let (_, outcome) = one(|provider| provider[member] = value.clone());
            let errors = outcome.unwrap_err();
            assert!(errors.len() == 1 && errors[0].contains(reason), "{member}: {errors:?}");
        }
        let (_, outcome) = one(|provider| provider["clientID"] = json!("x"));
        assert!(outcome.unwrap_err()[0].contains("unknown field `clientID`"));
        let (_, outcome) = one(|provider| {
            provider["issuer"] = json!("x");
            provider["name"] = json!("");
        });
        assert_eq!(outcome.unwrap_err().len(), 2, "together");
    }

    #[test]
    fn providers_differ_and_need_an_address_of_this_site() {
        let provider = json!({ "id": "a", "name": "A", "issuer": "https://a.example", "clientId": "c" });
        let twice = json!([provider, provider]).to_string();
        let (_, outcome) = read(&[
            ("OIDC_PROVIDERS", &twice),
            ("OIDC_CLIENT_SECRET_A", "s"),
            ("PUBLIC_URL", "https://accounts.example.com"),
        ]);
        assert!(outcome.unwrap_err()[0].contains("another one has this id"));
        let once = json!([provider]).to_string();
        let (_, outcome) = read(&[("OIDC_PROVIDERS", &once), ("OIDC_CLIENT_SECRET_A", "s")]);
        assert!(outcome.unwrap_err()[0].contains("needs PUBLIC_URL"));
    }

    #[test]
    fn accounts_are_given_only_with_both_flags() {
        let provider =
            json!([{ "id": "a", "name": "A", "issuer": "https://a.example", "clientId": "c" }]).to_string();
        let mut values = vec![
            ("OIDC_PROVIDERS", provider.as_str()),
            ("OIDC_CLIENT_SECRET_A", "s"),
            ("PUBLIC_URL", "https://accounts.example.com"),
            ("OIDC_AUTO_PROVISION_USERS", "on"),
        ];
        let (settings, outcome) = read(&values);
        assert!(!settings.unwrap().auto_provision);
        assert!(outcome.unwrap()[0].contains("needs USER_MGMT_CORE"));
        values.push(("USER_MGMT_CORE", "on"));
        let (settings, outcome) = read(&values);
        assert!(settings.unwrap().auto_provision && outcome.unwrap().is_empty());
    }

    #[test]
    fn roles_come_with_groups() {
        let map: GroupRoles = r#"{"a": "EDITOR", "b": ["EDITOR", "AUDITOR"], "c": []}"#.parse().unwrap();
        assert_eq!(map.of(&["a", "b", "c", "d"]), ["AUDITOR", "EDITOR"]);
        assert_eq!(map.of(&["A", ""]), [""; 0]);
        for text in ["[]", "x", r#"{"a": 1}"#, r#"{"a": " "}"#] {
            assert!(text.parse::<GroupRoles>().is_err(), "{text}");
        }
    }
}
