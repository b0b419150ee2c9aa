use http::Response;
use http_kit::Body;
use serde_json::json;

use crate::site::{Asked, PASSWORD, Site, done, ok, refused};

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

/// Two identities at one provider, and one at a provider that is configured no longer.
fn identities(_: &Asked) -> Response<Body> {
    let identity = |number: u8, id: Option<&str>, name: &str| {
        json!({
            "id": format!("0198c0de-0000-7000-8000-00000000000{number}"), "providerId": id, "provider": name,
            "subject": "ada", "email": null, "createdAt": "2026-01-31T09:30:00.000Z", "lastUsedAt": null,
        })
    };
    ok(&json!({ "items": [
        identity(1, Some("sso"), "Example SSO"), identity(2, Some("sso"), "Example SSO"), identity(3, None, "https://gone.example"),
    ] }))
}

#[tokio::test]
async fn delete_without_a_password_asks_for_another_sign_in_at_ones_own_provider() {
    let site = Site::of_ada_without_a_password(identities);
    let page = site.get_signed_in("/delete-account").await.expect(200);
    let address =
        "/api/oidc/login?provider=sso&#38;prompt=login&#38;next=%2Fdelete-account%3Fnotice%3Dsigned-in";
    page.shows(&[address, "Sign in once more with Example SSO", "/forgot-password"]);
    page.hides(&["gone.example", "current-password"]);
    assert_eq!(page.text.matches(address).count(), 1, "once for both identities there");
    // Back from there.
    let page = site.get_signed_in("/delete-account?notice=signed-in").await.expect(200);
    page.shows(&["You have signed in once more.", "Delete my account"]);
    page.hides(&["Sign in once more with", "current-password"]);
    assert_eq!(site.lines(), ["GET /load-user", "GET /identities", "GET /load-user"]);
}

#[tokio::test]
async fn delete_without_a_password_sends_none_and_says_what_is_missing() {
    let site = Site::of_ada_without_a_password(|asked| match asked.line().as_str() {
        "POST /delete-account" => done(),
        _ => identities(asked),
    });
    let page = site.post_signed_in("/delete-account", &[]).await;
    assert!(page.expect_redirect("/sign-in?notice=deleted").cookies()[0].ends_with("Max-Age=0"));
    assert_eq!(site.asked().last().unwrap().json(), json!({}));

    let site = Site::of_ada_without_a_password(|asked| match asked.line().as_str() {
        "POST /delete-account" => refused(403, "recent_sign_in_required", "sign in once more", None),
        _ => identities(asked),
    });
    let page = site.post_signed_in("/delete-account", &[]).await;
    page.expect_redirect("/delete-account?notice=sign-in");
    let page = site.get_signed_in("/delete-account?notice=sign-in").await.expect(200);
    page.shows(&["Sign in once more first.", "Sign in once more with Example SSO"]);
    let last = |_: &_| refused(409, "last_super_admin", "this is the last active SUPER_ADMIN", None);
    let page = Site::of_ada_without_a_password(last).post_signed_in("/delete-account", &[]).await;
    page.expect(409).shows(&["This is the last active SUPER_ADMIN."]);
}

#[tokio::test]
async fn delete_without_a_password_and_without_providers_leads_to_the_mail() {
    let none = |_: &_| refused(404, "not_found", "there is nothing at this address", None);
    let page = Site::of_ada_without_a_password(none).get_signed_in("/delete-account").await.expect(200);
    page.shows(&["/forgot-password"]);
    page.hides(&["Sign in once more"]);
}
