//! The races of `e2e::assurance`, with the three workers in one process: whatever comes first, in ever the same order.
#![cfg(test)]

use e2e::assurance::races;
use futures_util::future::join_all;
use testkit::Native;
use user_mgmt_app::services::cron;

const ROUNDS: usize = 6;

macro_rules! races {
    ($($race:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $race() {
            races::$race(&mut Native::new(), ROUNDS).await;
        })+
    };
}

e2e::each_race!(races);

#[tokio::test]
async fn an_outbox_is_worked_off_once() {
    let world = Native::new();
    let run_crons = async |times| {
        join_all((0..times).map(|_| cron::run(&world.app))).await;
    };
    races::an_outbox_is_worked_off_once(&world, ROUNDS, run_crons, || world.mailbox.sent().len()).await;
}
