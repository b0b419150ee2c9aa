use http::header::{COOKIE, HeaderValue, ORIGIN, RETRY_AFTER, USER_AGENT};
use serde_json::json;

use crate::site::{COOKIE_PAIR, NEW_COOKIE, PASSWORD, Site, ada, answer, entered, form, refused, signed_in};

const FIELDS: [(&str, &str); 2] = [("username", "Ada@Example.com"), ("password", PASSWORD)];

#[tokio::test]
async fn sign_in_page_signed_out_depends_on_nobody() {
    let page = Site::alone().get("/sign-in").await.expect(200);
    page.shows(&[
        r#"autocomplete="username""#,
        r#"type="password" autocomplete="current-password""#,
        r#"<a href="/register">"#,
    ]);
    page.hides(&["role=\"alert\"", "role=\"status\"", "Sign out"]);
}

#[tokio::test]
async fn sign_in_page_signed_in_leads_on() {
    let site = Site::of_ada();
    site.get_signed_in("/sign-in").await.expect_redirect("/profile");
    site.get_signed_in("/sign-in?next=%2Fboard").await.expect_redirect("/board");
}

#[tokio::test]
async fn sign_in_page_with_a_session_that_ended_is_shown() {
    let site = Site::new(|_| refused(401, "unauthenticated", "sign in first", None));
    site.get_signed_in("/sign-in").await.expect(200).shows(&["<h1>Sign in</h1>"]);
}

#[tokio::test]
async fn sign_in_page_says_what_happened_before() {
    let site = Site::alone();
    for (query, text) in [
        ("?notice=registered", "Your account is ready."),
        ("?notice=signed-out", "You have signed out."),
        ("?notice=verified", "Your e-mail address is confirmed."),
        ("?notice=password-set", "Your password is set."),
        ("?next=/profile", "Sign in to go on."),
    ] {
        site.get(&format!("/sign-in{query}")).await.expect(200).shows(&[r#"role="status""#, text]);
    }
    site.get("/sign-in?notice=%3Cb%3Eyou+won").await.expect(200).hides(&["you won"]);
}

#[tokio::test]
async fn sign_in_with_the_password_leads_to_the_profile_with_the_cookie() {
    let site = Site::new(|_| entered());
    let page = site.post("/sign-in", &FIELDS).await.expect_redirect("/profile");
    assert_eq!(page.cookies(), [NEW_COOKIE]);
    assert_eq!(site.lines(), ["POST /login"]);
    assert_eq!(site.asked()[0].json(), json!({ "username": "Ada@Example.com", "password": PASSWORD }));
    assert!(!site.log().contains(PASSWORD));
}

#[tokio::test]
async fn sign_in_passes_on_who_asks_and_nothing_else() {
    let site = Site::new(|_| entered());
    let mut request = signed_in(form("/sign-in", &FIELDS));
    for (name, value) in [
        ("cf-connecting-ip", "2001:db8::7"),
        ("user-agent", "Lynx/2.9"),
        ("x-request-id", "from-the-edge-1"),
        ("x-forwarded-for", "10.0.0.1"),
        ("authorization", "Bearer x"),
    ] {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    site.send(request).await.expect(303);
    let headers = &site.asked()[0].headers;
    assert_eq!(headers["cf-connecting-ip"], "2001:db8::7");
    assert_eq!(headers[USER_AGENT], "Lynx/2.9");
    assert_eq!(headers["x-request-id"], "from-the-edge-1");
    // The session alone, not whatever else the browser keeps for this site.
    assert_eq!(headers[COOKIE], COOKIE_PAIR);
    for name in [ORIGIN.as_str(), "sec-fetch-site", "x-forwarded-for", "authorization"] {
        assert!(!headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn sign_in_leads_to_pages_of_this_site_alone() {
    let site = Site::new(|_| entered());
    for (next, to) in [
        ("/board?view=open", "/board?view=open"),
        ("/", "/"),
        ("", "/profile"),
        ("https://evil.example/", "/profile"),
        ("//evil.example", "/profile"),
        ("/\\evil.example", "/profile"),
        ("/\t/evil.example", "/profile"),
        ("/\r\nset-cookie: a=b", "/profile"),
        ("javascript:alert(1)", "/profile"),
        ("board", "/profile"),
    ] {
        let fields = [FIELDS.as_slice(), &[("next", next)]].concat();
        site.post("/sign-in", &fields).await.expect_redirect(to);
    }
}

#[tokio::test]
async fn sign_in_page_keeps_where_to_go_next() {
    let site = Site::alone();
    site.get("/sign-in?next=%2Fboard%3Fa%3D1%26b%3D2").await.expect(200).shows(&[
        r#"<input type="hidden" name="next" value="/board?a=1&#38;b=2">"#,
        r#"href="/register?next=%2Fboard%3Fa%3D1%26b%3D2""#,
        r#"href="/forgot-password?next=%2Fboard%3Fa%3D1%26b%3D2""#,
    ]);
    for next in ["//evil.example", "https://evil.example", "/%5Cevil.example", "/%09/evil.example"] {
        site.get(&format!("/sign-in?next={next}")).await.expect(200).hides(&["evil.example"]);
    }
}

#[tokio::test]
async fn sign_in_with_wrong_credentials_says_so_and_keeps_the_address() {
    let site = Site::with_providers(&[("sso", "Example SSO")], |_| {
        refused(401, "invalid_credentials", "the e-mail address or the password is wrong", None)
    });
    let fields = [FIELDS.as_slice(), &[("next", "/board")]].concat();
    let page = site.post("/sign-in", &fields).await.expect(401);
    page.shows(&[
        r#"role="alert""#,
        "The e-mail address or the password is wrong.",
        r#"value="Ada@Example.com""#,
        r#"name="next" value="/board""#,
        "Sign in with Example SSO",
    ]);
    page.hides(&[PASSWORD]);
    assert_eq!(page.cookies(), [""; 0]);
}

#[tokio::test]
async fn sign_in_with_an_unconfirmed_address_says_what_to_do() {
    let site = Site::new(|_| refused(403, "email_not_verified", "confirm the e-mail address first", None));
    let fields = [FIELDS.as_slice(), &[("next", "/board")]].concat();
    site.post("/sign-in", &fields).await.expect(403).shows(&[
        "Confirm the e-mail address first.",
        r#"<a href="/register/check-mail?next=%2Fboard">Have that mail sent again</a>"#,
    ]);
}

#[tokio::test]
async fn sign_in_too_often_says_when_to_try_again() {
    let site = Site::new(|_| {
        let mut response = answer(429, &json!({ "code": "too_many_requests", "detail": "wait 30 seconds" }));
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
        response
    });
    let page = site.post("/sign-in", &FIELDS).await.expect(429);
    page.shows(&["Wait 30 seconds."]);
    assert_eq!(page.header("retry-after"), "30");
}

#[tokio::test]
async fn sign_in_with_nothing_entered_says_what_is_missing() {
    let page = Site::alone().post("/sign-in", &[]).await.expect(400);
    page.shows(&["An e-mail address is required.", "Enter your password."]);
}

#[tokio::test]
async fn sign_in_with_an_endless_password_is_refused() {
    let long = "x".repeat(257);
    let page = Site::alone().post("/sign-in", &[("username", "a@b.example"), ("password", &long)]).await;
    page.expect(400).shows(&["A password has at most 256 characters."]);
}

#[tokio::test]
async fn sign_in_answered_without_sense_is_a_failure_of_ours() {
    for (status, body) in [(401, json!("no")), (302, json!({})), (500, json!({ "code": "x", "detail": "y" }))]
    {
        let site = Site::new(move |_| answer(status, &body));
        site.post("/sign-in", &FIELDS).await.expect(503).shows(&["Not available at the moment"]);
    }
    // The account in the answer is not read: the cookie is what counts.
    let site = Site::new(|_| answer(200, &ada()));
    site.post("/sign-in", &FIELDS).await.expect(303);
}
