//! The set beside a model that is too simple to be wrong: after any operations, both decide alike.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use edgeward_rbac::{Grant, GrantSet, Permission, covers, has_permission};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The grants as texts, matched one by one.
#[derive(Debug, Default)]
struct Model(Vec<String>);

impl Model {
    /// Keeps a well-formed grant that is new; false if it is neither.
    fn insert(&mut self, text: &str) -> bool {
        let new = well_formed(text) && !self.0.iter().any(|held| held == text);
        if new {
            self.0.push(text.to_owned());
        }
        new
    }

    fn allows(&self, required: &str) -> bool {
        let (resource, action) = required.split_once(':').unwrap();
        self.0.iter().any(|held| {
            let reaches = held == required
                || *held == format!("{resource}:*")
                || (*held == format!("*:{action}") && resource != "admin");
            held == "admin:all" || reaches
        })
    }

    fn covers(&self, grant: &str) -> bool {
        if grant.contains('*') {
            self.0.iter().any(|held| held == grant || held == "admin:all")
        } else {
            self.allows(grant)
        }
    }
}

fn well_formed(text: &str) -> bool {
    let name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    match text.split(':').collect::<Vec<_>>()[..] {
        ["admin", action] => action == "all",
        ["*", action] => name(action),
        [resource, "*"] => name(resource),
        [resource, action] => name(resource) && name(action),
        _ => false,
    }
}

#[derive(Debug, Clone)]
enum Operation {
    Insert(String),
    Extend(Vec<String>),
    /// Reads the set back from its own list and these.
    Store(Vec<String>),
    Copy,
}

const PARTS: [&str; 9] = ["docs", "users", "admin", "all", "read", "write", "*", "", "Docs"];
const NAMES: [&str; 6] = ["docs", "users", "admin", "all", "read", "write"];

fn text() -> impl Strategy<Value = String> {
    (select(&PARTS), select(&PARTS)).prop_map(|(resource, action)| format!("{resource}:{action}"))
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => text().prop_map(Operation::Insert),
        1 => vec(text(), 0..4).prop_map(Operation::Extend),
        1 => vec(text(), 0..4).prop_map(Operation::Store),
        1 => Just(Operation::Copy),
    ]
}

fn assert_alike(set: &GrantSet, model: &Model) {
    let mut sorted = model.0.clone();
    sorted.sort();
    assert!(set.iter().map(Grant::as_str).eq(&sorted), "{set:?} {sorted:?}");
    assert_eq!(set.len(), sorted.len());
    assert_eq!(set.is_empty(), sorted.is_empty());
    assert_eq!(set.is_admin(), model.0.contains(&"admin:all".to_owned()));
    for resource in NAMES {
        for action in NAMES {
            let required = format!("{resource}:{action}");
            let allowed = has_permission(set, &Permission::parse(&required).unwrap());
            assert_eq!(allowed, model.allows(&required), "{set:?} / {required}");
        }
    }
    for resource in PARTS {
        for action in PARTS {
            let text = format!("{resource}:{action}");
            let grant = Grant::parse(&text);
            assert_eq!(grant.is_ok(), well_formed(&text), "{text}");
            if let Ok(grant) = grant {
                assert_eq!(covers(set, &grant), model.covers(&text), "{set:?} / {text}");
            }
        }
    }
}

proptest! {
    #[test]
    fn set_and_model_agree_after_any_operations(operations in vec(operation(), 0..16)) {
        let mut set = GrantSet::default();
        let mut model = Model::default();
        for operation in operations {
            match operation {
                Operation::Insert(text) => {
                    let inserted = Grant::parse(&text).is_ok_and(|grant| set.insert(grant));
                    prop_assert_eq!(inserted, model.insert(&text));
                }
                Operation::Extend(texts) => {
                    set.extend(texts.iter().filter_map(|text| Grant::parse(text).ok()));
                    for text in &texts {
 model.insert(text);
 }
                }
                Operation::Store(texts) => {
                    let stored: Vec<&str> =
                        set.iter().map(Grant::as_str).chain(texts.iter().map(String::as_str)).collect();
                    let (again, defects) = GrantSet::from_stored(stored);
                    prop_assert!(defects.iter().map(|defect| &defect.text).eq(texts.iter().filter(|text| !well_formed(text))));
                    set = again;
                    for text in &texts {
 model.insert(text);
 }
                }
                Operation::Copy => {
                    let copy = set.clone();
                    prop_assert_eq!(&copy, &set);
                    set = copy;
                }
            }
            assert_alike(&set, &model);
        }
    }
}
