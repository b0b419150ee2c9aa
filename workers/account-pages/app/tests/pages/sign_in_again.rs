use http::header::SET_COOKIE;
use http::{HeaderValue, Response};
use http_kit::Body;
use serde_json::json;

use crate::site::{Asked, PASSWORD, Site, ok, refused};

fn signed_in(_: &Asked) -> Response<Body> {
    let mut response = ok(&json!({ "userId": "0198c0de-0000-7000-8000-000000000001" }));
    response.headers_mut().insert(SET_COOKIE, HeaderValue::from_static("__Host-session=new"));
    response
}

#[tokio::test]
async fn what_takes_a_sign_in_just_now_asks_for_one_and_is_come_back_to() {
    let late = |_: &_| refused(403, "recent_sign_in_required", "sign in once more", None);
    let id = "0198c0de-0000-7000-8000-000000000002";
    for (path, next) in [
        (format!("/sessions/{id}/end"), format!("%2Fsessions%2F{id}%2Fend")),
        ("/sessions/end-others".to_owned(), "%2Fsessions%2Fend-others".to_owned()),
        (format!("/identities/{id}/unlink"), format!("%2Fidentities%2F{id}%2Funlink")),
        ("/identities/link".to_owned(), "%2Fprofile".to_owned()),
    ] {
        let page = Site::of_ada_and(late).post_signed_in(&path, &[("provider", "sso")]).await;
        page.expect_redirect(&format!("/sign-in-again?next={next}"));
    }
}

#[tokio::test]
async fn sign_in_again_takes_the_password_and_goes_on_with_a_new_session() {
    let site = Site::of_ada_and(signed_in);
    let page = site.get_signed_in("/sign-in-again?next=%2Fsessions%2Fend-others").await.expect(200);
    page.shows(&[
        "ada@example.com",
        r#"autocomplete="current-password""#,
        r#"name="next" value="/sessions/end-others""#,
    ]);
    let entered = [("password", PASSWORD), ("next", "/sessions/end-others"), ("username", "eve@example.com")];
    let page = site.post_signed_in("/sign-in-again", &entered).await;
    assert_eq!(page.expect_redirect("/sessions/end-others").cookies(), ["__Host-session=new"]);
    let asked = site.asked();
    let login = asked.last().unwrap();
    assert_eq!(login.line(), "POST /login");
    assert_eq!(
        login.json(),
        json!({ "username": "ada@example.com", "password": PASSWORD }),
        "her own account alone"
    );
    let page =
        site.post_signed_in("/sign-in-again", &[("password", PASSWORD), ("next", "//evil.example")]).await;
    page.expect_redirect("/profile");
}

#[tokio::test]
async fn sign_in_again_by_a_wrong_password_is_refused_there() {
    let site = Site::of_ada();
    let page = site.post_signed_in("/sign-in-again", &[("next", "/sessions")]).await.expect(400);
    page.shows(&["Enter your password.", r#"name="next" value="/sessions""#]);
    assert_eq!(site.lines(), ["GET /load-user"]);
    let wrong =
        |_: &_| refused(401, "invalid_credentials", "the e-mail address or the password is wrong", None);
    let page = Site::of_ada_and(wrong).post_signed_in("/sign-in-again", &[("password", PASSWORD)]).await;
    let page = page.expect(401);
    page.shows(&["password is wrong."]);
    page.hides(&[PASSWORD]);
    assert_eq!(page.cookies(), [""; 0]);
}

#[tokio::test]
async fn sign_in_again_without_a_password_leads_to_ones_own_provider() {
    let identities = |_: &Asked| {
        ok(&json!({ "items": [{
            "id": "0198c0de-0000-7000-8000-000000000001", "providerId": "sso", "provider": "Example SSO",
            "subject": "ada", "email": null, "createdAt": "2026-01-31T09:30:00.000Z", "lastUsedAt": null,
        }] }))
    };
    let site = Site::of_ada_without_a_password(identities);
    let page = site.get_signed_in("/sign-in-again?next=%2Fidentities").await.expect(200);
    page.shows(&[
        "/api/oidc/login?provider=sso&#38;prompt=login&#38;next=%2Fidentities",
        "Sign in once more with Example SSO",
    ]);
    page.hides(&["current-password"]);
    let none = |_: &_| refused(404, "not_found", "there is nothing at this address", None);
    let page = Site::of_ada_without_a_password(none).get_signed_in("/sign-in-again").await.expect(200);
    page.shows(&["/forgot-password"]);
}
