//! Every variable that a worker reads is documented with its default and its effect, and every wrong value is told of at once.
#![cfg(test)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use http_kit::Vars;

/// Documented ahead of what reads them.
const TO_COME: [&str; 1] = ["USER_MGMT_UI"];

/// Secrets, whose values have no form.
const SECRETS: [&str; 2] = ["MAIL_HTTP_KEY", "ALERT_WEBHOOK_URL"];

/// Reads the configuration of a worker.
type Read = fn(&mut Vars<'_>);

/// The workers that have variables.
const WORKERS: [(&str, Read); 2] = [
    ("user-mgmt", |vars| drop(user_mgmt_app::Config::read(vars))),
    ("session-state", |vars| {
        session_state_app::Config::read(vars);
    }),
];

fn file(path: &str) -> String {
    std::fs::read_to_string(testkit::root().join(path)).unwrap()
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

/// The variables and secrets of the documentation, with the worker that reads each.
fn documented() -> BTreeMap<String, String> {
    let text = file("wrangler/README.md");
    let (_, variables) = text.split_once("## Variables").unwrap();
    let (variables, secrets) = variables.split_once("## Secrets").unwrap();
    let secrets = secrets.split("\n## ").next().unwrap();
    let mut found = BTreeMap::new();
    for row in variables.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, worker, default, effect] = cells[..] else { panic!("{row}") };
        assert!(!default.is_empty() && effect.len() > 10, "{row}");
        found.insert(name.trim_matches('`').to_owned(), worker.to_owned());
    }
    // `NAME` (worker), wherever in the section.
    let parts: Vec<&str> = secrets.split('`').collect();
    for pair in parts[1..].chunks_exact(2) {
        if let Some(rest) = pair[1].strip_prefix(" (") {
            found.insert(pair[0].to_owned(), rest.split(')').next().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn every_variable_is_documented_and_every_documented_one_is_read() {
    let read: BTreeMap<String, String> = WORKERS
        .into_iter()
        .flat_map(|(worker, read)| asked(read).into_iter().map(|name| (name, worker.to_owned())))
        .collect();
    assert!(read.len() > 10, "{read:?}");
    let mut documented = documented();
    for name in TO_COME.iter().filter(|name| !read.contains_key(**name)) {
        assert!(documented.remove(*name).is_some(), "{name}");
    }
    assert_eq!(documented, read);
}

#[test]
fn every_variable_of_the_configuration_files_is_read_by_its_worker() {
    for (worker, read) in WORKERS {
        let text = file(&format!("wrangler/{worker}.jsonc"));
        let Some((_, vars)) = text.split_once("\"vars\": {") else { continue };
        let vars = vars.split("\n  }").next().unwrap();
        let names = vars.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once('"'));
        let asked = asked(read);
        for (name, _) in names {
            assert!(asked.contains(name), "{worker}: {name}");
        }
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
        let together = told(read, &|_| true).unwrap_err();
        for name in errors {
            assert!(together.iter().any(|line| line.contains(&name)), "{worker}: {name}: {together:?}");
        }
    }
}
