use serde_json::json;

use crate::site::{Site, answer, refused};

#[tokio::test]
async fn check_mail_page_says_what_comes_next_and_asks_nobody() {
    let page = Site::alone().get("/register/check-mail?next=%2Fboard").await.expect(200);
    page.shows(&[
        "Check your mail",
        r#"href="/sign-in?next=%2Fboard""#,
        r#"href="/register?next=%2Fboard""#,
        r#"action="/register/check-mail""#,
        r#"name="next" value="/board""#,
    ]);
}

#[tokio::test]
async fn check_mail_again_says_the_same_for_every_address() {
    let site = Site::new(|_| answer(202, &"".into()));
    let fields = [("username", "ada@example.com"), ("next", "/board")];
    let to = "/register/check-mail?notice=sent&next=%2Fboard";
    site.post("/register/check-mail", &fields).await.expect_redirect(to);
    assert_eq!(site.lines(), ["POST /verify-email/resend"]);
    assert_eq!(site.asked()[0].json(), json!({ "username": "ada@example.com" }));
    site.get(to).await.expect(200).shows(&[r#"role="status""#, "another mail is on its way"]);
}

#[tokio::test]
async fn check_mail_again_without_an_address_is_explained() {
    let page = Site::alone().post("/register/check-mail", &[("username", "ada")]).await.expect(400);
    page.shows(&[r#"id="username-error""#, r#"value="ada""#]);
}

#[tokio::test]
async fn check_mail_again_where_there_is_no_mail_says_so() {
    let site = Site::new(|_| refused(501, "mail_not_configured", "no mail can be sent from here", None));
    let page = site.post("/register/check-mail", &[("username", "ada@example.com")]).await.expect(501);
    page.shows(&["No mail can be sent from here.", r#"value="ada@example.com""#]);
}
