//! The API description: by a linter, and against the running system by schemathesis, on a database that is thrown away.

use std::net::{Ipv4Addr, TcpListener};

use crate::dev;
use crate::failure::{OrFail, Result};
use crate::process::stream;
use crate::progress::Progress;
use crate::tools::{self, Tools};
use crate::workers::{self, DEPLOYED};

pub(crate) fn run(examples: u32) -> Result<()> {
    let missing = Tools::missing(&tools::SCHEMA)?;
    let mut progress = Progress::new(missing.len() + workers::STEPS + 3);
    let tools = Tools::install(missing, &mut progress)?;
    progress.loud("linting the API description", || {
        let mut command = tools.command("node");
        stream(
            command.arg("tests/schema/lint.mjs"),
            "change what describes it: crates/http-kit/src/openapi.rs, or the Doc of the route",
        )
    })?;
    workers::build(&DEPLOYED, &tools, &mut progress)?;
    let port = free_port()?;
    let dir = crate::root().join(".edgeward/schema");
    let session = progress.quiet("starting the workers", || dev::throwaway(&tools, &dir, port))?;
    progress.loud("comparing what it says with what they do", || {
        let mut command = tools.command("node");
        command.args(["tests/schema/run.mjs", &format!("http://localhost:{port}")]);
        command.arg(tools.schemathesis()).arg(examples.to_string());
        stream(
            &mut command,
            "mend the route, or what describes it; each finding above has a request that shows it",
        )
    })?;
    drop(session);
    Ok(())
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).or_fail(|| "there is no free port".into(), "run this again")
}
