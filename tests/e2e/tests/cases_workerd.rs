//! Every case, on workerd.

use e2e::cases;
use e2e::live::Live;
use e2e::workerd::Migrations;

macro_rules! on_workerd {
    ($($group:ident::$case:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $case() {
            cases::$group::$case(&mut Live::start(&[], Migrations::All)).await;
        })+
    };
}

e2e::each_case!(on_workerd);
