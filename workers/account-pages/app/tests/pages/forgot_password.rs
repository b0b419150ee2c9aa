use serde_json::json;

use crate::site::{Site, answer, refused};

#[tokio::test]
async fn forgot_password_page_asks_for_the_address() {
    let page = Site::alone().get("/forgot-password?next=%2Fboard").await.expect(200);
    page.shows(&[
        r#"autocomplete="username""#,
        r#"name="next" value="/board""#,
        r#"href="/sign-in?next=%2Fboard""#,
    ]);
}

#[tokio::test]
async fn forgot_password_says_the_same_for_every_address() {
    let site = Site::new(|_| answer(202, &"".into()));
    let fields = [("username", "ada@example.com"), ("next", "/board")];
    let to = "/forgot-password/check-mail?next=%2Fboard";
    site.post("/forgot-password", &fields).await.expect_redirect(to);
    assert_eq!(site.lines(), ["POST /forgot-password"]);
    assert_eq!(site.asked()[0].json(), json!({ "username": "ada@example.com" }));
    site.get(to).await.expect(200).shows(&[
        "If there is an account with that address",
        r#"href="/sign-in?next=%2Fboard""#,
        r#"href="/forgot-password?next=%2Fboard""#,
    ]);
}

#[tokio::test]
async fn forgot_password_without_an_address_is_explained() {
    let page = Site::alone().post("/forgot-password", &[("username", "a b")]).await.expect(400);
    page.shows(&[r#"id="username-error""#, r#"value="a b""#]);
}

#[tokio::test]
async fn forgot_password_where_there_is_no_mail_says_so() {
    let site = Site::new(|_| refused(501, "mail_not_configured", "no mail can be sent from here", None));
    let page = site.post("/forgot-password", &[("username", "ada@example.com")]).await.expect(501);
    page.shows(&["No mail can be sent from here."]);
}
