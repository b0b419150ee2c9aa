//! One line for each step, with its number and how long it took.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Result;

/// The steps of a chore, counted.
pub(crate) struct Progress {
    done: usize,
    total: usize,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        Self { done: 0, total }
    }

    /// A step that prints nothing by itself: `[2/5] building the workers … 12 s`.
    pub(crate) fn quiet<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let label = self.next(what);
        let started = Instant::now();
        let show = |end: &str| {
            print!("{label} … {}{end}", seconds(started));
            std::io::stdout().flush().ok();
        };
        let terminal = std::io::stdout().is_terminal();
        if !terminal {
            print!("{label} … ");
            std::io::stdout().flush().ok();
        }
        let outcome = thread::scope(|scope| {
            let (done, waiting) = channel::<()>();
            if terminal {
                // A minute without a sign of life looks like a hang, so the seconds are counted where one is watching.
                scope.spawn(move || {
                    while waiting.recv_timeout(Duration::from_millis(500)) == Err(RecvTimeoutError::Timeout) {
                        show("\r");
                    }
                });
            }
            let outcome = work();
            drop(done);
            outcome
        });
        match (&outcome, terminal) {
            (Ok(_), true) => show("\n"),
            (Ok(_), false) => println!("{}", seconds(started)),
            (Err(_), _) => println!("failed after {}", seconds(started)),
        }
        outcome
    }

    /// A step whose own output is worth seeing as it comes.
    pub(crate) fn loud<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let label = self.next(what);
        println!("{label} …");
        let started = Instant::now();
        let outcome = work()?;
        println!("{label} … {}", seconds(started));
        Ok(outcome)
    }

    fn next(&mut self, what: &str) -> String {
        self.done += 1;
        format!("[{}/{}] {what}", self.done, self.total)
    }
}

/// A line that counts what a long step has done: `importing: 12000 of 100000, 34 s`.
pub(crate) struct Meter {
    what: String,
    started: Instant,
}

impl Meter {
    pub(crate) fn new(what: &str) -> Self {
        Self { what: what.to_owned(), started: Instant::now() }
    }

    /// So many are done: the same line again where one is watching, a new one elsewhere.
    pub(crate) fn show(&mut self, done: u64, total: u64) {
        let line = format!("{}: {done} of {total}, {}", self.what, seconds(self.started));
        if std::io::stdout().is_terminal() && done < total {
            print!("{line}\r");
            std::io::stdout().flush().ok();
        } else {
            println!("{line}");
        }
    }
}

fn seconds(since: Instant) -> String {
    let elapsed = since.elapsed();
    if elapsed < Duration::from_secs(10) {
        format!("{:.1} s", elapsed.as_secs_f32())
    } else {
        format!("{} s", elapsed.as_secs())
    }
}
