//! The catalogue of audit events in docs/AUDIT.md is that of the code. `EDGEWARD_WRITE=1 cargo test -p edgeward-store
//! --test audit_catalogue` writes it anew.
#![cfg(test)]

use std::fmt::Write;
use std::path::Path;

use edgeward_store::audit::Action;

const START: &str = "<!-- the catalogue, written from `store::audit::Action` -->\n";
const END: &str = "<!-- the end of the catalogue -->\n";

#[test]
fn the_catalogue_of_the_docs_is_that_of_the_code() {
    let mut table = "| action | target | when | details |\n|---|---|---|---|\n".to_owned();
    for action in Action::ALL {
        let details: Vec<String> = action.details().iter().map(|path| format!("`{path}`")).collect();
        let (name, target, when) = (action.as_str(), action.target().as_str(), action.when());
        writeln!(table, "| `{name}` | {target} | {when} | {} |", details.join(" ")).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/AUDIT.md");
    let written = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = written.split_once(START).unwrap();
    let (present, after) = rest.split_once(END).unwrap();
    if std::env::var_os("EDGEWARD_WRITE").is_some() {
        std::fs::write(&path, format!("{before}{START}{table}{END}{after}")).unwrap();
    } else {
        assert!(present == table, "the actions have changed: run this test with EDGEWARD_WRITE=1");
    }
}
