//! That something is going on, on standard error and only where somebody watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A sign of life that goes away when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Counts `things`.
    pub(crate) fn counting(things: &str) -> Self {
        Self::styled("{spinner} {human_pos} {msg}", things)
    }

    /// Says what is being done.
    pub(crate) fn doing(what: &str) -> Self {
        Self::styled("{spinner} {msg} ({elapsed})", what)
    }

    /// Counts bytes.
    pub(crate) fn bytes(what: &str) -> Self {
        Self::styled("{spinner} {msg}: {binary_bytes} ({binary_bytes_per_sec})", what)
    }

    fn styled(template: &str, message: &str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(message.to_owned());
        // A template that can't be read leaves the style that there is; all of them are in this file.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub(crate) fn more(&self, count: usize) {
        self.0.inc(count as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
