use crate::site::{Site, answer, refused};

const CLEARED: &str = "__Host-session=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0";

#[tokio::test]
async fn sign_out_ends_the_session_and_clears_the_cookie() {
    let site = Site::new(|_| answer(204, &"".into()));
    let page = site.post_signed_in("/sign-out", &[]).await.expect_redirect("/sign-in?notice=signed-out");
    assert_eq!(page.cookies(), [CLEARED]);
    assert_eq!(site.lines(), ["POST /logout"]);
}

#[tokio::test]
async fn sign_out_with_a_session_that_ended_clears_the_cookie() {
    let site = Site::new(|_| refused(401, "unauthenticated", "sign in first", None));
    let page = site.post_signed_in("/sign-out", &[]).await.expect_redirect("/sign-in?notice=signed-out");
    assert_eq!(page.cookies(), [CLEARED]);
}

#[tokio::test]
async fn sign_out_without_a_session_asks_nobody() {
    Site::alone().post("/sign-out", &[]).await.expect_redirect("/sign-in?notice=signed-out");
}

#[tokio::test]
async fn sign_out_that_did_not_work_does_not_claim_so() {
    let page = Site::cut_off().post_signed_in("/sign-out", &[]).await.expect(503);
    assert_eq!(page.cookies(), [""; 0]);
    let site = Site::new(|_| refused(403, "forbidden", "no", None));
    site.post_signed_in("/sign-out", &[]).await.expect(503);
}

#[tokio::test]
async fn sign_out_by_a_link_changes_nothing() {
    let page = Site::alone().get_signed_in("/sign-out").await.expect(405);
    assert_eq!(page.header("allow"), "POST");
}

#[tokio::test]
async fn back_button_after_sign_out_shows_no_profile() {
    // Nothing of the profile is kept (`no-store`, which every page of these tests is checked for), so the browser asks
    // again, without the cookie or with one that is worth nothing.
    Site::alone().get("/profile").await.expect_redirect("/sign-in?next=%2Fprofile");
    let site = Site::new(|_| refused(401, "unauthenticated", "sign in first", None));
    site.get_signed_in("/profile").await.expect_redirect("/sign-in?next=%2Fprofile");
}
