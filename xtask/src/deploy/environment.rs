//! An environment of the configurations in `wrangler/`, and what it lacks until it is on an account.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::account::Wrangler;
use super::configs::Configs;
use crate::failure::{Failure, OrFail, Result};
use crate::workers::DEPLOYED;

/// The configurations of the three workers, and which of their environments is meant.
#[derive(Debug)]
pub(crate) struct Environment {
    name: String,
    /// Where the completed configurations go.
    folder: PathBuf,
    configs: Vec<(&'static str, Value)>,
}

impl Environment {
    /// Reads it from a checkout.
    pub(crate) fn read(root: &Path, name: &str) -> Result<Self> {
        let configs = DEPLOYED.iter().map(|worker| Ok((worker.name, read(&root.join(worker.config()))?)));
        let configs = configs.collect::<Result<Vec<_>>>()?;
        for (worker, config) in &configs {
            let known: Vec<&str> = config["env"]
                .as_object()
                .into_iter()
                .flat_map(|all| all.keys().map(String::as_str))
                .collect();
            if !known.contains(&name) {
                return Err(Failure::new(
                    format!("wrangler/{worker}.jsonc has no environment `{name}`"),
                    format!("take one of {}, or add it to `env` in each file of wrangler/", known.join(", ")),
                ));
            }
        }
        Ok(Self { name: name.to_owned(), folder: root.join(".edgeward/deploy").join(name), configs })
    }

    /// One that shares no files with that of another test.
    #[cfg(test)]
    pub(crate) fn for_test(name: &str) -> Self {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = crate::root().join(format!(".edgeward/tests/{number}"));
        Self { folder, ..Self::read(&crate::root(), name).unwrap() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where outsiders are told to find it.
    pub(crate) fn public_url(&self) -> Option<String> {
        let url = self.of("user-mgmt")["vars"]["PUBLIC_URL"].as_str()?;
        (!url.is_empty()).then(|| url.trim_end_matches('/').to_owned())
    }

    /// The part of a worker's configuration that is this environment.
    fn of(&self, worker: &str) -> &Value {
        let config = self.configs.iter().find(|(name, _)| *name == worker);
        config.map_or(&Value::Null, |(_, config)| &config["env"][&self.name])
    }

    /// The names of the variables that it sets.
    pub(crate) fn variables(&self) -> Vec<String> {
        let of = |config: &Value| config["env"][&self.name]["vars"].as_object().cloned().unwrap_or_default();
        self.configs.iter().flat_map(|(_, config)| of(config).into_iter().map(|(name, _)| name)).collect()
    }

    /// The workers, from the ground up.
    pub(crate) fn workers(&self) -> impl Iterator<Item = &'static str> {
        // The pages come first in the list, since a local session gives them the port.
        self.configs.iter().rev().map(|(worker, _)| *worker)
    }

    /// The secrets that its variables ask for, and the alert's where somebody should be told.
    pub(crate) fn secrets(&self) -> Result<Vec<String>> {
        let vars = &self.of("user-mgmt")["vars"];
        let set = |name: &str| vars[name].as_str().is_some_and(|value| !value.trim().is_empty());
        let mut secrets = Vec::new();
        if set("MAIL_HTTP_URL") {
            secrets.push("MAIL_HTTP_KEY".to_owned());
        }
        if set("OIDC_PROVIDERS") {
            let list = vars["OIDC_PROVIDERS"].as_str().unwrap_or_default();
            let providers: Vec<Value> = serde_json::from_str(list)
                .or_fail(|| "OIDC_PROVIDERS is no list".into(), "docs/OIDC.md has an example")?;
            let id = |provider: &Value| {
                provider["id"].as_str().unwrap_or_default().to_uppercase().replace('-', "_")
            };
            secrets.extend(providers.iter().map(|provider| format!("OIDC_CLIENT_SECRET_{}", id(provider))));
        }
        if vars["USER_MGMT_ENFORCE"].as_str().is_some_and(|mode| mode.trim() == "on") {
            secrets.push("ALERT_WEBHOOK_URL".to_owned());
        }
        Ok(secrets)
    }

    /// What it needs on the account and is not there, by name.
    pub(crate) fn missing(&self, wrangler: &mut impl Wrangler) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        self.each_resource(&mut self.configs.clone(), |kind, name, config, _| {
            if find(kind, name, config, wrangler)?.is_none() {
                missing.push(name.to_owned());
            }
            Ok(())
        })?;
        Ok(missing)
    }

    /// Completed and written to where wrangler reads them.
    pub(crate) fn write(&self, wrangler: &mut impl Wrangler) -> Result<Configs> {
        Configs::write(&self.folder, &self.complete(wrangler)?)
    }

    /// The configurations with the ids of the database and the namespaces, which are found by their names on the account, or
    /// created. An id that stands in the configuration already is left as it is.
    pub(super) fn complete(&self, wrangler: &mut impl Wrangler) -> Result<Vec<(&'static str, Value)>> {
        let mut configs = self.configs.clone();
        self.each_resource(&mut configs, |kind, name, config, binding| {
            binding[kind.member] = find_or_create(kind, name, config, wrangler)?.into();
            Ok(())
        })?;
        Ok(configs)
    }

    /// Calls with each database and namespace whose id is not known: its kind, its name, the file, and the binding.
    fn each_resource(
        &self,
        configs: &mut [(&'static str, Value)],
        mut each: impl FnMut(&Kind, &str, &str, &mut Value) -> Result<()>,
    ) -> Result<()> {
        for (worker, config) in configs {
            let path = format!("wrangler/{worker}.jsonc");
            for kind in [&D1, &KV] {
                for binding in bindings(&mut config["env"][&self.name], kind.bindings) {
                    if binding.get(kind.member).is_some() {
                        continue;
                    }
                    let text = |member: &str| {
                        binding[member].as_str().map(str::to_owned).ok_or_else(|| {
                            Failure::new(format!("{path}: a binding has no `{member}`"), "give it one")
                        })
                    };
                    let name = match kind.named_by {
                        Some(member) => text(member)?,
                        None => format!("{worker}-{}-{}", self.name, text("binding")?.to_lowercase()),
                    };
                    each(kind, &name, &path, binding)?;
                }
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Value> {
    let remedy = "correct the file";
    let text = fs::read_to_string(path).or_fail(|| format!("{} can't be read", path.display()), remedy)?;
    jsonc_parser::parse_to_serde_value(&text, &jsonc_parser::ParseOptions::default())
        .or_fail(|| format!("{} is no JSON with comments", path.display()), remedy)
}

fn bindings<'a>(environment: &'a mut Value, kind: &str) -> impl Iterator<Item = &'a mut Value> {
    environment.get_mut(kind).and_then(Value::as_array_mut).into_iter().flatten()
}

/// A kind of thing on an account: where a configuration has it, and how wrangler speaks of it.
struct Kind {
    /// The list of bindings.
    bindings: &'static str,
    /// The member of a binding that has its name; without one, the name is made of worker, environment and binding.
    named_by: Option<&'static str>,
    /// The member of a binding that has its id.
    member: &'static str,
    list: &'static [&'static str],
    create: &'static [&'static str],
    /// What wrangler's list calls its name.
    name: &'static str,
    /// What wrangler's list calls its id.
    id: &'static str,
}

const D1: Kind = Kind {
    bindings: "d1_databases",
    named_by: Some("database_name"),
    member: "database_id",
    list: &["d1", "list", "--json"],
    create: &["d1", "create"],
    name: "name",
    id: "uuid",
};

const KV: Kind = Kind {
    bindings: "kv_namespaces",
    named_by: None,
    member: "id",
    list: &["kv", "namespace", "list"],
    create: &["kv", "namespace", "create"],
    name: "title",
    id: "id",
};

/// No environment: wrangler would put its name before the title of a namespace once more.
const NO_ENVIRONMENT: &str = "--env=";

fn find_or_create(kind: &Kind, name: &str, config: &str, wrangler: &mut impl Wrangler) -> Result<String> {
    if let Some(id) = find(kind, name, config, wrangler)? {
        return Ok(id);
    }
    wrangler.run(&[kind.create, &[name, "--config", config, NO_ENVIRONMENT]].concat())?;
    find(kind, name, config, wrangler)?.ok_or_else(|| {
        Failure::new(format!("`{name}` was created and can't be found"), "run this again in a minute")
    })
}

fn find(kind: &Kind, name: &str, config: &str, wrangler: &mut impl Wrangler) -> Result<Option<String>> {
    let all = wrangler.list(&[kind.list, &["--config", config, NO_ENVIRONMENT]].concat())?;
    Ok(all.iter().find(|one| one[kind.name] == name).and_then(|one| one[kind.id].as_str().map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::rehearsal::Rehearsal;

    const NAMES: [&str; 2] = ["staging", "production"];

    fn environment(name: &str) -> Environment {
        Environment::for_test(name)
    }

    #[test]
    fn unknown_environment_is_refused_with_those_there_are() {
        let failure = Environment::read(&crate::root(), "prod").unwrap_err().to_string();
        assert!(failure.contains("`prod`") && failure.contains("staging"), "{failure}");
    }

    #[test]
    fn every_environment_has_every_binding_of_the_file() {
        // wrangler inherits none of these, and says nothing when one is missing.
        let kinds = [
            "d1_databases",
            "services",
            "ratelimits",
            "send_email",
            "analytics_engine_datasets",
            "kv_namespaces",
        ];
        for name in NAMES {
            for (worker, config) in &environment(name).configs {
                let environment = &config["env"][name];
                for kind in kinds {
                    let names = |of: &Value| -> Vec<Value> {
                        let one = |one: &Value| one.get("binding").or(one.get("name")).unwrap().clone();
                        of[kind].as_array().into_iter().flatten().map(one).collect()
                    };
                    assert_eq!(names(environment), names(config), "{worker}, {name}: {kind}");
                }
            }
        }
    }

    #[test]
    fn every_environment_sets_the_variables_of_the_file() {
        for name in NAMES {
            for (worker, config) in &environment(name).configs {
                let names =
                    |of: &Value| -> Vec<String> { of["vars"].as_object().unwrap().keys().cloned().collect() };
                assert_eq!(names(&config["env"][name]), names(config), "{worker}, {name}");
            }
        }
    }

    #[test]
    fn environments_share_nothing_that_has_a_name() {
        let of = |name: &str| {
            let environment = environment(name);
            let mut found = Vec::new();
            for (_, config) in &environment.configs {
                let environment = &config["env"][name];
                for (kind, member) in [
                    ("d1_databases", "database_name"),
                    ("services", "service"),
                    ("ratelimits", "namespace_id"),
                    ("analytics_engine_datasets", "dataset"),
                ] {
                    let all = environment[kind].as_array().into_iter().flatten();
                    found.extend(all.map(|one| one[member].as_str().unwrap().to_owned()));
                }
            }
            found
        };
        let [staging, production] = NAMES.map(of);
        assert_eq!(staging.len(), 5);
        assert!(staging.iter().all(|one| !production.contains(one)), "{staging:?} {production:?}");
    }

    #[test]
    fn services_are_the_workers_of_the_same_environment() {
        for name in NAMES {
            let environment = environment(name);
            let bound = |worker: &str| environment.of(worker)["services"][0]["service"].clone();
            assert_eq!(bound("account-pages"), format!("user-mgmt-{name}"));
            assert_eq!(bound("user-mgmt"), format!("session-state-{name}"));
        }
    }

    #[test]
    fn production_begins_with_every_flag_off() {
        let environment = environment("production");
        for (worker, flag) in [
            ("user-mgmt", "RBAC_ENABLED"),
            ("user-mgmt", "USER_MGMT_CORE"),
            ("user-mgmt", "USER_MGMT_ENFORCE"),
            ("user-mgmt", "OIDC_AUTO_PROVISION_USERS"),
            ("account-pages", "USER_MGMT_UI"),
        ] {
            assert_eq!(environment.of(worker)["vars"][flag], "off", "{flag}");
        }
    }

    #[test]
    fn ids_are_put_into_the_environment_and_kept_where_they_are() {
        let mut environment = environment("staging");
        let mut account = Rehearsal::new(None);
        let complete = environment.complete(&mut account).unwrap();
        let of =
            |worker: &str| &complete.iter().find(|(name, _)| *name == worker).unwrap().1["env"]["staging"];
        assert!(of("user-mgmt")["d1_databases"][0]["database_id"].is_string());
        let namespaces = &of("session-state")["kv_namespaces"];
        assert_ne!(namespaces[0]["id"], namespaces[1]["id"]);

        let known = account.commands().count();
        for (_, config) in &mut environment.configs {
            for kind in ["d1_databases", "kv_namespaces"] {
                for binding in bindings(&mut config["env"]["staging"], kind) {
                    binding["database_id"] = "mine".into();
                    binding["id"] = "mine".into();
                }
            }
        }
        environment.complete(&mut account).unwrap();
        assert_eq!(account.commands().count(), known, "nobody has to look for what is known");
    }

    #[test]
    fn secrets_are_those_that_the_variables_ask_for() {
        let mut environment = environment("staging");
        assert_eq!(environment.secrets().unwrap(), Vec::<String>::new());
        for (_, config) in &mut environment.configs {
            let vars = &mut config["env"]["staging"]["vars"];
            vars["MAIL_HTTP_URL"] = "https://mail.example.com".into();
            vars["OIDC_PROVIDERS"] = r#"[{"id": "my-sso"}]"#.into();
            vars["USER_MGMT_ENFORCE"] = "on".into();
        }
        let expected = ["MAIL_HTTP_KEY", "OIDC_CLIENT_SECRET_MY_SSO", "ALERT_WEBHOOK_URL"];
        assert_eq!(environment.secrets().unwrap(), expected);
    }

    #[test]
    fn public_url_is_the_one_of_the_variables() {
        let mut environment = environment("staging");
        assert_eq!(environment.public_url(), None);
        for (_, config) in &mut environment.configs {
            config["env"]["staging"]["vars"]["PUBLIC_URL"] = "https://accounts.example.com/".into();
        }
        assert_eq!(environment.public_url().as_deref(), Some("https://accounts.example.com"));
    }
}
