use api::{Findings, Rollout as Report};

use crate::args::Rollout;
use crate::client::{Client, Query};
use crate::failure::Result;
use crate::output::{Output, fields, shown, table, yes_or_no};

/// How many routes are shown of each kind of finding; `--json` has what the deployment answers.
const SHOWN: usize = 10;

pub(super) fn run(command: Rollout, client: &Client, output: Output) -> Result<()> {
    let Rollout::Status { days } = command;
    let report: Report = client.get("/v1/admin/rollout", &Query::default().with("days", Some(days)))?;
    output.answer(&report, in_words)
}

fn in_words(report: &Report) -> String {
    let flags = &report.flags;
    let everyone = || "everyone".to_owned();
    let for_whom = if flags.enforce_for.is_empty() { everyone() } else { flags.enforce_for.join(", ") };
    let mut parts = vec![fields(&[
        ("RBAC_ENABLED", on_or_off(flags.rbac_enabled)),
        ("USER_MGMT_CORE", on_or_off(flags.user_mgmt_core)),
        ("USER_MGMT_ENFORCE", flags.enforce.clone()),
        ("USER_MGMT_ENFORCE_FOR", for_whom),
        ("ready for everyone", yes_or_no(report.readiness.ready)),
    ])];
    for reason in &report.readiness.reasons {
        let weight = if reason.blocking { "in the way" } else { "worth knowing" };
        parts.push(format!("{weight}: {} ({})", shown(&reason.detail), shown(&reason.code)));
    }
    for defect in &report.configuration_defects {
        parts.push(format!("configuration: {}", shown(defect)));
    }
    parts.push(format!("\nIn the last {} days:", report.days));
    let kinds = [
        ("would be denied", &report.would_deny),
        ("would be allowed", &report.would_allow),
        ("denied", &report.denied),
        ("could not be evaluated", &report.evaluation_errors),
    ];
    let rows = kinds.iter().map(|(kind, found)| {
        [
            (*kind).to_owned(),
            found.count.to_string(),
            found.routes.total.to_string(),
            found.users.total.to_string(),
        ]
    });
    parts.push(table(["FINDING", "REQUESTS", "ROUTES", "USERS"], rows.collect()));
    for (kind, found) in kinds.into_iter().filter(|(_, found)| !found.routes.items.is_empty()) {
        parts.push(format!("\nMost often {kind}:\n{}", routes(found)));
    }
    parts.join("\n")
}

fn routes(found: &Findings) -> String {
    let rows = found.routes.items.iter().take(SHOWN).map(|found| {
        [found.route.clone(), found.permission.clone().unwrap_or_default(), found.count.to_string()]
    });
    table(["ROUTE", "PERMISSION", "REQUESTS"], rows.collect())
}

fn on_or_off(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}
