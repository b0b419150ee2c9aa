//! The pages that the links in mails lead to, as a browser without scripts goes through them.

use http::header::{CONTENT_TYPE, LOCATION, ORIGIN, RETRY_AFTER};
use http::{Method, Request};
use testkit::{Client, Reply, World};

use super::mail::last_mail;
use super::{PASSWORD, member};

const SITE: &str = "http://localhost:8787";

async fn open<W: World>(browser: &mut Client<'_, W>, url: &str) -> Reply {
    browser.send(Request::builder().uri(url).body(Vec::new()).unwrap()).await
}

/// Sends a form.
async fn send<W: World>(browser: &mut Client<'_, W>, path: &str, fields: &[(&str, &str)]) -> Reply {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{SITE}{path}"))
        .header(ORIGIN, SITE)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    browser.send(request.body(body.join("&").into_bytes()).unwrap()).await
}

/// Sends a form, and gives where it leads.
async fn submit<W: World>(browser: &mut Client<'_, W>, path: &str, fields: &[(&str, &str)]) -> String {
    let reply = send(browser, path, fields).await.expect(303);
    reply.headers[LOCATION].to_str().unwrap().to_owned()
}

/// The link of the last mail to an address.
async fn link<W: World>(world: &W, to: &str) -> (String, String) {
    let mail = last_mail(world, to).await;
    let start = mail.text.find(SITE).unwrap();
    let link = mail.text[start..].split_whitespace().next().unwrap().to_owned();
    (link, mail.token())
}

/// From the registration to the profile. What looks through the mail first, and follows its link, uses nothing up.
pub async fn a_new_account_is_confirmed_on_the_page_of_its_mail<W: World>(world: &mut W) {
    world.restart_with(&[("EMAIL_VERIFICATION", "on")]).await;
    let mut ada = Client::new(world);
    let account = [("username", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(submit(&mut ada, "/register", &account).await, "/register/check-mail");
    let (link, token) = link(world, "ada@example.com").await;
    for _ in 0..2 {
        let page = open(&mut Client::new(world), &link).await.expect(200);
        assert_eq!(page.headers["referrer-policy"], "strict-origin");
    }
    assert_eq!(submit(&mut ada, "/verify-email", &[("token", &token)]).await, "/sign-in?notice=verified");
    assert_eq!(submit(&mut ada, "/sign-in", &account).await, "/profile");
    assert!(open(&mut ada, &format!("{SITE}/profile")).await.expect(200).text().contains("ada@example.com"));
}

/// From the forgotten password to the new one.
pub async fn a_forgotten_password_is_set_on_the_page_of_its_mail<W: World>(world: &mut W) {
    let new_password = "another-horse-battery";
    let mut ada = member(world, "ada@example.com").await;
    let address = ("username", "ada@example.com");
    let waiting = submit(&mut ada, "/forgot-password", &[address]).await;
    assert_eq!(waiting, "/forgot-password/check-mail");
    let (link, token) = link(world, "ada@example.com").await;
    for _ in 0..2 {
        let page = open(&mut Client::new(world), &link).await.expect(200).text();
        assert!(page.contains("ada@example.com") && page.contains("Set a new password"), "{page}");
    }
    let fields = [("token", token.as_str()), ("password", new_password)];
    assert_eq!(submit(&mut ada, "/reset-password", &fields).await, "/sign-in?notice=password-set");
    open(&mut ada, &link).await.expect(400);
    assert_eq!(submit(&mut ada, "/sign-in", &[address, ("password", new_password)]).await, "/profile");
}

/// The page hands the cookie of a browser that has signed in before on to user-mgmt, and a new one back.
pub async fn a_known_device_signs_in_by_the_page_whatever_strangers_guess<W: World>(world: &mut W) {
    let account = [("username", "ada@example.com"), ("password", PASSWORD)];
    let mut ada = Client::new(world);
    ada.register("ada@example.com", PASSWORD).await.expect(201);
    assert_eq!(submit(&mut ada, "/sign-in", &account).await, "/profile");
    let known = ada.device.clone().unwrap();
    assert_eq!(submit(&mut ada, "/sign-out", &[]).await, "/sign-in?notice=signed-out");
    let mut stranger = Client::new(world);
    for _ in 0..5 {
        stranger.login("ada@example.com", "wrong password").await.expect_problem(401, "invalid_credentials");
    }
    world.sql("UPDATE sign_in_failures SET failures = 14 WHERE failures > 0").await;

    let refused = send(&mut stranger, "/sign-in", &account).await.expect(429);
    assert!(refused.headers.contains_key(RETRY_AFTER) && stranger.session.is_none());
    assert_eq!(submit(&mut ada, "/sign-in", &account).await, "/profile");
    assert_eq!(ada.device, Some(known), "the cookie lives on");
    assert!(open(&mut ada, &format!("{SITE}/profile")).await.expect(200).text().contains("ada@example.com"));
}
