//! The example application on workerd, in front of the three workers.
#![cfg(test)]

use e2e::bookmarks;
use e2e::live::Live;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_flow_works_in_every_mode() {
    bookmarks::every_flow_works_in_every_mode(&mut Live::start_behind("bookmarks")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_taken_away_stops_the_next_job() {
    bookmarks::what_is_taken_away_stops_the_next_job(&mut Live::start_behind("bookmarks")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn findings_show_in_the_report() {
    bookmarks::findings_show_in_the_report(&mut Live::start_behind("bookmarks")).await;
}
