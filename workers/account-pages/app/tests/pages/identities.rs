use serde_json::json;

use crate::site::{Site, answer, refused};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const PROVIDERS: [(&str, &str); 2] = [("sso", "Example SSO"), ("other", "<b>Other</b>")];

fn site() -> Site {
    Site::with_providers(&PROVIDERS, |asked| match asked.line().as_str() {
        "GET /identities" => answer(
            200,
            &json!({ "items": [{
                "id": ID, "provider": "Example SSO", "subject": "ada-1", "email": "ada@example.com",
                "createdAt": "2026-01-31T09:30:00.000Z", "lastUsedAt": null,
            }] }),
        ),
        "POST /identities" => answer(200, &json!({ "url": "https://idp.example/authorize?a=b&c=d" })),
        "POST /logout" => answer(200, &json!({ "providerLogoutUrl": "https://idp.example/end?hint=x" })),
        line if line.starts_with("DELETE /identities/") => refused(409, "last_way_in", "the only way", None),
        line => panic!("{line}"),
    })
}

#[tokio::test]
async fn sign_in_page_has_a_button_for_each_provider() {
    let page = site().get("/sign-in?next=%2Fboard").await.expect(200);
    page.shows(&[
        r#"href="/api/oidc/login?provider=sso&#38;next=%2Fboard""#,
        "Sign in with Example SSO",
        "Sign in with &#60;b&#62;Other",
    ]);
    Site::alone().get("/sign-in").await.expect(200).hides(&["/api/oidc/login", "Or without a password"]);
}

#[tokio::test]
async fn sign_in_page_says_why_it_did_not_work_there() {
    for (code, text) in [
        ("oidc_denied", "You did not sign in there."),
        ("oidc_not_provisioned", "There is no account for you yet"),
        ("%3Cscript%3E", "That did not work"),
    ] {
        let page = Site::alone().get(&format!("/sign-in?error={code}")).await.expect(200);
        page.shows(&[r#"role="alert""#, text]);
    }
}

#[tokio::test]
async fn profile_offers_to_link_an_identity() {
    let site = site();
    site.get_signed_in("/profile").await.expect(200).shows(&[
        r#"action="/identities/link""#,
        r#"name="provider" value="sso""#,
        "<h3>Example SSO</h3>",
        "Link an identity",
        r#"href="/identities""#,
    ]);
    let page = site.get_signed_in("/profile?error=identity_taken").await.expect(200);
    page.shows(&["That identity opens another account"]);
}

#[tokio::test]
async fn linking_shows_the_way_to_the_provider() {
    let site = site();
    let page = site.post_signed_in("/identities/link", &[("provider", "sso")]).await.expect(200);
    page.shows(&[r#"href="https://idp.example/authorize?a=b&#38;c=d""#]);
    assert_eq!(site.asked().last().unwrap().json(), json!({ "provider": "sso" }));
}

#[tokio::test]
async fn identities_are_listed_and_unlinked_after_a_question() {
    let site = site();
    let path = format!("/identities/{ID}/unlink");
    site.get_signed_in("/identities").await.expect(200).shows(&["Example SSO", "ada@example.com", &path]);
    site.get_signed_in(&path).await.expect(200).shows(&["Unlink this identity?", "Example SSO"]);
    site.post_signed_in(&path, &[]).await.expect_redirect("/identities?notice=last");
    site.get_signed_in("/identities?notice=last")
        .await
        .expect(200)
        .shows(&["the only way into this account"]);
}

#[tokio::test]
async fn sign_out_offers_to_sign_out_at_the_provider() {
    let page = site().post_signed_in("/sign-out", &[]).await.expect(200);
    page.shows(&["You have signed out", r#"href="https://idp.example/end?hint=x""#]);
    assert!(page.cookies().iter().any(|cookie| cookie.starts_with("__Host-session=;")));
}
