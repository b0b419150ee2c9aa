use crate::site::Site;

#[tokio::test]
async fn home_signed_out_leads_to_sign_in() {
    Site::alone().get("/").await.expect_redirect("/sign-in");
}

#[tokio::test]
async fn home_with_a_session_leads_to_the_profile() {
    Site::alone().get_signed_in("/").await.expect_redirect("/profile");
}
