use std::io::{Read, Write};
use std::path::Path;

use api::AuditEvent;

use crate::args::{Audit, AuditFilter, ExportFormat};
use crate::client::{Client, Query};
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::progress::Progress;

const AUDIT: &str = "/v1/admin/audit";
/// How much of the end of an export is kept to find its last line in: more than the longest one that says it is not whole.
const LAST_LINE: usize = 1024;
/// What stands in an export where more should have followed, at the start of its last line.
const INCOMPLETE: [&[u8]; 2] = [b"{\"error\":{", b"export_incomplete,"];

pub(super) fn run(command: Audit, client: &Client, output: Output) -> Result<()> {
    match command {
        Audit::List { filter, length } => {
            let query = asked(&filter, client)?;
            let head = ["AT", "ACTION", "ACTOR", "TARGET", "TENANT", "REQUEST"];
            output.list(head, length.most(), client.list::<AuditEvent>(AUDIT, &query), |event| {
                let actor = event.actor.as_ref();
                let actor = actor.map(|actor| actor.email.clone().unwrap_or_else(|| actor.id.clone()));
                [
                    event.at.0.to_string(),
                    event.action.clone(),
                    actor.unwrap_or_else(|| "-".to_owned()),
                    format!("{} {}", event.target.kind, event.target.id),
                    event.tenant.clone().unwrap_or_default(),
                    event.request_id.clone(),
                ]
            })
        }
        Audit::Export { filter, output: file, format } => {
            let format = match format {
                ExportFormat::Ndjson => "ndjson",
                ExportFormat::Csv => "csv",
            };
            let query = asked(&filter, client)?.with("format", Some(format));
            let mut body = client.download(AUDIT, &query)?;
            if file == Path::new("-") {
                return copy(&mut body, &mut std::io::stdout().lock(), Failure::from).map(drop);
            }
            let bytes = to_file(&mut body, &file)?;
            output.done(&format!("{bytes} bytes in {}", file.display()))
        }
    }
}

fn asked(filter: &AuditFilter, client: &Client) -> Result<Query> {
    let actor = filter.actor.as_ref().map(|actor| client.user_id(actor)).transpose()?;
    Ok(Query::default()
        .with("actor", actor)
        .with("action", filter.action.as_ref())
        .with("targetType", filter.target_type.as_ref())
        .with("targetId", filter.target_id.as_ref())
        .with("tenant", filter.tenant.as_ref())
        .with("requestId", filter.request.as_ref())
        .with("from", filter.from)
        .with("to", filter.to))
}

/// Writes beside the file and puts that in its place once it is whole, for its owner's eyes alone: it tells of people.
fn to_file(body: &mut impl Read, file: &Path) -> Result<u64> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::local(&format!("{} can't be written", file.display()), error)
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let part = tempfile::Builder::new().prefix(".edgeward-").suffix(".part").tempfile_in(folder);
    let mut part = part.map_err(|error| failed(&error))?;
    let bytes = copy(body, part.as_file_mut(), |error| failed(&error))?;
    part.as_file().sync_all().map_err(|error| failed(&error))?;
    part.persist(file).map_err(|error| failed(&error))?;
    Ok(bytes)
}

/// Copies an export as it comes; fails where it is not whole.
fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    unwritten: impl Fn(std::io::Error) -> Failure,
) -> Result<u64> {
    let progress = Progress::bytes("exported");
    let mut buffer = vec![0; 64 * 1024];
    let (mut bytes, mut end) = (0, Vec::new());
    loop {
        let read = from.read(&mut buffer);
        let read = read.map_err(|error| Failure::Unavailable(format!("the export broke off: {error}")))?;
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else { break };
        to.write_all(chunk).map_err(&unwritten)?;
        bytes += chunk.len() as u64;
        progress.more(chunk.len());
        end.extend_from_slice(chunk);
        end.drain(..end.len().saturating_sub(LAST_LINE));
    }
    to.flush().map_err(&unwritten)?;
    if is_incomplete(&end) {
        return Err(Failure::Unavailable("the export broke off at the deployment; try again".to_owned()));
    }
    Ok(bytes)
}

/// Whether the last line says that more should have followed: not every way between here and there shows a broken transfer.
fn is_incomplete(end: &[u8]) -> bool {
    let last = end.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    INCOMPLETE.iter().any(|mark| last.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwritten(error: std::io::Error) -> Failure {
        Failure::local("test", error)
    }

    #[test]
    fn a_whole_export_is_copied_as_it_is() {
        let text = "{\"id\":\"1\"}\n".repeat(100_000);
        let mut copied = Vec::new();
        assert_eq!(copy(&mut text.as_bytes(), &mut copied, unwritten).unwrap(), text.len() as u64);
        assert_eq!(copied, text.as_bytes());
    }

    #[test]
    fn an_export_that_says_it_is_not_whole_is_a_failure() {
        for (text, incomplete) in [
            ("", false),
            ("{\"id\":\"1\"}\n", false),
            ("{\"id\":\"1\"}\n{\"error\":{\"code\":\"export_incomplete\"}}\n", true),
            ("{\"error\":{\"code\":\"export_incomplete\"}}\n", true),
            ("id,at\r\n1,2\r\n", false),
            ("id,at\r\nexport_incomplete,,\r\n", true),
        ] {
            assert_eq!(
                copy(&mut text.as_bytes(), &mut Vec::new(), unwritten).is_err(),
                incomplete,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.ndjson");
        std::fs::write(&file, "from before").unwrap();
        let broken = "{\"error\":{\"code\":\"export_incomplete\"}}\n";
        assert!(to_file(&mut broken.as_bytes(), &file).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "from before");
        assert_eq!(to_file(&mut "{}\n".as_bytes(), &file).unwrap(), 3);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
}
