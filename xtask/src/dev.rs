//! The local session: all three workers in one workerd, with their bindings, on this machine alone, and beside them the
//! mailbox, which shows what they would have sent.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::args::DevOptions;
use crate::example::Example;
use crate::failure::{Failure, OrFail, Result};
use crate::identity_provider::{self, IdentityProvider, provider_port};
use crate::process::{Group, each_line, wait_if_stopping};
use crate::progress::Progress;
use crate::seed;
use crate::tools::{self, Tools};
use crate::workers::{self, DEPLOYED};

/// How long the workers may take until they answer; a cold start on a busy machine takes a few seconds.
const PATIENCE: Duration = Duration::from_secs(90);
/// How much of wrangler's output is kept for the case that it ends.
const LAST_LINES: usize = 40;
/// Variables of one's own, which win over those of the session.
const OWN_VARIABLES: &str = ".edgeward/own.env";

pub(crate) fn run(options: &DevOptions) -> Result<()> {
    let dir = crate::root().join(".edgeward/dev");
    let writable = "check the permissions of the checkout";
    fs::create_dir_all(&dir).or_fail(|| format!("{} can't be made", dir.display()), writable)?;
    // Held for as long as this process lives: two sessions would lock each other out of the one database.
    let lock = File::create(dir.join("lock")).or_fail(|| "the session can't be locked".into(), writable)?;
    if lock.try_lock().is_err() {
        return Err(Failure::new(
            "a local session is already running from this checkout",
            "use it, or stop it with Ctrl-C where it runs",
        ));
    }
    check_port(options.port, options.port)?;
    check_port(mailbox_port(options.port), options.port)?;
    if options.oidc {
        check_port(provider_port(options.port), options.port)?;
    }

    let missing = Tools::missing(&tools::WORKERS)?;
    let mut progress = Progress::new(missing.len() + workers::STEPS + 2);
    let tools = Tools::install(missing, &mut progress)?;
    let built: Vec<_> = options.example.map(Example::worker).into_iter().chain(DEPLOYED).collect();
    workers::build(&built, &tools, &mut progress)?;

    let state = dir.join("state");
    if options.fresh {
        for old in [&state, &dir.join("database")] {
            fs::remove_dir_all(old).or_else(|_| fs::remove_file(old)).ok();
        }
    }
    progress.quiet("preparing the database", || {
        seed::prepare(&tools, &dir, &state)?;
        options.example.map_or(Ok(()), |example| example.migrate(&tools, &state))
    })?;
    // Lives as long as the session.
    let provider = options.oidc.then(|| IdentityProvider::start(&tools, options.port)).transpose()?;
    let session = progress.quiet("starting the workers", || {
        let mut session = Session::start(&tools, options, provider.as_ref(), &dir, &state)?;
        session.wait_until_it_answers(options.port)?;
        // Without roles there is no catalogue to register in.
        if let Some(example) = options.example.filter(|_| options.flags) {
            example.register(options.port)?;
        }
        Ok(session)
    })?;
    // Lives as long as the session; a port that was taken meanwhile costs the mailbox alone.
    let _mailbox = mailbox(&tools, options.port)?;
    println!("{}", welcome(options));
    Err(session.wait_until_it_ends())
}

/// The workers with every flag on, on a database of their own in `dir` that is made anew.
pub(crate) fn throwaway(tools: &Tools, dir: &Path, port: u16) -> Result<Session> {
    fs::remove_dir_all(dir).ok();
    let writable = "check the permissions of the checkout";
    fs::create_dir_all(dir).or_fail(|| format!("{} can't be made", dir.display()), writable)?;
    let state = dir.join("state");
    seed::prepare(tools, dir, &state)?;
    let options = DevOptions { port, flags: true, fresh: true, example: None, front: None, oidc: false };
    let mut session = Session::start(tools, &options, None, dir, &state)?;
    session.wait_until_it_answers(port)?;
    session.output.shown.store(false, Ordering::Relaxed);
    Ok(session)
}

fn check_port(port: u16, first: u16) -> Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop).or_fail(
        || format!("port {port} can't be used"),
        &format!(
            "stop what is using it (`lsof -i :{port}` names it), or take others: cargo xtask dev --port {}",
            first.checked_add(3).unwrap_or(8787)
        ),
    )
}

/// The port next to that of the pages.
fn mailbox_port(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(8788)
}

/// Shows what the workers would have sent. A server of its own, so that no worker has such a page.
fn mailbox(tools: &Tools, port: u16) -> Result<Group> {
    let mut command = tools.command("node");
    command.arg("xtask/mailbox/server.mjs").arg(mailbox_port(port).to_string());
    command.arg(format!("http://localhost:{port}")).stdout(Stdio::null());
    Group::spawn(&mut command)
        .or_fail(|| "the mailbox can't be started".into(), "run `cargo xtask setup`, then again")
}

/// wrangler with the workers, and what it said last.
pub(crate) struct Session {
    group: Group,
    output: Arc<Output>,
}

impl Session {
    fn start(
        tools: &Tools,
        options: &DevOptions,
        provider: Option<&IdentityProvider>,
        dir: &Path,
        state: &Path,
    ) -> Result<Self> {
        let configs = configure(dir, options, provider).or_fail(
            || format!("{} can't be written", dir.display()),
            "check the permissions of the checkout",
        )?;
        let mut command = tools.wrangler();
        command.arg("dev");
        // The first one gets the port.
        for config in options.front.iter().chain(&configs) {
            command.arg("--config").arg(config);
        }
        command.args(["--ip", "127.0.0.1", "--port", &options.port.to_string(), "--inspector-port", "0"]);
        command.args(["--show-interactive-dev-session", "false"]).arg("--persist-to").arg(state);

        let mut group = Group::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
            .or_fail(|| "wrangler can't be started".into(), "run `cargo xtask setup`, then again")?;
        let output = Arc::new(Output::default());
        let child = group.child();
        if let Some(lines) = child.stdout.take() {
            let output = Arc::clone(&output);
            each_line(lines, move |line| output.take(line));
        }
        if let Some(lines) = child.stderr.take() {
            let output = Arc::clone(&output);
            each_line(lines, move |line| output.take(line));
        }
        Ok(Self { group, output })
    }

    fn wait_until_it_answers(&mut self, port: u16) -> Result<()> {
        let started = Instant::now();
        while !answers(port) {
            if !matches!(self.group.child().try_wait(), Ok(None)) {
                return Err(self.ended());
            }
            if started.elapsed() > PATIENCE {
                return Err(Failure::new(
                    format!(
                        "the workers don't answer after {} s:\n{}",
                        PATIENCE.as_secs(),
                        self.output.last()
                    ),
                    "correct what wrangler says above, or start over with `cargo xtask dev --fresh`",
                ));
            }
            thread::sleep(Duration::from_millis(150));
        }
        self.output.shown.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn wait_until_it_ends(mut self) -> Failure {
        self.group.child().wait().ok();
        self.ended()
    }

    fn ended(&self) -> Failure {
        wait_if_stopping();
        // Its last words may still be on their way.
        thread::sleep(Duration::from_millis(200));
        Failure::new(
            format!("wrangler ended; its last words:\n{}", self.output.last()),
            "correct what it says above, or start over with `cargo xtask dev --fresh`",
        )
    }
}

/// wrangler's output: kept while it starts, shown from then on.
#[derive(Default)]
struct Output {
    lines: Mutex<VecDeque<String>>,
    shown: AtomicBool,
}

impl Output {
    fn take(&self, line: String) {
        if self.shown.load(Ordering::Relaxed) {
            println!("{line}");
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LAST_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    fn last(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}

/// Whether a request comes back from user-mgmt by way of account-pages.
fn answers(port: u16) -> bool {
    let exchange = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /api/healthz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok::<_, std::io::Error>(start)
    };
    exchange().is_ok_and(|start| start.starts_with(b"HTTP/1.1 2"))
}

/// Copies the configurations to where variables can be laid beside them: given on the command line, they would reach the
/// first worker only, and beside the originals they would reach the tests as well.
fn configure(
    dir: &Path,
    options: &DevOptions,
    provider: Option<&IdentityProvider>,
) -> std::io::Result<Vec<PathBuf>> {
    let root = crate::root();
    let folder = dir.join("wrangler");
    fs::create_dir_all(&folder)?;
    // The configurations name these from the folder above.
    for name in ["workers", "migrations"] {
        let link = dir.join(name);
        fs::remove_file(&link).ok();
        symlink(root.join(name), link)?;
    }
    let own = fs::read_to_string(root.join(OWN_VARIABLES)).unwrap_or_default();
    let provider = provider.map(IdentityProvider::variables).unwrap_or_default();
    let variables = format!("{}\n{provider}\n{own}", variables(options));
    fs::write(folder.join(".dev.vars"), &variables)?;
    let example = options.example.map(|example| example.configure(dir, &variables));
    let workers = DEPLOYED.iter().map(|worker| {
        let copy = folder.join(format!("{}.jsonc", worker.name));
        fs::copy(root.join(worker.config()), &copy)?;
        Ok(copy)
    });
    example.into_iter().chain(workers).collect()
}

/// What `docs/CONFIGURATION.md` explains; each worker reads what it knows.
fn variables(options: &DevOptions) -> String {
    let flags = ["RBAC_ENABLED", "USER_MGMT_CORE", "USER_MGMT_UI", "USER_MGMT_ENFORCE"];
    let mut lines: Vec<_> =
        flags.iter().map(|flag| format!("{flag}={}", if options.flags { "on" } else { "off" })).collect();
    // Mail is on, and with it the confirmation of addresses; nothing leaves this machine.
    lines.push("MAIL_FROM=Edgeward <no-reply@example.com>".into());
    lines.push(format!("PUBLIC_URL=http://localhost:{}", options.port));
    lines.join("\n")
}

fn welcome(options: &DevOptions) -> String {
    use std::fmt::Write;
    let url = format!("http://localhost:{}", options.port);
    let mut text = format!(
        "\n  Edgeward runs at {url}  (every flag is {})\n\n",
        if options.flags { "on" } else { "off" }
    );
    writeln!(text, "  Sign in at {url}/sign-in as").ok();
    for demo in &seed::DEMOS {
        writeln!(text, "    {:<20} {:<22} {}", demo.email, demo.password, demo.role).ok();
    }
    writeln!(
        text,
        "\n  Mail that would have been sent is at http://localhost:{}\n
  Try next
    open {url}/register, make an account, and follow the link in its mail",
        mailbox_port(options.port)
    )
    .ok();
    if options.flags {
        let member = &seed::DEMOS[1];
        writeln!(
            text,
            "    ask for all roles as the member, who may not see them (403), then sign in as the admin, who may (200):
      curl -c jar -H 'content-type: application/json' {url}/api/login \\
        -d '{{\"username\":\"{}\",\"password\":\"{}\"}}'
      curl -b jar -i {url}/api/rbac/roles
    see the same application without roles: cargo xtask dev --flags off",
            member.email, member.password
        )
        .ok();
    } else {
        writeln!(
            text,
            "    {url}/api/rbac/roles does not exist (404) until the flags are on: cargo xtask dev"
        )
        .ok();
    }
    if let Some(example) = options.example.filter(|_| options.flags) {
        text += &example.welcome(options.port);
    }
    if let Some(front) = &options.front {
        writeln!(
            text,
            "\n  Your Worker of {} stands in front at the same address. Register what it asks with an API\n  token of the \
             administrator ({url}/tokens).",
            front.display()
        )
        .ok();
    }
    if options.oidc {
        writeln!(text, "{}", identity_provider::welcome(options.port)).ok();
    }
    writeln!(text, "\n  Your own variables go into {OWN_VARIABLES}. Ctrl-C stops everything.").ok();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_refused_with_a_way_out() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let failure = check_port(port, port).unwrap_err().to_string();
        assert!(failure.contains(&format!("port {port}")) && failure.contains("--port"), "{failure}");
    }

    #[test]
    fn flags_off_turns_every_flag_off() {
        assert!(
            !variables(&DevOptions {
                port: 8787,
                flags: false,
                fresh: false,
                example: None,
                front: None,
                oidc: false
            })
            .contains("=on")
        );
    }

    #[test]
    fn output_keeps_the_last_lines() {
        let output = Output::default();
        (0..50).for_each(|n| output.take(n.to_string()));
        assert!(output.last().starts_with("10\n"));
    }
}
