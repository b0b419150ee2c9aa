use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

use api::{Manifest as Body, ManifestResult};
use http::Method;

use crate::args::Manifest;
use crate::client::Client;
use crate::failure::{Failure, Result};
use crate::output::{Output, shown, table};
use crate::progress::Progress;

pub(super) fn run(command: Manifest, client: &Client, output: Output) -> Result<()> {
    let Manifest::Apply { file, dry_run, force } = command;
    let manifest = read(&file)?;
    let descriptions: BTreeMap<String, String> = manifest
        .permissions
        .iter()
        .map(|permission| (permission.name.to_string(), permission.description.as_str().to_owned()))
        .collect();
    let progress = Progress::doing(if dry_run { "looking what would change" } else { "registering" });
    let body = Body { dry_run: dry_run || manifest.dry_run, force: force || manifest.force, ..manifest };
    let result: ManifestResult = client.send(Method::PUT, "/rbac/permissions", &body)?;
    drop(progress);
    output.answer(&result, |result| in_words(result, &descriptions, body.dry_run))
}

fn read(file: &Path) -> Result<Body> {
    let mut text = String::new();
    let unreadable =
        |error: std::io::Error| Failure::local(&format!("{} can't be read", file.display()), error);
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    } else {
        text = std::fs::read_to_string(file).map_err(unreadable)?;
    }
    serde_json::from_str(&text)
        .map_err(|error| Failure::Usage(format!("{} is no manifest: {error}", file.display())))
}

fn in_words(result: &ManifestResult, descriptions: &BTreeMap<String, String>, dry_run: bool) -> String {
    let mut text = String::new();
    for (mark, names) in [("+", &result.added), ("~", &result.updated), ("-", &result.removed)] {
        for name in names {
            let description = descriptions.get(name).map(String::as_str).unwrap_or_default();
            let line = format!("{mark} {}  {}", shown(name), shown(description));
            writeln!(text, "{}", line.trim_end()).ok();
        }
    }
    let counts = [
        (result.added.len(), "added"),
        (result.updated.len(), "updated"),
        (result.removed.len(), "removed"),
        (result.unchanged, "unchanged"),
    ];
    let counts: Vec<String> = counts.iter().map(|(count, what)| format!("{count} {what}")).collect();
    write!(text, "{}{}", counts.join(", "), if dry_run { "; nothing was changed" } else { "" }).ok();
    if !result.suggested.is_empty() {
        let rows = result.suggested.iter().map(|grant| [grant.role.clone(), grant.permission.clone()]);
        let rows = table(["ROLE", "PERMISSION"], rows.collect());
        write!(
            text,
            "\n\nThe application suggests, and no role grants yet (`edgeward roles grant`):\n{rows}"
        )
        .ok();
    }
    text
}
