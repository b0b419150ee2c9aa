use serde_json::{Value, json};

use crate::admin_users::ID;
use crate::site::{Site, done, ok, refused};

const SESSION: &str = "0198c0de-0000-7000-8000-0000000000d0";

fn sessions() -> Value {
    json!({
        "items": [{
            "id": SESSION, "device": "<i>Agent</i>", "userAgent": "x", "createdAt": "2026-01-31T09:30:00.000Z",
            "lastSeenAt": "2026-01-31T09:30:00.000Z", "expiresAt": "2026-02-28T09:30:00.000Z", "current": false,
        }],
        "nextCursor": "6162",
    })
}

fn path(rest: &str) -> String {
    format!("/admin/users/{ID}/sessions{rest}")
}

#[tokio::test]
async fn sessions_of_a_user_are_shown_in_two_calls() {
    let site = Site::of_admin(&["sessions:revoke"], |_| ok(&sessions()));
    let page = site.get_signed_in(&path("")).await.expect(200);
    page.shows(&["&#60;i&#62;Agent", &path(&format!("/{SESSION}/end")), &path("?cursor=6162")]);
    assert_eq!(site.lines(), ["GET /load-user", &format!("GET /v1{}", path(""))]);
    site.get_signed_in(&path("?cursor=6162")).await.expect(200);
    assert_eq!(site.lines()[3], format!("GET /v1{}", path("?cursor=6162")));
    let site = Site::of_admin(&["sessions:revoke"], |_| ok(&json!({ "items": [] })));
    site.get_signed_in(&path("?notice=ended")).await.expect(200).shows(&["signed in nowhere", "is over"]);
}

#[tokio::test]
async fn session_of_a_user_is_ended_after_a_question() {
    let end = path(&format!("/{SESSION}/end"));
    let site = Site::of_admin(&["sessions:revoke"], |_| ok(&sessions()));
    site.get_signed_in(&end).await.expect(200).shows(&["End this session?", "&#60;i&#62;Agent"]);
    let site = Site::of_admin(&["sessions:revoke"], |_| done());
    site.post_signed_in(&end, &[]).await.expect_redirect(&path("?notice=ended"));
    assert_eq!(site.lines()[1], format!("DELETE /v1{}", path(&format!("/{SESSION}"))));
    let site = Site::of_admin(&["sessions:revoke"], |_| refused(404, "not_found", "no such session", None));
    site.post_signed_in(&end, &[]).await.expect_redirect(&path("?notice=ended"));
    let more = "this account may do more than you may yourself";
    let site = Site::of_admin(&["sessions:revoke"], move |_| refused(403, "exceeds_own_grants", more, None));
    site.post_signed_in(&end, &[])
        .await
        .expect(403)
        .shows(&["This account may do more than you may yourself."]);
}

#[tokio::test]
async fn sessions_of_a_user_are_refused_without_the_permission() {
    let site = Site::of_admin(&["users:read"], |_| panic!("nothing more is asked"));
    site.get_signed_in(&path("")).await.expect(403);
    site.post_signed_in(&path(&format!("/{SESSION}/end")), &[]).await.expect(403);
}
