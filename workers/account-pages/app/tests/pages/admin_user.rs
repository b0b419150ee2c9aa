use serde_json::json;

use crate::admin_users::{ID, user};
use crate::site::{Site, answer, done, ok, refused};

const ROLE: &str = "00000000-0000-7000-8000-000000000012";

fn path(rest: &str) -> String {
    format!("/admin/users/{ID}{rest}")
}

#[tokio::test]
async fn user_is_shown_with_what_the_reader_may_do() {
    let shown = |permissions: &[&str], status: &'static str| {
        let site = Site::of_admin(permissions, move |_| ok(&user(status)));
        async move { site.get_signed_in(&path("")).await.expect(200) }
    };
    let page = shown(&["users:read"], "active").await;
    page.shows(&["bob@example.com", "MEMBER", "default"]);
    page.hides(&["data-dialog", &path("/sessions"), "/admin/audit"]);
    let page = shown(&["admin:all"], "active").await;
    page.shows(&[&path("/suspend"), &path("/end-sessions"), &path("/delete"), &path("/give-role")]);
    page.shows(&[&path("/sessions"), &format!("/admin/audit?actor={ID}")]);
    page.hides(&[&path("/reactivate")]);
    shown(&["admin:all"], "invited").await.shows(&[&path("/invitation")]);
    let page = shown(&["users:read", "users:update"], "suspended").await;
    page.shows(&[&path("/reactivate")]);
    page.hides(&[&path("/suspend"), &path("/delete")]);
}

#[tokio::test]
async fn user_is_changed_after_a_question() {
    for (rest, asked, to) in [
        ("/suspend", format!("POST /v1{}", path("/suspend")), path("?notice=suspended")),
        ("/reactivate", format!("POST /v1{}", path("/reactivate")), path("?notice=reactivated")),
        ("/end-sessions", format!("DELETE /v1{}", path("/sessions")), path("?notice=signed-out")),
        ("/invitation", format!("POST /v1{}", path("/invitation")), path("?notice=mailed")),
        ("/delete", format!("DELETE /v1{}", path("")), "/admin/users?notice=deleted".to_owned()),
    ] {
        let site = Site::of_admin(&["admin:all"], |_| ok(&user("active")));
        let page = site.get_signed_in(&path(rest)).await.expect(200);
        page.shows(&["bob@example.com", &format!(r#"action="{}""#, path(rest))]);
        assert_eq!(site.lines(), ["GET /load-user", &format!("GET /v1{}", path(""))]);

        let site = Site::of_admin(&["admin:all"], |_| done());
        site.post_signed_in(&path(rest), &[("reason", " left us ")]).await.expect_redirect(&to);
        assert_eq!(site.lines(), ["GET /load-user", &asked]);
        if rest == "/suspend" || rest == "/reactivate" {
            assert_eq!(site.asked()[1].json(), json!({ "confirm": true, "reason": "left us" }));
        }
    }
}

#[tokio::test]
async fn change_that_is_refused_is_explained() {
    let last = "this is the last active SUPER_ADMIN; appoint another one first";
    let site = Site::of_admin(&["admin:all"], move |_| refused(409, "last_super_admin", last, None));
    let page = site.post_signed_in(&path("/suspend"), &[("reason", "left us")]).await.expect(409);
    page.shows(&["This is the last active SUPER_ADMIN", r#"value="left us""#]);
    let site = Site::of_admin(&["admin:all"], |_| refused(404, "not_found", "there is no such user", None));
    site.post_signed_in(&path("/delete"), &[]).await.expect(404);
}

#[tokio::test]
async fn role_is_given_from_those_that_there_are() {
    let roles = json!({ "items": [{
        "id": ROLE, "name": "MEMBER", "description": "", "system": true,
        "createdAt": "2026-01-31T09:30:00.000Z", "updatedAt": "2026-01-31T09:30:00.000Z",
    }] });
    let site = Site::of_admin(&["admin:all"], move |_| ok(&roles));
    let page = site.get_signed_in(&path("/give-role")).await.expect(200);
    page.shows(&[&format!(r#"<option value="{ROLE}">MEMBER</option>"#)]);
    assert_eq!(site.lines()[1], "GET /rbac/roles?limit=100");
    let site = Site::of_admin(&["admin:all"], |_| answer(201, &json!({})));
    let page = site.post_signed_in(&path("/give-role"), &[("roleId", ROLE)]).await;
    page.expect_redirect(&path("?notice=role-given"));
    assert_eq!(site.asked()[1].json(), json!({ "roleId": ROLE }));
}

#[tokio::test]
async fn role_beyond_ones_own_is_not_given() {
    let site = Site::of_admin(&["roles:assign"], |_| refused(403, "exceeds_own_grants", "more", None));
    let page = site.post_signed_in(&path("/give-role"), &[("roleId", ROLE)]).await;
    page.expect_redirect(&path("?notice=role-beyond"));
}

#[tokio::test]
async fn role_is_taken_away_after_a_question() {
    let take = path(&format!("/roles/{ROLE}/take"));
    let site = Site::of_admin(&["admin:all"], |_| ok(&user("active")));
    site.get_signed_in(&take).await.expect(200).shows(&["MEMBER of bob@example.com"]);
    site.get_signed_in(&path(&format!("/roles/{ID}/take"))).await.expect(404);
    let site = Site::of_admin(&["admin:all"], |_| done());
    site.post_signed_in(&take, &[]).await.expect_redirect(&path("?notice=role-taken"));
    assert_eq!(site.lines()[1], format!("DELETE /v1{}", path(&format!("/roles/{ROLE}"))));
}
