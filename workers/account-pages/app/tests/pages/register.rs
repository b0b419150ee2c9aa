use http::header::ORIGIN;
use serde_json::json;

use crate::site::{NEW_COOKIE, PASSWORD, Site, entered, refused, registered};

const FIELDS: [(&str, &str); 4] =
    [("username", "ada@example.com"), ("password", PASSWORD), ("firstName", " Ada "), ("lastName", "")];

#[tokio::test]
async fn register_page_asks_for_what_it_needs() {
    let page = Site::alone().get("/register").await.expect(200);
    page.shows(&[
        r#"name="username" type="email" autocomplete="username""#,
        r#"name="password" type="password" autocomplete="new-password""#,
        r#"autocomplete="given-name""#,
        r#"autocomplete="family-name""#,
        r#"<a href="/sign-in">Sign in</a>"#,
    ]);
}

#[tokio::test]
async fn register_page_signed_in_leads_on() {
    Site::of_ada().get_signed_in("/register?next=/board").await.expect_redirect("/board");
}

#[tokio::test]
async fn register_without_verification_signs_in() {
    let site =
        Site::new(|asked| if asked.uri.ends_with("/register") { registered(false) } else { entered() });
    let page = site.post("/register", &FIELDS).await.expect_redirect("/profile");
    assert_eq!(page.cookies(), [NEW_COOKIE]);
    assert_eq!(site.lines(), ["POST /register", "POST /login"]);
    let [registration, login] = site.asked().try_into().unwrap();
    assert_eq!(
        registration.json(),
        json!({ "username": "ada@example.com", "password": PASSWORD, "firstName": "Ada" })
    );
    assert_eq!(login.json(), json!({ "username": "ada@example.com", "password": PASSWORD }));
    // Checked where the form came in; there it would be compared with the wrong host.
    assert!(!registration.headers.contains_key(ORIGIN));
}

#[tokio::test]
async fn register_on_the_way_to_a_page_leads_there() {
    let site =
        Site::new(|asked| if asked.uri.ends_with("/register") { registered(false) } else { entered() });
    let fields = [FIELDS.as_slice(), &[("next", "/board?view=open")]].concat();
    site.post("/register", &fields).await.expect_redirect("/board?view=open");
}

#[tokio::test]
async fn register_with_verification_leads_to_the_mail_and_asks_nothing_more() {
    let site = Site::new(|_| registered(true));
    let page = site.post("/register", &FIELDS).await.expect_redirect("/register/check-mail");
    assert_eq!(page.cookies(), [""; 0]);
    assert_eq!(site.lines(), ["POST /register"]);
}

#[tokio::test]
async fn register_with_verification_remembers_where_to_go_next() {
    let site = Site::new(|_| registered(true));
    let fields = [FIELDS.as_slice(), &[("next", "/board?a=1")]].concat();
    site.post("/register", &fields).await.expect_redirect("/register/check-mail?next=%2Fboard%3Fa%3D1");
}

#[tokio::test]
async fn register_where_signing_in_is_refused_leads_to_sign_in() {
    let site = Site::new(|asked| {
        if asked.uri.ends_with("/register") {
            registered(false)
        } else {
            refused(429, "too_many_requests", "too many attempts", None)
        }
    });
    site.post("/register", &FIELDS).await.expect_redirect("/sign-in?notice=registered");
}

#[tokio::test]
async fn register_with_a_taken_address_says_so_and_keeps_the_input() {
    let site =
        Site::new(|_| refused(409, "email_taken", "there is an account with this e-mail address", None));
    let page = site.post("/register", &FIELDS).await.expect(409);
    page.shows(&[
        r#"role="alert""#,
        "There is an account with this e-mail address.",
        r#"value="ada@example.com""#,
        "<title>Error: ",
    ]);
    page.hides(&[PASSWORD]);
}

#[tokio::test]
async fn register_refused_for_a_field_says_so_beside_it() {
    let site = Site::new(|_| refused(400, "invalid_request", "`password`: is too common", Some("password")));
    let page = site.post("/register", &FIELDS).await.expect(400);
    page.shows(&[
        r#"<p class="error" id="password-error"><span class="unseen">Error: </span>Is too common.</p>"#,
        r#"aria-describedby="password-hint password-error" aria-invalid="true""#,
        r##"<a href="#password">"##,
    ]);
    page.hides(&[PASSWORD]);
}

#[tokio::test]
async fn register_with_everything_wrong_says_everything_at_once() {
    let long = "x".repeat(201);
    let fields = [("username", "ada"), ("password", "short"), ("firstName", &long), ("lastName", "a\u{7}b")];
    let page = Site::alone().post("/register", &fields).await.expect(400);
    page.shows(&[
        r#"id="username-error""#,
        r#"id="password-error""#,
        r#"id="firstName-error""#,
        r#"id="lastName-error""#,
        r#"value="ada""#,
        &long,
    ]);
    page.hides(&["\"short\""]);
}

#[tokio::test]
async fn register_with_the_address_as_password_is_refused() {
    let fields = [("username", "ada@example.com"), ("password", "ADA@example.com")];
    let page = Site::alone().post("/register", &fields).await.expect(400);
    page.shows(&[r#"id="password-error""#, "must be more than the e-mail address or a part of it"]);
}

#[tokio::test]
async fn register_with_nothing_entered_is_refused() {
    let page = Site::alone().post("/register", &[]).await.expect(400);
    page.shows(&["An e-mail address is required.", "A password needs at least 12 characters."]);
}

#[tokio::test]
async fn register_with_hostile_input_shows_it_as_text() {
    let fields = [("username", "\"><script>alert(1)</script>"), ("password", PASSWORD)];
    let page = Site::alone().post("/register", &fields).await.expect(400);
    page.hides(&["<script>alert"]);
    page.shows(&[r#"value="&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;""#]);
}
