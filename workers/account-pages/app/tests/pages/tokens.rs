use serde_json::{Value, json};

use crate::site::{Site, ada, answer, done, ok, refused};

const ID: &str = "0198c0de-0000-7000-8000-000000000009";
const SECRET: &str = "edw_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

fn token(name: &str) -> Value {
    json!({
        "id": ID, "name": name, "scopes": ["posts:read"],
        "createdAt": "2026-01-31T09:30:00.000Z", "expiresAt": "2026-05-01T09:30:00.000Z",
    })
}

#[tokio::test]
async fn tokens_are_shown_with_scopes_and_times_in_two_calls() {
    let site = Site::of_ada_and(|_| ok(&json!({ "items": [token("<i>CI</i>")] })));
    let page = site.get_signed_in("/tokens").await.expect(200);
    page.shows(&["&#60;i&#62;CI", "<code>posts:read</code>", "never", &format!("/tokens/{ID}/revoke")]);
    assert_eq!(site.lines(), ["GET /load-user", "GET /tokens"]);
}

#[tokio::test]
async fn tokens_do_not_exist_while_permissions_are_off() {
    let mut user = ada();
    user.as_object_mut().unwrap().retain(|name, _| name != "roles" && name != "permissions");
    let site = Site::new(move |_| ok(&user));
    for path in ["/tokens", "/tokens/new", &format!("/tokens/{ID}/revoke")] {
        site.get_signed_in(path).await.expect(404);
    }
    site.post_signed_in("/tokens/new", &[("name", "CI")]).await.expect(404);
    site.get_signed_in("/profile").await.expect(200).hides(&["/tokens"]);
}

#[tokio::test]
async fn new_token_offers_ones_own_permissions() {
    let page = Site::of_ada().get_signed_in("/tokens/new").await.expect(200);
    page.shows(&[
        r#"type="checkbox" value="posts:read""#,
        r#"type="checkbox" value="users:read""#,
        r#"<option value="90" selected>"#,
    ]);
    page.hides(&["users:write", "More scopes"]);
}

#[tokio::test]
async fn new_token_is_shown_once_and_in_no_address() {
    let site = Site::of_ada_and(|_| {
        let mut created = token("CI");
        created["token"] = SECRET.into();
        answer(201, &created)
    });
    let fields = [
        ("name", "CI"),
        ("expiresInDays", "30"),
        ("scopes", "posts:read"),
        ("scopes", "posts:write"),
        ("more", "comments:read, media:read"),
    ];
    let page = site.post_signed_in("/tokens/new", &fields).await.expect(201);
    page.shows(&[&format!(r#"value="{SECRET}""#), "not shown again"]);
    assert_eq!(site.lines(), ["GET /load-user", "POST /tokens"]);
    let scopes = json!(["posts:read", "posts:write", "comments:read", "media:read"]);
    assert_eq!(site.asked()[1].json(), json!({ "name": "CI", "scopes": scopes, "expiresInDays": 30 }));
    assert!(!site.log().contains(SECRET));
}

#[tokio::test]
async fn new_token_that_is_wrong_is_explained_and_the_input_kept() {
    let site = Site::of_ada();
    let fields = [("name", " "), ("expiresInDays", "x"), ("scopes", "posts:read"), ("more", "Posts")];
    let page = site.post_signed_in("/tokens/new", &fields).await.expect(400);
    page.shows(&[
        r#"id="name-error""#,
        r#"id="expiresInDays-error""#,
        r#"id="more-error""#,
        r#"value="posts:read" checked"#,
        r#"value="Posts""#,
    ]);
    assert_eq!(site.lines(), ["GET /load-user"]);
}

#[tokio::test]
async fn new_token_refused_by_user_mgmt_is_explained() {
    let beyond = "a token can't have scopes beyond what you hold yourself";
    let site = Site::of_ada_and(|_| refused(403, "exceeds_own_grants", beyond, None));
    let fields = [("name", "CI"), ("expiresInDays", "30"), ("scopes", "users:delete")];
    site.post_signed_in("/tokens/new", &fields).await.expect(403).shows(&["have scopes beyond"]);
    let site = Site::of_ada_and(|_| refused(400, "invalid_request", "`scopes[0]`: no", Some("scopes[0]")));
    site.post_signed_in("/tokens/new", &fields).await.expect(400).shows(&[r#"id="scopes-error""#]);
}

#[tokio::test]
async fn token_is_revoked_after_a_question() {
    let path = format!("/tokens/{ID}/revoke");
    let site = Site::of_ada_and(|_| ok(&json!({ "items": [token("CI")] })));
    site.get_signed_in(&path).await.expect(200).shows(&["Revoke this token?", "<strong>CI</strong>"]);
    assert_eq!(site.lines(), ["GET /load-user", "GET /tokens"]);
    let site = Site::of_ada_and(|_| done());
    site.post_signed_in(&path, &[]).await.expect_redirect("/tokens?notice=revoked");
    assert_eq!(site.lines(), ["GET /load-user", &format!("DELETE /tokens/{ID}")]);
}
