//! Whether a deployment answers: the pages, the files, and by way of the pages user-mgmt and its database.

use crate::failure::Result;
use crate::process::capture;
use crate::tools::Tools;

/// How long a new deployment may take until it is everywhere.
const PATIENCE_SECONDS: &str = "90";

/// Asks until all is well.
pub(crate) fn wait(tools: &Tools, url: &str) -> Result<()> {
    ask(tools, url, PATIENCE_SECONDS)
}

/// Asks once.
pub(crate) fn now(tools: &Tools, url: &str) -> Result<()> {
    ask(tools, url, "0")
}

fn ask(tools: &Tools, url: &str, seconds: &str) -> Result<()> {
    capture(
        tools.command("node").args(["xtask/health.mjs", url, seconds]),
        "503 `misconfigured` means that a variable, a secret or a binding is missing: the log says which, \
         `npx wrangler tail user-mgmt-ENV`; docs/RUNBOOK.md has the way back",
    )
    .map(drop)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server whose every answer has this status.
    fn server(status: &'static str) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                stream.read_exact(&mut [0; 4]).ok();
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok();
            }
        });
        url
    }

    #[test]
    #[ignore = "needs Node, which `cargo xtask test` brings"]
    fn deployment_is_well_when_everything_answers_200() {
        let tools = Tools::installed().unwrap();
        now(&tools, &server("200 OK")).unwrap();
        assert!(now(&tools, &server("503 Service Unavailable")).is_err());
        assert!(now(&tools, "http://127.0.0.1:1").is_err());
    }
}
