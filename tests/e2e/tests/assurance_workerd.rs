//! Races on workerd: see `e2e::assurance::races`.
#![cfg(test)]

use e2e::assurance::{asked, races};
use e2e::live::Live;
use e2e::mail_provider::MailProvider;
use e2e::workerd::Migrations;

/// How often requests race in each way.
fn rounds() -> usize {
    asked("ASSURE_ROUNDS", 20)
}

macro_rules! races {
    ($($race:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $race() {
            races::$race(&mut Live::start(&[], Migrations::All), rounds()).await;
        })+
    };
}

e2e::each_race!(races);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_outbox_is_worked_off_once() {
    let provider = MailProvider::start();
    let world = Live::start(&[("MAIL_HTTP_URL", provider.url()), ("MAIL_HTTP_KEY", "key")], Migrations::All);
    let run_crons = async |times| {
        tokio::task::block_in_place(|| world.workerd.scheduled("user-mgmt", "* * * * *", times)).unwrap();
    };
    races::an_outbox_is_worked_off_once(&world, rounds(), run_crons, || provider.taken().len()).await;
}
