use serde_json::{Value, json};

use crate::site::{Asked, PASSWORD, Site, ada, ok, refused};

const FIELDS: [(&str, &str); 2] = [("firstName", " Augusta "), ("lastName", "")];

/// A site whose user-mgmt knows this account.
fn site_of(user: Value) -> Site {
    Site::new(move |_| ok(&user))
}

/// A site whose user-mgmt knows Ada, and does not take her new names.
fn site_refusing(status: u16, detail: &'static str, field: Option<&'static str>) -> Site {
    Site::new(move |asked| {
        if asked.line() == "GET /load-user" { ok(&ada()) } else { refused(status, "code", detail, field) }
    })
}

#[tokio::test]
async fn profile_shows_account_roles_and_permissions_in_one_call() {
    let site = Site::of_ada();
    let page = site.get_signed_in("/profile").await.expect(200);
    page.shows(&[
        "<dd>ada@example.com</dd>",
        "<dd>default</dd>",
        r#"value="Ada""#,
        r#"value="Lovelace""#,
        r#"<li class="role">EDITOR</li>"#,
        "<dt>posts</dt>",
        "<li>write</li>",
        r#"<a class="viewer-name" href="/profile">Ada Lovelace</a>"#,
        r#"action="/sign-out""#,
    ]);
    assert_eq!(site.lines(), ["GET /load-user"]);
}

#[tokio::test]
async fn profile_while_permissions_are_off_says_so() {
    let mut user = ada();
    user.as_object_mut().unwrap().retain(|name, _| name != "roles" && name != "permissions");
    let page = site_of(user).get_signed_in("/profile").await.expect(200);
    page.shows(&["Permissions are off"]);
    page.hides(&["class=\"role\"", "You have no role yet"]);
}

#[tokio::test]
async fn profile_without_names_or_roles_says_what_that_means() {
    let user = json!({
        "userId": ada()["userId"], "username": "ada@example.com", "firstName": null, "lastName": null,
        "tenant": "default", "roles": [], "permissions": [],
    });
    let page = site_of(user).get_signed_in("/profile").await.expect(200);
    page.shows(&["You have no role yet", "Your roles grant nothing yet", ">ada@example.com</a>"]);
}

#[tokio::test]
async fn profile_of_an_admin_says_that_everything_is_allowed() {
    let mut user = ada();
    user["permissions"] = json!(["admin:all"]);
    let page = site_of(user).get_signed_in("/profile").await.expect(200);
    page.shows(&["admin:all", "You may do everything here."]);
}

#[tokio::test]
async fn profile_with_10_000_permissions_stays_small() {
    let mut user = ada();
    user["permissions"] = (0..10_000).map(|n| format!("resource-{n}:read")).collect();
    let page = site_of(user).get_signed_in("/profile").await.expect(200);
    page.shows(&["And 9500 more."]);
    assert!(page.text.len() < 64 * 1024, "{}", page.text.len());
}

#[tokio::test]
async fn profile_with_a_hostile_name_shows_it_as_text() {
    let mut user = ada();
    user["firstName"] = "<script>alert(1)</script>".into();
    user["lastName"] = "x".repeat(200).into();
    let page = site_of(user).get_signed_in("/profile").await.expect(200);
    page.hides(&["<script>alert"]);
    page.shows(&["&#60;script&#62;alert(1)&#60;/script&#62;"]);
}

#[tokio::test]
async fn profile_signed_out_asks_to_sign_in_and_come_back() {
    let site = Site::alone();
    site.get("/profile").await.expect_redirect("/sign-in?next=%2Fprofile");
    site.get("/profile?notice=saved").await.expect_redirect("/sign-in?next=%2Fprofile%3Fnotice%3Dsaved");
    site.post("/profile", &FIELDS).await.expect_redirect("/sign-in?next=%2Fprofile");
}

#[tokio::test]
async fn names_are_saved_and_empty_ones_cleared() {
    let site = Site::of_ada();
    site.post_signed_in("/profile", &FIELDS).await.expect_redirect("/profile?notice=saved");
    let asked: Vec<Asked> = site.asked();
    assert_eq!(site.lines(), ["GET /load-user", "PUT /users/0198c0de-0000-7000-8000-000000000001"]);
    assert_eq!(asked[1].json(), json!({ "firstName": "Augusta", "lastName": null }));
    site.get_signed_in("/profile?notice=saved").await.expect(200).shows(&[r#"role="status">Saved."#]);
}

#[tokio::test]
async fn names_that_are_wrong_are_explained_and_kept() {
    let site = Site::of_ada();
    let long = "x".repeat(201);
    let page = site.post_signed_in("/profile", &[("firstName", &long), ("lastName", "King")]).await;
    let page = page.expect(400);
    page.shows(&[r#"id="firstName-error""#, &long, r#"value="King""#, "<dd>ada@example.com</dd>"]);
    assert_eq!(site.lines(), ["GET /load-user"]);
}

#[tokio::test]
async fn names_refused_by_user_mgmt_are_explained() {
    let page = site_refusing(400, "`lastName`: is taken", Some("lastName"));
    let page = page.post_signed_in("/profile", &FIELDS).await.expect(400);
    page.shows(&[r#"id="lastName-error""#, "Is taken.", r#"value=" Augusta ""#]);
    let page = site_refusing(403, "not now", None).post_signed_in("/profile", &FIELDS).await.expect(403);
    page.shows(&[r#"role="alert""#, "Not now."]);
}

#[tokio::test]
async fn names_sent_as_the_session_ends_ask_to_sign_in() {
    let site = site_refusing(401, "sign in first", None);
    site.post_signed_in("/profile", &FIELDS).await.expect_redirect("/sign-in?next=%2Fprofile");
}

#[tokio::test]
async fn profile_of_an_account_that_can_not_be_read_is_a_failure_of_ours() {
    let site = site_of(json!({ "password": PASSWORD }));
    site.get_signed_in("/profile").await.expect(503);
    assert!(!site.log().contains(PASSWORD));
}
