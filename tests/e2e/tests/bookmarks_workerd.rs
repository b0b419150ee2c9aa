//! The example application on workerd, in front of the three workers.
#![cfg(test)]

use e2e::bookmarks;
use e2e::cases::plan;
use e2e::live::Live;
use e2e::workerd::Migrations;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_flow_works_in_every_mode() {
    bookmarks::every_flow_works_in_every_mode(&mut Live::start_behind("bookmarks", &[], Migrations::All))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_taken_away_stops_the_next_job() {
    bookmarks::what_is_taken_away_stops_the_next_job(&mut Live::start_behind(
        "bookmarks",
        &[],
        Migrations::All,
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn findings_show_in_the_report() {
    bookmarks::findings_show_in_the_report(&mut Live::start_behind("bookmarks", &[], Migrations::All)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_whole_plan_works_forth_and_back() {
    // Everybody signs in again and again, so with the cheapest hashes that are allowed.
    let vars = [
        ("RBAC_ENABLED", "off"),
        ("USER_MGMT_CORE", "off"),
        ("USER_MGMT_ENFORCE", "off"),
        ("ARGON2_MEMORY_KIB", "7168"),
        ("ARGON2_PASSES", "1"),
    ];
    let mut world = Live::start_behind("bookmarks", &vars, Migrations::Only(&["0001_accounts.sql"]));
    plan::the_whole_plan_works_forth_and_back(&mut world).await;
}
