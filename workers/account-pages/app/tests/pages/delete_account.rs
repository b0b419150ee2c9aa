use serde_json::json;

use crate::site::{PASSWORD, Site, done, refused};

#[tokio::test]
async fn delete_page_says_what_will_happen() {
    let page = Site::of_ada().get_signed_in("/delete-account").await.expect(200);
    page.shows(&["ada@example.com", "can't be undone", r#"autocomplete="current-password""#]);
}

#[tokio::test]
async fn delete_with_the_password_ends_the_account() {
    let site = Site::of_ada_and(|_| done());
    let page = site.post_signed_in("/delete-account", &[("password", PASSWORD)]).await;
    let page = page.expect_redirect("/sign-in?notice=deleted");
    assert!(page.cookies()[0].ends_with("Max-Age=0"), "{:?}", page.cookies());
    assert_eq!(site.lines(), ["GET /load-user", "POST /delete-account"]);
    assert_eq!(site.asked()[1].json(), json!({ "password": PASSWORD }));
}

#[tokio::test]
async fn delete_without_the_right_password_deletes_nothing() {
    let site = Site::of_ada();
    let page = site.post_signed_in("/delete-account", &[]).await.expect(400);
    page.shows(&["Enter your password."]);
    assert_eq!(site.lines(), ["GET /load-user"]);
    let wrong = |_: &_| refused(403, "wrong_password", "the password is wrong", Some("password"));
    let page = Site::of_ada_and(wrong).post_signed_in("/delete-account", &[("password", PASSWORD)]).await;
    let page = page.expect(403);
    page.shows(&[r#"id="password-error""#, "The password is wrong."]);
    page.hides(&[PASSWORD]);
    assert_eq!(page.cookies(), [""; 0]);
}

#[tokio::test]
async fn delete_of_the_last_super_admin_is_explained() {
    let last = |_: &_| refused(409, "last_super_admin", "this is the last active SUPER_ADMIN", None);
    let page = Site::of_ada_and(last).post_signed_in("/delete-account", &[("password", PASSWORD)]).await;
    page.expect(409).shows(&["This is the last active SUPER_ADMIN."]);
}
