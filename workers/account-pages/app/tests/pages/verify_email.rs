use serde_json::json;

use crate::site::{MAIL_TOKEN, Site, answer, ok, token_invalid};

#[tokio::test]
async fn link_asks_before_it_confirms() {
    // Programs that look through mail follow its links; they must not use the token up.
    let page = Site::alone().get(&format!("/verify-email?token={MAIL_TOKEN}")).await.expect(200);
    page.shows(&[
        r#"<form class="fields" method="post" action="/verify-email">"#,
        &format!(r#"name="token" value="{MAIL_TOKEN}""#),
    ]);
    assert_eq!(page.text.matches(MAIL_TOKEN).count(), 1, "in no address of the page");
}

#[tokio::test]
async fn link_confirmed_leads_to_sign_in() {
    let site = Site::new(|_| ok(&json!({ "username": "ada@example.com" })));
    let page = site.post("/verify-email", &[("token", MAIL_TOKEN)]).await;
    page.expect_redirect("/sign-in?notice=verified");
    assert_eq!(site.lines(), ["POST /verify-email"]);
    assert_eq!(site.asked()[0].json(), json!({ "token": MAIL_TOKEN }));
    assert!(!site.log().contains(MAIL_TOKEN));
}

#[tokio::test]
async fn link_that_is_cut_off_offers_a_new_one() {
    let cut = format!("/verify-email?token={}", &MAIL_TOKEN[1..]);
    for path in ["/verify-email", "/verify-email?token=", &cut, "/verify-email?token=%3Cscript%3E"] {
        let page = Site::alone().get(path).await.expect(400);
        page.shows(&["This link does not work", r#"action="/register/check-mail""#]);
        page.hides(&["script>alert"]);
    }
}

#[tokio::test]
async fn link_that_was_used_offers_a_new_one() {
    let site = Site::new(|_| token_invalid());
    let page = site.post("/verify-email", &[("token", MAIL_TOKEN)]).await.expect(400);
    page.shows(&["This link does not work", r#"action="/register/check-mail""#]);
    page.hides(&[MAIL_TOKEN]);
}

#[tokio::test]
async fn link_followed_too_often_says_when_to_try_again() {
    let site = Site::new(|_| {
        let mut response = answer(429, &json!({ "code": "too_many_requests", "detail": "wait" }));
        response.headers_mut().insert("retry-after", "30".parse().unwrap());
        response
    });
    let page = site.post("/verify-email", &[("token", MAIL_TOKEN)]).await.expect(429);
    page.shows(&["Too many attempts"]);
    assert_eq!(page.header("retry-after"), "30");
}
