use http::Response;
use http_kit::Body;
use serde_json::json;

use crate::site::{Asked, MAIL_TOKEN, PASSWORD, Site, answer, ok, refused, token_invalid};

const VALIDATE: &str = "POST /forgot-password-validate";
const SET: &str = "POST /forgot-password-new-password";

fn whose(invitation: bool) -> Response<Body> {
    ok(&json!({ "username": "ada@example.com", "invitation": invitation }))
}

/// A site whose user-mgmt knows the token, and answers the new password like this.
fn site(answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static) -> Site {
    Site::new(move |asked| if asked.line() == VALIDATE { whose(false) } else { answer(asked) })
}

fn link() -> String {
    format!("/reset-password?token={MAIL_TOKEN}")
}

#[tokio::test]
async fn link_shows_whose_password_it_sets_and_uses_nothing_up() {
    let site = site(|asked| panic!("{}", asked.line()));
    let page = site.get(&link()).await.expect(200);
    page.shows(&[
        "<h1>Set a new password</h1>",
        r#"autocomplete="username" value="ada@example.com" readonly"#,
        r#"autocomplete="new-password""#,
        &format!(r#"name="token" value="{MAIL_TOKEN}""#),
    ]);
    assert_eq!(page.text.matches(MAIL_TOKEN).count(), 1, "in no address of the page");
    assert_eq!(site.lines(), [VALIDATE]);
    assert_eq!(site.asked()[0].json(), json!({ "token": MAIL_TOKEN }));
    assert!(!site.log().contains(MAIL_TOKEN));
}

#[tokio::test]
async fn link_of_an_invitation_welcomes() {
    Site::new(|_| whose(true)).get(&link()).await.expect(200).shows(&["<h1>Choose your password</h1>"]);
}

#[tokio::test]
async fn link_that_does_not_work_offers_a_new_one() {
    let broken = ["This link does not work", r#"action="/forgot-password""#];
    for path in ["/reset-password", "/reset-password?token=x"] {
        Site::alone().get(path).await.expect(400).shows(&broken);
    }
    let site = Site::new(|_| token_invalid());
    site.get(&link()).await.expect(400).shows(&broken);
    let page = site.post("/reset-password", &[("token", MAIL_TOKEN), ("password", PASSWORD)]).await;
    page.expect(400).shows(&broken);
}

#[tokio::test]
async fn password_set_leads_to_sign_in() {
    let site = site(|_| answer(204, &"".into()));
    let fields = [("token", MAIL_TOKEN), ("username", "ada@example.com"), ("password", PASSWORD)];
    let page = site.post("/reset-password", &fields).await;
    let page = page.expect_redirect("/sign-in?notice=password-set");
    assert_eq!(page.cookies(), [""; 0]);
    assert_eq!(site.lines(), [SET]);
    assert_eq!(site.asked()[0].json(), json!({ "token": MAIL_TOKEN, "password": PASSWORD }));
}

#[tokio::test]
async fn password_that_can_not_be_used_is_explained_and_the_link_still_works() {
    let local = site(|asked| panic!("{}", asked.line()));
    let page = local.post("/reset-password", &[("token", MAIL_TOKEN), ("password", "short")]).await;
    let page = page.expect(400);
    page.shows(&[r#"id="password-error""#, "at least 12 characters", MAIL_TOKEN, "ada@example.com"]);
    page.hides(&["\"short\""]);
    let site = site(|_| refused(400, "invalid_request", "`password`: is too common", Some("password")));
    let page = site.post("/reset-password", &[("token", MAIL_TOKEN), ("password", PASSWORD)]).await;
    page.expect(400).shows(&["Is too common.", MAIL_TOKEN]);
    assert_eq!(site.lines(), [SET, VALIDATE]);
}
