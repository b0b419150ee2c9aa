use http::Response;
use http_kit::Body;
use serde_json::{Value, json};

use crate::site::{Asked, Site, done, ok, refused};

const OTHER: &str = "0198c0de-0000-7000-8000-000000000002";

fn session(id: &str, device: &str, current: bool) -> Value {
    json!({
        "id": id, "device": device, "userAgent": "Mozilla/5.0", "current": current,
        "createdAt": "2026-01-31T09:30:00.000Z",
        "lastSeenAt": "2026-02-01T09:30:00.000Z",
        "expiresAt": "2026-03-01T09:30:00.000Z",
    })
}

fn two(_: &Asked) -> Response<Body> {
    ok(&json!({ "items": [
        session("0198c0de-0000-7000-8000-000000000001", "Firefox on Windows", true),
        session(OTHER, "<b>x</b>", false),
    ] }))
}

fn end(id: &str) -> String {
    format!("/sessions/{id}/end")
}

#[tokio::test]
async fn sessions_are_shown_with_device_and_times_in_two_calls() {
    let site = Site::of_ada_and(two);
    let page = site.get_signed_in("/sessions").await.expect(200);
    page.shows(&[
        "Firefox on Windows",
        "this browser",
        "&#60;b&#62;x&#60;/b&#62;",
        r#"<time datetime="2026-02-01T09:30:00.000Z">2026-02-01 09:30 UTC</time>"#,
        &end(OTHER),
        "/sessions/end-others",
    ]);
    page.hides(&["/sessions/0198c0de-0000-7000-8000-000000000001/end"]);
    assert_eq!(site.lines(), ["GET /load-user", "GET /sessions"]);
}

#[tokio::test]
async fn sessions_of_one_browser_alone_offer_nothing_to_end() {
    let alone = |_: &_| ok(&json!({ "items": [session(OTHER, "Firefox", true)] }));
    let page = Site::of_ada_and(alone).get_signed_in("/sessions").await.expect(200);
    page.hides(&["/end\"", "end-others"]);
}

#[tokio::test]
async fn sessions_go_on_to_a_next_page() {
    let site = Site::of_ada_and(|_| ok(&json!({ "items": [], "nextCursor": "6162" })));
    let page = site.get_signed_in("/sessions?cursor=61").await.expect(200);
    page.shows(&[r#"href="/sessions?cursor=6162""#]);
    assert_eq!(site.lines()[1], "GET /sessions?cursor=61");
    let page = Site::of_ada().get_signed_in("/sessions?cursor=x%26y").await;
    page.expect(400);
}

#[tokio::test]
async fn session_is_ended_after_a_question() {
    let site = Site::of_ada_and(two);
    let page = site.get_signed_in(&end(OTHER)).await.expect(200);
    page.shows(&["End this session?", "&#60;b&#62;x", &format!(r#"action="/sessions/{OTHER}/end""#)]);
    assert_eq!(site.lines(), ["GET /load-user", "GET /sessions"]);

    let site = Site::of_ada_and(|_| done());
    site.post_signed_in(&end(OTHER), &[]).await.expect_redirect("/sessions?notice=ended");
    assert_eq!(site.lines(), ["GET /load-user", &format!("DELETE /sessions/{OTHER}")]);
}

#[tokio::test]
async fn session_that_has_ended_already_is_over() {
    let site = Site::of_ada_and(|_| refused(404, "not_found", "there is nothing here", None));
    site.post_signed_in(&end(OTHER), &[]).await.expect_redirect("/sessions?notice=ended");
}

#[tokio::test]
async fn session_of_no_id_is_not_found() {
    Site::of_ada().get_signed_in("/sessions/x/end").await.expect(404);
    Site::of_ada().post_signed_in("/sessions/x/end", &[]).await.expect(404);
}

#[tokio::test]
async fn other_sessions_are_ended_after_a_question() {
    let site = Site::of_ada_and(|_| done());
    site.get_signed_in("/sessions/end-others").await.expect(200).shows(&["You stay signed in here."]);
    let page = site.post_signed_in("/sessions/end-others", &[]).await;
    page.expect_redirect("/sessions?notice=others-ended");
    assert_eq!(site.lines()[1..], ["GET /load-user", "DELETE /sessions"]);
}

#[tokio::test]
async fn sessions_asked_for_as_the_session_ends_ask_to_sign_in() {
    let site = Site::of_ada_and(|_| refused(401, "unauthenticated", "sign in first", None));
    site.get_signed_in("/sessions").await.expect_redirect("/sign-in?next=%2Fsessions");
    let again = format!("/sign-in?next=%2Fsessions%2F{OTHER}%2Fend");
    site.post_signed_in(&end(OTHER), &[]).await.expect_redirect(&again);
}
