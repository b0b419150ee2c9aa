use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::pin_mut;
use worker::Delay;

/// Something took longer than anybody waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer within {} s", .0.as_secs())]
pub struct TimedOut(Duration);

/// Waits for `work`, so long and no longer. What it has begun may go on; its outcome is not waited for.
pub async fn within<T>(patience: Duration, work: impl Future<Output = T>) -> Result<T, TimedOut> {
    let timeout = Delay::from(patience);
    pin_mut!(work, timeout);
    match select(work, timeout).await {
        Either::Left((outcome, _)) => Ok(outcome),
        Either::Right(_) => Err(TimedOut(patience)),
    }
}
