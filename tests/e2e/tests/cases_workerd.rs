//! Every case, on workerd.

use e2e::cases;
use e2e::live::Live;
use e2e::workerd::Migrations;
use testkit::World;

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

/// Natively, `tests/native.rs` has the database fail instead.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_export_that_breaks_off_is_no_whole_answer() {
    let world = Live::start(&[], Migrations::All);
    let session = cases::super_admin(&world, "root@example.com").await.session.unwrap();
    // What the oldest event tells can't be read, as JSON of such a depth is nowhere; it is on the second page.
    let (deep, events) = (200, 1_500);
    let details = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
    world
        .sql(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {events}) \
             INSERT INTO audit_log (id, at, action, target_type, target_id, request_id, details) \
             SELECT printf('00000001-%04x-7000-8000-000000000000', i), 65536 + i, 'role.created', 'role', 'r', 'old', \
                    CASE i WHEN 0 THEN '{details}' ELSE '{{}}' END \
             FROM n"
        ))
        .await;
    let request = http::Request::get("http://localhost:8787/api/v1/admin/audit?format=ndjson")
        .header(http::header::COOKIE, format!("{}={session}", http_kit::SESSION_COOKIE));
    let (reply, end) = world.receive(request.body(Vec::new()).unwrap()).await;
    assert_eq!(reply.status, 200);
    assert!(end.is_err(), "whoever reads it learns that there was to be more");
    let lines = reply.text().lines().count();
    assert!((1..=1_001).contains(&lines), "{lines}: some of a page, and perhaps why there is no other");
}
