use http::header::SET_COOKIE;
use serde_json::json;

use crate::site::{NEW_COOKIE, PASSWORD, Site, done, refused};

const NEW_PASSWORD: &str = "another horse battery";
const FIELDS: [(&str, &str); 2] = [("currentPassword", PASSWORD), ("newPassword", NEW_PASSWORD)];

#[tokio::test]
async fn password_page_asks_for_the_present_one_and_a_new_one() {
    let site = Site::of_ada();
    let page = site.get_signed_in("/password").await.expect(200);
    page.shows(&[
        r#"name="currentPassword" type="password" autocomplete="current-password""#,
        r#"name="newPassword" type="password" autocomplete="new-password""#,
        r#"<a href="/password" aria-current="page">Password</a>"#,
    ]);
    assert_eq!(site.lines(), ["GET /load-user"]);
}

#[tokio::test]
async fn password_changed_hands_on_the_cookie_of_the_new_session() {
    let site = Site::of_ada_and(|_| {
        let mut response = done();
        response.headers_mut().insert(SET_COOKIE, NEW_COOKIE.parse().unwrap());
        response
    });
    let page = site.post_signed_in("/password", &FIELDS).await.expect_redirect("/password?notice=changed");
    assert_eq!(page.cookies(), [NEW_COOKIE]);
    assert_eq!(site.lines(), ["GET /load-user", "POST /change-password"]);
    let expected = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    assert_eq!(site.asked()[1].json(), expected);
    assert!(!site.log().contains(PASSWORD) && !site.log().contains(NEW_PASSWORD));
    site.get_signed_in("/password?notice=changed").await.expect(200).shows(&["Your password is changed."]);
}

#[tokio::test]
async fn password_that_is_wrong_is_explained_beside_its_field() {
    let wrong = "the current password is wrong";
    let site = Site::of_ada_and(|_| refused(403, "wrong_password", wrong, Some("currentPassword")));
    let page = site.post_signed_in("/password", &FIELDS).await.expect(403);
    page.shows(&[r#"id="currentPassword-error""#, "The current password is wrong."]);
    page.hides(&[PASSWORD, NEW_PASSWORD]);
}

#[tokio::test]
async fn password_that_can_not_be_used_is_explained_without_asking() {
    let site = Site::of_ada();
    let page = site.post_signed_in("/password", &[("newPassword", "short")]).await.expect(400);
    page.shows(&["Enter your present password.", "A password needs at least 12 characters."]);
    let own = [("currentPassword", PASSWORD), ("newPassword", "ada@example.com")];
    site.post_signed_in("/password", &own)
        .await
        .expect(400)
        .shows(&["must be more than the e-mail address or a part of it"]);
    assert_eq!(site.lines(), ["GET /load-user"; 2]);
}

#[tokio::test]
async fn password_sent_as_the_session_ends_asks_to_sign_in() {
    let site = Site::of_ada_and(|_| refused(401, "unauthenticated", "sign in first", None));
    site.post_signed_in("/password", &FIELDS).await.expect_redirect("/sign-in?next=%2Fpassword");
}

#[tokio::test]
async fn password_that_there_is_not_is_set_by_mail() {
    let page = Site::of_ada_without_a_password(|_| done()).get_signed_in("/password").await.expect(200);
    page.shows(&["This account has no password", "/forgot-password"]);
    page.hides(&["current-password"]);
}
