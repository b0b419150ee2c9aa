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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn accounts_work_on_the_first_migration_alone() {
    let mut world = Live::start(&[("RBAC_ENABLED", "off")], Migrations::Only(&["0001_accounts.sql"]));
    cases::flags::accounts_work_on_the_first_migration_alone(&mut world).await;
}
