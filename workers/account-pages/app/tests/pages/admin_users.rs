use serde_json::{Value, json};

use crate::site::{Site, answer, ok, refused};

pub(crate) const ID: &str = "0198c0de-0000-7000-8000-000000000007";

pub(crate) fn user(status: &str) -> Value {
    json!({
        "id": ID, "username": "bob@example.com", "firstName": "<i>Bob</i>", "lastName": null,
        "tenant": "default", "tenantId": "00000000-0000-7000-8000-000000000001", "status": status,
        "staff": false, "emailVerified": true,
        "roles": [{ "id": "00000000-0000-7000-8000-000000000012", "name": "MEMBER" }],
        "createdAt": "2026-01-31T09:30:00.000Z", "updatedAt": "2026-01-31T09:30:00.000Z",
    })
}

#[tokio::test]
async fn admin_area_does_not_exist_while_its_flag_is_off() {
    let site = Site::alone();
    for path in ["/admin/users", "/admin/users/invite", &format!("/admin/users/{ID}")] {
        site.get_signed_in(path).await.expect(404);
        site.post_signed_in(path, &[]).await.expect(404);
    }
    Site::of_ada().get_signed_in("/profile").await.expect(200).hides(&["/admin", "Administration"]);
}

#[tokio::test]
async fn admin_area_shows_to_whom_it_is_for() {
    let nothing = |_: &_| panic!("nothing more is asked");
    let site = Site::of_admin(&["posts:read"], nothing);
    site.get_signed_in("/profile").await.expect(200).hides(&["/admin", "Administration"]);
    for path in ["/admin/users", "/admin/users/invite", &format!("/admin/users/{ID}/delete")] {
        site.get_signed_in(path).await.expect(403).shows(&["This is not for you to see or do"]);
    }
    site.post_signed_in(&format!("/admin/users/{ID}/delete"), &[]).await.expect(403);
    let site = Site::of_admin(&["admin:all"], nothing);
    site.get_signed_in("/profile").await.expect(200).shows(&[r#"href="/admin/users">Administration"#]);
    site.get("/admin/users?q=a").await.expect_redirect("/sign-in?next=%2Fadmin%2Fusers%3Fq%3Da");
}

#[tokio::test]
async fn users_are_listed_and_narrowed_in_two_calls() {
    let site =
        Site::of_admin(&["users:read"], |_| ok(&json!({ "items": [user("active")], "nextCursor": "6162" })));
    let page = site.get_signed_in("/admin/users?q=b%C3%B6b&status=active&role=&tenant=default").await;
    let page = page.expect(200);
    page.shows(&[
        "&#60;i&#62;Bob&#60;/i&#62;",
        "bob@example.com",
        r#"value="böb""#,
        r#"<option value="active" selected>"#,
        r#"href="/admin/users?q=b%C3%B6b&#38;status=active&#38;tenant=default&#38;cursor=6162""#,
    ]);
    page.hides(&["Invite somebody"]);
    let asked = "GET /v1/admin/users?q=b%C3%B6b&status=active&tenant=default";
    assert_eq!(site.lines(), ["GET /load-user", asked]);
}

#[tokio::test]
async fn users_that_nobody_fits_are_said_so() {
    let site = Site::of_admin(&["admin:all"], |_| ok(&json!({ "items": [] })));
    site.get_signed_in("/admin/users?q=x").await.expect(200).shows(&["Nobody fits."]);
    site.get_signed_in("/admin/users").await.expect(200).shows(&["There is nobody yet.", "Invite somebody"]);
}

#[tokio::test]
async fn filter_that_can_not_be_used_is_explained() {
    let site = Site::of_admin(&["users:read"], |_| {
        refused(400, "invalid_request", "`status`: must be active, invited or suspended", Some("status"))
    });
    let page = site.get_signed_in("/admin/users?status=gone").await.expect(400);
    page.shows(&[
        r#"role="alert""#,
        r##"<a href="#status">Status: Must be active, invited or suspended.</a>"##,
    ]);
}

#[tokio::test]
async fn users_refused_by_user_mgmt_are_not_shown() {
    let site = Site::of_admin(&["users:read"], |_| refused(403, "permission_denied", "no", None));
    site.get_signed_in("/admin/users").await.expect(403).shows(&["This is not for you to see or do"]);
}

#[tokio::test]
async fn somebody_is_invited() {
    let site = Site::of_admin(&["users:write"], |_| answer(201, &user("invited")));
    let fields = [("username", "bob@example.com"), ("firstName", " Bob "), ("lastName", "")];
    let page = site.post_signed_in("/admin/users/invite", &fields).await;
    page.expect_redirect(&format!("/admin/users/{ID}?notice=invited"));
    assert_eq!(site.lines(), ["GET /load-user", "POST /v1/admin/users"]);
    assert_eq!(site.asked()[1].json(), json!({ "username": "bob@example.com", "firstName": "Bob" }));
}

#[tokio::test]
async fn invitation_that_is_wrong_is_explained_and_kept() {
    let site = Site::of_admin(&["users:write"], |_| {
        refused(409, "email_taken", "there is an account with this e-mail address", Some("username"))
    });
    let page = site.post_signed_in("/admin/users/invite", &[("username", "bob")]).await.expect(400);
    page.shows(&[r#"id="username-error""#, r#"value="bob""#]);
    let page = site.post_signed_in("/admin/users/invite", &[("username", "bob@example.com")]).await;
    page.expect(409).shows(&[r#"id="username-error""#, "There is an account"]);
}
