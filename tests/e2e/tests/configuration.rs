//! Every binding and variable of a worker is documented, in docs/CONFIGURATION.md and nowhere else; every wrong value is told of
//! at once; and the environments in `wrangler/` are ones that the workers can work with.
#![cfg(test)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use guard::{Guard, Setup};
use http_kit::Vars;
use serde_json::Value;
use testkit::Native;

/// Secrets, whose values have no form.
const SECRETS: [&str; 2] = ["MAIL_HTTP_KEY", "ALERT_WEBHOOK_URL"];

/// What is deployed.
const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

/// Reads the configuration of a worker.
type Read = fn(&mut Vars<'_>);

/// The workers.
const WORKERS: [(&str, Read); 3] = [
    ("user-mgmt", |vars| drop(user_mgmt_app::Config::read(vars))),
    ("session-state", |vars| {
        session_state_app::Config::read(vars);
    }),
    ("account-pages", |vars| {
        account_pages_app::Config::read(vars);
    }),
];

/// An application with the guard.
const GUARD: (&str, Read) = ("guard", |vars| {
    let world = Native::new();
    let setup = Setup {
        application: "docs".parse().unwrap(),
        user_mgmt: world.user_mgmt.clone(),
        session_state: Some(world.session_state.clone()),
        runtime: world.runtime.clone(),
    };
    drop(Guard::new(setup, vars));
});

fn file(path: &str) -> String {
    std::fs::read_to_string(testkit::root().join(path)).unwrap()
}

/// The configuration file of a worker.
fn config(worker: &str) -> Value {
    let text = file(&format!("wrangler/{worker}.jsonc"));
    jsonc_parser::parse_to_serde_value(&text, &jsonc_parser::ParseOptions::default()).unwrap()
}

/// The names that a worker asks for.
fn asked(read: Read) -> BTreeSet<String> {
    let names = RefCell::new(BTreeSet::new());
    let lookup = |name: &str| {
        names.borrow_mut().insert(name.to_owned());
        None
    };
    read(&mut Vars::new(&lookup));
    names.into_inner()
}

/// The cells of the tables below a heading.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let text = file("docs/CONFIGURATION.md");
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let table = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    table.map(cells).collect()
}

fn name(cell: &str) -> String {
    cell.strip_prefix('`')
        .and_then(|cell| cell.strip_suffix('`'))
        .unwrap_or_else(|| panic!("{cell}"))
        .to_owned()
}

/// The variables and secrets of the documentation, with those that read each.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for row in rows("Variables").into_iter().chain(rows("Secrets")) {
        let [variable, readers, default, effect] = &row[..] else { panic!("{row:?}") };
        assert!(!default.is_empty() && effect.len() > 10, "{row:?}");
        let readers = readers.split(", ").map(str::to_owned).collect();
        assert!(found.insert(name(variable), readers).is_none(), "{row:?}");
    }
    // One for each provider, by a name that its id makes.
    assert!(found.remove("OIDC_CLIENT_SECRET_ID").is_some());
    found
}

#[test]
fn every_variable_is_documented_and_every_documented_one_is_read() {
    let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (worker, reads) in WORKERS.into_iter().chain([GUARD]) {
        for name in asked(reads) {
            read.entry(name).or_default().insert(worker.to_owned());
        }
    }
    assert!(read.len() > 10, "{read:?}");
    assert_eq!(documented(), read);
}

#[test]
fn every_binding_is_documented_and_every_documented_one_is_there() {
    const KINDS: [&str; 6] = [
        "services",
        "d1_databases",
        "kv_namespaces",
        "ratelimits",
        "send_email",
        "analytics_engine_datasets",
    ];
    let mut there = BTreeSet::new();
    for (worker, _) in WORKERS {
        let config = config(worker);
        let lists = KINDS.iter().filter_map(|kind| config[kind].as_array()).flatten();
        for binding in lists.chain(config.get("assets")) {
            let name = binding.get("binding").or(binding.get("name")).unwrap().as_str().unwrap();
            there.insert((worker.to_owned(), name.to_owned()));
        }
        // What the shim asks the platform for, `env.d1("DB")`, is among them.
        for source in std::fs::read_dir(testkit::root().join(format!("workers/{worker}/src"))).unwrap() {
            let text = std::fs::read_to_string(source.unwrap().path()).unwrap();
            for call in text.split("env.").skip(1) {
                let Some((_, rest)) = call.split_once("(\"").filter(|(method, _)| method.len() < 20) else {
                    continue;
                };
                let name = rest.split('"').next().unwrap();
                assert!(there.contains(&(worker.to_owned(), name.to_owned())), "{worker} asks for {name}");
            }
        }
    }
    let documented: BTreeSet<(String, String)> =
        rows("Bindings").into_iter().map(|row| (row[0].clone(), name(&row[1]))).collect();
    assert_eq!(documented, there);
}

/// The variables of a worker at the top of its file, or in an environment.
fn set(config: &Value, environment: Option<&str>) -> BTreeMap<String, String> {
    let part = environment.map_or(config, |name| &config["env"][name]);
    let text = |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap().to_owned());
    part["vars"].as_object().unwrap().iter().map(text).collect()
}

#[test]
fn every_variable_of_the_configuration_files_is_read_by_its_worker() {
    for (worker, read) in WORKERS {
        let (config, asked) = (config(worker), asked(read));
        for environment in ENVIRONMENTS.map(Some).into_iter().chain([None]) {
            for name in set(&config, environment).keys() {
                assert!(asked.contains(name), "{worker}, {environment:?}: {name}");
            }
        }
    }
}

#[test]
fn every_environment_has_variables_that_its_workers_can_work_with() {
    for (worker, read) in WORKERS {
        for environment in ENVIRONMENTS {
            let set = set(&config(worker), Some(environment));
            // Secrets are not in the files; that they are set is seen on the account.
            let secret = |name: &str| {
                (name == "MAIL_HTTP_KEY" || name.starts_with("OIDC_CLIENT_SECRET_")).then(|| "x".repeat(32))
            };
            let lookup = |name: &str| set.get(name).cloned().or_else(|| secret(name));
            let mut vars = Vars::new(&lookup);
            read(&mut vars);
            let outcome = vars.finish();
            assert!(outcome.is_ok(), "{worker}, {environment}: {}", outcome.unwrap_err().join("\n"));
        }
    }
}

/// `7 to 730` in what is said of a variable.
fn range(effect: &str) -> Option<(u64, u64)> {
    let words: Vec<&str> = effect.split([' ', ',', ';']).collect();
    words
        .windows(3)
        .find_map(|three| Some((three[0].parse().ok()?, three[2].parse().ok()?)).filter(|_| three[1] == "to"))
}

#[test]
fn every_number_has_the_bounds_that_the_documentation_says() {
    let mut checked = 0;
    for row in rows("Variables") {
        let Some((least, most)) = range(&row[3]) else { continue };
        checked += 1;
        let variable = name(&row[0]);
        let readers: Vec<&str> = row[1].split(", ").collect();
        for (worker, read) in
            WORKERS.into_iter().chain([GUARD]).filter(|(worker, _)| readers.contains(worker))
        {
            let taken = |value: u64| {
                let lookup = |name: &str| (name == variable).then(|| value.to_string());
                let mut vars = Vars::new(&lookup);
                read(&mut vars);
                vars.finish().is_ok()
            };
            for (value, expected) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
                assert_eq!(taken(value), expected, "{worker}: {variable}={value}");
            }
        }
        let default: Option<u64> = row[2].parse().ok();
        assert!(row[2] == "empty" || default.is_some_and(|value| (least..=most).contains(&value)), "{row:?}");
    }
    assert!(checked > 10, "{checked}");
}

#[test]
fn flags_that_do_not_go_together_are_told_of_as_the_documentation_says() {
    let value = |name: &str| match name {
        "MAIL_FROM" => "no-reply@example.com",
        "MAIL_HTTP_URL" => "https://mail.example.com",
        "OIDC_PROVIDERS" => r#"[{"id": "x", "name": "X", "issuer": "https://x.example", "clientId": "x"}]"#,
        _ => "on",
    };
    for row in rows("Flags together") {
        let [set, without, outcome] = &row[..] else { panic!("{row:?}") };
        let (set, without) = (name(set), name(without));
        // The secret, and all else that it could miss, so that it is the absence of the other that tells.
        let lookup = |asked: &str| {
            let related =
                ["OIDC_CLIENT_SECRET_X", "OIDC_PROVIDERS", "MAIL_FROM", "PUBLIC_URL", "RBAC_ENABLED"];
            if asked == set {
                return Some(value(&set).to_owned());
            }
            let given = related.contains(&asked)
                && asked != without
                && (without != "PUBLIC_URL" || asked.ends_with("_X"));
            given.then(|| {
                if asked == "PUBLIC_URL" { "https://a.example".into() } else { value(asked).to_owned() }
            })
        };
        let mut vars = Vars::new(&lookup);
        user_mgmt_app::Config::read(&mut vars);
        let told = vars.finish();
        assert_eq!(told.is_err(), outcome.starts_with("an error"), "{row:?}: {told:?}");
        let (Ok(lines) | Err(lines)) = told;
        let named = |line: &&String| line.contains(&set) && line.contains(&without);
        let about_verification =
            set == "EMAIL_VERIFICATION" && lines[0].starts_with("EMAIL_VERIFICATION is on");
        assert!(lines.iter().any(|line| named(&line)) || about_verification, "{row:?}: {lines:?}");
    }
}

/// What is said of garbage in those variables that `wrong` picks: errors, or warnings where there are none.
fn told(read: Read, wrong: &dyn Fn(&str) -> bool) -> Result<Vec<String>, Vec<String>> {
    let lookup = |name: &str| wrong(name).then(|| "<nothing that anybody means>".to_owned());
    let mut vars = Vars::new(&lookup);
    read(&mut vars);
    vars.finish()
}

#[test]
fn every_wrong_value_is_told_of_and_all_together() {
    for (worker, read) in WORKERS {
        let mut errors = Vec::new();
        for name in asked(read) {
            let alone = told(read, &|other| other == name);
            let (Ok(lines) | Err(lines)) = &alone;
            // A secret is whatever it is, and is not repeated.
            let named = lines.iter().any(|line| line.contains(&name));
            assert!(named || SECRETS.contains(&name.as_str()), "{worker}: {name}: {alone:?}");
            if alone.is_err() {
                errors.push(name);
            }
        }
        let (Ok(together) | Err(together)) = told(read, &|_| true);
        for name in errors {
            assert!(together.iter().any(|line| line.contains(&name)), "{worker}: {name}: {together:?}");
        }
    }
}
