//! Children, each in a process group of its own, so that it can be ended with everything that it started.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::{Failure, OrFail, Result};

/// How long a group may take to end by itself before it is made to.
const GRACE: Duration = Duration::from_secs(8);
/// How much of a failed command's output is shown.
const TAIL_LINES: usize = 60;

static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());
static STOPPING: AtomicBool = AtomicBool::new(false);

fn groups() -> MutexGuard<'static, Vec<Pid>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A child that leads its process group. Dropping it ends the whole group.
pub(crate) struct Group {
    child: Child,
    id: Pid,
}

impl Group {
    pub(crate) fn spawn(command: &mut Command) -> std::io::Result<Self> {
        // Under the lock, so that a signal finds either the group or no child at all.
        let mut groups = groups();
        if STOPPING.load(Ordering::SeqCst) {
            return Err(std::io::Error::other("stopping"));
        }
        let child = command.stdin(Stdio::null()).process_group(0).spawn()?;
        let id = Pid::from_child(&child);
        groups.push(id);
        Ok(Self { child, id })
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            // What it left behind is told to end; nobody waits for it.
            kill_process_group(self.id, Signal::TERM).ok();
        } else {
            end(&[self.id], || drop(self.child.try_wait()));
            self.child.wait().ok();
        }
        groups().retain(|id| *id != self.id);
    }
}

/// Asks the groups to end, insists after a while, and returns when they are gone. `reap` collects the leader where it
/// is ours to collect: until then a dead leader still counts as a member.
fn end(ids: &[Pid], mut reap: impl FnMut()) {
    let started = Instant::now();
    let mut signal = Signal::TERM;
    let mut alive: Vec<Pid> = ids.to_vec();
    let mut signalled = false;
    loop {
        reap();
        alive.retain(|id| test_kill_process_group(*id).is_ok());
        if alive.is_empty() {
            return;
        }
        if signal == Signal::TERM && started.elapsed() > GRACE {
            signal = Signal::KILL;
            signalled = false;
        }
        if !signalled {
            for id in &alive {
                kill_process_group(*id, signal).ok();
            }
            signalled = true;
        }
        if started.elapsed() > GRACE + Duration::from_secs(2) {
            return;
        }
        thread::sleep(Duration::from_millis(30));
    }
}

/// From now on Ctrl-C, SIGTERM and a closed terminal end the running children before the program ends.
///
/// `expected`: a signal is the ordinary way to end this chore, so it is no failure.
pub(crate) fn stop_children_on_signals(expected: bool) -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .or_fail(|| "the signal handlers can't be set".into(), "report this; it should not happen")?;
    thread::spawn(move || {
        let Some(signal) = signals.forever().next() else { return };
        let running = {
            let groups = groups();
            STOPPING.store(true, Ordering::SeqCst);
            groups.clone()
        };
        eprintln!("\nStopping …");
        end(&running, || ());
        eprintln!("Stopped.");
        std::process::exit(if expected { 0 } else { 128 + signal });
    });
    Ok(())
}

/// Never returns while the program is being stopped: the signal thread ends it, and what fails meanwhile is of no
/// interest.
pub(crate) fn wait_if_stopping() {
    while STOPPING.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_secs(1));
    }
}

/// Runs a command whose output only matters when it fails; gives its standard output.
pub(crate) fn capture(command: &mut Command, remedy: &str) -> Result<String> {
    let name = describe(command);
    let (status, output, errors) = output(command).or_fail(|| format!("`{name}` can't be run"), remedy)?;
    if status.success() {
        return Ok(output);
    }
    eprintln!("\n{}", tail(&format!("{output}{errors}")));
    Err(Failure::new(format!("`{name}` failed ({status})"), remedy))
}

/// Runs a command to its end; gives how it ended, its standard output and its standard error.
pub(crate) fn output(command: &mut Command) -> std::io::Result<(ExitStatus, String, String)> {
    let outcome = (|| {
        let mut group = Group::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
        let errors = group.child().stderr.take();
        let reader = thread::spawn(move || read_all(errors));
        let output = read_all(group.child().stdout.take());
        let status = group.child().wait()?;
        Ok((status, output, reader.join().unwrap_or_default()))
    })();
    wait_if_stopping();
    outcome
}

/// Runs a command with its output where ours goes.
pub(crate) fn stream(command: &mut Command, remedy: &str) -> Result<()> {
    let name = describe(command);
    let status = Group::spawn(command).and_then(|mut group| group.child().wait());
    wait_if_stopping();
    check(&name, status, remedy)
}

/// What a command that has run to its end had to say, and whether it succeeded.
pub(crate) struct Said {
    output: String,
    outcome: Result<()>,
}

impl Said {
    /// Shows the output where ours goes, and gives the outcome.
    pub(crate) fn show(self) -> Result<()> {
        println!("{}", self.output);
        self.outcome
    }
}

/// Runs a command while another one has our output.
pub(crate) fn said(command: &mut Command, remedy: &str) -> Result<Said> {
    let name = describe(command);
    let (status, output, errors) = output(command).or_fail(|| format!("`{name}` can't be run"), remedy)?;
    Ok(Said { output: output + &errors, outcome: check(&name, Ok(status), remedy) })
}

/// Runs a command that says what is going on where our own errors go; gives its standard output.
pub(crate) fn report(command: &mut Command, remedy: &str) -> Result<String> {
    let name = describe(command);
    let outcome = Group::spawn(command.stdout(Stdio::piped())).and_then(|mut group| {
        let output = read_all(group.child().stdout.take());
        Ok((output, group.child().wait()?))
    });
    wait_if_stopping();
    let (output, status) = outcome.or_fail(|| format!("`{name}` can't be run"), remedy)?;
    check(&name, Ok(status), remedy).map(|()| output)
}

fn check(name: &str, status: std::io::Result<ExitStatus>, remedy: &str) -> Result<()> {
    let status = status.or_fail(|| format!("`{name}` can't be run"), remedy)?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{name}` failed ({status})"), remedy)) }
}

/// Hands each line of a child's output to `take`, until the child closes it.
pub(crate) fn each_line(output: impl Read + Send + 'static, mut take: impl FnMut(String) + Send + 'static) {
    thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            take(String::from_utf8_lossy(&line).trim_end().to_owned());
            line.clear();
        }
    });
}

fn read_all(output: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut output) = output {
        output.read_to_end(&mut bytes).ok();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program()).to_string_lossy();
    let args = command.get_args().map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(program.into_owned()).chain(args).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn capture_gives_the_output_of_a_success() {
        assert_eq!(capture(&mut shell("echo out; echo err >&2"), "").unwrap(), "out\n");
    }

    #[test]
    fn capture_of_a_failure_says_what_to_do() {
        let failure = capture(&mut shell("exit 3"), "try again").unwrap_err().to_string();
        assert!(failure.contains("exit status: 3") && failure.contains("try again"), "{failure}");
    }

    #[test]
    fn dropping_a_group_ends_its_grandchildren() {
        let mut command = shell("sleep 60 & sleep 60 & wait");
        let group = Group::spawn(&mut command).unwrap();
        let id = group.id;
        assert!(test_kill_process_group(id).is_ok());
        drop(group);
        assert!(test_kill_process_group(id).is_err());
    }

    #[test]
    fn tail_keeps_the_last_lines() {
        let output: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        assert!(tail(&output.join("\n")).starts_with("40\n"));
    }
}
