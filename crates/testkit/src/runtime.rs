use std::future::poll_fn;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use accounts::{Clock, Random, Timestamp};
use http_kit::{BoxFuture, Defer, Level, Runtime};
use serde_json::Value;

/// A clock that stands still until a test moves it, randomness from a seed, and a log that tests read.
#[derive(Debug)]
pub struct TestRuntime {
    now: AtomicI64,
    state: AtomicU64,
    log: Mutex<Vec<LogLine>>,
}

/// What was logged.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// How bad it was said to be.
    pub level: Level,
    /// The line.
    pub line: Value,
}

impl TestRuntime {
    /// A runtime of this seed, on 1 March 2026.
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            now: AtomicI64::new(1_772_323_200_000),
            state: AtomicU64::new(seed),
            log: Mutex::default(),
        })
    }

    /// A runtime of its own with the same time, which will give the same randomness.
    pub(crate) fn copy(&self) -> Arc<Self> {
        Arc::new(Self {
            now: AtomicI64::new(self.now.load(Ordering::SeqCst)),
            state: AtomicU64::new(self.state.load(Ordering::SeqCst)),
            log: Mutex::default(),
        })
    }

    /// Moves the clock on.
    pub fn advance(&self, duration: Duration) {
        self.now.fetch_add(
            i64::try_from(duration.as_millis()).expect("a duration of this era"),
            Ordering::SeqCst,
        );
    }

    /// Moves the clock back.
    pub fn step_back(&self, duration: Duration) {
        self.now.fetch_sub(
            i64::try_from(duration.as_millis()).expect("a duration of this era"),
            Ordering::SeqCst,
        );
    }

    /// What has been logged so far.
    pub fn log_lines(&self) -> Vec<LogLine> {
        self.log.lock().unwrap().clone()
    }
}

impl Clock for TestRuntime {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::SeqCst))
    }
}

impl Random for TestRuntime {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            // SplitMix64: every step gives other bytes, and the same seed the same ones.
            let state = self.state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            let mut word = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            let bytes = word.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

impl Runtime for TestRuntime {
    fn log(&self, level: Level, line: Value) {
        self.log.lock().unwrap().push(LogLine { level, line });
    }

    /// No time at all, since the clock is moved by tests alone; but whatever can go on meanwhile does.
    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(let_others_go_on(1_000))
    }
}

/// Whatever else is under way is looked at so many times before this goes on.
pub(crate) fn let_others_go_on(mut turns: u32) -> impl Future<Output = ()> + Send {
    poll_fn(move |context| {
        if turns == 0 {
            return Poll::Ready(());
        }
        turns -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Work for after the response, kept until a test has it done.
#[derive(Clone, Default)]
pub struct DeferredTasks(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl DeferredTasks {
    /// Does all of it, and what it leads to.
    pub async fn run(&self) {
        loop {
            let tasks = std::mem::take(&mut *self.0.lock().unwrap());
            if tasks.is_empty() {
                return;
            }
            for task in tasks {
                task.await;
            }
        }
    }

    /// Drops all of it, as a worker that is killed does.
    pub fn lose(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl Defer for DeferredTasks {
    fn defer(&self, task: BoxFuture<'static, ()>) {
        self.0.lock().unwrap().push(task);
    }
}

impl std::fmt::Debug for DeferredTasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeferredTasks")
    }
}
