//! Every case, on workerd.
#![cfg(test)]

mod scene;

use e2e::live::Live;
use e2e::workerd::Migrations;

macro_rules! on_workerd {
    ($($case:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $case() {
            let world = Live::start(&[], Migrations::All);
            let url = world.workerd.url().to_owned();
            scene::cases::$case(&world, &url).await;
        })+
    };
}

scene::cases::each_case!(on_workerd);
